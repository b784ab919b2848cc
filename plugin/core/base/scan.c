/* scan.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/base/scan.h"

const char *sx_scan_last(const char *p, const char *end, const char *limit, char a, char b, char c)
{
#ifdef __SSE2__
    const char *first = p;
    uint64_t hits;

    for (; p < end && limit - p >= 16; p += 16) {
        hits = sx_scan_hits(p, a, b, c);
        if (hits)
            return MIN(p + sx_scan_lowest(hits), end);
    }
    /* The last bytes together with some that were looked at. */
    if (p < end && end - first >= 16) {
        hits = sx_scan_hits(end - 16, a, b, c);
        return hits ? end - 16 + sx_scan_lowest(hits) : end;
    }
#else
    (void)limit;
#endif
    while (p < end && *p != a && *p != b && *p != c)
        p++;
    return MIN(p, end);
}
