# SPDX-License-Identifier: GPL-2.0-or-later
"""tshark and sharkd with a sanitized plugin over all our captures, mangled: no crash, no report.

SX_ASAN_PLUGIN names the plugin of the preset "asan". SX_LONG=1 mangles far more.
"""

import random
import re
import subprocess

import pytest

from mangle import LONG, VARIANTS, Tools
from sanitized import Sanitized
from tshark import PREFIX, nodes_of

OUR_EXCEPTION = re.compile(r"\[(?:Malformed Packet|Dissector bug|Packet size)[^\]]*SIP.?Explain.*", re.I)


@pytest.fixture(scope="module")
def sanitized():
    with Sanitized.from_environment() as wireshark:
        yield wireshark


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
    """All of ours, as -z options. Releases print the list to one stream or the other."""
    told = subprocess.run(sanitized.command("tshark", ["-z", "help"]), env=sanitized.environment(),
                          cwd=sanitized.home, text=True, check=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout
    names = re.findall(r"^\s*(sipexplain,\w+)", told, re.MULTILINE)
    assert len(names) >= 4
    names = [name + ",100,430" if name == "sipexplain,compare" else name for name in names]
    return [word for name in [*names, "expert", "sip,stat"] for word in ("-z", name)]


def frames_in(text):
    """The number of frames in what -V prints. An exception of ours shows as a line of the tree."""
    assert not OUR_EXCEPTION.search(text), OUR_EXCEPTION.findall(text)
    return sum(line.startswith("Frame ") for line in text.splitlines())


@pytest.mark.parametrize("name", VARIANTS)
def test_one_pass(sanitized, mangled, statistics, name):
    assert frames_in(sanitized.tshark(["-V", *statistics], mangled(name))) > 100


@pytest.mark.parametrize("name", VARIANTS)
def test_two_passes_and_a_filter(sanitized, mangled, statistics, name):
    wanted = ("sipexplain.trying.state == 3 || sipexplain.failure || sipexplain.flow.outcome || "
              "sipexplain.expired || sipexplain")
    assert frames_in(sanitized.tshark(["-2", "-V", "-Y", wanted, *statistics], mangled(name))) > 0


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
    shown = [node["l"] for answer in answers[2:-2] for tree in nodes_of(answer["tree"])
             if tree.get("f") == PREFIX for node in nodes_of([tree])]
    assert [text for text in shown if not text.isprintable()] == []
    assert shown


def test_every_capture_in_one_session(sanitized, tools):
    """One file after the other, as they are: mergecap writes no time before 1970."""
    calls = []
    for number, path in enumerate(tools.originals()):
        copy = sanitized.keep(f"original-{number}{path.suffix}", path.read_bytes())
        calls += [("load", {"file": str(copy)}), ("frames", {"filter": "sipexplain"}),
                  ("frame", {"frame": 1, "proto": True})]
    answers = sanitized.ask(calls)
    assert sum(bool(found) for found in answers[1::3]) > 150


def test_a_report_is_a_failure(sanitized, monkeypatch):
    """What the tests above rely on. The sanitizer must object to an allocation past its limit."""
    monkeypatch.setattr(sanitized, "options", sanitized.options +
                        ":max_allocation_size_mb=1:allocator_may_return_null=0")
    with pytest.raises(RuntimeError, match="AddressSanitizer"):
        sanitized.run("tshark", ["-G", "fields"])
