# SPDX-License-Identifier: GPL-2.0-or-later
"""Captures of any size for the benchmark, written packet by packet.

A kind is a function of the number of its units (calls, RTP packets, exchanges) that yields
(seconds, packet) pairs. The same number always gives the same bytes.
"""

import heapq
import itertools
import struct

COOKIE = "z9hG4bK"
CALLER, PROXY, CALLEE = "10.0.0.1", "10.0.0.2", "10.0.0.3"
SIP_PORT = 5060
SYN, FIN, PSH, ACK = 2, 1, 8, 16
LINKTYPE_RAW = 101
ALLOW = "Allow: INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, NOTIFY, INFO, UPDATE, PRACK"
SUPPORTED = "Supported: replaces, timer, outbound"
START = 1_700_000_000
CALL_INTERVAL = 0.01

SDP = """v=0
o=alice 2890844526 2890844526 IN IP4 {host}
s=-
c=IN IP4 {host}
t=0 0
m=audio {port} RTP/AVP 0 8 101
a=rtpmap:0 PCMU/8000
a=rtpmap:8 PCMA/8000
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-15
a=ptime:20
a=sendrecv
"""


def write(file, packets):
    """Writes a capture and returns how many packets it has."""
    count = 0
    file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 262144, LINKTYPE_RAW))
    for seconds, packet in packets:
        time = START * 1_000_000 + round(seconds * 1_000_000)
        file.write(struct.pack("<IIII", *divmod(time, 1_000_000), len(packet), len(packet)))
        file.write(packet)
        count += 1
    return count


# Packets

def ip(protocol, source, target, payload):
    header = [0x45, 0, 20 + len(payload), 0, 0, 64, protocol, 0, address(source), address(target)]
    header[7] = checksum(struct.pack("!BBHHHBBH4s4s", *header))
    return struct.pack("!BBHHHBBH4s4s", *header) + payload


def address(text):
    return bytes(map(int, text.split(".")))


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    return ~(total % 0xffff) & 0xffff


def udp(source, target, payload, ports=(SIP_PORT, SIP_PORT)):
    return ip(17, source, target, struct.pack("!HHHH", *ports, 8 + len(payload), 0) + payload)


class Stream:
    """A TCP connection: the numbers of both ends."""

    def __init__(self, client, server, ports):
        self.ends = [(client, ports[0]), (server, ports[1])]
        self.sent = [1, 1]

    def handshake(self):
        yield self.segment(0, flags=SYN)
        yield self.segment(1, flags=SYN | ACK)
        yield self.segment(0)

    def end(self):
        for side in (0, 1):
            yield self.segment(side, flags=FIN | ACK)
            yield self.segment(1 - side)

    def segment(self, side, payload=b"", flags=ACK):
        (source, source_port), (target, target_port) = self.ends[side], self.ends[1 - side]
        seen = self.sent[1 - side] if flags & ACK else 0
        flags |= PSH if payload else 0
        packet = ip(6, source, target, struct.pack(
            "!HHIIBBHHH", source_port, target_port, self.sent[side] % 2**32, seen % 2**32,
            5 << 4, flags, 65535, 0, 0) + payload)
        self.sent[side] += len(payload) + bool(flags & (SYN | FIN))
        return packet


# SIP

def request(method, number, hops, cseq, body="", to_tag=""):
    """One request of call number; hops are the senders that its Via stack names, top first."""
    lines = [f"{method} sip:bob@{CALLEE}:{SIP_PORT} SIP/2.0", "Max-Forwards: 69",
             *common(number, method, hops, cseq, to_tag),
             "User-Agent: Example Phone 2.1 (build 4711)"]
    if method == "INVITE" and hops[0] == PROXY:
        lines += [f"Record-Route: <sip:{PROXY};lr>"]
    elif method != "INVITE" and hops[0] == CALLER:
        lines += [f"Route: <sip:{PROXY};lr>"]
    if method != "ACK":
        lines += [f"Contact: <sip:alice@{CALLER}:{SIP_PORT}>", ALLOW, SUPPORTED]
    if method == "INVITE":
        lines += ["P-Asserted-Identity: \"Alice\" <sip:alice@example.com>",
                  "Session-Expires: 1800;refresher=uac", "Min-SE: 90"]
    return text(lines, body)


