# SPDX-License-Identifier: GPL-2.0-or-later
"""Filters that people try: what they find, and what the names of the fields say of their units."""

import re
from pathlib import Path

import pytest

CAPTURES = Path(__file__).parents[1] / "captures"
README = Path(__file__).parents[2] / "README.md"
RECORDED = sorted((CAPTURES / "recorded").glob("*.pcapng"))[::3]
SECONDS = {"sipexplain.retry_after", "sipexplain.session.expires", "sipexplain.registration.expires"}


def failures(wireshark, capture, display_filter, two_pass):
    rows = wireshark.fields(capture, ["frame.number", "sipexplain.failed", "sipexplain.failure"],
                            two_pass=two_pass, display_filter=display_filter)
    return {row["frame.number"][0]: (row["sipexplain.failed"], row["sipexplain.failure"])
            for row in rows}


@pytest.mark.parametrize("two_pass", [False, True])
@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_failed_alone_finds_the_real_failures(wireshark, capture, path, two_pass):
    alone = failures(wireshark, capture(path), "sipexplain.failed", two_pass)
    assert alone == failures(wireshark, capture(path), "sipexplain.failure == 1", two_pass)
    for failed, failure in alone.values():
        assert len(failed) == failure.count("true") and set(failed) <= {"1", "True"}


def test_failure_alone_also_finds_what_is_none(wireshark, capture):
    """That is why sipexplain.failed is there."""
    path = capture(CAPTURES / "recorded" / "auth-proxy-407.pcapng")
    assert failures(wireshark, path, "sipexplain.failure", True)
    assert not failures(wireshark, path, "sipexplain.failed", True)


def test_wireshark_takes_the_filters_of_the_readme(wireshark, capture):
    """Those of README.zh.md are among them: tests/structure/test_readme.py."""
    shown = re.findall(r"^\| `((?:sipexplain\.|_ws\.)[^`\n]+)` \|",
                       README.read_text(encoding="utf-8").replace("\\|", "|"), re.MULTILINE)
    assert len(shown) >= 35
    path = capture(CAPTURES / "recorded" / "auth-proxy-407.pcapng")
    every = " || ".join(f"({one})" for one in shown)
    assert wireshark.fields(path, ["frame.number"], two_pass=True, display_filter=every)


def test_durations_say_their_unit(wireshark):
    rows = (line.split("\t") for line in wireshark.run("tshark", ["-G", "fields"]).splitlines())
    labels = {row[2]: (row[1], row[3]) for row in rows
              if row[0] == "F" and row[2].startswith("sipexplain.")}
    assert SECONDS <= set(labels)
    told = {name for name, (label, _) in labels.items() if label.endswith("(s)")}
    assert told == SECONDS | {name for name, (_, kind) in labels.items()
                              if kind == "FT_RELATIVE_TIME"}
