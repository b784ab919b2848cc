/* flow.c
 * What REGISTER and its responses say of bindings.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/record/flow.h"

#include "core/read/sip_msg_field.h"

#include "core/facts/catalogue.h"
#include "core/read/uri.h"
#include "core/record/flow_health.h"
#include "core/record/flow_state.h"

#define MAX_STRING 255

/* Contacts of one REGISTER or 2xx that are looked at. */
#define MAX_CONTACTS 32

struct sx_flows *sx_flows_new(const uint64_t key[2], struct sx_deadlines *deadlines)
{
    struct sx_flows *f = g_new0(struct sx_flows, 1);

    memcpy(f->key, key, sizeof f->key);
    f->deadlines = deadlines;
    sx_texts_init(&f->texts);
    sx_pool_init(&f->flows, sizeof(struct sx_flow));
    sx_pool_init(&f->mores, sizeof(struct sx_flow_more));
    sx_pool_init(&f->users, sizeof(struct sx_user));
    sx_pool_init(&f->bindings, sizeof(struct sx_binding));
    sx_pool_init(&f->failures, sizeof(struct sx_flow_failure));
    sx_pool_init(&f->names, sizeof(struct sx_flow_name));
    sx_pool_init(&f->events, sizeof(struct sx_registering));
    sx_pool_init(&f->marks, sizeof(struct sx_health_mark));
    sx_fingerprint_map_init(&f->by_name);
    sx_fingerprint_map_init(&f->by_aor);
    sx_fingerprint_map_init(&f->by_binding);
    sx_fingerprint_map_init(&f->by_ua);
    f->by_txn = g_hash_table_new(NULL, NULL);
    f->strange = g_hash_table_new(NULL, NULL);
    sx_attempts_init(f);
    sx_links_init(f);
    return f;
}

void sx_flows_free(struct sx_flows *f)
{
    if (!f)
        return;
    sx_texts_clear(&f->texts);
    sx_fingerprint_map_clear(&f->by_name);
    sx_fingerprint_map_clear(&f->by_aor);
    sx_fingerprint_map_clear(&f->by_binding);
    sx_fingerprint_map_clear(&f->by_ua);
    g_hash_table_destroy(f->by_txn);
    g_hash_table_destroy(f->strange);
    sx_pool_clear(&f->flows);
    sx_pool_clear(&f->mores);
    sx_pool_clear(&f->users);
    sx_pool_clear(&f->bindings);
    sx_pool_clear(&f->failures);
    sx_pool_clear(&f->names);
    sx_pool_clear(&f->events);
    sx_pool_clear(&f->marks);
    sx_attempts_clear(f);
    sx_links_clear(f);
    g_free(f);
}

/* ---- by number ---- */

const struct sx_flow_more sx_flow_no_more = {.instance = ""};

struct sx_flow_more *sx_flow_give_more(struct sx_flows *f, struct sx_flow *flow)
{
    if (!flow->more) {
        flow->more = sx_pool_add(&f->mores);
        flow->more->instance = "";
    }
    return flow->more;
}

uint32_t sx_flows_count(const struct sx_flows *f)
{
    return f->flows.count;
}

struct sx_flow *sx_flow_numbered(const struct sx_flows *f, uint32_t number)
{
    return sx_numbered(&f->flows, number);
}

const struct sx_flow *sx_flows_at(const struct sx_flows *f, uint32_t number)
{
    return sx_flow_numbered(f, number);
}

uint32_t sx_bindings_count(const struct sx_flows *f)
{
    return f->bindings.count;
}

const struct sx_binding *sx_binding_at(const struct sx_flows *f, uint32_t number)
{
    return sx_numbered(&f->bindings, number);
}

const struct sx_user *sx_user_at(const struct sx_flows *f, uint32_t number)
{
    return sx_numbered(&f->users, number);
}

const struct sx_registering *sx_registering_at(const struct sx_flows *f, uint32_t number)
{
    return sx_numbered(&f->events, number);
}

struct sx_binding *sx_binding_of(const struct sx_flows *f, const struct sx_flow *flow)
{
    return sx_numbered(&f->bindings, flow->binding);
}

