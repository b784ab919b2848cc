/* connections.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/record/sizes.h"
#include "core/record/tracker_state.h"
#include "core/read/name_addr.h"
#include "core/record/riding.h"
#include "core/record/signs.h"
#include "core/record/tcp_bytes.h"

/* How far back a request is looked for that an ICMP error or a reset may concern. */
#define MAX_LOOK_BACK 256
#define LOOK_BACK_NS (40 * SX_NS_PER_S)

/* Connections being set up at a time; more than any SIP host tries. */
#define MAX_CONNECTING 4096

/* RFC 6298 2: a SYN is repeated after a second, then after twice as long each time. What comes
 * sooner is the same packet; what comes later has the port from another connection. */
#define SYN_AGAIN_NS (200 * SX_NS_PER_MS)
#define SYN_AGAIN_LATEST_NS (70 * SX_NS_PER_S)

/* The client of a connection that comes up goes on within a round trip. */
#define CONNECTS_NS (3 * SX_NS_PER_S)

/* A SYN that nothing answered yet. */
struct sx_connecting {
    struct sx_way way;
    int64_t first_ns, last_ns;
    uint32_t first_frame;
    uint32_t attempt; /* index + 1, once it is known to be in vain */
};

guint sx_way_hash(gconstpointer way)
{
    const struct sx_way *c = way;

    return (c->from.host * 31 + c->from.port) * 31 + c->to.port;
}

gboolean sx_way_equal(gconstpointer one, gconstpointer other)
{
    const struct sx_way *a = one, *b = other;

    return sx_endpoint_eq(a->from, b->from) && sx_endpoint_eq(a->to, b->to);
}

void sx_txn_met_unreachable(struct sx_tracker *t, struct sx_txn *txn, uint32_t frame)
{
    struct sx_txn_rare *rare = sx_txn_give_rare(t, txn);

    if (!rare->unreachable_frame)
        rare->unreachable_frame = frame;
    rare->last_unreachable_frame = frame;
}

static void was_returned(struct sx_tracker *t, struct sx_txn *txn, uint32_t frame)
{
    if (!sx_txn_rare(txn)->returned_frame)
        sx_txn_give_rare(t, txn)->returned_frame = frame;
}

/* An ICMP error quotes a message that did not arrive. */
struct sx_txn *sx_observe_quote(struct sx_tracker *t, const struct sx_observation *obs)
{
    struct sx_txn *txn = sx_txn_at(t, sx_tracker_find(t, obs->msg));

    if (!txn)
        return NULL;
    if (obs->msg->is_request) {
        sx_txn_met_unreachable(t, txn, obs->frame);
        sx_flows_unreachable(t->flows, obs->frame, txn->src, txn->dst);
    } else {
        was_returned(t, txn, obs->frame);
        sx_flows_unreachable(t->flows, obs->frame, txn->dst, txn->src);
    }
    return txn;
}

/* What is left of a quoted message fits this transaction: nothing, where too little is left. */
static bool fits_quote(const struct sx_tracker *t, const struct sx_txn *txn,
                       const struct sx_sip_msg *quote)
{
    struct sx_sip_msg whole;

    /* The last line of what is left may be cut itself. */
    if (!quote || !quote->has_via || !quote->call_id.p || txn->method == SX_METHOD_OTHER ||
        quote->call_id.p + quote->call_id.n >= quote->head.p + quote->head.n)
        return true;
    whole = *quote;
    whole.cseq = txn->cseq;
    struct sx_names names = sx_txn_names(t, &whole);
    return sx_fingerprint_eq(sx_txn_key(t, &whole, &names, (enum sx_method)txn->method), txn->key);
}

void sx_txn_note_sign(struct sx_tracker *t, const struct sx_txn *txn, uint32_t frame, bool response)
{
    sx_sign_note(t, &(struct sx_sign){.frame = frame, .txn = txn->number, .response = response});
}

static void request_did_not_arrive(struct sx_tracker *t, struct sx_txn *txn, uint32_t frame,
                                   int64_t time_ns)
{
    /* A reset that comes after bytes which the capture lacks: it did arrive. */
    if (txn->first_response_frame || sx_txn_rare(txn)->hangup ||
        time_ns - sx_txn_last_request_ns(txn) > LOOK_BACK_NS || sx_tcp_bytes_missed(t, txn, frame))
        return;
    sx_txn_note_sign(t, txn, frame, false);
    sx_txn_met_unreachable(t, txn, frame);
}

static void response_did_not_arrive(struct sx_tracker *t, struct sx_txn *txn, uint32_t frame)
{
    sx_txn_note_sign(t, txn, frame, true);
    was_returned(t, txn, frame);
}

/* The newest message on this way that fits is the one that did not arrive. Returns the transaction
 * if that is a request. */
