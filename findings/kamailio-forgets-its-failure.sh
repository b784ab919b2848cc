#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Kamailio 5.6.3 repeats a failure of its own that nobody acknowledges for 3.5 s only, four times in all.
#
# RFC 3261 17.2.1 has a server repeat it until Timer H fires, 32 s: eleven times. Kamailio's wt_timer (5 s) takes the
# transaction away before that. In a capture four copies of a 4xx therefore do not show that an ACK came after all.
. "$(dirname "$0")/packages.sh"
unpack kamailio 5.6.3-2

cat > "$work/kamailio.cfg" <<CONFIG
debug=0
log_stderror=yes
children=1
disable_tcp=yes
listen=udp:127.0.0.1:25060
mpath="$(dirname "$(find "$root" -name tm.so)")/"
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "pv.so"
request_route {
    if (method == "INVITE") {
        t_newtran();
        t_reply("480", "Temporarily Unavailable");
    }
}
CONFIG
serve kamailio -DD -E -m 16 -M 4 -Y "$work" -f "$work/kamailio.cfg" > "$work/log" 2>&1
sleep 3

seen=$(python3 - <<'PYTHON'
import socket, time
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.bind(("127.0.0.1", 25070))
sock.sendto(b"INVITE sip:bob@127.0.0.1:25060 SIP/2.0\r\n"
            b"Via: SIP/2.0/UDP 127.0.0.1:25070;branch=z9hG4bK-1\r\n"
            b"From: <sip:alice@example.com>;tag=a\r\nTo: <sip:bob@example.com>\r\nCall-ID: 1@a\r\nCSeq: 1 INVITE\r\n"
            b"Contact: <sip:alice@127.0.0.1:25070>\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n",
            ("127.0.0.1", 25060))
start, times = time.monotonic(), []
sock.settimeout(0.5)
while time.monotonic() - start < 36:
    try:
        text = sock.recv(4096)
    except TimeoutError:
        continue
    if text.startswith(b"SIP/2.0 480"):
        times.append(time.monotonic() - start)
print(len(times), "times 480 in 36 s, the last one", "before" if times and times[-1] < 5 else "after", "5 s")
PYTHON
)
same "$seen" '4 times 480 in 36 s, the last one before 5 s'
