/* txn.h
 * One transaction as the capture shows it (RFC 3261 17, corrected by RFC 6026).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Times are nanoseconds since the epoch, frames are frame numbers from 1, 0 means "not seen".
 */
#ifndef SX_TXN_H
#define SX_TXN_H

#include "core/base/fingerprint.h"
#include "core/read/sip_msg.h"
#include "core/read/transport.h"

/* The client transaction's states; an observer sees both ends as one. */
enum sx_txn_state {
    SX_TXN_CALLING,    /* request sent, nothing back: Calling or Trying */
    SX_TXN_PROCEEDING, /* a provisional response */
    SX_TXN_COMPLETED,  /* a final response, for INVITE not 2xx */
    SX_TXN_ACCEPTED,   /* 2xx to INVITE (RFC 6026 7.2) */
    SX_TXN_CONFIRMED,  /* the ACK of a non-2xx final */
    SX_TXN_STATES
};

enum sx_txn_event {
    SX_TXN_REQUEST,
    SX_TXN_PROVISIONAL,
    SX_TXN_SUCCESS,
    SX_TXN_FAILURE,
    SX_TXN_ACK,
    SX_TXN_EVENTS
};

/* One SIP message of the capture. */
struct sx_message {
    uint32_t frame;
    uint32_t txn;      /* number of its transaction; 0 if it names none */
    uint32_t repeats;  /* frame of the message that this one repeats */
    uint32_t next;     /* index + 1 of the next older distinct response */
    uint32_t identity; /* tells responses, or requests, of a transaction apart */
    uint16_t code;     /* 0 on requests */
    uint8_t method;    /* enum sx_method; of CSeq on responses */
    uint8_t flags;
};

enum {
    SX_MESSAGE_DUPLICATE = 1,   /* `repeats` is the same packet, captured twice */
    SX_MESSAGE_ENDS_WAIT = 2,   /* it may end the wait after a 100 */
    SX_MESSAGE_QUOTED = 4,      /* quoted by an ICMP error: evidence, not a message */
    SX_MESSAGE_OTHER_PLACE = 8, /* a duplicate of another interface, VLAN, tunnel or hop */
    SX_MESSAGE_TRANSLATED = 16, /* a duplicate between other addresses: a NAT's other side */
    SX_MESSAGE_RELIABLE = 32    /* a provisional response with RSeq (RFC 3262) */
};

struct sx_endpoint {
    uint32_t host; /* index into the tracker's hosts */
    uint16_t port;
};

static inline bool sx_endpoint_eq(struct sx_endpoint a, struct sx_endpoint b)
{
    return a.host == b.host && a.port == b.port;
}

/* Where a response went, measured by the request (RFC 3261 18.2.2, RFC 3581 4). */
enum sx_answer_way {
    SX_ANSWER_TO_SOURCE, /* where the request came from, or it cannot be told */
    SX_ANSWER_BY_VIA,    /* somewhere else, as its Via says */
    SX_ANSWER_ASTRAY     /* neither there nor where its Via says */
};

/* What of a message differs from the dialog or transaction that it is meant for; a set of bits. */
enum sx_differs {
    SX_DIFFERS_FROM_TAG = 1,
    SX_DIFFERS_TO_TAG = 2,
    SX_DIFFERS_CSEQ_NUMBER = 4,
    SX_DIFFERS_CSEQ_METHOD = 8,
    SX_DIFFERS_VIA_BRANCH = 16,
    SX_DIFFERS_VIA_SENT_BY = 32,
    SX_DIFFERS_VIA_MISSING = 64,
    SX_DIFFERS_VIA_TOO_MANY = 128,
    SX_DIFFERS_CALL_ID = 256
};

