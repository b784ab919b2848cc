/* trying_cause.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/judge/trying_cause.h"

#include "core/record/call.h"
#include "core/record/evidence.h"
#include "core/record/missing.h"

/* A shorter silence proves nothing: responses cross and hosts think. */
#define RELAY_NS (1 * SX_NS_PER_S)

/* What comes so soon after another response may be lost together with it. */
#define APART_MS ((SX_T1_NS - SX_T1_NS / 5) / SX_NS_PER_MS)

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

/* Transactions of a call, the newest first, that are looked through; more than any call has at a
 * time. */
#define MAX_OF_CALL 64

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
    BRANCH_OVER, /* the proxy has its final response, or gave it up for another branch */
    BRANCH_UNREACHABLE,
    BRANCH_SILENT,
    BRANCH_REFUSED, /* a final response that the proxy did not take */
    BRANCH_HIDDEN,  /* sent on; whether an answer came cannot be seen */
    BRANCH_STUCK,   /* 100 and no more */
    BRANCH_ANSWERED /* a response that the proxy must relay at once */
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
    return txn->method == SX_METHOD_INVITE && txn->request_frame &&
           !seen(o, sx_txn_more(txn)->ack_frame) &&
           (sx_txn_last_request_frame(txn) > txn->first_response_frame ||
            sx_txn_last_response_ns(txn) - sx_txn_first_response_ns(txn) >=
                SX_T1_NS - SLACK_NS / 10);
}

static bool is_part_of_it(const struct outlook *o, const struct sx_txn *b)
{
    return seen(o, b->request_frame) || seen(o, sx_txn_more(b)->trying_frame) ||
           seen(o, b->first_response_frame);
}

/* The connection that the request went over was reset, or an ICMP error met the request that was
 * sent after the 100; and it was not sent again over another connection. */
static bool is_cut_off(const struct outlook *o, const struct sx_txn *txn)
{
    return sx_evidence_unreachable(txn, horizon(o)) &&
           sx_txn_rare(txn)->last_unreachable_frame > sx_txn_more(txn)->trying_frame &&
           (txn->transport != SX_TRANSPORT_UDP ||
            sx_txn_last_request_frame(txn) > sx_txn_more(txn)->trying_frame);
}

static enum branch look_at(const struct outlook *o, const struct sx_txn *b)
{
    if (seen(o, b->first_response_frame)) {
        if (must_be_relayed(sx_txn_first_response_code(b)))
            return BRANCH_ANSWERED;
        return was_not_taken(o, b) ? BRANCH_REFUSED : BRANCH_OVER;
    }
    if (sx_missing_response(o->tracker, b, o->until_frame).sign != SX_MISSING_NONE)
        return BRANCH_HIDDEN;
    if (seen(o, sx_txn_more(b)->trying_frame))
        return is_cut_off(o, b) ? BRANCH_UNREACHABLE : BRANCH_STUCK;
    if (seen(o, sx_txn_rare(b)->unreachable_frame))
        return BRANCH_UNREACHABLE;
    return sx_evidence_of_silence(o->tracker, b, horizon(o)) ||
                   sx_evidence_tried_elsewhere(o->tracker, b, horizon(o))
               ? BRANCH_SILENT
               : BRANCH_HIDDEN;
}

/* ---- all branches of a hop ---- */

/* RFC 3261 17.2.3 knows no Call-ID, but who hides the topology by masking Vias keeps Call-ID and
 * CSeq of what it sends on. */
static bool is_masked_branch(const struct outlook *o, const struct sx_txn *txn,
                             const struct sx_txn *b)
{
    return b->number > txn->number && !b->parent && b->method == txn->method &&
           b->cseq == txn->cseq && b->src.host == txn->dst.host && is_part_of_it(o, b);
}

/* The host got the request once more, later, and may have sent that one on: a spiral. */
static bool came_again(const struct outlook *o, const struct sx_txn *txn, const struct sx_txn *b)
{
    const struct sx_txn *other = sx_call_newest(o->tracker, txn);

    for (unsigned i = 0; other && i < MAX_OF_CALL; i++, other = sx_call_older(o->tracker, other))
        if (other->number > txn->number && other->number < b->number &&
            other->method == txn->method && other->cseq == txn->cseq &&
            other->dst.host == txn->dst.host)
            return true;
    return false;
}

/* The branches of a hop, one after the other: by the Via stack, then by Call-ID. */
struct branches {
    const struct sx_txn *next;
    bool by_call;
    unsigned passed;
};

