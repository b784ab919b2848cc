# SPDX-License-Identifier: GPL-2.0-or-later
"""Conversation filters and colours from the menus, in the one window."""

import re

import pytest

from reading import assert_shown, squeezed

FRAME_4 = (600, 172)                # the first SIP message, when the list shows its begin
TRANSACTION, CALL = "SIP transaction", "SIP call (all hops)"


@pytest.fixture(scope="module")
def window(desktop, demo):
    window = desktop.open(demo, 23)
    yield window
    desktop.close()


@pytest.mark.parametrize("entry, display_filter, frames", [
    (TRANSACTION, "sipexplain.transaction == 7", 3), (CALL, "sipexplain.call == 3", 7)])
def test_conversation_filter(desktop, window, entry, display_filter, frames):
    desktop.choose(window, "Analyze", "Conversation Filter", entry)
    assert_shown(desktop.words(window), [display_filter, f"Displayed: {frames} "])
    desktop.press(window, "ctrl+slash", "ctrl+a", "BackSpace", "Return")
    assert displayed(desktop.words(window)) in ("32", None)


def test_colorize_conversation(desktop, window):
    desktop.press(window, "ctrl+Home")
    before = colours(desktop, window)
    desktop.choose(window, FRAME_4, "Colorize Conversation", CALL, "Color 4")
    desktop.press(window, "ctrl+Home")
    assert colours(desktop, window) - before, "no packet has a new colour"


def displayed(text):
    """How many packets a filter has left; from 4.4 on nothing is said without one."""
    assert_shown(text, ["Packets: 32"])
    return (re.findall(r"displayed:(\d+)", squeezed(text)) or [None])[-1]


def colours(desktop, window):
    """Those of large areas in the window."""
    return {colour for colour, count in desktop.look(window).colours().items() if count > 5000}
