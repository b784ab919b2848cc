/* undelivered.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/tracker_state.h"

/* How far back a request is looked for that an ICMP error or a reset may concern. */
#define MAX_LOOK_BACK 256
#define LOOK_BACK_NS (40 * SX_NS_PER_S)

/* Connections being set up at a time; more than any SIP host tries. */
#define MAX_CONNECTING 4096

struct sx_way {
    struct sx_endpoint from, to;
};

guint sx_way_hash(gconstpointer p)
{
    const struct sx_way *c = p;

    return (c->from.host * 31 + c->from.port) * 31 + c->to.port;
}

static bool same_endpoint(struct sx_endpoint a, struct sx_endpoint b)
{
    return a.host == b.host && a.port == b.port;
}

gboolean sx_way_equal(gconstpointer x, gconstpointer y)
{
    const struct sx_way *a = x, *b = y;

    return same_endpoint(a->from, b->from) && same_endpoint(a->to, b->to);
}

/* An ICMP error quotes a message that did not arrive. */
struct sx_txn *sx_observe_quote(struct sx_tracker *t, const struct sx_observation *obs)
{
    struct sx_txn *txn = sx_tracker_txn(t, sx_tracker_find(t, obs->msg));

    if (!txn)
        return NULL;
    uint32_t *frame = obs->msg->is_request ? &txn->unreachable_frame : &txn->returned_frame;
    if (*frame == 0)
        *frame = obs->frame;
    return txn;
}

/* The newest unanswered request on this way is the one that did not arrive. */
static void request_lost(struct sx_tracker *t, uint32_t frame, int64_t time_ns,
                         const struct sx_way *way)
{
    for (uint32_t n = 0; n < MIN(t->messages.count, MAX_LOOK_BACK); n++) {
        const struct sx_message *m = sx_pool_at(&t->messages, t->messages.count - 1 - n);
        struct sx_txn *txn = sx_tracker_txn(t, m->txn);
        if (!txn || m->code != 0 || !same_endpoint(txn->src, way->from) ||
            !same_endpoint(txn->dst, way->to))
            continue;
        if (!txn->moved_frame && !txn->unreachable_frame &&
            time_ns - txn->last_request_ns <= LOOK_BACK_NS)
            txn->unreachable_frame = frame;
        return;
    }
}

static bool find_way(const struct sx_tracker *t, const struct sx_address *src,
                     const struct sx_address *dst, struct sx_way *way)
{
    *way = (struct sx_way){.from.port = src->port, .to.port = dst->port};
    return sx_hosts_find(&t->hosts, src, &way->from.host) && sx_hosts_find(&t->hosts, dst, &way->to.host);
}

void sx_tracker_undelivered(struct sx_tracker *t, uint32_t frame, int64_t time_ns,
                            const struct sx_address *src, const struct sx_address *dst)
{
    struct sx_way way;

    if (find_way(t, src, dst, &way))
        request_lost(t, frame, time_ns, &way);
}

static bool is_sip_port(uint16_t port)
{
    return port == 5060 || port == 5061;
}

static void no_connection(struct sx_tracker *t, uint32_t frame, int64_t time_ns,
                          const struct sx_way *way)
{
    struct sx_host *host = sx_hosts_at(&t->hosts, way->from.host);

    host->no_connect_frame = frame;
    host->no_connect_ns = time_ns;
    host->no_connect_to = way->to;
}

/* Only hosts that were seen to send SIP are watched, and only on their way to a SIP port or to
 * another such host. */
static void connect_begins(struct sx_tracker *t, uint32_t frame, int64_t time_ns,
                           const struct sx_address *src, const struct sx_address *dst)
{
    struct sx_way way = {.from.port = src->port, .to.port = dst->port};
    bool sip_peer = sx_hosts_find(&t->hosts, dst, &way.to.host);

    if (!sx_hosts_find(&t->hosts, src, &way.from.host) || (!sip_peer && !is_sip_port(dst->port)))
        return;
    way.to.host = sx_hosts_index(&t->hosts, dst);
    if (g_hash_table_contains(t->connecting, &way))
        no_connection(t, frame, time_ns, &way);
    else if (g_hash_table_size(t->connecting) < MAX_CONNECTING)
        g_hash_table_add(t->connecting, g_memdup2(&way, sizeof way));
}

bool sx_tracker_watches_tcp(const struct sx_tracker *t)
{
    return t->hosts.pool.count > 0;
}

bool sx_tracker_wants(const struct sx_tracker *t, unsigned flags, uint32_t payload)
{
    return (flags & (SX_TCP_SYN | SX_TCP_FIN | SX_TCP_RST)) ||
           (payload > 0 && sx_flows_count(t->flows) > 0);
}

void sx_tracker_tcp(struct sx_tracker *t, const struct sx_segment *segment)
{
    struct sx_way back;
    unsigned flags = segment->flags;

    if ((flags & (SX_TCP_SYN | SX_TCP_ACK)) == SX_TCP_SYN) {
        connect_begins(t, segment->frame, segment->time_ns, &segment->src, &segment->dst);
        return;
    }
    if (!find_way(t, &segment->dst, &segment->src, &back))
        return;
    sx_flows_segment(t->flows, segment, back.to, back.from);
    bool was_connecting = g_hash_table_remove(t->connecting, &back);
    if (!(flags & SX_TCP_RST))
        return;
    if (was_connecting)
        no_connection(t, segment->frame, segment->time_ns, &back);
    else
        request_lost(t, segment->frame, segment->time_ns, &back);
}
