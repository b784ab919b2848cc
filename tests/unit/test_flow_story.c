/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/say/say.h"
#include "flow_text.h"

#define R1 (&(struct reg){.reg_id = 1})
#define R2 (&(struct reg){.reg_id = 2, .edge = EDGE2})
#define R1_AGAIN (&(struct reg){.reg_id = 1, .line = 1})

static struct sx_flow_story story_of(const struct ladder *l, const struct sx_txn *txn)
{
    return sx_flow_tell(l->tracker, txn);
}

/* One flow, reset by the client in frame 5; a call at 10 s that its edge answers with a code. */
static const struct sx_txn *lost(struct ladder *l, unsigned code)
{
    make_flow(l, 0, R1);
    segment(l, 9, PHONE, EDGE, SX_TCP_RST, 0);
    return call_phone(l, 10, R1, 1, code);
}

static void test_whose(void)
{
    struct ladder l = ladder_open();
    const struct sx_txn *txn = lost(&l, 430);
    struct sx_flow_story s = story_of(&l, txn);

    g_assert_nonnull(s.flow);
    g_assert_cmpuint(s.flow->registered_in, ==, 1);
    g_assert_cmpuint(s.death, ==, SX_DEATH_CLOSED);
    g_assert_cmpuint(s.death_in, ==, 5);
    g_assert_cmpint(s.silent_ns, ==, ns_of(10.011));
    g_assert_cmpuint(s.code, ==, 430);
    g_assert_cmpuint(sx_flow_failed(l.tracker, s.flow)->frame, ==, txn->final_frame);
    ladder_close(&l);
}

/* ---- what came of it ---- */

/* What happens after the 430, and what that comes to once the capture has ended, and before. */
static void test_outcome(void)
{
    static const struct {
        const char *what;
        unsigned upstream; /* the code that Alice gets; 0: none */
        double again;      /* when the client registers again */
        double until;      /* the last frame */
        enum sx_flow_outcome live, ended;
    } rows[] = {
        {"told at once, end", 480, 0, 10.1, SX_FLOW_UNKNOWN, SX_FLOW_NOTHING_TRIED},
        {"told at once, goes on", 480, 0, 60, SX_FLOW_NOTHING_TRIED, SX_FLOW_NOTHING_TRIED},
        {"nothing yet, end", 0, 0, 10.1, SX_FLOW_UNKNOWN, SX_FLOW_OPEN},
        {"nothing yet, goes on", 0, 0, 60, SX_FLOW_NOTHING_TRIED, SX_FLOW_NOTHING_TRIED},
        {"handed on", 430, 0, 10.1, SX_FLOW_HANDED_ON, SX_FLOW_HANDED_ON},
        {"registered again", 480, 20, 60, SX_FLOW_REREGISTERED, SX_FLOW_REREGISTERED},
        {"registered again, 430 upstream", 430, 20, 60, SX_FLOW_REREGISTERED, SX_FLOW_REREGISTERED},
        {"registered again too late", 480, 50, 60, SX_FLOW_NOTHING_TRIED, SX_FLOW_NOTHING_TRIED},
        {"answered by an unknown branch", 200, 0, 60, SX_FLOW_UNKNOWN, SX_FLOW_UNKNOWN},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        const struct sx_txn *txn = lost(&l, 430);
        if (rows[i].upstream)
            tell_alice(&l, 10.02, 1, rows[i].upstream);
        uint32_t again = rows[i].again > 0 ? l.frame + 1 : 0;
        if (again)
            make_flow(&l, rows[i].again, R1_AGAIN);
        other_packet(&l, rows[i].until);
        g_test_message("%s", rows[i].what);
        g_assert_cmpuint(story_of(&l, txn).outcome, ==, rows[i].live);
        sx_tracker_end(l.tracker);
        struct sx_flow_story s = story_of(&l, txn);
        g_assert_cmpuint(s.outcome, ==, rows[i].ended);
        g_assert_cmpuint(s.reregistered_in, ==, again);
        g_assert_cmpuint(s.upstream_code, ==, rows[i].upstream == 430 ? 0 : rows[i].upstream);
        ladder_close(&l);
    }
}

/* The other flow of the instance, tried at 10.5 s. */
static void test_retry(void)
{
    static const struct {
        unsigned code; /* 0: none */
        double until;
        enum sx_flow_outcome outcome;
    } rows[] = {
        {200, 11, SX_FLOW_OTHER_ANSWERED}, {180, 11, SX_FLOW_OTHER_ANSWERED},
        {486, 11, SX_FLOW_OTHER_ANSWERED}, {430, 11, SX_FLOW_OTHERS_FAILED},
        {408, 50, SX_FLOW_OTHERS_FAILED},  {477, 11, SX_FLOW_OTHERS_FAILED},
        {0, 50, SX_FLOW_OTHERS_FAILED},    {0, 11, SX_FLOW_OPEN},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        make_flow(&l, 1, R2);
        const struct sx_txn *first = lost(&l, 430);
        const struct sx_txn *second = try_phone(&l, 10.5, R2, 1, rows[i].code, NULL);
        other_packet(&l, rows[i].until);
        /* A third one may be tried yet. */
        if (rows[i].code == 430)
            g_assert_cmpuint(story_of(&l, second).outcome, ==, SX_FLOW_UNKNOWN);
        sx_tracker_end(l.tracker);
        struct sx_flow_story s = story_of(&l, first);
        g_test_message("%u", rows[i].code);
        g_assert_cmpuint(s.outcome, ==, rows[i].outcome);
        g_assert_cmpuint(s.retry_in, ==, second->request_frame);
        g_assert_cmpuint(s.retry_code, ==, rows[i].code);
        g_assert_cmpuint(s.retry_reg_id, ==, 2);
        if (rows[i].code == 430) {
            s = story_of(&l, second);
            g_assert_cmpuint(s.outcome, ==, SX_FLOW_OPEN);
            g_assert_cmpuint(s.retry_in, ==, 0);
            g_assert_cmpuint(s.earlier_in, ==, first->final_frame);
        }
        ladder_close(&l);
    }
}

/* Its response is not in the capture, and what CORE tells Alice has it; or CORE acknowledges a
 * failure. */
