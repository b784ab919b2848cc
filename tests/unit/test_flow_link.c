/* The connection of a flow: both sides of each threshold. What it does otherwise is in test_flow.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/record/flow.h"

#include "flow_text.h"

#define R1 (&(struct reg){.reg_id = 1})
#define R2 (&(struct reg){.reg_id = 2})
#define FIN (SX_TCP_FIN | SX_TCP_ACK)

/* What is known of the connection when a 430 comes at this time. */
static enum sx_flow_death death_at(struct ladder *l, double seconds)
{
    /* call_phone() calls 11 ms before the answer */
    const struct sx_txn *txn = call_phone(l, seconds - 0.011, R1, 1, 430);
    enum sx_flow_death death = (enum sx_flow_death)failure_of(l, txn)->death;

    g_assert_cmpint(txn->final_ns, ==, ns_of(seconds));
    ladder_close(l);
    return death;
}

/* An edge that stops closes all its connections within two seconds. */
static void test_all_at_once(void)
{
    static const struct {
        double second;
        enum sx_flow_death death;
    } rows[] = {{11, SX_DEATH_ALL_AT_ONCE}, {11.001, SX_DEATH_CLOSED}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        make_flow(&l, 0, R1);
        make_flow(&l, 1, R2);
        segment(&l, 9, EDGE, PHONE, FIN, 0);
        segment(&l, rows[i].second, EDGE, PHONE, FIN, .reg = R2);
        g_test_message("the second one at %.3f s", rows[i].second);
        g_assert_cmpint(death_at(&l, 20), ==, rows[i].death);
    }
}

/* RFC 5626 4.4.1: ten seconds after the ping a client without a pong takes the flow for failed. */
static void test_pong(void)
{
    for (unsigned late = 0; late < 2; late++) {
        struct ladder l = ladder_open();
        make_flow(&l, 0, R1);
        segment(&l, 1, EDGE, PHONE, SX_TCP_ACK, .payload = 500, .seq = 1000);
        segment(&l, 5, PHONE, EDGE, SX_TCP_ACK, .payload = 4, .sign = SX_SEGMENT_PING);
        g_assert_cmpint(death_at(&l, late ? 15 : 14.999), ==,
                        late ? SX_DEATH_NO_PONG : SX_DEATH_UNKNOWN);
    }
}

/* RFC 5626 4.4.2, RFC 8489 6.2.1: 7 requests and 16 * RTO after the last are 39.5 s. */
static void test_stun(void)
{
    static const struct sx_slice stun_request = {"\x00\x01\x00\x00\x21\x12\xa4\x42"
                                                 "transaction1",
                                                 20};

    for (unsigned late = 0; late < 2; late++) {
        struct ladder l = ladder_open();
        make_flow(&l, 0, &(struct reg){.transport = SX_TRANSPORT_UDP});
        datagram(&l, 5, PHONE, EDGE, stun_request);
        g_assert_cmpint(death_at(&l, late ? 44.5 : 44.499), ==,
                        late ? SX_DEATH_NO_PONG : SX_DEATH_UNKNOWN);
    }
}

/* The edge's bytes at 5 s, and the same again at these times. */
static void repeat(struct ladder *l, const double *at, size_t n)
{
    make_flow(l, 0, R1);
    segment(l, 5, EDGE, PHONE, SX_TCP_ACK, .payload = 800, .seq = 1000);
    for (size_t i = 0; i < n; i++)
        segment(l, at[i], EDGE, PHONE, SX_TCP_ACK, .payload = 800, .seq = 1000);
}

/* Three repetitions of TCP, and no copy sooner than a tenth of a second counts as one. */
static void test_repetition_or_copy(void)
{
    struct ladder l = ladder_open();

    repeat(&l, (double[]){5.1, 5.2, 5.3}, 3);
    g_assert_cmpint(death_at(&l, 9), ==, SX_DEATH_NO_ACK);

    l = ladder_open();
    repeat(&l, (double[]){5.099, 6, 7}, 3);
    g_assert_cmpint(death_at(&l, 9), ==, SX_DEATH_UNKNOWN);

    l = ladder_open();
    repeat(&l, (double[]){6, 7, 7.099}, 3);
    g_assert_cmpint(death_at(&l, 9), ==, SX_DEATH_UNKNOWN);
}

