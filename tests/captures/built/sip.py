# SPDX-License-Identifier: GPL-2.0-or-later
"""SIP messages of one call: a request, its answers, a call that is answered."""



COOKIE = "z9hG4bK-"


def head(start, via, method, cseq, call, to_tag, more):
    lines = [start]
    lines += [f"Via: SIP/2.0/UDP {hop.split()[0]};branch={COOKIE}{hop.split()[1]}" for hop in via]
    lines += ["From: <sip:alice@example.com>;tag=a",
              "To: <sip:bob@example.com>" + (f";tag={to_tag}" if to_tag else ""),
              f"Call-ID: {call}", f"CSeq: {cseq} {method}", *more]
    return lines


def finish(lines, body):
    if isinstance(body, str):
        body = body.encode()
    if not any(line.lower().startswith(("content-length", "l:")) for line in lines):
        lines = [*lines, f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def request(method="INVITE", via=("alice a1",), *more, cseq=1, call="odd-1", to_tag="", body=b"",
            uri="sip:bob@example.com"):
    start = f"{method} {uri} SIP/2.0"
    return finish(head(start, via, method, cseq, call, to_tag, more), body)


def response(code, via=("alice a1",), *more, method="INVITE", cseq=1, call="odd-1", to_tag="b",
             body=b"", phrase="Words"):
    start = f"SIP/2.0 {code} {phrase}"
    to_tag = "" if code == 100 else to_tag
    return finish(head(start, via, method, cseq, call, to_tag, more), body)


def call():
    """(time, to the right, message) of a call that is answered."""
    return [(0, True, request()), (0.01, False, response(100)), (0.1, False, response(180)),
            (2, False, response(200)), (2.1, True, request("ACK", ("alice a2",), to_tag="b"))]


CALL = """
1 sipexplain.response_in == 4    look-ahead
2 sipexplain.code == 100
2 sipexplain.request_in == 1
3 sipexplain.code == 180
3 sipexplain.request_in == 1
4 sipexplain.code == 200
4 sipexplain.request_in == 1
4 sipexplain.time >= 2
4 sipexplain.time <= 2.00001
5 sipexplain.transaction == 2
* no sipexplain.retransmission_of
* no sipexplain.duplicate_of
"""
