#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Changes one line of the core at a time, and prints the changes that no test notices.

README.md beside this file says how to run it and what the lists look like.
"""

import argparse
import hashlib
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from mutant import ListError, make_all, read_known, read_list

ROOT = Path(__file__).resolve().parents[2]
KNOWN = Path(__file__).with_name("known.txt")
TREE = ("CMakeLists.txt", "CMakePresets.json", "LICENSE", "README.md", "cmake", "plugin", "tests/unit")
MEMORY = 4 << 30        # for a change that makes a loop without end
TIMEOUT = 60            # seconds, for one test program


class Copy:
    """A copy of the tree, which is built again after each change."""

    def __init__(self, folder, sanitize=False):
        self.memory = resource.RLIM_INFINITY if sanitize else MEMORY
        self.root = Path(folder) / "tree"
        self.build = Path(folder) / "build"
        for name in TREE:
            source, target = ROOT / name, self.root / name
            if source.is_dir():
                shutil.copytree(source, target, symlinks=True)
            else:
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, target)
        self.must("cmake", "-S", self.root, "-B", self.build, "-G", "Ninja",
                  "-DCMAKE_BUILD_TYPE=Debug", "-DCMAKE_C_FLAGS=-O1", "-DSX_WERROR=OFF",
                  "-DSX_SANITIZE=" + ("address,undefined" if sanitize else ""))
        self.must("cmake", "--build", self.build)
        self.plugin = next(self.build.glob("plugins/*/epan/sipexplain.so"))
        self.unchanged = {path: digest(path) for path in self.programs()}

    def programs(self):
        return [path for path in sorted(self.build.glob("tests/unit/test_*")) if path.is_file()]

    def changed(self):
        """The test programs that hold the changed code; the others say what they said before."""
        return [path.name for path in self.programs() if digest(path) != self.unchanged[path]]

    def run(self, *command):
        limit = (resource.RLIMIT_AS, (self.memory, self.memory))
        return subprocess.run([str(part) for part in command], cwd=self.root, capture_output=True,
                              encoding="utf-8", errors="replace",
                              preexec_fn=lambda: resource.setrlimit(*limit))

    def must(self, *command):
        done = self.run(*command)
        if done.returncode:
            sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")

    def compile(self, *targets):
        chosen = [word for target in targets for word in ("--target", target)]
        return self.run("cmake", "--build", self.build, *chosen).returncode == 0

    def failing_test(self, names):
        """The name of the first of these unit tests that fails, or nothing."""
        if not names:
            return None
        done = self.run("ctest", "--test-dir", self.build, "--stop-on-failure",
                        "--timeout", TIMEOUT, "-R", f"^({'|'.join(names)})$")
        lines = done.stdout.partition("The following tests FAILED:")[2].splitlines()
        names = [line.split()[2] for line in lines if " - " in line]
        return names[0] if names else "ctest" if done.returncode else None


def digest(path):
    return hashlib.sha256(path.read_bytes()).digest()


def who_notices(copy, path, ladders):
    """Which test notices that the file was changed: its own tests, all unit tests, the ladders."""
    stem = Path(path).stem
    own = [program.name for program in copy.programs() if program.name.startswith(f"test_{stem}")]
    if not copy.compile(*own):
        return "the compiler"
    failed = copy.failing_test(own)
    if failed:
        return failed
    if not copy.compile():
        return "the compiler"
    return copy.failing_test([name for name in copy.changed() if name not in own]) or (
        ladders and ladders.first_to_notice(copy.plugin))


def try_one(copy, mutant, ladders):
    path = copy.root / mutant.path
    text = path.read_text()
    path.write_text(mutant.apply(text))
    try:
        return who_notices(copy, mutant.path, ladders)
    finally:
        path.write_text(text)


def try_all(copy, mutants, ladders, known, report):
    """The mutants that nobody noticed and nobody has explained."""
    survivors = []
    for number, mutant in enumerate(mutants, 1):
        began = time.monotonic()
        noticed = try_one(copy, mutant, ladders)
        why = next((each.why for each in known if each.fits(mutant)), None)
        if not noticed and not why:
            survivors.append(mutant)
        verdict = (f"noticed by {noticed}" if noticed else
                   f"not noticed: {why}" if why else "NOT NOTICED")
        report(f"[{number}/{len(mutants)}, {time.monotonic() - began:.1f} s] {mutant}\n    {verdict}")
    return survivors


def all_ladders():
    from at_once import Ladders     # needs scapy, which the unit tests do not
    return Ladders()


def wanted(args):
    if args.list:
        return read_list(ROOT, args.list)
    return make_all(ROOT, args.places)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("places", nargs="*", metavar="FILE|FOLDER",
                        help="make the mutants of these: thresholds, numbers, comparisons")
    parser.add_argument("-l", "--list", type=Path, metavar="LIST", help="or take them from a list")
    parser.add_argument("-n", "--dry-run", action="store_true", help="print them and try none")
    parser.add_argument("--part", metavar="N/M", default="1/1", help="each Mth of them, from the Nth on")
    parser.add_argument("--no-ladders", action="store_true", help="unit tests only")
    parser.add_argument("--sanitize", action="store_true",
                        help="unit tests only, with the address and undefined behaviour sanitizers")
    args = parser.parse_args()
    if bool(args.places) == bool(args.list):
        parser.error("name files or folders, or a list")
    return args


def main():
    args = arguments()
    try:
        mutants = wanted(args)
        known = read_known(KNOWN)
    except (ListError, OSError) as error:
        sys.exit(str(error))
    first, step = map(int, args.part.split("/"))
    mutants = mutants[first - 1::step]
    if args.dry_run:
        print(*mutants, sep="\n")
        return 0
    with tempfile.TemporaryDirectory(prefix="sipexplain-mutants-") as folder:
        Path(folder).chmod(0o755)       # tshark runs as another user
        copy = Copy(folder, args.sanitize)
        ladders = None if args.no_ladders or args.sanitize else all_ladders()
        failed = copy.failing_test([path.name for path in copy.programs()]) or (
            ladders and ladders.first_to_notice(copy.plugin))
        if failed:
            sys.exit(f"without any change {failed} fails")
        survivors = try_all(copy, mutants, ladders, known, lambda text: print(text, flush=True))
    print(f"\n{len(mutants)} changes, {len(survivors)} that no test noticed", *survivors, sep="\n")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
