/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/judge/call_end.h"

#include "sip_text.h"

static const struct sx_message *answered_call(struct ladder *l)
{
    const struct sx_message *invite = request(l, 0.0, ALICE, BOB, "INVITE", via("alice a1"));

    response(l, 1.0, BOB, ALICE, 200, "INVITE", via("alice a1"));
    request(l, 1.1, ALICE, BOB, "ACK", via("alice k1"), .to_tag = "bob");
    return invite;
}

static const struct sx_message *bye_of_caller(struct ladder *l, double at)
{
    return request(l, at, ALICE, BOB, "BYE", via("alice z1"), .to_tag = "bob", .cseq = 2);
}

static const struct sx_message *bye_of_called(struct ladder *l, double at)
{
    return request(l, at, BOB, ALICE, "BYE", via("bob z2"), .from_tag = "bob", .to_tag = "alice");
}

static struct sx_call_end end_of(const struct ladder *l, const struct sx_message *invite)
{
    return sx_call_end_of_invite(l->tracker, txn_of(l, invite));
}

static void sides(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite = answered_call(&l);

    g_assert_cmpuint(end_of(&l, invite).ended_in, ==, 0);
    const struct sx_message *bye = bye_of_called(&l, 41.0);
    struct sx_call_end end = end_of(&l, invite);
    g_assert_cmpuint(end.ended_in, ==, 4);
    g_assert_cmpint(end.by, ==, SX_ENDER_CALLED);
    g_assert_true(end.has_duration);
    g_assert_cmpint(end.duration_ns, ==, ns_of(40.0));
    g_assert_true(sx_call_end_is_by(l.tracker, &end, txn_of(&l, bye)));
    ladder_close(&l);
}

/* Its client may still wait for a response, of which the capture has none: at no hop, of no side.
 */
static void open_at_the_end(void)
{
    static const struct {
        double now;
        unsigned code;       /* 0: no response */
        unsigned from_below; /* on the next hop; 0: no response */
        bool ended, open;
    } rows[] = {
        {41.999, 0, 0, true, true}, {42, 0, 0, true, false},   {20, 0, 0, false, false},
        {20, 200, 0, true, false},  {20, 481, 0, true, false}, {20, 0, 200, true, false},
        {20, 0, 403, true, true},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        const struct sx_message *invite = answered_call(&l);
        bye_of_caller(&l, 10.0);
        request(&l, 10.1, BOB, CAROL, "BYE", via("bob y1", "alice z1"), .to_tag = "bob", .cseq = 2);
        if (rows[i].from_below)
            response(&l, 10.2, CAROL, BOB, rows[i].from_below, "BYE", via("bob y1", "alice z1"),
                     .cseq = 2);
        if (rows[i].code)
            response(&l, 10.3, BOB, ALICE, rows[i].code, "BYE", via("alice z1"), .cseq = 2);
        other_packet(&l, rows[i].now);
        if (rows[i].ended)
            sx_tracker_end(l.tracker);
        g_test_message("row %zu", i);
        g_assert_cmpuint(end_of(&l, invite).ended_in, ==, 4);
        g_assert_cmpint(end_of(&l, invite).open, ==, rows[i].open);
        ladder_close(&l);
    }
}

/* Crossing: before the first is answered. */
static void both_at_once(double answered_at, double second_at, enum sx_ender by)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite = answered_call(&l);

    bye_of_caller(&l, 20.0);
    if (answered_at > 0 && answered_at < second_at)
        response(&l, answered_at, BOB, ALICE, 200, "BYE", via("alice z1"), .cseq = 2);
    const struct sx_message *other = bye_of_called(&l, second_at);
    if (answered_at >= second_at)
        response(&l, answered_at, BOB, ALICE, 200, "BYE", via("alice z1"), .cseq = 2);
    struct sx_call_end end = end_of(&l, invite);
    g_assert_cmpint(end.by, ==, by);
    g_assert_cmpuint(end.ended_in, ==, 4);
    g_assert_true(sx_call_end_is_by(l.tracker, &end, txn_of(&l, other)) == (by == SX_ENDER_BOTH));
    ladder_close(&l);
}

static void crossing(void)
{
    both_at_once(20.2, 20.1, SX_ENDER_BOTH);
    both_at_once(20.2, 20.3, SX_ENDER_CALLER);
    both_at_once(20.2, 20.2, SX_ENDER_CALLER);
    both_at_once(0, 23.999, SX_ENDER_BOTH);
    both_at_once(0, 24.0, SX_ENDER_CALLER);
}

static void final_of_bye(unsigned code, bool ends, enum sx_bye_fault fault)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite = answered_call(&l), *bye = bye_of_caller(&l, 20.0);

    response(&l, 20.1, BOB, ALICE, code, "BYE", via("alice z1"), .cseq = 2);
    other_packet(&l, 90.0);
    sx_tracker_end(l.tracker);
    g_assert_true((end_of(&l, invite).ended_in != 0) == ends);
    g_assert_cmpint(sx_call_end_bye_fault(l.tracker, txn_of(&l, bye)), ==, fault);
    ladder_close(&l);
}

/* A refused BYE, and another one of the same side, or of the other, with its answer. */
static enum sx_bye_fault second_bye(bool same_side, double at, unsigned code)
{
    struct ladder l = ladder_open();

