/* seen.h
 * What one frame shows: a SIP message, a TCP segment, a UDP datagram.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Times are nanoseconds since the epoch, frames are frame numbers from 1.
 */
#ifndef SX_SEEN_H
#define SX_SEEN_H

#include "core/facts/hosts.h"
#include "core/read/fragment.h"
#include "core/read/payload_signs.h"

/* What tells whether two sightings of a message are one packet. */
struct sx_packet_marks {
    uint32_t id;      /* TCP: sequence number; IPv4: identification; 0: it tells nothing */
    uint32_t ack;     /* where exact: of the TCP header */
    uint32_t end;     /* where exact: the sequence number behind the segment */
    uint16_t place;   /* hash of what a copy on another interface, VLAN, hop or tunnel
                       * layer has otherwise */
    uint16_t network; /* likewise, of the destination alone: who sent it does not count */
    bool exact;       /* no other packet between these two has this id: TCP */
};

/* What a message is named by, as hashes; found once, for much is looked up by it. */
struct sx_names {
    uint64_t call;             /* of the Call-ID; 0 if there is none */
    uint64_t branch, sent_by;  /* of the topmost Via */
    uint32_t from_tag, to_tag; /* sx_txn_tag_hash() */
};

/* One SIP message and where it was seen. */
struct sx_observation {
    const struct sx_sip_msg *msg;
    struct sx_address src, dst;
    int64_t time_ns;
    uint32_t frame;
    enum sx_transport transport;
    uint32_t stream; /* tcp.stream, where has_stream */
    bool has_stream;
    bool quoted;  /* by an ICMP error */
    bool too_big; /* that says that it is too large for the way on */
    struct sx_packet_marks packet;
    uint32_t bytes; /* of the message, as far as the frame holds it */
    /* The tracker fills these in. */
    struct sx_endpoint from, to; /* src and dst as it knows them */
    struct sx_names names;
};

/* One TCP segment. */
struct sx_segment {
    struct sx_address src, dst;
    int64_t time_ns;
    uint32_t frame;
    uint32_t payload; /* bytes */
    uint32_t seq;     /* of the first of them */
    uint32_t ack;
    unsigned flags; /* of the header: SX_TCP_... */
    enum sx_segment_sign sign;
};

/* Flags of a TCP segment, by their bits in the header (RFC 9293 3.1). */
enum {
    SX_TCP_FIN = 1,
    SX_TCP_SYN = 2,
    SX_TCP_RST = 4,
    SX_TCP_ACK = 16,
    SX_TCP_GOODBYE = 256 /* not in the header: the payload ends the connection */
};

/* One fragment of an IP packet. */
struct sx_seen_fragment {
    struct sx_address src, dst;
    struct sx_address inner_src, inner_dst; /* of the packet in a tunnel, else the same */
    uint32_t frame;
    uint32_t id;
    enum sx_fragment_holds holds;
    bool first;
    const struct sx_sip_msg *request; /* of which it holds the beginning; NULL: of none */
};

/* One UDP datagram. */
struct sx_datagram {
    struct sx_address src, dst;
    int64_t time_ns;
    uint32_t frame;
    struct sx_slice payload; /* read during the call only */
};

/* An ICMP error says that a datagram is too large for the way on. */
struct sx_seen_too_big {
    struct sx_address src, dst; /* of the datagram */
    struct sx_address by;       /* who says so */
    int64_t time_ns;
    uint32_t frame;
    uint32_t bytes;                 /* of its payload */
    uint32_t mtu;                   /* 0: it does not say */
    const struct sx_sip_msg *quote; /* what it holds of the message; NULL for nothing */
};

#endif
