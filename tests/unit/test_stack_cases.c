/* Each situation where the capture shows it, with its number, and not where it only looks like it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/judge/stack_cases.h"

#include "stack_text.h"

static void call_to_bob(struct ladder *l)
{
    *l = ladder_open();
    request(l, 0, ALICE, P1, "INVITE", FROM_ALICE);
    request(l, 0.1, P1, BOB, "INVITE", TO_BOB);
}

static struct asked told(struct ladder *l, double at, unsigned code)
{
    return asked_response(l, at, P1, ALICE, code, "INVITE", FROM_ALICE, .to_tag = "p1");
}

/* ---- a hop that gives up ---- */

static void test_gave_up(void)
{
    struct ladder l;
    struct asked a;

    /* In one pass the 408 comes before its CANCEL. */
    call_to_bob(&l);
    response(&l, 0.2, BOB, P1, 100, "INVITE", TO_BOB, .to_tag = "");
    a = told(&l, 120.2, 408);
    assert_seconds(ask(&l, &a, 4, SX_SITUATION_GAVE_UP), 120);
    /* Later it shows. */
    for (int i = 0; i < 2; i++) {
        call_to_bob(&l);
        response(&l, 5.2, BOB, P1, 180, "INVITE", TO_BOB);
        a = told(&l, 125.2, 408);
        request(&l, 125.2, P1, BOB, "CANCEL", TO_BOB);
        assert_seconds(ask(&l, &a, 4,
                           i ? SX_SITUATION_GAVE_UP : SX_SITUATION_GAVE_UP_AFTER_REQUEST),
                       i ? 120 : 125.2);
    }
    /* The caller hung up. */
    call_to_bob(&l);
    response(&l, 0.2, BOB, P1, 100, "INVITE", TO_BOB, .to_tag = "");
    request(&l, 100, ALICE, P1, "CANCEL", FROM_ALICE);
    request(&l, 100.1, P1, BOB, "CANCEL", TO_BOB);
    a = told(&l, 120.2, 487);
    assert_seconds(ask(&l, &a, 6, SX_SITUATION_GAVE_UP), NOTHING);
}

static void test_unanswered(void)
{
    struct ladder l = ladder_open();

    request(&l, 0, ALICE, P1, "INVITE", FROM_ALICE);
    requests(&l, 6, 0.1, P1, BOB, "INVITE", TO_BOB);
    struct asked a = told(&l, 30.1, 408);
    assert_seconds(ask(&l, &a, 8, SX_SITUATION_UNANSWERED), 30);
    /* The hop above hands it on: it was made one hop further on. */
    l = ladder_open();
    request(&l, 0, ALICE, P1, "INVITE", FROM_ALICE);
    request(&l, 0.1, P1, P2, "INVITE", via("p1 p1x", "alice a1"));
    requests(&l, 6, 0.2, P2, BOB, "INVITE", via("p2 b1", "p1 p1x", "alice a1"));
    response(&l, 30.2, P2, P1, 408, "INVITE", via("p1 p1x", "alice a1"), .to_tag = "p2");
    a = asked_response(&l, 30.3, P1, ALICE, 408, "INVITE", FROM_ALICE, .to_tag = "p2");
    assert_seconds(ask(&l, &a, 10, SX_SITUATION_UNANSWERED), NOTHING);
}

/* An ICMP error says that nobody listens there; with i 1 Bob had said 100 before. */
static void test_unreachable(void)
{
    for (int i = 0; i < 2; i++) {
        struct ladder l;
        call_to_bob(&l);
        if (i)
            response(&l, 0.2, BOB, P1, 100, "INVITE", TO_BOB, .to_tag = "");
        request(&l, 0.6, P1, BOB, "INVITE", TO_BOB);
        undelivered(&l, 0.7, P1, 5060, BOB, 5060);
        struct asked a = told(&l, 30.1, 408);
        assert_seconds(ask(&l, &a, l.frame, SX_SITUATION_UNREACHABLE), i ? NOTHING : 30);
    }
}

