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

import stacks
import words
from texts import Report, c_array, c_rows, c_string, codes_of, list_of, prose_errors, read_lines

CLASSES = {1: "Provisional", 2: "Success", 3: "Redirection", 4: "Client Failure",
           5: "Server Failure", 6: "Global Failure"}
METHODS = ("INVITE", "REGISTER", "SUBSCRIBE", "BYE", "CANCEL", "OPTIONS", "PRACK", "UPDATE",
           "REFER", "NOTIFY", "MESSAGE", "PUBLISH", "INFO")
ROLES = {"progress": (1,), "success": (2,), "redirect": (3,), "challenge": (4, 5, 6),
         "retry": (4, 5, 6), "cancelled": (4, 5, 6), "failure": (4, 5, 6)}
UNREGISTERED = "RFC 3261 section 8.1.3.2"   # how to treat a code that nobody registered
TABLES = {"q850-causes.tsv": (1, 127), "warn-codes.tsv": (300, 399)}
LIMITS = {"meaning": 220, "when": 500, "fix": 600, "against": 500}
LABEL = 239     # bytes of "430 Flow Failed: meaning" that Wireshark shows in an expert info

NAME = re.compile(r"(?:([1-6][0-9]{2})|([1-6])xx)-([a-z0-9-]+)(?:\.([a-z]{2}))?\.md")
HEADING = re.compile(r"# (?:(Meaning|When|Fix)|Fix: (.+)|Against ([1-6][0-9]{2}))")
REFERENCE = re.compile(r"RFC [1-9][0-9]*( section [0-9A-Z]+(\.[0-9]+)*)?")
TOKEN = r"[A-Za-z0-9.!%*_+`'~-]+"
REQUIRED = re.compile(rf"({TOKEN}(?:\|{TOKEN})*)(?: \(([A-Z]+)\))?")


class Entry:
    """One Markdown file. The keys of texts and lines (where each thing stands) are the header's
    keys and ("meaning",), ("when",), ("fix", method or None), ("against", code)."""
    def __init__(self, path, name):
        self.path, self.slug, self.language = path, name[3], name[4]
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
    shown = f"NNN {entry.header.get('phrase', entry.slug)}: "
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
            entry.texts[key], entry.lines[key] = " ".join(paragraph), start


def read_entry(path, report):
    """One Markdown file, or None if its name is not one of the catalogue's."""
    name = NAME.fullmatch(path.name)
    if not name:
        report.error(path, 1, "not a name of the catalogue; call it like 430-flow-failed.md, "
                     "4xx-client-failure.md or 430-flow-failed.de.md")
        return None
    entry, lines = Entry(path, name), read_lines(path, report)
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


def check_translation(entry, base, report):
    """A translation has exactly the sections of its base."""
    if base is None or base.slug != entry.slug:
        report.error(entry.path, 1, "no English file of this name; correct the name or add it")
        return
    if not (base.is_read and entry.is_read):
        return
    for key in base.texts.keys() - entry.texts.keys():
        report.error(entry.path, 1, f"the section at line {base.lines[key]} of {base.path.name} "
                     "is missing; translate it")
    for key in entry.texts.keys() - base.texts.keys():
        report.error(entry.path, entry.lines[key], f"{base.path.name} has no such section; "
                     "delete it here or add it there")


def read_catalogue(folder, report):
    """Read and check a folder: (base files by (is_class, number), translations, tables, stacks, words)."""
    base, translations = {}, []
    for path in sorted((folder / "codes").glob("*.md")):
        entry = read_entry(path, report)
        if entry and entry.language:
            translations.append(entry)
        elif entry and base.setdefault((entry.is_class, entry.number), entry) is not entry:
            first = base[entry.is_class, entry.number].path.name
            report.error(path, 1, f"{first} has this number already; delete one")
    for number, name in CLASSES.items():
        if (True, number) not in base:
            slug = name.lower().replace(" ", "-")
            report.error(folder / "codes" / f"{number}xx-{slug}.md", 1, "missing; add the file")
    codes = {number for is_class, number in base if not is_class}
    for entry in base.values():
        check_entry(entry, codes, report)
    check_contrasts(base.values(), report)
    for entry in translations:
        check_translation(entry, base.get((entry.is_class, entry.number)), report)
    tables = {name: read_table(folder / name, report) for name in TABLES}
    return (base, translations, tables, stacks.read(folder / "stacks", report),
            words.read(folder, report))


# Writing