static void test_retry_unseen(void)
{
    static const struct {
        unsigned first, upstream, code; /* what Alice gets, and what of it is the retry's */
        bool ack;
        enum sx_flow_outcome outcome;
    } rows[] = {
        {0, 200, 200, false, SX_FLOW_OTHER_ANSWERED},
        {180, 0, 180, false, SX_FLOW_OTHER_ANSWERED},
        {180, 200, 200, false, SX_FLOW_OTHER_ANSWERED},
        {180, 486, 180, false, SX_FLOW_OTHER_ANSWERED},
        {0, 480, 0, false, SX_FLOW_OTHERS_FAILED},
        {0, 480, 0, true, SX_FLOW_UNKNOWN},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        make_flow(&l, 1, R2);
        const struct sx_txn *first = lost(&l, 430);
        char *own = g_strdup_printf("core c%u", next_branch() + 1);
        const struct sx_txn *second = try_phone(&l, 10.5, R2, 1, 0, NULL);
        if (rows[i].ack)
            request(&l, 10.6, CORE, EDGE2, "ACK", via(own), .to_tag = "other");
        if (rows[i].first)
            response(&l, 10.7, CORE, ALICE, rows[i].first, "INVITE", via("alice a1"),
                     .to_tag = "other");
        if (rows[i].upstream)
            response(&l, 10.8, CORE, ALICE, rows[i].upstream, "INVITE", via("alice a1"),
                     .to_tag = "other");
        uint32_t frame = l.frame;
        other_packet(&l, 50);
        sx_tracker_end(l.tracker);
        struct sx_flow_story s = story_of(&l, first);
        g_test_message("%zu", i);
        g_assert_cmpuint(s.outcome, ==, rows[i].outcome);
        g_assert_cmpuint(s.retry_in, ==, second->request_frame);
        g_assert_cmpuint(s.retry_code, ==, rows[i].code);
        g_assert_cmpuint(s.retry_code_in, ==,
                         rows[i].code == 0                  ? 0
                         : rows[i].code == rows[i].upstream ? frame
                                                            : second->request_frame + 1);
        g_free(own);
        ladder_close(&l);
    }
}

/* Who is told 200 has lost nothing, whatever the flows of this phone said. */
static void test_upstream_answered(void)
{
    static const struct {
        unsigned upstream;
        enum sx_flow_outcome outcome;
    } rows[] = {
        {180, SX_FLOW_OTHERS_FAILED},
        {200, SX_FLOW_UNKNOWN},
        {300, SX_FLOW_OTHERS_FAILED},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        make_flow(&l, 1, R2);
        const struct sx_txn *first = lost(&l, 430);
        try_phone(&l, 10.5, R2, 1, 430, NULL);
        tell_alice(&l, 11, 1, rows[i].upstream);
        other_packet(&l, 50);
        g_assert_cmpuint(story_of(&l, first).outcome, ==, rows[i].outcome);
        ladder_close(&l);
    }
}

/* CORE forks to both flows: the nth branch of Alice's INVITE, over the flow of reg-id n. */
static const struct sx_txn *fork_to(struct ladder *l, double seconds, unsigned n, bool same_frame)
{
    char *uri = g_strdup_printf("sip:bob@10.0.0.5:4000%u", n);
    char *route = g_strdup_printf("Route: <sip:token4000%u@10.0.0.2;lr;ob>\r\n", n);
    char *branch = g_strdup_printf("core f%u", n);
    const struct sx_txn *txn =
        txn_of(l, request(l, seconds, CORE, EDGE, "INVITE", via(branch, "alice a1"), .uri = uri,
                          .more = route, .same_frame = same_frame));

    g_free(uri);
    g_free(route);
    g_free(branch);
    return txn;
}

static void answer_fork(struct ladder *l, double seconds, unsigned n, unsigned code)
{
    char *branch = g_strdup_printf("core f%u", n);

    response(l, seconds, EDGE, CORE, code, "INVITE", via(branch, "alice a1"),
             .to_tag = n == 1 ? "one" : "two");
    g_free(branch);
}

/* The INVITE over the second flow goes out while the first one's waits for its 430: what that one
 * gets, before the 430 or after it, and what is said of the 430. */
static void test_beside(void)
{
    static const struct {
        double second; /* goes out then */
        double answered;
        unsigned code; /* 0: none */
        double until;
        enum sx_flow_outcome outcome;
    } rows[] = {
        {10.01, 10.3, 430, 50, SX_FLOW_OTHERS_FAILED},
        {10.01, 10.3, 408, 50, SX_FLOW_OTHERS_FAILED},
        {10.01, 10.3, 200, 50, SX_FLOW_OTHER_ANSWERED},
        {10.01, 10.1, 200, 50, SX_FLOW_OTHER_ANSWERED},
        {10.01, 10.3, 180, 50, SX_FLOW_OTHER_ANSWERED},
        {10.01, 10.1, 486, 50, SX_FLOW_OTHER_ANSWERED},
        {10.01, 0, 0, 50, SX_FLOW_OTHERS_FAILED},
        {10.01, 0, 0, 20, SX_FLOW_OPEN},
        {9.99, 10.3, 430, 50, SX_FLOW_OTHERS_FAILED},
        {9.99, 10.3, 200, 50, SX_FLOW_OTHER_ANSWERED},
        /* both in one packet */
        {10, 10.3, 430, 50, SX_FLOW_OTHERS_FAILED},
        {10, 0, 0, 50, SX_FLOW_OTHERS_FAILED},
        /* it may have failed before the first one was tried */
        {9.99, 0, 0, 50, SX_FLOW_UNKNOWN},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        const struct sx_txn *one, *two;
        make_flow(&l, 0, R1);
        make_flow(&l, 1, R2);
        request(&l, 9.9, ALICE, CORE, "INVITE", via("alice a1"));
        if (rows[i].second < 10)
            two = fork_to(&l, rows[i].second, 2, false);
        one = fork_to(&l, 10, 1, false);
        if (rows[i].second >= 10)
            two = fork_to(&l, rows[i].second, 2, rows[i].second <= 10);
        if (rows[i].code && rows[i].answered < 10.2)
            answer_fork(&l, rows[i].answered, 2, rows[i].code);
        answer_fork(&l, 10.2, 1, 430);
        if (rows[i].code && rows[i].answered > 10.2)
            answer_fork(&l, rows[i].answered, 2, rows[i].code);
        other_packet(&l, rows[i].until);
        sx_tracker_end(l.tracker);
        struct sx_flow_story s = story_of(&l, one);
        g_test_message("row %zu", i);
        g_assert_cmpuint(s.outcome, ==, rows[i].outcome);
        g_assert_cmpuint(s.earlier_in, ==, 0);
        if (rows[i].outcome != SX_FLOW_UNKNOWN) {
            g_assert_cmpuint(s.retry_in, ==, two->request_frame);
            g_assert_cmpuint(s.retry_code, ==, rows[i].code);
        }
        if (rows[i].code == 430) {
            s = story_of(&l, two);
            g_assert_cmpuint(s.outcome, ==, SX_FLOW_OTHERS_FAILED);
            g_assert_cmpuint(s.earlier_in, ==, one->final_frame);
        }
        ladder_close(&l);
    }
}

