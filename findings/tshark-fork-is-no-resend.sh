#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Wireshark 4.0.17-0+deb12u3 takes the second branch of a fork for a repetition of the first.
#
# A proxy sends one INVITE on to two contacts that live at one address (RFC 3261 16.6): same Call-ID, From, CSeq and
# addresses, another Request-URI and another Via branch. sip.resend is 1 for the second, and the answers of both
# branches get the first one's sip.response-request and time. RFC 3261 17.1.3 tells them apart by the branch.
. "$(dirname "$0")/packages.sh"
unpack tshark 4.0.17-0+deb12u3

python3 - "$work/fork.pcap" <<'PYTHON'
import socket, struct, sys
PROXY, PHONES = "10.0.0.2", "10.0.0.3"

def packet(source, target, text):
    data = text.encode()
    udp = struct.pack("!HHHH", 5060, 5060, 8 + len(data), 0) + data
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 1, 0, 64, 17, 0, socket.inet_aton(source),
                       socket.inet_aton(target))
    total = sum(struct.unpack("!10H", head))
    total = (total & 0xffff) + (total >> 16)
    return head[:10] + struct.pack("!H", ~total & 0xffff) + head[12:] + udp

def message(start, branch, tag=""):
    return "\r\n".join([start, f"Via: SIP/2.0/UDP 10.0.0.2;branch=z9hG4bK-{branch}",
                        "Via: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK-a", "From: <sip:alice@example.com>;tag=a",
                        f"To: <sip:bob@example.com>{tag}", "Call-ID: 1@a", "CSeq: 1 INVITE",
                        "Contact: <sip:x@10.0.0.3>", "Max-Forwards: 69", "Content-Length: 0", "", ""])

frames = [packet(PROXY, PHONES, message("INVITE sip:home@10.0.0.3 SIP/2.0", "b1")),
          packet(PROXY, PHONES, message("INVITE sip:mobile@10.0.0.3 SIP/2.0", "b2")),
          packet(PHONES, PROXY, message("SIP/2.0 486 Busy Here", "b1", ";tag=x")),
          packet(PHONES, PROXY, message("SIP/2.0 200 OK", "b2", ";tag=y"))]
with open(sys.argv[1], "wb") as out:
    out.write(struct.pack("<IHHIIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 101))
    for number, data in enumerate(frames):
        out.write(struct.pack("<IIII", 1700000000, number * 100000, len(data), len(data)) + data)
PYTHON
seen=$(program tshark -n -r "$work/fork.pcap" -T fields -e frame.number -e sip.resend -e sip.resend-original \
           -e sip.response-request -e sip.response-time -E separator=, 2>/dev/null)
same "$seen" '1,0,,,
2,1,1,,
3,0,,1,200
4,0,,1,300'
