/* failure_branches.h
 * What the requests that a hop sent on have to do with the failure that it made.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_FAILURE_BRANCHES_H
#define SX_FAILURE_BRANCHES_H

#include "core/judge/failure_cause.h"

/* Branches that are looked at, the newest first; more than any fork has. */
#define SX_FAILURE_BRANCHES 64

/* What a hop sent on for a request before it failed: the branches of a proxy by their Vias; or the
 * other side of a B2BUA by its Call-ID or Session-ID (RFC 7989). */
struct sx_failure_branches {
    const struct sx_txn *list[SX_FAILURE_BRANCHES];
    unsigned count;
};

struct sx_failure_branches sx_failure_branches_of(const struct sx_tracker *tracker,
                                                  const struct sx_txn *at);

/* The branch that gave the failure, and how. Where one has the same code, so that it was handed on
 * with another To tag, the kind is unknown and `of` is that branch; with nothing to tell `of` is
 * NULL. */
struct sx_failure_cause sx_failure_of_branches(const struct sx_tracker *tracker,
                                               const struct sx_txn *at,
                                               const struct sx_failure_branches *all);

/* When the last of them ended in a final response; *frame stays 0 and the result false if one has
 * none. With no branch at all: the request itself. */
bool sx_failure_branches_ended(const struct sx_failure_branches *branches, const struct sx_txn *at,
                               uint32_t *frame, int64_t *ns);

/* True if a hop may answer so because it cannot get a request through or gets no answer. */
bool sx_failure_is_of_transport(unsigned code);

#endif
