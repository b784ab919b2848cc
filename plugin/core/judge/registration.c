/* registration.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/judge/registration.h"

#include <wsutil/inet_addr.h>

#include "core/judge/failure.h"
#include "core/judge/flow_story.h"
#include "core/judge/silence.h"
#include "core/read/uri.h"
#include "core/record/strays.h"

/* REGISTERs of one binding that are looked through, the newest first. */
#define MAX_EVENTS 4096

/* Bindings of one user or client, and hops. */
#define MAX_CHAIN 64

/* A moment of the capture: what comes after this frame is not known yet. */
struct moment {
    uint32_t frame;
    int64_t ns;
    bool routed; /* somebody sends a request to the binding, and so still holds it */
};

/* ---- what happened to a binding ---- */

static bool is_grant(const struct sx_registering *event)
{
    return event->txn->final_code / 100 == 2 && !event->removes;
}

static bool was_refused(const struct sx_registering *event)
{
    return event->txn->final_code >= 300 && !event->txn->followed_by;
}

/* What the REGISTERs before the moment come to, for the flow. */
struct history {
    const struct sx_registering *grant;   /* of this flow, the newest; NULL: none */
    const struct sx_registering *removal; /* after any grant */
    const struct sx_registering *newer;   /* the first grant of another flow after it */
    const struct sx_registering *refusal; /* the newest after any grant */
};

static struct history history_of(const struct sx_tracker *t, const struct sx_flow *flow,
                                 struct moment m)
{
    const struct sx_flows *flows = sx_tracker_flows(t);
    struct history h = {NULL, NULL, NULL, NULL};
    const struct sx_registering *e =
        sx_registering_at(flows, sx_binding_at(flows, flow->binding)->newest_event);

    for (unsigned i = 0; e && !h.grant && i < MAX_EVENTS; i++) {
        if (e->txn->final_frame > m.frame)
            ;
        else if (is_grant(e) && e->flow == flow->number)
            h.grant = e;
        else if (is_grant(e))
            h.newer = e;
        else if (e->removes && !h.newer && !h.removal)
            h.removal = e;
        else if (!h.refusal && !h.newer && was_refused(e))
            h.refusal = e;
        e = sx_registering_at(flows, e->older);
    }
    return h;
}

/* The same instance has registered another Contact since: its old one leads nowhere. */
static const struct sx_registering *moved_on(const struct sx_tracker *t, const struct sx_flow *flow,
                                             const struct sx_registering *grant, struct moment m)
{
    const struct sx_flows *flows = sx_tracker_flows(t);
    const struct sx_binding *own = sx_binding_at(flows, flow->binding);
    const struct sx_binding *b = sx_binding_newest_of_client(flows, own);

    if (sx_flow_more(flow)->reg_id || !*sx_flow_more(flow)->instance)
        return NULL;
    for (unsigned i = 0; b && i < MAX_CHAIN;
         i++, b = sx_binding_at(flows, sx_binding_more(flows, b)->next)) {
        const struct sx_registering *e = sx_registering_at(flows, b->newest_event);
        for (unsigned n = 0; b != own && e && n < MAX_EVENTS; n++) {
            if (e->txn->final_frame <= m.frame && is_grant(e))
                break;
            e = sx_registering_at(flows, e->older);
        }
        if (b != own && !sx_binding_more(flows, b)->reg_id && e && is_grant(e) &&
            e->txn->final_frame <= m.frame && e->register_in > grant->register_in)
            return e;
    }
    return NULL;
}

static uint32_t link_lost_in(const struct sx_flow *flow, struct moment m)
{
    const struct sx_link *link = sx_flow_more(flow)->link;
    uint32_t frame = !link ? 0 : link->closed_in ? link->closed_in : link->unreachable_in;

    return frame && frame <= m.frame ? frame : 0;
}

/* Contact: * of the user. */
static uint32_t all_removed_in(const struct sx_flows *flows, const struct sx_flow *flow,
                               const struct sx_registering *grant, struct moment m)
{
    uint32_t frame = sx_user_more(flows, flow->user)->removed_in;

    return frame > grant->register_in && frame <= m.frame ? frame : 0;
}

