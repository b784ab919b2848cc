/* final_acks.h
 * Which ACK is that of which final response of an INVITE, where a fork sends several failures.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * RFC 3261 17.1.1.3: the ACK of a failure has the branch of the INVITE and the To of the response.
 * Nearly all transactions have one final response and ACKs with one tag; only the first ACK with
 * another tag has a record.
 */
#ifndef SX_FINAL_ACKS_H
#define SX_FINAL_ACKS_H

#include "core/record/records.h"

struct sx_final_ack {
    uint32_t frame; /* 0: none */
    int64_t ns;
};

/* The first ACK for the final response with this To tag, which is no 2xx. One with a tag that no
 * final response has is the first one's. */
struct sx_final_ack sx_final_acks_find(const struct sx_tracker *tracker,
                                       const struct sx_txn *invite, uint32_t to_tag);

/* ---- the recording, by the tracker ---- */

struct sx_final_acks;

struct sx_final_acks *sx_final_acks_new(void);
void sx_final_acks_free(struct sx_final_acks *acks);

/* The first ACK with this To tag, after one with another. */
void sx_final_acks_note(struct sx_tracker *tracker, const struct sx_txn *invite, uint32_t to_tag,
                        struct sx_final_ack ack);

#endif
