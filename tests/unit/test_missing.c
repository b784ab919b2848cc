/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/record/missing.h"

#include "core/judge/silence.h"
#include "core/judge/trying.h"

#include "sip_text.h"

/* A packet of another protocol from one host to another. */
static uint32_t unreadable(struct ladder *l, double seconds, uint8_t from, uint8_t to)
{
    const uint8_t src_bytes[4] = {10, 0, 0, from}, dst_bytes[4] = {10, 0, 0, to};
    struct sx_address src = address_at(src_bytes, 0), dst = address_at(dst_bytes, 0);
    uint32_t frame = other_packet(l, seconds);

    sx_tracker_unreadable(l->tracker, frame, &src, &dst);
    return frame;
}

static struct sx_missing missing(const struct ladder *l, uint32_t txn)
{
    return sx_missing_response(l->tracker, txn_numbered(l, txn), UINT32_MAX);
}

static struct sx_trying wait_of(const struct ladder *l, uint32_t txn)
{
    return sx_trying_judge(l->tracker, txn_numbered(l, txn));
}

/* Alice's INVITE and the 100 of P1. */
static uint32_t begin(struct ladder *l)
{
    uint32_t txn = request(l, 0, ALICE, P1, "INVITE", via("alice a1"))->txn;

    response(l, 0.1, P1, ALICE, 100, "INVITE", via("alice a1"));
    return txn;
}

/* Up to a frame, which counts itself. */
#define assert_sign_at(l, number, at, a_sign)                                                     \
    G_STMT_START                                                                                  \
    {                                                                                             \
        const struct sx_txn *of = txn_numbered(l, number);                                        \
        g_assert_cmpint(sx_missing_response((l)->tracker, of, (at)-1).sign, ==, SX_MISSING_NONE); \
        g_assert_cmpint(sx_missing_response((l)->tracker, of, at).sign, ==, a_sign);              \
    }                                                                                             \
    G_STMT_END

/* ---- ACKs ---- */

static void test_ack_of_success(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = begin(&l);

    g_assert_cmpint(missing(&l, txn).sign, ==, SX_MISSING_NONE);
    uint32_t frame = request(&l, 3, ALICE, P1, "ACK", via("alice a2"), .to_tag = "bob")->frame;
    struct sx_missing u = missing(&l, txn);
    g_assert_cmpint(u.sign, ==, SX_MISSING_ACKNOWLEDGED);
    g_assert_cmpuint(u.frame, ==, frame);
    g_assert_cmpint(sx_missing_response(l.tracker, txn_numbered(&l, txn), frame - 1).sign, ==,
                    SX_MISSING_NONE);
    other_packet(&l, 60);
    sx_tracker_end(l.tracker);
    struct sx_trying v = wait_of(&l, txn);
    g_assert_cmpint(v.state, ==, SX_TRYING_ANSWERED);
    g_assert_cmpint(v.end, ==, SX_END_MISSING);
    g_assert_cmpuint(v.ended_in, ==, frame);
    g_assert_null(sx_tracker_expiry(l.tracker, l.frame, 0));
    ladder_close(&l);
}

/* Whatever looks like the ACK and is not. */
static void test_other_acks(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = begin(&l);

    request(&l, 1, ALICE, P1, "ACK", via("alice x1")); /* no To tag */
    request(&l, 1, ALICE, P1, "ACK", via("alice x2"), .to_tag = "bob", .cseq = 2);
    request(&l, 1, ALICE, P1, "ACK", via("alice x3"), .to_tag = "bob", .call_id = "other");
    request(&l, 1, P2, P1, "ACK", via("p2 x4", "alice x4"), .to_tag = "bob"); /* another hop */
    g_assert_cmpint(missing(&l, txn).sign, ==, SX_MISSING_NONE);
    other_packet(&l, 60);
    g_assert_cmpint(wait_of(&l, txn).state, ==, SX_TRYING_TIMED_OUT);
    ladder_close(&l);
}

static void test_ack_of_failure(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = begin(&l);
    uint32_t frame = request(&l, 3, ALICE, P1, "ACK", via("alice a1"), .to_tag = "bob")->frame;

    g_assert_cmpint(missing(&l, txn).sign, ==, SX_MISSING_REFUSED);
    g_assert_cmpuint(missing(&l, txn).frame, ==, frame);
    response(&l, 3.1, P1, ALICE, 486, "INVITE", via("alice a1")); /* it is there after all */
    g_assert_cmpint(missing(&l, txn).sign, ==, SX_MISSING_NONE);
    ladder_close(&l);
}

static void test_no_100(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = request(&l, 0, ALICE, P1, "INVITE", via("alice a1"))->txn;

    request(&l, 0.5, ALICE, P1, "INVITE", via("alice a1"));
    request(&l, 3, ALICE, P1, "ACK", via("alice a2"), .to_tag = "bob");
    other_packet(&l, 60);
    g_assert_false(sx_silence_no_response(l.tracker, txn_numbered(&l, txn)));
    g_assert_null(sx_tracker_expiry(l.tracker, l.frame, 0));
    ladder_close(&l);
}

/* What a frame has said stays true; the ACK ends the wait. */
static void test_ack_after_the_timeout(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = begin(&l);

    other_packet(&l, 40);
    g_assert_nonnull(sx_tracker_expiry(l.tracker, l.frame, 0));
    uint32_t frame = request(&l, 50, ALICE, P1, "ACK", via("alice a2"), .to_tag = "bob")->frame;
    struct sx_trying v = wait_of(&l, txn);
    g_assert_cmpint(v.state, ==, SX_TRYING_TIMED_OUT);
    g_assert_cmpint(v.end, ==, SX_END_MISSING);
    g_assert_cmpuint(v.ended_in, ==, frame);
    g_assert_cmpint(v.wait_ns, ==, ns_of(50) - ns_of(0.1));
    ladder_close(&l);
}

/* An ACK says nothing of how long the 180 took that the capture shows. */
static void test_slow_all_the_same(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = begin(&l);

    response(&l, 10, P1, ALICE, 180, "INVITE", via("alice a1"));
    request(&l, 20, ALICE, P1, "ACK", via("alice a2"), .to_tag = "bob");
    g_assert_cmpint(wait_of(&l, txn).state, ==, SX_TRYING_SLOW);
    g_assert_cmpint(missing(&l, txn).sign, ==, SX_MISSING_ACKNOWLEDGED);
    ladder_close(&l);
}

