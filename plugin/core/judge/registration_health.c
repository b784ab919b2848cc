/* registration_health.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/judge/registration_health.h"

#include "core/judge/challenge.h"
#include "core/judge/failure.h"
#include "core/judge/silence.h"
#include "core/record/strays.h"

/* REGISTERs of one binding, or one Call-ID, that are looked through, the newest first. */
#define MAX_EVENTS 256

/* A client that goes on after a refusal, with credentials or another interval, does so sooner. */
#define REACTION_NS (5 * SX_NS_PER_S)

static const struct sx_binding *binding_of(const struct sx_tracker *t, const struct sx_flow *flow)
{
    return sx_binding_at(sx_tracker_flows(t), flow->binding);
}

static int64_t lifetime_ns(const struct sx_registering *grant)
{
    return (int64_t)grant->expires_s * SX_NS_PER_S;
}

/* ---- gaps ---- */

/* What became of the REGISTER is known; the capture may lack the 2xx of another. */
static bool is_settled(const struct sx_tracker *t, const struct sx_txn *txn)
{
    return txn->request_frame && (txn->final_frame || sx_silence_no_response(t, txn));
}

/* Every CSeq number from one REGISTER to the other is in the capture, and what became of each. */
static bool is_gapless(const struct sx_tracker *t, const struct sx_txn *before,
                       const struct sx_txn *now)
{
    const struct sx_txn *txn = now;
    uint32_t wanted = now->cseq;

    if (before->call_hash != now->call_hash || before->cseq >= now->cseq)
        return false;
    for (unsigned i = 0; txn && i < MAX_EVENTS && wanted > before->cseq; i++) {
        if (txn->method == SX_METHOD_REGISTER && txn->cseq == wanted && is_settled(t, txn))
            wanted--;
        txn = sx_tracker_txn(t, txn->next_in_call);
    }
    return wanted == before->cseq;
}

/* ---- refused ---- */

static enum sx_refresh_refusal why(const struct sx_tracker *t, const struct sx_txn *txn)
{
    if (txn->final_code == 423)
        return SX_REFRESH_TOO_BRIEF;
    if (txn->final_code != 401 && txn->final_code != 407)
        return SX_REFRESH_REFUSED;
    struct sx_challenge_verdict v = sx_challenge_judge(t, txn);
    switch (v.state) {
    case SX_CHALLENGE_ASKED:
        return SX_REFRESH_CHALLENGED;
    case SX_CHALLENGE_STALE:
        return SX_REFRESH_NONCE;
    case SX_CHALLENGE_REFUSED:
        return SX_REFRESH_CREDENTIALS;
    case SX_CHALLENGE_UNKNOWN:
    default:
        return v.accepted_in ? SX_REFRESH_NO_STALE : SX_REFRESH_REFUSED;
    }
}

/* The newest 2xx before this frame that no removal follows. */
static const struct sx_registering *granted_before(const struct sx_tracker *t,
                                                   const struct sx_flow *flow, uint32_t frame)
{
    const struct sx_flows *flows = sx_tracker_flows(t);
    const struct sx_registering *e = sx_registering_at(flows, binding_of(t, flow)->newest_event);

    for (unsigned i = 0; e && i < MAX_EVENTS; i++, e = sx_registering_at(flows, e->older)) {
        if (e->txn->final_frame >= frame || e->txn->final_code >= 300)
            continue;
        return !e->removes && sx_user_more(flows, flow->user)->removed_in < e->register_in ? e
                                                                                           : NULL;
    }
    return NULL;
}

/* Of the REGISTERs between the grant and this one the capture lacks one, or what became of it: it
 * may have taken the registration back, or refreshed it. */
static bool may_have_changed(const struct sx_tracker *t, const struct sx_registering *grant,
                             const struct sx_txn *txn)
{
    return grant->txn->call_hash == txn->call_hash && grant->txn->cseq < txn->cseq &&
           !is_gapless(t, grant->txn, txn);
}

