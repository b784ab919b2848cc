/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/say/say.h"
#include "sip_text.h"

static void test_words(void)
{
    struct ladder l = ladder_open();
    wmem_strbuf_t *out = wmem_strbuf_new(NULL, "");

    request(&l, 0, BOB, P1, "REGISTER", via("bob r1"), .src_port = 40000,
            .more = "Contact: <sip:bob@10.0.0.5:40000>\r\n");
    response(&l, 0.01, P1, BOB, 200, "REGISTER", via("bob r1"), .dst_port = 40000,
             .more = "Expires: 60\r\n");
    const struct sx_txn *txn =
        txn_of(&l, request(&l, 20, P1, BOB, "MESSAGE", via("p1 c1"), .dst_port = 40000,
                           .uri = "sip:bob@10.0.0.5:40000", .transport = SX_TRANSPORT_TCP));
    struct sx_registration r = sx_registration_find(l.tracker, txn);
    sx_say_registration(out, l.tracker, &r, txn);
    g_assert_cmpstr(wmem_strbuf_get_str(out), ==,
                    "sip:bob@example.com registered 20 s earlier (frame 1) over UDP from "
                    "10.0.0.5:40000. The request goes over TCP");
    wmem_strbuf_destroy(out);
    ladder_close(&l);
}

/* In few words, what had become of it. */
static void test_over(void)
{
    static const struct {
        enum sx_registration_state state;
        const char *words;
    } cases[] = {
        {SX_REGISTRATION_RUN_OUT, "registered 20 s before (frame 3) for 60 s"},
        {SX_REGISTRATION_REMOVED, "registered 20 s before (frame 3), taken back in frame 5"},
        {SX_REGISTRATION_REPLACED, "registered 20 s before (frame 3), elsewhere since frame 7"},
        {SX_REGISTRATION_LOST,
         "registered 20 s before (frame 3) over a connection closed in frame 5"},
    };
    struct sx_link link = {.closed_in = 5};
    const struct sx_flow flow = {.link = &link};
    struct sx_registration r = {.flow = &flow,
                                .in = 3,
                                .age_ns = 20 * SX_NS_PER_S,
                                .expires_s = 60,
                                .lost_in = 5,
                                .newer_in = 7};

    for (unsigned i = 0; i <= G_N_ELEMENTS(cases); i++) {
        wmem_strbuf_t *out = wmem_strbuf_new(NULL, "");
        link.closed_in = i < G_N_ELEMENTS(cases) ? 5 : 0;
        r.state = i < G_N_ELEMENTS(cases) ? cases[i].state : SX_REGISTRATION_LOST;
        g_assert_true(sx_registration_is_over(&r));
        sx_say_registered(out, &r);
        g_assert_cmpstr(
            wmem_strbuf_get_str(out), ==,
            i < G_N_ELEMENTS(cases)
                ? cases[i].words
                : "registered 20 s before (frame 3); ICMP says it is unreachable in frame 5");
        wmem_strbuf_destroy(out);
    }
    r.state = SX_REGISTRATION_CURRENT;
    g_assert_false(sx_registration_is_over(&r));
    r.state = SX_REGISTRATION_UNKNOWN;
    g_assert_false(sx_registration_is_over(&r));
}

/* "differs" has one word for each. */
static void test_differs(void)
{
    g_assert_cmpstr(sx_say_differs(SX_DIFFERS_TRANSPORT), ==, "transport");
    g_assert_cmpstr(sx_say_differs(SX_DIFFERS_ADDRESS), ==, "address");
    g_assert_cmpstr(sx_say_differs(SX_DIFFERS_PORT), ==, "port");
    g_assert_cmpstr(sx_say_differs(SX_DIFFERS_CONNECTION), ==, "connection");
    g_assert_cmpstr(sx_say_differs(SX_DIFFERS_PATH), ==, "path");
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/say_registration/words", test_words);
    g_test_add_func("/say_registration/over", test_over);
    g_test_add_func("/say_registration/differs", test_differs);
    return g_test_run();
}
