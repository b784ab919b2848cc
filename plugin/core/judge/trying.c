/* trying.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/judge/trying.h"

/* A shorter silence proves nothing: responses cross and hosts think. */
#define RELAY_NS (1 * SX_NS_PER_S)

/* Retransmissions so soon after the 100 were under way when it was sent. */
#define CROSSING_NS (2 * SX_NS_PER_S)

/* RFC 3261 8.1.1.6: as many hops as a request may take by default. */
#define MAX_HOPS 70

/* RFC 3261 16.6 item 11: more than three minutes. */
#define TIMER_C_NS (180 * SX_NS_PER_S)
#define TIMER_C_LATEST_NS (200 * SX_NS_PER_S)

/* What hosts and clocks take beside any timer. */
#define SLACK_NS (1 * SX_NS_PER_S)

/* A hop that has to connect before it can send a request on begins so soon. */
#define PROMPT_NS (2 * SX_NS_PER_S)

/* Branches, the newest first, that a wait may be for; more than any fork has. */
#define MAX_BRANCHES 1024

/* Transactions before and behind one that are looked through for what the capture shows there. */
#define MAX_NEIGHBOURS 256

/* ---- how it ended ---- */

static bool fits_expires(const struct sx_txn *txn)
{
    int64_t after = txn->cancel_ns - txn->request_ns;
    int64_t expires = (int64_t)txn->expires_s * SX_NS_PER_S;

    return expires > 0 && after > expires - SX_NS_PER_S && after < expires + 2 * SX_NS_PER_S;
}

/* The 2xx or 6xx of another branch for which a proxy cancels this one; 0 if there is none. */
static uint32_t answered_elsewhere(const struct sx_tracker *tracker, const struct sx_txn *txn)
{
    const struct sx_txn *b = sx_tracker_siblings(tracker, txn);

    for (unsigned i = 0; b && i < MAX_BRANCHES; i++, b = sx_tracker_next_sibling(tracker, b)) {
        unsigned class = b->final_code / 100;
        if (b != txn && (class == 2 || class == 6) && b->final_frame < txn->cancel_frame)
            return b->final_frame;
    }
    return 0;
}

static enum sx_trying_end cancel_end(const struct sx_tracker *tracker, const struct sx_txn *txn,
                                     uint32_t *elsewhere_in)
{
    const struct sx_txn *parent = sx_tracker_txn(tracker, txn->parent);
    int64_t after = txn->cancel_ns - txn->request_ns;

    if (parent && parent->cancel_frame && parent->cancel_frame <= txn->cancel_frame)
        return SX_END_CANCEL_PASSED_ON;
    if (parent && sx_tracker_hung_up(tracker, parent) &&
        sx_tracker_hung_up(tracker, parent)->frame <= txn->cancel_frame)
        return SX_END_CANCEL_AFTER_HANGUP;
    *elsewhere_in = answered_elsewhere(tracker, txn);
    if (*elsewhere_in)
        return SX_END_CANCEL_ELSEWHERE;
    if (fits_expires(txn))
        return SX_END_CANCEL_EXPIRES;
    if (parent && after >= TIMER_C_NS && after < TIMER_C_LATEST_NS)
        return SX_END_CANCEL_TIMER_C;
    return SX_END_CANCEL;
}

/* RFC 3261 21.4.9, 21.5.5: the answer itself says that somebody waited for too long. */
static bool says_timeout(unsigned code)
{
    return code == 408 || code == 504;
}

/* code: of the response that ended the wait; 0 if the client gave up */
static enum sx_trying_state ended_state(const struct sx_config *cfg, int64_t wait_ns, unsigned code)
{
    bool slow = wait_ns >= cfg->trying_slow_ns;

    if (wait_ns >= cfg->trying_timeout_ns || (slow && says_timeout(code)))
        return SX_TRYING_TIMED_OUT;
    if (code == 0)
        return SX_TRYING_CANCELLED;
    return slow ? SX_TRYING_SLOW : SX_TRYING_ANSWERED;
}

