/* say_stack.h
 * What is known of the software that made a message, in words.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_SAY_STACK_H
#define SX_SAY_STACK_H

#include <wsutil/wmem/wmem.h>

#include "core/judge/stack.h"

/* "10.0.0.2 (Kamailio) gave up 120.0 s after the 100: its fr_inv_timer". alone: no other sentence
 * tells what it is about: "chosen over the 486 of 10.0.0.4: Kamailio prefers the lower code". */
void sx_say_stack(wmem_strbuf_t *out, const struct sx_tracker *tracker, const struct sx_txn *txn,
                  const struct sx_stack_told *told, bool alone);

/* "Kamailio: gives up 120.0 s after the last provisional response (fr_inv_timer) [5.6.3, 6.1.5]":
 * with the versions that it was measured with. */
void sx_say_stack_fact(wmem_strbuf_t *out, const struct sx_stack_told *told);

#endif
