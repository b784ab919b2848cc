/* tracker.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/tracker.h"

#include "core/catalogue.h"
#include "core/deadlines.h"
#include "core/flow.h"

/* Copies of one packet (mirror ports, captures on all interfaces) come closer together than any
 * retransmission timer fires. */
#define DUPLICATE_NS (50 * SX_NS_PER_MS)

/* How many different responses of one transaction are told apart from repetitions. A fork of
 * dozens answers so often; more would make a hostile capture slow. */
#define MAX_DISTINCT 64

/* At most so many waits are reported on one frame; the next frame reports the next ones. */
#define MAX_EXPIRIES_PER_FRAME 256

/* How many Via values are tried for a parent that is in the capture. */
#define MAX_HOPS_UP 16

/* How far back a request is looked for that an ICMP error or a reset may concern. */
#define MAX_LOOK_BACK 256
#define LOOK_BACK_NS (40 * SX_NS_PER_S)

/* Connections being set up at a time; more than any SIP host tries. */
#define MAX_CONNECTING 4096

struct sx_tracker {
    struct sx_config cfg;
    uint64_t key[2];
    struct sx_pool txns, messages, hosts, expiries;
    GHashTable *by_key;         /* struct sx_txn, by key */
    GHashTable *orphans;        /* newest struct sx_txn whose parent was not seen, by parent_key */
    GHashTable *by_address;     /* struct sx_host */
    GHashTable *awaiting;       /* attempt fingerprint -> transaction that a new attempt may follow */
    GHashTable *connecting;     /* struct connection -> itself; SYN sent, not answered */
    struct sx_deadlines deadlines;
    struct sx_flows *flows;
    int64_t now_ns;
    uint32_t last_frame;
    bool ended;
};

struct connection {
    struct sx_endpoint from, to;
};

/* ---- tables ---- */

static guint key_hash(gconstpointer p)
{
    return (guint)((const struct sx_fingerprint *)p)->a;
}

static gboolean key_equal(gconstpointer x, gconstpointer y)
{
    return sx_fingerprint_eq(*(const struct sx_fingerprint *)x, *(const struct sx_fingerprint *)y);
}

static const struct sx_fingerprint *parent_key_of(gconstpointer txn)
{
    return &((const struct sx_txn *)txn)->parent_key;
}

static guint parent_key_hash(gconstpointer p)
{
    return (guint)parent_key_of(p)->a;
}

static gboolean parent_key_equal(gconstpointer x, gconstpointer y)
{
    return sx_fingerprint_eq(*parent_key_of(x), *parent_key_of(y));
}

static guint host_hash(gconstpointer p)
{
    const struct sx_host *host = p;
    guint h = host->type;

    for (unsigned i = 0; i < host->len; i++)
        h = h * 31 + host->bytes[i];
    return h;
}

static gboolean host_equal(gconstpointer x, gconstpointer y)
{
    const struct sx_host *a = x, *b = y;

    return a->type == b->type && a->len == b->len && memcmp(a->bytes, b->bytes, a->len) == 0;
}

static guint connection_hash(gconstpointer p)
{
    const struct connection *c = p;

    return (c->from.host * 31 + c->from.port) * 31 + c->to.port;
}

static bool same_endpoint(struct sx_endpoint a, struct sx_endpoint b)
{
    return a.host == b.host && a.port == b.port;
}

static gboolean connection_equal(gconstpointer x, gconstpointer y)
{
    const struct connection *a = x, *b = y;

    return same_endpoint(a->from, b->from) && same_endpoint(a->to, b->to);
}

struct sx_tracker *sx_tracker_new(const uint64_t key[2], const struct sx_config *cfg)
{
    struct sx_tracker *t = g_new0(struct sx_tracker, 1);

