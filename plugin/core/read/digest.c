/* digest.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/read/digest.h"

/* Parameters of one value; who sends more of them has none of these. */
#define MAX_PARAMETERS 64

static struct sx_slice without_quotes(struct sx_slice s)
{
    return s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"' ? sx_slice(s.p + 1, s.n - 2) : s;
}

static void read_parameter(struct sx_digest *d, struct sx_slice name, struct sx_slice value)
{
    const struct {
        const char *name;
        struct sx_slice *where;
    } known[] = {
        {"realm", &d->realm},       {"nonce", &d->nonce}, {"username", &d->username},
        {"response", &d->response}, {"auts", &d->auts},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
        if (!known[i].where->p && sx_slice_caseis(name, known[i].name))
            *known[i].where = value;
    if (sx_slice_caseis(name, "stale"))
        d->stale = sx_slice_caseis(value, "true");
}

/* The scheme stands before the first parameter, and only a blank between them. */
static struct sx_slice after_scheme(struct sx_slice value)
{
    struct sx_slice v = sx_slice_trim(value);
    size_t n = 0;

    while (n < v.n && !sx_is_lws(v.p[n]) && v.p[n] != '=' && v.p[n] != ',')
        n++;
    return n < v.n && sx_is_lws(v.p[n]) ? sx_slice_from(v, n) : v;
}

struct sx_digest sx_digest_read(struct sx_slice value)
{
    struct sx_digest d = {.stale = false};
    struct sx_slice rest = after_scheme(value), part;

    for (unsigned i = 0; i < MAX_PARAMETERS && sx_slice_next(&rest, ',', &part); i++) {
        const char *equals = part.n ? memchr(part.p, '=', part.n) : NULL;
        if (!equals)
            continue;
        size_t n = (size_t)(equals - part.p);
        read_parameter(&d, sx_slice_trim(sx_slice(part.p, n)),
                       without_quotes(sx_slice_trim(sx_slice_from(part, n + 1))));
    }
    return d;
}

bool sx_digest_is_empty(const struct sx_digest *d)
{
    return d->auts.n > 0 || (d->nonce.p && d->nonce.n == 0) ||
           (d->response.p && d->response.n == 0);
}
