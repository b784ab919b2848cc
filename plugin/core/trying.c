/* trying.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/trying.h"

/* A shorter silence proves nothing: responses cross and hosts think. */
#define RELAY_NS (1 * SX_NS_PER_S)

/* Retransmissions so soon after the 100 were under way when it was sent. */
#define CROSSING_NS (2 * SX_NS_PER_S)

/* RFC 3261 8.1.1.6: as many hops as a request may take by default. */
#define MAX_HOPS 70

/* RFC 3261 16.6 item 11: more than three minutes. */
#define TIMER_C_NS (180 * SX_NS_PER_S)
#define TIMER_C_LATEST_NS (200 * SX_NS_PER_S)

/* ---- how it ended ---- */

static bool fits_expires(const struct sx_txn *txn)
{
    int64_t off = txn->cancel_ns - txn->request_ns - (int64_t)txn->expires_s * SX_NS_PER_S;

    return txn->expires_s > 0 && off > -SX_NS_PER_S && off < 2 * SX_NS_PER_S;
}

static enum sx_trying_end cancel_end(const struct sx_tracker *tracker, const struct sx_txn *txn)
{
    const struct sx_txn *parent = sx_tracker_txn(tracker, txn->parent);
    int64_t after = txn->cancel_ns - txn->request_ns;

    if (parent && parent->cancel_frame && parent->cancel_frame <= txn->cancel_frame)
        return SX_END_CANCEL_PASSED_ON;
    if (fits_expires(txn))
        return SX_END_CANCEL_EXPIRES;
    if (parent && after >= TIMER_C_NS && after < TIMER_C_LATEST_NS)
        return SX_END_CANCEL_TIMER_C;
    return SX_END_CANCEL;
}

static enum sx_trying_state ended_state(const struct sx_config *cfg, int64_t wait_ns,
                                        bool by_cancel)
{
    if (wait_ns >= cfg->trying_timeout_ns)
        return SX_TRYING_TIMED_OUT;
    if (by_cancel)
        return SX_TRYING_CANCELLED;
    return wait_ns >= cfg->trying_slow_ns ? SX_TRYING_SLOW : SX_TRYING_ANSWERED;
}

/* ---- the branches below ---- */

/* What a branch shows by the end of the wait, the least telling first: a proxy waits for the most
 * alive of its branches. */
enum branch {
    BRANCH_HIDDEN,          /* sent on; whether an answer came cannot be seen */
    BRANCH_REFUSED,         /* a final response that the proxy may keep to itself */
    BRANCH_UNREACHABLE,
    BRANCH_SILENT,
    BRANCH_STUCK,           /* 100 and no more */
    BRANCH_ANSWERED         /* a response that the proxy must relay at once */
};

struct outlook {
    const struct sx_tracker *tracker;
    uint32_t until_frame;
    int64_t until_ns;
};

static bool seen(const struct outlook *o, uint32_t frame)
{
    return frame != 0 && frame <= o->until_frame;
}

/* RFC 3261 16.7 item 5: provisional responses other than 100, and 2xx. */
static bool must_be_relayed(unsigned code)
{
    return code > 100 && code < 300;
}

static enum branch look_at(const struct outlook *o, const struct sx_txn *txn)
{
    if (seen(o, txn->moved_frame))
        return must_be_relayed(txn->moved_code) ? BRANCH_ANSWERED : BRANCH_REFUSED;
    if (seen(o, txn->trying_frame))
        return BRANCH_STUCK;
    if (seen(o, txn->unreachable_frame))
        return BRANCH_UNREACHABLE;
    return sx_txn_lacks_answer(txn, sx_tracker_host(o->tracker, txn->dst.host)->sent > 0)
               ? BRANCH_SILENT
               : BRANCH_HIDDEN;
}

/* The branch that the wait is for; NULL if nothing was sent on. The newest of equals: a proxy that
 * forks serially waits for the last one. */
static const struct sx_txn *leading_branch(const struct outlook *o, const struct sx_txn *txn,
                                           enum branch *state)
{
    const struct sx_txn *leading = NULL;

