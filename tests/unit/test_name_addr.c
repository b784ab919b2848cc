/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/read/name_addr.h"

static void assert_slice(struct sx_slice s, const char *expected)
{
    g_test_message("%.*s", (int)s.n, s.p ? s.p : "");
    g_assert_true(sx_slice_is(s, expected));
}

static void test_uri(void)
{
    static const struct {
        const char *value, *uri, *bare;
    } rows[] = {
        {"<sip:bob@example.com>", "sip:bob@example.com", "sip:bob@example.com"},
        {"sip:bob@example.com", "sip:bob@example.com", "sip:bob@example.com"},
        {"sip:bob@example.com;tag=1", "sip:bob@example.com", "sip:bob@example.com"},
        {"Bob <sip:bob@example.com;ob>;tag=1", "sip:bob@example.com;ob", "sip:bob@example.com"},
        {"<sip:bob@example.com?Subject=x>", "sip:bob@example.com?Subject=x", "sip:bob@example.com"},
        {"< sip:bob@example.com >", "sip:bob@example.com", "sip:bob@example.com"},
        /* RFC 3261 25.1: quoted-string */
        {"\"Bob <work>\" <sip:bob@example.com>", "sip:bob@example.com", "sip:bob@example.com"},
        {"\"a;b\" <sip:bob@example.com>;tag=1", "sip:bob@example.com", "sip:bob@example.com"},
        {"\"a \\\" <\" <sip:bob@example.com>", "sip:bob@example.com", "sip:bob@example.com"},
        {"\"\\\\\" <sip:bob@example.com>", "sip:bob@example.com", "sip:bob@example.com"},
        {"\"Bob <sip:eve@example.com>\"<sip:bob@example.com>", "sip:bob@example.com",
         "sip:bob@example.com"},
        /* cut, or not as it should be */
        {"<sip:bob@example.com", "sip:bob@example.com", "sip:bob@example.com"},
        {"\"Bob <sip:bob@example.com>", "\"Bob <sip:bob@example.com>",
         "\"Bob <sip:bob@example.com>"},
        {"\"\\", "\"\\", "\"\\"},
        {"<>", "", ""},
        {"", "", ""},
        {"*", "*", "*"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        assert_slice(sx_name_addr_uri(sx_slice_str(rows[i].value)), rows[i].uri);
        assert_slice(sx_name_addr_bare(sx_slice_str(rows[i].value)), rows[i].bare);
    }
}

static void test_absent(void)
{
    g_assert_null(sx_name_addr_uri(SX_SLICE_NONE).p);
    g_assert_null(sx_name_addr_bare(SX_SLICE_NONE).p);
}

static void test_nul(void)
{
    struct sx_slice value = sx_slice("<sip:b\0b@example.com>", 21);

    g_assert_cmpuint(sx_name_addr_uri(value).n, ==, 19);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/name_addr/uri", test_uri);
    g_test_add_func("/name_addr/absent", test_absent);
    g_test_add_func("/name_addr/nul", test_nul);
    return g_test_run();
}
