/* say_overload.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/say/say_overload.h"

#include <inttypes.h>

#include "core/say/say.h"

void sx_say_hurry(wmem_strbuf_t *out, const struct sx_tracker *t, const struct sx_hurry *h)
{
    const struct sx_pause *pause = sx_pause_at(t, h->pause);
    const struct sx_txn *txn = sx_tracker_txn(t, h->txn);

    wmem_strbuf_append_printf(out,
                              "the 503 in frame %" PRIu32 " asks this client to send nothing to ",
                              pause->frame);
    sx_say_host(out, t, txn->dst.host);
    wmem_strbuf_append_printf(out, " for %" PRIu32 " s; ", pause->seconds);
    sx_say_time(out, sx_pressure_left_ns(t, h));
    wmem_strbuf_append(out, " of them are left");
}

void sx_say_pause(wmem_strbuf_t *out, const struct sx_pause *pause)
{
    wmem_strbuf_append_printf(out,
                              "the client is to stay away for %" PRIu32
                              " s, and comes back in frame %" PRIu32,
                              pause->seconds, pause->hurried_in);
    if (pause->hurried > 1)
        wmem_strbuf_append_printf(out, ", with %" PRIu32 " requests in all", pause->hurried);
}

static void say_who(wmem_strbuf_t *out, const struct sx_tracker *t, const struct sx_retries *r)
{
    for (unsigned i = 0; i < r->levels; i++) {
        wmem_strbuf_append(out, i == 0 ? "" : i + 1 < r->levels ? ", " : " and ");
        sx_say_host(out, t, r->hosts[i]);
    }
    wmem_strbuf_append(out, r->levels > 1 ? " each try again" : " tries again");
}

void sx_say_retries(wmem_strbuf_t *out, const struct sx_tracker *t, const struct sx_retries *r)
{
    if (r->levels > 0) {
        say_who(out, t, r);
        wmem_strbuf_append(out, ": ");
    }
    wmem_strbuf_append_printf(out, "tried %" PRIu32 " times at ", r->tries);
    sx_say_host(out, t, r->at->dst.host);
    wmem_strbuf_append_printf(out, " so far (first refused in frame %" PRIu32 ")", r->first_in);
}

void sx_say_storm(wmem_strbuf_t *out, const struct sx_tracker *t, const struct sx_refusal *r)
{
    const struct sx_refusal *first = sx_refusal_at(t, r->since);

    sx_say_host(out, t, sx_tracker_txn(t, r->txn)->dst.host);
    wmem_strbuf_append_printf(out, " has refused %" PRIu32 " requests with 503", r->run);
    if (!first)
        return;
    wmem_strbuf_append(out, " in ");
    sx_say_time(out, r->ns - first->ns);
    wmem_strbuf_append_printf(out, " (since frame %" PRIu32 ")", first->frame);
}
