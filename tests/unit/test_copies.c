/* test_copies.c
 * Which messages are one packet, captured twice.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "sip_text.h"

#define ID(n) .packet = {.id = (n)}
#define SEQ(n) .transport = SX_TRANSPORT_TCP, .packet = {.id = (n), .exact = true}

/* The frame that a message is a copy of, or that it repeats; 0 if it is another message. */
#define assert_copy_of(m, first)                        \
    G_STMT_START                                        \
    {                                                   \
        const struct sx_message *m_ = (m);              \
        g_assert_true(m_->flags &SX_MESSAGE_DUPLICATE); \
        g_assert_cmpuint(m_->repeats, ==, (first));     \
    }                                                   \
    G_STMT_END

#define assert_repeats(m, first)                         \
    G_STMT_START                                         \
    {                                                    \
        const struct sx_message *m_ = (m);               \
        g_assert_false(m_->flags &SX_MESSAGE_DUPLICATE); \
        g_assert_cmpuint(m_->repeats, ==, (first));      \
    }                                                    \
    G_STMT_END

static const struct sx_message *options(struct ladder *l, double at, struct sx_packet_marks marks)
{
    return request(l, at, ALICE, BOB, "OPTIONS", via("alice a1"), .packet = marks);
}

/* By the identification; each copy names the sending that it is a copy of. */
static void test_by_id(void)
{
    struct ladder l = ladder_open();

    assert_repeats(options(&l, 0.000, (struct sx_packet_marks){.id = 7}), 0);
    assert_copy_of(options(&l, 0.399, (struct sx_packet_marks){.id = 7}), 1);
    assert_repeats(options(&l, 0.200, (struct sx_packet_marks){.id = 8}), 1);
    assert_copy_of(options(&l, 0.202, (struct sx_packet_marks){.id = 8}), 3);
    assert_copy_of(options(&l, 0.203, (struct sx_packet_marks){.id = 7}), 1);
    ladder_close(&l);
}

/* Two that come together, but with identifications of their own, are two. */
static void test_other_id(void)
{
    struct ladder l = ladder_open();

    options(&l, 0.000, (struct sx_packet_marks){.id = 7});
    assert_repeats(options(&l, 0.001, (struct sx_packet_marks){.id = 8}), 1);
    g_assert_cmpuint(sx_txn_sends(txn_numbered(&l, 1)), ==, 2);
    ladder_close(&l);
}

/* A sender that gives all its packets one identification. */
static void test_constant_id(void)
{
    struct ladder l = ladder_open();

    options(&l, 0.0, (struct sx_packet_marks){.id = 1});
    assert_repeats(options(&l, 0.5, (struct sx_packet_marks){.id = 1}), 1);
    assert_copy_of(options(&l, 0.501, (struct sx_packet_marks){.id = 1}), 2);
    assert_repeats(options(&l, 1.5, (struct sx_packet_marks){.id = 1}), 1);
    g_assert_cmpuint(sx_txn_sends(txn_numbered(&l, 1)), ==, 3);
    ladder_close(&l);
}

/* Two captures whose clocks are two seconds apart, merged: the place tells. */
static void test_skewed_clocks(void)
{
    struct ladder l = ladder_open();

    options(&l, 0.0, (struct sx_packet_marks){.id = 7, .place = 1});
    assert_repeats(options(&l, 0.5, (struct sx_packet_marks){.id = 8, .place = 1}), 1);
    assert_copy_of(options(&l, 2.0, (struct sx_packet_marks){.id = 7, .place = 2}), 1);
    assert_copy_of(options(&l, 2.5, (struct sx_packet_marks){.id = 8, .place = 2}), 2);
    g_assert_cmpuint(sx_txn_sends(txn_numbered(&l, 1)), ==, 2);
    ladder_close(&l);
}

/* The clocks are less than 32 s apart. */
static void test_skew_threshold(void)
{
    for (unsigned i = 0; i < 2; i++) {
        struct ladder l = ladder_open();

        options(&l, 0.0, (struct sx_packet_marks){.id = 7, .place = 1});
        const struct sx_message *m =
            options(&l, i ? 32.0 : 31.999, (struct sx_packet_marks){.id = 7, .place = 2});
        if (i)
            assert_repeats(m, 1);
        else
            assert_copy_of(m, 1);
        ladder_close(&l);
    }
}

