/* flow_link.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/record/flow_state.h"

/* RFC 5626 4.4.1; 4.4.2: 7 requests, the last waits 16 * RTO, with RTO 500 ms */
#define PONG_NS (10 * SX_NS_PER_S)
#define STUN_NS (39500 * SX_NS_PER_MS)

/* So closely one after the other a process that stops closes its connections. */
#define AT_ONCE_NS (2 * SX_NS_PER_S)

/* TCP waits longer than this before it repeats anything; what comes sooner is a copy. */
#define SHORTEST_RTO_NS (100 * SX_NS_PER_MS)

/* So often TCP repeats before it says something of the other side, and so recently. */
#define REPEATS 3
#define REPEATED_NS (60 * SX_NS_PER_S)

/* The end of a connection that registered flows hang on. */
struct loss {
    uint32_t frame;
    const struct sx_link *link;
};

static bool same_endpoint(struct sx_endpoint a, struct sx_endpoint b)
{
    return a.host == b.host && a.port == b.port;
}

static uint64_t mixed(uint64_t h, uint32_t value)
{
    h = (h ^ value) * UINT64_C(0x9e3779b97f4a7c15);
    return h ^ h >> 29;
}

static guint connection_hash(gconstpointer p)
{
    const struct sx_connection *c = p;
    uint64_t h = mixed(mixed(c->salt, c->client.host), c->edge.host);

    return (guint)(mixed(h, (uint32_t)c->client.port << 16 | c->edge.port) >> 16);
}

static gboolean connection_equal(gconstpointer x, gconstpointer y)
{
    const struct sx_connection *a = x, *b = y;

    return same_endpoint(a->client, b->client) && same_endpoint(a->edge, b->edge);
}

void sx_links_init(struct sx_flows *f)
{
    sx_pool_init(&f->links, sizeof(struct sx_link));
    sx_pool_init(&f->edges, sizeof(struct sx_edge));
    sx_pool_init(&f->losses, sizeof(struct loss));
    f->by_connection = g_hash_table_new(connection_hash, connection_equal);
    f->by_edge = g_hash_table_new(connection_hash, connection_equal);
}

void sx_links_clear(struct sx_flows *f)
{
    g_hash_table_destroy(f->by_connection);
    g_hash_table_destroy(f->by_edge);
    sx_pool_clear(&f->links);
    sx_pool_clear(&f->edges);
    sx_pool_clear(&f->losses);
}

static struct sx_connection connection_of(const struct sx_flows *f, struct sx_endpoint client,
                                          struct sx_endpoint edge)
{
    return (struct sx_connection){.client = client, .edge = edge, .salt = f->key[0]};
}

static struct sx_link *link_between(const struct sx_flows *f, struct sx_endpoint client,
                                    struct sx_endpoint edge)
{
    struct sx_connection ends = connection_of(f, client, edge);

    return g_hash_table_lookup(f->by_connection, &ends);
}

/* ---- a flow and its link ---- */

static struct sx_edge *edge_of(const struct sx_flows *f, const struct sx_link *link)
{
    return sx_pool_at(&f->edges, link->edge);
}

static uint32_t edge_at(struct sx_flows *f, struct sx_endpoint end)
{
    struct sx_connection at = connection_of(f, (struct sx_endpoint){0, 0}, end);
    gpointer found;

    if (g_hash_table_lookup_extended(f->by_edge, &at, NULL, &found))
        return GPOINTER_TO_UINT(found);
    struct sx_edge *edge = sx_pool_add(&f->edges);
    edge->at = at;
    g_hash_table_insert(f->by_edge, &edge->at, GUINT_TO_POINTER(f->edges.count - 1));
    return f->edges.count - 1;
}

static struct sx_link *new_link(struct sx_flows *f, const struct sx_observation *obs,
                                const struct sx_txn *txn)
{
    struct sx_link *link = sx_pool_add(&f->links);

    *link = (struct sx_link){
        .ends = connection_of(f, txn->src, txn->dst),
        .edge = edge_at(f, txn->dst),
        .stream = obs->stream,
        .has_stream = obs->has_stream,
        .transport = txn->transport,
    };
    g_hash_table_replace(f->by_connection, &link->ends, link);
    edge_of(f, link)->open++;
    if (link->transport == SX_TRANSPORT_UDP)
        f->udp_links++;
    return link;
}

