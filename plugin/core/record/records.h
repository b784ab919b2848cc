/* records.h
 * What is known of a capture: its transactions, messages and waits, to be read on any pass.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Everything is const: reading changes nothing, so what one frame says never depends on the order
 * in which frames are looked at. A tracker owns all that it hands out: pointers live until
 * sx_tracker_free(). Frames are frame numbers from 1, times nanoseconds since the epoch.
 *
 * Limitations: a B2BUA's two sides share no Via and mostly no Call-ID and stay two calls; legs.h
 * joins what it can.
 */
#ifndef SX_RECORDS_H
#define SX_RECORDS_H

#include "core/base/config.h"
#include "core/facts/hosts.h"
#include "core/facts/txn.h"
#include "core/record/names.h"

/* A wait that a frame found past its deadline. */
struct sx_expiry {
    uint32_t frame;
    uint32_t txn;
    int64_t waited_ns;
    bool after_100; /* waits for more than a 100; else for any response */
};

/* What follows an answer and did not come in time. */
enum sx_due {
    SX_DUE_ACK,     /* of a final response to INVITE */
    SX_DUE_REFRESH, /* of a registration */
    SX_DUE_NOTHING  /* the frame that found it holds what was due itself */
};

struct sx_overdue {
    uint32_t frame;       /* that found it */
    uint32_t since_frame; /* the message that waits */
    uint32_t txn, dialog; /* of that message; dialog 0: none */
    uint32_t registering; /* SX_DUE_REFRESH: struct sx_registering, the 2xx that granted it */
    uint32_t refused_in;  /* ... and the response that refused the refresh; 0: there was none */
    int64_t waited_ns;
    uint16_t refused_code;
    uint8_t due; /* enum sx_due */
};

/* The connection that carried an INVITE was closed by its client, and the INVITE had no other
 * response than 100 yet. */
struct sx_hangup {
    uint32_t frame; /* the FIN or RST */
    uint32_t txn;
    int64_t time_ns;
    bool reset;
};

/* A TCP connection that a SIP host asked for and did not get. */
struct sx_attempt {
    uint32_t frame;       /* the reset, or the second SYN that nothing answered */
    uint32_t since_frame; /* the first SYN */
    int64_t since_ns;
    struct sx_endpoint from, to;
    bool came_up; /* later, all the same */
};

struct sx_tracker;

const struct sx_config *sx_tracker_config(const struct sx_tracker *tracker);

/* The records of a frame, in the order of their observation; NULL if there are none. */
const struct sx_message *sx_tracker_message(const struct sx_tracker *tracker, uint32_t frame,
                                            uint32_t nth);

/* The REGISTER that the nth message of a frame or a later one is of, and its responses; *nth goes
 * on behind it. NULL behind the last: one TCP segment may hold several. */
const struct sx_txn *sx_tracker_next_register(const struct sx_tracker *tracker, uint32_t frame,
                                              uint32_t *nth);

/* The nth wait that this frame found past its deadline; NULL if there is no such. */
const struct sx_expiry *sx_tracker_expiry(const struct sx_tracker *tracker, uint32_t frame,
                                          uint32_t nth);

/* The same of what follows an answer. */
const struct sx_overdue *sx_tracker_overdue(const struct sx_tracker *tracker, uint32_t frame,
                                            uint32_t nth);

/* What the request of a transaction that was found overdue is called; false where it is not known
 * any more. */
bool sx_tracker_names(const struct sx_tracker *tracker, uint32_t txn, struct sx_name *name);

/* The nth INVITE whose connection this frame closed; NULL if there is no such. */
const struct sx_hangup *sx_tracker_hangup(const struct sx_tracker *tracker, uint32_t frame,
                                          uint32_t nth);

/* The client closed the connection of an INVITE, and did not send the INVITE over another one. NULL
 * if it did not. A connection is no call: the call may go on over another one. */
const struct sx_hangup *sx_tracker_connection_lost(const struct sx_tracker *tracker,
                                                   const struct sx_txn *txn);

