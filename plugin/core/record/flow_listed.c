/* flow_listed.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/record/flow_listed.h"

#include "core/read/sip_msg_field.h"
#include "core/record/flow_bindings.h"
#include "core/record/flow_health.h"
#include "core/record/flow_names.h"
#include "core/record/flow_state.h"

/* Registrars round what is left, and the capture sees each 2xx a little later or sooner. */
#define ROUNDED_NS (2 * SX_LATE_NS)

/* A 2xx to REGISTER. */
struct answer {
    const struct sx_observation *obs;
    struct sx_fingerprint aor;
    uint32_t user;
    uint32_t register_in; /* 0: not in the capture */
};

/* When the binding ends, as far as the REGISTERs in the capture tell. */
static int64_t known_until(const struct sx_flows *f, const struct sx_binding *b)
{
    const struct sx_registering *grant = sx_registering_at(f, b->newest_grant);

    if (!grant || sx_user_more(f, sx_user_at(f, b->user))->removed_in > grant->register_in)
        return INT64_MIN;
    return grant->has_expires ? grant->txn->final_ns + (int64_t)grant->expires_s * SX_NS_PER_S
                              : INT64_MAX;
}

/* INT64_MAX: it does not say. */
static int64_t listed_until(const struct answer *a, const struct sx_contact *c)
{
    const struct sx_sip_msg *msg = a->obs->msg;

    if (!c->has_expires && !msg->has_expires)
        return INT64_MAX;
    return a->obs->time_ns + (int64_t)(c->has_expires ? c->expires : msg->expires) * SX_NS_PER_S;
}

/* The binding is what this REGISTER is about, so its 2xx tells what became of it. */
static bool is_own(const struct sx_flows *f, const struct answer *a, const struct sx_binding *b)
{
    const struct sx_registering *event = sx_registering_at(f, b->newest_event);

    return a->register_in && event && event->register_in == a->register_in;
}

static bool is_news(const struct sx_flows *f, const struct sx_binding *b, int64_t until_ns)
{
    int64_t known_ns = known_until(f, b);

    return known_ns == INT64_MIN ||
           (MAX(known_ns, until_ns) < INT64_MAX && until_ns - ROUNDED_NS > known_ns);
}

/* What the same registrar listed before, and what had not run out meanwhile. */
static struct sx_listed *find(const struct sx_flows *f, const struct answer *a, uint32_t binding)
{
    struct sx_listed *l =
        sx_pool_numbered(&f->listed, sx_user_more(f, sx_user_at(f, a->user))->newest_listed);

    for (unsigned i = 0; l && i < SX_MAX_FLOWS; i++, l = sx_pool_numbered(&f->listed, l->older))
        if (l->binding == binding && l->host == a->obs->from.host)
            return l->until_ns >= a->obs->time_ns ? l : NULL;
    return NULL;
}

static void list(struct sx_flows *f, const struct answer *a, uint32_t binding, int64_t until_ns)
{
    struct sx_listed *l = find(f, a, binding);

    if (!l) {
        struct sx_user_more *user = sx_flow_user_of(f, a->obs);
        l = sx_pool_add(&f->listed);
        l->frame = a->obs->frame;
        l->host = a->obs->from.host;
        l->binding = binding;
        l->older = user->newest_listed;
        user->newest_listed = f->listed.count;
    }
    l->until_ns = until_ns;
    l->last_in = a->obs->frame;
}

/* What the list holds no more has ended. */
static void end_others(const struct sx_flows *f, const struct answer *a)
{
    struct sx_listed *l =
        sx_pool_numbered(&f->listed, sx_user_more(f, sx_user_at(f, a->user))->newest_listed);

    for (unsigned i = 0; l && i < SX_MAX_FLOWS; i++, l = sx_pool_numbered(&f->listed, l->older))
        if (l->host == a->obs->from.host && l->last_in != a->obs->frame)
            l->until_ns = MIN(l->until_ns, a->obs->time_ns);
}

/* How many Contacts the REGISTER asked for. */
static unsigned count_added(const struct sx_flows *f, const struct sx_txn *txn)
{
    const struct sx_flow *flow =
        txn->unregisters || txn->unregisters_all ? NULL : sx_flows_at(f, txn->flow);
    unsigned n = 0;

    for (; flow && n < SX_MAX_CONTACTS; n++)
        flow = sx_flows_at(f, sx_flow_more(flow)->also_added);
    return n;
}

/* A hop on the way may have given a Contact another address: where one that was asked for is
 * missing in the list, one that is not known may be it. */
static void read_list(struct sx_flows *f, const struct answer *a, unsigned added)
{
    struct sx_field_iter iter = {0};
    struct sx_slice value;
    struct sx_contact c;
    int64_t strange_ns = INT64_MIN;
    unsigned strange = 0, own = 0;

    for (unsigned i = 0;
         i < SX_MAX_CONTACTS && sx_sip_msg_value(a->obs->msg, "Contact", &iter, &value); i++) {
        if (!sx_contact_read(value, &c) || listed_until(a, &c) <= a->obs->time_ns)
            continue;
        uint32_t number = sx_flow_bindings_find(f, &c, a->aor);
        const struct sx_binding *b = sx_binding_at(f, number);
        if (!b) {
            strange++;
            strange_ns = MAX(strange_ns, listed_until(a, &c));
        } else if (is_own(f, a, b)) {
            own++;
        } else if (is_news(f, b, listed_until(a, &c))) {
            list(f, a, number, listed_until(a, &c));
        }
    }
    if (own + strange > added && strange > 0)
        list(f, a, 0, strange_ns);
}

/* A registrar that lists nothing where it grants something lists nothing ever. */
static bool says_nothing(const struct answer *a, const struct sx_txn *txn)
{
    return !txn->unregisters && !txn->unregisters_all &&
           !sx_sip_msg_first(a->obs->msg, "Contact").p;
}

void sx_flow_listed_note(struct sx_flows *f, const struct sx_observation *obs,
                         const struct sx_txn *txn, uint32_t register_in)
{
    struct answer a = {.obs = obs, .register_in = register_in};

    a.aor = sx_flow_names_aor(f, sx_outbound_aor(obs->msg));
    a.user = sx_fingerprint_map_get(&f->by_aor, a.aor);
    if (!a.user || says_nothing(&a, txn))
        return;
    read_list(f, &a, count_added(f, txn));
    end_others(f, &a);
}
