# SPDX-License-Identifier: GPL-2.0-or-later
"""Captures that tshark reads in pieces, by -M and by a ring buffer: each piece says what a file that
holds no more than it would say."""

import re
import subprocess
from pathlib import Path

import pytest

DEMO = Path(__file__).parents[1] / "captures" / "demo.pcap"
NAMES = ["frame.number", "sipexplain.transaction", "sipexplain.verdict", "sipexplain.code",
         "sipexplain.request_in", "sipexplain.expired", "sipexplain.fix", "sipexplain.flow.outcome"]
FIELDS = ["-T", "fields", *(word for name in NAMES for word in ("-e", name))]
TIMEOUT = 60


def rows(wireshark, args, capture):
    return wireshark.tshark([*args, *FIELDS], capture).splitlines()


def pieces(wireshark, size):
    """The capture, cut by number of packets, in order."""
    count = len(rows(wireshark, [], DEMO))
    for first in range(1, count + 1, size):
        path = wireshark.keep(f"piece-{size}-{first:03}.pcap", b"")
        subprocess.run(["editcap", "-F", "pcap", "-r", DEMO, path, f"{first}-{first + size - 1}"],
                       check=True, capture_output=True)
        yield path


@pytest.mark.parametrize("size", [5, 9])
def test_a_session_that_is_reset_knows_nothing_of_the_last_one(wireshark, size):
    alone = [row for path in pieces(wireshark, size) for row in rows(wireshark, [], path)]
    assert rows(wireshark, ["-M", size], DEMO) == alone
    assert any("430 Flow Failed" in row for row in alone)


def test_a_session_that_is_reset_draws_the_same_trees(wireshark):
    def tops(path, *args):
        return [line for line in wireshark.tshark([*args, "-V"], path).splitlines()
                if line.startswith("[SIP Explain: ")]

    alone = [top for path in pieces(wireshark, 7) for top in tops(path)]
    assert tops(DEMO, "-M", "7") == alone and len(alone) > 20


@pytest.mark.parametrize("table, words", [("sipexplain,calls", "SIP Explain: Calls"),
                                          ("sipexplain,codes", "SIP Explain: "),
                                          ("expert", "200 OK: The request succeeded.")])
def test_statistics_of_a_session_that_is_reset(wireshark, table, words):
    assert words in wireshark.tshark(["-M", "7", "-q", "-z", table], DEMO)


def test_a_ring_of_files(wireshark):
    """A live capture, from a pipe, into files of seven packets."""
    folder = wireshark.home / "ring"
    folder.mkdir()
    wireshark.hand_over(folder)
    command = wireshark.command("tshark", ["-i", "-", "-b", "packets:7", "-w", folder / "ring.pcapng",
                                           "-P", "-l", *FIELDS])
    done = subprocess.run(command, input=DEMO.read_bytes(), capture_output=True, timeout=TIMEOUT,
                          env=wireshark.environment(), cwd=wireshark.home)
    assert done.returncode == 0 and not wireshark.trouble.search(done.stderr.decode()), done.stderr
    files = sorted(folder.iterdir())
    assert len(files) == 5 and all(re.fullmatch(r"ring_\d{5}_\d+\.pcapng", f.name) for f in files)
    alone = [row for path in files for row in rows(wireshark, [], path)]
    assert done.stdout.decode().splitlines() == alone
    merged = wireshark.home / "merged.pcapng"
    subprocess.run(wireshark.command("mergecap", ["-a", "-w", merged, *files]), check=True)
    assert rows(wireshark, ["-2"], merged) == rows(wireshark, ["-2"], DEMO)
