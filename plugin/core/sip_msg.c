/* sip_msg.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/sip_msg.h"

#define VERSION "SIP/2.0"
#define VERSION_LEN (sizeof VERSION - 1)

static const char *const methods[] = {
    [SX_METHOD_OTHER] = "",           [SX_METHOD_ACK] = "ACK",
    [SX_METHOD_BYE] = "BYE",          [SX_METHOD_CANCEL] = "CANCEL",
    [SX_METHOD_INFO] = "INFO",        [SX_METHOD_INVITE] = "INVITE",
    [SX_METHOD_MESSAGE] = "MESSAGE",  [SX_METHOD_NOTIFY] = "NOTIFY",
    [SX_METHOD_OPTIONS] = "OPTIONS",  [SX_METHOD_PRACK] = "PRACK",
    [SX_METHOD_PUBLISH] = "PUBLISH",  [SX_METHOD_REFER] = "REFER",
    [SX_METHOD_REGISTER] = "REGISTER", [SX_METHOD_SUBSCRIBE] = "SUBSCRIBE",
    [SX_METHOD_UPDATE] = "UPDATE",
};

enum sx_method sx_method_of(struct sx_slice name)
{
    for (unsigned m = SX_METHOD_ACK; m < G_N_ELEMENTS(methods); m++)
        if (name.n > 0 && name.p[0] == methods[m][0] && sx_slice_is(name, methods[m]))
            return (enum sx_method)m;
    return SX_METHOD_OTHER;
}

const char *sx_method_name(enum sx_method method)
{
    return (unsigned)method < G_N_ELEMENTS(methods) ? methods[method] : "";
}

size_t sx_method_suffix(struct sx_slice run)
{
    size_t best = 0;

    for (unsigned m = SX_METHOD_ACK; m < G_N_ELEMENTS(methods); m++) {
        size_t n = strlen(methods[m]);
        if (n > best && n <= run.n && memcmp(run.p + run.n - n, methods[m], n) == 0)
            best = n;
    }
    return best;
}

bool sx_is_token(char c)
{
    return g_ascii_isalnum(c) || (c != '\0' && strchr("-.!%*_+`'~", c) != NULL);
}

static struct sx_slice line_at(struct sx_slice bytes, size_t at, size_t *next)
{
    const char *p = bytes.p + at;
    const char *nl = memchr(p, '\n', bytes.n - at);
    size_t n = nl ? (size_t)(nl - p) : bytes.n - at;

    *next = at + n + (nl ? 1 : 0);
    if (n > 0 && p[n - 1] == '\r')
        n--;
    return sx_slice(p, n);
}

static bool read_status_line(struct sx_slice line, struct sx_sip_msg *msg)
{
    uint32_t code;

    if (line.n < VERSION_LEN + 4 || line.p[VERSION_LEN] != ' ' ||
        !sx_slice_uint(sx_slice(line.p + VERSION_LEN + 1, 3), 999, &code))
        return false;
    if (line.n > VERSION_LEN + 4 && line.p[VERSION_LEN + 4] != ' ')
        return false;
    msg->is_request = false;
    msg->code = (uint16_t)code;
    msg->phrase = sx_slice_trim(sx_slice_from(line, VERSION_LEN + 4));
    return true;
}

static bool read_request_line(struct sx_slice line, struct sx_sip_msg *msg)
{
    size_t method_len = 0;

    while (method_len < line.n && sx_is_token(line.p[method_len]))
        method_len++;
    /* "M u SIP/2.0" is the shortest */
    if (method_len == 0 || line.n < method_len + 3 + VERSION_LEN || line.p[method_len] != ' ')
        return false;
    struct sx_slice version = sx_slice_from(line, line.n - VERSION_LEN);
    if (version.p[-1] != ' ' || !sx_slice_caseis(version, VERSION))
        return false;
    msg->is_request = true;
    msg->code = 0;
    msg->phrase = SX_SLICE_NONE;
    msg->method_name = sx_slice(line.p, method_len);
    msg->method = sx_method_of(msg->method_name);
    msg->uri = sx_slice(line.p + method_len + 1, line.n - method_len - 2 - VERSION_LEN);
    return memchr(msg->uri.p, ' ', msg->uri.n) == NULL;
}

static bool read_start_line(struct sx_slice line, struct sx_sip_msg *msg)
{
    if (line.n >= VERSION_LEN && sx_slice_caseis(sx_slice(line.p, VERSION_LEN), VERSION))
        return read_status_line(line, msg);
    return read_request_line(line, msg);
}

