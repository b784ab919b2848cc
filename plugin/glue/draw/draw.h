/* draw.h
 * What the files that draw a message share; private to them and packet-sipexplain.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Each of draw_*.c declares, registers and draws fields and expert infos of its own. Strings that
 * go into the tree are of packet scope.
 */
#ifndef SX_DRAW_H
#define SX_DRAW_H

#include "glue/compat.h"

#include "core/judge/flow_story.h"
#include "core/judge/no_ack.h"
#include "glue/packet-sipexplain.h"

/* What the drawing of one message needs everywhere. */
struct sx_pen {
    packet_info *pinfo;
    proto_tree *root; /* of the frame */
    proto_item *top;  /* the line of the verdict */
    proto_tree *tree; /* below it */
    tvbuff_t *tvb;
    const struct sx_tracker *tracker;
    uint32_t frame;             /* as the tracker names it */
    const struct sx_view *view; /* NULL where a frame has no message to draw */
    const struct sx_txn *txn;   /* NULL if the message names none */
    const char *flagged;        /* what a flag said first */
    const char *brief;          /* the same in a few words; NULL: there are none */
    const char *known;          /* what is known of the software that fits here; NULL: nothing */
    const char *remark;         /* what is worth saying where nothing is flagged; NULL: nothing */
    bool quoted;                /* by an ICMP error */
    bool experts;               /* somebody looks at all expert infos */
    bool flow_lost;             /* the response says that a flow is gone: story */
    struct sx_flow_story story;
    enum sx_flow_token token; /* what a 403 has to do with the flow token of token_flow */
    const struct sx_flow *token_flow;
    uint32_t signs[4]; /* frames that show what went wrong and have a line in the tree already */
};

/* True if a transaction of the capture is drawn on, and not on what an ICMP error quotes of it. */
static inline bool sx_has_txn(const struct sx_pen *p)
{
    return p->txn && !p->quoted;
}

/* ---- packet-sipexplain.c ---- */

/* Begins a tree: sets top, tree and experts. */
void sx_add_top(struct sx_pen *p);

/* True if the sentence will be seen. */
bool sx_is_verdict_wanted(const struct sx_pen *p);

/* True if somebody looks at all expert infos of the frame. */
bool sx_all_experts_wanted(const struct sx_pen *p);

/* The sentence of the top line, which is cut if it is long, and what stands at its end in any case;
 * NULL: nothing. Returns both as they are shown. */
const char *sx_add_verdict(const struct sx_pen *p, const char *sentence, const char *end);

/* ---- draw.c ---- */

/* One line of valid UTF-8 of what a packet holds. */
const char *sx_text(wmem_allocator_t *pool, struct sx_slice s);

/* The same of what stands between quotes: RFC 3261 25.1 quoted-pair is resolved. */
const char *sx_quoted_text(wmem_allocator_t *pool, struct sx_slice s);

/* Writes digits, without a NUL. Returns their end. */
char *sx_put_number(char *out, uint32_t n);

/* All that the plugin adds is marked as generated. */
proto_item *sx_generated(proto_item *item);
proto_item *sx_add_string(const struct sx_pen *p, proto_tree *tree, int hf, const char *value);

/* The line of an item: "label: text", n bytes of it, and end. */
void sx_set_line(const struct sx_pen *p, proto_item *item, const char *label, const char *text,
                 size_t n, const char *end);

/* The value is the same in all languages, what is shown is not. */
proto_item *sx_add_shown(const struct sx_pen *p, proto_tree *tree, int hf, const char *value,
                         const char *shown);
proto_item *sx_add_shown_uint(const struct sx_pen *p, proto_tree *tree, int hf, uint32_t value,
                              const char *shown);
proto_item *sx_add_uint(const struct sx_pen *p, proto_tree *tree, int hf, uint32_t value);

/* Of what has no line: it can be filtered on. */
void sx_add_hidden_uint(const struct sx_pen *p, proto_tree *tree, int hf, uint32_t value);
proto_item *sx_add_bool(const struct sx_pen *p, proto_tree *tree, int hf, bool value);

/* A link; NULL, and nothing added, for 0 and for a frame that a read filter dropped. */
proto_item *sx_add_frame(const struct sx_pen *p, proto_tree *tree, int hf, uint32_t frame);

