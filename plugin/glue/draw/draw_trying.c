/* draw_trying.c
 * Waits: for more than a 100, or for any response.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "glue/compat.h"

#include "core/say/brief.h"
#include "core/judge/silence.h"
#include "core/judge/trying.h"
#include "core/say/say.h"
#include "core/say/words.h"
#include "glue/draw/draw.h"

static int hf_trying_state = -1;
static int hf_trying_wait = -1;
static int hf_trying_ended_in = -1;
static int hf_trying_cause = -1;
static int hf_trying_cause_in = -1;
static int hf_trying_ended = -1;
static int hf_response_missing = -1;

static int ett_trying = -1;

static expert_field ei_trying_timeout = EI_INIT;
static expert_field ei_trying_slow = EI_INIT;
static expert_field ei_trying_cancelled = EI_INIT;
static expert_field ei_no_response = EI_INIT;

static const value_string trying_state_vals[] = {
    {SX_TRYING_ANSWERED, "Answered in time"},
    {SX_TRYING_SLOW, "Slow"},
    {SX_TRYING_TIMED_OUT, "Stuck"},
    {SX_TRYING_CANCELLED, "Cancelled while trying"},
    {SX_TRYING_OPEN, "Open when the capture ended"},
    {0, NULL},
};

const value_string sx_trying_cause_vals[] = {
    {SX_CAUSE_UNKNOWN, "Cannot tell from this capture"},
    {SX_CAUSE_NOT_FORWARDED, "Not forwarded"},
    {SX_CAUSE_NEVER_ANSWERED, "Forwarded and never answered"},
    {SX_CAUSE_NEXT_HOP_STUCK, "The next hop is stuck too"},
    {SX_CAUSE_NOT_RELAYED, "Answered but not relayed back"},
    {SX_CAUSE_100_LOST, "The 100 does not reach the caller"},
    {SX_CAUSE_UNREACHABLE, "The next hop is unreachable"},
    {SX_CAUSE_NOTHING_BEYOND, "Only 100, and nothing seen beyond this hop"},
    {0, NULL},
};

static expert_field *trying_expert(enum sx_trying_state trying_state)
{
    switch (trying_state) {
    case SX_TRYING_TIMED_OUT:
        return &ei_trying_timeout;
    case SX_TRYING_SLOW:
        return &ei_trying_slow;
    case SX_TRYING_CANCELLED:
        return &ei_trying_cancelled;
    case SX_TRYING_NONE:
    case SX_TRYING_ANSWERED:
    case SX_TRYING_OPEN:
    default:
        return NULL;
    }
}

static void draw_trying(struct sx_pen *p)
{
    const struct sx_txn *txn = p->txn;
    const struct sx_message *record = p->view->record;
    bool waits = sx_message_stands_for(record, txn->request_frame) ||
                 sx_message_stands_for(record, sx_txn_more(txn)->trying_frame);
    bool other_side = record->flags & (SX_MESSAGE_OTHER_PLACE | SX_MESSAGE_TRANSLATED);
    bool ends = record->flags & SX_MESSAGE_ENDS_WAIT;

    /* A CANCEL ends the wait of its INVITE. */
    if (ends && txn->method == SX_METHOD_CANCEL)
        txn = sx_tracker_txn(p->view->tracker, sx_txn_rare(txn)->related);
    else if (!waits && !ends)
        return;
    if (!txn || (record->repeats && !other_side) ||
        (p->view->msg->is_request && txn->method == SX_METHOD_ACK))
        return;
    struct sx_trying v = sx_trying_judge(p->view->tracker, txn);
    if (v.state == SX_TRYING_NONE || (ends && !sx_message_stands_for(record, v.ended_in)))
        return;
    if (v.state == SX_TRYING_OPEN) {
        wmem_strbuf_t *open = wmem_strbuf_new(p->pinfo->pool, "");
        sx_say_trying(open, p->view->tracker, txn, &v);
        p->remark = wmem_strbuf_get_str(open);
    }
    proto_item *item;
    if (ends) {
        item = sx_add_frame(p, p->tree, hf_trying_ended, sx_txn_more(txn)->trying_frame);
    } else {
        item = sx_add_uint(p, p->tree, hf_trying_state, v.state);
        proto_tree *tree = proto_item_add_subtree(item, ett_trying);
        /* When a response came that the capture lacks is not known. */
        if ((v.missing.sign == SX_MISSING_NONE && !v.heard) || v.state == SX_TRYING_TIMED_OUT ||
            txn->first_response_frame || sx_txn_rare(txn)->cancel_frame)
            sx_add_time(p, tree, hf_trying_wait, v.wait_ns);
        sx_add_frame(p, tree, hf_trying_ended_in, v.ended_in);
        if (v.state != SX_TRYING_ANSWERED) {
            sx_add_uint(p, tree, hf_trying_cause, sx_trying_cause_of(&v.chain));
            sx_add_frame(p, tree, hf_trying_cause_in, v.chain.cause_in);
        }
    }
    wmem_strbuf_t *words = wmem_strbuf_new(p->pinfo->pool, "");
    expert_field *ei = trying_expert(v.state);
    if (!ei || !sx_say_trying(words, p->view->tracker, txn, &v))
        return;
    sx_flag(p, item, ei, wmem_strbuf_get_str(words));
    wmem_strbuf_t *brief = wmem_strbuf_new(p->pinfo->pool, "");
    sx_brief_trying(brief, p->view->tracker, txn, &v);
    p->brief = wmem_strbuf_get_str(brief);
}

