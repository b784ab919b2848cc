#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes ClickHouse's tables of the fields that the plugin registers.

    (tshark -G fields; tshark -G values) | plugin/export/schema.py > schema.sql
    (tshark -G fields; tshark -G values) | plugin/export/schema.py upgrade      # for tables that exist

schema.sql of this folder is made so; a test compares.
"""

import sys

PREFIX = "sipexplain."
EK = "sipexplain_sipexplain_"       # how -T ek begins a field's name

# Fields of which a message may have several: those that the plugin adds in a loop.
SEVERAL = frozenset((
    "meaning.more", "when.more", "fix.more", "missing_header", "mismatch", "reason.protocol", "reason.cause",
    "reason.text", "reason.meaning", "warning.code", "warning.text", "warning.meaning", "flow.lost_here",
    "registration.differs", "registration.late", "registration.late_times", "registration.before_in",
    "registration.in_row", "registration.in_row_since", "trying.ended", "session.agreed_in", "expired",
    "expired.call", "expired.transaction", "expired.method", "expired.call_id", "expired.from", "expired.to",
    "expired.src", "expired.dst", "expired.wait", "expired.cause"))

# Texts that are the same in many messages: kept once.
FEW = frozenset((
    "phrase", "meaning", "when", "reference", "missing_header", "mismatch", "reason.protocol", "reason.meaning",
    "warning.meaning", "registration.differs", "method", "src", "dst", "expired.method", "expired.src", "expired.dst"))

TYPES = {"FT_UINT8": "UInt8", "FT_UINT16": "UInt16", "FT_UINT32": "UInt32", "FT_FRAMENUM": "UInt32",
         "FT_BOOLEAN": "Bool", "FT_RELATIVE_TIME": "Decimal(38, 9)", "FT_STRING": "String"}

# What a message has besides the plugin's fields: column, type, how it is made of a row of sip_ek.
ADDRESS = "extract({0}, '^\\\\[?(.*?)\\\\]?:[0-9]+$')"
PORT = "toUInt16OrZero(extract({0}, ':([0-9]+)$'))"
SRC, DST = f"{EK}src", f"{EK}dst"
IS_TIME = "match(frame_time, '^(19[7-9][0-9]|20[0-9]{2}|210[0-5])-')"     # hours have 32 bits
OUR_NAMES = f"arrayMap(e -> arrayFirst(k -> startsWith(k, '{EK}'), mapKeys(e)), experts)"
SEVERITIES = "arrayMap(e -> toUInt32OrZero(coalesce(e['_ws_expert__ws_expert_severity'], '')) DIV 1048576, experts)"
# The explanation of a code is in the fields; its severity counts.
SAID = f"arrayMap(name -> not startsWith(name, '{EK}explain_'), {OUR_NAMES})"
SEVERITY = "Enum8('None' = 0, 'Comment' = 1, 'Chat' = 2, 'Note' = 4, 'Warning' = 6, 'Error' = 8)"
ABOUT = [
    ("probe", "LowCardinality(String)", "probe"),
    ("capture", "LowCardinality(String)", "capture"),
    ("timestamp", "DateTime64(9, 'UTC')",
     f"if({IS_TIME}, toDateTime64OrZero(frame_time, 9, 'UTC'), toDateTime64(0, 9, 'UTC'))"),
    ("odd_time", "String", f"if({IS_TIME}, '', frame_epoch)"),
    ("frame", "UInt32", "frame"),
    ("message", "UInt16", "message"),
    ("kind", "Enum8('packet' = 0, 'request' = 1, 'response' = 2)",
     f"multiIf(isNotNull({EK}code), 'response', {SRC} != '', 'request', 'packet')"),
    ("client", "LowCardinality(String)", f"if(isNull({EK}code), {ADDRESS.format(SRC)}, {ADDRESS.format(DST)})"),
    ("server", "LowCardinality(String)", f"if(isNull({EK}code), {ADDRESS.format(DST)}, {ADDRESS.format(SRC)})"),
    ("src_ip", "IPv6", f"toIPv6OrDefault({ADDRESS.format(SRC)})"),
    ("src_port", "UInt16", PORT.format(SRC)),
    ("dst_ip", "IPv6", f"toIPv6OrDefault({ADDRESS.format(DST)})"),
    ("dst_port", "UInt16", PORT.format(DST)),
]
VERDICTS = [
    ("severity", SEVERITY, f"CAST(toInt8(arrayMax(arrayPushBack({SEVERITIES}, 0))), $${SEVERITY}$$)"),
    ("verdict_names", "Array(LowCardinality(String))",
     f"arrayMap(name -> substring(name, {len(EK) + 1}), arrayFilter((name, said) -> said, {OUR_NAMES}, {SAID}))"),
    ("verdict_severities", f"Array({SEVERITY})",
     f"arrayMap(n -> CAST(toInt8(n), $${SEVERITY}$$), arrayFilter((n, said) -> said, {SEVERITIES}, {SAID}))"),
    ("verdict_texts", "Array(String)",
     f"arrayFilter((text, said) -> said, arrayMap(e -> coalesce(e['_ws_expert__ws_expert_message'], ''), experts), {SAID})"),
]

MESSAGES_END = """
    loaded DateTime64(3, 'UTC') DEFAULT now64(3),
    INDEX by_call_id call_id TYPE bloom_filter(0.01) GRANULARITY 4
) ENGINE = ReplacingMergeTree(loaded)
PARTITION BY toDate(timestamp)
ORDER BY (toStartOfHour(timestamp), server, client, call_id, timestamp, probe, frame, message)
TTL toDateTime(loaded) + INTERVAL 90 DAY
SETTINGS ttl_only_drop_parts = 1;
"""

REST = """-- A row for each verdict: what is worth a look. A stuck call is told on the packet that came after the threshold;
-- its row names the call that waits.
CREATE TABLE IF NOT EXISTS sip_verdicts (
    probe LowCardinality(String),
    capture LowCardinality(String),
    timestamp DateTime64(9, 'UTC'),
    frame UInt32,
    message UInt16,
    nth UInt16,
    name LowCardinality(String),
    severity {severity},
    text String,
    method LowCardinality(String),
    code Nullable(UInt16),
    call_id String,
    `from` String,
    `to` String,
    src LowCardinality(String),
    dst LowCardinality(String),
    loaded DateTime64(3, 'UTC'),
    INDEX by_call_id call_id TYPE bloom_filter(0.01) GRANULARITY 4
) ENGINE = ReplacingMergeTree(loaded)
PARTITION BY toDate(timestamp)
ORDER BY (name, toStartOfHour(timestamp), dst, timestamp, probe, frame, message, nth)
TTL toDateTime(loaded) + INTERVAL 400 DAY
SETTINGS ttl_only_drop_parts = 1;

