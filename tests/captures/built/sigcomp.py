# SPDX-License-Identifier: GPL-2.0-or-later
"""Compressed SIP (SigComp, RFC 3320)."""

import struct

from scapy.all import UDP, Raw

from built.capture import Capture, Frame, captures
from built.packets import ether, ip4, late
from built.sip import call, request, response


def compressed(message):
    """A SigComp message of format 2 (RFC 3320 7) that brings the text along with its bytecode, which is
    loaded at address 128: OUTPUT (34) of the text, END-MESSAGE (35) with seven zeroes."""
    text_at = 128 + 13
    code = struct.pack("!BHHB7x", 34, 0xA000 | text_at, 0xA000 | len(message), 35) + message
    return struct.pack("!BH", 0xF8, len(code) << 4 | 1) + code + b"\0"


@captures
def sigcomp():
    """Compressed SIP, on SigComp's port and on SIP's own, and a call of which only the answers are.
    Wireshark decompresses it only when its preference sigcomp.decomp.msg is set; e2e/test_sigcomp.py
    reads the first two with it."""
    def sent(port, time, right, payload):
        return Frame(time, bytes(ether() / ip4(right) / UDP(sport=port, dport=port) / Raw(payload)))

    made = []
    for port in 5555, 5060:
        packed = [sent(port, time, right, compressed(text)) for time, right, text in call()]
        made.append((str(port), Capture("* no sipexplain\n", packed)))
    ping = [(-2, False, request("OPTIONS", ("edge o1",), call="ping")),
            (-1.9, True, response(200, ("edge o1",), method="OPTIONS", call="ping"))]
    answers = [(time, right, text if time == 0 else compressed(text)) for time, right, text in call()]
    half = [sent(5060, *event) for event in ping + answers]
    half.append(late(60))
    made.append(("answers", Capture("""
3 sipexplain.response_missing == 4    look-ahead
3 sipexplain contains "cannot tell: frame 4 from 10.9.0.2 cannot be read"    look-ahead
* no sipexplain.expired
""", half)))
    return made
