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

/* A call of strchr() for each byte takes five times as long. */
static inline bool is_one_of(char c, const char *ends)
{
    while (*ends && *ends != c)
        ends++;
    return *ends != '\0';
}

static inline struct sx_slice up_to(struct sx_slice s, const char *ends)
{
    size_t n = 0;

    while (n < s.n && !is_one_of(s.p[n], ends))
        n++;
    return sx_slice_trim(sx_slice(s.p, n));
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

static bool begins(struct sx_slice s, const char *scheme)
{
    size_t n = strlen(scheme);

    return s.n > n && g_ascii_strncasecmp(s.p, scheme, n) == 0;
}

/* "alice@10.0.0.1:5080" of "sip:alice@10.0.0.1:5080;x"; empty for a tel URI. */
static struct sx_slice between_scheme_and_parameters(struct sx_slice uri)
{
    size_t from = begins(uri, "sips:") ? 5 : begins(uri, "sip:") ? 4 : 0;

    if (!uri.p || begins(uri, "tel:"))
        return sx_slice(uri.p, 0);
    return up_to(sx_slice_from(uri, from), ";?>, \t");
}

/* "10.0.0.1:5080"; a user part may hold ';' and '?', but then no port is found, which is no harm. */
static struct sx_slice host_port(struct sx_slice uri)
{
    struct sx_slice s = between_scheme_and_parameters(uri);
    const char *at = s.n ? memchr(s.p, '@', s.n) : NULL;

    return at ? sx_slice_from(s, (size_t)(at - s.p) + 1) : s;
}

struct sx_slice sx_named_host(struct sx_slice uri)
{
    struct sx_slice s = host_port(uri);

    if (s.n && s.p[0] == '[')
        return up_to(sx_slice_from(s, 1), "]");
    return s.n ? up_to(s, ":") : s;
}

uint16_t sx_named_port(struct sx_slice uri)
{
    struct sx_slice s = host_port(uri);
    const char *bracket = s.n ? memchr(s.p, ']', s.n) : NULL;
    size_t from = bracket ? (size_t)(bracket - s.p) : 0;
    const char *colon = s.n ? memchr(s.p + from, ':', s.n - from) : NULL;
    uint32_t port;

    if (!colon || !sx_slice_uint(sx_slice_from(s, (size_t)(colon - s.p) + 1), UINT16_MAX, &port))
        return 0;
    return (uint16_t)port;
}
