/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/judge/no_ack.h"

#include "sip_text.h"

/* When a server sends its final response again while no ACK comes, after the first time. */
static const double sends_at[] = {0, 0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5};

static const struct sx_message *invite_and_180(struct ladder *l)
{
    const struct sx_message *invite = request(l, 0.0, ALICE, BOB, "INVITE", via("alice a1"));

    response(l, 0.1, BOB, ALICE, 180, "INVITE", via("alice a1"));
    return invite;
}

/* From one send to another, both included; the first response of all comes at 1 s. */
static void answer(struct ladder *l, unsigned from, unsigned to, unsigned code)
{
    for (unsigned i = from; i <= to; i++)
        response(l, 1 + sends_at[i], BOB, ALICE, code, "INVITE", via("alice a1"));
}

static struct sx_ack judge(const struct ladder *l, const struct sx_message *invite)
{
    const struct sx_txn *txn = txn_of(l, invite);
    bool success = txn->final_code / 100 == 2;

    return sx_no_ack_judge(l->tracker, txn,
                           success ? sx_tracker_dialog(l->tracker, txn->dialog) : NULL);
}

#define assert_ack(v, a_state, a_cause, a_frame)     \
    G_STMT_START                                     \
    {                                                \
        struct sx_ack got = (v);                     \
        g_assert_cmpint(got.state, ==, a_state);     \
        g_assert_cmpint(got.cause, ==, a_cause);     \
        g_assert_cmpuint(got.cause_in, ==, a_frame); \
    }                                                \
    G_STMT_END

static void bye(struct ladder *l, double at, bool of_caller)
{
    if (of_caller)
        request(l, at, ALICE, BOB, "BYE", via("alice z1"), .to_tag = "bob", .cseq = 2);
    else
        request(l, at, BOB, ALICE, "BYE", via("bob z1"), .from_tag = "bob", .to_tag = "alice");
}

static void how_often(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite = invite_and_180(&l);

    answer(&l, 0, 4, 200);
    assert_ack(judge(&l, invite), SX_ACK_UNKNOWN, 0, 0);
    answer(&l, 5, 5, 200);
    assert_ack(judge(&l, invite), SX_ACK_NEVER, 0, 0);
    g_assert_cmpuint(judge(&l, invite).sends, ==, 6);
    g_assert_cmpint(judge(&l, invite).lasted_ns, ==, ns_of(11.5));
    ladder_close(&l);
}

/* Three are enough if the server's BYE explains why there are no more; two are not. Before the
 * client's an ACK may have come that the capture lacks, if it came soon. */
static void bye_in_time(unsigned last, double at, bool of_caller, enum sx_ack_state state)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite = invite_and_180(&l);

    answer(&l, 0, last, 200);
    bye(&l, at, of_caller);
    g_assert_cmpint(judge(&l, invite).state, ==, state);
    ladder_close(&l);
}

static void ended_by_bye(void)
{
    bye_in_time(1, 2.0, false, SX_ACK_UNKNOWN);
    bye_in_time(2, 4.0, false, SX_ACK_NEVER);
    bye_in_time(2, 4.0, true, SX_ACK_UNKNOWN);
    bye_in_time(3, 6.0, true, SX_ACK_UNKNOWN);
    bye_in_time(4, 10.0, true, SX_ACK_NEVER);
    /* The fourth was due 2 s after the third at 2.5 s, with half of that as patience. */
    bye_in_time(2, 5.5, false, SX_ACK_NEVER);
    bye_in_time(2, 5.501, false, SX_ACK_UNKNOWN);
    /* From the fourth on it is every 4 s. */
    bye_in_time(3, 10.5, false, SX_ACK_NEVER);
    bye_in_time(3, 10.501, false, SX_ACK_UNKNOWN);
    bye_in_time(4, 14.5, false, SX_ACK_NEVER);
    bye_in_time(4, 14.501, false, SX_ACK_UNKNOWN);
    /* The server gives up 32 s after the first; its client may hang up whenever it likes. */
    bye_in_time(6, 30.999, false, SX_ACK_UNKNOWN);
    bye_in_time(6, 31.0, false, SX_ACK_NEVER);
    bye_in_time(6, 46.0, false, SX_ACK_NEVER);
    bye_in_time(6, 46.001, false, SX_ACK_UNKNOWN);
    bye_in_time(6, 33.0, true, SX_ACK_UNKNOWN);
    /* Until it gave up by itself: what comes later is another matter. */
    bye_in_time(7, 90.0, true, SX_ACK_UNKNOWN);
    bye_in_time(8, 90.0, true, SX_ACK_NEVER);
}

/* The server sends for the last time at this time, after seven that are in time. */
static void last_send(double at, bool gave_up)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite = invite_and_180(&l);

    answer(&l, 0, 6, 200);
    response(&l, at, BOB, ALICE, 200, "INVITE", via("alice a1"));
    other_packet(&l, 40.0);
    g_assert_true((sx_tracker_overdue(l.tracker, l.frame, 0) != NULL) == gave_up);
    bye(&l, 90.0, true);
    g_assert_cmpint(judge(&l, invite).state, ==, gave_up ? SX_ACK_NEVER : SX_ACK_UNKNOWN);
    ladder_close(&l);
}

static void last_of_all(void)
{
    last_send(23.999, false);
    last_send(24.0, true);
}

