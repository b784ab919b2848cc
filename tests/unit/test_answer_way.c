/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/facts/answer_way.h"

#include <glib.h>

static const uint8_t v4[4] = {10, 0, 0, 2};
static const uint8_t v6[16] = {0x20, 1, 0xd, 0xb8, [15] = 2};

/* A 180 with this Via that goes to a port of 10.0.0.2 or 2001:db8::2. */
static enum sx_answer_way way(const char *via, bool to_v6, uint16_t port,
                              enum sx_transport transport)
{
    char *text = g_strdup_printf("SIP/2.0 180 Ringing\r\nVia: SIP/2.0/UDP %s\r\n"
                                 "Call-ID: a\r\nCSeq: 1 INVITE\r\n\r\n",
                                 via);
    struct sx_sip_msg msg;
    struct sx_observation obs = {
        .msg = &msg,
        .dst = {.bytes = to_v6 ? v6 : v4, .len = to_v6 ? 16 : 4, .type = 2, .port = port},
        .transport = transport,
    };
    bool read = sx_sip_msg_read(sx_slice_str(text), &msg);
    enum sx_answer_way found = read ? sx_answer_way_of(&obs) : SX_ANSWER_TO_SOURCE;

    g_assert_true(read);
    g_free(text);
    return found;
}

static void test_ways(void)
{
    static const struct {
        const char *via;
        bool v6;
        uint16_t port;
        enum sx_answer_way way;
    } rows[] = {
        {"10.0.0.2:5060;branch=z9hG4bKa", false, 5060, SX_ANSWER_BY_VIA},
        {"10.0.0.2;branch=z9hG4bKa", false, 5060, SX_ANSWER_BY_VIA},
        {"10.0.0.2 : 5062;branch=z9hG4bKa", false, 5062, SX_ANSWER_BY_VIA},
        {"10.0.0.2:5060;branch=z9hG4bKa", false, 5090, SX_ANSWER_ASTRAY},
        {"10.0.0.3:5060;branch=z9hG4bKa", false, 5060, SX_ANSWER_ASTRAY},
        {"10.0.0.9:5060;received=10.0.0.2;branch=z9hG4bKa", false, 5060, SX_ANSWER_BY_VIA},
        {"10.0.0.2:5060;received=10.0.0.9;branch=z9hG4bKa", false, 5060, SX_ANSWER_ASTRAY},
        {"10.0.0.2:5060;rport=42000;branch=z9hG4bKa", false, 42000, SX_ANSWER_BY_VIA},
        {"10.0.0.2:5060;rport=42000;branch=z9hG4bKa", false, 5060, SX_ANSWER_ASTRAY},
        {"10.0.0.2:5060;rport;branch=z9hG4bKa", false, 5060, SX_ANSWER_BY_VIA},
        {"proxy.example.com:5060;branch=z9hG4bKa", false, 5060, SX_ANSWER_BY_VIA},
        {"proxy.example.com;branch=z9hG4bKa", false, 5062, SX_ANSWER_ASTRAY},
        {"[2001:DB8:0::2]:5060;branch=z9hG4bKa", true, 5060, SX_ANSWER_BY_VIA},
        {"[2001:db8::3]:5060;branch=z9hG4bKa", true, 5060, SX_ANSWER_ASTRAY},
        {"10.0.0.9;received=2001:db8::2;branch=z9hG4bKa", true, 5060, SX_ANSWER_BY_VIA},
        {"10.0.0.9;received=[2001:db8::3];branch=z9hG4bKa", true, 5060, SX_ANSWER_ASTRAY},
        {"10.0.0.2:99999;branch=z9hG4bKa", false, 5060, SX_ANSWER_TO_SOURCE},
        {"[2001:db8::2;branch=z9hG4bKa", false, 5060, SX_ANSWER_TO_SOURCE},
        {";branch=z9hG4bKa", false, 5090, SX_ANSWER_TO_SOURCE},
        {";rport=42000;branch=z9hG4bKa", false, 5060, SX_ANSWER_TO_SOURCE},
        {":5060;branch=z9hG4bKa", false, 5090, SX_ANSWER_TO_SOURCE},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_test_message("%s to port %u", rows[i].via, rows[i].port);
        g_assert_cmpint(way(rows[i].via, rows[i].v6, rows[i].port, SX_TRANSPORT_UDP), ==,
                        rows[i].way);
    }
}

static void test_tls_port(void)
{
    g_assert_cmpint(way("10.0.0.2;branch=z9hG4bKa", false, 5061, SX_TRANSPORT_TLS), ==,
                    SX_ANSWER_BY_VIA);
    g_assert_cmpint(way("10.0.0.2;branch=z9hG4bKa", false, 5060, SX_TRANSPORT_TLS), ==,
                    SX_ANSWER_ASTRAY);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions();
    g_test_add_func("/answer_way/ways", test_ways);
    g_test_add_func("/answer_way/tls_port", test_tls_port);
    return g_test_run();
}
