/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/judge/failure.h"

#include "sip_text.h"

/* ---- failure, or a step of normal work ---- */

/* A request and its final response at 0.0 and 0.1 s. */
static const struct sx_txn *ask(struct ladder *l, const char *method, unsigned code,
                                const char *more)
{
    uint32_t txn = request(l, 0.0, ALICE, P1, method, via("alice a1"), .more = more)->txn;

    response(l, 0.1, P1, ALICE, code, method, via("alice a1"));
    return txn_numbered(l, txn);
}

static bool fails(const struct ladder *l, const struct sx_txn *txn)
{
    return sx_failure_judge(l->tracker, txn, txn->final_code);
}

static void go_on(struct ladder *l, double seconds)
{
    other_packet(l, seconds);
    sx_tracker_end(l->tracker);
}

static void test_success(void)
{
    static const unsigned codes[] = {100, 180, 199, 200, 202, 299};
    struct ladder l = ladder_open();
    const struct sx_txn *txn = ask(&l, "INVITE", 200, NULL);

    go_on(&l, 1000);
    for (size_t i = 0; i < G_N_ELEMENTS(codes); i++) {
        g_assert_false(sx_failure_judge(l.tracker, txn, codes[i]));
        g_assert_false(sx_failure_judge(l.tracker, NULL, codes[i]));
    }
    ladder_close(&l);
}

static void test_plain_failure(void)
{
    static const unsigned codes[] = {400, 404, 430, 486, 499, 503, 599, 603, 699};

    for (size_t i = 0; i < G_N_ELEMENTS(codes); i++) {
        struct ladder l = ladder_open();
        g_test_message("%u", codes[i]);
        g_assert_true(fails(&l, ask(&l, "INVITE", codes[i], NULL)));
        g_assert_true(sx_failure_judge(l.tracker, NULL, codes[i]));
        ladder_close(&l);
    }
}

/* What no catalogue can explain is no success. */
static void test_codes_of_no_class(void)
{
    struct ladder l = ladder_open();

    g_assert_true(sx_failure_judge(l.tracker, NULL, 0));
    g_assert_true(sx_failure_judge(l.tracker, NULL, 99));
    g_assert_true(sx_failure_judge(l.tracker, NULL, 700));
    g_assert_true(sx_failure_judge(l.tracker, NULL, 999));
    ladder_close(&l);
}

static void test_challenge_answered(void)
{
    static const unsigned codes[] = {401, 407};

    for (size_t i = 0; i < G_N_ELEMENTS(codes); i++) {
        struct ladder l = ladder_open();
        const struct sx_txn *txn = ask(&l, "INVITE", codes[i], NULL);
        g_assert_false(fails(&l, txn)); /* the client is about to answer */
        request(&l, 0.2, ALICE, P1, "INVITE", via("alice a2"), .cseq = 2,
                .more = "Authorization: Digest x=y\r\n");
        g_assert_false(fails(&l, txn));
        go_on(&l, 1000);
        g_assert_false(fails(&l, txn));
        ladder_close(&l);
    }
}

/* Only what the server sends is captured. */
static void test_challenge_answered_out_of_sight(void)
{
    for (unsigned cseq = 1; cseq < 3; cseq++) {
        struct ladder l = ladder_open();
        const struct sx_message *m = response(&l, 0, P1, ALICE, 401, "REGISTER", via("alice a1"));
        const struct sx_txn *txn = txn_of(&l, m);

        response(&l, 1, P1, ALICE, 200, "REGISTER", via("alice a2"), .cseq = cseq);
        go_on(&l, 1000);
        g_assert_cmpint(fails(&l, txn), ==, cseq == 1);
        ladder_close(&l);
    }
}

/* The first of a pair may only ask, if the second one is in sight; that one has refused something.
 */
static void test_challenge_twice(void)
{
    for (unsigned in_sight = 0; in_sight < 2; in_sight++) {
        struct ladder l = ladder_open();
        const struct sx_message *m = response(&l, 0, P1, ALICE, 401, "REGISTER", via("alice a1"));
        const struct sx_txn *first = txn_of(&l, m);

        if (in_sight)
            request(&l, 0.5, ALICE, P1, "REGISTER", via("alice a2"), .cseq = 2,
                    .more = "Authorization: Digest username=\"a\", realm=\"r\", nonce=\"n\", "
                            "response=\"1\"\r\n");
        response(&l, 1, P1, ALICE, 401, "REGISTER", via("alice a2"), .cseq = 2);
        go_on(&l, 1000);
        g_assert_cmpuint(first->followed_by, !=, 0);
        g_assert_cmpint(fails(&l, first), ==, !in_sight);
        g_assert_true(fails(&l, txn_numbered(&l, first->followed_by)));
        ladder_close(&l);
    }
}