bool sx_flows_asks_in(const struct sx_flows *f, const struct sx_registering *grant, uint32_t frame)
{
    const struct sx_flow *flow = sx_flow_numbered(f, grant->flow);

    return sx_binding_of(f, flow)->last_in == frame || flow->leaving_in == frame ||
           sx_user_at(f, flow->user)->leaving_in == frame;
}

const struct sx_binding *sx_binding_newest_of_client(const struct sx_flows *f,
                                                     const struct sx_binding *binding)
{
    return binding->ua.bits ? sx_binding_at(f, sx_fingerprint_map_get(&f->by_ua, binding->ua))
                            : binding;
}

bool sx_flows_of_one_instance(const struct sx_flows *f, const struct sx_flow *a,
                              const struct sx_flow *b)
{
    struct sx_fingerprint ua = sx_binding_of(f, a)->ua;

    return a->binding == b->binding || (ua.bits && sx_fingerprint_eq(ua, sx_binding_of(f, b)->ua));
}

bool sx_flows_of_one_user(const struct sx_flow *a, const struct sx_flow *b)
{
    return a->user == b->user;
}

const struct sx_flow *sx_flows_newest(const struct sx_flows *f, const struct sx_flow *flow)
{
    return sx_flow_numbered(f, sx_binding_of(f, flow)->newest);
}

/* ---- names ---- */

/* Names of different kinds never meet. */
enum kind { AOR, CONTACT, TOKEN, TOKEN_HOST, BINDING, INSTANCE, CALL };

static struct sx_hash begin_name(const struct sx_flows *f, enum kind kind)
{
    struct sx_hash h = sx_hash_begin(f->key);

    sx_hash_add_uint(&h, kind);
    return h;
}

static struct sx_fingerprint uri_key(const struct sx_flows *f, enum kind kind, struct sx_slice s)
{
    struct sx_hash h = begin_name(f, kind);
    struct sx_uri uri = sx_uri_read(s);

    sx_uri_hash(&h, &uri);
    return sx_hash_end(h);
}

struct sx_fingerprint sx_aor_key(const struct sx_flows *f, struct sx_slice aor)
{
    return uri_key(f, AOR, aor);
}

struct sx_fingerprint sx_contact_key(const struct sx_flows *f, struct sx_slice uri)
{
    return uri_key(f, CONTACT, uri);
}

struct sx_fingerprint sx_token_key(const struct sx_flows *f, struct sx_slice uri)
{
    return uri_key(f, TOKEN, uri);
}

struct sx_fingerprint sx_token_host_key(const struct sx_flows *f, struct sx_slice uri)
{
    struct sx_hash h = begin_name(f, TOKEN_HOST);
    struct sx_slice host = sx_token_host(uri);

    sx_hash_add_bytes_lower(&h, host);
    sx_hash_add_uint(&h, host.n);
    return sx_hash_end(h);
}

struct sx_fingerprint sx_call_key(const struct sx_flows *f, struct sx_slice call_id)
{
    struct sx_hash h = begin_name(f, CALL);

    sx_hash_add(&h, call_id);
    return sx_hash_end(h);
}

static struct sx_fingerprint pair_key(const struct sx_flows *f, enum kind kind,
                                      struct sx_fingerprint aor, struct sx_slice what,
                                      uint64_t number)
{
    struct sx_hash h = begin_name(f, kind);

    sx_hash_add_uint(&h, aor.bits);
    sx_hash_add(&h, what);
    sx_hash_add_uint(&h, number);
    return sx_hash_end(h);
}

void sx_flow_add_name(struct sx_flows *f, struct sx_flow *flow, struct sx_fingerprint key)
{
    uint32_t older = sx_fingerprint_map_get(&f->by_name, key);

    *(struct sx_flow_name *)sx_pool_add(&f->names) =
        (struct sx_flow_name){.flow = flow->number, .older = older};
    sx_fingerprint_map_set(&f->by_name, key, f->names.count);
}

static void set_contact(struct sx_flows *f, struct sx_flow *flow, struct sx_slice uri)
{
    if (flow->contact && sx_slice_eq(sx_slice_str(flow->contact), uri))
        return;
    struct sx_fingerprint key = sx_contact_key(f, uri);
    flow->contact = sx_texts_add(&f->texts, uri, MAX_STRING);
    if (sx_fingerprint_eq(flow->contact_key, key))
        return;
    flow->contact_key = key;
    sx_flow_add_name(f, flow, key);
}

