/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/say/say.h"
#include "core/say/say_failure.h"
#include "core/say/words.h"
#include "flow_text.h"

static const struct sx_user user_of_bob = {.aor = "sip:bob@example.com"};

#define R1 (&(struct reg){.reg_id = 1})

static struct sx_flow_story story_of(const struct ladder *l, const struct sx_txn *txn)
{
    return sx_flow_tell(l->tracker, txn);
}

/* One flow, reset by the client in frame 5; a call at 10 s that its edge answers with a code. */
static const struct sx_txn *lost(struct ladder *l, unsigned code)
{
    make_flow(l, 0, R1);
    segment(l, 9, PHONE, EDGE, SX_TCP_RST, 0);
    return call_phone(l, 10, R1, 1, code);
}

static void assert_contains(wmem_strbuf_t *out, const char *text)
{
    if (!strstr(wmem_strbuf_get_str(out), text))
        complain("\"%s\" is not in: %s", text, wmem_strbuf_get_str(out));
    wmem_strbuf_destroy(out);
}

static void test_words(void)
{
    struct ladder l = ladder_open();
    const struct sx_txn *txn = lost(&l, 430);
    wmem_strbuf_t *out = wmem_strbuf_new(NULL, "");

    tell_alice(&l, 10.02, 1, 480);
    other_packet(&l, 60);
    struct sx_flow_story s = story_of(&l, txn);
    sx_say_flow(out, &s);
    assert_contains(out,
                    "reset by the client in frame 5: the flow of sip:bob@example.com registered "
                    "in frame 1 is gone");
    out = wmem_strbuf_new(NULL, "");
    g_assert_true(sx_say_flow_outcome(out, &s));
    g_assert_cmpstr(wmem_strbuf_get_str(out), ==, "nothing was tried");
    sx_say_flow_upstream(out, &s);
    assert_contains(out, "nothing was tried; upstream got 480 in frame");
    out = wmem_strbuf_new(NULL, "");
    sx_say_flow_story(out, &s);
    assert_contains(out, "nothing was tried; reset by the client in frame 5: the flow of "
                         "sip:bob@example.com registered in frame 1 is gone; upstream got 480");
    out = wmem_strbuf_new(NULL, "");
    g_assert_true(sx_say_flow_advice(out, l.tracker, &s));
    assert_contains(out, "did not register again within 32 s");
    ladder_close(&l);
}

/* The failure that the caller sees has the story and the advice of the flow that it was made from.
 * */
static void test_told_under_another_code(void)
{
    struct ladder l = ladder_open();
    const struct sx_txn *txn = lost(&l, 430);
    wmem_strbuf_t *out = wmem_strbuf_new(NULL, "");

    tell_alice(&l, 10.02, 1, 480);
    other_packet(&l, 60);
    const struct sx_txn *upstream = sx_tracker_txn(l.tracker, txn->parent);
    struct sx_failure_cause cause = sx_failure_cause_find(l.tracker, upstream);
    g_assert_true(sx_say_failure(out, l.tracker, &cause));
    assert_contains(
        out, "; reset by the client in frame 5: the flow of sip:bob@example.com registered in "
             "frame 1 is gone");
    out = wmem_strbuf_new(NULL, "");
    g_assert_true(sx_say_failure_advice(out, l.tracker, upstream, sx_slice_str("INVITE")));
    g_assert_true(
        g_str_has_prefix(wmem_strbuf_get_str(out), "This was made from the 430 in frame "));
    assert_contains(out, ": No other flow was tried");
    ladder_close(&l);
}

/* Where the capture does not show how it ended, it is the edge proxy's word. */
static void test_words_of_an_end_unseen(void)
{
    for (unsigned seen = 0; seen < 2; seen++) {
        struct ladder l = ladder_open();
        make_flow(&l, 0, &(struct reg){.core_only = !seen});
        if (seen)
            segment(&l, 9, PHONE, EDGE, SX_TCP_RST, 0);
        struct sx_flow_story s = story_of(&l, call_phone(&l, 10, R1, 1, 430));
        const struct sx_flow_failure *failed = sx_flow_failed(l.tracker, s.flow);
        wmem_strbuf_t *out = wmem_strbuf_new(NULL, "");
        sx_say_flow(out, &s);
        assert_contains(out, seen ? "reset by the client in frame 5: the flow of "
                                    "sip:bob@example.com registered in frame 1 is gone"
                                  : "the edge proxy says that the flow of sip:bob@example.com "
                                    "registered in frame 1 is gone; this capture does not show "
                                    "its end");
        out = wmem_strbuf_new(NULL, "");
        g_assert_true(sx_say_flow_advice(out, l.tracker, &s));
        assert_contains(out, seen ? "Find out why the flow with reg-id 1 dropped: reset by"
                                  : "Find out why the edge proxy says that the flow with reg-id 1 "
                                    "is gone: this capture does not show its end. Look at the edge "
                                    "proxy's log for a restart or a lost connection.");
        out = wmem_strbuf_new(NULL, "");
        sx_say_flow_failed(out, failed);
        assert_contains(out, seen ? "the flow registered here failed in frame "
                                  : "the edge proxy says in frame 5 that the flow registered here "
                                    "is gone");
        ladder_close(&l);
    }
}

