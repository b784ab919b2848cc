# SPDX-License-Identifier: GPL-2.0-or-later
"""The commands that the README names: try.sh installs and explains, twice as well as once."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

import ladder
import ladder_net
from tshark import NOBODY, drops_root

ROOT = Path(__file__).parents[2]
NEEDED = ("CMakeLists.txt", "CMakePresets.json", "cmake", "plugin", "tests/unit",
          "tests/captures/demo.pcap")
SHOWN = re.compile(r"^    \$ tshark (.*)\n((?:    .*\n|\n(?=    ))+)", re.MULTILINE)


@pytest.fixture(scope="module")
def clone(wireshark):
    """What a user has after git clone, in his own hands."""
    folder = wireshark.home / "clone"
    for name in NEEDED:
        source, target = ROOT / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, target)
    (folder / "home").mkdir()
    wireshark.hand_over(folder)
    return folder


def run(wireshark, clone, path=None, args=(), for_all=None):
    """try.sh as an ordinary user. for_all: the folder of the plugins of all users, if not Wireshark's own."""
    command = ["bash", "cmake/try.sh", *args]
    if drops_root():
        command = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", *command]
    env = dict(wireshark.environment(), HOME=str(clone / "home"))
    if path:
        env.update(PATH=str(path))
    if for_all:
        env.update(WIRESHARK_PLUGIN_DIR=str(for_all))
    return subprocess.run(command, cwd=clone, env=env, capture_output=True, encoding="utf-8",
                          stdin=subprocess.DEVNULL, timeout=300)


def installed(clone):
    return {path: path.stat().st_mtime_ns for path in (clone / "home").rglob("*.so")}


def test_try_installs_proves_and_explains(wireshark, clone):
    done = run(wireshark, clone)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not done.stderr
    (plugin,) = installed(clone)
    assert f"Installed {plugin}" in done.stdout
    listed = done.stdout.partition("tshark -G plugins:\n")[2].splitlines()[0]
    assert listed.split()[0] == "sipexplain.so" and listed.endswith(str(plugin))
    assert "23\tSIP Explain: 430 Flow Failed" in done.stdout
    assert "28\tSIP Explain: 100 Trying to INVITE - stuck for 45.0 s" in done.stdout
    assert "[How to fix it: " in done.stdout
    profile = clone / "home" / ".config" / "wireshark" / "profiles" / "SIP Explain"
    assert f"Installed the profile in {profile}" in done.stdout
    assert {path.name for path in profile.iterdir()} == {
        path.name for path in (ROOT / "plugin" / "profile").iterdir()}
    assert (profile.parent / "SIP Explain triage" / "heuristic_protos").is_file()


def test_try_again_builds_and_changes_nothing(wireshark, clone):
    before = installed(clone)
    done = run(wireshark, clone)
    assert done.returncode == 0, done.stdout + done.stderr
    assert before and installed(clone) == before
    assert "no work to do" in (clone / "build/release/build.log").read_text()
    assert not list((clone / "home").rglob("*.old"))
    assert "Already there: " in done.stdout


def test_a_second_copy_that_wireshark_does_not_use_is_removed(wireshark, clone):
    """One for all users and one of the user's own: the first counts, and the other would grow old."""
    (own,) = installed(clone)
    for_all = clone / "for-all"
    copy = for_all / own.parent.parent.name / "epan" / own.name
    copy.parent.mkdir(parents=True)
    shutil.copy(own, copy)
    wireshark.hand_over(for_all)
    done = run(wireshark, clone, for_all=for_all)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"Removed the second copy, which Wireshark did not use: {own}" in done.stdout
    assert copy.is_file() and not installed(clone)

    copy.write_bytes(copy.read_bytes() + b"old")
    done = run(wireshark, clone, for_all=for_all)
    assert done.returncode == 1, "no user may change what is there for all"
    assert f"another copy is installed for all users, and Wireshark prefers it: {copy}" in done.stderr
    assert "sudo cmake/try.sh" in done.stderr
    assert not installed(clone)

    shutil.rmtree(for_all)
    done = run(wireshark, clone)
    assert done.returncode == 0 and list(installed(clone)) == [own]


def test_help(wireshark, clone):
    done = run(wireshark, clone, args=["--help"])
    assert done.returncode == 0 and "--uninstall" in done.stdout
    done = run(wireshark, clone, args=["--nonsense"])
    assert done.returncode == 2 and "--uninstall" in done.stderr


def test_uninstall_takes_the_profile_along(wireshark, clone):
    profile = clone / "home" / ".config" / "wireshark" / "profiles" / "SIP Explain"
    triage = profile.parent / "SIP Explain triage"
    assert installed(clone) and profile.is_dir() and triage.is_dir()
    done = run(wireshark, clone, args=["--uninstall"])
    assert done.returncode == 0, done.stdout + done.stderr
    assert not installed(clone) and not profile.exists() and not triage.exists()
    assert "tshark loads no sipexplain any more." in done.stdout
    done = run(wireshark, clone, args=["--uninstall"])
    assert done.returncode == 0, "nothing is there, which is what was asked for"


def test_uninstall_keeps_what_was_changed_by_hand(wireshark, clone):
    done = run(wireshark, clone)
    assert done.returncode == 0, done.stdout + done.stderr
    profile = clone / "home" / ".config" / "wireshark" / "profiles" / "SIP Explain"
    (profile / "colorfilters").write_text("mine", encoding="utf-8")
    done = run(wireshark, clone, args=["--uninstall"])
    assert done.returncode == 0 and "rm -r" in done.stdout
    assert [path.name for path in profile.iterdir()] == ["colorfilters"]
    shutil.rmtree(profile)


def test_try_says_what_to_install(wireshark, clone):
    """A machine without tshark, and a user without sudo."""
    tools = wireshark.home / "tools"
    tools.mkdir()
    for folder in ("/bin", "/usr/bin"):
        for tool in Path(folder).iterdir():
            if tool.name not in ("tshark", "sudo") and not (tools / tool.name).exists():
                (tools / tool.name).symlink_to(tool)
    done = run(wireshark, clone, tools)
    assert done.returncode == 1
    assert "apt-get install --no-install-recommends tshark" in done.stderr


def test_the_readme_shows_what_tshark_prints(wireshark):
    examples = SHOWN.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    assert len(examples) == 3
    for command, shown in examples:
        args = shlex.split(command)
        at = args.index("-r")
        capture = wireshark.keep("shown", (ROOT / args[at + 1]).read_bytes())
        printed = wireshark.tshark(args[:at] + args[at + 2:], capture)
        assert words_of(printed) == words_of(shown)


def words_of(text):
    return [line.split() for line in text.splitlines() if line.strip()]


def test_the_demonstration_is_its_ladder():
    captures = ROOT / "tests" / "captures"
    frames = ladder.build(ladder.read(captures / "ladders" / "demo.md"))
    assert (captures / "demo.pcap").read_bytes() == ladder_net.pcap(frames)


def test_shell_scripts_are_clean():
    scripts = [*(ROOT / "cmake").glob("*.sh"), ROOT / ".ci" / "run", ROOT / "plugin" / "export" / "ship.sh"]
    done = subprocess.run(["shellcheck", "-x", *scripts], cwd=ROOT, capture_output=True,
                          encoding="utf-8")
    assert done.returncode == 0, done.stdout
