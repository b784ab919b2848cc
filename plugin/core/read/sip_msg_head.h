/* sip_msg_head.h
 * The header fields of a message that are read for every message (RFC 3261 7.3, 20).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_SIP_MSG_HEAD_H
#define SX_SIP_MSG_HEAD_H

#include "core/read/sip_msg.h"

/* Reads the header fields from an offset on, where the start line ends. Returns where the head
 * ends; msg->end tells how. */
size_t sx_sip_msg_head_read(struct sx_slice bytes, size_t at, struct sx_sip_msg *msg);

#endif
