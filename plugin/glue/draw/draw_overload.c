/* draw_overload.c
 * Servers that refuse with 503, and clients that do not stay away.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "glue/compat.h"

#include "core/say/say_overload.h"
#include "glue/draw/draw.h"

static int hf_broken = -1;
static int hf_broken_in = -1;
static int hf_asked_in = -1;
static int hf_left = -1;
static int hf_tries = -1;
static int hf_tries_levels = -1;
static int hf_refused = -1;
static int hf_refused_since = -1;

static int ett_overload = -1;

static expert_field ei_broken = EI_INIT;
static expert_field ei_retried = EI_INIT;
static expert_field ei_storm = EI_INIT;

/* The first sentence of what is nothing to flag. */
static void remark(struct sx_pen *p, wmem_strbuf_t *words)
{
    if (!p->remark)
        p->remark = wmem_strbuf_get_str(words);
}

static void draw_hurry(struct sx_pen *p)
{
    const struct sx_hurry *h = sx_hurry_of(p->tracker, p->txn);

    if (!h || h->frame != p->frame)
        return;
    wmem_strbuf_t *words = wmem_strbuf_new(p->pinfo->pool, "");
    sx_say_hurry(words, p->tracker, h);
    proto_item *item =
        sx_add_frame(p, p->tree, hf_asked_in, sx_pause_at(p->tracker, h->pause)->frame);
    proto_tree *tree = item ? proto_item_add_subtree(item, ett_overload) : p->tree;
    sx_add_time(p, tree, hf_left, sx_pressure_left_ns(p->tracker, h));
    if (h->nth == 1)
        sx_flag(p, item, &ei_broken, wmem_strbuf_get_str(words));
    else
        remark(p, words);
}

static void draw_pause(struct sx_pen *p)
{
    const struct sx_pause *pause = sx_pause_of(p->tracker, p->txn);

    if (!pause || !pause->hurried)
        return;
    wmem_strbuf_t *words = wmem_strbuf_new(p->pinfo->pool, "");
    sx_say_pause(words, pause);
    proto_item *item = sx_add_uint(p, p->tree, hf_broken, pause->hurried);
    sx_add_frame(p, proto_item_add_subtree(item, ett_overload), hf_broken_in, pause->hurried_in);
    sx_flag(p, item, &ei_broken, wmem_strbuf_get_str(words));
}

static void draw_tries(struct sx_pen *p)
{
    struct sx_retries r = sx_retries_count(p->tracker, p->txn);

    if (r.tries < 2)
        return;
    wmem_strbuf_t *words = wmem_strbuf_new(p->pinfo->pool, "");
    sx_say_retries(words, p->tracker, &r);
    proto_item *item = sx_add_uint(p, p->tree, hf_tries, r.tries);
    sx_add_uint(p, proto_item_add_subtree(item, ett_overload), hf_tries_levels, r.levels);
    /* Once for the whole call, and not at each hop. */
    if (r.levels > 1 && !p->txn->parent)
        sx_flag(p, item, &ei_retried, wmem_strbuf_get_str(words));
    else
        remark(p, words);
}

static void draw_storm(struct sx_pen *p)
{
    const struct sx_refusal *r = sx_refusal_of(p->tracker, p->txn);

    if (!r || !sx_pressure_is_told(r))
        return;
    wmem_strbuf_t *words = wmem_strbuf_new(p->pinfo->pool, "");
    sx_say_storm(words, p->tracker, r);
    proto_item *item = sx_add_uint(p, p->tree, hf_refused, r->run);
    const struct sx_refusal *first = sx_refusal_at(p->tracker, r->since);
    if (first)
        sx_add_frame(p, proto_item_add_subtree(item, ett_overload), hf_refused_since, first->frame);
    sx_flag(p, item, &ei_storm, wmem_strbuf_get_str(words));
}

static void draw_message(struct sx_pen *p)
{
    const struct sx_view *v = p->view;

    if (!sx_has_txn(p) || v->record->repeats || v->record->method != p->txn->method)
        return;
    if (v->msg->is_request) {
        draw_hurry(p);
        return;
    }
    if (p->txn->final_frame != p->frame || (v->msg->code != 503 && v->msg->code != 500) ||
        v->msg->code != p->txn->final_code)
        return;
    draw_storm(p);
    draw_pause(p);
    draw_tries(p);
}

static void set_up(int proto, expert_module_t *module)
{
    static hf_register_info hf[] = {
        {&hf_broken,
         {"Came back too early", "sipexplain.retry_after.broken", FT_UINT32, BASE_DEC, NULL, 0,
          "Requests that this client sent to this server before the Retry-After of its 503 was "
          "over",
          HFILL}},
        {&hf_broken_in,
         {"First of them in", "sipexplain.retry_after.broken_in", FT_FRAMENUM, BASE_NONE,
          FRAMENUM_TYPE(FT_FRAMENUM_REQUEST), 0, NULL, HFILL}},
        {&hf_asked_in,
         {"Too early after the 503 in", "sipexplain.retry_after.asked_in", FT_FRAMENUM, BASE_NONE,
          FRAMENUM_TYPE(FT_FRAMENUM_RESPONSE), 0, "The 503 whose Retry-After is not over", HFILL}},
        {&hf_left,
         {"Time left (s)", "sipexplain.retry_after.left", FT_RELATIVE_TIME, BASE_NONE, NULL, 0,
          "How much of the Retry-After was left when the request was sent", HFILL}},
        {&hf_tries,
         {"Tries", "sipexplain.tries", FT_UINT32, BASE_DEC, NULL, 0,
          "How often the request was tried in vain at the server that says 503, so far", HFILL}},
        {&hf_tries_levels,
         {"Hops that try again", "sipexplain.tries.levels", FT_UINT32, BASE_DEC, NULL, 0, NULL,
          HFILL}},
        {&hf_refused,
         {"Refused by this server", "sipexplain.overload.refused", FT_UINT32, BASE_DEC, NULL, 0,
          "Requests that this server has refused with 503 in a storm of them", HFILL}},
        {&hf_refused_since,
         {"Since", "sipexplain.overload.since", FT_FRAMENUM, BASE_NONE,
          FRAMENUM_TYPE(FT_FRAMENUM_RESPONSE), 0, "The first of them", HFILL}},
    };
    static int *ett[] = {&ett_overload};
    static ei_register_info ei[] = {
        {&ei_broken,
         {"sipexplain.retry_after_broken", PI_SEQUENCE, PI_WARN,
          "The client came back before Retry-After was over", EXPFILL}},
        {&ei_retried,
         {"sipexplain.retried_at_every_hop", PI_SEQUENCE, PI_WARN,
          "More than one hop tried the request again at a server that says 503", EXPFILL}},
        {&ei_storm,
         {"sipexplain.overload_storm", PI_RESPONSE_CODE, PI_WARN,
          "A server refuses one request after the other", EXPFILL}},
    };

    proto_register_field_array(proto, hf, array_length(hf));
    proto_register_subtree_array(ett, array_length(ett));
    expert_register_field_array(module, ei, array_length(ei));
}

const struct sx_drawing sx_drawing_overload = {.set_up = set_up, .message = draw_message};
