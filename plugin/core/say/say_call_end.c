/* say_call_end.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/say/say_call_end.h"

#include "core/facts/catalogue.h"
#include "core/judge/leg_end.h"
#include "core/judge/trying.h"
#include "core/read/reason.h"
#include "core/record/missing.h"
#include "core/say/words.h"

static const char *ender(const struct sx_call_end *end)
{
    if (end->unsure)
        return sx_words_call_end_unsure();
    switch (end->by) {
    case SX_ENDER_CALLER:
        return sx_words_call_end_caller();
    case SX_ENDER_CALLED:
        return sx_words_call_end_called();
    case SX_ENDER_HOP:
        return sx_words_call_end_hop();
    case SX_ENDER_BOTH:
        return sx_words_call_end_both();
    case SX_ENDER_UNKNOWN:
    default:
        return sx_words_call_end_unknown();
    }
}

static wmem_strbuf_t *after(const wmem_strbuf_t *out, const struct sx_call_end *end)
{
    wmem_strbuf_t *piece = sx_words_piece(out);

    if (end->has_duration)
        sx_words_call_end_after(piece, end->duration_ns);
    return piece;
}

/* "; Reason: Q.850 16 (Normal call clearing)", "; Reason: SIP 503 (Service Unavailable)"; nothing
 * for 0. reason: sx_reason_number() */
static wmem_strbuf_t *reason_of(const wmem_strbuf_t *out, uint16_t reason)
{
    wmem_strbuf_t *piece = sx_words_piece(out);
    unsigned cause = reason & ~SX_REASON_SIP;

    if (reason & SX_REASON_SIP)
        sx_words_call_end_reason_sip(piece, cause, sx_catalogue_explain(cause)->phrase);
    else if (cause && sx_catalogue_q850(cause))
        sx_words_call_end_reason_cause(piece, cause, sx_catalogue_q850(cause)->name);
    else if (cause)
        sx_words_call_end_reason_number(piece, cause);
    return piece;
}

static wmem_strbuf_t *reason_of_end(const wmem_strbuf_t *out, const struct sx_tracker *tracker,
                                    const struct sx_call_end *end)
{
    const struct sx_txn *request = sx_tracker_txn(tracker, end->txn);

    return reason_of(out, request ? request->reason : 0);
}

/* ": the caller of its other leg hung up in frame 7"; nothing where no other leg made the end. */
static wmem_strbuf_t *leg_of(const wmem_strbuf_t *out, const struct sx_tracker *tracker,
                             const struct sx_call_end *end)
{
    struct sx_leg_end leg = sx_leg_end_find(tracker, end);
    wmem_strbuf_t *piece = sx_words_piece(out);

    switch (leg.cause) {
    case SX_LEG_HUNG_UP:
        if (leg.by == SX_SIDE_CALLER)
            sx_words_call_end_leg_caller(piece, leg.frame);
        else
            sx_words_call_end_leg_called(piece, leg.frame);
        break;
    case SX_LEG_NO_ACK:
        sx_words_call_end_leg_no_ack(piece, leg.code, leg.frame);
        break;
    case SX_LEG_NOT_REFRESHED:
        sx_words_call_end_leg_session(piece, leg.frame);
        break;
    case SX_LEG_NONE:
    default:
        break;
    }
    return piece;
}

void sx_say_call_end(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                     const struct sx_call_end *end)
{
    wmem_strbuf_t *reason = reason_of_end(out, tracker, end);

    if (end->cancelled)
        sx_words_call_end_cancelled(out, ender(end), after(out, end), end->ended_in, reason);
    else if (end->open)
        sx_words_call_end_sent(out, ender(end), after(out, end), end->ended_in,
                               leg_of(out, tracker, end), reason);
    else
        sx_words_call_end_ended(out, ender(end), after(out, end), end->ended_in,
                                leg_of(out, tracker, end), reason);
}

void sx_say_ends_call(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                      const struct sx_call_end *end)
{
    const struct sx_txn *request = sx_tracker_txn(tracker, end->forgotten);
    wmem_strbuf_t *forgotten = sx_words_piece(out);

    if (request)
        sx_words_call_end_forgotten(forgotten, sx_method_name((enum sx_method)request->method),
                                    request->request_frame, request->final_code,
                                    request->final_frame);
    if (end->open)
        sx_words_call_end_no_response(out, after(out, end), ender(end), leg_of(out, tracker, end),
                                      forgotten, reason_of_end(out, tracker, end));
    else
        sx_words_call_end_ends(out, after(out, end), ender(end), leg_of(out, tracker, end),
                               forgotten, reason_of_end(out, tracker, end));
}

void sx_say_bye_fault(wmem_strbuf_t *out, const struct sx_txn *bye, enum sx_bye_fault fault)
{
    if (fault == SX_BYE_UNANSWERED)
        sx_words_call_end_bye_unanswered(out, bye->request_frame);
    else if (bye->final_code == 401 || bye->final_code == 407)
        sx_words_call_end_bye_challenged(out, bye->final_frame);
    else
        sx_words_call_end_bye_refused(out, bye->final_code, bye->final_frame);
}

/* ---- CANCEL ---- */

static wmem_strbuf_t *who_cancels(const wmem_strbuf_t *out, const struct sx_tracker *tracker,
                                  const struct sx_txn *cancel, const struct sx_txn *invite)
{
    wmem_strbuf_t *who = sx_words_piece(out);

    if (invite->parent_key.bits == 0)
        wmem_strbuf_append(who, sx_words_call_end_who_caller());
    else
        sx_words_call_end_who_host(who, sx_tracker_host(tracker, cancel->src.host));
    return who;
}