/* "SIP/2.0/UDP host:port;branch=...;received=...": LWS is allowed nearly everywhere. */
static void read_via(struct sx_slice value, struct sx_via *via)
{
    size_t i = 0;
    unsigned slashes = 0;

    *via = (struct sx_via){.sent_by = SX_SLICE_NONE};
    while (i < value.n && slashes < 2)
        slashes += value.p[i++] == '/';
    while (i < value.n && sx_is_lws(value.p[i]))
        i++;
    while (i < value.n && !sx_is_lws(value.p[i]) && value.p[i] != ';')
        i++;
    value = sx_slice_trim(sx_slice_from(value, i));

    struct sx_slice part, params = value;
    if (!sx_slice_next(&params, ';', &via->sent_by))
        return;
    while (sx_slice_next(&params, ';', &part)) {
        const char *eq = part.n ? memchr(part.p, '=', part.n) : NULL;
        struct sx_slice name = sx_slice_trim(sx_slice(part.p, eq ? (size_t)(eq - part.p) : part.n));
        struct sx_slice v = eq ? sx_slice_trim(sx_slice_from(part, (size_t)(eq - part.p) + 1))
                               : sx_slice(part.p + part.n, 0);
        if (name.n == 6 && sx_slice_caseis(name, "branch"))
            via->branch = v;
        else if (name.n == 8 && sx_slice_caseis(name, "received"))
            via->received = v;
        else if (name.n == 5 && sx_slice_caseis(name, "rport"))
            via->rport = v;
    }
}

static void read_vias(struct sx_slice value, struct sx_sip_msg *msg)
{
    struct sx_slice one;

    while (sx_slice_next(&value, ',', &one)) {
        if (one.n == 0)
            continue;
        if (msg->via_count < G_N_ELEMENTS(msg->via))
            read_via(one, &msg->via[msg->via_count]);
        msg->via_count++;
    }
}

static void read_cseq(struct sx_slice value, struct sx_sip_msg *msg)
{
    size_t digits = 0;

    while (digits < value.n && g_ascii_isdigit(value.p[digits]))
        digits++;
    if (!sx_slice_uint(sx_slice(value.p, digits), UINT32_MAX, &msg->cseq))
        return;
    msg->has_cseq = true;
    msg->cseq_method_name = sx_slice_trim(sx_slice_from(value, digits));
    msg->cseq_method = sx_method_of(msg->cseq_method_name);
}

static bool name_is(struct sx_slice name, const char *full, char compact)
{
    if (name.n == 1)
        return compact != 0 && sx_lower(name.p[0]) == compact;
    return sx_slice_caseis(name, full);
}

static void keep_first(struct sx_slice *kept, struct sx_slice value)
{
    if (!kept->p)
        *kept = value;
}

static void read_field(struct sx_slice name, struct sx_slice value, struct sx_sip_msg *msg)
{
    switch (sx_lower(name.p[0])) {
    case 'v':
        if (name_is(name, "Via", 'v'))
            read_vias(value, msg);
        break;
    case 'f':
        if (name_is(name, "From", 'f'))
            keep_first(&msg->from, value);
        break;
    case 't':
        if (name_is(name, "To", 't'))
            keep_first(&msg->to, value);
        break;
    case 'i':
        if (name.n == 1)
            keep_first(&msg->call_id, value);
        break;
    case 'r':
        if (!msg->top_route.p && sx_slice_caseis(name, "Route"))
            sx_slice_next(&value, ',', &msg->top_route);
        else if (name.n == 4 && sx_slice_caseis(name, "RSeq"))
            sx_slice_uint(value, UINT32_MAX, &msg->rseq);
        break;
    case 'e':
        if (name.n == 7 && sx_slice_caseis(name, "Expires"))
            msg->has_expires |= sx_slice_uint(value, UINT32_MAX, &msg->expires);
        break;
    case 'a':
        msg->has_credentials |= name.n == 13 && sx_slice_caseis(name, "Authorization");
        break;
    case 'p':
        msg->has_credentials |= name.n == 19 && sx_slice_caseis(name, "Proxy-Authorization");
        break;
    case 'c':
        if (name.n == 4 && sx_slice_caseis(name, "CSeq") && !msg->has_cseq)
            read_cseq(value, msg);
        else if (name.n == 7 && sx_slice_caseis(name, "Call-ID"))
            keep_first(&msg->call_id, value);
        else if (name.n == 14 && sx_slice_caseis(name, "Content-Length"))
            msg->has_content_length |= sx_slice_uint(value, INT32_MAX, &msg->content_length);
        break;
    case 'l':
        if (name.n == 1)
            msg->has_content_length |= sx_slice_uint(value, INT32_MAX, &msg->content_length);
        break;
    default:
        break;
    }
}

/* Most fields of a message are not read until somebody asks for them. */
static bool is_read_at_once(struct sx_slice line)
{
    switch (line.n ? sx_lower(line.p[0]) : 0) {
    case 'v': case 'f': case 't': case 'i': case 'r': case 'e': case 'a': case 'p': case 'c':
    case 'l':
        return true;
    default:
        return false;
    }
}

