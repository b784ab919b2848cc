/* scan.h
 * Bytes that are looked for in text, many at a time.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Every SIP message is searched from its first to its last line. Inline, and 16 bytes at a time
 * where the processor can: a call of memchr() for each short line costs more than the search
 * itself.
 */
#ifndef SX_SCAN_H
#define SX_SCAN_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <glib.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "core/base/inline.h"

/* Bytes that sx_scan_block() looks at. */
#define SX_SCAN_BLOCK 64

#ifdef __SSE2__
/* Of 16 bytes. */
SX_INLINE uint64_t sx_scan_hits(const char *p, char a, char b, char c)
{
    __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)p);
    __m128i equal = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(a));

    if (b != a)
        equal = _mm_or_si128(equal, _mm_cmpeq_epi8(bytes, _mm_set1_epi8(b)));
    if (c != b)
        equal = _mm_or_si128(equal, _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)));
    return (uint32_t)_mm_movemask_epi8(equal);
}
#else
/* The high bit of each byte that is the wanted one. */
SX_INLINE uint64_t sx_scan_equal(uint64_t word, char wanted)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), low = ones * 0x7f;

    word ^= ones * (uint8_t)wanted;
    return ~(((word & low) + low) | word | low);
}
#endif

/* A bit for each of SX_SCAN_BLOCK bytes, the lowest for the first: set where it is one of three,
 * which may be the same. */
SX_INLINE uint64_t sx_scan_block(const char *p, char a, char b, char c)
{
#ifdef __SSE2__
    return sx_scan_hits(p, a, b, c) | sx_scan_hits(p + 16, a, b, c) << 16 |
           sx_scan_hits(p + 32, a, b, c) << 32 | sx_scan_hits(p + 48, a, b, c) << 48;
#else
    uint64_t all = 0, word;

    for (unsigned i = 0; i < SX_SCAN_BLOCK; i += 8) {
        memcpy(&word, p + i, 8);
        word = GUINT64_FROM_LE(word);
        word = sx_scan_equal(word, a) | sx_scan_equal(word, b) | sx_scan_equal(word, c);
        all |= ((word >> 7) * UINT64_C(0x0102040810204080) >> 56) << i;
    }
    return all;
#endif
}

/* The same of the first n bytes alone, for a block that may not be looked at to its end. */
SX_INLINE uint64_t sx_scan_few(const char *p, size_t n, char a, char b, char c)
{
    char block[SX_SCAN_BLOCK] = {0};

    memcpy(block, p, n);
    return sx_scan_block(block, a, b, c);
}

/* The number of the lowest bit that is set; there must be one. */
SX_INLINE unsigned sx_scan_lowest(uint64_t bits)
{
#ifdef __GNUC__
    return (unsigned)__builtin_ctzll(bits);
#else
    unsigned n = 0;

    while (!(bits >> n & 1))
        n++;
    return n;
#endif
}

/* As sx_scan_any(), for what stands shortly before limit. */
const char *sx_scan_last(const char *p, const char *end, const char *limit, char a, char b, char c);

/* The first of three bytes, which may be the same, from p on; end if none is there. No byte at or
 * behind limit is looked at, which is at least end: with 16 bytes between them it goes quicker. */
SX_INLINE const char *sx_scan_any(const char *p, const char *end, const char *limit, char a, char b,
                                  char c)
{
#ifdef __SSE2__
    if (SX_LIKELY(limit - end >= 16)) {
        for (; p < end; p += 16) {
            uint64_t hits = sx_scan_hits(p, a, b, c);
            if (hits) {
                p += sx_scan_lowest(hits);
                break;
            }
        }
        return MIN(p, end);
    }
#endif
    return sx_scan_last(p, end, limit, a, b, c);
}

#endif
