/* pool.h
 * Items of one size that never move: a list of equal blocks.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * GArray doubles and copies, which would double the peak and move what others point to; a GList
 * would cost a node for each item.
 */
#ifndef SX_POOL_H
#define SX_POOL_H

#include <stdint.h>

#include <glib.h>

struct sx_pool {
    GPtrArray *blocks;
    uint32_t item_size;
    uint8_t block_bits;   /* a block holds 2^block_bits items */
    uint8_t clear_bits;   /* so many are cleared together */
    uint32_t count, room; /* items that are there, and that are cleared */
};

void sx_pool_init(struct sx_pool *pool, size_t item_size);
void sx_pool_clear(struct sx_pool *pool);

/* The item at an index below count. */
static inline void *sx_pool_at(const struct sx_pool *pool, uint32_t nth)
{
    char *block = g_ptr_array_index(pool->blocks, nth >> pool->block_bits);

    return block + (size_t)(nth & ((1u << pool->block_bits) - 1)) * pool->item_size;
}

/* Items numbered from 1, so that 0 is none; NULL where there is no such. */
static inline void *sx_pool_numbered(const struct sx_pool *pool, uint32_t number)
{
    return number > 0 && number <= pool->count ? sx_pool_at(pool, number - 1) : NULL;
}

/* Makes room for more. */
void sx_pool_grow(struct sx_pool *pool);

/* A new zeroed item at index count - 1. Lives until the pool is cleared. */
static inline void *sx_pool_add(struct sx_pool *pool)
{
    if (pool->count == pool->room)
        sx_pool_grow(pool);
    return sx_pool_at(pool, pool->count++);
}

/* Forgets the last items, so that count of them stay. */
void sx_pool_truncate(struct sx_pool *pool, uint32_t count);

/* For items that begin with a uint32_t by which they are sorted (a frame number): the first index
 * whose item is not below a value, and the nth item of exactly that value, or NULL. */
uint32_t sx_pool_lower_bound(const struct sx_pool *pool, uint32_t value);
const void *sx_pool_nth(const struct sx_pool *pool, uint32_t value, uint32_t nth);

#endif
