/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/judge/silence.h"
#include "core/record/evidence.h"
#include "core/record/missing.h"
#include "core/record/tcp_bytes.h"

#include "sip_text.h"

#define CLIENT_PORT 40001
#define OVER_TCP .transport = SX_TRANSPORT_TCP

/* Her connection: what she sends, and what p1 sends; so many bytes from this number on. */
#define UP(number, payload, acked)                   \
    OVER_TCP,                                        \
        .src_port = CLIENT_PORT, .bytes = (payload), \
        .packet = {.id = (number), .ack = (acked), .end = (number) + (payload), .exact = true}
#define DOWN(number, payload, acked)                 \
    OVER_TCP,                                        \
        .dst_port = CLIENT_PORT, .bytes = (payload), \
        .packet = {.id = (number), .ack = (acked), .end = (number) + (payload), .exact = true}

static uint32_t subscribe(struct ladder *l, double at, const char *branch, uint32_t acked)
{
    return request(l, at, ALICE, P1, "SUBSCRIBE", via(branch), UP(100, 300, acked))->txn;
}

/* A segment between them, on this port of hers. */
static uint32_t tcp(struct ladder *l, double at, bool up, uint16_t port, unsigned flags,
                    uint32_t seq, uint32_t ack)
{
    const uint8_t alice[4] = {10, 0, 0, ALICE}, p1[4] = {10, 0, 0, P1};
    const struct sx_address hers = address_at(alice, port), its = address_at(p1, 5060);
    uint32_t frame = other_packet(l, at);

    sx_tracker_tcp(l->tracker, &(struct sx_segment){
                                   .src = up ? hers : its,
                                   .dst = up ? its : hers,
                                   .time_ns = ns_of(at),
                                   .frame = frame,
                                   .flags = flags,
                                   .seq = seq,
                                   .ack = ack,
                               });
    return frame;
}

static uint32_t missed(const struct ladder *l, uint32_t txn)
{
    return sx_tcp_bytes_missed(l->tracker, txn_numbered(l, txn), UINT32_MAX);
}

/* As many bytes as a response has, and not so many that the number is another connection's. */
static void test_how_many(void)
{
    static const struct {
        uint32_t number;
        bool missed;
    } rows[] = {
        {1000, false},
        {1063, false},
        {1064, true},
        {936, false},
        {1000 + (1 << 24) - 1, true},
        {1000 + (1 << 24), false},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        for (unsigned up = 0; up < 2; up++) {
            struct ladder l = ladder_open();
            uint32_t txn = subscribe(&l, 0, "alice a1", 1000);
            uint32_t frame =
                up ? tcp(&l, 5, true, CLIENT_PORT, SX_TCP_FIN | SX_TCP_ACK, 400, rows[i].number)
                   : tcp(&l, 5, false, CLIENT_PORT, SX_TCP_RST, rows[i].number, 400);
            g_test_message("%zu %u", i, up);
            g_assert_cmpuint(missed(&l, txn), ==, rows[i].missed ? frame : 0);
            g_assert_cmpuint(sx_tcp_bytes_missed(l.tracker, txn_numbered(&l, txn), frame - 1), ==,
                             0);
            g_assert_cmpuint(sx_tcp_bytes_missed(l.tracker, txn_numbered(&l, txn), frame), ==,
                             rows[i].missed ? frame : 0);
            ladder_close(&l);
        }
    }
}

/* What it says of the request: nothing is known, and p1 was within reach. */
static void test_verdict(void)
{
    for (unsigned gap = 0; gap < 2; gap++) {
        struct ladder l = ladder_open();
        uint32_t txn = subscribe(&l, 0, "alice a1", 1000);
        request(&l, 1, P1, ALICE, "MESSAGE", via("p1 m1"), .call_id = "other",
                DOWN(1000, 300, 400));
        uint32_t frame = tcp(&l, 5, false, CLIENT_PORT, SX_TCP_RST, gap ? 1700 : 1300, 400);
        other_packet(&l, 60);
        const struct sx_txn *t = txn_numbered(&l, txn);
        struct sx_missing missing = sx_missing_response(l.tracker, t, UINT32_MAX);
        g_assert_cmpint(missing.sign, ==, gap ? SX_MISSING_BYTES : SX_MISSING_NONE);
        g_assert_cmpuint(missing.frame, ==, gap ? frame : 0);
        g_assert_false(sx_missing_is_sure(missing.sign));
        g_assert_true(sx_silence_no_response(l.tracker, t) == !gap);
        g_assert_true(sx_evidence_unreachable(t, sx_evidence_now(l.tracker)) == !gap);
        ladder_close(&l);
    }
}

