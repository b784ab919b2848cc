/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/judge/trying.h"

#include "sip_text.h"

/* INVITE in frame 1 at 0 s, 100 in frame 2 at 1 s. */
static uint32_t call_begins(struct ladder *l)
{
    uint32_t txn = request(l, 0.0, ALICE, P1, "INVITE", via("alice a1"))->txn;

    response(l, 1.0, P1, ALICE, 100, "INVITE", via("alice a1"));
    return txn;
}

static struct sx_trying judge(const struct ladder *l, uint32_t txn)
{
    return sx_trying_judge(l->tracker, txn_numbered(l, txn));
}

static void assert_verdict(struct sx_trying v, enum sx_trying_state state, double wait_s,
                           uint32_t ended_in)
{
    g_assert_cmpint(v.state, ==, state);
    g_assert_cmpint(v.wait_ns, ==, ns_of(wait_s));
    g_assert_cmpuint(v.ended_in, ==, ended_in);
}

static void test_no_100(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"))->txn;

    other_packet(&l, 1000);
    assert_verdict(judge(&l, txn), SX_TRYING_NONE, 0, 0);
    response(&l, 1001, P1, ALICE, 486, "INVITE", via("alice a1"));
    assert_verdict(judge(&l, txn), SX_TRYING_NONE, 0, 0);
    assert_verdict(sx_trying_judge(l.tracker, NULL), SX_TRYING_NONE, 0, 0);
    ladder_close(&l);
}

static void test_waiting(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = call_begins(&l);

    g_assert_cmpint(judge(&l, txn).state, ==, SX_TRYING_NONE);
    other_packet(&l, 32.999);
    g_assert_cmpint(judge(&l, txn).state, ==, SX_TRYING_NONE);
    other_packet(&l, 33.0);
    assert_verdict(judge(&l, txn), SX_TRYING_TIMED_OUT, 32, 0);
    other_packet(&l, 100);
    assert_verdict(judge(&l, txn), SX_TRYING_TIMED_OUT, 99, 0);
    ladder_close(&l);
}

/* Open is the verdict of a capture that ends too early; it is never a failure. */
static void test_end_of_capture(void)
{
    static const struct {
        double end;
        enum sx_trying_state state;
    } rows[] = {
        {1.0, SX_TRYING_OPEN},       {20.0, SX_TRYING_OPEN},        {32.999, SX_TRYING_OPEN},
        {33.0, SX_TRYING_TIMED_OUT}, {1000.0, SX_TRYING_TIMED_OUT},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        uint32_t txn = call_begins(&l);
        other_packet(&l, rows[i].end);
        sx_tracker_end(l.tracker);
        assert_verdict(judge(&l, txn), rows[i].state, rows[i].end - 1, 0);
        ladder_close(&l);
    }
}

static void test_answered(void)
{
    static const struct {
        double after;
        enum sx_trying_state state;
    } rows[] = {
        {0.0, SX_TRYING_ANSWERED},    {0.2, SX_TRYING_ANSWERED}, {3.999, SX_TRYING_ANSWERED},
        {4.0, SX_TRYING_SLOW},        {31.999, SX_TRYING_SLOW},  {32.0, SX_TRYING_TIMED_OUT},
        {180.0, SX_TRYING_TIMED_OUT},
    };
    static const unsigned codes[] = {180, 183, 199, 200, 302, 486, 699};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        for (size_t c = 0; c < G_N_ELEMENTS(codes); c++) {
            struct ladder l = ladder_open();
            uint32_t txn = call_begins(&l);
            response(&l, 1 + rows[i].after, P1, ALICE, codes[c], "INVITE", via("alice a1"));
            other_packet(&l, 5000);
            sx_tracker_end(l.tracker);
            g_test_message("%u after %.3f s", codes[c], rows[i].after);
            assert_verdict(judge(&l, txn), rows[i].state, rows[i].after, 3);
            ladder_close(&l);
        }
}

static void test_cancelled(void)
{
    static const struct {
        double after;
        enum sx_trying_state state;
    } rows[] = {
        {0.5, SX_TRYING_CANCELLED},  {10.0, SX_TRYING_CANCELLED},  {31.999, SX_TRYING_CANCELLED},
        {32.0, SX_TRYING_TIMED_OUT}, {180.0, SX_TRYING_TIMED_OUT},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        uint32_t txn = call_begins(&l);
        request(&l, 1 + rows[i].after, ALICE, P1, "CANCEL", via("alice a1"));
        assert_verdict(judge(&l, txn), rows[i].state, rows[i].after, 3);
        /* the 487 that follows is not what ended the wait */
        response(&l, 2 + rows[i].after, P1, ALICE, 200, "CANCEL", via("alice a1"));
        response(&l, 3 + rows[i].after, P1, ALICE, 487, "INVITE", via("alice a1"));
        assert_verdict(judge(&l, txn), rows[i].state, rows[i].after, 3);
        ladder_close(&l);
    }
}

