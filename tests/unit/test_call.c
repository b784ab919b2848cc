/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/record/call.h"

#include "sip_text.h"

static uint32_t call_of(const struct ladder *l, const struct sx_message *m)
{
    struct sx_call_index *index = sx_call_index_new(l->tracker);
    uint32_t call = sx_call_of(index, l->tracker, m->txn);

    sx_call_index_free(index);
    return call;
}

static uint32_t outcome_of(const struct ladder *l, uint32_t call)
{
    struct sx_call_index *index = sx_call_index_new(l->tracker);
    const struct sx_txn *txn = sx_call_outcome(index, l->tracker, call);

    sx_call_index_free(index);
    return txn ? txn->number : 0;
}

static void test_hops_and_forks_and_cancel(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *m[6];

    m[0] = request(&l, 0.00, ALICE, P1, "INVITE", via("alice a1"));
    m[1] = request(&l, 0.01, P1, P2, "INVITE", via("p1 x1", "alice a1"));
    m[2] = request(&l, 0.02, P2, BOB, "INVITE", via("p2 y1", "p1 x1", "alice a1"));
    m[3] = request(&l, 0.03, P2, CAROL, "INVITE", via("p2 y2", "p1 x1", "alice a1"));
    m[4] = request(&l, 5.00, ALICE, P1, "CANCEL", via("alice a1"));
    m[5] = request(&l, 9.00, ALICE, P1, "INVITE", via("alice b1"), .call_id = "another");
    for (unsigned i = 0; i < 5; i++) {
        g_assert_cmpuint(call_of(&l, m[i]), ==, 1);
        g_assert_cmpuint(sx_call_top(l.tracker, m[i]->txn), ==, 1);
    }
    g_assert_cmpuint(call_of(&l, m[5]), ==, m[5]->txn);
    g_assert_cmpuint(sx_call_top(l.tracker, 0), ==, 0);
    g_assert_cmpuint(outcome_of(&l, 0), ==, 0);
    ladder_close(&l);
}

static void test_attempts_after_challenges(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *m[3];

    m[0] = request(&l, 0.00, ALICE, P1, "INVITE", via("alice a1"));
    response(&l, 0.01, P1, ALICE, 407, "INVITE", via("alice a1"));
    m[1] = request(&l, 0.02, ALICE, P1, "INVITE", via("alice a2"), .cseq = 2);
    response(&l, 0.03, P1, ALICE, 401, "INVITE", via("alice a2"), .cseq = 2);
    m[2] = request(&l, 0.04, ALICE, P1, "INVITE", via("alice a3"), .cseq = 3);
    for (unsigned i = 0; i < 3; i++)
        g_assert_cmpuint(call_of(&l, m[i]), ==, 1);
    g_assert_cmpuint(outcome_of(&l, 1), ==, m[2]->txn);
    ladder_close(&l);
}

/* A capture behind a forking proxy holds the branches, not what they came from. */
static void test_forks_of_a_request_not_seen(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *m[4];

    m[0] = request(&l, 0.00, P1, BOB, "INVITE", via("p1 x1", "alice a1"));
    m[1] = request(&l, 0.01, P1, CAROL, "INVITE", via("p1 x2", "alice a1"));
    m[2] = request(&l, 0.02, P1, DAVE, "INVITE", via("p1 x3", "alice a1"));
    m[3] = request(&l, 0.03, P1, DAVE, "INVITE", via("p1 x4", "alice a2"));
    for (unsigned i = 0; i < 3; i++)
        g_assert_cmpuint(call_of(&l, m[i]), ==, 1);
    g_assert_cmpuint(call_of(&l, m[3]), ==, m[3]->txn);
    g_assert_cmpuint(outcome_of(&l, 1), ==, 1);
    response(&l, 1.00, CAROL, P1, 200, "INVITE", via("p1 x2", "alice a1"));
    g_assert_cmpuint(outcome_of(&l, 1), ==, m[1]->txn);
    g_assert_cmpuint(outcome_of(&l, m[3]->txn), ==, m[3]->txn);
    ladder_close(&l);
}

/* In merged captures the first hop can come last. */
static void test_adopted_later(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *late, *early;

    early = request(&l, 0.01, P1, BOB, "INVITE", via("p1 x1", "alice a1"));
    g_assert_cmpuint(call_of(&l, early), ==, early->txn);
    late = request(&l, 0.00, ALICE, P1, "INVITE", via("alice a1"));
    g_assert_cmpuint(call_of(&l, early), ==, late->txn);
    ladder_close(&l);
}

static uint32_t number_of(const struct ladder *l, const struct sx_message *m)
{
    return sx_call_number(l->tracker, sx_tracker_txn(l->tracker, m->txn));
}