/* A reset of a connection that INVITEs came over. */
static void test_reset_of_invite(void)
{
    for (unsigned gap = 0; gap < 2; gap++) {
        struct ladder l = ladder_open();
        uint32_t txn =
            request(&l, 0, ALICE, P1, "INVITE", via("alice a1"), UP(100, 300, 1000))->txn;
        response(&l, 0.1, P1, ALICE, 100, "INVITE", via("alice a1"), DOWN(1000, 300, 400));
        tcp(&l, 5, false, CLIENT_PORT, SX_TCP_RST, gap ? 1364 : 1363, 400);
        g_assert_true(sx_evidence_unreachable(txn_numbered(&l, txn), sx_evidence_now(l.tracker)) ==
                      !gap);
        ladder_close(&l);
    }
}

/* A response in sight shows what is not missed; what is missed before a first one is not asked. */
static void test_answered(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = request(&l, 0, ALICE, P1, "INVITE", via("alice a1"), UP(100, 300, 1000))->txn;

    response(&l, 0.1, P1, ALICE, 180, "INVITE", via("alice a1"), DOWN(1300, 300, 400));
    g_assert_cmpuint(missed(&l, txn), !=, 0);
    g_assert_cmpint(sx_missing_response(l.tracker, txn_numbered(&l, txn), UINT32_MAX).sign, ==,
                    SX_MISSING_NONE);
    ladder_close(&l);
}

/* It is counted from the 100 on, which is there with its own bytes. */
static void test_after_100(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = request(&l, 0, ALICE, P1, "INVITE", via("alice a1"), UP(100, 300, 1000))->txn;

    response(&l, 0.1, P1, ALICE, 100, "INVITE", via("alice a1"), DOWN(1400, 300, 400));
    g_assert_cmpuint(missed(&l, txn), ==, 0);
    uint32_t frame = tcp(&l, 5, true, CLIENT_PORT, SX_TCP_FIN | SX_TCP_ACK, 400, 1764);
    g_assert_cmpuint(missed(&l, txn), ==, frame);
    ladder_close(&l);
}

/* A 100 without its request begins it as well. */
static void test_without_request(void)
{
    struct ladder l = ladder_open();
    uint32_t txn =
        response(&l, 0.1, P1, ALICE, 100, "INVITE", via("alice a1"), DOWN(1000, 300, 400))->txn;

    g_assert_cmpuint(missed(&l, txn), ==, 0);
    uint32_t frame = tcp(&l, 5, false, CLIENT_PORT, SX_TCP_FIN | SX_TCP_ACK, 1364, 400);
    g_assert_cmpuint(missed(&l, txn), ==, frame);
    ladder_close(&l);
}

/* Pongs add up to nothing where something else shows each of them. */
static void test_little_by_little(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = subscribe(&l, 0, "alice a1", 1000);

    tcp(&l, 1, true, CLIENT_PORT, SX_TCP_FIN | SX_TCP_ACK, 400, 1063);
    tcp(&l, 2, true, CLIENT_PORT, SX_TCP_FIN | SX_TCP_ACK, 400, 1126);
    g_assert_cmpuint(missed(&l, txn), ==, 0);
    tcp(&l, 3, false, CLIENT_PORT, SX_TCP_FIN | SX_TCP_ACK, 1189, 400);
    g_assert_cmpuint(missed(&l, txn), ==, 0);
    tcp(&l, 3.5, true, CLIENT_PORT, SX_TCP_FIN | SX_TCP_ACK, 400, 1100);
    uint32_t frame = tcp(&l, 4, true, CLIENT_PORT, SX_TCP_FIN | SX_TCP_ACK, 400, 1253);
    g_assert_cmpuint(missed(&l, txn), ==, frame);
    ladder_close(&l);
}