/* The capture lacks the 200, and its ACK shows that the CANCEL came too late. */
static void test_cancelled_in_vain(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = call_begins(&l);

    request(&l, 6, ALICE, P1, "CANCEL", via("alice a1"));
    assert_verdict(judge(&l, txn), SX_TRYING_CANCELLED, 5, 3);
    request(&l, 6.1, ALICE, P1, "ACK", via("alice a2"), .to_tag = "bob");
    assert_verdict(judge(&l, txn), SX_TRYING_NONE, 5.1, 4);
    ladder_close(&l);
}

/* The proxy handed on, before it took the branch back, what the capture lacks of it. */
static void test_cancelled_after_progress(void)
{
    struct ladder l = ladder_open();

    request(&l, 0, ALICE, P1, "INVITE", via("alice a1"));
    uint32_t txn = request(&l, 0.1, P1, BOB, "INVITE", via("p1 b1", "alice a1"))->txn;
    response(&l, 1, BOB, P1, 100, "INVITE", via("p1 b1", "alice a1"));
    response(&l, 2, P1, ALICE, 183, "INVITE", via("alice a1"));
    request(&l, 61, P1, BOB, "CANCEL", via("p1 b1"));
    assert_verdict(judge(&l, txn), SX_TRYING_ANSWERED, 1, 4);
    response(&l, 61.1, BOB, P1, 487, "INVITE", via("p1 b1", "alice a1"));
    assert_verdict(judge(&l, txn), SX_TRYING_ANSWERED, 1, 4);
    ladder_close(&l);
}

/* A phone that rings for a minute is not stuck. */
static void test_ringing(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = call_begins(&l);

    response(&l, 2.0, P1, ALICE, 180, "INVITE", via("alice a1"));
    request(&l, 62.0, ALICE, P1, "CANCEL", via("alice a1"));
    response(&l, 62.1, P1, ALICE, 487, "INVITE", via("alice a1"));
    assert_verdict(judge(&l, txn), SX_TRYING_ANSWERED, 1, 3);
    ladder_close(&l);
}

/* A 100 that is repeated because the INVITE was does not restart the wait. */
static void test_repeated_100(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = call_begins(&l);

    for (unsigned i = 2; i < 20; i++) {
        request(&l, i, ALICE, P1, "INVITE", via("alice a1"));
        response(&l, i + 0.1, P1, ALICE, 100, "INVITE", via("alice a1"));
    }
    response(&l, 36.0, P1, ALICE, 180, "INVITE", via("alice a1"));
    assert_verdict(judge(&l, txn), SX_TRYING_TIMED_OUT, 35, l.frame);
    ladder_close(&l);
}

static void test_without_request(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = response(&l, 1.0, P1, ALICE, 100, "INVITE", via("alice a1"))->txn;

    other_packet(&l, 41);
    assert_verdict(judge(&l, txn), SX_TRYING_TIMED_OUT, 40, 0);
    ladder_close(&l);
}

static void test_other_methods(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = request(&l, 0.0, ALICE, P1, "REGISTER", via("alice a1"))->txn;

    response(&l, 4.0, P1, ALICE, 100, "REGISTER", via("alice a1"));
    response(&l, 9.0, P1, ALICE, 200, "REGISTER", via("alice a1"));
    assert_verdict(judge(&l, txn), SX_TRYING_SLOW, 5, 3);
    ladder_close(&l);
}

/* Each hop has its own 100 and its own wait. */
static void test_each_hop(void)
{
    struct ladder l = ladder_open();
    uint32_t up = call_begins(&l), down;

    down = request(&l, 2.0, P1, BOB, "INVITE", via("p1 b1", "alice a1"))->txn;
    response(&l, 3.0, BOB, P1, 100, "INVITE", via("p1 b1", "alice a1"));
    response(&l, 4.0, BOB, P1, 180, "INVITE", via("p1 b1", "alice a1"));
    other_packet(&l, 100);
    assert_verdict(judge(&l, down), SX_TRYING_ANSWERED, 1, 5);
    assert_verdict(judge(&l, up), SX_TRYING_NONE, 99, 0);
    g_assert_cmpuint(judge(&l, up).heard, ==, down);
    sx_tracker_end(l.tracker);
    assert_verdict(judge(&l, up), SX_TRYING_OPEN, 99, 0);
    ladder_close(&l);
}

/* ---- what the capture lacks of the end ---- */

