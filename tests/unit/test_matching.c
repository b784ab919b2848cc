/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/record/tracker.h"

#include "core/judge/origin.h"
#include "sip_text.h"

/* ---- which messages make one transaction ---- */

/* RFC 3261 17.2.3: branch, sent-by and method together. */
static void test_key(void)
{
    struct ladder l = ladder_open();
    uint32_t one = request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"))->txn;

    g_assert_cmpuint(one, ==, 1);
    g_assert_cmpuint(request(&l, 0.5, ALICE, BOB, "INVITE", via("alice a1"))->txn, ==, one);
    g_assert_cmpuint(request(&l, 1.0, ALICE, BOB, "INVITE", via("ALICE a1"))->txn, ==, one);
    /* RFC 3261 20.42: the port that is meant where none is named */
    g_assert_cmpuint(request(&l, 1.2, ALICE, BOB, "INVITE", via("alice:5060 a1"))->txn, ==, one);
    g_assert_cmpuint(request(&l, 1.5, ALICE, BOB, "INVITE", via("alice a2"))->txn, ==, 2);
    g_assert_cmpuint(request(&l, 2.0, ALICE, BOB, "INVITE", via("alice.x a1"))->txn, ==, 3);
    g_assert_cmpuint(request(&l, 2.5, ALICE, BOB, "INVITE", via("alice:5070 a1"))->txn, ==, 4);
    g_assert_cmpuint(request(&l, 3.0, ALICE, BOB, "UPDATE", via("alice a1"))->txn, ==, 5);
    /* a client with poor random numbers */
    g_assert_cmpuint(
        request(&l, 3.5, ALICE, BOB, "INVITE", via("alice a1"), .call_id = "call-2")->txn, ==, 6);
    g_assert_cmpuint(request(&l, 4.0, ALICE, BOB, "INVITE", via("alice a1"), .cseq = 2)->txn, ==,
                     7);
    ladder_close(&l);
}

/* RFC 5954 4.2: one IPv6 address has several texts. */
static void test_key_of_ipv6(void)
{
    struct ladder l = ladder_open();
    uint32_t one = request(&l, 0.0, ALICE, BOB, "INVITE", via("[2001:db8::1]:5070 a1"))->txn;

    g_assert_cmpuint(
        response(&l, 0.1, BOB, ALICE, 180, "INVITE", via("[2001:DB8:0:0::1]:5070 a1"))->txn, ==,
        one);
    g_assert_cmpuint(
        response(&l, 0.2, BOB, ALICE, 180, "INVITE", via("[2001:db8::1]:5071 a1"))->txn, !=, one);
    g_assert_cmpuint(
        response(&l, 0.3, BOB, ALICE, 180, "INVITE", via("[2001:db8::2]:5070 a1"))->txn, !=, one);
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
    const struct sx_host *to =
        sx_tracker_host(l.tracker, sx_txn_answer_dst(txn_numbered(&l, txn)).host);
    g_assert_cmpuint(to->bytes[3], ==, CAROL);
    g_assert_cmpuint(sx_tracker_host(l.tracker, txn_numbered(&l, txn)->dst.host)->bytes[3], ==, P1);
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
    g_assert_cmpuint(ack->txn, ==, failed); /* RFC 3261 17.1.1.3 */
    g_assert_cmpuint(ack->repeats, ==, 0);
    g_assert_cmpuint(again->txn, ==, failed);
    g_assert_cmpuint(again->repeats, ==, ack->frame);
    g_assert_cmpuint(sx_txn_sends(txn_numbered(&l, failed)), ==, 1);

    /* a client that uses the branch of the INVITE for the ACK to its 2xx */
    uint32_t answered = request(&l, 1.0, ALICE, P1, "INVITE", via("alice a2"), .cseq = 2)->txn;
    response(&l, 1.1, P1, ALICE, 200, "INVITE", via("alice a2"), .cseq = 2);
    ack = request(&l, 1.2, ALICE, P1, "ACK", via("alice a2"), .cseq = 2, .to_tag = "bob");
    g_assert_cmpuint(ack->txn, !=, answered);
    g_assert_cmpint(txn_numbered(&l, answered)->state, ==, SX_TXN_ACCEPTED);
    again = request(&l, 1.7, ALICE, P1, "ACK", via("alice a2"), .cseq = 2, .to_tag = "bob");
    g_assert_cmpuint(again->txn, ==, ack->txn);
    g_assert_cmpuint(again->repeats, ==, ack->frame);

    /* a fork sends the failure of another branch after the 2xx */
    response(&l, 1.8, P1, ALICE, 487, "INVITE", via("alice a2"), .cseq = 2, .to_tag = "carol");
    ack = request(&l, 1.9, ALICE, P1, "ACK", via("alice a2"), .cseq = 2, .to_tag = "carol");
    g_assert_cmpuint(ack->txn, ==, answered);
    ladder_close(&l);
}