/* ---- the hop above ---- */

static void test_passed_on(void)
{
    struct ladder l = ladder_open();
    uint32_t first = begin(&l);
    uint32_t branch = request(&l, 0.2, P1, BOB, "INVITE", via("p1 b1", "alice a1"))->txn;

    response(&l, 0.3, BOB, P1, 100, "INVITE", via("p1 b1", "alice a1"));
    uint32_t frame = response(&l, 2, P1, ALICE, 200, "INVITE", via("alice a1"))->frame;
    g_assert_cmpint(missing(&l, branch).sign, ==, SX_MISSING_PASSED_ON);
    g_assert_cmpuint(missing(&l, branch).frame, ==, frame);
    g_assert_cmpint(missing(&l, first).sign, ==, SX_MISSING_NONE);
    other_packet(&l, 60);
    g_assert_cmpint(wait_of(&l, branch).state, ==, SX_TRYING_ANSWERED);
    ladder_close(&l);
}

/* Two interfaces may bring what a proxy hands on before what it got: the times tell. */
static void test_passed_on_in_the_wrong_order(void)
{
    static const struct {
        double got_at;
        bool missing;
    } rows[] = {{1.9, false}, {2.0, false}, {2.1, true}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        begin(&l);
        uint32_t branch = request(&l, 0.2, P1, BOB, "INVITE", via("p1 b1", "alice a1"))->txn;
        response(&l, 2, P1, ALICE, 200, "INVITE", via("alice a1"));
        response(&l, rows[i].got_at, BOB, P1, 200, "INVITE", via("p1 b1", "alice a1"));
        g_assert_true((missing(&l, branch).sign == SX_MISSING_PASSED_ON) == rows[i].missing);
        ladder_close(&l);
    }
}

/* Nor does a proxy ring. */
static void test_ringing_passed_on(void)
{
    struct ladder l = ladder_open();
    begin(&l);
    uint32_t branch = request(&l, 0.2, P1, BOB, "INVITE", via("p1 b1", "alice a1"))->txn;

    request(&l, 0.7, P1, BOB, "INVITE", via("p1 b1", "alice a1"));
    response(&l, 1, P1, ALICE, 182, "INVITE", via("alice a1")); /* it may queue calls */
    g_assert_cmpint(missing(&l, branch).sign, ==, SX_MISSING_NONE);
    ladder_close(&l);

    l = ladder_open();
    begin(&l);
    branch = request(&l, 0.2, P1, BOB, "INVITE", via("p1 b1", "alice a1"))->txn;
    request(&l, 0.7, P1, BOB, "INVITE", via("p1 b1", "alice a1"));
    uint32_t frame = response(&l, 1, P1, ALICE, 180, "INVITE", via("alice a1"))->frame;
    g_assert_cmpint(missing(&l, branch).sign, ==, SX_MISSING_PASSED_ON);
    g_assert_cmpuint(missing(&l, branch).frame, ==, frame);
    other_packet(&l, 60);
    g_assert_false(sx_silence_no_response(l.tracker, txn_numbered(&l, branch)));
    ladder_close(&l);
}

/* The 200 came from the other branch. */
static void test_another_branch_answered(void)
{
    struct ladder l = ladder_open();
    begin(&l);
    uint32_t stuck = request(&l, 0.2, P1, BOB, "INVITE", via("p1 b1", "alice a1"))->txn;

    response(&l, 0.3, BOB, P1, 100, "INVITE", via("p1 b1", "alice a1"));
    request(&l, 0.4, P1, CAROL, "INVITE", via("p1 b2", "alice a1"));
    response(&l, 2, CAROL, P1, 200, "INVITE", via("p1 b2", "alice a1"));
    response(&l, 2.1, P1, ALICE, 200, "INVITE", via("alice a1"));
    other_packet(&l, 60);
    g_assert_cmpint(missing(&l, stuck).sign, ==, SX_MISSING_NONE);
    g_assert_cmpint(wait_of(&l, stuck).state, ==, SX_TRYING_TIMED_OUT);
    ladder_close(&l);
}

/* A failure of the proxy may be its own. */
static void test_failure_of_the_hop_above(void)
{
    struct ladder l = ladder_open();
    begin(&l);
    uint32_t branch = request(&l, 0.2, P1, BOB, "INVITE", via("p1 b1", "alice a1"))->txn;

    response(&l, 0.3, BOB, P1, 100, "INVITE", via("p1 b1", "alice a1"));
    response(&l, 31, P1, ALICE, 408, "INVITE", via("alice a1"));
    other_packet(&l, 60);
    g_assert_cmpint(missing(&l, branch).sign, ==, SX_MISSING_NONE);
    g_assert_cmpint(wait_of(&l, branch).state, ==, SX_TRYING_TIMED_OUT);
    ladder_close(&l);
}

/* The capture lacks the 2xx on both hops: who acknowledges it has it from a branch. */
static void test_ack_above(void)
{
    static const struct {
        unsigned beside; /* the first response of another branch; 0: there is none */
        const char *tag;
        unsigned final; /* of Alice's own leg, in sight, with another tag */
        enum sx_missing_sign sign;
    } rows[] = {
        {0, NULL, 0, SX_MISSING_ACKNOWLEDGED},      {100, "", 0, SX_MISSING_UNCERTAIN},
        {180, "carol", 0, SX_MISSING_ACKNOWLEDGED}, {180, "bob", 0, SX_MISSING_NONE},
        {200, "carol", 0, SX_MISSING_NONE},         {0, NULL, 486, SX_MISSING_NONE},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        begin(&l);
        uint32_t branch = request(&l, 0.2, P1, BOB, "INVITE", via("p1 b1", "alice a1"))->txn;
        response(&l, 0.3, BOB, P1, 100, "INVITE", via("p1 b1", "alice a1"));
        if (rows[i].beside) {
            request(&l, 0.4, P1, CAROL, "INVITE", via("p1 b2", "alice a1"));
            response(&l, 0.5, CAROL, P1, rows[i].beside, "INVITE", via("p1 b2", "alice a1"),
                     .to_tag = rows[i].tag);
        }
        if (rows[i].final)
            response(&l, 1, P1, ALICE, rows[i].final, "INVITE", via("alice a1"), .to_tag = "x");
        uint32_t ack = request(&l, 3, ALICE, BOB, "ACK", via("alice a2"), .to_tag = "bob")->frame;
        g_test_message("row %zu", i);
        g_assert_cmpint(missing(&l, branch).sign, ==, rows[i].sign);
        if (rows[i].sign != SX_MISSING_NONE)
            assert_sign_at(&l, branch, ack, rows[i].sign);
        ladder_close(&l);
    }
}

