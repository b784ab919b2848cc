/* test_frame_numbers.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/base/frame_numbers.h"

static void test_without_filter(void)
{
    struct sx_frame_numbers n = {0};

    for (uint32_t i = 1; i <= 9; i++)
        g_assert_cmpuint(sx_frame_numbers_add(&n, i), ==, i);
    for (uint32_t i = 1; i <= 9; i++) {
        g_assert_cmpuint(sx_frame_numbers_own(&n, i), ==, i);
        g_assert_cmpuint(sx_frame_numbers_shown(&n, i), ==, i);
    }
    sx_frame_numbers_clear(&n);
}

/* Kept, two dropped, two kept, one dropped, two kept. */
static void test_with_filter(void)
{
    static const uint32_t frames[] = {1, 2, 2, 2, 3, 4, 4, 5}, shown[] = {1, 0, 0, 2, 3, 0, 4, 0};
    struct sx_frame_numbers n = {0};

    for (uint32_t i = 0; i < G_N_ELEMENTS(frames); i++)
        g_assert_cmpuint(sx_frame_numbers_add(&n, frames[i]), ==, i + 1);
    for (uint32_t i = 0; i < G_N_ELEMENTS(shown); i++) {
        g_assert_cmpuint(sx_frame_numbers_shown(&n, i + 1), ==, shown[i]);
        if (shown[i])
            g_assert_cmpuint(sx_frame_numbers_own(&n, shown[i]), ==, i + 1);
    }
    g_assert_cmpuint(sx_frame_numbers_own(&n, 5), ==, 8);
    sx_frame_numbers_clear(&n);
    g_assert_null(n.dropped);
}

/* All from the first on are dropped. */
static void test_first_dropped(void)
{
    struct sx_frame_numbers n = {0};

    for (uint32_t i = 1; i <= 5; i++)
        g_assert_cmpuint(sx_frame_numbers_add(&n, 1), ==, i);
    for (uint32_t i = 1; i <= 5; i++)
        g_assert_cmpuint(sx_frame_numbers_shown(&n, i), ==, 0);
    sx_frame_numbers_clear(&n);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions();
    g_test_add_func("/frame_numbers/without_filter", test_without_filter);
    g_test_add_func("/frame_numbers/with_filter", test_with_filter);
    g_test_add_func("/frame_numbers/first_dropped", test_first_dropped);
    return g_test_run();
}
