/* Why a failure was made: each cause where the capture shows it, and not where it only looks like
 * it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/judge/failure_cause.h"

#include "flow_text.h"
#undef segment /* here between any two hosts */

/* Two branches of Alice's INVITE. */
#define TO_BOB via("p1 b1", "alice a1")
#define TO_CAROL via("p1 c1", "alice a1")

static uint32_t call_comes(struct ladder *l)
{
    return request(l, 0, ALICE, P1, "INVITE", via("alice a1"))->txn;
}

static void told(struct ladder *l, double at, unsigned code, const char *tag)
{
    response(l, at, P1, ALICE, code, "INVITE", via("alice a1"), .to_tag = tag);
}

static struct sx_failure_cause assert_cause(struct ladder *l, uint32_t txn,
                                            enum sx_failure_kind kind, uint32_t frame)
{
    struct sx_failure_cause c = sx_failure_cause_find(l->tracker, txn_numbered(l, txn));

    g_assert_cmpint(c.kind, ==, kind);
    g_assert_cmpuint(c.frame, ==, frame);
    return c;
}

static void assert_and_close(struct ladder *l, uint32_t txn, enum sx_failure_kind kind,
                             uint32_t frame)
{
    assert_cause(l, txn, kind, frame);
    ladder_close(l);
}

static void assert_unknown(struct ladder *l, uint32_t txn)
{
    assert_and_close(l, txn, SX_FAILURE_UNKNOWN, 0);
}

/* ---- never answered ---- */

static void test_unanswered(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = call_comes(&l);

    requests(&l, 7, 0.1, P1, BOB, "INVITE", TO_BOB);
    told(&l, 32.2, 408, "p1");
    assert_and_close(&l, txn, SX_FAILURE_UNANSWERED, 2);
    /* A short timer of the proxy's own. */
    l = ladder_open();
    txn = call_comes(&l);
    requests(&l, 4, 0.1, P1, BOB, "INVITE", TO_BOB);
    told(&l, 5.2, 408, "p1");
    assert_and_close(&l, txn, SX_FAILURE_UNANSWERED, 2);
}

/* Sent once over UDP: one that stops is one that heard something. 403 is no answer to silence. */
static void test_unanswered_not_shown(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = call_comes(&l);

    requests(&l, 1, 0.1, P1, BOB, "INVITE", TO_BOB);
    told(&l, 5, 480, "p1");
    assert_unknown(&l, txn);
    l = ladder_open();
    txn = call_comes(&l);
    requests(&l, 1, 0.1, P1, BOB, "INVITE", TO_BOB);
    told(&l, 5, 408, "p1");
    assert_unknown(&l, txn);
    l = ladder_open();
    txn = call_comes(&l);
    requests(&l, 3, 0.1, P1, BOB, "INVITE", TO_BOB);
    told(&l, 2, 403, "p1");
    assert_unknown(&l, txn);
}

/* Bob said only 100; or the transport repeats nothing. P1 says itself that it got nothing more. */
static void test_unanswered_by_its_own_word(void)
{
    for (unsigned i = 0; i < 2; i++) {
        struct ladder l = ladder_open();
        uint32_t txn = call_comes(&l);

        requests(&l, 1, 0.1, P1, BOB, "INVITE", TO_BOB,
                 .transport = i ? SX_TRANSPORT_TCP : SX_TRANSPORT_UDP);
        if (!i)
            response(&l, 0.2, BOB, P1, 100, "INVITE", TO_BOB);
        told(&l, 32.2, 408, "p1");
        assert_and_close(&l, txn, SX_FAILURE_UNANSWERED, 2);
    }
}

/* It acknowledged a final response that the capture lacks. */
static void test_unanswered_but_acknowledged(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = call_comes(&l);

    requests(&l, 1, 0.1, P1, BOB, "INVITE", TO_BOB, .transport = SX_TRANSPORT_TCP);
    request(&l, 3, P1, BOB, "ACK", via("p1 b1"), .transport = SX_TRANSPORT_TCP);
    told(&l, 3.1, 408, "p1");
    assert_unknown(&l, txn);
}

/* A second is the least that is a wait. */
static void test_unanswered_threshold(void)
{
    const double ends[] = {1.099, 1.1};

    for (unsigned i = 0; i < 2; i++) {
        struct ladder l = ladder_open();
        uint32_t txn = call_comes(&l);

        requests(&l, 2, 0.1, P1, BOB, "INVITE", TO_BOB);
        told(&l, ends[i], 408, "p1");
        assert_and_close(&l, txn, i ? SX_FAILURE_UNANSWERED : SX_FAILURE_UNKNOWN, i ? 2 : 0);
    }
}

/* Bob answers after P1 gave up: P1's limit was too short; not if it was the whole of Timer B. */
static void test_answered_later(void)
{
    const double ends[] = {28.099, 28.1};

    for (unsigned i = 0; i < 2; i++) {
        struct ladder l = ladder_open();
        uint32_t txn = call_comes(&l);

        requests(&l, 6, 0.1, P1, BOB, "INVITE", TO_BOB);
        told(&l, ends[i], 408, "p1");
        assert_cause(&l, txn, SX_FAILURE_UNANSWERED, 2);
        response(&l, 30, BOB, P1, 180, "INVITE", TO_BOB);
        assert_and_close(&l, txn, i ? SX_FAILURE_UNANSWERED : SX_FAILURE_OWN_LIMIT,
                         i ? 2 : l.frame);
    }
}

static void test_unanswered_other_method(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = request(&l, 0, ALICE, P1, "MESSAGE", via("alice a1"))->txn;

    requests(&l, 11, 0.1, P1, BOB, "MESSAGE", TO_BOB);
    response(&l, 32.1, P1, ALICE, 408, "MESSAGE", via("alice a1"), .to_tag = "p1");
    assert_and_close(&l, txn, SX_FAILURE_UNANSWERED, 2);
}

/* ---- unreachable ---- */

static void test_icmp(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = call_comes(&l);

    request(&l, 0.1, P1, BOB, "INVITE", TO_BOB);
    undelivered(&l, 0.101, P1, 0, BOB, 0);
    told(&l, 0.2, 503, "p1");
    assert_and_close(&l, txn, SX_FAILURE_UNREACHABLE, 3);
    /* Busy: that says somebody else. */
    l = ladder_open();
    txn = call_comes(&l);
    request(&l, 0.1, P1, BOB, "INVITE", TO_BOB);
    undelivered(&l, 0.101, P1, 0, BOB, 0);
    told(&l, 0.2, 486, "p1");
    assert_unknown(&l, txn);
}

