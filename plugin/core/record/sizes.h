/* sizes.h
 * Requests that are large for UDP, and those of which the capture has only the first fragment.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * RFC 3261 18.1.1: a request that is larger than 1300 bytes goes over TCP, where the path's MTU is
 * not known.
 */
#ifndef SX_SIZES_H
#define SX_SIZES_H

#include "core/record/records.h"

#define SX_MAX_OVER_UDP 1300

/* A request of more bytes than that, over any transport. */
struct sx_large {
    uint32_t frame; /* its first send */
    uint32_t txn;
    uint32_t bytes;
};

/* A request of which a datagram's first fragment came. */
struct sx_begun {
    uint32_t frame;            /* the first time */
    uint32_t sends;            /* packets of it; one that was captured twice is one */
    uint32_t id;               /* of the newest packet */
    struct sx_fingerprint key; /* of its transaction */
    struct sx_endpoint src, dst;
    int64_t ns;
    uint8_t method; /* enum sx_method */
};

/* One such packet. */
struct sx_begun_again {
    uint32_t frame;
    uint32_t begun; /* number of the above */
    uint32_t nth;   /* send, from 1 */
    uint32_t txns;  /* transactions in the capture by then */
    int64_t ns;
};

/* An ICMP error that says that a request over UDP is too large for the way on. */
struct sx_too_big {
    uint32_t frame; /* the first one */
    uint32_t txn;
    uint32_t bytes; /* of the request; 0: not known */
    uint32_t mtu;   /* 0: it does not say */
    uint32_t by;    /* host */
};

/* NULL if there is none for the request of the transaction. */
const struct sx_too_big *sx_too_big_of(const struct sx_tracker *tracker, const struct sx_txn *txn);

/* True if it was that ICMP error which this frame holds. */
bool sx_too_big_in(const struct sx_tracker *tracker, const struct sx_txn *txn, uint32_t frame);

/* NULL if the request of a transaction is not that large. */
const struct sx_large *sx_large_of(const struct sx_tracker *tracker, const struct sx_txn *txn);

/* The fragment in a frame; NULL if it holds none. */
const struct sx_begun_again *sx_begun_in(const struct sx_tracker *tracker, uint32_t frame);

/* By its number; NULL where there is none. */
const struct sx_begun *sx_begun_at(const struct sx_tracker *tracker, uint32_t number);

/* The transaction of the request; NULL if nothing whole of it is in the capture. */
const struct sx_txn *sx_begun_txn(const struct sx_tracker *tracker, const struct sx_begun *begun);

/* ---- the recording, by the tracker ---- */

struct sx_seen_fragment;
struct sx_seen_too_big;
struct sx_sizes;

struct sx_sizes *sx_sizes_new(void);
void sx_sizes_free(struct sx_sizes *sizes);

/* The frame that bore this number before, and those after it, were dropped. */
void sx_sizes_frame_again(struct sx_sizes *sizes, uint32_t frame);

/* Adds a new request of more than SX_MAX_OVER_UDP bytes. */
void sx_sizes_large(struct sx_tracker *tracker, const struct sx_txn *txn, uint32_t bytes);

/* False if the error contradicts itself: the datagram is not larger than the MTU. */
bool sx_sizes_is_too_big(const struct sx_seen_too_big *big);

/* Adds such an error, for the request of a transaction. */
void sx_sizes_too_big(struct sx_tracker *tracker, const struct sx_txn *txn,
                      const struct sx_seen_too_big *big);

/* Adds the first fragment of a request. */
void sx_sizes_begun(struct sx_tracker *tracker, const struct sx_seen_fragment *fragment);

#endif
