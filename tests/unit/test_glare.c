/* test_glare.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/judge/glare.h"

#include "sip_text.h"

/* Frames 1 to 3. */
static struct ladder answered_call(void)
{
    struct ladder l = ladder_open();

    request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"));
    response(&l, 1.0, BOB, ALICE, 200, "INVITE", via("alice a1"));
    request(&l, 1.1, ALICE, BOB, "ACK", via("alice a2"), .to_tag = "bob");
    return l;
}

static const struct sx_message *reinvite(struct ladder *l, double at, bool called, unsigned cseq)
{
    return called ? request(l, at, BOB, ALICE, "INVITE", via("bob b1"), .cseq = cseq,
                            .from_tag = "bob", .to_tag = "alice")
                  : request(l, at, ALICE, BOB, "INVITE", via("alice a3"), .cseq = cseq,
                            .to_tag = "bob");
}

static uint32_t blocker(struct ladder *l, const struct sx_message *m, unsigned code, bool after)
{
    const struct sx_txn *txn =
        sx_glare_blocker(l->tracker, txn_of(l, m), code, l->frame + 1, after);

    return txn ? txn->request_frame : 0;
}

static void test_crossing(void)
{
    struct ladder l = answered_call();
    const struct sx_message *a = reinvite(&l, 2.0, false, 2), *b = reinvite(&l, 2.1, true, 1);

    g_assert_cmpuint(blocker(&l, a, 491, false), ==, b->frame);
    g_assert_cmpuint(blocker(&l, b, 491, false), ==, a->frame);
    g_assert_cmpuint(blocker(&l, a, 500, true), ==, b->frame);
    g_assert_cmpuint(blocker(&l, a, 500, false), ==, 0);
    g_assert_cmpuint(blocker(&l, a, 486, true), ==, 0);
    ladder_close(&l);
}

/* Its 200 is not in the capture, but the ACK is: it may have come before. */
static void test_answer_not_seen(void)
{
    struct ladder l = answered_call();
    const struct sx_message *b = reinvite(&l, 2.0, true, 1);
    const struct sx_message *a = reinvite(&l, 3.0, false, 2);

    g_assert_cmpuint(blocker(&l, a, 491, false), ==, b->frame);
    request(&l, 3.1, BOB, ALICE, "ACK", via("bob b2"), .cseq = 1, .from_tag = "bob",
            .to_tag = "alice");
    g_assert_cmpuint(blocker(&l, a, 491, false), ==, 0);
    ladder_close(&l);
}

/* RFC 3261 14.2: 500 for the second of one side, 491 for one of the other. */
static void test_by_rule(void)
{
    struct ladder l = answered_call();
    const struct sx_message *a = reinvite(&l, 2.0, false, 2), *b = reinvite(&l, 2.1, true, 1);
    const struct sx_message *second =
        request(&l, 2.2, ALICE, BOB, "UPDATE", via("alice a4"), .cseq = 3, .to_tag = "bob");

    g_assert_cmpuint(blocker(&l, second, 500, true), ==, a->frame);
    g_assert_cmpuint(blocker(&l, second, 491, false), ==, b->frame);
    ladder_close(&l);
}

