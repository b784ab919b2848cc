/* Each situation of what software stops, repeats or gives up, with its number, and not where it
 * only looks like it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/judge/stack_habits.h"

#include "stack_text.h"

static void time_passes(struct ladder *l, double at)
{
    request(l, at, CAROL, DAVE, "OPTIONS", via("carol o1"), .call_id = "other");
}

/* ---- INVITE ---- */

/* It is sent at 0, 0.5, 1.5, 3.5, 7.5 and 15.5 s. i 1: it is answered; 2: it had a 100; 3: it is
 * cancelled. */
static double unanswered(int i, double watched, unsigned *times)
{
    static const double at[] = {0.5, 1.5, 3.5, 7.5, 15.5};
    struct ladder l = ladder_open();
    struct asked a = asked_request(&l, 0, ALICE, BOB, "INVITE", FROM_ALICE);

    if (i == 2)
        response(&l, 0.1, BOB, ALICE, 100, "INVITE", FROM_ALICE, .to_tag = "");
    for (unsigned n = 0; n < G_N_ELEMENTS(at); n++)
        request(&l, at[n], ALICE, BOB, "INVITE", FROM_ALICE);
    if (i == 3)
        request(&l, 15.6, ALICE, BOB, "CANCEL", FROM_ALICE);
    if (i == 1)
        response(&l, 15.6, BOB, ALICE, 486, "INVITE", FROM_ALICE);
    time_passes(&l, 15.5 + watched);
    *times = case_of(&a, 1, SX_SITUATION_NEVER_ANSWERED).numbers.times;
    return ask(&l, &a, 1, SX_SITUATION_NEVER_ANSWERED);
}

static void test_never_answered(void)
{
    unsigned times;

    assert_seconds(unanswered(0, 20, &times), 15.5);
    g_assert_cmpuint(times, ==, 6);
    assert_seconds(unanswered(0, 19.999, &times), NOTHING);
    for (int i = 1; i <= 3; i++)
        assert_seconds(unanswered(i, 20, &times), NOTHING);
}

/* p1 sends to Bob, then to Carol. i 1: Bob said 100; 2: Bob said 503; 3: at once, as a fork does;
 * 4: it was sent to Bob again just before; 5: a little sooner; 6: another hop did. */
static double next_one(int i, struct sx_stack_case *c)
{
    static const double again[] = {[4] = 29.101, [5] = 29.1};
    struct ladder l = ladder_open();

    request(&l, 0, ALICE, P1, "INVITE", FROM_ALICE);
    request(&l, 0.1, P1, BOB, "INVITE", TO_BOB);
    if (i == 1)
        response(&l, 0.2, BOB, P1, 100, "INVITE", TO_BOB, .to_tag = "");
    if (i == 2)
        response(&l, 0.2, BOB, P1, 503, "INVITE", TO_BOB);
    if (i == 4 || i == 5)
        request(&l, again[i], P1, BOB, "INVITE", TO_BOB);
    struct asked a =
        asked_request(&l, i == 3 ? 0.2 : 30.1, i == 6 ? P2 : P1, CAROL, "INVITE", TO_CAROL);
    *c = case_of(&a, l.frame, SX_SITUATION_TRIES_NEXT);
    return ask(&l, &a, l.frame, SX_SITUATION_TRIES_NEXT);
}

static void test_tries_next(void)
{
    struct sx_stack_case c;

    assert_seconds(next_one(0, &c), 30);
    g_assert_true(c.by_hop);
    for (int i = 1; i <= 6; i++)
        assert_seconds(next_one(i, &c), i == 5 ? 30 : NOTHING);
}

/* ---- inside a call ---- */

static void answered(struct ladder *l)
{
    *l = ladder_open();
    request(l, -1, ALICE, BOB, "INVITE", FROM_ALICE);
    response(l, 0, BOB, ALICE, 200, "INVITE", FROM_ALICE);
    request(l, 0.1, ALICE, BOB, "ACK", via("alice a2"), .to_tag = "bob");
}

#define IN_CALL(branch, number) via(branch), .to_tag = "bob", .cseq = (number)
#define FROM_BOB(branch) via(branch), .from_tag = "bob", .to_tag = "alice"