/* What few transactions have. */
struct sx_txn_rare {
    int64_t last_request_ns; /* where resends */
    int64_t cancel_ns;
    uint64_t session_hash; /* of the sender's UUID in an INVITE's Session-ID (RFC 7989): a B2BUA
                            * keeps it; 0: none */
    uint32_t last_request_frame;     /* where resends */
    uint32_t resends;                /* how often the request was sent once more */
    uint32_t resends_after_100;      /* of these */
    uint32_t repeat_gap_ms;          /* between the two newest sends of the request */
    uint32_t cancel_frame;           /* first CANCEL of this INVITE */
    uint32_t related;                /* a CANCEL's INVITE, an INVITE's CANCEL */
    uint32_t next_waiting;           /* next older one whose second Via names nothing seen yet */
    uint32_t expired_frame;          /* the frame that found it waiting past its deadline */
    uint32_t unreachable_frame;      /* an ICMP error or TCP reset that the request met */
    uint32_t last_unreachable_frame; /* the newest of them */
    uint32_t returned_frame;         /* an ICMP error that a response met */
    uint32_t closed_frame;           /* the server closed the connection of its INVITE before any
                                      * response */
    uint32_t too_big_frame;          /* an ICMP error that says that the request is too large */
    uint32_t hangup;                 /* index + 1: the client closed the connection of its INVITE */
    uint32_t stray;                  /* of responses that are for it and do not match it; 0: none */
    uint32_t meant_for;              /* such a one's request */
    uint32_t progress_ms; /* from the first response that is not a 100 to the newest 101 to 199 */
    struct sx_endpoint answer_dst; /* with answered_aside */
    uint16_t differs;              /* enum sx_differs; with meant_for */
    bool answered_aside;           /* the first response that is not a 100 went to answer_dst */
};

/* What a transaction has that is more than a request and its final response. */
struct sx_txn_more {
    struct sx_txn_rare *rare; /* NULL: nothing of it */
    int64_t trying_ns;
    int64_t first_response_ns;
    int64_t last_response_ns;
    int64_t ack_ns;
    int64_t last_ns;
    uint32_t trying_frame; /* first 100, unless another response came before it */
    uint32_t trying_tag;   /* of the first 100; 0: it has none */
    uint32_t first_tag;    /* of the first response that is not a 100 */
    uint32_t ack_frame;    /* first ACK of a failure */
    uint32_t ack_tag;      /* hash of its To tag */
    uint32_t expires_s;    /* Expires of an INVITE in seconds; 0: none */
    uint32_t next_on_way;  /* next older INVITE on the same connection */
    uint32_t callee;       /* the user whose AOR its Request-URI is; 0: none known */
    uint32_t rseq;         /* of a PRACK: the number in its RAck */
    uint16_t first_response_code;
};

