# SPDX-License-Identifier: GPL-2.0-or-later
"""Captures lose packets. One that is lost from a call where nothing is wrong makes no verdict, but
where nothing else in the capture shows that the packet was there."""

from pathlib import Path

import pytest

import ladder
import ladder_net
from test_ladders import texts_of_nothing
from test_built import VERDICTS

LADDERS = Path(__file__).parents[1] / "captures" / "ladders"
CALM = ["answered-call", "answer-from-another-port", "auth-challenge", "cancel-while-ringing",
        "fork-on-one-5-tuple", "prack", "reason-header"]
# (ladder, packet): the ringing of a call that is cancelled. Without it the INVITE got a 100 only.
SHOWN_BY_NOTHING = [("cancel-while-ringing", 3)]
LATER = 90_000_000                      # microseconds behind the last packet


def verdicts(wireshark, frames):
    capture = wireshark.keep("lost.pcap", ladder_net.pcap(frames))
    trees, *_ = wireshark.read_pdml(wireshark.tshark(["-2", "-T", "pdml"], capture))
    return [(number, field, value) for number, found in enumerate(trees, 1) for tree in found
            for field, value in tree if field.removeprefix("sipexplain.") in VERDICTS]


@pytest.mark.parametrize("name", CALM)
def test_one_lost_packet(wireshark, name):
    frames = ladder.build(ladder.read(LADDERS / f"{name}.md"))
    last = frames[-1]
    later = ladder_net.Frame(last.time + LATER, bytes(60), last.line)
    assert not verdicts(wireshark, [*frames, later])
    wrong = {}
    for nth in range(1, len(frames) + 1):
        found = verdicts(wireshark, [*frames[:nth - 1], *frames[nth:], later])
        if bool(found) != ((name, nth) in SHOWN_BY_NOTHING):
            wrong[nth] = found
    assert not wrong


@pytest.mark.parametrize("name", ["alike-health-refused", "challenge-one-direction-again", "demo", "flow-439-without-path",
                                  "flow-430-works-then-fails", "prack-refused", "session-refused", "end-by-a-proxy"])
def test_no_sentence_names_what_is_lost(wireshark, name):
    frames = ladder.build(ladder.read(LADDERS / f"{name}.md"))
    for nth in range(1, len(frames) + 1):
        capture = wireshark.keep("lost.pcap", ladder_net.pcap([*frames[:nth - 1], *frames[nth:]]))
        trees, *_ = wireshark.read_pdml(wireshark.tshark(["-2", "-T", "pdml"], capture))
        assert not texts_of_nothing(trees), nth
