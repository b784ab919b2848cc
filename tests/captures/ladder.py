#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Reads a ladder (a Markdown file with hosts, arrows and expectations) and builds its capture.

README.md beside this file describes the format.
"""

import argparse
import ast
import ipaddress
import re
import sys
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import ladder_expect
import ladder_net
import ladder_sip
from ladder_error import LadderError

FLAGS = {"udp", "tcp", "ws", "dup", "lost", "rest-lost", "no-handshake",
         "whole"}
NUMBERS = {"cseq", "snap", "of", "quote", "mtu"}
NAMES = {"call", "tag"}
LISTS = {"via", "split"}
KEYWORDS = FLAGS | NUMBERS | NAMES | LISTS
HOST_WORDS = {"udp", "tcp", "ws", "no-handshake"}
TCP_EVENTS = {"SYN", "ACK", "FIN", "RST", "CRLF", "CRLFCRLF"}
TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|\S+')
TIME = re.compile(r"-?\d+(\.\d{1,6})?")


@dataclass(frozen=True)
class Host:
    name: str
    address: str
    port: int
    nth: int
    words: frozenset

    @property
    def hostport(self):
        """As a Via or a URI writes it."""
        address = f"[{self.address}]" if ":" in self.address else self.address
        return f"{address}:{self.port}"


@dataclass(frozen=True)
class End:
    """One end of an arrow: a host, and its port on this line where the line names one."""
    host: Host
    written_port: int | None

    @property
    def port(self):
        return self.host.port if self.written_port is None else self.written_port


@dataclass
class Line:
    """One line of the ladder fence and the indented lines below it."""
    number: int
    text: str
    time: int | None                # microseconds after the base; None: as the line above
    kind: str = "sip"
    src: End | None = None
    dst: End | None = None
    words: list = field(default_factory=list)
    options: dict = field(default_factory=dict)
    extra: list = field(default_factory=list)       # (line number, text)

    @property
    def transport(self):
        for words in (self.options, self.src.host.words, self.dst.host.words):
            for transport in ("tcp", "ws", "udp"):
                if transport in words:
                    return transport
        return "udp"

    @property
    def handshake(self):
        spoken = set(self.options) | self.src.host.words | self.dst.host.words
        return "no-handshake" not in spoken


@dataclass
class Ladder:
    path: Path
    hosts: dict = field(default_factory=dict)
    lines: list = field(default_factory=list)
    expects: list = field(default_factory=list)

    @property
    def name(self):
        return self.path.stem


def read(path):
    """The ladder in a Markdown file. Raises LadderError, which names file and line."""
    ladder = Ladder(Path(path))
    readers = {"hosts": read_host, "ladder": read_line, "expect": read_expect}
    seen = set()
    reader = None
    for number, text in enumerate(ladder.path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            if text.startswith("```"):
                reader = None if reader else readers.get(text[3:].strip(), skip)
                seen.add(reader)
            elif reader and text.strip() and not text.startswith("#"):
                reader(ladder, number, text)
        except LadderError as error:
            raise error.at(ladder.path, number) from None
    for name, reader in readers.items():
        if reader not in seen:
            raise LadderError(f"there is no ```{name} block").at(ladder.path, 1)
    return ladder


def skip(_ladder, _number, _text):
    """Fences of another kind are prose."""


def read_host(ladder, _number, text):
    name, where, *words = text.split()
    match = re.fullmatch(r"\[?([0-9A-Fa-f.:]+?)\]?:(\d+)", where)
    if not match:
        raise LadderError(f"'{where}' is not ADDRESS:PORT (an IPv6 address goes in brackets)")
    if unknown := set(words) - HOST_WORDS:
        raise LadderError(f"'{min(unknown)}' is not one of {', '.join(sorted(HOST_WORDS))}")
    try:
        address = str(ipaddress.ip_address(match[1]))
    except ValueError:
        raise LadderError(f"'{match[1]}' is not an IP address") from None
    if name in ladder.hosts:
        raise LadderError(f"host '{name}' is named twice")
    ladder.hosts[name] = Host(name, address, int(match[2]), len(ladder.hosts) + 1, frozenset(words))


def read_line(ladder, number, text):
    if text[0].isspace():
        if not ladder.lines:
            raise LadderError("an indented line belongs to the line above it, and there is none")
        ladder.lines[-1].extra.append((number, text))
        return
    tokens = TOKEN.findall(text)
    line = Line(number, " ".join(tokens), read_time(tokens.pop(0)))
    if tokens and tokens[0] in ("raw", "icmp", "rtp", "dns", "again"):
        line.kind = tokens.pop(0)
    if line.kind != "again":
        line.src, arrow, line.dst = read_arrow(ladder, tokens)
        if arrow == "--":
            line.kind = "tcp"
    line.words, line.options = read_words(tokens)
    check_line(line, ladder.lines[-1] if ladder.lines else None)
    ladder.lines.append(line)


def read_time(token):
    if token == "+":
        return None
    if not TIME.fullmatch(token):
        raise LadderError(f"'{token}' is not a time in seconds (at most 6 decimals) and not '+'")
    return int(Decimal(token) * 1_000_000)


def read_arrow(ladder, tokens):
    if len(tokens) < 3 or tokens[1] not in ("->", "--"):
        raise LadderError("expected 'HOST -> HOST' or 'HOST -- HOST' after the time")
    src, arrow, dst = tokens[:3]
    del tokens[:3]
    return read_end(ladder, src), arrow, read_end(ladder, dst)


def read_end(ladder, token):
    name, colon, port = token.partition(":")
    if name not in ladder.hosts:
        raise LadderError(f"host '{name}' is not in the hosts block")
    if colon and not port.isdigit():
        raise LadderError(f"'{port}' is not a port")
    return End(ladder.hosts[name], int(port) if colon else None)


def read_words(tokens):
    """What the line says, up to the first keyword, and the keywords with their values."""
    first = next((i for i, token in enumerate(tokens) if token in KEYWORDS), len(tokens))
    words, rest, options = tokens[:first], tokens[first:], {}
    while rest:
        key = rest.pop(0)
        if key not in KEYWORDS:
            raise LadderError(f"'{key}' is not one of {', '.join(sorted(KEYWORDS))}")
        if key in options:
            raise LadderError(f"'{key}' is written twice")
        options[key] = read_option(key, rest)
    return words, options


def read_option(key, rest):
    if key in FLAGS:
        return True
    values = []
    while rest and rest[0] not in KEYWORDS and (key in LISTS or not values):
        values.append(rest.pop(0))
    if not values:
        raise LadderError(f"'{key}' needs a value")
    if key in NUMBERS or key == "split":
        if not all(value.isdigit() for value in values):
            raise LadderError(f"'{key}' needs a number")
        values = [int(value) for value in values]
    return values if key in LISTS else values[0]


def check_line(line, above):
    if line.time is None:
        if line.kind not in ("sip", "raw") or line.transport == "udp":
            raise LadderError("'+' is for messages over TCP")
        ends = (line.src, line.dst)
        if not above or above.kind not in ("sip", "raw") or (above.src, above.dst) != ends:
            raise LadderError("'+' needs a message between the same two ends on the line above")
    if line.kind == "tcp" and (len(line.words) != 1 or line.words[0] not in TCP_EVENTS):
        raise LadderError(f"after '--' comes one of {', '.join(sorted(TCP_EVENTS))}")
    if line.kind == "icmp" and "of" not in line.options:
        raise LadderError("'icmp' needs 'of FRAME': the frame it quotes")
    if line.kind == "again" and not (len(line.words) == 1 and line.words[0].isdigit()):
        raise LadderError("'again' needs the number of the frame that is seen again")


def read_expect(ladder, number, text):
    ladder.expects.append(ladder_expect.read(number, TOKEN.findall(text), text.strip()))


def raw_bytes(line):
    """The quoted Python strings of a raw line, one after another."""
    literals = line.words + [text.strip() for _, text in line.extra]
    try:
        return b"".join(ast.literal_eval("b" + literal) for literal in literals)
    except (SyntaxError, ValueError):
        raise LadderError('raw needs "quoted bytes", with Python escapes') from None


def build(ladder):
    """The frames of a ladder, in the order of its lines."""
    speech = ladder_sip.Speech(ladder)
    wire = ladder_net.Wire()
    for nth, line in enumerate(ladder.lines):
        try:
            if line.kind in ("sip", "raw"):
                payload = raw_bytes(line) if line.kind == "raw" else speech.say(line)
                joined = nth + 1 < len(ladder.lines) and ladder.lines[nth + 1].time is None
                wire.message(line, payload, joined)
            else:
                getattr(wire, line.kind)(line)
        except LadderError as error:
            raise error.at(ladder.path, line.number) from None
    return wire.frames


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("ladder", type=Path)
    parser.add_argument("-o", "--output", type=Path, metavar="OUT.pcap")
    parser.add_argument("-l", "--list", action="store_true", help="print frame numbers and lines")
    args = parser.parse_args()
    try:
        frames = build(read(args.ladder))
    except LadderError as error:
        sys.exit(str(error))
    if args.output:
        args.output.write_bytes(ladder_net.pcap(frames))
    if args.list or not args.output:
        for number, frame in enumerate(frames, 1):
            place = f"{args.ladder.name}:{frame.line.number}"
            print(f"{number:4}  {place}: {frame.note or frame.line.text}")


if __name__ == "__main__":
    main()
