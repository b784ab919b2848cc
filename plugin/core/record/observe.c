/* observe.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/facts/answer_way.h"
#include "core/facts/catalogue.h"
#include "core/facts/stacks.h"
#include "core/record/copies.h"
#include "core/record/overload.h"
#include "core/read/name_addr.h"
#include "core/read/reason.h"
#include "core/read/session_id.h"
#include "core/read/sip_msg_field.h"
#include "core/record/resent.h"
#include "core/record/riding.h"
#include "core/record/sessions.h"
#include "core/record/sizes.h"
#include "core/record/tracker_state.h"

/* How many different responses of one transaction are told apart from repetitions. A fork of
 * dozens answers so often; more would make a hostile capture slow. */
#define MAX_DISTINCT 64

/* ---- attempts that follow a challenge, a redirection, a repairable error ---- */

/* RFC 3261 22.2: the next attempt has the same Call-ID and a higher CSeq number. It ought to keep
 * the From tag, and many phones do not. Each hop sees an attempt of its own, from the same client.
 */
static struct sx_fingerprint attempt_key(const struct sx_tracker *t, const struct sx_sip_msg *msg,
                                         uint32_t client)
{
    struct sx_hash h = sx_hash_begin(t->key);

    sx_hash_add(&h, msg->call_id);
    sx_hash_add(&h, msg->cseq_method_name);
    sx_hash_add_uint(&h, (uint64_t)sx_sip_msg_via_count(msg) << 32 | client);
    return sx_hash_end(h);
}

static void await_new_attempt(struct sx_tracker *t, struct sx_txn *txn,
                              const struct sx_sip_msg *msg)
{
    const struct sx_code *entry = sx_catalogue_explain(msg->code);

    if (!entry || (entry->role != SX_ROLE_CHALLENGE && entry->role != SX_ROLE_REDIRECT &&
                   entry->role != SX_ROLE_RETRY))
        return;
    struct sx_fingerprint key = attempt_key(t, msg, txn->src.host);
    g_hash_table_replace(t->awaiting, g_memdup2(&key, sizeof key), txn);
    if (entry->role == SX_ROLE_REDIRECT && txn->parent)
        sx_txn_at(t, txn->parent)->redirected_child = true;
}

/* The attempt that this one follows, of which the capture may have the response only; NULL if it is
 * the first. */
static const struct sx_txn *follow_old_attempt(struct sx_tracker *t, const struct sx_txn *txn,
                                               const struct sx_sip_msg *msg)
{
    if (g_hash_table_size(t->awaiting) == 0)
        return NULL;
    struct sx_fingerprint key = attempt_key(t, msg, txn->src.host);
    struct sx_txn *old = g_hash_table_lookup(t->awaiting, &key);
    if (!old || old->cseq >= msg->cseq)
        return NULL;
    old->followed_by = txn->number;
    g_hash_table_remove(t->awaiting, &key);
    return old;
}

/* ---- requests ---- */

static void expect_answer(struct sx_tracker *t, struct sx_txn *txn, const struct sx_sip_msg *msg,
                          int64_t due_ns)
{
    if (txn->method == SX_METHOD_ACK)
        return;
    sx_deadlines_add(&t->deadlines, due_ns, txn->number);
    if (txn->names == 0)
        txn->names = sx_names_note(t->names, msg, txn->number);
}

static void note_answer_dst(struct sx_tracker *t, struct sx_txn *txn, struct sx_endpoint dst)
{
    struct sx_txn_rare *rare = sx_txn_give_rare(t, txn);

    rare->answer_dst = dst;
    rare->answered_aside = true;
}

/* RFC 7989 5: a B2BUA hands the UUID of the sender on. */
static uint64_t session_hash(const struct sx_tracker *t, const struct sx_sip_msg *msg)
{
    struct sx_session_id id = sx_session_id_read(msg->session_id);
    struct sx_hash h = sx_hash_begin(t->key);

    if (!id.local.p)
        return 0;
    sx_hash_add_bytes_lower(&h, id.local);
    return sx_hash_end(h).bits;
}

