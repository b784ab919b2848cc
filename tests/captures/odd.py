#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Captures that a ladder cannot write: tunnels, broken messages, clocks that lie.

Each function marked with @odd builds one capture; its docstring says why it exists. What the plugin
must say about it is in lines of the ladders' `expect` block. Run this file to write a capture to a
file.
"""

import argparse
import struct
import sys
from dataclasses import dataclass, field
from pathlib import Path

from scapy.all import (GRE, ICMP, IP, SCTP, TCP, UDP, VXLAN, Dot1Q, Ether, ICMPv6DestUnreach,
                       IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrFragment, IPv6ExtHdrHopByHop, PPP, PPPoE,
                       Raw, SCTPChunkData, load_contrib)

load_contrib("mpls")
load_contrib("gtp")

from scapy.contrib.gtp import GTP_U_Header  # noqa: E402
from scapy.contrib.mpls import MPLS  # noqa: E402

BASE = 1_767_225_600            # 2026-01-01
ETHERNET, RAW_IP, COOKED, COOKED_2, NULL, EXPORTED = 1, 101, 113, 276, 0, 252
ALICE, EDGE, BOB = "10.9.0.1", "10.9.0.2", "10.9.0.3"
COOKIE = "z9hG4bK-"
ALL = {}


@dataclass
class Frame:
    time: float                 # seconds after the base
    data: bytes
    snap: int | None = None
    stamp: tuple | None = None  # (seconds, fraction) as written in the file, instead of the time


@dataclass
class Odd:
    """One capture."""
    expect: str
    frames: list
    link: int = ETHERNET
    ours: bool = False          # the SIP dissector's tree holds more or fewer messages than ours
    calm: bool = True           # nothing in it is reason for a verdict
    raw: bytes = b""            # the whole file, where it is no plain pcap
    name: str = ""
    why: str = ""
    marks: list = field(default_factory=list)


def odd(function):
    """Registers the captures of a function: one, or a list of (suffix, capture)."""
    made = function()
    name = function.__name__.replace("_", "-")
    for suffix, capture in made if isinstance(made, list) else [("", made)]:
        capture.name = f"{name}-{suffix}" if suffix else name
        capture.why = function.__doc__
        ALL[capture.name] = capture
    return function


def file_of(capture):
    """pcap, microseconds."""
    if capture.raw:
        return capture.raw
    records = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, capture.link)]
    for frame in capture.frames:
        micros = round(frame.time * 1_000_000)
        stamp = frame.stamp or divmod(BASE * 1_000_000 + micros, 1_000_000)
        kept = frame.data[:frame.snap]
        records.append(struct.pack("<IIII", *stamp, len(kept), len(frame.data)) + kept)
    return b"".join(records)


# SIP

def head(start, via, method, cseq, call, to_tag, more):
    lines = [start]
    lines += [f"Via: SIP/2.0/UDP {hop.split()[0]};branch={COOKIE}{hop.split()[1]}" for hop in via]
    lines += ["From: <sip:alice@example.com>;tag=a",
              "To: <sip:bob@example.com>" + (f";tag={to_tag}" if to_tag else ""),
              f"Call-ID: {call}", f"CSeq: {cseq} {method}", *more]
    return lines


def finish(lines, body):
    if isinstance(body, str):
        body = body.encode()
    if not any(line.lower().startswith(("content-length", "l:")) for line in lines):
        lines = [*lines, f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def request(method="INVITE", via=("alice a1",), *more, cseq=1, call="odd-1", to_tag="", body=b"",
            uri="sip:bob@example.com"):
    start = f"{method} {uri} SIP/2.0"
    return finish(head(start, via, method, cseq, call, to_tag, more), body)


def response(code, via=("alice a1",), *more, method="INVITE", cseq=1, call="odd-1", to_tag="b",
             body=b"", phrase="Words"):
    start = f"SIP/2.0 {code} {phrase}"
    to_tag = "" if code == 100 else to_tag
    return finish(head(start, via, method, cseq, call, to_tag, more), body)


def call():
    """(time, to the right, message) of a call that is answered."""
    return [(0, True, request()), (0.01, False, response(100)), (0.1, False, response(180)),
            (2, False, response(200)), (2.1, True, request("ACK", ("alice a2",), to_tag="b"))]


CALL = """
1 sipexplain.response_in == 4    look-ahead
2 sipexplain.code == 100
2 sipexplain.request_in == 1
3 sipexplain.code == 180
3 sipexplain.request_in == 1
4 sipexplain.code == 200
4 sipexplain.request_in == 1
4 sipexplain.time >= 2
4 sipexplain.time <= 2.00001
5 sipexplain.transaction == 2
* no sipexplain.retransmission_of
* no sipexplain.duplicate_of
"""


# Packets

def ends(right, left=ALICE, other=EDGE):
    return (left, other) if right else (other, left)


def ip4(right, **more):
    src, dst = ends(right)
    return IP(src=src, dst=dst, **more)


def ip6(right):
    src, dst = ends(right, "2001:db8::1", "2001:db8::2")
    return IPv6(src=src, dst=dst)


def ether():
    return Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02")


def udp(right, payload, ip=None):
    """An Ethernet frame with a datagram."""
    return bytes(ether() / (ip or ip4(right)) / UDP(sport=5060, dport=5060) / Raw(payload))


def frames(events, wrap=udp):
    """Events are (time, to the right, payload)."""
    return [Frame(time, wrap(right, payload)) for time, right, payload in events]


def wrapped(wrap):
    return Odd(CALL, frames(call(), wrap))


def outer():
    return ether() / IP(src="192.0.2.1", dst="192.0.2.2")


def inner(right, payload):
    return ip4(right) / UDP(sport=5060, dport=5060) / Raw(payload)


def gtp(right, payload):
    tunnel = outer() / UDP(sport=2152, dport=2152) / GTP_U_Header(teid=7, gtp_type=255)
    return bytes(tunnel / inner(right, payload))


def vxlan(right, payload):
    tunnel = outer() / UDP(sport=50000, dport=4789) / VXLAN(vni=5)
    return bytes(tunnel / ether() / inner(right, payload))


def sctp(right, *payloads):
    """A packet with one DATA chunk for each payload."""
    packet = ether() / ip4(right, proto=132) / SCTP(sport=5060, dport=5060, tag=1 + right)
    for payload in payloads:
        number = sctp.number[right] = sctp.number.get(right, 0) + 1
        padded = payload + bytes(-len(payload) % 4)
        packet /= Raw(bytes(SCTPChunkData(tsn=number, stream_seq=number, ending=1, beginning=1,
                                          len=16 + len(payload)))[:16] + padded)
    return bytes(packet)


sctp.number = {}


def extended(right, payload):
    ip = ip6(right) / IPv6ExtHdrHopByHop() / IPv6ExtHdrDestOpt()
    return bytes(ether() / ip / UDP(sport=5060, dport=5060) / Raw(payload))


@odd
def tunnel():
    """SIP below other headers, as it is mirrored from the middle of a network."""
    return [(name, wrapped(wrap)) for name, wrap in {
        "vlan": lambda right, payload: bytes(ether() / Dot1Q(vlan=7) / inner(right, payload)),
        "qinq": lambda right, payload: bytes(ether() / Dot1Q(vlan=7) / Dot1Q(vlan=8) /
                                             inner(right, payload)),
        "mpls": lambda right, payload: bytes(ether() / MPLS(label=16, s=1) / inner(right, payload)),
        "pppoe": lambda right, payload: bytes(ether() / PPPoE(sessionid=1) / PPP(proto=0x21) /
                                              inner(right, payload)),
        "ipip": lambda right, payload: bytes(outer() / inner(right, payload)),
        "gre": lambda right, payload: bytes(outer() / GRE() / inner(right, payload)),
        "vxlan": vxlan,
        "gtp": gtp,
        "ipv6": lambda right, payload: udp(right, payload, ip6(right)),
        "ipv6-extension-headers": extended,
        "sctp": sctp,
    }.items()]


@odd
def link():
    """Captures that know no Ethernet."""
    def bare(right, payload):
        return bytes(inner(right, payload))

    def cooked(right, payload):
        return struct.pack("!HHH8sH", 0, 1, 6, b"\x02", 0x0800) + bare(right, payload)

    def cooked_2(right, payload):
        return struct.pack("!HHIHBB8s", 0x0800, 0, 1, 1, 0, 6, b"\x02") + bare(right, payload)

    def null(right, payload):
        return struct.pack("<I", 2) + bare(right, payload)

    return [(name, Odd(CALL, frames(call(), wrap), link=number)) for name, number, wrap in (
        ("raw", RAW_IP, bare), ("cooked", COOKED, cooked), ("cooked-2", COOKED_2, cooked_2),
        ("null", NULL, null))]


@odd
def without_addresses():
    """Messages that Wireshark has exported without their addresses: a host of no bytes. Found by a
    fuzzer."""
    def exported(right, payload):
        return struct.pack("!HH4sHH", 12, 4, b"sip", 0, 0) + payload

    return Odd(CALL, frames(call(), exported), link=EXPORTED)


@odd
def sctp_two_chunks():
    """Two messages in one SCTP packet, each in a chunk of its own."""
    return Odd("""