/* The other flow was tried before, and what came of it is not in the capture. */
static void test_earlier_unseen(void)
{
    for (unsigned code = 0; code <= 430; code += 430) {
        struct ladder l = ladder_open();
        make_flow(&l, 0, R1);
        make_flow(&l, 1, R2);
        const struct sx_txn *first = call_phone(&l, 10, R1, 1, code);
        const struct sx_txn *second = try_phone(&l, 10.5, R2, 1, 430, NULL);
        tell_alice(&l, 10.6, 1, 480);
        other_packet(&l, 60);
        struct sx_flow_story s = story_of(&l, second);
        g_assert_cmpuint(s.outcome, ==, code ? SX_FLOW_OTHERS_FAILED : SX_FLOW_UNKNOWN);
        g_assert_cmpuint(s.earlier_in, ==, first->final_frame);
        ladder_close(&l);
    }
}

/* Both flows have failed; a further one may be tried until CORE is told of it or the time is over.
 */
static void test_no_further_flow(void)
{
    static const struct {
        unsigned upstream;
        double until;
        enum sx_flow_outcome outcome;
    } rows[] = {
        {0, 42.51, SX_FLOW_UNKNOWN},
        {0, 42.511, SX_FLOW_OTHERS_FAILED},
        {300, 11, SX_FLOW_OTHERS_FAILED},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        make_flow(&l, 0, R1);
        make_flow(&l, 1, R2);
        call_phone(&l, 10, R1, 1, 430);
        const struct sx_txn *second = try_phone(&l, 10.5, R2, 1, 430, NULL);
        if (rows[i].upstream)
            tell_alice(&l, 10.6, 1, rows[i].upstream);
        other_packet(&l, rows[i].until);
        g_test_message("%zu", i);
        g_assert_cmpuint(story_of(&l, second).outcome, ==, rows[i].outcome);
        ladder_close(&l);
    }
}

/* A hop between the edge and the one that tries the other flow, which has its failure or not. */
static void test_failure_between(void)
{
    static const struct {
        unsigned between, upstream;
        bool climbs;
    } rows[] = {{430, 480, true}, {0, 480, true}, {0, 300, true},   {0, 299, false},
                {0, 180, false},  {0, 0, false},  {480, 480, false}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        make_flow(&l, 0, R1);
        make_flow(&l, 1, R2);
        request(&l, 10, ALICE, CORE, "INVITE", via("alice a1"));
        request(&l, 10.01, CORE, CAROL, "INVITE", via("core k1", "alice a1"),
                .uri = "sip:bob@10.0.0.5:40001");
        const struct sx_message *m = request(&l, 10.02, CAROL, EDGE, "INVITE",
                                             via("carol k2", "core k1", "alice a1"),
                                             .uri = "sip:bob@10.0.0.5:40001",
                                             .more = "Route: <sip:token40001@10.0.0.2;lr;ob>\r\n");
        response(&l, 10.03, EDGE, CAROL, 430, "INVITE", via("carol k2", "core k1", "alice a1"));
        if (rows[i].between)
            response(&l, 10.04, CAROL, CORE, rows[i].between, "INVITE", via("core k1", "alice a1"));
        const struct sx_txn *retry = try_phone(&l, 10.5, R2, 1, 430, NULL);
        if (rows[i].upstream)
            tell_alice(&l, 10.6, 1, rows[i].upstream);
        other_packet(&l, 60);
        struct sx_flow_story s = story_of(&l, txn_of(&l, m));
        g_test_message("%zu", i);
        g_assert_nonnull(s.flow);
        g_assert_cmpuint(s.retry_in, ==, rows[i].climbs ? retry->request_frame : 0);
        ladder_close(&l);
    }
}

/* A REGISTER after the failure that has no final response: it may have been granted, unless the
 * capture shows that it was not heard. */
static void test_registration_unseen(void)
{
    static const struct {
        double at;
        unsigned reg_id, code;
        bool repeated;
        enum sx_flow_outcome outcome;
    } rows[] = {
        {20, 1, 0, false, SX_FLOW_UNKNOWN},         {20, 2, 0, false, SX_FLOW_UNKNOWN},
        {20, 1, 503, false, SX_FLOW_NOTHING_TRIED}, {20, 1, 0, true, SX_FLOW_NOTHING_TRIED},
        {9.5, 1, 0, false, SX_FLOW_NOTHING_TRIED},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        static const double again[] = {0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5};
        struct ladder l = ladder_open();
        bool late = rows[i].at > 10;
        char *contact = g_strdup_printf("Contact: <sip:bob@10.0.0.5:40101>;reg-id=%u;"
                                        "+sip.instance=\"<urn:x:0>\"\r\n",
                                        rows[i].reg_id);
        make_flow(&l, 0, R1);
        make_flow(&l, 1, R2);
        const struct sx_txn *txn = late ? call_phone(&l, 10, R1, 1, 430) : NULL;
        request(&l, rows[i].at, PHONE, EDGE, "REGISTER", via("phone u1"), .more = contact,
                .src_port = 40101);
        if (!late)
            txn = call_phone(&l, 10, R1, 1, 430);
        tell_alice(&l, late ? rows[i].at : 10.1, 1, 480);
        for (unsigned k = 0; rows[i].repeated && k < G_N_ELEMENTS(again); k++)
            request(&l, rows[i].at + again[k], PHONE, EDGE, "REGISTER", via("phone u1"),
                    .more = contact, .src_port = 40101);
        if (rows[i].code)
            response(&l, rows[i].at + 0.1, EDGE, PHONE, rows[i].code, "REGISTER", via("phone u1"),
                     .more = contact, .dst_port = 40101);
        other_packet(&l, 100);
        g_test_message("%zu", i);
        g_assert_cmpuint(story_of(&l, txn).outcome, ==, rows[i].outcome);
        g_free(contact);
        ladder_close(&l);
    }
}

