/* test_dialogs.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "sip_text.h"

#include "core/record/dialogs.h"

static const struct sx_dialog *dialog_of(const struct ladder *l, const struct sx_message *message)
{
    static const struct sx_dialog nothing;
    const struct sx_dialog *d = sx_tracker_dialog(l->tracker, txn_of(l, message)->dialog);

    return d ? d : &nothing;
}

static void hops_share_a_dialog(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite = request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"),
                                              .more = "Contact: <sip:alice@a>\r\n");
    const struct sx_message *branch =
        request(&l, 0.01, P1, BOB, "INVITE", via("p1 b1", "alice a1"));
    response(&l, 1.0, BOB, P1, 180, "INVITE", via("p1 b1", "alice a1"));
    g_assert_cmpuint(sx_tracker_dialog_count(l.tracker), ==, 1);
    g_assert_cmpuint(dialog_of(&l, branch)->answer_frame, ==, 0);
    response(&l, 1.01, P1, ALICE, 180, "INVITE", via("alice a1"));
    response(&l, 2.0, BOB, P1, 200, "INVITE", via("p1 b1", "alice a1"),
             .more = "Contact: <sip:bob@b>\r\nRecord-Route: <sip:p1;lr>\r\n");
    response(&l, 2.01, P1, ALICE, 200, "INVITE", via("alice a1"));
    const struct sx_message *ack =
        request(&l, 2.1, ALICE, P1, "ACK", via("alice a2"), .to_tag = "bob");
    const struct sx_message *bye = request(&l, 9.0, BOB, P1, "BYE", via("bob x1"),
                                           .from_tag = "bob", .to_tag = "alice", .cseq = 7);

    g_assert_cmpuint(sx_tracker_dialog_count(l.tracker), ==, 1);
    const struct sx_dialog *d = dialog_of(&l, invite);
    g_assert_true(d == dialog_of(&l, branch) && d == dialog_of(&l, ack) && d == dialog_of(&l, bye));
    g_assert_cmpuint(d->first_frame, ==, 3);
    g_assert_cmpuint(d->answer_frame, ==, 5);
    g_assert_cmpint(d->answer_ns, ==, ns_of(2.0));
    g_assert_cmpuint(d->invite, ==, branch->txn);
    g_assert_true(d->caller_known && d->record_route && !d->contact_in_18x);
    g_assert_cmpuint(d->cseqs[SX_SIDE_CALLER], ==, 1);
    g_assert_cmpuint(d->cseqs[SX_SIDE_CALLED], ==, 7);
    g_assert_cmpuint(d->contacts[SX_SIDE_CALLED], !=, 0);
    g_assert_cmpint(sx_dialog_sender(txn_of(&l, ack)), ==, SX_SIDE_CALLER);
    g_assert_cmpint(sx_dialog_sender(txn_of(&l, bye)), ==, SX_SIDE_CALLED);
    const struct sx_txn *newest = sx_dialog_newest_request(l.tracker, d);
    g_assert_true(newest == txn_of(&l, bye));
    g_assert_true(sx_dialog_older_request(l.tracker, newest) == txn_of(&l, ack));
    g_assert_null(sx_dialog_older_request(l.tracker, txn_of(&l, ack)));
    ladder_close(&l);
}

/* RFC 3261 12.1: each To tag is a dialog of its own; a confirmed one is the INVITE's. */
static void forks_are_apart(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite = request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"));

    response(&l, 0.0, P1, ALICE, 100, "INVITE", via("alice a1"));
    response(&l, 1.0, P1, ALICE, 180, "INVITE", via("alice a1"), .to_tag = "bob");
    response(&l, 1.1, P1, ALICE, 180, "INVITE", via("alice a1"), .to_tag = "carol");
    g_assert_cmpuint(dialog_of(&l, invite)->number, ==, 2);
    response(&l, 2.0, P1, ALICE, 200, "INVITE", via("alice a1"), .to_tag = "bob");
    response(&l, 2.1, P1, ALICE, 183, "INVITE", via("alice a1"), .to_tag = "dave");
    g_assert_cmpuint(dialog_of(&l, invite)->number, ==, 1);
    g_assert_cmpuint(sx_tracker_dialog_count(l.tracker), ==, 3);
    const struct sx_message *ack =
        request(&l, 2.2, ALICE, P1, "ACK", via("alice a2"), .to_tag = "bob");
    g_assert_cmpuint(dialog_of(&l, ack)->number, ==, 1);
    const struct sx_dialog *d = sx_dialog_newest_of_call(l.tracker, txn_of(&l, ack));
    g_assert_cmpuint(d->number, ==, 3);
    d = sx_dialog_older_of_call(l.tracker, d);
    g_assert_cmpuint(d->number, ==, 2);
    d = sx_dialog_older_of_call(l.tracker, d);
    g_assert_cmpuint(d->number, ==, 1);
    g_assert_null(sx_dialog_older_of_call(l.tracker, d));
    ladder_close(&l);
}

