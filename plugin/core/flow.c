/* flow.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/flow.h"
#include "core/text.h"

/* RFC 5626 4.4.1 */
#define PONG_NS (10 * SX_NS_PER_S)
#define PING_BYTES 4

#define MAX_STRING 255

/* Chains of flows that are followed; a client registers a handful. */
#define MAX_CHAIN 64

struct sx_flows {
    uint64_t key[2];
    struct sx_pool flows, failures, losses;
    GHashTable *by_token;       /* &flow->token_key -> newest flow */
    GHashTable *by_contact;     /* &flow->contact_key -> newest flow */
    GHashTable *by_instance;    /* &flow->instance_key -> newest flow */
    GHashTable *by_connection;  /* &flow->connection -> newest flow */
    GHashTable *by_txn;         /* transaction number -> failure */
};

static guint key_hash(gconstpointer p)
{
    return (guint)((const struct sx_fingerprint *)p)->bits;
}

static gboolean key_equal(gconstpointer x, gconstpointer y)
{
    return sx_fingerprint_eq(*(const struct sx_fingerprint *)x, *(const struct sx_fingerprint *)y);
}

static bool same_endpoint(struct sx_endpoint a, struct sx_endpoint b)
{
    return a.host == b.host && a.port == b.port;
}

static guint connection_hash(gconstpointer p)
{
    const struct sx_connection *c = p;

    return (c->client.host * 31 + c->client.port) * 31 + c->edge.host;
}

static gboolean connection_equal(gconstpointer x, gconstpointer y)
{
    const struct sx_connection *a = x, *b = y;

    return same_endpoint(a->client, b->client) && same_endpoint(a->edge, b->edge);
}

struct sx_flows *sx_flows_new(const uint64_t key[2])
{
    struct sx_flows *f = g_new0(struct sx_flows, 1);

    memcpy(f->key, key, sizeof f->key);
    sx_pool_init(&f->flows, sizeof(struct sx_flow));
    sx_pool_init(&f->failures, sizeof(struct sx_flow_failure));
    sx_pool_init(&f->losses, sizeof(struct sx_flow_loss));
    f->by_token = g_hash_table_new(key_hash, key_equal);
    f->by_contact = g_hash_table_new(key_hash, key_equal);
    f->by_instance = g_hash_table_new(key_hash, key_equal);
    f->by_connection = g_hash_table_new(connection_hash, connection_equal);
    f->by_txn = g_hash_table_new(NULL, NULL);
    return f;
}

void sx_flows_free(struct sx_flows *f)
{
    if (!f)
        return;
    for (uint32_t i = 0; i < f->flows.count; i++) {
        struct sx_flow *flow = sx_pool_at(&f->flows, i);
        wmem_free(NULL, flow->aor);
        wmem_free(NULL, flow->instance);
    }
    g_hash_table_destroy(f->by_token);
    g_hash_table_destroy(f->by_contact);
    g_hash_table_destroy(f->by_instance);
    g_hash_table_destroy(f->by_connection);
    g_hash_table_destroy(f->by_txn);
    sx_pool_clear(&f->flows);
    sx_pool_clear(&f->failures);
    sx_pool_clear(&f->losses);
    g_free(f);
}

uint32_t sx_flows_count(const struct sx_flows *f)
{
    return f->flows.count;
}

static struct sx_flow *flow_at(const struct sx_flows *f, uint32_t number)
{
    return number > 0 && number <= f->flows.count ? sx_pool_at(&f->flows, number - 1) : NULL;
}

const struct sx_flow *sx_flows_at(const struct sx_flows *f, uint32_t number)
{
    return flow_at(f, number);
}

/* ---- registration ---- */

static struct sx_fingerprint fingerprint_of(const struct sx_flows *f, struct sx_slice a,
                                            struct sx_slice b)
{
    struct sx_hash h = sx_hash_begin(f->key);

    sx_hash_add(&h, a);
    sx_hash_add(&h, b);
    return sx_hash_end(h);
}

static bool is_set(struct sx_fingerprint key)
{
    return key.bits != 0;
}

/* "Bob" <sip:bob@example.com;x>;y -> sip:bob@example.com;x */
static struct sx_slice uri_of(struct sx_slice value)
{
    const char *open = value.n ? memchr(value.p, '<', value.n) : NULL;
    struct sx_slice uri;

    if (open) {
        uri = sx_slice_from(value, (size_t)(open - value.p) + 1);
        const char *close = uri.n ? memchr(uri.p, '>', uri.n) : NULL;
        return close ? sx_slice(uri.p, (size_t)(close - uri.p)) : uri;
    }
    return sx_slice_next(&value, ';', &uri) ? uri : value;
}

