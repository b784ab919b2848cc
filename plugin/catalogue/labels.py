# SPDX-License-Identifier: GPL-2.0-or-later
"""What fields and their values are called in another language: read labels.tsv and values.tsv, check
their form, write their C tables. That they name all that the plugin registers, and nothing else, is
checked by tests/e2e/test_translation.py: only the plugin knows its fields.

FORMAT.md is the specification.
"""
import re

from texts import c_array, c_string, read_lines

NAME = r"sipexplain(?:\.[a-z0-9_]+)*"
LONGEST = 239       # bytes of an expert info that Wireshark shows


def read_rows(path, report):
    """Pairs of a line's number and its cells."""
    for number, line in enumerate(read_lines(path, report, is_table=True) or [], 1):
        if line[:1] != "#":
            yield number, line.split("\t")


def read_labels(path, report):
    """The rows (name, label, description or None)."""
    rows = []
    for number, cells in read_rows(path, report):
        if not (len(cells) in (2, 3) and all(cells) and re.fullmatch(NAME, cells[0])):
            report.error(path, number, "not a row; type filter name, tab, label, and where the English one is, "
                         "tab, description")
        elif rows and cells[0] <= rows[-1][0]:
            report.error(path, number, f"'{cells[0]}' comes after '{rows[-1][0]}'; sort by name")
        elif len(cells[1].encode()) > LONGEST:
            report.error(path, number, f"label of {len(cells[1].encode())} bytes; shorten it to {LONGEST}")
        else:
            rows.append((*cells, None)[:3])
    return rows


def read_values(path, report):
    """The rows (name, number, text)."""
    rows = []
    for number, cells in read_rows(path, report):
        if not (len(cells) == 4 and all(cells) and re.fullmatch(NAME, cells[0])
                and re.fullmatch("[0-9]{1,9}", cells[1])):
            report.error(path, number, "not a row; type filter name, tab, number, tab, text, tab, English text")
        elif rows and (cells[0], int(cells[1])) <= rows[-1][:2]:
            report.error(path, number, f"'{cells[0]}' {cells[1]} comes after '{rows[-1][0]}' {rows[-1][1]}; sort "
                         "by name and number")
        else:
            rows.append((cells[0], int(cells[1]), cells[2]))
    return rows


# Writing

def c_tables(name, kind, languages, rows):
    """One array for each language, and the array of these; English has none."""
    lines = []
    for language, cells in zip(languages[1:], rows):
        lines += c_array(f"{kind} {name}_{language}", cells)
    counted = [f"{{ {name}_{language}, {len(cells)} }}" for language, cells in zip(languages[1:], rows)]
    return [*lines, f"const {kind}s sx_{name}[] = {{", "    { NULL, 0 },", *(f"    {cell}," for cell in counted), "};"]


def generate(languages, labels, values):
    """The lines of C."""
    label_cells = [[f"{{ {c_string(name)}, {c_string(label)}, {c_string(text)} }}" for name, label, text in rows]
                   for rows in labels]
    value_cells = [[f"{{ {c_string(name)}, {number}, {c_string(text)} }}" for name, number, text in rows]
                   for rows in values]
    return [*c_tables("labels", "struct sx_label", languages, label_cells), "",
            *c_tables("value_names", "struct sx_value_name", languages, value_cells)]