    answered_call(&l);
    const struct sx_message *bye = bye_of_caller(&l, 20.0);
    response(&l, 20.1, BOB, ALICE, 503, "BYE", via("alice z1"), .cseq = 2);
    if (same_side) {
        request(&l, at, ALICE, BOB, "BYE", via("alice z3"), .to_tag = "bob", .cseq = 3);
        response(&l, at + 0.1, BOB, ALICE, code, "BYE", via("alice z3"), .cseq = 3);
    } else {
        bye_of_called(&l, at);
        response(&l, at + 0.1, ALICE, BOB, code, "BYE", via("bob z2"), .from_tag = "bob",
                 .to_tag = "alice");
    }
    enum sx_bye_fault fault = sx_call_end_bye_fault(l.tracker, txn_of(&l, bye));
    ladder_close(&l);
    return fault;
}

static void sent_anew(void)
{
    g_assert_cmpint(second_bye(true, 20.1, 200), ==, SX_BYE_REFUSED); /* the 503 takes its time */
    g_assert_cmpint(second_bye(true, 20.101, 200), ==, SX_BYE_FINE);
    g_assert_cmpint(second_bye(true, 52.1, 200), ==, SX_BYE_FINE);
    g_assert_cmpint(second_bye(true, 52.101, 200), ==, SX_BYE_REFUSED);
    g_assert_cmpint(second_bye(true, 21.0, 503), ==, SX_BYE_REFUSED);
    g_assert_cmpint(second_bye(false, 21.0, 200), ==, SX_BYE_REFUSED);
}

/* RFC 3261 15.1.1 */
static void answers_to_bye(void)
{
    final_of_bye(200, true, SX_BYE_FINE);
    final_of_bye(299, true, SX_BYE_FINE);
    final_of_bye(300, false, SX_BYE_REFUSED);
    final_of_bye(481, true, SX_BYE_REFUSED);
    final_of_bye(408, true, SX_BYE_REFUSED);
    final_of_bye(403, false, SX_BYE_REFUSED);
    final_of_bye(407, false, SX_BYE_REFUSED);
}

static void unanswered(unsigned sends, double now, enum sx_bye_fault fault)
{
    struct ladder l = ladder_open();
    const struct sx_message *bye = NULL;

    answered_call(&l);
    for (unsigned i = 0; i < sends; i++) {
        const struct sx_message *sent = bye_of_caller(&l, 20.0 + send_time("BYE", i));
        bye = bye ? bye : sent;
    }
    other_packet(&l, now);
    g_assert_cmpint(sx_call_end_bye_fault(l.tracker, txn_of(&l, bye)), ==, fault);
    ladder_close(&l);
}

static void silence(void)
{
    unanswered(11, 51.9, SX_BYE_FINE);
    unanswered(11, 52.1, SX_BYE_UNANSWERED);
    unanswered(10, 52.1, SX_BYE_FINE); /* it stopped: it has an answer */
}

/* The other side had hung up as well: it knows no dialog any more. */
static void crossing_481(void)
{
    struct ladder l = ladder_open();

    answered_call(&l);
    const struct sx_message *bye = bye_of_caller(&l, 20.0), *other = bye_of_called(&l, 20.01);
    response(&l, 20.02, ALICE, BOB, 481, "BYE", via("bob z2"), .from_tag = "bob",
             .to_tag = "alice");
    response(&l, 20.03, BOB, ALICE, 481, "BYE", via("alice z1"), .cseq = 2);
    g_assert_cmpint(sx_call_end_bye_fault(l.tracker, txn_of(&l, bye)), ==, SX_BYE_FINE);
    g_assert_cmpint(sx_call_end_bye_fault(l.tracker, txn_of(&l, other)), ==, SX_BYE_FINE);
    ladder_close(&l);
}

static const struct sx_message *call_by_proxy(struct ladder *l)
{
    const struct sx_message *invite = request(l, 0.0, ALICE, P1, "INVITE", via("alice a1"));

    request(l, 0.01, P1, BOB, "INVITE", via("p1 b1", "alice a1"));
    response(l, 1.0, BOB, P1, 200, "INVITE", via("p1 b1", "alice a1"));
    response(l, 1.01, P1, ALICE, 200, "INVITE", via("alice a1"));
    return invite;
}

static void by_a_hop(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite = call_by_proxy(&l);

    request(&l, 9.0, P1, ALICE, "BYE", via("p1 z1"), .from_tag = "bob", .to_tag = "alice");
    request(&l, 9.0, P1, BOB, "BYE", via("p1 z2"), .to_tag = "bob", .cseq = 2);
    g_assert_cmpint(end_of(&l, invite).by, ==, SX_ENDER_HOP);
    g_assert_cmpuint(end_of(&l, invite).ended_in, ==, 5); /* of two at one time the first */
    ladder_close(&l);
}

/* Over UDP another port is another program; a TCP client has another one for each connection. */
static void hop_of_port(enum sx_transport transport, enum sx_ender by)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite = request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"));

    request(&l, 0.01, P1, BOB, "INVITE", via("p1 b1", "alice a1"), .src_port = 40000,
            .transport = transport);
    response(&l, 1.0, BOB, P1, 200, "INVITE", via("p1 b1", "alice a1"), .dst_port = 40000,
             .transport = transport);
    response(&l, 1.01, P1, ALICE, 200, "INVITE", via("alice a1"));
    request(&l, 9.0, P1, BOB, "BYE", via("p1 z2"), .to_tag = "bob", .cseq = 2, .src_port = 40001,
            .transport = transport);
    g_assert_cmpint(end_of(&l, invite).by, ==, by);
    ladder_close(&l);
}

