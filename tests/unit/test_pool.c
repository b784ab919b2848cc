/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/base/pool.h"

#include "sip_text.h"

struct item {
    uint64_t number;
    char text[5];
};

#define ITEMS 5000 /* several blocks, the last one not full */

/* What others point to stays where it is. */
static void test_items_stay(void)
{
    static struct item *items[ITEMS];
    struct sx_pool pool;

    sx_pool_init(&pool, sizeof(struct item));
    for (unsigned i = 0; i < ITEMS; i++) {
        items[i] = sx_pool_add(&pool);
        g_assert_cmpuint(items[i]->number, ==, 0);
        items[i]->number = i + 1;
        memcpy(items[i]->text, "text", 5);
    }
    g_assert_cmpuint(pool.count, ==, ITEMS);
    for (unsigned i = 0; i < ITEMS && !g_test_failed(); i++) {
        g_assert_true(sx_pool_at(&pool, i) == items[i]);
        g_assert_cmpuint(items[i]->number, ==, i + 1);
        g_assert_cmpstr(items[i]->text, ==, "text");
    }
    sx_pool_clear(&pool);
    g_assert_cmpuint(pool.count, ==, 0);
}

/* What was forgotten is used again, without what it held, and the rest is left alone. */
static void test_truncate(void)
{
    static const uint32_t keeps[] = {4999, 1025, 1024, 1023, 512, 511, 1, 0};
    struct sx_pool pool;

    sx_pool_init(&pool, sizeof(struct item));
    for (size_t k = 0; k < G_N_ELEMENTS(keeps); k++) {
        while (pool.count < ITEMS) {
            struct item *item = sx_pool_add(&pool);
            item->number = pool.count;
        }
        sx_pool_truncate(&pool, keeps[k]);
        g_assert_cmpuint(pool.count, ==, keeps[k]);
        struct item *new = sx_pool_add(&pool);
        g_assert_true(sx_pool_at(&pool, keeps[k]) == new);
        g_assert_cmpuint(new->number, ==, 0);
        new->number = pool.count;
        for (uint32_t i = 0; i < pool.count && !g_test_failed(); i++)
            g_assert_cmpuint(((struct item *)sx_pool_at(&pool, i))->number, ==, i + 1);
    }
    sx_pool_truncate(&pool, 1000);
    g_assert_cmpuint(pool.count, ==, 1);
    sx_pool_clear(&pool);
}

static void test_one_byte_items(void)
{
    struct sx_pool pool;

    sx_pool_init(&pool, 1);
    for (unsigned i = 0; i < 2000; i++)
        *(uint8_t *)sx_pool_add(&pool) = (uint8_t)i;
    for (unsigned i = 0; i < 2000; i++)
        g_assert_cmpuint(*(uint8_t *)sx_pool_at(&pool, i), ==, (uint8_t)i);
    sx_pool_clear(&pool);
}

static void test_empty(void)
{
    struct sx_pool pool;

    sx_pool_init(&pool, 8);
    sx_pool_truncate(&pool, 0);
    g_assert_cmpuint(pool.count, ==, 0);
    sx_pool_clear(&pool);
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/pool/items_stay", test_items_stay);
    g_test_add_func("/pool/truncate", test_truncate);
    g_test_add_func("/pool/one_byte_items", test_one_byte_items);
    g_test_add_func("/pool/empty", test_empty);
    return g_test_run();
}
