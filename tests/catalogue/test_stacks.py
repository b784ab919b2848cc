# SPDX-License-Identifier: GPL-2.0-or-later
"""What software does: what generate.py refuses, and the shipped facts against recordings and README."""
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = ROOT / "plugin" / "catalogue"
RECORDED = ROOT / "tests" / "captures" / "recorded"
sys.path.insert(0, str(CATALOGUE))
sys.dont_write_bytecode = True
import stacks  # noqa: E402  (the catalogue's own reader)
import texts  # noqa: E402

PROXY = """\
---
stack: Proxy
agents: [proxy, The Proxy]
to-tag: hex 32 [-.] hex 8
---

# Fact: fr-timer
situation: unanswered
code: [408, 430]
after: 30.0 s
tolerance: 0.5 s
says: its fr_timer
versions: [5.6.3, 6.0.1]
source: Call a host that drops it.
date: 2026-11-22

Gives up 30.0 s after the
request.

# Fact: fork
situation: fork
code: [430]
over: [486]
says: it prefers the lower code
versions: [5.6.3]
source: Fork.
recorded: [fork-all-busy]
date: 2026-11

Chooses 430.
"""
KEYS = ("situation, code, over, phrase, after, tolerance, least, most, times, says, versions, "
        "source, recorded, date")


def read(tmp_path, text, name="proxy.md"):
    (tmp_path / name).write_text(text)
    report = texts.Report()
    return stacks.read(tmp_path, report), report


def errors(tmp_path, text, name="proxy.md"):
    return [(line, message) for _, line, message in sorted(read(tmp_path, text, name)[1])]


# what stands there, what to put there instead, line, message
ONE_CHANGE = [
    ("versions: [5.6.3, 6.0.1]\n", "", 7,
     "no 'versions'; add the line 'versions: ...' below this one"),
    ("source: Call a host that drops it.\n", "", 7,
     "no 'source'; add the line 'source: ...' below this one"),
    ("date: 2026-11-22\n", "", 7, "no 'date'; add the line 'date: ...' below this one"),
    ("says: its fr_timer\n", "", 7, "no 'says'; add the line 'says: ...' below this one"),
    ("situation: unanswered\n", "", 7,
     "no 'situation'; add the line 'situation: ...' below this one"),
    ("versions: [5.6.3, 6.0.1]", "versions: []", 13,
     "versions: '[]' is not a list; type [one, two]"),
    ("recorded: [fork-all-busy]", "record: [x]", 27,
     f"'record: [x]' is not known here; type 'key: value' with one of: {KEYS}"),
    ("date: 2026-11-22", "date: 22.11.2026", 15,
     "date: '22.11.2026' is not known; type a date like 2026-11-29, or its month"),
    ("situation: unanswered", "situation: unheard", 8, "situation: 'unheard' is not a situation; "
     f"type one of: {', '.join(stacks.SITUATIONS)}"),
    ("code: [408, 430]\n", "", 8, "'unanswered' needs a 'code'; add the line 'code: ...'"),
    ("code: [408, 430]", "code: [4xx]", 9,
     "code: '4xx' is not a code; type a number from 100 to 699"),
    ("over: [486]\n", "", 21, "'fork' needs a 'over'; add the line 'over: ...'"),
    ("code: [408, 430]", "code: [408, 430]\nover: [486]", 10,
     "'unanswered' has no 'over'; delete this line"),
    ("code: [408, 430]", "code: [408, 430]\ntimes: 3", 10,
     "'unanswered' has no 'times'; delete this line"),
    ("tolerance: 0.5 s\n", "", 8, "no number; add 'after: ...' and 'tolerance: ...', or "
     "'least: ...' with or without 'most: ...'"),
    ("after: 30.0 s", "after: 30 %", 10, "'unanswered' is measured in s; type that"),
    ("after: 30.0 s", "after: 30", 10,
     "after: '30' is not a number with its unit; type '30.0 s' or '50 %'"),
    ("over: [486]", "over: [486]\nleast: 1.0 s", 24, "'fork' has no number; delete this line"),
    ("says: its fr_timer", "says: " + "x" * 91, 12, "text of more than 90 bytes; shorten it"),
    ("Chooses 430.\n", "", 20, "nothing under this heading; write a sentence or delete it"),
    ("Chooses 430.", "\n".join(["Chooses 9"] * 19), 20, "text of 189 bytes; shorten it to 180"),
    ("# Fact: fork", "# Fact: fr-timer", 20, "line 7 has this name; take another one"),
    ("# Fact: fork", "# Fork", 20, "'# Fork' is not a heading; type '# Fact: name', the name in "
     "lower case with dashes"),
    ("code: [430]", "code: [430]\ncode: [430]", 23, "a second 'code'; delete one"),
    ("agents: [proxy, The Proxy]\n", "", 4,
     "no 'agents'; add the line 'agents: ...' above this one, or 'own-tag: ...'"),
    ("agents: [proxy, The Proxy]", "own-tag: a.b", 3,
     "own-tag: 'a.b' is not known; type four letters and digits or more"),
    ("to-tag: hex 32 [-.] hex 8", "to-tag: hex", 4,
     "to-tag: 'hex' is not known; type 'hex 32 [-.] hex 8'"),
    ("---\n\n# Fact: fr-timer", "---\nHello.\n# Fact: fr-timer", 6,
     "text without a heading; begin with '# Fact: name'"),
]


def test_no_errors(tmp_path):
    found, report = read(tmp_path, PROXY)
    assert (len(found), len(found[0].facts), str(report)) == (1, 2, "")


