/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/say/say_call_end.h"

#include "both_text.h"
#include "core/facts/catalogue.h"
#include "sip_text.h"

static void says_cancel(const struct ladder *l, const struct sx_message *cancel,
                        const char *english, const char *chinese)
{
    const struct sx_txn *txn = txn_of(l, cancel);

    SAYS_BOTH(sx_say_cancel(out, l->tracker, txn, txn_numbered(l, sx_txn_rare(txn)->related)),
              english, chinese);
}

/* On the INVITE and on the BYE. */
static void says_end(const struct ladder *l, const struct sx_message *invite, const char *english,
                     const char *chinese)
{
    struct sx_call_end end = sx_call_end_of_invite(l->tracker, txn_of(l, invite));

    SAYS_BOTH(sx_say_call_end(out, l->tracker, &end), english, chinese);
}

static void says_ends(const struct ladder *l, const struct sx_message *invite, const char *english,
                      const char *chinese)
{
    struct sx_call_end end = sx_call_end_of_invite(l->tracker, txn_of(l, invite));

    SAYS_BOTH(sx_say_ends_call(out, l->tracker, &end), english, chinese);
}

static void end_of_call(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite = request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"));

    response(&l, 1.0, BOB, ALICE, 200, "INVITE", via("alice a1"));
    request(&l, 28.0, ALICE, BOB, "BYE", via("alice z1"), .to_tag = "bob", .cseq = 2);
    says_end(&l, invite, "ended by the caller after 27 s, in frame 3",
             "由主叫结束，时长 27 秒（第 3 帧）");
    says_ends(&l, invite, "ends the call after 27 s, by the caller", "由主叫结束呼叫，时长 27 秒");
    ladder_close(&l);
}

/* Its response may have come behind the end of the capture. */
static void open_end(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite = request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"));

    response(&l, 1.0, BOB, ALICE, 200, "INVITE", via("alice a1"));
    request(&l, 28.0, ALICE, BOB, "BYE", via("alice z1"), .to_tag = "bob", .cseq = 2);
    sx_tracker_end(l.tracker);
    says_end(&l, invite,
             "BYE sent by the caller after 27 s, in frame 3; the capture has no response to it",
             "由主叫发出 BYE，时长 27 秒（第 3 帧）；抓包中没有对它的响应");
    says_ends(&l, invite, "sent after 27 s, by the caller; the capture has no response to it",
              "由主叫发出，时长 27 秒；抓包中没有对它的响应");
    ladder_close(&l);
}

/* Each side; how long it lasted may be unknown. */
static void enders(void)
{
    static const struct {
        enum sx_ender by;
        const char *english, *chinese;
        bool unsure;
    } rows[] = {
        {SX_ENDER_CALLER, "by the caller", "由主叫", false},
        {SX_ENDER_CALLED, "by the called side", "由被叫", false},
        {SX_ENDER_HOP, "by a hop between caller and called side", "由主叫与被叫之间的一跳", false},
        {SX_ENDER_BOTH, "by both sides at once", "由双方同时", false},
        {SX_ENDER_UNKNOWN, "by one side; which one began the call is not in the capture",
         "由其中一方（抓包中看不出呼叫由哪一方发起）", false},
        {SX_ENDER_UNKNOWN, "by a side or hop that the capture does not tell",
         "由某一方或某一跳（抓包中看不出是谁）", true},
    };
    struct ladder l = ladder_open();

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct sx_call_end end = {.ended_in = 3, .by = rows[i].by, .unsure = rows[i].unsure};
        char *english = g_strconcat("ended ", rows[i].english, ", in frame 3", NULL);
        char *chinese = g_strconcat(rows[i].chinese, "结束（第 3 帧）", NULL);
        SAYS_BOTH(sx_say_call_end(out, l.tracker, &end), english, chinese);
        g_free(english);
        g_free(chinese);
        english = g_strconcat("ends the call, ", rows[i].english, NULL);
        chinese = g_strconcat(rows[i].chinese, "结束呼叫", NULL);
        SAYS_BOTH(sx_say_ends_call(out, l.tracker, &end), english, chinese);
        g_free(english);
        g_free(chinese);
        end.cancelled = true;
        english = g_strconcat("cancelled ", rows[i].english, ", in frame 3", NULL);
        chinese = g_strconcat(rows[i].chinese, "取消（第 3 帧）", NULL);
        SAYS_BOTH(sx_say_call_end(out, l.tracker, &end), english, chinese);
        g_free(english);
        g_free(chinese);
    }
    ladder_close(&l);
}

