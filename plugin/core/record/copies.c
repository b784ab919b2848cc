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

/* Messages whose packets are remembered: a copy comes soon, and nothing is kept for those before.
 * */
#define REMEMBERED (UINT32_C(1) << 16)

/* Where a message was seen. */
struct sighting {
    uint32_t message;   /* index + 1 */
    uint32_t before;    /* that of the message before it in its transaction */
    uint32_t packet_id; /* see struct sx_packet_marks; 0: unknown */
    uint32_t ms;        /* when, in milliseconds that wrap around */
    uint16_t place;     /* likewise */
    uint16_t from, to;  /* hosts: the last bits of their indexes */
};

void sx_copies_init(struct sx_tracker *t)
{
    sx_pool_init(&t->sightings, sizeof(struct sighting));
}

void sx_copies_clear(struct sx_tracker *t)
{
    sx_pool_clear(&t->sightings);
}

/* Of a message; NULL if it is too long ago. */
static struct sighting *sighting_of(const struct sx_tracker *t, uint32_t message)
{
    uint32_t at = message % REMEMBERED;

    if (!message || at >= t->sightings.count)
        return NULL;
    struct sighting *s = sx_pool_at(&t->sightings, at);
    return s->message == message ? s : NULL;
}

static struct sighting *sighting_for(struct sx_tracker *t, uint32_t message)
{
    uint32_t at = message % REMEMBERED;

    while (t->sightings.count <= at)
        sx_pool_add(&t->sightings);
    struct sighting *s = sx_pool_at(&t->sightings, at);
    *s = (struct sighting){.message = message};
    return s;
}

void sx_copies_note(struct sx_tracker *t, const struct sx_observation *obs)
{
    struct sighting *s = sighting_for(t, t->messages.count);

    s->ms = (uint32_t)(obs->time_ns / SX_NS_PER_MS);
    s->packet_id = obs->packet.id;
    s->place = obs->packet.place;
    s->from = (uint16_t)obs->from.host;
    s->to = (uint16_t)obs->to.host;
}

void sx_copies_add(struct sx_tracker *t, struct sx_txn *txn)
{
    sighting_of(t, t->messages.count)->before = txn->messages;
    txn->messages = t->messages.count;
}

/* A message and where it was seen. */
struct seen {
    const struct sx_message *message;
    const struct sighting *at;
};

static bool look_up(const struct sx_tracker *t, uint32_t message, struct seen *seen)
{
    seen->at = message <= t->messages.count ? sighting_of(t, message) : NULL;
    seen->message = seen->at ? sx_pool_at(&t->messages, message - 1) : NULL;
    return seen->at != NULL;
}

static struct seen newest_of(const struct sx_tracker *t)
{
    struct seen seen;

    look_up(t, t->messages.count, &seen);
    return seen;
}

/* How a message and one before it stand to each other. */
struct pair {
    struct seen now, then;
    uint32_t gap_ms; /* either way round: in a merged capture the clock may step back */
    bool same_way, same_place;
    bool ids; /* both are known */
    bool exact;
};

static struct pair pair_of(struct seen now, struct seen then, bool exact)
{
    int32_t gap = (int32_t)(now.at->ms - then.at->ms);

    return (struct pair){
        .now = now,
        .then = then,
        .gap_ms = gap < 0 ? 0 - (uint32_t)gap : (uint32_t)gap,
        .same_way = now.at->from == then.at->from && now.at->to == then.at->to,
        .same_place = now.at->place == then.at->place,
        .ids = now.at->packet_id && then.at->packet_id,
        .exact = exact,
    };
}

enum kinship { OTHER_PACKET, SAME_PACKET, CONSTANT_ID };

/* By the identifications. A sender that gives all its packets one tells nothing by it. */
static enum kinship by_id(const struct pair *p)
{
    if (!p->ids || p->now.at->packet_id != p->then.at->packet_id || p->gap_ms >= SKEW_MS)
        return OTHER_PACKET;
    if (p->exact || !p->same_way || !p->same_place || p->gap_ms < TIMER_MS)
        return SAME_PACKET;
    return CONSTANT_ID;
}

/* What goes from one sender to two receivers was sent twice, unless a NAT is between; the request
 * may have shown that there is one. */
static bool is_other_side(const struct pair *p, bool ids_tell, bool nat)
{
    bool same_sender = p->now.at->from == p->then.at->from;

    if (p->same_way)
        return false;
    if (same_sender && p->now.message->identity != p->then.message->identity)
        return false;
    if (same_sender && !nat && ids_tell && p->ids)
        return false;
    return p->gap_ms < (same_sender && !nat ? SOON_MS : TIMER_MS);
}

/* Where no identification tells. owed: the sender had reason to send it once more. What is sent
 * again comes to the same place. */
