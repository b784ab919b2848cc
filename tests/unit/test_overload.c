/* What is kept of servers that refuse, and of who comes back too early.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/record/overload.h"

#include "sip_text.h"

#define AFTER(seconds) "Retry-After: " seconds "\r\n"

/* An INVITE that is refused at once, with its ACK; its transaction. */
static const struct sx_txn *refused(struct ladder *l, double at, const char *branch, unsigned code,
                                    const char *more)
{
    const struct sx_message *m = request(l, at, P1, BOB, "INVITE", via(branch), .call_id = branch);
    uint32_t txn = m->txn;

    response(l, at, BOB, P1, code, "INVITE", via(branch), .call_id = branch, .more = more);
    request(l, at, P1, BOB, "ACK", via(branch), .call_id = branch, .to_tag = "bob");
    return txn_numbered(l, txn);
}

static bool is_too_early(const struct ladder *l, const struct sx_message *m)
{
    return sx_hurry_of(l->tracker, txn_of(l, m)) != NULL;
}

#define again(l, at, branch, ...) \
    is_too_early(l, request(l, at, P1, BOB, "INVITE", via(branch), .call_id = branch, __VA_ARGS__))

static void test_kept_and_broken(void)
{
    struct ladder l = ladder_open();
    const struct sx_txn *txn = refused(&l, 0, "p1 a", 503, AFTER("120"));
    const struct sx_pause *p = sx_pause_of(l.tracker, txn);

    g_assert_nonnull(p);
    g_assert_cmpuint(p->frame, ==, 2);
    g_assert_cmpuint(p->seconds, ==, 120);
    g_assert_cmpuint(p->hurried, ==, 0);
    g_assert_true(again(&l, 20, "p1 b"));
    g_assert_true(again(&l, 118.999, "p1 c"));
    /* A second of slack. */
    g_assert_false(again(&l, 119, "p1 d"));
    g_assert_cmpuint(p->hurried, ==, 2);
    g_assert_cmpuint(p->hurried_in, ==, 4);
    ladder_close(&l);
}

/* A tenth of a short time. */
static void test_short_time(void)
{
    struct ladder l = ladder_open();

    refused(&l, 0, "p1 a", 503, AFTER("5"));
    g_assert_true(again(&l, 4.499, "p1 b"));
    g_assert_false(again(&l, 4.5, "p1 c"));
    ladder_close(&l);
}

static void test_the_newest_counts(void)
{
    struct ladder l = ladder_open();

    refused(&l, 0, "p1 a", 503, AFTER("100"));
    refused(&l, 1, "p1 b", 503, AFTER("10"));
    g_assert_true(again(&l, 9, "p1 c"));
    g_assert_false(again(&l, 12, "p1 d"));
    ladder_close(&l);
}

static void test_no_pause(void)
{
    struct ladder l = ladder_open();

    g_assert_null(sx_pause_of(l.tracker, refused(&l, 0, "p1 a", 503, NULL)));
    g_assert_null(sx_pause_of(l.tracker, refused(&l, 1, "p1 b", 503, AFTER("0"))));
    g_assert_null(sx_pause_of(l.tracker, refused(&l, 2, "p1 c", 503, AFTER("soon"))));
    g_assert_null(sx_pause_of(l.tracker, refused(&l, 3, "p1 d", 486, AFTER("120"))));
    g_assert_null(sx_pause_of(l.tracker, refused(&l, 4, "p1 e", 500, AFTER("120"))));
    g_assert_false(again(&l, 5, "p1 f"));
    ladder_close(&l);
}

static void test_other_ends(void)
{
    struct ladder l = ladder_open();

    refused(&l, 0, "p1 a", 503, AFTER("120"));
    g_assert_false(
        is_too_early(&l, request(&l, 1, P2, BOB, "INVITE", via("p1 b"), .call_id = "b")));
    g_assert_false(
        is_too_early(&l, request(&l, 1, P1, CAROL, "INVITE", via("p1 c"), .call_id = "c")));
    g_assert_false(again(&l, 1, "p1 d", .dst_port = 5080));
    g_assert_false(again(&l, 1, "p2 e"));
    /* A client over TCP has another port each time. */
    g_assert_true(again(&l, 1, "p1 f", .src_port = 40001));
    ladder_close(&l);
}

