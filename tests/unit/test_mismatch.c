/* test_mismatch.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/judge/mismatch.h"

#include "sip_text.h"

static struct sx_mismatch judge(struct ladder *l, const struct sx_message *m)
{
    return sx_mismatch_of_request(l->tracker, txn_of(l, m));
}

#define assert_mismatch(l, m, what, in)            \
    G_STMT_START                                   \
    {                                              \
        struct sx_mismatch found = judge(l, m);    \
        g_assert_cmpuint(found.differs, ==, what); \
        g_assert_cmpuint(found.frame, ==, in);     \
    }                                              \
    G_STMT_END

/* Frames 1 to 4: an answered and acknowledged call. */
static struct ladder answered_call(void)
{
    struct ladder l = ladder_open();

    request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"), .cseq = 2);
    response(&l, 0.1, BOB, ALICE, 180, "INVITE", via("alice a1"), .cseq = 2);
    response(&l, 3.0, BOB, ALICE, 200, "INVITE", via("alice a1"), .cseq = 2);
    request(&l, 3.1, ALICE, BOB, "ACK", via("alice a2"), .to_tag = "bob", .cseq = 2);
    return l;
}

static void test_tags(void)
{
    struct ladder l = answered_call();

    assert_mismatch(&l,
                    request(&l, 9, ALICE, BOB, "BYE", via("alice b1"), .cseq = 3, .to_tag = "bob"),
                    0, 0);
    assert_mismatch(&l,
                    request(&l, 9, BOB, ALICE, "BYE", via("bob b2"), .cseq = 1, .from_tag = "bob",
                            .to_tag = "alice"),
                    0, 0);
    assert_mismatch(&l,
                    request(&l, 9, ALICE, BOB, "BYE", via("alice b3"), .cseq = 4,
                            .to_tag = "robert"),
                    SX_DIFFERS_TO_TAG, 3);
    assert_mismatch(&l, request(&l, 9, ALICE, BOB, "INFO", via("alice b4"), .cseq = 5),
                    SX_DIFFERS_TO_TAG, 3);
    assert_mismatch(&l,
                    request(&l, 9, BOB, ALICE, "UPDATE", via("bob b5"), .cseq = 2,
                            .from_tag = "rob", .to_tag = "alice"),
                    SX_DIFFERS_FROM_TAG, 3);
    /* both differ: another dialog, for all that is known */
    assert_mismatch(&l,
                    request(&l, 9, BOB, ALICE, "UPDATE", via("bob b6"), .cseq = 3, .from_tag = "x",
                            .to_tag = "y"),
                    0, 0);
    /* a host that had no part in it: the other side of a B2BUA */
    assert_mismatch(&l,
                    request(&l, 9, BOB, CAROL, "BYE", via("bob b7"), .cseq = 4, .to_tag = "carol"),
                    0, 0);
    ladder_close(&l);
}

/* RFC 3261 13.2.2.4: so long after the answer an early dialog is over. */
static void early(double at, unsigned differs)
{
    struct ladder l = ladder_open();

    request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"));
    response(&l, 0.1, BOB, ALICE, 180, "INVITE", via("alice a1"), .to_tag = "early");
    response(&l, 1.0, BOB, ALICE, 200, "INVITE", via("alice a1"));
    request(&l, 1.1, ALICE, BOB, "ACK", via("alice a2"), .to_tag = "bob");
    assert_mismatch(&l,
                    request(&l, at, ALICE, BOB, "BYE", via("alice b1"), .cseq = 2,
                            .to_tag = "early"),
                    differs, differs ? 3u : 0);
    ladder_close(&l);
}

static void test_early(void)
{
    early(33.0, 0);
    early(33.1, SX_DIFFERS_TO_TAG);
}

