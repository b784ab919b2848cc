/* sessions.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/record/sessions.h"

#include "core/record/dialogs.h"
#include "core/record/tracker_state.h"

/* RFC 4028 10. */
#define MARGIN_NS (32 * SX_NS_PER_S)

/* Requests of a dialog that are looked through. */
#define MAX_REQUESTS 64

struct due {
    uint32_t frame; /* begins with it: sx_pool_nth() */
    uint32_t number;
};

struct sx_sessions {
    struct sx_pool pool;
    struct sx_pool due;
    struct sx_fingerprint_map newest; /* by the number of the dialog */
};

struct sx_sessions *sx_sessions_new(void)
{
    struct sx_sessions *s = g_new0(struct sx_sessions, 1);

    sx_pool_init(&s->pool, sizeof(struct sx_session));
    sx_pool_init(&s->due, sizeof(struct due));
    sx_fingerprint_map_init(&s->newest);
    return s;
}

void sx_sessions_free(struct sx_sessions *s)
{
    sx_pool_clear(&s->pool);
    sx_pool_clear(&s->due);
    sx_fingerprint_map_clear(&s->newest);
    g_free(s);
}

bool sx_session_read(const struct sx_sip_msg *msg, uint32_t *expires_s,
                     enum sx_refresher *refresher)
{
    struct sx_slice value = msg->session_expires, seconds = value;
    const char *end = value.p ? memchr(value.p, ';', value.n) : NULL;

    if (end)
        seconds.n = (size_t)(end - value.p);
    if (!value.p || !sx_slice_uint(sx_slice_trim(seconds), UINT32_MAX, expires_s) ||
        *expires_s == 0)
        return false;
    struct sx_slice who = sx_slice_param(value, "refresher");
    *refresher = sx_slice_caseis(who, "uac")   ? SX_REFRESHER_UAC
                 : sx_slice_caseis(who, "uas") ? SX_REFRESHER_UAS
                                               : SX_REFRESHER_UNKNOWN;
    return true;
}

int64_t sx_session_due_ns(const struct sx_session *session)
{
    int64_t interval = session->expires_s * SX_NS_PER_S;

    return session->time_ns + interval - MIN(MARGIN_NS, interval / 3);
}

int64_t sx_session_over_ns(const struct sx_session *session)
{
    return session->time_ns + session->expires_s * SX_NS_PER_S;
}

static struct sx_session *session_at(const struct sx_tracker *t, uint32_t number)
{
    return number > 0 && number <= t->sessions->pool.count
               ? sx_pool_at(&t->sessions->pool, number - 1)
               : NULL;
}

const struct sx_session *sx_tracker_session(const struct sx_tracker *t, uint32_t number)
{
    return session_at(t, number);
}

const struct sx_session *sx_tracker_session_of(const struct sx_tracker *t,
                                               const struct sx_message *response)
{
    const struct sx_session *session;

    for (uint32_t i = 0; (session = sx_pool_nth(&t->sessions->pool, response->frame, i)); i++)
        if (session->txn == response->txn)
            return session;
    return NULL;
}

static struct sx_fingerprint dialog_key(uint32_t dialog)
{
    return (struct sx_fingerprint){dialog * UINT64_C(0x9e3779b97f4a7c15)};
}

/* A frame that a read filter dropped may have held what the number was of. */
static struct sx_session *newest_of(const struct sx_tracker *t, uint32_t dialog)
{
    struct sx_session *session =
        session_at(t, sx_fingerprint_map_get(&t->sessions->newest, dialog_key(dialog)));

    return session && session->dialog == dialog ? session : NULL;
}

const struct sx_session *sx_session_newest(const struct sx_tracker *t, uint32_t dialog)
{
    return dialog ? newest_of(t, dialog) : NULL;
}

