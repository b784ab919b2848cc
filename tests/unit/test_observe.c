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

/* Each wait of a timer is as long as the one before or longer (RFC 3261 17.1.1.2), give or take a
 * fifth for hosts that are busy. */
static void test_uneven_repeats(void)
{
    static const struct {
        double third;
        bool uneven;
    } rows[] = {{11.799, true}, {11.8, false}, {12, false}, {13, false}, {10.9, true}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        uint32_t txn = request(&l, 10, ALICE, P1, "INVITE", via("alice a1"))->txn;
        request(&l, 11, ALICE, P1, "INVITE", via("alice a1"));
        request(&l, rows[i].third, ALICE, P1, "INVITE", via("alice a1"));
        g_test_message("again at 11 s and %.3f s", rows[i].third);
        g_assert_true(txn_numbered(&l, txn)->uneven_repeats == rows[i].uneven);
        ladder_close(&l);
    }
}

static uint64_t session_of(const char *session_id)
{
    struct ladder l = ladder_open();
    char *more = g_strdup_printf("Session-ID: %s\r\n", session_id);
    uint64_t hash =
        sx_txn_rare(txn_of(&l, request(&l, 0, ALICE, BOB, "INVITE", via("alice a1"), .more = more)))
            ->session_hash;

    g_free(more);
    ladder_close(&l);
    return hash;
}

/* RFC 7989 5: the nil UUID names nobody, and any other one somebody, also one that begins with
 * zeros; its letters have any case, and parameters are not part of it. */
static void test_session_id(void)
{
    uint64_t one = session_of("ab30317f1a784dc48ff824d0d3715d86");

    g_assert_cmpuint(one, !=, 0);
    g_assert_cmpuint(session_of("AB30317F1A784DC48FF824D0D3715D86;remote=00"), ==, one);
    g_assert_cmpuint(session_of("00000000000000000000000000000000;remote=ab"), ==, 0);
    g_assert_cmpuint(session_of("0000317f1a784dc48ff824d0d3715d86"), !=, 0);
    g_assert_cmpuint(session_of("0000317f1a784dc48ff824d0d3715d86"), !=, one);
}

/* Another packet in the same millisecond: no interval is shorter than none. */
static void test_repeated_at_once(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = request(&l, 10, ALICE, P1, "INVITE", via("alice a1"), .packet = {.id = 1})->txn;

    request(&l, 10, ALICE, P1, "INVITE", via("alice a1"), .packet = {.id = 2});
    g_assert_cmpuint(sx_txn_sends(txn_numbered(&l, txn)), ==, 2);
    g_assert_false(txn_numbered(&l, txn)->uneven_repeats);
    request(&l, 10.001, ALICE, P1, "INVITE", via("alice a1"), .packet = {.id = 3});
    g_assert_false(txn_numbered(&l, txn)->uneven_repeats);
    request(&l, 10.001, ALICE, P1, "INVITE", via("alice a1"), .packet = {.id = 4});
    g_assert_true(txn_numbered(&l, txn)->uneven_repeats);
    ladder_close(&l);
}

/* RFC 3326 2: only a CANCEL with SIP 200 says that somebody else has answered. */
static void test_completed_elsewhere(void)
{
    static const struct {
        const char *method, *reason;
        bool elsewhere;
    } rows[] = {{"CANCEL", "SIP;cause=200", true},
                {"CANCEL", "SIP;cause=199", false},
                {"CANCEL", "SIP;cause=201", false},
                {"BYE", "SIP;cause=200", false}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        char *more = g_strdup_printf("Reason: %s\r\n", rows[i].reason);
        request(&l, 0, ALICE, BOB, "INVITE", via("alice a1"));
        const struct sx_message *m =
            request(&l, 1, ALICE, BOB, rows[i].method, via("alice a1"), .more = more);
        g_test_message("row %u", (unsigned)i);
        g_assert_true(txn_of(&l, m)->completed_elsewhere == rows[i].elsewhere);
        g_free(more);
        ladder_close(&l);
    }
}

/* What a first response says up to 299, and not from 300 on: that its sender is the called side by
 * the Contact, that it answered by itself, and that a wait is over which a CANCEL ended before. */