static void test_what_may_not_wait(void)
{
    struct ladder l = ladder_open();

    refused(&l, 0, "p1 a", 503, AFTER("120"));
    g_assert_false(
        is_too_early(&l, request(&l, 1, P1, BOB, "OPTIONS", via("p1 b"), .call_id = "b")));
    g_assert_false(
        is_too_early(&l, request(&l, 1, P1, BOB, "CANCEL", via("p1 c"), .call_id = "c")));
    g_assert_false(is_too_early(&l, request(&l, 1, P1, BOB, "BYE", via("p1 d"), .call_id = "d")));
    g_assert_false(is_too_early(&l, request(&l, 1, P1, BOB, "INFO", via("p1 e"), .to_tag = "x",
                                            .call_id = "e")));
    g_assert_false(again(&l, 1, "p1 f", .uri = "urn:service:sos.fire"));
    g_assert_false(again(&l, 1, "p1 f2", .uri = "urn:service:sos"));
    g_assert_true(again(&l, 1, "p1 g2", .uri = "urn:service:so"));
    g_assert_true(again(&l, 1, "p1 g", .uri = "sip:sos@example.com"));
    g_assert_true(
        is_too_early(&l, request(&l, 1, P1, BOB, "MESSAGE", via("p1 h"), .call_id = "h")));
    ladder_close(&l);
}

/* What was sent before the client had the 503 was not sent against it. */
static void test_not_known_yet(void)
{
    struct ladder l = ladder_open();

    request(&l, 0, P1, BOB, "INVITE", via("p1 a"));
    response(&l, 0, BOB, P1, 503, "INVITE", via("p1 a"), .more = AFTER("120"));
    g_assert_false(again(&l, 10, "p1 b"));
    request(&l, 11, P1, BOB, "ACK", via("p1 a"), .to_tag = "bob");
    g_assert_true(again(&l, 12, "p1 c"));
    ladder_close(&l);
}

static void test_without_ack(void)
{
    struct ladder l = ladder_open();

    request(&l, 0, P1, BOB, "MESSAGE", via("p1 a"));
    response(&l, 0.1, BOB, P1, 503, "MESSAGE", via("p1 a"), .more = AFTER("120"));
    g_assert_false(again(&l, 0.6, "p1 b"));
    g_assert_true(again(&l, 0.601, "p1 c"));
    /* It is sent again: the 503 is lost. */
    request(&l, 0.7, P1, BOB, "MESSAGE", via("p1 a"));
    g_assert_false(again(&l, 20, "p1 d"));
    ladder_close(&l);

    l = ladder_open();
    request(&l, 0, P1, BOB, "MESSAGE", via("p1 a"), .transport = SX_TRANSPORT_TCP);
    response(&l, 0.1, BOB, P1, 503, "MESSAGE", via("p1 a"), .more = AFTER("120"),
             .transport = SX_TRANSPORT_TCP);
    g_assert_false(again(&l, 0.599, "p1 b", .transport = SX_TRANSPORT_TCP));
    g_assert_true(again(&l, 0.6, "p1 c", .transport = SX_TRANSPORT_TCP));
    ladder_close(&l);
}

/* A REGISTER 5 ms after the 503 to one: of another method, number or phone, or before one that is
 * sent again, it may have crossed. */
static void test_next_register(void)
{
    static const struct {
        const char *first, *next, *call_id;
        uint32_t cseq;
        bool again, early;
    } cases[] = {
        {"REGISTER", "REGISTER", "phone", 3, false, true},
        {"REGISTER", "REGISTER", "phone", 2, false, false},
        {"REGISTER", "REGISTER", "other", 3, false, false},
        {"REGISTER", "MESSAGE", "phone", 3, false, false},
        {"MESSAGE", "REGISTER", "phone", 3, false, false},
        {"REGISTER", "REGISTER", "phone", 3, true, false},
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct ladder l = ladder_open();
        request(&l, 0, P1, BOB, cases[i].first, via("p1 a"), .call_id = "phone", .cseq = 2);
        response(&l, 0.1, BOB, P1, 503, cases[i].first, via("p1 a"), .call_id = "phone", .cseq = 2,
                 .more = AFTER("20"));
        if (cases[i].again)
            request(&l, 0.101, P1, BOB, cases[i].first, via("p1 a"), .call_id = "phone", .cseq = 2);
        g_assert_cmpint(is_too_early(&l,
                                     request(&l, 0.105, P1, BOB, cases[i].next, via("p1 b"),
                                             .call_id = cases[i].call_id, .cseq = cases[i].cseq)),
                        ==, cases[i].early);
        ladder_close(&l);
    }
}

