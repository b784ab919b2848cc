/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow_text.h"

#define R1 (&(struct reg){.reg_id = 1})
#define R2 (&(struct reg){.reg_id = 2})
#define R1_AGAIN (&(struct reg){.reg_id = 1, .line = 1})

/* ---- registration ---- */

static void test_registered(void)
{
    struct ladder l = ladder_open();
    const struct sx_txn *txn = make_flow(&l, 1.0, &(struct reg){.reg_id = 7,
        .answer = "Flow-Timer: 120\r\nExpires: 600\r\n"});
    const struct sx_flow *flow = flow_of(&l, txn);

    g_assert_cmpuint(sx_flows_count(sx_tracker_flows(l.tracker)), ==, 1);
    g_assert_cmpstr(flow->aor, ==, "sip:bob@example.com");
    g_assert_cmpstr(flow->instance, ==, "urn:x:0");
    g_assert_cmpuint(flow->reg_id, ==, 7);
    g_assert_cmpuint(flow->registered_in, ==, 1);
    g_assert_cmpuint(flow->flow_timer_s, ==, 120);
    g_assert_cmpint(flow->expires_ns, ==, ns_of(601.002) + SX_NS_PER_MS);
    g_assert_true(flow->accepted);
    g_assert_nonnull(flow->link);
    g_assert_cmpuint(flow->link->ends.client.port, ==, 40007);
    g_assert_cmpuint(flow->link->ends.edge.port, ==, 5060);
    ladder_close(&l);
}

/* The registrar may grant this binding less than the Expires header field says. */
static void test_expires_of_contact(void)
{
    struct ladder l = ladder_open();
    const struct sx_txn *txn = make_flow(&l, 0.0, &(struct reg){.edge_only = true,
        .answer = "Contact: <sip:x>;reg-id=2;+sip.instance=\"<urn:x:0>\";expires=9, "
                  "<sip:y>;reg-id=1;+sip.instance=\"<urn:x:0>\";expires=60\r\nExpires: 600\r\n"});

    g_assert_cmpint(flow_of(&l, txn)->expires_ns, ==, ns_of(60.003));
    ladder_close(&l);
}

/* Without SIP outbound (RFC 5626 6, 10) it is a binding of a Contact all the same. */
static void test_without_outbound(void)
{
    static const char *const contacts[] = {
        "<sip:bob@10.0.0.5>",
        "<sip:bob@10.0.0.5>;reg-id=1",
        "<sip:bob@10.0.0.5>;+sip.instance=\"<urn:x:0>\"",
        "<sip:bob@10.0.0.5>;reg-id=0;+sip.instance=\"<urn:x:0>\"",
        "<sip:bob@10.0.0.5>;reg-id=2147483648;+sip.instance=\"<urn:x:0>\"",
        "<sip:bob@10.0.0.5>;reg-id=x;+sip.instance=\"<urn:x:0>\"",
    };

    for (size_t i = 0; i < G_N_ELEMENTS(contacts); i++) {
        struct ladder l = ladder_open();
        const struct sx_flow *flow =
            flow_of(&l, make_flow(&l, 0, &(struct reg){.contact = contacts[i]}));
        g_assert_cmpuint(flow->number, ==, 1);
        g_assert_cmpuint(flow->reg_id, ==, 0);
        g_assert_cmpstr(flow->contact, ==, "sip:bob@10.0.0.5");
        ladder_close(&l);
    }
}

static void test_refused(void)
{
    struct ladder l = ladder_open();
    const struct sx_txn *txn = make_flow(&l, 0, &(struct reg){.code = 503});

    g_assert_false(flow_of(&l, txn)->accepted);
    g_assert_cmpuint(flow_of(&l, txn)->registered_in, ==, 0);
    ladder_close(&l);
}

/* The same binding over the same connection is one flow, over another connection a new one. */
static void test_refreshed_and_replaced(void)
{
    struct ladder l = ladder_open();
    uint32_t first = make_flow(&l, 0, R1)->flow;
    uint32_t again = make_flow(&l, 100, R1)->flow;
    uint32_t next = make_flow(&l, 200, R1_AGAIN)->flow;
    const struct sx_flows *flows = sx_tracker_flows(l.tracker);

    g_assert_cmpuint(again, ==, first);
    g_assert_cmpuint(next, !=, first);
    g_assert_cmpuint(sx_flows_at(flows, first)->registered_in, ==, 1);
    g_assert_cmpuint(sx_flows_at(flows, first)->refreshed_in, ==, 5);
    g_assert_cmpuint(sx_flows_at(flows, first)->newer, ==, next);
    g_assert_cmpuint(sx_flows_newest(flows, sx_flows_at(flows, first))->number, ==, next);
    ladder_close(&l);
}

