/* say_failure.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/say/say_failure.h"

#include <inttypes.h>

#include "core/facts/catalogue.h"
#include "core/judge/failure.h"
#include "core/say/say.h"

static void say_unreachable(wmem_strbuf_t *out, const struct sx_tracker *t,
                            const struct sx_failure_cause *c)
{
    struct sx_endpoint to = c->attempt ? c->attempt->to : c->of->dst;

    sx_say_host(out, t, c->at->dst.host);
    wmem_strbuf_append(out, c->attempt ? " cannot connect to " : " cannot reach ");
    sx_say_host(out, t, to.host);
    wmem_strbuf_append_printf(out, " port %u (frame %" PRIu32 ")", to.port, c->frame);
}

static void say_unanswered(wmem_strbuf_t *out, const struct sx_tracker *t,
                           const struct sx_failure_cause *c)
{
    sx_say_host(out, t, c->of->dst.host);
    wmem_strbuf_append(out, " never answered ");
    sx_say_host(out, t, c->at->dst.host);
    wmem_strbuf_append_printf(out, " (frame %" PRIu32, c->frame);
    if (c->of->sends > 1)
        wmem_strbuf_append_printf(out, ", sent %" PRIu32 " times", c->of->sends);
    wmem_strbuf_append_c(out, ')');
}

static void say_fork(wmem_strbuf_t *out, const struct sx_tracker *t,
                     const struct sx_failure_cause *c)
{
    wmem_strbuf_append_printf(out, "forked: chosen over the %u of ", c->of->final_code);
    sx_say_host(out, t, c->of->dst.host);
    wmem_strbuf_append_printf(out, " in frame %" PRIu32, c->frame);
}

/* RFC 3261 8.1.1.6: a request has 70 hops at the most; a circle is named by its first ones. */
#define MAX_NAMED 8

/* The hosts in the order of the request's way. */
static void say_circle(wmem_strbuf_t *out, const struct sx_tracker *t,
                       const struct sx_failure_cause *c)
{
    uint32_t hosts[MAX_NAMED];
    unsigned n = 0;

    for (const struct sx_txn *at = c->of; at && n < MAX_NAMED; at = sx_tracker_txn(t, at->parent)) {
        hosts[n++] = at->dst.host;
        if (at == c->since)
            break;
    }
    wmem_strbuf_append(out, "the request goes in a circle: ");
    for (unsigned i = n; i > 0; i--) {
        sx_say_host(out, t, hosts[i - 1]);
        wmem_strbuf_append(out, i > 1 ? " to " : "");
    }
    wmem_strbuf_append_printf(out, " again (frame %" PRIu32 ")", c->frame);
}

static void say_own_limit(wmem_strbuf_t *out, const struct sx_tracker *t,
                          const struct sx_failure_cause *c)
{
    sx_say_host(out, t, c->at->dst.host);
    wmem_strbuf_append(out, " hit its own time limit after ");
    sx_say_time(out, c->after_ns);
    if (c->frame == c->of->cancel_frame) {
        wmem_strbuf_append_printf(out, " and sent CANCEL in frame %" PRIu32, c->frame);
        return;
    }
    wmem_strbuf_append(out, "; later ");
    sx_say_host(out, t, c->of->dst.host);
    wmem_strbuf_append_printf(out, " answers in frame %" PRIu32, c->frame);
}

static const char *what_became(const struct sx_failure_cause *c)
{
    if (c->kind == SX_FAILURE_CONNECTION_GONE)
        return "the connection of the registration is gone";
    switch (c->registration.state) {
    case SX_REGISTRATION_RUN_OUT:
        return "the registration ran out";
    case SX_REGISTRATION_REPLACED:
        return "the registration was replaced by a newer one";
    case SX_REGISTRATION_REMOVED:
        return "the registration was taken back";
    case SX_REGISTRATION_UNKNOWN:
    case SX_REGISTRATION_CURRENT:
    case SX_REGISTRATION_LOST:
    default:
        return "the registration was taken back or ran out";
    }
}

static void say_registration(wmem_strbuf_t *out, const struct sx_failure_cause *c)
{
    const struct sx_flow *flow = c->registration.flow;
    bool last = c->kind == SX_FAILURE_NOT_REGISTERED &&
                c->registration.state == SX_REGISTRATION_RUN_OUT;

    wmem_strbuf_append(out, what_became(c));
    if (c->frame && !last)
        wmem_strbuf_append_printf(out, " (frame %" PRIu32 ")", c->frame);
    wmem_strbuf_append_printf(out, ": that of %s in frame %" PRIu32, flow->aor,
                              c->registration.in ? c->registration.in : flow->registered_in);
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

    wmem_strbuf_append_printf(out, "made from the %u of ", c->of->final_code);
    sx_say_host(out, t, c->of->dst.host);
    wmem_strbuf_append_printf(out, " in frame %" PRIu32, c->frame);
    if (!find_lost_flow(t, c->of, &story))
        return;
    wmem_strbuf_append(out, "; ");
    sx_say_flow(out, &story);
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
        say_fork(out, t, c);
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
    wmem_strbuf_append_printf(out, "This was made from the %u in frame %" PRIu32 ": ",
                              first.at->final_code, first.at->final_frame);
    if (!find_lost_flow(t, first.at, &story) || !sx_say_flow_advice(out, t, &story))
        wmem_strbuf_append(out, sx_catalogue_fix(entry, method.p, method.n));
    return true;
}
