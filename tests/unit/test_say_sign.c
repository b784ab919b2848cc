/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/say/say_sign.h"

#include "say_text.h"
#include "sip_text.h"

static void assert_sign(const struct ladder *l, uint32_t frame, const char *begins)
{
    wmem_strbuf_t *out = buffer();
    struct sx_sign_of of;

    g_assert_true(sx_say_sign(out, l->tracker, frame, &of));
    assert_says(out, begins);
}

static void assert_no_sign(const struct ladder *l, uint32_t frame)
{
    wmem_strbuf_t *out = buffer();
    struct sx_sign_of of;

    g_assert_false(sx_say_sign(out, l->tracker, frame, &of));
    assert_says_nothing(out);
}

static uint32_t invite(struct ladder *l, double seconds, const char *branch)
{
    return request(l, seconds, ALICE, P1, "INVITE", .via = {branch}, .src_port = 40001,
                   .call_id = branch, .transport = SX_TRANSPORT_TCP)
        ->frame;
}

static void test_icmp(void)
{
    struct ladder l = ladder_open();
    uint32_t frame = request(&l, 0, P1, BOB, "INVITE", via("p1 a"))->frame;

    assert_sign(&l, undelivered(&l, 2, P1, 5060, BOB, 5060),
                "about the INVITE in frame 1, not answered yet, sent to 10.0.0.5:5060");
    assert_no_sign(&l, frame);
    ladder_close(&l);
}

static void test_reset_by_the_server(void)
{
    struct ladder l = ladder_open();

    invite(&l, 0, "alice a1");
    invite(&l, 1, "alice a2");
    assert_sign(&l, segment(&l, 2, P1, 5060, ALICE, 40001, SX_TCP_RST),
                "about the INVITE in frame 2, not answered yet, sent to 10.0.0.2:5060, and 1 more");
    ladder_close(&l);
}

static void test_hangup(void)
{
    struct ladder l = ladder_open();

    invite(&l, 0, "alice a1");
    assert_sign(&l, segment(&l, 2, ALICE, 40001, P1, 5060, SX_TCP_FIN),
                "closes the connection of the INVITE in frame 1");
    invite(&l, 3, "alice a2");
    assert_sign(&l, segment(&l, 4, ALICE, 40001, P1, 5060, SX_TCP_RST),
                "resets the connection of the INVITE in frame 3");
    ladder_close(&l);
}

static void test_refused_connection(void)
{
    struct ladder l = ladder_open();

    request(&l, 0, P1, BOB, "OPTIONS", via("p1 a"));
    uint32_t syn = segment(&l, 1, P1, 40002, BOB, 5060, SX_TCP_SYN);
    assert_no_sign(&l, syn);
    assert_sign(
        &l, segment(&l, 1.1, BOB, 5060, P1, 40002, SX_TCP_RST),
        "10.0.0.2 does not get the connection to 10.0.0.5:5060 that it asks for in frame 2");
    ladder_close(&l);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/say-sign/icmp", test_icmp);
    g_test_add_func("/say-sign/reset-by-the-server", test_reset_by_the_server);
    g_test_add_func("/say-sign/hangup", test_hangup);
    g_test_add_func("/say-sign/refused-connection", test_refused_connection);
    return g_test_run();
}
