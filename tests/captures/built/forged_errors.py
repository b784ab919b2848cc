# SPDX-License-Identifier: GPL-2.0-or-later
"""Forged ICMP errors and TCP resets."""

from scapy.all import ICMP, IP, UDP, Raw

from built.capture import Capture, Frame, captures
from built.forged import ELSEWHERE, LATE, STUCK, TO_EDGE, TRIED
from built.packets import BOB, EDGE, Stream, ether, ip4, udp
from built.sip import request, response

ONWARD, BACK = IP(src=EDGE, dst=BOB), IP(src=BOB, dst=EDGE)
SENT_ON = request(via=("edge e1", "alice a1"))
GONE = """
4 sipexplain.trying.state == 4    look-ahead
4 sipexplain.trying.ended_in == 6    look-ahead
5 sipexplain.trying.ended_in == 6    look-ahead
6 sipexplain.trying.ended == 5    look-ahead
* no sipexplain.expired
"""


@captures
def forged_icmp():
    """A forged ICMP error that quotes the request of a call, or what was sent on of it."""
    sent = ip4(True) / UDP(sport=5060, dport=5060) / Raw(request())
    unreachable = ether() / ELSEWHERE / ICMP(type=3, code=1) / Raw(bytes(sent))
    hop = ONWARD / UDP(sport=5060, dport=5060) / Raw(SENT_ON)
    no_hop = ether() / TO_EDGE / ICMP(type=3, code=1) / Raw(bytes(hop))
    return [
        ("for-a-live-call", Capture("""
1 sipexplain.response_in == 3    look-ahead
2 sipexplain contains "quoted by an ICMP error"
2 no sipexplain.trying.cause
3 sipexplain.code == 200
3 sipexplain.request_in == 1
""", [Frame(0, udp(True, request())), Frame(0.5, bytes(unreachable)),
      Frame(2, udp(False, response(200)))])),
        ("unanswered", Capture("""
1 sipexplain.trying.state == 3    look-ahead
1 sipexplain.trying.cause == 6    look-ahead
2 sipexplain.trying.cause_in == 4    look-ahead
4 sipexplain contains "quoted by an ICMP error"
4 sipexplain.request_in == 3
5 sipexplain.expired == 2, 3
""", TRIED + [Frame(0.2, bytes(ether() / hop)), Frame(0.5, bytes(no_hop)), LATE], calm=False)),
        # Of a request that got nothing, not even a 100, an error that quotes it says nothing more.
        ("for-the-first-hop", Capture("""
1 no sipexplain.trying.state
2 sipexplain contains "quoted by an ICMP error"
* no sipexplain.trying.cause
* sipexplain.expired == 1 count 1
""", [Frame(0, udp(True, request())), Frame(0.2, bytes(unreachable)),
      *(Frame(time, udp(True, request())) for time in (0.5, 1.5, 3.5, 7.5, 15.5, 31.5)), LATE],
            calm=False)),
    ]


def next_hop(ahead):
    """It resets the connection, so far ahead of the bytes it has sent."""
    s = Stream(lambda right, tcp: bytes(ether() / (ONWARD if right else BACK) / tcp))
    s.open(0.2).put(0.3, True, SENT_ON)
    return s.put(0.5, False, flags="R", at=s.seq[False] + ahead, take=False).frames


def caller(ahead, *answers):
    """Likewise, with a 100 and perhaps further answers."""
    s = Stream().open().put(0, True, request()).put(0.1, False, response(100))
    s.put(0.5, True, flags="R", at=s.seq[True] + ahead, take=False)
    for code in answers:
        s.put(2, False, response(code))
    return s.frames + [LATE]


@captures
def forged_reset():
    """A forged TCP reset: believed where its sequence number is one that the receiver would take
    (RFC 9293 3.5.3)."""
    return [
        ("for-a-live-call", Capture("""
4 sipexplain.trying.state == 1    look-ahead
7 sipexplain.code == 200
7 sipexplain.request_in == 4
* no sipexplain.trying.cause
""", Stream().open().put(0, True, request()).put(0.1, False, response(100))
     .put(0.5, False, flags="R", at=77, take=False).put(2, False, response(200)).frames)),
        ("of-the-client", Capture("""
4 sipexplain.trying.state == 3    look-ahead
4 no sipexplain.trying.ended_in
7 sipexplain.expired == 5
* no sipexplain.trying_cancelled
""", caller(-900), calm=False)),
        ("of-the-client-far-ahead", Capture("""
4 sipexplain.trying.state == 3    look-ahead
4 no sipexplain.trying.ended_in
7 sipexplain.expired == 5
""", caller(1 << 20), calm=False)),
        ("in-the-window", Capture(GONE, caller(0), calm=False)),
        ("in-the-window-ahead", Capture(GONE, caller(8000), calm=False)),
        ("in-the-window-answered", Capture("""
4 sipexplain.trying.state == 1    look-ahead
4 sipexplain.trying.ended_in == 7    look-ahead
6 sipexplain contains "the connection of the INVITE in frame 4 ends, not the call"    look-ahead
7 sipexplain.code == 200
7 sipexplain.request_in == 4
* no sipexplain.expired
* no sipexplain.trying.cause
""", caller(0, 200))),
        ("of-the-next-hop", Capture(STUCK + """
* no sipexplain.trying_timeout contains "cannot reach"
""", TRIED + next_hop(-900) + [LATE], calm=False)),
        ("in-the-window-of-the-next-hop", Capture("""
1 sipexplain.trying.state == 3    look-ahead
1 sipexplain.trying.cause == 6    look-ahead
2 sipexplain.trying.cause_in == 7    look-ahead
8 sipexplain.expired == 2, 6
""", TRIED + next_hop(0) + [LATE], calm=False)),
        # Its number shows bytes that are not there: they may be the response.
        ("ahead-of-the-next-hop", Capture("""
1 sipexplain.trying.state == 3    look-ahead
1 sipexplain.trying.cause == 0    look-ahead
6 sipexplain.response_missing == 7    look-ahead
8 sipexplain.expired == 2
""", TRIED + next_hop(8000) + [LATE], calm=False)),
    ]
