/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/record/tracker.h"

#include "core/judge/silence.h"
#include "core/judge/origin.h"
#include "core/judge/trying.h"
#include "sip_text.h"

/* ---- which messages make one transaction ---- */

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
    m[5] = request(&l, 9.000, BOB, ALICE, "BYE", via("bob b1"), .from_tag = "bob",
                   .to_tag = "alice");
    m[6] = response(&l, 9.010, ALICE, BOB, 200, "BYE", via("bob b1"), .from_tag = "bob",
                    .to_tag = "alice");

    const struct sx_txn *invite = txn_of(&l, m[0]);
    g_assert_cmpuint(sx_tracker_txn_count(l.tracker), ==, 3);
    g_assert_cmpuint(m[1]->txn, ==, m[0]->txn);
    g_assert_cmpuint(m[2]->txn, ==, m[0]->txn);
    g_assert_cmpuint(m[3]->txn, ==, m[0]->txn);
    g_assert_cmpuint(m[4]->txn, !=, m[0]->txn);     /* RFC 3261 13.2.2.4 */
    g_assert_cmpuint(m[6]->txn, ==, m[5]->txn);
    g_assert_cmpuint(invite->number, ==, 1);
    g_assert_cmpuint(invite->request_frame, ==, 1);
    g_assert_cmpint(invite->request_ns, ==, ns_of(0));
    g_assert_cmpuint(invite->trying_frame, ==, 2);
    g_assert_cmpint(invite->trying_ns, ==, ns_of(0.010));
    g_assert_cmpuint(invite->first_response_frame, ==, 3);
    g_assert_cmpint(invite->first_response_ns, ==, ns_of(0.500));
    g_assert_cmpuint(invite->first_response_code, ==, 180);
    g_assert_cmpuint(invite->final_frame, ==, 4);
    g_assert_cmpint(invite->final_ns, ==, ns_of(5));
    g_assert_cmpuint(invite->final_code, ==, 200);
    g_assert_cmpint(invite->state, ==, SX_TXN_ACCEPTED);
    g_assert_cmpuint(invite->sends, ==, 1);
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

/* RFC 3261 17.2.3: branch, sent-by and method together. */
static void test_key(void)
{
    struct ladder l = ladder_open();
    uint32_t one = request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"))->txn;

    g_assert_cmpuint(one, ==, 1);
    g_assert_cmpuint(request(&l, 0.5, ALICE, BOB, "INVITE", via("alice a1"))->txn, ==, one);
    g_assert_cmpuint(request(&l, 1.0, ALICE, BOB, "INVITE", via("ALICE a1"))->txn, ==, one);
    g_assert_cmpuint(request(&l, 1.5, ALICE, BOB, "INVITE", via("alice a2"))->txn, ==, 2);
    g_assert_cmpuint(request(&l, 2.0, ALICE, BOB, "INVITE", via("alice.x a1"))->txn, ==, 3);
    g_assert_cmpuint(request(&l, 2.5, ALICE, BOB, "INVITE", via("alice:5061 a1"))->txn, ==, 4);
    /* RFC 3261 18.1.1: without a port it is 5060 */
    g_assert_cmpuint(request(&l, 2.6, ALICE, BOB, "INVITE", via("alice:5060 a1"))->txn, ==, one);
    g_assert_cmpuint(request(&l, 3.0, ALICE, BOB, "UPDATE", via("alice a1"))->txn, ==, 5);
    /* a client with poor random numbers */
    g_assert_cmpuint(
        request(&l, 3.5, ALICE, BOB, "INVITE", via("alice a1"), .call_id = "call-2")->txn, ==, 6);
    g_assert_cmpuint(request(&l, 4.0, ALICE, BOB, "INVITE", via("alice a1"), .cseq = 2)->txn, ==,
                     7);
    ladder_close(&l);
}

/* RFC 3261 17.1.3: the address plays no part. NAT, and proxies that answer from another port. */
static void test_answer_from_elsewhere(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"))->txn;

    g_assert_cmpuint(
        response(&l, 0.1, P1, ALICE, 100, "INVITE", via("alice a1"), .src_port = 49152)->txn, ==,
        txn);
    g_assert_cmpuint(response(&l, 0.2, P2, CAROL, 180, "INVITE", via("alice a1"))->txn, ==, txn);
    g_assert_cmpuint(
        response(&l, 0.3, P2, ALICE, 200, "INVITE", via("alice a1"), .dst_port = 1)->txn, ==, txn);
    g_assert_cmpuint(sx_tracker_txn_count(l.tracker), ==, 1);
    const struct sx_host *to = sx_tracker_host(l.tracker, txn_numbered(&l, txn)->answer_dst.host);
    g_assert_cmpuint(to->bytes[3], ==, CAROL);
    g_assert_cmpuint(sx_tracker_host(l.tracker, txn_numbered(&l, txn)->dst.host)->bytes[3], ==, P1);
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
    g_assert_cmpuint(txn_of(&l, invite)->final_frame, ==, 0);   /* that 200 was not for it */
    terminated = response(&l, 5.2, P1, ALICE, 487, "INVITE", via("alice a1"));
    ack = request(&l, 5.3, ALICE, P1, "ACK", via("alice a1"), .to_tag = "bob");

    g_assert_cmpuint(sx_tracker_txn_count(l.tracker), ==, 2);
    g_assert_cmpuint(cancel->txn, !=, invite->txn);
    g_assert_cmpuint(ok->txn, ==, cancel->txn);
    g_assert_cmpuint(terminated->txn, ==, invite->txn);
    g_assert_cmpuint(ack->txn, ==, invite->txn);
    g_assert_cmpuint(txn_of(&l, cancel)->related, ==, invite->txn);
    g_assert_cmpuint(txn_of(&l, invite)->related, ==, cancel->txn);
    g_assert_cmpuint(txn_of(&l, invite)->cancel_frame, ==, 3);
    g_assert_cmpint(txn_of(&l, invite)->cancel_ns, ==, ns_of(5));
    g_assert_cmpint(txn_of(&l, invite)->state, ==, SX_TXN_CONFIRMED);
    g_assert_cmpuint(txn_of(&l, invite)->ack_frame, ==, 6);
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
    g_assert_cmpuint(txn_of(&l, invite)->cancel_frame, ==, 0);
    const struct sx_message *alone = request(&l, 1.0, ALICE, P1, "CANCEL", via("alice a9"));
    g_assert_cmpuint(txn_of(&l, alone)->related, ==, 0);
    ladder_close(&l);
}

static void test_ack(void)
{
    struct ladder l = ladder_open();
    uint32_t failed = request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"))->txn;
    const struct sx_message *ack, *again;

    response(&l, 0.1, P1, ALICE, 486, "INVITE", via("alice a1"));
    ack = request(&l, 0.2, ALICE, P1, "ACK", via("alice a1"), .to_tag = "bob");
    again = request(&l, 0.7, ALICE, P1, "ACK", via("alice a1"), .to_tag = "bob");
    g_assert_cmpuint(ack->txn, ==, failed);     /* RFC 3261 17.1.1.3 */
    g_assert_cmpuint(ack->repeats, ==, 0);
    g_assert_cmpuint(again->txn, ==, failed);
    g_assert_cmpuint(again->repeats, ==, ack->frame);
    g_assert_cmpuint(txn_numbered(&l, failed)->sends, ==, 1);

    /* a client that uses the branch of the INVITE for the ACK to its 2xx */
    uint32_t answered = request(&l, 1.0, ALICE, P1, "INVITE", via("alice a2"), .cseq = 2)->txn;
    response(&l, 1.1, P1, ALICE, 200, "INVITE", via("alice a2"), .cseq = 2);
    ack = request(&l, 1.2, ALICE, P1, "ACK", via("alice a2"), .cseq = 2, .to_tag = "bob");
    g_assert_cmpuint(ack->txn, !=, answered);
    g_assert_cmpint(txn_numbered(&l, answered)->state, ==, SX_TXN_ACCEPTED);
    again = request(&l, 1.7, ALICE, P1, "ACK", via("alice a2"), .cseq = 2, .to_tag = "bob");
    g_assert_cmpuint(again->txn, ==, ack->txn);
    g_assert_cmpuint(again->repeats, ==, ack->frame);
    ladder_close(&l);
}

