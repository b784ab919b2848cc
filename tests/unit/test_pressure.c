/* What of refusals is told.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/judge/pressure.h"

#include "sip_text.h"

static bool is_told(uint32_t run)
{
    return sx_pressure_is_told(&(struct sx_refusal){.run = run});
}

static void told(void)
{
    g_assert_false(is_told(0));
    g_assert_false(is_told(19));
    g_assert_true(is_told(20));
    g_assert_false(is_told(21));
    g_assert_true(is_told(40));
    g_assert_false(is_told(60));
    g_assert_true(is_told(80));
}

static void left(void)
{
    struct ladder l = ladder_open();

    request(&l, 0, P1, BOB, "INVITE", via("p1 a"));
    response(&l, 1, BOB, P1, 503, "INVITE", via("p1 a"), .more = "Retry-After: 10\r\n");
    request(&l, 1, P1, BOB, "ACK", via("p1 a"), .to_tag = "bob");
    uint32_t txn = request(&l, 4, P1, BOB, "INVITE", via("p1 b"), .call_id = "b")->txn;
    const struct sx_hurry *h = sx_hurry_of(l.tracker, txn_numbered(&l, txn));
    g_assert_nonnull(h);
    g_assert_cmpint(sx_pressure_left_ns(l.tracker, h), ==, 7 * SX_NS_PER_S);
    ladder_close(&l);
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/pressure/told", told);
    g_test_add_func("/pressure/left", left);
    return g_test_run();
}
