# SPDX-License-Identifier: GPL-2.0-or-later
"""What the window itself writes of its packets (File, Export Packet Dissections) is what tshark says
in two passes: for capture after capture opened in one window, and after a reload of a file that
changed. Frames, connections and branches of one capture are those of the next."""

from pathlib import Path

import pytest

from kept import keep
from test_ladders import assert_same

LADDERS = Path(__file__).parents[1] / "captures" / "ladders"
RECORDED = LADDERS.parent / "recorded"
OPENED = [LADDERS / "trying-timed-out.md", LADDERS / "answered-call.md",
          LADDERS / "flow-failed-after-fin.md", RECORDED / "flow-edge-restarted-430.pcapng",
          RECORDED / "flow-tls-reset.pcapng", "code-known"]


@pytest.fixture(scope="module")
def files(desktop):
    return [keep(desktop.wireshark, each) for each in OPENED]


@pytest.fixture(scope="module")
def window(desktop, files):
    window = desktop.open(files[0], 1)
    yield window
    desktop.close()


def open_file(desktop, window, file):
    desktop.press(window, "ctrl+o")
    desktop.answer("Open Capture File", file)
    desktop.wait_for(f"^{file.name}$")
    desktop.settle()


def exported(desktop, window):
    file = desktop.wireshark.home / "exported.pdml"
    file.unlink(missing_ok=True)
    desktop.choose(window, "File", "Export Packet Dissections", "As PDML")
    desktop.answer("Export", file)
    desktop.wait_until_written(file, b"</pdml>\n")
    return desktop.wireshark.read_pdml(file.read_text(encoding="utf-8"))[0]


def without_lines(frames):
    """The window breaks long texts sooner."""
    return [[[item for item in tree if not item[0].endswith(".more")] for tree in trees] for trees in frames]


def assert_as_tshark(desktop, window, file):
    two = without_lines(desktop.wireshark.everything(file, "two"))
    assert any(two)
    assert_same("two passes", two, "the window", without_lines(exported(desktop, window)))


def test_each_file_opened_in_one_window(desktop, files, window):
    assert_as_tshark(desktop, window, files[0])
    for file in files[1:]:
        open_file(desktop, window, file)
        assert_as_tshark(desktop, window, file)


def test_after_a_reload(desktop, files, window):
    """The file has the packets of another one by then."""
    file = desktop.wireshark.keep("reloaded.pcap", files[0].read_bytes())
    open_file(desktop, window, file)
    for other in files[1], files[0]:
        file.write_bytes(other.read_bytes())
        desktop.press(window, "ctrl+r")
        assert_as_tshark(desktop, window, other)