static void test_prack(void)
{
    struct ladder l = ladder_open();
    uint32_t invite = request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"))->txn, prack;

    response(&l, 0.1, BOB, ALICE, 183, "INVITE", via("alice a1"), .more = "RSeq: 1\r\n");
    prack = request(&l, 0.2, ALICE, BOB, "PRACK", via("alice a2"), .cseq = 2, .to_tag = "bob",
                    .more = "RAck: 1 1 INVITE\r\n")->txn;
    g_assert_cmpuint(response(&l, 0.3, BOB, ALICE, 200, "PRACK", via("alice a2"), .cseq = 2)->txn,
                     ==, prack);
    g_assert_cmpuint(prack, !=, invite);
    g_assert_cmpuint(txn_numbered(&l, invite)->final_frame, ==, 0);
    g_assert_cmpuint(txn_numbered(&l, prack)->final_code, ==, 200);
    ladder_close(&l);
}

/* Two branches of one INVITE with the same addresses, ports, Call-ID and CSeq. */
static void test_fork_on_one_5_tuple(void)
{
    struct ladder l = ladder_open();
    uint32_t up = request(&l, 0.00, ALICE, P1, "INVITE", via("alice a1"))->txn;
    uint32_t x = request(&l, 0.01, P1, P2, "INVITE", via("p1 x", "alice a1"))->txn;
    uint32_t y = request(&l, 0.02, P1, P2, "INVITE", via("p1 y", "alice a1"))->txn;

    response(&l, 0.03, P2, P1, 100, "INVITE", via("p1 y", "alice a1"));
    response(&l, 0.04, P2, P1, 100, "INVITE", via("p1 x", "alice a1"));
    response(&l, 0.10, P2, P1, 486, "INVITE", via("p1 x", "alice a1"), .to_tag = "desk");
    response(&l, 0.20, P2, P1, 200, "INVITE", via("p1 y", "alice a1"), .to_tag = "mobile");
    g_assert_cmpuint(x, !=, y);
    g_assert_cmpuint(txn_numbered(&l, x)->trying_frame, ==, 5);
    g_assert_cmpuint(txn_numbered(&l, y)->trying_frame, ==, 4);
    g_assert_cmpuint(txn_numbered(&l, x)->final_code, ==, 486);
    g_assert_cmpuint(txn_numbered(&l, y)->final_code, ==, 200);
    g_assert_cmpuint(txn_numbered(&l, x)->parent, ==, up);
    g_assert_cmpuint(txn_numbered(&l, y)->parent, ==, up);
    g_assert_cmpuint(txn_numbered(&l, up)->final_frame, ==, 0);
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

static void test_unknown_methods(void)
{
    struct ladder l = ladder_open();
    uint32_t foo = request(&l, 0.0, ALICE, BOB, "FOO", via("alice a1"))->txn;
    uint32_t bar = request(&l, 0.1, ALICE, BOB, "BAR", via("alice a1"))->txn;

    g_assert_cmpuint(foo, !=, bar);
    g_assert_cmpuint(response(&l, 0.2, BOB, ALICE, 501, "BAR", via("alice a1"))->txn, ==, bar);
    g_assert_cmpuint(response(&l, 0.3, BOB, ALICE, 501, "FOO", via("alice a1"))->txn, ==, foo);
    g_assert_cmpint(txn_numbered(&l, foo)->state, ==, SX_TXN_COMPLETED);
    ladder_close(&l);
}

/* RFC 3261 8.2.6.2: a response without a Via belongs to nobody. */
static void test_names_no_transaction(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *m = response(&l, 0.0, BOB, ALICE, 200, "INVITE", .cseq = 1);

    g_assert_cmpuint(m->txn, ==, 0);
    g_assert_true(sx_tracker_message(l.tracker, 1, 0) == m);
    g_assert_cmpuint(sx_tracker_txn_count(l.tracker), ==, 0);
    g_assert_null(sx_tracker_txn(l.tracker, 0));
    g_assert_null(sx_tracker_txn(l.tracker, 1));
    ladder_close(&l);
}

static void test_two_messages_in_a_frame(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *one, *two;

    one = request(&l, 0.0, ALICE, BOB, "ACK", via("alice a1"), .transport = SX_TRANSPORT_TCP);
    two = request(&l, 0.0, ALICE, BOB, "BYE", via("alice a2"), .same_frame = true,
                  .transport = SX_TRANSPORT_TCP);
    other_packet(&l, 0.1);
    g_assert_true(sx_tracker_message(l.tracker, 1, 0) == one);
    g_assert_true(sx_tracker_message(l.tracker, 1, 1) == two);
    g_assert_null(sx_tracker_message(l.tracker, 1, 2));
    g_assert_null(sx_tracker_message(l.tracker, 2, 0));
    g_assert_cmpint(txn_of(&l, two)->transport, ==, SX_TRANSPORT_TCP);
    ladder_close(&l);
}

static uint32_t find(const struct ladder *l, const struct sip_text *m)
{
    GString *text = text_of(m);
    struct sx_sip_msg msg;

    g_assert_true(sx_sip_msg_read(sx_slice(text->str, text->len), &msg));
    uint32_t found = sx_tracker_find(l->tracker, &msg);
    g_string_free(text, TRUE);
    return found;
}

static void test_find(void)
{
    struct ladder l = ladder_open();

    request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"));
    g_assert_cmpuint(find(&l, &(struct sip_text){via("alice a1"), .code = 200, .method = "INVITE"}),
                     ==, 1);
    g_assert_cmpuint(find(&l, &(struct sip_text){via("alice a1"), .method = "ACK"}), ==, 1);
    g_assert_cmpuint(find(&l, &(struct sip_text){via("alice a1"), .method = "CANCEL"}), ==, 0);
    g_assert_cmpuint(find(&l, &(struct sip_text){via("alice a2"), .method = "INVITE"}), ==, 0);
    g_assert_cmpuint(sx_tracker_txn_count(l.tracker), ==, 1);
    g_assert_cmpuint(txn_numbered(&l, 1)->sends, ==, 1);
    g_assert_cmpuint(txn_numbered(&l, 1)->responses, ==, 0);
    ladder_close(&l);
}

/* A packet of a capture with a snapshot length: as much of it as there is names the transaction
 * that the whole names, or none. */
static void snapped(const struct sip_text *m, const char *name)
{
    static const uint8_t src[4] = {10, 0, 0, ALICE}, dst[4] = {10, 0, 0, P1};
    GString *text = text_of(m);

    for (gsize n = 20; n < text->len; n++) {
        struct ladder l = ladder_open();
        struct sx_sip_msg msg;
        uint32_t whole = request(&l, 0.0, ALICE, P1, "INVITE", via("p1 x", "alice a1"))->txn;
        if (sx_sip_msg_read(sx_slice(text->str, n), &msg)) {
            struct sx_observation obs = {.msg = &msg, .frame = other_packet(&l, 0.1),
                                         .src = address_at(src, 0), .dst = address_at(dst, 0),
                                         .time_ns = ns_of(0.1), .transport = SX_TRANSPORT_UDP};
            uint32_t got = sx_tracker_observe(l.tracker, &obs)->txn;
            if (got != 0 && got != whole) {
                complain("%s, the first %" G_GSIZE_FORMAT " bytes:\n%.*s", name, n, (int)n,
                         text->str);
                n = text->len;
            }
        }
        ladder_close(&l);
    }
    g_string_free(text, TRUE);
}

static void test_snapped(void)
{
    snapped(&(struct sip_text){via("p1 x", "alice a1"), .method = "INVITE"}, "request");
    snapped(&(struct sip_text){via("p1 x", "alice a1"), .code = 200, .method = "INVITE"},
            "response");
}

/* ---- branches without the magic cookie (RFC 3261 17.2.3, RFC 2543) ---- */

static void test_old_branch(void)
{
    struct ladder l = ladder_open();
    uint32_t one = request(&l, 0.0, ALICE, BOB, "INVITE", via("alice"))->txn;

    g_assert_true(txn_numbered(&l, one)->old_branch);
    g_assert_cmpuint(request(&l, 0.5, ALICE, BOB, "INVITE", via("alice"))->txn, ==, one);
    g_assert_cmpuint(response(&l, 0.6, BOB, ALICE, 100, "INVITE", via("alice"))->txn, ==, one);
    g_assert_cmpuint(response(&l, 0.7, BOB, ALICE, 486, "INVITE", via("alice"))->txn, ==, one);
    g_assert_cmpuint(request(&l, 0.8, ALICE, BOB, "ACK", via("alice"), .to_tag = "bob")->txn, ==,
                     one);
    g_assert_cmpuint(sx_tracker_txn_count(l.tracker), ==, 1);

    g_assert_cmpuint(request(&l, 1.0, ALICE, BOB, "INVITE", via("alice"), .cseq = 2)->txn, ==, 2);
    g_assert_cmpuint(request(&l, 1.1, ALICE, BOB, "INVITE", via("alice"), .call_id = "x")->txn, ==,
                     3);
    g_assert_cmpuint(request(&l, 1.2, ALICE, BOB, "INVITE", via("alice"), .from_tag = "x")->txn,
                     ==, 4);
    g_assert_cmpuint(request(&l, 1.3, ALICE, BOB, "INVITE", via("alicia"))->txn, ==, 5);
    g_assert_cmpuint(
        request(&l, 1.4, ALICE, BOB, "INVITE", via("alice"), .cseq = 3, .uri = "sip:x")->txn, ==,
        6);
    g_assert_cmpuint(
        request(&l, 1.5, ALICE, BOB, "INVITE", via("alice"), .cseq = 3, .uri = "sip:y")->txn, ==,
        7);
    ladder_close(&l);
}

/* An old branch may be there and be a constant: the rest tells the transactions apart. */
static void test_old_constant_branch(void)
{
    struct ladder l = ladder_open();
    uint32_t one = request(&l, 0.0, ALICE, BOB, "OPTIONS", via("alice 0"), .old_branch = true)->txn;

    g_assert_true(txn_numbered(&l, one)->old_branch);
    g_assert_cmpuint(
        request(&l, 1.0, ALICE, BOB, "OPTIONS", via("alice 0"), .old_branch = true, .cseq = 2)->txn,
        !=, one);
    g_assert_cmpuint(
        response(&l, 1.1, BOB, ALICE, 200, "OPTIONS", via("alice 0"), .old_branch = true)->txn, ==,
        one);
    /* the cookie and nothing behind it is no unique branch either */
    const struct sx_message *bare =
        request(&l, 2.0, ALICE, BOB, "OPTIONS", via("alice z9hG4bK"), .old_branch = true);
    g_assert_true(txn_of(&l, bare)->old_branch);
    ladder_close(&l);
}

/* With the cookie the Request-URI does not count: a retransmission that a middlebox rewrote. */
static void test_new_branch_ignores_uri(void)
{
    struct ladder l = ladder_open();
    uint32_t one = request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"))->txn;

    g_assert_cmpuint(request(&l, 0.5, ALICE, BOB, "INVITE", via("alice a1"), .uri = "sip:x")->txn,
                     ==, one);
    g_assert_cmpuint(
        request(&l, 1.0, ALICE, BOB, "INVITE", via("alice a1"), .from_tag = "x")->txn, ==, one);
    ladder_close(&l);
}

/* A branch that is used again when its transaction must be gone. */
static void test_branch_used_again(void)
{
    struct ladder l = ladder_open();
    uint32_t one = request(&l, 0.0, ALICE, BOB, "OPTIONS", via("alice a1"))->txn;

    response(&l, 0.1, BOB, ALICE, 200, "OPTIONS", via("alice a1"));
    g_assert_cmpuint(request(&l, 32.0, ALICE, BOB, "OPTIONS", via("alice a1"))->txn, ==, one);
    const struct sx_message *m = request(&l, 70.0, ALICE, BOB, "OPTIONS", via("alice a1"));
    g_assert_cmpuint(m->txn, ==, 2);
    g_assert_cmpuint(m->repeats, ==, 0);
    g_assert_cmpuint(response(&l, 70.1, BOB, ALICE, 200, "OPTIONS", via("alice a1"))->txn, ==, 2);
    g_assert_cmpuint(txn_numbered(&l, one)->sends, ==, 2);
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
    g_assert_cmpuint(txn->sends, ==, 1);
    m = request(&l, 10.500, ALICE, BOB, "INVITE", via("alice a1"));
    g_assert_cmpuint(m->repeats, ==, 1);
    g_assert_cmpuint(m->flags, ==, 0);
    g_assert_cmpuint(txn->sends, ==, 2);
    g_assert_cmpuint(txn->sends_after_100, ==, 0);
    m = request(&l, 10.501, ALICE, BOB, "INVITE", via("alice a1"));
    g_assert_cmpuint(m->flags, ==, SX_MESSAGE_DUPLICATE);
    response(&l, 10.600, BOB, ALICE, 100, "INVITE", via("alice a1"));
    m = request(&l, 11.500, ALICE, BOB, "INVITE", via("alice a1"));
    g_assert_cmpuint(m->flags, ==, 0);
    g_assert_cmpuint(txn->sends, ==, 3);
    g_assert_cmpuint(txn->sends_after_100, ==, 1);
    g_assert_cmpuint(txn->request_frame, ==, 1);
    g_assert_cmpuint(txn->last_request_frame, ==, 6);
    g_assert_cmpint(txn->last_request_ns, ==, ns_of(11.5));
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
    m = response(&l, 0.503, BOB, ALICE, 100, "INVITE", via("alice a1"));    /* a copy of that */
    g_assert_cmpuint(m->repeats, ==, 2);
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
                              .more = "RSeq: 2\r\n")->repeats, ==, 0);
    g_assert_cmpuint(response(&l, 0.7, BOB, ALICE, 183, "INVITE", via("alice a1"), .to_tag = "x",
                              .more = "RSeq: 1\r\n")->repeats, ==, 0);
    g_assert_cmpuint(response(&l, 0.8, BOB, ALICE, 183, "INVITE", via("alice a1"), .body = 400,
                              .more = "RSeq: 1\r\n")->repeats, ==, 0);
    g_assert_cmpuint(response(&l, 0.9, BOB, ALICE, 183, "INVITE", via("alice a1"),
                              .more = "RSeq: 1\r\n")->repeats, ==, 2);
    ladder_close(&l);
}