/* Alice cancels after 38 s; Bob has said 100 and says nothing more, or his 487 comes. */
static void test_cancelled(void)
{
    for (int i = 0; i < 2; i++) {
        struct ladder l;
        call_to_bob(&l);
        response(&l, 0.2, BOB, P1, 100, "INVITE", TO_BOB, .to_tag = "");
        request(&l, 38, ALICE, P1, "CANCEL", FROM_ALICE);
        request(&l, 38.1, P1, BOB, "CANCEL", TO_BOB);
        if (i)
            response(&l, 120.1, BOB, P1, 487, "INVITE", TO_BOB);
        struct asked a = told(&l, 120.2, 487);
        assert_seconds(ask(&l, &a, l.frame, SX_SITUATION_CANCELLED_UNANSWERED), i ? NOTHING : 120);
    }
}

/* ---- forks ---- */

static void test_choices(void)
{
    struct ladder l;
    struct asked a;

    call_to_bob(&l);
    request(&l, 0.1, P1, CAROL, "INVITE", TO_CAROL);
    response(&l, 0.2, BOB, P1, 486, "INVITE", TO_BOB, .to_tag = "bob");
    response(&l, 0.3, CAROL, P1, 430, "INVITE", TO_CAROL, .to_tag = "carol");
    a = asked_response(&l, 0.4, P1, ALICE, 430, "INVITE", FROM_ALICE, .to_tag = "carol");
    struct sx_stack_case c = case_of(&a, 6, SX_SITUATION_FORK);
    g_assert_cmpint(c.numbers.situation, ==, SX_SITUATION_FORK);
    g_assert_cmpuint(c.numbers.code, ==, 430);
    g_assert_cmpuint(c.numbers.over, ==, 486);
    g_assert_true(c.by_hop);
    forget(&a);
    ladder_close(&l);
    /* One branch only, and its code made into another. */
    call_to_bob(&l);
    response(&l, 0.2, BOB, P1, 503, "INVITE", TO_BOB, .to_tag = "bob");
    a = told(&l, 0.3, 500);
    c = case_of(&a, 4, SX_SITUATION_TOLD_OTHERWISE);
    g_assert_cmpuint(c.numbers.over, ==, 503);
    g_assert_false(c.by_hop);
    g_assert_cmpint(case_of(&a, 4, SX_SITUATION_FORK).numbers.situation, ==, SX_SITUATIONS);
    forget(&a);
    ladder_close(&l);
}

/* ---- phones ---- */

/* i 0: the phone rang; 1: another phone did; 2: nothing rang; 3: the caller hung up. */
static double ringing(int i)
{
    struct ladder l = ladder_open();

    request(&l, 0, ALICE, BOB, "INVITE", FROM_ALICE);
    response(&l, 0.1, BOB, ALICE, i == 2 ? 100 : 180, "INVITE", FROM_ALICE,
             .to_tag = i == 1   ? "carol"
                       : i == 2 ? ""
                                : "bob");
    if (i == 3)
        request(&l, 119, ALICE, BOB, "CANCEL", FROM_ALICE);
    struct asked a = asked_response(&l, 120.1, BOB, ALICE, 486, "INVITE", FROM_ALICE);
    return ask(&l, &a, l.frame, SX_SITUATION_RANG);
}

static void test_rang(void)
{
    assert_seconds(ringing(0), 120);
    assert_seconds(ringing(1), NOTHING);
    assert_seconds(ringing(2), NOTHING);
    assert_seconds(ringing(3), NOTHING);
}

static void test_final(void)
{
    struct ladder l = ladder_open();
    request(&l, 0, ALICE, BOB, "INVITE", FROM_ALICE);
    struct asked a = asked_response(&l, 32, BOB, ALICE, 408, "INVITE", FROM_ALICE);
    assert_seconds(ask(&l, &a, 2, SX_SITUATION_FINAL), 32);
    /* The request is not in the capture. */
    l = ladder_open();
    a = asked_response(&l, 32, BOB, ALICE, 408, "INVITE", FROM_ALICE);
    assert_seconds(ask(&l, &a, 1, SX_SITUATION_FINAL), NOTHING);
}

