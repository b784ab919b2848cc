# SPDX-License-Identifier: GPL-2.0-or-later
"""Wireshark's own source: the upstream archive in Debian's source packages of a suite, without
Debian's patches, which are not written for -Werror. It is kept in SX_ROOTS."""

import re
import shutil

import roots

LIST = "/etc/apt/sources.list.d/source.list"


def unpack(suite, root, folder):
    """Unpacks it to a folder of the root. Returns the version of the source package."""
    store = roots.store() / f"source-{suite}"
    if not list(store.glob("*.orig.tar.*")):
        download(root, store)
    archive = next(store.glob("*.orig.tar.*"))
    shutil.copy(archive, root.outside("/"))
    root.must(["mkdir", folder])
    root.must(["tar", "-xf", f"/{archive.name}", "-C", folder, "--strip-components=1"])
    return archive.name.split("_")[1].split(".orig")[0]


def download(root, store):
    """The newest version that the suite or its security updates still have."""
    binary = root.outside("/etc/apt/sources.list").read_text()
    root.outside(LIST).write_text(re.sub("^deb ", "deb-src ", binary, flags=re.MULTILINE))
    shutil.copy("/etc/resolv.conf", root.outside("/etc/resolv.conf"))
    root.must(["apt-get", "update"])
    listed = root.must(["apt-cache", "showsrc", "--only-source", "wireshark"])
    versions = re.findall("^Version: (.+)$", listed, re.MULTILINE)
    root.outside("/download").mkdir()
    for version in versions:
        done = root.run(["apt-get", "source", "--download-only", "--tar-only",
                         f"wireshark={version}"], cwd="/download")
        if done.returncode == 0:
            break
        text = done.stdout + done.stderr
        if not roots.GONE.search(text):
            raise roots.RootError(f"apt-get source wireshark={version}:\n"
                                  + roots.last_lines(text, 8))
    else:
        raise roots.PackagesGone(f"no source package any longer: {' '.join(versions) or 'none'}")
    with roots.workspace() as folder:
        shutil.copytree(root.outside("/download"), folder / "source")
        shutil.rmtree(store, ignore_errors=True)
        (folder / "source").rename(store)
