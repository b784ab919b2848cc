/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/judge/silence.h"
#include "core/record/evidence.h"
#include "core/record/signs.h"

#include "sip_text.h"

#define OVER_TCP .src_port = 40001, .transport = SX_TRANSPORT_TCP
#define EXACT .packet = {.id = 1000, .ack = 700, .exact = true}

static uint32_t invite(struct ladder *l, double at)
{
    return request(l, at, ALICE, P1, "INVITE", via("alice a1"), OVER_TCP, EXACT)->txn;
}

/* A segment from p1 on her connection, with this sequence number and so many bytes. */
static uint32_t from_p1(struct ladder *l, double at, unsigned flags, uint32_t seq, uint32_t payload)
{
    const uint8_t src[4] = {10, 0, 0, P1}, dst[4] = {10, 0, 0, ALICE};
    uint32_t frame = other_packet(l, at);

    sx_tracker_tcp(l->tracker, &(struct sx_segment){
                                   .src = address_at(src, 5060),
                                   .dst = address_at(dst, 40001),
                                   .time_ns = ns_of(at),
                                   .frame = frame,
                                   .flags = flags,
                                   .seq = seq,
                                   .payload = payload,
                               });
    return frame;
}

static uint32_t lost_in(const struct ladder *l, uint32_t txn)
{
    return sx_evidence_connection_lost(txn_numbered(l, txn), sx_evidence_now(l->tracker));
}

/* What is wanted of others but connections that come and go: the first segment that comes back. */
static void test_wants(void)
{
    struct ladder l = ladder_open();

    request(&l, 0, ALICE, P1, "INVITE", via("alice a0"), .src_port = 40009,
            .transport = SX_TRANSPORT_TCP);
    g_assert_false(sx_tracker_wants(l.tracker, SX_TCP_ACK, 0));
    invite(&l, 1);
    g_assert_true(sx_tracker_wants(l.tracker, SX_TCP_ACK, 0));
    g_assert_false(sx_tracker_wants(l.tracker, SX_TCP_ACK, 10));
    segment(&l, 1, ALICE, 40001, P1, 5060, SX_TCP_ACK);
    g_assert_true(sx_tracker_wants(l.tracker, SX_TCP_ACK, 0));
    from_p1(&l, 1.1, SX_TCP_ACK, 700, 0);
    g_assert_false(sx_tracker_wants(l.tracker, SX_TCP_ACK, 0));
    ladder_close(&l);
}

/* Within a second, and no bytes of a response. */
static void test_way_back(void)
{
    static const struct {
        double at;
        uint32_t seq, payload;
        bool seen;
    } rows[] = {
        {1.0, 700, 0, true},  {1.001, 700, 0, false}, {0.1, 763, 0, true},   {0.1, 764, 0, false},
        {0.1, 699, 0, false}, {0.1, 700, 63, true},   {0.1, 700, 64, false},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        uint32_t txn = invite(&l, 0);
        from_p1(&l, rows[i].at, SX_TCP_ACK, rows[i].seq, rows[i].payload);
        g_test_message("%zu", i);
        g_assert_true(txn_numbered(&l, txn)->way_back_seen == rows[i].seen);
        other_packet(&l, 32);
        g_assert_true(sx_silence_no_response(l.tracker, txn_numbered(&l, txn)) == rows[i].seen);
        ladder_close(&l);
    }
}

/* Later bytes that the capture has no response for take it back; what has a response needs none. */
static void test_way_back_taken_back(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = invite(&l, 0);

    from_p1(&l, 0.1, SX_TCP_ACK, 700, 0);
    g_assert_true(txn_numbered(&l, txn)->way_back_seen);
    from_p1(&l, 9, SX_TCP_FIN, 1200, 0);
    g_assert_false(txn_numbered(&l, txn)->way_back_seen);
    g_assert_cmpuint(lost_in(&l, txn), ==, 0);
    ladder_close(&l);

    l = ladder_open();
    txn = invite(&l, 0);
    response(&l, 0.05, P1, ALICE, 100, "INVITE", via("alice a1"));
    from_p1(&l, 0.1, SX_TCP_ACK, 700, 0);
    g_assert_false(txn_numbered(&l, txn)->way_back_seen);
    from_p1(&l, 9, SX_TCP_FIN, 700, 0);
    g_assert_cmpuint(lost_in(&l, txn), ==, 0);
    ladder_close(&l);
}

