# SPDX-License-Identifier: GPL-2.0-or-later
"""ClickHouse's engine as a server (server.js), and what is asked of it."""

import json
import os
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

HERE = Path(__file__).parent
EXPORT = HERE.parents[1] / "plugin" / "export"
INSERT = "INSERT INTO sip_ek SETTINGS input_format_skip_unknown_fields = 0 FORMAT JSONEachRow"
ALWAYS = {"since": "1970-01-02 00:00:00", "until": "2105-01-01 00:00:00"}


class Refused(Exception):
    """What the engine says to a query that it does not take."""


class Engine:
    def __init__(self, database):
        modules = os.environ.get("SX_NODE_MODULES")
        if not modules or not (Path(modules) / "chdb").is_dir():
            raise RuntimeError("set SX_NODE_MODULES to a folder node_modules with chdb: cmake/test.sh does, or run npm install "
                               f"with tests/export/package.json; it is {modules!r}")
        self.modules, self.database = modules, database
        self.process = self.port = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        self.process = subprocess.Popen(["node", HERE / "server.js", self.database], stdout=subprocess.PIPE,
                                        env=dict(os.environ, NODE_PATH=self.modules), encoding="utf-8")
        self.port = int(self.process.stdout.readline() or 0)
        if not self.port:
            raise RuntimeError("the engine does not start")

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait(timeout=60)
            self.process.stdout.close()
            self.process = None

    @property
    def address(self):
        return f"http://127.0.0.1:{self.port}/"

    def seconds(self):
        """Processor time so far."""
        cells = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(cells[11]) + int(cells[12])) / os.sysconf("SC_CLK_TCK")

    def ask(self, query, body=b"", **params):
        """The answer as rows, each a dict. Decimals come as texts with all their digits."""
        text = self.say(query, body, **params)
        return [json.loads(line, parse_float=str) for line in text.splitlines()]

    def say(self, query, body=b"", **params):
        asked = {"query": query, "default_format": "JSONEachRow",
                 **{f"param_{name}": value for name, value in params.items()}}
        request = urllib.request.Request(self.address + "?" + urllib.parse.urlencode(asked), data=body or b"",
                                         method="POST")
        try:
            with urllib.request.urlopen(request, timeout=300) as answer:
                return answer.read().decode()
        except urllib.error.HTTPError as error:
            raise Refused(error.read().decode()[:2000]) from None

    def run(self, script):
        for statement in statements(script):
            self.say("", statement.encode())

    def make_tables(self):
        self.run((EXPORT / "schema.sql").read_text())

    def insert(self, rows):
        self.say(INSERT, rows.encode() if isinstance(rows, str) else rows)

    def question(self, name, **params):
        return self.ask("", question(name).encode(), **{**ALWAYS, **params})


def statements(script):
    """ClickHouse's client does the same: a statement ends with a semicolon at the end of a line."""
    for part in script.split(";\n"):
        lines = [line for line in part.splitlines() if not line.startswith("--")]
        if "".join(lines).strip():
            yield "\n".join(lines)


def questions():
    return sorted(path.stem for path in (EXPORT / "questions").glob("*.sql"))


def question(name):
    return (EXPORT / "questions" / f"{name}.sql").read_text()
