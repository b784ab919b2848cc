/* Why a wait after a 100 goes on: each cause where the capture shows it, and not where it only
 * looks like it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/judge/trying.h"

#include "sip_text.h"

#define TRUNK via("p1 b1", "alice a1")

/* Alice's INVITE at 10 s, p1's 100 at 10.1 s. */
static uint32_t call_begins(struct ladder *l)
{
    uint32_t txn = request(l, 10, ALICE, P1, "INVITE", via("alice a1"))->txn;

    response(l, 10.1, P1, ALICE, 100, "INVITE", via("alice a1"));
    return txn;
}

/* p1 sends the INVITE of the call on n times, by the timer of RFC 3261 17.1.1.2. */
static uint32_t sent_on(struct ladder *l, unsigned n)
{
    uint32_t txn = 0;
    double after = 0, interval = 0.5;

    for (unsigned i = 0; i < n; i++, after += interval, interval *= 2)
        txn = request(l, 10.2 + after, P1, BOB, "INVITE", TRUNK)->txn;
    return txn;
}

/* Carol's call, which p1 sends on at once, and its end. */
static void other_call(struct ladder *l, double at)
{
    request(l, at, CAROL, P1, "INVITE", via("carol k1"), .call_id = "k");
    request(l, at + 0.1, P1, BOB, "INVITE", via("p1 k2", "carol k1"), .call_id = "k");
    response(l, at + 0.2, BOB, P1, 486, "INVITE", via("p1 k2", "carol k1"), .call_id = "k");
    request(l, at + 0.3, P1, BOB, "ACK", via("p1 k2"), .call_id = "k");
    response(l, at + 0.4, P1, CAROL, 486, "INVITE", via("carol k1"), .call_id = "k");
}

static void assert_cause(struct ladder *l, uint32_t txn, enum sx_trying_cause cause, uint32_t in)
{
    other_packet(l, 60);
    sx_tracker_end(l->tracker);
    struct sx_trying v = sx_trying_judge(l->tracker, txn_numbered(l, txn));

    g_assert_cmpint(v.state, ==, SX_TRYING_TIMED_OUT);
    g_assert_cmpint(sx_trying_cause_of(&v.chain), ==, cause);
    g_assert_cmpuint(v.chain.cause_in, ==, in);
    ladder_close(l);
}

static void assert_unknown(struct ladder *l, uint32_t txn)
{
    assert_cause(l, txn, SX_CAUSE_UNKNOWN, 0);
}

/* Only a 100, and nothing of the call is seen beyond the hop: its 100 shows that. */
static void assert_nothing_beyond(struct ladder *l, uint32_t txn)
{
    uint32_t hundred = sx_txn_more(txn_numbered(l, txn))->trying_frame;

    assert_cause(l, txn, SX_CAUSE_NOTHING_BEYOND, hundred);
}

static enum sx_trying_cause cause_judged(struct ladder *l, uint32_t txn);

/* ---- not forwarded ---- */

static void test_not_forwarded(void)
{
    struct ladder l = ladder_open();

    other_call(&l, 1);
    uint32_t txn = call_begins(&l);
    assert_cause(&l, txn, SX_CAUSE_NOT_FORWARDED, l.frame);

    l = ladder_open(); /* who sends the other call may be nearer, or further away */
    request(&l, 1, CAROL, P1, "INVITE", via("carol k1"), .call_id = "k", .packet = {.place = 1});
    request(&l, 1.1, P1, BOB, "INVITE", via("p1 k2", "carol k1"), .call_id = "k");
    txn = call_begins(&l);
    assert_cause(&l, txn, SX_CAUSE_NOT_FORWARDED, l.frame);
}

/* A call for somebody else shows nothing of where this one goes; nor does one to another port. */
static void test_not_forwarded_other_address(void)
{
    struct ladder l = ladder_open();

    request(&l, 1, CAROL, P1, "INVITE", via("carol k1"), .call_id = "k",
            .uri = "sip:d@example.com");
    request(&l, 1.1, P1, BOB, "INVITE", via("p1 k2", "carol k1"), .call_id = "k");
    assert_nothing_beyond(&l, call_begins(&l));
}

/* Another host sent the 100: what the one that was asked did is not known. */
static void test_100_from_elsewhere(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = request(&l, 10, ALICE, P1, "INVITE", via("alice a1"))->txn;

    response(&l, 10.1, P2, ALICE, 100, "INVITE", via("alice a1"));
    assert_unknown(&l, txn);
}

/* The host goes on under a Call-ID of its own, it may be with this call. */
static void test_not_forwarded_b2bua(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = call_begins(&l);

    request(&l, 10.2, P1, BOB, "INVITE", via("p1 s1"), .call_id = "s");
    assert_unknown(&l, txn);
    /* For so long after it came, and no longer. */
    for (unsigned later = 0; later < 2; later++) {
        l = ladder_open();
        txn = call_begins(&l);
        request(&l, later ? 12.001 : 12.0, P1, BOB, "INVITE", via("p1 s1"), .call_id = "s");
        if (later)
            assert_nothing_beyond(&l, txn);
        else
            assert_unknown(&l, txn);
    }
}

/* Masked Vias: Call-ID and CSeq are kept. */
static void test_masked_branch(void)
{
    struct ladder l = ladder_open();

    other_call(&l, 1);
    uint32_t txn = call_begins(&l);
    request(&l, 10.2, P1, BOB, "INVITE", via("p1 m1", "masked m0"));
    response(&l, 10.3, BOB, P1, 100, "INVITE", via("p1 m1", "masked m0"));
    assert_cause(&l, txn, SX_CAUSE_NEXT_HOP_STUCK, l.frame);
}

/* p1 masks the Call-ID, too: From tag and CSeq number are all that is left of the call. i 1:
 * somebody else's call; 2: another attempt; 3: too late; 4: of another host. */
static uint32_t masked_call_id(struct ladder *l, int i)
{
    uint32_t txn = call_begins(l);

    request(l, i == 3 ? 12.1 : 12, i == 4 ? P2 : P1, BOB, "INVITE", via("p1 m1", "masked m0"),
            .call_id = "masked", .from_tag = i == 1 ? "carol" : "alice", .cseq = i == 2 ? 2 : 1);
    return txn;
}

static void test_masked_call_id(void)
{
    for (int i = 0; i <= 4; i++) {
        struct ladder l = ladder_open();
        uint32_t txn = masked_call_id(&l, i);
        if (i)
            assert_nothing_beyond(&l, txn);
        else
            assert_unknown(&l, txn);
    }
    /* Where p1 sends calls is known. */
    for (int i = 0; i <= 1; i++) {
        struct ladder l = ladder_open();
        other_call(&l, 1);
        uint32_t txn = masked_call_id(&l, i),
                 hundred = sx_txn_more(txn_numbered(&l, txn))->trying_frame;
        assert_cause(&l, txn, i ? SX_CAUSE_NOT_FORWARDED : SX_CAUSE_UNKNOWN, i ? hundred : 0);
    }
}

/* The host got the request once more, and may have sent that one on. */
static void test_masked_branch_of_another(void)
{
    static const struct {
        const char *method;
        unsigned cseq, to;
        bool other;
    } rows[] = {{"INVITE", 1, P1, true},
                {"INVITE", 2, P1, false},
                {"INFO", 1, P1, false},
                {"INVITE", 1, P2, false}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        uint32_t txn = call_begins(&l);
        request(&l, 10.15, DAVE, rows[i].to, rows[i].method, via("dave d1"), .cseq = rows[i].cseq);
        request(&l, 10.2, P1, BOB, "INVITE", via("p1 m1", "masked m0"));
        response(&l, 10.3, BOB, P1, 100, "INVITE", via("p1 m1", "masked m0"));
        g_test_message("row %zu", i);
        if (rows[i].other)
            assert_nothing_beyond(&l, txn);
        else
            assert_cause(&l, txn, SX_CAUSE_NEXT_HOP_STUCK, l.frame);
    }
}

static void test_not_forwarded_no_evidence(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = call_begins(&l);

    assert_nothing_beyond(&l, txn);
    /* Evidence that comes behind the end of the wait is none. */
    l = ladder_open();
    txn = call_begins(&l);
    request(&l, 50, ALICE, P1, "CANCEL", via("alice a1"));
    other_call(&l, 51);
    assert_nothing_beyond(&l, txn);
}

