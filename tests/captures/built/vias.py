# SPDX-License-Identifier: GPL-2.0-or-later
"""Via stacks: nameless, in rings, endless."""

from scapy.all import IP, UDP, Raw

from built.capture import Capture, Frame, captures
from built.packets import BOB, EDGE, Stream, ether, frames, udp
from built.sip import COOKIE, request, response


@captures
def via_without_sent_by():
    """A Via value that names no host, and its answer goes to another port: nothing says which port
    it should have been. Found by a fuzzer."""
    def nameless(message):
        return message.replace(b"UDP edge;", b"UDP ;")

    two = ("edge e1", "alice a1")
    astray = IP(src=BOB, dst=EDGE) / UDP(sport=5060, dport=5090)
    return Capture("""
1 sipexplain.trying.state == 5    look-ahead
1 sipexplain.trying.cause == 0    look-ahead
4 sipexplain.request_in == 3
* no sipexplain.trying_timeout contains "did not relay"
* no sipexplain.trying_timeout contains "instead of"
""", [
        Frame(0, udp(True, request())),
        Frame(0.005, udp(False, response(100))),
        Frame(0.008, udp(True, nameless(request(via=two)), IP(src=EDGE, dst=BOB))),
        Frame(0.5, bytes(ether() / astray / Raw(nameless(response(180, two))))),
        Frame(40, bytes(ether() / IP(src="10.9.9.9", dst="10.9.9.8") / UDP(sport=7, dport=9))),
    ], calm=False)


@captures
def via_loops():
    """Forged Via stacks make each transaction the other's parent, or its own. The way up ends at
    one of them, and the origin named is a response of the ring, or none is."""
    a, b = ("x 1", "y 1"), ("y 1", "x 1")
    itself = ("x 1", "x 1")
    ring = [tuple(f"h {(i + k) % 40}" for k in range(40)) for i in range(40)]
    # A response handed on over more hops than a request may travel.
    chain = [tuple(f"h {hop}" for hop in range(i, max(i - 3, -1), -1)) for i in range(100)]
    return [
        ("chain", Capture("""
160 sipexplain.origin == 2
160 sipexplain.origin_in == 101
200 sipexplain.origin == 0
200 no sipexplain.origin_in
""", frames([(i / 100, True, request(via=via)) for i, via in enumerate(chain)] +
             [(2 + i / 100, False, response(486, via)) for i, via in enumerate(chain[::-1])]))),
        ("two", Capture("""
1 no sipexplain.parent
2 sipexplain.parent == 1
3 sipexplain.origin == 1
4 sipexplain.code == 486
4 sipexplain.origin == 2
4 sipexplain.origin_in == 3
""", frames([
            (0, True, request(via=a)), (0.1, True, request(via=b)),
            (0.2, False, response(486, b)), (0.3, False, response(486, a))]))),
        ("itself", Capture("""
1 no sipexplain.parent
2 sipexplain.code == 486
2 sipexplain.origin == 0
2 no sipexplain.origin_in
""", frames([
            (0, True, request(via=itself)), (0.1, False, response(486, itself))]))),
        # The hop at which the way up ends depends on how far up a request looks for the next one.
        ("ring", Capture("""
41 sipexplain.origin == 0
66 sipexplain.origin == 1
* sipexplain.origin == 2 count 38
* sipexplain.origin_in == 41 count 24
* sipexplain.origin_in == 66 count 14
""", frames(
            [(i / 100, True, request(via=via)) for i, via in enumerate(ring)] +
            [(1 + i / 100, False, response(486, via)) for i, via in enumerate(ring)]))),
    ]


@captures
def many_vias():
    """10,000 Via values, in one field and in as many; over TCP, for no datagram holds them."""
    made = []
    values = [f"SIP/2.0/UDP h{i};branch={COOKIE}{i}" for i in range(10_000)]
    for name, more in (("one-field", "Via: " + ",".join(values)),
                       ("many-fields", "\r\n".join("v: " + value for value in values))):
        s = Stream().open()
        for right, text in (True, request("INVITE", ("alice a1",), more)), \
                (False, response(486, ("alice a1",), more)):
            for i in range(0, len(text), 60_000):
                s.put(len(s.frames) / 100, right, text[i:i + 60_000])
        made.append((name, Capture("""
* sipexplain.code == 486 count 1
10 sipexplain.response_in == 17    look-ahead
17 sipexplain.request_in == 10
""", s.frames)))
    return made
