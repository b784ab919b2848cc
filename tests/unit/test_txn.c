/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/facts/txn.h"

#include "core/base/config.h"
#include "sip_text.h"

#define STAY SX_TXN_STATES

struct row {
    enum sx_txn_state state;
    enum sx_txn_event event;
    enum sx_txn_state next; /* STAY: nothing happens */
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
        {SX_TXN_CALLING, SX_TXN_REQUEST, STAY}, /* Timer A */
        {SX_TXN_CALLING, SX_TXN_PROVISIONAL, SX_TXN_PROCEEDING},
        {SX_TXN_CALLING, SX_TXN_SUCCESS, SX_TXN_ACCEPTED}, /* RFC 6026: not Terminated */
        {SX_TXN_CALLING, SX_TXN_FAILURE, SX_TXN_COMPLETED},
        {SX_TXN_CALLING, SX_TXN_ACK, STAY},
        {SX_TXN_PROCEEDING, SX_TXN_REQUEST, STAY},
        {SX_TXN_PROCEEDING, SX_TXN_PROVISIONAL, STAY},
        {SX_TXN_PROCEEDING, SX_TXN_SUCCESS, SX_TXN_ACCEPTED},
        {SX_TXN_PROCEEDING, SX_TXN_FAILURE, SX_TXN_COMPLETED},
        {SX_TXN_PROCEEDING, SX_TXN_ACK, STAY},
        {SX_TXN_COMPLETED, SX_TXN_REQUEST, STAY}, /* the final is sent again */
        {SX_TXN_COMPLETED, SX_TXN_PROVISIONAL, STAY},
        {SX_TXN_COMPLETED, SX_TXN_SUCCESS, SX_TXN_ACCEPTED}, /* RFC 3261 16.7 5: 2xx always */
        {SX_TXN_COMPLETED, SX_TXN_FAILURE, STAY},
        {SX_TXN_COMPLETED, SX_TXN_ACK, SX_TXN_CONFIRMED},
        {SX_TXN_ACCEPTED, SX_TXN_REQUEST, STAY},
        {SX_TXN_ACCEPTED, SX_TXN_PROVISIONAL, STAY},
        {SX_TXN_ACCEPTED, SX_TXN_SUCCESS, STAY}, /* another fork answers */
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
        {SX_TXN_CALLING, SX_TXN_REQUEST, STAY}, /* Timer E */
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

#define S(seconds) ((seconds)*SX_NS_PER_S)

/* No timer that an observer could trust: only what no client does tells. */
static void test_is_over_unanswered(void)
{
    struct sx_txn txn = {.method = SX_METHOD_INVITE, .request_frame = 1, .request_ns = S(1000)};

    g_assert_false(sx_txn_is_over(&txn, S(1200))); /* Timer C is over 3 minutes */
    g_assert_true(sx_txn_is_over(&txn, S(1600) + 1));
    txn.method = SX_METHOD_OPTIONS;
    g_assert_false(sx_txn_is_over(&txn, S(1032)));
    g_assert_true(sx_txn_is_over(&txn, S(1032) + 1));
    txn.responses = 1; /* it waits after a 100 */
    g_assert_false(sx_txn_is_over(&txn, S(1032) + 1));
}

/* Timer J: 64*T1 after the final response, 0 over a reliable transport (RFC 3261 17.2.2). */
static void test_is_over_other(void)
{
    struct sx_txn_rare rare = {.resends = 1, .last_request_ns = S(999)};
    struct sx_txn_more more = {.rare = &rare, .last_ns = S(1031)};
    struct sx_txn txn = {.method = SX_METHOD_OPTIONS,
                         .more = &more,
                         .request_frame = 1,
                         .final_frame = 2,
                         .final_code = 200,
                         .transport = SX_TRANSPORT_UDP,
                         .final_ns = S(1000)};

    g_assert_false(sx_txn_is_over(&txn, S(1032)));
    g_assert_true(sx_txn_is_over(&txn, S(1032) + 1));
    g_assert_false(sx_txn_is_over(&txn, S(900))); /* the clock went back */
    rare.last_request_ns = S(1028);               /* a client whose T1 is longer */
    g_assert_false(sx_txn_is_over(&txn, S(1033)));
    g_assert_true(sx_txn_is_over(&txn, S(1033) + 1));
    txn.transport = SX_TRANSPORT_TLS;
    g_assert_true(sx_txn_is_over(&txn, S(1001)));
    txn.request_frame = 0; /* the response came first: out of order */
    g_assert_false(sx_txn_is_over(&txn, S(1001)));
}

/* Timers L (RFC 6026 7.1), H and I (RFC 3261 17.2.1). */
static void test_is_over_invite(void)
{
    struct sx_txn_more more = {.last_ns = S(1000)};
    struct sx_txn txn = {.method = SX_METHOD_INVITE,
                         .more = &more,
                         .request_frame = 1,
                         .final_frame = 2,
                         .final_code = 200,
                         .transport = SX_TRANSPORT_TCP,
                         .final_ns = S(1000)};

    g_assert_false(sx_txn_is_over(&txn, S(1032)));
    g_assert_true(sx_txn_is_over(&txn, S(1032) + 1));
    txn.final_code = 486;
    g_assert_false(sx_txn_is_over(&txn, S(1032)));
    more.ack_frame = 3;
    more.ack_ns = S(1001);
    g_assert_true(sx_txn_is_over(&txn, S(1002)));
    txn.transport = SX_TRANSPORT_UDP;
    g_assert_false(sx_txn_is_over(&txn, S(1006)));
    g_assert_true(sx_txn_is_over(&txn, S(1006) + 1));
}

static void test_stands_for(void)
{
    struct sx_message m = {.frame = 7, .repeats = 5, .flags = SX_MESSAGE_DUPLICATE};

    g_assert_true(sx_message_stands_for(&m, 7));
    g_assert_false(sx_message_stands_for(&m, 5)); /* a mirror port: nothing new in it */
    m.flags |= SX_MESSAGE_TRANSLATED;
    g_assert_true(sx_message_stands_for(&m, 5));
    m.flags = SX_MESSAGE_DUPLICATE | SX_MESSAGE_OTHER_PLACE;
    g_assert_true(sx_message_stands_for(&m, 5));
    g_assert_false(sx_message_stands_for(&m, 6));
    m.repeats = 0;
    g_assert_false(sx_message_stands_for(&m, 0));
}

static void test_waits_after_100(void)
{
    struct sx_txn_rare rare = {.cancel_frame = 0};
    struct sx_txn_more more = {.rare = &rare, .trying_frame = 2};
    struct sx_txn txn = {.request_frame = 1};

    g_assert_false(sx_txn_waits_after_100(&txn));
    txn.more = &more;
    g_assert_true(sx_txn_waits_after_100(&txn));
    txn.request_frame = 0;
    g_assert_true(sx_txn_waits_after_100(&txn));
    rare.cancel_frame = 3;
    g_assert_false(sx_txn_waits_after_100(&txn));
    rare.cancel_frame = 1; /* that one came before the 100 */
    g_assert_true(sx_txn_waits_after_100(&txn));
    txn.first_response_frame = 3;
    g_assert_false(sx_txn_waits_after_100(&txn));
}

/* What a transaction has nothing more of follows from its request and its final response. */
static void test_nothing_more(void)
{
    struct sx_txn txn = {.src = {1, 5060}};

    g_assert_cmpuint(sx_txn_sends(&txn), ==, 0);
    g_assert_cmpint(sx_txn_last_ns(&txn), ==, 0);
    txn.request_frame = 1;
    txn.request_ns = S(10);
    g_assert_cmpuint(sx_txn_sends(&txn), ==, 1);
    g_assert_cmpuint(sx_txn_last_request_frame(&txn), ==, 1);
    g_assert_cmpint(sx_txn_last_request_ns(&txn), ==, S(10));
    g_assert_cmpint(sx_txn_last_ns(&txn), ==, S(10));
    g_assert_cmpint(sx_txn_last_response_ns(&txn), ==, 0);
    g_assert_cmpuint(sx_txn_first_response_code(&txn), ==, 0);
    txn.final_tag = 7; /* of an ACK */
    g_assert_cmpuint(sx_txn_first_tag(&txn), ==, 0);
    txn.first_response_frame = txn.final_frame = 2;
    txn.final_ns = S(11);
    txn.final_code = 486;
    g_assert_cmpint(sx_txn_first_response_ns(&txn), ==, S(11));
    g_assert_cmpuint(sx_txn_first_response_code(&txn), ==, 486);
    g_assert_cmpuint(sx_txn_first_tag(&txn), ==, 7);
    g_assert_cmpint(sx_txn_last_response_ns(&txn), ==, S(11));
    g_assert_cmpint(sx_txn_last_ns(&txn), ==, S(11));
    g_assert_cmpuint(sx_txn_answer_dst(&txn).host, ==, 1);
    g_assert_cmpuint(sx_txn_more(&txn)->trying_frame, ==, 0);
    g_assert_cmpuint(sx_txn_rare(&txn)->cancel_frame, ==, 0);
}

/* What a message and a transaction take; tests/bench has what that makes of a capture. */
static void test_sizes(void)
{
    g_assert_cmpuint(sizeof(struct sx_message), <=, 24);
    g_assert_cmpuint(sizeof(struct sx_txn), <=, 184);
    g_assert_cmpuint(sizeof(struct sx_txn_more), <=, 88);
    g_assert_cmpuint(sizeof(struct sx_txn_rare), <=, 112);
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/txn/invite", test_invite);
    g_test_add_func("/txn/non_invite", test_non_invite);
    g_test_add_func("/txn/is_over_unanswered", test_is_over_unanswered);
    g_test_add_func("/txn/is_over_other", test_is_over_other);
    g_test_add_func("/txn/is_over_invite", test_is_over_invite);
    g_test_add_func("/txn/stands_for", test_stands_for);
    g_test_add_func("/txn/waits_after_100", test_waits_after_100);
    g_test_add_func("/txn/nothing-more", test_nothing_more);
    g_test_add_func("/txn/sizes", test_sizes);
    return g_test_run();
}
