/* sip_msg.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <limits.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "core/read/sip_msg.h"

#define VERSION "SIP/2.0"
#define VERSION_LEN (sizeof VERSION - 1)

static const struct {
    const char *name;
    uint8_t length;
} methods[] = {
#define METHOD(name) [SX_METHOD_##name] = {#name, sizeof #name - 1}
    [SX_METHOD_OTHER] = {"", 0}, METHOD(ACK),      METHOD(BYE),     METHOD(CANCEL),  METHOD(INFO),
    METHOD(INVITE),              METHOD(MESSAGE),  METHOD(NOTIFY),  METHOD(OPTIONS), METHOD(PRACK),
    METHOD(PUBLISH),             METHOD(REFER),    METHOD(REGISTER), METHOD(SUBSCRIBE),
    METHOD(UPDATE),
#undef METHOD
};

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
        if (name.n == methods[m].length && memcmp(name.p, methods[m].name, name.n) == 0)
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
                                   sx_is_token(line.p[method_len])))
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

/* Nearly all Via values are found with the library's own search. */
static inline bool is_plain(struct sx_slice s, size_t i)
{
    return !memchr(s.p + i, '"', s.n - i) && !memchr(s.p + i, ',', s.n - i);
}

/* The end of a Via parameter, or of the sent-by: quoted strings may hold anything. plain: there is
 * neither a quote nor a comma. */
static inline size_t via_part_end(struct sx_slice s, size_t i, bool plain)
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
static inline size_t skip_sent_protocol(struct sx_slice value, size_t i)
{
    unsigned slashes = 0;

    if (value.n - i > 12 && memcmp(value.p + i, VERSION "/", 8) == 0) {
        i += 8;
        if (memcmp(value.p + i, "UDP ", 4) == 0 || memcmp(value.p + i, "TCP ", 4) == 0)
            return skip_lws(value, i + 4);
    } else {
        while (i < value.n && slashes < 2)
            slashes += value.p[i++] == '/';
    }
    i = skip_lws(value, i);
    while (i < value.n && !sx_is_lws(value.p[i]) && value.p[i] != ';' && value.p[i] != ',')
        i++;
    return skip_lws(value, i);
}

/* "SIP/2.0/UDP host:port;branch=...;received=...". Returns where the value ends: at a comma or the
 * end. */