/* Another method, another port, a way that takes ten seconds by the time stamps. */
static void test_not_forwarded_other_evidence(void)
{
    struct ladder l = ladder_open();

    request(&l, 1, CAROL, P1, "OPTIONS", via("carol k1"), .call_id = "k");
    request(&l, 1.1, P1, BOB, "OPTIONS", via("p1 k2", "carol k1"), .call_id = "k");
    assert_nothing_beyond(&l, call_begins(&l));

    l = ladder_open();
    request(&l, 1, CAROL, P1, "INVITE", via("carol k1"), .call_id = "k", .dst_port = 5080);
    request(&l, 1.1, P1, BOB, "INVITE", via("p1 k2", "carol k1"), .call_id = "k");
    assert_nothing_beyond(&l, call_begins(&l));

    l = ladder_open(); /* another network may have a host with this address */
    request(&l, 1, CAROL, P1, "INVITE", via("carol k1"), .call_id = "k",
            .packet = {.place = 1, .network = 1});
    request(&l, 1.1, P1, BOB, "INVITE", via("p1 k2", "carol k1"), .call_id = "k");
    assert_nothing_beyond(&l, call_begins(&l));

    l = ladder_open();
    request(&l, -5, CAROL, P1, "INVITE", via("carol k1"), .call_id = "k");
    request(&l, 5, P1, BOB, "INVITE", via("p1 k2", "carol k1"), .call_id = "k");
    assert_nothing_beyond(&l, call_begins(&l));
}

/* The hop shows that not all it sends on is here. */
static void test_not_forwarded_counter_evidence(void)
{
    struct ladder l = ladder_open();

    other_call(&l, 1);
    request(&l, 5, P1, BOB, "INVITE", via("p1 own"), .call_id = "own");
    assert_nothing_beyond(&l, call_begins(&l));

    l = ladder_open();
    other_call(&l, 1);
    request(&l, 5, CAROL, P1, "INVITE", via("carol m1"), .call_id = "m");
    response(&l, 6, P1, CAROL, 180, "INVITE", via("carol m1"), .call_id = "m");
    assert_nothing_beyond(&l, call_begins(&l));

    l = ladder_open();
    other_call(&l, 1);
    const uint8_t p1[4] = {10, 0, 0, P1};
    struct sx_address address = address_at(p1, 0);
    sx_tracker_unreadable(l.tracker, other_packet(&l, 5), &address, NULL);
    assert_unknown(&l, call_begins(&l));
}

/* The INVITE itself, or what it was sent on as, was not captured. */
static void test_not_forwarded_missed(void)
{
    struct ladder l = ladder_open();

    other_call(&l, 1);
    assert_nothing_beyond(&l, response(&l, 10.1, P1, ALICE, 100, "INVITE", via("alice a1"))->txn);

    l = ladder_open();
    other_call(&l, 1);
    uint32_t txn = call_begins(&l);
    response(&l, 10.3, BOB, P1, 100, "INVITE", TRUNK);
    assert_cause(&l, txn, SX_CAUSE_NEXT_HOP_STUCK, l.frame);
}

/* ---- never answered ---- */

static void test_never_answered(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = call_begins(&l), first = l.frame + 1;

    sent_on(&l, 7);
    assert_cause(&l, txn, SX_CAUSE_NEVER_ANSWERED, first);
}

/* Sent once, or no longer sent: then an answer came that is not here. */
static void test_never_answered_stopped(void)
{
    for (unsigned n = 1; n <= 5; n++) {
        struct ladder l = ladder_open();
        uint32_t txn = call_begins(&l);
        sent_on(&l, n);
        g_test_message("sent %u times", n);
        assert_unknown(&l, txn);
    }
}

/* Who stops sooner has an answer that the capture lacks, also where it has others of the same host.
 * */
static void test_never_answered_gave_up(void)
{
    struct ladder l = ladder_open();

    other_call(&l, 1);
    uint32_t txn = call_begins(&l);
    sent_on(&l, 3);
    assert_unknown(&l, txn);
}

static void test_never_answered_tcp(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = call_begins(&l);

    request(&l, 10.2, P1, BOB, "INVITE", TRUNK, .transport = SX_TRANSPORT_TCP);
    assert_unknown(&l, txn);

    l = ladder_open();
    other_call(&l, 1);
    txn = call_begins(&l);
    request(&l, 10.2, P1, BOB, "INVITE", TRUNK, .transport = SX_TRANSPORT_TLS);
    assert_cause(&l, txn, SX_CAUSE_NEVER_ANSWERED, l.frame);
}

/* ---- the next hop is stuck ---- */

static void test_next_hop_stuck(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = call_begins(&l);

    sent_on(&l, 1);
    response(&l, 10.3, BOB, P1, 100, "INVITE", TRUNK);
    assert_cause(&l, txn, SX_CAUSE_NEXT_HOP_STUCK, l.frame);
}

/* ---- answered, not relayed ---- */

static void test_not_relayed(void)
{
    static const unsigned codes[] = {180, 183, 200};

    for (size_t i = 0; i < G_N_ELEMENTS(codes); i++) {
        struct ladder l = ladder_open();
        uint32_t txn = call_begins(&l);
        sent_on(&l, 1);
        uint32_t first = response(&l, 12, BOB, P1, codes[i], "INVITE", TRUNK)->frame;
        response(&l, 12.5, BOB, P1, codes[i], "INVITE", TRUNK);
        assert_cause(&l, txn, SX_CAUSE_NOT_RELAYED, first);
    }
}

/* The capture may have lost what the hop made of it. */
static void test_one_message_not_relayed(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = call_begins(&l);

    sent_on(&l, 1);
    uint32_t branch = response(&l, 12, BOB, P1, 180, "INVITE", TRUNK)->txn;
    other_packet(&l, 60);
    struct sx_trying_chain chain =
        sx_trying_cause_find(l.tracker, txn_numbered(&l, txn), UINT32_MAX, ns_of(60));
    g_assert_cmpint(sx_trying_cause_of(&chain), ==, SX_CAUSE_UNKNOWN);
    g_assert_cmpuint(chain.last.heard, ==, branch);
    g_assert_cmpint(chain.last.heard_ns, ==, ns_of(12));
    g_assert_true(chain.last.must_relay);
    ladder_close(&l);
}

/* A 180 that came once may have been handed on unseen; what the caller waits for is the 200. */
static void test_which_was_kept(void)
{
    static const struct {
        double again;  /* the 180; 0: not */
        unsigned port; /* that it goes to; 0: where it is waited for */
        bool first;    /* it is what the hop kept */
    } rows[] = {{0, 0, false}, {12.399, 0, false}, {12.4, 0, true}, {0, 5070, true}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        uint32_t txn = call_begins(&l);
        sent_on(&l, 1);
        uint32_t first =
            response(&l, 12, BOB, P1, 180, "INVITE", TRUNK, .dst_port = (uint16_t)rows[i].port)
                ->frame;
        if (rows[i].again > 0)
            response(&l, rows[i].again, BOB, P1, 180, "INVITE", TRUNK);
        uint32_t second =
            response(&l, 13, BOB, P1, 200, "INVITE", TRUNK, .dst_port = (uint16_t)rows[i].port)
                ->frame;
        response(&l, 13.5, BOB, P1, 200, "INVITE", TRUNK, .dst_port = (uint16_t)rows[i].port);
        g_test_message("row %u", (unsigned)i);
        assert_cause(&l, txn, SX_CAUSE_NOT_RELAYED, rows[i].first ? first : second);
    }
}

/* By the time of the 180 it is all that there is; and a failure after it may be kept. */
static void test_kept_so_far(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = call_begins(&l);

    sent_on(&l, 1);
    uint32_t first = response(&l, 12, BOB, P1, 180, "INVITE", TRUNK)->frame;
    uint32_t second = response(&l, 13, BOB, P1, 200, "INVITE", TRUNK)->frame;
    response(&l, 13.5, BOB, P1, 200, "INVITE", TRUNK);
    for (uint32_t until = second - 1; until <= second; until++) {
        struct sx_trying_chain chain =
            sx_trying_cause_find(l.tracker, txn_numbered(&l, txn), until, ns_of(60));
        g_assert_cmpuint(chain.cause_in, ==, until == second ? second : first);
    }
    ladder_close(&l);

    l = ladder_open();
    txn = call_begins(&l);
    sent_on(&l, 1);
    first = response(&l, 12, BOB, P1, 180, "INVITE", TRUNK)->frame;
    response(&l, 13, BOB, P1, 486, "INVITE", TRUNK);
    response(&l, 13.5, BOB, P1, 486, "INVITE", TRUNK);
    response(&l, 14, P1, ALICE, 100, "OPTIONS", via("alice o1"), .call_id = "o");
    assert_cause(&l, txn, SX_CAUSE_NOT_RELAYED, first);
}

