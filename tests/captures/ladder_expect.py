# SPDX-License-Identifier: GPL-2.0-or-later
"""The expect block of a ladder: what a frame must and must not show."""

import ast
import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from ladder_error import LadderError

OPERATORS = ("==", "!=", "contains", ">=", "<=")
PREFIX = "sipexplain"


@dataclass(frozen=True)
class Expect:
    number: int                     # line of the Markdown file
    text: str
    frame: int | None               # None: all frames
    tree: int | None                # the nth SIP Explain tree of the frame; None: all of them
    negated: bool
    field: str
    severity: str | None            # expert infos only
    operator: str | None
    values: tuple
    count: int | None
    look_ahead: bool

    def holds(self, frames):
        """Whether a run says this. frames: per frame its trees, each a list of (field, value)."""
        if self.frame is None:
            found = sum(self.single(value) for trees in frames for value in self.shown(trees))
            return found == (self.count or 0)
        if self.frame > len(frames):
            return False
        return self.matches(self.shown(frames[self.frame - 1])) != self.negated

    def shown(self, trees):
        """The values of the field in one frame."""
        chosen = trees if self.tree is None else trees[self.tree - 1:self.tree]
        return [value for tree in chosen for name, value in tree if name == self.field]

    def matches(self, shown):
        if self.operator in ("==", "!="):
            same = len(shown) == len(self.values) and all(map(equal, shown, self.values))
            return bool(shown) and same == (self.operator == "==")
        if self.operator == "contains" or self.operator is None:
            return any(map(self.single, shown))
        return bool(shown) and all(map(self.single, shown))

    def single(self, value):
        """Whether one value is as the line says."""
        if self.severity:
            return value.startswith(self.severity)
        if self.operator is None:
            return True
        wanted = self.values[0]
        return {
            "==": lambda: equal(value, wanted),
            "!=": lambda: not equal(value, wanted),
            "contains": lambda: wanted in value,
            ">=": lambda: number(value) >= number(wanted),
            "<=": lambda: number(value) <= number(wanted),
        }[self.operator]()


def number(text):
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def equal(shown, wanted):
    """Numbers as numbers (35.2 is 35.200000000), everything else as text."""
    both = number(shown), number(wanted)
    return both[0] == both[1] if None not in both else shown == wanted


def read(line_number, tokens, text):
    """FRAME [no] [expert] FIELD [OPERATOR VALUE, ...] [count N] [look-ahead] [# remark]"""
    remark = next((i for i, token in enumerate(tokens) if token.startswith("#")), len(tokens))
    tokens = tokens[:remark]
    frame, tree = read_frame(tokens.pop(0))
    look_ahead = take_last(tokens, "look-ahead")
    count = read_count(tokens)
    negated = take_first(tokens, "no")
    expert = take_first(tokens, "expert")
    if not tokens:
        raise LadderError("a field is missing")
    field = read_field(tokens.pop(0), expert)
    severity = tokens.pop(0) if expert and tokens else None
    operator = tokens.pop(0) if tokens else None
    if operator is not None and operator not in OPERATORS:
        raise LadderError(f"'{operator}' is not one of {', '.join(OPERATORS)}")
    values = read_values(tokens) if operator else ()
    if operator and not values:
        raise LadderError(f"'{operator}' needs a value")
    if operator not in (None, "==", "!=") and len(values) > 1:
        raise LadderError(f"'{operator}' takes one value")
    if operator in (">=", "<=") and number(values[0]) is None:
        raise LadderError(f"'{values[0]}' is not a number")
    if frame is None and negated == (count is not None):
        raise LadderError("'*' goes with 'count N', or with 'no'")
    if frame is not None and count is not None:
        raise LadderError("'count' goes with '*'")
    return Expect(line_number, text, frame, tree, negated, field, severity, operator, values,
                  count, look_ahead)


def read_frame(token):
    if token == "*":
        return None, None
    frame, _, tree = token.partition(".")
    if not frame.isdigit() or (tree and not tree.isdigit()) or "0" in (frame, tree):
        raise LadderError(f"'{token}' is not a frame number, FRAME.TREE or '*'")
    return int(frame), int(tree) if tree else None


def read_field(token, expert):
    if expert and not token.startswith(PREFIX + "."):
        token = f"{PREFIX}.{token}"
    if token != PREFIX and not token.startswith(PREFIX + "."):
        raise LadderError(f"field '{token}' is not one of {PREFIX}")
    return token


def read_count(tokens):
    if len(tokens) < 2 or tokens[-2] != "count":
        return None
    if not tokens[-1].isdigit():
        raise LadderError("'count' needs a number")
    count = int(tokens.pop())
    tokens.pop()
    return count


def take_first(tokens, word):
    return bool(tokens and tokens[0] == word and tokens.pop(0))


def take_last(tokens, word):
    return bool(tokens and tokens[-1] == word and tokens.pop())


def read_values(tokens):
    """Values between commas; one with a space or a comma inside stands in double quotes."""
    values, wanted = [], True
    for token in tokens:
        for part in [token] if token.startswith('"') else re.findall(r",|[^,]+", token):
            if part == ",":
                wanted = True
            elif not wanted:
                raise LadderError(f"'{part}': values stand between commas, or in double quotes")
            else:
                values.append(ast.literal_eval(part) if part.startswith('"') else part)
                wanted = False
    return tuple(values)