2 sipexplain.code == 100, 180
3 sipexplain.code == 200
3 sipexplain.request_in == 1
* no sipexplain.retransmission_of
""", [Frame(0, sctp(True, request())), Frame(0.1, sctp(False, response(100), response(180))),
      Frame(2, sctp(False, response(200)))])


@odd
def fragments():
    """A datagram in IP fragments, in order and the last one first: the message is in the frame that
    completes it. One fragment missing: there is no message."""
    long = request("INVITE", ("alice a1",), "Subject: " + "x" * 3000)

    def parts4(right, payload):
        datagram = bytes(ip4(right, id=7, proto=17) / UDP(sport=5060, dport=5060) / Raw(payload))[20:]
        for at in range(0, len(datagram), 1400):
            more = at + 1400 < len(datagram)
            packet = ip4(right, id=7, proto=17, frag=at // 8, flags="MF" if more else 0)
            yield bytes(ether() / packet / Raw(datagram[at:at + 1400]))

    def parts6(right, payload):
        ip = ip6(right)
        whole = bytes(ip / UDP(sport=5060, dport=5060) / Raw(payload))[40:]
        for at in range(0, len(whole), 1400):
            more = at + 1400 < len(whole)
            fragment = IPv6ExtHdrFragment(id=7, nh=17, offset=at // 8, m=int(more))
            yield bytes(ether() / ip6(right) / fragment / Raw(whole[at:at + 1400]))

    made = []
    for name, parts in ("v4", parts4), ("v6", parts6):
        sent = list(parts(True, long))
        answer = Frame(0.5, next(parts(False, response(180))) if name == "v4" else
                       udp(False, response(180), ip6(False)))
        for order, chosen in ("", sent), ("-reversed", sent[::-1]), ("-missing", sent[:1] + sent[2:]):
            times = [Frame(i / 1000, data) for i, data in enumerate(chosen)] + [answer]
            last = len(chosen)
            expect = (f"{last} sipexplain.transaction == 1\n{last + 1} sipexplain.request_in == "
                      f"{last}\n" if order != "-missing" else
                      f"{last} no sipexplain.transaction\n{last + 1} no sipexplain.request_in\n")
            made.append((name + order, Odd(f"1 no sipexplain\n{expect}", times)))
    return made


# TCP

class Stream:
    """A TCP connection between alice and the edge."""

    def __init__(self, wrap=None):
        """wrap: a TCP segment and its direction -> a frame."""
        self.seq = {True: 1000, False: 5000}
        self.frames = []
        self.wrap = wrap or (lambda right, tcp: bytes(ether() / ip4(right) / tcp))

    def put(self, time, right, payload=b"", flags="PA", at=None, take=True):
        """at: another sequence number than the next one; take: it counts as sent."""
        tcp = TCP(sport=40000 if right else 5060, dport=5060 if right else 40000, flags=flags,
                  seq=self.seq[right] if at is None else at,
                  ack=self.seq[not right] if "A" in flags else 0)
        self.frames.append(Frame(time, self.wrap(right, tcp / Raw(payload))))
        if take:
            self.seq[right] += len(payload) + ("S" in flags) + ("F" in flags)
        return self

    def open(self, time=0.0):
        return (self.put(time, True, flags="S").put(time, False, flags="SA")
                .put(time, True, flags="A"))


@odd
def tcp_out_of_order():
    """The second half of a message comes first. Wireshark puts no such segments together unless it
    is told to (tcp.reassemble_out_of_order)."""
    text = response(180)
    s = Stream().open().put(0, True, request())
    first = s.seq[False]
    s.put(0.10, False, text[100:], at=first + 100, take=False)
    s.put(0.11, False, text[:100], at=first, take=False)
    s.seq[False] += len(text)
    s.put(1, False, response(200))
    return Odd("""
4 sipexplain.transaction == 1
5 no sipexplain.code
6 no sipexplain.code
7 sipexplain.code == 200
7 sipexplain.request_in == 4
""", s.frames)


@odd
def tcp_retransmitted():
    """A segment that TCP sends again is no second message."""
    s = Stream().open()
    s.put(0, True, request(), take=False).put(0.5, True, request())
    s.put(1, False, response(100), take=False).put(1.2, False, response(100))
    s.put(2, False, response(486))
    return Odd("""
4 sipexplain.transaction == 1
5 no sipexplain.transaction
6 sipexplain.code == 100
7 no sipexplain
8 sipexplain.code == 486
8 sipexplain.request_in == 4
""", s.frames)


@odd
def tcp_keep_alives():
    """Pings and pongs between messages, and CRLFs in front of one, which Wireshark's SIP dissector
    does not look behind."""
    s = Stream().open().put(0, True, request()).put(0.1, True, b"\r\n\r\n").put(0.2, False, b"\r\n")
    s.put(0.3, False, b"\r\n\r\n" + response(100)).put(0.4, True, b"\r\n\r\n")
    s.put(0.5, False, response(180) + b"\r\n" + response(200))
    return Odd("""
4 sipexplain.transaction == 1
5 no sipexplain
6 no sipexplain
7 no sipexplain
8 no sipexplain
9 sipexplain.code == 180
9 sipexplain.request_in == 4
""", s.frames)


@odd
def tcp_byte_by_byte():
    """A message in as many segments as it has bytes, head and body."""
    s = Stream().open().put(0, True, request())
    text = response(486, ("alice a1",), body="twelve bytes")
    for i in range(len(text)):
        s.put(1 + i / 1000, False, text[i:i + 1])
    return Odd(f"""
4 sipexplain.transaction == 1
5 no sipexplain
{4 + len(text)} sipexplain.code == 486
{4 + len(text)} sipexplain.request_in == 4
* sipexplain.code == 486 count 1
""", s.frames)


@odd
def tcp_halves():
    """Several messages and halves of messages in a segment."""
    stream = response(100) + response(180) + response(183) + response(200)
    cuts = [0, 50, len(response(100)) + 70, len(stream) - 30, len(stream)]
    s = Stream().open().put(0, True, request())
    for i, (a, b) in enumerate(zip(cuts, cuts[1:])):
        s.put(0.1 + i, False, stream[a:b])
    return Odd("""