/* ---- what the capture shows by the end of the wait ---- */

struct outlook {
    const struct sx_tracker *tracker;
    uint32_t until_frame;
    int64_t until_ns;
};

static bool seen(const struct outlook *o, uint32_t frame)
{
    return frame != 0 && frame <= o->until_frame;
}

static bool same_hosts(const struct sx_txn *a, const struct sx_txn *b)
{
    return a->src.host == b->src.host && a->dst.host == b->dst.host;
}

static bool opposite_hosts(const struct sx_txn *a, const struct sx_txn *b)
{
    return a->src.host == b->dst.host && a->dst.host == b->src.host;
}

/* The capture holds what this host sends to the other: a response, or a request of its own. */
static bool shows_direction_back(const struct outlook *o, const struct sx_txn *txn)
{
    uint32_t last = MIN(sx_tracker_txn_count(o->tracker), txn->number + MAX_NEIGHBOURS);

    for (uint32_t n = txn->number > MAX_NEIGHBOURS ? txn->number - MAX_NEIGHBOURS : 1; n <= last;
         n++) {
        const struct sx_txn *other = sx_tracker_txn(o->tracker, n);
        if ((same_hosts(other, txn) &&
             (seen(o, other->trying_frame) || seen(o, other->first_response_frame))) ||
            (opposite_hosts(other, txn) && seen(o, other->request_frame)))
            return true;
    }
    return false;
}

/* The client went on sending for as long as it does while it hears nothing: so it heard nothing.
 * Who stops sooner has an answer, seen here or not (RFC 3261 17.1.1.2: each interval is twice the
 * one before, up to Timer B). */
static bool went_on_sending(const struct outlook *o, const struct sx_txn *txn)
{
    int64_t so_far = txn->last_request_ns - txn->request_ns;
    int64_t next = so_far + SX_T1_NS;

    return !seen(o, txn->last_request_frame) ||
           o->until_ns - txn->last_request_ns <= next + SLACK_NS ||
           so_far + next >= SX_TIMER_B_NS;
}

static bool is_silent(const struct outlook *o, const struct sx_txn *txn)
{
    if (!seen(o, txn->request_frame))
        return false;
    if (txn->transport == SX_TRANSPORT_UDP)
        return txn->sends > 1 && (went_on_sending(o, txn) || shows_direction_back(o, txn));
    return shows_direction_back(o, txn);
}

/* ---- the branches below ---- */

/* What a branch shows by the end of the wait, the least alive first: a proxy waits for the most
 * alive of its branches. */
enum branch {
    BRANCH_OVER,            /* the proxy has its final response, or gave it up for another branch */
    BRANCH_UNREACHABLE,
    BRANCH_SILENT,
    BRANCH_REFUSED,         /* a final response that the proxy did not take */
    BRANCH_HIDDEN,          /* sent on; whether an answer came cannot be seen */
    BRANCH_STUCK,           /* 100 and no more */
    BRANCH_ANSWERED         /* a response that the proxy must relay at once */
};

/* RFC 3261 16.7 item 5: provisional responses other than 100, and 2xx. */
static bool must_be_relayed(unsigned code)
{
    return code > 100 && code < 300;
}

/* A proxy acknowledges each failure at once (RFC 3261 17.1.1.3) and may keep it to itself while it
 * tries elsewhere. Without the ACK the server sends it again, or the proxy the request. */
static bool was_not_taken(const struct outlook *o, const struct sx_txn *txn)
{
    return txn->method == SX_METHOD_INVITE && txn->request_frame && !seen(o, txn->ack_frame) &&
           (txn->last_request_frame > txn->first_response_frame ||
            txn->last_response_ns - txn->first_response_ns >= SX_T1_NS - SLACK_NS / 10);
}

static bool is_part_of_it(const struct outlook *o, const struct sx_txn *b)
{
    return seen(o, b->request_frame) || seen(o, b->trying_frame) || seen(o, b->first_response_frame);
}