static void test_first_response(void)
{
    for (unsigned code = 299; code <= 300; code++) {
        struct ladder l = ladder_open();
        uint32_t txn = request(&l, 0, ALICE, BOB, "INVITE", via("alice a1"))->txn;
        response(&l, 0.1, BOB, ALICE, 100, "INVITE", via("alice a1"));
        request(&l, 1, ALICE, BOB, "CANCEL", via("alice a1"));
        const struct sx_message *m = response(&l, 2, BOB, ALICE, code, "INVITE", via("alice a1"),
                                              .more = "Contact: <sip:bob@10.0.0.5>\r\n");
        bool success = code < 300;
        uint32_t bob = txn_numbered(&l, txn)->dst.host;
        g_assert_true(txn_numbered(&l, txn)->own_contact == success);
        g_assert_true((sx_tracker_host(l.tracker, bob)->answered_unseen != 0) == success);
        g_assert_true(((m->flags & SX_MESSAGE_ENDS_WAIT) != 0) == success);
        ladder_close(&l);
    }
}

/* What is kept of a provisional response is not lost behind the final one. */
static void test_last_provisional(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = request(&l, 0, ALICE, BOB, "OPTIONS", via("alice a1"))->txn;

    response(&l, 1, BOB, ALICE, 199, "OPTIONS", via("alice a1"));
    response(&l, 2, BOB, ALICE, 486, "OPTIONS", via("alice a1"));
    g_assert_cmpuint(sx_txn_first_response_code(txn_numbered(&l, txn)), ==, 199);
    g_assert_cmpint(sx_txn_first_response_ns(txn_numbered(&l, txn)), ==, ns_of(1));
    g_assert_cmpuint(txn_numbered(&l, txn)->final_code, ==, 486);
    ladder_close(&l);
}

/* One response that went elsewhere says nothing of the way once another one comes right. */
static void test_way_comes_right(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = request(&l, 0, ALICE, BOB, "INVITE", via("alice a1"))->txn;

    response(&l, 1, BOB, ALICE, 180, "INVITE", via("alice a1"), .dst_port = 5070);
    g_assert_cmpuint(txn_numbered(&l, txn)->answer_way, !=, SX_ANSWER_TO_SOURCE);
    g_assert_cmpuint(sx_txn_answer_dst(txn_numbered(&l, txn)).port, ==, 5070);
    response(&l, 2, BOB, ALICE, 183, "INVITE", via("alice a1"), .dst_port = 5071);
    g_assert_cmpuint(txn_numbered(&l, txn)->answer_way, !=, SX_ANSWER_TO_SOURCE);
    response(&l, 3, BOB, ALICE, 200, "INVITE", via("alice a1"));
    g_assert_cmpuint(txn_numbered(&l, txn)->answer_way, ==, SX_ANSWER_TO_SOURCE);
    g_assert_cmpuint(sx_txn_answer_dst(txn_numbered(&l, txn)).port, ==, 5060);
    ladder_close(&l);
}

