/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow_text.h"

#define R1 (&(struct reg){.reg_id = 1})
#define R2 (&(struct reg){.reg_id = 2})

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
        {EDGE, SX_TCP_RST, false, true, SX_DEATH_FORGOTTEN}, /* RFC 9293 3.10.7.1 */
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        const struct sx_flow *flow = flow_of(&l, make_flow(&l, 0, R1));
        uint32_t frame =
            segment(&l, 5, rows[i].from, rows[i].from == PHONE ? EDGE : PHONE, rows[i].flags, 0);
        segment(&l, 6, EDGE, PHONE, SX_TCP_RST, 0); /* comes too late to change it */
        const struct sx_flow_failure *failure = failure_of(&l, call_phone(&l, 10, R1, 1, 430));
        g_test_message("row %zu", i);
        g_assert_cmpuint(failure->death, ==, rows[i].death);
        g_assert_cmpuint(failure->death_in, ==, frame);
        g_assert_cmpint(sx_flow_more(flow)->link->closed_by_client, ==, rows[i].by_client);
        g_assert_cmpint(sx_flow_more(flow)->link->reset, ==, rows[i].reset);
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
    uint32_t goodbye =
        segment(&l, 5, PHONE, EDGE, SX_TCP_ACK, .payload = 8, .sign = SX_SEGMENT_GOODBYE);

    segment(&l, 5.1, EDGE, PHONE, SX_TCP_ACK, .payload = 4, .sign = SX_SEGMENT_GOODBYE);
    uint32_t fin = segment(&l, 5.2, EDGE, PHONE, SX_TCP_FIN | SX_TCP_ACK, 0);
    g_assert_true(sx_flow_more(flow)->link->closed_by_client);
    g_assert_cmpuint(sx_flow_more(flow)->link->closed_in, ==, fin);
    g_assert_cmpuint(failure_of(&l, call_phone(&l, 10, R1, 1, 430))->death_in, ==, goodbye);
    ladder_close(&l);
}

static void test_port_used_again(void)
{
    struct ladder l = ladder_open();
    const struct sx_flow *old = flow_of(&l, make_flow(&l, 0, R1));

    segment(&l, 5, PHONE, EDGE, SX_TCP_RST, 0);
    const struct sx_flow *new = flow_of(&l, make_flow(&l, 6, R1));
    g_assert_true(new != old &&sx_flow_more(new)->link != sx_flow_more(old)->link);
    g_assert_cmpuint(sx_flow_more(new)->link->closed_in, ==, 0);
    g_assert_cmpuint(sx_flow_more(old)->newer, ==, new->number);
    ladder_close(&l);
}