/* Alice's UPDATE fails and comes again. */
static double again_after(unsigned code, const char *method, unsigned by)
{
    struct ladder l;
    struct asked a;

    answered(&l);
    request(&l, 45, ALICE, BOB, "UPDATE", IN_CALL("alice a3", 2));
    response(&l, 45.1, BOB, ALICE, code, "UPDATE", IN_CALL("alice a3", 2));
    if (by == ALICE)
        a = asked_request(&l, 45.102, ALICE, BOB, method, IN_CALL("alice a4", 3));
    else
        a = asked_request(&l, 45.102, BOB, ALICE, method, FROM_BOB("bob z1"));
    struct sx_stack_case c = case_of(&a, l.frame, SX_SITUATION_REFUSED_AGAIN);
    if (c.numbers.situation == SX_SITUATION_REFUSED_AGAIN)
        g_assert_cmpuint(c.numbers.code, ==, code);
    return ask(&l, &a, l.frame, SX_SITUATION_REFUSED_AGAIN);
}

static void test_refused_again(void)
{
    static const unsigned others[] = {200, 299, 401, 407, 491};

    assert_seconds(again_after(405, "UPDATE", ALICE), 0.002);
    assert_seconds(again_after(300, "UPDATE", ALICE), 0.002);
    assert_seconds(again_after(405, "INVITE", ALICE), NOTHING);
    assert_seconds(again_after(405, "UPDATE", BOB), NOTHING);
    for (unsigned i = 0; i < G_N_ELEMENTS(others); i++)
        assert_seconds(again_after(others[i], "UPDATE", ALICE), NOTHING);
}

/* Alice's re-INVITE fails, and 8 s pass. next: what Alice sends then; NULL: nothing. */
static double kept_after(unsigned code, const char *next)
{
    struct ladder l;

    answered(&l);
    struct asked a = asked_request(&l, 45, ALICE, BOB, "INVITE", IN_CALL("alice a3", 2));
    response(&l, 45.1, BOB, ALICE, code, "INVITE", IN_CALL("alice a3", 2));
    request(&l, 45.2, ALICE, BOB, "ACK", IN_CALL("alice a3", 2));
    if (next)
        request(&l, 46, ALICE, BOB, next, IN_CALL("alice a4", 3));
    time_passes(&l, 53.1);
    return ask(&l, &a, 4, SX_SITUATION_REFUSED_KEPT);
}

/* A proxy hands it on. */
static double kept_behind_a_proxy(void)
{
    struct ladder l = ladder_open();

    request(&l, -1, ALICE, P1, "INVITE", FROM_ALICE);
    request(&l, -0.9, P1, BOB, "INVITE", TO_BOB);
    response(&l, 0, BOB, P1, 200, "INVITE", TO_BOB);
    response(&l, 0.1, P1, ALICE, 200, "INVITE", FROM_ALICE);
    struct asked a = asked_request(&l, 45, ALICE, P1, "UPDATE", IN_CALL("alice a3", 2));
    request(&l, 45.1, P1, BOB, "UPDATE", via("p1 b2", "alice a3"), .to_tag = "bob", .cseq = 2);
    response(&l, 45.2, BOB, P1, 481, "UPDATE", via("p1 b2", "alice a3"), .cseq = 2);
    response(&l, 45.3, P1, ALICE, 481, "UPDATE", IN_CALL("alice a3", 2));
    time_passes(&l, 53.3);
    return ask(&l, &a, 5, SX_SITUATION_REFUSED_KEPT);
}

static void test_refused_kept(void)
{
    assert_seconds(kept_behind_a_proxy(), 8);
    assert_seconds(kept_after(481, NULL), 8);
    assert_seconds(kept_after(481, "BYE"), NOTHING);
    assert_seconds(kept_after(481, "INVITE"), NOTHING);
    assert_seconds(kept_after(481, "UPDATE"), NOTHING);
    assert_seconds(kept_after(491, NULL), NOTHING);
    assert_seconds(kept_after(200, NULL), NOTHING);
}

/* ---- CANCEL ---- */

