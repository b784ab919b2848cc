# SPDX-License-Identifier: GPL-2.0-or-later
"""generate.py: each error message once, and what it writes from a catalogue without errors."""
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GENERATE = ROOT / "plugin" / "catalogue" / "generate.py"
CLASSES = ("Provisional", "Success", "Redirection", "Client Failure", "Server Failure",
           "Global Failure")
ROLES = ("progress", "success", "redirect", "failure", "failure", "failure")

FLOW_FAILED = """\
---
code: 430
phrase: Flow Failed
reference: RFC 5626 section 11.5
registered: yes
severity: warn
role: failure
requires: [Via, Accept|Allow, Contact (INVITE)]
see: [480]
---

# Meaning
The connection
is "gone".

# When
Then??/ it does.

# Fix
Look at `Route`.

# Fix: INVITE, BYE
Call again.

# Against 480
430 is one flow, 480 the user.
"""
METHODS = ("INVITE, REGISTER, SUBSCRIBE, BYE, CANCEL, OPTIONS, PRACK, UPDATE, REFER, NOTIFY, "
           "MESSAGE, PUBLISH, INFO")
UNAVAILABLE = """\
---
code: 480
phrase: Temporarily Unavailable
reference: RFC 3261 section 21.4.18, RFC 5626
registered: yes
severity: note
role: failure
---

# Meaning
Not there.

# When
Often.

# Fix
Wait.
"""
CLASS = """\
---
class: {number}
phrase: {name}
reference: RFC 3261 section 8.1.3.2
registered: no
severity: note
role: {role}
---

# Meaning
Class {number}.

# When
At times.

# Fix
None.
"""
FLOW, AWAY = "430-flow-failed.md", "480-temporarily-unavailable.md"
FOURTH = "4xx-client-failure.md"


def at(folder, name):
    """The file of a code, or a table."""
    return folder / "codes" / name if name.endswith(".md") else folder / name


@pytest.fixture
def folder(tmp_path):
    catalogue = tmp_path / "catalogue"
    (catalogue / "codes").mkdir(parents=True)
    for number, (name, role) in enumerate(zip(CLASSES, ROLES), 1):
        slug = name.lower().replace(" ", "-")
        text = CLASS.format(number=number, name=name, role=role)
        (catalogue / "codes" / f"{number}xx-{slug}.md").write_text(text)
    (catalogue / "codes" / FLOW).write_text(FLOW_FAILED)
    (catalogue / "codes" / AWAY).write_text(UNAVAILABLE)
    (catalogue / "q850-causes.tsv").write_text("# comment\n1\tNo number\tWrong.\n"
                                               "16\tNormal\tEnd.\n")
    (catalogue / "warn-codes.tsv").write_text("300\tNetwork\tLook.\n")
    (catalogue / "FORMAT.md").write_text("no entry\n")
    (catalogue / "README.md").write_text("no entry\n")
    return catalogue


def run(folder, *arguments):
    return subprocess.run([sys.executable, GENERATE, folder, *arguments], text=True,
                          capture_output=True, check=False)


def errors(folder):
    """The errors of a check, without the folders."""
    result = run(folder, "--check")
    assert result.returncode == (1 if result.stderr else 0)
    assert not (result.stderr and result.stdout)
    return [line.replace(f"{folder}/", "", 1).removeprefix("codes/") for line in result.stderr.splitlines()]


def change(path, old, new):
    text = path.read_text()
    assert text.count(old) == 1, f"the test's own mistake: {old!r} is not in {path.name} once"
    path.write_text(text.replace(old, new))


