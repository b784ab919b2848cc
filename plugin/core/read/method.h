/* method.h
 * The methods of requests by their names (RFC 3261 7.1).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_METHOD_H
#define SX_METHOD_H

#include "core/base/slice.h"

enum sx_method {
    SX_METHOD_OTHER,
    SX_METHOD_ACK,
    SX_METHOD_BYE,
    SX_METHOD_CANCEL,
    SX_METHOD_INFO,
    SX_METHOD_INVITE,
    SX_METHOD_MESSAGE,
    SX_METHOD_NOTIFY,
    SX_METHOD_OPTIONS,
    SX_METHOD_PRACK,
    SX_METHOD_PUBLISH,
    SX_METHOD_REFER,
    SX_METHOD_REGISTER,
    SX_METHOD_SUBSCRIBE,
    SX_METHOD_UPDATE
};

/* RFC 3261 25.1 token: what a method and a header field name are made of. */
bool sx_is_token(char c);

enum sx_method sx_method_of(struct sx_slice name);
const char *sx_method_name(enum sx_method method); /* "" for SX_METHOD_OTHER */

/* The length of the longest known method that ends exactly at the end of the slice, 0 for none:
 * finds a request's start behind binary bytes that happen to be letters. */
size_t sx_method_suffix(struct sx_slice run);

#endif
