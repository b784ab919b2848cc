/* test_session.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/judge/session.h"

#include "sip_text.h"

/* Frames 1 to 3: a call whose 2xx, at 0 s, agrees on a session timer. */
static struct ladder call_over(enum sx_transport transport, const char *session_expires)
{
    struct ladder l = ladder_open();

    request(&l, -1.0, ALICE, BOB, "INVITE", via("alice a1"), .transport = transport);
    response(&l, 0.0, BOB, ALICE, 200, "INVITE", via("alice a1"), .more = session_expires,
             .transport = transport);
    request(&l, 0.1, ALICE, BOB, "ACK", via("alice a2"), .to_tag = "bob", .transport = transport);
    return l;
}

static struct ladder call_with(const char *session_expires)
{
    return call_over(SX_TRANSPORT_UDP, session_expires);
}

/* Asks the other side for a connection. */
static void connect_from(struct ladder *l, double at, unsigned from, bool came_up)
{
    unsigned to = from == ALICE ? BOB : ALICE;

    segment(l, at, from, 40001, to, 5060, SX_TCP_SYN);
    segment(l, at + 0.1, to, 5060, from, 40001, (came_up ? SX_TCP_SYN : SX_TCP_RST) | SX_TCP_ACK);
}

static const struct sx_session *session_in(struct ladder *l, uint32_t frame)
{
    return sx_tracker_session_of(l->tracker, sx_tracker_message(l->tracker, frame, 0));
}

static enum sx_session_state state(struct ladder *l)
{
    return sx_session_judge(l->tracker, session_in(l, 2)).state;
}

/* RFC 4028 10: due is the interval but for 32 s, or but for a third of it; until it is over the
 * refresh may come. */
static void due(const char *session_expires, double due_s, double over_s)
{
    struct ladder l = call_with(session_expires);

    other_packet(&l, over_s - 0.001);
    g_assert_cmpint(state(&l), ==, SX_SESSION_OPEN);
    other_packet(&l, over_s);
    struct sx_session_verdict v = sx_session_judge(l.tracker, session_in(&l, 2));
    g_assert_cmpint(v.state, ==, SX_SESSION_OVERDUE);
    g_assert_cmpint(v.due_ns, ==, ns_of(due_s));
    ladder_close(&l);
}

static void test_due(void)
{
    due("Session-Expires: 1800;refresher=uac\r\n", 1768, 1800);
    due("Session-Expires: 90;refresher=uas\r\n", 60, 90);
    due("x: 96 ; refresher = UAC\r\n", 64, 96);
    due("x: 99;refresher=uac\r\n", 67, 99);
}

static void test_refreshed(void)
{
    struct ladder l = call_with("Session-Expires: 90;refresher=uac\r\n");

    request(&l, 45, ALICE, BOB, "UPDATE", via("alice a3"), .cseq = 2, .to_tag = "bob");
    response(&l, 45.1, BOB, ALICE, 200, "UPDATE", via("alice a3"), .cseq = 2,
             .more = "Session-Expires: 90;refresher=uac\r\n");
    other_packet(&l, 100);
    struct sx_session_verdict v = sx_session_judge(l.tracker, session_in(&l, 2));
    g_assert_cmpint(v.state, ==, SX_SESSION_REFRESHED);
    g_assert_cmpuint(v.refresh->request_frame, ==, 4);
    g_assert_true(sx_session_newer(l.tracker, session_in(&l, 2)) == session_in(&l, 5));
    g_assert_true(sx_session_older(l.tracker, session_in(&l, 5)) == session_in(&l, 2));
    ladder_close(&l);
}

/* By a re-INVITE. The request that the session was agreed on is none, on whatever hop. */
static void test_refreshed_by_invite(void)
{
    for (unsigned cseq = 1; cseq <= 2; cseq++) {
        struct ladder l = call_with("Session-Expires: 90;refresher=uac\r\n");

        request(&l, 45, ALICE, BOB, "INVITE", via("alice a3"), .cseq = cseq, .to_tag = "bob");
        response(&l, 45.1, BOB, ALICE, 200, "INVITE", via("alice a3"), .cseq = cseq);
        g_assert_cmpint(state(&l), ==, cseq == 1 ? SX_SESSION_OPEN : SX_SESSION_REFRESHED);
        ladder_close(&l);
    }
}

