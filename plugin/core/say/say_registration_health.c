/* say_registration_health.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/say/say_registration_health.h"

#include "core/say/words.h"

static const char *reason(enum sx_refresh_refusal refusal)
{
    switch (refusal) {
    case SX_REFRESH_NONCE:
        return sx_words_registration_health_nonce();
    case SX_REFRESH_NO_STALE:
        return sx_words_registration_health_no_stale();
    case SX_REFRESH_CREDENTIALS:
        return sx_words_registration_health_credentials();
    case SX_REFRESH_CHALLENGED:
        return sx_words_registration_health_challenged();
    case SX_REFRESH_TOO_BRIEF:
        return sx_words_registration_health_too_brief();
    case SX_REFRESH_TAKEN:
    case SX_REFRESH_REFUSED:
    default:
        return "";
    }
}

const char *sx_say_refusal(enum sx_refresh_refusal refusal)
{
    switch (refusal) {
    case SX_REFRESH_NONCE:
        return sx_words_registration_health_short_nonce();
    case SX_REFRESH_NO_STALE:
        return sx_words_registration_health_short_no_stale();
    case SX_REFRESH_CREDENTIALS:
        return sx_words_registration_health_short_credentials();
    case SX_REFRESH_CHALLENGED:
        return sx_words_registration_health_short_challenged();
    case SX_REFRESH_TOO_BRIEF:
        return sx_words_registration_health_short_too_brief();
    case SX_REFRESH_REFUSED:
        return sx_words_registration_health_short_refused();
    case SX_REFRESH_TAKEN:
    default:
        return "";
    }
}

void sx_say_refresh(wmem_strbuf_t *out, const struct sx_refresh *r)
{
    wmem_strbuf_t *left = sx_words_piece(out);

    if (r->has_left && r->left_ns >= 0)
        sx_words_registration_health_left(left, r->left_ns);
    else if (r->has_left)
        sx_words_registration_health_run_out(left, -r->left_ns);
    sx_words_registration_health_refused(out, reason(r->refusal), r->in, left);
}

void sx_say_late_refresh(wmem_strbuf_t *out, const struct sx_late_refresh *r)
{
    wmem_strbuf_t *others = sx_words_piece(out);

    if (r->late > 1 && r->each)
        sx_words_registration_health_each_late(others, r->late);
    else if (r->late > 1)
        sx_words_registration_health_several_late(others, r->late);
    sx_words_registration_health_late(out, r->late_ns, r->before_in, others);
}

void sx_say_no_refresh(wmem_strbuf_t *out, const struct sx_tracker *t,
                       const struct sx_no_refresh *r)
{
    if (sx_tracker_ended(t))
        sx_words_registration_health_never(out, r->since_ns);
    else
        sx_words_registration_health_never_so_far(out, r->since_ns);
}

void sx_say_run_out(wmem_strbuf_t *out, const struct sx_tracker *t, const struct sx_overdue *o)
{
    const struct sx_flows *flows = sx_tracker_flows(t);
    const struct sx_registering *grant = sx_registering_at(flows, o->registering);
    const char *aor = sx_flows_at(flows, grant->flow)->user->aor;
    int64_t ago_ns = o->waited_ns - (int64_t)grant->expires_s * SX_NS_PER_S;

    if (o->refused_in)
        sx_words_registration_health_overdue_refused(out, o->refused_code, o->refused_in, aor,
                                                     o->since_frame, grant->expires_s, ago_ns);
    else
        sx_words_registration_health_overdue(out, aor, o->since_frame, grant->expires_s, ago_ns);
}

void sx_say_soon(wmem_strbuf_t *out, const struct sx_tracker *t, const struct sx_health_mark *m)
{
    const struct sx_flows *flows = sx_tracker_flows(t);
    const struct sx_registering *first = sx_registering_at(flows, m->before);
    const char *aor = sx_user_at(flows, sx_binding_at(flows, m->binding)->user)->aor;
    wmem_strbuf_t *since = sx_words_piece(out);

    if (first)
        sx_words_registration_health_since(since, first->register_in);
    sx_words_registration_health_soon(out, m->count, aor, since, m->ns, 100 / SX_SOON_PART);
}
