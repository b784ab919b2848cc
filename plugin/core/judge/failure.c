/* failure.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/judge/failure.h"

#include "core/facts/catalogue.h"
#include "core/judge/challenge.h"
#include "core/judge/glare.h"
#include "core/record/call.h"
#include "core/record/unreadable.h"

/* Attempts that follow one another; nobody tries as often. */
#define MAX_ATTEMPTS 256

/* RFC 3261 14.1: a crossing request is tried again after 4 s at the most. */
#define RETRY_NS (5 * SX_NS_PER_S)

/* What the client sent to the server afterwards cannot be read, and may be its next request. */
static bool may_have_followed(const struct sx_tracker *tracker, const struct sx_txn *txn)
{
    const struct sx_unreadable_span span = {
        .after_frame = txn->final_frame,
        .until_frame = UINT32_MAX,
        .until_ns = txn->final_ns + SX_TIMER_B_NS,
        .not = SX_HOLDS_RESPONSE,
    };

    return sx_unreadable_between(tracker, txn->src.host, txn->dst.host, &span) != 0;
}

/* The client had time to act on the response, and did not. */
static bool nothing_followed(const struct sx_tracker *tracker, const struct sx_txn *txn,
                             int64_t patience_ns)
{
    return sx_tracker_ended(tracker) && !txn->followed_by &&
           sx_tracker_now(tracker) - txn->final_ns > patience_ns &&
           !may_have_followed(tracker, txn);
}

/* A new attempt followed, and the last of those got the same answer again. */
static bool led_nowhere(const struct sx_tracker *tracker, const struct sx_txn *txn)
{
    const struct sx_txn *last = txn;

    for (unsigned i = 0; last->followed_by && i < MAX_ATTEMPTS; i++)
        last = sx_tracker_txn(tracker, last->followed_by);
    return last != txn && last->final_code == txn->final_code &&
           nothing_followed(tracker, last, RETRY_NS);
}

/* Transactions of a call, the newest first, that are looked through for what ended the INVITE. */
#define MAX_OF_CALL 256

/* Who cancels waits for 64*T1 and no longer (RFC 3261 9.1); what comes then is no answer to it. */
static bool in_time(const struct sx_txn *txn, const struct sx_txn *end)
{
    int64_t since_ns = end->request_frame ? end->request_ns : sx_txn_first_response_ns(end);

    return txn->final_ns - since_ns <= SX_TIMER_B_NS;
}

/* The other side's BYE was on its way, and had no answer yet, when the re-INVITE was sent: they
 * cross between the two sides, and the capture may stand nearer to the one that hangs up. */
static bool crosses(const struct sx_txn *invite, const struct sx_txn *bye)
{
    return invite->in_dialog && invite->dialog && invite->dialog == bye->dialog &&
           invite->by_called != bye->by_called &&
           (!bye->final_frame || bye->final_frame > invite->request_frame);
}

/* A CANCEL of any hop, or a BYE in the early dialog or the one that a re-INVITE is for (RFC
 * 3261 9.2, 15.1.2). */
static bool ends_invite(const struct sx_txn *txn, const struct sx_txn *end)
{
    uint32_t frame = end->request_frame ? end->request_frame : end->first_response_frame;

    /* Where the capture lacks the BYE, its 200 and the 487 may be one packet. */
    if (!frame || frame > txn->final_frame)
        return false;
    if (end->method == SX_METHOD_CANCEL)
        return end->cseq == txn->cseq || sx_txn_rare(end)->related == txn->number;
    return end->method == SX_METHOD_BYE &&
           (!txn->request_frame || frame > txn->request_frame || crosses(txn, end));
}

/* What ended the INVITE in time; or, if nothing did, what came too long before its 487. */
static const struct sx_txn *find_end(const struct sx_tracker *tracker, const struct sx_txn *txn)
{
    const struct sx_txn *cancel = sx_tracker_txn(tracker, sx_txn_rare(txn)->related);
    const struct sx_txn *other = sx_call_newest(tracker, txn), *late = NULL;

    if (cancel && cancel->method == SX_METHOD_CANCEL)
        return cancel;
    for (unsigned i = 0; other && i < MAX_OF_CALL; i++, other = sx_call_older(tracker, other)) {
        if (!ends_invite(txn, other))
            continue;
        if (in_time(txn, other))
            return other;
        late = other;
    }
    return late;
}

const struct sx_txn *sx_failure_ended_by(const struct sx_tracker *tracker, const struct sx_txn *txn)
{
    const struct sx_txn *end = find_end(tracker, txn);

    return end && in_time(txn, end) ? end : NULL;
}

