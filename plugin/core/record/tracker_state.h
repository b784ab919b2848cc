/* tracker_state.h
 * What the parts of the tracker share; private to them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * tracker.c        the capture: its frames, waits and records
 * matching.c       which transaction a message belongs to, and what it was forwarded from
 * observe.c        each message, and whether it is whole
 * requests.c       what a request changes
 * responses.c      what a response changes
 * attempts.c       which request follows a challenge, a redirection, a repairable error
 * cancels.c        which INVITE a CANCEL is for
 * answers.c        when an answer is due, and where it went
 * signs.c          packets without SIP that show why a message has no answer
 * connections.c    what ICMP and TCP say of requests that did not arrive
 * riding.c         what TCP says of the INVITEs that a connection carries
 * tcp_bytes.c      what TCP's numbers show of bytes that the capture lacks
 * credentials.c    what requests proved of their user
 * sessions.c       session timers that were agreed on
 * strays.c         responses that do not match the request which they are for
 * dialogs.c        which dialog a message names
 * legs.c           dialogs that a B2BUA joins
 * sizes.c          requests that are large for UDP
 * overload.c       servers that refuse, and who does not stay away from them
 * missing.c        what shows that there was a response which the capture lacks
 * evidence.c       what the capture can see of an answer
 * cut.c            messages that the capture holds the beginning of
 * unreadable.c     packets that may hold SIP which the capture does not show
 */
#ifndef SX_TRACKER_STATE_H
#define SX_TRACKER_STATE_H

#include "core/base/deadlines.h"
#include "core/base/frame_numbers.h"
#include "core/record/dialogs.h"
#include "core/record/flow.h"
#include "core/record/legs.h"
#include "core/record/names.h"
#include "core/base/fingerprint_map.h"
#include "core/record/tracker.h"
#include "core/record/unreadable.h"

/* How many Via values are tried for a parent that is in the capture. */
#define SX_MAX_HOPS_UP 16

/* First fragments that are remembered until the others of their packets come. */
#define SX_FIRST_FRAGMENTS 64

/* Of a distinct response that is neither the first but 100 nor the final one. */
struct sx_response_between {
    uint32_t message; /* index + 1 */
    uint32_t to_tag;  /* sx_txn_tag_hash() */
    uint32_t ms;      /* when, in milliseconds that wrap around */
};

struct sx_tracker {
    struct sx_config cfg;
    uint64_t key[2];
    struct sx_pool overdues; /* struct sx_overdue, in the order of their frames */
    struct sx_pool txns, messages, expiries, hangups, attempts;
    struct sx_pool mores, rares; /* what not all transactions have */
    struct sx_pool between;      /* struct sx_response_between, in order */
    struct sx_pool signs;        /* struct sx_sign, in the order of their frames */
    struct sx_pool tcp_gaps;     /* these are private to tcp_bytes.c */
    GHashTable *tcp_streams;
    void *tcp_newest;
    uint32_t tcp_frame, tcp_end;       /* of the segment that was looked at last */
    struct sx_pool sightings;          /* private to copies.c */
    struct sx_pool auths, auth_values; /* private to credentials.c, as accounts is */
    GHashTable *accounts;
    struct sx_hosts hosts;
    struct sx_fingerprint_map by_key; /* transactions by their keys */
    /* by parent_key: the newest transaction whose parent was not seen */
    struct sx_fingerprint_map waiting;
    /* the first INVITE to a hop and Request-URI that it sent on at once */
    struct sx_fingerprint_map sent_on;
    struct sx_fingerprint_map by_call; /* by Call-ID: the newest transaction */
    /* the newest INVITE or ACK of a 2xx, by client, Call-ID and CSeq number */
    struct sx_fingerprint_map alike;
    GHashTable *unreadable; /* sender and receiver -> packets that may hold SIP, in order */
    uint64_t first_fragments[SX_FIRST_FRAGMENTS]; /* the newest first fragments, by their hashes */
    uint32_t next_first_fragment;
    GHashTable *awaiting;   /* attempt fingerprint -> transaction that a new attempt may follow */
    GHashTable *connecting; /* struct sx_connecting, by its way; SYN sent, not answered */
    int64_t connects_until_ns; /* private to connections.c */
    GHashTable *riding;        /* private to riding.c */
    uint32_t unheard;          /* likewise */
    struct sx_deadlines deadlines;
    struct sx_sessions *sessions;
    struct sx_flows *flows;
    struct sx_dialogs *dialogs;
    struct sx_legs *legs; /* NULL: no message had a Session-ID of both ends */
    struct sx_resents *resents;
    struct sx_final_acks *final_acks;
    struct sx_overload *overload;
    struct sx_sizes *sizes;
    int64_t paused_until_ns; /* the latest end of what a 503 asks for */
    struct sx_call_numbers *calls;
    struct sx_waiting_names *names; /* of requests */
    uint64_t sip_ports[1024];       /* a bit for each port that a SIP message named or went to */
    struct sx_frame_numbers numbers;
    int64_t now_ns;
    uint32_t last_frame;
    bool lone_cancels; /* a CANCEL, or its response, came before anything of its INVITE */
    bool ended;
};

