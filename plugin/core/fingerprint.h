/* fingerprint.h
 * A 128-bit name for a run of byte strings: SipHash-1-3 with 128-bit output, keyed.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The tracker keeps a fingerprint instead of the strings, so that a transaction costs the same
 * whatever a packet holds. The key is random for each process: whoever writes a capture cannot
 * make two transactions look like one, or all of them fall into one bucket.
 */
#ifndef SX_FINGERPRINT_H
#define SX_FINGERPRINT_H

#include "core/slice.h"

struct sx_fingerprint {
    uint64_t a, b;
};

struct sx_hash {
    uint64_t v[4];
};

static inline bool sx_fingerprint_eq(struct sx_fingerprint x, struct sx_fingerprint y)
{
    return x.a == y.a && x.b == y.b;
}

void sx_hash_begin(struct sx_hash *h, const uint64_t key[2]);

/* Adds a string and its length, so that ("ab", "c") and ("a", "bc") differ. */
void sx_hash_add(struct sx_hash *h, struct sx_slice s);
void sx_hash_add_lower(struct sx_hash *h, struct sx_slice s);   /* ASCII letters as lower case */
void sx_hash_add_uint(struct sx_hash *h, uint64_t value);

struct sx_fingerprint sx_hash_end(struct sx_hash *h);

#endif
