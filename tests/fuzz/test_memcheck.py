# SPDX-License-Identifier: GPL-2.0-or-later
"""valgrind's memcheck over tshark and sharkd with the plugin: no error and no leak of ours.

Wireshark and its libraries have some of their own. One counts as ours if our plugin is anywhere in
the stack: what we asked for and lost, and what goes wrong in Wireshark's code on our behalf. Every
allocation is one of malloc, for Wireshark's own pools would hide both kinds. Every fourth of our
captures is tried, as it takes long; SX_LONG=1 tries all, and mangles more.
"""

import os
import random
import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from mangle import LONG, VARIANTS, Tools
from sanitized import OUR_TROUBLE
from tshark import Wireshark

HERE = Path(__file__).parent
PLUGIN = HERE.parents[1] / "plugin"
FILTER = "sipexplain.failure || sipexplain.trying.state || sipexplain.flow.outcome"
STATISTICS = ["codes", "trying", "flows", "compare,100,430", "calls"]
CHOSEN = list(VARIANTS) if LONG else ["bytes-0.01-1"]
EVERY = 1 if LONG else 4


class Memcheck(Wireshark):
    timeout = 14_400 if LONG else 1800
    decoding_errors = "surrogateescape"
    trouble = OUR_TROUBLE
    starts_once = False         # each run is one of valgrind's
    checked = False             # not while the plugin is installed

    def command(self, tool, args):
        """A plugin is unloaded before leaks are looked for; --keep-debuginfo remembers its name."""
        if not self.checked:
            return super().command(tool, args)
        options = ["--leak-check=full", "--errors-for-leak-kinds=all", "--keep-debuginfo=yes",
                   "--show-leak-kinds=definite,indirect,possible", "--num-callers=60", "--quiet",
                   "--xml=yes", f"--xml-file={self.home}/report.%p.xml"]
        tool, = super().command(tool, [])[-1:]
        return super().command("valgrind", [*options, tool, *args])

    def environment(self):
        return {**super().environment(), "WIRESHARK_DEBUG_WMEM_OVERRIDE": "simple",
                "G_SLICE": "always-malloc", "WIRESHARK_EXTCAP_DIR": str(self.home)}

    def reports(self):
        """(kind, stack as text) of each error, and forgets them. At least one file must be there."""
        paths = list(self.home.glob("report.*.xml"))
        assert paths, "valgrind wrote no report"
        found = [error for path in paths for error in ElementTree.parse(path).iter("error")]
        for path in paths:
            path.unlink()
        return [(error.findtext("kind"), "\n".join(
            f"{frame.findtext('fn')} {frame.findtext('file')}:{frame.findtext('line')} "
            f"{frame.findtext('obj')}" for frame in error.iter("frame"))) for error in found]

    def ours(self):
        return [f"{kind}\n{stack}" for kind, stack in self.reports() if self.plugin.name in stack]


@pytest.fixture(scope="module")
def memcheck():
    with Memcheck.from_environment() as wireshark:
        wireshark.checked = True
        yield wireshark


@pytest.fixture(scope="module")
def tools(tmp_path_factory):
    return Tools(tmp_path_factory.mktemp("memcheck"), EVERY)


@pytest.fixture(scope="module")
def whole(memcheck, tools):
    return memcheck.keep("all.pcapng", tools.base.read_bytes())


def statistics():
    return [word for name in STATISTICS for word in ("-z", f"sipexplain,{name}")]


def test_two_passes_of_everything(memcheck, whole):
    text = memcheck.tshark(["-2", "-V", "-Y", FILTER, *statistics()], whole)
    assert text.count("SIP Explain:") > 100
    assert memcheck.ours() == []


def test_pictures_of_calls(memcheck, tools):
    """Their listeners are told of a packet when the dissector has returned."""
    demo = memcheck.keep("pictures.pcap", (tools.folder / "demo.pcap").read_bytes())
    for args in ([], ["-2"]):
        text = memcheck.tshark(["-q", *args, "-z", "sipexplain,ladder", "-z", "flow,sipexplain,standard"], demo)
        assert "Call-ID C2@ladder" in text
    assert memcheck.ours() == []


def test_sharkd_opens_one_after_the_other(memcheck, whole, tools):
    """Frames in any order, and every capture's memory is given back when the next is opened."""
    demo = memcheck.keep("demo.pcap", (tools.folder / "demo.pcap").read_bytes())
    calls = []
    for path in (demo, whole, demo):
        calls += [("load", {"file": str(path)}), ("frames", {"filter": FILTER})]
        calls += [("frame", {"frame": number, "proto": True})
                  for number in random.Random(1).sample(range(1, 30), 20)]
        calls += [("tap", {"tap0": "expert", "tap1": "nstat:sipexplain,codes"})]
    memcheck.ask(calls)
    assert memcheck.ours() == []


@pytest.mark.parametrize("name", CHOSEN)
def test_mangled(memcheck, tools, name):
    path = memcheck.keep(f"{name}.pcapng", VARIANTS[name](tools).read_bytes())
    memcheck.tshark(["-V", *statistics()], path)
    assert memcheck.ours() == []


def test_it_would_be_noticed(tmp_path):
    """A plugin that does both."""
    plugin = tmp_path / "sipexplain.so"
    flags = subprocess.run(["pkg-config", "--cflags", "wireshark", "glib-2.0"], check=True,
                           capture_output=True, text=True).stdout.split()
    subprocess.run(["cc", "-g", "-shared", "-fPIC", "-I", PLUGIN, *flags,
                    "-o", plugin, HERE / "leak.c"], check=True)
    os.chmod(plugin, 0o755)
    with Memcheck(plugin) as wireshark:
        wireshark.checked = True
        wireshark.run("tshark", ["-G", "folders"])
        kinds = [report.split("\n")[0] for report in wireshark.ours()]
    # A number somewhere that looks like a pointer to it makes it possibly lost.
    assert sorted(kinds) in (["Leak_DefinitelyLost", "UninitCondition"],
                             ["Leak_PossiblyLost", "UninitCondition"])