/* Every death has words of its own, and every advice ends. */
static void test_words_of_deaths(void)
{
    struct ladder l = ladder_open();
    struct sx_flow_story s = story_of(&l, lost(&l, 430));
    GHashTable *said = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (unsigned death = SX_DEATH_UNKNOWN; death <= SX_DEATH_ALL_AT_ONCE; death++) {
        wmem_strbuf_t *out = wmem_strbuf_new(NULL, "");
        s.death = (enum sx_flow_death)death;
        sx_say_flow(out, &s);
        g_assert_true(g_hash_table_add(said, g_strdup(wmem_strbuf_get_str(out))));
        wmem_strbuf_destroy(out);
        out = wmem_strbuf_new(NULL, "");
        g_assert_true(sx_say_flow_advice(out, l.tracker, &s));
        g_assert_true(g_str_has_suffix(wmem_strbuf_get_str(out), "."));
        wmem_strbuf_destroy(out);
    }
    g_hash_table_destroy(said);
    ladder_close(&l);
}

static void test_words_of_439(void)
{
    static const struct {
        const char *path, *says;
    } rows[] = {
        {NULL, "10.0.0.2 sent the REGISTER on without Path (frame 2)"},
        {"Path: <sip:t@10.0.0.2;lr>\r\n", "Path in frame 2 has no ob"},
        {"Path: <sip:t@10.0.0.2;lr;ob>\r\n", "the registrar refuses all the same"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        wmem_strbuf_t *out = wmem_strbuf_new(NULL, "");
        const struct sx_message *m = request(&l, 0, BOB, EDGE, "REGISTER", via("bob r"));
        request(&l, 1, EDGE, CORE, "REGISTER", via("edge r", "bob r"), .more = rows[i].path);
        response(&l, 2, CORE, EDGE, 439, "REGISTER", via("edge r", "bob r"));
        response(&l, 3, EDGE, BOB, 439, "REGISTER", via("bob r"));
        g_assert_true(sx_say_no_outbound(out, l.tracker, txn_of(&l, m)));
        assert_contains(out, rows[i].says);
        ladder_close(&l);
    }
}

/* ---- in Chinese: whole sentences, so nothing of another language is left in them ---- */

static void assert_text(wmem_strbuf_t *out, const char *text)
{
    if (strcmp(wmem_strbuf_get_str(out), text))
        complain("\"%s\" is not \"%s\"", wmem_strbuf_get_str(out), text);
    wmem_strbuf_destroy(out);
}

static void in_chinese(void)
{
    sx_language_set(sx_language_of("zh"));
    g_assert_cmpuint(sx_language(), !=, SX_ENGLISH);
}

#define AOR "AOR sip:bob@example.com 的流（注册于第 4 帧）已断"
#define UNHEARD .silent_ns = -1, .idle_ns = -1

static struct sx_link link_of_bob = {.transport = SX_TRANSPORT_TCP};
static struct sx_flow_more more_of_bob = {.instance = "", .link = &link_of_bob, .reg_id = 1};
static struct sx_flow_more more_of_another = {.instance = "", .link = &link_of_bob};
static struct sx_flow flow_of_bob = {.user = &user_of_bob,
                                     .more = &more_of_bob,
                                     .registered_in = 4};

static void test_chinese_deaths(void)
{
    static const struct {
        enum sx_flow_death death;
        bool reset, by_client, udp;
        const char *says;
    } rows[] = {
        {SX_DEATH_CLOSED, false, false, false, "边缘代理关闭了连接（第 39 帧）：" AOR},
        {SX_DEATH_CLOSED, false, true, false, "客户端关闭了连接（第 39 帧）：" AOR},
        {SX_DEATH_CLOSED, true, true, false, "客户端重置了连接（第 39 帧）：" AOR},
        {SX_DEATH_FORGOTTEN, true, false, false,
         "边缘代理重置了连接（第 39 帧）：它已不认识该连接，像是刚刚重启过：" AOR},
        {SX_DEATH_ALL_AT_ONCE, false, false, false,
         "边缘代理关闭了连接（第 39 帧），它的 12 个连接同时全部断开，像是重启：" AOR},
        {SX_DEATH_NO_PONG, false, false, false, "第 39 帧的保活超过 10 秒没有收到 pong：" AOR},
        {SX_DEATH_NO_PONG, false, false, true,
         "第 39 帧的 STUN 保活超过 39.5 秒没有收到响应：" AOR},
        {SX_DEATH_NO_ACK, false, false, false,
         "TCP 从第 39 帧起把同一段数据重传了 5 次，始终没有得到确认：" AOR},
        {SX_DEATH_UNREACHABLE, false, false, false, "第 39 帧的 ICMP 表明客户端不可达：" AOR},
        {SX_DEATH_MOVED, false, false, true,
         "NAT 已给客户端换了地址或端口（见第 39 帧的 STUN）：" AOR},
        {SX_DEATH_REFUSED, false, false, true, "边缘代理对 STUN 保活返回了错误（第 39 帧）：" AOR},
        {SX_DEATH_FLOW_TIMER, false, false, false,
         "客户端已静默 3 分 12 秒，而其 Flow-Timer 为 120 秒：" AOR},
        {SX_DEATH_REMOVED, false, false, false, "客户端已在第 39 帧注销：" AOR},
        {SX_DEATH_EXPIRED, false, false, false, "注册已过期：" AOR},
        {SX_DEATH_UNKNOWN, false, false, false, "边缘代理称 " AOR "；抓包中看不到它是如何断开的"},
    };

    in_chinese();
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        wmem_strbuf_t *out = wmem_strbuf_new(NULL, "");
        struct sx_link link = {.reset = rows[i].reset,
                               .closed_by_client = rows[i].by_client,
                               .transport = rows[i].udp ? SX_TRANSPORT_UDP : SX_TRANSPORT_TCP};
        struct sx_flow_more more = {.instance = "", .link = &link, .reg_id = 1};
        struct sx_flow flow = flow_of_bob;
        flow.more = &more;
        struct sx_flow_story s = {.flow = &flow,
                                  .death = rows[i].death,
                                  .death_in = 39,
                                  .silent_ns = INT64_C(192000000000),
                                  .flow_timer_s = 120,
                                  .ended = 12,
                                  .repeats = 5};
        sx_say_flow(out, &s);
        assert_text(out, rows[i].says);
    }
    sx_language_set(SX_ENGLISH);
}

