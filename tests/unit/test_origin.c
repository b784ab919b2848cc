/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/judge/origin.h"

#include "flow_text.h"

static enum sx_origin_kind origin_of(const struct sx_tracker *tracker, const struct sx_txn *txn,
                                     uint32_t *frame)
{
    struct sx_origin origin = sx_origin_find(tracker, txn);

    *frame = origin.frame;
    return origin.kind;
}

/* A request and its final response at 0.0 and 0.1 s. */
static const struct sx_txn *ask(struct ladder *l, const char *method, unsigned code,
                                const char *more)
{
    uint32_t txn = request(l, 0.0, ALICE, P1, method, via("alice a1"), .more = more)->txn;

    response(l, 0.1, P1, ALICE, code, method, via("alice a1"));
    return txn_numbered(l, txn);
}

/* Only this hop is in sight: who sent it may have relayed it. */
static void test_origin_one_hop(void)
{
    struct ladder l = ladder_open();
    const struct sx_txn *txn = ask(&l, "INVITE", 404, NULL);
    uint32_t frame = 77;

    g_assert_cmpint(origin_of(l.tracker, txn, &frame), ==, SX_ORIGIN_UNKNOWN);
    g_assert_cmpuint(frame, ==, 0);
    ladder_close(&l);
}

/* Bob answers an INVITE; what of it tells that he made the answer himself. */
static void assert_bob(const char *ringing_contact, const char *trying_tag, bool registers,
                       enum sx_origin_kind kind)
{
    struct ladder l = ladder_open();
    uint32_t frame;

    if (registers)
        request(&l, -1, BOB, P1, "REGISTER", via("bob r1"), .call_id = "r",
                .more = "Contact: <sip:bob@10.0.0.5:5060>\r\n");
    uint32_t txn = request(&l, 0, P1, BOB, "INVITE", via("p1 b1", "alice a1"))->txn;
    response(&l, 0.1, BOB, P1, 100, "INVITE", via("p1 b1", "alice a1"), .to_tag = trying_tag);
    if (ringing_contact)
        response(&l, 0.2, BOB, P1, 180, "INVITE", via("p1 b1", "alice a1"),
                 .more = ringing_contact);
    response(&l, 0.3, BOB, P1, 486, "INVITE", via("p1 b1", "alice a1"));
    g_assert_cmpint(origin_of(l.tracker, txn_numbered(&l, txn), &frame), ==, kind);
    ladder_close(&l);
}

static void test_origin_called_side(void)
{
    assert_bob(NULL, "", false, SX_ORIGIN_UNKNOWN);
    assert_bob("Contact: \"Bob\" <sip:bob@10.0.0.5;x=1>\r\n", "", false, SX_ORIGIN_HERE);
    assert_bob("Contact: <sip:bob@10.0.0.5:5060>\r\n", "", false, SX_ORIGIN_HERE);
    /* another port, another host, a name, a phone behind this one */
    assert_bob("Contact: <sip:bob@10.0.0.5:5070>\r\n", "", false, SX_ORIGIN_UNKNOWN);
    assert_bob("Contact: <sip:bob@10.0.0.6>\r\n", "", false, SX_ORIGIN_UNKNOWN);
    assert_bob("Contact: <sip:bob@example.com>\r\n", "", false, SX_ORIGIN_UNKNOWN);
    assert_bob(NULL, "bob", false, SX_ORIGIN_HERE);
    assert_bob(NULL, "other", false, SX_ORIGIN_UNKNOWN);
    assert_bob(NULL, "", true, SX_ORIGIN_HERE);
}

/* In a dialog, to the address that the Request-URI names: the remote target. */
static void test_origin_in_dialog(void)
{
    for (unsigned route = 0; route < 2; route++) {
        struct ladder l = ladder_open();
        uint32_t frame, txn = request(&l, 0, ALICE, BOB, "BYE", via("alice a1"), .to_tag = "bob",
                                      .uri = "sip:bob@10.0.0.5",
                                      .more = route ? "Route: <sip:10.0.0.9;lr>\r\n" : NULL)
                                  ->txn;
        response(&l, 0.1, BOB, ALICE, 481, "BYE", via("alice a1"));
        g_assert_cmpint(origin_of(l.tracker, txn_numbered(&l, txn), &frame), ==,
                        route ? SX_ORIGIN_UNKNOWN : SX_ORIGIN_HERE);
        ladder_close(&l);
    }
}

