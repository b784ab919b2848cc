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

static void test_cancel(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite, *cancel, *ok, *terminated, *ack;

    invite = request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"));
    response(&l, 0.1, P1, ALICE, 100, "INVITE", via("alice a1"));
    cancel = request(&l, 5.0, ALICE, P1, "CANCEL", via("alice a1"));
    ok = response(&l, 5.1, P1, ALICE, 200, "CANCEL", via("alice a1"));
    g_assert_cmpuint(txn_of(&l, invite)->final_frame, ==, 0); /* that 200 was not for it */
    terminated = response(&l, 5.2, P1, ALICE, 487, "INVITE", via("alice a1"));
    ack = request(&l, 5.3, ALICE, P1, "ACK", via("alice a1"), .to_tag = "bob");

    g_assert_cmpuint(sx_tracker_txn_count(l.tracker), ==, 2);
    g_assert_cmpuint(cancel->txn, !=, invite->txn);
    g_assert_cmpuint(ok->txn, ==, cancel->txn);
    g_assert_cmpuint(terminated->txn, ==, invite->txn);
    g_assert_cmpuint(ack->txn, ==, invite->txn);
    g_assert_cmpuint(sx_txn_rare(txn_of(&l, cancel))->related, ==, invite->txn);
    g_assert_cmpuint(sx_txn_rare(txn_of(&l, invite))->related, ==, cancel->txn);
    g_assert_cmpuint(sx_txn_rare(txn_of(&l, invite))->cancel_frame, ==, 3);
    g_assert_cmpint(sx_txn_rare(txn_of(&l, invite))->cancel_ns, ==, ns_of(5));
    g_assert_cmpint(txn_of(&l, invite)->state, ==, SX_TXN_CONFIRMED);
    g_assert_cmpuint(sx_txn_more(txn_of(&l, invite))->ack_frame, ==, 6);
    g_assert_cmpuint(cancel->flags & SX_MESSAGE_ENDS_WAIT, !=, 0);
    g_assert_cmpuint(terminated->flags & SX_MESSAGE_ENDS_WAIT, ==, 0);
    ladder_close(&l);
}

/* A CANCEL that crosses the final response changes nothing (RFC 3261 9.1); one that belongs to no
 * INVITE of the capture stands alone. */
