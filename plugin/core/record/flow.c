/* flow.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/read/outbound.h"
#include "core/facts/catalogue.h"
#include "core/record/flow_state.h"
#include "core/base/text.h"

#define MAX_STRING 255

/* RFC 5626 4.5 */
#define BASE_ALL_FAILED_NS (30 * SX_NS_PER_S)
#define BASE_NOT_FAILED_NS (90 * SX_NS_PER_S)
#define MAX_BACK_OFF_NS (1800 * SX_NS_PER_S)

/* Timers are not exact, and the capture sees both ends a little later or sooner. */
#define SLACK_NS SX_NS_PER_S

struct sx_flows *sx_flows_new(const uint64_t key[2])
{
    struct sx_flows *f = g_new0(struct sx_flows, 1);

    memcpy(f->key, key, sizeof f->key);
    sx_pool_init(&f->flows, sizeof(struct sx_flow));
    sx_pool_init(&f->users, sizeof(struct sx_user));
    sx_pool_init(&f->bindings, sizeof(struct sx_binding));
    sx_pool_init(&f->failures, sizeof(struct sx_flow_failure));
    f->by_token = g_hash_table_new(sx_fingerprint_hash, sx_fingerprint_equal);
    f->by_contact = g_hash_table_new(sx_fingerprint_hash, sx_fingerprint_equal);
    f->by_aor = g_hash_table_new(sx_fingerprint_hash, sx_fingerprint_equal);
    f->by_binding = g_hash_table_new(sx_fingerprint_hash, sx_fingerprint_equal);
    f->by_instance = g_hash_table_new(sx_fingerprint_hash, sx_fingerprint_equal);
    f->by_txn = g_hash_table_new(NULL, NULL);
    f->strange = g_hash_table_new(NULL, NULL);
    sx_pool_init(&f->early, sizeof(struct sx_early));
    sx_links_init(f);
    return f;
}

void sx_flows_free(struct sx_flows *f)
{
    if (!f)
        return;
    for (uint32_t i = 0; i < f->flows.count; i++)
        wmem_free(NULL, ((struct sx_flow *)sx_pool_at(&f->flows, i))->instance);
    for (uint32_t i = 0; i < f->users.count; i++)
        wmem_free(NULL, ((struct sx_user *)sx_pool_at(&f->users, i))->aor);
    g_hash_table_destroy(f->by_token);
    g_hash_table_destroy(f->by_contact);
    g_hash_table_destroy(f->by_aor);
    g_hash_table_destroy(f->by_binding);
    g_hash_table_destroy(f->by_instance);
    g_hash_table_destroy(f->by_txn);
    g_hash_table_destroy(f->strange);
    sx_pool_clear(&f->flows);
    sx_pool_clear(&f->users);
    sx_pool_clear(&f->bindings);
    sx_pool_clear(&f->failures);
    sx_pool_clear(&f->early);
    sx_links_clear(f);
    g_free(f);
}

uint32_t sx_flows_count(const struct sx_flows *f)
{
    return f->flows.count;
}

static void *numbered(const struct sx_pool *pool, uint32_t number)
{
    return number > 0 && number <= pool->count ? sx_pool_at(pool, number - 1) : NULL;
}

struct sx_flow *sx_flow_numbered(const struct sx_flows *f, uint32_t number)
{
    return numbered(&f->flows, number);
}

const struct sx_flow *sx_flows_at(const struct sx_flows *f, uint32_t number)
{
    return sx_flow_numbered(f, number);
}

static struct sx_binding *binding_of(const struct sx_flows *f, const struct sx_flow *flow)
{
    return numbered(&f->bindings, flow->binding);
}

bool sx_flows_of_one_instance(const struct sx_flows *f, const struct sx_flow *a,
                              const struct sx_flow *b)
{
    return sx_fingerprint_eq(binding_of(f, a)->instance_key, binding_of(f, b)->instance_key);
}

const struct sx_flow *sx_flows_newest(const struct sx_flows *f, const struct sx_flow *flow)
{
    return sx_flow_numbered(f, binding_of(f, flow)->newest);
}

/* ---- what a REGISTER says ---- */

