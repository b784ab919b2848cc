/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/say/say.h"

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

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/say-trying/trying", test_trying);
    g_test_add_func("/say-trying/answered", test_trying_answered);
    g_test_add_func("/say-trying/nothing_beyond", test_nothing_beyond);
    g_test_add_func("/say-trying/next_hop", test_next_hop);
    g_test_add_func("/say-trying/expiry", test_expiry);
    return g_test_run();
}
