# SPDX-License-Identifier: GPL-2.0-or-later
"""The statistics tables: what their rows say, and that tshark, sharkd and both passes agree."""

import fcntl
import json
import os
import pty
import select
import struct
import subprocess
import termios
from pathlib import Path

import pytest

from tshark import ALL_TABLES, TABLES, request_lines

CAPTURES = Path(__file__).parents[1] / "captures"
LADDERS = CAPTURES / "ladders"
RECORDED = CAPTURES / "recorded"
ALL = sorted(LADDERS.glob("*.md")) + sorted(RECORDED.glob("*.pcap*"))
TITLES = {
    "codes": "SIP Explain: Response Codes",
    "trying": "SIP Explain: Waits After 100 Trying",
    "calls": "SIP Explain: Calls",
    "requests": "SIP Explain: Requests Outside Calls",
    "flows": "SIP Explain: Failed Flows",
    "registrations": "SIP Explain: Registrations",
}
RULE = "=" * 101
ROWS = CAPTURES.parents[1] / "plugin" / "tables" / "rows.jq"


def z(name, display_filter=""):
    return ["-z", f"sipexplain,{name}" + (f",{display_filter}" if display_filter else "")]


def printed(wireshark, capture, *args, two_pass=False):
    """Name of a table -> its lines as tshark prints them, names of the columns first."""
    return read(wireshark.tshark(["-q", *(["-2"] if two_pass else []), *args], capture))


def read(output):
    names = {title: name for name, title in TITLES.items()}
    tables = {}
    for block in output.split(RULE):
        lines = block.strip("\n").splitlines()
        if len(lines) > 3:
            tables[names[lines[0].rstrip(":")]] = [lines[2], *lines[4:]]
    return tables


def cells(line):
    assert line.endswith(" |"), line
    return [cell.strip() for cell in line[:-2].split(" |")]


def rows(wireshark, capture, name, display_filter="", two_pass=False):
    """The rows of one table in tshark, as dicts."""
    lines = printed(wireshark, capture, *z(name, display_filter), two_pass=two_pass)[name]
    return [dict(zip(cells(lines[0]), cells(line), strict=True)) for line in lines[1:]]


def taps(wireshark, name, captures):
    """One of sharkd's tables for capture after capture, in one session: the rows, as dicts."""
    calls = []
    for capture in captures:
        calls.append(("load", {"file": str(capture)}))
        calls.append(("tap", {"tap0": f"nstat:sipexplain,{name}"}))
    return [nstat(answer["taps"][0]) for answer in wireshark.ask(calls)[1::2]]


def nstat(tap):
    names = [field["c"] for field in tap["fields"]]
    return [dict(zip(names, map(cell_text, row), strict=True)) for row in tap["tables"][0]["i"]]


def cell_text(value):
    return str(value).strip()


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_one_pass_two_passes_and_sharkd_agree(wireshark, capture, path):
    one = printed(wireshark, capture(path), *ALL_TABLES)
    assert set(one) == set(TABLES)
    assert one == read(wireshark.tables(capture(path))) == read(wireshark.quiet(capture(path))[1])
    tables = {tap["tap"].partition(",")[2]: nstat(tap) for tap in wireshark.taps(capture(path))}
    for name, lines in one.items():
        assert_readable(lines)
        names, *found = map(cells, lines)
        assert len(found) == len(tables[name])
        for line, row in zip(found, tables[name]):
            assert names == list(row)
            assert line == list(row.values()), "a pipe gets all of it"


def assert_readable(lines):
    first = [int(cells(line)[0]) for line in lines[1:]]
    assert first == sorted(first)
    if first:
        assert len(set(map(len, lines))) == 1, "columns do not line up"


# Widths

def wide(wireshark, capture, columns, output=subprocess.PIPE):
    """What tshark prints with COLUMNS, or to a terminal."""
    args = ["-q", "-2", "-r", capture, *ALL_TABLES]
    env = dict(wireshark.environment(), **({"COLUMNS": str(columns)} if columns else {}))
    return subprocess.run(wireshark.command("tshark", args), env=env, cwd=wireshark.home, stdout=output,
                          stderr=subprocess.DEVNULL, check=True, encoding="utf-8", timeout=60).stdout


