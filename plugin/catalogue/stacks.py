# SPDX-License-Identifier: GPL-2.0-or-later
"""What software does, as measured: read stacks/*.md, check them, write their C table.

FORMAT.md is the specification. A fact without the versions it was measured with, without its source
or without a date is refused: then nobody could measure it again.
"""
import re

from texts import c_array, c_string, codes_of, joined, list_of, prose_errors, read_lines

# Situation -> the unit of its number (None: it has none), and which other keys a fact of it has:
# upper case where it must, lower case where it may.
SITUATIONS = {
    "unanswered": ("s", "CODE"), "unreachable": ("s", "CODE"), "gave-up": ("s", "CODE"),
    "gave-up-after-request": ("s", "CODE"),
    "cancelled-unanswered": ("s", "CODE"), "connection-gone": (None, "CODE phrase"),
    "fork": (None, "CODE OVER"), "told-otherwise": (None, "CODE OVER"), "rang": ("s", "CODE"),
    "final": ("s", "CODE"), "no-ack": ("s", ""), "failure-no-ack": ("s", "CODE TIMES"),
    "crossing-bye": (None, "CODE phrase"), "glare": (None, "CODE PHRASE"),
    "glare-retry": ("s", ""), "refresh": ("%", ""), "session-over": ("%", ""),
    "dialog-refused": ("s", "CODE"), "refresh-unanswered": ("s", ""), "no-prack": ("s", "CODE"),
    "old-cseq": (None, "CODE phrase"), "cancel-with-trying": ("s", ""),
    "answered-elsewhere": (None, ""), "hop-ends-call": ("s", ""), "hung-up": ("s", ""),
    "answer-no-ack": ("s", "TIMES"), "never-answered": ("s", "TIMES"),
    "tries-next": ("s", ""), "refused-again": ("s", "CODE"), "refused-kept": ("s", "CODE"),
    "cancelled-silent": ("s", "CODE"), "cancel-after": ("s", "CODE"),
    "registers-again": ("s", "CODE times"), "never-registers": ("s", "CODE"), "reconnects": ("s", ""),
}
NUMBERS = ("after", "tolerance", "least", "most")
LIMITS = {"says": 90, "fact": 180}
SCALE = {"s": 1_000_000_000, "%": 10}      # nanoseconds, per mille

NAME = re.compile(r"[a-z0-9-]+\.md")
HEADING = re.compile(r"# Fact: ([a-z0-9][a-z0-9-]*)")
NUMBER = re.compile(r"([0-9]+(?:\.[0-9]+)?) (s|%)")
DATE = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?")
OWN_TAG = re.compile(r"[A-Za-z0-9]{4,}")
TAG = re.compile(r"hex ([1-9][0-9]?) \[([-.]+)\] hex ([1-9][0-9]?)")


def a_text(value):
    return value


def codes(value):
    return codes_of(list_of(value))


def a_number(value):
    match = NUMBER.fullmatch(value)
    if not match:
        raise ValueError(f"'{value}' is not a number with its unit; type '30.0 s' or '50 %'")
    return float(match[1]), match[2]


def a_count(value):
    if not re.fullmatch("[1-9][0-9]?", value):
        raise ValueError(f"'{value}' is not a count; type a number from 1 to 99")
    return int(value)


def matching(pattern, advice):
    def parse(value):
        if not pattern.fullmatch(value):
            raise ValueError(f"'{value}' is not known; type {advice}")
        return value
    return parse


def a_situation(value):
    if value not in SITUATIONS:
        raise ValueError(f"'{value}' is not a situation; type one of: {', '.join(SITUATIONS)}")
    return value


STACK = {"stack": a_text, "agents": list_of, "to-tag": matching(TAG, "'hex 32 [-.] hex 8'"),
         "own-tag": matching(OWN_TAG, "four letters and digits or more")}
FACT = {"situation": a_situation, "code": codes, "over": codes, "phrase": a_text,
        "after": a_number, "tolerance": a_number, "least": a_number, "most": a_number,
        "times": a_count, "says": a_text, "versions": list_of, "source": a_text,
        "recorded": list_of, "date": matching(DATE, "a date like 2026-11-29, or its month")}
NEEDED = ("situation", "says", "versions", "source", "date")
# What a translation has of them.
TRANSLATED_STACK = {"stack": a_text, "lang": a_text}
TRANSLATED_FACT = {"says": a_text}


class Block:
    """What stands below a heading, or at the top: "key: value" lines, and a sentence."""
    def __init__(self, path, line):
        self.path, self.line = path, line
        self.values, self.lines, self.text = {}, {}, ""


def read_keys(block, lines, first, known, report):
    """The "key: value" lines, the first of which has the number first."""
    for number, line in enumerate(lines, first):
        key, _, value = line.partition(": ")
        if key not in known or not value:
            report.error(block.path, number, f"'{line}' is not known here; type 'key: value' with "
                         f"one of: {', '.join(known)}")
        elif key in block.lines:
            report.error(block.path, number, f"a second '{key}'; delete one")
        else:
            block.lines[key] = number
            try:
                block.values[key] = known[key](value)
            except ValueError as error:
                report.error(block.path, number, f"{key}: {error}")


