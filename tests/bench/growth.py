# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether what a packet costs grows with the capture."""

import tools
import traffic
import worst

CALLS = (20, 1700, 17_000)      # the last two have 10^4 and 10^5 transactions

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


def core(bench, long):
    asked = []
    for name, (generator, *sizes) in GROWTH.items():
        runs = [bench.pool.submit(tools.drive, bench.driver, generator(size))
                for size in sizes[long]]
        asked.append((name, sizes[long], runs))
    for name, sizes, runs in asked:
        small, large = (run.result() for run in runs)
        bench.table.add_growth(f"core: {name}, {sizes[0]:,} to {sizes[1]:,}",
                               f"{small:,.0f}, {large:,.0f}", large / small)


def drawn(bench, _long):
    """How the overhead of -V grows; tshark's own growth is left out."""
    nothing = bench.capture(worst.plain, 1)[0]
    pair = (bench.alone, bench.plugin)
    empty = {contender: bench.pool.submit(contender.instructions, nothing, ["-V"])
             for contender in pair}
    runs = {(name, size, contender): bench.pool.submit(
                contender.instructions, bench.capture(generator, size)[0], ["-V"])
            for name, (generator, sizes) in DRAWN.items() for size in sizes
            for contender in pair}

    def net(name, size, contender):
        return runs[name, size, contender].result() - empty[contender].result()

    for name, (_, sizes) in DRAWN.items():
        ratios = [net(name, size, bench.plugin) / net(name, size, bench.alone) for size in sizes]
        bench.table.add_growth(f"-r -V: {name}, {sizes[0]:,} to {sizes[1]:,}", *grown(ratios))


def plain(bench, _long):
    """The overhead of plain tshark in a short and in a long capture."""
    ratios = [ours / alone for alone, ours in bench.spans(CALLS, [], [])]
    bench.table.add_growth(f"SIP: -r, {CALLS[1]:,} to {CALLS[2]:,} calls", *grown(ratios))


def grown(ratios):
    """Text and number for what the plugin takes in parts of tshark, in a short and a long capture."""
    first, last = ratios
    return f"{(first - 1) * 100:+.1f} %, {(last - 1) * 100:+.1f} %", last / first
