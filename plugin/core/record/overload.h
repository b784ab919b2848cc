/* overload.h
 * Servers that refuse with 503, and clients that do not stay away as long as they are asked to.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * RFC 3261 21.5.4: a client that gets 503 with Retry-After sends no other request to that server
 * until the time is over. Retry-After of any other code is about the callee, not about the server.
 * A client is known by its address and the sent-by of its Via, so that two phones behind one NAT
 * stay two.
 *
 * What counts as another request is what the client is free to send: not ACK and CANCEL, nothing
 * inside a dialog, no OPTIONS, which asks whether the server is back, and no emergency call (RFC
 * 5031). A 2xx to a later request ends the time.
 */
#ifndef SX_OVERLOAD_H
#define SX_OVERLOAD_H

#include "core/record/records.h"

/* So many refusals of one server in so short a time are a storm. */
#define SX_STORM_REFUSALS 20
#define SX_STORM_NS (10 * SX_NS_PER_S)

/* A 503 with Retry-After. */
struct sx_pause {
    uint32_t frame; /* the 503 */
    uint32_t txn;
    uint32_t seconds;
    uint32_t uri_hash;   /* of the request; only what is for the same counts, where only_uri */
    uint32_t hurried_in; /* the first request that came too early; 0: none did */
    uint32_t hurried;    /* how many did */
    int64_t from_ns;     /* the 503 */
    int64_t until_ns;    /* with some slack; INT64_MIN: a 2xx has ended it */
    bool only_uri;       /* the 503 came from further on: it may be about that one target */
};

/* A request that came too early. */
struct sx_hurry {
    uint32_t frame; /* its first send */
    uint32_t txn;
    uint32_t pause; /* number */
    uint32_t nth;   /* of those during the pause, from 1 */
};

/* A 503 that the server made itself. */
struct sx_refusal {
    uint32_t frame;
    uint32_t txn;
    uint32_t older; /* of the same server, index + 1; 0: none */
    uint32_t run;   /* which one of a storm it is, from 1; 0: none goes on */
    int64_t ns;
    uint32_t since; /* the first of the storm, index + 1 */
};

/* Of the final response of a transaction; NULL if it is no 503 with Retry-After. */
const struct sx_pause *sx_pause_of(const struct sx_tracker *tracker, const struct sx_txn *txn);

/* For how long it asks, less the slack that clocks and round trips need; nanoseconds. */
int64_t sx_pause_length_ns(const struct sx_pause *pause);

/* By its number; NULL where there is none. */
const struct sx_pause *sx_pause_at(const struct sx_tracker *tracker, uint32_t number);

/* Of the request of a transaction; NULL if it did not come too early. */
const struct sx_hurry *sx_hurry_of(const struct sx_tracker *tracker, const struct sx_txn *txn);

/* Of the final response of a transaction; NULL if it is no 503 that was made there. */
const struct sx_refusal *sx_refusal_of(const struct sx_tracker *tracker, const struct sx_txn *txn);

/* By its number; NULL where there is none. */
const struct sx_refusal *sx_refusal_at(const struct sx_tracker *tracker, uint32_t number);

/* ---- the recording, by the tracker ---- */

struct sx_observation;
struct sx_overload;

struct sx_overload *sx_overload_new(void);
void sx_overload_free(struct sx_overload *overload);

/* The frame that bore this number before, and those after it, were dropped. */
void sx_overload_frame_again(struct sx_overload *overload, uint32_t frame);

/* Adds a final response 503. */
void sx_overload_refused(struct sx_tracker *tracker, const struct sx_txn *txn,
                         const struct sx_observation *obs);

/* Adds a new request, or a 2xx to one. Only while some pause lasts: sx_tracker.paused_until_ns. */
void sx_overload_request(struct sx_tracker *tracker, const struct sx_txn *txn,
                         const struct sx_observation *obs);
void sx_overload_served(struct sx_tracker *tracker, const struct sx_txn *txn);

#endif
