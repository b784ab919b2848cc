/* via.h
 * Bytes -> one Via value (RFC 3261 20.42).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Pure; slices point into the value.
 */
#ifndef SX_VIA_H
#define SX_VIA_H

#include "core/base/slice.h"

/* RFC 3261 8.1.1.7: a branch that begins so is unique over space and time. */
#define SX_BRANCH_COOKIE "z9hG4bK"

struct sx_via {
    struct sx_slice sent_by;  /* host[:port] as written */
    struct sx_slice branch;   /* NULL if there is none */
    struct sx_slice received; /* RFC 3261 18.2.1; NULL if there is none */
    struct sx_slice rport;    /* RFC 3581; NULL if there is none, empty if not filled in */
    bool tls;                 /* "SIP/2.0/TLS": its port is 5061 where none is named */
};

/* Reads the value that begins at an offset of a field that may hold several. limit: where the bytes
 * end that the field stands in; the more stands behind it, the quicker. Returns where the value
 * ends: at a comma or at the end of the field. */
size_t sx_via_read(struct sx_slice field, size_t at, const char *limit, struct sx_via *via);

/* Where the next value begins, at an offset or behind it: empty ones do not count. */
static inline size_t sx_via_begin(struct sx_slice field, size_t at)
{
    while (at < field.n && (field.p[at] == ',' || sx_is_lws(field.p[at])))
        at++;
    return at;
}

#endif
