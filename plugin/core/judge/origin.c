/* origin.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/judge/origin.h"

/* Branches looked through for the origin of a response; who has more of them made them for us. */
#define MAX_BRANCHES 1024

/* RFC 3261 8.1.1.6: as many hops as a request may take by default. */
#define MAX_HOPS 70

/* What a proxy answers by itself when a branch gives it nothing better. */
static bool is_made_for_silence(unsigned code)
{
    return code == 408 || code == 480 || code == 487 || code == 500 || code == 503 || code == 504;
}

/* A branch whose own final response this capture may have missed. */
static bool may_hide_origin(const struct sx_txn *txn, const struct sx_txn *branch)
{
    if (branch->final_frame && branch->final_frame <= txn->final_frame)
        return false;
    if (branch->first_response_frame && branch->first_response_frame <= txn->final_frame)
        return true;
    return !is_made_for_silence(txn->final_code);
}

/* The final response of a branch that a transaction was given as well, by code and To tag; 0: none. */
static uint32_t response_of(const struct sx_txn *branch, const struct sx_txn *txn)
{
    if (branch->final_code != txn->final_code)
        return 0;
    if (branch->final_tag == txn->final_tag)
        return branch->final_frame;
    return branch->other_final_tag == txn->final_tag ? branch->other_final_frame : 0;
}

struct sx_origin sx_origin_find(const struct sx_tracker *tracker, const struct sx_txn *txn)
{
    const struct sx_txn *at = txn, *branch = sx_tracker_txn(tracker, txn->first_child);
    bool hidden = txn->request_frame == 0;
    unsigned hops = 0;

    /* Each step goes one hop further on; a branch is never its own ancestor. A chain that is longer
     * than any request may travel is forged, and walking down it for each hop would never end. */
    for (unsigned i = 0; branch; i++) {
        if (i >= MAX_BRANCHES) {
            hidden = true;
            break;
        }
        uint32_t in = response_of(branch, txn);
        if (in && in <= response_of(at, txn)) {
            if (++hops > MAX_HOPS)
                return (struct sx_origin){SX_ORIGIN_UNKNOWN, at, 0};
            at = branch;
            branch = sx_tracker_txn(tracker, at->first_child);
        } else {
            hidden |= may_hide_origin(at, branch);
            branch = sx_tracker_txn(tracker, branch->next_sibling);
        }
    }
    if (at != txn)
        return (struct sx_origin){SX_ORIGIN_RELAYED, at, response_of(at, txn)};
    return (struct sx_origin){hidden ? SX_ORIGIN_UNKNOWN : SX_ORIGIN_HERE, txn, 0};
}
