#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Build and test the plugin with every supported Wireshark release, and print one table.

The host is used for the release that is installed on it, a clean Debian root for each other one.
Exits with 0 if every release was tested and passed. A release that Debian only has in suites that
change daily may be missing; then the last lines say so.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import roots

SOURCE = Path(__file__).resolve().parents[2]
LOGS = SOURCE / "build" / "releases"
NOT_SOURCE = shutil.ignore_patterns("build", ".git", "__pycache__", ".pytest_cache")
SUITES = (("catalogue", "tests/catalogue"), ("e2e", "tests/e2e"))
# Left to the host's own tests: capturing live takes sipp, and the shell scripts set up a host.
NOT_HERE = ("tests/e2e/test_live.py", "tests/e2e/test_setup.py")
TIME_LIMIT = 1800   # seconds for one command
COLUMNS = ("Wireshark", "where", "build", "unit tests", "catalogue", "e2e", "time", "result")


@dataclass
class Row:
    """One release's line of the table."""
    release: roots.Release
    where: str = "-"
    version: str = ""
    cells: dict = field(default_factory=dict)
    faults: list = field(default_factory=list)
    gone: bool = False
    seconds: float = 0

    def line(self):
        result = "NOT TESTED" if self.gone else "FAILED" if self.faults else "passed"
        cells = [self.cells.get(name, "-") for name in COLUMNS[2:6]]
        return (self.version or self.release.minor, self.where, *cells,
                f"{self.seconds:.0f} s", result)


class Failed(Exception):
    """What comes next needs what failed."""


class Host:
    """Where a command runs that needs no root of its own; with the same calls as roots.Root."""

    def __init__(self, folder):
        self.folder = folder

    def outside(self, path):
        return self.folder / str(path).lstrip("/")

    def command(self, args, cwd="/", env=None):
        words = [f"{name}={value}" for name, value in (env or {}).items()]
        inside = [str(self.outside(arg)) if isinstance(arg, Path) else arg for arg in args]
        return ["env", "-C", str(self.outside(cwd)), *words, *inside]


class Trial:
    """One release in its place: builds and tests there, and fills its row."""

    source, build = Path("/src"), Path("/build")

    def __init__(self, row, place, python):
        self.row, self.place, self.python = row, place, python
        self.log = LOGS / f"{row.release.minor}.log"

    def run(self, args, env=None, cwd=source):
        """The exit code and what was printed; the log has it too."""
        command = self.place.command(args, cwd=cwd, env=env)
        try:
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  text=True, errors="replace", timeout=TIME_LIMIT)
            code, text = done.returncode, done.stdout
        except subprocess.TimeoutExpired as error:
            code, text = -1, (error.output or b"").decode(errors="replace") + "\nTime is up.\n"
        with self.log.open("a") as log:
            log.write(f"\n$ {' '.join(map(str, args))}\n{text}[exit code {code}]\n")
        return code, text

    def all(self, snapshot):
        shutil.copytree(snapshot, self.place.outside(self.source))
        self.compile()
        self.unit_tests()
        plugin = self.plugin()
        for name, folder in SUITES:
            self.pytest(name, folder, plugin)

    def compile(self):
        for args in (["cmake", "-S", self.source, "-B", self.build, "-G", "Ninja",
                      "-DCMAKE_BUILD_TYPE=RelWithDebInfo"],
                     ["cmake", "--build", self.build]):
            code, text = self.run(args)
            if code:
                self.row.cells["build"] = "failed"
                raise Failed(f"{' '.join(map(str, args))}:\n{roots.last_lines(text, 30)}")
        warnings = [line for line in text.splitlines() if "warning:" in line]
        self.row.cells["build"] = f"{len(warnings)} warnings"
        self.row.faults += warnings

    def unit_tests(self):
        report = self.build / "unit.xml"
        self.run(["ctest", "--test-dir", self.build, "--output-on-failure",
                  "--output-junit", report])
        self.count("unit tests", report)

    def plugin(self):
        path = self.build / "plugins" / self.row.release.minor / "epan" / "sipexplain.so"
        if not self.place.outside(path).is_file():
            raise Failed(f"the build made no {path.relative_to(self.build)}")
        return path

    def pytest(self, name, folder, plugin):
        report = self.build / f"{name}.xml"
        # Wireshark runs as nobody on the host and in the root: say where in its terms.
        named = self.place.outside(plugin) if isinstance(self.place, Host) else plugin
        self.run([self.python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-o",
                  "addopts=", *(f"--ignore={path}" for path in NOT_HERE),
                  "--junitxml", report, folder],
                 env={"SX_PLUGIN": named, "PYTHONDONTWRITEBYTECODE": "1"})
        self.count(name, report)

    def count(self, name, report):
        """Reads a JUnit report into the table's cell. No test at all is a failure too."""
        path = self.place.outside(report)
        cases = list(ElementTree.parse(path).iter("testcase")) if path.exists() else []
        failed = [case.get("name") for case in cases
                  if case.find("failure") is not None or case.find("error") is not None]
        skipped = sum(case.find("skipped") is not None for case in cases)
        passed = len(cases) - len(failed) - skipped
        cell = f"{passed} passed"
        cell += f", {len(failed)} FAILED" if failed else ""
        cell += f", {skipped} skipped" if skipped else ""
        self.row.cells[name] = cell if cases else "NONE RAN"
        self.row.faults += [f"{name}: {case}" for case in failed]
        if not passed:
            self.row.faults.append(f"{name}: no test passed")


