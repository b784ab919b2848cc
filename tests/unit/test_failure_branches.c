/* Which requests a hop sent on for one that failed.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/judge/failure_branches.h"

#include "sip_text.h"

static unsigned count_of(const struct ladder *l)
{
    return sx_failure_branches_of(l->tracker, txn_numbered(l, 1)).count;
}

/* Alice's INVITE, n branches of it, p1's 480, and a branch that comes too late. */
static struct ladder forks(unsigned n)
{
    struct ladder l = ladder_open();

    request(&l, 0, ALICE, P1, "INVITE", via("alice a1"));
    for (unsigned i = 0; i < n; i++) {
        char *top = g_strdup_printf("p1 b%u", i);
        request(&l, 0.1, P1, BOB, "INVITE", via(top, "alice a1"));
        g_free(top);
    }
    response(&l, 5, P1, ALICE, 480, "INVITE", via("alice a1"), .to_tag = "p1");
    request(&l, 6, P1, CAROL, "INVITE", via("p1 late", "alice a1"));
    return l;
}

static void test_branches(void)
{
    const unsigned counts[][2] = {{0, 0},
                                  {1, 1},
                                  {SX_FAILURE_BRANCHES, SX_FAILURE_BRANCHES},
                                  {SX_FAILURE_BRANCHES + 1, SX_FAILURE_BRANCHES}};

    for (unsigned i = 0; i < G_N_ELEMENTS(counts); i++) {
        struct ladder l = forks(counts[i][0]);
        g_assert_cmpuint(count_of(&l), ==, counts[i][1]);
        ladder_close(&l);
    }
}

/* 256 transactions between the two sides of a B2BUA are looked through. */
static void test_other_side_threshold(void)
{
    for (unsigned between = 255; between <= 256; between++) {
        struct ladder l = ladder_open();

        request(&l, 0, ALICE, P1, "INVITE", via("alice a1"));
        for (unsigned i = 0; i < between; i++) {
            char *top = g_strdup_printf("dave o%u", i);
            request(&l, 0.1, DAVE, CAROL, "OPTIONS", via(top), .call_id = top);
            g_free(top);
        }
        request(&l, 0.2, P1, BOB, "INVITE", via("p1 z1"), .from_tag = "p1");
        response(&l, 1, P1, ALICE, 500, "INVITE", via("alice a1"), .to_tag = "p1");
        g_assert_cmpuint(count_of(&l), ==, between == 255);
        ladder_close(&l);
    }
}

/* Another method, another host, before it. */
static void test_not_the_other_side(void)
{
    struct ladder l = ladder_open();

    request(&l, 0, ALICE, P1, "INVITE", via("alice a1"));
    request(&l, 0.1, P1, BOB, "INFO", via("p1 z1"), .from_tag = "p1");
    request(&l, 0.1, P2, BOB, "INVITE", via("p2 z2"), .from_tag = "p2");
    request(&l, 0.1, P1, BOB, "INVITE", via("p1 z3"), .from_tag = "p1", .to_tag = "bob");
    response(&l, 1, P1, ALICE, 500, "INVITE", via("alice a1"), .to_tag = "p1");
    g_assert_cmpuint(count_of(&l), ==, 0);
    ladder_close(&l);
}

static void test_ended(void)
{
    struct ladder l = ladder_open();
    uint32_t frame;
    int64_t ns;

    request(&l, 0, ALICE, P1, "INVITE", via("alice a1"));
    request(&l, 0.1, P1, BOB, "INVITE", via("p1 b1", "alice a1"));
    response(&l, 0.2, BOB, P1, 404, "INVITE", via("p1 b1", "alice a1"));
    response(&l, 1, P1, ALICE, 480, "INVITE", via("alice a1"), .to_tag = "p1");
    const struct sx_txn *at = txn_numbered(&l, 1);
    struct sx_failure_branches all = sx_failure_branches_of(l.tracker, at);
    g_assert_true(sx_failure_branches_ended(&all, at, &frame, &ns));
    g_assert_cmpuint(frame, ==, 3);
    g_assert_cmpint(ns, ==, ns_of(0.2));
    all.count = 0;
    g_assert_true(sx_failure_branches_ended(&all, at, &frame, &ns));
    g_assert_cmpuint(frame, ==, 1);
    ladder_close(&l);
    l = forks(1);
    at = txn_numbered(&l, 1);
    all = sx_failure_branches_of(l.tracker, at);
    g_assert_false(sx_failure_branches_ended(&all, at, &frame, &ns));
    ladder_close(&l);
}

static void test_codes(void)
{
    const unsigned can[] = {408, 430, 477, 480, 500, 503, 504},
                   cannot[] = {403, 404, 486, 488, 603};

    for (unsigned i = 0; i < G_N_ELEMENTS(can); i++)
        g_assert_true(sx_failure_is_of_transport(can[i]));
    for (unsigned i = 0; i < G_N_ELEMENTS(cannot); i++)
        g_assert_false(sx_failure_is_of_transport(cannot[i]));
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/failure_branches/branches", test_branches);
    g_test_add_func("/failure_branches/other_side_threshold", test_other_side_threshold);
    g_test_add_func("/failure_branches/not_the_other_side", test_not_the_other_side);
    g_test_add_func("/failure_branches/ended", test_ended);
    g_test_add_func("/failure_branches/codes", test_codes);
    return g_test_run();
}
