/* say_registration_health.h
 * Whether a registration is kept up, in words.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_SAY_REGISTRATION_HEALTH_H
#define SX_SAY_REGISTRATION_HEALTH_H

#include <wsutil/wmem/wmem.h>

#include "core/judge/registration_health.h"

/* "the refresh of the registration in frame 1 is refused: the interval is too brief; it runs out in
 * 20 s". Not for SX_REFRESH_TAKEN. */
void sx_say_refresh(wmem_strbuf_t *out, const struct sx_refresh *refresh);

/* "interval too brief"; "" for SX_REFRESH_TAKEN. For tables. */
const char *sx_say_refusal(enum sx_refresh_refusal refusal);

/* "it comes 20 s after the registration in frame 1 had run out, as each refresh so far (3)" */
void sx_say_late_refresh(wmem_strbuf_t *out, const struct sx_late_refresh *r);

/* "no refresh in this capture: the registration ran out 20 s before its end" */
void sx_say_no_refresh(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                       const struct sx_no_refresh *r);

/* "no refresh in this capture: the registration of sip:bob@example.com in frame 1 ran out at 60 s,
 * 1.2 s ago". Of SX_DUE_REFRESH. */
void sx_say_run_out(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                    const struct sx_overdue *overdue);

/* "5 REGISTERs in a row for sip:bob@example.com since frame 1, within 2 s, each soon after ...". Of
 * a mark SX_HEALTH_SOON. */
void sx_say_soon(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                 const struct sx_health_mark *mark);

#endif
