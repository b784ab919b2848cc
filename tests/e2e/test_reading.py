# SPDX-License-Identifier: GPL-2.0-or-later
"""The tree as a person reads it: nothing twice, and what the packet quotes as it was meant."""

from pathlib import Path

CAPTURES = Path(__file__).parents[1] / "captures"


def tree(wireshark, capture, frame):
    return wireshark.tshark(["-2", "-V", "-Y", f"frame.number == {frame}"], capture)


def test_a_name_stands_in_the_line_above_its_meaning(wireshark, capture):
    path = capture(CAPTURES / "ladders" / "warning-header.md")
    shown = tree(wireshark, path, 2)
    assert "[Warning: 304 Media type not available]" in shown
    assert "[Meaning: A kind of media" in shown
    # The field, for scripts, has both.
    row, = wireshark.fields(path, ["sipexplain.warning.meaning"], True, "frame.number == 2")
    assert row["sipexplain.warning.meaning"][0].startswith("Media type not available: A kind of")


def test_escaped_quotes_are_resolved(wireshark, capture):
    path = capture(CAPTURES / "ladders" / "warning-header.md")
    row, = wireshark.fields(path, ["sipexplain.warning.text"], True, "frame.number == 2")
    assert row["sipexplain.warning.text"] == ["Media type not available", 'Only audio, "really"']


def test_a_frame_that_ends_an_overdue_wait_tells_its_story_once(wireshark, capture):
    path = capture(CAPTURES / "recorded" / "stuck-two-hops-down.pcapng")
    message, waits = [line for line in tree(wireshark, path, 7).splitlines()
                      if line.startswith("[SIP Explain: ")]
    assert "stuck for 38.0 s after 100" in message
    assert waits == "[SIP Explain: ends the overdue wait of frame 2, and 2 more]"
