#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Check the catalogue and write its C tables.

FORMAT.md, beside this file, is the specification. Everything it demands is checked here, and all
errors are reported at once, as "file:line:1: error: what is wrong; what to type instead".
The output depends on nothing but the files: no time, no path, no order of the file system.
"""
import argparse
import re
import sys
from pathlib import Path

import labels
import stacks
import words
from texts import (Report, c_array, c_rows, c_string, codes_of, first_sentence, joined, list_of, named,
                   prose_errors, read_lines)

CLASSES = {1: "Provisional", 2: "Success", 3: "Redirection", 4: "Client Failure",
           5: "Server Failure", 6: "Global Failure"}
METHODS = ("INVITE", "REGISTER", "SUBSCRIBE", "BYE", "CANCEL", "OPTIONS", "PRACK", "UPDATE",
           "REFER", "NOTIFY", "MESSAGE", "PUBLISH", "INFO")
ROLES = {"progress": (1,), "success": (2,), "redirect": (3,), "challenge": (4, 5, 6),
         "retry": (4, 5, 6), "cancelled": (4, 5, 6), "failure": (4, 5, 6)}
UNREGISTERED = "RFC 3261 section 8.1.3.2"   # how to treat a code that nobody registered
TABLES = {"q850-causes.tsv": (1, 127), "warn-codes.tsv": (300, 399)}
LIMITS = {"meaning": 220, "when": 500, "fix": 600, "against": 500}
NO_ENGLISH_FILE = "there is no English file of this name; delete this one"
LABEL = 239     # bytes of "430 Flow Failed: meaning" that Wireshark shows in an expert info

NAME = re.compile(r"(?:([1-6][0-9]{2})|([1-6])xx)-([a-z0-9-]+)\.md")
HEADING = re.compile(r"# (?:(Meaning|When|Fix)|Fix: (.+)|Against ([1-6][0-9]{2}))")
REFERENCE = re.compile(r"RFC [1-9][0-9]*( section [0-9A-Z]+(\.[0-9]+)*)?")
TOKEN = r"[A-Za-z0-9.!%*_+`'~-]+"
REQUIRED = re.compile(rf"({TOKEN}(?:\|{TOKEN})*)(?: \(([A-Z]+)\))?")


class Entry:
    """One Markdown file. The keys of texts and lines (where each thing stands) are the header's
    keys and ("meaning",), ("when",), ("fix", method or None), ("against", code). base: of a translation,
    the English entry."""
    def __init__(self, path, name, language, base):
        self.path, self.slug, self.language, self.base = path, name[3], language, base
        self.is_class = name[1] is None
        self.number = int(name[2] or name[1])
        self.status_class = int(path.name[0])
        self.header, self.texts, self.lines = {}, {}, {}
        self.is_read = False    # what cannot be read gets one error, not one for each thing missing


# Values in the header: each function returns the value, or raises ValueError with the advice.

def one_of(*choices):
    def parse(value):
        if value not in choices:
            raise ValueError(f"'{value}' is not known; type {' or '.join(choices)}")
        return value
    return parse


def parse_reference(value):
    if not all(REFERENCE.fullmatch(part) for part in value.split(", ")):
        raise ValueError(f"'{value}' is not a reference; type 'RFC 5626' or "
                         "'RFC 5626 section 11.5', several separated by a comma and a space")
    return value


def parse_list(value):
    return list_of(value, ", or leave the line out")


def parse_see(value):
    return codes_of(parse_list(value))


def parse_requires(value):
    required = []
    for item in parse_list(value):
        match = REQUIRED.fullmatch(item)
        if not match:
            raise ValueError(f"'{item}' is not a header field; type its name, 'A|B' for either, "
                             "'A (INVITE)' for one method")
        required.append((match[2] and parse_method(match[2]), match[1].split("|")))
    return required


def parse_method(value):
    if value not in METHODS:
        hint = "nothing answers an ACK; " if value == "ACK" else ""
        raise ValueError(f"'{value}' is not a method; {hint}type one of: {', '.join(METHODS)}")
    return value


HEADER = {"phrase": str, "reference": parse_reference, "registered": one_of("yes", "no"),
          "severity": one_of("chat", "note", "warn"), "role": one_of(*ROLES),
          "requires": parse_requires, "see": parse_see}
OPTIONAL = ("requires", "see")


# Reading one file

def read_header(entry, lines, report):
    """Read the "key: value" lines between two "---"; return the number of the last, 0 if none."""
    keys = {"class" if entry.is_class else "code": one_of(str(entry.number))}
    keys.update({"lang": one_of(entry.language)} if entry.language else HEADER)
    if lines[:1] != ["---"] or "---" not in lines[1:]:
        report.error(entry.path, 1, "no header; begin with the line '---' and end it with another")
        return 0
    end = lines.index("---", 1) + 1
    for number, line in enumerate(lines[1:end - 1], 2):
        key, _, value = line.partition(": ")
        if key not in keys or not value:
            report.error(entry.path, number, f"'{line}' is not known here; type 'key: value' with "
                         f"one of: {', '.join(keys)}")
        elif key in entry.lines:
            report.error(entry.path, number, f"a second '{key}'; delete one")
        else:
            entry.lines[key] = number
            try:
                entry.header[key] = keys[key](value)
            except ValueError as error:
                report.error(entry.path, number, f"{key}: {error}")
    for key in keys:
        if key not in entry.lines and key not in OPTIONAL:
            report.error(entry.path, end, f"no '{key}'; add the line '{key}: ...' above this one")
    return end


def heading_keys(heading):
    """The keys of the text under a heading."""
    match = HEADING.fullmatch(heading)
    if not match:
        raise ValueError(f"'{heading}' is not a heading; type '# Meaning', '# When', '# Fix', "
                         "'# Fix: INVITE, UPDATE' or '# Against 480'")
    if match[2]:
        return [("fix", parse_method(method)) for method in match[2].split(", ")]
    if match[3]:
        return [("against", int(match[3]))]
    return [("fix", None)] if match[1] == "Fix" else [(match[1].lower(),)]


def read_sections(entry, lines, end, report):
    """Read the headings below the header, which ends at line end, and the text under each."""
    starts = [number for number, line in enumerate(lines, 1) if number > end and line[:1] == "#"]
    starts.append(len(lines) + 1)
    if any(lines[end:starts[0] - 1]):
        report.error(entry.path, end + 1, "text without a heading; begin with '# Meaning'")
    phrase = (entry.base or entry).header.get("phrase", entry.slug)
    shown = f"NNN {phrase}: "
    limits = {**LIMITS, "meaning": min(LIMITS["meaning"], LABEL - len(shown))}
    for start, stop in zip(starts, starts[1:]):
        try:
            keys = heading_keys(lines[start - 1])
        except ValueError as error:
            report.error(entry.path, start, str(error))
            continue
        paragraph = "\n".join(lines[start:stop - 1]).strip("\n").split("\n")
        for message in prose_errors(paragraph, limits[keys[0][0]]):
            report.error(entry.path, start, message)
        for key in keys:
            if key in entry.texts:
                report.error(entry.path, start, f"line {entry.lines[key]} is a heading for the "
                             "same; delete one")
            entry.texts[key], entry.lines[key] = joined(paragraph), start


def read_entry(path, report, language=None, base=None):
    """One Markdown file, or None if its name is not one of the catalogue's."""
    name = NAME.fullmatch(path.name)
    if not name:
        report.error(path, 1, "not a name of the catalogue; call it like 430-flow-failed.md or "
                     "4xx-client-failure.md")
        return None
    entry, lines = Entry(path, name, language, base), read_lines(path, report)
    end = read_header(entry, lines, report) if lines is not None else 0
    if end:
        read_sections(entry, lines, end, report)
    entry.is_read = end > 0
    return entry


