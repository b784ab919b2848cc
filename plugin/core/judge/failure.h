/* failure.h
 * Whether a final response is a failure or a step of normal work.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_FAILURE_H
#define SX_FAILURE_H

#include "core/record/records.h"

/* True if the final response (200 to 699) is a real failure: not an answered challenge, a followed
 * redirection, a repaired and repeated request, or 487 after CANCEL. While the capture is still
 * being read, a challenge to a request without credentials and a redirection count as steps that
 * the client is about to take. */
bool sx_failure_judge(const struct sx_tracker *tracker, const struct sx_txn *txn, unsigned code,
                      bool stale_nonce);

/* True if a challenge says that only the nonce was too old (RFC 3261 22.4, RFC 7616 3.3): the
 * credentials may be right. */
bool sx_failure_stale_nonce(const struct sx_sip_msg *msg);

#endif
