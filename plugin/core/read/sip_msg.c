/* sip_msg.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/read/sip_msg.h"

#include "core/read/first_line.h"
#include "core/read/line.h"
#include "core/read/sip_msg_field.h"
#include "core/read/sip_msg_head.h"

/* In pieces for which the compiler takes wide stores; the whole would be eight bytes after eight.
 * */
static inline void clear(struct sx_sip_msg *msg)
{
    char *p = (char *)msg;
    size_t at = 0;

    for (; at + 80 <= sizeof *msg; at += 80)
        memset(p + at, 0, 80);
    memset(p + at, 0, sizeof *msg - at);
}

bool sx_sip_msg_read(struct sx_slice bytes, struct sx_sip_msg *msg)
{
    size_t at;

    clear(msg);
    if (bytes.n == 0 || !sx_first_line_read(sx_line_at(bytes, 0, &at), msg))
        return false;
    if (bytes.p[at - 1] != '\n')
        msg->phrase = SX_SLICE_NONE;
    msg->head = sx_slice(bytes.p, sx_sip_msg_head_read(bytes, at, msg));
    if (!msg->is_request) {
        msg->method = msg->cseq_method;
        msg->method_name = msg->cseq_method_name;
    }
    return true;
}

struct sx_slice sx_sip_msg_from_tag(const struct sx_sip_msg *msg)
{
    return msg->from_tag;
}

struct sx_slice sx_sip_msg_to_tag(const struct sx_sip_msg *msg)
{
    return msg->to_tag;
}

/* One value after the other, cut as sx_via_read() cuts them. */
static bool next_via(const struct sx_sip_msg *msg, struct sx_field_iter *iter, struct sx_via *via)
{
    size_t i;

    while ((i = sx_via_begin(iter->rest, 0)) >= iter->rest.n)
        if (!sx_sip_msg_field(msg, "Via", iter, &iter->rest))
            return false;
    iter->rest =
        sx_slice_from(iter->rest, sx_via_read(iter->rest, i, msg->head.p + msg->head.n, via));
    return true;
}

bool sx_sip_msg_via(const struct sx_sip_msg *msg, unsigned nth, struct sx_via *via)
{
    struct sx_field_iter iter = {0};

    if (nth == 0 && msg->has_via) {
        *via = msg->via;
        return true;
    }
    if (nth > 0 && !msg->more_vias.p)
        return false;
    if (nth == 1) {
        sx_via_read(msg->more_vias, 0, msg->head.p + msg->head.n, via);
        return true;
    }
    while (next_via(msg, &iter, via))
        if (nth-- == 0)
            return true;
    return false;
}

unsigned sx_sip_msg_via_count(const struct sx_sip_msg *msg)
{
    struct sx_field_iter iter = {0};
    struct sx_via via;
    unsigned n = 0;

    if (!msg->vias_in_line)
        return msg->via_count;

    while (next_via(msg, &iter, &via))
        n++;
    return n;
}

struct sx_slice sx_sip_msg_contact(const struct sx_sip_msg *msg)
{
    struct sx_slice rest = msg->contact, value;

    if (rest.n > 0 && !memchr(rest.p, ',', rest.n))
        return rest;
    while (sx_slice_next(&rest, ',', &value))
        if (value.n > 0)
            return value;
    return SX_SLICE_NONE;
}
