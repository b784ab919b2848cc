/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/record/tracker.h"

#include "sip_text.h"

static void test_cancel(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite, *cancel, *ok, *terminated, *ack;

    invite = request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"));
    response(&l, 0.1, P1, ALICE, 100, "INVITE", via("alice a1"));
    cancel = request(&l, 5.0, ALICE, P1, "CANCEL", via("alice a1"));
    ok = response(&l, 5.1, P1, ALICE, 200, "CANCEL", via("alice a1"));
    g_assert_cmpuint(txn_of(&l, invite)->final_frame, ==, 0); /* that 200 was not for it */
    terminated = response(&l, 5.2, P1, ALICE, 487, "INVITE", via("alice a1"));
    ack = request(&l, 5.3, ALICE, P1, "ACK", via("alice a1"), .to_tag = "bob");

    g_assert_cmpuint(sx_tracker_txn_count(l.tracker), ==, 2);
    g_assert_cmpuint(cancel->txn, !=, invite->txn);
    g_assert_cmpuint(ok->txn, ==, cancel->txn);
    g_assert_cmpuint(terminated->txn, ==, invite->txn);
    g_assert_cmpuint(ack->txn, ==, invite->txn);
    g_assert_cmpuint(sx_txn_rare(txn_of(&l, cancel))->related, ==, invite->txn);
    g_assert_cmpuint(sx_txn_rare(txn_of(&l, invite))->related, ==, cancel->txn);
    g_assert_cmpuint(sx_txn_rare(txn_of(&l, invite))->cancel_frame, ==, 3);
    g_assert_cmpint(sx_txn_rare(txn_of(&l, invite))->cancel_ns, ==, ns_of(5));
    g_assert_cmpint(txn_of(&l, invite)->state, ==, SX_TXN_CONFIRMED);
    g_assert_cmpuint(sx_txn_more(txn_of(&l, invite))->ack_frame, ==, 6);
    g_assert_cmpuint(cancel->flags & SX_MESSAGE_ENDS_WAIT, !=, 0);
    g_assert_cmpuint(terminated->flags & SX_MESSAGE_ENDS_WAIT, ==, 0);
    ladder_close(&l);
}

/* A CANCEL that crosses the final response changes nothing (RFC 3261 9.1); one that belongs to no
 * INVITE of the capture stands alone. */
static void test_cancel_without_effect(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite = request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"));

    response(&l, 0.1, P1, ALICE, 486, "INVITE", via("alice a1"));
    request(&l, 0.2, ALICE, P1, "CANCEL", via("alice a1"));
    g_assert_cmpuint(sx_txn_rare(txn_of(&l, invite))->cancel_frame, ==, 0);
    const struct sx_message *alone = request(&l, 1.0, ALICE, P1, "CANCEL", via("alice a9"));
    g_assert_cmpuint(sx_txn_rare(txn_of(&l, alone))->related, ==, 0);
    ladder_close(&l);
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/cancels/cancel", test_cancel);
    g_test_add_func("/cancels/cancel_without_effect", test_cancel_without_effect);
    return g_test_run();
}
