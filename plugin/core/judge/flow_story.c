/* flow_story.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/judge/flow_story.h"

#include "core/judge/origin.h"
#include "core/record/evidence.h"
#include "core/record/missing.h"

/* Transactions that are looked at; a proxy tries a handful. */
#define MAX_CHAIN 64

/* RFC 5626 4.5: the longer base-time. Whoever sees a loss has come back by then. */
#define LONGEST_FIRST_NS (90 * SX_NS_PER_S)

/* It was told something that the capture lacks: the hop above it has failed. */
static bool lacks_failure(const struct sx_tracker *tracker, const struct sx_txn *txn)
{
    const struct sx_txn *parent = sx_tracker_txn(tracker, txn->parent);

    return !txn->final_code && parent && parent->final_code >= 300;
}

/* The last hop upstream that was told the same, or may have been. */
static const struct sx_txn *told_last(const struct sx_tracker *tracker, const struct sx_txn *txn)
{
    const struct sx_txn *parent = sx_tracker_txn(tracker, txn->parent);
    unsigned code = txn->final_code;

    for (unsigned i = 0; parent && i < MAX_CHAIN; i++) {
        if (parent->final_code != code && !lacks_failure(tracker, parent))
            break;
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
    bool answered; /* otherwise than that this flow is gone too */
    bool pending;  /* not answered yet, and there is time */
    bool unknown;  /* something was sent that may be one */
    bool unseen;   /* one may have been answered, or an attempt before may have failed, unseen */
};

/* The first frame of a transaction. */
static uint32_t first_frame(const struct sx_txn *txn)
{
    uint32_t answer = sx_txn_more(txn)->trying_frame ? sx_txn_more(txn)->trying_frame
                                                     : txn->first_response_frame;

    return txn->request_frame ? txn->request_frame : answer;
}

static int64_t first_ns(const struct sx_txn *txn)
{
    int64_t answer = sx_txn_more(txn)->trying_frame ? sx_txn_more(txn)->trying_ns
                                                    : sx_txn_first_response_ns(txn);

    return txn->request_frame ? txn->request_ns : answer;
}

/* The one flow of the instance at the edge that gave the answer. */
static const struct sx_flow *flow_at_edge(const struct sx_flows *flows, const struct sx_flow *lost,
                                          uint32_t host)
{
    const struct sx_binding *own = sx_binding_at(flows, lost->binding);
    const struct sx_binding *b = sx_binding_newest_of_client(flows, own);
    const struct sx_flow *found = NULL;

    for (unsigned i = 0; b && i < MAX_CHAIN;
         i++, b = sx_binding_at(flows, sx_binding_more(flows, b)->next)) {
        const struct sx_flow *flow = sx_flows_at(flows, b->newest);
        if (!flow || !flow->accepted ||
            (sx_flow_brought_by(flow) != host && !(flow->has_way && flow->edge.host == host)))
            continue;
        if (found || b == own)
            return NULL;
        found = flow;
    }
    return found;
}

/* The flow that a branch was sent over, if its own request or one further on tells. */
static const struct sx_flow *flow_of_branch(const struct sx_tracker *tracker,
                                            const struct sx_txn *branch, const struct sx_flow *lost)
{
    const struct sx_flows *flows = sx_tracker_flows(tracker);
    const struct sx_txn *at = branch;

    for (unsigned i = 0; at && i < MAX_CHAIN; i++) {
        if (at->flow)
            return sx_flows_at(flows, at->flow);
        at = sx_tracker_txn(tracker, at->first_child);
    }
    return branch->request_frame ? NULL : flow_at_edge(flows, lost, branch->dst.host);
}

static bool is_pending(const struct sx_tracker *tracker, const struct sx_txn *s)
{
    return !s->final_code && !sx_txn_first_response_code(s) &&
           sx_tracker_now(tracker) - first_ns(s) <= SX_TIMER_B_NS;
}

/* What answered a retry. */
struct answer {
    unsigned code; /* 0: nothing in sight */
    uint32_t frame;
    bool unknown; /* it may have been answered, and what with cannot be told */
};

/* Where the capture lacks it, the hop above may have handed it on. */
static struct answer unseen_answer(const struct sx_tracker *tracker, const struct sx_txn *s)
{
    const struct sx_txn *parent = sx_tracker_txn(tracker, s->parent);
    struct sx_missing missing = sx_missing_response(tracker, s, UINT32_MAX);

    if (!parent || missing.sign != SX_MISSING_PASSED_ON)
        return (struct answer){.unknown = missing.sign != SX_MISSING_NONE};
    return parent->final_code / 100 == 2
               ? (struct answer){.code = parent->final_code, .frame = parent->final_frame}
               : (struct answer){.code = sx_txn_first_response_code(parent),
                                 .frame = parent->first_response_frame};
}

static struct answer answer_of(const struct sx_tracker *tracker, const struct sx_txn *s)
{
    if (s->final_code)
        return (struct answer){.code = s->final_code, .frame = s->final_frame};
    if (s->first_response_frame)
        return (struct answer){.code = sx_txn_first_response_code(s),
                               .frame = s->first_response_frame};
    return unseen_answer(tracker, s);
}

/* The list runs from the newest: the oldest retry wins unless only a newer one answered. */
static void note_retry(const struct sx_tracker *tracker, const struct sx_txn *s,
                       const struct sx_flow *other, struct sx_flow_story *story,
                       struct retry *retry)
{
    struct answer answer = answer_of(tracker, s);
    bool answered = answer.code && !(s->final_code && says_flow_gone(tracker, s));

    if (!retry->answered || answered) {
        story->retried = true;
        story->retry_in = s->request_frame;
        story->retry_reg_id = sx_flow_more(other)->reg_id;
        story->retry_code = answer.code;
        story->retry_code_in = answer.frame;
    }
    retry->answered |= answered;
    retry->unseen |= answer.unknown;
    retry->pending |= is_pending(tracker, s);
}

/* By the time of the failure. */
static bool had_failed(const struct sx_tracker *tracker, const struct sx_txn *s,
                       const struct sx_txn *failed)
{
    return s->final_frame && s->final_frame < failed->final_frame && says_flow_gone(tracker, s);
}

/* A fork, and no attempt after the other: one was sent, or went on, while the other one waited.
 * Over TCP one packet may bring both requests. */
static bool is_beside(const struct sx_txn *s, const struct sx_txn *failed)
{
    uint32_t began = first_frame(failed);

    return first_frame(s) >= began || s->first_response_frame > began || s->final_frame > began;
}

/* A branch that was sent before this one. */
static void note_earlier(const struct sx_tracker *tracker, const struct sx_txn *s,
                         const struct sx_txn *failed, struct sx_flow_story *story,
                         struct retry *retry)
{
    if (had_failed(tracker, s, failed))
        story->earlier_in = s->final_frame;
    retry->unseen |= !s->final_frame;
}

/* A branch beside the failed one. */
static void look_at_branch(const struct sx_tracker *tracker, const struct sx_txn *s,
                           const struct sx_txn *failed, struct sx_flow_story *story,
                           struct retry *retry)
{
    const struct sx_flow *lost = story->flow, *other = flow_of_branch(tracker, s, lost);
    bool before = first_frame(s) <= failed->final_frame;

    if (first_ns(s) - failed->final_ns > recovery_ns(tracker))
        return;
    if (other == lost && s->wrong_token) {
        story->wrong_token_in = first_frame(s);
        note_retry(tracker, s, lost, story, retry);
    } else if (other == lost && failed->wrong_token) {
        note_earlier(tracker, s, failed, story, retry);
    } else if (!other) {
        retry->unknown |= !before && s->method == failed->method;
    } else if (other != lost && sx_flows_of_one_instance(sx_tracker_flows(tracker), other, lost)) {
        if (before && (had_failed(tracker, s, failed) || !is_beside(s, failed)))
            note_earlier(tracker, s, failed, story, retry);
        else
            note_retry(tracker, s, other, story, retry);
    }
}

/* Requests to other flows of the instance, sent after the failure: by the hop that was told of it,
 * or by one further up that was told the same. */
static struct retry find_retry(const struct sx_tracker *tracker, const struct sx_txn *txn,
                               struct sx_flow_story *story)
{
    const struct sx_txn *last = told_last(tracker, txn), *at = txn;
    struct retry retry = {0};

    for (unsigned hops = 0; at && hops < MAX_CHAIN; hops++) {
        const struct sx_txn *s = sx_tracker_siblings(tracker, at);
        for (unsigned i = 0; s && i < MAX_CHAIN; i++, s = sx_tracker_next_sibling(tracker, s))
            if (s != at)
                look_at_branch(tracker, s, txn, story, &retry);
        at = at == last ? NULL : sx_tracker_txn(tracker, at->parent);
    }
    return retry;
}

/* The flow was made before the capture: whatever is sent on after the failure, and whoever
 * registers, may be its repair. */
static bool may_be_repaired(const struct sx_tracker *tracker, const struct sx_txn *txn)
{
    const struct sx_flows *flows = sx_tracker_flows(tracker);
    const struct sx_txn *s = sx_tracker_siblings(tracker, txn);
    uint32_t n = sx_flows_count(flows);

    for (unsigned i = 0; s && i < MAX_CHAIN; i++, s = sx_tracker_next_sibling(tracker, s))
        if (s->method == txn->method && first_frame(s) > txn->final_frame)
            return true;
    for (unsigned i = 0; n && i < MAX_CHAIN; i++, n--)
        if (sx_flows_at(flows, n)->registered_in > txn->final_frame)
            return true;
    return false;
}

/* What the capture tells of a REGISTER without a final response. */
typedef bool (*open_register)(const struct sx_tracker *, const struct sx_txn *);

/* That it has none does not show that there was none. */
static bool may_have_answer(const struct sx_tracker *tracker, const struct sx_txn *txn)
{
    return !sx_evidence_of_silence(tracker, txn, sx_evidence_now(tracker)) ||
           sx_missing_response(tracker, txn, UINT32_MAX).sign != SX_MISSING_NONE;
}

/* Its client still waits for one (RFC 3261 17.1.2.2, Timer F). */
static bool is_awaited(const struct sx_tracker *tracker, const struct sx_txn *txn)
{
    return sx_tracker_now(tracker) - txn->request_ns <= SX_TIMER_B_NS;
}

static bool has_register(const struct sx_tracker *tracker, uint32_t frame, open_register is)
{
    const struct sx_txn *txn;
    uint32_t nth = 0;

    while (nth < MAX_CHAIN && (txn = sx_tracker_next_register(tracker, frame, &nth)))
        if (!txn->final_frame && is(tracker, txn))
            return true;
    return false;
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

/* What the client sends can be read: it may have registered again over TLS. */
static bool is_readable(const struct sx_tracker *tracker, const struct sx_flow *flow)
{
    return sx_tracker_host(tracker, flow->client.host)->unreadable == 0;
}

bool sx_flow_has_failed(const struct sx_tracker *tracker, const struct sx_back_off *b)
{
    return !b->unanswered_in || !has_register(tracker, b->unanswered_in, may_have_answer);
}

/* What the client did to come back; newest is the binding's newest attempt. */
static void judge_return(const struct sx_flow *newest, const struct sx_tracker *tracker,
                         struct sx_flow_story *story)
{
    const struct sx_flow *attempt = story->again ? story->again : newest;

    if (!sx_flow_more(story->flow)->link || attempt == story->flow) {
        if (sx_flow_more(story->flow)->link && can_see_loss(story) && !story->again &&
            story->watched_ns > LONGEST_FIRST_NS && is_readable(tracker, story->flow))
            story->returned = SX_RETURN_NEVER;
        return;
    }
    story->back_off = sx_flow_back_off(sx_tracker_flows(tracker), attempt);
    story->returned = sx_flow_more(attempt)->link && sx_flow_has_failed(tracker, &story->back_off)
                          ? SX_RETURN_IN_TIME
                          : SX_RETURN_UNKNOWN;
    for (unsigned i = 0; attempt && attempt != story->flow && i < MAX_CHAIN; i++) {
        struct sx_back_off early = sx_flow_early(sx_tracker_flows(tracker), attempt);
        if (early.failures > 0 && sx_flow_has_failed(tracker, &early)) {
            story->returned = SX_RETURN_TOO_EARLY;
            story->back_off = early;
            return;
        }
        attempt = sx_flows_at(sx_tracker_flows(tracker), sx_flow_more(attempt)->older);
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

/* What goes outwards is not for a client, nor need a branch of a fork be that goes to nobody who is
 * known to be registered: neither shows anything of a flow. */
static bool is_by_flow(const struct sx_txn *b, const struct sx_txn *txn,
                       const struct sx_flow_story *story)
{
    return first_frame(b) && first_frame(b) <= txn->final_frame &&
           (b->flow || (txn->token_route && !story->over_it));
}

static void find_delivery(const struct sx_tracker *tracker, const struct sx_txn *txn,
                          struct sx_flow_story *story)
{
    const struct sx_txn *b = sx_tracker_txn(tracker, txn->first_child);

    for (unsigned i = 0; b && i < MAX_CHAIN && !story->delivered_in && !story->alive_in; i++) {
        if (is_by_flow(b, txn, story)) {
            story->delivered_in = b->request_frame;
            story->client_unseen = sx_tracker_host(tracker, b->dst.host)->sent == 0;
            story->alive_in = b->first_response_frame ? b->first_response_frame
                                                      : sx_txn_more(b)->trying_frame;
            story->alive_code = b->first_response_frame ? sx_txn_first_response_code(b) : 100;
        }
        b = sx_tracker_txn(tracker, b->next_sibling);
    }
    if (!story->alive_in)
        story->alive_code = 0;
    story->from_client = story->flow && sx_flow_is_to_client(story->flow, txn);
}

/* RFC 5626 5.3: a request over the flow whose token it bears goes outwards. In a dialog the flow
 * that is meant may be that of the other side. */
static bool came_over_it(const struct sx_txn *txn, const struct sx_flow *flow)
{
    if (!flow)
        return txn->own_token && !txn->in_dialog;
    return flow->has_way && sx_endpoint_eq(flow->client, txn->src) &&
           sx_endpoint_eq(flow->edge, txn->dst);
}

/* Who sends a request of its own with a flow token that the capture does not know may have got that
 * token itself, before the capture began (RFC 5626 5.3). What a proxy sends on it is not. */
static bool may_have_come_over_it(const struct sx_txn *txn, const struct sx_flow_story *story)
{
    return !story->flow && !story->over_it && txn->token_route && !txn->in_dialog &&
           txn->parent_key.bits == 0;
}

/* Whether the response is about a lost flow at all. */
static bool is_about_flow(const struct sx_txn *txn, const struct sx_flow_story *story)
{
    if (story->alive_in || story->from_client || story->over_it || story->route_repair ||
        story->to_register)
        return false;
    /* A phone that only did not answer. */
    if (story->delivered_in && story->death == SX_DEATH_UNKNOWN)
        return false;
    return story->flow || (txn->token_route && !txn->in_dialog);
}

/* All the same, by a branch that is not known to lead to this instance: nothing final upstream. */
static bool was_answered(const struct sx_tracker *tracker, const struct sx_txn *upstream)
{
    return !upstream->final_code &&
           (sx_txn_first_response_code(upstream) > 0 ||
            sx_missing_is_sure(sx_missing_response(tracker, upstream, UINT32_MAX).sign));
}

/* No further flow is tried for the request: whoever sent it was told of a failure. */
static bool is_over(const struct sx_tracker *tracker, const struct sx_flow_story *story,
                    const struct sx_txn *told)
{
    const struct sx_txn *upstream = sx_tracker_txn(tracker, told->parent);

    if (told->parent_key.bits == 0 || story->watched_ns > recovery_ns(tracker))
        return true;
    return upstream ? upstream->final_code : sx_tracker_ended(tracker);
}

/* The instance asked for a registration after the failure, of which the capture tells this. */
static bool has_registered(const struct sx_tracker *tracker, const struct sx_txn *txn,
                           const struct sx_flow_story *story, open_register is)
{
    const struct sx_flows *flows = sx_tracker_flows(tracker);
    const struct sx_binding *b = story->flow ? sx_binding_at(flows, story->flow->binding) : NULL;

    b = b ? sx_binding_newest_of_client(flows, b) : NULL;
    for (unsigned i = 0; b && i < MAX_CHAIN;
         i++, b = sx_binding_at(flows, sx_binding_more(flows, b)->next))
        if (b->last_in > txn->final_frame && has_register(tracker, b->last_in, is))
            return true;
    return false;
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
    /* Whoever answered, nobody lost this request. */
    if (upstream && upstream->final_code / 100 == 2)
        return SX_FLOW_UNKNOWN;
    if (retry.unseen || has_registered(tracker, txn, story, may_have_answer))
        return SX_FLOW_UNKNOWN;
    if (story->retried ? !retry.pending : story->earlier_in && is_over(tracker, story, told))
        return SX_FLOW_OTHERS_FAILED;
    if (has_registered(tracker, txn, story, is_awaited))
        return ended ? SX_FLOW_OPEN : SX_FLOW_UNKNOWN;
    if (from_caller)
        return story->may_be_over_it ? SX_FLOW_UNKNOWN : SX_FLOW_HANDED_ON;
    if (retry.unknown)
        return SX_FLOW_UNKNOWN;
    if (!upstream || was_answered(tracker, upstream))
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
        .flow = txn->method == SX_METHOD_REGISTER
                    ? NULL
                    : sx_flows_at(sx_tracker_flows(tracker), txn->flow),
        .to_register = txn->method == SX_METHOD_REGISTER,
        .silent_ns = -1,
        .idle_ns = -1,
        .code = txn->final_code,
        .watched_ns = sx_tracker_now(tracker) - txn->final_ns,
        .ended_early = sx_tracker_ended(tracker) &&
                       sx_tracker_now(tracker) - txn->final_ns <= recovery_ns(tracker),
        .in_dialog = txn->in_dialog,
        .route_repair = txn->route_repair,
        .token_route = txn->token_route,
        .unseen_request = !txn->request_frame,
        .wrong_token = txn->wrong_token,
        .upstream_in = upstream ? upstream->final_frame : 0,
        .upstream_code = upstream ? upstream->final_code : 0,
    };
}

struct sx_flow_story sx_flow_tell(const struct sx_tracker *tracker, const struct sx_txn *txn)
{
    txn = sx_origin_find(tracker, txn).txn;
    struct sx_flow_story story = begin(tracker, txn);
    struct retry retry = {0};
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
    story.over_it = came_over_it(txn, story.flow);
    story.may_be_over_it = may_have_come_over_it(txn, &story);
    find_delivery(tracker, txn, &story);
    if (failure && failure->works_in && !story.alive_in && story.death == SX_DEATH_UNKNOWN) {
        story.alive_in = failure->works_in;
        story.alive_code = failure->works_code;
        story.alive_later = true;
    }
    if (story.flow) {
        retry = find_retry(tracker, txn, &story);
        if (failure)
            find_return(tracker, txn, failure, &story);
    }
    story.about_flow = is_about_flow(txn, &story);
    if (!story.flow && story.about_flow)
        retry.unknown = may_be_repaired(tracker, txn);
    if (story.about_flow)
        story.outcome = judge(tracker, txn, &story, retry);
    return story;
}

bool sx_flow_is_loss(const struct sx_tracker *tracker, const struct sx_txn *txn, unsigned code)
{
    if (code == 430)
        return true;
    if (code != 477 && code != 403 && code != 500 && code != 503)
        return false;
    const struct sx_flow_failure *failure =
        sx_flows_failure(sx_tracker_flows(tracker), sx_origin_find(tracker, txn).txn->number);
    return failure && failure->lost;
}

const struct sx_flow_failure *sx_flow_failed(const struct sx_tracker *tracker,
                                             const struct sx_flow *flow)
{
    const struct sx_flows *flows = sx_tracker_flows(tracker);
    const struct sx_flow_failure *failure = sx_flow_failure_at(flows, sx_flow_more(flow)->failure);
    const struct sx_flow_failure *first = NULL;

    for (unsigned i = 0; failure && i < MAX_CHAIN; i++) {
        const struct sx_txn *txn = sx_tracker_txn(tracker, failure->txn);
        if (failure->lost && sx_flow_tell(tracker, txn).about_flow)
            first = failure;
        failure = sx_flow_failure_at(flows, failure->older_of_flow);
    }
    return first;
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
        *flow = txn->token_known ? sx_flows_at(flows, txn->flow) : NULL;
        token = failure && failure->lost ? SX_TOKEN_RESTARTED : SX_TOKEN_OWN;
    }
    /* Where the client's hop is not in the capture the 403 may come from the client. */
    if (txn->final_code != 403 || txn->method == SX_METHOD_REGISTER || !txn->token_route ||
        txn->first_child || !*flow || !sx_flow_more((*flow))->link)
        return SX_TOKEN_NONE;
    return token;
}

bool sx_flow_is_lost_by(const struct sx_flows *flows, const struct sx_flow *flow, uint32_t frame)
{
    const struct sx_flow *newer = sx_flows_at(flows, sx_flow_more(flow)->newer);
    uint32_t leaving = sx_user_more(flows, flow->user)->leaving_in;

    /* The REGISTER that takes it back and the FIN may be one packet. */
    return flow->accepted && sx_flow_more(flow)->reg_id &&
           !(flow->removed_in && flow->removed_in <= frame) &&
           !(sx_flow_more(flow)->leaving_in && sx_flow_more(flow)->leaving_in <= frame) &&
           !(leaving > MAX(flow->registered_in, sx_flow_refreshed_in(flows, flow)) &&
             leaving <= frame) &&
           !(newer && newer->registered_in < frame);
}
