# SPDX-License-Identifier: GPL-2.0-or-later
"""Captures made from all our captures by Wireshark's own tools. SX_LONG=1 makes far more."""

import os
import random
import re
import shutil
import subprocess
from pathlib import Path

import built
import ladder
import ladder_net
import rfc4475
from built.packets import udp

CAPTURES = Path(__file__).parents[1] / "captures"
LONG = bool(os.environ.get("SX_LONG"))
RATES = ["0.0005", "0.002", "0.01", "0.05", "0.2"] if LONG else ["0.001", "0.01", "0.05"]
SEEDS = range(1, 11) if LONG else [1, 2]
SIZES = [43, 60, 90, 120, 180, 250, 350, 500, 1000] if LONG else [90, 250]
SHUFFLES = range(1, 11) if LONG else [1]
RANDOM_PACKETS = 20_000 if LONG else 400

VARIANTS = {
    "as-they-are": lambda t: t.base,
    "interleaved-twice": lambda t: t.merge([t.base, t.base]),
    "one-after-the-other": lambda t: t.merge([t.base, t.base], "-a"),
    "random-packets": lambda t: t.random_packets(),
    **{f"bytes-{rate}-{seed}": lambda t, rate=rate, seed=seed: t.edit("-E", rate, "--seed", seed)
       for rate in RATES for seed in SEEDS},
    **{f"cut-{size}": lambda t, size=size: t.edit("-s", size) for size in SIZES},
    **{f"shuffled-{seed}": lambda t, seed=seed: t.shuffled(seed) for seed in SHUFFLES},
    **{f"gaps-{seed}": lambda t, seed=seed: t.gaps(seed) for seed in SHUFFLES},
    **{f"shuffled-bytes-{seed}": lambda t, seed=seed:
       t.edit("-E", "0.005", "--seed", seed, of=t.shuffled(seed)) for seed in SHUFFLES},
}


class Tools:
    """Makes captures from captures, by Wireshark's own tools: from all of ours, or from one in so many."""

    def __init__(self, folder, every=1):
        self.folder = folder
        self.made = 0
        self.base = self.merge(list(self.originals())[::every], "-a")

    def originals(self):
        for path in sorted((CAPTURES / "ladders").glob("*.md")):
            yield self.write(path.stem + ".pcap", ladder_net.pcap(ladder.build(ladder.read(path))))
        yield from sorted((CAPTURES / "recorded").glob("*.pcapng"))
        for name, capture in built.ALL.items():
            yield self.write(f"built-{name}.pcap", built.file_of(capture))
        yield self.write("rfc4475.pcap", built.file_of(rfc4475.by_datagram()))

    def write(self, name, data):
        path = self.folder / name
        path.write_bytes(data)
        return path

    def new(self):
        self.made += 1
        return self.folder / f"mangled-{self.made}.pcapng"

    def run(self, tool, *args):
        if not shutil.which(tool):
            raise RuntimeError(f"{tool} is not installed")
        subprocess.run([tool, *map(str, args)], check=True, capture_output=True)

    def merge(self, paths, *options):
        out = self.new()
        self.run("mergecap", *options, "-w", out, *paths)
        return out

    def edit(self, *options, of=None):
        out = self.new()
        self.run("editcap", *options, of or self.base, out)
        return out

    def pieces(self, seed):
        """Runs of 1 to 40 frames, as editcap writes them."""
        count, chance, at = self.frames(), random.Random(seed), 1
        while at <= count:
            last = min(at + chance.randrange(40), count)
            yield f"{at}-{last}"
            at = last + 1

    def frames(self):
        told = subprocess.run(["capinfos", "-Mrc", self.base], check=True, capture_output=True, text=True)
        return int(re.search(r"packets:\s+(\d+)", told.stdout)[1])

    def shuffled(self, seed):
        pieces = list(self.pieces(seed))
        random.Random(seed).shuffle(pieces)
        groups = [pieces[i::12] for i in range(12)]
        return self.merge([self.chosen(group) for group in groups if group], "-a")

    def chosen(self, pieces):
        out = self.new()
        self.run("editcap", "-r", self.base, out, *pieces)
        return out

    def gaps(self, seed):
        pieces = list(self.pieces(seed))
        return self.chosen(random.Random(seed).sample(pieces, len(pieces) // 2))

    def random_packets(self):
        """Wireshark's own of the protocols below SIP, and words of SIP in any order."""
        made = []
        for kind in ("ip", "ipv6", "udp", "tcp", "sctp", "icmp", "giop"):
            made.append(self.new())
            self.run("randpkt", "-b", "300", "-c", RANDOM_PACKETS, "-t", kind, made[-1])
        chance = random.Random(1)
        sent = [built.Frame(i / 10, udp(chance.random() < 0.5, random_sip(chance)))
                for i in range(RANDOM_PACKETS)]
        return self.merge([*made, self.write("words.pcap", built.file_of(built.Capture("", sent)))], "-a")


WORDS = [b"\r\n"] * 12 + [b" ", b";", b",", b":", b"\"", b"<", b">", b"=", b"0", b"1", b"\x00", b"\xff"] + [
    b"Via: SIP/2.0/UDP h", b"v:", b";branch=z9hG4bK", b"From: ", b"To: ", b";tag=", b"Call-ID: c",
    b"CSeq: 1 INVITE", b"CSeq: 1 REGISTER", b"Content-Length: 0", b"Contact: <sip:a@b>", b"Reason: ",
    b"Q.850;cause=16", b"Warning: 399 h \"x\"", b"Retry-After: 5", b";reg-id=1", b"+sip.instance=\"<u>\"",
    b"Path: <sip:t@e>", b"Route: <sip:t@e>", b"Expires: 60", b"Require: outbound", b"SIP/2.0 200 OK"]
STARTS = [b"INVITE sip:a@b SIP/2.0\r\n", b"REGISTER sip:b SIP/2.0\r\n", b"ACK sip:a@b SIP/2.0\r\n",
          b"CANCEL sip:a@b SIP/2.0\r\n", *[b"SIP/2.0 %d x\r\n" % code
                                          for code in (100, 180, 200, 302, 401, 430, 486, 503)]]
COMMON = b"Via: SIP/2.0/UDP h;branch=z9hG4bK%d\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\n"


def random_sip(chance):
    head = COMMON % chance.randrange(20) if chance.random() < 0.8 else b""
    return chance.choice(STARTS) + head + b"".join(chance.choices(WORDS, k=chance.randrange(60)))
