# SPDX-License-Identifier: GPL-2.0-or-later
"""A display of its own, and what is on it at a time.

Xvfb keeps the display in a file, as an XWD picture: to look at it starts no program. No pointer of
a mouse is on it, which would hide letters.
"""

import fcntl
import os
import struct
import subprocess
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

WIDTH, HEIGHT = 1640, 1110
LOCKS = "/tmp"          # where X servers have the locks of their numbers
CURSOR = (3, 40)        # the most that a blinking one covers, in pixels
PIXEL = 4               # bytes, blue first


@dataclass
class Picture:
    """Rows of pixels, top down."""
    rows: list

    def part(self, part):
        """Of a place (WIDTHxHEIGHT+X+Y) what is within the picture."""
        width, height, left, top = geometry(part)
        return Picture([row[left * PIXEL:(left + width) * PIXEL]
                        for row in self.rows[top:top + height]])

    def ppm(self, part=None):
        """As a file of that format, all of it or a part."""
        rows = (self.part(part) if part else self).rows
        data = b"".join(rows)
        colours = bytearray(len(data) // PIXEL * 3)
        for place in range(3):
            colours[place::3] = data[2 - place::PIXEL]
        return b"P6\n%d %d\n255\n" % (len(rows[0]) // PIXEL, len(rows)) + colours

    def colours(self):
        """RRGGBB -> how many pixels have it."""
        counted = Counter(memoryview(b"".join(self.rows)).cast("I"))
        return {f"{pixel & 0xFFFFFF:06X}": count for pixel, count in counted.items()}

    def changed(self, other):
        """The part where another picture differs, as WIDTHxHEIGHT+X+Y; None if none does."""
        rows = [number for number, pair in enumerate(zip(self.rows, other.rows)) if pair[0] != pair[1]]
        if not rows:
            return None
        spans = [differing(self.rows[row], other.rows[row]) for row in rows]
        left, right = min(span[0] for span in spans), max(span[1] for span in spans)
        return f"{right - left + 1}x{rows[-1] - rows[0] + 1}+{left}+{rows[0]}"

    def same(self, other):
        """But for a cursor that blinks."""
        part = self.changed(other)
        return not part or all(size <= most for size, most in zip(geometry(part), CURSOR))


def differing(row, other):
    """The first and the last pixel in which two rows differ."""
    bits = int.from_bytes(row, "little") ^ int.from_bytes(other, "little")
    first = (bits & -bits).bit_length() - 1
    return first // (8 * PIXEL), (bits.bit_length() - 1) // (8 * PIXEL)


def geometry(part):
    """Width, height, left and top of WIDTHxHEIGHT+X+Y."""
    size, left, top = part.split("+")
    return (*map(int, size.split("x")), int(left), int(top))


class Display:
    """Its process is the first of those that use it."""

    def __init__(self, folder):
        ours, theirs = os.pipe()
        command = ["Xvfb", "-displayfd", str(theirs), "-screen", "0", f"{WIDTH}x{HEIGHT}x24",
                   "-fbdir", str(folder), "-nocursor", "-nolisten", "tcp"]
        # Of two servers that find the lock of a dead one at the same time each may take its number, and
        # one of them is not to be reached then.
        locks = os.open(LOCKS, os.O_RDONLY)
        fcntl.flock(locks, fcntl.LOCK_EX)
        try:
            self.process = subprocess.Popen(command, pass_fds=[theirs], stdin=subprocess.DEVNULL,
                                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            os.close(theirs)
            with os.fdopen(ours) as pipe:
                number = pipe.readline().strip()
        finally:
            os.close(locks)
        if not number:
            self.process.wait()
            raise RuntimeError("Xvfb does not start")
        self.name = f":{number}"
        self.file = folder / "Xvfb_screen0"

    def picture(self):
        data = self.file.read_bytes()
        head = struct.unpack(">25I", data[:100])
        size, pixel, row, colours = head[0], head[11], head[12], head[19]
        if head[4:6] != (WIDTH, HEIGHT) or pixel != 8 * PIXEL:
            raise RuntimeError(f"a display unlike what was asked for: {head}")
        start = size + 12 * colours
        return Picture([data[at:at + WIDTH * PIXEL]
                        for at in range(start, start + HEIGHT * row, row)])


def busy(process):
    """Whether one of the process's threads has something to do, or waits for a processor for it."""
    for stat in Path(f"/proc/{process.pid}/task").glob("*/stat"):
        try:
            state = stat.read_text().rpartition(") ")[2][0]
        except FileNotFoundError:
            continue
        if state in "RD":
            return True
    return False
