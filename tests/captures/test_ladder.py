# SPDX-License-Identifier: GPL-2.0-or-later
"""The ladder reader itself, judged by tshark's own dissectors; the plugin is not needed."""

import subprocess

import ladder
import ladder_expect
import ladder_net
import pytest
from ladder_error import LadderError

HOSTS = "alice 10.0.0.1:5060\np1 10.0.0.2:5060\nbob 10.0.0.3:5060\n"
INVITE = "0 alice -> p1 INVITE sip:bob@example.com via a1\n"


@pytest.fixture
def built(tmp_path):
    """A function: ladder and hosts -> (frames, a function that reads fields with tshark)."""

    def build(lines, hosts=HOSTS):
        path = tmp_path / "case.md"
        path.write_text(f"```hosts\n{hosts}```\n```ladder\n{lines}```\n"
                        "```expect\n1 sipexplain\n```\n")
        frames = ladder.build(ladder.read(path))
        capture = tmp_path / "case.pcap"
        capture.write_bytes(ladder_net.pcap(frames))

        def fields(*names, args=()):
            command = ["tshark", "-r", str(capture), *args, "-T", "fields", "-E", "separator=/t"]
            for name in names:
                command += ["-e", name]
            done = subprocess.run(command, capture_output=True, encoding="utf-8", check=True,
                                  env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)})
            rows = [line.split("\t") for line in done.stdout.split("\n")[:-1]]
            return [row[0] for row in rows] if len(names) == 1 else [tuple(row) for row in rows]

        return frames, fields

    return build


def payload(frame):
    return frame.data[14 + 20 + 8:].decode()


def test_defaults_of_a_request(built):
    frames, _ = built(INVITE)
    assert payload(frames[0]) == "\r\n".join([
        "INVITE sip:bob@example.com SIP/2.0",
        "Via: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK-a1",
        "Max-Forwards: 70",
        "From: <sip:alice@example.com>;tag=alice",
        "To: <sip:bob@example.com>",
        "Call-ID: case@ladder",
        "CSeq: 1 INVITE",
        "Contact: <sip:alice@10.0.0.1:5060>",
        "Content-Length: 0",
        "", ""])


def test_defaults_of_a_response(built):
    frames, _ = built(INVITE + "1 p1 -> alice 100 via a1\n2 p1 -> alice 180 Hello There via a1\n")
    assert "To: <sip:bob@example.com>\r\n" in payload(frames[1])
    assert payload(frames[2]) == "\r\n".join([
        "SIP/2.0 180 Hello There",
        "Via: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK-a1",
        "From: <sip:alice@example.com>;tag=alice",
        "To: <sip:bob@example.com>;tag=p1",
        "Call-ID: case@ladder",
        "CSeq: 1 INVITE",
        "Contact: <sip:p1@10.0.0.2:5060>",
        "Content-Length: 0",
        "", ""])


def test_a_proxy_hands_on(built):
    frames, fields = built(
        INVITE + "  Subject: x\n  Route: <sip:p1>\n"
        "1 p1 -> bob INVITE sip:bob@10.0.0.3 via p1x a1\n"
        "2 bob -> p1 486 via p1x a1\n  Reason: SIP;cause=486\n"
        "3 p1 -> alice 486 via a1\n"
        "4 alice -> p1 ACK via a1\n")
    assert fields("sip.Via.branch", "sip.to.tag", "sip.Max-Forwards") == [
        ("z9hG4bK-a1", "", "70"), ("z9hG4bK-p1x,z9hG4bK-a1", "", "69"),
        ("z9hG4bK-p1x,z9hG4bK-a1", "bob", ""), ("z9hG4bK-a1", "bob", ""),
        ("z9hG4bK-a1", "bob", "70")]
    assert "Subject: x" in payload(frames[1]) and "Route" not in payload(frames[1])
    assert "Reason: SIP;cause=486" in payload(frames[3])
    assert payload(frames[4]).startswith("ACK sip:bob@example.com SIP/2.0\r\n")


def test_requests_of_a_dialog(built):
    _, fields = built(INVITE + "1 p1 -> alice 200 via a1\n2 alice -> p1 ACK via a2\n"
                      "3 p1 -> alice BYE via b1 cseq 9\n4 alice -> p1 200 via b1\n")
    assert fields("sip.from.tag", "sip.to.tag", "sip.CSeq")[2:] == [
        ("alice", "p1", "1 ACK"), ("p1", "alice", "9 BYE"), ("p1", "alice", "9 BYE")]