CREATE MATERIALIZED VIEW IF NOT EXISTS sip_verdicts_of_messages TO sip_verdicts AS
SELECT probe, capture, timestamp, frame, message, toUInt16(nth) AS nth, name, severity, text,
    if(waits, expired_method[nth], method) AS method, code,
    if(waits, expired_call_id[nth], call_id) AS call_id,
    if(waits, expired_from[nth], `from`) AS `from`, if(waits, expired_to[nth], `to`) AS `to`,
    if(waits, expired_src[nth], src) AS src, if(waits, expired_dst[nth], dst) AS dst, loaded
FROM (
    SELECT probe, capture, timestamp, frame, message, method, code, call_id, `from`, `to`, src, dst, loaded,
        expired_method, expired_call_id, expired_from, expired_to, expired_src, expired_dst,
        notEmpty(verdict_names) AND length(expired_call_id) = length(verdict_names) AS waits,
        nth, name, severity, text
    FROM sip_messages
    ARRAY JOIN verdict_names AS name, verdict_severities AS severity, verdict_texts AS text,
        arrayEnumerate(verdict_names) AS nth);

-- Each hour and hop. What is counted are sets of messages, so that a capture that is sent twice counts once:
-- uniqExactMerge(messages). A carrier for whom that is too large puts uniqCombined64 in its place (1 % off).
CREATE TABLE IF NOT EXISTS sip_hours (
    hour DateTime('UTC'),
    server LowCardinality(String),
    client LowCardinality(String),
    method LowCardinality(String),
    code UInt16,
    cause LowCardinality(String),
    relayed Bool,
    probe LowCardinality(String),
    messages AggregateFunction(uniqExact, UInt64),
    repeats AggregateFunction(uniqExact, UInt64),
    failures AggregateFunction(uniqExact, UInt64),
    loaded SimpleAggregateFunction(max, DateTime64(3, 'UTC'))
) ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(hour)
ORDER BY (hour, server, client, method, code, cause, relayed, probe)
TTL toDateTime(loaded) + INTERVAL 400 DAY;

