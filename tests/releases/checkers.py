#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Run the checkers of Wireshark's source tree over the plugin. Usage: checkers.py WIRESHARK-SOURCE

They are scripts of regular expressions that find nothing when they do not understand a file, so
each of them must first object to a file that breaks its rules.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
# Each with what it says of BROKEN.
CHECKERS = {
    "checkAPIs.pl": ([], "Found prohibited APIs"),
    "checkhf.pl": ([], "Unused href entry"),
    "checkfiltername.pl": ([], "doesn't match"),
    "check_typed_item_calls.py": (["--mask", "--label", "--consecutive", "--missing-items"],
                                  "Warning:"),
}
# Wireshark's own dissectors are checked for these too; what tshark prints with -z is not, as it may
# print and may end the program.
DISSECTORS = ("--group", "dissectors-prohibited", "--group", "dissectors-restricted")
PRINTING = ("compare.c", "compat.h")
BROKEN = """
#include <epan/packet.h>
void proto_register_broken(void);
static int proto_broken = -1;
static int hf_broken_unused = -1;
static int hf_broken_used = -1;
static void dissect_broken(proto_tree *tree, tvbuff_t *tvb)
{
    char *copy = strdup("broken");
    proto_tree_add_item(tree, hf_broken_used, tvb, 0, 3, ENC_BIG_ENDIAN);
}
void proto_register_broken(void)
{
    static hf_register_info hf[] = {
        { &hf_broken_used,
          { " Used", "other.used", FT_UINT8, BASE_DEC, NULL, 0x0, NULL, HFILL }
        },
    };
    proto_broken = proto_register_protocol("Broken", "Broken", "broken");
    proto_register_field_array(proto_broken, hf, array_length(hf));
}
"""


def run(wireshark, name, files, *groups):
    """What the checker has against the files; empty if nothing."""
    script = wireshark / "tools" / name
    options = [*CHECKERS[name][0], *groups]
    if name.endswith(".py"):
        command = [sys.executable, "-B", script, *options]
        for file in files:
            command += ["--file", file]
    else:
        command = ["perl", script, *options, *files]
    done = subprocess.run(list(map(str, command)), cwd=wireshark, capture_output=True, text=True,
                          errors="replace")
    said = [line for line in (done.stdout + done.stderr).splitlines()
            if any(word in line for word in ("Warning", "Error", "Unused", "NO ARRAY",
                                             "doesn't match", "ERROR", "Traceback"))]
    if done.returncode and not said:
        said = [f"exit code {done.returncode}", *(done.stdout + done.stderr).splitlines()[-10:]]
    return said


def main():
    if len(sys.argv) != 2 or not (Path(sys.argv[1]) / "tools" / "checkAPIs.pl").is_file():
        sys.exit(__doc__)
    wireshark = Path(sys.argv[1]).resolve()
    plugin = SOURCE / "plugin"
    glue = sorted((plugin / "glue").glob("*.c"))
    every = sorted(plugin.glob("core/*.[ch]")) + sorted(plugin.glob("glue/*.[ch]"))
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        broken = Path(folder) / "packet-broken.c"
        broken.write_text(BROKEN)
        for name, (_, objection) in CHECKERS.items():
            if not any(objection in line for line in run(wireshark, name, [broken])):
                said = ["it does not object to a broken file: it would see nothing here either"]
            elif name == "checkAPIs.pl":
                printing = [file for file in every if file.name in PRINTING]
                said = run(wireshark, name, sorted({*every} - {*printing}), *DISSECTORS)
                said += run(wireshark, name, printing)
            else:
                said = run(wireshark, name, glue)
            print(f"{name}: {'failed' if said else 'nothing to say'}", *said, sep="\n  ")
            failed |= bool(said)
    return failed


if __name__ == "__main__":
    sys.exit(main())
