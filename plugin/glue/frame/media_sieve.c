/* media_sieve.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "glue/frame/media_sieve.h"

#define IP_PROTOCOLS "ip.proto"
#define UDP_NUMBER 17
#define UDP_HEADER 8
#define SHORTEST_MEDIA 8 /* an empty RTCP receiver report */
#define FIRST_USER_PORT 1024
#define RTP_VERSION 2 /* the first two bits, of RTCP as well */

static dissector_handle_t sieve, media, udp;
static dissector_table_t ports;
static int proto_udp;
static bool is_on;

static bool is_of_no_protocol(uint32_t port)
{
    return port >= FIRST_USER_PORT && !dissector_get_uint_handle(ports, port);
}

static bool begins_as_media(tvbuff_t *tvb, const packet_info *pinfo)
{
    return !pinfo->flags.in_error_pkt && !pinfo->fragmented &&
           tvb_captured_length(tvb) >= UDP_HEADER + SHORTEST_MEDIA &&
           tvb_get_ntohs(tvb, UDP_HEADER) >> 14 == RTP_VERSION &&
           is_of_no_protocol(tvb_get_ntohs(tvb, 0)) && is_of_no_protocol(tvb_get_ntohs(tvb, 2));
}

static int dissect_media(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree,
                         void *data G_GNUC_UNUSED)
{
    pinfo->ptype = PT_UDP;
    pinfo->srcport = tvb_get_ntohs(tvb, 0);
    pinfo->destport = tvb_get_ntohs(tvb, 2);
    col_set_str(pinfo->cinfo, COL_PROTOCOL, "UDP");
    col_set_str(pinfo->cinfo, COL_INFO, "Begins as RTP or RTCP, not dissected");
    if (tree)
        proto_tree_add_protocol_format(tree, proto_udp, tvb, 0, -1,
                                       "User Datagram Protocol, Src Port: %u, Dst Port: %u",
                                       (unsigned)pinfo->srcport, (unsigned)pinfo->destport);
    return (int)tvb_captured_length(tvb);
}

static int dissect_udp_or_media(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    dissector_handle_t next = begins_as_media(tvb, pinfo) ? media : udp;

    return call_dissector_with_data(next, tvb, pinfo, tree, data);
}

void sx_media_sieve_init(void)
{
    proto_udp = proto_get_id_by_filter_name("udp");
    udp = find_dissector("udp");
    ports = find_dissector_table("udp.port");
    /* Of no protocol, so the frame's layers are the same with it. */
    sieve = create_dissector_handle(dissect_udp_or_media, -1);
    media = create_dissector_handle(dissect_media, proto_udp);
}

void sx_media_sieve_set(bool on)
{
    if (on == is_on || !sieve || !udp || !ports)
        return;
    is_on = on;
    if (on)
        dissector_change_uint(IP_PROTOCOLS, UDP_NUMBER, sieve);
    else
        dissector_reset_uint(IP_PROTOCOLS, UDP_NUMBER);
}
