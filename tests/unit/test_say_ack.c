/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/say/say_ack.h"

#include "both_text.h"
#include "sip_text.h"

static const double sends_at[] = {0, 0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5};

static void says(const struct ladder *l, const struct sx_message *invite, const char *english,
                 const char *chinese)
{
    const struct sx_txn *txn = txn_of(l, invite);
    struct sx_ack v = sx_no_ack_judge(l->tracker, txn, sx_tracker_dialog(l->tracker, txn->dialog));

    SAYS_BOTH(g_assert_true(sx_say_ack(out, l->tracker, &v) == (*english != '\0')), english,
              chinese);
}

static void states(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite = request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"));

    says(&l, invite, "", "");
    for (unsigned i = 0; i < 10; i++)
        response(&l, 1 + sends_at[i], BOB, ALICE, 200, "INVITE", via("alice a1"));
    says(&l, invite, "never acknowledged; sent 10 times in 27.5 s",
         "始终没有得到确认；该响应在 27.5 秒内共发送 10 次");
    request(&l, 29.0, ALICE, BOB, "ACK", via("alice k1"), .to_tag = "early");
    says(&l, invite,
         "never acknowledged: the ACK in frame 12 names another dialog or transaction; sent "
         "10 times in 27.5 s",
         "始终没有得到确认：第 12 帧的 ACK 指向另一个对话或事务；该响应在 27.5 秒内共发送 10 "
         "次");
    request(&l, 29.1, ALICE, BOB, "ACK", via("alice k2"), .to_tag = "bob");
    says(&l, invite,
         "acknowledged only in frame 13, after it was repeated; sent 10 times in 27.5 s",
         "重传之后，到第 13 帧才得到确认；该响应在 27.5 秒内共发送 10 次");
    ladder_close(&l);
}

/* Each cause, on the ACK that came late. */
static void causes(void)
{
    static const struct {
        enum sx_ack_cause cause;
        uint32_t in;
        const char *english, *chinese;
    } rows[] = {
        {SX_ACK_CAUSE_UNKNOWN, 0, "", ""},
        {SX_ACK_CAUSE_RESPONSE_LOST, 2,
         ": it did not reach the client, 10.0.0.1 did not send it on or never got it",
         "：响应没有到达客户端，10.0.0.1 没有转发它，或根本没有收到它"},
        {SX_ACK_CAUSE_RESPONSE_LOST, 9, ": 10.0.0.1 did not get it, as frame 9 shows",
         "：从第 9 帧看，10.0.0.1 没有收到响应"},
        {SX_ACK_CAUSE_NOT_SENT, 9, ": the client has it, as frame 9 shows, and sent no ACK",
         "：从第 9 帧看，客户端已收到响应，却没有发送 ACK"},
        {SX_ACK_CAUSE_MISMATCH, 9, ": the ACK in frame 9 names another dialog or transaction",
         "：第 9 帧的 ACK 指向另一个对话或事务"},
        {SX_ACK_CAUSE_ASTRAY, 9,
         ": the ACK in frame 9 went to another address, port, transport or connection than the "
         "server's",
         "：第 9 帧的 ACK 发到了别处，地址、端口、传输协议或连接与服务器的不同"},
        {SX_ACK_CAUSE_LOST, 9, ": the ACK was seen last in frame 9 and lost after it",
         "：ACK 最后出现在第 9 帧，此后丢失"},
    };
    struct ladder l = ladder_open();
    const struct sx_message *invite = request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"));

    response(&l, 1, BOB, ALICE, 200, "INVITE", via("alice a1"));
    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++) {
        const struct sx_ack v = {.state = SX_ACK_LATE,
                                 .cause = rows[i].cause,
                                 .cause_in = rows[i].in,
                                 .response_in = 2,
                                 .lost_at = txn_of(&l, invite)->src.host,
                                 .sends = 3,
                                 .lasted_ns = ns_of(1.5)};
        char *english = g_strconcat("acknowledges the 200 in frame 2 only after it was repeated",
                                    rows[i].english, "; sent 3 times in 1.500 s", NULL);
        char *chinese = g_strconcat("第 2 帧的 200 重传之后才在此得到确认", rows[i].chinese,
                                    "；该响应在 1.500 秒内共发送 3 次", NULL);
        SAYS_BOTH(sx_say_late_ack(out, l.tracker, txn_of(&l, invite), &v), english, chinese);
        g_free(english);
        g_free(chinese);
    }
    ladder_close(&l);
}

