# SPDX-License-Identifier: GPL-2.0-or-later
"""What the forged captures share: single packets of a stranger that nothing else supports. They are
shown as what they are; what they make of a verdict stands in THREATS.md."""

from scapy.all import IP

from built.capture import Frame
from built.packets import ALICE, EDGE, late, udp
from built.sip import request, response

STRANGER = "192.0.2.66"
ELSEWHERE, TO_EDGE = IP(src=STRANGER, dst=ALICE), IP(src=STRANGER, dst=EDGE)
TRIED = [Frame(0, udp(True, request())), Frame(0.1, udp(False, response(100)))]
LATE = late(60)
STUCK = """
1 sipexplain.trying.state == 3    look-ahead
1 sipexplain.trying.cause == 0    look-ahead
"""