static void test_one_instance(void)
{
    struct ladder l = ladder_open();
    const struct sx_flow *one = flow_of(&l, make_flow(&l, 0, R1));
    const struct sx_flow *two = flow_of(&l, make_flow(&l, 1, R2));
    const struct sx_flow *other = flow_of(&l, make_flow(&l, 2, &(struct reg){.instance = 9}));
    const struct sx_flow *carol =
        flow_of(&l, make_flow(&l, 3, &(struct reg){.line = 3, .to_uri = "sip:carol@example.com"}));
    const struct sx_flows *flows = sx_tracker_flows(l.tracker);

    g_assert_true(sx_flows_of_one_instance(flows, one, two));
    g_assert_false(sx_flows_of_one_instance(flows, one, other));
    g_assert_false(sx_flows_of_one_instance(flows, one, carol));
    ladder_close(&l);
}

/* ---- removal ---- */

static void test_removed(void)
{
    static const struct {
        const char *contact, *expires;
        unsigned code;
        bool first, second;     /* removed */
    } rows[] = {
        {NULL, "Expires: 0\r\n", 200, true, false},
        {NULL, "Expires: 0\r\n", 403, false, false},
        {NULL, "Expires: 600\r\n", 200, false, false},
        {"<sip:x>;expires=0;reg-id=2;+sip.instance=\"<urn:x:0>\"", "Expires: 600\r\n", 200, false, true},
        {"<sip:x>;expires=5;reg-id=2;+sip.instance=\"<urn:x:0>\"", "Expires: 0\r\n", 200, false, false},
        {"<sip:x>;reg-id=1;+sip.instance=\"<urn:x:0>\", <sip:y>;reg-id=2;+sip.instance=\"<urn:x:0>\"",
         "Expires: 0\r\n", 200, true, true},
        {"<sip:x>;reg-id=1;+sip.instance=\"<urn:x:8>\"", "Expires: 0\r\n", 200, false, false},
        {"*", "Expires: 0\r\n", 200, true, true},
        {"*", "Expires: 0\r\n", 403, false, false},
        {"*", "Expires: 1\r\n", 200, false, false},     /* RFC 3261 10.2.2 forbids it */
        {"*", NULL, 200, false, false},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        make_flow(&l, 0, R1);
        make_flow(&l, 1, R2);
        uint32_t frame = l.frame + 1;
        make_flow(&l, 2, &(struct reg){.contact = rows[i].contact, .expires = rows[i].expires,
                                       .code = rows[i].code});
        const struct sx_txn *one = call_phone(&l, 10, R1, 1, 430);
        const struct sx_txn *two = call_phone(&l, 20, R2, 2, 430);
        g_test_message("row %zu", i);
        g_assert_cmpuint(failure_of(&l, one)->death, ==,
                         rows[i].first ? SX_DEATH_REMOVED : SX_DEATH_UNKNOWN);
        g_assert_cmpuint(failure_of(&l, two)->death, ==,
                         rows[i].second ? SX_DEATH_REMOVED : SX_DEATH_UNKNOWN);
        g_assert_cmpuint(failure_of(&l, one)->death_in, ==, rows[i].first ? frame : 0);
        g_assert_cmpuint(failure_of(&l, two)->death_in, ==, rows[i].second ? frame : 0);
        ladder_close(&l);
    }
}

/* Contact: * is a matter of one AOR, and what is registered after it stays. */
static void test_star_of_one_user(void)
{
    struct ladder l = ladder_open();

    make_flow(&l, 0, R1);
    make_flow(&l, 1, &(struct reg){.line = 2, .contact = "*", .expires = "Expires: 0\r\n",
                                   .to_uri = "sip:carol@example.com"});
    g_assert_cmpuint(failure_of(&l, call_phone(&l, 2, R1, 1, 430))->death, ==, SX_DEATH_UNKNOWN);
    make_flow(&l, 3, &(struct reg){.contact = "*", .expires = "Expires: 0\r\n"});
    g_assert_cmpuint(failure_of(&l, call_phone(&l, 4, R1, 2, 430))->death, ==, SX_DEATH_REMOVED);
    make_flow(&l, 5, R1);
    g_assert_cmpuint(failure_of(&l, call_phone(&l, 6, R1, 3, 430))->death, ==, SX_DEATH_UNKNOWN);
    ladder_close(&l);
}

/* ---- requests ---- */

static void test_routed(void)
{
    struct ladder l = ladder_open();
    uint32_t one = make_flow(&l, 0, R1)->flow, two = make_flow(&l, 1, R2)->flow;

    g_assert_cmpuint(call_phone(&l, 2, R1, 1, 0)->flow, ==, one);
    g_assert_cmpuint(call_phone(&l, 3, R2, 2, 0)->flow, ==, two);
    /* by the Contact alone, where no token is */
    const struct sx_txn *txn = txn_of(&l, request(&l, 4, EDGE, PHONE, "INVITE", via("edge g1"),
                                                  .uri = "sip:bob@10.0.0.5:40002"));
    g_assert_cmpuint(txn->flow, ==, two);
    txn = txn_of(&l, request(&l, 5, EDGE, PHONE, "INVITE", via("edge g2"), .uri = "sip:bob@x"));
    g_assert_cmpuint(txn->flow, ==, 0);
    ladder_close(&l);
}

