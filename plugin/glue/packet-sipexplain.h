/* packet-sipexplain.h
 * Fields, expert infos and their drawing. Sees the core's verdicts, decides nothing.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_PACKET_SIPEXPLAIN_H
#define SX_PACKET_SIPEXPLAIN_H

#include "glue/compat.h"

#include "core/facts/catalogue.h"
#include "core/judge/flow_story.h"
#include "core/record/records.h"

/* One message to draw. Points to what lives as long as the packet. */
struct sx_view {
    const struct sx_tracker *tracker;
    uint32_t frame;                  /* as the tracker names it */
    const struct sx_message *record; /* NULL if the message was not tracked */
    const struct sx_sip_msg *msg;
    const struct sx_code *entry; /* NULL on requests and for codes outside 100 to 699 */
    const char *site_phrase;     /* the site's own words for this code; NULL or empty: */
    const char *site_meaning;    /* the catalogue's */
    const char *site_fix;
    tvbuff_t *tvb;
    unsigned offset, length; /* of the message; bytes */
    int64_t time_ns;
    bool say_verdict; /* even if the tree does not show it */
    bool say_wrong;   /* likewise */
};

/* What was found while drawing; of packet scope. */
struct sx_drawn {
    const char *wrong;   /* without the message's method and code; NULL: nothing is wrong, or
                          * not asked for */
    const char *verdict; /* the whole sentence; NULL: not asked for */
    size_t head;         /* bytes of it that name the message */
    bool plain;          /* the rest is no more than a time or a link to another frame */
};

/* Adds one message's tree and expert infos. On any pass; with tree NULL the expert infos are
 * still reported. */
struct sx_drawn sx_draw_message(proto_tree *tree, packet_info *pinfo, const struct sx_view *view);

/* Fields may be asked for that were not before. */
void sx_draw_ask_again(void);

/* A text with the numbers of frames as Wireshark has them, where a read filter drops frames; NULL
 * for NULL. */
const char *sx_frames_as_shown(wmem_allocator_t *pool, const struct sx_tracker *tracker,
                               const char *text);

/* Adds what a frame of any protocol shows of calls: waits that are overdue or end, flows that are
 * lost. */
void sx_draw_frame(proto_tree *tree, packet_info *pinfo, tvbuff_t *tvb,
                   const struct sx_tracker *tracker);

/* True if this tree shows what would be drawn on the packet, or a filter asks for it. */
bool sx_is_looked_at(proto_tree *tree);

/* True if somebody collects expert infos, with or without a tree. */
bool sx_experts_wanted(void);

#endif
