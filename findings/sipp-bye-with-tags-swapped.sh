#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# SIPp 3.6.1 hangs up with From and To the wrong way round when the other side asks something that its scenario has not.
#
# Its own scenario uac is in a call; the called side sends OPTIONS. The BYE that comes instead of an answer has the From
# and To of that OPTIONS as they are: From has the tag of the called side, though the caller sends it. RFC 3261 12.2.1.1
# has the caller's tag there: for a user agent it names no dialog (481), and in a capture the called side hangs up.
. "$(dirname "$0")/packages.sh"
unpack sip-tester 1:3.6.1-1+b2

(sleep 1; cd "$work" && serve sipp -sn uac 127.0.0.1:25060 -i 127.0.0.1 -p 25070 -m 1 -d 30000 -nostdin > "$work/log" 2>&1) &
server=$!

seen=$(python3 - <<'PYTHON'
import re, socket
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.bind(("127.0.0.1", 25060))
sock.settimeout(10)

def field(text, name):
    return re.search(rf"^{name}:\s*([^\r]*)", text, re.M)[1]

def tag(text, name):
    return re.search(r"tag=([^;\s]+)", field(text, name))[1]

invite = sock.recv(8192).decode()
vias = f"Via: {field(invite, 'Via')}\r\nFrom: {field(invite, 'From')}\r\nTo: {field(invite, 'To')};tag=called\r\n"
body = "v=0\r\no=b 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 25080 RTP/AVP 0\r\n"
sock.sendto((f"SIP/2.0 200 OK\r\n{vias}Call-ID: {field(invite, 'Call-ID')}\r\nCSeq: 1 INVITE\r\n"
             f"Contact: <sip:b@127.0.0.1:25060>\r\nContent-Type: application/sdp\r\nContent-Length: {len(body)}\r\n\r\n{body}"
             ).encode(), ("127.0.0.1", 25070))
while not sock.recv(8192).startswith(b"ACK"):
    pass
sock.sendto(("OPTIONS sip:sipp@127.0.0.1:25070 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:25060;branch=z9hG4bK-1\r\n"
             f"From: {field(invite, 'To')};tag=called\r\nTo: {field(invite, 'From')}\r\nCall-ID: {field(invite, 'Call-ID')}\r\n"
             "CSeq: 7 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n").encode(), ("127.0.0.1", 25070))
answer = sock.recv(8192).decode()
print("the answer to OPTIONS:", answer.split()[0])
print("From has the tag of", "the called side" if tag(answer, "From") == "called" else "the caller")
print("To has the tag of", "the caller" if tag(answer, "To") == tag(invite, "From") else "the called side")
PYTHON
)
same "$seen" 'the answer to OPTIONS: BYE
From has the tag of the called side
To has the tag of the caller'