/* No timer fires within 0.4 s: the same identification is the same packet, and none at all 50 ms
 * after it is. */
static void test_timer_thresholds(void)
{
    for (unsigned i = 0; i < 2; i++) {
        struct ladder l = ladder_open();

        options(&l, 0.0, (struct sx_packet_marks){.id = 1});
        const struct sx_message *m =
            options(&l, i ? 0.4 : 0.399, (struct sx_packet_marks){.id = 1});
        if (i)
            assert_repeats(m, 1);
        else
            assert_copy_of(m, 1);
        ladder_close(&l);
        l = ladder_open();
        options(&l, 0.0, (struct sx_packet_marks){0});
        m = options(&l, i ? 0.05 : 0.049, (struct sx_packet_marks){0});
        if (i)
            assert_repeats(m, 1);
        else
            assert_copy_of(m, 1);
        ladder_close(&l);
    }
}

/* 24 messages of the transaction are looked through. */
static void test_how_many_back(void)
{
    for (uint32_t between = 23; between <= 24; between++) {
        struct ladder l = ladder_open();

        options(&l, 0.0, (struct sx_packet_marks){.id = 7, .place = 1});
        for (uint32_t i = 0; i < between; i++)
            options(&l, 0.5 * (i + 1), (struct sx_packet_marks){.id = 100 + i, .place = 1});
        const struct sx_message *m =
            options(&l, 0.5 * between + 0.1, (struct sx_packet_marks){.id = 7, .place = 2});
        if (between == 23)
            assert_copy_of(m, 1);
        else
            assert_repeats(m, 1);
        ladder_close(&l);
    }
}

/* So are they for the ACK of another branch of a fork, which came before: Carol's, between Bob's.
 */
static void test_ack_how_many_back(void)
{
    for (uint32_t between = 23; between <= 24; between++) {
        struct ladder l = ladder_open();

        request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"));
        response(&l, 0.1, P1, ALICE, 486, "INVITE", via("alice a1"));
        request(&l, 0.2, ALICE, P1, "ACK", via("alice a1"), .to_tag = "bob", ID(1));
        uint32_t first =
            request(&l, 0.7, ALICE, P1, "ACK", via("alice a1"), .to_tag = "carol", ID(2))->frame;
        for (uint32_t i = 0; i < between; i++)
            request(&l, 1 + 0.5 * i, ALICE, P1, "ACK", via("alice a1"), .to_tag = "bob", ID(3 + i));
        const struct sx_message *m = request(&l, 1 + 0.5 * between, ALICE, P1, "ACK",
                                             via("alice a1"), .to_tag = "carol", ID(99));
        assert_repeats(m, between == 23 ? first : 0);
        ladder_close(&l);
    }
}

/* Linux sends 0 where it sets DF, and IPv6 has none: time and place tell. */
static void test_without_id(void)
{
    struct ladder l = ladder_open();

    options(&l, 0.000, (struct sx_packet_marks){0});
    assert_copy_of(options(&l, 0.049, (struct sx_packet_marks){0}), 1);
    assert_repeats(options(&l, 0.050, (struct sx_packet_marks){0}), 1);
    const struct sx_message *m = options(&l, 0.052, (struct sx_packet_marks){.place = 9});
    assert_copy_of(m, 3);
    g_assert_true(m->flags & SX_MESSAGE_OTHER_PLACE);
    ladder_close(&l);
}

/* Two captures that were merged: at another place no timer sends again. */
static void test_other_place_without_id(void)
{
    for (unsigned late = 0; late < 2; late++) {
        struct ladder l = ladder_open();

        options(&l, 0.000, (struct sx_packet_marks){.place = 1});
        const struct sx_message *m =
            options(&l, late ? 0.400 : 0.399, (struct sx_packet_marks){.place = 2});
        if (late)
            assert_repeats(m, 1);
        else
            assert_copy_of(m, 1);
        ladder_close(&l);
    }
}

