# SPDX-License-Identifier: GPL-2.0-or-later
"""sipexplain.verdict: the sentence of the top line as a field, for a column and for filters."""

import re
from pathlib import Path

import pytest

CAPTURES = Path(__file__).parents[1] / "captures"
VERDICT = "sipexplain.verdict"
CASES = [CAPTURES / "demo.pcap", CAPTURES / "ladders" / "trying-timed-out.md",
         CAPTURES / "recorded" / "flow-both-dead.pcapng",
         CAPTURES / "recorded" / "next-hop-port-closed.pcapng"]
BARE = re.compile(r"SIP Explain: \w+")      # a request that there is nothing to say of
CUT = 200       # Wireshark shows no more than 240 bytes of the top line


@pytest.mark.parametrize("mode", ["one", "two"])
@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_has_the_sentence_of_the_top_line(wireshark, capture, path, mode):
    trees = wireshark.everything(capture(path), mode)
    assert any(trees)
    assert_verdicts_are_top_lines(
        trees, wireshark.fields(capture(path), [VERDICT], two_pass=mode == "two"))


def assert_verdicts_are_top_lines(trees, rows):
    for frame, row in zip(trees, rows, strict=True):
        tops = [tree[0][1] for tree in frame if not BARE.fullmatch(tree[0][1])]
        assert ([shown_of(top, f"SIP Explain: {verdict}") for top, verdict in zip(tops, row[VERDICT])]
                == [top[:CUT] for top in tops])
        assert len(tops) == len(row[VERDICT])


def shown_of(top, sentence):
    """What the top line shows of a sentence: its beginning; what is known of the software, at its end."""
    head, cut, end = top.partition(" ...; ")
    if cut and sentence.startswith(head) and sentence.endswith(f"; {end}"):
        return top[:CUT]
    return sentence[:CUT]


@pytest.mark.parametrize("mode", ["one", "two", "sharkd"])
def test_no_tree_shows_it(wireshark, capture, mode):
    frames = wireshark.everything(capture(CASES[0]), mode)
    names = {name for frame in frames for tree in frame for name, _ in tree}
    assert "sipexplain.code" in names and VERDICT not in names


def test_it_is_whole_and_the_tree_does_not_repeat_it(wireshark, capture):
    path = capture(CAPTURES / "ladders" / "cause-spiral-back.md")
    row, = wireshark.fields(path, [VERDICT, "sipexplain"], display_filter="frame.number == 1",
                            two_pass=True)
    assert len(row["sipexplain"][0]) < len("SIP Explain: " + row[VERDICT][0])
    assert row[VERDICT][0].endswith("which had only sent 100 by then (frame 8)")
    shown = wireshark.tshark(["-2", "-V", "-Y", "frame.number == 1"], path)
    assert shown.count("stuck for 39.9 s") == 1, "the top line; expert infos begin with Stuck"


def test_as_a_column_and_a_filter(wireshark, capture):
    path = capture(CAPTURES / "demo.pcap")
    column = ["-o", f'gui.column.format:"No.","%m","Verdict","%Cus:{VERDICT}:0:R"']
    lines = wireshark.tshark(["-2", *column], path).splitlines()
    assert len(lines) == 32
    assert lines[5].split(None, 1) == ["6", "200 OK to REGISTER after 0.007 s"]
    found = wireshark.tshark(["-2", "-Y", f'{VERDICT} contains "nothing was tried"', *column], path)
    assert found.split(None, 1)[0] == "23" and len(found.splitlines()) == 1
