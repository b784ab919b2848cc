/* say_overload.h
 * Servers that refuse and clients that come back too early, in words.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_SAY_OVERLOAD_H
#define SX_SAY_OVERLOAD_H

#include <wsutil/wmem/wmem.h>

#include "core/judge/retries.h"
#include "core/judge/pressure.h"

/* "the 503 in frame 2 asks this client to send nothing to 10.0.0.2 for 120 s; 100 s of them are
 * left" */
void sx_say_hurry(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                  const struct sx_hurry *hurry);

/* "the client is to stay away for 120 s, and comes back in frame 7, 12 times in all". Of one that
 * was broken. */
void sx_say_pause(wmem_strbuf_t *out, const struct sx_pause *pause);

/* "tried 9 times at 10.0.0.3 so far (first refused in frame 4): 10.0.0.1 and 10.0.0.2 each try
 * again" */
void sx_say_retries(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                    const struct sx_retries *retries);

/* "10.0.0.2 has refused 40 requests with 503 in 8.5 s (since frame 10)". Of one in a storm. */
void sx_say_storm(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                  const struct sx_refusal *refusal);

#endif
