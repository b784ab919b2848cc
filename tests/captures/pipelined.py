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
METHODS = ("INVITE", "MESSAGE", "NOTIFY", "OPTIONS", "INFO", "PUBLISH", "EXTENSION")
CODES = (200, 180, 183, 202, 302, 404, 480, 486, 503, 603, 599)


def message(number, kind):
    """A request where the number is even, else a response. Neighbours begin differently."""
    content_type, body = BODIES[kind]
    body = body.replace("\n", "\r\n").encode()
    method = METHODS[number // 2 % len(METHODS)]
    code = CODES[number // 2 % len(CODES)]
    lines = [f"{method} sip:bob@{SERVER} SIP/2.0" if number % 2 == 0 else f"SIP/2.0 {code} Words",
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


# Cases: (units, cuts). A unit is a list of messages that share a record or frame.

def spread(size, many):
    """So many places in a text, its ends left out."""
    return sorted({max(1, size * n // (many + 1)) for n in range(1, many + 1)})


def edges(parts):
    """Where something may go wrong: around the ends of heads and of messages."""
    at, found = 0, set()
    for part in parts:
        head = part.index(b"\r\n\r\n") + 4
        found |= {at + n for n in (4, 9, head // 2, head - 2, head, (head + len(part)) // 2,
                                   len(part) - 1, len(part))}
        at += len(part)
    return sorted(n for n in found if 0 < n < at)


class Numbered:
    """Messages that are told apart by their numbers."""

    def __init__(self):
        self.number = 0

    def __call__(self, *kinds):
        made = [message(self.number + i, kind) for i, kind in enumerate(kinds)]
        self.number += len(kinds)
        return made


def pairs(new, cuts):
    """All pairs of bodies in one segment, and cut in two; cuts: all, or so many of them."""
    for kinds in itertools.product(BODIES, repeat=2):
        places = edges(new(*kinds))
        for cut in [None, *(places if cuts is None else spread_of(places, cuts))]:
            yield new(*kinds), () if cut is None else (cut,)


def spread_of(places, many):
    return places[::max(1, len(places) // many)]


def runs(new):
    """Two to five messages, each with or without a body, in one segment or in segments of a size,
    which hold ends, wholes and beginnings."""
    other = itertools.cycle(kind for kind in BODIES if kind != "none")
    for count in range(2, 6):
        for mask in range(2 ** count):
            kinds = [next(other) if mask >> i & 1 else "none" for i in range(count)]
            parts = new(*kinds)
            yield parts, ()
            size = (120, 330, 700)[mask % 3]
            total = sum(map(len, parts))
            yield new(*kinds), tuple(range(size, total, size))


def everywhere(new):
    """Two messages, cut at every third byte."""
    kinds = "sdp", "none"
    for cut in range(1, sum(map(len, new(*kinds))) - 1, 3):
        yield new(*kinds), (cut,)


def unfinished(new):
    """The last message never comes to its end."""
    for kinds in (("none", "none"), ("sdp", "sdp"), ("sip", "text"), ("none", "sdp", "none")):
        parts = new(*kinds)
        for size in edges(parts[-1:]):
            *whole, last = new(*kinds)
            yield [*whole, last[:size]], ()


def alike():
    """Messages that differ in nothing, and in their CSeq number only; the last one unfinished."""
    same = message(1, "none")
    other = same.replace(b"CSeq: 2", b"CSeq: 3").replace(b"z9hG4bK1", b"z9hG4bKx")
    for parts in ([same, same], [same, other], [same, same, message(2, "sdp"), same],
                  [same, other[:-9]], [same, same[:-9]], [message(1, "sdp"), other[:-30]]):
        yield parts, ()


def spelled(new):
    """Header fields that readers may read in different ways, before a whole message."""
    def with_length(value):
        return lambda text: text.replace(b"Content-Length: 0", b"Content-Length: " + value)

    changes = [with_length(value) for value in (
        b"", b" ", b"\0", b"0\0", b"0\0 1", b"00", b"abc", b"-5", b"5x", b"0x10", b"0, 0")]
    changes += [lambda text, a=a, b=b: text.replace(a, b, 1) for a, b in (
        (b"Call-ID: ", b"Call-ID: \0"), (b"Call-ID: ", b"Call-ID: a\0b"),
        (b"Call-ID: ", "Call-ID: \u00e9".encode()), (b"Call-ID: ", b"Call-ID: x\r\nCall-ID: "),
        (b"CSeq: ", b"CSeq: 7 FOO\r\nCSeq: "), (b"CSeq: ", b"CSeq: 0000"), (b"From:", b"From\0:"))]
    for change in changes:
        first, = new("none")
        yield [change(first), *new("sdp")], ()
        yield [*new("text"), change(new("none")[0])], ()
        yield [change(first), *new("none", "none")], ()


def together(cases):
    return [([parts], cuts) for parts, cuts in cases]


def apart(cases):
    return [([[part] for part in parts], cuts) for parts, cuts in cases]


def halves(cases):
    """Each record begins in the middle of a message."""
    for parts, cuts in cases:
        text = b"".join(parts)
        places = [0, *(sum(map(len, parts[:i])) + len(part) // 2 for i, part in enumerate(parts)),
                  len(text)]
        yield [[text[a:b]] for a, b in itertools.pairwise(places)], cuts


def cases_over(carrier):
    new = Numbered()
    if carrier == "tcp":
        return together([*pairs(new, None), *runs(new), *everywhere(new), *unfinished(new),
                         *alike(), *spelled(new)])
    made = apart([*pairs(new, 2), *runs(new)])
    if carrier == "tls":
        made += together([*pairs(new, 1), *runs(new)])
        made += halves([*pairs(new, 1), *runs(new)])
    return made


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
    packets, secrets = [], ""
    for number, (units, cuts) in enumerate(cases):
        connection = Connection(number, carrier)
        connection.say([b"".join(unit) for unit in units], cuts)
        packets += connection.end()
        secrets += connection.carry.secret or ""
    return pcapng(packets, secrets)
