/* origin.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/judge/origin.h"

#include "core/record/call.h"
#include "core/record/evidence.h"
#include "core/record/flow.h"
#include "core/record/missing.h"

/* Branches looked through for the origin of a response; who has more of them made them for us. */
#define MAX_BRANCHES 1024

/* Transactions of a call, the newest first, that are looked through. */
#define MAX_OF_CALL 32

/* RFC 3261 8.1.1.6: as many hops as a request may take by default. */
#define MAX_HOPS 70

/* What a proxy answers by itself when a branch gives it nothing better. */
static bool is_made_for_silence(unsigned code)
{
    return code == 408 || code == 480 || code == 487 || code == 500 || code == 503 || code == 504;
}

/* The capture shows that the branch gave no answer before the hop made its own. */
static bool was_silent(const struct sx_tracker *tracker, const struct sx_txn *branch,
                       struct sx_horizon until)
{
    return sx_evidence_of_silence(tracker, branch, until) ||
           sx_evidence_tried_elsewhere(tracker, branch, until);
}

/* It has sent its 100, so the capture has what it sends, and the hop would acknowledge a failure.
 */
static bool is_stuck(const struct sx_txn *branch, struct sx_horizon until)
{
    uint32_t trying = sx_txn_more(branch)->trying_frame;

    return trying && trying < until.frame;
}

/* A 487 is what a branch says that was cancelled (RFC 3261 9.2), and the hop hands it on. */
static bool may_end_cancelled(const struct sx_txn *txn, const struct sx_txn *branch)
{
    uint32_t cancel = sx_txn_rare(branch)->cancel_frame;

    return txn->final_code == 487 && cancel && cancel < txn->final_frame;
}

/* A branch whose own final response this capture may have missed; its ACK tells of one. */
static bool may_hide_origin(const struct sx_tracker *tracker, const struct sx_txn *txn,
                            const struct sx_txn *branch)
{
    const struct sx_horizon until = {txn->final_frame, txn->final_ns};

    if (branch->final_frame && branch->final_frame <= txn->final_frame)
        return false;
    if (!branch->final_frame && sx_txn_more(branch)->ack_frame)
        return true;
    if (branch->first_response_frame && branch->first_response_frame <= txn->final_frame)
        return true;
    if (!is_made_for_silence(txn->final_code))
        return true;
    if (branch->final_frame) /* it came later, so none did before */
        return false;
    return may_end_cancelled(txn, branch) ||
           sx_missing_response(tracker, branch, until.frame).sign != SX_MISSING_NONE ||
           (!is_stuck(branch, until) && !was_silent(tracker, branch, until));
}

/* The sender is the called side by its Contact, or it put the same To tag into its 100, which no
 * other host makes (RFC 3261 16.7 item 5). */
static bool is_called_side(const struct sx_tracker *tracker, const struct sx_txn *txn)
{
    uint32_t registers = sx_tracker_host(tracker, txn->dst.host)->registers;

    return txn->to_contact || (txn->own_contact && txn->first_response_frame <= txn->final_frame) ||
           (registers && registers <= txn->final_frame) ||
           (sx_txn_more(txn)->trying_tag && sx_txn_more(txn)->trying_tag == txn->final_tag &&
            sx_txn_more(txn)->trying_frame <= txn->final_frame);
}

/* It sends on what is for this address, as this capture shows, and did not send this one on. */
static bool was_answered_without_asking(const struct sx_tracker *tracker, const struct sx_txn *txn)
{
    const struct sx_host *host = sx_tracker_host(tracker, txn->dst.host);
    uint32_t sent_on = sx_tracker_sent_on(tracker, txn);

    return txn->method == SX_METHOD_INVITE && sent_on && sent_on <= txn->final_frame &&
           !host->own_invite && !host->answered_unseen && !host->unreadable;
}

/* The same response, earlier, to what this hop sent on with the Vias masked. NULL if there is none.
 * */
static const struct sx_txn *sent_before(const struct sx_tracker *tracker, const struct sx_txn *txn)
{
    const struct sx_txn *b = sx_call_newest(tracker, txn), *first = NULL;

    for (unsigned i = 0; b && i < MAX_OF_CALL; i++, b = sx_call_older(tracker, b))
        if (b->method == txn->method && b->cseq == txn->cseq && b->src.host == txn->dst.host &&
            b->final_frame && b->final_frame < txn->final_frame &&
            b->final_code == txn->final_code && b->final_tag == txn->final_tag &&
            (!first || b->final_frame < first->final_frame))
            first = b;
    return first;
}

