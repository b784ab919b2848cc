# SPDX-License-Identifier: GPL-2.0-or-later
"""What several test folders share. Nothing here runs before a test asks for it."""

import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
CAPTURES = TESTS / "captures"
sys.path[:0] = [str(CAPTURES), str(TESTS / "e2e")]


@pytest.fixture(scope="session")
def wireshark():
    """tshark and sharkd with the plugin that SX_PLUGIN names."""
    from tshark import Wireshark
    with Wireshark.from_environment() as wireshark:
        yield wireshark


@pytest.fixture(scope="session")
def capture(wireshark):
    """A function: a ladder or a recorded capture -> a file for tshark. Each is made once."""
    import ladder
    import ladder_net
    made = {}

    def make(path):
        if path not in made:
            if path.suffix == ".md":
                frames = ladder.build(ladder.read(path))
                made[path] = wireshark.keep(path.stem + ".pcap", ladder_net.pcap(frames))
            else:
                made[path] = wireshark.keep("recorded-" + path.name, path.read_bytes())
        return made[path]

    return make


@pytest.fixture(scope="session")
def odd_capture(wireshark):
    """A function: the name of a capture of odd.py -> a file for tshark."""
    import odd
    made = {}

    def make(name):
        if name not in made:
            suffix = ".pcapng" if odd.ALL[name].raw else ".pcap"
            made[name] = wireshark.keep(f"odd-{name}{suffix}", odd.file_of(odd.ALL[name]))
        return made[name]

    return make
