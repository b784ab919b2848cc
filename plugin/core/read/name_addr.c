/* name_addr.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/read/name_addr.h"

#include "core/base/scan.h"

/* Where a quoted string that begins here ends, after its quote; RFC 3261 25.1: a backslash quotes
 * what follows it. */
static size_t after_quoted(struct sx_slice s, size_t at)
{
    for (at++; at < s.n && s.p[at] != '"'; at++)
        if (s.p[at] == '\\')
            at++;
    return at + 1;
}

/* The '<' that begins the URI: one in a display name's quotes is a letter like others. */
static bool find_bracket(struct sx_slice value, size_t *open)
{
    const char *end = value.p + value.n;
    size_t at = 0;

    while (at < value.n && value.p[at] != '<') {
        at = (size_t)(sx_scan_any(value.p + at, end, end, '<', '"', '"') - value.p);
        if (at < value.n && value.p[at] == '"')
            at = after_quoted(value, at);
    }
    *open = at;
    return at < value.n;
}

/* For every REGISTER asks it several times. */
static struct sx_slice up_to(struct sx_slice s, char c)
{
    const char *end = s.p + s.n;

    return sx_slice_trim(sx_slice(s.p, (size_t)(sx_scan_any(s.p, end, end, c, c, c) - s.p)));
}

struct sx_slice sx_name_addr_uri(struct sx_slice value)
{
    size_t open;

    if (!value.p)
        return value;
    return find_bracket(value, &open) ? up_to(sx_slice_from(value, open + 1), '>')
                                      : up_to(value, ';');
}

struct sx_slice sx_uri_bare(struct sx_slice uri, const char *limit)
{
    if (!uri.p)
        return uri;
    const char *stop = sx_scan_any(uri.p, uri.p + uri.n, limit, ';', '?', '?');
    return sx_slice_trim(sx_slice(uri.p, (size_t)(stop - uri.p)));
}

struct sx_slice sx_name_addr_bare(struct sx_slice value)
{
    struct sx_slice uri = sx_name_addr_uri(value);

    return uri.p ? sx_uri_bare(uri, uri.p + uri.n) : uri;
}

/* The length of "sip:" or "sips:"; "tel:" names no host. */
static size_t scheme_length(struct sx_slice uri, bool *is_tel)
{
    const char *p = uri.p;

    *is_tel = false;
    if (uri.n > 5 && memcmp(p, "sip:", 4) == 0)
        return 4;
    *is_tel = uri.n > 4 && p[3] == ':' && sx_lower(p[0]) == 't' && sx_lower(p[1]) == 'e';
    if (uri.n <= 5 || sx_lower(p[0]) != 's' || sx_lower(p[1]) != 'i' || sx_lower(p[2]) != 'p')
        return 0;
    return p[3] == ':' ? 4 : sx_lower(p[3]) == 's' && p[4] == ':' ? 5 : 0;
}

/* Bytes that tell where the host stands: after the last '@' and before the first that ends it. */
static inline bool is_mark(char c)
{
    return c == '@' || c == ':' || c == ';' || c == '?' || c == '>' || c == ',' || c == ' ' ||
           c == '\t';
}

#define MARKED 16

/* A bit for each of MARKED bytes from an offset on that is one of them. For every request. */
static inline unsigned marks_at(struct sx_slice uri, size_t at)
{
#ifdef __SSE2__
    if (uri.n >= MARKED) {
        size_t from = MIN(at, uri.n - MARKED);
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(uri.p + from));
        /* '>', '?', '@'; and ':', ';' */
        __m128i near_at = _mm_sub_epi8(bytes, _mm_set1_epi8('>'));
        __m128i near_colon = _mm_sub_epi8(bytes, _mm_set1_epi8(':'));
        __m128i marks = _mm_or_si128(
            _mm_or_si128(_mm_cmpeq_epi8(_mm_min_epu8(near_at, _mm_set1_epi8(2)), near_at),
                         _mm_cmpeq_epi8(_mm_min_epu8(near_colon, _mm_set1_epi8(1)), near_colon)),
            _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(',')),
                         _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(' ')),
                                      _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\t')))));
        return (unsigned)_mm_movemask_epi8(marks) >> (at - from);
    }
#endif
    unsigned marks = 0;
    for (size_t i = 0; i < MARKED && at + i < uri.n; i++)
        marks |= (unsigned)is_mark(uri.p[at + i]) << i;
    return marks;
}

/* "10.0.0.1:5080" of "sip:alice@10.0.0.1:5080;x", and where its first colon stands, or it ends. A
 * user part may hold ';' and '?', but then no host is found, which is no harm. */
static struct sx_slice host_port(struct sx_slice uri, size_t *colon)
{
    bool is_tel;
    size_t from = scheme_length(uri, &is_tel), end = SIZE_MAX;

    *colon = SIZE_MAX;
    if (is_tel)
        return sx_slice(uri.p, 0);
    for (size_t at = from; at < uri.n && end == SIZE_MAX; at += MARKED) {
        for (unsigned left = marks_at(uri, at); left; left &= left - 1) {
            size_t n = at + sx_scan_lowest(left);
            if (uri.p[n] == '@') {
                from = n + 1;
                *colon = SIZE_MAX;
            } else if (uri.p[n] != ':') {
                end = n;
                break;
            } else {
                *colon = MIN(*colon, n);
            }
        }
    }
    end = MIN(end, uri.n);
    *colon = MIN(*colon, end) - from;
    return sx_slice(uri.p + from, end - from);
}

/* What stands after the colon; 0 if it is no port. */
static uint16_t port_at(struct sx_slice s, size_t colon)
{
    uint32_t port = 0;
    size_t i = colon + 1;

    if (colon >= s.n || s.p[colon] != ':')
        return 0;
    for (; i < s.n && s.p[i] >= '0' && s.p[i] <= '9' && port <= UINT16_MAX; i++)
        port = port * 10 + (uint32_t)(s.p[i] - '0');
    return i == s.n && port <= UINT16_MAX ? (uint16_t)port : 0;
}

struct sx_slice sx_named_host(struct sx_slice uri, uint16_t *port)
{
    size_t end = 0;
    struct sx_slice s = uri.n ? host_port(uri, &end) : sx_slice(uri.p, 0);

    *port = 0;
    if (s.n == 0)
        return s;
    if (s.p[0] != '[') {
        *port = port_at(s, end);
        return sx_slice(s.p, end);
    }
    for (end = 1; end < s.n && s.p[end] != ']';)
        end++;
    *port = port_at(s, end + (end < s.n));
    return sx_slice(s.p + 1, end - 1);
}

uint16_t sx_named_port(struct sx_slice uri)
{
    uint16_t port;

    sx_named_host(uri, &port);
    return port;
}
