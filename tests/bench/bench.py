#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What the plugin costs, in instructions and bytes, and what else does.

    bench.py            every measurement, about an hour
    bench.py --short    the budgets that a change breaks first, a few minutes

Builds the plugin as users get it, writes its own captures, prints one table and exits with 1 if
anything is past its budget. Instructions are counted by callgrind and come from the difference of
two captures, so that starting tshark does not count. Needs valgrind, a C compiler and CMake.
"""

import argparse
import os
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import tools
import traffic
import worst

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
    ("SIP", "-r -Y (own field)"): 9.5,
}
COMPARED_MODES = ("-r", "-r -Y sip.Status-Code")    # all contenders; else the plugin alone
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

FLAT = 1.05             # the most that a packet may cost more in a large capture
BYTES_PER_TRANSACTION = 365
BYTES_PER_REGISTRATION = 545     # transaction, and 200 for the binding of a phone that registers over UDP
BYTES_PER_OTHER_PACKET = 1      # the budget is 0; where the heap's pages end makes noise
MEMORY_CALLS = (4000, 16_000)  # past what start-up frees
MEMORY_PHONES = (4000, 24_000)
MEMORY_RTP = (20_000, 220_000)
LONG_CALLS = (1700, 17_000)     # 10^4 and 10^5 transactions

# The core alone: name -> (capture, short form's sizes, long form's sizes)
GROWTH = {
    "separate transactions": (worst.plain, (1000, 10_000), (10_000, 1_000_000)),
    "one Call-ID for everything": (worst.one_call_id, (1000, 10_000), (10_000, 1_000_000)),
    "all branches equal": (worst.one_branch, (1000, 10_000), (10_000, 1_000_000)),
    "calls stuck that expire at once": (worst.stuck, (1000, 10_000), (10_000, 1_000_000)),
    "one transaction, retransmissions": (worst.retransmissions, (1000, 10_000), (1000, 100_000)),
    "one fork, branches": (worst.fork, (100, 1000), (100, 1000)),
    "one call, redirections": (worst.hunt, (100, 1000), (100, 1000)),
    "one call, challenges": (worst.challenges, (1000, 10_000), (1000, 100_000)),
    "one call, early dialogs": (worst.early_dialogs, (1000, 10_000), (1000, 100_000)),
    "no branches, no answers": (worst.old_branches, (1000, 10_000), (1000, 100_000)),
    "branches before their call": (worst.orphans, (1000, 10_000), (1000, 100_000)),
    "registered flows that fail": (worst.flows, (1000, 10_000), (1000, 100_000)),
    "one phone, registrations": (worst.one_phone, (1000, 10_000), (1000, 100_000)),
}

# tshark -V, which draws every message: name -> (capture, sizes)
DRAWN = {
    "calls stuck that expire at once": (worst.stuck, (300, 3000)),
    "one transaction, retransmissions": (worst.retransmissions, (300, 3000)),
    "one fork, branches": (worst.fork, (100, 1000)),
    "one call, redirections": (worst.hunt, (100, 1000)),
    "one stream, messages cut anywhere": (worst.stream, (100, 1000)),
    "one stream, segments of 60 kB": (worst.huge_segments, (100, 1000)),
}


@dataclass
class Row:
    """A line of the table. worst: the number that is held against the budget."""
    name: str
    cells: dict                     # column -> text
    worst: float
    budget: float
    budget_text: str

    @property
    def over(self):
        return self.worst > self.budget


class Bench:
    def __init__(self, folder, pool):
        self.folder, self.pool = Path(folder), pool
        self.captures = {}
        self.rows = []
        self.alone = self.plugin = self.triage = None
        self.driver = self.until_read = self.own_memory = None
        self.others = []

    def prepare(self, everyone):
        self.folder.chmod(0o755)
        built = self.folder / "build"
        tools.build(built)
        self.driver = built / "drive"
        preloads = built / "same_hashes.so", built / "from_first_packet.so"
        self.until_read = built / "until_read.so"
        self.own_memory = built / "own_memory.so"
        plugin, = built.glob("plugins/*/epan/sipexplain.so")
        self.alone = tools.Contender("tshark alone", preloads)
        self.plugin = tools.Contender("sipexplain", preloads, plugin, "sipexplain.code")
        self.triage = tools.Triage(TRIAGE, preloads, plugin, "sipexplain.code", ["-C", TRIAGE])
        self.others = [
            tools.Contender("empty", preloads, built / "emptypost.so"),
            tools.Contender("Lua", preloads, field="sipnote.code", args=[
                "-X", f"lua_script:{self.shared('explain.lua')}"]),
            tools.Contender("MATE, TRANSUM", preloads, field="mate.sip_transaction.NumOfPdus", args=[
                "-o", f"mate.config:{self.shared('sip.mate')}", "--enable-protocol", "transum"]),
        ] if everyone else []

    def shared(self, name):
        """A file of ours where the user that runs tshark can read it."""
        copy = self.folder / name
        copy.write_bytes((tools.BENCH / name).read_bytes())
        copy.chmod(0o644)
        return copy

    def contenders(self):
        return [self.alone, self.plugin, *self.others]

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

    def costs(self, wanted):
        """Rows of overheads over tshark alone."""
        asked = {}
        for kind, mode in wanted:
            others = self.others if mode in COMPARED_MODES else []
            for contender in (self.alone, self.plugin, *others):
                asked[kind, mode, contender.name] = self.cost(contender, kind, mode)
        for kind, mode in wanted:
            alone = asked[kind, mode, self.alone.name]()
            over = {contender.name: (asked[kind, mode, contender.name]() / alone - 1) * 100
                    for contender in self.contenders()[1:]
                    if (kind, mode, contender.name) in asked}
            cells = {name: f"{percent:+.1f} %" for name, percent in over.items()}
            cells["tshark alone"] = f"{alone:,.0f}"
            budget = BUDGETS[kind, mode]
            self.add(f"{kind}: {mode}", cells, over["sipexplain"], budget, f"{budget:+.1f} %")

    def triaged(self):
        """The whole of a packet with the triage profile against Wireshark as it is."""
        asked = {kind: [self.cost(contender, kind, "-r") for contender in (self.triage, self.alone)]
                 for kind in TRIAGE_BUDGETS}
        for kind, costs in asked.items():
            triage, alone = (cost() for cost in costs)
            self.add_share(f"{kind}: -r -C '{TRIAGE}'", triage, alone, TRIAGE_BUDGETS[kind])

    def add_share(self, name, cost, alone, budget):
        share = cost / alone * 100
        self.add(name, {"tshark alone": f"{alone:,.0f}", "sipexplain": f"{share:.0f} % of it"}, share,
                 budget, f"{budget} % of it")

    def window(self):
        """What opening a capture costs, packet by packet."""
        (small, few), (large, many) = (self.capture(traffic.sip, size) for size in WINDOW_CALLS)
        runs = {(contender, path): self.pool.submit(contender.opening, path, self.until_read)
                for path in (large, small) for contender in (self.alone, self.plugin)}
        self.add_overhead(f"Wireshark's window: opening {many:,} packets", 5, *(
            (runs[contender, large].result() - runs[contender, small].result()) / (many - few)
            for contender in (self.alone, self.plugin)))

    def looks(self):
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
            self.add_overhead(name, budget, *(
                (runs[name, many, contender].result() - runs[name, few, contender].result())
                / (many - few) for contender in (self.alone, self.plugin)))

    def add_overhead(self, name, budget, alone, plugin):
        over = (plugin / alone - 1) * 100
        self.add(name, {"tshark alone": f"{alone:,.0f}", "sipexplain": f"{over:+.1f} %"}, over,
                 budget, f"{budget:+.1f} %")

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
        alone = per_item.pop("tshark alone")
        cells = {name: f"{value - alone:+,.0f} B" for name, value in per_item.items()}
        cells["tshark alone"] = f"{alone:,.0f} B"
        self.add(name, cells, per_item["sipexplain"] - alone, budget, f"{budget} B")

    # Growth

    def growth(self, long):
        asked = []
        for name, (generator, *sizes) in GROWTH.items():
            runs = [self.pool.submit(tools.drive, self.driver, generator(size))
                    for size in sizes[long]]
            asked.append((name, sizes[long], runs))
        for name, sizes, runs in asked:
            small, large = (run.result() for run in runs)
            self.add_growth(f"core: {name}, {sizes[0]:,} to {sizes[1]:,}",
                            f"{small:,.0f}, {large:,.0f}", large / small)

    def drawn_growth(self):
        """How the overhead of -V grows; tshark's own growth is left out."""
        nothing = self.capture(worst.plain, 1)[0]
        mode = MODES["-r -V"]
        pair = (self.alone, self.plugin)
        empty = {contender: self.pool.submit(contender.instructions, nothing, mode)
                 for contender in pair}
        runs = {(name, size, contender): self.pool.submit(
                    contender.instructions, self.capture(generator, size)[0], mode)
                for name, (generator, sizes) in DRAWN.items() for size in sizes
                for contender in pair}

        def net(name, size, contender):
            return runs[name, size, contender].result() - empty[contender].result()

        for name, (_, sizes) in DRAWN.items():
            ratios = [net(name, size, self.plugin) / net(name, size, self.alone) for size in sizes]
            self.add_growth(f"-r -V: {name}, {sizes[0]:,} to {sizes[1]:,}",
                            f"{(ratios[0] - 1) * 100:+.1f} %, {(ratios[1] - 1) * 100:+.1f} %",
                            ratios[1] / ratios[0])

    def tshark_growth(self):
        """The plain overhead in a short and in a long capture."""
        generator, small, _ = KINDS["SIP"]
        sizes = small, *LONG_CALLS
        runs = {(contender, size): self.pool.submit(
                    contender.instructions, self.capture(generator, size)[0], MODES["-r"])
                for size in sizes for contender in (self.alone, self.plugin)}

        def ratio(low, high):
            plugin, alone = (runs[contender, high].result() - runs[contender, low].result()
                             for contender in (self.plugin, self.alone))
            return plugin / alone

        first, last = ratio(*sizes[:2]), ratio(*sizes[1:])
        self.add_growth(f"SIP: -r, {LONG_CALLS[0]:,} to {LONG_CALLS[1]:,} calls",
                        f"{(first - 1) * 100:+.1f} %, {(last - 1) * 100:+.1f} %",
                        last / first)

    def add_growth(self, name, cell, ratio):
        self.add(name, {"sipexplain": cell + f" = {ratio:.3f}"}, ratio, FLAT, f"{FLAT}")

    # The table

    def add(self, *args):
        self.rows.append(Row(*args))
        print(".", end="", flush=True, file=sys.stderr)

    def table(self):
        columns = [contender.name for contender in self.contenders()]
        lines = [["", *columns, "budget", ""]]
        lines += [[row.name, *(row.cells.get(column, "") for column in columns), row.budget_text,
                   "OVER" if row.over else ""] for row in self.rows]
        widths = [max(map(len, column)) for column in zip(*lines)]
        return "\n".join("  ".join(
            [line[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in
                                         zip(line[1:], widths[1:]))]).rstrip() for line in lines)


def measure(bench, long):
    bench.check_contenders()
    bench.costs(list(BUDGETS) if long else SHORT_ROWS)
    bench.triaged()
    bench.memory(long)
    bench.growth(long)
    if long:
        bench.window()
        bench.looks()
        bench.drawn_growth()
        bench.tshark_growth()


def main(args=None):
    parser = argparse.ArgumentParser(description="Measures what the plugin costs.")
    parser.add_argument("--short", action="store_true", help="a few minutes instead of an hour")
    long = not parser.parse_args(args).short
    tools.check_tools(long)
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="sipexplain-bench-"))
        pool = stack.enter_context(ThreadPoolExecutor(os.cpu_count()))
        bench = Bench(folder, pool)
        bench.prepare(everyone=long)
        for contender in [*bench.contenders(), bench.triage]:
            stack.enter_context(contender)
        measure(bench, long)
    print(file=sys.stderr)
    print(bench.table())
    over = [row.name for row in bench.rows if row.over]
    print(f"{len(bench.rows) - len(over)} of {len(bench.rows)} within budget")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
