/* stack_habits.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/judge/stack_habits.h"

#include "core/judge/no_ack.h"
#include "core/record/dialogs.h"

/* Branches, requests of a dialog or a call that are looked through. */
#define MAX_LOOKED_THROUGH 64

/* An answer without ACK comes again after 4 s at the most (RFC 3261 13.3.1.4), an INVITE without
 * answer after 16 s (17.1.1.2): who was silent for longer has stopped. */
#define ANSWER_STOPPED_NS (8 * SX_NS_PER_S)
#define REQUEST_STOPPED_NS (20 * SX_NS_PER_S)

/* One that is sent to the next host sooner is no second try. */
#define SERIAL_NS (1 * SX_NS_PER_S)

struct finder {
    const struct sx_stack_message *m;
    const struct sx_tracker *t;
    const struct sx_txn *txn;
    struct sx_stack_cases *found;
};

static struct sx_stack_case *add(struct finder *f, enum sx_stack_situation situation,
                                 int64_t number, const struct sx_txn *of)
{
    return sx_stack_cases_add(f->found, f->m, situation, number, of);
}

static bool before(uint32_t frame, uint32_t end)
{
    return frame && frame < end;
}

/* It was sent on, and nobody had said a word by this frame. */
static bool is_silent(const struct sx_txn *branch, uint32_t end)
{
    return before(branch->request_frame, end) && !before(sx_txn_more(branch)->trying_frame, end) &&
           !before(branch->first_response_frame, end) && !before(branch->final_frame, end);
}

/* ---- INVITE ---- */

static void never_answered(struct finder *f)
{
    const struct sx_txn *txn = f->txn;

    if (is_silent(txn, UINT32_MAX) && !sx_txn_rare(txn)->cancel_frame &&
        !sx_txn_rare(txn)->unreachable_frame &&
        sx_tracker_now(f->t) - sx_txn_last_request_ns(txn) >= REQUEST_STOPPED_NS)
        add(f, SX_SITUATION_NEVER_ANSWERED, sx_txn_last_request_ns(txn) - txn->request_ns, NULL)
            ->numbers.times = sx_txn_sends(txn);
}

/* The newest branch before it got no answer, wherever it went. */
static void tries_next(struct finder *f)
{
    const struct sx_txn *txn = f->txn, *b = sx_tracker_txn(f->t, txn->next_sibling);

    if (txn->parent && b && b->method == SX_METHOD_INVITE && b->src.host == txn->src.host &&
        is_silent(b, txn->request_frame) &&
        txn->request_ns - sx_txn_last_request_ns(b) >= SERIAL_NS)
        add(f, SX_SITUATION_TRIES_NEXT, txn->request_ns - b->request_ns, b)->by_hop = true;
}

/* ---- INVITE and UPDATE inside a dialog ---- */

/* It failed, for another reason than that it is to wait or to come with credentials. */
static bool was_refused(const struct sx_txn *txn)
{
    return txn->final_code >= 300 && txn->final_code != 491 && txn->final_code != 401 &&
           txn->final_code != 407;
}

static bool of_same_side(const struct finder *f, const struct sx_txn *o)
{
    return o->dialog == f->txn->dialog && o->by_called == f->txn->by_called &&
           o->src.host == f->txn->src.host && o->dst.host == f->txn->dst.host && o->request_frame;
}

static void refused_again(struct finder *f)
{
    const struct sx_txn *o = sx_dialog_older_request(f->t, f->txn);

    for (unsigned i = 0; o && i < MAX_LOOKED_THROUGH; i++, o = sx_dialog_older_request(f->t, o)) {
        if (!of_same_side(f, o) || o->method == SX_METHOD_ACK)
            continue;
        if (o->method == f->txn->method && was_refused(o) &&
            before(o->final_frame, f->txn->request_frame))
            add(f, SX_SITUATION_REFUSED_AGAIN, f->txn->request_ns - o->final_ns, o)->numbers.code =
                o->final_code;
        return;
    }
}

static bool is_it_further_on(const struct sx_txn *txn, const struct sx_txn *o)
{
    return o->method == txn->method && o->cseq == txn->cseq && o->by_called == txn->by_called;
}

/* Nothing that its side sent in the call came of it. */
static void refused_kept(struct finder *f)
{
    const struct sx_dialog *dialog = sx_tracker_dialog(f->t, f->txn->dialog);
    const struct sx_txn *o = dialog ? sx_dialog_newest_request(f->t, dialog) : NULL;

    if (!dialog || !was_refused(f->txn))
        return;
    for (unsigned i = 0; o && o != f->txn; i++, o = sx_dialog_older_request(f->t, o))
        if (i >= MAX_LOOKED_THROUGH || (o->method != SX_METHOD_ACK && !is_it_further_on(f->txn, o)))
            return;
    if (o)
        add(f, SX_SITUATION_REFUSED_KEPT, sx_tracker_now(f->t) - f->txn->final_ns, f->txn)
            ->numbers.code = f->txn->final_code;
}