def c_entry(entry, texts, contrasts):
    """The lines of the arrays an entry points to, and of its own initializer."""
    name = f"{'class_' if entry.is_class else ''}{entry.number}"
    header, registered = entry.header, entry.header["registered"] == "yes"
    fixes = [(key[1], text) for key, text in texts.items() if key[0] == "fix" and key[1]]
    fixes.append((None, texts["fix", None]))
    lines = c_array(f"struct sx_advice fixes_{name}",
                    c_rows((c_string(method), c_string(text)) for method, text in fixes))
    required = []
    for method, names in header.get("requires", []):
        required.append((c_string(method), f"names_{name}_{len(required)}"))
        lines += c_array(f"char *const {required[-1][1]}", map(c_string, [*names, None]))
    if required:
        lines += c_array(f"struct sx_required required_{name}",
                         c_rows([*required, ("NULL", "NULL")]))
    if contrasts:
        rows = [(other, c_string(text)) for other, text in sorted(contrasts)]
        lines += c_array(f"struct sx_contrast contrasts_{name}", c_rows([*rows, (0, "NULL")]))
    if "see" in header:
        lines += c_array(f"uint16_t see_{name}", [*header["see"], 0])
    members = {
        "code": 0 if entry.is_class else entry.number,
        "severity": f"SX_{header['severity'].upper()}",
        "role": f"SX_ROLE_{header['role'].upper()}",
        "registered": "true" if registered else "false",
        "phrase": c_string(header["phrase"]),
        "reference": c_string(header["reference"]),
        "meaning": c_string(texts["meaning",]),
        "when": c_string(texts["when",]),
        "fixes": f"fixes_{name}",
        "required": f"required_{name}" if required else "NULL",
        "contrasts": f"contrasts_{name}" if contrasts else "NULL",
        "see": f"see_{name}" if "see" in header else "NULL",
        "filter": c_string(f"sipexplain.explain.{entry.number if registered else 'other'}"),
        "summary": c_string(summary(entry, header, texts["meaning",])),
    }
    begin = f"    [{entry.number}] = {{" if entry.is_class else "    {"
    rows = [f"        .{key} = {value}," for key, value in members.items()]
    return lines, [begin, *rows, "    },"]


def summary(entry, header, meaning):
    """The name of the expert info; where nothing is wrong also all that it says."""
    name = f"{'' if entry.is_class else entry.number} {header['phrase']}".strip()
    if header["role"] not in ("success", "progress"):
        return name
    return f"{name}: {meaning.split('. ')[0].removesuffix('.')}."


def c_numbers(name, rows):
    lines = [f"    {{ {row[0]}, {c_string(row[1])}, {c_string(row[2])} }}," for row in rows]
    return ["", f"const struct sx_number_text {name}[] = {{", *lines, "};",
            f"const size_t {name}_count = sizeof {name} / sizeof {name}[0];"]


def generate(base, translations, tables, software, said, language=None):
    """The C file, as one string."""
    texts = {key: entry.texts for key, entry in base.items()}
    texts.update({(entry.is_class, entry.number): entry.texts
                  for entry in translations if entry.language == language})
    contrasts = {}
    for (_, code), entry_texts in texts.items():
        for key, text in entry_texts.items():
            if key[0] == "against":
                contrasts.setdefault((False, code), []).append((key[1], text))
                contrasts.setdefault((False, key[1]), []).append((code, text))
    arrays, entries = [], {False: [], True: []}
    for key in sorted(base):
        lines, initializer = c_entry(base[key], texts[key], contrasts.get(key))
        arrays += [*lines, ""]
        entries[base[key].is_class] += initializer
    return "\n".join([
        "/* Written by plugin/catalogue/generate.py from the files beside it: change those.",
        " *", " * SPDX-License-Identifier: GPL-2.0-or-later", " */",
        '#include "core/base/language.h"', '#include "core/facts/catalogue.h"',
        '#include "core/facts/stack_facts.h"', "", *arrays,
        "const struct sx_code sx_codes[] = {", *entries[False], "};",
        "const size_t sx_codes_count = sizeof sx_codes / sizeof sx_codes[0];", "",
        "const struct sx_code sx_class_fallbacks[7] = {", *entries[True], "};",
        *c_numbers("sx_q850_causes", tables["q850-causes.tsv"]),
        *c_numbers("sx_warn_codes", tables["warn-codes.tsv"]), "",
        *stacks.generate(software), "", *words.generate(said), ""])


def main():
    parser = argparse.ArgumentParser(description="Check the catalogue and write its C tables.")
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).parent,
                        help="the catalogue (default: the folder of this script)")
    parser.add_argument("--language", metavar="LL",
                        help="take the prose of this translation, and English where it has none")
    action = parser.add_mutually_exclusive_group(required=True)
    action.add_argument("--check", action="store_true", help="only check")
    action.add_argument("--table", action="store_true",
                        help="check and print what is known of software, for the README")
    action.add_argument("--output", metavar="FILE", type=Path, help="check and write the C file")
    parser.add_argument("--words", metavar="FILE", type=Path,
                        help="with --output: write the header of the words as well")
    options = parser.parse_args()

    report = Report()
    base, translations, tables, software, said = read_catalogue(options.folder, report)
    if report:
        sys.stderr.write(str(report))
        return 1
    if options.language and options.language not in {entry.language for entry in translations}:
        parser.error(f"no file is translated into '{options.language}'")
    if options.output:
        text = generate(base, translations, tables, software, said, options.language)
        options.output.write_bytes(text.encode("ascii"))
        if options.words:
            options.words.write_bytes("\n".join(words.header(said)).encode("ascii"))
    elif options.table:
        print("\n".join(stacks.table(software)))
    else:
        print(f"{len(base) - len(CLASSES)} codes, {len(CLASSES)} classes, {len(translations)} "
              f"translations, {', '.join(f'{len(tables[name])} in {name}' for name in TABLES)}, "
              f"{sum(len(facts) for _, facts in software)} facts of {len(software)} programs, "
              f"{sum(map(len, said['en'].values()))} messages in {' and '.join(said)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