/* A response that came before may have gone another way. */
static void request_comes_late(struct sx_tracker *t, struct sx_txn *txn,
                               const struct sx_observation *obs)
{
    struct sx_endpoint answer_dst = sx_txn_answer_dst(txn);

    sx_txn_give_more(t, txn); /* while it is the response that tells the rest */
    if (txn->first_response_frame && !sx_endpoint_eq(answer_dst, obs->from))
        note_answer_dst(t, txn, answer_dst);
}

static void first_request(struct sx_tracker *t, struct sx_txn *txn,
                          const struct sx_observation *obs)
{
    const struct sx_sip_msg *msg = obs->msg;

    if (txn->first_response_frame || txn->more)
        request_comes_late(t, txn, obs);
    txn->src = obs->from;
    txn->dst = obs->to;
    txn->request_frame = obs->frame;
    txn->request_ns = obs->time_ns;
    txn->network = obs->packet.network;
    txn->cseq = msg->cseq;
    if (msg->end == SX_HEAD_COMPLETE)
        txn->vias = (uint8_t)MIN(msg->more_vias.p ? sx_sip_msg_via_count(msg) : 1, UINT8_MAX);
    txn->in_dialog = sx_sip_msg_to_tag(msg).p != NULL;
    txn->to_contact = txn->in_dialog && !msg->top_route.p &&
                      sx_address_is_named(msg->uri, &obs->dst);
    /* What a mismatch is judged by, and a call whose Call-ID a proxy masks. */
    if (txn->in_dialog || sx_txn_needs_dialog(txn) || msg->method == SX_METHOD_INVITE ||
        msg->method == SX_METHOD_CANCEL) {
        txn->from_tag = obs->names.from_tag;
        txn->to_tag = obs->names.to_tag;
    }
    if (msg->method == SX_METHOD_ACK)
        txn->final_tag = obs->names.to_tag;
    if (msg->method == SX_METHOD_INVITE) {
        txn->uri_hash = sx_txn_hash(t, msg->uri);
        uint64_t session = session_hash(t, msg);
        if (session)
            sx_txn_give_rare(t, txn)->session_hash = session;
    }
    if (msg->method == SX_METHOD_INVITE && msg->has_expires)
        sx_txn_give_more(t, txn)->expires_s = msg->expires;
    txn->token_route = msg->top_route.p && memchr(msg->top_route.p, '@', msg->top_route.n);
}

/* What an INVITE says of the host that sends it, and of the connection that it comes over. */
static void first_invite(struct sx_tracker *t, struct sx_txn *txn, const struct sx_observation *obs)
{
    struct sx_host *host = sx_hosts_at(&t->hosts, txn->src.host);

    if (!obs->msg->more_vias.p && host->own_invite == 0)
        host->own_invite = obs->frame;
    if (obs->transport == SX_TRANSPORT_TCP || obs->transport == SX_TRANSPORT_TLS ||
        obs->transport == SX_TRANSPORT_WS)
        sx_riding_add(t, txn, &obs->packet);
}

/* Proxies register nobody's address as their own. */
static void note_phone(struct sx_tracker *t, const struct sx_observation *obs)
{
    struct sx_host *host = sx_hosts_at(&t->hosts, obs->from.host);

    if (!host->registers && !obs->msg->more_vias.p &&
        sx_address_is_named(sx_name_addr_uri(sx_sip_msg_contact(obs->msg)), &obs->src))
        host->registers = obs->frame;
}

/* The registrations and what is sent to them. */
static void tie_to_flow(struct sx_tracker *t, struct sx_txn *txn, const struct sx_observation *obs)
{
    const struct sx_txn *parent = sx_txn_at(t, txn->parent);
    uint32_t callee = 0;

    if (txn->method == SX_METHOD_REGISTER)
        txn->flow = sx_flows_register(t->flows, obs, txn, parent ? parent->flow : 0);
    else if (sx_flows_count(t->flows) > 0 && txn->method != SX_METHOD_ACK)
        callee = sx_flows_route(t->flows, obs->msg, txn, parent ? parent->flow : 0);
    if (callee)
        sx_txn_give_more(t, txn)->callee = callee;
}

