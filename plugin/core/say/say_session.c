/* say_session.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/say/say_session.h"

#include "core/say/say.h"

static const char *refresher_name(const struct sx_txn *txn, unsigned refresher)
{
    bool called = refresher == SX_REFRESHER_UAC ? txn->by_called : !txn->by_called;

    return called ? "the called side" : "the caller";
}

static void say_refused(wmem_strbuf_t *out, const struct sx_txn *refused)
{
    wmem_strbuf_append_printf(out, ": the %s in frame %u was ", sx_txn_method_name(refused),
                              refused->request_frame);
    if (refused->final_code)
        wmem_strbuf_append_printf(out, "refused with %u in frame %u", refused->final_code,
                                  refused->final_frame);
    else
        wmem_strbuf_append(out, "never answered");
}

void sx_say_session(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                    const struct sx_session *session, const struct sx_session_verdict *v)
{
    wmem_strbuf_append_printf(out, "%s did not refresh the session within ",
                              refresher_name(sx_tracker_txn(tracker, session->txn),
                                             session->refresher));
    sx_say_time(out, v->due_ns - session->time_ns);
    wmem_strbuf_append(out, " (RFC 4028 10)");
    if (v->refused)
        say_refused(out, v->refused);
    wmem_strbuf_append_printf(out, "; %u s were agreed on in frame %u", session->expires_s,
                              session->frame);
    if (!v->bye)
        return;
    wmem_strbuf_append_printf(out, "; BYE in frame %u at ", v->bye->request_frame);
    sx_say_time(out, v->bye->request_ns - session->time_ns);
}
