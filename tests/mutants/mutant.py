# SPDX-License-Identifier: GPL-2.0-or-later
"""Changes of one line: read from a list, or made of every threshold, number and comparison of some files."""

import re
from dataclasses import dataclass
from pathlib import Path

# Longer ones first. Not the arrow, the shifts and the assignments.
COMPARISON = re.compile(r"(?<![-<>=!+*/|&^%])(<=|>=|==|!=|<(?!<)|>(?!>))(?!=)")
OTHER = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="}
NUMBER = re.compile(r"(?<![\w.\"'])([2-9]|[1-9]\d+)([uU]?[lL]*)(?![\w.\"'])")
# What is left out by rule. The class of a status code is what RFC 3261 says it is. MAX_SOMETHING bounds how far a
# search goes in a capture that somebody made to be slow (fuzz/test_bounded.py), far beyond what calls have. The size
# of an array is room: sanitizers notice who needs more.
CLASS_OF_CODE = re.compile(r"/\s*$")
BOUND = r"\b(?:SX_)?MAX_(?!OVER_UDP)(?!\w*_NS\b)\w+"
TO_A_BOUND = re.compile(rf"\s*{BOUND}")
ROOM = re.compile(r"(?:.*[(,])?\s*(?:\w+[\s*]+)+\w+\[$")
FROM_A_BOUND = re.compile(rf"{BOUND}\s*$")
DEFINE = re.compile(r"(\s*#\s*define\s+[A-Z]\w*\s+)(\S.*?)(\s*)$")
VALUE = re.compile(r"\d|\bSX_[A-Z_]+\b")
NO_VALUE = re.compile(r"[{?#\\]")
NO_CODE = re.compile(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|/\*.*?\*/|//[^\n]*', re.DOTALL)
LISTED = re.compile(r"(?P<file>[^\s:]+)(?::(?P<line>\d+))?:\s+(?P<old>.+?)\s+=>\s+(?P<new>.*\S)")
ARROW = " => "


class ListError(Exception):
    pass


@dataclass(frozen=True)
class Mutant:
    path: str           # from the root of the tree
    line: int           # counted from 1
    old: str            # a part of that line
    new: str
    function: str = ""  # that the line is in, empty outside of all
    at: int = -1        # where in the file the part stands that differs, -1 if that is not known
    was: str = ""       # this part
    becomes: str = ""

    def __str__(self):
        return f"{self.path}:{self.line}: {self.old}{ARROW}{self.new}"

    @property
    def change(self):
        return f"{self.old}{ARROW}{self.new}"

    def apply(self, text):
        if self.at >= 0:
            return text[:self.at] + self.becomes + text[self.at + len(self.was):]
        lines = text.splitlines(keepends=True)
        line = lines[self.line - 1]
        lines[self.line - 1] = line.replace(self.old, self.new, 1)
        return "".join(lines)


# ---- from a list ----

def lines_of(path):
    """(number, text) of those that are neither empty nor a remark."""
    lines = enumerate(Path(path).read_text().splitlines(), 1)
    return [(number, text) for number, text in lines if text.strip() and not text.startswith("#")]


def read_list(root, path):
    """The mutants of a list; README.md says how one is written."""
    return [at(path, number, lambda: read_line(root, text)) for number, text in lines_of(path)]


def at(path, number, read):
    try:
        return read()
    except ListError as error:
        raise ListError(f"{path}:{number}: {error}") from None


def read_line(root, text):
    match = LISTED.fullmatch(text.strip())
    if not match:
        raise ListError("expected FILE[:LINE]: OLD => NEW")
    path = find_file(root, match["file"])
    old, lines = match["old"], (root / path).read_text().splitlines()
    found = [number for number, line in enumerate(lines, 1) if old in line]
    if match["line"] and int(match["line"]) in found:
        found = [int(match["line"])]
    if len(found) != 1:
        raise ListError(f"{path} holds '{old}' in {len(found)} lines; it must be one, or LINE one of them")
    return Mutant(path, found[0], old, match["new"])


def find_file(root, name):
    """A path, or the name of a file that the core has once."""
    if (root / name).is_file():
        return name
    found = sorted(root.glob(f"plugin/core/**/{name}"))
    if len(found) != 1:
        raise ListError(f"there are {len(found)} files {name} in plugin/core")
    return str(found[0].relative_to(root))


# ---- of the code itself ----

def make_all(root, places):
    """The mutants of files, or of all sources and headers of folders."""
    paths = []
    for place in map(Path, places):
        whole = root / place
        paths += sorted(p for p in whole.rglob("*.[ch]")) if whole.is_dir() else [whole]
    return [mutant for path in paths for mutant in
            make(str(path.relative_to(root)), path.read_text())]


def make(path, text):
    """Thresholds (macros with a number) doubled and halved; numbers in other code one more and one less;
    comparisons turned into the one next to them."""
    lines, start = text.splitlines(keepends=True), 0
    for number, (line, code) in enumerate(zip(lines, blank(text).splitlines(keepends=True)), 1):
        place = path, number, line, function_at(lines, number), start
        define = DEFINE.match(code.rstrip("\n"))
        if define:
            yield from of_define(place, define)
        elif not code.lstrip().startswith("#"):
            yield from of_code(place, code)
        start += len(line)


def blank(text):
    """The text without comments, and with a word in place of each string or character; every byte that is left
    stays where it is."""
    return NO_CODE.sub(lambda match: re.sub(r"[^\n]", " " if match[0][0] == "/" else "_", match[0]), text)


def function_at(lines, number):
    """The function that a line (counted from 1) is in. Only what stands outside of functions begins a line."""
    for line in reversed(lines[:number]):
        if line.startswith("}") and number and line is not lines[number - 1]:
            return ""
        name = re.match(r"[A-Za-z_].*?(\w+)\(", line)
        if name:
            return name[1]
        if re.match(r"[A-Za-z_#/]", line):
            return ""
    return ""


def of_define(place, define):
    if not VALUE.search(define[2]) or NO_VALUE.search(define[2]) or FROM_A_BOUND.search(define[1]):
        return
    value = define[2] if define[2].startswith("(") else f"({define[2]})"
    for changed in f"(2 * {value})", f"({value} / 2)":
        yield replaced(place, define.span(2), changed)


def of_code(place, code):
    for match in COMPARISON.finditer(code):
        if TO_A_BOUND.match(code, match.end()) or FROM_A_BOUND.search(code[:match.start()]):
            continue
        yield replaced(place, match.span(1), OTHER[match[1]])
    for match in NUMBER.finditer(code):
        if (match[1] == "100" and CLASS_OF_CODE.search(code[:match.start()])) or is_room(code, match):
            continue
        for changed in int(match[1]) + 1, int(match[1]) - 1:
            yield replaced(place, match.span(), f"{changed}{match[2]}")


def is_room(code, number):
    return code[number.end():number.end() + 1] == "]" and ROOM.match(code[:number.start()]) is not None


def replaced(place, span, becomes):
    path, number, line, function, start = place
    begin, end = span
    old = line.rstrip("\n")
    new = old[:begin] + becomes + old[end:]
    return Mutant(path, number, old.strip(), new.strip(), function, start + begin, old[begin:end], becomes)