static uint32_t first_hop_frame(const struct sx_tracker *t, const struct sx_txn *txn)
{
    uint32_t frame = txn->request_frame;

    for (unsigned i = 0; txn->parent && i < SX_MAX_HOPS_UP; i++) {
        txn = sx_txn_at(t, txn->parent);
        frame = txn->request_frame ? txn->request_frame : frame;
    }
    return frame;
}

/* A CANCEL belongs to the INVITE whose topmost Via it has (RFC 3261 9.1). */
static void tie_cancel(struct sx_tracker *t, struct sx_txn *cancel, struct sx_txn *invite)
{
    struct sx_txn_rare *rare = sx_txn_give_rare(t, invite);

    rare->related = cancel->number;
    sx_txn_give_rare(t, cancel)->related = invite->number;
    if (rare->cancel_frame || invite->final_frame || !cancel->request_frame)
        return;
    rare->cancel_frame = cancel->request_frame;
    rare->cancel_ns = cancel->request_ns;
}

/* With the topmost Via of the message. */
static struct sx_txn *find_by(const struct sx_tracker *t, const struct sx_observation *obs,
                              enum sx_method method)
{
    return sx_txn_find(t, sx_txn_key(t, obs->msg, &obs->names, method));
}

static void cancel_invite(struct sx_tracker *t, struct sx_txn *cancel,
                          const struct sx_observation *obs, struct sx_message *record)
{
    struct sx_txn *invite = find_by(t, obs, SX_METHOD_INVITE);

    if (!invite) {
        t->lone_cancels = true;
        return;
    }
    if (!sx_txn_rare(invite)->cancel_frame && !invite->final_frame &&
        sx_txn_waits_after_100(invite))
        record->flags |= SX_MESSAGE_ENDS_WAIT;
    tie_cancel(t, cancel, invite);
    sx_txn_note_message(t, invite, obs->time_ns);
}

/* The capture starts after the INVITE, or has the two in another order. */
static void find_earlier_cancel(struct sx_tracker *t, struct sx_txn *invite,
                                const struct sx_observation *obs)
{
    if (!t->lone_cancels || invite->method != SX_METHOD_INVITE || sx_txn_rare(invite)->related)
        return;
    struct sx_txn *cancel = find_by(t, obs, SX_METHOD_CANCEL);
    if (cancel && !sx_txn_rare(cancel)->related)
        tie_cancel(t, cancel, invite);
}

/* Of a CANCEL the capture has only the response. */
static void find_cancelled(struct sx_tracker *t, struct sx_txn *cancel,
                           const struct sx_observation *obs)
{
    struct sx_txn *invite = find_by(t, obs, SX_METHOD_INVITE);

    if (invite)
        tie_cancel(t, cancel, invite);
    else
        t->lone_cancels = true;
}

/* Timers grow, or stay (RFC 3261 17.1.1.2); copies by a clock that is apart do not. */
static void note_gap(struct sx_txn *txn, struct sx_txn_rare *rare, int64_t gap_ns)
{
    int64_t gap_ms = gap_ns / SX_NS_PER_MS;

    if (gap_ms < 0 || gap_ms * 5 < (int64_t)rare->repeat_gap_ms * 4)
        txn->uneven_repeats = true;
    rare->repeat_gap_ms = (uint32_t)CLAMP(gap_ms, 0, INT32_MAX);
}

static void repeated_request(struct sx_tracker *t, struct sx_txn *txn,
                             const struct sx_observation *obs, struct sx_message *record)
{
    txn->seen_elsewhere |= obs->from.host != txn->src.host || obs->to.host != txn->dst.host;
    if (record->flags & SX_MESSAGE_DUPLICATE)
        return;
    record->repeats = txn->request_frame;
    struct sx_txn_rare *rare = sx_txn_give_rare(t, txn);
    note_gap(txn, rare, obs->time_ns - sx_txn_last_request_ns(txn));
    rare->resends++;
    rare->resends_after_100 += txn->more->trying_frame != 0;
    rare->last_request_frame = obs->frame;
    rare->last_request_ns = obs->time_ns;
}