/* What TCP repeated a minute ago says nothing of now. */
static void test_repeated_lately(void)
{
    for (unsigned late = 0; late < 2; late++) {
        struct ladder l = ladder_open();
        repeat(&l, (double[]){6, 7, 8}, 3);
        g_assert_cmpint(death_at(&l, late ? 68.001 : 68), ==,
                        late ? SX_DEATH_UNKNOWN : SX_DEATH_NO_ACK);
    }
}

static void ends(struct ladder *l, double seconds, const struct reg *r)
{
    segment(l, seconds, EDGE, PHONE, FIN, .reg = r);
}

/* What the edge closes at the same moment counts, and what came up meanwhile and was closed, too,
 * does not count against it. */
static void test_all_of_them(void)
{
    struct ladder l = ladder_open();

    make_flow(&l, 0, R1);
    make_flow(&l, 1, R2);
    ends(&l, 9, R1);
    ends(&l, 9, R2);
    g_assert_cmpint(death_at(&l, 20), ==, SX_DEATH_ALL_AT_ONCE);

    l = ladder_open();
    make_flow(&l, 0, R1);
    make_flow(&l, 1, R2);
    ends(&l, 9, R1);
    ends(&l, 9.5, R2);
    make_flow(&l, 9.6, &(struct reg){.reg_id = 3}); /* its beginning is not in the capture */
    ends(&l, 9.8, &(struct reg){.reg_id = 3});
    g_assert_cmpint(death_at(&l, 20), ==, SX_DEATH_ALL_AT_ONCE);
}

/* A connection without registrations: one that comes up after the first end says nothing; of one
 * that carries bytes the capture lacks the beginning, so it was there, and lives on. */
static void test_another_connection(void)
{
    const struct reg other = {.reg_id = 7};

    for (unsigned bytes = 0; bytes < 2; bytes++) {
        struct ladder l = ladder_open();
        make_flow(&l, 0, R1);
        make_flow(&l, 1, R2);
        ends(&l, 9, R1);
        if (bytes)
            segment(&l, 9.2, EDGE, PHONE, SX_TCP_ACK, .payload = 10, .reg = &other);
        else
            segment(&l, 9.2, EDGE, PHONE, SX_TCP_SYN | SX_TCP_ACK, .reg = &other);
        ends(&l, 9.5, R2);
        g_assert_cmpint(death_at(&l, 20), ==, bytes ? SX_DEATH_CLOSED : SX_DEATH_ALL_AT_ONCE);
    }
}

static void end_at_port(struct ladder *l, double seconds, uint16_t client, uint16_t edge)
{
    static const uint8_t phone_ip[4] = {10, 0, 0, PHONE}, edge_ip[4] = {10, 0, 0, EDGE};
    uint32_t frame = other_packet(l, seconds);

    sx_tracker_tcp(l->tracker, &(struct sx_segment){.src = address_at(edge_ip, edge),
                                                    .dst = address_at(phone_ip, client),
                                                    .time_ns = ns_of(seconds),
                                                    .frame = frame,
                                                    .flags = FIN});
}

/* Another port of the edge's host: while it has connections the host has not stopped. */
static void test_another_port(void)
{
    for (unsigned closed = 0; closed < 2; closed++) {
        struct ladder l = ladder_open();
        make_flow(&l, 0, R1);
        make_flow(&l, 1, R2);
        request(&l, 2, PHONE, EDGE, "REGISTER", via("phone z"), .src_port = 45000, .dst_port = 5070,
                .transport = SX_TRANSPORT_TCP, .more = "Contact: <sip:bob@10.0.0.5:45000>\r\n");
        if (closed)
            end_at_port(&l, 3, 45000, 5070);
        ends(&l, 9, R1);
        ends(&l, 9.5, R2);
        g_assert_cmpint(death_at(&l, 20), ==, closed ? SX_DEATH_ALL_AT_ONCE : SX_DEATH_CLOSED);
    }
}

