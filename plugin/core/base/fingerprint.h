/* fingerprint.h
 * A 64-bit name for a run of byte strings, keyed.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The tracker keeps a fingerprint instead of the strings, so that a transaction costs the same
 * whatever a packet holds. The key is random for each capture, and nothing of it is ever shown:
 * whoever writes a capture cannot make two transactions look like one, or all of them fall into one
 * bucket. That two of a million share a name by chance has a probability of 3 in 10^8.
 *
 * Two words at a time are mixed in, one into the state and one into the key, by a multiplication of
 * whose 128 bits the halves are folded together, as in wyhash and its kin; the last words of a
 * string may overlap. A fifth of what SipHash takes, and inline, for every message needs it.
 */
#ifndef SX_FINGERPRINT_H
#define SX_FINGERPRINT_H

#include "core/base/inline.h"
#include "core/base/slice.h"

struct sx_fingerprint {
    uint64_t bits; /* 0: of nothing */
};

struct sx_hash {
    uint64_t state, key;
};

static inline bool sx_fingerprint_eq(struct sx_fingerprint x, struct sx_fingerprint y)
{
    return x.bits == y.bits;
}

/* For hash tables keyed by a fingerprint, or by a struct that begins with one. */
static inline guint sx_fingerprint_hash(gconstpointer key)
{
    return (guint)((const struct sx_fingerprint *)key)->bits;
}

static inline gboolean sx_fingerprint_equal(gconstpointer a, gconstpointer b)
{
    return sx_fingerprint_eq(*(const struct sx_fingerprint *)a, *(const struct sx_fingerprint *)b);
}

/* Both halves of a product, folded. */
SX_INLINE uint64_t sx_folded_product(uint64_t x, uint64_t y)
{
#ifdef __SIZEOF_INT128__
    __extension__ typedef unsigned __int128 wide;
    wide product = (wide)x * y;

    return (uint64_t)product ^ (uint64_t)(product >> 64);
#else
    uint64_t low = (x & UINT32_MAX) * (y & UINT32_MAX), high = (x >> 32) * (y >> 32);
    uint64_t middle = (x >> 32) * (y & UINT32_MAX) + (low >> 32);
    uint64_t other = (x & UINT32_MAX) * (y >> 32) + (middle & UINT32_MAX);

    high += (middle >> 32) + (other >> 32);
    return (other << 32 | (low & UINT32_MAX)) ^ high;
#endif
}

SX_INLINE struct sx_hash sx_hash_begin(const uint64_t key[2])
{
    /* Bits all over even for the small keys of tests; odd, so that no product loses a bit. */
    return (struct sx_hash){
        .state = key[0] ^ UINT64_C(0x736f6d6570736575),
        .key = (key[1] ^ UINT64_C(0xa0761d6478bd642e)) | 1,
    };
}

SX_INLINE void sx_hash_add_uint(struct sx_hash *h, uint64_t word)
{
    h->state = sx_folded_product(h->state ^ word, h->key);
}

SX_INLINE void sx_hash_add_two(struct sx_hash *h, uint64_t x, uint64_t y)
{
    h->state = sx_folded_product(h->state ^ x, h->key ^ y);
}

SX_INLINE uint64_t sx_word_at(const char *p)
{
    uint64_t word;

    memcpy(&word, p, sizeof word);
    return word;
}

/* A string of 1 to 7 bytes: each of its bytes is in the word. */
SX_INLINE uint64_t sx_short_word(struct sx_slice s)
{
    uint32_t first, last;

    if (s.n < 4)
        return (uint64_t)(uint8_t)s.p[0] << 16 | (uint64_t)(uint8_t)s.p[s.n / 2] << 8 |
               (uint8_t)s.p[s.n - 1];
    memcpy(&first, s.p, sizeof first);
    memcpy(&last, s.p + s.n - sizeof last, sizeof last);
    return (uint64_t)first << 32 | last;
}

/* Eight bytes, of which ASCII letters become lower case. */
SX_INLINE uint64_t sx_lower_word(uint64_t word)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), high = ones << 7;
    uint64_t low = word & ~high;
    uint64_t from_a = low + ones * (0x80 - 'A'), behind_z = low + ones * (0x80 - 'Z' - 1);

    return word + ((from_a & ~behind_z & ~word & high) >> 2);
}

SX_INLINE void sx_hash_add_words(struct sx_hash *h, struct sx_slice s, bool lower)
{
#define WORD(x) (lower ? sx_lower_word(x) : (x))
    if (s.n < 8) {
        if (s.n > 0)
            sx_hash_add_uint(h, WORD(sx_short_word(s)));
        return;
    }
    const char *p = s.p, *end = s.p + s.n;
    if (s.n >= 16)
        for (const char *last = end - 16; p < last; p += 16)
            sx_hash_add_two(h, WORD(sx_word_at(p)), WORD(sx_word_at(p + 8)));
    p = s.n >= 16 ? end - 16 : s.p;
    sx_hash_add_two(h, WORD(sx_word_at(p)), WORD(sx_word_at(end - 8)));
#undef WORD
}

/* Adds a string without its length, which the caller adds: ("ab", "c") and ("a", "bc") would look
 * alike. */
SX_INLINE void sx_hash_add_bytes(struct sx_hash *h, struct sx_slice s)
{
    sx_hash_add_words(h, s, false);
}

/* The same with ASCII letters as lower case. */
SX_INLINE void sx_hash_add_bytes_lower(struct sx_hash *h, struct sx_slice s)
{
    sx_hash_add_words(h, s, true);
}

/* Adds a string and its length. */
SX_INLINE void sx_hash_add(struct sx_hash *h, struct sx_slice s)
{
    sx_hash_add_words(h, s, false);
    sx_hash_add_uint(h, s.n);
}

SX_INLINE struct sx_fingerprint sx_hash_end(struct sx_hash h)
{
    uint64_t bits = sx_folded_product(h.state, h.key);

    return (struct sx_fingerprint){bits ? bits : 1};
}

#endif