/* A branch that answers in sight, before the ACK, is none that the capture lacks an answer of. */
static void test_ack_above_an_answer(void)
{
    struct ladder l = ladder_open();

    begin(&l);
    uint32_t branch = request(&l, 0.2, P1, BOB, "INVITE", via("p1 b1", "alice a1"))->txn;
    response(&l, 2, BOB, P1, 200, "INVITE", via("p1 b1", "alice a1"));
    request(&l, 3, ALICE, BOB, "ACK", via("alice a2"), .to_tag = "bob");
    g_assert_cmpint(missing(&l, branch).sign, ==, SX_MISSING_NONE);
    ladder_close(&l);
}

/* ---- requests that the capture lacks ---- */

/* The 100 tells that the branch began; what came before it is not of that. */
static void test_lost_invite_passed_on(void)
{
    for (unsigned after = 0; after < 2; after++) {
        struct ladder l = ladder_open();
        uint32_t first = begin(&l), frame;
        if (!after)
            response(&l, 1, P1, ALICE, 180, "INVITE", via("alice a1"));
        uint32_t branch = response(&l, 1, BOB, P1, 100, "INVITE", via("p1 b1", "alice a1"))->txn;
        if (after)
            response(&l, 1, P1, ALICE, 180, "INVITE", via("alice a1"));
        frame = after ? l.frame : 0;
        g_assert_cmpuint(branch, !=, first);
        g_assert_cmpuint(missing(&l, branch).frame, ==, frame);
        g_assert_cmpint(missing(&l, branch).sign, ==,
                        after ? SX_MISSING_PASSED_ON : SX_MISSING_NONE);
        ladder_close(&l);
    }
}

/* Without its own 100 nothing tells when it began. */
static void test_lost_invite_beside(void)
{
    for (unsigned code = 100; code <= 180; code += 80) {
        struct ladder l = ladder_open();
        begin(&l);
        uint32_t seen = request(&l, 0.2, P1, CAROL, "INVITE", via("p1 b2", "alice a1"))->txn;
        response(&l, 0.3, BOB, P1, code, "INVITE", via("p1 b1", "alice a1"));
        response(&l, 2, P1, ALICE, 183, "INVITE", via("alice a1"), .to_tag = "z");
        g_assert_cmpint(missing(&l, seen).sign, ==,
                        code == 100 ? SX_MISSING_UNCERTAIN : SX_MISSING_PASSED_ON);
        ladder_close(&l);
    }
}

/* An ACK or a PRACK after the 100 of an INVITE that the capture lacks. */
static void test_lost_invite_acknowledged(void)
{
    struct ladder l = ladder_open();

    request(&l, 0, ALICE, P1, "ACK", via("alice a0"), .to_tag = "bob");
    uint32_t txn = response(&l, 0.1, P1, ALICE, 100, "INVITE", via("alice a1"))->txn;
    g_assert_cmpint(missing(&l, txn).sign, ==, SX_MISSING_NONE);
    uint32_t ack = request(&l, 3, ALICE, P1, "ACK", via("alice a2"), .to_tag = "bob")->frame;
    g_assert_cmpint(missing(&l, txn).sign, ==, SX_MISSING_ACKNOWLEDGED);
    g_assert_cmpuint(missing(&l, txn).frame, ==, ack);
    ladder_close(&l);

    l = ladder_open();
    txn = response(&l, 0.1, P1, ALICE, 100, "INVITE", via("alice a1"))->txn;
    request(&l, 3, ALICE, P1, "PRACK", via("alice a2"), .to_tag = "bob", .cseq = 2);
    g_assert_cmpint(missing(&l, txn).sign, ==, SX_MISSING_PRACKED);
    ladder_close(&l);
}

/* The client has sent it to two servers, and the capture lacks one of the two INVITEs. */
static void test_ack_beside_a_lost_invite(void)
{
    static const struct {
        unsigned code;
        const char *tag;
        enum sx_missing_sign sign;
    } rows[] = {{100, "", SX_MISSING_UNCERTAIN},
                {180, "bob", SX_MISSING_NONE},
                {180, "x", SX_MISSING_ACKNOWLEDGED}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        uint32_t seen = request(&l, 0, ALICE, P1, "INVITE", via("alice a1"))->txn;
        response(&l, 0.1, P1, ALICE, 100, "INVITE", via("alice a1"));
        response(&l, 0.2, P2, ALICE, rows[i].code, "INVITE", via("alice a2"),
                 .to_tag = rows[i].tag);
        request(&l, 3, ALICE, P1, "ACK", via("alice a3"), .to_tag = "bob");
        g_test_message("row %zu", i);
        g_assert_cmpint(missing(&l, seen).sign, ==, rows[i].sign);
        ladder_close(&l);
    }
}

/* It is listed once, also where its request comes after its 100. */
static void test_invite_behind_its_100(void)
{
    struct ladder l = ladder_open();

    uint32_t old = request(&l, 0, ALICE, P1, "INVITE", via("alice a0"))->txn;
    uint32_t txn = response(&l, 0.1, P2, ALICE, 100, "INVITE", via("alice a1"))->txn;
    request(&l, 0.2, ALICE, P2, "INVITE", via("alice a1"));
    g_assert_cmpuint(txn_numbered(&l, txn)->next_alike, ==, old);
    g_assert_cmpuint(txn_numbered(&l, old)->next_alike, ==, 0);
    ladder_close(&l);
}

/* ---- packets that cannot be read ---- */

static void test_unreadable(void)
{
    struct ladder l = ladder_open();
    uint32_t txn;

    unreadable(&l, 0, P1, ALICE); /* hosts that are not known yet */
    txn = begin(&l);
    unreadable(&l, 1, ALICE, P1); /* the other way */
    unreadable(&l, 1, P1, BOB);
    unreadable(&l, 1, BOB, ALICE);
    g_assert_cmpint(missing(&l, txn).sign, ==, SX_MISSING_NONE);
    uint32_t frame = unreadable(&l, 2, P1, ALICE);
    unreadable(&l, 3, P1, ALICE);
    g_assert_cmpint(missing(&l, txn).sign, ==, SX_MISSING_UNREADABLE);
    g_assert_cmpuint(missing(&l, txn).frame, ==, frame);
    other_packet(&l, 60);
    g_assert_null(sx_tracker_expiry(l.tracker, l.frame, 0));
    g_assert_cmpint(wait_of(&l, txn).state, ==, SX_TRYING_NONE);
    sx_tracker_end(l.tracker);
    g_assert_cmpint(wait_of(&l, txn).state, ==, SX_TRYING_OPEN);
    ladder_close(&l);
}

