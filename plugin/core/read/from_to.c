/* from_to.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/read/from_to.h"

#include "core/base/scan.h"
#include "core/read/name_addr.h"

/* Behind the quoted string that begins the value; its beginning if none does. */
SX_INLINE const char *after_quoted_name(const char *p, const char *end, const char *limit)
{
    if (p == end || *p != '"')
        return p;
    const char *hit = sx_scan_any(p + 1, end, limit, '"', '\\', '\\');
    while (hit < end && *hit == '\\')
        hit = end - hit > 2 ? sx_scan_any(hit + 2, end, limit, '"', '\\', '\\') : end;
    return MIN(hit + 1, end);
}

/* Of the parameters that begin with a '>'. */
SX_INLINE struct sx_slice tag_after(const char *close, const char *end, const char *limit)
{
    const char *p = close + 1;

    if (p == end)
        return SX_SLICE_NONE;
    /* nearly always the first parameter, and the only one */
    if (end - p > 5 && memcmp(p, ";tag=", 5) == 0 && p[5] != '"' &&
        sx_scan_any(p + 5, end, limit, ';', ';', ';') == end)
        return sx_slice_trim(sx_slice(p + 5, (size_t)(end - p) - 5));
    return sx_slice_param(sx_slice(close, (size_t)(end - close)), "tag");
}

void sx_from_to_read(struct sx_slice value, const char *limit, struct sx_slice *uri,
                     struct sx_slice *tag)
{
    const char *end = value.p + value.n, *p = after_quoted_name(value.p, end, limit);
    const char *open = end - p > 1 && *p == ' ' ? p + 1 : p;
    const char *close = sx_scan_any(p, end, limit, '>', '>', '>');

    /* nearly always "Name" <URI>, or without a name */
    if (close - open > 1 && *open == '<' && open[1] > ' ' && close[-1] > ' ')
        *uri = sx_slice(open + 1, (size_t)(close - open) - 1);
    else
        *uri = sx_name_addr_uri(value);
    *tag = close == end ? sx_slice_param(value, "tag") : tag_after(close, end, limit);
}
