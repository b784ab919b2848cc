# SPDX-License-Identifier: GPL-2.0-or-later
"""ship.sh: files, a folder that dumpcap fills, live packets; a server that is away, refuses, or takes what it does not
confirm. Nothing is lost, and nothing counts twice."""

import http.server
import os
import shutil
import subprocess
import threading
import time
import urllib.request

import pytest
from engine import EXPORT, Engine
from loading import LADDERS, RECORDED, ek, rows

AWAY = 75
DEMO = LADDERS / "demo.md"


@pytest.fixture
def ship(wireshark, tmp_path):
    """Runs ship.sh with a tshark that has the plugin."""
    tools = tmp_path / "tools"
    tools.mkdir()
    command = wireshark.command("tshark", [])
    lines = [f"export {name}='{value}'" for name, value in wireshark.environment().items() if name != "PATH"]
    (tools / "tshark").write_text("#!/bin/sh\n" + "\n".join(lines) + f"\nexec {' '.join(command)} \"$@\"\n")
    (tools / "tshark").chmod(0o755)
    environment = dict(os.environ, PATH=f"{tools}:{os.environ['PATH']}", PROBE="north")

    def run(*args, server=None, **options):
        return subprocess.run([EXPORT / "ship.sh", *args], capture_output=True, encoding="utf-8", timeout=120,
                              env=dict(environment, CLICKHOUSE=server or "http://127.0.0.1:1/"), **options)
    run.environment = environment
    return run


@pytest.fixture
def spool(tmp_path):
    return tmp_path / "spool"


@pytest.fixture
def seen(wireshark, tmp_path):
    """A folder that the user can read whom tshark runs as."""
    folder = wireshark.home / tmp_path.name
    folder.mkdir()
    folder.chmod(0o755)
    return folder


def in_spool(spool):
    return sorted(path.name for path in spool.glob("*.json"))


def messages(engine):
    return int(engine.ask("SELECT count() AS n FROM sip_messages FINAL")[0]["n"])


def count(wireshark, *files):
    """Trees, as tshark shows them."""
    return sum(len(frame) for file in files for frame in wireshark.everything(file, "two"))


def test_files(ship, spool, engine, wireshark, capture):
    files = [capture(DEMO), capture(RECORDED[0])]
    assert ship("spool", spool, *files).returncode == 0
    assert len(in_spool(spool)) == 2
    assert ship("send", spool, server=engine.address).returncode == 0
    assert in_spool(spool) == [] and messages(engine) == count(wireshark, *files)
    assert engine.ask("SELECT DISTINCT probe, capture FROM sip_messages ORDER BY capture") == [
        {"probe": "north", "capture": name} for name in sorted(file.name for file in files)]


def test_two_files_of_one_name_are_two(ship, spool, capture, seen):
    for folder, source in (("a", DEMO), ("b", RECORDED[0])):
        (seen / folder).mkdir()
        (seen / folder).chmod(0o755)
        shutil.copy(capture(source), seen / folder / "x.pcap")
        (seen / folder / "x.pcap").chmod(0o644)
        assert ship("spool", spool, seen / folder / "x.pcap").returncode == 0
    assert len(in_spool(spool)) == 2


def test_server_away_and_back(ship, spool, wireshark, capture, tmp_path):
    file = capture(DEMO)
    with Engine(tmp_path / "database") as engine:
        engine.make_tables()
        address = engine.address
    ship("spool", spool, file)
    before = in_spool(spool)
    done = ship("send", spool, server=address)
    assert done.returncode == AWAY and "away" in done.stderr and in_spool(spool) == before
    with Engine(tmp_path / "database") as engine:
        assert ship("send", spool, server=engine.address).returncode == 0
        assert in_spool(spool) == [] and messages(engine) == count(wireshark, file)


