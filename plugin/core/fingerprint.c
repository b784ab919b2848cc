/* fingerprint.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * SipHash (Aumasson, Bernstein 2012) with one compression and three finalization rounds, taken
 * over 64-bit words: each string is its words, zero-padded, then its length.
 */
#include "core/fingerprint.h"

static inline uint64_t rotl(uint64_t x, unsigned n)
{
    return (x << n) | (x >> (64 - n));
}

static inline void round_(uint64_t v[4])
{
    v[0] += v[1];
    v[1] = rotl(v[1], 13) ^ v[0];
    v[0] = rotl(v[0], 32);
    v[2] += v[3];
    v[3] = rotl(v[3], 16) ^ v[2];
    v[0] += v[3];
    v[3] = rotl(v[3], 21) ^ v[0];
    v[2] += v[1];
    v[1] = rotl(v[1], 17) ^ v[2];
    v[2] = rotl(v[2], 32);
}

void sx_hash_begin(struct sx_hash *h, const uint64_t key[2])
{
    h->v[0] = key[0] ^ UINT64_C(0x736f6d6570736575);
    h->v[1] = key[1] ^ UINT64_C(0x646f72616e646f6d) ^ 0xee;
    h->v[2] = key[0] ^ UINT64_C(0x6c7967656e657261);
    h->v[3] = key[1] ^ UINT64_C(0x7465646279746573);
}

static inline void add_word(struct sx_hash *h, uint64_t word)
{
    h->v[3] ^= word;
    round_(h->v);
    h->v[0] ^= word;
}

void sx_hash_add_uint(struct sx_hash *h, uint64_t word)
{
    add_word(h, word);
}

/* The last n bytes, 1 to 7, of a string as one word. */
static uint64_t tail_word(struct sx_slice s, size_t n)
{
    uint64_t word = 0;

    if (s.n >= sizeof word) {
        memcpy(&word, s.p + s.n - sizeof word, sizeof word);    /* overlaps; the shift drops it */
        return G_BYTE_ORDER == G_LITTLE_ENDIAN ? word >> (8 * (8 - n)) : word << (8 * (8 - n));
    }
    for (size_t i = 0; i < n; i++)
        word |= (uint64_t)(uint8_t)s.p[i] << (8 * i);
    return word;
}

void sx_hash_add(struct sx_hash *h, struct sx_slice s)
{
    size_t i = 0;
    uint64_t word;

    for (; i + sizeof word <= s.n; i += sizeof word) {
        memcpy(&word, s.p + i, sizeof word);
        add_word(h, word);
    }
    if (i < s.n)
        add_word(h, tail_word(s, s.n - i));
    add_word(h, s.n);
}

void sx_hash_add_lower(struct sx_hash *h, struct sx_slice s)
{
    size_t i = 0;

    while (i < s.n) {
        uint64_t word = 0;
        for (unsigned b = 0; b < 64 && i < s.n; b += 8, i++)
            word |= (uint64_t)(uint8_t)sx_lower(s.p[i]) << b;
        add_word(h, word);
    }
    add_word(h, s.n);
}

struct sx_fingerprint sx_hash_end(struct sx_hash *h)
{
    struct sx_fingerprint f;

    h->v[2] ^= 0xee;
    for (unsigned i = 0; i < 3; i++)
        round_(h->v);
    f.a = h->v[0] ^ h->v[1] ^ h->v[2] ^ h->v[3];
    h->v[1] ^= 0xdd;
    for (unsigned i = 0; i < 3; i++)
        round_(h->v);
    f.b = h->v[0] ^ h->v[1] ^ h->v[2] ^ h->v[3];
    return f;
}