static struct sx_fingerprint fingerprint_of(const struct sx_flows *f, struct sx_slice a,
                                            struct sx_slice b, uint32_t number)
{
    struct sx_hash h = sx_hash_begin(f->key);

    sx_hash_add(&h, a);
    sx_hash_add(&h, b);
    sx_hash_add_uint(&h, number);
    return sx_hash_end(h);
}

static struct sx_fingerprint name_of(const struct sx_flows *f, struct sx_slice s)
{
    return fingerprint_of(f, s, SX_SLICE_NONE, 0);
}

static void set_token(struct sx_flows *f, struct sx_flow *flow, struct sx_slice path)
{
    struct sx_slice uri = sx_token_uri(path);

    if (!uri.p || flow->token_key.bits)
        return;
    flow->token_key = name_of(f, uri);
    flow->edge_key = name_of(f, sx_token_host(uri));
    g_hash_table_replace(f->by_token, &flow->token_key, flow);
}

/* ---- users and bindings ---- */

static struct sx_user *user_of(struct sx_flows *f, struct sx_slice aor)
{
    struct sx_fingerprint key = name_of(f, aor);
    struct sx_user *user = g_hash_table_lookup(f->by_aor, &key);

    if (user)
        return user;
    user = sx_pool_add(&f->users);
    *user = (struct sx_user){
        .key = key,
        .aor = sx_text_of(NULL, aor, MAX_STRING),
        .number = f->users.count,
    };
    g_hash_table_insert(f->by_aor, &user->key, user);
    return user;
}

static struct sx_fingerprint binding_key(const struct sx_flows *f, const struct sx_outbound *b,
                                      struct sx_slice aor)
{
    return fingerprint_of(f, b->instance, aor, b->reg_id);
}

static struct sx_binding *binding_for(struct sx_flows *f, const struct sx_outbound *b, struct sx_slice aor)
{
    struct sx_fingerprint key = binding_key(f, b, aor);
    struct sx_binding *binding = g_hash_table_lookup(f->by_binding, &key);

    if (binding)
        return binding;
    struct sx_fingerprint instance = fingerprint_of(f, b->instance, aor, 0);
    const struct sx_binding *other = g_hash_table_lookup(f->by_instance, &instance);
    binding = sx_pool_add(&f->bindings);
    *binding = (struct sx_binding){
        .key = key,
        .instance_key = instance,
        .number = f->bindings.count,
        .reg_id = b->reg_id,
        .next = other ? other->number : 0,
    };
    g_hash_table_insert(f->by_binding, &binding->key, binding);
    g_hash_table_replace(f->by_instance, &binding->instance_key, binding);
    return binding;
}

void sx_flow_settle(const struct sx_flows *f, struct sx_flow *flow)
{
    const struct sx_user *user = numbered(&f->users, flow->user);

    if (!flow->removed_in && user->removed_in > MAX(flow->registered_in, flow->refreshed_in))
        flow->removed_in = user->removed_in;
}

static bool is_alive(const struct sx_flows *f, struct sx_flow *flow, int64_t now_ns)
{
    sx_flow_settle(f, flow);
    return flow->accepted && !flow->removed_in && flow->expires_ns > now_ns &&
           !(flow->link && (flow->link->closed_in || flow->link->unreachable_in));
}

/* ---- registration ---- */

/* The flow that this REGISTER goes over once more. */
static struct sx_flow *find_same(const struct sx_flows *f, const struct sx_binding *binding,
                                 const struct sx_txn *txn, bool first_hop, struct sx_slice path)
{
    struct sx_flow *flow = sx_flow_numbered(f, binding->newest);
    struct sx_slice uri = sx_token_uri(path);
    struct sx_fingerprint token = uri.p ? name_of(f, uri) : (struct sx_fingerprint){0};

    for (unsigned i = 0; flow && i < SX_MAX_FLOWS; i++, flow = sx_flow_numbered(f, flow->older)) {
        if (flow->link && flow->link->closed_in)
            continue;
        if (first_hop ? sx_flow_is_on(flow, txn)
                      : uri.p && sx_fingerprint_eq(token, flow->token_key))
            return flow;
    }
    return NULL;
}

