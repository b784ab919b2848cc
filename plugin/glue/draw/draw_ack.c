/* draw_ack.c
 * Final responses to INVITE and their ACKs.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "glue/compat.h"

#include "core/say/say_ack.h"
#include "core/say/words.h"
#include "glue/draw/draw.h"

static int hf_ack_in = -1;
static int hf_acks = -1;
static int hf_ack_state = -1;
static int hf_ack_cause = -1;
static int hf_ack_cause_in = -1;

static int ett_ack = -1;

static expert_field ei_no_ack = EI_INIT;

static const value_string ack_state_vals[] = {
    {SX_ACK_UNKNOWN, "Cannot tell"},
    {SX_ACK_SENT, "Acknowledged"},
    {SX_ACK_NEVER, "Never acknowledged"},
    {SX_ACK_LATE, "Acknowledged only after it was repeated"},
    {0, NULL},
};

static const value_string ack_cause_vals[] = {
    {SX_ACK_CAUSE_UNKNOWN, "Cannot tell from this capture"},
    {SX_ACK_CAUSE_RESPONSE_LOST, "The response did not reach the client"},
    {SX_ACK_CAUSE_NOT_SENT, "The client has the response and sent no ACK"},
    {SX_ACK_CAUSE_MISMATCH, "The ACK names another dialog or transaction"},
    {SX_ACK_CAUSE_ASTRAY, "The ACK went elsewhere: address, port, transport or connection"},
    {SX_ACK_CAUSE_LOST, "The ACK was lost between two hops"},
    {0, NULL},
};

/* The first time that it was sent, and copies of that packet. */
static bool is_first(const struct sx_message *record)
{
    return !record->repeats || record->flags & SX_MESSAGE_DUPLICATE;
}

/* Of a failure that is not the transaction's first final response only the ACK is known. */
static struct sx_ack judge_failure(const struct sx_pen *p)
{
    const struct sx_message *record = p->view->record;
    uint32_t frame = record->repeats ? record->repeats : p->frame;

    if (frame == p->txn->final_frame)
        return sx_no_ack_judge(p->view->tracker, p->txn, NULL);
    return sx_no_ack_judge_later(p->view->tracker, p->txn,
                                 sx_txn_tag_hash(sx_sip_msg_to_tag(p->view->msg)));
}

static proto_tree *add_state(const struct sx_pen *p, const struct sx_ack *v, proto_item **item)
{
    *item = sx_add_uint(p, p->tree, hf_ack_state, v->state);
    proto_tree *tree = proto_item_add_subtree(*item, ett_ack);
    if (v->state == SX_ACK_NEVER || v->state == SX_ACK_LATE) {
        sx_add_uint(p, tree, hf_ack_cause, v->cause);
        sx_add_frame(p, tree, hf_ack_cause_in, v->cause_in);
    }
    return tree;
}

static void flag(struct sx_pen *p, proto_item *item, const struct sx_txn *invite,
                 const struct sx_ack *v)
{
    wmem_strbuf_t *words = wmem_strbuf_new(p->pinfo->pool, "");

    if (v->state != SX_ACK_NEVER && v->state != SX_ACK_LATE)
        return;
    if (p->view->msg->is_request)
        sx_say_late_ack(words, p->view->tracker, invite, v);
    else
        sx_say_ack(words, p->view->tracker, v);
    sx_flag(p, item, &ei_no_ack, wmem_strbuf_get_str(words));
    if (!p->brief)
        p->brief = v->state == SX_ACK_NEVER ? sx_words_draw_never_acknowledged()
                                            : sx_words_draw_acknowledged_late();
}

bool sx_ack_of(const struct sx_pen *p, struct sx_ack *ack)
{
    const struct sx_sip_msg *msg = p->view->msg;

    if (!sx_has_txn(p) || msg->is_request || msg->method != SX_METHOD_INVITE || msg->code < 200 ||
        msg->code >= 700 || !is_first(p->view->record))
        return false;
    if (msg->code >= 300) {
        *ack = judge_failure(p);
        return true;
    }
    const struct sx_dialog *dialog = sx_dialog_of_message(p->view->tracker, msg);
    if (dialog)
        *ack = sx_no_ack_judge(p->view->tracker, p->txn, dialog);
    return dialog != NULL;
}

