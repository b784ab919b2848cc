/* flow.h
 * Registrations: each binding of the capture, and the flows that it was reached over.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A binding ties an AOR to a Contact (RFC 3261 10), or to an instance and reg-id where the client
 * uses SIP outbound (RFC 5626 6). A flow is what a binding was registered over for a time: two
 * addresses and ports and a transport (RFC 5626 2). It is known by the client's connection where
 * the capture shows that hop, and by the flow token in the Path where it shows the hop to the
 * registrar.
 *
 * Strings and structs that are handed out live until sx_flows_free(). Frames are frame numbers from
 * 1, 0: none; times nanoseconds since the epoch.
 */
#ifndef SX_FLOW_H
#define SX_FLOW_H

#include "core/base/deadlines.h"
#include "core/facts/seen.h"
#include "core/read/stun.h"
#include "core/record/records.h"

struct sx_connection {
    struct sx_endpoint client, edge;
    uint64_t salt; /* the same in all: keeps their hashes from being guessed */
};

/* A connection, or for UDP the two addresses and ports, that flows go over. */
struct sx_link {
    struct sx_connection ends;
    int64_t last_client_ns; /* the client's last bytes */
    int64_t ping_ns;
    int64_t closed_ns;
    int64_t repeated_ns;
    int64_t since_ns;        /* it came up; INT64_MIN: before anything of it was seen */
    uint32_t newest_flow;    /* over it; 0: it carries no registration */
    uint32_t edge;           /* number, private to flow_link.c */
    uint32_t stream;         /* tcp.stream, where has_stream */
    uint32_t ping_in;        /* a keep-alive that nothing answered; 0: none */
    uint32_t closed_in;      /* FIN or RST */
    uint32_t unreachable_in; /* ICMP error */
    uint32_t refused_in;     /* STUN error response */
    uint32_t moved_in;       /* STUN response with another mapped address */
    uint32_t repeated_in;    /* the edge's bytes, once more */
    uint32_t repeats;        /* how often, from there on, without a byte from the client */
    uint32_t goodbye_in;     /* who ends the connection says so before any FIN */
    uint32_t repeated_end;   /* sequence number after these bytes */
    uint32_t edge_end;       /* sequence number after the edge's newest byte */
    uint32_t client_end;     /* likewise of the client, where has_client_end */
    uint32_t ping_ack;       /* what the client had of the edge when it sent ping_in */
    struct sx_stun_address mapped;
    uint8_t transport; /* enum sx_transport */
    bool has_stream;
    bool has_edge_end; /* the capture sees what the edge sends */
    bool has_client_end;
    bool lacks_edge;       /* but not all of it */
    bool late;             /* the edge sent again, but too late to be the pong */
    bool reset;            /* closed by RST */
    bool closed_by_client; /* by who said goodbye first, if anyone did */
    bool goodbye_of_client;
    bool closer_unknown;   /* the capture lacks the client's last bytes, maybe its FIN */
    bool forgotten;        /* that RST answers a segment of a connection unknown to the edge */
    bool edge_unreachable; /* unreachable_in concerns the client's datagram */
    bool owes_pong;        /* the edge has agreed to answer keep-alives (RFC 5626 4.4.1, 6) */
};

/* What RFC 5626 4.5 says of an attempt to register. */
struct sx_back_off {
    int64_t waited_ns;      /* since the attempt before it failed */
    int64_t least_ns;       /* and how long it had to */
    uint32_t failures;      /* attempts that failed one after the other; 0: this is the first */
    uint32_t failed_in;     /* the last of them: response, or unanswered REGISTER */
    uint32_t unanswered_in; /* the last unanswered REGISTER of them; 0: none */
};

/* What a flow has that a Contact over UDP, registered and refreshed, has not. */
struct sx_flow_more {
    const char *instance;               /* "": none is known */
    struct sx_fingerprint token_key;    /* of the Path URI; zero if not seen */
    struct sx_fingerprint token_before; /* the one that a refresh has replaced */
    struct sx_fingerprint edge_key;     /* of its host part */
    struct sx_link *link;  /* NULL: the client's hop was not seen, or UDP without outbound */
    uint32_t reg_id;       /* 0: no SIP outbound */
    uint32_t flow_timer_s; /* RFC 5626 10; 0: none */
    uint32_t attempts;     /* of an outbound flow; private */
    uint32_t failure;      /* the newest response that may say that it is gone; 0: none */
    uint32_t older;        /* the flow tried before for the same binding; 0: none */
    uint32_t newer;        /* the flow made after it for the same binding */
    uint32_t on_link;      /* another flow over the same link; 0: none */
    uint32_t also_removed; /* by the REGISTER that removes this one */
    uint32_t also_added;   /* by the REGISTER that adds this one */
    uint32_t replaces;     /* what that REGISTER removes; 0: nothing */
    uint32_t leaving_in;   /* one that is to remove it, without a final response yet */
    uint32_t registrar;    /* where relayed; see sx_flow_registrar() */
    uint32_t brought_by;
    bool relayed; /* the first response that the capture has of it is not that to the client */
};

