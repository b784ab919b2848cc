/* Whether a request got lost because it is large for UDP.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/judge/size.h"

#include "core/record/sizes.h"

#include "begun_text.h"

static void answered(struct ladder *l, double at, const char *branch, unsigned from, unsigned to,
                     uint32_t bytes)
{
    request(l, at, from, to, "OPTIONS", via(branch), .call_id = branch, .bytes = bytes);
    response(l, at, to, from, 200, "OPTIONS", via(branch), .call_id = branch);
}

static const struct sx_txn *unanswered(struct ladder *l, double at, unsigned sends, uint32_t bytes)
{
    return txn_numbered(l, requests(l, sends, at, ALICE, P1, "INVITE", via("alice a"),
                                    .bytes = bytes));
}

static struct sx_size lost(double small_at, uint32_t small_bytes, unsigned sends, uint32_t bytes)
{
    struct ladder l = ladder_open();

    if (small_at < 100)
        answered(&l, small_at, "alice o", ALICE, P1, small_bytes);
    const struct sx_txn *txn = unanswered(&l, 100, sends, bytes);
    if (small_at >= 100)
        answered(&l, small_at, "alice o", ALICE, P1, small_bytes);
    answered(&l, 136, "bob o", BOB, P1, 0);
    other_packet(&l, 300);
    struct sx_size s = sx_size_judge(l.tracker, txn);
    ladder_close(&l);
    return s;
}

static void test_lost(void)
{
    struct sx_size s = lost(99, 0, 7, 1800);

    g_assert_cmpint(s.kind, ==, SX_SIZE_MAY_BE_LOST);
    g_assert_cmpuint(s.bytes, ==, 1800);
    g_assert_cmpuint(s.sends, ==, 7);
    g_assert_cmpuint(s.smaller_in, ==, 1);
    g_assert_null(s.attempt);
    g_assert_cmpint(lost(40, 0, 7, 1800).kind, ==, SX_SIZE_MAY_BE_LOST);
    g_assert_cmpint(lost(39.999, 0, 7, 1800).kind, ==, SX_SIZE_NOTHING);
    /* The last send is 31.5 s later. */
    g_assert_cmpint(lost(191.5, 0, 7, 1800).kind, ==, SX_SIZE_MAY_BE_LOST);
    g_assert_cmpint(lost(191.501, 0, 7, 1800).kind, ==, SX_SIZE_NOTHING);
    g_assert_cmpint(lost(99, 0, 7, 1301).kind, ==, SX_SIZE_MAY_BE_LOST);
    g_assert_cmpint(lost(99, 0, 7, 1300).kind, ==, SX_SIZE_NOTHING);
    g_assert_cmpint(lost(99, 1301, 7, 1800).kind, ==, SX_SIZE_NOTHING);
    /* It stopped after a few: it has an answer that the capture lacks. */
    g_assert_cmpint(lost(99, 0, 4, 1800).kind, ==, SX_SIZE_NOTHING);
}

static void test_a_large_one_is_answered(void)
{
    struct ladder l = ladder_open();

    answered(&l, 99, "alice o", ALICE, P1, 0);
    const struct sx_txn *txn = unanswered(&l, 100, 7, 1800);
    answered(&l, 135, "alice q", ALICE, P1, 1900);
    other_packet(&l, 300);
    g_assert_cmpint(sx_size_judge(l.tracker, txn).kind, ==, SX_SIZE_NOTHING);
    ladder_close(&l);
}

static void test_unreachable(void)
{
    struct ladder l = ladder_open();

    answered(&l, 99, "alice o", ALICE, P1, 0);
    const struct sx_txn *txn = unanswered(&l, 100, 7, 1800);
    undelivered(&l, 131.6, ALICE, 5060, P1, 5060);
    other_packet(&l, 300);
    g_assert_cmpint(sx_size_judge(l.tracker, txn).kind, ==, SX_SIZE_NOTHING);
    ladder_close(&l);
}

/* ---- TCP ---- */

static struct sx_size after_refused(double tcp_at, unsigned to, uint16_t port, uint32_t bytes)
{
    struct ladder l = ladder_open();

    answered(&l, 1, "alice o", ALICE, P1, 0);
    segment(&l, tcp_at, ALICE, 40001, to, port, SX_TCP_SYN);
    segment(&l, tcp_at, to, port, ALICE, 40001, SX_TCP_RST | SX_TCP_ACK);
    uint32_t txn = request(&l, 100, ALICE, P1, "INVITE", via("alice a"), .bytes = bytes)->txn;
    response(&l, 100.1, P1, ALICE, 180, "INVITE", via("alice a"));
    struct sx_size s = sx_size_judge(l.tracker, txn_numbered(&l, txn));
    if (s.attempt)
        g_assert_cmpuint(s.attempt->frame, ==, 4);
    s.attempt = NULL;
    ladder_close(&l);
    return s;
}

