/* fuzz_sip_msg.c
 * The head reader and all that reads on in a head. Input: the bytes of a message.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/read/sip_msg_field.h"

#include "claim.h"

/* The input in a buffer of its own size, so that a read one byte past it is seen, whatever
 * libFuzzer has behind its copy. */
static struct sx_slice own_copy(const uint8_t *data, size_t size)
{
    char *bytes = g_malloc(MAX(size, 1));

    if (size > 0)
        memcpy(bytes, data, size);
    return sx_slice(bytes, size);
}

/* Absent, or a part of the whole. */
static bool is_inside(struct sx_slice part, struct sx_slice whole)
{
    if (!part.p)
        return part.n == 0;
    return part.p >= whole.p && part.n <= whole.n && (size_t)(part.p - whole.p) <= whole.n - part.n;
}

/* Reads every byte: a sanitizer then sees a slice that points where it may not. */
static void touch(struct sx_slice s, struct sx_slice whole)
{
    unsigned sum = 0;

    CLAIM(is_inside(s, whole));
    for (size_t i = 0; i < s.n; i++)
        sum += (unsigned char)s.p[i];
    CLAIM(sum <= 255 * s.n);
}

static void touch_via(const struct sx_via *via, struct sx_slice whole)
{
    touch(via->sent_by, whole);
    touch(via->branch, whole);
    touch(via->received, whole);
    touch(via->rport, whole);
}

static void touch_parts(const struct sx_sip_msg *msg, struct sx_slice whole)
{
    const struct sx_slice parts[] = {
        msg->head,
        msg->phrase,
        msg->method_name,
        msg->uri,
        msg->call_id,
        msg->from,
        msg->to,
        msg->cseq_method_name,
        msg->top_route,
        msg->more_vias,
        sx_sip_msg_from_tag(msg),
        sx_sip_msg_to_tag(msg),
    };

    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
        touch(parts[i], whole);
    touch_via(&msg->via, whole);
    CLAIM(msg->head.p == whole.p);
    CLAIM(msg->code <= 999);
    CLAIM(msg->is_request == (msg->uri.p != NULL));
    CLAIM(*sx_method_name(msg->method) == '\0' ||
          sx_slice_is(msg->method_name, sx_method_name(msg->method)));
    CLAIM(msg->has_cseq || msg->cseq == 0);
    CLAIM(msg->has_expires || msg->expires == 0);
    CLAIM(msg->has_content_length || msg->content_length == 0);
    CLAIM(msg->content_length <= INT32_MAX);
}

static void walk(const struct sx_sip_msg *msg, const char *name, struct sx_slice whole)
{
    struct sx_field_iter iter = {0};
    struct sx_slice value, rest, part;
    size_t fields = 0, values = 0;

    while (sx_sip_msg_field(msg, name, &iter, &value)) {
        touch(value, whole);
        touch(sx_slice_param(value, "tag"), whole);
        touch(sx_slice_param(value, "cause"), whole);
        for (rest = value; sx_slice_next(&rest, ';', &part);)
            touch(part, whole);
        CLAIM(++fields <= whole.n);
    }
    CLAIM(!sx_sip_msg_field(msg, name, &iter, &value));
    iter = (struct sx_field_iter){0};
    while (sx_sip_msg_value(msg, name, &iter, &value)) {
        touch(value, whole);
        CLAIM(value.n > 0);
        CLAIM(++values <= whole.n);
    }
    struct sx_slice first = sx_sip_msg_first(msg, name);
    touch(first, whole);
    CLAIM((first.p != NULL) == (values > 0));
}

static void walk_vias(const struct sx_sip_msg *msg, struct sx_slice whole)
{
    struct sx_via via;
    unsigned count = sx_sip_msg_via_count(msg);

    CLAIM(count <= whole.n);
    CLAIM(msg->has_via == (count > 0) && (msg->more_vias.p != NULL) == (count > 1));
    for (unsigned i = 0; i < MIN(count, 4); i++) {
        CLAIM(sx_sip_msg_via(msg, i, &via));
        touch_via(&via, whole);
        if (i == 0)
            CLAIM(via.branch.p == msg->via.branch.p && via.branch.n == msg->via.branch.n);
    }
    CLAIM(!sx_sip_msg_via(msg, count, &via));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {
        "Via",          "From",       "Contact",     "Path",    "Route",
        "Reason",       "Warning",    "Retry-After", "Require", "WWW-Authenticate",
        "Content-Type", "Flow-Timer",
    };
    struct sx_slice bytes = own_copy(data, size);
    struct sx_sip_msg msg, again;

    CLAIM(sx_method_suffix(bytes) <= size);
    if (sx_sip_msg_read(bytes, &msg)) {
        touch_parts(&msg, bytes);
        for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
            walk(&msg, names[i], bytes);
        walk_vias(&msg, bytes);
        /* What stands behind a complete head says nothing about it. */
        if (msg.end == SX_HEAD_COMPLETE) {
            CLAIM(sx_sip_msg_read(msg.head, &again));
            CLAIM(again.end == SX_HEAD_COMPLETE && again.head.n == msg.head.n);
            CLAIM(again.has_via == msg.has_via && again.cseq == msg.cseq);
        } else {
            CLAIM(msg.head.n == size);
        }
    }
    g_free((char *)bytes.p);
    return 0;
}
