/* unreadable.h
 * Packets that may hold SIP which the capture does not show: encrypted, compressed, cut, or
 * fragments without the others.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_UNREADABLE_H
#define SX_UNREADABLE_H

#include "core/read/fragment.h"
#include "core/record/records.h"

struct sx_unreadable_span {
    uint32_t after_frame, until_frame; /* the first does not count, the last does */
    int64_t until_ns;
    enum sx_fragment_holds not ; /* what it is not: a request is no response */
};

/* The first such packet from one host to another; its frame, or 0. */
uint32_t sx_unreadable_between(const struct sx_tracker *tracker, uint32_t from, uint32_t to,
                               const struct sx_unreadable_span *span);

#endif
