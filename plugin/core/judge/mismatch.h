/* mismatch.h
 * What of a message differs from the dialog or transaction that it is meant for.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_MISMATCH_H
#define SX_MISMATCH_H

#include "core/record/records.h"

struct sx_mismatch {
    unsigned differs;       /* enum sx_differs, a set; 0: nothing */
    uint32_t frame;         /* the message that it differs from */
    bool dropped;           /* a response that matches no request: the client must drop it */
};

/* What of a response differs from the request that it is for: its Via values (RFC 3261 8.2.6.2,
 * 18.1.2) or its CSeq (8.1.3.3, 17.1.3). txn: the response's own. */
struct sx_mismatch sx_mismatch_response(const struct sx_tracker *tracker, const struct sx_txn *txn,
                                        const struct sx_sip_msg *msg);

#endif
