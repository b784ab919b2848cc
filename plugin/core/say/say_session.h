/* say_session.h
 * Session timers in plain words.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_SAY_SESSION_H
#define SX_SAY_SESSION_H

#include <wsutil/wmem/wmem.h>

#include "core/judge/session.h"

/* "1800 s agreed in frame 4, the caller refreshes: nothing by 1768 s (RFC 4028 10); BYE in frame 9
 * at 1768.2 s" */
void sx_say_session(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                    const struct sx_session *session, const struct sx_session_verdict *verdict);

#endif
