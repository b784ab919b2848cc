/* riding.h
 * Connections that carry INVITEs: what TCP shows of one that nothing answers.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A connection is told by its way: from the client of the INVITE to its server.
 */
#ifndef SX_RIDING_H
#define SX_RIDING_H

#include "core/record/tracker_state.h"

/* For sx_tracker.riding. */
GHashTable *sx_riding_new(void);

/* Adds a new INVITE, which came in this packet. */
void sx_riding_add(struct sx_tracker *tracker, struct sx_txn *txn,
                   const struct sx_packet_marks *packet);

/* Adds a segment; back: from where it went to where it came from. */
void sx_riding_segment(struct sx_tracker *tracker, const struct sx_segment *segment,
                       const struct sx_way *back);

/* Adds the segment that ends a connection, after the above. */
void sx_riding_ends(struct sx_tracker *tracker, const struct sx_segment *segment,
                    const struct sx_way *back);

#endif
