# SPDX-License-Identifier: GPL-2.0-or-later
"""A copy of the tree with one change after the other, and the tests that may notice it."""

import hashlib
import mmap
import re
import resource
import shutil
import struct
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

from switched import fixed, switched

ROOT = Path(__file__).resolve().parents[2]
SWITCH = Path(__file__).with_name("switch.h")
TREE = ("CMakeLists.txt", "CMakePresets.json", "LICENSE", "README.md", "cmake", "plugin", "tests/unit")
SWITCHES = 65536        # SX_SWITCHES
SECONDS = 30            # of the processor, for one test program, which takes less than a quarter of that
TIMEOUT = 600
SLOW = 1                # seconds of the processor, for one case


class Copy:
    """A copy of the tree and what is built of it."""

    def __init__(self, folder, flags="", sanitize=False):
        self.root = folder / "tree"
        self.build = folder / "build"
        for name in TREE:
            source, target = ROOT / name, self.root / name
            if source.is_dir():
                shutil.copytree(source, target, symlinks=True)
            else:
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, target)
        folder.chmod(0o755)
        self.prepare()
        done = self.run("cmake", "-S", self.root, "-B", self.build, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Debug",
                        f"-DCMAKE_C_FLAGS=-O1 {flags}", "-DSX_WERROR=OFF",
                        "-DSX_SANITIZE=" + ("address,undefined" if sanitize else ""))
        if done.returncode:
            sys.exit(done.stdout + done.stderr)

    def prepare(self):
        pass

    def run(self, *command):
        return subprocess.run([str(part) for part in command], cwd=self.root, capture_output=True,
                              encoding="utf-8", errors="replace")

    def compile(self, *targets):
        """Without targets all of them, as far as they can be built."""
        chosen = [word for target in targets for word in ("--target", target)]
        return self.run("cmake", "--build", self.build, *chosen, *([] if targets else ["--", "-k", "0"]))

    def must_compile(self):
        done = self.compile()
        if done.returncode:
            sys.exit(done.stdout + done.stderr)

    @property
    def plugin(self):
        return next(self.build.glob("plugins/*/epan/sipexplain.so"))

    def programs(self):
        return [path for path in sorted(self.build.glob("tests/unit/test_*")) if path.is_file()]


def fails(program, environment=None, cases=()):
    """A program that runs too long fails too."""
    chosen = [word for case in cases for word in ("-p", case)]
    return run_test([program, *chosen], environment).returncode != 0


def run_test(command, environment=None):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=TIMEOUT, env=environment,
                          preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS)))