static void test_refused(void)
{
    struct ladder l = call_with("Session-Expires: 90;refresher=uac\r\n");

    request(&l, 45, ALICE, BOB, "UPDATE", via("alice a3"), .cseq = 2, .to_tag = "bob");
    other_packet(&l, 91);
    g_assert_cmpint(state(&l), ==, SX_SESSION_OPEN); /* the capture may lack its answer */
    response(&l, 92, BOB, ALICE, 481, "UPDATE", via("alice a3"), .cseq = 2);
    struct sx_session_verdict v = sx_session_judge(l.tracker, session_in(&l, 2));
    g_assert_cmpint(v.state, ==, SX_SESSION_OVERDUE);
    g_assert_cmpuint(v.refused->request_frame, ==, 4);
    ladder_close(&l);
}

/* The refresh after the limit is not why the session was not refreshed in time. */
static void test_refused_twice(void)
{
    struct ladder l = call_with("Session-Expires: 90;refresher=uac\r\n");

    request(&l, 45, ALICE, BOB, "UPDATE", via("alice a3"), .cseq = 2, .to_tag = "bob");
    response(&l, 45.1, BOB, ALICE, 500, "UPDATE", via("alice a3"), .cseq = 2);
    request(&l, 90, ALICE, BOB, "UPDATE", via("alice a4"), .cseq = 3, .to_tag = "bob");
    response(&l, 90.1, BOB, ALICE, 500, "UPDATE", via("alice a4"), .cseq = 3);
    other_packet(&l, 100);
    struct sx_session_verdict v = sx_session_judge(l.tracker, session_in(&l, 2));
    g_assert_cmpint(v.state, ==, SX_SESSION_OVERDUE);
    g_assert_cmpuint(v.refused->request_frame, ==, 4);
    ladder_close(&l);
}

/* The frame in which a connection that was asked for at this time was refused, if it is why nobody
 * refreshed. */
static uint32_t in_vain(const char *session_expires, enum sx_transport transport, unsigned from,
                        double at, bool came_up)
{
    struct ladder l = call_over(transport, session_expires);

    connect_from(&l, at, from, came_up);
    other_packet(&l, 200);
    struct sx_session_verdict v = sx_session_judge(l.tracker, session_in(&l, 2));
    g_assert_cmpint(v.state, ==, SX_SESSION_OVERDUE);
    uint32_t frame = v.in_vain ? v.in_vain->frame : 0;
    ladder_close(&l);
    return frame;
}

static void test_in_vain(void)
{
    static const char uac[] = "Session-Expires: 90;refresher=uac\r\n",
                      uas[] = "Session-Expires: 90;refresher=uas\r\n";

    g_assert_cmpuint(in_vain(uac, SX_TRANSPORT_TCP, ALICE, 45, false), ==, 5);
    g_assert_cmpuint(in_vain(uac, SX_TRANSPORT_TCP, ALICE, 60, false), ==, 5);
    g_assert_cmpuint(in_vain(uas, SX_TRANSPORT_TLS, BOB, 45, false), ==, 5);
    /* Too late; it came up; the other side asked; the call is not over a connection. */
    g_assert_cmpuint(in_vain(uac, SX_TRANSPORT_TCP, ALICE, 60.001, false), ==, 0);
    g_assert_cmpuint(in_vain(uac, SX_TRANSPORT_TCP, ALICE, 45, true), ==, 0);
    g_assert_cmpuint(in_vain(uac, SX_TRANSPORT_TCP, BOB, 45, false), ==, 0);
    g_assert_cmpuint(in_vain(uas, SX_TRANSPORT_TCP, ALICE, 45, false), ==, 0);
    g_assert_cmpuint(in_vain(uac, SX_TRANSPORT_UDP, ALICE, 45, false), ==, 0);
}

/* The capture goes on until then; of who could not connect nothing more is to be expected when the
 * refresh is due. */
static enum sx_session_state state_at(double seconds, unsigned refused_from)
{
    struct ladder l = call_over(SX_TRANSPORT_TCP, "Session-Expires: 90;refresher=uac\r\n");

    connect_from(&l, 45, refused_from, false);
    other_packet(&l, seconds);
    enum sx_session_state s = state(&l);
    ladder_close(&l);
    return s;
}

