# SPDX-License-Identifier: GPL-2.0-or-later
"""cmake/test.sh: what it can be asked for, and that no folder of tests is left out of it."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def run(*args):
    return subprocess.run(["bash", ROOT / "cmake/test.sh", *args], capture_output=True, encoding="utf-8")


def test_every_folder_with_tests_is_a_step():
    folders = {path.parent.relative_to(ROOT).as_posix() for path in (ROOT / "tests").rglob("test_*.py")}
    assert folders <= set(run("--list").stdout.split())


def test_help_names_what_there_is():
    done = run("--help")
    assert done.returncode == 0
    assert "--list" in done.stdout and "STEP" in done.stdout


def test_a_step_that_is_none_is_refused():
    done = run("unit dev", "no such step")
    assert done.returncode != 0
    assert "no such step" in done.stderr
    assert not done.stdout


def test_an_option_that_is_none_is_refused():
    assert run("--no-such-option").returncode == 2
