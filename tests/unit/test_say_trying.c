/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/say/say.h"

#include "core/base/language.h"

#include "sip_text.h"
#include "say_text.h"

static void test_trying(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"))->txn;
    const struct sx_txn *t = txn_numbered(&l, txn);
    struct sx_trying v;
    wmem_strbuf_t *out = buffer();

    v = sx_trying_judge(l.tracker, t);
    g_assert_false(sx_say_trying(out, l.tracker, t, &v));
    assert_says_nothing(out);

    response(&l, 1.0, P1, ALICE, 100, "INVITE", via("alice a1"));
    other_packet(&l, 2);
    out = buffer();
    v = sx_trying_judge(l.tracker, t);
    g_assert_false(sx_say_trying(out, l.tracker, t, &v));
    assert_says_nothing(out);

    sx_tracker_end(l.tracker);
    out = buffer();
    v = sx_trying_judge(l.tracker, t);
    g_assert_true(sx_say_trying(out, l.tracker, t, &v));
    assert_says(out, "the capture ends 1 s after 100 Trying");

    other_packet(&l, 36.2);
    out = buffer();
    v = sx_trying_judge(l.tracker, t);
    g_assert_true(sx_say_trying(out, l.tracker, t, &v));
    assert_says(out, "stuck for 35.2 s after 100: 10.0.0.2 had only sent 100 by then (frame 2); "
                     "nothing of the call "
                     "is seen beyond it, so far");
    ladder_close(&l);
}

