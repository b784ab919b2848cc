/* Whether a registration is kept up.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/judge/registration.h"
#include "core/judge/registration_health.h"

#include "sip_text.h"

#define CONTACT "Contact: <sip:bob@10.0.0.5>\r\n"
#define GRANTS_60 CONTACT "Expires: 60\r\n"
#define ASKS(nonce) "WWW-Authenticate: Digest realm=\"r\", nonce=\"" nonce "\""
#define SENDS(nonce)                                                              \
    CONTACT "Authorization: Digest username=\"bob\", realm=\"r\", nonce=\"" nonce \
            "\", response=\"1\"\r\n"

static const char *const branches[] = {"bob r0", "bob r1", "bob r2", "bob r3",
                                       "bob r4", "bob r5", "bob r6"};

static const struct sx_txn *registers(struct ladder *l, double at, uint32_t cseq, unsigned code,
                                      const char *sends, const char *answer)
{
    const char *branch = branches[cseq];
    uint32_t txn =
        request(l, at, BOB, P1, "REGISTER", via(branch), .cseq = cseq, .more = sends)->txn;

    response(l, at, P1, BOB, code, "REGISTER", via(branch), .cseq = cseq, .more = answer);
    return txn_numbered(l, txn);
}

static struct sx_refresh refused(unsigned code, const char *sends, const char *answer)
{
    struct ladder l = ladder_open();

    registers(&l, 0, 1, 401, CONTACT, ASKS("n1") "\r\n");
    registers(&l, 0.1, 2, 200, SENDS("n1"), GRANTS_60);
    const struct sx_txn *txn = registers(&l, 50.1, 3, code, sends, answer);
    other_packet(&l, 300);
    sx_tracker_end(l.tracker);
    struct sx_refresh r = sx_refresh_judge(l.tracker, txn);
    g_assert_cmpint(sx_refresh_refused_last(l.tracker, 1), ==, r.refusal);
    ladder_close(&l);
    return r;
}

/* ---- how many were refused ---- */

struct turn {
    unsigned code; /* 0: no more */
    const char *sends, *answer;
};

/* One second apart; the capture ends so long after the last. */
static uint32_t refusals(const struct turn *turns, double end_s)
{
    struct ladder l = ladder_open();
    double at = 0;

    for (unsigned i = 0; i < 6 && turns[i].code; i++, at++)
        registers(&l, at, i + 1, turns[i].code, turns[i].sends, turns[i].answer);
    other_packet(&l, at - 1 + end_s);
    sx_tracker_end(l.tracker);
    uint32_t n = sx_registration_refusals(l.tracker, 1);
    ladder_close(&l);
    return n;
}

#define ASKED(nonce)                     \
    {                                    \
        401, CONTACT, ASKS(nonce) "\r\n" \
    }
#define REFUSED(old, nonce)                 \
    {                                       \
        401, SENDS(old), ASKS(nonce) "\r\n" \
    }
#define STALE(old, nonce)                               \
    {                                                   \
        401, SENDS(old), ASKS(nonce) ", stale=true\r\n" \
    }
#define GRANTED(nonce)               \
    {                                \
        200, SENDS(nonce), GRANTS_60 \
    }

static void test_refusals_counted(void)
{
    static const struct {
        struct turn turns[6];
        double end_s;
        uint32_t count;
    } rows[] = {
        {{ASKED("a"), REFUSED("a", "b"), REFUSED("b", "c"), {403, SENDS("c"), ""}}, 100, 3},
        {{ASKED("a"), REFUSED("a", "b"), REFUSED("b", "c"), GRANTED("c")}, 100, 2},
        {{ASKED("a"), REFUSED("a", "b"), ASKED("c"), REFUSED("c", "d")}, 100, 2},
        {{ASKED("a"), REFUSED("a", "b"), ASKED("c"), GRANTED("c")}, 100, 1},
        {{ASKED("a"), GRANTED("a"), STALE("a", "b"), GRANTED("b")}, 100, 0},
        {{ASKED("a"), GRANTED("a"), {423, SENDS("a"), "Min-Expires: 60\r\n"}, GRANTED("a")},
         100,
         0},
        /* without the credentials that were asked for */
        {{ASKED("a"), ASKED("b"), GRANTED("b")}, 100, 1},
        /* nobody answers the challenge: there was time to do so, or not */
        {{ASKED("a")}, 100, 1},
        {{ASKED("a")}, 1, 0},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_test_message("%zu", i);
        g_assert_cmpuint(refusals(rows[i].turns, rows[i].end_s), ==, rows[i].count);
    }
}

