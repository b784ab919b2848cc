/* flow_names.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/record/flow_names.h"

#include "core/read/uri.h"
#include "core/record/flow_state.h"

/* A name that is one flow's alone takes no memory but that of the map, whose value is the flow's
 * number then. Else it is this, and the number of a struct sx_flow_name. */
#define SEVERAL (UINT32_C(1) << 31)

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

struct sx_fingerprint sx_flow_names_aor(const struct sx_flows *f, struct sx_slice aor)
{
    return uri_key(f, AOR, aor);
}

struct sx_fingerprint sx_flow_names_contact(const struct sx_flows *f, struct sx_slice uri)
{
    return uri_key(f, CONTACT, uri);
}

struct sx_fingerprint sx_flow_names_token(const struct sx_flows *f, struct sx_slice uri)
{
    return uri_key(f, TOKEN, uri);
}

struct sx_fingerprint sx_flow_names_token_host(const struct sx_flows *f, struct sx_slice uri)
{
    struct sx_hash h = begin_name(f, TOKEN_HOST);
    struct sx_slice host = sx_token_host(uri);

    sx_hash_add_bytes_lower(&h, host);
    sx_hash_add_uint(&h, host.n);
    return sx_hash_end(h);
}

struct sx_fingerprint sx_flow_names_call(const struct sx_flows *f, struct sx_slice call_id)
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

struct sx_fingerprint sx_flow_names_outbound(const struct sx_flows *f, struct sx_fingerprint aor,
                                             struct sx_slice instance, uint32_t reg_id)
{
    return pair_key(f, BINDING, aor, instance, reg_id);
}

struct sx_fingerprint sx_flow_names_instance(const struct sx_flows *f, struct sx_fingerprint aor,
                                             struct sx_slice instance)
{
    return pair_key(f, INSTANCE, aor, instance, 0);
}

/* ---- found by them ---- */

static const struct sx_flow_name *one_of_several(const struct sx_flows *f, uint32_t found)
{
    return found & SEVERAL ? sx_pool_numbered(&f->names, found & ~SEVERAL) : NULL;
}

uint32_t sx_flow_names_first(const struct sx_flows *f, struct sx_fingerprint key)
{
    return sx_fingerprint_map_get(&f->by_name, key);
}

struct sx_flow *sx_flow_names_flow(const struct sx_flows *f, uint32_t found)
{
    const struct sx_flow_name *name = one_of_several(f, found);

    return sx_flow_numbered(f, name ? name->flow : found);
}

uint32_t sx_flow_names_next(const struct sx_flows *f, uint32_t found)
{
    const struct sx_flow_name *name = one_of_several(f, found);

    return name ? name->older : 0;
}

void sx_flow_names_add(struct sx_flows *f, const struct sx_flow *flow, struct sx_fingerprint key)
{
    uint32_t older = sx_fingerprint_map_get(&f->by_name, key);

    if (!older) {
        sx_fingerprint_map_set(&f->by_name, key, flow->number);
        return;
    }
    *(struct sx_flow_name *)sx_pool_add(&f->names) =
        (struct sx_flow_name){.flow = flow->number, .older = older};
    sx_fingerprint_map_set(&f->by_name, key, SEVERAL | f->names.count);
}