static void overdue(void)
{
    struct ladder l = ladder_open();

    request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"));
    for (unsigned i = 0; i < 10; i++)
        response(&l, 1 + sends_at[i], BOB, ALICE, 200, "INVITE", via("alice a1"));
    uint32_t frame = other_packet(&l, 33.0);
    SAYS_BOTH(sx_say_ack_overdue(out, l.tracker, sx_tracker_overdue(l.tracker, frame, 0)),
              "the 200 in frame 2 has no ACK after 32 s; sent 10 times",
              "第 2 帧的 200 已过 32 秒仍没有 ACK；已发送 10 次");
    ladder_close(&l);
}

/* Only of a 2xx that was not acknowledged in time. */
static void advice(void)
{
    static const struct {
        enum sx_ack_cause cause;
        const char *english, *chinese;
    } rows[] = {
        {SX_ACK_CAUSE_UNKNOWN,
         "Capture at the client, too: that shows which of the two is lost, this response or its "
         "ACK.",
         "请在客户端侧也抓包：这样才能看出丢失的是本响应还是它的 ACK。"},
        {SX_ACK_CAUSE_RESPONSE_LOST,
         "Look at 10.0.0.1 and the hop before it: Via, NAT and firewalls decide where a response "
         "goes, and over TCP its connection must still be there.",
         "请检查 10.0.0.1 及其前一跳：响应送往何处取决于 Via、NAT 和防火墙；使用 TCP "
         "时，原来的连接必须仍然存在。"},
        {SX_ACK_CAUSE_NOT_SENT,
         "Look at the client: it must send an ACK for each 2xx, to the first Record-Route or the "
         "Contact of it. Can it resolve and reach that address?",
         "请检查客户端：它必须为每个 2xx 发送 ACK，目标是其中第一个 Record-Route 或 "
         "Contact。客户端能解析并到达该地址吗？"},
        {SX_ACK_CAUSE_MISMATCH,
         "Compare tags and CSeq of the ACK with those of this response: the client or a hop "
         "between the two wrote others.",
         "请比较 ACK 与本响应的标签和 CSeq：客户端或中间某一跳写成了别的值。"},
        {SX_ACK_CAUSE_ASTRAY,
         "Compare where the ACK went with Contact and Record-Route of this response: a private "
         "address, another port or transport in them leads it there.",
         "请比较 ACK 的去向与本响应的 Contact 和 "
         "Record-Route：其中的私有地址、别的端口或传输协议会把它引向别处。"},
        {SX_ACK_CAUSE_LOST,
         "Look at the hop that got the ACK last: is there a way from it to the next Route or to "
         "the Contact of this response?",
         "请检查最后收到 ACK 的那一跳：从它到下一个 Route 或本响应的 Contact 有路可达吗？"},
    };
    static const enum sx_ack_state states[] = {SX_ACK_UNKNOWN, SX_ACK_SENT, SX_ACK_NEVER,
                                               SX_ACK_LATE};
    struct ladder l = ladder_open();

    request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"));
    for (unsigned i = 0; i < G_N_ELEMENTS(rows) * G_N_ELEMENTS(states); i++) {
        const unsigned row = i / G_N_ELEMENTS(states);
        const struct sx_ack v = {.state = states[i % G_N_ELEMENTS(states)],
                                 .cause = rows[row].cause};
        bool told = v.state == SX_ACK_NEVER || v.state == SX_ACK_LATE;
        SAYS_BOTH(g_assert_true(sx_say_ack_advice(out, l.tracker, &v) == told),
                  told ? rows[row].english : "", told ? rows[row].chinese : "");
    }
    ladder_close(&l);
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/say-ack/states", states);
    g_test_add_func("/say-ack/causes", causes);
    g_test_add_func("/say-ack/overdue", overdue);
    g_test_add_func("/say-ack/advice", advice);
    return g_test_run();
}
