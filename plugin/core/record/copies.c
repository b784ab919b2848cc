/* copies.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/record/copies.h"

/* Messages looked through, the newest first: a copy comes soon. */
#define LOOKED_AT 24

/* No retransmission timer fires sooner (RFC 3261 17.1.1.1: T1 is 500 ms), give or take. */
#define TIMER_MS 400

/* Without an identification: copies of one packet come closer together than this. */
#define SOON_MS 50

/* Captures that were merged have clocks that are so far apart, at the most. */
#define SKEW_MS 32000

void sx_copies_note(struct sx_message *record, const struct sx_observation *obs)
{
    record->ms = (uint32_t)(obs->time_ns / SX_NS_PER_MS);
    record->packet_id = obs->packet.id;
    record->place = obs->packet.place;
    record->from = (uint16_t)obs->from.host;
    record->to = (uint16_t)obs->to.host;
}

void sx_copies_add(struct sx_tracker *t, struct sx_txn *txn, struct sx_message *record)
{
    record->before = txn->messages;
    txn->messages = t->messages.count;
}

/* How a message and one before it stand to each other. */
struct pair {
    const struct sx_message *now, *then;
    uint32_t gap_ms;        /* either way round: in a merged capture the clock may step back */
    bool same_way, same_place;
    bool ids;               /* both are known */
    bool exact;
};

static struct pair pair_of(const struct sx_message *now, const struct sx_message *then, bool exact)
{
    int32_t gap = (int32_t)(now->ms - then->ms);

    return (struct pair){
        .now = now,
        .then = then,
        .gap_ms = gap < 0 ? 0 - (uint32_t)gap : (uint32_t)gap,
        .same_way = now->from == then->from && now->to == then->to,
        .same_place = now->place == then->place,
        .ids = now->packet_id && then->packet_id,
        .exact = exact,
    };
}

enum kinship { OTHER_PACKET, SAME_PACKET, CONSTANT_ID };

/* By the identifications. A sender that gives all its packets one tells nothing by it. */
static enum kinship by_id(const struct pair *p)
{
    if (!p->ids || p->now->packet_id != p->then->packet_id || p->gap_ms >= SKEW_MS)
        return OTHER_PACKET;
    if (p->exact || !p->same_way || !p->same_place || p->gap_ms < TIMER_MS)
        return SAME_PACKET;
    return CONSTANT_ID;
}

/* What goes from one sender to two receivers was sent twice, unless a NAT is between; the request
 * may have shown that there is one. */
static bool is_other_side(const struct pair *p, bool ids_tell, bool nat)
{
    bool same_sender = p->now->from == p->then->from;

    if (p->same_way)
        return false;
    if (same_sender && p->now->identity != p->then->identity)
        return false;
    if (same_sender && !nat && ids_tell && p->ids)
        return false;
    return p->gap_ms < (same_sender && !nat ? SOON_MS : TIMER_MS);
}

/* Where no identification tells. owed: the sender had reason to send it once more. */
static bool is_alike(const struct pair *p, bool ids_tell, bool nat, bool owed)
{
    if (!p->same_way)
        return is_other_side(p, ids_tell, nat);
    if ((p->ids && ids_tell) || p->gap_ms >= SOON_MS)
        return false;
    return !p->same_place || !owed;
}

/* What the messages of a transaction that are like this one say. */
struct relatives {
    const struct sx_message *same_packet;
    const struct sx_message *newest;
    bool constant_id;
    uint32_t sent;          /* how often it was sent */
    uint32_t finals;        /* final responses, the repeated ones too */
};

static bool is_like(const struct sx_message *a, const struct sx_message *b)
{
    return a->code == b->code && a->method == b->method && a->frame != b->frame &&
           (a->identity == b->identity || (a->code == 0 && (a->from != b->from || a->to != b->to)));
}

