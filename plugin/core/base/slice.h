/* slice.h
 * A piece of someone else's bytes.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A slice owns nothing, ends in no NUL and may hold any byte. It lives as long as the buffer that
 * it points into. An absent value has p == NULL; an empty one has p != NULL and n == 0.
 */
#ifndef SX_SLICE_H
#define SX_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <glib.h>

struct sx_slice {
    const char *p;
    size_t n;
};

#define SX_SLICE_NONE ((struct sx_slice){NULL, 0})

static inline struct sx_slice sx_slice(const char *p, size_t n)
{
    return (struct sx_slice){p, n};
}

static inline struct sx_slice sx_slice_str(const char *s)
{
    return (struct sx_slice){s, s ? strlen(s) : 0};
}

static inline bool sx_slice_eq(struct sx_slice a, struct sx_slice b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool sx_slice_is(struct sx_slice a, const char *s)
{
    return sx_slice_eq(a, sx_slice_str(s));
}

/* As g_ascii_tolower(), which is a call into a library for each byte. */
static inline char sx_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

/* ASCII letters compare without regard to case, all other bytes as they are. */
static inline bool sx_slice_caseeq(struct sx_slice a, struct sx_slice b)
{
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++)
        if (sx_lower(a.p[i]) != sx_lower(b.p[i]))
            return false;
    return true;
}

static inline bool sx_slice_caseis(struct sx_slice a, const char *s)
{
    return sx_slice_caseeq(a, sx_slice_str(s));
}

/* SIP's linear white space; line ends count, for a folded header field holds them. */
static inline bool sx_is_lws(char c)
{
    return c <= ' ' && (c == ' ' || c == '\t' || c == '\r' || c == '\n');
}

static inline struct sx_slice sx_slice_trim(struct sx_slice s)
{
    /* What a header field's value nearly always looks like. */
    if (s.n > 1 && s.p[0] == ' ')
        s = (struct sx_slice){s.p + 1, s.n - 1};
    if (s.n > 0 && s.p[0] > ' ' && s.p[s.n - 1] > ' ')
        return s;
    while (s.n > 0 && sx_is_lws(s.p[0])) {
        s.p++;
        s.n--;
    }
    while (s.n > 0 && sx_is_lws(s.p[s.n - 1]))
        s.n--;
    return s;
}

/* The bytes from offset on; nothing if the slice is shorter. */
static inline struct sx_slice sx_slice_from(struct sx_slice s, size_t offset)
{
    if (s.n == 0)
        return s;
    if (offset > s.n)
        offset = s.n;
    return sx_slice(s.p + offset, s.n - offset);
}

/* The whole slice as a decimal number of at most max. False, and *out untouched, otherwise. */
bool sx_slice_uint(struct sx_slice s, uint32_t max, uint32_t *out);

/* Cuts the next element off a list: up to the separator, which is skipped, and trimmed. Separators
 * inside "..." and <...> do not count. False when nothing is left. */
bool sx_slice_next(struct sx_slice *rest, char separator, struct sx_slice *element);

/* The value of a parameter of a header field value ("...;name=value;..."), without quotes; an
 * empty slice with p != NULL for a flag, SX_SLICE_NONE if it is not there. Parameters of the URI
 * inside <...> are not the field's. */
struct sx_slice sx_slice_param(struct sx_slice value, const char *name);

#endif
