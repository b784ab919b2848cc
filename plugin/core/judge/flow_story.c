/* flow_story.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/judge/flow_story.h"

#include "core/judge/origin.h"

/* Transactions that are looked at; a proxy tries a handful. */
#define MAX_CHAIN 64

/* RFC 5626 4.5: the longer base-time. Whoever sees a loss has come back by then. */
#define LONGEST_FIRST_NS (90 * SX_NS_PER_S)

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

static bool says_flow_gone(const struct sx_tracker *tracker, const struct sx_txn *txn)
{
    return txn->final_code == 408 || txn->final_code == 477 ||
           sx_flow_is_loss(tracker, txn, txn->final_code);
}

static int64_t recovery_ns(const struct sx_tracker *tracker)
{
    return sx_tracker_config(tracker)->flow_recovery_ns;
}

/* What the search for a retry finds. */
struct retry {
    bool answered;          /* otherwise than that this flow is gone too */
    bool pending;           /* not answered yet, and there is time */
};

/* Requests to other flows of the instance, sent after the failure. */
static struct retry find_retry(const struct sx_tracker *tracker, const struct sx_txn *txn,
                               struct sx_flow_story *story)
{
    const struct sx_flows *flows = sx_tracker_flows(tracker);
    const struct sx_txn *s = sx_tracker_siblings(tracker, txn);
    struct retry retry = {false, false};

    for (unsigned i = 0; s && i < MAX_CHAIN; i++, s = sx_tracker_next_sibling(tracker, s)) {
        const struct sx_flow *other = sx_flows_at(flows, s->flow);
        if (s == txn || !other || other == story->flow ||
            !sx_flows_of_one_instance(flows, other, story->flow) ||
            s->request_ns - txn->final_ns > recovery_ns(tracker))
            continue;
        if (s->request_frame <= txn->final_frame) {
            if (s->final_frame && s->final_frame < txn->final_frame && says_flow_gone(tracker, s))
                story->earlier_in = s->final_frame;
            continue;
        }
        bool answered = s->final_code ? !says_flow_gone(tracker, s) : s->first_response_code > 0;
        /* The list runs from the newest: the oldest retry wins unless only a newer one answered. */
        if (!retry.answered || answered) {
            story->retry_in = s->request_frame;
            story->retry_reg_id = other->reg_id;
            story->retry_code = s->final_code ? s->final_code : s->first_response_code;
        }
        retry.answered |= answered;
        retry.pending |= !s->final_code && !s->first_response_code &&
                         sx_tracker_now(tracker) - s->request_ns <= SX_TIMER_B_NS;
    }
    return retry;
}

/* ---- the client's return ---- */

static bool can_see_loss(const struct sx_flow_story *story)
{
    switch (story->death) {
    case SX_DEATH_CLOSED:
    case SX_DEATH_ALL_AT_ONCE:
    case SX_DEATH_FORGOTTEN:
    case SX_DEATH_NO_PONG:
        return true;
    case SX_DEATH_UNKNOWN:
    case SX_DEATH_FLOW_TIMER:
    case SX_DEATH_REMOVED:
    case SX_DEATH_EXPIRED:
    case SX_DEATH_UNREACHABLE:
    case SX_DEATH_NO_ACK:
    case SX_DEATH_MOVED:
    case SX_DEATH_REFUSED:
    default:
        return false;
    }
}

/* What the client did to come back; newest is the binding's newest attempt. */
static void judge_return(const struct sx_flow *newest, const struct sx_tracker *tracker,
                         struct sx_flow_story *story)
{
    const struct sx_flow *attempt = story->again ? story->again : newest;

    if (!story->flow->link || attempt == story->flow) {
        if (story->flow->link && can_see_loss(story) && !story->again &&
            story->watched_ns > LONGEST_FIRST_NS)
            story->returned = SX_RETURN_NEVER;
        return;
    }
    story->back_off = attempt->back_off;
    story->returned = attempt->link ? SX_RETURN_IN_TIME : SX_RETURN_UNKNOWN;
    for (unsigned i = 0; attempt && attempt != story->flow && i < MAX_CHAIN; i++) {
        if (attempt->early.failures > 0) {
            story->returned = SX_RETURN_TOO_EARLY;
            story->back_off = attempt->early;
            return;
        }
        attempt = sx_flows_at(sx_tracker_flows(tracker), attempt->older);
    }
}

static void find_return(const struct sx_tracker *tracker, const struct sx_txn *txn,
                        const struct sx_flow_failure *failure, struct sx_flow_story *story)
{
    const struct sx_flows *flows = sx_tracker_flows(tracker);

    story->replaced_in = failure->replaced_in;
    if (failure->again_in) {
        story->again = sx_flows_at(flows, failure->again_flow);
        story->reregistered_in = failure->again_in;
        story->reregistered_after_ns = failure->again_ns - txn->final_ns;
    }
    if (!failure->replaced_in)
        judge_return(sx_flows_newest(flows, story->flow), tracker, story);
}

/* ---- the story ---- */

static void find_delivery(const struct sx_tracker *tracker, const struct sx_txn *txn,
                          struct sx_flow_story *story)
{
    const struct sx_txn *b = sx_tracker_txn(tracker, txn->first_child);

    for (unsigned i = 0; b && i < MAX_CHAIN && !story->delivered_in; i++) {
        if (b->request_frame && b->request_frame <= txn->final_frame) {
            story->delivered_in = b->request_frame;
            story->alive_in = b->first_response_frame ? b->first_response_frame : b->trying_frame;
            story->alive_code = b->first_response_frame ? b->first_response_code : 100;
        }
        b = sx_tracker_txn(tracker, b->next_sibling);
    }
    if (!story->alive_in)
        story->alive_code = 0;
    story->from_client = story->flow && sx_flow_is_to_client(story->flow, txn);
}