/* A clock that goes back says nothing. */
static void test_before_the_503(void)
{
    struct ladder l = ladder_open();

    refused(&l, 10, "p1 a", 503, AFTER("120"));
    g_assert_false(again(&l, 9.999, "p1 b"));
    g_assert_true(again(&l, 10, "p1 c"));
    ladder_close(&l);
}

static void test_served_again(void)
{
    struct ladder l = ladder_open();

    request(&l, 0, P1, BOB, "OPTIONS", via("p1 o"), .call_id = "o");
    refused(&l, 1, "p1 a", 503, AFTER("120"));
    response(&l, 1.1, BOB, P1, 200, "OPTIONS", via("p1 o"), .call_id = "o");
    g_assert_true(again(&l, 2, "p1 b"));
    request(&l, 3, P1, BOB, "OPTIONS", via("p1 q"), .call_id = "q");
    response(&l, 3.1, BOB, P1, 200, "OPTIONS", via("p1 q"), .call_id = "q");
    g_assert_false(again(&l, 4, "p1 c"));
    ladder_close(&l);
}

/* The request that the server took is not in the capture. */
static void test_served_unseen(void)
{
    struct ladder l = ladder_open();

    refused(&l, 1, "p1 a", 503, AFTER("120"));
    g_assert_true(again(&l, 2, "p1 b"));
    response(&l, 3, BOB, P1, 200, "CANCEL", via("p1 a"));
    g_assert_true(again(&l, 4, "p1 c"));
    response(&l, 5, BOB, P1, 200, "OPTIONS", via("p1 q"), .call_id = "q");
    g_assert_false(again(&l, 6, "p1 d"));
    ladder_close(&l);
}

/* The 503 of a hop further on may be about that one target. */
static void test_handed_on(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = request(&l, 0, ALICE, P1, "INVITE", via("alice a"))->txn;

    request(&l, 0, P1, BOB, "INVITE", via("p1 b", "alice a"));
    response(&l, 0, BOB, P1, 503, "INVITE", via("p1 b", "alice a"), .more = AFTER("60"));
    request(&l, 0, P1, BOB, "ACK", via("p1 b"), .to_tag = "bob");
    response(&l, 0, P1, ALICE, 503, "INVITE", via("alice a"), .more = AFTER("60"));
    request(&l, 0, ALICE, P1, "ACK", via("alice a"), .to_tag = "bob");
    g_assert_null(sx_refusal_of(l.tracker, txn_numbered(&l, txn)));
    g_assert_false(is_too_early(&l, request(&l, 1, ALICE, P1, "INVITE", via("alice c"),
                                            .uri = "sip:carol@example.com", .call_id = "c")));
    g_assert_false(
        is_too_early(&l, request(&l, 1, ALICE, P1, "MESSAGE", via("alice d"), .call_id = "d")));
    g_assert_true(
        is_too_early(&l, request(&l, 1, ALICE, P1, "INVITE", via("alice e"), .call_id = "e")));
    ladder_close(&l);
}

/* ---- storms ---- */

static const struct sx_refusal *refuse(struct ladder *l, unsigned nth, double at, uint16_t port)
{
    char *branch = g_strdup_printf("p1 s%u-%u", nth, port);
    uint32_t txn = request(l, at, P1, BOB, "OPTIONS", via(branch), .dst_port = port)->txn;

    response(l, at, BOB, P1, 503, "OPTIONS", via(branch), .src_port = port);
    g_free(branch);
    return sx_refusal_of(l->tracker, txn_numbered(l, txn));
}

static const struct sx_refusal *refuse_many(struct ladder *l, unsigned n, double last_at)
{
    const struct sx_refusal *r = NULL;

    for (unsigned i = 0; i < n; i++)
        r = refuse(l, i, i + 1 < n ? 0.1 * i : last_at, 5060);
    return r;
}

static void test_storm(void)
{
    struct ladder l = ladder_open();

    g_assert_cmpuint(refuse_many(&l, 19, 2)->run, ==, 0);
    const struct sx_refusal *r = refuse(&l, 30, 10, 5060);
    g_assert_cmpuint(r->run, ==, 20);
    g_assert_cmpuint(sx_refusal_at(l.tracker, r->since)->frame, ==, 2);
    r = refuse(&l, 31, 10.05, 5060);
    g_assert_cmpuint(r->run, ==, 21);
    g_assert_cmpuint(sx_refusal_at(l.tracker, r->since)->frame, ==, 2);
    /* It is over, and begins anew. */
    g_assert_cmpuint(refuse(&l, 32, 30, 5060)->run, ==, 0);
    ladder_close(&l);

    l = ladder_open();
    g_assert_cmpuint(refuse_many(&l, 20, 10.001)->run, ==, 0);
    ladder_close(&l);
}

