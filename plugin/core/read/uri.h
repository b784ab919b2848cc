/* uri.h
 * SIP and SIPS URIs that mean the same (RFC 3261 19.1.4).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Pure; slices point into the URI. Whatever is no sip: or sips: URI equals only itself.
 */
#ifndef SX_URI_H
#define SX_URI_H

#include "core/base/fingerprint.h"

struct sx_uri {
    struct sx_slice scheme;
    struct sx_slice user;    /* with the password, if there is one; NULL: none */
    struct sx_slice host;    /* IPv6 with its brackets */
    struct sx_slice port;    /* as written; NULL: none, which is not the same as 5060 */
    struct sx_slice params;  /* ";lr;ob" without the first ';'; NULL: none */
    struct sx_slice headers; /* after '?'; NULL: none */
    bool is_sip;             /* sip or sips; else only the whole is to be compared */
};

struct sx_uri sx_uri_read(struct sx_slice s);

/* Adds what equal URIs have alike: two equal ones always give the same hash. Different ones may,
 * where they differ in parameters that only count if both have them. */
void sx_uri_hash(struct sx_hash *hash, const struct sx_uri *uri);

/* True if they are equal by the rules. */
bool sx_uri_equal(struct sx_slice a, struct sx_slice b);

/* True if both name the same user, host and port, whatever their parameters are. */
bool sx_uri_same_place(struct sx_slice a, struct sx_slice b);

/* The value of a parameter: empty with p != NULL for a flag, NULL if there is none. */
struct sx_slice sx_uri_param(const struct sx_uri *uri, const char *name);

#endif
