/* tcp_header.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/tcp_header.h"

#include <wsutil/wmem/wmem.h>

/* IPv4 options take up to 40 bytes; as much is granted to IPv6 extension headers. */
#define MAX_OPTIONS 40
#define MIN_TCP_HEADER 20

static uint32_t be16(const char *p)
{
    return (uint32_t)(uint8_t)p[0] << 8 | (uint8_t)p[1];
}

/* Bytes from the end of the addresses to the end of the IP packet. */
static uint32_t rest_of_packet(struct sx_slice frame, size_t addresses, bool v6)
{
    if (v6)
        return addresses >= 8 ? be16(frame.p + addresses - 4) : 0;
    uint32_t total = addresses >= 12 ? be16(frame.p + addresses - 10) : 0;
    return total > 20 ? total - 20 : 0;
}

static bool read_header(struct sx_slice frame, size_t addresses, size_t ports, bool v6,
                        struct sx_tcp_header *header)
{
    size_t behind = addresses + (v6 ? 32 : 8);
    const char *tcp = frame.p + ports;
    uint32_t length = (uint32_t)((uint8_t)tcp[12] >> 4) * 4;

    if (length < MIN_TCP_HEADER)
        return false;
    uint32_t used = (uint32_t)(ports - behind) + length, rest = rest_of_packet(frame, addresses, v6);
    header->flags = (uint8_t)tcp[13];
    header->payload = rest > used ? rest - used : 0;
    header->payload_at = (uint32_t)ports + length;
    return true;
}

bool sx_tcp_header_find(struct sx_slice frame, struct sx_slice src, struct sx_slice dst,
                        uint16_t src_port, uint16_t dst_port, struct sx_tcp_header *header)
{
    char addresses[32];
    const char ports[4] = {(char)(src_port >> 8), (char)src_port, (char)(dst_port >> 8),
                           (char)dst_port};
    size_t n = src.n + dst.n, from = 0;

    if (src.n != dst.n || (src.n != 4 && src.n != 16))
        return false;
    memcpy(addresses, src.p, src.n);
    memcpy(addresses + src.n, dst.p, dst.n);
    while (from + n + MIN_TCP_HEADER <= frame.n) {
        const char *hit =
            (const char *)ws_memmem(frame.p + from, frame.n - from, addresses, n);
        if (!hit)
            return false;
        size_t at = (size_t)(hit - frame.p);
        for (size_t skip = 0; skip <= MAX_OPTIONS; skip += 4) {
            size_t tcp = at + n + skip;
            if (tcp + MIN_TCP_HEADER > frame.n)
                break;
            if (memcmp(frame.p + tcp, ports, sizeof ports) == 0 &&
                read_header(frame, at, tcp, src.n == 16, header))
                return true;
        }
        from = at + 1;
    }
    return false;
}