/* An ACK that comes late tells that there was an answer, not that it came in time. */
static void test_late_sign(void)
{
    static const struct {
        double at;
        enum sx_trying_state state;
    } rows[] = {{4.999, SX_TRYING_ANSWERED}, {5.0, SX_TRYING_NONE}, {30, SX_TRYING_NONE}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        uint32_t txn = call_begins(&l);
        request(&l, rows[i].at, ALICE, P1, "ACK", via("alice a2"), .to_tag = "bob");
        assert_verdict(judge(&l, txn), rows[i].state, rows[i].at - 1, 3);
        ladder_close(&l);
    }
}

/* p1 sends the INVITE on, Bob rings at this time, and p1 hands on nothing of it that the capture
 * shows. */
static uint32_t rings_below(struct ladder *l, double at)
{
    uint32_t txn = call_begins(l);

    request(l, 1.1, P1, BOB, "INVITE", via("p1 b1", "alice a1"));
    response(l, at, BOB, P1, 180, "INVITE", via("p1 b1", "alice a1"));
    return txn;
}

/* The wait is too long only if it was so before Bob rang: at 32 s after the 100, or at 4 s. */
static void test_rang_below(void)
{
    static const struct {
        double rings, answered;
        enum sx_trying_state state;
    } rows[] = {
        {32.999, 60, SX_TRYING_NONE}, {33, 60, SX_TRYING_TIMED_OUT}, {4.999, 20, SX_TRYING_NONE},
        {5, 20, SX_TRYING_SLOW},      {4.999, 33, SX_TRYING_NONE},   {5, 32.999, SX_TRYING_SLOW},
        {5, 33, SX_TRYING_NONE},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        uint32_t txn = rings_below(&l, rows[i].rings);
        response(&l, rows[i].answered, BOB, P1, 200, "INVITE", via("p1 b1", "alice a1"));
        response(&l, rows[i].answered, P1, ALICE, 200, "INVITE", via("alice a1"));
        g_test_message("row %zu", i);
        g_assert_cmpint(judge(&l, txn).state, ==, rows[i].state);
        ladder_close(&l);
    }
}

/* Nor did she give up what rang a second ago or more. */
static void test_cancelled_rang_below(void)
{
    static const struct {
        double rings;
        enum sx_trying_state state;
    } rows[] = {{3, SX_TRYING_NONE}, {11, SX_TRYING_NONE}, {11.001, SX_TRYING_CANCELLED}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        uint32_t txn = rings_below(&l, rows[i].rings);
        request(&l, 12, ALICE, P1, "CANCEL", via("alice a1"));
        g_test_message("row %zu", i);
        g_assert_cmpint(judge(&l, txn).state, ==, rows[i].state);
        ladder_close(&l);
    }
}

/* Before the end of the capture it is too early to tell, as ever. */
static void test_rings_below_at_the_end(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = rings_below(&l, 2);

    other_packet(&l, 20);
    sx_tracker_end(l.tracker);
    assert_verdict(judge(&l, txn), SX_TRYING_OPEN, 19, 0);
    g_assert_cmpuint(judge(&l, txn).heard, ==, 0);
    ladder_close(&l);
}

/* What a frame has said stays true. */
static void test_rings_below_after_the_timeout(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = call_begins(&l);

    request(&l, 1.1, P1, BOB, "INVITE", via("p1 b1", "alice a1"));
    other_packet(&l, 33);
    g_assert_nonnull(sx_tracker_expiry(l.tracker, l.frame, 0));
    response(&l, 32.9, BOB, P1, 180, "INVITE", via("p1 b1", "alice a1"));
    other_packet(&l, 60);
    g_assert_cmpint(judge(&l, txn).state, ==, SX_TRYING_TIMED_OUT);
    ladder_close(&l);
}

/* p1 cancels its branch, and the capture lacks why. Of a failure it may make what it likes, so a
 * late one is a late answer. */
static void test_given_up_below(void)
{
    for (unsigned answered = 0; answered < 2; answered++) {
        struct ladder l = ladder_open();
        uint32_t txn = call_begins(&l);
        request(&l, 1.1, P1, BOB, "INVITE", via("p1 b1", "alice a1"));
        request(&l, 3, P1, BOB, "CANCEL", via("p1 b1"));
        response(&l, 3.1, BOB, P1, 487, "INVITE", via("p1 b1", "alice a1"));
        if (answered)
            response(&l, 60, P1, ALICE, 480, "INVITE", via("alice a1"));
        else
            other_packet(&l, 60);
        g_assert_cmpint(judge(&l, txn).state, ==, answered ? SX_TRYING_TIMED_OUT : SX_TRYING_NONE);
        ladder_close(&l);
    }
}

static void test_clock_back(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = call_begins(&l);

    other_packet(&l, -50);
    assert_verdict(judge(&l, txn), SX_TRYING_NONE, 0, 0);
    response(&l, 0.5, P1, ALICE, 180, "INVITE", via("alice a1"));
    assert_verdict(judge(&l, txn), SX_TRYING_ANSWERED, 0, 4);
    ladder_close(&l);
}

