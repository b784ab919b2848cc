# SPDX-License-Identifier: GPL-2.0-or-later
"""The table that the benchmark prints, and what of it is past its budget."""

import sys
from dataclasses import dataclass

ALONE, OURS = "tshark alone", "sipexplain"      # columns that every table has
FLAT = 1.05             # the most that a packet may cost more in a large capture


@dataclass
class Row:
    """A line of the table. worst: the number that is held against the budget."""
    name: str
    cells: dict                     # column -> text
    worst: float
    budget: float
    budget_text: str

    @property
    def over(self):
        return self.worst > self.budget


class Table:
    def __init__(self, columns):
        self.columns, self.rows = list(columns), []

    def add(self, *args):
        self.rows.append(Row(*args))
        print(".", end="", flush=True, file=sys.stderr)

    def add_overhead(self, name, budget, alone, plugin):
        over = (plugin / alone - 1) * 100
        self.add(name, {ALONE: f"{alone:,.0f}", OURS: f"{over:+.1f} %"}, over, budget,
                 f"{budget:+.1f} %")

    def add_share(self, name, cost, alone, budget):
        share = cost / alone * 100
        self.add(name, {ALONE: f"{alone:,.0f}", OURS: f"{share:.0f} % of it"}, share, budget,
                 f"{budget} % of it")

    def add_against(self, name, rival, cost, its_cost, budget, cells=(), text="{:,.0f}".format):
        """Ours in parts of what another column takes for the same."""
        ratio = cost / its_cost
        self.add(name, {**dict(cells), rival: text(its_cost),
                        OURS: f"{text(cost)} = {ratio:.3f} of {rival}"},
                 ratio, budget, f"{budget}")

    def add_growth(self, name, cell, ratio):
        self.add(name, {OURS: cell + f" = {ratio:.3f}"}, ratio, FLAT, f"{FLAT}")

    def over(self):
        return [row.name for row in self.rows if row.over]

    def text(self):
        lines = [["", *self.columns, "budget", ""]]
        lines += [[row.name, *(row.cells.get(column, "") for column in self.columns),
                   row.budget_text, "OVER" if row.over else ""] for row in self.rows]
        widths = [max(map(len, column)) for column in zip(*lines)]
        return "\n".join("  ".join(
            [line[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in
                                         zip(line[1:], widths[1:]))]).rstrip() for line in lines)
