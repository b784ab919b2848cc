# SPDX-License-Identifier: GPL-2.0-or-later
"""A language of the catalogue: a folder of two letters with a translation of everything, no more and no less."""
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = ROOT / "plugin" / "catalogue"
sys.path.insert(0, str(CATALOGUE))
sys.dont_write_bytecode = True
import generate  # noqa: E402  (the catalogue's own reader)
from test_generate import AWAY, CLASSES, FLOW, change, folder, run, written  # noqa: E402,F401
from test_stacks import PROXY  # noqa: E402

MEGABYTE = 1_000_000
CODE = """\
---
{key}: {number}
lang: zz
---

# Meaning
{meaning}

# When
有时。

# Fix
等。
"""
FLOW_MORE = """
# Fix: INVITE, BYE
再呼叫
一次 430
次。

# Against 480
430 是流，
480 是人。
"""
FACTS = """\
---
stack: Proxy
lang: zz
---

# Fact: fr-timer
says: 其定时器

30 秒后
放弃。

# Fact: fork
says: 较小的码

选 430。
"""
FOURTH = "4xx-client-failure.md"


def code(number, key="code", meaning="不在。"):
    return CODE.format(key=key, number=number, meaning=meaning)


@pytest.fixture
def other(folder):  # noqa: F811
    """A language beside the English one."""
    (folder / "stacks").mkdir()
    (folder / "stacks" / "proxy.md").write_text(PROXY)
    other = folder / "zz"
    (other / "codes").mkdir(parents=True)
    (other / "stacks").mkdir()
    for number, name in enumerate(CLASSES, 1):
        slug = name.lower().replace(" ", "-")
        (other / "codes" / f"{number}xx-{slug}.md").write_text(code(number, "class", f"第 {number} 类。其他。"))
    (other / "codes" / FLOW).write_text(code(430) + FLOW_MORE)
    (other / "codes" / AWAY).write_text(code(480))
    (other / "stacks" / "proxy.md").write_text(FACTS)
    (other / "q850-causes.tsv").write_text("1\t空号\t没有。\n16\t正常\t完。\n")
    (other / "warn-codes.tsv").write_text("300\t网络\t看。\n")
    (other / "labels.tsv").write_text("sipexplain\t响应\nsipexplain.code\t状态码\t三位数\n")
    (other / "values.tsv").write_text("sipexplain.class\t4\t客户端错误\tClient Failure\n")
    return other


def errors(other):
    result = run(other.parent, "--check")
    assert result.returncode == (1 if result.stderr else 0)
    return [line.replace(f"{other}/", "", 1) for line in result.stderr.splitlines()]


def test_no_errors(other):
    result = run(other.parent, "--check")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.endswith("2 facts of 1 programs, 0 messages, in en and zz\n")


CODES, STACK, LABELS, VALUES = f"codes/{FLOW}", "stacks/proxy.md", "labels.tsv", "values.tsv"
ONE_CHANGE = [
    (CODES, "lang: zz", "lang: en", 3, "lang: 'en' is not known; type zz"),
    (CODES, "lang: zz", "lang: zz\nrole: failure", 4,
     "'role: failure' is not known here; type 'key: value' with one of: code, lang"),
    (CODES, "# When\n有时。\n\n", "", 1, "the section at line 16 of the English file is missing; translate it"),
    (CODES, "# Fix: INVITE, BYE", "# Fix: INVITE", 1,
     "the section at line 22 of the English file is missing; translate it"),
    (CODES, "# Fix\n", "# Fix: INFO\n无。\n\n# Fix\n", 12, "the English file has no such section; delete it here or "
     "add it there"),
    (CODES, "不在。", "\n".join(["不在" * 20] * 2), 6, "text of 240 bytes; shorten it to 220"),
    (CODES, "不在。", "不" * 50 + "a", 7, "line of 101 columns; break it at 100"),
    (f"codes/{FOURTH}", "class: 4", "class: 5", 2, "class: '5' is not known; type 4"),
    (STACK, "stack: Proxy", "stack: Proxies", 2, "stack: 'Proxies' is not right here; type 'Proxy'"),
    (STACK, "lang: zz", "lang: en", 3, "lang: 'en' is not right here; type 'zz'"),
    (STACK, "lang: zz\n", "", 3, "no 'lang'; add the line 'lang: ...' above this one"),
    (STACK, "says: 较小的码\n", "", 12, "no 'says'; add the line 'says: ...' below this one"),
    (STACK, "says: 较小的码", "says: 较小的码\ncode: [430]", 14,
     "'code: [430]' is not known here; type 'key: value' with one of: says"),
    (STACK, "says: 较小的码", f"says: {'码' * 31}", 13, "text of more than 90 bytes; shorten it"),
    (STACK, "选 430。", "码" * 50 + "\n" + "码" * 11, 12, "text of 183 bytes; shorten it to 180"),
    (STACK, "\n# Fact: fork\nsays: 较小的码\n\n选 430。\n", "", 1,
     "'fork' is missing; translate line 20 of the English file"),
    (STACK, "# Fact: fork\n", "# Fact: forks\n", 12, "here the English file has 'fork'; translate that"),
    (STACK, "选 430。\n", "选 430。\n\n# Fact: more\nsays: 多\n\n多。\n", 17,
     "here the English file has no fact; delete it"),
    ("q850-causes.tsv", "16\t", "17\t", 1, "16 is missing; translate it"),
    ("warn-codes.tsv", "看。\n", "看。\n301\t地址\t看。\n", 1,
     "301 is not in the English file; delete it here or add it there"),
    (LABELS, "sipexplain\t响应", "sipexplain 响应", 1, "not a row; type filter name, tab, label, and where the English "
     "one is, tab, description"),
    (LABELS, "sipexplain.code", "sip.code", 2, "not a row; type filter name, tab, label, and where the English "
     "one is, tab, description"),
    (LABELS, "sipexplain.code\t", "sipexplain\t", 2, "'sipexplain' comes after 'sipexplain'; sort by name"),
    (LABELS, "状态码", "码" * 80, 2, "label of 240 bytes; shorten it to 239"),
    (VALUES, "\t4\t", "\tfour\t", 1, "not a row; type filter name, tab, number, tab, text, tab, English text"),
    (VALUES, "Client Failure\n", "Client Failure\nsipexplain.class\t3\t重定向\tRedirection\n", 2,
     "'sipexplain.class' 3 comes after 'sipexplain.class' 4; sort by name and number"),
]