/* The ICMP error came for another request. */
static void test_icmp_of_another(void)
{
    struct ladder l = ladder_open();

    request(&l, 0, P1, BOB, "OPTIONS", via("p1 o1"), .call_id = "o");
    uint32_t txn = call_comes(&l);
    request(&l, 0.1, P1, CAROL, "INVITE", TO_CAROL);
    undelivered(&l, 0.11, P1, 0, BOB, 0);
    told(&l, 0.2, 503, "p1");
    assert_unknown(&l, txn);
}

/* One target is silent, one is unreachable: 408 is of a timer, 503 of an error. */
static void test_error_or_timer(void)
{
    for (unsigned i = 0; i < 2; i++) {
        struct ladder l = ladder_open();
        uint32_t txn = call_comes(&l);

        request(&l, 0.1, P1, CAROL, "INVITE", TO_CAROL);
        undelivered(&l, 0.101, P1, 0, CAROL, 0);
        requests(&l, 5, 0.101, P1, BOB, "INVITE", TO_BOB);
        told(&l, 10, i ? 408 : 503, "p1");
        /* Tried one after the other: the last one is it. */
        assert_and_close(&l, txn, SX_FAILURE_UNANSWERED, 4);
    }
    for (unsigned i = 0; i < 2; i++) {
        struct ladder l = ladder_open();
        uint32_t txn = call_comes(&l);

        request(&l, 0.1, P1, CAROL, "INVITE", TO_CAROL);
        request(&l, 0.1, P1, BOB, "INVITE", TO_BOB);
        undelivered(&l, 0.101, P1, 0, CAROL, 0);
        for (unsigned n = 1; n < 5; n++)
            request(&l, 0.1 + send_time("INVITE", n), P1, BOB, "INVITE", TO_BOB);
        told(&l, 10, i ? 408 : 503, "p1");
        assert_and_close(&l, txn, i ? SX_FAILURE_UNANSWERED : SX_FAILURE_UNREACHABLE, i ? 3 : 4);
    }
}

static uint32_t refused(struct ladder *l, double at, unsigned to)
{
    segment(l, at, P1, 40000 + to, to, 5060, SX_TCP_SYN);
    return segment(l, at + 0.001, to, 5060, P1, 40000 + to, SX_TCP_RST | SX_TCP_ACK);
}

static void test_refused(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = call_comes(&l);
    uint32_t frame = refused(&l, 0.01, BOB);

    told(&l, 0.02, 503, "p1");
    assert_and_close(&l, txn, SX_FAILURE_UNREACHABLE, frame);
}

/* 2 s after the request, and no later. */
static void test_refused_threshold(void)
{
    const double begins[] = {2, 2.001};

    for (unsigned i = 0; i < 2; i++) {
        struct ladder l = ladder_open();
        uint32_t txn = call_comes(&l);
        uint32_t frame = refused(&l, begins[i], BOB);

        told(&l, 2.1, 503, "p1");
        assert_and_close(&l, txn, i ? SX_FAILURE_UNKNOWN : SX_FAILURE_UNREACHABLE, i ? 0 : frame);
    }
}

/* A busy phone over a connection that is not in the capture; a connection asked for before. */
static void test_refused_not_why(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = call_comes(&l);

    refused(&l, 0.01, BOB);
    told(&l, 0.5, 486, "bob");
    assert_unknown(&l, txn);
    l = ladder_open();
    request(&l, -9, CAROL, P1, "OPTIONS", via("carol o"), .call_id = "o");
    response(&l, -8.9, P1, CAROL, 200, "OPTIONS", via("carol o"), .call_id = "o");
    refused(&l, -1, BOB);
    txn = call_comes(&l);
    told(&l, 0.5, 503, "p1");
    assert_unknown(&l, txn);
}

/* Two requests wait: it may be of either. Both got the same: of both. */
static void test_refused_of_which(void)
{
    const unsigned codes[] = {404, 503};

    for (unsigned i = 0; i < 2; i++) {
        struct ladder l = ladder_open();
        uint32_t txn = call_comes(&l);
        request(&l, 0.001, CAROL, P1, "INVITE", via("carol k"), .call_id = "k");
        uint32_t frame = refused(&l, 0.01, BOB);

        told(&l, 0.02, 503, "p1");
        response(&l, 0.03, P1, CAROL, codes[i], "INVITE", via("carol k"), .call_id = "k");
        assert_and_close(&l, txn, i ? SX_FAILURE_UNREACHABLE : SX_FAILURE_UNKNOWN, i ? frame : 0);
    }
}

/* The other one has waited for 2 s, or for longer: then the connection is not meant for it. */
static void test_refused_of_which_threshold(void)
{
    const double begins[] = {-0.001, -0.002};

    for (unsigned i = 0; i < 2; i++) {
        struct ladder l = ladder_open();

        request(&l, begins[i], CAROL, P1, "INVITE", via("carol k"), .call_id = "k");
        uint32_t txn = call_comes(&l);
        uint32_t frame = refused(&l, 1.999, BOB);
        told(&l, 2.1, 503, "p1");
        response(&l, 2.2, P1, CAROL, 404, "INVITE", via("carol k"), .call_id = "k");
        assert_and_close(&l, txn, i ? SX_FAILURE_UNREACHABLE : SX_FAILURE_UNKNOWN, i ? frame : 0);
    }
}

/* The first target of a list refuses, the second one takes the call: that one's answer counts. */
static void test_refused_then_another(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = call_comes(&l);

    refused(&l, 0.01, BOB);
    request(&l, 0.02, P1, CAROL, "INVITE", TO_CAROL, .transport = SX_TRANSPORT_TCP);
    response(&l, 0.1, CAROL, P1, 503, "INVITE", TO_CAROL, .to_tag = "c",
             .transport = SX_TRANSPORT_TCP);
    told(&l, 0.2, 503, "c");
    assert_unknown(&l, txn);
    /* The other way round: the gateway that is tried after the 404 refuses. */
    l = ladder_open();
    txn = call_comes(&l);
    request(&l, 0.02, P1, CAROL, "INVITE", TO_CAROL);
    response(&l, 5, CAROL, P1, 503, "INVITE", TO_CAROL, .to_tag = "c");
    uint32_t frame = refused(&l, 5.01, BOB);
    told(&l, 5.2, 500, "p1");
    assert_and_close(&l, txn, SX_FAILURE_UNREACHABLE, frame);
}