/* i 1: the INVITE has a time limit; 2: it is sent on; 3: another phone answered. */
static double cancelled_after(unsigned code, int i)
{
    struct ladder l = ladder_open();
    const struct sip_text invite = {.method = "INVITE",
                                    .via = {"alice a1", i == 2 ? "carol c1" : NULL},
                                    .more = i == 1 ? "Expires: 30\r\n" : NULL};

    ladder_send(&l, 0, ALICE, BOB, &invite);
    response(&l, 0.5, BOB, ALICE, code, "INVITE", FROM_ALICE, .to_tag = code == 100 ? "" : "bob");
    struct asked a = asked_request(&l, 0.7, ALICE, BOB, "CANCEL", FROM_ALICE,
                                   .more = i == 3 ? "Reason: SIP;cause=200\r\n" : NULL);
    struct sx_stack_case c = case_of(&a, l.frame, SX_SITUATION_CANCEL_AFTER);
    if (c.numbers.situation == SX_SITUATION_CANCEL_AFTER)
        g_assert_cmpuint(c.numbers.code, ==, code);
    return ask(&l, &a, l.frame, SX_SITUATION_CANCEL_AFTER);
}

static void test_cancel_after(void)
{
    assert_seconds(cancelled_after(181, 0), 0.2);
    assert_seconds(cancelled_after(199, 0), 0.2);
    assert_seconds(cancelled_after(100, 0), NOTHING);
    assert_seconds(cancelled_after(200, 0), NOTHING);
    for (int i = 1; i <= 3; i++)
        assert_seconds(cancelled_after(181, i), NOTHING);
}

/* ---- final responses ---- */

/* When a final response comes again, after the first time. */
static const double again_at[] = {0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5};

/* The 200 comes ten times, up to 27.5 s. */
static double not_acknowledged(bool ack, double watched, unsigned *times)
{
    struct ladder l = ladder_open();

    request(&l, -1, ALICE, BOB, "INVITE", FROM_ALICE);
    struct asked a = asked_response(&l, 0, BOB, ALICE, 200, "INVITE", FROM_ALICE);
    for (unsigned i = 0; i < G_N_ELEMENTS(again_at); i++)
        response(&l, again_at[i], BOB, ALICE, 200, "INVITE", FROM_ALICE);
    if (ack)
        request(&l, 27.6, ALICE, BOB, "ACK", via("alice a2"), .to_tag = "bob");
    time_passes(&l, 27.5 + watched);
    *times = case_of(&a, 2, SX_SITUATION_ANSWER_NO_ACK).numbers.times;
    return ask(&l, &a, 2, SX_SITUATION_ANSWER_NO_ACK);
}

/* So does the final response to a re-INVITE. */
static double not_acknowledged_in_call(unsigned code)
{
    struct ladder l;

    answered(&l);
    request(&l, 9, ALICE, BOB, "INVITE", IN_CALL("alice a3", 2));
    struct asked a = asked_response(&l, 10, BOB, ALICE, code, "INVITE", IN_CALL("alice a3", 2));
    for (unsigned i = 0; i < G_N_ELEMENTS(again_at); i++)
        response(&l, 10 + again_at[i], BOB, ALICE, code, "INVITE", IN_CALL("alice a3", 2));
    time_passes(&l, 45.5);
    return ask(&l, &a, 5, SX_SITUATION_ANSWER_NO_ACK);
}

static void test_answer_no_ack(void)
{
    unsigned times;

    assert_seconds(not_acknowledged(false, 8, &times), 27.5);
    g_assert_cmpuint(times, ==, 10);
    assert_seconds(not_acknowledged(false, 7.999, &times), NOTHING);
    assert_seconds(not_acknowledged(true, 8, &times), NOTHING);
    assert_seconds(not_acknowledged_in_call(299), 27.5);
    assert_seconds(not_acknowledged_in_call(300), NOTHING);
}

/* Bob rings, Carol's phone says nothing. i 1: it said 100; 2: it was tried after the CANCEL; 3:
 * nobody cancelled. */