static void test_lost_answer_of_a_fork(void)
{
    struct ladder l = answered_call();

    assert_mismatch(&l,
                    request(&l, 4, ALICE, BOB, "ACK", via("alice a3"), .to_tag = "two", .cseq = 2),
                    0, 0);
    const struct sx_message *bye =
        request(&l, 5, ALICE, BOB, "BYE", via("alice a4"), .to_tag = "two", .cseq = 3);
    assert_mismatch(&l, bye, 0, 0);
    response(&l, 5.1, BOB, ALICE, 481, "BYE", via("alice a4"), .to_tag = "two", .cseq = 3);
    assert_mismatch(&l, bye, SX_DIFFERS_TO_TAG, 3);
    ladder_close(&l);
}

static void test_cseq(void)
{
    struct ladder l = answered_call();

    assert_mismatch(&l,
                    request(&l, 9, ALICE, BOB, "BYE", via("alice b1"), .cseq = 1, .to_tag = "bob"),
                    SX_DIFFERS_CSEQ_NUMBER, 1);
    request(&l, 10, ALICE, BOB, "INFO", via("alice b2"), .cseq = 5, .to_tag = "bob");
    /* it may have been overtaken */
    assert_mismatch(
        &l, request(&l, 10, ALICE, BOB, "INFO", via("alice b3"), .cseq = 4, .to_tag = "bob"), 0, 0);
    response(&l, 10.1, BOB, ALICE, 200, "INFO", via("alice b2"), .cseq = 5);
    assert_mismatch(&l,
                    request(&l, 10.2, ALICE, BOB, "INFO", via("alice b4"), .cseq = 4,
                            .to_tag = "bob"),
                    SX_DIFFERS_CSEQ_NUMBER, 6);
    /* each side counts by itself */
    assert_mismatch(&l,
                    request(&l, 11, BOB, ALICE, "BYE", via("bob b5"), .cseq = 1, .from_tag = "bob",
                            .to_tag = "alice"),
                    0, 0);
    ladder_close(&l);
}

static void test_ack(void)
{
    struct ladder l = ladder_open();

    request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"));
    response(&l, 0.1, BOB, ALICE, 486, "INVITE", via("alice a1"));
    assert_mismatch(&l, request(&l, 0.2, ALICE, BOB, "ACK", via("alice a2"), .to_tag = "bob"),
                    SX_DIFFERS_VIA_BRANCH, 1);
    request(&l, 0.3, ALICE, BOB, "ACK", via("alice a1"), .to_tag = "bob");
    request(&l, 1.0, ALICE, BOB, "INVITE", via("alice a3"), .cseq = 2);
    response(&l, 1.1, BOB, ALICE, 200, "INVITE", via("alice a3"), .cseq = 2);
    assert_mismatch(&l,
                    request(&l, 1.2, ALICE, BOB, "ACK", via("alice a4"), .to_tag = "bob",
                            .cseq = 1),
                    SX_DIFFERS_CSEQ_NUMBER, 5);
    assert_mismatch(
        &l, request(&l, 1.3, ALICE, BOB, "ACK", via("alice a5"), .to_tag = "bob", .cseq = 2), 0, 0);
    ladder_close(&l);
}

static void test_cancel(void)
{
    struct ladder l = ladder_open();

    request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"));
    response(&l, 0.1, BOB, ALICE, 180, "INVITE", via("alice a1"));
    assert_mismatch(&l, request(&l, 1.0, ALICE, BOB, "CANCEL", via("alice:5061 a1")),
                    SX_DIFFERS_VIA_SENT_BY, 1);
    assert_mismatch(&l, request(&l, 1.1, ALICE, BOB, "CANCEL", via("alice a2")),
                    SX_DIFFERS_VIA_BRANCH, 1);
    assert_mismatch(&l, request(&l, 1.2, ALICE, BOB, "CANCEL", via("alice a1"), .cseq = 7),
                    SX_DIFFERS_CSEQ_NUMBER, 1);
    assert_mismatch(&l, request(&l, 1.3, ALICE, BOB, "CANCEL", via("alice:5060 a1")), 0, 0);
    ladder_close(&l);
}

