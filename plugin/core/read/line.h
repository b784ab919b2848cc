/* line.h
 * Where a line of text ends: at a line feed, which a carriage return may precede (RFC 3261 7).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_LINE_H
#define SX_LINE_H

#include "core/base/slice.h"

/* Where the line at an offset ends, and where the next one begins. */
static inline size_t sx_line_end(struct sx_slice bytes, size_t at, size_t *next)
{
    const char *nl = memchr(bytes.p + at, '\n', bytes.n - at);

    if (!nl) {
        *next = bytes.n;
        return bytes.n > at && bytes.p[bytes.n - 1] == '\r' ? bytes.n - 1 : bytes.n;
    }
    size_t end = (size_t)(nl - bytes.p);
    *next = end + 1;
    return end > at && nl[-1] == '\r' ? end - 1 : end;
}

static inline struct sx_slice sx_line_at(struct sx_slice bytes, size_t at, size_t *next)
{
    return sx_slice(bytes.p + at, sx_line_end(bytes, at, next) - at);
}

#endif