static void test_over(void)
{
    g_assert_cmpint(state_at(59.999, ALICE), ==, SX_SESSION_OPEN);
    g_assert_cmpint(state_at(60, ALICE), ==, SX_SESSION_OVERDUE);
    g_assert_cmpint(state_at(89.999, BOB), ==, SX_SESSION_OPEN);
    g_assert_cmpint(state_at(90, BOB), ==, SX_SESSION_OVERDUE);
}

/* A BYE before it is due ends the call; one a little before may have taken its time. */
static void bye(double at, bool ran_out)
{
    struct ladder l = call_with("Session-Expires: 90;refresher=uac\r\n");
    const struct sx_message *m =
        request(&l, at, BOB, ALICE, "BYE", via("bob b1"), .from_tag = "bob", .to_tag = "alice");

    other_packet(&l, 100);
    g_assert_cmpint(state(&l), ==, ran_out ? SX_SESSION_OVERDUE : SX_SESSION_ENDED);
    g_assert_true((sx_session_ended_by(l.tracker, txn_of(&l, m)) != NULL) == ran_out);
    ladder_close(&l);
}

static void test_bye(void)
{
    bye(59.499, false);
    bye(59.5, true);
    bye(61, true);
}

/* Who is to refresh may as well hang up, unless it tried to refresh in vain or cannot connect; the
 * BYE comes while the capture goes on. */
enum trouble { TROUBLE_NONE, TROUBLE_REFUSED, TROUBLE_NO_CONNECTION };

static enum sx_session_state hung_up(double at, enum trouble trouble)
{
    struct ladder l = call_over(SX_TRANSPORT_TCP, "Session-Expires: 90;refresher=uac\r\n");

    if (trouble == TROUBLE_REFUSED) {
        request(&l, 45, ALICE, BOB, "UPDATE", via("alice a3"), .cseq = 2, .to_tag = "bob");
        response(&l, 45.1, BOB, ALICE, 500, "UPDATE", via("alice a3"), .cseq = 2);
    } else if (trouble == TROUBLE_NO_CONNECTION) {
        connect_from(&l, 45, ALICE, false);
    }
    request(&l, at, ALICE, BOB, "BYE", via("alice a4"), .cseq = trouble == TROUBLE_REFUSED ? 3 : 2,
            .to_tag = "bob");
    enum sx_session_state s = state(&l);
    ladder_close(&l);
    return s;
}

static void test_hung_up(void)
{
    g_assert_cmpint(hung_up(61, TROUBLE_NONE), ==, SX_SESSION_ENDED);
    g_assert_cmpint(hung_up(89.499, TROUBLE_NONE), ==, SX_SESSION_ENDED);
    g_assert_cmpint(hung_up(89.5, TROUBLE_NONE), ==, SX_SESSION_OVERDUE);
    for (unsigned i = TROUBLE_REFUSED; i <= TROUBLE_NO_CONNECTION; i++) {
        g_assert_cmpint(hung_up(59.499, i), ==, SX_SESSION_ENDED);
        g_assert_cmpint(hung_up(59.5, i), ==, SX_SESSION_OVERDUE);
    }
}

/* RFC 4028 10: what an UPDATE at `at` gets, and a BYE of the caller at `bye_at`. */
static enum sx_session_state given_up(const char *refresher, double at, unsigned code,
                                      double bye_at)
{
    char *header = g_strdup_printf("Session-Expires: 1800;refresher=%s\r\n", refresher);
    struct ladder l = call_with(header);

    if (code) {
        request(&l, at, ALICE, BOB, "UPDATE", via("alice a3"), .cseq = 2, .to_tag = "bob");
        response(&l, at + 0.1, BOB, ALICE, code, "UPDATE", via("alice a3"), .cseq = 2);
    } else {
        requests(&l, 11, at, ALICE, BOB, "UPDATE", via("alice a3"), .cseq = 2, .to_tag = "bob");
    }
    const struct sx_message *m =
        request(&l, bye_at, ALICE, BOB, "BYE", via("alice a4"), .cseq = 3, .to_tag = "bob");
    other_packet(&l, 2000);
    enum sx_session_state s = state(&l);
    g_assert_true((sx_session_ended_by(l.tracker, txn_of(&l, m)) != NULL) ==
                  (s == SX_SESSION_REFUSED));
    ladder_close(&l);
    g_free(header);
    return s;
}

