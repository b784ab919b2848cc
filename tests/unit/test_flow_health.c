/* Refreshes that come late, and REGISTERs that come again and again.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/record/flow_health.h"

#include "sip_text.h"

#define CONTACT "Contact: <sip:bob@10.0.0.5>\r\n"

/* A REGISTER of bob and its 2xx; NULL or the newest mark of it. */
static const struct sx_health_mark *registers(struct ladder *l, double at, uint16_t port,
                                              const char *expires)
{
    static unsigned nth;
    char *branch = g_strdup_printf("bob r%u", ++nth);
    const struct sx_health_mark *mark, *newest = NULL;

    request(l, at, BOB, P1, "REGISTER", via(branch), .cseq = nth, .src_port = port,
            .more = CONTACT);
    response(l, at, P1, BOB, 200, "REGISTER", via(branch), .cseq = nth, .dst_port = port,
             .more = expires);
    g_free(branch);
    for (uint32_t n = 0; (mark = sx_health_mark(sx_tracker_flows(l->tracker), l->frame, n)); n++)
        newest = mark;
    return newest;
}

#define GRANTS_60 CONTACT "Expires: 60\r\n"

static const struct sx_health_mark *newest_late(const struct ladder *l)
{
    return sx_health_newest_late(sx_tracker_flows(l->tracker), 1);
}

static uint32_t most_soon(const struct ladder *l)
{
    const struct sx_flows *flows = sx_tracker_flows(l->tracker);

    return sx_binding_more(flows, sx_binding_at(flows, 1))->most_soon;
}

static void removes(struct ladder *l, double at, const char *contact)
{
    static unsigned nth;
    char *branch = g_strdup_printf("bob d%u", ++nth);
    char *more = g_strdup_printf("%sExpires: 0\r\n", contact);

    request(l, at, BOB, P1, "REGISTER", via(branch), .cseq = 1000 + nth, .more = more);
    response(l, at, P1, BOB, 200, "REGISTER", via(branch), .cseq = 1000 + nth);
    g_free(branch);
    g_free(more);
}

static void test_late(void)
{
    struct ladder l = ladder_open();

    g_assert_null(registers(&l, 0, 0, GRANTS_60));
    g_assert_null(registers(&l, 60.999, 0, GRANTS_60));
    const struct sx_health_mark *mark = registers(&l, 121.999, 0, GRANTS_60);
    g_assert_nonnull(mark);
    g_assert_cmpuint(mark->kind, ==, SX_HEALTH_LATE);
    g_assert_cmpint(mark->ns, ==, SX_NS_PER_S);
    g_assert_cmpuint(mark->count, ==, 1);
    g_assert_false(mark->each);
    mark = registers(&l, 300, 5070, GRANTS_60);
    g_assert_nonnull(mark);
    g_assert_cmpuint(mark->count, ==, 2);
    ladder_close(&l);
}

/* A REGISTER at the very moment of the 2xx before it is one that comes soon. */
static void test_soon_at_once(void)
{
    struct ladder l = ladder_open();

    for (unsigned i = 0; i < SX_SOON_IN_ROW; i++)
        registers(&l, 5, 0, GRANTS_60);
    g_assert_cmpuint(most_soon(&l), ==, SX_SOON_IN_ROW);
    ladder_close(&l);
}

static void test_each_late(void)
{
    struct ladder l = ladder_open();

    registers(&l, 0, 0, GRANTS_60);
    g_assert_true(registers(&l, 100, 0, GRANTS_60)->each);
    g_assert_true(registers(&l, 200, 0, GRANTS_60)->each);
    registers(&l, 230, 0, GRANTS_60);
    g_assert_false(registers(&l, 330, 0, GRANTS_60)->each);
    ladder_close(&l);
}

/* The chain of late ones, also when frames are read again: by one number the newest goes, and the
 * first is the newest then. A row of those that come soon is left as it is. */
