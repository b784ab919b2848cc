/* stun.h
 * The STUN messages by which flows over UDP are kept alive (RFC 5626 4.4.2, RFC 8489).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Pure: allocates nothing, and any bytes are legal input.
 */
#ifndef SX_STUN_H
#define SX_STUN_H

#include "core/base/slice.h"

enum sx_stun_kind {
    SX_STUN_NONE,    /* anything else */
    SX_STUN_REQUEST, /* Binding */
    SX_STUN_SUCCESS,
    SX_STUN_ERROR
};

/* Port and address as in RFC 8489 14.1, in clear. */
struct sx_stun_address {
    uint8_t len; /* 6 or 18; 0: none */
    uint8_t bytes[18];
};

struct sx_stun {
    enum sx_stun_kind kind;
    struct sx_stun_address mapped; /* of XOR-MAPPED-ADDRESS */
};

struct sx_stun sx_stun_read(struct sx_slice datagram);

#endif