5 no sipexplain
6 sipexplain.code == 100
7 sipexplain.code == 180, 183
8 sipexplain.code == 200
8 sipexplain.request_in == 4
""", s.frames)


@odd
def tcp_method_ends_alike():
    """A PRACK and an ACK in one segment: the SIP dissector tells of the last one only, and PRACK
    ends in the same letters."""
    s = Stream().open().put(0, True, request())
    s.put(0.1, False, response(180, ("alice a1",), "Require: 100rel", "RSeq: 1"))
    s.put(0.2, False, response(200))
    s.put(0.3, True, request("PRACK", ("alice a2",), "RAck: 1 1 INVITE", cseq=2, to_tag="b") +
          request("ACK", ("alice a3",), to_tag="b"))
    s.put(0.4, False, response(200, ("alice a2",), method="PRACK", cseq=2))
    return Odd("""
7 sipexplain.transaction == 2, 3
8 sipexplain.request_in == 7
""", s.frames)


@odd
def tcp_ends_alike():
    """Messages that end in the same bytes, the first of them in two segments: which one the
    reassembled message is cannot be told by its last bytes alone."""
    made = []
    for cut in 20, 100, 150:
        stream = response(180) + response(183) + response(180) + response(200)
        s = Stream().open().put(0, True, request()).put(0.1, False, stream[:cut])
        s.put(0.2, False, stream[cut:])
        made.append((str(cut), Odd("6 sipexplain.code == 180, 183, 180, 200\n"
                                   "6 sipexplain.request_in == 4, 4, 4, 4\n", s.frames)))
    return made


@odd
def tcp_begins_inside_a_message():
    """The capture begins in the middle of a message on a connection that was there before."""
    s = Stream()
    text = request()
    s.put(0, True, text[150:]).put(0.1, False, response(100)).put(0.2, False, response(200))
    return Odd("""
1 no sipexplain.transaction
2 sipexplain.code == 100
2 no sipexplain.request_in
3 sipexplain.code == 200
3 no sipexplain.request_in
3 no sipexplain.time
""", s.frames, ours=True)


@odd
def tcp_second_message_is_partial():
    """A whole message and the beginning of another at the end of the capture."""
    s = Stream().open().put(0, True, request())
    s.put(0.1, False, response(100) + response(486)[:80])
    return Odd("5 sipexplain.code == 100\n* no sipexplain.failure\n", s.frames)


@odd
def tcp_tunnel():
    """The flags of a TCP segment are found below tunnels: the reset is why nothing answers."""
    wraps = {
        "gre": lambda right, tcp: bytes(outer() / GRE() / ip4(right) / tcp),
        "gtp": lambda right, tcp: bytes(outer() / UDP(sport=2152, dport=2152) /
                                        GTP_U_Header(teid=7, gtp_type=255) / ip4(right) / tcp),
        "ipv6-extension-headers": lambda right, tcp: bytes(
            ether() / ip6(right) / IPv6ExtHdrHopByHop() / IPv6ExtHdrDestOpt() / tcp),
        "vlan": lambda right, tcp: bytes(ether() / Dot1Q(vlan=7) / ip4(right) / tcp),
    }
    made = []
    for name, wrap in wraps.items():
        s = Stream(wrap).open().put(0, True, request()).put(0.1, False, response(180))
        made.append((name, Odd("5 sipexplain.code == 180\n5 sipexplain.request_in == 4\n",
                               s.put(1, False, flags="RA").frames)))
    return made


# ICMP

@odd
def icmp_quotes():
    """An ICMP error quotes a message: evidence, not a message."""
    sent = ip4(True) / UDP(sport=5060, dport=5060) / Raw(request())
    sent6 = ip6(True) / UDP(sport=5060, dport=5060) / Raw(request())
    error = ether() / ip4(False) / ICMP(type=3, code=3) / Raw(bytes(sent))
    error6 = ether() / ip6(False) / ICMPv6DestUnreach(code=4) / Raw(bytes(sent6))
    tunnelled = outer() / GRE() / ip4(False) / ICMP(type=3, code=3) / Raw(bytes(sent))
    cut = ether() / ip4(False) / ICMP(type=3, code=3) / Raw(bytes(sent)[:206])
    expect = """
1 sipexplain.transaction == 1
2 sipexplain.request_in == 1
2 sipexplain contains "quoted by an ICMP error"
* no sipexplain.retransmission_of
* no sipexplain.duplicate_of
"""
    return [(name, Odd(expect, [Frame(0, bytes(first)), Frame(0.001, bytes(second))]))
            for name, first, second in (
                ("v4", ether() / sent, error), ("v6", ether() / sent6, error6),
                ("gre", outer() / GRE() / sent, tunnelled), ("cut", ether() / sent, cut))]


@odd
def icmp_quote_alone():
    """The quoted message itself is not in the capture: there is no transaction to speak of."""
    sent = ip4(True) / UDP(sport=5060, dport=5060) / Raw(request())
    error = ether() / ip4(False) / ICMP(type=3, code=3) / Raw(bytes(sent))
    return Odd("* no sipexplain.transaction\n* no sipexplain.request_in\n"
               '1 sipexplain contains "quoted by an ICMP error"\n', [Frame(0, bytes(error))])


# Bodies

@odd
def body():
    """SIP inside a message's body is no message of the transaction."""
    carried = response(486, call="odd-other")
    parts = (b"--cut\r\nContent-Type: message/sipfrag\r\n\r\nSIP/2.0 503 Words\r\n\r\n--cut\r\n"
             b"Content-Type: message/sip\r\n\r\n" + carried + b"\r\n--cut--\r\n")
    made = []
    for name, kind, data in (("sip", "message/sip", carried),
                             ("sip-request", "message/sip", request(call="odd-other")),
                             ("sipfrag", "message/sipfrag", b"SIP/2.0 503 Words\r\n"),
                             ("multipart", 'multipart/mixed; boundary="cut"', parts),
                             ("text", "text/plain", carried)):
        notify = request("NOTIFY", ("alice n1",), f"Content-Type: {kind}", to_tag="b", body=data)
        answer = response(200, ("alice n1",), method="NOTIFY")
        events = [(0, True, notify), (0.1, False, answer)]
        s = Stream().open()
        for event in events:
            s.put(*event)
        for way, made_frames, n in ("udp", frames(events), 1), ("tcp", s.frames, 4):
            made.append((f"{name}-{way}", Odd(f"""
{n} sipexplain.transaction == 1
{n} no sipexplain.code
{n}.2 no sipexplain
{n + 1} sipexplain.code == 200
{n + 1} sipexplain.request_in == {n}
* sipexplain.code == 486 count 0
* sipexplain.code == 503 count 0
""", made_frames, ours=True)))
    return made


# Copies

@odd
def copies():
    """A capture on all interfaces holds each packet two or three times."""
    made = []
    for count in 2, 3:
        all_frames = [Frame(frame.time + i / 100_000, frame.data)
                      for frame in frames(call()) for i in range(count)]
        expect = f"* sipexplain.duplicate_of count {5 * (count - 1)}\n* no sipexplain.retransmission_of\n"
        expect += f"2 sipexplain.duplicate_of == 1\n{count + 1} sipexplain.request_in == 1\n"
        made.append((str(count), Odd(expect, all_frames)))
    return made


# What the capture missed

@odd
def middle_of_a_call():
    """The capture begins in mid-call: no times and no waits can be told."""
    all_frames = frames(call())
    return [
        ("from-100", Odd("""
1 sipexplain.code == 100
1 no sipexplain.request_in
3 no sipexplain.time
""", all_frames[1:])),
        ("from-200", Odd("""
1 sipexplain.code == 200
1 no sipexplain.request_in
1 no sipexplain.time
1 no sipexplain.trying.state
""", all_frames[3:])),
        ("from-ack", Odd("1 sipexplain.transaction == 1\n* no sipexplain.response_in\n",
                         all_frames[4:])),
    ]


