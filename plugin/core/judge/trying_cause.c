/* trying_cause.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/judge/trying_cause.h"

#include "core/record/evidence.h"
#include "core/record/missing.h"

/* A shorter silence proves nothing: responses cross and hosts think. */
#define RELAY_NS (1 * SX_NS_PER_S)

/* Retransmissions so soon after the 100 were under way when it was sent. */
#define CROSSING_NS (2 * SX_NS_PER_S)

/* RFC 3261 8.1.1.6: as many hops as a request may take by default. */
#define MAX_HOPS 70

/* What hosts and clocks take beside any timer. */
#define SLACK_NS (1 * SX_NS_PER_S)

/* A hop that has to connect before it can send a request on begins so soon. */
#define PROMPT_NS (2 * SX_NS_PER_S)

/* Branches, the newest first, that a wait may be for; more than any fork has. */
#define MAX_BRANCHES 1024

/* Transactions before and after one that are looked through for what the capture shows there. */
#define MAX_NEIGHBOURS 256

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

static struct sx_horizon horizon(const struct outlook *o)
{
    return (struct sx_horizon){MIN(o->until_frame, sx_tracker_last_frame(o->tracker)), o->until_ns};
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
    return sx_evidence_of_silence(o->tracker, b, horizon(o)) ||
                   sx_evidence_tried_elsewhere(o->tracker, b, horizon(o))
               ? BRANCH_SILENT
               : BRANCH_HIDDEN;
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

    return !clocks_are_apart(txn, branch) && kept >= RELAY_NS && kept > waited / 2 &&
           sx_evidence_not_relayed(o->tracker, txn, branch, horizon(o));
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
                              const struct sx_host *host)
{
    return txn->method == SX_METHOD_INVITE && seen(o, txn->request_frame) && !txn->first_child &&
           o->until_ns - txn->trying_ns >= sx_tracker_config(o->tracker)->trying_slow_ns &&
           seen(o, host->forwarded_invite) && host->forwarded_port == txn->dst.port &&
           !seen(o, host->own_invite) && !seen(o, host->answered_unseen) &&
           !seen(o, host->unreadable);
}

/* ---- the cause ---- */

static void set_cause(struct sx_trying_hop *hop, enum sx_trying_cause cause, uint32_t frame,
                      const struct sx_txn *branch)
{
    hop->cause = cause;
    hop->cause_in = frame;
    hop->branch = branch ? branch->number : 0;
}

/* The caller would have stopped at the 100 (RFC 3261 17.1.1.2). With other methods it goes on all
 * the same (17.1.2.2). */
static bool caller_goes_on(const struct outlook *o, const struct sx_txn *txn)
{
    return txn->method == SX_METHOD_INVITE && txn->transport == SX_TRANSPORT_UDP && txn->sends_after_100 >= 2 &&
           !txn->uneven_repeats &&
           seen(o, txn->last_request_frame) &&
           txn->last_request_ns - txn->trying_ns >= CROSSING_NS;
}

static void cause_on_this_hop(const struct outlook *o, const struct sx_txn *txn,
                              struct sx_trying_hop *hop)
{
    const struct sx_attempt *attempt = failed_to_connect(o, txn);

    if (attempt)
        set_cause(hop, SX_CAUSE_UNREACHABLE, attempt->frame, NULL);
    else if (was_not_forwarded(o, txn, sx_tracker_host(o->tracker, txn->dst.host)))
        set_cause(hop, SX_CAUSE_NOT_FORWARDED, txn->trying_frame, NULL);
}

/* One step down; the branch whose cause is this one's cause, or NULL at the last. */
static const struct sx_txn *cause_below(struct outlook *o, const struct sx_txn *txn,
                                        struct sx_trying_hop *hop)
{
    enum branch state;
    const struct sx_txn *branch = leading_branch(o, txn, &state);

    if (seen(o, txn->returned_frame)) {
        set_cause(hop, SX_CAUSE_100_LOST, txn->returned_frame, NULL);
        return NULL;
    }
    if (caller_goes_on(o, txn)) {
        set_cause(hop, SX_CAUSE_100_LOST, txn->last_request_frame, NULL);
        return NULL;
    }
    if (!branch) {
        cause_on_this_hop(o, txn, hop);
        return NULL;
    }
    switch (state) {
    case BRANCH_ANSWERED:
    case BRANCH_REFUSED:
    case BRANCH_OVER:
        if (state != BRANCH_OVER && was_kept(o, txn, branch)) {
            set_cause(hop, SX_CAUSE_NOT_RELAYED, branch->first_response_frame, branch);
            return NULL;
        }
        if (!covers_wait(o, txn, branch))
            return NULL;
        set_cause(hop, SX_CAUSE_NEXT_HOP_STUCK, branch->trying_frame, branch);
        /* What held the next hop up ended with its own answer. */
        o->until_frame = branch->first_response_frame;
        o->until_ns = branch->first_response_ns;
        return branch;
    case BRANCH_STUCK:
        set_cause(hop, SX_CAUSE_NEXT_HOP_STUCK, branch->trying_frame, branch);
        return branch;
    case BRANCH_SILENT:
        set_cause(hop, SX_CAUSE_NEVER_ANSWERED, branch->request_frame, branch);
        return NULL;
    case BRANCH_UNREACHABLE:
        set_cause(hop, SX_CAUSE_UNREACHABLE, branch->unreachable_frame, branch);
        return NULL;
    case BRANCH_HIDDEN:
    default:
        return NULL;
    }
}

/* Adds a hop to the chain; the frame that shows the cause is that of the last hop which has one. */
static void add_hop(struct sx_trying_chain *chain, const struct sx_trying_hop *hop)
{
    if (chain->count < SX_TRYING_HOPS)
        chain->hops[chain->count] = *hop;
    chain->count++;
    chain->last = *hop;
    if (hop->cause_in)
        chain->cause_in = hop->cause_in;
}

struct sx_trying_chain sx_trying_cause_find(const struct sx_tracker *tracker,
                                            const struct sx_txn *txn, uint32_t until_frame,
                                            int64_t until_ns)
{
    struct outlook o = {.tracker = tracker, .until_frame = until_frame, .until_ns = until_ns};
    struct sx_trying_chain chain = {.count = 0};

    while (txn && chain.count <= MAX_HOPS) {
        struct sx_trying_hop hop = {.txn = txn->number};
        txn = cause_below(&o, txn, &hop);
        add_hop(&chain, &hop);
    }
    return chain;
}

struct sx_endpoint sx_trying_cause_place(const struct sx_tracker *tracker,
                                         const struct sx_trying_chain *chain)
{
    const struct sx_trying_hop *last = &chain->last;
    const struct sx_txn *branch = sx_tracker_txn(tracker, last->branch);

    if (branch && (last->cause == SX_CAUSE_NEVER_ANSWERED || last->cause == SX_CAUSE_UNREACHABLE))
        return branch->dst;
    return sx_tracker_txn(tracker, last->txn)->dst;
}
