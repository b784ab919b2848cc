# SPDX-License-Identifier: GPL-2.0-or-later
"""Every SIP message that Wireshark's own dissector shows is explained, and nothing else: the same
number of messages with the same start lines in the same order, however they travel.

The dissector's messages are counted in what it draws, which has nothing to do with how the plugin
finds them. Messages in the body of another one are none of the frame's. Many captures share a file:
what takes time is to start a program.
"""

import itertools
import re
from pathlib import Path

import pytest

import kept
import merged
import built
import pipelined

CAPTURES = Path(__file__).parents[1] / "captures"
SHOWN = ("frame.number sip sip.Request-Line sip.Status-Line sip.Status-Code icmp icmpv6 sipexplain "
         "sipexplain.code sipexplain.transaction")
START_LINE = re.compile(r"(?:Request|Status)-Line.*?: (?:SIP/2\.0 )?(\S+)")
LINE = re.compile(r'\s*<(?:field name="num" pos="0" show="(?P<frame>\d+)"|'
                  r'(?P<top>  )?<?proto name="(?P<proto>sip|sipexplain|icmp|icmpv6)" '
                  r'showname="(?P<title>[^"]*)"|'
                  r'field name="(?P<name>sip\.Request-Line|sip\.Status-Code|sipexplain\.[a-z_.]*)"'
                  r'.* show="(?P<show>[^"]*)")')
ABOUT_A_MESSAGE = {"sipexplain.code", "sipexplain.transaction"}
# Of a request that is cut before its CSeq there is nothing else. Other trees say in a sentence what
# the frame means for a message elsewhere.
METHOD_ONLY = re.compile(r"SIP Explain: \S+( - .*)?")
LONGEST = 200   # of a method, as labels show it
# Bytes that the dissector takes for the rest of a message which began before the capture, and what
# it takes for a message though it has no known method, no code or no version.
MORE_OR_LESS = {"tcp-begins-inside-a-message", "code-none", "start-line-response", "datagram",
                "datagram-binary-before-request"}
MODES = {"one pass": (), "two passes": ("-2",), "filtered": ("-Y", "sip || sipexplain"),
         "two passes filtered": ("-2", "-Y", "sip || sipexplain")}


# What is read

class Frame:
    def __init__(self):
        self.sip, self.ours, self.quoting = [], [], False


def frames_of(text):
    """Frame number -> its messages, of the frames that have any."""
    frames, frame, tree = {}, None, None
    for line in text.split("\n"):
        found = line.startswith((" ", "\t")) and LINE.match(line)
        if not found:
            continue
        if found["frame"]:
            frame, tree = frames.setdefault(int(found["frame"]), Frame()), None
        elif found["proto"]:
            frame.quoting |= found["proto"].startswith("icmp")
            tree = {"title": found["title"]} if found["proto"] == "sipexplain" else None
            if tree:
                frame.ours.append(tree)
        elif found["name"].startswith("sip."):
            frame.sip.append(found["show"].split(" ")[0][:LONGEST])
        elif tree is not None:
            tree.setdefault(found["name"], found["show"])
    for frame in frames.values():
        frame.ours = [start_of(tree) for tree in frame.ours if is_message(tree)]
    return {number: frame for number, frame in frames.items()
            if not frame.quoting and (frame.sip or frame.ours)}


def is_message(tree):
    return bool(ABOUT_A_MESSAGE & tree.keys() or METHOD_ONLY.fullmatch(tree["title"]))


def start_of(tree):
    """The code, or the method."""
    return tree.get("sipexplain.code") or tree["title"].split(" ")[2][:LONGEST]


def shown(wireshark, capture, mode):
    return frames_of(wireshark.tshark([*MODES[mode], "-T", "pdml", "-j", SHOWN], capture))


def assert_same(frames, at_least):
    wrong = [f"frame {number}: sip {frame.sip}, sipexplain {frame.ours}"
             for number, frame in sorted(frames.items()) if frame.sip != frame.ours]
    assert not wrong, f"{len(wrong)} frames\n" + "\n".join(wrong[:20])
    assert sum(len(frame.sip) for frame in frames.values()) >= at_least


# Captures made for this

