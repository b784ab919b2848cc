# SPDX-License-Identifier: GPL-2.0-or-later
"""A short run of each fuzzer, from fresh seeds. SX_FUZZERS names the folder that
`cmake --preset fuzz && cmake --build --preset fuzz` makes.

The runs are counted and their seed is fixed, so that the suite says the same of the same tree, unless
the machine is so slow that the time is up before; SX_LONG=1 makes far more. long_run.py looks for what is
new, for as long as you like, and keeps what it learns."""

import os
import re
import subprocess
from pathlib import Path

import pytest

import seeds
from sanitized import fixed_addresses

HERE = Path(__file__).parent
FUZZERS = sorted(path.stem for path in HERE.glob("fuzz_*.c"))
LONG = bool(os.environ.get("SX_LONG"))
RUNS = {"fuzz_sip_msg": 75_000, "fuzz_start_line": 30_000, "fuzz_tcp_header": 1_000_000,
        "fuzz_tracker": 5_000}
RUNS = {name: runs * (100 if LONG else 1) for name, runs in RUNS.items()}
ENOUGH = 0.2            # of the runs, where the machine is slow or busy
SECONDS = 3600 if LONG else 120     # for each; it takes 4 to 20 on the usual machine, or a hundred times as long


@pytest.fixture(scope="session")
def seed_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("seeds")
    seeds.write_all(folder)
    return folder


def fuzzer(name):
    folder = os.environ.get("SX_FUZZERS")
    if not folder or not (Path(folder) / name).is_file():
        raise RuntimeError(f"set SX_FUZZERS to the folder of the fuzzers; it is {folder!r}")
    return Path(folder) / name


def run(name, folder, *options):
    """stderr of a run; the find is kept in the working folder."""
    command = [*fixed_addresses(), fuzzer(name), *options, f"-dict={HERE / 'sip.dict'}",
               "-print_final_stats=1", folder / name]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", cwd=folder)
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stderr


@pytest.mark.parametrize("name", FUZZERS)
def test_every_seed(seed_folder, name):
    """Our captures and the torture messages, each once: a find of the past comes back here."""
    told = run(name, seed_folder, "-runs=0")
    assert int(re.search(r"#(\d+)\s+DONE", told)[1]) > 50


@pytest.mark.parametrize("name", FUZZERS)
def test_a_short_run(seed_folder, name):
    told = run(name, seed_folder, f"-runs={RUNS[name]}", f"-max_total_time={SECONDS}", "-max_len=2048", "-seed=1")
    done = int(re.search(r"number_of_executed_units: (\d+)", told)[1])
    assert done >= RUNS[name] * ENOUGH, f"{done} of {RUNS[name]} runs, stopped at the limit of {SECONDS} s"