static struct sx_flow *new_flow(struct sx_flows *f, struct sx_binding *binding, struct sx_user *user,
                                const struct sx_outbound *b)
{
    struct sx_flow *flow = sx_pool_add(&f->flows);

    *flow = (struct sx_flow){
        .number = f->flows.count,
        .aor = user->aor,
        .instance = sx_text_of(NULL, b->instance, MAX_STRING),
        .contact_key = name_of(f, b->uri),
        .reg_id = b->reg_id,
        .expires_ns = INT64_MAX,
        .binding = binding->number,
        .user = user->number,
        .older = binding->newest,
    };
    binding->newest = flow->number;
    g_hash_table_replace(f->by_contact, &flow->contact_key, flow);
    return flow;
}

/* True if another binding of the instance has a flow that works. */
static bool other_works(const struct sx_flows *f, const struct sx_binding *binding, int64_t now_ns)
{
    const struct sx_binding *other = g_hash_table_lookup(f->by_instance, &binding->instance_key);

    for (unsigned i = 0; other && i < SX_MAX_FLOWS; i++, other = numbered(&f->bindings, other->next)) {
        struct sx_flow *flow = sx_flow_numbered(f, other->newest);
        if (other != binding && flow && is_alive(f, flow, now_ns))
            return true;
    }
    return false;
}

static void attempt_failed(struct sx_binding *binding, uint32_t frame, int64_t ns)
{
    binding->failures++;
    binding->failed_in = frame;
    binding->failed_ns = ns;
    binding->tried_in = 0;
}

bool sx_back_off_too_early(const struct sx_back_off *b)
{
    return b->failures > 0 && b->waited_ns + SLACK_NS < b->least_ns;
}

const struct sx_back_off *sx_flows_too_early(const struct sx_flows *f, uint32_t frame,
                                             uint32_t flow)
{
    const struct sx_early *early;

    for (uint32_t i = 0; i < SX_MAX_FLOWS && (early = sx_pool_nth(&f->early, frame, i)); i++)
        if (early->flow == flow)
            return &early->back_off;
    return NULL;
}

void sx_flows_frame_again(struct sx_flows *f, uint32_t frame)
{
    sx_pool_truncate(&f->losses, sx_pool_lower_bound(&f->losses, frame));
    sx_pool_truncate(&f->early, sx_pool_lower_bound(&f->early, frame));
}

/* RFC 5626 4.5: after n failures wait between 50 and 100 % of base * 2^n. */
static void judge_back_off(struct sx_flows *f, struct sx_binding *binding, struct sx_flow *flow,
                           uint32_t frame, int64_t now_ns)
{
    /* Unanswered: it failed some time after it was sent, so this is the mildest view. */
    if (binding->tried_in)
        attempt_failed(binding, binding->tried_in, binding->tried_ns);
    int64_t most = other_works(f, binding, now_ns) ? BASE_NOT_FAILED_NS : BASE_ALL_FAILED_NS;
    for (uint32_t n = 0; n < binding->failures && most < MAX_BACK_OFF_NS; n++)
        most *= 2;
    flow->back_off = (struct sx_back_off){
        .failures = binding->failures,
        .failed_in = binding->failed_in,
        .waited_ns = now_ns - binding->failed_ns,
        .least_ns = MIN(most, MAX_BACK_OFF_NS) / 2,
    };
    if (!sx_back_off_too_early(&flow->back_off))
        return;
    if (flow->early.failures == 0)
        flow->early = flow->back_off;
    *(struct sx_early *)sx_pool_add(&f->early) =
        (struct sx_early){.frame = frame, .flow = flow->number, .back_off = flow->back_off};
}

/* An attempt of the client to make a flow. */
static void try_flow(struct sx_flows *f, struct sx_flow *flow,
                     const struct sx_observation *obs)
{
    struct sx_binding *binding = binding_of(f, flow);

    if (flow->accepted)
        return;
    if (!binding->challenged)
        judge_back_off(f, binding, flow, obs->frame, obs->time_ns);
    binding->challenged = false;
    binding->tried_in = obs->frame;
    binding->tried_ns = obs->time_ns;
}

/* The flows whose bindings this REGISTER removes; the first of them. */
static struct sx_flow *find_removed(const struct sx_flows *f, const struct sx_sip_msg *msg)
{
    struct sx_field_iter iter = {0};
    struct sx_slice contact, aor = sx_outbound_aor(msg);
    struct sx_flow *first = NULL;
    struct sx_outbound b;