def seconds_of_tests():
    """Of the processor, in all tests that have ended: the time of day depends on what else runs."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def own_first(programs, path):
    """The test programs of the changed file before the others."""
    stem = f"test_{Path(path).stem}"
    return sorted(programs, key=lambda program: (program.name != stem, not program.name.startswith(stem)))


class AllAtOnce(Copy):
    """Each change has a switch, so that all are built once. Tests say which changes they reach."""

    def __init__(self, folder, mutants, with_ladders, quick=False):
        self.mutants = dict(enumerate(mutants, 1))
        self.number = {mutant: number for number, mutant in self.mutants.items()}
        texts = [path.read_text() for path in sorted((ROOT / "plugin").glob("*/*/*.[ch]"))]
        self.could_not = [mutant for mutant in mutants if fixed(mutant, texts)]
        folder.mkdir(parents=True)
        self.file = folder / "switches"
        self.file.write_bytes(bytes(4 + SWITCHES))
        self.file.chmod(0o666)
        super().__init__(folder, f"-include {SWITCH}")
        self.build_what_can_be()
        self.file_open = self.file.open("r+b")
        self.switches = mmap.mmap(self.file_open.fileno(), 0)
        self.environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "SX_SWITCHES": str(self.file)}
        self.reached_by_case = {}
        for program in self.programs():
            for case in self.cases(program):
                began = seconds_of_tests()
                reached = self.reach_of(program, case)
                if not quick or seconds_of_tests() - began < SLOW:
                    self.reached_by_case[program, case] = reached
        self.ladders, self.reached_by_ladder = None, {}
        if with_ladders:
            from at_once import Ladders     # needs scapy, which the unit tests do not
            self.ladders = Ladders(self.plugin, {"SX_SWITCHES": str(self.file)})
            self.reached_by_ladder = {ladder: self.reach_of_ladder(ladder) for ladder in self.ladders.all}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.ladders:
            self.ladders.close()
        self.switches.close()
        self.file_open.close()

    def prepare(self):
        shutil.copy2(SWITCH.with_suffix(".c"), self.root / "plugin/core/base/switch.c")
        shutil.copy2(SWITCH, self.root / "plugin/core/base/switch.h")
        self.put_in()

    def put_in(self, paths=None):
        by_path = defaultdict(list)
        for number, mutant in self.mutants.items():
            by_path[mutant.path].append((number, mutant))
        for path, mutants in by_path.items():
            if paths is None or path in paths:
                left_out = set(self.could_not)
                kept = [(number, mutant) for number, mutant in mutants if mutant not in left_out]
                (self.root / path).write_text(switched((ROOT / path).read_text(), kept))

    def build_what_can_be(self):
        """What the compiler still does not take behind a switch is left out too."""
        while True:
            done = self.compile()
            if done.returncode == 0:
                return
            lines = {(path, int(line)) for path, line in
                     re.findall(r"^\S*?(plugin/core/\S+?):(\d+):\d+: (?:error|note)", done.stdout, re.MULTILINE)}
            blamed = [mutant for mutant in self.mutants.values()
                      if (mutant.path, mutant.line) in lines and mutant not in self.could_not]
            if not blamed:
                sys.exit(done.stdout + done.stderr)
            self.could_not += blamed
            self.put_in({mutant.path for mutant in blamed})

    def choose(self, number):
        self.switches[:4] = struct.pack("=I", number)

    def cases(self, program):
        lines = run_test([program, "-l"], self.environment).stdout.decode().splitlines()
        return [line for line in lines if line.startswith("/")]

    def reach_of(self, program, case):
        return self.reached_by(lambda: fails(program, self.environment, [case]), case)

    def reach_of_ladder(self, ladder):
        return self.reached_by(lambda: self.ladders.first_of([ladder]), f"the ladder {ladder.name}")

    def reached_by(self, failed, name):
        self.switches[4:] = bytes(SWITCHES)
        if failed():
            sys.exit(f"without any change {name} fails")
        return bytes(self.switches[4:])

    def who_notices(self, mutant):
        number = self.number[mutant]
        cases = self.cases_that_reach(number)
        self.choose(number)
        try:
            for program in own_first(cases, mutant.path):
                if fails(program, self.environment, cases[program]):
                    return program.name
            return self.ladder_that_notices(number)
        finally:
            self.choose(0)

    def cases_that_reach(self, number):
        """By program."""
        cases = defaultdict(list)
        for (program, case), reached in self.reached_by_case.items():
            if reached[number]:
                cases[program].append(case)
        return cases

    def ladders_that_reach(self, number):
        return [ladder for ladder, reached in self.reached_by_ladder.items() if reached[number]]

    def ladder_that_notices(self, number):
        return self.ladders.first_to_notice(self.ladders_that_reach(number)) if self.ladders else None

    def not_noticed(self, mutant):
        number = self.number[mutant]
        reaching = [case for cases in self.cases_that_reach(number).values() for case in cases]
        reaching += [ladder.name for ladder in self.ladders_that_reach(number)]
        if not reaching:
            return "NOT NOTICED, and makes no difference in any test"
        more = f" and {len(reaching) - 6} more" if len(reaching) > 6 else ""
        return f"NOT NOTICED, but makes a difference in {', '.join(reaching[:6])}{more}"


class OneByOne(Copy):
    """Is built anew for each change."""

    def __init__(self, folder, with_ladders, sanitize=False):
        folder.mkdir(parents=True)
        super().__init__(folder, sanitize=sanitize)
        self.must_compile()
        self.unchanged = {path: digest(path) for path in self.programs()}
        self.ladders = None
        if with_ladders:
            from at_once import Ladders
            self.ladders = Ladders(self.plugin)
        failed = self.failing_test(self.programs()) or (self.ladders and self.ladders.first_to_notice())
        if failed:
            sys.exit(f"without any change {failed} fails")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.ladders:
            self.ladders.close()

    @staticmethod
    def failing_test(programs):
        return next((program.name for program in programs if fails(program)), None)

    def who_notices(self, mutant):
        path = self.root / mutant.path
        text = path.read_text()
        path.write_text(mutant.apply(text))
        try:
            return self.who_notices_now(mutant.path)
        finally:
            path.write_text(text)

    def who_notices_now(self, path):
        own = [program for program in self.programs() if program.name.startswith(f"test_{Path(path).stem}")]
        if self.compile(*(program.name for program in own)).returncode:
            return "the compiler"
        failed = self.failing_test(own_first(own, path))
        if failed:
            return failed
        if self.compile().returncode:
            return "the compiler"
        changed = [program for program in self.programs() if digest(program) != self.unchanged[program]]
        return self.failing_test([program for program in changed if program not in own]) or self.ladder()

    def ladder(self):
        if not self.ladders:
            return None
        self.ladders.load(self.plugin)
        return self.ladders.first_to_notice()

    @staticmethod
    def not_noticed(_mutant):
        return "NOT NOTICED"


def digest(path):
    return hashlib.sha256(path.read_bytes()).digest()