static void ends_with(const char *reason, const char *english, const char *chinese)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite = request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"));
    char *both[] = {
        g_strconcat("ended by the caller after 27 s, in frame 3", english, NULL),
        g_strconcat("由主叫结束，时长 27 秒（第 3 帧）", chinese, NULL),
        g_strconcat("ends the call after 27 s, by the caller", english, NULL),
        g_strconcat("由主叫结束呼叫，时长 27 秒", chinese, NULL),
    };

    response(&l, 1.0, BOB, ALICE, 200, "INVITE", via("alice a1"));
    request(&l, 28.0, ALICE, BOB, "BYE", via("alice z1"), .to_tag = "bob", .cseq = 2,
            .more = reason);
    says_end(&l, invite, both[0], both[1]);
    says_ends(&l, invite, both[2], both[3]);
    for (size_t i = 0; i < G_N_ELEMENTS(both); i++)
        g_free(both[i]);
    ladder_close(&l);
}

static void end_with_a_reason(void)
{
    speak_chinese(true);
    char *cause = g_strdup_printf("；Reason 为 Q.850 16（%s）", sx_catalogue_q850(16)->name);
    speak_chinese(false);

    ends_with("Reason: Q.850;cause=16\r\n", "; Reason: Q.850 16 (Normal call clearing)", cause);
    ends_with("Reason: SIP;cause=503\r\n", "; Reason: SIP 503 (Service Unavailable)",
              "；Reason 为 SIP 503（Service Unavailable）");
    ends_with("Reason: Q.850;cause=120\r\n", "; Reason: Q.850 120", "；Reason 为 Q.850 120");
    ends_with("Reason: preemption;cause=1\r\n", "", "");
    g_free(cause);
}

