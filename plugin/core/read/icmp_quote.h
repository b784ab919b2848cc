/* icmp_quote.h
 * What an ICMP error quotes, in the bytes of a frame.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A router quotes as little as the ports of the datagram that it dropped (RFC 792: 28 bytes), too
 * little for any SIP to be seen in it; and it is the router that the error comes from, not the host
 * that the datagram was for.
 */
#ifndef SX_ICMP_QUOTE_H
#define SX_ICMP_QUOTE_H

#include "core/base/slice.h"

struct sx_icmp_quote {
    struct sx_slice src, dst; /* addresses of the quoted datagram; in the frame's bytes */
    uint16_t src_port, dst_port;
    uint32_t bytes; /* of the datagram's payload, as its header says; 0: the quote is too short */
    uint32_t mtu;   /* where too_big: what the way on takes; 0: an old router that does not say */
    bool udp;       /* else TCP */
    bool too_big;   /* RFC 792 fragmentation needed (RFC 1191), RFC 4443 packet too big */
};

/* src and dst: the addresses of the error itself, 4 bytes each of IPv4, or 16 of IPv6. False if it
 * quotes no beginning of UDP or TCP, or is no error that keeps a datagram from its way (RFC 792
 * redirect and source quench, RFC 4861 redirect). */
bool sx_icmp_quote_find(struct sx_slice frame, struct sx_slice src, struct sx_slice dst,
                        struct sx_icmp_quote *quote);

#endif
