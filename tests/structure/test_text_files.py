# SPDX-License-Identifier: GPL-2.0-or-later
"""Every text of the tree is as .editorconfig says: UTF-8, LF, spaces, an end to the last line."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NO_TEXT = {".pcap", ".pcapng", ".png", ".pyc"}
LEFT_OUT = {".git", "build", "__pycache__", ".pytest_cache"}


def texts():
    """(place in the tree, its bytes) of each."""
    for folder, folders, names in os.walk(ROOT):
        folders[:] = sorted(set(folders) - LEFT_OUT)
        for path in (Path(folder, name) for name in sorted(names)):
            place = path.relative_to(ROOT)
            if path.suffix not in NO_TEXT and place.parts[:3] != ("tests", "fuzz", "finds"):
                yield place, path.read_bytes()


def is_utf_8(_, data):
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def has_no_carriage_return(_, data):
    return b"\r" not in data


def ends_its_last_line(_, data):
    return not data or data.endswith(b"\n")


def ends_no_line_in_spaces(_, data):
    return not any(line.endswith((b" ", b"\t")) for line in data.split(b"\n"))


def begins_no_line_with_a_tab(place, data):
    tabs_are_fine = place.suffix == ".tsv" or place.parts[:2] in (("plugin", "profile"), ("plugin", "triage"))
    return tabs_are_fine or not any(line.startswith(b"\t") for line in data.split(b"\n"))


@pytest.mark.parametrize("rule", [is_utf_8, has_no_carriage_return, ends_its_last_line,
                                  ends_no_line_in_spaces, begins_no_line_with_a_tab],
                         ids=lambda rule: rule.__name__)
def test_each_text(rule):
    assert [str(place) for place, data in texts() if not rule(place, data)] == []
