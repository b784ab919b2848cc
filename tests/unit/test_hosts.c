/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/facts/hosts.h"

static struct sx_address address(const void *bytes, uint8_t len, uint8_t type)
{
    return (struct sx_address){.bytes = bytes, .len = len, .type = type, .port = 5060};
}

static void test_same_and_different(void)
{
    static const uint8_t a[20] = {1, 2, 3, 4}, b[20] = {1, 2, 3, 5}, copy[20] = {1, 2, 3, 4};
    struct sx_hosts hosts;

    sx_hosts_init(&hosts);
    struct sx_address first = address(a, 4, 2), again = address(copy, 4, 2);
    uint32_t index = sx_hosts_index(&hosts, &first), found = 99;
    again.port = 40001; /* a host is its address, whatever the port */
    g_assert_cmpuint(sx_hosts_index(&hosts, &again), ==, index);
    g_assert_true(sx_hosts_find(&hosts, &again, &found));
    g_assert_cmpuint(found, ==, index);
    const struct sx_address others[] = {address(b, 4, 2), address(a, 16, 3), address(a, 4, 3),
                                        address(a, 3, 2), address(NULL, 0, 0)};
    for (size_t i = 0; i < G_N_ELEMENTS(others); i++) {
        g_assert_false(sx_hosts_find(&hosts, &others[i], &found));
        g_assert_cmpuint(sx_hosts_index(&hosts, &others[i]), ==, i + 1);
    }
    g_assert_cmpuint(hosts.pool.count, ==, 1 + G_N_ELEMENTS(others));
    sx_hosts_clear(&hosts);
}

/* What is known of a host begins empty, stays where it is, and keeps its address. */
static void test_many(void)
{
    struct sx_hosts hosts;

    sx_hosts_init(&hosts);
    struct sx_address none = address("\0\0\0\0", 4, 2);
    struct sx_host *first = sx_hosts_at(&hosts, sx_hosts_index(&hosts, &none));
    first->sent = 7;
    for (uint32_t i = 1; i < 20000; i++) {
        struct sx_address a = address(&i, sizeof i, 2);
        g_assert_cmpuint(sx_hosts_index(&hosts, &a), ==, i);
        g_assert_cmpuint(sx_hosts_at(&hosts, i)->sent, ==, 0);
        g_assert_cmpmem(sx_hosts_at(&hosts, i)->bytes, 4, &i, 4);
    }
    g_assert_true(sx_hosts_at(&hosts, 0) == first);
    g_assert_cmpuint(first->sent, ==, 7);
    sx_hosts_clear(&hosts);
}

/* No address is longer than 16 bytes; of one that claims so, no more is read. */
static void test_too_long(void)
{
    struct sx_hosts hosts;
    uint8_t *bytes = g_malloc0(16);
    struct sx_address a = address(bytes, 255, 9);

    sx_hosts_init(&hosts);
    g_assert_cmpuint(sx_hosts_at(&hosts, sx_hosts_index(&hosts, &a))->len, ==, 16);
    sx_hosts_clear(&hosts);
    g_free(bytes);
}

/* Written as a number, in a URI or alone; the port counts where both have one. */
static void test_named(void)
{
    static const uint8_t v4[4] = {10, 0, 0, 9}, v6[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = 9};
    static const struct {
        const char *text;
        bool is_v4, is_v6;
    } rows[] = {{"sip:bob@10.0.0.9", true, false},
                {"sip:10.0.0.9:5060;transport=tcp", true, false},
                {"10.0.0.9:5061", false, false},
                {"sip:bob@10.0.0.90", false, false},
                {"sip:bob@10.0.0", false, false},
                {"sip:bob@10.0.0.9.1", false, false},
                {"sip:bob@10.0..9", false, false},
                {"sip:bob@[2001:db8::9]:5060", false, true},
                {"sip:bob@[2001:db8::8]", false, false},
                {"sip:bob@example.com", false, false},
                {"", false, false},
                {NULL, false, false}};
    struct sx_address four = address(v4, 4, 2), six = address(v6, 16, 3);

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct sx_slice text = rows[i].text ? sx_slice_str(rows[i].text) : SX_SLICE_NONE;
        g_test_message("%s", rows[i].text ? rows[i].text : "nothing");
        g_assert_true(sx_address_is_named(text, &four) == rows[i].is_v4);
        g_assert_true(sx_address_is_named(text, &six) == rows[i].is_v6);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions();
    g_test_add_func("/hosts/same_and_different", test_same_and_different);
    g_test_add_func("/hosts/many", test_many);
    g_test_add_func("/hosts/too_long", test_too_long);
    g_test_add_func("/hosts/named", test_named);
    return g_test_run();
}
