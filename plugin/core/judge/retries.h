/* retries.h
 * How often a request was tried in vain at a server that says 503, and at how many hops it was
 * tried again: where each hop tries three times, two of them make nine.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Only what came before the response counts, so the answer is the same on any pass. Tries of one
 * call are known by its Call-ID. With one that keeps to the Retry-After of the 503 before it the
 * count begins anew, and branches that were sent at the same time are one.
 */
#ifndef SX_RETRIES_H
#define SX_RETRIES_H

#include "core/record/records.h"

/* Hops that are named. */
#define SX_MAX_RETRIERS 4

struct sx_retries {
    uint32_t tries;          /* at the server, the first included; 0: it is no such failure */
    uint32_t levels;         /* hops that tried again */
    uint32_t first_in;       /* the 503 of the first try */
    const struct sx_txn *at; /* the last try there; NULL where tries is 0 */
    uint32_t hosts[SX_MAX_RETRIERS]; /* who tried again: the first of them */
};

/* Of the final response of a transaction: a 503 that its server made, or what a hop made of one. */
struct sx_retries sx_retries_count(const struct sx_tracker *tracker, const struct sx_txn *txn);

#endif