static double reliable(bool prack, const char *more)
{
    struct ladder l = ladder_open();

    request(&l, 0, ALICE, BOB, "INVITE", FROM_ALICE);
    response(&l, 0.5, BOB, ALICE, 180, "INVITE", FROM_ALICE, .more = more);
    if (prack)
        request(&l, 1, ALICE, BOB, "PRACK", via("alice a2"), .to_tag = "bob", .cseq = 2,
                .more = "RAck: 7 1 INVITE\r\n");
    struct asked a = asked_response(&l, 33, BOB, ALICE, 504, "INVITE", FROM_ALICE);
    return ask(&l, &a, l.frame, SX_SITUATION_NO_PRACK);
}

static void test_no_prack(void)
{
    assert_seconds(reliable(false, "Require: 100rel\r\nRSeq: 7\r\n"), 32.5);
    assert_seconds(reliable(true, "Require: 100rel\r\nRSeq: 7\r\n"), NOTHING);
    assert_seconds(reliable(false, NULL), NOTHING);
}

/* The failure is sent again after 0.5, 1.5 and 3.5 s, and never again. */
static double not_acknowledged(bool ack, double watched)
{
    static const double times[] = {0, 0.5, 1.5, 3.5};
    struct ladder l = ladder_open();
    struct asked a;
    struct sip_text ignored = {.method = "OPTIONS", via("carol o1"), .call_id = "other"};

    request(&l, 0, ALICE, P1, "INVITE", FROM_ALICE);
    a = told(&l, 0.1, 480);
    for (unsigned i = 1; i < 4; i++)
        response(&l, 0.1 + times[i], P1, ALICE, 480, "INVITE", FROM_ALICE, .to_tag = "p1");
    if (ack)
        request(&l, 3.7, ALICE, P1, "ACK", FROM_ALICE, .to_tag = "p1");
    ladder_send(&l, 3.6 + watched, CAROL, P1, &ignored);
    struct sx_stack_case c = case_of(&a, 2, SX_SITUATION_FAILURE_NO_ACK);
    if (c.numbers.situation == SX_SITUATION_FAILURE_NO_ACK)
        g_assert_cmpuint(c.numbers.times, ==, 4);
    return ask(&l, &a, 2, SX_SITUATION_FAILURE_NO_ACK);
}

static void test_failure_no_ack(void)
{
    assert_seconds(not_acknowledged(false, 8), 3.5);
    assert_seconds(not_acknowledged(false, 7.999), NOTHING);
    assert_seconds(not_acknowledged(true, 8), NOTHING);
}

/* ---- answered calls ---- */

/* Frames 1 to 3, or 1 and 2. */
static void answered(struct ladder *l, const char *more, bool ack)
{
    *l = ladder_open();
    request(l, -1, ALICE, BOB, "INVITE", FROM_ALICE);
    response(l, 0, BOB, ALICE, 200, "INVITE", FROM_ALICE, .more = more);
    if (ack)
        request(l, 0.1, ALICE, BOB, "ACK", via("alice a2"), .to_tag = "bob");
}

#define from_bob via("bob z1"), .from_tag = "bob", .to_tag = "alice"

static void test_no_ack(void)
{
    for (int ack = 0; ack < 2; ack++) {
        struct ladder l;
        answered(&l, NULL, ack);
        static const double again[] = {0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5};
        for (unsigned i = 0; i < G_N_ELEMENTS(again) && !ack; i++)
            response(&l, again[i], BOB, ALICE, 200, "INVITE", FROM_ALICE);
        struct asked a = asked_request(&l, 32, BOB, ALICE, "BYE", from_bob);
        assert_seconds(ask(&l, &a, l.frame, SX_SITUATION_NO_ACK), ack ? NOTHING : 32);
    }
}

static void test_crossing_bye(void)
{
    for (int crosses = 0; crosses < 2; crosses++) {
        struct ladder l;
        answered(&l, NULL, true);
        if (crosses)
            request(&l, 5, BOB, ALICE, "BYE", from_bob);
        request(&l, 5.1, ALICE, BOB, "BYE", via("alice a3"), .to_tag = "bob", .cseq = 2);
        struct asked a =
            asked_response(&l, 5.2, BOB, ALICE, 481, "BYE", via("alice a3"), .cseq = 2);
        assert_seconds(ask(&l, &a, l.frame, SX_SITUATION_CROSSING_BYE), crosses ? 0 : NOTHING);
    }
}

