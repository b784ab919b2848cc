/* copies.h
 * Which messages are one packet, captured twice; private to record/.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A message that comes again is a copy if it is the same packet: the same TCP sequence number, or
 * the same IPv4 identification, or the same packet on the other side of a NAT, on another
 * interface, VLAN or layer. All else that comes again was sent again.
 */
#ifndef SX_COPIES_H
#define SX_COPIES_H

#include "core/record/tracker_state.h"

void sx_copies_init(struct sx_tracker *tracker);
void sx_copies_clear(struct sx_tracker *tracker);

/* Notes what tells the packet of the newest message from others. */
void sx_copies_note(struct sx_tracker *tracker, const struct sx_observation *obs);

/* Puts the newest message at the end of those of its transaction. */
void sx_copies_add(struct sx_tracker *tracker, struct sx_txn *txn);

/* Sets repeats and flags of the newest message, which was noted, if it is a copy of one that was
 * added to the transaction. False if it is none. */
bool sx_copies_mark(struct sx_tracker *tracker, const struct sx_txn *txn, struct sx_message *record,
                    const struct sx_observation *obs);

/* The first ACK of a failure that is like this one (each final response has an ACK of its own, by
 * the To tag: RFC 3261 17.1.1.3); 0 if there is none. */
uint32_t sx_copies_earlier_ack(const struct sx_tracker *tracker, const struct sx_txn *invite,
                               const struct sx_message *record);

#endif
