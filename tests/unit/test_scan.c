/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/base/scan.h"

#include <stdbool.h>

#include <glib.h>

#define LENGTH 200

/* Text in which the wanted bytes stand at random, and bytes that differ from them in one bit. */
static void fill(GRand *random, char text[LENGTH])
{
    static const char from[] = "\n\n;,\"a\x8a\x0b\x4a\xbb;\0";

    for (unsigned i = 0; i < LENGTH; i++)
        text[i] = from[(unsigned)g_rand_int(random) % (sizeof from - 1)];
}

static bool is_any(char c, const char *wanted)
{
    return c == wanted[0] || c == wanted[1] || c == wanted[2];
}

static const char *const wanted[] = {"\n\n\n", ";,\"", "\"\"\"", ";;,", "\x8a\x8a\x8a"};

static void test_block(void)
{
    GRand *random = g_rand_new_with_seed(1);
    char text[LENGTH];

    for (unsigned i = 0; i < 2000; i++) {
        const char *w = wanted[i % G_N_ELEMENTS(wanted)];
        fill(random, text);
        for (size_t n = 0; n <= SX_SCAN_BLOCK; n++) {
            uint64_t expected = 0;
            for (size_t at = 0; at < n; at++)
                expected |= (uint64_t)is_any(text[at], w) << at;
            g_assert_cmphex(sx_scan_few(text, n, w[0], w[1], w[2]), ==, expected);
            if (n == SX_SCAN_BLOCK)
                g_assert_cmphex(sx_scan_block(text, w[0], w[1], w[2]), ==, expected);
        }
    }
    g_rand_free(random);
}

static void test_lowest(void)
{
    for (unsigned n = 0; n < 64; n++) {
        g_assert_cmpuint(sx_scan_lowest(UINT64_C(1) << n), ==, n);
        g_assert_cmpuint(sx_scan_lowest(UINT64_MAX << n), ==, n);
    }
}

/* Every length and every distance of the limit; the bytes stand at the end of what may be read. */
static void test_any(void)
{
    GRand *random = g_rand_new_with_seed(2);
    char text[LENGTH];

    for (unsigned i = 0; i < 200; i++) {
        const char *w = wanted[i % G_N_ELEMENTS(wanted)];
        fill(random, text);
        for (size_t n = 0; n <= 70; n++) {
            for (size_t more = 0; more <= 40; more++) {
                char *bytes = g_memdup2(text, n + more + 1), *end = bytes + n, *expected = bytes;
                if (i >= G_N_ELEMENTS(wanted))
                    memset(bytes, 'x', n - MIN(n, i % 30));
                while (expected < end && !is_any(*expected, w))
                    expected++;
                g_assert_true(sx_scan_any(bytes, end, end + more, w[0], w[1], w[2]) == expected);
                g_free(bytes);
            }
        }
    }
    g_rand_free(random);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/scan/block", test_block);
    g_test_add_func("/scan/lowest", test_lowest);
    g_test_add_func("/scan/any", test_any);
    return g_test_run();
}