/* One flow. Strings are cut at 255 bytes. */
struct sx_flow {
    const char *contact;             /* URI, as registered last */
    struct sx_flow_more *more;       /* NULL: nothing of it; see sx_flow_more() */
    const struct sx_user *user;      /* whose it is */
    struct sx_endpoint client, edge; /* of the client's hop, where has_way */
    uint32_t number;                 /* from 1 */
    uint32_t registered_in;          /* the REGISTER that made it */
    uint32_t removed_in;             /* REGISTER that removed the binding */
    uint32_t binding;                /* number, from 1 */
    uint32_t granted;     /* struct sx_registering: the newest 2xx to a REGISTER over it; 0: none */
    uint8_t transport;    /* enum sx_transport of the client's hop, where has_way */
    bool has_way : 1;     /* the client's hop is in the capture */
    bool own_address : 1; /* the Contact is where that hop begins: no NAT is between */
    bool has_path : 1;    /* its REGISTER or the 2xx had one (RFC 3327) */
    bool accepted : 1;    /* its REGISTER got a 2xx */
    bool refused : 1;     /* its newest REGISTER was refused, and none accepted before */
    bool routed_late : 1; /* a request outside a dialog was sent to it when it had run out */
};

extern const struct sx_flow_more sx_flow_no_more;

/* Never NULL: nothing of it is a record of its own. */
static inline const struct sx_flow_more *sx_flow_more(const struct sx_flow *flow)
{
    return flow->more ? flow->more : &sx_flow_no_more;
}

/* What came of one REGISTER for a binding. */
struct sx_registering {
    const struct sx_txn *txn; /* of the hop that has its final response first in the capture */
    uint32_t register_in;     /* the first REGISTER of it in the capture */
    uint32_t expires_s;       /* granted, where has_expires */
    uint32_t flow : 31;
    uint32_t removes : 1;
    uint32_t older : 31; /* of the same binding; 0: none */
    uint32_t has_expires : 1;
};

/* A binding. */
struct sx_binding {
    uint32_t user;
    uint32_t newest; /* flow */
    uint32_t next_of_user;
    uint32_t newest_event;      /* struct sx_registering */
    uint32_t first_in, last_in; /* REGISTERs */
    uint32_t granted;           /* how many of them were */
    uint32_t newest_grant;      /* struct sx_registering; 0: none, or it was removed */
    uint32_t more;              /* see sx_binding_more(); 0: nothing of it */
    uint32_t watch_s;           /* private to flow_health.c */
};

/* What a binding has that is not just refreshed in time, or is of an instance. */
struct sx_binding_more {
    struct sx_fingerprint ua; /* the client: AOR and instance; zero: it has none */
    uint32_t reg_id;
    uint32_t next;         /* an older binding of the same client; 0: none */
    uint32_t open_failure; /* the newest 430 that no registration followed; 0: none */
    uint32_t attempts;     /* of an outbound binding; private */
    uint32_t newest_late;  /* see sx_health_newest_late(); private */
    uint32_t soon;         /* REGISTERs in a row that came soon after the one before; 0: as 1 */
    uint32_t soon_since;   /* struct sx_registering: the first of them, where soon */
    uint32_t most_soon;    /* the longest such row */
};

/* A user's AOR. */
struct sx_user {
    const char *aor;
    uint32_t newest_binding;
    uint32_t more; /* see sx_user_more(); 0: nothing of it */
};

/* What a user has who has sent Contact: *, or a REGISTER that the capture lacks. */
struct sx_user_more {
    uint32_t removed_in;    /* the last REGISTER with it */
    uint32_t leaving_in;    /* one without a final response yet */
    uint32_t unseen_in;     /* the last 2xx of a REGISTER that the capture lacks on every hop */
    uint32_t newest_listed; /* struct sx_listed; 0: none */
};

/* A binding of the user in the lists of a registrar (RFC 3261 10.3 step 8), where these say more
 * than the REGISTERs in the capture: it lacks those that made it, or the last refresh. */
