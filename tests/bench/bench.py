#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What the plugin costs, in instructions and bytes, and what else does.

    bench.py                            every measurement, more than an hour
    bench.py --short                    the budgets that a change breaks first, a few minutes
    bench.py --short --against COMMIT   these, and the build of that commit beside them
    bench.py --only PART                one part of it

Builds the plugin as users get it, writes its own captures, prints one table and exits with 1 if
anything is past its budget. Instructions are counted by callgrind and come from the difference of
two captures, so that starting tshark does not count. Needs valgrind, a C compiler and CMake; the
whole of it sngrep too, and git for the earlier build.
"""

import argparse
import os
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import growth
import revision
import rivals
import tools
import traffic
import worst
from table import ALONE, OURS, Table

KINDS = {   # name -> (capture, small size, large size)
    "SIP": (traffic.sip, 20, 220),
    "SIP over TCP, 4 in a segment": (traffic.sip_tcp, 40, 440),
    "RTP": (traffic.rtp, 500, 10_500),
    "DNS, HTTP, TLS": (traffic.mix, 10, 290),
    "5 % SIP, 95 % RTP": (traffic.trunk, 2, 22),
}
MODES = {
    "-r": [],
    "-r -w": ["-w", os.devnull],
    "-r -2": ["-2"],
    "-r -Y sip.Status-Code": ["-Y", "sip.Status-Code"],
    "-r -V": ["-V"],
    "-r -T json": ["-T", "json"],
    "-r -Y (own field)": None,   # each filters on what it adds itself
}
# In percent over tshark alone. Since dialogs, registrations, copies and causes are drawn, -V and JSON cost more
# than the 10 % that they may: these bounds hold the line until they are back there.
BUDGETS = {
    ("SIP", "-r"): 5, ("SIP over TCP, 4 in a segment", "-r"): 5.2, ("RTP", "-r"): 1.5,
    ("DNS, HTTP, TLS", "-r"): 2, ("SIP", "-r -w"): 1, ("SIP", "-r -2"): 5,
    ("SIP", "-r -Y sip.Status-Code"): 6, ("SIP", "-r -V"): 13.5, ("SIP", "-r -T json"): 15,
    ("SIP", "-r -Y (own field)"): 6.6,
}
COMPARED_MODES = ("-r", "-r -Y sip.Status-Code")    # all contenders; else builds of the plugin
# What a message costs more than in the earlier build
ADDED_BUDGETS = {"SIP": 1.2, "SIP over TCP, 4 in a segment": 1}
# JSON moves with -V, and takes as long as all of these.
SHORT_ROWS = [("SIP", "-r"), ("SIP over TCP, 4 in a segment", "-r"), ("RTP", "-r"),
              ("DNS, HTTP, TLS", "-r"), ("SIP", "-r -V"), ("SIP", "-r -Y (own field)")]

# What a packet costs with the triage profile, in percent of tshark alone without it
TRIAGE = "SIP Explain triage"
TRIAGE_BUDGETS = {"5 % SIP, 95 % RTP": 60, "SIP": 80}

WINDOW_CALLS = (20, 15_400)     # the large one has 200,000 packets
CLICKED_CALLS = 1700
CLICKS = (100, 1100)
# What sharkd is asked for a row of the packet list and for a packet that is clicked on
LOOKS = {
    "sharkd: a packet scrolled to": (5, lambda n: ("frames", {"skip": n, "limit": 1})),
    "sharkd: a packet clicked on": (10, lambda n: ("frame", {"frame": n + 1, "proto": True})),
}

BYTES_PER_TRANSACTION = 365
BYTES_PER_REGISTRATION = 545     # transaction, and 200 for the binding of a phone that registers over UDP
BYTES_PER_OTHER_PACKET = 1      # the budget is 0; where the heap's pages end makes noise
MEMORY_CALLS = (4000, 16_000)  # past what start-up frees
MEMORY_PHONES = (4000, 24_000)
MEMORY_RTP = (20_000, 220_000)


class Bench:
    def __init__(self, folder, pool):
        self.folder, self.pool = Path(folder), pool
        self.captures, self.asked = {}, {}
        self.table = None
        self.alone = self.plugin = self.earlier = self.triage = None
        self.driver = self.until_read = self.own_memory = None
        self.builds, self.others = [], []

    def prepare(self, everyone, against=None):
        self.folder.chmod(0o755)
        built = self.folder / "build"
        tools.build(built)
        self.driver = built / "drive"
        preloads = built / "same_hashes.so", built / "from_first_packet.so"
        self.until_read = built / "until_read.so"
        self.own_memory = built / "own_memory.so"
        plugin, = built.glob("plugins/*/epan/sipexplain.so")
        self.alone = tools.Contender(ALONE, preloads)
        self.plugin = tools.Contender(OURS, preloads, plugin, "sipexplain.code")
        if against:
            plugin_then = tools.build_earlier(against, built / against)
            self.earlier = tools.Contender(against, preloads, plugin_then, "sipexplain.code")
        self.builds = [self.plugin, *([self.earlier] if against else [])]
        self.triage = tools.Triage(TRIAGE, preloads, plugin, "sipexplain.code", ["-C", TRIAGE])
        self.others = [
            tools.Contender("empty", preloads, built / "emptypost.so"),
            tools.Contender("Lua", preloads, field="sipnote.code", args=[
                "-X", f"lua_script:{self.shared('explain.lua')}"]),
            tools.Contender("MATE, TRANSUM", preloads, field="mate.sip_transaction.NumOfPdus", args=[
                "-o", f"mate.config:{self.shared('sip.mate')}", "--enable-protocol", "transum"]),
        ] if everyone else []
        self.table = Table([contender.name for contender in self.contenders()]
                           + (["sngrep"] if everyone else []))

    def shared(self, name):
        """A file of ours where the user that runs tshark can read it."""
        copy = self.folder / name
        copy.write_bytes((tools.BENCH / name).read_bytes())
        copy.chmod(0o644)
        return copy

    def contenders(self):
        return [self.alone, *self.builds, *self.others]

    def capture(self, generator, size):
        """A file and its number of packets."""
        key = generator, size
        if key not in self.captures:
            path = self.folder / f"{generator.__name__}-{size}.pcap"
            with open(path, "wb") as file:
                self.captures[key] = path, traffic.write(file, generator(size))
            path.chmod(0o644)
        return self.captures[key]

    def check_contenders(self):
        """A script or a configuration that does not load would cost nothing."""
        calls = self.capture(traffic.sip, 20)[0]
        for contender in [*self.contenders(), self.triage]:
            if not contender.tshark([*contender.args, "-Y", contender.field], calls):
                raise RuntimeError(f"{contender.name} adds nothing to the packets")

    # Instructions

    def cost(self, contender, kind, mode):
        """A future's function: instructions per packet, start-up left out."""
        generator, *sizes = KINDS[kind]
        (small, few), (large, many) = (self.capture(generator, size) for size in sizes)
        runs = [self.pool.submit(contender.instructions, path, MODES[mode])
                for path in (small, large)]
        return lambda: (runs[1].result() - runs[0].result()) / (many - few)

    def costs(self, long):
        """Rows of overheads over tshark alone."""
        wanted, asked = list(BUDGETS) if long else SHORT_ROWS, self.asked
        for kind, mode in wanted:
            others = self.others if mode in COMPARED_MODES else []
            for contender in (self.alone, *self.builds, *others):
                asked[kind, mode, contender.name] = self.cost(contender, kind, mode)
        for kind, mode in wanted:
            alone = asked[kind, mode, ALONE]()
            over = {contender.name: (asked[kind, mode, contender.name]() / alone - 1) * 100
                    for contender in self.contenders()[1:]
                    if (kind, mode, contender.name) in asked}
            cells = {name: f"{percent:+.1f} %" for name, percent in over.items()}
            cells[ALONE] = f"{alone:,.0f}"
            budget = BUDGETS[kind, mode]
            self.table.add(f"{kind}: {mode}", cells, over[OURS], budget, f"{budget:+.1f} %")
        if self.earlier:
            self.added()

    def added(self):
        """What the plugin adds for each message that it sees, against the earlier build."""
        for kind, budget in ADDED_BUDGETS.items():
            generator, *sizes = KINDS[kind]
            (small, few), (large, many) = (self.capture(generator, size) for size in sizes)
            alone = self.asked[kind, "-r", ALONE]()
            seen = {build: build.messages(large) - build.messages(small) for build in self.builds}
            ours, its = ((self.asked[kind, "-r", build.name]() - alone) * (many - few) / seen[build]
                         for build in self.builds)
            share = seen[self.earlier] / seen[self.plugin] * 100
            self.table.add_against(
                f"{kind}: added per message seen ({self.earlier.name}: {share:.0f} % of them)",
                self.earlier.name, ours, its, budget)

    def spans(self, calls, alone_mode, plugin_mode):
        """Instructions of tshark alone and with the plugin, and packets, from each number of calls
        to the next."""
        captures = [self.capture(traffic.sip, number) for number in calls]
        runs = [[self.pool.submit(contender.instructions, path, mode) for contender, mode in
                 ((self.alone, alone_mode), (self.plugin, plugin_mode))] for path, _ in captures]
        for i in range(1, len(calls)):
            packets = captures[i][1] - captures[i - 1][1]
            alone, plugin = ((after.result() - before.result()) / packets
                             for before, after in zip(runs[i - 1], runs[i]))
            yield alone, plugin

    def triaged(self, _long):
        """The whole of a packet with the triage profile against Wireshark as it is."""
        asked = {kind: [self.cost(contender, kind, "-r") for contender in (self.triage, self.alone)]
                 for kind in TRIAGE_BUDGETS}
        for kind, costs in asked.items():
            triage, alone = (cost() for cost in costs)
            self.table.add_share(f"{kind}: -r -C '{TRIAGE}'", triage, alone, TRIAGE_BUDGETS[kind])

    def window(self, _long):
        """What opening a capture costs, packet by packet."""
        (small, few), (large, many) = (self.capture(traffic.sip, size) for size in WINDOW_CALLS)
        runs = {(contender, path): self.pool.submit(contender.opening, path, self.until_read)
                for path in (large, small) for contender in (self.alone, self.plugin)}
        self.table.add_overhead(f"Wireshark's window: opening {many:,} packets", 5, *(
            (runs[contender, large].result() - runs[contender, small].result()) / (many - few)
            for contender in (self.alone, self.plugin)))

    def looks(self, _long):
        """What the window asks for when somebody moves in the capture, in no order."""
        path, packets = self.capture(traffic.sip, CLICKED_CALLS)
        runs = {}
        for name, (_, request) in LOOKS.items():
            for clicks in CLICKS:
                asked = [request(i * 7919 % packets) for i in range(clicks)]
                for contender in (self.alone, self.plugin):
                    runs[name, clicks, contender] = self.pool.submit(
                        contender.session, [("load", {"file": str(path)}), *asked])
        for name, (budget, _) in LOOKS.items():
            few, many = CLICKS
            self.table.add_overhead(name, budget, *(
                (runs[name, many, contender].result() - runs[name, few, contender].result())
                / (many - few) for contender in (self.alone, self.plugin)))

    # Memory

    def memory(self, long):
        self.memory_row("SIP: bytes per transaction", traffic.sip, MEMORY_CALLS,
                        traffic.CALL_TRANSACTIONS, BYTES_PER_TRANSACTION)
        self.memory_row("SIP: bytes per registration", worst.phones, MEMORY_PHONES, 1,
                        BYTES_PER_REGISTRATION)
        if long:
            self.memory_row("RTP: bytes per packet", traffic.rtp, MEMORY_RTP, 1,
                            BYTES_PER_OTHER_PACKET)

    def memory_row(self, name, generator, sizes, items, budget):
        """How much more the plugin takes for more of the same."""
        runs = {contender.name: [
            self.pool.submit(contender.memory, self.capture(generator, size)[0], self.own_memory)
            for size in sizes] for contender in self.contenders()}
        per_item = {name: (large.result() - small.result()) / (sizes[1] - sizes[0]) / items
                    for name, (small, large) in runs.items()}
        alone = per_item.pop(ALONE)
        cells = {name: f"{value - alone:+,.0f} B" for name, value in per_item.items()}
        cells[ALONE] = f"{alone:,.0f} B"
        self.table.add(name, cells, per_item[OURS] - alone, budget, f"{budget} B")

