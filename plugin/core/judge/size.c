/* size.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/judge/size.h"

#include "core/judge/failure.h"
#include "core/judge/failure_cause.h"
#include "core/judge/silence.h"

/* Transactions before and after one that are looked through. */
#define MAX_NEIGHBOURS 512

/* What is answered longer before, or after, says nothing of the time between. */
#define AROUND_NS (60 * SX_NS_PER_S)

/* A SYN is given up after this (RFC 1122 4.2.3.5 asks for more; SIP waits no longer than Timer B).
 * */
#define GIVES_UP_NS SX_TIMER_B_NS

/* Attempts to connect, and frames, before a request that are looked through. */
#define MAX_ATTEMPTS 256
#define MAX_FRAMES 4096

struct around {
    struct sx_endpoint src, dst;
    int64_t from_ns, to_ns;
    uint32_t number;      /* of a transaction then */
    uint32_t until_frame; /* up to where the capture counts */
};

struct seen {
    uint32_t smaller_in; /* answered there, over UDP; 0: none */
    bool large;          /* a large one is answered there, too */
};

static bool is_answered(const struct sx_txn *txn, uint32_t until_frame)
{
    return (sx_txn_more(txn)->trying_frame && sx_txn_more(txn)->trying_frame <= until_frame) ||
           (txn->first_response_frame && txn->first_response_frame <= until_frame);
}

static struct seen look_around(const struct sx_tracker *t, const struct around *a)
{
    uint32_t first = a->number > MAX_NEIGHBOURS ? a->number - MAX_NEIGHBOURS : 1;
    uint32_t last = MIN(sx_tracker_txn_count(t), a->number + MAX_NEIGHBOURS);
    struct seen seen = {.smaller_in = 0};

    for (uint32_t n = first; n <= last; n++) {
        const struct sx_txn *o = sx_tracker_txn(t, n);
        if (o->transport != SX_TRANSPORT_UDP || !o->request_frame ||
            !is_answered(o, a->until_frame) || o->src.host != a->src.host ||
            !sx_endpoint_eq(o->dst, a->dst) || o->request_ns < a->from_ns - AROUND_NS ||
            o->request_ns > a->to_ns + AROUND_NS)
            continue;
        if (sx_large_of(t, o))
            seen.large = true;
        else
            seen.smaller_in = o->request_frame;
    }
    return seen;
}

static struct seen around_txn(const struct sx_tracker *t, const struct sx_txn *txn)
{
    return look_around(t, &(struct around){.src = txn->src,
                                           .dst = txn->dst,
                                           .from_ns = txn->request_ns,
                                           .to_ns = sx_txn_last_request_ns(txn),
                                           .number = txn->number,
                                           .until_frame = UINT32_MAX});
}

/* ---- TCP that is not taken ---- */

/* The newest connection that a host asked another one for in this time, and did not get. */
static const struct sx_attempt *in_vain(const struct sx_tracker *t, uint32_t from, uint32_t to,
                                        int64_t since_ns, uint32_t until_frame)
{
    uint32_t start = until_frame > MAX_FRAMES ? until_frame - MAX_FRAMES : 1;
    const struct sx_attempt *found = NULL, *a;

    for (uint32_t n = 0; n < MAX_ATTEMPTS && (a = sx_tracker_attempt(t, start, n)); n++) {
        if (a->frame > until_frame)
            break;
        if (a->from.host == from && a->to.host == to && !a->came_up && a->since_ns >= since_ns)
            found = a;
    }
    return found;
}

static bool is_over_udp(const struct sx_txn *txn, const struct sx_large *large)
{
    return large && txn->transport == SX_TRANSPORT_UDP;
}

static const struct sx_attempt *tried_tcp(const struct sx_tracker *t, const struct sx_txn *txn)
{
    const struct sx_attempt *a =
        in_vain(t, txn->src.host, txn->dst.host, txn->request_ns - GIVES_UP_NS, txn->request_frame);

    return a && a->to.port == txn->dst.port ? a : NULL;
}

