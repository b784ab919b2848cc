/* prack.h
 * Why a reliable provisional response is repeated (RFC 3262 3): what became of its PRACK.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_PRACK_H
#define SX_PRACK_H

#include "core/record/records.h"

enum sx_prack_state {
    SX_PRACK_NOT_SEEN, /* none for it in the capture */
    SX_PRACK_NOT_HERE, /* on another hop, not on this one */
    SX_PRACK_UNANSWERED,
    SX_PRACK_REFUSED,
    SX_PRACK_ANSWERED /* with 2xx: the server should have stopped */
};

struct sx_prack {
    enum sx_prack_state state;
    const struct sx_txn *txn; /* the PRACK; NULL if none was seen */
};

/* What the frames before this one show of the PRACK for the response to the INVITE with this RSeq.
 * */
struct sx_prack sx_prack_find(const struct sx_tracker *tracker, const struct sx_txn *invite,
                              uint32_t rseq, uint32_t frame);

#endif
