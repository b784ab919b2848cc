/* origin.h
 * Where a final response was made: at the hop that sent it here, or further on.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_ORIGIN_H
#define SX_ORIGIN_H

#include "core/record/records.h"

enum sx_origin_kind {
    SX_ORIGIN_UNKNOWN, /* no hop further on is in the capture, and nothing else tells */
    SX_ORIGIN_HERE,    /* the sender made it, and there is a reason to say so */
    SX_ORIGIN_RELAYED  /* a hop further on sent it first */
};

struct sx_origin {
    enum sx_origin_kind kind;
    const struct sx_txn *txn; /* the last one further on that has this response; never NULL */
    uint32_t frame;           /* SX_ORIGIN_RELAYED: where it appeared first; else 0 */
};

/* Where the first final response of a transaction came from, as far as the capture shows it. */
struct sx_origin sx_origin_find(const struct sx_tracker *tracker, const struct sx_txn *txn);

/* Likewise of its final response with this code and To tag: a fork may send several. */
struct sx_origin sx_origin_of(const struct sx_tracker *tracker, const struct sx_txn *txn,
                              unsigned code, uint32_t to_tag);

#endif