static void draw_no_response(struct sx_pen *p)
{
    if (!sx_message_stands_for(p->view->record, p->txn->request_frame) ||
        !p->view->msg->is_request || !sx_silence_no_response(p->view->tracker, p->txn))
        return;
    wmem_strbuf_t *words = wmem_strbuf_new(p->pinfo->pool, "");
    sx_say_no_response(words, p->view->tracker, p->txn);
    sx_flag(p, p->top, &ei_no_response, wmem_strbuf_get_str(words));
}

static const char *not_repeated(const struct sx_pen *p)
{
    wmem_strbuf_t *words = wmem_strbuf_new(p->pinfo->pool, "");

    sx_say_not_repeated(words, p->txn);
    return wmem_strbuf_get_str(words);
}

static void draw_missing(struct sx_pen *p)
{
    const struct sx_txn *txn = p->txn;
    const struct sx_message *record = p->view->record;

    if (txn->final_frame || record->method == SX_METHOD_ACK ||
        (!sx_message_stands_for(record, txn->request_frame) &&
         !sx_message_stands_for(record, sx_txn_more(txn)->trying_frame)))
        return;
    struct sx_missing missing = sx_missing_response(p->view->tracker, txn, UINT32_MAX);
    if (missing.sign == SX_MISSING_NONE) {
        if (sx_silence_not_repeated(p->view->tracker, txn))
            p->remark = not_repeated(p);
        return;
    }
    /* Where something else ended the wait, or was said of it before, a guess adds nothing. */
    if (!sx_missing_is_sure(missing.sign) &&
        (txn->first_response_frame || sx_txn_rare(txn)->cancel_frame ||
         sx_txn_rare(txn)->expired_frame))
        return;
    if (missing.sign != SX_MISSING_UNCERTAIN)
        sx_add_frame(p, p->tree, hf_response_missing, missing.frame);
    wmem_strbuf_t *words = wmem_strbuf_new(p->pinfo->pool, "");
    sx_say_missing(words, p->view->tracker, txn, &missing);
    p->remark = wmem_strbuf_get_str(words);
}

static uint32_t overdue(const struct sx_expiry *e, const struct sx_txn *txn)
{
    return e->after_100 ? sx_txn_more(txn)->trying_frame : txn->request_frame;
}

/* As it is known when the frame comes. */
static int cause_by(const struct sx_tracker *tracker, const struct sx_expiry *e)
{
    if (!e->after_100)
        return -1;
    struct sx_trying_chain chain = sx_trying_cause_by(tracker, e);
    return (int)sx_trying_cause_of(&chain);
}

/* A later frame shows that there was an answer, and nothing shows when it came. */
static bool say_answered(wmem_strbuf_t *words, const struct sx_tracker *tracker,
                         const struct sx_expiry *e, const struct sx_txn *txn)
{
    struct sx_missing missing = sx_missing_response(tracker, txn, UINT32_MAX);

    if (missing.sign != SX_MISSING_IN_DIALOG)
        return false;
    wmem_strbuf_t *why = sx_words_piece(words);
    sx_say_missing(why, tracker, txn, &missing);
    sx_words_draw_may_be_in_time(words, overdue(e, txn), why);
    return true;
}

