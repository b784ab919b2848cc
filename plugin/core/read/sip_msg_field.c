/* sip_msg_field.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/read/sip_msg_field.h"

#include "core/read/line.h"

static bool name_is(struct sx_slice name, const char *full, char compact)
{
    if (name.n == 1)
        return compact != 0 && sx_lower(name.p[0]) == compact;
    return sx_slice_caseis(name, full);
}

static struct sx_slice folded_line(struct sx_slice bytes, struct sx_slice line, size_t *next)
{
    while (*next < bytes.n && (bytes.p[*next] == ' ' || bytes.p[*next] == '\t')) {
        struct sx_slice more = sx_line_at(bytes, *next, next);
        line.n = (size_t)(more.p + more.n - line.p);
    }
    return line;
}

/* One line of the head, folded lines included. False at the empty line or at the end of the bytes;
 * *at is then behind it. A line that the end of the bytes may have cut does not count: of a field
 * only the whole value is worth anything. */
static inline bool next_line(struct sx_slice bytes, size_t *at, struct sx_slice *line,
                             bool *complete)
{
    size_t next;

    *complete = false;
    if (*at >= bytes.n)
        return false;
    *line = sx_line_at(bytes, *at, &next);
    if (next < bytes.n && line->n > 0 && bytes.p[next] > ' ') {
        *at = next;
        return true;
    }
    if (line->n == 0 && bytes.p[next - 1] == '\n') {
        *complete = true;
        *at = next;
        return false;
    }
    *line = folded_line(bytes, *line, &next);
    *at = next;
    return next < bytes.n;
}

/* Name and value of a header field; false if the line is none. */
static bool split_field(struct sx_slice line, struct sx_slice *name, struct sx_slice *value)
{
    const char *colon = line.n ? memchr(line.p, ':', line.n) : NULL;
    size_t n = colon ? (size_t)(colon - line.p) : 0;

    *value = sx_slice_trim(sx_slice_from(line, n + 1));
    while (n > 0 && (line.p[n - 1] == ' ' || line.p[n - 1] == '\t'))
        n--;
    *name = sx_slice(line.p, n);
    return n > 0;
}

/* RFC 3261 7.3.3 and the later registrations; 0 if the field has no compact form. */
static char compact_form(const char *name)
{
    static const struct {
        const char *name;
        uint8_t length;
        char compact;
    } forms[] = {
#define FORM(name, compact) {name, sizeof name - 1, compact}
        FORM("Accept-Contact", 'a'),
        FORM("Referred-By", 'b'),
        FORM("Content-Type", 'c'),
        FORM("Request-Disposition", 'd'),
        FORM("Content-Encoding", 'e'),
        FORM("From", 'f'),
        FORM("Call-ID", 'i'),
        FORM("Reject-Contact", 'j'),
        FORM("Supported", 'k'),
        FORM("Content-Length", 'l'),
        FORM("Contact", 'm'),
        FORM("Identity-Info", 'n'),
        FORM("Event", 'o'),
        FORM("Refer-To", 'r'),
        FORM("Subject", 's'),
        FORM("To", 't'),
        FORM("Allow-Events", 'u'),
        FORM("Via", 'v'),
        FORM("Session-Expires", 'x'),
        FORM("Identity", 'y'),
#undef FORM
    };
    size_t length = strlen(name);

    for (size_t i = 0; i < G_N_ELEMENTS(forms); i++)
        if (sx_lower(forms[i].name[0]) == sx_lower(name[0]) && forms[i].length == length &&
            g_ascii_strcasecmp(forms[i].name, name) == 0)
            return forms[i].compact;
    return 0;
}

/* The next line at or behind an offset whose first two letters may be those of the name, or whose
 * first one of the compact form; the end of the head if there is none. */
static size_t find_line(struct sx_slice head, size_t at, const char *name, char compact)
{
    const char *p = head.p + at, *end = head.p + head.n;
    /* Sets the bit that tells the cases of a letter apart. */
    int first = name[0] | 0x20, second = name[0] ? name[1] | 0x20 : 0;

    while (end - p > 1) {
        int c = p[0] | 0x20;
        if ((c == first && (p[1] | 0x20) == second) || c == compact)
            return (size_t)(p - head.p);
        p = memchr(p, '\n', (size_t)(end - p));
        if (!p)
            break;
        p++;
    }
    return head.n;
}

bool sx_sip_msg_field(const struct sx_sip_msg *msg, const char *name, struct sx_field_iter *iter,
                      struct sx_slice *value)
{
    char compact = compact_form(name);
    struct sx_slice line, field;
    bool complete;

    if (iter->at == 0)
        sx_line_at(msg->head, 0, &iter->at);
    for (;;) {
        iter->at = find_line(msg->head, iter->at, name, compact);
        if (!next_line(msg->head, &iter->at, &line, &complete)) {
            iter->at = msg->head.n;
            return false;
        }
        if (split_field(line, &field, value) && name_is(field, name, compact))
            return true;
    }
}

bool sx_sip_msg_value(const struct sx_sip_msg *msg, const char *name, struct sx_field_iter *iter,
                      struct sx_slice *value)
{
    do {
        while (iter->rest.n == 0)
            if (!sx_sip_msg_field(msg, name, iter, &iter->rest))
                return false;
        sx_slice_next(&iter->rest, ',', value);
    } while (value->n == 0);
    return true;
}

struct sx_slice sx_sip_msg_first(const struct sx_sip_msg *msg, const char *name)
{
    struct sx_field_iter iter = {0};
    struct sx_slice value;

    return sx_sip_msg_value(msg, name, &iter, &value) ? value : SX_SLICE_NONE;
}