# file, what stands there, what to put there instead, line, message
ONE_CHANGE = [
    # characters
    (FLOW, "Call again.", "Call again.\r", 23, "carriage return; save the file with LF line ends"),
    (FLOW, "Call again.", "Call\tagain.", 23, "tab; type spaces"),
    (FLOW, "Call again.", "Call\u200bagain.", 23,
     "invisible character U+200B; delete it or type a plain space"),
    (FLOW, "Call again.", "Call\x07again.", 23,
     "invisible character U+0007; delete it or type a plain space"),
    (FLOW, "Call again.", "Call\u00a0again.", 23,
     "invisible character U+00A0; delete it or type a plain space"),
    (FLOW, "Call again.", "Call again. ", 23,
     "space at the start or end of the line; delete it"),
    (FLOW, "Call again.", "Call  again.", 23, "double space; type one"),
    (FLOW, "Call again.", "Call again" * 10 + ".", 23, "line of 101 columns; break it at 100"),
    (FLOW, "the user.\n", "the user.", 26, "no newline at the end of the file; add one"),
    # header
    (FLOW, "---\ncode", "code", 1,
     "no header; begin with the line '---' and end it with another"),
    (FLOW, "see: [480]\n---\n", "see: [480]\n", 1,
     "no header; begin with the line '---' and end it with another"),
    (FLOW, "see: [480]", "look: [480]", 9, "'look: [480]' is not known here; type 'key: value' "
     "with one of: code, phrase, reference, registered, severity, role, requires, see"),
    (FLOW, "see: [480]", "see:", 9, "'see:' is not known here; type 'key: value' "
     "with one of: code, phrase, reference, registered, severity, role, requires, see"),
    (FLOW, "see: [480]", "severity: warn", 9, "a second 'severity'; delete one"),
    (FLOW, "role: failure\n", "", 9, "no 'role'; add the line 'role: ...' above this one"),
    (FLOW, "code: 430", "code: 431", 2, "code: '431' is not known; type 430"),
    (FOURTH, "class: 4", "class: 5", 2, "class: '5' is not known; type 4"),
    (FLOW, "severity: warn", "severity: warning", 6,
     "severity: 'warning' is not known; type chat or note or warn"),
    (FLOW, "role: failure", "role: broken", 7, "role: 'broken' is not known; type progress or "
     "success or redirect or challenge or retry or cancelled or failure"),
    (FLOW, "registered: yes", "registered: true", 5,
     "registered: 'true' is not known; type yes or no"),
    (FLOW, "RFC 5626 section 11.5", "RFC5626", 4, "reference: 'RFC5626' is not a reference; type "
     "'RFC 5626' or 'RFC 5626 section 11.5', several separated by a comma and a space"),
    (FLOW, "see: [480]", "see: 480", 9,
     "see: '480' is not a list; type [one, two], or leave the line out"),
    (FLOW, "see: [480]", "see: []", 9,
     "see: '[]' is not a list; type [one, two], or leave the line out"),
    (FLOW, "see: [480]", "see: [480, 480]", 9,
     "see: '[480, 480]' is not a list; type [one, two], or leave the line out"),
    (FLOW, "see: [480]", "see: [4xx]", 9,
     "see: '4xx' is not a code; type a number from 100 to 699"),
    (FLOW, "[Via,", "[Via:,", 8, "requires: 'Via:' is not a header field; type its name, 'A|B' for "
     "either, 'A (INVITE)' for one method"),
    (FLOW, "Contact (INVITE)", "Contact (CALL)", 8,
     f"requires: 'CALL' is not a method; type one of: {METHODS}"),
    # header against name, class and other files
    (FLOW, "phrase: Flow Failed", "phrase: Flow Lost", 3,
     "the file name says otherwise; call it 430-flow-lost.md or correct the phrase"),
    (FLOW, "role: failure", "role: success", 7, "'success' does not fit class 4; type challenge or "
     "retry or cancelled or failure"),
    ("1xx-provisional.md", "role: progress", "role: retry", 7,
     "'retry' does not fit class 1; type progress"),
    (FOURTH, "registered: no", "registered: yes", 5,
     "a class stands for codes that are not registered; type 'no'"),
    (FLOW, "registered: yes", "registered: no", 4,
     "not registered, so no RFC defines it; type 'RFC 3261 section 8.1.3.2'"),
    (FLOW, "see: [480]", "see: [486]", 9,
     "there is no file for 486; correct the number or add the file"),
    (FLOW, "see: [480]", "see: [430]", 9, "430 is this code itself; delete it"),
    (FLOW, "# Against 480", "# Against 486", 25,
     "there is no file for 486; correct the number or add the file"),
    (FLOW, "# Against 480", "# Against 430", 25, "430 is this code itself; delete it"),
    (AWAY, "# Fix\n", "# Against 430\nBoth.\n\n# Fix\n", 16,
     "430-flow-failed.md says this already; delete one"),
    (FOURTH, "# Fix\n", "# Against 480\nBoth.\n\n# Fix\n", 16,
     "a class is not compared; delete this section"),
    # sections
    (FLOW, "# Meaning", "Hello.\n\n# Meaning", 11,
     "text without a heading; begin with '# Meaning'"),
    (FLOW, "# Against 480", "# Versus 480", 25, "'# Versus 480' is not a heading; type '# Meaning',"
     " '# When', '# Fix', '# Fix: INVITE, UPDATE' or '# Against 480'"),
    (FLOW, "# Fix: INVITE, BYE", "# Fix: ACK", 22,
     f"'ACK' is not a method; nothing answers an ACK; type one of: {METHODS}"),
    (FLOW, "# Fix: INVITE, BYE", "# Fix: INVITE, INVITE", 22,
     "line 22 is a heading for the same; delete one"),
    (FLOW, "# Fix: INVITE, BYE", "# When", 22, "line 16 is a heading for the same; delete one"),
    (FLOW, "# When\nThen??/ it does.\n\n", "", 1,
     "no '# When'; add that heading and a text below it"),
    (FLOW, "Call again.\n", "", 22, "nothing under this heading; write a sentence or delete it"),
    (FLOW, "Call again.", "Call.\n\nAgain.", 22, "more than one paragraph; join them"),
    (FLOW, "`Route`", "`Route", 19, "a backtick without its partner; add it"),
    (FLOW, "Call again.", "Call **again**.", 22, "Markdown other than backticks; write plain "
     "sentences, with names and filters in backticks"),
    (FLOW, "Call again.", "Call\n- again.", 22, "Markdown other than backticks; write plain "
     "sentences, with names and filters in backticks"),
    (FLOW, "Call again.", "Call [again](there).", 22, "Markdown other than backticks; write plain "
     "sentences, with names and filters in backticks"),
    (FLOW, "Call again.", "\n".join(["Call a"] * 86), 22, "text of 601 bytes; shorten it to 600"),
    (FLOW, "430 is one flow, 480 the user.", "\n".join(["äö"] * 101), 25,
     "text of 504 bytes; shorten it to 500"),
    (FLOW, "Then??/ it does.", "\n".join(["Then"] * 101), 16,
     "text of 504 bytes; shorten it to 500"),
    (FLOW, "The connection\n", "The\n" * 53, 12, "text of 222 bytes; shorten it to 220"),
    # tables
    ("q850-causes.tsv", "1\tNo number\t", "1 No number\t", 2,
     "not a row; type number, tab, name, tab, meaning"),
    ("q850-causes.tsv", "16\tNormal\t", "16\t\t", 3,
     "not a row; type number, tab, name, tab, meaning"),
    ("q850-causes.tsv", "16\t", "128\t", 3, "128 is not from 1 to 127; correct it"),
    ("warn-codes.tsv", "300\t", "299\t", 1, "299 is not from 300 to 399; correct it"),
    ("q850-causes.tsv", "16\t", "1\t", 3, "1 comes after 1; sort by number"),
    ("q850-causes.tsv", "End.", "End." * 56, 3, "meaning of 224 bytes; shorten it to 220"),
    ("q850-causes.tsv", "No number", "No  number", 2, "double space; type one"),
]


