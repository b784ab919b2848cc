/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow_text.h"

#define R1 (&(struct reg){.reg_id = 1})
#define R2 (&(struct reg){.reg_id = 2})

static struct sx_back_off back_off_of(const struct ladder *l, const struct sx_txn *txn)
{
    return sx_flow_back_off(sx_tracker_flows(l->tracker), flow_of(l, txn));
}

static const struct sx_back_off *early_at(const struct ladder *l, const struct sx_txn *txn)
{
    return sx_flows_too_early(sx_tracker_flows(l->tracker), txn->request_frame, txn->flow);
}

static const struct sx_txn *attempt(struct ladder *l, double seconds, unsigned line, unsigned code)
{
    return make_flow(l, seconds, &(struct reg){.line = line, .code = code, .edge_only = true});
}

static void test_back_off(void)
{
    static const struct {
        unsigned failures; /* before the attempt, a second apart */
        double wait;
        bool other_flow;
        double least;
        bool early;
    } rows[] = {
        {0, 0.1, false, 0, false},     {1, 28.0, false, 30, true},
        {1, 29.5, false, 30, false}, /* timers are not exact */
        {1, 50.0, false, 30, false},   {1, 50.0, true, 90, true},
        {1, 95.0, true, 90, false},    {3, 118.0, false, 120, true},
        {3, 121.0, false, 120, false}, {9, 890.0, false, 900, true}, /* max-time */
        {9, 901.0, false, 900, false},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        double now = 10;
        unsigned line = 1;
        make_flow(&l, 0, R1);
        if (rows[i].other_flow)
            make_flow(&l, 1, R2);
        segment(&l, 5, PHONE, EDGE, SX_TCP_RST, 0);
        for (unsigned n = 0; n < rows[i].failures; n++)
            attempt(&l, now++, line++, 503);
        const struct sx_txn *last =
            attempt(&l, now - (rows[i].failures ? 1 : 0) + 0.003 + rows[i].wait, line, 200);
        const struct sx_back_off *early = early_at(&l, last);
        g_test_message("row %zu", i);
        g_assert_cmpint(early != NULL, ==, rows[i].early);
        g_assert_cmpuint(back_off_of(&l, last).failures, ==, rows[i].failures);
        if (rows[i].failures > 0)
            g_assert_cmpint(back_off_of(&l, last).least_ns, ==, ns_of(rows[i].least));
        ladder_close(&l);
    }
}

static void test_back_off_what_counts(void)
{
    struct ladder l = ladder_open();

    make_flow(&l, 0, R1);
    segment(&l, 5, PHONE, EDGE, SX_TCP_RST, 0);
    attempt(&l, 10, 1, 401);
    const struct sx_txn *challenged = attempt(&l, 11, 1, 503);
    g_assert_cmpuint(back_off_of(&l, challenged).failures, ==, 0);
    const struct sx_txn *second = attempt(&l, 12, 2, 200);
    g_assert_cmpuint(back_off_of(&l, second).failures, ==, 1);
    g_assert_nonnull(early_at(&l, second));
    /* a success ends the count */
    segment(&l, 20, PHONE, EDGE, SX_TCP_RST, .reg = &(struct reg){.reg_id = 1, .line = 2});
    g_assert_cmpuint(back_off_of(&l, attempt(&l, 21, 3, 200)).failures, ==, 0);
    /* a REGISTER that nothing answers failed at its own time, in the mildest view */
    segment(&l, 30, PHONE, EDGE, SX_TCP_RST, .reg = &(struct reg){.reg_id = 1, .line = 3});
    request(&l, 31, PHONE, EDGE, "REGISTER", via("phone lost"), .src_port = 40401,
            .transport = SX_TRANSPORT_TCP,
            .more = "Contact: <sip:z>;reg-id=1;+sip.instance=\"<urn:x:0>\"\r\n");
    const struct sx_txn *after = attempt(&l, 41, 5, 200);
    g_assert_cmpuint(back_off_of(&l, after).failures, ==, 1);
    g_assert_cmpint(back_off_of(&l, after).waited_ns, ==, ns_of(10));
    g_assert_cmpuint(back_off_of(&l, after).unanswered_in, ==, back_off_of(&l, after).failed_in);
    /* refreshing a flow is no attempt */
    make_flow(&l, 42, &(struct reg){.line = 5, .edge_only = true});
    g_assert_cmpint(back_off_of(&l, after).waited_ns, ==, ns_of(10));
    ladder_close(&l);
}