bool sx_flow_is_on(const struct sx_flow *flow, const struct sx_txn *txn)
{
    return flow->link && same_endpoint(flow->link->ends.client, txn->src) &&
           same_endpoint(flow->link->ends.edge, txn->dst);
}

bool sx_flow_is_to_client(const struct sx_flow *flow, const struct sx_txn *txn)
{
    return flow->link && same_endpoint(flow->link->ends.client, txn->dst) &&
           same_endpoint(flow->link->ends.edge, txn->src);
}

void sx_flow_set_link(struct sx_flows *f, struct sx_flow *flow, const struct sx_observation *obs,
                      const struct sx_txn *txn)
{
    if (!flow->link) {
        struct sx_link *link = link_between(f, txn->src, txn->dst);
        if (!link || link->closed_in)
            link = new_link(f, obs, txn);
        flow->link = link;
        flow->on_link = link->newest_flow;
        link->newest_flow = flow->number;
    }
    flow->link->last_client_ns = obs->time_ns;
}

void sx_link_revive(struct sx_link *link)
{
    link->unreachable_in = link->refused_in = link->moved_in = 0;
}

/* ---- TCP ---- */

/* The edge ended one more of its connections. */
static void end_of_edge(struct sx_edge *edge, int64_t ns)
{
    if (edge->ended == 0 || ns - edge->ended_ns > AT_ONCE_NS || ns < edge->ended_ns) {
        edge->ended = 0;
        edge->ended_ns = ns;
        edge->all_ended = false;
    }
    edge->ended++;
    edge->all_ended = edge->open == 0;
}

static void close_link(struct sx_flows *f, struct sx_link *link, const struct sx_segment *segment,
                       bool from_client)
{
    struct sx_flow *flow = sx_flow_numbered(f, link->newest_flow);
    struct sx_edge *edge = edge_of(f, link);

    link->closed_in = segment->frame;
    link->closed_ns = segment->time_ns;
    link->reset = segment->flags & SX_TCP_RST;
    link->closed_by_client = link->goodbye_in ? link->goodbye_of_client : from_client;
    /* RFC 9293 3.10.7.1: so a host answers a segment of a connection that it does not know. */
    link->forgotten = !from_client && link->reset && !(segment->flags & SX_TCP_ACK);
    edge->open--;
    if (!link->closed_by_client)
        end_of_edge(edge, segment->time_ns);
    for (; flow; flow = sx_flow_numbered(f, flow->on_link))
        sx_flow_settle(f, flow);
    *(struct loss *)sx_pool_add(&f->losses) = (struct loss){.frame = segment->frame, .link = link};
}

/* Bytes of the edge that it sent before say that nothing came back for them. */
static void edge_sends(struct sx_link *link, const struct sx_segment *segment)
{
    uint32_t end = segment->seq + segment->payload;

    if (!link->has_edge_end || (int32_t)(end - link->edge_end) > 0) {
        link->has_edge_end = true;
        link->edge_end = end;
        link->repeated_ns = segment->time_ns;
        link->late = link->ping_in && segment->time_ns - link->ping_ns >= PONG_NS;
        if (!link->late)
            link->ping_in = 0;
        return;
    }
    if (ABS(segment->time_ns - link->repeated_ns) < SHORTEST_RTO_NS)
        return;
    if (link->repeats == 0 || link->repeated_end != end) {
        link->repeated_end = end;
        link->repeated_in = segment->frame;
        link->repeats = 0;
    }
    link->repeats++;
    link->repeated_ns = segment->time_ns;
}

static void client_sends(struct sx_link *link, uint32_t frame, int64_t time_ns, bool ping)
{
    link->last_client_ns = time_ns;
    if (ping && !link->ping_in) {
        link->ping_in = frame;
        link->ping_ns = time_ns;
    }
}

