/* payload_signs.h
 * What the payload of a TCP segment shows without being read: TLS records, WebSocket frames.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_PAYLOAD_SIGNS_H
#define SX_PAYLOAD_SIGNS_H

#include "core/slice.h"

/* True if a TLS record of application data in it is long enough for a SIP request. */
bool sx_payload_may_hide_request(struct sx_slice payload);

/* True if who sends it ends the connection, though the FIN may come from the other side: a TLS
 * alert (RFC 8446 6.1; sealed in TLS 1.3, where no other record is that short) or a WebSocket close
 * frame (RFC 6455 7.1.1). */
bool sx_payload_says_goodbye(struct sx_slice payload);

#endif