/* Whether the response is about a lost flow at all. */
static bool is_about_flow(const struct sx_txn *txn, const struct sx_flow_story *story)
{
    if (story->alive_in || story->from_client || story->route_repair)
        return false;
    /* A phone that only did not answer. */
    if (story->delivered_in && story->death == SX_DEATH_UNKNOWN)
        return false;
    return story->flow || (txn->token_route && !txn->in_dialog);
}

static enum sx_flow_outcome judge(const struct sx_tracker *tracker, const struct sx_txn *txn,
                                  const struct sx_flow_story *story, struct retry retry)
{
    const struct sx_txn *told = told_last(tracker, txn);
    const struct sx_txn *upstream = sx_tracker_txn(tracker, told->parent);
    bool from_caller = told->parent_key.bits == 0;
    bool ended = sx_tracker_ended(tracker);

    if (retry.answered)
        return SX_FLOW_OTHER_ANSWERED;
    if (story->reregistered_in && story->reregistered_after_ns <= recovery_ns(tracker))
        return SX_FLOW_REREGISTERED;
    if (story->retry_in ? !retry.pending : story->earlier_in > 0)
        return SX_FLOW_OTHERS_FAILED;
    if (from_caller)
        return SX_FLOW_HANDED_ON;
    /* Answered all the same, by a branch that is not known to lead to this instance. */
    if (!upstream || upstream->final_code / 100 == 2 ||
        (!upstream->final_code && upstream->first_response_code))
        return SX_FLOW_UNKNOWN;
    if (retry.pending)
        return ended ? SX_FLOW_OPEN : SX_FLOW_UNKNOWN;
    if (story->watched_ns > recovery_ns(tracker))
        return SX_FLOW_NOTHING_TRIED;
    if (!ended)
        return SX_FLOW_UNKNOWN;
    /* Once upstream was told, no other flow can be tried for this request any more. */
    return upstream->final_code ? SX_FLOW_NOTHING_TRIED : SX_FLOW_OPEN;
}

static struct sx_flow_story begin(const struct sx_tracker *tracker, const struct sx_txn *txn)
{
    const struct sx_txn *upstream = sx_tracker_txn(tracker, told_last(tracker, txn)->parent);

    return (struct sx_flow_story){
        .flow = sx_flows_at(sx_tracker_flows(tracker), txn->flow),
        .silent_ns = -1,
        .idle_ns = -1,
        .code = txn->final_code,
        .watched_ns = sx_tracker_now(tracker) - txn->final_ns,
        .ended_early = sx_tracker_ended(tracker) &&
                       sx_tracker_now(tracker) - txn->final_ns <= recovery_ns(tracker),
        .in_dialog = txn->in_dialog,
        .route_repair = txn->route_repair,
        .token_route = txn->token_route,
        .upstream_in = upstream ? upstream->final_frame : 0,
        .upstream_code = upstream ? upstream->final_code : 0,
    };
}

struct sx_flow_story sx_flow_tell(const struct sx_tracker *tracker, const struct sx_txn *txn)
{
    txn = sx_origin_find(tracker, txn).txn;
    struct sx_flow_story story = begin(tracker, txn);
    struct retry retry = {false, false};
    const struct sx_flow_failure *failure =
        sx_flows_failure(sx_tracker_flows(tracker), txn->number);

    if (failure) {
        story.silent_ns = failure->silent_ns;
        story.idle_ns = failure->idle_ns;
        story.death = (enum sx_flow_death)failure->death;
        story.death_in = failure->death_in;
        story.ended = failure->ended;
        story.flow_timer_s = failure->flow_timer_s;
        story.edge_unreachable = failure->edge_unreachable;
        story.repeats = failure->repeats;
    }
    find_delivery(tracker, txn, &story);
    if (story.flow) {
        retry = find_retry(tracker, txn, &story);
        if (failure)
            find_return(tracker, txn, failure, &story);
    }
    if (is_about_flow(txn, &story))
        story.outcome = judge(tracker, txn, &story, retry);
    return story;
}

bool sx_flow_is_loss(const struct sx_tracker *tracker, const struct sx_txn *txn, unsigned code)
{
    if (code == 430)
        return true;
    if (code != 477 && code != 403)
        return false;
    const struct sx_flow_failure *failure =
        sx_flows_failure(sx_tracker_flows(tracker), sx_origin_find(tracker, txn).txn->number);
    return failure && failure->lost;
}

enum sx_flow_token sx_flow_token_of(const struct sx_tracker *tracker, const struct sx_txn *txn,
                                    const struct sx_flow **flow)
{
    const struct sx_flows *flows = sx_tracker_flows(tracker);

    txn = sx_origin_find(tracker, txn).txn;
    *flow = sx_flows_strange_token(flows, txn->number);
    enum sx_flow_token token = SX_TOKEN_STRANGE;
    if (!*flow) {
        const struct sx_flow_failure *failure = sx_flows_failure(flows, txn->number);
        *flow = sx_flows_at(flows, txn->flow);
        token = failure && failure->lost ? SX_TOKEN_RESTARTED : SX_TOKEN_OWN;
    }
    /* Where the client's hop is not in the capture the 403 may come from the client. */
    if (txn->final_code != 403 || txn->method == SX_METHOD_REGISTER || !txn->token_route ||
        txn->first_child || !*flow || !(*flow)->link)
        return SX_TOKEN_NONE;
    return token;
}
