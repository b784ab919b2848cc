# SPDX-License-Identifier: GPL-2.0-or-later
"""What mutants/ changes in code, how it puts changes behind switches, and its list of survivors."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "mutants"))

import survivors  # noqa: E402
from mutant import Mutant, ListError, make, make_all, read_list  # noqa: E402
from mutate import FOLDERS, KNOWN  # noqa: E402
from switched import fixed, switched  # noqa: E402


def changes(text):
    return [mutant.change for mutant in make("a.c", text)]


def with_switches(text):
    return switched(text, list(enumerate(make("a.c", text), 1)))


def test_comparisons_become_the_one_next_to_them():
    assert changes("if (a < b)") == ["if (a < b) => if (a <= b)"]
    assert changes("if (a <= b)") == ["if (a <= b) => if (a < b)"]
    assert changes("if (a > b)") == ["if (a > b) => if (a >= b)"]
    assert changes("if (a >= b)") == ["if (a >= b) => if (a > b)"]
    assert changes("if (a == b)") == ["if (a == b) => if (a != b)"]
    assert changes("if (a != b)") == ["if (a != b) => if (a == b)"]


def test_of_several_each_alone():
    assert changes("x = a < b && c == d;") == ["x = a < b && c == d; => x = a <= b && c == d;",
                                               "x = a < b && c == d; => x = a < b && c != d;"]


@pytest.mark.parametrize("text", [
    "a->b = c << d; e >>= f; g <<= h; i = j >> k;", "#include <glib.h>", "#if A < B", 'say("1 < 2, 300");',
    "/* if (a < 200) */", "/*\n * if (a < 200)\n */", "// a < 200", "c = '<';", "a1 = b_2 + sx_100;"])
def test_what_is_no_comparison_and_no_number(text):
    assert not changes(text)


def test_numbers_one_more_and_one_less():
    assert changes("code = 487;") == ["code = 487; => code = 488;", "code = 487; => code = 486;"]
    assert changes("x = 16u;") == ["x = 16u; => x = 17u;", "x = 16u; => x = 15u;"]


def test_a_class_of_codes_is_no_threshold():
    assert changes("return code / 100 == 2;") == [
        "return code / 100 == 2; => return code / 100 != 2;",
        "return code / 100 == 2; => return code / 100 == 3;",
        "return code / 100 == 2; => return code / 100 == 1;"]
    assert "return code > 100; => return code > 101;" in changes("return code > 100;")


def test_macros_doubled_and_halved():
    assert changes("#define WAIT_NS (4 * SX_NS_PER_S)") == [
        "#define WAIT_NS (4 * SX_NS_PER_S) => #define WAIT_NS (2 * (4 * SX_NS_PER_S))",
        "#define WAIT_NS (4 * SX_NS_PER_S) => #define WAIT_NS ((4 * SX_NS_PER_S) / 2)"]
    assert len(changes("#define SLACK_NS SX_NS_PER_S")) == len(changes("#define SENDS 6 /* of 7 */")) == 2
    assert not changes("#define SX_A_H") and not changes("#define NAMES { 1, 2 }") and not changes("#define A other")


def test_bounds_of_a_search_are_left_out():
    assert not changes("#define MAX_HOPS 70") and not changes("#define SX_MAX_FLOWS 64")
    assert not changes("for (unsigned i = 0; i < MAX_HOPS; i++)") and not changes("if (MAX_HOPS <= ++hops)")
    assert len(changes("#define SX_MAX_OVER_UDP 1300")) == len(changes("#define MAX_SLACK_NS SX_NS_PER_S")) == 2
    assert len(changes("if (size > SX_MAX_OVER_UDP)")) == len(changes("if (wait < MAX_SLACK_NS)")) == 1


def test_room_is_left_out():
    assert not changes("    char name[64];") and not changes("    const uint8_t bytes[16], *more;")
    assert not changes("struct a *f(const uint64_t key[2]);")
    assert len(changes("    a = bytes[16];")) == len(changes("    bytes[16] = 0;")) == 2


def test_a_change_names_its_function():
    text = ("static bool in_time(int a,\n                    int b)\n{\n    if (a < b)\n        return a == b;\n}\n\n"
            "struct bits {\n    unsigned a : 3;\n};\n\nint after(int a)\n{\n    return a > 0;\n}\n")
    assert [mutant.function for mutant in make("a.c", text)] == ["in_time", "in_time", "", "", "after"]


def test_one_change_is_applied_where_it_stands():
    text = "x = a < b;\ny = a < b;\n"
    assert [mutant.apply(text) for mutant in make("a.c", text)] == ["x = a <= b;\ny = a < b;\n",
                                                                     "x = a < b;\ny = a <= b;\n"]
    assert Mutant("a.c", 2, "a < b", "a > b").apply(text) == "x = a < b;\ny = a > b;\n"


@pytest.mark.parametrize("text, expected", [
    ("return a < b;", "return SX_COMPARE(1, a , <, <=,  b);"),
    ("return a == b;", "return SX_EQUAL(1, a , ==, !=,  b);"),
    ("if (x && a->b[i + 1] + f(c, d) <= *e || y)",
     "if (x && SX_COMPARE(1, a->b[i + 1] + f(c, d) , <=, <,  *e) || y)"),
    ("x = !a != b ? c : d;", "x = SX_EQUAL(1, !a , !=, ==,  b) ? c : d;"),
    ("f(a, b > c, d)", "f(a, SX_COMPARE(1, b , >, >=,  c), d)"),
    ("x = (a != 0) == b;", "x = SX_EQUAL(2, (SX_EQUAL(1, a , !=, ==,  0)) , ==, !=,  b);"),
    ("return a < b == c;", "return SX_EQUAL(2, SX_COMPARE(1, a , <, <=,  b) , ==, !=,  c);"),
    ("for (i = 0; i < n; i++)", "for (i = 0; SX_COMPARE(1, i , <, <=,  n); i++)"),
    ("if (at == &x)", "if (SX_EQUAL(1, at , ==, !=,  &x))"),
    ("if (a & b == c)", "if (a & SX_EQUAL(1, b , ==, !=,  c))"),
    ("x = 5;", "x = (sx_changed(1) ? 6 : sx_changed(2) ? 4 : 5);"),
    ("x = a < 5u;", "x = SX_COMPARE(1, a , <, <=,  (sx_changed(2) ? 6u : sx_changed(3) ? 4u : 5u));"),
    ("if (a[0] == '[')", "if (SX_EQUAL(1, a[0] , ==, !=,  '['))"),
    ('x = a > "b,c"[d] ? e : 0;', 'x = SX_COMPARE(1, a , >, >=,  "b,c"[d]) ? e : 0;'),
    ("static const int a[] = {5};", "const int a[] = {(sx_changed(1) ? 6 : sx_changed(2) ? 4 : 5)};"),
    ("static const int a[] = {b}; c = 5;",
     "static const int a[] = {b}; c = (sx_changed(1) ? 6 : sx_changed(2) ? 4 : 5);"),
    ("#define A 6", "#define A (sx_changed(1) ? (2 * (6)) : sx_changed(2) ? ((6) / 2) : 6)"),
])
def test_switches_stand_around_what_they_change(text, expected):
    assert with_switches(text) == expected


def test_what_the_compiler_must_know_has_no_switch():
    def known(text, other=""):
        return [fixed(mutant, [text, other]) for mutant in make("a.c", text)]

    assert known("#define ROOM 6", "int a[ROOM];") == known("#define ROOM 6", "case ROOM:") == [True, True]
    assert known("#define ROOM 6", "a = ROOM; b[0] = 1;") == [False, False]
    assert known("enum { A = 2 };") == [True, True]
    assert known("int f(void)\n{\n    return 2 < a;\n}") == [False, False, False]


def test_sides_go_on_over_lines_and_past_remarks():
    assert with_switches("return a ||\n       b + /* , */\n       c > d;") == (
        "return a ||\n       SX_COMPARE(1, b + /* , */\n       c , >, >=,  d);")


def test_lines_stay_where_they_are():
    for path in sorted((ROOT / "plugin/core").glob("*/*.c")):
        text = path.read_text()
        assert with_switches(text).count("\n") == text.count("\n")


def test_a_list_names_lines_that_are_there(tmp_path):
    listed = tmp_path / "list.txt"
    listed.write_text("# a remark\ntrying.c: #define TIMER_C_NS => #define TIMER_D_NS\n")
    assert read_list(ROOT, listed)[0].path == "plugin/core/judge/trying.c"
    listed.write_text("trying.c: no such text => none\n")
    with pytest.raises(ListError, match="in 0 lines"):
        read_list(ROOT, listed)


def test_the_thresholds_of_the_list_are_those_of_the_code():
    assert read_list(ROOT, KNOWN.with_name("thresholds.txt"))


def survivor(text, name="a.c"):
    function, _, change = text.partition(": ")
    return survivors.Survivor(name, function, change, "why")


def test_survivors_fit_by_file_function_and_text():
    mutant = next(make("x/a.c", "int f(void)\n{\n    return a  <  b;\n}\n"))
    assert survivor("f: return a < b; => return a <= b;").fits(mutant)
    assert survivor("*: *a < * => *", "*").fits(mutant)
    assert not survivor("g: return a < b; => return a <= b;").fits(mutant)
    assert not survivor("f: return a < b; => return a <= b;", "b.c").fits(mutant)
    assert not survivor("f: return a < b; => return a > b;").fits(mutant)


def test_survivors_are_compared_with_the_list():
    first, second = make("a.c", "int f(void)\n{\n    return a < b && c < d;\n}\n")
    known = [survivors.Survivor("a.c", "f", first.change, "why")]
    assert survivors.compare(known, [first, second], [first]) == ([], [])
    assert survivors.compare(known, [first, second], [first, second]) == ([second], [])
    assert survivors.compare(known, [first, second], []) == ([], known)
    assert survivors.compare(known, [second], []) == ([], [])


@pytest.mark.parametrize("line", ["a.c\tf\ta < b => a <= b", "a.c\tf\ta < b => a <= b\t", "a.c f a < b\twhy"])
def test_a_survivor_has_a_reason(tmp_path, line):
    path = tmp_path / "survivors.tsv"
    path.write_text(f"file\tfunction\tchange\twhy\n{line}\n")
    with pytest.raises(ListError, match="expected file, function, change, why"):
        survivors.read(path)


def test_each_line_of_the_list_is_of_a_change_that_can_be_made():
    made = make_all(ROOT, FOLDERS)
    gone = [str(each) for each in survivors.read(KNOWN) if not any(map(each.fits, made))]
    assert not gone, f"{KNOWN.name} has lines of code that is no longer there:\n" + "\n".join(gone)


def test_a_line_of_the_list_stands_there_once():
    known = [(each.file, each.function, each.change) for each in survivors.read(KNOWN)]
    assert len(known) == len(set(known)) and known == sorted(known)