    t->cfg = *cfg;
    memcpy(t->key, key, sizeof t->key);
    sx_pool_init(&t->txns, sizeof(struct sx_txn));
    sx_pool_init(&t->messages, sizeof(struct sx_message));
    sx_pool_init(&t->hosts, sizeof(struct sx_host));
    sx_pool_init(&t->expiries, sizeof(struct sx_expiry));
    t->by_key = g_hash_table_new(key_hash, key_equal);
    t->orphans = g_hash_table_new(parent_key_hash, parent_key_equal);
    t->by_address = g_hash_table_new(host_hash, host_equal);
    t->awaiting = g_hash_table_new_full(key_hash, key_equal, g_free, NULL);
    t->connecting = g_hash_table_new_full(connection_hash, connection_equal, g_free, NULL);
    sx_deadlines_init(&t->deadlines);
    t->flows = sx_flows_new(key);
    return t;
}

void sx_tracker_free(struct sx_tracker *t)
{
    if (!t)
        return;
    g_hash_table_destroy(t->by_key);
    g_hash_table_destroy(t->orphans);
    g_hash_table_destroy(t->by_address);
    g_hash_table_destroy(t->awaiting);
    g_hash_table_destroy(t->connecting);
    sx_pool_clear(&t->txns);
    sx_pool_clear(&t->messages);
    sx_pool_clear(&t->hosts);
    sx_pool_clear(&t->expiries);
    sx_deadlines_clear(&t->deadlines);
    sx_flows_free(t->flows);
    g_free(t);
}

const struct sx_config *sx_tracker_config(const struct sx_tracker *t)
{
    return &t->cfg;
}

struct sx_txn *sx_tracker_txn(const struct sx_tracker *t, uint32_t number)
{
    return number > 0 && number <= t->txns.count ? sx_pool_at(&t->txns, number - 1) : NULL;
}

uint32_t sx_tracker_txn_count(const struct sx_tracker *t)
{
    return t->txns.count;
}

const struct sx_host *sx_tracker_host(const struct sx_tracker *t, uint32_t host)
{
    return sx_pool_at(&t->hosts, host);
}

void sx_tracker_end(struct sx_tracker *t)
{
    t->ended = true;
}

bool sx_tracker_ended(const struct sx_tracker *t)
{
    return t->ended;
}

int64_t sx_tracker_now(const struct sx_tracker *t)
{
    return t->now_ns;
}

const struct sx_flows *sx_tracker_flows(const struct sx_tracker *t)
{
    return t->flows;
}

static struct sx_host *host_at(const struct sx_tracker *t, uint32_t host)
{
    return sx_pool_at(&t->hosts, host);
}

static bool find_host(const struct sx_tracker *t, const struct sx_address *address,
                      struct sx_host *probe, uint32_t *host)
{
    gpointer found;

    *probe = (struct sx_host){.len = MIN(address->len, 16), .type = address->type};
    if (probe->len > 0)
        memcpy(probe->bytes, address->bytes, probe->len);
    if (!g_hash_table_lookup_extended(t->by_address, probe, NULL, &found))
        return false;
    *host = GPOINTER_TO_UINT(found);
    return true;
}

static uint32_t host_of(struct sx_tracker *t, const struct sx_address *address)
{
    struct sx_host probe;
    uint32_t known;

    if (find_host(t, address, &probe, &known))
        return known;
    struct sx_host *host = sx_pool_add(&t->hosts);
    *host = probe;
    g_hash_table_insert(t->by_address, host, GUINT_TO_POINTER(t->hosts.count - 1));
    return t->hosts.count - 1;
}

/* ---- keys ---- */

static bool has_cookie(struct sx_slice branch)
{
    size_t n = sizeof SX_BRANCH_COOKIE - 1;

    return branch.n > n && g_ascii_strncasecmp(branch.p, SX_BRANCH_COOKIE, n) == 0;
}

/* RFC 3261 17.1.3 and 17.2.3. Call-ID and CSeq number are not part of the rule for branches with
 * the magic cookie; they keep apart what a client with poor random numbers lets collide. */
