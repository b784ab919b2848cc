/* dialogs.h
 * The dialogs of a capture, early ones and those of a fork apart (RFC 3261 12).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A dialog is named by what proxies leave alone, so it is the same one on each hop. A B2BUA's two
 * sides are two. Any request with a To tag names one, also where the capture began after it; of
 * responses those do that make one: 101 to 299 to INVITE, SUBSCRIBE and REFER.
 * Pointers live until sx_tracker_free().
 */
#ifndef SX_DIALOGS_H
#define SX_DIALOGS_H

#include "core/facts/dialog.h"
#include "core/record/records.h"

/* NULL for number 0. */
const struct sx_dialog *sx_tracker_dialog(const struct sx_tracker *tracker, uint32_t number);
uint32_t sx_tracker_dialog_count(const struct sx_tracker *tracker);

/* The dialog that a message names by Call-ID and both tags, which it need not belong to: the ACK of
 * a 486 names the early dialog of the 180. NULL if no dialog has this name. */
const struct sx_dialog *sx_dialog_of_message(const struct sx_tracker *tracker,
                                             const struct sx_sip_msg *msg);

/* The newest dialog with a transaction's Call-ID, and the next older one; NULL if there is none. */
const struct sx_dialog *sx_dialog_newest_of_call(const struct sx_tracker *tracker,
                                                 const struct sx_txn *txn);
const struct sx_dialog *sx_dialog_older_of_call(const struct sx_tracker *tracker,
                                                const struct sx_dialog *dialog);

/* The newest transaction inside a dialog, on any hop, and the next older one; NULL at the end.
 * INVITE, ACK, BYE, UPDATE, PRACK and INFO are kept so; what may come without end is not (NOTIFY,
 * OPTIONS). Bound what you walk: nothing else does. */
const struct sx_txn *sx_dialog_newest_request(const struct sx_tracker *tracker,
                                              const struct sx_dialog *dialog);
const struct sx_txn *sx_dialog_older_request(const struct sx_tracker *tracker,
                                             const struct sx_txn *request);

/* Which side of its dialog sent a request that is inside one. */
static inline enum sx_side sx_dialog_sender(const struct sx_txn *request)
{
    return request->by_called ? SX_SIDE_CALLED : SX_SIDE_CALLER;
}

/* ---- the recording, by the tracker ---- */

struct sx_observation;
struct sx_dialogs;

struct sx_dialogs *sx_dialogs_new(void);
void sx_dialogs_free(struct sx_dialogs *dialogs);

/* Adds the first request of a transaction; one without a To tag is in no dialog, unless it is an
 * ACK. */
void sx_dialogs_request(struct sx_tracker *tracker, struct sx_txn *txn,
                        const struct sx_observation *obs);

/* Whoever acknowledges the INVITE that began the call is the caller: an answer that the capture
 * lacks cannot tell it. After sx_missing_alike(). */
void sx_dialogs_ack(struct sx_tracker *tracker, const struct sx_txn *ack);

/* Adds a response that is the first of its kind in its transaction. */
void sx_dialogs_response(struct sx_tracker *tracker, struct sx_txn *txn,
                         const struct sx_observation *obs);

#endif