/* ---- why ---- */

static void test_reasons(void)
{
    struct sx_refresh r = refused(423, CONTACT, "Min-Expires: 3600\r\n");

    g_assert_cmpint(r.refusal, ==, SX_REFRESH_TOO_BRIEF);
    g_assert_cmpuint(r.in, ==, 3);
    g_assert_true(r.has_left);
    g_assert_cmpint(r.left_ns, ==, 10 * SX_NS_PER_S);
    g_assert_cmpint(refused(403, CONTACT, NULL).refusal, ==, SX_REFRESH_REFUSED);
    g_assert_cmpint(refused(401, CONTACT, ASKS("n2") "\r\n").refusal, ==, SX_REFRESH_CHALLENGED);
    g_assert_cmpint(
        refused(407, CONTACT, "Proxy-Authenticate: Digest realm=\"r\", nonce=\"n2\"\r\n").refusal,
        ==, SX_REFRESH_CHALLENGED);
    g_assert_cmpint(refused(300, CONTACT, NULL).refusal, ==, SX_REFRESH_REFUSED);
    g_assert_cmpint(refused(299, CONTACT, NULL).refusal, ==, SX_REFRESH_TAKEN);
    g_assert_cmpint(refused(401, SENDS("n1"), ASKS("n2") "\r\n").refusal, ==, SX_REFRESH_NO_STALE);
    g_assert_cmpint(refused(401, SENDS("n1"), ASKS("n2") ", stale=true\r\n").refusal, ==,
                    SX_REFRESH_NONCE);
    g_assert_cmpint(refused(401, SENDS("old"), ASKS("n2") "\r\n").refusal, ==, SX_REFRESH_REFUSED);
    g_assert_cmpint(refused(200, CONTACT, GRANTS_60).refusal, ==, SX_REFRESH_TAKEN);
}

/* Refusals, from the least code on, are no grants; a 299 is one. */
static void test_newest_grant(void)
{
    struct ladder l = ladder_open();

    registers(&l, 0, 1, 200, CONTACT, GRANTS_60);
    registers(&l, 10, 2, 299, CONTACT, GRANTS_60);
    registers(&l, 20, 3, 300, CONTACT, NULL);
    struct sx_refresh r = sx_refresh_judge(l.tracker, registers(&l, 30, 4, 403, CONTACT, NULL));
    g_assert_cmpint(r.refusal, ==, SX_REFRESH_REFUSED);
    g_assert_cmpuint(r.in, ==, 3);
    g_assert_cmpint(r.left_ns, ==, 40 * SX_NS_PER_S);
    ladder_close(&l);
}

/* The capture lacks a REGISTER between the two, or what became of it. In another call, or where the
 * client does not count, nothing tells. */
static void test_between(void)
{
    static const struct {
        uint32_t between, cseq;
        bool answered;
        const char *call;
        enum sx_refresh_refusal refusal;
    } rows[] = {
        {0, 2, false, NULL, SX_REFRESH_REFUSED},     {0, 3, false, NULL, SX_REFRESH_TAKEN},
        {0, 3, false, "call-2", SX_REFRESH_REFUSED}, {0, 1, false, NULL, SX_REFRESH_REFUSED},
        {2, 3, true, NULL, SX_REFRESH_REFUSED},      {2, 3, false, NULL, SX_REFRESH_TAKEN},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        registers(&l, 0, 1, 200, CONTACT, GRANTS_60);
        if (rows[i].between)
            request(&l, 10, BOB, P1, "REGISTER", via("bob x"), .cseq = rows[i].between,
                    .more = CONTACT);
        if (rows[i].answered)
            response(&l, 10.1, P1, BOB, 503, "REGISTER", via("bob x"), .cseq = rows[i].between);
        uint32_t txn = request(&l, 20, BOB, P1, "REGISTER", via("bob y"), .cseq = rows[i].cseq,
                               .more = CONTACT, .call_id = rows[i].call)
                           ->txn;
        response(&l, 20.1, P1, BOB, 403, "REGISTER", via("bob y"), .cseq = rows[i].cseq,
                 .call_id = rows[i].call);
        g_test_message("%zu", i);
        g_assert_cmpint(sx_refresh_judge(l.tracker, txn_numbered(&l, txn)).refusal, ==,
                        rows[i].refusal);
        ladder_close(&l);
    }
}