/* Bob has answered, as a PRACK shows that the capture has of one hop only: from then on p1 had what
 * it must hand on, whatever came after. An ACK shows a failure, which it may keep. */
static void test_had_unseen(void)
{
    for (unsigned later = 0; later < 2; later++) {
        struct ladder l = ladder_open();
        uint32_t txn = call_begins(&l), branch = sent_on(&l, 1);
        response(&l, 10.3, BOB, P1, 100, "INVITE", TRUNK);
        request(&l, 11, P1, BOB, "PRACK", via("p1 b2", "alice a2"), .to_tag = "bob", .cseq = 2);
        if (later)
            response(&l, 55, BOB, P1, 200, "INVITE", TRUNK);
        other_packet(&l, 60);
        struct sx_trying_chain chain =
            sx_trying_cause_find(l.tracker, txn_numbered(&l, txn), UINT32_MAX, ns_of(60));
        g_assert_cmpuint(chain.count, ==, 1);
        g_assert_cmpuint(chain.last.heard, ==, branch);
        g_assert_cmpint(chain.last.heard_ns, ==, ns_of(11));
        g_assert_true(chain.last.must_relay);
        ladder_close(&l);
    }

    struct ladder l = ladder_open();
    uint32_t txn = call_begins(&l);
    sent_on(&l, 1);
    response(&l, 10.3, BOB, P1, 100, "INVITE", TRUNK);
    request(&l, 11, P1, BOB, "ACK", via("p1 b1"));
    assert_unknown(&l, txn);
}

/* What came in the last second is not what a wait was for. */
static void test_heard_at_the_end(void)
{
    for (unsigned ms = 999; ms <= 1000; ms++) {
        struct ladder l = ladder_open();
        uint32_t txn = call_begins(&l), branch = sent_on(&l, 1);
        response(&l, 60 - ms / 1000.0, BOB, P1, 180, "INVITE", TRUNK);
        struct sx_trying_chain chain =
            sx_trying_cause_find(l.tracker, txn_numbered(&l, txn), UINT32_MAX, ns_of(60));
        g_assert_cmpuint(chain.last.heard, ==, ms == 1000 ? branch : 0);
        ladder_close(&l);
    }
}

/* A failure that the proxy acknowledged is its to keep; one that is said again did not get there.
 * */
static void test_not_relayed_failure(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = call_begins(&l), refused;

    sent_on(&l, 1);
    response(&l, 12, BOB, P1, 503, "INVITE", TRUNK);
    request(&l, 12.1, P1, BOB, "ACK", via("p1 b1"));
    assert_unknown(&l, txn);

    l = ladder_open();
    txn = call_begins(&l);
    sent_on(&l, 1);
    response(&l, 12, BOB, P1, 503, "INVITE", TRUNK);
    refused = l.frame;
    response(&l, 12.5, BOB, P1, 503, "INVITE", TRUNK);
    assert_cause(&l, txn, SX_CAUSE_NOT_RELAYED, refused);
}

static void test_not_relayed_clocks_apart(void)
{
    struct ladder l = ladder_open();

    request(&l, 0, P1, BOB, "INVITE", TRUNK);
    response(&l, 3, BOB, P1, 180, "INVITE", TRUNK);
    assert_unknown(&l, call_begins(&l));
}

/* ---- the 100 is lost ---- */

static void send_again(struct ladder *l, const double *at, size_t n)
{
    for (size_t i = 0; i < n; i++)
        request(l, at[i], ALICE, P1, "INVITE", via("alice a1"));
}

static void test_100_lost(void)
{
    static const double timer[] = {10.5, 11.5, 13.5, 17.5, 25.5, 41.5}, crossing[] = {10.5, 11.5};
    static const double clocks[] = {10.5, 13, 13.5, 17, 17.5};
    struct ladder l = ladder_open();
    uint32_t txn = call_begins(&l);

    send_again(&l, timer, G_N_ELEMENTS(timer));
    assert_cause(&l, txn, SX_CAUSE_100_LOST, l.frame);

    /* It stopped: it has a 100 now. */
    l = ladder_open();
    txn = call_begins(&l);
    send_again(&l, timer, 3);
    assert_nothing_beyond(&l, txn);

    l = ladder_open();
    txn = call_begins(&l);
    send_again(&l, crossing, G_N_ELEMENTS(crossing));
    assert_nothing_beyond(&l, txn);

    l = ladder_open();
    txn = call_begins(&l);
    send_again(&l, clocks, G_N_ELEMENTS(clocks));
    assert_nothing_beyond(&l, txn);

    l = ladder_open();
    txn = call_begins(&l);
    response(&l, 10.2, ALICE, P1, 100, "INVITE", via("alice a1"), .quoted = true);
    assert_cause(&l, txn, SX_CAUSE_100_LOST, l.frame);
}

/* ---- unreachable ---- */

static void test_unreachable(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = call_begins(&l);

    sent_on(&l, 1);
    undelivered(&l, 10.3, P1, 5060, BOB, 5060);
    assert_cause(&l, txn, SX_CAUSE_UNREACHABLE, l.frame);

    /* It came through with the next one. */
    l = ladder_open();
    txn = call_begins(&l);
    sent_on(&l, 1);
    undelivered(&l, 10.3, P1, 5060, BOB, 5060);
    request(&l, 10.7, P1, BOB, "INVITE", TRUNK);
    response(&l, 10.8, BOB, P1, 100, "INVITE", TRUNK);
    assert_cause(&l, txn, SX_CAUSE_NEXT_HOP_STUCK, l.frame);
}

static void connect_in_vain(struct ladder *l, double at)
{
    segment(l, at, P1, 40001, BOB, 5060, SX_TCP_SYN);
    segment(l, at + 1, P1, 40001, BOB, 5060, SX_TCP_SYN);
}

static void test_cannot_connect(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = call_begins(&l);

    connect_in_vain(&l, 10.2);
    assert_cause(&l, txn, SX_CAUSE_UNREACHABLE, l.frame);

    l = ladder_open();
    txn = call_begins(&l);
    connect_in_vain(&l, 14); /* too late for this call */
    assert_nothing_beyond(&l, txn);

    l = ladder_open();
    txn = call_begins(&l);
    request(&l, 10.15, CAROL, P1, "INVITE", via("carol k1"), .call_id = "k");
    connect_in_vain(&l, 10.2); /* for one of two */
    assert_unknown(&l, txn);

    /* It came up, and may carry what cannot be read. */
    l = ladder_open();
    txn = call_begins(&l);
    connect_in_vain(&l, 10.2);
    segment(&l, 13.3, BOB, 5060, P1, 40001, SX_TCP_SYN | SX_TCP_ACK);
    assert_unknown(&l, txn);
}

/* Bob's 180 goes to another host, with a Via that p1 never sent. */
static void test_stray_answer(void)
{
    static const struct {
        const char *method;
        unsigned cseq, from;
        bool stray;
    } rows[] = {{"INVITE", 1, BOB, true},
                {"INVITE", 2, BOB, false},
                {"PRACK", 1, BOB, false},
                {"INVITE", 1, CAROL, false}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        uint32_t txn = call_begins(&l);
        sent_on(&l, 1);
        response(&l, 10.3, BOB, P1, 100, "INVITE", TRUNK);
        uint32_t hundred = l.frame;
        response(&l, 12, rows[i].from, P2, 180, rows[i].method, via("p2 wrong"),
                 .cseq = rows[i].cseq);
        g_test_message("row %zu", i);
        if (rows[i].stray)
            assert_cause(&l, txn, SX_CAUSE_NOT_RELAYED, l.frame);
        else
            assert_cause(&l, txn, SX_CAUSE_NEXT_HOP_STUCK, hundred);
    }
}