/* One line of the head, folded lines included. False at the empty line or at the end of the bytes;
 * *at is then behind it. A line that the end of the bytes may have cut does not count: of a field
 * only the whole value is worth anything. */
static bool next_line(struct sx_slice bytes, size_t *at, struct sx_slice *line, bool *complete)
{
    size_t next;

    *complete = false;
    if (*at >= bytes.n)
        return false;
    *line = line_at(bytes, *at, &next);
    if (line->n == 0 && bytes.p[next - 1] == '\n') {
        *complete = true;
        *at = next;
        return false;
    }
    while (next < bytes.n && (bytes.p[next] == ' ' || bytes.p[next] == '\t')) {
        struct sx_slice more = line_at(bytes, next, &next);
        line->n = (size_t)(more.p + more.n - line->p);
    }
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

bool sx_sip_msg_read(struct sx_slice bytes, struct sx_sip_msg *msg)
{
    struct sx_slice line, name, value;
    size_t at;
    bool complete;

    *msg = (struct sx_sip_msg){.is_request = false};
    if (bytes.n == 0 || !read_start_line(line_at(bytes, 0, &at), msg))
        return false;
    if (bytes.p[at - 1] != '\n')
        msg->phrase = SX_SLICE_NONE;
    while (next_line(bytes, &at, &line, &complete))
        if (is_read_at_once(line) && split_field(line, &name, &value))
            read_field(name, value, msg);
    msg->head = sx_slice(bytes.p, at);
    msg->end = complete ? SX_HEAD_COMPLETE : SX_HEAD_CUT;
    if (msg->from.p)
        msg->from_tag = sx_slice_param(msg->from, "tag");
    if (msg->to.p)
        msg->to_tag = sx_slice_param(msg->to, "tag");
    if (!msg->is_request) {
        msg->method = msg->cseq_method;
        msg->method_name = msg->cseq_method_name;
    }
    return true;
}

/* RFC 3261 7.3.3 and the later registrations; 0 if the field has no compact form. */
static char compact_form(const char *name)
{
    static const struct {
        const char *name;
        char compact;
    } forms[] = {
        {"Accept-Contact", 'a'},   {"Referred-By", 'b'},     {"Content-Type", 'c'},
        {"Request-Disposition", 'd'}, {"Content-Encoding", 'e'}, {"From", 'f'},
        {"Call-ID", 'i'},          {"Reject-Contact", 'j'},  {"Supported", 'k'},
        {"Content-Length", 'l'},   {"Contact", 'm'},         {"Identity-Info", 'n'},
        {"Event", 'o'},            {"Refer-To", 'r'},        {"Subject", 's'},
        {"To", 't'},               {"Allow-Events", 'u'},    {"Via", 'v'},
        {"Session-Expires", 'x'},  {"Identity", 'y'},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(forms); i++)
        if (g_ascii_strcasecmp(forms[i].name, name) == 0)
            return forms[i].compact;
    return 0;
}

bool sx_sip_msg_field(const struct sx_sip_msg *msg, const char *name, struct sx_field_iter *iter,
                      struct sx_slice *value)
{
    char compact = compact_form(name);
    char first = sx_lower(name[0]);
    struct sx_slice line, field;
    bool complete;

    if (iter->at == 0)
        line_at(msg->head, 0, &iter->at);
    while (next_line(msg->head, &iter->at, &line, &complete)) {
        char c = line.n ? sx_lower(line.p[0]) : 0;
        if ((c == first || c == compact) && split_field(line, &field, value) &&
            name_is(field, name, compact))
            return true;
    }
    iter->at = msg->head.n;
    return false;
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

bool sx_sip_msg_via(const struct sx_sip_msg *msg, unsigned index, struct sx_via *via)
{
    struct sx_field_iter iter = {0};
    struct sx_slice value;

    while (sx_sip_msg_value(msg, "Via", &iter, &value)) {
        if (index-- == 0) {
            read_via(value, via);
            return true;
        }
    }
    return false;
}

struct sx_slice sx_sip_msg_first(const struct sx_sip_msg *msg, const char *name)
{
    struct sx_field_iter iter = {0};
    struct sx_slice value;

    return sx_sip_msg_value(msg, name, &iter, &value) ? value : SX_SLICE_NONE;
}

bool sx_sip_msg_has_token(const struct sx_sip_msg *msg, const char *name, const char *token)
{
    struct sx_field_iter iter = {0};
    struct sx_slice value;

    while (sx_sip_msg_value(msg, name, &iter, &value))
        if (sx_slice_caseis(value, token))
            return true;
    return false;
}
