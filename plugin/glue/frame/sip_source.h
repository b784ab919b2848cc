/* sip_source.h
 * Which SIP messages does this frame hold?
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A post-dissector that asks for sip.* fields makes Wireshark build a tree for every packet of
 * every protocol. This finds the same messages in the frame's data sources (the frame itself,
 * reassembled TCP or IP, decrypted TLS, unmasked WebSocket ...), guided by what the SIP dissector
 * says of the frame: its place among the layers and the last message that it dissected.
 */
#ifndef SX_SIP_SOURCE_H
#define SX_SIP_SOURCE_H

#include "glue/frame/layers.h"

#include "core/read/sip_msg.h"

struct sx_sip_span {
    tvbuff_t *tvb;                /* the data source */
    struct sx_slice bytes;        /* of the data source */
    unsigned offset, length;      /* of the message in it; bytes */
    const struct sx_sip_msg *msg; /* points into the data source; both valid during the call */
    enum sx_transport transport;
    bool quoted; /* by an ICMP error */
};

typedef void (*sx_sip_source_cb)(const struct sx_sip_span *span, void *data);

/* Looks up the protocol; once, at hand-off. */
void sx_sip_source_init(void);

/* What else of a frame can tell why a request stays unanswered. */
struct sx_frame_signs {
    bool tcp;                    /* a TCP segment outside an ICMP error */
    bool unreadable;             /* no TCP, UDP or SCTP in it (a fragment, IPsec), or SigComp */
    bool icmp_without_sip;       /* an ICMP message that shows no SIP */
    bool udp_keepalive;          /* a UDP datagram that is STUN, or may be a few empty lines */
    bool cut;                    /* it held more SIP than was captured, or may have */
    bool has_sip;                /* a message, whole or cut */
    enum sx_transport transport; /* of the innermost */
};

/* Calls back for each message of the frame, in the order of the wire, on any pass. Returns how
 * many there were. */
unsigned sx_sip_source_each(packet_info *pinfo, const struct sx_layers *layers, sx_sip_source_cb cb,
                            void *data, struct sx_frame_signs *signs);

#endif
