/* sip_msg_field.h
 * The header fields of a message that are looked for by name (RFC 3261 7.3).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Slices point into the bytes of the message.
 */
#ifndef SX_SIP_MSG_FIELD_H
#define SX_SIP_MSG_FIELD_H

#include "core/read/sip_msg.h"

/* Where an iteration over a header field's values stands; begins as {0}. */
struct sx_field_iter {
    size_t at;
    struct sx_slice rest;
};

/* Iterates over whole header fields of one name (the long form; the compact form of RFC 3261 7.3.3
 * is found too), one value per field line. False when there is no further one. */
bool sx_sip_msg_field(const struct sx_sip_msg *msg, const char *name, struct sx_field_iter *iter,
                      struct sx_slice *value);

/* The same over single values: commas between values are resolved. Not for fields whose one value
 * holds commas of its own, such as WWW-Authenticate (RFC 3261 7.3.1). */
bool sx_sip_msg_value(const struct sx_sip_msg *msg, const char *name, struct sx_field_iter *iter,
                      struct sx_slice *value);

/* The first value, trimmed, or SX_SLICE_NONE. */
struct sx_slice sx_sip_msg_first(const struct sx_sip_msg *msg, const char *name);

#endif