def test_no_errors(folder):
    result = run(folder, "--check")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == ("2 codes, 6 classes, 2 in q850-causes.tsv, "
                             "1 in warn-codes.tsv, 0 facts of 0 programs, 0 messages, in en\n")


@pytest.mark.parametrize("name, old, new, line, message", ONE_CHANGE)
def test_one_change_is_one_error(folder, name, old, new, line, message):
    change(at(folder, name), old, new)
    assert errors(folder) == [f"{name}:{line}:1: error: {message}"]


def test_class_has_a_fixed_name(folder):
    at(folder, FOURTH).rename(at(folder, "4xx-my-fault.md"))
    change(at(folder, "4xx-my-fault.md"), "Client Failure", "My Fault")
    assert errors(folder) == [
        "4xx-my-fault.md:3:1: error: this class is called 'Client Failure'; type that"]


@pytest.mark.parametrize("name", [FOURTH, "warn-codes.tsv"])
def test_missing_file(folder, name):
    at(folder, name).unlink()
    assert errors(folder) == [f"{name}:1:1: error: missing; add the file"]


def test_empty_file(folder):
    at(folder, AWAY).write_text("")
    assert errors(folder) == [
        f"{AWAY}:1:1: error: no header; begin with the line '---' and end it with another"]


def test_not_utf8(folder):
    at(folder, AWAY).write_bytes(UNAVAILABLE.replace("Often", "\xd6fters").encode("latin-1"))
    assert errors(folder) == [f"{AWAY}:14:1: error: not UTF-8; save the file as UTF-8"]


