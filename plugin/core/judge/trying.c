/* trying.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/judge/trying.h"

/* RFC 3261 8.1.1.6: as many hops as a request may take by default. */
#define MAX_HOPS 70

/* RFC 3261 16.6 item 11: more than three minutes. */
#define TIMER_C_NS (180 * SX_NS_PER_S)
#define TIMER_C_LATEST_NS (200 * SX_NS_PER_S)

/* Branches, the newest first, that a wait may be for; more than any fork has. */
#define MAX_BRANCHES 1024

/* ---- how it ended ---- */

static bool fits_expires(const struct sx_txn *txn)
{
    int64_t after = sx_txn_rare(txn)->cancel_ns - txn->request_ns;
    int64_t expires = (int64_t)sx_txn_more(txn)->expires_s * SX_NS_PER_S;

    return expires > 0 && after > expires - SX_NS_PER_S && after < expires + 2 * SX_NS_PER_S;
}

const struct sx_txn *sx_trying_settled_elsewhere(const struct sx_tracker *tracker,
                                                 const struct sx_txn *txn)
{
    const struct sx_txn *b = sx_tracker_siblings(tracker, txn), *first = NULL;

    for (unsigned i = 0; b && i < MAX_BRANCHES; i++, b = sx_tracker_next_sibling(tracker, b)) {
        unsigned class = b->final_code / 100;
        if (b != txn && (class == 2 || class == 6) &&
            b->final_frame < sx_txn_rare(txn)->cancel_frame &&
            (!first || b->final_frame < first->final_frame))
            first = b;
    }
    return first;
}