static struct sx_slice without_parameters(struct sx_slice uri)
{
    const char *end = uri.n ? memchr(uri.p, ';', uri.n) : NULL;

    return end ? sx_slice(uri.p, (size_t)(end - uri.p)) : uri;
}

/* The Contact that registers an outbound flow (RFC 5626 4.2): it has an instance and a reg-id. */
struct binding {
    struct sx_slice uri, instance;
    uint32_t reg_id;
    uint32_t expires;
    bool has_expires;
};

static bool read_binding(struct sx_slice contact, struct binding *b)
{
    struct sx_slice expires = sx_slice_param(contact, "expires");

    b->uri = uri_of(contact);
    b->instance = sx_slice_param(contact, "+sip.instance");
    if (b->instance.n > 2 && b->instance.p[0] == '<')
        b->instance = sx_slice(b->instance.p + 1, b->instance.n - 2);
    b->has_expires = sx_slice_uint(expires, UINT32_MAX, &b->expires);
    return b->instance.n > 0 &&
           sx_slice_uint(sx_slice_param(contact, "reg-id"), INT32_MAX, &b->reg_id) && b->reg_id > 0;
}

static bool find_binding(const struct sx_sip_msg *msg, struct sx_slice instance, uint32_t reg_id,
                         struct binding *b)
{
    struct sx_field_iter iter = {0};
    struct sx_slice contact;

    while (sx_sip_msg_value(msg, "Contact", &iter, &contact))
        if (read_binding(contact, b) &&
            (!instance.p || (sx_slice_eq(b->instance, instance) && b->reg_id == reg_id)))
            return true;
    return false;
}

/* The URI of the Path or Route that carries a flow token, as far as the user part goes: an edge
 * may change its parameters. */
static struct sx_fingerprint token_of(const struct sx_flows *f, struct sx_slice value)
{
    struct sx_slice uri = without_parameters(uri_of(value));

    if (uri.n == 0 || !memchr(uri.p, '@', uri.n))
        return (struct sx_fingerprint){0};
    return fingerprint_of(f, uri, SX_SLICE_NONE);
}

/* The last Path value is the edge proxy's: each hop puts its own on top (RFC 3327). */
static struct sx_fingerprint path_token(const struct sx_flows *f, const struct sx_sip_msg *msg)
{
    struct sx_field_iter iter = {0};
    struct sx_slice value;
    struct sx_fingerprint token = {0};

    while (sx_sip_msg_value(msg, "Path", &iter, &value))
        token = token_of(f, value);
    return token;
}

static void set_token(struct sx_flows *f, struct sx_flow *flow, struct sx_fingerprint token)
{
    if (!is_set(token) || is_set(flow->token_key))
        return;
    flow->token_key = token;
    g_hash_table_replace(f->by_token, &flow->token_key, flow);
}

/* The flow that this REGISTER goes over once more. */
static struct sx_flow *find_same(const struct sx_flows *f, const struct binding *b,
                                 struct sx_fingerprint instance, const struct sx_txn *txn,
                                 bool first_hop, struct sx_fingerprint token)
{
    struct sx_flow *flow = g_hash_table_lookup(f->by_instance, &instance);
    struct sx_connection way = {.client = txn->src, .edge = txn->dst};

    for (unsigned i = 0; flow && i < MAX_CHAIN; i++, flow = flow_at(f, flow->older)) {
        if (flow->reg_id != b->reg_id || flow->closed_in)
            continue;
        if (first_hop ? flow->has_connection && connection_equal(&flow->connection, &way)
                      : is_set(token) && sx_fingerprint_eq(token, flow->token_key))
            return flow;
    }
    return NULL;
}

static void add_connection(struct sx_flows *f, struct sx_flow *flow,
                           const struct sx_observation *obs, const struct sx_txn *txn)
{
    const struct sx_flow *other;

    flow->has_connection = true;
    flow->connection = (struct sx_connection){.client = txn->src, .edge = txn->dst};
    flow->transport = txn->transport;
    flow->stream = obs->stream;
    flow->has_stream = obs->has_stream;
    other = g_hash_table_lookup(f->by_connection, &flow->connection);
    flow->on_connection = other && !other->closed_in ? other->number : 0;
    g_hash_table_replace(f->by_connection, &flow->connection, flow);
}