/* An attempt without a response counts as failed where the capture shows that it had none. */
static void test_has_failed(void)
{
    static const struct {
        unsigned code, sends;
        bool failed;
    } rows[] = {{0, 1, false}, {503, 1, true}, {0, 4, true}, {0, 2, false}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        static const double again[] = {0, 0.5, 1.5, 3.5};
        struct ladder l = ladder_open();
        struct sx_back_off none = {.failures = 1}, b = {.failures = 1, .unanswered_in = 1};
        for (unsigned k = 0; k < rows[i].sends; k++)
            request(&l, again[k], PHONE, EDGE, "REGISTER", via("phone u1"));
        if (rows[i].code)
            response(&l, 4, EDGE, PHONE, rows[i].code, "REGISTER", via("phone u1"));
        other_packet(&l, 5);
        g_test_message("%zu", i);
        g_assert_true(sx_flow_has_failed(l.tracker, &none));
        g_assert_true(sx_flow_has_failed(l.tracker, &b) == rows[i].failed);
        ladder_close(&l);
    }
}

/* What the client's return is said of: an attempt that may have been granted tells nothing. */
static void test_return_after_unseen(void)
{
    for (unsigned gap = 0; gap < 2; gap++) {
        struct ladder l = ladder_open();
        const struct sx_txn *txn = lost(&l, 430);
        request(&l, 11, PHONE, EDGE, "REGISTER", via("phone u1"), .src_port = 40201,
                .transport = SX_TRANSPORT_TCP, .packet = {.id = 1, .ack = 1000, .exact = true},
                .more = "Contact: <sip:z>;reg-id=1;+sip.instance=\"<urn:x:0>\"\r\n");
        uint32_t unanswered = l.frame;
        segment(&l, 12, PHONE, EDGE, SX_TCP_FIN | SX_TCP_ACK, .ack = gap ? 1064 : 1063,
                .reg = &(struct reg){.reg_id = 1, .line = 2});
        make_flow(&l, 13, R1_AGAIN);
        struct sx_flow_story s = story_of(&l, txn);
        g_assert_cmpuint(s.back_off.unanswered_in, ==, unanswered);
        g_assert_cmpint(s.returned, ==, gap ? SX_RETURN_UNKNOWN : SX_RETURN_TOO_EARLY);
        ladder_close(&l);
    }
}

/* Another phone of the same user is no other flow. */
static void test_other_instance(void)
{
    struct ladder l = ladder_open();

    make_flow(&l, 1, &(struct reg){.instance = 9, .edge = EDGE2});
    const struct sx_txn *txn = lost(&l, 430);
    try_phone(&l, 10.5, &(struct reg){.instance = 9, .edge = EDGE2}, 1, 200, NULL);
    g_assert_cmpuint(story_of(&l, txn).retry_in, ==, 0);
    g_assert_cmpuint(story_of(&l, txn).outcome, ==, SX_FLOW_UNKNOWN);
    ladder_close(&l);
}

static void test_stale_binding(void)
{
    struct ladder l = ladder_open();

    make_flow(&l, 0, R1);
    uint32_t again = l.frame + 1;
    make_flow(&l, 5, R1_AGAIN);
    struct sx_flow_story s = story_of(&l, call_phone(&l, 10, R1, 1, 430));
    g_assert_cmpuint(s.replaced_in, ==, again);
    g_assert_cmpuint(s.reregistered_in, ==, 0);
    ladder_close(&l);
}

/* ---- the client's return ---- */

static void test_return(void)
{
    static const struct {
        double failed, again; /* attempts; 0: none */
        double until;
        enum sx_flow_return returned;
    } rows[] = {
        {0, 12, 200, SX_RETURN_IN_TIME},    {12, 50, 200, SX_RETURN_IN_TIME},
        {12, 20, 200, SX_RETURN_TOO_EARLY}, {12, 0, 200, SX_RETURN_IN_TIME},
        {0, 0, 200, SX_RETURN_NEVER},       {0, 0, 60, SX_RETURN_UNKNOWN},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        const struct sx_txn *txn = lost(&l, 430);
        if (rows[i].failed > 0)
            make_flow(&l, rows[i].failed, &(struct reg){.line = 2, .code = 503, .edge_only = true});
        if (rows[i].again > 0)
            make_flow(&l, rows[i].again, R1_AGAIN);
        other_packet(&l, rows[i].until);
        g_test_message("row %zu", i);
        g_assert_cmpuint(story_of(&l, txn).returned, ==, rows[i].returned);
        ladder_close(&l);
    }
}

/* The client may not know of a loss that only the edge has seen. */
static void test_never_but_unaware(void)
{
    struct ladder l = ladder_open();

    make_flow(&l, 0, R1);
    const struct sx_txn *txn = call_phone(&l, 10, R1, 1, 430);
    other_packet(&l, 300);
    g_assert_cmpuint(story_of(&l, txn).returned, ==, SX_RETURN_UNKNOWN);
    ladder_close(&l);
}

/* ---- what is no lost flow ---- */

/* The edge has a connection to send it over; the client answers with code, or not at all. */
static struct sx_flow_story delivered(unsigned code, unsigned edge_code)
{
    struct ladder l = ladder_open();
    const struct sx_message *m;

    make_flow(&l, 0, R1);
    request(&l, 10, ALICE, CORE, "INVITE", via("alice a1"));
    m = request(&l, 10.1, CORE, EDGE, "INVITE", via("core x", "alice a1"),
                .uri = "sip:bob@10.0.0.5:40001", .more = "Route: <sip:token40001@10.0.0.2;lr>\r\n");
    request(&l, 10.2, EDGE, PHONE, "INVITE", via("edge x", "core x", "alice a1"),
            .uri = "sip:bob@10.0.0.5:40001", .dst_port = 40001);
    if (code)
        response(&l, 10.3, PHONE, EDGE, code, "INVITE", via("edge x", "core x", "alice a1"),
                 .src_port = 40001);
    response(&l, 10.4, EDGE, CORE, edge_code, "INVITE", via("core x", "alice a1"));
    other_packet(&l, 300);
    struct sx_flow_story s = story_of(&l, txn_of(&l, m));
    s.flow = NULL;
    ladder_close(&l);
    return s;
}

