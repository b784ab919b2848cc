# SPDX-License-Identifier: GPL-2.0-or-later
"""SIP over TCP: segments out of order, cut anywhere, sent again, with keep-alives between."""

from built.capture import Capture, captures
from built.packets import Stream
from built.sip import request, response


@captures
def tcp_out_of_order():
    """The second half of a message comes first. Wireshark puts no such segments together unless it
    is told to (tcp.reassemble_out_of_order)."""
    text = response(180)
    s = Stream().open().put(0, True, request())
    first = s.seq[False]
    s.put(0.10, False, text[100:], at=first + 100, take=False)
    s.put(0.11, False, text[:100], at=first, take=False)
    s.seq[False] += len(text)
    s.put(1, False, response(200))
    return Capture("""
4 sipexplain.transaction == 1
5 no sipexplain.code
6 no sipexplain.code
7 sipexplain.code == 200
7 sipexplain.request_in == 4
""", s.frames)


@captures
def tcp_retransmitted():
    """A segment that TCP sends again is no second message."""
    s = Stream().open()
    s.put(0, True, request(), take=False).put(0.5, True, request())
    s.put(1, False, response(100), take=False).put(1.2, False, response(100))
    s.put(2, False, response(486))
    return Capture("""
4 sipexplain.transaction == 1
5 no sipexplain.transaction
6 sipexplain.code == 100
7 no sipexplain
8 sipexplain.code == 486
8 sipexplain.request_in == 4
""", s.frames)


@captures
def tcp_keep_alives():
    """Pings and pongs between messages, and CRLFs in front of one, which Wireshark's SIP dissector
    does not look behind."""
    s = Stream().open().put(0, True, request()).put(0.1, True, b"\r\n\r\n").put(0.2, False, b"\r\n")
    s.put(0.3, False, b"\r\n\r\n" + response(100)).put(0.4, True, b"\r\n\r\n")
    s.put(0.5, False, response(180) + b"\r\n" + response(200))
    return Capture("""
4 sipexplain.transaction == 1
5 no sipexplain
6 no sipexplain
7 no sipexplain
8 no sipexplain
9 sipexplain.code == 180
9 sipexplain.request_in == 4
""", s.frames)


@captures
def tcp_byte_by_byte():
    """A message in as many segments as it has bytes, head and body."""
    s = Stream().open().put(0, True, request())
    text = response(486, ("alice a1",), body="twelve bytes")
    for i in range(len(text)):
        s.put(1 + i / 1000, False, text[i:i + 1])
    return Capture(f"""
4 sipexplain.transaction == 1
5 no sipexplain
{4 + len(text)} sipexplain.code == 486
{4 + len(text)} sipexplain.request_in == 4
* sipexplain.code == 486 count 1
""", s.frames)


@captures
def tcp_halves():
    """Several messages and halves of messages in a segment."""
    stream = response(100) + response(180) + response(183) + response(200)
    cuts = [0, 50, len(response(100)) + 70, len(stream) - 30, len(stream)]
    s = Stream().open().put(0, True, request())
    for i, (a, b) in enumerate(zip(cuts, cuts[1:])):
        s.put(0.1 + i, False, stream[a:b])
    return Capture("""
5 no sipexplain
6 sipexplain.code == 100
7 sipexplain.code == 180, 183
8 sipexplain.code == 200
8 sipexplain.request_in == 4
""", s.frames)


@captures
def tcp_method_ends_alike():
    """A PRACK and an ACK in one segment: the SIP dissector tells of the last one only, and PRACK
    ends in the same letters."""
    s = Stream().open().put(0, True, request())
    s.put(0.1, False, response(180, ("alice a1",), "Require: 100rel", "RSeq: 1"))
    s.put(0.2, False, response(200))
    s.put(0.3, True, request("PRACK", ("alice a2",), "RAck: 1 1 INVITE", cseq=2, to_tag="b") +
          request("ACK", ("alice a3",), to_tag="b"))
    s.put(0.4, False, response(200, ("alice a2",), method="PRACK", cseq=2))
    return Capture("""
7 sipexplain.transaction == 2, 3
8 sipexplain.request_in == 7
""", s.frames)


@captures
def tcp_ends_alike():
    """Messages that end in the same bytes, the first of them in two segments: which one the
    reassembled message is cannot be told by its last bytes alone."""
    made = []
    for cut in 20, 100, 150:
        stream = response(180) + response(183) + response(180) + response(200)
        s = Stream().open().put(0, True, request()).put(0.1, False, stream[:cut])
        s.put(0.2, False, stream[cut:])
        made.append((str(cut), Capture("6 sipexplain.code == 180, 183, 180, 200\n"
                                   "6 sipexplain.request_in == 4, 4, 4, 4\n", s.frames)))
    return made


@captures
def tcp_begins_inside_a_message():
    """The capture begins in the middle of a message on a connection that was there before."""
    s = Stream()
    text = request()
    s.put(0, True, text[150:]).put(0.1, False, response(100)).put(0.2, False, response(200))
    return Capture("""
1 no sipexplain.transaction
2 sipexplain.code == 100
2 no sipexplain.request_in
3 sipexplain.code == 200
3 no sipexplain.request_in
3 no sipexplain.time
""", s.frames, ours=True)


@captures
def tcp_second_message_is_partial():
    """A whole message and the beginning of another at the end of the capture."""
    s = Stream().open().put(0, True, request())
    s.put(0.1, False, response(100) + response(486)[:80])
    return Capture("5 sipexplain.code == 100\n* no sipexplain.failure\n", s.frames)
