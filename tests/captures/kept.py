# SPDX-License-Identifier: GPL-2.0-or-later
"""Captures as files that a Wireshark under test can read."""

import ladder
import ladder_net
import odd


def keep(wireshark, capture):
    """The file of a ladder or a recorded capture (a path), or of one of odd.py (its name)."""
    if isinstance(capture, str):
        suffix = ".pcapng" if odd.ALL[capture].raw else ".pcap"
        return wireshark.keep(f"odd-{capture}{suffix}", odd.file_of(odd.ALL[capture]))
    if capture.suffix == ".md":
        frames = ladder.build(ladder.read(capture))
        return wireshark.keep(capture.stem + ".pcap", ladder_net.pcap(frames))
    return wireshark.keep("recorded-" + capture.name, capture.read_bytes())