static void test_given_up(void)
{
    g_assert_cmpint(given_up("uac", 900, 481, 900.2), ==, SX_SESSION_REFUSED);
    g_assert_cmpint(given_up("uac", 900, 408, 902.1), ==, SX_SESSION_REFUSED);
    g_assert_cmpint(given_up("uac", 900, 0, 932), ==, SX_SESSION_REFUSED);
    /* a person hangs up; another code; another change; not its task */
    g_assert_cmpint(given_up("uac", 900, 481, 902.2), ==, SX_SESSION_ENDED);
    g_assert_cmpint(given_up("uac", 900, 0, 950), ==, SX_SESSION_ENDED);
    g_assert_cmpint(given_up("uac", 900, 488, 900.2), ==, SX_SESSION_ENDED);
    g_assert_cmpint(given_up("uac", 600, 481, 600.2), ==, SX_SESSION_REFUSED);
    g_assert_cmpint(given_up("uac", 599.999, 481, 600.2), ==, SX_SESSION_ENDED);
    g_assert_cmpint(given_up("uac", 599, 481, 599.2), ==, SX_SESSION_ENDED);
    g_assert_cmpint(given_up("uas", 900, 481, 900.2), ==, SX_SESSION_ENDED);
}

static void lost_bye(double answered, enum sx_session_state expected)
{
    struct ladder l = call_with("Session-Expires: 90;refresher=uac\r\n");

    response(&l, answered, BOB, ALICE, 200, "BYE", via("alice a3"), .cseq = 2);
    other_packet(&l, 100);
    g_assert_cmpint(state(&l), ==, expected);
    ladder_close(&l);
}

static void test_lost_bye(void)
{
    lost_bye(20, SX_SESSION_OPEN);
    lost_bye(89.499, SX_SESSION_OPEN);
    lost_bye(89.5, SX_SESSION_OVERDUE);
}

/* ---- what the capture lacks ---- */

#define REFRESHED_BY(who) "Session-Expires: 90;refresher=" who "\r\n"

/* A response to a request that is not there. */
#define unseen(expected, from, to, code, method, ...)               \
    G_STMT_START                                                    \
    {                                                               \
        struct ladder ladder = call_with(REFRESHED_BY("uac"));      \
        response(&ladder, 45, from, to, code, method, __VA_ARGS__); \
        other_packet(&ladder, 100);                                 \
        g_assert_cmpint(state(&ladder), ==, expected);              \
        ladder_close(&ladder);                                      \
    }                                                               \
    G_STMT_END

static void test_refresh_lost(void)
{
    unseen(SX_SESSION_OPEN, BOB, ALICE, 200, "UPDATE", via("alice a3"), .cseq = 2);
    unseen(SX_SESSION_OPEN, BOB, ALICE, 200, "INVITE", via("alice a3"), .cseq = 2);
    unseen(SX_SESSION_OVERDUE, BOB, ALICE, 200, "INFO", via("alice a3"), .cseq = 2);
    unseen(SX_SESSION_OVERDUE, BOB, ALICE, 300, "UPDATE", via("alice a3"), .cseq = 2);
    unseen(SX_SESSION_OVERDUE, BOB, ALICE, 180, "INVITE", via("alice a3"), .cseq = 2);
    /* Of another dialog. */
    unseen(SX_SESSION_OVERDUE, BOB, ALICE, 200, "UPDATE", via("alice a3"), .cseq = 2,
           .to_tag = "carol");
    /* What was agreed on, on another hop; or the other side's, which counts for itself. */
    unseen(SX_SESSION_OVERDUE, P1, ALICE, 200, "INVITE", via("alice a3"), .cseq = 1);
    unseen(SX_SESSION_OPEN, ALICE, BOB, 200, "INVITE", via("bob b3"), .cseq = 1, .from_tag = "bob",
           .to_tag = "alice");
}

/* What comes in the packet of the agreement did not come after it. */
static void test_refresh_lost_before(void)
{
    for (unsigned same = 0; same < 2; same++) {
        struct ladder l = ladder_open();

        request(&l, -1.0, ALICE, BOB, "INVITE", via("alice a1"));
        response(&l, 0.0, BOB, ALICE, 200, "INVITE", via("alice a1"), .more = REFRESHED_BY("uac"));
        response(&l, 0.0, BOB, ALICE, 200, "UPDATE", via("alice a3"), .cseq = 2,
                 .same_frame = same);
        request(&l, 0.1, ALICE, BOB, "ACK", via("alice a2"), .to_tag = "bob");
        other_packet(&l, 100);
        g_assert_cmpint(state(&l), ==, same ? SX_SESSION_OVERDUE : SX_SESSION_OPEN);
        ladder_close(&l);
    }
}

