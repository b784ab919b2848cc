/* failure_cause.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/judge/failure_cause.h"

#include "core/judge/challenge.h"
#include "core/judge/failure.h"
#include "core/judge/failure_branches.h"
#include "core/judge/flow_story.h"
#include "core/judge/mismatch.h"

/* Branches looked at, the newest first; more than any fork has. */
#define MAX_BRANCHES 256

/* RFC 3261 8.1.1.6: as many hops as a request may take by default. */
#define MAX_HOPS 70

/* Transactions before and after one that are looked through for others at the same hop. */
#define MAX_NEIGHBOURS 64

/* Attempts to connect that are looked through. */
#define MAX_ATTEMPTS 256

/* A hop that has to connect before it can send a request on begins so soon; and once it is refused
 * it says so, or tries the next target, as soon. */
#define PROMPT_NS (2 * SX_NS_PER_S)

static struct sx_failure_cause unknown(const struct sx_txn *at)
{
    return (struct sx_failure_cause){.kind = SX_FAILURE_UNKNOWN, .at = at};
}

static struct sx_failure_cause found(enum sx_failure_kind kind, uint32_t frame,
                                     const struct sx_txn *at, const struct sx_txn *of)
{
    return (struct sx_failure_cause){.kind = kind, .frame = frame, .at = at, .of = of};
}

static bool is_known(const struct sx_failure_cause *c)
{
    return c->kind != SX_FAILURE_UNKNOWN;
}

/* By the time of the failure. */
static bool seen(const struct sx_txn *at, uint32_t frame)
{
    return frame != 0 && frame <= at->final_frame;
}

/* ---- forks ---- */

/* The first frame of a branch; what came before it was not beside it. */
static uint32_t first_frame(const struct sx_txn *b)
{
    return b->request_frame               ? b->request_frame
           : sx_txn_more(b)->trying_frame ? sx_txn_more(b)->trying_frame
                                          : b->first_response_frame;
}

/* A branch below whose failure the caller does not see, though it was known when another one's was
 * chosen, or tried after it. What ended before the chosen one began was tried first, and the chosen
 * one instead of it. */
static bool is_hidden(const struct sx_tracker *t, const struct sx_txn *above,
                      const struct sx_txn *chosen, const struct sx_txn *b)
{
    return b != chosen && seen(above, b->final_frame) && b->final_code != above->final_code &&
           !b->followed_by && !sx_txn_rare(b)->cancel_frame &&
           b->final_frame > first_frame(chosen) && sx_failure_judge(t, b, b->final_code);
}

static const struct sx_txn *hidden_by(const struct sx_tracker *t, const struct sx_txn *above,
                                      const struct sx_txn *chosen)
{
    const struct sx_txn *b = sx_tracker_txn(t, above->first_child), *first = NULL;

    for (unsigned i = 0; b && i < MAX_BRANCHES; i++, b = sx_tracker_txn(t, b->next_sibling))
        if (is_hidden(t, above, chosen, b) && (!first || b->final_frame < first->final_frame))
            first = b;
    return first;
}

/* On the way from where a relayed failure was made up to where it is asked about: a fork that chose
 * it. RFC 3261 16.7 item 6: a 6xx goes before all others, and rightly. */
static struct sx_failure_cause chosen_by_fork(const struct sx_tracker *t, const struct sx_txn *txn,
                                              const struct sx_txn *made)
{
    const struct sx_txn *chosen = made;

    for (unsigned i = 0; chosen != txn && i < MAX_HOPS && txn->final_code < 600; i++) {
        const struct sx_txn *above = sx_tracker_txn(t, chosen->parent);
        const struct sx_txn *hidden = above ? hidden_by(t, above, chosen) : NULL;
        if (hidden)
            return found(SX_FAILURE_FORK, hidden->final_frame, made, hidden);
        if (!above)
            break;
        chosen = above;
    }
    return unknown(made);
}

/* ---- circles ---- */

/* RFC 3261 16.3: the request that went too far had been at the host that says so, with the same
 * Request-URI: with another one it is a spiral, which is legal. Who comes by a third time is in a
 * circle, whatever is added to the URI on the way. */
static struct sx_failure_cause in_circle(const struct sx_tracker *t, const struct sx_txn *made)
{
    const struct sx_txn *earlier = sx_tracker_txn(t, made->parent);
    unsigned visits = 1;