/* The edge called it gone, and the client answers over it later: nothing was lost, unless the
 * capture shows how it died. */
static void test_works_later(void)
{
    for (unsigned died = 0; died < 2; died++) {
        struct ladder l = ladder_open();
        const char *answer = died ? "Flow-Timer: 5\r\n" : NULL;

        make_flow(&l, 0, &(struct reg){.answer = answer});
        const struct sx_txn *txn = call_phone(&l, 10, R1, 1, 430);
        tell_alice(&l, 10.1, 1, 480);
        char *uri = contact_uri(R1);
        request(&l, 20, EDGE, PHONE, "INVITE", via("edge o"), .uri = uri, .dst_port = port_of(R1),
                .transport = SX_TRANSPORT_TCP);
        response(&l, 20.1, PHONE, EDGE, 486, "INVITE", via("edge o"), .src_port = port_of(R1),
                 .transport = SX_TRANSPORT_TCP);
        uint32_t frame = l.frame;
        other_packet(&l, 300);
        struct sx_flow_story s = story_of(&l, txn);
        g_assert_cmpint(s.alive_later, ==, !died);
        g_assert_cmpuint(s.alive_in, ==, died ? 0 : frame);
        g_assert_cmpuint(s.alive_code, ==, died ? 0 : 486);
        g_assert_cmpint(s.about_flow, ==, died);
        g_assert_cmpuint(s.outcome, ==, died ? SX_FLOW_NOTHING_TRIED : SX_FLOW_UNKNOWN);
        const struct sx_flow_failure *failure = sx_flow_failed(l.tracker, s.flow);
        g_assert_cmpuint(failure ? failure->frame : 0, ==, died ? txn->final_frame : 0);
        g_free(uri);
        ladder_close(&l);
    }
}

static void test_delivered(void)
{
    struct sx_flow_story s = delivered(486, 430);

    g_assert_cmpuint(s.outcome, ==, SX_FLOW_UNKNOWN);
    g_assert_cmpuint(s.alive_code, ==, 486);
    g_assert_cmpuint(s.alive_in, !=, 0);
    g_assert_cmpuint(delivered(100, 430).alive_code, ==, 100);
    s = delivered(0, 430);
    g_assert_false(s.client_unseen);
    g_assert_cmpuint(s.outcome, ==, SX_FLOW_UNKNOWN);
    g_assert_cmpuint(s.alive_in, ==, 0);
    g_assert_cmpuint(s.delivered_in, !=, 0);
    s = delivered(430, 430);
    g_assert_cmpuint(s.outcome, ==, SX_FLOW_UNKNOWN);
    g_assert_true(s.from_client);
}

/* Where neither a registration nor a token ties the branch to a flow, it was sent over none. */
static void test_delivered_over_no_flow(void)
{
    const char *const routes[] = {NULL, "Route: <sip:token@10.0.0.2;lr>\r\n"};

    for (size_t i = 0; i < G_N_ELEMENTS(routes); i++) {
        struct ladder l = ladder_open();
        const struct sx_txn *txn =
            txn_of(&l, request(&l, 0, ALICE, EDGE, "INVITE", via("alice a1"), .more = routes[i]));
        uint32_t sent = request(&l, 0.1, EDGE, PHONE, "INVITE", via("edge x", "alice a1"))->frame;
        response(&l, 0.2, EDGE, ALICE, 430, "INVITE", via("alice a1"));
        g_assert_cmpuint(story_of(&l, txn).delivered_in, ==, i ? sent : 0);
        g_assert_cmpint(story_of(&l, txn).client_unseen, ==, i);
        ladder_close(&l);
    }
}

/* Likewise, and who has it answers: as a branch of a fork does. */
static void test_answered_over_no_flow(void)
{
    struct ladder l = ladder_open();
    const struct sx_txn *txn = txn_of(&l, request(&l, 0, ALICE, EDGE, "INVITE", via("alice a1")));

    request(&l, 0.1, EDGE, PHONE, "INVITE", via("edge x", "alice a1"));
    response(&l, 0.2, PHONE, EDGE, 486, "INVITE", via("edge x", "alice a1"));
    response(&l, 0.3, EDGE, ALICE, 430, "INVITE", via("alice a1"), .to_tag = "other");
    struct sx_flow_story s = story_of(&l, txn);
    g_assert_cmpuint(s.delivered_in + s.alive_in + s.alive_code, ==, 0);
    ladder_close(&l);
}

/* RFC 5626 5.3: the request comes over the flow that its Route or Request-URI names. sent_on: it
 * goes outwards, and gets this or (1) nothing. */
static struct sx_flow_story over_own_flow(const char *uri, bool routed, uint16_t port,
                                          const char *to_tag, unsigned sent_on)
{
    struct ladder l = ladder_open();

    make_flow(&l, 0, R1);
    const struct sx_txn *txn =
        txn_of(&l,
               request(&l, 10, PHONE, EDGE, "INFO", via("phone i1"), .uri = uri, .to_tag = to_tag,
                       .more = routed ? "Route: <sip:token40001@10.0.0.2;lr;ob>\r\n" : NULL,
                       .src_port = port, .transport = SX_TRANSPORT_TCP));
    if (sent_on)
        request(&l, 10.1, EDGE, CORE, "INFO", via("edge i2", "phone i1"), .to_tag = to_tag);
    if (sent_on > 1)
        response(&l, 10.2, CORE, EDGE, sent_on, "INFO", via("edge i2", "phone i1"));
    response(&l, 11, EDGE, PHONE, 430, "INFO", via("phone i1"), .dst_port = port,
             .transport = SX_TRANSPORT_TCP);
    other_packet(&l, 300);
    struct sx_flow_story s = story_of(&l, txn);
    ladder_close(&l);
    return s;
}

