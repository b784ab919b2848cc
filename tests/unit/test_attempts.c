/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/record/tracker.h"

#include "sip_text.h"

static void test_new_attempt(void)
{
    struct ladder l = ladder_open();
    uint32_t a, b, c;

    a = request(&l, 0.0, ALICE, P1, "REGISTER", via("alice a1"))->txn;
    response(&l, 0.1, P1, ALICE, 401, "REGISTER", via("alice a1"));
    b = request(&l, 0.2, ALICE, P1, "REGISTER", via("alice a2"), .cseq = 2,
                .more = "Authorization: Digest x=y\r\n")
            ->txn;
    g_assert_cmpuint(txn_numbered(&l, a)->followed_by, ==, b);
    g_assert_true(txn_numbered(&l, b)->auth != 0);
    response(&l, 0.3, P1, ALICE, 423, "REGISTER", via("alice a2"), .cseq = 2);
    c = request(&l, 0.4, ALICE, P1, "REGISTER", via("alice a3"), .cseq = 3)->txn;
    g_assert_cmpuint(txn_numbered(&l, b)->followed_by, ==, c);
    response(&l, 0.5, P1, ALICE, 200, "REGISTER", via("alice a3"), .cseq = 3);
    request(&l, 600, ALICE, P1, "REGISTER", via("alice a4"), .cseq = 4);
    g_assert_cmpuint(txn_numbered(&l, c)->followed_by, ==, 0); /* a refresh is no repair */
    ladder_close(&l);
}

static void test_not_a_new_attempt(void)
{
    struct ladder l = ladder_open();
    uint32_t a = request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"), .cseq = 7)->txn;

    response(&l, 0.1, P1, ALICE, 407, "INVITE", via("alice a1"), .cseq = 7);
    request(&l, 0.2, ALICE, P1, "ACK", via("alice a1"), .cseq = 7, .to_tag = "bob");
    request(&l, 0.3, ALICE, P1, "INVITE", via("alice a2"), .cseq = 8, .call_id = "call-2");
    request(&l, 0.4, ALICE, P1, "BYE", via("alice a3"), .cseq = 8);
    request(&l, 0.5, CAROL, P1, "INVITE", via("carol a4"), .cseq = 8);
    request(&l, 0.6, ALICE, P1, "INVITE", via("alice a5"), .cseq = 6);
    request(&l, 0.7, ALICE, P1, "INVITE", via("alice a1"), .cseq = 7);
    g_assert_cmpuint(txn_numbered(&l, a)->followed_by, ==, 0);
    ladder_close(&l);
}

/* RFC 3261 22.2 asks to keep the From tag, and many phones take a new one. */
static void test_new_attempt_with_another_from_tag(void)
{
    struct ladder l = ladder_open();
    uint32_t a = request(&l, 0.0, ALICE, P1, "REGISTER", via("alice a1"))->txn;

    response(&l, 0.1, P1, ALICE, 401, "REGISTER", via("alice a1"));
    uint32_t b =
        request(&l, 17, ALICE, P1, "REGISTER", via("alice a2"), .cseq = 2, .from_tag = "x")->txn;
    g_assert_cmpuint(txn_numbered(&l, a)->followed_by, ==, b);
    ladder_close(&l);
}

/* A proxy between two sides sends both of their requests, with as many Via values. seen: so is the
 * request that is refused. */
static void crossing(bool seen)
{
    struct ladder l = ladder_open();
    uint32_t to_bob = 0, to_alice = 0, again;

    if (seen) {
        to_bob = request(&l, 0.0, P1, BOB, "INVITE", via("p1 b1", "alice a1"), .cseq = 2,
                         .to_tag = "bob")
                     ->txn;
        to_alice = request(&l, 0.1, P1, ALICE, "INVITE", via("p1 b2", "bob c1"), .cseq = 1,
                           .from_tag = "bob", .to_tag = "alice")
                       ->txn;
    }
    uint32_t bobs =
        response(&l, 0.2, BOB, P1, 491, "INVITE", via("p1 b1", "alice a1"), .cseq = 2)->txn;
    if (seen)
        response(&l, 0.3, ALICE, P1, 491, "INVITE", via("p1 b2", "bob c1"), .from_tag = "bob",
                 .to_tag = "alice");
    again =
        request(&l, 2.5, P1, BOB, "INVITE", via("p1 b3", "alice a2"), .cseq = 3, .to_tag = "bob")
            ->txn;
    g_assert_cmpuint(txn_numbered(&l, bobs)->followed_by, ==, again);
    if (seen) {
        g_assert_cmpuint(bobs, ==, to_bob);
        g_assert_cmpuint(txn_numbered(&l, to_alice)->followed_by, ==, 0);
    }
    ladder_close(&l);
}

static void test_crossing(void)
{
    crossing(true);
    crossing(false);
}

/* A proxy that follows a redirection itself: same CSeq, another branch. */
static void test_recursion(void)
{
    struct ladder l = ladder_open();
    uint32_t moved, next;

    request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"));
    moved = request(&l, 0.1, P1, BOB, "INVITE", via("p1 b1", "alice a1"))->txn;
    response(&l, 0.2, BOB, P1, 302, "INVITE", via("p1 b1", "alice a1"));
    next = request(&l, 0.3, P1, CAROL, "INVITE", via("p1 b2", "alice a1"))->txn;
    g_assert_cmpuint(txn_numbered(&l, moved)->followed_by, ==, next);
    ladder_close(&l);
}

/* Who redirects each of its own branches to the next one makes nobody look through all of them each
 * time. */
static void test_recursion_without_end(void)
{
    if (ran_apart())
        return;
    struct ladder l = ladder_open();
    uint32_t last = 0;

    request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"));
    for (unsigned i = 0; i < 100000; i++) {
        char branch[24];
        g_snprintf(branch, sizeof branch, "p1 b%u", i);
        uint32_t next = request(&l, 1, P1, BOB, "INVITE", via(branch, "alice a1"))->txn;
        response(&l, 1, BOB, P1, 302, "INVITE", via(branch, "alice a1"));
        if (last && txn_numbered(&l, last)->followed_by != next)
            complain("branch %u is not followed by %u", last, next);
        last = next;
    }
    ladder_close(&l);
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/attempts/new_attempt", test_new_attempt);
    g_test_add_func("/attempts/not_a_new_attempt", test_not_a_new_attempt);
    g_test_add_func("/attempts/new_attempt_with_another_from_tag",
                    test_new_attempt_with_another_from_tag);
    g_test_add_func("/attempts/crossing", test_crossing);
    g_test_add_func("/attempts/recursion", test_recursion);
    g_test_add_func("/attempts/recursion_without_end", test_recursion_without_end);
    return g_test_run();
}
