/* flow_state.h
 * What the parts of the registrations share; private to them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * flow.c          what all of them need
 * flow_names.c    what they are found by
 * flow_bindings.c which binding a Contact is
 * flow_register.c what a REGISTER asks for
 * flow_answers.c  what comes of it
 * flow_listed.c   bindings that only a registrar's list tells of
 * flow_attempts.c when a client may try again (RFC 5626 4.5)
 * flow_route.c    which of them a request is sent to
 * flow_link.c     the connections below them
 * flow_health.c   refreshes that come late, too often, or not at all
 * flow_failure.c  how they die, and what says so
 */
#ifndef SX_FLOW_STATE_H
#define SX_FLOW_STATE_H

#include "core/base/fingerprint_map.h"
#include "core/base/texts.h"
#include "core/read/outbound.h"
#include "core/record/flow.h"

/* Flows, bindings and the like that are followed in one chain; a client has a handful. */
#define SX_MAX_FLOWS 64

/* Contacts of one REGISTER or 2xx that are looked at. */
#define SX_MAX_CONTACTS 32

/* Bytes of a string that is kept. */
#define SX_MAX_FLOW_TEXT 255

/* An edge proxy's end of the connections. */
struct sx_edge {
    struct sx_connection at; /* without a client */
    int64_t ended_ns;        /* the first of those that it ended shortly one after the other */
    uint32_t ended;          /* how many these are */
    uint32_t open;           /* connections to it that are not closed */
    uint32_t old;            /* of these: how many were there already at that moment */
    bool all_ended;          /* none was left then */
};

/* A name of several flows, a Contact or a flow token, in the chain of those with one fingerprint;
 * private to flow_names.c. */
struct sx_flow_name {
    uint32_t flow;
    uint32_t older;
};

struct sx_flows {
    uint64_t key[2];
    struct sx_deadlines *deadlines;
    struct sx_texts texts;
    struct sx_pool flows, mores, users, bindings, links, edges, failures, losses, early, names,
        events, attempts, back_offs, marks, user_mores, binding_mores, listed;
    struct sx_fingerprint_map by_name;    /* private to flow_names.c */
    struct sx_fingerprint_map by_aor;     /* -> user */
    struct sx_fingerprint_map by_binding; /* -> binding */
    struct sx_fingerprint_map by_ua;      /* -> the newest binding of a client */
    GHashTable *by_connection;            /* &link->ends -> newest link */
    GHashTable *by_edge;                  /* &edge->at -> edge */
    GHashTable *by_txn;                   /* transaction number -> failure */
    GHashTable *strange; /* transaction number -> flow; see sx_flows_strange_token() */
    uint32_t udp_links;
};

struct sx_flow *sx_flow_numbered(const struct sx_flows *flows, uint32_t number);
struct sx_binding *sx_binding_of(const struct sx_flows *flows, const struct sx_flow *flow);

/* To write on what not all flows have. */
struct sx_flow_more *sx_flow_give_more(struct sx_flows *flows, struct sx_flow *flow);

/* To write on what not all bindings have. */
struct sx_binding_more *sx_binding_give_more(struct sx_flows *flows, struct sx_binding *binding);

/* The Path of a REGISTER or its 2xx: the flow is found by the flow token in it. */
void sx_flow_set_path(struct sx_flows *flows, struct sx_flow *flow, struct sx_slice path);

/* What the user has whose AOR a REGISTER or its response names; NULL: none that is known. */
struct sx_user_more *sx_flow_user_of(struct sx_flows *flows, const struct sx_observation *obs);

/* The user of a REGISTER with Contact: * wants to leave; frame 0: it is decided. NULL: none that is
 * known. */
struct sx_user_more *sx_flow_leave(struct sx_flows *flows, const struct sx_observation *obs,
                                   uint32_t frame);

/* Takes over what a Contact: * removed. */
void sx_flow_settle(const struct sx_flows *flows, struct sx_flow *flow);

/* True if it was registered, and nothing has ended that. */
bool sx_flow_is_alive(const struct sx_flows *flows, struct sx_flow *flow, int64_t now_ns);

/* ---- flow_attempts.c ---- */

void sx_attempts_init(struct sx_flows *flows);
void sx_attempts_clear(struct sx_flows *flows);

/* The client tries to make the flow, of an outbound binding. */
void sx_attempt_begins(struct sx_flows *flows, struct sx_flow *flow,
                       const struct sx_observation *obs);
void sx_attempt_failed(struct sx_flows *flows, const struct sx_flow *flow,
                       const struct sx_observation *obs, const struct sx_txn *txn);
void sx_attempt_succeeded(struct sx_flows *flows, const struct sx_flow *flow);

/* ---- flow_health.c ---- */

/* A REGISTER for the binding got its first 2xx: this event. Its lifetime is known. */
void sx_health_granted(struct sx_flows *flows, const struct sx_flow *flow, uint32_t event,
                       const struct sx_txn *txn);
void sx_health_removed(const struct sx_flows *flows, const struct sx_flow *flow);

/* The binding's newest 2xx says when it runs out. */
void sx_health_watch(struct sx_flows *flows, uint32_t binding);

/* ---- flow_link.c ---- */

/* The flow goes over the way of this REGISTER. */
void sx_flow_set_link(struct sx_flows *flows, struct sx_flow *flow,
                      const struct sx_observation *obs, const struct sx_txn *txn);

/* A registration whose REGISTER the capture lacks goes over this connection: the edge lives while
 * it does. */
void sx_link_seen(struct sx_flows *flows, const struct sx_txn *txn);

/* What a new registration over a link makes good. */
void sx_link_revive(struct sx_link *link);

bool sx_edge_lives_on(const struct sx_flows *flows, const struct sx_edge *edge);
const struct sx_edge *sx_link_edge(const struct sx_flows *flows, const struct sx_link *link);

void sx_links_init(struct sx_flows *flows);
void sx_links_clear(struct sx_flows *flows);

#endif
