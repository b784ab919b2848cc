/* story.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/story.h"

/* Transactions and flows that are looked at; a proxy tries a handful. */
#define MAX_CHAIN 64

/* Where a relayed final response came from. */
static const struct sx_txn *origin_of(const struct sx_tracker *tracker, const struct sx_txn *txn)
{
    const struct sx_txn *branch = sx_tracker_txn(tracker, txn->first_child);

    for (unsigned i = 0; branch && i < MAX_CHAIN; i++) {
        if (branch->final_frame && branch->final_frame <= txn->final_frame &&
            branch->final_code == txn->final_code) {
            txn = branch;
            branch = sx_tracker_txn(tracker, txn->first_child);
        } else {
            branch = sx_tracker_txn(tracker, branch->next_sibling);
        }
    }
    return txn;
}

/* The last hop upstream that was told the same. */
static const struct sx_txn *told_last(const struct sx_tracker *tracker, const struct sx_txn *txn)
{
    const struct sx_txn *parent = sx_tracker_txn(tracker, txn->parent);

    for (unsigned i = 0; parent && parent->final_code == txn->final_code && i < MAX_CHAIN; i++) {
        txn = parent;
        parent = sx_tracker_txn(tracker, txn->parent);
    }
    return txn;
}

static bool says_flow_gone(unsigned code)
{
    return code == 430 || code == 408 || code == 477;
}

static bool in_time(const struct sx_tracker *tracker, const struct sx_txn *txn, int64_t ns)
{
    return ns - txn->final_ns <= sx_tracker_config(tracker)->flow_recovery_ns;
}

/* Requests to other flows of the instance, sent after the failure. True if one got an answer other
 * than that its flow is gone too. */
static bool find_retry(const struct sx_tracker *tracker, const struct sx_txn *txn,
                       const struct sx_flow *flow, struct sx_flow_story *story)
{
    const struct sx_txn *s = sx_tracker_siblings(tracker, txn);
    bool answered = false;

    for (unsigned i = 0; s && i < MAX_CHAIN; i++, s = sx_tracker_next_sibling(tracker, s)) {
        const struct sx_flow *other = sx_flows_at(sx_tracker_flows(tracker), s->flow);
        if (s == txn || s->request_frame <= txn->final_frame || !other || other == flow ||
            !sx_fingerprint_eq(other->instance_key, flow->instance_key) ||
            !in_time(tracker, txn, s->request_ns))
            continue;
        bool this_answered = s->final_code ? !says_flow_gone(s->final_code) : s->moved_code > 0;
        /* The list runs from the newest: the oldest retry wins unless only a newer one answered. */
        if (!answered || this_answered) {
            story->retry_in = s->request_frame;
            story->retry_code = s->final_code ? s->final_code : s->moved_code;
        }
        answered |= this_answered;
    }
    return answered;
}

static void find_registration(const struct sx_tracker *tracker, const struct sx_txn *txn,
                              const struct sx_flow *flow, struct sx_flow_story *story)
{
    const struct sx_flow *next = flow;
    uint32_t frame = flow->refreshed_in;
    int64_t ns = flow->refreshed_ns;

    for (unsigned i = 0; frame <= txn->final_frame && next && i < MAX_CHAIN; i++) {
        next = sx_flows_at(sx_tracker_flows(tracker), next->newer);
        if (next) {
            frame = next->registered_in;
            ns = next->registered_ns;
        }
    }
    if (frame > txn->final_frame) {
        story->reregistered_in = frame;
        story->reregistered_after_ns = ns - txn->final_ns;
    }
}

static enum sx_flow_outcome judge(const struct sx_tracker *tracker, const struct sx_txn *txn,
                                  const struct sx_flow_story *story, bool retry_answered)
{
    const struct sx_txn *told = told_last(tracker, txn);
    const struct sx_txn *upstream = sx_tracker_txn(tracker, told->parent);
    bool from_client = told->parent_key.bits == 0;
    bool window_over = sx_tracker_now(tracker) - txn->final_ns >
                       sx_tracker_config(tracker)->flow_recovery_ns;

    if (retry_answered)
        return SX_FLOW_OTHER_ANSWERED;
    if (story->reregistered_in &&
        story->reregistered_after_ns <= sx_tracker_config(tracker)->flow_recovery_ns)
        return SX_FLOW_REREGISTERED;
    if (story->retry_in && story->retry_code)
        return SX_FLOW_OTHERS_FAILED;
    if (from_client)
        return SX_FLOW_HANDED_ON;
    /* Answered all the same, by a branch that is not known to lead to this instance. */
    if (!upstream || upstream->final_code / 100 == 2 ||
        (!upstream->final_code && upstream->moved_code))
        return SX_FLOW_UNKNOWN;
    if (window_over)
        return SX_FLOW_NOTHING_TRIED;
    return sx_tracker_ended(tracker) ? SX_FLOW_OPEN : SX_FLOW_UNKNOWN;
}

struct sx_flow_story sx_flow_tell(const struct sx_tracker *tracker, const struct sx_txn *txn)
{
    const struct sx_flows *flows = sx_tracker_flows(tracker);
    struct sx_flow_story story = {.silent_ns = -1, .in_dialog = txn->in_dialog};
    bool answered = false;

    txn = origin_of(tracker, txn);
    story.flow = sx_flows_at(flows, txn->flow);
    const struct sx_flow_failure *failure = sx_flows_failure(flows, txn->number);
    if (failure) {
        story.silent_ns = failure->silent_ns;
        story.death = (enum sx_flow_death)failure->death;
        story.death_in = failure->death_in;
    }
    for (const struct sx_txn *b = sx_tracker_txn(tracker, txn->first_child); b && !story.delivered_in;
         b = sx_tracker_txn(tracker, b->next_sibling)) {
        if (b->request_frame <= txn->final_frame) {
            story.delivered_in = b->request_frame;
            story.alive_in = b->trying_frame ? b->trying_frame : b->moved_frame;
        }
    }
    if (story.flow) {
        answered = find_retry(tracker, txn, story.flow, &story);
        find_registration(tracker, txn, story.flow, &story);
    }
    const struct sx_txn *upstream = sx_tracker_txn(tracker, told_last(tracker, txn)->parent);
    if (upstream) {
        story.upstream_in = upstream->final_frame;
        story.upstream_code = upstream->final_code;
    }
    /* Without a registration and a flow token in sight, or with a client that answers, nothing
     * says that a flow was lost. */
    if ((story.flow || (txn->token_route && !txn->in_dialog)) && !story.alive_in)
        story.outcome = judge(tracker, txn, &story, answered);
    return story;
}

bool sx_flow_is_loss(const struct sx_tracker *tracker, const struct sx_txn *txn, unsigned code)
{
    if (code == 430)
        return true;
    if (code != 477 && code != 403)
        return false;
    const struct sx_flow_failure *failure =
        sx_flows_failure(sx_tracker_flows(tracker), origin_of(tracker, txn)->number);
    return failure && failure->death == SX_DEATH_CLOSED;
}
