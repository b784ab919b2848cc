/* outbound.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/read/outbound.h"

#include "core/read/name_addr.h"
#include "core/read/sip_msg_field.h"

bool sx_contact_read(struct sx_slice value, struct sx_contact *c)
{
    struct sx_slice expires = sx_slice_param(value, "expires");

    c->uri = sx_name_addr_uri(value);
    c->instance = sx_slice_param(value, "+sip.instance");
    if (c->instance.n > 2 && c->instance.p[0] == '<')
        c->instance = sx_slice(c->instance.p + 1, c->instance.n - 2);
    c->has_expires = sx_slice_uint(expires, UINT32_MAX, &c->expires);
    /* RFC 5626 6: without an instance a reg-id counts for nothing. */
    if (c->instance.n == 0 ||
        !sx_slice_uint(sx_slice_param(value, "reg-id"), INT32_MAX, &c->reg_id))
        c->reg_id = 0;
    return c->uri.n > 0 && !sx_slice_is(c->uri, "*");
}

/* The parameter goes before the header field. */
bool sx_contact_removes(const struct sx_sip_msg *msg, const struct sx_contact *c)
{
    return c->has_expires ? c->expires == 0 : msg->has_expires && msg->expires == 0;
}

bool sx_outbound_is_required(const struct sx_sip_msg *msg)
{
    struct sx_field_iter iter = {0};
    struct sx_slice tag;

    while (sx_sip_msg_value(msg, "Require", &iter, &tag))
        if (sx_slice_caseis(tag, "outbound"))
            return true;
    return false;
}

bool sx_outbound_removes_all(const struct sx_sip_msg *msg)
{
    return msg->has_expires && msg->expires == 0 &&
           sx_slice_is(sx_sip_msg_first(msg, "Contact"), "*");
}

struct sx_slice sx_outbound_aor(const struct sx_sip_msg *msg)
{
    return sx_name_addr_bare(msg->to);
}

/* Each hop puts its own on top (RFC 3327), so the edge proxy's is the last. */
struct sx_slice sx_outbound_edge_path(const struct sx_sip_msg *msg)
{
    struct sx_field_iter iter = {0};
    struct sx_slice value, last = SX_SLICE_NONE;

    while (sx_sip_msg_value(msg, "Path", &iter, &value))
        last = value;
    return last;
}

bool sx_outbound_has_ob(struct sx_slice path)
{
    return sx_slice_param(sx_name_addr_uri(path), "ob").p != NULL;
}

struct sx_slice sx_token_uri(struct sx_slice value)
{
    struct sx_slice uri = sx_name_addr_bare(value);

    return uri.n > 0 && memchr(uri.p, '@', uri.n) ? uri : SX_SLICE_NONE;
}

struct sx_slice sx_token_host(struct sx_slice uri)
{
    const char *at = uri.n ? memchr(uri.p, '@', uri.n) : NULL;

    return at ? sx_slice_from(uri, (size_t)(at - uri.p) + 1) : SX_SLICE_NONE;
}
