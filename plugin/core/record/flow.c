/* flow.c
 * Registrations by their numbers, and what they have in common.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/record/flow.h"

#include "core/record/flow_health.h"
#include "core/record/flow_names.h"
#include "core/record/flow_state.h"

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
    sx_pool_init(&f->user_mores, sizeof(struct sx_user_more));
    sx_pool_init(&f->listed, sizeof(struct sx_listed));
    sx_pool_init(&f->binding_mores, sizeof(struct sx_binding_more));
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
    sx_pool_clear(&f->user_mores);
    sx_pool_clear(&f->listed);
    sx_pool_clear(&f->binding_mores);
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

const struct sx_binding_more *sx_binding_more(const struct sx_flows *f,
                                              const struct sx_binding *binding)
{
    static const struct sx_binding_more nothing;
    const struct sx_binding_more *more = sx_pool_numbered(&f->binding_mores, binding->more);

    return more ? more : &nothing;
}

struct sx_binding_more *sx_binding_give_more(struct sx_flows *f, struct sx_binding *binding)
{
    if (!binding->more) {
        sx_pool_add(&f->binding_mores);
        binding->more = f->binding_mores.count;
    }
    return sx_pool_numbered(&f->binding_mores, binding->more);
}

const struct sx_user_more *sx_user_more(const struct sx_flows *f, const struct sx_user *user)
{
    static const struct sx_user_more nothing;
    const struct sx_user_more *more = sx_pool_numbered(&f->user_mores, user->more);

    return more ? more : &nothing;
}

uint32_t sx_flows_count(const struct sx_flows *f)
{
    return f->flows.count;
}

struct sx_flow *sx_flow_numbered(const struct sx_flows *f, uint32_t number)
{
    return sx_pool_numbered(&f->flows, number);
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
    return sx_pool_numbered(&f->bindings, number);
}

const struct sx_user *sx_user_at(const struct sx_flows *f, uint32_t number)
{
    return sx_pool_numbered(&f->users, number);
}

const struct sx_registering *sx_registering_at(const struct sx_flows *f, uint32_t number)
{
    return sx_pool_numbered(&f->events, number);
}

const struct sx_listed *sx_listed_at(const struct sx_flows *f, uint32_t number)
{
    return sx_pool_numbered(&f->listed, number);
}

struct sx_binding *sx_binding_of(const struct sx_flows *f, const struct sx_flow *flow)
{
    return sx_pool_numbered(&f->bindings, flow->binding);
}

bool sx_flows_asks_in(const struct sx_flows *f, const struct sx_registering *grant, uint32_t frame)
{
    const struct sx_flow *flow = sx_flow_numbered(f, grant->flow);

    return sx_binding_of(f, flow)->last_in == frame || sx_flow_more(flow)->leaving_in == frame ||
           sx_user_more(f, flow->user)->leaving_in == frame;
}

const struct sx_binding *sx_binding_newest_of_client(const struct sx_flows *f,
                                                     const struct sx_binding *binding)
{
    struct sx_fingerprint ua = sx_binding_more(f, binding)->ua;

    return ua.bits ? sx_binding_at(f, sx_fingerprint_map_get(&f->by_ua, ua)) : binding;
}

bool sx_flows_of_one_instance(const struct sx_flows *f, const struct sx_flow *a,
                              const struct sx_flow *b)
{
    struct sx_fingerprint ua = sx_binding_more(f, sx_binding_of(f, a))->ua;

    return a->binding == b->binding ||
           (ua.bits && sx_fingerprint_eq(ua, sx_binding_more(f, sx_binding_of(f, b))->ua));
}

bool sx_flows_of_one_user(const struct sx_flow *a, const struct sx_flow *b)
{
    return a->user == b->user;
}

const struct sx_flow *sx_flows_newest(const struct sx_flows *f, const struct sx_flow *flow)
{
    return sx_flow_numbered(f, sx_binding_of(f, flow)->newest);
}

int64_t sx_flow_expires_ns(const struct sx_flows *f, const struct sx_flow *flow)
{
    const struct sx_registering *grant = sx_registering_at(f, flow->granted);

    return grant && grant->has_expires
               ? grant->txn->final_ns + (int64_t)grant->expires_s * SX_NS_PER_S
               : INT64_MAX;
}

uint32_t sx_flow_refreshed_in(const struct sx_flows *f, const struct sx_flow *flow)
{
    const struct sx_registering *grant = sx_registering_at(f, flow->granted);

    return grant && grant->register_in != flow->registered_in ? grant->register_in : 0;
}

uint32_t sx_flow_registrar(const struct sx_flow *flow)
{
    if (sx_flow_more(flow)->relayed)
        return sx_flow_more(flow)->registrar;
    return flow->has_way ? flow->edge.host : SX_NO_HOST;
}

uint32_t sx_flow_brought_by(const struct sx_flow *flow)
{
    if (sx_flow_more(flow)->relayed)
        return sx_flow_more(flow)->brought_by;
    return flow->has_way ? flow->client.host : SX_NO_HOST;
}

bool sx_flow_is_to_client(const struct sx_flow *flow, const struct sx_txn *txn)
{
    return flow->has_way && sx_endpoint_eq(flow->client, txn->dst) &&
           sx_endpoint_eq(flow->edge, txn->src);
}

void sx_flow_settle(const struct sx_flows *f, struct sx_flow *flow)
{
    uint32_t removed_in = sx_user_more(f, flow->user)->removed_in;

    if (!flow->removed_in && removed_in > MAX(flow->registered_in, sx_flow_refreshed_in(f, flow)))
        flow->removed_in = removed_in;
}

bool sx_flow_is_alive(const struct sx_flows *f, struct sx_flow *flow, int64_t now_ns)
{
    sx_flow_settle(f, flow);
    return flow->accepted && !flow->removed_in && sx_flow_expires_ns(f, flow) > now_ns &&
           !(sx_flow_more(flow)->link &&
             (sx_flow_more(flow)->link->closed_in || sx_flow_more(flow)->link->unreachable_in));
}

/* ---- for the parts ---- */

void sx_flow_set_path(struct sx_flows *f, struct sx_flow *flow, struct sx_slice path)
{
    struct sx_slice uri = sx_token_uri(path);

    flow->has_path |= path.p != NULL;
    if (!uri.p)
        return;
    struct sx_fingerprint key = sx_flow_names_token(f, uri);
    if (sx_fingerprint_eq(key, sx_flow_more(flow)->token_key))
        return;
    struct sx_flow_more *more = sx_flow_give_more(f, flow);
    more->token_before = more->token_key;
    more->token_key = key;
    more->edge_key = sx_flow_names_token_host(f, uri);
    sx_flow_names_add(f, flow, key);
}

struct sx_user_more *sx_flow_user_of(struct sx_flows *f, const struct sx_observation *obs)
{
    struct sx_fingerprint aor = sx_flow_names_aor(f, sx_outbound_aor(obs->msg));
    struct sx_user *user = sx_pool_numbered(&f->users, sx_fingerprint_map_get(&f->by_aor, aor));

    if (!user)
        return NULL;
    if (!user->more) {
        sx_pool_add(&f->user_mores);
        user->more = f->user_mores.count;
    }
    return sx_pool_numbered(&f->user_mores, user->more);
}

struct sx_user_more *sx_flow_leave(struct sx_flows *f, const struct sx_observation *obs,
                                   uint32_t frame)
{
    struct sx_user_more *more = sx_flow_user_of(f, obs);

    if (more)
        more->leaving_in = frame;
    return more;
}
