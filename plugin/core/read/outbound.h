/* outbound.h
 * What REGISTER and its 2xx say of outbound flows: Contact, Path, Route (RFC 5626 4.2, 5.1).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Pure; slices point into the message.
 */
#ifndef SX_OUTBOUND_H
#define SX_OUTBOUND_H

#include "core/read/sip_msg.h"

/* The Contact that registers an outbound flow: it has an instance and a reg-id. */
struct sx_outbound {
    struct sx_slice uri, instance;
    uint32_t reg_id;
    uint32_t expires;           /* seconds, where has_expires */
    bool has_expires;
};

/* False if the Contact value is no such. */
bool sx_outbound_read(struct sx_slice contact, struct sx_outbound *binding);

/* True if a REGISTER with this Contact removes the binding (RFC 3261 10.2.2). */
bool sx_outbound_removes(const struct sx_sip_msg *msg, const struct sx_outbound *binding);

/* The binding that a REGISTER adds; RFC 5626 6 allows one. False if it adds none. */
bool sx_outbound_added(const struct sx_sip_msg *msg, struct sx_outbound *binding);

/* Contact: * with Expires: 0 */
bool sx_outbound_removes_all(const struct sx_sip_msg *msg);

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