/* RFC 5626 4.4.1: what comes ten seconds after the ping is no pong, unless the client takes it. */
static void test_late_pong(void)
{
    for (unsigned late = 0; late < 2; late++) {
        struct ladder l = ladder_open();
        make_flow(&l, 0, R1);
        segment(&l, 1, EDGE, PHONE, SX_TCP_ACK, .payload = 500, .seq = 1000);
        segment(&l, 5, PHONE, EDGE, SX_TCP_ACK, .payload = 4, .sign = SX_SEGMENT_PING);
        segment(&l, late ? 15 : 14.999, EDGE, PHONE, SX_TCP_ACK, .payload = 2, .seq = 1500);
        g_assert_cmpint(death_at(&l, 20), ==, late ? SX_DEATH_NO_PONG : SX_DEATH_UNKNOWN);
    }
}

/* What the client says to have got of the edge, beyond what the capture holds, may be the pong. */
static void test_pong_not_captured(void)
{
    for (unsigned got = 0; got < 2; got++) {
        struct ladder l = ladder_open();
        make_flow(&l, 0, R1);
        segment(&l, 1, EDGE, PHONE, SX_TCP_ACK, .payload = 500, .seq = 1000);
        segment(&l, 5, PHONE, EDGE, SX_TCP_ACK, .payload = 4, .sign = SX_SEGMENT_PING);
        segment(&l, 8, PHONE, EDGE, SX_TCP_ACK, .payload = 100, .ack = got ? 1502 : 1500);
        g_assert_cmpint(death_at(&l, 20), ==, got ? SX_DEATH_UNKNOWN : SX_DEATH_NO_PONG);
    }
}

/* Where nothing of the edge was in sight before, what the client had with the ping is the measure.
 */
static void test_pong_before_the_first_byte(void)
{
    for (unsigned got = 0; got < 2; got++) {
        struct ladder l = ladder_open();
        make_flow(&l, 0, R1);
        segment(&l, 5, PHONE, EDGE, SX_TCP_ACK, .payload = 4, .ack = 1500, .sign = SX_SEGMENT_PING);
        segment(&l, 8, PHONE, EDGE, SX_TCP_ACK, .payload = 100, .ack = 1500 + got);
        segment(&l, 9, EDGE, PHONE, SX_TCP_ACK, .payload = 2, .seq = 1000);
        segment(&l, 9, EDGE, PHONE, SX_TCP_ACK, .payload = 2, .seq = 1000);
        g_assert_cmpuint(
            sx_flow_more(sx_flows_at(sx_tracker_flows(l.tracker), 1))->link->lacks_edge, ==, got);
        ladder_close(&l);
    }
}

/* The edge's next bytes leave room for the pong, seen from what it sent before, or from what the
 * client had. */
static void test_room_for_a_pong(void)
{
    for (unsigned i = 0; i < 4; i++) {
        bool before = i & 1, room = i & 2;
        struct ladder l = ladder_open();
        make_flow(&l, 0, R1);
        if (before)
            segment(&l, 1, EDGE, PHONE, SX_TCP_ACK, .payload = 500, .seq = 1000);
        segment(&l, 5, PHONE, EDGE, SX_TCP_ACK, .payload = 4, .ack = 1500, .sign = SX_SEGMENT_PING);
        segment(&l, 15, EDGE, PHONE, SX_TCP_ACK, .payload = 2, .seq = 1500 + room);
        g_test_message("%u", i);
        g_assert_cmpint(death_at(&l, 20), ==, room ? SX_DEATH_UNKNOWN : SX_DEATH_NO_PONG);
    }
}

