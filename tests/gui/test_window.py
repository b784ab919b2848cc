# SPDX-License-Identifier: GPL-2.0-or-later
"""What a user sees in Wireshark's window, read from the picture of it.

SX_SCREENSHOTS=tests/gui/screenshots keeps the pictures, for the README.
"""

from pathlib import Path

import pytest

from display import HEIGHT, WIDTH
from reading import assert_shown, read, recognised, squeezed

DETAILS = (300, HEIGHT - 100)       # in the packet details, below all lines while they are closed
CAPTURES = Path(__file__).parents[1] / "captures"
DEMO = CAPTURES / "demo.pcap"
RECORDED = CAPTURES / "recorded"


TREES = [
    (DEMO, 23, "flow-failed", ["SIP Explain: 430 Flow Failed", "closed by the client in frame 18",
                         "How to fix it", "registered in frame 4", "Severity level: Warning"]),
    (DEMO, 28, "stuck-call", ["SIP Explain: 100 Trying", "stuck for 45.0 s",
                        "The next hop is stuck too", "Severity level: Warning"]),
    (RECORDED / "flow-tls-second-answers.pcapng", 37, "flow-second-answers",
     ["another flow was tried in frame 39 and answered 200", "closed by the client in frame 29",
      "Nothing to do for this request", "Another flow answered", "How it died"]),
]
# Wireshark's own: the details beside the bytes.
STOCK = ("-o", "gui.layout_type:2", "-o", "gui.layout_content_3:PBYTES")
STOCK_DETAILS = f"640x{HEIGHT - 310}+0+280"     # of the window


@pytest.mark.parametrize("capture, frame, name, words", TREES)
def test_the_tree_of_a_selected_packet(desktop, capture, frame, name, words):
    copy = desktop.wireshark.keep(capture.name, capture.read_bytes())
    window = desktop.open(copy, frame)
    try:
        desktop.click(*DETAILS)
        # The last tree is ours; open all of it. It may be longer than the window: look at both ends.
        desktop.press(window, "End", "shift+Right")
        above = desktop.words(window)
        desktop.press(window, "End")
        assert_shown(above + desktop.words(window), words)
    finally:
        desktop.close()


@pytest.mark.parametrize("capture, frame, name, words", TREES)
def test_the_tree_in_the_stock_layout(desktop, pictures, capture, frame, name, words):
    """The finding is seen, each thing stands there once, and nothing has to be scrolled."""
    copy = desktop.wireshark.keep(capture.name, capture.read_bytes())
    window = desktop.open(copy, frame, *STOCK)
    try:
        desktop.click(*DETAILS)
        # What is selected is white on blue, and hard to read.
        desktop.press(window, "End", "Right", "Down")
        desktop.picture(window, pictures / f"{name}.png")
        shown = read(desktop.look(window).ppm(STOCK_DETAILS))
        assert_shown(shown, [words[0][:22], "Meaning", "How to fix it"])
        assert squeezed(shown).count("meaning:") == 1 and "severitylevel" not in squeezed(shown)
    finally:
        desktop.close()


def test_the_tree_in_chinese(desktop, demo, pictures):
    window = desktop.open(demo, 23, *STOCK, "-o", "sipexplain.language:zh")
    try:
        desktop.click(*DETAILS)
        desktop.press(window, "End", "Right", "Down")
        desktop.picture(window, pictures / "flow-failed-zh.png")
        said = recognised(desktop.look(window).ppm(STOCK_DETAILS), form=["-l", "chi_sim+eng"])
        assert_shown(said, ["没有任何补救", "何时出现", "真正的失败"])
    finally:
        desktop.close()


def test_a_call_stuck_behind_two_proxies(desktop, pictures):
    path = RECORDED / "stuck-two-hops-down.pcapng"
    capture = desktop.wireshark.keep(path.name, path.read_bytes())
    window = desktop.open(capture, 1, *STOCK)
    try:
        desktop.click(*DETAILS)
        # Our tree, and in it the wait, which is its second line.
        desktop.press(window, "End", "Right", "Down", "Down", "Right")
        desktop.picture(window, pictures / "stuck-behind-two-proxies.png")
        said = read(desktop.look(window).ppm(STOCK_DETAILS))
        assert_shown(said, ["stuck for 38.0 s after 100", "The next hop is stuck too"])
    finally:
        desktop.close()


def test_its_tree_opened(desktop):
    path = RECORDED / "stuck-two-hops-down.pcapng"
    capture = desktop.wireshark.keep(path.name, path.read_bytes())
    window = desktop.open(capture, 1)
    try:
        desktop.click(*DETAILS)
        desktop.press(window, "End", "shift+Right")
        said = desktop.words(window)
        words = ["SIP Explain: INVITE - stuck for 38.0 s after 100",
                 "10.0.0.1 gave up: CANCEL in frame 7",
                 "10.0.0.2 waits for 10.0.0.3, which waits for 10.0.0.10",
                 "The next hop is stuck too", "Severity level: Warning"]
        assert_shown(said, words)
    finally:
        desktop.close()


def test_expert_information(desktop, demo, pictures):
    window = desktop.open(demo, 1)
    try:
        # Expert Information is the last entry of the menu Analyze; Up wraps to it.
        desktop.press(window, "alt+a", "Up", "Return")
        dialog = desktop.wait_for("Expert Information")
        assert demo.name in desktop.title(dialog)
        desktop.resize(dialog, 0, 0, 1400, 520)
        said = desktop.picture(dialog, pictures / "expert-information.png")
        words = ["SIP Explain", "430 Flow Failed", "The flow to a client is said to be gone",
                 "No response for too long"]
        assert_shown(said, words)
    finally:
        desktop.close()
