/* deadlines.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/deadlines.h"

void sx_deadlines_init(struct sx_deadlines *d)
{
    d->heap = g_array_new(FALSE, FALSE, sizeof(struct sx_deadline));
    d->earliest_ns = INT64_MAX;
}

void sx_deadlines_clear(struct sx_deadlines *d)
{
    g_array_free(d->heap, TRUE);
    d->heap = NULL;
}

void sx_deadlines_add(struct sx_deadlines *d, int64_t due_ns, uint32_t what)
{
    struct sx_deadline new = {.due_ns = due_ns, .what = what};
    guint i = d->heap->len;

    g_array_append_val(d->heap, new);
    struct sx_deadline *heap = (struct sx_deadline *)(void *)d->heap->data;
    for (; i > 0 && heap[(i - 1) / 2].due_ns > due_ns; i = (i - 1) / 2)
        heap[i] = heap[(i - 1) / 2];
    heap[i] = new;
    d->earliest_ns = heap[0].due_ns;
}

bool sx_deadlines_pop(struct sx_deadlines *d, int64_t now_ns, struct sx_deadline *out)
{
    struct sx_deadline *heap = (struct sx_deadline *)(void *)d->heap->data;
    guint n = d->heap->len, i = 0;

    if (now_ns < d->earliest_ns || n == 0)
        return false;
    *out = heap[0];
    struct sx_deadline last = heap[--n];
    for (guint child; (child = 2 * i + 1) < n; i = child) {
        if (child + 1 < n && heap[child + 1].due_ns < heap[child].due_ns)
            child++;
        if (heap[child].due_ns >= last.due_ns)
            break;
        heap[i] = heap[child];
    }
    heap[i] = last;
    g_array_set_size(d->heap, n);
    d->earliest_ns = n > 0 ? heap[0].due_ns : INT64_MAX;
    return true;
}