/* The sender says that the client's flow is gone, and it held the connection of that flow, which
 * the capture shows to have ended before: there was no other way on (RFC 5626 5.3). */
static bool has_lost_the_flow(const struct sx_tracker *tracker, const struct sx_txn *txn)
{
    const struct sx_flows *flows = sx_tracker_flows(tracker);
    const struct sx_flow_failure *failure = sx_flows_failure(flows, txn->number);
    const struct sx_flow *flow = failure ? sx_flows_at(flows, failure->flow) : NULL;

    return flow && sx_flow_more(flow)->link && failure->lost && !failure->replaced_in &&
           failure->frame == txn->final_frame &&
           sx_flow_more(flow)->link->ends.edge.host == txn->dst.host &&
           (failure->death == SX_DEATH_CLOSED || failure->death == SX_DEATH_FORGOTTEN ||
            failure->death == SX_DEATH_ALL_AT_ONCE);
}

/* Nothing of it is seen further on. */
static bool is_made_here(const struct sx_tracker *tracker, const struct sx_txn *txn)
{
    return is_called_side(tracker, txn) || was_answered_without_asking(tracker, txn) ||
           has_lost_the_flow(tracker, txn);
}

/* How far down a response is seen that a transaction was given. */
struct walk {
    const struct sx_txn *at; /* the last one further on that has it */
    uint32_t frame;          /* there */
    bool hidden;             /* a branch may have it unseen */
    bool endless;
};

/* Each step goes one hop further on; a branch is never its own ancestor. A chain that is longer
 * than any request may travel is forged, and walking down it for each hop would never end. */
static struct walk walk_down(const struct sx_tracker *tracker, const struct sx_txn *txn,
                             unsigned code, uint32_t to_tag)
{
    struct walk w = {.at = txn, .hidden = txn->request_frame == 0};
    const struct sx_txn *branch = sx_tracker_txn(tracker, txn->first_child);
    unsigned hops = 0;

    w.frame = sx_tracker_final_with(tracker, txn, code, to_tag);
    for (unsigned i = 0; branch; i++) {
        if (i >= MAX_BRANCHES) {
            w.hidden = true;
            break;
        }
        uint32_t in = sx_tracker_final_with(tracker, branch, code, to_tag);
        if (in && in <= w.frame) {
            w.endless = ++hops > MAX_HOPS;
            if (w.endless)
                break;
            w.at = branch;
            w.frame = in;
            branch = sx_tracker_txn(tracker, branch->first_child);
        } else {
            /* A hop between that the capture lacks may have made it. */
            w.hidden |= !sx_txn_is_next_hop(w.at, branch) || may_hide_origin(tracker, w.at, branch);
            branch = sx_tracker_txn(tracker, branch->next_sibling);
        }
    }
    return w;
}

struct sx_origin sx_origin_find(const struct sx_tracker *tracker, const struct sx_txn *txn)
{
    const struct walk w = walk_down(tracker, txn, txn->final_code, txn->final_tag);

    if (w.endless)
        return (struct sx_origin){SX_ORIGIN_UNKNOWN, w.at, 0};
    if (w.at != txn)
        return (struct sx_origin){SX_ORIGIN_RELAYED, w.at, w.frame};
    const struct sx_txn *before = txn->first_child ? NULL : sent_before(tracker, txn);
    if (before)
        return (struct sx_origin){SX_ORIGIN_RELAYED, before, before->final_frame};
    /* What comes with another To tag than that of a branch may be of one that this capture does not
     * show; but for what a hop makes of the failures of its branches. */
    bool here = !w.hidden && (txn->first_child ? is_made_for_silence(txn->final_code)
                                               : is_made_here(tracker, txn));
    return (struct sx_origin){here ? SX_ORIGIN_HERE : SX_ORIGIN_UNKNOWN, txn, 0};
}

struct sx_origin sx_origin_of(const struct sx_tracker *tracker, const struct sx_txn *txn,
                              unsigned code, uint32_t to_tag)
{
    if (code == txn->final_code && to_tag == txn->final_tag)
        return sx_origin_find(tracker, txn);
    const struct walk w = walk_down(tracker, txn, code, to_tag);
    bool relayed = w.at != txn && !w.endless;
    return (struct sx_origin){relayed ? SX_ORIGIN_RELAYED : SX_ORIGIN_UNKNOWN, w.at,
                              relayed ? w.frame : 0};
}