static void test_no_tcp(void)
{
    g_assert_cmpint(after_refused(99, P1, 5060, 1301).kind, ==, SX_SIZE_NO_TCP);
    g_assert_cmpint(after_refused(99, P1, 5060, 1300).kind, ==, SX_SIZE_NOTHING);
    g_assert_cmpint(after_refused(68, P1, 5060, 1301).kind, ==, SX_SIZE_NO_TCP);
    g_assert_cmpint(after_refused(67.999, P1, 5060, 1301).kind, ==, SX_SIZE_NOTHING);
    g_assert_cmpint(after_refused(99, P2, 5060, 1301).kind, ==, SX_SIZE_NOTHING);
    g_assert_cmpint(after_refused(99, P1, 5061, 1301).kind, ==, SX_SIZE_NOTHING);
}

static struct sx_size failed_further_on(uint32_t bytes, unsigned asks, unsigned code)
{
    struct ladder l = ladder_open();

    answered(&l, 0, "x o", asks, BOB, 0);
    uint32_t txn = request(&l, 1, ALICE, P1, "INVITE", via("alice a"), .bytes = bytes)->txn;
    segment(&l, 1.01, P1, 40001, BOB, 5060, SX_TCP_SYN);
    segment(&l, 1.02, BOB, 5060, P1, 40001, SX_TCP_RST | SX_TCP_ACK);
    response(&l, 1.03, P1, ALICE, code, "INVITE", via("alice a"));
    struct sx_size s = sx_size_judge(l.tracker, txn_numbered(&l, txn));
    s.attempt = NULL;
    ladder_close(&l);
    return s;
}

static void test_failed_by_tcp(void)
{
    struct sx_size s = failed_further_on(1301, P1, 503);

    g_assert_cmpint(s.kind, ==, SX_SIZE_FAILED_BY_TCP);
    g_assert_cmpuint(s.smaller_in, ==, 1);
    g_assert_cmpuint(s.to.port, ==, 5060);
    g_assert_cmpint(failed_further_on(1300, P1, 503).kind, ==, SX_SIZE_NOTHING);
    /* Nothing shows that it takes UDP from this hop. */
    g_assert_cmpint(failed_further_on(1301, P2, 503).kind, ==, SX_SIZE_NOTHING);
    g_assert_cmpint(failed_further_on(1301, P1, 486).kind, ==, SX_SIZE_NOTHING);
    g_assert_cmpint(failed_further_on(1301, P1, 200).kind, ==, SX_SIZE_NOTHING);
}

/* ---- fragments ---- */

static struct sx_size begins(unsigned sends, unsigned answer, uint32_t other_bytes)
{
    struct ladder l = ladder_open();
    uint32_t frame = 0;

    answered(&l, 0, "alice o", ALICE, P1, other_bytes);
    for (unsigned i = 0; i < sends; i++)
        frame = begin_invite(&l, 1 + send_time("INVITE", i), "alice a", i + 1);
    struct sx_size s = sx_size_of_fragments(l.tracker, sx_begun_in(l.tracker, frame));
    if (answer) {
        response(&l, 60, P1, ALICE, answer, "INVITE", via("alice a"), .call_id = "alice a");
        answered(&l, 61, "alice q", ALICE, P1, 1301);
        /* What comes later does not count. */
        g_assert_cmpint(sx_size_of_fragments(l.tracker, sx_begun_in(l.tracker, frame)).kind, ==,
                        s.kind);
        frame = begin_invite(&l, 62, "alice a", 100);
        s = sx_size_of_fragments(l.tracker, sx_begun_in(l.tracker, frame));
    }
    ladder_close(&l);
    return s;
}

static void test_fragments(void)
{
    struct sx_size s = begins(5, 0, 0);

    g_assert_cmpint(s.kind, ==, SX_SIZE_FRAGMENTS);
    g_assert_cmpuint(s.sends, ==, 5);
    g_assert_cmpuint(s.bytes, ==, 0);
    g_assert_cmpuint(s.smaller_in, ==, 1);
    g_assert_cmpint(begins(4, 0, 0).kind, ==, SX_SIZE_NOTHING);
    g_assert_cmpint(begins(7, 100, 0).kind, ==, SX_SIZE_NOTHING);
    g_assert_cmpint(begins(7, 486, 0).kind, ==, SX_SIZE_NOTHING);
    g_assert_cmpint(begins(7, 0, 1301).kind, ==, SX_SIZE_NOTHING);
}

