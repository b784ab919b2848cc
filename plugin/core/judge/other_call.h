/* other_call.h
 * A request that would fit a dialog or an INVITE, but for its Call-ID.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_OTHER_CALL_H
#define SX_OTHER_CALL_H

#include "core/record/records.h"

/* The frame of the message that the request is meant for: of a CANCEL the INVITE with its topmost
 * Via (RFC 3261 9.1), of an ACK likewise one that has failed (17.1.1.3), of any other request
 * inside a dialog the answer that made the only dialog with its tags, between its hosts (12.2.2).
 * 0: none, or the request's own Call-ID is that of a call in the capture. */
uint32_t sx_other_call_find(const struct sx_tracker *tracker, const struct sx_txn *request);

#endif