static const struct sx_txn *tries(struct ladder *l, double seconds, unsigned edge, const char *call,
                                  unsigned code, const char *more)
{
    char *branch = g_strdup_printf("phone t%u", next_branch());
    const struct sx_message *m =
        request(l, seconds, PHONE, edge, "REGISTER", via(branch), .src_port = 40001,
                .transport = SX_TRANSPORT_TCP, .call_id = call,
                .more =
                    "Contact: <sip:bob@10.0.0.5:40001>;reg-id=1;+sip.instance=\"<urn:x:0>\"\r\n");

    response(l, seconds + 0.01, edge, PHONE, code, "REGISTER", via(branch), .dst_port = 40001,
             .transport = SX_TRANSPORT_TCP, .call_id = call, .more = more);
    g_free(branch);
    return txn_of(l, m);
}

/* Retry-After says when it may come again; both sides of it, and of a second of grace. */
static void test_retry_after(void)
{
    static const struct {
        const char *retry_after;
        double wait;
        bool early;
    } rows[] = {
        {"Retry-After: 0\r\n", 0.1, false},
        {"Retry-After: 5 (soon)\r\n", 4.1, false},
        {"Retry-After: 5\r\n", 3.9, true},
        {"Retry-After: 600\r\n", 29.5, false}, /* no later than RFC 5626 4.5 asks */
        {"Retry-After: 600\r\n", 28.5, true},
        {"Retry-After: x\r\n", 28.5, true},
        {"", 28.5, true},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        tries(&l, 0, EDGE, "c", 503, rows[i].retry_after);
        const struct sx_txn *again = tries(&l, 0.01 + rows[i].wait, EDGE, "c", 200, NULL);
        g_test_message("row %zu", i);
        g_assert_cmpint(early_at(&l, again) != NULL, ==, rows[i].early);
        ladder_close(&l);
    }
}

/* RFC 3263 4.3: another target may be tried at once. RFC 3261 10.2: another Call-ID is a new start.
 * */
static void test_another(void)
{
    struct ladder l = ladder_open();

    tries(&l, 0, EDGE, "c", 503, NULL);
    g_assert_null(early_at(&l, tries(&l, 1, EDGE2, "c", 503, NULL)));
    g_assert_nonnull(early_at(&l, tries(&l, 2, EDGE2, "c", 503, NULL)));
    g_assert_null(early_at(&l, tries(&l, 3, EDGE2, "d", 200, NULL)));
    ladder_close(&l);
}

/* A second is allowed for timers that are not exact. */
static void test_slack(void)
{
    struct sx_back_off b = {.failures = 1, .least_ns = ns_of(30), .waited_ns = ns_of(29)};

    g_assert_false(sx_back_off_too_early(&b));
    b.waited_ns--;
    g_assert_true(sx_back_off_too_early(&b));
    b.failures = 0;
    g_assert_false(sx_back_off_too_early(&b));
}

/* RFC 5626 4.5: the time is longer while another flow works, until its registration runs out. */
static void test_until_the_other_runs_out(void)
{
    for (unsigned over = 0; over < 2; over++) {
        struct ladder l = ladder_open();
        const struct sx_txn *other =
            make_flow(&l, 0,
                      &(struct reg){.reg_id = 2, .edge_only = true, .answer = "Expires: 60\r\n"});
        g_assert_cmpint(sx_flow_expires_ns(sx_tracker_flows(l.tracker), flow_of(&l, other)), ==,
                        ns_of(60.003));
        attempt(&l, 10, 1, 503);
        const struct sx_txn *again = attempt(&l, over ? 60.003 : 60.002, 2, 200);
        g_assert_cmpint(back_off_of(&l, again).least_ns, ==, ns_of(over ? 30 : 90));
        ladder_close(&l);
    }
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/flow_attempts/back_off", test_back_off);
    g_test_add_func("/flow_attempts/back_off_what_counts", test_back_off_what_counts);
    g_test_add_func("/flow_attempts/retry_after", test_retry_after);
    g_test_add_func("/flow_attempts/another", test_another);
    g_test_add_func("/flow_attempts/slack", test_slack);
    g_test_add_func("/flow_attempts/until_the_other_runs_out", test_until_the_other_runs_out);
    return g_test_run();
}
