/* failure_branches.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/judge/failure_branches.h"

#include "core/judge/failure.h"
#include "core/record/evidence.h"
#include "core/record/missing.h"

/* Transactions after one that are looked through for its other side. */
#define MAX_NEIGHBOURS 256

/* A hop that gave up a branch says so at once. */
#define AT_ONCE_NS (2 * SX_NS_PER_S)

/* A shorter wait is no time limit: something else made the hop take the branch back. */
#define LEAST_WAIT_NS (1 * SX_NS_PER_S)

/* A hop that waited so long has waited for Timer B or F (RFC 3261 17.1.1.2), give or take its
 * clock. */
#define WHOLE_WAIT_NS (28 * SX_NS_PER_S)

static struct sx_failure_cause nothing(const struct sx_txn *at)
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

/* ---- codes ---- */

bool sx_failure_is_of_transport(unsigned code)
{
    static const uint16_t codes[] = {408, 410, 430, 477, 478, 480, 500, 502, 503, 504};

    for (unsigned i = 0; i < G_N_ELEMENTS(codes); i++)
        if (codes[i] == code)
            return true;
    return false;
}

/* RFC 3261 16.8, 17.1.1.2: what a timer makes. */
static bool is_of_timer(unsigned code)
{
    return code == 408 || code == 504;
}

/* RFC 3261 16.9: what a transport error makes; 500 where it is handed on (16.7 item 6). */
static bool is_of_error(unsigned code)
{
    return code == 503 || code == 500 || code == 502 || code == 477 || code == 478 || code == 430;
}

/* ---- which requests ---- */

static void add(struct sx_failure_branches *all, const struct sx_txn *at, const struct sx_txn *b)
{
    if (all->count < SX_FAILURE_BRANCHES &&
        (seen(at, b->request_frame) || seen(at, b->final_frame)))
        all->list[all->count++] = b;
}

static bool is_same_session(const struct sx_txn *a, const struct sx_txn *b)
{
    return (a->call_hash && a->call_hash == b->call_hash) ||
           (sx_txn_rare(a)->session_hash &&
            sx_txn_rare(a)->session_hash == sx_txn_rare(b)->session_hash);
}

/* A request of the same method that the B2BUA sent after this one came, and no proxy's. */
static bool is_other_side(const struct sx_txn *at, const struct sx_txn *b)
{
    return is_same_session(at, b) && b->method == at->method && b->in_dialog == at->in_dialog &&
           !b->parent && b->src.host == at->dst.host && b->request_frame >= at->request_frame &&
           (b->dst.host != at->src.host || !b->in_dialog);
}

struct sx_failure_branches sx_failure_branches_of(const struct sx_tracker *t,
                                                  const struct sx_txn *at)
{
    struct sx_failure_branches all = {.count = 0};
    const struct sx_txn *b = sx_tracker_txn(t, at->first_child);
    uint32_t last = MIN(sx_tracker_txn_count(t), at->number + MAX_NEIGHBOURS);

    for (; b && all.count < SX_FAILURE_BRANCHES; b = sx_tracker_txn(t, b->next_sibling))
        add(&all, at, b);
    for (uint32_t n = at->number + 1; !at->first_child && at->request_frame && n <= last; n++)
        if (is_other_side(at, sx_tracker_txn(t, n)))
            add(&all, at, sx_tracker_txn(t, n));
    return all;
}

bool sx_failure_branches_ended(const struct sx_failure_branches *all, const struct sx_txn *at,
                               uint32_t *frame, int64_t *ns)
{
    *frame = at->request_frame;
    *ns = at->request_ns;
    for (unsigned i = 0; i < all->count; i++) {
        const struct sx_txn *b = all->list[i];
        if (!seen(at, b->final_frame)) {
            *frame = 0;
            return false;
        }
        if (b->final_frame > *frame) {
            *frame = b->final_frame;
            *ns = b->final_ns;
        }
    }
    return true;
}

