/* tcp_bytes.h
 * What the numbers of TCP show of bytes that the capture lacks.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Every message over TCP and every segment that ends a connection has its place in what its sender
 * sends, and says how much its sender has got. Of each connection the ends are kept, and the frames
 * in which they run ahead of what is in sight; they are asked for where a request has no answer.
 */
#ifndef SX_TCP_BYTES_H
#define SX_TCP_BYTES_H

#include "core/record/tracker_state.h"

void sx_tcp_bytes_init(struct sx_tracker *tracker);
void sx_tcp_bytes_clear(struct sx_tracker *tracker);

/* This frame and those after it are read again. */
void sx_tcp_bytes_frame_again(struct sx_tracker *tracker, uint32_t frame);

/* Adds a message that came over TCP. */
void sx_tcp_bytes_message(struct sx_tracker *tracker, const struct sx_observation *obs);

/* Adds a segment that begins or ends a connection; back: from where it went to where it came from.
 */
void sx_tcp_bytes_segment(struct sx_tracker *tracker, const struct sx_segment *segment,
                          const struct sx_way *back);

/* The first frame up to this one that shows: after the request, or its 100, its server sent bytes
 * over the same connection that the capture lacks, as many as a response has. 0: none does. */
uint32_t sx_tcp_bytes_missed(const struct sx_tracker *tracker, const struct sx_txn *txn,
                             uint32_t until_frame);

#endif
