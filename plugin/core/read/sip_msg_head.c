/* sip_msg_head.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/read/sip_msg_head.h"

#include "core/base/scan.h"
#include "core/read/from_to.h"

/* ---- values ---- */

static void keep_first(struct sx_slice *kept, struct sx_slice value)
{
    if (!kept->p)
        *kept = value;
}

/* The topmost value is read, of those below only where they begin. */
SX_INLINE void read_vias(struct sx_slice value, const char *limit, struct sx_sip_msg *msg)
{
    size_t i = sx_via_begin(value, 0);

    if (i < value.n && !msg->has_via) {
        i = sx_via_begin(value, sx_via_read(value, i, limit, &msg->via));
        msg->has_via = true;
        msg->via_count = 1;
    }
    if (i >= value.n)
        return;
    if (!msg->more_vias.p)
        msg->more_vias = sx_slice_from(value, i);
    msg->via_count++;
    const char *end = value.p + value.n;
    msg->vias_in_line |= sx_scan_any(value.p + i, end, limit, ',', ',', ',') < end;
}

SX_INLINE void read_from(struct sx_slice value, const char *limit, struct sx_sip_msg *msg)
{
    if (msg->from.p)
        return;
    msg->from = value;
    sx_from_to_read(value, limit, &msg->from_uri, &msg->from_tag);
}

SX_INLINE void read_to(struct sx_slice value, const char *limit, struct sx_sip_msg *msg)
{
    if (msg->to.p)
        return;
    msg->to = value;
    sx_from_to_read(value, limit, &msg->to_uri, &msg->to_tag);
}

static void read_cseq(struct sx_slice value, struct sx_sip_msg *msg)
{
    uint64_t number = 0;
    size_t digits = 0;

    for (; digits < value.n && value.p[digits] >= '0' && value.p[digits] <= '9' &&
           number <= UINT32_MAX;
         digits++)
        number = number * 10 + (uint64_t)(value.p[digits] - '0');
    if (msg->has_cseq || digits == 0 || number > UINT32_MAX)
        return;
    msg->has_cseq = true;
    msg->cseq = (uint32_t)number;
    msg->cseq_method_name = sx_slice_trim(sx_slice_from(value, digits));
    msg->cseq_method = msg->is_request && sx_slice_eq(msg->cseq_method_name, msg->method_name)
                           ? msg->method
                           : sx_method_of(msg->cseq_method_name);
}

/* What is no number counts as 0, as it does to the SIP dissector: then the next message is found. A
 * number that no message has tells nothing. */
static void read_content_length(struct sx_slice value, struct sx_sip_msg *msg)
{
    size_t digits = 0;

    if (sx_slice_uint(value, INT32_MAX, &msg->content_length)) {
        msg->has_content_length = true;
        return;
    }
    while (digits < value.n && g_ascii_isdigit(value.p[digits]))
        digits++;
    if (digits < value.n || value.n == 0) {
        msg->has_content_length = true;
        msg->content_length = 0;
    }
}

SX_INLINE void read_route(struct sx_slice value, const char *limit, struct sx_sip_msg *msg)
{
    const char *end = value.p + value.n;

    if (msg->top_route.p)
        return;
    if (value.n > 0 && sx_scan_any(value.p, end, limit, ',', ',', ',') == end)
        msg->top_route = value;
    else
        sx_slice_next(&value, ',', &msg->top_route);
}

/* ---- names ---- */

/* True if the line begins with this name in any case, or with its compact form, and a colon behind
 * it that blanks may precede. The value is trimmed. */
SX_COLD bool is_named_anyhow(struct sx_slice line, const char *name, size_t n, char compact,
                             struct sx_slice *value)
{
    size_t colon;

    if (!sx_is_token(line.p[1]) && sx_lower(line.p[0]) == compact)
        n = 1;
    for (colon = n; colon < line.n && (line.p[colon] == ' ' || line.p[colon] == '\t');)
        colon++;
    if (colon >= line.n || line.p[colon] != ':' ||
        (n > 1 && !sx_slice_caseeq(sx_slice(line.p, n), sx_slice(name, n))))
        return false;
    *value = sx_slice_trim(sx_slice_from(line, colon + 1));
    return true;
}

/* The same, quick for what is nearly always written: this name, one blank before the value and none
 * behind it. plain: the name with a colon and a blank, of n bytes. */
SX_INLINE bool is_named(struct sx_slice line, const char *plain, size_t n, char compact,
                        struct sx_slice *value)
{
    if (SX_LIKELY(line.n > n && memcmp(line.p, plain, n) == 0 && line.p[n] > ' ' &&
                  line.p[line.n - 1] > ' ')) {
        *value = sx_slice(line.p + n, line.n - n);
        return true;
    }
    return is_named_anyhow(line, plain, n - 2, compact, value);
}

