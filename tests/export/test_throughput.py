# SPDX-License-Identifier: GPL-2.0-or-later
"""10^5 messages of the benchmark's captures: all arrive, the answers are those of the calls that were written, and neither
jq nor the engine holds tshark up."""

import resource
import subprocess
import sys
import time
from pathlib import Path

from engine import EXPORT, Engine
from loading import EK

sys.path.append(str(Path(__file__).parents[1] / "bench"))
CALLS = 7700
PER_CALL = 13       # messages: tests/bench/traffic.py, call_messages()


def test_a_hundred_thousand_messages(wireshark, tmp_path, capsys):
    import traffic
    file = wireshark.home / "bench.pcap"
    with file.open("wb") as out:
        packets = traffic.write(out, traffic.sip(CALLS))
    file.chmod(0o644)
    assert packets == CALLS * PER_CALL > 100_000
    spent = {}
    lines = run(spent, "tshark", wireshark.command("tshark", ["-2", "-r", file, *EK]), tmp_path / "ek", None,
                env=wireshark.environment(), cwd=wireshark.home)
    rows = run(spent, "jq", ["jq", "-n", "-R", "-c", "--arg", "probe", "north", "--arg", "capture", "bench", "-f",
                             EXPORT / "messages.jq"], tmp_path / "rows", lines)
    with Engine(tmp_path / "database") as engine:
        engine.make_tables()
        before, began = engine.seconds(), time.monotonic()
        engine.insert(rows.read_bytes())
        spent["engine"] = engine.seconds() - before
        wall = time.monotonic() - began
        check(engine)
    with capsys.disabled():
        print(f"\n{packets} messages: " + ", ".join(f"{name} {seconds:.1f} s" for name, seconds in spent.items())
              + f" of processor time (the engine took {wall:.1f} s); of tshark's: jq {spent['jq'] / spent['tshark']:.2f},"
              f" engine {spent['engine'] / spent['tshark']:.2f},"
              f" both {(spent['jq'] + spent['engine']) / spent['tshark']:.2f}")
    # They run side by side; the slowest of them is the pipe's speed.
    assert max(spent["jq"], spent["engine"]) < spent["tshark"]


def run(spent, name, command, target, source, **options):
    """Its output as a file, and its processor time."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with target.open("wb") as out, (source or Path("/dev/null")).open("rb") as given:
        subprocess.run(command, stdin=given, stdout=out, check=True, **options)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent[name] = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return target


def check(engine):
    """Each call: two hops, answered after 3 ms and 2 ms (RFC 6076: rings after 2 ms and 1 ms), never a failure."""
    assert int(engine.ask("SELECT count() AS n FROM sip_messages FINAL")[0]["n"]) == CALLS * PER_CALL
    codes = {int(row["code"]): int(row["responses"]) for row in engine.question("02-top-codes")}
    assert codes == {100: CALLS, 180: 2 * CALLS, 200: 4 * CALLS}
    seizure = engine.question("04-answer-seizure")
    assert {row["destination"]: (int(row["attempts"]), int(row["answered"])) for row in seizure} == {
        "10.0.0.2": (CALLS, CALLS), "10.0.0.3": (CALLS, CALLS)}
    delays = {row["destination"]: {row["delay_p50"], row["delay_p95"], row["delay_p99"]} for row in seizure}
    assert delays == {"10.0.0.2": {"0.002"}, "10.0.0.3": {"0.0005"}}
    for name in ("01-failures-per-hop", "03-stuck-calls", "05-lost-flows", "06-lost-registrations", "07-no-ack",
                 "08-who-cancels"):
        assert engine.question(name) == []
    hours = engine.ask("SELECT server, uniqExactMerge(messages) AS n FROM sip_hours GROUP BY server ORDER BY server")
    assert [int(row["n"]) for row in hours] == [7 * CALLS, 6 * CALLS]
    assert int(engine.ask("SELECT count() AS n FROM sip_calls(since = '2023-01-01 00:00:00', until = '2024-01-01 00:00:00') "
                          "WHERE final = 200 AND ended_by = 1")[0]["n"]) == CALLS
