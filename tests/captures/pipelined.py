# SPDX-License-Identifier: GPL-2.0-or-later
"""Captures of connections that carry several SIP messages in a segment, a TLS record or a WebSocket
frame, with and without bodies, cut anywhere. Every case is a connection of its own.

TLS has a cipher suite that does not encrypt (RFC 5246 A.5), so that no library is needed; without
the secrets that the file holds, Wireshark takes its records for encrypted all the same.
"""

import hashlib
import hmac
import itertools
import socket
import struct

CLIENT, SERVER = "10.0.0.1", "10.0.0.2"
PORTS = {"tcp": 5060, "tls": 5061, "ws": 8080}
FIN, SYN, PUSH, ACK = 1, 2, 8, 16
LINKTYPE_RAW = 101
SECRETS_BLOCK, TLS_KEY_LOG = 10, 0x544C534B
TLS_1_2 = b"\x03\x03"
NULL_SHA256 = b"\x00\x3b"       # TLS_RSA_WITH_NULL_SHA256
CHANGE_CIPHER_SPEC, HANDSHAKE, APPLICATION_DATA = 20, 22, 23
CLIENT_HELLO, SERVER_HELLO, FINISHED = 1, 2, 20
WS_MASK = b"\x11\x22\x33\x44"


# Messages

SDP = """v=0
o=- 1 1 IN IP4 10.0.0.1
s=-
c=IN IP4 10.0.0.1
t=0 0
m=audio 20000 RTP/AVP 0
"""
XML = """<?xml version="1.0"?>
<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="0" state="full" entity="sip:a@b"/>
"""
INNER = """OPTIONS sip:inner@example.com SIP/2.0
Via: SIP/2.0/TCP 10.0.0.9;branch=z9hG4bKinner
From: <sip:x@example.com>;tag=x
To: <sip:y@example.com>
Call-ID: inner
CSeq: 1 OPTIONS
Content-Length: 0

"""
MULTIPART = f"""--b1
Content-Type: application/sdp

{SDP}
--b1
Content-Type: text/plain

hello
--b1--
"""
BODIES = {
    "none": ("", ""),
    "sdp": ("application/sdp", SDP),
    "text": ("text/plain", "SIP/2.0 is the version; INVITE sip:x SIP/2.0 begins a request.\n"),
    "xml": ("application/dialog-info+xml", XML),
    "multipart": ("multipart/mixed;boundary=b1", MULTIPART),
    "sipfrag": ("message/sipfrag", "SIP/2.0 100 Trying\n"),
    "sip": ("message/sip", INNER),
    "unknown": ("application/x-unknown", "something else"),
    "untyped": ("", "a body without a type"),
}
METHODS = ("INVITE", "MESSAGE", "NOTIFY", "OPTIONS", "INFO")