static void ports_of_a_hop(void)
{
    hop_of_port(SX_TRANSPORT_UDP, SX_ENDER_CALLER);
    hop_of_port(SX_TRANSPORT_TCP, SX_ENDER_HOP);
}

static void handed_on(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite = call_by_proxy(&l);

    request(&l, 9.0, P1, ALICE, "BYE", via("p1 z1", "bob z2"), .from_tag = "bob",
            .to_tag = "alice");
    g_assert_cmpint(end_of(&l, invite).by, ==, SX_ENDER_CALLED);
    ladder_close(&l);
}

/* A Record-Route with the sender's own address makes it a proxy; with another's it does not. */
static void record_route(const char *more, enum sx_ender by)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite = request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"));

    response(&l, 1.0, P1, ALICE, 200, "INVITE", via("alice a1"), .more = more);
    request(&l, 9.0, P1, ALICE, "BYE", via("p1 z1"), .from_tag = "bob", .to_tag = "alice");
    g_assert_cmpint(end_of(&l, invite).by, ==, by);
    ladder_close(&l);
}

static void routes(void)
{
    record_route("Record-Route: <sip:10.0.0.2;lr>\r\n", SX_ENDER_HOP);
    record_route("Record-Route: <sip:p9@10.0.0.9:5060;lr>, <sip:x@10.0.0.2:5060>\r\n",
                 SX_ENDER_HOP);
    record_route("Record-Route: <sip:10.0.0.9;lr>\r\n", SX_ENDER_CALLED);
    record_route("Record-Route: <sip:10.0.0.20;lr>\r\n", SX_ENDER_CALLED);
    record_route("Record-Route: <sip:110.0.0.2;lr>\r\n", SX_ENDER_CALLED);
    record_route(NULL, SX_ENDER_CALLED);
}

/* The 2xx has a Contact; the BYE comes from the same address, with one Via or with another below.
 * The Via is the host of this number. */
static void contact(const char *named, unsigned sent_by, bool sent_on, enum sx_ender by)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite = request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"));
    char *more = g_strdup_printf("Contact: <sip:bob@%s>\r\n", named);
    const char *own = sent_by == P1 ? "10.0.0.2 z1" : "10.0.0.5:5062 z1";

    response(&l, 1.0, P1, ALICE, 200, "INVITE", via("alice a1"), .more = more);
    if (sent_on)
        request(&l, 9.0, P1, ALICE, "BYE", via(own, "carol z2"), .from_tag = "bob",
                .to_tag = "alice");
    else
        request(&l, 9.0, P1, ALICE, "BYE", via(own), .from_tag = "bob", .to_tag = "alice");
    g_test_message("%s", named);
    g_assert_cmpint(end_of(&l, invite).by, ==, by);
    g_assert_cmpint(end_of(&l, invite).unsure, ==, by == SX_ENDER_UNKNOWN);
    g_free(more);
    ladder_close(&l);
}

/* Bob is 10.0.0.5. */
static void contacts(void)
{
    contact("10.0.0.5", P1, false, SX_ENDER_UNKNOWN);
    contact("10.0.0.5:5070", P1, false, SX_ENDER_UNKNOWN);
    contact("[2001:db8::5]", P1, false, SX_ENDER_UNKNOWN);
    /* sent on; itself, behind a NAT; the sender of the 2xx, at any port; a name, which may be it */
    contact("10.0.0.5", P1, true, SX_ENDER_CALLED);
    contact("10.0.0.5:5070", BOB, false, SX_ENDER_CALLED);
    contact("10.0.0.2", P1, false, SX_ENDER_CALLED);
    contact("10.0.0.2:5070", P1, false, SX_ENDER_CALLED);
    contact("pbx.example.com", P1, false, SX_ENDER_CALLED);
    contact("", P1, false, SX_ENDER_CALLED);
}

/* What hangs up is the caller; and a later 2xx, from elsewhere, tells nothing of the first. */
static void test_contact_of_others(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite = request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"));

    response(&l, 1.0, P1, ALICE, 200, "INVITE", via("alice a1"),
             .more = "Contact: <sip:bob@10.0.0.2>\r\n");
    request(&l, 2.0, ALICE, P1, "INVITE", via("alice a2"), .cseq = 2, .to_tag = "bob");
    response(&l, 2.1, P1, ALICE, 200, "INVITE", via("alice a2"), .cseq = 2,
             .more = "Contact: <sip:bob@10.0.0.5>\r\n");
    request(&l, 9.0, P1, ALICE, "BYE", via("p1 z1"), .from_tag = "bob", .to_tag = "alice");
    g_assert_cmpint(end_of(&l, invite).by, ==, SX_ENDER_CALLED);
    ladder_close(&l);
    l = ladder_open();
    invite = request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"));
    response(&l, 1.0, P1, ALICE, 200, "INVITE", via("alice a1"),
             .more = "Contact: <sip:bob@10.0.0.5>\r\n");
    request(&l, 9.0, ALICE, P1, "BYE", via("alice a3"), .cseq = 2, .to_tag = "bob");
    g_assert_cmpint(end_of(&l, invite).by, ==, SX_ENDER_CALLER);
    ladder_close(&l);
}