static void draw_expiries(const struct sx_pen *blank)
{
    const struct sx_tracker *tracker = blank->tracker;
    const struct sx_expiry *e;
    uint32_t more = 0;

    if (!sx_tracker_expiry(tracker, blank->frame, 0))
        return;
    struct sx_pen p = *blank;
    wmem_strbuf_t *words = wmem_strbuf_new(p.pinfo->pool, "");
    wmem_strbuf_t *verdict = wmem_strbuf_new(p.pinfo->pool, "");

    sx_add_top(&p);
    for (uint32_t i = 0; (e = sx_tracker_expiry(tracker, p.frame, i)); i++) {
        const struct sx_txn *txn = sx_tracker_txn(tracker, e->txn);
        bool calm = txn->first_response_frame == p.frame ||
                    sx_txn_rare(txn)->cancel_frame == p.frame ||
                    sx_trying_judge(tracker, txn).ended_in == p.frame;
        wmem_strbuf_truncate(words, 0);
        if (calm)
            sx_words_draw_ends_wait(words, overdue(e, txn));
        else if (say_answered(words, tracker, e, txn))
            calm = true;
        else
            sx_say_expiry(words, tracker, e);
        proto_item *item =
            sx_add_expired(&p, overdue(e, txn), txn, e->waited_ns, cause_by(tracker, e));
        /* What ends the wait is flagged itself, and what was answered is not. */
        if (!calm)
            sx_flag(&p, item, e->after_100 ? &ei_trying_timeout : &ei_no_response,
                    wmem_strbuf_get_str(words));
        if (i == 0)
            wmem_strbuf_append(verdict, wmem_strbuf_get_str(words));
        more = i;
    }
    sx_say_more(verdict, more);
    sx_add_verdict(&p, wmem_strbuf_get_str(verdict), NULL);
}

/* As many of a frame's waits have words in its verdict. */
#define MAX_HANGUP_WORDS 2

/* The client of a wait closes its connection: that ends the wait only if nothing of it follows. */
static void say_hangup(wmem_strbuf_t *words, const struct sx_tracker *tracker,
                       const struct sx_txn *txn)
{
    if (sx_tracker_ended(tracker))
        sx_words_draw_connection_ends(words, txn->request_frame);
    else
        sx_words_draw_closes(words, sx_tracker_host(tracker, txn->src.host), txn->request_frame);
}

static void draw_hangup(struct sx_pen *p, const struct sx_tracker *tracker,
                        const struct sx_txn *txn, wmem_strbuf_t *words)
{
    struct sx_trying v = sx_trying_judge(tracker, txn);
    expert_field *ei = trying_expert(v.state);

    if (v.ended_in == p->frame && ei && sx_say_trying(words, tracker, txn, &v))
        sx_flag(p, sx_add_frame(p, p->tree, hf_trying_ended, sx_txn_more(txn)->trying_frame), ei,
                wmem_strbuf_get_str(words));
    else
        say_hangup(words, tracker, txn);
}

/* The frame that ends the connection over which the caller waited. */
static void draw_hangups(const struct sx_pen *blank)
{
    const struct sx_tracker *tracker = blank->tracker;
    const struct sx_hangup *hangup;
    uint32_t told = 0;

    if (!sx_tracker_hangup(tracker, blank->frame, 0))
        return;
    struct sx_pen p = *blank;
    wmem_strbuf_t *words = wmem_strbuf_new(p.pinfo->pool, "");
    wmem_strbuf_t *verdict = wmem_strbuf_new(p.pinfo->pool, "");

    for (uint32_t i = 0; (hangup = sx_tracker_hangup(tracker, p.frame, i)); i++) {
        const struct sx_txn *txn = sx_tracker_txn(tracker, hangup->txn);
        if (sx_txn_more(txn)->trying_frame == 0 || sx_txn_more(txn)->trying_frame > p.frame)
            continue;
        if (!p.top)
            sx_add_top(&p);
        wmem_strbuf_truncate(words, 0);
        draw_hangup(&p, tracker, txn, words);
        if (told++ < MAX_HANGUP_WORDS)
            wmem_strbuf_append_printf(verdict, "%s%s", told > 1 ? sx_words_draw_joint() : "",
                                      wmem_strbuf_get_str(words));
    }
    if (told > MAX_HANGUP_WORDS)
        sx_words_draw_and_more(verdict, told - MAX_HANGUP_WORDS);
    if (p.top)
        sx_add_verdict(&p, wmem_strbuf_get_str(verdict), NULL);
}