struct sx_refresh sx_refresh_judge(const struct sx_tracker *t, const struct sx_txn *txn)
{
    const struct sx_flow *flow = sx_flows_at(sx_tracker_flows(t), txn->flow);
    struct sx_refresh r = {.refusal = SX_REFRESH_TAKEN};

    if (txn->method != SX_METHOD_REGISTER || !txn->final_frame || !flow || txn->unregisters ||
        !sx_failure_judge(t, txn, txn->final_code))
        return r;
    const struct sx_registering *grant = granted_before(t, flow, txn->final_frame);
    if (!grant || may_have_changed(t, grant, txn))
        return r;
    r.refusal = why(t, txn);
    r.flow = flow;
    r.in = grant->register_in;
    /* A clock that goes back tells nothing. */
    r.has_left = grant->has_expires && txn->final_ns >= grant->txn->final_ns;
    r.left_ns = r.has_left ? grant->txn->final_ns - txn->final_ns + lifetime_ns(grant) : 0;
    return r;
}

enum sx_refresh_refusal sx_refresh_refused_last(const struct sx_tracker *t, uint32_t binding)
{
    const struct sx_flows *flows = sx_tracker_flows(t);
    const struct sx_binding *b = sx_binding_at(flows, binding);
    const struct sx_registering *e = b ? sx_registering_at(flows, b->newest_event) : NULL;

    for (unsigned i = 0; e && i < MAX_EVENTS; i++, e = sx_registering_at(flows, e->older)) {
        if (sx_failure_judge(t, e->txn, e->txn->final_code))
            return why(t, e->txn);
    }
    return SX_REFRESH_TAKEN;
}

/* ---- late ---- */

static bool is_late(const struct sx_tracker *t, const struct sx_health_mark *mark)
{
    const struct sx_registering *before = sx_registering_at(sx_tracker_flows(t), mark->before);
    const struct sx_txn *txn = sx_tracker_txn(t, mark->txn);

    return mark->kind == SX_HEALTH_LATE && before && txn && is_gapless(t, before->txn, txn);
}

static uint32_t late_until(const struct sx_tracker *t, const struct sx_health_mark *mark)
{
    uint32_t late = 0;

    for (unsigned i = 0; mark && i < MAX_EVENTS; i++) {
        late += is_late(t, mark);
        mark = sx_health_older_late(sx_tracker_flows(t), mark);
    }
    return late;
}

struct sx_late_refresh sx_late_refresh_judge(const struct sx_tracker *t,
                                             const struct sx_health_mark *mark)
{
    const struct sx_registering *before;
    struct sx_late_refresh r = {.flow = NULL};

    if (!is_late(t, mark))
        return r;
    before = sx_registering_at(sx_tracker_flows(t), mark->before);
    r.flow = sx_flows_at(sx_tracker_flows(t), before->flow);
    r.before_in = before->register_in;
    r.late_ns = mark->ns;
    r.late = late_until(t, mark);
    r.each = mark->each && r.late == mark->count;
    return r;
}

uint32_t sx_late_refreshes(const struct sx_tracker *t, uint32_t binding)
{
    return late_until(t, sx_health_newest_late(sx_tracker_flows(t), binding));
}

/* ---- never ---- */

/* The capture lacks a REGISTER between this one and the one before. */
static bool lacks_some(const struct sx_tracker *t, const struct sx_registering *grant)
{
    const struct sx_registering *older = sx_registering_at(sx_tracker_flows(t), grant->older);

    return older && may_have_changed(t, older, grant->txn);
}

/* A client whose address, port or connection is another registers another Contact, and lets the
 * first one run out. */
static bool has_newcomer(const struct sx_flows *flows, const struct sx_binding *b,
                         const struct sx_registering *grant)
{
    const struct sx_binding *other =
        sx_binding_at(flows, sx_user_at(flows, b->user)->newest_binding);

    for (unsigned i = 0; other && i < MAX_EVENTS; i++) {
        if (other->first_in > grant->txn->final_frame)
            return true;
        other = sx_binding_at(flows, other->next_of_user);
    }
    return false;
}

