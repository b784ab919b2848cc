# SPDX-License-Identifier: GPL-2.0-or-later
"""All captures opened one after the other in one program, each frame asked for in random order and
twice, and some captures once more: they say what two passes in a program of their own say. The window
dissects in the same way: sharkd reads a file with the code that the window reads it with, and asks for
single frames afterwards."""

import os
import random
from pathlib import Path

import built
from test_ladders import assert_same, without
from tshark import SAID_BEFORE

CAPTURES = Path(__file__).parents[1] / "captures"
RECORDINGS = sorted((CAPTURES / "ladders").glob("*.md")) + sorted((CAPTURES / "recorded").glob("*.pcapng"))
EVERY = 4 if os.environ.get("SX_OTHER_RELEASE") == "brief" else 1


def test_no_capture_changes_what_the_next_says(wireshark, capture):
    paths = [capture(path) for path in RECORDINGS[::EVERY]]
    paths += [capture(name) for name in sorted(built.ALL)]
    chance = random.Random(4)
    chance.shuffle(paths)
    again = [*paths, *paths[:20]]
    calls, wanted = [], []
    for path in again:
        numbers = 2 * list(range(1, len(wireshark.everything(path, "two")) + 1))
        chance.shuffle(numbers)
        calls += [("load", {"file": str(path)})]
        calls += [("frame", {"frame": number, "proto": True}) for number in numbers]
        wanted += [None, *((path, number) for number in numbers)]
    answers = wireshark.ask(calls)
    asked = [(*at, answer["tree"]) for at, answer in zip(wanted, answers, strict=True) if at]
    assert len(asked) > 2000
    said = set(SAID_BEFORE)     # sharkd shows nothing that is hidden
    assert_same("two passes", without([wireshark.everything(path, "two")[number - 1] for path, number, _ in asked], said),
                "one session", without([wireshark.sharkd_trees(tree) for _, _, tree in asked], said))