/* The proxy sends on what is for Bob, as another call shows, and refuses this one without asking;
 * not so for another address. */
static void test_origin_not_sent_on(void)
{
    for (unsigned other = 0; other < 2; other++) {
        struct ladder l = ladder_open();
        uint32_t frame;

        request(&l, 0, CAROL, P1, "INVITE", via("carol c1"), .call_id = "c");
        request(&l, 0.1, P1, BOB, "INVITE", via("p1 x1", "carol c1"), .call_id = "c");
        uint32_t txn = request(&l, 5, ALICE, P1, "INVITE", via("alice a1"),
                               .uri = other ? "sip:dave@example.com" : NULL)
                           ->txn;
        response(&l, 5.1, P1, ALICE, 403, "INVITE", via("alice a1"));
        g_assert_cmpint(origin_of(l.tracker, txn_numbered(&l, txn), &frame), ==,
                        other ? SX_ORIGIN_UNKNOWN : SX_ORIGIN_HERE);
        ladder_close(&l);
    }
}

/* Towards the trunk the Vias are masked; Call-ID, CSeq and To tag are the same. */
static void test_origin_masked(void)
{
    struct ladder l = ladder_open();
    uint32_t frame = 0, txn = request(&l, 0, ALICE, P1, "INVITE", via("alice a1"))->txn;

    request(&l, 0.1, P1, BOB, "INVITE", via("p1 m1", "masked m0"));
    response(&l, 0.2, BOB, P1, 486, "INVITE", via("p1 m1", "masked m0"));
    response(&l, 0.3, P1, ALICE, 486, "INVITE", via("alice a1"));
    g_assert_cmpint(origin_of(l.tracker, txn_numbered(&l, txn), &frame), ==, SX_ORIGIN_RELAYED);
    g_assert_cmpuint(frame, ==, 3);
    ladder_close(&l);
}

/* Neither the code nor the tag is a branch's: a branch out of sight may have sent it. */
static void test_origin_of_an_unseen_branch(void)
{
    struct ladder l = ladder_open();
    uint32_t a = request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"))->txn, frame;

    request(&l, 0.1, P1, BOB, "INVITE", via("p1 b1", "alice a1"));
    response(&l, 0.2, BOB, P1, 486, "INVITE", via("p1 b1", "alice a1"));
    response(&l, 0.3, P1, ALICE, 404, "INVITE", via("alice a1"), .to_tag = "trunk");
    g_assert_cmpint(origin_of(l.tracker, txn_numbered(&l, a), &frame), ==, SX_ORIGIN_UNKNOWN);
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
    g_assert_cmpint(origin_of(l.tracker, txn_numbered(&l, a), &frame), ==, SX_ORIGIN_RELAYED);
    g_assert_cmpuint(frame, ==, 4);
    frame = 0;
    g_assert_cmpint(origin_of(l.tracker, txn_numbered(&l, b), &frame), ==, SX_ORIGIN_RELAYED);
    g_assert_cmpuint(frame, ==, 4);
    g_assert_cmpint(origin_of(l.tracker, txn_numbered(&l, c), &frame), ==, SX_ORIGIN_UNKNOWN);
    ladder_close(&l);
}