/* ---- ICMP ---- */

static struct sx_size told(uint32_t bytes, uint32_t mtu, unsigned sends, unsigned code)
{
    struct ladder l = ladder_open();
    const struct sx_txn *txn = unanswered(&l, 100, sends, 1500);

    too_big(&l, 100.001 + (sends > 1 ? 31.5 : 0), ALICE, P1, bytes, mtu);
    if (code)
        response(&l, 131.6, P1, ALICE, code, "INVITE", via("alice a"));
    other_packet(&l, 132);
    struct sx_size s = sx_size_judge(l.tracker, txn);
    if (s.too_big) {
        g_assert_cmpuint(s.too_big->frame, ==, sends + 1);
        g_assert_cmpuint(sx_tracker_host(l.tracker, s.too_big->by)->bytes[3], ==, P3);
        g_assert_cmpuint(s.too_big->mtu, ==, mtu);
    }
    ladder_close(&l);
    return s;
}

static void test_too_big(void)
{
    struct sx_size s = told(1500, 1400, 7, 0);

    g_assert_cmpint(s.kind, ==, SX_SIZE_TOO_BIG);
    g_assert_cmpuint(s.bytes, ==, 1500);
    g_assert_cmpuint(s.sends, ==, 7);
    /* One send, and an error for it: it did not arrive. */
    g_assert_cmpint(told(1500, 1400, 1, 0).kind, ==, SX_SIZE_TOO_BIG);
    g_assert_cmpint(told(1500, 0, 7, 0).kind, ==, SX_SIZE_TOO_BIG);
    /* The quote does not say how large it is; the capture does. */
    s = told(0, 1400, 7, 0);
    g_assert_cmpint(s.kind, ==, SX_SIZE_TOO_BIG);
    g_assert_cmpuint(s.bytes, ==, 1500);
    g_assert_cmpint(told(1373, 1400, 7, 0).kind, ==, SX_SIZE_TOO_BIG);
    g_assert_cmpint(told(1372, 1400, 7, 0).kind, ==, SX_SIZE_NOTHING);
    g_assert_cmpint(told(1500, 1400, 7, 100).kind, ==, SX_SIZE_NOTHING);
    g_assert_cmpint(told(1500, 1400, 7, 486).kind, ==, SX_SIZE_NOTHING);
}

/* An IPv6 header has 40 bytes, that of UDP 8. */
static void test_too_big_over_ipv6(void)
{
    const uint8_t router[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = P3};
    struct sx_seen_too_big big = {.by = address_v6(router, 0), .mtu = 1280};

    big.bytes = 1232;
    g_assert_false(sx_sizes_is_too_big(&big));
    big.bytes = 1233;
    g_assert_true(sx_sizes_is_too_big(&big));
}

/* Of the sizes of the capture's requests it depends on none. */
static void test_too_big_though_small(void)
{
    struct ladder l = ladder_open();
    const struct sx_txn *txn = unanswered(&l, 100, 7, 1300);

    too_big(&l, 100.001, ALICE, P1, 1300, 1280);
    uint32_t first = l.frame;
    too_big(&l, 131.501, ALICE, P1, 1300, 1000);
    other_packet(&l, 131.999);
    g_assert_cmpint(sx_size_judge(l.tracker, txn).kind, ==, SX_SIZE_NOTHING);
    other_packet(&l, 132);
    struct sx_size s = sx_size_judge(l.tracker, txn);
    g_assert_cmpint(s.kind, ==, SX_SIZE_TOO_BIG);
    g_assert_cmpuint(s.too_big->frame, ==, first);
    g_assert_cmpuint(sx_txn_rare(txn)->unreachable_frame, ==, first);
    ladder_close(&l);
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/size/lost", test_lost);
    g_test_add_func("/size/a-large-one-is-answered", test_a_large_one_is_answered);
    g_test_add_func("/size/unreachable", test_unreachable);
    g_test_add_func("/size/no-tcp", test_no_tcp);
    g_test_add_func("/size/failed-by-tcp", test_failed_by_tcp);
    g_test_add_func("/size/fragments", test_fragments);
    g_test_add_func("/size/too-big", test_too_big);
    g_test_add_func("/size/too-big-over-ipv6", test_too_big_over_ipv6);
    g_test_add_func("/size/too-big-though-small", test_too_big_though_small);
    return g_test_run();
}
