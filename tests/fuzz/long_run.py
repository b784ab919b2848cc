#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Fuzzes for a long time, one fuzzer after the other, and keeps corpus and finds.

    cmake --preset fuzz && cmake --build --preset fuzz
    /usr/bin/python3 tests/fuzz/long_run.py build/fuzz/fuzzers /tmp/corpus --seconds 3600
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "e2e"))

import seeds    # noqa: E402
from sanitized import fixed_addresses   # noqa: E402

HERE = Path(__file__).parent


def fuzz(fuzzer, corpus, seconds):
    """Runs one fuzzer, prints what it did, returns whether it found nothing."""
    own, found = corpus / "corpus" / fuzzer.name, corpus / "finds"
    for folder in (own, found):
        folder.mkdir(parents=True, exist_ok=True)
    command = [*fixed_addresses(), fuzzer, f"-max_total_time={seconds}", "-max_len=4096", f"-dict={HERE / 'sip.dict'}",
               "-print_final_stats=1", f"-artifact_prefix={found}/{fuzzer.name}-", own,
               corpus / "seeds" / fuzzer.name]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace")
    runs = re.search(r"number_of_executed_units: (\d+)", done.stderr)
    print(f"{fuzzer.name}: {runs[1] if runs else 0} executions, corpus of "
          f"{sum(1 for _ in own.iterdir())} files, exit code {done.returncode}", flush=True)
    if done.returncode:
        print(done.stderr[-4000:])
    return done.returncode == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("fuzzers", type=Path)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--seconds", type=int, default=3600, help="for each fuzzer")
    args = parser.parse_args()
    seeds.write_all(args.corpus / "seeds")
    results = [fuzz(fuzzer.resolve(), args.corpus, args.seconds)
               for fuzzer in sorted(args.fuzzers.glob("fuzz_*"))]
    return 0 if results and all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
