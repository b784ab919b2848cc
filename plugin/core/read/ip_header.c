/* ip_header.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/read/ip_header.h"

#include <wsutil/wmem/wmem.h>

/* Bytes before the addresses. */
#define V4_BEFORE 12
#define V6_BEFORE 8

/* The longest link layer, Linux cooked mode; of tunnels it is the part that stays the same. */
#define LINK_LAYER 18

/* The offset of the addresses. */
static bool find_addresses(struct sx_slice frame, struct sx_slice src, struct sx_slice dst,
                           size_t *at)
{
    char addresses[32];
    size_t n = src.n + dst.n, before = src.n == 16 ? V6_BEFORE : V4_BEFORE;

    if (src.n != dst.n || (src.n != 4 && src.n != 16) || frame.n < before + n)
        return false;
    memcpy(addresses, src.p, src.n);
    memcpy(addresses + src.n, dst.p, dst.n);
    /* Where Wireshark took them from. */
    if (src.p >= frame.p + before && src.p <= frame.p + frame.n - n) {
        *at = (size_t)(src.p - frame.p);
        return memcmp(src.p, addresses, n) == 0;
    }
    const char *hit = (const char *)ws_memmem(frame.p + before, frame.n - before, addresses, n);
    if (hit)
        *at = (size_t)(hit - frame.p);
    return hit != NULL;
}

/* FNV-1a, folded. */
static uint16_t hash_of(struct sx_slice bytes, unsigned hops, size_t depth)
{
    uint32_t h = UINT32_C(2166136261);

    for (size_t i = 0; i < bytes.n; i++)
        h = (h ^ (uint8_t)bytes.p[i]) * UINT32_C(16777619);
    h = (h ^ hops) * UINT32_C(16777619);
    h = (h ^ (uint32_t)depth) * UINT32_C(16777619);
    return (uint16_t)(h ^ h >> 16);
}

bool sx_ip_header_find(struct sx_slice frame, struct sx_slice src, struct sx_slice dst,
                       struct sx_ip_header *header)
{
    size_t at, before = src.n == 16 ? V6_BEFORE : V4_BEFORE;

    if (!find_addresses(frame, src, dst, &at))
        return false;
    const uint8_t *ip = (const uint8_t *)frame.p + at - before;
    bool v6 = src.n == 16;
    header->id = v6 ? 0 : (uint16_t)(ip[4] << 8 | ip[5]);
    header->place = hash_of(sx_slice(frame.p, MIN(at - before, LINK_LAYER)), v6 ? ip[7] : ip[8],
                            at);
    return true;
}