def test_byte_order_mark(folder):
    change(at(folder, AWAY), "---\ncode", "\ufeff---\ncode")
    assert (f"{AWAY}:1:1: error: invisible character U+FEFF; delete it or type a plain space"
            in errors(folder))


def test_unknown_name(folder):
    at(folder, FLOW).rename(at(folder, "430_flow_failed.md"))
    assert errors(folder) == [
        "430_flow_failed.md:1:1: error: not a name of the catalogue; call it like "
        "430-flow-failed.md or 4xx-client-failure.md"]


def test_number_twice(folder):
    at(folder, "430-flow-lost.md").write_text(FLOW_FAILED.replace("Flow Failed", "Flow Lost"))
    assert errors(folder) == ["430-flow-lost.md:1:1: error: 430-flow-failed.md has this number "
                              "already; delete one"]


def test_a_long_phrase_leaves_less_for_the_meaning(folder):
    path = at(folder, "477-unfortunately-error-on-sending-to-next-hop-occurred.md")
    text = UNAVAILABLE.replace("480", "477").replace(
        "Temporarily Unavailable", "Unfortunately error on sending to next hop occurred")
    path.write_text(text.replace("Not there.", "Gone" * 20 + "\n" + "Gone" * 20 + "\n" + "x" * 20))
    assert errors(folder) == []
    change(path, "x" * 20, "x" * 21)
    assert errors(folder) == [f"{path.name}:10:1: error: text of 183 bytes; shorten it to 182"]


def test_all_errors_at_once_sorted(folder):
    change(at(folder, FLOW), "severity: warn", "severity: bad")
    change(at(folder, FLOW), "Call again.", "Call  again.")
    change(at(folder, AWAY), "Wait.", "Wait. ")
    found = errors(folder)
    assert [error.split(" error")[0] for error in found] == [
        f"{FLOW}:6:1:", f"{FLOW}:23:1:", f"{AWAY}:17:1:"]


def written(folder, *arguments):
    output = folder.parent / "catalogue.c"
    result = run(folder, "--output", output, *arguments)
    assert (result.returncode, result.stderr) == (0, "")
    return output.read_text("ascii")


def entry(text, start):
    """The initializer that begins with a line."""
    return text[text.index(start):].split("\n    },", 1)[0]


def test_output_depends_only_on_the_contents(folder, tmp_path):
    first = written(folder)
    other = tmp_path / "elsewhere"
    (other / "codes").mkdir(parents=True)
    for path in sorted(folder.rglob("*.*"), reverse=True):
        (other / path.relative_to(folder)).write_bytes(path.read_bytes())
    assert written(other) == first
    assert str(tmp_path) not in first


def test_no_output_after_an_error(folder, tmp_path):
    change(at(folder, FLOW), "severity: warn", "severity: bad")
    assert run(folder, "--output", tmp_path / "out.c").returncode == 1
    assert not (tmp_path / "out.c").exists()


def test_code_entry(folder):
    flow = entry(written(folder), "    {\n        .code = 430,")
    assert '.severity = SX_WARN,' in flow
    assert '.role = SX_ROLE_FAILURE,' in flow
    assert '.registered = true,' in flow
    assert '.phrase = "Flow Failed",' in flow
    assert '.reference = "RFC 5626 section 11.5",' in flow
    assert ".texts = texts_430," in flow
    assert '.filter = "sipexplain.explain.430",' in flow


def texts(text, name):
    return re.search(rf"struct sx_code_texts texts_{name}\[\] = \{{\n(.*?)\n\}};", text, re.DOTALL)[1].splitlines()