static void test_chinese_stories(void)
{
    static struct sx_flow unseen = {.user = &user_of_bob, .more = &more_of_another};
    static const struct {
        struct sx_flow_story story;
        const char *says;
    } rows[] = {
        {{.flow = &unseen},
         "边缘代理称 AOR sip:bob@example.com 的流已断；抓包中看不到它是如何断开的"},
        {{.flow = &flow_of_bob,
          .death = SX_DEATH_UNREACHABLE,
          .death_in = 39,
          .edge_unreachable = true,
          .wrong_token = true},
         "请求发给另一个 Contact，却带着这个 Contact 的流令牌：第 39 帧的 ICMP "
         "表明边缘代理不可达：" AOR},
        {{.delivered_in = 9, .alive_in = 12, .alive_code = 486},
         "流是通的：客户端已在第 12 帧响应 486"},
        {{.flow = &flow_of_bob, .delivered_in = 9},
         "请求已在第 9 帧经这条流发出，但客户端没有响应"},
        {{.flow = &flow_of_bob, .delivered_in = 9, .client_unseen = true},
         "请求已在第 9 帧经这条流发出；抓包中没有客户端发出的消息"},
        {{.flow = &flow_of_bob, .delivered_in = 9, .death = SX_DEATH_EXPIRED},
         "请求已在第 9 帧经这条流发出，但客户端没有响应：注册已过期"},
        {{.from_client = true}, "这是客户端自己发的，流是通的"},
        {{.over_it = true}, "请求就是经它所指的流发来的，这条流是通的；无法判断所指的是哪条流"},
        {{.to_register = true}, "它响应的是 REGISTER，而此前没有建立过流，谈不上流断开"},
        {{.route_repair = true},
         "Microsoft 的路由修复（P-Dialog-Recovery-Action）：该对话的路由已失效，流没有断"},
        {{.in_dialog = true}, "抓包中没有这条流的注册；在对话内，也可能是路由已失效"},
        {{.token_route = true}, "抓包中没有这条流的注册"},
        {{.token_route = true, .may_be_over_it = true},
         "抓包中没有这条流的注册；该请求也可能正是经这条流发来的，那样它就没有断"},
        {{.code = 430},
         "没有迹象表明有流断开：Route 中没有流令牌，"
         "抓包中也没有能确定与该请求对应的注册"},
        {{.from_client = true,
          .outcome = SX_FLOW_OTHER_ANSWERED,
          .retried = true,
          .retry_in = 47,
          .retry_code = 200},
         "已改试另一条流（第 47 帧），响应为 200；这是客户端自己发的，流是通的"},
        {{.from_client = true,
          .outcome = SX_FLOW_OTHERS_FAILED,
          .retried = true,
          .retry_in = 47,
          .retry_code = 430,
          .upstream_code = 480,
          .upstream_in = 50},
         "已改试另一条流（第 47 帧），仍然失败，响应为 430；这是客户端自己发的，流是通的；上游在第 "
         "50 帧收到 480"},
        {{.from_client = true,
          .outcome = SX_FLOW_OTHERS_FAILED,
          .retried = true,
          .wrong_token_in = 47},
         "已用这个 Contact 的流令牌去试另一个 Contact（抓包中没有该请求），没有收到响应；"
         "这是客户端自己发的，流是通的"},
        {{.from_client = true, .outcome = SX_FLOW_OTHERS_FAILED, .earlier_in = 40},
         "另一条流此前已失败（第 40 帧），没有再试其他的流；这是客户端自己发的，流是通的"},
        {{.from_client = true,
          .outcome = SX_FLOW_REREGISTERED,
          .reregistered_in = 60,
          .reregistered_after_ns = INT64_C(5000000000)},
         "客户端在 5 秒后重新注册（第 60 帧）；这是客户端自己发的，流是通的"},
        {{.from_client = true, .outcome = SX_FLOW_HANDED_ON},
         "传给了主叫；这是客户端自己发的，流是通的"},
        {{.from_client = true, .outcome = SX_FLOW_NOTHING_TRIED},
         "没有任何补救；这是客户端自己发的，流是通的"},
        {{.from_client = true, .outcome = SX_FLOW_OPEN},
         "抓包结束得太早，看不到是否恢复；这是客户端自己发的，流是通的"},
    };

    in_chinese();
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        wmem_strbuf_t *out = wmem_strbuf_new(NULL, "");
        sx_say_flow_story(out, &rows[i].story);
        assert_text(out, rows[i].says);
    }
    sx_language_set(SX_ENGLISH);
}

