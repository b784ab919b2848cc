/* signs.h
 * Packets without SIP that show why a SIP message has no answer: a reset, an ICMP error.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_SIGNS_H
#define SX_SIGNS_H

#include "core/record/records.h"

struct sx_sign {
    uint32_t frame; /* the reset or ICMP error */
    uint32_t txn;   /* of the message that did not arrive */
    bool response;  /* it is a response */
};

/* The nth message that this frame concerns; NULL if there is no such. */
const struct sx_sign *sx_tracker_sign(const struct sx_tracker *tracker, uint32_t frame,
                                      uint32_t nth);

/* In the order of the frames. */
void sx_sign_note(struct sx_tracker *tracker, const struct sx_sign *sign);

#endif
