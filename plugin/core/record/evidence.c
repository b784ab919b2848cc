/* evidence.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/record/evidence.h"

#include "core/record/call.h"
#include "core/record/tcp_bytes.h"

/* RFC 3261 17.1.2.2: what the intervals of a request other than INVITE grow to. */
#define T2_NS (4 * SX_NS_PER_S)

/* What a timer comes late by, and a capture's clock may be off. Less than T1: the last time that a
 * request is due is T1 before Timers B and F. */
#define LATE_NS (SX_T1_NS / 2)

/* RFC 3261 17.1.1.2: how often an INVITE is sent by Timer B, whatever T1 is. */
#define INVITE_SENDS 7

/* A proxy that gives up by its own clock rounds Timer F down to this. */
#define GIVES_UP_NS (28 * SX_NS_PER_S)

/* A shorter silence proves nothing: responses cross and hosts think. */
#define RELAY_NS (1 * SX_NS_PER_S)

/* What is sent together may be lost together. */
#define APART_NS (SX_T1_NS - SX_T1_NS / 5)

/* Branches of one request that are looked through; more than any fork has. */
#define MAX_BRANCHES 64

/* Transactions of a call, the newest first, that are looked through. */
#define MAX_OF_CALL 256

/* Transactions before and after one that are looked through for what the capture shows there. */
#define MAX_NEIGHBOURS 256

struct sx_horizon sx_evidence_now(const struct sx_tracker *tracker)
{
    return (struct sx_horizon){sx_tracker_last_frame(tracker), sx_tracker_now(tracker)};
}

static bool seen(uint32_t frame, struct sx_horizon until)
{
    return frame != 0 && frame <= until.frame;
}

/* ---- how the client went on ---- */

/* Each interval is twice the one before, so the next is as long as all of them together, and T1. A
 * longer T1 makes it a little longer. */
int64_t sx_evidence_due_ns(const struct sx_txn *txn)
{
    int64_t so_far = sx_txn_last_request_ns(txn) - txn->request_ns;
    int64_t gap = so_far + SX_T1_NS;

    if (sx_txn_sends(txn) > 1) /* some cap the intervals of INVITE as well */
        gap = MIN(gap, 2 * (int64_t)sx_txn_rare(txn)->repeat_gap_ms * SX_NS_PER_MS);
    if (txn->method != SX_METHOD_INVITE)
        gap = MIN(gap, T2_NS);
    return sx_txn_last_request_ns(txn) + gap;
}

/* Each interval was twice the one before: the last one is longer than all others together. Copies
 * of one packet make the number of sends worthless. */
static bool doubled_to_the_end(const struct sx_txn *txn)
{
    return txn->method == SX_METHOD_INVITE && sx_txn_sends(txn) >= INVITE_SENDS &&
           !txn->uneven_repeats &&
           2 * (int64_t)sx_txn_rare(txn)->repeat_gap_ms * SX_NS_PER_MS >=
               sx_txn_last_request_ns(txn) - txn->request_ns;
}

static bool sent_to_the_end(const struct sx_txn *txn)
{
    return doubled_to_the_end(txn) ||
           sx_evidence_due_ns(txn) >= txn->request_ns + SX_TIMER_B_NS - LATE_NS;
}

/* Who sends it once more so late is no client that heard nothing: one that tests use asks anew with
 * an old branch, or the capture lacks what came between. */
static bool came_late(const struct sx_txn *txn)
{
    return txn->method != SX_METHOD_INVITE &&
           (int64_t)sx_txn_rare(txn)->repeat_gap_ms * SX_NS_PER_MS > 2 * T2_NS;
}

static bool is_reliable(const struct sx_txn *txn)
{
    return txn->transport != SX_TRANSPORT_UDP && txn->transport != SX_TRANSPORT_OTHER;
}

