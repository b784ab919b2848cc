/* silence.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/judge/silence.h"

#include "core/record/evidence.h"
#include "core/record/missing.h"

/* Nothing in the capture answers the request, for as long as any client waits. */
static bool is_unanswered(const struct sx_tracker *tracker, const struct sx_txn *txn)
{
    return txn->request_frame && txn->method != SX_METHOD_ACK && txn->responses == 0 &&
           !sx_txn_rare(txn)->stray && sx_tracker_now(tracker) - txn->request_ns >= SX_TIMER_B_NS;
}

bool sx_silence_no_response(const struct sx_tracker *tracker, const struct sx_txn *txn)
{
    if (!is_unanswered(tracker, txn))
        return false;
    /* What a frame has said stays true. */
    return sx_txn_rare(txn)->expired_frame ||
           (!sx_tracker_hung_up(tracker, txn) &&
            !sx_evidence_went_on(tracker, txn, sx_evidence_now(tracker)) &&
            sx_evidence_of_silence(tracker, txn, sx_evidence_now(tracker)) &&
            sx_missing_response(tracker, txn, UINT32_MAX).sign == SX_MISSING_NONE);
}

uint32_t sx_silence_lost_in(const struct sx_tracker *tracker, const struct sx_txn *txn)
{
    return sx_silence_no_response(tracker, txn)
               ? sx_evidence_connection_lost(txn, sx_evidence_now(tracker))
               : 0;
}

bool sx_silence_not_repeated(const struct sx_tracker *tracker, const struct sx_txn *txn)
{
    return is_unanswered(tracker, txn) && !sx_silence_no_response(tracker, txn) &&
           sx_evidence_hearing(txn, sx_evidence_now(tracker)) == SX_HEARD_SOMETHING;
}
