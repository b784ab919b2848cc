# SPDX-License-Identifier: GPL-2.0-or-later
"""Status codes, start lines, phrases and header fields on the edge of what is one, and beyond it."""

from built.capture import captures
from built.pairs import NO_MESSAGE, NO_TRANSACTION, PAIR, both, pairs
from built.sip import request, response


@captures
def code():
    """Status codes that are none, or of no class."""
    cases = []
    for text in ("099", "100", "199", "299", "699", "700", "999", "000"):
        lines = f"{{a}} sipexplain.code == {int(text)}\n{{a}} sipexplain.request_in == {{q}}\n"
        if text == "000":
            lines = NO_MESSAGE
        elif not 100 <= int(text) <= 699:
            lines += "{a} no sipexplain.meaning\n{a} no sipexplain.failure\n"
            lines += "{q} no sipexplain.response_in\n"
        cases.append((text, lines))
    # The SIP dissector's mark for code 0 is its mark for "no message", so nothing is said of it.
    cases += [(text, "{a} no sipexplain.code\n") for text in (
        "0", "99", "1000", "4294967296", "20", "2", "-1", "abc", "2x0", "200OK", " 200", "0x64")]
    made = []
    for text, lines in cases:
        answer = response(200).replace(b"SIP/2.0 200 Words", b"SIP/2.0 " + text.encode() + b" Words")
        made.append((text, request(), answer, lines))
    return [("known", pairs(made[:7])), ("none", pairs(made[7:], ours=True))]


@captures
def header():
    """Header fields that are folded, missing, repeated, long or full of bytes that are no text."""
    def without(name):
        return lambda text: b"\r\n".join(line for line in text.split(b"\r\n")
                                         if not line.startswith(name))

    def more(line):
        return lambda text: text.replace(b"\r\nCall-ID", b"\r\n" + line + b"\r\nCall-ID", 1)

    def last(line):
        return lambda text: text.replace(b"\r\nContent-L", b"\r\n" + line + b"\r\nContent-L", 1)

    def swap(old, new):
        return lambda text: text.replace(old, new)

    same = {
        "folded": swap(b": ", b":\r\n  "),
        "folded-twice": swap(b": ", b":\r\n \r\n\t"),
        "no-spaces": swap(b": ", b":"),
        "spaces-before-colon": swap(b": ", b" \t : "),
        "bare-line-feeds": swap(b"\r\n", b"\n"),
        "compact": lambda text: text.replace(b"Via:", b"v:").replace(b"From:", b"f:").replace(
            b"To:", b"t:").replace(b"Call-ID:", b"i:").replace(b"Content-Length:", b"l:"),
        "compact-call-id-of-ipv6": lambda text: text.replace(b"Call-ID: ", b"i: 2001:db8::1-"),
        "upper-case": lambda text: text.replace(b"Via:", b"VIA:").replace(
            b"CSeq:", b"CSEQ:").replace(b"Call-ID:", b"CALL-ID:"),
        "repeated-cseq": more(b"CSeq: 1 INVITE"),
        "repeated-call-id": last(b"Call-ID: other"),
        "repeated-from": last(b"From: <sip:other@example.com>;tag=other"),
        "no-from": without(b"From"),
        "no-to": without(b"To"),
        "no-content-length": without(b"Content-Length"),
        "empty-fields": more(b"From:\r\nSubject:\r\n:\r\n: x"),
        "no-colon": more(b"this is no header field"),
        "nul": more(b"Subject: a\x00b"),
        "nul-in-call-id": swap(b"odd-1", b"odd-1\x00-1"),
        "invalid-utf-8": more(b"Subject: \xc3\x28\xa0\xa1 \xf8\x88 \xed\xa0\x80"),
        "invalid-utf-8-in-call-id": swap(b"odd-1", b"odd-1-\xc3\x28"),
        "invalid-utf-8-in-branch": swap(b"-a1", b"-\xff\xfe"),
        "long-line": more(b"Subject: " + b"x" * 50_000),
        "long-name": more(b"x" * 50_000 + b": y"),
        "long-branch": swap(b"-a1", b"-" + b"a" * 30_000),
        "many-lines": more(b"\r\n".join([b"a: b"] * 8_000)),
        "many-folds": more(b"Subject: x\r\n" + b" \r\n" * 15_000 + b" x"),
        "many-quotes": more(b'Contact: "' + b'\\"' * 20_000),
        "many-angles": more(b"Contact: " + b"<" * 20_000),
        "many-commas": more(b"Contact: " + b"," * 40_000),
        "many-semicolons": more(b"Contact: x" + b";" * 40_000),
        "cseq-4294967295": swap(b"CSeq: 1 ", b"CSeq: 4294967295 "),
        # Found by a fuzzer.
        "via-of-semicolons": swap(b"Via: SIP/2.0/UDP alice;branch=z9hG4bK-a1", b"Via:;,;,,"),
        "via-of-semicolons-below": more(b"Via:;,;,,"),
    }
    none = {
        "no-via": without(b"Via"),
        "no-cseq": without(b"CSeq"),
        "cseq-letters": swap(b"CSeq: 1 ", b"CSeq: one "),
        "cseq-4294967296": swap(b"CSeq: 1 ", b"CSeq: 4294967296 "),
        "cseq-negative": swap(b"CSeq: 1 ", b"CSeq: -1 "),
        "via-empty": swap(b"Via: SIP/2.0/UDP alice;branch=z9hG4bK-a1", b"Via:"),
    }
    return [("odd", pairs([(name, *both(change), PAIR) for name, change in same.items()])),
            ("missing", pairs([(name, *both(change), NO_TRANSACTION)
                               for name, change in none.items()], ours=True))]