static void set_token(struct sx_flows *f, struct sx_flow *flow, struct sx_slice path)
{
    struct sx_slice uri = sx_token_uri(path);

    if (!uri.p)
        return;
    struct sx_fingerprint key = sx_token_key(f, uri);
    if (sx_fingerprint_eq(key, sx_flow_more(flow)->token_key))
        return;
    struct sx_flow_more *more = sx_flow_give_more(f, flow);
    more->token_before = more->token_key;
    more->token_key = key;
    more->edge_key = sx_token_host_key(f, uri);
    sx_flow_add_name(f, flow, key);
}

/* ---- users and bindings ---- */

static uint32_t user_of(struct sx_flows *f, struct sx_slice aor, struct sx_fingerprint key)
{
    uint32_t number = sx_fingerprint_map_get(&f->by_aor, key);

    if (number)
        return number;
    struct sx_user *user = sx_pool_add(&f->users);
    user->aor = sx_texts_add(&f->texts, aor, MAX_STRING);
    sx_fingerprint_map_set(&f->by_aor, key, f->users.count);
    return f->users.count;
}

/* RFC 5626 6: an outbound binding is known by instance and reg-id. */
static struct sx_fingerprint outbound_key(const struct sx_flows *f, const struct sx_contact *c,
                                          struct sx_fingerprint aor)
{
    return pair_key(f, BINDING, aor, c->instance, c->reg_id);
}

/* RFC 3261 10.3: any other by its Contact. A user has a handful of them. */
static uint32_t find_by_contact(const struct sx_flows *f, uint32_t user, struct sx_slice uri)
{
    const struct sx_user *owner = sx_user_at(f, user);
    uint32_t number = owner ? owner->newest_binding : 0;

    for (unsigned i = 0; number && i < SX_MAX_FLOWS; i++) {
        const struct sx_binding *b = sx_binding_at(f, number);
        const struct sx_flow *flow = sx_flow_numbered(f, b->newest);
        if (!b->reg_id && flow && sx_uri_equal(sx_slice_str(flow->contact), uri))
            return number;
        number = b->next_of_user;
    }
    return 0;
}

static uint32_t find_binding(const struct sx_flows *f, const struct sx_contact *c,
                             struct sx_fingerprint aor)
{
    if (c->reg_id)
        return sx_fingerprint_map_get(&f->by_binding, outbound_key(f, c, aor));
    return find_by_contact(f, sx_fingerprint_map_get(&f->by_aor, aor), c->uri);
}

/* An instance is one client, whatever its Contacts and reg-ids. */
static void tie_to_client(struct sx_flows *f, uint32_t number, const struct sx_contact *c,
                          struct sx_fingerprint aor)
{
    struct sx_binding *binding = sx_numbered(&f->bindings, number);

    if (c->instance.n == 0)
        return;
    binding->ua = pair_key(f, INSTANCE, aor, c->instance, 0);
    binding->next = sx_fingerprint_map_get(&f->by_ua, binding->ua);
    sx_fingerprint_map_set(&f->by_ua, binding->ua, number);
}

static uint32_t new_binding(struct sx_flows *f, const struct sx_contact *c,
                            const struct sx_sip_msg *msg, struct sx_fingerprint aor)
{
    struct sx_binding *binding = sx_pool_add(&f->bindings);
    uint32_t number = f->bindings.count;

    binding->reg_id = c->reg_id;
    binding->user = user_of(f, sx_outbound_aor(msg), aor);
    struct sx_user *user = sx_numbered(&f->users, binding->user);
    binding->next_of_user = user->newest_binding;
    user->newest_binding = number;
    tie_to_client(f, number, c, aor);
    if (c->reg_id)
        sx_fingerprint_map_set(&f->by_binding, outbound_key(f, c, aor), number);
    return number;
}

/* The binding that a REGISTER makes or refreshes. */
static uint32_t binding_for(struct sx_flows *f, const struct sx_contact *c,
                            const struct sx_sip_msg *msg, struct sx_fingerprint aor)
{
    uint32_t number = find_binding(f, c, aor);

    return number ? number : new_binding(f, c, msg, aor);
}