static inline size_t read_via(struct sx_slice value, size_t i, bool plain, struct sx_via *via)
{
    size_t protocol = i;

    *via = (struct sx_via){.sent_by = SX_SLICE_NONE};
    i = skip_sent_protocol(value, i);
    via->tls = i - protocol > 11 && sx_lower(value.p[protocol + 8]) == 't' &&
               sx_lower(value.p[protocol + 9]) == 'l';
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

/* Where the next value begins: empty ones do not count. */
static size_t skip_commas(struct sx_slice value, size_t i)
{
    while (i < value.n && (value.p[i] == ',' || sx_is_lws(value.p[i])))
        i++;
    return i;
}

/* The topmost value is read, of those below only where they begin. */
static void read_vias(struct sx_slice value, struct sx_sip_msg *msg)
{
    size_t i = skip_commas(value, 0);

    if (i < value.n && !msg->has_via) {
        i = skip_commas(value, read_via(value, i, is_plain(value, i), &msg->via));
        msg->has_via = true;
        msg->via_count = 1;
    }
    if (i >= value.n)
        return;
    if (!msg->more_vias.p)
        msg->more_vias = sx_slice_from(value, i);
    msg->via_count++;
    msg->vias_in_line |= memchr(value.p + i, ',', value.n - i) != NULL;
}

/* Behind the address, which may follow a quoted name. */
static struct sx_slice tag_of(struct sx_slice value)
{
    size_t i = 0;

    if (value.n > 0 && value.p[0] == '"') {
        for (i = 1; i < value.n && value.p[i] != '"'; i++)
            i += value.p[i] == '\\';
        i++;
    }
    const char *close = i < value.n ? memchr(value.p + i, '>', value.n - i) : NULL;
    if (!close)
        return sx_slice_param(value, "tag");
    struct sx_slice params = sx_slice_from(value, (size_t)(close - value.p) + 1);
    if (params.n == 0)
        return SX_SLICE_NONE;
    /* nearly always the first parameter, and the only one */
    if (params.n > 5 && memcmp(params.p, ";tag=", 5) == 0 && params.p[5] != '"' &&
        !memchr(params.p + 5, ';', params.n - 5))
        return sx_slice_trim(sx_slice_from(params, 5));
    return sx_slice_param(sx_slice_from(value, (size_t)(close - value.p)), "tag");
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
    size_t digits = 0;

    while (digits < value.n && value.p[digits] >= '0' && value.p[digits] <= '9')
        digits++;
    if (msg->has_cseq || !sx_slice_uint(sx_slice(value.p, digits), UINT32_MAX, &msg->cseq))
        return;
    msg->has_cseq = true;
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
 * it that blanks may precede. */
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
    *value = sx_slice_from(line, colon + 1);
    return true;
}

/* Fields of which only their presence is noted; few have them. */
static bool is_record_route(struct sx_slice line, struct sx_slice *value)
{
    static const char name[] = "Record-Route:";

    if (line.n < sizeof name || memcmp(line.p, name, sizeof name - 1) != 0)
        return is_field_anyhow(line, "Record-Route", 12, 0, value);
    *value = sx_slice(line.p + sizeof name - 1, line.n - (sizeof name - 1));
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
        msg->record_route = sx_slice_trim(value);
    else if (third == 'r')
        msg->has_warning |= is_field_anyhow(line, "Warning", 7, 0, &value);
}

/* False for what else begins with "Co": Contact and Content-Type, which most messages have. */
static inline bool is_content_length(struct sx_slice line)
{
    return sx_lower(line.p[0]) == 'l' || (line.n > 8 && sx_lower(line.p[8]) == 'l');
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

/* False for Content-Type and Content-Length, which begin alike. */
static inline bool is_contact(struct sx_slice line)
{
    return line.n > 4 && sx_lower(line.p[4]) == 'a';
}

/* Of fields that may come more than once the first one counts, but for the credentials. */
static void read_line(struct sx_slice line, struct sx_sip_msg *msg)
{
    struct sx_slice value;

/* As it is nearly always written; this much of it is a few instructions. */
#define IS(name) (line.n >= sizeof name && line.p[sizeof name - 1] == ':' && \
                  memcmp(line.p, name, sizeof name - 1) == 0 && \
                  (value = sx_slice(line.p + sizeof name, line.n - sizeof name), true))
#define IS_ANYHOW(name, compact) \
    is_field_anyhow(line, name, sizeof name - 1, compact, &value)
#define FIELD(name, compact) ((IS(name) || IS_ANYHOW(name, compact)) && \
                              (value = sx_slice_trim(value), true))
    /* Sets the bit that tells the cases of a letter apart; what is no letter is told by FIELD(). */
    int second = line.p[1] | 0x20;
    switch (line.p[0] | 0x20) {
    case 'a':
        if (FIELD("Authorization", 0))
            msg->has_credentials = true;
        break;
    case 'c':
    case 'i':
    case 'l':
        if (second == 's' && FIELD("CSeq", 0))
            read_cseq(value, msg);
        else if (second != 'o' && FIELD("Call-ID", 'i'))
            keep_first(&msg->call_id, value);
        else if (is_content_length(line) && FIELD("Content-Length", 'l'))
            read_content_length(value, msg);
        else if (is_contact(line) && FIELD("Contact", 'm'))
            keep_first(&msg->contact, value);
        break;
    case 'm':
        if (FIELD("Contact", 'm'))
            keep_first(&msg->contact, value);
        break;
    case 'e':
        if (FIELD("Expires", 0))
            msg->has_expires |= sx_slice_uint(value, UINT32_MAX, &msg->expires);
        break;
    case 'f':
        if (FIELD("From", 'f') && !msg->from.p)
            msg->from_tag = tag_of(msg->from = value);
        break;
    case 'p':
        if (FIELD("Proxy-Authorization", 0))
            msg->has_credentials = true;
        break;
    case 'r':
        if (second == 'o' && FIELD("Route", 0) && !msg->top_route.p)
            sx_slice_next(&value, ',', &msg->top_route);
        else if (second == 's' && FIELD("RSeq", 0))
            sx_slice_uint(value, UINT32_MAX, &msg->rseq);
        else if (second == 'e')
            read_notes(line, msg);
        break;
    case 's':
        /* Server is nearly everywhere. */
        if (line.n < 10 || (line.p[2] | 0x20) != 's')
            break;
        if (FIELD("Session-Expires", 0))
            keep_first(&msg->session_expires, value);
        else if (FIELD("Session-ID", 0))
            keep_first(&msg->session_id, value);
        break;
    case 'x':
        if (FIELD("Session-Expires", 'x'))
            keep_first(&msg->session_expires, value);
        break;
    case 't':
        if (FIELD("To", 't') && !msg->to.p)
            msg->to_tag = tag_of(msg->to = value);
        break;
    case 'v':
        if (FIELD("Via", 'v'))
            read_vias(value, msg);
        break;
    case 'w':
        read_notes(line, msg);
        break;
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

/* True for every line that begins as one of the fields does, and for few others: by the low bits of
 * its first two characters, so that the cases of a letter count as one. No field begins as a line
 * ends, so the second character is looked at only where there is one. */
static inline bool may_be_field(const char *line)
{
#define BIT(c) (UINT32_C(1) << ((c) & 31))
#define COMPACT (BIT(':') | BIT(' ') | BIT('\t'))
    static const uint32_t second[32] = {
        ['a' & 31] = BIT('u'),
        ['c' & 31] = BIT('a') | BIT('o') | BIT('s'),
        ['e' & 31] = BIT('x'),
        ['f' & 31] = BIT('r') | COMPACT,
        ['i' & 31] = COMPACT,
        ['l' & 31] = COMPACT,
        ['m' & 31] = COMPACT,
        ['p' & 31] = BIT('r'),
        ['r' & 31] = BIT('e') | BIT('o') | BIT('s'),
        ['s' & 31] = BIT('e'),
        ['t' & 31] = BIT('o') | COMPACT,
        ['v' & 31] = BIT('i') | COMPACT,
        ['w' & 31] = BIT('a'),
        ['x' & 31] = COMPACT,
    };
#undef COMPACT
#undef BIT

    uint32_t seconds = second[line[0] & 31];
    return seconds && seconds >> (line[1] & 31) & 1;
}

/* As memchr(), without a call for each line where the processor compares 16 bytes at a time. */
static inline const char *line_feed(const char *p, const char *end)
{
#ifdef __SSE2__
    const __m128i wanted = _mm_set1_epi8('\n');

    for (; end - p >= 16; p += 16) {
        int hits = _mm_movemask_epi8(
            _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)(const void *)p), wanted));
        if (hits)
            return p + __builtin_ctz((unsigned)hits);
    }
