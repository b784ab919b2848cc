/* layers.h
 * What the protocols in a frame tell of it: whether there is SIP, and how it travels.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_LAYERS_H
#define SX_LAYERS_H

#include "glue/compat.h"

#include "core/facts/txn.h"

struct sx_layers {
    unsigned count, sip;         /* layers, and those of SIP among them */
    unsigned first_sip;          /* number of the layer, from 1 */
    enum sx_transport transport; /* the innermost, outside of SIP messages */
    bool stream;                 /* several messages may follow one another */
    bool tls;
    bool quoted;     /* by an ICMP error */
    bool keepalive;  /* STUN, or a few bytes that are of no protocol */
    bool compressed; /* SigComp */
    bool exported;   /* a PDU without the layers that it came over */
};

/* Looks up the protocols; once, at hand-off. */
void sx_layers_init(void);

void sx_layers_read(const packet_info *pinfo, struct sx_layers *layers);

/* True if the frame can tell nothing of SIP: a datagram of another protocol, or a segment of one
 * where nobody watches the connections. */
static inline bool sx_layers_are_foreign(const struct sx_layers *l, bool watches_streams)
{
    return !l->sip && !l->quoted && !l->keepalive && !l->compressed &&
           !(l->stream && watches_streams) && l->transport != SX_TRANSPORT_OTHER;
}

#endif
