# SPDX-License-Identifier: GPL-2.0-or-later
"""The profile "SIP Explain": installed, made into a zip, and what it shows."""

import os
import re
import subprocess
import xml.etree.ElementTree as ElementTree
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "cmake" / "install-profile.sh"
FILES = {path.name for path in (ROOT / "plugin" / "profile").iterdir()}
NAME = "SIP Explain"
TRIAGE = "SIP Explain triage"
SHARED = {"dfilter_buttons", "dfilter_macros", "dmacros"}
TRIAGE_FILES = {path.name for path in (ROOT / "plugin" / "triage").iterdir()} | SHARED
LADDERS = ROOT / "tests" / "captures" / "ladders"
COLUMNS = ["No.", "Time", "Source", "Destination", "Protocol", "Time since request", "Transaction",
           "Info", "Verdict"]


def script(*args):
    done = subprocess.run(["sh", SCRIPT, *map(str, args)], capture_output=True, encoding="utf-8",
                          timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def installed(wireshark):
    """The folder of the profile in the configuration that the tests' tshark reads."""
    folders = wireshark.run("tshark", ["-G", "folders"]).splitlines()
    config = Path(next(line.split(":", 1)[1].strip() for line in folders
                       if line.startswith("Personal configuration")))
    script("--into", config)
    for path in (config, config / "profiles", config / "profiles" / NAME):
        path.chmod(0o755)
    return config / "profiles" / NAME


def psml(wireshark, capture, *args):
    output = wireshark.tshark(["-2", "-C", NAME, *args, "-T", "psml"], capture)
    root = ElementTree.fromstring(output)
    names = [section.text for section in root.find("structure")]
    packets = root.findall("packet")
    return names, packets, [[section.text or "" for section in packet] for packet in packets]


def colour(wireshark, capture, frame):
    packet = psml(wireshark, capture, "--color")[1][frame - 1]
    return packet.get("foreground"), packet.get("background")


def test_columns(wireshark, capture, installed):
    names, _, rows = psml(wireshark, capture(LADDERS / "trying-slow.md"))
    assert names == COLUMNS
    ringing = dict(zip(names, rows[2]))
    assert float(ringing["Time since request"]) == pytest.approx(8.005)
    assert ringing["Transaction"] == "1"
    assert ringing["Verdict"].startswith("180 Ringing to INVITE - slow: 8 s")
    assert "slow" not in ringing["Info"], "the verdict has a column of its own"


def test_no_other_profile_changes(wireshark, capture, installed):
    output = wireshark.tshark(["-2"], capture(LADDERS / "trying-slow.md"))
    assert "slow" not in output


def rules(installed):
    """Name of a rule -> its colours as tshark writes them."""
    found = {}
    for line in (installed / "colorfilters").read_text(encoding="utf-8").splitlines():
        if line.startswith("@"):
            _, name, _, colours = line.split("@")
            background, foreground = colours[1:-1].split("][")
            found[name] = hex_of(foreground), hex_of(background)
    return found


def hex_of(channels):
    return "#" + "".join(f"{int(value) >> 8:02x}" for value in channels.split(","))


@pytest.mark.parametrize("ladder, frame, rule", [
    ("trying-timed-out.md", 2, "SIP: stuck"),
    ("trying-timed-out.md", 11, "SIP: by now another call is stuck"),     # RTP
    ("trying-slow.md", 3, "SIP: slow or cancelled while trying"),
    ("flow-failed-after-fin.md", None, "SIP: flow lost"),
    ("retry-after.md", None, "SIP: real failure"),
    ("answered-call.md", 1, "SIP"),
])
def test_colours(wireshark, capture, installed, ladder, frame, rule):
    path = capture(LADDERS / ladder)
    if frame is None:
        frame = next(n for n, row in enumerate(psml(wireshark, path)[2], 1)
                     if row[COLUMNS.index("Verdict")][:3] in ("430", "503"))
    assert colour(wireshark, path, frame) == rules(installed)[rule]


def test_rules_have_colours_of_their_own(installed):
    colours = list(rules(installed).values())
    assert len(colours) == len(set(colours))


def filters(installed):
    for line in (installed / "dfilter_buttons").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            _, label, expression, _ = line.strip('"').split('","')
            yield label, expression


def test_the_filters_of_the_buttons_work(wireshark, capture, installed):
    frames = {}
    for label, expression in filters(installed):
        for ladder in ("trying-timed-out.md", "trying-slow.md", "flow-failed-after-fin.md",
                       "health-late-refresh.md", "overload-each-hop-tries-again.md",
                       "ack-answer-undelivered.md"):
            output = wireshark.tshark(["-2", "-Y", expression], capture(LADDERS / ladder))
            if output.strip():
                frames.setdefault(label, []).append(ladder)
    assert frames == {
        "Stuck": ["trying-timed-out.md"],
        "No response": ["trying-timed-out.md"],
        "Flow failed": ["flow-failed-after-fin.md"],
        "Real failures": ["flow-failed-after-fin.md", "overload-each-hop-tries-again.md"],
        "Slow": ["trying-slow.md"],
        "No ACK": ["ack-answer-undelivered.md"],
        "Registrations": ["health-late-refresh.md"],
        "Overload": ["overload-each-hop-tries-again.md"],
    }


def graphs(installed):
    """Name -> filter of the I/O graphs. A quote is \\x22 in Wireshark's tables."""
    for line in (installed / "io_graphs").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            cells = line.strip('"').split('","')
            assert len(cells) == 9 and cells[0] == "Enabled"
            yield cells[1], cells[2].replace("\\x22", '"')


def test_the_graphs_count_something(wireshark, capture, installed):
    """A flow that nothing put right, a call that is stuck on two hops, and a registration."""
    path = capture(ROOT / "tests" / "captures" / "demo.pcap")
    found = {name: len(wireshark.tshark(["-2", "-Y", display_filter], path).splitlines())
             for name, display_filter in graphs(installed)}
    assert found == {"Failures": 2, "Stuck calls": 2, "Lost flows": 1, "Registrations": 2}


@pytest.mark.parametrize("macro, codes", [
    ("${sip_call:1}", ["INV", "100", "180", "200", ""]), ("${sip_code:180}", ["180"]), ("${sip_class:2}", ["200"]), ("${sip_slower:8}", ["180", "200"])])
def test_macros(wireshark, capture, installed, macro, codes):
    rows = psml(wireshark, capture(LADDERS / "trying-slow.md"), "-Y", macro)[2]
    assert [row[COLUMNS.index("Verdict")][:3] for row in rows] == codes


def test_both_files_of_macros_say_the_same():
    profile = ROOT / "plugin" / "profile"
    new = [line.split('" ', 1) for line in (profile / "dmacros").read_text().splitlines()[2:]]
    old = [line[1:-1].split('","') for line in
           (profile / "dfilter_macros").read_text().splitlines()[1:]]
    assert [[name[1:], text] for name, text in new] == old


# Installing

def test_other_profiles_are_left_alone(tmp_path):
    other = tmp_path / "profiles" / "Mine" / "preferences"
    other.parent.mkdir(parents=True)
    other.write_text("mine", encoding="utf-8")
    (tmp_path / "preferences").write_text("default", encoding="utf-8")
    script("--into", tmp_path)
    found = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")
             if path.is_file()}
    assert found == {"preferences", "profiles/Mine/preferences",
                     *(f"profiles/{NAME}/{name}" for name in FILES),
                     *(f"profiles/{TRIAGE}/{name}" for name in TRIAGE_FILES)}
    assert other.read_text(encoding="utf-8") == "mine"
    assert (tmp_path / "preferences").read_text(encoding="utf-8") == "default"


