#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Clean Debian roots, one for each Wireshark release. They need root and mmdebstrap.

A root is kept as an archive in SX_ROOTS and unpacked anew for every use, so nothing that a run
leaves behind reaches the next one. Its name holds a hash of the recipe: another recipe, another
archive. Run as a program, it makes the archives that cmake/test.sh needs: most of that is waiting
for packages, which may as well be done while other steps run.
"""

import fcntl
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

BUILDING = ("tshark", "wireshark-dev", "libglib2.0-dev", "gcc", "libc6-dev", "cmake", "ninja-build",
            "pkg-config")
WINDOW = ("wireshark", "xvfb", "xdotool", "imagemagick", "fonts-dejavu-core", "tesseract-ocr",
          "tesseract-ocr-eng", "tesseract-ocr-chi-sim", "fonts-wqy-microhei")
# What Wireshark's own source needs besides. Its builds share the roots of others: see FOR_SUITE.
IN_TREE = ("g++", "perl", "flex", "bzip2", "xz-utils", "python3-minimal", "libgcrypt20-dev",
           "libpcre2-dev", "libc-ares-dev", "libspeexdsp-dev", "libxml2-dev")
RECIPES = {
    "testing": (*BUILDING, "python3-pytest", "python3-pytest-xdist", "python3-scapy", "jq",
                "sip-tester", "iproute2", "shellcheck", *WINDOW, *IN_TREE),
    "measuring": (*BUILDING, "python3-minimal", "valgrind", "util-linux", "wireshark",
                  "sngrep"),
    "packaging": (*BUILDING, "python3-minimal", "dpkg-dev", "file", "rpm", *IN_TREE),
    "clean": ("tshark",),
}
OPTIONS = (
    "--variant=apt", "--mode=root",
    '--aptopt=APT::Install-Recommends "0"',
    '--aptopt=Acquire::Languages "none"',
    '--aptopt=Acquire::Retries "3"',
    # A mirror that stood still for a week is stale, not forged: signatures are still checked.
    '--aptopt=Acquire::Check-Valid-Until "false"',
    "--dpkgopt=path-exclude=/usr/share/doc/*",
    "--dpkgopt=path-exclude=/usr/share/man/*",
    "--dpkgopt=path-exclude=/usr/share/locale/*",
    "--dpkgopt=force-unsafe-io",
)
TOOLS = ("mmdebstrap", "chroot", "unshare", "tar", "zstd")
# The mounts end with the command. Tests of what a terminal sees need a pseudo terminal.
PRIVATELY = ("unshare", "--mount", "--propagation", "private")
MOUNTS = """mount -t proc proc "$0/proc"
mount -t devpts -o newinstance,ptmxmode=0666 devpts "$0/dev/pts"
mount --bind "$0/dev/pts/ptmx" "$0/dev/ptmx"
exec chroot "$0" "$@"
"""
# What apt says when an archive has dropped, or not yet completed, a package.
GONE = re.compile(r"404 +Not Found|Unable to locate package|has no installation candidate|"
                  r"unmet dependencies")


class RootError(Exception):
    """A root cannot be made."""


class PackagesGone(RootError):
    """No suite has the release's packages any longer."""


@dataclass(frozen=True)
class Release:
    minor: str              # Wireshark's
    suites: tuple           # Debian's; the first that holds this release is taken
    moving: bool = False    # suites that change every day may lose it at any time


RELEASES = (
    Release("4.0", ("bookworm",)),
    Release("4.4", ("trixie",)),
    Release("4.6", ("sid", "forky"), moving=True),
)


def by_minor(minor):
    return next(release for release in RELEASES if release.minor == minor)


def store():
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("SX_ROOTS") or Path(cache) / "sipexplain")


def prepare():
    """To be called first by a program that uses roots."""
    if os.geteuid() != 0:
        raise RootError("roots need the rights of root: run this with sudo")
    missing = [tool for tool in TOOLS if not shutil.which(tool)]
    if missing:
        raise RootError(f"not installed: {' '.join(missing)}")
    if subprocess.run([*PRIVATELY, "true"]).returncode:
        raise RootError("roots need to mount; a container may do so with --privileged")
    # Then what is unpacked is removed too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))


@contextmanager
def locked(path):
    """Holds the lock of a folder or a file, which ends with this process however that ends."""
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDONLY | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def in_use(folder):
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