void sx_flow_settle(const struct sx_flows *f, struct sx_flow *flow)
{
    const struct sx_user *user = sx_user_at(f, flow->user);

    if (!flow->removed_in && user->removed_in > MAX(flow->registered_in, flow->refreshed_in))
        flow->removed_in = user->removed_in;
}

bool sx_flow_is_alive(const struct sx_flows *f, struct sx_flow *flow, int64_t now_ns)
{
    sx_flow_settle(f, flow);
    return flow->accepted && !flow->removed_in && flow->expires_ns > now_ns &&
           !(sx_flow_more(flow)->link &&
             (sx_flow_more(flow)->link->closed_in || sx_flow_more(flow)->link->unreachable_in));
}

/* ---- a REGISTER ---- */

static bool is_on_way(const struct sx_flow *flow, const struct sx_txn *txn)
{
    return flow->has_way && sx_endpoint_eq(flow->client, txn->src) &&
           sx_endpoint_eq(flow->edge, txn->dst);
}

bool sx_flow_is_to_client(const struct sx_flow *flow, const struct sx_txn *txn)
{
    return flow->has_way && sx_endpoint_eq(flow->client, txn->dst) &&
           sx_endpoint_eq(flow->edge, txn->src);
}

/* What a REGISTER shows of the way that it takes. */
struct way {
    const struct sx_txn *txn;
    bool first_hop;
    struct sx_fingerprint token; /* zero: none */
};

/* The flow that this REGISTER goes over once more. */
static struct sx_flow *find_same(const struct sx_flows *f, const struct sx_binding *binding,
                                 const struct way *way)
{
    struct sx_flow *flow = sx_flow_numbered(f, binding->newest);

    for (unsigned i = 0; flow && i < SX_MAX_FLOWS;
         i++, flow = sx_flow_numbered(f, sx_flow_more(flow)->older)) {
        if (sx_flow_more(flow)->link && sx_flow_more(flow)->link->closed_in)
            continue;
        if (way->first_hop ? is_on_way(flow, way->txn)
                           : sx_fingerprint_eq(way->token, sx_flow_more(flow)->token_key) &&
                                 (way->token.bits || !flow->has_way))
            return flow;
    }
    return NULL;
}

static struct sx_flow *new_flow(struct sx_flows *f, uint32_t number, const struct sx_contact *c)
{
    struct sx_binding *binding = sx_numbered(&f->bindings, number);
    const struct sx_flow *older = sx_flow_numbered(f, binding->newest);
    struct sx_flow *flow = sx_pool_add(&f->flows);

    flow->number = f->flows.count;
    flow->aor = sx_user_at(f, binding->user)->aor;
    if (older && c->instance.n > 0)
        sx_flow_give_more(f, flow)->instance = sx_flow_more(older)->instance;
    if (c->instance.n > 0 && !*sx_flow_more(flow)->instance)
        sx_flow_give_more(f, flow)->instance = sx_texts_add(&f->texts, c->instance, MAX_STRING);
    if (c->reg_id)
        sx_flow_give_more(f, flow)->reg_id = c->reg_id;
    flow->expires_ns = INT64_MAX;
    flow->binding = number;
    flow->user = binding->user;
    if (older)
        sx_flow_give_more(f, flow)->older = older->number;
    binding->newest = flow->number;
    return flow;
}

static void set_way(struct sx_flow *flow, const struct sx_txn *txn)
{
    flow->client = txn->src;
    flow->edge = txn->dst;
    flow->transport = txn->transport;
    flow->has_way = true;
}

/* A Contact that is to be registered. */
static struct sx_flow *add_contact(struct sx_flows *f, const struct sx_observation *obs,
                                   const struct sx_contact *c, struct sx_fingerprint aor,
                                   const struct way *way)
{
    uint32_t number = binding_for(f, c, obs->msg, aor);
    struct sx_binding *binding = sx_numbered(&f->bindings, number);
    struct sx_flow *flow = find_same(f, binding, way);

    if (!flow)
        flow = new_flow(f, number, c);
    set_contact(f, flow, c->uri);
    if (binding->last_in != obs->frame)
        binding->last_in = obs->frame;
    if (!binding->first_in)
        binding->first_in = obs->frame;
    if (way->first_hop) {
        set_way(flow, way->txn);
        sx_flow_set_link(f, flow, obs, way->txn);
        sx_attempt_begins(f, flow, obs);
    }
    return flow;
}

