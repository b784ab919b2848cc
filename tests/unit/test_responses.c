/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/record/tracker.h"

#include "sip_text.h"

/* How far a search for an earlier response can go: the work per message does not grow. */
static uint32_t list_length(const struct ladder *l, const struct sx_txn *txn)
{
    uint32_t n = 0;

    for (uint32_t i = txn->responses; i; n++) {
        /* one message per frame here, so index + 1 is the frame */
        i = sx_tracker_message(l->tracker, i, 0)->next;
    }
    return n;
}

/* What the caller of a forked call sees: several To tags on one transaction. */
static void test_answers_of_a_fork(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"))->txn;

    g_assert_cmpuint(
        response(&l, 1.0, P1, ALICE, 180, "INVITE", via("alice a1"), .to_tag = "1")->repeats, ==,
        0);
    g_assert_cmpuint(
        response(&l, 2.0, P1, ALICE, 180, "INVITE", via("alice a1"), .to_tag = "2")->repeats, ==,
        0);
    g_assert_cmpuint(
        response(&l, 3.0, P1, ALICE, 200, "INVITE", via("alice a1"), .to_tag = "2")->repeats, ==,
        0);
    g_assert_cmpuint(
        response(&l, 4.0, P1, ALICE, 200, "INVITE", via("alice a1"), .to_tag = "1")->repeats, ==,
        0);
    g_assert_cmpuint(
        response(&l, 5.0, P1, ALICE, 200, "INVITE", via("alice a1"), .to_tag = "2")->repeats, ==,
        4);
    g_assert_cmpuint(txn_numbered(&l, txn)->final_frame, ==, 4);
    g_assert_cmpuint(txn_numbered(&l, txn)->distinct, ==, 4);
    ladder_close(&l);
}

static void test_response_again(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *m;

    request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"));
    m = response(&l, 1.000, BOB, ALICE, 200, "INVITE", via("alice a1"));
    g_assert_cmpuint(m->repeats, ==, 0);
    m = response(&l, 1.001, BOB, ALICE, 200, "INVITE", via("alice a1"));
    g_assert_cmpuint(m->repeats, ==, 2);
    g_assert_cmpuint(m->flags, ==, SX_MESSAGE_DUPLICATE);
    m = response(&l, 1.500, BOB, ALICE, 200, "INVITE", via("alice a1"));
    g_assert_cmpuint(m->repeats, ==, 2);
    g_assert_cmpuint(m->flags, ==, 0);
    ladder_close(&l);
}

/* A server sends its last response again at once when the request comes again (RFC 3261 17.2.1):
 * a few ms behind that request, but half a second behind the first sending. */
static void test_response_to_request_again(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *m;

    request(&l, 0.000, ALICE, BOB, "INVITE", via("alice a1"));
    response(&l, 0.010, BOB, ALICE, 100, "INVITE", via("alice a1"));
    request(&l, 0.500, ALICE, BOB, "INVITE", via("alice a1"));
    m = response(&l, 0.502, BOB, ALICE, 100, "INVITE", via("alice a1"));
    g_assert_cmpuint(m->repeats, ==, 2);
    g_assert_cmpuint(m->flags & SX_MESSAGE_DUPLICATE, ==, 0);
    m = response(&l, 0.503, BOB, ALICE, 100, "INVITE", via("alice a1")); /* a copy of that */
    g_assert_cmpuint(m->repeats, ==, 4);
    g_assert_cmpuint(m->flags & SX_MESSAGE_DUPLICATE, ==, SX_MESSAGE_DUPLICATE);
    ladder_close(&l);
}

static void test_many_again(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"))->txn;

    for (unsigned i = 1; i <= 50000 && !g_test_failed(); i++) {
        g_assert_cmpuint(request(&l, i, ALICE, BOB, "INVITE", via("alice a1"))->txn, ==, txn);
        g_assert_cmpuint(response(&l, i + 0.1, BOB, ALICE, 180, "INVITE", via("alice a1"))->repeats,
                         ==, i > 1 ? 3 : 0);
    }
    g_assert_cmpuint(sx_tracker_txn_count(l.tracker), ==, 1);
    g_assert_cmpuint(sx_txn_sends(txn_numbered(&l, txn)), ==, 50001);
    g_assert_cmpuint(list_length(&l, txn_numbered(&l, txn)), ==, 1);
    ladder_close(&l);
}