def response(code, phrase, method, number, hops, cseq, body="", to_tag=""):
    lines = [f"SIP/2.0 {code} {phrase}", *common(number, method, hops, cseq, to_tag)]
    if code != 100:
        lines += [f"Record-Route: <sip:{PROXY};lr>", f"Contact: <sip:bob@{CALLEE}:{SIP_PORT}>",
                  "Server: Example Gateway 7.0", ALLOW, SUPPORTED]
    return text(lines, body)


def common(number, method, hops, cseq, to_tag):
    return [*(f"Via: SIP/2.0/UDP {hop}:{SIP_PORT};rport;"
              f"branch={COOKIE}-{number:08x}-{cseq}-{method.lower()}-{hop}" for hop in hops),
            f"From: \"Alice\" <sip:alice@example.com>;tag=a{number:08x}",
            "To: <sip:bob@example.com>" + (f";tag={to_tag}" if to_tag else ""),
            f"Call-ID: {number:08x}-4d5e-6f70@{CALLER}", f"CSeq: {cseq} {method}"]


def text(lines, body):
    body = body.replace("\n", "\r\n")
    lines += ["Content-Type: application/sdp"] if body else []
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", body]).encode()


def call_messages(number):
    """A call through a proxy that stays in the dialog: (source, target, bytes)."""
    tag = f"b{number:08x}"
    near, far = [CALLER], [PROXY, CALLER]
    offer, answer = (SDP.format(host=host, port=20000 + 2 * (number % 20000))
                     for host in (CALLER, CALLEE))
    up = ((CALLEE, PROXY, far), (PROXY, CALLER, near))
    down = ((CALLER, PROXY, near), (PROXY, CALLEE, far))
    invite = [(a, b, request("INVITE", number, hops, 1, offer)) for a, b, hops in down]
    yield invite[0]
    yield PROXY, CALLER, response(100, "Trying", "INVITE", number, near, 1)
    yield invite[1]
    for a, b, hops in up:
        yield a, b, response(180, "Ringing", "INVITE", number, hops, 1, to_tag=tag)
    for a, b, hops in up:
        yield a, b, response(200, "OK", "INVITE", number, hops, 1, answer, tag)
    for a, b, hops in down:
        yield a, b, request("ACK", number, hops, 1, to_tag=tag)
    for a, b, hops in down:
        yield a, b, request("BYE", number, hops, 2, to_tag=tag)
    for a, b, hops in up:
        yield a, b, response(200, "OK", "BYE", number, hops, 2, to_tag=tag)


# What the two-hop call above holds
CALL_TRANSACTIONS, CALL_MESSAGES = 6, 13


def sip(calls):
    """Calls over UDP."""
    for number in range(calls):
        for i, (source, target, message) in enumerate(call_messages(number)):
            yield number * CALL_INTERVAL + i * 0.0005, udp(source, target, message)


def sip_tcp(calls, per_segment=4):
    """Calls over one connection for each hop; calls that began together share their segments."""
    streams = {CALLER: Stream(CALLER, PROXY, (40000, SIP_PORT)),
               CALLEE: Stream(PROXY, CALLEE, (40001, SIP_PORT))}
    for stream in streams.values():
        for packet in stream.handshake():
            yield 0, packet
    for first in range(0, calls, per_segment):
        together = zip(*map(call_messages, range(first, first + per_segment)))
        for i, messages in enumerate(together):
            source, target, _ = messages[0]
            stream = streams[source if source in streams else target]
            side = int(source != stream.ends[0][0])
            payload = b"".join(message for _, _, message in messages)
            yield first * CALL_INTERVAL + i * 0.0005, stream.segment(
                side, payload.replace(b"SIP/2.0/UDP", b"SIP/2.0/TCP"))


# What is no SIP

