/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/record/unreadable.h"

#include "core/record/missing.h"

#include "sip_text.h"

/* Alice's INVITE and the 100 of P1. */
static uint32_t begin(struct ladder *l)
{
    uint32_t txn = request(l, 0, ALICE, P1, "INVITE", via("alice a1"))->txn;

    response(l, 0.1, P1, ALICE, 100, "INVITE", via("alice a1"));
    return txn;
}

static uint32_t found(const struct ladder *l, uint32_t txn)
{
    struct sx_missing m = sx_missing_response(l->tracker, txn_numbered(l, txn), UINT32_MAX);

    return m.sign == SX_MISSING_UNREADABLE ? m.frame : 0;
}

/* What a fragment holds, and whether it may be the response. */
static void test_what_it_holds(void)
{
    static const struct {
        enum sx_fragment_holds holds;
        bool first, counts;
    } rows[] = {
        {SX_HOLDS_RESPONSE, true, true}, {SX_HOLDS_OPAQUE, true, true},
        {SX_HOLDS_REQUEST, true, false}, {SX_HOLDS_OTHER, true, false},
        {SX_HOLDS_TEXT, false, true},    {SX_HOLDS_OTHER, false, false},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        uint32_t txn = begin(&l);
        uint32_t frame = fragment(&l, 1, P1, ALICE, 7, rows[i].holds, rows[i].first);
        g_test_message("row %u", (unsigned)i);
        g_assert_cmpuint(found(&l, txn), ==, rows[i].counts ? frame : 0);
        ladder_close(&l);
    }
}

/* The others of a packet whose first fragment was no SIP are none either. */
static void test_first_tells(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = begin(&l);

    fragment(&l, 1, P1, ALICE, 7, SX_HOLDS_OTHER, true);
    fragment(&l, 1, P1, ALICE, 7, SX_HOLDS_TEXT, false);
    g_assert_cmpuint(found(&l, txn), ==, 0);
    fragment(&l, 2, P1, ALICE, 8, SX_HOLDS_TEXT, false); /* the other way round */
    fragment(&l, 2, P1, ALICE, 8, SX_HOLDS_OTHER, true);
    g_assert_cmpuint(found(&l, txn), ==, 0);
    ladder_close(&l);
}

/* As long as no 64 other packets have begun since. */
static void test_first_is_forgotten(void)
{
    for (unsigned others = 63; others <= 64; others++) {
        struct ladder l = ladder_open();
        uint32_t txn = begin(&l);

        fragment(&l, 1, P1, ALICE, 7, SX_HOLDS_OTHER, true);
        for (unsigned i = 0; i < others; i++)
            fragment(&l, 1, P1, ALICE, 100 + i, SX_HOLDS_OTHER, true);
        uint32_t frame = fragment(&l, 1, P1, ALICE, 7, SX_HOLDS_TEXT, false);
        g_assert_cmpuint(found(&l, txn), ==, others == 64 ? frame : 0);
        ladder_close(&l);
    }
}

/* Only the packet that is whole is taken back. */
static void test_reassembled(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = begin(&l);
    uint32_t frame = fragment(&l, 1, P1, ALICE, 7, SX_HOLDS_RESPONSE, true);

    fragment(&l, 1.1, P1, ALICE, 8, SX_HOLDS_RESPONSE, true);
    reassembled(&l, P1, ALICE, 8);
    g_assert_cmpuint(found(&l, txn), ==, frame);
    reassembled(&l, P1, ALICE, 7);
    g_assert_cmpuint(found(&l, txn), ==, 0);
    ladder_close(&l);
}

/* A fragment of a tunnel, whose first one is lost, may be anybody's. */
static void test_tunnel(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = begin(&l);

    fragment(&l, 1, 101, 102, 7, SX_HOLDS_OTHER, false);
    g_assert_cmpuint(found(&l, txn), ==, 0);
    uint32_t frame = fragment(&l, 2, 101, 102, 8, SX_HOLDS_TEXT, false);
    g_assert_cmpuint(found(&l, txn), ==, frame);
    reassembled(&l, 101, 102, 8);
    g_assert_cmpuint(found(&l, txn), ==, 0);
    ladder_close(&l);
}