def read_table(path, report):
    """The rows (number, name, meaning) of a TSV file."""
    rows, (low, high) = [], TABLES[path.name]
    for number, line in enumerate(read_lines(path, report, is_table=True) or [], 1):
        cells = line.split("\t")
        if line[:1] == "#":
            continue
        if len(cells) != 3 or not all(cells) or not re.fullmatch("[0-9]{1,3}", cells[0]):
            report.error(path, number, "not a row; type number, tab, name, tab, meaning")
        elif not low <= int(cells[0]) <= high:
            report.error(path, number, f"{cells[0]} is not from {low} to {high}; correct it")
        elif rows and int(cells[0]) <= rows[-1][0]:
            report.error(path, number, f"{cells[0]} comes after {rows[-1][0]}; sort by number")
        elif len(cells[2].encode()) > LIMITS["meaning"]:
            report.error(path, number, f"meaning of {len(cells[2].encode())} bytes; shorten it "
                         f"to {LIMITS['meaning']}")
        else:
            rows.append((int(cells[0]), cells[1], cells[2]))
    return rows


# Checks that need more than one line

def header_errors(entry):
    """Pairs of a key and what is wrong with it, seen against the name and the other keys."""
    phrase, role = entry.header.get("phrase", ""), entry.header.get("role")
    slug = re.sub("[^a-z0-9]+", "-", phrase.lower()).strip("-")
    if phrase and slug != entry.slug:
        yield "phrase", (f"the file name says otherwise; call it {entry.path.name[:3]}-{slug}.md "
                         "or correct the phrase")
    if role and entry.status_class not in ROLES[role]:
        fitting = " or ".join(name for name in ROLES if entry.status_class in ROLES[name])
        yield "role", f"'{role}' does not fit class {entry.status_class}; type {fitting}"
    if entry.is_class and phrase and phrase != CLASSES[entry.number]:
        yield "phrase", f"this class is called '{CLASSES[entry.number]}'; type that"
    if entry.is_class and entry.header.get("registered") == "yes":
        yield "registered", "a class stands for codes that are not registered; type 'no'"
    if (entry.header.get("registered") == "no"
            and entry.header.get("reference", UNREGISTERED) != UNREGISTERED):
        yield "reference", f"not registered, so no RFC defines it; type '{UNREGISTERED}'"


