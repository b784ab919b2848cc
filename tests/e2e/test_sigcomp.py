# SPDX-License-Identifier: GPL-2.0-or-later
"""Compressed SIP is explained like any other where Wireshark is told to decompress it."""

import pytest

import ladder
import ladder_expect
from built.sip import CALL
from test_built import VERDICTS

DECOMPRESS = ["-o", "sigcomp.decomp.msg:TRUE"]
EXPECTS = [ladder_expect.read(number, ladder.TOKEN.findall(text), text)
           for number, text in enumerate(CALL.splitlines(), 1) if text.strip()]


@pytest.mark.parametrize("passes", [[], ["-2"]], ids=["one", "two"])
@pytest.mark.parametrize("name", ["sigcomp-5555", "sigcomp-5060"])
def test_a_compressed_call_is_explained(wireshark, capture, name, passes):
    frames, sip, *_ = wireshark.pdml(capture(name), *passes, *DECOMPRESS)
    failed = [expect.text for expect in EXPECTS
              if not (expect.look_ahead and not passes) and not expect.holds(frames)]
    assert not failed, frames
    assert [len(trees) for trees in frames] == [len(found) for found in sip] == [1] * 5
    assert not [field for trees in frames for tree in trees for field, _ in tree
                if field.removeprefix("sipexplain.") in VERDICTS]
