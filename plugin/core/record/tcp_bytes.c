/* tcp_bytes.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/record/tcp_bytes.h"

/* Less than any response takes: a pong, a close of TLS or WebSocket. */
#define LEAST_RESPONSE 64

/* More is the number of another connection between the same ports. */
#define MOST_MISSED (1 << 24)

/* Gaps of a connection that are looked through, the newest first. */
#define MAX_GAPS 4096

/* A connection that bore a message. way: from the side that sends what ends[0] counts. */
struct stream {
    struct sx_way way;
    uint32_t ends[2]; /* behind the last byte of a side that is in sight or acknowledged */
    bool known[2];
    uint32_t newest; /* its newest gap; 0: none */
};

enum { BEGINS = 2 };

/* Here a side had sent bytes that the capture lacks, or the connection began anew. */
struct gap {
    uint32_t frame;
    uint32_t older;
    const struct stream *of;
    uint8_t side; /* or BEGINS */
};

/* Phones may all have the same port. */
static guint stream_hash(gconstpointer way)
{
    return sx_way_hash(way) * 31 + ((const struct sx_way *)way)->to.host;
}

void sx_tcp_bytes_init(struct sx_tracker *t)
{
    sx_pool_init(&t->tcp_gaps, sizeof(struct gap));
    t->tcp_streams = g_hash_table_new_full(stream_hash, sx_way_equal, g_free, NULL);
}

void sx_tcp_bytes_clear(struct sx_tracker *t)
{
    sx_pool_clear(&t->tcp_gaps);
    g_hash_table_destroy(t->tcp_streams);
}

void sx_tcp_bytes_frame_again(struct sx_tracker *t, uint32_t frame)
{
    sx_pool_truncate(&t->tcp_gaps, sx_pool_lower_bound(&t->tcp_gaps, frame));
}

static bool is_before(uint32_t number, uint32_t other)
{
    return (int32_t)(number - other) < 0;
}

/* One way stands for both. */
static struct sx_way way_of(struct sx_endpoint from, struct sx_endpoint to, unsigned *side)
{
    *side = from.host > to.host || (from.host == to.host && from.port > to.port);
    return *side ? (struct sx_way){.from = to, .to = from}
                 : (struct sx_way){.from = from, .to = to};
}

/* A trunk is one connection. */
static struct stream *find_stream(const struct sx_tracker *t, const struct sx_way *way)
{
    struct stream *newest = t->tcp_newest;

    if (newest && sx_endpoint_eq(newest->way.from, way->from) &&
        sx_endpoint_eq(newest->way.to, way->to))
        return newest;
    return g_hash_table_lookup(t->tcp_streams, way);
}

static const struct gap *gap_at(const struct sx_tracker *t, const struct stream *stream,
                                uint32_t number)
{
    const struct gap *gap = sx_pool_numbered(&t->tcp_gaps, number);

    return gap && gap->of == stream ? gap : NULL;
}

static void add_gap(struct sx_tracker *t, struct stream *stream, uint32_t frame, unsigned side)
{
    *(struct gap *)sx_pool_add(&t->tcp_gaps) =
        (struct gap){.frame = frame, .older = stream->newest, .of = stream, .side = (uint8_t)side};
    stream->newest = t->tcp_gaps.count;
}

/* A side has sent all up to this number; end: and what is in sight from there on. */
static void reaches(struct sx_tracker *t, struct stream *stream, unsigned side, uint32_t frame,
                    uint32_t number, uint32_t end)
{
    uint32_t *seen = &stream->ends[side];

    if (stream->known[side] && number - *seen >= LEAST_RESPONSE && number - *seen < MOST_MISSED)
        add_gap(t, stream, frame, side);
    if (!stream->known[side] || is_before(*seen, end))
        *seen = end;
    stream->known[side] = true;
}

void sx_tcp_bytes_message(struct sx_tracker *t, const struct sx_observation *obs)
{
    const struct sx_packet_marks *packet = &obs->packet;

    /* The next one in the same segment. */
    if (t->tcp_frame == obs->frame && t->tcp_end == packet->end)
        return;
    /* One that several segments bore is there with the last of them. */
    uint32_t whole = packet->end - obs->bytes;
    uint32_t start = is_before(whole, packet->id) ? whole : packet->id;
    unsigned side;
    struct stream new = {.way = way_of(obs->from, obs->to, &side)};
    struct stream *stream = find_stream(t, &new.way);

    if (!stream) {
        stream = g_memdup2(&new, sizeof new);
        g_hash_table_add(t->tcp_streams, stream);
    }
    t->tcp_newest = stream;
    t->tcp_frame = obs->frame;
    t->tcp_end = packet->end;
    reaches(t, stream, side, obs->frame, start, packet->end);
    reaches(t, stream, !side, obs->frame, packet->ack, packet->ack);
}

void sx_tcp_bytes_segment(struct sx_tracker *t, const struct sx_segment *segment,
                          const struct sx_way *back)
{
    unsigned side;
    struct sx_way way = way_of(back->to, back->from, &side);
    struct stream *stream;

    if (!(segment->flags & (SX_TCP_SYN | SX_TCP_FIN | SX_TCP_RST)) ||
        !(stream = g_hash_table_lookup(t->tcp_streams, &way)))
        return;
    if (segment->flags & SX_TCP_SYN) {
        add_gap(t, stream, segment->frame, BEGINS);
        stream->known[0] = stream->known[1] = false;
        return;
    }
    reaches(t, stream, side, segment->frame, segment->seq, segment->seq + segment->payload);
    if (segment->flags & SX_TCP_ACK)
        reaches(t, stream, !side, segment->frame, segment->ack, segment->ack);
}

uint32_t sx_tcp_bytes_missed(const struct sx_tracker *t, const struct sx_txn *txn,
                             uint32_t until_frame)
{
    uint32_t trying = sx_txn_more(txn)->trying_frame, since = trying ? trying : txn->request_frame;
    uint32_t found = 0;
    unsigned side;
    struct sx_way way = way_of(txn->dst, txn->src, &side);
    const struct stream *stream =
        since && t->tcp_gaps.count ? g_hash_table_lookup(t->tcp_streams, &way) : NULL;
    const struct gap *gap = stream ? gap_at(t, stream, stream->newest) : NULL;

    for (unsigned i = 0; gap && gap->frame > since && i < MAX_GAPS; i++) {
        if (gap->side == BEGINS)
            found = 0;
        else if (gap->side == side && gap->frame <= until_frame)
            found = gap->frame;
        gap = gap_at(t, stream, gap->older);
    }
    return found;
}
