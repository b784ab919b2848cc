# SPDX-License-Identifier: GPL-2.0-or-later
"""What several test folders share. Nothing here runs before a test asks for it."""

import functools
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
    """A function: a ladder or a recorded capture (its path), or a built one (its name) -> a file for
    tshark. Each is made once."""
    from kept import keep
    return functools.cache(functools.partial(keep, wireshark))
