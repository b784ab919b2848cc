/* name_addr.h
 * The address in From, To, Contact, Route and Path (RFC 3261 20.10, 25.1).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Pure; slices point into the value.
 */
#ifndef SX_NAME_ADDR_H
#define SX_NAME_ADDR_H

#include "core/base/slice.h"

/* "Bob <work>" <sip:bob@example.com;x>;y -> sip:bob@example.com;x. A URI without <...> has no
 * parameters of its own: what follows ';' is the header field's. */
struct sx_slice sx_name_addr_uri(struct sx_slice value);

/* The same without parameters and headers: sip:bob@example.com */
struct sx_slice sx_name_addr_bare(struct sx_slice value);

/* A URI without parameters and headers. limit: where the bytes end that it stands in; the more
 * stands behind it, the quicker. */
struct sx_slice sx_uri_bare(struct sx_slice uri, const char *limit);

/* The host of a SIP URI or of a "host:port", without the brackets of IPv6; empty if there is none.
 * *port: what it names, 0 if nothing. */
struct sx_slice sx_named_host(struct sx_slice uri, uint16_t *port);

/* The port that a SIP URI or a "host:port" names; 0 if it names none. */
uint16_t sx_named_port(struct sx_slice uri);

#endif
