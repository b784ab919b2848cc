/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/say/say_call_end.h"

#include "sip_text.h"

static void says_cancel(const struct ladder *l, const struct sx_message *cancel, const char *words)
{
    const struct sx_txn *txn = txn_of(l, cancel);
    wmem_strbuf_t *out = wmem_strbuf_new(NULL, "");

    sx_say_cancel(out, l->tracker, txn, txn_numbered(l, txn->related));
    g_assert_cmpstr(wmem_strbuf_get_str(out), ==, words);
    wmem_strbuf_destroy(out);
}

static void says_end(const struct ladder *l, const struct sx_message *invite, const char *words,
                     const char *on_bye)
{
    struct sx_call_end end = sx_call_end_of_invite(l->tracker, txn_of(l, invite));
    wmem_strbuf_t *out = wmem_strbuf_new(NULL, "");

    sx_say_call_end(out, l->tracker, &end);
    g_assert_cmpstr(wmem_strbuf_get_str(out), ==, words);
    wmem_strbuf_truncate(out, 0);
    sx_say_ends_call(out, l->tracker, &end);
    g_assert_cmpstr(wmem_strbuf_get_str(out), ==, on_bye);
    wmem_strbuf_destroy(out);
}

static void end_of_call(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite = request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"));

    response(&l, 1.0, BOB, ALICE, 200, "INVITE", via("alice a1"));
    request(&l, 28.0, ALICE, BOB, "BYE", via("alice z1"), .to_tag = "bob", .cseq = 2);
    says_end(&l, invite, "ended by the caller after 27 s, in frame 3",
             "ends the call after 27 s, by the caller");
    ladder_close(&l);
}

static void end_with_a_reason(void)
{
    static const struct {
        const char *more, *words;
    } rows[] = {
        {"Reason: Q.850;cause=16\r\n", "; Reason: Q.850 16 (Normal call clearing)"},
        {"Reason: SIP;cause=503\r\n", "; Reason: SIP 503 (Service Unavailable)"},
        {"Reason: Q.850;cause=120\r\n", "; Reason: Q.850 120"},
        {"Reason: preemption;cause=1\r\n", ""},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        const struct sx_message *invite = request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"));

        response(&l, 1.0, BOB, ALICE, 200, "INVITE", via("alice a1"));
        request(&l, 28.0, ALICE, BOB, "BYE", via("alice z1"), .to_tag = "bob", .cseq = 2,
                .more = rows[i].more);
        char *on_invite =
            g_strconcat("ended by the caller after 27 s, in frame 3", rows[i].words, NULL);
        char *on_bye = g_strconcat("ends the call after 27 s, by the caller", rows[i].words, NULL);
        says_end(&l, invite, on_invite, on_bye);
        g_free(on_invite);
        g_free(on_bye);
        ladder_close(&l);
    }
}

/* RFC 3261 12.2.1.2. */
static void end_after_481(void)
{
    static const struct {
        const char *method;
        unsigned code;
        double bye_at;
        const char *words;
    } rows[] = {
        {"UPDATE", 481, 10.6, ", whose UPDATE in frame 3 got 481 in frame 4 (RFC 3261 12.2.1.2)"},
        {"INFO", 408, 10.6, ", whose INFO in frame 3 got 408 in frame 4 (RFC 3261 12.2.1.2)"},
        {"UPDATE", 481, 10.601, ""},
        {"UPDATE", 488, 10.2, ""},
        {"UPDATE", 500, 10.2, ""},
        {"UPDATE", 200, 10.2, ""},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        const struct sx_message *invite = request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"));
        response(&l, 0.1, BOB, ALICE, 200, "INVITE", via("alice a1"));
        request(&l, 10.0, ALICE, BOB, rows[i].method, via("alice u1"), .to_tag = "bob", .cseq = 2);
        response(&l, 10.1, BOB, ALICE, rows[i].code, rows[i].method, via("alice u1"), .cseq = 2);
        request(&l, rows[i].bye_at, ALICE, BOB, "BYE", via("alice z1"), .to_tag = "bob", .cseq = 3);
        struct sx_call_end end = sx_call_end_of_invite(l.tracker, txn_of(&l, invite));
        wmem_strbuf_t *out = wmem_strbuf_new(NULL, "");
        sx_say_ends_call(out, l.tracker, &end);
        g_test_message("%s %u, BYE at %.3f s", rows[i].method, rows[i].code, rows[i].bye_at);
        g_assert_cmpstr(strstr(wmem_strbuf_get_str(out), "by the caller"), !=, NULL);
        g_assert_cmpstr(strstr(wmem_strbuf_get_str(out), "by the caller") + strlen("by the caller"),
                        ==, rows[i].words);
        wmem_strbuf_destroy(out);
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
             "ends the call after 10.1 s, by the called side");
    ladder_close(&l);
}