def blocks(text):
    """The lines of each table, names of the columns first."""
    return [[block.strip("\n").splitlines()[2], *block.strip("\n").splitlines()[4:]]
            for block in text.replace("\r", "").split(RULE) if len(block.strip().splitlines()) > 3]


def assert_width(text, columns):
    found = blocks(text)
    assert len(found) == len(TABLES)
    for names, *lines in found:
        assert len({len(line) for line in (names, *lines)}) == 1, "columns do not line up"
        assert len(names) <= columns
        assert cells(names)[0] in ("Frame", "Code") and len(cells(names)) >= 3


@pytest.mark.parametrize("columns", [80, 120, 200])
@pytest.mark.parametrize("name", ["flow-both-dead", "stuck-two-hops-down", "fork-all-busy"])
def test_as_wide_as_the_terminal(wireshark, capture, name, columns):
    text = wide(wireshark, capture(RECORDED / f"{name}.pcapng"), columns)
    assert_width(text, columns)
    names = {cells(names)[0]: cells(names) for names, *_ in blocks(text) if "Verdict" in names}
    assert names["Frame"][:3] == ["Frame", "Final", "Verdict"]


def test_width_of_a_terminal(wireshark, capture):
    main, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 90, 0, 0))
    wide(wireshark, capture(RECORDED / "stuck-two-hops-down.pcapng"), None, terminal)
    os.close(terminal)
    text = b""
    while select.select([main], [], [], 0.5)[0]:
        try:
            text += os.read(main, 65536)
        except OSError:
            break
    os.close(main)
    assert_width(text.decode(), 90)
    assert max(len(names) for names, *_ in blocks(text.decode())) > 80


@pytest.mark.parametrize("columns", ["39", "wide", "-1", "100000"])
def test_what_is_no_width(wireshark, capture, columns):
    path = capture(RECORDED / "stuck-two-hops-down.pcapng")
    assert wide(wireshark, path, columns) == wide(wireshark, path, None)


def test_rows_as_json(wireshark, capture):
    """With plugin/tables/rows.jq, as README says: numbers are numbers."""
    path = capture(RECORDED / "stuck-two-hops-down.pcapng")
    for name in TABLES:
        asked = [("load", {"file": str(path)}), ("tap", {"tap0": f"nstat:sipexplain,{name}"})]
        answers = wireshark.run("sharkd", ["-"], request_lines(asked))
        done = subprocess.run(["jq", "-c", "-f", ROWS], input=answers, capture_output=True, check=True,
                              encoding="utf-8", timeout=60)
        found = [json.loads(line) for line in done.stdout.splitlines()]
        expected, = taps(wireshark, name, [path])
        assert [list(row) for row in found] == [list(row) for row in expected]
        for row, told in zip(found, expected):
            for column, value in row.items():
                assert value is None or str(value) == told[column] or float(value) == float(told[column])
                assert not (column.endswith(" s") or column in ("Frame", "Final")) or not isinstance(value, str)


# What the rows say

def test_codes_counts_and_times(wireshark, capture):
    found = rows(wireshark, capture(RECORDED / "fork-busy-answered.pcapng"), "codes")
    assert [(row["Code"], row["Phrase"], row["Count"]) for row in found] == [
        ("100", "Trying", "1"), ("180", "Ringing", "2"), ("200", "OK", "4"),
        ("486", "Busy Here", "1")]
    ok = found[2]
    assert ok["Methods"] == "INVITE, BYE"
    assert (ok["Min s"], ok["Max s"]) == ("0.000", "2.007")
    assert [row["Failures"] for row in found] == ["0", "0", "0", "1"]