static void test_wrong_password(void)
{
    struct ladder l = ladder_open();

    registers(&l, 0, 1, 200, CONTACT, GRANTS_60);
    registers(&l, 70, 2, 401, CONTACT, ASKS("n2") "\r\n");
    const struct sx_txn *txn = registers(&l, 70.1, 3, 401, SENDS("n2"), ASKS("n3") "\r\n");
    struct sx_refresh r = sx_refresh_judge(l.tracker, txn);
    g_assert_cmpint(r.refusal, ==, SX_REFRESH_CREDENTIALS);
    g_assert_cmpint(r.left_ns, ==, -10100 * SX_NS_PER_MS);
    ladder_close(&l);
}

static void test_no_refresh_to_refuse(void)
{
    struct ladder l = ladder_open();

    g_assert_cmpint(sx_refresh_judge(l.tracker, registers(&l, 0, 1, 403, CONTACT, NULL)).refusal,
                    ==, SX_REFRESH_TAKEN);
    registers(&l, 1, 2, 200, CONTACT, GRANTS_60);
    registers(&l, 2, 3, 200, CONTACT "Expires: 0\r\n", NULL);
    g_assert_cmpint(sx_refresh_judge(l.tracker, registers(&l, 3, 4, 403, CONTACT, NULL)).refusal,
                    ==, SX_REFRESH_TAKEN);
    registers(&l, 4, 5, 200, CONTACT, GRANTS_60);
    g_assert_cmpint(sx_refresh_judge(l.tracker,
                                     registers(&l, 5, 6, 403, CONTACT "Expires: 0\r\n", NULL))
                        .refusal,
                    ==, SX_REFRESH_TAKEN);
    ladder_close(&l);
}

/* A client that does not count its REGISTERs (RFC 3261 10.2): each has the number of the first. */
static const struct sx_txn *not_counted(struct ladder *l, double at, const char *branch)
{
    uint32_t txn = request(l, at, BOB, P1, "REGISTER", via(branch), .more = CONTACT)->txn;

    response(l, at, P1, BOB, 200, "REGISTER", via(branch), .more = GRANTS_60);
    return txn_numbered(l, txn);
}

static struct sx_late_refresh late(const uint32_t *cseqs, unsigned n, const char *call)
{
    struct ladder l = ladder_open();

    registers(&l, 0, 1, 200, CONTACT, GRANTS_60);
    for (unsigned i = 0; i + 1 < n; i++)
        registers(&l, 10 + i, cseqs[i], 503, CONTACT, NULL);
    uint32_t cseq = cseqs[n - 1];
    request(&l, 90, BOB, P1, "REGISTER", via(branches[cseq]), .cseq = cseq, .more = CONTACT,
            .call_id = call);
    response(&l, 90, P1, BOB, 200, "REGISTER", via(branches[cseq]), .cseq = cseq, .more = GRANTS_60,
             .call_id = call);
    const struct sx_health_mark *mark = sx_health_mark(sx_tracker_flows(l.tracker), l.frame, 0);
    g_assert_nonnull(mark);
    struct sx_late_refresh r = sx_late_refresh_judge(l.tracker, mark);
    if (r.flow)
        g_assert_cmpint(r.late_ns, ==, 30 * SX_NS_PER_S);
    r.flow = r.flow ? (const struct sx_flow *)mark : NULL;
    ladder_close(&l);
    return r;
}

static void test_late(void)
{
    struct sx_late_refresh r = late((const uint32_t[]){2}, 1, NULL);

    g_assert_nonnull(r.flow);
    g_assert_cmpuint(r.before_in, ==, 1);
    g_assert_cmpuint(r.late, ==, 1);
    g_assert_true(r.each);
    g_assert_nonnull(late((const uint32_t[]){2, 3}, 2, NULL).flow);
    /* One number is missing: the capture may lack a refresh. */
    g_assert_null(late((const uint32_t[]){3}, 1, NULL).flow);
    g_assert_null(late((const uint32_t[]){2, 4}, 2, NULL).flow);
    g_assert_null(late((const uint32_t[]){2}, 1, "another").flow);
}

