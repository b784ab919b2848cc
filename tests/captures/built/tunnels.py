# SPDX-License-Identifier: GPL-2.0-or-later
"""SIP below other headers, over SCTP, and in captures without Ethernet."""

import socket
import struct

from scapy.all import (GRE, SCTP, UDP, VXLAN, Dot1Q, IPv6ExtHdrDestOpt, IPv6ExtHdrHopByHop, PPP,
                       PPPoE, Raw, SCTPChunkData, load_contrib)

from built.capture import COOKED, COOKED_2, EXPORTED, NULL, RAW_IP, Capture, Frame, captures
from built.packets import ALICE, EDGE, Stream, ether, frames, inner, ip4, ip6, outer, udp
from built.sip import CALL, call, request, response

load_contrib("mpls")
load_contrib("gtp")

from scapy.contrib.gtp import GTP_U_Header  # noqa: E402
from scapy.contrib.mpls import MPLS  # noqa: E402


def wrapped(wrap):
    return Capture(CALL, frames(call(), wrap))


def gtp(right, payload):
    tunnel = outer() / UDP(sport=2152, dport=2152) / GTP_U_Header(teid=7, gtp_type=255)
    return bytes(tunnel / inner(right, payload))


def vxlan(right, payload):
    tunnel = outer() / UDP(sport=50000, dport=4789) / VXLAN(vni=5)
    return bytes(tunnel / ether() / inner(right, payload))


class Sctp:
    """An association between alice and the edge: one DATA chunk for each payload of a packet."""

    def __init__(self, sent=(0, 0)):
        """sent: chunks before the capture, by the edge and by alice."""
        self.sent = list(sent)

    def __call__(self, right, *payloads):
        packet = ether() / ip4(right, proto=132) / SCTP(sport=5060, dport=5060, tag=1 + right)
        for payload in payloads:
            self.sent[right] += 1
            number = self.sent[right]
            padded = payload + bytes(-len(payload) % 4)
            packet /= Raw(bytes(SCTPChunkData(tsn=number, stream_seq=number, ending=1, beginning=1,
                                              len=16 + len(payload)))[:16] + padded)
        return bytes(packet)


def extended(right, payload):
    ip = ip6(right) / IPv6ExtHdrHopByHop() / IPv6ExtHdrDestOpt()
    return bytes(ether() / ip / UDP(sport=5060, dport=5060) / Raw(payload))


@captures
def tunnel():
    """SIP below other headers, as it is mirrored from the middle of a network."""
    return [(name, wrapped(wrap)) for name, wrap in {
        "vlan": lambda right, payload: bytes(ether() / Dot1Q(vlan=7) / inner(right, payload)),
        "qinq": lambda right, payload: bytes(ether() / Dot1Q(vlan=7) / Dot1Q(vlan=8) /
                                             inner(right, payload)),
        "mpls": lambda right, payload: bytes(ether() / MPLS(label=16, s=1) / inner(right, payload)),
        "pppoe": lambda right, payload: bytes(ether() / PPPoE(sessionid=1) / PPP(proto=0x21) /
                                              inner(right, payload)),
        "ipip": lambda right, payload: bytes(outer() / inner(right, payload)),
        "gre": lambda right, payload: bytes(outer() / GRE() / inner(right, payload)),
        "vxlan": vxlan,
        "gtp": gtp,
        "ipv6": lambda right, payload: udp(right, payload, ip6(right)),
        "ipv6-extension-headers": extended,
        "sctp": Sctp(),
    }.items()]


@captures
def link():
    """Captures that know no Ethernet."""
    def bare(right, payload):
        return bytes(inner(right, payload))

    def cooked(right, payload):
        return struct.pack("!HHH8sH", 0, 1, 6, b"\x02", 0x0800) + bare(right, payload)

    def cooked_2(right, payload):
        return struct.pack("!HHIHBB8s", 0x0800, 0, 1, 1, 0, 6, b"\x02") + bare(right, payload)

    def null(right, payload):
        return struct.pack("<I", 2) + bare(right, payload)

    return [(name, Capture(CALL, frames(call(), wrap), link=number)) for name, number, wrap in (
        ("raw", RAW_IP, bare), ("cooked", COOKED, cooked), ("cooked-2", COOKED_2, cooked_2),
        ("null", NULL, null))]


@captures
def without_addresses():
    """Messages that Wireshark has exported without their addresses: a host of no bytes. Found by a
    fuzzer."""
    def exported(right, payload):
        return struct.pack("!HH4sHH", 12, 4, b"sip", 0, 0) + payload

    return Capture(CALL, frames(call(), exported), link=EXPORTED)


@captures
def exported():
    """Messages that Wireshark has exported with their addresses: there is no transport below them, and
    they can be read all the same. After the 100 nothing comes, though other requests are answered."""
    def tag(number, value):
        return struct.pack("!HH", number, len(value)) + value

    def exported(right, payload):
        src, dst = map(socket.inet_aton, (ALICE, EDGE) if right else (EDGE, ALICE))
        return (tag(12, b"sip\0") + tag(20, src) + tag(21, dst) + tag(25, struct.pack("!I", 5060)) +
                tag(26, struct.pack("!I", 5060)) + tag(0, b"") + payload)

    stuck = call()[:2] + [
        event for time in (20, 40, 60) for event in (
            (time, True, request("OPTIONS", (f"alice o{time}",), call=f"o{time}")),
            (time + 0.01, False, response(200, (f"alice o{time}",), method="OPTIONS",
                                          call=f"o{time}")))]
    return [("answered", Capture(CALL, frames(call(), exported), link=EXPORTED)),
            ("stuck", Capture("""
1 sipexplain.trying.state == 3    look-ahead
1 no sipexplain.response_missing
5 expert trying_timeout Warn
""", frames(stuck, exported), link=EXPORTED, calm=False))]


@captures
def sctp_two_chunks():
    """Two messages in one SCTP packet, each in a chunk of its own."""
    sctp = Sctp((3, 2))
    return Capture("""
2 sipexplain.code == 100, 180
3 sipexplain.code == 200
3 sipexplain.request_in == 1
* no sipexplain.retransmission_of
""", [Frame(0, sctp(True, request())), Frame(0.1, sctp(False, response(100), response(180))),
      Frame(2, sctp(False, response(200)))])


@captures
def tcp_tunnel():
    """The flags of a TCP segment are found below tunnels: the reset is why nothing answers."""
    wraps = {
        "gre": lambda right, tcp: bytes(outer() / GRE() / ip4(right) / tcp),
        "gtp": lambda right, tcp: bytes(outer() / UDP(sport=2152, dport=2152) /
                                        GTP_U_Header(teid=7, gtp_type=255) / ip4(right) / tcp),
        "ipv6-extension-headers": lambda right, tcp: bytes(
            ether() / ip6(right) / IPv6ExtHdrHopByHop() / IPv6ExtHdrDestOpt() / tcp),
        "vlan": lambda right, tcp: bytes(ether() / Dot1Q(vlan=7) / ip4(right) / tcp),
    }
    made = []
    for name, wrap in wraps.items():
        s = Stream(wrap).open().put(0, True, request()).put(0.1, False, response(180))
        made.append((name, Capture("5 sipexplain.code == 180\n5 sipexplain.request_in == 4\n",
                               s.put(1, False, flags="RA").frames)))
    return made