/* The last thing that the hop did or got of a branch. */
static uint32_t end_of(const struct sx_txn *at, const struct sx_txn *b)
{
    if (seen(at, b->final_frame) && !sx_txn_rare(b)->cancel_frame)
        return b->final_frame;
    if (sx_txn_rare(b)->cancel_frame)
        return sx_txn_rare(b)->cancel_frame;
    return sx_txn_rare(b)->last_unreachable_frame > sx_txn_last_request_frame(b)
               ? sx_txn_rare(b)->last_unreachable_frame
               : sx_txn_last_request_frame(b);
}

/* Serial hunting: the hop tried another target after this one, so this one is not why it gave up.
 * */
static bool moved_on(const struct sx_failure_branches *all, const struct sx_txn *at,
                     const struct sx_txn *b)
{
    for (unsigned i = 0; i < all->count; i++)
        if (all->list[i] != b && seen(at, all->list[i]->request_frame) &&
            all->list[i]->request_frame > end_of(at, b))
            return true;
    return false;
}

/* ---- one branch ---- */

static bool is_answered(const struct sx_txn *at, const struct sx_txn *b)
{
    return seen(at, b->first_response_frame) || seen(at, b->final_frame);
}

static int64_t waited_for(const struct sx_txn *b)
{
    return sx_txn_rare(b)->cancel_ns -
           (b->first_response_frame && b->first_response_frame < sx_txn_rare(b)->cancel_frame
                ? sx_txn_first_response_ns(b)
            : sx_txn_more(b)->trying_frame ? sx_txn_more(b)->trying_ns
                                           : b->request_ns);
}

/* The caller's own limit is over (RFC 3261 13.2.1, Expires): the hop obeys. */
static bool has_run_out(const struct sx_txn *at, int64_t ns)
{
    return sx_txn_more(at)->expires_s &&
           ns - at->request_ns >= (int64_t)sx_txn_more(at)->expires_s * SX_NS_PER_S;
}

/* Since it took the branch back, or since that one's 487 came. */
static int64_t told_after(const struct sx_txn *at, const struct sx_txn *b)
{
    bool ended = seen(at, b->final_frame) && b->final_frame > sx_txn_rare(b)->cancel_frame;

    return ABS(at->final_ns - (ended ? b->final_ns : sx_txn_rare(b)->cancel_ns));
}

/* The hop took a branch back by itself, and tells its caller at once, before or after. Who cancels
 * the branches of a fork for a 6xx (RFC 3261 16.7 item 5) hands that on, also from one that is not
 * in sight. */
static bool gave_up(const struct sx_txn *at, const struct sx_txn *b)
{
    if (!sx_txn_rare(b)->cancel_frame || !b->request_frame || sx_txn_rare(at)->cancel_frame ||
        told_after(at, b) > AT_ONCE_NS || at->final_code >= 600 ||
        (b->final_frame && b->final_frame < sx_txn_rare(b)->cancel_frame))
        return false;
    return waited_for(b) >= LEAST_WAIT_NS && !has_run_out(at, sx_txn_rare(b)->cancel_ns);
}

static bool has_failed(const struct sx_tracker *t, const struct sx_txn *at, const struct sx_txn *b)
{
    return seen(at, b->final_frame) && !sx_txn_rare(b)->cancel_frame &&
           sx_failure_judge(t, b, b->final_code);
}

/* Over a reliable transport, and once a 100 has come, the client sends nothing again. Its own 408
 * says that it got no final response: it would have acknowledged one (RFC 3261 17.1.1.3). */
static bool says_it_got_none(const struct sx_txn *at, const struct sx_txn *b)
{
    return is_of_timer(at->final_code) && b->method == SX_METHOD_INVITE &&
           !sx_txn_more(b)->ack_frame && !sx_txn_rare(b)->cancel_frame &&
           at->final_code != b->final_code &&
           (b->transport != SX_TRANSPORT_UDP || seen(at, sx_txn_more(b)->trying_frame) ||
            sx_txn_sends(b) > 1);
}

static bool is_silent(const struct sx_tracker *t, const struct sx_txn *at, const struct sx_txn *b)
{
    struct sx_horizon until = {.frame = at->final_frame, .ns = at->final_ns};

    if (!seen(at, b->request_frame) ||
        (at->final_ns - b->request_ns < LEAST_WAIT_NS && !sx_evidence_connection_lost(b, until)))
        return false;
    if (!says_it_got_none(at, b) &&
        (seen(at, sx_txn_more(b)->trying_frame) || !sx_evidence_of_silence(t, b, until)))
        return false;
    return sx_missing_response(t, b, at->final_frame).sign == SX_MISSING_NONE;
}