static struct sx_txn *observe_ack(struct sx_tracker *t, const struct sx_observation *obs,
                                  struct sx_message *record)
{
    struct sx_txn *invite = sx_txn_find_ack(t, obs->msg, &obs->names);

    if (!invite)
        return NULL;
    invite->ack_astray |= !sx_endpoint_eq(obs->to, invite->dst) ||
                          obs->transport != (enum sx_transport)invite->transport;
    record->identity = obs->names.to_tag;
    if (!sx_txn_more(invite)->ack_frame) {
        struct sx_txn_more *more = sx_txn_give_more(t, invite);
        more->ack_frame = obs->frame;
        more->ack_ns = obs->time_ns;
        more->ack_tag = record->identity;
    } else if (!sx_copies_mark(t, invite, record, obs)) {
        record->repeats = sx_copies_earlier_ack(t, invite, record);
    }
    invite->state = (uint8_t)sx_txn_next(true, (enum sx_txn_state)invite->state, SX_TXN_ACK);
    sx_txn_note_message(t, invite, obs->time_ns);
    return invite;
}

/* RFC 3261 17.2.3 names these for clients without the magic cookie; those that use a branch again,
 * as test tools do, are told by them as well. */
static uint32_t request_hash(const struct sx_tracker *t, const struct sx_observation *obs)
{
    struct sx_hash h = sx_hash_begin(t->key);

    sx_hash_add(&h, obs->msg->uri);
    sx_hash_add_uint(&h, (uint64_t)obs->names.from_tag << 32 | obs->names.to_tag);
    return (uint32_t)sx_hash_end(h).bits;
}

/* The transaction that a request belongs to, if it began before. */
static struct sx_txn *find_begun(struct sx_tracker *t, struct sx_fingerprint key,
                                 const struct sx_observation *obs, struct sx_message *record)
{
    struct sx_txn *txn = sx_txn_find(t, key);

    if (!txn || (txn->request_frame && sx_copies_mark(t, txn, record, obs)))
        return txn;
    if (sx_txn_is_over(txn, obs->time_ns) ||
        (txn->request_frame && txn->request_hash != record->identity))
        return NULL;
    return txn;
}

/* RFC 3262 7.2: the first number. */
static uint32_t rack_of(const struct sx_sip_msg *msg)
{
    struct sx_slice rack = sx_sip_msg_first(msg, "RAck");
    uint32_t rseq = 0;
    size_t n = 0;

    while (n < rack.n && !sx_is_lws(rack.p[n]))
        n++;
    return rack.p && sx_slice_uint(sx_slice(rack.p, n), UINT32_MAX, &rseq) ? rseq : 0;
}

/* RFC 3326 2: SIP 200 says that somebody else has answered the call. */
static void note_reason(struct sx_txn *txn, const struct sx_sip_msg *msg)
{
    struct sx_reason reason = sx_reason_read(msg);

    txn->completed_elsewhere = txn->method == SX_METHOD_CANCEL && reason.sip == 200;
    txn->reason = sx_reason_number(reason);
}

static struct sx_txn *observe_request(struct sx_tracker *t, const struct sx_observation *obs,
                                      struct sx_message *record)
{
    const struct sx_sip_msg *msg = obs->msg;
    struct sx_txn *txn;

    if (msg->method == SX_METHOD_ACK && (txn = observe_ack(t, obs, record)))
        return txn;