/* A cancelled INVITE whose final response never came, on the two requests. */
static void draw_no_end(struct sx_pen *p)
{
    const struct sx_txn *txn = p->txn;
    bool cancel = txn->method == SX_METHOD_CANCEL;
    const struct sx_txn *invite =
        cancel ? sx_tracker_txn(p->view->tracker, sx_txn_rare(txn)->related) : txn;

    if (p->frame != txn->request_frame || !p->view->msg->is_request || p->remark || !invite ||
        !sx_trying_lacks_end(p->view->tracker, invite))
        return;
    wmem_strbuf_t *words = wmem_strbuf_new(p->pinfo->pool, "");
    sx_say_no_end(words, p->view->tracker, invite);
    p->remark = wmem_strbuf_get_str(words);
}

static void draw_waits(struct sx_pen *p)
{
    if (!sx_has_txn(p))
        return;
    draw_trying(p);
    draw_no_response(p);
    draw_missing(p);
    draw_no_end(p);
}

static void draw_frame(const struct sx_pen *blank)
{
    draw_expiries(blank);
    draw_hangups(blank);
}

static void set_up(int proto, expert_module_t *module)
{
    static hf_register_info hf[] = {
        {&hf_trying_state,
         {"Wait after 100 Trying", "sipexplain.trying.state", FT_UINT8, BASE_DEC,
          VALS(trying_state_vals), 0, NULL, HFILL}},
        {&hf_trying_wait,
         {"Waited (s)", "sipexplain.trying.wait", FT_RELATIVE_TIME, BASE_NONE, NULL, 0, NULL,
          HFILL}},
        {&hf_trying_ended_in,
         {"Ended in", "sipexplain.trying.ended_in", FT_FRAMENUM, BASE_NONE, NULL, 0, NULL, HFILL}},
        {&hf_trying_cause,
         {"Cause", "sipexplain.trying.cause", FT_UINT8, BASE_DEC, VALS(sx_trying_cause_vals), 0,
          NULL, HFILL}},
        {&hf_trying_cause_in,
         {"Cause in", "sipexplain.trying.cause_in", FT_FRAMENUM, BASE_NONE, NULL, 0, NULL, HFILL}},
        {&hf_trying_ended,
         {"Ends the wait after 100 Trying in", "sipexplain.trying.ended", FT_FRAMENUM, BASE_NONE,
          NULL, 0, NULL, HFILL}},
        {&hf_response_missing,
         {"Response missing, as shown by", "sipexplain.response_missing", FT_FRAMENUM, BASE_NONE,
          NULL, 0,
          "The capture lacks the response: this frame acknowledges it, passes it on, or "
          "cannot be read and may be it",
          HFILL}},
    };
    static int *ett[] = {&ett_trying};
    static ei_register_info ei[] = {
        {&ei_trying_timeout,
         {"sipexplain.trying_timeout", PI_SEQUENCE, PI_WARN,
          "Stuck: 100 Trying, and then no response for too long", EXPFILL}},
        {&ei_trying_slow,
         {"sipexplain.trying_slow", PI_SEQUENCE, PI_NOTE, "Slow response after 100 Trying",
          EXPFILL}},
        {&ei_trying_cancelled,
         {"sipexplain.trying_cancelled", PI_SEQUENCE, PI_NOTE,
          "Cancelled after nothing but 100 Trying", EXPFILL}},
        {&ei_no_response,
         {"sipexplain.no_response", PI_SEQUENCE, PI_WARN,
          "No response at all, not even 100 Trying, to a request", EXPFILL}},
    };

    proto_register_field_array(proto, hf, array_length(hf));
    proto_register_subtree_array(ett, array_length(ett));
    expert_register_field_array(module, ei, array_length(ei));
}

const struct sx_drawing sx_drawing_trying = {
    .set_up = set_up,
    .message = draw_waits,
    .frame = draw_frame,
};
