# SPDX-License-Identifier: GPL-2.0-or-later
"""What the release tests do when a root cannot be made, and what a killed run leaves behind."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

import junit  # noqa: E402
import releases  # noqa: E402
import roots  # noqa: E402

GONE = "E: Unable to locate package tshark"
BROKEN = "E: Sub-process /usr/bin/dpkg returned an error code (1)"
HOLD = "import roots, sys\nwith roots.workspace():\n print('made', flush=True)\n sys.stdin.read()"


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.setenv("SX_ROOTS", str(tmp_path / "store"))
    return tmp_path / "store"


@pytest.fixture
def mmdebstrap(tmp_path, monkeypatch):
    """A function: from then on mmdebstrap fails and says this."""
    def fails(text):
        folder = tmp_path / "bin"
        folder.mkdir()
        tool = folder / "mmdebstrap"
        tool.write_text(f"#!/bin/sh\necho '{text}'\nexit 25\n")
        tool.chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    return fails


def left_in(store):
    return [path.name for path in store.glob("work-*")]


def hold():
    """A process with a workspace."""
    process = subprocess.Popen([sys.executable, "-B", "-c", HOLD], cwd=HERE, text=True,
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout.readline() == "made\n"
    return process


def test_a_workspace_goes_away(store):
    with roots.workspace() as folder:
        assert left_in(store) == [folder.name]
    assert left_in(store) == []


def test_the_next_run_removes_what_a_killed_one_left(store):
    with hold() as killed:
        killed.send_signal(signal.SIGKILL)
    (left,) = left_in(store)
    with roots.workspace() as folder:
        assert left_in(store) == [folder.name] != [left]


def test_a_workspace_in_use_stays(store):
    with hold() as other:
        (used,) = left_in(store)
        with roots.workspace() as folder:
            assert set(left_in(store)) == {used, folder.name}
        assert left_in(store) == [used]
        other.stdin.close()
    assert left_in(store) == []


def tried(minor, tmp_path):
    row, report = releases.Row(roots.by_minor(minor)), junit.Report()
    releases.try_release(row, tmp_path, report, refresh=False)
    return row, report


@pytest.mark.parametrize("minor, text, result", [
    ("4.4", GONE, "FAILED"), ("4.4", BROKEN, "FAILED"), ("4.6", BROKEN, "FAILED"),
    ("4.6", GONE, "NOT TESTED")])
def test_a_release_without_root(store, mmdebstrap, tmp_path, monkeypatch, capsys, minor, text, result):
    monkeypatch.setattr(releases, "LOGS", tmp_path)
    mmdebstrap(text)
    row, report = tried(minor, tmp_path)
    assert row.result() == result
    assert releases.bad([row]) == (result == "FAILED")
    assert len(report.root.findall(".//failure")) == (result == "FAILED")
    releases.show([row])
    shown = capsys.readouterr().out
    assert text in shown
    assert shown.splitlines()[-1] == f"Wireshark {minor} {result}"
    assert left_in(store) == []


def test_all_suites_are_asked(store, mmdebstrap, tmp_path, monkeypatch):
    monkeypatch.setattr(releases, "LOGS", tmp_path)
    mmdebstrap(GONE)
    row, _ = tried("4.6", tmp_path)
    assert "mmdebstrap sid failed" in row.faults[0] and "mmdebstrap forky failed" in row.faults[0]


def test_who_makes_an_archive_already_is_waited_for(store, tmp_path, monkeypatch):
    """The suite makes them in the background; a step that needs one may come to it too soon."""
    calls, tool = tmp_path / "calls", tmp_path / "bin" / "mmdebstrap"
    tool.parent.mkdir()
    tool.write_text(f'#!/bin/sh\necho once >>{calls}\nsleep 1\nfor last; do :; done\necho root >"$last"\n')
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tool.parent}:{os.environ['PATH']}")
    make = [sys.executable, "-B", "-c", "import roots; print(roots.archive('sid'))"]
    both = [subprocess.Popen(make, cwd=HERE, text=True, stdout=subprocess.PIPE) for _ in range(2)]
    paths = {process.communicate()[0].strip() for process in both}
    assert [Path(path).read_text() for path in paths] == ["root\n"]
    assert calls.read_text() == "once\n"


def test_brief_is_a_part_of_all():
    """The file of a part stands in a folder of the whole, or is named there."""
    for name, words in releases.BRIEF.items():
        for path in words[:words.index("-k")] if "-k" in words else words:
            assert (releases.SOURCE / path).exists()
            assert any(path == whole or path.startswith(f"{whole}/") for whole in releases.SUITES[name])


def test_a_skipped_test_is_a_fault(tmp_path):
    xml = tmp_path / "unit.xml"
    xml.write_text('<testsuite name="x" tests="2" skipped="1"><testcase name="a"/>'
                   '<testcase name="b"><skipped message="no tool"/></testcase></testsuite>')
    row = releases.Row(roots.by_minor("4.4"))
    trial = releases.Trial(row, roots.Root(Path("/")), junit.Report())
    trial.count("unit tests", xml, 0)
    assert row.cells["unit tests"] == "1 passed, 1 FAILED" and row.faults == ["unit tests: b\nno tool"]
    trial.count("e2e", tmp_path / "none.xml", 0)
    assert row.cells["e2e"] == "NONE RAN" and len(row.faults) == 2


def trial_of(minor):
    row = releases.Row(roots.by_minor(minor))
    return row, releases.Trial(row, roots.Root(Path("/")), junit.Report())


def test_what_failed_says_why(tmp_path):
    xml = tmp_path / "e2e.xml"
    lines = "\n".join(f"line {number}" for number in range(200))
    xml.write_text('<testsuites><testsuite name="x" tests="2"><testcase name="a"/><testcase name="b">'
                   f'<failure message="short">{lines}\nE  assert 1 == 2</failure></testcase>'
                   '</testsuite></testsuites>')
    row, trial = trial_of("4.4")
    trial.count("e2e", xml, 1)
    fault, = row.faults
    assert fault.startswith("e2e: b\n") and fault.endswith("\nE  assert 1 == 2")
    assert len(fault.splitlines()) == 1 + releases.SAID
    xml = tmp_path / "unit.xml"
    xml.write_text('<testsuite name="x" tests="1"><testcase name="c"><failure message="Failed"/>'
                   '<system-out>not ok 3</system-out></testcase></testsuite>')
    trial.count("unit tests", xml, 8)
    assert row.faults[1:] == ["unit tests: c\nFailed\nnot ok 3"]


def test_what_is_stopped_names_its_limit(tmp_path, monkeypatch):
    monkeypatch.setattr(releases, "TIME_LIMIT", 0.5)
    row, trial = trial_of("4.4")
    trial.log = tmp_path / "log"
    trial.root.command = lambda args, **_: args
    code, text = trial.run(["sh", "-c", "echo half; sleep 60"])
    trial.count("e2e", tmp_path / "none.xml", code, text)
    fault, = row.faults
    assert "stopped at its limit of 0.5 s" in fault and fault.endswith("half")
    assert "stopped at its limit of 0.5 s" in trial.log.read_text()


def test_only_root_is_let_in(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(roots.RootError, match="rights of root"):
        roots.prepare()
