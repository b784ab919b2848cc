/* ip_header.h
 * Finds the IP header in the bytes of a frame: what tells its packet from others.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_IP_HEADER_H
#define SX_IP_HEADER_H

#include "core/base/slice.h"

struct sx_ip_header {
    uint16_t id;      /* IPv4: identification (RFC 6864: 0 tells nothing); 0 for IPv6 */
    uint16_t place;   /* hash of the link layer, of what lies around the packet, and of the hop
                       * limit: copies on another interface, VLAN, tunnel or hop differ in it */
    uint16_t network; /* hash of those that tell the network of the destination and the station
                       * that it is sent to: alike for all senders there */
};

/* src and dst: 4 bytes each of IPv4, or 16 of IPv6; of the innermost header, where they point into
 * the frame. False if there is no such header. */
bool sx_ip_header_find(struct sx_slice frame, struct sx_slice src, struct sx_slice dst,
                       struct sx_ip_header *header);

#endif
