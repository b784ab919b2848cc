/* trying.h
 * The 100 timeout: a transaction that got 100 Trying and then nothing for too long.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * After a 100 no timer of the calling client runs (Timer B covers Calling only, RFC 3261
 * 17.1.1.2), so the verdict states a threshold and what was seen, and names a timer of the RFC
 * only where the trace fits it.
 */
#ifndef SX_TRYING_H
#define SX_TRYING_H

#include "core/judge/trying_cause.h"
#include "core/record/missing.h"

enum sx_trying_state {
    SX_TRYING_NONE, /* no 100; the wait goes on and is not yet too long; or what ended it, and
                     * after how long, is not in the capture */
    SX_TRYING_ANSWERED,
    SX_TRYING_SLOW,      /* for trying_slow_ms or more */
    SX_TRYING_TIMED_OUT, /* for trying_timeout_ms or more; or slow, and then 408 or 504 */
    SX_TRYING_CANCELLED, /* sooner, by CANCEL or by the loss of the caller's connection */
    SX_TRYING_OPEN       /* too early to tell; or the capture may lack the response */
};

/* Why a wait ended, where the trace fits a rule of RFC 3261. */
enum sx_trying_end {
    SX_END_NONE, /* nothing ended it */
    SX_END_RESPONSE,
    SX_END_CANCEL,              /* the client gave up */
    SX_END_CANCEL_PASSED_ON,    /* a proxy was told to */
    SX_END_CANCEL_AFTER_HANGUP, /* a proxy whose caller's connection was lost */
    SX_END_CANCEL_ELSEWHERE,    /* a proxy that has a 2xx or 6xx of another branch (16.7) */
    SX_END_CANCEL_COMPLETED,    /* its Reason says that somebody else answered (RFC 3326 2) */
    SX_END_CANCEL_TIMER_C,      /* a proxy's CANCEL that fits Timer C (16.6 item 11, 16.8) */
    SX_END_CANCEL_EXPIRES,      /* the Expires of the INVITE ran out (13.2.1, 16.10) */
    SX_END_MISSING,             /* a response that the capture lacks */
    SX_END_CLOSED,              /* the client closed the connection that carried the request */
    SX_END_RESET                /* likewise, by a reset */
};

struct sx_trying {
    enum sx_trying_state state;
    enum sx_trying_end end;
    int64_t wait_ns;           /* from the first 100 to the end of the wait */
    uint32_t ended_in;         /* frame; 0: nothing ended it */
    struct sx_missing missing; /* the response that ended it, or may have, is not in the capture */
    uint32_t heard;     /* number of a branch whose answer may have ended it unseen; 0: none */
    uint32_t elsewhere; /* number of the branch whose answer ended it; 0: none */
    struct sx_trying_chain chain; /* what held it up; empty while that is not asked */
};

/* The other branch for whose 2xx (RFC 3261 16.7 item 10) or 6xx (item 5), the first of them, a
 * proxy cancelled this one; NULL if the capture has none. */
const struct sx_txn *sx_trying_settled_elsewhere(const struct sx_tracker *tracker,
                                                 const struct sx_txn *txn);

/* What the capture, as far as it was read, says of a transaction's wait. */
struct sx_trying sx_trying_judge(const struct sx_tracker *tracker, const struct sx_txn *txn);

/* The hop that made a slow answer slow: the last transaction further on whose own wait covers most
 * of this one's; the transaction itself if none does. */
const struct sx_txn *sx_trying_slow_hop(const struct sx_tracker *tracker, const struct sx_txn *txn,
                                        const struct sx_trying *verdict);

/* True if an INVITE was cancelled, the CANCEL got its 200, and no final response came within 64*T1
 * (RFC 3261 9.1, 9.2), though this capture has what the server sends to the client. */
bool sx_trying_lacks_end(const struct sx_tracker *tracker, const struct sx_txn *invite);

/* How long the hop that a request was sent to took for its answer, in nanoseconds since its 100 or,
 * where it sent none, since the request. */
int64_t sx_trying_took(const struct sx_txn *txn);

#endif
