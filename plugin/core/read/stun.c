/* stun.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/read/stun.h"

#define HEADER 20
#define COOKIE_AT 4
#define XOR_MAPPED_ADDRESS 0x0020

static unsigned be16(const char *p)
{
    return (unsigned)(uint8_t)p[0] << 8 | (uint8_t)p[1];
}

static bool has_cookie(struct sx_slice d)
{
    static const char cookie[4] = {0x21, 0x12, (char)0xa4, 0x42};

    return d.n >= HEADER && memcmp(d.p + COOKIE_AT, cookie, sizeof cookie) == 0;
}

/* RFC 8489 14.2: one byte unused, family, port and address under the cookie and transaction id. */
static void read_mapped(struct sx_slice d, struct sx_slice value, struct sx_stun_address *mapped)
{
    unsigned family = value.n >= 2 ? (uint8_t)value.p[1] : 0;
    uint8_t length = family == 1 ? 6 : family == 2 ? 18 : 0;

    if (length == 0 || value.n < 2u + length)
        return;
    mapped->len = length;
    for (unsigned i = 0; i < length; i++) {
        unsigned under = i < 2 ? i : i - 2;
        mapped->bytes[i] = (uint8_t)(value.p[2 + i] ^ d.p[COOKIE_AT + under]);
    }
}

struct sx_stun sx_stun_read(struct sx_slice d)
{
    struct sx_stun stun = {.kind = SX_STUN_NONE};

    if (!has_cookie(d))
        return stun;
    switch (be16(d.p)) {
    case 0x0001:
        stun.kind = SX_STUN_REQUEST;
        return stun;
    case 0x0111:
        stun.kind = SX_STUN_ERROR;
        return stun;
    case 0x0101:
        stun.kind = SX_STUN_SUCCESS;
        break;
    default:
        return stun;
    }
    for (size_t at = HEADER; at + 4 <= d.n;) {
        size_t length = be16(d.p + at + 2);
        struct sx_slice value = sx_slice_from(d, at + 4);
        if (be16(d.p + at) == XOR_MAPPED_ADDRESS) {
            read_mapped(d, sx_slice(value.p, MIN(value.n, length)), &stun.mapped);
            return stun;
        }
        at += 4 + (length + 3) / 4 * 4;
    }
    return stun;
}
