/* name_addr.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/read/name_addr.h"

/* Where a quoted string that begins here ends, after its quote; RFC 3261 25.1: a backslash quotes what
 * follows it. */
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
    size_t at = 0;

    while (at < value.n && value.p[at] != '<')
        at = value.p[at] == '"' ? after_quoted(value, at) : at + 1;
    *open = at;
    return at < value.n;
}

/* The same for one or two of them; quicker, for every REGISTER asks it several times. */
static struct sx_slice up_to_either(struct sx_slice s, char one, char other)
{
    size_t n = 0;

    while (n < s.n && s.p[n] != one && s.p[n] != other)
        n++;
    return sx_slice_trim(sx_slice(s.p, n));
}

struct sx_slice sx_name_addr_uri(struct sx_slice value)
{
    size_t open;

    if (!value.p)
        return value;
    return find_bracket(value, &open) ? up_to_either(sx_slice_from(value, open + 1), '>', '>')
                                      : up_to_either(value, ';', ';');
}

struct sx_slice sx_name_addr_bare(struct sx_slice value)
{
    struct sx_slice uri = sx_name_addr_uri(value);

    return uri.p ? up_to_either(uri, ';', '?') : uri;
}

/* What a byte is to the part of a URI that names the host: it ends it, or stands after the user. For
 * every request, so it is looked up. */
enum { PLAIN, END, AT };
static const uint8_t part[256] = {
    [';'] = END, ['?'] = END, ['>'] = END, [','] = END, [' '] = END, ['\t'] = END, ['@'] = AT,
};

/* The length of "sip:" or "sips:"; "tel:" names no host. */
static size_t scheme_length(struct sx_slice uri, bool *is_tel)
{
    const char *p = uri.p;

    *is_tel = uri.n > 4 && p[3] == ':' && sx_lower(p[0]) == 't' && sx_lower(p[1]) == 'e';
    if (uri.n <= 5 || sx_lower(p[0]) != 's' || sx_lower(p[1]) != 'i' || sx_lower(p[2]) != 'p')
        return 0;
    return p[3] == ':' ? 4 : sx_lower(p[3]) == 's' && p[4] == ':' ? 5 : 0;
}

/* "10.0.0.1:5080" of "sip:alice@10.0.0.1:5080;x". A user part may hold ';' and '?', but then no host is
 * found, which is no harm. */
static struct sx_slice host_port(struct sx_slice uri)
{
    bool is_tel;
    size_t from = scheme_length(uri, &is_tel), n = from;

    if (is_tel)
        return sx_slice(uri.p, 0);
    for (; n < uri.n && part[(uint8_t)uri.p[n]] != END; n++)
        if (part[(uint8_t)uri.p[n]] == AT)
            from = n + 1;
    return sx_slice(uri.p + from, n - from);
}

/* What stands after the colon; 0 if it is no port. */
static uint16_t port_at(struct sx_slice s, size_t colon)
{
    uint32_t port;

    return colon < s.n && s.p[colon] == ':' &&
                   sx_slice_uint(sx_slice_from(s, colon + 1), UINT16_MAX, &port)
               ? (uint16_t)port
               : 0;
}

struct sx_slice sx_named_host(struct sx_slice uri, uint16_t *port)
{
    struct sx_slice s = uri.n ? host_port(uri) : sx_slice(uri.p, 0);

    *port = 0;
    if (s.n == 0)
        return s;
    bool v6 = s.p[0] == '[';
    size_t from = v6, n = from;
    char end = v6 ? ']' : ':';
    while (n < s.n && s.p[n] != end)
        n++;
    *port = port_at(s, n + (v6 && n < s.n));
    return sx_slice(s.p + from, n - from);
}

uint16_t sx_named_port(struct sx_slice uri)
{
    uint16_t port;

    sx_named_host(uri, &port);
    return port;
}