    struct sx_fingerprint key = sx_txn_key(t, msg, &obs->names, msg->method);
    record->identity = request_hash(t, obs);
    txn = find_begun(t, key, obs, record);
    if (txn && txn->request_frame) {
        repeated_request(t, txn, obs, record);
        sx_txn_note_message(t, txn, obs->time_ns);
        return txn;
    }
    bool new = !txn;
    if (new)
        txn = sx_txn_new(t, obs, key);
    first_request(t, txn, obs);
    txn->request_hash = record->identity;
    if (new) {
        sx_txn_place(t, txn, obs);
        find_earlier_cancel(t, txn, obs);
    } else {
        sx_txn_mark_forwarded(t, txn);
    }
    const struct sx_txn *before = follow_old_attempt(t, txn, msg);
    if (msg->has_credentials && msg->method != SX_METHOD_ACK && msg->method != SX_METHOD_CANCEL)
        sx_credentials_sent(t, txn, before, msg);
    tie_to_flow(t, txn, obs);
    sx_note_ports(t, obs);
    if (txn->in_dialog || msg->method == SX_METHOD_ACK)
        sx_dialogs_request(t, txn, obs);
    if (msg->method == SX_METHOD_INVITE)
        first_invite(t, txn, obs);
    if (msg->method == SX_METHOD_REGISTER)
        note_phone(t, obs);
    if (msg->method == SX_METHOD_INVITE || msg->method == SX_METHOD_ACK)
        sx_missing_alike(t, txn);
    if (msg->method == SX_METHOD_ACK)
        sx_dialogs_ack(t, txn);
    if (msg->method == SX_METHOD_PRACK)
        sx_txn_give_more(t, txn)->rseq = rack_of(msg);
    if (msg->has_reason && (msg->method == SX_METHOD_CANCEL || msg->method == SX_METHOD_BYE))
        note_reason(txn, msg);
    if (msg->method == SX_METHOD_CANCEL)
        cancel_invite(t, txn, obs, record);
    if (obs->time_ns < t->paused_until_ns)
        sx_overload_request(t, txn, obs);
    if (obs->bytes > SX_MAX_OVER_UDP)
        sx_sizes_large(t, txn, obs->bytes);
    if (!txn->responses)
        expect_answer(t, txn, msg, obs->time_ns + SX_TIMER_B_NS);
    if (new)
        sx_txn_note_message(t, txn, obs->time_ns);
    return txn;
}

/* ---- responses ---- */

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
    expect_answer(t, txn, obs->msg, obs->time_ns + t->cfg.trying_timeout_ns);
}