@contextmanager
def workspace():
    """An empty folder in the store, which goes away. So does what killed runs left there."""
    store().mkdir(parents=True, exist_ok=True)
    with ExitStack() as until_done:
        with locked(store()):
            for left in store().glob("work-*"):
                if not in_use(left):
                    # Its processes may still be writing; then the next one gets the rest.
                    shutil.rmtree(left, ignore_errors=True)
            folder = Path(tempfile.mkdtemp(prefix="work-", dir=store()))
            until_done.callback(shutil.rmtree, folder, ignore_errors=True)
            until_done.enter_context(locked(folder))
        folder.chmod(0o755)
        yield folder


def archive(suite, recipe="testing", refresh=False):
    """The suite's archive, made if it is not there. Who makes it already is waited for."""
    packages = RECIPES[recipe]
    digest = hashlib.sha256("\n".join((*packages, *OPTIONS)).encode()).hexdigest()[:12]
    path = store() / f"{suite}-{recipe}-{digest}.tar.zst"
    store().mkdir(parents=True, exist_ok=True)
    with locked(store() / f"{suite}-{recipe}.lock"):
        return path if path.exists() and not refresh else make_archive(path, suite, recipe)


def make_archive(path, suite, recipe):
    with workspace() as folder:
        unfinished = folder / path.name
        log = store() / f"{suite}-{recipe}.log"
        command = ["mmdebstrap", *OPTIONS, f"--include={','.join(RECIPES[recipe])}", suite, unfinished]
        with log.open("w") as out:
            done = subprocess.run(command, stdout=out, stderr=subprocess.STDOUT,
                                  env=dict(os.environ, TMPDIR=str(folder)))
        if done.returncode:
            text = log.read_text(errors="replace")
            error = PackagesGone if GONE.search(text) else RootError
            raise error(f"mmdebstrap {suite} failed, see {log}:\n" + last_lines(text, 12))
        unfinished.rename(path)
    for old in path.parent.glob(f"{suite}-{recipe}-*.tar.zst"):
        if old != path:
            old.unlink()
    return path


def last_lines(text, count):
    return "\n".join(text.splitlines()[-count:])


class Root:
    """An unpacked root."""

    def __init__(self, folder):
        self.folder = folder

    def outside(self, path):
        return self.folder / str(path).lstrip("/")

    def command(self, args, cwd="/", env=None):
        variables = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root",
                     "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive", **(env or {})}
        words = [f"{name}={value}" for name, value in variables.items()]
        return [*PRIVATELY, "sh", "-ec", MOUNTS, str(self.folder),
                "env", "-i", "-C", str(cwd), *words, *map(str, args)]

    def run(self, args, **settings):
        return subprocess.run(self.command(args, **settings), capture_output=True, text=True,
                              errors="replace")

    def must(self, args, **settings):
        """What it prints; an error if it fails."""
        done = self.run(args, **settings)
        if done.returncode:
            raise RootError(f"{' '.join(map(str, args))}: exit code {done.returncode}\n"
                            + last_lines(done.stdout + done.stderr, 40))
        return done.stdout


@contextmanager
def unpacked(path):
    with workspace() as folder:
        subprocess.run(["tar", "--zstd", "-xpf", path, "-C", folder], check=True)
        folder.chmod(0o755)
        yield Root(folder)


def wireshark_minor(version_text):
    """From what tshark --version prints."""
    found = re.search(r"\b([0-9]+\.[0-9]+)\.[0-9]+", version_text)
    return found and found[1]


@contextmanager
def root_of(release, recipe="testing", refresh=False):
    """The release's root. A suite that has moved on to the next release counts as one without."""
    reasons = []
    for suite in release.suites:
        try:
            path = archive(suite, recipe, refresh)
        except PackagesGone as error:
            reasons.append(str(error))
            continue
        with unpacked(path) as root:
            minor = wireshark_minor(root.run(["tshark", "--version"]).stdout)
            if minor == release.minor:
                yield suite, root
                return
        path.unlink()
        reasons.append(f"{suite} has Wireshark {minor}")
    raise PackagesGone("\n".join(reasons))


# What cmake/test.sh unpacks of each release. The first has what it takes to build inside Wireshark's source.
FOR_SUITE = {"4.0": ("packaging", "clean"), "4.4": ("testing",), "4.6": ("testing",)}


def main():
    """Makes what the suite needs, in the order of its steps. What cannot be made is for the step to say."""
    prepare()
    wanted = [(minor, recipe) for minor in ("4.4", "4.6", "4.0") for recipe in FOR_SUITE[minor]]
    for minor, recipe in wanted:
        for suite in by_minor(minor).suites:
            try:
                print(archive(suite, recipe), flush=True)
                break
            except RootError as error:
                print(error, flush=True)


if __name__ == "__main__":
    main()
