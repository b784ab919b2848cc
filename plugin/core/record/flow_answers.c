/* flow_answers.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/record/flow_answers.h"

#include "core/facts/catalogue.h"
#include "core/read/sip_msg_field.h"
#include "core/read/uri.h"
#include "core/record/flow_health.h"
#include "core/record/flow_state.h"

static struct sx_registering *newest_event(const struct sx_flows *f,
                                           const struct sx_binding *binding)
{
    return sx_pool_numbered(&f->events, binding->newest_event);
}

static bool is_challenge(unsigned code)
{
    const struct sx_code *entry = sx_catalogue_explain(code);

    return entry && entry->role != SX_ROLE_FAILURE;
}

/* A step on the way to this 2xx, as each refresh may need one. */
static bool is_step_to(const struct sx_registering *event, unsigned code)
{
    return code / 100 == 2 && event->txn->final_code >= 300 &&
           is_challenge(event->txn->final_code) && !event->txn->bad_credentials;
}

/* Each hop's response to one REGISTER comes here; they are one event. A challenge and the 2xx after
 * it are one, too. */
static struct sx_registering *note_event(struct sx_flows *f, const struct sx_flow *flow,
                                         const struct sx_observation *obs, const struct sx_txn *txn,
                                         uint32_t register_in)
{
    struct sx_binding *binding = sx_binding_of(f, flow);
    struct sx_registering *event = newest_event(f, binding);

    if (event && event->register_in == register_in &&
        event->txn->final_code / 100 == obs->msg->code / 100)
        return event;
    uint32_t older = binding->newest_event;
    if (event && is_step_to(event, obs->msg->code)) {
        older = event->older;
    } else {
        event = sx_pool_add(&f->events);
        binding->newest_event = f->events.count;
    }
    *event = (struct sx_registering){
        .txn = txn,
        .register_in = register_in,
        .flow = flow->number,
        .older = older,
    };
    return event;
}

/* The flow registered before for the same binding now has a successor. */
static void succeed(struct sx_flows *f, const struct sx_flow *flow)
{
    struct sx_flow *older = sx_flow_numbered(f, sx_flow_more(flow)->older);

    for (unsigned i = 0; older && !older->accepted && i < SX_MAX_FLOWS; i++)
        older = sx_flow_numbered(f, sx_flow_more(older)->older);
    if (older && older->accepted && !sx_flow_more(older)->newer)
        sx_flow_give_more(f, older)->newer = flow->number;
}

/* The failures of the binding that this registration follows are put right. */
static void mend(struct sx_flows *f, const struct sx_flow *flow, uint32_t register_in, int64_t ns)
{
    struct sx_binding_more *binding =
        sx_pool_numbered(&f->binding_mores, sx_binding_of(f, flow)->more);
    struct sx_flow_failure *failure;

    while (binding && (failure = sx_pool_numbered(&f->failures, binding->open_failure))) {
        failure->again_in = register_in;
        failure->again_ns = ns;
        failure->again_flow = flow->number;
        binding->open_failure = failure->older;
    }
    sx_attempt_succeeded(f, flow);
}

static bool is_same_contact(const struct sx_flow *flow, const struct sx_contact *c)
{
    if (sx_flow_more(flow)->reg_id)
        return c->reg_id == sx_flow_more(flow)->reg_id &&
               sx_slice_eq(c->instance, sx_slice_str(sx_flow_more(flow)->instance));
    return sx_uri_equal(c->uri, sx_slice_str(flow->contact));
}

static void read_lifetime(const struct sx_flow *flow, struct sx_registering *event,
                          const struct sx_observation *obs)
{
    const struct sx_sip_msg *msg = obs->msg;
    struct sx_field_iter iter = {0};
    struct sx_slice value;
    struct sx_contact c;

    event->has_expires = msg->has_expires;
    event->expires_s = msg->expires;
    for (unsigned i = 0; i < SX_MAX_CONTACTS && sx_sip_msg_value(msg, "Contact", &iter, &value);
         i++) {
        if (!sx_contact_read(value, &c) || !c.has_expires || !is_same_contact(flow, &c))
            continue;
        event->expires_s = c.expires;
        event->has_expires = true;
        break;
    }
}

/* No REGISTER that is to remove it waits for its answer. */
static void stays(const struct sx_flow *flow)
{
    if (flow->more)
        flow->more->leaving_in = 0;
}

static void remove_flows(struct sx_flows *f, struct sx_flow *flow, const struct sx_observation *obs,
                         const struct sx_txn *txn, uint32_t register_in)
{
    for (unsigned i = 0; flow && i < SX_MAX_FLOWS;
         i++, flow = sx_flow_numbered(f, sx_flow_more(flow)->also_removed)) {
        flow->removed_in = register_in;
        stays(flow);
        note_event(f, flow, obs, txn, register_in)->removes = true;
        sx_health_removed(f, flow);
    }
}

