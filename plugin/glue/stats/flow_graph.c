/* flow_graph.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "glue/compat.h"

#include "glue/stats/flow_graph.h"

/* 0xRRGGBB, as the profile colours a failure. */
#define FLAGGED_BACKGROUND 0xffcccc
#define FLAGGED_TEXT 0x660000

#define LINE_WIDTH 2

static int tap_arrow = -1;

static tap_packet_status add(void *data, packet_info *pinfo, epan_dissect_t *edt G_GNUC_UNUSED,
                             const void *told, tap_flags_t flags G_GNUC_UNUSED)
{
    const struct sx_arrow *arrow = told;
    seq_analysis_info_t *graph = data;
    /* The library makes and frees it, so its size is the library's. */
    seq_analysis_item_t *item = sequence_analysis_create_sai_with_addresses(pinfo, graph);

    if (!item)
        return TAP_PACKET_DONT_REDRAW;
    item->frame_number = pinfo->num;
    item->port_src = (uint16_t)pinfo->srcport;
    item->port_dst = (uint16_t)pinfo->destport;
    item->frame_label = g_strdup(arrow->label);
    item->comment = g_strdup(arrow->comment);
    item->line_style = LINE_WIDTH;
    item->display = true;
    if (arrow->flagged) {
        item->bg_color = FLAGGED_BACKGROUND;
        item->fg_color = FLAGGED_TEXT;
        item->has_color_filter = true;
    } else {
        sequence_analysis_use_color_filter(pinfo, item);
    }
    g_queue_push_tail(graph->items, item);
    return TAP_PACKET_REDRAW;
}

void sx_flow_graph_register(int proto)
{
    tap_arrow = register_tap(SX_FLOW_TAP);
    register_seq_analysis("sipexplain", "SIP Explain", proto, SX_FLOW_TAP, TL_REQUIRES_NOTHING,
                          add);
}

bool sx_flow_graph_wanted(void)
{
    return have_tap_listener(tap_arrow);
}

void sx_flow_graph_tell(packet_info *pinfo, const struct sx_arrow *arrow)
{
    struct sx_arrow *told = wmem_new(pinfo->pool, struct sx_arrow);

    *told = *arrow;
    /* Listeners are told when the dissector has returned. What the message points to is the
     * packet's. */
    if (told->msg)
        told->msg = wmem_memdup(pinfo->pool, told->msg, sizeof(*told->msg));
    tap_queue_packet(tap_arrow, pinfo, told);
}