const struct sx_session *sx_session_older(const struct sx_tracker *t,
                                          const struct sx_session *session)
{
    const struct sx_session *older = session_at(t, session->older);

    return older && older->dialog == session->dialog && older->frame <= session->frame ? older
                                                                                       : NULL;
}

const struct sx_session *sx_session_newer(const struct sx_tracker *t,
                                          const struct sx_session *session)
{
    const struct sx_session *newer = session_at(t, session->newer);

    return newer && newer->dialog == session->dialog && newer->frame >= session->frame ? newer
                                                                                       : NULL;
}

const struct sx_session *sx_tracker_session_due(const struct sx_tracker *t, uint32_t frame,
                                                uint32_t nth)
{
    const struct due *due = sx_pool_nth(&t->sessions->due, frame, nth);

    return due ? session_at(t, due->number) : NULL;
}

void sx_sessions_answer(struct sx_tracker *t, const struct sx_txn *txn,
                        const struct sx_observation *obs)
{
    const struct sx_dialog *dialog = sx_dialog_of_message(t, obs->msg);
    enum sx_refresher refresher;
    uint32_t expires_s;

    if (!dialog || !dialog->answer_frame || !sx_session_read(obs->msg, &expires_s, &refresher))
        return;
    struct sx_session *session = sx_pool_add(&t->sessions->pool);
    uint32_t number = t->sessions->pool.count;
    struct sx_fingerprint key = dialog_key(dialog->number);
    struct sx_session *before = newest_of(t, dialog->number);
    *session = (struct sx_session){
        .frame = obs->frame,
        .txn = txn->number,
        .dialog = dialog->number,
        .expires_s = expires_s,
        .older = before ? sx_fingerprint_map_get(&t->sessions->newest, key) : 0,
        .time_ns = obs->time_ns,
        .refresher = (uint8_t)refresher,
    };
    if (before)
        before->newer = number;
    sx_fingerprint_map_set(&t->sessions->newest, key, number);
    sx_deadlines_add(&t->deadlines, sx_session_over_ns(session), SX_DUE_SESSION | number);
}

void sx_sessions_frame_again(struct sx_sessions *s, uint32_t frame)
{
    sx_pool_truncate(&s->pool, sx_pool_lower_bound(&s->pool, frame));
    sx_pool_truncate(&s->due, sx_pool_lower_bound(&s->due, frame));
}

void sx_sessions_overdue(struct sx_tracker *t, uint32_t number)
{
    struct sx_session *session = session_at(t, number);

    session->due_frame = t->last_frame;
    *(struct due *)sx_pool_add(&t->sessions->due) = (struct due){t->last_frame, number};
}

/* One that was refused, say: no other is missing. */
static bool was_asked_before(const struct sx_tracker *t, const struct sx_session *session,
                             const struct sx_txn *refresh)
{
    const struct sx_txn *txn = sx_dialog_newest_request(t, sx_tracker_dialog(t, session->dialog));

    for (unsigned i = 0; txn && i < MAX_REQUESTS; i++) {
        if (sx_session_can_refresh(txn->method) && txn->cseq != refresh->cseq &&
            txn->request_frame > session->frame)
            return true;
        txn = sx_dialog_older_request(t, txn);
    }
    return txn != NULL;
}

void sx_sessions_refresh_came(struct sx_tracker *t, const struct sx_txn *refresh)
{
    struct sx_session *session = newest_of(t, refresh->dialog);
    uint32_t first = sx_pool_lower_bound(&t->sessions->due, t->last_frame), kept = first;

    if (!session || session->due_frame != t->last_frame || was_asked_before(t, session, refresh))
        return;
    session->due_frame = 0;
    for (uint32_t i = first; i < t->sessions->due.count; i++) {
        const struct due *due = sx_pool_at(&t->sessions->due, i);
        if (session_at(t, due->number) != session)
            *(struct due *)sx_pool_at(&t->sessions->due, kept++) = *due;
    }
    sx_pool_truncate(&t->sessions->due, kept);
}
