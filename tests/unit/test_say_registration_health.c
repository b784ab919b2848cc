/* What is said of a registration that is not kept up.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/say/say_registration_health.h"

#include "both_text.h"
#include "sip_text.h"

static void refresh(void)
{
    static const struct {
        enum sx_refresh_refusal refusal;
        const char *english, *chinese, *short_english, *short_chinese;
    } rows[] = {
        {SX_REFRESH_NONCE,
         ": the nonce was too old, and the client does not come back with the new one",
         "：nonce 太旧，而客户端没有用新的 nonce 再次注册", "nonce too old", "nonce 太旧"},
        {SX_REFRESH_NO_STALE,
         ": the same credentials were accepted before; the nonce may be too old, but the server "
         "sends no stale=true",
         "：同样的凭证曾被接受；nonce 可能太旧，但服务器没有写 stale=true", "no stale=true",
         "没有 stale=true"},
        {SX_REFRESH_CREDENTIALS, ": user name or password", "：用户名或密码不对", "credentials",
         "凭证被拒绝"},
        {SX_REFRESH_CHALLENGED, ": it is asked for credentials, and the client sends none",
         "：要求提供凭证，而客户端没有提供", "no credentials", "没有凭证"},
        {SX_REFRESH_TOO_BRIEF,
         ": the interval is too brief, and the client does not ask for a longer one",
         "：有效期太短，而客户端没有请求更长的有效期", "interval too brief", "有效期太短"},
        {SX_REFRESH_REFUSED, "", "", "other code", "其他状态码"},
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++) {
        const struct sx_refresh r = {.in = 3, .refusal = rows[i].refusal};
        char *english =
            g_strconcat("refresh refused", rows[i].english, "; registered in frame 3", NULL);
        char *chinese = g_strconcat("刷新被拒绝", rows[i].chinese, "；上次注册在第 3 帧", NULL);
        SAYS_BOTH(sx_say_refresh(out, &r), english, chinese);
        SAYS_BOTH(wmem_strbuf_append(out, sx_say_refusal(r.refusal)), rows[i].short_english,
                  rows[i].short_chinese);
        g_free(english);
        g_free(chinese);
    }
    g_assert_cmpstr(sx_say_refusal(SX_REFRESH_TAKEN), ==, "");
}

static void time_left(void)
{
    struct sx_refresh r = {.in = 3,
                           .has_left = true,
                           .left_ns = 20 * SX_NS_PER_S,
                           .refusal = SX_REFRESH_REFUSED};

    SAYS_BOTH(sx_say_refresh(out, &r),
              "refresh refused; registered in frame 3, which runs out in 20 s",
              "刷新被拒绝；上次注册在第 3 帧，20 秒后过期");
    r.left_ns = -5 * SX_NS_PER_S;
    SAYS_BOTH(sx_say_refresh(out, &r),
              "refresh refused; registered in frame 3, which ran out 5 s before",
              "刷新被拒绝；上次注册在第 3 帧，此前 5 秒已过期");
}

static void late(void)
{
    struct sx_late_refresh r = {.before_in = 7,
                                .late_ns = 20 * SX_NS_PER_S,
                                .late = 1,
                                .each = true};

    SAYS_BOTH(sx_say_late_refresh(out, &r),
              "it comes 20 s after the registration in frame 7 had run out",
              "第 7 帧的注册过期 20 秒后，这次刷新才到");
    r.late = 3;
    SAYS_BOTH(
        sx_say_late_refresh(out, &r),
        "it comes 20 s after the registration in frame 7 had run out, as each refresh so far (3)",
        "第 7 帧的注册过期 20 秒后，这次刷新才到，至今每次刷新都是如此（3 次）");
    r.each = false;
    SAYS_BOTH(sx_say_late_refresh(out, &r),
              "it comes 20 s after the registration in frame 7 had run out; 3 refreshes came late "
              "so far",
              "第 7 帧的注册过期 20 秒后，这次刷新才到；至今已有 3 次刷新迟到");
}

static void never(void)
{
    struct ladder l = ladder_open();
    const struct sx_no_refresh r = {.since_ns = 20 * SX_NS_PER_S};

    SAYS_BOTH(sx_say_no_refresh(out, l.tracker, &r),
              "no refresh in this capture: the registration ran out 20 s ago",
              "抓包中没有刷新：注册已过期 20 秒");
    sx_tracker_end(l.tracker);
    SAYS_BOTH(sx_say_no_refresh(out, l.tracker, &r),
              "no refresh in this capture: the registration ran out 20 s before its end",
              "抓包中没有刷新：到抓包结束时，注册已过期 20 秒");
    ladder_close(&l);
}

static void soon(void)
{
    struct ladder l = ladder_open();
    const char *contact = "Contact: <sip:bob@10.0.0.5>\r\nExpires: 60\r\n";

    for (unsigned i = 0; i < 5; i++) {
        char *branch = g_strdup_printf("bob r%u", i);
        request(&l, i, BOB, P1, "REGISTER", via(branch), .cseq = i + 1, .more = contact);
        response(&l, i, P1, BOB, 200, "REGISTER", via(branch), .cseq = i + 1, .more = contact);
        g_free(branch);
    }
    const struct sx_health_mark *mark = sx_health_mark(sx_tracker_flows(l.tracker), l.frame, 0);
    g_assert_nonnull(mark);
    SAYS_BOTH(sx_say_soon(out, l.tracker, mark),
              "5 REGISTERs in a row for sip:bob@example.com since frame 1, in 4 s: each comes "
              "before 10 % of what was granted before is over",
              "为 sip:bob@example.com 接连发送了 5 个 REGISTER（从第 1 帧开始），历时 4 秒："
              "每个都是在前一个获准的有效期过去不到 10% 时发出的");
    ladder_close(&l);
}

static void run_out(void)
{
    struct ladder l = ladder_open();
    const char *contact = "Contact: <sip:bob@10.0.0.5>\r\nExpires: 60\r\n";

    request(&l, 0, BOB, P1, "REGISTER", via("bob r1"), .more = contact);
    response(&l, 0, P1, BOB, 200, "REGISTER", via("bob r1"), .more = contact);
    struct sx_overdue o = {.since_frame = 1, .registering = 1, .waited_ns = 65 * SX_NS_PER_S};
    SAYS_BOTH(sx_say_run_out(out, l.tracker, &o),
              "no refresh in this capture: the registration of sip:bob@example.com in frame 1 ran "
              "out at 60 s, 5 s ago",
              "抓包中没有刷新：sip:bob@example.com 在第 1 帧的注册有效期 60 秒，5 秒前已过期");
    o.refused_in = 4;
    o.refused_code = 403;
    SAYS_BOTH(sx_say_run_out(out, l.tracker, &o),
              "refresh refused with 403 in frame 4, and the registration of sip:bob@example.com in "
              "frame 1 ran out at 60 s, 5 s ago",
              "注册已过期：sip:bob@example.com 在第 1 帧的注册有效期 60 秒，5 秒前过期；刷新在第 4 "
              "帧被 403 "
              "拒绝");
    ladder_close(&l);
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/say-registration-health/refresh", refresh);
    g_test_add_func("/say-registration-health/time-left", time_left);
    g_test_add_func("/say-registration-health/late", late);
    g_test_add_func("/say-registration-health/never", never);
    g_test_add_func("/say-registration-health/soon", soon);
    g_test_add_func("/say-registration-health/run-out", run_out);
    return g_test_run();
}