static struct sx_fingerprint txn_key(const struct sx_tracker *t, const struct sx_sip_msg *msg,
                                     const struct sx_via *via, enum sx_method method)
{
    struct sx_hash h;

    sx_hash_begin(&h, t->key);
    sx_hash_add(&h, msg->call_id);
    sx_hash_add_uint(&h, (uint64_t)msg->cseq << 8 | method);
    if (method == SX_METHOD_OTHER)
        sx_hash_add(&h, msg->cseq_method_name);
    sx_hash_add(&h, via->branch);
    sx_hash_add_lower(&h, via->sent_by);
    if (!has_cookie(via->branch) && msg->from_tag.p)
        sx_hash_add(&h, msg->from_tag);
    return sx_hash_end(&h);
}

static uint32_t hash_of(const struct sx_tracker *t, struct sx_slice s)
{
    struct sx_hash h;

    sx_hash_begin(&h, t->key);
    sx_hash_add(&h, s);
    return (uint32_t)sx_hash_end(&h).a;
}

static struct sx_txn *find_key(const struct sx_tracker *t, struct sx_fingerprint key)
{
    return g_hash_table_lookup(t->by_key, &key);
}

/* An ACK to a non-2xx belongs to its INVITE (RFC 3261 17.1.1.3); an ACK to a 2xx is a transaction
 * of its own (RFC 3261 13.2.2.4), even of clients that use the INVITE's branch again. */
static struct sx_txn *find_ack(const struct sx_tracker *t, const struct sx_sip_msg *msg)
{
    struct sx_txn *invite = find_key(t, txn_key(t, msg, &msg->via[0], SX_METHOD_INVITE));

    return invite && invite->state != SX_TXN_ACCEPTED ? invite : NULL;
}

uint32_t sx_tracker_find(const struct sx_tracker *t, const struct sx_sip_msg *msg)
{
    if (msg->via_count == 0 || !msg->has_cseq)
        return 0;
    struct sx_txn *txn = NULL;
    if (msg->is_request && msg->method == SX_METHOD_ACK)
        txn = find_ack(t, msg);
    if (!txn)
        txn = find_key(t, txn_key(t, msg, &msg->via[0], msg->method));
    return txn ? txn->number : 0;
}

/* ---- the tree of transactions ---- */

static void link_child(struct sx_tracker *t, struct sx_txn *parent, struct sx_txn *child)
{
    struct sx_host *host = host_at(t, parent->dst.host);

    child->parent = parent->number;
    child->next_sibling = parent->first_child;
    parent->first_child = child->number;
    uint32_t *forwarded = parent->method == SX_METHOD_INVITE ? &host->forwarded_invite
                                                             : &host->forwarded_other;
    if (*forwarded == 0)
        *forwarded = child->request_frame;
    if (parent->redirected_child) {
        for (uint32_t n = child->next_sibling; n; n = sx_tracker_txn(t, n)->next_sibling) {
            struct sx_txn *sibling = sx_tracker_txn(t, n);
            if (sibling->final_code / 100 == 3 && !sibling->followed_by)
                sibling->followed_by = child->number;
        }
        parent->redirected_child = false;
    }
}

/* A forged pair of Via stacks could make two transactions each other's parent. */
static bool is_below(const struct sx_tracker *t, const struct sx_txn *txn,
                     const struct sx_txn *ancestor)
{
    for (unsigned i = 0; txn && i < MAX_HOPS_UP; i++) {
        if (txn == ancestor)
            return true;
        txn = sx_tracker_txn(t, txn->parent);
    }
    return txn != NULL;
}

/* In a capture that was merged from several, a forwarded request can come before its original. */
static void adopt_orphans(struct sx_tracker *t, struct sx_txn *parent)
{
    struct sx_txn probe = {.parent_key = parent->key};
    struct sx_txn *orphan = g_hash_table_lookup(t->orphans, &probe);

    if (!orphan)
        return;
    g_hash_table_remove(t->orphans, orphan);
    while (orphan) {
        struct sx_txn *next = sx_tracker_txn(t, orphan->next_sibling);
        orphan->next_sibling = 0;
        if (!is_below(t, parent, orphan))
            link_child(t, parent, orphan);
        orphan = next;
    }
}