/* The proxy hands the call to a phone on its own machine: by its port it is told apart. */
static void beside_its_proxy(uint16_t port, enum sx_ender by)
{
    struct ladder l = ladder_open();
    const char *route = "Record-Route: <sip:10.0.0.2;lr>\r\n";
    const struct sx_message *invite = request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"));

    request(&l, 0.1, P1, P1, "INVITE", via("p1 b1", "alice a1"), .dst_port = 40000);
    response(&l, 1.0, P1, P1, 200, "INVITE", via("p1 b1", "alice a1"), .src_port = 40000,
             .more = route);
    response(&l, 1.1, P1, ALICE, 200, "INVITE", via("alice a1"), .more = route);
    request(&l, 9.0, P1, ALICE, "BYE", via("p1 z1"), .from_tag = "bob", .to_tag = "alice",
            .src_port = port);
    g_assert_cmpint(end_of(&l, invite).by, ==, by);
    ladder_close(&l);
}

static void on_one_machine(void)
{
    beside_its_proxy(40000, SX_ENDER_CALLED);
    beside_its_proxy(5060, SX_ENDER_HOP);
    beside_its_proxy(40001, SX_ENDER_HOP);
}

/* RFC 3261 12.3: a failure before the BYE has ended the early dialog; one after it comes of it. */
static void early(double failed_at, unsigned code, uint32_t ended_in)
{
    struct ladder l = ladder_open();

    request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"));
    response(&l, 0.1, BOB, ALICE, 180, "INVITE", via("alice a1"));
    if (failed_at > 0 && failed_at < 9)
        response(&l, failed_at, BOB, ALICE, code, "INVITE", via("alice a1"));
    const struct sx_message *bye = bye_of_caller(&l, 9.0);
    if (failed_at >= 9)
        response(&l, failed_at, BOB, ALICE, code, "INVITE", via("alice a1"));
    struct sx_call_end end =
        sx_call_end_of_dialog(l.tracker, sx_tracker_dialog(l.tracker, txn_of(&l, bye)->dialog));
    g_assert_cmpuint(end.ended_in, ==, ended_in);
    ladder_close(&l);
}

static void early_dialogs(void)
{
    early(0, 0, 3);
    early(9.1, 487, 3);
    early(8.0, 403, 0);
    early(8.0, 300, 0);
    early(8.0, 299, 4);
}

static void cancelled(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite = request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"));

    response(&l, 0.1, BOB, ALICE, 180, "INVITE", via("alice a1"));
    request(&l, 9.0, ALICE, BOB, "CANCEL", via("alice a1"));
    g_assert_cmpuint(end_of(&l, invite).ended_in, ==, 0); /* the 200 may be on its way */
    response(&l, 9.1, BOB, ALICE, 487, "INVITE", via("alice a1"));
    struct sx_call_end end = end_of(&l, invite);
    g_assert_cmpuint(end.ended_in, ==, 3);
    g_assert_cmpint(end.by, ==, SX_ENDER_CALLER);
    g_assert_true(end.cancelled && !end.has_duration);
    ladder_close(&l);
}

/* The 100 comes at trying_at, 0: never; again_at: the INVITE is sent again, 0: it is not. */
static bool too_soon(double again_at, double cancel_at, double trying_at)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite = request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"));

    if (trying_at > 0 && trying_at < cancel_at)
        response(&l, trying_at, BOB, ALICE, 100, "INVITE", via("alice a1"));
    if (again_at > 0)
        request(&l, again_at, ALICE, BOB, "INVITE", via("alice a1"));
    const struct sx_message *cancel = request(&l, cancel_at, ALICE, BOB, "CANCEL", via("alice a1"));
    if (trying_at > cancel_at)
        response(&l, trying_at, BOB, ALICE, 100, "INVITE", via("alice a1"));
    bool soon = sx_call_end_cancels_too_soon(txn_of(&l, cancel), txn_of(&l, invite));
    ladder_close(&l);
    return soon;
}

static void cancel_before_any_response(void)
{
    g_assert_true(too_soon(0, 0.2, 0.3)); /* the 100 is the first */
    g_assert_true(
        too_soon(0.5, 1.4, 0));          /* it went on as one that hears nothing: next due at 1.5 */
    g_assert_false(too_soon(0, 0.2, 0)); /* too early to have sent it again */
    g_assert_false(too_soon(0, 5.0, 0)); /* it did not: the capture lacks the response */
    g_assert_false(too_soon(0.5, 5.0, 0));
    g_assert_false(too_soon(0, 5.0, 0.1));
}

/* A proxy above may have cancelled one branch of several. */
static void cancelled_branch(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite = request(&l, 0.0, P1, BOB, "INVITE", via("p1 b1", "alice a1"));

    response(&l, 0.1, BOB, P1, 180, "INVITE", via("p1 b1", "alice a1"));
    request(&l, 9.0, P1, BOB, "CANCEL", via("p1 b1"));
    response(&l, 9.1, BOB, P1, 487, "INVITE", via("p1 b1", "alice a1"));
    g_assert_cmpuint(end_of(&l, invite).ended_in, ==, 0);
    ladder_close(&l);
}

