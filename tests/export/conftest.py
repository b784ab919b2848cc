# SPDX-License-Identifier: GPL-2.0-or-later
"""The engine, and the captures that most tests ask it about, loaded once."""

import pytest
from engine import Engine
from loading import CAPTURES, load


@pytest.fixture
def engine(tmp_path):
    """An engine of its own with empty tables."""
    with Engine(tmp_path / "database") as engine:
        engine.make_tables()
        yield engine


@pytest.fixture(scope="session")
def loaded(wireshark, capture, tmp_path_factory):
    """The engine with all recorded captures and ladders of each kind in it. Only to be read."""
    with Engine(tmp_path_factory.mktemp("loaded") / "database") as engine:
        engine.make_tables()
        load(engine, wireshark, capture, CAPTURES)
        yield engine