static bool is_alike(const struct pair *p, bool ids_tell, bool nat, bool owed)
{
    if (!p->same_way)
        return is_other_side(p, ids_tell, nat);
    if ((p->ids && ids_tell) || p->gap_ms >= (p->same_place ? SOON_MS : TIMER_MS))
        return false;
    return !p->same_place || !owed;
}

/* What the messages of a transaction that are like this one say. */
struct relatives {
    struct seen same_packet;
    struct seen nearest; /* in time: captures may follow one another */
    uint32_t nearest_ms;
    bool constant_id;
    uint32_t sent;   /* how often it was sent */
    uint32_t finals; /* final responses, the repeated ones too */
};

static bool is_like(struct seen x, struct seen y)
{
    const struct sx_message *a = x.message, *b = y.message;

    return a->code == b->code && a->method == b->method && a->frame != b->frame &&
           (a->identity == b->identity ||
            (a->code == 0 && (x.at->from != y.at->from || x.at->to != y.at->to)));
}

static void add_relative(struct relatives *r, struct seen now, struct seen then, bool exact)
{
    bool first = !(then.message->flags & SX_MESSAGE_DUPLICATE);
    struct pair p = pair_of(now, then, exact);
    enum kinship kinship = by_id(&p);

    r->constant_id |= kinship == CONSTANT_ID;
    if (kinship == SAME_PACKET && (!r->same_packet.at || first))
        r->same_packet = then;
    if (first && (!r->nearest.at || p.gap_ms < r->nearest_ms)) {
        r->nearest = then;
        r->nearest_ms = p.gap_ms;
    }
    r->sent += first;
}

static struct relatives find_relatives(const struct sx_tracker *t, const struct sx_txn *txn,
                                       bool exact)
{
    struct relatives r = {.sent = 0};
    struct seen now = newest_of(t), then;
    uint32_t at = txn->messages;

    for (unsigned i = 0; i < LOOKED_AT && look_up(t, at, &then); i++, at = then.at->before) {
        if (then.message->txn != txn->number)
            break;
        if (is_like(now, then))
            add_relative(&r, now, then, exact);
        r.finals += !(then.message->flags & SX_MESSAGE_DUPLICATE) && then.message->code >= 200;
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
        return sx_txn_sends(txn) > r->sent;
    if (record->method == SX_METHOD_ACK)
        return txn->method == SX_METHOD_ACK || r->finals > r->sent;
    return false;
}

static struct seen find_copied(const struct sx_tracker *t, const struct sx_txn *txn,
                               const struct sx_message *record, const struct sx_observation *obs)
{
    struct relatives r = find_relatives(t, txn, obs->packet.exact);
    const struct seen nothing = {NULL, NULL};

    if (r.same_packet.at && !r.constant_id)
        return r.same_packet;
    if (!r.nearest.at)
        return nothing;
    struct pair p = pair_of(newest_of(t), r.nearest, obs->packet.exact);
    bool nat = record->code != 0 && txn->seen_elsewhere;
    return is_alike(&p, !r.constant_id, nat, is_owed(t, txn, record, &r, obs)) ? r.nearest
                                                                               : nothing;
}

static uint32_t first_of(const struct sx_message *m)
{
    return m->flags & SX_MESSAGE_DUPLICATE ? m->repeats : m->frame;
}

bool sx_copies_mark(struct sx_tracker *t, const struct sx_txn *txn, struct sx_message *record,
                    const struct sx_observation *obs)
{
    struct seen now = newest_of(t), then = find_copied(t, txn, record, obs);

    if (!then.at)
        return false;
    record->repeats = first_of(then.message);
    record->flags |= SX_MESSAGE_DUPLICATE | (then.message->flags & SX_MESSAGE_ENDS_WAIT);
    if (then.at->from != now.at->from || then.at->to != now.at->to)
        record->flags |= SX_MESSAGE_TRANSLATED;
    else if (then.at->place != now.at->place)
        record->flags |= SX_MESSAGE_OTHER_PLACE;
    else if (!obs->packet.exact)
        sx_hosts_at(&t->hosts, obs->from.host)->copied = true;
    return true;
}

uint32_t sx_copies_earlier_ack(const struct sx_tracker *t, const struct sx_txn *invite,
                               const struct sx_message *record)
{
    struct seen now = newest_of(t), then;
    uint32_t first = 0, at = invite->messages;

    if (record->identity == sx_txn_more(invite)->ack_tag)
        return sx_txn_more(invite)->ack_frame;
    for (unsigned i = 0; i < LOOKED_AT && look_up(t, at, &then); i++, at = then.at->before) {
        if (then.message->txn != invite->number)
            break;
        if (is_like(now, then) && then.message->identity == record->identity)
            first = first_of(then.message);
    }
    return first;
}