static double cancelled_with_a_silent_branch(int i)
{
    struct ladder l = ladder_open();

    request(&l, 0, ALICE, P1, "INVITE", FROM_ALICE);
    request(&l, 0.1, P1, BOB, "INVITE", TO_BOB);
    response(&l, 0.2, BOB, P1, 180, "INVITE", TO_BOB);
    if (i != 2)
        request(&l, 0.2, P1, CAROL, "INVITE", TO_CAROL);
    if (i == 1)
        response(&l, 0.3, CAROL, P1, 100, "INVITE", TO_CAROL, .to_tag = "");
    if (i != 3)
        request(&l, 2, ALICE, P1, "CANCEL", FROM_ALICE);
    if (i == 2)
        request(&l, 2.1, P1, CAROL, "INVITE", TO_CAROL);
    struct asked a = asked_response(&l, 30.2, P1, ALICE, 487, "INVITE", FROM_ALICE, .to_tag = "p1");
    return ask(&l, &a, l.frame, SX_SITUATION_CANCELLED_SILENT);
}

static void test_cancelled_silent(void)
{
    assert_seconds(cancelled_with_a_silent_branch(0), 30);
    for (int i = 1; i <= 3; i++)
        assert_seconds(cancelled_with_a_silent_branch(i), NOTHING);
}

/* Bob asks for credentials, Carol says another code; p1 tells the first. Serial: one after the
 * other. The code that it was chosen over; 0: none. */
static unsigned challenge_over(unsigned challenge, unsigned other, bool serial, bool *by_hop)
{
    struct ladder l = ladder_open();

    request(&l, 0, ALICE, P1, "INVITE", FROM_ALICE);
    request(&l, 0.1, P1, CAROL, "INVITE", TO_CAROL);
    if (!serial)
        request(&l, 0.1, P1, BOB, "INVITE", TO_BOB);
    response(&l, 0.2, CAROL, P1, other, "INVITE", TO_CAROL, .to_tag = "carol");
    if (serial)
        request(&l, 0.3, P1, BOB, "INVITE", TO_BOB);
    response(&l, 0.4, BOB, P1, challenge, "INVITE", TO_BOB, .to_tag = "bob");
    struct asked a =
        asked_response(&l, 0.5, P1, ALICE, challenge, "INVITE", FROM_ALICE, .to_tag = "p1");
    struct sx_stack_case c = case_of(&a, l.frame, SX_SITUATION_FORK);
    *by_hop = c.by_hop;
    forget(&a);
    ladder_close(&l);
    return c.numbers.situation == SX_SITUATION_FORK ? c.numbers.over : 0;
}

static void test_challenge_chosen(void)
{
    bool by_hop;

    g_assert_cmpuint(challenge_over(401, 486, false, &by_hop), ==, 486);
    g_assert_true(by_hop);
    g_assert_cmpuint(challenge_over(407, 400, false, &by_hop), ==, 400);
    g_assert_cmpuint(challenge_over(407, 599, false, &by_hop), ==, 599);
    /* Another challenge is handed on with it; 3xx and 6xx were not measured; one after the other is
     * no choice. */
    g_assert_cmpuint(challenge_over(401, 407, false, &by_hop), ==, 0);
    g_assert_cmpuint(challenge_over(407, 401, false, &by_hop), ==, 0);
    g_assert_cmpuint(challenge_over(401, 399, false, &by_hop), ==, 0);
    g_assert_cmpuint(challenge_over(401, 600, false, &by_hop), ==, 0);
    g_assert_cmpuint(challenge_over(401, 486, true, &by_hop), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/stack_habits/never_answered", test_never_answered);
    g_test_add_func("/stack_habits/tries_next", test_tries_next);
    g_test_add_func("/stack_habits/refused_again", test_refused_again);
    g_test_add_func("/stack_habits/refused_kept", test_refused_kept);
    g_test_add_func("/stack_habits/cancel_after", test_cancel_after);
    g_test_add_func("/stack_habits/answer_no_ack", test_answer_no_ack);
    g_test_add_func("/stack_habits/cancelled_silent", test_cancelled_silent);
    g_test_add_func("/stack_habits/challenge_chosen", test_challenge_chosen);
    return g_test_run();
}