/* Beside one that came to p1 it tells nothing. */
static void test_stray_answer_beside(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = call_begins(&l);

    sent_on(&l, 1);
    response(&l, 12, BOB, P2, 180, "INVITE", via("p2 wrong"));
    response(&l, 12.1, BOB, P1, 180, "INVITE", TRUNK);
    uint32_t right = l.frame;
    response(&l, 13, BOB, P1, 180, "INVITE", TRUNK);
    assert_cause(&l, txn, SX_CAUSE_NOT_RELAYED, right);
}

/* Its top Via is wrong, and the one below tells whose it is: of this call's branch, or of another
 * hop that has the same INVITE. */
static void test_stray_failure(void)
{
    for (unsigned other = 0; other < 2; other++) {
        struct ladder l = ladder_open();
        uint32_t txn = call_begins(&l);

        sent_on(&l, 1);
        response(&l, 10.3, BOB, P1, 100, "INVITE", TRUNK);
        uint32_t hundred = l.frame;
        request(&l, 10.4, CAROL, DAVE, "INVITE", via("carol c1"));
        response(&l, 12, BOB, P1, 486, "INVITE", via("p1 wrong", other ? "carol c1" : "alice a1"));
        if (other)
            assert_cause(&l, txn, SX_CAUSE_NEXT_HOP_STUCK, hundred);
        else
            assert_cause(&l, txn, SX_CAUSE_NOT_RELAYED, l.frame);
    }
}

/* ---- forks ---- */

/* A second branch, to Carol. */
#define SECOND via("p1 b2", "alice a1")

/* One after the other: Bob held the call for 20 s, Carol for the rest. Who was it? */
static void assert_serial(double given_up_at, bool trying, enum sx_trying_cause cause, bool first)
{
    struct ladder l = ladder_open();
    uint32_t txn = call_begins(&l), on_bob, on_carol;

    request(&l, 10.2, P1, BOB, "INVITE", TRUNK);
    on_bob = l.frame;
    if (trying) {
        response(&l, 10.3, BOB, P1, 100, "INVITE", TRUNK);
        on_bob = l.frame;
    }
    for (double at = 10.7, gap = 1; !trying && at < given_up_at; at += gap, gap *= 2)
        request(&l, at, P1, BOB, "INVITE", TRUNK);
    if (trying)
        request(&l, given_up_at, P1, BOB, "CANCEL", via("p1 b1"));
    request(&l, given_up_at + 2, P1, CAROL, "INVITE", SECOND);
    response(&l, given_up_at + 2.1, CAROL, P1, 100, "INVITE", SECOND);
    on_carol = l.frame;
    response(&l, 55, CAROL, P1, 180, "INVITE", SECOND);
    response(&l, 55.1, P1, ALICE, 180, "INVITE", via("alice a1"));
    struct sx_trying v = sx_trying_judge(l.tracker, txn_numbered(&l, txn));
    g_assert_cmpint(sx_trying_cause_of(&v.chain), ==, cause);
    g_assert_cmpuint(v.chain.cause_in, ==, first ? on_bob : on_carol);
    ladder_close(&l);
}

static void test_serial_branches(void)
{
    assert_serial(41, true, SX_CAUSE_NEXT_HOP_STUCK, true);
    assert_serial(20, true, SX_CAUSE_NEXT_HOP_STUCK, false);
    assert_serial(42, false, SX_CAUSE_NEVER_ANSWERED, true);
    assert_serial(14, false, SX_CAUSE_NEXT_HOP_STUCK, false);
}

/* The last of Bob's INVITEs was half a second ago when Carol gets hers: he was given up if it is
 * Timer B after the first. */
static void test_given_up_at_timer_b(void)
{
    static const struct {
        double carol_at;
        enum sx_trying_cause cause;
    } rows[] = {{42.199, SX_CAUSE_UNKNOWN}, {42.2, SX_CAUSE_NEVER_ANSWERED}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        uint32_t txn = call_begins(&l);

        request(&l, 10.2, P1, BOB, "INVITE", TRUNK);
        for (double at = 10.7, gap = 1; at < 42; at += gap, gap *= 2)
            request(&l, at, P1, BOB, "INVITE", TRUNK);
        request(&l, rows[i].carol_at, P1, CAROL, "INVITE", SECOND);
        response(&l, 43, CAROL, P1, 180, "INVITE", SECOND);
        response(&l, 43.1, P1, ALICE, 180, "INVITE", via("alice a1"));
        struct sx_trying v = sx_trying_judge(l.tracker, txn_numbered(&l, txn));
        g_test_message("%.3f", rows[i].carol_at);
        g_assert_cmpint(sx_trying_cause_of(&v.chain), ==, rows[i].cause);
        ladder_close(&l);
    }
}

/* Bob held the call for more than a third of the wait and less than half; Carol, who has it now,
 * for less than that. */
static void test_given_up_before_half(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = call_begins(&l);

    request(&l, 10.2, P1, BOB, "INVITE", TRUNK);
    response(&l, 10.3, BOB, P1, 100, "INVITE", TRUNK);
    request(&l, 28, P1, BOB, "CANCEL", via("p1 b1"));
    request(&l, 40, P1, CAROL, "INVITE", SECOND);
    response(&l, 40.1, CAROL, P1, 100, "INVITE", SECOND);
    response(&l, 55, CAROL, P1, 180, "INVITE", SECOND);
    response(&l, 55.1, P1, ALICE, 180, "INVITE", via("alice a1"));
    g_assert_cmpint(cause_judged(&l, txn), ==, SX_CAUSE_UNKNOWN);
}

/* One repetition may cross the 100, two do not. */
static void test_100_lost_once(void)
{
    for (unsigned again = 0; again < 2; again++) {
        struct ladder l = ladder_open();
        uint32_t txn = request(&l, 10, ALICE, P1, "INVITE", via("alice a1"))->txn;
        request(&l, 10.5, ALICE, P1, "INVITE", via("alice a1"));
        request(&l, 11.5, ALICE, P1, "INVITE", via("alice a1"));
        response(&l, 11.5, P1, ALICE, 100, "INVITE", via("alice a1"));
        request(&l, 13.5, ALICE, P1, "INVITE", via("alice a1"));
        if (again)
            request(&l, 17.5, ALICE, P1, "INVITE", via("alice a1"));
        request(&l, again ? 18 : 14, ALICE, P1, "CANCEL", via("alice a1"));
        g_assert_cmpint(cause_judged(&l, txn), ==,
                        again ? SX_CAUSE_100_LOST : SX_CAUSE_NOTHING_BEYOND);
    }
}

/* Three that are stuck alike. */
static void test_branches_alike(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = call_begins(&l);

    sent_on(&l, 1);
    response(&l, 10.3, BOB, P1, 100, "INVITE", TRUNK);
    request(&l, 10.3, P1, CAROL, "INVITE", SECOND);
    response(&l, 10.4, CAROL, P1, 100, "INVITE", SECOND);
    request(&l, 10.4, P1, DAVE, "INVITE", via("p1 b3", "alice a1"));
    response(&l, 10.5, DAVE, P1, 100, "INVITE", via("p1 b3", "alice a1"));
    other_packet(&l, 60);
    struct sx_trying v = sx_trying_judge(l.tracker, txn_numbered(&l, txn));
    g_assert_cmpint(sx_trying_cause_of(&v.chain), ==, SX_CAUSE_NEXT_HOP_STUCK);
    g_assert_cmpuint(v.chain.hops[0].alike, ==, 2);
    ladder_close(&l);
}

/* The server resets the connection of the INVITE; the client sends it again over another one. */
static void test_reset_by_the_server(void)
{
    for (unsigned again = 0; again < 2; again++) {
        struct ladder l = ladder_open();
        uint32_t txn = call_begins(&l), reset, hundred;
        uint32_t branch = request(&l, 10.2, P1, BOB, "INVITE", TRUNK, .src_port = 40001,
                                  .transport = SX_TRANSPORT_TCP)
                              ->txn;
        response(&l, 10.3, BOB, P1, 100, "INVITE", TRUNK, .dst_port = 40001,
                 .transport = SX_TRANSPORT_TCP);
        hundred = l.frame;
        reset = segment(&l, 12, BOB, 5060, P1, 40001, SX_TCP_RST);
        if (again)
            request(&l, 13, P1, BOB, "INVITE", TRUNK, .src_port = 40002,
                    .transport = SX_TRANSPORT_TCP);
        other_packet(&l, 60);
        struct sx_trying v = sx_trying_judge(l.tracker, txn_numbered(&l, branch));
        g_assert_cmpint(sx_trying_cause_of(&v.chain), ==,
                        again ? SX_CAUSE_NOTHING_BEYOND : SX_CAUSE_UNREACHABLE);
        assert_cause(&l, txn, again ? SX_CAUSE_NEXT_HOP_STUCK : SX_CAUSE_UNREACHABLE,
                     again ? hundred : reset);
    }
}