@odd
def one_direction():
    """Only one direction was captured. Requests that seem unanswered are no reason for a verdict;
    the clock goes on for ten minutes."""
    late = Frame(600, bytes(ether() / IP(src="10.9.9.9", dst="10.9.9.8") / UDP(sport=7, dport=9)))
    requests = [(0, True, request()), (2.1, True, request("ACK", ("alice a2",), to_tag="b")),
                (30, True, request("BYE", ("alice a3",), to_tag="b", cseq=2))]
    answers = [(0.01, False, response(100)), (0.1, False, response(180)),
               (2, False, response(200)),
               (30, False, response(200, ("alice a3",), method="BYE", cseq=2))]
    return [
        ("requests", Odd("* no sipexplain.response_in\n* no sipexplain.expired\n",
                         frames(requests) + [late])),
        ("responses", Odd("* no sipexplain.request_in\n* no sipexplain.time\n"
                          "* no sipexplain.expired\n", frames(answers) + [late])),
    ]


@odd
def response_before_request():
    """Merged captures put a response before its request, on every hop: what was linked by the
    response must not be linked once more by the request."""
    two, three = ("edge e1", "alice a1"), ("edge e2", "alice a1")
    return [
        ("parent-unseen", Odd("1 sipexplain.code == 180\n2 sipexplain.transaction == 1\n", frames([
            (0, False, response(180, two)), (0.1, True, request(via=two)),
            (0.2, False, response(486, two))]))),
        ("parent-seen", Odd("""
2 sipexplain.parent == 1
3 sipexplain.parent == 1
5 sipexplain.code == 486
""", frames([
            (0, True, request()), (0.1, False, response(180, two)), (0.2, True, request(via=two)),
            (0.3, False, response(486, two)), (0.4, False, response(486))]))),
        ("parent-further-first", Odd("""
1 no sipexplain.parent
2 sipexplain.parent == 3    look-ahead
3 sipexplain.parent == 1
6 sipexplain.code == 486
""", frames([
            (0, True, request()), (0.1, True, request(via=("far f1", *two))),
            (0.2, True, request(via=two)), (0.3, False, response(486, ("far f1", *two))),
            (0.4, False, response(486, two)), (0.5, False, response(486))]))),
        ("parent-later", Odd("""
3 sipexplain.transaction == 2
5 sipexplain.code == 486
""", frames([
            (0, False, response(180, two)), (0.1, True, request(via=two)), (0.2, True, request()),
            (0.3, False, response(486, two)), (0.4, False, response(486))]))),
        ("forks", Odd("6 sipexplain.code == 486\n", frames([
            (0, False, response(180, two)), (0.1, False, response(180, three)),
            (0.2, True, request(via=two)), (0.3, True, request(via=three)), (0.4, True, request()),
            (0.5, False, response(486, two)), (0.6, False, response(486, three)),
            (0.7, False, response(486))]))),
    ]


@odd
def via_without_sent_by():
    """A Via value that names no host, and its answer goes to another port: nothing says which port
    it should have been. Found by a fuzzer."""
    def nameless(message):
        return message.replace(b"UDP edge;", b"UDP ;")

    two = ("edge e1", "alice a1")
    astray = IP(src=BOB, dst=EDGE) / UDP(sport=5060, dport=5090)
    return Odd("""
1 sipexplain.trying_timeout contains "did not relay the 180"    look-ahead
4 sipexplain.request_in == 3
* no sipexplain.trying_timeout contains "instead of"
""", [
        Frame(0, udp(True, request())),
        Frame(0.005, udp(False, response(100))),
        Frame(0.008, udp(True, nameless(request(via=two)), IP(src=EDGE, dst=BOB))),
        Frame(0.5, bytes(ether() / astray / Raw(nameless(response(180, two))))),
        Frame(40, bytes(ether() / IP(src="10.9.9.9", dst="10.9.9.8") / UDP(sport=7, dport=9))),
    ], calm=False)


@odd
def via_loops():
    """Forged Via stacks make each transaction the other's parent, or its own. The way up ends at
    one of them, and the origin named is a response of the ring."""
    a, b = ("x 1", "y 1"), ("y 1", "x 1")
    itself = ("x 1", "x 1")
    ring = [tuple(f"h {(i + k) % 40}" for k in range(40)) for i in range(40)]
    # A response handed on over more hops than a request may travel.
    chain = [tuple(f"h {hop}" for hop in range(i, max(i - 3, -1), -1)) for i in range(100)]
    return [
        ("chain", Odd("""
160 sipexplain.origin == 2
160 sipexplain.origin_in == 101
200 sipexplain.origin == 0
200 no sipexplain.origin_in
""", frames([(i / 100, True, request(via=via)) for i, via in enumerate(chain)] +
             [(2 + i / 100, False, response(486, via)) for i, via in enumerate(chain[::-1])]))),
        ("two", Odd("""
1 no sipexplain.parent
2 sipexplain.parent == 1
3 sipexplain.origin == 1
4 sipexplain.code == 486
4 sipexplain.origin == 2
4 sipexplain.origin_in == 3
""", frames([
            (0, True, request(via=a)), (0.1, True, request(via=b)),
            (0.2, False, response(486, b)), (0.3, False, response(486, a))]))),
        ("itself", Odd("""
1 no sipexplain.parent
2 sipexplain.code == 486
2 sipexplain.origin == 1
2 no sipexplain.origin_in
""", frames([
            (0, True, request(via=itself)), (0.1, False, response(486, itself))]))),
        # The hop at which the way up ends depends on how far up a request looks for the next one.
        ("ring", Odd("""
41 sipexplain.origin == 0
66 sipexplain.origin == 1
* sipexplain.origin == 2 count 38
* sipexplain.origin_in == 41 count 24
* sipexplain.origin_in == 66 count 14
""", frames(
            [(i / 100, True, request(via=via)) for i, via in enumerate(ring)] +
            [(1 + i / 100, False, response(486, via)) for i, via in enumerate(ring)]))),
    ]


@odd
def snap():
    """The capture holds the first bytes of each frame only. What is there is read."""
    return [(str(size), Odd("* no sipexplain.retransmission_of\n" + "* no sipexplain.missing_header\n" * (size < 200),
                            [Frame(f.time, f.data, size) for f in frames(call())], ours=size < 300))
            for size in (42, 50, 62, 180, 300)]


# Codes and headers

PAIR = "{a} sipexplain.request_in == {q}\n{a} sipexplain.code == 486\n"
NO_TRANSACTION = ("{q} no sipexplain.transaction\n{a} no sipexplain.transaction\n"
                  "{a} no sipexplain.request_in\n{a} sipexplain.code == 486\n")
NO_MESSAGE = "{a} no sipexplain\n"


def pairs(cases, **more):
    """One capture of many pairs of request and answer, which have nothing to do with one another.
    Cases are (name, request, answer, expect); {q} and {a} stand for the frames."""
    expect, events = "", []
    for number, (name, *texts, lines) in enumerate(cases):
        for right, text in zip((True, False), texts):
            text = text.replace(b"odd-1", b"odd-%d" % (number + 1000))
            text = text.replace(b"alice;branch=" + COOKIE.encode(), b"alice;branch=%s%d-" % (
                COOKIE.encode(), number))
            events.append((number / 10 + (not right) / 100, right, text))
        for line in lines.format(q=2 * number + 1, a=2 * number + 2).splitlines():
            expect += f"{line}  # {name}\n"
    return Odd(expect, frames(events), **more)