/* One of three late ones may have a refresh before it that the capture lacks: it is not counted,
 * and nothing is said of each. */
static void test_late_ones_that_count(void)
{
    const uint32_t cseqs[] = {2, 4, 5};
    const uint32_t counted[] = {1, 1, 2}, all[] = {1, 2, 3};
    struct ladder l = ladder_open();

    g_assert_cmpuint(sx_late_refreshes(l.tracker, 1), ==, 0);
    registers(&l, 0, 1, 200, CONTACT, GRANTS_60);
    g_assert_cmpuint(sx_late_refreshes(l.tracker, 1), ==, 0);
    for (unsigned i = 0; i < G_N_ELEMENTS(cseqs); i++) {
        registers(&l, 90 * (i + 1), cseqs[i], 200, CONTACT, GRANTS_60);
        const struct sx_health_mark *mark = sx_health_mark(sx_tracker_flows(l.tracker), l.frame, 0);
        g_assert_nonnull(mark);
        g_assert_cmpuint(mark->count, ==, all[i]);
        struct sx_late_refresh r = sx_late_refresh_judge(l.tracker, mark);
        g_assert_cmpint(r.flow != NULL, ==, i != 1);
        if (r.flow) {
            g_assert_cmpuint(r.late, ==, counted[i]);
            g_assert_cmpint(r.each, ==, i == 0);
        }
        g_assert_cmpuint(sx_late_refreshes(l.tracker, 1), ==, counted[i]);
    }
    ladder_close(&l);
}

/* Its numbers do not tell whether the capture lacks a refresh. */
static void test_late_or_not_counted(void)
{
    struct ladder l = ladder_open();
    uint32_t first = not_counted(&l, 0, branches[1])->number;

    g_assert_cmpuint(not_counted(&l, 90, branches[2])->number, !=, first);
    const struct sx_health_mark *mark = sx_health_mark(sx_tracker_flows(l.tracker), l.frame, 0);
    g_assert_nonnull(mark);
    g_assert_cmpint(mark->kind, ==, SX_HEALTH_LATE);
    g_assert_null(sx_late_refresh_judge(l.tracker, mark).flow);
    ladder_close(&l);
}

static struct sx_no_refresh none(struct ladder *l, const struct sx_txn *txn, double now)
{
    other_packet(l, now);
    return sx_no_refresh_judge(l->tracker, txn);
}

static void test_never(void)
{
    struct ladder l = ladder_open();
    const struct sx_txn *first = registers(&l, 0, 1, 200, CONTACT, GRANTS_60);
    const struct sx_txn *txn = registers(&l, 30, 2, 200, CONTACT, GRANTS_60);

    g_assert_null(none(&l, txn, 90.999).flow);
    struct sx_no_refresh r = none(&l, txn, 91);
    g_assert_nonnull(r.flow);
    g_assert_cmpint(r.since_ns, ==, SX_NS_PER_S);
    g_assert_null(none(&l, first, 200).flow);
    /* It is back. */
    registers(&l, 201, 3, 503, CONTACT, NULL);
    g_assert_null(none(&l, txn, 202).flow);
    ladder_close(&l);
}

static void test_still_held(void)
{
    struct ladder l = ladder_open();
    const struct sx_txn *txn = registers(&l, 0, 1, 200, CONTACT, GRANTS_60);

    request(&l, 59, P1, BOB, "INVITE", via("p1 a"), .uri = "sip:bob@10.0.0.5", .call_id = "c1");
    g_assert_nonnull(none(&l, txn, 70).flow);
    request(&l, 71, P1, BOB, "INVITE", via("p1 b"), .uri = "sip:bob@10.0.0.5", .call_id = "c2");
    g_assert_null(none(&l, txn, 80).flow);
    ladder_close(&l);

    /* A request inside a dialog needs no registration. */
    l = ladder_open();
    txn = registers(&l, 0, 1, 200, CONTACT, GRANTS_60);
    request(&l, 71, P1, BOB, "BYE", via("p1 b"), .uri = "sip:bob@10.0.0.5", .call_id = "c2",
            .to_tag = "t");
    g_assert_nonnull(none(&l, txn, 80).flow);
    ladder_close(&l);
}