/* Before the 100, or behind the response, it can be no response to wait for. */
static void test_unreadable_at_another_time(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = request(&l, 0, ALICE, P1, "INVITE", via("alice a1"))->txn;

    request(&l, 0.01, P1, ALICE, "OPTIONS", via("p1 o1"), .call_id = "2");
    unreadable(&l, 0.02, P1, ALICE);
    response(&l, 0.1, P1, ALICE, 100, "INVITE", via("alice a1"));
    g_assert_cmpint(missing(&l, txn).sign, ==, SX_MISSING_NONE);
    response(&l, 10, P1, ALICE, 180, "INVITE", via("alice a1"));
    unreadable(&l, 11, P1, ALICE);
    g_assert_cmpint(wait_of(&l, txn).state, ==, SX_TRYING_SLOW);
    ladder_close(&l);
}

/* What a frame has said stays true. */
static void test_unreadable_after_the_timeout(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = begin(&l);

    other_packet(&l, 40);
    unreadable(&l, 41, P1, ALICE);
    g_assert_cmpint(wait_of(&l, txn).state, ==, SX_TRYING_TIMED_OUT);
    g_assert_cmpint(wait_of(&l, txn).missing.sign, ==, SX_MISSING_NONE);
    ladder_close(&l);
}

/* ---- up to a frame, which counts itself ---- */

static void test_until_the_ack(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = begin(&l);
    uint32_t ack = request(&l, 3, ALICE, P1, "ACK", via("alice a2"), .to_tag = "bob")->frame;

    assert_sign_at(&l, txn, ack, SX_MISSING_ACKNOWLEDGED);
    ladder_close(&l);
    l = ladder_open();
    txn = begin(&l);
    ack = request(&l, 3, ALICE, P1, "ACK", via("alice a1"), .to_tag = "bob")->frame;
    assert_sign_at(&l, txn, ack, SX_MISSING_REFUSED);
    ladder_close(&l);
}

static void test_until_it_is_passed_on(void)
{
    struct ladder l = ladder_open();

    begin(&l);
    uint32_t branch = request(&l, 0.2, P1, BOB, "INVITE", via("p1 b1", "alice a1"))->txn;
    uint32_t frame = response(&l, 2, P1, ALICE, 180, "INVITE", via("alice a1"))->frame;
    assert_sign_at(&l, branch, frame, SX_MISSING_PASSED_ON);
    ladder_close(&l);
}

/* A response that does not match is none that the capture lacks, from its own frame on. */
static void test_until_the_stray(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = begin(&l);

    request(&l, 2, ALICE, P1, "ACK", via("alice a2"), .to_tag = "bob");
    uint32_t stray = response(&l, 3, P1, ALICE, 200, "INVITE", via("alice wrong"))->frame;
    g_assert_cmpuint(sx_txn_rare(txn_numbered(&l, txn))->stray, !=, 0);
    g_assert_cmpint(sx_missing_response(l.tracker, txn_numbered(&l, txn), stray - 1).sign, ==,
                    SX_MISSING_ACKNOWLEDGED);
    g_assert_cmpint(sx_missing_response(l.tracker, txn_numbered(&l, txn), stray).sign, ==,
                    SX_MISSING_NONE);
    ladder_close(&l);
}

/* ---- PRACKs ---- */

static const struct sx_message *prack(struct ladder *l, double at, unsigned from,
                                      const char *branch, uint32_t cseq)
{
    return request(l, at, from, P1, "PRACK", via(branch), .to_tag = "bob", .cseq = cseq);
}

/* The first of them shows it, as soon as it is there. */
static void test_first_prack(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = begin(&l), frame = prack(&l, 3, ALICE, "alice a2", 2)->frame;
    struct sx_missing u = sx_missing_response(l.tracker, txn_numbered(&l, txn), frame);

    g_assert_cmpint(u.sign, ==, SX_MISSING_PRACKED);
    g_assert_cmpuint(u.frame, ==, frame);
    g_assert_cmpint(sx_missing_response(l.tracker, txn_numbered(&l, txn), frame - 1).sign, ==,
                    SX_MISSING_NONE);
    prack(&l, 4, ALICE, "alice a3", 3);
    g_assert_cmpuint(missing(&l, txn).frame, ==, frame);
    ladder_close(&l);
}

static void test_prack_of_another_host(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = begin(&l);

    prack(&l, 3, CAROL, "carol c2", 2);
    g_assert_cmpint(missing(&l, txn).sign, ==, SX_MISSING_NONE);
    ladder_close(&l);
}

/* Carol's way is another one. A PRACK for Bob may take it, too, but not where an INVITE of the fork
 * went there. */
static void test_prack_on_another_way(void)
{
    for (unsigned fork = 0; fork < 2; fork++) {
        struct ladder l = ladder_open();

        request(&l, 0, ALICE, P1, "INVITE", via("alice a1"));
        uint32_t txn = request(&l, 0.1, P1, BOB, "INVITE", via("p1 b1", "alice a1"))->txn;
        if (fork)
            request(&l, 0.1, P1, CAROL, "INVITE", via("p1 c1", "alice a1"));
        response(&l, 0.2, BOB, P1, 100, "INVITE", via("p1 b1", "alice a1"));
        uint32_t frame =
            request(&l, 3, P1, CAROL, "PRACK", via("p1 c2", "alice a2"), .to_tag = "x", .cseq = 2)
                ->frame;
        g_assert_cmpuint(missing(&l, txn).frame, ==, fork ? 0 : frame);
        ladder_close(&l);
    }
}

/* ---- other requests of the dialog ---- */