/* What Alice sends a second after the 200, or later, did not cross it. */
static void sent_again(double at, const char *method, bool lost)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite = invite_and_180(&l);

    answer(&l, 0, 1, 200);
    request(&l, at, ALICE, BOB, method, via("alice a1"));
    answer(&l, 2, 7, 200);
    assert_ack(judge(&l, invite), SX_ACK_NEVER, lost ? SX_ACK_CAUSE_RESPONSE_LOST : 0,
               lost ? 5 : 0);
    ladder_close(&l);
}

static void crossing(void)
{
    sent_again(2.0, "INVITE", false);
    sent_again(2.001, "INVITE", true);
    sent_again(2.0, "CANCEL", false);
    sent_again(2.001, "CANCEL", true);
}

static void one_direction(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *first = response(&l, 1.0, BOB, ALICE, 200, "INVITE", via("alice a1"));

    answer(&l, 1, 9, 200);
    assert_ack(judge(&l, first), SX_ACK_UNKNOWN, 0, 0);
    request(&l, 40.0, ALICE, BOB, "OPTIONS", via("alice o1"), .call_id = "other");
    assert_ack(judge(&l, first), SX_ACK_NEVER, 0, 0);
    ladder_close(&l);
}

static void acknowledged(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite = invite_and_180(&l);

    answer(&l, 0, 0, 200);
    request(&l, 1.1, ALICE, BOB, "ACK", via("alice k1"), .to_tag = "bob");
    answer(&l, 1, 1, 200); /* crossed it, or the ACK was lost once */
    request(&l, 1.6, ALICE, BOB, "ACK", via("alice k2"), .to_tag = "bob");
    struct sx_ack v = judge(&l, invite);
    g_assert_cmpint(v.state, ==, SX_ACK_SENT);
    g_assert_cmpuint(v.ack_in, ==, 4);
    ladder_close(&l);
}

static void late(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite = invite_and_180(&l);

    answer(&l, 0, 1, 200);
    const struct sx_message *ack =
        request(&l, 1.6, ALICE, BOB, "ACK", via("alice k1"), .to_tag = "bob");
    struct sx_ack v = judge(&l, invite);
    g_assert_cmpint(v.state, ==, SX_ACK_LATE);
    g_assert_cmpuint(v.ack_in, ==, 5);
    struct sx_acknowledged of = sx_no_ack_response(l.tracker, txn_of(&l, ack), 0);
    g_assert_cmpuint(of.frame, ==, 3);
    g_assert_true(of.invite == txn_of(&l, invite));
    ladder_close(&l);
}

/* When the final response came the second time, or later. */
static void late_or_not(unsigned code, double at, enum sx_ack_state state)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite = invite_and_180(&l);

    answer(&l, 0, 1, code);
    if (code < 300)
        request(&l, at, ALICE, BOB, "ACK", via("alice k1"), .to_tag = "bob");
    else
        request(&l, at, ALICE, BOB, "ACK", via("alice a1"), .to_tag = "bob");
    g_assert_cmpint(judge(&l, invite).state, ==, state);
    ladder_close(&l);
}

static void late_threshold(void)
{
    late_or_not(200, 1.5, SX_ACK_SENT);
    late_or_not(200, 1.501, SX_ACK_LATE);
    late_or_not(486, 1.5, SX_ACK_SENT);
    late_or_not(486, 1.501, SX_ACK_LATE);
}

/* The second comes later than any timer of a server lets it: not for want of an ACK. */
static void untimed(unsigned code, double gap, enum sx_ack_state state)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite = invite_and_180(&l);

    response(&l, 1.0, BOB, ALICE, code, "INVITE", via("alice a1"));
    response(&l, 1.0 + gap, BOB, ALICE, code, "INVITE", via("alice a1"));
    if (code < 300)
        request(&l, 9.0, ALICE, BOB, "ACK", via("alice k1"), .to_tag = "bob");
    else
        request(&l, 9.0, ALICE, BOB, "ACK", via("alice a1"), .to_tag = "bob");
    g_assert_cmpint(judge(&l, invite).state, ==, state);
    ladder_close(&l);
}

static void timed_or_not(void)
{
    untimed(200, 4.0, SX_ACK_LATE);
    untimed(200, 4.001, SX_ACK_SENT);
    untimed(486, 4.0, SX_ACK_LATE);
    untimed(486, 4.001, SX_ACK_SENT);
}

/* The second comes sooner than a server's T1: it answers a repeated request, or is a copy. */
static void too_soon_or_timed(void)
{
    untimed(200, 0.4, SX_ACK_LATE);
    untimed(200, 0.399, SX_ACK_SENT);
    untimed(486, 0.4, SX_ACK_LATE);
    untimed(486, 0.399, SX_ACK_SENT);
}

/* Three times after the ACK, of six. */
static void three_after_ack(unsigned code)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite = invite_and_180(&l);

    answer(&l, 0, 2, code);
    if (code < 300)
        request(&l, 2.6, ALICE, BOB, "ACK", via("alice k1"), .to_tag = "bob");
    else
        request(&l, 2.6, ALICE, BOB, "ACK", via("alice a1"), .to_tag = "bob");
    answer(&l, 3, 5, code);
    assert_ack(judge(&l, invite), SX_ACK_NEVER, SX_ACK_CAUSE_LOST, 6);
    ladder_close(&l);
}