def message(number, kind, first=None):
    """A request where the number is even, else a response."""
    content_type, body = BODIES[kind]
    body = body.replace("\n", "\r\n").encode()
    method = METHODS[number // 2 % len(METHODS)]
    start = f"{method} sip:bob@{SERVER} SIP/2.0" if number % 2 == 0 else "SIP/2.0 200 OK"
    lines = [first or start,
             f"Via: SIP/2.0/TCP {CLIENT};branch=z9hG4bK{number}",
             f"From: <sip:alice@example.com>;tag=a{number}",
             f"To: <sip:bob@example.com>{';tag=b' if number % 2 else ''}",
             f"Call-ID: {number}@{CLIENT}", f"CSeq: {number + 1} {method}",
             *([f"Content-Type: {content_type}"] if content_type else []),
             f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


# What carries them

class Connection:
    """Its packets, from the handshake on."""

    def __init__(self, number, carrier, client=CLIENT, server=SERVER):
        self.ends = [(client, 10000 + number % 50000), (server, PORTS[carrier])]
        self.seq = [1000, 5000]
        self.packets, self.number = [], number
        self.segment(b"", SYN)
        self.segment(b"", SYN | ACK, side=1)
        self.segment(b"")
        self.carry = {"tcp": Plain, "tls": Tls, "ws": WebSocket}[carrier](self)

    def segment(self, payload, flags=ACK, side=0):
        src, dst = self.ends[side], self.ends[1 - side]
        acknowledged = 0 if flags == SYN else self.seq[1 - side]
        header = struct.pack("!HHIIBBHHH", src[1], dst[1], self.seq[side], acknowledged, 0x50,
                             flags | (PUSH if payload else 0), 65535, 0, 0)
        self.packets.append(ip(6, src[0], dst[0], header + payload))
        self.seq[side] += len(payload) + bool(flags & (SYN | FIN))

    def say(self, units, cuts=()):
        """Sends units, each in a record or frame of its own, in segments cut at these bytes."""
        payload = b"".join(map(self.carry.wrap, units))
        for start, end in itertools.pairwise([0, *cuts, len(payload)]):
            self.segment(payload[start:end])

    def end(self):
        self.segment(b"", FIN | ACK)
        return self.packets


class Plain:
    secret = None

    def __init__(self, connection):
        pass

    @staticmethod
    def wrap(unit):
        return unit


class WebSocket:
    secret = None

    def __init__(self, connection):
        connection.segment(
            b"GET / HTTP/1.1\r\nHost: example.com\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: sip\r\n"
            b"Sec-WebSocket-Version: 13\r\n\r\n")
        connection.segment(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: sip\r\n"
            b"\r\n", side=1)

    @staticmethod
    def wrap(unit):
        size = (struct.pack("!B", 0x80 | len(unit)) if len(unit) < 126
                else struct.pack("!BH", 0x80 | 126, len(unit)))
        return b"\x81" + size + WS_MASK + bytes(c ^ WS_MASK[i % 4] for i, c in enumerate(unit))


class Tls:
    def __init__(self, connection):
        randoms = [hashlib.sha256(f"{side} {connection.number}".encode()).digest()
                   for side in ("client", "server")]
        master = hashlib.sha384(randoms[0]).digest()
        self.secret = f"CLIENT_RANDOM {randoms[0].hex()} {master.hex()}\n"
        self.keys = prf(master, b"key expansion" + randoms[1] + randoms[0], 64)
        self.sent = [0, 0]
        hello = TLS_1_2 + randoms[0] + b"\0\0\2" + NULL_SHA256 + b"\1\0"
        connection.segment(record(HANDSHAKE, handshake(CLIENT_HELLO, hello)))
        hello = TLS_1_2 + randoms[1] + b"\0" + NULL_SHA256 + b"\0"
        connection.segment(record(HANDSHAKE, handshake(SERVER_HELLO, hello)), side=1)
        for side in (0, 1):
            finished = self.protect(HANDSHAKE, handshake(FINISHED, bytes(12)), side)
            connection.segment(record(CHANGE_CIPHER_SPEC, b"\1") + finished, side=side)

    def protect(self, content, data, side):
        header = struct.pack("!QB2sH", self.sent[side], content, TLS_1_2, len(data))
        key = self.keys[32 * side:32 * side + 32]
        self.sent[side] += 1
        return record(content, data + hmac.digest(key, header + data, "sha256"))

    def wrap(self, unit):
        return self.protect(APPLICATION_DATA, unit, 0)


def record(content, data):
    return bytes([content]) + TLS_1_2 + struct.pack("!H", len(data)) + data


def handshake(kind, data):
    return bytes([kind]) + len(data).to_bytes(3, "big") + data


def prf(secret, seed, size):
    """RFC 5246 5, with SHA-256."""
    result, a = b"", seed
    while len(result) < size:
        a = hmac.digest(secret, a, "sha256")
        result += hmac.digest(secret, a + seed, "sha256")
    return result[:size]


def ip(protocol, src, dst, payload):
    return struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), 0, 0, 64, protocol, 0,
                       socket.inet_aton(src), socket.inet_aton(dst)) + payload


def udp(src, dst, payload, ports=(5060, 5060)):
    return ip(17, src, dst, struct.pack("!HHHH", *ports, 8 + len(payload), 0) + payload)


# Files

def block(kind, body):
    body += bytes(-len(body) % 4)
    size = struct.pack("<I", 12 + len(body))
    return struct.pack("<I", kind) + size + body + size


def pcapng(packets, secrets="", snap=None):
    """One packet each millisecond."""
    parts = [block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)),
             block(1, struct.pack("<HHI", LINKTYPE_RAW, 0, 0))]
    if secrets:
        text = secrets.encode()
        parts.append(block(SECRETS_BLOCK, struct.pack("<II", TLS_KEY_LOG, len(text)) + text))
    for number, packet in enumerate(packets):
        stamp = 1_767_225_600_000_000 + number * 1000
        kept = packet[:snap]
        parts.append(block(6, struct.pack("<IIIII", 0, stamp >> 32, stamp & 0xFFFFFFFF, len(kept),
                                          len(packet)) + kept))
    return b"".join(parts)


def capture(carrier, cases):
    """Cases: (units, cuts), units being lists of messages that share a record or frame."""
    packets, secrets = [], ""
    for number, (units, cuts) in enumerate(cases):
        connection = Connection(number, carrier)
        connection.say([b"".join(unit) for unit in units], cuts)
        packets += connection.end()
        secrets += connection.carry.secret or ""
    return pcapng(packets, secrets)
