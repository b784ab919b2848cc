/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/record/legs.h"

#include "sip_text.h"

#define SID(local, remote) "Session-ID: " local ";remote=" remote "\r\n"
#define NIL "00000000000000000000000000000000"

/* A call that is answered; lines: of the 200. Returns its dialog. */
static const struct sx_dialog *call(struct ladder *l, double at, unsigned from, unsigned to,
                                    const char *id, const char *lines)
{
    char branch[24], from_tag[24];
    const struct sx_message *m;

    g_snprintf(branch, sizeof branch, "x c%u-%s", l->frame, id);
    g_snprintf(from_tag, sizeof from_tag, "f%u", l->frame);
    request(l, at, from, to, "INVITE", via(branch), .call_id = id, .from_tag = from_tag);
    m = response(l, at + 0.1, to, from, 200, "INVITE", via(branch), .call_id = id,
                 .from_tag = from_tag, .to_tag = branch + 2, .more = lines);
    return sx_tracker_dialog(l->tracker, txn_of(l, m)->dialog);
}

static void test_joined(void)
{
    struct ladder l = ladder_open();
    const struct sx_dialog *one = call(&l, 0, ALICE, P1, "1", SID("a1", "b2")),
                           *other = call(&l, 1, P1, BOB, "2", SID("B2", "a1"));

    g_assert_true(sx_leg_other(l.tracker, one) == other);
    g_assert_true(sx_leg_other(l.tracker, other) == one);
    /* What it says again changes nothing. */
    request(&l, 2, ALICE, P1, "INFO", via("alice i"), .call_id = "1", .from_tag = "f0",
            .to_tag = "c0-1", .more = SID("b2", "a1"));
    g_assert_true(sx_leg_other(l.tracker, other) == one);
    ladder_close(&l);
}

static void test_not_joined(void)
{
    static const char *const rows[][2] = {
        {SID("a1", "b2"), SID("b3", "a1")},
        {SID("a1", "b2"), NULL},
        {SID("a1", NIL), SID("a1", NIL)},
        {SID(NIL, "a1"), SID("a1", NIL)},
        {"Session-ID: a1\r\n", "Session-ID: a1\r\n"},
        {NULL, NULL},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        const struct sx_dialog *one = call(&l, 0, ALICE, P1, "1", rows[i][0]),
                               *other = call(&l, 1, P1, BOB, "2", rows[i][1]);
        g_test_message("%zu", i);
        g_assert_null(sx_leg_other(l.tracker, one));
        g_assert_null(sx_leg_other(l.tracker, other));
        ladder_close(&l);
    }
}

static void test_three(void)
{
    struct ladder l = ladder_open();
    const struct sx_dialog *one = call(&l, 0, ALICE, P1, "1", SID("a1", "b2")),
                           *other = call(&l, 1, P1, BOB, "2", SID("b2", "a1"));

    g_assert_true(sx_leg_other(l.tracker, one) == other);
    call(&l, 2, P1, CAROL, "3", SID("b2", "a1"));
    g_assert_null(sx_leg_other(l.tracker, one));
    g_assert_null(sx_leg_other(l.tracker, other));
    ladder_close(&l);
}

/* A transfer: one side has another end from then on. */
static void test_changed(void)
{
    struct ladder l = ladder_open();
    const struct sx_dialog *one = call(&l, 0, ALICE, P1, "1", SID("a1", "b2")),
                           *other = call(&l, 1, P1, BOB, "2", SID("b2", "a1"));

    request(&l, 2, ALICE, P1, "INFO", via("alice i"), .call_id = "1", .from_tag = "f0",
            .to_tag = "c0-1", .more = SID("a1", "c3"));
    g_assert_null(sx_leg_other(l.tracker, one));
    g_assert_null(sx_leg_other(l.tracker, other));
    ladder_close(&l);
}

/* What is named before the answer may be another end: the call may be handed on until then. */
static void test_before_the_answer(void)
{
    struct ladder l = ladder_open();

    request(&l, 0, ALICE, P1, "INVITE", via("x c0"), .call_id = "1", .from_tag = "f0");
    response(&l, 0.1, P1, ALICE, 199, "INVITE", via("x c0"), .call_id = "1", .from_tag = "f0",
             .to_tag = "t0", .more = SID("a1", "c3"));
    const struct sx_message *m = response(&l, 0.2, P1, ALICE, 200, "INVITE", via("x c0"),
                                          .call_id = "1", .from_tag = "f0", .to_tag = "t0",
                                          .more = SID("a1", "b2"));
    const struct sx_dialog *one = sx_tracker_dialog(l.tracker, txn_of(&l, m)->dialog),
                           *other = call(&l, 1, P1, BOB, "2", SID("b2", "a1"));
    g_assert_true(sx_leg_other(l.tracker, one) == other);
    ladder_close(&l);
}

/* The capture begins in the call: a request inside it names both ends. */
static void test_in_the_middle(void)
{
    struct ladder l = ladder_open();
    const struct sx_txn *one =
        txn_of(&l, request(&l, 0, ALICE, P1, "INFO", via("alice i1"), .call_id = "1", .to_tag = "x",
                           .more = SID("a1", "b2")));
    const struct sx_txn *other =
        txn_of(&l, request(&l, 0, P1, BOB, "INFO", via("p1 i2"), .call_id = "2", .to_tag = "y",
                           .more = SID("a1", "b2")));

    g_assert_true(sx_leg_other(l.tracker, sx_tracker_dialog(l.tracker, one->dialog)) ==
                  sx_tracker_dialog(l.tracker, other->dialog));
    g_assert_cmpuint(other->dialog, ==, 2);
    ladder_close(&l);
}

/* A Call-ID that the B2BUA kept: its INVITE comes after, from the host that got the first. */
static void test_kept_call_id(void)
{
    static const struct {
        double at;
        unsigned from;
        bool joined;
    } rows[] = {{1, P1, true}, {1, P2, false}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        const struct sx_dialog *one = call(&l, 0, ALICE, P1, "1", NULL),
                               *other = call(&l, rows[i].at, rows[i].from, BOB, "1", NULL);
        g_assert_true(one != other);
        g_assert_true(sx_leg_other(l.tracker, one) == (rows[i].joined ? other : NULL));
        g_assert_true(sx_leg_other(l.tracker, other) == (rows[i].joined ? one : NULL));
        if (rows[i].joined) {
            call(&l, 3, P1, CAROL, "1", NULL);
            g_assert_null(sx_leg_other(l.tracker, one));
        }
        ladder_close(&l);
    }
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/legs/joined", test_joined);
    g_test_add_func("/legs/not_joined", test_not_joined);
    g_test_add_func("/legs/three", test_three);
    g_test_add_func("/legs/changed", test_changed);
    g_test_add_func("/legs/before_the_answer", test_before_the_answer);
    g_test_add_func("/legs/in_the_middle", test_in_the_middle);
    g_test_add_func("/legs/kept_call_id", test_kept_call_id);
    return g_test_run();
}
