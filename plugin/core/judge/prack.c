/* prack.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/judge/prack.h"

#include "core/record/strays.h"

/* Transactions of a call, the newest first, that are looked through. */
#define MAX_LOOKED_THROUGH 64

static bool is_at_hop(const struct sx_txn *prack, const struct sx_txn *invite)
{
    return prack->src.host == invite->src.host && prack->dst.host == invite->dst.host;
}

static enum sx_prack_state state_of(const struct sx_txn *prack, uint32_t frame)
{
    if (!prack->final_frame || prack->final_frame >= frame)
        return SX_PRACK_UNANSWERED;
    return prack->final_code / 100 == 2 ? SX_PRACK_ANSWERED : SX_PRACK_REFUSED;
}

struct sx_prack sx_prack_find(const struct sx_tracker *t, const struct sx_txn *invite,
                              uint32_t rseq, uint32_t frame)
{
    const struct sx_txn *txn = sx_tracker_newest_in_call(t, invite->call_hash);
    struct sx_prack found = {SX_PRACK_NOT_SEEN, NULL};

    for (unsigned i = 0; txn && i < MAX_LOOKED_THROUGH; i++) {
        bool fits = txn->method == SX_METHOD_PRACK && txn->request_frame &&
                    txn->request_frame < frame && sx_txn_more(txn)->rseq == rseq;
        if (fits && is_at_hop(txn, invite))
            return (struct sx_prack){state_of(txn, frame), txn};
        if (fits)
            found = (struct sx_prack){SX_PRACK_NOT_HERE, txn};
        txn = sx_tracker_txn(t, txn->next_in_call);
    }
    return found;
}
