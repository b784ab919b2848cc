# SPDX-License-Identifier: GPL-2.0-or-later
"""The plugin finds the messages that the SIP dissector finds, all of them and in their order."""

from pathlib import Path

import pytest

CAPTURES = Path(__file__).parents[1] / "captures"
ALL = sorted((CAPTURES / "ladders").glob("*.md")) + sorted((CAPTURES / "recorded").glob("*.pcap*"))
# What every tree of a message holds; a tree without it only says that a wait has expired.
MARKS = {"sipexplain.transaction", "sipexplain.code"}


@pytest.mark.parametrize("mode", ["one", "two"])
@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_same_messages_as_the_sip_dissector(wireshark, capture, path, mode):
    assert any(wireshark.sip_codes(capture(path), mode)), "the capture holds no SIP"
    assert_same_messages(wireshark, capture(path), mode)


def assert_same_messages(wireshark, capture, mode):
    sip = wireshark.sip_codes(capture, mode)
    ours = [[code_of(tree) for tree in trees if MARKS & {name for name, _ in tree}]
            for trees in wireshark.everything(capture, mode)]
    wrong = [f"frame {number}: sip {a}, sipexplain {b}"
             for number, (a, b) in enumerate(zip(sip, ours, strict=True), 1)
             if a is not None and a != b]
    assert not wrong, "\n" + "\n".join(wrong)


def code_of(tree):
    return next((value for name, value in tree if name == "sipexplain.code"), None)