static void info(struct ladder *l, double at, bool of_alice, const char *branch, unsigned cseq)
{
    if (of_alice)
        request(l, at, ALICE, BOB, "INFO", via(branch), .cseq = cseq, .to_tag = "bob");
    else
        request(l, at, BOB, ALICE, "INFO", via(branch), .cseq = cseq, .from_tag = "bob",
                .to_tag = "alice");
}

/* Of one side's numbers two are in sight. */
static enum sx_session_state numbers(const char *session_expires, bool of_alice, double first_at,
                                     unsigned first, double next_at, unsigned next)
{
    struct ladder l = call_with(session_expires);

    if (first)
        info(&l, first_at, of_alice, "x i1", first);
    info(&l, next_at, of_alice, "x i2", next);
    other_packet(&l, 200);
    enum sx_session_state s = state(&l);
    ladder_close(&l);
    return s;
}

static void test_number_missing(void)
{
    static const char uac[] = REFRESHED_BY("uac"), uas[] = REFRESHED_BY("uas");

    /* After the INVITE with 1. */
    g_assert_cmpint(numbers(uac, true, 0, 0, 100, 2), ==, SX_SESSION_OVERDUE);
    g_assert_cmpint(numbers(uac, true, 0, 0, 100, 3), ==, SX_SESSION_OPEN);
    g_assert_cmpint(numbers(uac, true, 89.999, 2, 100, 4), ==, SX_SESSION_OPEN);
    g_assert_cmpint(numbers(uac, true, 90, 2, 100, 4), ==, SX_SESSION_OVERDUE);
    /* Sent with the agreement, or before: so was what is missing. */
    g_assert_cmpint(numbers(uac, true, 0, 0, 0.001, 3), ==, SX_SESSION_OPEN);
    g_assert_cmpint(numbers(uac, true, 0, 0, 0, 3), ==, SX_SESSION_OVERDUE);
    /* The called side may begin with any number; the other side's tell nothing. */
    g_assert_cmpint(numbers(uas, false, 0, 0, 100, 7), ==, SX_SESSION_OVERDUE);
    g_assert_cmpint(numbers(uas, false, 20, 7, 100, 9), ==, SX_SESSION_OPEN);
    g_assert_cmpint(numbers(uac, false, 20, 7, 100, 9), ==, SX_SESSION_OVERDUE);
    g_assert_cmpint(numbers(uas, true, 0, 0, 100, 3), ==, SX_SESSION_OVERDUE);
}

/* On a second hop it comes after the limit; it was sent before. */
static void test_number_on_two_hops(void)
{
    struct ladder l = call_with(REFRESHED_BY("uac"));

    info(&l, 89.999, true, "x i1", 2);
    request(&l, 90, P1, BOB, "INFO", via("p1 p1", "x i1"), .cseq = 2, .to_tag = "bob");
    info(&l, 100, true, "x i2", 4);
    g_assert_cmpint(state(&l), ==, SX_SESSION_OPEN);
    ladder_close(&l);
}

/* A response has the number of its request. */
static void test_number_of_a_response(void)
{
    for (unsigned of_bob = 0; of_bob < 2; of_bob++) {
        struct ladder l = call_with(REFRESHED_BY("uac"));

        if (of_bob)
            response(&l, 20, ALICE, BOB, 200, "INFO", via("x i1"), .cseq = 2, .from_tag = "bob",
                     .to_tag = "alice");
        else
            response(&l, 20, BOB, ALICE, 200, "INFO", via("x i1"), .cseq = 2);
        info(&l, 100, true, "x i2", 3);
        g_assert_cmpint(state(&l), ==, of_bob ? SX_SESSION_OPEN : SX_SESSION_OVERDUE);
        ladder_close(&l);
    }
}