/* The first of two that cross is refused, too. */
static void test_first_of_crossing(void)
{
    struct ladder l;

    answered(&l, NULL, true);
    request(&l, 5, BOB, ALICE, "BYE", from_bob);
    request(&l, 5.1, ALICE, BOB, "BYE", via("alice a3"), .to_tag = "bob", .cseq = 2);
    struct asked a = asked_response(&l, 5.2, ALICE, BOB, 481, "BYE", from_bob);
    assert_seconds(ask(&l, &a, l.frame, SX_SITUATION_CROSSING_BYE), 0);
}

#define BYE_TO_ALICE via("p1 z1"), .from_tag = "bob", .to_tag = "alice"
#define BYE_TO_BOB via("p1 z2"), .to_tag = "bob", .cseq = 2

/* P1, which sent the INVITE on, ends the call on both sides; or Bob does, and P1 hands that on. */
static void test_hop_ends_call(void)
{
    for (int by_bob = 0; by_bob < 2; by_bob++) {
        struct ladder l;
        struct asked first, second;
        call_to_bob(&l);
        response(&l, 0.2, BOB, P1, 200, "INVITE", TO_BOB);
        response(&l, 0.3, P1, ALICE, 200, "INVITE", FROM_ALICE);
        request(&l, 0.4, ALICE, P1, "ACK", via("alice a2"), .to_tag = "bob");
        request(&l, 0.5, P1, BOB, "ACK", via("p1 a2x", "alice a2"), .to_tag = "bob");
        if (by_bob) {
            first = asked_request(&l, 5, BOB, P1, "BYE", from_bob);
            second = asked_request(&l, 5.25, P1, ALICE, "BYE", via("p1 z1", "bob z1"),
                                   .from_tag = "bob", .to_tag = "alice");
        } else {
            first = asked_request(&l, 5, P1, ALICE, "BYE", BYE_TO_ALICE);
            second = asked_request(&l, 5.25, P1, BOB, "BYE", BYE_TO_BOB);
        }
        struct sx_stack_case c = case_of(&first, 7, SX_SITUATION_HOP_ENDS_CALL);
        g_assert_true((c.numbers.situation == SX_SITUATION_HOP_ENDS_CALL) == !by_bob);
        forget(&first);
        assert_seconds(ask(&l, &second, 8, SX_SITUATION_HOP_ENDS_CALL), by_bob ? NOTHING : 0.25);
    }
}

static void test_glare(void)
{
    for (int pending = 0; pending < 2; pending++) {
        struct ladder l;
        answered(&l, NULL, true);
        if (pending)
            request(&l, 5, BOB, ALICE, "INVITE", from_bob);
        request(&l, 5.1, ALICE, BOB, "INVITE", via("alice a3"), .to_tag = "bob", .cseq = 2);
        struct asked a =
            asked_response(&l, 5.2, BOB, ALICE, 491, "INVITE", via("alice a3"), .cseq = 2);
        assert_seconds(ask(&l, &a, l.frame, SX_SITUATION_GLARE), pending ? 0 : NOTHING);
    }
}

static void test_glare_retry(void)
{
    static const unsigned codes[] = {491, 488};

    for (unsigned i = 0; i < 2; i++) {
        struct ladder l;
        answered(&l, NULL, true);
        request(&l, 5, BOB, ALICE, "INVITE", from_bob);
        response(&l, 5.1, ALICE, BOB, codes[i], "INVITE", from_bob);
        struct asked a = asked_request(&l, 6.1, BOB, ALICE, "INVITE", via("bob z2"),
                                       .from_tag = "bob", .to_tag = "alice", .cseq = 2);
        assert_seconds(ask(&l, &a, l.frame, SX_SITUATION_GLARE_RETRY), i ? NOTHING : 1);
    }
}

