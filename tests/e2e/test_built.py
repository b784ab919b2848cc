# SPDX-License-Identifier: GPL-2.0-or-later
"""Built captures: the plugin says the same on every road, finds the messages that the SIP
dissector finds, and gives no verdict where the capture holds no reason for one."""

import pytest

import built
import ladder
import ladder_expect
from test_ladders import assert_same_on_every_road, shown
from test_messages_found import assert_same_messages

VERDICTS = ["trying_timeout", "trying_slow", "trying_cancelled", "no_response", "flow_lost",
            "flow_failed", "flow_failed_later", "flow_closed", "flow_too_early"]

each = pytest.mark.parametrize("name", sorted(built.ALL))


def expects(name):
    for number, text in enumerate(built.ALL[name].expect.splitlines(), 1):
        if text.strip():
            yield ladder_expect.read(number, ladder.TOKEN.findall(text), text)


@each
@pytest.mark.parametrize("mode", ["one", "two", "sharkd"])
def test_shows_what_is_expected(wireshark, capture, name, mode):
    frames = wireshark.everything(capture(name), mode)
    failed = [f"{expect.text}\n    shown: {shown(frames, expect)}" for expect in expects(name)
              if not (expect.look_ahead and mode == "one") and not expect.holds(frames)]
    assert not failed, "\n" + "\n".join(failed)


@each
def test_every_field_exists(wireshark, name):
    """A line that says "no" of a field that is none would hold for ever."""
    assert {expect.field for expect in expects(name)} <= {*wireshark.types, "sipexplain"}


def test_every_verdict_exists(wireshark):
    assert {f"sipexplain.{verdict}" for verdict in VERDICTS} <= set(wireshark.types)


@each
def test_the_road_makes_no_difference(wireshark, capture, name):
    assert_same_on_every_road(wireshark, capture(name))


@pytest.mark.parametrize("mode", ["one", "two"])
@pytest.mark.parametrize("name", sorted(name for name in built.ALL if not built.ALL[name].ours))
def test_same_messages_as_the_sip_dissector(wireshark, capture, name, mode):
    assert_same_messages(wireshark, capture(name), mode)


@pytest.mark.parametrize("name", sorted(name for name in built.ALL if built.ALL[name].calm))
def test_no_verdict_where_none_can_be_made(wireshark, capture, name):
    frames = wireshark.everything(capture(name), "two")
    said = [(number, field, value) for number, trees in enumerate(frames, 1) for tree in trees
            for field, value in tree if field in [f"sipexplain.{verdict}" for verdict in VERDICTS]]
    assert not said