def test_installing_again_keeps_what_was_changed_by_hand(tmp_path):
    script("--into", tmp_path)
    folder = tmp_path / "profiles" / NAME
    (folder / "colorfilters").write_text("mine", encoding="utf-8")
    script("--into", tmp_path)
    assert (folder / "colorfilters.old").read_text(encoding="utf-8") == "mine"
    assert {path.name for path in folder.iterdir()} == FILES | {"colorfilters.old"}


def test_installing_again_keeps_the_widths_of_columns(tmp_path):
    """Wireshark writes them there whenever it ends."""
    script("--into", tmp_path)
    folder = tmp_path / "profiles" / NAME
    (folder / "recent").write_text("column.width: %m, 99", encoding="utf-8")
    script("--into", tmp_path)
    assert (folder / "recent").read_text(encoding="utf-8") == "column.width: %m, 99"
    assert {path.name for path in folder.iterdir()} == FILES


def test_every_column_has_a_width():
    profile = ROOT / "plugin" / "profile"
    columns = re.findall(r'"(%[^"]+)"', (profile / "preferences").read_text(encoding="utf-8"))
    widths = re.search(r"^column.width: (.*)$", (profile / "recent").read_text(encoding="utf-8"),
                       re.MULTILINE)[1].split(", ")
    assert widths[::2] == columns and all(map(str.isdigit, widths[1::2]))


def test_installing_again_changes_nothing(tmp_path):
    script("--into", tmp_path)
    before = {path: path.stat().st_ino for path in tmp_path.rglob("*")}
    script("--into", tmp_path)
    assert before == {path: path.stat().st_ino for path in tmp_path.rglob("*")}


def zip_of_the_build(_):
    """Of the build that the plugin under test is from."""
    return Path(os.environ["SX_PLUGIN"]).resolve().parents[3] / "sip-explain-profile.zip"


def zip_of_the_script(folder):
    script("--zip", folder / "profile.zip")
    return folder / "profile.zip"


@pytest.mark.parametrize("make", [zip_of_the_script, zip_of_the_build])
def test_a_zip_to_import(tmp_path, make):
    file = make(tmp_path)
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None
        names = {name for name in archive.namelist() if not name.endswith("/")}
        assert names == {*(f"{NAME}/{name}" for name in FILES),
                         *(f"{TRIAGE}/{name}" for name in TRIAGE_FILES)}
        for name in TRIAGE_FILES:
            folder = "profile" if name in SHARED else "triage"
            original = (ROOT / "plugin" / folder / name).read_bytes()
            assert archive.read(f"{TRIAGE}/{name}") == original
        for name in FILES:
            original = (ROOT / "plugin" / "profile" / name).read_bytes()
            assert archive.read(f"{NAME}/{name}") == original
