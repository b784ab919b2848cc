/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/say/brief.h"

#include "core/base/language.h"

#include "sip_text.h"

/* What is said of the wait of the first transaction; NULL for nothing. */
static void assert_brief(const struct ladder *l, const char *expected)
{
    const struct sx_txn *txn = txn_numbered(l, 1);
    struct sx_trying v = sx_trying_judge(l->tracker, txn);
    wmem_strbuf_t *out = wmem_strbuf_new(NULL, "");
    bool said = sx_brief_trying(out, l->tracker, txn, &v);

    g_assert_true(said == (expected != NULL));
    g_assert_cmpstr(wmem_strbuf_get_str(out), ==, expected ? expected : "");
    wmem_strbuf_destroy(out);
}

static struct ladder at_first_hop(void)
{
    struct ladder l = ladder_open();

    request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"));
    response(&l, 0.0, P1, ALICE, 100, "INVITE", via("alice a1"));
    return l;
}

/* An INVITE as often as Timer A repeats it (RFC 3261 17.1.1.2). */
#define send_in_vain(l, first, from, to, ...)                                                    \
    do {                                                                                         \
        for (int sent = 0; sent < 7; sent++)                                                     \
            request(l, (first) + 0.5 * ((1 << sent) - 1), from, to, "INVITE", via(__VA_ARGS__)); \
    } while (0)

static void test_nothing_to_flag(void)
{
    struct ladder l = at_first_hop();

    assert_brief(&l, NULL);
    response(&l, 1.0, P1, ALICE, 180, "INVITE", via("alice a1"));
    assert_brief(&l, NULL);
    ladder_close(&l);
}

static void test_timed_out(void)
{
    struct ladder l = at_first_hop();

    other_packet(&l, 34);
    assert_brief(&l, "stuck for 34 s");
    request(&l, 40, ALICE, P1, "CANCEL", via("alice a1"));
    assert_brief(&l, "stuck for 40 s");
    ladder_close(&l);
}

static void test_never_answered(void)
{
    struct ladder l = at_first_hop();

    send_in_vain(&l, 0.1, P1, P2, "p1 x1", "alice a1");
    other_packet(&l, 34);
    assert_brief(&l, "stuck for 34 s: 10.0.0.3 never answered");
    ladder_close(&l);
}

static void test_unreachable(void)
{
    struct ladder l = at_first_hop();

    request(&l, 0.1, P1, BOB, "INVITE", via("p1 b1", "alice a1"));
    undelivered(&l, 0.2, P1, 5060, BOB, 5060);
    other_packet(&l, 34);
    assert_brief(&l, "stuck for 34 s: 10.0.0.5 cannot be reached");
    ladder_close(&l);
    l = at_first_hop();
    request(&l, 0.1, P1, BOB, "INVITE", via("p1 b1", "alice a1"), .bytes = 1500);
    too_big(&l, 0.2, P1, BOB, 1500, 1400);
    other_packet(&l, 34);
    assert_brief(&l, "stuck for 34 s: too large for the way to 10.0.0.5");
    ladder_close(&l);
}

/* The last of the hops that the request went through is named. */
static void test_hops(void)
{
    struct ladder l = at_first_hop();

    request(&l, 0.1, P1, P2, "INVITE", via("p1 x1", "alice a1"));
    response(&l, 0.1, P2, P1, 100, "INVITE", via("p1 x1", "alice a1"));
    request(&l, 0.2, P2, P3, "INVITE", via("p2 y1", "p1 x1", "alice a1"));
    response(&l, 0.2, P3, P2, 100, "INVITE", via("p2 y1", "p1 x1", "alice a1"));
    other_packet(&l, 34);
    assert_brief(&l, "stuck for 34 s: 10.0.0.4 got it last");
    send_in_vain(&l, 34.1, P3, BOB, "p3 z1", "p2 y1", "p1 x1", "alice a1");
    other_packet(&l, 80);
    assert_brief(&l, "stuck for 80 s: 10.0.0.5 never answered");
    ladder_close(&l);
}

static void test_slow(void)
{
    struct ladder l = at_first_hop();

    request(&l, 0.1, P1, P2, "INVITE", via("p1 x1", "alice a1"));
    response(&l, 0.1, P2, P1, 100, "INVITE", via("p1 x1", "alice a1"));
    response(&l, 9.9, P2, P1, 180, "INVITE", via("p1 x1", "alice a1"));
    response(&l, 10, P1, ALICE, 180, "INVITE", via("alice a1"));
    assert_brief(&l, "slow, 10 s after 100: 10.0.0.3 took most of it");
    ladder_close(&l);
}

static void test_cancelled(void)
{
    struct ladder l = at_first_hop();

    request(&l, 5, ALICE, P1, "CANCEL", via("alice a1"));
    assert_brief(&l, "cancelled 5 s after 100");
    ladder_close(&l);
}

/* ---- in Chinese ---- */

