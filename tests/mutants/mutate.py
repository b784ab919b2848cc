#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Changes one line of the core at a time, and prints the changes that no test notices.

README.md beside this file says how to run it and what the lists look like.
"""

import argparse
import resource
import sys
import tempfile
import time
from pathlib import Path

import survivors
from mutant import ListError, make_all, read_list
from tree import ROOT, AllAtOnce, OneByOne

HERE = Path(__file__).parent
KNOWN = HERE / "survivors.tsv"
FOLDERS = "plugin/core/judge", "plugin/core/record"
MEMORY = 6 << 30        # for a change that makes a loop without end


class Results:
    """What is known of each change; kept in a file, if there is one, from which a run goes on."""

    def __init__(self, path):
        self.path = path
        self.noticed_by = {}
        if path and path.exists():
            for line in path.read_text().splitlines():
                noticed, _, change = line.partition("\t")
                self.noticed_by[change] = noticed

    def add(self, mutant, noticed):
        self.noticed_by[str(mutant)] = noticed or ""
        if self.path:
            with self.path.open("a") as file:
                file.write(f"{noticed or ''}\t{mutant}\n")

    def left(self, mutants):
        return [mutant for mutant in mutants if str(mutant) not in self.noticed_by]

    def survived(self, mutants):
        return [mutant for mutant in mutants if self.noticed_by.get(str(mutant)) == ""]


def try_all(tree, mutants, results):
    for number, mutant in enumerate(mutants, 1):
        began = time.monotonic()
        noticed = tree.who_notices(mutant)
        results.add(mutant, noticed)
        print(f"[{number}/{len(mutants)}, {time.monotonic() - began:.1f} s] {mutant}\n"
              f"    {f'noticed by {noticed}' if noticed else tree.not_noticed(mutant)}", flush=True)


def run(folder, mutants, results, args):
    """All that can be built in at once; then the others, and those of lists."""
    left = results.left(mutants)
    alone = left
    if not args.list and not args.sanitize and left:
        with AllAtOnce(folder / "all", left, args.ladders, args.quick) as tree:
            alone = tree.could_not
            try_all(tree, [mutant for mutant in left if mutant not in set(alone)], results)
    if alone:
        with OneByOne(folder / "each", args.ladders, args.sanitize) as tree:
            try_all(tree, alone, results)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("places", nargs="*", metavar="FILE|FOLDER",
                        help=f"make the changes of these; {' and '.join(FOLDERS)} if none is named")
    parser.add_argument("-l", "--list", type=Path, metavar="LIST", help="or take them from a list")
    parser.add_argument("-n", "--dry-run", action="store_true", help="print them and try none")
    parser.add_argument("--part", metavar="N/M", default="1/1", help="each Mth of them, from the Nth on")
    parser.add_argument("--results", type=Path, metavar="FILE",
                        help="keep there what is found, and try no change that it has already")
    parser.add_argument("--no-ladders", dest="ladders", action="store_false", help="unit tests only")
    parser.add_argument("--quick", action="store_true",
                        help="without the few test cases that take longer than a second")
    parser.add_argument("--sanitize", action="store_true",
                        help="unit tests only, with the address and undefined behaviour sanitizers")
    args = parser.parse_args()
    if args.places and args.list:
        parser.error("name files and folders, or a list")
    args.ladders = args.ladders and not args.sanitize
    return args


def main():
    args = arguments()
    try:
        mutants = read_list(ROOT, args.list) if args.list else make_all(ROOT, args.places or FOLDERS)
        known = [] if args.list else survivors.read(KNOWN)
    except (ListError, OSError) as error:
        sys.exit(str(error))
    first, step = map(int, args.part.split("/"))
    mutants = mutants[first - 1::step]
    if args.dry_run:
        print(*mutants, sep="\n")
        return 0
    if not args.sanitize:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    results = Results(args.results)
    with tempfile.TemporaryDirectory(prefix="sipexplain-mutants-") as folder:
        Path(folder).chmod(0o755)       # tshark runs as another user
        run(Path(folder), mutants, results, args)
    survived = results.survived(mutants)
    new, gone = survivors.compare(known, mutants, survived)
    print(f"\n{len(mutants)} changes, {len(survived)} that no test noticed, {len(new)} of them without a reason in "
          f"{KNOWN.name}", *new, sep="\n")
    if gone and step == 1:
        print(f"\n{len(gone)} lines of {KNOWN.name} whose changes are noticed", *gone, sep="\n")
    return 1 if new or (gone and step == 1) else 0


if __name__ == "__main__":
    sys.exit(main())
