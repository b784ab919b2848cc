/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/read/outbound.h"

static void test_contact(void)
{
    struct sx_contact c;

    g_assert_true(
        sx_contact_read(sx_slice_str("\"Bob <x>\" <sip:bob@10.0.0.1;transport=tcp>;reg-id=2;"
                                     "+sip.instance=\"<urn:uuid:1>\";expires=60"),
                        &c));
    g_assert_true(sx_slice_is(c.uri, "sip:bob@10.0.0.1;transport=tcp"));
    g_assert_true(sx_slice_is(c.instance, "urn:uuid:1"));
    g_assert_cmpuint(c.reg_id, ==, 2);
    g_assert_true(c.has_expires);
    g_assert_cmpuint(c.expires, ==, 60);
}

/* RFC 5626 6, 10: reg-id counts only with an instance, and begins at 1. */
static void test_no_outbound(void)
{
    static const char *const rows[] = {
        "<sip:bob@10.0.0.1>",
        "<sip:bob@10.0.0.1>;reg-id=1",
        "<sip:bob@10.0.0.1>;+sip.instance=\"<urn:uuid:1>\"",
        "<sip:bob@10.0.0.1>;reg-id=0;+sip.instance=\"<urn:uuid:1>\"",
        "<sip:bob@10.0.0.1>;reg-id=2147483648;+sip.instance=\"<urn:uuid:1>\"",
        "<sip:bob@10.0.0.1;reg-id=1>;+sip.instance=\"<urn:uuid:1>\"",
    };
    struct sx_contact c;

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_test_message("%s", rows[i]);
        g_assert_true(sx_contact_read(sx_slice_str(rows[i]), &c));
        g_assert_cmpuint(c.reg_id, ==, 0);
    }
}

static void test_no_contact(void)
{
    struct sx_contact c;

    g_assert_false(sx_contact_read(sx_slice_str("*"), &c));
    g_assert_false(sx_contact_read(sx_slice_str("<>"), &c));
}

static void test_token(void)
{
    struct sx_slice uri = sx_token_uri(sx_slice_str("<sip:token@edge.example.com;lr;ob>"));

    g_assert_true(sx_slice_is(uri, "sip:token@edge.example.com"));
    g_assert_true(sx_slice_is(sx_token_host(uri), "edge.example.com"));
    g_assert_null(sx_token_uri(sx_slice_str("<sip:edge.example.com;lr>")).p);
    g_assert_true(sx_outbound_has_ob(sx_slice_str("<sip:token@edge.example.com;lr;ob>")));
    g_assert_false(sx_outbound_has_ob(sx_slice_str("<sip:token@edge.example.com;lr>;ob")));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/outbound/contact", test_contact);
    g_test_add_func("/outbound/no_outbound", test_no_outbound);
    g_test_add_func("/outbound/no_contact", test_no_contact);
    g_test_add_func("/outbound/token", test_token);
    return g_test_run();
}
