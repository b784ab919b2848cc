# SPDX-License-Identifier: GPL-2.0-or-later
"""What arrives in the tables is what tshark shows: each field, each verdict, whatever stands in a message."""

import re
import struct
from collections import Counter

import pytest
from engine import Refused
from loading import LADDERS, LOOKED_INTO, ek, load, rows


SHOWN = 150     # so much of an expert info's text is in every label


def columns(wireshark):
    """Our fields with a value of their own: field -> column."""
    return {name: name.removeprefix("sipexplain.").replace(".", "_")
            for name, kind in wireshark.all_types.items() if kind != "FT_NONE"}


def as_tshark_writes_it(wireshark, name, value):
    """A list of texts, as -T fields has it. Enumerations are asked for as numbers."""
    values = value if isinstance(value, list) else [] if value in (None, "") else [value]
    if wireshark.all_types[name] == "FT_BOOLEAN":
        return [str(one).lower() for one in values]
    return [f"{float(one):.9f}" if wireshark.all_types[name] == "FT_RELATIVE_TIME" and "." not in str(one)
            else seconds(str(one)) if wireshark.all_types[name] == "FT_RELATIVE_TIME" else str(one) for one in values]


def seconds(text):
    whole, _, part = text.partition(".")
    return f"{whole}.{part:0<9}"


def arrived(wireshark, engine, probe):
    """frame -> {field: values}, of all its messages in their order."""
    names = columns(wireshark)
    kinds = {row["name"]: row["type"] for row in engine.ask("DESCRIBE TABLE sip_messages")}
    asked = ", ".join(number_of(column, kinds[column]) for column in names.values())
    frames = {}
    for row in engine.ask(f"SELECT frame, {asked} FROM sip_messages FINAL WHERE probe = {{probe:String}} "
                          "ORDER BY frame, message SETTINGS output_format_json_quote_decimals = 1", probe=probe):
        frame = frames.setdefault(int(row["frame"]), {name: [] for name in names})
        for name, column in names.items():
            frame[name] += as_tshark_writes_it(wireshark, name, row[column + "_"])
    return frames


def number_of(column, kind):
    if kind.startswith("Nullable(Enum"):
        return f"CAST(`{column}`, 'Nullable(Int8)') AS `{column}_`"
    if kind.startswith("Array(Enum"):
        return f"arrayMap(v -> CAST(v, 'Int8'), `{column}`) AS `{column}_`"
    return f"`{column}` AS `{column}_`"


def shown(wireshark, file, passes=True):
    """The same as tshark prints it."""
    names = columns(wireshark)
    found = wireshark.fields(file, ["frame.number", *names], two_pass=passes, display_filter="sipexplain")
    return {int(row["frame.number"][0]): {name: [plain(wireshark, name, text) for text in row[name]] for name in names}
            for row in found}


def plain(wireshark, name, text):
    """Those that trees hide are values as well."""
    if wireshark.all_types[name] == "FT_BOOLEAN":
        return {"1": "true", "0": "false"}.get(text, text.lower())
    return text


def test_each_field_arrives_as_it_was(wireshark, capture, loaded):
    seen = Counter()
    for path in LOOKED_INTO:
        want = shown(wireshark, capture(path))
        have = arrived(wireshark, loaded, path.name)
        assert have.keys() == want.keys(), path.name
        for number, fields in want.items():
            assert have[number] == fields, f"{path.name}, frame {number}"
            seen.update(name for name, values in fields.items() if values)
    kinds = {wireshark.all_types[name] for name in seen}
    assert kinds == set(wireshark.all_types.values()) - {"FT_NONE"}
    print(f"{len(seen)} of {len(columns(wireshark))} fields seen; never: "
          + ", ".join(sorted(set(columns(wireshark)) - set(seen))))


def test_one_pass_arrives_as_well(wireshark, capture, engine):
    paths = [LADDERS / f"{name}.md" for name in ("demo", "alert-names-its-call", "session-not-refreshed")
             if (LADDERS / f"{name}.md").is_file()]
    load(engine, wireshark, capture, paths, passes=())
    for path in paths:
        assert arrived(wireshark, engine, path.name) == shown(wireshark, capture(path), passes=False)


