# SPDX-License-Identifier: GPL-2.0-or-later
"""The engine, and the captures that most tests ask it about, explained and loaded once."""

import fcntl
import functools
import os

import pytest
from engine import Engine
from loading import CAPTURES, ek, rows


@pytest.fixture
def engine(tmp_path):
    """An engine of its own with empty tables."""
    with Engine(tmp_path / "database") as engine:
        engine.make_tables()
        yield engine


@pytest.fixture(scope="session")
def shown(wireshark, capture, tmp_path_factory):
    """A function: one of CAPTURES -> what tshark prints of it in two passes. All processes of a run share it."""
    folder = tmp_path_factory.getbasetemp()
    folder = (folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder) / "shown"
    folder.mkdir(exist_ok=True)

    @functools.cache
    def show(path):
        with open(folder / f"{path.name}.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            kept = folder / f"{path.name}.ek"
            if not kept.is_file():
                kept.write_text(ek(wireshark, capture(path)), encoding="utf-8")
            return kept.read_text(encoding="utf-8")
    return show


@pytest.fixture(scope="session")
def loaded(shown, tmp_path_factory):
    """The engine with all recorded captures and ladders of each kind in it, each a probe's of its own (see load()). Only
    to be read."""
    with Engine(tmp_path_factory.mktemp("loaded") / "database") as engine:
        engine.make_tables()
        engine.insert("".join(rows(shown(path), path.name, path.name) for path in CAPTURES))
        yield engine
