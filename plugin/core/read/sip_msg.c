/* sip_msg.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/read/sip_msg.h"

#include <limits.h>

#include "core/base/scan.h"

#define VERSION "SIP/2.0"
#define VERSION_LEN (sizeof VERSION - 1)

static const struct {
    const char *name;
    uint8_t length;
} methods[] = {
#define METHOD(name) [SX_METHOD_##name] = {#name, sizeof #name - 1}
    [SX_METHOD_OTHER] = {"", 0},
    METHOD(ACK),
    METHOD(BYE),
    METHOD(CANCEL),
    METHOD(INFO),
    METHOD(INVITE),
    METHOD(MESSAGE),
    METHOD(NOTIFY),
    METHOD(OPTIONS),
    METHOD(PRACK),
    METHOD(PUBLISH),
    METHOD(REFER),
    METHOD(REGISTER),
    METHOD(SUBSCRIBE),
    METHOD(UPDATE),
#undef METHOD
};

/* Of names of 3 to 9 letters and one length: four letters at either end, and the one between. */
static inline bool is_name(struct sx_slice name, const char *method)
{
    if (name.n < 4)
        return memcmp(name.p, method, 3) == 0;
    return memcmp(name.p, method, 4) == 0 &&
           name.p[4 - (name.n == 4)] == method[4 - (name.n == 4)] &&
           memcmp(name.p + name.n - 4, method + name.n - 4, 4) == 0;
}

enum sx_method sx_method_of(struct sx_slice name)
{
    /* By the first letter; it is no other method's. */
    static const uint8_t candidates['Z' - 'A' + 1][2] = {
        ['A' - 'A'] = {SX_METHOD_ACK},
        ['B' - 'A'] = {SX_METHOD_BYE},
        ['C' - 'A'] = {SX_METHOD_CANCEL},
        ['I' - 'A'] = {SX_METHOD_INVITE, SX_METHOD_INFO},
        ['M' - 'A'] = {SX_METHOD_MESSAGE},
        ['N' - 'A'] = {SX_METHOD_NOTIFY},
        ['O' - 'A'] = {SX_METHOD_OPTIONS},
        ['P' - 'A'] = {SX_METHOD_PRACK, SX_METHOD_PUBLISH},
        ['R' - 'A'] = {SX_METHOD_REGISTER, SX_METHOD_REFER},
        ['S' - 'A'] = {SX_METHOD_SUBSCRIBE},
        ['U' - 'A'] = {SX_METHOD_UPDATE},
    };
    unsigned letter = name.n ? (uint8_t)name.p[0] - (unsigned)'A' : UINT_MAX;

    if (letter >= G_N_ELEMENTS(candidates))
        return SX_METHOD_OTHER;
    for (unsigned i = 0; i < 2; i++) {
        unsigned m = candidates[letter][i];
        if (name.n == methods[m].length && is_name(name, methods[m].name))
            return (enum sx_method)m;
    }
    return SX_METHOD_OTHER;
}

const char *sx_method_name(enum sx_method method)
{
    return (unsigned)method < G_N_ELEMENTS(methods) ? methods[method].name : "";
}

size_t sx_method_suffix(struct sx_slice run)
{
    size_t best = 0;

    for (unsigned m = SX_METHOD_ACK; m < G_N_ELEMENTS(methods); m++) {
        size_t n = methods[m].length;
        if (n > best && n <= run.n && memcmp(run.p + run.n - n, methods[m].name, n) == 0)
            best = n;
    }
    return best;
}

bool sx_is_token(char c)
{
    return g_ascii_isalnum(c) || (c != '\0' && strchr("-.!%*_+`'~", c) != NULL);
}

/* Where the line ends and the next one begins. */
static inline size_t line_end(struct sx_slice bytes, size_t at, size_t *next)
{
    const char *nl = memchr(bytes.p + at, '\n', bytes.n - at);

    if (!nl) {
        *next = bytes.n;
        return bytes.n > at && bytes.p[bytes.n - 1] == '\r' ? bytes.n - 1 : bytes.n;
    }
    size_t end = (size_t)(nl - bytes.p);
    *next = end + 1;
    return end > at && nl[-1] == '\r' ? end - 1 : end;
}

