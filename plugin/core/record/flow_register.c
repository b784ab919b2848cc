/* flow_register.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/record/flow_register.h"

#include "core/read/sip_msg_field.h"
#include "core/record/flow_bindings.h"
#include "core/record/flow_names.h"
#include "core/record/flow_state.h"

static bool is_on_way(const struct sx_flow *flow, const struct sx_txn *txn)
{
    return flow->has_way && sx_endpoint_eq(flow->client, txn->src) &&
           sx_endpoint_eq(flow->edge, txn->dst);
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
    struct sx_binding *binding = sx_pool_numbered(&f->bindings, number);
    const struct sx_flow *older = sx_flow_numbered(f, binding->newest);
    struct sx_flow *flow = sx_pool_add(&f->flows);

    flow->number = f->flows.count;
    if (older && c->instance.n > 0)
        sx_flow_give_more(f, flow)->instance = sx_flow_more(older)->instance;
    if (c->instance.n > 0 && !*sx_flow_more(flow)->instance)
        sx_flow_give_more(f, flow)->instance =
            sx_texts_add(&f->texts, c->instance, SX_MAX_FLOW_TEXT);
    if (c->reg_id)
        sx_flow_give_more(f, flow)->reg_id = c->reg_id;
    flow->binding = number;
    flow->user = sx_user_at(f, binding->user);
    if (older)
        sx_flow_give_more(f, flow)->older = older->number;
    binding->newest = flow->number;
    return flow;
}

static void set_way(struct sx_flow *flow, const struct sx_observation *obs,
                    const struct sx_txn *txn)
{
    struct sx_address from = obs->src;

    from.port = 0;
    flow->client = txn->src;
    flow->edge = txn->dst;
    flow->transport = txn->transport;
    flow->has_way = true;
    flow->own_address = sx_address_is_named(sx_slice_str(flow->contact), &from);
}

static void set_contact(struct sx_flows *f, struct sx_flow *flow, struct sx_slice uri)
{
    if (flow->contact && sx_slice_eq(sx_slice_str(flow->contact), uri))
        return;
    struct sx_fingerprint key = sx_flow_names_contact(f, uri);
    bool named = flow->contact &&
                 sx_fingerprint_eq(sx_flow_names_contact(f, sx_slice_str(flow->contact)), key);
    flow->contact = sx_texts_add(&f->texts, uri, SX_MAX_FLOW_TEXT);
    if (!named)
        sx_flow_names_add(f, flow, key);
}

/* A Contact that is to be registered. */
static struct sx_flow *add_contact(struct sx_flows *f, const struct sx_observation *obs,
                                   const struct sx_contact *c, struct sx_fingerprint aor,
                                   const struct way *way)
{
    uint32_t number = sx_flow_bindings_for(f, c, obs->msg, aor);
    struct sx_binding *binding = sx_pool_numbered(&f->bindings, number);
    struct sx_flow *flow = find_same(f, binding, way);

    if (!flow)
        flow = new_flow(f, number, c);
    set_contact(f, flow, c->uri);
    if (binding->last_in != obs->frame)
        binding->last_in = obs->frame;
    if (!binding->first_in)
        binding->first_in = obs->frame;
    if (way->first_hop) {
        set_way(flow, obs, way->txn);
        sx_flow_set_link(f, flow, obs, way->txn);
        sx_attempt_begins(f, flow, obs);
    }
    return flow;
}

/* A Contact that is to be removed. */
static struct sx_flow *remove_contact(struct sx_flows *f, const struct sx_observation *obs,
                                      const struct sx_contact *c, struct sx_fingerprint aor)
{
    const struct sx_binding *binding = sx_binding_at(f, sx_flow_bindings_find(f, c, aor));
    struct sx_flow *flow = binding ? sx_flow_numbered(f, binding->newest) : NULL;

    if (flow)
        sx_flow_give_more(f, flow)->leaving_in = obs->frame;
    return flow;
}

/* What a REGISTER adds and removes: the first of each chain. */
struct wishes {
    struct sx_flow *added, *removed;
};

/* The REGISTER names its Contact a second time. */
static bool is_added(const struct sx_flows *f, const struct sx_flow *first,
                     const struct sx_flow *flow)
{
    for (unsigned i = 0; first && first != flow && i < SX_MAX_CONTACTS; i++)
        first = sx_flow_numbered(f, sx_flow_more(first)->also_added);
    return first != NULL;
}

static struct wishes read_contacts(struct sx_flows *f, const struct sx_observation *obs,
                                   const struct way *way, bool adds)
{
    struct wishes w = {NULL, NULL};
    struct sx_field_iter iter = {0};
    struct sx_slice value;
    struct sx_contact c;
    struct sx_fingerprint aor = sx_flow_names_aor(f, sx_outbound_aor(obs->msg));
    struct sx_flow *flow, *last = NULL;
    bool outbound = false;

    for (unsigned i = 0;
         i < SX_MAX_CONTACTS && sx_sip_msg_value(obs->msg, "Contact", &iter, &value); i++) {
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
            if (is_added(f, w.added, flow))
                continue;
            if (flow->more)
                flow->more->also_added = 0;
            if (last)
                sx_flow_give_more(f, last)->also_added = flow->number;
            w.added = w.added ? w.added : flow;
            last = flow;
        }
    }
    return w;
}

uint32_t sx_flow_register(struct sx_flows *f, const struct sx_observation *obs, struct sx_txn *txn,
                          uint32_t upstream)
{
    struct sx_flow *flow = sx_flow_numbered(f, upstream);
    struct sx_slice path = sx_outbound_edge_path(obs->msg), token = sx_token_uri(path);
    struct way way = {.txn = txn, .first_hop = !obs->msg->more_vias.p};

    txn->has_path = path.p != NULL;
    txn->outbound_path = sx_outbound_has_ob(path);
    if (sx_outbound_removes_all(obs->msg)) {
        txn->unregisters_all = true;
        sx_flow_leave(f, obs, obs->frame);
        return 0;
    }
    if (token.p)
        way.token = sx_flow_names_token(f, token);
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
        sx_flow_set_path(f, each, path);
    return flow->number;
}
