/* failure.h
 * What a final response means in its context: a failure or a step of normal work, first sent here
 * or relayed.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_FAILURE_H
#define SX_FAILURE_H

#include "core/record/tracker.h"

enum sx_origin {
    SX_ORIGIN_UNKNOWN,
    SX_ORIGIN_HERE,     /* no hop of this capture sent it before the one that did here */
    SX_ORIGIN_RELAYED   /* a hop further on sent it first */
};

/* True if the final response (200 to 699) is a real failure: not an answered challenge, a followed
 * redirection, a repaired and repeated request, or 487 after CANCEL. While the capture is still
 * being read, a challenge to a request without credentials and a redirection count as steps that
 * the client is about to take. */
bool sx_judge_failure(const struct sx_tracker *tracker, const struct sx_txn *txn, unsigned code,
                      bool stale_nonce);

/* True if a challenge says that only the nonce was too old (RFC 3261 22.4, RFC 7616 3.3): the
 * credentials may be right. */
bool sx_judge_stale_nonce(const struct sx_sip_msg *msg);

/* Where the final response came from, as far as the capture shows it; *frame gets the frame where
 * a relayed one appeared first. */
enum sx_origin sx_judge_origin(const struct sx_tracker *tracker, const struct sx_txn *txn,
                               uint32_t *frame);

/* True if nothing answered the request within Timer B or F although the capture can see answers
 * of that host, or shows by the retransmissions that none came. */
bool sx_judge_no_response(const struct sx_tracker *tracker, const struct sx_txn *txn);

/* True if nothing in the capture answered the request for so long, and the client did not send it
 * again as it does over UDP while it hears nothing (RFC 3261 17.1.1.2, 17.1.2.2): it may have a
 * response that the capture lacks. */
bool sx_judge_not_repeated(const struct sx_tracker *tracker, const struct sx_txn *txn);

#endif
