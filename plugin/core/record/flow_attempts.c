/* flow_attempts.c
 * How soon a client that uses SIP outbound tries again (RFC 5626 4.5).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/facts/catalogue.h"
#include "core/read/retry_after.h"
#include "core/record/flow_health.h"
#include "core/record/flow_names.h"
#include "core/record/flow_state.h"

#define BASE_ALL_FAILED_NS (30 * SX_NS_PER_S)
#define BASE_NOT_FAILED_NS (90 * SX_NS_PER_S)
#define MAX_BACK_OFF_NS (1800 * SX_NS_PER_S)

/* Timers are not exact, and the capture sees both ends a little later or sooner. */
#define SLACK_NS SX_NS_PER_S

/* The attempts to register a binding. */
struct attempts {
    int64_t tried_ns;   /* a REGISTER without a final response yet; see tried_in */
    int64_t failed_ns;  /* when the last attempt failed */
    int64_t allowed_ns; /* its Retry-After, where has_allowed */
    uint32_t tried_in;
    uint32_t failures; /* one after the other */
    uint32_t failed_in;
    uint32_t unanswered_in;
    struct sx_endpoint failed_at; /* who was asked */
    struct sx_endpoint tried_at;
    struct sx_fingerprint call; /* Call-ID of the newest attempt */
    bool challenged;            /* the next REGISTER is the same attempt */
    bool has_allowed;
};

/* Of one flow. */
struct back_offs {
    struct sx_back_off newest;
    struct sx_back_off early; /* of the first attempt that came too early; failures 0: none */
};

/* A REGISTER that came too early. */
struct early {
    uint32_t frame;
    uint32_t flow;
    struct sx_back_off back_off;
};

void sx_attempts_init(struct sx_flows *f)
{
    sx_pool_init(&f->attempts, sizeof(struct attempts));
    sx_pool_init(&f->back_offs, sizeof(struct back_offs));
    sx_pool_init(&f->early, sizeof(struct early));
}

void sx_attempts_clear(struct sx_flows *f)
{
    sx_pool_clear(&f->attempts);
    sx_pool_clear(&f->back_offs);
    sx_pool_clear(&f->early);
}

static struct attempts *attempts_of(struct sx_flows *f, const struct sx_flow *flow)
{
    struct sx_binding_more *binding = sx_binding_give_more(f, sx_binding_of(f, flow));

    if (!binding->attempts) {
        sx_pool_add(&f->attempts);
        binding->attempts = f->attempts.count;
    }
    return sx_pool_numbered(&f->attempts, binding->attempts);
}

static struct back_offs *back_offs_of(struct sx_flows *f, struct sx_flow *flow)
{
    if (!sx_flow_more(flow)->attempts) {
        sx_pool_add(&f->back_offs);
        sx_flow_give_more(f, flow)->attempts = f->back_offs.count;
    }
    return sx_pool_numbered(&f->back_offs, sx_flow_more(flow)->attempts);
}

struct sx_back_off sx_flow_back_off(const struct sx_flows *f, const struct sx_flow *flow)
{
    const struct back_offs *b = sx_pool_numbered(&f->back_offs, sx_flow_more(flow)->attempts);

    return b ? b->newest : (struct sx_back_off){0};
}

struct sx_back_off sx_flow_early(const struct sx_flows *f, const struct sx_flow *flow)
{
    const struct back_offs *b = sx_pool_numbered(&f->back_offs, sx_flow_more(flow)->attempts);

    return b ? b->early : (struct sx_back_off){0};
}

static void has_failed(struct attempts *a, uint32_t frame, int64_t ns)
{
    a->failures++;
    a->failed_in = frame;
    a->failed_ns = ns;
    a->failed_at = a->tried_at;
    a->tried_in = 0;
}

bool sx_back_off_too_early(const struct sx_back_off *b)
{
    return b->failures > 0 && b->waited_ns + SLACK_NS < b->least_ns;
}

const struct sx_back_off *sx_flows_too_early(const struct sx_flows *f, uint32_t frame,
                                             uint32_t flow)
{
    const struct early *early;

    for (uint32_t i = 0; i < SX_MAX_FLOWS && (early = sx_pool_nth(&f->early, frame, i)); i++)
        if (early->flow == flow)
            return &early->back_off;
    return NULL;
}

void sx_flows_frame_again(struct sx_flows *f, uint32_t frame)
{
    sx_pool_truncate(&f->losses, sx_pool_lower_bound(&f->losses, frame));
    sx_pool_truncate(&f->early, sx_pool_lower_bound(&f->early, frame));
    sx_health_frame_again(f, frame);
}

