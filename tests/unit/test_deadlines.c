/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/base/deadlines.h"

#include "sip_text.h"

static void test_empty(void)
{
    struct sx_deadlines d;
    struct sx_deadline out = {.what = 77};

    sx_deadlines_init(&d);
    g_assert_cmpint(d.earliest_ns, ==, INT64_MAX);
    g_assert_false(sx_deadlines_pop(&d, INT64_MAX, &out));
    g_assert_false(sx_deadlines_pop(&d, INT64_MIN, &out));
    g_assert_cmpuint(out.what, ==, 77);
    sx_deadlines_clear(&d);
}

static void test_due_is_due(void)
{
    struct sx_deadlines d;
    struct sx_deadline out = {0};

    sx_deadlines_init(&d);
    sx_deadlines_add(&d, 100, 1);
    g_assert_cmpint(d.earliest_ns, ==, 100);
    g_assert_false(sx_deadlines_pop(&d, 99, &out));
    g_assert_true(sx_deadlines_pop(&d, 100, &out));
    g_assert_cmpint(out.due_ns, ==, 100);
    g_assert_cmpuint(out.what, ==, 1);
    g_assert_cmpint(d.earliest_ns, ==, INT64_MAX);
    g_assert_false(sx_deadlines_pop(&d, 100, &out));
    sx_deadlines_clear(&d);
}

static void test_ends_of_time(void)
{
    struct sx_deadlines d;
    struct sx_deadline out = {0};

    sx_deadlines_init(&d);
    sx_deadlines_add(&d, INT64_MAX, 1);
    sx_deadlines_add(&d, INT64_MIN, 2);
    sx_deadlines_add(&d, 0, 3);
    g_assert_true(sx_deadlines_pop(&d, INT64_MIN, &out));
    g_assert_cmpuint(out.what, ==, 2);
    g_assert_false(sx_deadlines_pop(&d, -1, &out));
    g_assert_true(sx_deadlines_pop(&d, 0, &out));
    g_assert_cmpuint(out.what, ==, 3);
    g_assert_true(sx_deadlines_pop(&d, INT64_MAX, &out));
    g_assert_cmpuint(out.what, ==, 1);
    sx_deadlines_clear(&d);
}

static void test_same_time(void)
{
    struct sx_deadlines d;
    struct sx_deadline out = {0};
    unsigned seen[100] = {0};

    sx_deadlines_init(&d);
    for (uint32_t i = 0; i < G_N_ELEMENTS(seen); i++)
        sx_deadlines_add(&d, 5, i);
    while (sx_deadlines_pop(&d, 5, &out))
        seen[out.what]++;
    for (uint32_t i = 0; i < G_N_ELEMENTS(seen); i++)
        g_assert_cmpuint(seen[i], ==, 1);
    sx_deadlines_clear(&d);
}

#define EVENTS 2000

static int compare_times(const void *x, const void *y)
{
    int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;

    return a < b ? -1 : a > b;
}

/* Adds and pops in random turns against a plain sorted array. */
static void against_reference(GRand *random, int32_t range)
{
    int64_t reference[EVENTS], due_of[EVENTS];
    struct sx_deadlines d;
    struct sx_deadline out;
    unsigned n = 0, done = 0;

    sx_deadlines_init(&d);
    for (uint32_t added = 0; added < EVENTS || n > 0;) {
        if (added < EVENTS && g_rand_int_range(random, 0, 3)) {
            int64_t due = g_rand_int_range(random, -range, range);
            due_of[added] = due;
            sx_deadlines_add(&d, due, added++);
            reference[n++] = due;
            qsort(reference, n, sizeof *reference, compare_times);
        } else {
            int64_t now = added < EVENTS ? g_rand_int_range(random, -range, range) : range;
            bool expected = n > 0 && reference[0] <= now;
            g_assert_true(sx_deadlines_pop(&d, now, &out) == expected);
            if (expected) {
                g_assert_cmpint(out.due_ns, ==, reference[0]);
                g_assert_cmpint(due_of[out.what], ==, out.due_ns);
                due_of[out.what] = INT64_MAX; /* each comes once */
                memmove(reference, reference + 1, --n * sizeof *reference);
                done++;
            }
        }
        g_assert_cmpint(d.earliest_ns, ==, n > 0 ? reference[0] : INT64_MAX);
        if (g_test_failed())
            break;
    }
    g_assert_cmpuint(done, ==, EVENTS);
    sx_deadlines_clear(&d);
}

static void test_order(void)
{
    static const int32_t ranges[] = {1, 3, 50, 100000, INT32_MAX};
    GRand *random = g_rand_new_with_seed(1);

    for (size_t i = 0; i < G_N_ELEMENTS(ranges); i++)
        against_reference(random, ranges[i]);
    g_rand_free(random);
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/deadlines/empty", test_empty);
    g_test_add_func("/deadlines/due_is_due", test_due_is_due);
    g_test_add_func("/deadlines/ends_of_time", test_ends_of_time);
    g_test_add_func("/deadlines/same_time", test_same_time);
    g_test_add_func("/deadlines/order", test_order);
    return g_test_run();
}
