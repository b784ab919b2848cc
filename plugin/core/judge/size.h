/* size.h
 * Whether a request got lost because it is large for UDP (RFC 3261 18.1.1).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * None of it proves the cause: the capture shows what was sent, what came of it, and what became of
 * smaller requests on the same way.
 */
#ifndef SX_SIZE_H
#define SX_SIZE_H

#include "core/record/sizes.h"

/* Sends of a request without any answer, 7.5 s by the timers of RFC 3261 17.1.1.2: a capture that
 * has each of them lacks no response by accident. */
#define SX_SIZE_SENDS 5

enum sx_size_kind {
    SX_SIZE_NOTHING,       /* there is nothing to say of it */
    SX_SIZE_MAY_BE_LOST,   /* unanswered, while smaller requests to the same place are answered */
    SX_SIZE_FRAGMENTS,     /* only first fragments of it are in the capture, and it is unanswered */
    SX_SIZE_NO_TCP,        /* sent over UDP, for the other side did not take TCP just before */
    SX_SIZE_FAILED_BY_TCP, /* its hop failed it: the next one, which takes UDP, did not take TCP */
    SX_SIZE_TOO_BIG        /* ICMP says that it is larger than the MTU of the way on; unanswered */
};

struct sx_size {
    enum sx_size_kind kind;
    uint32_t bytes; /* of the request; 0: only its first fragments are known */
    uint32_t sends;
    uint32_t smaller_in; /* the newest smaller request that is answered there; 0: none */
    const struct sx_attempt *attempt; /* the connection that did not come up; NULL: none */
    const struct sx_too_big *too_big; /* SX_SIZE_TOO_BIG: what ICMP says; else NULL */
    struct sx_endpoint to;            /* where it, or the connection, goes */
};

/* Of the request of a transaction. */
struct sx_size sx_size_judge(const struct sx_tracker *tracker, const struct sx_txn *txn);

/* Of the first fragments of a request, up to this one of them; SX_SIZE_NOTHING or
 * SX_SIZE_FRAGMENTS. What comes later does not count, so it is the same on any pass. */
struct sx_size sx_size_of_fragments(const struct sx_tracker *tracker,
                                    const struct sx_begun_again *again);

#endif