/* True if another outbound binding of the instance has a flow that works. */
static bool other_works(const struct sx_flows *f, const struct sx_binding *binding, int64_t now_ns)
{
    const struct sx_binding *other = sx_binding_newest_of_client(f, binding);

    for (unsigned i = 0; other && i < SX_MAX_FLOWS;
         i++, other = sx_binding_at(f, sx_binding_more(f, other)->next)) {
        struct sx_flow *flow = sx_flow_numbered(f, other->newest);
        if (other != binding && flow && sx_flow_more(flow)->reg_id &&
            sx_flow_is_alive(f, flow, now_ns))
            return true;
    }
    return false;
}

/* RFC 5626 4.5: after n failures wait between 50 and 100 % of base * 2^n; but no longer than the
 * server asked for. */
static int64_t least_wait(const struct sx_flows *f, const struct sx_flow *flow,
                          const struct attempts *a, int64_t now_ns)
{
    int64_t most = other_works(f, sx_binding_of(f, flow), now_ns) ? BASE_NOT_FAILED_NS
                                                                  : BASE_ALL_FAILED_NS;

    for (uint32_t n = 0; n < a->failures && most < MAX_BACK_OFF_NS; n++)
        most *= 2;
    int64_t least = MIN(most, MAX_BACK_OFF_NS) / 2;
    return a->has_allowed ? MIN(least, a->allowed_ns) : least;
}

static void judge_back_off(struct sx_flows *f, struct sx_flow *flow, struct attempts *a,
                           const struct sx_observation *obs)
{
    struct back_offs *b = back_offs_of(f, flow);

    /* Unanswered: if it failed, it did some time after it was sent, so this is the mildest view. */
    if (a->tried_in) {
        a->has_allowed = false;
        a->unanswered_in = a->tried_in;
        has_failed(a, a->tried_in, a->tried_ns);
    }
    b->newest = (struct sx_back_off){
        .failures = a->failures,
        .failed_in = a->failed_in,
        .unanswered_in = a->unanswered_in,
        .waited_ns = obs->time_ns - a->failed_ns,
        .least_ns = least_wait(f, flow, a, obs->time_ns),
    };
    /* RFC 3263 4.3: the next target of the list is tried at once. */
    if (!sx_back_off_too_early(&b->newest) || !sx_endpoint_eq(a->failed_at, obs->to))
        return;
    if (b->early.failures == 0)
        b->early = b->newest;
    *(struct early *)sx_pool_add(&f->early) =
        (struct early){.frame = obs->frame, .flow = flow->number, .back_off = b->newest};
}

/* RFC 3261 10.2: a client keeps its Call-ID until it is started again, and then it knows of no
 * failure. */
static void start_anew(struct attempts *a, struct sx_fingerprint call)
{
    if (a->call.bits && !sx_fingerprint_eq(a->call, call)) {
        a->failures = a->unanswered_in = 0;
        a->tried_in = 0;
        a->challenged = false;
    }
    a->call = call;
}

void sx_attempt_begins(struct sx_flows *f, struct sx_flow *flow, const struct sx_observation *obs)
{
    struct attempts *a;

    if (flow->accepted || !sx_flow_more(flow)->reg_id)
        return;
    a = attempts_of(f, flow);
    start_anew(a, sx_flow_names_call(f, obs->msg->call_id));
    if (!a->challenged)
        judge_back_off(f, flow, a, obs);
    a->challenged = false;
    a->tried_in = obs->frame;
    a->tried_ns = obs->time_ns;
    a->tried_at = obs->to;
}

void sx_attempt_failed(struct sx_flows *f, const struct sx_flow *flow,
                       const struct sx_observation *obs, const struct sx_txn *txn)
{
    const struct sx_code *entry = sx_catalogue_explain(obs->msg->code);

    if (!sx_flow_more(flow)->reg_id || flow->accepted || obs->msg->more_vias.p)
        return;
    struct attempts *a = attempts_of(f, flow);
    if (a->tried_in != txn->request_frame)
        return;
    if (entry && entry->role != SX_ROLE_FAILURE) {
        a->challenged = true;
    } else {
        uint32_t seconds = 0;
        a->has_allowed = sx_retry_after_read(obs->msg, &seconds);
        a->allowed_ns = (int64_t)seconds * SX_NS_PER_S;
        has_failed(a, obs->frame, obs->time_ns);
    }
    a->tried_in = 0;
}

void sx_attempt_succeeded(struct sx_flows *f, const struct sx_flow *flow)
{
    if (!sx_flow_more(flow)->reg_id)
        return;
    struct attempts *a = attempts_of(f, flow);
    a->failures = a->unanswered_in = 0;
    a->tried_in = 0;
    a->challenged = false;
    a->has_allowed = false;
}
