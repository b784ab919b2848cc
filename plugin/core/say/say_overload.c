/* say_overload.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/say/say_overload.h"

#include "core/say/say.h"
#include "core/say/words.h"

void sx_say_hurry(wmem_strbuf_t *out, const struct sx_tracker *t, const struct sx_hurry *h)
{
    const struct sx_pause *pause = sx_pause_at(t, h->pause);
    const struct sx_host *host = sx_tracker_host(t, sx_tracker_txn(t, h->txn)->dst.host);

    sx_words_overload_hurry(out, pause->frame, host, pause->seconds, sx_pressure_left_ns(t, h));
}

void sx_say_pause(wmem_strbuf_t *out, const struct sx_pause *pause)
{
    if (pause->hurried > 1)
        sx_words_overload_pause_all(out, pause->seconds, pause->hurried_in, pause->hurried);
    else
        sx_words_overload_pause(out, pause->seconds, pause->hurried_in);
}

/* "10.0.0.1, 10.0.0.2 and 10.0.0.3" */
static wmem_strbuf_t *who_of(const wmem_strbuf_t *out, const struct sx_tracker *t,
                             const struct sx_retries *r)
{
    wmem_strbuf_t *who = sx_words_piece(out);

    sx_say_host(who, t, r->hosts[0]);
    for (unsigned i = 1; i < r->levels; i++) {
        wmem_strbuf_t *before = who;
        who = sx_words_piece(out);
        if (i + 1 < r->levels)
            sx_words_overload_further(who, before, sx_tracker_host(t, r->hosts[i]));
        else
            sx_words_overload_last(who, before, sx_tracker_host(t, r->hosts[i]));
    }
    return who;
}

void sx_say_retries(wmem_strbuf_t *out, const struct sx_tracker *t, const struct sx_retries *r)
{
    const struct sx_host *host = sx_tracker_host(t, r->at->dst.host);

    if (r->levels > 0)
        sx_words_overload_retries_of(out, who_of(out, t, r), r->levels, r->tries, host,
                                     r->first_in);
    else
        sx_words_overload_retries(out, r->tries, host, r->first_in);
}

void sx_say_storm(wmem_strbuf_t *out, const struct sx_tracker *t, const struct sx_refusal *r)
{
    const struct sx_refusal *first = sx_refusal_at(t, r->since);
    const struct sx_host *host = sx_tracker_host(t, sx_tracker_txn(t, r->txn)->dst.host);

    if (first)
        sx_words_overload_storm_since(out, host, r->run, r->ns - first->ns, first->frame);
    else
        sx_words_overload_storm(out, host, r->run);
}
