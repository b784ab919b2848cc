/* flow_failure.c
 * How a flow died, and the responses that say so.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/record/flow_state.h"

/* RFC 5626 4.4.1; 4.4.2: 7 requests, the last waits 16 * RTO, with RTO 500 ms */
#define PONG_NS (10 * SX_NS_PER_S)
#define STUN_NS (39500 * SX_NS_PER_MS)

/* So often TCP repeats before it says something of the other side, and so recently. */
#define REPEATS 3
#define REPEATED_NS (60 * SX_NS_PER_S)

static enum sx_flow_death closed_how(const struct sx_flows *f, const struct sx_link *link,
                                     struct sx_flow_failure *failure)
{
    const struct sx_edge *edge = sx_link_edge(f, link);

    /* A goodbye of the client is its last bytes. */
    if (!link->goodbye_in)
        failure->idle_ns = MAX(link->closed_ns - link->last_client_ns, 0);
    failure->death_in = link->goodbye_in ? link->goodbye_in : link->closed_in;
    if (!link->closed_by_client && !link->closer_unknown && edge->all_ended && edge->ended > 1 &&
        link->closed_ns >= edge->ended_ns && !sx_edge_lives_on(f, edge)) {
        failure->ended = edge->ended;
        return SX_DEATH_ALL_AT_ONCE;
    }
    return link->forgotten ? SX_DEATH_FORGOTTEN : SX_DEATH_CLOSED;
}

static enum sx_flow_death link_death(const struct sx_flows *f, const struct sx_link *link,
                                     int64_t now_ns, struct sx_flow_failure *failure)
{
    int64_t patience = link->transport == SX_TRANSPORT_UDP ? STUN_NS : PONG_NS;

    if (link->closed_in)
        return closed_how(f, link, failure);
    if ((failure->death_in = link->unreachable_in))
        return SX_DEATH_UNREACHABLE;
    if ((failure->death_in = link->moved_in))
        return SX_DEATH_MOVED;
    if ((failure->death_in = link->refused_in))
        return SX_DEATH_REFUSED;
    if (link->owes_pong && link->has_edge_end && !link->lacks_edge &&
        (failure->death_in = link->ping_in) && now_ns - link->ping_ns >= patience)
        return SX_DEATH_NO_PONG;
    failure->death_in = 0;
    if (link->repeats < REPEATS || now_ns - link->repeated_ns > REPEATED_NS)
        return SX_DEATH_UNKNOWN;
    failure->death_in = link->repeated_in;
    failure->repeats = link->repeats;
    return SX_DEATH_NO_ACK;
}

/* Whoever routes a request to the binding still holds it, and the capture may have missed a
 * refresh: that it ran out is sure only where it shows that the refresh was refused. */
static bool has_run_out(const struct sx_flows *f, const struct sx_flow *flow, int64_t now_ns)
{
    const struct sx_registering *newest =
        sx_registering_at(f, sx_binding_of(f, flow)->newest_event);

    return sx_flow_expires_ns(f, flow) <= now_ns && newest && newest->txn->final_code >= 300;
}

static enum sx_flow_death death_of(const struct sx_flows *f, const struct sx_flow *flow,
                                   int64_t now_ns, struct sx_flow_failure *failure)
{
    const struct sx_link *link = sx_flow_more(flow)->link;
    enum sx_flow_death death = SX_DEATH_UNKNOWN;

    if (flow->removed_in && !(link && link->closed_in && link->closed_in < flow->removed_in)) {
        failure->death_in = flow->removed_in;
        return SX_DEATH_REMOVED;
    }
    if (link)
        death = link_death(f, link, now_ns, failure);
    if (death != SX_DEATH_UNKNOWN)
        return death;
    if (has_run_out(f, flow, now_ns))
        return SX_DEATH_EXPIRED;
    if (sx_flow_more(flow)->flow_timer_s > 0 &&
        failure->silent_ns > (int64_t)sx_flow_more(flow)->flow_timer_s * SX_NS_PER_S)
        return SX_DEATH_FLOW_TIMER;
    return SX_DEATH_UNKNOWN;
}

