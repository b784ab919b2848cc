/* flow_text.h
 * Registrations, connections and calls to registered phones for the tests, on top of sip_text.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 *     struct ladder l = ladder_open();
 *     make_flow(&l, 0.0, &(struct reg){.reg_id = 1});
 *     segment(&l, 9.0, PHONE, EDGE, SX_TCP_FIN | SX_TCP_ACK);
 *     const struct sx_txn *t = call_phone(&l, 10.0, &(struct reg){.reg_id = 1}, 430);
 *
 * PHONE registers from port 40000 + reg-id + 100 * its line over EDGE at CORE, with a flow token
 * that tells both.
 */
#ifndef SX_TESTS_FLOW_TEXT_H
#define SX_TESTS_FLOW_TEXT_H

#include "core/judge/flow_story.h"
#include "sip_text.h"

enum { PHONE = BOB, EDGE = P1, CORE = P2, EDGE2 = P3 };

struct reg {
    unsigned reg_id; /* 0: 1 */
    unsigned line;   /* another connection of the same reg-id */
    unsigned instance;
    unsigned edge;       /* 0: EDGE */
    unsigned code;       /* 0: 200 */
    const char *contact; /* in place of the phone's own */
    const char *expires; /* header lines of the REGISTER */
    const char *answer;  /* further header lines of the 2xx */
    const char *to_uri;
    enum sx_transport transport; /* 0: TCP */
    bool edge_only;              /* the hop to the registrar is not in the capture */
    bool core_only;              /* only that one is */
};

static inline uint16_t port_of(const struct reg *r)
{
    return (uint16_t)(40000 + MAX(r->reg_id, 1) + 100 * r->line + 10 * r->instance);
}

static inline unsigned edge_of(const struct reg *r)
{
    return r->edge ? r->edge : EDGE;
}

static inline char *contact_uri(const struct reg *r)
{
    return g_strdup_printf("sip:bob@10.0.0.5:%u", port_of(r));
}

static inline char *token_of_reg(const struct reg *r)
{
    return g_strdup_printf("sip:token%u@10.0.0.%u", port_of(r), edge_of(r));
}

static inline unsigned next_branch(void)
{
    static unsigned branch;

    return ++branch;
}

/* REGISTER and its final response. Returns the transaction of the client's hop, or of the only
 * one. */
static inline const struct sx_txn *make_flow(struct ladder *l, double seconds, const struct reg *r)
{
    unsigned n = next_branch(), code = r->code ? r->code : 200;
    char *own = g_strdup_printf("phone r%u", n), *edge = g_strdup_printf("edge e%u", n);
    char *uri = contact_uri(r), *token = token_of_reg(r);
    char *contact =
        r->contact ? g_strdup_printf("Contact: %s\r\n", r->contact)
                   : g_strdup_printf("Contact: <%s>;reg-id=%u;+sip.instance=\"<urn:x:%u>\"\r\n",
                                     uri, MAX(r->reg_id, 1), r->instance);
    char *more = g_strdup_printf("%s%s", contact, r->expires ? r->expires : "");
    char *path = g_strdup_printf("%sPath: <%s;lr;ob>\r\n", more, token);
    char *answer = g_strdup_printf("Require: outbound\r\nPath: <%s;lr;ob>\r\n%s", token,
                                   r->answer ? r->answer : "");
    enum sx_transport transport = r->transport ? r->transport : SX_TRANSPORT_TCP;
    const struct sx_message *m = NULL, *inner;

    if (!r->core_only)
        m = request(l, seconds, PHONE, edge_of(r), "REGISTER", via(own), .more = more,
                    .src_port = port_of(r), .transport = transport, .to_uri = r->to_uri);
    if (!r->edge_only) {
        inner = request(l, seconds + 0.001, edge_of(r), CORE, "REGISTER", via(edge, own),
                        .more = path, .to_uri = r->to_uri);
        if (!m)
            m = inner;
        response(l, seconds + 0.002, CORE, edge_of(r), code, "REGISTER", via(edge, own),
                 .more = answer, .to_uri = r->to_uri);
    }
    if (!r->core_only)
        response(l, seconds + 0.003, edge_of(r), PHONE, code, "REGISTER", via(own), .more = answer,
                 .dst_port = port_of(r), .transport = transport, .to_uri = r->to_uri);
    g_free(own);
    g_free(edge);
    g_free(uri);
    g_free(token);
    g_free(contact);
    g_free(more);
    g_free(path);
    g_free(answer);
    return txn_of(l, m);
}

struct bytes {
    uint32_t payload, seq, ack;
    enum sx_segment_sign sign;
    const struct reg *reg; /* whose connection; NULL: that of reg-id 1 */
};

