#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# sharkd 4.0.17 answers a filter with the frames of the capture that was loaded before.
#
# What a filter found is kept by its text, and "load" does not drop it. Ask "frames" for the same filter after another
# "load" in one session, and the rows are those that matched in the first capture, as far as the second one is that
# long, and then those that match in the rest of it. Here the one UDP packet is the first of the first capture and the
# last of the second one. Whoever goes through several files in a session makes the text of a filter another one for
# each ("udp or frame.number == 1000001"), or starts a new session.
. "$(dirname "$0")/packages.sh"
unpack wireshark-common 4.0.17-0+deb12u3

seen=$(python3 - "$loader" "$libraries" "$(place sharkd)" "$work" <<'PYTHON'
import json, os, struct, subprocess, sys

loader, libraries, sharkd, work = sys.argv[1:]

def ip(protocol, payload):
    return bytes((0x45, 0, 0, 20 + len(payload), 0, 0, 0, 0, 64, protocol, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2)) + payload

def capture(name, kinds):
    path = os.path.join(work, name)
    packets = {"udp": ip(17, struct.pack("!HHHH", 9, 9, 8, 0)), "icmp": ip(1, bytes((8, 0, 0xf7, 0xff, 0, 0, 0, 0)))}
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 101))
        for kind in kinds:
            file.write(struct.pack("<IIII", 0, 0, len(packets[kind]), len(packets[kind])) + packets[kind])
    return path

def ask(*requests):
    lines = [json.dumps({"jsonrpc": "2.0", "id": i, "method": name, "params": params}) for i, (name, params) in
             enumerate(requests, 1)]
    done = subprocess.run([loader, "--library-path", libraries, sharkd, "-"], input="\n".join(lines) + "\n", text=True,
                          capture_output=True, env={**os.environ, "HOME": work})
    answers = [json.loads(line)["result"] for line in done.stdout.splitlines() if line.startswith("{")]
    return [row["num"] for row in answers[-1]]

first = capture("first.pcap", ["udp", "icmp", "icmp"])
second = capture("second.pcap", ["icmp", "icmp", "udp"])
udp = ("frames", {"filter": "udp"})
print("udp in the second capture alone:", ask(("load", {"file": second}), udp))
print("udp after the same of the first:", ask(("load", {"file": first}), udp, ("load", {"file": second}), udp))
PYTHON
)
same "$seen" 'udp in the second capture alone: [3]
udp after the same of the first: [1]'
