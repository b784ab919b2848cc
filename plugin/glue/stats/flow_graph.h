/* flow_graph.h
 * Statistics > Flow Graph > "SIP Explain", and -z flow,sipexplain,standard.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_FLOW_GRAPH_H
#define SX_FLOW_GRAPH_H

#include "glue/compat.h"

#include "core/read/sip_msg.h"

/* Its listeners are told of arrows. */
#define SX_FLOW_TAP "sipexplain.flow"

/* One arrow. Of packet scope, as its strings are. */
struct sx_arrow {
    const char *label;   /* "480 Temporarily Unavailable", "200 OK to BYE"; above the arrow */
    const char *comment; /* what the verdict says besides; "": nothing */
    bool flagged;
    bool first_pass;    /* what follows is not known yet */
    bool plain;         /* the comment is no more than a time or a link */
    uint32_t call;      /* its number; 0: of none */
    uint32_t failed_in; /* where a connection ends: the response by which its flow failed later */
    const struct sx_sip_msg *msg; /* NULL: a packet without SIP */
};

void sx_flow_graph_register(int proto);

/* True if anyone draws a graph. */
bool sx_flow_graph_wanted(void);

/* Adds an arrow from the packet's source to its destination. */
void sx_flow_graph_tell(packet_info *pinfo, const struct sx_arrow *arrow);

#endif