/* The client's own, or one that it takes. */
static void test_request_of_the_dialog(void)
{
    static const struct {
        unsigned from, to;
        const char *method, *from_tag, *to_tag;
        unsigned code; /* its answer; 0: none */
        enum sx_missing_sign sign;
    } rows[] = {
        {ALICE, P1, "BYE", "alice", "bob", 0, SX_MISSING_IN_DIALOG},
        {ALICE, P1, "INFO", "alice", "bob", 481, SX_MISSING_IN_DIALOG},
        {ALICE, P1, "UPDATE", "carol", "bob", 0, SX_MISSING_NONE},
        {ALICE, P1, "OPTIONS", "alice", "", 200, SX_MISSING_NONE},
        {ALICE, P1, "CANCEL", "alice", "bob", 200, SX_MISSING_NONE},
        {P1, ALICE, "BYE", "bob", "alice", 200, SX_MISSING_IN_DIALOG},
        {P1, ALICE, "BYE", "bob", "alice", 0, SX_MISSING_UNCERTAIN},
        {P1, ALICE, "UPDATE", "bob", "alice", 405, SX_MISSING_UNCERTAIN},
        {P1, ALICE, "BYE", "bob", "alice", 481, SX_MISSING_NONE},
        {P1, ALICE, "BYE", "bob", "carol", 200, SX_MISSING_NONE},
        {BOB, ALICE, "BYE", "bob", "alice", 200, SX_MISSING_NONE},
        {P1, BOB, "BYE", "bob", "alice", 200, SX_MISSING_NONE},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        uint32_t txn = begin(&l);
        uint32_t frame = request(&l, 40, rows[i].from, rows[i].to, rows[i].method, via("x y1"),
                                 .from_tag = rows[i].from_tag, .to_tag = rows[i].to_tag, .cseq = 7)
                             ->frame;
        if (rows[i].code)
            response(&l, 41, rows[i].to, rows[i].from, rows[i].code, rows[i].method, via("x y1"),
                     .from_tag = rows[i].from_tag, .to_tag = rows[i].to_tag, .cseq = 7);
        g_test_message("row %zu", i);
        g_assert_cmpint(missing(&l, txn).sign, ==, rows[i].sign);
        if (rows[i].sign != SX_MISSING_NONE)
            g_assert_cmpuint(missing(&l, txn).frame, ==, frame);
        g_assert_false(missing(&l, txn).by_answer);
        g_assert_true(sx_missing_is_sure(missing(&l, txn).sign) ==
                      (rows[i].sign == SX_MISSING_IN_DIALOG));
        ladder_close(&l);
    }
}

/* The capture lacks the request, and has what answers it. */
static void test_answer_in_the_dialog(void)
{
    static const struct {
        unsigned from, to; /* of the request */
        const char *method, *to_tag;
        unsigned code;
        enum sx_missing_sign sign;
    } rows[] = {
        {ALICE, P1, "BYE", "bob", 200, SX_MISSING_IN_DIALOG},
        {ALICE, P1, "UPDATE", "bob", 200, SX_MISSING_IN_DIALOG},
        {ALICE, P1, "INFO", "bob", 202, SX_MISSING_IN_DIALOG},
        {ALICE, P1, "BYE", "bob", 481, SX_MISSING_NONE},
        {ALICE, P1, "BYE", "bob", 100, SX_MISSING_NONE},
        {ALICE, P1, "OPTIONS", "bob", 200, SX_MISSING_NONE},
        {ALICE, BOB, "BYE", "bob", 200, SX_MISSING_NONE},
        {ALICE, P1, "BYE", "alice", 200, SX_MISSING_NONE},
        {P1, ALICE, "BYE", "alice", 200, SX_MISSING_IN_DIALOG},
        {P1, ALICE, "BYE", "carol", 200, SX_MISSING_NONE},
        {P1, ALICE, "BYE", "alice", 405, SX_MISSING_NONE},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        uint32_t txn = begin(&l);
        uint32_t frame = response(&l, 41, rows[i].to, rows[i].from, rows[i].code, rows[i].method,
                                  via("x y1"), .from_tag = "x", .to_tag = rows[i].to_tag, .cseq = 7)
                             ->frame;
        g_test_message("row %zu", i);
        g_assert_cmpint(missing(&l, txn).sign, ==, rows[i].sign);
        if (rows[i].sign != SX_MISSING_NONE)
            g_assert_cmpuint(missing(&l, txn).frame, ==, frame);
        g_assert_true(missing(&l, txn).by_answer == (rows[i].sign != SX_MISSING_NONE));
        ladder_close(&l);
    }
}

/* Only when it is taken is it known to be. */
static void test_taken_when_answered(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = begin(&l);

    request(&l, 40, P1, ALICE, "BYE", via("x y1"), .from_tag = "bob", .to_tag = "alice");
    uint32_t frame =
        response(&l, 41, ALICE, P1, 200, "BYE", via("x y1"), .from_tag = "bob", .to_tag = "alice")
            ->frame;
    const struct sx_txn *invite = txn_numbered(&l, txn);
    g_assert_cmpint(sx_missing_response(l.tracker, invite, frame).sign, ==, SX_MISSING_IN_DIALOG);
    g_assert_cmpint(sx_missing_response(l.tracker, invite, frame - 1).sign, ==,
                    SX_MISSING_UNCERTAIN);
    g_assert_cmpint(sx_missing_response(l.tracker, invite, frame - 2).sign, ==, SX_MISSING_NONE);
    ladder_close(&l);
}

/* Alice tried again, with the next CSeq number: answered by Bob, by another, not at all; or only
 * later. */
static void test_request_of_another_attempt(void)
{
    static const struct {
        double at;
        unsigned code;
        const char *tag;
        enum sx_missing_sign sign;
    } rows[] = {{20, 200, "bob", SX_MISSING_NONE},
                {20, 200, "x", SX_MISSING_IN_DIALOG},
                {20, 100, "", SX_MISSING_UNCERTAIN},
                {50, 100, "", SX_MISSING_IN_DIALOG}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        uint32_t txn = begin(&l);
        if (rows[i].at > 40)
            request(&l, 40, ALICE, P1, "BYE", via("alice a9"), .to_tag = "bob", .cseq = 3);
        request(&l, rows[i].at, ALICE, P1, "INVITE", via("alice a5"), .cseq = 2);
        response(&l, rows[i].at + 1, P1, ALICE, rows[i].code, "INVITE", via("alice a5"), .cseq = 2,
                 .to_tag = rows[i].tag);
        if (rows[i].at < 40)
            request(&l, 40, ALICE, P1, "BYE", via("alice a9"), .to_tag = "bob", .cseq = 3);
        g_test_message("row %zu", i);
        g_assert_cmpint(missing(&l, txn).sign, ==, rows[i].sign);
        ladder_close(&l);
    }
}

