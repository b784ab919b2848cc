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

/* As many as there is room for, on the other side too. */
static void test_other_side_full(void)
{
    for (unsigned n = SX_FAILURE_BRANCHES; n <= SX_FAILURE_BRANCHES + 1; n++) {
        struct ladder l = ladder_open();

        request(&l, 0, ALICE, P1, "INVITE", via("alice a1"));
        for (unsigned i = 0; i < n; i++) {
            char *top = g_strdup_printf("p1 z%u", i);
            request(&l, 0.2, P1, BOB, "INVITE", via(top), .from_tag = "p1");
            g_free(top);
        }
        response(&l, 1, P1, ALICE, 500, "INVITE", via("alice a1"), .to_tag = "p1");
        g_assert_cmpuint(count_of(&l), ==, SX_FAILURE_BRANCHES);
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
    const unsigned can[] = {408, 410, 430, 477, 478, 480, 500, 502, 503, 504};
    const unsigned cannot[] = {403, 404, 407, 409, 411, 429, 431, 476,
                               479, 481, 486, 488, 499, 501, 505, 603};

    for (unsigned i = 0; i < G_N_ELEMENTS(can); i++)
        g_assert_true(sx_failure_is_of_transport(can[i]));
    for (unsigned i = 0; i < G_N_ELEMENTS(cannot); i++)
        g_assert_false(sx_failure_is_of_transport(cannot[i]));
}

/* ---- which of two branches is why ---- */

#define TO_BOB via("p1 b1", "alice a1")
#define TO_CAROL via("p1 c1", "alice a1")

enum fate { SILENT, UNREACHABLE, GIVEN_UP }; /* or the code that it answers with */

static void ask(struct ladder *l, double at, unsigned to)
{
    if (to == BOB)
        request(l, at, P1, BOB, "INVITE", TO_BOB);
    else
        request(l, at, P1, CAROL, "INVITE", TO_CAROL);
}

static void answer(struct ladder *l, double at, unsigned from, unsigned code)
{
    if (from == BOB)
        response(l, at, BOB, P1, code, "INVITE", TO_BOB, .to_tag = "bob");
    else
        response(l, at, CAROL, P1, code, "INVITE", TO_CAROL, .to_tag = "carol");
}

static void has_fate(struct ladder *l, unsigned host, unsigned fate)
{
    if (fate == UNREACHABLE)
        undelivered(l, 0.11, P1, 0, host, 0);
    else if (fate == GIVEN_UP)
        answer(l, 0.2, host, 180);
    else if (fate != SILENT)
        answer(l, 0.3, host, fate);
}

static void goes_on(struct ladder *l, unsigned host, unsigned fate)
{
    if (fate == GIVEN_UP)
        request(l, 10, P1, host, "CANCEL", .via = {host == BOB ? "p1 b1" : "p1 c1"});
    for (unsigned n = 1; fate == SILENT && n < 5; n++)
        ask(l, 0.1 + send_time("INVITE", n), host);
}

/* P1 asks Bob and Carol at once, and later says a code to Alice: at once where both answer. The
 * kind, and which of the two it is of: 1, 2; 0 for none. */
static void assert_one_way(enum sx_failure_kind kind, unsigned of, unsigned first, unsigned second,
                           unsigned says)
{
    struct ladder l = ladder_open();

    request(&l, 0, ALICE, P1, "INVITE", via("alice a1"));
    ask(&l, 0.1, BOB);
    ask(&l, 0.1, CAROL);
    has_fate(&l, BOB, first);
    has_fate(&l, CAROL, second);
    goes_on(&l, BOB, first);
    goes_on(&l, CAROL, second);
    response(&l, first > GIVEN_UP && second > GIVEN_UP ? 0.4 : 10.1, P1, ALICE, says, "INVITE",
             via("alice a1"), .to_tag = "p1");
    const struct sx_txn *at = txn_numbered(&l, 1);
    struct sx_failure_branches all = sx_failure_branches_of(l.tracker, at);
    struct sx_failure_cause c = sx_failure_of_branches(l.tracker, at, &all);
    if (c.kind != kind || (c.of ? c.of->number - 1 : 0) != of)
        complain("%u and %u, says %u: kind %d of %u, and not %d of %u", first, second, says,
                 (int)c.kind, c.of ? c.of->number - 1 : 0, (int)kind, of);
    ladder_close(&l);
}

/* Whichever of them is asked first. */
static void assert_which(enum sx_failure_kind kind, unsigned of, unsigned first, unsigned second,
                         unsigned says)
{
    assert_one_way(kind, of, first, second, says);
    assert_one_way(kind, of ? 3 - of : 0, second, first, says);
}

/* RFC 3261 16.9: it says of itself that it could not reach Bob, and that hides what Carol said.
 * With another code it tells what Carol said in its own words. */
static void test_error_hides(void)
{
    const unsigned of_error[] = {430, 477, 478, 500, 502, 503};
    const unsigned of_others[] = {408, 410, 429, 431, 476, 479, 480, 499, 501, 504, 505};

    for (unsigned i = 0; i < G_N_ELEMENTS(of_error); i++)
        assert_which(SX_FAILURE_FORK, 2, UNREACHABLE, 404, of_error[i]);
    for (unsigned i = 0; i < G_N_ELEMENTS(of_others); i++)
        assert_which(SX_FAILURE_TOLD_OTHERWISE, 2, UNREACHABLE, 404, of_others[i]);
}

static void test_timer_hides(void)
{
    const unsigned of_timer[] = {408, 504}, of_others[] = {410, 480, 500, 503, 505};

    for (unsigned i = 0; i < G_N_ELEMENTS(of_timer); i++)
        assert_which(SX_FAILURE_FORK, 2, SILENT, 404, of_timer[i]);
    for (unsigned i = 0; i < G_N_ELEMENTS(of_others); i++)
        assert_which(SX_FAILURE_TOLD_OTHERWISE, 2, SILENT, 404, of_others[i]);
}

/* 408, 504 and 480 are what a phone that rings on makes. */
static void test_given_up(void)
{
    const unsigned of_limit[] = {408, 480, 504}, of_others[] = {410, 479, 481, 500, 503};

    for (unsigned i = 0; i < G_N_ELEMENTS(of_limit); i++)
        assert_which(SX_FAILURE_OWN_LIMIT, 2, 404, GIVEN_UP, of_limit[i]);
    for (unsigned i = 0; i < G_N_ELEMENTS(of_others); i++)
        assert_which(SX_FAILURE_TOLD_OTHERWISE, 1, 404, GIVEN_UP, of_others[i]);
    /* Both are its own limits; that of the phone that rang is more than that of the silent one. */
    assert_which(SX_FAILURE_OWN_LIMIT, 2, SILENT, GIVEN_UP, 408);
    /* A 6xx is handed on (16.7 item 5), and none of its own. */
    assert_which(SX_FAILURE_OWN_LIMIT, 2, SILENT, GIVEN_UP, 599);
    assert_which(SX_FAILURE_UNKNOWN, 0, SILENT, GIVEN_UP, 600);
}

/* 410 is made of neither: giving up is more than an error, an error more than silence. */
static void test_code_of_neither(void)
{
    assert_which(SX_FAILURE_OWN_LIMIT, 2, UNREACHABLE, GIVEN_UP, 410);
    assert_which(SX_FAILURE_UNREACHABLE, 2, SILENT, UNREACHABLE, 410);
}

/* 16.7 item 6: a 6xx, else the lowest class; a 503 is told as 500. Of two alike the one that
 * was asked last. */
static void test_best_of_two(void)
{
    assert_which(SX_FAILURE_TOLD_OTHERWISE, 2, 404, 600, 500);
    assert_which(SX_FAILURE_TOLD_OTHERWISE, 1, 404, 599, 500);
    assert_which(SX_FAILURE_TOLD_OTHERWISE, 2, 404, 503, 500);
    assert_which(SX_FAILURE_TOLD_OTHERWISE, 1, 404, 502, 500);
    assert_which(SX_FAILURE_TOLD_OTHERWISE, 1, 404, 504, 500);
    assert_which(SX_FAILURE_TOLD_OTHERWISE, 1, 404, 503, 499);
    assert_which(SX_FAILURE_TOLD_OTHERWISE, 1, 404, 503, 501);
    assert_one_way(SX_FAILURE_TOLD_OTHERWISE, 2, 404, 405, 500);
}

static enum sx_failure_kind kind_of(const struct ladder *l)
{
    const struct sx_txn *at = txn_numbered(l, 1);
    struct sx_failure_branches all = sx_failure_branches_of(l->tracker, at);

    return sx_failure_of_branches(l->tracker, at, &all).kind;
}

/* Two seconds after the last branch has ended a failure is made of something else. */
static void test_made_at_once(void)
{
    const struct {
        double bob, carol, told;
        bool at_once;
    } rows[] = {{0.5, 0.5, 2.5, true},   {0.5, 0.5, 2.501, false}, {0.5, 4.5, 6.5, true},
                {0.5, 4.5, 6.6, false},  {4.5, 0.5, 6.5, true},    {4.5, 0.5, 6.6, false},
                {0.5, -4.5, 6.5, true},  {0.5, -4.5, 6.6, false},  {-4.5, 0.5, 6.5, true},
                {-4.5, 0.5, 6.6, false}, {0.5, -6.5, 6, true},     {4.5, -2, 6.5, true}};

    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        const double at[] = {rows[i].bob, rows[i].carol};
        request(&l, 0, ALICE, P1, "INVITE", via("alice a1"));
        ask(&l, 0.1, BOB);
        ask(&l, 0.1, CAROL);
        /* in the order of time; below 0: it rings, and is taken back then */
        for (unsigned n = 0; n < 2; n++) {
            unsigned one = (n == 0) == (ABS(at[0]) <= ABS(at[1])) ? 0 : 1;
            unsigned host = one ? CAROL : BOB;
            if (ABS(at[one]) > rows[i].told)
                continue;
            if (at[one] > 0) {
                answer(&l, at[one], host, 404);
            } else {
                answer(&l, 0.2, host, 180);
                request(&l, -at[one], P1, host, "CANCEL", .via = {one ? "p1 c1" : "p1 b1"});
            }
        }
        response(&l, rows[i].told, P1, ALICE, 410, "INVITE", via("alice a1"), .to_tag = "p1");
        if (ABS(at[1]) > rows[i].told)
            request(&l, -at[1], P1, CAROL, "CANCEL", .via = {"p1 c1"});
        if ((kind_of(&l) == SX_FAILURE_TOLD_OTHERWISE) != rows[i].at_once)
            complain("row %u: kind %d", i, (int)kind_of(&l));
        ladder_close(&l);
    }
}