/* A transaction to write on; NULL for number 0. Readers have sx_tracker_txn(). */
static inline struct sx_txn *sx_txn_at(const struct sx_tracker *tracker, uint32_t number)
{
    return number > 0 && number <= tracker->txns.count ? sx_pool_at(&tracker->txns, number - 1)
                                                       : NULL;
}

/* By its message's index + 1; NULL of other messages. */
static inline const struct sx_response_between *sx_response_between(
    const struct sx_tracker *tracker, uint32_t message)
{
    return sx_pool_nth(&tracker->between, message, 0);
}

/* ---- matching.c ---- */

struct sx_names sx_txn_names(const struct sx_tracker *tracker, const struct sx_sip_msg *msg);

/* names: of the message. */
struct sx_fingerprint sx_txn_key(const struct sx_tracker *tracker, const struct sx_sip_msg *msg,
                                 const struct sx_names *names, enum sx_method method);
/* The same by another Via value of the message. */
struct sx_fingerprint sx_txn_key_of(const struct sx_tracker *tracker, const struct sx_sip_msg *msg,
                                    const struct sx_names *names, const struct sx_via *via);

/* The sent-by without the port that it has anyway: RFC 3261 18.1.1, 20.42. */
struct sx_slice sx_via_sent_by(const struct sx_via *via);

struct sx_txn *sx_txn_find(const struct sx_tracker *tracker, struct sx_fingerprint key);

/* The INVITE that an ACK belongs to; NULL if the ACK is a transaction of its own. */
struct sx_txn *sx_txn_find_ack(const struct sx_tracker *tracker, const struct sx_sip_msg *msg,
                               const struct sx_names *names);

/* A transaction that its key will find; and one that it will not. */
struct sx_txn *sx_txn_new(struct sx_tracker *tracker, const struct sx_observation *obs,
                          struct sx_fingerprint key);
struct sx_txn *sx_txn_add(struct sx_tracker *tracker, const struct sx_observation *obs,
                          struct sx_fingerprint key);

/* To write on what not all transactions have, which this one has from then on. */
struct sx_txn_more *sx_txn_give_more(struct sx_tracker *tracker, struct sx_txn *txn);
struct sx_txn_rare *sx_txn_give_rare(struct sx_tracker *tracker, struct sx_txn *txn);

/* Notes when a message, and a response, was the newest. After all else of it is noted: of the first
 * request and of a final response right behind it nothing more needs to be kept. */
void sx_txn_note_message(struct sx_tracker *tracker, struct sx_txn *txn, int64_t time_ns);
void sx_txn_note_response(struct sx_tracker *tracker, struct sx_txn *txn, int64_t time_ns);

/* Gives a new transaction its place in the tree: below what it was forwarded from, above what was
 * forwarded from it. In a capture merged from several, the latter may have come first. */
void sx_txn_place(struct sx_tracker *tracker, struct sx_txn *txn, const struct sx_observation *obs);

