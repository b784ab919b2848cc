#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# tshark 4.0.17-0+deb12u3 goes on to find RTP by SDP when SDP is a disabled protocol.
#
# Without SDP nothing says which ports bear sound, so whoever wants to read a large capture of calls fast disables it.
# --disable-protocol sdp only takes away the lines: the SIP dissector reads the body all the same, and each packet of
# the stream is dissected as RTP. Only the preference sdp.establish_conversation stops that; then they are UDP and data.
. "$(dirname "$0")/packages.sh"
unpack tshark 4.0.17-0+deb12u3

python3 - "$work/call.pcap" <<'PYTHON'
import socket, struct, sys
ALICE, BOB = "10.0.0.1", "10.0.0.2"

def packet(source, target, port, data):
    udp = struct.pack("!HHHH", port, port, 8 + len(data), 0) + data
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 1, 0, 64, 17, 0, socket.inet_aton(source),
                       socket.inet_aton(target))
    total = sum(struct.unpack("!10H", head))
    total = (total & 0xffff) + (total >> 16)
    return head[:10] + struct.pack("!H", ~total & 0xffff) + head[12:] + udp

def message(start, host, tag=""):
    sdp = "\r\n".join(["v=0", f"o=- 1 1 IN IP4 {host}", "s=-", f"c=IN IP4 {host}", "t=0 0", "m=audio 40000 RTP/AVP 0", ""])
    return "\r\n".join([start, "Via: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK-a", "From: <sip:alice@example.com>;tag=a",
                        f"To: <sip:bob@example.com>{tag}", "Call-ID: 1@a", "CSeq: 1 INVITE", f"Contact: <sip:x@{host}>",
                        "Max-Forwards: 70", "Content-Type: application/sdp", f"Content-Length: {len(sdp)}", "", sdp]).encode()

sound = struct.pack("!BBHII", 0x80, 0, 1, 160, 7) + bytes(160)
frames = [packet(ALICE, BOB, 5060, message("INVITE sip:bob@10.0.0.2 SIP/2.0", ALICE)),
          packet(BOB, ALICE, 5060, message("SIP/2.0 200 OK", BOB, ";tag=b")),
          packet(ALICE, BOB, 40000, sound)]
with open(sys.argv[1], "wb") as out:
    out.write(struct.pack("<IHHIIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 101))
    for number, data in enumerate(frames):
        out.write(struct.pack("<IIII", 1700000000, number * 100000, len(data), len(data)) + data)
PYTHON
layers()
{
    program tshark -n -r "$work/call.pcap" "$@" -T fields -e frame.number -e frame.protocols -E separator=, 2>/dev/null
}
seen=$(echo 'as it comes:'; layers
       echo 'sdp disabled:'; layers --disable-protocol sdp
       echo 'sdp.establish_conversation off:'; layers -o sdp.establish_conversation:FALSE)
same "$seen" 'as it comes:
1,raw:ip:udp:sip:sdp
2,raw:ip:udp:sip:sdp
3,raw:ip:udp:rtp
sdp disabled:
1,raw:ip:udp:sip
2,raw:ip:udp:sip
3,raw:ip:udp:rtp
sdp.establish_conversation off:
1,raw:ip:udp:sip:sdp
2,raw:ip:udp:sip:sdp
3,raw:ip:udp:data'
