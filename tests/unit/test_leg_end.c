/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/judge/leg_end.h"

#include "sip_text.h"

#define SID "Session-ID: a1;remote=b2\r\n"
#define TIMER "Session-Expires: 90;refresher=uac\r\n"

/* p1 is a B2BUA: Alice's call to it, and its own to Bob. */
struct legs {
    struct ladder l;
    uint32_t first, second; /* the INVITEs */
};

#define AT_ALICE .call_id = "1", .from_tag = "p1a", .to_tag = "alice"
#define AT_BOB .call_id = "2", .from_tag = "p1b", .to_tag = "bob"

static struct legs up(const char *first, const char *second, bool ack)
{
    struct legs s = {.l = ladder_open()};
    struct ladder *l = &s.l;

    s.first = request(l, 0, ALICE, P1, "INVITE", via("alice a1"), .call_id = "1")->txn;
    s.second =
        request(l, 0.1, P1, BOB, "INVITE", via("p1 b1"), .call_id = "2", .from_tag = "p1b")->txn;
    response(l, 1, BOB, P1, 200, "INVITE", via("p1 b1"), .call_id = "2", .from_tag = "p1b",
             .more = second);
    response(l, 1, P1, ALICE, 200, "INVITE", via("alice a1"), .call_id = "1", .to_tag = "p1a",
             .more = first);
    request(l, 1.1, P1, BOB, "ACK", via("p1 b2"), AT_BOB);
    if (ack)
        request(l, 1.1, ALICE, P1, "ACK", via("alice a2"), .call_id = "1", .to_tag = "p1a");
    return s;
}

static uint32_t bye_of_alice(struct legs *s, double at)
{
    return request(&s->l, at, ALICE, P1, "BYE", via("alice a9"), .call_id = "1", .to_tag = "p1a",
                   .cseq = 2)
        ->frame;
}

static uint32_t bye_to_alice(struct legs *s, double at)
{
    return request(&s->l, at, P1, ALICE, "BYE", via("p1 a8"), AT_ALICE, .cseq = 9)->frame;
}

static uint32_t bye_to_bob(struct legs *s, double at)
{
    return request(&s->l, at, P1, BOB, "BYE", via("p1 b9"), AT_BOB, .cseq = 2)->frame;
}

static uint32_t bye_of_bob(struct legs *s, double at)
{
    return request(&s->l, at, BOB, P1, "BYE", via("bob b8"), .call_id = "2", .from_tag = "bob",
                   .to_tag = "p1b", .cseq = 7)
        ->frame;
}

static struct sx_leg_end end_of(const struct legs *s, uint32_t invite)
{
    struct sx_call_end end = sx_call_end_of_invite(s->l.tracker, txn_numbered(&s->l, invite));

    return sx_leg_end_find(s->l.tracker, &end);
}

static void assert_end(struct legs *s, uint32_t invite, enum sx_leg_cause cause, uint32_t frame)
{
    struct sx_leg_end end = end_of(s, invite);

    g_assert_cmpint(end.cause, ==, cause);
    g_assert_cmpuint(end.frame, ==, frame);
}

static void test_hung_up(void)
{
    static const struct {
        double at;
        bool told;
    } rows[] = {{10.01, true}, {12.0, true}, {12.001, false}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct legs s = up(SID, SID, true);
        uint32_t bye = bye_of_alice(&s, 10);
        bye_to_bob(&s, rows[i].at);
        assert_end(&s, s.second, rows[i].told ? SX_LEG_HUNG_UP : SX_LEG_NONE,
                   rows[i].told ? bye : 0);
        g_assert_cmpint(end_of(&s, s.second).by, ==, SX_SIDE_CALLER);
        assert_end(&s, s.first, SX_LEG_NONE, 0);
        ladder_close(&s.l);
    }
    struct legs s = up(SID, SID, true);
    uint32_t bye = bye_of_bob(&s, 10);
    bye_to_alice(&s, 10.01);
    assert_end(&s, s.first, SX_LEG_HUNG_UP, bye);
    g_assert_cmpint(end_of(&s, s.first).by, ==, SX_SIDE_CALLED);
    assert_end(&s, s.second, SX_LEG_NONE, 0);
    ladder_close(&s.l);
}

/* Both phones hang up; the B2BUA does by itself, for no reason in sight; nothing joins the two. */
static void test_not_hung_up(void)
{
    struct legs s = up(SID, SID, true);

    bye_of_alice(&s, 10);
    bye_of_bob(&s, 10.01);
    assert_end(&s, s.first, SX_LEG_NONE, 0);
    assert_end(&s, s.second, SX_LEG_NONE, 0);
    ladder_close(&s.l);

    s = up(SID, SID, true);
    bye_to_alice(&s, 10);
    bye_to_bob(&s, 10.01);
    assert_end(&s, s.first, SX_LEG_NONE, 0);
    assert_end(&s, s.second, SX_LEG_NONE, 0);
    ladder_close(&s.l);

    s = up(SID, NULL, true);
    bye_of_alice(&s, 10);
    bye_to_bob(&s, 10.01);
    assert_end(&s, s.second, SX_LEG_NONE, 0);
    ladder_close(&s.l);
}

/* Repeated to the end, and the B2BUA ends both after 64*T1. */
static void test_no_ack(void)
{
    static const struct {
        double at, after;
        bool told;
    } rows[] = {
        {29.0, 0.1, true},    {28.999, 0.1, false}, {41.0, 0.1, true},
        {41.001, 0.1, false}, {33.0, 2.001, false},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct legs s = up(SID, SID, false);
        for (unsigned n = 1; n < 11; n++)
            response(&s.l, 1 + send_time("OPTIONS", n), P1, ALICE, 200, "INVITE", via("alice a1"),
                     .call_id = "1", .to_tag = "p1a", .more = SID);
        bye_to_bob(&s, rows[i].at);
        bye_to_alice(&s, rows[i].at + rows[i].after);
        other_packet(&s.l, 100);
        g_test_message("%zu", i);
        assert_end(&s, s.second, rows[i].told ? SX_LEG_NO_ACK : SX_LEG_NONE, rows[i].told ? 4 : 0);
        if (rows[i].told)
            g_assert_cmpuint(end_of(&s, s.second).code, ==, 200);
        ladder_close(&s.l);
    }
}

/* Alice had to refresh her leg's timer, and did not. */
static void test_not_refreshed(void)
{
    for (unsigned timer = 0; timer < 2; timer++) {
        struct legs s = up(timer ? SID TIMER : SID, SID, true);
        bye_to_alice(&s, 61.5);
        bye_to_bob(&s, 61.6);
        other_packet(&s.l, 100);
        sx_tracker_end(s.l.tracker);
        assert_end(&s, s.second, timer ? SX_LEG_NOT_REFRESHED : SX_LEG_NONE, timer ? 4 : 0);
        assert_end(&s, s.first, SX_LEG_NONE, 0);
        ladder_close(&s.l);
    }
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/leg_end/hung_up", test_hung_up);
    g_test_add_func("/leg_end/not_hung_up", test_not_hung_up);
    g_test_add_func("/leg_end/no_ack", test_no_ack);
    g_test_add_func("/leg_end/not_refreshed", test_not_refreshed);
    return g_test_run();
}
