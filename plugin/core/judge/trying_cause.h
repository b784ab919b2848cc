/* trying_cause.h
 * What holds up a transaction that got 100 Trying and then nothing: the chain of hops that wait for
 * one another, down to the one that shows why.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_TRYING_CAUSE_H
#define SX_TRYING_CAUSE_H

#include "core/record/records.h"

enum sx_trying_cause {
    SX_CAUSE_UNKNOWN,
    SX_CAUSE_NOT_FORWARDED,
    SX_CAUSE_NEVER_ANSWERED,
    SX_CAUSE_NEXT_HOP_STUCK,
    SX_CAUSE_NOT_RELAYED,
    SX_CAUSE_100_LOST,
    SX_CAUSE_UNREACHABLE,
    SX_CAUSE_NOTHING_BEYOND /* 100 and then nothing, and nothing of it is seen further on */
};

/* What the hop that sent a 100 did with the request. */
struct sx_trying_hop {
    uint32_t txn; /* the transaction that waits */
    enum sx_trying_cause cause;
    uint32_t cause_in; /* frame that shows it; 0: none */
    uint32_t branch;   /* the transaction below that it was found on; 0: none */
    uint32_t alike;    /* further branches that are held up in the same way */
    /* A branch that ended, or has what the hop must hand on at once, and nothing shows that the hop
     * kept that: the capture may lack what it made of it. 0: none */
    uint32_t heard;
    int64_t heard_ns; /* since when */
    bool must_relay;  /* it is a response that no hop may keep (RFC 3261 16.7 item 5) */
};

/* As many hops as a sentence has room for. */
#define SX_TRYING_HOPS 6

struct sx_trying_chain {
    unsigned count;    /* hops in the chain; no more than SX_TRYING_HOPS of them are kept */
    uint32_t cause_in; /* the frame that shows what holds it up; 0: none */
    struct sx_trying_hop hops[SX_TRYING_HOPS]; /* from the one that was asked about */
    struct sx_trying_hop last;
};

/* What holds up the transaction, of a wait that ended (or, so far, goes on) in this frame at this
 * time (nanoseconds). Nothing later counts as evidence, so that the verdict at the end of the wait
 * is the same on any pass. */
struct sx_trying_chain sx_trying_cause_find(const struct sx_tracker *tracker,
                                            const struct sx_txn *txn, uint32_t until_frame,
                                            int64_t until_ns);

/* The same of a wait after a 100, by the frame that found it overdue. */
struct sx_trying_chain sx_trying_cause_by(const struct sx_tracker *tracker,
                                          const struct sx_expiry *expiry);

/* The cause as the first hop sees it. */
static inline enum sx_trying_cause sx_trying_cause_of(const struct sx_trying_chain *chain)
{
    return chain->count ? chain->hops[0].cause : SX_CAUSE_UNKNOWN;
}

/* Where the request got no further: the host that does not answer or cannot be reached, else the
 * last one that has it. chain: not empty. */
struct sx_endpoint sx_trying_cause_place(const struct sx_tracker *tracker,
                                         const struct sx_trying_chain *chain);

#endif
