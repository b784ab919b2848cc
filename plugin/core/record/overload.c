/* overload.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/record/overload.h"

#include "core/read/retry_after.h"
#include "core/record/evidence.h"
#include "core/record/tracker_state.h"

/* Clients count from when they have the 503, and round. */
#define MAX_SLACK_NS SX_NS_PER_S
#define SLACK_PART 10

/* Branches that a 503 may come from; more than any fork has. */
#define MAX_BRANCHES 64

struct sx_overload {
    struct sx_pool pauses, hurries, refusals;
    struct sx_fingerprint_map by_client; /* client and server -> newest pause, index + 1 */
    struct sx_fingerprint_map by_server; /* -> newest refusal, index + 1 */
};

struct sx_overload *sx_overload_new(void)
{
    struct sx_overload *o = g_new0(struct sx_overload, 1);

    sx_pool_init(&o->pauses, sizeof(struct sx_pause));
    sx_pool_init(&o->hurries, sizeof(struct sx_hurry));
    sx_pool_init(&o->refusals, sizeof(struct sx_refusal));
    sx_fingerprint_map_init(&o->by_client);
    sx_fingerprint_map_init(&o->by_server);
    return o;
}

void sx_overload_free(struct sx_overload *o)
{
    sx_pool_clear(&o->pauses);
    sx_pool_clear(&o->hurries);
    sx_pool_clear(&o->refusals);
    sx_fingerprint_map_clear(&o->by_client);
    sx_fingerprint_map_clear(&o->by_server);
    g_free(o);
}

void sx_overload_frame_again(struct sx_overload *o, uint32_t frame)
{
    sx_pool_truncate(&o->pauses, sx_pool_lower_bound(&o->pauses, frame));
    sx_pool_truncate(&o->hurries, sx_pool_lower_bound(&o->hurries, frame));
    sx_pool_truncate(&o->refusals, sx_pool_lower_bound(&o->refusals, frame));
}

/* ---- by number, and of a transaction: one that a dropped frame left behind leads nowhere ---- */

const struct sx_pause *sx_pause_at(const struct sx_tracker *t, uint32_t number)
{
    return sx_pool_numbered(&t->overload->pauses, number);
}

const struct sx_refusal *sx_refusal_at(const struct sx_tracker *t, uint32_t number)
{
    return sx_pool_numbered(&t->overload->refusals, number);
}

const struct sx_pause *sx_pause_of(const struct sx_tracker *t, const struct sx_txn *txn)
{
    const struct sx_pause *p;

    for (uint32_t n = 0; (p = sx_pool_nth(&t->overload->pauses, txn->final_frame, n)); n++)
        if (p->txn == txn->number)
            return p;
    return NULL;
}

const struct sx_hurry *sx_hurry_of(const struct sx_tracker *t, const struct sx_txn *txn)
{
    const struct sx_hurry *h;

    for (uint32_t n = 0; (h = sx_pool_nth(&t->overload->hurries, txn->request_frame, n)); n++)
        if (h->txn == txn->number)
            return h;
    return NULL;
}

const struct sx_refusal *sx_refusal_of(const struct sx_tracker *t, const struct sx_txn *txn)
{
    const struct sx_refusal *r;

    for (uint32_t n = 0; (r = sx_pool_nth(&t->overload->refusals, txn->final_frame, n)); n++)
        if (r->txn == txn->number)
            return r;
    return NULL;
}

/* ---- 503 ---- */

static struct sx_fingerprint client_key(const struct sx_tracker *t, const struct sx_txn *txn)
{
    struct sx_hash h = sx_hash_begin(t->key);

    sx_hash_add_uint(&h, (uint64_t)txn->src.host << 32 | txn->dst.host);
    sx_hash_add_uint(&h, (uint64_t)txn->sent_by_hash << 16 | txn->dst.port);
    return sx_hash_end(h);
}

static struct sx_fingerprint server_key(const struct sx_tracker *t, struct sx_endpoint server)
{
    struct sx_hash h = sx_hash_begin(t->key);

    sx_hash_add_uint(&h, (uint64_t)server.host << 16 | server.port);
    return sx_hash_end(h);
}

/* RFC 3261 16.7 item 6 lets a proxy hand a 503 on where its other requests would end so, too. */
static bool is_handed_on(const struct sx_tracker *t, const struct sx_txn *txn)
{
    const struct sx_txn *b = sx_txn_at(t, txn->first_child);

    for (unsigned i = 0; b && i < MAX_BRANCHES; i++, b = sx_txn_at(t, b->next_sibling))
        if (b->final_code == 503)
            return true;
    return false;
}

int64_t sx_pause_length_ns(const struct sx_pause *pause)
{
    int64_t ns = (int64_t)pause->seconds * SX_NS_PER_S;

    return ns - MIN(ns / SLACK_PART, MAX_SLACK_NS);
}

static void add_pause(struct sx_tracker *t, const struct sx_txn *txn,
                      const struct sx_observation *obs, bool handed_on)
{
    struct sx_overload *o = t->overload;
    uint32_t seconds;

    if (!sx_retry_after_read(obs->msg, &seconds) || seconds == 0)
        return;
    struct sx_pause *p = sx_pool_add(&o->pauses);
    *p = (struct sx_pause){
        .frame = obs->frame,
        .txn = txn->number,
        .seconds = seconds,
        .uri_hash = txn->uri_hash,
        .from_ns = obs->time_ns,
        .only_uri = handed_on,
    };
    p->until_ns = p->from_ns + sx_pause_length_ns(p);
    sx_fingerprint_map_set(&o->by_client, client_key(t, txn), o->pauses.count);
    t->paused_until_ns = MAX(t->paused_until_ns, p->until_ns);
}

