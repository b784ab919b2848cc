# SPDX-License-Identifier: GPL-2.0-or-later
"""The flow graph as text, arrow by arrow against the messages that Wireshark's own layers show."""

import re
from pathlib import Path

import pytest

CAPTURES = Path(__file__).parents[1] / "captures"
RECORDED = sorted((CAPTURES / "recorded").glob("*.pcapng"))
NODE, HEADER = 20, 10               # characters of a column, and of the time before them
ADDRESSES = ("ip.src", "ip.dst", "ipv6.src", "ipv6.dst")
PORTS = ("udp.srcport", "udp.dstport", "tcp.srcport", "tcp.dstport")
SIGNS = ("TCP", "ICMP")


def graph(wireshark, capture, two_pass=True, display_filter=""):
    """The arrows: (seconds, from column, to column, label, comment)."""
    args = ["-q", *(["-2"] if two_pass else []), "-z",
            "flow,sipexplain,standard" + (f",{display_filter}" if display_filter else "")]
    lines = wireshark.tshark(args, capture).splitlines()[2:]
    assert len(lines) % 2 == 0
    return [arrow(*pair) for pair in zip(lines[::2], lines[1::2])]


def arrow(told, drawn):
    line = re.search(r"<-+|-+>", drawn)
    here, there = line.start(), line.end() + 1
    ends = [(at - HEADER - NODE // 2) // NODE for at in (here, there)]
    source, target = ends if line[0][-1] == ">" else reversed(ends)
    seconds = re.match(r"\|(\d+\.\d+)", told)
    shift = max(seconds.end() - HEADER, 0)
    label = told[here + shift:there + shift].rstrip(" |")
    return float(seconds[1]), source, target, label, told[told.rindex("|") + 1:]


def messages(wireshark, capture):
    """The SIP messages of the capture: (frame, seconds, from, to, what a label begins with)."""
    names = ["frame.number", "frame.time_relative", "icmp.type", "icmpv6.type", *ADDRESSES]
    rows = wireshark.fields(capture, names, two_pass=True)
    codes = wireshark.sip_codes(capture, "two")
    heads = heads_of_trees(wireshark, capture)
    for number, (row, found) in enumerate(zip(rows, codes), 1):
        if found is None:
            continue
        at = float(row["frame.time_relative"][0])
        ends = [(row[name] or row[name.replace("ip.", "ipv6.")])[-1] for name in ADDRESSES[:2]
                ] if found else []
        assert len(found) == len(heads[number - 1])
        for code, (label, comment) in zip(found, heads[number - 1]):
            assert code is None or label.startswith(code)
            yield number, at, *ends, label, comment


def heads_of_trees(wireshark, capture):
    """Per frame, of each message's tree: what names the message, and what its line says of it."""
    return [[head(tree[0][1]) for tree in trees if any(name == "sipexplain.transaction" for name, _ in tree)
             or re.match(r"SIP Explain: ([A-Z]+|\d{3} .*)( -|$)", tree[0][1])]
            for trees in wireshark.everything(capture, "two")]


def head(line):
    name, _, rest = line.removeprefix("SIP Explain: ").partition(" - ")
    if " after " in name:
        name, _, after = name.partition(" after ")
        rest = f"after {after} - {rest}" if rest else f"after {after}"
    return name.removesuffix(" to INVITE"), rest


def is_whole_of(whole, shown):
    """What the top line cuts out it marks; a fact may stand behind that."""
    begin, _, end = shown.partition(" ...")
    return whole.startswith(begin.rstrip()) and whole.endswith(end)


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_every_message_is_an_arrow(wireshark, capture, path):
    found = graph(wireshark, capture(path))
    assert [each[0] for each in found] == sorted(each[0] for each in found)
    arrows = [each for each in found if not each[3].startswith(SIGNS)]
    expected = list(messages(wireshark, capture(path)))
    assert len(arrows) == len(expected)
    nodes = columns(found, expected)
    for (seconds, source, target, label, comment), (_, at, sender, receiver, name, told) in zip(
            arrows, expected):
        assert seconds == pytest.approx(at, abs=2e-6)
        assert nodes[source] == sender
        assert nodes[target] == receiver or sender == receiver
        assert label == name[:len(label)] and len(label) >= min(len(name), 10)
        assert is_whole_of(comment, told), (comment, told)


def columns(found, expected):
    """Which address stands above which column, as the arrows that hold a message show."""
    nodes = {}
    arrows = [each for each in found if not each[3].startswith(SIGNS)]
    for (_, source, target, *_), (_, _, sender, receiver, *_) in zip(arrows, expected):
        nodes.setdefault(source, sender)
        if sender != receiver:
            nodes.setdefault(target, receiver)
    assert len(set(nodes.values())) == len(nodes), "one address has two columns"
    return nodes


@pytest.mark.parametrize("path", RECORDED[::6], ids=lambda path: path.stem)
def test_one_pass_draws_the_same_arrows(wireshark, capture, path):
    def drawn(two_pass):
        return [each[:4] for each in graph(wireshark, capture(path), two_pass)]

    assert drawn(False) == drawn(True)


@pytest.mark.parametrize("name, signs", [
    ("ladders/flow-failed-after-fin.md", ["TCP FIN"]),
    ("ladders/cause-tcp-refused.md", ["TCP RST"]),
    ("ladders/cause-server-resets-caller.md", ["TCP RST"]),
    ("ladders/cause-icmp-syn.md", ["ICMP error"]),
    ("ladders/icmp-port-unreachable.md", ["ICMP: INVITE", "ICMP error"]),
    ("ladders/hang-up-closed.md", ["TCP FIN"]),
    ("ladders/hang-up-after-answer.md", []),        # the connection ends after the call
    ("recorded/flow-reset-480.pcapng", ["TCP RST"]),
    ("recorded/tcp-caller-hangs-up.pcapng", ["TCP FIN"]),
    ("recorded/call-answered.pcapng", []),
])
def test_what_matters_has_its_place(wireshark, capture, name, signs):
    found = graph(wireshark, capture(CAPTURES / name))
    assert [each[3] for each in found if each[3].startswith(SIGNS)] == signs


def test_a_filter_leaves_one_call(wireshark, capture):
    path = capture(CAPTURES / "demo.pcap")
    rows = wireshark.fields(path, ["frame.number"], two_pass=True, display_filter="sipexplain.call == 3")
    assert len(graph(wireshark, path, display_filter="sipexplain.call==3")) == len(rows) > 0
    assert len(graph(wireshark, path)) > len(rows)