/* Asked early, late or never in between: a call keeps its number. */
static void test_numbers(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *m[5];

    g_assert_cmpuint(sx_call_number(l.tracker, NULL), ==, 0);
    m[0] = request(&l, 0.00, ALICE, P1, "INVITE", via("alice a1"));
    g_assert_cmpuint(number_of(&l, m[0]), ==, 1);
    m[1] = request(&l, 0.01, P1, BOB, "INVITE", via("p1 x1", "alice a1"));
    m[2] = request(&l, 1.00, CAROL, P1, "INVITE", via("carol c1"), .call_id = "call-2");
    m[3] = request(&l, 2.00, DAVE, P1, "OPTIONS", via("dave d1"), .call_id = "call-3");
    m[4] = request(&l, 3.00, ALICE, P1, "BYE", via("alice a2"), .to_tag = "bob", .cseq = 2);
    g_assert_cmpuint(number_of(&l, m[4]), ==, 1);
    g_assert_cmpuint(number_of(&l, m[3]), ==, 3);
    g_assert_cmpuint(number_of(&l, m[2]), ==, 2);
    g_assert_cmpuint(number_of(&l, m[1]), ==, 1);
    ladder_close(&l);
}

static void test_no_call_id_is_no_call(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *none = request(&l, 0, ALICE, P1, "INVITE", via("a 1"), .call_id = "");
    const struct sx_message *one = request(&l, 0, ALICE, P1, "INVITE", via("a 2"));

    g_assert_cmpuint(number_of(&l, none), ==, 0);
    g_assert_cmpuint(number_of(&l, one), ==, 1);
    ladder_close(&l);
}

static bool asked(bool (*ask)(const struct sx_txn *), const char *method, const char *to_tag)
{
    struct ladder l = ladder_open();
    const struct sx_message *m =
        request(&l, 0, ALICE, BOB, method, via("alice a1"), .to_tag = to_tag);
    bool yes = ask(sx_tracker_txn(l.tracker, m->txn));

    ladder_close(&l);
    return yes;
}

static void test_what_is_a_call(void)
{
    static const struct {
        const char *method, *to_tag;
        bool call, request;
    } rows[] = {
        {"INVITE", NULL, true, false},    {"INVITE", "bob", false, false},
        {"SUBSCRIBE", NULL, false, true}, {"SUBSCRIBE", "bob", false, false},
        {"REGISTER", NULL, false, true},  {"OPTIONS", NULL, false, true},
        {"REFER", NULL, false, true},     {"BLA", NULL, false, true},
        {"BYE", NULL, false, false},      {"CANCEL", NULL, false, false},
        {"ACK", NULL, false, false},      {"PRACK", NULL, false, false},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_test_message("%s %s", rows[i].method, rows[i].to_tag ? rows[i].to_tag : "");
        g_assert_true(asked(sx_call_is_attempt, rows[i].method, rows[i].to_tag) == rows[i].call);
        g_assert_true(asked(sx_call_is_request, rows[i].method, rows[i].to_tag) == rows[i].request);
    }
}

/* The capture began after the INVITE: its responses show the call, unless it is one inside a call.
 * */
static void test_call_without_invite(void)
{
    struct ladder l = ladder_open();
    const struct sx_txn *first =
        txn_of(&l, response(&l, 0, BOB, ALICE, 200, "INVITE", via("alice a1")));
    const struct sx_txn *again =
        txn_of(&l, response(&l, 9, BOB, ALICE, 200, "INVITE", via("alice a2"), .cseq = 2));
    const struct sx_txn *options =
        txn_of(&l, response(&l, 9, BOB, ALICE, 200, "OPTIONS", via("alice a3"), .cseq = 3));

    g_assert_true(sx_call_is_attempt(first) && sx_call_begins(l.tracker, first));
    g_assert_true(sx_call_is_attempt(again));
    g_assert_false(sx_call_begins(l.tracker, again));
    g_assert_false(sx_call_is_request(options));
    ladder_close(&l);
}

/* The branch that came last of all is one of the call, too. */
static void test_last_fork(void)
{
    struct ladder l = ladder_open();

    request(&l, 0.00, P1, BOB, "INVITE", via("p1 x1", "alice a1"));
    uint32_t last = request(&l, 0.01, P1, CAROL, "INVITE", via("p1 x2", "alice a1"))->txn;
    response(&l, 1.00, CAROL, P1, 200, "INVITE", via("p1 x2", "alice a1"));
    g_assert_cmpuint(sx_tracker_txn_count(l.tracker), ==, last);
    g_assert_cmpuint(outcome_of(&l, 1), ==, last);
    ladder_close(&l);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/call/hops-forks-cancel", test_hops_and_forks_and_cancel);
    g_test_add_func("/call/attempts", test_attempts_after_challenges);
    g_test_add_func("/call/forks-unseen", test_forks_of_a_request_not_seen);
    g_test_add_func("/call/adopted-later", test_adopted_later);
    g_test_add_func("/call/numbers", test_numbers);
    g_test_add_func("/call/no-call-id", test_no_call_id_is_no_call);
    g_test_add_func("/call/what-is-a-call", test_what_is_a_call);
    g_test_add_func("/call/without-invite", test_call_without_invite);
    g_test_add_func("/call/last_fork", test_last_fork);
    return g_test_run();
}