static inline struct sx_slice line_at(struct sx_slice bytes, size_t at, size_t *next)
{
    return sx_slice(bytes.p + at, line_end(bytes, at, next) - at);
}

/* Of VERSION_LEN bytes. */
static bool is_version(const char *p)
{
    return memcmp(p, VERSION, VERSION_LEN) == 0 ||
           sx_slice_caseis(sx_slice(p, VERSION_LEN), VERSION);
}

static bool read_status_line(struct sx_slice line, struct sx_sip_msg *msg)
{
    const char *digits = line.p + VERSION_LEN + 1;

    if (line.n < VERSION_LEN + 4 || line.p[VERSION_LEN] != ' ' || !g_ascii_isdigit(digits[0]) ||
        !g_ascii_isdigit(digits[1]) || !g_ascii_isdigit(digits[2]))
        return false;
    if (line.n > VERSION_LEN + 4 && line.p[VERSION_LEN + 4] != ' ')
        return false;
    msg->is_request = false;
    msg->code = (uint16_t)((digits[0] - '0') * 100 + (digits[1] - '0') * 10 + digits[2] - '0');
    msg->phrase = sx_slice_trim(sx_slice_from(line, VERSION_LEN + 4));
    return true;
}

static bool read_request_line(struct sx_slice line, struct sx_sip_msg *msg)
{
    size_t method_len = 0;

    while (method_len < line.n && ((line.p[method_len] >= 'A' && line.p[method_len] <= 'Z') ||
                                   (line.p[method_len] != ' ' && sx_is_token(line.p[method_len]))))
        method_len++;
    /* "M u SIP/2.0" is the shortest */
    if (method_len == 0 || line.n < method_len + 3 + VERSION_LEN || line.p[method_len] != ' ')
        return false;
    struct sx_slice version = sx_slice_from(line, line.n - VERSION_LEN);
    if (version.p[-1] != ' ' || !is_version(version.p))
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
    if (line.n >= VERSION_LEN && is_version(line.p))
        return read_status_line(line, msg);
    return read_request_line(line, msg);
}

static size_t skip_lws(struct sx_slice s, size_t i)
{
    while (i < s.n && sx_is_lws(s.p[i]))
        i++;
    return i;
}