def bounds(fact):
    """The least and the greatest number that fit, in the unit's scale; (0, 0) without a number."""
    values = fact.values
    scale = SCALE.get(SITUATIONS[values["situation"]][0])
    if scale is None:
        return 0, 0
    if "after" in values:
        middle, slack = values["after"][0], values["tolerance"][0]
        low, high = middle - slack, middle + slack
    else:
        low = values["least"][0]
        high = values["most"][0] if "most" in values else 0
    return round(low * scale), round(high * scale)


def number_errors(fact):
    """Pairs of a key and what is wrong with the numbers of a fact."""
    unit = SITUATIONS[fact.values["situation"]][0]
    given = [key for key in NUMBERS if key in fact.lines]
    for key in given:
        if unit is None:
            yield key, f"'{fact.values['situation']}' has no number; delete this line"
        elif key in fact.values and fact.values[key][1] != unit:
            yield key, f"'{fact.values['situation']}' is measured in {unit}; type that"
    if unit and given not in (["after", "tolerance"], ["least"], ["least", "most"]):
        yield "situation", ("no number; add 'after: ...' and 'tolerance: ...', or 'least: ...' "
                            "with or without 'most: ...'")


def fact_errors(fact):
    """Pairs of a key and what is wrong with a fact."""
    yield from says_errors(fact)
    for key in NEEDED:
        if key not in fact.lines and key != "says":
            yield None, f"no '{key}'; add the line '{key}: ...' below this one"
    if "situation" not in fact.values:
        return
    name, other = fact.values["situation"], SITUATIONS[fact.values["situation"]][1].split()
    for key in ("code", "over", "phrase", "times"):
        if key.upper() in other and key not in fact.lines:
            yield "situation", f"'{name}' needs a '{key}'; add the line '{key}: ...'"
        if key not in [one.lower() for one in other] and key in fact.lines:
            yield key, f"'{name}' has no '{key}'; delete this line"
    yield from number_errors(fact)


def says_errors(fact):
    if "says" not in fact.lines:
        yield None, "no 'says'; add the line 'says: ...' below this one"
    elif len(fact.values["says"].encode()) > LIMITS["says"]:
        yield "says", f"text of more than {LIMITS['says']} bytes; shorten it"


def read_fact(path, name, start, lines, kind, report):
    """The lines of a fact without its heading, the first of which has the number start. kind: its keys,
    and what finds its errors."""
    known, errors_of = kind
    fact = Block(path, start - 1)
    fact.values["id"] = name
    end = lines.index("") if "" in lines else len(lines)
    before = len(report)
    read_keys(fact, lines[:end], start, known, report)
    paragraph = "\n".join(lines[end:]).strip("\n").split("\n")
    fact.text = joined(paragraph)
    for message in prose_errors(paragraph, LIMITS["fact"]):
        report.error(path, fact.line, message)
    for key, message in errors_of(fact):
        report.error(path, fact.lines.get(key, fact.line), message)
    return fact if len(report) == before else None


def read_facts(path, lines, end, kind, report):
    starts = [n for n, line in enumerate(lines, 1) if n > end and line[:1] == "#"]
    facts, names = [], {}
    if any(lines[end:(starts or [len(lines) + 1])[0] - 1]):
        report.error(path, end + 1, "text without a heading; begin with '# Fact: name'")
    for start, stop in zip(starts, [*starts[1:], len(lines) + 1]):
        match = HEADING.fullmatch(lines[start - 1])
        if not match:
            report.error(path, start, f"'{lines[start - 1]}' is not a heading; type "
                         "'# Fact: name', the name in lower case with dashes")
        elif match[1] in names:
            report.error(path, start, f"line {names[match[1]]} has this name; take another one")
        else:
            names[match[1]] = start
            fact = read_fact(path, match[1], start + 1, lines[start:stop - 1], kind, report)
            facts += [fact] if fact else []
    return facts


class Stack:
    """A software: the values of its header, and its facts. texts: of each fact in all languages, in their
    order, a Block with the values and the text of that language."""
    def __init__(self, path, header, facts):
        self.path, self.header, self.facts = path, header, facts
        self.texts = [[fact] for fact in facts]


def read_file(path, report, keys, needed, kind):
    """One file: (its header, its facts), or None if it cannot be read."""
    lines = read_lines(path, report)
    if lines is None:
        return None
    if lines[:1] != ["---"] or "---" not in lines[1:]:
        report.error(path, 1, "no header; begin with the line '---' and end it with another")
        return None
    end = lines.index("---", 1) + 1
    header = Block(path, end)
    before = len(report)
    read_keys(header, lines[1:end - 1], 2, keys, report)
    for key in needed:
        if key not in header.lines:
            report.error(path, end, f"no '{key}'; add the line '{key}: ...' above this one")
    if "agents" in keys and not {"agents", "own-tag"} & set(header.lines):
        report.error(path, end, "no 'agents'; add the line 'agents: ...' above this one, or 'own-tag: ...'")
    facts = read_facts(path, lines, end, kind, report)
    if not facts and len(report) == before:
        report.error(path, end, "no fact; add '# Fact: name'")
    return header, facts


