/* failure_cause.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/judge/failure_cause.h"

#include "core/judge/challenge.h"
#include "core/judge/failure.h"
#include "core/judge/mismatch.h"
#include "core/record/evidence.h"
#include "core/record/missing.h"

/* Branches looked at, the newest first; more than any fork has. */
#define MAX_BRANCHES 256

/* RFC 3261 8.1.1.6: as many hops as a request may take by default. */
#define MAX_HOPS 70

/* Transactions before and after one that are looked through for its other side. */
#define MAX_NEIGHBOURS 256

/* A hop that has to connect before it can send a request on begins so soon. */
#define PROMPT_NS (2 * SX_NS_PER_S)

/* A hop that gave up a branch says so at once. */
#define AT_ONCE_NS (2 * SX_NS_PER_S)

static struct sx_failure_cause unknown(const struct sx_txn *at)
{
    return (struct sx_failure_cause){.kind = SX_FAILURE_UNKNOWN, .at = at};
}

static struct sx_failure_cause found(enum sx_failure_kind kind, uint32_t frame,
                                     const struct sx_txn *at, const struct sx_txn *of)
{
    return (struct sx_failure_cause){.kind = kind, .frame = frame, .at = at, .of = of};
}

/* By the time of the failure. */
static bool seen(const struct sx_txn *at, uint32_t frame)
{
    return frame != 0 && frame <= at->final_frame;
}

/* ---- forks ---- */

/* A branch below whose failure the caller does not see, though it was known when another one's was
 * chosen, or tried after it. What ended before the chosen one began was tried first, and the chosen one
 * instead of it. */
