/* missing.h
 * Responses that the capture lacks.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Captures lose packets, and filters on ports drop fragments. A request whose response is not there
 * was not left unanswered if something that came of the response is.
 */
#ifndef SX_MISSING_H
#define SX_MISSING_H

#include "core/record/records.h"

enum sx_missing_sign {
    SX_MISSING_NONE,
    SX_MISSING_ACKNOWLEDGED, /* the client sent an ACK for a 2xx (RFC 3261 13.2.2.4) */
    SX_MISSING_REFUSED,      /* its ACK has the INVITE's own branch: of a failure (17.1.1.3) */
    SX_MISSING_PASSED_ON,  /* the hop above has an answer which no branch in the capture gave it */
    SX_MISSING_PRACKED,    /* the client sent a PRACK for a provisional response (RFC 3262 4) */
    SX_MISSING_IN_DIALOG,  /* another request of the dialog that the response made (12.1); of the
                            * response's time it says nothing */
    SX_MISSING_UNCERTAIN,  /* one of the above, for this request or for another */
    SX_MISSING_UNREADABLE, /* a packet from server to client that may be it, or may not */
    SX_MISSING_BYTES       /* TCP shows bytes from server to client that the capture lacks */
};

struct sx_missing {
    enum sx_missing_sign sign;
    uint32_t frame;  /* that shows it; 0: none */
    int64_t time_ns; /* of that frame, where the sign is sure */
    bool by_answer; /* it answers the PRACK, or the request of the dialog, that the capture lacks */
};

/* True if it shows that there was a response; else there may have been one. */
static inline bool sx_missing_is_sure(enum sx_missing_sign sign)
{
    return sign == SX_MISSING_ACKNOWLEDGED || sign == SX_MISSING_REFUSED ||
           sign == SX_MISSING_PASSED_ON || sign == SX_MISSING_PRACKED ||
           sign == SX_MISSING_IN_DIALOG;
}

/* What the frames up to this one show of a response that the capture lacks: the final one, or,
 * where it is unreadable, any but a 100. */
struct sx_missing sx_missing_response(const struct sx_tracker *tracker, const struct sx_txn *txn,
                                      uint32_t until_frame);

#endif
