# SPDX-License-Identifier: GPL-2.0-or-later
"""What all ladders expect, asked for in a few programs instead of one for each ladder and mode."""

import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "captures"), str(TESTS / "e2e")]

import ladder  # noqa: E402
import ladder_net  # noqa: E402
from tshark import Wireshark  # noqa: E402

AT_ONCE = 40        # ladders, for the first one that fails ends the search


class Ladders:
    """All ladders, built once."""

    def __init__(self):
        self.all = []
        for path in sorted((TESTS / "captures/ladders").glob("*.md")):
            read = ladder.read(path)
            frames = ladder.build(read)
            self.all.append((path.stem, read.expects, ladder_net.pcap(frames), len(frames)))

    def first_to_notice(self, plugin):
        """The name of a ladder that this plugin does not read as expected, or nothing."""
        with Wireshark(plugin) as wireshark:
            for at in range(0, len(self.all), AT_ONCE):
                failed = self.first_of(wireshark, self.all[at:at + AT_ONCE])
                if failed:
                    return f"the ladder {failed}"
        return None

    @staticmethod
    def first_of(wireshark, some):
        calls = []
        for name, _, capture, count in some:
            calls.append(("load", {"file": str(wireshark.keep(f"{name}.pcap", capture))}))
            calls += [("frame", {"frame": n + 1, "proto": True}) for n in range(count)]
        try:
            answers = iter(wireshark.ask(calls))
        except (RuntimeError, OSError) as error:
            return f"{some[0][0]} or one after it: {str(error).splitlines()[0]}"
        for name, expects, _, count in some:
            next(answers)
            frames = [wireshark.sharkd_trees(next(answers)["tree"]) for _ in range(count)]
            if not all(expect.holds(frames) for expect in expects):
                return name
        return None
