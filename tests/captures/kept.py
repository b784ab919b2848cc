# SPDX-License-Identifier: GPL-2.0-or-later
"""Captures as files that a Wireshark under test can read."""

import built
import ladder
import ladder_net


def keep(wireshark, capture):
    """The file of a ladder or a recorded capture (a path), or of a built one (its name)."""
    return wireshark.keep(name_of(capture), bytes_of(capture))


def name_of(capture):
    if isinstance(capture, str):
        return f"built-{capture}{built.ALL[capture].suffix}"
    return capture.stem + ".pcap" if capture.suffix == ".md" else "recorded-" + capture.name


def bytes_of(capture):
    """What is in that file."""
    if isinstance(capture, str):
        return built.file_of(built.ALL[capture])
    if capture.suffix == ".md":
        return ladder_net.pcap(ladder.build(ladder.read(capture)))
    return capture.read_bytes()