/* The capture lacks the response that is relayed: its ACK, or another To tag, tells of it. */
static void test_origin_lost(void)
{
    static const struct {
        unsigned branch, told; /* branch 0: lost */
        bool acknowledged;
        enum sx_origin_kind kind;
    } rows[] = {
        {0, 503, false, SX_ORIGIN_UNKNOWN},  {0, 503, true, SX_ORIGIN_UNKNOWN},
        {486, 486, true, SX_ORIGIN_UNKNOWN}, {503, 503, true, SX_ORIGIN_HERE},
        {486, 480, true, SX_ORIGIN_HERE},    {486, 404, true, SX_ORIGIN_UNKNOWN},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        uint32_t frame, txn = request(&l, 0, ALICE, P1, "INVITE", via("alice a1"))->txn;

        request(&l, 0.1, P1, BOB, "INVITE", via("p1 b1", "alice a1"));
        if (rows[i].branch)
            response(&l, 0.2, BOB, P1, rows[i].branch, "INVITE", via("p1 b1", "alice a1"),
                     .to_tag = "bob");
        if (rows[i].acknowledged)
            request(&l, 0.3, P1, BOB, "ACK", via("p1 b1"));
        response(&l, 0.4, P1, ALICE, rows[i].told, "INVITE", via("alice a1"), .to_tag = "other");
        g_test_message("%u told as %u", rows[i].branch, rows[i].told);
        g_assert_cmpint(origin_of(l.tracker, txn_numbered(&l, txn), &frame), ==, rows[i].kind);
        ladder_close(&l);
    }
}

/* A hop makes its own failure of a branch that shows to be silent: it goes on sending, has only
 * said 100, or is given up for another. One that it may have heard of unseen hides the origin. */
static void test_origin_of_silent_branch(void)
{
    static const struct {
        unsigned sends;
        double trying, told; /* 0: no 100 */
        bool elsewhere;      /* a second branch, which refuses */
        enum sx_origin_kind kind;
    } rows[] = {
        {1, 0, 0.4, false, SX_ORIGIN_UNKNOWN}, {1, 0, 5, false, SX_ORIGIN_UNKNOWN},
        {3, 0, 2, false, SX_ORIGIN_HERE},      {3, 0, 9, false, SX_ORIGIN_UNKNOWN},
        {1, 0.2, 0.4, false, SX_ORIGIN_HERE},  {1, 0.5, 0.4, false, SX_ORIGIN_UNKNOWN},
        {3, 0, 9, true, SX_ORIGIN_HERE},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        uint32_t frame, txn = request(&l, 0, ALICE, P1, "INVITE", via("alice a1"))->txn;
        requests(&l, rows[i].sends, 0.1, P1, BOB, "INVITE", via("p1 b1", "alice a1"));
        if (rows[i].trying > 0 && rows[i].trying < rows[i].told)
            response(&l, rows[i].trying, BOB, P1, 100, "INVITE", via("p1 b1", "alice a1"));
        if (rows[i].elsewhere) {
            request(&l, 3, P1, CAROL, "INVITE", via("p1 b2", "alice a1"));
            response(&l, 8.9, CAROL, P1, 404, "INVITE", via("p1 b2", "alice a1"), .to_tag = "x");
            request(&l, 8.9, P1, CAROL, "ACK", via("p1 b2"));
        }
        response(&l, rows[i].told, P1, ALICE, 480, "INVITE", via("alice a1"), .to_tag = "other");
        if (rows[i].trying > rows[i].told)
            response(&l, rows[i].trying, BOB, P1, 100, "INVITE", via("p1 b1", "alice a1"));
        g_test_message("row %zu", i);
        g_assert_cmpint(origin_of(l.tracker, txn_numbered(&l, txn), &frame), ==, rows[i].kind);
        ladder_close(&l);
    }
}

/* The 487 of a branch that was cancelled before is handed on, and a response that a PRACK shows was
 * one. */