static bool is_hidden(const struct sx_tracker *t, const struct sx_txn *above,
                      const struct sx_txn *chosen, const struct sx_txn *b)
{
    return b != chosen && seen(above, b->final_frame) && b->final_code >= 300 &&
           b->final_code != above->final_code && !b->followed_by && !b->cancel_frame &&
           (!b->request_frame || b->final_frame > chosen->request_frame) &&
           sx_failure_judge(t, b, b->final_code);
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

/* On the way from where a relayed failure was made up to where it is asked about: a fork that chose it.
 * RFC 3261 16.7 item 6: a 6xx goes before all others, and rightly. */
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

/* RFC 3261 16.3: the request came to a host that it had been at. Spirals are legal; only who says that
 * the request went too far is asked. */
static struct sx_failure_cause in_circle(const struct sx_tracker *t, const struct sx_txn *made)
{
    const struct sx_txn *later = made;

    if (made->final_code != 482 && made->final_code != 483)
        return unknown(made);
    for (unsigned i = 0; later && i < MAX_HOPS; i++, later = sx_tracker_txn(t, later->parent)) {
        const struct sx_txn *earlier = sx_tracker_txn(t, later->parent);
        for (unsigned k = 0; earlier && k < MAX_HOPS; k++) {
            if (earlier->dst.host == later->dst.host && later->src.host != later->dst.host)
                return found(SX_FAILURE_CIRCLE, later->request_frame, made, later);
            earlier = sx_tracker_txn(t, earlier->parent);
        }
    }
    return unknown(made);
}

/* ---- what came of the request further on ---- */

/* The hop took a branch back by itself, and tells its caller at once. */
static bool gave_up(const struct sx_txn *at, const struct sx_txn *b)
{
    return seen(at, b->cancel_frame) && !at->cancel_frame &&
           at->final_ns - b->cancel_ns <= AT_ONCE_NS;
}

static int64_t waited_for(const struct sx_txn *b)
{
    return b->cancel_ns - (b->first_response_frame && b->first_response_frame < b->cancel_frame
                               ? b->first_response_ns
                               : b->trying_frame ? b->trying_ns : b->request_ns);
}

static bool is_silent(const struct sx_tracker *t, const struct sx_txn *at, const struct sx_txn *b)
{
    struct sx_horizon until = {.frame = at->final_frame, .ns = at->final_ns};

    return b->request_frame && b->responses == 0 && sx_evidence_of_silence(t, b, until) &&
           sx_missing_response(t, b, at->final_frame).sign == SX_MISSING_NONE;
}

/* What one branch has to do with the failure. */
static struct sx_failure_cause cause_of_branch(const struct sx_tracker *t, const struct sx_txn *at,
                                               const struct sx_txn *b)
{
    if (gave_up(at, b)) {
        struct sx_failure_cause c = found(SX_FAILURE_OWN_LIMIT, b->cancel_frame, at, b);
        c.after_ns = waited_for(b);
        return c;
    }
    if (seen(at, b->final_frame) && b->final_code >= 300 && b->final_code != at->final_code &&
        !b->cancel_frame && sx_failure_judge(t, b, b->final_code))
        return found(SX_FAILURE_TOLD_OTHERWISE, b->final_frame, at, b);
    if (b->responses == 0 && seen(at, b->unreachable_frame))
        return found(SX_FAILURE_UNREACHABLE, b->unreachable_frame, at, b);
    if (is_silent(t, at, b))
        return found(SX_FAILURE_UNANSWERED, b->request_frame, at, b);
    return unknown(at);
}

/* A proxy tells the best of what it got (RFC 3261 16.7 item 6): the lowest class of failures goes
 * before what only was not answered. */
static unsigned rank(const struct sx_failure_cause *c)
{
    switch (c->kind) {
    case SX_FAILURE_TOLD_OTHERWISE:
        return c->of->final_code >= 600 ? 9 : 9 - c->of->final_code / 100;
    case SX_FAILURE_OWN_LIMIT:
        return 3;
    case SX_FAILURE_UNREACHABLE:
        return 2;
    case SX_FAILURE_UNANSWERED:
        return 1;
    case SX_FAILURE_UNKNOWN:
    case SX_FAILURE_CONNECTION_GONE:
    case SX_FAILURE_NOT_REGISTERED:
    case SX_FAILURE_FORK:
    case SX_FAILURE_CREDENTIALS:
    case SX_FAILURE_MISMATCH:
    case SX_FAILURE_CIRCLE:
    default:
        return 0;
    }
}

static struct sx_failure_cause further_on(const struct sx_tracker *t, const struct sx_txn *at)
{
    const struct sx_txn *b = sx_tracker_txn(t, at->first_child);
    struct sx_failure_cause best = unknown(at);

    for (unsigned i = 0; b && i < MAX_BRANCHES; i++, b = sx_tracker_txn(t, b->next_sibling)) {
        if (!seen(at, b->request_frame) && !seen(at, b->final_frame))
            continue;
        struct sx_failure_cause c = cause_of_branch(t, at, b);
        if (rank(&c) > rank(&best))
            best = c;
    }
    return best;
}

/* ---- nothing was sent on ---- */

/* The hop asked for a connection right after the request came, did not get it, and said so. */
static struct sx_failure_cause no_connection(const struct sx_tracker *t, const struct sx_txn *at)
{
    for (uint32_t n = 0; at->request_frame && n < MAX_NEIGHBOURS; n++) {
        const struct sx_attempt *a = sx_tracker_attempt(t, at->request_frame, n);
        if (!a || !seen(at, a->frame))
            break;
        if (a->from.host != at->dst.host || a->came_up || a->since_frame < at->request_frame ||
            a->since_ns - at->request_ns > PROMPT_NS)
            continue;
        struct sx_failure_cause c = found(SX_FAILURE_UNREACHABLE, a->frame, at, NULL);
        c.attempt = a;
        return c;
    }
    return unknown(at);
}

/* The other side of a B2BUA that keeps the Call-ID: a request of the same method that it sent after
 * this one came, and that failed before it told its caller. */
static struct sx_failure_cause other_side(const struct sx_tracker *t, const struct sx_txn *at)
{
    uint32_t last = MIN(sx_tracker_txn_count(t), at->number + MAX_NEIGHBOURS);

    for (uint32_t n = at->number + 1; at->call_hash && n <= last; n++) {
        const struct sx_txn *b = sx_tracker_txn(t, n);
        if (b->call_hash != at->call_hash || b->method != at->method || b->parent ||
            b->src.host != at->dst.host || b->dst.host == at->src.host ||
            b->request_frame < at->request_frame)
            continue;
        struct sx_failure_cause c = cause_of_branch(t, at, b);
        if (c.kind != SX_FAILURE_UNKNOWN)
            return c;
    }
    return unknown(at);
}

static struct sx_failure_cause made_here(const struct sx_tracker *t, const struct sx_txn *at)
{
    struct sx_failure_cause c = in_circle(t, at);

    if (sx_challenge_judge(t, at).state == SX_CHALLENGE_REFUSED)
        return found(SX_FAILURE_CREDENTIALS, at->request_frame, at, at);
    if ((at->final_code == 481 || at->final_code == 500) &&
        sx_mismatch_of_request(t, at).differs)
        return found(SX_FAILURE_MISMATCH, at->request_frame, at, at);
    if (c.kind == SX_FAILURE_UNKNOWN)
        c = further_on(t, at);
    if (c.kind == SX_FAILURE_UNKNOWN && !at->first_child)
        c = no_connection(t, at);
    if (c.kind == SX_FAILURE_UNKNOWN && !at->first_child)
        c = other_side(t, at);
    return c;
}

struct sx_failure_cause sx_failure_cause_find(const struct sx_tracker *t, const struct sx_txn *txn)
{
    struct sx_origin origin = sx_origin_find(t, txn);
    struct sx_failure_cause fork = chosen_by_fork(t, txn, origin.txn);

    return fork.kind != SX_FAILURE_UNKNOWN ? fork : made_here(t, origin.txn);
}