/* Bob's proxy sends the INVITE on to Bob. */
static void to_bob(struct ladder *l, double seconds)
{
    request(l, seconds, P1, BOB, "INVITE", via("p1 b1", "alice a1"));
}

static void kept_answer(struct ladder *l)
{
    to_bob(l, 0.2);
    response(l, 12, BOB, P1, 180, "INVITE", via("p1 b1", "alice a1"));
    response(l, 12.5, BOB, P1, 180, "INVITE", via("p1 b1", "alice a1"));
    other_packet(l, 34);
}

static void not_sent_on(struct ladder *l)
{
    request(l, 1, CAROL, P1, "INVITE", via("carol k1"), .call_id = "k");
    request(l, 1.1, P1, BOB, "INVITE", via("p1 k2", "carol k1"), .call_id = "k");
    response(l, 1.2, BOB, P1, 486, "INVITE", via("p1 k2", "carol k1"), .call_id = "k");
    request(l, 1.3, P1, BOB, "ACK", via("p1 k2"), .call_id = "k");
    response(l, 1.4, P1, CAROL, 486, "INVITE", via("carol k1"), .call_id = "k");
    other_packet(l, 34);
}

static void silent(struct ladder *l)
{
    send_in_vain(l, 0.1, P1, P2, "p1 x1", "alice a1");
    other_packet(l, 34);
}

static void lost_100(struct ladder *l)
{
    for (unsigned sent = 1; sent < 7; sent++)
        request(l, 0.5 * ((1 << sent) - 1), ALICE, P1, "INVITE", via("alice a1"));
    other_packet(l, 34);
}

static void unreachable(struct ladder *l)
{
    to_bob(l, 0.2);
    undelivered(l, 0.3, P1, 5060, BOB, 5060);
    other_packet(l, 34);
}

static void next_hop_stuck(struct ladder *l)
{
    to_bob(l, 0.2);
    response(l, 0.3, BOB, P1, 100, "INVITE", via("p1 b1", "alice a1"));
    other_packet(l, 34);
}

static void slow(struct ladder *l)
{
    to_bob(l, 0.1);
    response(l, 9.9, BOB, P1, 180, "INVITE", via("p1 b1", "alice a1"));
    response(l, 10, P1, ALICE, 180, "INVITE", via("alice a1"));
}

static void slow_failure(struct ladder *l)
{
    to_bob(l, 0.2);
    response(l, 0.3, BOB, P1, 100, "INVITE", via("p1 b1", "alice a1"));
    response(l, 10, P1, ALICE, 503, "INVITE", via("alice a1"));
}

static void cancelled(struct ladder *l)
{
    request(l, 5, ALICE, P1, "CANCEL", via("alice a1"));
}

static void caller_gone(struct ladder *l)
{
    segment(l, 10.1, ALICE, 5060, P1, 5060, SX_TCP_FIN);
    sx_tracker_end(l->tracker);
}

/* Whole sentences, without a word of English. */
static void test_chinese(void)
{
    static const struct {
        void (*happens)(struct ladder *l);
        const char *says;
    } rows[] = {
        {not_sent_on, "卡住 34 秒：10.0.0.2 没有转发请求"},
        {silent, "卡住 34 秒：10.0.0.3 始终没有响应"},
        {kept_answer, "卡住 34 秒：10.0.0.2 没有把响应传回"},
        {lost_100, "卡住 34 秒：10.0.0.1 收不到 100"},
        {unreachable, "卡住 34 秒：10.0.0.5 不可达"},
        {next_hop_stuck, "卡住 34 秒：请求最后到达 10.0.0.5"},
        {slow, "缓慢，收到 100 后等了 10 秒：大部分时间耗在 10.0.0.5"},
        {slow_failure, "缓慢，收到 100 后等了 10 秒：请求最后到达 10.0.0.5"},
        {cancelled, "收到 100 后 5 秒取消"},
        {caller_gone, "收到 100 后 10.1 秒主叫断开"},
    };

    sx_language_set(sx_language_of("zh"));
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        enum sx_transport transport = rows[i].happens == caller_gone ? SX_TRANSPORT_TCP
                                                                     : SX_TRANSPORT_UDP;
        request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"), .transport = transport);
        response(&l, 0.0, P1, ALICE, 100, "INVITE", via("alice a1"), .transport = transport);
        rows[i].happens(&l);
        assert_brief(&l, rows[i].says);
        ladder_close(&l);
    }
    sx_language_set(SX_ENGLISH);
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/brief/nothing-to-flag", test_nothing_to_flag);
    g_test_add_func("/brief/timed-out", test_timed_out);
    g_test_add_func("/brief/never-answered", test_never_answered);
    g_test_add_func("/brief/unreachable", test_unreachable);
    g_test_add_func("/brief/hops", test_hops);
    g_test_add_func("/brief/slow", test_slow);
    g_test_add_func("/brief/cancelled", test_cancelled);
    g_test_add_func("/brief/chinese", test_chinese);
    return g_test_run();
}
