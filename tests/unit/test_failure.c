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
    return sx_failure_judge(l->tracker, txn, txn->final_code, false);
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
        g_assert_false(sx_failure_judge(l.tracker, txn, codes[i], false));
        g_assert_false(sx_failure_judge(l.tracker, NULL, codes[i], false));
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
        g_assert_true(sx_failure_judge(l.tracker, NULL, codes[i], false));
        ladder_close(&l);
    }
}

/* What no catalogue can explain is no success. */
static void test_codes_of_no_class(void)
{
    struct ladder l = ladder_open();

    g_assert_true(sx_failure_judge(l.tracker, NULL, 0, false));
    g_assert_true(sx_failure_judge(l.tracker, NULL, 99, false));
    g_assert_true(sx_failure_judge(l.tracker, NULL, 700, false));
    g_assert_true(sx_failure_judge(l.tracker, NULL, 999, false));
    ladder_close(&l);
}

static void test_challenge_answered(void)
{
    static const unsigned codes[] = {401, 407};

    for (size_t i = 0; i < G_N_ELEMENTS(codes); i++) {
        struct ladder l = ladder_open();
        const struct sx_txn *txn = ask(&l, "INVITE", codes[i], NULL);
        g_assert_false(fails(&l, txn));     /* the client is about to answer */
        request(&l, 0.2, ALICE, P1, "INVITE", via("alice a2"), .cseq = 2,
                .more = "Authorization: Digest x=y\r\n");
        g_assert_false(fails(&l, txn));
        go_on(&l, 1000);
        g_assert_false(fails(&l, txn));
        ladder_close(&l);
    }
}

static void test_challenge_left_alone(void)
{
    struct ladder l = ladder_open();
    const struct sx_txn *txn = ask(&l, "REGISTER", 401, NULL);

    go_on(&l, 10);
    g_assert_false(fails(&l, txn));     /* too early to tell */
    other_packet(&l, 1000);
    g_assert_false(fails(&l, txn));     /* not read to the end */
    sx_tracker_end(l.tracker);
    g_assert_true(fails(&l, txn));
    ladder_close(&l);
}

/* The password is wrong, unless the server says that only the nonce was old. */
static void test_credentials_refused(void)
{
    struct ladder l = ladder_open();
    const struct sx_txn *txn = ask(&l, "REGISTER", 401, "Authorization: Digest x=y\r\n");

    g_assert_true(sx_failure_judge(l.tracker, txn, 401, false));
    g_assert_false(sx_failure_judge(l.tracker, txn, 401, true));
    request(&l, 0.2, ALICE, P1, "REGISTER", via("alice a2"), .cseq = 2);
    g_assert_false(sx_failure_judge(l.tracker, txn, 401, false));
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

static void test_repaired(void)
{
    struct ladder l = ladder_open();
    const struct sx_txn *txn = ask(&l, "REGISTER", 423, NULL);

    g_assert_true(fails(&l, txn));
    request(&l, 0.2, ALICE, P1, "REGISTER", via("alice a2"), .cseq = 2);
    g_assert_false(fails(&l, txn));
    ladder_close(&l);
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

static void test_487_without_cancel(void)
{
    struct ladder l = ladder_open();

    g_assert_true(fails(&l, ask(&l, "INVITE", 487, NULL)));
    g_assert_true(sx_failure_judge(l.tracker, NULL, 487, false));
    ladder_close(&l);
}

/* RFC 3261 13.3.1: when the Expires of an INVITE runs out the callee answers 487 by itself. */
static void test_487_expired(void)
{
    for (unsigned late = 0; late < 2; late++) {
        struct ladder l = ladder_open();
        uint32_t txn = request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"),
                               .more = "Expires: 30\r\n")->txn;
        response(&l, late ? 30.0 : 29.0, P1, ALICE, 487, "INVITE", via("alice a1"));
        g_assert_true(fails(&l, txn_numbered(&l, txn)) == !late);
        ladder_close(&l);
    }
}

static bool stale(const char *more)
{
    struct sip_text m = {.code = 401, .method = "REGISTER", via("alice a1"), .more = more};
    GString *text = text_of(&m);
    struct sx_sip_msg msg;

    g_assert_true(sx_sip_msg_read(sx_slice(text->str, text->len), &msg));
    bool found = sx_failure_stale_nonce(&msg);
    g_string_free(text, TRUE);
    return found;
}

static void test_stale_nonce(void)
{
    g_assert_true(stale("WWW-Authenticate: Digest realm=\"a\", stale=true\r\n"));
    g_assert_true(stale("Proxy-Authenticate: Digest nonce=\"b\",STALE=\"TRUE\"\r\n"));
    g_assert_true(stale("WWW-Authenticate: Digest realm=\"a\"\r\n"
                        "WWW-Authenticate: Digest realm=\"b\", stale=true\r\n"));
    g_assert_false(stale("WWW-Authenticate: Digest realm=\"a\", stale=false\r\n"));
    g_assert_false(stale("Subject: stale=true\r\n"));
    g_assert_false(stale(NULL));
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/failure/success", test_success);
    g_test_add_func("/failure/plain_failure", test_plain_failure);
    g_test_add_func("/failure/codes_of_no_class", test_codes_of_no_class);
    g_test_add_func("/failure/challenge_answered", test_challenge_answered);
    g_test_add_func("/failure/challenge_left_alone", test_challenge_left_alone);
    g_test_add_func("/failure/credentials_refused", test_credentials_refused);
    g_test_add_func("/failure/redirection", test_redirection);
    g_test_add_func("/failure/repaired", test_repaired);
    g_test_add_func("/failure/cancelled", test_cancelled);
    g_test_add_func("/failure/487_without_cancel", test_487_without_cancel);
    g_test_add_func("/failure/487_expired", test_487_expired);
    g_test_add_func("/failure/stale_nonce", test_stale_nonce);
    return g_test_run();
}