/* The same Contact on both flows: the Request-URI names neither, the token still does. */
static void test_routed_ambiguous(void)
{
    struct ladder l = ladder_open();
    const char *const both = "<sip:bob@x>;+sip.instance=\"<urn:x:0>\";reg-id=";
    char *c1 = g_strconcat(both, "1", NULL), *c2 = g_strconcat(both, "2", NULL);

    make_flow(&l, 0, &(struct reg){.reg_id = 1, .contact = c1});
    make_flow(&l, 1, &(struct reg){.reg_id = 2, .contact = c2});
    g_assert_cmpuint(txn_of(&l, request(&l, 2, EDGE, PHONE, "INVITE", via("edge g1"),
                                        .uri = "sip:bob@x"))->flow, ==, 0);
    g_assert_cmpuint(call_phone(&l, 3, R2, 1, 0)->flow, ==, 2);
    g_free(c1);
    g_free(c2);
    ladder_close(&l);
}

static void test_strange_token(void)
{
    struct ladder l = ladder_open();
    const struct sx_flows *flows = sx_tracker_flows(l.tracker);
    const struct sx_flow *flow = flow_of(&l, make_flow(&l, 0, R1));

    request(&l, 1, ALICE, CORE, "INVITE", via("alice a1"));
    const struct sx_txn *changed = try_phone(&l, 2, R1, 1, 403, "sip:other@10.0.0.2");
    const struct sx_txn *elsewhere = try_phone(&l, 3, R1, 1, 403, "sip:other@10.0.0.9");
    const struct sx_txn *right = try_phone(&l, 4, R1, 1, 403, NULL);
    g_assert_true(sx_flows_strange_token(flows, changed->number) == flow);
    g_assert_cmpuint(changed->flow, ==, 0);
    g_assert_null(sx_flows_strange_token(flows, elsewhere->number));
    g_assert_null(sx_flows_strange_token(flows, right->number));
    ladder_close(&l);
}

/* ---- how a connection dies ---- */

static void test_closed(void)
{
    static const struct {
        unsigned from, flags;
        bool by_client, reset;
        enum sx_flow_death death;
    } rows[] = {
        {PHONE, SX_TCP_FIN | SX_TCP_ACK, true, false, SX_DEATH_CLOSED},
        {PHONE, SX_TCP_RST, true, true, SX_DEATH_CLOSED},
        {EDGE, SX_TCP_FIN | SX_TCP_ACK, false, false, SX_DEATH_CLOSED},
        {EDGE, SX_TCP_RST | SX_TCP_ACK, false, true, SX_DEATH_CLOSED},
        {EDGE, SX_TCP_RST, false, true, SX_DEATH_FORGOTTEN},    /* RFC 9293 3.10.7.1 */
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        const struct sx_flow *flow = flow_of(&l, make_flow(&l, 0, R1));
        uint32_t frame = segment(&l, 5, rows[i].from, rows[i].from == PHONE ? EDGE : PHONE,
                                 rows[i].flags, 0);
        segment(&l, 6, EDGE, PHONE, SX_TCP_RST, 0);    /* comes too late to change it */
        const struct sx_flow_failure *failure = failure_of(&l, call_phone(&l, 10, R1, 1, 430));
        g_test_message("row %zu", i);
        g_assert_cmpuint(failure->death, ==, rows[i].death);
        g_assert_cmpuint(failure->death_in, ==, frame);
        g_assert_cmpint(flow->link->closed_by_client, ==, rows[i].by_client);
        g_assert_cmpint(flow->link->reset, ==, rows[i].reset);
        g_assert_true(sx_flows_lost_here(sx_tracker_flows(l.tracker), frame) == flow);
        g_assert_null(sx_flows_lost_here(sx_tracker_flows(l.tracker), frame + 1));
        ladder_close(&l);
    }
}

/* Who says goodbye first has closed, whoever sends the first FIN. */
static void test_goodbye(void)
{
    struct ladder l = ladder_open();
    const struct sx_flow *flow = flow_of(&l, make_flow(&l, 0, R1));
    uint32_t goodbye = segment(&l, 5, PHONE, EDGE, SX_TCP_ACK, .payload = 8,
                               .sign = SX_SEGMENT_GOODBYE);

    segment(&l, 5.1, EDGE, PHONE, SX_TCP_ACK, .payload = 4, .sign = SX_SEGMENT_GOODBYE);
    uint32_t fin = segment(&l, 5.2, EDGE, PHONE, SX_TCP_FIN | SX_TCP_ACK, 0);
    g_assert_true(flow->link->closed_by_client);
    g_assert_cmpuint(flow->link->closed_in, ==, fin);
    g_assert_cmpuint(failure_of(&l, call_phone(&l, 10, R1, 1, 430))->death_in, ==, goodbye);
    ladder_close(&l);
}

