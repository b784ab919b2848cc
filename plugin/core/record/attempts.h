/* attempts.h
 * Attempts that follow a challenge, a redirection, a repairable error.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_ATTEMPTS_H
#define SX_ATTEMPTS_H

#include "core/record/tracker_state.h"

/* Notes that a new attempt may follow this final response. */
void sx_attempts_await(struct sx_tracker *tracker, struct sx_txn *txn,
                       const struct sx_sip_msg *response);

/* The attempt that a new transaction follows, of which the capture may have the response only; NULL
 * if it is the first. */
const struct sx_txn *sx_attempts_follow(struct sx_tracker *tracker, const struct sx_txn *txn,
                                        const struct sx_sip_msg *msg);

#endif