static void three_are_no_chance(void)
{
    three_after_ack(200);
    three_after_ack(486);
}

/* The server goes on after ACKs that reached the last hop in sight. Three times are no chance; and
 * so late that none of them crossed. */
static void acks_that_do_not_help(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite = invite_and_180(&l);

    answer(&l, 0, 0, 200);
    request(&l, 1.1, ALICE, BOB, "ACK", via("alice k1"), .to_tag = "bob");
    answer(&l, 1, 4, 200); /* of these the first crosses: 0.4 s after the ACK */
    g_assert_cmpint(judge(&l, invite).state, ==, SX_ACK_SENT);
    answer(&l, 5, 5, 200);
    assert_ack(judge(&l, invite), SX_ACK_NEVER, SX_ACK_CAUSE_LOST, 4);
    g_assert_cmpuint(judge(&l, invite).ack_in, ==, 0);
    ladder_close(&l);
}

static void another_port(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite = invite_and_180(&l);

    answer(&l, 0, 0, 200);
    request(&l, 1.1, ALICE, BOB, "ACK", via("alice k1"), .to_tag = "bob", .dst_port = 5070);
    answer(&l, 1, 7, 200);
    assert_ack(judge(&l, invite), SX_ACK_NEVER, SX_ACK_CAUSE_ASTRAY, 4);
    ladder_close(&l);
}

static void another_tag(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite = invite_and_180(&l);

    answer(&l, 0, 0, 200);
    request(&l, 1.1, ALICE, BOB, "ACK", via("alice k1"), .to_tag = "early");
    answer(&l, 1, 7, 200);
    assert_ack(judge(&l, invite), SX_ACK_NEVER, SX_ACK_CAUSE_MISMATCH, 4);
    ladder_close(&l);
}

static void without_a_tag(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite = invite_and_180(&l);

    answer(&l, 0, 0, 200);
    request(&l, 1.1, ALICE, BOB, "ACK", via("alice k1"));
    answer(&l, 1, 7, 200);
    assert_ack(judge(&l, invite), SX_ACK_NEVER, SX_ACK_CAUSE_MISMATCH, 4);
    ladder_close(&l);
}

static void another_connection(uint16_t port, enum sx_ack_cause cause)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite = request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"),
                                              .transport = SX_TRANSPORT_TCP, .src_port = 40001);

    for (unsigned i = 0; i < 8; i++) {
        response(&l, 1 + sends_at[i], BOB, ALICE, 200, "INVITE", via("alice a1"),
                 .transport = SX_TRANSPORT_TCP, .dst_port = 40001);
        if (i == 0)
            request(&l, 1.1, ALICE, BOB, "ACK", via("alice k1"), .to_tag = "bob",
                    .transport = SX_TRANSPORT_TCP, .src_port = port);
    }
    assert_ack(judge(&l, invite), SX_ACK_NEVER, cause, 3);
    ladder_close(&l);
}

static void connections(void)
{
    another_connection(40001, SX_ACK_CAUSE_LOST);
    another_connection(40002, SX_ACK_CAUSE_ASTRAY);
}

/* The 180 arrived, the 200 goes to another port. */
static void answer_astray(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite = invite_and_180(&l);

    for (unsigned i = 0; i < 8; i++)
        response(&l, 1 + sends_at[i], BOB, ALICE, 200, "INVITE", via("alice a1"), .dst_port = 5070);
    assert_ack(judge(&l, invite), SX_ACK_NEVER, SX_ACK_CAUSE_RESPONSE_LOST, 3);
    ladder_close(&l);
}

/* Over TCP it may go over another connection (RFC 3261 18.2.2). */
static void answer_over_another_connection(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite = request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"),
                                              .transport = SX_TRANSPORT_TCP, .src_port = 40001);

    for (unsigned i = 0; i < 8; i++)
        response(&l, 1 + sends_at[i], BOB, ALICE, 200, "INVITE", via("alice a1"),
                 .transport = SX_TRANSPORT_TCP, .dst_port = 40002);
    assert_ack(judge(&l, invite), SX_ACK_NEVER, 0, 0);
    ladder_close(&l);
}

/* RFC 3261 13.2.2.4: it has the number of the INVITE. That of a re-INVITE of this side is
 * another's. */
static void another_number(void)
{
    const unsigned reinvites[] = {0, BOB, ALICE};

    for (unsigned i = 0; i < G_N_ELEMENTS(reinvites); i++) {
        struct ladder l = ladder_open();
        const struct sx_message *invite = invite_and_180(&l);

        answer(&l, 0, 0, 200);
        if (reinvites[i] == ALICE)
            request(&l, 1.05, ALICE, BOB, "INVITE", via("alice y"), .to_tag = "bob", .cseq = 7);
        else if (reinvites[i] == BOB)
            request(&l, 1.05, BOB, ALICE, "INVITE", via("bob y"), .from_tag = "bob",
                    .to_tag = "alice", .cseq = 7);
        uint32_t ack =
            request(&l, 1.1, ALICE, BOB, "ACK", via("alice k1"), .to_tag = "bob", .cseq = 7)->frame;
        answer(&l, 1, 7, 200);
        if (reinvites[i] == ALICE)
            assert_ack(judge(&l, invite), SX_ACK_NEVER, SX_ACK_CAUSE_NOT_SENT, 4);
        else
            assert_ack(judge(&l, invite), SX_ACK_NEVER, SX_ACK_CAUSE_MISMATCH, ack);
        ladder_close(&l);
    }
}