/* What advice begins with, and what the flow's end adds to each. */
#define FIND_OUT "查明该流（reg-id 1）为何断开：注册已过期。查注册服务器为什么还在用这个绑定。"
#define EXPIRED .flow = &flow_of_bob, .death = SX_DEATH_EXPIRED, UNHEARD

static void test_chinese_advice(void)
{
    static const struct {
        struct sx_flow_story story;
        const char *says;
    } rows[] = {
        {{.delivered_in = 9, .alive_in = 12, .code = 430},
         "问题不在流：客户端在第 12 帧响应了同一个请求。真正的答复看那里；再查边缘代理为什么改发 "
         "430。"},
        {{.alive_in = 17, .alive_later = true, .code = 430},
         "连接并没有断：客户端没有重新注册，就在第 17 帧经它响应。查边缘代理为什么发 430。"},
        {{.to_register = true, .code = 430},
         "状态码 430 用于经已建立的流发送的请求，不用于建立流的 REGISTER（RFC 5626 第 11.5 节）。"
         "看发出它的主机的日志，按 400 处理。"},
        {{.from_client = true, .code = 430},
         "客户端自己响应了 430，而流是通的：看客户端的日志，按 400 处理。"},
        {{.over_it = true, .code = 430},
         "客户端经它所指的流发来请求，边缘代理应当把它转发出去（RFC 5626 第 5.3 "
         "节）：看边缘代理的日志，查它发 430 的原因，按 400 处理。"},
        {{.route_repair = true, .code = 430},
         "交给客户端（Lync、Skype for Business）自己处理：它会刷新该对话的路由，必要时先重新注册，"
         "然后重发请求。请求没有再来时，才需要查客户端。"},
        {{.delivered_in = 9, .code = 430},
         "边缘代理有连接可用，已发出该请求（第 9 帧）；没有响应的是客户端，或者是客户端的网络不通。"
         "查客户端。这种情况下边缘代理应等到超时（408），而不是发 430。"},
        {{.code = 430},
         "看不出该请求与 SIP outbound（RFC 5626）有关：Route 中没有流令牌，也没有能确定与它对应的、"
         "带 reg-id 的注册。"
         "看发送方的日志，查它发 430 的原因，按 400 处理。"},
        {{EXPIRED, .outcome = SX_FLOW_OTHER_ANSWERED, .retry_reg_id = 2, .retry_code_in = 47,
          .retry_code = 200},
         "这个请求无须处理：它已改经另一条流（reg-id 2）重发（第 47 帧），得到响应 200。" FIND_OUT},
        {{EXPIRED, .outcome = SX_FLOW_REREGISTERED, .reregistered_in = 60},
         "客户端已自行恢复：它在第 60 帧重新注册，请求又能送达了。" FIND_OUT},
        {{EXPIRED, .outcome = SX_FLOW_OTHERS_FAILED, .wrong_token_in = 47},
         "下一次尝试（第 47 帧）发给另一个 Contact，却带着这个 Contact 的流令牌，"
         "所以走的还是这条断掉的流。查注册服务器：向每个 Contact 发送时，必须用它自己注册时的 "
         "Path（RFC 3327 第 5.1 节）。" FIND_OUT},
        {{EXPIRED, .outcome = SX_FLOW_OTHERS_FAILED, .wrong_token = true},
         "这次尝试发给另一个 Contact，带的却是一条已断的流的流令牌。查注册服务器：向每个 "
         "Contact 发送时，必须用它自己注册时的 Path（RFC 3327 第 5.1 节）。" FIND_OUT},
        {{EXPIRED, .outcome = SX_FLOW_OTHERS_FAILED, .earlier_in = 40},
         "这已经是重试；之前试的那条流在第 40 帧失败：客户端断网，或者与所有边缘代理都失去了联系。"
         "等它重新注册，请求才能送达。" FIND_OUT},
        {{EXPIRED, .outcome = SX_FLOW_OTHERS_FAILED, .retried = true, .retry_in = 47,
          .retry_code = 430},
         "改经另一条流重试（第 47 "
         "帧），也失败了（430）：客户端断网，或者与所有边缘代理都失去了联系。"
         "等它重新注册，请求才能送达。" FIND_OUT},
        {{EXPIRED, .outcome = SX_FLOW_OTHERS_FAILED, .retried = true, .retry_in = 47},
         "改经另一条流重试（第 47 帧），没有收到响应：客户端断网，或者与所有边缘代理都失去了联系。"
         "等它重新注册，请求才能送达。" FIND_OUT},
        {{EXPIRED, .outcome = SX_FLOW_HANDED_ON, .code = 430},
         "主叫收到了 430。边缘代理与主叫之间的代理本应试客户端的另一条流，或者响应 480（RFC 5626 "
         "第 7 "
         "节）；查它如何处理 430。" FIND_OUT},
        {{EXPIRED, .outcome = SX_FLOW_NOTHING_TRIED},
         "没有试其他的流，客户端在 32 秒内也没有重新注册。让客户端注册两条流，"
         "并靠保活及时发现断掉的流。" FIND_OUT},
        {{EXPIRED, .outcome = SX_FLOW_NOTHING_TRIED, .ended_early = true},
         "没有试其他的流。抓包结束得太早，看不到客户端是否重新注册。让客户端注册两条流，"
         "并靠保活及时发现断掉的流。" FIND_OUT},
        {{EXPIRED, .outcome = SX_FLOW_OPEN},
         "抓包结束得太早，看不到是否恢复：看客户端是否重新注册。" FIND_OUT},
        {{EXPIRED, .replaced_in = 33},
         "看请求是否改经另一条流重发，或者客户端是否重新注册。这条流早已过时：客户端在第 33 "
         "帧注册了另一条流来取代它。查注册服务器为什么还在用旧的绑定。" FIND_OUT},
    };
    struct ladder l = ladder_open();

    in_chinese();
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        wmem_strbuf_t *out = wmem_strbuf_new(NULL, "");
        g_assert_true(sx_say_flow_advice(out, l.tracker, &rows[i].story));
        assert_text(out, rows[i].says);
    }
    sx_language_set(SX_ENGLISH);
    ladder_close(&l);
}

