/* leg_end.h
 * A call that a B2BUA ended because of what befell its other side.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_LEG_END_H
#define SX_LEG_END_H

#include "core/judge/call_end.h"

enum sx_leg_cause {
    SX_LEG_NONE,
    SX_LEG_HUNG_UP,      /* whoever is behind the other side hung up there */
    SX_LEG_NO_ACK,       /* the 2xx of the other side was never acknowledged */
    SX_LEG_NOT_REFRESHED /* the session timer of the other side was not kept up */
};

struct sx_leg_end {
    enum sx_leg_cause cause;
    uint32_t frame;  /* of the other side: the BYE, the 2xx, the 2xx that agreed on the timer */
    enum sx_side by; /* SX_LEG_HUNG_UP: who hung up there */
    unsigned code;   /* SX_LEG_NO_ACK: of the 2xx */
};

/* Of a call that ended so. Only a BYE of the B2BUA itself has such a cause, and where the capture
 * joins its two sides (record/legs.h). */
struct sx_leg_end sx_leg_end_find(const struct sx_tracker *tracker, const struct sx_call_end *end);

#endif