static void test_trying_answered(void)
{
    static const struct {
        double after;
        const char *says; /* NULL: nothing */
    } rows[] = {
        {0.1, NULL},
        {5.5, "slow: 5.500 s from 100 to 180 (frame 3)"},
        {33.0, "stuck for 33 s after 100: 10.0.0.2 had only sent 100 by then (frame 2); nothing of "
               "the call "
               "is seen beyond it; ended by 180 in frame 3"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        const struct sx_txn *t = txn_of(&l, request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1")));
        wmem_strbuf_t *out = buffer();
        response(&l, 0.0, P1, ALICE, 100, "INVITE", via("alice a1"));
        response(&l, rows[i].after, P1, ALICE, 180, "INVITE", via("alice a1"));
        struct sx_trying v = sx_trying_judge(l.tracker, t);
        g_assert_true(sx_say_trying(out, l.tracker, t, &v) == (rows[i].says != NULL));
        if (rows[i].says)
            assert_says(out, rows[i].says);
        else
            assert_says_nothing(out);
        ladder_close(&l);
    }
}

/* What is said of the wait of the first INVITE that alice sent. */
static void assert_cause(const struct ladder *l, const struct sx_message *invite, const char *words)
{
    const struct sx_txn *txn = txn_of(l, invite);
    struct sx_trying_chain chain =
        sx_trying_cause_find(l->tracker, txn, l->frame, sx_tracker_now(l->tracker));
    wmem_strbuf_t *out = buffer();

    g_assert_true(sx_say_cause(out, l->tracker, &chain));
    assert_says(out, words);
}

static void test_nothing_beyond(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite = request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"));

    response(&l, 0.1, P1, ALICE, 100, "INVITE", via("alice a1"));
    other_packet(&l, 33);
    assert_cause(&l, invite,
                 "10.0.0.2 had only sent 100 by then (frame 2); nothing of the call is seen "
                 "beyond it");
    ladder_close(&l);
}

static void test_next_hop(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite = request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"));

    response(&l, 0.1, P1, ALICE, 100, "INVITE", via("alice a1"));
    request(&l, 0.2, P1, P2, "INVITE", via("p1 b1", "alice a1"));
    response(&l, 0.3, P2, P1, 100, "INVITE", via("p1 b1", "alice a1"));
    other_packet(&l, 33);
    assert_cause(&l, invite,
                 "10.0.0.2 waits for 10.0.0.3, which had only sent 100 by then (frame 4)");
    ladder_close(&l);
}

static void test_expiry(void)
{
    struct ladder l = ladder_open();
    wmem_strbuf_t *out = buffer();

    request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"));
    response(&l, 0.1, P1, ALICE, 100, "INVITE", via("alice a1"));
    uint32_t frame = other_packet(&l, 33.1);
    sx_say_expiry(out, l.tracker, sx_tracker_expiry(l.tracker, frame, 0));
    assert_says(out, "stuck for 33 s after 100: 10.0.0.2 had only sent 100 by then (frame 2); "
                     "nothing of the call "
                     "is seen beyond it; INVITE in frame 1, 100 in frame 2");
    ladder_close(&l);
}

/* ---- whole sentences, in each language ---- */

/* call: appends to out. Frees what it said. */
#define assert_in_both(english, chinese, call)                                     \
    do {                                                                           \
        for (unsigned zh = 0; zh < 2; zh++) {                                      \
            wmem_strbuf_t *out = buffer();                                         \
            sx_language_set(zh ? sx_language_of("zh") : SX_ENGLISH);               \
            call;                                                                  \
            sx_language_set(SX_ENGLISH);                                           \
            g_assert_cmpstr(wmem_strbuf_get_str(out), ==, zh ? chinese : english); \
            wmem_strbuf_destroy(out);                                              \
        }                                                                          \
    } while (0)

#define assert_trying(l, number, verdict, english, chinese) \
    assert_in_both(english, chinese,                        \
                   g_assert_true(                           \
                       sx_say_trying(out, (l)->tracker, txn_numbered(l, number), &(verdict))))

#define TRUNK via("p1 b1", "alice a1")

/* Alice's INVITE and the 100 of p1, frames 1 and 2. */
static struct ladder at_p1(const char *more)
{
    struct ladder l = ladder_open();

    request(&l, 0, ALICE, P1, "INVITE", via("alice a1"), .more = more);
    response(&l, 0, P1, ALICE, 100, "INVITE", via("alice a1"));
    return l;
}

/* And p1's to Bob, with Bob's 100, frames 3 and 4. */
static struct ladder at_bob(void)
{
    struct ladder l = at_p1(NULL);

    request(&l, 0.1, P1, BOB, "INVITE", TRUNK);
    response(&l, 0.2, BOB, P1, 100, "INVITE", TRUNK);
    return l;
}

static void assert_first(struct ladder *l, const char *english, const char *chinese)
{
    struct sx_trying v = sx_trying_judge(l->tracker, txn_numbered(l, 1));

    assert_trying(l, 1, v, english, chinese);
    ladder_close(l);
}

static void test_stuck(void)
{
    struct ladder l = at_p1(NULL);

    other_packet(&l, 34);
    assert_first(&l,
                 "stuck for 34 s after 100: 10.0.0.2 had only sent 100 by then (frame 2); nothing "
                 "of the call is seen beyond it, so far",
                 "收到 100 后卡住 34 秒：10.0.0.2 截至当时只发过 100（第 2 "
                 "帧）；在它之后看不到该呼叫的任何消息，至今仍在等待");
    l = at_bob();
    other_packet(&l, 34);
    sx_tracker_end(l.tracker);
    assert_first(&l,
                 "stuck for 34 s after 100: 10.0.0.5 got it last; then the capture ends. 10.0.0.2 "
                 "waits for 10.0.0.5, which had only sent 100 by then (frame 4)",
                 "收到 100 后卡住 34 秒：请求最后到达 10.0.0.5；随后抓包结束。10.0.0.2 在等待 "
                 "10.0.0.5，后者截至当时只发过 "
                 "100（第 4 帧）");
}

static void test_slow(void)
{
    struct ladder l = at_bob();

    response(&l, 9.2, BOB, P1, 180, "INVITE", TRUNK);
    response(&l, 10, P1, ALICE, 180, "INVITE", via("alice a1"));
    assert_first(
        &l,
        "slow: 10 s from 100 to 180 (frame 6); 10.0.0.5 took 9 s of them, from its 100 to "
        "its 180",
        "缓慢：从 100 到 180 用了 10 秒（第 6 帧）；其中 9 秒耗在 10.0.0.5：从它的 100 到它的 180");
    l = at_p1(NULL);
    request(&l, 0.1, P1, BOB, "INVITE", TRUNK);
    response(&l, 9.1, BOB, P1, 200, "INVITE", TRUNK);
    request(&l, 9.9, ALICE, P1, "CANCEL", via("alice a1"));
    response(&l, 10, P1, ALICE, 200, "INVITE", via("alice a1"));
    struct sx_trying v = sx_trying_judge(l.tracker, txn_numbered(&l, 1));
    v.state = SX_TRYING_SLOW;
    v.wait_ns = ns_of(10);
    v.ended_in = 6;
    assert_trying(&l, 1, v,
                  "slow: 10 s from 100 to 200 (frame 6); 10.0.0.5 took 9 s of them, from the "
                  "request to its 200; the CANCEL in frame 5 came too late",
                  "缓慢：从 100 到 200 用了 10 秒（第 6 帧）；其中 9 秒耗在 10.0.0.5：从请求到它的 "
                  "200；第 5 帧的 CANCEL 来得太晚");
    ladder_close(&l);
    l = at_bob();
    response(&l, 10, P1, ALICE, 503, "INVITE", via("alice a1"));
    assert_first(&l,
                 "slow: 10 s from 100 to 503 (frame 5): 10.0.0.5 got it last. 10.0.0.2 waits for "
                 "10.0.0.5, which had only sent 100 by then (frame 4)",
                 "缓慢：从 100 到 503 用了 10 秒（第 5 帧）：请求最后到达 10.0.0.5。10.0.0.2 "
                 "在等待 10.0.0.5，后者截至当时只发过 "
                 "100（第 4 帧）");
}

/* A cancelled wait with this end; the frame that ended it is 3. */
static void assert_end_by(enum sx_trying_end end, unsigned code, const char *english,
                          const char *chinese)
{
    struct ladder l = at_p1("Expires: 60\r\n");
    char *en = g_strconcat("cancelled 5 s after 100: 10.0.0.2 had only sent 100 by then (frame 2); "
                           "nothing of the call is seen beyond it",
                           english, NULL);
    char *zh_says = g_strconcat("收到 100 后 5 秒取消：10.0.0.2 截至当时只发过 100（第 2 "
                                "帧）；在它之后看不到该呼叫的任何消息",
                                chinese, NULL);

    request(&l, 5, ALICE, P1, "CANCEL", via("alice a1"));
    struct sx_trying v = sx_trying_judge(l.tracker, txn_numbered(&l, 1));
    v.end = end;
    v.elsewhere = response(&l, 6, DAVE, P3, code, "INVITE", via("p3 x1"), .call_id = "other")->txn;
    assert_trying(&l, 1, v, en, zh_says);
    g_free(en);
    g_free(zh_says);
    ladder_close(&l);
}

static void assert_end(enum sx_trying_end end, const char *english, const char *chinese)
{
    assert_end_by(end, 200, english, chinese);
}

static void test_ends(void)
{
    assert_end(SX_END_CANCEL, "; 10.0.0.1 gave up: CANCEL in frame 3",
               "；10.0.0.1 放弃，在第 3 帧发出 CANCEL");
    assert_end(SX_END_CANCEL_EXPIRES, "; its Expires of 60 s ran out: CANCEL in frame 3",
               "；Expires 的 60 秒到时，在第 3 帧发出 CANCEL");
    assert_end(SX_END_CANCEL_TIMER_C,
               "; 10.0.0.1 gave up: its CANCEL in frame 3 fits Timer C (180 s)",
               "；10.0.0.1 放弃（与 Timer C 的 180 秒相符），在第 3 帧发出 CANCEL");
    assert_end(SX_END_CANCEL_PASSED_ON, "; 10.0.0.1 passed the CANCEL on in frame 3",
               "；10.0.0.1 在第 3 帧转发了 CANCEL");
    assert_end(SX_END_CANCEL_ELSEWHERE, "; another branch answered in frame 4: CANCEL in frame 3",
               "；另一分支已在第 4 帧应答，因此在第 3 帧发出 CANCEL");
    for (unsigned code = 600; code < 700; code += 99)
        assert_end_by(
            SX_END_CANCEL_ELSEWHERE, code,
            code == 600
                ? "; the 600 of another branch in frame 4 ended the fork: CANCEL in frame 3"
                : "; the 699 of another branch in frame 4 ended the fork: CANCEL in frame 3",
            code == 600 ? "；另一分支在第 4 帧的 600 结束了分叉呼叫，因此在第 3 帧发出 CANCEL"
                        : "；另一分支在第 4 帧的 699 结束了分叉呼叫，因此在第 3 帧发出 CANCEL");
    assert_end(SX_END_CANCEL_COMPLETED,
               "; CANCEL in frame 3, whose Reason says that the call was answered elsewhere",
               "；第 3 帧的 CANCEL 以 Reason 说明呼叫已在别处应答");
    assert_end(SX_END_CANCEL_AFTER_HANGUP,
               "; 10.0.0.1 gave up after its caller's connection was closed: CANCEL in frame 3",
               "；主叫侧的连接关闭后，10.0.0.1 放弃，在第 3 帧发出 CANCEL");
}

static void test_end_by_another(void)
{
    struct ladder l = at_p1(NULL);

    request(&l, 5, CAROL, P1, "CANCEL", via("alice a1"));
    struct sx_trying v = sx_trying_judge(l.tracker, txn_numbered(&l, 1));
    v.chain = (struct sx_trying_chain){0};
    assert_trying(&l, 1, v,
                  "cancelled 5 s after 100; ended by the CANCEL in frame 3, which came from "
                  "another address, 10.0.0.6",
                  "收到 100 后 5 秒取消；等待结束于第 3 帧的 CANCEL，它来自另一个地址 10.0.0.6");
    ladder_close(&l);
}

static void test_connection_lost(void)
{
    for (unsigned reset = 0; reset < 2; reset++) {
        struct ladder l = at_p1(NULL);
        other_packet(&l, 12);
        struct sx_trying v = sx_trying_judge(l.tracker, txn_numbered(&l, 1));
        v.state = SX_TRYING_CANCELLED;
        v.end = reset ? SX_END_RESET : SX_END_CLOSED;
        v.ended_in = 3;
        v.wait_ns = ns_of(10);
        v.chain = (struct sx_trying_chain){0};
        if (reset)
            assert_trying(&l, 1, v,
                          "10.0.0.1 is gone 10 s after 100: it reset the connection in frame 3, "
                          "and nothing of it follows",
                          "收到 100 后 10 秒，10.0.0.1 断开：它在第 3 帧重置了连接，此后再无下文");
        else
            assert_trying(&l, 1, v,
                          "10.0.0.1 is gone 10 s after 100: it closed the connection in frame 3, "
                          "and nothing of it follows",
                          "收到 100 后 10 秒，10.0.0.1 断开：它在第 3 帧关闭了连接，此后再无下文");
        v.state = SX_TRYING_TIMED_OUT;
        if (reset)
            assert_trying(&l, 1, v,
                          "stuck for 10 s after 100; 10.0.0.1 reset the connection in frame 3, and "
                          "nothing of it follows",
                          "收到 100 后卡住 10 秒；10.0.0.1 在第 3 帧重置了连接，此后再无下文");
        else
            assert_trying(&l, 1, v,
                          "stuck for 10 s after 100; 10.0.0.1 closed the connection in frame 3, "
                          "and nothing of it follows",
                          "收到 100 后卡住 10 秒；10.0.0.1 在第 3 帧关闭了连接，此后再无下文");
        ladder_close(&l);
    }
}

/* One hop, and the cause after the loss of the connection stands in a sentence of its own. */
static void test_gone_and_why(void)
{
    struct ladder l = ladder_open();

    request(&l, 0, ALICE, P1, "INVITE", via("alice a1"), .transport = SX_TRANSPORT_TCP);
    response(&l, 0, P1, ALICE, 100, "INVITE", via("alice a1"), .transport = SX_TRANSPORT_TCP);
    segment(&l, 10, ALICE, 5060, P1, 5060, SX_TCP_FIN);
    sx_tracker_end(l.tracker);
    assert_first(&l,
                 "10.0.0.1 is gone 10 s after 100: it closed the connection in frame 3, and "
                 "nothing of it follows. 10.0.0.2 had only sent 100 by then (frame 2); nothing of "
                 "the call is seen beyond it",
                 "收到 100 后 10 秒，10.0.0.1 断开：它在第 3 帧关闭了连接，此后再无下文。10.0.0.2 "
                 "截至当时只发过 100（第 2 "
                 "帧）；在它之后看不到该呼叫的任何消息");
}

static void test_ended_by_response(void)
{
    struct ladder l = at_bob();

    response(&l, 33, BOB, P1, 486, "INVITE", TRUNK);
    response(&l, 33.1, P1, ALICE, 486, "INVITE", via("alice a1"));
    struct sx_trying v = sx_trying_judge(l.tracker, txn_numbered(&l, 1));
    v.chain = (struct sx_trying_chain){0};
    assert_trying(&l, 1, v,
                  "stuck for 33.1 s after 100; ended by 486 in frame 6, first sent in frame 5",
                  "收到 100 后卡住 33.1 秒；等待结束于第 6 帧的 486，它最初在第 5 帧发出");
    ladder_close(&l);
    l = at_bob();
    response(&l, 33, P1, ALICE, 408, "INVITE", via("alice a1"));
    v = sx_trying_judge(l.tracker, txn_numbered(&l, 1));
    v.chain = (struct sx_trying_chain){0};
    assert_trying(&l, 1, v, "stuck for 33 s after 100; ended by 408 in frame 5, made by 10.0.0.2",
                  "收到 100 后卡住 33 秒；等待结束于第 5 帧的 408，它由 10.0.0.2 生成");
    ladder_close(&l);
    l = at_p1(NULL);
    response(&l, 33, P1, ALICE, 180, "INVITE", via("alice a1"));
    v = sx_trying_judge(l.tracker, txn_numbered(&l, 1));
    v.chain = (struct sx_trying_chain){0};
    assert_trying(&l, 1, v, "stuck for 33 s after 100; ended by 180 in frame 3",
                  "收到 100 后卡住 33 秒；等待结束于第 3 帧的 180");
    ladder_close(&l);
}

/* A sign of a response that the capture lacks, in frame 3. */
static void assert_missing(enum sx_missing_sign sign, const char *english, const char *chinese)
{
    struct ladder l = at_p1(NULL);
    struct sx_missing missing = {.sign = sign, .frame = 3};

    assert_in_both(english, chinese, sx_say_missing(out, l.tracker, txn_numbered(&l, 1), &missing));
    struct sx_trying v = {.state = SX_TRYING_OPEN, .missing = missing};
    assert_trying(&l, 1, v, english, chinese);
    ladder_close(&l);
}

static void test_missing(void)
{
    assert_missing(SX_MISSING_ACKNOWLEDGED,
                   "answered, but the capture lacks the response: frame 3 acknowledges it",
                   "已有响应，但抓包中没有该响应：第 3 帧确认了它");
    assert_missing(SX_MISSING_REFUSED,
                   "refused, but the capture lacks the response: frame 3 acknowledges a failure",
                   "已被拒绝，但抓包中没有该响应：第 3 帧确认的是失败响应");
    assert_missing(SX_MISSING_PASSED_ON,
                   "answered, but the capture lacks the response: 10.0.0.1 passes a response on in "
                   "frame 3",
                   "已有响应，但抓包中没有该响应：10.0.0.1 在第 3 帧传回了响应");
    assert_missing(SX_MISSING_UNCERTAIN,
                   "cannot tell: frame 3 may belong to a response of this branch that the capture "
                   "lacks, or of another branch",
                   "无法判断：第 3 帧可能对应本分支的响应（抓包中没有），也可能对应另一分支的响应");
    assert_missing(
        SX_MISSING_UNREADABLE,
        "cannot tell: frame 3 from 10.0.0.2 cannot be read (cut, a fragment, compressed or "
        "encrypted) and may be the response",
        "无法判断：10.0.0.2 发出的第 3 "
        "帧无法读取（被截断、是分片，或经过压缩、加密），它可能就是响应");
}

static void test_ended_unseen(void)
{
    struct ladder l = at_p1(NULL);
    struct sx_trying v = {.state = SX_TRYING_TIMED_OUT,
                          .end = SX_END_MISSING,
                          .wait_ns = ns_of(50),
                          .missing = {.sign = SX_MISSING_ACKNOWLEDGED, .frame = 3}};

    assert_trying(&l, 1, v, "stuck for 50 s after 100; answered unseen: frame 3 acknowledges it",
                  "收到 100 后卡住 50 秒；已有响应，但抓包中没有该响应：第 3 帧确认了它");
    v.missing.sign = SX_MISSING_REFUSED;
    assert_trying(&l, 1, v,
                  "stuck for 50 s after 100; refused unseen: frame 3 acknowledges a failure",
                  "收到 100 后卡住 50 秒；已被拒绝，但抓包中没有该响应：第 3 帧确认的是失败响应");
    v = (struct sx_trying){.state = SX_TRYING_OPEN, .wait_ns = ns_of(1)};
    assert_trying(&l, 1, v, "the capture ends 1 s after 100 Trying, too early to tell",
                  "收到 100 Trying 后 1 秒抓包就结束了，时间太短，无法判断");
    ladder_close(&l);
}

static void test_no_end(void)
{
    struct ladder l = at_p1(NULL);

    request(&l, 5, ALICE, P1, "CANCEL", via("alice a1"));
    response(&l, 5.1, P1, ALICE, 200, "CANCEL", via("alice a1"));
    other_packet(&l, 45);
    assert_in_both("cancelled in frame 3, 200 to the CANCEL in frame 4, but no 487 or other final "
                   "response to the INVITE came for 40 s",
                   "已在第 3 帧取消，CANCEL 在第 4 帧得到 200，但此后 40 秒仍没有收到 INVITE 的 "
                   "487 或其他最终响应",
                   sx_say_no_end(out, l.tracker, txn_numbered(&l, 1)));
    struct sx_trying v = sx_trying_judge(l.tracker, txn_numbered(&l, 1));
    v.chain = (struct sx_trying_chain){0};
    assert_trying(
        &l, 1, v,
        "cancelled 5 s after 100; 10.0.0.1 gave up: CANCEL in frame 3, and no final "
        "response came after it",
        "收到 100 后 5 秒取消；10.0.0.1 放弃，在第 3 帧发出 CANCEL，此后没有收到最终响应");
    ladder_close(&l);
}

static void assert_expiry(struct ladder *l, const char *english, const char *chinese)
{
    const struct sx_expiry *e = sx_tracker_expiry(l->tracker, l->frame, 0);

    g_assert_nonnull(e);
    assert_in_both(english, chinese, sx_say_expiry(out, l->tracker, e));
    ladder_close(l);
}

static void test_expiries(void)
{
    struct ladder l = at_bob();

    other_packet(&l, 34);
    assert_expiry(&l,
                  "stuck for 34 s after 100: 10.0.0.5 got it last; INVITE in frame 1, 100 in frame "
                  "2. 10.0.0.2 waits for 10.0.0.5, which had only sent 100 by then (frame 4)",
                  "收到 100 后卡住 34 秒：请求最后到达 10.0.0.5；INVITE 在第 1 帧，100 在第 2 "
                  "帧。10.0.0.2 在等待 "
                  "10.0.0.5，后者截至当时只发过 100（第 4 帧）");
    l = ladder_open();
    response(&l, 0, P1, ALICE, 100, "INVITE", via("alice a1"));
    other_packet(&l, 34);
    assert_expiry(&l,
                  "stuck for 34 s after 100: 10.0.0.2 had only sent 100 by then (frame 1); nothing "
                  "of the call is seen beyond it; INVITE 100 in frame 1",
                  "收到 100 后卡住 34 秒：10.0.0.2 截至当时只发过 100（第 1 "
                  "帧）；在它之后看不到该呼叫的任何消息；INVITE 的 100 在第 1 帧");
    l = ladder_open();
    requests(&l, 7, 0, ALICE, P1, "INVITE", via("alice a1"));
    other_packet(&l, 34);
    assert_expiry(&l, "no response at all for 34 s to INVITE in frame 1",
                  "第 1 帧的 INVITE 已有 34 秒没有收到任何响应");
}

/* ---- each cause ---- */

/* What is said of a hop where this holds up transaction 1. */
static void assert_hop(struct ladder *l, struct sx_trying_hop hop, const char *english,
                       const char *chinese)
{
    struct sx_trying_chain chain = {.count = 1, .cause_in = hop.cause_in, .hops = {hop}};

    chain.hops[0].txn = 1;
    assert_in_both(english, chinese, g_assert_true(sx_say_cause(out, l->tracker, &chain)));
}

static void test_not_forwarded(void)
{
    struct ladder l = at_p1(NULL);

    request(&l, 1, CAROL, P1, "INVITE", via("carol k1"), .call_id = "k");
    request(&l, 1.1, P1, BOB, "INVITE", via("p1 k2", "carol k1"), .call_id = "k");
    assert_hop(&l, (struct sx_trying_hop){.cause = SX_CAUSE_NOT_FORWARDED, .cause_in = 4},
               "10.0.0.2 did not send it on, though it did so with another INVITE for the same "
               "address (frame 4)",
               "10.0.0.2 没有转发请求，而发往同一地址的另一个 INVITE 它转发了（第 4 帧）");
    ladder_close(&l);
}

static void test_never_answered(void)
{
    struct ladder l = at_p1(NULL);
    struct sx_trying_hop hop = {.cause = SX_CAUSE_NEVER_ANSWERED, .cause_in = 3};

    hop.branch = request(&l, 0.1, P1, BOB, "INVITE", TRUNK, .transport = SX_TRANSPORT_TLS)->txn;
    assert_hop(&l, hop, "10.0.0.2 sent it to 10.0.0.5 over TLS (frame 3) and got no answer",
               "10.0.0.2 经 TLS 向 10.0.0.5 转发了请求（第 3 帧），没有得到响应");
    hop.branch = requests(&l, 7, 0.1, P1, CAROL, "INVITE", via("p1 b2", "alice a1"));
    assert_hop(&l, hop,
               "10.0.0.2 sent it to 10.0.0.6 7 times over UDP (from frame 4) and got no answer",
               "10.0.0.2 经 UDP 向 10.0.0.6 发送了 7 次请求（从第 4 帧起），没有得到响应");
    hop.alike = 1;
    assert_hop(&l, hop,
               "10.0.0.2 sent it to 10.0.0.6 7 times over UDP (from frame 4) and got no answer "
               "(and 1 more branch alike)",
               "10.0.0.2 经 UDP 向 10.0.0.6 发送了 7 次请求（从第 4 帧起），没有得到响应（另有 1 "
               "个分支也是如此）");
    ladder_close(&l);
}

static void test_waits(void)
{
    struct ladder l = at_p1(NULL);
    struct sx_trying_hop hop = {.cause = SX_CAUSE_NEXT_HOP_STUCK, .cause_in = 4};

    hop.branch = request(&l, 0.1, P1, BOB, "INVITE", TRUNK)->txn;
    hop.alike = 2;
    assert_hop(&l, hop, "10.0.0.2 waits for 10.0.0.5 (and 2 more branches alike)",
               "10.0.0.2 在等待 10.0.0.5（另有 2 个分支也是如此）");
    hop.alike = 0;
    hop.branch = request(&l, 0.1, P1, P1, "INVITE", via("p1 b2", "alice a1"))->txn;
    assert_hop(&l, hop, "10.0.0.2 sent it to itself again (a spiral)",
               "10.0.0.2 又把请求发给自己（螺旋 spiral）");
    hop.branch = request(&l, 0.1, BOB, P1, "INVITE", via("bob b3", "p1 b1", "alice a1"))->txn;
    assert_hop(&l, hop, "10.0.0.5 waits for 10.0.0.2 again (a spiral)",
               "10.0.0.5 又在等待 10.0.0.2（螺旋 spiral）");
    ladder_close(&l);
}

static void test_not_relayed(void)
{
    struct ladder l = at_p1(NULL);
    struct sx_trying_hop hop = {.cause = SX_CAUSE_NOT_RELAYED, .branch = 2, .cause_in = 4};

    request(&l, 0.1, P1, BOB, "INVITE", TRUNK);
    response(&l, 12, BOB, P1, 183, "INVITE", TRUNK);
    assert_hop(&l, hop, "10.0.0.2 did not relay the 183 of 10.0.0.5 in frame 4",
               "10.0.0.2 没有传回 10.0.0.5 在第 4 帧的 183");
    hop.cause_in = 9;
    assert_hop(&l, hop,
               "10.0.0.2 did not relay the response of 10.0.0.5 in frame 9, whose Via does not "
               "match the request",
               "10.0.0.2 没有传回 10.0.0.5 在第 9 帧的响应，其 Via 与请求不匹配");
    hop.branch = request(&l, 12, P2, P3, "INVITE", via("p2 d1"), .call_id = "other")->txn;
    hop.cause_in = response(&l, 13, P3, P2, 200, "INVITE", via("p2 d1"), .call_id = "other")->frame;
    assert_hop(&l, hop,
               "10.0.0.3 was sent the 200 of 10.0.0.4 in frame 6, and nothing shows it any further",
               "10.0.0.3 应已收到 10.0.0.4 在第 6 帧的 200，此后再看不到这个响应");
    ladder_close(&l);
}

/* Where the answer went. */
static void test_astray(void)
{
    static const struct {
        const char *via;
        unsigned to;
        uint16_t port;
        const char *english, *chinese;
    } rows[] = {
        {"10.0.0.2:5080 b1", P1, 5080,
         ": it was sent to port 5080 as its Via says, though the request came from port 5070",
         "：它按 Via 发往端口 5080，而请求来自端口 5070"},
        {"10.0.0.2:5080 b1", P1, 5090, ": it was sent to port 5090 instead of port 5070",
         "：它发往端口 5090，而不是端口 5070"},
        {"10.0.0.3:5080 b1", P2, 5080,
         ": it was sent to 10.0.0.3 port 5080 as its Via says, though the request came from "
         "10.0.0.2 port 5070",
         "：它按 Via 发往 10.0.0.3 的端口 5080，而请求来自 10.0.0.2 的端口 5070"},
        {"10.0.0.2:5070 b1", P2, 5080,
         ": it was sent to 10.0.0.3 port 5080 instead of 10.0.0.2 port 5070",
         "：它发往 10.0.0.3 的端口 5080，而不是 10.0.0.2 的端口 5070"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = at_p1(NULL);
        char *en = g_strconcat("10.0.0.2 did not relay the 180 of 10.0.0.5 in frame 4",
                               rows[i].english, NULL);
        char *zh_says =
            g_strconcat("10.0.0.2 没有传回 10.0.0.5 在第 4 帧的 180", rows[i].chinese, NULL);
        request(&l, 0.1, P1, BOB, "INVITE", via(rows[i].via, "alice a1"), .src_port = 5070);
        response(&l, 12, BOB, rows[i].to, 180, "INVITE", via(rows[i].via, "alice a1"),
                 .dst_port = rows[i].port);
        assert_hop(
            &l, (struct sx_trying_hop){.cause = SX_CAUSE_NOT_RELAYED, .branch = 2, .cause_in = 4},
            en, zh_says);
        g_free(en);
        g_free(zh_says);
        ladder_close(&l);
    }
}

static void test_too_large(void)
{
    struct ladder l = at_p1(NULL);
    struct sx_trying_hop hop = {.cause = SX_CAUSE_UNREACHABLE};

    hop.branch = request(&l, 0.1, P1, BOB, "INVITE", TRUNK, .bytes = 1500)->txn;
    hop.cause_in = too_big(&l, 0.3, P1, BOB, 1500, 1400);
    assert_hop(&l, hop,
               "10.0.0.2 cannot get it to 10.0.0.5 port 5060: too large for the way (frame 4)",
               "10.0.0.2 无法把它送到 10.0.0.5 的端口 5060：对这条路径来说太大（第 4 帧）");
    ladder_close(&l);
}

static void test_unreachable(void)
{
    struct ladder l = at_p1(NULL);
    struct sx_trying_hop hop = {.cause = SX_CAUSE_UNREACHABLE};

    hop.branch = request(&l, 0.1, P1, BOB, "INVITE", TRUNK)->txn;
    hop.cause_in = undelivered(&l, 0.3, P1, 5060, BOB, 5060);
    assert_hop(&l, hop, "10.0.0.2 cannot reach 10.0.0.5 port 5060 (frame 4)",
               "10.0.0.2 无法到达 10.0.0.5 的端口 5060（第 4 帧）");
    hop.branch =
        request(&l, 1, P1, CAROL, "INVITE", via("p1 b2", "alice a1"), .transport = SX_TRANSPORT_TCP)
            ->txn;
    response(&l, 1.1, CAROL, P1, 100, "INVITE", via("p1 b2", "alice a1"),
             .transport = SX_TRANSPORT_TCP);
    hop.cause_in = segment(&l, 2, CAROL, 5060, P1, 5060, SX_TCP_RST);
    assert_hop(&l, hop,
               "10.0.0.2 waits for 10.0.0.6 port 5060, which reset the connection after its 100 "
               "(frame 7)",
               "10.0.0.2 在等待 10.0.0.6（端口 5060），后者发出 100 后重置了连接（第 7 帧）");
    segment(&l, 3, P1, 40001, DAVE, 5060, SX_TCP_SYN);
    hop.cause_in = segment(&l, 4, P1, 40001, DAVE, 5060, SX_TCP_SYN);
    hop.branch = 0;
    assert_hop(&l, hop, "10.0.0.2 cannot connect to 10.0.0.7 port 5060 (frame 9)",
               "10.0.0.2 无法连接 10.0.0.7 的端口 5060（第 9 帧）");
    hop.cause_in = 10;
    assert_hop(&l, hop, "10.0.0.2 is out of reach since frame 10 (connection reset, or ICMP error)",
               "10.0.0.2 从第 10 帧起不可达（连接被重置，或 ICMP 差错）");
    ladder_close(&l);
}

static void test_100_lost(void)
{
    struct ladder l = at_p1(NULL);
    struct sx_trying_hop hop = {.cause = SX_CAUSE_100_LOST, .cause_in = 4};

    request(&l, 0.5, ALICE, P1, "INVITE", via("alice a1"));
    request(&l, 1.5, ALICE, P1, "INVITE", via("alice a1"));
    assert_hop(&l, hop,
               "10.0.0.2 sent 100, but 10.0.0.1 seems to miss it: it sends the request again 2 "
               "times after the 100, last in frame 4",
               "10.0.0.2 发出了 100，但 10.0.0.1 似乎没有收到：100 之后它又重传请求 2 "
               "次，最后一次在第 4 帧");
    response(&l, 2, ALICE, P1, 100, "INVITE", via("alice a1"), .quoted = true);
    assert_hop(&l, hop, "10.0.0.2 sent 100, but 10.0.0.1 did not take it: ICMP error in frame 5",
               "10.0.0.2 发出了 100，但 10.0.0.1 没有收下（第 5 帧的 ICMP 差错）");
    ladder_close(&l);
}

static void test_stray(void)
{
    struct ladder l = at_p1(NULL);

    assert_hop(
        &l, (struct sx_trying_hop){.cause = SX_CAUSE_UNKNOWN, .cause_in = 7},
        "10.0.0.2 had only sent 100 by then (frame 2), and a response in frame 7, whose Via "
        "does not match the request",
        "10.0.0.2 截至当时只发过 100（第 2 帧），另有第 7 帧的一个响应，其 Via 与请求不匹配");
    ladder_close(&l);
}

/* Between two hops the capture misses one: the next sentence names its host. */
static void test_gap(void)
{
    struct ladder l = at_p1(NULL);
    struct sx_trying_chain chain = {.count = 2, .cause_in = 5};

    uint32_t beyond = request(&l, 0.1, P1, P2, "INVITE", TRUNK)->txn;
    uint32_t far = request(&l, 0.2, P3, BOB, "INVITE", via("p3 z"), .call_id = "other")->txn;
    chain.hops[0] =
        (struct sx_trying_hop){.txn = 1, .cause = SX_CAUSE_NEXT_HOP_STUCK, .branch = beyond};
    chain.hops[1] =
        (struct sx_trying_hop){.txn = beyond, .cause = SX_CAUSE_NEVER_ANSWERED, .branch = far};
    assert_in_both(
        "10.0.0.2 waits for 10.0.0.3; 10.0.0.4 sent it to 10.0.0.5 over UDP (frame 4) "
        "and got no answer",
        "10.0.0.2 在等待 10.0.0.3；10.0.0.4 经 UDP 向 10.0.0.5 转发了请求（第 4 帧），没有得到响应",
        g_assert_true(sx_say_cause(out, l.tracker, &chain)));
    ladder_close(&l);
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/say-trying/trying", test_trying);
    g_test_add_func("/say-trying/answered", test_trying_answered);
    g_test_add_func("/say-trying/nothing_beyond", test_nothing_beyond);
    g_test_add_func("/say-trying/next_hop", test_next_hop);
    g_test_add_func("/say-trying/expiry", test_expiry);
    g_test_add_func("/say-trying/stuck", test_stuck);
    g_test_add_func("/say-trying/slow", test_slow);
    g_test_add_func("/say-trying/ends", test_ends);
    g_test_add_func("/say-trying/end_by_another", test_end_by_another);
    g_test_add_func("/say-trying/connection_lost", test_connection_lost);
    g_test_add_func("/say-trying/gone_and_why", test_gone_and_why);
    g_test_add_func("/say-trying/ended_by_response", test_ended_by_response);
    g_test_add_func("/say-trying/missing", test_missing);
    g_test_add_func("/say-trying/ended_unseen", test_ended_unseen);
    g_test_add_func("/say-trying/no_end", test_no_end);
    g_test_add_func("/say-trying/expiries", test_expiries);
    g_test_add_func("/say-trying/not_forwarded", test_not_forwarded);
    g_test_add_func("/say-trying/never_answered", test_never_answered);
    g_test_add_func("/say-trying/waits", test_waits);
    g_test_add_func("/say-trying/not_relayed", test_not_relayed);
    g_test_add_func("/say-trying/astray", test_astray);
    g_test_add_func("/say-trying/too_large", test_too_large);
    g_test_add_func("/say-trying/unreachable", test_unreachable);
    g_test_add_func("/say-trying/100_lost", test_100_lost);
    g_test_add_func("/say-trying/stray", test_stray);
    g_test_add_func("/say-trying/gap", test_gap);
    return g_test_run();
}
