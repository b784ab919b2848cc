/* riding.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/record/riding.h"

#include "core/base/config.h"
#include "core/record/missing.h"
#include "core/record/tcp_bytes.h"

/* RFC 9293 3.8.6.3, RFC 1122 4.2.3.2: TCP acknowledges data within half a second. */
#define HEARD_NS (1 * SX_NS_PER_S)

/* Less than any response takes: a close of TLS or WebSocket, an empty line. */
#define LEAST_RESPONSE 64

/* After so long a reset tells nothing of a request that was not even answered 100. */
#define LOOK_BACK_NS (40 * SX_NS_PER_S)

/* A connection that carried an INVITE to where it goes. */
struct riding {
    struct sx_way way;
    uint32_t newest; /* number of the newest such transaction */
    uint32_t ack;    /* of the segment that bore it: what the client had of the server */
    bool has_ack;
};

GHashTable *sx_riding_new(void)
{
    return g_hash_table_new_full(sx_way_hash, sx_way_equal, g_free, NULL);
}

void sx_riding_add(struct sx_tracker *t, struct sx_txn *txn, const struct sx_packet_marks *packet)
{
    struct riding new = {.way = {.from = txn->src, .to = txn->dst}};
    struct riding *riding = g_hash_table_lookup(t->riding, &new);

    if (!riding) {
        riding = g_memdup2(&new, sizeof new);
        g_hash_table_add(t->riding, riding);
    }
    sx_txn_give_more(t, txn)->next_on_way = riding->newest;
    riding->newest = txn->number;
    riding->has_ack = packet->exact;
    riding->ack = packet->ack;
    t->unheard = packet->exact ? txn->number : 0;
}

/* Nothing came for the newest INVITE of the connection, not even 100. */
static struct sx_txn *unanswered(const struct sx_tracker *t, const struct riding *riding)
{
    struct sx_txn *txn = riding && riding->has_ack ? sx_txn_at(t, riding->newest) : NULL;

    return txn && !txn->responses ? txn : NULL;
}

/* The server has sent nothing since that could be a response, in sight or not. */
static bool sent_nothing(const struct riding *riding, const struct sx_segment *segment)
{
    return segment->seq + segment->payload - riding->ack < LEAST_RESPONSE;
}

/* Any segment shows that the capture has what the server sends over this connection; later ones
 * that it has all of it. */
void sx_riding_segment(struct sx_tracker *t, const struct sx_segment *segment,
                       const struct sx_way *back)
{
    const struct riding *riding = g_hash_table_lookup(t->riding, back);
    struct sx_txn *txn = unanswered(t, riding);

    if (riding && t->unheard == riding->newest)
        t->unheard = 0;
    if (!txn || segment->flags & SX_TCP_RST)
        return;
    if (!sent_nothing(riding, segment))
        txn->way_back_seen = false;
    else if (segment->time_ns - txn->request_ns <= HEARD_NS)
        txn->way_back_seen = true;
}

/* The client closes or resets the connection that its INVITEs went over. */
static void hang_up(struct sx_tracker *t, const struct sx_segment *segment,
                    const struct sx_way *way)
{
    const struct riding *riding = g_hash_table_lookup(t->riding, way);

    for (uint32_t n = riding ? riding->newest : 0; n;) {
        struct sx_txn *txn = sx_txn_at(t, n);
        n = sx_txn_more(txn)->next_on_way;
        if (txn->first_response_frame || sx_txn_rare(txn)->cancel_frame ||
            sx_txn_rare(txn)->hangup ||
            sx_missing_is_sure(sx_missing_response(t, txn, segment->frame).sign))
            continue;
        *(struct sx_hangup *)sx_pool_add(&t->hangups) = (struct sx_hangup){
            .frame = segment->frame,
            .txn = txn->number,
            .time_ns = segment->time_ns,
            .reset = segment->flags & SX_TCP_RST,
        };
        sx_txn_give_rare(t, txn)->hangup = t->hangups.count;
    }
}

/* The server resets the connection that INVITEs came over: nothing that it sends can come over it.
 * */
static void cut_off(struct sx_tracker *t, const struct sx_segment *segment,
                    const struct sx_way *back)
{
    const struct riding *riding = g_hash_table_lookup(t->riding, back);

    for (uint32_t n = riding ? riding->newest : 0; n;) {
        struct sx_txn *txn = sx_txn_at(t, n);
        n = sx_txn_more(txn)->next_on_way;
        if (txn->first_response_frame || sx_txn_rare(txn)->hangup ||
            (!txn->responses && segment->time_ns - sx_txn_last_request_ns(txn) > LOOK_BACK_NS) ||
            sx_tcp_bytes_missed(t, txn, segment->frame))
            continue;
        if (sx_txn_rare(txn)->last_unreachable_frame != segment->frame)
            sx_txn_note_sign(t, txn, segment->frame, false);
        sx_txn_met_unreachable(t, txn, segment->frame);
    }
}

/* The server closes the connection before it has said anything. It may open another one for the
 * response (RFC 3261 18.2.2), for as long as the client waits for one. */
static void close_on(struct sx_tracker *t, const struct sx_segment *segment,
                     const struct sx_way *back)
{
    const struct riding *riding = g_hash_table_lookup(t->riding, back);
    struct sx_txn *txn = unanswered(t, riding);

    if (!txn || sx_txn_rare(txn)->hangup || !sent_nothing(riding, segment) ||
        segment->time_ns - txn->request_ns > SX_TIMER_B_NS)
        return;
    sx_txn_give_rare(t, txn)->closed_frame = segment->frame;
    sx_txn_note_sign(t, txn, segment->frame, false);
}

void sx_riding_ends(struct sx_tracker *t, const struct sx_segment *segment,
                    const struct sx_way *back)
{
    const struct sx_way way = {.from = back->to, .to = back->from};

    if (g_hash_table_size(t->riding) == 0)
        return;
    if (segment->flags & SX_TCP_RST)
        cut_off(t, segment, back);
    else
        close_on(t, segment, back);
    hang_up(t, segment, &way);
    g_hash_table_remove(t->riding, &way);
    /* Where the server closes, the client's FIN that follows is no hang-up. */
    g_hash_table_remove(t->riding, back);
}
