# SPDX-License-Identifier: GPL-2.0-or-later
"""The one error of the ladder reader."""


class LadderError(Exception):
    """What is wrong with a ladder. Whoever knows the place adds it; the innermost wins."""

    def __init__(self, message, number=None):
        super().__init__(message)
        self.number = number
        self.placed = False

    def at(self, path, number):
        if not self.placed:
            self.args = (f"{path}:{self.number or number}: {self.args[0]}",)
            self.placed = True
        return self
