#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes a dashboard for Grafana of the questions.

    plugin/export/dashboard.py > plugin/export/dashboard.json

A question's first line of words is its panel's title, "Picture:" its description, "Panel:" its kind. The time is that of
the dashboard; a Call-ID is typed in, and handed over so that no text of it can be SQL.
"""

import json
import re
import sys
from pathlib import Path

QUESTIONS = Path(__file__).parent / "questions"
PLUGIN = "grafana-clickhouse-datasource"
SOURCE = {"type": PLUGIN, "uid": "${clickhouse}"}
IN_GRAFANA = {"{since:DateTime64(9)}": "$__fromTime_ms", "{until:DateTime64(9)}": "$__toTime_ms",
              "{call_id:String}": "decodeURLComponent('${call_id:percentencode}')"}
WIDTH, HEIGHT = 24, 9


def words_of(text):
    """(title, description, kind of panel, SQL) of a question."""
    comments, sql = [], []
    for line in text.splitlines():
        (comments if line.startswith("-- ") and not sql else sql).append(line)
    words = " ".join(line[3:] for line in comments[1:])
    title, picture, panel = re.fullmatch(r"(.*?) Picture: (.*) Panel: (\w+)", words).groups()
    return title, picture, panel, "\n".join(sql)


def in_grafana(sql):
    for name, macro in IN_GRAFANA.items():
        sql = sql.replace(name, macro)
    return sql


def panel_of(number, text):
    title, picture, kind, sql = words_of(text)
    half = WIDTH // 2
    return {"id": number + 1, "title": title, "description": picture, "type": kind, "datasource": SOURCE,
            "gridPos": {"x": number % 2 * half, "y": number // 2 * HEIGHT, "w": half, "h": HEIGHT},
            "targets": [{"refId": "A", "datasource": SOURCE, "editorType": "sql", "queryType": "table", "format": 1,
                         "rawSql": in_grafana(sql)}]}


def dashboard():
    texts = [path.read_text(encoding="utf-8") for path in sorted(QUESTIONS.glob("*.sql"))]
    return {
        "title": "SIP Explain", "uid": "sipexplain", "schemaVersion": 39, "version": 1, "timezone": "browser",
        "editable": True, "time": {"from": "now-24h", "to": "now"}, "refresh": "1m", "tags": ["sip"],
        "templating": {"list": [
            {"name": "clickhouse", "label": "ClickHouse", "type": "datasource", "query": PLUGIN},
            {"name": "call_id", "label": "Call-ID", "type": "textbox", "query": ""}]},
        "panels": [panel_of(number, text) for number, text in enumerate(texts)]}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(dashboard(), indent=2, ensure_ascii=False) + "\n")