/* The ACK of what was agreed on has its number, and comes after it. */
static void test_number_of_an_ack(void)
{
    struct ladder l = ladder_open();

    request(&l, -1.0, ALICE, BOB, "INVITE", via("alice a1"), .cseq = 1);
    response(&l, 0.0, BOB, ALICE, 200, "INVITE", via("alice a1"), .cseq = 1);
    request(&l, 5.0, ALICE, BOB, "INVITE", via("alice a2"), .cseq = 5, .to_tag = "bob");
    response(&l, 5.1, BOB, ALICE, 200, "INVITE", via("alice a2"), .cseq = 5,
             .more = REFRESHED_BY("uac"));
    request(&l, 5.2, ALICE, BOB, "ACK", via("alice a3"), .cseq = 5, .to_tag = "bob");
    other_packet(&l, 100);
    g_assert_cmpint(sx_session_judge(l.tracker, session_in(&l, 4)).state, ==, SX_SESSION_OVERDUE);
    ladder_close(&l);
}

static void test_none(void)
{
    struct ladder l = call_with("Session-Expires: soon;refresher=uac\r\n");

    g_assert_null(session_in(&l, 2));
    ladder_close(&l);
    l = call_with("Session-Expires: 0\r\n");
    g_assert_null(session_in(&l, 2));
    ladder_close(&l);
    l = call_with("Session-Expires: 90\r\n");
    other_packet(&l, 100);
    g_assert_cmpint(state(&l), ==, SX_SESSION_OPEN); /* nobody is named */
    ladder_close(&l);
}

/* Told on the first frame after the whole interval, once. */
static void test_told(void)
{
    struct ladder l = call_with("Session-Expires: 90;refresher=uac\r\n");
    uint32_t frame = other_packet(&l, 89.999);

    g_assert_null(sx_tracker_session_due(l.tracker, frame, 0));
    frame = other_packet(&l, 90);
    g_assert_true(sx_tracker_session_due(l.tracker, frame, 0) == session_in(&l, 2));
    g_assert_null(sx_tracker_session_due(l.tracker, frame, 1));
    frame = other_packet(&l, 91);
    g_assert_null(sx_tracker_session_due(l.tracker, frame, 0));
    ladder_close(&l);
}

/* Not by the frame that brings the refresh; by what else that first frame may bring it is. */
static void test_not_told_by_the_refresh(void)
{
    static const struct {
        const char *method, *to_tag, *call_id;
        bool told;
    } rows[] = {{"UPDATE", "bob", NULL, false},
                {"INVITE", "bob", NULL, false},
                {"INFO", "bob", NULL, true},
                {"UPDATE", "carol", NULL, true},
                {"UPDATE", "bob", "other", true}};

    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = call_with("Session-Expires: 90;refresher=uac\r\n");
        const struct sx_message *m = request(&l, 90.1, ALICE, BOB, rows[i].method, via("alice a3"),
                                             .cseq = 2, .to_tag = rows[i].to_tag,
                                             .call_id = rows[i].call_id);
        g_test_message("row %u", i);
        g_assert_true(sx_tracker_session_due(l.tracker, m->frame, 0) ==
                      (rows[i].told ? session_in(&l, 2) : NULL));
        g_assert_cmpuint(session_in(&l, 2)->due_frame, ==, rows[i].told ? m->frame : 0);
        ladder_close(&l);
    }
}

/* The refresh before it was refused: nothing is missing. */
static void test_told_after_a_refusal(void)
{
    struct ladder l = call_with("Session-Expires: 90;refresher=uac\r\n");

    request(&l, 45, ALICE, BOB, "UPDATE", via("alice a3"), .cseq = 2, .to_tag = "bob");
    response(&l, 45.1, BOB, ALICE, 422, "UPDATE", via("alice a3"), .cseq = 2);
    const struct sx_message *m =
        request(&l, 90.1, ALICE, BOB, "UPDATE", via("alice a4"), .cseq = 3, .to_tag = "bob");
    g_assert_true(sx_tracker_session_due(l.tracker, m->frame, 0) == session_in(&l, 2));
    ladder_close(&l);
}

/* Two sessions run out on a frame, which refreshes one of them. */
static void test_told_of_the_other(void)
{
    static const char agreed[] = "Session-Expires: 90;refresher=uac\r\n";

    for (unsigned i = 0; i < 2; i++) {
        struct ladder l = call_with(agreed);
        request(&l, 0.2, ALICE, BOB, "INVITE", via("alice b1"), .call_id = "two");
        response(&l, 0.3, BOB, ALICE, 200, "INVITE", via("alice b1"), .call_id = "two",
                 .more = agreed);
        request(&l, 0.4, ALICE, BOB, "ACK", via("alice b2"), .to_tag = "bob", .call_id = "two");
        const struct sx_message *m = request(&l, 95, ALICE, BOB, "UPDATE", via("alice a3"),
                                             .cseq = 2, .to_tag = "bob",
                                             .call_id = i ? "two" : NULL);
        g_assert_true(sx_tracker_session_due(l.tracker, m->frame, 0) == session_in(&l, i ? 2 : 5));
        g_assert_null(sx_tracker_session_due(l.tracker, m->frame, 1));
        ladder_close(&l);
    }
}