static void test_old_cseq(void)
{
    for (uint32_t cseq = 5; cseq <= 21; cseq += 16) {
        struct ladder l;
        answered(&l, NULL, true);
        request(&l, 5, ALICE, BOB, "INVITE", via("alice a3"), .to_tag = "bob", .cseq = 20);
        response(&l, 5.1, BOB, ALICE, 200, "INVITE", via("alice a3"), .cseq = 20);
        request(&l, 6, ALICE, BOB, "BYE", via("alice a4"), .to_tag = "bob", .cseq = cseq);
        struct asked a = asked_response(&l, 6.1, BOB, ALICE, cseq == 5 ? 200 : 500, "BYE",
                                        via("alice a4"), .cseq = cseq);
        assert_seconds(ask(&l, &a, l.frame, SX_SITUATION_OLD_CSEQ), cseq == 5 ? 0 : NOTHING);
    }
}

/* ---- sessions: the number is per mille ---- */

static int64_t session_number(struct ladder *l, struct asked *a, enum sx_stack_situation situation)
{
    struct sx_stack_case c = case_of(a, l->frame, situation);

    forget(a);
    ladder_close(l);
    return c.numbers.situation == situation ? c.numbers.number : -1;
}

static void test_refresh(void)
{
    struct ladder l;
    struct asked a;

    answered(&l, "Session-Expires: 90;refresher=uas\r\n", true);
    a = asked_request(&l, 45, BOB, ALICE, "UPDATE", from_bob);
    g_assert_cmpint(session_number(&l, &a, SX_SITUATION_REFRESH), ==, 500);
    /* Rounded. */
    for (int later = 0; later < 2; later++) {
        answered(&l, "Session-Expires: 90;refresher=uas\r\n", true);
        a = asked_request(&l, later ? 45.046 : 45.044, BOB, ALICE, "UPDATE", from_bob);
        g_assert_cmpint(session_number(&l, &a, SX_SITUATION_REFRESH), ==, later ? 501 : 500);
    }
    /* The other side is to refresh it. */
    answered(&l, "Session-Expires: 90;refresher=uac\r\n", true);
    a = asked_request(&l, 45, BOB, ALICE, "UPDATE", from_bob);
    g_assert_cmpint(session_number(&l, &a, SX_SITUATION_REFRESH), ==, -1);
    answered(&l, NULL, true);
    a = asked_request(&l, 45, BOB, ALICE, "UPDATE", from_bob);
    g_assert_cmpint(session_number(&l, &a, SX_SITUATION_REFRESH), ==, -1);
}

static void test_session_over(void)
{
    struct ladder l;
    struct asked a;

    answered(&l, "Session-Expires: 90;refresher=uac\r\n", true);
    a = asked_request(&l, 60, BOB, ALICE, "BYE", from_bob);
    g_assert_cmpint(session_number(&l, &a, SX_SITUATION_SESSION_OVER), ==, 667);
    /* Who was to refresh it hangs up; or it was too early. */
    answered(&l, "Session-Expires: 90;refresher=uas\r\n", true);
    a = asked_request(&l, 60, BOB, ALICE, "BYE", from_bob);
    g_assert_cmpint(session_number(&l, &a, SX_SITUATION_SESSION_OVER), ==, -1);
    answered(&l, "Session-Expires: 90;refresher=uac\r\n", true);
    a = asked_request(&l, 50, BOB, ALICE, "BYE", from_bob);
    g_assert_cmpint(session_number(&l, &a, SX_SITUATION_SESSION_OVER), ==, -1);
}

/* Bob's UPDATE is refused with 481, or never answered. */
static void test_refresh_in_vain(void)
{
    struct ladder l;
    struct asked a;

    answered(&l, "Session-Expires: 90;refresher=uas\r\n", true);
    request(&l, 45, BOB, ALICE, "UPDATE", from_bob);
    response(&l, 45.1, ALICE, BOB, 481, "UPDATE", from_bob);
    a = asked_request(&l, 45.2, BOB, ALICE, "BYE", via("bob z2"), .from_tag = "bob",
                      .to_tag = "alice", .cseq = 2);
    struct sx_stack_case c = case_of(&a, l.frame, SX_SITUATION_DIALOG_REFUSED);
    g_assert_cmpuint(c.numbers.code, ==, 481);
    assert_seconds(ask(&l, &a, l.frame, SX_SITUATION_DIALOG_REFUSED), 0.1);
    answered(&l, "Session-Expires: 90;refresher=uas\r\n", true);
    requests(&l, 11, 45, BOB, ALICE, "UPDATE", from_bob);
    a = asked_request(&l, 77, BOB, ALICE, "BYE", via("bob z2"), .from_tag = "bob",
                      .to_tag = "alice", .cseq = 2);
    assert_seconds(ask(&l, &a, l.frame, SX_SITUATION_REFRESH_UNANSWERED), 32);
}