/* A Contact that is to be removed. */
static struct sx_flow *remove_contact(const struct sx_flows *f, const struct sx_observation *obs,
                                      const struct sx_contact *c, struct sx_fingerprint aor)
{
    const struct sx_binding *binding = sx_binding_at(f, find_binding(f, c, aor));
    struct sx_flow *flow = binding ? sx_flow_numbered(f, binding->newest) : NULL;

    if (flow)
        flow->leaving_in = obs->frame;
    return flow;
}

/* What a REGISTER adds and removes: the first of each chain. */
struct wishes {
    struct sx_flow *added, *removed;
};

static struct wishes read_contacts(struct sx_flows *f, const struct sx_observation *obs,
                                   const struct way *way, bool adds)
{
    struct wishes w = {NULL, NULL};
    struct sx_field_iter iter = {0};
    struct sx_slice value;
    struct sx_contact c;
    struct sx_fingerprint aor = sx_aor_key(f, sx_outbound_aor(obs->msg));
    struct sx_flow *flow, *last = NULL;
    bool outbound = false;

    for (unsigned i = 0; i < MAX_CONTACTS && sx_sip_msg_value(obs->msg, "Contact", &iter, &value);
         i++) {
        if (!sx_contact_read(value, &c))
            continue;
        if (sx_contact_removes(obs->msg, &c)) {
            flow = remove_contact(f, obs, &c, aor);
            if (!flow || flow == w.removed)
                continue;
            sx_flow_give_more(f, flow)->also_removed = w.removed ? w.removed->number : 0;
            w.removed = flow;
        } else if (adds && !(c.reg_id && outbound)) {
            /* RFC 5626 6: one with reg-id is enough. */
            outbound = outbound || c.reg_id;
            flow = add_contact(f, obs, &c, aor, way);
            if (flow->more)
                flow->more->also_added = 0;
            if (last && last != flow && flow != w.added)
                sx_flow_give_more(f, last)->also_added = flow->number;
            w.added = w.added ? w.added : flow;
            last = flow;
        }
    }
    return w;
}

/* The user of a REGISTER with Contact: * wants to leave; frame 0: it is decided. */
static struct sx_user *leave(struct sx_flows *f, const struct sx_observation *obs, uint32_t frame)
{
    struct sx_fingerprint aor = sx_aor_key(f, sx_outbound_aor(obs->msg));
    struct sx_user *user = sx_numbered(&f->users, sx_fingerprint_map_get(&f->by_aor, aor));

    if (user)
        user->leaving_in = frame;
    return user;
}

uint32_t sx_flows_register(struct sx_flows *f, const struct sx_observation *obs, struct sx_txn *txn,
                           uint32_t upstream)
{
    struct sx_flow *flow = sx_flow_numbered(f, upstream);
    struct sx_slice path = sx_outbound_edge_path(obs->msg), token = sx_token_uri(path);
    struct way way = {.txn = txn, .first_hop = !obs->msg->more_vias.p};

    txn->has_path = path.p != NULL;
    txn->outbound_path = sx_outbound_has_ob(path);
    if (sx_outbound_removes_all(obs->msg)) {
        txn->unregisters_all = true;
        leave(f, obs, obs->frame);
        return 0;
    }
    if (token.p)
        way.token = sx_token_key(f, token);
    struct wishes w = read_contacts(f, obs, &way, flow == NULL);
    if (!flow && !w.added) {
        txn->unregisters = w.removed != NULL;
        return w.removed ? w.removed->number : 0;
    }
    flow = flow ? flow : w.added;
    /* A hop further on: it was taken apart at the first. */
    if (upstream && w.removed == flow) {
        txn->unregisters = true;
        return upstream;
    }
    uint32_t replaces = w.removed && w.removed != flow ? w.removed->number : 0;
    if (flow->more || replaces)
        sx_flow_give_more(f, flow)->replaces = replaces;
    for (struct sx_flow *each = flow; each;
         each = sx_flow_numbered(f, sx_flow_more(each)->also_added))
        set_token(f, each, path);
    return flow->number;
}

