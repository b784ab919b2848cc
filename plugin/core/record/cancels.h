/* cancels.h
 * Which INVITE a CANCEL is for (RFC 3261 9.1).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_CANCELS_H
#define SX_CANCELS_H

#include "core/record/tracker_state.h"

/* Ties a new CANCEL to its INVITE; record: its message. */
void sx_cancels_request(struct sx_tracker *tracker, struct sx_txn *cancel,
                        const struct sx_observation *obs, struct sx_message *record);

/* Likewise one of which the capture has only the response. */
void sx_cancels_response(struct sx_tracker *tracker, struct sx_txn *cancel,
                         const struct sx_observation *obs);

/* Ties a new INVITE to a CANCEL that came before it: the capture starts between them, or has the
 * two in another order. */
void sx_cancels_of_invite(struct sx_tracker *tracker, struct sx_txn *invite,
                          const struct sx_observation *obs);

#endif