/* The capture starts in the middle: who began the call is not known. */
static void requests_name_dialogs(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *bye = request(&l, 0.0, BOB, ALICE, "BYE", via("bob x1"),
                                           .from_tag = "bob", .to_tag = "alice", .cseq = 3);

    g_assert_cmpuint(dialog_of(&l, bye)->number, ==, 1);
    g_assert_false(dialog_of(&l, bye)->caller_known);
    g_assert_cmpuint(dialog_of(&l, bye)->invite, ==, 0);
    const struct sx_message *info =
        request(&l, 0.1, ALICE, BOB, "INFO", via("alice a1"), .to_tag = "bob", .cseq = 30);
    g_assert_cmpuint(dialog_of(&l, info)->number, ==, 1);
    g_assert_cmpint(sx_dialog_sender(txn_of(&l, info)), ==, SX_SIDE_CALLED);
    ladder_close(&l);
}

/* The capture lacks the answer; by this host and tag. */
static void invite_tells_the_caller(void)
{
    static const struct {
        unsigned from;
        const char *from_tag, *to_tag, *call_id;
        int sender;
    } byes[] = {
        {ALICE, "alice", "bob", NULL, SX_SIDE_CALLER},
        {BOB, "bob", "alice", NULL, SX_SIDE_CALLED},
        {BOB, "bob", "carol", NULL, -1},
        {BOB, "bob", "alice", "call-2", -1},
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(byes); i++) {
        struct ladder l = ladder_open();
        request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"));
        const struct sx_message *bye =
            request(&l, 1.0, byes[i].from, byes[i].from == BOB ? ALICE : BOB, "BYE", via("x x1"),
                    .from_tag = byes[i].from_tag, .to_tag = byes[i].to_tag,
                    .call_id = byes[i].call_id, .cseq = 3);
        g_assert_true(dialog_of(&l, bye)->caller_known == (byes[i].sender >= 0));
        if (byes[i].sender >= 0)
            g_assert_cmpint(sx_dialog_sender(txn_of(&l, bye)), ==, byes[i].sender);
        g_assert_cmpuint(dialog_of(&l, bye)->invite, ==, 0);
        ladder_close(&l);
    }
}

/* The capture lacks the answer, and has a request of the dialog before the INVITE. */
static void ack_tells_the_caller(void)
{
    struct ladder l = ladder_open();

    const struct sx_message *bye = request(&l, 1.0, BOB, ALICE, "BYE", via("bob x1"),
                                           .from_tag = "bob", .to_tag = "alice", .cseq = 3);
    request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"));
    g_assert_false(dialog_of(&l, bye)->caller_known);
    request(&l, 1.1, ALICE, BOB, "ACK", via("alice a2"), .to_tag = "bob");
    g_assert_true(dialog_of(&l, bye)->caller_known);
    g_assert_cmpint(sx_dialog_sender(txn_of(&l, bye)), ==, SX_SIDE_CALLED);
    /* That of a re-INVITE does not. */
    request(&l, 5.0, BOB, ALICE, "INVITE", via("bob y1"), .from_tag = "bob", .to_tag = "alice",
            .call_id = "call-2");
    const struct sx_message *ack = request(&l, 5.1, BOB, ALICE, "ACK", via("bob y2"),
                                           .from_tag = "bob", .to_tag = "alice",
                                           .call_id = "call-2");
    g_assert_false(dialog_of(&l, ack)->caller_known);
    /* Nor does one whose INVITE the capture lacks: it may be such a one. */
    response(&l, 9.0, ALICE, BOB, 100, "INVITE", via("bob z1"), .from_tag = "bob",
             .to_tag = "alice", .call_id = "call-3");
    ack = request(&l, 9.1, BOB, ALICE, "ACK", via("bob z2"), .from_tag = "bob", .to_tag = "alice",
                  .call_id = "call-3");
    g_assert_false(dialog_of(&l, ack)->caller_known);
    ladder_close(&l);
}

