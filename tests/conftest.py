# SPDX-License-Identifier: GPL-2.0-or-later
"""What several test folders share. Nothing here runs before a test asks for it."""

import functools
import os
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


# All tests of one capture share its runs; they are dealt out in so many groups, more than there are processes.
PARTS = 24
BY_FILE = {"fuzz"}          # what a file's tests share is dearer there than a capture's runs

# In the roots of other releases every fourth capture of these is tried, or every eighth: what they hold is judged by
# the core, which is the same there. What differs is how frames are read: test_built, test_every_message.
# SX_OTHER_RELEASE says how much is tried there: "brief" in the suite, "whole" before a release and at night.
FEWER = {"test_ladders", "test_recorded", "test_messages_found", "test_stats", "test_verdict", "test_names"}
ONE_OF = {"whole": 4, "brief": 8}
FEWER_IN_BRIEF = {"test_chinese", "test_filters", "test_first_words", "test_flow_graph", "test_ladder_text", "test_lost_packet",
                  "test_triage"}


def capture_of(item):
    """What tells the item's capture from others; None if it has none of its own."""
    parameters = getattr(item, "callspec", None)
    values = [str(value) for name, value in (parameters.params.items() if parameters else ())
              if name in ("path", "name", "capture")]
    return zlib.crc32(Path(values[0]).name.encode()) if values else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    """Which tests one process runs (pytest -n 2 --dist loadgroup): those of a few captures, or of a file."""
    release, left_out = os.environ.get("SX_OTHER_RELEASE"), []
    fewer = {None: set(), "whole": FEWER, "brief": FEWER | FEWER_IN_BRIEF}[release]
    for item in items:
        group, capture = Path(item.fspath).stem, capture_of(item)
        if group in fewer and capture and capture % ONE_OF[release]:
            left_out.append(item)
        if capture is not None and Path(item.fspath).parent.name not in BY_FILE:
            group = f"captures {capture // 8 % PARTS}"
        item.add_marker(pytest.mark.xdist_group(group))
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        gone = set(left_out)
        items[:] = [item for item in items if item not in gone]
