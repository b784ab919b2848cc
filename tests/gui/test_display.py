# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of the window look with: pictures of the display, and what they are compared by."""

import subprocess
import time

import pytest

from display import CURSOR, Picture, busy, geometry

WIDE, HIGH = 60, 50
BLUE, RED = bytes([255, 0, 0, 0]), bytes([0, 0, 255, 0])


def picture(red=()):
    """Blue, with red pixels at (x, y)."""
    rows = [[BLUE] * WIDE for _ in range(HIGH)]
    for x, y in red:
        rows[y][x] = RED
    return Picture([b"".join(row) for row in rows])


def box(width, height, left, top):
    return picture((x, y) for x in range(left, left + width) for y in range(top, top + height))


@pytest.mark.parametrize("at", [(1, 1, 0, 0), (60, 50, 0, 0), (7, 3, 11, 20), (1, 50, 59, 0)])
def test_what_changed(at):
    part = picture().changed(box(*at))
    assert geometry(part) == at
    assert picture().changed(picture()) is None


def test_what_changed_is_around_all_that_did():
    assert picture([(3, 4)]).changed(picture([(50, 40)])) == "48x37+3+4"


@pytest.mark.parametrize("more", [(0, 0), (1, 0), (0, 1)])
def test_only_a_cursor_may_blink(more):
    width, height = (size + one for size, one in zip(CURSOR, more))
    assert picture().same(picture())
    assert picture().same(box(width, height, 5, 5)) == (more == (0, 0))


def test_a_part_and_its_colours():
    part = box(2, 3, 10, 10).part("10x10+9+9")
    assert part.colours() == {"FF0000": 6, "0000FF": 94}
    assert box(2, 3, 10, 10).part("100x100+55+45").colours() == {"0000FF": 25}
    assert box(1, 1, 0, 0).ppm("2x1+0+0") == b"P6\n2 1\n255\n\xff\x00\x00\x00\x00\xff"


def test_who_is_busy():
    with subprocess.Popen(["sleep", "60"]) as idle, \
            subprocess.Popen(["sh", "-c", "while :; do :; done"]) as other:
        try:
            end = time.monotonic() + 60
            while busy(idle):       # it has to start
                assert time.monotonic() < end
            assert busy(other)
        finally:
            idle.kill()
            other.kill()