/* One capture behind the other: the nearest in time counts. */
static void test_appended_without_id(void)
{
    struct ladder l = ladder_open();

    options(&l, 0.0, (struct sx_packet_marks){0});
    assert_repeats(options(&l, 0.5, (struct sx_packet_marks){0}), 1);
    assert_repeats(options(&l, 1.5, (struct sx_packet_marks){0}), 1);
    assert_copy_of(options(&l, 0.0, (struct sx_packet_marks){0}), 1);
    assert_copy_of(options(&l, 0.5, (struct sx_packet_marks){0}), 2);
    assert_copy_of(options(&l, 1.5, (struct sx_packet_marks){0}), 3);
    ladder_close(&l);
    /* Of two that are as near the newer. */
    l = ladder_open();
    options(&l, 0.0, (struct sx_packet_marks){0});
    assert_repeats(options(&l, 0.06, (struct sx_packet_marks){0}), 1);
    assert_copy_of(options(&l, 0.03, (struct sx_packet_marks){0}), 2);
    ladder_close(&l);
}

/* RFC 3261 17.2.2: a server answers each request that came again, at once if it was busy. */
static void test_queue_without_id(void)
{
    struct ladder l = ladder_open();

    request(&l, 0.0, ALICE, BOB, "REGISTER", via("alice a1"));
    request(&l, 0.5, ALICE, BOB, "REGISTER", via("alice a1"));
    response(&l, 0.600, BOB, ALICE, 403, "REGISTER", via("alice a1"));
    assert_repeats(response(&l, 0.602, BOB, ALICE, 403, "REGISTER", via("alice a1")), 3);
    assert_copy_of(response(&l, 0.603, BOB, ALICE, 403, "REGISTER", via("alice a1")), 4);
    ladder_close(&l);
}

/* The same on a mirror port that shows each packet twice. */
static void test_mirror_without_id(void)
{
    struct ladder l = ladder_open();

    request(&l, 0.0, ALICE, BOB, "REGISTER", via("alice a1"));
    assert_copy_of(request(&l, 0.0, ALICE, BOB, "REGISTER", via("alice a1")), 1);
    request(&l, 0.5, ALICE, BOB, "REGISTER", via("alice a1"));
    assert_copy_of(request(&l, 0.5, ALICE, BOB, "REGISTER", via("alice a1")), 3);
    response(&l, 0.6, BOB, ALICE, 403, "REGISTER", via("alice a1"));
    assert_copy_of(response(&l, 0.6, BOB, ALICE, 403, "REGISTER", via("alice a1")), 5);
    ladder_close(&l);
}

/* RFC 3261 13.2.2.4: an ACK for each 2xx; without an identification they are not taken for one. */
static void test_acks_without_id(void)
{
    struct ladder l = ladder_open();

    request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"));
    response(&l, 1.0, BOB, ALICE, 200, "INVITE", via("alice a1"));
    response(&l, 1.5, BOB, ALICE, 200, "INVITE", via("alice a1"));
    request(&l, 1.600, ALICE, BOB, "ACK", via("alice a2"), .to_tag = "bob");
    assert_repeats(request(&l, 1.612, ALICE, BOB, "ACK", via("alice a2"), .to_tag = "bob"), 4);
    ladder_close(&l);
}

static void test_failure_acks_without_id(void)
{
    struct ladder l = ladder_open();

    request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"));
    response(&l, 1.0, BOB, ALICE, 486, "INVITE", via("alice a1"));
    request(&l, 1.01, ALICE, BOB, "ACK", via("alice a1"), .to_tag = "bob");
    assert_copy_of(request(&l, 1.02, ALICE, BOB, "ACK", via("alice a1"), .to_tag = "bob"), 3);
    ladder_close(&l);

    l = ladder_open();
    request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"));
    response(&l, 1.0, BOB, ALICE, 486, "INVITE", via("alice a1"));
    response(&l, 1.5, BOB, ALICE, 486, "INVITE", via("alice a1"));
    request(&l, 1.51, ALICE, BOB, "ACK", via("alice a1"), .to_tag = "bob");
    assert_repeats(request(&l, 1.52, ALICE, BOB, "ACK", via("alice a1"), .to_tag = "bob"), 4);
    ladder_close(&l);
}

/* The sequence number is exact: later or sooner, on one segment or on two. */
static void test_tcp(void)
{
    struct ladder l = ladder_open();

    request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"), SEQ(100));
    assert_copy_of(request(&l, 3.0, ALICE, BOB, "INVITE", via("alice a1"), SEQ(100)), 1);
    assert_repeats(request(&l, 3.001, ALICE, BOB, "INVITE", via("alice a1"), SEQ(400)), 1);
    ladder_close(&l);
}