static bool has_run_out(const struct sx_registration *r, const struct sx_registering *grant,
                        struct moment m)
{
    return r->has_expires && m.ns > grant->txn->final_ns + (int64_t)r->expires_s * SX_NS_PER_S;
}

/* What REGISTER is looked for among those that have no final response in the capture. */
enum wish { ANY, REMOVAL };

/* A REGISTER after the grant has no final response in the capture, which may lack a 2xx. One that
 * a hop has passed on is looked at where it came from. */
static bool may_be_taken(const struct sx_tracker *t, const struct sx_registering *grant,
                         struct moment m, enum wish wish)
{
    const struct sx_txn *txn = sx_tracker_newest_in_call(t, grant->txn->call_hash);

    for (unsigned i = 0; txn && i < MAX_EVENTS; i++, txn = sx_tracker_txn(t, txn->next_in_call)) {
        if (txn->method == SX_METHOD_REGISTER && !txn->parent && txn->cseq > grant->txn->cseq &&
            txn->request_frame && txn->request_frame < m.frame && !txn->final_frame &&
            (wish == ANY || txn->unregisters || txn->unregisters_all) &&
            !sx_silence_no_response(t, txn))
            return true;
    }
    return false;
}

/* The capture lacks a REGISTER that came after the grant, perhaps before the moment: its 2xx is
 * there, or a CSeq number is left out. */
static bool lacks_one(const struct sx_tracker *t, const struct sx_registering *grant,
                      struct moment m)
{
    const struct sx_txn *txn = sx_tracker_newest_in_call(t, grant->txn->call_hash);
    uint32_t next = 0;

    for (unsigned i = 0; txn && i < MAX_EVENTS; i++, txn = sx_tracker_txn(t, txn->next_in_call)) {
        if (txn->method != SX_METHOD_REGISTER || txn->cseq < grant->txn->cseq)
            continue;
        bool before = (txn->request_frame ? txn->request_frame : txn->final_frame) < m.frame;
        if (before && (next > txn->cseq + 1 || (!txn->request_frame && txn->final_code / 100 == 2 &&
                                                txn->cseq > grant->txn->cseq)))
            return true;
        next = next ? MIN(next, txn->cseq) : txn->cseq;
    }
    return false;
}

/* The newer REGISTER may be a refresh over the same flow: where the client's hop of one of them is
 * not in the capture, only the token tells, and an edge may make a new one each time. */
static bool may_be_refresh(const struct sx_tracker *t, const struct sx_flow *flow,
                           const struct sx_registering *newer)
{
    const struct sx_flow *other = sx_flows_at(sx_tracker_flows(t), newer->flow);

    if (other->binding != flow->binding || (flow->has_way && other->has_way))
        return false;
    return flow->has_way || other->has_way || sx_flow_brought_by(flow) == sx_flow_brought_by(other);
}

/* The registrar's newest list before the moment, and what it has granted since, has a binding that
 * no REGISTER in the capture made, or that one must have refreshed which the capture lacks. */
static bool is_listed(const struct sx_listed *l, const struct sx_flow *flow, struct moment m)
{
    return l->host == sx_flow_registrar(flow) && l->frame <= m.frame && m.ns < l->until_ns;
}

static const struct sx_listed *listed(const struct sx_tracker *t, const struct sx_flow *flow)
{
    const struct sx_flows *flows = sx_tracker_flows(t);

    return sx_listed_at(flows, sx_user_more(flows, flow->user)->newest_listed);
}

static const struct sx_listed *next_listed(const struct sx_tracker *t, const struct sx_listed *l)
{
    return sx_listed_at(sx_tracker_flows(t), l->older);
}

/* The binding itself, though the REGISTERs in the capture say that it is over. Its connection may
 * be lost and the registrar not know. */
static bool is_listed_still(const struct sx_tracker *t, const struct sx_registration *r,
                            struct moment m)
{
    const struct sx_listed *l = listed(t, r->flow);
    uint32_t after = r->state == SX_REGISTRATION_LOST ? r->lost_in : 0;