/* The end of a Via parameter, or of the sent-by: quoted strings may hold anything. */
static size_t via_part_end(struct sx_slice s, size_t i)
{
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

static inline void read_via_param(struct sx_slice param, struct sx_via *via)
{
    switch (param.n ? sx_lower(param.p[0]) : 0) {
    case 'b':
        /* nearly always spelled so */
        if (param.n > 7 && memcmp(param.p, "branch=", 7) == 0 && !sx_is_lws(param.p[7]))
            via->branch = sx_slice_from(param, 7);
        else
            param_is(param, "branch", 6, &via->branch);
        break;
    case 'r':
        if (param.n == 5 && memcmp(param.p, "rport", 5) == 0)
            via->rport = sx_slice_from(param, 5);
        else if (!param_is(param, "rport", 5, &via->rport))
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
static size_t read_any_via(struct sx_slice value, size_t i, struct sx_via *via)
{
    size_t protocol = i;

    *via = (struct sx_via){.sent_by = SX_SLICE_NONE};
    i = skip_sent_protocol(value, i);
    via->tls = i - protocol > 11 && sx_lower(value.p[protocol + 8]) == 't' &&
               sx_lower(value.p[protocol + 9]) == 'l';
    size_t end = via_part_end(value, i);
    if (end > i)
        via->sent_by = sx_slice_trim(sx_slice(value.p + i, end - i));
    for (i = end; i < value.n && value.p[i] == ';'; i = end) {
        i = skip_lws(value, i + 1);
        end = MAX(via_part_end(value, i), i);
        read_via_param(sx_slice_trim(sx_slice(value.p + i, end - i)), via);
    }
    return end;
}

/* True for a protocol that is written as nearly all write it, with a blank after it. */
static inline bool is_plain_protocol(const char *p)
{
    return memcmp(p, VERSION "/", 8) == 0 &&
           (memcmp(p + 8, "UDP ", 4) == 0 || memcmp(p + 8, "TCP ", 4) == 0 ||
            memcmp(p + 8, "TLS ", 4) == 0);
}

/* Nothing is trimmed where nothing is to be trimmed. */
static inline struct sx_slice trimmed(const char *p, const char *end)
{
    struct sx_slice s = sx_slice(p, (size_t)(end - p));

    return s.n > 0 && p[0] > ' ' && end[-1] > ' ' ? s : sx_slice_trim(s);
}

/* The sent-by, or one of the parameters behind it. */
static inline void read_via_part(struct sx_slice part, bool is_param, struct sx_via *via)
{
    if (is_param)
        read_via_param(part, via);
    else if (part.n > 0)
        via->sent_by = part;
}

/* What ends a part of a Via value, or makes it one for read_any_via(). */
static inline uint64_t via_marks(const char *p, const char *end, const char *limit)
{
    size_t n = (size_t)(end - p);

    if (limit - p < SX_SCAN_BLOCK)
        return sx_scan_few(p, MIN(n, SX_SCAN_BLOCK), ';', ',', '"');
    uint64_t marks = sx_scan_block(p, ';', ',', '"');
    return n < SX_SCAN_BLOCK ? marks & ((UINT64_C(1) << n) - 1) : marks;
}

/* The same, quicker for values without quotes and commas, as nearly all are. limit: where the bytes
 * end that the value stands in. */
static inline size_t read_via(struct sx_slice value, size_t i, const char *limit,
                              struct sx_via *via)
{
    const char *p = value.p + i, *end = value.p + value.n;

    if (value.n - i <= 12 || !is_plain_protocol(p))
        return read_any_via(value, i, via);
    *via = (struct sx_via){.tls = p[9] == 'L'};
    bool begun = false;
    p += 12;
    for (const char *block = p; block < end; block += SX_SCAN_BLOCK) {
        for (uint64_t left = via_marks(block, end, limit); left; left &= left - 1) {
            const char *hit = block + sx_scan_lowest(left);
            if (*hit != ';')
                return read_any_via(value, i, via);
            read_via_part(trimmed(p, hit), begun, via);
            begun = true;
            p = hit + 1;
        }
    }
    read_via_part(trimmed(p, end), begun, via);
    return value.n;
}

/* Where the next value begins: empty ones do not count. */
static size_t skip_commas(struct sx_slice value, size_t i)
{
    while (i < value.n && (value.p[i] == ',' || sx_is_lws(value.p[i])))
        i++;
    return i;
}

/* The topmost value is read, of those below only where they begin. */
static inline void read_vias(struct sx_slice value, const char *limit, struct sx_sip_msg *msg)
{
    size_t i = skip_commas(value, 0);

    if (i < value.n && !msg->has_via) {
        i = skip_commas(value, read_via(value, i, limit, &msg->via));
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

/* Behind the quoted string that begins the value; 0 if none does. */
static inline size_t after_quoted_name(struct sx_slice value, const char *limit)
{
    const char *end = value.p + value.n, *hit;

    if (value.n == 0 || value.p[0] != '"')
        return 0;
    hit = sx_scan_any(value.p + 1, end, limit, '"', '\\', '\\');
    while (hit < end && *hit == '\\')
        hit = end - hit > 2 ? sx_scan_any(hit + 2, end, limit, '"', '\\', '\\') : end;
    return (size_t)(hit - value.p) + 1;
}

/* Behind the address, which may follow a quoted name. */
static inline struct sx_slice tag_of(struct sx_slice value, const char *limit)
{
    const char *end = value.p + value.n,
               *p = value.p + MIN(after_quoted_name(value, limit), value.n);
    const char *close = sx_scan_any(p, end, limit, '>', '>', '>');

    if (close == end)
        return sx_slice_param(value, "tag");
    p = close + 1;
    if (p == end)
        return SX_SLICE_NONE;
    /* nearly always the first parameter, and the only one */
    if (end - p > 5 && memcmp(p, ";tag=", 5) == 0 && p[5] != '"' &&
        sx_scan_any(p + 5, end, limit, ';', ';', ';') == end)
        return trimmed(p + 5, end);
    return sx_slice_param(sx_slice(close, (size_t)(end - close)), "tag");
}

struct sx_slice sx_sip_msg_from_tag(const struct sx_sip_msg *msg)
{
    return msg->from_tag;
}

struct sx_slice sx_sip_msg_to_tag(const struct sx_sip_msg *msg)
{
    return msg->to_tag;
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

/* True if the line begins with this name in any case, or with its compact form, and a colon behind
 * it that blanks may precede. The value is trimmed. */
static bool is_field_anyhow(struct sx_slice line, const char *name, size_t n, char compact,
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

/* Fields of which only their presence is noted; few have them. */
static bool is_record_route(struct sx_slice line, struct sx_slice *value)
{
    static const char name[] = "Record-Route:";

    if (line.n < sizeof name || memcmp(line.p, name, sizeof name - 1) != 0)
        return is_field_anyhow(line, "Record-Route", 12, 0, value);
    *value = sx_slice_trim(sx_slice(line.p + sizeof name - 1, line.n - (sizeof name - 1)));
    return true;
}

static void read_notes(struct sx_slice line, struct sx_sip_msg *msg)
{
    struct sx_slice value;
    int third = line.n > 2 ? line.p[2] | 0x20 : 0;

    if (third == 'a')
        msg->has_reason |= is_field_anyhow(line, "Reason", 6, 0, &value);
    else if (third == 't')
        msg->has_retry_after |= is_field_anyhow(line, "Retry-After", 11, 0, &value);
    else if (third == 'c' && !msg->record_route.p && is_record_route(line, &value))
        msg->record_route = value;
    else if (third == 'r')
        msg->has_warning |= is_field_anyhow(line, "Warning", 7, 0, &value);
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
static inline enum field field_of(const char *line)
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

/* Of fields that may come more than once the first one counts, but for the credentials. limit:
 * where the bytes end that the line stands in. */
static inline void read_line(enum field field, struct sx_slice line, const char *limit,
                             struct sx_sip_msg *msg)
{
    struct sx_slice value;

/* As it is nearly always written: one blank before the value, none behind it. This much is a few
 * instructions. */
#define IS(name)                                                                    \
    (line.n > sizeof name + 1 && memcmp(line.p, name ": ", sizeof name + 1) == 0 && \
     line.p[sizeof name + 1] > ' ' && line.p[line.n - 1] > ' ' &&                   \
     (value = sx_slice(line.p + sizeof name + 1, line.n - sizeof name - 1), true))
#define IS_ANYHOW(name, compact) is_field_anyhow(line, name, sizeof name - 1, compact, &value)
#define FIELD(name, compact) (IS(name) || IS_ANYHOW(name, compact))
    switch (field) {
    case FIELD_VIA:
        if (FIELD("Via", 'v'))
            read_vias(value, limit, msg);
        break;
    case FIELD_FROM:
        if (FIELD("From", 'f') && !msg->from.p)
            msg->from_tag = tag_of(msg->from = value, limit);
        break;
    case FIELD_TO:
        if (FIELD("To", 't') && !msg->to.p)
            msg->to_tag = tag_of(msg->to = value, limit);
        break;
    case FIELD_CALL_ID:
        if (FIELD("Call-ID", 'i'))
            keep_first(&msg->call_id, value);
        break;
    case FIELD_CSEQ:
        if (FIELD("CSeq", 0))
            read_cseq(value, msg);
        break;
    case FIELD_CO:
        if (line.n > 8 && sx_lower(line.p[8]) == 'l' ? FIELD("Content-Length", 0) : false)
            read_content_length(value, msg);
        else if (line.n > 4 && sx_lower(line.p[4]) == 'a' && FIELD("Contact", 0))
            keep_first(&msg->contact, value);
        break;
    case FIELD_CONTACT:
        if (IS_ANYHOW("Contact", 'm'))
            keep_first(&msg->contact, value);
        break;
    case FIELD_LENGTH:
        if (IS_ANYHOW("Content-Length", 'l'))
            read_content_length(value, msg);
        break;
    case FIELD_EXPIRES:
        if (FIELD("Expires", 0))
            msg->has_expires |= sx_slice_uint(value, UINT32_MAX, &msg->expires);
        break;
    case FIELD_AUTHORIZATION:
        msg->has_credentials |= IS_ANYHOW("Authorization", 0);
        break;
    case FIELD_PROXY:
        msg->has_credentials |= IS_ANYHOW("Proxy-Authorization", 0);
        break;
    case FIELD_ROUTE:
        if (FIELD("Route", 0) && !msg->top_route.p)
            sx_slice_next(&value, ',', &msg->top_route);
        break;
    case FIELD_RSEQ:
        if (FIELD("RSeq", 0))
            sx_slice_uint(value, UINT32_MAX, &msg->rseq);
        break;
    case FIELD_NOTE:
        read_notes(line, msg);
        break;
    case FIELD_SESSION:
        /* Server is nearly everywhere. */
        if (line.n < 10 || (line.p[2] | 0x20) != 's')
            break;
        if (FIELD("Session-Expires", 0))
            keep_first(&msg->session_expires, value);
        else if (FIELD("Session-ID", 0))
            keep_first(&msg->session_id, value);
        break;
    case FIELD_SESSION_EXPIRES:
        if (IS_ANYHOW("Session-Expires", 'x'))
            keep_first(&msg->session_expires, value);
        break;
    case FIELD_EMPTY:
    case FIELD_OTHER:
    default:
        break;
    }
#undef FIELD
#undef IS_ANYHOW
#undef IS
}

static struct sx_slice folded_line(struct sx_slice bytes, struct sx_slice line, size_t *next)
{
    while (*next < bytes.n && (bytes.p[*next] == ' ' || bytes.p[*next] == '\t')) {
        struct sx_slice more = line_at(bytes, *next, next);
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
    *line = line_at(bytes, *at, &next);
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

/* The line feeds from a place among the bytes on, as far as a block goes and before last. */
static inline uint64_t feeds_at(struct sx_slice bytes, const char *p, const char *last)
{
    size_t n = (size_t)(last - p);

    if (n >= SX_SCAN_BLOCK)
        return sx_scan_block(p, '\n', '\n', '\n');
    if (bytes.n > SX_SCAN_BLOCK)
        return sx_scan_block(last - SX_SCAN_BLOCK, '\n', '\n', '\n') >> (SX_SCAN_BLOCK - n);
    return sx_scan_few(p, n, '\n', '\n', '\n');
}

/* Reads the header fields from an offset on. Returns where the head ends. This is most of what the
 * plugin costs where nobody looks, so it takes the shortest way past fields that it does not read;
 * next_line() says what a line is. */
static size_t read_fields(struct sx_slice bytes, size_t at, struct sx_sip_msg *msg)
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
    if (bytes.n == 0 || !read_start_line(line_at(bytes, 0, &at), msg))
        return false;
    if (bytes.p[at - 1] != '\n')
        msg->phrase = SX_SLICE_NONE;
    msg->head = sx_slice(bytes.p, read_fields(bytes, at, msg));
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
        line_at(msg->head, 0, &iter->at);
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

/* One value after the other, cut as read_vias() cuts them. */
static bool next_via(const struct sx_sip_msg *msg, struct sx_field_iter *iter, struct sx_via *via)
{
    size_t i;

    while ((i = skip_commas(iter->rest, 0)) >= iter->rest.n)
        if (!sx_sip_msg_field(msg, "Via", iter, &iter->rest))
            return false;
    iter->rest = sx_slice_from(iter->rest, read_any_via(iter->rest, i, via));
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
        read_via(msg->more_vias, 0, msg->head.p + msg->head.n, via);
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

struct sx_slice sx_sip_msg_first(const struct sx_sip_msg *msg, const char *name)
{
    struct sx_field_iter iter = {0};
    struct sx_slice value;

    return sx_sip_msg_value(msg, name, &iter, &value) ? value : SX_SLICE_NONE;
}