static void draw_response(struct sx_pen *p)
{
    proto_item *item;
    struct sx_ack v;

    if (!sx_ack_of(p, &v))
        return;
    /* While the capture is being read, the ACK may be about to come. */
    if (v.state == SX_ACK_UNKNOWN && !sx_tracker_ended(p->view->tracker))
        return;
    proto_tree *tree = add_state(p, &v, &item);
    sx_add_frame(p, tree, hf_ack_in, v.ack_in);
    flag(p, item, p->txn, &v);
}

/* It settles what the response before it could not say in one pass. */
static void draw_late_ack(struct sx_pen *p, const struct sx_txn *invite)
{
    const struct sx_dialog *dialog = p->txn->method == SX_METHOD_ACK
                                         ? sx_tracker_dialog(p->view->tracker, p->txn->dialog)
                                         : NULL;
    struct sx_ack v = sx_no_ack_judge(p->view->tracker, invite, dialog);
    proto_item *item;

    if (v.state != SX_ACK_LATE || v.ack_in != p->frame)
        return;
    add_state(p, &v, &item);
    flag(p, item, invite, &v);
}

static void draw_ack(struct sx_pen *p)
{
    struct sx_acknowledged of =
        sx_no_ack_response(p->view->tracker, p->txn,
                           sx_txn_tag_hash(sx_sip_msg_to_tag(p->view->msg)));

    if (!of.frame || of.frame > p->frame)
        return;
    sx_add_frame(p, p->tree, hf_acks, of.frame);
    draw_late_ack(p, of.invite);
}

static void draw(struct sx_pen *p)
{
    if (!p->view->msg->is_request)
        draw_response(p);
    else if (sx_has_txn(p) && p->view->msg->method == SX_METHOD_ACK)
        draw_ack(p);
}

/* A final response whose ACK this frame finds overdue. */
static void draw_overdue(const struct sx_pen *blank)
{
    const struct sx_tracker *tracker = blank->tracker;
    const struct sx_overdue *o;

    if (!sx_tracker_overdue(tracker, blank->frame, 0))
        return;
    struct sx_pen p = *blank;
    for (uint32_t i = 0; (o = sx_tracker_overdue(tracker, p.frame, i)); i++) {
        if (o->due != SX_DUE_ACK)
            continue;
        if (!p.top)
            sx_add_top(&p);
        wmem_strbuf_t *words = wmem_strbuf_new(p.pinfo->pool, "");
        sx_say_ack_overdue(words, tracker, o);
        sx_flag(&p,
                sx_add_expired(&p, o->since_frame, sx_tracker_txn(tracker, o->txn), o->waited_ns,
                               -1),
                &ei_no_ack, wmem_strbuf_get_str(words));
    }
    if (p.top)
        sx_add_verdict(&p, p.flagged, NULL);
}

static void set_up(int proto, expert_module_t *module)
{
    static hf_register_info hf[] = {
        {&hf_ack_in,
         {"Acknowledged in", "sipexplain.ack_in", FT_FRAMENUM, BASE_NONE,
          FRAMENUM_TYPE(FT_FRAMENUM_ACK), 0, NULL, HFILL}},
        {&hf_acks,
         {"Acknowledges", "sipexplain.acks", FT_FRAMENUM, BASE_NONE, NULL, 0,
          "The final response that this ACK acknowledges", HFILL}},
        {&hf_ack_state,
         {"ACK", "sipexplain.ack.state", FT_UINT8, BASE_DEC, VALS(ack_state_vals), 0, NULL, HFILL}},
        {&hf_ack_cause,
         {"Cause", "sipexplain.ack.cause", FT_UINT8, BASE_DEC, VALS(ack_cause_vals), 0, NULL,
          HFILL}},
        {&hf_ack_cause_in,
         {"Cause in", "sipexplain.ack.cause_in", FT_FRAMENUM, BASE_NONE, NULL, 0, NULL, HFILL}},
    };
    static int *ett[] = {&ett_ack};
    static ei_register_info ei[] = {
        {&ei_no_ack,
         {"sipexplain.no_ack", PI_SEQUENCE, PI_WARN,
          "A final response to INVITE was not acknowledged, or only after it was repeated",
          EXPFILL}},
    };

    proto_register_field_array(proto, hf, array_length(hf));
    proto_register_subtree_array(ett, array_length(ett));
    expert_register_field_array(module, ei, array_length(ei));
}

const struct sx_drawing sx_drawing_ack = {
    .set_up = set_up,
    .message = draw,
    .frame = draw_overdue,
};