/* RFC 3261 9.1: From and To are those of the INVITE, with the tags or without. */
static void test_cancel_tags(void)
{
    struct ladder l = ladder_open();

    request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"));
    response(&l, 0.1, BOB, ALICE, 180, "INVITE", via("alice a1"));
    assert_mismatch(&l, request(&l, 1.0, ALICE, BOB, "CANCEL", via("alice a1"), .to_tag = "bob"),
                    SX_DIFFERS_TO_TAG, 1);
    request(&l, 2.0, ALICE, BOB, "INVITE", via("alice b1"), .call_id = "two");
    assert_mismatch(&l,
                    request(&l, 2.1, ALICE, BOB, "CANCEL", via("alice b1"), .call_id = "two",
                            .from_tag = "other"),
                    SX_DIFFERS_FROM_TAG, 4);
    /* of a re-INVITE */
    request(&l, 3.0, ALICE, BOB, "INVITE", via("alice c1"), .call_id = "three", .to_tag = "bob");
    assert_mismatch(&l,
                    request(&l, 3.1, ALICE, BOB, "CANCEL", via("alice c1"), .call_id = "three",
                            .to_tag = "bob"),
                    0, 0);
    /* the INVITE is not in the capture */
    response(&l, 4.0, BOB, ALICE, 180, "INVITE", via("alice d1"), .call_id = "four");
    assert_mismatch(&l, request(&l, 4.1, ALICE, BOB, "CANCEL", via("alice d1"), .call_id = "four"),
                    0, 0);
    ladder_close(&l);
}

static void test_ack_of_a_failure(void)
{
    struct ladder l = ladder_open();

    request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"));
    response(&l, 0.1, BOB, ALICE, 486, "INVITE", via("alice a1"));
    assert_mismatch(&l,
                    request(&l, 0.2, ALICE, BOB, "ACK", via("alice a1"), .to_tag = "bob",
                            .cseq = 2),
                    SX_DIFFERS_CSEQ_NUMBER, 1);
    const struct sx_message *ack =
        request(&l, 0.3, ALICE, BOB, "ACK", via("alice a1"), .to_tag = "bob", .call_id = "two");
    assert_mismatch(&l, ack, SX_DIFFERS_CALL_ID, 1);
    g_assert_true(judge(&l, ack).of_failure);
    ladder_close(&l);
}

/* A proxy may have another branch to the same host. */
static void test_cancel_of_a_fork(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *cancel;

    request(&l, 0.0, P1, BOB, "INVITE", via("p1 x", "alice a1"));
    cancel = request(&l, 1.0, P1, BOB, "CANCEL", via("p1 y"));
    assert_mismatch(&l, cancel, 0, 0);
    response(&l, 1.1, BOB, P1, 481, "CANCEL", via("p1 y"));
    assert_mismatch(&l, cancel, SX_DIFFERS_VIA_BRANCH, 1);
    ladder_close(&l);
}

/* The dialog was made before the capture. */
static void test_middle(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *bye =
        request(&l, 0, ALICE, BOB, "BYE", via("alice a1"), .to_tag = "x");

    response(&l, 0.1, BOB, ALICE, 481, "BYE", via("alice a1"), .to_tag = "x");
    assert_mismatch(&l, bye, 0, 0);
    ladder_close(&l);
}

/* Whoever took a request with that tag knows the dialog, whose answer the capture lacks. */
static void test_taken(void)
{
    struct ladder l = answered_call();
    const struct sx_message *bye =
        request(&l, 5, ALICE, BOB, "BYE", via("alice a4"), .to_tag = "two", .cseq = 3);

    assert_mismatch(&l, bye, SX_DIFFERS_TO_TAG, 3);
    response(&l, 5.1, BOB, ALICE, 200, "BYE", via("alice a4"), .to_tag = "two", .cseq = 3);
    assert_mismatch(&l, bye, 0, 0);
    ladder_close(&l);
}

/* The INVITE of the side has CSeq 2 and was answered at 3 s. */
static void test_cseq_of_one_time(void)
{
    for (unsigned i = 0; i < 2; i++) {
        struct ladder l = answered_call();

        assert_mismatch(&l,
                        request(&l, i ? 3.0 : 2.999, ALICE, BOB, "BYE", via("alice b1"), .cseq = 1,
                                .to_tag = "bob"),
                        i ? SX_DIFFERS_CSEQ_NUMBER : 0, i);
        ladder_close(&l);
    }
}

