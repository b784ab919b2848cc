# SPDX-License-Identifier: GPL-2.0-or-later
"""What ladders expect, asked for in a few programs instead of one for each ladder and mode."""

import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "captures"), str(TESTS / "e2e")]

import ladder  # noqa: E402
import ladder_net  # noqa: E402
from tshark import SAID_BEFORE, Wireshark  # noqa: E402

NO_FRAME = 1_000_000        # no capture here has that many
AT_ONCE = 12                # ladders, for the first one that fails ends the search


class Ladder(NamedTuple):
    name: str
    expects: tuple
    capture: bytes
    frames: int

    def of_hidden(self):
        return [expect for expect in self.expects if expect.field in SAID_BEFORE]


def filter_of(expect, ladder):
    """Of its own for each ladder: sharkd keeps what a filter found in the capture before."""
    asked = f"{expect.field} {expect.operator} {expect.values[0]}" if expect.values else expect.field
    return f"({asked}) or frame.number == {NO_FRAME + ladder}"


def holds(expect, frames, found):
    """sharkd leaves out of a tree what is hidden, but finds it."""
    if expect in found:
        return (expect.frame in found[expect]) != expect.negated
    return expect.holds(frames)


class Quick(Wireshark):
    timeout = 120
    more = {}

    def environment(self):
        return {**super().environment(), **self.more}


class Ladders:
    """All ladders, built once, and a sharkd with a plugin that reads them."""

    def __init__(self, plugin, environment=None):
        self.all = [self.read(path) for path in sorted((TESTS / "captures/ladders").glob("*.md"))]
        self.environment = environment or {}
        self.wireshark = None
        self.load(plugin)

    @staticmethod
    def read(path):
        read = ladder.read(path)
        frames = ladder.build(read)
        return Ladder(path.stem, tuple(read.expects), ladder_net.pcap(frames), len(frames))

    def load(self, plugin):
        self.close()
        self.wireshark = Quick(plugin)
        self.wireshark.more = self.environment
        self.wireshark.__enter__()

    def close(self):
        if self.wireshark:
            self.wireshark.__exit__()
            self.wireshark = None

    def first_to_notice(self, some=None):
        """The name of a ladder that is not read as expected, or nothing."""
        some = self.all if some is None else some
        for at in range(0, len(some), AT_ONCE):
            failed = self.first_of(some[at:at + AT_ONCE])
            if failed:
                return f"the ladder {failed}"
        return None

    def first_of(self, some):
        calls = []
        for number, each in enumerate(some):
            path = self.wireshark.home / f"{each.name}.pcap"
            if not path.exists():
                self.wireshark.keep(path.name, each.capture)
            calls.append(("load", {"file": str(path)}))
            calls += [("frame", {"frame": n + 1, "proto": True}) for n in range(each.frames)]
            calls += [("frames", {"filter": filter_of(expect, number)}) for expect in each.of_hidden()]
        try:
            answers = iter(self.wireshark.ask(calls))
        except (RuntimeError, OSError) as error:
            self.start_again()
            return f"{some[0].name} or one after it: {str(error).splitlines()[0]}"
        for each in some:
            next(answers)
            frames = [self.wireshark.sharkd_trees(next(answers)["tree"]) for _ in range(each.frames)]
            found = {expect: {row["num"] for row in next(answers)} for expect in each.of_hidden()}
            if not all(holds(expect, frames, found) for expect in each.expects):
                return each.name
        return None

    def start_again(self):
        """A sharkd that hung was ended, with the program that it was a copy of."""
        while self.wireshark.started:
            self.wireshark.started.popitem()[1].stop()