static void test_storms_of_two_servers(void)
{
    struct ladder l = ladder_open();

    for (unsigned i = 0; i < 19; i++) {
        g_assert_cmpuint(refuse(&l, i, 0.1 * i, 5060)->run, ==, 0);
        g_assert_cmpuint(refuse(&l, i, 0.1 * i, 5080)->run, ==, 0);
    }
    g_assert_cmpuint(refuse(&l, 19, 2, 5080)->run, ==, 20);
    ladder_close(&l);
}

/* Each server's time is over to the millisecond, also while another one's goes on. */
static void test_over_while_another_goes_on(void)
{
    struct ladder l = ladder_open();

    request(&l, 0, P1, CAROL, "INVITE", via("p1 x"), .call_id = "x");
    response(&l, 0, CAROL, P1, 503, "INVITE", via("p1 x"), .call_id = "x", .more = AFTER("999"));
    refused(&l, 0, "p1 a", 503, AFTER("120"));
    g_assert_true(again(&l, 118.999, "p1 b"));
    g_assert_false(again(&l, 119, "p1 c"));
    ladder_close(&l);
}

/* Another port of the host is another server, for whichever client. */
static void test_other_port(void)
{
    static const char *const sent_by[] = {"p1", "p1:5070", "p1:5080", "proxy", "proxy:5070"};
    const uint16_t other = 5060 + 32768;

    for (size_t i = 0; i < G_N_ELEMENTS(sent_by); i++) {
        struct ladder l = ladder_open();
        char *first = g_strdup_printf("%s a", sent_by[i]),
             *next = g_strdup_printf("%s b", sent_by[i]);
        refused(&l, 0, first, 503, AFTER("120"));
        g_assert_false(again(&l, 20, next, .dst_port = other));
        ladder_close(&l);
        g_free(first);
        g_free(next);
    }
}

/* Two servers on one host that refuse in turns: each has a storm of its own. */
static void test_storms_of_two_ports(void)
{
    struct ladder l = ladder_open();
    const struct sx_txn *last = NULL;

    for (unsigned i = 0; i < 2 * SX_STORM_REFUSALS; i++) {
        char *branch = g_strdup_printf("p1 s%u", i);
        uint16_t port = i % 2 ? 5060 + 32768 : 5060;
        last = txn_of(&l, request(&l, 0.01 * i, P1, BOB, "INVITE", via(branch), .call_id = branch,
                                  .dst_port = port));
        response(&l, 0.01 * i, BOB, P1, 503, "INVITE", via(branch), .call_id = branch,
                 .src_port = port);
        g_free(branch);
    }
    g_assert_nonnull(sx_refusal_of(l.tracker, last));
    g_assert_cmpuint(sx_refusal_of(l.tracker, last)->run, ==, SX_STORM_REFUSALS);
    ladder_close(&l);
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/overload/kept-and-broken", test_kept_and_broken);
    g_test_add_func("/overload/short-time", test_short_time);
    g_test_add_func("/overload/the-newest-counts", test_the_newest_counts);
    g_test_add_func("/overload/no-pause", test_no_pause);
    g_test_add_func("/overload/other-ends", test_other_ends);
    g_test_add_func("/overload/what-may-not-wait", test_what_may_not_wait);
    g_test_add_func("/overload/not-known-yet", test_not_known_yet);
    g_test_add_func("/overload/without-ack", test_without_ack);
    g_test_add_func("/overload/next-register", test_next_register);
    g_test_add_func("/overload/before-the-503", test_before_the_503);
    g_test_add_func("/overload/served-again", test_served_again);
    g_test_add_func("/overload/served-unseen", test_served_unseen);
    g_test_add_func("/overload/handed-on", test_handed_on);
    g_test_add_func("/overload/storm", test_storm);
    g_test_add_func("/overload/storms-of-two-servers", test_storms_of_two_servers);
    g_test_add_func("/overload/over_while_another_goes_on", test_over_while_another_goes_on);
    g_test_add_func("/overload/other_port", test_other_port);
    g_test_add_func("/overload/storms_of_two_ports", test_storms_of_two_ports);
    return g_test_run();
}