    if ((made->final_code != 482 && made->final_code != 483) || !made->request_frame)
        return unknown(made);
    for (unsigned i = 0; earlier && i < MAX_HOPS;
         i++, earlier = sx_tracker_txn(t, earlier->parent)) {
        if (!earlier->request_frame || !sx_endpoint_eq(earlier->dst, made->dst))
            continue;
        if (earlier->request_hash == made->request_hash || ++visits > 2) {
            struct sx_failure_cause c = found(SX_FAILURE_CIRCLE, made->request_frame, made, made);
            c.since = earlier;
            return c;
        }
    }
    return unknown(made);
}

/* ---- connections that did not come up ---- */

/* Another request waits at the same hop, and the connection may be meant for that one. */
static bool may_be_of_another(const struct sx_tracker *t, const struct sx_txn *at,
                              const struct sx_attempt *a)
{
    uint32_t first = at->number > MAX_NEIGHBOURS ? at->number - MAX_NEIGHBOURS : 1;
    uint32_t last = MIN(sx_tracker_txn_count(t), at->number + MAX_NEIGHBOURS);

    for (uint32_t n = first; n <= last; n++) {
        const struct sx_txn *o = sx_tracker_txn(t, n);
        if (o == at || o->dst.host != at->dst.host || o->first_child || !o->request_frame ||
            o->request_frame > a->since_frame || a->since_ns - o->request_ns > PROMPT_NS ||
            o->method == SX_METHOD_ACK || o->method == SX_METHOD_CANCEL)
            continue;
        if (!o->final_frame || (o->final_frame > a->since_frame && o->final_code != at->final_code))
            return true;
    }
    return false;
}

static bool is_in_vain(const struct sx_txn *at, const struct sx_attempt *a)
{
    return seen(at, a->frame) && a->from.host == at->dst.host && !a->came_up;
}

/* The hop asked for a connection right after the request came, or after its last branch ended, did
 * not get it, and said so. */
static struct sx_failure_cause no_connection(const struct sx_tracker *t, const struct sx_txn *at,
                                             const struct sx_failure_branches *branches)
{
    uint32_t after;
    int64_t after_ns;

    if (!at->request_frame || !sx_failure_is_of_transport(at->final_code) ||
        !sx_failure_branches_ended(branches, at, &after, &after_ns))
        return unknown(at);
    for (uint32_t n = 0; n < MAX_ATTEMPTS; n++) {
        const struct sx_attempt *a = sx_tracker_attempt(t, after, n);
        if (!a || !seen(at, a->frame))
            break;
        if (!is_in_vain(at, a) || a->since_frame < after || a->since_ns - after_ns > PROMPT_NS ||
            may_be_of_another(t, at, a))
            continue;
        struct sx_failure_cause c = found(SX_FAILURE_UNREACHABLE, a->frame, at, NULL);
        c.attempt = a;
        return c;
    }
    return unknown(at);
}

/* ---- registrations ---- */

static struct sx_failure_cause of_state(const struct sx_txn *at, const struct sx_registration *r)
{
    struct sx_failure_cause c = unknown(at);

    c.registration = *r;
    switch (r->state) {
    case SX_REGISTRATION_LOST:
        c.kind = SX_FAILURE_CONNECTION_GONE;
        c.frame = r->lost_in;
        break;
    case SX_REGISTRATION_RUN_OUT:
        c.kind = SX_FAILURE_NOT_REGISTERED;
        c.frame = r->in;
        break;
    case SX_REGISTRATION_REMOVED:
        c.kind = SX_FAILURE_NOT_REGISTERED;
        c.frame = r->lost_in;
        break;
    case SX_REGISTRATION_REPLACED:
        c.kind = SX_FAILURE_NOT_REGISTERED;
        c.frame = r->newer_in;
        break;
    case SX_REGISTRATION_UNKNOWN:
    case SX_REGISTRATION_CURRENT:
    default:
        break;
    }
    return c;
}

/* The flow that the hop says is gone, where the capture shows how it went. */
static struct sx_failure_cause of_flow(const struct sx_tracker *t, const struct sx_txn *at)
{
    struct sx_failure_cause c = unknown(at);

    if (!sx_flow_is_loss(t, at, at->final_code))
        return c;
    struct sx_flow_story story = sx_flow_tell(t, at);
    if (!story.flow || !story.about_flow || story.death == SX_DEATH_UNKNOWN)
        return c;
    c.kind = story.death == SX_DEATH_REMOVED || story.death == SX_DEATH_EXPIRED
                 ? SX_FAILURE_NOT_REGISTERED
                 : SX_FAILURE_CONNECTION_GONE;
    c.frame = story.death_in;
    c.registration.flow = story.flow;
    return c;
}

/* The only connection of the user ends between the request and the failure. */
static struct sx_failure_cause ends_meanwhile(const struct sx_tracker *t, const struct sx_txn *at)
{
    struct sx_failure_cause c = unknown(at);
    struct sx_registration r = sx_registration_find(t, at);

