/* flow_story.h
 * The story of a 430 Flow Failed: whose flow it was, and what became of the request.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_FLOW_STORY_H
#define SX_FLOW_STORY_H

#include "core/record/flow.h"

enum sx_flow_outcome {
    SX_FLOW_UNKNOWN,
    SX_FLOW_OTHER_ANSWERED,
    SX_FLOW_OTHERS_FAILED,
    SX_FLOW_REREGISTERED,
    SX_FLOW_HANDED_ON,
    SX_FLOW_NOTHING_TRIED,
    SX_FLOW_OPEN
};

/* How the client came back, by RFC 5626 4.5. */
enum sx_flow_return {
    SX_RETURN_UNKNOWN,
    SX_RETURN_IN_TIME,
    SX_RETURN_TOO_EARLY, /* sooner after a failed attempt than it has to wait */
    SX_RETURN_NEVER      /* though it could see the loss, and the longest wait is over */
};

/* What a response says of a flow. */
struct sx_flow_story {
    const struct sx_flow *flow;  /* NULL: the capture does not tie it to a registration */
    const struct sx_flow *again; /* the flow that was registered in its place afterwards */
    struct sx_back_off back_off; /* of the attempt that came back, or came too early */
    enum sx_flow_outcome outcome;
    enum sx_flow_death death;
    enum sx_flow_return returned;
    int64_t silent_ns;     /* since the client's last bytes; -1: unknown */
    int64_t idle_ns;       /* from there to the end of the connection; -1: unknown */
    uint32_t death_in;     /* the frame that shows how it died; 0: none */
    uint32_t flow_timer_s; /* 0: none */
    uint32_t ended;        /* SX_DEATH_ALL_AT_ONCE: how many connections */
    uint32_t repeats;      /* SX_DEATH_NO_ACK: how often TCP repeated */
    uint32_t delivered_in; /* the request, sent over the flow all the same */
    bool client_unseen;    /* with that: the capture has no message that its receiver sends */
    uint32_t alive_in;     /* what the client answered to that, or later: the flow works */
    uint32_t alive_code;
    bool alive_later;     /* it was another request, and the client had not registered again */
    uint32_t replaced_in; /* a REGISTER before the request had made another flow */
    uint32_t retry_in;    /* the request sent over another flow, after it or beside it */
    uint32_t retry_reg_id;
    uint32_t retry_code; /* its first final response; 0: none */
    uint32_t retry_code_in;
    uint32_t wrong_token_in; /* a request to another device, with this flow's token */
    bool retried;            /* over another flow; retry_in is 0 where its request was lost */
    uint32_t earlier_in;     /* the response by which another flow had failed before */
    uint32_t reregistered_in;
    int64_t reregistered_after_ns; /* time from the response to it */
    uint32_t upstream_in;          /* what the next hop upstream was told instead */
    uint32_t upstream_code;
    int64_t watched_ns;    /* from the response to the end of the capture */
    unsigned code;         /* of the response */
    bool ended_early;      /* the capture ends before a repair had its time */
    bool in_dialog;        /* the request had a To tag */
    bool edge_unreachable; /* SX_DEATH_UNREACHABLE: not the client */
    bool from_client;      /* the client itself sent the response */
    bool route_repair;     /* the 430 has P-Dialog-Recovery-Action */
    bool over_it;          /* the request came over the very flow that it names */
    bool may_be_over_it;   /* or may have: its client's registration is not in the capture */
    bool token_route;      /* the top Route may hold a flow token */
    bool unseen_request;   /* the capture lacks it: what its Route held is not known */
    bool wrong_token;      /* the request names another device's Contact */
    bool to_register;      /* the response is to a REGISTER: no flow was made yet */
    bool about_flow;       /* it says that the flow is gone, and nothing gainsays it */
};

/* What a 403 has to do with a flow token. */
enum sx_flow_token {
    SX_TOKEN_NONE,
    SX_TOKEN_OWN,       /* the edge refuses the token that it gave itself */
    SX_TOKEN_RESTARTED, /* and it ended the connection before */
    SX_TOKEN_STRANGE    /* it refuses another than the one it gave for this Contact */
};

/* True if this final response of the transaction says that a flow is gone: 430; 477, 500, 503, and
 * 403 after the edge's end of the connection, where the capture shows the registration and its
 * connection (what real edges say instead). */
bool sx_flow_is_loss(const struct sx_tracker *tracker, const struct sx_txn *txn, unsigned code);

/* The story of the transaction's final response; for a relayed one, of the transaction where it
 * came from. */
struct sx_flow_story sx_flow_tell(const struct sx_tracker *tracker, const struct sx_txn *txn);

/* The first response by which this flow had failed: what it says is not gainsaid. NULL: there is
 * none. */
const struct sx_flow_failure *sx_flow_failed(const struct sx_tracker *tracker,
                                             const struct sx_flow *flow);

/* True of a registered flow whose connection ends in this frame (sx_flows_lost_here()), if somebody
 * loses it: who takes the registration back first, or moves it to another connection, loses
 * nothing. */
bool sx_flow_is_lost_by(const struct sx_flows *flows, const struct sx_flow *flow, uint32_t frame);

/* False if an attempt that counts as failed has no response in the capture, which does not show
 * that it had none. */
bool sx_flow_has_failed(const struct sx_tracker *tracker, const struct sx_back_off *back_off);

/* What the transaction's final response 403 has to do with a flow token; *flow: the registration.
 * */
enum sx_flow_token sx_flow_token_of(const struct sx_tracker *tracker, const struct sx_txn *txn,
                                    const struct sx_flow **flow);

#endif