/* ---- whose ACK it is ---- */

/* Two INVITEs of a call to two servers, of which Alice acknowledges one: that one has the To tag of
 * the ACK, in its first response, in one between, or in its final one. */
static void test_ack_of_one_of_two(void)
{
    static const struct {
        const char *first, *second;
        unsigned code; /* of the second */
    } rows[] = {{"bob", NULL, 0},
                {"x", "bob", 101},
                {"x", "bob", 101},
                {"x", "bob", 183},
                {"x", "bob", 200}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        uint32_t one = request(&l, 0, ALICE, P1, "INVITE", via("alice a1"))->txn;
        uint32_t two = request(&l, 0.1, ALICE, P2, "INVITE", via("alice a2"))->txn;
        response(&l, 1, P1, ALICE, 180, "INVITE", via("alice a1"), .to_tag = rows[i].first);
        if (rows[i].second)
            response(&l, 2, P1, ALICE, rows[i].code, "INVITE", via("alice a1"),
                     .to_tag = rows[i].second);
        request(&l, 3, ALICE, P1, "ACK", via("alice a3"), .to_tag = "bob");
        g_test_message("row %u", (unsigned)i);
        if (rows[i].code != 200)
            g_assert_cmpint(missing(&l, one).sign, ==, SX_MISSING_ACKNOWLEDGED);
        g_assert_cmpint(missing(&l, two).sign, ==, SX_MISSING_NONE);
        ladder_close(&l);
    }
}

/* Two phones answered one of them, in one packet. */
static void test_ack_of_the_second_answer(void)
{
    struct ladder l = ladder_open();

    request(&l, 0, ALICE, P1, "INVITE", via("alice a1"), .transport = SX_TRANSPORT_TCP);
    uint32_t two = request(&l, 0.1, ALICE, P2, "INVITE", via("alice a2"))->txn;
    response(&l, 2, P1, ALICE, 200, "INVITE", via("alice a1"), .to_tag = "x",
             .transport = SX_TRANSPORT_TCP);
    response(&l, 2, P1, ALICE, 200, "INVITE", via("alice a1"), .to_tag = "bob", .same_frame = true,
             .transport = SX_TRANSPORT_TCP);
    request(&l, 3, ALICE, P1, "ACK", via("alice a3"), .to_tag = "bob",
            .transport = SX_TRANSPORT_TCP);
    g_assert_cmpint(missing(&l, two).sign, ==, SX_MISSING_NONE);
    ladder_close(&l);
}

/* A client that heard nothing has given up after 32 s: the ACK is for another INVITE. One that
 * stopped sending had heard something. */
static void test_ack_after_timer_b(void)
{
    static const struct {
        unsigned sends;
        double at;
        enum sx_missing_sign sign;
    } rows[] = {{7, 31.999, SX_MISSING_ACKNOWLEDGED},
                {7, 32, SX_MISSING_NONE},
                {1, 40, SX_MISSING_ACKNOWLEDGED}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        uint32_t txn = requests(&l, rows[i].sends, 0, ALICE, P1, "INVITE", via("alice a1"));
        request(&l, rows[i].at, ALICE, P1, "ACK", via("alice a2"), .to_tag = "bob");
        g_test_message("row %u", (unsigned)i);
        g_assert_cmpint(missing(&l, txn).sign, ==, rows[i].sign);
        ladder_close(&l);
    }
}

/* ---- what the hop above passed on ---- */

/* It may be from another branch that answered the same, where the proxy changes tags. */
static void test_passed_on_from_another(void)
{
    for (unsigned code = 180; code <= 183; code += 3) {
        struct ladder l = ladder_open();
        begin(&l);
        uint32_t silent = request(&l, 0.2, P1, BOB, "INVITE", via("p1 b1", "alice a1"))->txn;
        request(&l, 0.2, P1, CAROL, "INVITE", via("p1 b2", "alice a1"));
        response(&l, 2, CAROL, P1, code, "INVITE", via("p1 b2", "alice a1"), .to_tag = "carol");
        response(&l, 2.1, P1, ALICE, 180, "INVITE", via("alice a1"), .to_tag = "p1");
        g_assert_cmpint(missing(&l, silent).sign, ==,
                        code == 180 ? SX_MISSING_NONE : SX_MISSING_PASSED_ON);
        ladder_close(&l);
    }
}

/* Its first response or its final one, by frame or by time. */
static void test_passed_on_from_another_in_the_wrong_order(void)
{
    static const struct {
        double got_at;
        bool before; /* in the capture */
        unsigned code;
        bool missing;
    } rows[] = {
        {1.9, false, 200, false}, {2.0, false, 200, false}, {2.1, false, 200, true},
        {2.1, true, 200, false},  {1.9, true, 202, true},
    };

    for (size_t i = 0; i < 2 * G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        size_t row = i / 2;
        begin(&l);
        uint32_t silent = request(&l, 0.2, P1, BOB, "INVITE", via("p1 b1", "alice a1"))->txn;
        request(&l, 0.2, P1, CAROL, "INVITE", via("p1 b2", "alice a1"));
        if (i % 2)
            response(&l, 1, CAROL, P1, 183, "INVITE", via("p1 b2", "alice a1"), .to_tag = "carol");
        if (!rows[row].before)
            response(&l, 2, P1, ALICE, 200, "INVITE", via("alice a1"), .to_tag = "p1");
        response(&l, rows[row].got_at, CAROL, P1, rows[row].code, "INVITE",
                 via("p1 b2", "alice a1"), .to_tag = "carol");
        if (rows[row].before)
            response(&l, 2, P1, ALICE, 200, "INVITE", via("alice a1"), .to_tag = "p1");
        g_test_message("%zu", i);
        g_assert_cmpint(missing(&l, silent).sign, ==,
                        rows[row].missing ? SX_MISSING_PASSED_ON : SX_MISSING_NONE);
        ladder_close(&l);
    }
}