static void test_port_used_again(void)
{
    struct ladder l = ladder_open();
    const struct sx_flow *old = flow_of(&l, make_flow(&l, 0, R1));

    segment(&l, 5, PHONE, EDGE, SX_TCP_RST, 0);
    const struct sx_flow *new = flow_of(&l, make_flow(&l, 6, R1));
    g_assert_true(new != old && new->link != old->link);
    g_assert_cmpuint(new->link->closed_in, ==, 0);
    g_assert_cmpuint(old->newer, ==, new->number);
    ladder_close(&l);
}

static void test_all_at_once(void)
{
    static const struct {
        double second;      /* when the edge ends the other connection */
        unsigned from;
        enum sx_flow_death death;
    } rows[] = {
        {9.5, EDGE, SX_DEATH_ALL_AT_ONCE},
        {12.0, EDGE, SX_DEATH_CLOSED},
        {9.5, PHONE, SX_DEATH_CLOSED},
        {0, 0, SX_DEATH_CLOSED},    /* never */
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        unsigned from = rows[i].from;
        make_flow(&l, 0, R1);
        make_flow(&l, 1, R2);
        segment(&l, 9, EDGE, PHONE, SX_TCP_FIN | SX_TCP_ACK, 0);
        if (from)
            segment(&l, rows[i].second, from, from == EDGE ? PHONE : EDGE, SX_TCP_FIN | SX_TCP_ACK,
                    .reg = R2);
        const struct sx_flow_failure *failure = failure_of(&l, call_phone(&l, 20, R1, 1, 430));
        g_test_message("row %zu", i);
        g_assert_cmpuint(failure->death, ==, rows[i].death);
        g_assert_cmpuint(failure->ended, ==, rows[i].death == SX_DEATH_ALL_AT_ONCE ? 2 : 0);
        ladder_close(&l);
    }
}

/* ---- keep-alives ---- */

static enum sx_flow_death death_after_ping(double pong, uint32_t pong_seq, double now)
{
    struct ladder l = ladder_open();

    make_flow(&l, 0, R1);
    segment(&l, 1, EDGE, PHONE, SX_TCP_ACK, .payload = 500, .seq = 1000);
    segment(&l, 5, PHONE, EDGE, SX_TCP_ACK, .payload = 4, .sign = SX_SEGMENT_PING, .ack = 1500);
    if (pong > 0)
        segment(&l, pong, EDGE, PHONE, SX_TCP_ACK, .payload = 2, .seq = pong_seq);
    enum sx_flow_death death =
        (enum sx_flow_death)failure_of(&l, call_phone(&l, now, R1, 1, 430))->death;
    ladder_close(&l);
    return death;
}

static void test_ping(void)
{
    g_assert_cmpuint(death_after_ping(0, 0, 16), ==, SX_DEATH_NO_PONG);
    g_assert_cmpuint(death_after_ping(0, 0, 14), ==, SX_DEATH_UNKNOWN);
    g_assert_cmpuint(death_after_ping(5.1, 1500, 16), ==, SX_DEATH_UNKNOWN);
    /* bytes that TCP repeats are no pong; what comes after 10 s is too late */
    g_assert_cmpuint(death_after_ping(5.5, 1498, 16), ==, SX_DEATH_NO_PONG);
    g_assert_cmpuint(death_after_ping(15.5, 1500, 16), ==, SX_DEATH_NO_PONG);
    /* sequence numbers go round */
    g_assert_cmpuint(death_after_ping(5.1, 0x70000000, 16), ==, SX_DEATH_UNKNOWN);
}

/* A late answer that the client acknowledges shows that the connection works after all. */
static void test_late_but_alive(void)
{
    struct ladder l = ladder_open();

    make_flow(&l, 0, R1);
    segment(&l, 1, EDGE, PHONE, SX_TCP_ACK, .payload = 500, .seq = 1000);
    segment(&l, 5, PHONE, EDGE, SX_TCP_ACK, .payload = 4, .sign = SX_SEGMENT_PING, .ack = 1500);
    segment(&l, 20, EDGE, PHONE, SX_TCP_ACK, .payload = 800, .seq = 1500);
    g_assert_cmpuint(failure_of(&l, call_phone(&l, 21, R1, 1, 430))->death, ==, SX_DEATH_NO_PONG);
    segment(&l, 22, PHONE, EDGE, SX_TCP_ACK, .payload = 300, .ack = 2300);
    g_assert_cmpuint(failure_of(&l, call_phone(&l, 23, R1, 2, 430))->death, ==, SX_DEATH_UNKNOWN);
    ladder_close(&l);
}

