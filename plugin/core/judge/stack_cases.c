/* stack_cases.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/judge/stack_cases.h"

#include "core/judge/call_end.h"
#include "core/judge/failure.h"
#include "core/judge/failure_cause.h"
#include "core/judge/glare.h"
#include "core/judge/mismatch.h"
#include "core/judge/no_ack.h"
#include "core/judge/session.h"
#include "core/judge/stack_habits.h"
#include "core/record/call.h"
#include "core/record/flow.h"
#include "core/record/sessions.h"

/* Branches, requests of a dialog or a call that are looked through. */
#define MAX_LOOKED_THROUGH 64

/* Transactions after a REGISTER that are looked through for another one of its host; where there
 * are more, nothing is said. */
#define MAX_LATER 4096

/* A failure that is not acknowledged comes again after 4 s at the most (RFC 3261 17.2.1, T2): who
 * was silent for twice that long has stopped. */
#define STOPPED_NS (8 * SX_NS_PER_S)

struct finder {
    const struct sx_stack_message *m;
    const struct sx_tracker *t;
    const struct sx_txn *txn;
    struct sx_stack_cases *found;
};

struct sx_stack_case *sx_stack_cases_add(struct sx_stack_cases *all,
                                         const struct sx_stack_message *m,
                                         enum sx_stack_situation situation, int64_t number,
                                         const struct sx_txn *of)
{
    /* There are fewer situations for one message than there is room for; the last place is spare.
     */
    struct sx_stack_case *c = &all->list[MIN(all->count, SX_STACK_CASES - 1)];

    all->count = MIN(all->count + 1, SX_STACK_CASES);
    *c = (struct sx_stack_case){
        .numbers = {.situation = situation,
                    .number = number,
                    .code = m->msg->code,
                    .phrase = m->msg->phrase},
        .of = of,
    };
    return c;
}

static struct sx_stack_case *add(struct finder *f, enum sx_stack_situation situation,
                                 int64_t number, const struct sx_txn *of)
{
    return sx_stack_cases_add(f->found, f->m, situation, number, of);
}

static int64_t per_mille(int64_t part_ns, uint32_t whole_s)
{
    return whole_s ? (part_ns * 1000 + (int64_t)whole_s * SX_NS_PER_S / 2) /
                         ((int64_t)whole_s * SX_NS_PER_S)
                   : 0;
}

/* ---- final responses: failures ---- */

/* The last that the next hop said before it fell silent. */
static int64_t last_word_ns(const struct sx_txn *branch, uint32_t before)
{
    return branch->first_response_frame && branch->first_response_frame < before
               ? sx_txn_first_response_ns(branch)
               : sx_txn_more(branch)->trying_ns;
}

/* The hop told its caller before it sent the CANCEL: until that is seen it looks like silence. */
static void add_silence(struct finder *f, const struct sx_failure_cause *c)
{
    const struct sx_txn *txn = f->txn, *b = c->of;

    if (sx_txn_more(b)->trying_frame && sx_txn_more(b)->trying_frame < txn->final_frame) {
        add(f, SX_SITUATION_GAVE_UP, txn->final_ns - last_word_ns(b, txn->final_frame), b);
        add(f, SX_SITUATION_GAVE_UP_AFTER_REQUEST, txn->final_ns - txn->request_ns, b);
    } else if (b->request_frame) {
        add(f, SX_SITUATION_UNANSWERED, txn->final_ns - b->request_ns, b);
    }
}

static void add_own_limit(struct finder *f, const struct sx_failure_cause *c)
{
    if (c->frame != sx_txn_rare(c->of)->cancel_frame) {
        add_silence(f, c);
        return;
    }
    add(f, SX_SITUATION_GAVE_UP, c->after_ns, c->of);
    add(f, SX_SITUATION_GAVE_UP_AFTER_REQUEST, f->txn->final_ns - f->txn->request_ns, c->of);
}

static bool is_branch_of(const struct finder *f, const struct sx_txn *of)
{
    return of && of->parent == f->txn->number;
}