@pytest.mark.parametrize("old, new, line, message", ONE_CHANGE)
def test_one_change_is_one_error(tmp_path, old, new, line, message):
    assert PROXY.count(old) == 1, "the test's own mistake"
    assert errors(tmp_path, PROXY.replace(old, new)) == [(line, message)]


def test_software_without_a_fact(tmp_path):
    assert errors(tmp_path, PROXY[:PROXY.index("\n# Fact")]) == [(5, "no fact; add '# Fact: name'")]


def test_no_header(tmp_path):
    assert errors(tmp_path, "# Fact: x\n") == [
        (1, "no header; begin with the line '---' and end it with another")]


def test_name_of_the_file(tmp_path):
    assert errors(tmp_path, PROXY, "The_Proxy.md") == [
        (1, "not a name for software; use lower case, digits and dashes")]


def test_the_program_refuses_it(tmp_path):
    (tmp_path / "stacks").mkdir()
    (tmp_path / "stacks" / "proxy.md").write_text(PROXY.replace("source: Fork.\n", ""))
    result = subprocess.run([sys.executable, CATALOGUE / "generate.py", tmp_path, "--check"],
                            text=True, capture_output=True, check=False)
    assert result.returncode == 1
    assert ("stacks/proxy.md:20:1: error: no 'source'; add the line 'source: ...' below this one"
            in result.stderr)


@pytest.mark.parametrize("numbers, low, high", [
    ("after: 30.0 s\ntolerance: 0.5 s", 29_500_000_000, 30_500_000_000),
    ("least: 1.25 s", 1_250_000_000, 0), ("least: 1.0 s\nmost: 2.0 s", 1_000_000_000, 2_000_000_000),
])
def test_bounds(tmp_path, numbers, low, high):
    found, _ = read(tmp_path, PROXY.replace("after: 30.0 s\ntolerance: 0.5 s", numbers))
    assert stacks.bounds(found[0].facts[0]) == (low, high)
    assert stacks.bounds(found[0].facts[1]) == (0, 0)


def test_bounds_in_per_cent(tmp_path):
    found, _ = read(tmp_path, PROXY.replace("situation: unanswered\ncode: [408, 430]",
                                            "situation: refresh").replace(
        "after: 30.0 s\ntolerance: 0.5 s", "after: 66.7 %\ntolerance: 0.7 %"))
    assert stacks.bounds(found[0].facts[0]) == (660, 674)


def test_what_is_written(tmp_path):
    text = "\n".join(stacks.generate(read(tmp_path, PROXY)[0]))
    for line in ('.situation = SX_SITUATION_UNANSWERED,', '.low = INT64_C(29500000000),',
                 '.high = INT64_C(30500000000),', '.texts = texts_0_0,', '.phrase = NULL,',
                 '{ "its fr_timer", "Gives up 30.0 s after the request." },', '.versions = "5.6.3, 6.0.1",',
                 '{ "Proxy", agents_0, stack_facts_0, 2, 32, "-.", 8, NULL },'):
        assert line in text
    assert "const size_t sx_stacks_count = 1;" in text


def test_known_by_its_own_tag_alone(tmp_path):
    found, report = read(tmp_path, PROXY.replace("agents: [proxy, The Proxy]", "own-tag: PxyTag"))
    assert str(report) == ""
    text = "\n".join(stacks.generate(found))
    assert '{ "Proxy", agents_0, stack_facts_0, 2, 32, "-.", 8, "PxyTag" },' in text
    assert re.search(r"agents_0\[\] = \{\s*NULL", text)


# ---- what is shipped ----

REPORT = texts.Report()
SHIPPED = stacks.read(CATALOGUE / "stacks", REPORT)
FACTS = [(stack.header.values["stack"], fact) for stack in SHIPPED for fact in stack.facts]
each_fact = pytest.mark.parametrize("stack, fact", FACTS,
                                    ids=[f"{stack}-{fact.values['id']}" for stack, fact in FACTS])


def test_the_shipped_facts_have_no_errors():
    assert str(REPORT) == ""
    assert len(SHIPPED) >= 8


def test_the_situations_are_those_of_the_core():
    header = (ROOT / "plugin" / "core" / "facts" / "stack_facts.h").read_text()
    names = re.findall(r"^    SX_SITUATION_([A-Z_]+),", header, re.M)
    assert {name.lower().replace("_", "-") for name in names} == set(stacks.SITUATIONS)


def test_the_format_lists_the_situations():
    text = (CATALOGUE / "FORMAT.md").read_text()
    part = text[text.index("| situation | on | number |"):].partition("\n## ")[0]
    assert set(re.findall(r"^\| `([a-z-]+)` \|", part, re.M)) == set(stacks.SITUATIONS)


@each_fact
def test_a_recording_that_is_named_is_there_and_tells_the_fact(stack, fact):
    """The last: a line of verdicts.md says that the plugin tells it there."""
    verdicts = (RECORDED / "verdicts.md").read_text()
    for name in fact.values.get("recorded", []):
        assert (RECORDED / f"{name}.pcapng").is_file()
        part = verdicts[verdicts.index(f"## {name}\n"):].split("\n## ")[0]
        assert re.search(rf'sipexplain\.stack\.fact contains "?{re.escape(fact_words(stack, fact))}',
                         part), f"{name}: {fact_words(stack, fact)}"


def fact_words(stack, fact):
    """Enough of what the field holds to tell the fact from others."""
    return f"{stack}: {fact.text}"[:60].rsplit(" ", 1)[0]


def test_twelve_facts_are_told_in_recordings():
    assert sum("recorded" in fact.values for _, fact in FACTS) >= 12


def test_the_readme_has_all_of_them():
    """python3 plugin/catalogue/generate.py --table prints it."""
    readme = (ROOT / "README.md").read_text()
    assert "\n".join(stacks.table(SHIPPED)) in readme
