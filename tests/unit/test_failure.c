/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/judge/failure.h"
#include "core/judge/silence.h"
#include "core/judge/origin.h"

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

/* ---- where it came from ---- */

static void test_origin_here(void)
{
    struct ladder l = ladder_open();
    const struct sx_txn *txn = ask(&l, "INVITE", 404, NULL);
    uint32_t frame = 77;

    g_assert_cmpint(sx_origin_judge(l.tracker, txn, &frame), ==, SX_ORIGIN_HERE);
    g_assert_cmpuint(frame, ==, 77);
    ladder_close(&l);
}

static void test_origin_relayed(void)
{
    struct ladder l = ladder_open();
    uint32_t a, b, c, frame = 0;

    a = request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"))->txn;
    b = request(&l, 0.1, P1, P2, "INVITE", via("p1 b1", "alice a1"))->txn;
    c = request(&l, 0.2, P2, BOB, "INVITE", via("p2 c1", "p1 b1", "alice a1"))->txn;
    response(&l, 0.3, BOB, P2, 486, "INVITE", via("p2 c1", "p1 b1", "alice a1"));
    response(&l, 0.4, P2, P1, 486, "INVITE", via("p1 b1", "alice a1"));
    response(&l, 0.5, P1, ALICE, 486, "INVITE", via("alice a1"));
    g_assert_cmpint(sx_origin_judge(l.tracker, txn_numbered(&l, a), &frame), ==,
                    SX_ORIGIN_RELAYED);
    g_assert_cmpuint(frame, ==, 4);
    frame = 0;
    g_assert_cmpint(sx_origin_judge(l.tracker, txn_numbered(&l, b), &frame), ==,
                    SX_ORIGIN_RELAYED);
    g_assert_cmpuint(frame, ==, 4);
    g_assert_cmpint(sx_origin_judge(l.tracker, txn_numbered(&l, c), &frame), ==, SX_ORIGIN_HERE);
    ladder_close(&l);
}

/* The winning branch of a fork, not the newest. */
static void test_origin_in_fork(void)
{
    static const char *const tags[] = {"x", "y", "z"};
    static const char *const vias[] = {"p1 x", "p1 y", "p1 z"};

    for (unsigned best = 0; best < 3; best++) {
        struct ladder l = ladder_open();
        uint32_t a = request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"))->txn, frame = 0;
        for (unsigned i = 0; i < 3; i++)
            request(&l, 0.1, P1, BOB, "INVITE", via(vias[i], "alice a1"));
        for (unsigned i = 0; i < 3; i++)
            response(&l, 0.2, BOB, P1, 486, "INVITE", via(vias[i], "alice a1"), .to_tag = tags[i]);
        response(&l, 0.3, P1, ALICE, 486, "INVITE", via("alice a1"), .to_tag = tags[best]);
        g_assert_cmpint(sx_origin_judge(l.tracker, txn_numbered(&l, a), &frame), ==,
                        SX_ORIGIN_RELAYED);
        g_assert_cmpuint(frame, ==, 5 + best);
        ladder_close(&l);
    }
}

/* The branch said something else, or the same with another To tag: made here. */
static void test_origin_changed(void)
{
    for (unsigned tag = 0; tag < 2; tag++) {
        struct ladder l = ladder_open();
        uint32_t a = request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"))->txn, frame;
        request(&l, 0.1, P1, BOB, "INVITE", via("p1 b1", "alice a1"));
        response(&l, 0.2, BOB, P1, tag ? 500 : 403, "INVITE", via("p1 b1", "alice a1"));
        response(&l, 0.3, P1, ALICE, 500, "INVITE", via("alice a1"), .to_tag = tag ? "p1" : "bob");
        g_assert_cmpint(sx_origin_judge(l.tracker, txn_numbered(&l, a), &frame), ==,
                        SX_ORIGIN_HERE);
        ladder_close(&l);
    }
}

