/* responses.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/record/responses.h"

#include "core/facts/answer_way.h"
#include "core/facts/stacks.h"
#include "core/read/name_addr.h"
#include "core/read/sip_msg_field.h"
#include "core/record/answers.h"
#include "core/record/attempts.h"
#include "core/record/cancels.h"
#include "core/record/copies.h"
#include "core/record/flow_answers.h"
#include "core/record/flow_listed.h"
#include "core/record/overload.h"
#include "core/record/resent.h"
#include "core/record/sessions.h"
#include "core/record/strays.h"

/* How many different responses of one transaction are told apart from repetitions. A fork of
 * dozens answers so often; more would make a hostile capture slow. */
#define MAX_DISTINCT 64

static uint32_t first_hop_frame(const struct sx_tracker *t, const struct sx_txn *txn)
{
    uint32_t frame = txn->request_frame;

    for (unsigned i = 0; txn->parent && i < SX_MAX_HOPS_UP; i++) {
        txn = sx_txn_at(t, txn->parent);
        frame = txn->request_frame ? txn->request_frame : frame;
    }
    return frame;
}

/* Another hop shows the REGISTER whose response this is. */
static bool is_seen_elsewhere(const struct sx_tracker *t, const struct sx_txn *txn)
{
    const struct sx_txn *other = sx_tracker_newest_in_call(t, txn->call_hash);

    for (unsigned i = 0; other && i < SX_MAX_HOPS_UP;
         i++, other = sx_txn_at(t, other->next_in_call))
        if (other->method == SX_METHOD_REGISTER && other->cseq == txn->cseq && other->request_frame)
            return true;
    return false;
}

/* Responses of one code with one To tag (RFC 3261 13.2.2.4) can differ in these. */
static uint32_t response_identity(uint32_t to_tag, const struct sx_sip_msg *msg)
{
    return to_tag + msg->rseq * UINT32_C(0x9e3779b1) + msg->content_length * UINT32_C(0x85ebca77);
}

/* The frame of the response that this one repeats, or 0; a new one joins the list. */
static uint32_t earlier_response(struct sx_tracker *t, struct sx_txn *txn,
                                 struct sx_message *record)
{
    /* Older records have lower numbers, also where dropped frames (tshark -2 -R) left some out. */
    uint32_t newest = MIN(txn->responses, t->messages.count - 1);

    for (uint32_t i = newest; i;) {
        struct sx_message *other = sx_pool_at(&t->messages, i - 1);
        if (other->txn == txn->number && other->code == record->code &&
            other->identity == record->identity)
            return other->frame;
        i = other->next < i ? other->next : 0;
    }
    if (txn->distinct < MAX_DISTINCT) {
        txn->distinct++;
        record->next = newest;
        txn->responses = t->messages.count;
    }
    return 0;
}

/* A 100 is hop by hop, so it tells what software a proxy is, which sends on nearly all else of
 * others. Read once for each host. A stateless proxy hands on the 100 of the next hop. */
static void note_stack(struct sx_tracker *t, const struct sx_txn *txn,
                       const struct sx_observation *obs)
{
    struct sx_host *host = sx_hosts_at(&t->hosts, obs->from.host);

    if (host->stack)
        return;
    const struct sx_txn *branch = sx_tracker_txn(t, txn->first_child);
    if (branch && sx_txn_more(branch)->trying_frame)
        return;
    const struct sx_stack *stack = sx_stacks_of(obs->msg);
    host->stack = stack ? (uint8_t)(stack - sx_stacks + 1) : SX_STACK_NONE;
    host->stack_port = obs->from.port;
}

static void first_100(struct sx_tracker *t, struct sx_txn *txn, const struct sx_observation *obs,
                      uint32_t to_tag)
{
    if (sx_txn_more(txn)->trying_frame || txn->first_response_frame)
        return;
    struct sx_txn_more *more = sx_txn_give_more(t, txn);
    more->trying_frame = obs->frame;
    more->trying_ns = obs->time_ns;
    txn->trying_elsewhere = txn->request_frame && obs->from.host != txn->dst.host;
    note_stack(t, txn, obs);
    if (!txn->in_dialog && sx_sip_msg_to_tag(obs->msg).n > 0)
        more->trying_tag = to_tag;
    sx_answers_expect(t, txn, obs->msg, obs->time_ns + t->cfg.trying_timeout_ns);
}

