/* numbers.h
 * Fingerprint -> number: what finds a transaction for each message.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Open addressing over two arrays, because this lies on every message's path: a lookup is a few
 * instructions where GHashTable's is a hundred. The keys come from a keyed hash, so nobody who
 * writes a capture can make them collide.
 */
#ifndef SX_NUMBERS_H
#define SX_NUMBERS_H

#include "core/fingerprint.h"

struct sx_numbers {
    uint64_t *keys;         /* 0: free */
    uint32_t *numbers;
    uint32_t mask;          /* size - 1 */
    uint32_t used;
};

/* Owns what it allocates until sx_numbers_clear(). */
void sx_numbers_init(struct sx_numbers *table);
void sx_numbers_clear(struct sx_numbers *table);

/* A key has one number at a time; 0 takes it away. */
void sx_numbers_set(struct sx_numbers *table, struct sx_fingerprint key, uint32_t number);

static inline uint32_t sx_numbers_slot(const struct sx_numbers *table, uint64_t key)
{
    uint32_t i = (uint32_t)key & table->mask;

    while (table->keys[i] && table->keys[i] != key)
        i = (i + 1) & table->mask;
    return i;
}

/* 0 if the key has none. */
static inline uint32_t sx_numbers_get(const struct sx_numbers *table, struct sx_fingerprint key)
{
    return table->numbers[sx_numbers_slot(table, key.bits)];
}

#endif
