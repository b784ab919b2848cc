/* tcp_header.h
 * Finds the TCP or UDP header in the bytes of a frame.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A post-dissector knows addresses and ports of the innermost TCP segment, but not its flags:
 * tcp.* fields would make Wireshark build a tree for every packet, and its taps are silent on the
 * first of two passes. An IP header ends with the two addresses, a TCP or UDP header begins with
 * the two ports, whatever tunnels lie around them.
 */
#ifndef SX_TCP_HEADER_H
#define SX_TCP_HEADER_H

#include "core/base/slice.h"

struct sx_tcp_header {
    uint8_t flags;       /* RFC 9293 3.1: FIN is 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32 */
    uint32_t payload;    /* bytes, by the IP header's length */
    uint32_t payload_at; /* offset in the frame */
    uint32_t seq, ack;
};

/* src and dst: 4 bytes each of IPv4, or 16 of IPv6; of the innermost header, where they point into
 * the frame. False if no such header is there, or if the bytes end before its flags. */
bool sx_tcp_header_find(struct sx_slice frame, struct sx_slice src, struct sx_slice dst,
                        uint16_t src_port, uint16_t dst_port, struct sx_tcp_header *header);

/* The payload of the UDP datagram between these, as far as the frame holds it. False if there is no
 * such header. */
bool sx_udp_payload_find(struct sx_slice frame, struct sx_slice src, struct sx_slice dst,
                         uint16_t src_port, uint16_t dst_port, struct sx_slice *payload);

#endif
