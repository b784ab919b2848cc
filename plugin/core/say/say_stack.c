/* say_stack.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/say/say_stack.h"

#include "core/say/say.h"

/* To a tenth of a second: what was measured is a timer. */
static void say_seconds(wmem_strbuf_t *out, int64_t ns)
{
    wmem_strbuf_append_printf(out, "%.1f s", (double)ns / SX_NS_PER_S);
}

static void say_who(wmem_strbuf_t *out, const struct sx_tracker *t, uint32_t host,
                    const struct sx_stack *stack)
{
    sx_say_host(out, t, host);
    wmem_strbuf_append_printf(out, " (%s)", stack->name);
}

/* "10.0.0.2 (Kamailio) gave up 120.0 s after the 100" */
static void say_gave_up(wmem_strbuf_t *out, const struct sx_tracker *t, const struct sx_txn *txn,
                        const struct sx_stack_told *told, const char *since)
{
    say_who(out, t, txn->dst.host, told->stack);
    wmem_strbuf_append(out, " gave up ");
    if (!*since)
        wmem_strbuf_append(out, "after ");
    say_seconds(out, told->numbers.number);
    wmem_strbuf_append_printf(out, *since ? " after the %s: " : "%s: ", since);
}

static const char *last_word(const struct sx_txn *branch)
{
    return branch && branch->first_response_code && branch->first_response_code < 200 ? "last 18x"
                                                                                      : "100";
}

/* Since when a hop waited that gave up; "": since its own request; NULL: it is no such situation.
 * */
static const char *waited_since(const struct sx_stack_told *told)
{
    if (told->numbers.situation == SX_SITUATION_UNANSWERED ||
        told->numbers.situation == SX_SITUATION_UNREACHABLE)
        return "";
    if (told->numbers.situation == SX_SITUATION_GAVE_UP ||
        told->numbers.situation == SX_SITUATION_CANCELLED_UNANSWERED)
        return last_word(told->of);
    return told->numbers.situation == SX_SITUATION_GAVE_UP_AFTER_REQUEST ? "INVITE" : NULL;
}

void sx_say_stack(wmem_strbuf_t *out, const struct sx_tracker *t, const struct sx_txn *txn,
                  const struct sx_stack_told *told, bool alone)
{
    const char *since = waited_since(told);
    bool fork = told->numbers.situation == SX_SITUATION_FORK;

    if (since)
        say_gave_up(out, t, txn, told, since);
    if (told->numbers.situation == SX_SITUATION_RANG) {
        say_seconds(out, told->numbers.number);
        wmem_strbuf_append(out, " of ringing: ");
    }
    if (alone && told->of && (fork || told->numbers.situation == SX_SITUATION_TOLD_OTHERWISE)) {
        wmem_strbuf_append_printf(out, "%s the %u of ", fork ? "chosen over" : "made from",
                                  told->numbers.over);
        sx_say_host(out, t, told->of->dst.host);
        wmem_strbuf_append(out, ": ");
    }
    wmem_strbuf_append(out, told->fact->says);
}

void sx_say_stack_fact(wmem_strbuf_t *out, const struct sx_stack_told *told)
{
    wmem_strbuf_append_printf(out, "%s: %s", told->stack->name, told->fact->text);
    if (*told->fact->versions)
        wmem_strbuf_append_printf(out, " [measured with %s]", told->fact->versions);
}
