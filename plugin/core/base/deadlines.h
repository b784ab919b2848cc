/* deadlines.h
 * What is due when.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Time stamps rise in most captures, and there are few time limits: then deadlines of one limit
 * come in order, and a queue for each takes and gives them at once. A binary heap has those that
 * come out of order.
 */
#ifndef SX_DEADLINES_H
#define SX_DEADLINES_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

struct sx_deadline {
    int64_t due_ns;
    uint32_t what;
};

/* In order of due_ns. */
struct sx_deadline_queue {
    struct sx_deadline_block *first, *last; /* NULL: none yet */
    guint taken;                            /* of the first block, and so the first's place in it */
    guint length;
    int64_t newest_ns;
};

#define SX_DEADLINE_QUEUES 5 /* as many as there are time limits */

struct sx_deadlines {
    struct sx_deadline_queue queues[SX_DEADLINE_QUEUES];
    GArray *heap;
    int64_t earliest_ns; /* INT64_MAX if there is none */
};

void sx_deadlines_init(struct sx_deadlines *d);
void sx_deadlines_clear(struct sx_deadlines *d);
void sx_deadlines_add(struct sx_deadlines *d, int64_t due_ns, uint32_t what);

/* Takes out the earliest one if it is due at now_ns. */
bool sx_deadlines_pop(struct sx_deadlines *d, int64_t now_ns, struct sx_deadline *out);

#endif