/* RFC 3261 17.2.2: over TCP nothing is left of a transaction that has its response. */
static void test_tcp_branch_again(void)
{
    struct ladder l = ladder_open();

    request(&l, 0.0, ALICE, BOB, "OPTIONS", via("alice a1"), SEQ(100));
    response(&l, 0.1, BOB, ALICE, 200, "OPTIONS", via("alice a1"), SEQ(500));
    assert_copy_of(request(&l, 0.2, ALICE, BOB, "OPTIONS", via("alice a1"), SEQ(100)), 1);
    assert_repeats(request(&l, 0.3, ALICE, BOB, "OPTIONS", via("alice a1"), SEQ(400)), 0);
    assert_repeats(response(&l, 0.4, BOB, ALICE, 200, "OPTIONS", via("alice a1"), SEQ(900)), 0);
    g_assert_cmpuint(sx_tracker_txn_count(l.tracker), ==, 2);
    ladder_close(&l);
}

/* A NAT: other addresses, the same packet; it may give it another identification. */
static void test_nat(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *m;

    request(&l, 0.000, ALICE, BOB, "INVITE", via("alice a1"), ID(7));
    m = request(&l, 0.100, P1, BOB, "INVITE", via("alice a1"), ID(7));
    assert_copy_of(m, 1);
    g_assert_true(m->flags & SX_MESSAGE_TRANSLATED);
    g_assert_true(txn_numbered(&l, 1)->seen_elsewhere);
    assert_copy_of(request(&l, 0.399, P2, BOB, "INVITE", via("alice a1"), ID(9)), 1);
    assert_repeats(request(&l, 0.500, ALICE, BOB, "INVITE", via("alice a1"), ID(8)), 1);
    assert_copy_of(request(&l, 0.600, P1, BOB, "INVITE", via("alice a1"), ID(8)), 4);
    response(&l, 0.700, BOB, P1, 100, "INVITE", via("alice a1"));
    m = response(&l, 0.800, BOB, ALICE, 100, "INVITE", via("alice a1"));
    assert_copy_of(m, 6); /* back through the NAT that the request showed */
    ladder_close(&l);
}

/* A NAT that writes the private address into the Request-URI: the identification is the same. */
static void test_nat_with_other_uri(void)
{
    struct ladder l = ladder_open();

    request(&l, 0.000, ALICE, P1, "INVITE", via("alice a1"), .uri = "sip:b@192.0.2.1", ID(7));
    assert_copy_of(request(&l, 0.001, ALICE, BOB, "INVITE", via("alice a1"),
                           .uri = "sip:b@10.0.0.3", ID(7)),
                   1);
    assert_repeats(request(&l, 0.002, ALICE, BOB, "INVITE", via("alice a1"),
                           .uri = "sip:b@10.0.0.3", ID(8)),
                   0);
    ladder_close(&l);
}

/* A response to two receivers, without a NAT in sight: sent twice, unless at one moment. */
static void test_response_to_two(void)
{
    struct ladder l = ladder_open();

    request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"));
    response(&l, 0.100, BOB, ALICE, 100, "INVITE", via("alice a1"), ID(7));
    assert_repeats(response(&l, 0.101, BOB, P1, 100, "INVITE", via("alice a1"), ID(8)), 2);
    response(&l, 0.200, BOB, ALICE, 180, "INVITE", via("alice a1"));
    assert_copy_of(response(&l, 0.249, BOB, P1, 180, "INVITE", via("alice a1")), 4);
    response(&l, 0.300, BOB, ALICE, 183, "INVITE", via("alice a1"));
    assert_repeats(response(&l, 0.351, BOB, P1, 183, "INVITE", via("alice a1")), 6);
    ladder_close(&l);
}

/* The other side carries the flag that the wait ends there. */
static void test_nat_ends_wait(void)
{
    struct ladder l = ladder_open();

    request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"));
    response(&l, 0.1, BOB, ALICE, 100, "INVITE", via("alice a1"), ID(1));
    g_assert_true(response(&l, 9.0, BOB, P1, 180, "INVITE", via("alice a1"), ID(2))->flags &
                  SX_MESSAGE_ENDS_WAIT);
    g_assert_true(response(&l, 9.1, BOB, ALICE, 180, "INVITE", via("alice a1"), ID(2))->flags &
                  SX_MESSAGE_ENDS_WAIT);
    ladder_close(&l);
}