/* A branch whose final response the capture does not show may have sent it. */
static void test_origin_hidden(void)
{
    struct ladder l = ladder_open();
    uint32_t a = request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"))->txn, frame;

    request(&l, 0.1, P1, BOB, "INVITE", via("p1 b1", "alice a1"));
    response(&l, 0.3, P1, ALICE, 486, "INVITE", via("alice a1"));
    g_assert_cmpint(sx_origin_judge(l.tracker, txn_numbered(&l, a), &frame), ==,
                    SX_ORIGIN_UNKNOWN);
    ladder_close(&l);
}

/* A silent branch: the proxy made the 408 (RFC 3261 16.7 item 6, 16.8). */
static void test_origin_of_silence(void)
{
    struct ladder l = ladder_open();
    uint32_t a = request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"))->txn, frame;

    request(&l, 0.1, P1, BOB, "INVITE", via("p1 b1", "alice a1"));
    response(&l, 32.3, P1, ALICE, 408, "INVITE", via("alice a1"));
    g_assert_cmpint(sx_origin_judge(l.tracker, txn_numbered(&l, a), &frame), ==, SX_ORIGIN_HERE);
    ladder_close(&l);
}

/* A branch that answered later did not send it first. */
static void test_origin_later(void)
{
    struct ladder l = ladder_open();
    uint32_t a = request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"))->txn, frame;

    request(&l, 0.1, P1, BOB, "INVITE", via("p1 b1", "alice a1"));
    response(&l, 5.0, P1, ALICE, 487, "INVITE", via("alice a1"));
    response(&l, 5.1, BOB, P1, 487, "INVITE", via("p1 b1", "alice a1"));
    g_assert_cmpint(sx_origin_judge(l.tracker, txn_numbered(&l, a), &frame), ==, SX_ORIGIN_HERE);
    ladder_close(&l);
}

/* Without the request the capture does not show where it was sent on. */
static void test_origin_without_request(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *m = response(&l, 0.0, P1, ALICE, 404, "INVITE", via("alice a1"));
    uint32_t frame;

    g_assert_cmpint(sx_origin_judge(l.tracker, txn_of(&l, m), &frame), ==, SX_ORIGIN_UNKNOWN);
    ladder_close(&l);
}

#define LOOP_HOPS 70    /* RFC 3261 8.1.1.6 */

/* Two proxies send a request to each other until Max-Forwards is used up: the 483 at the caller
 * came from the last one. */
static void test_origin_of_a_loop(void)
{
    struct ladder l = ladder_open();
    char *vias[LOOP_HOPS];
    uint32_t first = 0, origin = 0, frame = 0;

    for (unsigned hop = 0; hop < LOOP_HOPS; hop++) {
        struct sip_text m = {.method = "INVITE"};
        vias[hop] = g_strdup_printf("p%u b%u", hop % 2, hop);
        for (unsigned i = 0; i <= MIN(hop, MAX_TEXT_VIAS - 1); i++)
            m.via[i] = vias[hop - i];
        uint32_t txn = ladder_send(&l, 0.001 * hop, hop % 2 ? P2 : P1, hop % 2 ? P1 : P2, &m)->txn;
        first = first ? first : txn;
    }
    for (unsigned hop = LOOP_HOPS; hop-- > 0;) {
        struct sip_text m = {.method = "INVITE", .code = 483};
        for (unsigned i = 0; i <= MIN(hop, MAX_TEXT_VIAS - 1); i++)
            m.via[i] = vias[hop - i];
        uint32_t at = ladder_send(&l, 1, hop % 2 ? P1 : P2, hop % 2 ? P2 : P1, &m)->frame;
        origin = origin ? origin : at;
    }
    g_assert_cmpint(sx_origin_judge(l.tracker, txn_numbered(&l, first), &frame), ==,
                    SX_ORIGIN_RELAYED);
    g_assert_cmpuint(frame, ==, origin);
    for (unsigned hop = 0; hop < LOOP_HOPS; hop++)
        g_free(vias[hop]);
    ladder_close(&l);
}

/* ---- no answer at all ---- */

