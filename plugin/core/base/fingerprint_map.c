/* fingerprint_map.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/base/fingerprint_map.h"

/* As with the pools: seldom a new one, and what is not touched yet takes no memory. */
#define FIRST_SIZE 32768

static void allocate(struct sx_fingerprint_map *table, uint32_t size)
{
    table->keys = g_new0(uint64_t, size);
    table->numbers = g_new0(uint32_t, size);
    table->mask = size - 1;
}

void sx_fingerprint_map_init(struct sx_fingerprint_map *table)
{
    allocate(table, FIRST_SIZE);
    table->used = 0;
}

void sx_fingerprint_map_clear(struct sx_fingerprint_map *table)
{
    g_free(table->keys);
    g_free(table->numbers);
    *table = (struct sx_fingerprint_map){.keys = NULL};
}

static void grow(struct sx_fingerprint_map *table)
{
    struct sx_fingerprint_map old = *table;

    allocate(table, (old.mask + 1) * 2);
    for (uint32_t i = 0; i <= old.mask; i++) {
        if (!old.keys[i])
            continue;
        uint32_t slot = sx_fingerprint_map_slot(table, old.keys[i]);
        table->keys[slot] = old.keys[i];
        table->numbers[slot] = old.numbers[i];
    }
    sx_fingerprint_map_clear(&old);
}

uint32_t sx_fingerprint_map_swap(struct sx_fingerprint_map *table, struct sx_fingerprint key,
                                 uint32_t number)
{
    uint32_t slot = sx_fingerprint_map_slot(table, key.bits), before = table->numbers[slot];

    if (table->keys[slot] != key.bits) {
        if (number == 0)
            return 0;
        /* at most three quarters full: a search ends soon */
        if (++table->used > (table->mask + 1) / 4 * 3) {
            grow(table);
            slot = sx_fingerprint_map_slot(table, key.bits);
        }
        table->keys[slot] = key.bits;
    }
    table->numbers[slot] = number;
    return before;
}

void sx_fingerprint_map_set(struct sx_fingerprint_map *table, struct sx_fingerprint key,
                            uint32_t number)
{
    sx_fingerprint_map_swap(table, key, number);
}