@pytest.mark.parametrize("name, old, new, line, message", ONE_CHANGE)
def test_one_change_is_an_error(other, name, old, new, line, message):
    change(other / name, old, new)
    assert f"{name}:{line}:1: error: {message}" in errors(other)


@pytest.mark.parametrize("name", [CODES, STACK, LABELS, VALUES, "q850-causes.tsv", "warn-codes.tsv"])
def test_a_file_that_is_missing(other, name):
    (other / name).unlink()
    assert errors(other) == [f"{name}:1:1: error: missing; add the file"]


@pytest.mark.parametrize("name, text", [("codes/431-flow-failed.md", code(431)),
                                        ("codes/430-flow-failed.zz.md", code(430)), ("stacks/proxies.md", FACTS)])
def test_a_file_that_is_left_over(other, name, text):
    (other / name).write_text(text)
    assert errors(other) == [f"{name}:1:1: error: there is no English file of this name; delete this one"]


def test_an_english_code_without_translation(other):
    """One that somebody adds in English only stops the build."""
    text = (other.parent / "codes" / AWAY).read_text().replace("480", "486").replace("Temporarily Unavailable", "Busy Here")
    (other.parent / "codes" / "486-busy-here.md").write_text(text)
    assert errors(other) == ["codes/486-busy-here.md:1:1: error: missing; add the file"]


# What is written

def octal(text):
    return "".join(f"\\{byte:03o}" if byte > 126 else chr(byte) for byte in text.encode())


def test_both_languages_are_in_the_c_file(other):
    text = written(other.parent)
    assert octal("再呼叫一次 430 次。") in text         # joined without a space between Chinese characters
    assert text.count(octal("430 是流，480 是人。")) == 2
    assert octal("30 秒后放弃。") in text
    assert octal("Provisional：第 1 类。") + '"' in text
    assert "static const char *const words_zz" in text and '"zz"' in text
    assert "{ labels_zz, 2 }," in text and "{ value_names_zz, 1 }," in text
    for english in ("Call again.", "430 is one flow, 480 the user.", "its fr_timer", "No number"):
        assert english in text


def test_the_c_file_compiles(other):
    written(other.parent)
    subprocess.run(["gcc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-pedantic", "-fsyntax-only", "-I", ROOT / "plugin",
                    other.parents[1] / "catalogue.c"], check=True)


# What is shipped

def test_what_is_shipped_has_languages():
    assert generate.Catalogue(CATALOGUE, generate.Report()).languages == ["en", "zh"]


def size_of(catalogue, folder):  # noqa: F811
    """Bytes of a stripped shared object with the tables of a catalogue."""
    output, library = folder / "catalogue.c", folder / "catalogue.so"
    assert run(catalogue, "--output", output).returncode == 0
    subprocess.run(["gcc", "-std=c11", "-O2", "-fPIC", "-shared", "-s", "-I", ROOT / "plugin", "-o", library, output],
                   check=True)
    return library.stat().st_size


def test_all_languages_make_the_plugin_less_than_a_megabyte_larger(tmp_path):
    english = tmp_path / "english"
    shutil.copytree(CATALOGUE, english, ignore=shutil.ignore_patterns("[a-z][a-z]", "*.py", "__pycache__"))
    with_all, alone = size_of(CATALOGUE, tmp_path), size_of(english, tmp_path)
    assert alone < with_all < alone + MEGABYTE