static void test_origin_of_a_487(void)
{
    static const struct {
        unsigned told;
        double cancelled;
        enum sx_origin_kind kind;
    } rows[] = {
        {487, 2, SX_ORIGIN_UNKNOWN},
        {487, 4, SX_ORIGIN_HERE},
        {408, 2, SX_ORIGIN_HERE},
        {487, 0, SX_ORIGIN_HERE},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        uint32_t frame, txn = request(&l, 0, ALICE, P1, "INVITE", via("alice a1"))->txn;
        request(&l, 0.1, P1, BOB, "INVITE", via("p1 b1", "alice a1"));
        response(&l, 0.2, BOB, P1, 100, "INVITE", via("p1 b1", "alice a1"));
        if (rows[i].cancelled > 0 && rows[i].cancelled < 3)
            request(&l, rows[i].cancelled, P1, BOB, "CANCEL", via("p1 b1"));
        response(&l, 3, P1, ALICE, rows[i].told, "INVITE", via("alice a1"), .to_tag = "other");
        if (rows[i].cancelled > 3)
            request(&l, rows[i].cancelled, P1, BOB, "CANCEL", via("p1 b1"));
        g_test_message("row %zu", i);
        g_assert_cmpint(origin_of(l.tracker, txn_numbered(&l, txn), &frame), ==, rows[i].kind);
        ladder_close(&l);
    }

    struct ladder l = ladder_open();
    uint32_t frame, txn = request(&l, 0, ALICE, P1, "INVITE", via("alice a1"))->txn;
    request(&l, 0.1, P1, BOB, "INVITE", via("p1 b1", "alice a1"));
    response(&l, 0.2, BOB, P1, 100, "INVITE", via("p1 b1", "alice a1"));
    request(&l, 1, P1, BOB, "PRACK", via("p1 b2", "alice a2"), .to_tag = "bob", .cseq = 2);
    response(&l, 3, P1, ALICE, 480, "INVITE", via("alice a1"), .to_tag = "other");
    g_assert_cmpint(origin_of(l.tracker, txn_numbered(&l, txn), &frame), ==, SX_ORIGIN_UNKNOWN);
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
        g_assert_cmpint(origin_of(l.tracker, txn_numbered(&l, a), &frame), ==, SX_ORIGIN_RELAYED);
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
        g_assert_cmpint(origin_of(l.tracker, txn_numbered(&l, a), &frame), ==, SX_ORIGIN_HERE);
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
    g_assert_cmpint(origin_of(l.tracker, txn_numbered(&l, a), &frame), ==, SX_ORIGIN_UNKNOWN);
    ladder_close(&l);
}

/* A silent branch: the proxy made the 408 (RFC 3261 16.7 item 6, 16.8). */
static void test_origin_of_silence(void)
{
    struct ladder l = ladder_open();
    uint32_t a = request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"))->txn, frame;

    requests(&l, 7, 0.1, P1, BOB, "INVITE", via("p1 b1", "alice a1"));
    response(&l, 32.3, P1, ALICE, 408, "INVITE", via("alice a1"));
    g_assert_cmpint(origin_of(l.tracker, txn_numbered(&l, a), &frame), ==, SX_ORIGIN_HERE);
    ladder_close(&l);
}

/* The silent branch is that of a hop further on: whose 408 it is the hops between know. */
static void test_origin_of_silence_behind_a_gap(void)
{
    struct ladder l = ladder_open();
    uint32_t a = request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"))->txn, frame;

    requests(&l, 7, 0.1, P2, BOB, "INVITE", via("p2 c1", "p1 b1", "alice a1"));
    response(&l, 32.3, P1, ALICE, 408, "INVITE", via("alice a1"));
    g_assert_cmpint(origin_of(l.tracker, txn_numbered(&l, a), &frame), ==, SX_ORIGIN_UNKNOWN);
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
    g_assert_cmpint(origin_of(l.tracker, txn_numbered(&l, a), &frame), ==, SX_ORIGIN_HERE);
    ladder_close(&l);
}

/* Without the request the capture does not show where it was sent on. */
static void test_origin_without_request(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *m = response(&l, 0.0, P1, ALICE, 404, "INVITE", via("alice a1"));
    uint32_t frame;

    g_assert_cmpint(origin_of(l.tracker, txn_of(&l, m), &frame), ==, SX_ORIGIN_UNKNOWN);
    ladder_close(&l);
}

#define LOOP_HOPS 70 /* RFC 3261 8.1.1.6 */

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
    g_assert_cmpint(origin_of(l.tracker, txn_numbered(&l, first), &frame), ==, SX_ORIGIN_RELAYED);
    g_assert_cmpuint(frame, ==, origin);
    for (unsigned hop = 0; hop < LOOP_HOPS; hop++)
        g_free(vias[hop]);
    ladder_close(&l);
}

