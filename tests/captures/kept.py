# SPDX-License-Identifier: GPL-2.0-or-later
"""Captures as files that a Wireshark under test can read."""

import built
import ladder
import ladder_net


def keep(wireshark, capture):
    """The file of a ladder or a recorded capture (a path), or of a built one (its name)."""
    if isinstance(capture, str):
        made = built.ALL[capture]
        return wireshark.keep(f"built-{capture}{made.suffix}", built.file_of(made))
    if capture.suffix == ".md":
        frames = ladder.build(ladder.read(capture))
        return wireshark.keep(capture.stem + ".pcap", ladder_net.pcap(frames))
    return wireshark.keep("recorded-" + capture.name, capture.read_bytes())
