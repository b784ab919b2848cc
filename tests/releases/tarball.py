#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Make a source release with cmake/release.sh, and build it in a clean root that has no Python.

The release is made of a copy of this folder as it is, committed to a repository of its own, in
which the CHANGELOG section of the version is given a date.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import junit
import roots

SOURCE = Path(__file__).resolve().parents[2]
NOT_SOURCE = shutil.ignore_patterns("build", ".git", "__pycache__", ".pytest_cache")
RELEASE = roots.by_minor("4.0")
CAPTURE = SOURCE / "tests" / "captures" / "demo.pcap"
DATE = "2001-02-03"
GIT = ("git", "-c", "user.name=Test", "-c", "user.email=test@example.com",
       "-c", "init.defaultBranch=main", "-c", "commit.gpgsign=false")


class Copy:
    """The project in a repository of its own."""

    def __init__(self, folder, check):
        self.folder, self.check = folder, check
        self.version = (SOURCE / "plugin" / "version.txt").read_text().strip()
        shutil.copytree(SOURCE, folder, ignore=NOT_SOURCE)
        self.git("init", "-q")
        self.edit("CHANGELOG.md", rf"(?m)^(## \[{re.escape(self.version)}\] - ).*$", rf"\g<1>{DATE}")
        self.commit()

    def git(self, *args):
        subprocess.run([*GIT, *args], cwd=self.folder, check=True, stdout=subprocess.DEVNULL)

    def edit(self, name, pattern, text):
        path = self.folder / name
        before = path.read_text()
        path.write_text(re.sub(pattern, text, before, count=1))

    def commit(self):
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "Another state")

    def release(self):
        """Runs the script: exit code and output."""
        env = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        done = subprocess.run(["bash", "cmake/release.sh"], cwd=self.folder, env=env, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              stdin=subprocess.DEVNULL)
        return done.returncode, done.stdout

    def refuses(self, why, said):
        code, text = self.release()
        self.check(f"it refuses {why}", code and said in text, text)
        self.git("reset", "-q", "--hard", "good")


def try_refusals(copy):
    copy.git("tag", "good")
    copy.edit("README.md", r"\Z", "More.\n")
    copy.refuses("changes that are not committed", "README.md")
    copy.edit("CHANGELOG.md", DATE, "unreleased")
    copy.commit()
    copy.refuses("a version that CHANGELOG.md calls unreleased", "put the date there")
    copy.edit("plugin/version.txt", r"(?s).+", "77.0.0\n")
    copy.commit()
    copy.refuses("a version without a section in CHANGELOG.md", "77.0.0")
    copy.edit("plugin/version.txt", r"(?s).+", "seven\n")
    copy.commit()
    copy.refuses("a version that is none", "'seven'")
    copy.git("tag", f"v{copy.version}")
    copy.edit("README.md", r"\Z", "More.\n")
    copy.commit()
    copy.refuses("a version that is tagged elsewhere", "is tagged at another commit")


def make(copy):
    """The archive."""
    name = f"sipexplain-{copy.version}"
    archive = copy.folder / "build" / "release" / f"{name}.tar.gz"
    made = []
    for _ in range(2):
        code, text = copy.release()
        if code:
            raise roots.RootError(text)
        made.append(archive.read_bytes())
    copy.check("the same commit gives the same archive", made[0] == made[1])
    copy.check("it shows the CHANGELOG section", "### Added" in text, text)
    with tarfile.open(archive) as tar:
        names = tar.getnames()
    copy.check("all of it is in one folder", {path.split("/")[0] for path in names} == {name}, names)
    for path in ("plugin/catalogue/catalogue_data.c", "plugin/catalogue/codes/430-flow-failed.md", "CHANGELOG.md",
                 "README.md", "README.zh.md", "LICENSE", "plugin/version.txt"):
        copy.check(f"the archive has {path}", f"{name}/{path}" in names, names)
    return archive


def build(copy, archive):
    with roots.root_of(RELEASE, "packaging") as (_, root):
        for path in root.outside("/usr/bin").glob("python*"):
            path.unlink()
        shutil.copy(archive, root.outside("/release.tar.gz"))
        shutil.copy(CAPTURE, root.outside("/demo.pcap"))
        root.must(["mkdir", "/release"])
        root.must(["tar", "-xzf", "/release.tar.gz", "-C", "/release", "--strip-components=1"])
        # Optimized, each unit test would compile the core once more when it is linked.
        for folder, options in (("/build", ["-DSX_TESTS=OFF"]), ("/unit", ["-DCMAKE_BUILD_TYPE=Debug"])):
            root.must(["cmake", "-S", "/release", "-B", folder, "-G", "Ninja", "-DSX_WERROR=ON", *options])
            root.must(["cmake", "--build", folder])
        root.must(["ctest", "--test-dir", "/unit", "-j", str(os.cpu_count()), "--no-tests=error"])
        copy.check("it builds and passes its unit tests where there is no Python",
                   root.run(["python3", "--version"]).returncode == 127)
        root.must(["cmake", "--install", "/build", "--component", "system"])
        said = root.must(["tshark", "-r", "/demo.pcap", "-Y", "sipexplain.code == 430", "-T",
                          "fields", "-e", "sipexplain"])
        copy.check("what was built there explains a capture", "430 Flow Failed" in said, said)
        listed = root.must(["tshark", "-G", "plugins"])
        copy.check("and says its version",
                   re.search(rf"^sipexplain\.so\s+{re.escape(copy.version)}\s", listed, re.MULTILINE),
                   listed)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--junitxml", type=Path, help="write a report there")
    options = parser.parse_args()
    roots.prepare()
    report, fault = junit.Report(), None
    try:
        with tempfile.TemporaryDirectory(prefix="sipexplain-") as folder:
            copy = Copy(Path(folder) / "copy", junit.Checks("source release", report))
            try_refusals(copy)
            copy.git("tag", "-d", f"v{copy.version}")
            build(copy, make(copy))
    except (roots.RootError, junit.Untrue) as error:
        fault = str(error)
        print(error)
        report.add("source release", "all of it", fault)
    report.write(options.junitxml)
    print("The source release is not good." if fault else "The source release builds without Python.")
    return bool(fault)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except roots.RootError as error:
        sys.exit(f"NOT TESTED: {error}")
