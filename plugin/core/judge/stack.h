/* stack.h
 * What is known of the software that made a message, where the capture shows just that.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Said only where the software is recognised and situation, codes and number are those that were
 * measured. Other software, or another number, is none of it: then nothing is said.
 */
#ifndef SX_STACK_H
#define SX_STACK_H

#include "core/facts/stacks.h"
#include "core/record/records.h"

/* A message, and who asks about it. */
struct sx_stack_message {
    const struct sx_tracker *tracker;
    const struct sx_txn *txn; /* never NULL */
    const struct sx_message *record;
    const struct sx_sip_msg *msg;
    const struct sx_stack *sites; /* a site's own: they go beside the catalogue's */
    size_t site_count;
};

struct sx_stack_told {
    const struct sx_stack *stack;
    const struct sx_stack_fact *fact;
    struct sx_stack_numbers numbers;
    const struct sx_txn *of; /* the transaction that the number was measured on; may be NULL */
};

#define SX_STACK_FACTS 4

struct sx_stack_verdict {
    const struct sx_stack *stack; /* that made the message; or, where its head says nothing, the one
                                   * of the fact. NULL: unknown */
    struct sx_stack_told told[SX_STACK_FACTS];
    unsigned count;
};

struct sx_stack_verdict sx_stack_judge(const struct sx_stack_message *message);

#endif
