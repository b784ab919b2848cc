/* What a capture can see of an answer: one test for each rule, on both sides of it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/record/evidence.h"

#include "sip_text.h"

static struct sx_horizon at(const struct ladder *l, double seconds)
{
    return (struct sx_horizon){l->frame, ns_of(seconds)};
}

static enum sx_hearing hearing(const struct ladder *l, uint32_t txn, double seconds)
{
    return sx_evidence_hearing(txn_numbered(l, txn), at(l, seconds));
}

/* RFC 3261 17.1.1.2 and 17.1.2.2: all sends, and one less. */
static void test_sent_to_the_end(void)
{
    static const struct {
        const char *method;
        unsigned sends;
        enum sx_hearing hearing;
    } rows[] = {
        {"INVITE", 7, SX_HEARD_NOTHING},   {"INVITE", 6, SX_HEARD_SOMETHING},
        {"OPTIONS", 11, SX_HEARD_NOTHING}, {"OPTIONS", 10, SX_HEARD_SOMETHING},
        {"BYE", 2, SX_HEARD_SOMETHING},    {"INVITE", 1, SX_HEARD_SOMETHING},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        uint32_t txn = requests(&l, rows[i].sends, 0, ALICE, P1, rows[i].method, via("alice a1"));
        g_test_message("%s %u times", rows[i].method, rows[i].sends);
        g_assert_cmpint(hearing(&l, txn, 100), ==, rows[i].hearing);
        ladder_close(&l);
    }
}

/* Until the next time is due, and a quarter of a second for clocks and hosts, it may go on. */
static void test_on_time(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = requests(&l, 3, 0, ALICE, P1, "INVITE", via("alice a1")); /* next at 3.5 s */

    g_assert_cmpint(sx_evidence_due_ns(txn_numbered(&l, txn)), ==, ns_of(3.5));
    g_assert_cmpint(hearing(&l, txn, 3.75), ==, SX_HEARD_NOTHING);
    g_assert_cmpint(hearing(&l, txn, 3.751), ==, SX_HEARD_SOMETHING);
    ladder_close(&l);

    /* Once only: too early to tell. */
    l = ladder_open();
    txn = requests(&l, 1, 0, ALICE, P1, "INVITE", via("alice a1"));
    g_assert_cmpint(hearing(&l, txn, 0.75), ==, SX_HEARD_UNKNOWN);
    g_assert_cmpint(hearing(&l, txn, 0.751), ==, SX_HEARD_SOMETHING);
    ladder_close(&l);
}

/* What comes after shows that it had heard nothing by then. */
static void test_sent_again_later(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = requests(&l, 2, 0, ALICE, P1, "INVITE", via("alice a1"));
    uint32_t frame = l.frame;

    request(&l, 10, ALICE, P1, "INVITE", via("alice a1"));
    g_assert_cmpint(sx_evidence_hearing(txn_numbered(&l, txn),
                                        (struct sx_horizon){frame, ns_of(9)}),
                    ==, SX_HEARD_NOTHING);
    ladder_close(&l);
}

/* Any T1; the capture may lack some; and some cap the intervals of INVITE too. */
static void test_other_timers(void)
{
    static const double quick[] = {0, 0.1, 0.3, 0.7, 1.5, 3.1, 6.3};
    static const double nearly[] = {0, 15.625}; /* the next one is due 250 ms before Timer B */
    static const double lossy[] = {0, 0.5, 3.5, 15.5, 31.5};
    static const double capped[] = {0, 0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5};
    static const struct {
        const double *times;
        size_t n;
    } rows[] = {{nearly, G_N_ELEMENTS(nearly)},
                {quick, G_N_ELEMENTS(quick)},
                {lossy, G_N_ELEMENTS(lossy)},
                {capped, G_N_ELEMENTS(capped)}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        uint32_t txn = 0;
        for (size_t k = 0; k < rows[i].n; k++) {
            if (k + 1 == rows[i].n)
                g_assert_cmpint(hearing(&l, txn, 100), ==, SX_HEARD_SOMETHING);
            txn = request(&l, rows[i].times[k], ALICE, P1, "INVITE", via("alice a1"))->txn;
        }
        g_test_message("row %u", (unsigned)i);
        g_assert_cmpint(hearing(&l, txn, 100), ==, SX_HEARD_NOTHING);
        ladder_close(&l);
    }
}

/* It stopped before Timer B: a millisecond sooner than may be late, and after as many sends as an
 * INVITE has, of which the last did not come after twice as long. */
static void test_stopped_early(void)
{
    static const double sooner[] = {0, 15.624};
    static const double capped[] = {0, 0.1, 0.3, 0.7, 1.5, 3.1, 4.7};
    static const struct {
        const double *times;
        size_t n;
    } rows[] = {{sooner, G_N_ELEMENTS(sooner)}, {capped, G_N_ELEMENTS(capped)}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        uint32_t txn = 0;
        for (size_t k = 0; k < rows[i].n; k++)
            txn = request(&l, rows[i].times[k], ALICE, P1, "INVITE", via("alice a1"))->txn;
        g_test_message("row %u", (unsigned)i);
        g_assert_cmpint(hearing(&l, txn, 100), ==, SX_HEARD_SOMETHING);
        ladder_close(&l);
    }
}