enum sx_hearing sx_evidence_hearing(const struct sx_txn *txn, struct sx_horizon until)
{
    if (is_reliable(txn) || !seen(txn->request_frame, until) || came_late(txn))
        return SX_HEARD_UNKNOWN;
    /* What comes after shows that it had heard nothing by then. */
    if (sx_txn_last_request_frame(txn) > until.frame)
        return SX_HEARD_NOTHING;
    bool on_time = until.ns <= sx_evidence_due_ns(txn) + LATE_NS;
    if (sx_txn_sends(txn) > 1)
        return on_time || sent_to_the_end(txn) ? SX_HEARD_NOTHING : SX_HEARD_SOMETHING;
    return on_time ? SX_HEARD_UNKNOWN : SX_HEARD_SOMETHING;
}

bool sx_evidence_gave_up(const struct sx_tracker *tracker, const struct sx_txn *txn,
                         struct sx_horizon until)
{
    const struct sx_txn *parent = sx_tracker_txn(tracker, txn->parent);

    if (!parent || parent->final_code != 408 || !seen(parent->final_frame, until) ||
        parent->final_frame < sx_txn_last_request_frame(txn) || sx_txn_sends(txn) < 2)
        return false;
    /* A 408 that is only handed on was acknowledged (RFC 3261 17.1.1.3); other methods have no ACK.
     * */
    if (txn->method == SX_METHOD_INVITE)
        return !sx_txn_more(txn)->ack_frame;
    return parent->final_ns - txn->request_ns >= GIVES_UP_NS;
}

bool sx_evidence_tried_elsewhere(const struct sx_tracker *tracker, const struct sx_txn *txn,
                                 struct sx_horizon until)
{
    int64_t due_ns = sx_evidence_due_ns(txn);

    if (is_reliable(txn) || txn->method != SX_METHOD_INVITE || sx_txn_sends(txn) < 2 ||
        sx_txn_more(txn)->ack_frame || sx_txn_rare(txn)->cancel_frame ||
        sx_txn_last_request_frame(txn) > until.frame)
        return false;
    const struct sx_txn *b = sx_tracker_siblings(tracker, txn);
    for (unsigned i = 0; b && i < MAX_BRANCHES; i++, b = sx_tracker_next_sibling(tracker, b))
        if (seen(b->request_frame, until) && b->request_frame > sx_txn_last_request_frame(txn) &&
            b->request_ns <= due_ns + LATE_NS)
            return true;
    return false;
}

/* ---- what the capture sees ---- */

static bool is_around(int64_t time_ns, int64_t around_ns)
{
    return ABS(time_ns - around_ns) <= SX_TIMER_B_NS;
}

static bool answers_around(const struct sx_txn *txn, int64_t around_ns, struct sx_horizon until)
{
    return (seen(sx_txn_more(txn)->trying_frame, until) &&
            is_around(sx_txn_more(txn)->trying_ns, around_ns)) ||
           (seen(txn->first_response_frame, until) &&
            is_around(sx_txn_first_response_ns(txn), around_ns)) ||
           (seen(txn->final_frame, until) && is_around(txn->final_ns, around_ns));
}

static bool asks_around(const struct sx_txn *txn, int64_t around_ns, struct sx_horizon until)
{
    return (seen(txn->request_frame, until) && is_around(txn->request_ns, around_ns)) ||
           (seen(sx_txn_last_request_frame(txn), until) &&
            is_around(sx_txn_last_request_ns(txn), around_ns));
}

/* What the server of a transaction sends to its client: responses, and requests of its own. */
static bool sees_answers(const struct sx_tracker *tracker, const struct sx_txn *txn,
                         int64_t around_ns, struct sx_horizon until)
{
    uint32_t first = txn->number > MAX_NEIGHBOURS ? txn->number - MAX_NEIGHBOURS : 1;
    uint32_t last = MIN(sx_tracker_txn_count(tracker), txn->number + MAX_NEIGHBOURS);

    for (uint32_t n = first; n <= last; n++) {
        const struct sx_txn *other = sx_tracker_txn(tracker, n);
        bool same_way = other->src.host == txn->src.host && other->dst.host == txn->dst.host;
        bool way_back = other->src.host == txn->dst.host && other->dst.host == txn->src.host;
        if ((same_way && answers_around(other, around_ns, until)) ||
            (way_back && asks_around(other, around_ns, until)))
            return true;
    }
    return false;
}

