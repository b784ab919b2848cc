# SPDX-License-Identifier: GPL-2.0-or-later
"""Forged requests: CANCEL and ACK."""

from built.capture import Capture, Frame, captures
from built.forged import LATE, TO_EDGE, TRIED
from built.packets import frames, udp
from built.sip import request, response

ACKNOWLEDGED = """
1 sipexplain.trying.state == 1    look-ahead
1 sipexplain.trying.ended_in == 3    look-ahead
1 sipexplain.response_missing == 3    look-ahead
2 sipexplain.response_missing == 3    look-ahead
* no sipexplain.expired
"""


def ack(branch, ip=None, time=5.0):
    return Frame(time, udp(True, request("ACK", (branch,), to_tag="b"), ip))


@captures
def forged_cancel():
    """A forged CANCEL. What the plugin says of it in words is the ladders' business."""
    return [
        ("for-a-live-call", Capture("""
1 sipexplain.cancelled_in == 3    look-ahead
1 sipexplain.trying.state == 2    look-ahead
1 sipexplain.trying.ended_in == 4    look-ahead
2 sipexplain.trying.state == 2    look-ahead
3 sipexplain.cancels == 1
3 no sipexplain.trying.ended    look-ahead
4 sipexplain.code == 200
4 sipexplain.request_in == 1
* no sipexplain.expired
""", TRIED + [Frame(5, udp(True, request("CANCEL"), TO_EDGE)), Frame(8, udp(False, response(200)))],
            calm=False)),
        ("alone", Capture("* no sipexplain.cancels\n", frames([(0, True, request("CANCEL"))]))),
    ]


@captures
def forged_ack():
    """A forged ACK for an INVITE without an answer in the capture."""
    return [
        ("for-a-live-call", Capture("""
1 sipexplain.trying.state == 1    look-ahead
1 sipexplain.trying.ended_in == 4    look-ahead
4 sipexplain.code == 200
4 sipexplain.request_in == 1
* no sipexplain.response_missing
* no sipexplain.expired
""", TRIED + [ack("alice a1", TO_EDGE, 0.5), Frame(2, udp(False, response(200))), LATE])),
        ("unanswered", Capture(ACKNOWLEDGED, TRIED + [ack("alice a1", TO_EDGE), LATE])),
        ("unanswered-as-of-the-caller", Capture(ACKNOWLEDGED, TRIED + [ack("alice a2"), LATE])),
        ("unanswered-of-another", Capture("""
1 sipexplain.trying.state == 3    look-ahead
1 sipexplain.trying.cause == 7    look-ahead
1 sipexplain.trying.cause_in == 2    look-ahead
4 sipexplain.expired == 2
* no sipexplain.response_missing
""", TRIED + [ack("alice a2", TO_EDGE), LATE], calm=False)),
        ("alone", Capture("1 sipexplain.transaction == 1\n", frames([(0, True, request("ACK"))]))),
    ]
