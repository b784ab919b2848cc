# SPDX-License-Identifier: GPL-2.0-or-later
"""What several test folders share. Nothing here runs before a test asks for it."""

import functools
import sys
import zlib
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


# Files with many captures: the tests of one capture share its runs, and each is worth a turn of its own.
SPREAD = {"test_ladders", "test_built", "test_recorded"}
PARTS = 16


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Which tests one process runs (pytest -n 2 --dist loadgroup): those of a file, or of a few captures."""
    for item in items:
        group = Path(item.fspath).stem
        parameters = getattr(item, "callspec", None)
        captures = [value for name, value in parameters.params.items() if name in ("path", "name", "capture")] if parameters else []
        if group in SPREAD and captures:
            group += str(zlib.crc32(str(captures[0]).encode()) % PARTS)
        item.add_marker(pytest.mark.xdist_group(group))
