# SPDX-License-Identifier: GPL-2.0-or-later
"""The preferences: their defaults and help, what they change, and the table "codes"."""

import re
import subprocess
from pathlib import Path

import pytest

CAPTURES = Path(__file__).parents[1] / "captures"
LADDERS = CAPTURES / "ladders"
DEFAULTS = {"trying_timeout_ms": "32000", "trying_slow_ms": "6000", "flow_recovery_ms": "120000",
            "info_column": "FALSE", "skip_media": "FALSE", "language": "As Wireshark"}
TABLE = "sipexplain_codes"


def tshark(wireshark, *args):
    return subprocess.run(wireshark.command("tshark", args), env=wireshark.environment(),
                          cwd=wireshark.home, capture_output=True, encoding="utf-8", timeout=60)


def info(wireshark, capture, *args):
    # As the field _ws.col.info, 4.4 and later have the column's text from before post-dissectors.
    output = wireshark.tshark([*args, "-o", 'gui.column.format:"Info","%i"'], capture)
    return output.splitlines()


def states(wireshark, capture, *prefs):
    frames = wireshark.fields(capture, ["sipexplain.trying.state"], two_pass=True, prefs=prefs)
    return {value for frame in frames for value in frame["sipexplain.trying.state"]}


def test_defaults_and_help(wireshark):
    text = wireshark.run("tshark", ["-G", "defaultprefs"])
    for name, value in DEFAULTS.items():
        found = re.search(rf"((?:^#.*\n)+)^#?sipexplain\.{name}: (.*)$", text, re.MULTILINE)
        assert found and found[2] == value, name
        assert len(found[1]) > 60, f"{name} has no help"


@pytest.mark.parametrize("pref, state", [
    ("sipexplain.trying_slow_ms:6000", "2"), ("sipexplain.trying_slow_ms:9000", "1"),
    ("sipexplain.trying_timeout_ms:7000", "3")])
def test_thresholds(wireshark, capture, pref, state):
    """The wait of this ladder is 8 s."""
    assert states(wireshark, capture(LADDERS / "trying-slow.md"), pref) == {state}


# info_column

def test_info_is_left_alone_by_default(wireshark, capture):
    path = capture(LADDERS / "trying-slow.md")
    assert not any("[" in line for line in info(wireshark, path, "-2"))
    on = info(wireshark, path, "-2", "-o", "sipexplain.info_column:TRUE")
    assert info(wireshark, path, "-2") == [line.partition(" [")[0] for line in on]


@pytest.mark.parametrize("args", [["-2"], ["-2", "-V"]])
def test_info_gets_the_verdict_of_flagged_messages(wireshark, capture, args):
    path = capture(LADDERS / "trying-slow.md")
    output = wireshark.tshark(["-2", "-o", "sipexplain.info_column:TRUE"], path)
    flagged = [line for line in output.splitlines() if "slow" in line]
    assert len(flagged) == 3, "the INVITE, the 100 and the 180 that ended the wait"
    assert all(line.rstrip().endswith("]") for line in flagged)
    answered = capture(LADDERS / "answered-call.md")
    output = wireshark.tshark(["-2", "-o", "sipexplain.info_column:TRUE"], answered)
    assert "[" not in output


@pytest.mark.parametrize("name, frame, added", [
    ("ladders/trying-timed-out.md", 2, "stuck for 33.9 s: 10.0.0.3 never answered"),
    ("ladders/trying-slow.md", 3, "slow, 8 s after 100"),
    ("recorded/stuck-two-hops-down.pcapng", 7, "stuck for 38.0 s: 10.0.0.10 got it last"),
    ("ladders/flow-failed-after-fin.md", None, "nothing was tried; "),
    ("ladders/no-response-to-invite.md", 1, "no response for "),
])
def test_what_is_appended_is_brief_and_new(wireshark, capture, name, frame, added):
    path = capture(CAPTURES / name)
    args = ["-2", "-Y", f"frame.number == {frame}" if frame else "sip.Status-Code == 430"]
    line, = info(wireshark, path, *args, "-o", "sipexplain.info_column:TRUE")
    plain, = info(wireshark, path, *args)
    assert line.startswith(f"{plain} [{added}") and line.endswith("]")
    said = line[len(plain):]
    for word in ("INVITE", "CANCEL", "Ringing", "100 Trying", "Flow Failed"):
        assert word not in said


def test_info_in_one_pass_says_what_is_known_by_then(wireshark, capture):
    path = capture(LADDERS / "trying-slow.md")
    output = wireshark.tshark(["-o", "sipexplain.info_column:TRUE"], path).splitlines()
    assert ["slow" in line for line in output].count(True) == 1


# codes

def phrases(wireshark, capture, *args):
    output = wireshark.tshark(["-q", "-z", "sipexplain,codes", *args], capture)
    return dict(re.findall(r"^ *(\d+) \|(.*?) *\|", output, re.MULTILINE))


@pytest.fixture
def table(wireshark):
    """A function that writes the file of the table; it is gone afterwards."""
    folders = wireshark.run("tshark", ["-G", "folders"]).splitlines()
    config = next(line.split(":", 1)[1].strip() for line in folders
                  if line.startswith("Personal configuration"))
    file = Path(config) / TABLE

    def write(*rows):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("".join(",".join(f'"{cell}"' for cell in row) + "\n" for row in rows),
                        encoding="utf-8")
        for path in (file.parent, file):
            path.chmod(0o755)

    yield write
    file.unlink(missing_ok=True)


