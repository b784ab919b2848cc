#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Build the plugin as part of Wireshark's own source, with its rules and -Werror.

For each release: a clean root, the source that Debian packages, our plugin folder linked into its
plugins/epan and named in CMakeListsCustom.txt; then copied there and named by an option of cmake.
Wireshark's own checkers, and a capture that the tshark built there has to explain each time. Debian
keeps no old sources: releases without one are named in the last lines, and one at least has to be
built.
"""

import argparse
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import junit
import roots
import sources

SOURCE = Path(__file__).resolve().parents[2]
LOGS = SOURCE / "build" / "releases"
NOT_SOURCE = shutil.ignore_patterns("build", ".git", "__pycache__", ".pytest_cache")
CONFIGURE = (
    "-DENABLE_WERROR=ON", "-DCMAKE_BUILD_TYPE=Debug",
    # What the plugin never meets.
    "-DBUILD_wireshark=OFF", "-DBUILD_logray=OFF", "-DBUILD_stratoshark=OFF", "-DENABLE_LUA=OFF",
    "-DENABLE_PCAP=OFF", "-DENABLE_GNUTLS=OFF", "-DENABLE_KERBEROS=OFF",
)
FOLDER = "plugins/epan/sipexplain"     # in Wireshark's source
CAPTURE = "/src/tests/captures/recorded/call-answered.pcapng"


class Trial:
    def __init__(self, release, suite, root):
        self.release, self.suite, self.root = release, suite, root
        self.log = LOGS / f"in-tree-{release.minor}.log"

    def run(self, *args):
        with self.log.open("a") as log:
            log.write(f"\n$ {' '.join(args)}\n")
            done = subprocess.run(self.root.command(args), stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, text=True, errors="replace")
            log.write(f"{done.stdout}[exit code {done.returncode}]\n")
        return done.returncode, done.stdout

    def must(self, *args):
        code, text = self.run(*args)
        if code:
            raise roots.RootError(f"{' '.join(args)}:\n{roots.last_lines(text, 40)}")
        return text

    def all(self):
        """What is wrong."""
        self.version = sources.unpack(self.suite, self.root, "/wireshark")
        shutil.copytree(SOURCE, self.root.outside("/src"), ignore=NOT_SOURCE)
        folder = self.root.outside(f"/wireshark/{FOLDER}")
        custom = self.root.outside("/wireshark/CMakeListsCustom.txt")
        folder.symlink_to("/src/plugin")
        custom.write_text(f"set(CUSTOM_PLUGIN_SRC_DIR {FOLDER})\n")
        code, said = self.run("/usr/bin/python3", "-B", "/src/tests/releases/checkers.py",
                              "/wireshark")
        faults = [said] if code else []
        faults += self.build()
        folder.unlink()
        custom.unlink()
        shutil.copytree(SOURCE / "plugin", folder, ignore=NOT_SOURCE)
        return faults + self.build(f"-DCUSTOM_PLUGIN_SRC_DIR={FOLDER}")

    def build(self, *options):
        """Nothing of Wireshark but the plugin is built anew if it was built before."""
        plugin = self.root.outside(f"/build/run/plugins/{self.release.minor}/epan/sipexplain.so")
        plugin.unlink(missing_ok=True)
        self.must("cmake", "-G", "Ninja", "-S", "/wireshark", "-B", "/build", *CONFIGURE, *options)
        self.must("ninja", "-j", str(os.cpu_count()), "-C", "/build", "sipexplain", "tshark")
        return self.explains() if plugin.is_file() else [f"the build made no {plugin.name}"]

    def explains(self):
        # For root, 4.0 loads no plugins from a build folder.
        text = self.must("env", "HOME=/tmp", "setpriv", "--reuid=65534", "--regid=65534",
                         "--clear-groups", "/build/run/tshark", "-r", CAPTURE,
                         "-Y", "sip.Status-Code", "-T", "fields", "-e", "sip.Status-Code",
                         "-e", "sipexplain.code")
        codes = [line.split("\t") for line in text.splitlines() if "\t" in line]
        if not codes or any(sip != ours for sip, ours in codes):
            return [f"the plugin does not explain the responses of {CAPTURE}: {codes}"]
        return []


def try_release(release):
    """The version that was built, and what is wrong."""
    start = time.monotonic()
    with roots.root_of(release, roots.FOR_SUITE[release.minor][0]) as (suite, root):
        trial = Trial(release, suite, root)
        trial.log.unlink(missing_ok=True)
        faults = trial.all()
    print(f"Wireshark {trial.version} ({suite}), {time.monotonic() - start:.0f} s: "
          f"{'FAILED' if faults else 'builds in tree without a warning; the checkers pass'}",
          *faults, sep="\n", flush=True)
    return trial.version, faults


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("minor", nargs="*", default=[r.minor for r in roots.RELEASES],
                        help="only these releases, for instance 4.4")
    parser.add_argument("--newest", action="store_true",
                        help="only the newest of them that has a source")
    parser.add_argument("--junitxml", type=Path, help="write a report there")
    options = parser.parse_args()
    roots.prepare()
    LOGS.mkdir(parents=True, exist_ok=True)
    report, built, failed, gone = junit.Report(), [], [], []
    for release in reversed(list(map(roots.by_minor, options.minor))):
        name = release.minor
        try:
            name, faults = try_release(release)
        except roots.PackagesGone as error:
            gone.append((name, error))
            continue
        except roots.RootError as error:
            print(f"Wireshark {name}: FAILED\n{error}", flush=True)
            faults = [str(error)]
        report.add("in tree", name, "\n".join(faults))
        (failed if faults else built).append(name)
        if options.newest:
            break
    report.write(options.junitxml)
    for name, error in gone:
        print(f"Wireshark {name} was NOT BUILT IN TREE: no source to be had.\n{error}")
    print("built in tree: " + (", ".join(built) or "none") +
          (f"; FAILED: {', '.join(failed)}" if failed else "") +
          (f"; no source to be had: {', '.join(name for name, _ in gone)}" if gone else ""))
    return bool(failed or not built)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except roots.RootError as error:
        sys.exit(f"NOT BUILT: {error}")
