/* deadlines.h
 * What is due when: a binary heap, for time stamps in a capture need not rise.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
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

struct sx_deadlines {
    GArray *heap;
    int64_t earliest_ns;    /* INT64_MAX if there is none */
};

void sx_deadlines_init(struct sx_deadlines *d);
void sx_deadlines_clear(struct sx_deadlines *d);
void sx_deadlines_add(struct sx_deadlines *d, int64_t due_ns, uint32_t what);

/* Takes out the earliest one if it is due at now_ns. */
bool sx_deadlines_pop(struct sx_deadlines *d, int64_t now_ns, struct sx_deadline *out);

#endif
