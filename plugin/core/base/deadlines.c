/* deadlines.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/base/deadlines.h"

/* A list that grows leaves holes between the dissectors' allocations, which makes those dearer. */
#define FIRST_LENGTH 4096

/* Deadlines of a queue that are allocated together. */
#define BLOCK 1024

struct sx_deadline_block {
    struct sx_deadline_block *next; /* of those that come after it */
    int64_t due_ns[BLOCK];          /* apart from what is due, which needs half as much room */
    uint32_t what[BLOCK];
};

void sx_deadlines_init(struct sx_deadlines *d)
{
    for (unsigned i = 0; i < SX_DEADLINE_QUEUES; i++)
        d->queues[i] = (struct sx_deadline_queue){.length = 0};
    d->heap = g_array_sized_new(FALSE, FALSE, sizeof(struct sx_deadline), FIRST_LENGTH);
    d->earliest_ns = INT64_MAX;
}

/* The block goes, and the one after it is the first. */
static void drop_block(struct sx_deadline_queue *q)
{
    struct sx_deadline_block *block = q->first;

    q->first = block->next;
    g_free(block);
}

void sx_deadlines_clear(struct sx_deadlines *d)
{
    for (unsigned i = 0; i < SX_DEADLINE_QUEUES; i++)
        while (d->queues[i].first)
            drop_block(&d->queues[i]);
    g_array_free(d->heap, TRUE);
}

static struct sx_deadline *items_of(const GArray *list)
{
    return (struct sx_deadline *)(void *)list->data;
}

/* ---- queues ---- */

static bool is_empty(const struct sx_deadline_queue *q)
{
    return q->length == 0;
}

static bool takes(const struct sx_deadline_queue *q, int64_t due_ns)
{
    return is_empty(q) || q->newest_ns <= due_ns;
}

static void put_last(struct sx_deadline_queue *q, struct sx_deadline new)
{
    guint place = (q->taken + q->length) % BLOCK;

    if (!q->first || (place == 0 && q->length > 0)) {
        struct sx_deadline_block *block = g_new(struct sx_deadline_block, 1);
        block->next = NULL;
        if (q->first)
            q->last->next = block;
        else
            q->first = block;
        q->last = block;
    }
    q->last->due_ns[place] = new.due_ns;
    q->last->what[place] = new.what;
    q->newest_ns = new.due_ns;
    q->length++;
}

static struct sx_deadline first_of(const struct sx_deadline_queue *q)
{
    return (struct sx_deadline){.due_ns = q->first->due_ns[q->taken],
                                .what = q->first->what[q->taken]};
}

static struct sx_deadline take_first(struct sx_deadline_queue *q)
{
    struct sx_deadline first = first_of(q);

    q->length--;
    q->taken++;
    if (q->taken == BLOCK && q->length > 0)
        drop_block(q);
    if (q->taken == BLOCK || q->length == 0)
        q->taken = 0;
    return first;
}

/* ---- heap ---- */

static void heap_add(GArray *list, struct sx_deadline new)
{
    guint i = list->len;

    g_array_append_val(list, new);
    struct sx_deadline *heap = items_of(list);
    for (; i > 0 && heap[(i - 1) / 2].due_ns > new.due_ns; i = (i - 1) / 2)
        heap[i] = heap[(i - 1) / 2];
    heap[i] = new;
}

static struct sx_deadline heap_take(GArray *list)
{
    struct sx_deadline *heap = items_of(list), first = heap[0];
    guint n = list->len - 1, i = 0;
    struct sx_deadline last = heap[n];

    for (guint child; (child = 2 * i + 1) < n; i = child) {
        if (child + 1 < n && heap[child + 1].due_ns < heap[child].due_ns)
            child++;
        if (heap[child].due_ns >= last.due_ns)
            break;
        heap[i] = heap[child];
    }
    heap[i] = last;
    g_array_set_size(list, n);
    return first;
}

/* ---- all of them ---- */

void sx_deadlines_add(struct sx_deadlines *d, int64_t due_ns, uint32_t what)
{
    struct sx_deadline new = {.due_ns = due_ns, .what = what};
    unsigned i = 0;

    d->earliest_ns = MIN(d->earliest_ns, due_ns);
    while (i < SX_DEADLINE_QUEUES && !takes(&d->queues[i], due_ns))
        i++;
    if (i < SX_DEADLINE_QUEUES)
        put_last(&d->queues[i], new);
    else
        heap_add(d->heap, new);
}

/* The queue whose first is due before the heap's and the others'; NULL: the heap's is. */
static struct sx_deadline_queue *earliest_queue(struct sx_deadlines *d, int64_t *due_ns)
{
    struct sx_deadline_queue *earliest = NULL;

    *due_ns = d->heap->len > 0 ? items_of(d->heap)->due_ns : INT64_MAX;
    for (unsigned i = 0; i < SX_DEADLINE_QUEUES; i++) {
        struct sx_deadline_queue *q = &d->queues[i];
        if (is_empty(q))
            continue;
        struct sx_deadline first = first_of(q);
        if (first.due_ns < *due_ns || (first.due_ns == *due_ns && d->heap->len == 0)) {
            earliest = q;
            *due_ns = first.due_ns;
        }
    }
    return earliest;
}

bool sx_deadlines_pop(struct sx_deadlines *d, int64_t now_ns, struct sx_deadline *out)
{
    if (now_ns < d->earliest_ns)
        return false;
    struct sx_deadline_queue *queue = earliest_queue(d, &d->earliest_ns);
    if (!queue && d->heap->len == 0)
        return false;
    *out = queue ? take_first(queue) : heap_take(d->heap);
    earliest_queue(d, &d->earliest_ns);
    return true;
}