/* Once the capture has lacked bytes of the edge, it may lack the next pong. */
static void test_lacks_pongs(void)
{
    for (unsigned lacks = 0; lacks < 2; lacks++) {
        struct ladder l = ladder_open();
        make_flow(&l, 0, R1);
        segment(&l, 1, EDGE, PHONE, SX_TCP_ACK, .payload = 500, .seq = 1000);
        segment(&l, 3, PHONE, EDGE, SX_TCP_ACK, .payload = 100, .ack = 1500 + lacks);
        segment(&l, 5, PHONE, EDGE, SX_TCP_ACK, .payload = 4, .ack = 1500 + lacks,
                .sign = SX_SEGMENT_PING);
        g_assert_cmpint(death_at(&l, 20), ==, lacks ? SX_DEATH_UNKNOWN : SX_DEATH_NO_PONG);
    }
}

/* The edge's FIN acknowledges more than the client has sent in sight: its FIN counts for a byte.
 * Its goodbye tells all the same. */
static void test_who_closed(void)
{
    static const struct {
        uint32_t ack;
        unsigned flags, first, goodbye;
        bool unknown;
    } rows[] = {
        {2100, FIN, 0, 0, false},    {2101, FIN, 0, 0, true},      {2101, SX_TCP_FIN, 0, 0, false},
        {2101, FIN, 0, EDGE, false}, {2101, FIN, 0, PHONE, false}, {2050, FIN, 2050, 0, false},
        {2101, FIN, 2050, 0, true},  {2051, FIN, 2050, 0, false},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        const struct sx_flow *flow = flow_of(&l, make_flow(&l, 0, R1));
        make_flow(&l, 1, R2);
        segment(&l, 2, PHONE, EDGE, SX_TCP_ACK, .payload = 100, .seq = 2000);
        if (rows[i].first) /* what TCP repeats does not count again */
            segment(&l, 3, PHONE, EDGE, SX_TCP_ACK, .payload = 50, .seq = 2000);
        if (rows[i].goodbye)
            segment(&l, 8, rows[i].goodbye, rows[i].goodbye == EDGE ? PHONE : EDGE, SX_TCP_ACK,
                    .payload = 2, .seq = rows[i].goodbye == EDGE ? 1000 : 2100,
                    .sign = SX_SEGMENT_GOODBYE);
        segment(&l, 9, EDGE, PHONE, rows[i].flags, .ack = rows[i].ack);
        const struct sx_link *link = sx_flow_more(flow)->link;
        g_test_message("%zu", i);
        g_assert_cmpuint(link->closer_unknown, ==, rows[i].unknown);
        g_assert_cmpuint(link->closed_by_client, ==, rows[i].goodbye == PHONE);
        segment(&l, 9.1, EDGE, PHONE, FIN, .reg = R2);
        g_assert_cmpint(death_at(&l, 20), ==,
                        rows[i].unknown || rows[i].goodbye == PHONE ? SX_DEATH_CLOSED
                                                                    : SX_DEATH_ALL_AT_ONCE);
    }
}

/* Where nothing of the client was in sight, an acknowledgement says nothing. */
static void test_who_closed_unseen(void)
{
    struct ladder l = ladder_open();
    const struct sx_flow *flow = flow_of(&l, make_flow(&l, 0, R1));

    segment(&l, 9, EDGE, PHONE, FIN, .ack = 2101);
    g_assert_false(sx_flow_more(flow)->link->closer_unknown);
    ladder_close(&l);
}

/* A 200 whose REGISTER the capture lacks shows a connection of the edge: not all are closed. Not
 * one over UDP, nor the 200 of a hop further on. */
static void test_connection_of_a_response(void)
{
    static const struct {
        enum sx_transport transport;
        const char *above;
        enum sx_flow_death death;
    } rows[] = {
        {SX_TRANSPORT_TCP, NULL, SX_DEATH_CLOSED},
        {SX_TRANSPORT_WS, NULL, SX_DEATH_CLOSED},
        {SX_TRANSPORT_UDP, NULL, SX_DEATH_ALL_AT_ONCE},
        {SX_TRANSPORT_OTHER, NULL, SX_DEATH_ALL_AT_ONCE},
        {SX_TRANSPORT_TCP, "phone q1", SX_DEATH_ALL_AT_ONCE},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        make_flow(&l, 0, R1);
        make_flow(&l, 1, R2);
        response(&l, 2, EDGE, CAROL, 200, "REGISTER", via("carol q2", rows[i].above),
                 .src_port = 80, .dst_port = 40003, .transport = rows[i].transport);
        segment(&l, 9, EDGE, PHONE, FIN, 0);
        segment(&l, 9.1, EDGE, PHONE, FIN, .reg = R2);
        g_test_message("%zu", i);
        g_assert_cmpint(death_at(&l, 20), ==, rows[i].death);
    }
}