/* What every transaction has. The rest is asked for by the functions below. */
struct sx_txn {
    struct sx_fingerprint key;
    struct sx_fingerprint parent_key; /* of the second Via; zero if there is none */
    uint64_t call_hash;               /* of the Call-ID; 0 if there is none */
    struct sx_txn_more *more;         /* NULL: nothing of it */
    int64_t request_ns;
    int64_t final_ns;
    uint32_t number; /* from 1, in the order of first appearance */
    uint32_t parent; /* numbers of transactions; 0: none */
    uint32_t first_child;
    uint32_t next_sibling;         /* next older child of the same parent */
    uint32_t followed_by;          /* the attempt that came after a challenge, redirection, ... */
    uint32_t request_frame;        /* first request */
    uint32_t first_response_frame; /* first response that is not a 100 */
    uint32_t final_frame;          /* first final response */
    uint32_t responses;            /* index + 1 of the newest distinct response */
    uint32_t final_tag;            /* sx_txn_tag_hash() of the To tag of the first final response */
    uint32_t next_alike;   /* next older INVITE or ACK of a 2xx of the same client, Call-ID and
                            * CSeq number */
    uint32_t uri_hash;     /* of the Request-URI, of INVITE and in dialogs */
    uint32_t request_hash; /* of the Request-URI and the tags (RFC 3261 17.2.3) */
    uint32_t messages;     /* index + 1 of the newest one */
    uint32_t cseq;
    uint32_t flow;         /* the flow it registers, or is sent to; 0: none known */
    uint32_t auth;         /* index + 1: its credentials and challenges; 0: none */
    uint32_t next_in_call; /* next older transaction with the same Call-ID */
    uint32_t branch_hash;  /* of the topmost Via */
    uint32_t sent_by_hash;
    uint32_t from_tag; /* sx_txn_tag_hash() of a request's tags; 0: none. Of INVITE, CANCEL, */
    uint32_t to_tag;   /* and what is in a dialog, or should be */
    uint32_t dialog;   /* inside a dialog: its number; else the newest dialog that its
                        * responses make, a confirmed one before an early one; 0: none */
    uint32_t names;    /* where sx_names_note() put them; 0: nowhere */
    uint32_t next_in_dialog;     /* next older transaction of the same dialog */
    struct sx_endpoint src, dst; /* of the request; else as the response implies */
    uint16_t final_code;
    uint16_t network;      /* of the first request's destination: interface, VLAN, tunnel */
    uint16_t reason;       /* of a BYE or CANCEL: sx_reason_number(); 0: none */
    uint8_t vias;          /* Via values of the request; 0: not known */
    uint8_t method;        /* enum sx_method */
    uint8_t state;         /* enum sx_txn_state */
    uint8_t transport;     /* enum sx_transport */
    uint8_t distinct;      /* responses in the list above; it stops growing at a limit */
    uint8_t answer_way;    /* enum sx_answer_way of the first response that is not a 100 */
    bool in_dialog : 1;    /* the request has a To tag */
    bool ack_astray : 1;   /* an ACK of its failure went elsewhere than it did */
    bool by_called : 1;    /* ... and comes from SX_SIDE_CALLED of its dialog */
    bool tags_swapped : 1; /* a BYE that goes the way of the INVITE with the tags of the other side,
                            * or the way back with those of the caller */
    bool to_contact : 1;   /* a request in a dialog to the very address of its Request-URI */
    bool own_contact : 1;  /* its first response that is no 100 has a Contact of the sender */
    bool other_host : 1;   /* a BYE whose Via names another host than its dialog's called_host */
    bool old_branch : 1;   /* no magic cookie */
    bool token_route : 1;  /* the topmost Route has a user part, as a flow token is */
    bool own_token : 1;    /* the only token in its Route is that of the flow that it comes over */
    bool unregisters : 1;  /* a REGISTER that removes its bindings */
    bool unregisters_all : 1;   /* a REGISTER with Contact: * and Expires: 0 */
    bool has_path : 1;          /* a REGISTER with Path */
    bool outbound_path : 1;     /* ... whose last value has ob (RFC 5626 5.1) */
    bool route_repair : 1;      /* its 430 has P-Dialog-Recovery-Action */
    bool redirected_child : 1;  /* a branch below ended in 3xx */
    bool expired_after_100 : 1; /* expired_frame found it waiting behind a 100 */
    bool token_known : 1;       /* its flow is found by the flow token in its Route */
    bool wrong_token : 1;       /* its flow is that of its token, its Contact is another device's */
    bool bad_credentials : 1;   /* its 401 or 407 refuses the credentials of the request */
    bool seen_elsewhere : 1;    /* the request was seen between two other addresses, too (NAT) */
    bool trying_elsewhere : 1;  /* its 100 came from another host than the request went to */
    bool completed_elsewhere : 1; /* a CANCEL whose Reason is SIP 200 (RFC 3326) */
    bool uneven_repeats : 1;      /* it was sent again sooner than before: no timer does so */
    bool way_back_seen : 1;       /* an INVITE over TCP whose connection bears nothing that could be
                                   * a response, as the server's own segments show */
};

/* What few transactions have, all zero for those that have nothing of it. Never NULL. */
extern const struct sx_txn_more sx_txn_no_more;
extern const struct sx_txn_rare sx_txn_no_rare;

static inline const struct sx_txn_more *sx_txn_more(const struct sx_txn *txn)
{
    return txn->more ? txn->more : &sx_txn_no_more;
}

static inline const struct sx_txn_rare *sx_txn_rare(const struct sx_txn *txn)
{
    return txn->more && txn->more->rare ? txn->more->rare : &sx_txn_no_rare;
}

/* How often the request was sent, the first time included. */
static inline uint32_t sx_txn_sends(const struct sx_txn *txn)
{
    return txn->request_frame ? 1 + sx_txn_rare(txn)->resends : 0;
}

/* The newest request. */
static inline int64_t sx_txn_last_request_ns(const struct sx_txn *txn)
{
    const struct sx_txn_rare *rare = sx_txn_rare(txn);

    return rare->resends ? rare->last_request_ns : txn->request_ns;
}

