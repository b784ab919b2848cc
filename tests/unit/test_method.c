/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */

#include "core/read/method.h"

#include "read_text.h"
#include "sip_text.h"

static void test_methods(void)
{
    static const char *const names[] = {"ACK",     "BYE",      "CANCEL",    "INFO",  "INVITE",
                                        "MESSAGE", "NOTIFY",   "OPTIONS",   "PRACK", "PUBLISH",
                                        "REFER",   "REGISTER", "SUBSCRIBE", "UPDATE"};

    for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
        enum sx_method method = sx_method_of(sx_slice_str(names[i]));
        g_assert_cmpint(method, ==, SX_METHOD_ACK + i);
        g_assert_cmpstr(sx_method_name(method), ==, names[i]);
    }
    g_assert_cmpint(sx_method_of(S("invite")), ==, SX_METHOD_OTHER); /* RFC 3261 7.1: its case */
    g_assert_cmpint(sx_method_of(S("INVITES")), ==, SX_METHOD_OTHER);
    g_assert_cmpint(sx_method_of(S("INVITE\0")), ==, SX_METHOD_OTHER);
    g_assert_cmpint(sx_method_of(SX_SLICE_NONE), ==, SX_METHOD_OTHER);
    g_assert_cmpstr(sx_method_name(SX_METHOD_OTHER), ==, "");
    g_assert_cmpstr(sx_method_name((enum sx_method)99), ==, "");
    g_assert_cmpuint(sx_method_suffix(S("xyINVITE")), ==, 6);
    g_assert_cmpuint(sx_method_suffix(S("PRACK")), ==, 5); /* not ACK */
    g_assert_cmpuint(sx_method_suffix(S("ACK")), ==, 3);
    g_assert_cmpuint(sx_method_suffix(S("CK")), ==, 0);
    g_assert_cmpuint(sx_method_suffix(S("INVITEx")), ==, 0);
    g_assert_cmpuint(sx_method_suffix(SX_SLICE_NONE), ==, 0);
}

/* RFC 3261 25.1 */
static void test_token(void)
{
    for (unsigned c = 0; c < 256; c++) {
        bool want = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                    (c && strchr("-.!%*_+`'~", (int)c));
        g_assert_true(sx_is_token((char)c) == want);
    }
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/method/methods", test_methods);
    g_test_add_func("/method/token", test_token);
    return g_test_run();
}
