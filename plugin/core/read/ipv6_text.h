/* ipv6_text.h
 * One IPv6 address, whichever way it is written (RFC 5954 4.2).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_IPV6_TEXT_H
#define SX_IPV6_TEXT_H

#include "core/base/slice.h"

#define SX_IPV6_LENGTH 16

/* What stands at the start of the text as "[...]": its bytes. *rest is what follows the bracket.
 * False, and both left alone, if no IPv6 address in brackets begins the text. */
bool sx_ipv6_text_read(struct sx_slice text, uint8_t bytes[SX_IPV6_LENGTH], struct sx_slice *rest);

/* A host as it counts: the bytes of an IPv6 address, in the buffer; else the text as it is. */
struct sx_slice sx_ipv6_text_plain(struct sx_slice host, uint8_t buffer[SX_IPV6_LENGTH]);

#endif