/* The nearest upstream transaction in the capture: a spiral inside a proxy, or a hop that was not
 * captured, leaves Via values between that belong to none. */
static struct sx_txn *find_parent(const struct sx_tracker *t, const struct sx_txn *txn,
                                  const struct sx_sip_msg *msg)
{
    struct sx_txn *parent = find_key(t, txn->parent_key);
    struct sx_via via;

    for (unsigned i = 2; !parent && i < MIN(msg->via_count, MAX_HOPS_UP); i++)
        if (sx_sip_msg_via(msg, i, &via))
            parent = find_key(t, txn_key(t, msg, &via, msg->method));
    return parent;
}

const struct sx_txn *sx_tracker_siblings(const struct sx_tracker *t, const struct sx_txn *txn)
{
    const struct sx_txn *parent = sx_tracker_txn(t, txn->parent);

    if (parent)
        return sx_tracker_txn(t, parent->first_child);
    return g_hash_table_lookup(t->orphans, txn);
}

static void link_parent(struct sx_tracker *t, struct sx_txn *txn, const struct sx_sip_msg *msg)
{
    if (msg->via_count < 2)
        return;
    txn->parent_key = txn_key(t, msg, &msg->via[1], msg->method);
    struct sx_txn *parent = find_parent(t, txn, msg);
    if (parent) {
        if (!is_below(t, parent, txn))
            link_child(t, parent, txn);
        return;
    }
    struct sx_txn *older = g_hash_table_lookup(t->orphans, txn);
    txn->next_sibling = older ? older->number : 0;
    g_hash_table_replace(t->orphans, txn, txn);
}

static struct sx_txn *new_txn(struct sx_tracker *t, const struct sx_observation *obs,
                              struct sx_fingerprint key)
{
    struct sx_txn *txn = sx_pool_add(&t->txns);
    bool request = obs->msg->is_request;

    txn->number = t->txns.count;
    txn->key = key;
    txn->method = (uint8_t)obs->msg->method;
    txn->transport = (uint8_t)obs->transport;
    txn->old_branch = !has_cookie(obs->msg->via[0].branch);
    txn->src.host = host_of(t, request ? &obs->src : &obs->dst);
    txn->src.port = request ? obs->src.port : obs->dst.port;
    txn->dst.host = host_of(t, request ? &obs->dst : &obs->src);
    txn->dst.port = request ? obs->dst.port : obs->src.port;
    txn->last_ns = obs->time_ns;
    g_hash_table_replace(t->by_key, txn, txn);
    return txn;
}

/* ---- attempts that follow a challenge, a redirection, a repairable error ---- */

static struct sx_fingerprint attempt_key(const struct sx_tracker *t, const struct sx_sip_msg *msg)
{
    struct sx_hash h;

    sx_hash_begin(&h, t->key);
    sx_hash_add(&h, msg->call_id);
    sx_hash_add(&h, msg->from_tag);
    sx_hash_add(&h, msg->cseq_method_name);
    sx_hash_add_uint(&h, msg->via_count);   /* each hop sees an attempt of its own */
    return sx_hash_end(&h);
}

static void await_new_attempt(struct sx_tracker *t, struct sx_txn *txn,
                              const struct sx_sip_msg *msg)
{
    const struct sx_code *entry = sx_catalogue_explain(msg->code);

    if (!entry || (entry->role != SX_ROLE_CHALLENGE && entry->role != SX_ROLE_REDIRECT &&
                   entry->role != SX_ROLE_RETRY))
        return;
    struct sx_fingerprint key = attempt_key(t, msg);
    g_hash_table_replace(t->awaiting, g_memdup2(&key, sizeof key), txn);
    if (entry->role == SX_ROLE_REDIRECT && txn->parent)
        sx_tracker_txn(t, txn->parent)->redirected_child = true;
}