    *state = BRANCH_HIDDEN;
    for (const struct sx_txn *b = sx_tracker_txn(o->tracker, txn->first_child); b;
         b = sx_tracker_txn(o->tracker, b->next_sibling)) {
        if (!seen(o, b->request_frame))
            continue;
        enum branch s = look_at(o, b);
        if (!leading || s > *state) {
            leading = b;
            *state = s;
        }
    }
    return leading;
}

/* The answer was there for most of the wait, and nothing came of it. */
static bool was_kept(const struct outlook *o, const struct sx_txn *txn, const struct sx_txn *branch)
{
    int64_t kept = o->until_ns - branch->moved_ns, waited = o->until_ns - txn->trying_ns;

    return kept >= RELAY_NS && kept > waited / 2;
}

/* Most of the wait passed between the 100 and the answer of the branch. */
static bool covers_wait(const struct outlook *o, const struct sx_txn *txn,
                        const struct sx_txn *branch)
{
    return branch->trying_frame && branch->trying_frame < branch->moved_frame &&
           branch->moved_ns - branch->trying_ns > (o->until_ns - txn->trying_ns) / 2;
}

/* ---- nothing was sent on ---- */

static bool tries_to_connect(const struct outlook *o, const struct sx_txn *txn,
                             const struct sx_host *hop)
{
    return seen(o, hop->no_connect_frame) && hop->no_connect_frame > txn->request_frame;
}

/* The capture shows where this host sends requests of the kind, and this one is not there. */
static uint32_t shows_forwarding(const struct outlook *o, const struct sx_txn *txn,
                                 const struct sx_host *hop)
{
    uint32_t frame = txn->method == SX_METHOD_INVITE ? hop->forwarded_invite : hop->forwarded_other;
    int64_t slow = sx_tracker_config(o->tracker)->trying_slow_ns;

    if (!txn->request_frame || o->until_ns - txn->trying_ns < slow)
        return 0;
    return frame;
}

/* ---- the cause ---- */

static void set_cause(struct sx_trying *v, enum sx_trying_cause cause, uint32_t frame,
                      const struct sx_txn *branch)
{
    v->cause = cause;
    v->cause_in = frame;
    v->via = branch ? branch->number : 0;
}

/* The caller would have stopped at the 100 (RFC 3261 17.1.1.2). */
static bool caller_goes_on(const struct outlook *o, const struct sx_txn *txn)
{
    return txn->transport == SX_TRANSPORT_UDP && txn->sends_after_100 >= 2 &&
           seen(o, txn->last_request_frame) &&
           txn->last_request_ns - txn->trying_ns >= CROSSING_NS;
}

static bool cause_on_this_hop(const struct outlook *o, const struct sx_txn *txn,
                              struct sx_trying *v)
{
    const struct sx_host *hop = sx_tracker_host(o->tracker, txn->dst.host);

    if (tries_to_connect(o, txn, hop)) {
        set_cause(v, SX_CAUSE_UNREACHABLE, hop->no_connect_frame, NULL);
        return true;
    }
    if (shows_forwarding(o, txn, hop)) {
        set_cause(v, SX_CAUSE_NOT_FORWARDED, txn->trying_frame, NULL);
        return true;
    }
    return false;
}

/* One step down; the branch whose cause is this one's cause, or NULL at the last. */
static const struct sx_txn *cause_below(struct outlook *o, const struct sx_txn *txn,
                                        struct sx_trying *v)
{
    enum branch state;
    const struct sx_txn *branch = leading_branch(o, txn, &state);

