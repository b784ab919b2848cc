/* flow_state.h
 * What the parts of the flows share; private to them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * flow.c       registrations, and the requests that are sent to them
 * flow_link.c  the connections below them, and how they die
 */
#ifndef SX_FLOW_STATE_H
#define SX_FLOW_STATE_H

#include "core/record/flow.h"

/* Flows, bindings and the like that are followed in one chain; a client has a handful. */
#define SX_MAX_FLOWS 64

/* A user's AOR. */
struct sx_user {
    struct sx_fingerprint key;
    char *aor;
    uint32_t number;            /* from 1 */
    uint32_t removed_in;        /* the last REGISTER with Contact: * */
};

/* A binding as RFC 5626 6 has it: AOR, instance and reg-id. */
struct sx_binding {
    struct sx_fingerprint key;
    struct sx_fingerprint instance_key; /* of AOR and instance */
    int64_t tried_ns;           /* a REGISTER without a final response yet; see tried_in */
    int64_t failed_ns;          /* when the last attempt failed */
    uint32_t number;            /* from 1 */
    uint32_t reg_id;
    uint32_t newest;            /* flow */
    uint32_t next;              /* another binding of the same instance; 0: none */
    uint32_t tried_in;
    uint32_t failures;          /* one after the other */
    uint32_t failed_in;
    uint32_t open_failure;      /* the newest 430 that no registration followed; 0: none */
    bool challenged;            /* the next REGISTER is the same attempt */
};

/* An edge proxy's end of the connections. */
struct sx_edge {
    struct sx_connection at;    /* without a client */
    int64_t ended_ns;           /* the first of those that it ended shortly one after the other */
    uint32_t ended;             /* how many these are */
    uint32_t open;              /* connections that carry a flow and are not closed */
    bool all_ended;             /* none was left then */
};

/* A REGISTER that came too early. */
struct sx_early {
    uint32_t frame;
    uint32_t flow;
    struct sx_back_off back_off;
};

struct sx_flows {
    uint64_t key[2];
    struct sx_pool flows, users, bindings, links, edges, failures, losses, early;
    GHashTable *by_token;       /* &flow->token_key -> newest flow */
    GHashTable *by_contact;     /* &flow->contact_key -> newest flow */
    GHashTable *by_aor;         /* &user->key -> user */
    GHashTable *by_binding;        /* &binding->key -> binding */
    GHashTable *by_instance;    /* &binding->instance_key -> newest binding */
    GHashTable *by_connection;  /* &link->ends -> newest link */
    GHashTable *by_edge;        /* &edge->at -> edge */
    GHashTable *by_txn;         /* transaction number -> failure */
    GHashTable *strange;        /* transaction number -> flow; see sx_flows_strange_token() */
    uint32_t udp_links;
};

struct sx_flow *sx_flow_numbered(const struct sx_flows *flows, uint32_t number);

/* Takes over what a Contact: * removed. */
void sx_flow_settle(const struct sx_flows *flows, struct sx_flow *flow);

/* The flow goes over the way of this REGISTER. */
void sx_flow_set_link(struct sx_flows *flows, struct sx_flow *flow,
                      const struct sx_observation *obs, const struct sx_txn *txn);

bool sx_flow_is_on(const struct sx_flow *flow, const struct sx_txn *txn);

/* What a new registration over a link makes good. */
void sx_link_revive(struct sx_link *link);

void sx_links_init(struct sx_flows *flows);
void sx_links_clear(struct sx_flows *flows);

#endif
