# SPDX-License-Identifier: GPL-2.0-or-later
"""How the lines of a ladder travel: UDP, TCP, WebSocket, IP fragments, ICMP, and the pcap file."""

import struct
from dataclasses import dataclass, field

from scapy.layers.dns import DNS, DNSQR
from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet6 import ICMPv6DestUnreach, ICMPv6PacketTooBig, ICMPv6TimeExceeded, IPv6
from scapy.layers.l2 import Ether
from scapy.packet import Raw

from ladder_error import LadderError

BASE = 1_767_225_600                # 2026-01-01 00:00:00 UTC
ETHERNET = 14
RTP_PORT = 40000
DNS_PORT = 40053
WS_MASK = b"\x11\x22\x33\x44"
ICMP_ERRORS = {                     # name -> (IPv4 type, code), (IPv6 message, code)
    "net-unreachable": ((3, 0), (ICMPv6DestUnreach, 0)),
    "host-unreachable": ((3, 1), (ICMPv6DestUnreach, 3)),
    "port-unreachable": ((3, 3), (ICMPv6DestUnreach, 4)),
    "redirect": ((5, 1), (None, 0)),
    "admin-prohibited": ((3, 13), (ICMPv6DestUnreach, 1)),
    "ttl-exceeded": ((11, 0), (ICMPv6TimeExceeded, 0)),
    "too-big": ((3, 4), (ICMPv6PacketTooBig, 0)),       # with 'mtu N'
}


def check_cut(line, cut, start, length):
    if not start < cut < length:
        raise LadderError(f"'split {cut}' is not inside the message ({length} bytes)", line.number)


@dataclass
class Frame:
    time: int                       # microseconds after the base
    data: bytes
    line: object
    snap: int | None = None
    note: str = ""                  # for frames that no line asks for by itself


@dataclass
class Connection:
    client: object                  # the End that sent the SYN
    seq: dict                       # (address, port) -> next sequence number
    waiting: bool = False           # only a SYN so far
    finished: set = field(default_factory=set)