@odd
def code():
    """Status codes that are none, or of no class."""
    cases = []
    for text in ("099", "100", "199", "299", "699", "700", "999", "000"):
        lines = f"{{a}} sipexplain.code == {int(text)}\n{{a}} sipexplain.request_in == {{q}}\n"
        if text == "000":
            lines = NO_MESSAGE
        elif not 100 <= int(text) <= 699:
            lines += "{a} no sipexplain.meaning\n{a} no sipexplain.failure\n"
            lines += "{q} no sipexplain.response_in\n"
        cases.append((text, lines))
    # The SIP dissector's mark for code 0 is its mark for "no message", so nothing is said of it.
    cases += [(text, "{a} no sipexplain.code\n") for text in (
        "0", "99", "1000", "4294967296", "20", "2", "-1", "abc", "2x0", "200OK", " 200", "0x64")]
    made = []
    for text, lines in cases:
        answer = response(200).replace(b"SIP/2.0 200 Words", b"SIP/2.0 " + text.encode() + b" Words")
        made.append((text, request(), answer, lines))
    return [("known", pairs(made[:7])), ("none", pairs(made[7:], ours=True))]


def both(change):
    return change(request()), change(response(486))


@odd
def header():
    """Header fields that are folded, missing, repeated, long or full of bytes that are no text."""
    def without(name):
        return lambda text: b"\r\n".join(line for line in text.split(b"\r\n")
                                         if not line.startswith(name))

    def more(line):
        return lambda text: text.replace(b"\r\nCall-ID", b"\r\n" + line + b"\r\nCall-ID", 1)

    def last(line):
        return lambda text: text.replace(b"\r\nContent-L", b"\r\n" + line + b"\r\nContent-L", 1)

    def swap(old, new):
        return lambda text: text.replace(old, new)

    same = {
        "folded": swap(b": ", b":\r\n  "),
        "folded-twice": swap(b": ", b":\r\n \r\n\t"),
        "no-spaces": swap(b": ", b":"),
        "spaces-before-colon": swap(b": ", b" \t : "),
        "bare-line-feeds": swap(b"\r\n", b"\n"),
        "compact": lambda text: text.replace(b"Via:", b"v:").replace(b"From:", b"f:").replace(
            b"To:", b"t:").replace(b"Call-ID:", b"i:").replace(b"Content-Length:", b"l:"),
        "compact-call-id-of-ipv6": lambda text: text.replace(b"Call-ID: ", b"i: 2001:db8::1-"),
        "upper-case": lambda text: text.replace(b"Via:", b"VIA:").replace(
            b"CSeq:", b"CSEQ:").replace(b"Call-ID:", b"CALL-ID:"),
        "repeated-cseq": more(b"CSeq: 1 INVITE"),
        "repeated-call-id": last(b"Call-ID: other"),
        "repeated-from": last(b"From: <sip:other@example.com>;tag=other"),
        "no-from": without(b"From"),
        "no-to": without(b"To"),
        "no-content-length": without(b"Content-Length"),
        "empty-fields": more(b"From:\r\nSubject:\r\n:\r\n: x"),
        "no-colon": more(b"this is no header field"),
        "nul": more(b"Subject: a\x00b"),
        "nul-in-call-id": swap(b"odd-1", b"odd-1\x00-1"),
        "invalid-utf-8": more(b"Subject: \xc3\x28\xa0\xa1 \xf8\x88 \xed\xa0\x80"),
        "invalid-utf-8-in-call-id": swap(b"odd-1", b"odd-1-\xc3\x28"),
        "invalid-utf-8-in-branch": swap(b"-a1", b"-\xff\xfe"),
        "long-line": more(b"Subject: " + b"x" * 50_000),
        "long-name": more(b"x" * 50_000 + b": y"),
        "long-branch": swap(b"-a1", b"-" + b"a" * 30_000),
        "many-lines": more(b"\r\n".join([b"a: b"] * 8_000)),
        "many-folds": more(b"Subject: x\r\n" + b" \r\n" * 15_000 + b" x"),
        "many-quotes": more(b'Contact: "' + b'\\"' * 20_000),
        "many-angles": more(b"Contact: " + b"<" * 20_000),
        "many-commas": more(b"Contact: " + b"," * 40_000),
        "many-semicolons": more(b"Contact: x" + b";" * 40_000),
        "cseq-4294967295": swap(b"CSeq: 1 ", b"CSeq: 4294967295 "),
        # Found by a fuzzer.
        "via-of-semicolons": swap(b"Via: SIP/2.0/UDP alice;branch=z9hG4bK-a1", b"Via:;,;,,"),
        "via-of-semicolons-below": more(b"Via:;,;,,"),
    }
    none = {
        "no-via": without(b"Via"),
        "no-cseq": without(b"CSeq"),
        "cseq-letters": swap(b"CSeq: 1 ", b"CSeq: one "),
        "cseq-4294967296": swap(b"CSeq: 1 ", b"CSeq: 4294967296 "),
        "cseq-negative": swap(b"CSeq: 1 ", b"CSeq: -1 "),
        "via-empty": swap(b"Via: SIP/2.0/UDP alice;branch=z9hG4bK-a1", b"Via:"),
    }
    return [("odd", pairs([(name, *both(change), PAIR) for name, change in same.items()])),
            ("missing", pairs([(name, *both(change), NO_TRANSACTION)
                               for name, change in none.items()], ours=True))]


@odd
def reason():
    """Reason, Warning and Retry-After that no RFC allows."""
    lines = [
        b"Reason: Q.850;cause=99999999999;text=\"\xff\xfe\"", b"Reason: ;;;", b"Reason: ,,,",
        b"Reason: SIP;cause=;text=", b"Reason: Q.850;cause=16;cause=17;text=\"a\\",
        b"Reason: " + b"Q.850;cause=16," * 3000, b"Warning: 399", b"Warning: 999 x \"\x00\"",
        b"Warning: " + b'399 h "x",' * 3000, b"Warning: \"", b"Retry-After: 4294967296",
        b"Retry-After: -1", b"Retry-After: 5 (\xff)", b"Retry-After: ",
    ]
    answers = [response(486).replace(b"\r\nCall-ID", b"\r\n" + line + b"\r\nCall-ID", 1)
               for line in lines]
    wrong = response(486).replace(b"\r\nCall-ID", b"\r\nWarning: 1812 h \"x\"\r\nCall-ID")
    return pairs([(line[:20].decode("latin-1"), request(), answer, PAIR)
                  for line, answer in zip(lines, answers)] +
                 [("warn-code", request(), wrong, PAIR + "{a} no sipexplain.warning.code\n")])


@odd
def phrase():
    """Reason phrases of all bytes, none, and very long ones. They go into texts of the tree. With a
    NUL, Wireshark finds no SIP."""
    cases = [("none", b""), ("controls", bytes(range(1, 9)) + b"\x0b\x0c\x1b[31m\x7f"),
             ("nul", b"Busy\x00Here"), ("invalid-utf-8", b"Busy \xff\xfe\xc3"),
             ("long", b"Busy" * 8_000), ("percent", b"%s%n%x%d"), ("right-to-left", b"\xe2\x80\xaeereH ysuB"), ("line-separator", b"\xe2\x80\xa8x")]
    return pairs([(name, request(), response(486).replace(b"486 Words", b"486 " + text),
                   NO_MESSAGE if name == "nul" else PAIR) for name, text in cases])


