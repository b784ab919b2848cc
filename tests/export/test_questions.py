# SPDX-License-Identifier: GPL-2.0-or-later
"""Each question's answer is what the plugin's own tables and fields say of the same captures."""

import json
from collections import Counter, defaultdict

import pytest
from loading import CAPTURES, LADDERS, RECORDED, ek, load, rows
from test_stats import cells, printed, z
from tshark import ALL_TABLES

OUTCOMES = {"another flow answered": "Another flow answered", "other flows failed too": "Other flows failed too",
            "registered again": "The client registered again", "handed on to the caller": "Handed on to the caller",
            "nothing was tried": "Nothing was tried", "open": "Open when the capture ended",
            "cannot tell": "Cannot tell"}
ENDERS = {"caller": 1, "called side": 2, "hop between": 3, "both at once": 4, "cannot tell": 0}
EXACT = 0.00051         # tables print milliseconds


@pytest.fixture(scope="module")
def tables(wireshark, capture):
    """The plugin's own tables: name -> the rows of all captures, each with its capture."""
    found = defaultdict(list)
    for path in CAPTURES:
        for name, lines in printed(wireshark, capture(path), *ALL_TABLES, two_pass=True).items():
            heads = cells(lines[0])
            found[name] += [dict(zip(heads, cells(line)), capture=path.name) for line in lines[1:]]
    return found


@pytest.fixture(scope="module")
def trees(shown):
    """The plugin's own fields: each tree of all captures as tshark prints it, with its capture, frame and time."""
    return [tree for path in CAPTURES for tree in trees_of(shown(path), path.name)]


def trees_of(text, name):
    found = []
    for line in text.splitlines():
        document = json.loads(line)
        if "layers" in document:
            layer, frame = document["layers"]["sipexplain"], document["layers"]["frame"]
            found += [dict({key.removeprefix("sipexplain_sipexplain_"): value for key, value in tree.items()},
                           capture=name, frame=int(frame["frame_frame_number"]),
                           at=float(frame["frame_frame_time_epoch"]))
                      for tree in (layer if isinstance(layer, list) else [layer])]
    return found


def host(text):
    return text.rpartition(":")[0].strip("[]")


def first(tree):
    return "retransmission_of" not in tree and "duplicate_of" not in tree


def near(tree):
    return host(tree["dst" if "code" in tree else "src"])


def far(tree):
    return host(tree["src" if "code" in tree else "dst"])


