/* stacks.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/facts/stacks.h"

#include "core/base/language.h"

/* The value of a line, if it is a field of this name; SX_SLICE_NONE if it is not. */
static struct sx_slice value_of(struct sx_slice line, struct sx_slice name)
{
    if (line.n < name.n || !sx_slice_caseeq(sx_slice(line.p, name.n), name))
        return SX_SLICE_NONE;
    size_t at = name.n;
    while (at < line.n && (line.p[at] == ' ' || line.p[at] == '\t'))
        at++;
    return at < line.n && line.p[at] == ':' ? sx_slice_trim(sx_slice_from(line, at + 1))
                                            : SX_SLICE_NONE;
}

/* In one walk over the lines, for nearly each message that is drawn is asked. */
struct sx_slice sx_stacks_agent(const struct sx_sip_msg *msg)
{
    const struct sx_slice server = sx_slice_str("Server"), agent = sx_slice_str("User-Agent");
    const char *p = msg->head.p, *end = p + msg->head.n, *lf;
    struct sx_slice other = SX_SLICE_NONE;

    for (; (lf = memchr(p, '\n', (size_t)(end - p))) != NULL; p = lf + 1) {
        char first = sx_lower(*p);
        if (first != 's' && first != 'u')
            continue;
        struct sx_slice value =
            value_of(sx_slice(p, (size_t)(lf - p)), first == 's' ? server : agent);
        if (!value.p)
            continue;
        if ((first == 'u') == msg->is_request)
            return value;
        /* Not all keep to RFC 3261 20.35, 20.41. */
        other = other.p ? other : value;
    }
    return other;
}

static bool begins_with(struct sx_slice agent, struct sx_slice name)
{
    return name.n > 0 && agent.n >= name.n && sx_slice_caseeq(sx_slice(agent.p, name.n), name) &&
           (agent.n == name.n || !g_ascii_isalpha(agent.p[name.n]));
}

bool sx_stacks_is_agent(const struct sx_stack *stack, struct sx_slice agent)
{
    /* Most begin with another letter already. */
    for (const char *const *name = stack->agents; *name && agent.n > 0; name++)
        if (sx_lower(**name) == sx_lower(agent.p[0]) && begins_with(agent, sx_slice_str(*name)))
            return true;
    return false;
}

static bool is_hex(const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!g_ascii_isxdigit(p[i]))
            return false;
    return true;
}

static bool has_tag_of(const struct sx_stack *stack, struct sx_slice tag)
{
    size_t first = stack->tag_first, second = stack->tag_second;

    return stack->tag_between && tag.n == first + 1 + second && tag.p[first] &&
           strchr(stack->tag_between, tag.p[first]) && is_hex(tag.p, first) &&
           is_hex(tag.p + first + 1, second);
}

static bool holds(struct sx_slice text, const char *part)
{
    size_t n = strlen(part);

    for (size_t i = 0; i + n <= text.n; i++)
        if (memcmp(text.p + i, part, n) == 0)
            return true;
    return false;
}

/* Without a word of its own a response tells it by its To tag, a request by its From tag. */
static bool is_by_tag(const struct sx_stack *stack, const struct sx_sip_msg *msg)
{
    struct sx_slice own = msg->is_request ? sx_sip_msg_from_tag(msg) : sx_sip_msg_to_tag(msg);

    return own.p && ((stack->own_tag && holds(own, stack->own_tag)) ||
                     (!msg->is_request && has_tag_of(stack, own)));
}

const struct sx_stack *sx_stacks_of(const struct sx_sip_msg *msg)
{
    struct sx_slice agent = sx_stacks_agent(msg);

    for (size_t i = 0; i < sx_stacks_count; i++)
        if (agent.p ? sx_stacks_is_agent(&sx_stacks[i], agent) : is_by_tag(&sx_stacks[i], msg))
            return &sx_stacks[i];
    return NULL;
}

static bool is_among(const uint16_t *codes, unsigned code)
{
    if (!codes)
        return true;
    for (; *codes; codes++)
        if (*codes == code)
            return true;
    return false;
}

bool sx_stacks_fits(const struct sx_stack_fact *fact, const struct sx_stack_numbers *n)
{
    if (fact->situation != n->situation || !is_among(fact->codes, n->code) ||
        !is_among(fact->over, n->over) || (fact->times && fact->times != n->times) ||
        (fact->phrase && !holds(n->phrase, fact->phrase)))
        return false;
    if (fact->low == 0 && fact->high == 0)
        return true;
    return n->number >= fact->low && (fact->high == 0 || n->number <= fact->high);
}

const struct sx_stack_texts *sx_stacks_texts(const struct sx_stack_fact *fact)
{
    return &fact->texts[fact->of_site ? 0 : sx_language()];
}
