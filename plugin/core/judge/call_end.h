/* call_end.h
 * How a call ended: by whom, when, and whether its BYE came through.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Who sends BYE regards the session as over from then on, whatever the answer is, unless it is
 * challenged or refused (RFC 3261 15.1.1). A lost connection ends no call.
 */
#ifndef SX_CALL_END_H
#define SX_CALL_END_H

#include "core/record/dialogs.h"

enum sx_ender {
    SX_ENDER_UNKNOWN,
    SX_ENDER_CALLER,
    SX_ENDER_CALLED,
    SX_ENDER_HOP, /* a proxy or B2BUA between them, by itself */
    SX_ENDER_BOTH /* at once: each sent BYE before it had the other's */
};

struct sx_call_end {
    /* the first BYE, or the CANCEL, at the first hop that shows it; 0: not ended */
    uint32_t ended_in;
    enum sx_ender by;
    bool cancelled;      /* before it was answered */
    bool open;           /* the capture ends before any response to that BYE was due: it may be
                          * challenged or refused */
    bool unsure;         /* with SX_ENDER_UNKNOWN, though the capture shows who the caller is */
    bool has_duration;   /* the capture shows the 2xx, and what it answers */
    int64_t duration_ns; /* from the 2xx to that message */
    uint32_t txn;        /* of that message, at its first hop */
    uint32_t other; /* of the BYE to the other side, where two crossed or a hop sent both; else 0 */
    /* of a request whose 481 or 408 made the same side hang up (RFC 3261 12.2.1.2); else 0 */
    uint32_t forgotten;
};

/* How the dialog ended. */
struct sx_call_end sx_call_end_of_dialog(const struct sx_tracker *tracker,
                                         const struct sx_dialog *dialog);

/* How the call ended that an INVITE began: of several dialogs that it made the one that lasted
 * longest. An INVITE that was challenged tells it of the attempt that followed. */
struct sx_call_end sx_call_end_of_invite(const struct sx_tracker *tracker,
                                         const struct sx_txn *invite);

/* True if this request is the one that ended the call, at any hop. */
bool sx_call_end_is_by(const struct sx_tracker *tracker, const struct sx_call_end *end,
                       const struct sx_txn *request);

enum sx_bye_fault {
    SX_BYE_FINE,    /* or the dialog was over before: the other side had sent BYE, too */
    SX_BYE_REFUSED, /* a final response but 2xx, that no further BYE put right */
    SX_BYE_UNANSWERED
};

/* True if the capture shows that a CANCEL was sent before any response, for which it has to wait
 * (RFC 3261 9.1): the 100 comes later, or the client had sent its INVITE again each time that it
 * was due. A response that the capture lacks shows in neither. */
bool sx_call_end_cancels_too_soon(const struct sx_txn *cancel, const struct sx_txn *invite);

/* False if the client may have had a response when it sent the CANCEL, for the capture, read to its
 * end, shows nothing of what the server sends to it; and the client did not behave as one that
 * hears nothing. */
bool sx_call_end_shows_answers(const struct sx_tracker *tracker, const struct sx_txn *cancel,
                               const struct sx_txn *invite);

/* What became of a BYE. */
enum sx_bye_fault sx_call_end_bye_fault(const struct sx_tracker *tracker, const struct sx_txn *bye);

#endif
