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

static struct sx_slice up_to(struct sx_slice s, const char *ends)
{
    size_t n = 0;

    while (n < s.n && (s.p[n] == '\0' || !strchr(ends, s.p[n])))
        n++;
    return sx_slice_trim(sx_slice(s.p, n));
}

struct sx_slice sx_name_addr_uri(struct sx_slice value)
{
    size_t open;

    if (!value.p)
        return value;
    return find_bracket(value, &open) ? up_to(sx_slice_from(value, open + 1), ">")
                                      : up_to(value, ";");
}

struct sx_slice sx_name_addr_bare(struct sx_slice value)
{
    struct sx_slice uri = sx_name_addr_uri(value);

    return uri.p ? up_to(uri, ";?") : uri;
}