static void test_challenge_left_alone(void)
{
    struct ladder l = ladder_open();
    const struct sx_txn *txn = ask(&l, "REGISTER", 401, NULL);

    go_on(&l, 10);
    g_assert_false(fails(&l, txn)); /* too early to tell */
    go_on(&l, 32.1);                /* 64*T1 after the 401 */
    g_assert_false(fails(&l, txn));
    go_on(&l, 32.101);
    g_assert_true(fails(&l, txn));
    other_packet(&l, 1000);
    g_assert_false(fails(&l, txn)); /* not read to the end */
    sx_tracker_end(l.tracker);
    g_assert_true(fails(&l, txn));
    ladder_close(&l);
}

#define ASKS "WWW-Authenticate: Digest realm=\"r\", nonce=\"n%u\"\r\n"

/* Round after round with credentials; the last one gets a code of its own. */
static const struct sx_txn *rounds(struct ladder *l, unsigned count, unsigned last_code,
                                   uint32_t *first)
{
    uint32_t txn = 0;

    for (unsigned i = 0; i < count; i++) {
        g_autofree char *asks = g_strdup_printf(ASKS, i + 1);
        g_autofree char *branch = g_strdup_printf("alice a%u", i);
        g_autofree char *sent =
            i == 0 ? NULL
                   : g_strdup_printf("Authorization: Digest username=\"alice\", realm=\"r\", "
                                     "nonce=\"n%u\", response=\"1\"\r\n",
                                     i);
        txn = request(l, i, ALICE, P1, "REGISTER", via(branch), .cseq = i + 1, .more = sent)->txn;
        if (i == 0)
            *first = txn;
        response(l, i + 0.1, P1, ALICE, i + 1 == count ? last_code : 401, "REGISTER", via(branch),
                 .cseq = i + 1, .more = asks);
    }
    return txn_numbered(l, txn);
}

/* The next attempt has no credentials either; where one may be missing between the two, nothing
 * proves that the challenge was left alone. */
static void test_challenge_ignored(void)
{
    static const struct {
        unsigned cseq;
        const char *more;
        bool failed;
    } rows[] = {
        {2, NULL, true},
        {3, NULL, false},
        {2, "Authorization: Digest username=\"a\", realm=\"r\", nonce=\"n\"\r\n", false},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        const struct sx_txn *txn = ask(&l, "REGISTER", 401, NULL);
        g_test_message("%zu", i);
        request(&l, 30, ALICE, P1, "REGISTER", via("alice a2"), .cseq = rows[i].cseq,
                .more = rows[i].more);
        g_assert_true(fails(&l, txn) == rows[i].failed);
        response(&l, 30.1, P1, ALICE, 200, "REGISTER", via("alice a2"), .cseq = rows[i].cseq);
        go_on(&l, 100);
        g_assert_true(fails(&l, txn) == rows[i].failed);
        ladder_close(&l);
    }
}

/* The first challenge is a step; credentials that are refused are a failure, also if more follow.
 * */
static void test_credentials_refused(void)
{
    struct ladder l = ladder_open();
    uint32_t first;
    const struct sx_txn *last = rounds(&l, 3, 401, &first);

    go_on(&l, 100);
    g_assert_false(fails(&l, txn_numbered(&l, first)));
    g_assert_true(fails(&l, txn_numbered(&l, txn_numbered(&l, first)->followed_by)));
    g_assert_true(fails(&l, last));
    ladder_close(&l);
}

static void test_credentials_accepted(void)
{
    struct ladder l = ladder_open();
    uint32_t first;

    rounds(&l, 2, 200, &first);
    go_on(&l, 100);
    g_assert_false(fails(&l, txn_numbered(&l, first)));
    ladder_close(&l);
}

static void test_redirection(void)
{
    struct ladder l = ladder_open();
    const struct sx_txn *txn = ask(&l, "INVITE", 302, NULL);

    g_assert_false(fails(&l, txn));
    go_on(&l, 1000);
    g_assert_true(fails(&l, txn));
    request(&l, 1001, ALICE, BOB, "INVITE", via("alice a2"), .cseq = 2);
    g_assert_false(fails(&l, txn));
    go_on(&l, 3000);
    g_assert_false(fails(&l, txn));
    ladder_close(&l);
}