static void follow_old_attempt(struct sx_tracker *t, const struct sx_txn *txn,
                               const struct sx_sip_msg *msg)
{
    if (g_hash_table_size(t->awaiting) == 0)
        return;
    struct sx_fingerprint key = attempt_key(t, msg);
    struct sx_txn *old = g_hash_table_lookup(t->awaiting, &key);
    if (!old || old->cseq >= msg->cseq)
        return;
    old->followed_by = txn->number;
    g_hash_table_remove(t->awaiting, &key);
}

/* ---- requests ---- */

static void expect_answer(struct sx_tracker *t, const struct sx_txn *txn, int64_t due_ns)
{
    if (txn->method != SX_METHOD_ACK)
        sx_deadlines_add(&t->deadlines, due_ns, txn->number);
}

static void first_request(struct sx_tracker *t, struct sx_txn *txn,
                          const struct sx_observation *obs)
{
    const struct sx_sip_msg *msg = obs->msg;

    txn->request_frame = txn->last_request_frame = obs->frame;
    txn->request_ns = txn->last_request_ns = obs->time_ns;
    txn->sends = 1;
    txn->cseq = msg->cseq;
    txn->has_credentials = msg->has_credentials;
    txn->in_dialog = msg->to_tag.p != NULL;
    if (txn->old_branch)
        txn->uri_hash = hash_of(t, msg->uri);
    if (msg->method == SX_METHOD_INVITE && msg->has_expires)
        txn->expires_s = msg->expires;
    txn->token_route = msg->top_route.p && memchr(msg->top_route.p, '@', msg->top_route.n);
}

/* The registrations and what is sent to them. */
static void tie_to_flow(struct sx_tracker *t, struct sx_txn *txn, const struct sx_observation *obs)
{
    const struct sx_txn *parent = sx_tracker_txn(t, txn->parent);

    if (txn->method == SX_METHOD_REGISTER) {
        txn->unregisters = obs->msg->has_expires && obs->msg->expires == 0;
        txn->flow = sx_flows_register(t->flows, obs, txn, parent ? parent->flow : 0);
    } else if (sx_flows_count(t->flows) > 0) {
        txn->flow = sx_flows_routed(t->flows, obs->msg);
    }
}

static uint32_t first_hop_frame(const struct sx_tracker *t, const struct sx_txn *txn)
{
    for (unsigned i = 0; txn->parent && i < MAX_HOPS_UP; i++)
        txn = sx_tracker_txn(t, txn->parent);
    return txn->request_frame;
}

static void cancel_invite(struct sx_tracker *t, struct sx_txn *cancel,
                          const struct sx_observation *obs, struct sx_message *record)
{
    struct sx_txn *invite =
        find_key(t, txn_key(t, obs->msg, &obs->msg->via[0], SX_METHOD_INVITE));

    if (!invite)
        return;
    cancel->related = invite->number;
    invite->related = cancel->number;
    invite->last_ns = obs->time_ns;
    if (invite->cancel_frame || invite->final_frame)
        return;
    if (sx_txn_waits_after_100(invite))
        record->flags |= SX_MESSAGE_ENDS_WAIT;
    invite->cancel_frame = obs->frame;
    invite->cancel_ns = obs->time_ns;
}

static void repeated_request(struct sx_txn *txn, const struct sx_observation *obs,
                             struct sx_message *record)
{
    record->repeats = txn->request_frame;
    if (obs->time_ns - txn->last_request_ns < DUPLICATE_NS) {
        record->flags |= SX_MESSAGE_DUPLICATE;
        return;
    }
    txn->sends++;
    if (txn->trying_frame)
        txn->sends_after_100++;
    txn->last_request_frame = obs->frame;
    txn->last_request_ns = obs->time_ns;
}