static void add_choice(struct finder *f, const struct sx_failure_cause *c)
{
    if (!is_branch_of(f, c->of))
        return;
    bool fork = c->kind == SX_FAILURE_FORK;
    struct sx_stack_case *added =
        add(f, fork ? SX_SITUATION_FORK : SX_SITUATION_TOLD_OTHERWISE, 0, c->of);
    added->numbers.over = c->of->final_code;
    added->by_hop = fork;
}

/* What the hop that sent the failure did, not one further on. */
static void by_cause(struct finder *f)
{
    struct sx_failure_cause c = sx_failure_cause_find(f->t, f->txn);

    if (c.kind == SX_FAILURE_FORK)
        add_choice(f, &c);
    if (c.at != f->txn)
        return;
    switch (c.kind) {
    case SX_FAILURE_UNANSWERED:
        add_silence(f, &c);
        break;
    case SX_FAILURE_OWN_LIMIT:
        add_own_limit(f, &c);
        break;
    case SX_FAILURE_CONNECTION_GONE:
        add(f, SX_SITUATION_CONNECTION_GONE, 0, c.of);
        break;
    case SX_FAILURE_TOLD_OTHERWISE:
        add_choice(f, &c);
        break;
    case SX_FAILURE_UNREACHABLE:
        if (c.of && c.of->request_frame && !sx_txn_more(c.of)->trying_frame)
            add(f, SX_SITUATION_UNREACHABLE, f->txn->final_ns - c.of->request_ns, c.of);
        break;
    case SX_FAILURE_UNKNOWN:
    case SX_FAILURE_NOT_REGISTERED:
    case SX_FAILURE_FORK:
    case SX_FAILURE_CREDENTIALS:
    case SX_FAILURE_MISMATCH:
    case SX_FAILURE_CIRCLE:
    default:
        break;
    }
}

/* The caller cancelled, and the next hop, which had said something, sent no final response to it.
 * */
static void cancelled(struct finder *f)
{
    const struct sx_txn *txn = f->txn, *b = sx_tracker_txn(f->t, txn->first_child);

    for (unsigned i = 0; b && i < MAX_LOOKED_THROUGH;
         i++, b = sx_tracker_txn(f->t, b->next_sibling))
        if (sx_txn_rare(b)->cancel_frame && sx_txn_more(b)->trying_frame &&
            sx_txn_rare(b)->cancel_frame < txn->final_frame &&
            (!b->final_frame || b->final_frame > txn->final_frame)) {
            add(f, SX_SITUATION_CANCELLED_UNANSWERED,
                txn->final_ns - last_word_ns(b, txn->final_frame), b);
            return;
        }
}

static void rang(struct finder *f)
{
    const struct sx_txn *txn = f->txn;

    if (sx_txn_first_response_code(txn) / 10 == 18 && sx_txn_first_tag(txn) == txn->final_tag &&
        txn->first_response_frame < txn->final_frame)
        add(f, SX_SITUATION_RANG, txn->final_ns - sx_txn_first_response_ns(txn), NULL);
}

static bool has_prack(const struct finder *f)
{
    const struct sx_txn *other = sx_call_newest(f->t, f->txn);

    for (unsigned i = 0; other; i++, other = sx_call_older(f->t, other))
        if (i >= MAX_LOOKED_THROUGH || other->method == SX_METHOD_PRACK)
            return true;
    return false;
}

/* The first response was a reliable one. */
static void no_prack(struct finder *f)
{
    const struct sx_message *r = sx_tracker_responses(f->t, f->txn);

    for (; r; r = sx_tracker_older_response(f->t, r))
        if (r->frame == f->txn->first_response_frame && r->flags & SX_MESSAGE_RELIABLE) {
            if (!has_prack(f))
                add(f, SX_SITUATION_NO_PRACK, f->txn->final_ns - sx_txn_first_response_ns(f->txn),
                    NULL);
            return;
        }
}

static void failure_no_ack(struct finder *f)
{
    const struct sx_resent *r = sx_resent_find(f->t, f->txn, 0);

    if (!r || r->frame != f->txn->final_frame || sx_txn_more(f->txn)->ack_frame ||
        sx_tracker_now(f->t) - r->last_ns < STOPPED_NS)
        return;
    add(f, SX_SITUATION_FAILURE_NO_ACK, r->last_ns - r->first_ns, NULL)->numbers.times = r->sends;
}

