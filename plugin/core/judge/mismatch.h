/* mismatch.h
 * What of a message differs from the dialog or transaction that it is meant for.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Said only where the capture shows what it was meant for: how the dialog was made, or the request
 * of the transaction. Forks, early dialogs and the two sides of a B2BUA differ by right.
 */
#ifndef SX_MISMATCH_H
#define SX_MISMATCH_H

#include "core/record/records.h"

struct sx_mismatch {
    unsigned differs; /* enum sx_differs, a set; 0: nothing */
    unsigned absent;  /* which of them are not there at all: tags */
    uint32_t frame;   /* the message that it differs from; 0 if nothing differs */
    bool dropped;     /* a response that matches no request: the client must drop it */
    bool of_failure;  /* an ACK, meant for a response other than 2xx */
    bool of_request;  /* a 481 or 500: what of its request differs */
};

/* Of a response: its Via values (RFC 3261 8.2.6.2, 18.1.2) or its CSeq (8.1.3.3, 17.1.3) differ
 * from its request's; or, on 481 and 500, what its request had wrong. Of a request inside a dialog:
 * tags (12.2.2), a CSeq number lower than the last (12.2.2); of an ACK its tags, CSeq and the
 * branch (13.2.2.4, 17.1.1.3); of a CANCEL its Via, CSeq and tags (9.1); of any of them the
 * Call-ID. txn: the message's own. */
struct sx_mismatch sx_mismatch_judge(const struct sx_tracker *tracker, const struct sx_txn *txn,
                                     const struct sx_sip_msg *msg);

/* What of a transaction's request differs, as above; nothing if it is not in the capture. */
struct sx_mismatch sx_mismatch_of_request(const struct sx_tracker *tracker,
                                          const struct sx_txn *txn);

#endif
