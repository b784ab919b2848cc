# SPDX-License-Identifier: GPL-2.0-or-later
"""Changes that no test notices, and why that is right: survivors.tsv."""

import re
from dataclasses import dataclass
from pathlib import Path

from mutant import ListError

COLUMNS = "file", "function", "change", "why"


@dataclass(frozen=True)
class Survivor:
    """A line of the list. In the first three * stands for any text."""
    file: str
    function: str
    change: str
    why: str

    def fits(self, mutant):
        return (matches(self.file, Path(mutant.path).name) and matches(self.function, mutant.function or "-") and
                matches(self.change, mutant.change))

    def __str__(self):
        return f"{self.file}, {self.function}: {self.change}"


def matches(pattern, text):
    return re.fullmatch(re.escape(words(pattern)).replace(r"\*", ".*"), words(text)) is not None


def words(text):
    return " ".join(text.split())


def read(path):
    """Without the line of the columns' names."""
    survivors = []
    for number, line in enumerate(Path(path).read_text().splitlines(), 1):
        if line.startswith("#") or number == 1:
            continue
        cells = line.split("\t")
        if len(cells) != len(COLUMNS) or not cells[0] or not cells[2] or not cells[3].strip():
            raise ListError(f"{path}:{number}: expected {', '.join(COLUMNS)} with tabs between them")
        survivors.append(Survivor(*cells))
    return survivors


def compare(known, tried, survived):
    """(survivors that the list does not name, lines of it whose changes are all noticed now)."""
    new = [mutant for mutant in survived if not any(each.fits(mutant) for each in known)]
    gone = [each for each in known if any(map(each.fits, tried)) and not any(map(each.fits, survived))]
    return new, gone
