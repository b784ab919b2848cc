#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# sngrep 1.6.0-1 leaves out calls over TCP and writes packets again whose segments hold more than one message.
#
# Proxies and phones that have much to say put messages of several calls into one segment. sngrep -N -I FILE -O FILE,
# the way to take the SIP out of a large capture without its window, then ends with 0 and finds a part of the calls, and
# its file has the same packet several times: its requests look retransmitted. Over UDP, and with one message in a
# segment, it is right.
. "$(dirname "$0")/packages.sh"
unpack sngrep 1.6.0-1

python3 - "$work" <<'PYTHON'
import os, socket, struct, sys

def packet(sequence, data):
    tcp = struct.pack("!HHIIBBHHH", 40000, 5060, sequence, 1, 0x50, 0x18, 65535, 0, 0) + data
    return struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), 1, 0, 64, 6, 0, socket.inet_aton("10.0.0.1"),
                       socket.inet_aton("10.0.0.2")) + tcp

def message(number):
    return "\r\n".join(["OPTIONS sip:bob@10.0.0.2 SIP/2.0", f"Via: SIP/2.0/TCP 10.0.0.1;branch=z9hG4bK-{number}",
                        f"From: <sip:alice@example.com>;tag={number}", "To: <sip:bob@example.com>",
                        f"Call-ID: {number}@10.0.0.1", "CSeq: 1 OPTIONS", "Max-Forwards: 70", "Content-Length: 0",
                        "", ""]).encode()

for together in 1, 2, 4:
    with open(os.path.join(sys.argv[1], f"{together}.pcap"), "wb") as out:
        out.write(struct.pack("<IHHIIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 101))
        sequence = 1
        for first in range(0, 8, together):
            segment = b"".join(map(message, range(first, first + together)))
            data = packet(sequence, segment)
            out.write(struct.pack("<IIII", 1700000000, first * 1000, len(data), len(data)) + data)
            sequence += len(segment)
PYTHON
packets()
{
    python3 - "$1" <<'PYTHON'
import struct, sys
data, at, count = open(sys.argv[1], "rb").read(), 24, 0
while at < len(data):
    at += 16 + struct.unpack_from("<I", data, at + 8)[0]
    count += 1
print(count)
PYTHON
}
seen=$(for together in 1 2 4; do
    found=$(program sngrep --no-config -N -I "$work/$together.pcap" -O "$work/out.pcap" < /dev/null |
            tr '\r' '\n' | sed -n 's/^Dialog count: //p' | tail -n 1)
    echo "8 calls, $together in a segment: $found found; $(packets "$work/$together.pcap") packets read," \
         "$(packets "$work/out.pcap") written"
done)
same "$seen" '8 calls, 1 in a segment: 8 found; 8 packets read, 8 written
8 calls, 2 in a segment: 4 found; 4 packets read, 10 written
8 calls, 4 in a segment: 2 found; 2 packets read, 3 written'