/* ---- told otherwise ---- */

static void test_told_otherwise(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = call_comes(&l);

    request(&l, 0.1, P1, BOB, "INVITE", TO_BOB);
    response(&l, 0.2, BOB, P1, 503, "INVITE", TO_BOB);
    told(&l, 0.3, 500, "p1");
    assert_and_close(&l, txn, SX_FAILURE_TOLD_OTHERWISE, 3);
}

/* P1 made its 500 before Bob's 503 came. */
static void test_told_before(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = call_comes(&l);

    request(&l, 0.1, P1, BOB, "INVITE", TO_BOB);
    told(&l, 0.2, 500, "p1");
    response(&l, 0.3, BOB, P1, 503, "INVITE", TO_BOB);
    assert_unknown(&l, txn);
}

/* Repeated as long as no ACK comes: the first one counts. */
static void test_told_otherwise_repeated(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = call_comes(&l);

    request(&l, 0.1, P1, BOB, "INVITE", TO_BOB);
    response(&l, 0.2, BOB, P1, 430, "INVITE", TO_BOB);
    told(&l, 0.3, 480, "p1");
    response(&l, 0.7, BOB, P1, 430, "INVITE", TO_BOB);
    told(&l, 0.8, 480, "p1");
    assert_and_close(&l, txn, SX_FAILURE_TOLD_OTHERWISE, 3);
}

/* Handed on with another To tag; what made it is further on. */
static void test_same_code_other_tag(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = call_comes(&l);

    request(&l, 0.1, P1, P2, "INVITE", TO_BOB);
    request(&l, 0.2, P2, CAROL, "INVITE", via("p2 d1", "p1 b1", "alice a1"));
    undelivered(&l, 0.201, P2, 0, CAROL, 0);
    response(&l, 0.3, P2, P1, 503, "INVITE", TO_BOB, .to_tag = "p2");
    told(&l, 0.4, 503, "p1");
    assert_and_close(&l, txn, SX_FAILURE_UNREACHABLE, 4);
    /* Nothing further on: nothing to tell. */
    l = ladder_open();
    txn = call_comes(&l);
    request(&l, 0.1, P1, P2, "INVITE", TO_BOB);
    response(&l, 0.3, P2, P1, 503, "INVITE", TO_BOB, .to_tag = "p2");
    told(&l, 0.4, 503, "p1");
    struct sx_failure_cause c = assert_cause(&l, txn, SX_FAILURE_UNKNOWN, 0);
    g_assert_null(c.of);
    ladder_close(&l);
}

/* A challenge that P1 answers itself is a step. */
static void test_challenge_further_on(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = call_comes(&l);

    request(&l, 0.1, P1, BOB, "INVITE", TO_BOB);
    response(&l, 0.2, BOB, P1, 407, "INVITE", TO_BOB);
    requests(&l, 7, 0.3, P1, BOB, "INVITE", via("p1 b2", "alice a1"), .cseq = 1);
    told(&l, 32.5, 408, "p1");
    assert_and_close(&l, txn, SX_FAILURE_UNANSWERED, 4);
}

/* 503 of the first, and the second, which rings, is given up: that is why. */
static void test_serial_then_own_limit(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = call_comes(&l);

    request(&l, 0.1, P1, BOB, "INVITE", TO_BOB);
    response(&l, 0.2, BOB, P1, 503, "INVITE", TO_BOB);
    request(&l, 0.3, P1, CAROL, "INVITE", TO_CAROL);
    response(&l, 0.4, CAROL, P1, 180, "INVITE", TO_CAROL);
    request(&l, 30, P1, CAROL, "CANCEL", via("p1 c1"));
    told(&l, 30.1, 408, "p1");
    assert_and_close(&l, txn, SX_FAILURE_OWN_LIMIT, 6);
}

/* ---- the other side of a B2BUA ---- */

#define SESSION(uuid) "Session-ID: " uuid ";remote=00000000000000000000000000000000\r\n"

static void b2bua(const char *call_id, const char *session, enum sx_failure_kind kind,
                  uint32_t frame)
{
    struct ladder l = ladder_open();
    uint32_t txn = request(&l, 0, ALICE, P1, "INVITE", via("alice a1"),
                           .more = SESSION("0123456789abcdef0123456789abcdef"))
                       ->txn;

    request(&l, 0.1, P1, BOB, "INVITE", via("p1 z1"), .call_id = call_id, .from_tag = "p1",
            .more = session);
    response(&l, 0.2, BOB, P1, 430, "INVITE", via("p1 z1"), .call_id = call_id);
    told(&l, 0.3, 500, "p1");
    assert_and_close(&l, txn, kind, frame);
}

static void test_b2bua(void)
{
    b2bua("call-1", NULL, SX_FAILURE_TOLD_OTHERWISE, 3);
    b2bua("other", SESSION("0123456789ABCDEF0123456789abcdef"), SX_FAILURE_TOLD_OTHERWISE, 3);
    b2bua("other", NULL, SX_FAILURE_UNKNOWN, 0);
    b2bua("other", SESSION("1123456789abcdef0123456789abcdef"), SX_FAILURE_UNKNOWN, 0);
    b2bua("other", SESSION("00000000000000000000000000000000"), SX_FAILURE_UNKNOWN, 0);
}

/* The other way round: the called side's re-INVITE inside the same call. */
static void test_b2bua_other_direction(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = request(&l, 0, ALICE, P1, "INVITE", via("alice a1"), .to_tag = "bob")->txn;

    request(&l, 0.1, P1, ALICE, "INVITE", via("p1 z1"), .from_tag = "bob", .to_tag = "alice");
    response(&l, 0.2, ALICE, P1, 488, "INVITE", via("p1 z1"), .from_tag = "bob", .to_tag = "alice");
    told(&l, 0.3, 500, "bob");
    assert_unknown(&l, txn);
}

/* ---- forks ---- */

static uint32_t fork_of(struct ladder *l, unsigned bob, unsigned carol)
{
    uint32_t txn = call_comes(l);

    request(l, 0.1, P1, BOB, "INVITE", TO_BOB);
    request(l, 0.1, P1, CAROL, "INVITE", TO_CAROL);
    if (bob)
        response(l, 0.2, BOB, P1, bob, "INVITE", TO_BOB, .to_tag = "bob");
    if (carol)
        response(l, 0.3, CAROL, P1, carol, "INVITE", TO_CAROL, .to_tag = "carol");
    return txn;
}