CREATE MATERIALIZED VIEW IF NOT EXISTS sip_hours_of_messages TO sip_hours AS
SELECT toStartOfHour(timestamp) AS hour, server, client, method, ifNull(m.code, 0) AS code,
    if(failure, ifNull(toString(failure_cause), ''), '') AS cause, ifNull(toInt8(origin) = 2, false) AS relayed, probe,
    uniqExactStateIf(id, first) AS messages, uniqExactStateIf(id, repeated) AS repeats,
    uniqExactStateIf(id, first AND failure) AS failures, max(loaded) AS loaded
FROM (
    SELECT *, cityHash64(probe, timestamp, frame, message) AS id,
        isNotNull(retransmission_of) AND isNull(duplicate_of) AS repeated,
        isNull(retransmission_of) AND isNull(duplicate_of) AS first
    FROM sip_messages) AS m
WHERE kind != 'packet'
GROUP BY hour, server, client, method, code, cause, relayed, probe;

-- Each call of a time, at the first hop that was captured: SELECT * FROM sip_calls(since = '…', until = '…')
CREATE VIEW IF NOT EXISTS sip_calls AS
SELECT probe, capture, call, any(id) AS call_id, any(caller) AS `from`, any(called) AS `to`, min(asked) AS began,
    min(first_frame) AS frame, argMin(near, first_frame) AS client, argMin(far, first_frame) AS server,
    count() AS attempts, argMax(last_code, transaction) AS final, argMax(last_phrase, transaction) AS phrase,
    argMax(last_failure, transaction) AS failed,
    if(intDiv(final, 100) = 2, argMax(answered, transaction) - began, NULL) AS answered_after,
    argMax(duration, transaction) AS lasted, argMax(ender, transaction) AS ended_by, argMax(was_stuck, transaction) AS stuck
FROM (
    SELECT probe, capture, call, transaction, any(m.call_id) AS id, any(m.`from`) AS caller, any(m.`to`) AS called,
        minIf(m.timestamp, kind = 'request') AS asked, minIf(m.frame, kind = 'request') AS first_frame,
        any(m.client) AS near, any(m.server) AS far, argMinIf(code, m.frame, code >= 200) AS last_code,
        argMinIf(m.phrase, m.frame, code >= 200) AS last_phrase, argMinIf(failure, m.frame, code >= 200) AS last_failure,
        argMinIf(m.timestamp, m.frame, code >= 200) AS answered, anyIf(call_duration, kind = 'request') AS duration,
        anyIf(call_ended_by, kind = 'request') AS ender, countIf(trying_state = 3) > 0 AS was_stuck
    FROM sip_messages AS m FINAL
    WHERE timestamp >= {{since:DateTime64(9)}} AND timestamp < {{until:DateTime64(9)}} AND method = 'INVITE'
        AND kind != 'packet' AND isNull(duplicate_of)
    GROUP BY probe, capture, call, transaction
    HAVING countIf(kind = 'request') > 0 AND countIf(isNotNull(parent)) = 0
        AND countIf(kind = 'request' AND isNotNull(dialog)) = 0)
GROUP BY probe, capture, call;
"""


def read(lines):
    """The plugin's fields: (name without prefix, type, {value: text})."""
    fields, values = [], {}
    for line in lines:
        cells = line.rstrip("\n").split("\t")
        if cells[0] == "F" and cells[2].startswith(PREFIX) and cells[3] != "FT_NONE":
            fields.append((cells[2].removeprefix(PREFIX), cells[3]))
        elif cells[0] == "V" and cells[1].startswith(PREFIX):
            values.setdefault(cells[1].removeprefix(PREFIX), {})[int(cells[2], 0)] = cells[3]
    return [(name, kind, values.get(name)) for name, kind in fields]