static void first_other_response(struct sx_tracker *t, struct sx_txn *txn,
                                 const struct sx_observation *obs, struct sx_message *record)
{
    struct sx_host *host = sx_hosts_at(&t->hosts, txn->dst.host);

    /* Also after a CANCEL: it may have come too late. */
    if (sx_txn_waits_after_100(txn) || (sx_txn_more(txn)->trying_frame && obs->msg->code < 300))
        record->flags |= SX_MESSAGE_ENDS_WAIT;
    txn->first_response_frame = obs->frame;
    if (txn->flow)
        sx_flows_answered(t->flows, obs, txn);
    if (!sx_endpoint_eq(obs->to, txn->src))
        sx_answers_note_dst(t, txn, obs->to);
    if (txn->more || obs->msg->code < 200) {
        struct sx_txn_more *more = sx_txn_give_more(t, txn);
        more->first_response_ns = obs->time_ns;
        more->first_response_code = obs->msg->code;
        more->first_tag = obs->names.to_tag;
    }
    if (txn->method == SX_METHOD_INVITE && obs->msg->code < 300)
        txn->own_contact =
            sx_address_is_named(sx_name_addr_uri(sx_sip_msg_contact(obs->msg)), &obs->src);
    if (txn->request_frame && !sx_endpoint_eq(obs->to, txn->src))
        txn->answer_way = (uint8_t)sx_answer_way_of(obs);
    if (txn->method == SX_METHOD_INVITE && txn->request_frame && !txn->first_child &&
        obs->msg->code < 300 && host->answered_unseen == 0)
        host->answered_unseen = obs->frame;
}

static void flow_fails(struct sx_tracker *t, struct sx_txn *txn, const struct sx_observation *obs)
{
    if (txn->method == SX_METHOD_REGISTER)
        sx_flow_answers_refused(t->flows, obs, txn, first_hop_frame(t, txn));
    else
        sx_flows_failed(t->flows, obs, txn);
    if (obs->msg->code == 430)
        txn->route_repair = sx_sip_msg_first(obs->msg, "P-Dialog-Recovery-Action").p != NULL;
}

/* A hop further on has its 2xx already, and that is nearer to the registrar. */
static bool is_handed_on(const struct sx_tracker *t, const struct sx_txn *txn)
{
    const struct sx_txn *child = sx_tracker_txn(t, txn->first_child);

    return child && child->final_frame;
}

static void registered(struct sx_tracker *t, struct sx_txn *txn, const struct sx_observation *obs)
{
    uint32_t register_in = first_hop_frame(t, txn);

    if (txn->flow || txn->unregisters_all || !txn->request_frame)
        sx_flow_answers_granted(t->flows, obs, txn, register_in);
    if (!txn->flow && !txn->unregisters_all && !txn->request_frame && !is_seen_elsewhere(t, txn))
        sx_flow_answers_unseen(t->flows, obs);
    if (!is_handed_on(t, txn))
        sx_flow_listed_note(t->flows, obs, txn, register_in);
}

static void other_response(struct sx_tracker *t, struct sx_txn *txn,
                           const struct sx_observation *obs, struct sx_message *record,
                           uint32_t to_tag)
{
    if (!txn->first_response_frame) {
        first_other_response(t, txn, obs, record);
    } else if (txn->answer_way != SX_ANSWER_TO_SOURCE && sx_endpoint_eq(obs->to, txn->src)) {
        sx_txn_give_rare(t, txn)->answered_aside = false;
        txn->answer_way = SX_ANSWER_TO_SOURCE;
    }
    if (obs->msg->code < 200)
        return;
    if (txn->final_frame)
        return;
    txn->final_frame = obs->frame;
    txn->final_ns = obs->time_ns;
    txn->final_code = obs->msg->code;
    txn->final_tag = to_tag;
    if (txn->auth || obs->msg->code == 401 || obs->msg->code == 407)
        sx_credentials_answered(t, txn, obs->msg, obs->frame);
    if (obs->msg->code >= 300) {
        sx_attempts_await(t, txn, obs->msg);
        flow_fails(t, txn, obs);
        if (obs->msg->code == 503)
            sx_overload_refused(t, txn, obs);
        return;
    }
    if (obs->time_ns < t->paused_until_ns)
        sx_overload_served(t, txn);
    if (txn->method == SX_METHOD_REGISTER)
        registered(t, txn, obs);
}

