# SPDX-License-Identifier: GPL-2.0-or-later
"""cmake/test.sh: what it can be asked for, and that no folder of tests is left out of it."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def run(*args):
    return subprocess.run(["bash", ROOT / "cmake/test.sh", *args], capture_output=True, encoding="utf-8")


def test_every_folder_with_tests_is_a_step():
    folders = {path.parent.relative_to(ROOT).as_posix() for path in (ROOT / "tests").rglob("test_*.py")}
    assert folders <= set(run("--list").stdout.split())


def test_help_names_what_there_is():
    done = run("--help")
    assert done.returncode == 0
    assert "--list" in done.stdout and "STEP" in done.stdout and "--nightly" in done.stdout


@pytest.mark.parametrize("part, whole", [
    ("hostile tests/fuzz", "long hostile tests/fuzz"),
    ("python tests/bench", "long python tests/bench"),
    ("roots releases.py --but-host --brief", "roots releases.py"),
    ("roots in_tree.py --newest", "roots in_tree.py"),
    ("roots packages.py", "roots packages.py 4.0 4.4 4.6")])
def test_what_is_tried_in_part_is_tried_as_a_whole_at_night(part, whole):
    steps = run("--list").stdout.splitlines()
    assert steps.index(part) < steps.index(whole)
    assert len(steps) == len(set(steps))


def test_a_step_that_is_none_is_refused():
    done = run("unit dev", "no such step")
    assert done.returncode != 0
    assert "no such step" in done.stderr
    assert not done.stdout


def test_an_option_that_is_none_is_refused():
    assert run("--no-such-option").returncode == 2


def test_the_workflow_calls_what_the_suite_runs():
    """A workflow cannot be tried without its server: so it holds no commands of its own, but installs."""
    text = (ROOT / ".github" / "workflows" / "test.yml").read_text(encoding="utf-8")
    runs = re.findall(r"^ +run: (?:>-\n((?: {10}.*\n)+)|(.*)\n)", text, re.M)
    commands = [" ".join((folded or plain).split()) for folded, plain in runs]
    assert len(commands) == text.count("run:") >= 4
    for command in commands:
        script = re.fullmatch(r"bash ([\w./-]+)", command)
        assert (script and (ROOT / script[1]).is_file()) or re.match(
            r"apt-get update && apt-get install |git config --global --add safe.directory", command), command