/* The hop has to send a large request on, cannot connect, and sends others there over UDP. */
static struct sx_size failed_by_tcp(const struct sx_tracker *t, const struct sx_txn *txn,
                                    const struct sx_large *large)
{
    struct sx_size s = {.kind = SX_SIZE_NOTHING};

    if (!txn->final_frame || !sx_failure_judge(t, txn, txn->final_code))
        return s;
    struct sx_failure_cause c = sx_failure_cause_find(t, txn);
    if (c.kind != SX_FAILURE_UNREACHABLE || !c.attempt || c.at != txn)
        return s;
    struct seen seen = look_around(t, &(struct around){.src = c.attempt->from,
                                                       .dst = c.attempt->to,
                                                       .from_ns = txn->request_ns,
                                                       .to_ns = txn->final_ns,
                                                       .number = txn->number,
                                                       .until_frame = UINT32_MAX});
    if (!seen.smaller_in || seen.large)
        return s;
    return (struct sx_size){.kind = SX_SIZE_FAILED_BY_TCP,
                            .bytes = large->bytes,
                            .sends = sx_txn_sends(txn),
                            .smaller_in = seen.smaller_in,
                            .attempt = c.attempt,
                            .to = c.attempt->to};
}

/* ---- over UDP ---- */

static bool is_undelivered(const struct sx_tracker *t, const struct sx_txn *txn)
{
    return !sx_txn_rare(txn)->unreachable_frame && sx_txn_sends(txn) >= SX_SIZE_SENDS &&
           sx_silence_no_response(t, txn);
}

/* A sender that learns the MTU from it sends the request again in fragments; an answer shows that
 * this was enough. */
static bool stays_too_big(const struct sx_tracker *t, const struct sx_txn *txn)
{
    return txn->transport == SX_TRANSPORT_UDP && sx_too_big_of(t, txn) &&
           sx_silence_no_response(t, txn);
}

struct sx_size sx_size_judge(const struct sx_tracker *t, const struct sx_txn *txn)
{
    const struct sx_large *large = sx_large_of(t, txn);
    struct sx_size s = {.kind = SX_SIZE_NOTHING};

    if (stays_too_big(t, txn))
        return (struct sx_size){.kind = SX_SIZE_TOO_BIG,
                                .bytes = sx_too_big_of(t, txn)->bytes,
                                .sends = sx_txn_sends(txn),
                                .too_big = sx_too_big_of(t, txn),
                                .to = txn->dst};
    if (!large)
        return s;
    if (!is_over_udp(txn, large))
        return failed_by_tcp(t, txn, large);
    s = (struct sx_size){.bytes = large->bytes,
                         .sends = sx_txn_sends(txn),
                         .to = txn->dst,
                         .attempt = tried_tcp(t, txn)};
    struct seen seen = around_txn(t, txn);
    s.smaller_in = seen.smaller_in;
    if (is_undelivered(t, txn) && seen.smaller_in && !seen.large)
        s.kind = SX_SIZE_MAY_BE_LOST;
    else if (s.attempt)
        s.kind = SX_SIZE_NO_TCP;
    else
        return failed_by_tcp(t, txn, large);
    return s;
}

struct sx_size sx_size_of_fragments(const struct sx_tracker *t, const struct sx_begun_again *again)
{
    const struct sx_begun *b = sx_begun_at(t, again->begun);
    struct sx_size s = {.kind = SX_SIZE_NOTHING};
    const struct sx_txn *txn = b ? sx_begun_txn(t, b) : NULL;

    /* A response shows that it arrived, and one that is whole is judged as it is. */
    if (!b || again->nth < SX_SIZE_SENDS || (txn && txn->number <= again->txns))
        return s;
    struct seen seen = look_around(t, &(struct around){.src = b->src,
                                                       .dst = b->dst,
                                                       .from_ns = b->ns,
                                                       .to_ns = again->ns,
                                                       .number = again->txns,
                                                       .until_frame = again->frame});
    if (seen.large)
        return s;
    return (struct sx_size){.kind = SX_SIZE_FRAGMENTS,
                            .sends = again->nth,
                            .smaller_in = seen.smaller_in,
                            .to = b->dst};
}