/* RFC 3261 13.3.1.4, 17.2.1: who answered waits for the ACK for 64*T1, and sends a 2xx again after
 * T1. */
static void ack_at(double at, unsigned code, bool repeated, unsigned differs)
{
    struct ladder l = ladder_open();

    request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"), .cseq = 2);
    response(&l, 1.0, BOB, ALICE, code, "INVITE", via("alice a1"), .cseq = 2);
    if (repeated)
        response(&l, 1.5, BOB, ALICE, code, "INVITE", via("alice a1"), .cseq = 2);
    assert_mismatch(&l,
                    request(&l, at, ALICE, BOB, "ACK", via("alice a2"), .to_tag = "bob",
                            .cseq = code < 300 ? 1 : 2),
                    differs, differs ? 1 : 0);
    ladder_close(&l);
}

static void test_ack_in_time(void)
{
    ack_at(32.999, 200, true, SX_DIFFERS_CSEQ_NUMBER);
    ack_at(33.0, 200, true, 0);
    ack_at(32.999, 486, false, SX_DIFFERS_VIA_BRANCH);
    ack_at(33.0, 486, false, 0);
}

/* Not repeated: the ACK that the server had is not in the capture. */
static void test_ack_of_a_2xx_that_waits_for_none(void)
{
    ack_at(1.499, 200, false, SX_DIFFERS_CSEQ_NUMBER);
    ack_at(1.5, 200, false, 0);
}

/* The INVITE was acknowledged: the other ACK is of another one. */
static void test_ack_of_another(void)
{
    struct ladder l = answered_call();

    assert_mismatch(&l,
                    request(&l, 4, ALICE, BOB, "ACK", via("alice a3"), .to_tag = "bob", .cseq = 1),
                    0, 0);
    ladder_close(&l);
}

/* A 481 or 500 tells what of its request does not fit. */
static void test_of_request(void)
{
    const unsigned codes[] = {480, 481, 482, 499, 500, 501};

    for (unsigned i = 0; i < G_N_ELEMENTS(codes); i++) {
        struct ladder l = answered_call();
        const struct sip_text answer = {
            .code = codes[i], .method = "BYE", via("alice a4"), .to_tag = "two", .cseq = 3};
        GString *text = text_of(&answer);
        struct sx_sip_msg msg;
        bool tells = codes[i] == 481 || codes[i] == 500;

        request(&l, 5, ALICE, BOB, "BYE", via("alice a4"), .to_tag = "two", .cseq = 3);
        const struct sx_message *m = ladder_send(&l, 5.1, BOB, ALICE, &answer);
        g_assert_true(sx_sip_msg_read(sx_slice(text->str, text->len), &msg));
        struct sx_mismatch found = sx_mismatch_judge(l.tracker, txn_of(&l, m), &msg);
        g_assert_cmpuint(found.differs, ==, tells ? SX_DIFFERS_TO_TAG : 0);
        g_assert_true(found.of_request == tells);
        g_string_free(text, TRUE);
        ladder_close(&l);
    }
}

/* The dialog that a PRACK is meant for is one whose reliable response waits for it; 180 stands
 * before that one. */
static void prack_with_another_tag(bool reliable, bool acknowledged, unsigned differs)
{
    struct ladder l = ladder_open();

    request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"));
    response(&l, 0.1, BOB, ALICE, 180, "INVITE", via("alice a1"));
    response(&l, 0.2, BOB, ALICE, 183, "INVITE", via("alice a1"),
             .more = reliable ? "Require: 100rel\r\nRSeq: 7\r\n" : NULL);
    if (acknowledged)
        request(&l, 0.3, ALICE, BOB, "PRACK", via("alice a2"), .to_tag = "bob", .cseq = 2,
                .more = "RAck: 7 1 INVITE\r\n");
    assert_mismatch(&l,
                    request(&l, 0.4, ALICE, BOB, "PRACK", via("alice a3"), .to_tag = "rob",
                            .cseq = 3, .more = "RAck: 7 1 INVITE\r\n"),
                    differs, differs ? 3u : 0);
    ladder_close(&l);
}

