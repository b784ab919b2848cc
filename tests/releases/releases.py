#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Build and test the plugin with every supported Wireshark release, and print one table.

Each release has a clean Debian root. Exits with 0 if every release was tested and passed. A release
that Debian only has in suites that change daily may be missing; then the last lines say so.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import junit
import roots

SOURCE = Path(__file__).resolve().parents[2]
LOGS = SOURCE / "build" / "releases"
NOT_SOURCE = shutil.ignore_patterns("build", ".git", "__pycache__", ".pytest_cache")
SUITES = {"catalogue": ["tests/catalogue"], "e2e": ["tests/e2e", "tests/export/test_elastic.py", "tests/export/test_ek.py"], "window": ["tests/gui"]}
# What goes through another libwireshark can differ there, and nothing else. The core's unit tests and what only reads
# files say the same as with the installed release. Of the window: what the plugin draws and adds to menus, where the
# releases differ most, and that a window says the same as tshark does.
BRIEF = {
    "catalogue": ["tests/catalogue/test_facts.py", "-k", "wireshark"],
    "e2e": SUITES["e2e"],
    "window": ["tests/gui/test_window.py", "tests/gui/test_menus.py", "tests/gui/test_export.py"],
}
TIME_LIMIT = 2400   # seconds for one command; a machine half as fast must do
STOPPED = None      # the exit code of what was stopped at the limit
SAID = 30           # lines of what a failed test says
COLUMNS = ("Wireshark", "where", "build", "unit tests", *SUITES, "time", "result")
PROCESSES = {"window": 2}   # for each processor; a window is waited for most of the time


@dataclass
class Row:
    """One release's line of the table."""
    release: roots.Release
    where: str = "-"
    version: str = ""
    cells: dict = field(default_factory=dict)
    faults: list = field(default_factory=list)
    gone: bool = False
    on_host: bool = False
    seconds: float = 0

    def name(self):
        return self.version or self.release.minor

    def result(self):
        if self.on_host:
            return "left to the host"
        return "NOT TESTED" if self.gone else "FAILED" if self.faults else "passed"

    def line(self):
        cells = [self.cells.get(name, "-") for name in COLUMNS[2:-2]]
        return (self.name(), self.where, *cells, f"{self.seconds:.0f} s", self.result())


class Failed(Exception):
    """What comes next needs what failed."""


class Trial:
    """One release in its root: builds and tests there, and fills its row."""

    source, build = Path("/src"), Path("/build")

    def __init__(self, row, root, report, brief=False):
        self.row, self.root, self.report, self.brief = row, root, report, brief
        self.log = LOGS / f"{row.release.minor}.log"

    def run(self, args, env=None, cwd=source):
        """The exit code and what was printed; the log has it too."""
        command = self.root.command(args, cwd=cwd, env=env)
        try:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, text=True, errors="replace",
                                  timeout=TIME_LIMIT)
            code, text = done.returncode, done.stdout
        except subprocess.TimeoutExpired as error:
            code, text = STOPPED, (error.output or b"").decode(errors="replace")
        with self.log.open("a") as log:
            log.write(f"\n$ {' '.join(map(str, args))}\n{text}[{ending(code)}]\n")
        return code, text

    def all(self, snapshot):
        shutil.copytree(snapshot, self.root.outside(self.source))
        self.compile()
        if not self.brief:
            self.unit_tests()
        plugin = self.plugin()
        for name, paths in (BRIEF if self.brief else SUITES).items():
            self.pytest(name, paths, plugin)

    def compile(self):
        for args in (["cmake", "-S", self.source, "-B", self.build, "-G", "Ninja",
                      "-DCMAKE_BUILD_TYPE=RelWithDebInfo", f"-DSX_TESTS={'OFF' if self.brief else 'ON'}"],
                     ["cmake", "--build", self.build]):
            code, text = self.run(args)
            if code != 0:
                self.row.cells["build"] = "failed"
                raise Failed(f"{' '.join(map(str, args))}: {ending(code)}\n{roots.last_lines(text, 30)}")
        warnings = [line for line in text.splitlines() if "warning:" in line]
        self.row.cells["build"] = f"{len(warnings)} warnings"
        self.row.faults += warnings

    def unit_tests(self):
        report = self.build / "unit.xml"
        code, text = self.run(["ctest", "--test-dir", self.build, "-j", str(os.cpu_count()),
                            "--output-on-failure", "--output-junit", report])
        self.count("unit tests", report, code, text)

    def plugin(self):
        path = self.build / "plugins" / self.row.release.minor / "epan" / "sipexplain.so"
        if not self.root.outside(path).is_file():
            raise Failed(f"the build made no {path.relative_to(self.build)}")
        return path

    def pytest(self, name, paths, plugin):
        report = self.build / f"{name}.xml"
        processes = os.cpu_count() * PROCESSES.get(name, 1)
        code, text = self.run(["/usr/bin/python3", "-m", "pytest", "-q", "-p", "no:cacheprovider",
                            "-n", str(processes), "--dist", "loadgroup", "--junitxml", report,
                            *paths],
                           env={"SX_PLUGIN": plugin, "PYTHONDONTWRITEBYTECODE": "1",
                                "SX_OTHER_RELEASE": "brief" if self.brief else "whole"})
        self.count(name, report, code, text)

    def count(self, name, path, code, text=""):
        """Reads a JUnit report into the table's cell. A skipped test is one that was not run. What
        failed says why: the log of a run on another machine is not to be had."""
        cases = self.report.include(self.root.outside(path), self.row.name())
        bad = [(case.get("name"), said) for case in cases for said in [junit.fault_of(case)] if said]
        cell = f"{len(cases) - len(bad)} passed"
        cell += f", {len(bad)} FAILED" if bad else ""
        self.row.cells[name] = cell if cases else "NONE RAN"
        self.row.faults += [f"{name}: {case}\n{roots.last_lines(said, SAID)}" for case, said in bad]
        if not cases or (code != 0 and not bad):
            self.row.faults.append(f"{name}: {ending(code)}, {len(cases)} tests told how they went\n"
                                   + roots.last_lines(text, SAID))


