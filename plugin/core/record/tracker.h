/* tracker.h
 * All transactions of a capture and how they hang together: how they are recorded.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Fed on the first pass, in the order of the frames; records.h reads on any pass. Records, judges
 * nothing: what is overdue is for judge/watch.
 */
#ifndef SX_TRACKER_H
#define SX_TRACKER_H

#include "core/facts/seen.h"
#include "core/record/records.h"

/* key: 128 random bits. The config is copied. Free it with sx_tracker_free(). */
struct sx_tracker *sx_tracker_new(const uint64_t key[2], const struct sx_config *cfg);
void sx_tracker_free(struct sx_tracker *tracker);

/* The number by which the next frame of the first pass is named in all calls; see frame_numbers.h.
 * */
uint32_t sx_tracker_next_frame(struct sx_tracker *tracker, uint32_t frame_number);

/* Says that a frame begins; every frame of the capture, in order. Returns true if a wait may be
 * overdue now; cheap: one comparison. */
bool sx_tracker_tick(struct sx_tracker *tracker, uint32_t frame, int64_t time_ns);

/* In place of a transaction's number: the number of a session timer (sessions.h). */
#define SX_DUE_SESSION (UINT32_C(1) << 31)
#define SX_DUE_BINDING (UINT32_C(1) << 30)

/* The next transaction whose time limit is over, or SX_DUE_SESSION and a session timer, or
 * SX_DUE_BINDING and a binding; 0 if there is none. Each limit is told once. */
uint32_t sx_tracker_due(struct sx_tracker *tracker);

/* Of a binding whose limit is over: see sx_health_is_due() and sx_health_watch_until(). */
bool sx_tracker_binding_due(struct sx_tracker *tracker, uint32_t binding);
void sx_tracker_watch_binding(struct sx_tracker *tracker, uint32_t binding, int64_t due_ns);

/* Records that the newest frame found this wait past its limit. */
void sx_tracker_expired(struct sx_tracker *tracker, uint32_t number, bool after_100);

/* Records that the newest frame, which becomes its frame, found something overdue after an
 * answer. */
void sx_tracker_add_overdue(struct sx_tracker *tracker, const struct sx_overdue *overdue);

/* Adds a message and returns its record. Fills in from and to. */
struct sx_message *sx_tracker_observe(struct sx_tracker *tracker, struct sx_observation *obs);

/* True if the tracker knows any host yet whose TCP segments it could want. */
bool sx_tracker_watches_tcp(const struct sx_tracker *tracker);

/* True if the tracker wants to see a segment with these flags and this much payload: connections
 * that do not come up or break are why requests stay unanswered, and flows hang on them. */
bool sx_tracker_wants(const struct sx_tracker *tracker, unsigned flags, uint32_t payload);

/* Adds a TCP segment. On the first pass. */
void sx_tracker_tcp(struct sx_tracker *tracker, const struct sx_segment *segment);

/* True if the tracker wants to see datagrams that hold no SIP: keep-alives of flows over UDP. */
bool sx_tracker_watches_udp(const struct sx_tracker *tracker);

/* Adds a UDP datagram that holds no SIP. On the first pass. */
void sx_tracker_udp(struct sx_tracker *tracker, const struct sx_datagram *datagram);

/* Adds the news that a packet from src to dst did not arrive: an ICMP error that quotes too little
 * to name the transaction. quote: what it holds of the message; NULL for nothing. On the first
 * pass. */
void sx_tracker_undelivered(struct sx_tracker *tracker, uint32_t frame, int64_t time_ns,
                            const struct sx_address *src, const struct sx_address *dst,
                            const struct sx_sip_msg *quote);

/* Adds the news that one is too large for the way on. On the first pass. */
void sx_tracker_too_big(struct sx_tracker *tracker, const struct sx_seen_too_big *big);

/* Adds a packet from src that could hold SIP which the capture does not show: encrypted,
 * compressed, or a fragment without the others. dst: where it went, if a request in the other
 * direction could have it for an answer; NULL if it is of a connection of its own. On the first
 * pass. */
void sx_tracker_unreadable(struct sx_tracker *tracker, uint32_t frame, const struct sx_address *src,
                           const struct sx_address *dst);

/* Adds a fragment whose packet is not whole yet. On the first pass. */
void sx_tracker_fragment(struct sx_tracker *tracker, const struct sx_seen_fragment *fragment);

/* Adds the last fragment of a packet that is whole now: none of them hides anything. On the first
 * pass. */
void sx_tracker_reassembled(struct sx_tracker *tracker, const struct sx_seen_fragment *fragment);

/* The capture was read to its end. */
void sx_tracker_end(struct sx_tracker *tracker);

#endif
