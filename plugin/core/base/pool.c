/* pool.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/base/pool.h"

#include <string.h>

/* Large, so that blocks are few: one between the dissectors' allocations makes those dearer. What
 * is not touched yet takes no memory. */
#define MIN_BLOCK_BYTES ((size_t)256 * 1024)

/* Bytes that are cleared together, about: a call for each item would cost more than the clearing.
 */
#define CLEARED 1024

void sx_pool_init(struct sx_pool *pool, size_t item_size)
{
    *pool = (struct sx_pool){
        .blocks = g_ptr_array_new_with_free_func(g_free),
        .item_size = (uint32_t)item_size,
    };
    while (item_size << pool->block_bits < MIN_BLOCK_BYTES)
        pool->block_bits++;
    while (item_size << (pool->clear_bits + 1) <= CLEARED && pool->clear_bits < pool->block_bits)
        pool->clear_bits++;
}

void sx_pool_clear(struct sx_pool *pool)
{
    g_ptr_array_free(pool->blocks, TRUE);
    *pool = (struct sx_pool){.blocks = NULL};
}

void sx_pool_grow(struct sx_pool *pool)
{
    uint32_t more = UINT32_C(1) << pool->clear_bits;

    if (pool->room >> pool->block_bits >= pool->blocks->len)
        g_ptr_array_add(pool->blocks, g_malloc((size_t)pool->item_size << pool->block_bits));
    memset(sx_pool_at(pool, pool->room), 0, (size_t)pool->item_size << pool->clear_bits);
    pool->room += more;
}

void sx_pool_truncate(struct sx_pool *pool, uint32_t count)
{
    while (pool->count > count)
        memset(sx_pool_at(pool, --pool->count), 0, pool->item_size);
}

uint32_t sx_pool_lower_bound(const struct sx_pool *pool, uint32_t value)
{
    uint32_t low = 0, high = pool->count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (*(const uint32_t *)sx_pool_at(pool, middle) < value)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const void *sx_pool_nth(const struct sx_pool *pool, uint32_t value, uint32_t nth)
{
    uint32_t i = sx_pool_lower_bound(pool, value);

    if (nth >= pool->count - i)
        return NULL;
    const uint32_t *item = sx_pool_at(pool, i + nth);
    return *item == value ? item : NULL;
}
