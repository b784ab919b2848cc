# SPDX-License-Identifier: GPL-2.0-or-later
"""A forged 430 and what the call does then."""

from scapy.all import IP

from built.capture import Capture, Frame, captures
from built.forged import ELSEWHERE, STRANGER
from built.packets import ALICE, BOB, EDGE, Stream, ether, frames, late, udp
from built.sip import request, response


CORE, OTHER_EDGE = "10.9.0.5", "10.9.0.6"


def sent_by(src, dst, payload):
    return udp(True, payload, IP(src=src, dst=dst))


def flow(time, number, edge):
    """Bob registers over a TCP connection to this edge proxy, which hands it on to the core."""
    def wrap(right, tcp):
        return bytes(ether() / (IP(src=BOB, dst=edge) if right else IP(src=edge, dst=BOB)) / tcp)

    instance = '+sip.instance="<urn:uuid:00000000-0000-1000-8000-000000000001>"'
    contact = f"Contact: <sip:bob@{BOB};transport=tcp>;reg-id={number};{instance}"
    path = f"Path: <sip:flow{number}@{edge};lr;ob>"
    asked = ("Supported: path, outbound", contact)
    made = ("Require: outbound", contact, path)
    phone, proxy = (f"bob r{number}",), (f"edge p{number}", f"bob r{number}")
    call_id = f"register-{number}"
    answered = {"method": "REGISTER", "call": call_id}
    s = Stream(wrap).open(time)
    s.put(time + 0.01, True, request("REGISTER", phone, *asked, call=call_id))
    handed_on = request("REGISTER", proxy, *asked, path, call=call_id)
    s.frames += [
        Frame(time + 0.02, sent_by(edge, CORE, handed_on)),
        Frame(time + 0.03, sent_by(CORE, edge, response(200, proxy, *made, **answered)))]
    return s.put(time + 0.04, False, response(200, phone, *made, **answered)).frames


@captures
def forged_430():
    """A forged 430 for a live call to a client that is registered: it is believed, and what the
    call did then shows. The registrations are in frames 4 and 11, the 430 is in frame 18. And one
    without registrations."""
    first, second = ("core c1", "alice a1"), ("core c2", "alice a1")
    attempt = request("INVITE", first, f"Route: <sip:flow1@{EDGE};lr;ob>")
    events = flow(0, 1, EDGE) + flow(1, 2, OTHER_EDGE) + [
        Frame(10, sent_by(ALICE, CORE, request())),
        Frame(10.01, sent_by(CORE, ALICE, response(100))),
        Frame(10.02, sent_by(CORE, EDGE, attempt)),
        Frame(10.03, sent_by(STRANGER, CORE, response(430, first)))]
    retry = request("INVITE", second, f"Route: <sip:flow2@{OTHER_EDGE};lr;ob>")
    answered = Frame(11.1, sent_by(CORE, ALICE, response(200)))
    after = late(140)
    believed = """
4 sipexplain.flow.failed_in == 18    look-ahead
11 no sipexplain.flow.failed_in
18 sipexplain.code == 430
18 sipexplain.request_in == 17
18 sipexplain.flow.registered_in == 4
18 sipexplain.flow.reg_id == 1
18 no sipexplain.flow.closed_in
18 sipexplain.flow.death == 0
18 no sipexplain.flow.death_in
"""
    return [
        ("answered-over-another-flow", Capture(believed + """
18 sipexplain.flow.outcome == 1    look-ahead
18 sipexplain.flow.retry_in == 19    look-ahead
20 sipexplain.code == 200
20 sipexplain.request_in == 19
* no sipexplain.flow_lost
""", events + [Frame(10.2, sent_by(CORE, OTHER_EDGE, retry)),
               Frame(11, sent_by(OTHER_EDGE, CORE, response(200, second))), answered, after],
            calm=False)),
        ("answered-all-the-same", Capture(believed + """
18 sipexplain.flow.outcome == 0
18 no sipexplain.flow.retry_in
19 sipexplain.code == 200
19 sipexplain.request_in == 17
20 sipexplain.request_in == 15
* no sipexplain.flow_lost
""", events + [Frame(11, sent_by(EDGE, CORE, response(200, first))), answered, after], calm=False)),
        ("unanswered", Capture(believed + """
18 sipexplain.flow.outcome == 5    look-ahead
18 sipexplain.flow_lost    look-ahead
16 sipexplain.trying.state == 3    look-ahead
""", events + [after], calm=False)),
        ("alone", Capture("1 sipexplain.code == 430\n1 sipexplain.flow.outcome == 0\n", frames([
            (0, False, response(430))]), calm=False)),
        ("for-a-live-call", Capture("""
2 sipexplain.code == 430
2 sipexplain.flow.outcome == 0
2 no sipexplain.flow.registered_in
* no sipexplain.flow_lost
3 sipexplain.code == 200
3 sipexplain.request_in == 1
""", [Frame(0, udp(True, request())), Frame(0.5, udp(False, response(430), ELSEWHERE)),
      Frame(2, udp(False, response(200)))], calm=False)),
    ]
