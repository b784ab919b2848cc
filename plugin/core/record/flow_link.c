/* flow_link.c
 * The connections that flows go over.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/record/flow_state.h"

/* RFC 5626 4.4.1 */
#define PONG_NS (10 * SX_NS_PER_S)

/* So closely one after the other a process that stops closes its connections. */
#define AT_ONCE_NS (2 * SX_NS_PER_S)

/* TCP waits longer than this before it repeats anything; what comes sooner is a copy. */
#define SHORTEST_RTO_NS (100 * SX_NS_PER_MS)

/* The end of a connection that registered flows hang on. */
struct loss {
    uint32_t frame;
    const struct sx_link *link;
};

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

    return sx_endpoint_eq(a->client, b->client) && sx_endpoint_eq(a->edge, b->edge);
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

/* True if another port of the edge's host has connections that live on. */
bool sx_edge_lives_on(const struct sx_flows *f, const struct sx_edge *edge)
{
    for (uint32_t i = 0; i < MIN(f->edges.count, SX_MAX_FLOWS); i++) {
        const struct sx_edge *other = sx_pool_at(&f->edges, f->edges.count - 1 - i);
        if (other != edge && other->at.edge.host == edge->at.edge.host && other->open > 0)
            return true;
    }
    return false;
}

const struct sx_edge *sx_link_edge(const struct sx_flows *f, const struct sx_link *link)
{
    return edge_of(f, link);
}

static bool find_edge(const struct sx_flows *f, struct sx_endpoint end, uint32_t *number)
{
    struct sx_connection at = connection_of(f, (struct sx_endpoint){0, 0}, end);
    gpointer found;

    if (!g_hash_table_lookup_extended(f->by_edge, &at, NULL, &found))
        return false;
    *number = GPOINTER_TO_UINT(found);
    return true;
}

static uint32_t edge_at(struct sx_flows *f, struct sx_endpoint end)
{
    uint32_t number;

    if (find_edge(f, end, &number))
        return number;
    struct sx_edge *edge = sx_pool_add(&f->edges);
    edge->at = connection_of(f, (struct sx_endpoint){0, 0}, end);
    g_hash_table_insert(f->by_edge, &edge->at, GUINT_TO_POINTER(f->edges.count - 1));
    return f->edges.count - 1;
}

static struct sx_link *new_link(struct sx_flows *f, struct sx_endpoint client,
                                struct sx_endpoint edge, enum sx_transport transport,
                                int64_t since_ns)
{
    struct sx_link *link = sx_pool_add(&f->links);

    link->ends = connection_of(f, client, edge);
    link->edge = edge_at(f, edge);
    link->transport = (uint8_t)transport;
    link->since_ns = since_ns;
    g_hash_table_replace(f->by_connection, &link->ends, link);
    edge_of(f, link)->open++;
    if (transport == SX_TRANSPORT_UDP)
        f->udp_links++;
    return link;
}

/* Over UDP nothing ends that could be seen, unless the client watches its flow. */
static bool has_link(const struct sx_flow *flow)
{
    return flow->transport != SX_TRANSPORT_UDP || sx_flow_more(flow)->reg_id > 0;
}

void sx_flow_set_link(struct sx_flows *f, struct sx_flow *flow, const struct sx_observation *obs,
                      const struct sx_txn *txn)
{
    if (!has_link(flow))
        return;
    if (!sx_flow_more(flow)->link) {
        struct sx_link *link = link_between(f, txn->src, txn->dst);
        if (!link || link->closed_in)
            link = new_link(f, txn->src, txn->dst, (enum sx_transport)txn->transport, INT64_MIN);
        link->transport = txn->transport;
        link->stream = obs->stream;
        link->has_stream = obs->has_stream;
        sx_flow_give_more(f, flow)->link = link;
        flow->more->on_link = link->newest_flow;
        link->newest_flow = flow->number;
    }
    sx_flow_more(flow)->link->last_client_ns = obs->time_ns;
}

void sx_link_seen(struct sx_flows *f, const struct sx_txn *txn)
{
    if (txn->transport != SX_TRANSPORT_UDP && txn->transport != SX_TRANSPORT_OTHER &&
        !link_between(f, txn->src, txn->dst))
        new_link(f, txn->src, txn->dst, (enum sx_transport)txn->transport, INT64_MIN);
}

void sx_link_revive(struct sx_link *link)
{
    link->unreachable_in = link->refused_in = link->moved_in = 0;
}

/* ---- TCP ---- */

/* The edge ended one more of its connections. What came up since it began to do so tells nothing.
 * */
static void end_of_edge(struct sx_edge *edge, const struct sx_link *link)
{
    int64_t ns = link->closed_ns;

    if (edge->ended == 0 || ns - edge->ended_ns > AT_ONCE_NS || ns < edge->ended_ns) {
        edge->ended = 0;
        edge->ended_ns = ns;
        edge->old = edge->open;
    } else if (link->since_ns <= edge->ended_ns && edge->old > 0) {
        edge->old--;
    }
    edge->ended++;
    edge->all_ended = edge->old == 0;
}