/* The same To tag, none, is no sign that 100s of two transactions are one. */
static void test_again_within_transaction_only(void)
{
    struct ladder l = ladder_open();

    request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"));
    request(&l, 0.1, ALICE, BOB, "INVITE", via("alice a2"), .call_id = "call-2");
    response(&l, 0.2, BOB, ALICE, 100, "INVITE", via("alice a1"));
    g_assert_cmpuint(response(&l, 0.3, BOB, ALICE, 100, "INVITE", via("alice a2"),
                              .call_id = "call-2")->repeats, ==, 0);
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
        g_assert_cmpuint(
            response(&l, i + 0.1, BOB, ALICE, 180, "INVITE", via("alice a1"))->repeats, ==,
            i > 1 ? 3 : 0);
    }
    g_assert_cmpuint(sx_tracker_txn_count(l.tracker), ==, 1);
    g_assert_cmpuint(txn_numbered(&l, txn)->sends, ==, 50001);
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
    g_assert_cmpuint(list_length(&l, txn_numbered(&l, txn)), ==,
                     txn_numbered(&l, txn)->distinct);
    /* the first ones are still known */
    g_assert_cmpuint(
        response(&l, 30000, BOB, ALICE, 180, "INVITE", via("alice a1"), .to_tag = "1")->repeats, ==,
        2);
    ladder_close(&l);
}

