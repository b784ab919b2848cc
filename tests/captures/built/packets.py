# SPDX-License-Identifier: GPL-2.0-or-later
"""Packets that carry SIP between alice, the edge and bob."""

from scapy.all import IP, TCP, UDP, Ether, IPv6, Raw

from built.capture import Frame


ALICE, EDGE, BOB = "10.9.0.1", "10.9.0.2", "10.9.0.3"


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


def inner(right, payload):
    return ip4(right) / UDP(sport=5060, dport=5060) / Raw(payload)


def outer():
    """The outer header of a tunnel."""
    return ether() / IP(src="192.0.2.1", dst="192.0.2.2")


def late(time):
    """A packet of somebody else, by which the clock goes on."""
    return Frame(time, udp(True, b"", IP(src="10.9.9.9", dst="10.9.9.8")))


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
