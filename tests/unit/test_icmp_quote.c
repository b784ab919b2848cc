/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/read/icmp_quote.h"

#include <glib.h>

static const char router[4] = {10, 0, 0, 9}, proxy[4] = {10, 0, 0, 2}, phone[4] = {10, 0, 0, 3};
static const char router6[16] = {0x20, 1, [15] = 9}, proxy6[16] = {0x20, 1, [15] = 2};
static const char phone6[16] = {0x20, 1, [15] = 3};

/* Ethernet, IP, ICMP, then the IP header and the ports of a datagram from the proxy to the phone.
 * */
static size_t v4_error(uint8_t *p, unsigned type, unsigned protocol, unsigned options)
{
    uint8_t *ip = p + 14, *icmp = ip + 20 + options, *quoted = icmp + 8;

    memset(p, 0, 256);
    ip[0] = (uint8_t)(0x45 + options / 4);
    ip[9] = 1;
    memcpy(ip + 12, router, 4);
    memcpy(ip + 16, proxy, 4);
    icmp[0] = (uint8_t)type;
    quoted[0] = 0x45;
    quoted[9] = (uint8_t)protocol;
    memcpy(quoted + 12, proxy, 4);
    memcpy(quoted + 16, phone, 4);
    memcpy(quoted + 20, "\x13\xc4\x13\xc5", 4);
    return 14 + 20 + options + 8 + 28;
}

static size_t v6_error(uint8_t *p, unsigned type, unsigned protocol)
{
    uint8_t *ip = p + 14, *icmp = ip + 40, *quoted = icmp + 8;

    memset(p, 0, 256);
    ip[0] = 0x60;
    ip[6] = 58;
    memcpy(ip + 8, router6, 16);
    memcpy(ip + 24, proxy6, 16);
    icmp[0] = (uint8_t)type;
    quoted[0] = 0x60;
    quoted[6] = (uint8_t)protocol;
    memcpy(quoted + 8, proxy6, 16);
    memcpy(quoted + 24, phone6, 16);
    memcpy(quoted + 40, "\x13\xc4\x13\xc5", 4);
    return 14 + 40 + 8 + 48;
}

static bool find(const uint8_t *p, size_t n, bool v6, struct sx_icmp_quote *quote)
{
    char *copy = g_memdup2(p, n);
    bool found = sx_icmp_quote_find(sx_slice(copy, n), sx_slice(v6 ? router6 : router, v6 ? 16 : 4),
                                    sx_slice(v6 ? proxy6 : proxy, v6 ? 16 : 4), quote);

    if (found) {
        g_assert_true(sx_slice_eq(quote->src, sx_slice(v6 ? proxy6 : proxy, v6 ? 16 : 4)));
        g_assert_true(sx_slice_eq(quote->dst, sx_slice(v6 ? phone6 : phone, v6 ? 16 : 4)));
    }
    g_free(copy);
    return found;
}

static void test_types(void)
{
    uint8_t p[256];
    struct sx_icmp_quote quote;

    for (unsigned type = 0; type < 256; type++) {
        size_t n = v4_error(p, type, 17, 0);
        bool loss = type == 3 || type == 11 || type == 12;
        g_assert_true(find(p, n, false, &quote) == loss);
        n = v6_error(p, type, 17);
        g_assert_true(find(p, n, true, &quote) == (type >= 1 && type <= 4));
    }
}

static void test_ports(void)
{
    uint8_t p[256];
    struct sx_icmp_quote quote;

    for (unsigned options = 0; options <= 40; options += 20) {
        size_t n = v4_error(p, 3, 6, options);
        g_assert_true(find(p, n, false, &quote));
        g_assert_cmpuint(quote.src_port, ==, 5060);
        g_assert_cmpuint(quote.dst_port, ==, 5061);
    }
    g_assert_false(find(p, v4_error(p, 3, 1, 0), false, &quote)); /* a quoted ping */
    g_assert_false(find(p, v6_error(p, 1, 58), true, &quote));
}