static struct sx_txn *message_lost(struct sx_tracker *t, uint32_t frame, int64_t time_ns,
                                   const struct sx_way *way, const struct sx_sip_msg *quote)
{
    bool response = quote && !quote->is_request;

    for (uint32_t n = 0; n < MIN(t->messages.count, MAX_LOOK_BACK); n++) {
        const struct sx_message *m = sx_pool_at(&t->messages, t->messages.count - 1 - n);
        struct sx_txn *txn = sx_txn_at(t, m->txn);
        if (!txn || response != (m->code != 0) ||
            !sx_endpoint_eq(response ? txn->dst : txn->src, way->from) ||
            !sx_endpoint_eq(response ? txn->src : txn->dst, way->to) || !fits_quote(t, txn, quote))
            continue;
        if (!response)
            request_did_not_arrive(t, txn, frame, time_ns);
        else
            response_did_not_arrive(t, txn, frame);
        return response ? NULL : txn;
    }
    return NULL;
}

static bool find_way(const struct sx_tracker *t, const struct sx_address *src,
                     const struct sx_address *dst, struct sx_way *way)
{
    *way = (struct sx_way){.from.port = src->port, .to.port = dst->port};
    return sx_hosts_find(&t->hosts, src, &way->from.host) &&
           sx_hosts_find(&t->hosts, dst, &way->to.host);
}

bool sx_tracker_watches_udp(const struct sx_tracker *t)
{
    return sx_flows_over_udp(t->flows);
}

void sx_tracker_udp(struct sx_tracker *t, const struct sx_datagram *datagram)
{
    struct sx_way way;

    if (!find_way(t, &datagram->src, &datagram->dst, &way))
        return;
    struct sx_stun stun = sx_stun_read(datagram->payload);
    sx_flows_datagram(t->flows, datagram, way.from, way.to, &stun);
}

/* ---- ports ---- */

static void note_port(struct sx_tracker *t, uint16_t port)
{
    t->sip_ports[port / 64] |= UINT64_C(1) << (port % 64);
}

/* Of "10.0.0.1:5080", looked for from its end; 0 without a port. For every request. */
static uint16_t port_at_end(struct sx_slice sent_by)
{
    size_t n = sent_by.n;
    uint32_t port;

    while (n > 0 && g_ascii_isdigit(sent_by.p[n - 1]))
        n--;
    return n > 0 && sent_by.p[n - 1] == ':' &&
                   sx_slice_uint(sx_slice(sent_by.p + n, sent_by.n - n), UINT16_MAX, &port)
               ? (uint16_t)port
               : 0;
}

void sx_note_ports(struct sx_tracker *t, const struct sx_observation *obs)
{
    const struct sx_sip_msg *msg = obs->msg;

    if (obs->transport == SX_TRANSPORT_UDP)
        note_port(t, obs->to.port);
    note_port(t, port_at_end(msg->via.sent_by));
    if (msg->method == SX_METHOD_INVITE)
        note_port(t, sx_named_port(msg->uri));
    if (msg->method == SX_METHOD_REGISTER)
        note_port(t, sx_named_port(sx_name_addr_uri(sx_sip_msg_contact(msg))));
}

/* A SIP host asks databases, web services and gateways of other kinds, too. */
static bool is_sip_port(const struct sx_tracker *t, uint16_t port)
{
    return port == 5060 || port == 5061 ||
           (port && (t->sip_ports[port / 64] >> (port % 64) & 1) != 0);
}

/* ---- connections that do not come up ---- */

static void in_vain(struct sx_tracker *t, uint32_t frame, struct sx_connecting *c)
{
    if (c->attempt)
        return;
    *(struct sx_attempt *)sx_pool_add(&t->attempts) = (struct sx_attempt){
        .frame = frame,
        .since_frame = c->first_frame,
        .since_ns = c->first_ns,
        .from = c->way.from,
        .to = c->way.to,
    };
    c->attempt = t->attempts.count;
}

void sx_tracker_undelivered(struct sx_tracker *t, uint32_t frame, int64_t time_ns,
                            const struct sx_address *src, const struct sx_address *dst,
                            const struct sx_sip_msg *quote)
{
    struct sx_way way;

    if (!find_way(t, src, dst, &way))
        return;
    sx_flows_unreachable(t->flows, frame, way.from, way.to);
    struct sx_connecting *connecting = g_hash_table_lookup(t->connecting, &way);
    if (connecting)
        in_vain(t, frame, connecting);
    else
        message_lost(t, frame, time_ns, &way, quote);
}

/* The flow is none the worse for it: smaller datagrams pass. */
void sx_tracker_too_big(struct sx_tracker *t, const struct sx_seen_too_big *big)
{
    struct sx_way way;

    if (!find_way(t, &big->src, &big->dst, &way) || !sx_sizes_is_too_big(big))
        return;
    const struct sx_txn *txn = message_lost(t, big->frame, big->time_ns, &way, big->quote);
    if (txn)
        sx_sizes_too_big(t, txn, big);
}

