/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "both_text.h"
#include "core/say/say.h"
#include "sip_text.h"

static const struct sx_user user_of_bob = {.aor = "sip:bob@example.com"};

static const struct sx_txn *message(struct ladder *l, double at, enum sx_transport transport)
{
    return txn_of(l, request(l, at, P1, BOB, "MESSAGE", via("p1 c1"), .dst_port = 40000,
                             .uri = "sip:bob@10.0.0.5:40000", .transport = transport));
}

static void test_words(void)
{
    struct ladder l = ladder_open();

    request(&l, 0, BOB, P1, "REGISTER", via("bob r1"), .src_port = 40000,
            .more = "Contact: <sip:bob@10.0.0.5:40000>\r\n");
    response(&l, 0.01, P1, BOB, 200, "REGISTER", via("bob r1"), .dst_port = 40000,
             .more = "Expires: 60\r\n");
    const struct sx_txn *txn = message(&l, 20, SX_TRANSPORT_TCP);
    struct sx_registration r = sx_registration_find(l.tracker, txn);
    SAYS_BOTH(sx_say_registration(out, l.tracker, &r, txn),
              "sip:bob@example.com registered 20 s earlier (frame 1) over UDP from "
              "10.0.0.5:40000. The request goes over TCP",
              "sip:bob@example.com 在 20 秒前注册（第 1 帧，UDP，来自 10.0.0.5:40000）。"
              "请求所用的传输协议不同：TCP");
    ladder_close(&l);
}

/* What became of it, and how the request goes. */
static void test_parts(void)
{
    static const struct {
        enum sx_registration_state state;
        unsigned differs;
        uint32_t refused_in;
        const char *english, *chinese;
    } rows[] = {
        {SX_REGISTRATION_CURRENT, 0, 0, "", ""},
        {SX_REGISTRATION_RUN_OUT, 0, 0, "; it was good for 60 s and has run out",
         "；有效期 60 秒，已过期"},
        {SX_REGISTRATION_REMOVED, 0, 0, "; it was taken back in frame 5", "；已在第 5 帧注销"},
        {SX_REGISTRATION_REPLACED, 0, 6, "; a newer one from elsewhere came in frame 7",
         "；第 7 帧又有来自别处的新注册"},
        {SX_REGISTRATION_LOST, 0, 0, "; that connection was closed in frame 5",
         "；该连接已在第 5 帧关闭"},
        {SX_REGISTRATION_CURRENT, 0, 6, "; a refresh was refused with 403 in frame 6",
         "；一次刷新在第 6 帧被 403 拒绝"},
        {SX_REGISTRATION_CURRENT, SX_DIFFERS_PATH, 0,
         ". The request does not go by the Path of this registration", "。请求没有走该注册的 Path"},
        {SX_REGISTRATION_CURRENT, SX_DIFFERS_TRANSPORT, 0,
         ". The request goes over another transport", "。请求所用的传输协议不同：其他传输协议"},
        {SX_REGISTRATION_CURRENT, SX_DIFFERS_PORT, 0, ". The request goes to 10.0.0.5:40000",
         "。请求发往 10.0.0.5:40000"},
        {SX_REGISTRATION_CURRENT, SX_DIFFERS_CONNECTION, 0,
         ". The request goes over another connection", "。请求走的是另一条连接"},
        {SX_REGISTRATION_REPLACED, SX_DIFFERS_CONNECTION, 0,
         "; a newer one from elsewhere came in frame 7", "；第 7 帧又有来自别处的新注册"},
    };
    struct ladder l = ladder_open();
    struct sx_txn txn = *message(&l, 20, SX_TRANSPORT_UDP);
    struct sx_link link = {.closed_in = 5};
    struct sx_flow_more more = {.instance = "", .link = &link};
    const struct sx_flow flow = {.user = &user_of_bob, .more = &more};

    txn.transport = SX_TRANSPORT_OTHER;
    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++) {
        const struct sx_registration r = {.flow = &flow,
                                          .in = 3,
                                          .age_ns = 20 * SX_NS_PER_S,
                                          .expires_s = 60,
                                          .lost_in = 5,
                                          .newer_in = 7,
                                          .refused_code = 403,
                                          .state = rows[i].state,
                                          .differs = rows[i].differs,
                                          .refused_in = rows[i].refused_in};
        char *english = g_strconcat("sip:bob@example.com registered 20 s earlier (frame 3)",
                                    rows[i].english, NULL);
        char *chinese =
            g_strconcat("sip:bob@example.com 在 20 秒前注册（第 3 帧）", rows[i].chinese, NULL);
        SAYS_BOTH(sx_say_registration(out, l.tracker, &r, &txn), english, chinese);
        g_free(english);
        g_free(chinese);
    }
    ladder_close(&l);
}

