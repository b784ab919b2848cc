/* requests.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/record/requests.h"

#include "core/read/name_addr.h"
#include "core/read/reason.h"
#include "core/read/session_id.h"
#include "core/read/sip_msg_field.h"
#include "core/record/answers.h"
#include "core/record/attempts.h"
#include "core/record/cancels.h"
#include "core/record/copies.h"
#include "core/record/final_acks.h"
#include "core/record/flow_register.h"
#include "core/record/overload.h"
#include "core/record/riding.h"
#include "core/record/sessions.h"
#include "core/record/sizes.h"

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
        sx_answers_note_dst(t, txn, answer_dst);
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

    if (txn->method == SX_METHOD_REGISTER) {
        txn->flow = sx_flow_register(t->flows, obs, txn, parent ? parent->flow : 0);
        sx_tracker_refresh_came(t);
    } else if (sx_flows_count(t->flows) > 0 && txn->method != SX_METHOD_ACK) {
        callee = sx_flows_route(t->flows, obs->msg, txn, parent ? parent->flow : 0);
    }
    if (callee)
        sx_txn_give_more(t, txn)->callee = callee;
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
        sx_final_acks_note(t, invite, record->identity,
                           (struct sx_final_ack){obs->frame, obs->time_ns});
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

struct sx_txn *sx_requests_observe(struct sx_tracker *t, const struct sx_observation *obs,
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
        sx_cancels_of_invite(t, txn, obs);
    } else {
        sx_txn_mark_forwarded(t, txn);
    }
    const struct sx_txn *before = sx_attempts_follow(t, txn, msg);
    if (msg->has_credentials && msg->method != SX_METHOD_ACK && msg->method != SX_METHOD_CANCEL)
        sx_credentials_sent(t, txn, before, msg);
    tie_to_flow(t, txn, obs);
    sx_note_ports(t, obs);
    if (txn->in_dialog || msg->method == SX_METHOD_ACK)
        sx_dialogs_request(t, txn, obs);
    if (txn->in_dialog && sx_session_can_refresh(msg->method))
        sx_sessions_refresh_came(t, txn);
    if (msg->method == SX_METHOD_INVITE)
        first_invite(t, txn, obs);
    if (msg->method == SX_METHOD_REGISTER)
        note_phone(t, obs);
    if ((msg->method == SX_METHOD_INVITE && new) || msg->method == SX_METHOD_ACK)
        sx_missing_alike(t, txn);
    if (msg->method == SX_METHOD_ACK)
        sx_dialogs_ack(t, txn);
    if (msg->method == SX_METHOD_PRACK)
        sx_txn_give_more(t, txn)->rseq = rack_of(msg);
    if (msg->has_reason && (msg->method == SX_METHOD_CANCEL || msg->method == SX_METHOD_BYE))
        note_reason(txn, msg);
    if (msg->method == SX_METHOD_CANCEL)
        sx_cancels_request(t, txn, obs, record);
    if (obs->time_ns < t->paused_until_ns)
        sx_overload_request(t, txn, obs);
    if (obs->bytes > SX_MAX_OVER_UDP)
        sx_sizes_large(t, txn, obs->bytes);
    if (!txn->responses)
        sx_answers_expect(t, txn, msg, obs->time_ns + SX_TIMER_B_NS);
    if (new)
        sx_txn_note_message(t, txn, obs->time_ns);
    return txn;
}
