/* silence.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/judge/silence.h"

#include "core/record/missing.h"

bool sx_silence_not_repeated(const struct sx_tracker *tracker, const struct sx_txn *txn)
{
    return txn->request_frame && txn->method != SX_METHOD_ACK && txn->responses == 0 &&
           txn->transport == SX_TRANSPORT_UDP && txn->sends == 1 &&
           sx_tracker_now(tracker) - txn->request_ns >= SX_TIMER_B_NS;
}

bool sx_silence_no_response(const struct sx_tracker *tracker, const struct sx_txn *txn)
{
    return sx_tracker_now(tracker) - txn->request_ns >= SX_TIMER_B_NS &&
           !sx_tracker_hung_up(tracker, txn) &&
           sx_txn_lacks_answer(txn, sx_tracker_host(tracker, txn->dst.host)->sent > 0) &&
           /* What a frame has said stays true. */
           (txn->expired_frame ||
            sx_missing_response(tracker, txn, UINT32_MAX).sign == SX_MISSING_NONE);
}