/* The target answers after the hop gave up, sooner than the timers of the transaction end. */
static bool answers_later(const struct sx_txn *at, const struct sx_txn *b)
{
    return b->first_response_frame > at->final_frame &&
           at->final_ns - b->request_ns < WHOLE_WAIT_NS;
}

static struct sx_failure_cause of_silence(const struct sx_txn *at, const struct sx_txn *b)
{
    struct sx_failure_cause c = found(SX_FAILURE_UNANSWERED, b->request_frame, at, b);

    if (answers_later(at, b)) {
        c.kind = SX_FAILURE_OWN_LIMIT;
        c.frame = b->first_response_frame;
        c.after_ns = at->final_ns - b->request_ns;
    }
    return c;
}

/* The connection of a registration that the request was sent to is over before it, or without an
 * answer after it; or the binding was no longer what it was. */
static struct sx_failure_cause of_registration(const struct sx_tracker *t, const struct sx_txn *at,
                                               const struct sx_txn *b)
{
    const struct sx_flow *flow = sx_flows_at(sx_tracker_flows(t), b->flow);
    struct sx_failure_cause c = nothing(at);

    if (!flow || !seen(at, b->request_frame))
        return c;
    c.registration = sx_registration_find(t, b);
    uint32_t closed = sx_flow_more(flow)->link ? sx_flow_more(flow)->link->closed_in : 0;
    if (seen(at, closed) && c.registration.flow == flow &&
        (closed < b->request_frame || !sx_txn_rare(b)->unreachable_frame)) {
        c = (struct sx_failure_cause){.kind = SX_FAILURE_CONNECTION_GONE,
                                      .frame = closed,
                                      .at = at,
                                      .of = b,
                                      .registration = c.registration};
    } else if (c.registration.state == SX_REGISTRATION_REPLACED) {
        c.kind = SX_FAILURE_NOT_REGISTERED;
        c.frame = c.registration.newer_in;
        c.of = b;
    } else if (c.registration.state == SX_REGISTRATION_REMOVED) {
        c.kind = SX_FAILURE_NOT_REGISTERED;
        c.frame = c.registration.lost_in;
        c.of = b;
    }
    return c;
}

static struct sx_failure_cause not_answered(const struct sx_tracker *t, const struct sx_txn *at,
                                            const struct sx_txn *b)
{
    struct sx_failure_cause gone = of_registration(t, at, b);

    if (gone.kind != SX_FAILURE_UNKNOWN)
        return gone;
    if (seen(at, sx_txn_rare(b)->unreachable_frame))
        return found(SX_FAILURE_UNREACHABLE, sx_txn_rare(b)->unreachable_frame, at, b);
    return is_silent(t, at, b) ? of_silence(at, b) : nothing(at);
}

static struct sx_failure_cause of_branch(const struct sx_tracker *t, const struct sx_txn *at,
                                         const struct sx_txn *b)
{
    if (gave_up(at, b)) {
        struct sx_failure_cause c =
            found(SX_FAILURE_OWN_LIMIT, sx_txn_rare(b)->cancel_frame, at, b);
        c.after_ns = waited_for(b);
        return c;
    }
    if (has_failed(t, at, b))
        return b->final_code == at->final_code
                   ? found(SX_FAILURE_UNKNOWN, 0, at, b)
                   : found(SX_FAILURE_TOLD_OTHERWISE, b->final_frame, at, b);
    return is_answered(at, b) || sx_txn_rare(b)->cancel_frame ||
                   !sx_failure_is_of_transport(at->final_code)
               ? nothing(at)
               : not_answered(t, at, b);
}

/* ---- which of them ---- */

/* How well it fits the code that the hop made. A proxy tells the best of what it got (RFC 3261 16.7
 * item 6): a 6xx, else the lowest class; a timer counts as 408, an error as 503. */