/* Of two that the rule names, the one at this hop; of two there, the newest. */
static void test_at_this_hop(void)
{
    struct ladder l = answered_call();
    uint32_t here =
        request(&l, 2.0, BOB, P1, "INVITE", via("bob b1"), .from_tag = "bob", .to_tag = "alice")
            ->frame;

    request(&l, 2.01, P1, ALICE, "INVITE", via("p1 y", "bob b1"), .from_tag = "bob",
            .to_tag = "alice");
    const struct sx_message *refused =
        request(&l, 2.02, P1, BOB, "INVITE", via("p1 z", "alice a3"), .cseq = 2, .to_tag = "bob");
    g_assert_cmpuint(blocker(&l, refused, 491, false), ==, here);
    ladder_close(&l);
    l = answered_call();
    here =
        request(&l, 2.0, ALICE, P1, "INVITE", via("alice a3"), .cseq = 2, .to_tag = "bob")->frame;
    request(&l, 2.01, P1, BOB, "INVITE", via("p1 z", "alice a3"), .cseq = 2, .to_tag = "bob");
    refused = request(&l, 2.02, ALICE, P1, "UPDATE", via("alice a4"), .cseq = 3, .to_tag = "bob");
    g_assert_cmpuint(blocker(&l, refused, 500, true), ==, here);
    here = refused->frame;
    refused = request(&l, 2.03, ALICE, P1, "UPDATE", via("alice a5"), .cseq = 4, .to_tag = "bob");
    g_assert_cmpuint(blocker(&l, refused, 500, true), ==, here);
    ladder_close(&l);
}

/* One that the rule names goes before one at this hop. */
static void test_rule_before_hop(void)
{
    struct ladder l = answered_call();
    uint32_t own =
        request(&l, 2.0, P1, BOB, "INVITE", via("p1 z", "alice a3"), .cseq = 2, .to_tag = "bob")
            ->frame;

    request(&l, 2.01, P1, ALICE, "INVITE", via("p1 y", "bob b1"), .from_tag = "bob",
            .to_tag = "alice");
    const struct sx_message *refused =
        request(&l, 2.02, ALICE, P1, "UPDATE", via("alice a4"), .cseq = 3, .to_tag = "bob");
    g_assert_cmpuint(blocker(&l, refused, 500, true), ==, own);
    ladder_close(&l);
}

static void test_answered_before(void)
{
    struct ladder l = answered_call();
    const struct sx_message *a;

    reinvite(&l, 2.0, true, 1);
    response(&l, 2.1, ALICE, BOB, 200, "INVITE", via("bob b1"), .from_tag = "bob",
             .to_tag = "alice");
    a = reinvite(&l, 3.0, false, 2);
    g_assert_cmpuint(blocker(&l, a, 491, false), ==, 0);
    ladder_close(&l);
}

/* The same request on the hop before blocks nothing. */
static void test_itself(void)
{
    struct ladder l = answered_call();
    const struct sx_message *b;

    request(&l, 2.0, ALICE, P1, "INVITE", via("alice a3"), .cseq = 2, .to_tag = "bob");
    b = request(&l, 2.1, P1, BOB, "INVITE", via("p1 x", "alice a3"), .cseq = 2, .to_tag = "bob");
    g_assert_cmpuint(blocker(&l, b, 491, false), ==, 0);
    g_assert_cmpuint(blocker(&l, b, 500, true), ==, 0);
    ladder_close(&l);
}

static void test_times(void)
{
    struct ladder l = answered_call();
    const struct sx_message *a = reinvite(&l, 2.0, false, 2);

    g_assert_cmpuint(sx_glare_times(l.tracker, txn_of(&l, a), 99), ==, 0);
    response(&l, 2.1, BOB, ALICE, 491, "INVITE", via("alice a3"), .cseq = 2);
    g_assert_cmpuint(sx_glare_times(l.tracker, txn_of(&l, a), 5), ==, 1);
    g_assert_cmpuint(sx_glare_times(l.tracker, txn_of(&l, a), 4), ==, 0);
    ladder_close(&l);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/glare/crossing", test_crossing);
    g_test_add_func("/glare/answer_not_seen", test_answer_not_seen);
    g_test_add_func("/glare/by_rule", test_by_rule);
    g_test_add_func("/glare/at_this_hop", test_at_this_hop);
    g_test_add_func("/glare/rule_before_hop", test_rule_before_hop);
    g_test_add_func("/glare/answered_before", test_answered_before);
    g_test_add_func("/glare/itself", test_itself);
    g_test_add_func("/glare/times", test_times);
    return g_test_run();
}
