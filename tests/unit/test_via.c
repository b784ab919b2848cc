/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */

#include "core/read/via.h"

#include "read_text.h"
#include "sip_text.h"

static void test_via_parameters(void)
{
    struct sx_sip_msg m = read_with(
        "Via: SIP/2.0/UDP h1:5061;RPORT=4711;received=192.0.2.9;Branch=z9hG4bK-1;ttl=16\r\n"
        "Via: SIP/2.0/UDP h2 ;rport;branch=z9hG4bK-2\r\n");
    struct sx_via below;

    assert_text(m.via.sent_by, "h1:5061");
    assert_text(m.via.branch, "z9hG4bK-1");
    assert_text(m.via.received, "192.0.2.9");
    assert_text(m.via.rport, "4711");
    g_assert_true(sx_sip_msg_via(&m, 1, &below));
    assert_text(below.sent_by, "h2");
    assert_text(below.branch, "z9hG4bK-2");
    assert_text(below.received, NULL);
    assert_text(below.rport, "");
}

/* What stands behind the field, and how far away the end of the bytes is, changes nothing. */
static void test_limits(void)
{
    static const struct {
        const char *text, *sent_by, *branch, *received, *rport;
        size_t ends;
        bool tls;
    } values[] = {
        {"SIP/2.0/UDP h:5060;rport;branch=z9hG4bK1", "h:5060", "z9hG4bK1", NULL, "", 40, false},
        {"SIP/2.0/TLS 10.0.0.1;branch=b;received=10.0.0.2", "10.0.0.1", "b", "10.0.0.2", NULL, 47,
         true},
        {"SIP/2.0/TCP [2001:db8::1] ; branch = b ; rport=5", "[2001:db8::1]", "b", NULL, "5", 48,
         false},
        {"SIP / 2.0 / UDP h ;branch=b", "h", "b", NULL, NULL, 27, false},
        {"SIP/2.0/WSS h;x=\";,\";branch=b, SIP/2.0/UDP i", "h", "b", NULL, NULL, 29, false},
        {"SIP/2.0/UDP h;branch=b,SIP/2.0/UDP i;branch=c", "h", "b", NULL, NULL, 22, false},
        {"SIP/2.0/UDP ;branch=b", NULL, "b", NULL, NULL, 21, false},
        {"SIP/2.0/UDP h;", "h", NULL, NULL, NULL, 14, false},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(values); i++) {
        struct sx_slice text = sx_slice_str(values[i].text);
        struct cliff c = cliff_new(256);
        for (size_t behind = 0; behind < 40; behind++) {
            char *at = c.pages + c.room - behind - text.n;
            struct sx_via via;
            memset(at + text.n, i % 2 ? ';' : '"', behind);
            struct sx_slice field = put_at(at, text);
            g_assert_cmpuint(sx_via_read(field, 0, at + text.n + behind, &via), ==, values[i].ends);
            assert_text(via.sent_by, values[i].sent_by);
            assert_text(via.branch, values[i].branch);
            assert_text(via.received, values[i].received);
            assert_text(via.rport, values[i].rport);
            g_assert_true(via.tls == values[i].tls);
        }
        cliff_free(&c);
    }
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/via/via_parameters", test_via_parameters);
    g_test_add_func("/via/limits", test_limits);
    return g_test_run();
}