@pytest.mark.parametrize("two_pass", [False, True])
def test_codes_tells_failures_from_steps(wireshark, capture, two_pass):
    challenge = rows(wireshark, capture(RECORDED / "auth-proxy-407.pcapng"), "codes",
                     two_pass=two_pass)
    assert ("407", "0") in [(row["Code"], row["Failures"]) for row in challenge]
    # The server answers 503 to the second phone: a failure; 302 to the first is followed.
    serial = rows(wireshark, capture(RECORDED / "serial-302-503.pcapng"), "codes",
                  two_pass=two_pass)
    failures = {row["Code"]: row["Failures"] for row in serial}
    assert failures["302"] == "0" and failures["503"] == "1"


def test_codes_counts_repeats_apart_and_copies_not_at_all(wireshark, capture):
    prack = rows(wireshark, capture(RECORDED / "prack.pcapng"), "codes")
    ringing = next(row for row in prack if row["Code"] == "180")
    assert (ringing["Count"], ringing["Repeats"]) == ("1", "1")
    copies = rows(wireshark, capture(RECORDED / "any-interface-router.pcapng"), "codes")
    assert {(row["Code"], row["Count"], row["Repeats"]) for row in copies} == {
        ("100", "1", "0"), ("180", "1", "0"), ("200", "2", "0")}


def wait_rows(wireshark, capture, path):
    return [(row["Frame"], row["100 in"], row["From"], row["To"], row["State"], row["Wait s"],
             row["Ended by"]) for row in rows(wireshark, capture(path), "trying")]


def test_trying_in_one_pass_goes_to_the_end_of_the_capture(wireshark, capture):
    """Nothing of the transaction comes after the 100: only the last frame tells how long it was."""
    assert wait_rows(wireshark, capture, LADDERS / "trying-timed-out.md") == [
        ("1", "2", "10.0.0.1:5060", "10.0.0.2:5060", "stuck", "33.995", "nothing")]
    open_rows = wait_rows(wireshark, capture, LADDERS / "trying-open-at-end.md")
    assert [row[4] for row in open_rows] == ["open"]


def test_trying_shows_each_hop(wireshark, capture):
    assert wait_rows(wireshark, capture, RECORDED / "stuck-two-hops-down.pcapng") == [
        ("1", "2", "10.0.0.1:5060", "10.0.0.2:5060", "stuck", "38.002", "CANCEL in 7"),
        ("3", "4", "10.0.0.2:5060", "10.0.0.3:5060", "stuck", "38.002", "CANCEL in 8"),
        ("5", "6", "10.0.0.3:5060", "10.0.0.10:5060", "stuck", "38.001", "CANCEL in 10")]


def test_trying_states(wireshark, capture):
    assert [row[4:] for row in wait_rows(wireshark, capture, LADDERS / "trying-slow.md")] == [
        ("slow", "8.000", "180 in 3")]
    assert [row[4] for row in
            wait_rows(wireshark, capture, LADDERS / "trying-cancelled.md")] == ["cancelled"] * 2
    assert wait_rows(wireshark, capture, LADDERS / "answered-call.md") == []


def test_trying_names_the_cause_and_the_call(wireshark, capture):
    row, = rows(wireshark, capture(LADDERS / "trying-timed-out.md"), "trying")
    assert row["Call-ID"].startswith("trying-timed-out@")
    assert row["Cause"].startswith("10.0.0.2 sent it to 10.0.0.3 7 times")


def test_an_answered_call(wireshark, capture):
    row, = rows(wireshark, capture(RECORDED / "call-slow-ringing.pcapng"), "calls")
    assert (row["Frame"], row["Method"], row["From"], row["To"]) == (
        "1", "INVITE", "alice@example.com", "bob@example.com")
    assert float(row["100 s"]) < 0.1
    assert 8 < float(row["Ringing s"]) < 8.1
    assert float(row["Ringing s"]) < float(row["Answer s"])
    assert (row["Final"], row["Verdict"][:14]) == ("200", "answered, slow")


@pytest.mark.parametrize("name, verdict", [
    ("end-bye-while-ringing", "cancelled"),
    ("end-expires-ran-out", "ran out"),
    ("alike-end-before-expires", "failed"),
])
def test_a_call_that_rang_in_vain(wireshark, capture, name, verdict):
    row, = rows(wireshark, capture(LADDERS / f"{name}.md"), "calls")
    assert (row["Final"], row["Verdict"]) == ("487", verdict)