static void of_invite_failure(struct finder *f)
{
    failure_no_ack(f);
    if (sx_txn_rare(f->txn)->cancel_frame &&
        sx_txn_rare(f->txn)->cancel_frame < f->txn->final_frame) {
        cancelled(f);
        return;
    }
    no_prack(f);
    if (!f->txn->in_dialog)
        rang(f);
}

/* ---- final responses: any ---- */

static void crossing_bye(struct finder *f)
{
    const struct sx_dialog *dialog = sx_tracker_dialog(f->t, f->txn->dialog);

    if (!dialog)
        return;
    struct sx_call_end end = sx_call_end_of_dialog(f->t, dialog);
    if (end.by == SX_ENDER_BOTH && (end.txn == f->txn->number || end.other == f->txn->number))
        add(f, SX_SITUATION_CROSSING_BYE, 0, NULL);
}

static void of_final(struct finder *f)
{
    const struct sx_txn *txn = f->txn;
    unsigned code = f->m->msg->code;

    if (txn->in_dialog && txn->method == SX_METHOD_BYE && code == 481)
        crossing_bye(f);
    if (code == 491 && sx_glare_blocker(f->t, txn, code, txn->final_frame, false))
        add(f, SX_SITUATION_GLARE, 0, NULL);
    if (txn->in_dialog && sx_mismatch_of_request(f->t, txn).differs & SX_DIFFERS_CSEQ_NUMBER)
        add(f, SX_SITUATION_OLD_CSEQ, 0, NULL);
    if (code < 300)
        return;
    if (txn->method == SX_METHOD_INVITE)
        of_invite_failure(f);
    if (!sx_failure_judge(f->t, txn, code))
        return;
    by_cause(f);
    if (txn->request_frame && !sx_txn_rare(txn)->cancel_frame)
        add(f, SX_SITUATION_FINAL, txn->final_ns - txn->request_ns, NULL);
}

/* ---- BYE ---- */

static void never_acknowledged(struct finder *f, const struct sx_dialog *dialog)
{
    const struct sx_txn *invite = sx_tracker_txn(f->t, dialog->invite);

    if (invite && f->txn->by_called && invite->final_code / 100 == 2 &&
        invite->final_frame < f->txn->request_frame &&
        sx_no_ack_judge(f->t, invite, dialog).state == SX_ACK_NEVER)
        add(f, SX_SITUATION_NO_ACK, f->txn->request_ns - invite->final_ns, invite);
}

static void by_end(struct finder *f, const struct sx_dialog *dialog)
{
    struct sx_call_end end = sx_call_end_of_dialog(f->t, dialog);
    const struct sx_txn *other = sx_tracker_txn(f->t, end.other);
    const struct sx_txn *refused = sx_tracker_txn(f->t, end.forgotten);

    if (end.by == SX_ENDER_HOP && other && (end.txn == f->txn->number || other == f->txn)) {
        const struct sx_txn *first = sx_tracker_txn(f->t, end.txn);
        add(f, SX_SITUATION_HOP_ENDS_CALL, ABS(other->request_ns - first->request_ns), other);
    }
    if (refused && end.txn == f->txn->number)
        add(f, SX_SITUATION_DIALOG_REFUSED, f->txn->request_ns - refused->final_ns, refused)
            ->numbers.code = refused->final_code;
}

/* Which side is to refresh a session. */
static bool is_refresher(const struct sx_tracker *t, const struct sx_session *session,
                         const struct sx_txn *request)
{
    const struct sx_txn *agreed = sx_tracker_txn(t, session->txn);

    if (session->refresher == SX_REFRESHER_UNKNOWN || !agreed)
        return false;
    return (agreed->by_called == request->by_called) == (session->refresher == SX_REFRESHER_UAC);
}

/* The newest one that was agreed on before this request. */
static const struct sx_session *session_before(const struct finder *f)
{
    const struct sx_session *s = sx_session_newest(f->t, f->txn->dialog);

    for (unsigned i = 0; s && s->frame >= f->txn->request_frame && i < MAX_LOOKED_THROUGH; i++)
        s = sx_session_older(f->t, s);
    return s && s->frame < f->txn->request_frame ? s : NULL;
}