#define SEE "看请求是否改经另一条流重发，或者客户端是否重新注册。"

/* Where to look, how long the client was silent, how it came back. */
static void test_chinese_causes(void)
{
    static struct sx_flow no_reg_id = {.user = &user_of_bob, .more = &more_of_another};
    static const struct {
        struct sx_flow_story story;
        const char *says;
    } rows[] = {
        {{.flow = &no_reg_id, UNHEARD},
         SEE "查明边缘代理为何称该流已断：抓包中看不到它是如何断开的。看边缘代理的日志，"
             "查是否重启过或断过连接。"},
        {{.flow = &no_reg_id,
          .death = SX_DEATH_CLOSED,
          .death_in = 39,
          .silent_ns = -1,
          .idle_ns = INT64_C(35200000000)},
         SEE
         "查明该流为何断开：边缘代理关闭了连接（第 39 帧），距客户端最后一次发送数据 35.2 秒。"},
        {{.flow = &no_reg_id,
          .death = SX_DEATH_NO_PONG,
          .death_in = 39,
          .silent_ns = INT64_C(35200000000),
          .idle_ns = -1,
          .flow_timer_s = 120},
         SEE
         "查明该流为何断开：第 39 帧的保活超过 10 秒没有收到 pong。此前客户端已静默 35.2 秒；其 "
         "Flow-Timer 为 120 秒。查客户端的网络，以及是否有 NAT 或防火墙的连接超时小于保活间隔。"},
        {{.flow = &no_reg_id, .death = SX_DEATH_FORGOTTEN, .death_in = 39, UNHEARD},
         SEE "查明该流为何断开：边缘代理关闭了连接（第 39 帧）：它已不认识该连接，像是刚刚重启过。"
             "看边缘代理当时的日志。"},
        {{.flow = &no_reg_id,
          .death = SX_DEATH_FLOW_TIMER,
          .silent_ns = INT64_C(130000000000),
          .idle_ns = -1,
          .flow_timer_s = 120},
         SEE "查明该流为何断开：客户端已静默 130 秒，而其 Flow-Timer 为 120 "
             "秒。查客户端为什么不发保活，或者保活是否在网络中丢失。"},
        {{.flow = &no_reg_id, .death = SX_DEATH_UNREACHABLE, .death_in = 39, UNHEARD},
         SEE "查明该流为何断开：第 39 帧的 ICMP 表明客户端不可达。查客户端程序是否还在运行，"
             "端口是否没变。"},
        {{EXPIRED, .returned = SX_RETURN_IN_TIME,
          .back_off = {.waited_ns = INT64_C(35200000000), .failed_in = 30, .failures = 2}},
         SEE
         "客户端最近一次注册与第 30 帧失败的那次相隔 35.2 秒（已连续失败 2 次），符合 RFC 5626 第 "
         "4.5 节。" FIND_OUT},
        {{EXPIRED, .returned = SX_RETURN_TOO_EARLY,
          .back_off = {.waited_ns = INT64_C(3000000000),
                       .least_ns = INT64_C(30000000000),
                       .failed_in = 30,
                       .failures = 1}},
         SEE "客户端没有遵守 RFC 5626 第 4.5 节：有一次注册与第 30 帧失败的那次相隔 3 秒，早了 27 "
             "秒。拥有大量客户端的边缘代理重启时，这会使它过载。" FIND_OUT},
        {{EXPIRED, .returned = SX_RETURN_NEVER, .watched_ns = INT64_C(1800000000000)},
         SEE "客户端能察觉流已断，但在抓包余下的 30 分 0 秒里没有再发 REGISTER：看它的日志，"
             "或者重启它。" FIND_OUT},
    };
    struct ladder l = ladder_open();

    in_chinese();
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        wmem_strbuf_t *out = wmem_strbuf_new(NULL, "");
        g_assert_true(sx_say_flow_advice(out, l.tracker, &rows[i].story));
        assert_text(out, rows[i].says);
    }
    sx_language_set(SX_ENGLISH);
    ladder_close(&l);
}

/* A frame that ends connections, a REGISTER, a 430 without its request. */
static void test_chinese_signs(void)
{
    struct sx_link link = {.closed_by_client = true, .goodbye_in = 38};
    struct sx_flow flow = flow_of_bob;
    struct sx_back_off early = {.waited_ns = INT64_C(3000000000),
                                .least_ns = INT64_C(30000000000),
                                .failed_in = 30,
                                .failures = 1};
    wmem_strbuf_t *out = wmem_strbuf_new(NULL, "");

    in_chinese();
    struct sx_flow_more more = {.instance = "", .link = &link, .reg_id = 1};
    flow.more = &more;
    sx_say_flow_end(out, &flow);
    assert_text(out, "客户端关闭了连接：AOR sip:bob@example.com 的连接（reg-id 1，注册于第 4 "
                     "帧）在此结束，此前已在第 38 帧发出关闭通知");
    link = (struct sx_link){.reset = true};
    flow.registered_in = 0;
    sx_say_flow_end(out = wmem_strbuf_new(NULL, ""), &flow);
    assert_text(out, "边缘代理重置了连接：AOR sip:bob@example.com 的连接（reg-id 1）在此结束");
    link.closer_unknown = true;
    sx_say_flow_end(out = wmem_strbuf_new(NULL, ""), &flow);
    assert_text(out, "连接已重置：AOR sip:bob@example.com 的连接（reg-id 1）在此结束");
    link.reset = false;
    sx_say_flow_end(out = wmem_strbuf_new(NULL, ""), &flow);
    assert_text(out, "连接已关闭：AOR sip:bob@example.com 的连接（reg-id 1）在此结束");
    sx_say_too_early(out = wmem_strbuf_new(NULL, ""), &early);
    assert_text(out,
                "这次注册与第 30 帧失败的那次相隔 3 秒，过早：RFC 5626 第 4.5 节要求至少相隔 30 "
                "秒");
    sx_words_flow_failed_later(out = wmem_strbuf_new(NULL, ""), 50);
    assert_text(out, "在此注册的流后来失败（第 50 帧）");
    g_assert_cmpstr(sx_words_flow_unknown_request(), ==,
                    "无法判断是否有流断开：抓包中看不到它响应的是哪个请求");
    sx_language_set(SX_ENGLISH);
}

static void test_chinese_tokens(void)
{
    static const struct {
        enum sx_flow_token token;
        const char *says, *advises;
    } rows[] = {
        {SX_TOKEN_OWN, "边缘代理拒绝了自己的流令牌，即第 4 帧注册时给出的那个",
         "查边缘代理是否换了流令牌的密钥，或者同一地址后面的几台边缘代理密钥是否不同。"
         "客户端必须重新注册，才能得到有效的令牌。"},
        {SX_TOKEN_RESTARTED,
         "边缘代理拒绝了自己的流令牌，即第 4 帧注册时给出的那个；它在第 39 帧关闭了连接，"
         "可见已重启并换了密钥",
         "流已随旧进程消失。客户端必须重新注册；给边缘代理的流令牌用一个重启后依然有效的密钥，"
         "这样它就能响应 430，从而改试另一条流。与主叫的权限无关。"},
        {SX_TOKEN_STRANGE,
         "Route 中的流令牌不是边缘代理在第 4 帧给这个 Contact 的那个：途中被改过，或者已过时",
         "把请求最上面的 Route 与第 4 帧及其 2xx 中的 Path "
         "对照：边缘代理会拒绝不是自己生成的令牌（RFC 5626 第 5.3.1 节）。找出哪一跳改了用户部分，"
         "或者注册服务器为什么还留着旧的 Path。与主叫的权限无关。"},
    };
    struct sx_link link = {.closed_in = 39};
    struct sx_flow flow = flow_of_bob;

    in_chinese();
    struct sx_flow_more more = {.instance = "", .link = &link, .reg_id = 1};
    flow.more = &more;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        wmem_strbuf_t *out = wmem_strbuf_new(NULL, "");
        sx_say_token(out, rows[i].token, &flow);
        assert_text(out, rows[i].says);
        sx_say_token_advice(out = wmem_strbuf_new(NULL, ""), rows[i].token, &flow);
        assert_text(out, rows[i].advises);
    }
    sx_language_set(SX_ENGLISH);
}

/* The REGISTER of a row, with or without a proxy on its way, and its 439. */
static const struct sx_txn *refused_register(struct ladder *l, const char *path, bool direct)
{
    const struct sx_message *m = request(l, 0, BOB, EDGE, "REGISTER", via("bob r"));

    if (!direct) {
        request(l, 1, EDGE, CORE, "REGISTER", via("edge r", "bob r"), .more = path);
        response(l, 2, CORE, EDGE, 439, "REGISTER", via("edge r", "bob r"));
    }
    response(l, 3, EDGE, BOB, 439, "REGISTER", via("bob r"));
    return txn_of(l, m);
}

static void test_chinese_439(void)
{
    static const struct {
        const char *path, *says, *advises;
        bool direct;
    } rows[] = {
        {NULL, "第 2 帧中，10.0.0.2 转发的 REGISTER 没有 Path",
         "在第一跳 10.0.0.2 上打开 outbound：它必须加上带流令牌和 ob 的 Path。"
         "或者让客户端注册时不带 reg-id。",
         false},
        {"Path: <sip:t@10.0.0.2;lr>\r\n", "第 2 帧的 Path 没有 ob：第一跳不维护流",
         "在第一跳 10.0.0.2 上打开 outbound：它必须加上带流令牌和 ob 的 Path。"
         "或者让客户端注册时不带 reg-id。",
         false},
        {"Path: <sip:t@10.0.0.2;lr;ob>\r\n", "第 2 帧的 Path 带有 ob，注册服务器仍然拒绝",
         "Path 没有问题：查注册服务器的 outbound 设置，以及它取的是否是第一跳的 Path 值。"
         "或者让客户端注册时不带 reg-id。",
         false},
        {NULL, "第 1 帧的 REGISTER 只有一个 Via：客户端与 10.0.0.2 之间没有代理",
         "如果注册服务器自己就是第一跳，它不应要求 Path：查它的 outbound 设置。"
         "或者让客户端注册时不带 reg-id。",
         true},
    };

    in_chinese();
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        wmem_strbuf_t *out = wmem_strbuf_new(NULL, "");
        const struct sx_txn *txn = refused_register(&l, rows[i].path, rows[i].direct);
        g_assert_true(sx_say_no_outbound(out, l.tracker, txn));
        assert_text(out, rows[i].says);
        out = wmem_strbuf_new(NULL, "");
        g_assert_true(sx_say_no_outbound_advice(out, l.tracker, txn));
        assert_text(out, rows[i].advises);
        ladder_close(&l);
    }
    sx_language_set(SX_ENGLISH);
}

/* A retry whose request the capture lacks has no frame. */
static void test_retry_unseen(void)
{
    static const struct {
        uint32_t code;
        const char *says[2];
    } rows[] = {
        {430,
         {"The retry over another flow failed too (430): the client has lost ",
          "改经另一条流重试，也失败了（430）：客户端断网，"}},
        {0,
         {"The retry over another flow got no answer: the client has lost ",
          "改经另一条流重试，没有收到响应：客户端断网，"}},
    };
    struct ladder l = ladder_open();

    for (size_t i = 0; i < 2 * G_N_ELEMENTS(rows); i++) {
        wmem_strbuf_t *out = wmem_strbuf_new(NULL, "");
        struct sx_flow_story s = {EXPIRED, .outcome = SX_FLOW_OTHERS_FAILED, .retried = true,
                                  .retry_code = rows[i / 2].code};
        sx_language_set(i % 2 ? sx_language_of("zh") : SX_ENGLISH);
        g_assert_true(sx_say_flow_advice(out, l.tracker, &s));
        g_assert_true(g_str_has_prefix(wmem_strbuf_get_str(out), rows[i / 2].says[i % 2]));
        wmem_strbuf_destroy(out);
    }
    sx_language_set(SX_ENGLISH);
    ladder_close(&l);
}

/* The first hop has sent it on, and the capture lacks the registrar's 439. */
static void test_439_further_on(void)
{
    struct ladder l = ladder_open();
    wmem_strbuf_t *out = wmem_strbuf_new(NULL, "");

    const uint32_t txn = request(&l, 0, BOB, EDGE, "REGISTER", via("bob r1"))->txn;
    request(&l, 0.1, EDGE, CORE, "REGISTER", via("edge e1", "bob r1"));
    response(&l, 0.2, EDGE, BOB, 439, "REGISTER", via("bob r1"));
    g_assert_false(sx_say_no_outbound(out, l.tracker, txn_numbered(&l, txn)));
    g_assert_false(sx_say_no_outbound_advice(out, l.tracker, txn_numbered(&l, txn)));
    assert_text(out, "");
    ladder_close(&l);
}

/* The client registers again after a 439; the answer to that comes later. */
static void test_439_and_again(void)
{
    static const char *const says[] = {
        "If the registrar is the first hop itself, it should not ask for Path: look at its "
        "outbound "
        "settings. The client registered again in frame 3.",
        "如果注册服务器自己就是第一跳，它不应要求 Path：查它的 outbound "
        "设置。客户端又注册了一次（第 3 "
        "帧）。",
        "If the registrar is the first hop itself, it should not ask for Path: look at its "
        "outbound "
        "settings. The client registered again in frame 3 (200).",
        "如果注册服务器自己就是第一跳，它不应要求 Path：查它的 outbound "
        "设置。客户端又注册了一次（第 3 "
        "帧），响应为 200。",
    };
    struct ladder l = ladder_open();
    const struct sx_txn *txn = refused_register(&l, NULL, true);

    request(&l, 4, BOB, EDGE, "REGISTER", via("bob r2"), .cseq = 2);
    for (size_t i = 0; i < G_N_ELEMENTS(says); i++) {
        wmem_strbuf_t *out = wmem_strbuf_new(NULL, "");
        if (i == 2)
            response(&l, 5, EDGE, BOB, 200, "REGISTER", via("bob r2"), .cseq = 2);
        sx_language_set(i % 2 ? sx_language_of("zh") : SX_ENGLISH);
        g_assert_true(sx_say_no_outbound_advice(out, l.tracker, txn));
        assert_text(out, says[i]);
    }
    sx_language_set(SX_ENGLISH);
    ladder_close(&l);
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/say_flow/words", test_words);
    g_test_add_func("/say_flow/told-under-another-code", test_told_under_another_code);
    g_test_add_func("/say_flow/words of an end unseen", test_words_of_an_end_unseen);
    g_test_add_func("/say_flow/words_of_deaths", test_words_of_deaths);
    g_test_add_func("/say_flow/words_of_439", test_words_of_439);
    g_test_add_func("/say_flow/retry_unseen", test_retry_unseen);
    g_test_add_func("/say_flow/439_further_on", test_439_further_on);
    g_test_add_func("/say_flow/439_and_again", test_439_and_again);
    g_test_add_func("/say_flow/chinese_deaths", test_chinese_deaths);
    g_test_add_func("/say_flow/chinese_stories", test_chinese_stories);
    g_test_add_func("/say_flow/chinese_advice", test_chinese_advice);
    g_test_add_func("/say_flow/chinese_causes", test_chinese_causes);
    g_test_add_func("/say_flow/chinese_signs", test_chinese_signs);
    g_test_add_func("/say_flow/chinese_tokens", test_chinese_tokens);
    g_test_add_func("/say_flow/chinese_439", test_chinese_439);
    return g_test_run();
}
