/* strays.h
 * Responses that belong to a request of the capture, but do not match it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A client takes a response whose topmost Via is its own, by branch and sent-by, and whose CSeq
 * names its method (RFC 3261 17.1.3, 18.1.2); others it must drop. Such a response is not missing:
 * it is there. It is kept in a transaction of its own, whose meant_for names the request and whose
 * differs says why it does not match; the request's stray leads there.
 */
#ifndef SX_STRAYS_H
#define SX_STRAYS_H

#include "core/record/records.h"

/* The newest transaction with this Call-ID, NULL if there is none; next_in_call leads to the older
 * ones. */
const struct sx_txn *sx_tracker_newest_in_call(const struct sx_tracker *tracker,
                                               uint64_t call_hash);

#endif