/* A registrar's list since then gives it more time: the capture lacks the refresh. */
static bool is_listed_since(const struct sx_flows *flows, const struct sx_flow *flow,
                            const struct sx_registering *grant)
{
    const struct sx_listed *l = sx_listed_at(flows, sx_user_more(flows, flow->user)->newest_listed);

    for (unsigned i = 0; l && i < MAX_EVENTS; i++, l = sx_listed_at(flows, l->older))
        if (l->binding == flow->binding && l->frame > grant->txn->final_frame)
            return true;
    return false;
}

/* By the newest frame, whatever the client has sent since. Where somebody still sends to it the
 * registrar may have had a refresh that the capture lacks. */
static bool has_run_out(const struct sx_tracker *t, const struct sx_binding *b,
                        const struct sx_registering *grant)
{
    const struct sx_flows *flows = sx_tracker_flows(t);
    const struct sx_flow *flow = sx_flows_at(flows, grant->flow);
    const struct sx_user_more *user = sx_user_more(flows, flow->user);

    return sx_tracker_now(t) >= sx_health_due_ns(grant) &&
           sx_flow_more(flow)->leaving_in <= grant->txn->final_frame &&
           MAX(user->removed_in, user->leaving_in) <= grant->register_in && !flow->routed_late &&
           !has_newcomer(flows, b, grant) && !is_listed_since(flows, flow, grant) &&
           !lacks_some(t, grant);
}

struct sx_no_refresh sx_no_refresh_judge(const struct sx_tracker *t, const struct sx_txn *txn)
{
    const struct sx_flows *flows = sx_tracker_flows(t);
    const struct sx_flow *flow = sx_flows_at(flows, txn->flow);
    struct sx_no_refresh r = {.flow = NULL};

    if (txn->method != SX_METHOD_REGISTER || txn->final_code / 100 != 2 || !flow ||
        txn->unregisters)
        return r;
    const struct sx_binding *b = binding_of(t, flow);
    const struct sx_registering *grant = sx_registering_at(flows, b->newest_grant);
    if (!grant || grant->txn != txn || b->last_in > grant->txn->final_frame ||
        b->newest != flow->number || !has_run_out(t, b, grant))
        return r;
    r.since_ns = sx_tracker_now(t) - grant->txn->final_ns - lifetime_ns(grant);
    r.flow = flow;
    return r;
}

/* The newest REGISTER was refused, and none followed. */
static const struct sx_registering *last_refusal(const struct sx_tracker *t,
                                                 const struct sx_binding *b)
{
    const struct sx_registering *e = sx_registering_at(sx_tracker_flows(t), b->newest_event);

    return e->txn->final_code >= 300 && e->register_in == b->last_in && !e->txn->followed_by ? e
                                                                                             : NULL;
}

struct sx_run_out sx_run_out_judge(const struct sx_tracker *t, uint32_t binding)
{
    const struct sx_flows *flows = sx_tracker_flows(t);
    const struct sx_binding *b = sx_binding_at(flows, binding);
    const struct sx_registering *grant = sx_registering_at(flows, b->newest_grant), *refusal;
    struct sx_run_out r = {.grant = NULL};

    if (!grant || !has_run_out(t, b, grant))
        return r;
    if (b->last_in <= grant->txn->final_frame) {
        r.grant = b->newest == grant->flow ? grant : NULL;
        return r;
    }
    if (!(refusal = last_refusal(t, b)))
        return r;
    if (sx_tracker_now(t) < refusal->txn->final_ns + REACTION_NS) {
        r.again_ns = refusal->txn->final_ns + REACTION_NS;
        return r;
    }
    return (struct sx_run_out){.grant = grant,
                               .refused_in = refusal->txn->final_frame,
                               .refused_code = refusal->txn->final_code};
}