def test_cancel_has_its_own_answer(built):
    _, fields = built(INVITE + "1 p1 -> alice 100 via a1\n2 alice -> p1 CANCEL via a1\n"
                      "3 p1 -> alice 200 (CANCEL) via a1\n4 p1 -> alice 487 via a1\n")
    assert fields("sip.CSeq") == ["1 INVITE", "1 INVITE", "1 CANCEL", "1 CANCEL", "1 INVITE"]


def test_two_calls_and_old_branches(built):
    _, fields = built("0 alice -> p1 INVITE sip:x@example.com via !1 call A\n"
                      "1 alice -> p1 INVITE sip:y@example.com via !1 call B tag t cseq 4\n"
                      "2 p1 -> alice 100 via !1 call A\n")
    assert fields("sip.Call-ID", "sip.Via.branch", "sip.to.tag", "sip.CSeq.seq") == [
        ("A@ladder", "1", "", "1"), ("B@ladder", "1", "t", "4"), ("A@ladder", "1", "", "1")]


def test_a_capture_that_begins_with_an_answer(built):
    _, fields = built("0 bob -> p1 200 (BYE) via p1x@p1 a1@alice\n")
    assert fields("sip.CSeq", "sip.Via.sent-by.address", "sip.to.tag") == [
        ("1 BYE", "10.0.0.2,10.0.0.1", "bob")]


def test_header_lines(built):
    frames, _ = built(INVITE + "  Max-Forwards: 0\n  -Contact\n  Route: <sip:a>\n"
                      "  Route: <sip:b>\n  +Via: x\n  body:\n    v=0\n    s=-\n")
    text = payload(frames[0])
    assert "Max-Forwards: 0\r\n" in text and "Contact:" not in text
    assert "Route: <sip:a>\r\nRoute: <sip:b>\r\n" in text
    assert "branch=z9hG4bK-a1\r\nVia: x\r\n" in text
    assert text.endswith("Content-Type: application/sdp\r\nContent-Length: 10\r\n\r\n"
                         "v=0\r\ns=-\r\n")


def test_a_repeated_message_repeats_its_lines(built):
    frames, _ = built(INVITE + "  Subject: x\n1 alice -> p1 INVITE via a1\n")
    assert payload(frames[0]) == payload(frames[1])
    assert frames[0].data != frames[1].data             # another IP id: not the same packet


def test_tcp_stream(built):
    hosts = HOSTS.replace("5060\n", "40001 tcp\n", 1)
    _, fields = built(
        INVITE + "1 p1 -> alice 100 via a1\n+ p1 -> alice 180 via a1\n"
        "2 p1 -> alice 200 via a1 split 50 100\n"
        "3 alice -- p1 CRLFCRLF\n4 p1 -- alice CRLF\n4 alice -- p1 ACK\n5 alice -- p1 FIN\n6 p1 -- alice FIN\n"
        "7 alice -> p1 ACK via a2\n8 p1 -- alice RST\n", hosts)
    assert fields("tcp.flags.str", "tcp.stream", "sip.Status-Code") == [
        ("··········S·", "0", ""), ("·······A··S·", "0", ""), ("·······A····", "0", ""),
        ("·······AP···", "0", ""), ("·······AP···", "0", "100,180"), ("·······AP···", "0", ""),
        ("·······AP···", "0", ""), ("·······AP···", "0", "200"), ("·······AP···", "0", ""),
        ("·······AP···", "0", ""), ("·······A····", "0", ""),
        ("·······A···F", "0", ""), ("·······A···F", "0", ""),
        ("··········S·", "1", ""), ("·······A··S·", "1", ""), ("·······A····", "1", ""),
        ("·······AP···", "1", ""), ("·······A·R··", "1", "")]
    assert not any(fields("tcp.analysis.flags")[:13])


def test_no_handshake_and_unanswered_syn(built):
    hosts = HOSTS.replace("5060\n", "40001 tcp\n", 1)
    _, fields = built("0 alice -- p1 SYN\n1 alice -- p1 SYN\n"
                      "2 alice:40002 -> p1 OPTIONS sip:p1 via a1 no-handshake\n", hosts)
    assert fields("tcp.srcport", "tcp.seq_raw", "tcp.analysis.retransmission", "sip.Method") == [
        ("40001", "1000000", "", ""), ("40001", "1000000", "1", ""),
        ("40002", "2000000", "", "OPTIONS")]