static struct sx_flow *new_flow(struct sx_flows *f, const struct sx_sip_msg *msg,
                                const struct binding *b, struct sx_fingerprint instance)
{
    struct sx_flow *older = g_hash_table_lookup(f->by_instance, &instance);
    struct sx_flow *flow = sx_pool_add(&f->flows);

    *flow = (struct sx_flow){
        .number = f->flows.count,
        .aor = sx_text_of(NULL, without_parameters(uri_of(msg->to)), MAX_STRING),
        .instance = sx_text_of(NULL, b->instance, MAX_STRING),
        .instance_key = instance,
        .contact_key = fingerprint_of(f, b->uri, SX_SLICE_NONE),
        .reg_id = b->reg_id,
        .expires_ns = INT64_MAX,
        .older = older ? older->number : 0,
    };
    g_hash_table_replace(f->by_instance, &flow->instance_key, flow);
    g_hash_table_replace(f->by_contact, &flow->contact_key, flow);
    return flow;
}

uint32_t sx_flows_register(struct sx_flows *f, const struct sx_observation *obs,
                           const struct sx_txn *txn, uint32_t upstream)
{
    struct binding b;
    struct sx_flow *flow = flow_at(f, upstream);
    struct sx_fingerprint token = path_token(f, obs->msg);
    bool first_hop = !obs->msg->more_vias.p;

    if (!flow) {
        if (!find_binding(obs->msg, SX_SLICE_NONE, 0, &b))
            return 0;
        struct sx_slice aor = without_parameters(uri_of(obs->msg->to));
        struct sx_fingerprint instance = fingerprint_of(f, b.instance, aor);
        flow = find_same(f, &b, instance, txn, first_hop, token);
        if (!flow)
            flow = new_flow(f, obs->msg, &b, instance);
    }
    if (first_hop && !flow->has_connection)
        add_connection(f, flow, obs, txn);
    if (first_hop)
        flow->last_client_ns = obs->time_ns;
    set_token(f, flow, token);
    return flow->number;
}

/* The flow registered before for the same reg-id now has a successor. */
static void succeed(const struct sx_flows *f, const struct sx_flow *flow)
{
    struct sx_flow *older = flow_at(f, flow->older);

    for (unsigned i = 0; older && i < MAX_CHAIN; i++, older = flow_at(f, older->older)) {
        if (older->reg_id != flow->reg_id || !older->accepted)
            continue;
        if (!older->newer)
            older->newer = flow->number;
        return;
    }
}

void sx_flows_registered(struct sx_flows *f, const struct sx_observation *obs,
                         const struct sx_txn *txn, uint32_t register_in)
{
    struct sx_flow *flow = flow_at(f, txn->flow);
    const struct sx_sip_msg *msg = obs->msg;
    struct binding b;
    uint32_t seconds;

    set_token(f, flow, path_token(f, msg));
    if (txn->unregisters) {
        flow->removed_in = register_in;
        return;
    }
    flow->outbound |= sx_sip_msg_has_token(msg, "Require", "outbound");
    if (sx_slice_uint(sx_sip_msg_first(msg, "Flow-Timer"), UINT32_MAX, &seconds))
        flow->flow_timer_s = seconds;
    if (find_binding(msg, sx_slice_str(flow->instance), flow->reg_id, &b) && b.has_expires)
        flow->expires_ns = obs->time_ns + (int64_t)b.expires * SX_NS_PER_S;
    else if (msg->has_expires)
        flow->expires_ns = obs->time_ns + (int64_t)msg->expires * SX_NS_PER_S;
    if (!flow->accepted) {
        flow->accepted = true;
        flow->registered_in = register_in;
        flow->registered_ns = obs->time_ns;
        succeed(f, flow);
    } else if (register_in != flow->registered_in) {
        flow->refreshed_in = register_in;
        flow->refreshed_ns = obs->time_ns;
    }
}

/* ---- requests to a registered client ---- */

/* Another flow of the same instance with the same Contact: then the Request-URI names neither. */
static bool is_ambiguous(const struct sx_flows *f, const struct sx_flow *flow)
{
    const struct sx_flow *other = g_hash_table_lookup(f->by_instance, &flow->instance_key);

    for (unsigned i = 0; other && i < MAX_CHAIN; i++, other = flow_at(f, other->older))
        if (other->reg_id != flow->reg_id && other->accepted && !other->removed_in &&
            sx_fingerprint_eq(other->contact_key, flow->contact_key))
            return true;
    return false;
}

uint32_t sx_flows_routed(const struct sx_flows *f, const struct sx_sip_msg *msg)
{
    const struct sx_flow *flow = NULL;
    struct sx_fingerprint key = {0};

    if (msg->top_route.p)
        key = token_of(f, msg->top_route);
    if (is_set(key)) {
        flow = g_hash_table_lookup(f->by_token, &key);
        return flow ? flow->number : 0;
    }
    key = fingerprint_of(f, msg->uri, SX_SLICE_NONE);
    flow = g_hash_table_lookup(f->by_contact, &key);
    return flow && !is_ambiguous(f, flow) ? flow->number : 0;
}