class Unreliable(http.server.BaseHTTPRequestHandler):
    """Passes a request on, and closes the connection before it says that it did."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if body:
            urllib.request.urlopen(urllib.request.Request(self.server.target + self.path.lstrip("/"), data=body)).read()
            self.server.passed += 1
        self.close_connection = True
        self.connection.close()

    do_GET = do_POST

    def log_message(self, *_):
        pass

    def finish(self):
        pass


def test_taken_and_not_confirmed_is_sent_again_and_counts_once(ship, spool, engine, wireshark, capture):
    file = capture(DEMO)
    ship("spool", spool, file)
    proxy = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Unreliable)
    proxy.target, proxy.passed = engine.address, 0
    threading.Thread(target=proxy.serve_forever, daemon=True).start()
    try:
        done = ship("send", spool, server=f"http://127.0.0.1:{proxy.server_port}/")
    finally:
        proxy.shutdown()
    assert done.returncode == AWAY and proxy.passed == 1 and len(in_spool(spool)) == 1
    assert messages(engine) == count(wireshark, file)
    assert ship("send", spool, server=engine.address).returncode == 0
    assert messages(engine) == count(wireshark, file) and in_spool(spool) == []
    hours = engine.ask("SELECT uniqExactMerge(messages) + uniqExactMerge(repeats) AS n FROM sip_hours")[0]["n"]
    assert int(hours) == int(engine.ask("SELECT countIf(kind != 'packet' AND isNull(duplicate_of)) AS n "
                                        "FROM sip_messages FINAL")[0]["n"])


def test_what_is_refused_is_kept_and_does_not_stop_the_rest(ship, spool, engine, wireshark, capture):
    spool.mkdir()
    (spool / "0-bad.json").write_text('{"probe":"x","sipexplain_sipexplain_of_a_later_plugin":"1"}\n')
    ship("spool", spool, capture(DEMO))
    done = ship("send", spool, server=engine.address)
    assert done.returncode == 1 and "refused, and kept" in done.stderr
    assert in_spool(spool) == ["0-bad.json"] and messages(engine) == count(wireshark, capture(DEMO))


def test_a_line_cut_by_a_crash_takes_no_other_with_it(ship, spool, engine, wireshark, capture):
    ship("spool", spool, capture(DEMO))
    file = spool / in_spool(spool)[0]
    file.write_bytes(file.read_bytes()[:-20])
    (spool / "only.json").write_text('{"probe":"no')
    assert ship("send", spool, server=engine.address).returncode == 0
    assert in_spool(spool) == [] and messages(engine) == count(wireshark, capture(DEMO)) - 1


def test_rotated_files_are_read_once_when_they_are_finished(ship, spool, wireshark, capture, seen):
    folder = seen / "ring"
    folder.mkdir()
    folder.chmod(0o755)

    def rotate(number, source):
        path = folder / f"sip_{number:05d}_20260101000000.pcapng"
        shutil.copy(capture(source), path)
        path.chmod(0o644)
        os.utime(path, (1000 + number, 1000 + number))
    rotate(1, DEMO)
    rotate(2, RECORDED[0])
    ship("folder", spool, folder)
    assert len(in_spool(spool)) == 1 and in_spool(spool)[0].startswith("sip_00001")
    ship("folder", spool, folder)
    assert len(in_spool(spool)) == 1
    for path in spool.glob("*.json"):
        path.unlink()       # as sent
    rotate(3, DEMO)
    ship("folder", spool, folder)
    assert len(in_spool(spool)) == 1 and in_spool(spool)[0].startswith("sip_00002")


def test_a_capture_that_cannot_be_read_is_said_and_tried_again(ship, spool, capture, seen):
    bad, cut = seen / "bad.pcap", seen / "cut.pcap"
    bad.write_bytes(b"no capture")
    cut.write_bytes(capture(DEMO).read_bytes()[:-10])
    for path in (bad, cut):
        path.chmod(0o644)
    done = ship("spool", spool, bad, cut)
    assert done.returncode == 1 and f"cannot be read: {bad}" in done.stderr
    assert f"not all of it could be read: {cut}" in done.stderr
    assert [name.partition("-")[0] for name in in_spool(spool)] == ["cut.pcap"]


def test_live_packets_are_sent_while_they_come(ship, spool, engine, wireshark, capture):
    """From a pipe, as from an interface; the last file grows until it is over, and is sent later."""
    data = capture(DEMO).read_bytes()
    live = subprocess.Popen([EXPORT / "ship.sh", "live", spool, "-"], stdin=subprocess.PIPE, stderr=subprocess.PIPE,
                            env=ship.environment)
    try:
        live.stdin.write(data)
        live.stdin.flush()
        wait_for(lambda: sum(path.read_text().count("\n") for path in spool.glob("live-*.json")) > 20)
        assert live.poll() is None
        assert ship("send", spool, server=engine.address).returncode == 0
        if messages(engine) == 0:       # the ten seconds are not over
            assert in_spool(spool)
        wait_for(lambda: ship("send", spool, server=engine.address).returncode == 0 and messages(engine) > 20)
        assert live.poll() is None
    finally:
        live.stdin.close()
        live.wait(timeout=30)
        live.stderr.close()
    wait_for(lambda: ship("send", spool, server=engine.address).returncode == 0 and not in_spool(spool))
    assert messages(engine) == len([tree for frame in wireshark.everything(capture(DEMO), "one") for tree in frame])
    assert engine.ask("SELECT uniqExact(expired_call_id) AS n FROM sip_messages FINAL WHERE notEmpty(expired)")


def wait_for(condition, patience=90):
    until = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < until, "it does not come"
        time.sleep(1)


def test_rows_of_a_spool_are_those_of_tshark(ship, spool, wireshark, capture):

    ship("spool", spool, capture(DEMO))
    assert (spool / in_spool(spool)[0]).read_text() == \
        rows(ek(wireshark, capture(DEMO)), "north", capture(DEMO).name)


@pytest.mark.parametrize("args", [(), ("spool",), ("no-such", "x"), ("folder", "x"), ("live", "x", "a", "b")])
def test_wrong_use_says_how(ship, args):
    done = ship(*args)
    assert done.returncode != 0 and "ship.sh" in done.stderr
