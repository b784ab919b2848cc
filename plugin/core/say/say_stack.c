/* say_stack.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/say/say_stack.h"

#include "core/say/words.h"

/* Since when a hop waited that gave up: since its 100, or the last 18x. */
static void say_gave_up(wmem_strbuf_t *out, const struct sx_host *host,
                        const struct sx_stack_told *told)
{
    const struct sx_txn *branch = told->of;

    if (branch && sx_txn_first_response_code(branch) && sx_txn_first_response_code(branch) < 200)
        sx_words_stack_gave_up_18x(out, host, told->stack->name, told->numbers.number,
                                   sx_stacks_texts(told->fact)->says);
    else
        sx_words_stack_gave_up_100(out, host, told->stack->name, told->numbers.number,
                                   sx_stacks_texts(told->fact)->says);
}

/* What is said of a branch; of none where another sentence tells of it. */
static bool say_of_branch(wmem_strbuf_t *out, const struct sx_tracker *t,
                          const struct sx_stack_told *told)
{
    const struct sx_host *host = told->of ? sx_tracker_host(t, told->of->dst.host) : NULL;

    if (host && told->numbers.situation == SX_SITUATION_FORK)
        sx_words_stack_fork(out, told->numbers.over, host, sx_stacks_texts(told->fact)->says);
    else if (host && told->numbers.situation == SX_SITUATION_TOLD_OTHERWISE)
        sx_words_stack_told_otherwise(out, told->numbers.over, host,
                                      sx_stacks_texts(told->fact)->says);
    else
        return false;
    return true;
}

void sx_say_stack(wmem_strbuf_t *out, const struct sx_tracker *t, const struct sx_txn *txn,
                  const struct sx_stack_told *told, bool alone)
{
    const struct sx_host *host = sx_tracker_host(t, txn->dst.host);
    const char *stack = told->stack->name, *says = sx_stacks_texts(told->fact)->says;
    enum sx_stack_situation situation = told->numbers.situation;

    if (situation == SX_SITUATION_UNANSWERED || situation == SX_SITUATION_UNREACHABLE)
        sx_words_stack_gave_up(out, host, stack, told->numbers.number, says);
    else if (situation == SX_SITUATION_GAVE_UP || situation == SX_SITUATION_CANCELLED_UNANSWERED)
        say_gave_up(out, host, told);
    else if (situation == SX_SITUATION_GAVE_UP_AFTER_REQUEST)
        sx_words_stack_gave_up_invite(out, host, stack, told->numbers.number, says);
    else if (situation == SX_SITUATION_RANG)
        sx_words_stack_rang(out, told->numbers.number, says);
    else if (!alone || !say_of_branch(out, t, told))
        wmem_strbuf_append(out, says);
}

void sx_say_stack_fact(wmem_strbuf_t *out, const struct sx_stack_told *told)
{
    const struct sx_stack_fact *fact = told->fact;

    if (*fact->versions)
        sx_words_stack_fact_measured(out, told->stack->name, sx_stacks_texts(fact)->text,
                                     fact->versions);
    else
        sx_words_stack_fact(out, told->stack->name, sx_stacks_texts(fact)->text);
}
