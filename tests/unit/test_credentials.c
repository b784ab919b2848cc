/* What is kept of credentials and challenges.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/record/credentials.h"

#include "sip_text.h"

#define ASKS(field, realm, nonce) field ": Digest realm=\"" realm "\", nonce=\"" nonce "\"\r\n"
#define SENDS(user, realm, nonce)                                                      \
    "Authorization: Digest username=\"" user "\", realm=\"" realm "\", nonce=\"" nonce \
    "\", response=\"1\"\r\n"
#define WWW "WWW-Authenticate"

static const char *const branches[] = {"alice a0", "alice a1", "alice a2", "alice a3", "alice a4",
                                       "alice a5", "alice a6", "alice a7", "alice a8", "alice a9"};

/* One attempt: the request with these lines, and 0.1 s later the response. */
static const struct sx_challenge *attempt(struct ladder *l, unsigned nth, double at,
                                          const char *sends, unsigned code, const char *asks)
{
    uint32_t cseq = nth + 1;
    uint32_t txn =
        request(l, at, ALICE, P1, "REGISTER", via(branches[nth]), .cseq = cseq, .more = sends)->txn;

    response(l, at + 0.1, P1, ALICE, code, "REGISTER", via(branches[nth]), .cseq = cseq,
             .more = asks);
    return sx_tracker_challenge(l->tracker, txn_numbered(l, txn));
}

static void test_no_challenge(void)
{
    struct ladder l = ladder_open();

    g_assert_null(attempt(&l, 0, 0, NULL, 200, NULL));
    g_assert_null(attempt(&l, 1, 1, SENDS("alice", "r", "n"), 403, NULL));
    ladder_close(&l);
}

static void test_sent(void)
{
    struct ladder l = ladder_open();

    const struct sx_challenge *c = attempt(&l, 0, 0, NULL, 401, ASKS(WWW, "r", "n1"));
    g_assert_false(c->sent);
    /* For another realm, and for a proxy: none for this one. */
    c = attempt(&l, 1, 1, SENDS("alice", "other", "n1"), 401, ASKS(WWW, "r", "n2"));
    g_assert_false(c->sent);
    c = attempt(&l, 2, 2, SENDS("alice", "r", "n2"), 407, ASKS("Proxy-Authenticate", "r", "n3"));
    g_assert_false(c->sent);
    c = attempt(&l, 3, 3, SENDS("alice", "r", "n2"), 401, ASKS(WWW, "r", "n4"));
    g_assert_true(c->sent);
    g_assert_false(c->empty);
    ladder_close(&l);
}

/* IMS sends a field that proves nothing (TS 24.229 5.1.1.2.2). */
static void test_empty(void)
{
    struct ladder l = ladder_open();
    const struct sx_challenge *c = attempt(
        &l, 0, 0,
        "Authorization: Digest username=\"alice\", realm=\"r\", nonce=\"\", response=\"\"\r\n", 401,
        ASKS(WWW, "r", "n1"));

    g_assert_true(c->sent);
    g_assert_true(c->empty);
    g_assert_cmpuint(c->in_row, ==, 0);
    ladder_close(&l);
}

static void test_in_row(void)
{
    struct ladder l = ladder_open();

    attempt(&l, 0, 0, NULL, 401, ASKS(WWW, "r", "n1"));
    const struct sx_challenge *c =
        attempt(&l, 1, 1, SENDS("alice", "r", "n1"), 401, ASKS(WWW, "r", "n2"));
    g_assert_true(c->fresh);
    g_assert_cmpuint(c->in_row, ==, 1);
    c = attempt(&l, 2, 2, SENDS("alice", "r", "n2"), 401, ASKS(WWW, "r", "n3"));
    g_assert_cmpuint(c->in_row, ==, 2);
    /* Another user begins at one; a success begins anew. */
    c = attempt(&l, 3, 3, SENDS("bob", "r", "n3"), 401, ASKS(WWW, "r", "n4"));
    g_assert_cmpuint(c->in_row, ==, 1);
    attempt(&l, 4, 4, SENDS("alice", "r", "n4"), 200, NULL);
    attempt(&l, 5, 5, NULL, 401, ASKS(WWW, "r", "n5"));
    c = attempt(&l, 6, 6, SENDS("alice", "r", "n5"), 401, ASKS(WWW, "r", "n6"));
    g_assert_cmpuint(c->in_row, ==, 1);
    ladder_close(&l);
}

