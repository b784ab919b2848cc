/* answers.h
 * What a transaction waits for, and where it came to.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_ANSWERS_H
#define SX_ANSWERS_H

#include "core/record/tracker_state.h"

/* Notes when the answer to a request is due, and what the request is called. */
void sx_answers_expect(struct sx_tracker *tracker, struct sx_txn *txn, const struct sx_sip_msg *msg,
                       int64_t due_ns);

/* Notes that its first response but 100 went elsewhere than its request came from. */
void sx_answers_note_dst(struct sx_tracker *tracker, struct sx_txn *txn, struct sx_endpoint dst);

#endif