static void test_over_own_flow(void)
{
    const char *const other = "sip:carol@example.com", *const own = "sip:bob@10.0.0.5:40001";

    for (unsigned sent_on = 0; sent_on <= 100; sent_on = sent_on ? sent_on * 100 : 1) {
        struct sx_flow_story s = over_own_flow(other, true, 40001, NULL, sent_on);
        g_assert_true(s.over_it);
        g_assert_false(s.about_flow);
        g_assert_cmpuint(s.outcome, ==, SX_FLOW_UNKNOWN);
        g_assert_cmpuint(s.delivered_in + s.alive_in + s.alive_code, ==, 0);
    }
    g_assert_true(over_own_flow(own, false, 40001, NULL, 0).over_it);
    g_assert_false(over_own_flow(own, false, 40001, NULL, 0).about_flow);
    /* Another connection of the same host, no token, and in a dialog. */
    g_assert_false(over_own_flow(own, false, 40009, NULL, 0).over_it);
    g_assert_true(over_own_flow(own, false, 40009, NULL, 0).about_flow);
    g_assert_false(over_own_flow(other, false, 40001, NULL, 0).over_it);
    g_assert_false(over_own_flow(other, true, 40001, "carol", 0).over_it);
}

/* No REGISTER of the flow is in the capture: who sends the request with its token may have got it,
 * unless it sends it on for another or is in a dialog. */
static void test_may_be_over_own_flow(void)
{
    static const struct {
        bool routed, sent_on, in_dialog;
        bool may_be;
        enum sx_flow_outcome outcome;
    } rows[] = {
        {true, false, false, true, SX_FLOW_UNKNOWN},
        {true, true, false, false, SX_FLOW_HANDED_ON},
        {true, false, true, false, SX_FLOW_UNKNOWN},
        {false, false, false, false, SX_FLOW_UNKNOWN},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        const char *tag = rows[i].in_dialog ? "carol" : NULL;
        const char *more = rows[i].routed ? "Route: <sip:token9@10.0.0.2;lr;ob>\r\n" : NULL;
        const struct sx_message *m = request(&l, 10, ALICE, rows[i].sent_on ? CORE : EDGE, "INFO",
                                             via("alice i1"), .to_tag = tag,
                                             .more = rows[i].sent_on ? NULL : more);
        if (rows[i].sent_on) {
            m = request(&l, 10.1, CORE, EDGE, "INFO", via("core i2", "alice i1"), .more = more);
            response(&l, 10.2, EDGE, CORE, 430, "INFO", via("core i2", "alice i1"));
        }
        response(&l, 10.3, rows[i].sent_on ? CORE : EDGE, ALICE, 430, "INFO", via("alice i1"),
                 .to_tag = tag);
        other_packet(&l, 300);
        struct sx_flow_story s = story_of(&l, txn_of(&l, m));
        g_test_message("row %zu", i);
        g_assert_cmpint(s.may_be_over_it, ==, rows[i].may_be);
        g_assert_cmpuint(s.outcome, ==, rows[i].outcome);
        ladder_close(&l);
    }
}

/* Over the client's address, but to another host than its edge. */
static void test_over_no_own_flow(void)
{
    struct ladder l = ladder_open();

    make_flow(&l, 0, R1);
    const struct sx_txn *txn =
        txn_of(&l, request(&l, 10, PHONE, CORE, "INFO", via("phone i1"),
                           .uri = "sip:bob@10.0.0.5:40001", .src_port = 40001));
    response(&l, 11, CORE, PHONE, 430, "INFO", via("phone i1"), .dst_port = 40001);
    struct sx_flow_story s = story_of(&l, txn);
    g_assert_false(s.over_it);
    ladder_close(&l);
}

static void test_no_registration(void)
{
    struct ladder l = ladder_open();
    const struct sx_txn *txn;

    txn = txn_of(&l, request(&l, 0, ALICE, BOB, "INVITE", via("alice a1")));
    response(&l, 1, BOB, ALICE, 430, "INVITE", via("alice a1"));
    g_assert_null(story_of(&l, txn).flow);
    g_assert_cmpuint(story_of(&l, txn).outcome, ==, SX_FLOW_UNKNOWN);
    txn = txn_of(&l, request(&l, 2, ALICE, EDGE, "BYE", via("alice a2"), .to_tag = "bob",
                             .more = "Route: <sip:token@10.0.0.2;lr>\r\n"));
    response(&l, 3, EDGE, ALICE, 430, "BYE", via("alice a2"),
             .more = "P-Dialog-Recovery-Action: RefreshDialog\r\n");
    struct sx_flow_story s = story_of(&l, txn);
    g_assert_true(s.route_repair);
    g_assert_true(s.in_dialog);
    g_assert_cmpuint(s.outcome, ==, SX_FLOW_UNKNOWN);
    ladder_close(&l);
}

/* ---- 477 and 403 ---- */

static void test_is_loss(void)
{
    static const struct {
        unsigned code, from, flags; /* from: who closes the connection; 0: nobody */
        bool loss;
        enum sx_flow_token token;
    } rows[] = {
        {430, 0, 0, true, SX_TOKEN_NONE},
        {477, 0, 0, false, SX_TOKEN_NONE},
        {477, PHONE, SX_TCP_FIN, true, SX_TOKEN_NONE},
        {477, EDGE, SX_TCP_FIN, true, SX_TOKEN_NONE},
        {403, 0, 0, false, SX_TOKEN_OWN},
        {403, PHONE, SX_TCP_FIN, false, SX_TOKEN_OWN},
        {403, EDGE, SX_TCP_FIN, true, SX_TOKEN_RESTARTED},
        {404, EDGE, SX_TCP_FIN, false, SX_TOKEN_NONE},
        {500, PHONE, SX_TCP_RST, true, SX_TOKEN_NONE},
        {500, 0, 0, false, SX_TOKEN_NONE},
        {503, PHONE, SX_TCP_RST, true, SX_TOKEN_NONE},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        const struct sx_flow *flow;
        unsigned from = rows[i].from;
        make_flow(&l, 0, R1);
        if (from)
            segment(&l, 5, from, from == EDGE ? PHONE : EDGE, rows[i].flags, 0);
        const struct sx_txn *txn = call_phone(&l, 10, R1, 1, rows[i].code);
        /* what comes later changes nothing */
        if (!from)
            segment(&l, 20, EDGE, PHONE, SX_TCP_FIN, 0);
        g_test_message("row %zu", i);
        g_assert_cmpint(sx_flow_is_loss(l.tracker, txn, rows[i].code), ==, rows[i].loss);
        g_assert_cmpuint(sx_flow_token_of(l.tracker, txn, &flow), ==, rows[i].token);
        ladder_close(&l);
    }
}