/* The edge has got bytes of the client that the capture lacks, or its FIN, which counts for one. */
static bool has_unseen(const struct sx_link *link, const struct sx_segment *segment)
{
    return link->has_client_end && segment->flags & SX_TCP_ACK &&
           (int32_t)(segment->ack - link->client_end) > 0;
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
    link->closer_unknown = !link->goodbye_in && !from_client && has_unseen(link, segment);
    /* RFC 9293 3.10.7.1: so a host answers a segment of a connection that it does not know. */
    link->forgotten = !from_client && link->reset && !(segment->flags & SX_TCP_ACK);
    edge->open--;
    if (!link->closed_by_client && !link->closer_unknown)
        end_of_edge(edge, link);
    for (; flow; flow = sx_flow_numbered(f, sx_flow_more(flow)->on_link))
        sx_flow_settle(f, flow);
    *(struct loss *)sx_pool_add(&f->losses) = (struct loss){.frame = segment->frame, .link = link};
}

/* Bytes of the edge that the capture lacks: the pong may be among them, and so may others. */
static void lacks_edge(struct sx_link *link)
{
    link->lacks_edge = true;
    link->ping_in = 0;
}

/* The edge has sent something up to this number that the capture lacks. */
static bool has_gap(const struct sx_link *link, uint32_t number)
{
    if (link->has_edge_end)
        return (int32_t)(number - link->edge_end) > 0;
    return link->ping_in && (int32_t)(number - link->ping_ack) > 0;
}

/* Bytes of the edge that it sent before say that nothing came back for them. */
static void edge_sends(struct sx_link *link, const struct sx_segment *segment)
{
    uint32_t end = segment->seq + segment->payload;

    if (has_gap(link, segment->seq))
        lacks_edge(link);
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

static void client_sends(struct sx_link *link, uint32_t frame, int64_t time_ns, bool ping,
                         uint32_t ack)
{
    link->last_client_ns = time_ns;
    /* Over UDP: it is there again. */
    if (link->unreachable_in && !link->edge_unreachable)
        link->unreachable_in = 0;
    if (ping && !link->ping_in) {
        link->ping_in = frame;
        link->ping_ns = time_ns;
        link->ping_ack = ack;
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

static void note_client_end(struct sx_link *link, uint32_t end)
{
    if (!link->has_client_end || (int32_t)(end - link->client_end) > 0)
        link->client_end = end;
    link->has_client_end = true;
}

static void segment_of(struct sx_flows *f, struct sx_link *link, const struct sx_segment *segment,
                       bool from_client)
{
    if (!link || link->closed_in || link->transport == SX_TRANSPORT_UDP)
        return;
    if (from_client && segment->flags & SX_TCP_ACK && has_gap(link, segment->ack))
        lacks_edge(link);
    if (segment->payload > 0 && from_client) {
        client_acknowledges(link, segment->ack);
        client_sends(link, segment->frame, segment->time_ns, segment->sign == SX_SEGMENT_PING,
                     segment->ack);
        note_client_end(link, segment->seq + segment->payload);
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

/* Another connection to an edge that flows go to: as long as it lives, the edge does. */
static struct sx_link *link_to_edge(struct sx_flows *f, const struct sx_segment *segment,
                                    struct sx_endpoint from, struct sx_endpoint to)
{
    const unsigned answer = SX_TCP_SYN | SX_TCP_ACK;
    bool comes_up = (segment->flags & answer) == answer;
    uint32_t edge;
    bool to_edge = find_edge(f, to, &edge);

    if ((!comes_up && segment->payload == 0) || (!to_edge && !find_edge(f, from, &edge)))
        return NULL;
    struct sx_edge *at = sx_pool_at(&f->edges, edge);
    if (!comes_up && at->ended > 0) {
        at->old++;
        at->all_ended = false;
    }
    return new_link(f, to_edge ? from : to, to_edge ? to : from, SX_TRANSPORT_TCP,
                    comes_up ? segment->time_ns : INT64_MIN);
}

static bool is_usable(const struct sx_link *link, const struct sx_segment *segment)
{
    return link && !(link->closed_in && (segment->flags & SX_TCP_SYN));
}

bool sx_flows_over_tcp(const struct sx_flows *f)
{
    return f->links.count > f->udp_links;
}

void sx_flows_segment(struct sx_flows *f, const struct sx_segment *segment, struct sx_endpoint from,
                      struct sx_endpoint to)
{
    if (!sx_flows_over_tcp(f))
        return;
    struct sx_link *up = link_between(f, from, to), *down = link_between(f, to, from);
    if (!is_usable(up, segment) && !is_usable(down, segment)) {
        link_to_edge(f, segment, from, to);
        up = link_between(f, from, to);
        down = link_between(f, to, from);
    }
    segment_of(f, up, segment, true);
    segment_of(f, down, segment, false);
}

const struct sx_flow *sx_flows_lost_here(const struct sx_flows *f, uint32_t frame)
{
    const struct loss *loss = sx_pool_nth(&f->losses, frame, 0);

    return loss ? sx_flow_numbered(f, loss->link->newest_flow) : NULL;
}

const struct sx_flow *sx_flows_next_lost(const struct sx_flows *f, const struct sx_flow *flow)
{
    return sx_flow_numbered(f, sx_flow_more(flow)->on_link);
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
    link->has_edge_end = true;
    if (link->edge_unreachable)
        link->unreachable_in = 0;
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
        client_sends(link, datagram->frame, datagram->time_ns, stun->kind == SX_STUN_REQUEST, 0);
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