static void test_fork(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = fork_of(&l, 486, 404);

    told(&l, 0.4, 404, "carol");
    assert_and_close(&l, txn, SX_FAILURE_FORK, 4);
    l = ladder_open();
    txn = fork_of(&l, 486, 430);
    told(&l, 0.4, 430, "carol");
    assert_and_close(&l, txn, SX_FAILURE_FORK, 4);
    /* The capture lacks Carol's branch: Bob's 486 did not become a 430. */
    l = ladder_open();
    txn = call_comes(&l);
    request(&l, 0.1, P1, BOB, "INVITE", TO_BOB);
    response(&l, 0.2, BOB, P1, 486, "INVITE", TO_BOB, .to_tag = "bob");
    told(&l, 0.4, 430, "carol");
    assert_unknown(&l, txn);
    l = ladder_open();
    txn = fork_of(&l, 486, 599);
    told(&l, 0.4, 599, "carol");
    assert_and_close(&l, txn, SX_FAILURE_FORK, 4);
}

/* One after the other: the first INVITE is not in the capture, or neither is. */
static void test_fork_without_requests(void)
{
    for (unsigned seen = 0; seen < 2; seen++) {
        struct ladder l = ladder_open();
        uint32_t txn = call_comes(&l);

        response(&l, 0.2, BOB, P1, 503, "INVITE", TO_BOB, .to_tag = "bob");
        if (seen)
            request(&l, 0.3, P1, CAROL, "INVITE", TO_CAROL);
        response(&l, 0.4, CAROL, P1, 486, "INVITE", TO_CAROL, .to_tag = "carol");
        told(&l, 0.5, 486, "carol");
        assert_unknown(&l, txn);
    }
    /* Carol had begun before Bob was done. */
    struct ladder l = ladder_open();
    uint32_t txn = call_comes(&l);
    response(&l, 0.1, CAROL, P1, 180, "INVITE", TO_CAROL, .to_tag = "carol");
    response(&l, 0.2, BOB, P1, 503, "INVITE", TO_BOB, .to_tag = "bob");
    response(&l, 0.4, CAROL, P1, 486, "INVITE", TO_CAROL, .to_tag = "carol");
    told(&l, 0.5, 486, "carol");
    assert_and_close(&l, txn, SX_FAILURE_FORK, 3);
}

/* The ACK says that Carol refused as well; the capture lacks how. Without it she may have, until
 * she has kept silent for long enough. */
static void test_told_by_the_lost_one(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = fork_of(&l, 486, 0);

    request(&l, 0.3, P1, CAROL, "ACK", via("p1 c1"));
    told(&l, 0.4, 404, "carol");
    assert_unknown(&l, txn);
    l = ladder_open();
    txn = fork_of(&l, 486, 0);
    told(&l, 0.4, 404, "p1");
    assert_unknown(&l, txn);
    l = ladder_open();
    txn = fork_of(&l, 486, 0);
    requests(&l, 3, 0.6, P1, CAROL, "INVITE", TO_CAROL);
    told(&l, 3, 404, "p1");
    assert_and_close(&l, txn, SX_FAILURE_TOLD_OTHERWISE, 4);
}

/* Both alike; a 6xx, which goes before all; one that has not ended; one that ends later. */
static void test_fork_hides_nothing(void)
{
    const unsigned codes[][2] = {{486, 486}, {486, 600}, {486, 603}, {0, 486}};

    for (unsigned i = 0; i < G_N_ELEMENTS(codes); i++) {
        struct ladder l = ladder_open();
        uint32_t txn = fork_of(&l, codes[i][0], codes[i][1]);

        told(&l, 0.4, codes[i][1], "carol");
        response(&l, 0.5, BOB, P1, codes[i][0] ? codes[i][0] : 480, "INVITE", TO_BOB);
        assert_unknown(&l, txn);
    }
}

/* The branch that another one's 6xx ended: its 487 is none. */
static void test_fork_cancelled(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = call_comes(&l);

    request(&l, 0.1, P1, BOB, "INVITE", TO_BOB);
    request(&l, 0.1, P1, CAROL, "INVITE", TO_CAROL);
    response(&l, 0.2, BOB, P1, 180, "INVITE", TO_BOB);
    response(&l, 9, CAROL, P1, 603, "INVITE", TO_CAROL, .to_tag = "carol");
    request(&l, 9.1, P1, BOB, "CANCEL", via("p1 b1"));
    response(&l, 9.2, BOB, P1, 487, "INVITE", TO_BOB);
    told(&l, 9.3, 603, "carol");
    assert_unknown(&l, txn);
    /* Also where nothing of Carol is in the capture. */
    l = ladder_open();
    txn = call_comes(&l);
    request(&l, 0.1, P1, BOB, "INVITE", TO_BOB);
    response(&l, 0.2, BOB, P1, 180, "INVITE", TO_BOB);
    request(&l, 9.1, P1, BOB, "CANCEL", via("p1 b1"));
    told(&l, 9.3, 603, "carol");
    assert_unknown(&l, txn);
    /* Also where Carol's 603 is not in the capture. */
    l = ladder_open();
    txn = call_comes(&l);
    request(&l, 0.1, P1, BOB, "INVITE", TO_BOB);
    request(&l, 0.1, P1, CAROL, "INVITE", TO_CAROL);
    response(&l, 0.2, BOB, P1, 180, "INVITE", TO_BOB);
    request(&l, 9.1, P1, BOB, "CANCEL", via("p1 b1"));
    told(&l, 9.3, 603, "carol");
    assert_unknown(&l, txn);
}

/* One after the other: the second was tried instead of the first. */
static void test_serial(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = call_comes(&l);

    request(&l, 0.1, P1, BOB, "INVITE", TO_BOB);
    response(&l, 0.2, BOB, P1, 486, "INVITE", TO_BOB, .to_tag = "bob");
    request(&l, 0.3, P1, CAROL, "INVITE", TO_CAROL);
    response(&l, 0.4, CAROL, P1, 404, "INVITE", TO_CAROL, .to_tag = "carol");
    told(&l, 0.5, 404, "carol");
    assert_unknown(&l, txn);
    /* The first one's is told though the second was tried. */
    l = ladder_open();
    txn = call_comes(&l);
    request(&l, 0.1, P1, BOB, "INVITE", TO_BOB);
    response(&l, 0.2, BOB, P1, 486, "INVITE", TO_BOB, .to_tag = "bob");
    request(&l, 0.3, P1, CAROL, "INVITE", TO_CAROL);
    response(&l, 0.4, CAROL, P1, 503, "INVITE", TO_CAROL, .to_tag = "carol");
    told(&l, 0.5, 486, "bob");
    assert_and_close(&l, txn, SX_FAILURE_FORK, 5);
}

