# SPDX-License-Identifier: GPL-2.0-or-later
"""A live capture on loopback reports a stuck call and a registration that ran out while it runs, and no
answered call."""

import os
import queue
import shutil
import socket
import subprocess
import threading
import time
from pathlib import Path

import pytest

SCENARIOS = Path(__file__).parents[1] / "captures" / "record" / "sipp"
THRESHOLD = 2               # seconds
BETWEEN_CALLS = 3           # seconds: the second INVITE is the first packet after the threshold
PATIENCE = 60               # seconds until whatever should come has come
PROMPT = 20                 # seconds: far less than the call would go on
FIELDS = ("frame.number", "frame.time_epoch", "sip.Method", "sipexplain.code", "sipexplain.expired",
          "_ws.expert.message")
HOW_TO = """Nobody may capture on loopback here. Run the tests as root, or let this user capture:
    sudo dpkg-reconfigure wireshark-common      (answer yes)
    sudo usermod -aG wireshark $USER            (then log in again)
dumpcap says: """


def test_a_stuck_call_is_reported_while_the_capture_runs(wireshark, loopback, tmp_path):
    with Live(wireshark, loopback, tmp_path, "uac-cancel-trying", "uas-silent") as live:
        first, trying = live.frame(), live.frame()
        assert first["sip.Method"] == "INVITE" and trying["sipexplain.code"] == "100"
        second = live.frame()
        assert live.runs()
    assert time.time() - float(second["frame.time_epoch"]) < PROMPT
    assert second["sip.Method"] == "INVITE"
    assert second["sipexplain.expired"] == trying["frame.number"]
    assert "after 100: " in second["_ws.expert.message"]
    assert not first["sipexplain.expired"] and not trying["sipexplain.expired"]


def test_an_answered_call_is_not_reported(wireshark, loopback, tmp_path):
    with Live(wireshark, loopback, tmp_path, "uac-answer", "uas-answer") as live:
        frames = [live.frame()]
        while [frame["sip.Method"] for frame in frames].count("INVITE") < 2:
            frames.append(live.frame())
        assert live.runs()
    assert "200" in [frame["sipexplain.code"] for frame in frames]
    assert not [frame for frame in frames if frame["sipexplain.expired"]]


def test_a_registration_that_runs_out_is_reported_while_the_capture_runs(wireshark, loopback, tmp_path):
    with Live(wireshark, loopback, tmp_path, "uac-register", "uas-register") as live:
        first, granted, second = live.frame(), live.frame(), live.frame()
        assert live.runs()
    assert first["sip.Method"] == second["sip.Method"] == "REGISTER"
    assert granted["sipexplain.code"] == "200"
    assert second["sipexplain.expired"] == first["frame.number"]
    assert "sip:phone1@example.com in frame 1 ran out at 1 s" in second["_ws.expert.message"]
    assert not first["sipexplain.expired"] and not granted["sipexplain.expired"]