/* What clients repair by themselves is a step until they had the time to; RFC 3261 14.1: 4 s. */
static void test_repaired(void)
{
    static const struct {
        unsigned code;
        bool by_itself;
    } rows[] = {{423, true}, {491, true}, {422, true}, {494, true}, {415, false}, {420, false}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        const struct sx_txn *txn = ask(&l, "REGISTER", rows[i].code, NULL);
        g_test_message("%u", rows[i].code);
        g_assert_true(fails(&l, txn) == !rows[i].by_itself);
        go_on(&l, 5.0);
        g_assert_true(fails(&l, txn) == !rows[i].by_itself);
        go_on(&l, 5.2);
        g_assert_true(fails(&l, txn));
        request(&l, 6, ALICE, P1, "REGISTER", via("alice a2"), .cseq = 2);
        g_assert_false(fails(&l, txn));
        response(&l, 6.1, P1, ALICE, 200, "REGISTER", via("alice a2"), .cseq = 2);
        go_on(&l, 100);
        g_assert_false(fails(&l, txn));
        ladder_close(&l);
    }
}

/* A retry that gets the same code again led nowhere; one that gets another code did. */
static void test_repaired_in_vain(void)
{
    for (unsigned code = 486; code <= 491; code += 5) {
        struct ladder l = ladder_open();
        const struct sx_txn *txn = ask(&l, "INVITE", 491, NULL);
        request(&l, 2, ALICE, P1, "INVITE", via("alice a2"), .cseq = 2);
        response(&l, 2.1, P1, ALICE, 491, "INVITE", via("alice a2"), .cseq = 2);
        request(&l, 4, ALICE, P1, "INVITE", via("alice a3"), .cseq = 3);
        response(&l, 4.1, P1, ALICE, code, "INVITE", via("alice a3"), .cseq = 3);
        go_on(&l, 4.5);
        g_assert_false(fails(&l, txn));
        go_on(&l, 100);
        g_assert_true(fails(&l, txn) == (code == 491));
        ladder_close(&l);
    }
}

/* What comes after more than 32 s, as the next refresh of a session, is no retry. */
static void test_repaired_too_late(void)
{
    static const struct {
        unsigned code;
        double next_s;
        bool failed;
    } rows[] = {{422, 32.1, false}, {422, 32.101, true}, {491, 32.2, true}, {415, 32.2, false}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        const struct sx_txn *txn = ask(&l, "UPDATE", rows[i].code, NULL);
        g_test_message("%u, %g s", rows[i].code, rows[i].next_s);
        request(&l, rows[i].next_s, ALICE, P1, "UPDATE", via("alice a2"), .cseq = 2);
        response(&l, rows[i].next_s + 0.1, P1, ALICE, 200, "UPDATE", via("alice a2"), .cseq = 2);
        go_on(&l, 100);
        g_assert_true(fails(&l, txn) == rows[i].failed);
        ladder_close(&l);
    }
}

/* RFC 3261 14.2: 500 with Retry-After while another request of the dialog has no answer, sent again
 * within 32 s and not in vain. */
static void test_put_off(void)
{
    static const struct {
        bool pending, after;
        double next_s; /* after the 500; 0: never */
        unsigned code; /* of what is sent then */
        bool failed;
    } rows[] = {
        {true, true, 5.0, 200, false},  {true, true, 5.0, 488, false}, {true, true, 5.0, 500, true},
        {true, true, 32.0, 200, false}, {true, true, 32.1, 200, true}, {true, true, 0, 0, true},
        {true, false, 5.0, 200, true},  {false, true, 5.0, 200, true},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        const char *more = rows[i].after ? "Retry-After: 5\r\n" : NULL;
        g_test_message("%zu", i);
        request(&l, 0, ALICE, BOB, "INVITE", via("alice a1"));
        response(&l, 1, BOB, ALICE, 200, "INVITE", via("alice a1"));
        if (rows[i].pending)
            request(&l, 2, ALICE, BOB, "UPDATE", via("alice a2"), .cseq = 2, .to_tag = "bob");
        uint32_t txn =
            request(&l, 2.1, ALICE, BOB, "INVITE", via("alice a3"), .cseq = 3, .to_tag = "bob")
                ->txn;
        response(&l, 2.2, BOB, ALICE, 500, "INVITE", via("alice a3"), .cseq = 3, .more = more);
        g_assert_true(fails(&l, txn_numbered(&l, txn)));
        if (rows[i].next_s > 0) {
            request(&l, 2.2 + rows[i].next_s, ALICE, BOB, "INVITE", via("alice a4"), .cseq = 4,
                    .to_tag = "bob");
            response(&l, 2.3 + rows[i].next_s, BOB, ALICE, rows[i].code, "INVITE", via("alice a4"),
                     .cseq = 4);
        }
        go_on(&l, 100);
        g_assert_true(fails(&l, txn_numbered(&l, txn)) == rows[i].failed);
        ladder_close(&l);
    }
}