/* Over a proxy: of the hop on which the session was agreed that refresh counts which takes it. */
static void test_refreshed_on_this_hop(void)
{
    static const char agreed[] = "Session-Expires: 90;refresher=uac\r\n";
    struct ladder l = ladder_open();

    request(&l, -1.0, ALICE, P1, "INVITE", via("alice a1"));
    request(&l, -0.9, P1, BOB, "INVITE", via("p1 b1", "alice a1"));
    response(&l, 0.0, BOB, P1, 200, "INVITE", via("p1 b1", "alice a1"), .more = agreed);
    response(&l, 0.1, P1, ALICE, 200, "INVITE", via("alice a1"), .more = agreed);
    request(&l, 45, ALICE, P1, "UPDATE", via("alice a3"), .cseq = 2, .to_tag = "bob");
    request(&l, 45.1, P1, BOB, "UPDATE", via("p1 b3", "alice a3"), .cseq = 2, .to_tag = "bob");
    response(&l, 45.2, BOB, P1, 200, "UPDATE", via("p1 b3", "alice a3"), .cseq = 2);
    response(&l, 45.3, P1, ALICE, 200, "UPDATE", via("alice a3"), .cseq = 2);
    struct sx_session_verdict v = sx_session_judge(l.tracker, session_in(&l, 3));
    g_assert_cmpint(v.state, ==, SX_SESSION_REFRESHED);
    g_assert_cmpuint(v.refresh->request_frame, ==, 6);
    ladder_close(&l);
}

/* Bob answers the refresh and hangs up, in one packet or in two: nobody is to refresh any more. */
static void test_bye_in_one_packet(void)
{
    for (unsigned same = 0; same < 2; same++) {
        struct ladder l = call_with("Session-Expires: 90;refresher=uac\r\n");

        request(&l, 45, ALICE, BOB, "UPDATE", via("alice a3"), .cseq = 2, .to_tag = "bob");
        response(&l, 45.1, BOB, ALICE, 200, "UPDATE", via("alice a3"), .cseq = 2,
                 .more = "Session-Expires: 90;refresher=uac\r\n");
        request(&l, 45.1, BOB, ALICE, "BYE", via("bob b1"), .from_tag = "bob", .to_tag = "alice",
                .same_frame = same);
        uint32_t frame = other_packet(&l, 140);
        g_assert_cmpint(sx_session_judge(l.tracker, session_in(&l, 5)).state, ==, SX_SESSION_ENDED);
        g_assert_null(sx_tracker_session_due(l.tracker, frame, 0));
        ladder_close(&l);
    }
}

/* Two agreements in one packet are one after the other as well. */
static void test_two_in_one_packet(void)
{
    static const char agreed[] = "Session-Expires: 90;refresher=uac\r\n";
    struct ladder l = call_with(agreed);

    request(&l, 45, ALICE, BOB, "UPDATE", via("alice a3"), .cseq = 2, .to_tag = "bob");
    request(&l, 45, ALICE, BOB, "UPDATE", via("alice a4"), .cseq = 3, .to_tag = "bob");
    const struct sx_session *first =
        sx_tracker_session_of(l.tracker, response(&l, 46, BOB, ALICE, 200, "UPDATE",
                                                  via("alice a3"), .cseq = 2, .more = agreed));
    const struct sx_session *second =
        sx_tracker_session_of(l.tracker,
                              response(&l, 46, BOB, ALICE, 200, "UPDATE", via("alice a4"),
                                       .cseq = 3, .more = agreed, .same_frame = true));
    g_assert_nonnull(second);
    g_assert_true(sx_session_newer(l.tracker, first) == second);
    g_assert_true(sx_session_older(l.tracker, second) == first);
    ladder_close(&l);
}

