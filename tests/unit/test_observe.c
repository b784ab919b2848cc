/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/record/tracker.h"

#include "sip_text.h"

/* ---- what a transaction remembers of its messages ---- */

static void test_a_call(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *m[7];

    m[0] = request(&l, 0.000, ALICE, BOB, "INVITE", via("alice a1"));
    m[1] = response(&l, 0.010, BOB, ALICE, 100, "INVITE", via("alice a1"));
    g_assert_cmpint(txn_of(&l, m[0])->state, ==, SX_TXN_PROCEEDING);
    m[2] = response(&l, 0.500, BOB, ALICE, 180, "INVITE", via("alice a1"));
    m[3] = response(&l, 5.000, BOB, ALICE, 200, "INVITE", via("alice a1"));
    m[4] = request(&l, 5.010, ALICE, BOB, "ACK", via("alice a2"), .to_tag = "bob");
    m[5] =
        request(&l, 9.000, BOB, ALICE, "BYE", via("bob b1"), .from_tag = "bob", .to_tag = "alice");
    m[6] = response(&l, 9.010, ALICE, BOB, 200, "BYE", via("bob b1"), .from_tag = "bob",
                    .to_tag = "alice");

    const struct sx_txn *invite = txn_of(&l, m[0]);
    g_assert_cmpuint(sx_tracker_txn_count(l.tracker), ==, 3);
    g_assert_cmpuint(m[1]->txn, ==, m[0]->txn);
    g_assert_cmpuint(m[2]->txn, ==, m[0]->txn);
    g_assert_cmpuint(m[3]->txn, ==, m[0]->txn);
    g_assert_cmpuint(m[4]->txn, !=, m[0]->txn); /* RFC 3261 13.2.2.4 */
    g_assert_cmpuint(m[6]->txn, ==, m[5]->txn);
    g_assert_cmpuint(invite->number, ==, 1);
    g_assert_cmpuint(invite->request_frame, ==, 1);
    g_assert_cmpint(invite->request_ns, ==, ns_of(0));
    g_assert_cmpuint(sx_txn_more(invite)->trying_frame, ==, 2);
    g_assert_cmpint(sx_txn_more(invite)->trying_ns, ==, ns_of(0.010));
    g_assert_cmpuint(invite->first_response_frame, ==, 3);
    g_assert_cmpint(sx_txn_first_response_ns(invite), ==, ns_of(0.500));
    g_assert_cmpuint(sx_txn_first_response_code(invite), ==, 180);
    g_assert_cmpuint(invite->final_frame, ==, 4);
    g_assert_cmpint(invite->final_ns, ==, ns_of(5));
    g_assert_cmpuint(invite->final_code, ==, 200);
    g_assert_cmpint(invite->state, ==, SX_TXN_ACCEPTED);
    g_assert_cmpuint(sx_txn_sends(invite), ==, 1);
    g_assert_false(invite->in_dialog);
    g_assert_true(txn_of(&l, m[5])->in_dialog);
    g_assert_cmpint(txn_of(&l, m[5])->state, ==, SX_TXN_COMPLETED);
    for (unsigned i = 0; i < G_N_ELEMENTS(m); i++) {
        g_assert_true(sx_tracker_message(l.tracker, i + 1, 0) == m[i]);
        g_assert_null(sx_tracker_message(l.tracker, i + 1, 1));
        g_assert_cmpuint(m[i]->flags & SX_MESSAGE_ENDS_WAIT, ==, i == 2 ? SX_MESSAGE_ENDS_WAIT : 0);
    }
    g_assert_null(sx_tracker_message(l.tracker, 0, 0));
    g_assert_null(sx_tracker_message(l.tracker, 8, 0));
    ladder_close(&l);
}

/* ---- sent again, or captured twice ---- */

/* The 100, a copy of the request, a copy of the 100: all within a few ms on a mirror port. */
static void test_copies_interleaved(void)
{
    struct ladder l = ladder_open();

    request(&l, 0.000, ALICE, BOB, "INVITE", via("alice a1"));
    response(&l, 0.002, BOB, ALICE, 100, "INVITE", via("alice a1"));
    g_assert_cmpuint(request(&l, 0.003, ALICE, BOB, "INVITE", via("alice a1"))->flags, ==,
                     SX_MESSAGE_DUPLICATE);
    g_assert_cmpuint(response(&l, 0.005, BOB, ALICE, 100, "INVITE", via("alice a1"))->flags, ==,
                     SX_MESSAGE_DUPLICATE);
    ladder_close(&l);
}

/* In a capture that is not sorted the clock steps back; seconds apart is never one packet. */
static void test_again_with_clock_back(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *m;

    request(&l, 100.0, ALICE, BOB, "INVITE", via("alice a1"));
    response(&l, 100.1, BOB, ALICE, 180, "INVITE", via("alice a1"));
    m = request(&l, 96.0, ALICE, BOB, "INVITE", via("alice a1"));
    g_assert_cmpuint(m->repeats, ==, 1);
    g_assert_cmpuint(m->flags & SX_MESSAGE_DUPLICATE, ==, 0);
    m = response(&l, 90.0, BOB, ALICE, 180, "INVITE", via("alice a1"));
    g_assert_cmpuint(m->repeats, ==, 2);
    g_assert_cmpuint(m->flags & SX_MESSAGE_DUPLICATE, ==, 0);
    ladder_close(&l);
}