    while (sx_sip_msg_value(msg, "Contact", &iter, &contact)) {
        if (!sx_outbound_read(contact, &b) || !sx_outbound_removes(msg, &b))
            continue;
        struct sx_fingerprint key = binding_key(f, &b, aor);
        const struct sx_binding *binding = g_hash_table_lookup(f->by_binding, &key);
        struct sx_flow *flow = binding ? sx_flow_numbered(f, binding->newest) : NULL;
        if (!flow)
            continue;
        flow->also_removed = first ? first->number : 0;
        first = flow;
    }
    return first;
}

static uint32_t register_removal(const struct sx_flows *f, const struct sx_observation *obs,
                                 struct sx_txn *txn)
{
    const struct sx_flow *flow;

    if (sx_outbound_removes_all(obs->msg)) {
        txn->unregisters_all = true;
        return 0;
    }
    flow = find_removed(f, obs->msg);
    txn->unregisters = flow != NULL;
    return flow ? flow->number : 0;
}

uint32_t sx_flows_register(struct sx_flows *f, const struct sx_observation *obs,
                           struct sx_txn *txn, uint32_t upstream)
{
    struct sx_flow *flow = sx_flow_numbered(f, upstream);
    struct sx_slice path = sx_outbound_edge_path(obs->msg);
    bool first_hop = !obs->msg->more_vias.p;
    struct sx_outbound b;

    txn->has_path = path.p != NULL;
    txn->outbound_path = sx_outbound_has_ob(path);
    if (!sx_outbound_added(obs->msg, &b))
        return register_removal(f, obs, txn);
    if (!flow) {
        struct sx_slice aor = sx_outbound_aor(obs->msg);
        struct sx_binding *binding = binding_for(f, &b, aor);
        flow = find_same(f, binding, txn, first_hop, path);
        if (!flow)
            flow = new_flow(f, binding, user_of(f, aor), &b);
    }
    if (first_hop) {
        sx_flow_set_link(f, flow, obs, txn);
        try_flow(f, flow, obs);
    }
    set_token(f, flow, path);
    return flow->number;
}

/* The flow registered before for the same binding now has a successor. */
static void succeed(const struct sx_flows *f, const struct sx_flow *flow)
{
    struct sx_flow *older = sx_flow_numbered(f, flow->older);

    for (unsigned i = 0; older && !older->accepted && i < SX_MAX_FLOWS; i++)
        older = sx_flow_numbered(f, older->older);
    if (older && older->accepted && !older->newer)
        older->newer = flow->number;
}

/* The failures of the binding that this registration follows are behind it. */
static void mend(const struct sx_flows *f, struct sx_binding *binding, const struct sx_flow *flow,
                 uint32_t register_in, int64_t ns)
{
    struct sx_flow_failure *failure;

    while ((failure = numbered(&f->failures, binding->open_failure))) {
        failure->again_in = register_in;
        failure->again_ns = ns;
        failure->again_flow = flow->number;
        binding->open_failure = failure->older;
    }
    binding->failures = 0;
    binding->tried_in = 0;
    binding->challenged = false;
}

static void read_lifetime(struct sx_flow *flow, const struct sx_observation *obs)
{
    const struct sx_sip_msg *msg = obs->msg;
    struct sx_field_iter iter = {0};
    struct sx_slice contact;
    struct sx_outbound b;
    uint32_t seconds = 0;
    bool known = msg->has_expires;

    if (known)
        seconds = msg->expires;
    while (sx_sip_msg_value(msg, "Contact", &iter, &contact)) {
        if (!sx_outbound_read(contact, &b) || b.reg_id != flow->reg_id || !b.has_expires ||
            !sx_slice_eq(b.instance, sx_slice_str(flow->instance)))
            continue;
        seconds = b.expires;
        known = true;
        break;
    }
    if (known)
        flow->expires_ns = obs->time_ns + (int64_t)seconds * SX_NS_PER_S;
}

/* From the newest of the chain that find_removed() made. */
static void remove_flows(const struct sx_flows *f, struct sx_flow *flow, uint32_t register_in)
{
    for (unsigned i = 0; flow && i < SX_MAX_FLOWS;
         i++, flow = sx_flow_numbered(f, flow->also_removed))
        flow->removed_in = register_in;
}

