# SPDX-License-Identifier: GPL-2.0-or-later
"""The stock layout shows some 80 characters of a verdict: they hold what was found, and whose it is.

Each row of FOUND is a kind of finding, and what names the culprit there. A new verdict that is longer brings
a row; one that fits needs none.
"""

import re
from pathlib import Path

import pytest

CAPTURES = Path(__file__).parents[1] / "captures"
ALL = sorted((CAPTURES / "ladders").glob("*.md")) + sorted((CAPTURES / "recorded").glob("*.pcapng"))
SEEN = 80
HOST = r"(\d+\.\d+\.\d+\.\d+|[0-9a-f]*:[0-9a-f:]+)"
TIME = r"[\w. ]+?"
FOUND = [
    rf"stuck for {TIME} after 100: {HOST} (got it last|never answered|did not |does not |cannot |had only sent|sent |is |waits for |was sent |seems )",
    rf"stuck for {TIME} after 100(: 10\.|; |: {HOST}$)",        # nobody is to blame: how it ended comes next
    rf"slow: {TIME} from 100 to \d+ \(frame \d+\)(; {HOST} took|: {HOST} |$|;)",
    rf"cancelled {TIME} after 100(: {HOST} |; )",
    rf"{HOST} is gone {TIME} after 100: it (closed|reset) the connection",
    r"nothing was tried; (closed|reset) by the (client|edge proxy)",
    r"nothing was tried; ",
    r"(another flow was tried|another Contact was tried|another flow had failed before|handed on to the caller)",
    r"the client registered again in frame",
    r"the capture ends too early to see a repair",
    r"(closed|reset) (by the (client|edge proxy) )?here: the connection of",
    r"(closed|reset) by the (client|edge proxy) (here|in frame \d+)",
    r"nothing shows that a flow was lost",
    r"cannot tell whether a flow was lost",
    r"made from the \d+ of ",
    r"the BYE is (refused|challenged|never answered)",
    r"does not match (the request in )?frame \d+:|does not match the request in frame \d+",
    r"is not as the request in frame \d+",
    r"never acknowledged[:;] |acknowledged only in frame \d+|acknowledges the \d+ in frame \d+ only after",
    r"the \d+ in frame \d+ has no ACK after",
    rf"blocked by the \w+ of {HOST}|normal: a new attempt follows",
    r"the (caller|called side) (did|could) not refresh the session",
    rf"(refresh refused|{HOST}.* (tries|try) again: tried)",
    r"the (connection of the )?registration (is gone|ran out|was taken back|was replaced)",
    r"the flow token in Route is not the one|the edge proxy refuses its own flow token",
    r"the request is for another Contact|it answers a REGISTER|Microsoft's route repair",
    r"the edge proxy says (that|in frame)|the request comes over the very flow",
    r"the flow (of|works|registered)|no registration of this flow|sent over the flow in frame",
    rf"{HOST} hit its own time limit|{HOST} cannot (reach|connect)|{HOST} never answered",
    r"the client is to stay away|asks this client to send nothing",
    r"no response (at all )?for |no refresh in this capture|it comes .* had run out",
    r"goes in a circle|forked: |too early|too late|REGISTERs in a row|has refused \d+ requests",
    r"s of ringing: |has ended ",
    r"first fragment|did not take a TCP connection|bytes over UDP|the REGISTER (in frame \d+|on without Path)",
    r"Path in frame|is challenged|credentials|ends the call|ends the overdue wait|registered .* (earlier|before)",
    r"this attempt comes|it comes .* after the registration|normal: the client answers",
    r"^477 Unfortunately error on sending to next hop occurred to \w+ - ",     # its phrase fills the pane
    r"the capture lacks|cannot tell|told under|no final response|quoted by|repeats frame|the same (packet|message)",
    rf"sent the REGISTER on|the response in frame \d+ is for it|PRACK|{HOST} (answers|refuses|closes)",
]


def flagged(trees):
    """The verdicts of trees that have a warning of ours."""
    for tree in trees:
        if any(value.startswith("Warning/") for _, value in tree[1:] if isinstance(value, str)):
            yield tree[0][1].removeprefix("SIP Explain: ")


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_the_first_words_hold_finding_and_culprit(wireshark, capture, path):
    late = [verdict for trees in wireshark.everything(capture(path), "two") for verdict in flagged(trees)
            if len(verdict) > SEEN and not any(re.search(row, verdict[:SEEN]) for row in FOUND)]
    assert not late, late[:4]


# A window of 1920 x 1080 in the stock layout shows some 20 lines of the tree; five layers stand above ours.
LINES = 15


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_a_tree_fits_on_the_screen(wireshark, capture, path):
    long = [(number, lines) for number, lines in enumerate(wireshark.lines(capture(path)), 1)
            if max(lines, default=0) > LINES]
    assert not long
