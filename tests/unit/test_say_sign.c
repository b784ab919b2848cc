/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/say/say_sign.h"

#include "core/base/language.h"

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

static void assert_whole(const struct ladder *l, uint32_t frame, const char *text)
{
    wmem_strbuf_t *out = buffer();
    struct sx_sign_of of;

    g_assert_true(sx_say_sign(out, l->tracker, frame, &of));
    g_assert_cmpstr(wmem_strbuf_get_str(out), ==, text);
    wmem_strbuf_destroy(out);
}

/* An ICMP error that quotes the beginning of a response of Bob to P1. Returns its frame. */
static uint32_t response_undelivered(struct ladder *l, double seconds)
{
    const uint8_t bob[4] = {10, 0, 0, BOB}, p1[4] = {10, 0, 0, P1};
    struct sx_address src = address_at(bob, 0), dst = address_at(p1, 0);
    uint32_t frame = other_packet(l, seconds);

    sx_tracker_undelivered(l->tracker, frame, ns_of(seconds), &src, &dst,
                           &(struct sx_sip_msg){.is_request = false});
    return frame;
}

static void test_response(void)
{
    struct ladder l = ladder_open();

    request(&l, 0, P1, BOB, "OPTIONS", via("p1 o1"));
    response(&l, 0.1, BOB, P1, 200, "OPTIONS", via("p1 o1"));
    assert_sign(&l, response_undelivered(&l, 0.2),
                "about a response to the OPTIONS in frame 1, sent to 10.0.0.2:5060");
    ladder_close(&l);
}

static void test_chinese(void)
{
    struct ladder l = ladder_open();

    sx_language_set(sx_language_of("zh"));
    invite(&l, 0, "alice a1");
    assert_whole(&l, segment(&l, 1, ALICE, 40001, P1, 5060, SX_TCP_FIN),
                 "关闭了第 1 帧的 INVITE 所用的连接");
    invite(&l, 2, "alice a2");
    assert_whole(&l, segment(&l, 3, ALICE, 40001, P1, 5060, SX_TCP_RST),
                 "重置了第 3 帧的 INVITE 所用的连接");
    invite(&l, 4, "alice a3");
    invite(&l, 5, "alice a4");
    assert_whole(&l, segment(&l, 6, P1, 5060, ALICE, 40001, SX_TCP_RST),
                 "涉及第 6 帧中发往 10.0.0.2:5060、尚未得到响应的 INVITE，另有 1 个");
    request(&l, 7, P1, BOB, "OPTIONS", via("p1 o1"), .call_id = "o");
    response(&l, 7.1, BOB, P1, 200, "OPTIONS", via("p1 o1"), .call_id = "o");
    assert_whole(&l, response_undelivered(&l, 7.2),
                 "涉及发往 10.0.0.2:5060、对第 8 帧的 OPTIONS 的响应");
    segment(&l, 8, P1, 40002, BOB, 5060, SX_TCP_SYN);
    assert_whole(&l, segment(&l, 8.1, BOB, 5060, P1, 40002, SX_TCP_RST),
                 "10.0.0.2 没有连上 10.0.0.5:5060（连接请求在第 11 帧）");
    sx_language_set(SX_ENGLISH);
    ladder_close(&l);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/say-sign/icmp", test_icmp);
    g_test_add_func("/say-sign/reset-by-the-server", test_reset_by_the_server);
    g_test_add_func("/say-sign/hangup", test_hangup);
    g_test_add_func("/say-sign/refused-connection", test_refused_connection);
    g_test_add_func("/say-sign/response", test_response);
    g_test_add_func("/say-sign/chinese", test_chinese);
    return g_test_run();
}