@odd
def start_line():
    """Start lines on the edge of what is one. Wireshark's SIP dissector decides."""
    answers = [
        ("no-phrase", response(486).replace(b"486 Words", b"486"), NO_MESSAGE),
        ("crlf-first", b"\r\n\r\n" + response(486), NO_MESSAGE),
        ("lower-case-version", response(486).replace(b"SIP/2.0 486", b"sip/2.0 486"), NO_MESSAGE),
        ("tab", response(486).replace(b"SIP/2.0 486", b"SIP/2.0\t486"), NO_MESSAGE),
        ("version-3", response(486).replace(b"SIP/2.0 486", b"SIP/3.0 486"), NO_MESSAGE),
        ("alone", b"SIP/2.0 486 Words", "{a} sipexplain.code == 486\n{a} no sipexplain.transaction\n"),
        ("alone-crlf", b"SIP/2.0 486 Words\r\n", "{a} sipexplain.code == 486\n"),
        ("half", b"SIP/2.0 48", NO_MESSAGE),
    ]
    requests = [
        ("method-of-tokens", "!x-%.*_+`'~", "sip:a@b"),
        ("method-of-30000-bytes", "M" * 30_000, "sip:a@b"),
        ("uri-of-30000-bytes", "INVITE", "sip:" + "u" * 30_000),
        ("uri-with-version", "INVITE", "sip:SIP/2.0@SIP/2.0"),
    ]
    return [
        ("response", pairs([(name, request(), text, lines) for name, text, lines in answers],
                           ours=True)),
        ("request", pairs([(name, request(method, uri=uri), response(486, method=method), PAIR)
                           for name, method, uri in requests])),
    ]


@odd
def many_vias():
    """10,000 Via values, in one field and in as many; over TCP, for no datagram holds them."""
    made = []
    values = [f"SIP/2.0/UDP h{i};branch={COOKIE}{i}" for i in range(10_000)]
    for name, more in (("one-field", "Via: " + ",".join(values)),
                       ("many-fields", "\r\n".join("v: " + value for value in values))):
        s = Stream().open()
        for right, text in (True, request("INVITE", ("alice a1",), more)), \
                (False, response(486, ("alice a1",), more)):
            for i in range(0, len(text), 60_000):
                s.put(len(s.frames) / 100, right, text[i:i + 60_000])
        made.append((name, Odd("""
* sipexplain.code == 486 count 1
10 sipexplain.response_in == 17    look-ahead
17 sipexplain.request_in == 10
""", s.frames)))
    return made


# Compression

def compressed(message):
    """A SigComp message of format 2 (RFC 3320 7) that brings the text along with its bytecode, which is
    loaded at address 128: OUTPUT (34) of the text, END-MESSAGE (35) with seven zeroes."""
    text_at = 128 + 13
    code = struct.pack("!BHHB7x", 34, 0xA000 | text_at, 0xA000 | len(message), 35) + message
    return struct.pack("!BH", 0xF8, len(code) << 4 | 1) + code + b"\0"


@odd
def sigcomp():
    """Compressed SIP, on SigComp's port and on SIP's own, and a call of which only the answers are.
    Wireshark decompresses it only when its preference sigcomp.decomp.msg is set; e2e/test_sigcomp.py
    reads the first two with it."""
    def sent(port, time, right, payload):
        return Frame(time, bytes(ether() / ip4(right) / UDP(sport=port, dport=port) / Raw(payload)))

    made = []
    for port in 5555, 5060:
        packed = [sent(port, time, right, compressed(text)) for time, right, text in call()]
        made.append((str(port), Odd("* no sipexplain\n", packed)))
    ping = [(-2, False, request("OPTIONS", ("edge o1",), call="ping")),
            (-1.9, True, response(200, ("edge o1",), method="OPTIONS", call="ping"))]
    answers = [(time, right, text if time == 0 else compressed(text)) for time, right, text in call()]
    half = [sent(5060, *event) for event in ping + answers]
    half.append(Frame(60, udp(True, b"", IP(src="10.9.9.9", dst="10.9.9.8"))))
    made.append(("answers", Odd("""
3 sipexplain.response_missing == 4    look-ahead
3 sipexplain contains "cannot tell: frame 4 from 10.9.0.2 cannot be read"    look-ahead
* no sipexplain.expired
""", half)))
    return made


# Datagrams

@odd
def datagram():
    """A datagram holds one message (RFC 3261 18.3). What follows is not one."""
    one = "{a} sipexplain.code == 180\n{a} sipexplain.request_in == {q}\n"
    cases = [
        ("two-messages", response(180) + response(486), one),
        ("second-is-partial", response(180) + response(486)[:60], one),
        ("length-too-long", response(486, ("alice a1",), "Content-Length: 999"), PAIR),
        ("length-too-short", response(486, ("alice a1",), "Content-Length: 1", body="123"), PAIR),
        ("length-negative", response(486, ("alice a1",), "Content-Length: -1"), PAIR),
        ("length-huge", response(486, ("alice a1",), "Content-Length: 4294967295"), PAIR),
        ("keep-alive", b"\r\n\r\n", NO_MESSAGE),
        ("nulls", bytes(4), NO_MESSAGE),
        ("binary-before", b"\xffABC" + response(486), ""),
    ]
    return [("", pairs([(name, request(), answer, lines) for name, answer, lines in cases],
                       ours=True)),
            ("binary-before-request", Odd("* no sipexplain.retransmission_of\n", frames(
                [(0, True, b"\x01\x02ABC" + request())]), ours=True))]


# Clocks

STUCK = [(0, True, request()), (0.01, False, response(100)), (0.02, True, b"\r\n\r\n")]


def stamped(stamps, events=None):
    made = frames(events or STUCK)
    for frame, stamp in zip(made, stamps, strict=True):
        frame.stamp = stamp
    return made


def pcapng(stamped_frames, *offsets):
    """An interface for each time offset in seconds. Frames are (microseconds, bytes) and, unless it
    is the first, the number of the interface."""
    def block(kind, body):
        size = 12 + len(body)
        return struct.pack("<II", kind, size) + body + struct.pack("<I", size)

    blocks = [block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))]
    for offset in offsets:
        option = struct.pack("<HHq", 14, 8, offset) + struct.pack("<HH", 0, 0)
        blocks.append(block(1, struct.pack("<HHI", 1, 0, 0) + option))
    for micros, data, *interface in stamped_frames:
        padded = data + bytes(-len(data) % 4)
        stamp = struct.pack("<IIIII", interface[0] if interface else 0, micros >> 32,
                            micros & 0xFFFFFFFF, len(data), len(data))
        blocks.append(block(6, stamp + padded))
    return b"".join(blocks)


@odd
def clock():
    """Time stamps that say nothing: zero, all the same, backwards, before 1970, in 2106."""
    quiet = "2 sipexplain.code == 100\n2 sipexplain.request_in == 1\n* no sipexplain.expired\n"
    data = [frame.data for frame in frames(STUCK)]
    top = 0xFFFFFFFF
    return [
        ("zero", Odd(quiet, stamped([(0, 0)] * 3))),
        ("equal", Odd(quiet, stamped([(BASE, 5)] * 3))),
        ("backwards", Odd(quiet, stamped([(BASE + 100, 0), (BASE + 50, 0), (BASE, 0)]))),
        ("2106", Odd(quiet, stamped([(top - 2, 0), (top - 1, 0), (top, 999_999)]))),
        ("microseconds-overflow", Odd(quiet, stamped([(BASE, top), (BASE, top), (BASE, top)]))),
        ("0-to-2106", Odd("2 sipexplain.code == 100\n", stamped([(0, 0), (0, 1), (top, 0)]),
                          calm=False)),
        ("2106-to-0", Odd(quiet, stamped([(top, 0), (top, 1), (0, 0)]))),
        ("before-1970", Odd(quiet, [], raw=pcapng(zip((0, 10, 20), data), -1000))),
        ("far-past", Odd(quiet, [], raw=pcapng(zip((0, 10, 20), data), -2**62))),
        ("far-future", Odd(quiet, [], raw=pcapng(zip((0, 10, 20), data), 2**62))),
        ("past-and-future", Odd("2 sipexplain.code == 100\n", [], calm=False, raw=pcapng(
            zip((0, 10, 2**63 - 1), data), -4_400_000_000))),
    ]


