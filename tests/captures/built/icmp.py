# SPDX-License-Identifier: GPL-2.0-or-later
"""ICMP errors that quote a message."""

from scapy.all import GRE, ICMP, UDP, ICMPv6DestUnreach, Raw

from built.capture import Capture, Frame, captures
from built.packets import ether, ip4, ip6, outer
from built.sip import request


@captures
def icmp_quotes():
    """An ICMP error quotes a message: evidence, not a message."""
    sent = ip4(True) / UDP(sport=5060, dport=5060) / Raw(request())
    sent6 = ip6(True) / UDP(sport=5060, dport=5060) / Raw(request())
    error = ether() / ip4(False) / ICMP(type=3, code=3) / Raw(bytes(sent))
    error6 = ether() / ip6(False) / ICMPv6DestUnreach(code=4) / Raw(bytes(sent6))
    tunnelled = outer() / GRE() / ip4(False) / ICMP(type=3, code=3) / Raw(bytes(sent))
    cut = ether() / ip4(False) / ICMP(type=3, code=3) / Raw(bytes(sent)[:206])
    expect = """
1 sipexplain.transaction == 1
2 sipexplain.request_in == 1
2 sipexplain contains "quoted by an ICMP error"
* no sipexplain.retransmission_of
* no sipexplain.duplicate_of
"""
    return [(name, Capture(expect, [Frame(0, bytes(first)), Frame(0.001, bytes(second))]))
            for name, first, second in (
                ("v4", ether() / sent, error), ("v6", ether() / sent6, error6),
                ("gre", outer() / GRE() / sent, tunnelled), ("cut", ether() / sent, cut))]


@captures
def icmp_quote_alone():
    """The quoted message itself is not in the capture: there is no transaction to speak of."""
    sent = ip4(True) / UDP(sport=5060, dport=5060) / Raw(request())
    error = ether() / ip4(False) / ICMP(type=3, code=3) / Raw(bytes(sent))
    return Capture("* no sipexplain.transaction\n* no sipexplain.request_in\n"
               '1 sipexplain contains "quoted by an ICMP error"\n', [Frame(0, bytes(error))])