    for (unsigned i = 0; l && i < MAX_CHAIN; i++, l = next_listed(t, l))
        if (l->binding == r->flow->binding && l->frame > after && is_listed(l, r->flow, m))
            return true;
    return false;
}

/* Another binding of the user. */
static const struct sx_listed *other_listed(const struct sx_tracker *t, const struct sx_flow *flow,
                                            struct moment m)
{
    const struct sx_listed *l = listed(t, flow);

    for (unsigned i = 0; l && i < MAX_CHAIN; i++, l = next_listed(t, l))
        if (l->binding != flow->binding && is_listed(l, flow, m))
            return l;
    return NULL;
}

static void judge_state(const struct sx_tracker *t, struct sx_registration *r,
                        const struct history *h, uint32_t all_removed, struct moment m)
{
    if (h->newer)
        r->newer_in = h->newer->register_in;
    if (h->removal || all_removed > r->newer_in) {
        r->state = SX_REGISTRATION_REMOVED;
        r->lost_in = h->removal ? h->removal->register_in : all_removed;
    } else if (h->newer && !may_be_refresh(t, r->flow, h->newer)) {
        r->state = SX_REGISTRATION_REPLACED;
    } else if (r->lost_in) {
        r->state = SX_REGISTRATION_LOST;
    } else if (h->newer) {
        r->state = SX_REGISTRATION_UNKNOWN;
    } else if (!has_run_out(r, h->grant, m)) {
        r->state = may_be_taken(t, h->grant, m, REMOVAL) ? SX_REGISTRATION_UNKNOWN
                                                         : SX_REGISTRATION_CURRENT;
    } else {
        /* Who still sends to it may have got a refresh that the capture lacks. */
        r->state = (m.routed && !h->refusal) || may_be_taken(t, h->grant, m, ANY) ||
                           lacks_one(t, h->grant, m)
                       ? SX_REGISTRATION_UNKNOWN
                       : SX_REGISTRATION_RUN_OUT;
    }
    if (r->state != SX_REGISTRATION_REPLACED && sx_registration_is_over(r) &&
        is_listed_still(t, r, m))
        r->state = SX_REGISTRATION_UNKNOWN;
}

static int64_t asked_ns(const struct sx_registering *grant)
{
    return grant->txn->request_frame ? grant->txn->request_ns : grant->txn->final_ns;
}

/* The flow's registration at a moment; state unknown if the capture does not show that it was
 * granted. */
static struct sx_registration at_moment(const struct sx_tracker *t, const struct sx_flow *flow,
                                        struct moment m)
{
    struct sx_registration r = {.flow = flow, .bindings = 1};
    struct history h = history_of(t, flow, m);

    if (h.refusal) {
        r.refused_in = h.refusal->txn->final_frame;
        r.refused_code = h.refusal->txn->final_code;
    }
    if (!h.grant)
        return r;
    r.in = h.grant->register_in;
    r.granted_in = h.grant->txn->final_frame;
    r.age_ns = m.ns - asked_ns(h.grant);
    r.expires_s = h.grant->expires_s;
    r.has_expires = h.grant->has_expires;
    r.lost_in = link_lost_in(flow, m);
    if (!h.newer)
        h.newer = moved_on(t, flow, h.grant, m);
    judge_state(t, &r, &h, all_removed_in(sx_tracker_flows(t), flow, h.grant, m), m);
    return r;
}

/* ---- what of the request differs ---- */

static bool host_is(const struct sx_tracker *t, uint32_t host, struct sx_slice text)
{
    const struct sx_host *h = sx_tracker_host(t, host);
    char name[64];
    uint8_t bytes[16];

    if (text.n > 2 && text.p[0] == '[')
        text = sx_slice(text.p + 1, text.n - 2);
    if (text.n >= sizeof name)
        return false;
    memcpy(name, text.p, text.n);
    name[text.n] = '\0';
    if (h->len == 4)
        return ws_inet_pton4(name, (ws_in4_addr *)(void *)bytes) && !memcmp(bytes, h->bytes, 4);
    return h->len == 16 && ws_inet_pton6(name, (ws_in6_addr *)(void *)bytes) &&
           !memcmp(bytes, h->bytes, 16);
}

