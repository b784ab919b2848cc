/* session.h
 * What became of a session timer that was agreed on (RFC 4028).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_SESSION_H
#define SX_SESSION_H

#include "core/record/sessions.h"

enum sx_session_state {
    SX_SESSION_OPEN, /* there is time, or nothing can be told */
    SX_SESSION_REFRESHED,
    SX_SESSION_ENDED,   /* the call ended before anybody had to end it */
    SX_SESSION_OVERDUE, /* run out, or ended when it was due: the capture shows that none came */
    SX_SESSION_REFUSED  /* who had to refresh it could not, and ended the call before it was due */
};

struct sx_session_verdict {
    enum sx_session_state state;
    int64_t due_ns;               /* when the refresh must have come */
    const struct sx_txn *refresh; /* the request that refreshed it; NULL: none */
    const struct sx_txn *refused; /* the newest one that tried to, in vain; NULL: none */
    const struct sx_attempt
        *in_vain;             /* with state OVERDUE and without refused: the side that is to refresh
                               * cannot connect to the other; NULL: nothing shows that */
    const struct sx_txn *bye; /* the first BYE after it; NULL: none */
    bool unseen;              /* the capture may lack the refresh */
};

/* What the capture, as far as it was read, shows. */
struct sx_session_verdict sx_session_judge(const struct sx_tracker *tracker,
                                           const struct sx_session *session);

/* The session timer that had run out, or could not be refreshed, when this BYE came; NULL if there
 * is none. */
const struct sx_session *sx_session_ended_by(const struct sx_tracker *tracker,
                                             const struct sx_txn *bye);

#endif