static enum sx_txn_event event_of(unsigned code)
{
    if (code < 200)
        return SX_TXN_PROVISIONAL;
    return code < 300 ? SX_TXN_SUCCESS : SX_TXN_FAILURE;
}

static void first_of_its_kind(struct sx_tracker *t, struct sx_txn *txn,
                              const struct sx_observation *obs, struct sx_message *record)
{
    const struct sx_sip_msg *msg = obs->msg;

    if (msg->rseq && msg->code > 100 && msg->code < 200)
        record->flags |= SX_MESSAGE_RELIABLE;
    sx_dialogs_response(t, txn, obs);
    if (msg->code / 100 == 2 &&
        (msg->method == SX_METHOD_INVITE || msg->method == SX_METHOD_UPDATE))
        sx_sessions_answer(t, txn, obs);
}

/* What the transaction has of its first and its final response is kept of the others, too. */
static void note_between(struct sx_tracker *t, const struct sx_txn *txn,
                         const struct sx_observation *obs)
{
    uint32_t tag = obs->names.to_tag;

    if ((obs->frame == txn->first_response_frame && tag == sx_txn_first_tag(txn)) ||
        (obs->frame == txn->final_frame && tag == txn->final_tag))
        return;
    *(struct sx_response_between *)sx_pool_add(&t->between) = (struct sx_response_between){
        .message = t->messages.count,
        .to_tag = tag,
        .ms = (uint32_t)(obs->time_ns / SX_NS_PER_MS),
    };
}

static bool is_progress(unsigned code)
{
    return code > 100 && code < 200;
}

static void note_progress(struct sx_tracker *t, struct sx_txn *txn, int64_t time_ns)
{
    int64_t ms = (time_ns - sx_txn_first_response_ns(txn)) / SX_NS_PER_MS;

    sx_txn_give_rare(t, txn)->progress_ms = (uint32_t)CLAMP(ms, 0, UINT32_MAX);
}

struct sx_txn *sx_responses_observe(struct sx_tracker *t, const struct sx_observation *obs,
                                    struct sx_message *record)
{
    const struct sx_sip_msg *msg = obs->msg;
    struct sx_fingerprint key = sx_txn_key(t, msg, &obs->names, msg->method);
    struct sx_txn *txn = msg->has_via ? sx_txn_find(t, key) : NULL;
    struct sx_txn *stray = sx_stray_find(t, obs, key, txn);

    if (!msg->has_via && !stray)
        return NULL;
    if (stray)
        txn = stray;
    if (!txn) {
        txn = sx_txn_new(t, obs, key);
        txn->cseq = msg->cseq;
        if (msg->method == SX_METHOD_INVITE)
            sx_missing_alike(t, txn);
        sx_txn_place(t, txn, obs);
        sx_attempts_follow(t, txn, msg);
        if (msg->method == SX_METHOD_CANCEL)
            sx_cancels_response(t, txn, obs);
        else
            sx_cancels_of_invite(t, txn, obs);
    }
    uint32_t to_tag = obs->names.to_tag;
    record->identity = response_identity(to_tag, msg);
    record->repeats = earlier_response(t, txn, record);
    bool copy = record->repeats && sx_copies_mark(t, txn, record, obs);
    bool listed = txn->responses == t->messages.count;
    if (!record->repeats)
        first_of_its_kind(t, txn, obs, record);
    if (record->repeats && msg->code >= 200 && msg->method == SX_METHOD_INVITE &&
        !(record->flags & SX_MESSAGE_DUPLICATE))
        sx_resent_note(t, txn, obs, record);
    if (stray)
        sx_stray_note(t, stray, obs);
    else if (msg->code == 100)
        first_100(t, txn, obs, to_tag);
    else if (msg->code > 100 && msg->code < 700)
        other_response(t, txn, obs, record, to_tag);

    if (listed && msg->code > 100)
        note_between(t, txn, obs);
    if (msg->code >= 100 && msg->code < 700)
        txn->state = (uint8_t)sx_txn_next(txn->method == SX_METHOD_INVITE,
                                          (enum sx_txn_state)txn->state, event_of(msg->code));
    if (!copy)
        sx_txn_note_response(t, txn, obs->time_ns);
    if (!copy && is_progress(msg->code) && txn->first_response_frame != obs->frame)
        note_progress(t, txn, obs->time_ns);
    sx_txn_note_message(t, txn, obs->time_ns);
    return txn;
}