static void test_fork(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = call_begins(&l), hundred;

    sent_on(&l, 1);
    response(&l, 10.3, BOB, P1, 100, "INVITE", TRUNK);
    hundred = l.frame;
    for (double at = 10.4, gap = 0.5; at < 42; at += gap, gap *= 2)
        request(&l, at, P1, CAROL, "INVITE", SECOND);
    assert_cause(&l, txn, SX_CAUSE_NEXT_HOP_STUCK, hundred);

    /* Of the other branch only the request is here. */
    l = ladder_open();
    txn = call_begins(&l);
    request(&l, 10.2, P1, CAROL, "INVITE", SECOND, .transport = SX_TRANSPORT_TCP);
    sent_on(&l, 7);
    assert_unknown(&l, txn);

    /* Given up for another one, which refused. */
    l = ladder_open();
    txn = call_begins(&l);
    sent_on(&l, 3);
    request(&l, 15, P1, CAROL, "INVITE", SECOND);
    response(&l, 15.1, CAROL, P1, 404, "INVITE", SECOND);
    request(&l, 15.2, P1, CAROL, "ACK", via("p1 b2"));
    assert_unknown(&l, txn);
}

/* ---- ends ---- */

static struct sx_trying judged(struct ladder *l, uint32_t txn)
{
    other_packet(l, 500);
    sx_tracker_end(l->tracker);
    struct sx_trying v = sx_trying_judge(l->tracker, txn_numbered(l, txn));
    ladder_close(l);
    return v;
}

static void test_timeout_codes(void)
{
    static const struct {
        unsigned code;
        double wait_s;
        enum sx_trying_state state;
    } rows[] = {
        {408, 31.96, SX_TRYING_TIMED_OUT}, {504, 4, SX_TRYING_TIMED_OUT},
        {408, 3.999, SX_TRYING_ANSWERED},  {487, 31.96, SX_TRYING_SLOW},
        {503, 31.96, SX_TRYING_SLOW},      {180, 31.96, SX_TRYING_SLOW},
        {180, 32, SX_TRYING_TIMED_OUT},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        uint32_t txn = call_begins(&l);
        response(&l, 10.1 + rows[i].wait_s, P1, ALICE, rows[i].code, "INVITE", via("alice a1"));
        g_test_message("%u after %.3f s", rows[i].code, rows[i].wait_s);
        g_assert_cmpint(judged(&l, txn).state, ==, rows[i].state);
    }
}

static void test_cancel_ends(void)
{
    static const struct {
        double at;
        const char *expires;
        enum sx_trying_end end;
    } rows[] = {
        {30, NULL, SX_END_CANCEL},
        {70, "Expires: 60\r\n", SX_END_CANCEL_EXPIRES},
        {68, "Expires: 60\r\n", SX_END_CANCEL},
        {69, "Expires: 60\r\n", SX_END_CANCEL},
        {69.001, "Expires: 60\r\n", SX_END_CANCEL_EXPIRES},
        {71.999, "Expires: 60\r\n", SX_END_CANCEL_EXPIRES},
        {72, "Expires: 60\r\n", SX_END_CANCEL},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        uint32_t txn =
            request(&l, 10, ALICE, P1, "INVITE", via("alice a1"), .more = rows[i].expires)->txn;
        response(&l, 10.1, P1, ALICE, 100, "INVITE", via("alice a1"));
        request(&l, rows[i].at, ALICE, P1, "CANCEL", via("alice a1"));
        g_assert_cmpint(judged(&l, txn).end, ==, rows[i].end);
    }
}

static void test_proxy_cancels(void)
{
    static const struct {
        double at, caller_at;
        enum sx_trying_end end;
    } rows[] = {
        {195, 0, SX_END_CANCEL_TIMER_C},
        {100, 0, SX_END_CANCEL},
        {195, 194.9, SX_END_CANCEL_PASSED_ON},
        /* Sent on at 10.2 s. Timer C is more than three minutes (RFC 3261 16.6 item 11), and
         * nothing fits it that comes 20 s after that. */
        {190.199, 0, SX_END_CANCEL},
        {190.2, 0, SX_END_CANCEL_TIMER_C},
        {210.199, 0, SX_END_CANCEL_TIMER_C},
        {210.2, 0, SX_END_CANCEL},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        call_begins(&l);
        uint32_t branch = sent_on(&l, 1);
        response(&l, 10.3, BOB, P1, 100, "INVITE", TRUNK);
        if (rows[i].caller_at > 0)
            request(&l, rows[i].caller_at, ALICE, P1, "CANCEL", via("alice a1"));
        request(&l, rows[i].at, P1, BOB, "CANCEL", via("p1 b1"));
        g_assert_cmpint(judged(&l, branch).end, ==, rows[i].end);
    }
}

static void test_hangup(void)
{
    for (unsigned reset = 0; reset < 2; reset++) {
        struct ladder l = ladder_open();
        uint32_t txn = request(&l, 10, ALICE, P1, "INVITE", via("alice a1"), .src_port = 40001,
                               .transport = SX_TRANSPORT_TCP)
                           ->txn;
        response(&l, 10.1, P1, ALICE, 100, "INVITE", via("alice a1"), .dst_port = 40001,
                 .transport = SX_TRANSPORT_TCP);
        uint32_t branch = sent_on(&l, 1), end;
        response(&l, 10.3, BOB, P1, 100, "INVITE", TRUNK);
        end = segment(&l, 20.1, ALICE, 40001, P1, 5060, reset ? SX_TCP_RST : SX_TCP_FIN);
        request(&l, 20.2, P1, BOB, "CANCEL", via("p1 b1"));
        struct sx_trying v = sx_trying_judge(l.tracker, txn_numbered(&l, txn));
        g_assert_cmpint(v.state, ==, SX_TRYING_NONE); /* it may connect again */
        sx_tracker_end(l.tracker);
        v = sx_trying_judge(l.tracker, txn_numbered(&l, txn));
        g_assert_cmpint(v.state, ==, SX_TRYING_CANCELLED);
        g_assert_cmpint(v.end, ==, reset ? SX_END_RESET : SX_END_CLOSED);
        g_assert_cmpuint(v.ended_in, ==, end);
        g_assert_cmpint(v.wait_ns, ==, ns_of(10));
        g_assert_cmpint(sx_trying_cause_of(&v.chain), ==, SX_CAUSE_NEXT_HOP_STUCK);
        v = sx_trying_judge(l.tracker, txn_numbered(&l, branch));
        g_assert_cmpint(v.end, ==, SX_END_CANCEL_AFTER_HANGUP);
        ladder_close(&l);
    }
}

/* Why a wait lasts is not asked before it is slow: the answer may be on its way. */
static void test_open_wait(void)
{
    static const struct {
        double end;
        enum sx_trying_cause cause;
    } rows[] = {{14.099, SX_CAUSE_UNKNOWN}, {14.1, SX_CAUSE_NEVER_ANSWERED}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        uint32_t txn = call_begins(&l);
        sent_on(&l, 7);
        other_packet(&l, rows[i].end);
        sx_tracker_end(l.tracker);
        struct sx_trying v = sx_trying_judge(l.tracker, txn_numbered(&l, txn));
        g_assert_cmpint(v.state, ==, SX_TRYING_OPEN);
        g_assert_cmpint(sx_trying_cause_of(&v.chain), ==, rows[i].cause);
        ladder_close(&l);
    }
}

/* ---- the slow hop ---- */

static void test_slow_hop(void)
{
    for (unsigned with_100 = 0; with_100 < 2; with_100++) {
        struct ladder l = ladder_open();
        uint32_t txn = call_begins(&l), branch = sent_on(&l, 1);
        if (with_100)
            response(&l, 10.3, BOB, P1, 100, "INVITE", TRUNK);
        response(&l, 18.3, BOB, P1, 180, "INVITE", TRUNK);
        response(&l, 18.4, P1, ALICE, 180, "INVITE", via("alice a1"));
        struct sx_trying v = sx_trying_judge(l.tracker, txn_numbered(&l, txn));
        const struct sx_txn *hop = sx_trying_slow_hop(l.tracker, txn_numbered(&l, txn), &v);
        g_assert_cmpint(v.state, ==, SX_TRYING_SLOW);
        g_assert_cmpuint(hop->number, ==, branch);
        g_assert_cmpint(sx_trying_took(hop), ==, ns_of(with_100 ? 8 : 8.1));
        ladder_close(&l);
    }
}

