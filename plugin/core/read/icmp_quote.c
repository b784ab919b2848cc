/* icmp_quote.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/read/icmp_quote.h"

#include <wsutil/wmem/wmem.h>

#define ICMP_HEADER 8
#define V4_HEADER 20
#define V6_HEADER 40
#define UDP_HEADER 8

enum { PROTOCOL_ICMP = 1, PROTOCOL_TCP = 6, PROTOCOL_UDP = 17, PROTOCOL_ICMPV6 = 58 };

/* Type, code; of ICMPv6 a type. */
enum { UNREACHABLE = 3, TOO_BIG = 4, TOO_BIG_V6 = 2 };

static unsigned byte_at(struct sx_slice s, size_t at)
{
    return at < s.n ? (uint8_t)s.p[at] : 0;
}

static uint16_t be16_at(struct sx_slice s, size_t at)
{
    return (uint16_t)(byte_at(s, at) << 8 | byte_at(s, at + 1));
}

/* An IP header: how long it is, and what follows it. */
static size_t header_length(struct sx_slice ip, bool v6, unsigned *protocol)
{
    *protocol = byte_at(ip, v6 ? 6 : 9);
    if (byte_at(ip, 0) >> 4 != (v6 ? 6U : 4U))
        return 0;
    return v6 ? V6_HEADER : (size_t)(byte_at(ip, 0) & 0x0f) * 4;
}

/* Destination unreachable, time exceeded, parameter problem; for IPv6 packet too big as well. */
static bool is_loss(unsigned type, bool v6)
{
    return v6 ? type >= 1 && type <= 4 : type == UNREACHABLE || type == 11 || type == 12;
}

/* Only the first fragment has the ports. */
static bool is_first(struct sx_slice ip, bool v6)
{
    return v6 || (be16_at(ip, 6) & 0x1fff) == 0;
}

static void read_too_big(struct sx_slice icmp, bool v6, struct sx_icmp_quote *quote)
{
    unsigned type = byte_at(icmp, 0);

    quote->too_big = v6 ? type == TOO_BIG_V6 : type == UNREACHABLE && byte_at(icmp, 1) == TOO_BIG;
    quote->mtu = quote->too_big ? be16_at(icmp, 6) : 0;
    if (quote->too_big && v6)
        quote->mtu |= (uint32_t)be16_at(icmp, 4) << 16;
}

static bool read_quote(struct sx_slice icmp, bool v6, struct sx_icmp_quote *quote)
{
    struct sx_slice ip = sx_slice_from(icmp, ICMP_HEADER);
    size_t addresses = v6 ? 8 : 12, n = v6 ? 16 : 4;
    unsigned protocol;
    size_t length = header_length(ip, v6, &protocol);

    if (!is_loss(byte_at(icmp, 0), v6) || length < (v6 ? V6_HEADER : V4_HEADER) ||
        length + 4 > ip.n || (protocol != PROTOCOL_UDP && protocol != PROTOCOL_TCP) ||
        !is_first(ip, v6))
        return false;
    quote->src = sx_slice(ip.p + addresses, n);
    quote->dst = sx_slice(ip.p + addresses + n, n);
    quote->src_port = be16_at(ip, length);
    quote->dst_port = be16_at(ip, length + 2);
    quote->udp = protocol == PROTOCOL_UDP;
    unsigned bytes = quote->udp ? be16_at(ip, length + 4) : 0;
    quote->bytes = bytes > UDP_HEADER && length + 6 <= ip.n ? bytes - UDP_HEADER : 0;
    read_too_big(icmp, v6, quote);
    return true;
}

bool sx_icmp_quote_find(struct sx_slice frame, struct sx_slice src, struct sx_slice dst,
                        struct sx_icmp_quote *quote)
{
    char addresses[32];
    bool v6 = src.n == 16;
    size_t n = src.n + dst.n, before = v6 ? 8 : 12, from = before;

    if (src.n != dst.n || (src.n != 4 && src.n != 16))
        return false;
    memcpy(addresses, src.p, src.n);
    memcpy(addresses + src.n, dst.p, dst.n);
    while (from + n <= frame.n) {
        const char *hit = (const char *)ws_memmem(frame.p + from, frame.n - from, addresses, n);
        if (!hit)
            return false;
        struct sx_slice ip = sx_slice_from(frame, (size_t)(hit - frame.p) - before);
        unsigned protocol;
        size_t length = header_length(ip, v6, &protocol);
        if (length >= (v6 ? V6_HEADER : V4_HEADER) &&
            protocol == (v6 ? PROTOCOL_ICMPV6 : PROTOCOL_ICMP) &&
            read_quote(sx_slice_from(ip, length), v6, quote))
            return true;
        from = (size_t)(hit - frame.p) + 1;
    }
    return false;
}
