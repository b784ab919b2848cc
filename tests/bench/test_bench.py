# SPDX-License-Identifier: GPL-2.0-or-later
"""The short form of the benchmark, and whether it would notice. SX_LONG=1: every row of it."""

import os

import pytest

import bench


def table_of(*rows):
    made = bench.Bench("/nonexistent", None)
    made.alone = made.plugin = type("Contender", (), {"name": "sipexplain"})
    for row in rows:
        made.add(*row)
    return made


@pytest.mark.parametrize("percent, marked", [(4.9, False), (5.0, False), (5.1, True)])
def test_past_the_budget_is_marked(percent, marked):
    made = table_of(("SIP", {"sipexplain": f"{percent}"}, percent, 5, "+5 %"))
    assert made.rows[0].over == marked
    assert ("OVER" in made.table()) == marked


@pytest.mark.parametrize("cost, marked", [(59, False), (60, False), (61, True)])
def test_a_triage_that_saves_too_little_is_past_the_budget(cost, marked):
    made = table_of()
    made.add_share("mix", cost, 100, 60)
    assert made.rows[0].over == marked


def test_growth_of_a_slow_core_is_past_the_budget():
    made = table_of()
    made.add_growth("quadratic", "1, 10", 10.0)
    made.add_growth("flat", "1, 1", 1.0)
    assert [row.over for row in made.rows] == [True, False]


def test_every_row_is_within_budget(capsys):
    code = bench.main([] if os.environ.get("SX_LONG") else ["--short"])
    table = capsys.readouterr().out
    assert code == 0, table
