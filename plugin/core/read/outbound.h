/* outbound.h
 * What REGISTER and its 2xx say of bindings and flows: Contact, Path, Route (RFC 3261 10, RFC 3327,
 * RFC 5626 4.2, 5.1).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Pure; slices point into the message.
 */
#ifndef SX_OUTBOUND_H
#define SX_OUTBOUND_H

#include "core/read/sip_msg.h"

/* A Contact value of a REGISTER or its 2xx. */
struct sx_contact {
    struct sx_slice uri;
    struct sx_slice instance; /* RFC 5626 4.1, without <>; empty: none */
    uint32_t reg_id;          /* of an outbound flow: it has an instance, too; 0: none */
    uint32_t expires;         /* seconds, where has_expires */
    bool has_expires;
};

/* False if it holds no URI; "*" is none. */
bool sx_contact_read(struct sx_slice value, struct sx_contact *contact);

/* True if a REGISTER with this Contact removes the binding (RFC 3261 10.2.2). */
bool sx_contact_removes(const struct sx_sip_msg *msg, const struct sx_contact *contact);

/* Contact: * with Expires: 0 */
bool sx_outbound_removes_all(const struct sx_sip_msg *msg);

/* True if the message requires "outbound": in a 2xx, the registrar grants it (RFC 5626 6). */
bool sx_outbound_is_required(const struct sx_sip_msg *msg);

/* The To of a REGISTER. */
struct sx_slice sx_outbound_aor(const struct sx_sip_msg *msg);

/* The Path value of the edge proxy; SX_SLICE_NONE if there is no Path. */
struct sx_slice sx_outbound_edge_path(const struct sx_sip_msg *msg);

/* True if the Path value has the URI parameter ob. */
bool sx_outbound_has_ob(struct sx_slice path);

/* The URI of a Path or Route value that holds a flow token, without its parameters: an edge may
 * change these. SX_SLICE_NONE if it has no user part. */
struct sx_slice sx_token_uri(struct sx_slice value);

/* The host part of such a URI. */
struct sx_slice sx_token_host(struct sx_slice uri);

#endif