static inline uint32_t sx_txn_last_request_frame(const struct sx_txn *txn)
{
    const struct sx_txn_rare *rare = sx_txn_rare(txn);

    return rare->resends ? rare->last_request_frame : txn->request_frame;
}

/* Of first_response_frame; without more than that it is the final one. */
static inline int64_t sx_txn_first_response_ns(const struct sx_txn *txn)
{
    return txn->more ? txn->more->first_response_ns : txn->final_ns;
}

static inline unsigned sx_txn_first_response_code(const struct sx_txn *txn)
{
    return txn->more ? txn->more->first_response_code : txn->final_code;
}

static inline uint32_t sx_txn_first_tag(const struct sx_txn *txn)
{
    return txn->more ? txn->more->first_tag : txn->first_response_frame ? txn->final_tag : 0;
}

/* The newest response, and the newest message of any kind. */
static inline int64_t sx_txn_last_response_ns(const struct sx_txn *txn)
{
    return txn->more ? txn->more->last_response_ns : txn->final_ns;
}

static inline int64_t sx_txn_last_ns(const struct sx_txn *txn)
{
    if (txn->more)
        return txn->more->last_ns;
    return txn->final_frame ? txn->final_ns : txn->request_ns;
}

/* Where the first response that is not a 100 went. */
static inline struct sx_endpoint sx_txn_answer_dst(const struct sx_txn *txn)
{
    const struct sx_txn_rare *rare = sx_txn_rare(txn);

    return rare->answered_aside ? rare->answer_dst : txn->src;
}

/* The state after an event; unexpected events leave it as it is. */
enum sx_txn_state sx_txn_next(bool invite, enum sx_txn_state state, enum sx_txn_event event);

/* True if a request with the same key at this time, in another packet than any before, begins a new
 * transaction, because the old one must be gone (RFC 3261 17.2: Timers H, I, J; RFC 6026 7.1: Timer
 * L). Over a reliable transport I and J are 0. */
bool sx_txn_is_over(const struct sx_txn *txn, int64_t now_ns);

/* True if the request of the branch was sent on by the hop that got the request of the parent; else
 * there are hops between that were not captured. */
bool sx_txn_is_next_hop(const struct sx_txn *parent, const struct sx_txn *branch);

/* Of a tag, to tell the tags of one call apart. It needs no key: whoever could make two tags
 * collide could as well send the same tag twice. */
uint32_t sx_txn_tag_hash(struct sx_slice tag);

/* True for the message that `frame` stands for: this is it, or a copy of it seen elsewhere. */
static inline bool sx_message_stands_for(const struct sx_message *message, uint32_t frame)
{
    return frame != 0 && (message->frame == frame ||
                          (message->repeats == frame &&
                           message->flags & (SX_MESSAGE_OTHER_PLACE | SX_MESSAGE_TRANSLATED)));
}

/* True if a request of its method is always inside a dialog. */
static inline bool sx_txn_needs_dialog(const struct sx_txn *txn)
{
    return txn->method == SX_METHOD_BYE || txn->method == SX_METHOD_PRACK ||
           txn->method == SX_METHOD_UPDATE || txn->method == SX_METHOD_INFO ||
           txn->method == SX_METHOD_ACK;
}

/* True if a CANCEL, or the ACK of a failure, has the topmost Via of this INVITE (RFC 3261 9.1,
 * 17.1.1.3), whatever else differs. */
static inline bool sx_txn_has_via_of(const struct sx_txn *request, const struct sx_txn *invite)
{
    return !invite->old_branch && invite->branch_hash == request->branch_hash &&
           invite->sent_by_hash == request->sent_by_hash;
}

/* True if the final response of an INVITE, no 2xx, had no ACK before this request came. */
static inline bool sx_txn_lacks_ack_before(const struct sx_txn *invite,
                                           const struct sx_txn *request)
{
    uint32_t ack = sx_txn_more(invite)->ack_frame;

    return !ack || ack > request->request_frame;
}

/* "INVITE"; "request" for a method that is not known. */
const char *sx_txn_method_name(const struct sx_txn *txn);

/* True while neither a response other than 100 nor a CANCEL has followed the 100. */
bool sx_txn_waits_after_100(const struct sx_txn *txn);

#endif
