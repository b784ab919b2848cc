/* stack_cases.h
 * Which of the measured situations a message shows, and their numbers.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_STACK_CASES_H
#define SX_STACK_CASES_H

#include "core/judge/stack.h"

#define SX_STACK_CASES 12

struct sx_stack_case {
    struct sx_stack_numbers numbers;
    const struct sx_txn *of; /* see sx_stack_told */
    bool by_hop;             /* the hop that sent the message did it, whoever made the message */
};

struct sx_stack_cases {
    struct sx_stack_case list[SX_STACK_CASES];
    unsigned count;
};

/* Adds one, with the code and phrase of the message. */
struct sx_stack_case *sx_stack_cases_add(struct sx_stack_cases *all,
                                         const struct sx_stack_message *m,
                                         enum sx_stack_situation situation, int64_t number,
                                         const struct sx_txn *of);

/* Of a message that repeats no other one. */
struct sx_stack_cases sx_stack_cases_of(const struct sx_stack_message *message);

#endif
