# SPDX-License-Identifier: GPL-2.0-or-later
"""-z sipexplain,compare,A,B: two codes side by side, whatever the capture holds."""

import re
import subprocess
from pathlib import Path

import pytest

CAPTURES = Path(__file__).parents[1] / "captures" / "ladders"
LABELS = ["Class", "Outcome", "Differences", "Meaning", "When", "Fix", "Must have", "Severity",
          "Registered", "Reference"]
LABEL_WIDTH, LEFT_WIDTH, WIDEST = 12, 45, 100


def run(wireshark, capture, argument, *more):
    args = ["-q", "-r", capture, "-z", f"sipexplain,compare{argument}", *more]
    return subprocess.run(wireshark.command("tshark", args), env=wireshark.environment(),
                          cwd=wireshark.home, capture_output=True, encoding="utf-8", timeout=60)


def compared(wireshark, capture, a, b, *more):
    """Label -> (left text, right text), and the label "" for the titles."""
    done = run(wireshark, capture, f",{a},{b}", *more)
    assert done.returncode == 0, done.stderr
    found, label = {}, None
    for line in done.stdout.strip("\n").splitlines():
        assert len(line) <= WIDEST, line
        if not line.strip():
            continue
        first = line[:LABEL_WIDTH].strip()
        if label is None or first:
            label = first
            found[label] = ("", "")
        left = line[LABEL_WIDTH:LABEL_WIDTH + LEFT_WIDTH].strip()
        right = line[LABEL_WIDTH + LEFT_WIDTH:].strip()
        if label == "Differences":
            left, right = line[LABEL_WIDTH:].strip(), ""
        found[label] = tuple(f"{old} {new}".strip()
                             for old, new in zip(found[label], (left, right)))
    return found


@pytest.fixture(scope="module")
def without_sip(wireshark):
    """A capture that holds no packet at all."""
    return wireshark.keep("empty.pcap", bytes.fromhex(
        "d4c3b2a1020004000000000000000000ffff000001000000"))


def test_100_and_430(wireshark, without_sip):
    found = compared(wireshark, without_sip, 100, 430)
    assert found.pop("") == ("100 Trying", "430 Flow Failed")
    assert list(found) == LABELS
    assert found["Class"] == ("Provisional", "Client Failure")
    assert found["Reference"][0].startswith("RFC 3261") and "RFC 5626" in found["Reference"][1]
    assert found["Registered"] == ("yes", "yes")
    assert "next SIP hop" in found["Meaning"][0] and "flow" in found["Meaning"][1]
    differences = found["Differences"][0]
    assert "wait" in differences and "430" in differences
    assert differences.count("100 is news from the next hop") == 1
    assert "200 ms" in found["When"][0] and "edge proxy" in found["When"][1]
    assert "No fix needed" in found["Fix"][0] and "register again" in found["Fix"][1]


def test_the_texts_are_those_of_the_packet_tree(wireshark, capture, without_sip):
    frames = wireshark.fields(capture(CAPTURES / "trying-slow.md"), two_pass=True,
                              names=["sipexplain.meaning", "sipexplain.when"], display_filter="sip")
    meaning, when = next((f["sipexplain.meaning"][0], f["sipexplain.when"][0]) for f in frames
                         if f["sipexplain.meaning"])
    found = compared(wireshark, without_sip, 100, 200)
    assert found["Meaning"][0] == meaning
    assert found["When"][0] == when


def test_turned_round(wireshark, without_sip):
    one, other = (compared(wireshark, without_sip, *codes) for codes in ((100, 430), (430, 100)))
    for label in LABELS:
        if label != "Differences":
            assert one[label] == other[label][::-1]
    assert one["Differences"] == other["Differences"]


def test_required_header_fields(wireshark, without_sip):
    found = compared(wireshark, without_sip, 401, 407)
    assert "WWW-Authenticate" in found["Must have"][0]
    assert "Proxy-Authenticate" in found["Must have"][1]


def test_unregistered_codes(wireshark, without_sip):
    found = compared(wireshark, without_sip, 499, 611)
    assert found[""] == ("499 Client Failure", "611 Global Failure")
    assert all(text.startswith("no") for text in found["Registered"])
    assert found["Differences"][0]
    same = compared(wireshark, without_sip, 498, 499)
    assert "treats them alike" in same["Differences"][0]
    assert "same code" in compared(wireshark, without_sip, 499, 499)["Differences"][0]


def test_every_pair_of_neighbours_is_told_apart(wireshark, without_sip):
    for a, b in ((200, 202), (301, 302), (403, 480), (486, 600), (503, 603)):
        assert compared(wireshark, without_sip, a, b)["Differences"][0]


def test_texts_of_the_site(wireshark, without_sip):
    row = 'uat:sipexplain_codes:"480","","Out of credit","Our carrier says that.",""'
    found = compared(wireshark, without_sip, 480, 486, "-o", row)
    assert found[""][0] == "480 Out of credit"
    assert found["Meaning"][0] == "Our carrier says that."
    assert found["Your texts"] == ("yes", "no")


@pytest.mark.parametrize("argument", ["", ",", ",430", ",100,", ",99,200", ",100,700", ",100,abc",
                                      ",100,430,480", ",-100,430", "x,100,430"])
def test_wrong_codes(wireshark, without_sip, argument):
    done = run(wireshark, without_sip, argument)
    assert done.returncode != 0
    assert not done.stdout
    assert re.search(r"two SIP status codes from 100 to 699.*sipexplain,compare,100,430",
                     done.stderr)
