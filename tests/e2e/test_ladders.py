# SPDX-License-Identifier: GPL-2.0-or-later
"""Every ladder shows what its expect block says, however Wireshark reads the capture."""

import re
from itertools import zip_longest
from operator import itemgetter
from pathlib import Path

import pytest

import ladder
from ladder_expect import equal
from test_verdict import VERDICT, assert_verdicts_are_top_lines
from tshark import HIDDEN, SAID_BEFORE, nodes_of

FAILED = "sipexplain.failed"        # as sipexplain.failure, which test_filters.py compares it with

LADDERS = sorted((Path(__file__).parents[1] / "captures" / "ladders").glob("*.md"))
# One pass prints a frame before it has read what follows.
LOOK_AHEAD = {
    "sipexplain",                               # the top line sums the others up
    "sipexplain.response_in", "sipexplain.response_missing", "sipexplain.cancelled_in",
    "sipexplain.parent",                        # comes later where clocks were merged
    "sipexplain.stack", "sipexplain.stack.fact", "sipexplain.stack.fact.more",
    "sipexplain.failure", "sipexplain.failure.cause", "sipexplain.failure.cause_in",
    "sipexplain.trying.state", "sipexplain.trying.wait", "sipexplain.trying.ended_in",
    "sipexplain.trying.cause", "sipexplain.trying.cause_in",
    "sipexplain.trying.ended",                  # unless the caller goes on over another connection
    "sipexplain.flow.outcome", "sipexplain.flow.retry_in", "sipexplain.flow.reregistered_in",
    "sipexplain.trying_timeout", "sipexplain.trying_slow", "sipexplain.trying_cancelled",
    "sipexplain.no_response", "sipexplain.flow_lost", "sipexplain.flow.failed_in",
    "sipexplain.flow_failed_later", "sipexplain.flow.return",
    "sipexplain.registration.state", "sipexplain.registration.in", "sipexplain.registration.age",
    "sipexplain.registration.expires", "sipexplain.registration.lost_in",
    "sipexplain.registration.newer_in", "sipexplain.registration.differs",
    "sipexplain.ack_in", "sipexplain.ack.state", "sipexplain.ack.cause", "sipexplain.ack.cause_in",
    "sipexplain.no_ack", "sipexplain.call.ended_in", "sipexplain.call.ended_by",
    "sipexplain.call.duration", "sipexplain.call.leg_ended_in", "sipexplain.bye_failed",
    "sipexplain.session.refreshed_in", "sipexplain.session_not_refreshed",
    "sipexplain.registration.refused", "sipexplain.registration.before_in",
    "sipexplain.registration_refused", "sipexplain.registration.run_out",
    "sipexplain.registration_not_refreshed",
    "sipexplain.size", "sipexplain.size.bytes", "sipexplain.size.smaller_in", "sipexplain.size.tcp_in",
    "sipexplain.size.mtu", "sipexplain.size.cause_in",
    "sipexplain.too_large", "sipexplain.tcp_not_taken",
    "sipexplain.mismatch", "sipexplain.mismatch_in", "sipexplain.dialog_mismatch",  # a later request may be taken
    "sipexplain.retry_after.broken", "sipexplain.retry_after.broken_in", "sipexplain.retry_after_broken",
}
# Where a flow was lost, told under another code too, or refused (439), the advice is what became of it; where an
# answer was not acknowledged, why.
ADVICE = {"sipexplain.fix", "sipexplain.fix.more"}
# A 100 is told at length where nothing follows it for too long.
TOLD_OF_100 = {*ADVICE, "sipexplain.when", "sipexplain.when.more", "sipexplain.explain.100"}

each_ladder = pytest.mark.parametrize("path", LADDERS, ids=lambda path: path.stem)


@each_ladder
@pytest.mark.parametrize("mode", ["one", "two", "sharkd"])
def test_shows_what_is_expected(wireshark, capture, path, mode):
    frames = wireshark.everything(capture(path), mode)
    failed = []
    for expect in ladder.read(path).expects:
        unknown = expect.field not in wireshark.types and expect.field != "sipexplain"
        if unknown:
            failed.append(f"{path.name}:{expect.number}: {expect.field} is not a registered field")
        elif mode == "sharkd" and expect.field in SAID_BEFORE:
            continue
        elif not (expect.look_ahead and mode == "one") and not expect.holds(frames):
            failed.append(f"{path.name}:{expect.number}: {expect.text}\n"
                          f"    shown: {shown(frames, expect)}")
    assert not failed, "\n" + "\n".join(failed)


@each_ladder
def test_the_road_makes_no_difference(wireshark, capture, path):
    assert_same_on_every_road(wireshark, capture(path))


@each_ladder
@pytest.mark.parametrize("mode", ["one", "two"])
def test_no_text_is_of_nothing(wireshark, capture, path, mode):
    """Frames begin with 1; a sentence may not name what the capture lacks."""
    assert not texts_of_nothing(wireshark.everything(capture(path), mode))


@each_ladder
def test_nor_for_what_no_tree_shows(wireshark, capture, path):
    """The verdict is the top line, which the roads are compared by; the rest needs no look-ahead."""
    one, two, filtered = (wireshark.hidden(capture(path), mode) for mode in ("one", "two", "filtered"))
    for mode, rows in (("one", one), ("two", two)):
        assert_verdicts_are_top_lines(wireshark.everything(capture(path), mode), rows)
    assert one == filtered
    before = [[[row[name] for name in HIDDEN if name not in (VERDICT, FAILED)] for row in rows] for rows in (one, two)]
    assert before[0] == before[1]