/* P1's own 408 for the silent phone hides that the other one is busy. */
static void test_timer_hides_busy(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = call_comes(&l);

    request(&l, 0.1, P1, CAROL, "INVITE", TO_CAROL);
    request(&l, 0.1, P1, BOB, "INVITE", TO_BOB);
    response(&l, 0.2, CAROL, P1, 486, "INVITE", TO_CAROL, .to_tag = "carol");
    for (unsigned n = 1; n < 7; n++)
        request(&l, 0.1 + send_time("INVITE", n), P1, BOB, "INVITE", TO_BOB);
    told(&l, 32.2, 408, "p1");
    assert_and_close(&l, txn, SX_FAILURE_FORK, 4);
    /* Tried before: it hides nothing. */
    l = ladder_open();
    txn = call_comes(&l);
    request(&l, 0.1, P1, CAROL, "INVITE", TO_CAROL);
    response(&l, 0.2, CAROL, P1, 503, "INVITE", TO_CAROL, .to_tag = "carol");
    requests(&l, 7, 0.3, P1, BOB, "INVITE", TO_BOB);
    told(&l, 32.4, 408, "p1");
    assert_and_close(&l, txn, SX_FAILURE_UNANSWERED, 4);
}

/* Two hops above the fork. */
static void test_fork_further_on(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = call_comes(&l);

    request(&l, 0.1, P1, P2, "INVITE", TO_BOB);
    request(&l, 0.2, P2, BOB, "INVITE", via("p2 d1", "p1 b1", "alice a1"));
    request(&l, 0.2, P2, CAROL, "INVITE", via("p2 d2", "p1 b1", "alice a1"));
    response(&l, 0.3, BOB, P2, 486, "INVITE", via("p2 d1", "p1 b1", "alice a1"));
    response(&l, 0.4, CAROL, P2, 480, "INVITE", via("p2 d2", "p1 b1", "alice a1"),
             .to_tag = "carol");
    response(&l, 0.5, P2, P1, 480, "INVITE", TO_BOB, .to_tag = "carol");
    told(&l, 0.6, 480, "carol");
    assert_and_close(&l, txn, SX_FAILURE_FORK, 5);
}

/* ---- circles ---- */

struct step {
    unsigned from, to;
    uint16_t port;   /* of the receiver; 0: 5060 */
    const char *uri; /* NULL: as it came */
};

/* Alice's request on its way, and the code that the last host sends back. */
static void circle(unsigned code, enum sx_failure_kind kind, unsigned n, const struct step *steps)
{
    static const char *const vias[] = {"alice v0", "h v1", "h v2", "h v3", "h v4", "h v5", "h v6"};
    struct ladder l = ladder_open();
    uint32_t first = 0, last = 0;

    for (unsigned i = 0; i < n; i++) {
        struct sip_text m = {.method = "INVITE", .uri = steps[i].uri, .dst_port = steps[i].port};
        for (unsigned k = 0; k <= i; k++)
            m.via[k] = vias[i - k];
        last = ladder_send(&l, 0.01 * i, steps[i].from, steps[i].to, &m)->txn;
        first = first ? first : last;
    }
    uint32_t frame = l.frame;
    for (unsigned i = n; i > 0; i--) {
        struct sip_text m = {.method = "INVITE",
                             .code = code,
                             .to_tag = "x",
                             .src_port = steps[i - 1].port};
        for (unsigned k = 0; k < i; k++)
            m.via[k] = vias[i - 1 - k];
        ladder_send(&l, 1 + 0.01 * (n - i), steps[i - 1].to, steps[i - 1].from, &m);
    }
    assert_and_close(&l, first, kind, kind ? frame : 0);
}

#define CIRCLE(code, kind, ...)                           \
    do {                                                  \
        const struct step steps_[] = {__VA_ARGS__};       \
        circle(code, kind, G_N_ELEMENTS(steps_), steps_); \
    } while (0)

static void test_circle(void)
{
    CIRCLE(483, SX_FAILURE_CIRCLE, {ALICE, P1, 0, NULL}, {P1, P2, 0, NULL}, {P2, P1, 0, NULL});
    CIRCLE(482, SX_FAILURE_CIRCLE, {ALICE, P1, 0, NULL}, {P1, P2, 0, NULL}, {P2, P3, 0, NULL},
           {P3, P1, 0, NULL});
    /* To itself. */
    CIRCLE(482, SX_FAILURE_CIRCLE, {ALICE, P1, 0, NULL}, {P1, P1, 0, NULL});
    /* Longer at each turn. */
    CIRCLE(483, SX_FAILURE_CIRCLE, {ALICE, P1, 0, "sip:1@a"}, {P1, P2, 0, "sip:11@a"},
           {P2, P1, 0, "sip:111@a"}, {P1, P2, 0, "sip:1111@a"}, {P2, P1, 0, "sip:11111@a"});
}

/* The capture lacks the requests: they may have had other Request-URIs. */
static void test_circle_not_seen(void)
{
    struct ladder l = ladder_open();

    response(&l, 0.1, P1, P2, 483, "INVITE", via("p2 v2", "p1 v1", "alice v0"));
    response(&l, 0.2, P2, P1, 483, "INVITE", via("p1 v1", "alice v0"));
    uint32_t txn = response(&l, 0.3, P1, ALICE, 483, "INVITE", via("alice v0"))->txn;
    assert_unknown(&l, txn);
}

/* Spirals; two hosts on one address; a way that is only long; another code. */
static void test_no_circle(void)
{
    CIRCLE(483, SX_FAILURE_UNKNOWN, {ALICE, P1, 0, "sip:a@x"}, {P1, P2, 0, "sip:a@x"},
           {P2, P1, 0, "sip:b@x"});
    CIRCLE(483, SX_FAILURE_UNKNOWN, {ALICE, P1, 0, NULL}, {P1, P1, 5070, NULL}, {P1, P2, 0, NULL},
           {P2, BOB, 0, NULL});
    CIRCLE(483, SX_FAILURE_UNKNOWN, {ALICE, P1, 0, NULL}, {P1, P2, 0, NULL}, {P2, P1, 0, NULL},
           {P1, BOB, 0, NULL});
    CIRCLE(404, SX_FAILURE_UNKNOWN, {ALICE, P1, 0, NULL}, {P1, P2, 0, NULL}, {P2, P1, 0, NULL});
}

