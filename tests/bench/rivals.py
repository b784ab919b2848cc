# SPDX-License-Identifier: GPL-2.0-or-later
"""The table of calls beside what else reads a capture of calls: Wireshark's own statistics, and sngrep."""

import re

import growth
import traffic
from table import ALONE

CALLS = (20, 770, 7700)     # the last two have 10^4 and 10^5 messages
STATISTICS = ["-q", "-z", "sip,stat"]
TABLE = ["-q", "-z", "sipexplain,calls"]
# In parts of sip,stat's instructions
STATISTICS_BUDGET = 1.2
# In parts of sngrep's time: both what tshark takes as it is, and with the triage profile
TIME_BUDGETS = {"": 1.6, "triage": 1.3}
TIMED = {7700: 5, 76_924: 2}    # calls, 10^5 and 10^6 messages -> runs, of which the best counts
# Without a limit of its own it leaves out what comes after 20,000 dialogs, and does not say so.
SNGREP = ["--no-config", "-N", "-O", "/dev/null", "-l"]
COUNTED = re.compile(r"Dialog count: (\d+)")


def statistics(bench, _long):
    """Instructions for a message, which may not grow."""
    spans = list(bench.spans(CALLS, STATISTICS, TABLE))
    for calls, (alone, ours) in zip(CALLS[1:], spans):
        bench.table.add_against(f"SIP: {' '.join(TABLE)}, {messages(calls)}", ALONE, ours, alone,
                                STATISTICS_BUDGET)
    bench.table.add_growth(f"SIP: {' '.join(TABLE)}, growth",
                           *growth.grown([ours / alone for alone, ours in spans]))


def times(bench, _long):
    """Seconds. Nothing else may run meanwhile."""
    for calls, runs in TIMED.items():
        path = bench.capture(traffic.sip, calls)[0]
        timed = {
            ALONE: lambda: bench.alone.seconds("tshark", ["-r", path, *STATISTICS])[0],
            "": lambda: bench.plugin.seconds("tshark", ["-r", path, *TABLE])[0],
            "triage": lambda: bench.triage.seconds(
                "tshark", ["-r", path, *bench.triage.args, *TABLE])[0],
            "sngrep": lambda: sngrep(bench.alone, path, calls),
        }
        # In turn, so that what slows the machine down slows them all.
        rounds = [{name: run() for name, run in timed.items()} for _ in range(runs)]
        best = {name: min(each[name] for each in rounds) for name in timed}
        for name, budget in TIME_BUDGETS.items():
            bench.table.add_against(
                f"SIP: {' '.join(TABLE)}{name and ', ' + name}, user time, {messages(calls)}",
                "sngrep", best[name], best["sngrep"], budget, {ALONE: f"{best[ALONE]:.2f} s"},
                "{:.2f} s".format)


def sngrep(runner, path, calls):
    """Its seconds, if it has seen every call."""
    seconds, said = runner.seconds("sngrep", [*SNGREP, str(2 * calls), "-I", path])
    counts = COUNTED.findall(said)
    if not counts or int(counts[-1]) != calls:
        raise RuntimeError(f"sngrep saw {counts[-1:]} of {calls} calls")
    return seconds


def messages(calls):
    return f"{calls * traffic.CALL_MESSAGES:,} messages"