static void test_prack(void)
{
    struct ladder l = ladder_open();
    uint32_t invite = request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"))->txn, prack;

    response(&l, 0.1, BOB, ALICE, 183, "INVITE", via("alice a1"), .more = "RSeq: 1\r\n");
    prack = request(&l, 0.2, ALICE, BOB, "PRACK", via("alice a2"), .cseq = 2, .to_tag = "bob",
                    .more = "RAck: 1 1 INVITE\r\n")
                ->txn;
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
    g_assert_cmpuint(sx_txn_more(txn_numbered(&l, x))->trying_frame, ==, 5);
    g_assert_cmpuint(sx_txn_more(txn_numbered(&l, y))->trying_frame, ==, 4);
    g_assert_cmpuint(txn_numbered(&l, x)->final_code, ==, 486);
    g_assert_cmpuint(txn_numbered(&l, y)->final_code, ==, 200);
    g_assert_cmpuint(txn_numbered(&l, x)->parent, ==, up);
    g_assert_cmpuint(txn_numbered(&l, y)->parent, ==, up);
    g_assert_cmpuint(txn_numbered(&l, up)->final_frame, ==, 0);
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
    g_assert_cmpuint(sx_txn_sends(txn_numbered(&l, 1)), ==, 1);
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
            struct sx_observation obs = {.msg = &msg,
                                         .frame = other_packet(&l, 0.1),
                                         .src = address_at(src, 0),
                                         .dst = address_at(dst, 0),
                                         .time_ns = ns_of(0.1),
                                         .transport = SX_TRANSPORT_UDP};
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

/* RFC 3261 8.1.1.7, and as some write it. */
static void test_cookie(void)
{
    static const struct {
        const char *via;
        bool old;
    } rows[] = {{"alice z9hG4bKa", false},
                {"alice Z9HG4BKa", false},
                {"alice z9hG4bK", true},
                {"alice z9hG4bLa", true},
                {"alice abcdefgh", true}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        const struct sx_message *m =
            request(&l, 0.0, ALICE, BOB, "INVITE", via(rows[i].via), .old_branch = true);
        g_test_message("%s", rows[i].via);
        g_assert_cmpint(txn_of(&l, m)->old_branch, ==, rows[i].old);
        ladder_close(&l);
    }
}

/* The port that is the transport's own makes no difference (18.1.1); "a:5060" ends in it. */
static void test_own_port_of_sent_by(void)
{
    static const struct {
        const char *one, *other;
        bool same;
    } rows[] = {{"alice a1", "alice:5060 a1", true},
                {"a a1", "a:5060 a1", true},
                {"alice a1", "alice:5061 a1", false}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        uint32_t one = request(&l, 0.0, ALICE, BOB, "INVITE", via(rows[i].one))->txn;
        g_test_message("%s", rows[i].other);
        g_assert_true((request(&l, 0.5, ALICE, BOB, "INVITE", via(rows[i].other))->txn == one) ==
                      rows[i].same);
        ladder_close(&l);
    }
}

/* 25.1: blanks may stand around the colon. */
static void test_blanks_in_sent_by(void)
{
    static const struct {
        const char *one, *other;
        bool same;
    } rows[] = {
        {"h;branch=z9hG4bK1", "h : 5060;branch=z9hG4bK1", true},
        {"h:5062;branch=z9hG4bK1", "h :5062;branch=z9hG4bK1", true},
        {"h:5060;branch=z9hG4bK1", "h :5060 ;branch=z9hG4bK1", true},
        {"h : 5062;branch=z9hG4bK1", "h:\t5062;branch=z9hG4bK1", true},
        {"h:5090;branch=z9hG4bK1", "h : 5090;branch=z9hG4bK1", true},
        {"[2001:db8::1]:5062;branch=z9hG4bK1", "[2001:0db8::1] : 5062;branch=z9hG4bK1", true},
        {"h:5062;branch=z9hG4bK1", "h : 5063;branch=z9hG4bK1", false},
        {"h;branch=z9hG4bK1", "h2 : 5060;branch=z9hG4bK1", false},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        char *one = g_strdup_printf("Via: SIP/2.0/UDP %s\r\n", rows[i].one);
        char *other = g_strdup_printf("Via: SIP/2.0/UDP %s\r\n", rows[i].other);
        uint32_t txn = request(&l, 0.0, ALICE, BOB, "INVITE", .more = one)->txn;
        const struct sx_message *m = response(&l, 0.5, BOB, ALICE, 180, "INVITE", .more = other);
        g_test_message("%s", rows[i].other);
        g_assert_true((m->txn == txn) == rows[i].same);
        ladder_close(&l);
        g_free(one);
        g_free(other);
    }
}

/* A name that is longer than any is cut, and so are both. */
static void test_blanks_in_a_long_sent_by(void)
{
    struct ladder l = ladder_open();
    char *name = g_strnfill(300, 'h');
    char *via = g_strdup_printf("Via: SIP/2.0/UDP %s : 5062;branch=z9hG4bK1\r\n", name);
    uint32_t txn = request(&l, 0.0, ALICE, BOB, "INVITE", .more = via)->txn;

    g_assert_cmpuint(response(&l, 0.5, BOB, ALICE, 180, "INVITE", .more = via)->txn, ==, txn);
    g_free(name);
    g_free(via);
    ladder_close(&l);
}

/* 16.7: a fork passes on a 2xx also after a 6xx. */
static void test_ack_before_a_late_2xx(void)
{
    static const unsigned codes[] = {300, 603};

    for (size_t i = 0; i < G_N_ELEMENTS(codes); i++) {
        struct ladder l = ladder_open();
        uint32_t one = request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"))->txn;

        response(&l, 1.0, P1, ALICE, codes[i], "INVITE", via("alice a1"), .to_tag = "bob");
        response(&l, 1.1, P1, ALICE, 200, "INVITE", via("alice a1"), .to_tag = "carol");
        uint32_t ack = request(&l, 1.2, ALICE, P1, "ACK", via("alice a1"), .to_tag = "bob")->frame;
        g_assert_cmpuint(sx_txn_more(txn_numbered(&l, one))->ack_frame, ==, ack);
        g_assert_cmpuint(
            request(&l, 1.3, ALICE, P1, "ACK", via("alice a1"), .to_tag = "carol")->txn, !=, one);
        ladder_close(&l);
    }
}

/* Whatever 2xx it is, its ACK is a transaction of its own, also with the branch of the INVITE. */
static void test_ack_of_any_2xx(void)
{
    struct ladder l = ladder_open();
    uint32_t one = request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"))->txn;

    response(&l, 1.0, P1, ALICE, 299, "INVITE", via("alice a1"), .to_tag = "bob");
    g_assert_cmpuint(request(&l, 1.1, ALICE, P1, "ACK", via("alice a1"), .to_tag = "bob")->txn, !=,
                     one);
    ladder_close(&l);
}

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
    g_assert_cmpuint(request(&l, 1.2, ALICE, BOB, "INVITE", via("alice"), .from_tag = "x")->txn, ==,
                     4);
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

/* Test tools use one branch for all they send: what the old rule goes by tells it apart. On the
 * other side of a NAT that rewrites the Request-URI it is the same. */
static void test_branch_of_another_request(void)
{
    struct ladder l = ladder_open();
    uint32_t one = request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"))->txn;

    g_assert_cmpuint(
        request(&l, 0.01, P1, BOB, "INVITE", via("alice a1"), .uri = "sip:b@10.0.0.9")->txn, ==,
        one);
    g_assert_cmpuint(request(&l, 0.5, ALICE, BOB, "INVITE", via("alice a1"), .uri = "sip:x")->txn,
                     ==, 2);
    g_assert_cmpuint(request(&l, 0.6, ALICE, BOB, "INVITE", via("alice a1"), .uri = "sip:x",
                             .from_tag = "x")
                         ->txn,
                     ==, 3);
    g_assert_cmpuint(request(&l, 0.7, ALICE, BOB, "INVITE", via("alice a1"), .uri = "sip:x",
                             .from_tag = "x", .to_tag = "y")
                         ->txn,
                     ==, 4);
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
    g_assert_cmpuint(sx_txn_sends(txn_numbered(&l, one)), ==, 2);
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
    g_assert_cmpuint(sx_tracker_sent_on(l.tracker, txn_numbered(&l, a)), ==, 2);
    g_assert_cmpuint(sx_tracker_sent_on(l.tracker, txn_numbered(&l, c)), ==, 0);
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

/* That a host sends requests on is known from the request, whichever message came first. */
static void test_forwarded_response_first(void)
{
    struct ladder l = ladder_open();
    uint32_t up = request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"))->txn;

    response(&l, 0.2, BOB, P1, 180, "INVITE", via("p1 b1", "alice a1"));
    request(&l, 0.1, P1, BOB, "INVITE", via("p1 b1", "alice a1"));
    g_assert_cmpuint(sx_tracker_sent_on(l.tracker, txn_numbered(&l, up)), ==, 3);
    ladder_close(&l);
}

/* ---- which host sends requests on ---- */

/* A host that sends a request on does so within two seconds, by clocks that may differ by 50 ms. */
static void test_forwarded_in_time(void)
{
    static const struct {
        double sent_on;
        bool forwards;
    } rows[] = {{9.949, false}, {9.95, true}, {10, true}, {12, true}, {12.001, false}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        uint32_t up = request(&l, 10, ALICE, P1, "INVITE", via("alice a1"))->txn;
        request(&l, rows[i].sent_on, P1, BOB, "INVITE", via("p1 b1", "alice a1"));
        g_test_message("sent on at %.3f s", rows[i].sent_on);
        g_assert_cmpuint(sx_tracker_sent_on(l.tracker, txn_numbered(&l, up)), ==,
                         rows[i].forwards ? 2 : 0);
        ladder_close(&l);
    }
}

/* What is sent on for one port of a host says nothing of another one. */
static void test_sent_on_for_a_port(void)
{
    struct ladder l = ladder_open();
    const uint16_t other = 5060 + 32768;

    uint32_t one = request(&l, 0, ALICE, P1, "INVITE", via("alice a1"))->txn;
    request(&l, 0.1, P1, BOB, "INVITE", via("p1 b1", "alice a1"));
    uint32_t two =
        request(&l, 1, ALICE, P1, "INVITE", via("alice a2"), .call_id = "two", .dst_port = other)
            ->txn;
    g_assert_cmpuint(sx_tracker_sent_on(l.tracker, txn_numbered(&l, one)), ==, 2);
    g_assert_cmpuint(sx_tracker_sent_on(l.tracker, txn_numbered(&l, two)), ==, 0);
    ladder_close(&l);
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/matching/key", test_key);
    g_test_add_func("/matching/key-of-ipv6", test_key_of_ipv6);
    g_test_add_func("/matching/answer_from_elsewhere", test_answer_from_elsewhere);
    g_test_add_func("/matching/ack", test_ack);
    g_test_add_func("/matching/prack", test_prack);
    g_test_add_func("/matching/fork_on_one_5_tuple", test_fork_on_one_5_tuple);
    g_test_add_func("/matching/unknown_methods", test_unknown_methods);
    g_test_add_func("/matching/names_no_transaction", test_names_no_transaction);
    g_test_add_func("/matching/find", test_find);
    g_test_add_func("/matching/snapped", test_snapped);
    g_test_add_func("/matching/cookie", test_cookie);
    g_test_add_func("/matching/own_port_of_sent_by", test_own_port_of_sent_by);
    g_test_add_func("/matching/blanks_in_sent_by", test_blanks_in_sent_by);
    g_test_add_func("/matching/blanks_in_a_long_sent_by", test_blanks_in_a_long_sent_by);
    g_test_add_func("/matching/ack_before_a_late_2xx", test_ack_before_a_late_2xx);
    g_test_add_func("/matching/ack_of_any_2xx", test_ack_of_any_2xx);
    g_test_add_func("/matching/old_branch", test_old_branch);
    g_test_add_func("/matching/old_constant_branch", test_old_constant_branch);
    g_test_add_func("/matching/branch_of_another_request", test_branch_of_another_request);
    g_test_add_func("/matching/branch_used_again", test_branch_used_again);
    g_test_add_func("/matching/tree", test_tree);
    g_test_add_func("/matching/tree_with_gap", test_tree_with_gap);
    g_test_add_func("/matching/tree_deep", test_tree_deep);
    g_test_add_func("/matching/no_tree", test_no_tree);
    g_test_add_func("/matching/tree_in_reverse", test_tree_in_reverse);
    g_test_add_func("/matching/tree_in_any_order", test_tree_in_any_order);
    g_test_add_func("/matching/tree_response_first", test_tree_response_first);
    g_test_add_func("/matching/tree_of_responses", test_tree_of_responses);
    g_test_add_func("/matching/tree_without_circle", test_tree_without_circle);
    g_test_add_func("/matching/fork_of_1000", test_fork_of_1000);
    g_test_add_func("/matching/orphans_1000", test_orphans_1000);
    g_test_add_func("/matching/forwarded_response_first", test_forwarded_response_first);
    g_test_add_func("/matching/forwarded_in_time", test_forwarded_in_time);
    g_test_add_func("/matching/sent_on_for_a_port", test_sent_on_for_a_port);
    return g_test_run();
}
