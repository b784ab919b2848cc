/* uri.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/read/uri.h"

#include "core/read/ipv6_text.h"

/* A longer user part is hashed and compared as it is written. */
#define MAX_UNESCAPED 256

/* These count even where only one of the URIs has them. */
static const char *const always[] = {"transport", "user", "ttl", "method", "maddr"};

/* Parameters of a URI that are looked at; more help nobody. */
#define MAX_PARAMS 32

/* Up to one of three bytes, which may be the same. */
static struct sx_slice up_to(struct sx_slice *rest, const char ends[3])
{
    size_t n = 0;

    while (n < rest->n && rest->p[n] != ends[0] && rest->p[n] != ends[1] && rest->p[n] != ends[2])
        n++;
    struct sx_slice part = sx_slice(rest->p, n);
    *rest = sx_slice_from(*rest, n);
    return part;
}

static bool begins(struct sx_slice rest, char c)
{
    return rest.n > 0 && rest.p[0] == c;
}

/* [host] or host, and port */
static void read_host(struct sx_uri *uri, struct sx_slice *rest)
{
    if (begins(*rest, '[')) {
        const char *close = memchr(rest->p, ']', rest->n);
        size_t n = close ? (size_t)(close - rest->p) + 1 : rest->n;
        uri->host = sx_slice(rest->p, n);
        *rest = sx_slice_from(*rest, n);
    } else {
        uri->host = up_to(rest, ":;?");
    }
    if (begins(*rest, ':')) {
        *rest = sx_slice_from(*rest, 1);
        uri->port = up_to(rest, ";??");
    }
}

struct sx_uri sx_uri_read(struct sx_slice s)
{
    struct sx_uri uri = {{NULL, 0}, {NULL, 0}, {NULL, 0}, {NULL, 0}, {NULL, 0}, {NULL, 0}, false};
    struct sx_slice rest = sx_slice_trim(s);

    if (!rest.p)
        return uri;
    uri.scheme = up_to(&rest, ":::");
    uri.is_sip = begins(rest, ':') &&
                 (sx_slice_caseis(uri.scheme, "sip") || sx_slice_caseis(uri.scheme, "sips"));
    if (!uri.is_sip) {
        uri.host = sx_slice_trim(s);
        return uri;
    }
    rest = sx_slice_from(rest, 1);
    /* The user part may hold ';' and '?', so its end comes first. */
    const char *at = memchr(rest.p, '@', rest.n);
    if (at) {
        uri.user = sx_slice(rest.p, (size_t)(at - rest.p));
        rest = sx_slice_from(rest, uri.user.n + 1);
    }
    read_host(&uri, &rest);
    if (begins(rest, ';')) {
        rest = sx_slice_from(rest, 1);
        uri.params = up_to(&rest, "???");
    }
    if (begins(rest, '?'))
        uri.headers = sx_slice_from(rest, 1);
    return uri;
}

/* ---- escapes ---- */

static int hex_at(struct sx_slice s, size_t at)
{
    return at < s.n ? g_ascii_xdigit_value(s.p[at]) : -1;
}

/* RFC 3261 25.1 unreserved: with or without escape, they are the same. */
static bool is_unreserved(int c)
{
    return g_ascii_isalnum((char)c) || (c && strchr("-_.!~*'()", c));
}

/* The text without needless escapes, in the buffer or as it was. */
static struct sx_slice plain(struct sx_slice s, char buffer[MAX_UNESCAPED])
{
    size_t n = 0;

    if (s.n == 0 || s.n > MAX_UNESCAPED || !memchr(s.p, '%', s.n))
        return s;
    for (size_t i = 0; i < s.n; i++) {
        int c = s.p[i] == '%' ? hex_at(s, i + 1) * 16 + hex_at(s, i + 2) : -1;
        if (c >= 0 && hex_at(s, i + 1) >= 0 && hex_at(s, i + 2) >= 0 && is_unreserved(c)) {
            buffer[n++] = (char)c;
            i += 2;
        } else {
            buffer[n++] = s.p[i];
        }
    }
    return sx_slice(buffer, n);
}

static bool same_plain(struct sx_slice a, struct sx_slice b)
{
    char x[MAX_UNESCAPED], y[MAX_UNESCAPED];

    return sx_slice_eq(plain(a, x), plain(b, y)) && !a.p == !b.p;
}