/* A proxy that sends its failure twice, with a tag of its own each time. */
static void test_second_final(void)
{
    static const struct {
        unsigned code;
        const char *tag;
        bool other;
    } rows[] = {{486, "two", true}, {480, "two", false}, {486, "one", false}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        uint32_t txn = request(&l, 0, ALICE, P1, "INVITE", via("alice a1"))->txn;
        response(&l, 1, P1, ALICE, 486, "INVITE", via("alice a1"), .to_tag = "one");
        uint32_t frame = response(&l, 1.1, P1, ALICE, rows[i].code, "INVITE", via("alice a1"),
                                  .to_tag = rows[i].tag, .body = 7)
                             ->frame;
        g_test_message("row %u", (unsigned)i);
        g_assert_cmpuint(sx_txn_rare(txn_numbered(&l, txn))->other_final_frame, ==,
                         rows[i].other ? frame : 0);
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

/* RFC 3262 3: provisional responses but 100 are reliable if they have a number. */
static void test_reliable(void)
{
    static const struct {
        unsigned code;
        bool reliable;
    } rows[] = {{100, false}, {101, true}, {199, true}, {200, false}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        request(&l, 0, ALICE, BOB, "INVITE", via("alice a1"));
        const struct sx_message *m = response(&l, 1, BOB, ALICE, rows[i].code, "INVITE",
                                              via("alice a1"), .to_tag = "bob",
                                              .more = "RSeq: 7\r\n");
        g_test_message("%u", rows[i].code);
        g_assert_true(((m->flags & SX_MESSAGE_RELIABLE) != 0) == rows[i].reliable);
        ladder_close(&l);
    }
}

/* RFC 3261 17.1.1, RFC 6026 7.1: which class a response has, at the ends of each. */
static void test_state(void)
{
    static const struct {
        unsigned code;
        enum sx_txn_state state;
    } rows[] = {{99, SX_TXN_CALLING},   {199, SX_TXN_PROCEEDING}, {200, SX_TXN_ACCEPTED},
                {299, SX_TXN_ACCEPTED}, {300, SX_TXN_COMPLETED},  {699, SX_TXN_COMPLETED}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        uint32_t txn = request(&l, 0, ALICE, BOB, "INVITE", via("alice a1"))->txn;
        response(&l, 1, BOB, ALICE, rows[i].code, "INVITE", via("alice a1"));
        g_test_message("%u", rows[i].code);
        g_assert_cmpint(txn_numbered(&l, txn)->state, ==, rows[i].state);
        ladder_close(&l);
    }
}

/* The first and the last code of those that are responses of other kinds than 100. */
static void test_ends_of_codes(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = request(&l, 0, ALICE, BOB, "INVITE", via("alice a1"))->txn;

    response(&l, 1, BOB, ALICE, 101, "INVITE", via("alice a1"));
    g_assert_cmpuint(txn_numbered(&l, txn)->first_response_frame, ==, 2);
    response(&l, 2, BOB, ALICE, 699, "INVITE", via("alice a1"));
    g_assert_cmpuint(txn_numbered(&l, txn)->final_code, ==, 699);
    ladder_close(&l);
}

/* Wherever it goes, what comes first is the first response. */
static void test_first_goes_astray(void)
{
    static const unsigned codes[] = {180, 200, 486};

    for (size_t i = 0; i < G_N_ELEMENTS(codes); i++) {
        struct ladder l = ladder_open();
        uint32_t txn = request(&l, 0, ALICE, BOB, "INVITE", via("alice a1"))->txn;
        response(&l, 1, BOB, ALICE, codes[i], "INVITE", via("alice a1"), .dst_port = 5070);
        response(&l, 2, BOB, ALICE, codes[i], "INVITE", via("alice a1"), .dst_port = 5070);
        const struct sx_txn *t = txn_numbered(&l, txn);
        g_test_message("%u", codes[i]);
        g_assert_cmpuint(sx_txn_first_response_code(t), ==, codes[i]);
        g_assert_cmpint(sx_txn_first_response_ns(t), ==, ns_of(1));
        g_assert_cmpuint(sx_txn_first_tag(t), !=, 0);
        g_assert_cmpint(sx_txn_last_response_ns(t), ==, ns_of(2));
        g_assert_cmpuint(sx_txn_answer_dst(t).port, ==, 5070);
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
    g_test_add_func("/observe/uneven_repeats", test_uneven_repeats);
    g_test_add_func("/observe/session_id", test_session_id);
    g_test_add_func("/observe/repeated_at_once", test_repeated_at_once);
    g_test_add_func("/observe/completed_elsewhere", test_completed_elsewhere);
    g_test_add_func("/observe/first_response", test_first_response);
    g_test_add_func("/observe/last_provisional", test_last_provisional);
    g_test_add_func("/observe/way_comes_right", test_way_comes_right);
    g_test_add_func("/observe/second_final", test_second_final);
    g_test_add_func("/observe/attempt_after_300", test_attempt_after_300);
    g_test_add_func("/observe/reliable", test_reliable);
    g_test_add_func("/observe/state", test_state);
    g_test_add_func("/observe/ends_of_codes", test_ends_of_codes);
    g_test_add_func("/observe/first_goes_astray", test_first_goes_astray);
    return g_test_run();
}