    if (!r.flow || !sx_flow_more(r.flow)->link || r.bindings != 1 ||
        r.state != SX_REGISTRATION_CURRENT || !seen(at, sx_flow_more(r.flow)->link->closed_in) ||
        !sx_failure_is_of_transport(at->final_code))
        return c;
    c.kind = SX_FAILURE_CONNECTION_GONE;
    c.frame = sx_flow_more(r.flow)->link->closed_in;
    c.registration = r;
    return c;
}

/* Nothing was sent on: whom it was for could not be reached any more. */
static struct sx_failure_cause not_registered(const struct sx_tracker *t, const struct sx_txn *at)
{
    struct sx_failure_cause c = of_flow(t, at);
    struct sx_registration r;

    if (c.kind == SX_FAILURE_UNKNOWN && sx_registration_missed(t, at, &r))
        return of_state(at, &r);
    return is_known(&c) ? c : ends_meanwhile(t, at);
}

/* ---- all of it ---- */

/* The connection that was not to be had is the one that the client has given up. */
static bool is_to_client(const struct sx_failure_cause *registered,
                         const struct sx_failure_cause *refused)
{
    const struct sx_flow *flow = registered->registration.flow;

    return is_known(registered) && flow &&
           (!is_known(refused) || refused->attempt->to.host == flow->client.host);
}

static struct sx_failure_cause nothing_sent_on(const struct sx_tracker *t, const struct sx_txn *at,
                                               const struct sx_failure_cause *refused)
{
    struct sx_failure_cause registered = not_registered(t, at);

    return is_to_client(&registered, refused) ? registered : *refused;
}

/* At one hop. Where it only handed a failure on, `of` is the branch that it came from. */
static struct sx_failure_cause made_at(const struct sx_tracker *t, const struct sx_txn *at)
{
    struct sx_failure_branches branches = sx_failure_branches_of(t, at);
    struct sx_failure_cause c = in_circle(t, at), refused = no_connection(t, at, &branches);

    if (sx_challenge_judge(t, at).state == SX_CHALLENGE_REFUSED)
        return found(SX_FAILURE_CREDENTIALS, at->request_frame, at, at);
    if (is_known(&c))
        return c;
    if ((at->final_code == 481 || at->final_code == 500) && sx_mismatch_of_request(t, at).differs)
        return found(SX_FAILURE_MISMATCH, at->request_frame, at, at);
    if (branches.count == 0)
        return nothing_sent_on(t, at, &refused);
    return is_known(&refused) ? refused : sx_failure_of_branches(t, at, &branches);
}

static struct sx_failure_cause made_here(const struct sx_tracker *t, const struct sx_txn *at)
{
    struct sx_failure_cause c = made_at(t, at);

    for (unsigned i = 0; !is_known(&c) && c.of && i < MAX_HOPS; i++)
        c = made_at(t, c.of);
    c.of = is_known(&c) ? c.of : NULL;
    return c;
}

struct sx_failure_cause sx_failure_cause_find(const struct sx_tracker *t, const struct sx_txn *txn)
{
    struct sx_origin origin = sx_origin_find(t, txn);
    struct sx_failure_cause fork = chosen_by_fork(t, txn, origin.txn);

    return is_known(&fork) ? fork : made_here(t, origin.txn);
}

struct sx_failure_cause sx_failure_cause_first(const struct sx_tracker *t, const struct sx_txn *txn)
{
    struct sx_failure_cause c = sx_failure_cause_find(t, txn);

    for (unsigned i = 0; c.kind == SX_FAILURE_TOLD_OTHERWISE && i < MAX_HOPS; i++)
        c = sx_failure_cause_find(t, c.of);
    return c;
}

struct sx_endpoint sx_failure_cause_place(const struct sx_failure_cause *c)
{
    switch (c->kind) {
    case SX_FAILURE_UNANSWERED:
        return c->of->dst;
    case SX_FAILURE_UNREACHABLE:
        return c->attempt ? c->attempt->to : c->of->dst;
    case SX_FAILURE_UNKNOWN:
    case SX_FAILURE_CONNECTION_GONE:
    case SX_FAILURE_NOT_REGISTERED:
    case SX_FAILURE_FORK:
    case SX_FAILURE_CREDENTIALS:
    case SX_FAILURE_MISMATCH:
    case SX_FAILURE_TOLD_OTHERWISE:
    case SX_FAILURE_CIRCLE:
    case SX_FAILURE_OWN_LIMIT:
    default:
        return c->at->dst;
    }
}