/* What is asked for at the limit itself is in time, and the newest of those is why. */
static void test_refused_at_the_limit(void)
{
    for (unsigned late = 0; late < 2; late++) {
        struct ladder l = call_with("Session-Expires: 90;refresher=uac\r\n");

        request(&l, 45, ALICE, BOB, "UPDATE", via("alice a3"), .cseq = 2, .to_tag = "bob");
        response(&l, 45.1, BOB, ALICE, 500, "UPDATE", via("alice a3"), .cseq = 2);
        request(&l, late ? 60.001 : 60, ALICE, BOB, "UPDATE", via("alice a4"), .cseq = 3,
                .to_tag = "bob");
        response(&l, 60.1, BOB, ALICE, 500, "UPDATE", via("alice a4"), .cseq = 3);
        other_packet(&l, 100);
        struct sx_session_verdict v = sx_session_judge(l.tracker, session_in(&l, 2));
        g_assert_cmpuint(v.refused->request_frame, ==, late ? 4 : 6);
        ladder_close(&l);
    }
}

/* A refresh of the called side takes the hops the other way round. */
static void test_refreshed_by_the_called_side(void)
{
    static const char agreed[] = "Session-Expires: 90;refresher=uas\r\n";
    struct ladder l = ladder_open();

    request(&l, -1.0, ALICE, P1, "INVITE", via("alice a1"));
    request(&l, -0.9, P1, BOB, "INVITE", via("p1 b1", "alice a1"));
    response(&l, 0.0, BOB, P1, 200, "INVITE", via("p1 b1", "alice a1"), .more = agreed);
    response(&l, 0.1, P1, ALICE, 200, "INVITE", via("alice a1"), .more = agreed);
    request(&l, 45, BOB, P1, "UPDATE", via("bob a3"), .from_tag = "bob", .to_tag = "alice");
    request(&l, 45.1, P1, ALICE, "UPDATE", via("p1 b3", "bob a3"), .from_tag = "bob",
            .to_tag = "alice");
    response(&l, 45.2, ALICE, P1, 200, "UPDATE", via("p1 b3", "bob a3"), .from_tag = "bob",
             .to_tag = "alice");
    response(&l, 45.3, P1, BOB, 200, "UPDATE", via("bob a3"), .from_tag = "bob", .to_tag = "alice");
    const struct sx_session *near = session_in(&l, 3), *far = session_in(&l, 4);
    g_assert_cmpuint(sx_session_judge(l.tracker, near).refresh->request_frame, ==, 5);
    g_assert_nonnull(far);
    g_assert_cmpuint(sx_session_judge(l.tracker, far).refresh->request_frame, ==, 6);
    ladder_close(&l);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/session/in_vain", test_in_vain);
    g_test_add_func("/session/over", test_over);
    g_test_add_func("/session/due", test_due);
    g_test_add_func("/session/refreshed", test_refreshed);
    g_test_add_func("/session/refreshed_by_invite", test_refreshed_by_invite);
    g_test_add_func("/session/refused", test_refused);
    g_test_add_func("/session/refused/twice", test_refused_twice);
    g_test_add_func("/session/bye", test_bye);
    g_test_add_func("/session/hung up", test_hung_up);
    g_test_add_func("/session/given_up", test_given_up);
    g_test_add_func("/session/lost_bye", test_lost_bye);
    g_test_add_func("/session/refresh_lost", test_refresh_lost);
    g_test_add_func("/session/refresh_lost/before", test_refresh_lost_before);
    g_test_add_func("/session/number/missing", test_number_missing);
    g_test_add_func("/session/number/on_two_hops", test_number_on_two_hops);
    g_test_add_func("/session/number/of_a_response", test_number_of_a_response);
    g_test_add_func("/session/number/of_an_ack", test_number_of_an_ack);
    g_test_add_func("/session/none", test_none);
    g_test_add_func("/session/told", test_told);
    g_test_add_func("/session/refreshed_on_this_hop", test_refreshed_on_this_hop);
    g_test_add_func("/session/told/not_by_the_refresh", test_not_told_by_the_refresh);
    g_test_add_func("/session/told/after_a_refusal", test_told_after_a_refusal);
    g_test_add_func("/session/told/of_the_other", test_told_of_the_other);
    g_test_add_func("/session/bye/in_one_packet", test_bye_in_one_packet);
    g_test_add_func("/session/two_in_one_packet", test_two_in_one_packet);
    g_test_add_func("/session/refused/at_the_limit", test_refused_at_the_limit);
    g_test_add_func("/session/refreshed_by_the_called_side", test_refreshed_by_the_called_side);
    return g_test_run();
}
