# SPDX-License-Identifier: GPL-2.0-or-later
"""The same verdict wherever Wireshark shows fields: filters, formats, columns, colours, sharkd.

What two passes show as PDML is the measure; test_ladders.py holds it against the ladders.
"""

import json
import os
import pty
import re
import subprocess
from collections import Counter
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
LADDERS = [TESTS / "captures" / "ladders" / f"{name}.md" for name in (
    "demo", "trying-slow", "trying-cancelled", "trying-open-at-end", "no-response-to-invite",
    "auth-challenge", "reason-header", "warning-header", "retry-after", "missing-www-authenticate",
    "phrase-differs", "tcp-pipelined-and-split", "flow-failed-after-fin")]
DEMO = LADDERS[0]
EXPERT_ROW = re.compile(r"\s+(\d+)\s+(\S+)\s+SIP Explain  (.*)")
HEADINGS = {"Errors": "Error", "Warns": "Warning", "Notes": "Note", "Chats": "Chat"}
STUCK = "sipexplain.trying.state == 3"

each_ladder = pytest.mark.parametrize("path", LADDERS, ids=lambda path: path.stem)


# What the measure says

def items(frame):
    return [item for tree in frame for item in tree[1:]]


def holding(frames, name):
    """The numbers of the frames that hold a field."""
    return [number for number, frame in enumerate(frames, 1)
            if name in [item[0] for item in items(frame)]]


def fields(wireshark, frame):
    """Sorted (field, value) of a frame, expert infos apart."""
    return sorted(item for item in items(frame) if wireshark.types[item[0]] != "FT_NONE")


def experts(wireshark, capture, mode="two"):
    """(frame, severity, group, text) of each of our expert infos."""
    return [(number, *expert) for number, frame in enumerate(wireshark.experts(capture, mode), 1)
            for expert in frame]


# Display filters

@each_ladder
def test_a_filter_on_each_field_finds_the_frames_that_show_it(wireshark, capture, path):
    frames = wireshark.everything(capture(path), "two")
    names = list(wireshark.types)
    asked = [("frames", {"filter": name}) for name in names]
    _, *answers = wireshark.ask([("load", {"file": str(capture(path))}), *asked])
    found = {name: [frame["num"] for frame in answer] for name, answer in zip(names, answers)}
    assert found == {name: holding(frames, name) for name in names}


@pytest.mark.parametrize("name", ["sipexplain.code", "sipexplain.trying.state",
                                  "sipexplain.expired", "sipexplain.trying_timeout",
                                  "sipexplain.explain.430"])
def test_tshark_filters_on_a_field(wireshark, capture, name):
    expected = holding(wireshark.everything(capture(DEMO), "two"), name)
    assert expected and numbers(wireshark, capture, name) == expected


@pytest.mark.parametrize("severity", ["Chat", "Note", "Warning"])
def test_filter_on_severity(wireshark, capture, severity):
    _, answer = wireshark.ask([("load", {"file": str(capture(DEMO))}), ("tap", {"tap0": "expert"})])
    expected = {row["f"] for row in answer["taps"][0]["details"] if row["s"] == severity}
    ours = {expert[0] for expert in experts(wireshark, capture(DEMO))
            if expert[1] == severity}
    assert ours and ours <= expected
    assert numbers(wireshark, capture, f'_ws.expert.severity == "{severity}"') == sorted(expected)


@pytest.mark.parametrize("text", ["Flow Failed", "Stuck for", "Temporarily Unavailable"])
def test_filter_on_message(wireshark, capture, text):
    shown = experts(wireshark, capture(DEMO))
    expected = sorted({expert[0] for expert in shown if text in expert[3]})
    wanted = f'_ws.expert.message contains "{text}"'
    assert expected and numbers(wireshark, capture, wanted) == expected


def numbers(wireshark, capture, display_filter):
    frames = wireshark.fields(capture(DEMO), ["frame.number"], True, display_filter)
    return [int(frame["frame.number"][0]) for frame in frames]


# Output formats

@each_ladder
def test_fields_json_and_ek_show_what_pdml_shows(wireshark, capture, path):
    expected = [fields(wireshark, frame) for frame in wireshark.everything(capture(path), "two")]
    assert by_fields(wireshark, capture(path)) == expected
    assert by_json(wireshark, capture(path)) == expected
    assert by_ek(wireshark, capture(path)) == expected


def by_fields(wireshark, capture):
    names = [name for name, kind in wireshark.types.items() if kind != "FT_NONE"]
    frames = wireshark.fields(capture, names, two_pass=True)
    return [sorted((name, value) for name in names for value in frame[name]) for frame in frames]


def by_json(wireshark, capture):
    text = wireshark.tshark(["-2", "-T", "json"], capture)
    names = {name: name for name in wireshark.types}
    return [sorted(our_pairs(wireshark, packet, names))
            for packet in json.loads(text, object_pairs_hook=list)]


def by_ek(wireshark, capture):
    text = wireshark.tshark(["-2", "-T", "ek"], capture)
    documents = [json.loads(line, object_pairs_hook=list) for line in text.splitlines()][1::2]
    return [sorted(our_pairs(wireshark, document, of_elastic(wireshark))) for document in documents]


def of_elastic(wireshark):
    """The fields that trees show, by tshark's names for Elasticsearch. Expert infos are in objects of
    their own."""
    return {elastic_name(name): name for name, kind in wireshark.types.items() if kind != "FT_NONE"}


def elastic_name(name):
    return "sipexplain_" + name.replace(".", "_")


