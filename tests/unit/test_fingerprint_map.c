/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/base/fingerprint_map.h"

static struct sx_fingerprint key_of(uint64_t n)
{
    static const uint64_t secret[2] = {1, 2};
    struct sx_hash h = sx_hash_begin(secret);

    sx_hash_add_uint(&h, n);
    return sx_hash_end(h);
}

static void test_set_and_get(void)
{
    struct sx_fingerprint_map map;

    sx_fingerprint_map_init(&map);
    g_assert_cmpuint(sx_fingerprint_map_get(&map, key_of(1)), ==, 0);
    sx_fingerprint_map_set(&map, key_of(1), 7);
    g_assert_cmpuint(sx_fingerprint_map_get(&map, key_of(1)), ==, 7);
    g_assert_cmpuint(sx_fingerprint_map_get(&map, key_of(2)), ==, 0);
    sx_fingerprint_map_set(&map, key_of(1), 8);
    g_assert_cmpuint(sx_fingerprint_map_get(&map, key_of(1)), ==, 8);
    sx_fingerprint_map_set(&map, key_of(1), 0);
    g_assert_cmpuint(sx_fingerprint_map_get(&map, key_of(1)), ==, 0);
    sx_fingerprint_map_clear(&map);
}

/* Keys that want one place, one of them taken away: the others are found all the same. */
static void test_one_place(void)
{
    struct sx_fingerprint_map map;

    sx_fingerprint_map_init(&map);
    for (uint64_t i = 1; i <= 5; i++)
        sx_fingerprint_map_set(&map, (struct sx_fingerprint){i << 40 | 3}, (uint32_t)i);
    sx_fingerprint_map_set(&map, (struct sx_fingerprint){UINT64_C(2) << 40 | 3}, 0);
    for (uint64_t i = 1; i <= 5; i++)
        g_assert_cmpuint(sx_fingerprint_map_get(&map, (struct sx_fingerprint){i << 40 | 3}), ==,
                         i == 2 ? 0 : i);
    sx_fingerprint_map_clear(&map);
}

static void test_grows(void)
{
    struct sx_fingerprint_map map;
    const uint32_t many = 100000;

    sx_fingerprint_map_init(&map);
    for (uint32_t i = 1; i <= many; i++)
        sx_fingerprint_map_set(&map, key_of(i), i);
    for (uint32_t i = 1; i <= many; i++)
        g_assert_cmpuint(sx_fingerprint_map_get(&map, key_of(i)), ==, i);
    g_assert_cmpuint(sx_fingerprint_map_get(&map, key_of(many + 1)), ==, 0);
    sx_fingerprint_map_clear(&map);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/fingerprint_map/set_and_get", test_set_and_get);
    g_test_add_func("/fingerprint_map/one_place", test_one_place);
    g_test_add_func("/fingerprint_map/grows", test_grows);
    return g_test_run();
}