def rtp(packets):
    """One call, and the sound of both sides."""
    yield from itertools.islice(sip(1), 9)
    for n in range(packets):
        ends = [CALLER, CALLEE] if n % 2 == 0 else [CALLEE, CALLER]
        header = struct.pack("!BBHII", 0x80, 0, n // 2 % 65536, n // 2 * 160 % 2**32, 1000 + n % 2)
        yield 1 + n * 0.01, udp(*ends, header + b"\xff" * 160, (20000, 20000))


TRUNK_RTP = 247         # packets of sound for the 13 of a call: one in twenty is SIP


def trunk(calls):
    """Calls at the same time, and the sound of both sides between the ports of their session descriptions."""
    return heapq.merge(*map(trunk_call, range(1, calls + 1)), key=lambda packet: packet[0])


def trunk_call(number):
    messages = list(call_messages(number))
    begin = number * CALL_INTERVAL
    hang_up = begin + 0.01 + TRUNK_RTP * 0.01
    for i, (source, target, message) in enumerate(messages[:9]):
        yield begin + i * 0.0005, udp(source, target, message)
    port = 20000 + 2 * (number % 20000)
    for n in range(TRUNK_RTP):
        ends = [CALLER, CALLEE] if n % 2 == 0 else [CALLEE, CALLER]
        header = struct.pack("!BBHII", 0x80, 0, n // 2, n // 2 * 160, 2 * number + n % 2)
        yield begin + 0.01 + n * 0.01, udp(*ends, header + b"\xff" * 160, (port, port))
    for i, (source, target, message) in enumerate(messages[9:]):
        yield hang_up + i * 0.0005, udp(source, target, message)


def mix(exchanges):
    """Names looked up, then a page over HTTP and one over TLS from each."""
    for n in range(exchanges):
        for i, packet in enumerate(exchange(n)):
            yield n * 0.05 + i * 0.001, packet


def exchange(n):
    server = f"192.0.{n // 250 % 250}.{1 + n % 250}"
    client_port = 10000 + n % 50000
    name = b"".join(bytes([len(part)]) + part for part in (b"www", b"host%d" % n, b"example", b""))
    question = name + struct.pack("!HH", 1, 1)
    answer = b"\xc0\x0c" + struct.pack("!HHIH", 1, 1, 300, 4) + address(server)
    ports = (client_port, 53)
    yield udp(CALLER, PROXY, struct.pack("!6H", n % 65536, 0x100, 1, 0, 0, 0) + question, ports)
    yield udp(PROXY, CALLER, struct.pack("!6H", n % 65536, 0x8180, 1, 1, 0, 0) + question + answer,
              ports[::-1])
    page = b"<html><body>" + b"text " * 200 + b"</body></html>"
    yield from tcp_exchange(
        Stream(CALLER, server, (client_port, 80)),
        b"GET /page/%d HTTP/1.1\r\nHost: host%d.example\r\nAccept: */*\r\n\r\n" % (n, n),
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(page),
        page)
    yield from tcp_exchange(Stream(CALLER, server, (client_port, 443)), client_hello(n),
                            server_hello(n), *(tls_record(23, bytes([n % 251]) * 1200),) * 6)


def tcp_exchange(stream, asked, *answers):
    yield from stream.handshake()
    yield stream.segment(0, asked)
    for answer in answers:
        yield stream.segment(1, answer)
        yield stream.segment(0)
    yield from stream.end()


def tls_record(content, data):
    return struct.pack("!BHH", content, 0x0303, len(data)) + data


def handshake(kind, data):
    return tls_record(22, struct.pack("!I", kind << 24 | len(data)) + data)


def client_hello(n):
    host = b"host%d.example" % n
    name = struct.pack("!HBH", len(host) + 3, 0, len(host)) + host
    extensions = struct.pack("!HH", 0, len(name)) + name + bytes.fromhex("002b0003020304")
    return handshake(1, struct.pack("!HI28sBHHBBH", 0x0303, n, b"\x11" * 28, 0, 2, 0x1301, 1, 0,
                                    len(extensions)) + extensions)


def server_hello(n):
    return handshake(2, struct.pack("!HI28sBHBH", 0x0303, n, b"\x22" * 28, 0, 0x1301, 0, 6) +
                     bytes.fromhex("002b00020304"))