static void by_session(struct finder *f)
{
    const struct sx_session *over = sx_session_ended_by(f->t, f->txn), *s = session_before(f);

    if (!s)
        return;
    struct sx_session_verdict v = sx_session_judge(f->t, s);
    if (v.refused && !v.refused->final_code && v.refused->by_called == f->txn->by_called &&
        v.refused->request_frame < f->txn->request_frame)
        add(f, SX_SITUATION_REFRESH_UNANSWERED, f->txn->request_ns - v.refused->request_ns,
            v.refused);
    else if (over == s && !is_refresher(f->t, s, f->txn))
        add(f, SX_SITUATION_SESSION_OVER, per_mille(f->txn->request_ns - s->time_ns, s->expires_s),
            NULL);
}

static void of_bye(struct finder *f)
{
    const struct sx_dialog *dialog = sx_tracker_dialog(f->t, f->txn->dialog);

    if (!dialog)
        return;
    never_acknowledged(f, dialog);
    by_end(f, dialog);
    by_session(f);
}

/* ---- INVITE and UPDATE inside a dialog ---- */

/* The newest request of the same kind and side at this hop that had its answer before. */
static const struct sx_txn *one_before(const struct finder *f, const struct sx_dialog *dialog)
{
    const struct sx_txn *o = sx_dialog_older_request(f->t, f->txn);

    for (unsigned i = 0; o && i < MAX_LOOKED_THROUGH; i++, o = sx_dialog_older_request(f->t, o))
        if (o->dialog == dialog->number && o->method == f->txn->method &&
            o->by_called == f->txn->by_called && o->src.host == f->txn->src.host &&
            o->dst.host == f->txn->dst.host && o->request_frame &&
            o->request_frame < f->txn->request_frame)
            return o;
    return NULL;
}

static void of_offer(struct finder *f)
{
    const struct sx_dialog *dialog = sx_tracker_dialog(f->t, f->txn->dialog);
    const struct sx_txn *before = dialog ? one_before(f, dialog) : NULL;
    const struct sx_session *s = dialog ? session_before(f) : NULL;

    if (before && before->final_code == 491 && before->final_frame < f->txn->request_frame)
        add(f, SX_SITUATION_GLARE_RETRY, f->txn->request_ns - before->final_ns, before);
    if (s && is_refresher(f->t, s, f->txn))
        add(f, SX_SITUATION_REFRESH, per_mille(f->txn->request_ns - s->time_ns, s->expires_s),
            NULL);
}

/* ---- CANCEL ---- */

static bool was_sent_on(const struct sx_txn *txn)
{
    return txn->parent_key.bits != 0;
}

static void of_cancel(struct finder *f)
{
    const struct sx_txn *invite = sx_tracker_txn(f->t, sx_txn_rare(f->txn)->related);

    if (f->txn->completed_elsewhere)
        add(f, SX_SITUATION_ANSWERED_ELSEWHERE, 0, invite)->by_hop = true;
    if (!invite || f->txn->completed_elsewhere || was_sent_on(invite) ||
        !sx_txn_more(invite)->trying_frame ||
        sx_txn_more(invite)->trying_frame > f->txn->request_frame ||
        (invite->first_response_frame && invite->first_response_frame < f->txn->request_frame))
        return;
    int64_t after_ns = f->txn->request_ns - sx_txn_more(invite)->trying_ns;
    if (sx_txn_sends(invite) > 1 && sx_txn_rare(invite)->resends_after_100 == 0)
        add(f, SX_SITUATION_CANCEL_WITH_TRYING, after_ns, invite);
    if (!sx_txn_more(invite)->expires_s)
        add(f, SX_SITUATION_HUNG_UP, after_ns, invite);
}

/* ---- REGISTER ---- */

static bool has_failed(const struct finder *f, const struct sx_txn *txn)
{
    return txn->final_frame && sx_failure_judge(f->t, txn, txn->final_code);
}

