/* fragment.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/read/fragment.h"

#include "core/read/sip_msg.h"

/* Bytes of a link layer, with its tags and labels. */
#define MAX_LINK 64

/* Bytes of a tunnel's own headers, from the IP header that carries it to the one that it carries.
 * */
#define MAX_TUNNEL 80

/* Tunnels in tunnels. */
#define MAX_DEPTH 3

/* What of a fragment is looked at, to tell text. */
#define MAX_LOOK 256

#define V4_HEADER 20
#define V6_HEADER 40
#define V6_FRAGMENT 8
#define UDP_HEADER 8

enum {
    PROTOCOL_IPV4 = 4,
    PROTOCOL_UDP = 17,
    PROTOCOL_IPV6 = 41,
    PROTOCOL_FRAGMENT = 44,
    PROTOCOL_GRE = 47
};

struct ip {
    struct sx_slice src, dst, payload;
    uint32_t id;
    uint8_t protocol;
    bool fragment, first;
};

static unsigned be16(struct sx_slice s, size_t at)
{
    return (unsigned)(uint8_t)s.p[at] << 8 | (uint8_t)s.p[at + 1];
}

/* RFC 1071. Zero: left to the network card. */
static bool is_sum_right(struct sx_slice ip, size_t header)
{
    uint32_t sum = 0;

    if (be16(ip, 10) == 0)
        return true;
    for (size_t i = 0; i < header; i += 2)
        sum += be16(ip, i);
    sum = (sum & 0xffff) + (sum >> 16);
    return ((sum & 0xffff) + (sum >> 16)) == 0xffff;
}

static bool read_v4(struct sx_slice s, struct ip *ip)
{
    size_t header = s.n >= V4_HEADER ? ((size_t)s.p[0] & 0x0f) * 4 : 0;

    if (header < V4_HEADER || header > s.n || be16(s, 2) < header || !is_sum_right(s, header))
        return false;
    unsigned offset = be16(s, 6) & 0x1fff;
    *ip = (struct ip){
        .src = sx_slice(s.p + 12, 4),
        .dst = sx_slice(s.p + 16, 4),
        .payload = sx_slice(s.p + header, MIN(s.n, be16(s, 2)) - header),
        .id = be16(s, 4),
        .protocol = (uint8_t)s.p[9],
        .fragment = offset > 0 || (s.p[6] & 0x20),
        .first = offset == 0,
    };
    return true;
}

static bool read_v6(struct sx_slice s, struct ip *ip)
{
    if (s.n < V6_HEADER)
        return false;
    *ip = (struct ip){
        .src = sx_slice(s.p + 8, 16),
        .dst = sx_slice(s.p + 24, 16),
        .payload = sx_slice(s.p + V6_HEADER, MIN(s.n - V6_HEADER, be16(s, 4))),
        .protocol = (uint8_t)s.p[6],
        .first = true,
    };
    struct sx_slice h = ip->payload;
    if (ip->protocol == PROTOCOL_FRAGMENT && h.n >= V6_FRAGMENT) {
        ip->protocol = (uint8_t)h.p[0];
        ip->first = be16(h, 2) >> 3 == 0;
        ip->fragment = !ip->first || (h.p[3] & 1);
        ip->id = be16(h, 4) << 16 | be16(h, 6);
        ip->payload = sx_slice_from(h, V6_FRAGMENT);
    }
    return ip->protocol == PROTOCOL_UDP || ip->protocol == PROTOCOL_IPV4 ||
           ip->protocol == PROTOCOL_IPV6 || ip->protocol == PROTOCOL_GRE || ip->fragment;
}

/* The first IP header at one of these offsets. */
static bool find_ip(struct sx_slice bytes, size_t last, struct ip *ip)
{
    for (size_t at = 0; at <= last && at < bytes.n; at++) {
        unsigned version = (uint8_t)bytes.p[at] >> 4;
        if ((version == 4 && read_v4(sx_slice_from(bytes, at), ip)) ||
            (version == 6 && read_v6(sx_slice_from(bytes, at), ip)))
            return true;
    }
    return false;
}

static bool is_text(struct sx_slice s)
{
    for (size_t i = 0; i < MIN(s.n, MAX_LOOK); i++) {
        uint8_t c = (uint8_t)s.p[i];
        if ((c < ' ' && c != '\r' && c != '\n' && c != '\t') || c == 0x7f)
            return false;
    }
    return true;
}

/* A request line begins with a method and a blank, and a URI follows that has a scheme. */
static bool begins_request(struct sx_slice s)
{
    size_t n = 0;

    while (n < s.n && sx_is_token(s.p[n]))
        n++;
    return n > 0 && n + 5 <= s.n && s.p[n] == ' ' &&
           (memcmp(s.p + n + 1, "sip:", 4) == 0 || memcmp(s.p + n + 1, "sips", 4) == 0 ||
            memcmp(s.p + n + 1, "tel:", 4) == 0);
}

/* RFC 3320 7: compressed SIP begins with five ones. */
static enum sx_fragment_holds payload_holds(struct sx_slice s)
{
    if (s.n > 0 && (uint8_t)s.p[0] >= 0xf8)
        return SX_HOLDS_OPAQUE;
    if (s.n >= 7 && memcmp(s.p, "SIP/2.0", 7) == 0)
        return SX_HOLDS_RESPONSE;
    return begins_request(s) ? SX_HOLDS_REQUEST : SX_HOLDS_OTHER;
}

static void set_payload(struct sx_fragment *f, struct sx_slice udp)
{
    if (udp.n < UDP_HEADER)
        return;
    f->src_port = (uint16_t)be16(udp, 0);
    f->dst_port = (uint16_t)be16(udp, 2);
    f->payload = sx_slice_from(udp, UDP_HEADER);
}

/* Follows tunnels down, as far as they can be read, to who sends what to whom. */
static enum sx_fragment_holds look_into(struct ip *ip, struct sx_fragment *f)
{
    for (unsigned depth = 0; depth < MAX_DEPTH; depth++) {
        struct ip inner;
        bool udp = ip->protocol == PROTOCOL_UDP;
        enum sx_fragment_holds holds = SX_HOLDS_OPAQUE;
        if (!udp && ip->protocol != PROTOCOL_IPV4 && ip->protocol != PROTOCOL_IPV6 &&
            ip->protocol != PROTOCOL_GRE)
            return SX_HOLDS_OPAQUE;
        struct sx_slice payload = udp ? sx_slice_from(ip->payload, UDP_HEADER) : ip->payload;
        if (udp && (holds = payload_holds(payload)) != SX_HOLDS_OTHER) {
            set_payload(f, ip->payload);
            return holds;
        }
        if (!find_ip(payload, MAX_TUNNEL, &inner))
            return holds;
        *ip = inner;
    }
    return SX_HOLDS_OPAQUE;
}

bool sx_fragment_find(struct sx_slice frame, struct sx_fragment *f)
{
    struct ip ip;

    if (!find_ip(frame, MAX_LINK, &ip) || !ip.fragment)
        return false;
    *f = (struct sx_fragment){.src = ip.src, .dst = ip.dst, .id = ip.id, .first = ip.first};
    if (!ip.first)
        f->holds = is_text(ip.payload) ? SX_HOLDS_TEXT : SX_HOLDS_OTHER;
    else
        f->holds = look_into(&ip, f);
    f->inner_src = ip.src;
    f->inner_dst = ip.dst;
    return true;
}