struct sx_listed {
    int64_t until_ns; /* it holds as long; INT64_MAX: no list says how long */
    uint32_t frame;   /* the first 2xx that lists it, and the last one */
    uint32_t last_in;
    uint32_t host;    /* the registrar */
    uint32_t binding; /* 0: one or more that no REGISTER in the capture names */
    uint32_t older;   /* of the same user; 0: none */
};

/* How a flow died, as far as the capture shows it before a time. */
enum sx_flow_death {
    SX_DEATH_UNKNOWN,
    SX_DEATH_CLOSED,      /* FIN or RST */
    SX_DEATH_NO_PONG,     /* RFC 5626 4.4.1: no pong for 10 s; 4.4.2: no STUN response */
    SX_DEATH_FLOW_TIMER,  /* the client was silent past Flow-Timer */
    SX_DEATH_REMOVED,     /* the client took the registration back */
    SX_DEATH_EXPIRED,     /* the registration ran out */
    SX_DEATH_UNREACHABLE, /* ICMP */
    SX_DEATH_NO_ACK,      /* TCP repeats what nothing acknowledges */
    SX_DEATH_MOVED,       /* RFC 5626 4.4.2: the mapped address is another */
    SX_DEATH_REFUSED,     /* RFC 5626 4.4.2: STUN error response */
    SX_DEATH_FORGOTTEN,   /* the edge does not know the connection any more */
    SX_DEATH_ALL_AT_ONCE  /* the edge ended it together with all its others */
};

/* What a flow looked like when a response said that it is gone. */
struct sx_flow_failure {
    int64_t silent_ns; /* -1: unknown */
    int64_t idle_ns;   /* from the client's last bytes to the end of the connection */
    int64_t again_ns;  /* time of the 2xx below */
    uint32_t frame;
    uint32_t txn;
    uint32_t flow;
    uint32_t older;         /* failure of the same binding that is open; 0: none */
    uint32_t older_of_flow; /* failure of the same flow; 0: none */
    uint32_t death_in;      /* frame; 0: none shows it */
    uint32_t ended;         /* SX_DEATH_ALL_AT_ONCE: how many connections */
    uint32_t repeats;       /* SX_DEATH_NO_ACK: how often */
    uint32_t replaced_in;   /* the REGISTER that made another flow in its place before */
    uint32_t again_in;      /* the REGISTER that renewed the binding first after it */
    uint32_t again_flow;    /* the flow of that REGISTER */
    uint32_t flow_timer_s;  /* as it was then */
    uint32_t works_in;      /* what the client answered over the flow first after it; 0: nothing */
    uint16_t works_code;
    uint8_t death;         /* enum sx_flow_death */
    bool edge_unreachable; /* SX_DEATH_UNREACHABLE: not the client */
    bool lost;             /* the response says that the flow is gone */
};

struct sx_flows;

/* key: as the tracker's. deadlines: where it notes when a registration runs out, each as
 * SX_DUE_BINDING and the number of the binding. Owns all that it hands out, until sx_flows_free().
 */
struct sx_flows *sx_flows_new(const uint64_t key[2], struct sx_deadlines *deadlines);
void sx_flows_free(struct sx_flows *flows);

/* Flows, bindings and users by their numbers from 1; NULL where there is none. */
uint32_t sx_flows_count(const struct sx_flows *flows);
const struct sx_flow *sx_flows_at(const struct sx_flows *flows, uint32_t number);
uint32_t sx_bindings_count(const struct sx_flows *flows);
const struct sx_binding *sx_binding_at(const struct sx_flows *flows, uint32_t number);
const struct sx_user *sx_user_at(const struct sx_flows *flows, uint32_t number);
const struct sx_registering *sx_registering_at(const struct sx_flows *flows, uint32_t number);

const struct sx_listed *sx_listed_at(const struct sx_flows *flows, uint32_t number);

/* Never NULL: nothing of it is all zero. */
const struct sx_binding_more *sx_binding_more(const struct sx_flows *flows,
                                              const struct sx_binding *binding);
const struct sx_user_more *sx_user_more(const struct sx_flows *flows, const struct sx_user *user);

/* When its registration runs out; INT64_MAX if unknown. */
int64_t sx_flow_expires_ns(const struct sx_flows *flows, const struct sx_flow *flow);

/* The last REGISTER that was granted over it, after the one that made it; 0: none. */
uint32_t sx_flow_refreshed_in(const struct sx_flows *flows, const struct sx_flow *flow);

/* The host that granted it, as far as the capture shows, and the one that it answered. */
#define SX_NO_HOST UINT32_MAX
uint32_t sx_flow_registrar(const struct sx_flow *flow);
uint32_t sx_flow_brought_by(const struct sx_flow *flow);