# What there is to measure: name -> (a function of the bench and whether it is the long form, long form only)
PARTS = {
    "costs": (Bench.costs, False), "triage": (Bench.triaged, False), "memory": (Bench.memory, False),
    "core": (growth.core, False), "window": (Bench.window, True), "looks": (Bench.looks, True),
    "drawn": (growth.drawn, True), "plain": (growth.plain, True),
    "statistics": (rivals.statistics, True), "times": (rivals.times, True),
}


def measure(bench, long, only=()):
    bench.check_contenders()
    for name, (part, at_length) in PARTS.items():
        if name in only or not only and (long or not at_length):
            part(bench, long)


def compared(options):
    """The commit whose build is measured too."""
    commit = options.against or (None if options.short else revision.RELEASED)
    if commit and not revision.exported(commit):
        if options.against:
            raise RuntimeError(f"git does not have {commit}")
        print(f"git does not have {commit}: no build to compare with", file=sys.stderr)
        commit = None
    return commit


def main(args=None):
    parser = argparse.ArgumentParser(description="Measures what the plugin costs.")
    parser.add_argument("--short", action="store_true", help="minutes instead of hours")
    parser.add_argument("--against", metavar="COMMIT", help="measure its build too; without --short "
                        f"it is {revision.RELEASED}")
    parser.add_argument("--only", choices=PARTS, action="append", default=[], metavar="PART",
                        help=f"measure this alone, any of {', '.join(PARTS)}; may be given again")
    options = parser.parse_args(args)
    long = not options.short
    tools.check_tools(long or options.only)
    against = compared(options)
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="sipexplain-bench-"))
        pool = stack.enter_context(ThreadPoolExecutor(os.cpu_count()))
        bench = Bench(folder, pool)
        bench.prepare(long, against)
        for contender in [*bench.contenders(), bench.triage]:
            stack.enter_context(contender)
        measure(bench, long, options.only)
    print(file=sys.stderr)
    print(bench.table.text())
    over, rows = bench.table.over(), bench.table.rows
    print(f"{len(rows) - len(over)} of {len(rows)} within budget")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