/* What a message that repeats another one does. */
void sx_put_repeats(wmem_strbuf_t *out, const struct sx_message *record);

/* The same for a frame that shows what went wrong. Where a line of the tree has it already it is
 * hidden: it can be filtered on, and is not read twice. */
void sx_add_sign(struct sx_pen *p, proto_tree *tree, int hf, uint32_t frame);
void sx_add_time(const struct sx_pen *p, proto_tree *tree, int hf, int64_t ns);

/* The field holds the whole text, but Wireshark shows no more than 240 bytes of an item: what does
 * not fit follows in lines of its own below it, as hf_more. */
void sx_add_long_string(const struct sx_pen *p, proto_tree *tree, int hf, int hf_more,
                        const char *text);

/* The value is "name: text"; what is shown leaves out the name, which the line above has. */
proto_item *sx_add_named(const struct sx_pen *p, proto_tree *tree, int hf, const char *name,
                         const char *text);

/* True if the lines of the tree will be seen, and not only the values of some fields. */
bool sx_is_shown(const struct sx_pen *p);

/* True if the item will be seen: what is costly to make is made only then. */
bool sx_is_wanted(const struct sx_pen *p, int hf);
bool sx_is_expert_wanted(const struct sx_pen *p, const expert_field *ei);

/* The same text with the numbers of frames as Wireshark has them; NULL for NULL. */
const char *sx_shown_frames(const struct sx_pen *p, const char *text);

/* Adds an expert info. text: NULL: the one that it was registered with. shown: the bytes of text
 * that its line has, where the tree says the rest elsewhere; 0: all. What lists expert infos has
 * all of it in any case. */
void sx_add_expert(const struct sx_pen *p, proto_item *item, expert_field *ei, const char *text,
                   size_t shown);

/* Hides what is below the newest expert info of an item, but for the field to filter on: its line
 * names severity and group. */
void sx_hide_severity(proto_item *item);

/* Adds an expert info, to the top where item is NULL. The first one's text becomes the verdict. */
void sx_flag(struct sx_pen *p, proto_item *item, expert_field *ei, const char *text);

void sx_draw_register(void);

/* ---- what is drawn ---- */

/* One part of what the plugin draws: its fields and expert infos, and when they are added. A new
 * detector brings one of these and its line in draw_message.c. */
struct sx_drawing {
    /* Registers fields, subtrees and expert infos. */
    void (*set_up)(int proto, expert_module_t *module);
    /* Before anything of a message is drawn: finds out what other parts need to know. NULL:
     * nothing. */
    void (*begin)(struct sx_pen *p);
    /* Adds to the tree of a message: its own fields and expert infos, and what the verdict says.
     * Not called where nobody asks for any of these. NULL: nothing. */
    void (*message)(struct sx_pen *p);
    bool responses_only; /* nothing is added to a request */
    /* Adds a tree of its own to a frame of any protocol, if there is reason to, with a copy of
     * this pen. NULL: never. */
    void (*frame)(const struct sx_pen *blank);
};

/* What became of the ACK of a final response to INVITE, where the message is one and is not a
 * repeated one. */
bool sx_ack_of(const struct sx_pen *p, struct sx_ack *ack);

extern const struct sx_drawing sx_drawing_response, sx_drawing_reason, sx_drawing_transaction,
    sx_drawing_credentials, sx_drawing_failure, sx_drawing_trying, sx_drawing_flow,
    sx_drawing_dialog, sx_drawing_ack, sx_drawing_call_end, sx_drawing_registration,
    sx_drawing_mismatch, sx_drawing_session, sx_drawing_prack, sx_drawing_names, sx_drawing_expired,
    sx_drawing_overload, sx_drawing_registration_health, sx_drawing_size, sx_drawing_stack;

/* ---- draw_expired.c ---- */

/* sipexplain.expired: the message that waits, and below it whose it is. cause: enum
 * sx_trying_cause; negative: none is told. NULL if the read filter dropped the frame. */
proto_item *sx_add_expired(const struct sx_pen *p, uint32_t frame, const struct sx_txn *txn,
                           int64_t waited_ns, int cause);

/* ---- draw_trying.c ---- */

extern const value_string sx_trying_cause_vals[];

/* Registers all of them. */
void sx_draw_set_up(int proto, expert_module_t *module);

#endif