def host_minor():
    """The release that this machine can test, or None."""
    needed = [shutil.which(tool) for tool in ("tshark", "sharkd", "cmake", "ctest", "ninja", "cc")]
    modules = subprocess.run([sys.executable, "-c", "import pytest, scapy"], capture_output=True)
    if not all(needed) or modules.returncode:
        return None
    done = subprocess.run(["tshark", "--version"], capture_output=True, text=True)
    return roots.wireshark_minor(done.stdout)


@contextmanager
def place_for(release, host, refresh):
    """Yields its name, the place, and the Python to test with."""
    if release.minor == host:
        # Not every folder above the default one need be open to Wireshark's ordinary user.
        with tempfile.TemporaryDirectory(prefix="sipexplain-") as folder:
            yield "host", Host(Path(folder)), sys.executable
        return
    roots.check_tools()
    with roots.root_of(release, refresh=refresh) as (suite, root):
        yield suite, root, "/usr/bin/python3"


def try_release(release, snapshot, host, refresh):
    row = Row(release)
    start = time.monotonic()
    (LOGS / f"{release.minor}.log").unlink(missing_ok=True)
    try:
        with place_for(release, host, refresh) as (row.where, place, python):
            trial = Trial(row, place, python)
            row.version = trial.run(["tshark", "--version"], cwd="/")[1].split("Wireshark) ")[-1]
            row.version = row.version.split()[0].rstrip(".")
            trial.all(snapshot)
    except roots.PackagesGone as error:
        row.faults.append(str(error))
        row.gone = release.moving
    except (roots.RootError, Failed) as error:
        row.faults.append(str(error))
    row.seconds = time.monotonic() - start
    return row


def table(rows):
    lines = [COLUMNS, *(row.line() for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip()
                     for line in lines)


def report(rows):
    for row in rows:
        if row.faults and not row.gone:
            print(f"\nWireshark {row.release.minor}, log {LOGS / row.release.minor}.log:")
            print("\n".join(row.faults))
    print("\n" + table(rows))
    for row in rows:
        if row.gone:
            print(f"\nWireshark {row.release.minor} was NOT TESTED: Debian no longer has its "
                  f"packages.\n{row.faults[0]}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("minor", nargs="*", default=[r.minor for r in roots.RELEASES],
                        help="only these releases, for instance 4.4")
    parser.add_argument("--refresh", action="store_true", help="make the roots anew")
    parser.add_argument("--no-host", action="store_true", help="roots for every release")
    options = parser.parse_args()
    LOGS.mkdir(parents=True, exist_ok=True)
    host = None if options.no_host else host_minor()
    rows = []
    with tempfile.TemporaryDirectory(prefix="sipexplain-") as folder:
        # Every release gets the same source, whatever is edited in the meantime.
        snapshot = Path(folder) / "source"
        shutil.copytree(SOURCE, snapshot, ignore=NOT_SOURCE)
        for release in map(roots.by_minor, options.minor):
            print(f"Wireshark {release.minor} ...", file=sys.stderr, flush=True)
            rows.append(try_release(release, snapshot, host, options.refresh))
    report(rows)
    return any(row.faults and not row.gone for row in rows)


if __name__ == "__main__":
    sys.exit(main())
