# SPDX-License-Identifier: GPL-2.0-or-later
"""clang-tidy has nothing to say of the plugin's C files, nor of their headers; .clang-tidy says what it looks for."""

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TIDY = ["clang-tidy-14", "--quiet"]
AT_ONCE = 8


@pytest.fixture(scope="module")
def commands():
    """The folder of the dev build's compile_commands.json."""
    folder = ROOT / "build" / "dev"
    if not (folder / "compile_commands.json").is_file():
        raise RuntimeError("build first: cmake --preset dev && cmake --build --preset dev")
    return folder


def said(commands, files):
    return subprocess.run([*TIDY, "-p", commands, *files], capture_output=True, text=True).stdout


def test_c_files(commands):
    files = sorted((ROOT / "plugin").rglob("*.c"))
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        texts = threads.map(lambda at: said(commands, files[at:at + AT_ONCE]), range(0, len(files), AT_ONCE))
        lines = {line for text in texts for line in text.splitlines() if "error: " in line or "warning: " in line}
    assert files and not lines, "\n".join(sorted(lines))


def test_a_file_that_is_not(tmp_path):
    (tmp_path / "bad.c").write_text("int f(int x);\nint f(int y) { return y == y; }\n")
    run = subprocess.run([*TIDY, f"--config-file={ROOT / '.clang-tidy'}", tmp_path / "bad.c", "--"],
                         capture_output=True, text=True)
    assert "misc-redundant-expression" in run.stdout and run.returncode
