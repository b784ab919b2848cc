/* stack.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/judge/stack.h"

#include "core/judge/stack_cases.h"

static void match(struct sx_stack_verdict *v, const struct sx_stack *stack,
                  const struct sx_stack_case *c)
{
    for (size_t i = 0; i < stack->fact_count && v->count < SX_STACK_FACTS; i++)
        if (sx_stacks_fits(&stack->facts[i], &c->numbers))
            v->told[v->count++] =
                (struct sx_stack_told){stack, &stack->facts[i], c->numbers, c->of};
}

/* The software of the host that a message came from, as its first 100 from this port told. */
static const struct sx_stack *of_host(const struct sx_stack_message *m)
{
    struct sx_endpoint from = m->msg->is_request ? m->txn->src : m->txn->dst;
    const struct sx_host *host = sx_tracker_host(m->tracker, from.host);

    return host->stack && host->stack <= sx_stacks_count && host->stack_port == from.port
               ? &sx_stacks[host->stack - 1]
               : NULL;
}

/* Whose doing it is. What a hop does to a message is not told by the head of the message, which
 * another one may have made; but a CANCEL is its own. */
static const struct sx_stack *doer(const struct sx_stack_message *m, const struct sx_stack_case *c,
                                   const struct sx_stack *maker, const struct sx_stack *hop)
{
    if (!c->by_hop)
        return maker;
    return m->txn->method == SX_METHOD_CANCEL && m->msg->is_request && maker ? maker : hop;
}

static bool has_site_facts(const struct sx_stack_message *m, struct sx_slice agent)
{
    for (size_t i = 0; i < m->site_count; i++)
        if (sx_stacks_is_agent(&m->sites[i], agent))
            return true;
    return false;
}

static void match_sites(struct sx_stack_verdict *v, const struct sx_stack_message *m,
                        struct sx_slice agent, const struct sx_stack_case *c)
{
    for (size_t i = 0; i < m->site_count; i++)
        if (sx_stacks_is_agent(&m->sites[i], agent))
            match(v, &m->sites[i], c);
}

struct sx_stack_verdict sx_stack_judge(const struct sx_stack_message *m)
{
    struct sx_stack_verdict v = {.stack = sx_stacks_of(m->msg)};
    struct sx_slice agent = m->site_count ? sx_stacks_agent(m->msg) : SX_SLICE_NONE;
    const struct sx_stack *hop = of_host(m);
    bool own = agent.p && has_site_facts(m, agent);

    if ((!v.stack && !hop && !own) || m->record->repeats)
        return v;
    const struct sx_stack *maker = v.stack;
    struct sx_stack_cases cases = sx_stack_cases_of(m);
    for (unsigned i = 0; i < cases.count; i++) {
        const struct sx_stack_case *c = &cases.list[i];
        const struct sx_stack *by = doer(m, c, maker, hop);
        if (own && !(c->by_hop && (!m->msg->is_request || m->txn->method != SX_METHOD_CANCEL)))
            match_sites(&v, m, agent, c);
        if (by)
            match(&v, by, c);
    }
    if (!v.stack && v.count > 0)
        v.stack = v.told[0].stack;
    return v;
}
