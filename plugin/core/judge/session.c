/* session.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/judge/session.h"

#include "core/record/dialogs.h"
#include "core/record/evidence.h"
#include "core/record/strays.h"

/* Requests of a dialog or call, the newest first, that are looked through. */
#define MAX_LOOKED_THROUGH 64

/* Attempts to connect that are looked through. */
#define MAX_ATTEMPTS 256

/* What the way takes: where the capture sees the 2xx later than its sender sent it, a BYE may come
 * a little before the time. */
#define TOLERANCE_NS (500 * SX_NS_PER_MS)

/* A client that has its final response, or waits no longer, hangs up so soon. */
#define AT_ONCE_NS (2 * SX_NS_PER_S)

/* What the requests of the dialog after the agreement are. */
struct after {
    const struct sx_txn *refresh, *refused, *unknown, *bye;
    bool shows_way; /* a request inside the dialog is in the capture, so others would be */
    bool cut;       /* there are more than are looked through */
};

/* From the same host to the same, or the other way round. */
static bool is_same_hop(const struct sx_txn *a, const struct sx_txn *b)
{
    return (a->src.host == b->src.host && a->dst.host == b->dst.host) ||
           (a->src.host == b->dst.host && a->dst.host == b->src.host);
}

static bool is_unanswered(const struct sx_tracker *t, const struct sx_txn *txn)
{
    return txn->responses == 0 && sx_evidence_of_silence(t, txn, sx_evidence_now(t));
}

static void note_refresh(const struct sx_tracker *t, const struct sx_session *session,
                         const struct sx_txn *txn, struct after *found)
{
    const struct sx_txn *agreed = sx_tracker_txn(t, session->txn);

    bool same = txn->cseq == agreed->cseq && txn->by_called == agreed->by_called;
    if (txn->request_frame <= session->frame || same)
        return;
    if (txn->final_code / 100 == 2) {
        /* They come the newest first: the oldest counts, at this hop if it is there. */
        if (!found->refresh || is_same_hop(txn, agreed) || !is_same_hop(found->refresh, agreed))
            found->refresh = txn;
    } else if (txn->final_code || is_unanswered(t, txn)) {
        /* Likewise; what comes after the limit is no reason if there is one before it. */
        if (!found->refused || found->refused->request_ns > sx_session_due_ns(session))
            found->refused = txn;
    } else {
        found->unknown = txn;
    }
}

static void note_request(const struct sx_tracker *t, const struct sx_session *session,
                         const struct sx_txn *txn, struct after *found)
{
    found->shows_way |= txn->request_frame != 0;
    /* One TCP segment may hold the 2xx and the BYE. */
    if (txn->method == SX_METHOD_BYE && txn->request_frame >= session->frame)
        found->bye = txn;
    if (sx_session_can_refresh(txn->method))
        note_refresh(t, session, txn, found);
}

static struct after requests_after(const struct sx_tracker *t, const struct sx_session *session)
{
    const struct sx_dialog *dialog = sx_tracker_dialog(t, session->dialog);
    const struct sx_txn *txn = dialog ? sx_dialog_newest_request(t, dialog) : NULL;
    struct after found = {.refused = NULL};

    for (unsigned i = 0; txn && i < MAX_LOOKED_THROUGH; i++) {
        note_request(t, session, txn, &found);
        txn = sx_dialog_older_request(t, txn);
    }
    found.cut = txn && txn->request_frame > session->frame;
    return found;
}

/* The capture lacks the BYE, but not what answered it; or it names the dialog wrongly. */
static bool ended_unseen(const struct sx_tracker *t, const struct sx_session *session,
                         int64_t until_ns)
{
    const struct sx_txn *txn =
        sx_tracker_newest_in_call(t, sx_tracker_txn(t, session->txn)->call_hash);

    for (unsigned i = 0; txn && i < MAX_LOOKED_THROUGH; i++) {
        if (txn->method == SX_METHOD_BYE && !txn->request_frame && sx_txn_last_ns(txn) < until_ns)
            return true;
        txn = sx_tracker_txn(t, txn->next_in_call);
    }
    return false;
}

/* ---- what the capture lacks ---- */

/* The side that asked for what was agreed on; of a request that the capture lacks To tells it. */
static bool is_of_called(const struct sx_dialog *dialog, const struct sx_txn *txn)
{
    return txn->request_frame ? txn->by_called : txn->final_tag == dialog->tags[SX_SIDE_CALLER];
}