/* RFC 3261 12.1: 101 to 299 with a To tag; a 2xx confirms, and the newest 2xx is the INVITE's. */
static void codes_that_make_dialogs(void)
{
    static const struct {
        unsigned code;
        bool makes, confirms;
    } rows[] = {{100, false, false}, {101, true, false}, {199, true, false},
                {200, true, true},   {299, true, true},  {300, false, false}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        const struct sx_message *invite = request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"));
        response(&l, 1.0, BOB, ALICE, rows[i].code, "INVITE", via("alice a1"), .to_tag = "bob",
                 .more = "Contact: <sip:bob@b>\r\n");
        g_test_message("%u", rows[i].code);
        g_assert_cmpuint(sx_tracker_dialog_count(l.tracker), ==, rows[i].makes);
        g_assert_cmpuint(dialog_of(&l, invite)->answer_frame, ==, rows[i].confirms ? 2 : 0);
        g_assert_true(dialog_of(&l, invite)->contact_in_18x ==
                      (rows[i].makes && !rows[i].confirms));
        ladder_close(&l);
    }
}

static void second_success(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite = request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"));

    response(&l, 1.0, P1, ALICE, 200, "INVITE", via("alice a1"), .to_tag = "bob");
    response(&l, 1.1, P1, ALICE, 199, "INVITE", via("alice a1"), .to_tag = "dave");
    g_assert_cmpuint(dialog_of(&l, invite)->number, ==, 1);
    response(&l, 1.2, P1, ALICE, 200, "INVITE", via("alice a1"), .to_tag = "carol");
    g_assert_cmpuint(dialog_of(&l, invite)->number, ==, 3);
    ladder_close(&l);
}

/* Those that verdicts ask for. An INVITE tells where its sender is to be reached from now on. */
static void requests_that_are_kept(void)
{
    static const struct {
        const char *method;
        bool kept, moves;
    } rows[] = {{"INVITE", true, true}, {"BYE", true, false},  {"UPDATE", true, false},
                {"PRACK", true, false}, {"INFO", true, false}, {"OPTIONS", false, false},
                {"REFER", false, false}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        const struct sx_message *invite = request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"));
        response(&l, 1.0, BOB, ALICE, 200, "INVITE", via("alice a1"));
        uint32_t before = dialog_of(&l, invite)->contacts[SX_SIDE_CALLER];
        const struct sx_message *m = request(&l, 2.0, ALICE, BOB, rows[i].method, via("alice a2"),
                                             .to_tag = "bob", .cseq = 2,
                                             .more = "Contact: <sip:alice@moved>\r\n");
        const struct sx_dialog *d = dialog_of(&l, invite);
        g_test_message("%s", rows[i].method);
        g_assert_true((sx_dialog_newest_request(l.tracker, d) == txn_of(&l, m)) == rows[i].kept);
        g_assert_true((d->contacts[SX_SIDE_CALLER] != before) == rows[i].moves);
        ladder_close(&l);
    }
}

static void no_dialogs(void)
{
    struct ladder l = ladder_open();

    request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"));
    response(&l, 1.0, P1, ALICE, 486, "INVITE", via("alice a1"));
    request(&l, 1.1, ALICE, P1, "ACK", via("alice a1"), .to_tag = "bob");
    request(&l, 2.0, ALICE, P1, "REGISTER", via("alice a2"), .call_id = "r");
    response(&l, 2.1, P1, ALICE, 200, "REGISTER", via("alice a2"), .call_id = "r");
    request(&l, 3.0, ALICE, P1, "OPTIONS", via("alice a3"), .call_id = "o");
    response(&l, 3.1, P1, ALICE, 200, "OPTIONS", via("alice a3"), .call_id = "o");
    g_assert_cmpuint(sx_tracker_dialog_count(l.tracker), ==, 0);
    ladder_close(&l);
}

