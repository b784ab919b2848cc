# SPDX-License-Identifier: GPL-2.0-or-later
"""The house: plugin/ARCHITECTURE.md says what each folder is for; this reads the includes and names what breaks it."""

import re
from pathlib import Path

import pytest

PLUGIN = Path(__file__).parents[2] / "plugin"
UNIT = PLUGIN.parent / "tests" / "unit"
# From the ground up: what stands later may include what stands before it, never the other way round.
CORE = ["base", "read", "facts", "record", "judge", "say"]
GLUE = ["settings", "draw", "stats", "frame"]
# What the files of a folder share, and what is private to it.
PRIVATE = {"core/record/tracker_state.h": "core/record", "core/record/flow_state.h": "core/record"}

SOURCES = sorted(path for folder in ("core", "glue") for path in (PLUGIN / folder).rglob("*.[ch]"))


def name(path):
    return path.relative_to(PLUGIN).as_posix()


def includes(path):
    return re.findall(r'^\s*#\s*include\s+[<"]([^>"]+)[>"]', path.read_text(encoding="utf-8"), re.M)


def ours(path):
    """The project's own headers that a file includes."""
    return [header for header in includes(path) if (PLUGIN / header).is_file()]


def floor(header):
    """Where a file of the core stands; a number from 0."""
    return CORE.index(header.split("/")[1])


@pytest.mark.parametrize("path", [p for p in SOURCES if name(p).startswith("core/")], ids=name)
def test_core_looks_down_only(path):
    wrong = [header for header in ours(path)
             if not header.startswith("core/") or floor(header) > floor(name(path))]
    assert wrong == [], f"{name(path)} must not include what stands above it"


@pytest.mark.parametrize("path", [p for p in SOURCES if name(p).startswith("core/")], ids=name)
def test_core_knows_no_wireshark(path):
    allowed = ("wsutil/",)
    wrong = [header for header in includes(path)
             if "/" in header and header not in ours(path) and not header.startswith(allowed)
             and not header.startswith("glib")]
    assert [header for header in wrong if header.startswith(("epan/", "wiretap/"))] == []


@pytest.mark.parametrize("path", [p for p in SOURCES if "/judge/" in name(p) or "/say/" in name(p)], ids=name)
def test_judges_and_words_only_read(path):
    """Verdicts are pure functions: only the watch, which is asked on the first pass, may feed."""
    fed = {"core/record/tracker.h", "core/record/tracker_state.h"} & set(ours(path))
    assert not fed or path.stem == "watch", f"{name(path)} includes {fed}"


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_private_headers_stay_private(path):
    for header, folder in PRIVATE.items():
        if header in ours(path):
            assert name(path).startswith(folder + "/"), f"{header} is private to {folder}"


def test_no_circles():
    graph = {name(path): ours(path) for path in SOURCES if path.suffix == ".h"}
    done = set()

    def walk(header, above):
        assert header not in above, " -> ".join([*above, header])
        if header in done:
            return
        for next_header in graph.get(header, []):
            walk(next_header, [*above, header])
        done.add(header)

    for header in graph:
        walk(header, [])


@pytest.mark.parametrize("path", [p for p in SOURCES if p.suffix == ".h"], ids=name)
def test_guard_and_first_line_are_the_file_name(path):
    text = path.read_text(encoding="utf-8")
    guard = "SX_" + path.stem.upper().replace("-", "_") + "_H"
    assert text.startswith(f"/* {path.name}\n")
    assert f"#ifndef {guard}\n#define {guard}\n" in text


@pytest.mark.parametrize("path", [p for p in SOURCES if name(p).startswith("core/") and p.suffix == ".c"], ids=name)
def test_each_part_of_the_core_has_a_test_of_its_name(path):
    assert (UNIT / f"test_{path.stem}.c").is_file(), f"tests/unit/test_{path.stem}.c"


@pytest.mark.parametrize("path", [p for p in SOURCES if p.suffix == ".c" and p.with_suffix(".h").is_file()], ids=name)
def test_a_file_begins_with_its_own_header(path):
    """So that each header stands by itself; in the glue compat.h comes first."""
    first = [header for header in ours(path) if header != "glue/compat.h"]
    own = name(path.with_suffix(".h"))
    assert own in first
    if name(path).startswith("core/"):
        assert first[0] == own