static void test_all_at_once(void)
{
    static const struct {
        double second; /* when the edge ends the other connection */
        unsigned from;
        enum sx_flow_death death;
    } rows[] = {
        {9.5, EDGE, SX_DEATH_ALL_AT_ONCE}, {11.0, EDGE, SX_DEATH_ALL_AT_ONCE},
        {11.001, EDGE, SX_DEATH_CLOSED},   {9.5, PHONE, SX_DEATH_CLOSED},
        {0, 0, SX_DEATH_CLOSED}, /* never */
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        unsigned from = rows[i].from;
        make_flow(&l, 0, R1);
        make_flow(&l, 1, R2);
        make_flow(&l, 2, &(struct reg){.reg_id = 3, .edge = EDGE2}); /* of another host */
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

/* The edge sends the phone a request over its flow; the phone answers with 180. */
static const struct sx_txn *phone_answers(struct ladder *l, double at, const struct reg *r,
                                          unsigned src_port, enum sx_transport transport)
{
    char *branch = g_strdup_printf("edge o%u", next_branch());
    char *uri = contact_uri(r);
    const struct sx_txn *txn =
        txn_of(l, request(l, at, EDGE, PHONE, "INVITE", via(branch), .uri = uri,
                          .dst_port = port_of(r), .src_port = src_port, .transport = transport));

    response(l, at + 0.1, PHONE, EDGE, 180, "INVITE", via(branch), .src_port = port_of(r),
             .dst_port = src_port, .transport = transport);
    response(l, at + 0.2, PHONE, EDGE, 200, "INVITE", via(branch), .src_port = port_of(r),
             .dst_port = src_port, .transport = transport);
    g_free(branch);
    g_free(uri);
    return txn;
}

/* What the client answers over the connection shows that it works, for each response before it that
 * calls it gone; nothing else does. */
static void test_works_later(void)
{
    struct ladder l = ladder_open();

    make_flow(&l, 0, R1);
    const struct sx_txn *first = call_phone(&l, 10, R1, 1, 430);
    const struct sx_txn *second = call_phone(&l, 11, R1, 2, 430);
    g_assert_cmpuint(failure_of(&l, second)->works_in, ==, 0);
    /* From another port of the edge it may be another way. */
    g_assert_cmpuint(phone_answers(&l, 12, R1, 5070, SX_TRANSPORT_TCP)->flow, ==, second->flow);
    g_assert_cmpuint(failure_of(&l, second)->works_in, ==, 0);
    const struct sx_txn *txn = phone_answers(&l, 20, R1, 0, SX_TRANSPORT_TCP);
    g_assert_cmpuint(txn->flow, ==, first->flow);
    g_assert_cmpuint(failure_of(&l, second)->works_in, ==, txn->first_response_frame);
    g_assert_cmpuint(failure_of(&l, second)->works_code, ==, 180);
    g_assert_cmpuint(failure_of(&l, first)->works_in, ==, txn->first_response_frame);
    phone_answers(&l, 30, R1, 0, SX_TRANSPORT_TCP);
    g_assert_cmpuint(failure_of(&l, first)->works_in, ==, txn->first_response_frame);
    const struct sx_txn *third = call_phone(&l, 40, R1, 3, 430);
    make_flow(&l, 50, R1);
    phone_answers(&l, 60, R1, 0, SX_TRANSPORT_TCP);
    g_assert_cmpuint(failure_of(&l, third)->again_in, !=, 0);
    g_assert_cmpuint(failure_of(&l, third)->works_in, ==, 0);
    ladder_close(&l);
}

/* Over UDP the client may have opened the way again; what comes after the end of the connection is
 * another one. */
static void test_works_over_another(void)
{
    static const struct reg udp = {.reg_id = 1, .transport = SX_TRANSPORT_UDP};
    struct ladder l = ladder_open();

    make_flow(&l, 0, &udp);
    const struct sx_txn *txn = call_phone(&l, 10, &udp, 1, 430);
    g_assert_cmpuint(phone_answers(&l, 20, &udp, 0, SX_TRANSPORT_UDP)->flow, ==, txn->flow);
    g_assert_cmpuint(failure_of(&l, txn)->works_in, ==, 0);
    ladder_close(&l);

    l = ladder_open();
    make_flow(&l, 0, R1);
    txn = call_phone(&l, 10, R1, 1, 430);
    segment(&l, 11, PHONE, EDGE, SX_TCP_FIN | SX_TCP_ACK, 0);
    phone_answers(&l, 20, R1, 0, SX_TRANSPORT_TCP);
    g_assert_cmpuint(failure_of(&l, txn)->works_in, ==, 0);
    ladder_close(&l);
}

static void test_tcp_repeats(void)
{
    struct ladder l = ladder_open();
    uint32_t first = 0;

    make_flow(&l, 0, R1);
    segment(&l, 5, EDGE, PHONE, SX_TCP_ACK, .payload = 800, .seq = 1000);
    segment(&l, 5.001, EDGE, PHONE, SX_TCP_ACK, .payload = 800, .seq = 1000); /* a mirror port */
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

/* The flow timer of 120 s, right after it ended and a millisecond before. */
static void test_silence_threshold(void)
{
    for (unsigned i = 0; i < 2; i++) {
        struct ladder l = ladder_open();

        make_flow(&l, 0, &(struct reg){.answer = "Flow-Timer: 120\r\nExpires: 900\r\n"});
        segment(&l, 100, PHONE, EDGE, SX_TCP_ACK, .payload = 4);
        const struct sx_flow_failure *failure =
            failure_of(&l, call_phone(&l, i ? 219.99 : 219.989, R1, 1, 430));
        g_assert_cmpint(failure->silent_ns, ==, ns_of(i ? 120.001 : 120.0));
        g_assert_cmpuint(failure->death, ==, i ? SX_DEATH_FLOW_TIMER : SX_DEATH_UNKNOWN);
        ladder_close(&l);
    }
}

/* The least code that refuses a refresh. */
static void test_refused_refresh(void)
{
    struct ladder l = ladder_open();

    make_flow(&l, 0, &(struct reg){.answer = "Expires: 900\r\n"});
    make_flow(&l, 902, &(struct reg){.code = 300});
    g_assert_cmpuint(failure_of(&l, call_phone(&l, 903, R1, 1, 430))->death, ==, SX_DEATH_EXPIRED);
    ladder_close(&l);
}

/* Without the client's hop in the capture nothing of the connection is known. */
static void test_core_only(void)
{
    struct ladder l = ladder_open();
    const struct sx_flow *flow = flow_of(&l, make_flow(&l, 0, &(struct reg){.core_only = true}));
    const struct sx_flow_failure *failure = failure_of(&l, call_phone(&l, 500, R1, 1, 430));

    g_assert_null(sx_flow_more(flow)->link);
    g_assert_cmpint(failure->silent_ns, ==, -1);
    g_assert_cmpuint(failure->death, ==, SX_DEATH_UNKNOWN);
    ladder_close(&l);
}

/* ---- UDP ---- */

#define REG_UDP (&(struct reg){.transport = SX_TRANSPORT_UDP})
#define STUN(type, length)         \
    type length "\x21\x12\xa4\x42" \
                "transaction1"
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
    g_assert_cmpuint(sx_flow_more(flow)->link->transport, ==, SX_TRANSPORT_UDP);
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

/* A refresh was refused: the registration has run out from the last moment of its time on. */
static void test_run_out_threshold(void)
{
    for (unsigned over = 0; over < 2; over++) {
        struct ladder l = ladder_open();
        make_flow(&l, 0, &(struct reg){.edge_only = true, .answer = "Expires: 60\r\n"});
        make_flow(&l, 50, &(struct reg){.edge_only = true, .code = 403});
        const struct sx_txn *txn = call_phone(&l, (over ? 60.003 : 60.002) - 0.011, R1, 1, 430);
        g_assert_cmpuint(failure_of(&l, txn)->death, ==,
                         over ? SX_DEATH_EXPIRED : SX_DEATH_UNKNOWN);
        ladder_close(&l);
    }
}

/* Nothing was refused: any 2xx grants it, and who still sends to it may know of a refresh. */
static void test_granted_by_any_2xx(void)
{
    struct ladder l = ladder_open();

    make_flow(&l, 0, &(struct reg){.edge_only = true, .code = 299, .answer = "Expires: 60\r\n"});
    g_assert_cmpuint(failure_of(&l, call_phone(&l, 70, R1, 1, 430))->death, ==, SX_DEATH_UNKNOWN);
    ladder_close(&l);
}

/* 430 says so itself, whatever is seen of the connection; no other code does. */
static void test_lost(void)
{
    for (unsigned code = 429; code <= 431; code++) {
        struct ladder l = ladder_open();
        make_flow(&l, 0, R1);
        g_assert_true(failure_of(&l, call_phone(&l, 10, R1, 1, code))->lost == (code == 430));
        ladder_close(&l);
    }
}

/* RFC 5626 4.4.1, 5.4: an edge that has promised nothing owes no pong. */
static void test_no_promise(void)
{
    static const char *const promises[] = {"", "Require: outbound\r\n", "Flow-Timer: 300\r\n"};

    for (size_t i = 0; i < G_N_ELEMENTS(promises); i++) {
        struct ladder l = ladder_open();
        char *contact = g_strdup_printf("Contact: <%s>;reg-id=1;+sip.instance=\"<urn:x:0>\"\r\n",
                                        "sip:bob@10.0.0.5:40001");
        char *answer = g_strdup_printf("Path: <sip:token40001@10.0.0.2;lr;ob>\r\n%s", promises[i]);
        request(&l, 0, PHONE, EDGE, "REGISTER", via("phone p1"), .more = contact, .src_port = 40001,
                .transport = SX_TRANSPORT_TCP);
        response(&l, 0.1, EDGE, PHONE, 200, "REGISTER", via("phone p1"), .more = answer,
                 .dst_port = 40001, .transport = SX_TRANSPORT_TCP);
        segment(&l, 1, EDGE, PHONE, SX_TCP_ACK, .payload = 500, .seq = 1000);
        segment(&l, 5, PHONE, EDGE, SX_TCP_ACK, .payload = 4, .sign = SX_SEGMENT_PING);
        g_assert_cmpuint(failure_of(&l, call_phone(&l, 20, R1, 1, 430))->death, ==,
                         i ? SX_DEATH_NO_PONG : SX_DEATH_UNKNOWN);
        g_free(contact);
        g_free(answer);
        ladder_close(&l);
    }
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/flow_failure/closed", test_closed);
    g_test_add_func("/flow_failure/goodbye", test_goodbye);
    g_test_add_func("/flow_failure/port_used_again", test_port_used_again);
    g_test_add_func("/flow_failure/all_at_once", test_all_at_once);
    g_test_add_func("/flow_failure/ping", test_ping);
    g_test_add_func("/flow_failure/late_but_alive", test_late_but_alive);
    g_test_add_func("/flow_failure/works_later", test_works_later);
    g_test_add_func("/flow_failure/works_over_another", test_works_over_another);
    g_test_add_func("/flow_failure/tcp_repeats", test_tcp_repeats);
    g_test_add_func("/flow_failure/silence", test_silence);
    g_test_add_func("/flow_failure/silence_threshold", test_silence_threshold);
    g_test_add_func("/flow_failure/refused_refresh", test_refused_refresh);
    g_test_add_func("/flow_failure/core_only", test_core_only);
    g_test_add_func("/flow_failure/udp", test_udp);
    g_test_add_func("/flow_failure/udp_refused_and_revived", test_udp_refused_and_revived);
    g_test_add_func("/flow_failure/udp_unreachable", test_udp_unreachable);
    g_test_add_func("/flow_failure/run_out_threshold", test_run_out_threshold);
    g_test_add_func("/flow_failure/granted_by_any_2xx", test_granted_by_any_2xx);
    g_test_add_func("/flow_failure/lost", test_lost);
    g_test_add_func("/flow_failure/no_promise", test_no_promise);
    return g_test_run();
}