/* Not by its end, but by ICMP. */
static void test_unreachable(void)
{
    struct ladder l = ladder_open();
    const struct sx_txn *txn = message(&l, 20, SX_TRANSPORT_UDP);
    const struct sx_flow flow = {.user = &user_of_bob};
    const struct sx_registration r = {.flow = &flow,
                                      .in = 3,
                                      .lost_in = 5,
                                      .state = SX_REGISTRATION_LOST};

    SAYS_BOTH(sx_say_registration(out, l.tracker, &r, txn),
              "sip:bob@example.com registered 0 s earlier (frame 3); ICMP says that the client "
              "cannot be reached in frame 5",
              "sip:bob@example.com 在 0 秒前注册（第 3 帧）；第 5 帧的 ICMP 报告客户端不可达");
    ladder_close(&l);
}

/* In few words, what had become of it. */
static void test_over(void)
{
    static const struct {
        enum sx_registration_state state;
        uint32_t closed_in;
        const char *english, *chinese;
    } rows[] = {
        {SX_REGISTRATION_RUN_OUT, 0, " for 60 s", "，有效期 60 秒"},
        {SX_REGISTRATION_REMOVED, 0, ", taken back in frame 5", "，已在第 5 帧注销"},
        {SX_REGISTRATION_REPLACED, 0, ", elsewhere since frame 7", "，从第 7 帧起注册在别处"},
        {SX_REGISTRATION_LOST, 5, " over a connection closed in frame 5",
         "，所用连接已在第 5 帧关闭"},
        {SX_REGISTRATION_LOST, 0, "; ICMP says it is unreachable in frame 5",
         "；第 5 帧的 ICMP 报告它不可达"},
    };
    struct sx_link link = {.closed_in = 5};
    struct sx_flow_more more = {.instance = "", .link = &link};
    const struct sx_flow flow = {.more = &more};
    struct sx_registration r = {.flow = &flow,
                                .in = 3,
                                .age_ns = 20 * SX_NS_PER_S,
                                .expires_s = 60,
                                .lost_in = 5,
                                .newer_in = 7};

    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++) {
        char *english = g_strconcat("registered 20 s before (frame 3)", rows[i].english, NULL);
        char *chinese = g_strconcat("20 秒前注册（第 3 帧）", rows[i].chinese, NULL);
        link.closed_in = rows[i].closed_in;
        r.state = rows[i].state;
        g_assert_true(sx_registration_is_over(&r));
        SAYS_BOTH(sx_say_registered(out, &r), english, chinese);
        g_free(english);
        g_free(chinese);
    }
    r.state = SX_REGISTRATION_CURRENT;
    g_assert_false(sx_registration_is_over(&r));
    r.state = SX_REGISTRATION_UNKNOWN;
    g_assert_false(sx_registration_is_over(&r));
}

/* "differs" has one word for each, the same in all languages: for filters. */
static void test_differs(void)
{
    g_assert_cmpstr(sx_say_differs(SX_DIFFERS_TRANSPORT), ==, "transport");
    g_assert_cmpstr(sx_say_differs(SX_DIFFERS_ADDRESS), ==, "address");
    g_assert_cmpstr(sx_say_differs(SX_DIFFERS_PORT), ==, "port");
    g_assert_cmpstr(sx_say_differs(SX_DIFFERS_CONNECTION), ==, "connection");
    SAYS_BOTH(wmem_strbuf_append(out, sx_say_differs(SX_DIFFERS_PATH)), "path", "path");
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/say_registration/words", test_words);
    g_test_add_func("/say_registration/parts", test_parts);
    g_test_add_func("/say_registration/unreachable", test_unreachable);
    g_test_add_func("/say_registration/over", test_over);
    g_test_add_func("/say_registration/differs", test_differs);
    return g_test_run();
}