/* RFC 3261 8.2.2.2: the same request over two branches of a fork is merged, and no circle. */
static void test_merged(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = call_comes(&l);

    request(&l, 0.1, P1, BOB, "INVITE", TO_BOB);
    request(&l, 0.1, P1, BOB, "INVITE", TO_CAROL);
    response(&l, 0.2, BOB, P1, 482, "INVITE", TO_CAROL);
    response(&l, 0.3, BOB, P1, 482, "INVITE", TO_BOB);
    told(&l, 0.4, 482, "bob");
    assert_unknown(&l, txn);
}

/* ---- the sender's own limit ---- */

static struct ladder rings(uint32_t *txn, const char *more)
{
    struct ladder l = ladder_open();

    *txn = request(&l, 0, ALICE, P1, "INVITE", via("alice a1"), .more = more)->txn;
    request(&l, 0.1, P1, BOB, "INVITE", TO_BOB);
    response(&l, 1, BOB, P1, 180, "INVITE", TO_BOB);
    return l;
}

static void test_own_limit(void)
{
    uint32_t txn;
    struct ladder l = rings(&txn, NULL);

    request(&l, 31, P1, BOB, "CANCEL", via("p1 b1"));
    response(&l, 31.1, BOB, P1, 487, "INVITE", TO_BOB);
    told(&l, 31.2, 480, "p1");
    struct sx_failure_cause c = assert_cause(&l, txn, SX_FAILURE_OWN_LIMIT, 4);
    g_assert_cmpint(c.after_ns, ==, 30 * SX_NS_PER_S);
    ladder_close(&l);
}

/* The phone's 487 takes its time: that counts. */
static void test_own_limit_487_late(void)
{
    const double tells[] = {38, 38.001};

    for (unsigned i = 0; i < 2; i++) {
        uint32_t txn;
        struct ladder l = rings(&txn, NULL);

        request(&l, 31, P1, BOB, "CANCEL", via("p1 b1"));
        response(&l, 36, BOB, P1, 487, "INVITE", TO_BOB);
        told(&l, tells[i], 408, "p1");
        assert_and_close(&l, txn, i ? SX_FAILURE_UNKNOWN : SX_FAILURE_OWN_LIMIT, i ? 0 : 4);
    }
}

/* It tells its caller first, and takes the branch back then. */
static void test_own_limit_told_first(void)
{
    const double cancels[] = {33, 33.001};

    for (unsigned i = 0; i < 2; i++) {
        uint32_t txn;
        struct ladder l = rings(&txn, NULL);

        told(&l, 31, 408, "p1");
        request(&l, cancels[i], P1, BOB, "CANCEL", via("p1 b1"));
        assert_and_close(&l, txn, i ? SX_FAILURE_UNKNOWN : SX_FAILURE_OWN_LIMIT, i ? 0 : l.frame);
    }
}

/* The caller gave up; its Expires ran out; a wait of less than a second; long before the failure.
 * */
static void test_not_own_limit(void)
{
    uint32_t txn;
    struct ladder l = rings(&txn, NULL);

    request(&l, 31, ALICE, P1, "CANCEL", via("alice a1"));
    request(&l, 31, P1, BOB, "CANCEL", via("p1 b1"));
    told(&l, 31.2, 480, "p1");
    assert_unknown(&l, txn);
    l = rings(&txn, "Expires: 30\r\n");
    request(&l, 30, P1, BOB, "CANCEL", via("p1 b1"));
    told(&l, 30.2, 408, "p1");
    assert_unknown(&l, txn);
    l = rings(&txn, "Expires: 60\r\n");
    request(&l, 30, P1, BOB, "CANCEL", via("p1 b1"));
    told(&l, 30.2, 408, "p1");
    assert_and_close(&l, txn, SX_FAILURE_OWN_LIMIT, 4);
}

static void test_own_limit_thresholds(void)
{
    const struct {
        double cancel, told;
        enum sx_failure_kind kind;
    } rows[] = {{1.999, 2.1, SX_FAILURE_UNKNOWN},
                {2, 2.1, SX_FAILURE_OWN_LIMIT},
                {30, 32, SX_FAILURE_OWN_LIMIT},
                {30, 32.001, SX_FAILURE_UNKNOWN}};

    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++) {
        uint32_t txn;
        struct ladder l = rings(&txn, NULL);

        request(&l, rows[i].cancel, P1, BOB, "CANCEL", via("p1 b1"));
        told(&l, rows[i].told, 408, "p1");
        assert_and_close(&l, txn, rows[i].kind, rows[i].kind ? 4 : 0);
    }
}

/* ---- registrations ---- */

static uint32_t registered(struct ladder *l, double at, unsigned expires)
{
    char *contact = g_strdup_printf("Contact: <sip:bob@10.0.0.5:40001>;expires=%u\r\n", expires);
    uint32_t frame;

    request(l, at, BOB, P1, "REGISTER", via("bob r1"), .src_port = 40001, .call_id = "r",
            .uri = "sip:example.com", .from_tag = "r", .more = contact,
            .cseq = (uint32_t)(1000 + at), .transport = SX_TRANSPORT_TCP);
    frame = l->frame;
    response(l, at + 0.1, P1, BOB, 200, "REGISTER", via("bob r1"), .dst_port = 40001,
             .call_id = "r", .from_tag = "r", .more = contact, .cseq = (uint32_t)(1000 + at),
             .transport = SX_TRANSPORT_TCP);
    g_free(contact);
    return frame;
}