/* The newest flow that was tried for the same binding. */
const struct sx_flow *sx_flows_newest(const struct sx_flows *flows, const struct sx_flow *flow);

/* The newest binding of the client that made this one; struct sx_binding.next leads on. */
const struct sx_binding *sx_binding_newest_of_client(const struct sx_flows *flows,
                                                     const struct sx_binding *binding);

/* True if the transaction's request goes over the flow to its client. */
bool sx_flow_is_to_client(const struct sx_flow *flow, const struct sx_txn *txn);

/* True if this frame asks for another registration of the binding that this one is of, or takes it
 * back. */
bool sx_flows_asks_in(const struct sx_flows *flows, const struct sx_registering *grant,
                      uint32_t frame);

/* True if both belong to one instance of one AOR. */
bool sx_flows_of_one_instance(const struct sx_flows *flows, const struct sx_flow *a,
                              const struct sx_flow *b);

/* True if both belong to one AOR. */
bool sx_flows_of_one_user(const struct sx_flow *a, const struct sx_flow *b);

/* RFC 5626 4.5, of an outbound flow: its newest attempt, and the first that came too early
 * (failures 0: none did). */
struct sx_back_off sx_flow_back_off(const struct sx_flows *flows, const struct sx_flow *flow);
struct sx_back_off sx_flow_early(const struct sx_flows *flows, const struct sx_flow *flow);

/* What the tracker tells on the first pass. */

/* The frame that bore this number before, and those after it, were dropped. */
void sx_flows_frame_again(struct sx_flows *flows, uint32_t frame);

/* The flow that a request is sent to, by the flow token in its Route or by its Request-URI; where
 * it is none, or more than one fits, the transaction has none. upstream: that of the transaction it
 * was forwarded from, or 0. Returns the user whose AOR the Request-URI is where it names no Contact
 * that is known, else 0. */
uint32_t sx_flows_route(struct sx_flows *flows, const struct sx_sip_msg *msg, struct sx_txn *txn,
                        uint32_t upstream);

/* The flow whose Contact the transaction's request names, though the flow token in its Route is
 * another than the one that the same edge gave to that flow. NULL: there is none. */
const struct sx_flow *sx_flows_strange_token(const struct sx_flows *flows, uint32_t txn);

/* True if there is a connection that flows go over. */
bool sx_flows_over_tcp(const struct sx_flows *flows);

/* A TCP segment from one endpoint to another. Cheap where no flow uses the connection. */
void sx_flows_segment(struct sx_flows *flows, const struct sx_segment *segment,
                      struct sx_endpoint from, struct sx_endpoint to);

/* True if there is a flow over UDP that keep-alives are watched of. */
bool sx_flows_over_udp(const struct sx_flows *flows);

/* A UDP datagram; stun: what it is of STUN. */
void sx_flows_datagram(struct sx_flows *flows, const struct sx_datagram *datagram,
                       struct sx_endpoint from, struct sx_endpoint to, const struct sx_stun *stun);

/* An ICMP error says that a datagram between these did not arrive. */
void sx_flows_unreachable(struct sx_flows *flows, uint32_t frame, struct sx_endpoint from,
                          struct sx_endpoint to);

/* The first response but 100 to a request: what a client answers over a flow that an edge proxy has
 * called gone shows that it works. */
void sx_flows_answered(struct sx_flows *flows, const struct sx_observation *obs,
                       const struct sx_txn *txn);

/* A final response that may say that the flow is gone. */
void sx_flows_failed(struct sx_flows *flows, const struct sx_observation *obs,
                     const struct sx_txn *txn);

/* NULL if there was none. */
const struct sx_flow_failure *sx_flows_failure(const struct sx_flows *flows, uint32_t txn);

/* Of the flow, or the one before it; NULL for number 0. */
const struct sx_flow_failure *sx_flow_failure_at(const struct sx_flows *flows, uint32_t number);

/* True if an attempt came sooner than RFC 5626 4.5 lets it. */
bool sx_back_off_too_early(const struct sx_back_off *back_off);

/* Of the REGISTER in this frame that tried to make the flow, if it came too early; else NULL. */
const struct sx_back_off *sx_flows_too_early(const struct sx_flows *flows, uint32_t frame,
                                             uint32_t flow);

/* The newest flow whose connection ends in this frame, and the next older one of the same
 * connection; NULL if there is no such. */
const struct sx_flow *sx_flows_lost_here(const struct sx_flows *flows, uint32_t frame);
const struct sx_flow *sx_flows_next_lost(const struct sx_flows *flows, const struct sx_flow *flow);

#endif
