/* resent.h
 * Final responses to INVITE that were sent again, as a server does until the ACK comes.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A 2xx by RFC 3261 13.3.1.4 over any transport, another final response by Timer G (17.2.1) over
 * UDP: after 0.5, 1.5, 3.5, 7.5 s, then every 4 s, for 32 s. Few responses need it, so only they
 * have a record. Copies of one packet do not count.
 */
#ifndef SX_RESENT_H
#define SX_RESENT_H

#include "core/record/records.h"

struct sx_resent {
    uint32_t txn, dialog; /* of a 2xx; dialog 0: of another final response */
    uint32_t frame;       /* the first time it was sent */
    uint32_t again_frame; /* the second */
    uint32_t last_frame;
    uint32_t sends;     /* the first time included */
    uint32_t after_ack; /* of them: so long after the first ACK that they did not cross it */
    int64_t first_ns, again_ns, last_ns;
    bool astray; /* it went to another address than the request came from; over UDP also
                  * to another port */
    bool told;   /* a frame has found its ACK overdue */
};

/* NULL if it was not sent again. dialog: of a 2xx, else 0. */
const struct sx_resent *sx_resent_find(const struct sx_tracker *tracker, const struct sx_txn *txn,
                                       uint32_t dialog);

/* ---- the recording, by the tracker ---- */

/* Records that the newest frame found its ACK overdue: once. */
void sx_resent_overdue(struct sx_tracker *tracker, const struct sx_resent *resent);

struct sx_observation;
struct sx_resents;

struct sx_resents *sx_resents_new(void);
void sx_resents_free(struct sx_resents *resents);

/* Adds a final response to INVITE that repeats another. */
void sx_resent_note(struct sx_tracker *tracker, struct sx_txn *txn,
                    const struct sx_observation *obs, const struct sx_message *record);

#endif
