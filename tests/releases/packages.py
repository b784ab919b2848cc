#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Make the packages in a clean root, and install, use and remove them in others.

The .deb goes into a root that has tshark and nothing to build with, and is refused by the root of
another Wireshark release. The .tar.gz is unpacked by an ordinary user into the own folders. The
.rpm is installed by rpm, in a Debian root whose Wireshark has its plugins where it has them in
distributions with rpm.
"""

import argparse
import re
import shutil
import sys
from pathlib import Path

import junit
import roots

SOURCE = Path(__file__).resolve().parents[2]
PACKAGES = SOURCE / "build" / "packages"
NOT_SOURCE = shutil.ignore_patterns("build", ".git", "__pycache__", ".pytest_cache")
CAPTURE = SOURCE / "tests" / "captures" / "recorded" / "call-answered.pcapng"
PROFILE = "SIP Explain"
DOCUMENTS = ("README.md", "README.zh.md", "LICENSE")
USER = "65534"


def library(root):
    """The soname of libwireshark there, and Debian's package of it."""
    found = root.must(["dpkg", "-S", "*/libwireshark.so.*"])
    package, soname = re.search(r"^(\S+?)(?::\w+)?: .*/(libwireshark\.so\.[0-9]+)$", found,
                                re.MULTILINE).groups()
    return soname, package


def make(root, folder, check):
    """The packages by their endings."""
    shutil.copytree(SOURCE, root.outside("/src"), ignore=NOT_SOURCE)
    root.must(["cmake", "-S", "/src", "-B", "/build", "-G", "Ninja", "-DSX_TESTS=OFF"])
    root.must(["ninja", "-C", "/build"])
    root.must(["cpack", "--config", "/build/CPackConfig.cmake", "-B", "/packages"])
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    made = {}
    for ending in (".deb", ".rpm", ".tar.gz"):
        files = list(root.outside("/packages").glob(f"*{ending}"))
        check(f"cpack makes one {ending}", len(files) == 1, files)
        made[ending] = Path(shutil.copy(files[0], folder))
    return made


def check_contents(check, kind, paths):
    for what in ("sipexplain.so", *DOCUMENTS, f"{PROFILE}/preferences"):
        check(f"the {kind} has {what}", any(path.endswith(what) for path in paths), paths)


def put(root, path, name):
    shutil.copy(path, root.outside(name))
    root.outside(name).chmod(0o644)
    return name


def as_user(command):
    return ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", *command]


def loaded(root, home, user=True):
    """The copies of the plugin that tshark loads."""
    command = ["tshark", "-G", "plugins"]
    lines = root.must(as_user(command) if user else command, env={"HOME": home}).splitlines()
    return [line.split("\t")[-1] for line in lines if line.startswith("sipexplain.so")]


def explains(root, home):
    command = ["tshark", "-r", put(root, CAPTURE, "/call.pcapng"), "-Y", "sip.Status-Code",
               "-T", "fields", "-e", "sip.Status-Code", "-e", "sipexplain.code"]
    rows = [line.split("\t") for line in root.must(as_user(command), env={"HOME": home}).splitlines()]
    return bool(rows) and all(sip == ours for sip, ours in rows)


def chooses_profile(root, home):
    command = ["tshark", "-C", PROFILE, "-r", "/call.pcapng"]
    return root.run(as_user(command), env={"HOME": home}).returncode == 0


def home_of_user(root):
    home = "/tmp/home"
    root.must(["mkdir", home])
    root.must(["chown", f"{USER}:{USER}", home])
    return home


def everything_in(root):
    """All files but those that dpkg and tshark write wherever they run."""
    skipped = ("/var", "/tmp", "/root", "/dev", "/proc", "/sys", "/call.pcapng", "/plugin")
    paths = (str(path)[len(str(root.folder)):] for path in root.folder.rglob("*"))
    return {path for path in paths if not path.startswith(skipped)}


def try_deb(root, deb, home, check):
    # Our roots leave out documentation.
    root.outside("/etc/dpkg/dpkg.cfg.d/99mmdebstrap").unlink()
    before = everything_in(root)
    package = put(root, deb, "/plugin.deb")
    _, needed = library(root)
    depends = root.must(["dpkg-deb", "-f", package, "Depends"])
    check(f"the .deb depends on {needed}",
          needed in (item.split()[0] for item in depends.split(", ")), depends)
    check("no plugin without the package", not loaded(root, home))
    root.must(["dpkg", "-i", package])
    root.must(["dpkg", "-i", package])
    check_contents(check, ".deb", everything_in(root) - before)
    for user in (True, False):
        found = loaded(root, home if user else "/root", user)
        check(f"the installed plugin is loaded for {'an ordinary user' if user else 'root'}",
              len(found) == 1 and found[0].startswith("/usr/"), found)
    check("it explains a capture", explains(root, home))
    check("its profile can be chosen", chooses_profile(root, home))
    root.must(["dpkg", "--purge", "sipexplain"])
    # Choosing a profile copies it.
    root.must(["rm", "-r", f"{home}/.config"])
    check("removed, neither is there", not loaded(root, home) and not chooses_profile(root, home))
    left = everything_in(root) ^ before
    check("removing it leaves the system as it was", not left, left)