static unsigned fit(const struct sx_failure_cause *c, unsigned code)
{
    switch (c->kind) {
    case SX_FAILURE_UNKNOWN:
        return c->of ? 20 : 0;
    case SX_FAILURE_TOLD_OTHERWISE:
        if (c->of->final_code == 503 && code == 500)
            return 17;
        return c->of->final_code >= 600 ? 12 : 12 - c->of->final_code / 100;
    case SX_FAILURE_OWN_LIMIT:
        return is_of_timer(code) || code == 480 ? 16 : 5;
    case SX_FAILURE_CONNECTION_GONE:
    case SX_FAILURE_NOT_REGISTERED:
    case SX_FAILURE_UNREACHABLE:
        return is_of_error(code) ? 15 : 4;
    case SX_FAILURE_UNANSWERED:
        return is_of_timer(code) ? 15 : 3;
    case SX_FAILURE_FORK:
    case SX_FAILURE_CREDENTIALS:
    case SX_FAILURE_MISMATCH:
    case SX_FAILURE_CIRCLE:
    default:
        return 0;
    }
}

/* The hop's own failure for one branch hides what another one, beside it, has said. */
static bool hides(const struct sx_failure_cause *best, const struct sx_txn *b)
{
    return (best->kind == SX_FAILURE_UNANSWERED || best->kind == SX_FAILURE_UNREACHABLE) &&
           b->final_frame > best->of->request_frame;
}

/* The capture may lack the failure of a branch, which may be the one that the hop handed on. */
static bool may_lack_failure(const struct sx_tracker *t, const struct sx_txn *at,
                             const struct sx_failure_branches *all)
{
    for (unsigned i = 0; i < all->count; i++) {
        const struct sx_txn *b = all->list[i];
        if (!b->final_frame && !sx_txn_rare(b)->cancel_frame &&
            !seen(at, sx_txn_rare(b)->unreachable_frame) && !is_silent(t, at, b))
            return true;
    }
    return false;
}

/* A hop that makes its failure from what a branch said does so once the last one has ended. What
 * comes later has another cause, as a branch that the capture lacks. One that stayed silent ended
 * when the hop gave up. */
static bool was_made_at_once(const struct sx_txn *at, const struct sx_failure_branches *all)
{
    int64_t last_ns = INT64_MIN;

    for (unsigned i = 0; i < all->count; i++) {
        const struct sx_txn *b = all->list[i];
        if (!seen(at, b->final_frame) && !sx_txn_rare(b)->cancel_frame)
            return true;
        last_ns = MAX(last_ns, seen(at, b->final_frame) ? b->final_ns : INT64_MIN);
        last_ns =
            MAX(last_ns, sx_txn_rare(b)->cancel_frame ? sx_txn_rare(b)->cancel_ns : INT64_MIN);
    }
    return at->final_ns - last_ns <= AT_ONCE_NS;
}

/* A 430 is of a flow (RFC 5626 5.3): no proxy makes one of what a client said that it was not sent
 * to by a flow. It is of another branch, which the capture lacks. */
static bool may_become(const struct sx_txn *at, const struct sx_txn *b)
{
    return at->final_code != 430 || b->flow || at->token_route;
}

struct sx_failure_cause sx_failure_of_branches(const struct sx_tracker *t, const struct sx_txn *at,
                                               const struct sx_failure_branches *all)
{
    struct sx_failure_cause best = nothing(at), told = nothing(at);

    for (unsigned i = 0; i < all->count; i++) {
        if (moved_on(all, at, all->list[i]))
            continue;
        struct sx_failure_cause c = of_branch(t, at, all->list[i]);
        if (fit(&c, at->final_code) > fit(&best, at->final_code))
            best = c;
        if (c.kind == SX_FAILURE_TOLD_OTHERWISE &&
            fit(&c, at->final_code) > fit(&told, at->final_code))
            told = c;
    }
    if (best.kind == SX_FAILURE_TOLD_OTHERWISE &&
        (may_lack_failure(t, at, all) || !was_made_at_once(at, all) || !may_become(at, best.of)))
        return nothing(at);
    if (told.of && hides(&best, told.of))
        return found(SX_FAILURE_FORK, told.frame, at, told.of);
    return best;
}
