/* draw_call_end.c
 * How a call ended: on its INVITE, on what ended it, and BYEs that failed.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "glue/compat.h"

#include "core/judge/leg_end.h"
#include "core/say/say_call_end.h"
#include "core/say/words.h"
#include "glue/draw/draw.h"

static int hf_ended_in = -1;
static int hf_ended_by = -1;
static int hf_duration = -1;
static int hf_leg_ended_in = -1;

static expert_field ei_bye_failed = EI_INIT;

static const value_string ender_vals[] = {
    {SX_ENDER_UNKNOWN, "Cannot tell"},    {SX_ENDER_CALLER, "The caller"},
    {SX_ENDER_CALLED, "The called side"}, {SX_ENDER_HOP, "A hop between them"},
    {SX_ENDER_BOTH, "Both at once"},      {0, NULL},
};

static void add_end(const struct sx_pen *p, const struct sx_call_end *end)
{
    sx_add_uint(p, p->tree, hf_ended_by, end->by);
    if (end->has_duration)
        sx_add_time(p, p->tree, hf_duration, end->duration_ns);
    sx_add_frame(p, p->tree, hf_leg_ended_in, sx_leg_end_find(p->view->tracker, end).frame);
}

static void draw_invite(struct sx_pen *p)
{
    struct sx_call_end end = sx_call_end_of_invite(p->view->tracker, p->txn);

    if (!end.ended_in)
        return;
    sx_add_frame(p, p->tree, hf_ended_in, end.ended_in);
    add_end(p, &end);
    if (p->remark || !sx_is_verdict_wanted(p))
        return;
    wmem_strbuf_t *words = wmem_strbuf_new(p->pinfo->pool, "");
    if (p->txn->final_frame) {
        sx_words_draw_answered(words, p->txn->final_code, p->txn->final_frame);
        wmem_strbuf_append(words, sx_words_draw_joint());
    }
    sx_say_call_end(words, p->view->tracker, &end);
    p->remark = wmem_strbuf_get_str(words);
}

static void draw_cancel(struct sx_pen *p)
{
    const struct sx_txn *invite = sx_tracker_txn(p->view->tracker, sx_txn_rare(p->txn)->related);
    wmem_strbuf_t *words = wmem_strbuf_new(p->pinfo->pool, "");

    if (!invite)
        return;
    struct sx_call_end end = sx_call_end_of_invite(p->view->tracker, invite);
    if (end.ended_in == p->frame)
        add_end(p, &end);
    if (!p->remark && sx_say_cancel(words, p->view->tracker, p->txn, invite))
        p->remark = wmem_strbuf_get_str(words);
}

static void flag_bye(struct sx_pen *p)
{
    enum sx_bye_fault fault = sx_call_end_bye_fault(p->view->tracker, p->txn);

    if (fault == SX_BYE_FINE)
        return;
    wmem_strbuf_t *words = wmem_strbuf_new(p->pinfo->pool, "");
    sx_say_bye_fault(words, p->txn, fault);
    sx_flag(p, p->top, &ei_bye_failed, wmem_strbuf_get_str(words));
}

static void draw_bye(struct sx_pen *p)
{
    const struct sx_dialog *dialog = sx_tracker_dialog(p->view->tracker, p->txn->dialog);

    flag_bye(p);
    if (!dialog)
        return;
    struct sx_call_end end = sx_call_end_of_dialog(p->view->tracker, dialog);
    if (!sx_call_end_is_by(p->view->tracker, &end, p->txn))
        return;
    add_end(p, &end);
    if (p->remark || !sx_is_verdict_wanted(p))
        return;
    wmem_strbuf_t *words = wmem_strbuf_new(p->pinfo->pool, "");
    sx_say_ends_call(words, p->view->tracker, &end);
    p->remark = wmem_strbuf_get_str(words);
}

static void draw(struct sx_pen *p)
{
    const struct sx_message *record = p->view->record;

    /* Repetitions say nothing new; copies of one packet say the same. */
    if (!sx_has_txn(p) || (record->repeats && !(record->flags & SX_MESSAGE_DUPLICATE)))
        return;
    if (!p->view->msg->is_request) {
        if (p->view->msg->method == SX_METHOD_BYE && p->view->msg->code == p->txn->final_code)
            flag_bye(p);
    } else if (p->view->msg->method == SX_METHOD_INVITE) {
        draw_invite(p);
    } else if (p->view->msg->method == SX_METHOD_CANCEL) {
        draw_cancel(p);
    } else if (p->view->msg->method == SX_METHOD_BYE) {
        draw_bye(p);
    }
}

static void set_up(int proto, expert_module_t *module)
{
    static hf_register_info hf[] = {
        {&hf_ended_in,
         {"Call ended in", "sipexplain.call.ended_in", FT_FRAMENUM, BASE_NONE, NULL, 0,
          "The BYE that ended the call, or the CANCEL before it was answered", HFILL}},
        {&hf_ended_by,
         {"Call ended by", "sipexplain.call.ended_by", FT_UINT8, BASE_DEC, VALS(ender_vals), 0,
          NULL, HFILL}},
        {&hf_duration,
         {"Call lasted (s)", "sipexplain.call.duration", FT_RELATIVE_TIME, BASE_NONE, NULL, 0,
          "From the 2xx to what ended the call", HFILL}},
        {&hf_leg_ended_in,
         {"Ended for its other leg in", "sipexplain.call.leg_ended_in", FT_FRAMENUM, BASE_NONE,
          NULL, 0,
          "Of a call that a B2BUA ended because of its other leg, which Session-ID joins to this "
          "one: "
          "the BYE there, or the 2xx whose ACK or session refresh never came",
          HFILL}},
    };
    static ei_register_info ei[] = {
        {&ei_bye_failed,
         {"sipexplain.bye_failed", PI_SEQUENCE, PI_WARN, "A BYE was refused or never answered",
          EXPFILL}},
    };

    proto_register_field_array(proto, hf, array_length(hf));
    expert_register_field_array(module, ei, array_length(ei));
}

const struct sx_drawing sx_drawing_call_end = {
    .set_up = set_up,
    .message = draw,
};
