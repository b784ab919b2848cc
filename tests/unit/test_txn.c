/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/facts/txn.h"

#include "core/base/config.h"
#include "sip_text.h"

#define STAY SX_TXN_STATES

struct row {
    enum sx_txn_state state;
    enum sx_txn_event event;
    enum sx_txn_state next;     /* STAY: nothing happens */
};

static void assert_table(bool invite, const struct row *rows, size_t n)
{
    g_assert_cmpuint(n, ==, SX_TXN_STATES * SX_TXN_EVENTS);
    for (size_t i = 0; i < n; i++) {
        enum sx_txn_state want = rows[i].next == STAY ? rows[i].state : rows[i].next;
        g_test_message("state %d, event %d", (int)rows[i].state, (int)rows[i].event);
        g_assert_cmpuint(rows[i].state * SX_TXN_EVENTS + rows[i].event, ==, i);
        g_assert_cmpint(sx_txn_next(invite, rows[i].state, rows[i].event), ==, want);
    }
}

/* RFC 3261 figure 5 with the states of RFC 6026 figure 3. */
static void test_invite(void)
{
    static const struct row rows[] = {
        {SX_TXN_CALLING, SX_TXN_REQUEST, STAY},                 /* Timer A */
        {SX_TXN_CALLING, SX_TXN_PROVISIONAL, SX_TXN_PROCEEDING},
        {SX_TXN_CALLING, SX_TXN_SUCCESS, SX_TXN_ACCEPTED},      /* RFC 6026: not Terminated */
        {SX_TXN_CALLING, SX_TXN_FAILURE, SX_TXN_COMPLETED},
        {SX_TXN_CALLING, SX_TXN_ACK, STAY},
        {SX_TXN_PROCEEDING, SX_TXN_REQUEST, STAY},
        {SX_TXN_PROCEEDING, SX_TXN_PROVISIONAL, STAY},
        {SX_TXN_PROCEEDING, SX_TXN_SUCCESS, SX_TXN_ACCEPTED},
        {SX_TXN_PROCEEDING, SX_TXN_FAILURE, SX_TXN_COMPLETED},
        {SX_TXN_PROCEEDING, SX_TXN_ACK, STAY},
        {SX_TXN_COMPLETED, SX_TXN_REQUEST, STAY},               /* the final is sent again */
        {SX_TXN_COMPLETED, SX_TXN_PROVISIONAL, STAY},
        {SX_TXN_COMPLETED, SX_TXN_SUCCESS, SX_TXN_ACCEPTED},    /* RFC 3261 16.7 5: 2xx always */
        {SX_TXN_COMPLETED, SX_TXN_FAILURE, STAY},
        {SX_TXN_COMPLETED, SX_TXN_ACK, SX_TXN_CONFIRMED},
        {SX_TXN_ACCEPTED, SX_TXN_REQUEST, STAY},
        {SX_TXN_ACCEPTED, SX_TXN_PROVISIONAL, STAY},
        {SX_TXN_ACCEPTED, SX_TXN_SUCCESS, STAY},                /* another fork answers */
        {SX_TXN_ACCEPTED, SX_TXN_FAILURE, STAY},
        {SX_TXN_ACCEPTED, SX_TXN_ACK, STAY},
        {SX_TXN_CONFIRMED, SX_TXN_REQUEST, STAY},
        {SX_TXN_CONFIRMED, SX_TXN_PROVISIONAL, STAY},
        {SX_TXN_CONFIRMED, SX_TXN_SUCCESS, SX_TXN_ACCEPTED},
        {SX_TXN_CONFIRMED, SX_TXN_FAILURE, STAY},
        {SX_TXN_CONFIRMED, SX_TXN_ACK, STAY},
    };

    assert_table(true, rows, G_N_ELEMENTS(rows));
}

