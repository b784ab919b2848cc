#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# linphonec 5.1.65 takes a call that requires an extension which nobody knows.
#
# RFC 3261 8.2.2.3: a server that does not understand an option in Require must answer 420 and name it in Unsupported.
# linphonec rings and answers 200. So its 200 to "Require: 100rel" or "timer" does not mean that it will do either.
. "$(dirname "$0")/packages.sh"
unpack linphone-cli 5.1.65-4

mkdir -p "$work/home/.local/share/linphone"
cat > "$work/home/rc" <<'CONFIG'
[sip]
sip_port=25060
sip_tcp_port=0
sip_tls_port=0
default_proxy=-1
use_ipv6=0
guess_hostname=0
CONFIG
mkfifo "$work/in"
HOME=$work/home program linphonec -c "$work/home/rc" -a > "$work/log" 2>&1 < "$work/in" &
server=$!
exec 3> "$work/in"
sleep 8

seen=$(python3 - <<'PYTHON'
import socket
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.bind(("127.0.0.1", 25070))
sock.settimeout(5)
body = ("v=0\r\no=a 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 25080 RTP/AVP 0\r\n")
sock.sendto(("INVITE sip:bob@127.0.0.1:25060 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:25070;branch=z9hG4bK-1\r\n"
             "From: <sip:alice@127.0.0.1:25070>;tag=a\r\nTo: <sip:bob@127.0.0.1:25060>\r\nCall-ID: 1@a\r\n"
             "CSeq: 1 INVITE\r\nContact: <sip:alice@127.0.0.1:25070>\r\nMax-Forwards: 70\r\n"
             "Require: an-option-that-nobody-knows\r\n"
             f"Content-Type: application/sdp\r\nContent-Length: {len(body)}\r\n\r\n{body}").encode(), ("127.0.0.1", 25060))
seen = []
while not seen or seen[-1] < "200":
    code = sock.recv(8192).decode().split()[1]
    if code not in seen:
        seen.append(code)
print(*seen)
PYTHON
)
same "$seen" '100 180 200'