static void test_tcp_repeats(void)
{
    struct ladder l = ladder_open();
    uint32_t first = 0;

    make_flow(&l, 0, R1);
    segment(&l, 5, EDGE, PHONE, SX_TCP_ACK, .payload = 800, .seq = 1000);
    segment(&l, 5.001, EDGE, PHONE, SX_TCP_ACK, .payload = 800, .seq = 1000);   /* a mirror port */
    for (unsigned i = 0; i < 2; i++) {
        uint32_t frame = segment(&l, 6 + i, EDGE, PHONE, SX_TCP_ACK, .payload = 800, .seq = 1000);
        first = first ? first : frame;
    }
    g_assert_cmpuint(failure_of(&l, call_phone(&l, 9, R1, 1, 430))->death, ==, SX_DEATH_UNKNOWN);
    segment(&l, 10, EDGE, PHONE, SX_TCP_ACK, .payload = 800, .seq = 1000);
    /* the client's own repeated bytes acknowledge nothing new */
    segment(&l, 11, PHONE, EDGE, SX_TCP_ACK, .payload = 4, .ack = 1000);
    const struct sx_flow_failure *failure = failure_of(&l, call_phone(&l, 12, R1, 2, 430));
    g_assert_cmpuint(failure->death, ==, SX_DEATH_NO_ACK);
    g_assert_cmpuint(failure->death_in, ==, first);
    g_assert_cmpuint(failure->repeats, ==, 3);
    g_assert_cmpuint(failure_of(&l, call_phone(&l, 100, R1, 3, 430))->death, ==, SX_DEATH_UNKNOWN);
    segment(&l, 101, PHONE, EDGE, SX_TCP_ACK, .payload = 4, .ack = 1800);
    g_assert_cmpuint(failure_of(&l, call_phone(&l, 102, R1, 4, 430))->death, ==, SX_DEATH_UNKNOWN);
    ladder_close(&l);
}

static void test_silence(void)
{
    struct ladder l = ladder_open();

    make_flow(&l, 0, &(struct reg){.answer = "Flow-Timer: 120\r\nExpires: 900\r\n"});
    segment(&l, 100, PHONE, EDGE, SX_TCP_ACK, .payload = 4);
    const struct sx_flow_failure *failure = failure_of(&l, call_phone(&l, 150, R1, 1, 430));
    g_assert_cmpint(failure->silent_ns, ==, ns_of(50.011));
    g_assert_cmpuint(failure->death, ==, SX_DEATH_UNKNOWN);
    failure = failure_of(&l, call_phone(&l, 230, R1, 2, 430));
    g_assert_cmpuint(failure->death, ==, SX_DEATH_FLOW_TIMER);
    g_assert_cmpuint(failure->flow_timer_s, ==, 120);
    /* whoever still routes to it may have got a refresh that the capture lacks ... */
    failure = failure_of(&l, call_phone(&l, 901, R1, 3, 430));
    g_assert_cmpuint(failure->death, ==, SX_DEATH_FLOW_TIMER);
    /* ... but not where it was refused */
    make_flow(&l, 902, &(struct reg){.code = 403});
    failure = failure_of(&l, call_phone(&l, 903, R1, 4, 430));
    g_assert_cmpuint(failure->death, ==, SX_DEATH_EXPIRED);
    ladder_close(&l);
}

/* Without the client's hop in the capture nothing of the connection is known. */
static void test_core_only(void)
{
    struct ladder l = ladder_open();
    const struct sx_flow *flow = flow_of(&l, make_flow(&l, 0, &(struct reg){.core_only = true}));
    const struct sx_flow_failure *failure = failure_of(&l, call_phone(&l, 500, R1, 1, 430));

    g_assert_null(flow->link);
    g_assert_cmpint(failure->silent_ns, ==, -1);
    g_assert_cmpuint(failure->death, ==, SX_DEATH_UNKNOWN);
    ladder_close(&l);
}

/* ---- UDP ---- */

#define REG_UDP (&(struct reg){.transport = SX_TRANSPORT_UDP})
#define STUN(type, length) type length "\x21\x12\xa4\x42" "transaction1"
#define STUN_OK(port) \
    sx_slice(STUN("\x01\x01", "\x00\x0c") "\x00\x20\x00\x08\x00\x01" port "\x2b\x12\xa4\x47", 32)

static const struct sx_slice stun_request = {STUN("\x00\x01", "\x00\x00"), 20};
static const struct sx_slice stun_error = {STUN("\x01\x11", "\x00\x00"), 20};