/* ---- both sides of each threshold ---- */

static enum sx_trying_cause cause_judged(struct ladder *l, uint32_t txn)
{
    struct sx_trying v = judged(l, txn);

    return sx_trying_cause_of(&v.chain);
}

/* A second after the next hop repeats its answer the caller gives up: until then it may be on its
 * way. */
static void test_kept_for_a_second(void)
{
    static const struct {
        double given_up;
        enum sx_trying_cause cause;
    } rows[] = {{11.999, SX_CAUSE_UNKNOWN}, {12, SX_CAUSE_NOT_RELAYED}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        uint32_t txn = call_begins(&l);
        sent_on(&l, 1);
        response(&l, 10.6, BOB, P1, 180, "INVITE", TRUNK);
        response(&l, 11, BOB, P1, 180, "INVITE", TRUNK);
        request(&l, rows[i].given_up, ALICE, P1, "CANCEL", via("alice a1"));
        g_test_message("given up at %.3f s", rows[i].given_up);
        g_assert_cmpint(cause_judged(&l, txn), ==, rows[i].cause);
    }
}

/* One that goes astray is not repeated: it is enough that the hop had a second for it. */
static void test_astray_for_a_second(void)
{
    static const struct {
        double given_up;
        enum sx_trying_cause cause;
    } rows[] = {{11.999, SX_CAUSE_UNKNOWN}, {12, SX_CAUSE_NOT_RELAYED}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        uint32_t txn = call_begins(&l);
        sent_on(&l, 1);
        response(&l, 11, BOB, P1, 180, "INVITE", TRUNK, .dst_port = 5070);
        request(&l, rows[i].given_up, ALICE, P1, "CANCEL", via("alice a1"));
        g_test_message("given up at %.3f s", rows[i].given_up);
        g_assert_cmpint(cause_judged(&l, txn), ==, rows[i].cause);
    }
}

/* The answer was there for less than half of the wait: the rest of it had another reason. */
static void test_kept_for_most_of_the_wait(void)
{
    static const struct {
        double answered;
        enum sx_trying_cause cause;
    } rows[] = {{15.099, SX_CAUSE_NOT_RELAYED}, {15.1, SX_CAUSE_UNKNOWN}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        uint32_t txn = call_begins(&l);
        sent_on(&l, 1);
        response(&l, rows[i].answered, BOB, P1, 180, "INVITE", TRUNK);
        response(&l, 16, BOB, P1, 180, "INVITE", TRUNK);
        request(&l, 20.1, ALICE, P1, "CANCEL", via("alice a1"));
        g_test_message("answered at %.3f s", rows[i].answered);
        g_assert_cmpint(cause_judged(&l, txn), ==, rows[i].cause);
    }
}

/* Half a second after a failure that got no ACK the server says it again (RFC 3261 17.2.1). */
static void test_failure_said_again(void)
{
    static const struct {
        double again;
        enum sx_trying_cause cause;
    } rows[] = {{12.399, SX_CAUSE_UNKNOWN}, {12.4, SX_CAUSE_NOT_RELAYED}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        uint32_t txn = call_begins(&l);
        sent_on(&l, 1);
        response(&l, 12, BOB, P1, 503, "INVITE", TRUNK);
        response(&l, rows[i].again, BOB, P1, 503, "INVITE", TRUNK);
        g_test_message("again at %.3f s", rows[i].again);
        g_assert_cmpint(cause_judged(&l, txn), ==, rows[i].cause);
    }
}

/* Clocks that are kept in step may differ by a tenth of a second. */
static void test_clocks_nearly_in_step(void)
{
    static const struct {
        double sent_on;
        enum sx_trying_cause cause;
    } rows[] = {{9.899, SX_CAUSE_UNKNOWN}, {9.9, SX_CAUSE_NOT_RELAYED}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        request(&l, rows[i].sent_on, P1, BOB, "INVITE", TRUNK);
        response(&l, 12, BOB, P1, 180, "INVITE", TRUNK);
        response(&l, 13, BOB, P1, 180, "INVITE", TRUNK);
        g_test_message("sent on at %.3f s", rows[i].sent_on);
        uint32_t txn = call_begins(&l);
        g_assert_cmpint(cause_judged(&l, txn), ==, rows[i].cause);
    }
}

/* What the caller sends again within two seconds was under way when the 100 came. */
static void test_100_crossed(void)
{
    static const struct {
        double again;
        enum sx_trying_cause cause;
    } rows[] = {{12.099, SX_CAUSE_NOTHING_BEYOND}, {12.1, SX_CAUSE_100_LOST}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        uint32_t txn = call_begins(&l);
        send_again(&l, (double[]){10.5, rows[i].again}, 2);
        request(&l, 14, ALICE, P1, "CANCEL", via("alice a1"));
        g_test_message("again at %.3f s", rows[i].again);
        g_assert_cmpint(cause_judged(&l, txn), ==, rows[i].cause);
    }
}

/* A hop that connects for this INVITE begins within two seconds; one that came before it by no more
 * may be what the connection is for. */
static void test_connect_in_time(void)
{
    static const struct {
        double other, connect;
        enum sx_trying_cause cause;
    } rows[] = {
        {0, 12, SX_CAUSE_UNREACHABLE}, {0, 12.001, SX_CAUSE_NOTHING_BEYOND},
        {9, 11, SX_CAUSE_UNKNOWN},     {9, 11.001, SX_CAUSE_UNREACHABLE},
        {11, 11, SX_CAUSE_UNKNOWN},    {11.001, 11, SX_CAUSE_UNREACHABLE},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        uint32_t txn = call_begins(&l);
        if (rows[i].other > 0)
            request(&l, rows[i].other, CAROL, P1, "INVITE", via("carol k1"), .call_id = "k");
        connect_in_vain(&l, rows[i].connect);
        g_test_message("row %u", (unsigned)i);
        g_assert_cmpint(cause_judged(&l, txn), ==, rows[i].cause);
    }
}

/* Who hears nothing asks again after twice as long (RFC 3261 17.1.1.2); a quarter of a second is
 * for hosts and clocks. Who has not done so by then has heard something. */
static void test_went_on_sending(void)
{
    static const struct {
        double given_up;
        enum sx_trying_cause cause;
    } rows[] = {{13.95, SX_CAUSE_NEVER_ANSWERED}, {13.951, SX_CAUSE_UNKNOWN}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        uint32_t txn = call_begins(&l);
        sent_on(&l, 3); /* at 10.2, 10.7 and 11.7 s; next at 13.7 s */
        request(&l, rows[i].given_up, ALICE, P1, "CANCEL", via("alice a1"));
        g_test_message("given up at %.3f s", rows[i].given_up);
        g_assert_cmpint(cause_judged(&l, txn), ==, rows[i].cause);
    }
}

/* A proxy cancels its other branches for a 2xx or 6xx that one of them gave before (RFC 3261 16.7
 * items 5 and 10), and for nothing else. */
static void test_cancelled_for_another_branch(void)
{
    static const struct {
        unsigned code;
        double at;
        bool elsewhere;
    } rows[] = {
        {200, 15, true},  {603, 15, true},  {302, 15, false}, {486, 15, false},
        {503, 15, false}, {200, 25, false}, {603, 25, false},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        call_begins(&l);
        uint32_t branch = sent_on(&l, 1), other = 0;
        response(&l, 10.3, BOB, P1, 100, "INVITE", TRUNK);
        request(&l, 10.4, P1, CAROL, "INVITE", SECOND);
        if (rows[i].at > 20)
            request(&l, 20, P1, BOB, "CANCEL", via("p1 b1"));
        other = response(&l, rows[i].at, CAROL, P1, rows[i].code, "INVITE", SECOND)->txn;
        if (rows[i].at < 20)
            request(&l, 20, P1, BOB, "CANCEL", via("p1 b1"));
        struct sx_trying v = judged(&l, branch);
        g_test_message("%u at %.0f s", rows[i].code, rows[i].at);
        g_assert_cmpint(v.end, ==, rows[i].elsewhere ? SX_END_CANCEL_ELSEWHERE : SX_END_CANCEL);
        g_assert_cmpuint(v.elsewhere, ==, rows[i].elsewhere ? other : 0);
    }
}