static void test_late_ones_of_a_binding(void)
{
    struct ladder l = ladder_open();
    const struct sx_flows *flows = sx_tracker_flows(l.tracker);

    g_assert_null(sx_health_newest_late(flows, 0));
    registers(&l, 0, 0, GRANTS_60);
    g_assert_null(newest_late(&l));
    registers(&l, 100, 0, GRANTS_60);
    uint32_t first = l.frame;
    g_assert_cmpuint(newest_late(&l)->frame, ==, first);
    registers(&l, 200, 0, GRANTS_60);
    uint32_t second = l.frame;
    g_assert_cmpuint(newest_late(&l)->frame, ==, second);
    g_assert_cmpuint(sx_health_older_late(flows, newest_late(&l))->frame, ==, first);
    g_assert_null(sx_health_older_late(flows, sx_health_older_late(flows, newest_late(&l))));
    for (unsigned i = 1; i < SX_SOON_IN_ROW; i++)
        registers(&l, 201 + i * 0.1, 0, GRANTS_60);
    g_assert_cmpuint(most_soon(&l), ==, SX_SOON_IN_ROW);
    sx_tracker_tick(l.tracker, second + 1, 210 * SX_NS_PER_S);
    g_assert_cmpuint(newest_late(&l)->frame, ==, second);
    sx_tracker_tick(l.tracker, second, 210 * SX_NS_PER_S);
    g_assert_cmpuint(newest_late(&l)->frame, ==, first);
    registers(&l, 300, 0, GRANTS_60);
    g_assert_cmpuint(newest_late(&l)->count, ==, 2);
    ladder_close(&l);
}

static void test_not_late(void)
{
    struct ladder l = ladder_open();

    /* How long it was good for is not known. */
    registers(&l, 0, 0, CONTACT);
    g_assert_null(registers(&l, 10000, 0, GRANTS_60));
    removes(&l, 10010, CONTACT);
    g_assert_null(registers(&l, 20000, 0, GRANTS_60));
    removes(&l, 20010, "Contact: *\r\n");
    g_assert_null(registers(&l, 30000, 0, GRANTS_60));
    ladder_close(&l);
}

static const struct sx_health_mark *in_row(struct ladder *l, unsigned n, double gap)
{
    const struct sx_health_mark *mark = NULL;

    for (unsigned i = 0; i < n; i++)
        mark = registers(l, gap * i, 0, GRANTS_60);
    return mark;
}

static void test_soon(void)
{
    struct ladder l = ladder_open();

    g_assert_null(in_row(&l, 4, 5.999));
    const struct sx_health_mark *mark = registers(&l, 20, 0, GRANTS_60);
    g_assert_nonnull(mark);
    g_assert_cmpuint(mark->kind, ==, SX_HEALTH_SOON);
    g_assert_cmpuint(mark->count, ==, 5);
    g_assert_cmpint(mark->ns, ==, 20 * SX_NS_PER_S);
    g_assert_cmpuint(sx_registering_at(sx_tracker_flows(l.tracker), mark->before)->register_in, ==,
                     1);
    g_assert_null(registers(&l, 21, 0, GRANTS_60));
    g_assert_cmpuint(most_soon(&l), ==, 6);
    ladder_close(&l);

    l = ladder_open();
    g_assert_null(in_row(&l, 5, 6));
    g_assert_cmpuint(most_soon(&l), ==, 0);
    ladder_close(&l);
}

/* Told at 5, 10, 20. */
static void test_told(void)
{
    struct ladder l = ladder_open();
    unsigned told = 0;

    for (unsigned i = 1; i <= 21; i++) {
        const struct sx_health_mark *mark = registers(&l, i, 0, GRANTS_60);
        told += mark != NULL;
        g_assert_cmpint(mark != NULL, ==, i == 5 || i == 10 || i == 20);
    }
    g_assert_cmpuint(told, ==, 3);
    ladder_close(&l);
}

static void test_reason_to_register(void)
{
    struct ladder l = ladder_open();

    for (unsigned i = 0; i < 9; i++)
        g_assert_null(registers(&l, i, (uint16_t)(5070 + i), GRANTS_60));
    ladder_close(&l);
    l = ladder_open();
    for (unsigned i = 0; i < 9; i++) {
        g_assert_null(registers(&l, i, 0, GRANTS_60));
        removes(&l, i, CONTACT);
    }
    ladder_close(&l);
    l = ladder_open();
    for (unsigned i = 0; i < 9; i++)
        g_assert_null(registers(&l, i, 0, CONTACT));
    ladder_close(&l);
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/flow-health/late", test_late);
    g_test_add_func("/flow-health/each-late", test_each_late);
    g_test_add_func("/flow-health/late-ones-of-a-binding", test_late_ones_of_a_binding);
    g_test_add_func("/flow-health/not-late", test_not_late);
    g_test_add_func("/flow-health/soon", test_soon);
    g_test_add_func("/flow-health/told", test_told);
    g_test_add_func("/flow-health/reason-to-register", test_reason_to_register);
    g_test_add_func("/flow-health/soon-at-once", test_soon_at_once);
    return g_test_run();
}
