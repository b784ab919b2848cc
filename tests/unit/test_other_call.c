/* test_other_call.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/judge/other_call.h"

#include "sip_text.h"

static uint32_t meant_for(struct ladder *l, const struct sx_message *m)
{
    return sx_other_call_find(l->tracker, txn_of(l, m));
}

static void test_cancel(void)
{
    struct ladder l = ladder_open();

    request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"));
    response(&l, 0.1, BOB, ALICE, 180, "INVITE", via("alice a1"));
    g_assert_cmpuint(meant_for(&l, request(&l, 1.0, ALICE, BOB, "CANCEL", via("alice a1"),
                                           .call_id = "two")),
                     ==, 1);
    /* another branch, sent-by, CSeq number or host */
    g_assert_cmpuint(meant_for(&l, request(&l, 1.1, ALICE, BOB, "CANCEL", via("alice a2"),
                                           .call_id = "three")),
                     ==, 0);
    g_assert_cmpuint(meant_for(&l, request(&l, 1.2, ALICE, BOB, "CANCEL", via("alice:5070 a1"),
                                           .call_id = "four")),
                     ==, 0);
    g_assert_cmpuint(meant_for(&l, request(&l, 1.3, ALICE, BOB, "CANCEL", via("alice a1"),
                                           .call_id = "five", .cseq = 2)),
                     ==, 0);
    g_assert_cmpuint(meant_for(&l, request(&l, 1.4, ALICE, CAROL, "CANCEL", via("alice a1"),
                                           .call_id = "six")),
                     ==, 0);
    response(&l, 2.0, BOB, ALICE, 486, "INVITE", via("alice a1"));
    g_assert_cmpuint(meant_for(&l, request(&l, 2.1, ALICE, BOB, "CANCEL", via("alice a1"),
                                           .call_id = "seven")),
                     ==, 0);
    ladder_close(&l);
}

static void test_ack(void)
{
    struct ladder l = ladder_open();

    request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"));
    g_assert_cmpuint(meant_for(&l, request(&l, 0.1, ALICE, BOB, "ACK", via("alice a1"),
                                           .call_id = "two", .to_tag = "bob")),
                     ==, 0);
    response(&l, 0.2, BOB, ALICE, 486, "INVITE", via("alice a1"));
    g_assert_cmpuint(meant_for(&l, request(&l, 0.3, ALICE, BOB, "ACK", via("alice a1"),
                                           .call_id = "three", .to_tag = "bob")),
                     ==, 1);
    request(&l, 0.4, ALICE, BOB, "ACK", via("alice a1"), .to_tag = "bob");
    g_assert_cmpuint(meant_for(&l, request(&l, 0.5, ALICE, BOB, "ACK", via("alice a1"),
                                           .call_id = "four", .to_tag = "bob")),
                     ==, 0);
    ladder_close(&l);
}

/* Alice's INVITE has this final response, and an ACK on its Via comes with another Call-ID. The
 * ACK of a 2xx has a branch of its own (RFC 3261 13.2.2.4). */
static uint32_t ack_after(unsigned code)
{
    struct ladder l = ladder_open();

    request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"));
    response(&l, 0.2, BOB, ALICE, code, "INVITE", via("alice a1"));
    uint32_t frame = meant_for(&l, request(&l, 0.3, ALICE, BOB, "ACK", via("alice a1"),
                                           .call_id = "two", .to_tag = "robert"));
    ladder_close(&l);
    return frame;
}

static void test_ack_of_a_failure(void)
{
    g_assert_cmpuint(ack_after(200), ==, 0);
    g_assert_cmpuint(ack_after(299), ==, 0);
    g_assert_cmpuint(ack_after(300), ==, 1);
    g_assert_cmpuint(ack_after(301), ==, 1);
}

/* The ACK that was missing is in the same packet. */
static void test_ack_beside_it(void)
{
    struct ladder l = ladder_open();

    request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"), .transport = SX_TRANSPORT_TCP);
    response(&l, 0.2, BOB, ALICE, 486, "INVITE", via("alice a1"), .transport = SX_TRANSPORT_TCP);
    request(&l, 0.3, ALICE, BOB, "ACK", via("alice a1"), .to_tag = "bob",
            .transport = SX_TRANSPORT_TCP);
    g_assert_cmpuint(meant_for(&l, request(&l, 0.3, ALICE, BOB, "ACK", via("alice a1"),
                                           .call_id = "two", .to_tag = "bob", .same_frame = true,
                                           .transport = SX_TRANSPORT_TCP)),
                     ==, 0);
    ladder_close(&l);
}

/* A call through a proxy, frames 1 to 4. */
static void call(struct ladder *l, double at, const char *call_id)
{
    request(l, at, ALICE, P1, "INVITE", via("alice a1"), .call_id = call_id);
    request(l, at + 0.1, P1, BOB, "INVITE", via("p1 x", "alice a1"), .call_id = call_id);
    response(l, at + 3.0, BOB, P1, 200, "INVITE", via("p1 x", "alice a1"), .call_id = call_id);
    response(l, at + 3.1, P1, ALICE, 200, "INVITE", via("alice a1"), .call_id = call_id);
}

