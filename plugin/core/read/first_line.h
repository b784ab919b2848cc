/* first_line.h
 * The first line of a SIP message: Request-Line or Status-Line (RFC 3261 7.1, 7.2).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Pure; slices point into the line.
 */
#ifndef SX_FIRST_LINE_H
#define SX_FIRST_LINE_H

#include "core/read/sip_msg.h"

/* Reads a line, without what ends it, into a message that is all zero. False if it begins no SIP
 * message. */
bool sx_first_line_read(struct sx_slice line, struct sx_sip_msg *msg);

#endif