static void test_prack_tags(void)
{
    prack_with_another_tag(true, false, SX_DIFFERS_TO_TAG);
    prack_with_another_tag(true, true, 0);
    prack_with_another_tag(false, false, 0);
}

/* Any other request of an early dialog differs from what began it. */
static void test_update_of_an_early_dialog(void)
{
    struct ladder l = ladder_open();

    request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"));
    response(&l, 0.1, BOB, ALICE, 180, "INVITE", via("alice a1"));
    response(&l, 0.2, BOB, ALICE, 183, "INVITE", via("alice a1"),
             .more = "Require: 100rel\r\nRSeq: 7\r\n");
    assert_mismatch(&l,
                    request(&l, 0.4, ALICE, BOB, "UPDATE", via("alice a3"), .to_tag = "rob",
                            .cseq = 3),
                    SX_DIFFERS_TO_TAG, 2);
    ladder_close(&l);
}

/* Frames 1 to 6: a call over a proxy that stays in the way; the 200 is frame 3 and frame 4. */
static struct ladder call_over_proxy(void)
{
    struct ladder l = ladder_open();

    request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"));
    request(&l, 0.1, P1, BOB, "INVITE", via("p1 b1", "alice a1"));
    response(&l, 3.0, BOB, P1, 200, "INVITE", via("p1 b1", "alice a1"));
    response(&l, 3.1, P1, ALICE, 200, "INVITE", via("alice a1"));
    request(&l, 3.2, ALICE, P1, "ACK", via("alice a2"), .to_tag = "bob");
    request(&l, 3.3, P1, BOB, "ACK", via("p1 b2", "alice a2"), .to_tag = "bob");
    return l;
}

/* It differs from the 200 of the hop that it takes, whichever side sends it. */
static void test_answer_of_the_hop(void)
{
    struct ladder l = call_over_proxy();

    assert_mismatch(&l,
                    request(&l, 9.0, BOB, P1, "BYE", via("bob c1"), .from_tag = "rob",
                            .to_tag = "alice"),
                    SX_DIFFERS_FROM_TAG, 3);
    assert_mismatch(&l,
                    request(&l, 9.1, P1, ALICE, "BYE", via("p1 c2", "bob c1"), .from_tag = "rob",
                            .to_tag = "alice"),
                    SX_DIFFERS_FROM_TAG, 4);
    ladder_close(&l);
}

/* That the hop before had the same request names no dialog: it is the same claim. Another request
 * does, for the capture may lack the answer. */
static void test_named_by_itself(void)
{
    for (unsigned named = 0; named < 3; named++) {
        struct ladder l = call_over_proxy();

        if (named == 1)
            request(&l, 8.0, ALICE, P1, "INFO", via("alice c0"), .to_tag = "two", .cseq = 3);
        if (named == 2)
            request(&l, 8.0, ALICE, P1, "BYE", via("alice c0"), .to_tag = "two", .cseq = 2);
        request(&l, 9.0, ALICE, P1, "BYE", via("alice c1"), .to_tag = "two", .cseq = 3);
        assert_mismatch(&l,
                        request(&l, 9.1, P1, BOB, "BYE", via("p1 c2", "alice c1"), .to_tag = "two",
                                .cseq = 3),
                        named ? 0 : SX_DIFFERS_TO_TAG, named ? 0 : 3);
        ladder_close(&l);
    }
}

/* An INVITE of hosts that had no part in the call is none of it, and makes them none of its hosts.
 */
static void test_invite_of_others(void)
{
    struct ladder l = answered_call();

    assert_mismatch(&l,
                    request(&l, 9, CAROL, DAVE, "INVITE", via("carol b8"), .cseq = 5,
                            .to_tag = "other"),
                    0, 0);
    assert_mismatch(&l,
                    request(&l, 10, ALICE, BOB, "INVITE", via("alice b9"), .cseq = 6,
                            .to_tag = "third"),
                    SX_DIFFERS_TO_TAG, 3);
    ladder_close(&l);
}

/* ---- for what the capture lacks ---- */

