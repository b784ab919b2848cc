# SPDX-License-Identifier: GPL-2.0-or-later
"""Captures that are made to be slow: each a function of its size that yields (seconds, packet).

Identifiers have one length, so that a large capture has no longer messages than a small one.
"""

from traffic import CALLEE, CALLER, COOKIE, PROXY, SIP_PORT, Stream, udp

SEGMENT = 1400
CSEQ = 1_000_000        # one that counts on from here keeps its length
HUGE_SEGMENT = 60_000   # as captured before the network card cuts it up


def message(start, method, vias, call_id, cseq=1, to_tag="", extra=""):
    """The least that names a transaction. vias: (host, branch), top first."""
    stack = "".join(f"Via: SIP/2.0/UDP {host};branch={COOKIE}{branch}\r\n" for host, branch in vias)
    tag = f";tag={to_tag}" if to_tag else ""
    return (f"{start}\r\n{stack}From: <sip:a@example.com>;tag=a\r\nTo: <sip:b@example.com>{tag}\r\n"
            f"Call-ID: {call_id}\r\nCSeq: {cseq} {method}\r\n{extra}Content-Length: 0\r\n\r\n"
            ).encode()


def request(method, *args, **kwargs):
    return message(f"{method} sip:b@{CALLEE} SIP/2.0", method, *args, **kwargs)


def response(code, method, *args, **kwargs):
    return message(f"SIP/2.0 {code} -", method, *args, **kwargs)


def exchange(branch, call_id, cseq):
    vias = [(CALLER, branch)]
    yield udp(CALLER, CALLEE, request("OPTIONS", vias, call_id, cseq))
    yield udp(CALLEE, CALLER, response(200, "OPTIONS", vias, call_id, cseq, "b"))


def plain(n):
    """The ordinary."""
    for i in range(n):
        for packet in exchange(f"b{i:07}", f"c{i:07}", 1):
            yield i * 0.001, packet


def one_call_id(n):
    for i in range(n):
        for packet in exchange(f"b{i:07}", "c", CSEQ + i):
            yield i * 0.001, packet


def one_branch(n):
    for i in range(n):
        for packet in exchange("b", f"c{i:07}", 1):
            yield i * 0.001, packet


def old_branches(n):
    """No branch at all, and requests that nobody answers, repeated."""
    for i in range(n):
        packet = udp(CALLER, CALLEE, request("OPTIONS", [(CALLER, "")], "c", CSEQ + i))
        packet = packet.replace(f";branch={COOKIE}".encode(), b"")
        yield i * 0.5, packet
        yield i * 0.5 + 0.5, packet


