# SPDX-License-Identifier: GPL-2.0-or-later
"""A short run of each fuzzer, from fresh seeds. SX_FUZZERS names the folder that
`cmake --preset fuzz && cmake --build --preset fuzz` makes; SX_FUZZ_SECONDS makes the runs longer,
and long_run.py runs them for as long as you like and keeps what they learn."""

import os
import re
import subprocess
from pathlib import Path

import pytest

import seeds
from sanitized import fixed_addresses

HERE = Path(__file__).parent
FUZZERS = sorted(path.stem for path in HERE.glob("fuzz_*.c"))


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
    seconds = os.environ.get("SX_FUZZ_SECONDS", "15")
    told = run(name, seed_folder, f"-max_total_time={seconds}", "-max_len=2048", "-seed=1")
    assert int(re.search(r"number_of_executed_units: (\d+)", told)[1]) > 1000
