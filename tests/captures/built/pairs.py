# SPDX-License-Identifier: GPL-2.0-or-later
"""Many requests and answers in one capture, each with a defect of its own."""

from built.capture import Capture
from built.packets import frames
from built.sip import COOKIE, request, response


PAIR = "{a} sipexplain.request_in == {q}\n{a} sipexplain.code == 486\n"


NO_TRANSACTION = ("{q} no sipexplain.transaction\n{a} no sipexplain.transaction\n"
                  "{a} no sipexplain.request_in\n{a} sipexplain.code == 486\n")


NO_MESSAGE = "{a} no sipexplain\n"


def pairs(cases, **more):
    """One capture of many pairs of request and answer, which have nothing to do with one another.
    Cases are (name, request, answer, expect); {q} and {a} stand for the frames."""
    expect, events = "", []
    for number, (name, *texts, lines) in enumerate(cases):
        for right, text in zip((True, False), texts):
            text = text.replace(b"odd-1", b"odd-%d" % (number + 1000))
            text = text.replace(b"alice;branch=" + COOKIE.encode(), b"alice;branch=%s%d-" % (
                COOKIE.encode(), number))
            events.append((number / 10 + (not right) / 100, right, text))
        for line in lines.format(q=2 * number + 1, a=2 * number + 2).splitlines():
            expect += f"{line}  # {name}\n"
    return Capture(expect, frames(events), **more)


def both(change):
    return change(request()), change(response(486))