def stuck(n):
    """Calls of one second that get a 100 and expire together; other packets find them."""
    for i in range(n):
        vias = [(CALLER, f"b{i:07}")]
        yield i / n, udp(CALLER, CALLEE, request("INVITE", vias, f"c{i:07}"))
        yield i / n, udp(CALLEE, CALLER, response(100, "INVITE", vias, f"c{i:07}"))
    for i in range(n // 100):
        for packet in exchange(f"d{i:07}", f"d{i:07}", 1):
            yield 60 + i * 0.001, packet


def retransmissions(n):
    """One INVITE sent again and again, and its 100."""
    for i in range(n // 2):
        vias = [(CALLER, "b")]
        yield i * 0.5, udp(CALLER, CALLEE, request("INVITE", vias, "c"))
        yield i * 0.5 + 0.1, udp(CALLEE, CALLER, response(100, "INVITE", vias, "c"))


def early_dialogs(n):
    """One INVITE and responses with To tags that are all different."""
    vias = [(CALLER, "b")]
    yield 0, udp(CALLER, CALLEE, request("INVITE", vias, "c"))
    for i in range(n):
        yield i * 0.001, udp(CALLEE, CALLER, response(180, "INVITE", vias, "c", 1, f"t{i:07}"))


def other_dialogs(n):
    """Attempts of a call that get a 100 and expire, one that rings in n early dialogs, and a request of the second of
    these, again and again."""
    for i in range(30):
        vias = [(CALLER, f"b{i:07}")]
        yield 0, udp(CALLER, CALLEE, request("INVITE", vias, "c", CSEQ + i))
        yield 0, udp(CALLEE, CALLER, response(100, "INVITE", vias, "c", CSEQ + i))
    for i in range(n // 2):
        yield 1, udp(CALLEE, CALLER, response(180, "INVITE", vias, "c", CSEQ + 29, f"t{i:07}"))
    for packet in exchange("other", "other", 1):
        yield 60, packet
    for i in range(n // 2):
        yield 61 + i * 0.001, udp(CALLER, CALLEE, request("INFO", [(CALLER, "info")], "c", CSEQ + 50, "t0000001"))


def fork(n):
    """A call that a proxy sends to n phones, which all ring, and the ringing is relayed."""
    near = [(CALLER, "b")]
    yield 0, udp(CALLER, PROXY, request("INVITE", near, "c"))
    yield 0, udp(PROXY, CALLER, response(100, "INVITE", near, "c"))
    far = [[(PROXY, f"f{i:07}"), *near] for i in range(n)]
    for i, vias in enumerate(far):
        yield 1 + i * 0.001, udp(PROXY, CALLEE, request("INVITE", vias, "c"))
    for i, vias in enumerate(far):
        yield 40 + i * 0.001, udp(CALLEE, PROXY, response(180, "INVITE", vias, "c", 1, f"t{i:07}"))
        yield 40 + i * 0.001, udp(PROXY, CALLER, response(180, "INVITE", near, "c", 1, f"t{i:07}"))
    for i, vias in enumerate(far):
        yield 50 + i * 0.001, udp(CALLEE, PROXY, response(486, "INVITE", vias, "c", 1, f"t{i:07}"))
        yield 50 + i * 0.001, udp(PROXY, CALLEE, request("ACK", vias, "c", 1, f"t{i:07}"))
    yield 60, udp(PROXY, CALLER, response(486, "INVITE", near, "c", 1, "t0"))


def hunt(n):
    """A call that a proxy tries at one address after another, each of which redirects it."""
    near = [(CALLER, "b")]
    yield 0, udp(CALLER, PROXY, request("INVITE", near, "c"))
    for i in range(n):
        vias = [(PROXY, f"f{i:07}"), *near]
        yield i * 0.1, udp(PROXY, CALLEE, request("INVITE", vias, "c"))
        yield i * 0.1 + 0.05, udp(CALLEE, PROXY, response(302, "INVITE", vias, "c", 1, f"t{i:07}"))


def challenges(n):
    """One dialog in which every request is challenged and sent again."""
    for i in range(n):
        vias = [(CALLER, f"b{i:07}")]
        yield i * 0.1, udp(CALLER, CALLEE, request("INVITE", vias, "c", i + 1))
        yield i * 0.1, udp(CALLEE, CALLER, response(407, "INVITE", vias, "c", i + 1, f"t{i:07}"))


def orphans(n):
    """Forwarded requests whose original comes last, as in a merged capture."""
    near = [(CALLER, "b")]
    for i in range(n):
        vias = [(PROXY, f"f{i:07}"), *near]
        yield i * 0.001, udp(PROXY, CALLEE, request("INVITE", vias, "c"))
        yield i * 0.001, udp(CALLEE, PROXY, response(180, "INVITE", vias, "c", 1, f"t{i:07}"))
    yield 100, udp(CALLER, PROXY, request("INVITE", near, "c"))


def flows(n):
    """Phones that register over an edge proxy, and a request to each that fails with 430."""
    for i in range(n):
        vias = [(PROXY, f"r{i:07}"), (CALLER, f"q{i:07}")]
        contact = (f"Contact: <sip:u{i}@10.1.1.1>;reg-id=1;+sip.instance=\"<urn:uuid:{i}>\"\r\n"
                   f"Path: <sip:token{i}@{PROXY};lr;ob>\r\n")
        yield i * 0.01, udp(PROXY, CALLEE, request("REGISTER", vias, f"r{i:07}", extra=contact))
        yield i * 0.01, udp(CALLEE, PROXY, response(
            200, "REGISTER", vias, f"r{i:07}", 1, "t", contact + "Require: outbound\r\n"))
        vias = [(CALLEE, f"o{i:07}")]
        route = f"Route: <sip:token{i}@{PROXY};lr;ob>\r\n"
        yield i * 0.01, udp(CALLEE, PROXY, request("OPTIONS", vias, f"o{i:07}", extra=route))
        yield i * 0.01, udp(PROXY, CALLEE, response(430, "OPTIONS", vias, f"o{i:07}", 1, "t"))


def one_phone(n):
    """The same phone registers again and again, and each time under another Call-ID."""
    for i in range(n):
        vias = [(CALLER, f"r{i:07}")]
        contact = "Contact: <sip:u@10.1.1.1>;reg-id=1;+sip.instance=\"<urn:uuid:1>\"\r\n"
        yield i * 0.01, udp(CALLER, CALLEE, request("REGISTER", vias, f"r{i:07}", extra=contact))
        yield i * 0.01, udp(CALLEE, CALLER, response(
            200, "REGISTER", vias, f"r{i:07}", 1, "t", contact + "Require: outbound\r\n"))


def phones(n):
    """Each registers once, over UDP and without SIP outbound."""
    for i in range(n):
        contact = f"Contact: <sip:u{i:07}@10.1.1.1:5060>\r\nExpires: 3600\r\n"
        vias = [(CALLER, f"r{i:07}")]
        asked = request("REGISTER", vias, f"r{i:07}", extra=contact)
        granted = response(200, "REGISTER", vias, f"r{i:07}", 1, "t", contact)
        for source, target, text in (CALLER, CALLEE, asked), (CALLEE, CALLER, granted):
            for name in b"sip:a@", b"sip:b@":
                text = text.replace(name, b"sip:u%07d@" % i)
            yield i * 0.01, udp(source, target, text)


# In tshark only: the core sees whole messages

def stream(n, segment=SEGMENT):
    """n requests that follow one another in a connection, cut without regard to their ends."""
    connection = Stream(CALLER, CALLEE, (40000, SIP_PORT))
    for packet in connection.handshake():
        yield 0, packet
    data = b"".join(request("OPTIONS", [(CALLER, f"b{i:07}")], f"c{i:07}") for i in range(n))
    for at in range(0, len(data), segment):
        yield 0.1 + at * 1e-6, connection.segment(0, data[at:at + segment])


def huge_segments(n):
    return stream(n, HUGE_SEGMENT)