static const struct sx_txn *next_by_via(const struct outlook *o, struct branches *walk)
{
    const struct sx_txn *b = walk->next;

    walk->next = b ? sx_tracker_txn(o->tracker, b->next_sibling) : NULL;
    return b;
}

static const struct sx_txn *next_by_call(const struct outlook *o, const struct sx_txn *txn,
                                         struct branches *walk)
{
    while (walk->next && walk->passed++ < MAX_OF_CALL) {
        const struct sx_txn *b = walk->next;
        walk->next = sx_call_older(o->tracker, b);
        if (is_masked_branch(o, txn, b) && !came_again(o, txn, b))
            return b;
    }
    return NULL;
}

static const struct sx_txn *next_branch(const struct outlook *o, const struct sx_txn *txn,
                                        struct branches *walk)
{
    const struct sx_txn *b;

    while (!walk->by_call && walk->passed++ < MAX_BRANCHES) {
        b = next_by_via(o, walk);
        if (!b)
            break;
        if (is_part_of_it(o, b))
            return b;
    }
    if (!walk->by_call)
        *walk = (struct branches){.next = sx_call_newest(o->tracker, txn), .by_call = true};
    return next_by_call(o, txn, walk);
}

static struct branches begin_branches(const struct outlook *o, const struct sx_txn *txn)
{
    return (struct branches){.next = sx_tracker_txn(o->tracker, txn->first_child)};
}

/* ---- the branch that the wait was for ---- */

/* A branch as the hop above it saw it. */
struct held {
    const struct sx_txn *branch;
    enum branch state;
    uint32_t end_frame; /* where the hop above waited for it no longer; 0: it still did */
    int64_t end_ns;
    int64_t held_ns; /* of the wait */
    unsigned alike;
};

static int64_t newest_begin(const struct outlook *o, const struct sx_txn *txn)
{
    struct branches walk = begin_branches(o, txn);
    const struct sx_txn *b;
    int64_t newest = INT64_MIN;

    while ((b = next_branch(o, txn, &walk)))
        if (b->request_frame)
            newest = MAX(newest, b->request_ns);
    return newest;
}

/* How long the hop above waited for this branch, and whether it still did. newest_ns: when it sent
 * the newest of its branches. */
static struct held weigh(const struct outlook *o, const struct sx_txn *txn, const struct sx_txn *b,
                         int64_t newest_ns)
{
    struct held h = {.branch = b, .state = look_at(o, b), .end_ns = o->until_ns};
    int64_t begin_ns = b->request_frame ? MAX(b->request_ns, sx_txn_more(txn)->trying_ns)
                                        : sx_txn_more(txn)->trying_ns;

    if (seen(o, b->first_response_frame)) {
        h.end_ns = sx_txn_first_response_ns(b);
        if (h.state == BRANCH_OVER)
            h.end_frame = b->first_response_frame;
    } else if (seen(o, sx_txn_rare(b)->cancel_frame)) {
        h.end_ns = sx_txn_rare(b)->cancel_ns;
        h.end_frame = sx_txn_rare(b)->cancel_frame;
    } else if ((h.state == BRANCH_SILENT || h.state == BRANCH_UNREACHABLE) &&
               (newest_ns > sx_txn_last_request_ns(b) + SLACK_NS ||
                (b->request_frame && newest_ns - b->request_ns >= SX_TIMER_B_NS))) {
        /* A proxy that tries one after the other has given this one up. */
        h.end_ns = newest_ns;
        h.end_frame = sx_txn_last_request_frame(b);
    }
    h.held_ns = h.end_ns - begin_ns;
    return h;
}

/* What the wait was for: the most alive of the branches that are not given up, or one that was, if
 * the hop above waited for that one for most of the time. No branch if nothing was sent on. */
static struct held leading_branch(const struct outlook *o, const struct sx_txn *txn)
{
    struct held live = {.branch = NULL}, over = {.branch = NULL};
    struct branches walk = begin_branches(o, txn);
    int64_t newest_ns = newest_begin(o, txn);
    const struct sx_txn *b;

