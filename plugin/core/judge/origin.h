/* origin.h
 * Where a final response was made: at the hop that sent it here, or further on.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_ORIGIN_H
#define SX_ORIGIN_H

#include "core/record/records.h"

enum sx_origin {
    SX_ORIGIN_UNKNOWN,
    SX_ORIGIN_HERE,     /* no hop of this capture sent it before the one that did here */
    SX_ORIGIN_RELAYED   /* a hop further on sent it first */
};

/* Where the final response came from, as far as the capture shows it; *frame gets the frame where
 * a relayed one appeared first. */
enum sx_origin sx_origin_judge(const struct sx_tracker *tracker, const struct sx_txn *txn,
                               uint32_t *frame);

#endif