static enum branch look_at(const struct outlook *o, const struct sx_txn *b)
{
    if (seen(o, b->first_response_frame)) {
        if (must_be_relayed(b->first_response_code))
            return BRANCH_ANSWERED;
        return was_not_taken(o, b) ? BRANCH_REFUSED : BRANCH_OVER;
    }
    if (sx_missing_response(o->tracker, b, o->until_frame).sign != SX_MISSING_NONE)
        return BRANCH_HIDDEN;
    if (seen(o, b->trying_frame))
        return BRANCH_STUCK;
    if (seen(o, b->unreachable_frame))
        return BRANCH_UNREACHABLE;
    return is_silent(o, b) ? BRANCH_SILENT : BRANCH_HIDDEN;
}

/* The branch that the wait is for; NULL if nothing was sent on. The newest of equals. */
static const struct sx_txn *leading_branch(const struct outlook *o, const struct sx_txn *txn,
                                           enum branch *state)
{
    const struct sx_txn *leading = NULL;
    int64_t newest_began = INT64_MIN;

    *state = BRANCH_OVER;
    const struct sx_txn *b = sx_tracker_txn(o->tracker, txn->first_child);
    for (unsigned i = 0; b && i < MAX_BRANCHES;
         i++, b = sx_tracker_txn(o->tracker, b->next_sibling)) {
        if (!is_part_of_it(o, b))
            continue;
        enum branch s = look_at(o, b);
        /* A proxy that tries one after the other has given this one up. */
        if ((s == BRANCH_SILENT || s == BRANCH_UNREACHABLE) &&
            newest_began > b->last_request_ns + SLACK_NS)
            s = BRANCH_OVER;
        if (!leading || s > *state) {
            leading = b;
            *state = s;
        }
        if (b->request_frame)
            newest_began = MAX(newest_began, b->request_ns);
    }
    return leading;
}

/* What was sent on stands before what it came from: the clocks of two captures are apart, and times
 * of one hop say nothing of those of the other. */
static bool clocks_are_apart(const struct sx_txn *txn, const struct sx_txn *branch)
{
    return txn->request_frame && branch->request_frame &&
           txn->request_ns - branch->request_ns > SLACK_NS / 10;
}

/* The answer was there for most of the wait, and nothing came of it. */
static bool was_kept(const struct outlook *o, const struct sx_txn *txn, const struct sx_txn *branch)
{
    int64_t kept = o->until_ns - branch->first_response_ns, waited = o->until_ns - txn->trying_ns;

    return !clocks_are_apart(txn, branch) && kept >= RELAY_NS && kept > waited / 2;
}

/* Most of the wait passed between the 100 and the answer of the branch. */
static bool covers_wait(const struct outlook *o, const struct sx_txn *txn,
                        const struct sx_txn *branch)
{
    return branch->trying_frame && branch->trying_frame < branch->first_response_frame &&
           branch->first_response_ns - branch->trying_ns > (o->until_ns - txn->trying_ns) / 2;
}

/* ---- nothing was sent on ---- */

/* Another INVITE was at the hop when it began to connect, and may be the one that it is for. */
static bool may_be_for_another(const struct outlook *o, const struct sx_txn *txn,
                               const struct sx_attempt *attempt)
{
    uint32_t first = txn->number > MAX_NEIGHBOURS ? txn->number - MAX_NEIGHBOURS : 1;
    uint32_t last = MIN(sx_tracker_txn_count(o->tracker), txn->number + MAX_NEIGHBOURS);

    for (uint32_t n = first; n <= last; n++) {
        const struct sx_txn *other = sx_tracker_txn(o->tracker, n);
        int64_t before = attempt->since_ns - other->request_ns;
        if (other != txn && other->method == SX_METHOD_INVITE && !other->first_child &&
            other->dst.host == txn->dst.host && other->request_frame && before >= 0 &&
            before <= PROMPT_NS)
            return true;
    }
    return false;
}