/* A TCP segment between PHONE and EDGE. Returns its frame. */
static inline uint32_t segment_with(struct ladder *l, double seconds, unsigned from, unsigned to,
                                    unsigned flags, const struct bytes *b)
{
    static const struct reg first = {.reg_id = 1};
    const uint8_t src[4] = {10, 0, 0, (uint8_t)from}, dst[4] = {10, 0, 0, (uint8_t)to};
    uint16_t port = port_of(b->reg ? b->reg : &first);
    uint32_t frame = other_packet(l, seconds);
    struct sx_segment segment = {
        .src = address_at(src, from == PHONE ? port : 5060),
        .dst = address_at(dst, to == PHONE ? port : 5060),
        .time_ns = ns_of(seconds),
        .frame = frame,
        .payload = b->payload,
        .seq = b->seq,
        .ack = b->ack,
        .sign = b->sign,
        .flags = flags,
    };

    if (sx_tracker_wants(l->tracker, segment.flags, segment.payload))
        sx_tracker_tcp(l->tracker, &segment);
    return frame;
}

#define segment(l, seconds, from, to, flags, ...) \
    segment_with(l, seconds, from, to, flags, &(struct bytes){__VA_ARGS__})

/* A datagram between PHONE and EDGE, of reg-id 1. Returns its frame. */
static inline uint32_t datagram(struct ladder *l, double seconds, unsigned from, unsigned to,
                                struct sx_slice payload)
{
    const uint8_t src[4] = {10, 0, 0, (uint8_t)from}, dst[4] = {10, 0, 0, (uint8_t)to};
    uint16_t port = port_of(&(struct reg){.reg_id = 1});
    uint32_t frame = other_packet(l, seconds);

    if (sx_tracker_watches_udp(l->tracker))
        sx_tracker_udp(l->tracker,
                       &(struct sx_datagram){.src = address_at(src, from == PHONE ? port : 5060),
                                             .dst = address_at(dst, to == PHONE ? port : 5060),
                                             .time_ns = ns_of(seconds),
                                             .frame = frame,
                                             .payload = payload});
    return frame;
}

/* The branch that CORE sends to the edge of a flow, below Alice's INVITE with branch "a<call>". */
static inline const struct sx_txn *try_phone(struct ladder *l, double seconds, const struct reg *r,
                                             unsigned call, unsigned code, const char *token)
{
    char *alice = g_strdup_printf("alice a%u", call);
    char *core = g_strdup_printf("core c%u", next_branch());
    char *uri = contact_uri(r), *own = token_of_reg(r);
    char *route = g_strdup_printf("Route: <%s;lr;ob>\r\n", token ? token : own);
    const struct sx_message *m = request(l, seconds, CORE, edge_of(r), "INVITE", via(core, alice),
                                         .uri = uri, .more = route);

    if (code)
        response(l, seconds + 0.01, edge_of(r), CORE, code, "INVITE", via(core, alice));
    g_free(alice);
    g_free(core);
    g_free(uri);
    g_free(own);
    g_free(route);
    return txn_of(l, m);
}

/* Alice calls; CORE asks the edge of the flow, which answers with a code. */
static inline const struct sx_txn *call_phone(struct ladder *l, double seconds, const struct reg *r,
                                              unsigned call, unsigned code)
{
    char *alice = g_strdup_printf("alice a%u", call);

    request(l, seconds, ALICE, CORE, "INVITE", via(alice));
    const struct sx_txn *txn = try_phone(l, seconds + 0.001, r, call, code, NULL);
    g_free(alice);
    return txn;
}

/* What CORE says to Alice. */
static inline void tell_alice(struct ladder *l, double seconds, unsigned call, unsigned code)
{
    char *alice = g_strdup_printf("alice a%u", call);

    response(l, seconds, CORE, ALICE, code, "INVITE", via(alice));
    g_free(alice);
}

/* Never NULL: a test that expects a flow where there is none reads zeros and fails. */
static inline const struct sx_flow *flow_of(const struct ladder *l, const struct sx_txn *txn)
{
    static const struct sx_flow nothing;
    const struct sx_flow *flow = sx_flows_at(sx_tracker_flows(l->tracker), txn->flow);

    return flow ? flow : &nothing;
}

static inline const struct sx_flow_failure *failure_of(const struct ladder *l,
                                                       const struct sx_txn *txn)
{
    static const struct sx_flow_failure nothing = {.death = 0xff};
    const struct sx_flow_failure *failure =
        sx_flows_failure(sx_tracker_flows(l->tracker), txn->number);

    return failure ? failure : &nothing;
}

#endif