def our_pairs(wireshark, node, names):
    """(field, value) of the keys that name our fields. An object is a list of pairs: a key may be
    there twice."""
    for element in node:
        if isinstance(element, list):
            yield from our_pairs(wireshark, element, names)
        elif isinstance(element, tuple):
            name, values = names.get(element[0]), element[1]
            if not name:
                yield from our_pairs(wireshark, values if isinstance(values, list) else [], names)
            elif wireshark.types[name] != "FT_NONE":
                values = values if isinstance(values, list) else [values]
                # ek: null is an expert info, whose name may differ by a dot only
                yield from ((name, plain(wireshark, name, value)) for value in values
                            if value is not None)


def plain(wireshark, name, value):
    return wireshark.value(name, str(value))


# Expert infos

@pytest.mark.parametrize("mode", ["one", "two"])
@each_ladder
def test_statistics_of_experts(wireshark, capture, path, mode):
    passes = {"one": [], "two": ["-2"]}[mode]
    text = wireshark.tshark([*passes, "-q", "-z", "expert"], capture(path))
    shown, severity = Counter(), None
    for line in text.splitlines():
        heading = re.fullmatch(r"(\w+) \(\d+\)", line)
        row = EXPERT_ROW.fullmatch(line)
        if heading:
            severity = HEADINGS[heading[1]]
        elif row:
            shown[severity, row[2], row[3]] += int(row[1])
    expected = Counter(expert[1:] for expert in experts(wireshark, capture(path), mode))
    assert expected and shown == expected


@each_ladder
def test_sharkd_expert_tap(wireshark, capture, path):
    _, answer = wireshark.ask([("load", {"file": str(capture(path))}), ("tap", {"tap0": "expert"})])
    shown = [(row["f"], row["s"], row["g"], row["m"]) for row in answer["taps"][0]["details"]
             if row["p"] == "SIP Explain"]
    assert sorted(shown) == sorted(experts(wireshark, capture(path)))


# Columns and colours

def test_columns(wireshark, capture):
    columns = ('gui.column.format:"No.","%m","State","%Cus:sipexplain.trying.state:0:R",'
               '"Wait","%Cus:sipexplain.trying.wait:0:R","Code","%Cus:sipexplain.code:0:U"')
    text = wireshark.tshark(["-2", "-T", "tabs", "-o", columns], capture(DEMO))
    rows = [line.strip(" ").split("\t") for line in text.splitlines()]
    names = {None: "", "1": "Answered in time", "3": "Stuck",
             "5": "Open when the capture ended"}
    expected = []
    for number, frame in enumerate(wireshark.everything(capture(DEMO), "two"), 1):
        found = dict(items(frame))
        expected.append([str(number), names[found.get("sipexplain.trying.state")],
                         found.get("sipexplain.trying.wait", ""), found.get("sipexplain.code", "")])
    assert rows == expected


@pytest.fixture
def red(wireshark):
    """A colouring rule of the user's own: stuck calls on red."""
    folder = wireshark.home / ".config" / "wireshark"
    folder.mkdir(parents=True, exist_ok=True)
    rules = folder / "colorfilters"
    rules.write_text(f"@Stuck call@{STUCK}@[65535,0,0][0,0,65535]\n", encoding="utf-8")
    for path in (folder.parent, folder, rules):
        path.chmod(0o755)
    yield
    rules.unlink()


def test_colouring_rule(wireshark, capture, red):
    args = ["-2", "--color", "-T", "fields", "-e", "frame.number", "-e", "frame.coloring_rule.name"]
    rows = [line.split("\t") for line in wireshark.tshark(args, capture(DEMO)).splitlines()]
    painted = [int(number) for number, rule in rows if rule == "Stuck call"]
    assert painted and painted == numbers(wireshark, capture, STUCK)


def test_colours_of_the_terminal(wireshark, capture, red):
    lines = on_terminal(wireshark, ["-2", "-r", capture(DEMO), "--color"]).splitlines()
    red_lines = [int(re.search(r"\d+ ", line.split("m", 1)[1])[0]) for line in lines
                 if "\x1b[48;2;255;0;0" in line]
    assert red_lines and red_lines == numbers(wireshark, capture, STUCK)


def test_colours_in_sharkd(wireshark, capture, red):
    _, frames = wireshark.ask([("load", {"file": str(capture(DEMO))}), ("frames", {})])
    painted = [frame["num"] for frame in frames if frame.get("bg") == "ff0000"]
    assert painted and painted == numbers(wireshark, capture, STUCK)


def on_terminal(wireshark, args):
    """What tshark writes to a terminal that knows all colours."""
    ours, theirs = pty.openpty()
    env = dict(wireshark.environment(), TERM="xterm-direct", COLORTERM="truecolor")
    process = subprocess.Popen(wireshark.command("tshark", args), stdin=subprocess.DEVNULL,
                               stdout=theirs, stderr=subprocess.DEVNULL, env=env,
                               cwd=wireshark.home)
    os.close(theirs)
    written = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:     # how Linux says that the other end is closed
            part = b""
        if not part:
            break
        written += part
    os.close(ours)
    assert process.wait(timeout=60) == 0
    return written.decode()


# sharkd's list of frames

def test_sharkd_frames(wireshark, capture):
    expected = holding(wireshark.everything(capture(DEMO), "two"), "sipexplain.trying_timeout")
    column = {"filter": "sipexplain.trying_timeout", "column0": "sipexplain.trying.state:1"}
    _, frames = wireshark.ask([("load", {"file": str(capture(DEMO))}), ("frames", column)])
    assert [frame["num"] for frame in frames] == expected
    assert {tuple(frame["c"]) for frame in frames} == {("Stuck",), ("",)}