@pytest.fixture(scope="module")
def made(wireshark):
    files = {}

    def make(carrier, every=1):
        if (carrier, every) not in files:
            cases = list(pipelined.cases_over(carrier))[::every]
            messages = sum(part.count(b"SIP/2.0\r\nVia: ") + part.count(b" Words\r\nVia: ")
                           for units, _ in cases for unit in units for part in unit)
            files[carrier, every] = (wireshark.keep(f"every-message-{carrier}-{every}.pcapng",
                                                    pipelined.capture(carrier, cases)), messages)
        return files[carrier, every]
    return make


@pytest.mark.parametrize("mode", list(MODES))
@pytest.mark.parametrize("carrier", ["tcp", "tls", "ws"])
def test_several_messages_in_a_segment(wireshark, made, carrier, mode):
    path, messages = made(carrier, 1 if mode in ("one pass", "two passes") else 3)
    assert_same(shown(wireshark, path, mode), messages * 0.9)


@pytest.mark.parametrize("carrier", ["tcp", "tls", "ws"])
def test_several_messages_in_a_segment_in_sharkd(wireshark, made, carrier):
    path, messages = made(carrier, 7)
    numbers = list(shown(wireshark, path, "two passes"))
    assert_same(by_sharkd(wireshark, path, numbers), messages * 0.9)


def by_sharkd(wireshark, path, numbers):
    """The last frame first: what a frame shows does not depend on the order."""
    numbers = sorted(numbers, reverse=True)
    calls = [("load", {"file": str(path)}),
             *(("frame", {"frame": number, "proto": True}) for number in numbers)]
    answers = wireshark.ask(calls)[1:]
    return {number: of_tree(answer["tree"]) for number, answer in zip(numbers, answers)}


def without_zeros(start):
    """A code as a number."""
    return str(int(start)) if start.isdecimal() else start


def of_tree(tree):
    """What sharkd shows. A message in a body stands below the one that has it."""
    frame = Frame()
    for node in tree:
        if node.get("f") == "sip":
            lines = [START_LINE.match(inner["l"]) for inner in node.get("n", [])]
            frame.sip += [without_zeros(found[1][:LONGEST]) for found in lines if found]
        elif node.get("f") == "sipexplain":
            ours = dict(inner.get("f", "").partition(" == ")[::2] for inner in node.get("n", []))
            ours["title"] = node["l"]
            if is_message(ours):
                frame.ours.append(start_of(ours))
    return frame


@pytest.mark.parametrize("mode", list(MODES))
def test_messages_that_the_snapshot_length_cuts(wireshark, mode):
    new = pipelined.Numbered()
    packets = []
    for kinds in itertools.product(pipelined.BODIES, repeat=2):
        connection = pipelined.Connection(len(packets), "tcp")
        connection.say(new(*kinds))
        packets += connection.end()
        packets += [pipelined.udp(pipelined.CLIENT, pipelined.SERVER, new(kind)[0])
                    for kind in kinds]
    sizes = range(40, 700, 61)
    data = merged.merge([pipelined.pcapng(packets, snap=size) for size in sizes])
    path = wireshark.keep("every-message-cut.pcapng", data)
    assert_same(shown(wireshark, path, mode), 1000)


# Captures of the repository

@pytest.fixture(scope="module")
def repository(wireshark):
    paths = [*sorted((CAPTURES / "ladders").glob("*.md")),
             *sorted((CAPTURES / "recorded").glob("*.pcap*"))]
    names = [name for name in built.ALL if name not in MORE_OR_LESS]
    files = [kept.bytes_of(capture) for capture in [*paths, *names]]
    return wireshark.keep("every-message-repository.pcapng",
                          merged.merge([data for data in files if is_plain(data)]))


def is_plain(data):
    """Written as this machine writes."""
    return data[:4] in (b"\xd4\xc3\xb2\xa1", b"\n\r\r\n") and data[8:12] != b"\x1a\x2b\x3c\x4d"


@pytest.mark.parametrize("mode", list(MODES))
def test_captures_of_the_repository(wireshark, repository, mode):
    assert_same(shown(wireshark, repository, mode), 2000)


def test_captures_of_the_repository_in_sharkd(wireshark, repository):
    numbers = shown(wireshark, repository, "two passes filtered")
    assert_same(by_sharkd(wireshark, repository, list(numbers)[::3]), 600)
