/* no_ack.h
 * Whether a final response to INVITE was acknowledged, and if not, why.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The ACK of a 2xx goes from end to end, in the dialog that the 2xx confirms (RFC 3261 13.2.2.4);
 * that of another final response from hop to hop, in the transaction (17.1.1.3). That the capture
 * shows no ACK proves nothing; that the server goes on repeating does (13.3.1.4, 17.2.1).
 */
#ifndef SX_NO_ACK_H
#define SX_NO_ACK_H

#include "core/record/dialogs.h"
#include "core/record/resent.h"

enum sx_ack_state {
    SX_ACK_UNKNOWN,
    SX_ACK_SENT,
    SX_ACK_NEVER, /* the server repeated it for as long as without an ACK */
    SX_ACK_LATE   /* only after the server had repeated it */
};

enum sx_ack_cause {
    SX_ACK_CAUSE_UNKNOWN,
    SX_ACK_CAUSE_RESPONSE_LOST, /* it did not reach the client */
    SX_ACK_CAUSE_NOT_SENT,      /* the client has it and sent no ACK */
    SX_ACK_CAUSE_MISMATCH,      /* the ACK names another dialog or transaction */
    SX_ACK_CAUSE_ASTRAY,        /* the ACK went to another address, port or transport */
    SX_ACK_CAUSE_LOST           /* the ACK was lost on its way */
};

struct sx_ack {
    enum sx_ack_state state;
    enum sx_ack_cause cause; /* of SX_ACK_NEVER and SX_ACK_LATE */
    uint32_t ack_in;         /* the ACK for it, at this hop if there is one; 0: none */
    uint32_t cause_in;       /* the frame that shows the cause; 0: none */
    uint32_t lost_at;        /* host, of SX_ACK_CAUSE_RESPONSE_LOST: it did not get the response, or
                              * kept it */
    uint32_t response_in;    /* where the server sent it first; 0: not sent again */
    uint32_t sends;          /* by the server; 0: not sent again */
    int64_t lasted_ns;       /* from the first of them to the last */
};

/* Of a final response of an INVITE transaction: of the 2xx that confirms or belongs to a dialog;
 * dialog NULL: of its first final response, which is no 2xx. */
struct sx_ack sx_no_ack_judge(const struct sx_tracker *tracker, const struct sx_txn *invite,
                              const struct sx_dialog *dialog);

/* Of a later final response of the transaction, no 2xx, with another To tag than the first (a fork
 * may send several): the ACK for it, if there is one. How often it is sent is not followed. */
struct sx_ack sx_no_ack_judge_later(const struct sx_tracker *tracker, const struct sx_txn *invite,
                                    uint32_t to_tag);

struct sx_acknowledged {
    uint32_t frame;              /* of the final response; 0: none is in the capture */
    const struct sx_txn *invite; /* whose it is; NULL: none */
};

/* What an ACK with this To tag acknowledges, at its own hop if that is in the capture. txn: what
 * the ACK belongs to, the INVITE's for one of a failure. */
struct sx_acknowledged sx_no_ack_response(const struct sx_tracker *tracker,
                                          const struct sx_txn *txn, uint32_t to_tag);

/* The final response of this transaction, if its ACK is overdue by the newest frame, nothing
 * explains its repetitions away, and no frame has told it; else NULL. */
const struct sx_resent *sx_no_ack_overdue(const struct sx_tracker *tracker,
                                          const struct sx_txn *txn);

#endif