/* RFC 6665 4.4.1: the NOTIFY may come before the response. */
static void notify_first(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *subscribe = request(&l, 0.0, ALICE, BOB, "SUBSCRIBE", via("alice a1"));

    const struct sx_message *info =
        request(&l, 0.1, BOB, ALICE, "INFO", via("bob x1"), .from_tag = "bob", .to_tag = "alice");
    response(&l, 0.2, BOB, ALICE, 200, "SUBSCRIBE", via("alice a1"));
    g_assert_cmpuint(sx_tracker_dialog_count(l.tracker), ==, 1);
    g_assert_cmpuint(dialog_of(&l, subscribe)->number, ==, 1);
    g_assert_cmpint(sx_dialog_sender(txn_of(&l, info)), ==, SX_SIDE_CALLED);
    ladder_close(&l);
}

/* Not by what a call before it had: equal tags under another Call-ID are another dialog. */
static void calls_are_apart(void)
{
    struct ladder l = ladder_open();

    for (unsigned i = 0; i < 3; i++) {
        const char *call_id = i == 1 ? "x" : "y";
        request(&l, i, ALICE, BOB, "BYE", via("alice a1"), .to_tag = "bob", .call_id = call_id,
                .cseq = i + 1);
    }
    g_assert_cmpuint(sx_tracker_dialog_count(l.tracker), ==, 2);
    ladder_close(&l);
}

/* A BYE with these tags, from there to there; whether it has them the wrong way round. i 1: the
 * capture lacks the answer, and the INVITE tells who called; 2: the INVITE came back the other way,
 * too; 3: the answer to the INVITE came from another port. */
static bool swapped_bye(unsigned from, const char *from_tag, int i, enum sx_side *sender)
{
    struct ladder l = ladder_open();
    unsigned to = from == ALICE ? BOB : ALICE;

    request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"), .dst_port = i == 3 ? 5070 : 0);
    if (i == 2)
        request(&l, 0.1, BOB, ALICE, "INVITE", via("bob b1", "alice a1"));
    if (i != 1)
        response(&l, 1.0, BOB, ALICE, 200, "INVITE", via("alice a1"),
                 .src_port = i == 3 ? 5070 : 0);
    const struct sx_message *bye = request(&l, 5.0, from, to, "BYE", via("x y1"),
                                           .from_tag = from_tag,
                                           .to_tag = *from_tag == 'a' ? "bob" : "alice", .cseq = 3);
    bool swapped = txn_of(&l, bye)->tags_swapped;
    *sender = sx_dialog_sender(txn_of(&l, bye));
    ladder_close(&l);
    return swapped;
}

static void tags_the_wrong_way_round(void)
{
    enum sx_side sender;

    g_assert_true(swapped_bye(ALICE, "bob", 0, &sender));
    g_assert_cmpint(sender, ==, SX_SIDE_CALLER);
    g_assert_true(swapped_bye(BOB, "alice", 0, &sender));
    g_assert_cmpint(sender, ==, SX_SIDE_CALLED);
    g_assert_false(swapped_bye(ALICE, "alice", 0, &sender));
    g_assert_cmpint(sender, ==, SX_SIDE_CALLER);
    g_assert_false(swapped_bye(BOB, "bob", 0, &sender));
    g_assert_cmpint(sender, ==, SX_SIDE_CALLED);
    for (int i = 1; i <= 3; i++) {
        g_assert_true(swapped_bye(ALICE, "bob", i, &sender) == (i == 1));
        g_assert_false(swapped_bye(BOB, "bob", i, &sender));
    }
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/dialogs/hops-share-a-dialog", hops_share_a_dialog);
    g_test_add_func("/dialogs/forks-are-apart", forks_are_apart);
    g_test_add_func("/dialogs/requests-name-dialogs", requests_name_dialogs);
    g_test_add_func("/dialogs/invite-tells-the-caller", invite_tells_the_caller);
    g_test_add_func("/dialogs/ack-tells-the-caller", ack_tells_the_caller);
    g_test_add_func("/dialogs/codes-that-make-dialogs", codes_that_make_dialogs);
    g_test_add_func("/dialogs/second-success", second_success);
    g_test_add_func("/dialogs/requests-that-are-kept", requests_that_are_kept);
    g_test_add_func("/dialogs/no-dialogs", no_dialogs);
    g_test_add_func("/dialogs/notify-first", notify_first);
    g_test_add_func("/dialogs/calls-are-apart", calls_are_apart);
    g_test_add_func("/dialogs/tags-the-wrong-way-round", tags_the_wrong_way_round);
    return g_test_run();
}