/* How many REGISTERs of this client in a row had failed before it; *last: the newest of them. */
static unsigned failures_before(const struct finder *f, const struct sx_txn **last)
{
    const struct sx_txn *o = sx_call_older(f->t, f->txn);
    unsigned times = 0;

    for (unsigned i = 0; o && i < MAX_LOOKED_THROUGH; i++, o = sx_call_older(f->t, o)) {
        if (o->method != SX_METHOD_REGISTER || o->src.host != f->txn->src.host ||
            (o->followed_by && !has_failed(f, o)))
            continue;
        if (!has_failed(f, o) || o->final_frame > f->txn->request_frame)
            break;
        *last = *last ? *last : o;
        times++;
    }
    return times;
}

/* The host sent no REGISTER after this one, for anybody. */
static bool is_last(const struct finder *f)
{
    uint32_t count = sx_tracker_txn_count(f->t);

    if (count - f->txn->number > MAX_LATER)
        return false;
    for (uint32_t n = f->txn->number + 1; n <= count; n++) {
        const struct sx_txn *o = sx_tracker_txn(f->t, n);
        if (o->method == SX_METHOD_REGISTER && o->src.host == f->txn->src.host)
            return false;
    }
    return true;
}

/* The newest registration of this client before it was over a connection that the other side, or a
 * reset, has ended since. */
static void reconnects(struct finder *f)
{
    const struct sx_flows *flows = sx_tracker_flows(f->t);
    const struct sx_txn *o = sx_call_older(f->t, f->txn);

    for (unsigned i = 0; o && i < MAX_LOOKED_THROUGH; i++, o = sx_call_older(f->t, o)) {
        if (o->method != SX_METHOD_REGISTER || o->src.host != f->txn->src.host)
            continue;
        const struct sx_flow *flow = sx_flows_at(flows, o->flow);
        const struct sx_link *link = o->final_code / 100 == 2 && flow ? sx_flow_more(flow)->link
                                                                      : NULL;
        if (link && link->closed_in > o->final_frame && link->closed_in < f->txn->request_frame &&
            !link->closed_by_client && !link->closer_unknown)
            add(f, SX_SITUATION_RECONNECTS, f->txn->request_ns - link->closed_ns, o);
        return;
    }
}

/* RFC 3261 10.2.2: it takes a registration back. */
static bool unregisters(const struct finder *f)
{
    const struct sx_sip_msg *msg = f->m->msg;

    return f->txn->unregisters || f->txn->unregisters_all || (msg->has_expires && !msg->expires) ||
           sx_slice_is(sx_slice_param(sx_sip_msg_contact(msg), "expires"), "0");
}

static void of_register(struct finder *f)
{
    const struct sx_txn *last = NULL;
    unsigned times = failures_before(f, &last);

    if (last) {
        struct sx_stack_case *c =
            add(f, SX_SITUATION_REGISTERS_AGAIN, f->txn->request_ns - last->final_ns, last);
        c->numbers.code = last->final_code;
        c->numbers.times = times;
    }
    reconnects(f);
    if (has_failed(f, f->txn) && !unregisters(f) && is_last(f))
        add(f, SX_SITUATION_NEVER_REGISTERS, sx_tracker_now(f->t) - f->txn->final_ns, f->txn)
            ->numbers.code = f->txn->final_code;
}

/* ---- all of it ---- */

static void of_request(struct finder *f)
{
    const struct sx_txn *txn = f->txn;

    if (!txn->request_frame)
        return;
    switch (txn->method) {
    case SX_METHOD_BYE:
        of_bye(f);
        break;
    case SX_METHOD_CANCEL:
        of_cancel(f);
        break;
    case SX_METHOD_REGISTER:
        of_register(f);
        break;
    case SX_METHOD_INVITE:
    case SX_METHOD_UPDATE:
        of_offer(f);
        break;
    default:
        break;
    }
}

struct sx_stack_cases sx_stack_cases_of(const struct sx_stack_message *m)
{
    struct sx_stack_cases found = {.count = 0};
    struct finder f = {.m = m, .t = m->tracker, .txn = m->txn, .found = &found};

    if (m->record->repeats || m->record->method != m->txn->method)
        return found;
    if (m->msg->is_request)
        of_request(&f);
    else if (m->msg->code >= 200 && m->record->frame == m->txn->final_frame &&
             m->msg->code == m->txn->final_code)
        of_final(&f);
    sx_stack_habits_add(&found, m);
    return found;
}