def test_a_call_that_may_be_tried_again(wireshark, capture):
    row, = rows(wireshark, capture(LADDERS / "open-422.md"), "calls")
    assert (row["Final"], row["Verdict"]) == ("422", "refused, not tried again yet")


def test_the_attempts_of_a_call_are_one_row(wireshark, capture):
    row, = rows(wireshark, capture(RECORDED / "auth-proxy-407.pcapng"), "calls")
    assert (row["Frame"], row["Final"], row["Verdict"]) == ("1", "200", "answered")
    assert (row["Began at"], row["First cause"]) == ("", "")


def test_a_stuck_call_says_where_it_began(wireshark, capture):
    row, = rows(wireshark, capture(RECORDED / "stuck-two-hops-down.pcapng"), "calls")
    # The 487 comes 82 s after the CANCEL: by then the client has given the call up (RFC 3261 9.1).
    assert row["Verdict"] == "failed, stuck 38.0 s after 100"
    assert row["Began at"] == "10.0.0.10:5060"
    row, = rows(wireshark, capture(LADDERS / "trying-timed-out.md"), "calls")
    assert (row["Final"], row["Verdict"]) == ("", "trying, stuck 33.9 s after 100")
    assert row["Began at"] == "10.0.0.3:5060"


def test_a_failed_call_says_where_it_began(wireshark, capture):
    def told(name):
        row, = rows(wireshark, capture(RECORDED / name), "calls")
        return row["Final"], row["Verdict"], row["Began at"], row["First cause"]

    assert told("fork-all-busy.pcapng") == ("486", "failed", "10.0.0.10:5060",
                                            "486 Busy Here: forked: chosen over the 503 of 10.0.0.11 in frame 5")
    assert told("flow-closed-480.pcapng") == ("480", "failed", "10.0.0.5:5060",
                                              "430 Flow Failed: the connection of the registration is gone (frame 10): that "
                                            "of sip:bob@example.com in frame 4")


def test_a_call_that_nobody_answers(wireshark, capture):
    row, = rows(wireshark, capture(LADDERS / "no-response-to-invite.md"), "calls")
    assert (row["Verdict"], row["Final"]) == ("no response", "")
    assert row["First cause"].startswith("no response for")


def test_what_is_no_call_has_a_table_of_its_own(wireshark, capture):
    assert rows(wireshark, capture(LADDERS / "auth-challenge.md"), "calls") == []  # REGISTER
    assert rows(wireshark, capture(LADDERS / "no-response-to-options.md"), "calls") == []
    path = capture(LADDERS / "table-requests.md")
    assert rows(wireshark, path, "calls") == []
    found = [(row["Frame"], row["Method"], row["Final"], row["Attempts"], row["Verdict"])
             for row in rows(wireshark, path, "requests")]
    assert found == [("1", "REGISTER", "200", "2", "accepted"),
                     ("5", "SUBSCRIBE", "202", "1", "accepted"),
                     ("7", "MESSAGE", "404", "1", "failed")]
    row = rows(wireshark, capture(LADDERS / "no-response-to-options.md"), "requests")[0]
    assert (row["Method"], row["Final"], row["Final s"]) == ("OPTIONS", "", "")
    assert row["Verdict"] == "no response"


def test_a_call_without_its_invite(wireshark, capture):
    row, = rows(wireshark, capture(LADDERS / "table-invite-missing.md"), "calls")
    assert (row["Frame"], row["Method"], row["Final"]) == ("1", "INVITE", "200")
    assert (row["From"], row["To"], row["Verdict"]) == (
        "alice@example.com", "bob@example.com", "answered")
    assert (row["100 s"], row["Ringing s"], row["Answer s"]) == ("", "", "")


def test_only_ringing_is_ringing(wireshark, capture):
    row, = rows(wireshark, capture(LADDERS / "table-forwarded-ring.md"), "calls")
    assert (row["Ringing s"], row["Answer s"]) == ("", "3.000")
    row, = rows(wireshark, capture(LADDERS / "table-re-invite-missing.md"), "calls")
    assert (row["Frame"], row["Ringing s"], row["Answer s"]) == ("1", "0.100", "3.000")


