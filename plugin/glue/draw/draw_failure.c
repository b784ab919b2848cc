/* draw_failure.c
 * Why a failure was made.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "glue/compat.h"

#include "core/judge/failure.h"
#include "core/judge/silence.h"
#include "core/say/say_failure.h"
#include "glue/draw/draw.h"

static int hf_cause = -1;
static int hf_cause_in = -1;

static int ett_cause = -1;

static const value_string cause_vals[] = {
    {SX_FAILURE_UNKNOWN, "Cannot tell"},
    {SX_FAILURE_UNANSWERED, "Its request further on was never answered"},
    {SX_FAILURE_UNREACHABLE, "The next hop is unreachable"},
    {SX_FAILURE_CONNECTION_GONE, "The registered connection is gone"},
    {SX_FAILURE_NOT_REGISTERED, "The registration had run out, was removed or replaced"},
    {SX_FAILURE_FORK, "Another branch's failure was chosen by a fork"},
    {SX_FAILURE_CREDENTIALS, "The credentials were refused"},
    {SX_FAILURE_MISMATCH, "The request belongs to no dialog or transaction there"},
    {SX_FAILURE_TOLD_OTHERWISE, "A failure further on, told under another code"},
    {SX_FAILURE_CIRCLE, "The request went in a circle"},
    {SX_FAILURE_OWN_LIMIT, "The sender's own time limit"},
    {0, NULL},
};

static void add_cause(struct sx_pen *p, enum sx_failure_kind kind, uint32_t frame)
{
    proto_item *item = sx_add_uint(p, p->tree, hf_cause, kind);

    if (frame)
        sx_add_sign(p, proto_item_add_subtree(item, ett_cause), hf_cause_in, frame);
}

/* A request that nothing answered has failed, too. */
static void draw_lost(struct sx_pen *p)
{
    uint32_t lost = sx_message_stands_for(p->view->record, p->txn->request_frame)
                        ? sx_silence_lost_in(p->view->tracker, p->txn)
                        : 0;

    if (lost)
        add_cause(p, SX_FAILURE_UNREACHABLE, lost);
}

static void draw_failure(struct sx_pen *p)
{
    unsigned code = p->view->msg->code;

    if (sx_has_txn(p) && p->view->msg->is_request)
        draw_lost(p);
    if (!sx_has_txn(p) || code < 300 || p->txn->final_code != code || p->view->record->repeats ||
        !sx_failure_judge(p->view->tracker, p->txn, code))
        return;
    struct sx_failure_cause cause = sx_failure_cause_find(p->view->tracker, p->txn);
    add_cause(p, cause.kind, cause.frame);
    wmem_strbuf_t *words = wmem_strbuf_new(p->pinfo->pool, "");
    if (sx_say_failure(words, p->view->tracker, &cause))
        p->remark = wmem_strbuf_get_str(words);
}

static void set_up(int proto, expert_module_t *module G_GNUC_UNUSED)
{
    static hf_register_info hf[] = {
        {&hf_cause,
         {"Why it failed", "sipexplain.failure.cause", FT_UINT8, BASE_DEC, VALS(cause_vals), 0,
          "Why this failure was made, at the hop that made it; or why a request got no response",
          HFILL}},
        {&hf_cause_in,
         {"Shown in", "sipexplain.failure.cause_in", FT_FRAMENUM, BASE_NONE, NULL, 0,
          "The frame that shows why", HFILL}},
    };
    static int *ett[] = {&ett_cause};

    proto_register_field_array(proto, hf, array_length(hf));
    proto_register_subtree_array(ett, array_length(ett));
}

const struct sx_drawing sx_drawing_failure = {.set_up = set_up, .message = draw_failure};