static void in_the_middle(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *bye = bye_of_caller(&l, 5.0);
    struct sx_call_end end =
        sx_call_end_of_dialog(l.tracker, sx_tracker_dialog(l.tracker, txn_of(&l, bye)->dialog));

    g_assert_cmpuint(end.ended_in, ==, 1);
    g_assert_cmpint(end.by, ==, SX_ENDER_UNKNOWN);
    g_assert_false(end.has_duration);
    ladder_close(&l);
}

/* Bob knows no dialog: Alice hangs up at once, or for another reason. */
static void hangs_up_at(double at, unsigned code, bool forgotten)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite = answered_call(&l);
    const struct sx_message *info =
        request(&l, 9.9, ALICE, BOB, "INFO", via("alice i1"), .to_tag = "bob", .cseq = 2);
    uint32_t number = info->txn;

    response(&l, 10.0, BOB, ALICE, code, "INFO", via("alice i1"), .cseq = 2);
    request(&l, at, ALICE, BOB, "BYE", via("alice z1"), .to_tag = "bob", .cseq = 3);
    g_assert_cmpuint(end_of(&l, invite).forgotten, ==, forgotten ? number : 0);
    ladder_close(&l);
}

static void forgotten(void)
{
    hangs_up_at(9.999, 481, false);
    hangs_up_at(10.0, 481, true);
    hangs_up_at(10.5, 481, true);
    hangs_up_at(10.501, 481, false);
    hangs_up_at(10.1, 408, true);
    hangs_up_at(10.1, 480, false);
}

static void duration(void)
{
    const double at[] = {0.999, 1.0, 1.5};

    for (unsigned i = 0; i < G_N_ELEMENTS(at); i++) {
        struct ladder l = ladder_open();
        const struct sx_message *invite = answered_call(&l);

        bye_of_called(&l, at[i]);
        g_assert_true(end_of(&l, invite).has_duration == (i > 0));
        g_assert_cmpint(end_of(&l, invite).duration_ns, ==, i > 0 ? ns_of(at[i] - 1.0) : 0);
        ladder_close(&l);
    }
}

/* Refused with 481 when the other side had hung up as well, or this one before. */
static void over_by_then(void)
{
    const double before[] = {20.019, 20.02};

    for (unsigned i = 0; i < 2; i++) {
        struct ladder l = ladder_open();

        answered_call(&l);
        const struct sx_message *bye = bye_of_caller(&l, 20.0);
        bye_of_called(&l, before[i]);
        response(&l, 20.02, BOB, ALICE, 481, "BYE", via("alice z1"), .cseq = 2);
        g_assert_cmpint(sx_call_end_bye_fault(l.tracker, txn_of(&l, bye)), ==,
                        i ? SX_BYE_REFUSED : SX_BYE_FINE);
        ladder_close(&l);
    }
    for (unsigned i = 0; i < 2; i++) {
        struct ladder l = ladder_open();

        answered_call(&l);
        bye_of_caller(&l, 19.0);
        response(&l, 20.0, BOB, ALICE, 200, "BYE", via("alice z1"), .cseq = 2);
        const struct sx_message *again = request(&l, i ? 20.0 : 20.001, ALICE, BOB, "BYE",
                                                 via("alice z3"), .to_tag = "bob", .cseq = 3);
        response(&l, 20.1, BOB, ALICE, 481, "BYE", via("alice z3"), .cseq = 3);
        g_assert_cmpint(sx_call_end_bye_fault(l.tracker, txn_of(&l, again)), ==,
                        i ? SX_BYE_REFUSED : SX_BYE_FINE);
        ladder_close(&l);
    }
}

/* ---- a BYE that the capture lacks ---- */

/* A BYE of the caller that gets 503 at 20.1 s, and the answer to another one of that side, or of
 * the other, whose request is not there. */
static enum sx_bye_fault after_503(bool same_side, double at, unsigned code)
{
    struct ladder l = ladder_open();

    answered_call(&l);
    const struct sx_message *bye = bye_of_caller(&l, 20.0);
    response(&l, 20.1, BOB, ALICE, 503, "BYE", via("alice z1"), .cseq = 2);
    if (same_side)
        response(&l, at, BOB, ALICE, code, "BYE", via("alice z3"), .cseq = 3);
    else
        response(&l, at, ALICE, BOB, code, "BYE", via("bob z2"), .from_tag = "bob",
                 .to_tag = "alice");
    enum sx_bye_fault fault = sx_call_end_bye_fault(l.tracker, txn_of(&l, bye));
    ladder_close(&l);
    return fault;
}

static void sent_anew_unseen(void)
{
    g_assert_cmpint(after_503(true, 21, 200), ==, SX_BYE_FINE);
    g_assert_cmpint(after_503(true, 20.101, 200), ==, SX_BYE_FINE);
    g_assert_cmpint(after_503(true, 20.1, 200), ==, SX_BYE_REFUSED);
    g_assert_cmpint(after_503(true, 21, 503), ==, SX_BYE_REFUSED);
    g_assert_cmpint(after_503(true, 21, 300), ==, SX_BYE_REFUSED);
    g_assert_cmpint(after_503(false, 21, 200), ==, SX_BYE_REFUSED);
    /* It was sent 32 s before the answer, at the earliest. */
    g_assert_cmpint(after_503(true, 84.1, 200), ==, SX_BYE_FINE);
    g_assert_cmpint(after_503(true, 84.101, 200), ==, SX_BYE_REFUSED);
}