def target_errors(entry, codes):
    """Pairs of a key and what is wrong with a code named there."""
    targets = [("see", code) for code in entry.header.get("see", [])]
    targets += [(key, key[1]) for key in entry.texts if key[0] == "against"]
    for key, code in targets:
        if entry.is_class and key != "see":
            yield key, "a class is not compared; delete this section"
        elif code not in codes:
            yield key, f"there is no file for {code}; correct the number or add the file"
        elif (False, code) == (entry.is_class, entry.number):
            yield key, f"{code} is this code itself; delete it"


def check_entry(entry, codes, report):
    for key, message in [*header_errors(entry), *target_errors(entry, codes)]:
        report.error(entry.path, entry.lines.get(key, 1), message)
    for key in (("meaning",), ("when",), ("fix", None)):
        if entry.is_read and key not in entry.texts:
            name = key[0].capitalize()
            report.error(entry.path, 1, f"no '# {name}'; add that heading and a text below it")


def check_contrasts(entries, report):
    """What sets two codes apart is written once and shown for both."""
    written = {}
    for entry in entries:
        for key in entry.texts:
            if key[0] == "against":
                first = written.setdefault(frozenset((entry.number, key[1])), entry)
                if first is not entry:
                    report.error(entry.path, entry.lines[key],
                                 f"{first.path.name} says this already; delete one")


def check_translation(entry, report):
    """A translation has exactly the sections of its base."""
    base = entry.base
    if not (base.is_read and entry.is_read):
        return
    for key in base.texts.keys() - entry.texts.keys():
        report.error(entry.path, 1, f"the section at line {base.lines[key]} of the English file "
                     "is missing; translate it")
    for key in entry.texts.keys() - base.texts.keys():
        report.error(entry.path, entry.lines[key], "the English file has no such section; "
                     "delete it here or add it there")


def read_codes(folder, report):
    """The English files by (is_class, number), checked."""
    base = {}
    for path in sorted(folder.glob("*.md")):
        entry = read_entry(path, report)
        if entry and base.setdefault((entry.is_class, entry.number), entry) is not entry:
            first = base[entry.is_class, entry.number].path.name
            report.error(path, 1, f"{first} has this number already; delete one")
    for number, name in CLASSES.items():
        if (True, number) not in base:
            slug = name.lower().replace(" ", "-")
            report.error(folder / f"{number}xx-{slug}.md", 1, "missing; add the file")
    codes = {number for is_class, number in base if not is_class}
    for entry in base.values():
        check_entry(entry, codes, report)
    check_contrasts(base.values(), report)
    return base


def read_translated_codes(folder, base, report):
    """The files of another language, by the keys of base."""
    names = {entry.path.name: key for key, entry in base.items()}
    for path in sorted(folder.glob("*.md")):
        if path.name not in names:
            report.error(path, 1, NO_ENGLISH_FILE)
    entries = {}
    for name, key in names.items():
        entry = read_entry(folder / name, report, folder.parent.name, base[key])
        check_translation(entry, report)
        entries[key] = entry
    return entries


