# SPDX-License-Identifier: GPL-2.0-or-later
"""The conversation filters: only the window offers them, so a probe in tshark asks for them."""

import shlex
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
LADDERS = HERE.parent / "captures" / "ladders"
RECORDED = HERE.parent / "captures" / "recorded"
TRANSACTION, CALL = "SIP transaction", "SIP call (all hops)"


@pytest.fixture(scope="module")
def probe(wireshark):
    """The probe, built for this Wireshark."""
    flags = subprocess.run(["pkg-config", "--cflags", "wireshark", "glib-2.0"], check=True,
                           capture_output=True, encoding="utf-8").stdout
    library = wireshark.home / "conversation_probe.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, HERE / "conversation_probe.c",
                    "-I", HERE.parents[1] / "plugin", *shlex.split(flags)], check=True)
    library.chmod(0o755)
    return library


def filters(wireshark, probe, capture):
    """Frame -> name of the filter -> the filter; no entry where it is not offered."""
    *user, tool, option = wireshark.command("tshark", ["-2"])
    # -2 and a tree: as in the window.
    command = [*user, "env", f"LD_PRELOAD={probe}", tool, option, "-V", "-r", capture]
    done = subprocess.run(list(map(str, command)), env=wireshark.environment(), cwd=wireshark.home,
                          capture_output=True, encoding="utf-8", timeout=60, check=True)
    found = {}
    for line in done.stdout.splitlines():
        number, *rest = line.split("\t")
        if len(rest) == 3 and number.isdigit():
            name, valid, text = rest
            assert bool(valid) == bool(text)
            found.setdefault(int(number), {}).update({name: text} if valid else {})
    assert found, "the probe said nothing"
    return found


def shown(wireshark, capture, display_filter):
    output = wireshark.tshark(["-2", "-Y", display_filter, "-T", "fields", "-e", "frame.number"],
                              capture)
    return set(map(int, output.split()))


def test_a_transaction(wireshark, probe, capture):
    path = capture(RECORDED / "stuck-two-hops-down.pcapng")
    found = filters(wireshark, probe, path)
    assert found[3][TRANSACTION] == "sipexplain.transaction == 2"
    assert found[24][TRANSACTION] == found[3][TRANSACTION]      # the ACK of its 487
    assert shown(wireshark, path, found[3][TRANSACTION]) == {3, 4, 23, 24}


def test_a_call_on_all_hops(wireshark, probe, capture):
    path = capture(RECORDED / "stuck-not-forwarded.pcapng")
    found = filters(wireshark, probe, path)
    assert found[1][CALL] == "sipexplain.call == 1"
    first = shown(wireshark, path, found[1][CALL])
    assert first == set(range(1, 14)), "INVITE, ACK and BYE before and behind the proxy"
    assert all(found[frame][CALL] == found[1][CALL] for frame in first)
    assert shown(wireshark, path, found[14][CALL]) == set(range(14, 21))


def test_a_call_with_forks_and_retries(wireshark, probe, capture):
    path = capture(RECORDED / "fork-busy-answered.pcapng")
    found = filters(wireshark, probe, path)
    assert shown(wireshark, path, found[1][CALL]) == set(found), "both branches are the one call"
    path = capture(RECORDED / "auth-proxy-407.pcapng")
    found = filters(wireshark, probe, path)
    challenge, = shown(wireshark, path, "sipexplain.code == 407")
    answered = max(shown(wireshark, path, "sipexplain.code == 200"))
    assert {challenge, answered} <= shown(wireshark, path, found[1][CALL])


def test_a_b2bua_makes_another_call(wireshark, probe, capture):
    """Nothing in these messages proves that the two belong together."""
    path = capture(LADDERS / "cause-b2bua.md")
    found = filters(wireshark, probe, path)
    assert len({each[CALL] for each in found.values() if each}) == 2


def test_an_icmp_error_is_part_of_the_call(wireshark, probe, capture):
    path = capture(RECORDED / "next-hop-port-closed.pcapng")
    found = filters(wireshark, probe, path)
    quoted = shown(wireshark, path, "icmp && sip")
    assert quoted and quoted <= shown(wireshark, path, found[1][CALL])


def test_only_sip_messages_have_them(wireshark, probe, capture):
    path = capture(LADDERS / "trying-timed-out.md")
    found = filters(wireshark, probe, path)
    assert [frame for frame in found if found[frame]] == [1, 2, 3, 4, 5, 6, 7, 8, 10]


PIPELINED = """# Two calls in one segment

```hosts
alice  10.0.0.1:40001  tcp
bob    10.0.0.3:5060   tcp
```

```ladder
0.000   alice -> bob   INVITE sip:bob@10.0.0.3   via a1
+       alice -> bob   INVITE sip:bob@10.0.0.3   via a2  call C2
0.100   bob -> alice   100                       via a1
```

```expect
4   sipexplain.transaction == 1, 2
```
"""


def test_several_messages_in_a_frame(wireshark, probe, capture, tmp_path):
    ladder = tmp_path / "pipelined.md"
    ladder.write_text(PIPELINED, encoding="utf-8")
    path = capture(ladder)
    both, answer = (found for found in filters(wireshark, probe, path).values() if found)
    assert both[TRANSACTION] == "sipexplain.transaction == 1 || sipexplain.transaction == 2"
    assert answer[TRANSACTION] == "sipexplain.transaction == 1"
    assert both[CALL] == "sipexplain.call == 1 || sipexplain.call == 2"
    assert answer[CALL] == "sipexplain.call == 1"


@pytest.mark.parametrize("args", [[], ["-2"]])
def test_one_pass_numbers_calls_as_two_do(wireshark, capture, args):
    path = capture(RECORDED / "stuck-not-forwarded.pcapng")
    output = wireshark.tshark([*args, "-Y", "sip", "-T", "fields", "-e", "sipexplain.call"], path)
    assert output.split() == ["1"] * 13 + ["2"] * 7
