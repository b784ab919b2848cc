# SPDX-License-Identifier: GPL-2.0-or-later
"""SIP inside bodies, and what follows a message in its datagram."""

from built.capture import Capture, captures
from built.pairs import NO_MESSAGE, PAIR, pairs
from built.packets import Stream, frames
from built.sip import request, response


@captures
def body():
    """SIP inside a message's body is no message of the transaction."""
    carried = response(486, call="odd-other")
    parts = (b"--cut\r\nContent-Type: message/sipfrag\r\n\r\nSIP/2.0 503 Words\r\n\r\n--cut\r\n"
             b"Content-Type: message/sip\r\n\r\n" + carried + b"\r\n--cut--\r\n")
    made = []
    for name, kind, data in (("sip", "message/sip", carried),
                             ("sip-request", "message/sip", request(call="odd-other")),
                             ("sipfrag", "message/sipfrag", b"SIP/2.0 503 Words\r\n"),
                             ("multipart", 'multipart/mixed; boundary="cut"', parts),
                             ("text", "text/plain", carried)):
        notify = request("NOTIFY", ("alice n1",), f"Content-Type: {kind}", to_tag="b", body=data)
        answer = response(200, ("alice n1",), method="NOTIFY")
        events = [(0, True, notify), (0.1, False, answer)]
        s = Stream().open()
        for event in events:
            s.put(*event)
        for way, made_frames, n in ("udp", frames(events), 1), ("tcp", s.frames, 4):
            made.append((f"{name}-{way}", Capture(f"""
{n} sipexplain.transaction == 1
{n} no sipexplain.code
{n}.2 no sipexplain
{n + 1} sipexplain.code == 200
{n + 1} sipexplain.request_in == {n}
* sipexplain.code == 486 count 0
* sipexplain.code == 503 count 0
""", made_frames, ours=True)))
    return made


@captures
def datagram():
    """A datagram holds one message (RFC 3261 18.3). What follows is not one."""
    one = "{a} sipexplain.code == 180\n{a} sipexplain.request_in == {q}\n"
    cases = [
        ("two-messages", response(180) + response(486), one),
        ("second-is-partial", response(180) + response(486)[:60], one),
        ("length-too-long", response(486, ("alice a1",), "Content-Length: 999"), PAIR),
        ("length-too-short", response(486, ("alice a1",), "Content-Length: 1", body="123"), PAIR),
        ("length-negative", response(486, ("alice a1",), "Content-Length: -1"), PAIR),
        ("length-huge", response(486, ("alice a1",), "Content-Length: 4294967295"), PAIR),
        ("keep-alive", b"\r\n\r\n", NO_MESSAGE),
        ("nulls", bytes(4), NO_MESSAGE),
        ("binary-before", b"\xffABC" + response(486), ""),
    ]
    return [("", pairs([(name, request(), answer, lines) for name, answer, lines in cases],
                       ours=True)),
            ("binary-before-request", Capture("* no sipexplain.retransmission_of\n", frames(
                [(0, True, b"\x01\x02ABC" + request())]), ours=True))]