static void test_no_response(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = request(&l, 0.0, ALICE, P1, "OPTIONS", via("alice a1"))->txn;

    request(&l, 0.5, ALICE, P1, "OPTIONS", via("alice a1"));
    other_packet(&l, 31.999);
    g_assert_false(sx_silence_no_response(l.tracker, txn_numbered(&l, txn)));
    other_packet(&l, 32.0);
    g_assert_true(sx_silence_no_response(l.tracker, txn_numbered(&l, txn)));
    response(&l, 33.0, P1, ALICE, 100, "OPTIONS", via("alice a1"));
    g_assert_false(sx_silence_no_response(l.tracker, txn_numbered(&l, txn)));
    ladder_close(&l);
}

static void test_no_response_cannot_tell(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = request(&l, 0.0, ALICE, P1, "OPTIONS", via("alice a1"),
                           .transport = SX_TRANSPORT_TCP)->txn, other;

    other_packet(&l, 1000);
    g_assert_false(sx_silence_no_response(l.tracker, txn_numbered(&l, txn)));
    g_assert_false(sx_silence_not_repeated(l.tracker, txn_numbered(&l, txn)));
    /* now a message of that host shows that its answers can be seen */
    other = request(&l, 1001, P1, ALICE, "OPTIONS", via("p1 x"))->txn;
    g_assert_true(sx_silence_no_response(l.tracker, txn_numbered(&l, txn)));
    g_assert_false(sx_silence_no_response(l.tracker, txn_numbered(&l, other)));
    ladder_close(&l);
}

/* Over UDP a client that hears nothing asks again. */
static void test_not_repeated(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = request(&l, 0.0, ALICE, P1, "OPTIONS", via("alice a1"))->txn, other;

    other = request(&l, 1, P1, ALICE, "OPTIONS", via("p1 x"))->txn;
    response(&l, 1.1, ALICE, P1, 200, "OPTIONS", via("p1 x"));
    other_packet(&l, 31.999);
    g_assert_false(sx_silence_not_repeated(l.tracker, txn_numbered(&l, txn)));
    other_packet(&l, 40);
    g_assert_true(sx_silence_not_repeated(l.tracker, txn_numbered(&l, txn)));
    g_assert_false(sx_silence_no_response(l.tracker, txn_numbered(&l, txn)));
    g_assert_false(sx_silence_not_repeated(l.tracker, txn_numbered(&l, other)));
    ladder_close(&l);
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
    g_test_add_func("/judge/success", test_success);
    g_test_add_func("/judge/plain_failure", test_plain_failure);
    g_test_add_func("/judge/codes_of_no_class", test_codes_of_no_class);
    g_test_add_func("/judge/challenge_answered", test_challenge_answered);
    g_test_add_func("/judge/challenge_left_alone", test_challenge_left_alone);
    g_test_add_func("/judge/credentials_refused", test_credentials_refused);
    g_test_add_func("/judge/redirection", test_redirection);
    g_test_add_func("/judge/repaired", test_repaired);
    g_test_add_func("/judge/cancelled", test_cancelled);
    g_test_add_func("/judge/487_without_cancel", test_487_without_cancel);
    g_test_add_func("/judge/487_expired", test_487_expired);
    g_test_add_func("/judge/origin_here", test_origin_here);
    g_test_add_func("/judge/origin_relayed", test_origin_relayed);
    g_test_add_func("/judge/origin_in_fork", test_origin_in_fork);
    g_test_add_func("/judge/origin_changed", test_origin_changed);
    g_test_add_func("/judge/origin_hidden", test_origin_hidden);
    g_test_add_func("/judge/origin_of_silence", test_origin_of_silence);
    g_test_add_func("/judge/origin_later", test_origin_later);
    g_test_add_func("/judge/origin_without_request", test_origin_without_request);
    g_test_add_func("/judge/origin_of_a_loop", test_origin_of_a_loop);
    g_test_add_func("/judge/stale_nonce", test_stale_nonce);
    g_test_add_func("/judge/no_response", test_no_response);
    g_test_add_func("/judge/no_response_cannot_tell", test_no_response_cannot_tell);
    g_test_add_func("/judge/not_repeated", test_not_repeated);
    return g_test_run();
}
