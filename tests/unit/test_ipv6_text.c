/* IPv6 addresses that are written in several ways.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/read/ipv6_text.h"

static void assert_same(const char *a, const char *b, bool same)
{
    uint8_t x[SX_IPV6_LENGTH], y[SX_IPV6_LENGTH];

    g_assert_cmpint(sx_slice_eq(sx_ipv6_text_plain(sx_slice_str(a), x),
                                sx_ipv6_text_plain(sx_slice_str(b), y)),
                    ==, same);
}

static void one_address(void)
{
    assert_same("[2001:db8::1]", "[2001:DB8:0:0:0:0:0:1]", true);
    assert_same("[2001:db8::1]", "[2001:0db8::0001]", true);
    assert_same("[::ffff:10.0.0.1]", "[::ffff:a00:1]", true);
    assert_same("[2001:db8::1]", "[2001:db8::2]", false);
}

static void all_else_as_it_is(void)
{
    uint8_t buffer[SX_IPV6_LENGTH];
    static const char *const texts[] = {
        "10.0.0.1",
        "alice.example.com",
        "2001:db8::1",
        "[2001:db8::1",
        "[2001:db8::1]:5060",
        "[no address]",
        "[]",
        "[",
        "",
        "[0000:0000:0000:0000:0000:0000:0000:0000:0000:0000]",
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(texts); i++) {
        struct sx_slice text = sx_slice_str(texts[i]);
        g_assert_true(sx_ipv6_text_plain(text, buffer).p == text.p);
    }
    /* A NUL does not end it. */
    struct sx_slice nul = sx_slice("[::1\0]", 6);
    g_assert_true(sx_ipv6_text_plain(nul, buffer).p == nul.p);
    g_assert_null(sx_ipv6_text_plain(SX_SLICE_NONE, buffer).p);
}

static void what_follows(void)
{
    uint8_t bytes[SX_IPV6_LENGTH];
    struct sx_slice rest = sx_slice_str("left alone");

    g_assert_false(sx_ipv6_text_read(sx_slice_str("host:5060"), bytes, &rest));
    g_assert_true(sx_slice_is(rest, "left alone"));
    g_assert_true(sx_ipv6_text_read(sx_slice_str("[::1]:5062"), bytes, &rest));
    g_assert_true(sx_slice_is(rest, ":5062"));
    g_assert_cmpuint(bytes[15], ==, 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ipv6-text/one-address", one_address);
    g_test_add_func("/ipv6-text/all-else-as-it-is", all_else_as_it_is);
    g_test_add_func("/ipv6-text/what-follows", what_follows);
    return g_test_run();
}
