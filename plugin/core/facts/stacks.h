/* stacks.h
 * By what software is recognised, and which facts of it fit.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A header field is read only when somebody asks: never for each message.
 */
#ifndef SX_STACKS_H
#define SX_STACKS_H

#include "core/facts/stack_facts.h"
#include "core/read/sip_msg.h"

/* What User-Agent or Server says, trimmed; SX_SLICE_NONE if the message has neither. */
struct sx_slice sx_stacks_agent(const struct sx_sip_msg *msg);

/* True if the software calls itself so: the name and then no letter. */
bool sx_stacks_is_agent(const struct sx_stack *stack, struct sx_slice agent);

/* The software that made a message: by what it calls itself; without that by the tag that it gives
 * itself, a response also by the form of its To tag. NULL: unknown, or one that the table has not.
 */
const struct sx_stack *sx_stacks_of(const struct sx_sip_msg *msg);

/* What a message shows. over, times: 0 where there are none. */
struct sx_stack_numbers {
    enum sx_stack_situation situation;
    int64_t number;
    unsigned code, over, times;
    struct sx_slice phrase;
};

/* True if the fact is about these numbers. */
bool sx_stacks_fits(const struct sx_stack_fact *fact, const struct sx_stack_numbers *numbers);

/* What is said of a fact, in the language that is set; what a site wrote as it wrote it. */
const struct sx_stack_texts *sx_stacks_texts(const struct sx_stack_fact *fact);

#endif