def ending(code):
    """How a command ended."""
    if code is STOPPED:
        return (f"stopped at its limit of {TIME_LIMIT} s, which a machine half as fast as the usual "
                "one does not reach")
    return f"exit code {code}"


def host_minor():
    """The release that is installed here, or None."""
    if not shutil.which("tshark"):
        return None
    done = subprocess.run(["tshark", "--version"], capture_output=True, text=True)
    return roots.wireshark_minor(done.stdout)


def try_release(row, snapshot, report, refresh, brief=False):
    start = time.monotonic()
    (LOGS / f"{row.release.minor}.log").unlink(missing_ok=True)
    try:
        with roots.root_of(row.release, refresh=refresh) as (row.where, root):
            trial = Trial(row, root, report, brief)
            row.version = trial.run(["tshark", "--version"], cwd="/")[1].split("Wireshark) ")[-1]
            row.version = row.version.split()[0].rstrip(".")
            trial.all(snapshot)
    except roots.PackagesGone as error:
        row.faults.append(str(error))
        row.gone = row.release.moving
    except (roots.RootError, Failed) as error:
        row.faults.append(str(error))
    row.seconds = time.monotonic() - start
    if not row.gone:
        report.add("releases", row.name(), "\n".join(row.faults))


def table(rows):
    lines = [COLUMNS, *(row.line() for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip()
                     for line in lines)


def bad(rows):
    return any(row.faults and not row.gone for row in rows)


def show(rows, note=""):
    for row in rows:
        if row.faults and not row.gone:
            print(f"\nWireshark {row.release.minor}, log {LOGS / row.release.minor}.log:")
            print("\n".join(row.faults))
    print("\n" + table(rows), *[note] if note else [], sep="\n")
    for row in rows:
        if row.gone:
            print(f"\nWireshark {row.release.minor} was NOT TESTED: Debian no longer has its "
                  f"packages.\n{row.faults[0]}")
    print("\nWireshark " + ", ".join(f"{row.name()} {row.result()}" for row in rows))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("minor", nargs="*", default=[r.minor for r in roots.RELEASES],
                        help="only these releases, for instance 4.4")
    parser.add_argument("--refresh", action="store_true", help="make the roots anew")
    parser.add_argument("--but-host", action="store_true",
                        help="leave out the release that is installed here")
    parser.add_argument("--brief", action="store_true",
                        help="only what can differ from the installed release")
    parser.add_argument("--junitxml", type=Path, help="write a report of all tests there")
    options = parser.parse_args()
    roots.prepare()
    LOGS.mkdir(parents=True, exist_ok=True)
    host = host_minor() if options.but_host else None
    rows = [Row(release, on_host=release.minor == host, where="host" if release.minor == host
                else "-") for release in map(roots.by_minor, options.minor)]
    report = junit.Report()
    with tempfile.TemporaryDirectory(prefix="sipexplain-") as folder:
        # Every release gets the same source, whatever is edited in the meantime.
        snapshot = Path(folder) / "source"
        shutil.copytree(SOURCE, snapshot, ignore=NOT_SOURCE)
        for row in rows:
            if not row.on_host:
                print(f"Wireshark {row.release.minor} ...", file=sys.stderr, flush=True)
                try_release(row, snapshot, report, options.refresh, options.brief)
    show(rows, "brief: what goes through libwireshark, and of the window " +
         ", ".join(BRIEF["window"]) if options.brief else "")
    report.write(options.junitxml)
    return bad(rows)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except roots.RootError as error:
        sys.exit(f"NOT TESTED: {error}")