@each_ladder
def test_every_item_is_marked_as_generated(wireshark, capture, path):
    plain = [(number, node["l"])
             for number, tree in enumerate(wireshark.sharkd(capture(path)), 1)
             for proto in nodes_of(tree) if proto.get("f") == "sipexplain"
             for node in nodes_of([proto]) if not node.get("g")]
    assert not plain


@each_ladder
def test_an_open_tree_says_it_once(wireshark, capture, path):
    assert_said_once(wireshark.sharkd(capture(path)))


def assert_said_once(trees):
    """What a code means, and the frame that shows what went wrong."""
    for number, tree in enumerate(trees, 1):
        for proto in nodes_of(tree):
            if proto.get("f") == "sipexplain":
                lines = [node["l"] for node in nodes_of([proto])]
                meanings = [line.removeprefix("Meaning: ")[:40] for line in lines if line.startswith("Meaning: ")]
                repeated = [line for line in lines for meaning in meanings if meaning in line]
                signs = [line.split(": ")[1] for line in lines if re.match("(Shown|Closed|Lost) in: ", line)]
                assert len(repeated) == len(meanings), (number, repeated)
                assert len(set(signs)) == len(signs), (number, signs)


def texts_of_nothing(frames):
    texts = [value or "" for tree in flat(frames) for _, value in tree]
    return [text for text in texts if re.search(r"[Ff]rames? 0\b|\(null\)|  ", text)]


def test_every_expert_info_and_field_of_this_list_exists(wireshark):
    assert LOOK_AHEAD - {"sipexplain"} <= set(wireshark.types)


def assert_same_on_every_road(wireshark, capture):
    """One pass, one pass behind a display filter, two passes, sharkd from the last frame on."""
    one, two, filtered, sharkd = (wireshark.everything(capture, mode)
                                  for mode in ("one", "two", "filtered", "sharkd"))
    types = wireshark.types
    assert_same("one pass", without(one, LOOK_AHEAD), "two passes", without(two, LOOK_AHEAD))
    assert_same("one pass", by_field(one, types), "filtered", by_field(filtered, types))
    # sharkd shows nothing that is hidden.
    said = set(SAID_BEFORE)
    assert_same("two passes", without(two, said), "sharkd", without(sharkd, said))


def without(frames, names):
    def also(tree):
        codes = [value for field, value in tree if field == "sipexplain.code"]
        if "100" in codes:
            return TOLD_OF_100
        lost = any(field == "sipexplain.flow.outcome" or
                   (field == "sipexplain.fix" and value.startswith("This was made from")) for field, value in tree)
        # What shows that a flow works comes after the response that says it is gone.
        unseen = {"sipexplain.flow_failed"} if ("sipexplain.flow.death", "0") in tree else set()
        # So does what tells whether a proxy made the 487 to a CANCEL itself.
        unseen |= {"sipexplain.origin"} if "487" in codes else set()
        answered = any(code[0] == "2" for code in codes) and " to INVITE" in dict(tree)["sipexplain"]
        return unseen | (ADVICE if lost or answered or "439" in codes else set())

    def kept(tree):
        left_out = names | also(tree)
        return [item for item in tree if item[0] not in left_out]

    return [[kept(tree) for tree in trees] for trees in frames]


def by_field(frames, types):
    """What -T fields can show: no order of fields, no border between trees, no text of experts."""
    def reduced(name, value):
        return name, "" if types.get(name) == "FT_NONE" else value or None

    grouped = []
    for trees in frames:
        items = [reduced(*item) for item in flat(trees)]
        grouped.append([sorted((item for item in items if item[1] is not None), key=itemgetter(0))])
    return grouped


def shown(frames, expect):
    if expect.frame is None:
        every = {number: expect.shown(trees) for number, trees in enumerate(frames, 1)}
        return {number: values for number, values in every.items() if values}
    if expect.frame > len(frames):
        return f"the capture has {len(frames)} frames"
    return expect.shown(frames[expect.frame - 1])


def assert_same(left_name, left, right_name, right):
    """Names frame, field and both values of every difference."""
    wrong = []
    if len(left) != len(right):
        wrong.append(f"{left_name} has {len(left)} frames, {right_name} has {len(right)}")
    for number, (left_trees, right_trees) in enumerate(zip(left, right), 1):
        if len(left_trees) != len(right_trees):
            wrong.append(f"frame {number}: {left_name} has {len(left_trees)} trees, "
                         f"{right_name} {len(right_trees)}")
        for a, b in zip_longest(flat(left_trees), flat(right_trees), fillvalue=(None, None)):
            if a[0] != b[0] or not same_value(a[1], b[1]):
                wrong.append(f"frame {number}: {left_name} {a[0]} = {a[1]!r}, "
                             f"{right_name} {b[0]} = {b[1]!r}")
    assert not wrong, "\n" + "\n".join(wrong)


def same_value(a, b):
    return a == b if None in (a, b) else equal(a, b)


def flat(trees):
    return [item for tree in trees for item in tree]