/* RFC 3261 18.1.1: without a port in the URI it is the transport's own. */
static uint16_t contact_port(const struct sx_uri *uri, enum sx_transport transport)
{
    uint32_t port;

    if (uri->port.p)
        return sx_slice_uint(uri->port, UINT16_MAX, &port) ? (uint16_t)port : 0;
    return transport == SX_TRANSPORT_TLS ? 5061 : 5060;
}

static bool is_stream(unsigned transport)
{
    return transport == SX_TRANSPORT_TCP || transport == SX_TRANSPORT_TLS ||
           transport == SX_TRANSPORT_WS || transport == SX_TRANSPORT_SCTP;
}

/* On the hop to the client. A client that is behind no NAT may be sent to where its Contact says,
 * too. */
static uint8_t way_differs(const struct sx_tracker *t, const struct sx_flow *flow,
                           const struct sx_txn *txn)
{
    struct sx_uri uri = sx_uri_read(sx_slice_str(flow->contact));
    bool own_address = host_is(t, flow->client.host, uri.host);
    bool same_transport = txn->transport == flow->transport;
    uint8_t differs = same_transport ? 0 : SX_DIFFERS_TRANSPORT;

    if (txn->dst.host != flow->client.host)
        differs |= SX_DIFFERS_ADDRESS;
    if (txn->dst.port != flow->client.port &&
        !(own_address && txn->dst.port == contact_port(&uri, (enum sx_transport)txn->transport)))
        differs |= SX_DIFFERS_PORT;
    if (same_transport && is_stream(txn->transport) && !sx_flow_is_to_client(flow, txn))
        differs |= SX_DIFFERS_CONNECTION;
    return differs;
}

/* RFC 3327 5.1: the registrar sends it through the Path of the binding. */
static bool path_differs(const struct sx_flow *flow, const struct sx_txn *txn)
{
    if (txn->wrong_token)
        return true;
    /* Without a token only the host tells; the next one on the Path may be another than the edge.
     */
    bool bypassed = sx_flow_more(flow)->token_key.bits ? !txn->token_known
                                                       : txn->dst.host != sx_flow_brought_by(flow);
    return flow->has_path && bypassed && txn->src.host == sx_flow_registrar(flow) &&
           flow->has_way && txn->src.host != flow->edge.host && txn->dst.host != flow->edge.host;
}

static uint8_t differs_of(const struct sx_tracker *t, const struct sx_flow *flow,
                          const struct sx_txn *txn)
{
    bool to_client = flow->has_way && txn->src.host == flow->edge.host &&
                     txn->dst.host != txn->src.host;
    uint8_t differs = path_differs(flow, txn) ? SX_DIFFERS_PATH : 0;

    return to_client ? differs | way_differs(t, flow, txn) : differs;
}

/* A request that goes the way of a flow with a successor differs from what holds now: over another
 * connection, or over UDP to another address or port. */
static uint8_t old_way(const struct sx_tracker *t, const struct sx_registration *r,
                       const struct sx_txn *txn)
{
    const struct sx_flow *flow = r->flow, *now = sx_flows_newest(sx_tracker_flows(t), flow);

    if (r->state != SX_REGISTRATION_REPLACED || !sx_flow_is_to_client(flow, txn))
        return 0;
    if (is_stream(flow->transport))
        return SX_DIFFERS_CONNECTION;
    return now->has_way && now->binding == flow->binding ? way_differs(t, now, txn) : 0;
}

/* ---- of an AOR ---- */

bool sx_registration_is_over(const struct sx_registration *r)
{
    return r->state != SX_REGISTRATION_CURRENT && r->state != SX_REGISTRATION_UNKNOWN;
}

/* Of the registrations that a host knows: those that work go first, then the newest. */
static bool is_better(const struct sx_registration *a, const struct sx_registration *b)
{
    bool works = a->state == SX_REGISTRATION_CURRENT, other = b->state == SX_REGISTRATION_CURRENT;

    return works != other ? works : a->granted_in > b->granted_in;
}

static bool is_registrar(const struct sx_flow *flow, uint32_t host)
{
    return sx_flow_registrar(flow) == host || (flow->has_way && flow->edge.host == host);
}