/* RFC 3261 figure 6. */
static void test_non_invite(void)
{
    static const struct row rows[] = {
        {SX_TXN_CALLING, SX_TXN_REQUEST, STAY},                 /* Timer E */
        {SX_TXN_CALLING, SX_TXN_PROVISIONAL, SX_TXN_PROCEEDING},
        {SX_TXN_CALLING, SX_TXN_SUCCESS, SX_TXN_COMPLETED},
        {SX_TXN_CALLING, SX_TXN_FAILURE, SX_TXN_COMPLETED},
        {SX_TXN_CALLING, SX_TXN_ACK, STAY},
        {SX_TXN_PROCEEDING, SX_TXN_REQUEST, STAY},
        {SX_TXN_PROCEEDING, SX_TXN_PROVISIONAL, STAY},
        {SX_TXN_PROCEEDING, SX_TXN_SUCCESS, SX_TXN_COMPLETED},
        {SX_TXN_PROCEEDING, SX_TXN_FAILURE, SX_TXN_COMPLETED},
        {SX_TXN_PROCEEDING, SX_TXN_ACK, STAY},
        {SX_TXN_COMPLETED, SX_TXN_REQUEST, STAY},
        {SX_TXN_COMPLETED, SX_TXN_PROVISIONAL, STAY},
        {SX_TXN_COMPLETED, SX_TXN_SUCCESS, STAY},
        {SX_TXN_COMPLETED, SX_TXN_FAILURE, STAY},
        {SX_TXN_COMPLETED, SX_TXN_ACK, STAY},
        /* the states of an INVITE, which nothing leads to */
        {SX_TXN_ACCEPTED, SX_TXN_REQUEST, STAY},
        {SX_TXN_ACCEPTED, SX_TXN_PROVISIONAL, STAY},
        {SX_TXN_ACCEPTED, SX_TXN_SUCCESS, STAY},
        {SX_TXN_ACCEPTED, SX_TXN_FAILURE, STAY},
        {SX_TXN_ACCEPTED, SX_TXN_ACK, STAY},
        {SX_TXN_CONFIRMED, SX_TXN_REQUEST, STAY},
        {SX_TXN_CONFIRMED, SX_TXN_PROVISIONAL, STAY},
        {SX_TXN_CONFIRMED, SX_TXN_SUCCESS, STAY},
        {SX_TXN_CONFIRMED, SX_TXN_FAILURE, STAY},
        {SX_TXN_CONFIRMED, SX_TXN_ACK, STAY},
    };

    assert_table(false, rows, G_N_ELEMENTS(rows));
}

/* Timers H, I and J are 64*T1 or shorter and start at the final response. */
static void test_is_over(void)
{
    struct sx_txn txn = {.last_ns = 1000 * SX_NS_PER_S};

    g_assert_false(sx_txn_is_over(&txn, 1033 * SX_NS_PER_S));
    g_assert_false(sx_txn_is_over(&txn, 1200 * SX_NS_PER_S));   /* Timer C is over 3 minutes */
    g_assert_true(sx_txn_is_over(&txn, 87400 * SX_NS_PER_S));
    txn.final_frame = 2;
    g_assert_false(sx_txn_is_over(&txn, 1000 * SX_NS_PER_S));
    g_assert_false(sx_txn_is_over(&txn, 1032 * SX_NS_PER_S));
    g_assert_true(sx_txn_is_over(&txn, 1032 * SX_NS_PER_S + 1));
    g_assert_false(sx_txn_is_over(&txn, 900 * SX_NS_PER_S));    /* the clock went back */
}

static void test_waits_after_100(void)
{
    g_assert_false(sx_txn_waits_after_100(&(struct sx_txn){.request_frame = 1}));
    g_assert_true(sx_txn_waits_after_100(&(struct sx_txn){.request_frame = 1, .trying_frame = 2}));
    g_assert_true(sx_txn_waits_after_100(&(struct sx_txn){.trying_frame = 2}));
    g_assert_false(sx_txn_waits_after_100(&(struct sx_txn){.trying_frame = 2, .first_response_frame = 3}));
    g_assert_false(sx_txn_waits_after_100(&(struct sx_txn){.trying_frame = 2, .cancel_frame = 3}));
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/txn/invite", test_invite);
    g_test_add_func("/txn/non_invite", test_non_invite);
    g_test_add_func("/txn/is_over", test_is_over);
    g_test_add_func("/txn/waits_after_100", test_waits_after_100);
    return g_test_run();
}
