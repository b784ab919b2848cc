/* say_call_end.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/say/say_call_end.h"

#include <inttypes.h>

#include "core/facts/catalogue.h"
#include "core/judge/trying.h"
#include "core/read/reason.h"
#include "core/record/missing.h"
#include "core/say/say.h"

const char *sx_say_ender(enum sx_ender by)
{
    switch (by) {
    case SX_ENDER_CALLER:
        return "by the caller";
    case SX_ENDER_CALLED:
        return "by the called side";
    case SX_ENDER_HOP:
        return "by a hop between caller and called side";
    case SX_ENDER_BOTH:
        return "by both sides at once";
    case SX_ENDER_UNKNOWN:
    default:
        return "by one side; which one began the call is not in the capture";
    }
}

static void say_after(wmem_strbuf_t *out, const struct sx_call_end *end)
{
    if (!end->has_duration)
        return;
    wmem_strbuf_append(out, " after ");
    sx_say_time(out, end->duration_ns);
}

void sx_say_reason(wmem_strbuf_t *out, uint16_t reason)
{
    unsigned cause = reason & ~SX_REASON_SIP;

    if (reason & SX_REASON_SIP)
        wmem_strbuf_append_printf(out, "; Reason: SIP %u (%s)", cause,
                                  sx_catalogue_explain(cause)->phrase);
    else if (cause && sx_catalogue_q850(cause))
        wmem_strbuf_append_printf(out, "; Reason: Q.850 %u (%s)", cause,
                                  sx_catalogue_q850(cause)->name);
    else if (cause)
        wmem_strbuf_append_printf(out, "; Reason: Q.850 %u", cause);
}

static void say_reason_of(wmem_strbuf_t *out, const struct sx_tracker *tracker, uint32_t txn)
{
    const struct sx_txn *request = sx_tracker_txn(tracker, txn);

    sx_say_reason(out, request ? request->reason : 0);
}

void sx_say_call_end(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                     const struct sx_call_end *end)
{
    wmem_strbuf_append_printf(out, "%s %s", end->cancelled ? "cancelled" : "ended",
                              sx_say_ender(end->by));
    say_after(out, end);
    wmem_strbuf_append_printf(out, ", in frame %" PRIu32, end->ended_in);
    say_reason_of(out, tracker, end->txn);
}

void sx_say_ends_call(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                      const struct sx_call_end *end)
{
    const struct sx_txn *forgotten = sx_tracker_txn(tracker, end->forgotten);

    wmem_strbuf_append(out, "ends the call");
    say_after(out, end);
    wmem_strbuf_append_printf(out, ", %s", sx_say_ender(end->by));
    if (forgotten)
        wmem_strbuf_append_printf(out,
                                  ", whose %s in frame %" PRIu32 " got %u in frame %" PRIu32
                                  " (RFC 3261 12.2.1.2)",
                                  sx_method_name((enum sx_method)forgotten->method),
                                  forgotten->request_frame, forgotten->final_code,
                                  forgotten->final_frame);
    say_reason_of(out, tracker, end->txn);
}

void sx_say_bye_fault(wmem_strbuf_t *out, const struct sx_txn *bye, enum sx_bye_fault fault)
{
    if (fault == SX_BYE_UNANSWERED)
        wmem_strbuf_append_printf(out, "the BYE in frame %" PRIu32 " was never answered",
                                  bye->request_frame);
    else if (bye->final_code == 401 || bye->final_code == 407)
        wmem_strbuf_append_printf(out, "the BYE is challenged in frame %" PRIu32 " and given up",
                                  bye->final_frame);
    else
        wmem_strbuf_append_printf(out, "the BYE is refused with %u in frame %" PRIu32,
                                  bye->final_code, bye->final_frame);
    wmem_strbuf_append(out, ": the other side may still be in the call");
}

/* ---- CANCEL ---- */

static void say_who(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                    const struct sx_txn *cancel, const struct sx_txn *invite)
{
    if (invite->parent_key.bits == 0)
        wmem_strbuf_append(out, "the caller");
    else
        sx_say_host(out, tracker, cancel->src.host);
}

static void say_gives_up(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                         const struct sx_txn *cancel, const struct sx_txn *invite)
{
    bool rang = invite->first_response_frame && invite->first_response_code < 200 &&
                invite->first_response_ns <= cancel->request_ns;
    int64_t since_ns = rang ? invite->first_response_ns : invite->request_ns;

    uint32_t answered_in = sx_trying_answered_elsewhere(tracker, invite);
    bool nobody_gave_up = answered_in || cancel->completed_elsewhere;

    say_who(out, tracker, cancel, invite);
    wmem_strbuf_append(out, nobody_gave_up ? " cancels after " : " gives up after ");
    sx_say_time(out, cancel->request_ns - since_ns);
    if (rang)
        wmem_strbuf_append_printf(out, " of %s",
                                  invite->first_response_code == 180 ? "ringing" : "progress");
    else
        wmem_strbuf_append(out, " without an answer");
    if (answered_in)
        wmem_strbuf_append_printf(out, ": another branch answered in frame %" PRIu32, answered_in);
    else if (cancel->completed_elsewhere)
        wmem_strbuf_append(out, ": answered elsewhere, says its Reason");
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
    bool answered = ack || invite->final_code / 100 == 2;

    if (invite->final_frame && invite->final_frame < cancel->request_frame)
        wmem_strbuf_append_printf(out, "too late, after the %u in frame %" PRIu32,
                                  invite->final_code, invite->final_frame);
    else if (ack)
        wmem_strbuf_append_printf(out,
                                  "crosses a 2xx that the capture lacks, and frame %" PRIu32
                                  " acknowledges",
                                  ack);
    else if (answered)
        wmem_strbuf_append_printf(out, "crosses the %u in frame %" PRIu32, invite->final_code,
                                  invite->final_frame);
    else
        return false;
    if (answered)
        wmem_strbuf_append(out, ": the call is up, and only BYE ends it");
    return true;
}

/* RFC 3261 9.1: the INVITE has to get its 487; else the client forgets it after 64*T1. */
static void say_no_487(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                       const struct sx_txn *cancel, const struct sx_txn *invite)
{
    int64_t waited_ns = sx_tracker_now(tracker) - cancel->request_ns;

    if (invite->final_frame || cancel->final_code / 100 != 2 || waited_ns < SX_TIMER_B_NS ||
        sx_missing_response(tracker, invite, UINT32_MAX).sign != SX_MISSING_NONE)
        return;
    wmem_strbuf_append_printf(out,
                              "; answered 200 in frame %" PRIu32 ", but the INVITE got no final "
                              "response in ",
                              cancel->final_frame);
    sx_say_time(out, waited_ns);
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
    if (above && above->cancel_frame && above->cancel_ns <= cancel->request_ns) {
        wmem_strbuf_append_printf(out, "hands on the CANCEL of frame %" PRIu32,
                                  above->cancel_frame);
        say_no_487(out, tracker, cancel, invite);
        return true;
    }
    say_gives_up(out, tracker, cancel, invite);
    if (sx_call_end_cancels_too_soon(cancel, invite))
        wmem_strbuf_append(out,
                           ", before any response: a CANCEL has to wait for one (RFC 3261 9.1)");
    if (!cancel->completed_elsewhere)
        sx_say_reason(out, cancel->reason);
    say_no_487(out, tracker, cancel, invite);
    return true;
}
