#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Run the benchmark with every supported Wireshark release, each in its clean root.

Exits with 0 if every release was measured and is within budget. As with the tests, a release that
Debian has dropped from its moving suites is said to be missing and does not count.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import junit
import roots

SOURCE = Path(__file__).resolve().parents[2]
sys.path.append(str(SOURCE / "tests" / "bench"))

import revision     # noqa: E402

NOT_SOURCE = shutil.ignore_patterns("build", ".git", "__pycache__", ".pytest_cache")


def measure(release, snapshot, options):
    """The closing line for the release, and whether it is good. The table goes to the terminal."""
    try:
        with roots.root_of(release, "measuring", options.refresh) as (suite, root):
            shutil.copytree(snapshot, root.outside("/src"))
            version = root.must(["tshark", "--version"]).splitlines()[0]
            print(f"\n{version}, {suite}", flush=True)
            command = ["/usr/bin/python3", "-B", "tests/bench/bench.py"]
            command += ["--short"] if options.short else []
            command += ["--against", options.against] if options.against else []
            code = subprocess.run(root.command(command, cwd="/src"),
                                  stdin=subprocess.DEVNULL).returncode
            return f"{version}: {'FAILED' if code else 'within budget'}", code == 0
    except roots.PackagesGone as error:
        return f"Wireshark {release.minor}: NOT MEASURED\n{error}", release.moving
    except roots.RootError as error:
        return f"Wireshark {release.minor}: FAILED\n{error}", False


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("minor", nargs="*", default=[r.minor for r in roots.RELEASES],
                        help="only these releases, for instance 4.4")
    parser.add_argument("--short", action="store_true", help="the short form of the benchmark")
    parser.add_argument("--against", metavar="COMMIT", help="measure the build of that commit too")
    parser.add_argument("--refresh", action="store_true", help="make the roots anew")
    parser.add_argument("--junitxml", type=Path, help="write a report there")
    options = parser.parse_args()
    roots.prepare()
    with tempfile.TemporaryDirectory(prefix="sipexplain-") as folder:
        # Every release gets the same source, whatever is edited in the meantime.
        snapshot = Path(folder) / "source"
        shutil.copytree(SOURCE, snapshot, ignore=NOT_SOURCE)
        # A root has no git.
        if not revision.exported(options.against or revision.RELEASED, snapshot) and options.against:
            parser.error(f"git does not have {options.against}")
        results = [measure(roots.by_minor(minor), snapshot, options) for minor in options.minor]
    report = junit.Report()
    for minor, (line, good) in zip(options.minor, results):
        report.add("measured", minor, None if good else line)
    report.write(options.junitxml)
    print("\n" + "\n".join(line for line, _ in results))
    return not all(good for _, good in results)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except roots.RootError as error:
        sys.exit(f"NOT MEASURED: {error}")