static void bye_fault(void)
{
    struct ladder l = ladder_open();
    wmem_strbuf_t *out = wmem_strbuf_new(NULL, "");
    const struct sx_message *bye =
        request(&l, 28.0, ALICE, BOB, "BYE", via("alice z1"), .to_tag = "bob", .cseq = 2);

    response(&l, 28.1, BOB, ALICE, 403, "BYE", via("alice z1"), .cseq = 2);
    sx_say_bye_fault(out, txn_of(&l, bye), SX_BYE_REFUSED);
    g_assert_cmpstr(wmem_strbuf_get_str(out), ==,
                    "the BYE is refused with 403 in frame 2: the other "
                    "side may still be in the call");
    wmem_strbuf_destroy(out);
    ladder_close(&l);
}

static void cancel_in_time(void)
{
    struct ladder l = ladder_open();

    request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"));
    const struct sx_message *cancel = request(&l, 0.1, ALICE, BOB, "CANCEL", via("alice a1"));
    says_cancel(&l, cancel, "the caller gives up after 0.100 s without an answer");
    request(&l, 1.0, ALICE, BOB, "INVITE", via("alice b1"), .cseq = 2);
    response(&l, 2.0, BOB, ALICE, 180, "INVITE", via("alice b1"), .cseq = 2);
    cancel = request(&l, 62.0, ALICE, BOB, "CANCEL", via("alice b1"), .cseq = 2);
    says_cancel(&l, cancel, "the caller gives up after 60 s of ringing");
    response(&l, 62.1, BOB, ALICE, 200, "CANCEL", via("alice b1"), .cseq = 2);
    other_packet(&l, 93.9);
    says_cancel(&l, cancel, "the caller gives up after 60 s of ringing");
    other_packet(&l, 94.0);
    says_cancel(&l, cancel,
                "the caller gives up after 60 s of ringing; answered 200 in frame 6, but "
                "the INVITE got no final response in 32 s");
    ladder_close(&l);
}

static void cancel_too_late(void)
{
    struct ladder l = ladder_open();

    request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"));
    response(&l, 1.0, BOB, ALICE, 200, "INVITE", via("alice a1"));
    const struct sx_message *cancel = request(&l, 2.0, ALICE, BOB, "CANCEL", via("alice a1"));
    says_cancel(&l, cancel,
                "too late, after the 200 in frame 2: the call is up, and only BYE ends it");
    request(&l, 3.0, ALICE, BOB, "INVITE", via("alice b1"), .cseq = 2);
    response(&l, 3.1, BOB, ALICE, 180, "INVITE", via("alice b1"), .cseq = 2);
    cancel = request(&l, 4.0, ALICE, BOB, "CANCEL", via("alice b1"), .cseq = 2);
    response(&l, 4.01, BOB, ALICE, 200, "INVITE", via("alice b1"), .cseq = 2);
    says_cancel(&l, cancel, "crosses the 200 in frame 7: the call is up, and only BYE ends it");
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
    says_cancel(&l, cancel,
                "crosses a 2xx that the capture lacks, and frame 5 acknowledges: the call "
                "is up, and only BYE ends it");
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
                "response: a CANCEL has to wait for one (RFC 3261 9.1)");
    ladder_close(&l);
}