static void test_udp(void)
{
    struct ladder l = ladder_open();

    g_assert_false(sx_tracker_watches_udp(l.tracker));
    const struct sx_flow *flow = flow_of(&l, make_flow(&l, 0, REG_UDP));
    g_assert_true(sx_tracker_watches_udp(l.tracker));
    g_assert_cmpuint(flow->link->transport, ==, SX_TRANSPORT_UDP);
    datagram(&l, 10, PHONE, EDGE, stun_request);
    datagram(&l, 10.1, EDGE, PHONE, STUN_OK("\xbd\x52"));
    uint32_t ping = datagram(&l, 30, PHONE, EDGE, stun_request);
    datagram(&l, 31, PHONE, EDGE, stun_request);
    const struct sx_flow_failure *failure = failure_of(&l, call_phone(&l, 69, R1, 1, 430));
    g_assert_cmpuint(failure->death, ==, SX_DEATH_UNKNOWN);
    g_assert_cmpint(failure->silent_ns, ==, ns_of(38.011));
    failure = failure_of(&l, call_phone(&l, 70, R1, 2, 430));
    g_assert_cmpuint(failure->death, ==, SX_DEATH_NO_PONG);
    g_assert_cmpuint(failure->death_in, ==, ping);
    datagram(&l, 71, EDGE, PHONE, STUN_OK("\xbd\x52"));
    g_assert_cmpuint(failure_of(&l, call_phone(&l, 72, R1, 3, 430))->death, ==, SX_DEATH_UNKNOWN);
    uint32_t moved = datagram(&l, 80, EDGE, PHONE, STUN_OK("\xbd\x53"));
    failure = failure_of(&l, call_phone(&l, 81, R1, 4, 430));
    g_assert_cmpuint(failure->death, ==, SX_DEATH_MOVED);
    g_assert_cmpuint(failure->death_in, ==, moved);
    ladder_close(&l);
}

static void test_udp_refused_and_revived(void)
{
    struct ladder l = ladder_open();

    make_flow(&l, 0, REG_UDP);
    uint32_t refused = datagram(&l, 10, EDGE, PHONE, stun_error);
    const struct sx_flow_failure *failure = failure_of(&l, call_phone(&l, 11, R1, 1, 430));
    g_assert_cmpuint(failure->death, ==, SX_DEATH_REFUSED);
    g_assert_cmpuint(failure->death_in, ==, refused);
    make_flow(&l, 20, REG_UDP);
    g_assert_cmpuint(failure_of(&l, call_phone(&l, 21, R1, 2, 430))->death, ==, SX_DEATH_UNKNOWN);
    ladder_close(&l);
}

static void test_udp_unreachable(void)
{
    struct ladder l = ladder_open();
    const uint8_t edge[4] = {10, 0, 0, EDGE}, phone[4] = {10, 0, 0, PHONE};
    struct sx_address from = address_at(edge, 5060), to = address_at(phone, 40001);

    make_flow(&l, 0, REG_UDP);
    uint32_t frame = other_packet(&l, 5);
    sx_tracker_undelivered(l.tracker, frame, ns_of(5), &from, &to, NULL);
    const struct sx_flow_failure *failure = failure_of(&l, call_phone(&l, 11, R1, 1, 430));
    g_assert_cmpuint(failure->death, ==, SX_DEATH_UNREACHABLE);
    g_assert_cmpuint(failure->death_in, ==, frame);
    g_assert_false(failure->edge_unreachable);
    ladder_close(&l);

    l = ladder_open();
    make_flow(&l, 0, REG_UDP);
    frame = other_packet(&l, 5);
    sx_tracker_undelivered(l.tracker, frame, ns_of(5), &to, &from, NULL);
    g_assert_true(failure_of(&l, call_phone(&l, 11, R1, 1, 430))->edge_unreachable);
    ladder_close(&l);

    /* ICMP about a TCP connection's addresses is another matter. */
    l = ladder_open();
    make_flow(&l, 0, R1);
    frame = other_packet(&l, 5);
    sx_tracker_undelivered(l.tracker, frame, ns_of(5), &from, &to, NULL);
    g_assert_cmpuint(failure_of(&l, call_phone(&l, 11, R1, 1, 430))->death, ==, SX_DEATH_UNKNOWN);
    ladder_close(&l);
}

/* ---- RFC 5626 4.5 ---- */

static struct sx_back_off back_off_of(const struct ladder *l, const struct sx_txn *txn)
{
    return sx_flow_back_off(sx_tracker_flows(l->tracker), flow_of(l, txn));
}

static const struct sx_back_off *early_at(const struct ladder *l, const struct sx_txn *txn)
{
    return sx_flows_too_early(sx_tracker_flows(l->tracker), txn->request_frame, txn->flow);
}

static const struct sx_txn *attempt(struct ladder *l, double seconds, unsigned line, unsigned code)
{
    return make_flow(l, seconds, &(struct reg){.line = line, .code = code, .edge_only = true});
}