/* Not of the other 200 of a fork, which it acknowledges rightly. */
static void another_fork(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite = invite_and_180(&l);

    answer(&l, 0, 0, 200);
    response(&l, 1.01, BOB, ALICE, 200, "INVITE", via("alice a1"), .to_tag = "carol");
    request(&l, 1.1, ALICE, BOB, "ACK", via("alice k1"), .to_tag = "carol");
    answer(&l, 1, 7, 200);
    const struct sx_dialog *bob = sx_tracker_dialog(l.tracker, 1);
    assert_ack(sx_no_ack_judge(l.tracker, txn_of(&l, invite), bob), SX_ACK_NEVER, 0, 0);
    const struct sx_dialog *carol = sx_tracker_dialog(l.tracker, 2);
    assert_ack(sx_no_ack_judge(l.tracker, txn_of(&l, invite), carol), SX_ACK_SENT, 0, 0);
    ladder_close(&l);
}

static void client_has_it(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite = invite_and_180(&l);

    for (unsigned i = 0; i < 6; i++)
        response(&l, 1 + sends_at[i], BOB, ALICE, 200, "INVITE", via("alice a1"),
                 .more = "Contact: <sip:bob@10.0.0.5>\r\n");
    request(&l, 13.0, ALICE, BOB, "BYE", via("alice z1"), .to_tag = "bob", .cseq = 2,
            .uri = "sip:bob@10.0.0.5");
    assert_ack(judge(&l, invite), SX_ACK_NEVER, SX_ACK_CAUSE_NOT_SENT, 9);
    ladder_close(&l);
}

/* A Contact that the 180 had, too, shows nothing. */
static void client_may_have_the_180(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite = request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"));

    for (unsigned i = 0; i < 7; i++)
        response(&l, i ? sends_at[i] : 0.1, BOB, ALICE, i ? 200 : 180, "INVITE", via("alice a1"),
                 .more = "Contact: <sip:bob@10.0.0.5>\r\n");
    request(&l, 13.0, ALICE, BOB, "BYE", via("alice z1"), .to_tag = "bob", .cseq = 2,
            .uri = "sip:bob@10.0.0.5");
    assert_ack(judge(&l, invite), SX_ACK_NEVER, 0, 0);
    ladder_close(&l);
}

static void proxy_kept_it(void)
{
    struct ladder l = ladder_open();

    request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"));
    response(&l, 0.01, P1, ALICE, 100, "INVITE", via("alice a1"));
    const struct sx_message *branch =
        request(&l, 0.02, P1, BOB, "INVITE", via("p1 b1", "alice a1"));
    for (unsigned i = 0; i < 7; i++)
        response(&l, 1 + sends_at[i], BOB, P1, 200, "INVITE", via("p1 b1", "alice a1"));
    assert_ack(judge(&l, branch), SX_ACK_NEVER, SX_ACK_CAUSE_RESPONSE_LOST, 4);
    g_assert_cmpuint(judge(&l, branch).lost_at, ==, txn_of(&l, branch)->src.host);
    ladder_close(&l);
}

static void failures(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite = invite_and_180(&l);

    answer(&l, 0, 4, 503);
    assert_ack(judge(&l, invite), SX_ACK_UNKNOWN, 0, 0);
    answer(&l, 5, 5, 503);
    assert_ack(judge(&l, invite), SX_ACK_NEVER, 0, 0);
    const struct sx_message *ack =
        request(&l, 13.0, ALICE, BOB, "ACK", via("alice a1"), .to_tag = "bob");
    assert_ack(judge(&l, invite), SX_ACK_LATE, 0, 0);
    g_assert_cmpuint(judge(&l, invite).ack_in, ==, 9);
    g_assert_cmpuint(sx_no_ack_response(l.tracker, txn_of(&l, ack), 0).frame, ==, 3);
    ladder_close(&l);
}

/* Each of two failures has an ACK with its To tag; one that fits none is of the first. */
static void second_failure(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite = invite_and_180(&l);

    response(&l, 1.0, BOB, ALICE, 486, "INVITE", via("alice a1"), .to_tag = "bob");
    response(&l, 1.0, BOB, ALICE, 603, "INVITE", via("alice a1"), .to_tag = "carol");
    const struct sx_txn *txn = txn_of(&l, invite);
    g_assert_cmpuint(sx_no_ack_response(l.tracker, txn, tag_hash("bob")).frame, ==, 3);
    g_assert_cmpuint(sx_no_ack_response(l.tracker, txn, tag_hash("carol")).frame, ==, 4);
    g_assert_cmpuint(sx_no_ack_response(l.tracker, txn, tag_hash("dave")).frame, ==, 3);
    ladder_close(&l);
}