static bool same_host(struct sx_slice a, struct sx_slice b)
{
    uint8_t x[SX_IPV6_LENGTH], y[SX_IPV6_LENGTH];

    return sx_slice_caseeq(a, b) || sx_slice_eq(sx_ipv6_text_plain(a, x), sx_ipv6_text_plain(b, y));
}

/* ---- parameters ---- */

static struct sx_slice name_of(struct sx_slice *value, struct sx_slice param)
{
    const char *equals = param.n ? memchr(param.p, '=', param.n) : NULL;
    size_t n = equals ? (size_t)(equals - param.p) : param.n;

    *value = equals ? sx_slice_trim(sx_slice_from(param, n + 1)) : sx_slice(param.p + param.n, 0);
    return sx_slice_trim(sx_slice(param.p, n));
}

static bool next_param(struct sx_slice *rest, struct sx_slice *name, struct sx_slice *value)
{
    while (rest->n > 0) {
        struct sx_slice param = up_to(rest, ";;;");
        *rest = sx_slice_from(*rest, 1);
        *name = name_of(value, param);
        if (name->n > 0)
            return true;
    }
    return false;
}

static struct sx_slice find_param(struct sx_slice params, struct sx_slice wanted)
{
    struct sx_slice name, value;

    for (unsigned i = 0; i < MAX_PARAMS && next_param(&params, &name, &value); i++)
        if (sx_slice_caseeq(name, wanted))
            return value;
    return SX_SLICE_NONE;
}

struct sx_slice sx_uri_param(const struct sx_uri *uri, const char *name)
{
    return find_param(uri->params, sx_slice_str(name));
}

/* What both have must be the same. */
static bool same_params(struct sx_slice a, struct sx_slice b)
{
    struct sx_slice name, value;

    for (unsigned i = 0; i < MAX_PARAMS && next_param(&a, &name, &value); i++) {
        struct sx_slice other = find_param(b, name);
        if (other.p && !sx_slice_caseeq(value, other))
            return false;
    }
    return true;
}

static bool same_always(const struct sx_uri *a, const struct sx_uri *b)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(always); i++) {
        struct sx_slice x = sx_uri_param(a, always[i]), y = sx_uri_param(b, always[i]);
        if (!x.p != !y.p || !sx_slice_caseeq(x, y))
            return false;
    }
    return true;
}

/* ---- the whole ---- */

static void add_lower(struct sx_hash *hash, struct sx_slice s)
{
    sx_hash_add_bytes_lower(hash, s);
    sx_hash_add_uint(hash, s.n * 2 + (s.p != NULL));
}

/* The bytes of an address have no case. */
static void add_host(struct sx_hash *hash, struct sx_slice host)
{
    uint8_t buffer[SX_IPV6_LENGTH];
    struct sx_slice address = sx_ipv6_text_plain(host, buffer);

    if (address.p == host.p)
        add_lower(hash, host);
    else
        sx_hash_add(hash, address);
}

void sx_uri_hash(struct sx_hash *hash, const struct sx_uri *uri)
{
    char buffer[MAX_UNESCAPED];

    if (!uri->is_sip) {
        sx_hash_add(hash, uri->host);
        return;
    }
    struct sx_slice user = plain(uri->user, buffer);
    add_lower(hash, uri->scheme);
    sx_hash_add_bytes(hash, user);
    sx_hash_add_uint(hash, user.n * 2 + (user.p != NULL));
    add_host(hash, uri->host);
    add_lower(hash, uri->port);
    for (unsigned i = 0; i < G_N_ELEMENTS(always); i++)
        add_lower(hash, uri->params.n ? sx_uri_param(uri, always[i]) : SX_SLICE_NONE);
}

static bool same_place(const struct sx_uri *a, const struct sx_uri *b)
{
    return a->is_sip && b->is_sip && sx_slice_caseeq(a->scheme, b->scheme) &&
           same_plain(a->user, b->user) && same_host(a->host, b->host) &&
           !a->port.p == !b->port.p && sx_slice_eq(a->port, b->port);
}

bool sx_uri_equal(struct sx_slice x, struct sx_slice y)
{
    if (sx_slice_eq(x, y))
        return true;
    struct sx_uri a = sx_uri_read(x), b = sx_uri_read(y);
    return same_place(&a, &b) && same_always(&a, &b) && same_params(a.params, b.params) &&
           sx_slice_eq(a.headers, b.headers);
}

bool sx_uri_same_place(struct sx_slice x, struct sx_slice y)
{
    struct sx_uri a = sx_uri_read(x), b = sx_uri_read(y);

    return same_place(&a, &b);
}
