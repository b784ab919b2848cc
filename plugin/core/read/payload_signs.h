/* payload_signs.h
 * What the payload of a TCP segment shows without being read: TLS records, WebSocket frames.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_PAYLOAD_SIGNS_H
#define SX_PAYLOAD_SIGNS_H

#include "core/base/slice.h"
#include "core/read/transport.h"

/* What the payload of a segment says of its connection. */
enum sx_segment_sign {
    SX_SEGMENT_PLAIN,
    SX_SEGMENT_PING,   /* a keep-alive: RFC 5626 4.4.1, RFC 6455 5.5.2 */
    SX_SEGMENT_GOODBYE /* a WebSocket Close, a TLS close_notify: the sender ends the connection */
};

/* Of a payload as it was sent, or as it was decrypted or unmasked. */
enum sx_segment_sign sx_payload_sign(struct sx_slice payload, enum sx_transport transport);

/* True if a TLS record of application data in it is long enough for a SIP request. */
bool sx_payload_may_hide_request(struct sx_slice payload);

/* True if who sends it ends the connection, though the FIN may come from the other side: a TLS
 * alert (RFC 8446 6.1; sealed in TLS 1.3, where no other record is that short) or a WebSocket close
 * frame (RFC 6455 7.1.1). */
bool sx_payload_says_goodbye(struct sx_slice payload);

#endif
