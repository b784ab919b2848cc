# SPDX-License-Identifier: GPL-2.0-or-later
"""Wireshark's own source, from Debian's source package of a suite but without Debian's patches,
which are not written for -Werror. The package is kept in SX_ROOTS."""

import shutil

import roots

LIST = "/etc/apt/sources.list.d/source.list"


def unpack(suite, root, folder):
    """Unpacks it to a folder of the root, which has dpkg-dev."""
    store = roots.store() / f"source-{suite}"
    if not list(store.glob("*.dsc")):
        download(suite, root, store)
    inside = root.outside("/package")
    shutil.copytree(store, inside)
    dsc = next(inside.glob("*.dsc")).name
    root.must(["dpkg-source", "--no-check", "--skip-patches", "-x", dsc, folder], cwd="/package")


def download(suite, root, store):
    root.outside(LIST).write_text(
        root.outside("/etc/apt/sources.list").read_text().replace("deb ", "deb-src ", 1))
    root.outside("/download").mkdir()
    root.must(["apt-get", "update"])
    done = root.run(["apt-get", "source", "--download-only", f"wireshark/{suite}"], cwd="/download")
    if done.returncode:
        text = done.stdout + done.stderr
        error = roots.PackagesGone if roots.GONE.search(text) else roots.RootError
        raise error(f"apt-get source wireshark of {suite}:\n{roots.last_lines(text, 8)}")
    unfinished = store.with_name(f"unfinished-{store.name}")
    shutil.rmtree(unfinished, ignore_errors=True)
    shutil.copytree(root.outside("/download"), unfinished)
    unfinished.rename(store)