def test_a_row_of_the_site(wireshark, capture, table):
    path = capture(CAPTURES / "recorded" / "flow-closed-480.pcapng")
    assert phrases(wireshark, path)["480"] == "Temporarily Unavailable"
    table(("480", "", "Out of credit", "", ""))
    assert phrases(wireshark, path)["480"] == "Out of credit"
    assert phrases(wireshark, path)["430"] == "Flow Failed"


def test_the_upper_of_equal_rows_counts_and_a_method_is_no_general_row(wireshark, capture, table):
    path = capture(CAPTURES / "recorded" / "flow-closed-480.pcapng")
    table(("480", "INVITE", "For INVITE", "", ""), ("480", "", "Upper", "", ""),
          ("480", "", "Lower", "", ""))
    assert phrases(wireshark, path)["480"] == "Upper"


BAD = [
    (("99", "", "x", "", ""), "100 to 699"),
    (("700", "", "x", "", ""), "100 to 699"),
    (("480", "IN VITE", "x", "", ""), "the method is one word"),
    (("480", "INVITE", "", "", ""), "would change nothing"),
    (("480", "", "two\\x0alines", "", ""), "one line"),
    (("480", "", "x", "\\xff\\xfe", ""), "one line of UTF-8"),
    (("many", "", "x", "", ""), "Invalid value"),
]


@pytest.mark.parametrize("row, reason", BAD)
def test_a_bad_row_of_the_command_line_is_refused(wireshark, capture, row, reason):
    path = capture(LADDERS / "trying-slow.md")
    cells = ",".join(f'"{cell}"' for cell in row)
    done = tshark(wireshark, "-o", f"uat:{TABLE}:{cells}", "-r", path)
    assert done.returncode != 0
    assert reason in done.stderr


@pytest.mark.parametrize("row, reason", BAD)
def test_a_bad_row_of_the_file_is_refused(wireshark, capture, table, row, reason):
    path = capture(CAPTURES / "recorded" / "flow-closed-480.pcapng")
    table(row)
    done = tshark(wireshark, "-q", "-z", "sipexplain,codes", "-r", path)
    assert reason in done.stderr
    assert "Temporarily Unavailable" in done.stdout, "the row was used all the same"


def test_a_code_of_the_site_that_nobody_registered(wireshark, capture, table):
    table(("499", "", "Licence limit", "Our PBX has no free channel.", "Buy some."))
    path = capture(LADDERS / "trying-slow.md")
    done = tshark(wireshark, "-q", "-z", "sipexplain,compare,499,486", "-r", path)
    assert done.returncode == 0
    assert "499 Licence limit" in done.stdout and "Our PBX has no free channel." in done.stdout


# stacks

STACKS = "sipexplain_stacks"
OURS = ("Our proxy", "kamailio", "gave-up", "408", "0", "184000", "186000", "its timer of 185 s")


def facts_with(wireshark, capture, *rows):
    """Frame -> what is known of software there, with these rows of the command line."""
    prefs = [f"uat:{STACKS}:" + ",".join(f'"{cell}"' for cell in row) for row in rows]
    frames = wireshark.fields(capture, ["sipexplain.stack.fact"], two_pass=True, prefs=prefs)
    return {number: frame["sipexplain.stack.fact"] for number, frame in enumerate(frames, 1)
            if frame["sipexplain.stack.fact"]}


def with_cell(nth, cell):
    return (*OURS[:nth], cell, *OURS[nth + 1:])


@pytest.mark.parametrize("row, told", [
    (OURS, True), (with_cell(3, "0"), True), (with_cell(6, "0"), True),
    (with_cell(1, "KAMAILIO"), True), (with_cell(1, "kamail"), False), (with_cell(3, "487"), False),
    (with_cell(2, "unanswered"), False), (with_cell(5, "185500"), False),
    (with_cell(6, "184500"), False)])
def test_a_fact_of_the_site(wireshark, capture, row, told):
    """The proxy of this recording gives up after 185 s, by its configuration."""
    path = capture(CAPTURES / "recorded" / "stuck-proxy-gives-up.pcapng")
    assert facts_with(wireshark, path) == {}
    assert facts_with(wireshark, path, row) == (
        {5: ["Our proxy: its timer of 185 s"]} if told else {})


def test_a_fact_of_the_site_goes_beside_the_catalogue(wireshark, capture):
    path = capture(CAPTURES / "recorded" / "next-hop-silent-kamailio.pcapng")
    row = ("Our proxy", "kamailio", "unanswered", "0", "0", "1000", "0", "its timer")
    told = facts_with(wireshark, path, row)[13]
    assert told[0] == "Our proxy: its timer" and told[1].startswith("Kamailio: Gives up 30.0 s")


@pytest.mark.parametrize("row, reason", [
    (with_cell(0, ""), "one line of UTF-8"), (with_cell(1, ""), "one line of UTF-8"),
    (with_cell(7, ""), "one line of UTF-8"), (with_cell(7, "two\\x0alines"), "one line of UTF-8"),
    (with_cell(3, "99"), "100 to 699"), (with_cell(4, "700"), "100 to 699"),
    (with_cell(6, "183999"), "less than the least"), (with_cell(2, "gives-up"), "gives-up")])
def test_a_bad_fact_is_refused(wireshark, capture, row, reason):
    path = capture(LADDERS / "trying-slow.md")
    cells = ",".join(f'"{cell}"' for cell in row)
    done = tshark(wireshark, "-o", f"uat:{STACKS}:{cells}", "-r", path)
    assert done.returncode != 0
    assert reason in done.stderr