/* The second one has no answer in the capture: it was taken, as far as can be told, unless it is
 * sent again and again. */
static void sent_anew_and_answered_unseen(void)
{
    for (unsigned sends = 1; sends <= 11; sends += 10) {
        struct ladder l = ladder_open();

        answered_call(&l);
        const struct sx_message *bye = bye_of_caller(&l, 20.0);
        response(&l, 20.1, BOB, ALICE, 503, "BYE", via("alice z1"), .cseq = 2);
        requests(&l, sends, 21, ALICE, BOB, "BYE", via("alice z3"), .to_tag = "bob", .cseq = 3);
        other_packet(&l, 60);
        g_assert_cmpint(sx_call_end_bye_fault(l.tracker, txn_of(&l, bye)), ==,
                        sends > 1 ? SX_BYE_REFUSED : SX_BYE_FINE);
        ladder_close(&l);
    }
}

/* The 481 of a BYE, and what came of the other side's, or of an earlier one of this side, of which
 * the capture has the response alone. */
static enum sx_bye_fault after_481(unsigned from, double at, unsigned code, const char *tag)
{
    struct ladder l = ladder_open();
    unsigned to = from == ALICE ? BOB : ALICE;
    const char *from_tag = from == ALICE ? "bob" : "alice";

    answered_call(&l);
    if (at < 20.0)
        response(&l, at, from, to, code, "BYE", via("x z9"), .cseq = 7, .from_tag = from_tag,
                 .to_tag = tag);
    const struct sx_message *bye = bye_of_caller(&l, 20.0);
    response(&l, 20.1, BOB, ALICE, 481, "BYE", via("alice z1"), .cseq = 2);
    if (at >= 20.0)
        response(&l, at, from, to, code, "BYE", via("x z9"), .cseq = 7, .from_tag = from_tag,
                 .to_tag = tag);
    enum sx_bye_fault fault = sx_call_end_bye_fault(l.tracker, txn_of(&l, bye));
    ladder_close(&l);
    return fault;
}

static void over_by_then_unseen(void)
{
    g_assert_cmpint(after_481(ALICE, 20.05, 481, "alice"), ==, SX_BYE_FINE);
    g_assert_cmpint(after_481(ALICE, 52.099, 481, "alice"), ==, SX_BYE_FINE);
    g_assert_cmpint(after_481(ALICE, 52.1, 481, "alice"), ==, SX_BYE_REFUSED);
    g_assert_cmpint(after_481(ALICE, 20.05, 481, "carol"), ==, SX_BYE_REFUSED);
    g_assert_cmpint(after_481(BOB, 19.999, 200, "bob"), ==, SX_BYE_FINE);
    g_assert_cmpint(after_481(BOB, 20.0, 200, "bob"), ==, SX_BYE_REFUSED);
    g_assert_cmpint(after_481(BOB, 19.0, 300, "bob"), ==, SX_BYE_REFUSED);
}

/* Only the 481 of the second BYE is there: its side had hung up before, or the other one. */
static void unseen_and_refused(bool of_caller, double at, enum sx_bye_fault fault)
{
    struct ladder l = ladder_open();

    answered_call(&l);
    if (of_caller) {
        bye_of_caller(&l, 19.0);
        response(&l, at, BOB, ALICE, 200, "BYE", via("alice z1"), .cseq = 2);
    } else {
        bye_of_called(&l, at);
    }
    const struct sx_message *last =
        response(&l, 20.0, BOB, ALICE, 481, "BYE", via("alice z9"), .cseq = 3);
    g_assert_cmpint(sx_call_end_bye_fault(l.tracker, txn_of(&l, last)), ==, fault);
    ladder_close(&l);
}

static void refused_unseen(void)
{
    unseen_and_refused(true, 19.999, SX_BYE_FINE);
    unseen_and_refused(true, 20.0, SX_BYE_REFUSED);
    unseen_and_refused(false, 19.999, SX_BYE_FINE);
    unseen_and_refused(false, 20.0, SX_BYE_REFUSED);
}

/* Neither names the dialog: they are not of one. */
static void without_tags(void)
{
    struct ladder l = ladder_open();

    request(&l, 1.0, ALICE, BOB, "BYE", via("alice z1"));
    response(&l, 1.1, BOB, ALICE, 200, "BYE", via("alice z1"));
    const struct sx_message *bye = request(&l, 2.0, ALICE, BOB, "BYE", via("alice z2"), .cseq = 2);
    response(&l, 2.1, BOB, ALICE, 481, "BYE", via("alice z2"), .cseq = 2);
    g_assert_cmpint(sx_call_end_bye_fault(l.tracker, txn_of(&l, bye)), ==, SX_BYE_REFUSED);
    ladder_close(&l);
}

/* ---- a response that the capture lacks ---- */

