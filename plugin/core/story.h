/* story.h
 * The story of a 430 Flow Failed: whose flow it was, and what became of the request.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_STORY_H
#define SX_STORY_H

#include "core/flow.h"

enum sx_flow_outcome {
    SX_FLOW_UNKNOWN,
    SX_FLOW_OTHER_ANSWERED,
    SX_FLOW_OTHERS_FAILED,
    SX_FLOW_REREGISTERED,
    SX_FLOW_HANDED_ON,
    SX_FLOW_NOTHING_TRIED,
    SX_FLOW_OPEN
};

/* What a response says of a flow. */
struct sx_flow_story {
    const struct sx_flow *flow;     /* NULL: the capture does not tie it to a registration */
    enum sx_flow_outcome outcome;
    enum sx_flow_death death;
    int64_t silent_ns;              /* since the client's last bytes; -1: unknown */
    uint32_t death_in;              /* the frame that shows how it died; 0: none */
    uint32_t delivered_in;          /* the request, sent over the flow all the same */
    uint32_t alive_in;              /* what the client answered to that: the flow works */
    uint32_t retry_in;              /* the request sent over another flow */
    uint32_t retry_code;            /* its first final response; 0: none */
    uint32_t reregistered_in;
    int64_t reregistered_after_ns;  /* time from the response to it */
    uint32_t upstream_in;           /* what the next hop upstream was told instead */
    uint32_t upstream_code;
    bool in_dialog;                 /* the request had a To tag */
};

/* True if this final response of the transaction says that a flow is gone: 430; 477 or 403 where
 * the capture shows that the flow it was sent over is closed (what real edges say instead). */
bool sx_flow_is_loss(const struct sx_tracker *tracker, const struct sx_txn *txn, unsigned code);

/* The story of the transaction's final response; for a relayed one, of the transaction where it
 * came from. */
struct sx_flow_story sx_flow_tell(const struct sx_tracker *tracker, const struct sx_txn *txn);

#endif