def test_each_verdict_arrives(wireshark, capture, loaded):
    """Both in the message's row and as a row of sip_verdicts, as often as the tree shows it."""
    for path in LOOKED_INTO:
        want = Counter()
        for number, frame in enumerate(wireshark.everything(capture(path), "two"), 1):
            for name, value in (item for tree in frame for item in tree[1:]):
                if wireshark.types[name] == "FT_NONE" and ".explain." not in name:
                    severity, text = re.fullmatch(r"(?: \[truncated\])?(\w+)/.*?: (.*)", value, re.DOTALL).groups()
                    want[number, name.removeprefix("sipexplain.").replace(".", "_"), severity, text[:SHOWN]] += 1
        for query in ("SELECT frame, name, severity, text FROM sip_messages FINAL ARRAY JOIN verdict_names AS name, "
                      "verdict_severities AS severity, verdict_texts AS text WHERE probe = {probe:String}",
                      "SELECT frame, name, severity, text FROM sip_verdicts FINAL WHERE probe = {probe:String}"):
            have = Counter((int(row["frame"]), row["name"], row["severity"], row["text"][:SHOWN])
                           for row in loaded.ask(query, probe=path.name))
            assert have == want, path.name


def test_a_stuck_call_is_named_by_its_verdict(wireshark, capture, engine):
    """On the packet that came after the threshold, of another call."""
    load(engine, wireshark, capture, [LADDERS / "alert-names-its-call.md"], passes=())
    told = engine.ask("SELECT name, call_id, src, dst FROM sip_verdicts FINAL WHERE name = 'trying_timeout' "
                      "ORDER BY call_id")
    want = engine.ask("SELECT DISTINCT call_id, src, dst FROM sip_messages FINAL ARRAY JOIN expired_call_id AS call_id, "
                      "expired_src AS src, expired_dst AS dst ORDER BY call_id")
    assert want and {(row["call_id"], row["src"], row["dst"]) for row in told} <= \
        {(row["call_id"], row["src"], row["dst"]) for row in want}
    assert all(row["call_id"] for row in told) and told


def test_a_copy_of_the_text_has_all_times(wireshark, capture, loaded):
    path = LADDERS / "demo.md"
    want = [row["frame.time_epoch"][0] for row in
            wireshark.fields(capture(path), ["frame.time_epoch"], two_pass=True, display_filter="sipexplain")]
    have = loaded.ask("SELECT DISTINCT frame, toUnixTimestamp64Nano(timestamp) AS at FROM sip_messages FINAL "
                      "WHERE probe = {probe:String} ORDER BY frame", probe=path.name)
    assert [f"{int(row['at']) // 10**9}.{int(row['at']) % 10**9:09d}" for row in have] == \
        [f"{text.partition('.')[0]}.{text.partition('.')[2]:0<9}" for text in want]


# What an attacker sends

HOSTILE = [
    "plain",
    "a'); DROP TABLE sip_messages; --",
    r"back\slash\\two\n\t",
    'quote"and,"sipexplain":{"x":1}',
    '"_ws_expert":{"sipexplain_sipexplain_no_ack":null}',
    r'\"_ws_expert\":',
    '["list","of"]',
    "{since:String} ${call_id} $__fromTime",
    "\u00fc\u4e2d\U0001f600",
    "NULL", "\\N", "123", "true", "1970-01-01",
    "x" * 2000,
]


def sip(call_id):
    head = ["INVITE sip:bob@example.com SIP/2.0", "Via: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK-1",
            "From: <sip:alice@example.com>;tag=1", "To: <sip:bob@example.com>", f"Call-ID: {call_id}",
            "CSeq: 1 INVITE", "Content-Length: 0", "", ""]
    return "\r\n".join(head).encode()


def file_of(messages, start=1767225600):
    """A capture of UDP packets, a second apart."""
    data = struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 262144, 101)
    for number, message in enumerate(messages):
        udp = struct.pack("!HHHH", 5060, 5060, 8 + len(message), 0) + message
        packet = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), number, 0, 64, 17, 0,
                             bytes([10, 0, 0, 1]), bytes([10, 0, 0, 2])) + udp
        data += struct.pack("<IIII", start + number, 0, len(packet), len(packet)) + packet
    return data


