/* say_failure.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/say/say_failure.h"

#include <inttypes.h>

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
    wmem_strbuf_append_printf(out, "a fork: the caller does not see the %u of ", c->of->final_code);
    sx_say_host(out, t, c->of->dst.host);
    wmem_strbuf_append_printf(out, " in frame %" PRIu32, c->frame);
}

static void say_circle(wmem_strbuf_t *out, const struct sx_tracker *t,
                       const struct sx_failure_cause *c)
{
    wmem_strbuf_append(out, "the request goes in a circle: ");
    sx_say_host(out, t, c->of->src.host);
    wmem_strbuf_append(out, " sent it back to ");
    sx_say_host(out, t, c->of->dst.host);
    wmem_strbuf_append_printf(out, " in frame %" PRIu32, c->frame);
}

bool sx_say_failure(wmem_strbuf_t *out, const struct sx_tracker *t, const struct sx_failure_cause *c)
{
    switch (c->kind) {
    case SX_FAILURE_UNANSWERED:
        say_unanswered(out, t, c);
        return true;
    case SX_FAILURE_UNREACHABLE:
        say_unreachable(out, t, c);
        return true;
    case SX_FAILURE_FORK:
        say_fork(out, t, c);
        return true;
    case SX_FAILURE_TOLD_OTHERWISE:
        wmem_strbuf_append_printf(out, "it comes of the %u of ", c->of->final_code);
        sx_say_host(out, t, c->of->dst.host);
        wmem_strbuf_append_printf(out, " in frame %" PRIu32, c->frame);
        return true;
    case SX_FAILURE_CIRCLE:
        say_circle(out, t, c);
        return true;
    case SX_FAILURE_OWN_LIMIT:
        sx_say_host(out, t, c->at->dst.host);
        wmem_strbuf_append(out, " gave up after ");
        sx_say_time(out, c->after_ns);
        wmem_strbuf_append_printf(out, ", by its own limit: its CANCEL in frame %" PRIu32, c->frame);
        return true;
    case SX_FAILURE_UNKNOWN:
    case SX_FAILURE_CONNECTION_GONE:
    case SX_FAILURE_NOT_REGISTERED:
    case SX_FAILURE_CREDENTIALS:
    case SX_FAILURE_MISMATCH:
    default:
        return false;
    }
}