def read_translated_table(path, base, report):
    """A table of another language, with the numbers of base."""
    rows = read_table(path, report)
    for number in sorted({row[0] for row in base} - {row[0] for row in rows}):
        if path.exists():
            report.error(path, 1, f"{number} is missing; translate it")
    for number in sorted({row[0] for row in rows} - {row[0] for row in base}):
        report.error(path, 1, f"{number} is not in the English file; delete it here or add it there")
    return rows


class Catalogue:
    """All of a folder, read and checked. Of texts there is one for each language, in their order: codes
    (by (is_class, number)), tables (by name), labels, values; English has no labels of its own."""
    def __init__(self, folder, report):
        others = words.languages(folder)
        base = read_codes(folder / "codes", report)
        tables = {name: read_table(folder / name, report) for name in TABLES}
        self.languages = ["en", *(path.name for path in others)]
        self.codes = [base, *(read_translated_codes(path / "codes", base, report) for path in others)]
        self.tables = [tables, *({name: read_translated_table(path / name, tables[name], report)
                                  for name in TABLES} for path in others)]
        self.stacks = stacks.read(folder / "stacks", report, [path / "stacks" for path in others])
        self.labels = [labels.read_labels(path / "labels.tsv", report) for path in others]
        self.values = [labels.read_values(path / "values.tsv", report) for path in others]
        self.words = words.read(folder, report)


# Writing

def contrasts_of(entries):
    """(is_class, number) -> its contrasts, (other code, text), by the other code."""
    contrasts = {}
    for (_, code), entry in entries.items():
        for key, text in entry.texts.items():
            if key[0] == "against":
                contrasts.setdefault((False, code), []).append((key[1], text))
                contrasts.setdefault((False, key[1]), []).append((code, text))
    return {key: sorted(rows) for key, rows in contrasts.items()}


def c_name(key):
    return f"{'class_' if key[0] else ''}{key[1]}"


def c_texts(name, entry, texts, contrasts):
    """What an entry says in one language: the arrays that this points to, and its own initializer."""
    fixes = [(key[1], text) for key, text in texts.items() if key[0] == "fix" and key[1]]
    fixes.append((None, texts["fix", None]))
    lines = c_array(f"struct sx_advice fixes_{name}",
                    c_rows((c_string(method), c_string(text)) for method, text in fixes))
    if contrasts:
        rows = [(other, c_string(text)) for other, text in contrasts]
        lines += c_array(f"struct sx_contrast contrasts_{name}", c_rows([*rows, (0, "NULL")]))
    cells = [c_string(texts["meaning",]), c_string(texts["when",]), f"fixes_{name}",
             f"contrasts_{name}" if contrasts else "NULL",
             c_string(summary(entry, entry.header, texts["meaning",]))]
    return lines, f"{{ {', '.join(cells)} }}"


def c_entry(key, entry, texts):
    """The lines of the arrays an entry points to, and of its own initializer. texts: the name of its
    array of texts."""
    name, header = c_name(key), entry.header
    registered, lines, required = header["registered"] == "yes", [], []
    for method, names in header.get("requires", []):
        required.append((c_string(method), f"names_{name}_{len(required)}"))
        lines += c_array(f"char *const {required[-1][1]}", map(c_string, [*names, None]))
    if required:
        lines += c_array(f"struct sx_required required_{name}",
                         c_rows([*required, ("NULL", "NULL")]))
    if "see" in header:
        lines += c_array(f"uint16_t see_{name}", [*header["see"], 0])
    members = {
        "code": 0 if entry.is_class else entry.number,
        "severity": f"SX_{header['severity'].upper()}",
        "role": f"SX_ROLE_{header['role'].upper()}",
        "registered": "true" if registered else "false",
        "phrase": c_string(header["phrase"]),
        "reference": c_string(header["reference"]),
        "required": f"required_{name}" if required else "NULL",
        "see": f"see_{name}" if "see" in header else "NULL",
        "filter": c_string(f"sipexplain.explain.{entry.number if registered else 'other'}"),
        "texts": texts,
    }
    begin = f"    [{entry.number}] = {{" if entry.is_class else "    {"
    rows = [f"        .{member} = {value}," for member, value in members.items()]
    return lines, [begin, *rows, "    },"]


