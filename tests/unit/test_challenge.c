/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/judge/challenge.h"

#include "sip_text.h"

#define ASKS(realm, nonce, more) \
    "WWW-Authenticate: Digest realm=\"" realm "\", nonce=\"" nonce "\"" more "\r\n"
#define PROXY_ASKS(realm, nonce) \
    "Proxy-Authenticate: Digest realm=\"" realm "\", nonce=\"" nonce "\"\r\n"
#define SENDS(realm, nonce)                                                         \
    "Authorization: Digest username=\"alice\", realm=\"" realm "\", nonce=\"" nonce \
    "\", response=\"1\"\r\n"
#define PROXY_SENDS(realm, nonce)                                                         \
    "Proxy-Authorization: Digest username=\"alice\", realm=\"" realm "\", nonce=\"" nonce \
    "\", response=\"1\"\r\n"

static const char *const branches[] = {"alice a0", "alice a1", "alice a2", "alice a3", "alice a4"};

struct step {
    double at;
    const char *sent; /* further header lines of the request */
    unsigned code;
    const char *asks; /* of its response */
    enum sx_challenge_state state;
    uint32_t refusals;
};

/* One attempt after the other, each with a CSeq number of its own. */
static void play(const struct step *steps, size_t count)
{
    struct ladder l = ladder_open();

    for (size_t i = 0; i < count; i++) {
        const struct step *s = &steps[i];
        uint32_t cseq = (uint32_t)i + 1;
        uint32_t txn = request(&l, s->at, ALICE, P1, "REGISTER", via(branches[i]), .cseq = cseq,
                               .more = s->sent)
                           ->txn;
        response(&l, s->at + 0.1, P1, ALICE, s->code, "REGISTER", via(branches[i]), .cseq = cseq,
                 .more = s->asks);
        struct sx_challenge_verdict v = sx_challenge_judge(l.tracker, txn_numbered(&l, txn));
        g_test_message("step %u", (unsigned)i);
        g_assert_cmpint(v.state, ==, s->state);
        g_assert_cmpuint(v.refusals, ==, s->refusals);
    }
    ladder_close(&l);
}

#define PLAY(...)                                   \
    do {                                            \
        const struct step steps_[] = {__VA_ARGS__}; \
        play(steps_, G_N_ELEMENTS(steps_));         \
    } while (0)

static void test_asked(void)
{
    PLAY({0, NULL, 401, ASKS("r", "n1", ""), SX_CHALLENGE_ASKED, 0},
         {1, SENDS("r", "n1"), 200, NULL, SX_CHALLENGE_UNKNOWN, 0});
}

static void test_refused(void)
{
    PLAY({0, NULL, 401, ASKS("r", "n1", ""), SX_CHALLENGE_ASKED, 0},
         {1, SENDS("r", "n1"), 401, ASKS("r", "n2", ""), SX_CHALLENGE_REFUSED, 1},
         {2, SENDS("r", "n2"), 401, ASKS("r", "n3", ""), SX_CHALLENGE_REFUSED, 2},
         {3, SENDS("r", "n3"), 200, NULL, SX_CHALLENGE_UNKNOWN, 0},
         {4, NULL, 401, ASKS("r", "n4", ""), SX_CHALLENGE_ASKED, 0});
}

static void test_stale(void)
{
    PLAY({0, SENDS("r", "n0"), 401, ASKS("r", "n1", ", stale=true"), SX_CHALLENGE_STALE, 0},
         {1, SENDS("r", "n1"), 401, ASKS("r", "n2", ""), SX_CHALLENGE_REFUSED, 1});
}

/* Where the nonce came from is not seen: it may have been too old. */
static void test_nonce_from_nowhere(void)
{
    PLAY({0, SENDS("r", "n0"), 401, ASKS("r", "n1", ""), SX_CHALLENGE_UNKNOWN, 0},
         {1, SENDS("r", "n1"), 401, ASKS("r", "n2", ""), SX_CHALLENGE_REFUSED, 1});
}

/* A nonce is fresh for 32 s. */
static void test_nonce_of_some_age(void)
{
    PLAY({0, NULL, 401, ASKS("r", "n1", ""), SX_CHALLENGE_ASKED, 0},
         {32.0, SENDS("r", "n1"), 401, ASKS("r", "n2", ""), SX_CHALLENGE_REFUSED, 1});
    PLAY({0, NULL, 401, ASKS("r", "n1", ""), SX_CHALLENGE_ASKED, 0},
         {32.2, SENDS("r", "n1"), 401, ASKS("r", "n2", ""), SX_CHALLENGE_UNKNOWN, 0});
}