/* Only hosts that were seen to send SIP are watched, and only on their way to a SIP port. */
static void connect_begins(struct sx_tracker *t, const struct sx_segment *segment)
{
    struct sx_way way = {.from.port = segment->src.port, .to.port = segment->dst.port};

    if (!sx_hosts_find(&t->hosts, &segment->src, &way.from.host))
        return;
    sx_hosts_at(&t->hosts, way.from.host)->last_frame = segment->frame;
    if (!is_sip_port(t, way.to.port))
        return;
    way.to.host = sx_hosts_index(&t->hosts, &segment->dst);
    struct sx_connecting *c = g_hash_table_lookup(t->connecting, &way);
    int64_t since = c ? segment->time_ns - c->last_ns : 0;
    if (c && since < SYN_AGAIN_NS)
        return;
    if (c && since <= SYN_AGAIN_LATEST_NS) {
        c->last_ns = segment->time_ns;
        t->connects_until_ns = segment->time_ns + CONNECTS_NS;
        in_vain(t, segment->frame, c);
        return;
    }
    if (g_hash_table_size(t->connecting) >= MAX_CONNECTING)
        g_hash_table_remove_all(t->connecting);
    c = g_new(struct sx_connecting, 1);
    *c = (struct sx_connecting){
        .way = way,
        .first_ns = segment->time_ns,
        .last_ns = segment->time_ns,
        .first_frame = segment->frame,
    };
    g_hash_table_replace(t->connecting, c, c);
}

/* The first segment that comes back. */
static void connect_ends(struct sx_tracker *t, const struct sx_segment *segment,
                         struct sx_connecting *c)
{
    if (segment->flags & SX_TCP_RST)
        in_vain(t, segment->frame, c);
    else
        sx_hosts_at(&t->hosts, c->way.from.host)->connected = segment->frame;
    if (!(segment->flags & SX_TCP_RST) && c->attempt && c->attempt <= t->attempts.count)
        ((struct sx_attempt *)sx_pool_at(&t->attempts, c->attempt - 1))->came_up = true;
    g_hash_table_remove(t->connecting, &c->way);
}

/* The client has got an answer to its SYN, in sight or not. */
static void client_goes_on(struct sx_tracker *t, const struct sx_segment *segment,
                           const struct sx_way *back)
{
    const struct sx_way way = {.from = back->to, .to = back->from};
    struct sx_connecting *connecting = g_hash_table_lookup(t->connecting, &way);

    if (connecting)
        connect_ends(t, segment, connecting);
}

void sx_tracker_unreadable(struct sx_tracker *t, uint32_t frame, const struct sx_address *src,
                           const struct sx_address *dst)
{
    uint32_t from, to;

    if (!sx_hosts_find(&t->hosts, src, &from))
        return;
    struct sx_host *host = sx_hosts_at(&t->hosts, from);
    if (host->unreadable == 0)
        host->unreadable = frame;
    if (dst && sx_hosts_find(&t->hosts, dst, &to))
        sx_unreadable_packet(t, frame, from, to);
}

/* ---- segments ---- */

bool sx_tracker_watches_tcp(const struct sx_tracker *t)
{
    return t->hosts.pool.count > 0;
}

bool sx_tracker_wants(const struct sx_tracker *t, unsigned flags, uint32_t payload)
{
    return (flags & (SX_TCP_SYN | SX_TCP_FIN | SX_TCP_RST | SX_TCP_GOODBYE)) ||
           (payload > 0 ? sx_flows_over_tcp(t->flows) : t->unheard != 0) ||
           t->now_ns < t->connects_until_ns;
}

void sx_tracker_tcp(struct sx_tracker *t, const struct sx_segment *segment)
{
    struct sx_way back;
    unsigned flags = segment->flags;

    if ((flags & (SX_TCP_SYN | SX_TCP_ACK)) == SX_TCP_SYN) {
        connect_begins(t, segment);
        return;
    }
    if (!find_way(t, &segment->dst, &segment->src, &back))
        return;
    /* It takes a connection: it is not gone. */
    if (flags & SX_TCP_SYN)
        sx_hosts_at(&t->hosts, back.to.host)->last_frame = segment->frame;
    sx_tcp_bytes_segment(t, segment, &back);
    sx_flows_segment(t->flows, segment, back.to, back.from);
    struct sx_connecting *connecting = g_hash_table_lookup(t->connecting, &back);
    if (flags & SX_TCP_RST && !connecting)
        message_lost(t, segment->frame, segment->time_ns, &back, NULL);
    if (connecting)
        connect_ends(t, segment, connecting);
    else if (!(flags & (SX_TCP_RST | SX_TCP_SYN)))
        client_goes_on(t, segment, &back);
    sx_riding_segment(t, segment, &back);
    if (flags & (SX_TCP_FIN | SX_TCP_RST | SX_TCP_GOODBYE))
        sx_riding_ends(t, segment, &back);
}
