/* pressure.h
 * What of servers that refuse, and of clients that come back too early, is worth saying.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_PRESSURE_H
#define SX_PRESSURE_H

#include "core/record/overload.h"

/* How much of the time was left when the request was first sent; nanoseconds. */
int64_t sx_pressure_left_ns(const struct sx_tracker *tracker, const struct sx_hurry *hurry);

/* True for the refusal that makes it a storm, and each time that twice as many have come: a storm
 * is told a few times and not on each of its packets. */
bool sx_pressure_is_told(const struct sx_refusal *refusal);

#endif