/* Bob's 200 is not there; the proxy's own, with no Record-Route, is. The BYE comes from there. */
static void by_a_hop_unseen(enum sx_transport transport, uint16_t port, unsigned branches,
                            enum sx_ender by)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite =
        request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"), .transport = transport);

    for (unsigned i = 0; i < branches; i++)
        request(&l, 0.01, i ? P2 : P1, BOB, "INVITE",
                via(i == 0   ? "p1 b1"
                    : i == 1 ? "p2 b2"
                             : "p2 b3",
                    i ? "p1 b1" : "alice a1", i ? "alice a1" : NULL),
                .transport = transport);
    response(&l, 1.01, P1, ALICE, 200, "INVITE", via("alice a1"), .transport = transport);
    request(&l, 9.0, P1, ALICE, "BYE", via("p1 z1"), .from_tag = "bob", .to_tag = "alice",
            .src_port = port, .transport = transport);
    g_assert_cmpint(end_of(&l, invite).by, ==, by);
    ladder_close(&l);
}

/* A phone on the machine of its proxy, whose 200 is not there: over TCP only the way of the INVITE
 * tells the two apart. beside: when the proxy sends a branch to another phone, too; 0: it does not.
 */
static void beside_its_proxy_unseen(uint16_t port, double beside, enum sx_ender by)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite =
        request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"), .transport = SX_TRANSPORT_TCP);

    if (beside > 0 && beside < 0.1)
        request(&l, beside, P1, CAROL, "INVITE", via("p1 c1", "alice a1"));
    request(&l, 0.1, P1, P1, "INVITE", via("p1 b1", "alice a1"), .dst_port = 40000,
            .transport = SX_TRANSPORT_TCP);
    if (beside > 0.1)
        request(&l, beside, P1, CAROL, "INVITE", via("p1 c1", "alice a1"));
    response(&l, 1.1, P1, ALICE, 200, "INVITE", via("alice a1"), .transport = SX_TRANSPORT_TCP);
    request(&l, 9.0, P1, ALICE, "BYE", via("p1 z1"), .from_tag = "bob", .to_tag = "alice",
            .src_port = port, .transport = SX_TRANSPORT_TCP);
    g_assert_cmpint(end_of(&l, invite).by, ==, by);
    ladder_close(&l);
}

static void hops_unseen(void)
{
    by_a_hop_unseen(SX_TRANSPORT_UDP, 5060, 0, SX_ENDER_CALLED);
    by_a_hop_unseen(SX_TRANSPORT_UDP, 5060, 1, SX_ENDER_HOP);
    by_a_hop_unseen(SX_TRANSPORT_UDP, 5061, 1, SX_ENDER_CALLED);
    by_a_hop_unseen(SX_TRANSPORT_TCP, 5061, 1, SX_ENDER_HOP);
    by_a_hop_unseen(SX_TRANSPORT_UDP, 5060, 3, SX_ENDER_HOP);
    beside_its_proxy_unseen(40000, 0, SX_ENDER_CALLED);
    beside_its_proxy_unseen(40000, 0.05, SX_ENDER_CALLED);
    beside_its_proxy_unseen(40000, 0.15, SX_ENDER_CALLED);
    beside_its_proxy_unseen(40001, 0, SX_ENDER_HOP);
}

/* Neither 200 nor Record-Route is there: who is next to the caller may be the called side. */
static void answer_unseen(void)
{
    for (unsigned i = 0; i < 4; i++) {
        struct ladder l = ladder_open();

        request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"));
        if (i == 1)
            response(&l, 1.0, P1, ALICE, 200, "INVITE", via("alice a1"));
        request(&l, 1.1, ALICE, P1, "ACK", via("alice a2"), .to_tag = "bob");
        const struct sx_message *bye =
            i == 3 ? request(&l, 9.0, ALICE, P1, "BYE", via("alice z1"), .to_tag = "bob", .cseq = 2)
            : i == 2 ? request(&l, 9.0, P1, ALICE, "BYE", via("p1 z1", "bob z2"), .from_tag = "bob",
                               .to_tag = "alice")
                     : request(&l, 9.0, P1, ALICE, "BYE", via("p1 z1"), .from_tag = "bob",
                               .to_tag = "alice");
        struct sx_call_end end =
            sx_call_end_of_dialog(l.tracker, sx_tracker_dialog(l.tracker, txn_of(&l, bye)->dialog));
        g_assert_true(end.unsure == (i == 0));
        g_assert_cmpint(end.by, ==,
                        i == 0   ? SX_ENDER_UNKNOWN
                        : i == 3 ? SX_ENDER_CALLER
                                 : SX_ENDER_CALLED);
        ladder_close(&l);
    }
}

/* The other side's BYE is not there, what answers it is; or one of this side. */
static void crossing_unseen(void)
{
    for (unsigned same_side = 0; same_side < 2; same_side++) {
        struct ladder l = ladder_open();
        const struct sx_message *invite = answered_call(&l);

        bye_of_caller(&l, 20.0);
        if (same_side)
            response(&l, 20.1, BOB, ALICE, 481, "BYE", via("alice z9"), .cseq = 3);
        else
            response(&l, 20.1, ALICE, BOB, 481, "BYE", via("bob z2"), .from_tag = "bob",
                     .to_tag = "alice");
        g_assert_cmpint(end_of(&l, invite).by, ==, same_side ? SX_ENDER_CALLER : SX_ENDER_UNKNOWN);
        g_assert_true(end_of(&l, invite).unsure == !same_side);
        ladder_close(&l);
    }
}

/* What the server sends is seen, or the INVITE is sent each time that it is due; before the capture
 * is at its end all may come. */
