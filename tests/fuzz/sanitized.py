# SPDX-License-Identifier: GPL-2.0-or-later
"""tshark and sharkd with a plugin that was built with sanitizers."""

import os
import re
import subprocess
from functools import cache
from pathlib import Path

from tshark import Wireshark

# Mangled packets find assertions of other dissectors (TLS in 4.0); those are not ours.
OUR_TROUBLE = re.compile(r"Couldn't load plugin|Dissector bug, protocol SIP.?Explain|CRITICAL|"
                         r"runtime error:|AddressSanitizer", re.I)


@cache
def fixed_addresses():
    """What a command begins with. The sanitizers of older compilers spin or die where the kernel
    spreads addresses further than they expect; a container may forbid to switch that off."""
    prefix = ["setarch", "-R"]
    allowed = subprocess.run([*prefix, "true"], capture_output=True).returncode == 0
    return prefix if allowed else []


class Sanitized(Wireshark):
    """The sanitizer's library has to be there first, for nothing else in the program is built with
    it. Then the helpers that list interfaces do not end, so there are none. Leaks are for
    test_memcheck.py: Wireshark's own would be reported too."""

    options = "detect_leaks=0:abort_on_error=1"
    decoding_errors = "surrogateescape"     # Wireshark prints some bytes of a packet as they are
    trouble = OUR_TROUBLE

    @classmethod
    def from_environment(cls):
        plugin = os.environ.get("SX_ASAN_PLUGIN")
        if not plugin or b"__asan_init" not in Path(plugin).read_bytes():
            raise RuntimeError(f"set SX_ASAN_PLUGIN to a plugin built with sanitizers; it is {plugin!r}")
        return cls(plugin)

    def command(self, tool, args):
        return [*fixed_addresses(), *super().command(tool, args)]

    def environment(self):
        linked = subprocess.run(["ldd", self.plugin], capture_output=True, text=True, check=True)
        library = re.search(r"\s(/\S*libasan\.so\S*)", linked.stdout)
        return {**super().environment(), "LD_PRELOAD": library[1], "ASAN_OPTIONS": self.options,
                "UBSAN_OPTIONS": "print_stacktrace=1", "WIRESHARK_EXTCAP_DIR": str(self.home)}