/* Only a client that repeats it has no response at all: over a connection nothing tells. */
static bool may_be_granted(const struct sx_tracker *t, const struct sx_txn *txn)
{
    return !txn->final_frame &&
           !(txn->transport == SX_TRANSPORT_UDP && sx_silence_no_response(t, txn));
}

/* The newest REGISTER of a binding, or its first, has no response in the capture. */
static bool may_hold(const struct sx_tracker *t, const struct sx_binding *b, struct moment m)
{
    const struct sx_flows *flows = sx_tracker_flows(t);
    uint32_t frame = b->last_in < m.frame ? b->last_in : b->first_in, nth = 0;
    const struct sx_txn *txn;

    while (nth < MAX_CHAIN && (txn = sx_tracker_next_register(t, frame, &nth))) {
        const struct sx_flow *flow = sx_flows_at(flows, txn->flow);
        if (flow && flow->user == sx_user_at(flows, b->user) && txn->request_frame < m.frame &&
            may_be_granted(t, txn))
            return true;
    }
    return false;
}

static struct sx_registration of_user(const struct sx_tracker *t, const struct sx_txn *txn,
                                      struct moment m)
{
    const struct sx_flows *flows = sx_tracker_flows(t);
    const struct sx_user *user = sx_user_at(flows, sx_txn_more(txn)->callee);
    struct sx_registration best = {.state = SX_REGISTRATION_UNKNOWN};
    const struct sx_binding *b = user ? sx_binding_at(flows, user->newest_binding) : NULL;
    unsigned fit = 0;
    bool another = false;

    for (unsigned i = 0; b && i < MAX_CHAIN; i++, b = sx_binding_at(flows, b->next_of_user)) {
        const struct sx_flow *flow = sx_flows_at(flows, b->newest);
        another = another || may_hold(t, b, m);
        for (unsigned n = 0; flow && n < MAX_CHAIN;
             n++, flow = sx_flows_at(flows, sx_flow_more(flow)->older)) {
            struct sx_registration r = at_moment(t, flow, m);
            if (!r.in || r.state == SX_REGISTRATION_REPLACED || !is_registrar(flow, txn->dst.host))
                continue;
            fit++;
            if (!best.flow || is_better(&r, &best))
                best = r;
            break;
        }
    }
    if (best.flow) {
        uint32_t unseen = sx_user_more(flows, user)->unseen_in;
        another = another || (unseen > best.in && unseen < m.frame);
        const struct sx_listed *other = other_listed(t, best.flow, m);
        another = another || other;
        fit += other && !other->binding;
    }
    if (another && sx_registration_is_over(&best))
        best.state = SX_REGISTRATION_UNKNOWN;
    best.bindings = fit;
    best.by_aor = true;
    return best;
}

/* The edge says that the flow is gone, and the capture does not show the client's hop: what ended
 * it, and when, is not known. */
static bool is_said_to_be_gone(const struct sx_tracker *t, const struct sx_flow *flow,
                               const struct sx_txn *txn)
{
    return !flow->has_way && txn->final_frame && sx_flow_is_loss(t, txn, txn->final_code);
}

struct sx_registration sx_registration_find(const struct sx_tracker *t, const struct sx_txn *txn)
{
    const struct sx_flow *flow = sx_flows_at(sx_tracker_flows(t), txn->flow);
    struct moment m = {.frame = txn->request_frame, .ns = txn->request_ns, .routed = flow != NULL};

    if (!txn->request_frame || txn->method == SX_METHOD_REGISTER)
        return (struct sx_registration){.flow = NULL};
    if (!flow)
        return of_user(t, txn, m);
    struct sx_registration r = at_moment(t, flow, m);
    r.differs = differs_of(t, flow, txn) | old_way(t, &r, txn);
    if (r.state == SX_REGISTRATION_CURRENT && is_said_to_be_gone(t, flow, txn))
        r.state = SX_REGISTRATION_UNKNOWN;
    return r;
}

/* ---- what was missed ---- */

