/* test_strays.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/record/strays.h"

#include "sip_text.h"

/* The transaction that a message is kept in, if it is a stray of this request. */
static const struct sx_txn *stray_of(struct ladder *l, const struct sx_message *request,
                                     const struct sx_message *response)
{
    const struct sx_txn *txn = txn_of(l, response);

    g_assert_cmpuint(sx_txn_rare(txn)->meant_for, ==, request->txn);
    g_assert_cmpuint(sx_txn_rare(txn_of(l, request))->stray, ==, txn->number);
    g_assert_cmpuint(txn_of(l, request)->responses, ==, 0);
    return txn;
}

/* RFC 3261 8.2.6.2: the phone leaves out the proxy's Via. Nothing else has the key. */
static void test_via_missing(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *m, *r;

    m = request(&l, 0.0, P1, BOB, "INVITE", via("p1 x", "alice a1"));
    r = response(&l, 0.1, BOB, P1, 180, "INVITE", via("alice a1"));
    g_assert_cmpuint(sx_txn_rare(stray_of(&l, m, r))->differs, ==, SX_DIFFERS_VIA_MISSING);
    r = response(&l, 3.0, BOB, P1, 200, "INVITE", via("alice a1"));
    g_assert_cmpuint(stray_of(&l, m, r)->final_frame, ==, 3);
    g_assert_cmpuint(sx_tracker_txn_count(l.tracker), ==, 2);
    ladder_close(&l);
}

/* With both hops in sight the key leads to the wrong one. */
static void test_via_of_another_hop(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *up, *m, *r;

    up = request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"));
    m = request(&l, 0.01, P1, BOB, "INVITE", via("p1 x", "alice a1"));
    r = response(&l, 0.1, BOB, P1, 180, "INVITE", via("alice a1"));
    g_assert_cmpuint(sx_txn_rare(stray_of(&l, m, r))->differs, ==, SX_DIFFERS_VIA_MISSING);
    r = response(&l, 0.2, P1, ALICE, 180, "INVITE", via("p1 x", "alice a1"));
    g_assert_cmpuint(sx_txn_rare(stray_of(&l, up, r))->differs, ==, SX_DIFFERS_VIA_TOO_MANY);
    /* and from another address the right response is the right one */
    r = response(&l, 0.3, P2, ALICE, 180, "INVITE", via("alice a1"));
    g_assert_cmpuint(r->txn, ==, up->txn);
    ladder_close(&l);
}

static void test_sent_by_and_branch(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *m = request(&l, 0.0, ALICE, BOB, "OPTIONS", via("alice a1")), *r;

    r = response(&l, 0.1, BOB, ALICE, 200, "OPTIONS", via("nat a1"));
    g_assert_cmpuint(sx_txn_rare(stray_of(&l, m, r))->differs, ==, SX_DIFFERS_VIA_SENT_BY);
    r = response(&l, 0.2, BOB, ALICE, 200, "OPTIONS", via("alice a9"));
    g_assert_cmpuint(sx_txn_rare(stray_of(&l, m, r))->differs, ==, SX_DIFFERS_VIA_BRANCH);
    r = response(&l, 0.3, BOB, ALICE, 200, "OPTIONS", via("nat a9"));
    g_assert_cmpuint(sx_txn_rare(stray_of(&l, m, r))->differs, ==,
                     SX_DIFFERS_VIA_BRANCH | SX_DIFFERS_VIA_SENT_BY);
    ladder_close(&l);
}

static void test_cseq(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *m = request(&l, 0.0, ALICE, BOB, "INFO", via("alice a1")), *r;

    r = response(&l, 0.1, BOB, ALICE, 200, "BYE", via("alice a1"));
    g_assert_cmpuint(sx_txn_rare(stray_of(&l, m, r))->differs, ==, SX_DIFFERS_CSEQ_METHOD);
    r = response(&l, 0.2, BOB, ALICE, 200, "INFO", via("alice a1"), .cseq = 2);
    g_assert_cmpuint(sx_txn_rare(stray_of(&l, m, r))->differs, ==, SX_DIFFERS_CSEQ_NUMBER);
    ladder_close(&l);
}

static void assert_no_stray(struct ladder *l, const struct sx_message *response)
{
    g_assert_cmpuint(sx_txn_rare(txn_of(l, response))->meant_for, ==, 0);
}

/* What may be the response of a request that the capture lacks. */
static void test_not_proven(void)
{
    struct ladder l = ladder_open();

    request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"));
    /* a CANCEL shares the Via of its INVITE */
    assert_no_stray(&l, response(&l, 0.1, BOB, ALICE, 200, "CANCEL", via("alice a1")));
    /* another call, another host, the other direction */
    assert_no_stray(&l, response(&l, 0.2, BOB, ALICE, 180, "INVITE", via("alice a8"),
                                 .call_id = "call-2"));
    assert_no_stray(&l, response(&l, 0.3, CAROL, ALICE, 180, "INVITE", via("alice a7")));
    assert_no_stray(&l, response(&l, 0.4, ALICE, BOB, 180, "INVITE", via("alice a6")));
    /* another parent: another branch of a fork */
    assert_no_stray(&l, response(&l, 0.5, BOB, ALICE, 180, "INVITE", via("alice a5", "carol c")));
    /* it has its response */
    response(&l, 0.6, BOB, ALICE, 180, "INVITE", via("alice a1"));
    assert_no_stray(&l, response(&l, 0.7, BOB, ALICE, 180, "INVITE", via("alice a4")));
    ladder_close(&l);
}

