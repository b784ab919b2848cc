#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Records real SIP software in network namespaces (as root), and checks and describes the result.

record.py [NAME...]   records, then checks what was recorded and writes recorded/README.md anew
record.py --check     only checks the captures and writes the README; needs no root
"""
import argparse
import asyncio
import concurrent.futures
import os
import pathlib
import signal
import subprocess
import sys
import traceback

import calls
import dialogs
import flows
import habits
import limits
import unexpected
from lab import Lab

RECORDED = pathlib.Path(__file__).resolve().parent.parent / "recorded"
LIMIT = 420             # seconds for one recording; the longest waits for a timer of three minutes
TSHARK_LIMIT = 60
LARGEST = 100_000       # bytes
FRAMES_SHOWN = 6

HEADING = """# Recorded calls

Recordings of real software on a small network, one bridge with these hosts on it, made by
`tests/captures/record/record.py` (as root; Debian packages `sip-tester`, `kamailio` with its
outbound, TLS and WebSocket modules, `baresip-core`, `linphone-cli`, `twinkle-console`, `libsofia-sip-ua-dev`,
`nftables`, `tshark`; Asterisk and a newer Kamailio in a root of unstable, JsSIP and SIP.js from npm,
see `software.py`; drachtio's server is neither in Debian nor in npm). This file is written by it,
too: every row of the last column has been found in the capture with a display filter that `calls.py`,
`dialogs.py`, `limits.py`, `habits.py`, `unexpected.py` and `flows.py` give.

| address | who |
|---|---|
| 10.0.0.1 | Alice, who calls (SIPp, baresip, linphonec, JsSIP, SIP.js or sofia-sip) |
| 10.0.0.2, 10.0.0.3 | proxies p1 and p2 (Kamailio, `proxy.cfg`), or Asterisk |
| 10.0.0.4 | registrar and authoritative proxy (Kamailio, `registrar.cfg`) |
| 10.0.0.5, 10.0.0.6 | edge proxies (Kamailio, `edge.cfg`) |
| 10.0.0.10 | Bob: SIPp in `call-` and the like, `sipua.py` in `flow-` and `registration-`, else baresip, linphonec, Asterisk, JsSIP or SIP.js |
| 10.0.0.11, 10.0.0.12 | further phones of Bob, or gateways (SIPp, baresip) |
| 10.0.0.254 | a NAT (nftables), in `nat-` |

ARP, IPv6 and IGMP are left out. Frame numbers are those of the capture; where there are more than
six, the first and the last are given.

| capture | what was done, with what | frames | what it shows (frames) |
|---|---|---|---|
"""


def title(recording):
    return " ".join(recording.make.__doc__.split())


def frames(capture, display_filter=None):
    argv = ["tshark", "-n", "-r", str(capture), "-T", "fields", "-e", "frame.number"]
    if display_filter:
        argv += ["-Y", display_filter]
    result = subprocess.run(argv, capture_output=True, text=True, timeout=TSHARK_LIMIT)
    if result.returncode:
        raise RuntimeError(f"{capture.name}: {display_filter}: {result.stderr.strip()}")
    return [int(number) for number in result.stdout.split()]


def comment(capture):
    result = subprocess.run(("capinfos", "-k", str(capture)), capture_output=True, text=True,
                            check=True, timeout=TSHARK_LIMIT)
    for line in result.stdout.splitlines():
        name, _, text = line.partition(":")
        if name.strip() == "Capture comment":
            return text.strip()
    raise RuntimeError(f"{capture.name}: no comment")


def listed(numbers):
    if len(numbers) > FRAMES_SHOWN:
        return f"{numbers[0]} … {numbers[-1]}, {len(numbers)} frames"
    return ", ".join(str(number) for number in numbers)


def inspect(name, recording, folder):
    """The capture's row in the README, and what is wrong with the capture."""
    capture = folder / f"{name}.pcapng"
    if not capture.exists():
        return None, [f"{name}: not recorded"]
    faults = []
    if capture.stat().st_size > LARGEST:
        faults.append(f"{name}: {capture.stat().st_size} bytes")
    seen = []
    for text, display_filter, *exact in recording.shows:
        numbers = frames(capture, display_filter)
        if len(numbers) != exact[0] if exact else not numbers:
            wanted = exact[0] if exact else "at least 1"
            faults.append(f"{name}: {text}: {len(numbers)} frames, not {wanted}: {display_filter}")
        seen.append(f"{text} ({listed(numbers)})" if numbers else text)
    row = f"| `{name}` | {comment(capture)} | {len(frames(capture))} | {'; '.join(seen)} |"
    return row, faults


def describe(recordings, folder):
    """Checks every capture and writes the README; whether all is well."""
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        results = list(pool.map(lambda item: inspect(*item, folder), recordings.items()))
    faults = [fault for _, found in results for fault in found]
    strangers = {path.stem for path in folder.glob("*.pcapng")} - set(recordings)
    faults += [f"{name}: no such recording" for name in sorted(strangers)]
    for fault in faults:
        print(fault, file=sys.stderr)
    rows = [row for row, _ in results if row]
    (folder / "README.md").write_text(HEADING + "\n".join(rows) + "\n", encoding="utf-8")
    return not faults


async def make(name, recording, folder, slots):
    async with slots:
        print(f"{name}: started", flush=True)
        try:
            async with Lab(folder / f"{name}.pcapng") as lab:
                await asyncio.wait_for(recording.make(lab), LIMIT)
                await lab.finish(title(recording))
        except Exception as error:      # one failure must not stop the other recordings
            traceback.print_exception(error)
            print(f"{name}: FAILED", flush=True)
            return False
        print(f"{name}: done", flush=True)
        return True


async def make_all(wanted, folder, jobs):
    # So that namespaces and processes are cleared away then, too.
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, asyncio.current_task().cancel)
    slots = asyncio.Semaphore(jobs)
    # With return_exceptions a cancelled run waits until every recording has cleared up.
    results = await asyncio.gather(*(make(name, recording, folder, slots)
                                     for name, recording in wanted.items()),
                                   return_exceptions=True)
    return all(result is True for result in results)


def main():
    recordings = {**calls.RECORDINGS, **dialogs.RECORDINGS, **limits.RECORDINGS,
                  **habits.RECORDINGS, **unexpected.RECORDINGS, **flows.RECORDINGS}
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="what to record (default: all)")
    parser.add_argument("-j", "--jobs", type=int, default=4, help="recordings at a time")
    parser.add_argument("-o", "--output", type=pathlib.Path, default=RECORDED, metavar="FOLDER")
    parser.add_argument("--list", action="store_true", help="name the recordings and stop")
    parser.add_argument("--check", action="store_true", help="record nothing")
    arguments = parser.parse_args()
    unknown = [name for name in arguments.names if name not in recordings]
    if unknown:
        parser.error(f"no such recording: {', '.join(unknown)}")
    if arguments.list:
        for name, recording in recordings.items():
            print(f"{name:32} {title(recording)}")
        return 0
    made = True
    if not arguments.check:
        if os.geteuid():
            parser.error("network namespaces need root")
        arguments.output.mkdir(parents=True, exist_ok=True)
        wanted = {name: recordings[name] for name in arguments.names or recordings}
        try:
            made = asyncio.run(make_all(wanted, arguments.output, arguments.jobs))
        except (asyncio.CancelledError, KeyboardInterrupt):
            return 130
    return 0 if describe(recordings, arguments.output) and made else 1


if __name__ == "__main__":
    sys.exit(main())