/* 430 says it. Others are said for many reasons, so only where the capture shows that the
 * connection had ended and that the host at its end sent nothing on: 477, and 500 over WebSocket
 * (Kamailio), 503 (Asterisk), and 403 to a token from before a restart. */
static bool is_lost(const struct sx_flow *flow, const struct sx_txn *txn,
                    const struct sx_sip_msg *msg)
{
    const struct sx_link *link = sx_flow_more(flow)->link;

    if (msg->code == 430)
        return true;
    if (!link || !link->closed_in || txn->first_child || txn->dst.host != link->ends.edge.host)
        return false;
    if (msg->code == 403)
        return txn->token_known && !link->closed_by_client && !link->closer_unknown;
    return !msg->has_retry_after;
}

static bool may_tell_a_loss(const struct sx_txn *txn, unsigned code)
{
    return txn->method != SX_METHOD_REGISTER &&
           (code == 430 || code == 477 || code == 403 || code == 500 || code == 503);
}

void sx_flows_failed(struct sx_flows *f, const struct sx_observation *obs, const struct sx_txn *txn)
{
    struct sx_flow *flow = sx_flow_numbered(f, txn->flow);

    if (!flow || !may_tell_a_loss(txn, obs->msg->code))
        return;
    struct sx_binding_more *binding = sx_binding_give_more(f, sx_binding_of(f, flow));
    struct sx_flow_failure *failure = sx_pool_add(&f->failures);
    sx_flow_settle(f, flow);
    *failure = (struct sx_flow_failure){
        .frame = obs->frame,
        .txn = txn->number,
        .flow = flow->number,
        .silent_ns = sx_flow_more(flow)->link
                         ? MAX(obs->time_ns - sx_flow_more(flow)->link->last_client_ns, 0)
                         : -1,
        .idle_ns = -1,
        .older = binding->open_failure,
        .older_of_flow = sx_flow_more(flow)->failure,
        .flow_timer_s = sx_flow_more(flow)->flow_timer_s,
        .edge_unreachable = sx_flow_more(flow)->link && sx_flow_more(flow)->link->edge_unreachable,
    };
    binding->open_failure = sx_flow_give_more(f, flow)->failure = f->failures.count;
    failure->death = (uint8_t)death_of(f, flow, obs->time_ns, failure);
    failure->lost = is_lost(flow, txn, obs->msg);
    const struct sx_flow *newer = sx_flow_numbered(f, sx_flow_more(flow)->newer);
    if (newer)
        failure->replaced_in = newer->registered_in;
    g_hash_table_replace(f->by_txn, GUINT_TO_POINTER(txn->number), failure);
}

/* Over UDP whatever the client sends may open the way through a NAT again; a connection that has
 * ended does not come back. */
void sx_flows_answered(struct sx_flows *f, const struct sx_observation *obs,
                       const struct sx_txn *txn)
{
    const struct sx_flow *flow = sx_flow_numbered(f, txn->flow);
    const struct sx_link *link = flow ? sx_flow_more(flow)->link : NULL;
    struct sx_flow_failure *failure;

    if (!link || link->transport == SX_TRANSPORT_UDP || link->closed_in ||
        !sx_flow_is_to_client(flow, txn))
        return;
    failure = sx_pool_numbered(&f->failures, sx_flow_more(flow)->failure);
    while (failure && !failure->works_in && !failure->again_in) {
        failure->works_in = obs->frame;
        failure->works_code = (uint16_t)obs->msg->code;
        failure = sx_pool_numbered(&f->failures, failure->older_of_flow);
    }
}

const struct sx_flow_failure *sx_flows_failure(const struct sx_flows *f, uint32_t txn)
{
    return g_hash_table_lookup(f->by_txn, GUINT_TO_POINTER(txn));
}

const struct sx_flow_failure *sx_flow_failure_at(const struct sx_flows *f, uint32_t number)
{
    return sx_pool_numbered(&f->failures, number);
}
