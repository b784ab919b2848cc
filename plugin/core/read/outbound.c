/* outbound.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/read/outbound.h"

#include "core/read/name_addr.h"

bool sx_outbound_read(struct sx_slice contact, struct sx_outbound *b)
{
    struct sx_slice expires = sx_slice_param(contact, "expires");

    b->uri = sx_name_addr_uri(contact);
    b->instance = sx_slice_param(contact, "+sip.instance");
    if (b->instance.n > 2 && b->instance.p[0] == '<')
        b->instance = sx_slice(b->instance.p + 1, b->instance.n - 2);
    b->has_expires = sx_slice_uint(expires, UINT32_MAX, &b->expires);
    return b->instance.n > 0 &&
           sx_slice_uint(sx_slice_param(contact, "reg-id"), INT32_MAX, &b->reg_id) && b->reg_id > 0;
}

/* The parameter goes before the header field. */
bool sx_outbound_removes(const struct sx_sip_msg *msg, const struct sx_outbound *b)
{
    return b->has_expires ? b->expires == 0 : msg->has_expires && msg->expires == 0;
}

bool sx_outbound_added(const struct sx_sip_msg *msg, struct sx_outbound *b)
{
    struct sx_field_iter iter = {0};
    struct sx_slice contact;

    while (sx_sip_msg_value(msg, "Contact", &iter, &contact))
        if (sx_outbound_read(contact, b) && !sx_outbound_removes(msg, b))
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