/* The first is sent again and again, for its ACK does not come; that of another branch's does. */
static void ack_of_the_second_only(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite = invite_and_180(&l);

    response(&l, 1.0, BOB, ALICE, 486, "INVITE", via("alice a1"), .to_tag = "bob");
    response(&l, 1.1, BOB, ALICE, 603, "INVITE", via("alice a1"), .to_tag = "carol");
    request(&l, 1.2, ALICE, BOB, "ACK", via("alice a1"), .to_tag = "carol");
    const struct sx_txn *txn = txn_of(&l, invite);
    struct sx_ack v = sx_no_ack_judge_later(l.tracker, txn, tag_hash("carol"));
    g_assert_cmpuint(v.state, ==, SX_ACK_SENT);
    g_assert_cmpuint(v.ack_in, ==, 5);
    v = sx_no_ack_judge(l.tracker, txn, NULL);
    g_assert_cmpuint(v.state, ==, SX_ACK_UNKNOWN);
    g_assert_cmpuint(v.ack_in, ==, 0);
    for (unsigned i = 1; i < 8; i++)
        response(&l, 1 + sends_at[i], BOB, ALICE, 486, "INVITE", via("alice a1"), .to_tag = "bob");
    v = sx_no_ack_judge(l.tracker, txn, NULL);
    g_assert_cmpuint(v.state, ==, SX_ACK_NEVER);
    g_assert_cmpuint(v.ack_in, ==, 0);
    g_assert_cmpuint(v.cause, ==, SX_ACK_CAUSE_UNKNOWN);
    request(&l, 20, ALICE, BOB, "ACK", via("alice a1"), .to_tag = "bob");
    v = sx_no_ack_judge(l.tracker, txn, NULL);
    g_assert_cmpuint(v.state, ==, SX_ACK_LATE);
    g_assert_cmpuint(v.ack_in, ==, l.frame);
    ladder_close(&l);
}

/* Which of two with one tag an ACK is for cannot be told. */
static void later_with_the_same_tag(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite = invite_and_180(&l);

    response(&l, 1.0, BOB, ALICE, 486, "INVITE", via("alice a1"), .to_tag = "bob");
    response(&l, 1.1, BOB, ALICE, 603, "INVITE", via("alice a1"), .to_tag = "bob");
    request(&l, 1.2, ALICE, BOB, "ACK", via("alice a1"), .to_tag = "bob");
    struct sx_ack v = sx_no_ack_judge_later(l.tracker, txn_of(&l, invite), tag_hash("bob"));
    g_assert_cmpuint(v.state, ==, SX_ACK_UNKNOWN);
    g_assert_cmpuint(v.ack_in, ==, 0);
    ladder_close(&l);
}

static void least_failure(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite = invite_and_180(&l);

    answer(&l, 0, 5, 300);
    assert_ack(judge(&l, invite), SX_ACK_NEVER, 0, 0);
    ladder_close(&l);
}

/* Without a To tag a 2xx makes no dialog, and what is missing is not the ACK of a failure. */
static void success_without_a_tag(void)
{
    for (unsigned code = 299; code <= 300; code++) {
        struct ladder l = ladder_open();
        const struct sx_message *invite = invite_and_180(&l);

        for (unsigned i = 0; i < 8; i++)
            response(&l, 1 + sends_at[i], BOB, ALICE, code, "INVITE", via("alice a1"),
                     .to_tag = "");
        struct sx_ack v = sx_no_ack_judge(l.tracker, txn_of(&l, invite), NULL);
        g_assert_cmpint(v.state, ==, code == 300 ? SX_ACK_NEVER : SX_ACK_UNKNOWN);
        ladder_close(&l);
    }
}

/* The ACK of a failure is made by the next hop (RFC 3261 17.1.1.3): that the one above it did not
 * get its response is no cause. */
static void failure_lost_above(void)
{
    struct ladder l = ladder_open();

    request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"));
    const struct sx_message *branch = request(&l, 0.1, P1, BOB, "INVITE", via("p1 b1", "alice a1"));
    for (unsigned i = 0; i < 6; i++)
        response(&l, 1 + sends_at[i], BOB, P1, 486, "INVITE", via("p1 b1", "alice a1"));
    request(&l, 14.0, ALICE, P1, "INVITE", via("alice a1"));
    assert_ack(judge(&l, branch), SX_ACK_NEVER, 0, 0);
    ladder_close(&l);
}

/* Alice acts on the 491, and does not acknowledge it. */
static void goes_on_without_ack(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite = invite_and_180(&l);

    answer(&l, 0, 0, 491);
    request(&l, 1.0, ALICE, BOB, "INVITE", via("alice a2"), .cseq = 2);
    answer(&l, 1, 5, 491);
    assert_ack(judge(&l, invite), SX_ACK_NEVER, SX_ACK_CAUSE_NOT_SENT, 4);
    ladder_close(&l);
}

static void failure_and_acks_that_do_not_help(uint16_t port, enum sx_ack_cause cause)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite = invite_and_180(&l);

    answer(&l, 0, 0, 486);
    request(&l, 1.1, ALICE, BOB, "ACK", via("alice a1"), .to_tag = "bob", .dst_port = port);
    answer(&l, 1, 5, 486);
    assert_ack(judge(&l, invite), SX_ACK_NEVER, cause, 4);
    ladder_close(&l);
}

static void acks_of_failures(void)
{
    failure_and_acks_that_do_not_help(0, SX_ACK_CAUSE_LOST);
    failure_and_acks_that_do_not_help(5070, SX_ACK_CAUSE_ASTRAY);
}

static const struct sx_overdue *overdue_now(const struct ladder *l)
{
    return sx_tracker_overdue(l->tracker, sx_tracker_last_frame(l->tracker), 0);
}

