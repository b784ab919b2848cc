# SPDX-License-Identifier: GPL-2.0-or-later
"""The source of an earlier commit, for a build to compare with."""

import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RELEASED = "35aabfa"    # before dialogs, registrations, copies and causes


def exported(commit, into=ROOT):
    """Its source below the build folder of a copy of this project, or None if git does not have it.
    A copy without git, as in a clean root, may have been given it before."""
    source = into / "build" / f"bench-{commit}" / "source"
    if not source.is_dir():
        if not shutil.which("git"):
            return None
        unfinished = source.with_name("unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        archive = subprocess.run(["git", "-C", ROOT, "archive", commit], capture_output=True)
        if archive.returncode:
            return None
        subprocess.run(["tar", "-x", "-C", unfinished], input=archive.stdout, check=True)
        unfinished.rename(source)
    return source