def test_websocket(built):
    hosts = HOSTS.replace("5060\n", "40001 ws\n", 1).replace("10.0.0.2:5060", "10.0.0.2:80")
    _, fields = built(INVITE + "1 p1 -> alice 100 via a1\n", hosts)
    assert fields("websocket.mask", "sip.Method", "sip.Status-Code", "sip.Via.transport")[5:] == [
        ("1", "INVITE", "", "WS"), ("0", "", "100", "WS")]


def test_ip_fragments(built):
    whole = len(built(INVITE)[0][0].data)
    _, fields = built(INVITE.replace("\n", " split 64 128\n"))
    names = ("frame.len", "udp.checksum.status", "sip.Method")
    assert fields(*names, args=["-o", "udp.check_checksum:TRUE"]) == [
        ("98", "", ""), ("98", "", ""), (str(whole - 128), "1", "INVITE")]


def test_seen_twice_lost_cut_and_again(built):
    frames, fields = built(INVITE.replace("\n", " dup\n") + "1 p1 -> alice 100 via a1 lost\n"
                           "2 p1 -> alice 180 via a1 snap 60\n1.5 again 1\n")
    assert frames[0].data == frames[1].data == frames[3].data
    size = str(len(frames[0].data))
    assert fields("frame.cap_len", "frame.time_relative") == [
        (size, "0.000000000"), (size, "0.000000000"), ("60", "2.000000000"), (size, "1.500000000")]
    assert int(fields("frame.len")[2]) == len(frames[2].data) > 60


HOSTS_V6 = HOSTS.replace("10.0.0.", "[2001:db8::").replace(":5060", "]:5060")


@pytest.mark.parametrize("hosts,whole,quoted",
                         [(HOSTS, "", 28), (HOSTS, "whole", 0), (HOSTS_V6, "", 48)])
def test_icmp(built, hosts, whole, quoted):
    lines = INVITE + f"1 icmp p1 -> alice port-unreachable of 1 {whole}\n"
    frames, fields = built(lines, hosts)
    header = 14 + (40 if ":db8" in hosts else 20) + 8
    assert len(frames[1].data) == header + (quoted or len(frames[0].data) - 14)
    assert "nreachable (Port unreachable)" in fields("_ws.col.Info")[1]


def test_other_traffic_and_raw(built):
    _, fields = built('0 rtp alice -> bob\n1 dns alice -> p1 x.example\n'
                      '2 raw alice -> p1 "SIP/2.0 0 Zero\\r\\n"\n    "\\r\\n"\n')
    assert fields("udp.dstport", "dns.qry.name", "udp.length") == [
        ("40000", "", "180"), ("53", "x.example", "35"), ("5060", "", "26")]


def test_times_may_go_back_and_bytes_are_always_the_same(built):
    lines = INVITE.replace("0", "0.000001", 1) + "-1.5 alice -> p1 INVITE via a1\n"
    frames, fields = built(lines)
    assert fields("frame.time_epoch") == ["1767225600.000001000", "1767225598.500000000"]
    assert ladder_net.pcap(frames) == ladder_net.pcap(built(lines)[0])


@pytest.mark.parametrize("lines,number,message", [
    ("x alice -> p1 INVITE via a1\n", 7, "'x' is not a time in seconds"),
    ("0.1234567 alice -> p1 INVITE via a1\n", 7, "'0.1234567' is not a time in seconds"),
    ("0 alice > p1 INVITE\n", 7, "expected 'HOST -> HOST' or 'HOST -- HOST' after the time"),
    ("0 alice -> carol INVITE via a1\n", 7, "host 'carol' is not in the hosts block"),
    ("0 alice -> p1 INVITE sip:x\n", 7, "'via' is missing: "),
    ("0 alice -> p1 INVITE via a1\n", 7, "the first request of a call needs a Request-URI"),
    ("0 alice -> p1 INVITE sip:x y via a1\n", 7, "'y' after the Request-URI is not a keyword"),
    ("0 alice -> p1 INVITE sip:x via a1 call\n", 7, "'call' needs a value"),
    ("0 alice -> p1 INVITE sip:x via a1 cseq x\n", 7, "'cseq' needs a number"),
    ("0 alice -> p1 INVITE sip:x via a1 via b1\n", 7, "'via' is written twice"),
    ("0 alice -> p1 INVITE sip:x dup x via a1\n", 7, "'x' is not one of"),
    ("0 alice -> p1 INVITE sip:x via a1 b1\n", 7, "branch 'b1' was never sent by anyone"),
    (INVITE + "1 p1 -> alice 299 via a1\n", 8, "299 needs its phrase on the line (or \"\")"),
    (INVITE + "+ alice -> p1 INVITE via a1\n", 8, "'+' is for messages over TCP"),
    (INVITE + "# remark\n  Subject\n", 9, "expected 'Name: value', "),
    (INVITE + "1 icmp p1 -> alice port-unreachable of 2\n", 8, "there is no frame 2 yet"),
    (INVITE + "1 alice -- p1 NOP\n", 8, "after '--' comes one of ACK, CRLF, CRLFCRLF, FIN, RST, SYN"),
    ("0 alice -> p1 OPTIONS sip:x via a1 tcp split 9999\n", 7, "'split 9999' is not"),
    ("0 alice -> p1 OPTIONS sip:x via a1 split 8000\n", 7, "'split 8000' is not"),
    ("0 raw alice -> p1 SIP\n", 7, 'raw needs "quoted bytes", with Python escapes'),
])
def test_errors_name_file_and_line(built, tmp_path, lines, number, message):
    with pytest.raises(LadderError) as caught:
        built(lines)
    assert str(caught.value).startswith(f"{tmp_path / 'case.md'}:{number}: {message}")


