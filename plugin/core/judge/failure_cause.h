/* failure_cause.h
 * Why a final failure was made, as far as the capture shows it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What is asked about is the hop where the response was made (judge/origin); a relayed one has the
 * cause of that hop. What came after the response counts only where it shows how the hop went on
 * with its branches.
 */
#ifndef SX_FAILURE_CAUSE_H
#define SX_FAILURE_CAUSE_H

#include "core/judge/origin.h"
#include "core/judge/registration.h"

enum sx_failure_kind {
    SX_FAILURE_UNKNOWN,
    SX_FAILURE_UNANSWERED,      /* its request further on was never answered */
    SX_FAILURE_UNREACHABLE,     /* ICMP, a refused or reset connection */
    SX_FAILURE_CONNECTION_GONE, /* the registered connection or flow */
    SX_FAILURE_NOT_REGISTERED,  /* the registration had run out, was removed or replaced */
    SX_FAILURE_FORK,            /* another branch's failure was chosen, and hides this one's */
    SX_FAILURE_CREDENTIALS,     /* refused */
    SX_FAILURE_MISMATCH,        /* the request belongs to no dialog or transaction there */
    SX_FAILURE_TOLD_OTHERWISE,  /* a failure further on, told under another code */
    SX_FAILURE_CIRCLE,          /* the request came back to a host that had it */
    SX_FAILURE_OWN_LIMIT        /* the sender's own time limit */
};

struct sx_failure_cause {
    enum sx_failure_kind kind;
    uint32_t frame;          /* that shows it; 0: none */
    const struct sx_txn *at; /* where the failure was made; never NULL */
    const struct sx_txn *of; /* the transaction that shows it; NULL: none */
    /* SX_FAILURE_CIRCLE: the first time at the host that `of` came back to */
    const struct sx_txn *since;
    /* SX_FAILURE_UNREACHABLE: the connection that did not come up */
    const struct sx_attempt *attempt;
    int64_t after_ns; /* SX_FAILURE_OWN_LIMIT: since the last thing that `of` was told */
    struct sx_registration registration; /* SX_FAILURE_CONNECTION_GONE, SX_FAILURE_NOT_REGISTERED */
};

/* Of a transaction whose final response is a failure (sx_failure_judge()). */
struct sx_failure_cause sx_failure_cause_find(const struct sx_tracker *tracker,
                                              const struct sx_txn *txn);

/* The same, and from there on the causes of what was told under another code: the first failure of
 * all, as far as the capture shows it. */
struct sx_failure_cause sx_failure_cause_first(const struct sx_tracker *tracker,
                                               const struct sx_txn *txn);

/* The host that a cause names: the one that did not answer, cannot be reached, or made the failure.
 * */
struct sx_endpoint sx_failure_cause_place(const struct sx_failure_cause *cause);

#endif
