/* pressure.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/judge/pressure.h"

int64_t sx_pressure_left_ns(const struct sx_tracker *t, const struct sx_hurry *h)
{
    const struct sx_pause *pause = sx_pause_at(t, h->pause);

    return pause->from_ns + (int64_t)pause->seconds * SX_NS_PER_S -
           sx_tracker_txn(t, h->txn)->request_ns;
}

bool sx_pressure_is_told(const struct sx_refusal *r)
{
    uint32_t times = r->run / SX_STORM_REFUSALS;

    return r->run > 0 && r->run % SX_STORM_REFUSALS == 0 && (times & (times - 1)) == 0;
}
