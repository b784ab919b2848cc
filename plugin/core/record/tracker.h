/* tracker.h
 * All transactions of a capture and how they hang together.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Fed on the first pass, in the order of the frames; read on any pass. A tracker owns all that it
 * hands out: pointers live until sx_tracker_free().
 *
 * Limitations: a B2BUA's two sides share no Via and no Call-ID and stay two calls.
 */
#ifndef SX_TRACKER_H
#define SX_TRACKER_H

#include "core/base/config.h"
#include "core/facts/hosts.h"
#include "core/read/payload_signs.h"
#include "core/facts/txn.h"

/* One SIP message and where it was seen. */
struct sx_observation {
    const struct sx_sip_msg *msg;
    struct sx_address src, dst;
    int64_t time_ns;
    uint32_t frame;
    enum sx_transport transport;
    uint32_t stream;            /* tcp.stream, where has_stream */
    bool has_stream;
    bool quoted;                /* by an ICMP error */
    bool reassembled;          /* of IP fragments */
    struct sx_endpoint from, to;    /* src and dst as the tracker knows them; it fills them in */
};

/* One TCP segment. */
struct sx_segment {
    struct sx_address src, dst;
    int64_t time_ns;
    uint32_t frame;
    uint32_t payload;           /* bytes */
    uint32_t seq;               /* of the first of them */
    uint32_t ack;
    unsigned flags;             /* of the header: SX_TCP_... */
    enum sx_segment_sign sign;
};

/* One UDP datagram. */
struct sx_datagram {
    struct sx_address src, dst;
    int64_t time_ns;
    uint32_t frame;
    struct sx_slice payload;    /* read during the call only */
};

/* A wait that a frame found past its deadline. */
struct sx_expiry {
    uint32_t frame;
    uint32_t txn;
    int64_t waited_ns;
    bool after_100;             /* waits for more than a 100; else for any response */
};

/* The connection that carried an INVITE was closed by its client, and the INVITE had no other
 * response than 100 yet. */
struct sx_hangup {
    uint32_t frame;             /* the FIN or RST */
    uint32_t txn;
    int64_t time_ns;
    bool reset;
};

/* A TCP connection that a SIP host asked for and did not get. */
struct sx_attempt {
    uint32_t frame;             /* the reset, or the second SYN that nothing answered */
    uint32_t since_frame;       /* the first SYN */
    int64_t since_ns;
    struct sx_endpoint from, to;
    bool came_up;               /* later, all the same */
};

struct sx_tracker;

/* key: 128 random bits. The config is copied. */
struct sx_tracker *sx_tracker_new(const uint64_t key[2], const struct sx_config *cfg);
void sx_tracker_free(struct sx_tracker *tracker);
const struct sx_config *sx_tracker_config(const struct sx_tracker *tracker);

/* Says that a frame begins; every frame of the capture, in order. Cheap: one comparison unless a
 * wait has passed its deadline. */
void sx_tracker_tick(struct sx_tracker *tracker, uint32_t frame, int64_t time_ns);

/* Adds a message and returns its record. Fills in from and to. */
struct sx_message *sx_tracker_observe(struct sx_tracker *tracker, struct sx_observation *obs);

/* Flags of a TCP segment, by their bits in the header. */
enum {
    SX_TCP_FIN = 1,
    SX_TCP_SYN = 2,
    SX_TCP_RST = 4,
    SX_TCP_ACK = 16,
    SX_TCP_GOODBYE = 256    /* not in the header: the payload ends the connection */
};

/* True if the tracker knows any host yet whose TCP segments it could want. */
bool sx_tracker_watches_tcp(const struct sx_tracker *tracker);

/* True if the tracker wants to see a segment with these flags and this much payload: connections
 * that do not come up or break are why requests stay unanswered, and flows hang on them. */
bool sx_tracker_wants(const struct sx_tracker *tracker, unsigned flags, uint32_t payload);