/* RFC 3261 17.1.1.3: the ACK of a failure has the branch of an INVITE that the capture lacks. */
static void test_after_the_ack(void)
{
    struct ladder l = ladder_open();

    request(&l, 0.0, ALICE, BOB, "ACK", via("alice a1"), .to_tag = "bob");
    assert_no_stray(&l, response(&l, 0.1, BOB, ALICE, 486, "INVITE", via("alice a1")));
    ladder_close(&l);
}

/* A proxy may have sent another branch to the same host. A client itself has none. */
static void test_another_branch(void)
{
    struct ladder l = ladder_open();

    request(&l, 0.0, P1, BOB, "INVITE", via("p1 x", "alice a1"));
    assert_no_stray(&l, response(&l, 0.1, BOB, P1, 480, "INVITE", via("p1 y", "alice a1")));
    ladder_close(&l);
}

/* Two wait: whose it is cannot be told. */
static void test_two_wait(void)
{
    struct ladder l = ladder_open();

    request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"));
    request(&l, 0.1, ALICE, BOB, "INVITE", via("alice a2"));
    assert_no_stray(&l, response(&l, 0.2, BOB, ALICE, 180, "INVITE", via("alice a3")));
    ladder_close(&l);
}

/* The Via and CSeq of a request that waits, and a Call-ID that nothing else has. */
static void test_other_call(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *m = request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1")), *r;

    request(&l, 0.1, ALICE, BOB, "OPTIONS", via("alice o1"), .call_id = "call-3");
    assert_no_stray(&l, response(&l, 0.2, BOB, ALICE, 180, "INVITE", via("alice a1"),
                                 .call_id = "call-3"));
    assert_no_stray(&l, response(&l, 0.3, CAROL, ALICE, 180, "INVITE", via("alice a1"),
                                 .call_id = "call-4"));
    r = response(&l, 0.4, BOB, ALICE, 180, "INVITE", via("alice a1"), .call_id = "call-2");
    g_assert_cmpuint(sx_txn_rare(stray_of(&l, m, r))->differs, ==, SX_DIFFERS_CALL_ID);
    r = response(&l, 0.5, BOB, ALICE, 486, "INVITE", via("alice a1"), .call_id = "call-2");
    g_assert_cmpuint(stray_of(&l, m, r)->final_code, ==, 486);
    ladder_close(&l);
}

static void test_calls(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *first = request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"));

    request(&l, 0.1, ALICE, BOB, "INVITE", via("alice a2"), .call_id = "call-2");
    const struct sx_message *last = request(&l, 0.2, ALICE, BOB, "BYE", via("alice a3"));
    const struct sx_txn *txn = sx_tracker_newest_in_call(l.tracker, txn_of(&l, first)->call_hash);
    g_assert_cmpuint(txn->number, ==, last->txn);
    g_assert_cmpuint(txn->next_in_call, ==, first->txn);
    g_assert_null(sx_tracker_newest_in_call(l.tracker, 0));
    ladder_close(&l);
}

/* The Via of a hop further up tells whose response it is; that of another request does not. */
static void test_via_of_a_hop_further_up(void)
{
    for (unsigned other = 0; other < 2; other++) {
        struct ladder l = ladder_open();
        request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"));
        request(&l, 0.1, P1, P2, "INVITE", via("p1 b1", "alice a1"));
        const struct sx_message *m =
            request(&l, 0.2, P2, BOB, "INVITE", via("p2 c1", "p1 b1", "alice a1"));
        request(&l, 0.3, CAROL, DAVE, "INVITE", via("carol d1"));
        const struct sx_message *r =
            response(&l, 0.4, BOB, P2, 180, "INVITE", via(other ? "carol d1" : "alice a1"));
        if (other)
            assert_no_stray(&l, r);
        else
            g_assert_cmpuint(sx_txn_rare(stray_of(&l, m, r))->differs, ==, SX_DIFFERS_VIA_MISSING);
        ladder_close(&l);
    }
}

/* What the codes at the ends of the classes are: none, provisional, final. */
static void test_codes(void)
{
    static const struct {
        unsigned code;
        bool first, final;
    } rows[] = {{99, false, false}, {100, true, false}, {199, true, false},
                {200, true, true},  {699, true, true},  {700, false, false}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        const struct sx_message *m = request(&l, 0.0, P1, BOB, "INVITE", via("p1 x", "alice a1"));
        const struct sx_txn *kept =
            stray_of(&l, m, response(&l, 0.1, BOB, P1, rows[i].code, "INVITE", via("alice a1")));
        g_test_message("%u", rows[i].code);
        g_assert_true((kept->first_response_frame != 0) == rows[i].first);
        g_assert_true((kept->final_frame != 0) == rows[i].final);
        ladder_close(&l);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/strays/via_missing", test_via_missing);
    g_test_add_func("/strays/via_of_another_hop", test_via_of_another_hop);
    g_test_add_func("/strays/sent_by_and_branch", test_sent_by_and_branch);
    g_test_add_func("/strays/cseq", test_cseq);
    g_test_add_func("/strays/not_proven", test_not_proven);
    g_test_add_func("/strays/two_wait", test_two_wait);
    g_test_add_func("/strays/after_the_ack", test_after_the_ack);
    g_test_add_func("/strays/another_branch", test_another_branch);
    g_test_add_func("/strays/other_call", test_other_call);
    g_test_add_func("/strays/calls", test_calls);
    g_test_add_func("/strays/via_of_a_hop_further_up", test_via_of_a_hop_further_up);
    g_test_add_func("/strays/codes", test_codes);
    return g_test_run();
}
