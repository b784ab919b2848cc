#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Twinkle 1.10.2 answers a 503 with Retry-After: 20 by the same REGISTER, a few milliseconds later, to the same place.
#
# It takes the 503 for a server that is down and turns to the next one of the domain (RFC 3263 4.3), and the first of one
# is the next. Then it is quiet for 30 s and sends a pair again; Retry-After (RFC 3261 20.33) counts for nothing. So an
# overloaded registrar gets each phone twice, and a capture of one phone looks like two.
. "$(dirname "$0")/packages.sh"
unpack twinkle-console 1:1.10.2+dfsg-2

export HOME="$work/home"
mkdir -p "$HOME/.twinkle"
cat > "$HOME/.twinkle/phone.cfg" <<CONFIG
user_name=alice
user_domain=127.0.0.1:25070
registrar=127.0.0.1:25070
registration_time=60
register_at_startup=yes
CONFIG
echo sip_port=25060 > "$HOME/.twinkle/twinkle.sys"
echo 'pcm.!default { type null }' > "$HOME/.asoundrc"

# It ends with its input, and what serve starts has none.
mkfifo "$work/keyboard"
sleep 180 > "$work/keyboard" &
keyboard=$!
"$loader" --library-path "$libraries" "$(place twinkle-console)" phone.cfg > "$work/log" 2>&1 < "$work/keyboard" &
server=$!

seen=$(python3 - <<'PYTHON'
import re, socket, time
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.bind(("127.0.0.1", 25070))
sock.settimeout(90)     # it looks for a sound card first
came = []
while len(came) < 4:
    text, phone = sock.recvfrom(8192)
    text = text.decode()
    if not text.startswith("REGISTER"):
        continue
    came.append((time.monotonic(), int(re.search(r"CSeq: (\d+)", text)[1])))
    kept = re.findall(r"(?m)^(?:Via|From|Call-ID|CSeq):.*\r\n", text)
    to = re.search(r"(?m)^To:.*(?=\r\n)", text)[0] + ";tag=registrar\r\n"
    sock.sendto(("SIP/2.0 503 Service Unavailable\r\n" + "".join(kept) + to +
                 "Retry-After: 20\r\nContent-Length: 0\r\n\r\n").encode(), phone)
gaps = [after - before for (before, _), (after, _) in zip(came, came[1:])]
print("a REGISTER of its own each time:", [number - came[0][1] for _, number in came])
print("the second one:", "within a second" if gaps[0] < 1 else f"after {gaps[0]:.1f} s")
print("the third one:", "after 30 s" if 28 < gaps[1] < 35 else f"after {gaps[1]:.1f} s")
print("the fourth one:", "within a second" if gaps[2] < 1 else f"after {gaps[2]:.1f} s")
PYTHON
)
kill "$keyboard"
same "$seen" 'a REGISTER of its own each time: [0, 1, 2, 3]
the second one: within a second
the third one: after 30 s
the fourth one: within a second'