static void of_request(struct finder *f)
{
    if (f->txn->in_dialog) {
        refused_again(f);
        refused_kept(f);
    } else if (f->txn->method == SX_METHOD_INVITE) {
        never_answered(f);
        tries_next(f);
    }
}

/* ---- CANCEL ---- */

static void of_cancel(struct finder *f)
{
    const struct sx_txn *invite = sx_tracker_txn(f->t, sx_txn_rare(f->txn)->related);

    if (!invite || f->txn->completed_elsewhere || invite->parent_key.bits ||
        sx_txn_more(invite)->expires_s || sx_txn_first_response_code(invite) >= 200 ||
        !before(invite->first_response_frame, f->txn->request_frame))
        return;
    add(f, SX_SITUATION_CANCEL_AFTER, f->txn->request_ns - sx_txn_first_response_ns(invite), invite)
        ->numbers.code = sx_txn_first_response_code(invite);
}

/* ---- final responses to INVITE ---- */

static void answer_no_ack(struct finder *f)
{
    const struct sx_dialog *dialog = sx_tracker_dialog(f->t, f->txn->dialog);
    struct sx_ack ack = {.state = SX_ACK_UNKNOWN};

    if (dialog)
        ack = sx_no_ack_judge(f->t, f->txn, dialog);
    if (ack.state == SX_ACK_NEVER && ack.response_in == f->txn->final_frame &&
        sx_tracker_now(f->t) - f->txn->final_ns - ack.lasted_ns >= ANSWER_STOPPED_NS)
        add(f, SX_SITUATION_ANSWER_NO_ACK, ack.lasted_ns, NULL)->numbers.times = ack.sends;
}

/* The caller hung up, and a branch has not said a word. */
static void cancelled_silent(struct finder *f)
{
    const struct sx_txn *txn = f->txn, *b = sx_tracker_txn(f->t, txn->first_child);

    for (unsigned i = 0; b && i < MAX_LOOKED_THROUGH;
         i++, b = sx_tracker_txn(f->t, b->next_sibling))
        if (before(b->request_frame, sx_txn_rare(txn)->cancel_frame) &&
            is_silent(b, txn->final_frame)) {
            add(f, SX_SITUATION_CANCELLED_SILENT, txn->final_ns - b->request_ns, b);
            return;
        }
}

static const struct sx_txn *branch_with(const struct finder *f, unsigned code)
{
    const struct sx_txn *b = sx_tracker_txn(f->t, f->txn->first_child);

    for (unsigned i = 0; b && i < MAX_LOOKED_THROUGH;
         i++, b = sx_tracker_txn(f->t, b->next_sibling))
        if (b->final_code == code && before(b->final_frame, f->txn->final_frame))
            return b;
    return NULL;
}

/* A fork asks for credentials though another one of its branches has failed: a challenge is no
 * failure, so no other judge asks. Both branches were there at one time. */
static void challenge_chosen(struct finder *f)
{
    const struct sx_txn *chosen = branch_with(f, f->txn->final_code);
    const struct sx_txn *b = sx_tracker_txn(f->t, f->txn->first_child);

    for (unsigned i = 0; chosen && b && i < MAX_LOOKED_THROUGH;
         i++, b = sx_tracker_txn(f->t, b->next_sibling))
        if (b->final_code >= 400 && b->final_code < 600 && b->final_code != 401 &&
            b->final_code != 407 && !sx_txn_rare(b)->cancel_frame &&
            before(b->final_frame, f->txn->final_frame) &&
            before(b->request_frame, chosen->final_frame) &&
            before(chosen->request_frame, b->final_frame)) {
            struct sx_stack_case *c = add(f, SX_SITUATION_FORK, 0, b);
            c->numbers.over = b->final_code;
            c->by_hop = true;
            return;
        }
}

static void of_final(struct finder *f)
{
    unsigned code = f->txn->final_code;

    if (code < 300)
        answer_no_ack(f);
    else if (code == 487 && before(sx_txn_rare(f->txn)->cancel_frame, f->txn->final_frame))
        cancelled_silent(f);
    else if (code == 401 || code == 407)
        challenge_chosen(f);
}

void sx_stack_habits_add(struct sx_stack_cases *cases, const struct sx_stack_message *m)
{
    struct finder f = {.m = m, .t = m->tracker, .txn = m->txn, .found = cases};

    if (!m->msg->is_request) {
        if (m->txn->method == SX_METHOD_INVITE && m->msg->code == m->txn->final_code &&
            m->record->frame == m->txn->final_frame)
            of_final(&f);
        return;
    }
    if (!m->txn->request_frame)
        return;
    switch (m->txn->method) {
    case SX_METHOD_INVITE:
    case SX_METHOD_UPDATE:
        of_request(&f);
        break;
    case SX_METHOD_CANCEL:
        of_cancel(&f);
        break;
    default:
        break;
    }
}
