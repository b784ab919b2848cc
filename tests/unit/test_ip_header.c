/* test_ip_header.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <glib.h>

#include "core/read/ip_header.h"

static uint8_t v4[] = {
    0,    1, 2,  3,  4,    5,    6,    7,    8,    9,    10, 11, 8,  0, /* Ethernet */
    0x45, 0, 0,  40, 0xab, 0xcd, 0x40, 0,    64,   17,   0,  0,  10, 0,
    0,    1, 10, 0,  0,    2,    0x13, 0xc4, 0x13, 0xc4, 0,  20, 0,  0,
};

static struct sx_slice slice(const void *p, size_t n)
{
    return sx_slice((const char *)p, n);
}

static bool find(struct sx_ip_header *header, const uint8_t *src, const uint8_t *dst, size_t n)
{
    *header = (struct sx_ip_header){0};
    return sx_ip_header_find(slice(v4, sizeof v4), slice(src, n), slice(dst, n), header);
}

static void test_v4(void)
{
    static const uint8_t src[] = {10, 0, 0, 1}, dst[] = {10, 0, 0, 2}, other[] = {10, 0, 0, 3};
    struct sx_ip_header a, b;

    g_assert_true(find(&a, v4 + 26, v4 + 30, 4)); /* in place, as Wireshark has it */
    g_assert_cmphex(a.id, ==, 0xabcd);
    g_assert_true(find(&b, src, dst, 4)); /* a copy */
    g_assert_cmphex(b.id, ==, 0xabcd);
    g_assert_cmphex(a.place, ==, b.place);
    g_assert_false(find(&b, src, other, 4));
    g_assert_false(find(&b, dst, src, 4));
    g_assert_false(find(&b, src, dst, 3));
}

/* Another station, or another hop. */
static void test_place(void)
{
    static const size_t differs[] = {0, 11, 13, 22};
    struct sx_ip_header a, b;

    find(&a, v4 + 26, v4 + 30, 4);
    for (size_t i = 0; i < G_N_ELEMENTS(differs); i++) {
        v4[differs[i]]++;
        g_assert_true(find(&b, v4 + 26, v4 + 30, 4));
        g_assert_cmphex(a.place, !=, b.place);
        g_assert_cmphex(a.id, ==, b.id);
        v4[differs[i]]--;
    }
    v4[6]++; /* another sender, more hops away */
    v4[22]--;
    find(&b, v4 + 26, v4 + 30, 4);
    g_assert_cmphex(a.place, !=, b.place);
    g_assert_cmphex(a.network, ==, b.network);
    v4[6]--;
    v4[22]++;
    v4[0]++; /* sent to another station */
    find(&b, v4 + 26, v4 + 30, 4);
    g_assert_cmphex(a.network, !=, b.network);
    v4[0]--;
    v4[24]++; /* the checksum is no place */
    find(&b, v4 + 26, v4 + 30, 4);
    g_assert_cmphex(a.place, ==, b.place);
    v4[24]--;
}

/* Nothing before the addresses, or too little. */
static void test_cut(void)
{
    struct sx_ip_header header;

    for (size_t n = 0; n < 34; n++) {
        uint8_t *bytes = g_memdup2(v4, MAX(n, 1));
        g_assert_false(
            sx_ip_header_find(slice(bytes, n), slice(v4 + 26, 4), slice(v4 + 30, 4), &header));
        g_free(bytes);
    }
    g_assert_false(
        sx_ip_header_find(slice(v4 + 20, 20), slice(v4 + 26, 4), slice(v4 + 30, 4), &header));
    g_assert_false(sx_ip_header_find(slice(v4, 0), slice(NULL, 0), slice(NULL, 0), &header));
}

static void test_v6(void)
{
    uint8_t v6[14 + 40] = {
        [14] = 0x60, [20] = 17, [21] = 64, [22] = 0x20, [37] = 1, [38] = 0x20, [53] = 2};
    struct sx_ip_header a, b;

    g_assert_true(
        sx_ip_header_find(slice(v6, sizeof v6), slice(v6 + 22, 16), slice(v6 + 38, 16), &a));
    g_assert_cmpuint(a.id, ==, 0);
    v6[21]--;
    g_assert_true(
        sx_ip_header_find(slice(v6, sizeof v6), slice(v6 + 22, 16), slice(v6 + 38, 16), &b));
    g_assert_cmphex(a.place, !=, b.place);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions();
    g_test_add_func("/ip_header/v4", test_v4);
    g_test_add_func("/ip_header/place", test_place);
    g_test_add_func("/ip_header/cut", test_cut);
    g_test_add_func("/ip_header/v6", test_v6);
    return g_test_run();
}