static void test_strange_token(void)
{
    struct ladder l = ladder_open();
    const struct sx_flow *flow;

    make_flow(&l, 0, R1);
    request(&l, 1, ALICE, CORE, "INVITE", via("alice a1"));
    const struct sx_txn *txn = try_phone(&l, 2, R1, 1, 403, "sip:other@10.0.0.2");
    g_assert_cmpuint(sx_flow_token_of(l.tracker, txn, &flow), ==, SX_TOKEN_STRANGE);
    g_assert_cmpuint(flow->registered_in, ==, 1);
    /* Another box that puts a user into its Route and says no. */
    txn = try_phone(&l, 3, R1, 1, 403, "sip:other@10.0.0.9");
    g_assert_cmpuint(sx_flow_token_of(l.tracker, txn, &flow), ==, SX_TOKEN_NONE);
    ladder_close(&l);
}

/* ---- both sides of each threshold ---- */

/* The 430 is in the capture at 10.011 s; a client has the 32 s of the test's settings to come back.
 * */
#define FAILED 10.011

static enum sx_flow_outcome outcome_at(double until, bool ended)
{
    struct ladder l = ladder_open();
    const struct sx_txn *txn = lost(&l, 430);

    other_packet(&l, until);
    if (ended)
        sx_tracker_end(l.tracker);
    struct sx_flow_story s = story_of(&l, txn);
    g_assert_cmpint(s.watched_ns, ==, ns_of(until) - ns_of(FAILED));
    g_assert_true(s.ended_early == (ended && until <= FAILED + 32));
    ladder_close(&l);
    return s.outcome;
}

static void test_watched_long_enough(void)
{
    g_assert_cmpint(outcome_at(FAILED + 32, false), ==, SX_FLOW_UNKNOWN);
    g_assert_cmpint(outcome_at(FAILED + 32, true), ==, SX_FLOW_OPEN);
    g_assert_cmpint(outcome_at(FAILED + 32.001, false), ==, SX_FLOW_NOTHING_TRIED);
    g_assert_cmpint(outcome_at(FAILED + 32.001, true), ==, SX_FLOW_NOTHING_TRIED);
}

static void test_registered_again_in_time(void)
{
    for (unsigned late = 0; late < 2; late++) {
        struct ladder l = ladder_open();
        const struct sx_txn *txn = lost(&l, 430);
        /* the registrar says 200 two ms after the REGISTER */
        make_flow(&l, FAILED + 32 - 0.002 + late * 0.001, R1_AGAIN);
        other_packet(&l, 60);
        struct sx_flow_story s = story_of(&l, txn);
        g_assert_cmpint(s.reregistered_after_ns, ==, ns_of(32) + late * SX_NS_PER_MS);
        g_assert_cmpint(s.outcome, ==, late ? SX_FLOW_NOTHING_TRIED : SX_FLOW_REREGISTERED);
        ladder_close(&l);
    }
}

/* A REGISTER to which the capture shows no response: its client waits for it until Timer F. */
static void test_registers_at_the_end(void)
{
    static const struct {
        double until;
        bool ended;
        enum sx_flow_outcome outcome;
    } rows[] = {
        {12, true, SX_FLOW_OPEN},
        {12, false, SX_FLOW_UNKNOWN},
        {43, true, SX_FLOW_OPEN},
        {43.001, true, SX_FLOW_NOTHING_TRIED},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        const struct sx_txn *txn = lost(&l, 430);
        tell_alice(&l, 10.1, 1, 480);
        request(&l, 11, PHONE, EDGE, "REGISTER", via("phone n1"), .src_port = 40101,
                .more =
                    "Contact: <sip:bob@10.0.0.5:40101>;reg-id=1;+sip.instance=\"<urn:x:0>\"\r\n",
                .transport = SX_TRANSPORT_TCP);
        other_packet(&l, rows[i].until);
        if (rows[i].ended)
            sx_tracker_end(l.tracker);
        g_test_message("row %u", (unsigned)i);
        g_assert_cmpint(story_of(&l, txn).outcome, ==, rows[i].outcome);
        ladder_close(&l);
    }
}

/* A request to the other flow counts as a retry for as long; and waits for an answer until Timer B
 * would fire. */
static void test_retry_in_time(void)
{
    static const struct {
        double at, until;
        bool counts;
        enum sx_flow_outcome outcome;
    } rows[] = {
        {FAILED + 32, FAILED + 40, true, SX_FLOW_OPEN},
        {FAILED + 32.001, FAILED + 40, false, SX_FLOW_NOTHING_TRIED},
        {10.5, 42.5, true, SX_FLOW_OPEN},
        {10.5, 42.501, true, SX_FLOW_OTHERS_FAILED},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        make_flow(&l, 1, R2);
        const struct sx_txn *txn = lost(&l, 430);
        uint32_t retry = try_phone(&l, rows[i].at, R2, 1, 0, NULL)->request_frame;
        other_packet(&l, rows[i].until);
        sx_tracker_end(l.tracker);
        struct sx_flow_story s = story_of(&l, txn);
        g_test_message("row %u", (unsigned)i);
        g_assert_cmpuint(s.retry_in, ==, rows[i].counts ? retry : 0);
        g_assert_cmpint(s.outcome, ==, rows[i].outcome);
        ladder_close(&l);
    }
}

/* RFC 5626 4.5: after 90 s a client that saw the loss has tried again, if it ever will. */
static void test_never_returned(void)
{
    static const struct {
        double until;
        enum sx_flow_return returned;
    } rows[] = {{FAILED + 90, SX_RETURN_UNKNOWN}, {FAILED + 90.001, SX_RETURN_NEVER}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        const struct sx_txn *txn = lost(&l, 430);
        other_packet(&l, rows[i].until);
        g_assert_cmpint(story_of(&l, txn).returned, ==, rows[i].returned);
        ladder_close(&l);
    }
}

/* A branch that leads nobody knows where may be what repairs the call. */
static void test_unknown_branch(void)
{
    enum { NONE, SAME_PACKET, AFTER };

    for (unsigned when = NONE; when <= AFTER; when++) {
        struct ladder l = ladder_open();
        const struct sx_txn *txn = lost(&l, 430);
        if (when == SAME_PACKET) /* it is there by then, for it is answered */
            response(&l, 10.011, EDGE, CORE, 100, "INVITE", via("core other", "alice a1"),
                     .same_frame = true);
        if (when == AFTER)
            try_phone(&l, 10.5, R2, 1, 0, NULL);
        other_packet(&l, 60);
        g_test_message("%u", when);
        g_assert_cmpuint(story_of(&l, txn).outcome, ==,
                         when == AFTER ? SX_FLOW_UNKNOWN : SX_FLOW_NOTHING_TRIED);
        ladder_close(&l);
    }
}

