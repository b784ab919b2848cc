/* draw_registration.c
 * The registration that a request was sent to and did not reach.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "glue/compat.h"

#include "core/say/say.h"
#include "core/say/words.h"
#include "glue/draw/draw.h"

static int hf_registration_in = -1;
static int hf_registration_age = -1;
static int hf_registration_expires = -1;
static int hf_registration_state = -1;
static int hf_registration_lost_in = -1;
static int hf_registration_newer_in = -1;
static int hf_registration_differs = -1;

static int ett_registration = -1;

static const value_string state_vals[] = {
    {SX_REGISTRATION_UNKNOWN, "Cannot tell"},
    {SX_REGISTRATION_CURRENT, "Current"},
    {SX_REGISTRATION_RUN_OUT, "Run out"},
    {SX_REGISTRATION_REMOVED, "Removed"},
    {SX_REGISTRATION_REPLACED, "Replaced by a newer one from elsewhere"},
    {SX_REGISTRATION_LOST, "Its connection is lost"},
    {0, NULL},
};

/* Worth a sentence of its own where nothing else is said. */
static bool is_telling(const struct sx_registration *r)
{
    return r->differs || r->refused_in || sx_registration_is_over(r);
}

/* It still waits, and that is what is flagged. */
static void add_to_flagged(struct sx_pen *p, const struct sx_registration *r)
{
    if (!p->flagged || p->txn->final_frame || !sx_registration_is_over(r))
        return;
    wmem_strbuf_t *words = wmem_strbuf_new(p->pinfo->pool, p->flagged);
    wmem_strbuf_append(words, sx_words_draw_joint());
    sx_say_registered(words, r);
    p->flagged = wmem_strbuf_get_str(words);
}

static void draw_fields(struct sx_pen *p, const struct sx_registration *r)
{
    wmem_strbuf_t *words = wmem_strbuf_new(p->pinfo->pool, "");

    sx_say_registration(words, p->view->tracker, r, p->txn);
    if (!p->remark && is_telling(r))
        p->remark = wmem_strbuf_get_str(words);
    add_to_flagged(p, r);
    proto_item *item = sx_add_uint(p, p->tree, hf_registration_state, r->state);
    proto_item_append_text(item, ": %s", wmem_strbuf_get_str(words));
    proto_tree *tree = proto_item_add_subtree(item, ett_registration);
    sx_add_frame(p, tree, hf_registration_in, r->in);
    sx_add_time(p, tree, hf_registration_age, r->age_ns);
    if (r->has_expires)
        sx_add_uint(p, tree, hf_registration_expires, r->expires_s);
    sx_add_sign(p, tree, hf_registration_lost_in, r->lost_in);
    sx_add_frame(p, tree, hf_registration_newer_in, r->newer_in);
    for (unsigned one = SX_DIFFERS_TRANSPORT; one <= SX_DIFFERS_PATH; one *= 2)
        if (r->differs & one)
            sx_add_shown(p, tree, hf_registration_differs, sx_say_differs(one),
                         sx_say_differs_shown(one));
}

static void draw_message(struct sx_pen *p)
{
    const struct sx_view *v = p->view;
    struct sx_registration r;

    if (!sx_has_txn(p) || v->record->repeats || v->record->method != p->txn->method ||
        (!v->msg->is_request && v->msg->code != p->txn->final_code))
        return;
    if (sx_registration_missed(v->tracker, p->txn, &r))
        draw_fields(p, &r);
}

static void set_up(int proto, expert_module_t *module G_GNUC_UNUSED)
{
    static hf_register_info hf[] = {
        {&hf_registration_state,
         {"Registration", "sipexplain.registration.state", FT_UINT8, BASE_DEC, VALS(state_vals), 0,
          "What had become of the registration when the request was sent to it", HFILL}},
        {&hf_registration_in,
         {"Registered in", "sipexplain.registration.in", FT_FRAMENUM, BASE_NONE, NULL, 0,
          "The REGISTER that made or last refreshed the binding", HFILL}},
        {&hf_registration_age,
         {"Registered before (s)", "sipexplain.registration.age", FT_RELATIVE_TIME, BASE_NONE, NULL,
          0, "Time from that REGISTER to the request", HFILL}},
        {&hf_registration_expires,
         {"Granted (s)", "sipexplain.registration.expires", FT_UINT32, BASE_DEC, NULL, 0, NULL,
          HFILL}},
        {&hf_registration_lost_in,
         {"Lost in", "sipexplain.registration.lost_in", FT_FRAMENUM, BASE_NONE, NULL, 0,
          "The frame that shows the loss", HFILL}},
        {&hf_registration_newer_in,
         {"Newer registration in", "sipexplain.registration.newer_in", FT_FRAMENUM, BASE_NONE, NULL,
          0, NULL, HFILL}},
        {&hf_registration_differs,
         {"Differs from the registration", "sipexplain.registration.differs", FT_STRING, BASE_NONE,
          NULL, 0, "What of the request differs from the binding that it is sent to", HFILL}},
    };
    static int *ett[] = {&ett_registration};

    proto_register_field_array(proto, hf, array_length(hf));
    proto_register_subtree_array(ett, array_length(ett));
}

const struct sx_drawing sx_drawing_registration = {.set_up = set_up, .message = draw_message};