static struct sx_txn *observe_ack(struct sx_tracker *t, const struct sx_observation *obs,
                                  struct sx_message *record)
{
    struct sx_txn *invite = find_ack(t, obs->msg);

    if (!invite)
        return NULL;
    if (invite->ack_frame)
        record->repeats = invite->ack_frame;
    else
        invite->ack_frame = obs->frame;
    invite->state = (uint8_t)sx_txn_next(true, (enum sx_txn_state)invite->state, SX_TXN_ACK);
    invite->last_ns = obs->time_ns;
    return invite;
}

/* RFC 3261 17.2.3 without the magic cookie: another Request-URI is another transaction. */
static bool is_same_old_request(const struct sx_tracker *t, const struct sx_txn *txn,
                                const struct sx_sip_msg *msg)
{
    return !txn->old_branch || !txn->request_frame || txn->uri_hash == hash_of(t, msg->uri);
}

static struct sx_txn *observe_request(struct sx_tracker *t, const struct sx_observation *obs,
                                      struct sx_message *record)
{
    const struct sx_sip_msg *msg = obs->msg;
    struct sx_txn *txn;

    if (msg->method == SX_METHOD_ACK && (txn = observe_ack(t, obs, record)))
        return txn;

    struct sx_fingerprint key = txn_key(t, msg, &msg->via[0], msg->method);
    txn = find_key(t, key);
    if (txn && (sx_txn_is_over(txn, obs->time_ns) || !is_same_old_request(t, txn, msg)))
        txn = NULL;
    if (txn && txn->request_frame) {
        repeated_request(txn, obs, record);
        txn->last_ns = obs->time_ns;
        return txn;
    }
    if (!txn)
        txn = new_txn(t, obs, key);
    first_request(t, txn, obs);
    link_parent(t, txn, msg);
    adopt_orphans(t, txn);
    follow_old_attempt(t, txn, msg);
    tie_to_flow(t, txn, obs);
    if (msg->method == SX_METHOD_CANCEL)
        cancel_invite(t, txn, obs, record);
    if (!txn->responses)
        expect_answer(t, txn, obs->time_ns + SX_TIMER_B_NS);
    return txn;
}

/* ---- responses ---- */

static uint32_t response_identity(const struct sx_tracker *t, const struct sx_sip_msg *msg)
{
    struct sx_hash h;

    sx_hash_begin(&h, t->key);
    sx_hash_add(&h, msg->to_tag);
    sx_hash_add_uint(&h, (uint64_t)msg->code << 32 | msg->rseq);
    sx_hash_add_uint(&h, msg->content_length);
    return (uint32_t)sx_hash_end(&h).a;
}

/* The frame of the response that this one repeats, or 0; a new one joins the list. */
static uint32_t earlier_response(struct sx_tracker *t, struct sx_txn *txn,
                                 struct sx_message *record)
{
    for (uint32_t i = MIN(txn->responses, t->messages.count); i;) {
        struct sx_message *other = sx_pool_at(&t->messages, i - 1);
        if (other->code == record->code && other->identity == record->identity)
            return other->frame;
        i = other->next;
    }
    if (txn->distinct < MAX_DISTINCT) {
        txn->distinct++;
        record->next = txn->responses;
        txn->responses = t->messages.count;
    }
    return 0;
}

static void first_100(struct sx_tracker *t, struct sx_txn *txn, const struct sx_observation *obs)
{
    if (txn->trying_frame || txn->moved_frame)
        return;
    txn->trying_frame = obs->frame;
    txn->trying_ns = obs->time_ns;
    expect_answer(t, txn, obs->time_ns + t->cfg.trying_timeout_ns);
}

