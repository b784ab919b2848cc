/* say_registration_health.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/say/say_registration_health.h"

#include <inttypes.h>

#include "core/say/say.h"

static const char *reason(enum sx_refresh_refusal refusal)
{
    switch (refusal) {
    case SX_REFRESH_NONCE:
        return ": the nonce was too old, and the client does not come back with the new one";
    case SX_REFRESH_NO_STALE:
        return ": the same credentials were accepted before; the nonce may be too old, but the "
               "server "
               "sends no stale=true";
    case SX_REFRESH_CREDENTIALS:
        return ": user name or password";
    case SX_REFRESH_CHALLENGED:
        return ": it is asked for credentials, and the client sends none";
    case SX_REFRESH_TOO_BRIEF:
        return ": the interval is too brief, and the client does not ask for a longer one";
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
        return "nonce too old";
    case SX_REFRESH_NO_STALE:
        return "no stale=true";
    case SX_REFRESH_CREDENTIALS:
        return "credentials";
    case SX_REFRESH_CHALLENGED:
        return "no credentials";
    case SX_REFRESH_TOO_BRIEF:
        return "interval too brief";
    case SX_REFRESH_REFUSED:
        return "other code";
    case SX_REFRESH_TAKEN:
    default:
        return "";
    }
}

void sx_say_refresh(wmem_strbuf_t *out, const struct sx_refresh *r)
{
    wmem_strbuf_append_printf(out, "refresh refused%s; registered in frame %" PRIu32,
                              reason(r->refusal), r->in);
    if (!r->has_left)
        return;
    wmem_strbuf_append(out, r->left_ns >= 0 ? ", which runs out in " : ", which ran out ");
    sx_say_time(out, r->left_ns >= 0 ? r->left_ns : -r->left_ns);
    wmem_strbuf_append(out, r->left_ns >= 0 ? "" : " before");
}

void sx_say_late_refresh(wmem_strbuf_t *out, const struct sx_late_refresh *r)
{
    wmem_strbuf_append(out, "it comes ");
    sx_say_time(out, r->late_ns);
    wmem_strbuf_append_printf(out, " after the registration in frame %" PRIu32 " had run out",
                              r->before_in);
    if (r->late > 1)
        wmem_strbuf_append_printf(out,
                                  r->each ? ", as each refresh so far (%" PRIu32 ")"
                                          : "; %" PRIu32 " refreshes came late so far",
                                  r->late);
}

void sx_say_no_refresh(wmem_strbuf_t *out, const struct sx_tracker *t,
                       const struct sx_no_refresh *r)
{
    wmem_strbuf_append(out, "no refresh in this capture: the registration ran out ");
    sx_say_time(out, r->since_ns);
    wmem_strbuf_append(out, sx_tracker_ended(t) ? " before its end" : " ago");
}

void sx_say_soon(wmem_strbuf_t *out, const struct sx_tracker *t, const struct sx_health_mark *m)
{
    const struct sx_flows *flows = sx_tracker_flows(t);
    const struct sx_registering *first = sx_registering_at(flows, m->before);

    wmem_strbuf_append_printf(out, "%" PRIu32 " REGISTERs in a row for %s", m->count,
                              sx_user_at(flows, sx_binding_at(flows, m->binding)->user)->aor);
    if (first)
        wmem_strbuf_append_printf(out, " since frame %" PRIu32, first->register_in);
    wmem_strbuf_append(out, ", in ");
    sx_say_time(out, m->ns);
    wmem_strbuf_append_printf(out, ": each comes before %d %% of what was granted before is over",
                              100 / SX_SOON_PART);
}