static void test_cancelled(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"))->txn;

    request(&l, 1.0, ALICE, P1, "CANCEL", via("alice a1"));
    response(&l, 1.1, P1, ALICE, 487, "INVITE", via("alice a1"));
    g_assert_false(fails(&l, txn_numbered(&l, txn)));
    ladder_close(&l);
}

/* The capture begins after the INVITE: a CANCEL that it has tells all the same. */
static void test_487_of_an_unseen_invite(void)
{
    static const struct {
        double cancel_at; /* 0: none that the capture has */
        bool failed;
    } rows[] = {{0, false}, {1.0, false}, {0.999, true}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        uint32_t txn = response(&l, 0.5, P1, ALICE, 180, "INVITE", via("alice a1"))->txn;
        if (rows[i].cancel_at > 0)
            request(&l, rows[i].cancel_at, ALICE, P1, "CANCEL", via("alice a1"));
        response(&l, 33.0, P1, ALICE, 487, "INVITE", via("alice a1"));
        g_assert_true(fails(&l, txn_numbered(&l, txn)) == rows[i].failed);
        ladder_close(&l);
    }
}

static void test_487_without_cancel(void)
{
    struct ladder l = ladder_open();

    g_assert_true(fails(&l, ask(&l, "INVITE", 487, NULL)));
    g_assert_true(sx_failure_judge(l.tracker, NULL, 487));
    ladder_close(&l);
}

/* RFC 3261 13.3.1: when the Expires of an INVITE runs out the callee answers 487 by itself. */
static void test_487_expired(void)
{
    for (unsigned late = 0; late < 2; late++) {
        struct ladder l = ladder_open();
        uint32_t txn =
            request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"), .more = "Expires: 30\r\n")->txn;
        response(&l, late ? 30.0 : 29.0, P1, ALICE, 487, "INVITE", via("alice a1"));
        g_assert_true(fails(&l, txn_numbered(&l, txn)) == !late);
        ladder_close(&l);
    }
}

/* A CANCEL on another hop, of this INVITE and before its 487. */
static void test_487_of_another_hop(void)
{
    const struct {
        double at;
        unsigned cseq;
        bool fails;
    } rows[] = {{1.0, 1, false}, {1.0, 2, true}, {1.2, 1, true}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        uint32_t txn = request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"))->txn;

        request(&l, 0.1, P1, BOB, "INVITE", via("p1 b1", "alice a1"));
        if (rows[i].at < 1.1)
            request(&l, rows[i].at, P1, BOB, "CANCEL", via("p1 b1"), .cseq = rows[i].cseq);
        response(&l, 1.1, P1, ALICE, 487, "INVITE", via("alice a1"));
        if (rows[i].at > 1.1)
            request(&l, rows[i].at, P1, BOB, "CANCEL", via("p1 b1"), .cseq = rows[i].cseq);
        g_assert_true(fails(&l, txn_numbered(&l, txn)) == rows[i].fails);
        ladder_close(&l);
    }
}

/* RFC 3261 15.1.2: a BYE ends what is asked in its dialog; not one that came before. */
static void test_487_after_bye(void)
{
    for (unsigned before = 0; before < 2; before++) {
        struct ladder l = ladder_open();

        if (before)
            request(&l, 0.0, ALICE, P1, "BYE", via("alice z"), .to_tag = "bob", .cseq = 3);
        uint32_t txn = request(&l, 0.1, ALICE, P1, "INVITE", via("alice a1"), .cseq = 4)->txn;
        if (!before)
            request(&l, 0.2, ALICE, P1, "BYE", via("alice z"), .to_tag = "bob", .cseq = 5);
        response(&l, 1.1, P1, ALICE, 487, "INVITE", via("alice a1"), .cseq = 4);
        g_assert_true(fails(&l, txn_numbered(&l, txn)) == before);
        ladder_close(&l);
    }
}

/* The other side's BYE comes before the re-INVITE in the capture, and crosses it if it had no
 * answer then. One of the same side, or of another dialog, crosses nothing. */