static void overdue(void)
{
    struct ladder l = ladder_open();

    invite_and_180(&l);
    answer(&l, 0, 9, 200);
    other_packet(&l, 32.9);
    g_assert_null(overdue_now(&l));
    other_packet(&l, 33.1);
    const struct sx_overdue *o = overdue_now(&l);
    g_assert_nonnull(o);
    g_assert_cmpuint(o->since_frame, ==, 3);
    g_assert_cmpuint(o->dialog, ==, 1);
    g_assert_cmpint(o->waited_ns, ==, ns_of(32.1));
    other_packet(&l, 34.0);
    g_assert_null(overdue_now(&l)); /* told once */
    ladder_close(&l);
}

/* A server that stopped early may have its ACK. */
static void overdue_or_acknowledged(unsigned last, bool told)
{
    struct ladder l = ladder_open();

    invite_and_180(&l);
    answer(&l, 0, last, 200);
    other_packet(&l, 40.0);
    g_assert_true((overdue_now(&l) != NULL) == told);
    ladder_close(&l);
}

static void stopped_early(void)
{
    overdue_or_acknowledged(7, false);
    overdue_or_acknowledged(8, true);
}

static void acknowledged_is_not_overdue(void)
{
    struct ladder l = ladder_open();

    invite_and_180(&l);
    answer(&l, 0, 8, 200);
    request(&l, 25.0, ALICE, BOB, "ACK", via("alice k1"), .to_tag = "bob");
    other_packet(&l, 40.0);
    g_assert_null(overdue_now(&l));
    ladder_close(&l);
}

/* Frames 1 to 4: Alice's call over P1, with the 200 of both hops. */
static const struct sx_message *call_over_proxy(struct ladder *l)
{
    const struct sx_message *invite = request(l, 0.0, ALICE, P1, "INVITE", via("alice a1"));

    request(l, 0.1, P1, BOB, "INVITE", via("p1 b1", "alice a1"));
    response(l, 1.0, BOB, P1, 200, "INVITE", via("p1 b1", "alice a1"));
    response(l, 1.1, P1, ALICE, 200, "INVITE", via("alice a1"));
    return invite;
}

/* The ACKs take another way than the INVITE did: of each hop of the INVITE that ACK counts which
 * has an end in common with it; an ACK with none is of the 200 that the called side sent. */
static void another_way(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite = call_over_proxy(&l);
    uint32_t near = request(&l, 1.2, ALICE, P2, "ACK", via("alice k1"), .to_tag = "bob")->txn;
    uint32_t between =
        request(&l, 1.3, P2, P3, "ACK", via("p2 k2", "alice k1"), .to_tag = "bob", .cseq = 1)->txn;
    uint32_t far = request(&l, 1.4, P3, BOB, "ACK", via("p3 k3", "p2 k2", "alice k1"),
                           .to_tag = "bob", .cseq = 1)
                       ->txn;
    const struct sx_txn *first = txn_of(&l, invite);
    const struct sx_txn *second = txn_numbered(&l, first->first_child);
    const struct sx_dialog *dialog = sx_tracker_dialog(l.tracker, first->dialog);

    g_assert_cmpuint(sx_no_ack_judge(l.tracker, first, dialog).ack_in, ==, 5);
    g_assert_cmpuint(sx_no_ack_judge(l.tracker, second, dialog).ack_in, ==, 7);
    g_assert_cmpuint(sx_no_ack_response(l.tracker, txn_numbered(&l, near), 0).frame, ==, 4);
    g_assert_cmpuint(sx_no_ack_response(l.tracker, txn_numbered(&l, between), 0).frame, ==, 3);
    g_assert_cmpuint(sx_no_ack_response(l.tracker, txn_numbered(&l, far), 0).frame, ==, 3);
    ladder_close(&l);
}

/* Of two ACKs on the way of the INVITE's first hop that one counts which leaves from there. */
static void leaves_from_there(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite = call_over_proxy(&l);

    request(&l, 1.15, CAROL, DAVE, "ACK", via("carol k0"), .to_tag = "bob");
    request(&l, 1.2, ALICE, P2, "ACK", via("alice k1"), .to_tag = "bob");
    request(&l, 1.3, P2, P3, "ACK", via("p2 k2", "alice k1"), .to_tag = "bob");
    g_assert_cmpuint(judge(&l, invite).ack_in, ==, 6);
    ladder_close(&l);
}

/* The called side repeats its 200 after the ACK: that got as far as the proxy, or went astray. */
static void ack_to_a_hop_above(unsigned to, enum sx_ack_cause cause)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite = call_over_proxy(&l);

    request(&l, 1.2, ALICE, to, "ACK", via("alice k1"), .to_tag = "bob");
    for (unsigned i = 1; i < 8; i++)
        response(&l, 1 + sends_at[i], BOB, P1, 200, "INVITE", via("p1 b1", "alice a1"));
    assert_ack(judge(&l, invite), SX_ACK_NEVER, cause, 5);
    ladder_close(&l);
}

static void acks_to_hops_above(void)
{
    ack_to_a_hop_above(P1, SX_ACK_CAUSE_LOST);
    ack_to_a_hop_above(P2, SX_ACK_CAUSE_ASTRAY);
}