/* What a client says of itself, and nobody else for it. */
static bool is_of_client(const struct sx_txn *txn)
{
    static const uint16_t others[] = {404, 408, 410, 430, 477, 480, 500, 502, 503, 504, 604};

    if (sx_txn_first_response_code(txn) > 100 && sx_txn_first_response_code(txn) < 200)
        return true;
    for (unsigned i = 0; i < G_N_ELEMENTS(others); i++)
        if (txn->final_code == others[i])
            return false;
    return txn->final_code != 0;
}

/* The last hop that the capture shows of the request has an answer of the client. */
static bool has_reached(const struct sx_tracker *t, const struct sx_txn *txn,
                        const struct sx_flow *flow)
{
    const struct sx_txn *at = txn;

    for (unsigned i = 0; i < MAX_CHAIN; i++) {
        const struct sx_txn *child = sx_tracker_txn(t, at->first_child);
        if (sx_flow_is_to_client(flow, at))
            return sx_txn_more(at)->trying_frame || at->first_response_frame;
        if (!child)
            return is_of_client(at);
        at = child;
    }
    return false;
}

static bool went_wrong(const struct sx_tracker *t, const struct sx_txn *txn)
{
    if (txn->final_frame)
        return txn->final_code >= 300 && !txn->followed_by && !sx_txn_rare(txn)->cancel_frame;
    return sx_txn_rare(txn)->expired_frame || sx_silence_no_response(t, txn) ||
           (sx_txn_waits_after_100(txn) && sx_tracker_now(t) - sx_txn_more(txn)->trying_ns >=
                                               sx_tracker_config(t)->trying_timeout_ns);
}

/* The host itself says that it has nobody to send it to. */
static bool says_nobody(const struct sx_txn *txn)
{
    static const uint16_t codes[] = {404, 408, 410, 430, 477, 480, 500, 503, 604};

    for (unsigned i = 0; i < G_N_ELEMENTS(codes) && !txn->first_child; i++)
        if (txn->final_code == codes[i])
            return true;
    return false;
}

/* It has the request, and the capture shows nothing of it from there on. */
static bool keeps_it(const struct sx_txn *txn)
{
    return !txn->final_frame && !txn->first_response_frame && !txn->first_child;
}

bool sx_registration_missed(const struct sx_tracker *t, const struct sx_txn *txn,
                            struct sx_registration *registration)
{
    if ((!txn->flow && !sx_txn_more(txn)->callee) || txn->method == SX_METHOD_CANCEL ||
        txn->method == SX_METHOD_REGISTER || !went_wrong(t, txn) ||
        (!txn->flow && !says_nobody(txn) && !keeps_it(txn)))
        return false;
    struct sx_registration r = sx_registration_find(t, txn);
    if (!r.flow || !r.in)
        return false;
    *registration = r;
    if (r.by_aor)
        return sx_registration_is_over(&r);
    return !has_reached(t, txn, r.flow);
}

/* ---- for tables ---- */

struct sx_registration sx_registration_now(const struct sx_tracker *t, uint32_t binding)
{
    const struct sx_flows *flows = sx_tracker_flows(t);
    const struct sx_binding *b = sx_binding_at(flows, binding);
    struct moment m = {.frame = UINT32_MAX, .ns = sx_tracker_now(t)};
    const struct sx_flow *flow = b ? sx_flows_at(flows, b->newest) : NULL;

    for (unsigned i = 0; flow && !flow->accepted && sx_flow_more(flow)->older && i < MAX_CHAIN; i++)
        flow = sx_flows_at(flows, sx_flow_more(flow)->older);
    return flow ? at_moment(t, flow, m) : (struct sx_registration){.flow = NULL};
}

uint32_t sx_registration_refusals(const struct sx_tracker *t, uint32_t binding)
{
    const struct sx_flows *flows = sx_tracker_flows(t);
    const struct sx_binding *b = sx_binding_at(flows, binding);
    const struct sx_registering *e = b ? sx_registering_at(flows, b->newest_event) : NULL;
    uint32_t n = 0;

    for (unsigned i = 0; e && i < MAX_EVENTS; i++, e = sx_registering_at(flows, e->older))
        n += sx_failure_judge(t, e->txn, e->txn->final_code);
    return n;
}