/* Nothing is repeated over TCP: there its behaviour tells nothing. */
static void test_reliable(void)
{
    struct ladder l = ladder_open();
    uint32_t txn =
        request(&l, 0, ALICE, P1, "INVITE", via("alice a1"), .transport = SX_TRANSPORT_TLS)->txn;

    g_assert_cmpint(hearing(&l, txn, 100), ==, SX_HEARD_UNKNOWN);
    ladder_close(&l);
}

/* SIP from the server to the client within 32 s, before or after; not to others. */
static void test_sees_answers(void)
{
    static const struct {
        double at;
        unsigned to;
        bool seen;
    } rows[] = {
        {132, ALICE, true},     {132.001, ALICE, false}, {68, ALICE, true},
        {67.999, ALICE, false}, {100, BOB, false},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        if (rows[i].at < 100)
            request(&l, rows[i].at, P1, rows[i].to, "OPTIONS", via("p1 o1"));
        uint32_t txn = request(&l, 100, ALICE, P1, "INVITE", via("alice a1"))->txn;
        if (rows[i].at >= 100)
            request(&l, rows[i].at, P1, rows[i].to, "OPTIONS", via("p1 o1"));
        g_test_message("row %u", (unsigned)i);
        g_assert_cmpint(sx_evidence_sees_answers(l.tracker, txn_numbered(&l, txn), at(&l, 200)), ==,
                        rows[i].seen);
        ladder_close(&l);
    }
}

/* An ICMP error for the last send; not for an earlier one. */
static void test_unreachable(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = request(&l, 0, ALICE, P1, "INVITE", via("alice a1"))->txn;

    undelivered(&l, 0.01, ALICE, 5060, P1, 5060);
    g_assert_true(sx_evidence_unreachable(txn_numbered(&l, txn), at(&l, 1)));
    request(&l, 0.5, ALICE, P1, "INVITE", via("alice a1"));
    g_assert_false(sx_evidence_unreachable(txn_numbered(&l, txn), at(&l, 1)));
    undelivered(&l, 0.51, ALICE, 5060, P1, 5060);
    g_assert_true(sx_evidence_unreachable(txn_numbered(&l, txn), at(&l, 1)));
    ladder_close(&l);
}

/* A proxy that says 408 has heard nothing; one that acknowledged a failure, or says it too soon for
 * its method, may hand it on. */
static void test_gave_up(void)
{
    static const struct {
        const char *method;
        double at;
        bool ack, gave_up;
        unsigned code, sends;
    } rows[] = {
        {"INVITE", 5, false, true, 408, 2},   {"INVITE", 5, true, false, 408, 2},
        {"INVITE", 5, false, false, 480, 2},  {"MESSAGE", 5, false, false, 408, 2},
        {"MESSAGE", 28, false, true, 408, 2}, {"MESSAGE", 27.999, false, false, 408, 2},
        {"INVITE", 5, false, false, 408, 1},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        request(&l, 0, ALICE, P1, rows[i].method, via("alice a1"));
        uint32_t txn =
            requests(&l, rows[i].sends, 0, P1, BOB, rows[i].method, via("p1 b1", "alice a1"));
        if (rows[i].ack)
            request(&l, 4, P1, BOB, "ACK", via("p1 b1"), .to_tag = "bob");
        response(&l, rows[i].at, P1, ALICE, rows[i].code, rows[i].method, via("alice a1"));
        g_test_message("row %u", (unsigned)i);
        g_assert_cmpint(sx_evidence_gave_up(l.tracker, txn_numbered(&l, txn), at(&l, 60)), ==,
                        rows[i].gave_up);
        ladder_close(&l);
    }
}

/* A new branch where the next time was due. */
static void test_tried_elsewhere(void)
{
    static const struct {
        double next;
        unsigned sends;
        bool elsewhere;
    } rows[] = {{3.75, 3, true}, {3.751, 3, false}, {0.4, 1, false}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        request(&l, 0, ALICE, P1, "INVITE", via("alice a1"));
        uint32_t txn = requests(&l, rows[i].sends, 0, P1, BOB, "INVITE", via("p1 b1", "alice a1"));
        request(&l, rows[i].next, P1, CAROL, "INVITE", via("p1 b2", "alice a1"));
        g_test_message("row %u", (unsigned)i);
        g_assert_cmpint(sx_evidence_tried_elsewhere(l.tracker, txn_numbered(&l, txn), at(&l, 60)),
                        ==, rows[i].elsewhere);
        ladder_close(&l);
    }
}

/* One message may be lost by the capture, two that are apart are not; each had a second to go on.
 * */
