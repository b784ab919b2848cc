/* payload_signs.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/read/payload_signs.h"

#define RECORD_HEADER 5

/* Shorter than any SIP request with the header fields it must have (RFC 3261 8.1.1), longer than
 * the messages of TLS itself that a client without a certificate sends. */
#define MIN_REQUEST 200

/* TLS 1.3: two bytes of alert, one of content type, 16 of authentication tag. */
#define SEALED_ALERT 19

/* A close frame carries at most 125 bytes (RFC 6455 5.5), and its header and mask 6. */
#define MAX_CLOSE_FRAME 131

enum { RECORD_ALERT = 21, RECORD_DATA = 23 };

/* FIN and opcode of a frame (RFC 6455 5.2). */
enum { WEBSOCKET_FIN_OPCODE = 0x8f, WEBSOCKET_CLOSE = 0x88, WEBSOCKET_PING = 0x89 };

/* Level and description of the alert close_notify (RFC 8446 6.1). */
#define CLOSE_NOTIFY "\1\0"

/* RFC 5626 4.4.1. */
#define KEEP_ALIVE "\r\n\r\n"

/* One record header at the front; false if there is none. */
static bool next_record(struct sx_slice payload, unsigned *type, size_t *length)
{
    if (payload.n < RECORD_HEADER || payload.p[1] != 3)
        return false;
    *type = (uint8_t)payload.p[0];
    *length = (size_t)(uint8_t)payload.p[3] << 8 | (uint8_t)payload.p[4];
    return *type >= 20 && *type <= RECORD_DATA;
}

bool sx_payload_may_hide_request(struct sx_slice payload)
{
    unsigned type;
    size_t length;

    while (next_record(payload, &type, &length)) {
        if (type == RECORD_DATA && length >= MIN_REQUEST)
            return true;
        payload = sx_slice_from(payload, RECORD_HEADER + length);
    }
    return false;
}

static bool is_close_frame(struct sx_slice payload)
{
    return payload.n >= 2 && payload.n <= MAX_CLOSE_FRAME &&
           (uint8_t)payload.p[0] == WEBSOCKET_CLOSE;
}

bool sx_payload_says_goodbye(struct sx_slice payload)
{
    unsigned type;
    size_t length;

    while (next_record(payload, &type, &length)) {
        if (type == RECORD_ALERT || (type == RECORD_DATA && length == SEALED_ALERT))
            return true;
        payload = sx_slice_from(payload, RECORD_HEADER + length);
    }
    return is_close_frame(payload);
}

enum sx_segment_sign sx_payload_sign(struct sx_slice payload, enum sx_transport transport)
{
    if (transport == SX_TRANSPORT_WS && payload.n >= 2) {
        unsigned opcode = (uint8_t)payload.p[0] & WEBSOCKET_FIN_OPCODE;
        if (opcode == WEBSOCKET_PING)
            return SX_SEGMENT_PING;
        if (opcode == WEBSOCKET_CLOSE)
            return SX_SEGMENT_GOODBYE;
    }
    if (transport == SX_TRANSPORT_TLS &&
        sx_slice_eq(payload, sx_slice(CLOSE_NOTIFY, sizeof CLOSE_NOTIFY - 1)))
        return SX_SEGMENT_GOODBYE;
    return sx_slice_is(payload, KEEP_ALIVE) ? SX_SEGMENT_PING : SX_SEGMENT_PLAIN;
}