static void cancel_of_a_proxy(void)
{
    struct ladder l = ladder_open();

    request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"));
    request(&l, 0.01, P1, BOB, "INVITE", via("p1 b1", "alice a1"));
    response(&l, 0.1, BOB, P1, 180, "INVITE", via("p1 b1", "alice a1"));
    const struct sx_message *own = request(&l, 9.1, P1, BOB, "CANCEL", via("p1 b1"));
    says_cancel(&l, own, "10.0.0.2 gives up after 9 s of ringing");
    ladder_close(&l);
    l = ladder_open();
    request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"));
    request(&l, 0.01, P1, BOB, "INVITE", via("p1 b1", "alice a1"));
    response(&l, 0.1, BOB, P1, 180, "INVITE", via("p1 b1", "alice a1"));
    request(&l, 9.0, ALICE, P1, "CANCEL", via("alice a1"));
    own = request(&l, 9.1, P1, BOB, "CANCEL", via("p1 b1"));
    says_cancel(&l, own, "hands on the CANCEL of frame 4");
    ladder_close(&l);
}

/* RFC 3261 16.7 item 10: nobody gave up, another branch has its answer, or its 6xx. */
static void cancel_of_a_fork(void)
{
    static const struct {
        unsigned code;
        double at;
        const char *words;
    } rows[] = {
        {200, 9.0, "10.0.0.2 cancels after 9 s of ringing: another branch answered in frame 5"},
        {603, 9.0, "10.0.0.2 cancels after 9 s of ringing: another branch answered in frame 5"},
        {486, 9.0, "10.0.0.2 gives up after 9 s of ringing"},
        {200, 9.2, "10.0.0.2 gives up after 9 s of ringing"},
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
        says_cancel(&l, cancel, rows[i].words);
        ladder_close(&l);
    }
}

/* RFC 3326 2. */
static void cancel_with_reason(void)
{
    static const struct {
        const char *reason, *words;
    } rows[] = {
        {"Reason: SIP;cause=200;text=\"Call completed elsewhere\"\r\n",
         "the caller cancels after 5 s of ringing: answered elsewhere, says its Reason"},
        {"Reason: Q.850;cause=26, sip ;cause=200\r\n",
         "the caller cancels after 5 s of ringing: answered elsewhere, says its Reason"},
        {"Reason: SIP;cause=487\r\n",
         "the caller gives up after 5 s of ringing; Reason: SIP 487 (Request Terminated)"},
        {"Reason: SIP;cause=600;text=\"cause=200\"\r\n",
         "the caller gives up after 5 s of ringing; Reason: SIP 600 (Busy Everywhere)"},
        {"Reason: Q.850;cause=200\r\n", "the caller gives up after 5 s of ringing"},
        {"X-Reason: SIP;cause=200\r\n", "the caller gives up after 5 s of ringing"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"));
        response(&l, 1.0, BOB, ALICE, 180, "INVITE", via("alice a1"));
        says_cancel(&l,
                    request(&l, 6.0, ALICE, BOB, "CANCEL", via("alice a1"), .more = rows[i].reason),
                    rows[i].words);
        ladder_close(&l);
    }
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/say-call-end/end-of-call", end_of_call);
    g_test_add_func("/say-call-end/end-after-481", end_after_481);
    g_test_add_func("/say-call-end/end-after-481-by-the-other", end_after_481_by_the_other);
    g_test_add_func("/say-call-end/bye-fault", bye_fault);
    g_test_add_func("/say-call-end/end-with-a-reason", end_with_a_reason);
    g_test_add_func("/say-call-end/cancel-too-soon", cancel_too_soon);
    g_test_add_func("/say-call-end/cancel-in-time", cancel_in_time);
    g_test_add_func("/say-call-end/cancel-too-late", cancel_too_late);
    g_test_add_func("/say-call-end/cancel-too-late-unseen", cancel_too_late_unseen);
    g_test_add_func("/say-call-end/cancel-of-a-proxy", cancel_of_a_proxy);
    g_test_add_func("/say-call-end/cancel-of-a-fork", cancel_of_a_fork);
    g_test_add_func("/say-call-end/cancel-with-reason", cancel_with_reason);
    return g_test_run();
}