static void test_not_relayed(void)
{
    static const struct {
        double second, end;
        bool kept;
    } rows[] = {{0, 10, false}, {2.4, 3.4, true}, {2.399, 10, false}, {2.4, 3.399, false}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        uint32_t txn = request(&l, 0, ALICE, P1, "INVITE", via("alice a1"))->txn;
        response(&l, 0.1, P1, ALICE, 100, "INVITE", via("alice a1"));
        uint32_t branch = request(&l, 0.2, P1, BOB, "INVITE", via("p1 b1", "alice a1"))->txn;
        response(&l, 2, BOB, P1, 180, "INVITE", via("p1 b1", "alice a1"));
        if (rows[i].second > 0)
            response(&l, rows[i].second, BOB, P1, 183, "INVITE", via("p1 b1", "alice a1"));
        g_test_message("row %u", (unsigned)i);
        g_assert_cmpint(sx_evidence_not_relayed(l.tracker, txn_numbered(&l, txn),
                                                txn_numbered(&l, branch), at(&l, rows[i].end)),
                        ==, rows[i].kept);
        ladder_close(&l);
    }
}

/* The second message says the final response once more: it counts where there was a second for it,
 * to the millisecond. */
static void test_failure_not_relayed(void)
{
    static const struct {
        double end;
        bool kept;
    } rows[] = {{3.4, true}, {3.399, false}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        uint32_t txn = request(&l, 0, ALICE, P1, "INVITE", via("alice a1"))->txn;
        response(&l, 0.1, P1, ALICE, 100, "INVITE", via("alice a1"));
        uint32_t branch = request(&l, 0.2, P1, BOB, "INVITE", via("p1 b1", "alice a1"))->txn;
        response(&l, 2, BOB, P1, 486, "INVITE", via("p1 b1", "alice a1"));
        response(&l, 2.4, BOB, P1, 486, "INVITE", via("p1 b1", "alice a1"));
        g_assert_cmpint(sx_evidence_not_relayed(l.tracker, txn_numbered(&l, txn),
                                                txn_numbered(&l, branch), at(&l, rows[i].end)),
                        ==, rows[i].kept);
        ladder_close(&l);
    }
}

/* Where the capture holds nothing that the hop sends to its client, only a 2xx tells that is said
 * again because no ACK came. */
static void test_success_without_ack(void)
{
    static const struct {
        unsigned code;
        double again;
        bool kept;
    } rows[] = {{200, 2.4, true}, {200, 2.399, false}, {486, 2.4, false}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        uint32_t txn = request(&l, 0, ALICE, P1, "INVITE", via("alice a1"))->txn;
        uint32_t branch = request(&l, 0.2, P1, BOB, "INVITE", via("p1 b1", "alice a1"))->txn;
        response(&l, 1, BOB, P1, 180, "INVITE", via("p1 b1", "alice a1"));
        response(&l, 2, BOB, P1, rows[i].code, "INVITE", via("p1 b1", "alice a1"));
        response(&l, rows[i].again, BOB, P1, rows[i].code, "INVITE", via("p1 b1", "alice a1"));
        g_test_message("row %u", (unsigned)i);
        g_assert_cmpint(sx_evidence_not_relayed(l.tracker, txn_numbered(&l, txn),
                                                txn_numbered(&l, branch), at(&l, 10)),
                        ==, rows[i].kept);
        ladder_close(&l);
    }
}

/* RFC 3261 17.1.2.2: no client repeats a request so late that is no INVITE. Where one repetition is
 * lost, the next is 8 s behind the one before. */
static void test_repeated_late(void)
{
    static const struct {
        const char *method;
        double again;
        enum sx_hearing hearing;
    } rows[] = {
        {"OPTIONS", 8, SX_HEARD_NOTHING},
        {"OPTIONS", 8.001, SX_HEARD_UNKNOWN},
        {"INVITE", 8.001, SX_HEARD_NOTHING},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        uint32_t txn = request(&l, 0, ALICE, P1, rows[i].method, via("alice a1"))->txn;
        request(&l, rows[i].again, ALICE, P1, rows[i].method, via("alice a1"));
        g_test_message("%zu", i);
        g_assert_cmpint(sx_evidence_hearing(txn_numbered(&l, txn), sx_evidence_now(l.tracker)), ==,
                        rows[i].hearing);
        ladder_close(&l);
    }
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/evidence/repeated_late", test_repeated_late);
    g_test_add_func("/evidence/sent_to_the_end", test_sent_to_the_end);
    g_test_add_func("/evidence/on_time", test_on_time);
    g_test_add_func("/evidence/sent_again_later", test_sent_again_later);
    g_test_add_func("/evidence/other_timers", test_other_timers);
    g_test_add_func("/evidence/stopped_early", test_stopped_early);
    g_test_add_func("/evidence/reliable", test_reliable);
    g_test_add_func("/evidence/sees_answers", test_sees_answers);
    g_test_add_func("/evidence/unreachable", test_unreachable);
    g_test_add_func("/evidence/gave_up", test_gave_up);
    g_test_add_func("/evidence/tried_elsewhere", test_tried_elsewhere);
    g_test_add_func("/evidence/not_relayed", test_not_relayed);
    g_test_add_func("/evidence/failure_not_relayed", test_failure_not_relayed);
    g_test_add_func("/evidence/success_without_ack", test_success_without_ack);
    return g_test_run();
}