#endif
    return p < end ? memchr(p, '\n', (size_t)(end - p)) : NULL;
}

/* Reads the header fields from an offset on. Returns where the head ends. This is most of what the
 * plugin costs where nobody looks, so it takes the shortest way past fields that it does not read;
 * next_line() says what a line is. */
static size_t read_fields(struct sx_slice bytes, size_t at, struct sx_sip_msg *msg)
{
    const char *p = bytes.p + at, *end = bytes.p + bytes.n, *nl;

    for (; p < end && (nl = line_feed(p, end)) != NULL; p = nl + 1) {
        if (may_be_field(p)) {
            struct sx_slice line = sx_slice(p, (size_t)(nl - p) - (nl[-1] == '\r'));
            if (nl + 1 == end)
                break;
            if (nl[1] == ' ' || nl[1] == '\t') {
                size_t next = (size_t)(nl + 1 - bytes.p);
                line = folded_line(bytes, line, &next);
                if (next == bytes.n)
                    break;
                nl = bytes.p + next - 1;
            }
            read_line(line, msg);
        } else if (nl == p || (nl == p + 1 && *p == '\r')) {
            msg->end = SX_HEAD_COMPLETE;
            return (size_t)(nl + 1 - bytes.p);
        }
    }
    msg->end = SX_HEAD_CUT;
    return bytes.n;
}

bool sx_sip_msg_read(struct sx_slice bytes, struct sx_sip_msg *msg)
{
    size_t at;

    *msg = (struct sx_sip_msg){.is_request = false};
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
        FORM("Accept-Contact", 'a'),   FORM("Referred-By", 'b'),     FORM("Content-Type", 'c'),
        FORM("Request-Disposition", 'd'), FORM("Content-Encoding", 'e'), FORM("From", 'f'),
        FORM("Call-ID", 'i'),          FORM("Reject-Contact", 'j'),  FORM("Supported", 'k'),
        FORM("Content-Length", 'l'),   FORM("Contact", 'm'),         FORM("Identity-Info", 'n'),
        FORM("Event", 'o'),            FORM("Refer-To", 'r'),        FORM("Subject", 's'),
        FORM("To", 't'),               FORM("Allow-Events", 'u'),    FORM("Via", 'v'),
        FORM("Session-Expires", 'x'),  FORM("Identity", 'y'),
#undef FORM
    };
    size_t length = strlen(name);

    for (size_t i = 0; i < G_N_ELEMENTS(forms); i++)
        if (sx_lower(forms[i].name[0]) == sx_lower(name[0]) &&
            forms[i].length == length && g_ascii_strcasecmp(forms[i].name, name) == 0)
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
    iter->rest = sx_slice_from(iter->rest, read_via(iter->rest, i, false, via));
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
        read_via(msg->more_vias, 0, is_plain(msg->more_vias, 0), via);
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
