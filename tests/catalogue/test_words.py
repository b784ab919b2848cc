# SPDX-License-Identifier: GPL-2.0-or-later
"""What the verdicts say: what generate.py refuses of words/*.txt, and the C that it makes of them."""
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PLUGIN = ROOT / "plugin"
CATALOGUE = PLUGIN / "catalogue"
sys.path.insert(0, str(CATALOGUE))
sys.dont_write_bytecode = True
import texts  # noqa: E402  (the catalogue's own readers)
import words  # noqa: E402

ENGLISH = """\
# What is said of calls.
over: {who:text} left after {time:time}{why:piece}; {n:number}
    {n|try|tries}, {seen:frame}

caller: the caller
tail: " and {host:host}"
form: {codes:code|one code|codes}
"""
GERMAN = """\
over: nach {time} ging {who}{why}; {seen}, {n} {n|Versuch|Versuche}
caller: der Anrufer
tail: " und {host}"
form: Codes
"""


@pytest.fixture
def folder(tmp_path):
    for name, text in (("words", ENGLISH), ("de/words", GERMAN)):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "call.txt").write_text(text)
    return tmp_path


def read(folder):
    report = texts.Report()
    return words.read(folder, report), report


def errors(folder):
    return [(str(Path(path).relative_to(folder)), line, message) for path, line, message in sorted(read(folder)[1])]


def change(folder, name, old, new):
    path = folder / name
    text = path.read_text()
    assert text.count(old) == 1, f"the test's own mistake: {old!r} is not in {name} once"
    path.write_text(text.replace(old, new))


EN, DE = "words/call.txt", "de/words/call.txt"
ALL_TYPES = "number, code, frame, time, timer, text, piece, host, endpoint"

# file, what stands there, what to put there instead, [file, line, message]
ONE_CHANGE = [
    # messages
    (EN, "caller: the", "Caller the", [
        (DE, 2, "'caller' is not in the English file; delete it"),
        (EN, 5, "'Caller the caller' is not a message; type 'name: text', the name in lower case with dashes; "
         "what goes on on a further line begins with 4 spaces")]),
    (EN, "caller: the caller\n", "caller: the caller\ncaller: again\n", [
        (EN, 6, "line 5 has this name; delete one")]),
    (DE, "caller: der Anrufer\n", "caller: der Anrufer\ncaller: noch einer\n", [
        (DE, 3, "line 2 has this name; delete one")]),
    (DE, "caller: der Anrufer\n", "", [
        (DE, 1, "'caller' is missing; translate line 5 of the English file")]),
    (DE, "caller: der Anrufer\n", "caller: der Anrufer\ncalled: der Angerufene\n", [
        (DE, 3, "'called' is not in the English file; delete it")]),
    (DE, "der Anrufer", "the caller", [(DE, 2, "caller: this is the English text; translate it")]),
    (EN, "    {n|try", "   {n|try", [
        (DE, 1, "over: the English text has no place 'seen'; it has: who, time, why, n"),
        (EN, 3, "'{n|try|tries}, {seen:frame}' is not a message; type 'name: text', the name in lower case with "
         "dashes; what goes on on a further line begins with 4 spaces"),
        (EN, 3, "space at the start or end of the line; delete it")]),
    (EN, '" and {host:host}"', '"and {host:host}"', [
        (EN, 6, "tail: quotes are for a text that begins or ends with a space; delete them")]),
    # places
    (EN, "{host:host}", "{host}", [
        (EN, 6, f"tail: 'host' has no type; type '{{host:...}}' with one of: {ALL_TYPES}")]),
    (EN, "{host:host}", "{host:name}", [
        (EN, 6, f"tail: 'name' is not a type; type '{{host:...}}' with one of: {ALL_TYPES}")]),
    (EN, "{host:host}", "{host:host} {host:host}", [
        (EN, 6, "tail: a second type for 'host'; say it where the place comes first")]),
    (EN, "{host:host}", "{Host:host}", [
        (DE, 3, "tail: the English text has no place 'host'; it has: none"),
        (EN, 6, "tail: 'and {Host:host}' has a brace or backtick; a place is '{name}', or '{name|for 1|for others}'")]),
    (EN, "the caller", "the `caller`", [
        (EN, 5, "caller: 'the `caller`' has a brace or backtick; a place is '{name}', or '{name|for 1|for others}'")]),
    (EN, "the caller", "the\n    " + "".join(f"{{a{n}:code}}" for n in range(10)), [
        (DE, 2, f"caller: the place 'a{n}' is missing; put '{{a{n}}}' where it belongs") for n in range(10)] + [
        (EN, 5, "caller: 10 places; make a message of its own of some, at most 9")]),
    (EN, "the caller", "the {for:text}", [
        (DE, 2, "caller: the place 'for' is missing; put '{for}' where it belongs"),
        (EN, 5, "caller: 'for' is a word of C or of the functions; call the place otherwise")]),
    (DE, "{host}", "{hosts}", [
        (DE, 3, "tail: the English text has no place 'hosts'; it has: host"),
        (DE, 3, "tail: the place 'host' is missing; put '{host}' where it belongs")]),
    (DE, "{host}", "{host:host}", [(DE, 3, "tail: '{host:host}': the English text says the type; type '{host}'")]),
    (DE, "{n} {n|", "{n|", [(DE, 1, "over: the place 'n' is missing; put '{n}' where it belongs")]),
    # forms
    (EN, "{n|try|tries}", "{n|try|tries|many}", [
        (EN, 2, "over: '{n|try|tries|many}' has not two forms; type '{n|for 1|for others}'")]),
    (EN, "{n|try|tries}", "{who|try|tries}", [(EN, 2, "over: 'who' is no number, so it chooses no form")]),
    (DE, "{n|Versuch|Versuche}", "{who|Versuch|Versuche}", [
        (DE, 1, "over: 'who' is no number, so it chooses no form")]),
]


