# SPDX-License-Identifier: GPL-2.0-or-later
"""sipexplain.method, .call_id, .from, .to, .src and .dst say what Wireshark's own layers say."""

from pathlib import Path

import pytest

from tshark import NAMES

CAPTURES = Path(__file__).parents[1] / "captures"
RECORDED = sorted((CAPTURES / "recorded").glob("*.pcapng"))
WIRESHARKS = {"sipexplain.call_id": "sip.Call-ID", "sipexplain.method": "sip.CSeq.method",
              "sipexplain.from": "sip.from.addr", "sipexplain.to": "sip.to.addr"}
ENDS = {"sipexplain.src": ("ip.src", "ipv6.src", "udp.srcport", "tcp.srcport"),
        "sipexplain.dst": ("ip.dst", "ipv6.dst", "udp.dstport", "tcp.dstport")}


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_names_are_those_of_the_sip_dissector(wireshark, capture, path):
    rows = wireshark.fields(capture(path), ["frame.number", "icmp.type", *NAMES, *WIRESHARKS.values(),
                                            *(name for names in ENDS.values() for name in names)])
    rows = [row for row in rows if row["sipexplain.call_id"]]
    assert rows
    for row in rows:
        for ours, theirs in WIRESHARKS.items():
            assert row[ours] == [bare(value) for value in row[theirs]], row["frame.number"]
        for ours, (ipv4, ipv6, udp, tcp) in ENDS.items():
            if row["icmp.type"]:        # the packet that it quotes is another one
                assert not row[ours]
                continue
            host = f"{row[ipv4][-1]}" if row[ipv4] else f"[{row[ipv6][-1]}]"
            end = f"{host}:{(row[udp] or row[tcp])[-1]}"
            assert row[ours] == [end] * len(row["sipexplain.call_id"]), row["frame.number"]


def bare(value):
    """Wireshark leaves the parameters in an address."""
    return value.partition(";")[0] if value.startswith("sip") else value


def named(wireshark, capture, name):
    rows = wireshark.fields(capture(name), ["sipexplain.src", "sipexplain.dst", "sipexplain.call_id"])
    return [(row["sipexplain.src"], row["sipexplain.dst"]) for row in rows if row["sipexplain.call_id"]]


def test_inside_a_tunnel(wireshark, capture):
    ends = named(wireshark, capture, "tunnel-gre")
    assert ends
    outer = wireshark.fields(capture("tunnel-gre"), ["ip.src"])
    assert all(not src[0].startswith(row["ip.src"][0] + ":")
               for (src, _), row in zip(ends, outer))


def test_json_and_ek_have_them_too(wireshark, capture):
    path = CAPTURES / "ladders" / "alert-names-its-call.md"
    json = wireshark.tshark(["-T", "json"], capture(path))
    ek = wireshark.tshark(["-T", "ek"], capture(path))
    for name in NAMES:
        assert f'"{name}"' in json and name.replace(".", "_") in ek


def test_nobody_pays_for_names_that_nobody_asked_for(wireshark, capture):
    """A tree of text does not show them."""
    path = CAPTURES / "ladders" / "alert-names-its-call.md"
    tree = wireshark.tshark(["-O", "sipexplain", "-V", "-Y", "frame.number == 1"], capture(path))
    ours = tree[tree.index("[SIP Explain"):]
    assert "Call-ID" not in ours and "Sent by" not in ours