/* Adds a TCP segment. On the first pass. */
void sx_tracker_tcp(struct sx_tracker *tracker, const struct sx_segment *segment);

/* True if the tracker wants to see datagrams that hold no SIP: keep-alives of flows over UDP. */
bool sx_tracker_watches_udp(const struct sx_tracker *tracker);

/* Adds a UDP datagram that holds no SIP. On the first pass. */
void sx_tracker_udp(struct sx_tracker *tracker, const struct sx_datagram *datagram);

/* Adds the news that a packet from src to dst did not arrive: an ICMP error that quotes too little
 * to name the transaction. On the first pass. */
void sx_tracker_undelivered(struct sx_tracker *tracker, uint32_t frame, int64_t time_ns,
                            const struct sx_address *src, const struct sx_address *dst);

/* Adds a packet from src that could hold SIP which the capture does not show: encrypted,
 * compressed, or a fragment without the others. dst: where it went, if a request in the other
 * direction could have it for an answer; NULL if it is of a connection of its own. On the first
 * pass. */
void sx_tracker_unreadable(struct sx_tracker *tracker, uint32_t frame,
                           const struct sx_address *src, const struct sx_address *dst);

/* The records of a frame, in the order of their observation; NULL if there are none. */
const struct sx_message *sx_tracker_message(const struct sx_tracker *tracker, uint32_t frame,
                                            uint32_t nth);

/* The nth wait that this frame found past its deadline; NULL if there is no such. */
const struct sx_expiry *sx_tracker_expiry(const struct sx_tracker *tracker, uint32_t frame,
                                          uint32_t nth);

/* The nth INVITE whose connection this frame closed; NULL if there is no such. */
const struct sx_hangup *sx_tracker_hangup(const struct sx_tracker *tracker, uint32_t frame,
                                          uint32_t nth);

/* How the client of an INVITE went: its connection is gone, and it did not send the INVITE over
 * another one. NULL if it did not go. */
const struct sx_hangup *sx_tracker_hung_up(const struct sx_tracker *tracker,
                                           const struct sx_txn *txn);

/* Attempts to connect in the order of their frames: the first of this frame or later, and so on.
 * NULL behind the last. */
const struct sx_attempt *sx_tracker_attempt(const struct sx_tracker *tracker, uint32_t frame,
                                            uint32_t nth);

/* The registered flows; see flow.h. */
const struct sx_flows *sx_tracker_flows(const struct sx_tracker *tracker);

/* The newest transaction that was forwarded from the same one as this, whether that one is in the
 * capture or not, and the next older one of them. This one is among them. NULL at the end. */
const struct sx_txn *sx_tracker_siblings(const struct sx_tracker *tracker,
                                         const struct sx_txn *txn);
const struct sx_txn *sx_tracker_next_sibling(const struct sx_tracker *tracker,
                                             const struct sx_txn *sibling);

/* NULL for number 0. */
struct sx_txn *sx_tracker_txn(const struct sx_tracker *tracker, uint32_t number);
uint32_t sx_tracker_txn_count(const struct sx_tracker *tracker);
const struct sx_host *sx_tracker_host(const struct sx_tracker *tracker, uint32_t host);

/* The transaction that a request or response belongs to, without observing it; 0 if unknown. */
uint32_t sx_tracker_find(const struct sx_tracker *tracker, const struct sx_sip_msg *msg);

/* See call.h; the tracker keeps them. */
struct sx_call_numbers *sx_tracker_call_numbers(const struct sx_tracker *tracker);

/* The capture was read to its end: what still waits is open or timed out, not "so far". */
void sx_tracker_end(struct sx_tracker *tracker);
bool sx_tracker_ended(const struct sx_tracker *tracker);

/* Number and time stamp of the newest frame. */
uint32_t sx_tracker_last_frame(const struct sx_tracker *tracker);
int64_t sx_tracker_now(const struct sx_tracker *tracker);

#endif