/* A proxy that sends its failure twice, by the transaction and without (another To tag): either may
 * be the one that goes on. */
static void test_origin_of_two(void)
{
    struct ladder l = ladder_open();
    uint32_t frame, a = request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"))->txn;

    request(&l, 0.1, P1, P2, "INVITE", via("p1 b1", "alice a1"));
    response(&l, 0.2, P2, P1, 477, "INVITE", via("p1 b1", "alice a1"), .to_tag = "sl");
    response(&l, 0.3, P2, P1, 477, "INVITE", via("p1 b1", "alice a1"), .to_tag = "tm");
    response(&l, 0.4, P1, ALICE, 477, "INVITE", via("alice a1"), .to_tag = "tm");
    g_assert_cmpint(origin_of(l.tracker, txn_numbered(&l, a), &frame), ==, SX_ORIGIN_RELAYED);
    g_assert_cmpuint(frame, ==, 4);
    ladder_close(&l);
}

/* What a proxy says by itself where a branch gave it nothing, and what only a branch can have said.
 * */
static void test_origin_by_code(void)
{
    static const struct {
        unsigned code;
        enum sx_origin_kind origin;
    } rows[] = {
        {408, SX_ORIGIN_HERE},    {480, SX_ORIGIN_HERE},    {487, SX_ORIGIN_HERE},
        {500, SX_ORIGIN_HERE},    {503, SX_ORIGIN_HERE},    {504, SX_ORIGIN_HERE},
        {404, SX_ORIGIN_UNKNOWN}, {481, SX_ORIGIN_UNKNOWN}, {486, SX_ORIGIN_UNKNOWN},
        {501, SX_ORIGIN_UNKNOWN}, {502, SX_ORIGIN_UNKNOWN}, {505, SX_ORIGIN_UNKNOWN},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        uint32_t a = request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"))->txn, frame;
        requests(&l, 7, 0.1, P1, BOB, "INVITE", via("p1 b1", "alice a1"));
        response(&l, 32.3, P1, ALICE, rows[i].code, "INVITE", via("alice a1"));
        g_test_message("%u", rows[i].code);
        g_assert_cmpint(origin_of(l.tracker, txn_numbered(&l, a), &frame), ==, rows[i].origin);
        ladder_close(&l);
    }
}

/* The edge proxy's own 430: it held the connection, which ended before, and has no other. */
static void test_origin_of_a_lost_flow(void)
{
    static const struct {
        bool closes, comes_back;
        unsigned code;
        enum sx_origin_kind kind;
    } rows[] = {
        {true, false, 430, SX_ORIGIN_HERE},     {true, false, 503, SX_ORIGIN_HERE},
        {true, false, 404, SX_ORIGIN_UNKNOWN},  /* nothing of a flow */
        {false, false, 430, SX_ORIGIN_UNKNOWN}, /* the phone may have said it */
        {true, true, 430, SX_ORIGIN_UNKNOWN},   /* over its new connection */
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        uint32_t frame;
        make_flow(&l, 0, &(struct reg){.reg_id = 1});
        if (rows[i].closes)
            segment(&l, 5, PHONE, EDGE, SX_TCP_FIN | SX_TCP_ACK, 0);
        if (rows[i].comes_back)
            make_flow(&l, 6, &(struct reg){.reg_id = 1, .line = 1});
        const struct sx_txn *txn = call_phone(&l, 10, &(struct reg){.reg_id = 1}, 1, rows[i].code);
        g_test_message("row %zu", i);
        g_assert_cmpint(origin_of(l.tracker, txn, &frame), ==, rows[i].kind);
        ladder_close(&l);
    }
}