static void test_taken_back(void)
{
    const char *const contacts[] = {CONTACT "Expires: 0\r\n", "Contact: *\r\nExpires: 0\r\n"};

    for (unsigned i = 0; i < 4; i++) {
        struct ladder l = ladder_open();
        const struct sx_txn *txn = registers(&l, 0, 1, 200, CONTACT, GRANTS_60);
        if (i < 2)
            registers(&l, 10, 2, 200, contacts[i], NULL);
        else
            request(&l, 10, BOB, P1, "REGISTER", via("bob x"), .cseq = 2, .more = contacts[i - 2]);
        g_assert_null(none(&l, txn, 200).flow);
        ladder_close(&l);
    }
}

/* ---- run out, while the capture goes on ---- */

static const struct sx_overdue *overdue_here(const struct ladder *l)
{
    return sx_tracker_overdue(l->tracker, l->frame, 0);
}

static void test_run_out(void)
{
    struct ladder l = ladder_open();

    registers(&l, 0, 1, 200, CONTACT, GRANTS_60);
    registers(&l, 30, 2, 200, CONTACT, GRANTS_60);
    other_packet(&l, 90.999);
    g_assert_null(overdue_here(&l));
    other_packet(&l, 91);
    const struct sx_overdue *o = overdue_here(&l);
    g_assert_nonnull(o);
    g_assert_cmpint(o->due, ==, SX_DUE_REFRESH);
    g_assert_cmpuint(o->since_frame, ==, 3);
    g_assert_cmpuint(o->refused_in, ==, 0);
    g_assert_cmpint(o->waited_ns, ==, 61 * SX_NS_PER_S);
    g_assert_cmpuint(o->registering, ==, 2);
    g_assert_null(sx_tracker_overdue(l.tracker, l.frame, 1));
    other_packet(&l, 200);
    g_assert_null(overdue_here(&l));
    /* It is back, and watched again. */
    registers(&l, 201, 3, 200, CONTACT, GRANTS_60);
    other_packet(&l, 261.999);
    g_assert_null(overdue_here(&l));
    other_packet(&l, 262);
    g_assert_cmpuint(overdue_here(&l)->since_frame, ==, 8);
    ladder_close(&l);
}

/* The first frame after it is the client's own: whether it comes late tells its answer. */
static void test_comes_late(void)
{
    static const char *const asks[] = {CONTACT, CONTACT "Expires: 0\r\n",
                                       "Contact: *\r\nExpires: 0\r\n"};

    for (unsigned i = 0; i < G_N_ELEMENTS(asks); i++) {
        struct ladder l = ladder_open();
        registers(&l, 0, 1, 200, CONTACT, GRANTS_60);
        request(&l, 70, BOB, P1, "REGISTER", via("bob x"), .cseq = 2, .more = asks[i]);
        g_assert_cmpint(overdue_here(&l)->due, ==, SX_DUE_NOTHING);
        ladder_close(&l);
    }
    /* Another's is not. */
    struct ladder l = ladder_open();
    registers(&l, 0, 1, 200, CONTACT, GRANTS_60);
    request(&l, 70, CAROL, P1, "REGISTER", via("carol x"), .cseq = 2, .call_id = "c",
            .to_uri = "sip:carol@example.com", .more = "Contact: <sip:carol@10.0.0.6>\r\n");
    g_assert_cmpint(overdue_here(&l)->due, ==, SX_DUE_REFRESH);
    ladder_close(&l);
}

static bool is_told(struct ladder *l, double now)
{
    other_packet(l, now);
    bool told = overdue_here(l) != NULL;
    ladder_close(l);
    return told;
}

static struct ladder granted(const char *answer)
{
    struct ladder l = ladder_open();

    registers(&l, 0, 1, 200, CONTACT, answer);
    return l;
}

