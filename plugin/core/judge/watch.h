/* watch.h
 * What is overdue when a frame comes.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_WATCH_H
#define SX_WATCH_H

#include "core/record/tracker.h"

/* Asks the detectors about the transactions whose time limit is over by the newest frame, and
 * records what they find. On the first pass, after a sx_tracker_tick() that returned true. */
void sx_watch(struct sx_tracker *tracker);

/* Both: for every frame, in order. */
static inline void sx_watch_tick(struct sx_tracker *tracker, uint32_t frame, int64_t time_ns)
{
    if (sx_tracker_tick(tracker, frame, time_ns))
        sx_watch(tracker);
}

#endif