/* Over TCP Bob's answers may come in one packet. */
static void test_origin_in_one_packet(void)
{
    static const struct {
        unsigned code;
        const char *tag, *more;
    } rows[] = {{100, "bob", NULL}, {180, NULL, "Contact: <sip:bob@10.0.0.5>\r\n"}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        uint32_t frame;
        uint32_t txn = request(&l, 0, P1, BOB, "INVITE", via("p1 b1", "alice a1"))->txn;
        response(&l, 0.1, BOB, P1, rows[i].code, "INVITE", via("p1 b1", "alice a1"),
                 .to_tag = rows[i].tag, .more = rows[i].more);
        response(&l, 0.1, BOB, P1, 486, "INVITE", via("p1 b1", "alice a1"), .same_frame = true);
        g_assert_cmpint(origin_of(l.tracker, txn_numbered(&l, txn), &frame), ==, SX_ORIGIN_HERE);
        ladder_close(&l);
    }
}

/* A 2xx is handed on whatever came before it (RFC 3261 16.7 item 5); each is of its own branch. */
static void test_origin_of_the_second(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = request(&l, 0, ALICE, P1, "INVITE", via("alice a1"))->txn;

    request(&l, 0.1, P1, BOB, "INVITE", via("p1 b1", "alice a1"));
    request(&l, 0.1, P1, CAROL, "INVITE", via("p1 b2", "alice a1"));
    response(&l, 1, BOB, P1, 200, "INVITE", via("p1 b1", "alice a1"), .to_tag = "bob");
    response(&l, 1, CAROL, P1, 200, "INVITE", via("p1 b2", "alice a1"), .to_tag = "carol");
    response(&l, 1, P1, ALICE, 200, "INVITE", via("alice a1"), .to_tag = "bob");
    response(&l, 1, P1, ALICE, 200, "INVITE", via("alice a1"), .to_tag = "carol");
    response(&l, 1, P1, ALICE, 200, "INVITE", via("alice a1"), .to_tag = "dave");
    const struct sx_txn *at = txn_numbered(&l, txn);
    g_assert_cmpuint(sx_origin_of(l.tracker, at, 200, tag_hash("bob")).frame, ==, 4);
    struct sx_origin second = sx_origin_of(l.tracker, at, 200, tag_hash("carol"));
    g_assert_cmpint(second.kind, ==, SX_ORIGIN_RELAYED);
    g_assert_cmpuint(second.frame, ==, 5);
    second = sx_origin_of(l.tracker, at, 200, tag_hash("dave"));
    g_assert_cmpint(second.kind, ==, SX_ORIGIN_UNKNOWN);
    g_assert_cmpuint(second.frame, ==, 0);
    ladder_close(&l);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/origin/one_hop", test_origin_one_hop);
    g_test_add_func("/origin/called_side", test_origin_called_side);
    g_test_add_func("/origin/in_dialog", test_origin_in_dialog);
    g_test_add_func("/origin/not_sent_on", test_origin_not_sent_on);
    g_test_add_func("/origin/masked", test_origin_masked);
    g_test_add_func("/origin/of_an_unseen_branch", test_origin_of_an_unseen_branch);
    g_test_add_func("/origin/relayed", test_origin_relayed);
    g_test_add_func("/origin/lost", test_origin_lost);
    g_test_add_func("/origin/silent_branch", test_origin_of_silent_branch);
    g_test_add_func("/origin/487", test_origin_of_a_487);
    g_test_add_func("/origin/in_fork", test_origin_in_fork);
    g_test_add_func("/origin/changed", test_origin_changed);
    g_test_add_func("/origin/hidden", test_origin_hidden);
    g_test_add_func("/origin/of_silence", test_origin_of_silence);
    g_test_add_func("/origin/of_silence_behind_a_gap", test_origin_of_silence_behind_a_gap);
    g_test_add_func("/origin/later", test_origin_later);
    g_test_add_func("/origin/without_request", test_origin_without_request);
    g_test_add_func("/origin/of_a_loop", test_origin_of_a_loop);
    g_test_add_func("/origin/of_two", test_origin_of_two);
    g_test_add_func("/origin/by_code", test_origin_by_code);
    g_test_add_func("/origin/of_a_lost_flow", test_origin_of_a_lost_flow);
    g_test_add_func("/origin/in_one_packet", test_origin_in_one_packet);
    g_test_add_func("/origin/of_the_second", test_origin_of_the_second);
    return g_test_run();
}
