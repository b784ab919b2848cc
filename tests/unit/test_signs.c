/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/record/signs.h"

#include "sip_text.h"

static uint32_t count(const struct ladder *l, uint32_t frame)
{
    uint32_t n = 0;

    while (sx_tracker_sign(l->tracker, frame, n))
        n++;
    return n;
}

static void test_icmp(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = request(&l, 0, P1, BOB, "INVITE", via("p1 a"))->txn;
    uint32_t frame = undelivered(&l, 2, P1, 5060, BOB, 5060);
    uint32_t later = undelivered(&l, 3, P1, 5060, BOB, 5060);

    const struct sx_sign *sign = sx_tracker_sign(l.tracker, frame, 0);
    g_assert_nonnull(sign);
    g_assert_cmpuint(sign->frame, ==, frame);
    g_assert_cmpuint(sign->txn, ==, txn);
    g_assert_false(sign->response);
    g_assert_cmpuint(count(&l, frame), ==, 1);
    g_assert_cmpuint(count(&l, later), ==, 1);
    g_assert_cmpuint(count(&l, frame - 1), ==, 0);
    ladder_close(&l);
}

/* What was answered is not concerned, nor another way. */
static void test_icmp_of_something_else(void)
{
    struct ladder l = ladder_open();

    request(&l, 0, P1, BOB, "INVITE", via("p1 a"));
    g_assert_cmpuint(count(&l, undelivered(&l, 1, P1, 5061, BOB, 5060)), ==, 0);
    response(&l, 2, BOB, P1, 180, "INVITE", via("p1 a"));
    g_assert_cmpuint(count(&l, undelivered(&l, 3, P1, 5060, BOB, 5060)), ==, 0);
    ladder_close(&l);
}

/* The server resets the connection: all INVITEs without a response are concerned, each once. */
static void test_reset(void)
{
    struct ladder l = ladder_open();

    request(&l, 0, ALICE, P1, "INVITE", via("alice a1"), .src_port = 40001,
            .transport = SX_TRANSPORT_TCP);
    request(&l, 1, ALICE, P1, "INVITE", via("alice a2"), .src_port = 40001, .call_id = "2",
            .transport = SX_TRANSPORT_TCP);
    uint32_t frame = segment(&l, 2, P1, 5060, ALICE, 40001, SX_TCP_RST);
    g_assert_cmpuint(count(&l, frame), ==, 2);
    g_assert_cmpuint(sx_tracker_sign(l.tracker, frame, 0)->txn, !=,
                     sx_tracker_sign(l.tracker, frame, 1)->txn);
    ladder_close(&l);
}

static void test_number_used_again(void)
{
    struct ladder l = ladder_open();

    request(&l, 0, P1, BOB, "INVITE", via("p1 a"));
    uint32_t frame = undelivered(&l, 2, P1, 5060, BOB, 5060);
    l.frame--;
    response(&l, 3, BOB, P1, 180, "INVITE", via("p1 a"));
    g_assert_cmpuint(l.frame, ==, frame);
    g_assert_cmpuint(count(&l, frame), ==, 0);
    ladder_close(&l);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/signs/icmp", test_icmp);
    g_test_add_func("/signs/icmp-of-something-else", test_icmp_of_something_else);
    g_test_add_func("/signs/reset", test_reset);
    g_test_add_func("/signs/number-used-again", test_number_used_again);
    return g_test_run();
}