static const struct sx_message *message_at(const struct sx_tracker *t, uint32_t index)
{
    return index > 0 && index <= t->messages.count ? sx_pool_at(&t->messages, index - 1) : NULL;
}

static struct relatives find_relatives(const struct sx_tracker *t, const struct sx_txn *txn,
                                       const struct sx_message *record, bool exact)
{
    struct relatives r = {0};
    const struct sx_message *m = message_at(t, txn->messages);

    for (unsigned i = 0; m && m->txn == txn->number && i < LOOKED_AT; i++) {
        bool first = !(m->flags & SX_MESSAGE_DUPLICATE);
        if (is_like(record, m)) {
            struct pair p = pair_of(record, m, exact);
            enum kinship kinship = by_id(&p);
            r.constant_id |= kinship == CONSTANT_ID;
            if (kinship == SAME_PACKET && (!r.same_packet || first))
                r.same_packet = m;
            if (first && !r.newest)
                r.newest = m;
            r.sent += first;
        }
        r.finals += first && m->code >= 200;
        m = message_at(t, m->before);
    }
    return r;
}

/* RFC 3261 17.2.1, 17.2.2: a server answers each request that comes again; 13.2.2.4 and 17.1.1.2: a
 * client acknowledges each final response. Where a capture has other packets twice, this is one. */
static bool is_owed(const struct sx_tracker *t, const struct sx_txn *txn,
                    const struct sx_message *record, const struct relatives *r,
                    const struct sx_observation *obs)
{
    if (sx_hosts_at(&t->hosts, obs->from.host)->copied ||
        sx_hosts_at(&t->hosts, obs->to.host)->copied)
        return false;
    if (record->code)
        return txn->sends > r->sent;
    if (record->method == SX_METHOD_ACK)
        return txn->method == SX_METHOD_ACK || r->finals > r->sent;
    return false;
}

static const struct sx_message *find_copied(const struct sx_tracker *t, const struct sx_txn *txn,
                                            const struct sx_message *record,
                                            const struct sx_observation *obs)
{
    struct relatives r = find_relatives(t, txn, record, obs->packet.exact);

    if (r.same_packet && !r.constant_id)
        return r.same_packet;
    if (!r.newest)
        return NULL;
    struct pair p = pair_of(record, r.newest, obs->packet.exact);
    bool nat = record->code != 0 && txn->seen_elsewhere;
    return is_alike(&p, !r.constant_id, nat, is_owed(t, txn, record, &r, obs)) ? r.newest : NULL;
}

bool sx_copies_mark(struct sx_tracker *t, const struct sx_txn *txn, struct sx_message *record,
                    const struct sx_observation *obs)
{
    const struct sx_message *m = find_copied(t, txn, record, obs);

    if (!m)
        return false;
    record->repeats = m->flags & SX_MESSAGE_DUPLICATE ? m->repeats : m->frame;
    record->flags |= SX_MESSAGE_DUPLICATE | (m->flags & SX_MESSAGE_ENDS_WAIT);
    if (m->from != record->from || m->to != record->to)
        record->flags |= SX_MESSAGE_TRANSLATED;
    else if (m->place != record->place)
        record->flags |= SX_MESSAGE_OTHER_PLACE;
    else if (!obs->packet.exact)
        sx_hosts_at(&t->hosts, obs->from.host)->copied = true;
    return true;
}

uint32_t sx_copies_earlier_ack(const struct sx_tracker *t, const struct sx_txn *invite,
                               const struct sx_message *record)
{
    const struct sx_message *m = message_at(t, invite->messages);
    uint32_t first = 0;

    if (record->identity == invite->ack_tag)
        return invite->ack_frame;
    for (unsigned i = 0; m && m->txn == invite->number && i < LOOKED_AT; i++) {
        if (is_like(record, m) && m->identity == record->identity)
            first = m->flags & SX_MESSAGE_DUPLICATE ? m->repeats : m->frame;
        m = message_at(t, m->before);
    }
    return first;
}
