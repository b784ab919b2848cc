/* How often a request was tried in vain.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/judge/retries.h"

#include "sip_text.h"

/* The proxy's try at the server for the caller's attempt with this branch. */
static uint32_t try_server(struct ladder *l, double at, const char *branch, const char *above,
                           uint32_t cseq, unsigned code)
{
    uint32_t txn = request(l, at, P1, BOB, "INVITE", via(branch, above), .cseq = cseq,
                           .uri = "sip:bob@10.0.0.5")
                       ->txn;

    response(l, at + 0.01, BOB, P1, code, "INVITE", via(branch, above), .cseq = cseq);
    return txn;
}

static struct sx_retries count(const struct ladder *l, uint32_t txn)
{
    return sx_retries_count(l->tracker, txn_numbered(l, txn));
}

/* Two hops that try twice each; the caller is told this code. */
static struct sx_retries two_by_two(struct ladder *l, unsigned told)
{
    uint32_t first = request(l, 0, ALICE, P1, "INVITE", via("alice a"))->txn;

    g_assert_cmpuint(count(l, try_server(l, 0.01, "p1 x", "alice a", 1, 503)).tries, ==, 1);
    struct sx_retries r = count(l, try_server(l, 0.05, "p1 y", "alice a", 1, 503));
    g_assert_cmpuint(r.tries, ==, 2);
    g_assert_cmpuint(r.levels, ==, 1);
    response(l, 0.1, P1, ALICE, told, "INVITE", via("alice a"));
    g_assert_cmpuint(count(l, first).levels, ==, told == 408 ? 0 : 1);
    uint32_t second = request(l, 1, ALICE, P1, "INVITE", via("alice b"), .cseq = 2)->txn;
    try_server(l, 1.01, "p1 z", "alice b", 2, 503);
    try_server(l, 1.05, "p1 w", "alice b", 2, 503);
    response(l, 1.1, P1, ALICE, told, "INVITE", via("alice b"), .cseq = 2);
    return count(l, second);
}

static void test_each_hop(void)
{
    const unsigned told[] = {503, 500};

    for (unsigned i = 0; i < G_N_ELEMENTS(told); i++) {
        struct ladder l = ladder_open();
        struct sx_retries r = two_by_two(&l, told[i]);
        g_assert_cmpuint(r.tries, ==, 4);
        g_assert_cmpuint(r.levels, ==, 2);
        g_assert_cmpuint(r.first_in, ==, 3);
        g_assert_nonnull(r.at);
        g_assert_cmpuint(r.hosts[0], !=, r.hosts[1]);
        ladder_close(&l);
    }
}

static void test_other_code(void)
{
    struct ladder l = ladder_open();

    g_assert_cmpuint(two_by_two(&l, 408).tries, ==, 0);
    ladder_close(&l);
    l = ladder_open();
    uint32_t txn = request(&l, 0, ALICE, P1, "INVITE", via("alice a"))->txn;
    try_server(&l, 0.01, "p1 x", "alice a", 1, 486);
    response(&l, 0.1, P1, ALICE, 500, "INVITE", via("alice a"));
    g_assert_cmpuint(count(&l, txn).tries, ==, 0);
    ladder_close(&l);
}

/* Sent at once, to another server, or for another user: no further try. */
static void test_not_again(void)
{
    struct ladder l = ladder_open();

    request(&l, 0, ALICE, P1, "INVITE", via("alice a"));
    request(&l, 0, P1, BOB, "INVITE", via("p1 x", "alice a"));
    uint32_t txn = request(&l, 0, P1, BOB, "INVITE", via("p1 y", "alice a"))->txn;
    response(&l, 0.1, BOB, P1, 503, "INVITE", via("p1 x", "alice a"));
    response(&l, 0.1, BOB, P1, 503, "INVITE", via("p1 y", "alice a"));
    g_assert_cmpuint(count(&l, txn).tries, ==, 1);
    g_assert_cmpuint(count(&l, txn).levels, ==, 0);
    uint32_t other = request(&l, 1, P1, CAROL, "INVITE", via("p1 z", "alice a"))->txn;
    response(&l, 1.1, CAROL, P1, 503, "INVITE", via("p1 z", "alice a"));
    g_assert_cmpuint(count(&l, other).tries, ==, 1);
    g_assert_cmpuint(count(&l, other).levels, ==, 0);
    other = request(&l, 2, P1, BOB, "INVITE", via("p1 w", "alice a"), .uri = "sip:dave@example.com")
                ->txn;
    response(&l, 2.1, BOB, P1, 503, "INVITE", via("p1 w", "alice a"));
    g_assert_cmpuint(count(&l, other).tries, ==, 1);
    ladder_close(&l);
}

static struct sx_retries after_pause(double second_at)
{
    struct ladder l = ladder_open();

    request(&l, 0, ALICE, BOB, "INVITE", via("alice a"));
    response(&l, 0, BOB, ALICE, 503, "INVITE", via("alice a"), .more = "Retry-After: 20\r\n");
    uint32_t txn = request(&l, second_at, ALICE, BOB, "INVITE", via("alice b"), .cseq = 2)->txn;
    response(&l, second_at, BOB, ALICE, 503, "INVITE", via("alice b"), .cseq = 2);
    struct sx_retries r = count(&l, txn);
    ladder_close(&l);
    return r;
}

static void test_kept(void)
{
    g_assert_cmpuint(after_pause(18.999).tries, ==, 2);
    g_assert_cmpuint(after_pause(19).tries, ==, 1);
}

/* A pair of tries, a wait as long as asked, a pair of tries. */
static void test_begins_anew(void)
{
    static const struct {
        double at;
        uint32_t tries, levels, first_in;
    } steps[] = {{0, 1, 0, 2}, {0.1, 2, 1, 2}, {30, 1, 0, 6}, {30.1, 2, 1, 6}, {30.2, 3, 1, 6}};
    static const char *const branches[] = {"alice a", "alice b", "alice c", "alice d", "alice e"};
    struct ladder l = ladder_open();

    for (uint32_t i = 0; i < G_N_ELEMENTS(steps); i++) {
        uint32_t txn =
            request(&l, steps[i].at, ALICE, BOB, "REGISTER", via(branches[i]), .cseq = i + 1)->txn;
        response(&l, steps[i].at, BOB, ALICE, 503, "REGISTER", via(branches[i]), .cseq = i + 1,
                 .more = "Retry-After: 20\r\n");
        struct sx_retries r = count(&l, txn);
        g_assert_cmpuint(r.tries, ==, steps[i].tries);
        g_assert_cmpuint(r.levels, ==, steps[i].levels);
        g_assert_cmpuint(r.first_in, ==, steps[i].first_in);
    }
    ladder_close(&l);
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/retries/each-hop", test_each_hop);
    g_test_add_func("/retries/other-code", test_other_code);
    g_test_add_func("/retries/not-again", test_not_again);
    g_test_add_func("/retries/kept", test_kept);
    g_test_add_func("/retries/begins-anew", test_begins_anew);
    return g_test_run();
}
