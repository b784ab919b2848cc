# SPDX-License-Identifier: GPL-2.0-or-later
"""The profile "SIP Explain" in the window: imported from its zip, its columns, colours and buttons."""

import subprocess
from pathlib import Path

import pytest

from display import HEIGHT, WIDTH
from reading import assert_shown, read, squeezed
from test_menus import colours

ROOT = Path(__file__).parents[2]
NAME = "SIP Explain"
DIALOG, IMPORT = (800, 500), (480, 476)     # of the profiles: its size, and the button in it
LIST = f"{WIDTH}x490+0+90"          # the packet list
HEADER = f"{WIDTH}x30+0+84"
FILTER = f"{WIDTH // 3}x34+0+58"
BUTTONS = f"{WIDTH - WIDTH // 3}x34+{WIDTH // 3}+58"
STUCK = "C80000"                # 51400,0,0 in colorfilters


@pytest.fixture(scope="module")
def imported(desktop, demo):
    """The profile's folder, after its zip was imported in Wireshark's dialog."""
    home = desktop.wireshark.home
    subprocess.run(["sh", ROOT / "cmake" / "install-profile.sh", "--zip", home / "profile.zip"],
                   check=True, stdout=subprocess.DEVNULL)
    desktop.wireshark.hand_over(home)
    window = desktop.open(demo, 1)
    desktop.press(window, "ctrl+shift+a")
    dialog = desktop.wait_for("Configuration Profiles")
    desktop.resize(dialog, 0, 0, *DIALOG)
    desktop.xdotool("windowfocus", "--sync", dialog)
    desktop.click(*IMPORT)
    desktop.press(dialog, "Down", "Return")
    desktop.type(str(home / "profile.zip"))
    desktop.press(desktop.wait_for("Select zip file"), "Return")
    desktop.close()
    config = Path(desktop.wireshark.folders()["Personal configuration"])
    return config / "profiles" / NAME


@pytest.fixture(scope="module")
def window(desktop, demo, imported):
    assert imported.is_dir()
    window = desktop.open(demo, 1, "-C", NAME)
    desktop.resize(window, 0, 0, WIDTH, HEIGHT)
    yield window
    desktop.close()


def part(desktop, where):
    picture = desktop.screen().ppm(where)
    return read(picture) + "\n" + read(picture, "-negate")     # some rows have bright letters


def test_import(imported):
    """Wireshark takes the files that its release knows: 4.0 leaves out dmacros."""
    files = {path.name for path in imported.iterdir()}
    assert files >= {"colorfilters", "dfilter_buttons", "preferences", "recent"}
    for name in files:
        assert (imported / name).read_bytes() == (ROOT / "plugin" / "profile" / name).read_bytes()


def test_columns_and_buttons(desktop, window, pictures):
    desktop.press(window, "ctrl+End")
    desktop.point(WIDTH - 10, HEIGHT - 10)
    desktop.picture(window, pictures / "profile.png", f"{WIDTH}x590+0+0")
    assert_shown(part(desktop, LIST), [
        "Time since request", "Transaction", "Verdict", "100 Trying to INVITE after 0.002 s",
        "INVITE - stuck for 45.0 s after 100"])
    assert_shown(part(desktop, BUTTONS), ["Stuck", "No response", "Flow failed", "Real failures", "Slow"])


def test_colouring_rules(desktop, window):
    assert STUCK in colours(desktop, window)


def test_a_filter_button(desktop, window):
    desktop.click_on(BUTTONS, "Real failures")
    assert_shown(desktop.words(window), ["Displayed: 2 "])
    assert_shown(part(desktop, FILTER), ["sipexplain.failed"])
    desktop.press(window, "ctrl+slash", "ctrl+a", "BackSpace", "Return")


def test_sorting_by_the_verdict(desktop, window):
    """Twice, so from the last letter of the alphabet: what says no code comes first."""
    for _ in range(2):
        desktop.click_on(HEADER, "Verdict")
    desktop.press(window, "ctrl+Home")
    lines = squeezed(part(desktop, LIST))
    first, *others = [lines.index(word) for word in ("theconnectionof", "480temporarily",
                                                     "200oktoregister", "180ringingto")]
    assert [first, *others] == sorted([first, *others])


def test_graphs_are_ready_made(desktop, window):
    desktop.choose(window, "Statistics", "O Graphs")
    graphs = desktop.wait_for("I/O Graph")
    desktop.resize(graphs, 0, 0, 1400, 900)
    assert_shown(desktop.words(graphs), ["Failures", "Stuck calls", "Lost flows", "Registrations"])
    desktop.xdotool("windowfocus", "--sync", graphs, "key", "Escape")
