/* failure.h
 * Whether a final response is a failure or a step of normal work.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_FAILURE_H
#define SX_FAILURE_H

#include "core/record/records.h"

/* True if the final response (code: 200 to 699) is a real failure: not an answered challenge, a
 * followed redirection, a repaired and repeated request, or 487 after CANCEL. A step is normal only
 * if it leads on: credentials that are refused, and a repeated request that ends in the same code
 * again, are failures. While the capture is still being read, what the client is about to do counts
 * as done. txn: NULL if the response belongs to none. */
bool sx_failure_judge(const struct sx_tracker *tracker, const struct sx_txn *txn, unsigned code);

/* The BYE or CANCEL of any hop that ended the INVITE before its 487; NULL: none in the capture, or
 * too long before. */
const struct sx_txn *sx_failure_ended_by(const struct sx_tracker *tracker,
                                         const struct sx_txn *txn);

/* RFC 3261 13.3.1: the Expires of an INVITE was over when its final response came. */
bool sx_failure_has_run_out(const struct sx_txn *txn);

#endif