/* RFC 3261 12.2.1.2. */
static void end_after_481(void)
{
    static const struct {
        const char *method;
        unsigned code;
        double bye_at;
        const char *english, *chinese;
    } rows[] = {
        {"UPDATE", 481, 10.6,
         "ends the call after 10.5 s, by the caller, whose UPDATE in frame 3 got 481 in frame 4 "
         "(RFC 3261 12.2.1.2)",
         "由主叫结束呼叫，时长 10.5 秒；此前该方的 UPDATE（第 3 帧）在第 4 帧得到 481"
         "（RFC 3261 第 12.2.1.2 节）"},
        {"INFO", 408, 10.6,
         "ends the call after 10.5 s, by the caller, whose INFO in frame 3 got 408 in frame 4 "
         "(RFC 3261 12.2.1.2)",
         "由主叫结束呼叫，时长 10.5 秒；此前该方的 INFO（第 3 帧）在第 4 帧得到 408"
         "（RFC 3261 第 12.2.1.2 节）"},
        {"UPDATE", 481, 10.601, "ends the call after 10.5 s, by the caller",
         "由主叫结束呼叫，时长 10.5 秒"},
        {"UPDATE", 488, 10.2, "ends the call after 10.1 s, by the caller",
         "由主叫结束呼叫，时长 10.1 秒"},
        {"UPDATE", 500, 10.2, "ends the call after 10.1 s, by the caller",
         "由主叫结束呼叫，时长 10.1 秒"},
        {"UPDATE", 200, 10.2, "ends the call after 10.1 s, by the caller",
         "由主叫结束呼叫，时长 10.1 秒"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        const struct sx_message *invite = request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"));
        response(&l, 0.1, BOB, ALICE, 200, "INVITE", via("alice a1"));
        request(&l, 10.0, ALICE, BOB, rows[i].method, via("alice u1"), .to_tag = "bob", .cseq = 2);
        response(&l, 10.1, BOB, ALICE, rows[i].code, rows[i].method, via("alice u1"), .cseq = 2);
        request(&l, rows[i].bye_at, ALICE, BOB, "BYE", via("alice z1"), .to_tag = "bob", .cseq = 3);
        g_test_message("%s %u, BYE at %.3f s", rows[i].method, rows[i].code, rows[i].bye_at);
        says_ends(&l, invite, rows[i].english, rows[i].chinese);
        ladder_close(&l);
    }
}

/* The other side hangs up: its 481 was not what made it. */
static void end_after_481_by_the_other(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite = request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"));

    response(&l, 0.1, BOB, ALICE, 200, "INVITE", via("alice a1"));
    request(&l, 10.0, ALICE, BOB, "UPDATE", via("alice u1"), .to_tag = "bob", .cseq = 2);
    response(&l, 10.1, BOB, ALICE, 481, "UPDATE", via("alice u1"), .cseq = 2);
    request(&l, 10.2, BOB, ALICE, "BYE", via("bob z1"), .from_tag = "bob", .to_tag = "alice");
    says_end(&l, invite, "ended by the called side after 10.1 s, in frame 5",
             "由被叫结束，时长 10.1 秒（第 5 帧）");
    says_ends(&l, invite, "ends the call after 10.1 s, by the called side",
              "由被叫结束呼叫，时长 10.1 秒");
    ladder_close(&l);
}

static void bye_fault(void)
{
    struct sx_txn bye = {.request_frame = 3, .final_frame = 4, .final_code = 403};

    SAYS_BOTH(sx_say_bye_fault(out, &bye, SX_BYE_REFUSED),
              "the BYE is refused with 403 in frame 4: the other side may still be in the call",
              "BYE 在第 4 帧被 403 拒绝：对方可能还在通话中");
    bye.final_code = 407;
    SAYS_BOTH(sx_say_bye_fault(out, &bye, SX_BYE_REFUSED),
              "the BYE is challenged in frame 4 and given up: the other side may still be in the "
              "call",
              "BYE 在第 4 帧收到质询，发送方随即放弃：对方可能还在通话中");
    SAYS_BOTH(sx_say_bye_fault(out, &bye, SX_BYE_UNANSWERED),
              "the BYE in frame 3 was never answered: the other side may still be in the call",
              "第 3 帧的 BYE 始终没有得到响应：对方可能还在通话中");
}

static void cancel_in_time(void)
{
    struct ladder l = ladder_open();

    request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"));
    const struct sx_message *cancel = request(&l, 0.1, ALICE, BOB, "CANCEL", via("alice a1"));
    says_cancel(&l, cancel, "the caller gives up after 0.100 s without an answer",
                "没有收到响应，等待 0.100 秒后，主叫放弃");
    request(&l, 1.0, ALICE, BOB, "INVITE", via("alice b1"), .cseq = 2);
    response(&l, 2.0, BOB, ALICE, 180, "INVITE", via("alice b1"), .cseq = 2);
    cancel = request(&l, 62.0, ALICE, BOB, "CANCEL", via("alice b1"), .cseq = 2);
    says_cancel(&l, cancel, "the caller gives up after 60 s of ringing", "振铃 60 秒后，主叫放弃");
    response(&l, 62.1, BOB, ALICE, 200, "CANCEL", via("alice b1"), .cseq = 2);
    other_packet(&l, 93.9);
    says_cancel(&l, cancel, "the caller gives up after 60 s of ringing", "振铃 60 秒后，主叫放弃");
    other_packet(&l, 94.0);
    says_cancel(
        &l, cancel,
        "the caller gives up after 60 s of ringing; answered 200 in frame 6, but "
        "the INVITE got no final response in 32 s",
        "振铃 60 秒后，主叫放弃；CANCEL 已在第 6 帧得到 200，但 INVITE 在 32 秒内没有收到最终响应");
    ladder_close(&l);
}

static void cancel_too_late(void)
{
    struct ladder l = ladder_open();

    request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"));
    response(&l, 1.0, BOB, ALICE, 200, "INVITE", via("alice a1"));
    const struct sx_message *cancel = request(&l, 2.0, ALICE, BOB, "CANCEL", via("alice a1"));
    says_cancel(&l, cancel,
                "too late, after the 200 in frame 2: the call is up, and only BYE ends it",
                "太迟：第 2 帧已有 200，呼叫已建立，只能用 BYE 结束");
    request(&l, 3.0, ALICE, BOB, "INVITE", via("alice b1"), .cseq = 2);
    response(&l, 3.1, BOB, ALICE, 180, "INVITE", via("alice b1"), .cseq = 2);
    cancel = request(&l, 4.0, ALICE, BOB, "CANCEL", via("alice b1"), .cseq = 2);
    response(&l, 4.01, BOB, ALICE, 200, "INVITE", via("alice b1"), .cseq = 2);
    says_cancel(&l, cancel, "crosses the 200 in frame 7: the call is up, and only BYE ends it",
                "与第 7 帧的 200 交错：呼叫已建立，只能用 BYE 结束");
    request(&l, 6.0, ALICE, BOB, "INVITE", via("alice c1"), .cseq = 3);
    response(&l, 6.1, BOB, ALICE, 486, "INVITE", via("alice c1"), .cseq = 3);
    cancel = request(&l, 6.2, ALICE, BOB, "CANCEL", via("alice c1"), .cseq = 3);
    says_cancel(&l, cancel, "too late, after the 486 in frame 9", "太迟：第 9 帧已有 486");
    ladder_close(&l);
}

static void cancel_too_late_unseen(void)
{
    struct ladder l = ladder_open();

    request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"));
    response(&l, 0.1, BOB, ALICE, 180, "INVITE", via("alice a1"));
    const struct sx_message *cancel = request(&l, 5.0, ALICE, BOB, "CANCEL", via("alice a1"));
    response(&l, 5.1, BOB, ALICE, 200, "CANCEL", via("alice a1"));
    request(&l, 5.2, ALICE, BOB, "ACK", via("alice a2"), .to_tag = "bob");
    other_packet(&l, 90);
    says_cancel(
        &l, cancel,
        "crosses a 2xx that the capture lacks, and frame 5 acknowledges: the call "
        "is up, and only BYE ends it",
        "与一个 2xx 交错，抓包中没有这个 2xx，但第 5 帧确认了它：呼叫已建立，只能用 BYE 结束");
    ladder_close(&l);
}

static void cancel_too_soon(void)
{
    struct ladder l = ladder_open();

    request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"));
    const struct sx_message *cancel = request(&l, 0.1, ALICE, BOB, "CANCEL", via("alice a1"));
    response(&l, 0.2, BOB, ALICE, 100, "INVITE", via("alice a1"));
    says_cancel(&l, cancel,
                "the caller gives up after 0.100 s without an answer, before any "
                "response: a CANCEL has to wait for one (RFC 3261 9.1)",
                "没有收到响应，等待 0.100 秒后，主叫放弃；CANCEL 要等收到响应之后才能发送"
                "（RFC 3261 第 9.1 节）");
    ladder_close(&l);
}

static void cancel_of_a_proxy(void)
{
    struct ladder l = ladder_open();

    request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"));
    request(&l, 0.01, P1, BOB, "INVITE", via("p1 b1", "alice a1"));
    response(&l, 0.1, BOB, P1, 180, "INVITE", via("p1 b1", "alice a1"));
    const struct sx_message *own = request(&l, 9.1, P1, BOB, "CANCEL", via("p1 b1"));
    says_cancel(&l, own, "10.0.0.2 gives up after 9 s of ringing", "振铃 9 秒后，10.0.0.2 放弃");
    ladder_close(&l);
    l = ladder_open();
    request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"));
    request(&l, 0.01, P1, BOB, "INVITE", via("p1 b1", "alice a1"));
    response(&l, 0.1, BOB, P1, 180, "INVITE", via("p1 b1", "alice a1"));
    request(&l, 9.0, ALICE, P1, "CANCEL", via("alice a1"));
    own = request(&l, 9.1, P1, BOB, "CANCEL", via("p1 b1"));
    says_cancel(&l, own, "hands on the CANCEL of frame 4", "转发第 4 帧的 CANCEL");
    ladder_close(&l);
}

/* Something but 180 came. */
static void cancel_of_progress(void)
{
    struct ladder l = ladder_open();

    request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"));
    response(&l, 1.0, BOB, ALICE, 183, "INVITE", via("alice a1"));
    says_cancel(&l, request(&l, 6.0, ALICE, BOB, "CANCEL", via("alice a1")),
                "the caller gives up after 5 s of progress", "收到临时响应 5 秒后，主叫放弃");
    ladder_close(&l);
}

/* RFC 3261 16.7 item 10: nobody gave up, another branch has its answer, or its 6xx. */
static void cancel_of_a_fork(void)
{
    static const struct {
        unsigned code;
        double at;
        const char *english, *chinese;
    } rows[] = {
        {200, 9.0, "10.0.0.2 cancels after 9 s of ringing: another branch answered in frame 5",
         "振铃 9 秒后，10.0.0.2 取消：另一分支已在第 5 帧应答"},
        {603, 9.0,
         "10.0.0.2 cancels after 9 s of ringing: the 603 of another branch in "
         "frame 5 ended the fork",
         "振铃 9 秒后，10.0.0.2 取消：另一分支在第 5 帧的 603 结束了分叉呼叫"},
        {486, 9.0, "10.0.0.2 gives up after 9 s of ringing", "振铃 9 秒后，10.0.0.2 放弃"},
        {200, 9.2, "10.0.0.2 gives up after 9 s of ringing", "振铃 9 秒后，10.0.0.2 放弃"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"));
        request(&l, 0.01, P1, BOB, "INVITE", via("p1 b1", "alice a1"));
        request(&l, 0.02, P1, CAROL, "INVITE", via("p1 c1", "alice a1"));
        response(&l, 0.1, BOB, P1, 180, "INVITE", via("p1 b1", "alice a1"));
        if (rows[i].at < 9.1)
            response(&l, rows[i].at, CAROL, P1, rows[i].code, "INVITE", via("p1 c1", "alice a1"));
        const struct sx_message *cancel = request(&l, 9.1, P1, BOB, "CANCEL", via("p1 b1"));
        if (rows[i].at > 9.1)
            response(&l, rows[i].at, CAROL, P1, rows[i].code, "INVITE", via("p1 c1", "alice a1"));
        says_cancel(&l, cancel, rows[i].english, rows[i].chinese);
        ladder_close(&l);
    }
}

/* The capture lacks what the branch answered, and has what the caller got. */
static void cancel_of_a_fork_unseen(void)
{
    static const struct {
        unsigned code;
        double at;
        const char *english, *chinese;
    } rows[] = {
        {200, 9.0, "10.0.0.2 cancels after 9 s of ringing: another branch answered in frame 4",
         "振铃 9 秒后，10.0.0.2 取消：另一分支已在第 4 帧应答"},
        {603, 9.0,
         "10.0.0.2 cancels after 9 s of ringing: the 603 of another branch in "
         "frame 4 ended the fork",
         "振铃 9 秒后，10.0.0.2 取消：另一分支在第 4 帧的 603 结束了分叉呼叫"},
        {486, 9.0, "10.0.0.2 gives up after 9 s of ringing", "振铃 9 秒后，10.0.0.2 放弃"},
        {200, 9.2, "10.0.0.2 gives up after 9 s of ringing", "振铃 9 秒后，10.0.0.2 放弃"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"));
        request(&l, 0.01, P1, BOB, "INVITE", via("p1 b1", "alice a1"));
        response(&l, 0.1, BOB, P1, 180, "INVITE", via("p1 b1", "alice a1"));
        if (rows[i].at < 9.1)
            response(&l, rows[i].at, P1, ALICE, rows[i].code, "INVITE", via("alice a1"),
                     .to_tag = "carol");
        const struct sx_message *cancel = request(&l, 9.1, P1, BOB, "CANCEL", via("p1 b1"));
        if (rows[i].at > 9.1)
            response(&l, rows[i].at, P1, ALICE, rows[i].code, "INVITE", via("alice a1"),
                     .to_tag = "carol");
        says_cancel(&l, cancel, rows[i].english, rows[i].chinese);
        ladder_close(&l);
    }
}

/* Of what the server sends nothing is there. */
static void cancel_in_one_direction(void)
{
    struct ladder l = ladder_open();

    request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"));
    const struct sx_message *cancel = request(&l, 9.0, ALICE, BOB, "CANCEL", via("alice a1"));
    sx_tracker_end(l.tracker);
    says_cancel(&l, cancel, "the caller gives up after 9 s without an answer in the capture",
                "抓包中没有响应，等待 9 秒后，主叫放弃");
    ladder_close(&l);
}

/* RFC 3326 2. */
static void cancel_with_reason(void)
{
    static const struct {
        const char *reason, *english, *chinese;
    } rows[] = {
        {"Reason: SIP;cause=200;text=\"Call completed elsewhere\"\r\n",
         "the caller cancels after 5 s of ringing: answered elsewhere, says its Reason",
         "振铃 5 秒后，主叫取消：其 Reason 注明已在别处应答"},
        {"Reason: Q.850;cause=26, sip ;cause=200\r\n",
         "the caller cancels after 5 s of ringing: answered elsewhere, says its Reason",
         "振铃 5 秒后，主叫取消：其 Reason 注明已在别处应答"},
        {"Reason: SIP;cause=487\r\n",
         "the caller gives up after 5 s of ringing; Reason: SIP 487 (Request Terminated)",
         "振铃 5 秒后，主叫放弃；Reason 为 SIP 487（Request Terminated）"},
        {"Reason: SIP;cause=600;text=\"cause=200\"\r\n",
         "the caller gives up after 5 s of ringing; Reason: SIP 600 (Busy Everywhere)",
         "振铃 5 秒后，主叫放弃；Reason 为 SIP 600（Busy Everywhere）"},
        {"Reason: Q.850;cause=200\r\n", "the caller gives up after 5 s of ringing",
         "振铃 5 秒后，主叫放弃"},
        {"X-Reason: SIP;cause=200\r\n", "the caller gives up after 5 s of ringing",
         "振铃 5 秒后，主叫放弃"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"));
        response(&l, 1.0, BOB, ALICE, 180, "INVITE", via("alice a1"));
        says_cancel(&l,
                    request(&l, 6.0, ALICE, BOB, "CANCEL", via("alice a1"), .more = rows[i].reason),
                    rows[i].english, rows[i].chinese);
        ladder_close(&l);
    }
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/say-call-end/end-of-call", end_of_call);
    g_test_add_func("/say-call-end/enders", enders);
    g_test_add_func("/say-call-end/end-after-481", end_after_481);
    g_test_add_func("/say-call-end/end-after-481-by-the-other", end_after_481_by_the_other);
    g_test_add_func("/say-call-end/bye-fault", bye_fault);
    g_test_add_func("/say-call-end/end-with-a-reason", end_with_a_reason);
    g_test_add_func("/say-call-end/cancel-too-soon", cancel_too_soon);
    g_test_add_func("/say-call-end/cancel-in-time", cancel_in_time);
    g_test_add_func("/say-call-end/cancel-too-late", cancel_too_late);
    g_test_add_func("/say-call-end/cancel-too-late-unseen", cancel_too_late_unseen);
    g_test_add_func("/say-call-end/cancel-of-a-proxy", cancel_of_a_proxy);
    g_test_add_func("/say-call-end/cancel-of-progress", cancel_of_progress);
    g_test_add_func("/say-call-end/cancel-of-a-fork", cancel_of_a_fork);
    g_test_add_func("/say-call-end/cancel-of-a-fork-unseen", cancel_of_a_fork_unseen);
    g_test_add_func("/say-call-end/cancel-in-one-direction", cancel_in_one_direction);
    g_test_add_func("/say-call-end/cancel-with-reason", cancel_with_reason);
    g_test_add_func("/say-call-end/open", open_end);
    return g_test_run();
}