bool sx_evidence_sees_answers(const struct sx_tracker *tracker, const struct sx_txn *txn,
                              struct sx_horizon until)
{
    return sees_answers(tracker, txn, txn->request_ns, until);
}

bool sx_evidence_unreachable(const struct sx_txn *txn, struct sx_horizon until)
{
    return seen(sx_txn_rare(txn)->last_unreachable_frame, until) &&
           sx_txn_rare(txn)->last_unreachable_frame > sx_txn_last_request_frame(txn);
}

/* ---- connections ---- */

uint32_t sx_evidence_connection_lost(const struct sx_txn *txn, struct sx_horizon until)
{
    const struct sx_txn_rare *rare = sx_txn_rare(txn);

    if (!is_reliable(txn) || txn->responses)
        return 0;
    if (seen(rare->closed_frame, until) && rare->closed_frame > sx_txn_last_request_frame(txn))
        return rare->closed_frame;
    return sx_evidence_unreachable(txn, until) ? rare->last_unreachable_frame : 0;
}

bool sx_evidence_went_on(const struct sx_tracker *tracker, const struct sx_txn *txn,
                         struct sx_horizon until)
{
    uint32_t lost = sx_evidence_connection_lost(txn, until);
    const struct sx_txn *other = lost ? sx_call_newest(tracker, txn) : NULL;

    for (unsigned i = 0; other && i < MAX_OF_CALL; i++, other = sx_call_older(tracker, other))
        if (other->method == txn->method && other->src.host == txn->src.host &&
            other->request_frame > lost && seen(other->request_frame, until) && other->responses)
            return true;
    return false;
}

bool sx_evidence_of_silence(const struct sx_tracker *tracker, const struct sx_txn *txn,
                            struct sx_horizon until)
{
    const struct sx_txn *stray = sx_tracker_txn(tracker, sx_txn_rare(txn)->stray);

    /* A response that does not match is none to the client, but it came. */
    if (!seen(txn->request_frame, until) || txn->method == SX_METHOD_ACK ||
        seen(sx_txn_rare(txn)->cancel_frame, until) ||
        (stray && seen(stray->first_response_frame, until)))
        return false;
    if (sx_evidence_unreachable(txn, until))
        return true;
    if (is_reliable(txn))
        return (txn->way_back_seen || sx_evidence_connection_lost(txn, until) ||
                sx_evidence_sees_answers(tracker, txn, until)) &&
               !sx_tcp_bytes_missed(tracker, txn, until.frame);
    return sx_evidence_hearing(txn, until) == SX_HEARD_NOTHING ||
           sx_evidence_gave_up(tracker, txn, until);
}

/* ---- what a hop hands on ---- */

bool sx_evidence_not_relayed(const struct sx_tracker *tracker, const struct sx_txn *txn,
                             const struct sx_txn *branch, struct sx_horizon until)
{
    int64_t newest_ns = sx_txn_last_response_ns(branch), due_ns = until.ns - RELAY_NS;

    if (branch->answer_way == SX_ANSWER_ASTRAY) /* the hop does not have it */
        return true;

    /* Of those between, the first final one is kept, and the newest before it. */
    if (newest_ns > due_ns && seen(branch->final_frame, until))
        newest_ns = branch->final_ns;
    if (newest_ns > due_ns)
        newest_ns = sx_txn_first_response_ns(branch) +
                    (int64_t)sx_txn_rare(branch)->progress_ms * SX_NS_PER_MS;
    if (newest_ns > due_ns || newest_ns - sx_txn_first_response_ns(branch) < APART_NS)
        return false;
    /* It goes on with its 2xx because no ACK came. */
    return (branch->final_code / 100 == 2 && newest_ns - branch->final_ns >= APART_NS) ||
           sees_answers(tracker, txn, sx_txn_first_response_ns(branch), until);
}