#define IS(name, compact) is_named(line, name ": ", sizeof name + 1, compact, &value)
#define IS_ANYHOW(name, compact) is_named_anyhow(line, name, sizeof name - 1, compact, &value)

/* ---- lines ---- */

/* The fields that are read, by how they begin. */
enum field {
    FIELD_OTHER,
    FIELD_EMPTY, /* no field, but the line that ends the head */
    FIELD_VIA,
    FIELD_FROM,
    FIELD_TO,
    FIELD_CALL_ID,
    FIELD_CSEQ,
    FIELD_CO, /* Contact, Content-Length and others */
    FIELD_CONTACT,
    FIELD_LENGTH,
    FIELD_EXPIRES,
    FIELD_AUTHORIZATION,
    FIELD_PROXY,
    FIELD_NOTE,
    FIELD_ROUTE,
    FIELD_RSEQ,
    FIELD_SESSION,
    FIELD_SESSION_EXPIRES
};

/* What a line may be by the low bits of its first two bytes, so that the cases of a letter count as
 * one. Few other lines begin as these fields do, and the name is looked at before it counts. */
SX_INLINE enum field field_of(const char *line)
{
#define AT(a, b) [((a)&31) | ((b)&31) << 8]
#define COMPACT(a, field) AT(a, ':') = field, AT(a, ' ') = field, AT(a, '\t') = field
#define LF(b) AT('\n', b) = FIELD_EMPTY
#define LFS(b) \
    LF(b), LF((b) + 1), LF((b) + 2), LF((b) + 3), LF((b) + 4), LF((b) + 5), LF((b) + 6), LF((b) + 7)
    static const uint8_t fields[(31 | 31 << 8) + 1] = {
        AT('a', 'u') = FIELD_AUTHORIZATION,
        AT('c', 'a') = FIELD_CALL_ID,
        AT('c', 'o') = FIELD_CO,
        AT('c', 's') = FIELD_CSEQ,
        AT('e', 'x') = FIELD_EXPIRES,
        AT('f', 'r') = FIELD_FROM,
        COMPACT('f', FIELD_FROM),
        COMPACT('i', FIELD_CALL_ID),
        COMPACT('l', FIELD_LENGTH),
        COMPACT('m', FIELD_CONTACT),
        AT('p', 'r') = FIELD_PROXY,
        AT('r', 'e') = FIELD_NOTE,
        AT('r', 'o') = FIELD_ROUTE,
        AT('r', 's') = FIELD_RSEQ,
        AT('s', 'e') = FIELD_SESSION,
        AT('t', 'o') = FIELD_TO,
        COMPACT('t', FIELD_TO),
        COMPACT('v', FIELD_VIA), /* and Via: 'i' has the low bits of a tab */
        AT('w', 'a') = FIELD_NOTE,
        COMPACT('x', FIELD_SESSION_EXPIRES),
        AT('\r', '\n') = FIELD_EMPTY,
        LFS(0),
        LFS(8),
        LFS(16),
        LFS(24),
    };
#undef LFS
#undef LF
#undef COMPACT
#undef AT

    uint16_t two;

    memcpy(&two, line, sizeof two);
    return (enum field)fields[GUINT16_FROM_LE(two) & (31 | 31 << 8)];
}

/* Contact, Content-Length, and others that begin so. */
SX_INLINE void read_contact_or_length(struct sx_slice line, struct sx_sip_msg *msg)
{
    struct sx_slice value;

    if (line.n > 8 && sx_lower(line.p[8]) == 'l' && IS("Content-Length", 0))
        read_content_length(value, msg);
    else if (line.n > 4 && sx_lower(line.p[4]) == 'a' && IS("Contact", 0))
        keep_first(&msg->contact, value);
}

/* Fields of which most only say that they are there; few messages have them. */
static void read_note(struct sx_slice line, struct sx_sip_msg *msg)
{
    struct sx_slice value;
    int third = line.n > 2 ? line.p[2] | 0x20 : 0;

    if (third == 'a')
        msg->has_reason |= IS_ANYHOW("Reason", 0);
    else if (third == 't')
        msg->has_retry_after |= IS_ANYHOW("Retry-After", 0);
    else if (third == 'c' && !msg->record_route.p && IS("Record-Route", 0))
        msg->record_route = value;
    else if (third == 'r')
        msg->has_warning |= IS_ANYHOW("Warning", 0);
}

/* Server is nearly everywhere, too. */
SX_INLINE void read_session(struct sx_slice line, struct sx_sip_msg *msg)
{
    struct sx_slice value;

    if (line.n < 10 || (line.p[2] | 0x20) != 's')
        return;
    if (IS("Session-Expires", 0))
        keep_first(&msg->session_expires, value);
    else if (IS("Session-ID", 0))
        keep_first(&msg->session_id, value);
}