/* Carol's own is handed on with its tag: the other one is not hers. */
static void test_passed_on_with_two_tags(void)
{
    struct ladder l = ladder_open();

    begin(&l);
    uint32_t silent = request(&l, 0.2, P1, BOB, "INVITE", via("p1 b1", "alice a1"))->txn;
    request(&l, 0.2, P1, CAROL, "INVITE", via("p1 b2", "alice a1"));
    response(&l, 1, CAROL, P1, 183, "INVITE", via("p1 b2", "alice a1"), .to_tag = "carol");
    response(&l, 1, P1, ALICE, 183, "INVITE", via("alice a1"), .to_tag = "carol");
    response(&l, 1.9, CAROL, P1, 200, "INVITE", via("p1 b2", "alice a1"), .to_tag = "carol");
    response(&l, 2, P1, ALICE, 200, "INVITE", via("alice a1"), .to_tag = "bob");
    g_assert_cmpint(missing(&l, silent).sign, ==, SX_MISSING_PASSED_ON);
    ladder_close(&l);
}

/* Alice's proxy hands the 180 on; the capture lacks it on the hops below, of which there are so
 * many. */
static enum sx_missing_sign sign_below(unsigned hops)
{
    static const char *const vias[MAX_TEXT_VIAS] = {"h7 7", "h6 6", "h5 5", "h4 4",
                                                    "h3 3", "h2 2", "h1 1", "alice a1"};
    struct ladder l = ladder_open();
    struct sip_text forwarded = {.method = "INVITE"};
    uint32_t last = 0;

    begin(&l);
    for (unsigned hop = 1; hop <= hops; hop++) {
        memcpy(forwarded.via, &vias[7 - hop], (hop + 1) * sizeof vias[0]);
        last = ladder_send(&l, 0.2, P1, BOB, &forwarded)->txn;
    }
    response(&l, 1, P1, ALICE, 180, "INVITE", via("alice a1"));
    enum sx_missing_sign sign = missing(&l, last).sign;
    ladder_close(&l);
    return sign;
}

static void test_passed_on_far_above(void)
{
    g_assert_cmpint(sign_below(2), ==, SX_MISSING_PASSED_ON);
    g_assert_cmpint(sign_below(6), ==, SX_MISSING_PASSED_ON);
    g_assert_cmpint(sign_below(7), ==, SX_MISSING_NONE);
}

/* It is of another branch of the hop between, or that one shows what it was given. */
static void test_passed_on_above_from_another(void)
{
    for (unsigned row = 0; row < 3; row++) {
        struct ladder l = ladder_open();
        begin(&l);
        request(&l, 0.2, P1, P2, "INVITE", via("p1 b1", "alice a1"));
        uint32_t bob = request(&l, 0.3, P2, BOB, "INVITE", via("p2 c1", "p1 b1", "alice a1"))->txn;
        request(&l, 0.3, P1, CAROL, "INVITE", via("p1 b2", "alice a1"));
        if (row == 1)
            response(&l, 0.9, CAROL, P1, 180, "INVITE", via("p1 b2", "alice a1"),
                     .to_tag = "carol");
        if (row == 2)
            response(&l, 0.9, P2, P1, 182, "INVITE", via("p1 b1", "alice a1"), .to_tag = "dave");
        response(&l, 1, P1, ALICE, 180, "INVITE", via("alice a1"), .to_tag = "carol");
        g_test_message("row %u", row);
        g_assert_cmpint(missing(&l, bob).sign, ==, row ? SX_MISSING_NONE : SX_MISSING_UNCERTAIN);
        ladder_close(&l);
    }
}

/* A branch that was sent again stopped where the next time was due, and something was passed on
 * later: what stopped it was not that, unless it came within a tenth of T1. Sent once it may have
 * had that answer at any time. */
static void test_passed_on_late(void)
{
    static const struct {
        unsigned sends;
        double at;
        enum sx_missing_sign sign;
    } rows[] = {{2, 1.75, SX_MISSING_PASSED_ON},
                {2, 1.751, SX_MISSING_UNCERTAIN},
                {1, 5, SX_MISSING_PASSED_ON}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        begin(&l);
        uint32_t branch =
            requests(&l, rows[i].sends, 0.2, P1, BOB, "INVITE", via("p1 b1", "alice a1"));
        response(&l, rows[i].at, P1, ALICE, 180, "INVITE", via("alice a1"));
        g_test_message("row %u", (unsigned)i);
        g_assert_cmpint(missing(&l, branch).sign, ==, rows[i].sign);
        ladder_close(&l);
    }
}

/* Of several signs alike the first one counts. */
static void test_first_sign(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = begin(&l);

    uint32_t first = request(&l, 3, ALICE, P1, "ACK", via("alice a2"), .to_tag = "bob")->frame;
    request(&l, 4, ALICE, P1, "ACK", via("alice a3"), .to_tag = "bob");
    g_assert_cmpuint(missing(&l, txn).frame, ==, first);
    ladder_close(&l);

    l = ladder_open();
    begin(&l);
    uint32_t branch = requests(&l, 2, 0.2, P1, BOB, "INVITE", via("p1 b1", "alice a1"));
    first = response(&l, 5, P1, ALICE, 180, "INVITE", via("alice a1"))->frame;
    response(&l, 6, P1, ALICE, 200, "INVITE", via("alice a1"));
    g_assert_cmpint(missing(&l, branch).sign, ==, SX_MISSING_UNCERTAIN);
    g_assert_cmpuint(missing(&l, branch).frame, ==, first);
    ladder_close(&l);
}

/* The To tag of a 100 is that of a host on the way, for all that is known: it tells nothing. */
static void test_tag_of_a_100(void)
{
    struct ladder l = ladder_open();
    uint32_t one = request(&l, 0, ALICE, P1, "INVITE", via("alice a1"))->txn;

    request(&l, 0.1, ALICE, P2, "INVITE", via("alice a2"));
    response(&l, 1, P1, ALICE, 100, "INVITE", via("alice a1"), .to_tag = "bob");
    request(&l, 3, ALICE, P1, "ACK", via("alice a3"), .to_tag = "bob");
    g_assert_cmpint(missing(&l, one).sign, ==, SX_MISSING_UNCERTAIN);
    ladder_close(&l);
}

