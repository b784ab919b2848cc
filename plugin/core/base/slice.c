/* slice.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/base/slice.h"

bool sx_slice_uint(struct sx_slice s, uint32_t max, uint32_t *out)
{
    uint64_t value = 0;

    if (s.n == 0)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        value = value * 10 + (uint64_t)(s.p[i] - '0');
        if (value > max)
            return false;
    }
    *out = (uint32_t)value;
    return true;
}

/* Where the element ends that begins the slice, quotes and angle brackets heeded. */
static size_t element_end(struct sx_slice s, char separator)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == separator)
            return i;
        if (s.p[i] == '<') {
            const char *close = memchr(s.p + i, '>', s.n - i);
            if (!close)
                return s.n;
            i = (size_t)(close - s.p);
        } else if (s.p[i] == '"') {
            for (i++; i < s.n && s.p[i] != '"'; i++)
                i += s.p[i] == '\\';
        }
    }
    return s.n;
}

bool sx_slice_next(struct sx_slice *rest, char separator, struct sx_slice *element)
{
    if (rest->n == 0)
        return false;
    const char *hit = memchr(rest->p, separator, rest->n);
    size_t end = hit ? (size_t)(hit - rest->p) : rest->n;
    /* Nearly all elements are plain. */
    if (memchr(rest->p, '<', end) || memchr(rest->p, '"', end))
        end = element_end(*rest, separator);
    *element = sx_slice_trim(sx_slice(rest->p, end));
    *rest = sx_slice_from(*rest, end < rest->n ? end + 1 : end);
    return true;
}

struct sx_slice sx_slice_param(struct sx_slice value, const char *name)
{
    struct sx_slice part;

    if (!sx_slice_next(&value, ';', &part))
        return SX_SLICE_NONE;
    while (sx_slice_next(&value, ';', &part)) {
        const char *eq = part.n ? memchr(part.p, '=', part.n) : NULL;
        size_t name_len = eq ? (size_t)(eq - part.p) : part.n;
        if (!sx_slice_caseis(sx_slice_trim(sx_slice(part.p, name_len)), name))
            continue;
        if (!eq)
            return sx_slice(part.p + part.n, 0);
        struct sx_slice v = sx_slice_trim(sx_slice_from(part, name_len + 1));
        if (v.n >= 2 && v.p[0] == '"' && v.p[v.n - 1] == '"')
            v = sx_slice(v.p + 1, v.n - 2);
        return v;
    }
    return SX_SLICE_NONE;
}