static void test_many_different(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"))->txn;

    for (unsigned i = 1; i <= 20000; i++) {
        char tag[16];
        g_snprintf(tag, sizeof tag, "%u", i);
        response(&l, i, BOB, ALICE, 180, "INVITE", via("alice a1"), .to_tag = tag);
    }
    g_assert_cmpuint(list_length(&l, txn_numbered(&l, txn)), <=, 100);
    g_assert_cmpuint(list_length(&l, txn_numbered(&l, txn)), ==, txn_numbered(&l, txn)->distinct);
    /* the first ones are still known */
    g_assert_cmpuint(
        response(&l, 30000, BOB, ALICE, 180, "INVITE", via("alice a1"), .to_tag = "1")->repeats, ==,
        2);
    ladder_close(&l);
}

/* A capture that begins within a call. */
static void test_only_responses(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *trying, *busy;

    trying = response(&l, 0.0, P1, ALICE, 100, "INVITE", via("alice a1"));
    busy = response(&l, 9.0, P1, ALICE, 486, "INVITE", via("alice a1"));
    const struct sx_txn *txn = txn_of(&l, trying);
    g_assert_cmpuint(busy->txn, ==, trying->txn);
    g_assert_cmpuint(busy->flags & SX_MESSAGE_ENDS_WAIT, !=, 0);
    g_assert_cmpuint(sx_txn_more(txn)->trying_frame, ==, 1);
    g_assert_cmpint(txn->method, ==, SX_METHOD_INVITE);
    g_assert_cmpuint(sx_tracker_host(l.tracker, txn->src.host)->bytes[3], ==, ALICE);
    g_assert_cmpuint(sx_tracker_host(l.tracker, txn->dst.host)->bytes[3], ==, P1);
    ladder_close(&l);
}

/* How long the server went on to say that it works on it; 100 is of the next hop only. */
static void test_progress(void)
{
    struct ladder l = ladder_open();
    uint32_t n = request(&l, 0, ALICE, P1, "INVITE", via("alice a1"))->txn;

    response(&l, 0.1, P1, ALICE, 100, "INVITE", via("alice a1"));
    g_assert_cmpuint(sx_txn_rare(txn_numbered(&l, n))->progress_ms, ==, 0);
    response(&l, 1, P1, ALICE, 101, "INVITE", via("alice a1"));
    response(&l, 2, P1, ALICE, 199, "INVITE", via("alice a1"));
    g_assert_cmpuint(sx_txn_rare(txn_numbered(&l, n))->progress_ms, ==, 1000);
    response(&l, 4, P1, ALICE, 200, "INVITE", via("alice a1"));
    g_assert_cmpuint(sx_txn_rare(txn_numbered(&l, n))->progress_ms, ==, 1000);
    ladder_close(&l);
}

/* A 100 that comes behind another response starts no wait. */
static void test_100_too_late(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"))->txn;

    response(&l, 0.1, P1, ALICE, 180, "INVITE", via("alice a1"));
    response(&l, 0.2, P1, ALICE, 100, "INVITE", via("alice a1"));
    other_packet(&l, 100);
    g_assert_cmpuint(sx_txn_more(txn_numbered(&l, txn))->trying_frame, ==, 0);
    g_assert_null(sx_tracker_expiry(l.tracker, l.frame, 0));
    ladder_close(&l);
}

/* No response at all has such a code: a transaction is not Completed without a final response. */
static void test_codes_of_no_class(void)
{
    static const unsigned codes[] = {0, 99, 700, 999};

    for (size_t i = 0; i < G_N_ELEMENTS(codes); i++) {
        struct ladder l = ladder_open();
        const struct sx_txn *txn =
            txn_of(&l, request(&l, 0.0, ALICE, P1, "OPTIONS", via("alice a1")));
        /* code 0 would build a request */
        if (codes[i] > 0)
            response(&l, 0.1, P1, ALICE, codes[i], "OPTIONS", via("alice a1"));
        g_test_message("%u", codes[i]);
        g_assert_true((txn->state == SX_TXN_COMPLETED) == (txn->final_frame != 0));
        ladder_close(&l);
    }
}

/* Only the 200 is kept of a call, as with -R sip.Status-Code==200: no message repeats itself. */
static void test_frame_again_responses(void)
{
    struct ladder l = ladder_open();
    static const unsigned codes[] = {100, 180, 183, 200};

    request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"));
    for (size_t i = 0; i < G_N_ELEMENTS(codes); i++) {
        l.frame--;
        const struct sx_message *m =
            response(&l, 1.0 + (double)i, P1, ALICE, codes[i], "INVITE", via("alice a1"));
        g_test_message("%u", codes[i]);
        g_assert_cmpuint(m->repeats, ==, 0);
    }
    ladder_close(&l);
}

