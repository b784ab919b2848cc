/* flow.h
 * RFC 5626 flows: who registered them, over which connection, and how they died.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A flow is made by a REGISTER with +sip.instance and reg-id in its Contact that got a 2xx. It is
 * known by the client's connection where the capture shows that hop, and by the flow token in the
 * Path where it shows the hop to the registrar.
 *
 * Limitations: pings are recognized by their length, so not inside TLS or WebSocket.
 */
#ifndef SX_FLOW_H
#define SX_FLOW_H

#include "core/tracker.h"

struct sx_connection {
    struct sx_endpoint client, edge;
};

/* One flow. Strings are its own, cut at 255 bytes; NULL if unknown. */
struct sx_flow {
    char *aor;
    char *instance;
    struct sx_fingerprint instance_key;
    struct sx_fingerprint contact_key;  /* of the registered Contact URI */
    struct sx_fingerprint token_key;    /* of the Path URI; zero if not seen */
    int64_t registered_ns;
    int64_t refreshed_ns;
    int64_t expires_ns;         /* when the binding runs out; INT64_MAX if unknown */
    int64_t last_client_ns;     /* the client's last bytes on the connection */
    int64_t ping_ns;            /* a keep-alive that nothing answered */
    int64_t closed_ns;
    struct sx_connection connection;    /* from the client to the edge; port 0 if not seen */
    uint32_t number;            /* from 1 */
    uint32_t reg_id;
    uint32_t flow_timer_s;      /* RFC 5626 10; 0: none */
    uint32_t stream;            /* tcp.stream */
    uint32_t registered_in;     /* the REGISTER that made it */
    uint32_t refreshed_in;      /* the last REGISTER over it */
    uint32_t removed_in;        /* REGISTER that removed the binding */
    uint32_t closed_in;         /* FIN or RST */
    uint32_t ping_in;
    uint32_t failed_in;         /* first 430 (or its like) */
    uint32_t older;             /* the flow of this instance made before; 0: none */
    uint32_t newer;             /* the flow made after it for the same reg-id */
    uint32_t on_connection;     /* another flow on the same connection; 0: none */
    uint8_t transport;
    bool has_connection;
    bool has_stream;
    bool accepted;              /* its REGISTER got a 2xx */
    bool outbound;              /* the 2xx required outbound (RFC 5626 6) */
    bool reset;                 /* closed by RST */
    bool closed_by_client;
};

/* How a flow died, as far as the capture shows it before a time. */
enum sx_flow_death {
    SX_DEATH_UNKNOWN,
    SX_DEATH_CLOSED,        /* FIN or RST */
    SX_DEATH_NO_PONG,       /* RFC 5626 4.4.1: no pong for 10 s */
    SX_DEATH_FLOW_TIMER,    /* the client was silent past Flow-Timer */
    SX_DEATH_REMOVED,       /* the client took the registration back */
    SX_DEATH_EXPIRED        /* the registration ran out */
};

/* What a flow looked like when a response said that it is gone. */
struct sx_flow_failure {
    int64_t silent_ns;              /* -1: unknown */
    uint32_t txn;
    uint32_t death_in;              /* frame; 0: none shows it */
    uint8_t death;                  /* enum sx_flow_death */
};

/* The end of a connection that registered flows hang on. */
struct sx_flow_loss {
    uint32_t frame;
    uint32_t flow;
};

struct sx_flows;

/* key: as the tracker's. Owns all that it hands out, until sx_flows_free(). */
struct sx_flows *sx_flows_new(const uint64_t key[2]);
void sx_flows_free(struct sx_flows *flows);
uint32_t sx_flows_count(const struct sx_flows *flows);
const struct sx_flow *sx_flows_at(const struct sx_flows *flows, uint32_t number);

/* What the tracker tells on the first pass. */

/* A REGISTER with its transaction; upstream: the flow of the transaction it was forwarded from, or
 * 0. Returns the number of the flow it makes or refreshes; 0 if it is none. */
uint32_t sx_flows_register(struct sx_flows *flows, const struct sx_observation *obs,
                           const struct sx_txn *txn, uint32_t upstream);

/* A 2xx to such a REGISTER, whose first hop in the capture is in frame register_in. */
void sx_flows_registered(struct sx_flows *flows, const struct sx_observation *obs,
                         const struct sx_txn *txn, uint32_t register_in);

/* The flow that a request is sent to, by the flow token in its Route or by its Request-URI; 0 if
 * it is none that is known. */
uint32_t sx_flows_routed(const struct sx_flows *flows, const struct sx_sip_msg *msg);

/* A TCP segment from one endpoint to another. Cheap where no flow uses the connection. */
void sx_flows_segment(struct sx_flows *flows, const struct sx_segment *segment,
                      struct sx_endpoint from, struct sx_endpoint to);

/* A final response that may say that the flow is gone. */
void sx_flows_failed(struct sx_flows *flows, const struct sx_observation *obs,
                     const struct sx_txn *txn);

/* NULL if there was none. */
const struct sx_flow_failure *sx_flows_failure(const struct sx_flows *flows, uint32_t txn);

/* The nth flow whose connection ends in this frame; NULL if there is no such. */
const struct sx_flow *sx_flows_lost_here(const struct sx_flows *flows, uint32_t frame,
                                         uint32_t nth);

#endif
