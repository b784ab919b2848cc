/* layers.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "glue/frame/layers.h"

/* A frame with no more bytes than this, tunnels included, may be an empty keep-alive over UDP. */
#define MAX_KEEPALIVE_FRAME 160

/* What a layer is to us. */
enum layer {
    LAYER_OTHER,
    LAYER_SIP,
    LAYER_UDP,
    LAYER_TCP,
    LAYER_TLS,
    LAYER_WS,
    LAYER_SCTP,
    LAYER_ICMP,
    LAYER_STUN,
    LAYER_DATA,
    LAYER_SIGCOMP,
    LAYER_EXPORTED
};

static uint8_t *layer_of; /* enum layer, by the protocol's id; of epan scope */
static unsigned layer_count;

void sx_layers_init(void)
{
    static const struct {
        const char *filter;
        enum layer layer;
    } protocols[] = {
        {"sip", LAYER_SIP},   {"udp", LAYER_UDP},         {"tcp", LAYER_TCP},
        {"tls", LAYER_TLS},   {"websocket", LAYER_WS},    {"sctp", LAYER_SCTP},
        {"icmp", LAYER_ICMP}, {"icmpv6", LAYER_ICMP},     {"stun", LAYER_STUN},
        {"data", LAYER_DATA}, {"sigcomp", LAYER_SIGCOMP}, {"exported_pdu", LAYER_EXPORTED},
    };

    if (layer_of)
        return;
    for (unsigned i = 0; i < G_N_ELEMENTS(protocols); i++)
        layer_count =
            MAX(layer_count, (unsigned)(proto_get_id_by_filter_name(protocols[i].filter) + 1));
    layer_of = wmem_alloc0_array(wmem_epan_scope(), uint8_t, layer_count);
    for (unsigned i = 0; i < G_N_ELEMENTS(protocols); i++) {
        int id = proto_get_id_by_filter_name(protocols[i].filter);
        if (id >= 0)
            layer_of[id] = (uint8_t)protocols[i].layer;
    }
}

static void read_transport(struct sx_layers *l, enum layer layer)
{
    static const uint8_t transports[] = {
        [LAYER_UDP] = SX_TRANSPORT_UDP,   [LAYER_TCP] = SX_TRANSPORT_TCP,
        [LAYER_TLS] = SX_TRANSPORT_TLS,   [LAYER_WS] = SX_TRANSPORT_WS,
        [LAYER_SCTP] = SX_TRANSPORT_SCTP,
    };

    l->transport = (enum sx_transport)transports[layer];
    if (layer == LAYER_TCP || layer == LAYER_SCTP)
        l->stream = true;
    else if (layer == LAYER_UDP)
        l->stream = false;
    else if (layer == LAYER_TLS)
        l->tls = true;
}

static void read_layer(struct sx_layers *l, enum layer layer, unsigned number,
                       const packet_info *pinfo)
{
    /* What a message carries says nothing of how it travels; SigComp stands below SIP's own port.
     * */
    if (l->sip && layer != LAYER_SIP && layer != LAYER_SIGCOMP)
        return;
    if (layer == LAYER_SIP) {
        if (l->sip++ == 0)
            l->first_sip = number;
    } else if (layer == LAYER_ICMP) {
        l->quoted = true;
    } else if (layer == LAYER_SIGCOMP) {
        l->compressed = true;
    } else if (layer == LAYER_EXPORTED) {
        l->exported = true;
    } else if (layer == LAYER_STUN || layer == LAYER_DATA) {
        l->keepalive = layer == LAYER_STUN || pinfo->fd->pkt_len <= MAX_KEEPALIVE_FRAME;
    } else {
        read_transport(l, layer);
    }
}

/* For every frame of a capture, so most of them are done with a look into the table for each layer.
 */
void sx_layers_read(const packet_info *pinfo, struct sx_layers *layers)
{
    unsigned count = 0;

    *layers = (struct sx_layers){.count = 0};
    for (wmem_list_frame_t *l = wmem_list_head(pinfo->layers); l; l = wmem_list_frame_next(l)) {
        unsigned id = GPOINTER_TO_UINT(wmem_list_frame_data(l));
        count++;
        if (id < layer_count && layer_of[id] != LAYER_OTHER)
            read_layer(layers, (enum layer)layer_of[id], count, pinfo);
    }
    layers->count = count;
}