@odd
def furthest_times():
    """The longest time that can pass between two frames, both ways, with the longest Expires."""
    events = [request("INVITE", ("alice a1",), "Expires: 4294967295"), response(100),
              request("CANCEL"), response(487)]
    data = [udp(right, text) for right, text in zip((True, False, True, False), events)]
    low, high = (0, -2**62), (1, 2**62)
    return [(name, Odd("4 sipexplain.code == 487\n", [], calm=False, raw=pcapng(
        [(micros, frame, interface) for micros, frame, interface in zip(range(4), data, interfaces)],
        low[1], high[1]))) for name, interfaces in (("up", (0, 0, 1, 1)), ("down", (1, 1, 0, 0)))]


@odd
def cancel_before_time():
    """A CANCEL and an Expires with a clock that jumps from one end to the other."""
    top = 0xFFFFFFFF
    events = [(0, True, request("INVITE", ("alice a1",), "Expires: 4294967295")),
              (1, False, response(100)), (2, True, request("CANCEL")),
              (3, False, response(200, method="CANCEL")), (4, False, response(487))]
    return [("up", Odd("5 sipexplain.code == 487\n", calm=False, frames=stamped(
                [(0, 0), (1, 0), (top, 0), (top, 1), (top, 2)], events))),
            ("down", Odd("5 sipexplain.code == 487\n", calm=False, frames=stamped(
                [(top, 0), (top, 0), (0, 0), (0, 1), (0, 2)], events)))]


CORE, OTHER_EDGE = "10.9.0.5", "10.9.0.6"


def sent_by(src, dst, payload):
    return udp(True, payload, IP(src=src, dst=dst))


def flow(time, number, edge):
    """Bob registers over a TCP connection to this edge proxy, which hands it on to the core."""
    def wrap(right, tcp):
        return bytes(ether() / (IP(src=BOB, dst=edge) if right else IP(src=edge, dst=BOB)) / tcp)

    instance = '+sip.instance="<urn:uuid:00000000-0000-1000-8000-000000000001>"'
    contact = f"Contact: <sip:bob@{BOB};transport=tcp>;reg-id={number};{instance}"
    path = f"Path: <sip:flow{number}@{edge};lr;ob>"
    asked = ("Supported: path, outbound", contact)
    made = ("Require: outbound", contact, path)
    phone, proxy = (f"bob r{number}",), (f"edge p{number}", f"bob r{number}")
    call_id = f"register-{number}"
    answered = {"method": "REGISTER", "call": call_id}
    s = Stream(wrap).open(time)
    s.put(time + 0.01, True, request("REGISTER", phone, *asked, call=call_id))
    handed_on = request("REGISTER", proxy, *asked, path, call=call_id)
    s.frames += [
        Frame(time + 0.02, sent_by(edge, CORE, handed_on)),
        Frame(time + 0.03, sent_by(CORE, edge, response(200, proxy, *made, **answered)))]
    return s.put(time + 0.04, False, response(200, phone, *made, **answered)).frames


@odd
def forged_430():
    """A forged 430 for a live call to a client that is registered: it is believed, and what the
    call did then shows. The registrations are in frames 4 and 11, the 430 is in frame 18."""
    first, second = ("core c1", "alice a1"), ("core c2", "alice a1")
    attempt = request("INVITE", first, f"Route: <sip:flow1@{EDGE};lr;ob>")
    events = flow(0, 1, EDGE) + flow(1, 2, OTHER_EDGE) + [
        Frame(10, sent_by(ALICE, CORE, request())),
        Frame(10.01, sent_by(CORE, ALICE, response(100))),
        Frame(10.02, sent_by(CORE, EDGE, attempt)),
        Frame(10.03, sent_by("192.0.2.66", CORE, response(430, first)))]
    retry = request("INVITE", second, f"Route: <sip:flow2@{OTHER_EDGE};lr;ob>")
    answered = Frame(11.1, sent_by(CORE, ALICE, response(200)))
    late = Frame(100, sent_by("10.9.9.9", "10.9.9.8", b""))
    believed = """
4 sipexplain.flow.failed_in == 18    look-ahead
11 no sipexplain.flow.failed_in
18 sipexplain.code == 430
18 sipexplain.request_in == 17
18 sipexplain.flow.registered_in == 4
18 sipexplain.flow.reg_id == 1
18 no sipexplain.flow.closed_in
18 sipexplain.flow.death == 0
18 no sipexplain.flow.death_in
"""
    return [
        ("answered-over-another-flow", Odd(believed + """
18 sipexplain.flow.outcome == 1    look-ahead
18 sipexplain.flow.retry_in == 19    look-ahead
20 sipexplain.code == 200
20 sipexplain.request_in == 19
* no sipexplain.flow_lost
""", events + [Frame(10.2, sent_by(CORE, OTHER_EDGE, retry)),
               Frame(11, sent_by(OTHER_EDGE, CORE, response(200, second))), answered, late],
            calm=False)),
        ("answered-all-the-same", Odd(believed + """
18 sipexplain.flow.outcome == 0
18 no sipexplain.flow.retry_in
19 sipexplain.code == 200
19 sipexplain.request_in == 17
20 sipexplain.request_in == 15
* no sipexplain.flow_lost
""", events + [Frame(11, sent_by(EDGE, CORE, response(200, first))), answered, late], calm=False)),
        ("unanswered", Odd(believed + """
18 sipexplain.flow.outcome == 5    look-ahead
18 sipexplain.flow_lost    look-ahead
16 sipexplain.trying.state == 3    look-ahead
""", events + [late], calm=False)),
    ]