/* RFC 3261 16.7 item 5: provisional responses but 100, and 2xx, go on at once; a 3xx is
 * acknowledged and may be kept. */
static void test_must_be_relayed(void)
{
    static const struct {
        unsigned code;
        enum sx_trying_cause cause;
    } rows[] = {
        {101, SX_CAUSE_NOT_RELAYED}, {199, SX_CAUSE_NOT_RELAYED}, {299, SX_CAUSE_NOT_RELAYED},
        {300, SX_CAUSE_UNKNOWN},     {301, SX_CAUSE_UNKNOWN},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        uint32_t txn = call_begins(&l);
        sent_on(&l, 1);
        response(&l, 12, BOB, P1, rows[i].code, "INVITE", TRUNK);
        response(&l, 12.5, BOB, P1, rows[i].code, "INVITE", TRUNK);
        if (rows[i].code >= 300)
            request(&l, 12.6, P1, BOB, "ACK", via("p1 b1"));
        g_test_message("%u", rows[i].code);
        g_assert_cmpint(cause_judged(&l, txn), ==, rows[i].cause);
    }
}

/* One that goes astray is sent once; from 300 on the hop may keep it. */
static void test_astray_must_be_relayed(void)
{
    static const struct {
        unsigned code;
        enum sx_trying_cause cause;
    } rows[] = {{101, SX_CAUSE_NOT_RELAYED}, {299, SX_CAUSE_NOT_RELAYED}, {300, SX_CAUSE_UNKNOWN}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        uint32_t txn = call_begins(&l);
        sent_on(&l, 1);
        response(&l, 12, BOB, P1, rows[i].code, "INVITE", TRUNK, .dst_port = 5070);
        if (rows[i].code >= 300)
            request(&l, 12.6, P1, BOB, "ACK", via("p1 b1"));
        g_test_message("%u", rows[i].code);
        g_assert_cmpint(cause_judged(&l, txn), ==, rows[i].cause);
    }
}

/* Over TCP nobody asks again. There requests of the next hop to this one show that the capture has
 * that direction, for as long as a client waits; those to somebody else do not. */
static void test_direction_back(void)
{
    static const struct {
        double at;
        unsigned to;
        enum sx_trying_cause cause;
    } rows[] = {
        {1, P1, SX_CAUSE_NEVER_ANSWERED},
        {1, CAROL, SX_CAUSE_UNKNOWN},
        {-21.8, P1, SX_CAUSE_NEVER_ANSWERED},
        {-21.801, P1, SX_CAUSE_UNKNOWN},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        request(&l, rows[i].at, BOB, rows[i].to, "OPTIONS", via("bob o1"), .call_id = "o");
        uint32_t txn = call_begins(&l);
        request(&l, 10.2, P1, BOB, "INVITE", TRUNK, .transport = SX_TRANSPORT_TCP);
        g_test_message("row %u", (unsigned)i);
        g_assert_cmpint(cause_judged(&l, txn), ==, rows[i].cause);
    }
}

/* The hop whose own wait is more than half of the caller's made the answer slow. */
static void test_half_of_a_slow_answer(void)
{
    static const struct {
        double sent_on;
        bool further_on;
    } rows[] = {{14.199, true}, {14.2, false}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        uint32_t txn = call_begins(&l);
        uint32_t branch = request(&l, rows[i].sent_on, P1, BOB, "INVITE", TRUNK)->txn;
        response(&l, 18.2, BOB, P1, 180, "INVITE", TRUNK);
        response(&l, 18.1, P1, ALICE, 180, "INVITE", via("alice a1")); /* 8 s after the 100 */
        struct sx_trying v = sx_trying_judge(l.tracker, txn_numbered(&l, txn));
        g_test_message("sent on at %.3f s", rows[i].sent_on);
        g_assert_cmpuint(sx_trying_slow_hop(l.tracker, txn_numbered(&l, txn), &v)->number, ==,
                         rows[i].further_on ? branch : txn);
        ladder_close(&l);
    }
}

/* A hop that sends nothing on is told of once the wait is slow: for 4 s, in the test's settings. */
static void test_not_forwarded_for_long_enough(void)
{
    static const struct {
        double given_up;
        enum sx_trying_cause cause;
    } rows[] = {{14.099, SX_CAUSE_NOTHING_BEYOND}, {14.1, SX_CAUSE_NOT_FORWARDED}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        other_call(&l, 1);
        uint32_t txn = call_begins(&l);
        request(&l, rows[i].given_up, ALICE, P1, "CANCEL", via("alice a1"));
        g_test_message("given up at %.3f s", rows[i].given_up);
        g_assert_cmpint(cause_judged(&l, txn), ==, rows[i].cause);
    }
}

/* A branch whose own wait is more than half of the caller's held it up, though it has ended. */
static void test_covers_most_of_the_wait(void)
{
    static const struct {
        double busy;
        enum sx_trying_cause cause;
    } rows[] = {{15.3, SX_CAUSE_UNKNOWN}, {15.301, SX_CAUSE_NEXT_HOP_STUCK}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        uint32_t txn = call_begins(&l);
        sent_on(&l, 1);
        response(&l, 10.3, BOB, P1, 100, "INVITE", TRUNK);
        response(&l, rows[i].busy, BOB, P1, 486, "INVITE", TRUNK);
        request(&l, rows[i].busy, P1, BOB, "ACK", via("p1 b1"));
        request(&l, 20.1, ALICE, P1, "CANCEL", via("alice a1"));
        g_test_message("busy at %.3f s", rows[i].busy);
        g_assert_cmpint(cause_judged(&l, txn), ==, rows[i].cause);
    }
}

/* A proxy that sends to another one a second after a branch was last asked has given that up,
 * silent or not reached; until then it may ask them beside each other. */
static void test_given_up_for_another(void)
{
    for (unsigned unreachable = 0; unreachable < 2; unreachable++)
        for (unsigned later = 0; later < 2; later++) {
            struct ladder l = ladder_open();
            other_call(&l, 1);
            uint32_t txn = call_begins(&l);
            sent_on(&l, 2); /* at 10.2 and 10.7 s */
            if (unreachable)
                undelivered(&l, 10.8, P1, 5060, BOB, 5060);
            request(&l, 11.7 + later * 0.001, P1, CAROL, "INVITE", SECOND);
            response(&l, 11.8, CAROL, P1, 404, "INVITE", SECOND);
            request(&l, 11.8, P1, CAROL, "ACK", via("p1 b2"));
            enum sx_trying_cause cause = unreachable ? SX_CAUSE_UNREACHABLE
                                                     : SX_CAUSE_NEVER_ANSWERED;
            g_test_message("%s, %s", unreachable ? "unreachable" : "silent",
                           later ? "later" : "in time");
            g_assert_cmpint(cause_judged(&l, txn), ==, later ? SX_CAUSE_UNKNOWN : cause);
        }
}

/* ---- the chain ---- */

#define LONG 8 /* hops: more than a chain keeps */
#define KEPT 6

static void test_long_chain(void)
{
    struct ladder l = ladder_open();
    char *vias[LONG];
    uint32_t txns[LONG];

    for (unsigned i = 0; i < LONG; i++) {
        struct sip_text m = {.method = "INVITE"};
        vias[i] = g_strdup_printf("h%u b%u", i, i);
        for (unsigned k = 0; k <= i; k++)
            m.via[k] = vias[i - k];
        txns[i] = ladder_send(&l, i, 20 + i, 21 + i, &m)->txn;
        m.code = 100;
        ladder_send(&l, i + 0.1, 21 + i, 20 + i, &m);
    }
    uint32_t last_100 = l.frame;
    other_packet(&l, 60);
    struct sx_trying_chain chain =
        sx_trying_cause_find(l.tracker, txn_numbered(&l, txns[0]), UINT32_MAX, ns_of(60));
    g_assert_cmpuint(chain.count, ==, LONG);
    g_assert_cmpuint(G_N_ELEMENTS(chain.hops), ==, KEPT);
    for (unsigned i = 0; i < KEPT; i++) {
        g_assert_cmpuint(chain.hops[i].txn, ==, txns[i]);
        g_assert_cmpint(chain.hops[i].cause, ==, SX_CAUSE_NEXT_HOP_STUCK);
        g_assert_cmpuint(chain.hops[i].branch, ==, txns[i + 1]);
    }
    g_assert_cmpuint(chain.last.txn, ==, txns[LONG - 1]);
    g_assert_cmpint(chain.last.cause, ==, SX_CAUSE_NOTHING_BEYOND);
    g_assert_cmpuint(chain.cause_in, ==, last_100);
    for (unsigned i = 0; i < LONG; i++)
        g_free(vias[i]);
    ladder_close(&l);
}

