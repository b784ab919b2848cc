# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of the window share."""

import os
from pathlib import Path

import pytest

from desktop import Desktop

DEMO = Path(__file__).parents[1] / "captures" / "demo.pcap"


@pytest.fixture(scope="module")
def desktop():
    """With a home of its own: the settings of the window are nothing for other tests."""
    from tshark import Wireshark
    with Wireshark.from_environment() as wireshark, Desktop(wireshark) as desktop:
        yield desktop


@pytest.fixture(scope="module")
def demo(desktop):
    return desktop.wireshark.keep(DEMO.name, DEMO.read_bytes())


@pytest.fixture
def pictures(tmp_path):
    return Path(os.environ.get("SX_SCREENSHOTS", tmp_path)).absolute()
