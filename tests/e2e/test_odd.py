# SPDX-License-Identifier: GPL-2.0-or-later
"""Odd but real captures: the plugin says the same on every road, finds the messages that the SIP
dissector finds, and gives no verdict where the capture holds no reason for one."""

import pytest

import ladder
import ladder_expect
import odd
from test_ladders import LOOK_AHEAD, assert_same, shown, without
from test_messages_found import MARKS, code_of

VERDICTS = ["trying_timeout", "trying_slow", "no_response", "flow_lost", "flow_failed", "flow_closed"]

each = pytest.mark.parametrize("name", sorted(odd.ALL))


@pytest.fixture(scope="session")
def odd_capture(wireshark):
    """A function: the name of an odd capture -> its file."""
    made = {}

    def make(name):
        if name not in made:
            suffix = ".pcapng" if odd.ALL[name].raw else ".pcap"
            made[name] = wireshark.keep(f"odd-{name}{suffix}", odd.file_of(odd.ALL[name]))
        return made[name]

    return make


def expects(name):
    for number, text in enumerate(odd.ALL[name].expect.splitlines(), 1):
        if text.strip():
            yield ladder_expect.read(number, ladder.TOKEN.findall(text), text)


@each
@pytest.mark.parametrize("mode", ["one", "two", "sharkd"])
def test_shows_what_is_expected(wireshark, odd_capture, name, mode):
    frames = wireshark.everything(odd_capture(name), mode)
    failed = [f"{expect.text}\n    shown: {shown(frames, expect)}" for expect in expects(name)
              if not (expect.look_ahead and mode == "one") and not expect.holds(frames)]
    assert not failed, "\n" + "\n".join(failed)


@each
def test_the_road_makes_no_difference(wireshark, odd_capture, name):
    path = odd_capture(name)
    one, two, sharkd = (wireshark.everything(path, mode) for mode in ("one", "two", "sharkd"))
    assert_same("one pass", without(one, LOOK_AHEAD), "two passes", without(two, LOOK_AHEAD))
    assert_same("two passes", two, "sharkd", sharkd)


@pytest.mark.parametrize("mode", ["one", "two"])
@pytest.mark.parametrize("name", sorted(name for name in odd.ALL if not odd.ALL[name].ours))
def test_same_messages_as_the_sip_dissector(wireshark, odd_capture, name, mode):
    sip = wireshark.sip_codes(odd_capture(name), mode)
    ours = [[code_of(tree) for tree in trees if MARKS & {field for field, _ in tree}]
            for trees in wireshark.everything(odd_capture(name), mode)]
    wrong = [f"frame {number}: sip {a}, sipexplain {b}"
             for number, (a, b) in enumerate(zip(sip, ours, strict=True), 1)
             if a is not None and a != b]
    assert not wrong, "\n" + "\n".join(wrong)


@pytest.mark.parametrize("name", sorted(name for name in odd.ALL if odd.ALL[name].calm))
def test_no_verdict_where_none_can_be_made(wireshark, odd_capture, name):
    frames = wireshark.everything(odd_capture(name), "two")
    said = [(number, field, value) for number, trees in enumerate(frames, 1) for tree in trees
            for field, value in tree if field in [f"sipexplain.{verdict}" for verdict in VERDICTS]]
    assert not said
