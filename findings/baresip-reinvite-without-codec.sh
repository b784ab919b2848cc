#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# baresip 1.0.0 answers the same offer 488 when it begins a call, and 200 inside a call.
#
# The offer has no codec that baresip has (G.729 only). As a re-INVITE it gets 200 OK whose SDP takes the stream away
# (port 0): the call goes on without sound, and no failure is in the capture. RFC 3261 14.2 has 488 for it.
. "$(dirname "$0")/packages.sh"
unpack baresip-core 1.0.0-4+b3

modules=$(dirname "$(find "$root" -name g711.so)")
mkdir "$work/baresip"
cat > "$work/baresip/config" <<CONFIG
sip_listen 127.0.0.1:25060
audio_source aubridge,nil
audio_player aubridge,nil
module_path $modules
module g711.so
module aubridge.so
module_app account.so
module_app menu.so
CONFIG
echo '<sip:bob@127.0.0.1:25060>;regint=0;answermode=auto' > "$work/baresip/accounts"
: > "$work/baresip/contacts"
serve baresip -4 -f "$work/baresip" > "$work/log" 2>&1 < /dev/null
sleep 4

seen=$(python3 - <<'PYTHON'
import re, socket
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.bind(("127.0.0.1", 25070))
sock.settimeout(5)
number = 0

def ask(method, call, cseq, codec=None, to_tag="", uri="sip:bob@127.0.0.1:25060", answered=True):
    global number
    number += 1
    body = ("v=0\r\no=a 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
            f"m=audio 25080 RTP/AVP {codec}\r\n") if codec is not None else ""
    kind = "Content-Type: application/sdp\r\n" if body else ""
    sock.sendto((f"{method} {uri} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:25070;branch=z9hG4bK-{number}\r\n"
                 f"From: <sip:alice@example.com>;tag=a\r\nTo: <sip:bob@example.com>{to_tag}\r\n"
                 f"Call-ID: {call}\r\nCSeq: {cseq} {method}\r\nContact: <sip:alice@127.0.0.1:25070>\r\n"
                 f"Max-Forwards: 70\r\n{kind}Content-Length: {len(body)}\r\n\r\n{body}").encode(), ("127.0.0.1", 25060))
    while answered:
        text = sock.recv(8192).decode()
        if text.startswith("SIP/2.0 1") or f"CSeq: {cseq} {method}" not in text:
            continue
        return text

def told(text):
    media = re.search(r"m=audio (\d+)", text)
    return text.split()[1] + (", port 0" if media and media[1] == "0" else ", a port" if media else "")

G729, PCMU = 18, 0
print("first INVITE, G.729 only:", told(ask("INVITE", "one", 1, G729)))
text = ask("INVITE", "two", 1, PCMU)
tag = re.search(r"\nTo:.*?(;tag=[^\r;]+)", text)[1]
uri = re.search(r"\nContact:\s*<([^>]+)>", text)[1]
print("first INVITE, PCMU:", told(text))
ask("ACK", "two", 1, None, tag, uri, False)
print("re-INVITE, G.729 only:", told(ask("INVITE", "two", 2, G729, tag, uri)))
ask("ACK", "two", 2, None, tag, uri, False)
print("BYE:", told(ask("BYE", "two", 3, None, tag, uri)))
PYTHON
)
same "$seen" 'first INVITE, G.729 only: 488
first INVITE, PCMU: 200, a port
re-INVITE, G.729 only: 200, port 0
BYE: 200'