/* Carol has neither answered nor kept silent for long: the capture may lack her failure. */
static void test_may_lack_a_failure(void)
{
    const unsigned later[] = {0, 486};

    for (unsigned i = 0; i < G_N_ELEMENTS(later); i++) {
        struct ladder l = ladder_open();
        request(&l, 0, ALICE, P1, "INVITE", via("alice a1"));
        ask(&l, 0.1, BOB);
        ask(&l, 0.1, CAROL);
        answer(&l, 0.2, BOB, 404);
        response(&l, 0.4, P1, ALICE, 410, "INVITE", via("alice a1"), .to_tag = "p1");
        if (later[i])
            answer(&l, 0.5, CAROL, later[i]);
        g_assert_cmpint(kind_of(&l), ==, later[i] ? SX_FAILURE_TOLD_OTHERWISE : SX_FAILURE_UNKNOWN);
        ladder_close(&l);
    }
}

/* Of two alike the one that was asked last is hidden too. */
static void test_last_is_hidden(void)
{
    struct ladder l = ladder_open();

    request(&l, 0, ALICE, P1, "INVITE", via("alice a1"));
    ask(&l, 0.1, BOB);
    ask(&l, 0.1, CAROL);
    request(&l, 0.1, P1, DAVE, "INVITE", via("p1 d1", "alice a1"));
    undelivered(&l, 0.11, P1, 0, DAVE, 0);
    answer(&l, 0.2, BOB, 404);
    answer(&l, 0.3, CAROL, 405);
    response(&l, 0.4, P1, ALICE, 503, "INVITE", via("alice a1"), .to_tag = "p1");
    const struct sx_txn *at = txn_numbered(&l, 1);
    struct sx_failure_branches all = sx_failure_branches_of(l.tracker, at);
    struct sx_failure_cause c = sx_failure_of_branches(l.tracker, at, &all);
    g_assert_cmpint(c.kind, ==, SX_FAILURE_FORK);
    g_assert_cmpuint(c.frame, ==, 7);
    ladder_close(&l);
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/failure_branches/branches", test_branches);
    g_test_add_func("/failure_branches/other_side_threshold", test_other_side_threshold);
    g_test_add_func("/failure_branches/other_side_full", test_other_side_full);
    g_test_add_func("/failure_branches/not_the_other_side", test_not_the_other_side);
    g_test_add_func("/failure_branches/ended", test_ended);
    g_test_add_func("/failure_branches/codes", test_codes);
    g_test_add_func("/failure_branches/error_hides", test_error_hides);
    g_test_add_func("/failure_branches/timer_hides", test_timer_hides);
    g_test_add_func("/failure_branches/given_up", test_given_up);
    g_test_add_func("/failure_branches/code_of_neither", test_code_of_neither);
    g_test_add_func("/failure_branches/best_of_two", test_best_of_two);
    g_test_add_func("/failure_branches/made_at_once", test_made_at_once);
    g_test_add_func("/failure_branches/may_lack_a_failure", test_may_lack_a_failure);
    g_test_add_func("/failure_branches/last_is_hidden", test_last_is_hidden);
    return g_test_run();
}