def like_fedora(root, minor):
    """Gives Wireshark's folder of plugins the place that it has where there are rpm packages."""
    debians = re.search(r"^Global Plugins:\s*(\S+)$", root.must(["tshark", "-G", "folders"]),
                        re.MULTILINE)[1]
    place = f"/usr/lib64/wireshark/plugins/{minor}"
    root.must(["mkdir", "-p", place])
    root.must(["cp", "-a", f"{debians}/.", place])
    root.must(["rm", "-r", debians])
    root.must(["ln", "-s", place, debians])
    return place


def try_rpm(root, rpm, minor, check):
    """In the root that made it: no Debian package is known to rpm, so nothing that it needs is."""
    package, home = f"/packages/{rpm.name}", home_of_user(root)
    plugins = like_fedora(root, minor)
    before = everything_in(root)
    soname, _ = library(root)
    refused = root.run(["rpm", "-i", package])
    check(f"the .rpm is refused where no package has {soname}",
          refused.returncode and f"{soname}()" in refused.stderr, refused.stderr)
    check("no plugin without it", not loaded(root, home))
    root.must(["rpm", "-i", "--nodeps", package])
    root.must(["rpm", "-U", "--nodeps", "--replacepkgs", package])
    root.must(["rpm", "-V", "--nodeps", "sipexplain"])
    new = everything_in(root) - before
    check_contents(check, ".rpm", new)
    owned = set(root.must(["rpm", "-ql", "sipexplain"]).splitlines())
    check("the .rpm owns what it brings and nothing else", owned == new, owned ^ new)
    settings = root.must(["rpm", "-qc", "sipexplain"])
    check("none of it is configuration, which rpm would keep", not settings, settings)
    found = loaded(root, home)
    check("where rpm packages go, Wireshark loads the plugin",
          f"{plugins}/epan/sipexplain.so" in owned and len(found) == 1, found)
    check("it explains a capture", explains(root, home))
    check("its profile can be chosen", chooses_profile(root, home))
    root.must(["rpm", "-e", "sipexplain"])
    check("erased, the plugin is not there", not loaded(root, home))
    left = everything_in(root) ^ before
    check("erasing the .rpm leaves the system as it was", not left, left)


def try_archive(root, archive, home, check):
    """As README.md says: its folders go into two places."""
    folders = {"plugins": f"{home}/.local/lib/wireshark", "profiles": f"{home}/.config/wireshark"}
    root.must(as_user(["mkdir", "-p", f"{home}/unpacked", *folders.values()]))
    root.must(as_user(["tar", "-xzf", put(root, archive, "/plugin.tar.gz"), "-C", f"{home}/unpacked",
                       "--strip-components=1"]))
    check_contents(check, ".tar.gz", list(map(str, root.outside(f"{home}/unpacked").rglob("*"))))
    for folder, target in folders.items():
        root.must(as_user(["cp", "-r", f"{home}/unpacked/{folder}", target]))
    found = loaded(root, home)
    check("the unpacked .tar.gz is loaded for its user",
          len(found) == 1 and found[0].startswith(home), found)
    check("its profile can be chosen too", chooses_profile(root, home))


def try_other_release(root, deb, needed, check):
    done = root.run(["dpkg", "-i", put(root, deb, "/plugin.deb")])
    check("another Wireshark release refuses the .deb", done.returncode and needed in done.stderr,
          done.stdout + done.stderr)


def try_release(release, other, check):
    with roots.root_of(release, "packaging") as (_, root):
        made = make(root, PACKAGES / release.minor, check)
        try_rpm(root, made[".rpm"], release.minor, check)
    with roots.root_of(release, "clean") as (_, root):
        home = home_of_user(root)
        try_deb(root, made[".deb"], home, check)
        try_archive(root, made[".tar.gz"], home, check)
        _, needed = library(root)
    with roots.root_of(other) as (_, root):
        try_other_release(root, made[".deb"], needed, check)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("minor", nargs="*", default=["4.0"],
                        help="for these releases; 4.0 if none is named")
    parser.add_argument("--junitxml", type=Path, help="write a report there")
    options = parser.parse_args()
    roots.prepare()
    report, good = junit.Report(), True
    for minor in options.minor:
        print(f"Wireshark {minor}", flush=True)
        other = roots.by_minor("4.0" if minor != "4.0" else "4.4")
        try:
            try_release(roots.by_minor(minor), other, junit.Checks(f"packages {minor}", report))
        except (roots.RootError, junit.Untrue) as error:
            print(error)
            report.add(f"packages {minor}", "all of it", str(error))
            good = False
    report.write(options.junitxml)
    print(f"The packages are in {PACKAGES}." if good else "The packages are not good.")
    return not good


if __name__ == "__main__":
    try:
        sys.exit(main())
    except roots.RootError as error:
        sys.exit(f"NOT TESTED: {error}")
