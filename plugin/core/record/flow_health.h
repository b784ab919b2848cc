/* flow_health.h
 * Refreshes of a registration that came when it had run out, and REGISTERs that come again and
 * again.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Only these have a record; a registration that is refreshed in time costs none.
 */
#ifndef SX_FLOW_HEALTH_H
#define SX_FLOW_HEALTH_H

#include "core/record/flow.h"

/* A REGISTER comes soon if it comes within this part of the time that was granted before. */
#define SX_SOON_PART 10

/* So many in a row are told, and again each time that twice as many have come. */
#define SX_SOON_IN_ROW 5

/* A refresh that comes so much later than the registration has run out is late: registrars round,
 * and the capture sees both ends a little later or sooner. */
#define SX_LATE_NS SX_NS_PER_S

enum sx_health_kind {
    SX_HEALTH_LATE, /* the one before had run out */
    SX_HEALTH_SOON  /* SX_SOON_IN_ROW, or twice as many and so on, each soon after the one before */
};

struct sx_health_mark {
    uint32_t frame; /* the 2xx to the REGISTER, at the first hop that has it */
    uint32_t txn;
    uint32_t binding;
    uint32_t before; /* struct sx_registering: the 2xx before; soon: the first of them */
    uint32_t count;  /* late ones of this binding so far; or REGISTERs in a row */
    uint32_t older;  /* late: the one of this binding before it; 0: none */
    int64_t ns;      /* how late; or from the first 2xx to this REGISTER */
    uint8_t kind;    /* enum sx_health_kind */
    bool each;       /* late: none of the refreshes so far came in time */
};

/* When a frame finds a registration run out: SX_LATE_NS after it did. INT64_MAX: never, as far as
 * its 2xx says. */
int64_t sx_health_due_ns(const struct sx_registering *grant);

/* Of a binding whose deadline is over: true if its newest registration is, too, and that was not
 * found before. It is not watched any more then, until it is registered again. On the first pass.
 */
bool sx_health_is_due(struct sx_flows *flows, uint32_t binding, int64_t now_ns);

/* Watches it for that time once more. */
void sx_health_watch_until(struct sx_flows *flows, uint32_t binding, int64_t due_ns);

/* The nth mark of a frame; NULL if there is no such. */
const struct sx_health_mark *sx_health_mark(const struct sx_flows *flows, uint32_t frame,
                                            uint32_t nth);

/* Takes back the marks of this frame and of those after it; see sx_flows_frame_again(). */
void sx_health_frame_again(struct sx_flows *flows, uint32_t frame);

/* The newest SX_HEALTH_LATE of a binding, and the one before it; NULL if there is none. */
const struct sx_health_mark *sx_health_newest_late(const struct sx_flows *flows, uint32_t binding);
const struct sx_health_mark *sx_health_older_late(const struct sx_flows *flows,
                                                  const struct sx_health_mark *mark);

#endif