def summary(entry, header, meaning):
    """The name of the expert info; where nothing is wrong also all that it says."""
    name = f"{'' if entry.is_class else entry.number} {header['phrase']}".strip()
    if header["role"] not in ("success", "progress"):
        return name
    return named(name, first_sentence(meaning))


def c_codes(catalogue):
    """The lines of C for codes and classes."""
    base, arrays, entries = catalogue.codes[0], [], {False: [], True: []}
    contrasts = [contrasts_of(codes) for codes in catalogue.codes]
    for key, entry in sorted(base.items()):
        rows = []
        for language, codes, others in zip(catalogue.languages, catalogue.codes, contrasts):
            lines, row = c_texts(f"{c_name(key)}_{language}", entry, codes[key].texts, others.get(key))
            arrays += lines
            rows.append(row)
        arrays += c_array(f"struct sx_code_texts texts_{c_name(key)}", rows)
        lines, initializer = c_entry(key, entry, f"texts_{c_name(key)}")
        arrays += [*lines, ""]
        entries[entry.is_class] += initializer
    return [*arrays, "const struct sx_code sx_codes[] = {", *entries[False], "};",
            "const size_t sx_codes_count = sizeof sx_codes / sizeof sx_codes[0];", "",
            "const struct sx_code sx_class_fallbacks[7] = {", *entries[True], "};"]


def c_numbers(name, catalogue, table):
    """The lines of C for a table in all languages."""
    lines, arrays = [], [f"{name}_{language}" for language in catalogue.languages]
    for array, tables in zip(arrays, catalogue.tables):
        rows = [f"{{ {number}, {c_string(text)}, {c_string(meaning)} }}" for number, text, meaning in tables[table]]
        lines += c_array(f"struct sx_number_text {array}", rows)
    return ["", *lines, f"const struct sx_number_text *const sx_{name}[] = {{",
            *(f"    {array}," for array in arrays), "};",
            f"const size_t sx_{name}_count = {len(catalogue.tables[0][table])};"]


def generate(catalogue):
    """The C file, as one string."""
    return "\n".join([
        "/* Written by plugin/catalogue/generate.py from the files beside it: change those.",
        " *", " * SPDX-License-Identifier: GPL-2.0-or-later", " */",
        '#include "core/base/labels.h"', '#include "core/base/language.h"', '#include "core/facts/catalogue.h"',
        '#include "core/facts/stack_facts.h"', "", *c_codes(catalogue),
        *c_numbers("q850_causes", catalogue, "q850-causes.tsv"),
        *c_numbers("warn_codes", catalogue, "warn-codes.tsv"), "",
        *stacks.generate(catalogue.stacks), "",
        *labels.generate(catalogue.languages, catalogue.labels, catalogue.values), "",
        *words.generate(catalogue.words), ""])


def main():
    parser = argparse.ArgumentParser(description="Check the catalogue and write its C tables.")
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).parent,
                        help="the catalogue (default: the folder of this script)")
    action = parser.add_mutually_exclusive_group(required=True)
    action.add_argument("--check", action="store_true", help="only check")
    action.add_argument("--table", action="store_true",
                        help="check and print what is known of software, for the README")
    action.add_argument("--output", metavar="FILE", type=Path, help="check and write the C file")
    parser.add_argument("--words", metavar="FILE", type=Path,
                        help="with --output: write the header of the words as well")
    options = parser.parse_args()

    report = Report()
    catalogue = Catalogue(options.folder, report)
    if report:
        sys.stderr.write(str(report))
        return 1
    if options.output:
        options.output.write_bytes(generate(catalogue).encode("ascii"))
        if options.words:
            options.words.write_bytes("\n".join(words.header(catalogue.words)).encode("ascii"))
    elif options.table:
        print("\n".join(stacks.table(catalogue.stacks)))
    else:
        print(f"{len(catalogue.codes[0]) - len(CLASSES)} codes, {len(CLASSES)} classes, "
              f"{', '.join(f'{len(catalogue.tables[0][name])} in {name}' for name in TABLES)}, "
              f"{sum(len(stack.facts) for stack in catalogue.stacks)} facts of {len(catalogue.stacks)} programs, "
              f"{sum(map(len, catalogue.words['en'].values()))} messages, in {' and '.join(catalogue.languages)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