/* The registrar forgets stale=true: these credentials were right before. */
static void test_accepted_before(void)
{
    PLAY({0, NULL, 401, ASKS("r", "n1", ""), SX_CHALLENGE_ASKED, 0},
         {1, SENDS("r", "n1"), 200, NULL, SX_CHALLENGE_UNKNOWN, 0},
         {60, SENDS("r", "n1"), 401, ASKS("r", "n2", ""), SX_CHALLENGE_UNKNOWN, 0},
         {61, SENDS("r", "n2"), 200, NULL, SX_CHALLENGE_UNKNOWN, 0});
}

/* A server further on asks for credentials of its own. */
static void test_another_realm(void)
{
    PLAY({0, NULL, 401, ASKS("r", "n1", ""), SX_CHALLENGE_ASKED, 0},
         {1, SENDS("r", "n1"), 401, ASKS("s", "m1", ""), SX_CHALLENGE_ASKED, 0},
         {2, SENDS("r", "n1") SENDS("s", "m1"), 401, ASKS("s", "m2", ""), SX_CHALLENGE_REFUSED, 1});
}

/* The proxy's and the server's challenges are apart, in the same realm as well. */
static void test_proxy_and_server(void)
{
    PLAY({0, NULL, 407, PROXY_ASKS("r", "n1"), SX_CHALLENGE_ASKED, 0},
         {1, PROXY_SENDS("r", "n1"), 401, ASKS("r", "m1", ""), SX_CHALLENGE_ASKED, 0},
         {2, PROXY_SENDS("r", "n1") SENDS("r", "m1"), 407, PROXY_ASKS("r", "n2"),
          SX_CHALLENGE_UNKNOWN, 0});
}

static void test_empty(void)
{
    PLAY({0, "Authorization: Digest username=\"a\", realm=\"r\", nonce=\"\", response=\"\"\r\n",
          401, ASKS("r", "n1", ""), SX_CHALLENGE_ASKED, 0},
         {1, SENDS("r", "n1"), 401, ASKS("r", "n2", ""), SX_CHALLENGE_REFUSED, 1});
}

/* The hops of one request are one refusal. */
static void test_two_hops(void)
{
    struct ladder l = ladder_open();
    uint32_t up = 0, down = 0;

    for (unsigned i = 0; i < 2; i++) {
        const char *more = i ? SENDS("r", "n1") : NULL,
                   *asks = i ? ASKS("r", "n2", "") : ASKS("r", "n1", "");
        const char *a = i ? "alice a1" : "alice a0", *b = i ? "p1 b1" : "p1 b0";
        up = request(&l, i, ALICE, P1, "REGISTER", via(a), .cseq = i + 1, .more = more)->txn;
        down =
            request(&l, i + 0.1, P1, P2, "REGISTER", via(b, a), .cseq = i + 1, .more = more)->txn;
        response(&l, i + 0.2, P2, P1, 401, "REGISTER", via(b, a), .cseq = i + 1, .more = asks);
        response(&l, i + 0.3, P1, ALICE, 401, "REGISTER", via(a), .cseq = i + 1, .more = asks);
    }
    g_assert_cmpuint(sx_challenge_judge(l.tracker, txn_numbered(&l, up)).refusals, ==, 1);
    g_assert_cmpuint(sx_challenge_judge(l.tracker, txn_numbered(&l, down)).refusals, ==, 1);
    ladder_close(&l);
}

static void test_request_not_seen(void)
{
    struct ladder l = ladder_open();
    uint32_t txn =
        response(&l, 0, P1, ALICE, 401, "REGISTER", via("alice a1"), .more = ASKS("r", "n", ""))
            ->txn;

    g_assert_cmpint(sx_challenge_judge(l.tracker, txn_numbered(&l, txn)).state, ==,
                    SX_CHALLENGE_UNKNOWN);
    ladder_close(&l);
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/challenge/asked", test_asked);
    g_test_add_func("/challenge/refused", test_refused);
    g_test_add_func("/challenge/stale", test_stale);
    g_test_add_func("/challenge/nonce_from_nowhere", test_nonce_from_nowhere);
    g_test_add_func("/challenge/nonce_of_some_age", test_nonce_of_some_age);
    g_test_add_func("/challenge/accepted_before", test_accepted_before);
    g_test_add_func("/challenge/another_realm", test_another_realm);
    g_test_add_func("/challenge/proxy_and_server", test_proxy_and_server);
    g_test_add_func("/challenge/empty", test_empty);
    g_test_add_func("/challenge/two_hops", test_two_hops);
    g_test_add_func("/challenge/request_not_seen", test_request_not_seen);
    return g_test_run();
}
