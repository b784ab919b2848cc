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

/* A client that sends again is no other sight of the request; another pair of addresses is. */
static void test_seen_elsewhere(void)
{
    struct ladder l = ladder_open();
    uint32_t n = request(&l, 0, ALICE, P1, "INVITE", via("alice a1"))->txn;

    request(&l, 0.5, ALICE, P1, "INVITE", via("alice a1"));
    g_assert_false(txn_numbered(&l, n)->seen_elsewhere);
    request(&l, 0.5, ALICE, P2, "INVITE", via("alice a1"));
    g_assert_true(txn_numbered(&l, n)->seen_elsewhere);
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

static uint64_t session_of(const char *session_id)
{
    struct ladder l = ladder_open();
    char *more = g_strdup_printf("Session-ID: %s\r\n", session_id);
    uint64_t hash =
        sx_txn_rare(txn_of(&l, request(&l, 0, ALICE, BOB, "INVITE", via("alice a1"), .more = more)))
            ->session_hash;

    g_free(more);
    ladder_close(&l);
    return hash;
}

/* RFC 7989 5: the nil UUID names nobody, and any other one somebody, also one that begins with
 * zeros; its letters have any case, and parameters are not part of it. */
static void test_session_id(void)
{
    uint64_t one = session_of("ab30317f1a784dc48ff824d0d3715d86");

    g_assert_cmpuint(one, !=, 0);
    g_assert_cmpuint(session_of("AB30317F1A784DC48FF824D0D3715D86;remote=00"), ==, one);
    g_assert_cmpuint(session_of("00000000000000000000000000000000;remote=ab"), ==, 0);
    g_assert_cmpuint(session_of("0000317f1a784dc48ff824d0d3715d86"), !=, 0);
    g_assert_cmpuint(session_of("0000317f1a784dc48ff824d0d3715d86"), !=, one);
}

/* Another packet in the same millisecond: no interval is shorter than none. */
static void test_repeated_at_once(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = request(&l, 10, ALICE, P1, "INVITE", via("alice a1"), .packet = {.id = 1})->txn;

    request(&l, 10, ALICE, P1, "INVITE", via("alice a1"), .packet = {.id = 2});
    g_assert_cmpuint(sx_txn_sends(txn_numbered(&l, txn)), ==, 2);
    g_assert_false(txn_numbered(&l, txn)->uneven_repeats);
    request(&l, 10.001, ALICE, P1, "INVITE", via("alice a1"), .packet = {.id = 3});
    g_assert_false(txn_numbered(&l, txn)->uneven_repeats);
    request(&l, 10.001, ALICE, P1, "INVITE", via("alice a1"), .packet = {.id = 4});
    g_assert_true(txn_numbered(&l, txn)->uneven_repeats);
    ladder_close(&l);
}

/* RFC 3326 2: only a CANCEL with SIP 200 says that somebody else has answered. */
static void test_completed_elsewhere(void)
{
    static const struct {
        const char *method, *reason;
        bool elsewhere;
    } rows[] = {{"CANCEL", "SIP;cause=200", true},
                {"CANCEL", "SIP;cause=199", false},
                {"CANCEL", "SIP;cause=201", false},
                {"BYE", "SIP;cause=200", false}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        char *more = g_strdup_printf("Reason: %s\r\n", rows[i].reason);
        request(&l, 0, ALICE, BOB, "INVITE", via("alice a1"));
        const struct sx_message *m =
            request(&l, 1, ALICE, BOB, rows[i].method, via("alice a1"), .more = more);
        g_test_message("row %u", (unsigned)i);
        g_assert_true(txn_of(&l, m)->completed_elsewhere == rows[i].elsewhere);
        g_free(more);
        ladder_close(&l);
    }
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/requests/request_again", test_request_again);
    g_test_add_func("/requests/seen_elsewhere", test_seen_elsewhere);
    g_test_add_func("/requests/uneven_repeats", test_uneven_repeats);
    g_test_add_func("/requests/response_first", test_response_first);
    g_test_add_func("/requests/frame_again_request", test_frame_again_request);
    g_test_add_func("/requests/session_id", test_session_id);
    g_test_add_func("/requests/repeated_at_once", test_repeated_at_once);
    g_test_add_func("/requests/completed_elsewhere", test_completed_elsewhere);
    return g_test_run();
}