/* What the server had sent before the request, and the client has not acknowledged yet. */
static void test_on_its_way(void)
{
    struct ladder l = ladder_open();

    request(&l, 0, P1, ALICE, "MESSAGE", via("p1 m1"), .call_id = "other", DOWN(1000, 300, 100));
    uint32_t txn = subscribe(&l, 0.001, "alice a1", 1000);
    request(&l, 1, ALICE, P1, "MESSAGE", via("alice m2"), .call_id = "third", UP(400, 300, 1300));
    g_assert_cmpuint(missed(&l, txn), ==, 0);
    ladder_close(&l);
}

/* What it acknowledges with the request counts, seen or not. */
static void test_missed_before(void)
{
    struct ladder l = ladder_open();

    request(&l, 0, P1, ALICE, "MESSAGE", via("p1 m1"), .call_id = "other", DOWN(1000, 300, 100));
    uint32_t txn = subscribe(&l, 1, "alice a1", 1900);
    request(&l, 2, ALICE, P1, "MESSAGE", via("alice m2"), .call_id = "third", UP(400, 300, 1900));
    g_assert_cmpuint(missed(&l, txn), ==, 0);
    ladder_close(&l);
}

/* The segment that a message ends in may be one of several. */
static void test_several_segments(void)
{
    for (unsigned bytes = 300; bytes <= 364; bytes += 64) {
        struct ladder l = ladder_open();
        uint32_t txn = subscribe(&l, 0, "alice a1", 1000);
        /* Its last 100 bytes. */
        request(&l, 1, P1, ALICE, "MESSAGE", via("p1 m1"), .call_id = "other", OVER_TCP,
                .dst_port = CLIENT_PORT, .bytes = bytes,
                .packet = {.id = 1264, .ack = 400, .end = 1364, .exact = true});
        g_assert_true((missed(&l, txn) != 0) == (bytes == 300));
        ladder_close(&l);
    }
}

/* A phone on the machine of its proxy: the ports tell the two sides apart, whichever is the higher.
 */
static void test_one_host(void)
{
    for (uint16_t port = 4000; port <= 40000; port += 36000) {
        struct ladder l = ladder_open();
        uint32_t txn = request(&l, 0, P1, P1, "SUBSCRIBE", via("p1 a1"), OVER_TCP, .src_port = port,
                               .bytes = 300,
                               .packet = {.id = 100, .ack = 1000, .end = 400, .exact = true})
                           ->txn;

        request(&l, 1, P1, P1, "MESSAGE", via("p1 m1"), .call_id = "other", OVER_TCP,
                .dst_port = port, .bytes = 300,
                .packet = {.id = 1400, .ack = 400, .end = 1700, .exact = true});
        g_assert_cmpuint(missed(&l, txn), ==, l.frame);
        ladder_close(&l);
    }
}

/* Several messages in one segment, which is looked at once; a tunnel may bring two in a frame. */
static void test_one_segment(void)
{
    for (unsigned other = 0; other < 2; other++) {
        struct ladder l = ladder_open();
        uint32_t txn = subscribe(&l, 0, "alice a1", 1000);

        request(&l, 1, P1, ALICE, "MESSAGE", via("p1 m1"), .call_id = "other", OVER_TCP,
                .dst_port = CLIENT_PORT, .bytes = 100,
                .packet = {.id = 1000, .ack = 400, .end = 1300, .exact = true});
        request(&l, 1, P1, ALICE, "MESSAGE", via("p1 m2"), .call_id = "third", OVER_TCP,
                .dst_port = CLIENT_PORT, .bytes = 100, .same_frame = true,
                .packet = {.id = 1364, .ack = 400, .end = other ? 1464 : 1300, .exact = true});
        g_assert_cmpuint(missed(&l, txn), ==, other ? l.frame : 0);
        ladder_close(&l);
    }
}