/* ---- the connection ---- */

static void close_flow(struct sx_flows *f, struct sx_flow *flow, const struct sx_segment *segment,
                       bool from_client)
{
    if (flow->closed_in)
        return;
    flow->closed_in = segment->frame;
    flow->closed_ns = segment->time_ns;
    flow->reset = segment->flags & SX_TCP_RST;
    flow->closed_by_client = from_client;
    *(struct sx_flow_loss *)sx_pool_add(&f->losses) =
        (struct sx_flow_loss){.frame = segment->frame, .flow = flow->number};
}

static void carry(struct sx_flow *flow, const struct sx_segment *segment, bool from_client)
{
    if (!from_client) {
        flow->ping_in = 0;
        return;
    }
    flow->last_client_ns = segment->time_ns;
    if (segment->payload == PING_BYTES && flow->transport == SX_TRANSPORT_TCP && !flow->ping_in) {
        flow->ping_in = segment->frame;
        flow->ping_ns = segment->time_ns;
    }
}

static void segment_of(struct sx_flows *f, const struct sx_segment *segment,
                       const struct sx_connection *connection, bool from_client)
{
    struct sx_flow *flow = g_hash_table_lookup(f->by_connection, connection);

    for (unsigned i = 0; flow && i < MAX_CHAIN; i++, flow = flow_at(f, flow->on_connection)) {
        if (segment->payload > 0)
            carry(flow, segment, from_client);
        if (segment->flags & (SX_TCP_FIN | SX_TCP_RST))
            close_flow(f, flow, segment, from_client);
    }
}

void sx_flows_segment(struct sx_flows *f, const struct sx_segment *segment,
                      struct sx_endpoint from, struct sx_endpoint to)
{
    if (f->flows.count == 0)
        return;
    segment_of(f, segment, &(struct sx_connection){.client = from, .edge = to}, true);
    segment_of(f, segment, &(struct sx_connection){.client = to, .edge = from}, false);
}

const struct sx_flow *sx_flows_lost_here(const struct sx_flows *f, uint32_t frame, uint32_t nth)
{
    const struct sx_flow_loss *loss = sx_pool_nth(&f->losses, frame, nth);

    return loss ? flow_at(f, loss->flow) : NULL;
}

/* ---- the failure ---- */

static enum sx_flow_death death_of(const struct sx_flow *flow, int64_t now_ns, int64_t silent_ns,
                                   uint32_t *frame)
{
    *frame = 0;
    if (flow->closed_in) {
        *frame = flow->closed_in;
        return SX_DEATH_CLOSED;
    }
    if (flow->ping_in && now_ns - flow->ping_ns >= PONG_NS) {
        *frame = flow->ping_in;
        return SX_DEATH_NO_PONG;
    }
    if (flow->removed_in) {
        *frame = flow->removed_in;
        return SX_DEATH_REMOVED;
    }
    if (flow->expires_ns <= now_ns)
        return SX_DEATH_EXPIRED;
    if (flow->flow_timer_s > 0 && silent_ns > (int64_t)flow->flow_timer_s * SX_NS_PER_S)
        return SX_DEATH_FLOW_TIMER;
    return SX_DEATH_UNKNOWN;
}

void sx_flows_failed(struct sx_flows *f, const struct sx_observation *obs,
                     const struct sx_txn *txn)
{
    struct sx_flow *flow = flow_at(f, txn->flow);
    unsigned code = obs->msg->code;

    if (!flow || (code != 430 && code != 477 && code != 403) || txn->method == SX_METHOD_REGISTER)
        return;
    struct sx_flow_failure *failure = sx_pool_add(&f->failures);
    failure->txn = txn->number;
    failure->silent_ns =
        flow->has_connection ? MAX(obs->time_ns - flow->last_client_ns, 0) : -1;
    failure->death = (uint8_t)death_of(flow, obs->time_ns, failure->silent_ns, &failure->death_in);
    g_hash_table_replace(f->by_txn, GUINT_TO_POINTER(txn->number), failure);
    if (!flow->failed_in && (code == 430 || failure->death == SX_DEATH_CLOSED))
        flow->failed_in = obs->frame;
}

const struct sx_flow_failure *sx_flows_failure(const struct sx_flows *f, uint32_t txn)
{
    return g_hash_table_lookup(f->by_txn, GUINT_TO_POINTER(txn));
}
