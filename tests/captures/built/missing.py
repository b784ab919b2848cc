# SPDX-License-Identifier: GPL-2.0-or-later
"""What the capture missed, holds twice, cuts or has in another order."""

from scapy.all import IP, UDP

from built.capture import Capture, Frame, captures
from built.packets import BOB, EDGE, ether, frames, udp
from built.sip import call, request, response

ONWARD, BACK = IP(src=EDGE, dst=BOB), IP(src=BOB, dst=EDGE)


@captures
def copies():
    """A capture on all interfaces holds each packet two or three times."""
    made = []
    for count in 2, 3:
        all_frames = [Frame(frame.time + i / 100_000, frame.data)
                      for frame in frames(call()) for i in range(count)]
        expect = f"* sipexplain.duplicate_of count {5 * (count - 1)}\n* no sipexplain.retransmission_of\n"
        expect += f"2 sipexplain.duplicate_of == 1\n{count + 1} sipexplain.request_in == 1\n"
        made.append((str(count), Capture(expect, all_frames)))
    return made


@captures
def middle_of_a_call():
    """The capture begins in mid-call: no times and no waits can be told."""
    all_frames = frames(call())
    return [
        ("from-100", Capture("""
1 sipexplain.code == 100
1 no sipexplain.request_in
3 no sipexplain.time
""", all_frames[1:])),
        ("from-200", Capture("""
1 sipexplain.code == 200
1 no sipexplain.request_in
1 no sipexplain.time
1 no sipexplain.trying.state
""", all_frames[3:])),
        ("from-ack", Capture("1 sipexplain.transaction == 1\n* no sipexplain.response_in\n",
                         all_frames[4:])),
    ]


@captures
def one_direction():
    """Only one direction was captured. Requests that seem unanswered are no reason for a verdict;
    the clock goes on for ten minutes."""
    late = Frame(600, bytes(ether() / IP(src="10.9.9.9", dst="10.9.9.8") / UDP(sport=7, dport=9)))
    requests = [(0, True, request()), (2.1, True, request("ACK", ("alice a2",), to_tag="b")),
                (30, True, request("BYE", ("alice a3",), to_tag="b", cseq=2))]
    answers = [(0.01, False, response(100)), (0.1, False, response(180)),
               (2, False, response(200)),
               (30, False, response(200, ("alice a3",), method="BYE", cseq=2))]
    return [
        ("requests", Capture("* no sipexplain.response_in\n* no sipexplain.expired\n",
                         frames(requests) + [late])),
        ("responses", Capture("* no sipexplain.request_in\n* no sipexplain.time\n"
                          "* no sipexplain.expired\n", frames(answers) + [late])),
    ]


@captures
def response_before_request():
    """Merged captures put a response before its request, on every hop: what was linked by the
    response must not be linked once more by the request."""
    two, three = ("edge e1", "alice a1"), ("edge e2", "alice a1")
    return [
        ("parent-unseen", Capture("1 sipexplain.code == 180\n2 sipexplain.transaction == 1\n", frames([
            (0, False, response(180, two)), (0.1, True, request(via=two)),
            (0.2, False, response(486, two))]))),
        ("parent-seen", Capture("""
2 sipexplain.parent == 1
3 sipexplain.parent == 1
5 sipexplain.code == 486
* no sipexplain.mismatch
""", [Frame(0, udp(True, request())), Frame(0.1, udp(False, response(180, two), BACK)),
      Frame(0.2, udp(True, request(via=two), ONWARD)), Frame(0.3, udp(False, response(486, two), BACK)),
      Frame(0.4, udp(False, response(486)))])),
        ("parent-further-first", Capture("""
1 no sipexplain.parent
2 sipexplain.parent == 3    look-ahead
3 sipexplain.parent == 1
6 sipexplain.code == 486
""", frames([
            (0, True, request()), (0.1, True, request(via=("far f1", *two))),
            (0.2, True, request(via=two)), (0.3, False, response(486, ("far f1", *two))),
            (0.4, False, response(486, two)), (0.5, False, response(486))]))),
        ("parent-later", Capture("""
3 sipexplain.transaction == 2
5 sipexplain.code == 486
""", frames([
            (0, False, response(180, two)), (0.1, True, request(via=two)), (0.2, True, request()),
            (0.3, False, response(486, two)), (0.4, False, response(486))]))),
        ("forks", Capture("6 sipexplain.code == 486\n", frames([
            (0, False, response(180, two)), (0.1, False, response(180, three)),
            (0.2, True, request(via=two)), (0.3, True, request(via=three)), (0.4, True, request()),
            (0.5, False, response(486, two)), (0.6, False, response(486, three)),
            (0.7, False, response(486))]))),
    ]


@captures
def snap():
    """The capture holds the first bytes of each frame only. What is there is read."""
    return [(str(size), Capture("* no sipexplain.retransmission_of\n" + "* no sipexplain.missing_header\n" * (size < 200),
                            [Frame(f.time, f.data, size) for f in frames(call())], ours=size < 300))
            for size in (42, 50, 62, 180, 300)]
