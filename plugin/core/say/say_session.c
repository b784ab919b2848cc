/* say_session.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/say/say_session.h"

#include "core/say/say.h"
#include "core/say/words.h"

static const char *refresher_name(const struct sx_txn *txn, unsigned refresher)
{
    bool called = refresher == SX_REFRESHER_UAC ? txn->by_called : !txn->by_called;

    return called ? sx_words_session_called() : sx_words_session_caller();
}

static void say_refused(wmem_strbuf_t *out, const struct sx_txn *refused)
{
    const char *method = sx_say_method(refused);

    if (refused->final_code)
        sx_words_session_refused(out, method, refused->request_frame, refused->final_code,
                                 refused->final_frame);
    else
        sx_words_session_unanswered(out, method, refused->request_frame);
}

static void say_in_vain(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                        const struct sx_attempt *in_vain)
{
    sx_words_session_in_vain(out, sx_tracker_host(tracker, in_vain->from.host),
                             sx_tracker_host(tracker, in_vain->to.host), in_vain->to.port,
                             in_vain->frame);
}

void sx_say_session(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                    const struct sx_session *session, const struct sx_session_verdict *v)
{
    const char *who = refresher_name(sx_tracker_txn(tracker, session->txn), session->refresher);
    wmem_strbuf_t *refused = sx_words_piece(out), *bye = sx_words_piece(out);

    if (v->refused)
        say_refused(refused, v->refused);
    else if (v->in_vain)
        say_in_vain(refused, tracker, v->in_vain);
    if (v->bye)
        sx_words_session_bye(bye, v->bye->request_frame, v->bye->request_ns - session->time_ns);
    if (v->state == SX_SESSION_REFUSED) {
        sx_words_session_given_up(out, who, refused, session->expires_s, session->frame, bye);
        return;
    }
    sx_words_session_not_refreshed(out, who, v->due_ns - session->time_ns, refused,
                                   session->expires_s, session->frame, bye);
}
