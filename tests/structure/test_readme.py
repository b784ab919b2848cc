# SPDX-License-Identifier: GPL-2.0-or-later
"""README.zh.md, the short one in Chinese: what it says to type is in README.md too, and is tested there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ENGLISH = (ROOT / "README.md").read_text(encoding="utf-8")
CHINESE = (ROOT / "README.zh.md").read_text(encoding="utf-8")
LANGUAGE = "sipexplain.language"      # the one preference that only readers of another language need


def commands(text):
    """The lines that are shown as code."""
    return [line for line in text.splitlines() if line.startswith("    ")]


def names(text):
    """What stands in backticks and is for Wireshark: filters, fields, commands, preferences."""
    return {name.replace("\\|", "|") for name in re.findall("`([^`\n]+)`", text)
            if "sipexplain" in name or name.startswith("cmake/")}


def filters(text):
    """The first cells of its table of filters."""
    return re.findall(r"^\| `((?:sipexplain\.|_ws\.)[^`\n]+)` \|", text.replace("\\|", "|"), re.MULTILINE)


def links(text):
    return [link for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]


def anchors(text):
    headings = re.findall("^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


def test_it_types_what_the_english_one_types():
    assert len(commands(CHINESE)) >= 6
    assert not set(commands(CHINESE)) - set(commands(ENGLISH))


def test_its_filters_are_those_of_the_english_one():
    assert len(filters(CHINESE)) >= 20
    order = filters(ENGLISH)
    assert filters(CHINESE) == [one for one in order if one in filters(CHINESE)]


def test_it_names_nothing_that_the_english_one_does_not():
    new = {name for name in names(CHINESE) if LANGUAGE not in name}
    assert len(new) >= 20 and not new - names(ENGLISH) - {"README.zh.md"}


def test_the_two_commands_are_all_of_them():
    block = re.search(r"(?:^    cmake/.*\n){2}", ENGLISH, re.MULTILINE)
    assert block and block[0] in CHINESE


def test_each_leads_to_the_other():
    assert "[中文](README.zh.md)" in ENGLISH.split("\n## ")[0]
    assert "[English](README.md)" in CHINESE.split("\n## ")[0]


@pytest.mark.parametrize("text", [ENGLISH, CHINESE], ids=["English", "Chinese"])
def test_links_lead_somewhere(text):
    for link in links(text):
        path, _, anchor = link.partition("#")
        target = ROOT / path
        assert target.exists(), link
        assert not anchor or anchor in anchors(target.read_text(encoding="utf-8")), link