/* Other connections say nothing: another port, a new connection, a segment that has no ACK. */
static void test_others(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = subscribe(&l, 0, "alice a1", 1000);

    tcp(&l, 1, true, CLIENT_PORT + 1, SX_TCP_FIN | SX_TCP_ACK, 400, 1400);
    tcp(&l, 1, false, CLIENT_PORT + 1, SX_TCP_FIN | SX_TCP_ACK, 1400, 400);
    tcp(&l, 1, true, CLIENT_PORT, SX_TCP_RST, 400, 1400);
    tcp(&l, 1, true, CLIENT_PORT, SX_TCP_ACK, 400, 1400);
    g_assert_cmpuint(missed(&l, txn), ==, 0);
    tcp(&l, 2, false, CLIENT_PORT, SX_TCP_SYN | SX_TCP_ACK, 2000, 400);
    tcp(&l, 3, false, CLIENT_PORT, SX_TCP_FIN | SX_TCP_ACK, 2400, 400);
    g_assert_cmpuint(missed(&l, txn), ==, 0);
    ladder_close(&l);
}

/* The numbers before the connection that the request goes over are another one's. */
static void test_new_connection(void)
{
    struct ladder l = ladder_open();

    response(&l, 0, P1, ALICE, 200, "SUBSCRIBE", via("alice a0"), DOWN(900, 300, 100));
    tcp(&l, 0.1, false, CLIENT_PORT, SX_TCP_SYN | SX_TCP_ACK, 1100, 99);
    uint32_t txn = subscribe(&l, 0.2, "alice a1", 1000);
    uint32_t frame = tcp(&l, 1, true, CLIENT_PORT, SX_TCP_FIN | SX_TCP_ACK, 400, 1064);
    g_assert_cmpuint(missed(&l, txn), ==, frame);
    ladder_close(&l);
}

/* Of a capture without sequence numbers nothing is known. */
static void test_no_numbers(void)
{
    struct ladder l = ladder_open();
    uint32_t txn =
        request(&l, 0, ALICE, P1, "SUBSCRIBE", via("alice a1"), OVER_TCP, .src_port = CLIENT_PORT)
            ->txn;

    g_assert_cmpuint(missed(&l, txn), ==, 0);
    tcp(&l, 1, true, CLIENT_PORT, SX_TCP_FIN | SX_TCP_ACK, 400, 1400);
    g_assert_cmpuint(missed(&l, txn), ==, 0);
    ladder_close(&l);
}

/* A frame that a read filter dropped may have borne this number. */
static void test_frame_again(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = subscribe(&l, 0, "alice a1", 1000);

    tcp(&l, 1, true, CLIENT_PORT, SX_TCP_FIN | SX_TCP_ACK, 400, 1400);
    g_assert_cmpuint(missed(&l, txn), !=, 0);
    l.frame--;
    other_packet(&l, 1);
    g_assert_cmpuint(missed(&l, txn), ==, 0);
    ladder_close(&l);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/tcp_bytes/how_many", test_how_many);
    g_test_add_func("/tcp_bytes/verdict", test_verdict);
    g_test_add_func("/tcp_bytes/reset_of_invite", test_reset_of_invite);
    g_test_add_func("/tcp_bytes/answered", test_answered);
    g_test_add_func("/tcp_bytes/after_100", test_after_100);
    g_test_add_func("/tcp_bytes/without_request", test_without_request);
    g_test_add_func("/tcp_bytes/little_by_little", test_little_by_little);
    g_test_add_func("/tcp_bytes/on_its_way", test_on_its_way);
    g_test_add_func("/tcp_bytes/missed_before", test_missed_before);
    g_test_add_func("/tcp_bytes/several_segments", test_several_segments);
    g_test_add_func("/tcp_bytes/one_host", test_one_host);
    g_test_add_func("/tcp_bytes/one_segment", test_one_segment);
    g_test_add_func("/tcp_bytes/others", test_others);
    g_test_add_func("/tcp_bytes/new_connection", test_new_connection);
    g_test_add_func("/tcp_bytes/no_numbers", test_no_numbers);
    g_test_add_func("/tcp_bytes/frame_again", test_frame_again);
    return g_test_run();
}