/* The hop asked for a connection right after the INVITE came, and did not get it. */
static const struct sx_attempt *failed_to_connect(const struct outlook *o,
                                                  const struct sx_txn *txn)
{
    const struct sx_attempt *attempt;

    if (!seen(o, txn->request_frame) || txn->first_child)
        return NULL;
    for (uint32_t n = 0; n < MAX_NEIGHBOURS; n++) {
        attempt = sx_tracker_attempt(o->tracker, txn->request_frame, n);
        if (!attempt || !seen(o, attempt->frame))
            return NULL;
        if (attempt->from.host == txn->dst.host && !attempt->came_up &&
            attempt->since_frame > txn->request_frame &&
            attempt->since_ns - txn->request_ns <= PROMPT_NS)
            return may_be_for_another(o, txn, attempt) ? NULL : attempt;
    }
    return NULL;
}

/* The capture shows what this hop sends on, all of it as far as it can be told, and this INVITE is
 * not there. */
static bool was_not_forwarded(const struct outlook *o, const struct sx_txn *txn,
                              const struct sx_host *hop)
{
    return txn->method == SX_METHOD_INVITE && seen(o, txn->request_frame) && !txn->first_child &&
           o->until_ns - txn->trying_ns >= sx_tracker_config(o->tracker)->trying_slow_ns &&
           seen(o, hop->forwarded_invite) && hop->forwarded_port == txn->dst.port &&
           !seen(o, hop->own_invite) && !seen(o, hop->answered_unseen) && !seen(o, hop->unreadable);
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
           !txn->uneven_repeats &&
           seen(o, txn->last_request_frame) &&
           txn->last_request_ns - txn->trying_ns >= CROSSING_NS;
}

static void cause_on_this_hop(const struct outlook *o, const struct sx_txn *txn,
                              struct sx_trying *v)
{
    const struct sx_attempt *attempt = failed_to_connect(o, txn);

    if (attempt)
        set_cause(v, SX_CAUSE_UNREACHABLE, attempt->frame, NULL);
    else if (was_not_forwarded(o, txn, sx_tracker_host(o->tracker, txn->dst.host)))
        set_cause(v, SX_CAUSE_NOT_FORWARDED, txn->trying_frame, NULL);
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
    case BRANCH_OVER:
        if (state != BRANCH_OVER && was_kept(o, txn, branch)) {
            set_cause(v, SX_CAUSE_NOT_RELAYED, branch->first_response_frame, branch);
            return NULL;
        }
        if (!covers_wait(o, txn, branch))
            return NULL;
        set_cause(v, SX_CAUSE_NEXT_HOP_STUCK, branch->trying_frame, branch);
        /* What held the next hop up ended with its own answer. */
        o->until_frame = branch->first_response_frame;
        o->until_ns = branch->first_response_ns;
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

/* What ended the wait, and when; the newest time stamp if nothing did. */
static int64_t find_end(const struct sx_tracker *tracker, const struct sx_txn *txn,
                        struct sx_trying *v)
{
    const struct sx_hangup *hangup = sx_tracker_hung_up(tracker, txn);

    if (txn->cancel_frame && (!txn->first_response_frame || txn->cancel_frame < txn->first_response_frame)) {
        v->ended_in = txn->cancel_frame;
        v->end = cancel_end(tracker, txn, &v->elsewhere_in);
        return txn->cancel_ns;
    }
    if (txn->first_response_frame) {
        v->ended_in = txn->first_response_frame;
        v->end = SX_END_RESPONSE;
        return txn->first_response_ns;
    }
    if (sx_missing_is_sure(v->missing.sign)) {
        v->ended_in = v->missing.frame;
        v->end = SX_END_MISSING;
        return v->missing.time_ns;
    }
    if (hangup && hangup->frame >= txn->trying_frame) {
        v->ended_in = hangup->frame;
        v->end = hangup->reset ? SX_END_RESET : SX_END_CLOSED;
        return hangup->time_ns;
    }
    return sx_tracker_now(tracker);
}

/* What the capture lacks of the wait's end. What a frame has said stays true, whatever comes. */
static struct sx_missing find_unseen(const struct sx_tracker *tracker, const struct sx_txn *txn)
{
    uint32_t until = txn->first_response_frame ? txn->first_response_frame : UINT32_MAX;

