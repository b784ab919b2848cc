#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes the fuzzers' first inputs, one folder each: what our ladders and recordings hold, and what
was found before (finds/).

How an input of fuzz_tracker is made up stands at its top.
"""

import argparse
import sys
from pathlib import Path

from scapy.all import IP, TCP, UDP, Ether, IPv6, PcapNgReader, PcapReader, Raw

FINDS = Path(__file__).parent / "finds"
CAPTURES = Path(__file__).parents[1] / "captures"
sys.path.insert(0, str(CAPTURES))

import ladder  # noqa: E402
import rfc4475  # noqa: E402

# As in move_time(): nanoseconds of a unit -> its number; a unit is taken up to 15 times.
UNITS = [(600_000_000_000, 5), (60_000_000_000, 4), (10_000_000_000, 3), (1_000_000_000, 2),
         (100_000_000, 1), (1_000_000, 0), (1, 7)]
HOSTS = 5                       # of 4 bytes
PORTS = {5060: 0, 5061: 1}
END = b"\xff"


def frames_of(path):
    """(nanoseconds, bytes of the frame) of a ladder or a recording."""
    if path.suffix == ".md":
        return [(frame.time * 1000, frame.data) for frame in ladder.build(ladder.read(path))]
    reader = PcapNgReader if path.suffix == ".pcapng" else PcapReader
    with reader(str(path)) as packets:
        return [(int(packet.time * 1_000_000) * 1000, bytes(packet)) for packet in packets]


def layers(data):
    """IP addresses, ports, UDP or TCP and payload of a frame; None for any other."""
    packet = Ether(data)
    ip = packet.getlayer(IP) or packet.getlayer(IPv6)
    transport = packet.getlayer(UDP) or packet.getlayer(TCP)
    if not ip or not transport:
        return None
    raw = transport.getlayer(Raw)
    return ip, transport, raw.load if raw else b""


def is_sip(payload):
    return b"SIP/2.0" in payload.split(b"\r\n", 1)[0]


def messages_of(path):
    found = (layers(data) for _, data in frames_of(path))
    return [parts[2] for parts in found if parts and is_sip(parts[2])]


# Events of fuzz_tracker

def event(kind, unit=0, steps=0, src=0, dst=0, ports=0, rest=b""):
    return bytes([ord(kind), unit, steps, src, dst, ports]) + rest.replace(END, b"") + END


def waits(ns):
    """Frames that let time pass."""
    for size, unit in UNITS:
        while ns >= size and (size > 1 or ns > 0):
            steps = min(ns // size, 15)
            yield event("t", unit, steps)
            ns -= steps * size
            if size == 1:
                return


def capture_events(path):
    hosts, now = {}, None
    for time, data in frames_of(path):
        parts = layers(data)
        now = time if now is None else now
        yield from waits(max(time - now, 0) // 1_000_000 * 1_000_000)
        now = max(time, now)
        if not parts:
            continue
        ip, transport, payload = parts
        src, dst = (hosts.setdefault(address, len(hosts) % HOSTS) for address in (ip.src, ip.dst))
        tcp = isinstance(transport, TCP)
        ports = (PORTS.get(transport.sport, 2) | PORTS.get(transport.dport, 2) << 2 |
                 (2 if tcp else 1) << 4)
        if tcp:
            sign = 1 if payload == b"\r\n\r\n" else 0
            rest = bytes([int(transport.flags) & 0x3f, min(len(payload), 7), sign,
                          transport.seq & 0xff, transport.ack & 0xff])
            yield event("s", src=src, dst=dst, ports=ports, rest=rest)
        elif not is_sip(payload):
            yield event("d", src=src, dst=dst, ports=ports, rest=payload)
        if is_sip(payload):
            yield event("m", src=src, dst=dst, ports=ports, rest=payload.split(b"\r\n\r\n")[0] +
                        b"\r\n\r\n")


def tcp_search(src, dst, ports, frame, options=0):
    return bytes([options]) + src + dst + ports + frame


def searches(path):
    """A few frames, with the addresses and ports that are in them."""
    for _, data in frames_of(path)[:6]:
        packet = Ether(data)
        ip, tcp = packet.getlayer(IP) or packet.getlayer(IPv6), packet.getlayer(TCP)
        if ip and tcp:
            raw = bytes(ip)
            src, dst = (raw[8:24], raw[24:40]) if ip.version == 6 else (raw[12:16], raw[16:20])
            yield tcp_search(src, dst, bytes(tcp)[:4], data, int(ip.version == 6))


def streams(messages):
    """Two or three messages after one another, whole and cut; options and verdicts in front."""
    told = bytes(range(8))
    for number, (a, b, c) in enumerate(zip(messages, messages[1:], messages[2:])):
        yield bytes([number % 16]) + told + (a + b + c)[:len(a + b + c) - number % 3 * 40]


# A handful of invented captures for what the recordings lack: made of choices, see make_message().
CHOICES = [
    event("M", rest=b"\x40\x00\x01\x01\x00\x00\x00") + event("M", src=1, rest=b"\x00\x00\x01\x01") +
    event("t", 4, 2) + event("e"),
    event("M", rest=b"\x40\x00\x02\x05\x01") + event("M", rest=b"\x40\x00\x02\x01\x05") +
    event("M", src=1, rest=b"\x0b\x00\x02\x05\x01"),
    event("M", rest=b"\x40\x03\x01\x01\x01\x00\x30") +
    event("M", src=1, rest=b"\x04\x03\x01\x01\x01\x00\x30") + event("t", 3, 3) +
    event("M", src=1, rest=b"\x40\x00\x02\x05\x01\x00\x08") +
    event("M", src=1, rest=b"\x0b\x00\x01\x01\x01"),
    event("M", 0x80, 1, rest=b"\x40\x00\x01") + event("M", 0x80, 2, 1, rest=b"\x00\x00\x01") +
    event("M", 0x80, 3, rest=b"\x40\x02\x01") + event("e"),
    # An INVITE with the longest Expires, cancelled as much earlier as time stamps go.
    event("M", 0x80, 2, rest=b"\x40\x00\x01\x01\x00\x00\x02") + event("M", src=1, rest=b"\x00\x00\x01\x01") +
    event("M", 0x80, 3, rest=b"\x40\x02\x01\x01\x00\x00\x02"),
    # A response that comes before its request, below a parent that is seen first, later, never.
    event("M", rest=b"\x40\x00\x01\x05") + event("M", src=1, rest=b"\x01\x00\x02\x01\x05") +
    event("M", rest=b"\x40\x00\x02\x01\x05") + event("M", src=1, rest=b"\x0f\x00\x02\x01\x05"),
    event("M", src=1, rest=b"\x01\x00\x02\x01\x05") + event("M", rest=b"\x40\x00\x02\x01\x05") +
    event("M", rest=b"\x40\x00\x01\x05"),
    event("Q", rest=b"\x40\x00\x01") + event("u", src=1) + event("R") + event("R"),
]


def write(folder, inputs):
    folder.mkdir(parents=True, exist_ok=True)
    found = [path.read_bytes() for path in (FINDS / folder.name).glob("*")]
    for number, data in enumerate(sorted({*inputs, *found})):
        (folder / f"seed-{number:04}").write_bytes(data)


def write_all(folder):
    paths = (sorted((CAPTURES / "ladders").glob("*.md")) +
             sorted((CAPTURES / "recorded").glob("*.pcapng")))
    torture = [message for _, message in rfc4475.MESSAGES.values()]
    messages = [message for path in paths for message in messages_of(path)] + torture
    write(folder / "fuzz_sip_msg", messages)
    write(folder / "fuzz_start_line", list(streams(messages)))
    captures = [b"".join(capture_events(path)) for path in paths]
    write(folder / "fuzz_tracker", captures + CHOICES)
    write(folder / "fuzz_tcp_header", [data for path in paths for data in searches(path)])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    write_all(parser.parse_args().folder)