/* A 2xx in this dialog to a request that is not there, after the agreement and not of it. */
static bool is_unseen_refresh(const struct sx_session *session, const struct sx_dialog *dialog,
                              const struct sx_txn *agreed, const struct sx_txn *txn)
{
    bool other = txn->cseq != agreed->cseq || txn->src.host == agreed->dst.host;
    bool inside = txn->final_tag == dialog->tags[SX_SIDE_CALLER] ||
                  txn->final_tag == dialog->tags[SX_SIDE_CALLED];

    return sx_session_can_refresh(txn->method) && !txn->request_frame &&
           txn->final_code / 100 == 2 && other && inside && txn->final_frame > session->frame;
}

static bool was_refreshed_unseen(const struct sx_tracker *t, const struct sx_session *session)
{
    const struct sx_dialog *dialog = sx_tracker_dialog(t, session->dialog);
    const struct sx_txn *agreed = sx_tracker_txn(t, session->txn);
    const struct sx_txn *txn = sx_tracker_newest_in_call(t, agreed->call_hash);

    for (unsigned i = 0; txn && i < MAX_LOOKED_THROUGH; i++) {
        if (is_unseen_refresh(session, dialog, agreed, txn))
            return true;
        txn = sx_tracker_txn(t, txn->next_in_call);
    }
    return false;
}

/* One side of a dialog: its CSeq numbers follow one another (RFC 3261 12.2.1.1). An ACK has that of
 * its INVITE. */
struct numbers {
    const struct sx_tracker *t;
    const struct sx_dialog *dialog;
    bool by_called;
};

static bool counts(const struct numbers *n, const struct sx_txn *txn)
{
    if (txn->method == SX_METHOD_ACK)
        return false;
    if (!txn->request_frame)
        return txn->final_tag && is_of_called(n->dialog, txn) == n->by_called &&
               (n->by_called || txn->final_tag == n->dialog->tags[SX_SIDE_CALLED]);
    if (!txn->in_dialog)
        return txn->method == SX_METHOD_INVITE && !n->by_called;
    return txn->dialog == n->dialog->number && txn->by_called == n->by_called;
}

static int64_t seen_ns(const struct sx_txn *txn)
{
    return txn->request_frame ? txn->request_ns : txn->final_ns;
}

/* The one before this in the order of the numbers; NULL: none is known. */
static const struct sx_txn *number_before(const struct numbers *n, const struct sx_txn *later)
{
    const struct sx_txn *txn = sx_tracker_newest_in_call(n->t, later->call_hash), *found = NULL;

    for (unsigned i = 0; txn && i < MAX_LOOKED_THROUGH; i++) {
        /* The oldest of one number: where it was sent, not where it was sent on. */
        if (counts(n, txn) && txn->cseq < later->cseq && (!found || txn->cseq >= found->cseq))
            found = txn;
        txn = sx_tracker_txn(n->t, txn->next_in_call);
    }
    return found;
}

/* By its CSeq numbers the side that is to refresh sent a request that the capture lacks, and it may
 * have done so before the interval was over. */
static bool may_have_refreshed(const struct sx_tracker *t, const struct sx_session *session)
{
    const struct sx_dialog *dialog = sx_tracker_dialog(t, session->dialog);
    const struct sx_txn *agreed = sx_tracker_txn(t, session->txn);
    bool by_called = is_of_called(dialog, agreed) == (session->refresher == SX_REFRESHER_UAC);
    const struct numbers n = {t, dialog, by_called};
    const struct sx_txn *txn = sx_tracker_newest_in_call(t, agreed->call_hash);

    for (unsigned i = 0; txn && i < MAX_LOOKED_THROUGH; i++) {
        const struct sx_txn *before =
            counts(&n, txn) && seen_ns(txn) > session->time_ns ? number_before(&n, txn) : NULL;
        if (before && before->cseq + 1 < txn->cseq && seen_ns(before) < sx_session_over_ns(session))
            return true;
        txn = sx_tracker_txn(t, txn->next_in_call);
    }
    return false;
}

/* ---- the verdict ---- */

/* The side that is to refresh has lost its connection, and asks in vain for another one. */
static const struct sx_attempt *connected_in_vain(const struct sx_tracker *t,
                                                  const struct sx_session *session, int64_t due_ns)
{
    const struct sx_txn *agreed = sx_tracker_txn(t, session->txn);
    bool uac = session->refresher == SX_REFRESHER_UAC;
    uint32_t from = uac ? agreed->src.host : agreed->dst.host;
    uint32_t to = uac ? agreed->dst.host : agreed->src.host;
    const struct sx_attempt *a;

    if (agreed->transport == SX_TRANSPORT_UDP)
        return NULL;
    for (uint32_t n = 0; n < MAX_ATTEMPTS; n++) {
        a = sx_tracker_attempt(t, session->frame, n);
        if (!a || a->since_ns > due_ns)
            return NULL;
        if (a->from.host == from && a->to.host == to && !a->came_up)
            return a;
    }
    return NULL;
}

