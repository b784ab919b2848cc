/* tcp_header.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/read/tcp_header.h"

#include <wsutil/wmem/wmem.h>

/* IPv4 options take up to 40 bytes; as much is granted to IPv6 extension headers. */
#define MAX_OPTIONS 40
#define MIN_TCP_HEADER 20
#define UDP_HEADER 8

static uint32_t be16(const char *p)
{
    return (uint32_t)(uint8_t)p[0] << 8 | (uint8_t)p[1];
}

/* Where the addresses stand, and the ports that follow them. */
struct ends {
    char ports[4];
    size_t n; /* bytes of the addresses */
    size_t addresses_at, ports_at;
    size_t least; /* bytes of the header from the ports on */
};

/* Bytes from the end of the addresses to the end of the IP packet. */
static uint32_t rest_of_packet(struct sx_slice frame, size_t addresses, bool v6)
{
    if (v6)
        return addresses >= 8 ? be16(frame.p + addresses - 4) : 0;
    uint32_t total = addresses >= 12 ? be16(frame.p + addresses - 10) : 0;
    return total > 20 ? total - 20 : 0;
}

/* Reads the header at e->ports_at into what; false if it is none. */
typedef bool (*header_reader)(struct sx_slice frame, const struct ends *e, void *what);

/* True if the ports follow the addresses at e->addresses_at. */
static inline bool read_behind(struct sx_slice frame, struct ends *e, header_reader read,
                               void *what)
{
    for (size_t skip = 0; skip <= MAX_OPTIONS; skip += 4) {
        e->ports_at = e->addresses_at + e->n + skip;
        if (e->ports_at + e->least > frame.n)
            return false;
        if (memcmp(frame.p + e->ports_at, e->ports, sizeof e->ports) == 0 && read(frame, e, what))
            return true;
    }
    return false;
}

static bool search(struct sx_slice frame, struct sx_slice src, struct sx_slice dst, struct ends *e,
                   header_reader read, void *what)
{
    char addresses[32];
    size_t from = 0;

    memcpy(addresses, src.p, src.n);
    memcpy(addresses + src.n, dst.p, dst.n);
    while (from + e->n + e->least <= frame.n) {
        const char *hit = (const char *)ws_memmem(frame.p + from, frame.n - from, addresses, e->n);
        if (!hit)
            return false;
        e->addresses_at = (size_t)(hit - frame.p);
        if (read_behind(frame, e, read, what))
            return true;
        from = e->addresses_at + 1;
    }
    return false;
}

static inline bool find_header(struct sx_slice frame, struct sx_slice src, struct sx_slice dst,
                               uint16_t src_port, uint16_t dst_port, size_t least,
                               header_reader read, void *what)
{
    struct ends e = {
        .ports = {(char)(src_port >> 8), (char)src_port, (char)(dst_port >> 8), (char)dst_port},
        .n = src.n + dst.n,
        .least = least,
    };

    if (src.n != dst.n || (src.n != 4 && src.n != 16) || frame.n < e.n)
        return false;
    /* Where Wireshark took them from. */
    if (src.p >= frame.p && src.p <= frame.p + frame.n - e.n && dst.p == src.p + src.n) {
        e.addresses_at = (size_t)(src.p - frame.p);
        if (read_behind(frame, &e, read, what))
            return true;
    }
    return search(frame, src, dst, &e, read, what);
}

static bool read_tcp(struct sx_slice frame, const struct ends *e, void *what)
{
    struct sx_tcp_header *header = what;
    bool v6 = e->n == 32;
    size_t behind = e->addresses_at + (v6 ? 32 : 8);
    const char *tcp = frame.p + e->ports_at;
    uint32_t length = (uint32_t)((uint8_t)tcp[12] >> 4) * 4;

    if (length < MIN_TCP_HEADER)
        return false;
    uint32_t used = (uint32_t)(e->ports_at - behind) + length,
             rest = rest_of_packet(frame, e->addresses_at, v6);
    header->flags = (uint8_t)tcp[13];
    header->payload = rest > used ? rest - used : 0;
    header->payload_at = (uint32_t)e->ports_at + length;
    header->seq = be16(tcp + 4) << 16 | be16(tcp + 6);
    header->ack = be16(tcp + 8) << 16 | be16(tcp + 10);
    return true;
}

static bool read_udp(struct sx_slice frame, const struct ends *e, void *what)
{
    uint32_t length = be16(frame.p + e->ports_at + 4);

    if (length < UDP_HEADER)
        return false;
    *(struct sx_slice *)what = sx_slice(frame.p + e->ports_at + UDP_HEADER,
                                        MIN(length, frame.n - e->ports_at) - UDP_HEADER);
    return true;
}

bool sx_tcp_header_find(struct sx_slice frame, struct sx_slice src, struct sx_slice dst,
                        uint16_t src_port, uint16_t dst_port, struct sx_tcp_header *header)
{
    return find_header(frame, src, dst, src_port, dst_port, MIN_TCP_HEADER, read_tcp, header);
}

bool sx_udp_payload_find(struct sx_slice frame, struct sx_slice src, struct sx_slice dst,
                         uint16_t src_port, uint16_t dst_port, struct sx_slice *payload)
{
    return find_header(frame, src, dst, src_port, dst_port, UDP_HEADER, read_udp, payload);
}