/* ---- the tree ---- */

static void test_tree(void)
{
    struct ladder l = ladder_open();
    uint32_t a, b, c, d;

    a = request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"))->txn;
    b = request(&l, 0.1, P1, P2, "INVITE", via("p1 b1", "alice a1"))->txn;
    c = request(&l, 0.2, P2, BOB, "INVITE", via("p2 c1", "p1 b1", "alice a1"))->txn;
    d = request(&l, 0.3, P2, CAROL, "INVITE", via("p2 c2", "p1 b1", "alice a1"))->txn;
    g_assert_cmpuint(txn_numbered(&l, a)->parent, ==, 0);
    g_assert_cmpuint(txn_numbered(&l, b)->parent, ==, a);
    g_assert_cmpuint(txn_numbered(&l, c)->parent, ==, b);
    g_assert_cmpuint(txn_numbered(&l, d)->parent, ==, b);
    g_assert_cmpint(count_children(&l, txn_numbered(&l, a)), ==, 1);
    g_assert_cmpint(count_children(&l, txn_numbered(&l, b)), ==, 2);
    g_assert_cmpint(count_children(&l, txn_numbered(&l, c)), ==, 0);
    const struct sx_host *p1 = sx_tracker_host(l.tracker, txn_numbered(&l, a)->dst.host);
    g_assert_cmpuint(p1->forwarded_invite, ==, 2);
    const struct sx_host *bob = sx_tracker_host(l.tracker, txn_numbered(&l, c)->dst.host);
    g_assert_cmpuint(bob->forwarded_invite, ==, 0);
    ladder_close(&l);
}

/* A hop that was not captured, or a spiral inside a proxy: the next one up that was captured is the
 * parent, until the missing one turns up. */
static void test_tree_with_gap(void)
{
    struct ladder l = ladder_open();
    uint32_t a, b, c, d;

    a = request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"))->txn;
    c = request(&l, 0.2, P2, BOB, "INVITE", via("p2 c1", "p1 b1", "alice a1"))->txn;
    d = request(&l, 0.3, P2, BOB, "INVITE", via("p2 d1", "p2 x", "p2 y", "p1 b1", "alice a1"))->txn;
    g_assert_cmpuint(txn_numbered(&l, c)->parent, ==, a);
    g_assert_cmpuint(txn_numbered(&l, d)->parent, ==, a);
    b = request(&l, 0.4, P1, P2, "INVITE", via("p1 b1", "alice a1"))->txn;
    g_assert_cmpuint(txn_numbered(&l, b)->parent, ==, a);
    g_assert_cmpuint(txn_numbered(&l, c)->parent, ==, b);
    g_assert_cmpint(count_children(&l, txn_numbered(&l, b)), ==, 1);
    ladder_close(&l);
}

#define DEEP 100

/* A chain as long as a routing loop makes it, whose last request was captured first. */
static void test_tree_deep(void)
{
    struct ladder l = ladder_open();
    uint32_t txns[DEEP];

    for (unsigned i = 0; i < DEEP; i++) {
        unsigned hop = (i + DEEP - 1) % DEEP;
        char top[24], below[24];
        g_snprintf(top, sizeof top, "p b%u", hop);
        g_snprintf(below, sizeof below, "p b%u", hop - 1);
        txns[hop] = hop ? request(&l, i, P1, P2, "INVITE", via(top, below))->txn
                        : request(&l, i, P1, P2, "INVITE", via(top))->txn;
    }
    for (unsigned hop = 1; hop < DEEP; hop++)
        g_assert_cmpuint(txn_numbered(&l, txns[hop])->parent, ==, txns[hop - 1]);
    ladder_close(&l);
}

/* A B2BUA's other side has a Call-ID of its own. */
static void test_no_tree(void)
{
    struct ladder l = ladder_open();
    uint32_t b;

    request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"));
    b = request(&l, 0.1, P1, BOB, "INVITE", via("p1 b1", "alice a1"), .call_id = "call-2")->txn;
    g_assert_cmpuint(txn_numbered(&l, b)->parent, ==, 0);
    /* nor is a request its own parent, whatever its Via stack says */
    b = request(&l, 0.2, P1, BOB, "INVITE", via("p1 b2", "p1 b2"))->txn;
    g_assert_cmpuint(txn_numbered(&l, b)->parent, ==, 0);
    g_assert_cmpint(count_children(&l, txn_numbered(&l, b)), ==, 0);
    ladder_close(&l);
}

/* A request of the tree below, and who is its parent; -1: none. */
struct node {
    unsigned from, to;
    const char *via[4];
    int parent;
};

static const struct node nodes[] = {
    {ALICE, P1, {"alice a1"}, -1},
    {P1, P2, {"p1 b1", "alice a1"}, 0},
    {P1, P3, {"p1 b2", "alice a1"}, 0},
    {P2, BOB, {"p2 c1", "p1 b1", "alice a1"}, 1},
    {P2, CAROL, {"p2 c2", "p1 b1", "alice a1"}, 1},
    {P3, DAVE, {"p3 d1", "p1 b2", "alice a1"}, 2},
};

#define NODES G_N_ELEMENTS(nodes)

static const struct sx_message *send_node(struct ladder *l, unsigned n, unsigned code)
{
    struct sip_text m = {.method = "INVITE", .code = code};

    memcpy(m.via, nodes[n].via, sizeof nodes[n].via);
    return code ? ladder_send(l, 0.1 * l->frame, nodes[n].to, nodes[n].from, &m)
                : ladder_send(l, 0.1 * l->frame, nodes[n].from, nodes[n].to, &m);
}

static void assert_tree(const struct ladder *l, const uint32_t txn_of_node[NODES])
{
    for (unsigned n = 0; n < NODES; n++) {
        int children = 0;
        uint32_t parent = nodes[n].parent < 0 ? 0 : txn_of_node[nodes[n].parent];
        g_assert_cmpuint(txn_numbered(l, txn_of_node[n])->parent, ==, parent);
        for (unsigned c = 0; c < NODES; c++)
            children += nodes[c].parent == (int)n;
        g_assert_cmpint(count_children(l, txn_numbered(l, txn_of_node[n])), ==, children);
    }
}

static void test_tree_in_reverse(void)
{
    struct ladder l = ladder_open();
    uint32_t txns[NODES];

    for (unsigned n = NODES; n-- > 0;)
        txns[n] = send_node(&l, n, 0)->txn;
    assert_tree(&l, txns);
    ladder_close(&l);
}

/* Captures that were merged with clocks apart: requests in any order give the same tree. */
static void test_tree_in_any_order(void)
{
    unsigned order[NODES] = {0, 1, 2, 3, 4, 5};
    GRand *random = g_rand_new_with_seed(1);

    for (unsigned round = 0; round < 500 && !g_test_failed(); round++) {
        struct ladder l = ladder_open();
        uint32_t txns[NODES];
        for (unsigned i = NODES - 1; i > 0; i--) {
            unsigned j = (unsigned)g_rand_int_range(random, 0, (gint32)i + 1), o = order[i];
            order[i] = order[j];
            order[j] = o;
        }
        for (unsigned i = 0; i < NODES; i++)
            txns[order[i]] = send_node(&l, order[i], 0)->txn;
        assert_tree(&l, txns);
        if (g_test_failed())
            g_test_message("order %u %u %u %u %u %u", order[0], order[1], order[2], order[3],
                           order[4], order[5]);
        ladder_close(&l);
    }
    g_rand_free(random);
}

/* The same when a response comes before its request. */
static void test_tree_response_first(void)
{
    if (ran_apart())
        return;
    for (unsigned reverse = 0; reverse < 2; reverse++) {
        struct ladder l = ladder_open();
        uint32_t txns[NODES];
        for (unsigned i = 0; i < NODES; i++) {
            unsigned n = reverse ? NODES - 1 - i : i;
            txns[n] = send_node(&l, n, 180)->txn;
            g_assert_cmpuint(send_node(&l, n, 0)->txn, ==, txns[n]);
        }
        assert_tree(&l, txns);
        ladder_close(&l);
    }
}

