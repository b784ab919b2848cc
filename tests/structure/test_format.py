# SPDX-License-Identifier: GPL-2.0-or-later
"""The C files are as .clang-format says."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = {".git", "build"}
# Other versions break some lines elsewhere.
VERSION = "14"


def c_files():
    return sorted(path for ending in ("*.c", "*.h") for path in ROOT.rglob(ending)
                  if not LEFT_OUT & set(path.relative_to(ROOT).parts))


@pytest.fixture(scope="module")
def clang_format():
    for name in (f"clang-format-{VERSION}", "clang-format"):
        try:
            said = subprocess.run([name, "--version"], capture_output=True, text=True, check=True)
        except FileNotFoundError:
            continue
        if re.search(rf"version {VERSION}\.", said.stdout):
            return name
    pytest.fail(f"the C files are formatted by clang-format {VERSION}, which is not installed")


def test_c_files(clang_format):
    files = c_files()
    assert files
    run = subprocess.run([clang_format, "--style=file", "--dry-run", "--Werror", *files],
                         capture_output=True, text=True)
    assert (run.returncode, run.stderr) == (0, "")


def test_a_file_that_is_not(clang_format, tmp_path):
    (tmp_path / ".clang-format").write_bytes((ROOT / ".clang-format").read_bytes())
    bad = tmp_path / "bad.c"
    bad.write_text("int  f( void )\n{ return 0; }\n")
    run = subprocess.run([clang_format, "--style=file", "--dry-run", "--Werror", bad],
                         capture_output=True, text=True)
    assert run.returncode == 1
