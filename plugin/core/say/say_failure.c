/* say_failure.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/say/say_failure.h"

#include "core/facts/catalogue.h"
#include "core/judge/failure.h"
#include "core/record/sizes.h"
#include "core/say/say.h"
#include "core/say/words.h"

/* Who sent the request that came to nothing: a hop further on where the capture lacks those
 * between.
 */
static const struct sx_host *sender(const struct sx_tracker *t, const struct sx_failure_cause *c)
{
    bool gap = c->of && !sx_txn_is_next_hop(c->at, c->of);

    return sx_tracker_host(t, gap ? c->of->src.host : c->at->dst.host);
}

static void say_unreachable(wmem_strbuf_t *out, const struct sx_tracker *t,
                            const struct sx_failure_cause *c)
{
    struct sx_endpoint to = c->attempt ? c->attempt->to : c->of->dst;
    const struct sx_host *at = sender(t, c);

    if (c->attempt)
        sx_words_failure_no_connection(out, at, sx_tracker_host(t, to.host), to.port, c->frame);
    else if (sx_too_big_in(t, c->of, c->frame))
        sx_words_failure_too_large(out, at, sx_tracker_host(t, to.host), to.port, c->frame);
    else
        sx_words_failure_unreachable(out, at, sx_tracker_host(t, to.host), to.port, c->frame);
}

static void say_unanswered(wmem_strbuf_t *out, const struct sx_tracker *t,
                           const struct sx_failure_cause *c)
{
    const struct sx_horizon until = {c->at->final_frame, c->at->final_ns};
    wmem_strbuf_t *sends = sx_words_piece(out);

    if (sx_txn_sends(c->of) > 1)
        sx_words_say_sends(sends, sx_txn_sends(c->of));
    sx_words_failure_unanswered(out, sx_tracker_host(t, c->of->dst.host), sender(t, c), c->frame,
                                sends, sx_say_closed(out, t, c->of, until));
}

/* RFC 3261 8.1.1.6: a request has 70 hops at the most; a circle is named by its first ones. */
#define MAX_NAMED 8

/* The hosts in the order of the request's way. */
static void say_circle(wmem_strbuf_t *out, const struct sx_tracker *t,
                       const struct sx_failure_cause *c)
{
    uint32_t hosts[MAX_NAMED];
    unsigned n = 0;
    wmem_strbuf_t *way = NULL;

    for (const struct sx_txn *at = c->of; at && n < MAX_NAMED; at = sx_tracker_txn(t, at->parent)) {
        hosts[n++] = at->dst.host;
        if (at == c->since)
            break;
    }
    for (unsigned i = n; i > 0; i--) {
        wmem_strbuf_t *before = way;
        way = sx_words_piece(out);
        if (before)
            sx_words_failure_to(way, before, sx_tracker_host(t, hosts[i - 1]));
        else
            sx_say_host(way, t, hosts[i - 1]);
    }
    sx_words_failure_circle(out, way, c->frame);
}

static void say_own_limit(wmem_strbuf_t *out, const struct sx_tracker *t,
                          const struct sx_failure_cause *c)
{
    const struct sx_host *at = sender(t, c);

    if (c->frame == sx_txn_rare(c->of)->cancel_frame)
        sx_words_failure_own_limit_cancel(out, at, c->after_ns, c->frame);
    else
        sx_words_failure_own_limit_later(out, at, c->after_ns, sx_tracker_host(t, c->of->dst.host),
                                         c->frame);
}

static const char *what_became(const struct sx_failure_cause *c)
{
    if (c->kind == SX_FAILURE_CONNECTION_GONE)
        return sx_words_failure_connection_gone();
    switch (c->registration.state) {
    case SX_REGISTRATION_RUN_OUT:
        return sx_words_failure_run_out();
    case SX_REGISTRATION_REPLACED:
        return sx_words_failure_replaced();
    case SX_REGISTRATION_REMOVED:
        return sx_words_failure_removed();
    case SX_REGISTRATION_UNKNOWN:
    case SX_REGISTRATION_CURRENT:
    case SX_REGISTRATION_LOST:
    default:
        return sx_words_failure_removed_or_run_out();
    }
}

