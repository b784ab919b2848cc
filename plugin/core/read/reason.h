/* reason.h
 * The Reason header field of a request (RFC 3326): why it is sent.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_REASON_H
#define SX_REASON_H

#include "core/read/sip_msg.h"

/* Of each protocol the first cause, but SIP 200 (answered by somebody else) before any other; 0: it
 * has none. */
struct sx_reason {
    uint16_t sip;  /* a status code */
    uint16_t q850; /* a cause of ITU-T Q.850, 1 to 127 */
};

struct sx_reason sx_reason_read(const struct sx_sip_msg *msg);

/* The one that says more, as one number: a Q.850 cause, or SX_REASON_SIP and a status code; 0:
 * none. */
#define SX_REASON_SIP 0x8000u

uint16_t sx_reason_number(struct sx_reason reason);

#endif
