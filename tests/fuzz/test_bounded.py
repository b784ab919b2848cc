# SPDX-License-Identifier: GPL-2.0-or-later
"""No capture makes the plugin's instructions or memory grow faster than the capture itself.

Each kind is fed to the core in two sizes, ten times apart; the cost of a byte of capture may not grow.
Instructions are counted by callgrind, memory is what the core holds at the end: neither depends on
the machine. SX_LONG=1 goes up to 10^6 transactions. What it finds is in the report with -s.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "bench"))

import tools    # noqa: E402
import traffic  # noqa: E402
import worst    # noqa: E402
from traffic import CALLEE, CALLER, udp     # noqa: E402
from worst import request, response     # noqa: E402

LONG = bool(os.environ.get("SX_LONG"))
GROWS_BY = 1.1              # what a byte may cost more in ten times as much
HELD = 3                    # bytes held for a byte of capture; tables grow by doubling
FIXED = 300_000             # bytes of tables and pools that are there before the first message
END_OF_TIME = 0xFFFFFFFF - traffic.START      # 2106


def never_ending(n):
    """Calls that get no answer at all."""
    for i in range(n):
        yield i * 0.001, udp(CALLER, CALLEE, request("INVITE", [(CALLER, f"b{i:08}")], f"c{i:08}"))


def registrations(n):
    """Phones that register, each a flow of its own, and never again."""
    for i in range(n):
        vias, contact = [(CALLER, f"r{i:08}")], (
            f"Contact: <sip:u{i:08}@10.1.1.1>;reg-id=1;+sip.instance=\"<urn:uuid:{i:08}>\"\r\n")
        yield i * 0.01, udp(CALLER, CALLEE, request("REGISTER", vias, f"r{i:08}", extra=contact))
        yield i * 0.01, udp(CALLEE, CALLER, response(
            200, "REGISTER", vias, f"r{i:08}", 1, "t", contact + "Require: outbound\r\n"))


def long_headers(n):
    """One message whose header fields fill n bytes, in each way that has to be searched."""
    for i, extra in enumerate((b"Contact: " + b"x" * n, b"Contact: " + b"," * n, b"X: " + b"\\\"" * (n // 2),
                               b"a:b\r\n" * (n // 5), b"Contact: x\r\n" + b" \r\n" * (n // 3) + b" x",
                               b"Route: " + b"<" * n, b"f: \"" + b"\\\\" * (n // 2))):
        text = extra.decode() + "\r\n"
        yield i, udp(CALLER, CALLEE, request("INVITE", [(CALLER, f"b{i}")], f"c{i}", extra=text))


def via_values(n):
    """Requests with n Via values, and what they get."""
    for i in range(10):
        vias = [(f"h{k:04}", f"b{k:04}") for k in range(i, n + i)]
        yield i, udp(CALLER, CALLEE, request("INVITE", vias, "c"))
        yield i + 0.5, udp(CALLEE, CALLER, response(486, "INVITE", vias, "c", 1, "t"))


def via_loops(n):
    """Each transaction is the parent of the next, and the last one that of the first."""
    for i in range(n):
        vias = [(f"h{(i + k) % n:06}", f"b{(i + k) % n:06}") for k in range(4)]
        yield i * 0.001, udp(CALLER, CALLEE, request("INVITE", vias, "c"))
    for i in range(n):
        vias = [(f"h{(i + k) % n:06}", f"b{(i + k) % n:06}") for k in range(4)]
        yield 60 + i * 0.001, udp(CALLEE, CALLER, response(486, "INVITE", vias, "c", 1, "t"))


def clock(time_of):
    """Calls that get a 100, under a clock that lies."""
    def made(n):
        for i in range(n):
            vias = [(CALLER, f"b{i:08}")]
            yield time_of(i, n), udp(CALLER, CALLEE, request("INVITE", vias, f"c{i:08}"))
            yield time_of(i, n), udp(CALLEE, CALLER, response(100, "INVITE", vias, f"c{i:08}"))
    return made


ONE = (10_000, 100_000) if LONG else (500, 5000)
HUGE = (100_000, 1_000_000) if LONG else (500, 5000)
KINDS = {
    "transactions that never end": (never_ending, HUGE),
    "registrations": (registrations, HUGE),
    "one branch for all": (worst.one_branch, HUGE),
    "calls stuck that expire at once": (worst.stuck, HUGE),
    "one phone that registers again": (worst.one_phone, ONE),
    "flows that fail": (worst.flows, ONE),
    "requests of another attempt's dialog": (worst.other_dialogs, ONE),
    "header fields": (long_headers, (6000, 60_000)),
    "Via values in a message": (via_values, (100, 1000)),
    "Via values in a ring": (via_loops, ONE),
    "times that are zero": (clock(lambda i, n: -traffic.START), ONE),
    "times that are equal": (clock(lambda i, n: 5), ONE),
    "times that go back": (clock(lambda i, n: (n - i) * 100), ONE),
    "times between 1970 and 2106": (clock(lambda i, n: -traffic.START if i % 2 else END_OF_TIME), ONE),
}


@pytest.fixture(scope="module")
def driver(tmp_path_factory):
    tools.check_tools()
    folder = tmp_path_factory.mktemp("driver")
    tools.build(folder)
    return folder / "drive"


def cost(driver, packets):
    """Instructions and bytes of memory for a byte of capture."""
    packets = list(packets)
    size = sum(len(packet) for _, packet in packets)
    done = subprocess.run([driver], input=capture_of(packets), capture_output=True, check=True)
    held = int(done.stdout.split()[-2])
    command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={os.devnull}",
               "--toggle-collect=feed", "--toggle-collect=judge", str(driver)]
    counted = subprocess.run(command, input=capture_of(packets), capture_output=True)
    instructions = tools.collected(command, counted.returncode, counted.stderr.decode(errors="replace"))
    return instructions / size, max(held - FIXED, 0) / size


def capture_of(packets):
    made = []
    writer = type("Writer", (), {"write": lambda self, data: made.append(bytes(data))})()
    traffic.write(writer, packets)
    return b"".join(made)


@pytest.mark.parametrize("name", KINDS)
def test_ten_times_the_capture_costs_ten_times_as_much(driver, name):
    generator, (few, many) = KINDS[name]
    small, large = cost(driver, generator(few)), cost(driver, generator(many))
    print(f"\n{name}, {few:,} to {many:,}: instructions per byte {small[0]:.2f} to {large[0]:.2f}, "
          f"memory per byte {small[1]:.2f} to {large[1]:.2f}")
    assert large[0] <= small[0] * GROWS_BY
    assert large[1] <= max(small[1] * GROWS_BY, HELD)


def shrinking(n):
    """Calls in as many bytes as there are in a tenth of them, so that a byte costs the more."""
    for i in range(n):
        filler = f"X: {'x' * (1_000_000 // n)}\r\n"
        yield i * 0.001, udp(CALLER, CALLEE, request("INVITE", [(CALLER, f"b{i:08}")], f"c{i:08}",
                                                     extra=filler))


def test_a_core_that_slows_down_would_be_noticed(driver):
    (first, _), (second, _) = (cost(driver, shrinking(n)) for n in (100, 1000))
    assert second > first * GROWS_BY