static void test_back_off(void)
{
    static const struct {
        unsigned failures;      /* before the attempt, a second apart */
        double wait;
        bool other_flow;
        double least;
        bool early;
    } rows[] = {
        {0, 0.1, false, 0, false},
        {1, 28.0, false, 30, true},
        {1, 29.5, false, 30, false},    /* timers are not exact */
        {1, 50.0, false, 30, false},
        {1, 50.0, true, 90, true},
        {1, 95.0, true, 90, false},
        {3, 118.0, false, 120, true},
        {3, 121.0, false, 120, false},
        {9, 890.0, false, 900, true},   /* max-time */
        {9, 901.0, false, 900, false},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        double now = 10;
        unsigned line = 1;
        make_flow(&l, 0, R1);
        if (rows[i].other_flow)
            make_flow(&l, 1, R2);
        segment(&l, 5, PHONE, EDGE, SX_TCP_RST, 0);
        for (unsigned n = 0; n < rows[i].failures; n++)
            attempt(&l, now++, line++, 503);
        const struct sx_txn *last =
            attempt(&l, now - (rows[i].failures ? 1 : 0) + 0.003 + rows[i].wait, line, 200);
        const struct sx_back_off *early = early_at(&l, last);
        g_test_message("row %zu", i);
        g_assert_cmpint(early != NULL, ==, rows[i].early);
        g_assert_cmpuint(back_off_of(&l, last).failures, ==, rows[i].failures);
        if (rows[i].failures > 0)
            g_assert_cmpint(back_off_of(&l, last).least_ns, ==, ns_of(rows[i].least));
        ladder_close(&l);
    }
}

static void test_back_off_what_counts(void)
{
    struct ladder l = ladder_open();

    make_flow(&l, 0, R1);
    segment(&l, 5, PHONE, EDGE, SX_TCP_RST, 0);
    attempt(&l, 10, 1, 401);
    const struct sx_txn *challenged = attempt(&l, 11, 1, 503);
    g_assert_cmpuint(back_off_of(&l, challenged).failures, ==, 0);
    const struct sx_txn *second = attempt(&l, 12, 2, 200);
    g_assert_cmpuint(back_off_of(&l, second).failures, ==, 1);
    g_assert_nonnull(early_at(&l, second));
    /* a success ends the count */
    segment(&l, 20, PHONE, EDGE, SX_TCP_RST, .reg = &(struct reg){.reg_id = 1, .line = 2});
    g_assert_cmpuint(back_off_of(&l, attempt(&l, 21, 3, 200)).failures, ==, 0);
    /* a REGISTER that nothing answers failed at its own time, in the mildest view */
    segment(&l, 30, PHONE, EDGE, SX_TCP_RST, .reg = &(struct reg){.reg_id = 1, .line = 3});
    request(&l, 31, PHONE, EDGE, "REGISTER", via("phone lost"), .src_port = 40401,
            .transport = SX_TRANSPORT_TCP,
            .more = "Contact: <sip:z>;reg-id=1;+sip.instance=\"<urn:x:0>\"\r\n");
    const struct sx_txn *after = attempt(&l, 41, 5, 200);
    g_assert_cmpuint(back_off_of(&l, after).failures, ==, 1);
    g_assert_cmpint(back_off_of(&l, after).waited_ns, ==, ns_of(10));
    /* refreshing a flow is no attempt */
    make_flow(&l, 42, &(struct reg){.line = 5, .edge_only = true});
    g_assert_cmpint(back_off_of(&l, after).waited_ns, ==, ns_of(10));
    ladder_close(&l);
}

/* ---- hostile captures ---- */

static GString *many_contacts(unsigned n, const char *more)
{
    GString *text = g_string_new("Contact: ");

    for (unsigned i = 0; i < n; i++)
        g_string_append_printf(text, "%s<sip:b%u@x>;reg-id=%u;+sip.instance=\"<urn:x:0>\"%s",
                               i ? ", " : "", i, i + 1, more);
    g_string_append(text, "\r\n");
    return text;
}

enum { MANY = 100000 };

/* One REGISTER makes one flow, however many Contacts it has. */
static void test_many_contacts(void)
{
    struct ladder l;

    if (ran_apart())
        return;
    l = ladder_open();
    GString *add = many_contacts(MANY, ""), *gone = many_contacts(MANY, ";expires=0");
    request(&l, 0, PHONE, EDGE, "REGISTER", via("phone r1"), .more = add->str);
    response(&l, 1, EDGE, PHONE, 200, "REGISTER", via("phone r1"), .more = add->str);
    g_assert_cmpuint(sx_flows_count(sx_tracker_flows(l.tracker)), ==, 1);
    request(&l, 2, PHONE, EDGE, "REGISTER", via("phone r2"), .more = gone->str);
    response(&l, 3, EDGE, PHONE, 200, "REGISTER", via("phone r2"));
    g_assert_cmpuint(sx_flows_at(sx_tracker_flows(l.tracker), 1)->removed_in, ==, 3);
    g_string_free(add, TRUE);
    g_string_free(gone, TRUE);
    ladder_close(&l);
}