static void other_response(struct sx_tracker *t, struct sx_txn *txn,
                           const struct sx_observation *obs, struct sx_message *record)
{
    if (!txn->moved_frame) {
        if (sx_txn_waits_after_100(txn))
            record->flags |= SX_MESSAGE_ENDS_WAIT;
        txn->moved_frame = obs->frame;
        txn->moved_ns = obs->time_ns;
        txn->moved_code = obs->msg->code;
        txn->answer_dst = (struct sx_endpoint){host_of(t, &obs->dst), obs->dst.port};
    }
    if (obs->msg->code < 200 || txn->final_frame)
        return;
    txn->final_frame = obs->frame;
    txn->final_ns = obs->time_ns;
    txn->final_code = obs->msg->code;
    txn->final_tag = hash_of(t, obs->msg->to_tag);
    if (obs->msg->code >= 300) {
        await_new_attempt(t, txn, obs->msg);
        sx_flows_failed(t->flows, obs, txn);
    } else if (txn->method == SX_METHOD_REGISTER && txn->flow) {
        sx_flows_registered(t->flows, obs, txn, first_hop_frame(t, txn));
    }
}

static struct sx_txn *observe_response(struct sx_tracker *t, const struct sx_observation *obs,
                                       struct sx_message *record)
{
    const struct sx_sip_msg *msg = obs->msg;
    struct sx_fingerprint key = txn_key(t, msg, &msg->via[0], msg->method);
    struct sx_txn *txn = find_key(t, key);

    if (!txn) {
        txn = new_txn(t, obs, key);
        txn->cseq = msg->cseq;
        link_parent(t, txn, msg);
    }
    record->identity = response_identity(t, msg);
    record->repeats = earlier_response(t, txn, record);
    /* Behind a repeated request the same response is one more answer, however soon. */
    if (record->repeats > txn->last_request_frame && obs->time_ns - txn->last_ns < DUPLICATE_NS)
        record->flags |= SX_MESSAGE_DUPLICATE;
    if (msg->code == 100)
        first_100(t, txn, obs);
    else if (msg->code > 100 && msg->code < 700)
        other_response(t, txn, obs, record);

    enum sx_txn_event event = msg->code < 200   ? SX_TXN_PROVISIONAL
                              : msg->code < 300 ? SX_TXN_SUCCESS
                                                : SX_TXN_FAILURE;
    txn->state = (uint8_t)sx_txn_next(txn->method == SX_METHOD_INVITE,
                                      (enum sx_txn_state)txn->state, event);
    txn->last_ns = obs->time_ns;
    return txn;
}

/* ---- what did not arrive ---- */

/* An ICMP error quotes a message that did not arrive. */
static struct sx_txn *observe_quote(struct sx_tracker *t, const struct sx_observation *obs)
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
                         const struct connection *way)
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
                     const struct sx_address *dst, struct connection *way)
{
    struct sx_host probe;

    *way = (struct connection){.from.port = src->port, .to.port = dst->port};
    return find_host(t, src, &probe, &way->from.host) && find_host(t, dst, &probe, &way->to.host);
}

void sx_tracker_undelivered(struct sx_tracker *t, uint32_t frame, int64_t time_ns,
                            const struct sx_address *src, const struct sx_address *dst)
{
    struct connection way;

    if (find_way(t, src, dst, &way))
        request_lost(t, frame, time_ns, &way);
}

static bool is_sip_port(uint16_t port)
{
    return port == 5060 || port == 5061;
}

static void no_connection(struct sx_tracker *t, uint32_t frame, int64_t time_ns,
                          const struct connection *way)
{
    struct sx_host *host = host_at(t, way->from.host);

    host->no_connect_frame = frame;
    host->no_connect_ns = time_ns;
    host->no_connect_to = way->to;
}

/* Only hosts that were seen to send SIP are watched, and only on their way to a SIP port or to
 * another such host. */