/* The hops of one request are one attempt. */
static void test_hops(void)
{
    struct ladder l = ladder_open();

    attempt(&l, 0, 0, NULL, 401, ASKS(WWW, "r", "n1"));
    request(&l, 1, ALICE, P1, "REGISTER", via("alice a1"), .cseq = 2,
            .more = SENDS("alice", "r", "n1"));
    uint32_t below = request(&l, 1.1, P1, P2, "REGISTER", via("p1 b1", "alice a1"), .cseq = 2,
                             .more = SENDS("alice", "r", "n1"))
                         ->txn;
    response(&l, 1.2, P2, P1, 401, "REGISTER", via("p1 b1", "alice a1"), .cseq = 2,
             .more = ASKS(WWW, "r", "n2"));
    uint32_t above = response(&l, 1.3, P1, ALICE, 401, "REGISTER", via("alice a1"), .cseq = 2,
                              .more = ASKS(WWW, "r", "n2"))
                         ->txn;
    g_assert_cmpuint(sx_tracker_challenge(l.tracker, txn_numbered(&l, above))->in_row, ==, 1);
    g_assert_cmpuint(sx_tracker_challenge(l.tracker, txn_numbered(&l, below))->in_row, <=, 1);
    ladder_close(&l);
}

/* What was accepted with this nonce before is not wrong now; with another nonce it may be. */
static void test_accepted_before(void)
{
    struct ladder l = ladder_open();

    attempt(&l, 0, 0, NULL, 401, ASKS(WWW, "r", "n1"));
    attempt(&l, 1, 1, SENDS("alice", "r", "n1"), 200, NULL);
    uint32_t accepted = l.frame;
    const struct sx_challenge *c =
        attempt(&l, 2, 2, SENDS("alice", "r", "n1"), 401, ASKS(WWW, "r", "n2"));
    g_assert_cmpuint(c->accepted_in, ==, accepted);
    g_assert_cmpuint(c->in_row, ==, 0);
    c = attempt(&l, 3, 3, SENDS("alice", "r", "n2"), 401, ASKS(WWW, "r", "n3"));
    g_assert_cmpuint(c->accepted_in, ==, 0);
    g_assert_cmpuint(c->in_row, ==, 1);
    ladder_close(&l);
}

/* A nonce is fresh for Timer B, 32 s, from its challenge on. */
static void test_fresh_threshold(void)
{
    const double begins[] = {32.1, 32.101};

    for (unsigned i = 0; i < 2; i++) {
        struct ladder l = ladder_open();

        attempt(&l, 0, 0, NULL, 401, ASKS(WWW, "r", "n1"));
        const struct sx_challenge *c =
            attempt(&l, 1, begins[i], SENDS("alice", "r", "n1"), 401, ASKS(WWW, "r", "n2"));
        g_assert_cmpint(c->fresh, ==, i == 0);
        ladder_close(&l);
    }
}

/* Of one message eight values are read: the ninth is not seen. */
static void test_many_values(void)
{
    for (unsigned n = 8; n <= 9; n++) {
        struct ladder l = ladder_open();
        GString *asks = g_string_new(NULL);

        for (unsigned i = 1; i < n; i++)
            g_string_append_printf(asks, WWW ": Digest realm=\"r%u\", nonce=\"n\"\r\n", i);
        g_string_append(asks, ASKS(WWW, "r", "n1"));
        const struct sx_challenge *c = attempt(&l, 0, 0, SENDS("alice", "r", "n0"), 401, asks->str);
        g_assert_cmpint(c->sent, ==, n == 8);
        g_string_free(asks, TRUE);
        ladder_close(&l);
    }
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/credentials/no_challenge", test_no_challenge);
    g_test_add_func("/credentials/sent", test_sent);
    g_test_add_func("/credentials/empty", test_empty);
    g_test_add_func("/credentials/in_row", test_in_row);
    g_test_add_func("/credentials/hops", test_hops);
    g_test_add_func("/credentials/accepted_before", test_accepted_before);
    g_test_add_func("/credentials/fresh_threshold", test_fresh_threshold);
    g_test_add_func("/credentials/many_values", test_many_values);
    return g_test_run();
}
