/* observe.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/record/copies.h"
#include "core/record/requests.h"
#include "core/record/responses.h"
#include "core/record/tcp_bytes.h"

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
        txn = obs->too_big ? sx_txn_at(t, sx_tracker_find(t, obs->msg)) : sx_observe_quote(t, obs);
    } else {
        obs->from = (struct sx_endpoint){sx_hosts_index(&t->hosts, &obs->src), obs->src.port};
        obs->to = (struct sx_endpoint){sx_hosts_index(&t->hosts, &obs->dst), obs->dst.port};
        if (obs->packet.exact)
            sx_tcp_bytes_message(t, obs);
        sx_copies_note(t, obs);
        txn = obs->msg->is_request ? sx_requests_observe(t, obs, record)
                                   : sx_responses_observe(t, obs, record);
        if (!txn)
            return record;
        record->txn = txn->number;
        sx_copies_add(t, txn);
        if (t->expiries.count > 0 && record->repeats == 0)
            sx_tracker_answer_shown(t, txn);
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