class Wire:
    """Collects frames. Frames that come by themselves stand one microsecond apart."""

    def __init__(self):
        self.frames = []
        self.connections = {}
        self.opened = 0
        self.packets = 0
        self.pending = []           # lines of one TCP segment: (line, payload)

    # What ladder.build calls, one method for each kind of line

    def message(self, line, payload, joined):
        """One SIP or raw message; joined: the next line shares its segment."""
        if line.transport == "udp":
            return self.datagram(line, payload)
        self.pending.append((line, payload))
        if not joined:
            self.segments(self.pending)
            self.pending = []
        return None

    def tcp(self, line):
        events = {"SYN": self.syn, "ACK": self.ack, "FIN": self.fin, "RST": self.rst}
        events.get(line.words[0], self.keep_alive)(line)

    def rtp(self, line):
        header = struct.pack("!BBHII", 0x80, 8, self.packets, 160 * self.packets, 0x5EED)
        self.udp(line, RTP_PORT, RTP_PORT, header + b"\xd5" * 160)

    def dns(self, line):
        name = line.words[0] if line.words else "example.com"
        query = DNS(id=self.packets, rd=1, qd=DNSQR(qname=name))
        self.udp(line, DNS_PORT, 53, bytes(query))

    def icmp(self, line):
        if len(line.words) != 1 or line.words[0] not in ICMP_ERRORS:
            raise LadderError(f"'icmp' knows {', '.join(ICMP_ERRORS)}")
        (type4, code4), (message6, code6) = ICMP_ERRORS[line.words[0]]
        v6 = ":" in line.src.host.address
        if v6 and not message6:
            raise LadderError(f"'{line.words[0]}' is of IPv4")
        packet = self.frame_of(line.options["of"]).data[ETHERNET:]
        quoted = packet[:line.options.get("quote", 48 if v6 else 28)]
        if "whole" in line.options:
            quoted = packet
        error = message6(code=code6) if v6 else ICMP(type=type4, code=code4)
        if line.words[0] == "too-big":
            setattr(error, "mtu" if v6 else "nexthopmtu", line.options.get("mtu", 0))
        self.put(line, self.ip(line.src, line.dst) / error / Raw(quoted))

    def again(self, line):
        """The same bytes seen once more: a slow mirror port, a TCP retransmission."""
        frame = self.frame_of(int(line.words[0]))
        snap = line.options.get("snap", frame.snap)
        self.frames.append(Frame(line.time, frame.data, line, snap))

    # UDP

    def udp(self, line, src_port, dst_port, payload):
        src_port = line.src.written_port or src_port
        dst_port = line.dst.written_port or dst_port
        udp = UDP(sport=src_port, dport=dst_port) / Raw(payload)
        self.put(line, self.ip(line.src, line.dst) / udp)

    def datagram(self, line, payload):
        if "split" not in line.options:
            return self.udp(line, line.src.port, line.dst.port, payload)
        return self.fragments(line, payload)

    def fragments(self, line, payload):
        """'split' over UDP: IP fragments, cut at bytes counted from the UDP header."""
        cuts = line.options["split"]
        if ":" in line.src.host.address or any(cut % 8 for cut in cuts):
            raise LadderError("'split' over UDP makes IPv4 fragments: multiples of 8")
        ip = self.ip(line.src, line.dst)
        udp = UDP(sport=line.src.port, dport=line.dst.port) / Raw(payload)
        whole = bytes(ip / udp)[ETHERNET + 20:]
        for cut in cuts:
            check_cut(line, cut, 0, len(whole))
        starts = [0] + cuts
        for nth, (start, end) in enumerate(zip(starts, cuts + [len(whole)])):
            part = ip.copy()
            if nth and "rest-lost" in line.options:
                break
            part.flags, part.frag, part.proto = ("MF" if end < len(whole) else 0), start // 8, 17
            self.put(line, part / Raw(whole[start:end]), nth)

    # TCP and WebSocket

    def segments(self, said):
        """The messages of one segment; each 'split' starts another."""
        line = said[0][0]
        conn = self.connection(line)
        parts = [b""]
        for each, payload in said:
            start = 0
            payload = self.ws_frame(conn, each, payload) if each.transport == "ws" else payload
            for cut in each.options.get("split", []):
                check_cut(each, cut, start, len(payload))
                parts[-1] += payload[start:cut]
                parts.append(b"")
                start = cut
            parts[-1] += payload[start:]
        for nth, part in enumerate(parts):
            self.segment(line, conn, "PA", part, nth)

    def keep_alive(self, line):
        self.segment(line, self.connection(line), "PA", b"\r\n" * (len(line.words[0]) // 4))

    def connection(self, line):
        """The connection a message travels on; made with a handshake where there is none."""
        conn = self.connections.get(pair(line))
        if conn and not conn.waiting and place(line.src) not in conn.finished:
            return conn
        conn = self.new_connection(line)
        if line.handshake:
            early = -5 if line.transport == "ws" else -3
            self.control(line, conn, line.src, "S", early)
            self.control(line, conn, line.dst, "SA", early + 1)
            self.control(line, conn, line.src, "A", early + 2)
            if line.transport == "ws":
                self.upgrade(line, conn)
        return conn

    def new_connection(self, line):
        self.opened += 1
        first = 1_000_000 * self.opened
        seq = {place(line.src): first, place(line.dst): first + 500_000}
        conn = Connection(line.src, seq)
        self.connections[pair(line)] = conn
        return conn

    def syn(self, line):
        conn = self.connections.get(pair(line))
        if not (conn and conn.waiting):
            conn = self.new_connection(line)
            conn.waiting = True
        else:
            conn.seq[place(line.src)] -= 1      # the same SYN once more
        self.control(line, conn, line.src, "S")

    def ack(self, line):
        self.control(line, self.connection(line), line.src, "A")

    def fin(self, line):
        conn = self.connections.get(pair(line)) or self.new_connection(line)
        self.control(line, conn, line.src, "FA")
        conn.finished.add(place(line.src))

    def rst(self, line):
        conn = self.connections.pop(pair(line), None) or self.new_connection(line)
        self.control(line, conn, line.src, "RA")
        self.connections.pop(pair(line), None)

    def control(self, line, conn, sender, flags, late=0):
        """A segment without payload. SYN and FIN take a sequence number."""
        note = f"(TCP handshake of line {line.number})" if late else ""
        self.segment(line, conn, flags, b"", late, sender, note)
        conn.seq[place(sender)] += "S" in flags or "F" in flags

    def segment(self, line, conn, flags, payload, late=0, sender=None, note=""):
        sender = sender or line.src
        receiver = line.dst if place(sender) == place(line.src) else line.src
        ack = conn.seq[place(receiver)] if "A" in flags else 0
        tcp = TCP(sport=sender.port, dport=receiver.port, flags=flags,
                  seq=conn.seq[place(sender)], ack=ack)
        self.put(line, self.ip(sender, receiver) / tcp / Raw(payload), late, note)
        conn.seq[place(sender)] += len(payload)

    def upgrade(self, line, conn):
        """The WebSocket handshake of RFC 7118; key and answer are RFC 6455's own example."""
        ask = (f"GET / HTTP/1.1\r\nHost: {line.dst.host.hostport}\r\nUpgrade: websocket\r\n"
               "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
               "Sec-WebSocket-Protocol: sip\r\nSec-WebSocket-Version: 13\r\n\r\n")
        answer = ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                  "Connection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
                  "Sec-WebSocket-Protocol: sip\r\n\r\n")
        note = f"(WebSocket handshake of line {line.number})"
        self.segment(line, conn, "PA", ask.encode(), -2, line.src, note)
        self.segment(line, conn, "PA", answer.encode(), -1, line.dst, note)

    def ws_frame(self, conn, line, payload):
        """One text frame; the client masks (RFC 6455 section 5.3)."""
        masked = place(line.src) == place(conn.client)
        size = len(payload)
        short, mask_bit = size < 126, masked << 7
        length = bytes([size | mask_bit]) if short else struct.pack("!BH", 126 | mask_bit, size)
        if masked:
            payload = WS_MASK + bytes(byte ^ WS_MASK[i % 4] for i, byte in enumerate(payload))
        return b"\x81" + length + payload

    # Frames

    def ip(self, src, dst):
        """Ethernet and IP. Each packet has its own id: a repeated message is another packet."""
        self.packets += 1
        versions = {":" in end.host.address for end in (src, dst)}
        if len(versions) == 2:
            raise LadderError("one end is IPv4 and the other IPv6")
        ether = Ether(src=mac(src), dst=mac(dst))
        if versions.pop():
            return ether / IPv6(src=src.host.address, dst=dst.host.address)
        return ether / IP(src=src.host.address, dst=dst.host.address, id=self.packets)

    def put(self, line, packet, late=0, note=""):
        """Late: microseconds after the time of the line."""
        if "lost" in line.options and not note:
            return
        for _ in range(2 if "dup" in line.options and not note else 1):
            self.frames.append(
                Frame(line.time + late, bytes(packet), line, line.options.get("snap"), note))

    def frame_of(self, number):
        if not 1 <= number <= len(self.frames):
            raise LadderError(f"there is no frame {number} yet (there are {len(self.frames)})")
        return self.frames[number - 1]


def place(end):
    return end.host.address, end.port


def pair(line):
    return frozenset((place(line.src), place(line.dst)))


def mac(end):
    return f"02:00:00:00:00:{end.host.nth:02x}"


def pcap(frames):
    """A pcap file, Ethernet, microseconds."""
    records = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1)]
    for frame in frames:
        seconds, micros = divmod(BASE * 1_000_000 + frame.time, 1_000_000)
        kept = frame.data if frame.snap is None else frame.data[:frame.snap]
        records.append(struct.pack("<IIII", seconds, micros, len(kept), len(frame.data)) + kept)
    return b"".join(records)