@pytest.mark.parametrize("text,message", [
    ("0 sipexplain.code", "'0' is not a frame number, FRAME.TREE or '*'"),
    ("1 sip.Status-Code == 1", "field 'sip.Status-Code' is not one of sipexplain"),
    ("1 sipexplain.code = 1", "'=' is not one of ==, !=, contains, >=, <="),
    ("1 sipexplain.code == ", "'==' needs a value"),
    ("1 sipexplain.code == 1 2", "'2': values stand between commas, or in double quotes"),
    ("1 sipexplain.code >= x", "'x' is not a number"),
    ("* sipexplain.code == 1", "'*' goes with 'count N', or with 'no'"),
    ("1 sipexplain.code == 1 count 1", "'count' goes with '*'"),
])
def test_errors_of_an_expect_line(text, message):
    with pytest.raises(LadderError) as caught:
        read_expect(text)
    assert str(caught.value) == message


FRAMES = [
    [[("sipexplain", "SIP Explain: two"), ("sipexplain.code", "100"),
      ("sipexplain.time", "0.500000000")],
     [("sipexplain", "SIP Explain: of them"), ("sipexplain.code", "180"),
      ("sipexplain.phrase", "a, b")]],
    [],
    [[("sipexplain", "SIP Explain: one"), ("sipexplain.trying_timeout", "Warning/Sequence: late")]],
]


@pytest.mark.parametrize("text,holds", [
    ("1 sipexplain.code == 100, 180", True), ("1 sipexplain.code == 180, 100", False),
    ("1 sipexplain.code == 100", False), ("1.1 sipexplain.code == 100", True),
    ("1.2 sipexplain.code == 100", False), ("1.3 sipexplain.code == 100", False),
    ("1 sipexplain.code != 100", True), ("1.1 sipexplain.code != 100", False),
    ("1 sipexplain.phrase != x  # remark", True), ("2 sipexplain.phrase != x", False),
    ("1 sipexplain.time == 0.5", True),
    ("1 sipexplain.time >= 0.5", True), ("1 sipexplain.time >= 0.6", False),
    ("1 sipexplain.time <= 0.4", False), ("2 sipexplain.time <= 9", False),
    ('1 sipexplain.phrase == "a, b"', True), ("1 sipexplain.phrase contains b", True),
    ("1 sipexplain.phrase contains c", False), ("1 sipexplain contains them", True),
    ("1 sipexplain.code", True), ("2 sipexplain", False),
    ("2 no sipexplain", True), ("3 no sipexplain", False),
    ("4 no sipexplain", False), ("4 sipexplain", False),
    ("3 expert trying_timeout", True),
    ("3 expert trying_timeout Warn", True), ("3 expert trying_timeout Note", False),
    ("3 no expert trying_timeout", False), ("3 no expert trying_timeout Note", True),
    ("* sipexplain.code count 2", True), ("* sipexplain.code >= 101 count 1", True),
    ("* sipexplain.code == 100 count 2", False), ("* no sipexplain.code == 487", True),
    ("* no sipexplain.code == 180", False), ("* no expert trying_timeout", False),
])
def test_what_an_expect_line_means(text, holds):
    assert read_expect(text).holds(FRAMES) is holds


def test_look_ahead_is_marked_on_the_line():
    assert read_expect("1 sipexplain.code == 1 look-ahead # x").look_ahead
    assert not read_expect("1 sipexplain.code == 1").look_ahead


def read_expect(text):
    return ladder_expect.read(1, ladder.TOKEN.findall(text), text)
