# SPDX-License-Identifier: GPL-2.0-or-later
"""Time stamps that say nothing, and the furthest that there are."""

import struct

from built.capture import BASE, Capture, captures
from built.packets import frames, udp
from built.sip import request, response


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


@captures
def clock():
    """Time stamps that say nothing: zero, all the same, backwards, before 1970, in 2106."""
    quiet = "2 sipexplain.code == 100\n2 sipexplain.request_in == 1\n* no sipexplain.expired\n"
    data = [frame.data for frame in frames(STUCK)]
    top = 0xFFFFFFFF
    return [
        ("zero", Capture(quiet, stamped([(0, 0)] * 3))),
        ("equal", Capture(quiet, stamped([(BASE, 5)] * 3))),
        ("backwards", Capture(quiet, stamped([(BASE + 100, 0), (BASE + 50, 0), (BASE, 0)]))),
        ("2106", Capture(quiet, stamped([(top - 2, 0), (top - 1, 0), (top, 999_999)]))),
        ("microseconds-overflow", Capture(quiet, stamped([(BASE, top), (BASE, top), (BASE, top)]))),
        ("0-to-2106", Capture("2 sipexplain.code == 100\n", stamped([(0, 0), (0, 1), (top, 0)]),
                          calm=False)),
        ("2106-to-0", Capture(quiet, stamped([(top, 0), (top, 1), (0, 0)]))),
        ("before-1970", Capture(quiet, [], raw=pcapng(zip((0, 10, 20), data), -1000))),
        ("far-past", Capture(quiet, [], raw=pcapng(zip((0, 10, 20), data), -2**62))),
        ("far-future", Capture(quiet, [], raw=pcapng(zip((0, 10, 20), data), 2**62))),
        ("past-and-future", Capture("2 sipexplain.code == 100\n", [], calm=False, raw=pcapng(
            zip((0, 10, 2**63 - 1), data), -4_400_000_000))),
    ]


@captures
def furthest_times():
    """The longest time that can pass between two frames, both ways, with the longest Expires."""
    events = [request("INVITE", ("alice a1",), "Expires: 4294967295"), response(100),
              request("CANCEL"), response(487)]
    data = [udp(right, text) for right, text in zip((True, False, True, False), events)]
    low, high = (0, -2**62), (1, 2**62)
    return [(name, Capture("4 sipexplain.code == 487\n", [], calm=False, raw=pcapng(
        [(micros, frame, interface) for micros, frame, interface in zip(range(4), data, interfaces)],
        low[1], high[1]))) for name, interfaces in (("up", (0, 0, 1, 1)), ("down", (1, 1, 0, 0)))]


@captures
def cancel_before_time():
    """A CANCEL and an Expires with a clock that jumps from one end to the other."""
    top = 0xFFFFFFFF
    events = [(0, True, request("INVITE", ("alice a1",), "Expires: 4294967295")),
              (1, False, response(100)), (2, True, request("CANCEL")),
              (3, False, response(200, method="CANCEL")), (4, False, response(487))]
    return [("up", Capture("5 sipexplain.code == 487\n", calm=False, frames=stamped(
                [(0, 0), (1, 0), (top, 0), (top, 1), (top, 2)], events))),
            ("down", Capture("5 sipexplain.code == 487\n", calm=False, frames=stamped(
                [(top, 0), (top, 0), (0, 0), (0, 1), (0, 2)], events)))]