/* ---- what comes of it ---- */

static struct sx_registering *newest_event(const struct sx_flows *f,
                                           const struct sx_binding *binding)
{
    return sx_numbered(&f->events, binding->newest_event);
}

static bool is_challenge(unsigned code)
{
    const struct sx_code *entry = sx_catalogue_explain(code);

    return entry && entry->role != SX_ROLE_FAILURE;
}

/* Each hop's response to one REGISTER comes here; they are one event. A challenge and what the
 * client makes of it are one, too. */
static struct sx_registering *note_event(struct sx_flows *f, const struct sx_flow *flow,
                                         const struct sx_observation *obs, uint32_t txn,
                                         uint32_t register_in)
{
    struct sx_binding *binding = sx_binding_of(f, flow);
    struct sx_registering *event = newest_event(f, binding);

    if (event && event->register_in == register_in && event->code / 100 == obs->msg->code / 100)
        return event;
    uint32_t older = binding->newest_event;
    if (event && event->code >= 300 && is_challenge(event->code)) {
        older = event->older;
    } else {
        event = sx_pool_add(&f->events);
        binding->newest_event = f->events.count;
    }
    *event = (struct sx_registering){
        .ns = obs->time_ns,
        .frame = obs->frame,
        .register_in = register_in,
        .txn = txn,
        .flow = flow->number,
        .older = older,
        .code = obs->msg->code,
    };
    return event;
}

/* The flow registered before for the same binding now has a successor. */
static void succeed(struct sx_flows *f, const struct sx_flow *flow)
{
    struct sx_flow *older = sx_flow_numbered(f, sx_flow_more(flow)->older);

    for (unsigned i = 0; older && !older->accepted && i < SX_MAX_FLOWS; i++)
        older = sx_flow_numbered(f, sx_flow_more(older)->older);
    if (older && older->accepted && !sx_flow_more(older)->newer)
        sx_flow_give_more(f, older)->newer = flow->number;
}

/* The failures of the binding that this registration follows are put right. */
static void mend(struct sx_flows *f, const struct sx_flow *flow, uint32_t register_in, int64_t ns)
{
    struct sx_binding *binding = sx_binding_of(f, flow);
    struct sx_flow_failure *failure;

    while ((failure = sx_numbered(&f->failures, binding->open_failure))) {
        failure->again_in = register_in;
        failure->again_ns = ns;
        failure->again_flow = flow->number;
        binding->open_failure = failure->older;
    }
    sx_attempt_succeeded(f, flow);
}

static bool is_same_contact(const struct sx_flow *flow, const struct sx_contact *c)
{
    if (sx_flow_more(flow)->reg_id)
        return c->reg_id == sx_flow_more(flow)->reg_id &&
               sx_slice_eq(c->instance, sx_slice_str(sx_flow_more(flow)->instance));
    return sx_uri_equal(c->uri, sx_slice_str(flow->contact));
}

static void read_lifetime(struct sx_flow *flow, struct sx_registering *event,
                          const struct sx_observation *obs)
{
    const struct sx_sip_msg *msg = obs->msg;
    struct sx_field_iter iter = {0};
    struct sx_slice value;
    struct sx_contact c;

    event->has_expires = msg->has_expires;
    event->expires_s = msg->expires;
    for (unsigned i = 0; i < MAX_CONTACTS && sx_sip_msg_value(msg, "Contact", &iter, &value); i++) {
        if (!sx_contact_read(value, &c) || !c.has_expires || !is_same_contact(flow, &c))
            continue;
        event->expires_s = c.expires;
        event->has_expires = true;
        break;
    }
    if (event->has_expires)
        flow->expires_ns = obs->time_ns + (int64_t)event->expires_s * SX_NS_PER_S;
}