static void connect_begins(struct sx_tracker *t, uint32_t frame, int64_t time_ns,
                           const struct sx_address *src, const struct sx_address *dst)
{
    struct connection way = {.from.port = src->port, .to.port = dst->port};
    struct sx_host probe;
    bool sip_peer = find_host(t, dst, &probe, &way.to.host);

    if (!find_host(t, src, &probe, &way.from.host) || (!sip_peer && !is_sip_port(dst->port)))
        return;
    way.to.host = host_of(t, dst);
    if (g_hash_table_contains(t->connecting, &way))
        no_connection(t, frame, time_ns, &way);
    else if (g_hash_table_size(t->connecting) < MAX_CONNECTING)
        g_hash_table_add(t->connecting, g_memdup2(&way, sizeof way));
}

bool sx_tracker_wants(const struct sx_tracker *t, unsigned flags, uint32_t payload)
{
    return (flags & (SX_TCP_SYN | SX_TCP_FIN | SX_TCP_RST)) ||
           (payload > 0 && sx_flows_count(t->flows) > 0);
}

void sx_tracker_tcp(struct sx_tracker *t, const struct sx_segment *segment)
{
    struct connection back;
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

/* ---- the capture ---- */

struct sx_message *sx_tracker_observe(struct sx_tracker *t, const struct sx_observation *obs)
{
    struct sx_message *record = sx_pool_add(&t->messages);
    struct sx_txn *txn = NULL;

    *record = (struct sx_message){
        .frame = obs->frame,
        .code = obs->msg->code,
        .method = (uint8_t)obs->msg->method,
        .flags = obs->quoted ? SX_MESSAGE_QUOTED : 0,
    };
    if (obs->msg->via_count == 0 || !obs->msg->has_cseq)
        return record;
    if (obs->quoted) {
        txn = observe_quote(t, obs);
    } else {
        txn = obs->msg->is_request ? observe_request(t, obs, record)
                                   : observe_response(t, obs, record);
        host_at(t, host_of(t, &obs->src))->sent++;
    }
    record->txn = txn ? txn->number : 0;
    return record;
}

static void expire(struct sx_tracker *t, struct sx_txn *txn, uint32_t frame, int64_t now_ns)
{
    bool after_100 = sx_txn_waits_after_100(txn) &&
                     now_ns - txn->trying_ns >= t->cfg.trying_timeout_ns;

    if (!after_100 && !sx_txn_lacks_answer(txn, host_at(t, txn->dst.host)->sent > 0))
        return;
    if (txn->expired_frame == frame || txn->expired_after_100)
        return;
    txn->expired_frame = frame;
    txn->expired_after_100 = after_100;
    *(struct sx_expiry *)sx_pool_add(&t->expiries) = (struct sx_expiry){
        .frame = frame,
        .txn = txn->number,
        .waited_ns = now_ns - (after_100 ? txn->trying_ns : txn->request_ns),
        .after_100 = after_100,
    };
}

void sx_tracker_tick(struct sx_tracker *t, uint32_t frame, int64_t time_ns)
{
    struct sx_deadline due;

    /* A read filter (tshark -2 -R) dropped the frame that bore this number before. */
    if (frame <= t->last_frame) {
        sx_pool_truncate(&t->messages, sx_pool_lower_bound(&t->messages, frame));
        sx_pool_truncate(&t->expiries, sx_pool_lower_bound(&t->expiries, frame));
    }
    t->last_frame = frame;
    t->now_ns = time_ns;
    t->ended = false;
    for (unsigned n = 0; n < MAX_EXPIRIES_PER_FRAME; n++) {
        if (!sx_deadlines_pop(&t->deadlines, time_ns, &due))
            return;
        expire(t, sx_tracker_txn(t, due.what), frame, time_ns);
    }
}

const struct sx_message *sx_tracker_message(const struct sx_tracker *t, uint32_t frame,
                                            uint32_t nth)
{
    return sx_pool_nth(&t->messages, frame, nth);
}

const struct sx_expiry *sx_tracker_expiry(const struct sx_tracker *t, uint32_t frame,
                                          uint32_t nth)
{
    return sx_pool_nth(&t->expiries, frame, nth);
}