    while ((b = next_branch(o, txn, &walk))) {
        struct held h = weigh(o, txn, b, newest_ns);
        struct held *best = h.end_frame ? &over : &live;
        if (best == &live && live.branch && h.state == live.state)
            live.alike++;
        else if (!best->branch || (h.end_frame ? h.held_ns > over.held_ns : h.state > live.state))
            *best = h;
    }
    bool most = over.branch && over.held_ns > (o->until_ns - sx_txn_more(txn)->trying_ns) / 2;
    if (live.branch && (!most || live.held_ns >= over.held_ns))
        return live;
    if (!most)
        over.state = BRANCH_OVER;
    return over;
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
    int64_t kept = o->until_ns - sx_txn_first_response_ns(branch),
            waited = o->until_ns - sx_txn_more(txn)->trying_ns;

    return !clocks_are_apart(txn, branch) && kept >= RELAY_NS && kept > waited / 2 &&
           sx_evidence_not_relayed(o->tracker, txn, branch, horizon(o));
}

/* Which of its responses the hop kept. One that came once, before a 2xx, may have been handed on
 * out of sight; the 2xx is what the wait is for, and is sent again until it is acknowledged. */
static uint32_t kept_frame(const struct outlook *o, const struct sx_txn *branch)
{
    bool once = sx_txn_rare(branch)->progress_ms < APART_MS &&
                branch->answer_way == SX_ANSWER_TO_SOURCE;

    return branch->final_code / 100 == 2 && seen(o, branch->final_frame) && once
               ? branch->final_frame
               : branch->first_response_frame;
}

/* The branch had a response that the capture lacks: it may lack the one that the hop handed on,
 * too.
 */
static bool had_unseen(const struct outlook *o, struct held *h)
{
    uint32_t until = o->until_frame;

    if (h->branch->first_response_frame)
        until = MIN(until, h->branch->first_response_frame);
    struct sx_missing missing = sx_missing_response(o->tracker, h->branch, until);
    if (!sx_missing_is_sure(missing.sign) || missing.sign == SX_MISSING_REFUSED)
        return false;
    h->state = BRANCH_ANSWERED;
    h->end_ns = missing.time_ns;
    return true;
}

/* What the hop made of it may be what the capture lacks. Right before the end it explains nothing.
 */
static void note_heard(const struct outlook *o, const struct sx_txn *txn, const struct held *h,
                       struct sx_trying_hop *hop)
{
    if (clocks_are_apart(txn, h->branch) || o->until_ns - h->end_ns < RELAY_NS)
        return;
    hop->heard = h->branch->number;
    hop->heard_ns = h->end_ns;
    hop->must_relay = h->state == BRANCH_ANSWERED;
}

/* Most of the wait passed between the 100 of the branch and its answer, or its CANCEL. */
static bool covers_wait(const struct outlook *o, const struct sx_txn *txn, const struct held *h)
{
    uint32_t end = h->end_frame ? h->end_frame : h->branch->first_response_frame;

    return sx_txn_more(h->branch)->trying_frame && sx_txn_more(h->branch)->trying_frame < end &&
           h->end_ns - sx_txn_more(h->branch)->trying_ns >
               (o->until_ns - sx_txn_more(txn)->trying_ns) / 2;
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
        /* Of one that the capture lacks the 100 tells. */
        bool begun = other->request_frame || sx_txn_more(other)->trying_frame;
        int64_t before = attempt->since_ns -
                         (other->request_frame ? other->request_ns : sx_txn_more(other)->trying_ns);
        if (other != txn && other->method == SX_METHOD_INVITE && !other->first_child &&
            other->dst.host == txn->dst.host && begun && before >= 0 && before <= PROMPT_NS)
            return true;
    }
    return false;
}

/* The hop asked for a connection right after the INVITE came, and did not get it. */
static const struct sx_attempt *failed_to_connect(const struct outlook *o, const struct sx_txn *txn)
{
    const struct sx_attempt *attempt;

    if (!seen(o, txn->request_frame) || txn->first_child)
        return NULL;
    for (uint32_t n = 0; n < MAX_NEIGHBOURS; n++) {
        attempt = sx_tracker_attempt(o->tracker, txn->request_frame, n);
        if (!attempt || !seen(o, attempt->frame))
            return NULL;
        /* To the caller go responses. */
        if (attempt->from.host == txn->dst.host && attempt->to.host != txn->src.host &&
            !attempt->came_up && attempt->since_frame > txn->request_frame &&
            attempt->since_ns - txn->request_ns <= PROMPT_NS)
            return attempt;
    }
    return NULL;
}

/* A B2BUA goes on with an INVITE of its own. Who hides the topology may mask Vias and Call-ID, but
 * not the From tag and the CSeq number, for the other side answers with them. */
