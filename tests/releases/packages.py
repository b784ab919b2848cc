#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Make the packages in a clean root, and install, use and remove them in others.

The .deb goes into a root that has tshark and nothing to build with, and is refused by the root of
another Wireshark release. The .tar.gz is unpacked by an ordinary user into the own folders.
"""

import shutil
import sys
from pathlib import Path

import roots

SOURCE = Path(__file__).resolve().parents[2]
PACKAGES = SOURCE / "build" / "packages"
NOT_SOURCE = shutil.ignore_patterns("build", ".git", "__pycache__", ".pytest_cache")
CAPTURE = SOURCE / "tests" / "captures" / "recorded" / "call-answered.pcapng"
RELEASE, OTHER = roots.by_minor("4.0"), roots.by_minor("4.4")
LIBRARY, LIBRARY_PACKAGE = "libwireshark.so.16()(64bit)", "libwireshark16"
USER = "65534"


def check(claim, holds, seen=""):
    if not holds:
        raise roots.RootError(f"not so: {claim}\n{seen}")
    print(f"ok: {claim}")


def make(root):
    """The packages by their endings."""
    shutil.copytree(SOURCE, root.outside("/src"), ignore=NOT_SOURCE)
    root.must(["cmake", "-S", "/src", "-B", "/build", "-G", "Ninja", "-DSX_TESTS=OFF"])
    root.must(["ninja", "-C", "/build"])
    root.must(["cpack", "--config", "/build/CPackConfig.cmake", "-B", "/packages"])
    shutil.rmtree(PACKAGES, ignore_errors=True)
    PACKAGES.mkdir(parents=True)
    made = {}
    for ending in (".deb", ".rpm", ".tar.gz"):
        files = list(root.outside("/packages").glob(f"*{ending}"))
        check(f"cpack makes one {ending}", len(files) == 1, files)
        made[ending] = shutil.copy(files[0], PACKAGES)
    needs = root.must(["rpm", "-qp", "--requires", f"/packages/{Path(made['.rpm']).name}"])
    check(f"the .rpm needs {LIBRARY}", LIBRARY in needs.splitlines(), needs)
    files = root.must(["rpm", "-qpl", f"/packages/{Path(made['.rpm']).name}"]).splitlines()
    check("the .rpm owns nothing but its own files and folders",
          files and all("sipexplain" in path or "SIP Explain" in path for path in files), files)
    return {ending: Path(path) for ending, path in made.items()}


def put(root, path, name):
    shutil.copy(path, root.outside(name))
    root.outside(name).chmod(0o644)
    return name


def loads(root, user=None, home="/root"):
    command = ["tshark", "-G", "plugins"]
    if user:
        command = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", *command]
    lines = root.must(command, env={"HOME": home}).splitlines()
    return [line.split("\t")[-1] for line in lines if line.startswith("sipexplain.so")]


def explains(root):
    text = root.must(["tshark", "-r", put(root, CAPTURE, "/call.pcapng"), "-Y", "sip.Status-Code",
                      "-T", "fields", "-e", "sip.Status-Code", "-e", "sipexplain.code"])
    rows = [line.split("\t") for line in text.splitlines()]
    return bool(rows) and all(sip == ours for sip, ours in rows)


def everything_in(root):
    """All files but those that dpkg and tshark write wherever they run."""
    skipped = ("/var", "/tmp", "/root", "/dev", "/proc", "/sys", "/call.pcapng", "/plugin")
    paths = (str(path)[len(str(root.folder)):] for path in root.folder.rglob("*"))
    return {path for path in paths if not path.startswith(skipped)}


def try_deb(root, deb):
    # Our roots leave out documentation.
    root.outside("/etc/dpkg/dpkg.cfg.d/99mmdebstrap").unlink()
    before = everything_in(root)
    package = put(root, deb, "/plugin.deb")
    depends = root.must(["dpkg-deb", "-f", package, "Depends"])
    check(f"the .deb depends on {LIBRARY_PACKAGE}",
          LIBRARY_PACKAGE in (item.split()[0] for item in depends.split(", ")), depends)
    check("no plugin without the package", not loads(root))
    root.must(["dpkg", "-i", package])
    root.must(["dpkg", "-i", package])
    found = loads(root)
    check("the installed plugin is loaded", len(found) == 1, found)
    check("it explains a capture", explains(root))
    documents = everything_in(root) - before
    for document in ("LICENSE", "README.md", "profile"):
        name = "SIP Explain" if document == "profile" else document
        there = (SOURCE / document).exists() or (SOURCE / "plugin" / document).exists()
        if there:
            check(f"the package has {name}", any(name in path for path in documents), documents)
    root.must(["dpkg", "--purge", "sipexplain"])
    check("removed, it is not loaded", not loads(root))
    left = everything_in(root) ^ before
    check("removing it leaves the system as it was", not left, left)


def try_other_release(root, deb):
    done = root.run(["dpkg", "-i", put(root, deb, "/plugin.deb")])
    check(f"Wireshark {OTHER.minor} refuses the .deb of {RELEASE.minor}",
          done.returncode and LIBRARY_PACKAGE in done.stderr, done.stdout + done.stderr)


def try_archive(root, archive):
    home = "/tmp/home"
    personal = f"{home}/.local/lib/wireshark"
    root.must(["mkdir", "-p", personal])
    root.must(["tar", "-xzf", put(root, archive, "/plugin.tar.gz"), "-C", personal,
               "--strip-components=1"])
    root.must(["chown", "-R", f"{USER}:{USER}", home])
    found = loads(root, USER, home)
    check("the unpacked .tar.gz is loaded for its user",
          len(found) == 1 and home in found[0], found)


def main():
    roots.check_tools()
    try:
        with roots.root_of(RELEASE, "packaging") as (_, root):
            made = make(root)
        with roots.root_of(RELEASE, "clean") as (_, root):
            try_deb(root, made[".deb"])
            try_archive(root, made[".tar.gz"])
        with roots.root_of(OTHER, "clean") as (_, root):
            try_other_release(root, made[".deb"])
    except roots.RootError as error:
        print(error)
        return "The packages are not good."
    print(f"The packages are in {PACKAGES}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