/* What the client has got of the edge's bytes shows that the connection works. */
static void client_acknowledges(struct sx_link *link, uint32_t ack)
{
    if ((int32_t)(ack - link->repeated_end) >= 0)
        link->repeats = 0;
    if (link->late && (int32_t)(ack - link->edge_end) >= 0) {
        link->late = false;
        link->ping_in = 0;
    }
}

static void segment_of(struct sx_flows *f, struct sx_link *link, const struct sx_segment *segment,
                       bool from_client)
{
    if (!link || link->closed_in || link->transport == SX_TRANSPORT_UDP)
        return;
    if (segment->payload > 0 && from_client) {
        client_acknowledges(link, segment->ack);
        client_sends(link, segment->frame, segment->time_ns, segment->sign == SX_SEGMENT_PING);
    } else if (segment->payload > 0) {
        edge_sends(link, segment);
    }
    if (segment->sign == SX_SEGMENT_GOODBYE && !link->goodbye_in) {
        link->goodbye_in = segment->frame;
        link->goodbye_of_client = from_client;
    }
    if (segment->flags & (SX_TCP_FIN | SX_TCP_RST))
        close_link(f, link, segment, from_client);
}

void sx_flows_segment(struct sx_flows *f, const struct sx_segment *segment,
                      struct sx_endpoint from, struct sx_endpoint to)
{
    if (f->links.count == 0)
        return;
    segment_of(f, link_between(f, from, to), segment, true);
    segment_of(f, link_between(f, to, from), segment, false);
}

const struct sx_flow *sx_flows_lost_here(const struct sx_flows *f, uint32_t frame)
{
    const struct loss *loss = sx_pool_nth(&f->losses, frame, 0);

    return loss ? sx_flow_numbered(f, loss->link->newest_flow) : NULL;
}

const struct sx_flow *sx_flows_next_lost(const struct sx_flows *f, const struct sx_flow *flow)
{
    return sx_flow_numbered(f, flow->on_link);
}

/* ---- UDP ---- */

bool sx_flows_over_udp(const struct sx_flows *f)
{
    return f->udp_links > 0;
}

static bool same_mapped(const struct sx_stun_address *a, const struct sx_stun_address *b)
{
    return a->len == b->len && memcmp(a->bytes, b->bytes, a->len) == 0;
}

static void edge_answers(struct sx_link *link, const struct sx_stun *stun, uint32_t frame)
{
    if (stun->kind == SX_STUN_ERROR && !link->refused_in)
        link->refused_in = frame;
    if (stun->kind != SX_STUN_SUCCESS)
        return;
    link->ping_in = link->refused_in = 0;
    if (stun->mapped.len == 0)
        return;
    if (link->mapped.len == 0)
        link->mapped = stun->mapped;
    else if (!link->moved_in && !same_mapped(&link->mapped, &stun->mapped))
        link->moved_in = frame;
}

void sx_flows_datagram(struct sx_flows *f, const struct sx_datagram *datagram,
                       struct sx_endpoint from, struct sx_endpoint to, const struct sx_stun *stun)
{
    struct sx_link *link = link_between(f, from, to);

    if (link && link->transport == SX_TRANSPORT_UDP) {
        client_sends(link, datagram->frame, datagram->time_ns, stun->kind == SX_STUN_REQUEST);
        return;
    }
    link = link_between(f, to, from);
    if (link && link->transport == SX_TRANSPORT_UDP)
        edge_answers(link, stun, datagram->frame);
}

void sx_flows_unreachable(struct sx_flows *f, uint32_t frame, struct sx_endpoint from,
                          struct sx_endpoint to)
{
    struct sx_link *link = link_between(f, to, from);
    bool to_edge = false;

    if (!link) {
        link = link_between(f, from, to);
        to_edge = true;
    }
    if (!link || link->transport != SX_TRANSPORT_UDP || link->unreachable_in)
        return;
    link->unreachable_in = frame;
    link->edge_unreachable = to_edge;
}

/* ---- the failure ---- */

