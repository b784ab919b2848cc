/* watch.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/judge/watch.h"

#include "core/judge/no_ack.h"
#include "core/judge/registration_health.h"
#include "core/judge/session.h"
#include "core/judge/trying_cause.h"
#include "core/record/evidence.h"
#include "core/record/missing.h"

/* At most so many waits are reported on one frame; the next frame reports the next ones. */
#define MAX_PER_FRAME 256

/* True if the transaction waits for longer than it may, and the capture shows it. */
typedef bool (*is_overdue)(const struct sx_tracker *tracker, const struct sx_txn *txn);

static bool waits_after_100(const struct sx_tracker *t, const struct sx_txn *txn)
{
    int64_t now_ns = sx_tracker_now(t);

    return sx_txn_waits_after_100(txn) &&
           now_ns - sx_txn_more(txn)->trying_ns >= sx_tracker_config(t)->trying_timeout_ns &&
           !(txn->first_child &&
             sx_trying_cause_find(t, txn, sx_tracker_last_frame(t), now_ns).last.heard);
}

static bool waits_for_any_response(const struct sx_tracker *t, const struct sx_txn *txn)
{
    return txn->responses == 0 && sx_evidence_of_silence(t, txn, sx_evidence_now(t));
}

/* A new detector adds its line here, and its deadline where the wait begins (record/requests.c).
 * The first that finds something speaks. */
static const struct {
    is_overdue overdue;
    bool after_100;
} detectors[] = {
    {waits_after_100, true},
    {waits_for_any_response, false},
};

/* Something ends the wait, or may have ended it unseen; or it was told before. */
static bool is_settled(const struct sx_tracker *t, const struct sx_txn *txn)
{
    uint32_t frame = sx_tracker_last_frame(t);

    return sx_txn_rare(txn)->expired_frame == frame || txn->expired_after_100 ||
           sx_tracker_hung_up(t, txn) || sx_evidence_went_on(t, txn, sx_evidence_now(t)) ||
           sx_missing_response(t, txn, frame).sign != SX_MISSING_NONE;
}

static void ask_session(struct sx_tracker *t, uint32_t number)
{
    const struct sx_session *session = sx_tracker_session(t, number);

    if (!session || session->due_frame)
        return;
    struct sx_session_verdict v = sx_session_judge(t, session);
    if (v.state == SX_SESSION_OVERDUE && !v.bye)
        sx_sessions_overdue(t, number);
}

static void ask_binding(struct sx_tracker *t, uint32_t number)
{
    if (!sx_tracker_binding_due(t, number))
        return;
    struct sx_run_out r = sx_run_out_judge(t, number);
    if (r.again_ns)
        sx_tracker_watch_binding(t, number, r.again_ns);
    else if (r.grant)
        sx_tracker_add_overdue(t, &(struct sx_overdue){
                                      .since_frame = r.grant->register_in,
                                      .txn = r.grant->txn->number,
                                      .registering =
                                          sx_binding_at(sx_tracker_flows(t), number)->newest_grant,
                                      .refused_in = r.refused_in,
                                      .refused_code = r.refused_code,
                                      .waited_ns = sx_tracker_now(t) - r.grant->txn->final_ns,
                                      .due = SX_DUE_REFRESH,
                                  });
}

/* Not a wait for a response, so nothing above settles it. */
static void ask_ack(struct sx_tracker *t, const struct sx_txn *txn)
{
    const struct sx_resent *resent = sx_no_ack_overdue(t, txn);

    if (resent)
        sx_resent_overdue(t, resent);
}

static void ask(struct sx_tracker *t, uint32_t number)
{
    const struct sx_txn *txn = sx_tracker_txn(t, number);

    ask_ack(t, txn);
    for (unsigned i = 0; i < G_N_ELEMENTS(detectors); i++) {
        if (!detectors[i].overdue(t, txn))
            continue;
        if (!is_settled(t, txn))
            sx_tracker_expired(t, number, detectors[i].after_100);
        return;
    }
}

void sx_watch(struct sx_tracker *t)
{
    for (unsigned n = 0; n < MAX_PER_FRAME; n++) {
        uint32_t number = sx_tracker_due(t);
        if (!number)
            return;
        if (number & SX_DUE_SESSION)
            ask_session(t, number & ~SX_DUE_SESSION);
        else if (number & SX_DUE_BINDING)
            ask_binding(t, number & ~SX_DUE_BINDING);
        else
            ask(t, number);
    }
}