/* What a frame has said stays true: the last packet of the file may have an older time stamp. */
static void test_verdict_stands(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = call_begins(&l);

    other_packet(&l, 60);
    g_assert_cmpint(judge(&l, txn).state, ==, SX_TRYING_TIMED_OUT);
    g_assert_nonnull(sx_tracker_expiry(l.tracker, l.frame, 0));
    other_packet(&l, 2);
    sx_tracker_end(l.tracker);
    g_assert_cmpint(judge(&l, txn).state, ==, SX_TRYING_TIMED_OUT);
    g_assert_cmpint(judge(&l, txn).wait_ns, >=, ns_of(32));
    ladder_close(&l);
}

/* RFC 3261 9.1: after a CANCEL that was taken the final response comes within 64*T1, or is missing.
 */
static void test_lacks_end(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = call_begins(&l);

    request(&l, 5.0, ALICE, P1, "CANCEL", via("alice a1"));
    other_packet(&l, 50.0);
    g_assert_false(sx_trying_lacks_end(l.tracker, txn_numbered(&l, txn)));
    ladder_close(&l);
    l = ladder_open();
    txn = call_begins(&l);
    request(&l, 5.0, ALICE, P1, "CANCEL", via("alice a1"));
    response(&l, 5.1, P1, ALICE, 200, "CANCEL", via("alice a1"));
    other_packet(&l, 37.0);
    g_assert_false(sx_trying_lacks_end(l.tracker, txn_numbered(&l, txn)));
    other_packet(&l, 37.001);
    g_assert_true(sx_trying_lacks_end(l.tracker, txn_numbered(&l, txn)));
    ladder_close(&l);
}

/* Once it was told that the wait is too long, a missing answer shortens it no more; one that is
 * there has the time that its packet has. */
static void test_time_stands(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = call_begins(&l);

    other_packet(&l, 40);
    request(&l, 20, ALICE, P1, "ACK", via("alice k1"), .to_tag = "bob");
    struct sx_trying v = judge(&l, txn);
    g_assert_cmpint(v.end, ==, SX_END_MISSING);
    assert_verdict(v, SX_TRYING_TIMED_OUT, 32, 4);
    ladder_close(&l);
    l = ladder_open();
    txn = call_begins(&l);
    other_packet(&l, 40);
    response(&l, 20, P1, ALICE, 180, "INVITE", via("alice a1"));
    assert_verdict(judge(&l, txn), SX_TRYING_SLOW, 19, 4);
    ladder_close(&l);
}

/* A CANCEL that comes too late: the 2xx wins (RFC 3261 9.1), and ends the wait. */
static void test_success_wins(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = call_begins(&l);

    request(&l, 3, ALICE, P1, "CANCEL", via("alice a1"));
    response(&l, 3.5, P1, ALICE, 200, "INVITE", via("alice a1"));
    assert_verdict(judge(&l, txn), SX_TRYING_ANSWERED, 2.5, 4);
    ladder_close(&l);
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/trying/no_100", test_no_100);
    g_test_add_func("/trying/waiting", test_waiting);
    g_test_add_func("/trying/end_of_capture", test_end_of_capture);
    g_test_add_func("/trying/answered", test_answered);
    g_test_add_func("/trying/cancelled", test_cancelled);
    g_test_add_func("/trying/cancelled_in_vain", test_cancelled_in_vain);
    g_test_add_func("/trying/cancelled_after_progress", test_cancelled_after_progress);
    g_test_add_func("/trying/ringing", test_ringing);
    g_test_add_func("/trying/repeated_100", test_repeated_100);
    g_test_add_func("/trying/without_request", test_without_request);
    g_test_add_func("/trying/other_methods", test_other_methods);
    g_test_add_func("/trying/each_hop", test_each_hop);
    g_test_add_func("/trying/late_sign", test_late_sign);
    g_test_add_func("/trying/rang_below", test_rang_below);
    g_test_add_func("/trying/rang_below/cancelled", test_cancelled_rang_below);
    g_test_add_func("/trying/rang_below/end", test_rings_below_at_the_end);
    g_test_add_func("/trying/rang_below/after_the_timeout", test_rings_below_after_the_timeout);
    g_test_add_func("/trying/given_up_below", test_given_up_below);
    g_test_add_func("/trying/clock_back", test_clock_back);
    g_test_add_func("/trying/verdict_stands", test_verdict_stands);
    g_test_add_func("/trying/lacks_end", test_lacks_end);
    g_test_add_func("/trying/time_stands", test_time_stands);
    g_test_add_func("/trying/success_wins", test_success_wins);
    return g_test_run();
}