def test_times_after_a_challenge(wireshark, capture):
    row, = rows(wireshark, capture(LADDERS / "table-challenge-then-100.md"), "calls")
    assert (row["Frame"], row["100 s"], row["Ringing s"], row["Answer s"]) == (
        "1", "0.010", "3.500", "5.000")


def test_flows(wireshark, capture):
    first, second = rows(wireshark, capture(RECORDED / "flow-both-dead.pcapng"), "flows")
    assert (first["Frame"], first["Code"], first["Said by"]) == ("29", "430", "10.0.0.5:5060")
    assert (first["Reg-id"], first["Made in"], first["Flow died"]) == ("1", "4", "closed in 19")
    assert "bob@example.com" in first["Registered"]
    assert (first["Outcome"], first["Seen in"], first["Answer"]) == (
        "other flows failed too", "31", "430")
    assert (second["Frame"], second["Reg-id"], second["Made in"]) == ("33", "2", "13")


@pytest.mark.parametrize("name, outcome, seen_in", [
    ("flow-second-answers", "another flow answered", "28"),
    ("flow-registered-again", "registered again", "24"),
])
def test_what_came_of_a_failed_flow(wireshark, capture, name, outcome, seen_in):
    row = rows(wireshark, capture(RECORDED / f"{name}.pcapng"), "flows")[0]
    assert (row["Outcome"], row["Seen in"]) == (outcome, seen_in)


@pytest.mark.parametrize("two_pass", [False, True])
def test_registrations_state_and_what_missed_them(wireshark, capture, two_pass):
    def told(name):
        return [(row["AOR"], row["From"], row["Over"], row["Last"], row["Refreshes"],
                 row["Refused"], row["State"], row["Missed"])
                for row in rows(wireshark, capture(LADDERS / f"{name}.md"), "registrations",
                                two_pass=two_pass)]

    bob = "sip:bob@example.com"
    assert told("registration-removed") == [
        (bob, "198.51.100.7:40001", "UDP", "1", "0", "0", "removed in 3", "1")]
    assert told("registration-refused-refreshes") == [
        (bob, "198.51.100.7:40001", "UDP", "5", "0", "1", "run out", "1")]
    assert told("registration-credentials-refused") == [
        (bob, "10.0.0.3:5060", "UDP", "17", "0", "5", "current", "0"),
        ("sip:carol@example.com", "10.0.0.4:5060", "UDP", "27", "1", "0", "current", "0")]
    assert told("registration-fork-cancelled") == [
        (bob, "198.51.100.7:40001", "UDP", "1", "0", "0", "current", "0"),
        (bob, "198.51.100.8:40002", "UDP", "3", "0", "0", "current", "0")]
    moved = told("registration-of-one-instance-moved")
    assert [row[-2:] for row in moved] == [("replaced in 3", "1"), ("current", "0")]
    both = told("registration-two-contacts-of-one-phone")
    assert [row[-2:] for row in both] == [
        ("current", "1"), ("removed in 3", "1"), ("current", "0")]



def test_what_edges_say_in_place_of_430(wireshark, capture):
    edge, caller = rows(wireshark, capture(RECORDED / "flow-edge-restarted-403.pcapng"), "flows")
    assert [row["Code"] for row in (edge, caller)] == ["403", "403"]
    assert edge["Outcome"] == "handed on to the caller"


def test_no_flow_failed(wireshark, capture):
    assert rows(wireshark, capture(RECORDED / "flow-call-answered.pcapng"), "flows") == []


# Filters, reloads, other front ends

def test_a_filter_leaves_out_other_calls(wireshark, capture):
    path = capture(RECORDED / "stuck-not-forwarded.pcapng")

    def frames(display_filter):
        return [row["Frame"] for row in rows(wireshark, path, "calls", display_filter)]

    assert frames("") == ["1", "14"]
    assert frames("frame.number > 13") == ["14"]
    # One hop of a call is enough to show the call.
    assert frames("ip.addr == 10.0.0.10") == ["1"]