/* The ACK tells of a 2xx that the capture lacks; 0: there is none. */
static uint32_t unseen_answer(const struct sx_tracker *tracker, const struct sx_txn *invite)
{
    struct sx_missing missing = sx_missing_response(tracker, invite, UINT32_MAX);

    return !invite->final_frame && missing.sign == SX_MISSING_ACKNOWLEDGED ? missing.frame : 0;
}

/* It changes nothing any more. False if it does. */
static bool say_race(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                     const struct sx_txn *cancel, const struct sx_txn *invite)
{
    uint32_t ack = unseen_answer(tracker, invite);
    bool answered = invite->final_code / 100 == 2;
    bool late = invite->final_frame && invite->final_frame < cancel->request_frame;

    if (late && answered)
        sx_words_call_end_too_late_call(out, invite->final_code, invite->final_frame);
    else if (late)
        sx_words_call_end_too_late(out, invite->final_code, invite->final_frame);
    else if (ack)
        sx_words_call_end_crosses_unseen(out, ack);
    else if (answered)
        sx_words_call_end_crosses(out, invite->final_code, invite->final_frame);
    else
        return false;
    return true;
}

/* RFC 3261 9.1: the INVITE has to get its 487; else the client forgets it after 64*T1. */
static wmem_strbuf_t *no_end(const wmem_strbuf_t *out, const struct sx_tracker *tracker,
                             const struct sx_txn *cancel, const struct sx_txn *invite)
{
    int64_t waited_ns = sx_tracker_now(tracker) - cancel->request_ns;
    wmem_strbuf_t *piece = sx_words_piece(out);

    if (!invite->final_frame && cancel->final_code / 100 == 2 && waited_ns >= SX_TIMER_B_NS &&
        sx_missing_response(tracker, invite, UINT32_MAX).sign == SX_MISSING_NONE)
        sx_words_call_end_no_end(piece, cancel->final_frame, waited_ns);
    return piece;
}

/* The branch that settled the fork before the CANCEL, or the INVITE above that has what it said. */
static const struct sx_txn *settled_by(const struct sx_tracker *tracker,
                                       const struct sx_txn *cancel, const struct sx_txn *invite)
{
    const struct sx_txn *other = sx_trying_settled_elsewhere(tracker, invite),
                        *above = sx_tracker_txn(tracker, invite->parent);
    bool settled = above && (above->final_code / 100 == 2 || above->final_code / 100 == 6) &&
                   above->final_frame < cancel->request_frame;

    return other || !settled ? other : above;
}

static const char *how_spent(const struct sx_tracker *tracker, const struct sx_txn *cancel,
                             const struct sx_txn *invite, bool heard)
{
    if (heard)
        return sx_txn_first_response_code(invite) == 180 ? sx_words_call_end_ringing()
                                                         : sx_words_call_end_progress();
    return sx_call_end_shows_answers(tracker, cancel, invite) ? sx_words_call_end_nothing()
                                                              : sx_words_call_end_nothing_seen();
}

static void say_gives_up(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                         const struct sx_txn *cancel, const struct sx_txn *invite)
{
    bool heard = invite->first_response_frame && sx_txn_first_response_code(invite) < 200 &&
                 sx_txn_first_response_ns(invite) <= cancel->request_ns;
    int64_t since_ns = heard ? sx_txn_first_response_ns(invite) : invite->request_ns;
    int64_t waited_ns = cancel->request_ns - since_ns;
    const struct sx_txn *other = settled_by(tracker, cancel, invite);
    wmem_strbuf_t *who = who_cancels(out, tracker, cancel, invite);
    wmem_strbuf_t *silent = no_end(out, tracker, cancel, invite);
    wmem_strbuf_t *reason = reason_of(out, cancel->completed_elsewhere ? 0 : cancel->reason);
    const char *soon = sx_call_end_cancels_too_soon(cancel, invite) ? sx_words_call_end_too_soon()
                                                                    : "";
    const char *what = how_spent(tracker, cancel, invite, heard);

    if (other && other->final_code >= 600)
        sx_words_call_end_cancels_declined(out, who, waited_ns, what, other->final_code,
                                           other->final_frame, soon, reason, silent);
    else if (other)
        sx_words_call_end_cancels(out, who, waited_ns, what, other->final_frame, soon, reason,
                                  silent);
    else if (cancel->completed_elsewhere)
        sx_words_call_end_cancels_elsewhere(out, who, waited_ns, what, soon, reason, silent);
    else
        sx_words_call_end_gives_up(out, who, waited_ns, what, soon, reason, silent);
}

bool sx_say_cancel(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                   const struct sx_txn *cancel, const struct sx_txn *invite)
{
    const struct sx_txn *above = sx_tracker_txn(tracker, invite->parent);

    if (!invite->request_frame || invite->request_frame > cancel->request_frame ||
        cancel->request_ns < invite->request_ns)
        return false;
    if (say_race(out, tracker, cancel, invite))
        return true;
    if (above && sx_txn_rare(above)->cancel_frame &&
        sx_txn_rare(above)->cancel_ns <= cancel->request_ns)
        sx_words_call_end_hands_on(out, sx_txn_rare(above)->cancel_frame,
                                   no_end(out, tracker, cancel, invite));
    else
        say_gives_up(out, tracker, cancel, invite);
    return true;
}
