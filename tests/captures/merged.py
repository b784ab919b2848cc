# SPDX-License-Identifier: GPL-2.0-or-later
"""Many captures in one file, so that one process reads them all.

Each gets addresses of its own, in the outermost IP header only, so that no connection and no IP
fragment of one goes on in another; else every byte stays. Times stay too, so they go back.
"""

import struct

ETHERNET, RAW, LINUX_SLL, LINUX_SLL2 = 1, 101, 113, 276
NETWORK = {ETHERNET: (12, 14), LINUX_SLL: (14, 16), LINUX_SLL2: (0, 20)}   # ether type, payload
VLAN = (0x8100, 0x88A8)
SECTION, INTERFACE, PACKET, SECRETS = 0x0A0D0D0A, 1, 6, 10
HEADER = struct.pack("<IIIHHqI", SECTION, 28, 0x1A2B3C4D, 1, 0, -1, 28)


def merge(files):
    """Captures as bytes, pcap or pcapng in this machine's order of bytes -> one pcapng."""
    out, interfaces = [HEADER], 0
    for number, data in enumerate(files):
        blocks = list(pcapng_blocks(data) if data[:4] == b"\n\r\r\n" else pcap_blocks(data))
        links = [body[:2] for kind, body in blocks if kind == INTERFACE]
        for kind, body in blocks:
            if kind == PACKET:
                interface, high, low, kept, size = struct.unpack_from("<IIIII", body)
                packet = moved(struct.unpack("<H", links[interface])[0], body[20:20 + kept], number)
                body = struct.pack("<IIIII", interfaces + interface, high, low, kept, size) + packet
            if kind in (INTERFACE, PACKET, SECRETS):
                out.append(block(kind, body))
        interfaces += len(links)
    return b"".join(out)


def block(kind, body):
    body += bytes(-len(body) % 4)
    size = struct.pack("<I", 12 + len(body))
    return struct.pack("<I", kind) + size + body + size


def pcapng_blocks(data):
    at = 0
    while at < len(data):
        kind, size = struct.unpack_from("<II", data, at)
        yield kind, data[at + 8:at + size - 4]
        at += size


def pcap_blocks(data):
    link, = struct.unpack_from("<I", data, 20)
    yield INTERFACE, struct.pack("<HHI", link, 0, 0)
    at = 24
    while at < len(data):
        seconds, micros, kept, size = struct.unpack_from("<IIII", data, at)
        stamp = seconds * 1_000_000 + micros
        yield PACKET, struct.pack("<IIIII", 0, stamp >> 32, stamp & 0xFFFFFFFF, kept, size) + \
            data[at + 16:at + 16 + kept]
        at += 16 + kept


def moved(link, packet, number):
    """With other addresses in its IP header, if that is where it is looked for."""
    at = network(link, packet)
    if at is None or len(packet) < at + 20:
        return packet
    packet = bytearray(packet)
    version = packet[at] >> 4
    for address in {4: (at + 12, at + 16), 6: (at + 8, at + 24)}.get(version, ()):
        # The second and third byte of 10.x.y.z are few, and so are these of an IPv6 prefix.
        packet[address + 1] ^= number >> 8
        packet[address + (0 if version == 4 else 3)] ^= number & 0xFF
    return bytes(packet)


def network(link, packet):
    if link == RAW:
        return 0
    if link not in NETWORK or len(packet) < NETWORK[link][1]:
        return None
    kind_at, at = NETWORK[link]
    kind = int.from_bytes(packet[kind_at:kind_at + 2], "big")
    while kind in VLAN and len(packet) >= at + 4:
        kind = int.from_bytes(packet[at + 2:at + 4], "big")
        at += 4
    return at if kind in (0x0800, 0x86DD) else None
