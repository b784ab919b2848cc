#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# sharkd 4.0.17 keeps every capture that it was ever told to load.
#
# "load" replaces the capture of the session, so one long session looks like the cheap way through many files. The file
# of the one before stays open, and about 11 MiB stay behind for each, though the capture here has one packet: after 900
# loads of small files a process has 10 GB, and a limit of 1024 descriptors ends it. Whoever goes through many files
# starts a new session every few hundred.
. "$(dirname "$0")/packages.sh"
unpack wireshark-common 4.0.17-0+deb12u3

seen=$(python3 - "$loader" "$libraries" "$(place sharkd)" "$work" <<'PYTHON'
import json, os, struct, subprocess, sys

loader, libraries, sharkd, work = sys.argv[1:]
capture = os.path.join(work, "one.pcap")
with open(capture, "wb") as file:
    packet = bytes(12) + b"\x08\x06" + bytes(46)
    file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
    file.write(struct.pack("<IIII", 0, 0, len(packet), len(packet)) + packet)
session = subprocess.Popen([loader, "--library-path", libraries, sharkd, "-"], text=True, stdin=subprocess.PIPE,
                           stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={**os.environ, "HOME": work})

def load():
    session.stdin.write(json.dumps({"jsonrpc": "2.0", "id": 1, "method": "load", "params": {"file": capture}}) + "\n")
    session.stdin.flush()
    assert "OK" in session.stdout.readline()

def kept():
    folder = f"/proc/{session.pid}"
    memory = next(int(line.split()[1]) for line in open(f"{folder}/status") if line.startswith("VmRSS"))
    opened = [name for name in os.listdir(f"{folder}/fd") if os.path.realpath(f"{folder}/fd/{name}") == capture]
    return memory, len(opened)

load()
first, _ = kept()
for _ in range(49):
    load()
last, opened = kept()
print(f"50 loads of one capture: it is open {opened} times")
print("memory for each load:", "more than 8 MiB" if (last - first) / 49 > 8192 else f"{(last - first) / 49:.0f} KiB")
session.stdin.close()
session.wait()
PYTHON
)
same "$seen" '50 loads of one capture: it is open 50 times
memory for each load: more than 8 MiB'