void sx_flows_registered(struct sx_flows *f, const struct sx_observation *obs,
                         const struct sx_txn *txn, uint32_t register_in)
{
    struct sx_flow *flow = sx_flow_numbered(f, txn->flow);
    const struct sx_sip_msg *msg = obs->msg;
    uint32_t seconds;

    if (txn->unregisters_all && f->flows.count > 0)
        user_of(f, sx_outbound_aor(msg))->removed_in = register_in;
    if (!flow)
        return;
    if (txn->unregisters) {
        remove_flows(f, flow, register_in);
        return;
    }
    set_token(f, flow, sx_outbound_edge_path(msg));
    if (sx_slice_uint(sx_sip_msg_first(msg, "Flow-Timer"), UINT32_MAX, &seconds))
        flow->flow_timer_s = seconds;
    read_lifetime(flow, obs);
    flow->removed_in = 0;
    if (flow->link)
        sx_link_revive(flow->link);
    /* Each hop's response to one REGISTER comes here. */
    if (!flow->accepted) {
        flow->accepted = true;
        flow->registered_in = register_in;
        succeed(f, flow);
        mend(f, binding_of(f, flow), flow, register_in, obs->time_ns);
    } else if (register_in != flow->registered_in && register_in != flow->refreshed_in) {
        flow->refreshed_in = register_in;
        mend(f, binding_of(f, flow), flow, register_in, obs->time_ns);
    }
}

void sx_flows_not_registered(struct sx_flows *f, const struct sx_observation *obs,
                             const struct sx_txn *txn)
{
    const struct sx_flow *flow = sx_flow_numbered(f, txn->flow);
    const struct sx_code *entry = sx_catalogue_explain(obs->msg->code);

    if (!flow || flow->accepted || txn->unregisters || obs->msg->more_vias.p)
        return;
    struct sx_binding *binding = binding_of(f, flow);
    if (binding->tried_in != txn->request_frame)
        return;
    if (entry && entry->role != SX_ROLE_FAILURE)
        binding->challenged = true;
    else
        attempt_failed(binding, obs->frame, obs->time_ns);
    binding->tried_in = 0;
}

/* ---- requests to a registered client ---- */

/* Another flow of the same instance with the same Contact: then the Request-URI names neither. */
static bool is_ambiguous(const struct sx_flows *f, const struct sx_flow *flow)
{
    const struct sx_binding *binding =
        g_hash_table_lookup(f->by_instance, &binding_of(f, flow)->instance_key);

    for (unsigned i = 0; binding && i < SX_MAX_FLOWS; i++, binding = numbered(&f->bindings, binding->next)) {
        struct sx_flow *other = sx_flow_numbered(f, binding->newest);
        if (binding->number == flow->binding || !other)
            continue;
        sx_flow_settle(f, other);
        if (other->accepted && !other->removed_in &&
            sx_fingerprint_eq(other->contact_key, flow->contact_key))
            return true;
    }
    return false;
}

uint32_t sx_flows_routed(struct sx_flows *f, const struct sx_sip_msg *msg, uint32_t txn)
{
    struct sx_slice uri = sx_token_uri(msg->top_route);
    struct sx_fingerprint key = {0};
    struct sx_flow *flow;

    if (uri.p) {
        key = name_of(f, uri);
        flow = g_hash_table_lookup(f->by_token, &key);
        if (flow)
            return flow->number;
        key = name_of(f, sx_token_host(uri));
    }
    struct sx_fingerprint contact = name_of(f, msg->uri);
    flow = g_hash_table_lookup(f->by_contact, &contact);
    if (!uri.p)
        return flow && !is_ambiguous(f, flow) ? flow->number : 0;
    if (flow && sx_fingerprint_eq(key, flow->edge_key))
        g_hash_table_insert(f->strange, GUINT_TO_POINTER(txn), flow);
    return 0;
}

const struct sx_flow *sx_flows_strange_token(const struct sx_flows *f, uint32_t txn)
{
    return g_hash_table_lookup(f->strange, GUINT_TO_POINTER(txn));
}