static enum sx_trying_end cancel_end(const struct sx_tracker *tracker, const struct sx_txn *txn,
                                     uint32_t *elsewhere)
{
    const struct sx_txn *parent = sx_tracker_txn(tracker, txn->parent);
    const struct sx_txn *cancel = sx_tracker_txn(tracker, sx_txn_rare(txn)->related);
    int64_t after = sx_txn_rare(txn)->cancel_ns - txn->request_ns;

    if (parent && sx_txn_rare(parent)->cancel_frame &&
        sx_txn_rare(parent)->cancel_frame <= sx_txn_rare(txn)->cancel_frame)
        return SX_END_CANCEL_PASSED_ON;
    if (parent && sx_tracker_connection_lost(tracker, parent) &&
        sx_tracker_connection_lost(tracker, parent)->frame <= sx_txn_rare(txn)->cancel_frame)
        return SX_END_CANCEL_AFTER_HANGUP;
    const struct sx_txn *other = sx_trying_settled_elsewhere(tracker, txn);
    *elsewhere = other ? other->number : 0;
    if (other)
        return SX_END_CANCEL_ELSEWHERE;
    if (cancel && cancel->completed_elsewhere)
        return SX_END_CANCEL_COMPLETED;
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

/* A 2xx that the capture may lack: its ACK tells. */
static bool has_success(const struct sx_tracker *tracker, const struct sx_txn *txn)
{
    return txn->final_frame
               ? txn->final_code / 100 == 2
               : sx_missing_response(tracker, txn, UINT32_MAX).sign == SX_MISSING_ACKNOWLEDGED;
}

/* The CANCEL came after the 100 and before any other response, and it did not lose the race against
 * a 2xx (RFC 3261 9.1, 15). Before the 100 no client may send one, and nothing waited yet. */
static bool ends_by_cancel(const struct sx_tracker *tracker, const struct sx_txn *txn)
{
    return sx_txn_rare(txn)->cancel_frame &&
           sx_txn_rare(txn)->cancel_frame > sx_txn_more(txn)->trying_frame &&
           (!txn->first_response_frame ||
            sx_txn_rare(txn)->cancel_frame < txn->first_response_frame) &&
           !has_success(tracker, txn);
}

/* The caller is gone with its connection. Before the end of the capture nobody can tell: it may
 * connect again. */
static const struct sx_hangup *ends_by_hangup(const struct sx_tracker *tracker,
                                              const struct sx_txn *txn)
{
    const struct sx_hangup *hangup = sx_tracker_ended(tracker) ? sx_tracker_hung_up(tracker, txn)
                                                               : NULL;

    return hangup && hangup->frame >= sx_txn_more(txn)->trying_frame ? hangup : NULL;
}

/* What ended the wait, and when; the newest time stamp if nothing did. */
static int64_t find_end(const struct sx_tracker *tracker, const struct sx_txn *txn,
                        struct sx_trying *v)
{
    const struct sx_hangup *hangup = ends_by_hangup(tracker, txn);

    bool cancelled = ends_by_cancel(tracker, txn), missing = sx_missing_is_sure(v->missing.sign);

    if (cancelled && !missing) {
        v->ended_in = sx_txn_rare(txn)->cancel_frame;
        v->end = cancel_end(tracker, txn, &v->elsewhere);
        return sx_txn_rare(txn)->cancel_ns;
    }
    if (txn->first_response_frame && !cancelled) {
        v->ended_in = txn->first_response_frame;
        v->end = SX_END_RESPONSE;
        return sx_txn_first_response_ns(txn);
    }
    if (missing) {
        v->ended_in = v->missing.frame;
        v->end = SX_END_MISSING;
        return v->missing.time_ns;
    }
    if (hangup) {
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

    if (ends_by_cancel(tracker, txn))
        until = sx_txn_rare(txn)->cancel_frame;
    struct sx_missing missing = sx_missing_response(tracker, txn, until);
    return txn->expired_after_100 && !sx_missing_is_sure(missing.sign) ? (struct sx_missing){0}
                                                                       : missing;
}

/* What shows that there was an answer came so late that it does not tell whether the answer came in
 * time: an ACK says neither when the 2xx came, nor whether a 180 did. */
static bool is_late_sign(const struct sx_tracker *tracker, const struct sx_txn *txn,
                         const struct sx_missing *missing)
{
    return sx_missing_is_sure(missing->sign) && missing->time_ns - sx_txn_more(txn)->trying_ns >=
                                                    sx_tracker_config(tracker)->trying_slow_ns;
}

/* Of a wait that the capture does not show the end of, or may not. */
static enum sx_trying_state unseen_state(const struct sx_tracker *tracker, const struct sx_txn *txn,
                                         const struct sx_trying *v)
{
    if (txn->expired_after_100)
        return SX_TRYING_TIMED_OUT;
    if (v->end == SX_END_NONE)
        return sx_tracker_ended(tracker) ? SX_TRYING_OPEN : SX_TRYING_NONE;
    if (v->end != SX_END_RESPONSE && v->end != SX_END_MISSING)
        return SX_TRYING_CANCELLED;
    return is_late_sign(tracker, txn, &v->missing) ? SX_TRYING_NONE : SX_TRYING_ANSWERED;
}

static enum sx_trying_state find_state(const struct sx_tracker *tracker, const struct sx_txn *txn,
                                       const struct sx_trying *v)
{
    const struct sx_config *cfg = sx_tracker_config(tracker);

    if (v->missing.sign != SX_MISSING_NONE)
        return unseen_state(tracker, txn, v);
    if (v->end != SX_END_NONE)
        return ended_state(cfg, v->wait_ns,
                           v->end == SX_END_RESPONSE ? sx_txn_first_response_code(txn) : 0);
    if (v->wait_ns >= cfg->trying_timeout_ns)
        return SX_TRYING_TIMED_OUT;
    return sx_tracker_ended(tracker) ? SX_TRYING_OPEN : SX_TRYING_NONE;
}

/* So long that there is something to explain: what has no answer yet may get one. */
static bool has_waited(const struct sx_tracker *tracker, const struct sx_trying *v)
{
    if (v->state == SX_TRYING_OPEN && v->missing.sign == SX_MISSING_NONE)
        return v->wait_ns >= sx_tracker_config(tracker)->trying_slow_ns;
    return v->state != SX_TRYING_NONE && v->state != SX_TRYING_ANSWERED;
}

/* A hop further on had what it must hand on, or gave its branch up, before the wait was that long,
 * and nothing shows what it made of it: the capture may lack that. */
static bool may_be_relayed_unseen(const struct sx_tracker *tracker, const struct sx_txn *txn,
                                  const struct sx_trying *v)
{
    const struct sx_config *cfg = sx_tracker_config(tracker);
    const struct sx_trying_hop *last = &v->chain.last;
    bool timed_out = v->wait_ns >= cfg->trying_timeout_ns;
    int64_t least_ns = timed_out ? cfg->trying_timeout_ns : cfg->trying_slow_ns;

    return last->heard && v->state != SX_TRYING_OPEN && !txn->expired_after_100 &&
           (last->must_relay || v->end == SX_END_NONE) &&
           (v->state == SX_TRYING_CANCELLED ||
            last->heard_ns - sx_txn_more(txn)->trying_ns < least_ns);
}

/* The capture may lack an answer of this very hop: that it sent a 100 and no more, or sent nothing
 * on, is not known then. */
static void doubt_silence(struct sx_trying *v)
{
    struct sx_trying_chain *c = &v->chain;

    if (v->missing.sign == SX_MISSING_NONE || c->count != 1 ||
        (c->last.cause != SX_CAUSE_NOTHING_BEYOND && c->last.cause != SX_CAUSE_NOT_FORWARDED))
        return;
    c->last.cause = c->hops[0].cause = SX_CAUSE_UNKNOWN;
    c->last.cause_in = c->hops[0].cause_in = c->cause_in = 0;
}

struct sx_trying sx_trying_judge(const struct sx_tracker *tracker, const struct sx_txn *txn)
{
    struct sx_trying v = {.state = SX_TRYING_NONE};

    if (!txn || !sx_txn_more(txn)->trying_frame)
        return v;
    v.missing = find_unseen(tracker, txn);
    int64_t until_ns = find_end(tracker, txn, &v);
    v.wait_ns = MAX(until_ns - sx_txn_more(txn)->trying_ns, 0);
    if (txn->expired_after_100 && (v.end == SX_END_NONE || v.end == SX_END_MISSING))
        v.wait_ns = MAX(v.wait_ns, sx_tracker_config(tracker)->trying_timeout_ns);
    v.state = find_state(tracker, txn, &v);
    if (has_waited(tracker, &v))
        v.chain =
            sx_trying_cause_find(tracker, txn, v.ended_in ? v.ended_in : UINT32_MAX, until_ns);
    doubt_silence(&v);
    if (may_be_relayed_unseen(tracker, txn, &v)) {
        v.state = v.end == SX_END_NONE && sx_tracker_ended(tracker) ? SX_TRYING_OPEN
                                                                    : SX_TRYING_NONE;
        v.heard = v.chain.last.heard;
    }
    return v;
}

bool sx_trying_lacks_end(const struct sx_tracker *tracker, const struct sx_txn *invite)
{
    const struct sx_txn *cancel = sx_tracker_txn(tracker, sx_txn_rare(invite)->related);

    return cancel && cancel->method == SX_METHOD_CANCEL && cancel->final_code / 100 == 2 &&
           invite->request_frame && sx_txn_rare(invite)->cancel_frame && !invite->final_frame &&
           sx_tracker_now(tracker) - sx_txn_rare(invite)->cancel_ns > SX_TIMER_B_NS &&
           !sx_tracker_connection_lost(tracker, invite) &&
           sx_missing_response(tracker, invite, UINT32_MAX).sign == SX_MISSING_NONE;
}

int64_t sx_trying_took(const struct sx_txn *txn)
{
    return sx_txn_first_response_ns(txn) -
           (sx_txn_more(txn)->trying_frame ? sx_txn_more(txn)->trying_ns : txn->request_ns);
}

const struct sx_txn *sx_trying_slow_hop(const struct sx_tracker *tracker, const struct sx_txn *txn,
                                        const struct sx_trying *v)
{
    const struct sx_txn *slowest = txn, *at = txn;

    for (unsigned hop = 0; at && hop < MAX_HOPS; hop++) {
        const struct sx_txn *next = NULL;
        for (const struct sx_txn *b = sx_tracker_txn(tracker, at->first_child); b;
             b = sx_tracker_txn(tracker, b->next_sibling))
            if ((sx_txn_more(b)->trying_frame || b->request_frame) && b->first_response_frame &&
                b->first_response_frame <= v->ended_in &&
                sx_txn_first_response_code(b) == sx_txn_first_response_code(txn) &&
                sx_trying_took(b) > v->wait_ns / 2)
                next = b;
        if (next)
            slowest = next;
        at = next;
    }
    return slowest;
}
