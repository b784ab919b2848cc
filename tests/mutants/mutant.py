# SPDX-License-Identifier: GPL-2.0-or-later
"""Changes of one line: read from a list, or made of every threshold and comparison of some files."""

import re
from dataclasses import dataclass
from pathlib import Path

# Longer ones first. Not the arrow, the shifts and the assignments.
COMPARISON = re.compile(r"(?<![-<>=!+*/|&^%])(<=|>=|==|!=|<(?!<)|>(?!>))(?!=)")
OTHER = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="}
NUMBER = re.compile(r"(?<![\w.\"'])([2-9]|[1-9]\d+)(?![\w.\"'])")
DEFINE = re.compile(r"(\s*#\s*define\s+[A-Z]\w*\s+)(\S.*?)(\s*)$")
NO_CODE = re.compile(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|/\*.*?\*/', re.DOTALL)
LISTED = re.compile(r"(?P<file>[^\s:]+)(?::(?P<line>\d+))?:\s+(?P<old>.+?)\s+=>\s+(?P<new>.*\S)")


class ListError(Exception):
    pass


@dataclass(frozen=True)
class Mutant:
    path: str       # from the root of the tree
    line: int       # counted from 1
    old: str        # a part of that line
    new: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.old} => {self.new}"

    def apply(self, text):
        lines = text.splitlines(keepends=True)
        line = lines[self.line - 1]
        lines[self.line - 1] = line.replace(self.old, self.new, 1)
        return "".join(lines)


@dataclass(frozen=True)
class Known:
    """Changes that no test notices, and why that is right."""
    file: re.Pattern
    old: re.Pattern
    new: re.Pattern
    why: str

    def fits(self, mutant):
        return bool(self.file.fullmatch(Path(mutant.path).name) and self.old.fullmatch(mutant.old) and
                    self.new.fullmatch(mutant.new))


# ---- from a list ----

def lines_of(path):
    """(number, text) of those that are neither empty nor a remark."""
    lines = enumerate(Path(path).read_text().splitlines(), 1)
    return [(number, text) for number, text in lines if text.strip() and not text.startswith("#")]


def read_list(root, path):
    """The mutants of a list; README.md says how one is written."""
    return [at(path, number, lambda: read_line(root, text)) for number, text in lines_of(path)]


def read_known(path):
    """Lines as in a list, in which * stands for any text, each with the reason on the indented lines
    below the last of them."""
    known, waiting, why = [], [], ""
    for number, text in [*lines_of(path), (0, "")]:
        if text[:1].isspace():
            why = f"{why} {text.strip()}".strip()
            continue
        if why:
            known += [Known(*patterns, why) for patterns in waiting]
            waiting, why = [], ""
        if text:
            waiting.append(at(path, number, lambda: read_patterns(text)))
    if waiting:
        raise ListError(f"{path}: the last line has no reason below it")
    return known


def at(path, number, read):
    try:
        return read()
    except ListError as error:
        raise ListError(f"{path}:{number}: {error}") from None


def read_patterns(text):
    match = LISTED.fullmatch(text.strip())
    if not match:
        raise ListError("expected FILE: OLD => NEW")
    return [re.compile(re.escape(match[name]).replace(r"\*", ".*")) for name in ("file", "old", "new")]


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
    """Thresholds (macros with a number) doubled and halved; numbers in other code one more;
    comparisons turned into the one next to them."""
    for number, (line, code) in enumerate(zip(text.splitlines(), blank(text).splitlines()), 1):
        define = DEFINE.match(code)
        if define:
            yield from of_define(path, number, line, define)
        elif not code.lstrip().startswith("#"):
            yield from of_code(path, number, line, code)


def blank(text):
    """The text without comments and strings; every byte that is left stays where it is."""
    return NO_CODE.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)


def of_define(path, number, line, define):
    if not re.search(r"\d", define[2]) or re.search(r"[{?]|#|\\", define[2]):
        return
    name, value = line[:define.end(1)], line[define.end(1):define.end(2)]
    if not value.startswith("("):
        value = f"({value})"
    for changed in f"(2 * {value})", f"({value} / 2)":
        yield Mutant(path, number, line[:define.end(2)].strip(), (name + changed).strip())


def of_code(path, number, line, code):
    for match in COMPARISON.finditer(code):
        yield replaced(path, number, line, match, OTHER[match[1]])
    for match in NUMBER.finditer(code):
        yield replaced(path, number, line, match, str(int(match[1]) + 1))


def replaced(path, number, line, match, new):
    return Mutant(path, number, line.strip(), (line[:match.start(1)] + new + line[match.end(1):]).strip())