class Live:
    """Two calls over loopback, and dumpcap piped into tshark: Wireshark loads no personal plugins
    for root, and only root may capture."""

    def __init__(self, wireshark, loopback, folder, caller, callee):
        self.wireshark, self.loopback, self.folder = wireshark, loopback, folder
        self.caller, self.callee = caller, callee
        self.processes = []
        self.lines = queue.Queue()

    def __enter__(self):
        try:
            self.begin()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            process.kill()
            process.wait()

    def begin(self):
        ours, theirs = free_ports(2)
        only = f"udp port {ours} or udp port {theirs}"
        self.capture = self.start(
            [*self.loopback, "dumpcap", "-q", "-i", "lo", "-f", only, "-w", "-"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        wait_for(self.capture.stderr, b"File: ")
        arguments = ["-l", "-i", "-", "-o", f"sipexplain.trying_timeout_ms:{THRESHOLD * 1000}",
                     "-d", f"udp.port=={ours},sip", "-d", f"udp.port=={theirs},sip",
                     "-Y", "sipexplain", "-T", "fields"]
        for name in FIELDS:
            arguments += ["-e", name]
        self.reader = self.start(
            self.wireshark.command("tshark", arguments), stdin=self.capture.stdout,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=self.wireshark.home,
            env=self.wireshark.environment())
        wait_for(self.reader.stderr, b"Capturing on")
        threading.Thread(target=self.read, daemon=True).start()
        self.sipp(self.callee, theirs, "-default_behaviors", "none", "-d", "100")
        self.wait_until_bound(theirs)
        calls = ["-m", "2", "-r", "1", "-rp", str(BETWEEN_CALLS * 1000), "-d", "60000"]
        self.sipp(self.caller, ours, *calls, "-key", "callee", f"127.0.0.1:{theirs}",
                  f"127.0.0.1:{theirs}")

    def start(self, command, **options):
        options.setdefault("stdin", subprocess.DEVNULL)
        self.processes.append(subprocess.Popen(command, **options))
        return self.processes[-1]

    def sipp(self, scenario, port, *options):
        output = open(self.folder / f"{scenario}.out", "wb")
        command = [*self.loopback, "sipp", "-sf", SCENARIOS / f"{scenario}.xml", "-i", "127.0.0.1",
                   "-p", str(port), "-nostdin", *options]
        self.start(command, cwd=self.folder, stdout=output, stderr=output,
                   env=dict(os.environ, TERM="dumb"))
        output.close()

    def wait_until_bound(self, port):
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            sockets = subprocess.run([*self.loopback, "cat", "/proc/net/udp"], capture_output=True,
                                     encoding="ascii", check=True).stdout
            if f":{port:04X} " in sockets:
                return
            time.sleep(0.1)
        pytest.fail(f"sipp does not listen within {PATIENCE} s: {self.said()}")

    def said(self):
        return "\n".join(path.read_text(errors="replace")[-1000:]
                         for path in self.folder.glob("*.out"))

    def read(self):
        for line in self.reader.stdout:
            self.lines.put(line.decode().rstrip("\n"))

    def frame(self):
        try:
            cells = self.lines.get(timeout=PATIENCE).split("\t")
        except queue.Empty:
            pytest.fail(f"no SIP message for {PATIENCE} s; sipp says:\n{self.said()}")
        return dict(zip(FIELDS, cells, strict=True))

    def runs(self):
        return self.capture.poll() is None and self.reader.poll() is None


@pytest.fixture(scope="module")
def loopback():
    """What a command has to begin with, so that dumpcap may capture on the loopback it uses."""
    may, _ = may_capture([])
    if may:
        yield []
        return
    # An ordinary user is root of a network namespace of his own, where the kernel allows it.
    holder = subprocess.Popen(
        ["unshare", "--user", "--map-root-user", "--net",
         "sh", "-c", "ip link set lo up && echo up && exec sleep 600"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        holder.stdout.readline()
        enter = ["nsenter", "--target", str(holder.pid), "--user", "--net",
                 "--preserve-credentials", "--"]
        may, trouble = may_capture(enter)
        if not may:
            pytest.fail(HOW_TO + trouble)
        yield enter
    finally:
        holder.kill()
        holder.wait()


def may_capture(prefix):
    """Whether dumpcap can open loopback, and what it says."""
    assert shutil.which("dumpcap") or prefix, HOW_TO + "(it is not in PATH, or not for this user)"
    done = subprocess.run([*prefix, "dumpcap", "-i", "lo", "-L"], capture_output=True,
                          encoding="utf-8", errors="replace", timeout=PATIENCE)
    return done.returncode == 0, done.stderr


def wait_for(stream, words):
    """Reads on until a line holds the words; the rest goes on being read, so nobody blocks."""
    seen = b""
    for line in stream:
        seen += line
        if words in line:
            threading.Thread(target=stream.read, daemon=True).start()
            return
    pytest.fail(f"{words.decode()!r} never came, but:\n{seen.decode(errors='replace')}")


def free_ports(count):
    sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports
