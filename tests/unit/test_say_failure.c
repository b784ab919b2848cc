/* Why a failure was made, in words.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/say/say_failure.h"

#include "both_text.h"
#include "core/facts/catalogue.h"
#include "sip_text.h"

static const struct sx_user user_of_bob = {.aor = "sip:bob@example.com"};

#define TO_BOB via("p1 b1", "alice a1")

static void assert_says(struct ladder *l, const char *english, const char *chinese)
{
    struct sx_failure_cause c = sx_failure_cause_find(l->tracker, txn_numbered(l, 1));

    SAYS_BOTH(g_assert_true(sx_say_failure(out, l->tracker, &c) == (*english != '\0')), english,
              chinese);
    ladder_close(l);
}

static struct ladder call_comes(void)
{
    struct ladder l = ladder_open();

    request(&l, 0, ALICE, P1, "INVITE", via("alice a1"));
    return l;
}

static void told(struct ladder *l, double at, unsigned code)
{
    response(l, at, P1, ALICE, code, "INVITE", via("alice a1"), .to_tag = "p1");
}

static void test_unanswered(void)
{
    struct ladder l = call_comes();

    requests(&l, 5, 0.1, P1, BOB, "INVITE", TO_BOB);
    told(&l, 8, 408);
    assert_says(&l, "10.0.0.5 never answered 10.0.0.2 (frame 2, sent 5 times)",
                "10.0.0.5 始终没有响应 10.0.0.2（第 2 帧，已发送 5 次）");
    l = call_comes();
    request(&l, 0.1, P1, BOB, "INVITE", TO_BOB, .transport = SX_TRANSPORT_TCP);
    told(&l, 32, 408);
    assert_says(&l, "10.0.0.5 never answered 10.0.0.2 (frame 2)",
                "10.0.0.5 始终没有响应 10.0.0.2（第 2 帧）");
    /* The capture lacks the hop from P1 to P3. */
    l = call_comes();
    requests(&l, 7, 0.1, P3, BOB, "INVITE", via("p3 c1", "p1 b1", "alice a1"));
    told(&l, 32.3, 408);
    assert_says(&l, "10.0.0.5 never answered 10.0.0.4 (frame 2, sent 7 times)",
                "10.0.0.5 始终没有响应 10.0.0.4（第 2 帧，已发送 7 次）");
}

static void test_unreachable(void)
{
    struct ladder l = call_comes();

    request(&l, 0.1, P1, BOB, "INVITE", TO_BOB, .dst_port = 5080);
    undelivered(&l, 0.2, P1, 0, BOB, 5080);
    told(&l, 0.3, 503);
    assert_says(&l, "10.0.0.2 cannot reach 10.0.0.5 port 5080 (frame 3)",
                "10.0.0.2 无法到达 10.0.0.5 的端口 5080（第 3 帧）");
    l = call_comes();
    request(&l, 0.1, P1, BOB, "INVITE", TO_BOB, .bytes = 1500);
    too_big(&l, 0.2, P1, BOB, 1500, 1400);
    told(&l, 0.3, 503);
    assert_says(&l, "10.0.0.2 cannot get it to 10.0.0.5 port 5060: too large for the way (frame 3)",
                "10.0.0.2 无法把它送到 10.0.0.5 的端口 5060：对这条路径来说太大（第 3 帧）");
    l = call_comes();
    segment(&l, 0.1, P1, 40000, BOB, 5060, SX_TCP_SYN);
    segment(&l, 0.2, BOB, 5060, P1, 40000, SX_TCP_RST | SX_TCP_ACK);
    told(&l, 0.3, 503);
    assert_says(&l, "10.0.0.2 cannot connect to 10.0.0.5 port 5060 (frame 3)",
                "10.0.0.2 无法连接 10.0.0.5 的端口 5060（第 3 帧）");
}

static void test_told_otherwise(void)
{
    struct ladder l = call_comes();

    request(&l, 0.1, P1, BOB, "INVITE", TO_BOB);
    response(&l, 0.2, BOB, P1, 430, "INVITE", TO_BOB);
    told(&l, 0.3, 480);
    assert_says(&l, "made from the 430 of 10.0.0.5 in frame 3",
                "由 10.0.0.5 在第 3 帧的 430 转换而来");
}

static void test_fork(void)
{
    struct ladder l = call_comes();

    request(&l, 0.1, P1, BOB, "INVITE", TO_BOB);
    request(&l, 0.1, P1, CAROL, "INVITE", via("p1 c1", "alice a1"));
    response(&l, 0.2, BOB, P1, 486, "INVITE", TO_BOB);
    response(&l, 0.3, CAROL, P1, 404, "INVITE", via("p1 c1", "alice a1"), .to_tag = "p1");
    told(&l, 0.4, 404);
    assert_says(&l, "forked: chosen over the 486 of 10.0.0.5 in frame 4",
                "分叉：选用了它，没有选用 10.0.0.5 在第 4 帧的 486");
}

static void test_circle(void)
{
    struct ladder l = call_comes();

    request(&l, 0.1, P1, P2, "INVITE", TO_BOB);
    request(&l, 0.2, P2, P1, "INVITE", via("p2 c1", "p1 b1", "alice a1"));
    response(&l, 0.3, P1, P2, 482, "INVITE", via("p2 c1", "p1 b1", "alice a1"), .to_tag = "p1");
    response(&l, 0.4, P2, P1, 482, "INVITE", TO_BOB, .to_tag = "p1");
    told(&l, 0.5, 482);
    assert_says(&l,
                "the request goes in a circle: 10.0.0.2 to 10.0.0.3 to 10.0.0.2 again (frame 3)",
                "请求兜圈：依次到达 10.0.0.2、10.0.0.3、10.0.0.2（第 3 帧）");
}

static void test_own_limit(void)
{
    struct ladder l = call_comes();

    request(&l, 0, P1, BOB, "INVITE", TO_BOB);
    response(&l, 1, BOB, P1, 180, "INVITE", TO_BOB);
    request(&l, 21, P1, BOB, "CANCEL", via("p1 b1"));
    told(&l, 21.1, 408);
    assert_says(&l, "10.0.0.2 hit its own time limit after 20 s and sent CANCEL in frame 4",
                "10.0.0.2 等了 20 秒，自身的时限到时，在第 4 帧发出 CANCEL");
    l = call_comes();
    requests(&l, 3, 0, P1, BOB, "INVITE", TO_BOB);
    told(&l, 3, 408);
    response(&l, 9, BOB, P1, 180, "INVITE", TO_BOB);
    assert_says(&l, "10.0.0.2 hit its own time limit after 3 s; later 10.0.0.5 answers in frame 6",
                "10.0.0.2 等了 3 秒，自身的时限到时；10.0.0.5 后来在第 6 帧才响应");
}

static void test_registration(void)
{
    const struct {
        enum sx_failure_kind kind;
        enum sx_registration_state state;
        const char *english, *chinese;
    } rows[] = {
        {SX_FAILURE_CONNECTION_GONE, SX_REGISTRATION_LOST,
         "the connection of the registration is gone (frame 9): that of sip:bob@example.com in "
         "frame 1",
         "注册所用的连接已断（第 9 帧）：sip:bob@example.com 在第 1 帧的注册"},
        {SX_FAILURE_NOT_REGISTERED, SX_REGISTRATION_RUN_OUT,
         "the registration ran out: that of sip:bob@example.com in frame 1",
         "注册已过期：sip:bob@example.com 在第 1 帧的注册"},
        {SX_FAILURE_NOT_REGISTERED, SX_REGISTRATION_REPLACED,
         "the registration was replaced by a newer one (frame 9): that of sip:bob@example.com in "
         "frame 1",
         "注册已被更新的注册替换（第 9 帧）：sip:bob@example.com 在第 1 帧的注册"},
        {SX_FAILURE_NOT_REGISTERED, SX_REGISTRATION_REMOVED,
         "the registration was taken back (frame 9): that of sip:bob@example.com in frame 1",
         "注册已注销（第 9 帧）：sip:bob@example.com 在第 1 帧的注册"},
        {SX_FAILURE_NOT_REGISTERED, SX_REGISTRATION_UNKNOWN,
         "the registration was taken back or ran out (frame 9): that of sip:bob@example.com in "
         "frame 1",
         "注册已注销或已过期（第 9 帧）：sip:bob@example.com 在第 1 帧的注册"},
    };
    const struct sx_flow flow = {.user = &user_of_bob, .registered_in = 1};

    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = call_comes();
        const struct sx_failure_cause c = {.kind = rows[i].kind,
                                           .frame = 9,
                                           .at = txn_numbered(&l, 1),
                                           .registration = {.flow = &flow, .state = rows[i].state}};
        SAYS_BOTH(g_assert_true(sx_say_failure(out, l.tracker, &c)), rows[i].english,
                  rows[i].chinese);
        ladder_close(&l);
    }
}

static void assert_advises(struct ladder *l, const char *english, const char *chinese)
{
    const struct sx_txn *txn = txn_numbered(l, 1);

    SAYS_BOTH(g_assert_true(sx_say_failure_advice(out, l->tracker, txn, sx_slice_str("INVITE")) ==
                            (*english != '\0')),
              english, chinese);
    ladder_close(l);
}

static void test_advice(void)
{
    const struct sx_code *lost = sx_catalogue_explain(430);
    char *english = g_strconcat("This was made from the 430 in frame 3: ",
                                sx_catalogue_fix(lost, "INVITE", strlen("INVITE")), NULL);
    speak_chinese(true);
    char *chinese = g_strconcat("它由第 3 帧的 430 转换而来：",
                                sx_catalogue_fix(lost, "INVITE", strlen("INVITE")), NULL);
    speak_chinese(false);

    for (unsigned code = 430; code <= 480; code += 50) {
        struct ladder l = call_comes();

        request(&l, 0.1, P1, BOB, "INVITE", TO_BOB);
        response(&l, 0.2, BOB, P1, 430, "INVITE", TO_BOB);
        told(&l, 0.3, code);
        assert_advises(&l, code == 480 ? english : "", code == 480 ? chinese : "");
    }
    g_free(english);
    g_free(chinese);
}

/* Told by other verdicts, or not at all. */
static void test_nothing(void)
{
    struct ladder l = call_comes();

    told(&l, 1, 486);
    assert_says(&l, "", "");
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/say_failure/unanswered", test_unanswered);
    g_test_add_func("/say_failure/unreachable", test_unreachable);
    g_test_add_func("/say_failure/told_otherwise", test_told_otherwise);
    g_test_add_func("/say_failure/fork", test_fork);
    g_test_add_func("/say_failure/circle", test_circle);
    g_test_add_func("/say_failure/own_limit", test_own_limit);
    g_test_add_func("/say_failure/registration", test_registration);
    g_test_add_func("/say_failure/advice", test_advice);
    g_test_add_func("/say_failure/nothing", test_nothing);
    return g_test_run();
}
