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

/* Where Ethernet has the sender's address, and Linux cooked mode most of it. */
#define SENDER_AT 6
#define SENDER_END 12

/* The offset of the addresses. */
static bool find_addresses(struct sx_slice frame, struct sx_slice src, struct sx_slice dst,
                           size_t *at)
{
    char addresses[32];
    size_t n = src.n + dst.n, before = src.n == 16 ? V6_BEFORE : V4_BEFORE;

    if (src.n != dst.n || (src.n != 4 && src.n != 16) || frame.n < before + n)
        return false;
    /* Where Wireshark took them from. */
    if (src.p >= frame.p + before && src.p <= frame.p + frame.n - n && dst.p == src.p + src.n) {
        *at = (size_t)(src.p - frame.p);
        return true;
    }
    memcpy(addresses, src.p, src.n);
    memcpy(addresses + src.n, dst.p, dst.n);
    if (src.p >= frame.p + before && src.p <= frame.p + frame.n - n) {
        *at = (size_t)(src.p - frame.p);
        return memcmp(src.p, addresses, n) == 0;
    }
    const char *hit = (const char *)ws_memmem(frame.p + before, frame.n - before, addresses, n);
    if (hit)
        *at = (size_t)(hit - frame.p);
    return hit != NULL;
}

/* FNV-1a, step by step, and folded. */
static uint32_t hashed(uint32_t h, uint32_t value)
{
    return (h ^ value) * UINT32_C(16777619);
}

static uint16_t folded(uint32_t h)
{
    return (uint16_t)(h ^ h >> 16);
}

static void set_place(struct sx_ip_header *header, struct sx_slice link_layer, unsigned hops,
                      size_t depth)
{
    uint32_t place = hashed(UINT32_C(2166136261), (uint32_t)depth), network = place;

    for (size_t i = 0; i < link_layer.n; i++) {
        uint32_t byte = (uint8_t)link_layer.p[i];
        place = hashed(place, byte);
        if (i < SENDER_AT || i >= SENDER_END)
            network = hashed(network, byte);
    }
    header->place = folded(hashed(place, hops));
    header->network = folded(network);
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
    set_place(header, sx_slice(frame.p, MIN(at - before, LINK_LAYER)), v6 ? ip[7] : ip[8], at);
    return true;
}
