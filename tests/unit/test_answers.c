/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/record/tracker.h"

#include "sip_text.h"

/* Every request but ACK has a time limit, and is known by its names where it is over. */
static void test_expect(void)
{
    struct ladder l = ladder_open();
    struct sx_name name;

    uint32_t txn = requests(&l, 11, 0, ALICE, P1, "OPTIONS", via("alice a1"));
    request(&l, 0.1, ALICE, P1, "ACK", via("alice a2"), .to_tag = "x");
    uint32_t frame = other_packet(&l, 31.999);
    g_assert_null(sx_tracker_expiry(l.tracker, frame, 0));
    frame = other_packet(&l, 32);
    g_assert_nonnull(sx_tracker_expiry(l.tracker, frame, 0));
    g_assert_null(sx_tracker_expiry(l.tracker, frame, 1));
    g_assert_true(sx_tracker_names(l.tracker, txn, &name));
    g_assert_true(sx_slice_is(name.call_id, "call-1"));
    ladder_close(&l);
}

/* RFC 3261 18.2.2: where the first response went, whichever of the two comes first. */
static void test_note_dst(void)
{
    for (unsigned late = 0; late < 2; late++) {
        struct ladder l = ladder_open();
        uint32_t txn = 0;
        if (!late)
            txn = request(&l, 0, ALICE, P1, "INVITE", via("alice a1"))->txn;
        response(&l, 1, P1, ALICE, 180, "INVITE", via("alice a1"), .dst_port = 5070);
        if (late)
            txn = request(&l, 2, ALICE, P1, "INVITE", via("alice a1"))->txn;
        const struct sx_txn *t = txn_numbered(&l, txn);
        g_assert_true(sx_txn_rare(t)->answered_aside);
        g_assert_cmpuint(sx_txn_answer_dst(t).port, ==, 5070);
        g_assert_cmpuint(t->src.port, ==, 5060);
        ladder_close(&l);
    }
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/answers/expect", test_expect);
    g_test_add_func("/answers/note_dst", test_note_dst);
    return g_test_run();
}