static void test_what_was_granted(void)
{
    struct ladder l = granted(CONTACT "Expires: 0\r\n");

    g_assert_false(is_told(&l, 100));
    l = granted(CONTACT "Expires: 1\r\n");
    g_assert_true(is_told(&l, 2));
    l = granted(CONTACT);
    g_assert_false(is_told(&l, 100000));
    l = granted("Contact: <sip:bob@10.0.0.5>;expires=30\r\nExpires: 60\r\n");
    g_assert_true(is_told(&l, 31));
    /* 68 years. */
    l = granted(CONTACT "Expires: 2147483646\r\n");
    g_assert_true(is_told(&l, 2147483647));
    l = granted(CONTACT "Expires: 2147483647\r\n");
    g_assert_false(is_told(&l, 2147483648));
    /* A shorter one after a longer one; and the other way round. */
    l = granted(CONTACT "Expires: 3600\r\n");
    registers(&l, 10, 2, 200, CONTACT, GRANTS_60);
    g_assert_true(is_told(&l, 71));
    l = granted(GRANTS_60);
    registers(&l, 10, 2, 200, CONTACT, CONTACT "Expires: 3600\r\n");
    other_packet(&l, 100);
    g_assert_null(overdue_here(&l));
    other_packet(&l, 3610.999);
    g_assert_null(overdue_here(&l));
    g_assert_true(is_told(&l, 3611));
    /* The one that was told does not come again when the longer one of before is over. */
    l = granted(CONTACT "Expires: 600\r\n");
    registers(&l, 10, 2, 200, CONTACT, GRANTS_60);
    other_packet(&l, 100);
    g_assert_nonnull(overdue_here(&l));
    g_assert_false(is_told(&l, 700));
}

static void test_clock_goes_back(void)
{
    struct ladder l = ladder_open();

    registers(&l, 1000, 1, 200, CONTACT, GRANTS_60);
    other_packet(&l, 500);
    g_assert_null(overdue_here(&l));
    other_packet(&l, 1060);
    g_assert_null(overdue_here(&l));
    g_assert_true(is_told(&l, 1061));
    /* An earlier time that it is refreshed at counts. */
    l = ladder_open();
    registers(&l, 1000, 1, 200, CONTACT, GRANTS_60);
    registers(&l, 500, 2, 200, CONTACT, GRANTS_60);
    g_assert_true(is_told(&l, 561));
}

static const struct sx_overdue *after_refusal(struct ladder *l, double at, unsigned code,
                                              double now)
{
    registers(l, 0, 1, 200, CONTACT, GRANTS_60);
    registers(l, at, 2, code, CONTACT, NULL);
    other_packet(l, now);
    return overdue_here(l);
}

static void test_refused_and_run_out(void)
{
    struct ladder l = ladder_open();
    const struct sx_overdue *o = after_refusal(&l, 50, 403, 61);

    g_assert_cmpuint(o->refused_in, ==, 4);
    g_assert_cmpuint(o->refused_code, ==, 403);
    g_assert_cmpuint(o->since_frame, ==, 1);
    ladder_close(&l);
    l = ladder_open();
    g_assert_nonnull(after_refusal(&l, 50, 300, 61));
    ladder_close(&l);
    /* It may try again, for five seconds. */
    l = ladder_open();
    g_assert_null(after_refusal(&l, 58, 403, 62.999));
    other_packet(&l, 63);
    g_assert_cmpuint(overdue_here(&l)->refused_in, ==, 4);
    ladder_close(&l);
    l = ladder_open();
    g_assert_null(after_refusal(&l, 58, 403, 62));
    registers(&l, 62.5, 3, 200, CONTACT, GRANTS_60);
    other_packet(&l, 63);
    g_assert_null(overdue_here(&l));
    other_packet(&l, 123.499);
    g_assert_null(overdue_here(&l));
    g_assert_true(is_told(&l, 123.5));
    /* It did, and has no answer. */
    l = ladder_open();
    g_assert_null(after_refusal(&l, 59, 401, 62));
    request(&l, 62.5, BOB, P1, "REGISTER", via("bob x"), .cseq = 3, .more = CONTACT);
    g_assert_false(is_told(&l, 100));
}

