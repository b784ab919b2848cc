/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/record/tracker.h"

#include "core/judge/origin.h"
#include "core/judge/silence.h"
#include "core/judge/trying.h"
#include "sip_text.h"

/* ---- the messages of a frame ---- */

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

static void test_registers_of_a_frame(void)
{
    struct ladder l = ladder_open();
    uint32_t nth = 0;

    request(&l, 0.0, ALICE, BOB, "OPTIONS", via("alice a1"));
    const struct sx_txn *one =
        txn_of(&l, request(&l, 0.0, ALICE, BOB, "REGISTER", via("alice a2"), .same_frame = true));
    request(&l, 0.0, ALICE, BOB, "BYE", via("alice a3"), .same_frame = true);
    const struct sx_txn *two =
        txn_of(&l, request(&l, 0.0, ALICE, BOB, "REGISTER", via("alice a4"), .same_frame = true));
    g_assert_true(sx_tracker_next_register(l.tracker, 1, &nth) == one);
    g_assert_true(sx_tracker_next_register(l.tracker, 1, &nth) == two);
    g_assert_null(sx_tracker_next_register(l.tracker, 1, &nth));
    nth = 0;
    g_assert_null(sx_tracker_next_register(l.tracker, 2, &nth));
    ladder_close(&l);
}

/* ---- waits past their deadline ---- */

static void test_expiry_after_100(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"))->txn, frame;

    response(&l, 0.5, P1, ALICE, 100, "INVITE", via("alice a1"));
    request(&l, 1.0, ALICE, P1, "INVITE", via("alice a1"));
    response(&l, 1.1, P1, ALICE, 100, "INVITE", via("alice a1")); /* restarts nothing */
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
    g_assert_cmpuint(sx_txn_rare(txn_numbered(&l, txn))->expired_frame, ==, frame);
    g_assert_true(txn_numbered(&l, txn)->expired_after_100);
    g_assert_null(sx_tracker_expiry(l.tracker, frame, 1));
    g_assert_null(sx_tracker_expiry(l.tracker, other_packet(&l, 99), 0)); /* said once */
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
    uint32_t txn = requests(&l, 11, 0.0, ALICE, P1, "OPTIONS", via("alice a1"));

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
    request(&l, 352, P1, ALICE, "OPTIONS", via("p1 o1"));
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

    response(&l, 0.0, BOB, ALICE, 200, "OPTIONS", via("alice a0")); /* Bob's SIP is seen */
    request(&l, 1.0, ALICE, BOB, "ACK", via("alice a1"));
    request(&l, 2.0, ALICE, BOB, "ACK", via("alice a1"));
    g_assert_null(sx_tracker_expiry(l.tracker, other_packet(&l, 100), 0));
    ladder_close(&l);
}

/* Nothing for 32 s, then a 100, then nothing again: two different waits. */
static void test_expiry_twice(void)
{
    struct ladder l = ladder_open();

    requests(&l, 7, 0.0, ALICE, P1, "INVITE", via("alice a1"));
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
    g_assert_cmpuint(sx_txn_first_response_code(txn_numbered(&l, txn)), ==, 180);
    ladder_close(&l);
}

/* The range of time stamps that the glue lets in: 1827 to 2112. */
static void test_far_times(void)
{
    static const double starts[] = {-4500000000.0, -1.0,         0.0,
                                    2147483647.0,  4294967290.0, 4499999900.0};

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
    l.frame--; /* that one was dropped */
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

/* ---- the end ---- */

static void test_end(void)
{
    struct ladder l = ladder_open();

    g_assert_false(sx_tracker_ended(l.tracker));
    other_packet(&l, 5);
    sx_tracker_end(l.tracker);
    g_assert_true(sx_tracker_ended(l.tracker));
    other_packet(&l, 6); /* a live capture went on */
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
    if ((txn->request_frame != 0) != (sx_txn_sends(txn) > 0))
        return "sent without a frame";
    if (is_final(txn) != (txn->final_frame != 0))
        return "a final state without a final response, or the reverse";
    if (txn->final_frame && !txn->first_response_frame)
        return "a final response that did not move it on";
    if (sx_txn_rare(txn)->related &&
        txn_numbered(l, sx_txn_rare(txn)->related)->number != sx_txn_rare(txn)->related)
        return "related to nobody";
    if (txn->number == txn->followed_by || txn->number == sx_txn_rare(txn)->related)
        return "related to itself";
    return NULL;
}

static const char *const branches[] = {"a 1", "a 2", "b 1", "b 2", "c 1", "c"};
static const char *const random_methods[] = {"INVITE", "INVITE", "INVITE", "ACK",
                                             "CANCEL", "BYE",    "FOO"};
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

/* Responses of one packet are one before the other as well. */
static void test_responses_in_one_packet(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = request(&l, 0, ALICE, BOB, "INVITE", via("alice a1"))->txn;

    response(&l, 1, BOB, ALICE, 183, "INVITE", via("alice a1"));
    response(&l, 1, BOB, ALICE, 180, "INVITE", via("alice a1"), .same_frame = true);
    const struct sx_message *m = sx_tracker_responses(l.tracker, txn_numbered(&l, txn));
    g_assert_nonnull(m);
    g_assert_cmpuint(m->code, ==, 180);
    m = sx_tracker_older_response(l.tracker, m);
    g_assert_nonnull(m);
    g_assert_cmpuint(m->code, ==, 183);
    ladder_close(&l);
}

/* tshark -2 -R gives the number of a dropped frame to the next one. */
static void test_dropped_frames(void)
{
    struct ladder l = ladder_open();

    sx_tracker_next_frame(l.tracker, 1);
    sx_tracker_next_frame(l.tracker, 2);
    g_assert_false(sx_tracker_drops_frames(l.tracker));
    sx_tracker_next_frame(l.tracker, 2);
    g_assert_true(sx_tracker_drops_frames(l.tracker));
    ladder_close(&l);
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/tracker/registers_of_a_frame", test_registers_of_a_frame);
    g_test_add_func("/tracker/two_messages_in_a_frame", test_two_messages_in_a_frame);
    g_test_add_func("/tracker/dropped_frames", test_dropped_frames);
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
    g_test_add_func("/tracker/end", test_end);
    g_test_add_func("/tracker/random", test_random);
    g_test_add_func("/tracker/random_frames_again", test_random_frames_again);
    g_test_add_func("/tracker/responses_in_one_packet", test_responses_in_one_packet);
    return g_test_run();
}
