# SPDX-License-Identifier: GPL-2.0-or-later
"""schema.sql is what the plugin's fields make of it, and an upgrade of older tables ends at the same."""

import subprocess
import sys

import pytest
from engine import EXPORT, INSERT, Engine, Refused
from loading import LADDERS, ek, rows


@pytest.fixture(scope="module")
def registered(wireshark):
    return wireshark.run("tshark", ["-G", "fields"]) + wireshark.run("tshark", ["-G", "values"])


def made_of(text, *args):
    return subprocess.run([sys.executable, EXPORT / "schema.py", *args], input=text, capture_output=True,
                          encoding="utf-8", check=True).stdout


def types(engine, table):
    return {row["name"]: row["type"] for row in engine.ask(f"DESCRIBE TABLE {table}")}


def test_schema_is_that_of_the_fields(registered):
    assert made_of(registered) == (EXPORT / "schema.sql").read_text(), \
        "make it anew: (tshark -G fields; tshark -G values) | plugin/export/schema.py > plugin/export/schema.sql"


def test_each_field_has_a_column_of_its_type(wireshark, engine):
    kinds = types(engine, "sip_messages")
    want = {"FT_UINT8": ("Enum8", "UInt8"), "FT_UINT16": ("UInt16",), "FT_UINT32": ("UInt32",),
            "FT_FRAMENUM": ("UInt32",), "FT_BOOLEAN": ("Bool",), "FT_RELATIVE_TIME": ("Decimal(38, 9)",),
            "FT_STRING": ("String", "LowCardinality(String)")}
    for name, kind in wireshark.all_types.items():
        if kind != "FT_NONE":
            column = kinds[name.removeprefix("sipexplain.").replace(".", "_")]
            inner = column.removeprefix("Array(").removeprefix("Nullable(")
            assert inner.startswith(want[kind]), (name, column)
    assert kinds["timestamp"] == "DateTime64(9, 'UTC')" and kinds["src_ip"] == kinds["dst_ip"] == "IPv6"


def test_tables_are_cut_by_day_and_ordered_by_hour_and_hop(engine):
    tables = {row["name"]: row for row in engine.ask(
        "SELECT name, engine, partition_key, sorting_key, create_table_query FROM system.tables "
        "WHERE name LIKE 'sip_%'")}
    messages = tables["sip_messages"]
    assert messages["engine"] == "ReplacingMergeTree" and messages["partition_key"] == "toDate(timestamp)"
    assert messages["sorting_key"].startswith("toStartOfHour(timestamp), server, client, call_id")
    for name in ("sip_messages", "sip_verdicts", "sip_hours"):
        assert "TTL" in tables[name]["create_table_query"]


def test_making_the_tables_again_changes_nothing(engine):
    before = types(engine, "sip_messages")
    engine.make_tables()
    assert types(engine, "sip_messages") == before


def older(registered):
    """As if the plugin had not some fields yet, nor some values of an enumeration."""
    gone = ("sipexplain.size", "sipexplain.expired.cause", "sipexplain.credentials", "sipexplain.ack.cause")
    return "\n".join(line for line in registered.splitlines()
                     if not any(f"\t{name}" in line for name in gone) and
                     not line.startswith(("V\tsipexplain.ack.state\t3", "V\tsipexplain.failure.cause\t10"))) + "\n"


def test_older_tables_can_be_upgraded(wireshark, capture, registered, tmp_path):
    with Engine(tmp_path / "older") as engine:
        engine.run(made_of(older(registered)))
        path = LADDERS / "auth-challenge.md"
        new = rows(ek(wireshark, capture(path)))
        with pytest.raises(Refused, match="Unknown field"):
            engine.insert(new)
        engine.run(made_of(registered, "upgrade"))
        engine.insert(new)
        assert [row["credentials"] for row in engine.ask(
            "SELECT DISTINCT credentials FROM sip_messages FINAL WHERE credentials IS NOT NULL")] == ["Asked for"]
        kinds = types(engine, "sip_messages"), types(engine, "sip_ek")
    with Engine(tmp_path / "newer") as engine:
        engine.make_tables()
        assert (types(engine, "sip_messages"), types(engine, "sip_ek")) == kinds


def test_without_the_plugin_no_schema_is_made():
    done = subprocess.run([sys.executable, EXPORT / "schema.py"], input="F\tFrame\tframe\tFT_NONE\n",
                          capture_output=True, encoding="utf-8")
    assert done.returncode != 0 and "is it loaded" in done.stderr and not done.stdout


def test_ship_inserts_as_the_tests_do():
    assert f"into='{INSERT}'" in (EXPORT / "ship.sh").read_text()
