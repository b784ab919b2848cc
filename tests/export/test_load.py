# SPDX-License-Identifier: GPL-2.0-or-later
"""What is loaded twice counts once: in the tables, in the view per hour and hop, and in each answer."""

import pytest
from engine import questions
from loading import LADDERS, RECORDED, ek, rows

NAMES = ("demo", "trying-slow", "mismatch-ack-tag", "registration-nat-contact", "cancel-completed-elsewhere",
         "flow-users-of-one-connection", "ack-never")
MORE = ("flow-shipped-tcp-reset", "cancel-by-asterisks-limit", "serial-503-then-silent")
PATHS = [*(LADDERS / f"{name}.md" for name in NAMES if (LADDERS / f"{name}.md").is_file()),
         *(path for path in RECORDED if path.stem in MORE)]
TABLES = ("sip_messages", "sip_verdicts")


def answers(engine):
    calls = {"10-one-call": {"call_id": "C3@ladder"}}
    return {name: engine.question(name, **calls.get(name, {})) for name in questions()}


def counts(engine):
    return {table: engine.ask(f"SELECT count() AS n FROM {table} FINAL")[0]["n"] for table in TABLES}, engine.ask(
        "SELECT hour, server, client, method, code, cause, uniqExactMerge(messages) AS messages, "
        "uniqExactMerge(repeats) AS repeats, uniqExactMerge(sip_hours.failures) AS failures FROM sip_hours "
        "GROUP BY ALL ORDER BY ALL")


def test_loaded_twice_counts_once(wireshark, capture, engine):
    made = [(path, ek(wireshark, capture(path))) for path in PATHS]
    assert len(made) > 7
    engine.insert("".join(rows(text, path.name, path.name) for path, text in made))
    before, told = counts(engine), answers(engine)
    assert all(told.values()) and int(before[0]["sip_messages"]) > 100 and int(before[0]["sip_verdicts"]) > 20
    # As it is, in another order, and from a copy of the file
    for again in (made, made[::-1]):
        engine.insert("".join(rows(text, path.name, path.name) for path, text in again))
        assert counts(engine) == before and answers(engine) == told
    engine.insert("".join(rows(text, path.name, f"copy of {path.name}") for path, text in made))
    assert counts(engine) == before
    for name, rows_ in answers(engine).items():
        assert [{**row, "capture": ""} for row in rows_] == [{**row, "capture": ""} for row in told[name]], name
    # And when the engine has merged what it keeps
    for table in (*TABLES, "sip_hours"):
        engine.say(f"OPTIMIZE TABLE {table} FINAL")
    assert counts(engine) == before
    assert engine.ask("SELECT count() AS n FROM sip_messages") == engine.ask("SELECT count() AS n FROM sip_messages FINAL")


def test_another_probe_counts_of_its_own(wireshark, capture, engine):
    text = ek(wireshark, capture(LADDERS / "demo.md"))
    engine.insert(rows(text, "north") + rows(text, "south"))
    have = engine.ask("SELECT probe, count() AS n FROM sip_messages FINAL GROUP BY probe ORDER BY probe")
    assert [row["probe"] for row in have] == ["north", "south"] and have[0]["n"] == have[1]["n"]


def test_two_passes_replace_one(wireshark, capture, engine):
    """A live probe knows less of a request than the file that is read later."""
    file = capture(LADDERS / "demo.md")
    engine.insert(rows(ek(wireshark, file, passes=())))
    query = "SELECT frame, verdict, trying_state FROM sip_messages FINAL WHERE trying_state = 3 AND method != '' ORDER BY frame"
    assert not engine.ask(query)
    engine.insert(rows(ek(wireshark, file)))
    assert [row["frame"] for row in engine.ask(query)] == [27, 28, 29, 30]
    assert engine.ask("SELECT count() AS n, uniqExact(frame, message) AS m FROM sip_messages FINAL")[0]["n"] == \
        engine.ask("SELECT uniqExact(frame, message) AS n FROM sip_messages")[0]["n"]


@pytest.mark.parametrize("days, kept", [(89, True), (91, False)])
def test_messages_go_90_days_after_they_were_loaded(wireshark, capture, engine, days, kept):
    engine.insert(rows(ek(wireshark, capture(LADDERS / "demo.md"))))
    engine.say(f"INSERT INTO sip_messages SELECT * REPLACE ('old' AS probe, now64(3) - INTERVAL {days} DAY AS loaded) "
               "FROM sip_messages")
    engine.say("ALTER TABLE sip_messages DELETE WHERE probe != 'old' SETTINGS mutations_sync = 2")
    engine.say("OPTIMIZE TABLE sip_messages FINAL")
    assert bool(int(engine.ask("SELECT count() AS n FROM sip_messages")[0]["n"])) == kept