def test_failures_per_hop(loaded, tables, trees):
    want = Counter((int(tree["at"] // 3600), near(tree), far(tree)) for tree in trees
                   if tree.get("failure") and first(tree) and tree.get("origin") != "2")
    have = loaded.question("01-failures-per-hop")
    assert {(hour_of(row["hour"]), row["client"], row["server"]): int(row["failures"]) for row in have} == want
    causes = Counter((near(tree), far(tree), tree.get("failure_cause"), tree["code"]) for tree in trees
                     if tree.get("failure") and first(tree) and tree.get("origin") != "2")
    names = {row["name"]: str(row["value"]) for row in loaded.ask(
        "SELECT DISTINCT toString(failure_cause) AS name, CAST(failure_cause, 'Int8') AS value FROM sip_messages "
        "WHERE isNotNull(failure_cause)")} | {"": None}
    for row in have:
        assert causes[row["client"], row["server"], names[row["main_cause"]], str(row["main_code"])] \
            >= int(row["of_main"]) > 0
    assert int(loaded.ask("SELECT uniqExactMerge(failures) AS n FROM sip_hours")[0]["n"]) == \
        sum(int(row["Failures"]) for row in tables["codes"])


def hour_of(text):
    from datetime import datetime, timezone
    return int(datetime.fromisoformat(text).replace(tzinfo=timezone.utc).timestamp()) // 3600


def test_top_codes(loaded, tables):
    want = defaultdict(list)
    for row in tables["codes"]:
        want[int(row["Code"])].append(row)
    have = {int(row["code"]): row for row in loaded.question("02-top-codes")}
    assert have.keys() == want.keys()
    for code, parts in want.items():
        row = have[code]
        for column, head in (("responses", "Count"), ("repeats", "Repeats"), ("failures", "Failures")):
            assert int(row[column]) == sum(int(part[head]) for part in parts), (code, head)
        for column, head, best in (("shortest", "Min s", min), ("longest", "Max s", max)):
            times = [float(part[head]) for part in parts if part[head]]
            assert row[column] is None and not times or abs(float(row[column]) - best(times)) < EXACT
        methods = {method for part in parts for method in part["Methods"].split(", ") if method}
        assert set(row["methods"]) - {""} == methods


def test_stuck_calls(loaded, tables):
    want = defaultdict(list)
    for row in tables["trying"]:
        if row["State"] == "stuck":
            want[host(row["To"])].append(float(row["Wait s"]))
    have = {row["next_hop"]: row for row in loaded.question("03-stuck-calls")}
    assert {name: int(row["calls"]) for name, row in have.items()} == \
        {name: len(waits) for name, waits in want.items()}
    for name, waits in want.items():
        assert abs(float(have[name]["longest"]) - max(waits)) < EXACT


def test_stuck_calls_in_one_pass(wireshark, capture, engine):
    """Said on the frames that came after the threshold, and on those that ended the waits."""
    path = next(path for path in RECORDED if path.stem == "stuck-two-hops-down")
    load(engine, wireshark, capture, [path], passes=())
    table = printed(wireshark, capture(path), *z("trying"), two_pass=True)["trying"]
    want = Counter(host(dict(zip(cells(table[0]), cells(line)))["To"]) for line in table[1:])
    assert {row["next_hop"]: int(row["calls"]) for row in engine.question("03-stuck-calls")} == want
    assert sum(want.values()) == 3


def attempts(trees):
    """(server, final, delay of the first response after 100 if it is none of failure) of INVITEs that begin calls."""
    transactions = defaultdict(list)
    for tree in trees:
        if tree.get("method") == "INVITE" and "duplicate_of" not in tree and "transaction" in tree:
            transactions[tree["capture"], tree["transaction"]].append(tree)
    for messages in transactions.values():
        asked = [tree for tree in messages if "code" not in tree]
        if not asked or any("dialog" in tree for tree in asked):
            continue
        finals = [tree for tree in messages if int(tree.get("code", 0)) >= 200]
        told = [tree for tree in messages if int(tree.get("code", 0)) > 100 and "time" in tree]
        final = finals[0]["code"] if finals else ""
        if final[:1] == "3" or final in ("401", "407") and not finals[0]["failure"]:
            continue
        yield far(asked[0]), final, float(told[0]["time"]) if told and int(told[0]["code"]) < 300 else None


def percentile(values, level):
    return sorted(values)[min(int(level * len(values)), len(values) - 1)]


def test_answer_seizure(loaded, trees):
    want = defaultdict(list)
    for server, final, delay in attempts(trees):
        want[server].append((final, delay))
    have = {row["destination"]: row for row in loaded.question("04-answer-seizure")}
    assert have.keys() == want.keys()
    for server, calls in want.items():
        row, delays = have[server], [delay for _, delay in calls if delay is not None]
        answered = sum(final[:1] == "2" for final, _ in calls)
        assert (int(row["attempts"]), int(row["answered"])) == (len(calls), answered), server
        assert abs(float(row["answer_seizure_ratio"]) - 100 * answered / len(calls)) < 0.006
        for column, level in (("delay_p50", 0.5), ("delay_p95", 0.95), ("delay_p99", 0.99)):
            assert row[column] is None and not delays or float(row[column]) == percentile(delays, level), (server, column)


def test_lost_flows(loaded, tables, trees):
    want = Counter((host(row["Said by"]), OUTCOMES[row["Outcome"]]) for row in tables["flows"])
    of_430 = Counter((host(row["Said by"]), OUTCOMES[row["Outcome"]]) for row in tables["flows"] if row["Code"] == "430")
    have = loaded.question("05-lost-flows")
    assert {(row["edge"], row["outcome"]): int(row["failed_flows"]) for row in have} == want
    assert {(row["edge"], row["outcome"]): int(row["of_430"]) for row in have if int(row["of_430"])} == of_430


def test_lost_registrations(loaded, tables, trees):
    have = loaded.question("06-lost-registrations")
    totals = {name: sum(int(row[name]) for row in have)
              for name in ("connections_ended", "refused", "late", "not_refreshed", "requests_missed")}
    assert totals["late"] == sum(int(row["Late"]) for row in tables["registrations"])
    assert totals["connections_ended"] == sum(
        len(tree["flow_lost_here"]) if isinstance(tree["flow_lost_here"], list) else 1
        for tree in trees if "flow_lost_here" in tree)
    missed = Counter((int(tree["at"] // 3600), near(tree)) for tree in trees
                     if int(tree.get("registration_state", 0)) >= 2 and "code" not in tree and first(tree))
    assert {(hour_of(row["hour"]), row["edge"]): int(row["requests_missed"])
            for row in have if int(row["requests_missed"])} == missed
    refused = Counter(far(tree) for tree in trees if "registration_refused" in tree and first(tree))
    assert {row["edge"] for row in have if int(row["refused"])} == set(refused)
    assert totals["refused"] >= sum(refused.values()) > 0
    assert {row["state"].partition(" in ")[0] for row in
            ({"state": row["State"]} for row in tables["registrations"])} >= {"connection lost", "current"}


def test_no_ack(loaded, trees):
    want = Counter((far(tree), near(tree)) for tree in trees
                   if int(tree.get("ack_state", 0)) >= 2 and first(tree) and "code" in tree)
    have = Counter()
    for row in loaded.question("07-no-ack"):
        have[row["server"], row["client"]] += int(row["responses"])
    assert have == want and sum(want.values()) > 10


def test_no_ack_in_one_pass(wireshark, capture, engine):
    path = LADDERS / "ack-never.md"
    load(engine, wireshark, capture, [path], passes=())
    overdue = engine.question("07-no-ack")
    assert [(row["ack"], int(row["responses"])) for row in overdue] == [("overdue", 1)]


def test_who_cancels(loaded, trees):
    invites = {(tree["capture"], tree["frame"]): tree for tree in trees
               if tree.get("method") == "INVITE" and "code" not in tree}
    cancelled = {}
    for tree in trees:
        if tree.get("method") == "CANCEL" and "code" not in tree and "cancels" in tree:
            invite = invites[tree["capture"], int(tree["cancels"])]
            cancelled.setdefault((tree["capture"], invite["transaction"]), (near(tree), tree["at"] - invite["at"], invite))
    begun = [(who, after) for (capture, _), (who, after, invite) in cancelled.items()
             if (capture, invite.get("parent")) not in cancelled]
    have = loaded.question("08-who-cancels")
    assert Counter(who for who, _ in begun) == \
        sum((Counter({row["who"]: int(row["calls"])}) for row in have), Counter())
    for who in {who for who, _ in begun}:
        longest = max(float(row["longest"]) for row in have if row["who"] == who)
        assert abs(longest - max(after for one, after in begun if one == who)) < 0.002
    assert {row["state"] for row in have} == {"ringing", "nothing but 100"}


def test_what_changed_against_yesterday(wireshark, capture, engine):
    """The demo yesterday; today without its last packets, and two hours of another time that count in neither."""
    def at(text, offset):
        lines = [json.loads(line) for line in text.splitlines()]
        for line in lines:
            day, rest = line["frame_time"].split("T")
            hour = int(rest[:2]) + offset
            line["frame_time"] = f"2026-01-{1 + hour // 24:02d}T{hour % 24:02d}{rest[2:]}"
        return lines
    yesterday = rows(ek(wireshark, capture(LADDERS / "demo.md")))
    today = [line for line in at(yesterday, 24) if int(line["frame"]) < 27]
    engine.insert(yesterday)
    engine.insert("".join(json.dumps(line) + "\n" for line in [*today, *at(yesterday, 27)]))
    have = engine.question("09-since-yesterday", since="2026-01-02 00:00:00", until="2026-01-02 01:00:00")

    def count(lines):
        codes = Counter()
        for line in lines:
            code, src = line.get("sipexplain_sipexplain_code"), line.get("sipexplain_sipexplain_src")
            if code:
                codes[f"code {code}", host(src)] += 1
        return codes
    before, now = count(map(json.loads, yesterday.splitlines())), count(today)
    want = {key: (now[key], before[key]) for key in before | now if now[key] != before[key]}
    assert {(row["what"], row["server"]): (int(row["today"]), int(row["yesterday"])) for row in have
            if row["what"].startswith("code")} == want and want
    stuck = [row for row in have if row["what"] == "trying_timeout"]
    assert stuck and all(int(row["change"]) == -int(row["yesterday"]) < 0 for row in stuck)
    assert not [row for row in have if row["what"] == "flow_failed"]


def test_one_call_across_all_probes(wireshark, capture, engine):
    text = ek(wireshark, capture(LADDERS / "demo.md"))
    for probe in ("north", "south"):
        engine.insert(rows(text, probe, f"{probe}.pcap"))
    have = engine.question("10-one-call", call_id="C3@ladder")
    frames = [int(row["frame"]) for row in have if row["probe"] == "north"]
    shown = wireshark.fields(capture(LADDERS / "demo.md"), ["frame.number", "sipexplain.call_id",
                             "sipexplain.expired.call_id"], two_pass=True, display_filter="sipexplain")
    assert frames == [int(row["frame.number"][0]) for row in shown
                      if "C3@ladder" in row["sipexplain.call_id"] + row["sipexplain.expired.call_id"]]
    assert [int(row["frame"]) for row in have if row["probe"] == "south"] == frames
    assert [row["timestamp"] for row in have] == sorted(row["timestamp"] for row in have)
    assert not engine.question("10-one-call", call_id="C3")


def test_calls_are_those_of_the_table(loaded, tables):
    """A row is a call: the table has a row for each try at another target as well, and calls without their INVITE."""
    want = {(row["capture"], int(row["Frame"])): row for row in tables["calls"]}
    have = loaded.ask("SELECT probe, frame, final, answered_after, lasted, CAST(ended_by, 'Nullable(Int8)') AS ended_by "
                      "FROM sip_calls(since = '1900-01-02 00:00:00', until = '2261-01-01 00:00:00')")
    rows_of = Counter(row["capture"] for row in tables["calls"])
    alone = [row for row in have if rows_of[row["probe"]] == 1]
    assert len(alone) > 60 and all((row["probe"], int(row["frame"])) in want for row in have)
    for row in alone:
        told = want[row["probe"], int(row["frame"])]
        assert str(row["final"] or "") == told["Final"], row
        assert bool(row["answered_after"]) == bool(told["Answer s"]), row
        if told["Answer s"]:
            assert abs(float(row["answered_after"]) - float(told["Answer s"])) < 0.0011, row
        if told["Lasted s"]:
            assert abs(float(row["lasted"]) - float(told["Lasted s"])) < 0.0011, row
            assert int(row["ended_by"]) == ENDERS[told["Ended by"].partition(", ")[0]], row
