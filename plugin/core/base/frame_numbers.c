/* frame_numbers.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/base/frame_numbers.h"

#include <stdbool.h>

/* Frames with this number were dropped; from here on own numbers are so much larger. */
struct sx_dropped {
    uint32_t frame;
    uint32_t offset;
};

void sx_frame_numbers_clear(struct sx_frame_numbers *n)
{
    if (n->dropped)
        g_array_free(n->dropped, TRUE);
    *n = (struct sx_frame_numbers){0};
}

static struct sx_dropped *dropped_at(const struct sx_frame_numbers *n, unsigned i)
{
    return &g_array_index(n->dropped, struct sx_dropped, i);
}

/* How many entries come no later than this; by own numbers or by those of frames. */
static unsigned count_until(const struct sx_frame_numbers *n, uint32_t number, bool own)
{
    unsigned low = 0, high = n->dropped ? n->dropped->len : 0;

    while (low < high) {
        unsigned middle = low + (high - low) / 2;
        const struct sx_dropped *d = dropped_at(n, middle);
        if (d->frame + (own ? d->offset : 0) <= number)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static uint32_t offset_after(const struct sx_frame_numbers *n, unsigned entries)
{
    return entries > 0 ? dropped_at(n, entries - 1)->offset : 0;
}

uint32_t sx_frame_numbers_add(struct sx_frame_numbers *n, uint32_t frame)
{
    unsigned entries = n->dropped ? n->dropped->len : 0;
    uint32_t offset = offset_after(n, entries);

    if (frame == n->newest) {
        struct sx_dropped d = {frame, ++offset};
        if (!n->dropped)
            n->dropped = g_array_new(FALSE, FALSE, sizeof d);
        if (entries > 0 && dropped_at(n, entries - 1)->frame == frame)
            dropped_at(n, entries - 1)->offset = offset;
        else
            g_array_append_val(n->dropped, d);
    }
    n->newest = frame;
    return frame + offset;
}

uint32_t sx_frame_numbers_own(const struct sx_frame_numbers *n, uint32_t frame)
{
    return n->dropped ? frame + offset_after(n, count_until(n, frame, false)) : frame;
}

uint32_t sx_frame_numbers_shown(const struct sx_frame_numbers *n, uint32_t own)
{
    if (!n->dropped)
        return own;
    unsigned entries = count_until(n, own, true);
    uint32_t offset = offset_after(n, entries);
    bool was_dropped = entries < n->dropped->len && own >= dropped_at(n, entries)->frame + offset;
    return was_dropped || own - offset >= n->newest ? 0 : own - offset;
}
