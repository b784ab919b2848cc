# SPDX-License-Identifier: GPL-2.0-or-later
"""tshark and sharkd with a sanitized plugin over all our captures, mangled: no crash, no report.

SX_ASAN_PLUGIN names the plugin of the preset "asan". SX_LONG=1 mangles far more.
"""

import os
import random
import re
import shutil
import subprocess
from pathlib import Path

import pytest

import ladder
import ladder_net
import odd
import rfc4475
from tshark import Wireshark

CAPTURES = Path(__file__).parents[1] / "captures"
LONG = bool(os.environ.get("SX_LONG"))
RATES = ["0.0005", "0.002", "0.01", "0.05", "0.2"] if LONG else ["0.001", "0.02"]
SEEDS = range(1, 11) if LONG else [1]
SIZES = [43, 60, 90, 120, 180, 250, 350, 500, 1000] if LONG else [90, 250]
SHUFFLES = range(1, 11) if LONG else [1]
RANDOM_PACKETS = 20_000 if LONG else 500

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


class Sanitized(Wireshark):
    """Without the helpers that list interfaces: they never end with a sanitizer preloaded."""

    def environment(self):
        return {**super().environment(), "WIRESHARK_EXTCAP_DIR": str(self.home)}


@pytest.fixture(scope="module")
def sanitized():
    """tshark and sharkd with the sanitized plugin. Leaks are for test_memcheck.py: Wireshark's own
    would be reported too."""
    plugin = os.environ.get("SX_ASAN_PLUGIN")
    if not plugin or b"__asan_init" not in Path(plugin).read_bytes():
        raise RuntimeError(f"set SX_ASAN_PLUGIN to a plugin built with -fsanitize=address; it is {plugin!r}")
    library = re.search(r"\s(/\S*libasan\.so\S*)", subprocess.run(
        ["ldd", plugin], capture_output=True, text=True, check=True).stdout)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LD_PRELOAD", library[1])
        patch.setenv("ASAN_OPTIONS", "detect_leaks=0:abort_on_error=1")
        patch.setenv("UBSAN_OPTIONS", "print_stacktrace=1")
        with Sanitized(plugin) as wireshark:
            yield wireshark


class Tools:
    """Makes captures from captures, by Wireshark's own tools."""

    def __init__(self, folder):
        self.folder = folder
        self.made = 0
        self.base = self.merge(list(self.originals()), "-a")

    def originals(self):
        for path in sorted((CAPTURES / "ladders").glob("*.md")):
            yield self.write(path.stem + ".pcap", ladder_net.pcap(ladder.build(ladder.read(path))))
        yield from sorted((CAPTURES / "recorded").glob("*.pcapng"))
        for name, capture in odd.ALL.items():
            if not name.startswith("many-vias"):
                yield self.write(f"odd-{name}.pcap", odd.file_of(capture))
        torture = [odd.Frame(i / 100, odd.udp(True, message))
                   for i, (_, message) in enumerate(rfc4475.MESSAGES.values())]
        yield self.write("rfc4475.pcap", odd.file_of(odd.Odd("", torture)))

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
        out = self.new()
        self.run("randpkt", "-b", "400", "-c", RANDOM_PACKETS, "-t", "sip", out)
        return out


@pytest.fixture(scope="module")
def tools(tmp_path_factory):
    return Tools(tmp_path_factory.mktemp("mangled"))


@pytest.fixture(scope="module")
def mangled(sanitized, tools):
    """A function: the name of a variant -> its file, where the other user can read it."""
    made = {}

    def make(name):
        if name not in made:
            made[name] = sanitized.keep(name + ".pcapng", VARIANTS[name](tools).read_bytes())
        return made[name]

    return make


@pytest.fixture(scope="module")
def statistics(sanitized):
    """All of ours, as -z options."""
    names = re.findall(r"^\s*(sipexplain,\S+)", sanitized.run("tshark", ["-z", "help"]), re.MULTILINE)
    assert len(names) >= 4
    return [word for name in [*names, "expert", "sip,stat"] for word in ("-z", name)]


def frames_in(text):
    return sum(line.startswith("Frame ") for line in text.splitlines())


@pytest.mark.parametrize("name", VARIANTS)
def test_one_pass(sanitized, mangled, statistics, name):
    text = sanitized.tshark(["-V", *statistics], mangled(name))
    assert frames_in(text) > 100


@pytest.mark.parametrize("name", VARIANTS)
def test_two_passes_and_a_filter(sanitized, mangled, statistics, name):
    wanted = ("sipexplain.trying.state == 3 || sipexplain.failure || sipexplain.flow.outcome || "
              "sipexplain.expired || sipexplain")
    sanitized.tshark(["-2", "-V", "-Y", wanted, *statistics], mangled(name))


@pytest.mark.parametrize("name", VARIANTS)
def test_sharkd_in_any_order(sanitized, mangled, name):
    path = str(mangled(name))
    _, status = sanitized.ask([("load", {"file": path}), ("status", {})])
    numbers = list(range(1, status["frames"] + 1))
    random.Random(1).shuffle(numbers)
    asked = numbers if LONG else numbers[:300]
    answers = sanitized.ask([
        ("load", {"file": path}), ("frames", {"filter": "sipexplain.code >= 400"}),
        *[("frame", {"frame": number, "proto": True, "columns": True}) for number in asked],
        ("frames", {"filter": "sipexplain.trying.state"}), ("tap", {"tap0": "expert"})])
    assert len(answers) == len(asked) + 4


def test_a_report_is_a_failure(sanitized, monkeypatch):
    """What the tests above rely on. The sanitizer must object to an allocation past its limit."""
    options = os.environ["ASAN_OPTIONS"] + ":max_allocation_size_mb=1:allocator_may_return_null=0"
    monkeypatch.setenv("ASAN_OPTIONS", options)
    with pytest.raises(RuntimeError, match="AddressSanitizer"):
        sanitized.run("tshark", ["-G", "fields"])
