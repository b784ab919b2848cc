# SPDX-License-Identifier: GPL-2.0-or-later
"""From a capture to rows."""

import subprocess
from pathlib import Path

from engine import EXPORT

CAPTURE_FOLDER = Path(__file__).parents[1] / "captures"
LADDERS = CAPTURE_FOLDER / "ladders"
RECORDED = sorted((CAPTURE_FOLDER / "recorded").glob("*.pcap*"))
# What the recordings have too little of
KINDS = ("demo", "alert-*", "cancel-c*", "flow-users-*", "missing-w*", "mismatch-c*", "no-response-to-i*", "overload-s*",
         "reason-*", "registration-[nr]*", "retry-after*", "session-n*", "tcp-pipelined-*", "trying-s*", "warning-*",
         "ack-never")
CAPTURES = [*RECORDED, *sorted({path for kind in KINDS for path in LADDERS.glob(f"{kind}.md")})]
LOOKED_INTO = [*CAPTURES[:len(RECORDED):4], *CAPTURES[len(RECORDED)::2]]   # field by field
EK = ["-Y", "sipexplain", "-T", "ek", "-J", "frame sipexplain"]


def load(engine, wireshark, capture, paths, passes=("-2",)):
    """Ladders are alike: each is its own probe's, named after it, as packets of one probe that have one time and one
    Call-ID are one packet."""
    engine.insert("".join(rows(ek(wireshark, capture(path), passes), path.name, path.name) for path in paths))


def ek(wireshark, file, passes=("-2",)):
    return wireshark.tshark([*passes, *EK], file)


def rows(text, probe="north", capture="x.pcap"):
    return jq(text, "-n", "-R", "-c", "--arg", "probe", probe, "--arg", "capture", capture, "-f",
              EXPORT / "messages.jq")


def jq(text, *args):
    return subprocess.run(["jq", *args], input=text, capture_output=True, encoding="utf-8", check=True).stdout