/* Notes that the host which the parent was sent to sends requests on. */
void sx_txn_mark_forwarded(struct sx_tracker *tracker, const struct sx_txn *txn);

/* 64 bits of a Call-ID, as in sx_names; 0 if there is none. */
uint64_t sx_txn_call_hash(const struct sx_tracker *tracker, struct sx_slice call_id);
uint32_t sx_txn_hash(const struct sx_tracker *tracker, struct sx_slice s);

/* ---- connections.c ---- */

struct sx_txn *sx_observe_quote(struct sx_tracker *tracker, const struct sx_observation *obs);

/* Notes that a request met an ICMP error or a reset; and the sign of it. */
void sx_txn_met_unreachable(struct sx_tracker *tracker, struct sx_txn *txn, uint32_t frame);
void sx_txn_note_sign(struct sx_tracker *tracker, const struct sx_txn *txn, uint32_t frame,
                      bool response);

/* Notes the ports that a request names as ports for SIP: the one it went to over UDP, those of its
 * Via and Request-URI, that of a registered Contact. */
void sx_note_ports(struct sx_tracker *tracker, const struct sx_observation *obs);

struct sx_way {
    struct sx_endpoint from, to;
};

/* For tables whose keys begin with the two ends of a connection. */
guint sx_way_hash(gconstpointer way);
gboolean sx_way_equal(gconstpointer one, gconstpointer other);

/* ---- strays.c ---- */

/* Adds a new transaction to those of its call. */
void sx_stray_list(struct sx_tracker *tracker, struct sx_txn *txn, const struct sx_names *names);

/* Where a response is kept that its key leads nowhere, or to a transaction of another hop
 * (matched), and that is meant for a request all the same. NULL if it is no such. */
struct sx_txn *sx_stray_find(struct sx_tracker *tracker, const struct sx_observation *obs,
                             struct sx_fingerprint key, const struct sx_txn *matched);
void sx_stray_note(struct sx_tracker *tracker, struct sx_txn *kept,
                   const struct sx_observation *obs);

/* ---- credentials.c ---- */

void sx_credentials_init(struct sx_tracker *tracker);
void sx_credentials_clear(struct sx_tracker *tracker);

/* Notes the credentials of a new request; before: the attempt that it follows, or NULL. */
void sx_credentials_sent(struct sx_tracker *tracker, struct sx_txn *txn,
                         const struct sx_txn *before, const struct sx_sip_msg *msg);

/* Notes what the first final response says of them. */
void sx_credentials_answered(struct sx_tracker *tracker, struct sx_txn *txn,
                             const struct sx_sip_msg *msg, uint32_t frame);

/* ---- missing.c ---- */

/* Notes an INVITE, or an ACK that is a transaction of its own; once. */
void sx_missing_alike(struct sx_tracker *tracker, struct sx_txn *txn);

/* ---- cut.c ---- */

/* For a message that ends before its CSeq: where its Via branch, Call-ID and method show which
 * transaction it belongs to, *whole is the message with that one's CSeq. False if nothing shows it.
 */
bool sx_cut_complete(const struct sx_tracker *tracker, const struct sx_observation *obs,
                     struct sx_sip_msg *whole);

/* Notes a message of which no more is known than from where to where it went: it may be any. */
void sx_cut_unknown(struct sx_tracker *tracker, const struct sx_observation *obs);

/* ---- unreadable.c ---- */

/* Notes a packet between two hosts that may hold SIP which the capture does not show. */
void sx_unreadable_packet(struct sx_tracker *tracker, uint32_t frame, uint32_t from, uint32_t to);

/* For sx_tracker.unreadable. */
GHashTable *sx_unreadable_new(void);

/* The newest frame holds a REGISTER: what it found run out without a refresh is not, if this is it.
 */
void sx_tracker_refresh_came(struct sx_tracker *tracker);

/* The newest frame holds a message of this transaction: what was reported as overdue is not, if the
 * message shows that it was answered unseen; for older reports it must be one of the dialog, whose
 * time says nothing of the time of the answer. */
void sx_tracker_answer_shown(struct sx_tracker *tracker, const struct sx_txn *by);

#endif