/* ---- CANCEL ---- */

/* sends: of the INVITE before its 100. */
static double cancelled_after(unsigned sends, const char *more, unsigned code,
                              enum sx_stack_situation situation)
{
    struct ladder l = ladder_open();

    requests(&l, sends, 0, ALICE, BOB, "INVITE", FROM_ALICE, .more = more);
    response(&l, 3, BOB, ALICE, code, "INVITE", FROM_ALICE, .to_tag = code > 100 ? "bob" : "");
    struct asked a = asked_request(&l, 40, ALICE, BOB, "CANCEL", FROM_ALICE);
    return ask(&l, &a, l.frame, situation);
}

static void test_cancel(void)
{
    assert_seconds(cancelled_after(1, NULL, 100, SX_SITUATION_HUNG_UP), 37);
    assert_seconds(cancelled_after(1, NULL, 180, SX_SITUATION_HUNG_UP), NOTHING);
    assert_seconds(cancelled_after(1, "Expires: 37\r\n", 100, SX_SITUATION_HUNG_UP), NOTHING);
    assert_seconds(cancelled_after(2, NULL, 100, SX_SITUATION_CANCEL_WITH_TRYING), 37);
    assert_seconds(cancelled_after(1, NULL, 100, SX_SITUATION_CANCEL_WITH_TRYING), NOTHING);
}

static void test_answered_elsewhere(void)
{
    static const char *const reasons[] = {
        "Reason: SIP;cause=200;text=\"Call completed elsewhere\"\r\n",
        "Reason: Q.850;cause=16\r\n"};
    for (int i = 0; i < 2; i++) {
        struct ladder l = ladder_open();
        request(&l, 0, ALICE, BOB, "INVITE", FROM_ALICE);
        response(&l, 0.1, BOB, ALICE, 180, "INVITE", FROM_ALICE);
        struct asked a = asked_request(&l, 2, ALICE, BOB, "CANCEL", FROM_ALICE, .more = reasons[i]);
        assert_seconds(ask(&l, &a, l.frame, SX_SITUATION_ANSWERED_ELSEWHERE), i ? NOTHING : 0);
    }
}

/* ---- REGISTER ---- */

static uint32_t registers(struct ladder *l, double at, uint32_t cseq, const char *branch,
                          unsigned code)
{
    request(l, at, ALICE, P1, "REGISTER", via(branch), .cseq = cseq);
    response(l, at + 0.5, P1, ALICE, code, "REGISTER", via(branch), .cseq = cseq);
    return l->frame;
}

static void test_registers_again(void)
{
    struct ladder l = ladder_open();

    registers(&l, 0, 1, "alice r1", 403);
    registers(&l, 45, 2, "alice r2", 503);
    struct asked a = asked_request(&l, 145.5, ALICE, P1, "REGISTER", via("alice r3"), .cseq = 3);
    struct sx_stack_case c = case_of(&a, 5, SX_SITUATION_REGISTERS_AGAIN);
    g_assert_cmpuint(c.numbers.code, ==, 503);
    g_assert_cmpuint(c.numbers.times, ==, 2);
    assert_seconds(ask(&l, &a, 5, SX_SITUATION_REGISTERS_AGAIN), 100);
    /* The one before succeeded. */
    l = ladder_open();
    registers(&l, 0, 1, "alice r1", 403);
    registers(&l, 45, 2, "alice r2", 200);
    a = asked_request(&l, 145.5, ALICE, P1, "REGISTER", via("alice r3"), .cseq = 3);
    assert_seconds(ask(&l, &a, 5, SX_SITUATION_REGISTERS_AGAIN), NOTHING);
    /* A challenge is no failure. */
    l = ladder_open();
    registers(&l, 0, 1, "alice r1", 401);
    a = asked_request(&l, 1, ALICE, P1, "REGISTER", via("alice r2"), .cseq = 2,
                      .more = "Authorization: Digest username=\"a\"\r\n");
    assert_seconds(ask(&l, &a, 3, SX_SITUATION_REGISTERS_AGAIN), NOTHING);
}