static void first_other_response(struct sx_tracker *t, struct sx_txn *txn,
                                 const struct sx_observation *obs, struct sx_message *record)
{
    struct sx_host *host = sx_hosts_at(&t->hosts, txn->dst.host);

    /* Also after a CANCEL: it may have come too late. */
    if (sx_txn_waits_after_100(txn) || (sx_txn_more(txn)->trying_frame && obs->msg->code < 300))
        record->flags |= SX_MESSAGE_ENDS_WAIT;
    txn->first_response_frame = obs->frame;
    if (txn->more || obs->msg->code < 200) {
        struct sx_txn_more *more = sx_txn_give_more(t, txn);
        more->first_response_ns = obs->time_ns;
        more->first_response_code = obs->msg->code;
        more->first_tag = obs->names.to_tag;
    }
    if (!sx_endpoint_eq(obs->to, txn->src))
        note_answer_dst(t, txn, obs->to);
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
        sx_flows_not_registered(t->flows, obs, txn, first_hop_frame(t, txn));
    else
        sx_flows_failed(t->flows, obs, txn);
    if (obs->msg->code == 430)
        txn->route_repair = sx_sip_msg_first(obs->msg, "P-Dialog-Recovery-Action").p != NULL;
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
    if (txn->final_frame) {
        /* Some proxies send two: one by the transaction, one without. */
        if (obs->msg->code == txn->final_code && to_tag != txn->final_tag && !record->repeats) {
            sx_txn_give_rare(t, txn)->other_final_tag = to_tag;
            txn->more->rare->other_final_frame = obs->frame;
        }
        return;
    }
    txn->final_frame = obs->frame;
    txn->final_ns = obs->time_ns;
    txn->final_code = obs->msg->code;
    txn->final_tag = to_tag;
    if (txn->auth || obs->msg->code == 401 || obs->msg->code == 407)
        sx_credentials_answered(t, txn, obs->msg, obs->frame);
    if (obs->msg->code >= 300) {
        await_new_attempt(t, txn, obs->msg);
        flow_fails(t, txn, obs);
        if (obs->msg->code == 503)
            sx_overload_refused(t, txn, obs);
        return;
    }
    if (obs->time_ns < t->paused_until_ns)
        sx_overload_served(t, txn);
    if (txn->method == SX_METHOD_REGISTER && (txn->flow || txn->unregisters_all)) {
        sx_flows_registered(t->flows, obs, txn, first_hop_frame(t, txn));
    }
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

static struct sx_txn *observe_response(struct sx_tracker *t, const struct sx_observation *obs,
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
        sx_txn_place(t, txn, obs);
        follow_old_attempt(t, txn, msg);
        if (msg->method == SX_METHOD_CANCEL)
            find_cancelled(t, txn, obs);
        else
            find_earlier_cancel(t, txn, obs);
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
    sx_txn_note_message(t, txn, obs->time_ns);
    return txn;
}

/* A response without Via may be meant for a request all the same. */
static bool may_be_stray(const struct sx_observation *obs)
{
    return !obs->msg->is_request && !obs->quoted && obs->msg->has_cseq &&
           obs->msg->end == SX_HEAD_COMPLETE;
}

/* What the end of the frame hides is not taken for something that is not there. */
static bool is_complete(struct sx_tracker *t, struct sx_observation *obs, struct sx_sip_msg *whole)
{
    if ((obs->msg->has_via && obs->msg->has_cseq) || may_be_stray(obs))
        return true;
    if (obs->quoted || obs->msg->end != SX_HEAD_CUT)
        return false;
    obs->from = (struct sx_endpoint){sx_hosts_index(&t->hosts, &obs->src), obs->src.port};
    obs->to = (struct sx_endpoint){sx_hosts_index(&t->hosts, &obs->dst), obs->dst.port};
    if (!sx_cut_complete(t, obs, whole)) {
        sx_cut_unknown(t, obs);
        return false;
    }
    obs->msg = whole;
    return true;
}

struct sx_message *sx_tracker_observe(struct sx_tracker *t, struct sx_observation *obs)
{
    struct sx_message *record = sx_pool_add(&t->messages);
    struct sx_txn *txn = NULL;
    struct sx_sip_msg whole;

    record->frame = obs->frame;
    record->code = obs->msg->code;
    record->method = (uint8_t)obs->msg->method;
    record->flags = obs->quoted ? SX_MESSAGE_QUOTED : 0;
    if (!is_complete(t, obs, &whole))
        return record;
    record->method = (uint8_t)obs->msg->method;
    obs->names = sx_txn_names(t, obs->msg);
    if (obs->quoted) {
        txn = sx_observe_quote(t, obs);
    } else {
        obs->from = (struct sx_endpoint){sx_hosts_index(&t->hosts, &obs->src), obs->src.port};
        obs->to = (struct sx_endpoint){sx_hosts_index(&t->hosts, &obs->dst), obs->dst.port};
        sx_copies_note(t, obs);
        txn = obs->msg->is_request ? observe_request(t, obs, record)
                                   : observe_response(t, obs, record);
        if (!txn)
            return record;
        record->txn = txn->number;
        sx_copies_add(t, txn);
        struct sx_host *sender = sx_hosts_at(&t->hosts, obs->from.host);
        sender->sent++;
        sender->last_frame = obs->frame;
        if (obs->transport == SX_TRANSPORT_UDP && sx_flows_over_udp(t->flows))
            sx_flows_datagram(t->flows,
                              &(struct sx_datagram){.frame = obs->frame, .time_ns = obs->time_ns},
                              obs->from, obs->to, &(struct sx_stun){0});
    }
    record->txn = txn ? txn->number : 0;
    /* A frame that a read filter dropped may have borne this number. */
    if (record->repeats >= obs->frame) {
        record->repeats = 0;
        record->flags &= (uint8_t)~SX_MESSAGE_DUPLICATE;
    }
    return record;
}