static enum sx_flow_death closed_how(const struct sx_flows *f, const struct sx_link *link,
                                     struct sx_flow_failure *failure)
{
    const struct sx_edge *edge = edge_of(f, link);

    /* A goodbye of the client is its last bytes. */
    if (!link->goodbye_in)
        failure->idle_ns = MAX(link->closed_ns - link->last_client_ns, 0);
    failure->death_in = link->goodbye_in ? link->goodbye_in : link->closed_in;
    if (!link->closed_by_client && edge->all_ended && edge->ended > 1 &&
        link->closed_ns >= edge->ended_ns) {
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
    if ((failure->death_in = link->ping_in) && now_ns - link->ping_ns >= patience)
        return SX_DEATH_NO_PONG;
    failure->death_in = 0;
    if (link->repeats < REPEATS || now_ns - link->repeated_ns > REPEATED_NS)
        return SX_DEATH_UNKNOWN;
    failure->death_in = link->repeated_in;
    failure->repeats = link->repeats;
    return SX_DEATH_NO_ACK;
}

static enum sx_flow_death death_of(const struct sx_flows *f, const struct sx_flow *flow,
                                   int64_t now_ns, struct sx_flow_failure *failure)
{
    const struct sx_link *link = flow->link;
    enum sx_flow_death death = SX_DEATH_UNKNOWN;

    if (flow->removed_in && !(link && link->closed_in && link->closed_in < flow->removed_in)) {
        failure->death_in = flow->removed_in;
        return SX_DEATH_REMOVED;
    }
    if (link)
        death = link_death(f, link, now_ns, failure);
    if (death != SX_DEATH_UNKNOWN)
        return death;
    if (flow->expires_ns <= now_ns)
        return SX_DEATH_EXPIRED;
    if (flow->flow_timer_s > 0 &&
        failure->silent_ns > (int64_t)flow->flow_timer_s * SX_NS_PER_S)
        return SX_DEATH_FLOW_TIMER;
    return SX_DEATH_UNKNOWN;
}

/* 430 says it; 477, and 403 to a token from before a restart, only where the capture shows it. */
static bool is_lost(const struct sx_flow *flow, const struct sx_txn *txn, unsigned code)
{
    const struct sx_link *link = flow->link;

    if (code == 430)
        return true;
    return link && link->closed_in && !txn->first_child &&
           (code == 477 || !link->closed_by_client);
}

void sx_flows_failed(struct sx_flows *f, const struct sx_observation *obs,
                     const struct sx_txn *txn)
{
    struct sx_flow *flow = sx_flow_numbered(f, txn->flow);
    unsigned code = obs->msg->code;

    if (!flow || (code != 430 && code != 477 && code != 403) || txn->method == SX_METHOD_REGISTER)
        return;
    struct sx_binding *binding = sx_pool_at(&f->bindings, flow->binding - 1);
    struct sx_flow_failure *failure = sx_pool_add(&f->failures);
    sx_flow_settle(f, flow);
    *failure = (struct sx_flow_failure){
        .frame = obs->frame,
        .flow = flow->number,
        .silent_ns = flow->link ? MAX(obs->time_ns - flow->link->last_client_ns, 0) : -1,
        .idle_ns = -1,
        .older = binding->open_failure,
        .flow_timer_s = flow->flow_timer_s,
        .edge_unreachable = flow->link && flow->link->edge_unreachable,
    };
    binding->open_failure = f->failures.count;
    failure->death = (uint8_t)death_of(f, flow, obs->time_ns, failure);
    failure->lost = is_lost(flow, txn, code);
    if (failure->lost && !flow->failed_in)
        flow->failed_in = obs->frame;
    const struct sx_flow *newer = sx_flow_numbered(f, flow->newer);
    if (newer)
        failure->replaced_in = newer->registered_in;
    g_hash_table_replace(f->by_txn, GUINT_TO_POINTER(txn->number), failure);
}

const struct sx_flow_failure *sx_flows_failure(const struct sx_flows *f, uint32_t txn)
{
    return g_hash_table_lookup(f->by_txn, GUINT_TO_POINTER(txn));
}