@captures
def reason():
    """Reason, Warning and Retry-After that no RFC allows."""
    lines = [
        b"Reason: Q.850;cause=99999999999;text=\"\xff\xfe\"", b"Reason: ;;;", b"Reason: ,,,",
        b"Reason: SIP;cause=;text=", b"Reason: Q.850;cause=16;cause=17;text=\"a\\",
        b"Reason: " + b"Q.850;cause=16," * 3000, b"Warning: 399", b"Warning: 999 x \"\x00\"",
        b"Warning: " + b'399 h "x",' * 3000, b"Warning: \"", b"Retry-After: 4294967296",
        b"Retry-After: -1", b"Retry-After: 5 (\xff)", b"Retry-After: ",
    ]
    answers = [response(486).replace(b"\r\nCall-ID", b"\r\n" + line + b"\r\nCall-ID", 1)
               for line in lines]
    wrong = response(486).replace(b"\r\nCall-ID", b"\r\nWarning: 1812 h \"x\"\r\nCall-ID")
    return pairs([(line[:20].decode("latin-1"), request(), answer, PAIR)
                  for line, answer in zip(lines, answers)] +
                 [("warn-code", request(), wrong, PAIR + "{a} no sipexplain.warning.code\n")])


@captures
def phrase():
    """Reason phrases of all bytes, none, and very long ones. They go into texts of the tree. With a
    NUL, Wireshark finds no SIP."""
    cases = [("none", b""), ("controls", bytes(range(1, 9)) + b"\x0b\x0c\x1b[31m\x7f"),
             ("nul", b"Busy\x00Here"), ("invalid-utf-8", b"Busy \xff\xfe\xc3"),
             ("long", b"Busy" * 8_000), ("percent", b"%s%n%x%d"), ("right-to-left", b"\xe2\x80\xaeereH ysuB"), ("line-separator", b"\xe2\x80\xa8x")]
    return pairs([(name, request(), response(486).replace(b"486 Words", b"486 " + text),
                   NO_MESSAGE if name == "nul" else PAIR) for name, text in cases])


@captures
def start_line():
    """Start lines on the edge of what is one. Wireshark's SIP dissector decides."""
    answers = [
        ("no-phrase", response(486).replace(b"486 Words", b"486"), NO_MESSAGE),
        ("crlf-first", b"\r\n\r\n" + response(486), NO_MESSAGE),
        ("lower-case-version", response(486).replace(b"SIP/2.0 486", b"sip/2.0 486"), NO_MESSAGE),
        ("tab", response(486).replace(b"SIP/2.0 486", b"SIP/2.0\t486"), NO_MESSAGE),
        ("version-3", response(486).replace(b"SIP/2.0 486", b"SIP/3.0 486"), NO_MESSAGE),
        ("alone", b"SIP/2.0 486 Words", "{a} sipexplain.code == 486\n{a} no sipexplain.transaction\n"),
        ("alone-crlf", b"SIP/2.0 486 Words\r\n", "{a} sipexplain.code == 486\n"),
        ("half", b"SIP/2.0 48", NO_MESSAGE),
    ]
    requests = [
        ("method-of-tokens", "!x-%.*_+`'~", "sip:a@b"),
        ("method-of-30000-bytes", "M" * 30_000, "sip:a@b"),
        ("uri-of-30000-bytes", "INVITE", "sip:" + "u" * 30_000),
        ("uri-with-version", "INVITE", "sip:SIP/2.0@SIP/2.0"),
    ]
    return [
        ("response", pairs([(name, request(), text, lines) for name, text, lines in answers],
                           ours=True)),
        ("request", pairs([(name, request(method, uri=uri), response(486, method=method), PAIR)
                           for name, method, uri in requests])),
    ]
