# SPDX-License-Identifier: GPL-2.0-or-later
"""A language names every field and every value that the plugin registers, and nothing else."""

import re
from pathlib import Path

import pytest

CATALOGUE = Path(__file__).parents[2] / "plugin" / "catalogue"
LANGUAGES = sorted(path.parent for path in CATALOGUE.glob("*/labels.tsv"))
OF_THE_CATALOGUE = re.compile(r"sipexplain\.explain\.[1-6][0-9]{2}")    # phrase and meaning of a code
EXPERT_INFO = 239               # bytes: Wireshark cuts what is longer
each_language = pytest.mark.parametrize("folder", LANGUAGES, ids=lambda folder: folder.name)


def table(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if line[:1] != "#"]


def listed(wireshark, what):
    """The plugin's rows of `tshark -G what`, without the first cell."""
    rows = [line.split("\t") for line in wireshark.run("tshark", ["-G", what]).splitlines()]
    return [row[1:] for row in rows if any(cell.partition(".")[0] == "sipexplain" for cell in row[1:3])]


def test_there_is_a_language():
    assert LANGUAGES


@each_language
def test_each_field_has_a_label(wireshark, folder):
    rows = table(folder / "labels.tsv")
    names = [row[0] for row in rows]
    fields = {row[1]: row for row in listed(wireshark, "fields")}
    assert names == sorted(name for name in fields if not OF_THE_CATALOGUE.fullmatch(name))
    for name, label, *description in rows:
        assert 0 < len(label.encode()) <= EXPERT_INFO, name
        assert bool(description) == bool("".join(fields[name][6:7])), name
        assert not label.endswith("(s)"), name


@each_language
def test_each_value_has_a_name(wireshark, folder):
    rows = table(folder / "values.tsv")
    values = [(name, int(number), english) for name, number, english in listed(wireshark, "values")]
    assert [(name, int(number), english) for name, number, _, english in rows] == sorted(values)
    assert all(text for _, _, text, _ in rows)
