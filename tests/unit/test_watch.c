/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/judge/watch.h"

#include "sip_text.h"

static void invite_and_100(struct ladder *l, double at, const char *call_id)
{
    request(l, at, ALICE, P1, "INVITE", via("alice a1"), .call_id = call_id);
    response(l, at + 0.1, P1, ALICE, 100, "INVITE", via("alice a1"), .call_id = call_id);
}

static const struct sx_expiry *expiry_of_newest(const struct ladder *l, uint32_t nth)
{
    return sx_tracker_expiry(l->tracker, sx_tracker_last_frame(l->tracker), nth);
}

/* The threshold is 32 s after the 100. */
static void test_threshold(void)
{
    struct ladder l = ladder_open();

    invite_and_100(&l, 0.0, "x");
    other_packet(&l, 32.09);
    g_assert_null(expiry_of_newest(&l, 0));
    other_packet(&l, 32.11);
    const struct sx_expiry *e = expiry_of_newest(&l, 0);
    g_assert_nonnull(e);
    g_assert_cmpuint(e->txn, ==, 1);
    g_assert_true(e->after_100);
    g_assert_cmpint(e->waited_ns, >=, 32 * SX_NS_PER_S);
    other_packet(&l, 33.0);
    g_assert_null(expiry_of_newest(&l, 0)); /* told once */
    ladder_close(&l);
}

static void test_answered(void)
{
    struct ladder l = ladder_open();

    invite_and_100(&l, 0.0, "x");
    response(&l, 5.0, P1, ALICE, 180, "INVITE", via("alice a1"), .call_id = "x");
    other_packet(&l, 100.0);
    g_assert_null(expiry_of_newest(&l, 0));
    ladder_close(&l);
}

/* More than a frame may tell: the next frame tells the rest. */
static void test_many(void)
{
    struct ladder l = ladder_open();
    char call_id[16];

    for (unsigned i = 0; i < 300; i++) {
        g_snprintf(call_id, sizeof call_id, "x%u", i);
        invite_and_100(&l, 0.0, call_id);
    }
    other_packet(&l, 100.0);
    g_assert_nonnull(expiry_of_newest(&l, 100));
    g_assert_null(expiry_of_newest(&l, 299));
    for (unsigned i = 0; i < 3; i++)
        other_packet(&l, 101.0);
    g_assert_cmpuint(sx_txn_rare(sx_tracker_txn(l.tracker, 300))->expired_frame, >, 0);
    ladder_close(&l);
}

/* The frame that would report two waits shows that one of them was answered unseen. */
static void test_answer_shown_by_the_same_frame(void)
{
    static const char *methods[] = {"ACK", "BYE"};

    for (unsigned i = 0; i < G_N_ELEMENTS(methods); i++) {
        struct ladder l = ladder_open();
        invite_and_100(&l, 0.0, "x");
        invite_and_100(&l, 0.0, "y");
        request(&l, 60, ALICE, P1, methods[i], via("alice a2"), .call_id = "x", .to_tag = "bob",
                .cseq = i + 1);
        g_assert_cmpuint(expiry_of_newest(&l, 0)->txn, ==, 2);
        g_assert_null(expiry_of_newest(&l, 1));
        g_assert_cmpuint(sx_txn_rare(sx_tracker_txn(l.tracker, 1))->expired_frame, ==, 0);
        g_assert_false(sx_tracker_txn(l.tracker, 1)->expired_after_100);
        g_assert_true(sx_tracker_txn(l.tracker, 2)->expired_after_100);
        ladder_close(&l);
    }
}

/* After the report. An ACK follows its 2xx at once, so the wait was that long; a BYE comes when it
 * comes. */
static void test_answer_shown_later(void)
{
    static const char *methods[] = {"ACK", "BYE"};

    for (unsigned i = 0; i < G_N_ELEMENTS(methods); i++) {
        struct ladder l = ladder_open();
        invite_and_100(&l, 0.0, "x");
        other_packet(&l, 40.0);
        uint32_t frame = sx_tracker_last_frame(l.tracker);
        request(&l, 60, ALICE, P1, methods[i], via("alice a2"), .call_id = "x", .to_tag = "bob",
                .cseq = i + 1);
        g_assert_true(sx_tracker_txn(l.tracker, 1)->expired_after_100 == (i == 0));
        g_assert_cmpuint(sx_txn_rare(sx_tracker_txn(l.tracker, 1))->expired_frame, ==,
                         i == 0 ? frame : 0);
        g_assert_nonnull(sx_tracker_expiry(l.tracker, frame, 0)); /* a live capture has shown it */
        ladder_close(&l);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/watch/threshold", test_threshold);
    g_test_add_func("/watch/answered", test_answered);
    g_test_add_func("/watch/many", test_many);
    g_test_add_func("/watch/answer-shown-by-the-same-frame", test_answer_shown_by_the_same_frame);
    g_test_add_func("/watch/answer-shown-later", test_answer_shown_later);
    return g_test_run();
}
