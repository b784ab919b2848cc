/* retry_after.h
 * A Retry-After value (RFC 3261 20.33): seconds, and perhaps a comment and parameters after them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_RETRY_AFTER_H
#define SX_RETRY_AFTER_H

#include "core/read/sip_msg.h"

/* False, and *seconds left alone, if the message has none or it does not begin with a number. */
bool sx_retry_after_read(const struct sx_sip_msg *msg, uint32_t *seconds);

#endif