/* As long as the client waits: 200 s after the 100, 32 s without one. */
static void test_time_limit(void)
{
    static const struct {
        bool trying;
        double at;
        bool counts;
    } rows[] = {{true, 200.1, true},
                {true, 200.101, false},
                {false, 32, true},
                {false, 32.001, false}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        request(&l, -100, P1, ALICE, "OPTIONS", via("p1 o1"), .call_id = "o");
        uint32_t txn = rows[i].trying ? begin(&l)
                                      : request(&l, 0, ALICE, P1, "INVITE", via("alice a1"))->txn;
        uint32_t frame = fragment(&l, rows[i].at, P1, ALICE, 7, SX_HOLDS_RESPONSE, true);
        g_test_message("row %u", (unsigned)i);
        g_assert_cmpuint(found(&l, txn), ==, rows[i].counts ? frame : 0);
        ladder_close(&l);
    }
}

/* A client that sends the request again did not get it. */
static void test_sent_again(void)
{
    struct ladder l = ladder_open();

    request(&l, -1, P1, ALICE, "OPTIONS", via("p1 o1"), .call_id = "o");
    uint32_t txn = request(&l, 0, ALICE, P1, "INVITE", via("alice a1"))->txn;
    fragment(&l, 0.2, P1, ALICE, 7, SX_HOLDS_RESPONSE, true);
    request(&l, 0.5, ALICE, P1, "INVITE", via("alice a1"));
    g_assert_cmpuint(found(&l, txn), ==, 0);
    ladder_close(&l);
}

/* Behind the first frame of a span, and up to its last one. */
static void test_span(void)
{
    struct ladder l = ladder_open();
    const struct sx_txn *txn = txn_numbered(&l, begin(&l));
    uint32_t frame = fragment(&l, 1, P1, ALICE, 7, SX_HOLDS_RESPONSE, true);
    struct sx_unreadable_span span = {.after_frame = frame - 1,
                                      .until_frame = frame,
                                      .until_ns = ns_of(1),
                                      .not = SX_HOLDS_REQUEST};

    g_assert_cmpuint(sx_unreadable_between(l.tracker, txn->dst.host, txn->src.host, &span), ==,
                     frame);
    span.until_frame = frame - 1;
    g_assert_cmpuint(sx_unreadable_between(l.tracker, txn->dst.host, txn->src.host, &span), ==, 0);
    span.after_frame = frame;
    span.until_frame = frame + 1;
    g_assert_cmpuint(sx_unreadable_between(l.tracker, txn->dst.host, txn->src.host, &span), ==, 0);
    ladder_close(&l);
}

/* However many there are, few are kept from one message to the next. */
static void test_many(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = begin(&l), first = l.frame + 1;

    for (unsigned i = 0; i < 1000; i++)
        fragment(&l, 1, P1, ALICE, i, SX_HOLDS_RESPONSE, true);
    g_assert_cmpuint(found(&l, txn), ==, first);
    ladder_close(&l);
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/unreadable/what_it_holds", test_what_it_holds);
    g_test_add_func("/unreadable/first_tells", test_first_tells);
    g_test_add_func("/unreadable/first_is_forgotten", test_first_is_forgotten);
    g_test_add_func("/unreadable/reassembled", test_reassembled);
    g_test_add_func("/unreadable/tunnel", test_tunnel);
    g_test_add_func("/unreadable/time_limit", test_time_limit);
    g_test_add_func("/unreadable/sent_again", test_sent_again);
    g_test_add_func("/unreadable/span", test_span);
    g_test_add_func("/unreadable/many", test_many);
    return g_test_run();
}
