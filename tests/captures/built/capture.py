# SPDX-License-Identifier: GPL-2.0-or-later
"""What a built capture is, and how it becomes a file."""

import struct
from dataclasses import dataclass


BASE = 1_767_225_600            # 2026-01-01
ETHERNET, RAW_IP, COOKED, COOKED_2, NULL, EXPORTED = 1, 101, 113, 276, 0, 252
ALL = {}                        # name -> capture, in the order of the modules


@dataclass
class Frame:
    time: float                 # seconds after the base
    data: bytes
    snap: int | None = None
    stamp: tuple | None = None  # (seconds, fraction) as written in the file, instead of the time


@dataclass
class Capture:
    """One capture, and what the plugin must say of it."""
    expect: str                 # lines of a ladder's `expect` block
    frames: list
    link: int = ETHERNET
    ours: bool = False          # the SIP dissector's tree holds more or fewer messages than ours
    calm: bool = True           # nothing in it is reason for a verdict
    raw: bytes = b""            # the whole file, where it is no plain pcap
    name: str = ""
    why: str = ""

    @property
    def suffix(self):
        return ".pcapng" if self.raw else ".pcap"


def captures(function):
    """Registers what a function makes: one capture, which has its name, or a list of (suffix,
    capture). Its docstring says why they exist."""
    made = function()
    name = function.__name__.replace("_", "-")
    for suffix, capture in made if isinstance(made, list) else [("", made)]:
        capture.name = f"{name}-{suffix}" if suffix else name
        capture.why = function.__doc__
        if capture.name in ALL:
            raise ValueError(f"two captures are named {capture.name}")
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