def test_texts(folder):
    text = written(folder)
    assert texts(text, "430") == [r'    { "The connection is \"gone\".", "Then\?\?/ it does.", fixes_430_en, '
                                  'contrasts_430_en, "430 Flow Failed" },']
    assert texts(text, "class_4") == ['    { "Class 4.", "At times.", fixes_class_4_en, NULL, "Client Failure" },']
    assert texts(text, "class_1") == ['    { "Class 1.", "At times.", fixes_class_1_en, NULL, '
                                      '"Provisional: Class 1." },']


def test_optional_members_are_null(folder):
    away = entry(written(folder), "    {\n        .code = 480,")
    assert ".required = NULL," in away
    assert ".see = NULL," in away


def test_class_entry(folder):
    fourth = entry(written(folder), "    [4] = {\n")
    assert ".code = 0," in fourth
    assert '.filter = "sipexplain.explain.other",' in fourth
    assert ".texts = texts_class_4," in fourth


def test_unregistered_code_has_no_filter_of_its_own(folder):
    change(at(folder, AWAY), "registered: yes", "registered: no")
    change(at(folder, AWAY), "RFC 3261 section 21.4.18, RFC 5626", "RFC 3261 section 8.1.3.2")
    away = entry(written(folder), "    {\n        .code = 480,")
    assert '.filter = "sipexplain.explain.other",' in away
    assert ".registered = false," in away


def test_general_advice_is_last(folder):
    fixes = re.search(r"fixes_430_en\[\] = \{\n(.*?)\};", written(folder), re.DOTALL)[1]
    assert fixes.splitlines() == ['    { "INVITE", "Call again." },',
                                  '    { "BYE", "Call again." },',
                                  '    { NULL, "Look at Route." },']


def test_required_header_fields(folder):
    text = written(folder)
    assert "names_430_1[] = {\n    \"Accept\",\n    \"Allow\",\n    NULL,\n};" in text
    assert ('required_430[] = {\n    { NULL, names_430_0 },\n    { NULL, names_430_1 },\n'
            '    { "INVITE", names_430_2 },\n    { NULL, NULL },\n};') in text


def test_contrast_is_on_both_codes(folder):
    text = written(folder)
    row = '"430 is one flow, 480 the user."'
    assert f"contrasts_430_en[] = {{\n    {{ 480, {row} }},\n    {{ 0, NULL }},\n}};" in text
    assert f"contrasts_480_en[] = {{\n    {{ 430, {row} }},\n    {{ 0, NULL }},\n}};" in text


def test_see_ends_with_zero(folder):
    assert "see_430[] = {\n    480,\n    0,\n};" in written(folder)


def test_the_c_file_compiles(folder):
    written(folder)
    compiler = subprocess.run(
        ["gcc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-pedantic", "-fsyntax-only",
         "-I", ROOT / "plugin", folder.parent / "catalogue.c"],
        text=True, capture_output=True, check=False)
    assert (compiler.returncode, compiler.stderr) == (0, "")


def test_the_program_reads_what_was_written(folder, tmp_path):
    """The tables as C sees them: ends, counts and the bytes of a string."""
    written(folder)
    (tmp_path / "main.c").write_text(r"""
#include "core/facts/catalogue.h"
#include <assert.h>
#include <string.h>
int main(void)
{
    const struct sx_code *flow = &sx_codes[0], *away = &sx_codes[1];
    assert(sx_codes_count == 2 && flow->code == 430 && away->code == 480);
    assert(!strcmp(flow->texts->meaning, "The connection is \"gone\"."));
    assert(!strcmp(flow->texts->when, "Then\?\?/ it does."));
    assert(flow->texts->fixes[2].method == NULL && flow->required[3].names == NULL);
    assert(away->texts->contrasts[0].other == 430 && away->texts->contrasts[1].other == 0);
    assert(sx_class_fallbacks[0].phrase == NULL && sx_class_fallbacks[6].code == 0);
    assert(!strcmp(sx_class_fallbacks[6].phrase, "Global Failure"));
    assert(sx_q850_causes_count == 2 && sx_q850_causes[0][1].number == 16);
    assert(sx_warn_codes_count == 1 && !strcmp(sx_warn_codes[0][0].meaning, "Look."));
    return 0;
}
""")
    subprocess.run(["gcc", "-std=c11", "-I", ROOT / "plugin", "-o", tmp_path / "program",
                    tmp_path / "main.c", folder.parent / "catalogue.c"], check=True)
    subprocess.run([tmp_path / "program"], check=True)
