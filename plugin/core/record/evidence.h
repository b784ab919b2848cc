/* evidence.h
 * What a capture can see of the answer to a request: before "nothing came" is said, ask here.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * That a response is not in the capture does not show that there was none: captures lose packets,
 * see one direction only, or hold packets that cannot be read. There was none if the client behaved
 * as one that heard nothing, or if what the server sends to it is seen around that time and nothing
 * is repeated on this transport. What else came of a response tells missing.h.
 */
#ifndef SX_EVIDENCE_H
#define SX_EVIDENCE_H

#include "core/record/records.h"

/* Up to where the capture counts: its newest frame, or the end of a wait. */
struct sx_horizon {
    uint32_t frame;
    int64_t ns;
};

/* The newest frame. */
struct sx_horizon sx_evidence_now(const struct sx_tracker *tracker);

/* How the client of a request went on. Over UDP it sends the request again while it hears nothing:
 * after 0.5 s, then after twice as long each time (RFC 3261 17.1.1.2), for other methods than
 * INVITE up to 4 s (17.1.2.2), until 32 s are over. */
enum sx_hearing {
    SX_HEARD_UNKNOWN,  /* its behaviour tells nothing: a reliable transport, or too early */
    SX_HEARD_NOTHING,  /* it sent the request each time that it was due, so far */
    SX_HEARD_SOMETHING /* it stopped sooner: it has an answer, or gave up */
};

enum sx_hearing sx_evidence_hearing(const struct sx_txn *txn, struct sx_horizon until);

/* When the client sends the request again if it hears nothing; nanoseconds. */
int64_t sx_evidence_due_ns(const struct sx_txn *txn);

/* True if the capture holds SIP from the server to the client, no longer before or after the
 * request than a client waits for a response (RFC 3261 Timers B and F, 32 s). */
bool sx_evidence_sees_answers(const struct sx_tracker *tracker, const struct sx_txn *txn,
                              struct sx_horizon until);

/* True if an ICMP error or a reset came for what the client sent last: it did not arrive. */
bool sx_evidence_unreachable(const struct sx_txn *txn, struct sx_horizon until);

/* True if the client says itself that it heard nothing: it is a proxy that answers its own caller
 * 408 (RFC 3261 16.7 item 6). */
bool sx_evidence_gave_up(const struct sx_tracker *tracker, const struct sx_txn *txn,
                         struct sx_horizon until);

/* True if the client gave the request up for another target while it had heard nothing: it sent an
 * INVITE again, and where the next time was due it sent a new branch instead. */
bool sx_evidence_tried_elsewhere(const struct sx_tracker *tracker, const struct sx_txn *txn,
                                 struct sx_horizon until);

/* True if a hop did not hand on to its client what a branch answered it: more than one message of
 * it, not at the same moment, for any one may be lost by the capture. Each has to be handed on (RFC
 * 3261 16.7 item 5): provisional responses other than 100, and each 2xx that comes, repeated or
 * not. Or one that went elsewhere. For failures asks only that the branch repeats them. */
bool sx_evidence_not_relayed(const struct sx_tracker *tracker, const struct sx_txn *txn,
                             const struct sx_txn *branch, struct sx_horizon until);

/* The frame that ended the connection of an INVITE before any response: the server closed or reset
 * it. 0 if none did. */
uint32_t sx_evidence_connection_lost(const struct sx_txn *txn, struct sx_horizon until);

/* True if the client sent another INVITE of this call after that, and has a response to it. */
bool sx_evidence_went_on(const struct sx_tracker *tracker, const struct sx_txn *txn,
                         struct sx_horizon until);

/* True if the capture shows that no response came: any of the above, by the rules of the transport,
 * while the request was not cancelled. Says nothing of packets that cannot be read (missing.h). */
bool sx_evidence_of_silence(const struct sx_tracker *tracker, const struct sx_txn *txn,
                            struct sx_horizon until);

#endif