/* What not all messages have. */
static void read_other(enum field field, struct sx_slice line, const char *limit,
                       struct sx_sip_msg *msg)
{
    struct sx_slice value;

    if (field == FIELD_NOTE)
        read_note(line, msg);
    else if (field == FIELD_ROUTE && IS("Route", 0))
        read_route(value, limit, msg);
    else if (field == FIELD_SESSION)
        read_session(line, msg);
    else if (field == FIELD_EXPIRES && IS("Expires", 0))
        msg->has_expires |= sx_slice_uint(value, UINT32_MAX, &msg->expires);
    else if (field == FIELD_AUTHORIZATION)
        msg->has_credentials |= IS_ANYHOW("Authorization", 0);
    else if (field == FIELD_PROXY)
        msg->has_credentials |= IS_ANYHOW("Proxy-Authorization", 0);
    else if (field == FIELD_RSEQ && IS("RSeq", 0))
        sx_slice_uint(value, UINT32_MAX, &msg->rseq);
    else if (field == FIELD_SESSION_EXPIRES && IS_ANYHOW("Session-Expires", 'x'))
        keep_first(&msg->session_expires, value);
    else if (field == FIELD_CONTACT && IS_ANYHOW("Contact", 'm'))
        keep_first(&msg->contact, value);
    else if (field == FIELD_LENGTH && IS_ANYHOW("Content-Length", 'l'))
        read_content_length(value, msg);
}

/* Of fields that may come more than once the first one counts, but for the credentials. limit:
 * where the bytes end that the line stands in. */
SX_INLINE void read_line(enum field field, struct sx_slice line, const char *limit,
                         struct sx_sip_msg *msg)
{
    struct sx_slice value;

    if (field == FIELD_VIA) {
        if (IS("Via", 'v'))
            read_vias(value, limit, msg);
    } else if (field == FIELD_FROM) {
        if (IS("From", 'f'))
            read_from(value, limit, msg);
    } else if (field == FIELD_TO) {
        if (IS("To", 't'))
            read_to(value, limit, msg);
    } else if (field == FIELD_CALL_ID) {
        if (IS("Call-ID", 'i'))
            keep_first(&msg->call_id, value);
    } else if (field == FIELD_CSEQ) {
        if (IS("CSeq", 0))
            read_cseq(value, msg);
    } else if (field == FIELD_CO) {
        read_contact_or_length(line, msg);
    } else {
        read_other(field, line, limit, msg);
    }
}

/* The line feeds from a place among the bytes on, as far as a block goes and before last. */
SX_INLINE uint64_t feeds_at(struct sx_slice bytes, const char *p, const char *last)
{
    size_t n = (size_t)(last - p);

    if (n >= SX_SCAN_BLOCK)
        return sx_scan_block(p, '\n', '\n', '\n');
    if (bytes.n > SX_SCAN_BLOCK)
        return sx_scan_block(last - SX_SCAN_BLOCK, '\n', '\n', '\n') >> (SX_SCAN_BLOCK - n);
    return sx_scan_few(p, n, '\n', '\n', '\n');
}

/* This is most of what the plugin costs where nobody looks, so it takes the shortest way past
 * fields that it does not read; sx_sip_msg_field() says what a line is. */
size_t sx_sip_msg_head_read(struct sx_slice bytes, size_t at, struct sx_sip_msg *msg)
{
    const char *p = bytes.p + at, *end = bytes.p + bytes.n;

    /* A line that ends where the bytes do may go on after them. */
    for (const char *block = p, *last = end - 1; block < last; block += SX_SCAN_BLOCK) {
        for (uint64_t left = feeds_at(bytes, block, last); left; left &= left - 1) {
            const char *nl = block + sx_scan_lowest(left);
            enum field field = field_of(p);

            if (field <= FIELD_EMPTY) {
                if (field == FIELD_EMPTY && (nl == p || (nl == p + 1 && *p == '\r'))) {
                    msg->end = SX_HEAD_COMPLETE;
                    return (size_t)(nl + 1 - bytes.p);
                }
                p = nl + 1;
                continue;
            }
            if (nl[1] <= ' ' && (nl[1] == ' ' || nl[1] == '\t'))
                continue; /* it is folded: the next line feed ends it, or the one after that */
            read_line(field, sx_slice(p, (size_t)(nl - p) - (nl[-1] == '\r')), end, msg);
            p = nl + 1;
        }
    }
    bool empty = sx_slice_is(sx_slice(p, (size_t)(end - p)), "\r\n") ||
                 sx_slice_is(sx_slice(p, (size_t)(end - p)), "\n");
    msg->end = empty ? SX_HEAD_COMPLETE : SX_HEAD_CUT;
    return bytes.n;
}
