# SPDX-License-Identifier: GPL-2.0-or-later
"""Every capture of the tests has a name and a purpose and can be written to a file."""

import subprocess
import sys
from pathlib import Path

import pytest

import build
import built
import ladder
import ladder_expect

PROGRAM = Path(build.__file__)
MAGIC = (b"\xd4\xc3\xb2\xa1", b"\x0a\x0d\x0d\x0a")      # pcap, pcapng


def run(*args):
    return subprocess.run([sys.executable, PROGRAM, *args], capture_output=True, encoding="utf-8")


def test_the_list_has_every_capture_and_its_purpose():
    lines = run("--list").stdout.splitlines()
    named = build.everything()
    assert [line.split()[0] for line in lines] == list(named)
    assert all(len(line.split(maxsplit=1)) == 2 for line in lines)
    for folder, suffix in ("ladders", "md"), ("recorded", "pcapng"):
        files = {f"{folder}/{path.stem}" for path in (PROGRAM.parent / folder).glob(f"*.{suffix}")}
        assert files == {name for name in named if name.startswith(f"{folder}/")}


def test_the_list_can_be_searched():
    assert {line.split()[0] for line in run("--list", "built/tunnel-ip").stdout.splitlines()} == {
        "built/tunnel-ipip", "built/tunnel-ipv6", "built/tunnel-ipv6-extension-headers"}


@pytest.mark.parametrize("name", ["ladders/prack", "recorded/prack", "built/tunnel-gre", "rfc4475"])
def test_a_capture_is_written(tmp_path, name):
    path = tmp_path / "x.pcap"
    done = run(name, "-o", path)
    assert done.returncode == 0, done.stderr
    assert path.read_bytes() == build.everything()[name][1]()
    assert path.read_bytes().startswith(MAGIC)


def test_the_folder_may_be_left_out(tmp_path):
    assert run("tunnel-gre", "-o", tmp_path / "x").returncode == 0
    assert "ladders/prack and recorded/prack" in run("prack", "-o", tmp_path / "y").stderr
    assert "see --list" in run("no-such-name", "-o", tmp_path / "y").stderr
    assert not (tmp_path / "y").exists()


@pytest.mark.parametrize("name", sorted(built.ALL))
def test_a_built_capture_says_what_is_expected_of_it(name):
    lines = [line for line in built.ALL[name].expect.splitlines() if line.strip()]
    assert lines
    for number, line in enumerate(lines, 1):
        ladder_expect.read(number, ladder.TOKEN.findall(line), line)