/* RFC 5626 6, 10: what the registrar agrees to. */
static void read_outbound(struct sx_flows *f, struct sx_flow *flow, const struct sx_sip_msg *msg)
{
    uint32_t seconds;

    if (sx_slice_uint(sx_sip_msg_first(msg, "Flow-Timer"), UINT32_MAX, &seconds))
        sx_flow_give_more(f, flow)->flow_timer_s = seconds;
    if (sx_flow_more(flow)->link)
        sx_flow_more(flow)->link->owes_pong = sx_flow_more(flow)->flow_timer_s > 0 ||
                                              sx_outbound_is_required(msg);
}

/* Where nobody stands between, it is the edge of the client's own hop. */
static void note_registrar(struct sx_flows *f, struct sx_flow *flow,
                           const struct sx_observation *obs)
{
    bool own = flow->has_way && obs->from.host == flow->edge.host &&
               obs->to.host == flow->client.host;

    if (own && !flow->more)
        return;
    struct sx_flow_more *more = sx_flow_give_more(f, flow);
    more->relayed = !own;
    more->registrar = obs->from.host;
    more->brought_by = obs->to.host;
}

static void granted(struct sx_flows *f, struct sx_flow *flow, const struct sx_observation *obs,
                    const struct sx_txn *txn, uint32_t register_in)
{
    const struct sx_sip_msg *msg = obs->msg;
    struct sx_binding *binding = sx_binding_of(f, flow);
    struct sx_registering *event = note_event(f, flow, obs, txn, register_in);
    uint32_t refreshed_in = sx_flow_refreshed_in(f, flow);

    flow->granted = binding->newest_event;
    if (event->txn->final_frame == obs->frame) {
        binding->granted++;
        note_registrar(f, flow, obs);
    }
    sx_flow_set_path(f, flow, sx_outbound_edge_path(msg));
    read_lifetime(flow, event, obs);
    if (event->txn->final_frame == obs->frame)
        sx_health_granted(f, flow, binding->newest_event, txn);
    sx_health_watch(f, flow->binding);
    flow->removed_in = 0;
    flow->routed_late = false;
    stays(flow);
    flow->refused = false;
    if (sx_flow_more(flow)->reg_id)
        read_outbound(f, flow, msg);
    if (sx_flow_more(flow)->link)
        sx_link_revive(sx_flow_more(flow)->link);
    if (!flow->accepted) {
        flow->accepted = true;
        flow->registered_in = register_in;
        succeed(f, flow);
        mend(f, flow, register_in, obs->time_ns);
    } else if (register_in != flow->registered_in && register_in != refreshed_in) {
        mend(f, flow, register_in, obs->time_ns);
    }
}

void sx_flow_answers_granted(struct sx_flows *f, const struct sx_observation *obs,
                             const struct sx_txn *txn, uint32_t register_in)
{
    struct sx_flow *flow = sx_flow_numbered(f, txn->flow);

    if (txn->unregisters_all) {
        struct sx_user_more *user = sx_flow_leave(f, obs, 0);
        if (user)
            user->removed_in = register_in;
    }
    if (!txn->request_frame && !obs->msg->more_vias.p)
        sx_link_seen(f, txn);
    if (!flow)
        return;
    if (txn->unregisters) {
        remove_flows(f, flow, obs, txn, register_in);
        return;
    }
    remove_flows(f, sx_flow_numbered(f, sx_flow_more(flow)->replaces), obs, txn, register_in);
    for (unsigned i = 0; flow && i < SX_MAX_CONTACTS;
         i++, flow = sx_flow_numbered(f, sx_flow_more(flow)->also_added))
        granted(f, flow, obs, txn, register_in);
}

void sx_flow_answers_unseen(struct sx_flows *f, const struct sx_observation *obs)
{
    struct sx_user_more *user = sx_flow_user_of(f, obs);

    if (user)
        user->unseen_in = obs->frame;
}

static void refused(struct sx_flows *f, struct sx_flow *flow, const struct sx_observation *obs,
                    const struct sx_txn *txn, uint32_t register_in)
{
    note_event(f, flow, obs, txn, register_in);
    stays(flow);
    flow->refused = !flow->accepted;
    sx_attempt_failed(f, flow, obs, txn);
}

void sx_flow_answers_refused(struct sx_flows *f, const struct sx_observation *obs,
                             const struct sx_txn *txn, uint32_t register_in)
{
    struct sx_flow *flow = sx_flow_numbered(f, txn->flow);

    if (txn->unregisters_all)
        sx_flow_leave(f, obs, 0);
    for (unsigned i = 0; flow && i < SX_MAX_CONTACTS; i++) {
        refused(f, flow, obs, txn, register_in);
        flow = txn->unregisters ? NULL : sx_flow_numbered(f, sx_flow_more(flow)->also_added);
    }
}