static void test_487_crossed_by_bye(void)
{
    static const struct {
        double answered; /* the BYE; 0: never */
        bool of_caller, of_another;
        bool fails;
    } rows[] = {
        {11.1, false, false, false}, {0, false, false, false},  {10.4, false, false, true},
        {11.1, true, false, true},   {11.1, false, true, true},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        const char *called = rows[i].of_another ? "carol" : "bob";
        unsigned from = rows[i].of_caller ? ALICE : BOB, to = rows[i].of_caller ? BOB : ALICE;
        request(&l, 0, ALICE, BOB, "INVITE", via("alice a1"));
        response(&l, 1, BOB, ALICE, 200, "INVITE", via("alice a1"), .to_tag = "bob");
        response(&l, 1.1, BOB, ALICE, 200, "INVITE", via("alice a1"), .to_tag = "carol");
        request(&l, 10, from, to, "BYE", via("bye b1"),
                .from_tag = rows[i].of_caller ? "alice" : called,
                .to_tag = rows[i].of_caller ? called : "alice", .cseq = 3);
        if (rows[i].answered > 0 && rows[i].answered < 10.5)
            response(&l, rows[i].answered, to, from, 200, "BYE", via("bye b1"), .cseq = 3,
                     .from_tag = rows[i].of_caller ? "alice" : called,
                     .to_tag = rows[i].of_caller ? called : "alice");
        const struct sx_txn *invite =
            txn_of(&l, request(&l, 10.5, ALICE, BOB, "INVITE", via("alice a2"), .to_tag = "bob",
                               .cseq = 4));
        response(&l, 11, BOB, ALICE, 487, "INVITE", via("alice a2"), .to_tag = "bob", .cseq = 4);
        if (rows[i].answered > 10.5)
            response(&l, rows[i].answered, to, from, 200, "BYE", via("bye b1"), .cseq = 3,
                     .from_tag = rows[i].of_caller ? "alice" : called,
                     .to_tag = rows[i].of_caller ? called : "alice");
        g_test_message("row %zu", i);
        g_assert_true(fails(&l, invite) == rows[i].fails);
        g_assert_true((sx_failure_ended_by(l.tracker, invite) != NULL) == !rows[i].fails);
        ladder_close(&l);
    }
}

/* The capture lacks the BYE in the early dialog; its 200 and the 487 come in one packet, or two. */
static void test_ended_in_one_packet(void)
{
    for (unsigned same = 0; same < 2; same++) {
        struct ladder l = ladder_open();
        uint32_t txn = request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"))->txn;
        response(&l, 0.1, P1, ALICE, 180, "INVITE", via("alice a1"));
        response(&l, 5.0, P1, ALICE, 200, "BYE", via("alice a2"), .cseq = 2);
        response(&l, 5.0, P1, ALICE, 487, "INVITE", via("alice a1"), .same_frame = same);
        go_on(&l, 60);
        g_assert_false(fails(&l, txn_numbered(&l, txn)));
        ladder_close(&l);
    }
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/failure/success", test_success);
    g_test_add_func("/failure/plain_failure", test_plain_failure);
    g_test_add_func("/failure/codes_of_no_class", test_codes_of_no_class);
    g_test_add_func("/failure/challenge_answered", test_challenge_answered);
    g_test_add_func("/failure/challenge_answered_out_of_sight",
                    test_challenge_answered_out_of_sight);
    g_test_add_func("/failure/challenge_twice", test_challenge_twice);
    g_test_add_func("/failure/challenge_left_alone", test_challenge_left_alone);
    g_test_add_func("/failure/challenge_ignored", test_challenge_ignored);
    g_test_add_func("/failure/credentials_refused", test_credentials_refused);
    g_test_add_func("/failure/redirection", test_redirection);
    g_test_add_func("/failure/credentials_accepted", test_credentials_accepted);
    g_test_add_func("/failure/repaired", test_repaired);
    g_test_add_func("/failure/repaired_in_vain", test_repaired_in_vain);
    g_test_add_func("/failure/repaired_too_late", test_repaired_too_late);
    g_test_add_func("/failure/put_off", test_put_off);
    g_test_add_func("/failure/cancelled", test_cancelled);
    g_test_add_func("/failure/487_of_an_unseen_invite", test_487_of_an_unseen_invite);
    g_test_add_func("/failure/487_without_cancel", test_487_without_cancel);
    g_test_add_func("/failure/487_expired", test_487_expired);
    g_test_add_func("/failure/487_of_another_hop", test_487_of_another_hop);
    g_test_add_func("/failure/487_after_bye", test_487_after_bye);
    g_test_add_func("/failure/487_crossed_by_bye", test_487_crossed_by_bye);
    g_test_add_func("/failure/ended_in_one_packet", test_ended_in_one_packet);
    return g_test_run();
}