static bool is_by_refresher(const struct sx_tracker *t, const struct sx_session *session,
                            const struct sx_txn *txn)
{
    bool by_called = sx_tracker_txn(t, session->txn)->by_called;

    if (session->refresher == SX_REFRESHER_UNKNOWN)
        return false;
    return txn->by_called == (session->refresher == SX_REFRESHER_UAC ? by_called : !by_called);
}

/* RFC 4028 10: who gets 408, 481 or nothing at all to a refresh sends BYE at once. What comes early
 * in the interval is another change of the session. */
static bool gives_up(const struct sx_tracker *t, const struct sx_session *session,
                     const struct after *found)
{
    const struct sx_txn *refused = found->refused, *bye = found->bye;

    if (!refused || !bye || refused->by_called != bye->by_called ||
        !is_by_refresher(t, session, refused) ||
        (refused->final_code && refused->final_code != 408 && refused->final_code != 481) ||
        refused->request_ns - session->time_ns < session->expires_s * SX_NS_PER_S / 3)
        return false;
    int64_t given_up_ns = refused->final_code ? refused->final_ns
                                              : refused->request_ns + SX_TIMER_B_NS;
    return ABS(bye->request_ns - given_up_ns) <= AT_ONCE_NS &&
           (!refused->final_frame || refused->final_frame < bye->request_frame);
}

/* The side that is to refresh has until the end of the interval to do so, or to hang up; from the
 * margin on the other one may give up (RFC 4028 10). */
static int64_t bye_limit_ns(const struct sx_tracker *t, const struct sx_session *session,
                            const struct after *found)
{
    int64_t due_ns = sx_session_due_ns(session);
    bool hangs_up = is_by_refresher(t, session, found->bye) && !found->refused &&
                    !connected_in_vain(t, session, due_ns);

    return (hangs_up ? sx_session_over_ns(session) : due_ns) - TOLERANCE_NS;
}

static enum sx_session_state state_of(const struct sx_tracker *t, const struct sx_session *session,
                                      const struct after *found)
{
    int64_t due_ns = sx_session_due_ns(session), over_ns = sx_session_over_ns(session);

    if (found->refresh || (sx_session_newer(t, session) && found->cut))
        return SX_SESSION_REFRESHED;
    if (found->bye && found->bye->request_ns < bye_limit_ns(t, session, found))
        return gives_up(t, session, found) ? SX_SESSION_REFUSED : SX_SESSION_ENDED;
    if (session->refresher == SX_REFRESHER_UNKNOWN || !found->shows_way || found->unknown ||
        found->cut || ended_unseen(t, session, over_ns - TOLERANCE_NS))
        return SX_SESSION_OPEN;
    /* Who cannot connect tried when it was time to, and will not come any more. */
    int64_t until_ns = connected_in_vain(t, session, due_ns) ? due_ns : over_ns;
    return found->bye || sx_tracker_now(t) >= until_ns ? SX_SESSION_OVERDUE : SX_SESSION_OPEN;
}

struct sx_session_verdict sx_session_judge(const struct sx_tracker *t,
                                           const struct sx_session *session)
{
    struct after found = requests_after(t, session);
    struct sx_session_verdict v = {
        .state = state_of(t, session, &found),
        .due_ns = sx_session_due_ns(session),
        .refresh = found.refresh,
        .refused = found.refused,
        .bye = found.bye,
    };

    v.unseen = v.state != SX_SESSION_REFRESHED &&
               (was_refreshed_unseen(t, session) || may_have_refreshed(t, session));
    if (v.state == SX_SESSION_OVERDUE && v.unseen)
        v.state = SX_SESSION_OPEN;
    if (v.state == SX_SESSION_OVERDUE && !v.refused)
        v.in_vain = connected_in_vain(t, session, v.due_ns);
    return v;
}

const struct sx_session *sx_session_ended_by(const struct sx_tracker *t, const struct sx_txn *bye)
{
    const struct sx_session *session = sx_session_newest(t, bye->dialog);

    while (session && session->frame > bye->request_frame)
        session = sx_session_older(t, session);
    if (!session)
        return NULL;
    struct sx_session_verdict v = sx_session_judge(t, session);
    bool overdue = v.state == SX_SESSION_OVERDUE && v.bye &&
                   bye->request_ns >= v.due_ns - TOLERANCE_NS;
    return overdue || v.state == SX_SESSION_REFUSED ? session : NULL;
}