static void test_cancel_without_effect(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite = request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"));

    response(&l, 0.1, P1, ALICE, 486, "INVITE", via("alice a1"));
    request(&l, 0.2, ALICE, P1, "CANCEL", via("alice a1"));
    g_assert_cmpuint(sx_txn_rare(txn_of(&l, invite))->cancel_frame, ==, 0);
    const struct sx_message *alone = request(&l, 1.0, ALICE, P1, "CANCEL", via("alice a9"));
    g_assert_cmpuint(sx_txn_rare(txn_of(&l, alone))->related, ==, 0);
    ladder_close(&l);
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

/* ---- sent again, or captured twice ---- */

static void test_request_again(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *m = request(&l, 10.000, ALICE, BOB, "INVITE", via("alice a1"));
    const struct sx_txn *txn = txn_of(&l, m);

    g_assert_cmpuint(m->repeats, ==, 0);
    m = request(&l, 10.001, ALICE, BOB, "INVITE", via("alice a1"));
    g_assert_cmpuint(m->repeats, ==, 1);
    g_assert_cmpuint(m->flags, ==, SX_MESSAGE_DUPLICATE);
    g_assert_cmpuint(sx_txn_sends(txn), ==, 1);
    m = request(&l, 10.500, ALICE, BOB, "INVITE", via("alice a1"));
    g_assert_cmpuint(m->repeats, ==, 1);
    g_assert_cmpuint(m->flags, ==, 0);
    g_assert_cmpuint(sx_txn_sends(txn), ==, 2);
    g_assert_cmpuint(sx_txn_rare(txn)->resends_after_100, ==, 0);
    m = request(&l, 10.501, ALICE, BOB, "INVITE", via("alice a1"));
    g_assert_cmpuint(m->flags, ==, SX_MESSAGE_DUPLICATE);
    response(&l, 10.600, BOB, ALICE, 100, "INVITE", via("alice a1"));
    m = request(&l, 11.500, ALICE, BOB, "INVITE", via("alice a1"));
    g_assert_cmpuint(m->flags, ==, 0);
    g_assert_cmpuint(sx_txn_sends(txn), ==, 3);
    g_assert_cmpuint(sx_txn_rare(txn)->resends_after_100, ==, 1);
    g_assert_cmpuint(txn->request_frame, ==, 1);
    g_assert_cmpuint(sx_txn_last_request_frame(txn), ==, 6);
    g_assert_cmpint(sx_txn_last_request_ns(txn), ==, ns_of(11.5));
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

/* ---- a response before its request ---- */

static void test_response_first(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *ok, *invite;

    ok = response(&l, 1.0, P2, ALICE, 200, "INVITE", via("alice a1"), .src_port = 7777);
    g_assert_cmpuint(txn_of(&l, ok)->request_frame, ==, 0);
    g_assert_cmpuint(sx_txn_sends(txn_of(&l, ok)), ==, 0);
    g_assert_cmpuint(txn_of(&l, ok)->final_frame, ==, 1);
    invite = request(&l, 1.1, ALICE, P1, "INVITE", via("alice a1"), .more = "Expires: 60\r\n");
    const struct sx_txn *txn = txn_of(&l, invite);
    g_assert_cmpuint(invite->txn, ==, ok->txn);
    g_assert_cmpuint(invite->repeats, ==, 0);
    g_assert_cmpuint(txn->request_frame, ==, 2);
    g_assert_cmpuint(sx_txn_sends(txn), ==, 1);
    g_assert_cmpuint(sx_txn_more(txn)->expires_s, ==, 60);
    /* where the request went is known now */
    g_assert_cmpuint(txn->dst.port, ==, 5060);
    g_assert_cmpuint(sx_tracker_host(l.tracker, txn->dst.host)->bytes[3], ==, P1);
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

/* ---- frame numbers used twice, as tshark -2 -R does with frames that it drops ---- */

/* The first sending was dropped, as with -R frame.time_relative>0.4: the second one, which has its
 * number now, does not repeat itself. */
static void test_frame_again_request(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *m;

    request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"));
    l.frame--;
    m = request(&l, 0.5, ALICE, P1, "INVITE", via("alice a1"));
    g_assert_cmpuint(m->repeats, ==, 0);
    response(&l, 0.6, P1, ALICE, 486, "INVITE", via("alice a1"));
    request(&l, 0.7, ALICE, P1, "ACK", via("alice a1"), .to_tag = "bob");
    l.frame--;
    m = request(&l, 1.2, ALICE, P1, "ACK", via("alice a1"), .to_tag = "bob");
    g_assert_cmpuint(m->repeats, ==, 0);
    ladder_close(&l);
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

/* ---- attempts ---- */

static void test_new_attempt(void)
{
    struct ladder l = ladder_open();
    uint32_t a, b, c;

    a = request(&l, 0.0, ALICE, P1, "REGISTER", via("alice a1"))->txn;
    response(&l, 0.1, P1, ALICE, 401, "REGISTER", via("alice a1"));
    b = request(&l, 0.2, ALICE, P1, "REGISTER", via("alice a2"), .cseq = 2,
                .more = "Authorization: Digest x=y\r\n")
            ->txn;
    g_assert_cmpuint(txn_numbered(&l, a)->followed_by, ==, b);
    g_assert_true(txn_numbered(&l, b)->auth != 0);
    response(&l, 0.3, P1, ALICE, 423, "REGISTER", via("alice a2"), .cseq = 2);
    c = request(&l, 0.4, ALICE, P1, "REGISTER", via("alice a3"), .cseq = 3)->txn;
    g_assert_cmpuint(txn_numbered(&l, b)->followed_by, ==, c);
    response(&l, 0.5, P1, ALICE, 200, "REGISTER", via("alice a3"), .cseq = 3);
    request(&l, 600, ALICE, P1, "REGISTER", via("alice a4"), .cseq = 4);
    g_assert_cmpuint(txn_numbered(&l, c)->followed_by, ==, 0); /* a refresh is no repair */
    ladder_close(&l);
}

static void test_not_a_new_attempt(void)
{
    struct ladder l = ladder_open();
    uint32_t a = request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"), .cseq = 7)->txn;

    response(&l, 0.1, P1, ALICE, 407, "INVITE", via("alice a1"), .cseq = 7);
    request(&l, 0.2, ALICE, P1, "ACK", via("alice a1"), .cseq = 7, .to_tag = "bob");
    request(&l, 0.3, ALICE, P1, "INVITE", via("alice a2"), .cseq = 8, .call_id = "call-2");
    request(&l, 0.4, ALICE, P1, "BYE", via("alice a3"), .cseq = 8);
    request(&l, 0.5, CAROL, P1, "INVITE", via("carol a4"), .cseq = 8);
    request(&l, 0.6, ALICE, P1, "INVITE", via("alice a5"), .cseq = 6);
    request(&l, 0.7, ALICE, P1, "INVITE", via("alice a1"), .cseq = 7);
    g_assert_cmpuint(txn_numbered(&l, a)->followed_by, ==, 0);
    ladder_close(&l);
}

/* RFC 3261 22.2 asks to keep the From tag, and many phones take a new one. */
static void test_new_attempt_with_another_from_tag(void)
{
    struct ladder l = ladder_open();
    uint32_t a = request(&l, 0.0, ALICE, P1, "REGISTER", via("alice a1"))->txn;

    response(&l, 0.1, P1, ALICE, 401, "REGISTER", via("alice a1"));
    uint32_t b =
        request(&l, 17, ALICE, P1, "REGISTER", via("alice a2"), .cseq = 2, .from_tag = "x")->txn;
    g_assert_cmpuint(txn_numbered(&l, a)->followed_by, ==, b);
    ladder_close(&l);
}

/* A proxy that follows a redirection itself: same CSeq, another branch. */
static void test_recursion(void)
{
    struct ladder l = ladder_open();
    uint32_t moved, next;

    request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"));
    moved = request(&l, 0.1, P1, BOB, "INVITE", via("p1 b1", "alice a1"))->txn;
    response(&l, 0.2, BOB, P1, 302, "INVITE", via("p1 b1", "alice a1"));
    next = request(&l, 0.3, P1, CAROL, "INVITE", via("p1 b2", "alice a1"))->txn;
    g_assert_cmpuint(txn_numbered(&l, moved)->followed_by, ==, next);
    ladder_close(&l);
}

/* Who redirects each of its own branches to the next one makes nobody look through all of them each
 * time. */
static void test_recursion_without_end(void)
{
    if (ran_apart())
        return;
    struct ladder l = ladder_open();
    uint32_t last = 0;

    request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"));
    for (unsigned i = 0; i < 100000; i++) {
        char branch[24];
        g_snprintf(branch, sizeof branch, "p1 b%u", i);
        uint32_t next = request(&l, 1, P1, BOB, "INVITE", via(branch, "alice a1"))->txn;
        response(&l, 1, BOB, P1, 302, "INVITE", via(branch, "alice a1"));
        if (last && txn_numbered(&l, last)->followed_by != next)
            complain("branch %u is not followed by %u", last, next);
        last = next;
    }
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

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/observe/a_call", test_a_call);
    g_test_add_func("/observe/cancel", test_cancel);
    g_test_add_func("/observe/cancel_without_effect", test_cancel_without_effect);
    g_test_add_func("/observe/answers_of_a_fork", test_answers_of_a_fork);
    g_test_add_func("/observe/request_again", test_request_again);
    g_test_add_func("/observe/response_again", test_response_again);
    g_test_add_func("/observe/response_to_request_again", test_response_to_request_again);
    g_test_add_func("/observe/copies_interleaved", test_copies_interleaved);
    g_test_add_func("/observe/again_with_clock_back", test_again_with_clock_back);
    g_test_add_func("/observe/alike_but_not_again", test_alike_but_not_again);
    g_test_add_func("/observe/again_within_transaction_only", test_again_within_transaction_only);
    g_test_add_func("/observe/many_again", test_many_again);
    g_test_add_func("/observe/many_different", test_many_different);
    g_test_add_func("/observe/response_first", test_response_first);
    g_test_add_func("/observe/only_responses", test_only_responses);
    g_test_add_func("/observe/100_too_late", test_100_too_late);
    g_test_add_func("/observe/codes_of_no_class", test_codes_of_no_class);
    g_test_add_func("/observe/frame_again_request", test_frame_again_request);
    g_test_add_func("/observe/frame_again_responses", test_frame_again_responses);
    g_test_add_func("/observe/frame_again_other_transaction", test_frame_again_other_transaction);
    g_test_add_func("/observe/addresses", test_addresses);
    g_test_add_func("/observe/new_attempt", test_new_attempt);
    g_test_add_func("/observe/not_a_new_attempt", test_not_a_new_attempt);
    g_test_add_func("/observe/new_attempt_with_another_from_tag",
                    test_new_attempt_with_another_from_tag);
    g_test_add_func("/observe/recursion", test_recursion);
    g_test_add_func("/observe/recursion_without_end", test_recursion_without_end);
    g_test_add_func("/observe/copy_elsewhere", test_copy_elsewhere);
    g_test_add_func("/observe/uneven_repeats", test_uneven_repeats);
    return g_test_run();
}