def test_a_catalogue_without_errors(folder):
    assert errors(folder) == []


@pytest.mark.parametrize("name, old, new, expected", ONE_CHANGE, ids=range(len(ONE_CHANGE)))
def test_errors(folder, name, old, new, expected):
    change(folder, name, old, new)
    assert errors(folder) == sorted(expected)


def test_files_of_one_language_only(folder):
    (folder / DE).rename(folder / "de/words/flow.txt")
    assert errors(folder) == [
        (DE, 1, "missing; add the file"),
        ("de/words/flow.txt", 1, "there is no English file of this name; delete this one")]


def test_names_of_files(folder):
    (folder / "words/Call.txt").write_text("a: b\n")
    assert errors(folder) == [
        ("words/Call.txt", 1, "not a name for words; take that of the file in C, lower case, without 'say_'")]


def test_two_messages_of_one_function(folder):
    for name, text in (("words", "x: one\n"), ("de/words", "x: eins\n")):
        (folder / name / "call_a.txt").write_text(text)
    for name, text in ((EN, "a-x: another\n"), (DE, "a-x: ein anderer\n")):
        (folder / name).write_text((folder / name).read_text() + text)
    assert errors(folder) == [("words/call_a.txt", 1, "x: line 8 of call.txt makes the same function; call it otherwise")]


def test_lines_of_chinese_are_joined_without_a_space():
    for lines, text in ((["一", "二"], "一二"), (["一，", "two"], "一，two"), (["一", "two"], "一 two"),
                        (["one", "（二"], "one（二"), (["one", "two"], "one two"), (["”", "two"], "”two"),
                        (["一", "{n}"], "一 {n}")):
        assert texts.joined(lines) == text


def test_what_c_gets(folder):
    lines = words.generate(read(folder)[0])
    table = [line.strip() for line in lines if line.startswith("    ")]
    texts_of = {language: table[begin:begin + 4] for language, begin in (("en", 0), ("de", 5))}
    # texts without places come first; bytes 1 to 9 are places, 17 to 25 begin the forms of one
    assert texts_of == {
        "en": ['"the caller",', r'"\001 left after \002\003; \004 \024try\012tries\013, \005",', r'" and \001",',
               r'"\021one code\012codes\013",'],
        "de": ['"der Anrufer",', r'"nach \002 ging \001\003; \005, \004 \024Versuch\012Versuche\013",',
               r'" und \001",', '"Codes",']}
    assert "const char *const sx_languages[] = {" in lines
    assert lines[lines.index("const char *const sx_languages[] = {") + 1:] == [
        '    "en",', '    "de",', "};", "const unsigned sx_languages_count = 2;"]


def test_functions(folder):
    text = "\n".join(words.header(read(folder)[0]))
    assert """\
enum {
    SX_TEXT_CALL_CALLER,
    SX_MESSAGE_CALL_OVER,
    SX_MESSAGE_CALL_TAIL,
    SX_MESSAGE_CALL_FORM,
    SX_WORDS_COUNT
};

static inline const char *sx_words_call_caller(void)
{
    return sx_words_text(SX_TEXT_CALL_CALLER);
}

static inline void sx_words_call_over(wmem_strbuf_t *out, const char *who, int64_t time_ns, \
wmem_strbuf_t *why, uint64_t n, uint32_t seen)
{
    const struct sx_word words[] = {
        { .kind = SX_WORD_TEXT, .text = who },
        { .kind = SX_WORD_TIME, .ns = time_ns },
        { .kind = SX_WORD_PIECE, .piece = why },
        { .kind = SX_WORD_NUMBER, .number = n },
        { .kind = SX_WORD_FRAME, .number = seen },
    };

    sx_words_put(out, SX_MESSAGE_CALL_OVER, words, 5);
}
""" in text


def shipped():
    report = texts.Report()
    read_words = words.read(CATALOGUE, report)
    assert not report
    return words.in_order(read_words["en"])


def test_every_message_is_said():
    code = "\n".join(path.read_text(encoding="utf-8") for path in PLUGIN.rglob("*.c"))
    said = set(re.findall(r"\b(?:sx_words_|SX_(?:TEXT|MESSAGE)_)(\w+)", code))
    left_over = [message.identifier for message in shipped()
                 if not {message.identifier, message.identifier.upper()} & said]
    assert left_over == []


def test_a_file_of_words_belongs_to_a_file_of_c():
    names = {path.stem.removeprefix("say_") for path in [*PLUGIN.glob("core/say/*.c"), *PLUGIN.glob("glue/*/*.c")]}
    assert {path.stem for path in (CATALOGUE / "words").glob("*.txt")} <= names