static bool may_be_it_renamed(const struct sx_txn *txn, const struct sx_txn *other)
{
    return !other->parent_key.bits ||
           (!other->parent && other->call_hash != txn->call_hash && other->cseq == txn->cseq &&
            other->from_tag && other->from_tag == txn->from_tag);
}

/* The hop sent such an INVITE right after this one came. */
static bool may_go_on_as_another(const struct outlook *o, const struct sx_txn *txn)
{
    uint32_t last = MIN(sx_tracker_txn_count(o->tracker), txn->number + MAX_NEIGHBOURS);

    for (uint32_t n = txn->number + 1; n <= last; n++) {
        const struct sx_txn *other = sx_tracker_txn(o->tracker, n);
        if (other->method == SX_METHOD_INVITE && other->src.host == txn->dst.host &&
            seen(o, other->request_frame) && other->request_ns - txn->request_ns <= PROMPT_NS &&
            may_be_it_renamed(txn, other))
            return true;
    }
    return false;
}

/* This capture shows what the hop sends on, all of it as far as it can be told, and also where it
 * sends what is for this address; and this INVITE is not there. */
static bool was_not_forwarded(const struct outlook *o, const struct sx_txn *txn,
                              const struct sx_host *host)
{
    return txn->method == SX_METHOD_INVITE && seen(o, txn->request_frame) &&
           o->until_ns - sx_txn_more(txn)->trying_ns >=
               sx_tracker_config(o->tracker)->trying_slow_ns &&
           seen(o, sx_tracker_sent_on(o->tracker, txn)) && !seen(o, host->own_invite) &&
           !seen(o, host->answered_unseen) && !seen(o, host->unreadable) &&
           !may_go_on_as_another(o, txn);
}

/* What the hop sends on may be what this capture cannot read: it is encrypted, or goes over a new
 * connection that shows no SIP. */
static bool may_go_on_unread(const struct outlook *o, const struct sx_txn *txn,
                             const struct sx_host *host)
{
    return seen(o, host->unreadable) ||
           (seen(o, host->connected) && host->connected > sx_txn_more(txn)->trying_frame);
}

/* A response of this hop that belongs to no transaction in sight, though the call and CSeq are the
 * same: its Via may be wrong. The frame; 0: none. */
static uint32_t stray_response(const struct outlook *o, const struct sx_txn *txn)
{
    const struct sx_txn *b = sx_call_newest(o->tracker, txn);

    for (unsigned i = 0; b && i < MAX_OF_CALL; i++, b = sx_call_older(o->tracker, b))
        if (b->number > txn->number && !b->request_frame && b->method == txn->method &&
            b->cseq == txn->cseq && b->dst.host == txn->dst.host && !b->first_child &&
            (!b->parent || b->parent == txn->parent) && seen(o, b->first_response_frame))
            return b->first_response_frame;
    return 0;
}

/* ---- the cause ---- */

static void set_cause(struct sx_trying_hop *hop, enum sx_trying_cause cause, uint32_t frame,
                      const struct sx_txn *branch)
{
    hop->cause = cause;
    hop->cause_in = frame;
    hop->branch = branch ? branch->number : 0;
}

/* The caller would have stopped at the 100 (RFC 3261 17.1.1.2), and at each one that answers a
 * repetition: it heard none of them. Other requests go on being sent after it (17.1.2.2). */
static bool caller_goes_on(const struct outlook *o, const struct sx_txn *txn)
{
    return txn->method == SX_METHOD_INVITE && txn->transport == SX_TRANSPORT_UDP &&
           sx_txn_rare(txn)->resends_after_100 >= 2 && !txn->uneven_repeats &&
           sx_evidence_hearing(txn, horizon(o)) == SX_HEARD_NOTHING &&
           seen(o, sx_txn_last_request_frame(txn)) &&
           sx_txn_last_request_ns(txn) - sx_txn_more(txn)->trying_ns >= CROSSING_NS;
}

/* Nothing was sent on that the capture shows. */
static void cause_on_this_hop(const struct outlook *o, const struct sx_txn *txn,
                              struct sx_trying_hop *hop)
{
    const struct sx_host *host = sx_tracker_host(o->tracker, txn->dst.host);
    const struct sx_attempt *attempt = failed_to_connect(o, txn);
    uint32_t stray = stray_response(o, txn);

