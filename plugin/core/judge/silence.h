/* silence.h
 * Requests that nothing answered.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_SILENCE_H
#define SX_SILENCE_H

#include "core/record/records.h"

/* True if nothing answered the request within Timer B or F, and the capture shows that nothing did
 * (record/evidence.h); or if a frame has said so. */
bool sx_silence_no_response(const struct sx_tracker *tracker, const struct sx_txn *txn);

/* Of such a request: the frame by which the server ended its connection before any response; 0 if
 * none did. */
uint32_t sx_silence_lost_in(const struct sx_tracker *tracker, const struct sx_txn *txn);

/* True if nothing in the capture answered the request for so long, and the client did not go on
 * sending it as it does over UDP while it hears nothing (RFC 3261 17.1.1.2, 17.1.2.2): it may have
 * a response that the capture lacks. */
bool sx_silence_not_repeated(const struct sx_tracker *tracker, const struct sx_txn *txn);

#endif
