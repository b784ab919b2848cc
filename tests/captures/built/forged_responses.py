# SPDX-License-Identifier: GPL-2.0-or-later
"""Forged responses."""

from built.capture import Capture, Frame, captures
from built.forged import ELSEWHERE, LATE
from built.packets import frames, udp
from built.sip import request, response


@captures
def forged_100():
    """A forged 100: alone, after the final response, and for a live call that is answered or not."""
    return [
        ("alone", Capture("1 sipexplain.code == 100\n1 no sipexplain.trying_timeout\n", frames([
            (0, False, response(100)), (0.5, True, b"\r\n\r\n")]))),
        ("after-final", Capture("""
3 sipexplain.code == 100
3 no sipexplain.trying.state
""", frames([(0, True, request()), (0.1, False, response(200)), (0.2, False, response(100)),
             (600, True, b"\r\n\r\n")]))),
        ("for-a-live-call", Capture("""
2 sipexplain.trying.state == 1    look-ahead
3 sipexplain.code == 200
* no sipexplain.expired
""", [Frame(0, udp(True, request())), Frame(0.5, udp(False, response(100), ELSEWHERE)),
      Frame(2, udp(False, response(200)))])),
        ("unanswered", Capture("""
1 sipexplain.trying.state == 3    look-ahead
2 sipexplain.trying.state == 3    look-ahead
2 sipexplain.trying.cause == 0    look-ahead
3 sipexplain.expired == 2
* no sipexplain.no_response
""", [Frame(0, udp(True, request())), Frame(0.1, udp(False, response(100), ELSEWHERE)), LATE],
            calm=False)),
    ]


@captures
def forged_final():
    """A forged final response for a live call: the real one after it still shows."""
    return [
        ("for-a-live-call", Capture("""
2 sipexplain.trying.ended_in == 3    look-ahead
3 sipexplain.code == 486
3 sipexplain.request_in == 1
4 sipexplain.code == 200
4 sipexplain.request_in == 1
* no sipexplain.expired
""", [Frame(0, udp(True, request())), Frame(0.1, udp(False, response(100))),
      Frame(0.5, udp(False, response(486), ELSEWHERE)), Frame(2, udp(False, response(200)))])),
    ]
