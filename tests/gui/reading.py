# SPDX-License-Identifier: GPL-2.0-or-later
"""The words in a picture, and where they are."""

import os
import subprocess

from display import geometry

LARGER = 3              # times: letters on a screen are too small for tesseract as they are
# Several threads take four times as long in all, and none finds more.
ONE_THREAD = {"OMP_THREAD_LIMIT": "1"}


def read(picture, *how):
    """The words in a picture (its bytes, in any format); how: what convert does to it first."""
    return " ".join(recognised(picture, how).split())


def recognised(picture, how=(), form=()):
    larger = subprocess.run(["convert", "-", *how, "-colorspace", "Gray", "-resize",
                             f"{LARGER}00%", "pgm:-"], input=picture, capture_output=True,
                            check=True).stdout
    return subprocess.run(["tesseract", "stdin", "stdout", "--dpi", "300", "--psm", "6", *form],
                          input=larger, capture_output=True, check=True,
                          env={**os.environ, **ONE_THREAD}).stdout.decode()


def find(picture, part, text):
    """Where these words, of one line, are on the screen; part of it (WIDTHxHEIGHT+X+Y) is searched."""
    _, _, left, top = geometry(part)
    rows = [row.split("\t") for row in
            recognised(picture.ppm(part), form=["tsv"]).splitlines()[1:]]
    lines = {}
    for row in rows:
        if row[0] == "5" and row[11].strip():
            box = [int(value) // LARGER for value in row[6:10]]
            lines.setdefault(tuple(row[1:5]), []).append((row[11], *box))
    for line in lines.values():
        words = shortest(line, squeezed(text))
        if words:
            _, x, y, _, height = words[0]
            _, last_x, _, last_width, _ = words[-1]
            return left + (x + last_x + last_width) // 2, top + y + height // 2
    said = [" ".join(word[0] for word in line) for line in lines.values()]
    raise RuntimeError(f"no {text!r} on the screen: {said}")


def shortest(line, text):
    """The fewest words in a row that hold the text; none if there are none."""
    spans = [line[start:end] for end in range(len(line) + 1) for start in range(end)]
    holding = [span for span in spans if text in squeezed("".join(word[0] for word in span))]
    return min(holding, key=len, default=None)


def assert_shown(text, words):
    plain = squeezed(text)
    missing = [word for word in words if squeezed(word) not in plain]
    assert not missing, f"not in the picture: {missing}; it says: {text}"


def squeezed(text):
    """tesseract is unsure about spaces and capitals."""
    return "".join(text.split()).lower()
