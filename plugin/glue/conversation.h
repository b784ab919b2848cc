/* conversation.h
 * Conversation filters: "SIP transaction" and "SIP call (all hops)".
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_CONVERSATION_H
#define SX_CONVERSATION_H

#include "core/record/records.h"

/* tracker: gives that of the open capture, or NULL. */
void sx_conversation_register(const struct sx_tracker *(*tracker)(void));

#endif