static void remove_flows(struct sx_flows *f, struct sx_flow *flow, const struct sx_observation *obs,
                         const struct sx_txn *txn, uint32_t register_in)
{
    for (unsigned i = 0; flow && i < SX_MAX_FLOWS;
         i++, flow = sx_flow_numbered(f, sx_flow_more(flow)->also_removed)) {
        flow->removed_in = register_in;
        flow->leaving_in = 0;
        note_event(f, flow, obs, txn->number, register_in)->removes = true;
        sx_health_removed(f, flow);
    }
}

/* RFC 5626 6, 10: what the registrar agrees to. */
static void read_outbound(struct sx_flows *f, struct sx_flow *flow, const struct sx_sip_msg *msg)
{
    uint32_t seconds;

    if (sx_slice_uint(sx_sip_msg_first(msg, "Flow-Timer"), UINT32_MAX, &seconds))
        sx_flow_give_more(f, flow)->flow_timer_s = seconds;
    if (sx_flow_more(flow)->link)
        sx_flow_more(flow)->link->owes_pong = sx_flow_more(flow)->flow_timer_s > 0 ||
                                              sx_outbound_is_required(msg);
}

static void granted(struct sx_flows *f, struct sx_flow *flow, const struct sx_observation *obs,
                    const struct sx_txn *txn, uint32_t register_in)
{
    const struct sx_sip_msg *msg = obs->msg;
    struct sx_binding *binding = sx_binding_of(f, flow);
    struct sx_registering *event = note_event(f, flow, obs, txn->number, register_in);

    if (event->frame == obs->frame) {
        binding->granted++;
        flow->registrar = obs->from.host;
        flow->brought_by = obs->to.host;
    }
    set_token(f, flow, sx_outbound_edge_path(msg));
    read_lifetime(flow, event, obs);
    if (event->frame == obs->frame)
        sx_health_granted(f, flow, binding->newest_event, txn);
    sx_health_watch(f, flow->binding);
    flow->removed_in = flow->leaving_in = 0;
    flow->refused = false;
    if (sx_flow_more(flow)->reg_id)
        read_outbound(f, flow, msg);
    if (sx_flow_more(flow)->link)
        sx_link_revive(sx_flow_more(flow)->link);
    if (!flow->accepted) {
        flow->accepted = true;
        flow->registered_in = register_in;
        succeed(f, flow);
        mend(f, flow, register_in, obs->time_ns);
    } else if (register_in != flow->registered_in && register_in != flow->refreshed_in) {
        flow->refreshed_in = register_in;
        mend(f, flow, register_in, obs->time_ns);
    }
}

void sx_flows_registered(struct sx_flows *f, const struct sx_observation *obs,
                         const struct sx_txn *txn, uint32_t register_in)
{
    struct sx_flow *flow = sx_flow_numbered(f, txn->flow);

    if (txn->unregisters_all) {
        struct sx_user *user = leave(f, obs, 0);
        if (user)
            user->removed_in = register_in;
    }
    if (!flow)
        return;
    if (txn->unregisters) {
        remove_flows(f, flow, obs, txn, register_in);
        return;
    }
    remove_flows(f, sx_flow_numbered(f, sx_flow_more(flow)->replaces), obs, txn, register_in);
    for (unsigned i = 0; flow && i < MAX_CONTACTS;
         i++, flow = sx_flow_numbered(f, sx_flow_more(flow)->also_added))
        granted(f, flow, obs, txn, register_in);
}

static void refused(struct sx_flows *f, struct sx_flow *flow, const struct sx_observation *obs,
                    const struct sx_txn *txn, uint32_t register_in)
{
    note_event(f, flow, obs, txn->number, register_in);
    flow->leaving_in = 0;
    flow->refused = !flow->accepted;
    sx_attempt_failed(f, flow, obs, txn);
}

void sx_flows_not_registered(struct sx_flows *f, const struct sx_observation *obs,
                             const struct sx_txn *txn, uint32_t register_in)
{
    struct sx_flow *flow = sx_flow_numbered(f, txn->flow);

    if (txn->unregisters_all)
        leave(f, obs, 0);
    for (unsigned i = 0; flow && i < MAX_CONTACTS; i++) {
        refused(f, flow, obs, txn, register_in);
        flow = txn->unregisters ? NULL : sx_flow_numbered(f, sx_flow_more(flow)->also_added);
    }
}
