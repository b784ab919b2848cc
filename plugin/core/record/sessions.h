/* sessions.h
 * Session timers that were agreed on (RFC 4028).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A 2xx to INVITE or UPDATE in an answered dialog, with Session-Expires, agrees on one; each
 * refresh agrees anew, on each hop. Pointers live until sx_tracker_free().
 */
#ifndef SX_SESSIONS_H
#define SX_SESSIONS_H

#include "core/record/records.h"

enum sx_refresher {
    SX_REFRESHER_UNKNOWN,
    SX_REFRESHER_UAC, /* the client of the transaction whose 2xx it is */
    SX_REFRESHER_UAS
};

struct sx_session {
    uint32_t frame; /* the 2xx */
    uint32_t txn;   /* its transaction */
    uint32_t dialog;
    uint32_t expires_s;
    uint32_t older;     /* index + 1 of the one before in the same dialog; 0: none */
    uint32_t newer;     /* likewise, the one after */
    uint32_t due_frame; /* the frame that found the whole interval over, and no refresh; or 0 */
    int64_t time_ns;    /* of the 2xx */
    uint8_t refresher;  /* enum sx_refresher */
};

/* What a 2xx says of it; false if it agrees on none. */
bool sx_session_read(const struct sx_sip_msg *msg, uint32_t *expires_s,
                     enum sx_refresher *refresher);

/* When the refresh must have come: RFC 4028 10, the interval but for the lesser of 32 s and a third
 * of it. */
int64_t sx_session_due_ns(const struct sx_session *session);

/* When the whole interval is over. */
int64_t sx_session_over_ns(const struct sx_session *session);

/* By index + 1; NULL for 0. */
const struct sx_session *sx_tracker_session(const struct sx_tracker *tracker, uint32_t number);

/* The one that this 2xx agreed on; NULL if it is none. */
const struct sx_session *sx_tracker_session_of(const struct sx_tracker *tracker,
                                               const struct sx_message *response);

/* The newest one of a dialog; NULL if there is none. */
const struct sx_session *sx_session_newest(const struct sx_tracker *tracker, uint32_t dialog);

/* The one before and the one after in the same dialog; NULL if there is none. */
const struct sx_session *sx_session_older(const struct sx_tracker *tracker,
                                          const struct sx_session *session);
const struct sx_session *sx_session_newer(const struct sx_tracker *tracker,
                                          const struct sx_session *session);

/* The nth one that this frame found without a refresh; NULL if there is none. */
const struct sx_session *sx_tracker_session_due(const struct sx_tracker *tracker, uint32_t frame,
                                                uint32_t nth);

/* ---- the recording, by the tracker ---- */

struct sx_observation;
struct sx_sessions;

struct sx_sessions *sx_sessions_new(void);
void sx_sessions_free(struct sx_sessions *sessions);

/* Adds a 2xx that is the first of its kind in its transaction. */
void sx_sessions_answer(struct sx_tracker *tracker, const struct sx_txn *txn,
                        const struct sx_observation *obs);

/* A read filter dropped the frame that bore this number before. */
void sx_sessions_frame_again(struct sx_sessions *sessions, uint32_t frame);

/* Records that the newest frame found this one without a refresh. */
void sx_sessions_overdue(struct sx_tracker *tracker, uint32_t number);

/* RFC 4028 7.4: these refresh a session. */
static inline bool sx_session_can_refresh(unsigned method)
{
    return method == SX_METHOD_INVITE || method == SX_METHOD_UPDATE;
}

/* The newest frame holds this request, which can refresh a session. If nothing else asked for that,
 * the capture lacks who did: what the frame found run out lives on. */
void sx_sessions_refresh_came(struct sx_tracker *tracker, const struct sx_txn *refresh);

#endif
