# SPDX-License-Identifier: GPL-2.0-or-later
"""-z sipexplain,ladder: a call as plain text. The files in golden/ are what it prints, to the letter."""

import re
import subprocess
from pathlib import Path

import pytest

CAPTURES = Path(__file__).parents[1] / "captures"
ALL = sorted((CAPTURES / "ladders").glob("*.md")) + sorted((CAPTURES / "recorded").glob("*.pcapng"))
GOLDEN = Path(__file__).parent / "golden"
WIDEST = 100
LINE = re.compile(r" *(\d+) +(-?\d+\.\d{3})  (.*)")


def ladder(wireshark, capture, argument="", two_pass=True):
    args = ["-q", *(["-2"] if two_pass else []), "-z", f"sipexplain,ladder{argument}"]
    return wireshark.tshark(args, capture)


def drawn(text):
    """The lines of messages: (frame, what the line holds)."""
    found = [LINE.fullmatch(line) for line in text.splitlines()]
    return [(int(line[1]), line[3]) for line in found if line]


def messages_of_calls(wireshark, capture):
    """Per message of a call its frame and its code or method."""
    found = []
    for number, (trees, hidden) in enumerate(zip(wireshark.everything(capture, "two"),
                                                 wireshark.hidden(capture, "two")), 1):
        lines = [tree[0][1].removeprefix("SIP Explain: ") for tree in trees]
        heads = [line.split()[0] for line in lines if re.match(r"\d{3} |[A-Z]+( - |$)", line)]
        if hidden["sipexplain.call"]:
            assert len(heads) == len(hidden["sipexplain.call"])
            found += [(number, head) for head in heads]
    return found


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_every_message_in_a_hundred_columns(wireshark, capture, path):
    text, expected = wireshark.quiet(capture(path))[0], messages_of_calls(wireshark, capture(path))
    assert max(map(len, text.splitlines()), default=0) <= WIDEST
    found = [(frame, rest) for frame, rest in drawn(text) if not re.search("TCP|ICMP error", rest)]
    assert sorted(frame for frame, _ in found) == [frame for frame, _ in expected]
    for frame, head in expected:
        assert any(head[:3] in rest for number, rest in found if number == frame), (frame, head)


@pytest.mark.parametrize("name, capture_name, argument", [
    ("stuck", "recorded/stuck-two-hops-down.pcapng", ""),
    ("flow-failed", "demo.pcap", ",3"),
    ("fork", "recorded/fork-busy-answered.pcapng", ""),
    ("one-host", "ladders/one-host.md", ""),
])
def test_to_the_letter(wireshark, capture, name, capture_name, argument):
    text = ladder(wireshark, capture(CAPTURES / capture_name), argument)
    assert text == (GOLDEN / f"ladder-{name}.txt").read_text(encoding="utf-8")


def test_one_call_or_a_filter(wireshark, capture):
    path = capture(CAPTURES / "demo.pcap")
    whole = ladder(wireshark, path)
    assert whole.count("Call-ID") == len(set(re.findall(r"^Call (\d+):", whole, re.M))) > 3
    assert ladder(wireshark, path, ",4").strip() in whole
    assert [frame for frame, _ in drawn(ladder(wireshark, path, ",frame.number == 27"))] == [27]


def test_no_such_call(wireshark, capture):
    assert "No such call" in ladder(wireshark, capture(CAPTURES / "demo.pcap"), ",99")


def test_one_pass_says_that_it_knows_less(wireshark, capture):
    path = capture(CAPTURES / "demo.pcap")
    assert "-2 tells" in ladder(wireshark, path, ",4", two_pass=False)
    assert "-2 tells" not in ladder(wireshark, path, ",4")
    assert drawn(ladder(wireshark, path, ",4", two_pass=False)) == drawn(ladder(wireshark, path, ",4"))


def test_a_wrong_filter_is_an_error(wireshark, capture):
    args = ["-q", "-r", capture(CAPTURES / "demo.pcap"), "-z", "sipexplain,ladder,nonsense =="]
    done = subprocess.run(wireshark.command("tshark", args), env=wireshark.environment(),
                          cwd=wireshark.home, capture_output=True, encoding="utf-8", timeout=60)
    assert done.returncode != 0 and "sipexplain,ladder" in done.stderr