/* Inside the dialog, too, the server is the last hop that has the 200. */
static void reinvite_over_proxy(void)
{
    struct ladder l = ladder_open();

    call_over_proxy(&l);
    request(&l, 1.2, ALICE, P1, "ACK", via("alice k1"), .to_tag = "bob");
    request(&l, 1.3, P1, BOB, "ACK", via("p1 k2", "alice k1"), .to_tag = "bob");
    const struct sx_message *invite =
        request(&l, 10.0, ALICE, P1, "INVITE", via("alice c1"), .to_tag = "bob", .cseq = 2);
    request(&l, 10.1, P1, BOB, "INVITE", via("p1 c2", "alice c1"), .to_tag = "bob", .cseq = 2);
    for (unsigned i = 0; i < 8; i++) {
        response(&l, 11 + sends_at[i], BOB, P1, 200, "INVITE", via("p1 c2", "alice c1"), .cseq = 2);
        if (i == 0)
            response(&l, 11.1, P1, ALICE, 200, "INVITE", via("alice c1"), .cseq = 2);
    }
    struct sx_ack v = judge(&l, invite);
    g_assert_cmpint(v.state, ==, SX_ACK_NEVER);
    g_assert_cmpuint(v.response_in, ==, 9);
    g_assert_cmpuint(v.sends, ==, 8);
    ladder_close(&l);
}

/* P1 got no 200 from P2 that the capture shows. Where nothing that P1 sends is in the capture, it
 * may have sent the 200 on all the same. */
static void kept_by_one_that_is_seen(bool sends)
{
    struct ladder l = ladder_open();

    request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"));
    response(&l, 0.1, P2, P1, 100, "INVITE", via("p1 b1", "alice a1"));
    const struct sx_message *last =
        request(&l, 0.2, P2, BOB, "INVITE", via("p2 c1", "p1 b1", "alice a1"));
    for (unsigned i = 0; i < 8; i++) {
        response(&l, 1 + sends_at[i], BOB, P2, 200, "INVITE", via("p2 c1", "p1 b1", "alice a1"));
        if (i == 0)
            response(&l, 1.1, P2, P1, 200, "INVITE", via("p1 b1", "alice a1"));
    }
    if (sends)
        request(&l, 50, P1, CAROL, "OPTIONS", via("p1 o1"), .call_id = "other");
    assert_ack(judge(&l, last), SX_ACK_NEVER, sends ? SX_ACK_CAUSE_RESPONSE_LOST : 0,
               sends ? 4 : 0);
    /* The last proxy sent it on. */
    if (sends)
        g_assert_cmpuint(judge(&l, last).lost_at, ==,
                         sx_tracker_txn(l.tracker, txn_of(&l, last)->parent)->src.host);
    ladder_close(&l);
}

/* P1 sends the ACK on once the 200 has come again. Whether Alice was late is known by her own. */
static void late_further_on(bool seen, enum sx_ack_state above)
{
    struct ladder l = ladder_open();
    const struct sx_message *first = request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"));
    const struct sx_message *branch = request(&l, 0.1, P1, BOB, "INVITE", via("p1 b1", "alice a1"));

    for (unsigned i = 0; i < 2; i++) {
        response(&l, 1 + sends_at[i], BOB, P1, 200, "INVITE", via("p1 b1", "alice a1"));
        response(&l, 1.01 + sends_at[i], P1, ALICE, 200, "INVITE", via("alice a1"));
    }
    if (seen)
        request(&l, 1.6, ALICE, P1, "ACK", via("alice a2"), .to_tag = "bob");
    request(&l, 1.61, P1, BOB, "ACK", via("p1 b2", "alice a2"), .to_tag = "bob");
    g_assert_cmpint(judge(&l, branch).state, ==, SX_ACK_LATE);
    g_assert_cmpint(judge(&l, first).state, ==, above);
    ladder_close(&l);
}

static void late_above(void)
{
    late_further_on(false, SX_ACK_SENT);
    late_further_on(true, SX_ACK_LATE);
}

/* The ACK of the client of P1 is for a 2xx that the capture lacks: P1 has sent one on, and may have
 * given it a To tag of its own. */
static void acknowledged_above(bool seen, enum sx_ack_cause cause, uint32_t frame)
{
    struct ladder l = ladder_open();

    request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"));
    response(&l, 0.01, P1, ALICE, 100, "INVITE", via("alice a1"));
    const struct sx_message *branch =
        request(&l, 0.02, P1, BOB, "INVITE", via("p1 b1", "alice a1"));
    for (unsigned i = 0; i < 7; i++)
        response(&l, 1 + sends_at[i], BOB, P1, 200, "INVITE", via("p1 b1", "alice a1"));
    if (seen)
        response(&l, 17.0, P1, ALICE, 200, "INVITE", via("alice a1"));
    request(&l, 17.1, ALICE, P1, "ACK", via("alice a2"), .to_tag = "p1");
    assert_ack(judge(&l, branch), SX_ACK_NEVER, cause, frame);
    ladder_close(&l);
}

static void kept(void)
{
    acknowledged_above(false, SX_ACK_CAUSE_UNKNOWN, 0);
    acknowledged_above(true, SX_ACK_CAUSE_MISMATCH, 12);
    kept_by_one_that_is_seen(true);
    kept_by_one_that_is_seen(false);
}

