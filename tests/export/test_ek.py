# SPDX-License-Identifier: GPL-2.0-or-later
"""What messages.jq makes of each release's -T ek, without an engine: the columns are those of the tables, the values what
-T fields shows, and their writing one that the tables take."""

import json
import re
import sys

import pytest
from engine import EXPORT
from loading import LADDERS, ek, rows

sys.path.append(str(EXPORT))
NAMES = ("demo", "alert-names-its-call", "reason-header", "warning-header", "registration-nat-contact",
         "tcp-pipelined-and-split", "flow-users-of-one-connection", "phrase-differs")
WRITING = {"FT_UINT8": r"\d+", "FT_UINT16": r"\d+", "FT_UINT32": r"\d+", "FT_FRAMENUM": r"\d+",
           "FT_RELATIVE_TIME": r"-?\d+(\.\d{1,9})?", "FT_STRING": r"(?s).*"}
EK = "sipexplain_sipexplain_"


@pytest.fixture(scope="module")
def registered(wireshark):
    import schema
    text = wireshark.run("tshark", ["-G", "fields"]) + wireshark.run("tshark", ["-G", "values"])
    return schema.columns_of_ek(schema.read(text.splitlines()))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("passes", [(), ("-2",)], ids=["one", "two"])
def test_rows_hold_what_fields_show(wireshark, capture, registered, name, passes):
    file = capture(LADDERS / f"{name}.md")
    columns = dict(registered)
    ours = [field for field, kind in wireshark.all_types.items() if kind != "FT_NONE"]
    shown = {int(row["frame.number"][0]): row for row in wireshark.fields(
        file, ["frame.number", "frame.time_epoch", *ours], two_pass=bool(passes), display_filter="sipexplain")}
    made = {}
    for line in rows(ek(wireshark, file, passes)).splitlines():
        row = json.loads(line)
        assert row.keys() <= columns.keys()
        assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}", row["frame_time"])
        made.setdefault(int(row["frame"]), []).append(row)
    assert made.keys() == shown.keys()
    for frame, trees in made.items():
        assert [row["message"] for row in trees] == list(range(1, len(trees) + 1))
        for field in ours:
            key = EK + field.removeprefix("sipexplain.").replace(".", "_")
            values = [value for row in trees if key in row
                      for value in (row[key] if isinstance(row[key], list) else [row[key]])]
            for row in trees:
                assert not isinstance(row.get(key), list) or columns[key].startswith("Variant(")
            if wireshark.all_types[field] == "FT_BOOLEAN":
                assert all(isinstance(value, bool) for value in values)
                values = [str(value).lower() for value in values]
                assert values == [{"1": "true", "0": "false"}.get(text, text.lower()) for text in shown[frame][field]]
            else:
                assert all(re.fullmatch(WRITING[wireshark.all_types[field]], value) for value in values)
                assert values == shown[frame][field], (frame, field)
