/* test_prack.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/judge/prack.h"

#include "sip_text.h"

static enum sx_prack_state state(struct ladder *l, const struct sx_message *invite, unsigned rseq)
{
    return sx_prack_find(l->tracker, txn_of(l, invite), rseq, l->frame + 1).state;
}

static void test_states(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite = request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"));

    response(&l, 0.1, BOB, ALICE, 183, "INVITE", via("alice a1"), .more = "RSeq: 7\r\n");
    g_assert_cmpint(state(&l, invite, 7), ==, SX_PRACK_NOT_SEEN);
    request(&l, 0.2, ALICE, BOB, "PRACK", via("alice a2"), .cseq = 2, .to_tag = "bob",
            .more = "RAck: 7 1 INVITE\r\n");
    g_assert_cmpint(state(&l, invite, 7), ==, SX_PRACK_UNANSWERED);
    g_assert_cmpint(state(&l, invite, 8), ==, SX_PRACK_NOT_SEEN);
    response(&l, 0.3, BOB, ALICE, 481, "PRACK", via("alice a2"), .cseq = 2);
    g_assert_cmpint(state(&l, invite, 7), ==, SX_PRACK_REFUSED);
    request(&l, 0.4, ALICE, BOB, "PRACK", via("alice a3"), .cseq = 3, .to_tag = "bob",
            .more = "RAck: 7 1 INVITE\r\n");
    response(&l, 0.5, BOB, ALICE, 200, "PRACK", via("alice a3"), .cseq = 3);
    g_assert_cmpint(state(&l, invite, 7), ==, SX_PRACK_ANSWERED);
    ladder_close(&l);
}

static void test_not_passed_on(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *up = request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"));
    const struct sx_message *down = request(&l, 0.1, P1, BOB, "INVITE", via("p1 x", "alice a1"));

    request(&l, 0.2, ALICE, P1, "PRACK", via("alice a2"), .cseq = 2, .to_tag = "bob",
            .more = "RAck: 7 1 INVITE\r\n");
    g_assert_cmpint(state(&l, up, 7), ==, SX_PRACK_UNANSWERED);
    g_assert_cmpint(state(&l, down, 7), ==, SX_PRACK_NOT_HERE);
    ladder_close(&l);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/prack/states", test_states);
    g_test_add_func("/prack/not_passed_on", test_not_passed_on);
    return g_test_run();
}