/* It is the last transaction of the capture. */
static void test_another_at_the_end(void)
{
    struct ladder l = ladder_open();
    struct asked a = asked_request(&l, 0, ALICE, P1, "REGISTER", via("alice r1"));

    response(&l, 0.5, P1, ALICE, 404, "REGISTER", via("alice r1"));
    request(&l, 200, ALICE, P1, "REGISTER", via("alice r2"), .call_id = "new");
    assert_seconds(ask(&l, &a, 1, SX_SITUATION_NEVER_REGISTERS), NOTHING);
}

static double never(bool another, const char *contact, unsigned code)
{
    struct ladder l = ladder_open();
    struct sip_text other = {.method = "OPTIONS", via("carol o1"), .call_id = "other"};
    struct asked a = asked_request(&l, 0, ALICE, P1, "REGISTER", via("alice r1"), .more = contact);

    response(&l, 0.5, P1, ALICE, code, "REGISTER", via("alice r1"));
    if (another)
        request(&l, 100, ALICE, P1, "REGISTER", via("alice r2"), .call_id = "new");
    ladder_send(&l, 200.5, CAROL, P1, &other);
    return ask(&l, &a, 1, SX_SITUATION_NEVER_REGISTERS);
}

static void test_never_registers(void)
{
    assert_seconds(never(false, NULL, 404), 200);
    assert_seconds(never(true, NULL, 404), NOTHING);
    assert_seconds(never(false, NULL, 200), NOTHING);
    assert_seconds(never(false, "Contact: *\r\nExpires: 0\r\n", 404), NOTHING);
    assert_seconds(never(false, "Contact: <sip:a@10.0.0.1>\r\nExpires: 0\r\n", 404), NOTHING);
    assert_seconds(never(false, "Contact: <sip:a@10.0.0.1>;expires=0\r\n", 404), NOTHING);
    assert_seconds(never(false, "Contact: <sip:a@10.0.0.1>;expires=60\r\n", 404), 200);
}

/* by: who ends the connection; from_port: of the REGISTER after it. */
static double reconnected(unsigned by, uint16_t by_port, unsigned to, uint16_t to_port,
                          unsigned code, bool refreshed)
{
    struct ladder l = ladder_open();
    static const char contact[] =
        "Contact: <sip:alice@10.0.0.1:40001;transport=tcp>\r\nExpires: 600\r\n";

    segment(&l, 0, ALICE, 40001, P1, 5060, SX_TCP_SYN);
    request(&l, 1, ALICE, P1, "REGISTER", via("alice r1"), .more = contact, .src_port = 40001,
            .transport = SX_TRANSPORT_TCP);
    response(&l, 1.1, P1, ALICE, code, "REGISTER", via("alice r1"), .more = contact,
             .dst_port = 40001, .transport = SX_TRANSPORT_TCP);
    if (by)
        segment(&l, 10, by, by_port, to, to_port, SX_TCP_FIN | SX_TCP_ACK);
    if (refreshed) {
        segment(&l, 10.5, ALICE, 40002, P1, 5060, SX_TCP_SYN);
        request(&l, 11, ALICE, P1, "REGISTER", via("alice r2"), .cseq = 2, .more = contact,
                .src_port = 40002, .transport = SX_TRANSPORT_TCP);
        response(&l, 11.1, P1, ALICE, 200, "REGISTER", via("alice r2"), .cseq = 2, .more = contact,
                 .dst_port = 40002, .transport = SX_TRANSPORT_TCP);
    }
    struct asked a = asked_request(&l, 12, ALICE, P1, "REGISTER", via("alice r3"), .cseq = 3,
                                   .more = contact, .src_port = 40003,
                                   .transport = SX_TRANSPORT_TCP);
    return ask(&l, &a, l.frame, SX_SITUATION_RECONNECTS);
}