/* Frames 1 and 2: a call that is answered and not acknowledged. */
static struct ladder unacknowledged_call(void)
{
    struct ladder l = ladder_open();

    request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"));
    response(&l, 1.0, BOB, ALICE, 200, "INVITE", via("alice a1"));
    return l;
}

/* RFC 3261 17.1.1.3: the ACK of a failure has the branch and the number of its INVITE. */
static void test_ack_of_a_lost_failure(void)
{
    struct ladder l = unacknowledged_call();

    assert_mismatch(&l, request(&l, 1.1, ALICE, BOB, "ACK", via("alice a1"), .to_tag = "carol"), 0,
                    0);
    assert_mismatch(&l,
                    request(&l, 1.2, ALICE, BOB, "ACK", via("alice a1"), .to_tag = "carol",
                            .cseq = 2),
                    SX_DIFFERS_TO_TAG, 2);
    assert_mismatch(&l, request(&l, 1.3, ALICE, BOB, "ACK", via("alice a2"), .to_tag = "carol"),
                    SX_DIFFERS_TO_TAG, 2);
    ladder_close(&l);
}

/* The 2xx that is there has its own ACK before it is due again, or only then. */
static void own_ack(double at, unsigned differs)
{
    struct ladder l = unacknowledged_call();
    const struct sx_message *other =
        request(&l, 1.1, ALICE, BOB, "ACK", via("alice a2"), .to_tag = "carol");

    request(&l, at, ALICE, BOB, "ACK", via("alice a3"), .to_tag = "bob");
    assert_mismatch(&l, other, differs, differs ? 2u : 0);
    ladder_close(&l);
}

static void test_ack_of_another_2xx(void)
{
    own_ack(1.499, 0);
    own_ack(1.5, SX_DIFFERS_TO_TAG);
}

/* What comes of a later request tells whether the other side knows the dialog. */
static void test_taken_later(void)
{
    static const unsigned codes[] = {199, 200, 300, 481};

    for (unsigned i = 0; i < G_N_ELEMENTS(codes); i++) {
        struct ladder l = unacknowledged_call();
        const struct sx_message *ack =
            request(&l, 1.1, ALICE, BOB, "ACK", via("alice a2"), .to_tag = "carol");

        request(&l, 1.2, ALICE, BOB, "BYE", via("alice a3"), .to_tag = "carol", .cseq = 2);
        response(&l, 1.3, BOB, ALICE, codes[i], "BYE", via("alice a3"), .to_tag = "carol",
                 .cseq = 2);
        bool taken = codes[i] == 200;
        assert_mismatch(&l, ack, taken ? 0 : SX_DIFFERS_TO_TAG, taken ? 0 : 2u);
        ladder_close(&l);
    }
}

/* What was taken while the dialog was an early one tells nothing of it now. */
static void test_taken_before(void)
{
    struct ladder l = ladder_open();

    request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"));
    response(&l, 0.1, BOB, ALICE, 183, "INVITE", via("alice a1"), .to_tag = "carol",
             .more = "RSeq: 1\r\n");
    request(&l, 0.2, ALICE, BOB, "PRACK", via("alice a2"), .to_tag = "carol", .cseq = 2);
    response(&l, 0.3, BOB, ALICE, 200, "PRACK", via("alice a2"), .to_tag = "carol", .cseq = 2);
    response(&l, 1.0, BOB, ALICE, 200, "INVITE", via("alice a1"));
    assert_mismatch(&l, request(&l, 1.1, ALICE, BOB, "ACK", via("alice a3"), .to_tag = "carol"),
                    SX_DIFFERS_TO_TAG, 5);
    ladder_close(&l);
}