/* Responses alone, in either direction of the call. */
static void test_tree_of_responses(void)
{
    for (unsigned reverse = 0; reverse < 2; reverse++) {
        struct ladder l = ladder_open();
        uint32_t txns[NODES];
        for (unsigned i = 0; i < NODES; i++) {
            unsigned n = reverse ? NODES - 1 - i : i;
            txns[n] = send_node(&l, n, 180)->txn;
        }
        g_test_message(reverse ? "from the callee" : "from the caller");
        assert_tree(&l, txns);
        ladder_close(&l);
    }
}

/* Forged Via stacks that name each other. */
static void test_tree_without_circle(void)
{
    if (ran_apart())
        return;
    struct ladder l = ladder_open();
    uint32_t x, y;

    x = request(&l, 0.0, P1, P2, "INVITE", via("p1 x", "p2 y"))->txn;
    y = request(&l, 0.1, P2, P1, "INVITE", via("p2 y", "p1 x"))->txn;
    response(&l, 0.2, P2, P1, 486, "INVITE", via("p1 x", "p2 y"));
    response(&l, 0.2, P1, P2, 486, "INVITE", via("p2 y", "p1 x"), .same_frame = true);
    g_assert_true(txn_numbered(&l, x)->parent == 0 || txn_numbered(&l, y)->parent == 0);
    sx_origin_find(l.tracker, txn_numbered(&l, x));
    sx_origin_find(l.tracker, txn_numbered(&l, y));
    ladder_close(&l);
}

static void test_fork_of_1000(void)
{
    struct ladder l = ladder_open();
    uint32_t parent = request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"))->txn;

    for (unsigned round = 0; round < 2; round++)
        for (unsigned i = 0; i < 1000; i++) {
            char branch[24];
            g_snprintf(branch, sizeof branch, "p1 b%u", i);
            if (round == 0)
                request(&l, 1, P1, BOB, "INVITE", via(branch, "alice a1"));
            else
                response(&l, 2, BOB, P1, 486, "INVITE", via(branch, "alice a1"));
        }
    g_assert_cmpint(count_children(&l, txn_numbered(&l, parent)), ==, 1000);
    g_assert_cmpuint(sx_tracker_txn_count(l.tracker), ==, 1001);
    for (uint32_t n = 2; n <= 1001; n++) {
        g_assert_cmpuint(txn_numbered(&l, n)->parent, ==, parent);
        g_assert_cmpuint(txn_numbered(&l, n)->final_code, ==, 486);
    }
    ladder_close(&l);
}

static void test_orphans_1000(void)
{
    struct ladder l = ladder_open();

    for (unsigned i = 0; i < 1000; i++) {
        char branch[24];
        g_snprintf(branch, sizeof branch, "p1 b%u", i);
        request(&l, 1, P1, BOB, "INVITE", via(branch, "alice a1"));
    }
    uint32_t parent = request(&l, 2.0, ALICE, P1, "INVITE", via("alice a1"))->txn;
    g_assert_cmpint(count_children(&l, txn_numbered(&l, parent)), ==, 1000);
    ladder_close(&l);
}

/* ---- a response before its request ---- */

static void test_response_first(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *ok, *invite;

    ok = response(&l, 1.0, P2, ALICE, 200, "INVITE", via("alice a1"), .src_port = 7777);
    g_assert_cmpuint(txn_of(&l, ok)->request_frame, ==, 0);
    g_assert_cmpuint(txn_of(&l, ok)->sends, ==, 0);
    g_assert_cmpuint(txn_of(&l, ok)->final_frame, ==, 1);
    invite = request(&l, 1.1, ALICE, P1, "INVITE", via("alice a1"), .more = "Expires: 60\r\n");
    const struct sx_txn *txn = txn_of(&l, invite);
    g_assert_cmpuint(invite->txn, ==, ok->txn);
    g_assert_cmpuint(invite->repeats, ==, 0);
    g_assert_cmpuint(txn->request_frame, ==, 2);
    g_assert_cmpuint(txn->sends, ==, 1);
    g_assert_cmpuint(txn->expires_s, ==, 60);
    /* where the request went is known now */
    g_assert_cmpuint(txn->dst.port, ==, 5060);
    g_assert_cmpuint(sx_tracker_host(l.tracker, txn->dst.host)->bytes[3], ==, P1);
    ladder_close(&l);
}

/* That a host sends requests on is known from the request, whichever message came first. */
static void test_forwarded_response_first(void)
{
    struct ladder l = ladder_open();
    uint32_t up = request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"))->txn;

    response(&l, 0.2, BOB, P1, 180, "INVITE", via("p1 b1", "alice a1"));
    request(&l, 0.1, P1, BOB, "INVITE", via("p1 b1", "alice a1"));
    const struct sx_host *p1 = sx_tracker_host(l.tracker, txn_numbered(&l, up)->dst.host);
    g_assert_cmpuint(p1->forwarded_invite, ==, 3);
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
    g_assert_cmpuint(txn->trying_frame, ==, 1);
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
    g_assert_cmpuint(txn_numbered(&l, txn)->trying_frame, ==, 0);
    g_assert_null(sx_tracker_expiry(l.tracker, l.frame, 0));
    ladder_close(&l);
}

/* No response at all has such a code: a transaction is not Completed without a final response. */
static void test_codes_of_no_class(void)
{
    static const unsigned codes[] = {0, 99, 700, 999};

    for (size_t i = 0; i < G_N_ELEMENTS(codes); i++) {
        struct ladder l = ladder_open();
        const struct sx_txn *txn = txn_of(
            &l, request(&l, 0.0, ALICE, P1, "OPTIONS", via("alice a1")));
        /* code 0 would build a request */
        if (codes[i] > 0)
            response(&l, 0.1, P1, ALICE, codes[i], "OPTIONS", via("alice a1"));
        g_test_message("%u", codes[i]);
        g_assert_true((txn->state == SX_TXN_COMPLETED) == (txn->final_frame != 0));
        ladder_close(&l);
    }
}

/* ---- waits past their deadline ---- */

static void test_expiry_after_100(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"))->txn, frame;

    response(&l, 0.5, P1, ALICE, 100, "INVITE", via("alice a1"));
    request(&l, 1.0, ALICE, P1, "INVITE", via("alice a1"));
    response(&l, 1.1, P1, ALICE, 100, "INVITE", via("alice a1"));   /* restarts nothing */
    frame = other_packet(&l, 32.499);
    g_assert_null(sx_tracker_expiry(l.tracker, frame, 0));
    frame = other_packet(&l, 32.500);
    const struct sx_expiry *e = sx_tracker_expiry(l.tracker, frame, 0);
    g_assert_nonnull(e);
    if (e) {
        g_assert_cmpuint(e->txn, ==, txn);
        g_assert_cmpuint(e->frame, ==, frame);
        g_assert_cmpint(e->waited_ns, ==, ns_of(32));
        g_assert_true(e->after_100);
    }
    g_assert_cmpuint(txn_numbered(&l, txn)->expired_frame, ==, frame);
    g_assert_true(txn_numbered(&l, txn)->expired_after_100);
    g_assert_null(sx_tracker_expiry(l.tracker, frame, 1));
    g_assert_null(sx_tracker_expiry(l.tracker, other_packet(&l, 99), 0));   /* said once */
    ladder_close(&l);
}

static void test_expiry_not_if_moved(void)
{
    static const unsigned codes[] = {180, 183, 199, 200, 302, 486, 603};

    for (size_t i = 0; i < G_N_ELEMENTS(codes); i++) {
        struct ladder l = ladder_open();
        request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"));
        response(&l, 0.1, P1, ALICE, 100, "INVITE", via("alice a1"));
        response(&l, 31.0, P1, ALICE, codes[i], "INVITE", via("alice a1"));
        g_assert_null(sx_tracker_expiry(l.tracker, other_packet(&l, 1000), 0));
        ladder_close(&l);
    }
}