static void test_closed(void)
{
    static const struct {
        double at;
        uint32_t seq;
        unsigned flags;
        bool lost;
    } rows[] = {
        {0.1, 700, SX_TCP_FIN, true},     {32.0, 700, SX_TCP_FIN, true},
        {32.001, 700, SX_TCP_FIN, false}, {4.0, 763, SX_TCP_FIN, true},
        {4.0, 764, SX_TCP_FIN, false},    {4.0, 731, SX_TCP_GOODBYE, true},
        {40.0, 700, SX_TCP_RST, true},    {40.001, 700, SX_TCP_RST, false},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        uint32_t txn = invite(&l, 0), frame = 0;
        frame = from_p1(&l, rows[i].at, rows[i].flags, rows[i].seq, 0);
        g_test_message("%zu", i);
        g_assert_cmpuint(lost_in(&l, txn), ==, rows[i].lost ? frame : 0);
        if (rows[i].flags != SX_TCP_RST)
            g_assert_true((sx_tracker_sign(l.tracker, frame, 0) != NULL) == rows[i].lost);
        /* the client's own FIN that follows is no hang-up */
        segment(&l, rows[i].at, ALICE, 40001, P1, 5060, SX_TCP_FIN);
        g_assert_null(sx_tracker_hung_up(l.tracker, txn_numbered(&l, txn)));
        ladder_close(&l);
    }
}

/* A reset cuts off every INVITE that came over the connection in the 40 s before. */
static void test_all_are_cut_off(void)
{
    for (unsigned later = 0; later < 2; later++) {
        struct ladder l = ladder_open();
        uint32_t first = invite(&l, 0);
        request(&l, 0, ALICE, P1, "INVITE", via("alice a2"), .call_id = "other", OVER_TCP, EXACT);
        uint32_t frame = from_p1(&l, 40 + later * 0.001, SX_TCP_RST, 700, 0);
        g_assert_cmpuint(lost_in(&l, first), ==, later ? 0 : frame);
        ladder_close(&l);
    }
}

/* Whose client left first, or who was not seen on a connection. */
static void test_not_closed(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = invite(&l, 0);

    segment(&l, 4, ALICE, 40001, P1, 5060, SX_TCP_FIN);
    from_p1(&l, 4.1, SX_TCP_FIN, 700, 0);
    g_assert_cmpuint(lost_in(&l, txn), ==, 0);
    ladder_close(&l);

    l = ladder_open();
    txn = request(&l, 0, ALICE, P1, "INVITE", via("alice a1"), OVER_TCP)->txn;
    from_p1(&l, 4, SX_TCP_FIN, 700, 0);
    g_assert_cmpuint(lost_in(&l, txn), ==, 0);
    ladder_close(&l);
}

/* Only of the newest INVITE it is known what the client had by then. */
static void test_newest(void)
{
    struct ladder l = ladder_open();
    uint32_t first = invite(&l, 0);
    uint32_t second =
        request(&l, 1, ALICE, P1, "INVITE", via("alice a2"), .call_id = "2", OVER_TCP, EXACT)->txn;
    uint32_t frame = from_p1(&l, 4, SX_TCP_FIN, 700, 0);

    g_assert_cmpuint(lost_in(&l, first), ==, 0);
    g_assert_cmpuint(lost_in(&l, second), ==, frame);
    ladder_close(&l);
}

/* The client goes on over another connection: in the same call, from the same host, answered. */
static void test_went_on(void)
{
    static const struct {
        const char *call_id;
        unsigned from;
        bool answered, went_on;
    } rows[] = {
        {"call-1", ALICE, true, true},
        {"call-1", ALICE, false, false},
        {"other", ALICE, true, false},
        {"call-1", P3, true, false},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        uint32_t txn = invite(&l, 0);
        from_p1(&l, 4, SX_TCP_FIN, 700, 0);
        request(&l, 5, rows[i].from, P1, "INVITE", via("x a2"), .call_id = rows[i].call_id,
                .cseq = 2, .src_port = 40002, .transport = SX_TRANSPORT_TCP);
        if (rows[i].answered)
            response(&l, 6, P1, rows[i].from, 180, "INVITE", via("x a2"),
                     .call_id = rows[i].call_id, .cseq = 2, .dst_port = 40002);
        g_test_message("%zu", i);
        g_assert_true(sx_evidence_went_on(l.tracker, txn_numbered(&l, txn),
                                          sx_evidence_now(l.tracker)) == rows[i].went_on);
        uint32_t frame = other_packet(&l, 32);
        g_assert_true((sx_tracker_expiry(l.tracker, frame, 0) != NULL) == !rows[i].went_on);
        g_assert_cmpuint(sx_silence_lost_in(l.tracker, txn_numbered(&l, txn)), ==,
                         rows[i].went_on ? 0 : 2);
        ladder_close(&l);
    }
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/riding/wants", test_wants);
    g_test_add_func("/riding/way_back", test_way_back);
    g_test_add_func("/riding/way_back_taken_back", test_way_back_taken_back);
    g_test_add_func("/riding/closed", test_closed);
    g_test_add_func("/riding/all_are_cut_off", test_all_are_cut_off);
    g_test_add_func("/riding/not_closed", test_not_closed);
    g_test_add_func("/riding/newest", test_newest);
    g_test_add_func("/riding/went_on", test_went_on);
    return g_test_run();
}
