# SPDX-License-Identifier: GPL-2.0-or-later
"""The short form of the benchmark, and whether it would notice. SX_LONG=1: every row of it."""

import os

import pytest

import bench
import revision
import rivals
from table import ALONE, OURS, Table


def table_of(*rows):
    made = Table([ALONE, OURS, "sngrep"])
    for row in rows:
        made.add(*row)
    return made


@pytest.mark.parametrize("percent, marked", [(4.9, False), (5.0, False), (5.1, True)])
def test_past_the_budget_is_marked(percent, marked):
    made = table_of(("SIP", {OURS: f"{percent}"}, percent, 5, "+5 %"))
    assert made.over() == (["SIP"] if marked else [])
    assert ("OVER" in made.text()) == marked


@pytest.mark.parametrize("cost, marked", [(59, False), (60, False), (61, True)])
def test_a_triage_that_saves_too_little_is_past_the_budget(cost, marked):
    made = table_of()
    made.add_share("mix", cost, 100, 60)
    assert made.rows[0].over == marked


@pytest.mark.parametrize("cost, marked", [(109, False), (110, False), (111, True)])
def test_more_than_its_part_of_a_rival_is_past_the_budget(cost, marked):
    made = table_of()
    made.add_against("added", "sngrep", cost, 100, 1.1)
    assert made.rows[0].over == marked
    assert f"{cost} = {cost / 100:.3f} of sngrep" in made.text()


@pytest.mark.parametrize("long, only, measured", [
    (False, [], ["quick"]), (True, [], ["quick", "slow"]), (False, ["slow"], ["slow"]), (True, ["quick"], ["quick"])])
def test_what_is_measured(monkeypatch, long, only, measured):
    done = []
    monkeypatch.setattr(bench, "PARTS", {"quick": (lambda *_: done.append("quick"), False),
                                         "slow": (lambda *_: done.append("slow"), True)})
    made = type("Bench", (), {"check_contenders": staticmethod(lambda: None)})
    bench.measure(made, long, only)
    assert done == measured


def test_growth_of_a_slow_core_is_past_the_budget():
    made = table_of()
    made.add_growth("quadratic", "1, 10", 10.0)
    made.add_growth("flat", "1, 1", 1.0)
    assert [row.over for row in made.rows] == [True, False]


@pytest.mark.parametrize("kind, ours, marked", [("SIP", 220, False), ("SIP", 221, True)])
def test_a_message_is_compared_with_the_earlier_build_by_what_each_of_them_sees(monkeypatch, kind, ours, marked):
    """The earlier build adds 100 to each of 200 packets, and sees half the messages."""
    monkeypatch.setattr(bench, "ADDED_BUDGETS", {kind: 1.1})
    made = bench.Bench("/nonexistent", None)
    made.table = table_of()
    made.capture = lambda _, size: (size, size)
    small, large = bench.KINDS[kind][1:]
    seen = {OURS: {small: 2 * small, large: 2 * large}, "then": {small: small, large: large}}
    made.builds = [made.plugin, made.earlier] = [
        type("Build", (), {"name": name, "messages": staticmethod(counts.get)})
        for name, counts in seen.items()]
    made.asked = {(kind, "-r", name): (lambda cost=cost: 1000 + cost)
                  for name, cost in ((ALONE, 0), (OURS, ours), ("then", 100))}
    made.added()
    row, = made.table.rows
    assert row.over == marked
    assert "50 % of them" in row.name


@pytest.mark.parametrize("said, right", [
    ("Dialog count: 2\rDialog count: 3\n", True), ("Dialog count: 2\n", False), ("", False)])
def test_a_rival_that_leaves_calls_out_is_not_timed(said, right):
    runner = type("Runner", (), {"seconds": staticmethod(lambda *_: (1.5, said))})
    if right:
        assert rivals.sngrep(runner, "calls.pcap", 3) == 1.5
    else:
        with pytest.raises(RuntimeError, match="of 3 calls"):
            rivals.sngrep(runner, "calls.pcap", 3)


def test_a_commit_that_git_does_not_have(tmp_path):
    assert revision.exported("0" * 40, tmp_path) is None


def test_a_commit_that_was_put_there_needs_no_git(tmp_path):
    source = tmp_path / "build" / "bench-none" / "source"
    source.mkdir(parents=True)
    assert revision.exported("none", tmp_path) == source


@pytest.mark.parametrize("short", [True, False])
def test_without_the_earlier_commit_the_rest_is_measured(monkeypatch, short):
    monkeypatch.setattr(revision, "exported", lambda _: None)
    options = type("Options", (), {"short": short, "against": None})
    assert bench.compared(options) is None
    options.against = "0123456"
    with pytest.raises(RuntimeError, match="does not have 0123456"):
        bench.compared(options)


def test_every_row_is_within_budget(capsys):
    code = bench.main([] if os.environ.get("SX_LONG") else ["--short"])
    table = capsys.readouterr().out
    assert code == 0, table