static void test_expiry_not_if_cancelled(void)
{
    struct ladder l = ladder_open();

    request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"));
    response(&l, 0.1, P1, ALICE, 100, "INVITE", via("alice a1"));
    request(&l, 31.0, ALICE, P1, "CANCEL", via("alice a1"));
    response(&l, 31.1, P1, ALICE, 200, "CANCEL", via("alice a1"));
    g_assert_null(sx_tracker_expiry(l.tracker, other_packet(&l, 1000), 0));
    ladder_close(&l);
}

/* The message that ends the wait is itself the first packet past the threshold. */
static void test_expiry_on_the_answer(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *m;

    request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"));
    response(&l, 0.1, P1, ALICE, 100, "INVITE", via("alice a1"));
    m = response(&l, 60.1, P1, ALICE, 180, "INVITE", via("alice a1"));
    const struct sx_expiry *e = sx_tracker_expiry(l.tracker, m->frame, 0);
    g_assert_nonnull(e);
    g_assert_cmpint(e ? e->waited_ns : 0, ==, ns_of(60));
    g_assert_cmpuint(m->flags, ==, SX_MESSAGE_ENDS_WAIT);
    ladder_close(&l);
}

static void test_expiry_no_response(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = request(&l, 0.0, ALICE, P1, "OPTIONS", via("alice a1"))->txn;

    request(&l, 0.5, ALICE, P1, "OPTIONS", via("alice a1"));
    g_assert_null(sx_tracker_expiry(l.tracker, other_packet(&l, 31.999), 0));
    const struct sx_expiry *e = sx_tracker_expiry(l.tracker, other_packet(&l, 32.0), 0);
    g_assert_nonnull(e);
    if (e) {
        g_assert_cmpuint(e->txn, ==, txn);
        g_assert_false(e->after_100);
        g_assert_cmpint(e->waited_ns, ==, ns_of(32));
    }
    g_assert_false(txn_numbered(&l, txn)->expired_after_100);
    ladder_close(&l);
}

/* Sent once and no answer: perhaps the capture cannot see that host's answers, or has lost this
 * one, for over UDP a client that hears nothing asks again. */
static void test_expiry_cannot_tell(void)
{
    struct ladder l = ladder_open();

    request(&l, 0.0, ALICE, P1, "OPTIONS", via("alice a1"));
    g_assert_null(sx_tracker_expiry(l.tracker, other_packet(&l, 100), 0));
    /* a copy of the packet is no retransmission */
    request(&l, 200.000, ALICE, P1, "OPTIONS", via("alice a2"), .cseq = 2);
    request(&l, 200.001, ALICE, P1, "OPTIONS", via("alice a2"), .cseq = 2);
    g_assert_null(sx_tracker_expiry(l.tracker, other_packet(&l, 300), 0));
    /* a host whose SIP is seen */
    response(&l, 301, P1, BOB, 200, "REGISTER", via("bob b1"));
    request(&l, 302, ALICE, P1, "OPTIONS", via("alice a3"), .cseq = 3);
    g_assert_null(sx_tracker_expiry(l.tracker, other_packet(&l, 350), 0));
    request(&l, 351, ALICE, P1, "OPTIONS", via("alice a5"), .cseq = 5,
            .transport = SX_TRANSPORT_TCP);
    g_assert_nonnull(sx_tracker_expiry(l.tracker, other_packet(&l, 400), 0));
    /* what an ICMP error quotes was sent by nobody here */
    request(&l, 401, P2, CAROL, "OPTIONS", via("p2 x"), .quoted = true);
    request(&l, 402, ALICE, P2, "OPTIONS", via("alice a4"), .cseq = 4);
    g_assert_null(sx_tracker_expiry(l.tracker, other_packet(&l, 500), 0));
    ladder_close(&l);
}

static void test_expiry_never_of_ack(void)
{
    struct ladder l = ladder_open();

    response(&l, 0.0, BOB, ALICE, 200, "OPTIONS", via("alice a0"));     /* Bob's SIP is seen */
    request(&l, 1.0, ALICE, BOB, "ACK", via("alice a1"));
    request(&l, 2.0, ALICE, BOB, "ACK", via("alice a1"));
    g_assert_null(sx_tracker_expiry(l.tracker, other_packet(&l, 100), 0));
    ladder_close(&l);
}

/* Nothing for 32 s, then a 100, then nothing again: two different waits. */
static void test_expiry_twice(void)
{
    struct ladder l = ladder_open();

    request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"));
    request(&l, 0.5, ALICE, P1, "INVITE", via("alice a1"));
    const struct sx_expiry *e = sx_tracker_expiry(l.tracker, other_packet(&l, 33), 0);
    g_assert_true(e && !e->after_100);
    response(&l, 34.0, P1, ALICE, 100, "INVITE", via("alice a1"));
    e = sx_tracker_expiry(l.tracker, other_packet(&l, 67), 0);
    g_assert_true(e && e->after_100);
    g_assert_cmpint(e ? e->waited_ns : 0, ==, ns_of(33));
    ladder_close(&l);
}

/* One frame shows a limited number, the next ones the rest, and none is lost. */
static void test_expiry_many(void)
{
    struct ladder l = ladder_open();
    unsigned seen[1001] = {0}, total = 0, frames = 0;

    for (unsigned i = 1; i <= 1000; i++) {
        char branch[24];
        g_snprintf(branch, sizeof branch, "alice a%u", i);
        request(&l, 0, ALICE, P1, "INVITE", via(branch));
        response(&l, 0, P1, ALICE, 100, "INVITE", via(branch));
    }
    while (total < 1000 && ++frames < 20) {
        uint32_t frame = other_packet(&l, 100), n = 0;
        for (const struct sx_expiry *e; (e = sx_tracker_expiry(l.tracker, frame, n)); n++)
            seen[e->txn]++;
        g_assert_cmpuint(n, <=, 256);
        total += n;
    }
    g_assert_cmpuint(total, ==, 1000);
    for (unsigned i = 1; i <= 1000; i++)
        g_assert_cmpuint(seen[i], ==, 1);
    ladder_close(&l);
}

/* ---- clocks ---- */

static void test_clock_back(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = request(&l, 1000.0, ALICE, P1, "INVITE", via("alice a1"))->txn;

    response(&l, 1000.1, P1, ALICE, 100, "INVITE", via("alice a1"));
    g_assert_null(sx_tracker_expiry(l.tracker, other_packet(&l, 0), 0));
    g_assert_null(sx_tracker_expiry(l.tracker, other_packet(&l, 1030), 0));
    const struct sx_expiry *e = sx_tracker_expiry(l.tracker, other_packet(&l, 1040.1), 0);
    g_assert_cmpint(e ? e->waited_ns : 0, ==, ns_of(40));
    response(&l, 900.0, P1, ALICE, 180, "INVITE", via("alice a1"));
    g_assert_cmpuint(txn_numbered(&l, txn)->first_response_code, ==, 180);
    ladder_close(&l);
}

/* The range of time stamps that the glue lets in: 1827 to 2112. */
static void test_far_times(void)
{
    static const double starts[] = {-4500000000.0, -1.0, 0.0, 2147483647.0, 4294967290.0,
                                    4499999900.0};

    for (size_t i = 0; i < G_N_ELEMENTS(starts); i++) {
        double t = starts[i];
        struct ladder l = ladder_open();
        request(&l, t, ALICE, P1, "INVITE", via("alice a1"));
        response(&l, t + 0.1, P1, ALICE, 100, "INVITE", via("alice a1"));
        g_assert_null(sx_tracker_expiry(l.tracker, other_packet(&l, t + 32), 0));
        const struct sx_expiry *e = sx_tracker_expiry(l.tracker, other_packet(&l, t + 33.1), 0);
        g_assert_cmpint(e ? e->waited_ns : 0, ==, ns_of(33));
        g_assert_cmpint(sx_tracker_now(l.tracker), ==, ns_of(t + 33.1));
        ladder_close(&l);
    }
}

