# SPDX-License-Identifier: GPL-2.0-or-later
"""Datagrams in IP fragments."""

from scapy.all import UDP, IPv6ExtHdrFragment, Raw

from built.capture import Capture, Frame, captures
from built.packets import ether, ip4, ip6, udp
from built.sip import request, response


@captures
def fragments():
    """A datagram in IP fragments, in order and the last one first: the message is in the frame that
    completes it. One fragment missing: there is no message."""
    long = request("INVITE", ("alice a1",), "Subject: " + "x" * 3000)

    def parts4(right, payload):
        datagram = bytes(ip4(right, id=7, proto=17) / UDP(sport=5060, dport=5060) / Raw(payload))[20:]
        for at in range(0, len(datagram), 1400):
            more = at + 1400 < len(datagram)
            packet = ip4(right, id=7, proto=17, frag=at // 8, flags="MF" if more else 0)
            yield bytes(ether() / packet / Raw(datagram[at:at + 1400]))

    def parts6(right, payload):
        ip = ip6(right)
        whole = bytes(ip / UDP(sport=5060, dport=5060) / Raw(payload))[40:]
        for at in range(0, len(whole), 1400):
            more = at + 1400 < len(whole)
            fragment = IPv6ExtHdrFragment(id=7, nh=17, offset=at // 8, m=int(more))
            yield bytes(ether() / ip6(right) / fragment / Raw(whole[at:at + 1400]))

    made = []
    for name, parts in ("v4", parts4), ("v6", parts6):
        sent = list(parts(True, long))
        answer = Frame(0.5, next(parts(False, response(180))) if name == "v4" else
                       udp(False, response(180), ip6(False)))
        for order, chosen in ("", sent), ("-reversed", sent[::-1]), ("-missing", sent[:1] + sent[2:]):
            times = [Frame(i / 1000, data) for i, data in enumerate(chosen)] + [answer]
            last = len(chosen)
            expect = (f"{last} sipexplain.transaction == 1\n{last + 1} sipexplain.request_in == "
                      f"{last}\n" if order != "-missing" else
                      f"{last} no sipexplain.transaction\n{last + 1} no sipexplain.request_in\n")
            made.append((name + order, Capture(f"1 no sipexplain\n{expect}", times)))
    return made