def test_hostile_texts_arrive_as_data(wireshark, engine):
    file = wireshark.keep("hostile.pcap", file_of([sip(text) for text in HOSTILE]))
    engine.insert(rows(ek(wireshark, file)))
    have = [row["call_id"] for row in engine.ask("SELECT call_id FROM sip_messages FINAL ORDER BY frame")]
    assert have == [row["sipexplain.call_id"][0] for row in wireshark.fields(file, ["sipexplain.call_id"])]
    assert have[1] == HOSTILE[1] and have[4] == HOSTILE[4] and have[6] == HOSTILE[6] and have[8] == HOSTILE[8]
    for text in HOSTILE:
        found = engine.question("10-one-call", call_id=text)
        assert len(found) == (1 if text in have else 0)
    assert len(engine.ask("SELECT name FROM sip_verdicts FINAL")) == 0


def test_probe_and_file_are_data_too(wireshark, engine):
    file = wireshark.keep("one.pcap", file_of([sip("x")]))
    name = 'a"b\\c\'); DROP TABLE sip_messages; --\u00fc'
    engine.insert(rows(ek(wireshark, file), name, name))
    assert engine.ask("SELECT probe, capture FROM sip_messages FINAL") == [{"probe": name, "capture": name}]


def test_a_clock_out_of_range_is_kept_as_text(wireshark, capture, engine):
    """Years that a table of nanoseconds has no room for; tshark writes one of them with bytes that are no text."""
    wireshark.decoding_errors = "replace"
    try:
        text = ek(wireshark, capture("clock-past-and-future"))
    finally:
        wireshark.decoding_errors = "strict"
    engine.insert(rows(text))
    found = engine.ask("SELECT toUnixTimestamp64Nano(timestamp) AS at, odd_time FROM sip_messages FINAL ORDER BY frame")
    assert [row["odd_time"] for row in found] == re.findall(r'"frame_frame_time_epoch":"(.*?)"', text)
    assert {int(row["at"]) for row in found} == {0} and len(found) > 1


@pytest.mark.parametrize("garbage", ["\x01\x1f", 'a"b', "\\x", "\ufffd", "\n", "\n\r\n{"],
                         ids=["control", "quote", "escape", "no-text", "line", "lines"])
def test_a_time_that_is_no_text_loses_no_message(engine, garbage):
    """tshark 4.0 writes some bytes of its memory there."""
    line = ('{"timestamp":"1","layers":{"frame":{"frame_frame_time":"294107-08-06T05:47:' + garbage + '.775807000Z",'
            '"frame_frame_offset_shift":"0.000000000","frame_frame_time_epoch":"9218972036854.775807000",'
            '"frame_frame_number":"7"},"sipexplain":{"sipexplain_sipexplain_call_id":"x",'
            '"_ws_expert":{"sipexplain_sipexplain_no_ack":null,"_ws_expert__ws_expert_message":"a"},'
            '"_ws_expert":{"sipexplain_sipexplain_bye_failed":null,"_ws_expert__ws_expert_message":"b"}}}}\n')
    engine.insert(rows(line))
    assert engine.ask("SELECT frame, call_id, odd_time, verdict_names FROM sip_messages FINAL") == [
        {"frame": 7, "call_id": "x", "odd_time": "9218972036854.775807000", "verdict_names": ["no_ack", "bye_failed"]}]


@pytest.mark.parametrize("rows_, said", [
    ('{"probe":"x","sipexplain_sipexplain_of_a_later_plugin":"1"}', "Unknown field"),
    ('{"probe":"x","sipexplain_sipexplain_ack_state":"77"}', "enum"),
    ('{"probe":"x","sipexplain_sipexplain_code":["1","2"]}', "Cannot parse"),
    ('{"probe":"x"', "")])
def test_what_the_tables_do_not_know_is_refused(engine, rows_, said):
    """So that it stays in the spool; nothing of it is dropped in silence."""
    with pytest.raises(Refused, match=said):
        engine.insert(rows_ + "\n")
    assert engine.ask("SELECT count() AS n FROM sip_messages")[0]["n"] in (0, "0")