@odd
def forged():
    """Single packets that nothing in the capture supports: responses, a CANCEL, an ACK, an ICMP
    error and a reset from elsewhere. They are shown as what they are; what they make of a verdict
    stands in THREATS.md."""
    elsewhere = IP(src="192.0.2.66", dst=ALICE)
    sent = ip4(True) / UDP(sport=5060, dport=5060) / Raw(request())
    unreachable = ether() / elsewhere / ICMP(type=3, code=1) / Raw(bytes(sent))
    late = Frame(60, udp(True, b"", IP(src="10.9.9.9", dst="10.9.9.8")))
    onward, back = IP(src=EDGE, dst=BOB), IP(src=BOB, dst=EDGE)
    to_edge = IP(src="192.0.2.66", dst=EDGE)
    tried = [Frame(0, udp(True, request())), Frame(0.1, udp(False, response(100)))]
    sent_on = request(via=("edge e1", "alice a1"))
    hop = onward / UDP(sport=5060, dport=5060) / Raw(sent_on)
    no_hop = ether() / to_edge / ICMP(type=3, code=1) / Raw(bytes(hop))

    def ack(branch, ip=None, time=5.0):
        return Frame(time, udp(True, request("ACK", (branch,), to_tag="b"), ip))

    def next_hop(ahead):
        """It resets the connection, so far ahead of the bytes it has sent."""
        s = Stream(lambda right, tcp: bytes(ether() / (onward if right else back) / tcp))
        s.open(0.2).put(0.3, True, sent_on)
        return s.put(0.5, False, flags="R", at=s.seq[False] + ahead, take=False).frames

    def caller(ahead, *answers):
        s = Stream().open().put(0, True, request()).put(0.1, False, response(100))
        s.put(0.5, True, flags="R", at=s.seq[True] + ahead, take=False)
        for code in answers:
            s.put(2, False, response(code))
        return s.frames + [late]

    gone = """
4 sipexplain.trying.state == 4    look-ahead
4 sipexplain.trying.ended_in == 6    look-ahead
5 sipexplain.trying.ended_in == 6    look-ahead
6 sipexplain.trying.ended == 5
* no sipexplain.expired
"""
    stuck = """
1 sipexplain.trying.state == 3    look-ahead
1 sipexplain.trying.cause == 0    look-ahead
"""
    acknowledged = """
1 sipexplain.trying.state == 1    look-ahead
1 sipexplain.trying.ended_in == 3    look-ahead
1 sipexplain.response_missing == 3    look-ahead
2 sipexplain.response_missing == 3    look-ahead
* no sipexplain.expired
"""
    return [
        ("100-alone", Odd("1 sipexplain.code == 100\n1 no sipexplain.trying_timeout\n", frames([
            (0, False, response(100)), (0.5, True, b"\r\n\r\n")]))),
        ("100-after-final", Odd("""
3 sipexplain.code == 100
3 no sipexplain.trying.state
""", frames([(0, True, request()), (0.1, False, response(200)), (0.2, False, response(100)),
             (600, True, b"\r\n\r\n")]))),
        ("430-alone", Odd("1 sipexplain.code == 430\n1 sipexplain.flow.outcome == 0\n", frames([
            (0, False, response(430))]), calm=False)),
        ("100-for-a-live-call", Odd("""
2 sipexplain.trying.state == 1    look-ahead
3 sipexplain.code == 200
* no sipexplain.expired
""", [Frame(0, udp(True, request())), Frame(0.5, udp(False, response(100), elsewhere)),
      Frame(2, udp(False, response(200)))])),
        ("430-for-a-live-call", Odd("""
2 sipexplain.code == 430
2 sipexplain.flow.outcome == 0
2 no sipexplain.flow.registered_in
* no sipexplain.flow_lost
3 sipexplain.code == 200
3 sipexplain.request_in == 1
""", [Frame(0, udp(True, request())), Frame(0.5, udp(False, response(430), elsewhere)),
      Frame(2, udp(False, response(200)))], calm=False)),
        ("final-for-a-live-call", Odd("""
2 sipexplain.trying.ended_in == 3    look-ahead
3 sipexplain.code == 486
3 sipexplain.request_in == 1
4 sipexplain.code == 200
4 sipexplain.request_in == 1
* no sipexplain.expired
""", [Frame(0, udp(True, request())), Frame(0.1, udp(False, response(100))),
      Frame(0.5, udp(False, response(486), elsewhere)), Frame(2, udp(False, response(200)))])),
        ("icmp-for-a-live-call", Odd("""
1 sipexplain.response_in == 3    look-ahead
2 sipexplain contains "quoted by an ICMP error"
2 no sipexplain.trying.cause
3 sipexplain.code == 200
3 sipexplain.request_in == 1
""", [Frame(0, udp(True, request())), Frame(0.5, bytes(unreachable)),
      Frame(2, udp(False, response(200)))])),
        ("reset-for-a-live-call", Odd("""
4 sipexplain.trying.state == 1    look-ahead
7 sipexplain.code == 200
7 sipexplain.request_in == 4
* no sipexplain.trying.cause
""", Stream().open().put(0, True, request()).put(0.1, False, response(100))
     .put(0.5, False, flags="R", at=77, take=False).put(2, False, response(200)).frames)),
        ("reset-of-the-client", Odd("""
4 sipexplain.trying.state == 3    look-ahead
4 no sipexplain.trying.ended_in
7 sipexplain.expired == 5
* no sipexplain.trying_cancelled
""", caller(-900), calm=False)),
        ("reset-of-the-client-far-ahead", Odd("""
4 sipexplain.trying.state == 3    look-ahead
4 no sipexplain.trying.ended_in
7 sipexplain.expired == 5
""", caller(1 << 20), calm=False)),
        ("reset-in-the-window", Odd(gone, caller(0), calm=False)),
        ("reset-in-the-window-ahead", Odd(gone, caller(8000), calm=False)),
        ("reset-in-the-window-answered", Odd("""
4 sipexplain.trying.state == 1    look-ahead
4 sipexplain.trying.ended_in == 7    look-ahead
6 sipexplain contains "the connection of the INVITE in frame 4 ends, not the call"    look-ahead
7 sipexplain.code == 200
7 sipexplain.request_in == 4
* no sipexplain.expired
* no sipexplain.trying.cause
""", caller(0, 200))),
        ("reset-of-the-next-hop", Odd(stuck + """
* no sipexplain.trying_timeout contains "cannot reach"
""", tried + next_hop(-900) + [late], calm=False)),
        ("reset-in-the-window-of-the-next-hop", Odd("""
1 sipexplain.trying.state == 3    look-ahead
1 sipexplain.trying.cause == 6    look-ahead
2 sipexplain.trying.cause_in == 7    look-ahead
8 sipexplain.expired == 2
""", tried + next_hop(8000) + [late], calm=False)),
        ("icmp-unanswered", Odd("""
1 sipexplain.trying.state == 3    look-ahead
1 sipexplain.trying.cause == 6    look-ahead
2 sipexplain.trying.cause_in == 4    look-ahead
4 sipexplain contains "quoted by an ICMP error"
4 sipexplain.request_in == 3
5 sipexplain.expired == 2
""", tried + [Frame(0.2, bytes(ether() / hop)), Frame(0.5, bytes(no_hop)), late], calm=False)),
        # Of a request that got nothing, not even a 100, an error that quotes it says nothing more.
        ("icmp-for-the-first-hop", Odd("""
1 no sipexplain.trying.state
2 sipexplain contains "quoted by an ICMP error"
* no sipexplain.trying.cause
* sipexplain.expired == 1 count 1
""", [Frame(0, udp(True, request())), Frame(0.2, bytes(unreachable)),
      *(Frame(time, udp(True, request())) for time in (0.5, 1.5, 3.5, 7.5, 15.5, 31.5)), late],
            calm=False)),
        ("100-unanswered", Odd("""
1 sipexplain.trying.state == 3    look-ahead
2 sipexplain.trying.state == 3    look-ahead
2 sipexplain.trying.cause == 0    look-ahead
3 sipexplain.expired == 2
* no sipexplain.no_response
""", [Frame(0, udp(True, request())), Frame(0.1, udp(False, response(100), elsewhere)), late],
            calm=False)),
        # What the plugin says of it in words is the ladders' business.
        ("cancel-for-a-live-call", Odd("""
1 sipexplain.cancelled_in == 3    look-ahead
1 sipexplain.trying.state == 4    look-ahead
1 sipexplain.trying.ended_in == 3    look-ahead
2 sipexplain.trying.state == 4    look-ahead
3 sipexplain.cancels == 1
3 sipexplain.trying.ended == 2
4 sipexplain.code == 200
4 sipexplain.request_in == 1
* no sipexplain.expired
""", tried + [Frame(5, udp(True, request("CANCEL"), to_edge)), Frame(8, udp(False, response(200)))],
            calm=False)),
        ("ack-for-a-live-call", Odd("""
1 sipexplain.trying.state == 1    look-ahead
1 sipexplain.trying.ended_in == 4    look-ahead
4 sipexplain.code == 200
4 sipexplain.request_in == 1
* no sipexplain.response_missing
* no sipexplain.expired
""", tried + [ack("alice a1", to_edge, 0.5), Frame(2, udp(False, response(200))), late])),
        ("ack-unanswered", Odd(acknowledged, tried + [ack("alice a1", to_edge), late])),
        ("ack-unanswered-as-of-the-caller", Odd(acknowledged, tried + [ack("alice a2"), late])),
        ("ack-unanswered-of-another", Odd(stuck + """
4 sipexplain.expired == 2
* no sipexplain.response_missing
""", tried + [ack("alice a2", to_edge), late], calm=False)),
        ("cancel-alone", Odd("* no sipexplain.cancels\n", frames([(0, True, request("CANCEL"))]))),
        ("ack-alone", Odd("1 sipexplain.transaction == 1\n", frames([(0, True, request("ACK"))]))),
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", choices=sorted(ALL))
    parser.add_argument("-o", "--output", type=Path, required=True)
    args = parser.parse_args()
    args.output.write_bytes(file_of(ALL[args.name]))
    print(ALL[args.name].why)


if __name__ == "__main__":
    sys.exit(main())