static void say_registration(wmem_strbuf_t *out, const struct sx_failure_cause *c)
{
    const struct sx_flow *flow = c->registration.flow;
    uint32_t in = c->registration.in ? c->registration.in : flow->registered_in;
    bool last = c->kind == SX_FAILURE_NOT_REGISTERED &&
                c->registration.state == SX_REGISTRATION_RUN_OUT;

    if (c->frame && !last)
        sx_words_failure_registration_seen(out, what_became(c), c->frame, flow->user->aor, in);
    else
        sx_words_failure_registration(out, what_became(c), flow->user->aor, in);
}

/* What the failure was that this one was made from: of a lost flow its story. False if it was none.
 * */
static bool find_lost_flow(const struct sx_tracker *t, const struct sx_txn *made_from,
                           struct sx_flow_story *story)
{
    if (!sx_flow_is_loss(t, made_from, made_from->final_code))
        return false;
    *story = sx_flow_tell(t, made_from);
    return story->flow && story->about_flow;
}

static void say_told_otherwise(wmem_strbuf_t *out, const struct sx_tracker *t,
                               const struct sx_failure_cause *c)
{
    struct sx_flow_story story;
    wmem_strbuf_t *flow = sx_words_piece(out);

    if (find_lost_flow(t, c->of, &story)) {
        wmem_strbuf_t *told = sx_words_piece(out);
        sx_say_flow(told, &story);
        sx_words_failure_flow(flow, told);
    }
    sx_words_failure_made_from(out, c->of->final_code, sx_tracker_host(t, c->of->dst.host),
                               c->frame, flow);
}

bool sx_say_failure(wmem_strbuf_t *out, const struct sx_tracker *t,
                    const struct sx_failure_cause *c)
{
    switch (c->kind) {
    case SX_FAILURE_UNANSWERED:
        say_unanswered(out, t, c);
        return true;
    case SX_FAILURE_UNREACHABLE:
        say_unreachable(out, t, c);
        return true;
    case SX_FAILURE_CONNECTION_GONE:
    case SX_FAILURE_NOT_REGISTERED:
        say_registration(out, c);
        return true;
    case SX_FAILURE_FORK:
        sx_words_failure_fork(out, c->of->final_code, sx_tracker_host(t, c->of->dst.host),
                              c->frame);
        return true;
    case SX_FAILURE_TOLD_OTHERWISE:
        say_told_otherwise(out, t, c);
        return true;
    case SX_FAILURE_CIRCLE:
        say_circle(out, t, c);
        return true;
    case SX_FAILURE_OWN_LIMIT:
        say_own_limit(out, t, c);
        return true;
    case SX_FAILURE_UNKNOWN:
    case SX_FAILURE_CREDENTIALS:
    case SX_FAILURE_MISMATCH:
    default:
        return false;
    }
}

bool sx_say_failure_advice(wmem_strbuf_t *out, const struct sx_tracker *t, const struct sx_txn *txn,
                           struct sx_slice method)
{
    if (txn->final_code < 300 || !sx_failure_judge(t, txn, txn->final_code))
        return false;
    struct sx_failure_cause own = sx_failure_cause_find(t, txn);
    if (own.kind != SX_FAILURE_TOLD_OTHERWISE)
        return false;
    struct sx_failure_cause first = sx_failure_cause_first(t, own.of);
    const struct sx_code *entry = sx_catalogue_explain(first.at->final_code);
    struct sx_flow_story story;
    if (!entry)
        return false;
    wmem_strbuf_t *advice = sx_words_piece(out);
    if (!find_lost_flow(t, first.at, &story) || !sx_say_flow_advice(advice, t, &story))
        wmem_strbuf_append(advice, sx_catalogue_fix(entry, method.p, method.n));
    sx_words_failure_advice(out, first.at->final_code, first.at->final_frame, advice);
    return true;
}
