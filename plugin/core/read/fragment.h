/* fragment.h
 * What one fragment of an IP packet shows without the others.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Captures lose fragments, and a filter on ports keeps only the first of each datagram. Whether
 * that datagram may have been SIP shows its first fragment, which has the ports and the start of
 * the payload; and in a tunnel, between which hosts it went.
 */
#ifndef SX_FRAGMENT_H
#define SX_FRAGMENT_H

#include "core/base/slice.h"

enum sx_fragment_holds {
    SX_HOLDS_OPAQUE,  /* encrypted, compressed or of a protocol that is not read here */
    SX_HOLDS_REQUEST, /* it begins as a SIP request does */
    SX_HOLDS_RESPONSE,
    SX_HOLDS_TEXT, /* not the first of its packet; it could be SIP */
    SX_HOLDS_OTHER /* no SIP */
};

struct sx_fragment {
    struct sx_slice src, dst;             /* addresses of the fragment, in the frame's bytes */
    struct sx_slice inner_src, inner_dst; /* of the packet in a tunnel, else the same */
    struct sx_slice payload;     /* of the first one's UDP datagram, as far as it goes; NULL: no
                                  * UDP in it, or nothing of it that could be SIP */
    uint16_t src_port, dst_port; /* where payload is */
    uint32_t id;                 /* RFC 791, RFC 8200 4.5: tells the packets of src and dst apart */
    enum sx_fragment_holds holds;
    bool first;
};

/* Finds the fragment in a frame: its first IP header, whatever stands below it. False if it has
 * none, or one of a whole packet. */
bool sx_fragment_find(struct sx_slice frame, struct sx_fragment *fragment);

#endif