static void register_number(struct ladder *l, unsigned n, bool one_binding, bool one_connection)
{
    char *branch = g_strdup_printf("phone m%u", n);
    char *more = g_strdup_printf("Contact: <sip:b@x>;reg-id=%u;+sip.instance=\"<urn:x:0>\"\r\n",
                                 one_binding ? 1 : n + 1);
    uint16_t port = (uint16_t)(one_connection ? 5 : 1024 + n % 60000);

    request(l, n * 0.01, PHONE, EDGE, "REGISTER", via(branch), .more = more, .src_port = port,
            .transport = SX_TRANSPORT_TCP);
    response(l, n * 0.01 + 0.001, EDGE, PHONE, 200, "REGISTER", via(branch), .dst_port = port,
             .transport = SX_TRANSPORT_TCP);
    g_free(branch);
    g_free(more);
}

/* No chain is walked for each registration, segment, removal or call. */
static void many_registrations(bool one_binding, bool one_connection)
{
    struct ladder l = ladder_open();
    const uint8_t phone[4] = {10, 0, 0, PHONE}, edge[4] = {10, 0, 0, EDGE};
    struct sx_segment s = {.src = address_at(phone, 5), .dst = address_at(edge, 5060),
                           .payload = 4, .sign = SX_SEGMENT_PING};

    for (unsigned n = 0; n < MANY; n++) {
        register_number(&l, n, one_binding, one_connection);
        s.frame = other_packet(&l, n * 0.01 + 0.002);
        s.time_ns = ns_of(n * 0.01 + 0.002);
        sx_tracker_tcp(l.tracker, &s);
        if (n % 10 == 0) {
            char *branch = g_strdup_printf("core c%u", n);
            request(&l, n * 0.01 + 0.003, CORE, EDGE, "INVITE", via(branch, "alice a1"),
                    .uri = "sip:b@x");
            response(&l, n * 0.01 + 0.004, EDGE, CORE, 430, "INVITE", via(branch, "alice a1"));
            g_free(branch);
            make_flow(&l, n * 0.01 + 0.005, &(struct reg){.contact = "*", .edge_only = true,
                                                          .expires = "Expires: 0\r\n"});
        }
    }
    ladder_close(&l);
}

static void test_many_connections(void)
{
    if (!ran_apart())
        many_registrations(true, false);
}

static void test_many_bindings(void)
{
    if (!ran_apart())
        many_registrations(false, false);
}

static void test_many_users_of_a_connection(void)
{
    if (!ran_apart())
        many_registrations(false, true);
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/flow/registered", test_registered);
    g_test_add_func("/flow/expires_of_contact", test_expires_of_contact);
    g_test_add_func("/flow/without_outbound", test_without_outbound);
    g_test_add_func("/flow/refused", test_refused);
    g_test_add_func("/flow/refreshed_and_replaced", test_refreshed_and_replaced);
    g_test_add_func("/flow/one_instance", test_one_instance);
    g_test_add_func("/flow/removed", test_removed);
    g_test_add_func("/flow/star_of_one_user", test_star_of_one_user);
    g_test_add_func("/flow/routed", test_routed);
    g_test_add_func("/flow/routed_ambiguous", test_routed_ambiguous);
    g_test_add_func("/flow/strange_token", test_strange_token);
    g_test_add_func("/flow/closed", test_closed);
    g_test_add_func("/flow/goodbye", test_goodbye);
    g_test_add_func("/flow/port_used_again", test_port_used_again);
    g_test_add_func("/flow/all_at_once", test_all_at_once);
    g_test_add_func("/flow/ping", test_ping);
    g_test_add_func("/flow/late_but_alive", test_late_but_alive);
    g_test_add_func("/flow/tcp_repeats", test_tcp_repeats);
    g_test_add_func("/flow/silence", test_silence);
    g_test_add_func("/flow/core_only", test_core_only);
    g_test_add_func("/flow/udp", test_udp);
    g_test_add_func("/flow/udp_refused_and_revived", test_udp_refused_and_revived);
    g_test_add_func("/flow/udp_unreachable", test_udp_unreachable);
    g_test_add_func("/flow/back_off", test_back_off);
    g_test_add_func("/flow/back_off_what_counts", test_back_off_what_counts);
    g_test_add_func("/flow/many_contacts", test_many_contacts);
    g_test_add_func("/flow/many_connections", test_many_connections);
    g_test_add_func("/flow/many_bindings", test_many_bindings);
    g_test_add_func("/flow/many_users_of_a_connection", test_many_users_of_a_connection);
    return g_test_run();
}
