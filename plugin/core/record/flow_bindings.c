/* flow_bindings.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/record/flow_bindings.h"

#include "core/read/uri.h"
#include "core/record/flow_names.h"
#include "core/record/flow_state.h"

static uint32_t user_of(struct sx_flows *f, struct sx_slice aor, struct sx_fingerprint key)
{
    uint32_t number = sx_fingerprint_map_get(&f->by_aor, key);

    if (number)
        return number;
    struct sx_user *user = sx_pool_add(&f->users);
    user->aor = sx_texts_add(&f->texts, aor, SX_MAX_FLOW_TEXT);
    sx_fingerprint_map_set(&f->by_aor, key, f->users.count);
    return f->users.count;
}

/* RFC 3261 10.3: any other by its Contact. A user has a handful of them. */
static uint32_t find_by_contact(const struct sx_flows *f, uint32_t user, struct sx_slice uri)
{
    const struct sx_user *owner = sx_user_at(f, user);
    uint32_t number = owner ? owner->newest_binding : 0;

    for (unsigned i = 0; number && i < SX_MAX_FLOWS; i++) {
        const struct sx_binding *b = sx_binding_at(f, number);
        const struct sx_flow *flow = sx_flow_numbered(f, b->newest);
        if (!sx_binding_more(f, b)->reg_id && flow &&
            sx_uri_equal(sx_slice_str(flow->contact), uri))
            return number;
        number = b->next_of_user;
    }
    return 0;
}

uint32_t sx_flow_bindings_find(const struct sx_flows *f, const struct sx_contact *c,
                               struct sx_fingerprint aor)
{
    if (c->reg_id)
        return sx_fingerprint_map_get(&f->by_binding,
                                      sx_flow_names_outbound(f, aor, c->instance, c->reg_id));
    return find_by_contact(f, sx_fingerprint_map_get(&f->by_aor, aor), c->uri);
}

/* An instance is one client, whatever its Contacts and reg-ids. */
static void tie_to_client(struct sx_flows *f, uint32_t number, const struct sx_contact *c,
                          struct sx_fingerprint aor)
{
    if (c->instance.n == 0)
        return;
    struct sx_binding_more *binding =
        sx_binding_give_more(f, sx_pool_numbered(&f->bindings, number));
    binding->ua = sx_flow_names_instance(f, aor, c->instance);
    binding->next = sx_fingerprint_map_get(&f->by_ua, binding->ua);
    sx_fingerprint_map_set(&f->by_ua, binding->ua, number);
}

static uint32_t new_binding(struct sx_flows *f, const struct sx_contact *c,
                            const struct sx_sip_msg *msg, struct sx_fingerprint aor)
{
    struct sx_binding *binding = sx_pool_add(&f->bindings);
    uint32_t number = f->bindings.count;

    if (c->reg_id)
        sx_binding_give_more(f, binding)->reg_id = c->reg_id;
    binding->user = user_of(f, sx_outbound_aor(msg), aor);
    struct sx_user *user = sx_pool_numbered(&f->users, binding->user);
    binding->next_of_user = user->newest_binding;
    user->newest_binding = number;
    tie_to_client(f, number, c, aor);
    if (c->reg_id)
        sx_fingerprint_map_set(&f->by_binding,
                               sx_flow_names_outbound(f, aor, c->instance, c->reg_id), number);
    return number;
}

uint32_t sx_flow_bindings_for(struct sx_flows *f, const struct sx_contact *c,
                              const struct sx_sip_msg *msg, struct sx_fingerprint aor)
{
    uint32_t number = sx_flow_bindings_find(f, c, aor);

    return number ? number : new_binding(f, c, msg, aor);
}