    if (stray || txn->first_child)
        set_cause(hop, SX_CAUSE_UNKNOWN, stray, NULL);
    else if (attempt && !may_be_for_another(o, txn, attempt))
        set_cause(hop, SX_CAUSE_UNREACHABLE, attempt->frame, NULL);
    else if (was_not_forwarded(o, txn, host))
        set_cause(hop, SX_CAUSE_NOT_FORWARDED, sx_txn_more(txn)->trying_frame, NULL);
    else if (!attempt && !txn->trying_elsewhere && !may_go_on_unread(o, txn, host) &&
             !may_go_on_as_another(o, txn))
        set_cause(hop, SX_CAUSE_NOTHING_BEYOND, sx_txn_more(txn)->trying_frame, NULL);
}

static const struct sx_txn *next_hop_stuck(struct outlook *o, const struct held *h,
                                           struct sx_trying_hop *hop)
{
    set_cause(hop, SX_CAUSE_NEXT_HOP_STUCK, sx_txn_more(h->branch)->trying_frame, h->branch);
    /* What held the next hop up ended with its own answer, or with the CANCEL. */
    if (h->end_frame || seen(o, h->branch->first_response_frame)) {
        o->until_frame = h->end_frame ? h->end_frame : h->branch->first_response_frame;
        o->until_ns = h->end_ns;
    }
    return h->branch;
}

/* The 100 or this connection itself is the trouble, whatever stands below. */
static bool cause_above(const struct outlook *o, const struct sx_txn *txn,
                        struct sx_trying_hop *hop)
{
    if (is_cut_off(o, txn))
        set_cause(hop, SX_CAUSE_UNREACHABLE, sx_txn_rare(txn)->unreachable_frame, NULL);
    else if (seen(o, sx_txn_rare(txn)->returned_frame))
        set_cause(hop, SX_CAUSE_100_LOST, sx_txn_rare(txn)->returned_frame, NULL);
    else if (caller_goes_on(o, txn))
        set_cause(hop, SX_CAUSE_100_LOST, sx_txn_last_request_frame(txn), NULL);
    else
        return false;
    return true;
}

/* One step down; the branch whose cause is this one's cause, or NULL at the last. */
static const struct sx_txn *cause_below(struct outlook *o, const struct sx_txn *txn,
                                        struct sx_trying_hop *hop)
{
    if (cause_above(o, txn, hop))
        return NULL;
    struct held h = leading_branch(o, txn);
    uint32_t stray = h.branch ? stray_response(o, h.branch) : 0;

    if (!h.branch) {
        cause_on_this_hop(o, txn, hop);
        return NULL;
    }
    hop->alike = h.alike;
    if (stray && h.state != BRANCH_ANSWERED && h.state != BRANCH_OVER) {
        set_cause(hop, SX_CAUSE_NOT_RELAYED, stray, h.branch);
        return NULL;
    }
    switch (h.state) {
    case BRANCH_ANSWERED:
    case BRANCH_REFUSED:
    case BRANCH_OVER:
        if (h.state != BRANCH_OVER && was_kept(o, txn, h.branch)) {
            set_cause(hop, SX_CAUSE_NOT_RELAYED, kept_frame(o, h.branch), h.branch);
            return NULL;
        }
        if (!had_unseen(o, &h) && covers_wait(o, txn, &h))
            return next_hop_stuck(o, &h, hop);
        if (h.state == BRANCH_ANSWERED || seen(o, sx_txn_rare(h.branch)->cancel_frame))
            note_heard(o, txn, &h, hop);
        return NULL;
    case BRANCH_STUCK:
        return next_hop_stuck(o, &h, hop);
    case BRANCH_SILENT:
        set_cause(hop, SX_CAUSE_NEVER_ANSWERED, h.branch->request_frame, h.branch);
        return NULL;
    case BRANCH_UNREACHABLE:
        set_cause(hop, SX_CAUSE_UNREACHABLE, sx_txn_rare(h.branch)->unreachable_frame, h.branch);
        return NULL;
    case BRANCH_HIDDEN:
    default:
        if (had_unseen(o, &h))
            note_heard(o, txn, &h, hop);
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

struct sx_trying_chain sx_trying_cause_by(const struct sx_tracker *tracker,
                                          const struct sx_expiry *expiry)
{
    const struct sx_txn *txn = sx_tracker_txn(tracker, expiry->txn);

    return sx_trying_cause_find(tracker, txn, expiry->frame,
                                sx_txn_more(txn)->trying_ns + expiry->waited_ns);
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
