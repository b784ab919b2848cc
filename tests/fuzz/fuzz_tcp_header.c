/* fuzz_tcp_header.c
 * The search for a TCP or UDP header, and STUN in what the latter leads to. Input: a byte of
 * options, the addresses and ports to look for, then the frame.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/read/stun.h"
#include "core/read/tcp_header.h"

#include "claim.h"

enum { V6 = 1, PLACED = 2, MIXED = 4 };

/* Puts the addresses and ports into the frame where a byte of it says, so that a search finds them
 * more often than chance lets it. */
static void place(char *frame, size_t n, const char *addresses, size_t length, const char *ports)
{
    size_t at, skip;

    if (n < 2)
        return;
    at = (uint8_t)frame[0];
    skip = ((uint8_t)frame[1] & 15) * 4u;
    if (at + length <= n)
        memcpy(frame + at, addresses, length);
    if (at + length + skip + 4 <= n)
        memcpy(frame + at + length + skip, ports, 4);
}

static void look_for_stun(struct sx_slice frame, struct sx_slice src, struct sx_slice dst,
                          const uint8_t *ports)
{
    struct sx_slice payload;

    if (!sx_udp_payload_find(frame, src, dst, (uint16_t)(ports[0] << 8 | ports[1]),
                             (uint16_t)(ports[2] << 8 | ports[3]), &payload))
        return;
    CLAIM(payload.p >= frame.p && payload.p + payload.n <= frame.p + frame.n);
    /* In a buffer of its own, so that a sanitizer sees its end. */
    char *bytes = g_memdup2(payload.n ? payload.p : "", MAX(payload.n, 1));
    struct sx_stun stun = sx_stun_read(sx_slice(bytes, payload.n));
    CLAIM(stun.mapped.len == 0 || (stun.kind == SX_STUN_SUCCESS && payload.n >= 20));
    g_free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sx_tcp_header header = {0};
    char addresses[32];

    if (size < 1)
        return 0;
    size_t length = data[0] & V6 ? 16 : 4, used = 1 + 2 * length + 4;
    if (size < used)
        return 0;
    memcpy(addresses, data + 1, 2 * length);
    const uint8_t *ports = data + 1 + 2 * length;
    size_t n = size - used;
    char *frame = g_malloc(MAX(n, 1));
    if (n > 0)
        memcpy(frame, data + used, n);
    if (data[0] & PLACED)
        place(frame, n, addresses, 2 * length, (const char *)ports);
    bool found =
        sx_tcp_header_find(sx_slice(frame, n), sx_slice(addresses, length),
                           sx_slice(addresses + length, data[0] & MIXED ? length - 1 : length),
                           (uint16_t)(ports[0] << 8 | ports[1]),
                           (uint16_t)(ports[2] << 8 | ports[3]), &header);
    if (found) {
        CLAIM(!(data[0] & MIXED));
        CLAIM(n >= 2 * length + 20);
        CLAIM(header.payload <= UINT16_MAX);
    } else {
        CLAIM(header.flags == 0 && header.payload == 0);
    }
    look_for_stun(sx_slice(frame, n), sx_slice(addresses, length),
                  sx_slice(addresses + length, length), ports);
    sx_stun_read(sx_slice(frame, n));
    g_free(frame);
    return 0;
}