/* From one end of time to the other and back: nothing overflows. */
static void test_far_jumps(void)
{
    static const double times[] = {-4500000000.0, 4500000000.0, -4500000000.0, 0.0, 4500000000.0};
    struct ladder l = ladder_open();

    for (size_t i = 0; i < G_N_ELEMENTS(times); i++) {
        request(&l, times[i], ALICE, P1, "INVITE", via("alice a1"));
        response(&l, times[i], P1, ALICE, 100, "INVITE", via("alice a1"));
        request(&l, times[i], ALICE, P1, "CANCEL", via("alice a2"));
        response(&l, times[i], P1, ALICE, 200, "CANCEL", via("alice a2"));
        for (uint32_t n = 1; n <= sx_tracker_txn_count(l.tracker); n++) {
            struct sx_trying v = sx_trying_judge(l.tracker, txn_numbered(&l, n));
            g_assert_cmpint(v.wait_ns, >=, 0);
            sx_silence_no_response(l.tracker, txn_numbered(&l, n));
        }
    }
    ladder_close(&l);
}

/* ---- frame numbers used twice, as tshark -2 -R does with frames that it drops ---- */

static void test_frame_again(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *m;

    request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"));
    l.frame--;      /* that one was dropped */
    m = request(&l, 1.0, ALICE, BOB, "OPTIONS", via("alice a2"));
    g_assert_cmpuint(m->frame, ==, 1);
    g_assert_true(sx_tracker_message(l.tracker, 1, 0) == m);
    g_assert_cmpuint(m->method, ==, SX_METHOD_OPTIONS);
    g_assert_null(sx_tracker_message(l.tracker, 1, 1));
    l.frame--;
    other_packet(&l, 2.0);
    g_assert_null(sx_tracker_message(l.tracker, 1, 0));
    ladder_close(&l);
}