/* A response to an INVITE that is not there, from Bob or from Alice; and Alice's ACK. */
static void ack_of_unseen(unsigned from, unsigned code, unsigned cseq, unsigned differs)
{
    struct ladder l = unacknowledged_call();
    unsigned to = from == BOB ? ALICE : BOB;

    response(&l, 1.5, BOB, ALICE, 200, "INVITE", via("alice a1"));
    response(&l, 9.0, from, to, code, "INVITE", via("x a2"), .cseq = 2,
             .from_tag = from == BOB ? "alice" : "bob", .to_tag = from == BOB ? "bob" : "alice");
    assert_mismatch(&l,
                    request(&l, 9.1, ALICE, BOB, "ACK", via("alice a3"), .to_tag = "bob",
                            .cseq = cseq),
                    differs, differs ? 1u : 0);
    ladder_close(&l);
}

static void test_ack_of_unseen(void)
{
    ack_of_unseen(BOB, 200, 2, 0);
    ack_of_unseen(BOB, 200, 3, SX_DIFFERS_CSEQ_NUMBER);
    ack_of_unseen(BOB, 180, 2, SX_DIFFERS_CSEQ_NUMBER);
    ack_of_unseen(BOB, 300, 2, SX_DIFFERS_CSEQ_NUMBER);
    ack_of_unseen(ALICE, 200, 2, SX_DIFFERS_CSEQ_NUMBER);
}

/* The ACK comes from above a hop that may have given the 2xx a To tag of its own. */
static void ack_above(bool answered, unsigned differs)
{
    struct ladder l = ladder_open();

    request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"));
    request(&l, 0.1, P1, BOB, "INVITE", via("p1 b1", "alice a1"));
    response(&l, 1.0, BOB, P1, 200, "INVITE", via("p1 b1", "alice a1"));
    if (answered)
        response(&l, 1.1, P1, ALICE, 200, "INVITE", via("alice a1"));
    assert_mismatch(&l, request(&l, 1.2, ALICE, P1, "ACK", via("alice a2"), .to_tag = "other"),
                    differs, differs ? 4u : 0);
    ladder_close(&l);
}

static void test_ack_above(void)
{
    ack_above(false, 0);
    ack_above(true, SX_DIFFERS_TO_TAG);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/mismatch/tags", test_tags);
    g_test_add_func("/mismatch/early", test_early);
    g_test_add_func("/mismatch/lost_answer_of_a_fork", test_lost_answer_of_a_fork);
    g_test_add_func("/mismatch/cseq", test_cseq);
    g_test_add_func("/mismatch/ack", test_ack);
    g_test_add_func("/mismatch/ack_of_a_failure", test_ack_of_a_failure);
    g_test_add_func("/mismatch/cancel", test_cancel);
    g_test_add_func("/mismatch/cancel_tags", test_cancel_tags);
    g_test_add_func("/mismatch/cancel_of_a_fork", test_cancel_of_a_fork);
    g_test_add_func("/mismatch/middle", test_middle);
    g_test_add_func("/mismatch/taken", test_taken);
    g_test_add_func("/mismatch/cseq_of_one_time", test_cseq_of_one_time);
    g_test_add_func("/mismatch/ack_in_time", test_ack_in_time);
    g_test_add_func("/mismatch/ack_of_a_2xx_that_waits_for_none",
                    test_ack_of_a_2xx_that_waits_for_none);
    g_test_add_func("/mismatch/ack_of_another", test_ack_of_another);
    g_test_add_func("/mismatch/of_request", test_of_request);
    g_test_add_func("/mismatch/prack_tags", test_prack_tags);
    g_test_add_func("/mismatch/update_of_an_early_dialog", test_update_of_an_early_dialog);
    g_test_add_func("/mismatch/answer_of_the_hop", test_answer_of_the_hop);
    g_test_add_func("/mismatch/named_by_itself", test_named_by_itself);
    g_test_add_func("/mismatch/invite_of_others", test_invite_of_others);
    g_test_add_func("/mismatch/unseen/failure", test_ack_of_a_lost_failure);
    g_test_add_func("/mismatch/unseen/another-2xx", test_ack_of_another_2xx);
    g_test_add_func("/mismatch/unseen/taken-later", test_taken_later);
    g_test_add_func("/mismatch/unseen/taken-before", test_taken_before);
    g_test_add_func("/mismatch/unseen/invite", test_ack_of_unseen);
    g_test_add_func("/mismatch/unseen/own-answer", test_ack_above);
    return g_test_run();
}
