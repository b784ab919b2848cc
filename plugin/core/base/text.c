/* text.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/base/text.h"

#define REPLACEMENT 0xfffd
#define FULL_WIDTH_STOP "\u3002"

/* Where the printable ASCII that begins here ends; nearly all that SIP holds is. */
static const char *plain_end(const char *p, const char *end)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), high = ones << 7;
    uint64_t word;

    /* Eight at a time: of each, below ' ', above '~', or beyond ASCII. */
    for (; end - p >= 8; p += 8) {
        memcpy(&word, p, sizeof word);
        if (((word - ones * 0x20) | (word + ones) | word) & high)
            break;
    }
    while (p < end && *p >= 0x20 && *p < 0x7f)
        p++;
    return p;
}

char *sx_text_copy(wmem_allocator_t *scope, const char *text, size_t n)
{
    char *copy = wmem_alloc(scope, n + 1);

    memcpy(copy, text, n);
    copy[n] = '\0';
    return copy;
}

char *sx_text_of(wmem_allocator_t *scope, struct sx_slice bytes, size_t max)
{
    const char *p = bytes.n ? bytes.p : "", *end = p + MIN(bytes.n, max),
               *plain = plain_end(p, end);

    if (plain == end)
        return sx_text_copy(scope, p, (size_t)(end - p));
    wmem_strbuf_t *out = wmem_strbuf_new_len(scope, p, plain - p);
    for (p = plain; p < end;) {
        unsigned char first = (unsigned char)*p;
        if (first >= 0x20 && first < 0x7f) {
            plain = plain_end(p, end);
            wmem_strbuf_append_len(out, p, plain - p);
            p = plain;
            continue;
        }
        gunichar c = first < 0x80 ? ' ' : g_utf8_get_char_validated(p, end - p);
        bool valid = c < (gunichar)-2;
        p = valid && first >= 0x80 ? g_utf8_next_char(p) : p + 1;
        GUnicodeType type = valid ? g_unichar_type(c) : G_UNICODE_UNASSIGNED;
        if (type == G_UNICODE_CONTROL || type == G_UNICODE_LINE_SEPARATOR ||
            type == G_UNICODE_PARAGRAPH_SEPARATOR)
            c = ' ';
        wmem_strbuf_append_unichar(out, valid && g_unichar_isprint(c) ? c : REPLACEMENT);
    }
    return wmem_strbuf_finalize(out);
}

size_t sx_text_first_sentence(const char *text)
{
    const char *latin = strstr(text, ". ");
    size_t n = latin ? (size_t)(latin - text) + 1 : strlen(text);
    const size_t wide = strlen(FULL_WIDTH_STOP);

    for (const char *p = text, *end = text + n; (p = memchr(p, *FULL_WIDTH_STOP, end - p)); p++)
        if ((size_t)(end - p) >= wide && memcmp(p, FULL_WIDTH_STOP, wide) == 0)
            return (size_t)(p - text) + wide;
    return n;
}