def test_a_filter_keeps_the_order(wireshark, capture):
    """The finals come from the last hop to the first, the rows by their first frame."""
    path = capture(RECORDED / "stuck-two-hops-down.pcapng")
    found = rows(wireshark, path, "trying", "sip.Method == CANCEL || sip.Status-Code == 487")
    assert [row["Frame"] for row in found] == ["1", "3", "5"]
    assert rows(wireshark, path, "trying", "sip.Status-Code == 180") == []


def test_a_filter_counts_only_what_it_lets_through(wireshark, capture):
    path = capture(RECORDED / "fork-busy-answered.pcapng")
    found = rows(wireshark, path, "codes", "sip.CSeq.method == BYE")
    assert [(row["Code"], row["Count"], row["Methods"]) for row in found] == [("200", "2", "BYE")]


@pytest.mark.parametrize("name", TABLES)
def test_sharkd_after_reloads(wireshark, capture, name):
    """Rows of another capture must not stay, nor point into what was freed."""
    failed = capture(RECORDED / "flow-both-dead.pcapng")
    other = capture(RECORDED / "stuck-two-hops-down.pcapng")
    first, between, again, last = taps(wireshark, name, [failed, other, failed, other])
    assert first == again and between == last
    assert first != between


def test_sharkd_asked_again_counts_anew(wireshark, capture):
    tap = ("tap", {"tap0": "nstat:sipexplain,codes", "tap1": "nstat:sipexplain,calls"})
    path = capture(RECORDED / "fork-busy-answered.pcapng")
    _, first, again = wireshark.ask([("load", {"file": str(path)}), tap, tap])
    assert first == again


def test_sharkd_lists_the_tables(wireshark):
    info, = wireshark.ask([("info", {})])
    names = {entry["name"]: entry["tap"] for entry in info["nstat"]
             if "sipexplain" in entry["tap"]}
    assert names == {TITLES[name]: f"nstat:sipexplain,{name}" for name in TABLES}


@pytest.mark.parametrize("two_pass", [False, True])
def test_one_table_with_several_filters(wireshark, capture, two_pass):
    """Each -z has rows of its own, though Wireshark keeps one set for all; its own tables add up."""
    path = capture(RECORDED / "fork-busy-answered.pcapng")
    filters = ["", "sip.Status-Code == 200", "frame.number > 1000000", "", "sip.Status-Code == 100"]
    args = [arg for each in filters for arg in z("codes", each)]
    output = wireshark.tshark(["-q", *(["-2"] if two_pass else []), *args], path)
    blocks = [block.strip("\n").splitlines() for block in output.split(RULE) if block.strip()]
    assert len(blocks) == len(filters)
    shown = [(block[1].partition(": ")[2].strip(), [cells(line)[:3] for line in block[4:]])
             for block in blocks]
    alone = [(each, [[row["Code"], row["Phrase"], row["Count"]]
                     for row in rows(wireshark, path, "codes", each, two_pass)])
             for each in filters]
    assert sorted(shown) == sorted(alone)


def test_what_a_packet_holds_cannot_command_the_terminal(wireshark, capture, tmp_path):
    text = (LADDERS / "trying-slow.md").read_text(encoding="utf-8").splitlines()
    at = next(n for n, line in enumerate(text) if " INVITE " in line)
    text.insert(at + 1, "        From: <sip:a\x1b[2Jb\u009bc\u202ed>;tag=1")
    ladder = tmp_path / "escapes.md"
    ladder.write_text("\n".join(text), encoding="utf-8")
    output = wireshark.tshark(["-q", *z("calls")], capture(ladder))
    assert "a [2Jb c\ufffdd" in output
    assert not set(output) & set("\x1b\u009b\u202e")


def test_calls_say_who_ended_them_and_with_which_reason(wireshark, capture):
    found = rows(wireshark, capture(LADDERS / "end-with-a-reason.md"), "calls", two_pass=True)
    assert [row["Ended by"] for row in found] == [
        "called side, Q.850 38", "caller, SIP 486", "caller"]