static void test_frame_again_expiry(void)
{
    struct ladder l = ladder_open();

    request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"));
    response(&l, 0.1, P1, ALICE, 100, "INVITE", via("alice a1"));
    g_assert_nonnull(sx_tracker_expiry(l.tracker, other_packet(&l, 50), 0));
    l.frame--;
    other_packet(&l, 51);
    g_assert_cmpuint(l.frame, ==, 3);
    g_assert_null(sx_tracker_expiry(l.tracker, 3, 1));
    ladder_close(&l);
}

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
        {.bytes = v6, .len = 16, .type = 4, .port = 5060},  /* another family */
        {.bytes = v6, .len = 15, .type = 3, .port = 5060},
        {.bytes = NULL, .len = 0, .type = 0, .port = 5060},
        {.bytes = v6, .len = 20, .type = 3, .port = 5060},  /* cut at 16: the first */
    };
    struct ladder l = ladder_open();
    GString *text = text_of(&(struct sip_text){via("alice a1"), .method = "OPTIONS"});
    struct sx_sip_msg msg;

    g_assert_true(sx_sip_msg_read(sx_slice(text->str, text->len), &msg));
    for (size_t i = 0; i < G_N_ELEMENTS(addresses); i++) {
        struct sx_observation obs = {.msg = &msg, .src = addresses[i], .dst = addresses[0],
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

/* What an ICMP error quotes is evidence and no message. */
static void test_quoted(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite, *quote;

    invite = request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"));
    quote = request(&l, 0.1, ALICE, BOB, "INVITE", via("alice a1"), .quoted = true);
    g_assert_cmpuint(quote->txn, ==, invite->txn);
    g_assert_cmpuint(quote->flags, ==, SX_MESSAGE_QUOTED);
    g_assert_cmpuint(quote->repeats, ==, 0);
    g_assert_cmpuint(txn_of(&l, invite)->sends, ==, 1);
    g_assert_cmpuint(txn_of(&l, invite)->unreachable_frame, ==, 2);
    quote = request(&l, 0.2, ALICE, BOB, "BYE", via("alice a7"), .quoted = true);
    g_assert_cmpuint(quote->txn, ==, 0);
    g_assert_cmpuint(sx_tracker_txn_count(l.tracker), ==, 1);
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
                .more = "Authorization: Digest x=y\r\n")->txn;
    g_assert_cmpuint(txn_numbered(&l, a)->followed_by, ==, b);
    g_assert_true(txn_numbered(&l, b)->has_credentials);
    response(&l, 0.3, P1, ALICE, 423, "REGISTER", via("alice a2"), .cseq = 2);
    c = request(&l, 0.4, ALICE, P1, "REGISTER", via("alice a3"), .cseq = 3)->txn;
    g_assert_cmpuint(txn_numbered(&l, b)->followed_by, ==, c);
    response(&l, 0.5, P1, ALICE, 200, "REGISTER", via("alice a3"), .cseq = 3);
    request(&l, 600, ALICE, P1, "REGISTER", via("alice a4"), .cseq = 4);
    g_assert_cmpuint(txn_numbered(&l, c)->followed_by, ==, 0);      /* a refresh is no repair */
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
    request(&l, 0.5, ALICE, P1, "INVITE", via("alice a4"), .cseq = 8, .from_tag = "carol");
    request(&l, 0.6, ALICE, P1, "INVITE", via("alice a5"), .cseq = 6);
    request(&l, 0.7, ALICE, P1, "INVITE", via("alice a1"), .cseq = 7);
    g_assert_cmpuint(txn_numbered(&l, a)->followed_by, ==, 0);
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

/* ---- the end ---- */

static void test_end(void)
{
    struct ladder l = ladder_open();

    g_assert_false(sx_tracker_ended(l.tracker));
    other_packet(&l, 5);
    sx_tracker_end(l.tracker);
    g_assert_true(sx_tracker_ended(l.tracker));
    other_packet(&l, 6);    /* a live capture went on */
    g_assert_false(sx_tracker_ended(l.tracker));
    g_assert_cmpint(sx_tracker_config(l.tracker)->trying_slow_ns, ==, 4 * SX_NS_PER_S);
    ladder_close(&l);
    sx_tracker_free(NULL);
}

/* ---- anything at all ---- */

static bool is_final(const struct sx_txn *txn)
{
    return txn->state == SX_TXN_COMPLETED || txn->state == SX_TXN_ACCEPTED ||
           txn->state == SX_TXN_CONFIRMED;
}

static bool lists_child(const struct ladder *l, const struct sx_txn *child)
{
    for (uint32_t c = txn_numbered(l, child->parent)->first_child; c;
         c = txn_numbered(l, c)->next_sibling)
        if (c == child->number)
            return true;
    return false;
}

/* What is true of every transaction, whatever was captured. NULL if it holds. */
static const char *broken_rule(const struct ladder *l, const struct sx_txn *txn)
{
    uint32_t count = sx_tracker_txn_count(l->tracker), depth = 0;
    int children = count_children(l, txn);

    for (uint32_t up = txn->parent; up; up = txn_numbered(l, up)->parent)
        if (++depth > count)
            return "the parents go in a circle";
    if (children < 0)
        return "the children go in a circle";
    for (uint32_t c = txn->first_child; c; c = txn_numbered(l, c)->next_sibling)
        if (txn_numbered(l, c)->parent != txn->number)
            return "a child has another parent";
    if (txn->parent && !lists_child(l, txn))
        return "the parent does not know its child";
    if ((txn->request_frame != 0) != (txn->sends > 0))
        return "sent without a frame";
    if (is_final(txn) != (txn->final_frame != 0))
        return "a final state without a final response, or the reverse";
    if (txn->final_frame && !txn->first_response_frame)
        return "a final response that did not move it on";
    if (txn->related && txn_numbered(l, txn->related)->number != txn->related)
        return "related to nobody";
    if (txn->number == txn->followed_by || txn->number == txn->related)
        return "related to itself";
    return NULL;
}

static const char *const branches[] = {"a 1", "a 2", "b 1", "b 2", "c 1", "c"};
static const char *const random_methods[] = {"INVITE", "INVITE", "INVITE", "ACK", "CANCEL", "BYE",
                                             "FOO"};
static const unsigned random_codes[] = {100, 100, 180, 200, 302, 401, 486, 487};

#define PICK(random, list) ((list)[g_rand_int_range(random, 0, G_N_ELEMENTS(list))])

static void random_message(struct ladder *l, GRand *random, double *now)
{
    struct sip_text m = {.method = PICK(random, random_methods)};
    int vias = g_rand_int_range(random, 1, 5);

    for (int i = 0; i < vias; i++)
        m.via[i] = PICK(random, branches);
    if (g_rand_int_range(random, 0, 2) && strcmp(m.method, "ACK") != 0)
        m.code = PICK(random, random_codes);
    m.cseq = (uint32_t)g_rand_int_range(random, 1, 3);
    m.to_tag = g_rand_int_range(random, 0, 2) ? "x" : NULL;
    m.same_frame = l->frame > 0 && g_rand_int_range(random, 0, 4) == 0;
    m.quoted = g_rand_int_range(random, 0, 20) == 0;
    *now += (double)g_rand_int_range(random, -20, 40) * (g_rand_int_range(random, 0, 5) ? 0.01 : 1);
    ladder_send(l, *now, (unsigned)g_rand_int_range(random, 1, 5),
                (unsigned)g_rand_int_range(random, 1, 5), &m);
}

static void random_captures(bool use_frames_again)
{
    GRand *random = g_rand_new_with_seed(1);

    for (unsigned round = 0; round < 700 && !g_test_failed(); round++) {
        struct ladder l = ladder_open();
        double now = 0;
        for (unsigned i = 0; i < 40 && !g_test_failed(); i++) {
            if (use_frames_again && l.frame > 0 && g_rand_int_range(random, 0, 3) == 0)
                l.frame--;
            random_message(&l, random, &now);
            for (uint32_t n = 1; n <= sx_tracker_txn_count(l.tracker); n++) {
                const char *rule = broken_rule(&l, txn_numbered(&l, n));
                if (rule) {
                    complain("round %u, message %u, transaction %u: %s", round, i, n, rule);
                    break;
                }
                sx_origin_find(l.tracker, txn_numbered(&l, n));
                sx_trying_judge(l.tracker, txn_numbered(&l, n));
            }
            for (uint32_t n = 0; n < 3; n++) {
                const struct sx_message *m = sx_tracker_message(l.tracker, l.frame, n);
                if (m && m->repeats >= m->frame)
                    complain("round %u: a message repeats itself or a later one", round);
            }
        }
        ladder_close(&l);
    }
    g_rand_free(random);
}

static void test_random(void)
{
    if (!ran_apart())
        random_captures(false);
}

static void test_random_frames_again(void)
{
    if (!ran_apart())
        random_captures(true);
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/tracker/a_call", test_a_call);
    g_test_add_func("/tracker/key", test_key);
    g_test_add_func("/tracker/answer_from_elsewhere", test_answer_from_elsewhere);
    g_test_add_func("/tracker/cancel", test_cancel);
    g_test_add_func("/tracker/cancel_without_effect", test_cancel_without_effect);
    g_test_add_func("/tracker/ack", test_ack);
    g_test_add_func("/tracker/prack", test_prack);
    g_test_add_func("/tracker/fork_on_one_5_tuple", test_fork_on_one_5_tuple);
    g_test_add_func("/tracker/answers_of_a_fork", test_answers_of_a_fork);
    g_test_add_func("/tracker/unknown_methods", test_unknown_methods);
    g_test_add_func("/tracker/names_no_transaction", test_names_no_transaction);
    g_test_add_func("/tracker/two_messages_in_a_frame", test_two_messages_in_a_frame);
    g_test_add_func("/tracker/find", test_find);
    g_test_add_func("/tracker/snapped", test_snapped);
    g_test_add_func("/tracker/old_branch", test_old_branch);
    g_test_add_func("/tracker/old_constant_branch", test_old_constant_branch);
    g_test_add_func("/tracker/new_branch_ignores_uri", test_new_branch_ignores_uri);
    g_test_add_func("/tracker/branch_used_again", test_branch_used_again);
    g_test_add_func("/tracker/request_again", test_request_again);
    g_test_add_func("/tracker/response_again", test_response_again);
    g_test_add_func("/tracker/response_to_request_again", test_response_to_request_again);
    g_test_add_func("/tracker/copies_interleaved", test_copies_interleaved);
    g_test_add_func("/tracker/again_with_clock_back", test_again_with_clock_back);
    g_test_add_func("/tracker/alike_but_not_again", test_alike_but_not_again);
    g_test_add_func("/tracker/again_within_transaction_only", test_again_within_transaction_only);
    g_test_add_func("/tracker/many_again", test_many_again);
    g_test_add_func("/tracker/many_different", test_many_different);
    g_test_add_func("/tracker/tree", test_tree);
    g_test_add_func("/tracker/tree_with_gap", test_tree_with_gap);
    g_test_add_func("/tracker/tree_deep", test_tree_deep);
    g_test_add_func("/tracker/no_tree", test_no_tree);
    g_test_add_func("/tracker/tree_in_reverse", test_tree_in_reverse);
    g_test_add_func("/tracker/tree_in_any_order", test_tree_in_any_order);
    g_test_add_func("/tracker/tree_response_first", test_tree_response_first);
    g_test_add_func("/tracker/tree_of_responses", test_tree_of_responses);
    g_test_add_func("/tracker/tree_without_circle", test_tree_without_circle);
    g_test_add_func("/tracker/fork_of_1000", test_fork_of_1000);
    g_test_add_func("/tracker/orphans_1000", test_orphans_1000);
    g_test_add_func("/tracker/response_first", test_response_first);
    g_test_add_func("/tracker/forwarded_response_first", test_forwarded_response_first);
    g_test_add_func("/tracker/only_responses", test_only_responses);
    g_test_add_func("/tracker/100_too_late", test_100_too_late);
    g_test_add_func("/tracker/codes_of_no_class", test_codes_of_no_class);
    g_test_add_func("/tracker/expiry_after_100", test_expiry_after_100);
    g_test_add_func("/tracker/expiry_not_if_moved", test_expiry_not_if_moved);
    g_test_add_func("/tracker/expiry_not_if_cancelled", test_expiry_not_if_cancelled);
    g_test_add_func("/tracker/expiry_on_the_answer", test_expiry_on_the_answer);
    g_test_add_func("/tracker/expiry_no_response", test_expiry_no_response);
    g_test_add_func("/tracker/expiry_cannot_tell", test_expiry_cannot_tell);
    g_test_add_func("/tracker/expiry_never_of_ack", test_expiry_never_of_ack);
    g_test_add_func("/tracker/expiry_twice", test_expiry_twice);
    g_test_add_func("/tracker/expiry_many", test_expiry_many);
    g_test_add_func("/tracker/clock_back", test_clock_back);
    g_test_add_func("/tracker/far_times", test_far_times);
    g_test_add_func("/tracker/far_jumps", test_far_jumps);
    g_test_add_func("/tracker/frame_again", test_frame_again);
    g_test_add_func("/tracker/frame_again_expiry", test_frame_again_expiry);
    g_test_add_func("/tracker/frame_again_request", test_frame_again_request);
    g_test_add_func("/tracker/frame_again_responses", test_frame_again_responses);
    g_test_add_func("/tracker/frame_again_other_transaction", test_frame_again_other_transaction);
    g_test_add_func("/tracker/addresses", test_addresses);
    g_test_add_func("/tracker/quoted", test_quoted);
    g_test_add_func("/tracker/new_attempt", test_new_attempt);
    g_test_add_func("/tracker/not_a_new_attempt", test_not_a_new_attempt);
    g_test_add_func("/tracker/recursion", test_recursion);
    g_test_add_func("/tracker/recursion_without_end", test_recursion_without_end);
    g_test_add_func("/tracker/end", test_end);
    g_test_add_func("/tracker/random", test_random);
    g_test_add_func("/tracker/random_frames_again", test_random_frames_again);
    return g_test_run();
}