/* That a connection comes up shows nothing of whether the capture sees what the edge sends. */
static void test_no_bytes_of_the_edge(void)
{
    struct ladder l = ladder_open();

    make_flow(&l, -2, R2);
    segment(&l, -1, EDGE, PHONE, SX_TCP_SYN | SX_TCP_ACK, .seq = 1000);
    make_flow(&l, 0, R1);
    segment(&l, 5, PHONE, EDGE, SX_TCP_ACK, .payload = 4, .sign = SX_SEGMENT_PING);
    g_assert_cmpint(death_at(&l, 20), ==, SX_DEATH_UNKNOWN);
}

/* All that the edge repeated is acknowledged, or all but a byte. */
static void test_acknowledged(void)
{
    for (unsigned all = 0; all < 2; all++) {
        struct ladder l = ladder_open();
        repeat(&l, (double[]){6, 7, 8}, 3);
        segment(&l, 8.5, PHONE, EDGE, SX_TCP_ACK, .payload = 4, .ack = 1799 + all);
        g_assert_cmpint(death_at(&l, 9), ==, all ? SX_DEATH_UNKNOWN : SX_DEATH_NO_ACK);
    }
}

/* Over UDP nothing is known of the way of a Contact that nobody watches (RFC 5626 4.4.2). */
static void test_no_link(void)
{
    struct ladder l = ladder_open();
    const struct sx_flow *plain = flow_of(&l, make_flow(&l, 0,
                                                        &(struct reg){
                                                            .contact = "<sip:bob@10.0.0.5:40001>",
                                                            .transport = SX_TRANSPORT_UDP,
                                                        }));
    const struct sx_flow *outbound =
        flow_of(&l, make_flow(&l, 1, &(struct reg){.reg_id = 2, .transport = SX_TRANSPORT_UDP}));

    g_assert_null(sx_flow_more(plain)->link);
    g_assert_nonnull(sx_flow_more(outbound)->link);
    ladder_close(&l);
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/flow_link/all_at_once", test_all_at_once);
    g_test_add_func("/flow_link/pong", test_pong);
    g_test_add_func("/flow_link/stun", test_stun);
    g_test_add_func("/flow_link/repetition_or_copy", test_repetition_or_copy);
    g_test_add_func("/flow_link/repeated_lately", test_repeated_lately);
    g_test_add_func("/flow_link/all_of_them", test_all_of_them);
    g_test_add_func("/flow_link/another_connection", test_another_connection);
    g_test_add_func("/flow_link/another_port", test_another_port);
    g_test_add_func("/flow_link/late_pong", test_late_pong);
    g_test_add_func("/flow_link/pong_not_captured", test_pong_not_captured);
    g_test_add_func("/flow_link/pong_before_the_first_byte", test_pong_before_the_first_byte);
    g_test_add_func("/flow_link/room_for_a_pong", test_room_for_a_pong);
    g_test_add_func("/flow_link/lacks_pongs", test_lacks_pongs);
    g_test_add_func("/flow_link/who_closed", test_who_closed);
    g_test_add_func("/flow_link/who_closed_unseen", test_who_closed_unseen);
    g_test_add_func("/flow_link/connection_of_a_response", test_connection_of_a_response);
    g_test_add_func("/flow_link/no_bytes_of_the_edge", test_no_bytes_of_the_edge);
    g_test_add_func("/flow_link/acknowledged", test_acknowledged);
    g_test_add_func("/flow_link/no_link", test_no_link);
    return g_test_run();
}
