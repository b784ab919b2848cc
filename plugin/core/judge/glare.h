/* glare.h
 * The pending request that made a 491, or a 500 with Retry-After (RFC 3261 14.1, 14.2; RFC
 * 3311 5.2).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_GLARE_H
#define SX_GLARE_H

#include "core/record/records.h"

/* Of a final response to a request inside a dialog, by what came before it; NULL if it is no such,
 * or the capture does not show what blocks it. retry_after: the response says when to try again. */
const struct sx_txn *sx_glare_blocker(const struct sx_tracker *tracker, const struct sx_txn *txn,
                                      unsigned code, uint32_t frame, bool retry_after);

/* How many requests of the dialog got 491 up to this frame, at one hop. */
unsigned sx_glare_times(const struct sx_tracker *tracker, const struct sx_txn *txn, uint32_t frame);

#endif