static bool shows_answers(unsigned sends, bool answered, bool ended)
{
    struct ladder l = ladder_open();
    uint32_t invite = requests(&l, sends, 0.0, ALICE, BOB, "INVITE", via("alice a1"));
    const struct sx_message *cancel = request(&l, 9.0, ALICE, BOB, "CANCEL", via("alice a1"));

    if (answered)
        response(&l, 9.1, BOB, ALICE, 200, "CANCEL", via("alice a1"));
    if (ended)
        sx_tracker_end(l.tracker);
    bool shows = sx_call_end_shows_answers(l.tracker, txn_of(&l, cancel), txn_numbered(&l, invite));
    ladder_close(&l);
    return shows;
}

static void cancel_without_answers(void)
{
    g_assert_false(shows_answers(1, false, true));
    g_assert_true(shows_answers(1, true, true));
    g_assert_true(shows_answers(1, false, false));
    g_assert_true(shows_answers(5, false, true));
}

/* Two BYEs of one dialog and no more: from two hosts, or from one to two places. */
static enum sx_ender ender_of_two(unsigned first_to, unsigned second_from, unsigned second_to)
{
    struct ladder l = ladder_open();
    const struct sx_message *bye =
        request(&l, 1.0, BOB, first_to, "BYE", via("bob z1"), .from_tag = "x", .to_tag = "y");

    request(&l, 1.1, second_from, second_to, "BYE", via("p z2"), .from_tag = "y", .to_tag = "x");
    struct sx_call_end end =
        sx_call_end_of_dialog(l.tracker, sx_tracker_dialog(l.tracker, txn_of(&l, bye)->dialog));
    g_assert_false(end.unsure);
    ladder_close(&l);
    return end.by;
}

static void two_of_one_hop(void)
{
    g_assert_cmpint(ender_of_two(ALICE, BOB, CAROL), ==, SX_ENDER_HOP);
    g_assert_cmpint(ender_of_two(ALICE, ALICE, BOB), ==, SX_ENDER_BOTH);
    /* two phones on one machine */
    g_assert_cmpint(ender_of_two(ALICE, BOB, ALICE), ==, SX_ENDER_BOTH);
}

/* What came through a host, in a dialog of which the capture lacks the answer. */
static void hop_of_a_lost_answer(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite = request(&l, 0.0, BOB, CAROL, "INVITE", via("p p1", "a a1"));

    request(&l, 1.1, BOB, CAROL, "ACK", via("p p2", "a a2"), .to_tag = "c");
    const struct sx_message *bye =
        request(&l, 9.0, BOB, CAROL, "BYE", via("p p3"), .to_tag = "c", .cseq = 2);
    g_assert_cmpuint(txn_of(&l, invite)->final_frame, ==, 0);
    g_assert_cmpint(
        sx_call_end_of_dialog(l.tracker, sx_tracker_dialog(l.tracker, txn_of(&l, bye)->dialog)).by,
        ==, SX_ENDER_HOP);
    ladder_close(&l);
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/call-end/sides", sides);
    g_test_add_func("/call-end/crossing", crossing);
    g_test_add_func("/call-end/answers-to-bye", answers_to_bye);
    g_test_add_func("/call-end/sent-anew", sent_anew);
    g_test_add_func("/call-end/silence", silence);
    g_test_add_func("/call-end/crossing-481", crossing_481);
    g_test_add_func("/call-end/by-a-hop", by_a_hop);
    g_test_add_func("/call-end/handed-on", handed_on);
    g_test_add_func("/call-end/routes", routes);
    g_test_add_func("/call-end/contacts", contacts);
    g_test_add_func("/call-end/contact-of-others", test_contact_of_others);
    g_test_add_func("/call-end/on-one-machine", on_one_machine);
    g_test_add_func("/call-end/early-dialogs", early_dialogs);
    g_test_add_func("/call-end/cancelled", cancelled);
    g_test_add_func("/call-end/cancel-before-any-response", cancel_before_any_response);
    g_test_add_func("/call-end/cancelled-branch", cancelled_branch);
    g_test_add_func("/call-end/in-the-middle", in_the_middle);
    g_test_add_func("/call-end/ports-of-a-hop", ports_of_a_hop);
    g_test_add_func("/call-end/forgotten", forgotten);
    g_test_add_func("/call-end/duration", duration);
    g_test_add_func("/call-end/over-by-then", over_by_then);
    g_test_add_func("/call-end/by-a-hop/unseen", hops_unseen);
    g_test_add_func("/call-end/sides/answer-unseen", answer_unseen);
    g_test_add_func("/call-end/crossing/unseen", crossing_unseen);
    g_test_add_func("/call-end/cancel-without-answers", cancel_without_answers);
    g_test_add_func("/call-end/sent-anew/unseen", sent_anew_unseen);
    g_test_add_func("/call-end/sent-anew/answered-unseen", sent_anew_and_answered_unseen);
    g_test_add_func("/call-end/over-by-then/unseen", over_by_then_unseen);
    g_test_add_func("/call-end/over-by-then/refused-unseen", refused_unseen);
    g_test_add_func("/call-end/over-by-then/without-tags", without_tags);
    g_test_add_func("/call-end/by-a-hop/two", two_of_one_hop);
    g_test_add_func("/call-end/by-a-hop/answer-unseen", hop_of_a_lost_answer);
    g_test_add_func("/call-end/open", open_at_the_end);
    return g_test_run();
}
