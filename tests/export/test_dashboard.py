# SPDX-License-Identifier: GPL-2.0-or-later
"""The dashboard asks the questions. Grafana itself is not run: its macros are put in as its manual says."""

import json
import re
import subprocess
import sys
from urllib.parse import quote

import pytest
from engine import EXPORT, question, questions

CALL_ID = "x'); DROP TABLE sip_messages; -- \\' \" ${call_id}"
FIRST_MS, LAST_MS = 1700000000000, 1900000000000


def panels():
    return json.loads((EXPORT / "dashboard.json").read_text())["panels"]


def test_dashboard_is_made_of_the_questions():
    made = subprocess.run([sys.executable, EXPORT / "dashboard.py"], capture_output=True, encoding="utf-8", check=True)
    assert made.stdout == (EXPORT / "dashboard.json").read_text()
    assert len(panels()) == len(questions()) == 10


@pytest.mark.parametrize("number", range(10))
def test_each_panel_answers_as_its_question(loaded, number):
    name = questions()[number]
    calls = ["C3@ladder", CALL_ID] if "{call_id" in question(name) else [CALL_ID]
    for call_id in calls:
        sql = expanded(panels()[number]["targets"][0]["rawSql"], call_id)
        assert "$" not in re.sub(r"'[^']*\$'", "", sql), "a macro or variable that nobody puts in"
        params = {"call_id": call_id} if "{call_id" in question(name) else {}
        want = loaded.question(name, since="2023-11-14 22:13:20", until="2030-03-17 17:46:40", **params)
        assert loaded.ask("", sql.encode()) == want
        assert bool(want) == (call_id != CALL_ID or not params)


def expanded(sql, call_id):
    """As Grafana does before it sends."""
    encoded = quote(call_id, safe="-_.~")
    return (sql.replace("$__fromTime_ms", f"fromUnixTimestamp64Milli({FIRST_MS})")
            .replace("$__toTime_ms", f"fromUnixTimestamp64Milli({LAST_MS})")
            .replace("${call_id:percentencode}", encoded))


def test_each_question_says_in_words_what_it_draws():
    for name in questions():
        text = question(name)
        assert text.startswith("-- SPDX") and "\n-- Picture: " in text and "\n-- Panel: " in text
        assert "FINAL" in text or "uniqExactMerge" in text, f"{name} would count twice what is loaded twice"
