/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/record/tracker.h"

#include "sip_text.h"

static void test_request_again(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *m = request(&l, 10.000, ALICE, BOB, "INVITE", via("alice a1"));
    const struct sx_txn *txn = txn_of(&l, m);

    g_assert_cmpuint(m->repeats, ==, 0);
    m = request(&l, 10.001, ALICE, BOB, "INVITE", via("alice a1"));
    g_assert_cmpuint(m->repeats, ==, 1);
    g_assert_cmpuint(m->flags, ==, SX_MESSAGE_DUPLICATE);
    g_assert_cmpuint(sx_txn_sends(txn), ==, 1);
    m = request(&l, 10.500, ALICE, BOB, "INVITE", via("alice a1"));
    g_assert_cmpuint(m->repeats, ==, 1);
    g_assert_cmpuint(m->flags, ==, 0);
    g_assert_cmpuint(sx_txn_sends(txn), ==, 2);
    g_assert_cmpuint(sx_txn_rare(txn)->resends_after_100, ==, 0);
    m = request(&l, 10.501, ALICE, BOB, "INVITE", via("alice a1"));
    g_assert_cmpuint(m->flags, ==, SX_MESSAGE_DUPLICATE);
    response(&l, 10.600, BOB, ALICE, 100, "INVITE", via("alice a1"));
    m = request(&l, 11.500, ALICE, BOB, "INVITE", via("alice a1"));
    g_assert_cmpuint(m->flags, ==, 0);
    g_assert_cmpuint(sx_txn_sends(txn), ==, 3);
    g_assert_cmpuint(sx_txn_rare(txn)->resends_after_100, ==, 1);
    g_assert_cmpuint(txn->request_frame, ==, 1);
    g_assert_cmpuint(sx_txn_last_request_frame(txn), ==, 6);
    g_assert_cmpint(sx_txn_last_request_ns(txn), ==, ns_of(11.5));
    ladder_close(&l);
}

/* Each wait of a timer is as long as the one before or longer (RFC 3261 17.1.1.2), give or take a
 * fifth for hosts that are busy. */
static void test_uneven_repeats(void)
{
    static const struct {
        double third;
        bool uneven;
    } rows[] = {{11.799, true}, {11.8, false}, {12, false}, {13, false}, {10.9, true}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        uint32_t txn = request(&l, 10, ALICE, P1, "INVITE", via("alice a1"))->txn;
        request(&l, 11, ALICE, P1, "INVITE", via("alice a1"));
        request(&l, rows[i].third, ALICE, P1, "INVITE", via("alice a1"));
        g_test_message("again at 11 s and %.3f s", rows[i].third);
        g_assert_true(txn_numbered(&l, txn)->uneven_repeats == rows[i].uneven);
        ladder_close(&l);
    }
}

static void test_response_first(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *ok, *invite;

    ok = response(&l, 1.0, P2, ALICE, 200, "INVITE", via("alice a1"), .src_port = 7777);
    g_assert_cmpuint(txn_of(&l, ok)->request_frame, ==, 0);
    g_assert_cmpuint(sx_txn_sends(txn_of(&l, ok)), ==, 0);
    g_assert_cmpuint(txn_of(&l, ok)->final_frame, ==, 1);
    invite = request(&l, 1.1, ALICE, P1, "INVITE", via("alice a1"), .more = "Expires: 60\r\n");
    const struct sx_txn *txn = txn_of(&l, invite);
    g_assert_cmpuint(invite->txn, ==, ok->txn);
    g_assert_cmpuint(invite->repeats, ==, 0);
    g_assert_cmpuint(txn->request_frame, ==, 2);
    g_assert_cmpuint(sx_txn_sends(txn), ==, 1);
    g_assert_cmpuint(sx_txn_more(txn)->expires_s, ==, 60);
    /* where the request went is known now */
    g_assert_cmpuint(txn->dst.port, ==, 5060);
    g_assert_cmpuint(sx_tracker_host(l.tracker, txn->dst.host)->bytes[3], ==, P1);
    ladder_close(&l);
}

/* The first sending was dropped, as with -R frame.time_relative>0.4: the second one, which has its
 * number now, does not repeat itself. */
static void test_frame_again_request(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *m;

    request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"));
    l.frame--;
    m = request(&l, 0.5, ALICE, P1, "INVITE", via("alice a1"));
    g_assert_cmpuint(m->repeats, ==, 0);
    response(&l, 0.6, P1, ALICE, 486, "INVITE", via("alice a1"));
    request(&l, 0.7, ALICE, P1, "ACK", via("alice a1"), .to_tag = "bob");
    l.frame--;
    m = request(&l, 1.2, ALICE, P1, "ACK", via("alice a1"), .to_tag = "bob");
    g_assert_cmpuint(m->repeats, ==, 0);
    ladder_close(&l);
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/requests/request_again", test_request_again);
    g_test_add_func("/requests/uneven_repeats", test_uneven_repeats);
    g_test_add_func("/requests/response_first", test_response_first);
    g_test_add_func("/requests/frame_again_request", test_frame_again_request);
    return g_test_run();
}
