/* tcp_bytes.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/record/tcp_bytes.h"

/* Less than any response takes: a pong, a close of TLS or WebSocket. */
#define LEAST_RESPONSE 64

/* More is the number of another connection between the same ports. */
#define MOST_MISSED (1 << 24)

/* Marks that are looked through behind a request, and before it. */
#define MAX_MARKS 4096
#define MAX_BEFORE 256

/* Of a message, or of a segment that begins or ends a connection. */
struct mark {
    uint32_t frame;
    uint32_t start, end; /* sequence numbers: of its first byte, and behind its segment's last */
    uint32_t ack;
    struct sx_endpoint from, to;
    bool begins; /* the connection */
    bool has_ack;
};

void sx_tcp_bytes_init(struct sx_tracker *t)
{
    sx_pool_init(&t->tcp_marks, sizeof(struct mark));
}

static bool is_before(uint32_t number, uint32_t other)
{
    return (int32_t)(number - other) < 0;
}

void sx_tcp_bytes_message(struct sx_tracker *t, const struct sx_observation *obs)
{
    const struct sx_packet_marks *packet = &obs->packet;
    uint32_t whole = packet->end - obs->bytes;

    /* One that several segments bore is there with the last of them. */
    *(struct mark *)sx_pool_add(&t->tcp_marks) = (struct mark){
        .frame = obs->frame,
        .start = is_before(whole, packet->id) ? whole : packet->id,
        .end = packet->end,
        .ack = packet->ack,
        .from = obs->from,
        .to = obs->to,
        .has_ack = true,
    };
}

void sx_tcp_bytes_segment(struct sx_tracker *t, const struct sx_segment *segment,
                          const struct sx_way *back)
{
    if (!(segment->flags & (SX_TCP_SYN | SX_TCP_FIN | SX_TCP_RST)))
        return;
    *(struct mark *)sx_pool_add(&t->tcp_marks) = (struct mark){
        .frame = segment->frame,
        .start = segment->seq,
        .end = segment->seq + segment->payload,
        .ack = segment->ack,
        .from = back->to,
        .to = back->from,
        .begins = segment->flags & SX_TCP_SYN,
        .has_ack = segment->flags & SX_TCP_ACK,
    };
}

static bool goes(const struct mark *m, struct sx_endpoint from, struct sx_endpoint to)
{
    return sx_endpoint_eq(m->from, from) && sx_endpoint_eq(m->to, to);
}

static const struct mark *mark_at(const struct sx_tracker *t, uint32_t n)
{
    return sx_pool_at(&t->tcp_marks, n);
}

/* Behind the last byte of the server that the capture has, or the client, when this request came.
 */
static uint32_t end_before(const struct sx_tracker *t, uint32_t n)
{
    const struct mark *request = mark_at(t, n);

    for (uint32_t i = 1; i <= MIN(n, MAX_BEFORE); i++) {
        const struct mark *m = mark_at(t, n - i);
        if (goes(m, request->to, request->from))
            return is_before(m->end, request->ack) || m->begins ? request->ack : m->end;
    }
    return request->ack;
}

static bool is_missed(uint32_t end, uint32_t number)
{
    return number - end >= LEAST_RESPONSE && number - end < MOST_MISSED;
}

/* The first frame behind this mark that shows it; end: behind the last byte in sight. */
static uint32_t find_gap(const struct sx_tracker *t, const struct sx_txn *txn, uint32_t n,
                         uint32_t end, uint32_t until_frame)
{
    uint32_t last = MIN(t->tcp_marks.count - n, MAX_MARKS);

    for (uint32_t i = 1; i < last && mark_at(t, n + i)->frame <= until_frame; i++) {
        const struct mark *m = mark_at(t, n + i);
        bool up = goes(m, txn->src, txn->dst);
        if ((!up && !goes(m, txn->dst, txn->src)) || (up && !m->has_ack))
            continue;
        if (m->begins)
            return 0;
        if (is_missed(end, up ? m->ack : m->start))
            return m->frame;
        if (is_before(end, up ? m->ack : m->end))
            end = up ? m->ack : m->end;
    }
    return 0;
}

uint32_t sx_tcp_bytes_missed(const struct sx_tracker *t, const struct sx_txn *txn,
                             uint32_t until_frame)
{
    uint32_t trying = sx_txn_more(txn)->trying_frame, since = trying ? trying : txn->request_frame;
    uint32_t i = 0;

    if (since == 0 || t->tcp_marks.count == 0)
        return 0;
    uint32_t n = sx_pool_lower_bound(&t->tcp_marks, since);
    for (const struct mark *m; (m = sx_pool_nth(&t->tcp_marks, since, i)); i++, n++) {
        if (trying && goes(m, txn->dst, txn->src))
            return find_gap(t, txn, n, m->end, until_frame);
        if (!trying && goes(m, txn->src, txn->dst))
            return find_gap(t, txn, n, end_before(t, n), until_frame);
    }
    return 0;
}
