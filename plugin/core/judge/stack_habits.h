/* stack_habits.h
 * Situations in which software stops, goes on or gives up where a standard says otherwise or
 * nothing.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_STACK_HABITS_H
#define SX_STACK_HABITS_H

#include "core/judge/stack_cases.h"

/* Adds those of a message that repeats no other one: an INVITE or UPDATE, a CANCEL, or the first
 * final response of an INVITE. */
void sx_stack_habits_add(struct sx_stack_cases *cases, const struct sx_stack_message *message);

#endif