def read_stack(path, report):
    """One English file, or None if it cannot be read."""
    if not NAME.fullmatch(path.name):
        report.error(path, 1, "not a name for software; use lower case, digits and dashes")
        return None
    found = read_file(path, report, STACK, ("stack",), (FACT, fact_errors))
    return found and Stack(path, *found)


def translate(stack, path, report):
    """Adds to a software's texts those of a file of another language."""
    found = read_file(path, report, TRANSLATED_STACK, TRANSLATED_STACK, (TRANSLATED_FACT, says_errors))
    if not found:
        return
    header, facts = found
    for key, right in (("stack", stack.header.values.get("stack")), ("lang", path.parents[1].name)):
        if header.values.get(key, right) != right:
            report.error(path, header.lines[key], f"{key}: '{header.values[key]}' is not right here; type '{right}'")
    for n, fact in enumerate(facts):
        name = stack.facts[n].values["id"] if n < len(stack.facts) else None
        if fact.values["id"] != name:
            report.error(path, fact.line, "here " + (f"the English file has '{name}'; translate that" if name else
                                                     "the English file has no fact; delete it"))
            return
    for fact in stack.facts[len(facts):]:
        report.error(path, 1, f"'{fact.values['id']}' is missing; translate line {fact.line} of the English file")
    for texts, fact in zip(stack.texts, facts):
        texts.append(fact)


def read(folder, report, others=()):
    """All of a folder, in the order of the files' names, which need not be there; and what the folders
    others, of other languages, say of it."""
    found = [read_stack(path, report) for path in sorted(folder.glob("*.md"))]
    names = {stack.path.name for stack in found if stack}
    for other in others:
        for path in sorted(other.glob("*.md")):
            if path.name not in names:
                report.error(path, 1, "there is no English file of this name; delete this one")
        for stack in found:
            if stack:
                translate(stack, other / stack.path.name, report)
    return [stack for stack in found if stack]


# Writing

def c_list(name, kind, items, end):
    return c_array(f"{kind} {name}", [*items, end])


def c_fact(prefix, fact, texts):
    """The lines of the arrays that a fact points to, and of its own initializer."""
    values, lines, low_high = fact.values, [], bounds(fact)
    for key in ("code", "over"):
        if key in values:
            lines += c_list(f"{key}_{prefix}", "uint16_t", values[key], 0)
    lines += c_array(f"struct sx_stack_texts texts_{prefix}",
                     (f"{{ {c_string(each.values['says'])}, {c_string(each.text)} }}" for each in texts))
    members = {
        "situation": "SX_SITUATION_" + values["situation"].upper().replace("-", "_"),
        "times": values.get("times", 0),
        "codes": f"code_{prefix}" if "code" in values else "NULL",
        "over": f"over_{prefix}" if "over" in values else "NULL",
        "low": f"INT64_C({low_high[0]})",
        "high": f"INT64_C({low_high[1]})",
        "id": c_string(values["id"]),
        "phrase": c_string(values.get("phrase")),
        "texts": f"texts_{prefix}",
        "versions": c_string(", ".join(values["versions"])),
    }
    return lines, ["    {", *(f"        .{key} = {value}," for key, value in members.items()), "    },"]


def c_stack(number, stack):
    values, lines, rows = stack.header.values, [], []
    for n, (fact, texts) in enumerate(zip(stack.facts, stack.texts)):
        arrays, initializer = c_fact(f"{number}_{n}", fact, texts)
        lines += arrays
        rows += initializer
    lines += ["static const struct sx_stack_fact stack_facts_%d[] = {" % number, *rows, "};"]
    lines += c_list(f"agents_{number}", "char *const", map(c_string, values.get("agents", [])), "NULL")
    tag = TAG.fullmatch(values.get("to-tag", ""))
    fields = [c_string(values["stack"]), f"agents_{number}", f"stack_facts_{number}",
              str(len(stack.facts)), *([tag[1], c_string(tag[2]), tag[3]] if tag else ["0", "NULL", "0"]),
              c_string(values.get("own-tag"))]
    return lines, f"    {{ {', '.join(fields)} }},"


def generate(stacks):
    """The lines of C."""
    arrays, rows = [], []
    for number, stack in enumerate(stacks):
        lines, row = c_stack(number, stack)
        arrays += [*lines, ""]
        rows.append(row)
    return [*arrays, "const struct sx_stack sx_stacks[] = {", *rows,
            "    { NULL, NULL, NULL, 0, 0, NULL, 0, NULL },", "};", f"const size_t sx_stacks_count = {len(stacks)};"]


def table(stacks):
    """The rows of the project's README: who, what, measured with what, when."""
    return ["| software | what it does | measured with | when |", "|---|---|---|---|",
            *(f"| {stack.header.values['stack']} | {fact.text.removesuffix('.')} | "
              f"{', '.join(fact.values['versions'])} | {fact.values['date']} |"
              for stack in stacks for fact in stack.facts)]