/* Of a flow that was made before the capture, whatever is sent on after the failure may be the
 * repair; what was there before it is none. */
static void test_flow_from_before(void)
{
    enum { NONE, BEFORE, SAME_PACKET, AFTER };

    for (unsigned when = NONE; when <= AFTER; when++) {
        struct ladder l = ladder_open();
        request(&l, 9.0, ALICE, CORE, "INVITE", via("alice a1"));
        if (when == BEFORE)
            request(&l, 9.5, CORE, EDGE2, "INVITE", via("core other", "alice a1"));
        const struct sx_txn *txn = try_phone(&l, 10, R1, 1, 430, NULL);
        if (when == SAME_PACKET)
            response(&l, 10.01, EDGE, CORE, 100, "INVITE", via("core other", "alice a1"),
                     .same_frame = true);
        if (when == AFTER)
            request(&l, 10.5, CORE, EDGE2, "INVITE", via("core other", "alice a1"));
        other_packet(&l, 60);
        struct sx_flow_story s = story_of(&l, txn);
        g_test_message("%u", when);
        g_assert_null(s.flow);
        g_assert_true(s.about_flow);
        g_assert_cmpuint(s.outcome, ==, when == AFTER ? SX_FLOW_UNKNOWN : SX_FLOW_NOTHING_TRIED);
        ladder_close(&l);
    }
}

/* The client takes the registration back, or all of them, and closes in the same packet: it loses
 * nothing. */
static void test_left_in_one_packet(void)
{
    static const struct {
        const char *contact, *expires;
        bool granted, lost;
    } rows[] = {{NULL, NULL, false, true},
                {"<sip:bob@10.0.0.5:40001>;reg-id=1;+sip.instance=\"<urn:x:0>\"", "Expires: 0\r\n",
                 false, false},
                {"<sip:bob@10.0.0.5:40001>;reg-id=1;+sip.instance=\"<urn:x:0>\"", "Expires: 0\r\n",
                 true, false},
                {"*", "Expires: 0\r\n", false, false}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        const struct sx_flow *flow = flow_of(&l, make_flow(&l, 0, R1));
        char *more = g_strdup_printf("Contact: %s\r\n%s", rows[i].contact, rows[i].expires);
        if (rows[i].contact) {
            request(&l, 9, PHONE, EDGE, "REGISTER", via("phone leave"), .more = more,
                    .src_port = 40001, .transport = SX_TRANSPORT_TCP);
            l.frame--;
        }
        uint32_t frame = segment(&l, 9, PHONE, EDGE, SX_TCP_FIN | SX_TCP_ACK, 0);
        if (rows[i].granted)
            response(&l, 9.1, EDGE, PHONE, 200, "REGISTER", via("phone leave"), .dst_port = 40001,
                     .transport = SX_TRANSPORT_TCP);
        g_test_message("row %zu", i);
        g_assert_true(sx_flows_lost_here(sx_tracker_flows(l.tracker), frame) == flow);
        g_assert_cmpint(sx_flow_is_lost_by(sx_tracker_flows(l.tracker), flow, frame), ==,
                        rows[i].lost);
        if (rows[i].granted) {
            const struct sx_flow_failure *failure = failure_of(&l, call_phone(&l, 20, R1, 1, 430));
            g_assert_cmpuint(failure->death, ==, SX_DEATH_REMOVED);
            g_assert_cmpuint(failure->death_in, ==, frame);
        }
        g_free(more);
        ladder_close(&l);
    }
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/flow_story/whose", test_whose);
    g_test_add_func("/flow_story/outcome", test_outcome);
    g_test_add_func("/flow_story/retry", test_retry);
    g_test_add_func("/flow_story/retry_unseen", test_retry_unseen);
    g_test_add_func("/flow_story/upstream_answered", test_upstream_answered);
    g_test_add_func("/flow_story/earlier_unseen", test_earlier_unseen);
    g_test_add_func("/flow_story/failure_between", test_failure_between);
    g_test_add_func("/flow_story/no_further_flow", test_no_further_flow);
    g_test_add_func("/flow_story/registration_unseen", test_registration_unseen);
    g_test_add_func("/flow_story/has_failed", test_has_failed);
    g_test_add_func("/flow_story/return_after_unseen", test_return_after_unseen);
    g_test_add_func("/flow_story/other_instance", test_other_instance);
    g_test_add_func("/flow_story/stale_binding", test_stale_binding);
    g_test_add_func("/flow_story/return", test_return);
    g_test_add_func("/flow_story/never_but_unaware", test_never_but_unaware);
    g_test_add_func("/flow_story/delivered", test_delivered);
    g_test_add_func("/flow_story/delivered_over_no_flow", test_delivered_over_no_flow);
    g_test_add_func("/flow_story/answered_over_no_flow", test_answered_over_no_flow);
    g_test_add_func("/flow_story/works-later", test_works_later);
    g_test_add_func("/flow_story/over_own_flow", test_over_own_flow);
    g_test_add_func("/flow_story/beside", test_beside);
    g_test_add_func("/flow_story/may_be_over_own_flow", test_may_be_over_own_flow);
    g_test_add_func("/flow_story/over_no_own_flow", test_over_no_own_flow);
    g_test_add_func("/flow_story/no_registration", test_no_registration);
    g_test_add_func("/flow_story/is_loss", test_is_loss);
    g_test_add_func("/flow_story/strange_token", test_strange_token);
    g_test_add_func("/flow_story/threshold/watched_long_enough", test_watched_long_enough);
    g_test_add_func("/flow_story/threshold/registered_again_in_time",
                    test_registered_again_in_time);
    g_test_add_func("/flow_story/registers_at_the_end", test_registers_at_the_end);
    g_test_add_func("/flow_story/threshold/retry_in_time", test_retry_in_time);
    g_test_add_func("/flow_story/threshold/never_returned", test_never_returned);
    g_test_add_func("/flow_story/unknown_branch", test_unknown_branch);
    g_test_add_func("/flow_story/flow_from_before", test_flow_from_before);
    g_test_add_func("/flow_story/left_in_one_packet", test_left_in_one_packet);
    return g_test_run();
}