/* The last byte of the address where the request got no further. */
static uint8_t place(struct ladder *l, uint32_t txn)
{
    struct sx_trying v = sx_trying_judge(l->tracker, txn_numbered(l, txn));
    struct sx_endpoint at = sx_trying_cause_place(l->tracker, &v.chain);

    return sx_tracker_host(l->tracker, at.host)->bytes[3];
}

static void test_place(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = call_begins(&l);

    other_packet(&l, 60);
    g_assert_cmpuint(place(&l, txn), ==, P1); /* nothing was sent on */
    sent_on(&l, 7);
    other_packet(&l, 60);
    g_assert_cmpuint(place(&l, txn), ==, BOB); /* it never answered */
    undelivered(&l, 60, P1, 5060, BOB, 5060);
    g_assert_cmpuint(place(&l, txn), ==, BOB); /* it cannot be reached */
    ladder_close(&l);

    l = ladder_open();
    txn = call_begins(&l);
    sent_on(&l, 1);
    response(&l, 12, BOB, P1, 180, "INVITE", TRUNK);
    other_packet(&l, 60);
    g_assert_cmpuint(place(&l, txn), ==, P1); /* it kept the answer */
    ladder_close(&l);

    l = ladder_open();
    txn = call_begins(&l);
    connect_in_vain(&l, 10.2);
    other_packet(&l, 60);
    g_assert_cmpuint(place(&l, txn), ==, P1); /* it could not connect to anybody */
    ladder_close(&l);
}

/* It is found in the packet that brings Bob's answer, which so is one that came. */
static void test_found_with_the_answer(void)
{
    struct ladder l = ladder_open();

    call_begins(&l);
    sent_on(&l, 7);
    response(&l, 42.2, BOB, P1, 180, "INVITE", TRUNK);
    const struct sx_expiry *expiry = sx_tracker_expiry(l.tracker, l.frame, 0);
    g_assert_nonnull(expiry);
    struct sx_trying_chain chain = sx_trying_cause_by(l.tracker, expiry);
    g_assert_cmpint(sx_trying_cause_of(&chain), ==, SX_CAUSE_UNKNOWN);
    ladder_close(&l);
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/trying_cause/not_forwarded", test_not_forwarded);
    g_test_add_func("/trying_cause/masked_call_id", test_masked_call_id);
    g_test_add_func("/trying_cause/not_forwarded/no_evidence", test_not_forwarded_no_evidence);
    g_test_add_func("/trying_cause/not_forwarded/other_evidence",
                    test_not_forwarded_other_evidence);
    g_test_add_func("/trying_cause/not_forwarded/counter_evidence",
                    test_not_forwarded_counter_evidence);
    g_test_add_func("/trying_cause/not_forwarded/missed", test_not_forwarded_missed);
    g_test_add_func("/trying_cause/never_answered", test_never_answered);
    g_test_add_func("/trying_cause/never_answered/stopped", test_never_answered_stopped);
    g_test_add_func("/trying_cause/never_answered/gave_up", test_never_answered_gave_up);
    g_test_add_func("/trying_cause/never_answered/tcp", test_never_answered_tcp);
    g_test_add_func("/trying_cause/next_hop_stuck", test_next_hop_stuck);
    g_test_add_func("/trying_cause/masked_branch_of_another", test_masked_branch_of_another);
    g_test_add_func("/trying_cause/given_up_before_half", test_given_up_before_half);
    g_test_add_func("/trying_cause/given_up_at_timer_b", test_given_up_at_timer_b);
    g_test_add_func("/trying_cause/100_lost_once", test_100_lost_once);
    g_test_add_func("/trying_cause/stray_answer", test_stray_answer);
    g_test_add_func("/trying_cause/stray_answer_beside", test_stray_answer_beside);
    g_test_add_func("/trying_cause/stray_failure", test_stray_failure);
    g_test_add_func("/trying_cause/not_relayed", test_not_relayed);
    g_test_add_func("/trying_cause/not_relayed/one_message", test_one_message_not_relayed);
    g_test_add_func("/trying_cause/not_relayed/which", test_which_was_kept);
    g_test_add_func("/trying_cause/not_relayed/so_far", test_kept_so_far);
    g_test_add_func("/trying_cause/not_relayed/had_unseen", test_had_unseen);
    g_test_add_func("/trying_cause/not_relayed/at_the_end", test_heard_at_the_end);
    g_test_add_func("/trying_cause/not_relayed/failure", test_not_relayed_failure);
    g_test_add_func("/trying_cause/not_relayed/clocks_apart", test_not_relayed_clocks_apart);
    g_test_add_func("/trying_cause/100_lost", test_100_lost);
    g_test_add_func("/trying_cause/unreachable", test_unreachable);
    g_test_add_func("/trying_cause/cannot_connect", test_cannot_connect);
    g_test_add_func("/trying_cause/fork", test_fork);
    g_test_add_func("/trying_cause/timeout_codes", test_timeout_codes);
    g_test_add_func("/trying_cause/cancel_ends", test_cancel_ends);
    g_test_add_func("/trying_cause/proxy_cancels", test_proxy_cancels);
    g_test_add_func("/trying_cause/hangup", test_hangup);
    g_test_add_func("/trying_cause/open-wait", test_open_wait);
    g_test_add_func("/trying_cause/slow_hop", test_slow_hop);
    g_test_add_func("/trying_cause/threshold/kept_for_a_second", test_kept_for_a_second);
    g_test_add_func("/trying_cause/threshold/astray_for_a_second", test_astray_for_a_second);
    g_test_add_func("/trying_cause/threshold/kept_for_most_of_the_wait",
                    test_kept_for_most_of_the_wait);
    g_test_add_func("/trying_cause/threshold/failure_said_again", test_failure_said_again);
    g_test_add_func("/trying_cause/threshold/clocks_nearly_in_step", test_clocks_nearly_in_step);
    g_test_add_func("/trying_cause/threshold/100_crossed", test_100_crossed);
    g_test_add_func("/trying_cause/threshold/connect_in_time", test_connect_in_time);
    g_test_add_func("/trying_cause/threshold/went_on_sending", test_went_on_sending);
    g_test_add_func("/trying_cause/cancelled_for_another_branch",
                    test_cancelled_for_another_branch);
    g_test_add_func("/trying_cause/must_be_relayed", test_must_be_relayed);
    g_test_add_func("/trying_cause/must_be_relayed/astray", test_astray_must_be_relayed);
    g_test_add_func("/trying_cause/direction_back", test_direction_back);
    g_test_add_func("/trying_cause/threshold/half_of_a_slow_answer", test_half_of_a_slow_answer);
    g_test_add_func("/trying_cause/threshold/not_forwarded_for_long_enough",
                    test_not_forwarded_for_long_enough);
    g_test_add_func("/trying_cause/threshold/covers_most_of_the_wait",
                    test_covers_most_of_the_wait);
    g_test_add_func("/trying_cause/threshold/given_up_for_another", test_given_up_for_another);
    g_test_add_func("/trying_cause/long_chain", test_long_chain);
    g_test_add_func("/trying_cause/place", test_place);
    g_test_add_func("/trying_cause/not_forwarded/other_address", test_not_forwarded_other_address);
    g_test_add_func("/trying_cause/not_forwarded/b2bua", test_not_forwarded_b2bua);
    g_test_add_func("/trying_cause/100_from_elsewhere", test_100_from_elsewhere);
    g_test_add_func("/trying_cause/masked_branch", test_masked_branch);
    g_test_add_func("/trying_cause/reset_by_the_server", test_reset_by_the_server);
    g_test_add_func("/trying_cause/serial_branches", test_serial_branches);
    g_test_add_func("/trying_cause/branches_alike", test_branches_alike);
    g_test_add_func("/trying_cause/found_with_the_answer", test_found_with_the_answer);
    return g_test_run();
}