/* What a request of another Call-ID after it is meant for. */
static uint32_t in_call(unsigned from, unsigned to, const char *method, const char *from_tag,
                        const char *to_tag)
{
    struct ladder l = ladder_open();

    call(&l, 0, "one");
    uint32_t frame =
        meant_for(&l, request(&l, 9.0, from, to, method, via("alice b1"), .call_id = "two",
                              .from_tag = from_tag, .to_tag = to_tag));
    ladder_close(&l);
    return frame;
}

static void test_dialog(void)
{
    g_assert_cmpuint(in_call(ALICE, P1, "BYE", "alice", "bob"), ==, 4);
    g_assert_cmpuint(in_call(BOB, P1, "BYE", "alice", "bob"), ==, 3);
    g_assert_cmpuint(in_call(BOB, P1, "BYE", "bob", "alice"), ==, 3);
    g_assert_cmpuint(in_call(ALICE, P1, "ACK", "alice", "bob"), ==, 4);
    g_assert_cmpuint(in_call(ALICE, P1, "BYE", "alice", "robert"), ==, 0);
    g_assert_cmpuint(in_call(BOB, P1, "BYE", "robert", "alice"), ==, 0);
    g_assert_cmpuint(in_call(BOB, P1, "BYE", "bob", "alicia"), ==, 0);
    g_assert_cmpuint(in_call(CAROL, P1, "BYE", "alice", "bob"), ==, 0);
}

static void test_same_tags_for_all(void)
{
    struct ladder l = ladder_open();

    call(&l, 0, "one");
    call(&l, 5, "two");
    g_assert_cmpuint(meant_for(&l, request(&l, 9.0, ALICE, P1, "BYE", via("alice b1"),
                                           .call_id = "three", .to_tag = "bob")),
                     ==, 0);
    ladder_close(&l);
}

static void test_after_the_end(void)
{
    struct ladder l = ladder_open();

    call(&l, 0, "one");
    request(&l, 8.0, ALICE, P1, "BYE", via("alice b1"), .call_id = "one", .to_tag = "bob");
    g_assert_cmpuint(meant_for(&l, request(&l, 9.0, ALICE, P1, "BYE", via("alice b2"),
                                           .call_id = "two", .to_tag = "bob")),
                     ==, 0);
    ladder_close(&l);
}

/* A packet brings both: it does not show that the dialog was there when the request was made. */
static void test_in_one_packet(void)
{
    static const struct {
        bool bye; /* Bob hangs up; else he has just answered */
        bool apart;
        uint32_t frame;
    } rows[] = {{false, false, 0}, {false, true, 2}, {true, false, 0}, {true, true, 0}};

    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"), .transport = SX_TRANSPORT_TCP);
        response(&l, 3.0, BOB, ALICE, 200, "INVITE", via("alice a1"),
                 .transport = SX_TRANSPORT_TCP);
        if (rows[i].bye)
            request(&l, 3.1, BOB, ALICE, "BYE", via("bob z1"), .from_tag = "bob", .to_tag = "alice",
                    .transport = SX_TRANSPORT_TCP);
        const struct sx_message *m = request(&l, 3.1, BOB, ALICE, "INFO", via("bob z2"),
                                             .from_tag = "bob", .to_tag = "alice", .call_id = "two",
                                             .same_frame = !rows[i].apart,
                                             .transport = SX_TRANSPORT_TCP);
        g_assert_cmpuint(meant_for(&l, m), ==, rows[i].frame);
        ladder_close(&l);
    }
}

/* Its own call is in the capture: both were meant as they are. */
static void test_own_call(void)
{
    struct ladder l = ladder_open();

    request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"));
    response(&l, 0.1, BOB, ALICE, 200, "INVITE", via("alice a1"));
    request(&l, 1.0, ALICE, BOB, "INVITE", via("alice a2"), .call_id = "two");
    response(&l, 1.1, BOB, ALICE, 486, "INVITE", via("alice a2"), .call_id = "two");
    const struct sx_message *m =
        request(&l, 2.0, ALICE, BOB, "BYE", via("alice b1"), .call_id = "two", .to_tag = "bob");
    response(&l, 2.1, BOB, ALICE, 481, "BYE", via("alice b1"), .call_id = "two");
    g_assert_cmpuint(meant_for(&l, m), ==, 0);
    ladder_close(&l);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/other_call/cancel", test_cancel);
    g_test_add_func("/other_call/ack", test_ack);
    g_test_add_func("/other_call/ack_of_a_failure", test_ack_of_a_failure);
    g_test_add_func("/other_call/ack_beside_it", test_ack_beside_it);
    g_test_add_func("/other_call/dialog", test_dialog);
    g_test_add_func("/other_call/same_tags_for_all", test_same_tags_for_all);
    g_test_add_func("/other_call/after_the_end", test_after_the_end);
    g_test_add_func("/other_call/in_one_packet", test_in_one_packet);
    g_test_add_func("/other_call/own_call", test_own_call);
    return g_test_run();
}
