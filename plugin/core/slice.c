/* slice.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/slice.h"

bool sx_slice_uint(struct sx_slice s, uint32_t max, uint32_t *out)
{
    uint64_t value = 0;

    if (s.n == 0)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        if (!g_ascii_isdigit(s.p[i]))
            return false;
        value = value * 10 + (uint64_t)(s.p[i] - '0');
        if (value > max)
            return false;
    }
    *out = (uint32_t)value;
    return true;
}

bool sx_slice_next(struct sx_slice *rest, char separator, struct sx_slice *element)
{
    bool quoted = false, angled = false;
    size_t i = 0;

    if (rest->n == 0)
        return false;
    for (; i < rest->n; i++) {
        char c = rest->p[i];
        if (quoted) {
            if (c == '\\' && i + 1 < rest->n)
                i++;
            else if (c == '"')
                quoted = false;
        } else if (angled) {
            angled = c != '>';
        } else if (c == separator) {
            break;
        } else {
            quoted = c == '"';
            angled = c == '<';
        }
    }
    *element = sx_slice_trim(sx_slice(rest->p, i));
    *rest = sx_slice_from(*rest, i < rest->n ? i + 1 : i);
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