/* Likewise, and nothing shows that the client is still there: it sent no SIP and asked for no
 * connection after that, as far as the capture was read. What comes later may show that it is. */
const struct sx_hangup *sx_tracker_hung_up(const struct sx_tracker *tracker,
                                           const struct sx_txn *txn);

/* Attempts to connect in the order of their frames: the first of this frame or later, and so on.
 * NULL behind the last. */
const struct sx_attempt *sx_tracker_attempt(const struct sx_tracker *tracker, uint32_t frame,
                                            uint32_t nth);

/* The registered flows; see flow.h. */
const struct sx_flows *sx_tracker_flows(const struct sx_tracker *tracker);

/* The newest transaction that was forwarded from the same one as this, whether that one is in the
 * capture or not, and the next older one of them. This one is among them. NULL at the end. */
const struct sx_txn *sx_tracker_siblings(const struct sx_tracker *tracker,
                                         const struct sx_txn *txn);
const struct sx_txn *sx_tracker_next_sibling(const struct sx_tracker *tracker,
                                             const struct sx_txn *sibling);

/* The newest of the distinct responses of a transaction and the next older one; NULL at the end. */
const struct sx_message *sx_tracker_responses(const struct sx_tracker *tracker,
                                              const struct sx_txn *txn);
const struct sx_message *sx_tracker_older_response(const struct sx_tracker *tracker,
                                                   const struct sx_message *response);

/* Frame of the first final response of a transaction with this To tag and this code, or any for 0.
 * A fork may send several (RFC 3261 16.7 item 5). 0 if there is none. */
uint32_t sx_tracker_final_with(const struct sx_tracker *tracker, const struct sx_txn *txn,
                               unsigned code, uint32_t to_tag);

/* The same of one that is no 2xx. */
uint32_t sx_tracker_failure_with(const struct sx_tracker *tracker, const struct sx_txn *txn,
                                 uint32_t to_tag);

/* NULL for number 0. */
const struct sx_txn *sx_tracker_txn(const struct sx_tracker *tracker, uint32_t number);
uint32_t sx_tracker_txn_count(const struct sx_tracker *tracker);
const struct sx_host *sx_tracker_host(const struct sx_tracker *tracker, uint32_t host);

/* How long after the first response but 100 the first one with either code came, in milliseconds.
 * False if there is none. */
bool sx_tracker_response_ms(const struct sx_tracker *tracker, const struct sx_txn *txn,
                            unsigned code, unsigned or_code, uint32_t *ms);

/* The transaction that a request or response belongs to, without observing it; 0 if unknown. */
uint32_t sx_tracker_find(const struct sx_tracker *tracker, const struct sx_sip_msg *msg);

/* Frame of the first INVITE to the same hop and Request-URI as this one that the hop sent on at
 * once; 0 if there is none. */
uint32_t sx_tracker_sent_on(const struct sx_tracker *tracker, const struct sx_txn *txn);

/* See call.h; the tracker keeps them. */
struct sx_call_numbers *sx_tracker_call_numbers(const struct sx_tracker *tracker);

/* True once the capture was read to its end: what still waits is open or timed out, not "so far".
 * */
bool sx_tracker_ended(const struct sx_tracker *tracker);

/* Where a read filter drops frames, the numbers here are not those of Wireshark; see
 * frame_numbers.h. The one of a frame that is looked at again; the one to show for it, 0 if it was
 * dropped; whether any were. */
uint32_t sx_tracker_frame_again(const struct sx_tracker *tracker, uint32_t frame_number);
uint32_t sx_tracker_frame_shown(const struct sx_tracker *tracker, uint32_t frame);
bool sx_tracker_drops_frames(const struct sx_tracker *tracker);

/* Number and time stamp of the newest frame. */
uint32_t sx_tracker_last_frame(const struct sx_tracker *tracker);
int64_t sx_tracker_now(const struct sx_tracker *tracker);

#endif
