# SPDX-License-Identifier: GPL-2.0-or-later
"""The profile "SIP Explain triage" dissects less, and every verdict is the same."""

import io
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import pytest

import built
from test_ladders import assert_same
from tshark import Wireshark

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "tests" / "bench"))

import traffic      # noqa: E402

CAPTURES = ROOT / "tests" / "captures"
FILES = ROOT / "plugin" / "triage"
NAME = "SIP Explain triage"
WRITTEN = sorted((CAPTURES / "ladders").glob("*.md")) + sorted((CAPTURES / "recorded").glob("*.pcap*"))


def configuration(wireshark):
    return Path(wireshark.folders()["Personal configuration"])


@pytest.fixture(scope="session")
def triage():
    """A Wireshark whose default profile is the triage: so it is started once for all captures."""
    with Wireshark.from_environment() as wireshark:
        shutil.copytree(FILES, configuration(wireshark), dirs_exist_ok=True)
        wireshark.hand_over(wireshark.home)
        yield wireshark


def assert_same_verdicts(wireshark, triage, capture, mode):
    assert_same("as ever", wireshark.everything(capture, mode), "triage", triage.everything(capture, mode))


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.stem)
def test_same_verdicts(wireshark, triage, capture, path):
    assert_same_verdicts(wireshark, triage, capture(path), "two")
    assert wireshark.tables(capture(path)) == triage.tables(capture(path))


@pytest.mark.parametrize("path", WRITTEN[::5], ids=lambda path: path.stem)
def test_same_verdicts_in_one_pass(wireshark, triage, capture, path):
    assert_same_verdicts(wireshark, triage, capture(path), "one")


@pytest.mark.parametrize("mode", ["one", "two"])
@pytest.mark.parametrize("name", sorted(built.ALL))
def test_same_verdicts_on_built_captures(wireshark, triage, capture, name, mode):
    assert_same_verdicts(wireshark, triage, capture(name), mode)


# What it leaves out

RTP = struct.pack("!BBHII", 0x80, 0, 1, 160, 7) + b"\xff" * 160
SIP = b"OPTIONS sip:b@10.0.0.2 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1:20002;branch=z9hG4bK-1\r\n" \
      b"From: <sip:a@a>;tag=1\r\nTo: <sip:b@b>\r\nCall-ID: c\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
SENDER_REPORT = bytes.fromhex("80c80006") + bytes(24)
SHORTEST = bytes.fromhex("80c90001") + bytes(4)


def datagram(payload, ports=(20002, 20004), source="10.0.0.1"):
    return traffic.udp(source, "10.0.0.2", payload, ports)


def unreachable(packet):
    """Port unreachable, which quotes the packet."""
    return traffic.ip(1, "10.0.0.2", "10.0.0.1", struct.pack("!BBHI", 3, 3, 0, 0) + packet)


def protocols(triage, name, packet, *prefs):
    file = io.BytesIO()
    traffic.write(file, [(0, packet)])
    path = triage.keep(name, file.getvalue())
    return triage.tshark([*prefs, "-T", "fields", "-e", "frame.protocols"], path).strip()


@pytest.mark.parametrize("name, packet, expected", [
    ("rtp", datagram(RTP), "raw:ip:udp"),
    ("rtcp", datagram(SENDER_REPORT), "raw:ip:udp"),
    ("last first byte", datagram(b"\xbf" + RTP[1:]), "raw:ip:udp"),
    ("shortest", datagram(SHORTEST), "raw:ip:udp"),
    ("shorter", datagram(SHORTEST[:7]), "raw:ip:udp:data"),
    ("byte below", datagram(b"\x7f" + RTP[1:]), "raw:ip:udp:data"),
    ("byte above", datagram(b"\xc0" + RTP[1:]), "raw:ip:udp:data"),
    ("least port", datagram(RTP, (1024, 20004)), "raw:ip:udp"),
    ("port of the system", datagram(RTP, (1023, 20004)), "raw:ip:udp:data"),
    ("port of the system there", datagram(RTP, (20004, 1023)), "raw:ip:udp:data"),
    ("sip between ports of no protocol", datagram(SIP), "raw:ip:udp:sip"),
    ("quoted", unreachable(datagram(RTP)), "raw:ip:icmp:ip:udp:data"),
])
def test_what_is_left_out(triage, name, packet, expected):
    assert protocols(triage, f"{name}.pcap", packet) == expected


def test_a_tunnel_is_not_media(triage):
    """VXLAN with a group policy begins with 88 (hex), as RTP may."""
    ethernet = bytes.fromhex("020000000001" "020000000002" "0800")
    inside = datagram(SIP, (5060, 5060))
    tunnel = datagram(bytes.fromhex("8800000000000100") + ethernet + inside, (30000, 4789))
    assert protocols(triage, "vxlan.pcap", tunnel).endswith("vxlan:eth:ethertype:ip:udp:sip")


def test_without_the_preference_nothing_is_left_out(triage):
    on = protocols(triage, "off.pcap", datagram(RTP))
    off = protocols(triage, "off.pcap", datagram(RTP), "-o", "sipexplain.skip_media:FALSE")
    assert (on, off) == ("raw:ip:udp", "raw:ip:udp:data")


def test_a_skipped_packet_says_so(triage):
    file = io.BytesIO()
    traffic.write(file, [(0, datagram(RTP))])
    path = triage.keep("said.pcap", file.getvalue())
    assert "Begins as RTP or RTCP, not dissected" in triage.tshark([], path)
    assert "User Datagram Protocol, Src Port: 20002, Dst Port: 20004" in triage.tshark(["-V"], path)


def test_it_can_be_chosen(wireshark, capture):
    """And no name of its lists makes this release complain."""
    subprocess.run(["sh", ROOT / "cmake" / "install-profile.sh", "--into", configuration(wireshark)],
                   check=True, stdout=subprocess.DEVNULL)
    wireshark.hand_over(wireshark.home)
    done = subprocess.run(wireshark.command("tshark", ["-C", NAME, "-r", capture(WRITTEN[0])]),
                          env=wireshark.environment(), cwd=wireshark.home, capture_output=True, text=True)
    assert done.returncode == 0 and done.stdout and not done.stderr