static void test_connection_gone(void)
{
    struct ladder l = ladder_open();

    registered(&l, -90, 3600);
    uint32_t fin = segment(&l, -30, BOB, 40001, P1, 5060, SX_TCP_FIN | SX_TCP_ACK);
    uint32_t txn = call_comes(&l);
    told(&l, 0.1, 480, "p1");
    assert_and_close(&l, txn, SX_FAILURE_CONNECTION_GONE, fin);
    /* P1 tries to reach the phone's port anew: the phone refuses. */
    l = ladder_open();
    registered(&l, -90, 3600);
    fin = segment(&l, -30, BOB, 40001, P1, 5060, SX_TCP_FIN | SX_TCP_ACK);
    txn = call_comes(&l);
    segment(&l, 0.01, P1, 50001, BOB, 40001, SX_TCP_SYN);
    segment(&l, 0.02, BOB, 40001, P1, 50001, SX_TCP_RST | SX_TCP_ACK);
    told(&l, 0.1, 480, "p1");
    assert_and_close(&l, txn, SX_FAILURE_CONNECTION_GONE, fin);
}

/* It lives; it ends after the failure; the phone says 486 itself. */
static void test_connection_not_why(void)
{
    struct ladder l = ladder_open();

    registered(&l, -90, 3600);
    uint32_t txn = call_comes(&l);
    told(&l, 0.1, 480, "p1");
    segment(&l, 1, BOB, 40001, P1, 5060, SX_TCP_FIN | SX_TCP_ACK);
    assert_unknown(&l, txn);
    l = ladder_open();
    registered(&l, -90, 3600);
    segment(&l, -30, BOB, 40001, P1, 5060, SX_TCP_FIN | SX_TCP_ACK);
    txn = call_comes(&l);
    told(&l, 0.1, 403, "p1");
    assert_unknown(&l, txn);
}

/* Sent to the phone, which ends the connection without an answer. */
static void test_connection_ends_meanwhile(void)
{
    struct ladder l = ladder_open();

    registered(&l, -90, 3600);
    uint32_t txn = call_comes(&l);
    request(&l, 0.1, P1, BOB, "INVITE", TO_BOB, .dst_port = 40001, .uri = "sip:bob@10.0.0.5:40001",
            .transport = SX_TRANSPORT_TCP);
    uint32_t fin = segment(&l, 1, BOB, 40001, P1, 5060, SX_TCP_FIN | SX_TCP_ACK);
    told(&l, 1.1, 480, "p1");
    assert_and_close(&l, txn, SX_FAILURE_CONNECTION_GONE, fin);
}

/* P1 has the request, and the connection ends before P1 sends anything. */
static void test_connection_ends_first(void)
{
    for (unsigned i = 0; i < 2; i++) {
        struct ladder l = ladder_open();

        registered(&l, -90, 3600);
        uint32_t txn = call_comes(&l);
        uint32_t fin = segment(&l, 0.01, BOB, 40001, P1, 5060, SX_TCP_FIN | SX_TCP_ACK);
        told(&l, 0.02, i ? 403 : 480, "p1");
        assert_and_close(&l, txn, i ? SX_FAILURE_UNKNOWN : SX_FAILURE_CONNECTION_GONE, i ? 0 : fin);
    }
}

static void test_removed(void)
{
    struct ladder l = ladder_open();

    registered(&l, -90, 3600);
    uint32_t removal = registered(&l, -30, 0);
    uint32_t txn = call_comes(&l);
    told(&l, 0.1, 404, "p1");
    assert_and_close(&l, txn, SX_FAILURE_NOT_REGISTERED, removal);
}

/* P1 sends it where the phone has been: it has left, or registered its Contact over another
 * connection. */
static void test_sent_to_old_binding(void)
{
    for (unsigned moved = 0; moved < 2; moved++) {
        struct ladder l = ladder_open();
        const char *contact = "Contact: <sip:bob@10.0.0.5:40001>\r\n";

        registered(&l, -90, 3600);
        uint32_t over = moved ? l.frame + 1 : registered(&l, -30, 0);
        if (moved) {
            request(&l, -30, BOB, P1, "REGISTER", via("bob r2"), .src_port = 40002, .call_id = "r",
                    .from_tag = "r", .more = contact, .cseq = 2000, .transport = SX_TRANSPORT_TCP);
            response(&l, -29.9, P1, BOB, 200, "REGISTER", via("bob r2"), .dst_port = 40002,
                     .call_id = "r", .from_tag = "r", .more = contact, .cseq = 2000,
                     .transport = SX_TRANSPORT_TCP);
        }
        uint32_t txn = call_comes(&l);
        request(&l, 0.1, P1, BOB, "INVITE", TO_BOB, .dst_port = 40001,
                .uri = "sip:bob@10.0.0.5:40001", .transport = SX_TRANSPORT_TCP);
        told(&l, 5, 480, "p1");
        assert_and_close(&l, txn, SX_FAILURE_NOT_REGISTERED, over);
    }
}

/* The binding of 60 s, one second before and after its end. */
static void test_run_out(void)
{
    const double begins[] = {-59, -91};

    for (unsigned i = 0; i < 2; i++) {
        struct ladder l = ladder_open();

        uint32_t frame = registered(&l, begins[i], 60);
        uint32_t txn = call_comes(&l);
        told(&l, 0.1, 404, "p1");
        assert_and_close(&l, txn, i ? SX_FAILURE_NOT_REGISTERED : SX_FAILURE_UNKNOWN,
                         i ? frame : 0);
    }
}

/* The edge says that the flow is gone: why, as far as the capture shows it. */
static void test_flow_gone(void)
{
    enum { CLOSED, REMOVED, RUN_OUT, NOT_SEEN };

    for (unsigned how = CLOSED; how <= NOT_SEEN; how++) {
        struct ladder l = ladder_open();
        const struct reg r = {.reg_id = 1,
                              .expires = how == RUN_OUT ? "Expires: 60\r\n" : NULL,
                              .answer = how == RUN_OUT ? "Expires: 60\r\n" : NULL};
        const struct reg removal = {.reg_id = 1, .expires = "Expires: 0\r\n"};
        uint32_t frame = 0;

        make_flow(&l, -90, &r);
        if (how == CLOSED)
            frame = segment(&l, -30, PHONE, port_of(&r), EDGE, 5060, SX_TCP_FIN | SX_TCP_ACK);
        if (how == REMOVED) {
            make_flow(&l, -30, &removal);
            frame = 5;
        }
        if (how == RUN_OUT) /* and nobody has registered it anew */
            make_flow(&l, -20, &(struct reg){.reg_id = 1, .code = 403});
        const struct sx_txn *txn = call_phone(&l, 0, &r, 1, 430);
        struct sx_failure_cause c = sx_failure_cause_find(l.tracker, txn);
        g_test_message("how %u", how);
        g_assert_cmpint(c.kind, ==,
                        how == CLOSED     ? SX_FAILURE_CONNECTION_GONE
                        : how == NOT_SEEN ? SX_FAILURE_UNKNOWN
                                          : SX_FAILURE_NOT_REGISTERED);
        if (how != RUN_OUT)
            g_assert_cmpuint(c.frame, ==, frame);
        ladder_close(&l);
    }
}

