/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/say/brief.h"

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

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/brief/nothing-to-flag", test_nothing_to_flag);
    g_test_add_func("/brief/timed-out", test_timed_out);
    g_test_add_func("/brief/never-answered", test_never_answered);
    g_test_add_func("/brief/hops", test_hops);
    g_test_add_func("/brief/slow", test_slow);
    g_test_add_func("/brief/cancelled", test_cancelled);
    return g_test_run();
}
