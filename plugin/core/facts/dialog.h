/* dialog.h
 * One dialog as the capture shows it (RFC 3261 12): Call-ID and both tags.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Times are nanoseconds since the epoch, frames are frame numbers from 1, 0 means "not seen".
 */
#ifndef SX_DIALOG_H
#define SX_DIALOG_H

#include "core/base/fingerprint.h"

/* The two sides. Where the capture does not show who began the dialog, the first is the one in From
 * of the first message that names it. */
enum sx_side { SX_SIDE_CALLER, SX_SIDE_CALLED, SX_SIDES };

struct sx_dialog {
    struct sx_fingerprint key; /* of Call-ID and the two tags, whichever is in From */
    int64_t answer_ns;         /* of answer_frame */
    uint32_t number;           /* from 1, in the order of first appearance */
    uint32_t next_of_call;     /* number of the next older dialog with this Call-ID */
    uint32_t invite;         /* the transaction that makes it, at the hop where the capture shows it
                              * first: of the 2xx if there is one; 0: not seen */
    uint32_t requests;       /* the newest transaction of a request inside it, see below */
    uint32_t first_frame;    /* the first message that names it */
    uint32_t answer_frame;   /* the first 2xx that confirms it: until then it is early */
    uint32_t tags[SX_SIDES]; /* sx_txn_tag_hash() */
    /* hashes of the URI in the newest Contact of a side, of INVITE or of its 2xx: the remote target
     * of the other side (RFC 3261 12.2.1.1) */
    uint32_t contacts[SX_SIDES];
    uint32_t cseqs[SX_SIDES]; /* highest CSeq number in requests of a side */
    uint32_t router;         /* the host that sent the 2xx and is named in its Record-Route, a proxy
                              * then: index + 1; 0: none */
    uint16_t called_host;    /* hash of the address in the Contact of the 2xx, where the 2xx comes
                              * from another one; 0: it does not, or none is named */
    bool caller_known : 1;   /* SX_SIDE_CALLER began it */
    bool contact_in_18x : 1; /* a provisional response had a Contact, too */
    bool record_route : 1;   /* the 2xx has Record-Route: hops stay in the way */
};

#endif