/* One sender, two receivers, two identifications: it tries another server. */
static void test_sent_to_another(void)
{
    struct ladder l = ladder_open();

    request(&l, 0.00, ALICE, P1, "INVITE", via("alice a1"), ID(7));
    assert_repeats(request(&l, 0.01, ALICE, P2, "INVITE", via("alice a1"), ID(8)), 1);
    ladder_close(&l);

    l = ladder_open();
    request(&l, 0.00, ALICE, P1, "OPTIONS", via("alice a1"), .uri = "sip:p1");
    g_assert_cmpuint(request(&l, 0.01, ALICE, P2, "OPTIONS", via("alice a1"), .uri = "sip:p2")->txn,
                     ==, 2);
    ladder_close(&l);
}

/* RFC 3261 17.1.1.3: each final response has its ACK, by the To tag. */
static void test_second_final(void)
{
    struct ladder l = ladder_open();

    request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"), ID(1));
    response(&l, 0.1, BOB, ALICE, 477, "INVITE", via("alice a1"), .to_tag = "x", ID(2));
    assert_repeats(response(&l, 0.1, BOB, ALICE, 477, "INVITE", via("alice a1"), .to_tag = "y",
                            ID(3)),
                   0);
    request(&l, 0.2, ALICE, BOB, "ACK", via("alice a1"), .to_tag = "x", ID(4));
    assert_repeats(request(&l, 0.2, ALICE, BOB, "ACK", via("alice a1"), .to_tag = "y", ID(5)), 0);
    assert_repeats(request(&l, 0.7, ALICE, BOB, "ACK", via("alice a1"), .to_tag = "y", ID(6)), 5);
    assert_repeats(request(&l, 0.8, ALICE, BOB, "ACK", via("alice a1"), .to_tag = "x", ID(7)), 4);
    assert_copy_of(request(&l, 0.8, ALICE, BOB, "ACK", via("alice a1"), .to_tag = "x", ID(7)), 7);
    g_assert_cmpuint(sx_tracker_final_with(l.tracker, txn_numbered(&l, 1), 477, tag_hash("y")), ==,
                     3);
    ladder_close(&l);
}

/* A 100 may carry a To tag: the code tells it from the 180 all the same. */
static void test_tagged_100(void)
{
    struct ladder l = ladder_open();

    request(&l, 0.00, ALICE, BOB, "INVITE", via("alice a1"));
    response(&l, 0.01, BOB, ALICE, 100, "INVITE", via("alice a1"), .to_tag = "bob");
    assert_repeats(response(&l, 0.02, BOB, ALICE, 180, "INVITE", via("alice a1")), 0);
    assert_repeats(response(&l, 0.03, BOB, ALICE, 200, "INVITE", via("alice a1")), 0);
    ladder_close(&l);
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/copies/by_id", test_by_id);
    g_test_add_func("/copies/other_id", test_other_id);
    g_test_add_func("/copies/constant_id", test_constant_id);
    g_test_add_func("/copies/skewed_clocks", test_skewed_clocks);
    g_test_add_func("/copies/skew_threshold", test_skew_threshold);
    g_test_add_func("/copies/timer_thresholds", test_timer_thresholds);
    g_test_add_func("/copies/how_many_back", test_how_many_back);
    g_test_add_func("/copies/ack_how_many_back", test_ack_how_many_back);
    g_test_add_func("/copies/without_id", test_without_id);
    g_test_add_func("/copies/other-place-without-id", test_other_place_without_id);
    g_test_add_func("/copies/appended-without-id", test_appended_without_id);
    g_test_add_func("/copies/queue_without_id", test_queue_without_id);
    g_test_add_func("/copies/mirror_without_id", test_mirror_without_id);
    g_test_add_func("/copies/acks_without_id", test_acks_without_id);
    g_test_add_func("/copies/failure_acks_without_id", test_failure_acks_without_id);
    g_test_add_func("/copies/tcp", test_tcp);
    g_test_add_func("/copies/tcp_branch_again", test_tcp_branch_again);
    g_test_add_func("/copies/nat", test_nat);
    g_test_add_func("/copies/nat_with_other_uri", test_nat_with_other_uri);
    g_test_add_func("/copies/response_to_two", test_response_to_two);
    g_test_add_func("/copies/nat_ends_wait", test_nat_ends_wait);
    g_test_add_func("/copies/sent_to_another", test_sent_to_another);
    g_test_add_func("/copies/second_final", test_second_final);
    g_test_add_func("/copies/tagged_100", test_tagged_100);
    return g_test_run();
}
