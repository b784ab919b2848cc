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
        if (name.n > 2 && name.p[0] == methods[m][0] && name.p[2] == methods[m][2] &&
            sx_slice_is(name, methods[m]))
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

static inline struct sx_slice line_at(struct sx_slice bytes, size_t at, size_t *next)
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

static size_t skip_lws(struct sx_slice s, size_t i)
{
    while (i < s.n && sx_is_lws(s.p[i]))
        i++;
    return i;
}

/* The end of a Via parameter, or of the sent-by: quoted strings may hold anything. plain: there is
 * neither a quote nor a comma. */
static size_t via_part_end(struct sx_slice s, size_t i, bool plain)
{
    if (plain) {
        const char *hit = i < s.n ? memchr(s.p + i, ';', s.n - i) : NULL;
        return hit ? (size_t)(hit - s.p) : s.n;
    }
    for (; i < s.n && s.p[i] != ';' && s.p[i] != ','; i++) {
        if (s.p[i] == '"')
            for (i++; i < s.n && s.p[i] != '"'; i++)
                i += s.p[i] == '\\';
    }
    return MIN(i, s.n);
}

static bool param_is(struct sx_slice param, const char *name, size_t n, struct sx_slice *value)
{
    if (param.n < n || !sx_slice_caseeq(sx_slice(param.p, n), sx_slice(name, n)))
        return false;
    struct sx_slice rest = sx_slice_trim(sx_slice_from(param, n));
    if (rest.n > 0 && rest.p[0] != '=')
        return false;
    *value = rest.n ? sx_slice_trim(sx_slice_from(rest, 1)) : rest;
    return true;
}

static void read_via_param(struct sx_slice param, struct sx_via *via)
{
    switch (param.n ? sx_lower(param.p[0]) : 0) {
    case 'b':
        param_is(param, "branch", 6, &via->branch);
        break;
    case 'r':
        if (!param_is(param, "rport", 5, &via->rport))
            param_is(param, "received", 8, &via->received);
        break;
    default:
        break;
    }
}

/* Behind "SIP/2.0/UDP": LWS is allowed nearly everywhere. */
static size_t skip_sent_protocol(struct sx_slice value, size_t i)
{
    unsigned slashes = 0;

    while (i < value.n && slashes < 2)
        slashes += value.p[i++] == '/';
    i = skip_lws(value, i);
    while (i < value.n && !sx_is_lws(value.p[i]) && value.p[i] != ';' && value.p[i] != ',')
        i++;
    return skip_lws(value, i);
}

/* "SIP/2.0/UDP host:port;branch=...;received=...". Returns where the value ends: at a comma or the
 * end. */
static size_t read_via(struct sx_slice value, size_t i, bool plain, struct sx_via *via)
{
    *via = (struct sx_via){.sent_by = SX_SLICE_NONE};
    i = skip_sent_protocol(value, i);
    size_t end = via_part_end(value, i, plain);
    if (end > i)
        via->sent_by = sx_slice_trim(sx_slice(value.p + i, end - i));
    for (i = end; i < value.n && value.p[i] == ';'; i = end) {
        i = skip_lws(value, i + 1);
        end = MAX(via_part_end(value, i, plain), i);
        read_via_param(sx_slice_trim(sx_slice(value.p + i, end - i)), via);
    }
    return end;
}

static void read_vias(struct sx_slice value, struct sx_sip_msg *msg)
{
    bool plain = value.n > 0 && !memchr(value.p, '"', value.n) && !memchr(value.p, ',', value.n);
    struct sx_via unused;
    size_t i = 0;

    while ((i = skip_lws(value, i)) < value.n) {
        if (value.p[i] != ',') {
            bool kept = msg->via_count < G_N_ELEMENTS(msg->via);
            i = read_via(value, i, plain, kept ? &msg->via[msg->via_count] : &unused);
            msg->via_count++;
        }
        i++;
    }
}

/* The tag of a From or To value: behind the address, which may follow a quoted name. */
static struct sx_slice tag_of(struct sx_slice value)
{
    size_t i = 0;

