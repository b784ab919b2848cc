/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/judge/silence.h"

#include "sip_text.h"

static void test_no_response(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = requests(&l, 11, 0.0, ALICE, P1, "OPTIONS", via("alice a1"));

    other_packet(&l, 31.999);
    g_assert_false(sx_silence_no_response(l.tracker, txn_numbered(&l, txn)));
    other_packet(&l, 32.0);
    g_assert_true(sx_silence_no_response(l.tracker, txn_numbered(&l, txn)));
    response(&l, 33.0, P1, ALICE, 100, "OPTIONS", via("alice a1"));
    g_assert_false(sx_silence_no_response(l.tracker, txn_numbered(&l, txn)));
    ladder_close(&l);
}

/* Who stops sooner has an answer, or gave up: the capture cannot tell. */
static void test_stopped_sooner(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = requests(&l, 10, 0.0, ALICE, P1, "OPTIONS", via("alice a1"));

    other_packet(&l, 100);
    g_assert_false(sx_silence_no_response(l.tracker, txn_numbered(&l, txn)));
    g_assert_true(sx_silence_not_repeated(l.tracker, txn_numbered(&l, txn)));
    ladder_close(&l);
}

/* The client has a 1xx when it cancels (RFC 3261 9.1), or stops because it does. */
static void test_cancelled(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = requests(&l, 7, 0.0, ALICE, P1, "INVITE", via("alice a1"));

    request(&l, 31.6, ALICE, P1, "CANCEL", via("alice a1"));
    other_packet(&l, 40);
    g_assert_false(sx_silence_no_response(l.tracker, txn_numbered(&l, txn)));
    ladder_close(&l);
}

static void test_unreachable(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"))->txn;

    undelivered(&l, 0.01, ALICE, 5060, P1, 5060);
    other_packet(&l, 31.999);
    g_assert_false(sx_silence_no_response(l.tracker, txn_numbered(&l, txn)));
    other_packet(&l, 32);
    g_assert_true(sx_silence_no_response(l.tracker, txn_numbered(&l, txn)));
    ladder_close(&l);

    /* It was sent again, and nothing tells what came of that. */
    l = ladder_open();
    txn = request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"))->txn;
    undelivered(&l, 0.01, ALICE, 5060, P1, 5060);
    request(&l, 0.5, ALICE, P1, "INVITE", via("alice a1"));
    other_packet(&l, 40);
    g_assert_false(sx_silence_no_response(l.tracker, txn_numbered(&l, txn)));
    ladder_close(&l);
}

static void test_no_response_cannot_tell(void)
{
    struct ladder l = ladder_open();
    uint32_t txn =
        request(&l, 0.0, ALICE, P1, "OPTIONS", via("alice a1"), .transport = SX_TRANSPORT_TCP)->txn;

    /* A message of that host shows that its answers can be seen, but not at that time. */
    request(&l, 32.001, P1, ALICE, "OPTIONS", via("p1 x"));
    other_packet(&l, 1000);
    g_assert_false(sx_silence_no_response(l.tracker, txn_numbered(&l, txn)));
    g_assert_false(sx_silence_not_repeated(l.tracker, txn_numbered(&l, txn)));
    ladder_close(&l);

    l = ladder_open();
    txn =
        request(&l, 0.0, ALICE, P1, "OPTIONS", via("alice a1"), .transport = SX_TRANSPORT_TCP)->txn;
    request(&l, 32, P1, ALICE, "OPTIONS", via("p1 x"));
    other_packet(&l, 1000);
    g_assert_true(sx_silence_no_response(l.tracker, txn_numbered(&l, txn)));
    ladder_close(&l);
}

/* Over UDP a client that hears nothing asks again. */
static void test_not_repeated(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = request(&l, 0.0, ALICE, P1, "OPTIONS", via("alice a1"))->txn, other;

    other = request(&l, 1, P1, ALICE, "OPTIONS", via("p1 x"))->txn;
    response(&l, 1.1, ALICE, P1, 200, "OPTIONS", via("p1 x"));
    other_packet(&l, 31.999);
    g_assert_false(sx_silence_not_repeated(l.tracker, txn_numbered(&l, txn)));
    other_packet(&l, 32);
    g_assert_true(sx_silence_not_repeated(l.tracker, txn_numbered(&l, txn)));
    other_packet(&l, 40);
    g_assert_true(sx_silence_not_repeated(l.tracker, txn_numbered(&l, txn)));
    g_assert_false(sx_silence_no_response(l.tracker, txn_numbered(&l, txn)));
    g_assert_false(sx_silence_not_repeated(l.tracker, txn_numbered(&l, other)));
    ladder_close(&l);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/silence/no_response", test_no_response);
    g_test_add_func("/silence/no_response_cannot_tell", test_no_response_cannot_tell);
    g_test_add_func("/silence/stopped_sooner", test_stopped_sooner);
    g_test_add_func("/silence/cancelled", test_cancelled);
    g_test_add_func("/silence/unreachable", test_unreachable);
    g_test_add_func("/silence/not_repeated", test_not_repeated);
    return g_test_run();
}