/* A list that the dropped frames began must not lead into another transaction. */
static void test_frame_again_other_transaction(void)
{
    struct ladder l = ladder_open();

    request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"));
    response(&l, 1.0, P1, ALICE, 100, "INVITE", via("alice a1"));
    l.frame--;
    response(&l, 2.0, P1, ALICE, 180, "INVITE", via("alice a2"), .call_id = "call-2");
    g_assert_cmpuint(response(&l, 3.0, P1, ALICE, 180, "INVITE", via("alice a1"))->repeats, ==, 0);
    ladder_close(&l);
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

/* A fork that sends the failures of several branches: each is known by its code and To tag. */
static void test_final_with(void)
{
    static const struct {
        unsigned code;
        const char *tag;
        uint32_t frame;
    } rows[] = {{486, "one", 3}, {0, "one", 3},   {480, "one", 0},   {480, "two", 6},
                {0, "two", 6},   {603, "two", 7}, {486, "two", 0},   {0, "three", 0},
                {0, "four", 8},  {0, "five", 0},  {486, "three", 0}, {0, "other", 0}};
    struct ladder l = ladder_open();
    uint32_t txn = request(&l, 0, ALICE, P1, "INVITE", via("alice a1"))->txn;

    response(&l, 1, P1, ALICE, 180, "INVITE", via("alice a1"), .to_tag = "two");
    response(&l, 2, P1, ALICE, 486, "INVITE", via("alice a1"), .to_tag = "one");
    request(&l, 2, ALICE, P1, "INVITE", via("alice z1"), .call_id = "other");
    response(&l, 2, P1, ALICE, 486, "INVITE", via("alice z1"), .call_id = "other",
             .to_tag = "other");
    response(&l, 2, P1, ALICE, 480, "INVITE", via("alice a1"), .to_tag = "two");
    response(&l, 2, P1, ALICE, 603, "INVITE", via("alice a1"), .to_tag = "two");
    response(&l, 2, P1, ALICE, 200, "INVITE", via("alice a1"), .to_tag = "four");
    response(&l, 2, P1, ALICE, 199, "INVITE", via("alice a1"), .to_tag = "five");
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_test_message("row %u", (unsigned)i);
        g_assert_cmpuint(sx_tracker_final_with(l.tracker, txn_numbered(&l, txn), rows[i].code,
                                               tag_hash(rows[i].tag)),
                         ==, rows[i].frame);
        if (!rows[i].code) /* the 2xx is none */
            g_assert_cmpuint(sx_tracker_failure_with(l.tracker, txn_numbered(&l, txn),
                                                     tag_hash(rows[i].tag)),
                             ==, rows[i].frame == 8 ? 0 : rows[i].frame);
    }
    ladder_close(&l);
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

/* How long after the first one each came; the last is overtaken by the final response. */
static void test_times(void)
{
    static const struct {
        unsigned code;
        double at;
    } rows[] = {{181, 1.0}, {180, 1.5}, {200, 2.0}, {183, 2.5}};
    struct ladder l = ladder_open();
    uint32_t txn = request(&l, 0, ALICE, BOB, "INVITE", via("alice a1"))->txn, ms;

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        response(&l, rows[i].at, BOB, ALICE, rows[i].code, "INVITE", via("alice a1"));
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_test_message("%u", rows[i].code);
        g_assert_true(
            sx_tracker_response_ms(l.tracker, txn_numbered(&l, txn), rows[i].code, 404, &ms));
        g_assert_cmpuint(ms, ==, 500 * i);
    }
    g_assert_false(sx_tracker_response_ms(l.tracker, txn_numbered(&l, txn), 182, 404, &ms));
    ladder_close(&l);
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/responses/answers_of_a_fork", test_answers_of_a_fork);
    g_test_add_func("/responses/response_again", test_response_again);
    g_test_add_func("/responses/response_to_request_again", test_response_to_request_again);
    g_test_add_func("/responses/many_again", test_many_again);
    g_test_add_func("/responses/many_different", test_many_different);
    g_test_add_func("/responses/only_responses", test_only_responses);
    g_test_add_func("/responses/progress", test_progress);
    g_test_add_func("/responses/100_too_late", test_100_too_late);
    g_test_add_func("/responses/codes_of_no_class", test_codes_of_no_class);
    g_test_add_func("/responses/frame_again_responses", test_frame_again_responses);
    g_test_add_func("/responses/frame_again_other_transaction", test_frame_again_other_transaction);
    g_test_add_func("/responses/first_response", test_first_response);
    g_test_add_func("/responses/last_provisional", test_last_provisional);
    g_test_add_func("/responses/way_comes_right", test_way_comes_right);
    g_test_add_func("/responses/final_with", test_final_with);
    g_test_add_func("/responses/reliable", test_reliable);
    g_test_add_func("/responses/state", test_state);
    g_test_add_func("/responses/ends_of_codes", test_ends_of_codes);
    g_test_add_func("/responses/first_goes_astray", test_first_goes_astray);
    g_test_add_func("/responses/times", test_times);
    return g_test_run();
}
