/* flow_health.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/record/flow_health.h"

#include "core/record/flow_state.h"
#include "core/record/tracker.h"

const struct sx_health_mark *sx_health_mark(const struct sx_flows *f, uint32_t frame, uint32_t nth)
{
    return sx_pool_nth(&f->marks, frame, nth);
}

const struct sx_health_mark *sx_health_newest_late(const struct sx_flows *f, uint32_t binding)
{
    const struct sx_binding *b = sx_binding_at(f, binding);

    return b ? sx_pool_numbered(&f->marks, sx_binding_more(f, b)->newest_late) : NULL;
}

const struct sx_health_mark *sx_health_older_late(const struct sx_flows *f,
                                                  const struct sx_health_mark *mark)
{
    return sx_pool_numbered(&f->marks, mark->older);
}

void sx_health_frame_again(struct sx_flows *f, uint32_t frame)
{
    uint32_t left = sx_pool_lower_bound(&f->marks, frame);

    for (uint32_t n = f->marks.count; n > left; n--) {
        const struct sx_health_mark *mark = sx_pool_numbered(&f->marks, n);

        if (mark->kind == SX_HEALTH_LATE)
            sx_binding_give_more(f, sx_pool_numbered(&f->bindings, mark->binding))->newest_late =
                mark->older;
    }
    sx_pool_truncate(&f->marks, left);
}

/* The newest 2xx that still held when this REGISTER came, but for the time that it was good for. */
static const struct sx_registering *granted_before(const struct sx_flows *f,
                                                   const struct sx_binding *binding)
{
    const struct sx_registering *e = sx_registering_at(f, binding->newest_grant);

    return e && sx_user_more(f, sx_user_at(f, binding->user))->removed_in < e->register_in ? e
                                                                                           : NULL;
}

static void add(struct sx_flows *f, const struct sx_health_mark *mark)
{
    *(struct sx_health_mark *)sx_pool_add(&f->marks) = *mark;
}

/* Another connection or address is a reason to register. */
static bool is_soon(const struct sx_registering *before, const struct sx_registering *now,
                    int64_t asked_ns)
{
    int64_t granted_ns = (int64_t)before->expires_s * SX_NS_PER_S;

    return before->flow == now->flow && before->has_expires && asked_ns >= before->txn->final_ns &&
           asked_ns - before->txn->final_ns < granted_ns / SX_SOON_PART;
}

static bool is_told(uint32_t in_row)
{
    uint32_t times = in_row / SX_SOON_IN_ROW;

    return in_row % SX_SOON_IN_ROW == 0 && (times & (times - 1)) == 0;
}

static void note_late(struct sx_flows *f, struct sx_binding *binding,
                      const struct sx_registering *before, struct sx_health_mark mark,
                      int64_t asked_ns)
{
    /* A clock that goes back tells nothing. */
    if (!before->has_expires || asked_ns < before->txn->final_ns)
        return;
    mark.ns = asked_ns - before->txn->final_ns - (int64_t)before->expires_s * SX_NS_PER_S;
    if (mark.ns < SX_LATE_NS)
        return;
    struct sx_binding_more *more = sx_binding_give_more(f, binding);
    const struct sx_health_mark *older = sx_health_newest_late(f, mark.binding);
    mark.kind = SX_HEALTH_LATE;
    mark.older = more->newest_late;
    mark.count = older ? older->count + 1 : 1;
    mark.each = mark.count + 1 == binding->granted;
    add(f, &mark);
    more->newest_late = f->marks.count;
}

static void note_soon(struct sx_flows *f, struct sx_binding *of, struct sx_health_mark mark,
                      int64_t asked_ns)
{
    struct sx_binding_more *binding = sx_binding_give_more(f, of);

    if (!binding->soon) {
        binding->soon = 1;
        binding->soon_since = mark.before;
    }
    binding->soon++;
    binding->most_soon = MAX(binding->most_soon, binding->soon);
    if (!is_told(binding->soon))
        return;
    mark.kind = SX_HEALTH_SOON;
    mark.before = binding->soon_since;
    mark.count = binding->soon;
    mark.ns = asked_ns - sx_registering_at(f, binding->soon_since)->txn->final_ns;
    add(f, &mark);
}

void sx_health_granted(struct sx_flows *f, const struct sx_flow *flow, uint32_t event,
                       const struct sx_txn *txn)
{
    struct sx_binding *binding = sx_binding_of(f, flow);
    const struct sx_registering *now = sx_registering_at(f, event),
                                *before = granted_before(f, binding);
    int64_t asked_ns = txn->request_frame ? txn->request_ns : now->txn->final_ns;
    const struct sx_health_mark mark = {.frame = now->txn->final_frame,
                                        .txn = txn->number,
                                        .binding = flow->binding,
                                        .before = binding->newest_grant};

    binding->newest_grant = event;
    if (before && is_soon(before, now, asked_ns)) {
        note_soon(f, binding, mark, asked_ns);
        return;
    }
    if (binding->more) {
        sx_binding_give_more(f, binding)->soon = 1;
        sx_binding_give_more(f, binding)->soon_since = event;
    }
    if (before)
        note_late(f, binding, before, mark, asked_ns);
}

/* ---- run out ---- */

/* Modulo 2^32, so they are compared by their difference. 0 is none. */
static uint32_t second_of(int64_t ns)
{
    return MAX((uint32_t)(ns / SX_NS_PER_S), 1);
}

static bool is_before(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b) < 0;
}

/* What lasts longer than seconds can be compared runs out in no capture. */
int64_t sx_health_due_ns(const struct sx_registering *grant)
{
    if (!grant->has_expires || grant->expires_s == 0 || grant->expires_s >= INT32_MAX)
        return INT64_MAX;
    return grant->txn->final_ns + (int64_t)grant->expires_s * SX_NS_PER_S + SX_LATE_NS;
}

void sx_health_watch_until(struct sx_flows *f, uint32_t binding, int64_t due_ns)
{
    struct sx_binding *b = sx_pool_numbered(&f->bindings, binding);

    b->watch_s = second_of(due_ns);
    sx_deadlines_add(f->deadlines, due_ns, SX_DUE_BINDING | binding);
}

/* One deadline waits for each binding: when it is over, it is set anew if the binding was refreshed
 * meanwhile. So refreshes cost none, but for one that shortens the time. */
void sx_health_watch(struct sx_flows *f, uint32_t binding)
{
    const struct sx_binding *b = sx_binding_at(f, binding);
    const struct sx_registering *grant = sx_registering_at(f, b->newest_grant);
    int64_t due_ns = grant ? sx_health_due_ns(grant) : INT64_MAX;

    if (due_ns != INT64_MAX && (!b->watch_s || is_before(second_of(due_ns), b->watch_s)))
        sx_health_watch_until(f, binding, due_ns);
}

bool sx_health_is_due(struct sx_flows *f, uint32_t binding, int64_t now_ns)
{
    struct sx_binding *b = sx_pool_numbered(&f->bindings, binding);

    if (!b || !b->watch_s || is_before(second_of(now_ns), b->watch_s))
        return false;
    b->watch_s = 0;
    const struct sx_registering *grant = sx_registering_at(f, b->newest_grant);
    if (!grant || sx_health_due_ns(grant) <= now_ns)
        return grant != NULL;
    sx_health_watch(f, binding);
    return false;
}

void sx_health_removed(const struct sx_flows *f, const struct sx_flow *flow)
{
    sx_binding_of(f, flow)->newest_grant = 0;
}
