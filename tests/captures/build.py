#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Lists all captures of the tests, and writes one of them to a file.

    build.py --list [WORD]      name and purpose of each; of those in whose line WORD is
    build.py NAME -o FILE       to open it in Wireshark; the folder may be left out of NAME
"""

import argparse
import sys
from pathlib import Path

import built
import ladder
import ladder_net
import rfc4475

HERE = Path(__file__).parent


def ladder_why(path):
    """Its title and its prose."""
    lines = path.read_text().partition("```")[0].splitlines()
    title, *prose = (line for line in lines if not line.startswith("<!--"))
    return f"{title.lstrip('# ')}. {' '.join(prose)}"


def recorded_whys():
    """What the table of recorded/README.md says of each."""
    rows = (line.split(" | ") for line in (HERE / "recorded/README.md").read_text().splitlines())
    return {row[0].strip("| `"): row[1] for row in rows if len(row) > 2}


def everything():
    """Name -> (why it exists, a function that makes the bytes of the file)."""
    named, whys = {}, recorded_whys()
    for path in sorted((HERE / "ladders").glob("*.md")):
        named[f"ladders/{path.stem}"] = (
            ladder_why(path), lambda path=path: ladder_net.pcap(ladder.build(ladder.read(path))))
    for path in sorted((HERE / "recorded").glob("*.pcapng")):
        named[f"recorded/{path.stem}"] = (whys[path.stem], path.read_bytes)
    for name, capture in sorted(built.ALL.items()):
        named[f"built/{name}"] = (
            capture.why, lambda capture=capture: built.file_of(capture))
    named["rfc4475"] = (rfc4475.__doc__, lambda: built.file_of(rfc4475.by_datagram()))
    return named


def find(named, wanted):
    """The full names that a name may mean."""
    return [name for name in named if wanted in (name, name.rpartition("/")[2])]


def print_list(named, word):
    for name, (why, _) in named.items():
        line = f"{name:<50}  {' '.join(why.split())}"
        if word in line:
            print(line)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("name", nargs="?", metavar="NAME")
    parser.add_argument("-l", "--list", nargs="?", const="", metavar="WORD")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE")
    args = parser.parse_args()
    named = everything()
    if args.list is not None:
        return print_list(named, args.list)
    if not args.name or not args.output:
        parser.error("name a capture and, with -o, the file to write; or --list")
    found = find(named, args.name)
    if len(found) != 1:
        parser.error(f"{args.name} names {' and '.join(found) or 'no capture; see --list'}")
    args.output.write_bytes(named[found[0]][1]())


if __name__ == "__main__":
    sys.exit(main())