static void test_cut(void)
{
    uint8_t p[256];
    struct sx_icmp_quote quote;
    size_t n = v4_error(p, 3, 17, 0);

    for (size_t i = 0; i < n - 4; i++)
        g_assert_false(find(p, i, false, &quote));
    g_assert_true(find(p, n - 4, false, &quote));
    n = v6_error(p, 1, 17);
    for (size_t i = 0; i < n - 4; i++)
        g_assert_false(find(p, i, true, &quote));
    g_assert_true(find(p, n - 4, true, &quote));
}

static void test_malformed(void)
{
    uint8_t p[256];
    struct sx_icmp_quote quote;
    size_t n = v4_error(p, 3, 17, 0);

    p[14 + 20 + 8] = 0x4f; /* the quoted header is longer than what is quoted */
    g_assert_false(find(p, n, false, &quote));
    p[14 + 20 + 8] = 0x41;
    g_assert_false(find(p, n, false, &quote));
    p[14 + 20 + 8] = 0x60;
    g_assert_false(find(p, n, false, &quote));
    n = v4_error(p, 3, 17, 0);
    p[14] = 0x40;
    g_assert_false(find(p, n, false, &quote));
    g_assert_false(
        sx_icmp_quote_find(sx_slice((char *)p, n), SX_SLICE_NONE, SX_SLICE_NONE, &quote));
}

static void test_too_big(void)
{
    uint8_t p[256];
    struct sx_icmp_quote quote;

    for (unsigned code = 0; code < 16; code++) {
        size_t n = v4_error(p, 3, 17, 0);
        memcpy(p + 14 + 20 + 1, (const uint8_t[]){(uint8_t)code, 0, 0, 0, 0, 5, 0x78}, 7);
        memcpy(p + 14 + 20 + 8 + 24, "\x05\xdc", 2);
        g_assert_true(find(p, n, false, &quote));
        g_assert_true(quote.too_big == (code == 4));
        g_assert_cmpuint(quote.mtu, ==, code == 4 ? 1400 : 0);
        g_assert_cmpuint(quote.bytes, ==, 1492);
        g_assert_true(quote.udp);
        /* The length of the datagram is cut off. */
        g_assert_true(find(p, n - 3, false, &quote));
        g_assert_cmpuint(quote.bytes, ==, 0);
    }
    size_t n = v4_error(p, 3, 6, 0);
    memcpy(p + 14 + 20 + 8 + 24, "\x05\xdc", 2);
    g_assert_true(find(p, n, false, &quote));
    g_assert_false(quote.udp);
    g_assert_cmpuint(quote.bytes, ==, 0);
    n = v4_error(p, 11, 17, 0);
    p[14 + 20 + 1] = 4;
    memcpy(p + 14 + 20 + 8 + 24, "\x00\x08", 2);
    g_assert_true(find(p, n, false, &quote));
    g_assert_false(quote.too_big);
    g_assert_cmpuint(quote.bytes, ==, 0);
    for (unsigned type = 1; type <= 4; type++) {
        n = v6_error(p, type, 17);
        memcpy(p + 14 + 40 + 4, "\x00\x01\x05\x00", 4);
        g_assert_true(find(p, n, true, &quote));
        g_assert_true(quote.too_big == (type == 2));
        g_assert_cmpuint(quote.mtu, ==, type == 2 ? 0x10500 : 0);
    }
}

/* What follows the first fragment has no ports. */
static void test_fragments(void)
{
    uint8_t p[256];
    struct sx_icmp_quote quote;
    size_t n = v4_error(p, 3, 17, 0);

    p[14 + 20 + 8 + 6] = 0x20;
    g_assert_true(find(p, n, false, &quote));
    p[14 + 20 + 8 + 7] = 1;
    g_assert_false(find(p, n, false, &quote));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions();
    g_test_add_func("/icmp_quote/types", test_types);
    g_test_add_func("/icmp_quote/ports", test_ports);
    g_test_add_func("/icmp_quote/cut", test_cut);
    g_test_add_func("/icmp_quote/malformed", test_malformed);
    g_test_add_func("/icmp_quote/too_big", test_too_big);
    g_test_add_func("/icmp_quote/fragments", test_fragments);
    return g_test_run();
}