/* The capture begins below P1, which does not stay in the way: Alice's ACK goes past it. */
static void test_ack_past(void)
{
    static const struct {
        const char *below; /* the second Via of the INVITE; NULL: none */
        unsigned from, to;
        bool beside; /* P1 has sent it to Carol, too, and she has answered with this tag */
        enum sx_missing_sign sign;
    } rows[] = {
        {"alice a1", ALICE, BOB, false, SX_MISSING_ACKNOWLEDGED},
        {"alice a1", ALICE, BOB, true, SX_MISSING_NONE},
        {"alice a1", ALICE, P2, false, SX_MISSING_NONE},
        {"alice a1", BOB, BOB, false, SX_MISSING_NONE},
        {NULL, ALICE, BOB, false, SX_MISSING_NONE},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        uint32_t txn = request(&l, 0, P1, BOB, "INVITE", via("p1 b1", rows[i].below))->txn;
        response(&l, 0.1, BOB, P1, 100, "INVITE", via("p1 b1", rows[i].below));
        if (rows[i].beside) {
            request(&l, 0.2, P1, CAROL, "INVITE", via("p1 b2", rows[i].below));
            response(&l, 0.3, CAROL, P1, 200, "INVITE", via("p1 b2", rows[i].below),
                     .to_tag = "bob");
        }
        request(&l, 3, rows[i].from, rows[i].to, "ACK", via("alice a2"), .to_tag = "bob");
        g_test_message("row %zu", i);
        g_assert_cmpint(missing(&l, txn).sign, ==, rows[i].sign);
        ladder_close(&l);
    }
}

/* The capture has the answer to a PRACK, and not the PRACK: Bob had sent what it was for. */
static void test_prack_answered(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = begin(&l);
    uint32_t frame = response(&l, 0.4, P1, ALICE, 200, "PRACK", via("alice a2"), .cseq = 2)->frame;

    g_assert_cmpint(missing(&l, txn).sign, ==, SX_MISSING_PRACKED);
    g_assert_cmpuint(missing(&l, txn).frame, ==, frame);
    ladder_close(&l);
}

/* Alice gives up. What P1 sent her before and nobody can read may be a 180: not that it sent its
 * 100 and no more. */
static void test_given_up_after_unread(void)
{
    for (unsigned unread = 0; unread < 2; unread++) {
        struct ladder l = ladder_open();
        uint32_t txn = begin(&l);
        if (unread)
            unreadable(&l, 5, P1, ALICE);
        request(&l, 20, ALICE, P1, "CANCEL", via("alice a1"));
        sx_tracker_end(l.tracker);
        struct sx_trying v = wait_of(&l, txn);
        g_assert_cmpint(v.state, ==, SX_TRYING_CANCELLED);
        g_assert_cmpint(v.chain.last.cause, ==,
                        unread ? SX_CAUSE_UNKNOWN : SX_CAUSE_NOTHING_BEYOND);
        g_assert_cmpuint(v.chain.cause_in, ==, unread ? 0 : 2);
        ladder_close(&l);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/missing/ack_of_success", test_ack_of_success);
    g_test_add_func("/missing/other_acks", test_other_acks);
    g_test_add_func("/missing/ack_of_failure", test_ack_of_failure);
    g_test_add_func("/missing/no_100", test_no_100);
    g_test_add_func("/missing/ack_after_the_timeout", test_ack_after_the_timeout);
    g_test_add_func("/missing/slow_all_the_same", test_slow_all_the_same);
    g_test_add_func("/missing/passed_on", test_passed_on);
    g_test_add_func("/missing/passed_on_in_the_wrong_order", test_passed_on_in_the_wrong_order);
    g_test_add_func("/missing/ringing_passed_on", test_ringing_passed_on);
    g_test_add_func("/missing/another_branch_answered", test_another_branch_answered);
    g_test_add_func("/missing/failure_of_the_hop_above", test_failure_of_the_hop_above);
    g_test_add_func("/missing/ack_above", test_ack_above);
    g_test_add_func("/missing/ack_above/answer", test_ack_above_an_answer);
    g_test_add_func("/missing/lost_invite/passed_on", test_lost_invite_passed_on);
    g_test_add_func("/missing/lost_invite/beside", test_lost_invite_beside);
    g_test_add_func("/missing/lost_invite/acknowledged", test_lost_invite_acknowledged);
    g_test_add_func("/missing/lost_invite/ack_beside", test_ack_beside_a_lost_invite);
    g_test_add_func("/missing/lost_invite/behind_its_100", test_invite_behind_its_100);
    g_test_add_func("/missing/unreadable", test_unreadable);
    g_test_add_func("/missing/unreadable_at_another_time", test_unreadable_at_another_time);
    g_test_add_func("/missing/unreadable_after_the_timeout", test_unreadable_after_the_timeout);
    g_test_add_func("/missing/until/ack", test_until_the_ack);
    g_test_add_func("/missing/until/passed_on", test_until_it_is_passed_on);
    g_test_add_func("/missing/until/stray", test_until_the_stray);
    g_test_add_func("/missing/first_prack", test_first_prack);
    g_test_add_func("/missing/prack_of_another_host", test_prack_of_another_host);
    g_test_add_func("/missing/prack_on_another_way", test_prack_on_another_way);
    g_test_add_func("/missing/ack_of_one_of_two", test_ack_of_one_of_two);
    g_test_add_func("/missing/ack_of_the_second_answer", test_ack_of_the_second_answer);
    g_test_add_func("/missing/ack_after_timer_b", test_ack_after_timer_b);
    g_test_add_func("/missing/passed_on/from_another", test_passed_on_from_another);
    g_test_add_func("/missing/passed_on/from_another/wrong_order",
                    test_passed_on_from_another_in_the_wrong_order);
    g_test_add_func("/missing/passed_on/two_tags", test_passed_on_with_two_tags);
    g_test_add_func("/missing/passed_on/late", test_passed_on_late);
    g_test_add_func("/missing/passed_on/far_above", test_passed_on_far_above);
    g_test_add_func("/missing/passed_on/above_from_another", test_passed_on_above_from_another);
    g_test_add_func("/missing/in_dialog/request", test_request_of_the_dialog);
    g_test_add_func("/missing/in_dialog/answer", test_answer_in_the_dialog);
    g_test_add_func("/missing/in_dialog/taken_when_answered", test_taken_when_answered);
    g_test_add_func("/missing/in_dialog/another_attempt", test_request_of_another_attempt);
    g_test_add_func("/missing/first_sign", test_first_sign);
    g_test_add_func("/missing/tag_of_a_100", test_tag_of_a_100);
    g_test_add_func("/missing/ack/past", test_ack_past);
    g_test_add_func("/missing/prack/answered", test_prack_answered);
    g_test_add_func("/missing/unreadable/given-up", test_given_up_after_unread);
    return g_test_run();
}