    if (txn->cancel_frame && txn->cancel_frame < until)
        until = txn->cancel_frame;
    struct sx_missing missing = sx_missing_response(tracker, txn, until);
    return txn->expired_after_100 && !sx_missing_is_sure(missing.sign) ? (struct sx_missing){0} : missing;
}

/* Of a wait that the capture does not show the end of, or may not. */
static enum sx_trying_state unseen_state(const struct sx_tracker *tracker,
                                         const struct sx_txn *txn, enum sx_trying_end end)
{
    if (txn->expired_after_100)
        return SX_TRYING_TIMED_OUT;
    if (end == SX_END_NONE)
        return sx_tracker_ended(tracker) ? SX_TRYING_OPEN : SX_TRYING_NONE;
    return end == SX_END_RESPONSE || end == SX_END_MISSING ? SX_TRYING_ANSWERED
                                                          : SX_TRYING_CANCELLED;
}

static enum sx_trying_state find_state(const struct sx_tracker *tracker, const struct sx_txn *txn,
                                       const struct sx_trying *v)
{
    const struct sx_config *cfg = sx_tracker_config(tracker);

    if (v->missing.sign != SX_MISSING_NONE)
        return unseen_state(tracker, txn, v->end);
    if (v->end != SX_END_NONE)
        return ended_state(cfg, v->wait_ns, v->end == SX_END_RESPONSE ? txn->first_response_code : 0);
    if (v->wait_ns >= cfg->trying_timeout_ns)
        return SX_TRYING_TIMED_OUT;
    return sx_tracker_ended(tracker) ? SX_TRYING_OPEN : SX_TRYING_NONE;
}

struct sx_trying sx_trying_judge(const struct sx_tracker *tracker, const struct sx_txn *txn)
{
    struct sx_trying v = {.state = SX_TRYING_NONE};

    if (!txn || !txn->trying_frame)
        return v;
    v.missing = find_unseen(tracker, txn);
    int64_t until_ns = find_end(tracker, txn, &v);
    v.wait_ns = MAX(until_ns - txn->trying_ns, 0);
    if (txn->expired_after_100 && (v.end == SX_END_NONE || v.end == SX_END_MISSING))
        v.wait_ns = MAX(v.wait_ns, sx_tracker_config(tracker)->trying_timeout_ns);
    v.state = find_state(tracker, txn, &v);
    if (v.state != SX_TRYING_NONE && v.state != SX_TRYING_ANSWERED)
        sx_trying_find_cause(tracker, txn, v.ended_in ? v.ended_in : UINT32_MAX, until_ns, &v);
    return v;
}

int64_t sx_trying_took(const struct sx_txn *txn)
{
    return txn->first_response_ns - (txn->trying_frame ? txn->trying_ns : txn->request_ns);
}

const struct sx_txn *sx_trying_slow_hop(const struct sx_tracker *tracker,
                                        const struct sx_txn *txn, const struct sx_trying *v)
{
    const struct sx_txn *slowest = txn, *at = txn;

    for (unsigned hop = 0; at && hop < MAX_HOPS; hop++) {
        const struct sx_txn *next = NULL;
        for (const struct sx_txn *b = sx_tracker_txn(tracker, at->first_child); b;
             b = sx_tracker_txn(tracker, b->next_sibling))
            if ((b->trying_frame || b->request_frame) && b->first_response_frame &&
                b->first_response_frame <= v->ended_in && b->first_response_code == txn->first_response_code &&
                sx_trying_took(b) > v->wait_ns / 2)
                next = b;
        if (next)
            slowest = next;
        at = next;
    }
    return slowest;
}
