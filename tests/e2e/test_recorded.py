# SPDX-License-Identifier: GPL-2.0-or-later
"""The verdicts on recordings of real software, and their agreement in every mode."""

from pathlib import Path

import pytest

import ladder_expect
from ladder import TOKEN
from test_ladders import assert_same_on_every_road

RECORDED = Path(__file__).parents[1] / "captures" / "recorded"
VERDICTS = RECORDED / "verdicts.md"


def read_verdicts():
    """Capture name -> its expect lines."""
    verdicts, name = {}, None
    for number, line in enumerate(VERDICTS.read_text().splitlines(), 1):
        if line.startswith("## "):
            name = line[3:]
            verdicts[name] = []
        elif name and line.startswith("    "):
            verdicts[name].append(ladder_expect.read(number, TOKEN.findall(line), line.strip()))
    return verdicts


each_verdict = pytest.mark.parametrize("name, expects", read_verdicts().items(),
                                       ids=read_verdicts())
each_capture = pytest.mark.parametrize("path", sorted(RECORDED.glob("*.pcapng")),
                                       ids=lambda path: path.stem)


@each_verdict
@pytest.mark.parametrize("mode", ["one", "two"])
def test_verdict(wireshark, capture, name, expects, mode):
    frames = wireshark.everything(capture(RECORDED / f"{name}.pcapng"), mode)
    failed = [f"verdicts.md:{expect.number}: {expect.text}" for expect in expects
              if not (expect.look_ahead and mode == "one") and not expect.holds(frames)]
    assert not failed, "\n" + "\n".join(failed)


@each_verdict
def test_every_field_exists(wireshark, name, expects):
    """A line that says "no" of a field that is none would hold for ever."""
    assert {expect.field for expect in expects} <= {*wireshark.types, "sipexplain"}


@each_capture
def test_the_road_makes_no_difference(wireshark, capture, path):
    assert_same_on_every_road(wireshark, capture(path))
