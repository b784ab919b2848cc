/* cells.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/base/cells.h"

#include <string.h>

#include <glib.h>

/* The character at p, and the bytes that it takes; a byte that is no UTF-8 is its own number. */
static gunichar character(const char *p, size_t n, size_t *bytes)
{
    gunichar c = g_utf8_get_char_validated(p, (gssize)n);

    if ((gint32)c < 0) {
        *bytes = 1;
        return (unsigned char)*p;
    }
    *bytes = (size_t)g_unichar_to_utf8(c, NULL);
    return c;
}

/* The usual text, whose characters need no look. */
static bool is_ascii(const char *text, size_t n)
{
    unsigned char all = 0;

    for (size_t i = 0; i < n; i++)
        all |= (unsigned char)text[i];
    return all < 0x80;
}

static unsigned cells_of(gunichar c)
{
    return g_unichar_iswide(c) ? 2 : g_unichar_iszerowidth(c) ? 0 : 1;
}

size_t sx_cells(struct sx_slice text)
{
    size_t cells = 0, bytes;

    for (; text.n > 0; text = sx_slice_from(text, bytes))
        cells += cells_of(character(text.p, text.n, &bytes));
    return cells;
}

size_t sx_cells_fit(const char *text, size_t cells)
{
    size_t n = strlen(text), at = 0, bytes;

    if (is_ascii(text, MIN(n, cells)))
        at = MIN(n, cells), cells = 0;
    for (; at < n; at += bytes) {
        unsigned needed = cells_of(character(text + at, n - at, &bytes));
        if (needed > cells)
            break;
        cells -= needed;
    }
    return at;
}

/* No line begins with it. */
static bool ends_something(gunichar c)
{
    GUnicodeType type = g_unichar_type(c);

    return type == G_UNICODE_CLOSE_PUNCTUATION || type == G_UNICODE_FINAL_PUNCTUATION ||
           type == G_UNICODE_OTHER_PUNCTUATION;
}

/* No line ends with it. */
static bool begins_something(gunichar c)
{
    GUnicodeType type = g_unichar_type(c);

    return type == G_UNICODE_OPEN_PUNCTUATION || type == G_UNICODE_INITIAL_PUNCTUATION;
}

static bool may_break(gunichar before, gunichar after)
{
    if (before == ' ' || after == ' ')
        return after == ' ';
    return (g_unichar_iswide(before) || g_unichar_iswide(after)) && !begins_something(before) &&
           !ends_something(after);
}

size_t sx_line_break(const char *text, size_t max)
{
    size_t n = strlen(text), at = 0, bytes, best = 0;
    gunichar before = 0;

    if (n <= max)
        return n;
    if (is_ascii(text, max + 1)) {
        for (best = max; best > 0 && text[best] != ' ';)
            best--;
        return best ? best : MAX(max, 1);
    }
    for (; at <= max; at += bytes) {
        gunichar c = character(text + at, n - at, &bytes);
        if (at > 0 && may_break(before, c))
            best = at;
        if (at + bytes > max && at < max)
            break;
        before = c;
    }
    return best ? best : MAX(MIN(at, max), 1);
}

size_t sx_cells_break(const char *text, size_t cells)
{
    return sx_line_break(text, sx_cells_fit(text, cells));
}