static void overdue_threshold(void)
{
    struct ladder l = ladder_open();

    invite_and_180(&l);
    answer(&l, 0, 9, 200);
    other_packet(&l, 32.999);
    g_assert_null(overdue_now(&l));
    other_packet(&l, 33.0);
    g_assert_nonnull(overdue_now(&l));
    ladder_close(&l);
}

/* The ACK of a failure with another branch: of this client and server, or of others. */
static void another_branch(unsigned from, unsigned to, enum sx_ack_cause cause)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite = invite_and_180(&l);

    answer(&l, 0, 0, 486);
    uint32_t frame = request(&l, 1.1, from, to, "ACK", via("x k1"), .to_tag = "bob")->frame;
    answer(&l, 1, 5, 486);
    assert_ack(judge(&l, invite), SX_ACK_NEVER, cause, cause ? frame : 0);
    ladder_close(&l);
}

static void another_branches(void)
{
    another_branch(ALICE, BOB, SX_ACK_CAUSE_MISMATCH);
    another_branch(CAROL, BOB, 0);
    another_branch(ALICE, CAROL, 0);
}

/* Inside the dialog an ACK is of the INVITE with its number. */
static void ack_of_a_reinvite(void)
{
    struct ladder l = ladder_open();

    invite_and_180(&l);
    answer(&l, 0, 0, 200);
    request(&l, 1.1, ALICE, BOB, "ACK", via("alice k1"), .to_tag = "bob");
    request(&l, 5, ALICE, BOB, "INVITE", via("alice r1"), .to_tag = "bob", .cseq = 2);
    uint32_t frame =
        response(&l, 5.1, BOB, ALICE, 200, "INVITE", via("alice r1"), .cseq = 2)->frame;
    const struct sx_message *ack =
        request(&l, 5.2, ALICE, BOB, "ACK", via("alice k2"), .to_tag = "bob", .cseq = 2);
    g_assert_cmpuint(sx_no_ack_response(l.tracker, txn_of(&l, ack), 0).frame, ==, frame);
    ladder_close(&l);
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/no-ack/how-often", how_often);
    g_test_add_func("/no-ack/ended-by-bye", ended_by_bye);
    g_test_add_func("/no-ack/last-of-all", last_of_all);
    g_test_add_func("/no-ack/crossing", crossing);
    g_test_add_func("/no-ack/late-threshold", late_threshold);
    g_test_add_func("/no-ack/timed-or-not", timed_or_not);
    g_test_add_func("/no-ack/too_soon_or_timed", too_soon_or_timed);
    g_test_add_func("/no-ack/three-are-no-chance", three_are_no_chance);
    g_test_add_func("/no-ack/least-failure", least_failure);
    g_test_add_func("/no-ack/second-failure", second_failure);
    g_test_add_func("/no-ack/success-without-a-tag", success_without_a_tag);
    g_test_add_func("/no-ack/failure-lost-above", failure_lost_above);
    g_test_add_func("/no-ack/goes-on-without-ack", goes_on_without_ack);
    g_test_add_func("/no-ack/one-direction", one_direction);
    g_test_add_func("/no-ack/acknowledged", acknowledged);
    g_test_add_func("/no-ack/late", late);
    g_test_add_func("/no-ack/acks-that-do-not-help", acks_that_do_not_help);
    g_test_add_func("/no-ack/another-port", another_port);
    g_test_add_func("/no-ack/another-tag", another_tag);
    g_test_add_func("/no-ack/without-a-tag", without_a_tag);
    g_test_add_func("/no-ack/connections", connections);
    g_test_add_func("/no-ack/answer-astray", answer_astray);
    g_test_add_func("/no-ack/answer-over-another-connection", answer_over_another_connection);
    g_test_add_func("/no-ack/another-number", another_number);
    g_test_add_func("/no-ack/another-fork", another_fork);
    g_test_add_func("/no-ack/client-has-it", client_has_it);
    g_test_add_func("/no-ack/client-may-have-the-180", client_may_have_the_180);
    g_test_add_func("/no-ack/proxy-kept-it", proxy_kept_it);
    g_test_add_func("/no-ack/failures", failures);
    g_test_add_func("/no-ack/acks-of-failures", acks_of_failures);
    g_test_add_func("/no-ack/overdue", overdue);
    g_test_add_func("/no-ack/stopped-early", stopped_early);
    g_test_add_func("/no-ack/acknowledged-is-not-overdue", acknowledged_is_not_overdue);
    g_test_add_func("/no-ack/another-way", another_way);
    g_test_add_func("/no-ack/leaves-from-there", leaves_from_there);
    g_test_add_func("/no-ack/acks-to-hops-above", acks_to_hops_above);
    g_test_add_func("/no-ack/reinvite-over-proxy", reinvite_over_proxy);
    g_test_add_func("/no-ack/kept", kept);
    g_test_add_func("/no-ack/overdue/threshold", overdue_threshold);
    g_test_add_func("/no-ack/another-branch", another_branches);
    g_test_add_func("/no-ack/ack-of-a-reinvite", ack_of_a_reinvite);
    g_test_add_func("/no-ack/ack-of-the-second-only", ack_of_the_second_only);
    g_test_add_func("/no-ack/later-with-the-same-tag", later_with_the_same_tag);
    g_test_add_func("/no-ack/late/further-on", late_above);
    return g_test_run();
}