/* ---- what does not fit ---- */

/* 481 of a dialog that is not known, 500 of a CSeq number that is too low (RFC 3261 12.2.2). */
static void test_mismatch(void)
{
    const struct {
        const char *tag;
        uint32_t cseq;
        unsigned code;
        bool differs;
    } rows[] = {{"other", 3, 481, true},  {"other", 3, 500, true},  {"bob", 3, 481, false},
                {"other", 3, 480, false}, {"other", 3, 482, false}, {"other", 3, 499, false},
                {"other", 3, 501, false}, {"bob", 1, 500, true}};

    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();

        request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"), .cseq = 2);
        response(&l, 1.0, BOB, ALICE, 200, "INVITE", via("alice a1"), .cseq = 2);
        request(&l, 1.1, ALICE, BOB, "ACK", via("alice a2"), .to_tag = "bob", .cseq = 2);
        uint32_t txn = request(&l, 9.0, ALICE, BOB, "BYE", via("alice a3"), .to_tag = rows[i].tag,
                               .cseq = rows[i].cseq)
                           ->txn;
        response(&l, 9.1, BOB, ALICE, rows[i].code, "BYE", via("alice a3"), .cseq = rows[i].cseq,
                 .to_tag = rows[i].tag);
        assert_and_close(&l, txn, rows[i].differs ? SX_FAILURE_MISMATCH : SX_FAILURE_UNKNOWN,
                         rows[i].differs ? 4 : 0);
    }
}

/* ---- the first of all ---- */

static void test_first(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = call_comes(&l);

    request(&l, 0.1, P1, P2, "INVITE", TO_BOB);
    requests(&l, 7, 0.2, P2, CAROL, "INVITE", via("p2 d1", "p1 b1", "alice a1"));
    response(&l, 32.3, P2, P1, 408, "INVITE", TO_BOB, .to_tag = "p2");
    told(&l, 32.4, 480, "p1");
    assert_cause(&l, txn, SX_FAILURE_TOLD_OTHERWISE, l.frame - 1);
    struct sx_failure_cause c = sx_failure_cause_first(l.tracker, txn_numbered(&l, txn));
    g_assert_cmpint(c.kind, ==, SX_FAILURE_UNANSWERED);
    g_assert_true(sx_endpoint_eq(sx_failure_cause_place(&c), c.of->dst));
    ladder_close(&l);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(void);
    } tests[] = {
        {"/failure_cause/unanswered", test_unanswered},
        {"/failure_cause/unanswered/not_shown", test_unanswered_not_shown},
        {"/failure_cause/unanswered/own_word", test_unanswered_by_its_own_word},
        {"/failure_cause/unanswered/acknowledged", test_unanswered_but_acknowledged},
        {"/failure_cause/unanswered/threshold", test_unanswered_threshold},
        {"/failure_cause/unanswered/later", test_answered_later},
        {"/failure_cause/unanswered/other_method", test_unanswered_other_method},
        {"/failure_cause/icmp", test_icmp},
        {"/failure_cause/icmp/of_another", test_icmp_of_another},
        {"/failure_cause/error_or_timer", test_error_or_timer},
        {"/failure_cause/refused", test_refused},
        {"/failure_cause/refused/threshold", test_refused_threshold},
        {"/failure_cause/refused/not_why", test_refused_not_why},
        {"/failure_cause/refused/of_which", test_refused_of_which},
        {"/failure_cause/refused/of_which_threshold", test_refused_of_which_threshold},
        {"/failure_cause/refused/then_another", test_refused_then_another},
        {"/failure_cause/told_otherwise", test_told_otherwise},
        {"/failure_cause/told_otherwise/before", test_told_before},
        {"/failure_cause/told_otherwise/repeated", test_told_otherwise_repeated},
        {"/failure_cause/same_code", test_same_code_other_tag},
        {"/failure_cause/challenge_further_on", test_challenge_further_on},
        {"/failure_cause/serial_then_own_limit", test_serial_then_own_limit},
        {"/failure_cause/b2bua", test_b2bua},
        {"/failure_cause/b2bua/other_direction", test_b2bua_other_direction},
        {"/failure_cause/fork", test_fork},
        {"/failure_cause/fork/nothing_hidden", test_fork_hides_nothing},
        {"/failure_cause/fork/without_requests", test_fork_without_requests},
        {"/failure_cause/told_by_the_lost_one", test_told_by_the_lost_one},
        {"/failure_cause/circle/not_seen", test_circle_not_seen},
        {"/failure_cause/fork/cancelled", test_fork_cancelled},
        {"/failure_cause/fork/serial", test_serial},
        {"/failure_cause/fork/timer", test_timer_hides_busy},
        {"/failure_cause/fork/further_on", test_fork_further_on},
        {"/failure_cause/circle", test_circle},
        {"/failure_cause/circle/none", test_no_circle},
        {"/failure_cause/circle/merged", test_merged},
        {"/failure_cause/own_limit", test_own_limit},
        {"/failure_cause/own_limit/487_late", test_own_limit_487_late},
        {"/failure_cause/own_limit/told_first", test_own_limit_told_first},
        {"/failure_cause/own_limit/not", test_not_own_limit},
        {"/failure_cause/own_limit/thresholds", test_own_limit_thresholds},
        {"/failure_cause/registration/gone", test_connection_gone},
        {"/failure_cause/registration/not_why", test_connection_not_why},
        {"/failure_cause/registration/meanwhile", test_connection_ends_meanwhile},
        {"/failure_cause/registration/ends_first", test_connection_ends_first},
        {"/failure_cause/registration/removed", test_removed},
        {"/failure_cause/registration/old_binding", test_sent_to_old_binding},
        {"/failure_cause/registration/run_out", test_run_out},
        {"/failure_cause/registration/flow_gone", test_flow_gone},
        {"/failure_cause/mismatch", test_mismatch},
        {"/failure_cause/first", test_first},
    };

    tests_init(&argc, &argv);
    for (unsigned i = 0; i < G_N_ELEMENTS(tests); i++)
        g_test_add_func(tests[i].name, tests[i].run);
    return g_test_run();
}