/* RFC 3262 3: each reliable provisional has an RSeq of its own; RFC 3261 has the To tag. */
static void test_alike_but_not_again(void)
{
    struct ladder l = ladder_open();

    request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"));
    response(&l, 0.1, BOB, ALICE, 183, "INVITE", via("alice a1"), .more = "RSeq: 1\r\n");
    g_assert_cmpuint(response(&l, 0.6, BOB, ALICE, 183, "INVITE", via("alice a1"),
                              .more = "RSeq: 2\r\n")
                         ->repeats,
                     ==, 0);
    g_assert_cmpuint(response(&l, 0.7, BOB, ALICE, 183, "INVITE", via("alice a1"), .to_tag = "x",
                              .more = "RSeq: 1\r\n")
                         ->repeats,
                     ==, 0);
    g_assert_cmpuint(response(&l, 0.8, BOB, ALICE, 183, "INVITE", via("alice a1"), .body = 400,
                              .more = "RSeq: 1\r\n")
                         ->repeats,
                     ==, 0);
    g_assert_cmpuint(response(&l, 0.9, BOB, ALICE, 183, "INVITE", via("alice a1"),
                              .more = "RSeq: 1\r\n")
                         ->repeats,
                     ==, 2);
    ladder_close(&l);
}

/* The same To tag, none, is no sign that 100s of two transactions are one. */
static void test_again_within_transaction_only(void)
{
    struct ladder l = ladder_open();

    request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"));
    request(&l, 0.1, ALICE, BOB, "INVITE", via("alice a2"), .call_id = "call-2");
    response(&l, 0.2, BOB, ALICE, 100, "INVITE", via("alice a1"));
    g_assert_cmpuint(
        response(&l, 0.3, BOB, ALICE, 100, "INVITE", via("alice a2"), .call_id = "call-2")->repeats,
        ==, 0);
    ladder_close(&l);
}

/* ---- hosts ---- */

static void test_addresses(void)
{
    static const uint8_t v6[20] = {0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 9, 9};
    const struct sx_address addresses[] = {
        {.bytes = v6, .len = 16, .type = 3, .port = 5060},
        {.bytes = v6, .len = 16, .type = 4, .port = 5060}, /* another family */
        {.bytes = v6, .len = 15, .type = 3, .port = 5060},
        {.bytes = NULL, .len = 0, .type = 0, .port = 5060},
        {.bytes = v6, .len = 20, .type = 3, .port = 5060}, /* cut at 16: the first */
    };
    struct ladder l = ladder_open();
    GString *text = text_of(&(struct sip_text){via("alice a1"), .method = "OPTIONS"});
    struct sx_sip_msg msg;

    g_assert_true(sx_sip_msg_read(sx_slice(text->str, text->len), &msg));
    for (size_t i = 0; i < G_N_ELEMENTS(addresses); i++) {
        struct sx_observation obs = {.msg = &msg,
                                     .src = addresses[i],
                                     .dst = addresses[0],
                                     .frame = other_packet(&l, (double)i)};
        sx_tracker_observe(l.tracker, &obs);
    }
    g_assert_cmpuint(sx_tracker_host(l.tracker, 0)->sent, ==, 2);
    g_assert_cmpuint(sx_tracker_host(l.tracker, 0)->len, ==, 16);
    for (uint32_t host = 1; host < 4; host++)
        g_assert_cmpuint(sx_tracker_host(l.tracker, host)->sent, ==, 1);
    g_string_free(text, TRUE);
    ladder_close(&l);
}

/* ---- both sides of each threshold ---- */

/* Behind a NAT the copy of a packet comes by what the way takes, and sooner than a timer fires. */
static void test_copy_elsewhere(void)
{
    static const struct {
        double later;
        bool copy;
    } rows[] = {{0.399, true}, {0.4, false}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        uint32_t txn = request(&l, 10, ALICE, P1, "INVITE", via("alice a1"))->txn;
        const struct sx_message *m =
            request(&l, 10 + rows[i].later, CAROL, P1, "INVITE", via("alice a1"));
        g_test_message("%.3f s later", rows[i].later);
        g_assert_cmpuint(m->txn, ==, txn);
        g_assert_true(((m->flags & SX_MESSAGE_DUPLICATE) != 0) == rows[i].copy);
        g_assert_cmpuint(sx_txn_sends(txn_numbered(&l, txn)), ==, rows[i].copy ? 1 : 2);
        ladder_close(&l);
    }
}

/* From the first redirection on a new attempt follows. */
static void test_attempt_after_300(void)
{
    for (unsigned code = 299; code <= 300; code++) {
        struct ladder l = ladder_open();
        uint32_t first = request(&l, 0, ALICE, BOB, "INVITE", via("alice a1"))->txn;
        response(&l, 1, BOB, ALICE, code, "INVITE", via("alice a1"));
        uint32_t next = request(&l, 2, ALICE, BOB, "INVITE", via("alice a2"), .cseq = 2)->txn;
        g_assert_cmpuint(txn_numbered(&l, first)->followed_by, ==, code == 300 ? next : 0);
        ladder_close(&l);
    }
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/observe/a_call", test_a_call);
    g_test_add_func("/observe/copies_interleaved", test_copies_interleaved);
    g_test_add_func("/observe/again_with_clock_back", test_again_with_clock_back);
    g_test_add_func("/observe/alike_but_not_again", test_alike_but_not_again);
    g_test_add_func("/observe/again_within_transaction_only", test_again_within_transaction_only);
    g_test_add_func("/observe/addresses", test_addresses);
    g_test_add_func("/observe/copy_elsewhere", test_copy_elsewhere);
    g_test_add_func("/observe/attempt_after_300", test_attempt_after_300);
    return g_test_run();
}