    if (value.n > 0 && value.p[0] == '"') {
        for (i = 1; i < value.n && value.p[i] != '"'; i++)
            i += value.p[i] == '\\';
        i++;
    }
    const char *close = i < value.n ? memchr(value.p + i, '>', value.n - i) : NULL;
    struct sx_slice params = close ? sx_slice_from(value, (size_t)(close - value.p) + 1) : value;
    if (close && params.n == 0)
        return SX_SLICE_NONE;
    /* nearly always the first parameter, and the only one */
    if (close && params.n > 5 && memcmp(params.p, ";tag=", 5) == 0 && params.p[5] != '"' &&
        !memchr(params.p + 5, ';', params.n - 5))
        return sx_slice_trim(sx_slice_from(params, 5));
    if (close)
        params = sx_slice_from(value, (size_t)(close - value.p));
    return sx_slice_param(params, "tag");
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

/* The fields that are read at once, by the letter they begin with and their length. */
enum field {
    FIELD_OTHER,
    FIELD_AUTHORIZATION,
    FIELD_CALL_ID,
    FIELD_CONTENT_LENGTH,
    FIELD_CSEQ,
    FIELD_EXPIRES,
    FIELD_FROM,
    FIELD_PROXY_AUTHORIZATION,
    FIELD_ROUTE,
    FIELD_RSEQ,
    FIELD_TO,
    FIELD_VIA
};

static const struct {
    const char *name;
    uint8_t length;
    char compact;
} fields[] = {
    [FIELD_OTHER] = {"", 0, 0},
    [FIELD_AUTHORIZATION] = {"Authorization", 13, 0},
    [FIELD_CALL_ID] = {"Call-ID", 7, 'i'},
    [FIELD_CONTENT_LENGTH] = {"Content-Length", 14, 'l'},
    [FIELD_CSEQ] = {"CSeq", 4, 0},
    [FIELD_EXPIRES] = {"Expires", 7, 0},
    [FIELD_FROM] = {"From", 4, 'f'},
    [FIELD_PROXY_AUTHORIZATION] = {"Proxy-Authorization", 19, 0},
    [FIELD_ROUTE] = {"Route", 5, 0},
    [FIELD_RSEQ] = {"RSeq", 4, 0},
    [FIELD_TO] = {"To", 2, 't'},
    [FIELD_VIA] = {"Via", 3, 'v'},
};

/* The colon decides: few fields that begin with one letter have it in one place. */
static bool is_field(struct sx_slice line, enum field f, struct sx_slice *value)
{
    size_t n = fields[f].length, colon;

    if (line.n > n && line.p[n] == ':') {
        colon = n;
    } else {
        if (line.n > 1 && !sx_is_token(line.p[1]) && sx_lower(line.p[0]) == fields[f].compact)
            n = 1;
        for (colon = n; colon < line.n && (line.p[colon] == ' ' || line.p[colon] == '\t');)
            colon++;
        if (colon >= line.n || line.p[colon] != ':')
            return false;
    }
    if (n > 1 && memcmp(line.p, fields[f].name, n) != 0 &&
        !sx_slice_caseeq(sx_slice(line.p, n), sx_slice(fields[f].name, n)))
        return false;
    *value = sx_slice_trim(sx_slice_from(line, colon + 1));
    return true;
}

static enum field field_of(struct sx_slice line, struct sx_slice *value)
{
    static const uint8_t by_letter[26][3] = {
        ['a' - 'a'] = {FIELD_AUTHORIZATION},
        ['c' - 'a'] = {FIELD_CALL_ID, FIELD_CSEQ, FIELD_CONTENT_LENGTH},
        ['e' - 'a'] = {FIELD_EXPIRES},
        ['f' - 'a'] = {FIELD_FROM},
        ['i' - 'a'] = {FIELD_CALL_ID},
        ['l' - 'a'] = {FIELD_CONTENT_LENGTH},
        ['p' - 'a'] = {FIELD_PROXY_AUTHORIZATION},
        ['r' - 'a'] = {FIELD_ROUTE, FIELD_RSEQ},
        ['t' - 'a'] = {FIELD_TO},
        ['v' - 'a'] = {FIELD_VIA},
    };
    unsigned letter = line.n ? (unsigned char)(sx_lower(line.p[0]) - 'a') : 26;

    if (letter >= G_N_ELEMENTS(by_letter))
        return FIELD_OTHER;
    for (unsigned i = 0; i < 3 && by_letter[letter][i]; i++)
        if (is_field(line, (enum field)by_letter[letter][i], value))
            return (enum field)by_letter[letter][i];
    return FIELD_OTHER;
}

static void read_field(enum field field, struct sx_slice value, struct sx_sip_msg *msg)
{
    switch (field) {
    case FIELD_VIA:
        read_vias(value, msg);
        break;
    case FIELD_FROM:
        keep_first(&msg->from, value);
        break;
    case FIELD_TO:
        keep_first(&msg->to, value);
        break;
    case FIELD_CALL_ID:
        keep_first(&msg->call_id, value);
        break;
    case FIELD_CSEQ:
        if (!msg->has_cseq)
            read_cseq(value, msg);
        break;
    case FIELD_CONTENT_LENGTH:
        msg->has_content_length |= sx_slice_uint(value, INT32_MAX, &msg->content_length);
        break;
    case FIELD_ROUTE:
        if (!msg->top_route.p)
            sx_slice_next(&value, ',', &msg->top_route);
        break;
    case FIELD_RSEQ:
        sx_slice_uint(value, UINT32_MAX, &msg->rseq);
        break;
    case FIELD_EXPIRES:
        msg->has_expires |= sx_slice_uint(value, UINT32_MAX, &msg->expires);
        break;
    case FIELD_AUTHORIZATION:
    case FIELD_PROXY_AUTHORIZATION:
        msg->has_credentials = true;
        break;
    case FIELD_OTHER:
    default:
        break;
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
    struct sx_slice line, value;
    size_t at;
    bool complete;

    *msg = (struct sx_sip_msg){.is_request = false};
    if (bytes.n == 0 || !read_start_line(line_at(bytes, 0, &at), msg))
        return false;
    if (bytes.p[at - 1] != '\n')
        msg->phrase = SX_SLICE_NONE;
    while (next_line(bytes, &at, &line, &complete)) {
        enum field field = field_of(line, &value);
        if (field != FIELD_OTHER)
            read_field(field, value, msg);
    }
    msg->head = sx_slice(bytes.p, at);
    msg->end = complete ? SX_HEAD_COMPLETE : SX_HEAD_CUT;
    if (msg->from.p)
        msg->from_tag = tag_of(msg->from);
    if (msg->to.p)
        msg->to_tag = tag_of(msg->to);
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
            read_via(value, 0, false, via);
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
