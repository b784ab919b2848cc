/* fingerprint_map.h
 * Fingerprint -> number: what finds a transaction for each message.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Open addressing over two arrays, because this lies on every message's path: a lookup is a few
 * instructions where GHashTable's is a hundred. The keys come from a keyed hash, so nobody who
 * writes a capture can make them collide.
 */
#ifndef SX_FINGERPRINT_MAP_H
#define SX_FINGERPRINT_MAP_H

#include "core/base/fingerprint.h"

struct sx_fingerprint_map {
    uint64_t *keys; /* 0: free */
    uint32_t *numbers;
    uint32_t mask; /* size - 1 */
    uint32_t used;
};

/* Owns what it allocates until sx_fingerprint_map_clear(). */
void sx_fingerprint_map_init(struct sx_fingerprint_map *table);
void sx_fingerprint_map_clear(struct sx_fingerprint_map *table);

/* A key has one number at a time; 0 takes it away. */
void sx_fingerprint_map_set(struct sx_fingerprint_map *table, struct sx_fingerprint key,
                            uint32_t number);

/* The same, and returns the number that it had; 0 if it had none. */
uint32_t sx_fingerprint_map_swap(struct sx_fingerprint_map *table, struct sx_fingerprint key,
                                 uint32_t number);

static inline uint32_t sx_fingerprint_map_slot(const struct sx_fingerprint_map *table, uint64_t key)
{
    uint32_t i = (uint32_t)key & table->mask;

    while (table->keys[i] && table->keys[i] != key)
        i = (i + 1) & table->mask;
    return i;
}

/* 0 if the key has none. */
static inline uint32_t sx_fingerprint_map_get(const struct sx_fingerprint_map *table,
                                              struct sx_fingerprint key)
{
    return table->numbers[sx_fingerprint_map_slot(table, key.bits)];
}

#endif