/* The one with which there are as many as make a storm; NULL: there are fewer. */
static const struct sx_refusal *back_in_time(const struct sx_overload *o,
                                             const struct sx_refusal *r, uint32_t *number)
{
    for (unsigned i = 1; r && i < SX_STORM_REFUSALS; i++) {
        *number = r->older;
        r = sx_pool_numbered(&o->refusals, r->older);
    }
    return r;
}

/* What a dropped frame left behind may be another server's by now. */
static uint32_t newest_refusal(const struct sx_tracker *t, const struct sx_txn *txn,
                               struct sx_fingerprint server)
{
    uint32_t number = sx_fingerprint_map_get(&t->overload->by_server, server);
    const struct sx_refusal *r = sx_pool_numbered(&t->overload->refusals, number);

    return r && sx_endpoint_eq(sx_txn_at(t, r->txn)->dst, txn->dst) ? number : 0;
}

static void add_refusal(struct sx_tracker *t, const struct sx_txn *txn,
                        const struct sx_observation *obs)
{
    struct sx_overload *o = t->overload;
    struct sx_fingerprint key = server_key(t, txn->dst);
    uint32_t first = 0, before = newest_refusal(t, txn, key);
    const struct sx_refusal *older = sx_pool_numbered(&o->refusals, before);
    struct sx_refusal *r = sx_pool_add(&o->refusals);

    *r = (struct sx_refusal){
        .frame = obs->frame,
        .txn = txn->number,
        .older = before,
        .ns = obs->time_ns,
    };
    sx_fingerprint_map_set(&o->by_server, key, o->refusals.count);
    const struct sx_refusal *back = back_in_time(o, r, &first);
    if (!back || r->ns - back->ns > SX_STORM_NS)
        return;
    r->run = older->run ? older->run + 1 : SX_STORM_REFUSALS;
    r->since = older->run ? older->since : first;
}

void sx_overload_refused(struct sx_tracker *t, const struct sx_txn *txn,
                         const struct sx_observation *obs)
{
    bool handed_on = is_handed_on(t, txn);

    add_pause(t, txn, obs, handed_on);
    if (!handed_on)
        add_refusal(t, txn, obs);
}

/* ---- what the client does then ---- */

static struct sx_pause *pause_for(const struct sx_tracker *t, const struct sx_txn *txn,
                                  uint32_t *number)
{
    struct sx_fingerprint key = client_key(t, txn);
    struct sx_pause *p;

    *number = sx_fingerprint_map_get(&t->overload->by_client, key);
    p = sx_pool_numbered(&t->overload->pauses, *number);
    return p && sx_fingerprint_eq(client_key(t, sx_txn_at(t, p->txn)), key) ? p : NULL;
}

/* RFC 3261 10.2: a phone sends no other REGISTER before it has the answer to one. */
static bool is_next_register(const struct sx_txn *refused, const struct sx_txn *txn)
{
    return refused->method == SX_METHOD_REGISTER && txn->method == SX_METHOD_REGISTER &&
           refused->call_hash == txn->call_hash && refused->cseq < txn->cseq &&
           sx_txn_last_request_frame(refused) < refused->final_frame;
}

/* Nobody keeps to what he has not got yet: an INVITE's client says so by its ACK, another one by
 * not sending the request again, after the time that any round trip takes. */
static bool has_got_it(const struct sx_txn *refused, int64_t now_ns)
{
    if (refused->method == SX_METHOD_INVITE)
        return sx_txn_more(refused)->ack_frame != 0;
    if (refused->transport != SX_TRANSPORT_UDP)
        return now_ns - refused->final_ns >= SX_T1_NS;
    return refused->request_frame && sx_txn_last_request_ns(refused) <= refused->final_ns &&
           now_ns > MAX(sx_evidence_due_ns(refused), refused->final_ns + SX_T1_NS);
}

static bool is_emergency(struct sx_slice uri)
{
    static const char urn[] = "urn:service:sos";

    return uri.n >= sizeof urn - 1 && g_ascii_strncasecmp(uri.p, urn, sizeof urn - 1) == 0;
}

static bool is_free_to_wait(const struct sx_txn *txn, const struct sx_observation *obs)
{
    return !txn->in_dialog && !sx_txn_needs_dialog(txn) && txn->method != SX_METHOD_CANCEL &&
           txn->method != SX_METHOD_OPTIONS && !is_emergency(obs->msg->uri);
}

void sx_overload_request(struct sx_tracker *t, const struct sx_txn *txn,
                         const struct sx_observation *obs)
{
    struct sx_overload *o = t->overload;
    uint32_t number;
    struct sx_pause *p = pause_for(t, txn, &number);

    if (!p || obs->time_ns >= p->until_ns || obs->time_ns < p->from_ns ||
        !is_free_to_wait(txn, obs) ||
        (p->only_uri && (!p->uri_hash || p->uri_hash != txn->uri_hash)))
        return;
    const struct sx_txn *old = sx_txn_at(t, p->txn);
    if (!is_next_register(old, txn) && !has_got_it(old, obs->time_ns))
        return;
    p->hurried++;
    if (!p->hurried_in)
        p->hurried_in = obs->frame;
    *(struct sx_hurry *)sx_pool_add(&o->hurries) = (struct sx_hurry){
        .frame = obs->frame,
        .txn = txn->number,
        .pause = number,
        .nth = p->hurried,
    };
}

void sx_overload_served(struct sx_tracker *t, const struct sx_txn *txn)
{
    uint32_t number;
    struct sx_pause *p = pause_for(t, txn, &number);

    if (!p)
        return;
    /* A request that the capture lacks may have come after the 503. */
    bool after = !txn->request_frame || txn->request_frame > p->frame;
    if (after && txn->method != SX_METHOD_CANCEL)
        p->until_ns = INT64_MIN;
}
