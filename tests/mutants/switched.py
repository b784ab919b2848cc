# SPDX-License-Identifier: GPL-2.0-or-later
"""Puts all changes of a file into it at once, each behind a switch (switch.h), so that one build does for all.

A comparison needs to know where its two sides begin and end. Their text is enough for that: a side goes on
until an operator that binds less, or to the bracket that it stands in.
"""

import re

from mutant import OTHER, blank

TOKEN = re.compile(r"[A-Za-z_]\w*|\d[\w.]*|->|\+\+|--|<<=|>>=|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|\S")
WEAKER = {"&&", "||", "?", ":", ",", ";", "{", "}", "=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=",
          ">>=", "^", "|", "return", "case", "else", "do"}
EQUALITY = {"==", "!="}
OPEN, CLOSE = {"(", "["}, {")", "]"}
# Inside of a function; without "static" its numbers need not be known to the compiler.
TABLE = re.compile(r"\b(static )const [^;={}]*= \{[^;]*\};")


def fixed(mutant, texts):
    """Whether the compiler must know the number: that of an array's size, of a label, or outside of functions."""
    if mutant.was in OTHER:
        return False
    define = re.match(r"#\s*define\s+(\w+)", mutant.old)
    if not define:
        return not mutant.function
    used = re.compile(rf"\[[^\]\n]*\b{define[1]}\b|\bcase\s+{define[1]}\b")
    return any(used.search(text) for text in texts)


def switched(text, mutants):
    """The text with these mutants, (number of its switch, mutant) each, built in."""
    return edited(text, edits(text, mutants))


def edits(text, mutants):
    """(begin, end, order, what stands there instead); those at one place in their order."""
    tokens = [(match[0], match.start(), match.end()) for match in TOKEN.finditer(blank(text))]
    index = {begin: i for i, (_, begin, _) in enumerate(tokens)}
    values = {}         # of macros and numbers: several changes of one
    tables = {match.span(1): match.end() for match in TABLE.finditer(blank(text))}
    for number, mutant in mutants:
        if mutant.was in OTHER:
            left, right = sides(tokens, index[mutant.at])
            wide = right - left
            name = "SX_EQUAL" if mutant.was in EQUALITY else "SX_COMPARE"
            yield left, left, -wide, f"{name}({number}, "
            yield mutant.at, mutant.at + len(mutant.was), 0, f", {mutant.was}, {mutant.becomes}, "
            yield right, right, wide, ")"
        else:
            values.setdefault((mutant.at, mutant.was), []).append((number, mutant.becomes))
    for (begin, was), changes in values.items():
        picks = "".join(f"sx_changed({number}) ? {becomes} : " for number, becomes in changes)
        yield begin, begin, 0, f"({picks}"
        yield begin + len(was), begin + len(was), 0, ")"
    for (begin, end), last in tables.items():
        if any(end < at < last for at, _ in values):
            yield begin, end, 0, ""


def sides(tokens, at):
    """Where the left side of this comparison begins and its right side ends."""
    weaker = WEAKER if tokens[at][0] in EQUALITY else WEAKER | EQUALITY
    left = right = at
    while left > 0 and tokens[left - 1][0] not in OPEN and not ends(tokens, left - 1, weaker):
        left = partner(tokens, left - 1, -1)
    while (right + 1 < len(tokens) and tokens[right + 1][0] not in CLOSE and
           not ends(tokens, right + 1, weaker | {tokens[at][0]})):
        right = partner(tokens, right + 1, 1)
    return tokens[left][1], tokens[right][2]


def ends(tokens, i, weaker):
    word = tokens[i][0]
    if word == "&":     # of an address, or of two numbers
        return i > 0 and (tokens[i - 1][0] in CLOSE or re.match(r"\w", tokens[i - 1][0]) is not None)
    return word in weaker


def partner(tokens, i, step):
    """i, or where the bracket that stands there has its other end."""
    opens, closes = (OPEN, CLOSE) if step > 0 else (CLOSE, OPEN)
    depth = 0
    while True:
        depth += (tokens[i][0] in opens) - (tokens[i][0] in closes)
        if depth == 0:
            return i
        i += step


def edited(text, changes):
    parts, at = [], 0
    for begin, end, _, instead in sorted(changes, key=lambda change: (change[0], change[2])):
        parts += [text[at:begin], instead]
        at = end
    return "".join([*parts, text[at:]])