static void test_no_run_out(void)
{
    struct ladder l = granted(GRANTS_60);

    /* Another Call-ID. */
    request(&l, 50, BOB, P1, "REGISTER", via("bob x"), .call_id = "other", .more = CONTACT);
    g_assert_false(is_told(&l, 61));
    /* Taken back. */
    l = granted(GRANTS_60);
    registers(&l, 50, 2, 200, CONTACT "Expires: 0\r\n", NULL);
    g_assert_false(is_told(&l, 61));
    l = granted(GRANTS_60);
    registers(&l, 50, 2, 200, "Contact: *\r\nExpires: 0\r\n", NULL);
    g_assert_false(is_told(&l, 61));
    /* Another Contact. */
    l = granted(GRANTS_60);
    request(&l, 50, BOB, P1, "REGISTER", via("bob x"), .call_id = "other",
            .more = "Contact: <sip:bob@10.0.0.5:5070>\r\n");
    g_assert_false(is_told(&l, 61));
    /* One that was there before it was refreshed is another phone's. */
    l = ladder_open();
    request(&l, 0, BOB, P1, "REGISTER", via("bob x"), .call_id = "other",
            .more = "Contact: <sip:bob@10.0.0.5:5070>\r\n");
    registers(&l, 1, 1, 200, CONTACT, GRANTS_60);
    g_assert_true(is_told(&l, 62));
    /* The capture lacks a REGISTER, not here. */
    l = granted(GRANTS_60);
    registers(&l, 10, 3, 200, CONTACT, GRANTS_60);
    g_assert_false(is_told(&l, 71));
    l = granted(GRANTS_60);
    registers(&l, 10, 2, 200, CONTACT, GRANTS_60);
    g_assert_true(is_told(&l, 71));
    l = granted(GRANTS_60);
    not_counted(&l, 10, branches[2]);
    g_assert_true(is_told(&l, 71));
    /* Somebody is sent to it. */
    l = granted(GRANTS_60);
    request(&l, 60.5, P1, BOB, "INVITE", via("p1 a"), .uri = "sip:bob@10.0.0.5", .call_id = "c1");
    g_assert_false(is_told(&l, 61));
}

/* A registrar's list that gives it more time shows a refresh that the capture lacks; another
 * phone's in the same list does not. */
static void test_listed_since(void)
{
    static const struct {
        const char *list;
        bool run_out;
    } rows[] = {
        {CONTACT "Expires: 600\r\n", false},
        {CONTACT "Expires: 20\r\n", true},
        {"Contact: <sip:bob@10.0.0.9>;expires=600\r\n", true},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        registers(&l, 0, 1, 200, CONTACT, GRANTS_60);
        request(&l, 40, CAROL, P1, "REGISTER", via("carol q"), .call_id = "call-2");
        response(&l, 40, P1, CAROL, 200, "REGISTER", via("carol q"), .call_id = "call-2",
                 .more = rows[i].list);
        other_packet(&l, 100);
        g_test_message("row %zu", i);
        g_assert_true((sx_run_out_judge(l.tracker, 1).grant != NULL) == rows[i].run_out);
        ladder_close(&l);
    }
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/registration-health/refusals-counted", test_refusals_counted);
    g_test_add_func("/registration-health/reasons", test_reasons);
    g_test_add_func("/registration-health/newest-grant", test_newest_grant);
    g_test_add_func("/registration-health/wrong-password", test_wrong_password);
    g_test_add_func("/registration_health/between", test_between);
    g_test_add_func("/registration-health/no-refresh-to-refuse", test_no_refresh_to_refuse);
    g_test_add_func("/registration-health/late", test_late);
    g_test_add_func("/registration-health/late-or-not-counted", test_late_or_not_counted);
    g_test_add_func("/registration-health/late-ones-that-count", test_late_ones_that_count);
    g_test_add_func("/registration-health/never", test_never);
    g_test_add_func("/registration-health/still-held", test_still_held);
    g_test_add_func("/registration-health/taken-back", test_taken_back);
    g_test_add_func("/registration-health/run-out", test_run_out);
    g_test_add_func("/registration-health/comes-late", test_comes_late);
    g_test_add_func("/registration-health/what-was-granted", test_what_was_granted);
    g_test_add_func("/registration-health/clock-goes-back", test_clock_goes_back);
    g_test_add_func("/registration-health/refused-and-run-out", test_refused_and_run_out);
    g_test_add_func("/registration-health/no-run-out", test_no_run_out);
    g_test_add_func("/registration-health/listed-since", test_listed_since);
    return g_test_run();
}