    if (seen(o, txn->returned_frame)) {
        set_cause(v, SX_CAUSE_100_LOST, txn->returned_frame, NULL);
        return NULL;
    }
    if (caller_goes_on(o, txn)) {
        set_cause(v, SX_CAUSE_100_LOST, txn->last_request_frame, NULL);
        return NULL;
    }
    if (!branch) {
        cause_on_this_hop(o, txn, v);
        return NULL;
    }
    switch (state) {
    case BRANCH_ANSWERED:
    case BRANCH_REFUSED:
        if (was_kept(o, txn, branch)) {
            set_cause(v, SX_CAUSE_NOT_RELAYED, branch->moved_frame, branch);
            return NULL;
        }
        if (!covers_wait(o, txn, branch))
            return NULL;
        set_cause(v, SX_CAUSE_NEXT_HOP_STUCK, branch->trying_frame, branch);
        /* What held the next hop up ended with its own answer. */
        o->until_frame = branch->moved_frame;
        o->until_ns = branch->moved_ns;
        return branch;
    case BRANCH_STUCK:
        set_cause(v, SX_CAUSE_NEXT_HOP_STUCK, branch->trying_frame, branch);
        return branch;
    case BRANCH_SILENT:
        set_cause(v, SX_CAUSE_NEVER_ANSWERED, branch->request_frame, branch);
        return NULL;
    case BRANCH_UNREACHABLE:
        set_cause(v, SX_CAUSE_UNREACHABLE, branch->unreachable_frame, branch);
        return NULL;
    case BRANCH_HIDDEN:
    default:
        return NULL;
    }
}

void sx_trying_find_cause(const struct sx_tracker *tracker, const struct sx_txn *txn,
                          uint32_t until_frame, int64_t until_ns, struct sx_trying *v)
{
    struct outlook o = {.tracker = tracker, .until_frame = until_frame, .until_ns = until_ns};

    set_cause(v, SX_CAUSE_UNKNOWN, 0, NULL);
    const struct sx_txn *next = cause_below(&o, txn, v);
    /* The first step names the cause, the last one the frame that shows it. */
    for (unsigned hop = 0; next && hop < MAX_HOPS; hop++) {
        struct sx_trying below = {.state = SX_TRYING_NONE};
        next = cause_below(&o, next, &below);
        if (below.cause_in)
            v->cause_in = below.cause_in;
    }
}

struct sx_trying sx_trying_judge(const struct sx_tracker *tracker, const struct sx_txn *txn)
{
    const struct sx_config *cfg = sx_tracker_config(tracker);
    struct sx_trying v = {.state = SX_TRYING_NONE};

    if (!txn || !txn->trying_frame)
        return v;
    int64_t until_ns = sx_tracker_now(tracker);
    bool by_cancel =
        txn->cancel_frame && (!txn->moved_frame || txn->cancel_frame < txn->moved_frame);
    if (by_cancel || txn->moved_frame) {
        v.ended_in = by_cancel ? txn->cancel_frame : txn->moved_frame;
        v.end = by_cancel ? cancel_end(tracker, txn) : SX_END_RESPONSE;
        until_ns = by_cancel ? txn->cancel_ns : txn->moved_ns;
        v.wait_ns = MAX(until_ns - txn->trying_ns, 0);
        v.state = ended_state(cfg, v.wait_ns, by_cancel);
    } else {
        v.wait_ns = MAX(until_ns - txn->trying_ns, 0);
        /* What a frame has said stays true, whatever the time stamp of the last one. */
        if (txn->expired_after_100)
            v.wait_ns = MAX(v.wait_ns, cfg->trying_timeout_ns);
        if (v.wait_ns >= cfg->trying_timeout_ns)
            v.state = SX_TRYING_TIMED_OUT;
        else if (sx_tracker_ended(tracker))
            v.state = SX_TRYING_OPEN;
    }
    if (v.state != SX_TRYING_NONE && v.state != SX_TRYING_ANSWERED)
        sx_trying_find_cause(tracker, txn, v.ended_in ? v.ended_in : UINT32_MAX, until_ns, &v);
    return v;
}

const struct sx_txn *sx_trying_slow_hop(const struct sx_tracker *tracker,
                                        const struct sx_txn *txn, const struct sx_trying *v)
{
    const struct sx_txn *slowest = txn, *at = txn;

    for (unsigned hop = 0; at && hop < MAX_HOPS; hop++) {
        const struct sx_txn *next = NULL;
        for (const struct sx_txn *b = sx_tracker_txn(tracker, at->first_child); b;
             b = sx_tracker_txn(tracker, b->next_sibling))
            if (b->trying_frame && b->moved_frame && b->moved_frame <= v->ended_in &&
                b->moved_code == txn->moved_code &&
                b->moved_ns - b->trying_ns > v->wait_ns / 2)
                next = b;
        if (next)
            slowest = next;
        at = next;
    }
    return slowest;
}