static void test_reconnects(void)
{
    assert_seconds(reconnected(P1, 5060, ALICE, 40001, 200, false), 2);
    /* The client closed it; nobody did; it was not registered; it has been back since. */
    assert_seconds(reconnected(ALICE, 40001, P1, 5060, 200, false), NOTHING);
    assert_seconds(reconnected(0, 0, 0, 0, 200, false), NOTHING);
    assert_seconds(reconnected(P1, 5060, ALICE, 40001, 403, false), NOTHING);
    assert_seconds(reconnected(P1, 5060, ALICE, 40001, 200, true), NOTHING);
}

/* A final response is a failure from 300 on: a 300 that nobody followed. */
static void test_final_from_300(void)
{
    for (unsigned code = 299; code <= 301; code++) {
        struct ladder l;
        call_to_bob(&l);
        response(&l, 1, P1, ALICE, 180, "INVITE", FROM_ALICE, .to_tag = "p1");
        struct asked a = told(&l, 5, code);
        other_packet(&l, 60);
        sx_tracker_end(l.tracker);
        g_assert_true((case_of(&a, 4, SX_SITUATION_RANG).numbers.situation == SX_SITUATION_RANG) ==
                      (code >= 300));
        assert_seconds(ask(&l, &a, 4, SX_SITUATION_FINAL), code < 300 ? NOTHING : 5);
    }
}

/* There is room for more situations than one message shows; the last place is spare. */
static void test_room(void)
{
    struct ladder l = ladder_open();
    struct asked a = asked_request(&l, 0, ALICE, BOB, "INVITE", FROM_ALICE);
    struct sx_stack_cases cases = {.count = 0};

    for (unsigned i = 1; i <= 14; i++)
        sx_stack_cases_add(&cases, now(&a, 1), SX_SITUATION_FINAL, i, NULL);
    g_assert_cmpuint(cases.count, ==, 12);
    for (unsigned i = 1; i <= 12; i++)
        g_assert_cmpint(cases.list[i - 1].numbers.number, ==, i == 12 ? 14 : i);
    forget(&a);
    ladder_close(&l);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/stack_cases/gave_up", test_gave_up);
    g_test_add_func("/stack_cases/unanswered", test_unanswered);
    g_test_add_func("/stack_cases/unreachable", test_unreachable);
    g_test_add_func("/stack_cases/cancelled", test_cancelled);
    g_test_add_func("/stack_cases/choices", test_choices);
    g_test_add_func("/stack_cases/rang", test_rang);
    g_test_add_func("/stack_cases/final", test_final);
    g_test_add_func("/stack_cases/no_prack", test_no_prack);
    g_test_add_func("/stack_cases/failure_no_ack", test_failure_no_ack);
    g_test_add_func("/stack_cases/no_ack", test_no_ack);
    g_test_add_func("/stack_cases/crossing_bye", test_crossing_bye);
    g_test_add_func("/stack_cases/first_of_crossing", test_first_of_crossing);
    g_test_add_func("/stack_cases/hop_ends_call", test_hop_ends_call);
    g_test_add_func("/stack_cases/glare", test_glare);
    g_test_add_func("/stack_cases/glare_retry", test_glare_retry);
    g_test_add_func("/stack_cases/old_cseq", test_old_cseq);
    g_test_add_func("/stack_cases/refresh", test_refresh);
    g_test_add_func("/stack_cases/session_over", test_session_over);
    g_test_add_func("/stack_cases/refresh_in_vain", test_refresh_in_vain);
    g_test_add_func("/stack_cases/cancel", test_cancel);
    g_test_add_func("/stack_cases/answered_elsewhere", test_answered_elsewhere);
    g_test_add_func("/stack_cases/registers_again", test_registers_again);
    g_test_add_func("/stack_cases/another_at_the_end", test_another_at_the_end);
    g_test_add_func("/stack_cases/never_registers", test_never_registers);
    g_test_add_func("/stack_cases/reconnects", test_reconnects);
    g_test_add_func("/stack_cases/final_from_300", test_final_from_300);
    g_test_add_func("/stack_cases/room", test_room);
    return g_test_run();
}