def quoted(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def scalar(name, kind, values):
    if values and kind == "FT_UINT8":
        return "Enum8(" + ", ".join(f"{quoted(text)} = {value}" for value, text in sorted(values.items())) + ")"
    return "LowCardinality(String)" if name in FEW else TYPES[kind]


def column(name):
    return name.replace(".", "_")


def shown(name):
    return f"`{column(name)}`"


def type_of(field):
    name, kind, _ = field
    inner = scalar(*field)
    if name in SEVERAL:
        return f"Array({inner})"
    return inner if kind == "FT_STRING" else f"Nullable({inner})"


def type_in_ek(field):
    """One value or a list."""
    return "Variant(Array(String), String)" if field[0] in SEVERAL else type_of(field)


def value_of(field):
    """A column of sip_messages from that of sip_ek."""
    name, kind, _ = field
    ek = EK + column(name)
    if name not in SEVERAL:
        return ek
    several = f"multiIf(isNull({ek}), [], variantType({ek}) = 'String', [{ek}.`String`], {ek}.`Array(String)`)"
    if kind == "FT_STRING":
        return several
    inner = scalar(*field)
    made = {"Decimal(38, 9)": "toDecimal128(v, 9)", "UInt16": "toUInt16(v)", "UInt32": "toUInt32(v)"}
    return f"arrayMap(v -> {made.get(inner) or f'CAST(toInt8(v), $${inner}$$)'}, {several})"


def columns_of_messages(fields):
    return [(f"`{name}`", kind, made) for name, kind, made in ABOUT] + \
        [(shown(field[0]), type_of(field), value_of(field)) for field in fields] + \
        [(f"`{name}`", kind, made) for name, kind, made in VERDICTS]


def columns_of_ek(fields):
    return [("probe", "String"), ("capture", "String"), ("frame", "UInt32"), ("message", "UInt16"),
            ("frame_time", "String"), ("frame_epoch", "String"), ("experts", "Array(Map(String, Nullable(String)))"),
            *((EK + column(field[0]), type_in_ek(field)) for field in fields)]


def select(fields):
    rows = ",\n    ".join(f"{made} AS {name}" for name, _, made in columns_of_messages(fields))
    return f"SELECT\n    {rows}\nFROM sip_ek"


def schema(fields):
    ek = ",\n    ".join(f"{name} {kind}" for name, kind in columns_of_ek(fields))
    messages = "".join(f"\n    {name} {kind}," for name, kind, _ in columns_of_messages(fields))
    return f"""-- SPDX-License-Identifier: GPL-2.0-or-later
-- Made by plugin/export/schema.py of what tshark registers. Do not edit: make it anew.

-- Each SIP message, and each other packet on which something is said. A field that the plugin did not add is NULL,
-- '' or []. Loaded again, the last one counts: read it with FINAL.
CREATE TABLE IF NOT EXISTS sip_messages ({messages}{MESSAGES_END}
-- What tshark and messages.jq write; it keeps nothing, the view below makes messages of it.
CREATE TABLE IF NOT EXISTS sip_ek (
    {ek}
) ENGINE = Null;

CREATE MATERIALIZED VIEW IF NOT EXISTS sip_messages_of_ek TO sip_messages AS
{select(fields)};

{REST.format(severity=SEVERITY)}"""


def upgrade(fields):
    """For tables that an earlier version made: new columns, new values, and the view that fills them."""
    lines = []
    for table, columns in (("sip_messages", [row[:2] for row in columns_of_messages(fields)]),
                           ("sip_ek", columns_of_ek(fields))):
        for change, wanted in (("ADD COLUMN IF NOT EXISTS", columns),
                               ("MODIFY COLUMN", [row for row in columns if "Enum8" in row[1]])):
            parts = ",\n    ".join(f"{change} {name} {kind}" for name, kind in wanted)
            lines.append(f"ALTER TABLE {table}\n    {parts};")
    lines.append(f"ALTER TABLE sip_messages_of_ek MODIFY QUERY {select(fields)};")
    return "\n".join(lines) + "\n"


def main(args):
    if args not in ([], ["upgrade"]):
        sys.exit(__doc__)
    fields = read(sys.stdin)
    if not fields:
        sys.exit("no field of the plugin: is it loaded? tshark -G plugins tells")
    sys.stdout.write(upgrade(fields) if args else schema(fields))


if __name__ == "__main__":
    main(sys.argv[1:])