bool sx_failure_has_run_out(const struct sx_txn *txn)
{
    uint32_t expires_s = sx_txn_more(txn)->expires_s;

    return expires_s > 0 && txn->final_ns - txn->request_ns >= expires_s * SX_NS_PER_S;
}

/* RFC 3261 21.4.25: 487 says itself that a BYE or CANCEL ended the request; RFC 3261 13.3.1: or its
 * Expires ran out. Where the capture starts after the INVITE, it may have missed the CANCEL. */
static bool was_cancelled(const struct sx_tracker *tracker, const struct sx_txn *txn)
{
    const struct sx_txn *end = find_end(tracker, txn);

    return (end ? in_time(txn, end) : !txn->request_frame) || sx_failure_has_run_out(txn);
}

/* The client came again with no credentials, and no attempt between the two is missing. */
static bool is_ignored(const struct sx_tracker *tracker, const struct sx_txn *txn)
{
    const struct sx_txn *next = sx_challenge_ignored_by(tracker, txn);

    return next && next->cseq == txn->cseq + 1;
}

/* The capture lacks the request and shows the next one: the first of a pair, which may have had no
 * credentials. */
static bool is_first_in_sight(const struct sx_tracker *tracker, const struct sx_txn *txn)
{
    const struct sx_txn *next = sx_tracker_txn(tracker, txn->followed_by);

    return !txn->request_frame && next && next->request_frame;
}

/* A challenge is a step while it asks for credentials. Where it may refuse some, the next attempt
 * tells which it was. */
static bool is_refusal(const struct sx_tracker *tracker, const struct sx_txn *txn)
{
    if (is_ignored(tracker, txn))
        return true;
    switch (sx_challenge_judge(tracker, txn).state) {
    case SX_CHALLENGE_REFUSED:
        return true;
    case SX_CHALLENGE_UNKNOWN:
        return nothing_followed(tracker, txn, SX_TIMER_B_NS) ||
               (!is_first_in_sight(tracker, txn) && led_nowhere(tracker, txn));
    case SX_CHALLENGE_ASKED:
    case SX_CHALLENGE_STALE:
    default:
        return nothing_followed(tracker, txn, SX_TIMER_B_NS);
    }
}

/* What clients put right by themselves: the session interval (RFC 4028 7.3), the expiry of a
 * registration (RFC 3261 10.2.8), a crossing request (14.1), the agreed security (RFC 3329 2.3).
 * What else could be repaired seldom is. */
static bool is_repaired_at_once(unsigned code)
{
    return code == 422 || code == 423 || code == 491 || code == 494;
}

/* What follows is no answer to the failure, as the next refresh of a session. */
static bool is_followed_late(const struct sx_tracker *tracker, const struct sx_txn *txn)
{
    const struct sx_txn *next = sx_tracker_txn(tracker, txn->followed_by);

    return next && next->request_ns - txn->final_ns > SX_TIMER_B_NS;
}

static bool is_not_repaired(const struct sx_tracker *tracker, const struct sx_txn *txn,
                            unsigned code)
{
    if (txn->followed_by)
        return led_nowhere(tracker, txn) ||
               (is_repaired_at_once(code) && is_followed_late(tracker, txn));
    return !is_repaired_at_once(code) || nothing_followed(tracker, txn, RETRY_NS);
}

/* A 500 with Retry-After may mean what 491 means: another request of the dialog has no answer yet.
 * No other 500 is waited for. */
static bool was_put_off(const struct sx_tracker *tracker, const struct sx_txn *txn, unsigned code)
{
    return txn && code == 500 && txn->followed_by &&
           sx_glare_blocker(tracker, txn, code, txn->final_frame, true) &&
           !is_not_repaired(tracker, txn, 491);
}

bool sx_failure_judge(const struct sx_tracker *tracker, const struct sx_txn *txn, unsigned code)
{
    const struct sx_code *entry = sx_catalogue_explain(code);

    if (!entry)
        return true;
    switch ((enum sx_role)entry->role) {
    case SX_ROLE_PROGRESS:
    case SX_ROLE_SUCCESS:
        return false;
    case SX_ROLE_CHALLENGE:
        return txn && is_refusal(tracker, txn);
    case SX_ROLE_REDIRECT:
        return txn && nothing_followed(tracker, txn, SX_TIMER_B_NS);
    case SX_ROLE_RETRY:
        return !txn || is_not_repaired(tracker, txn, code);
    case SX_ROLE_CANCELLED:
        return !txn || !was_cancelled(tracker, txn);
    case SX_ROLE_FAILURE:
    default:
        return !was_put_off(tracker, txn, code);
    }
}
