# SPDX-License-Identifier: GPL-2.0-or-later
"""Builds what is measured, runs it, and counts."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import revision
import traffic

BENCH = Path(__file__).resolve().parent
BUILT = BENCH.parents[1] / "build" / "bench"
sys.path.append(str(BENCH.parent / "e2e"))

from tshark import NOBODY, Wireshark, drops_root, request_lines    # noqa: E402

OWN_MEMORY = re.compile(r"Own memory: (\d+) kB")
COLLECTED = re.compile(r"Collected : (\d+)")
TOOLS = {"valgrind": "valgrind", "cmake": "cmake", "ninja": "ninja-build", "cc": "gcc"}
LONG_TOOLS = {"sharkd": "wireshark-common", "wireshark": "wireshark", "sngrep": "sngrep"}


def check_tools(long=False):
    tools = {**TOOLS, **(LONG_TOOLS if long else {})}
    missing = [package for tool, package in tools.items() if not shutil.which(tool)]
    if missing:
        raise RuntimeError(f"not installed: {', '.join(missing)}")


def build(folder):
    """The release build: made once for all who measure, and copied to where every user can read it."""
    compile_in(BENCH, BUILT)
    for path in [BUILT / "drive", *BUILT.glob("*.so"), *BUILT.glob("plugins/*/epan/*.so")]:
        copy = folder / path.relative_to(BUILT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)


def build_earlier(commit, folder):
    """The plugin of a commit, built in the same way."""
    source = revision.exported(commit)
    built = source.with_name("built")
    compile_in(source / "tests" / "bench", built, "--target", "sipexplain")
    folder.mkdir()
    plugin, = built.glob("plugins/*/epan/sipexplain.so")
    return shutil.copy(plugin, folder)


def compile_in(source, built, *target):
    for command in (["cmake", "-S", source, "-B", built, "-G", "Ninja",
                     "-DCMAKE_BUILD_TYPE=RelWithDebInfo"], ["cmake", "--build", built, *target]):
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{command[:2]} failed\n{done.stdout}{done.stderr}")


class Contender(Wireshark):
    """tshark with or without something that looks at SIP."""

    starts_once = False         # scripts and configurations are read as it starts

    def __init__(self, name, preloads, plugin=None, field="sip.Status-Code", args=()):
        super().__init__(plugin or "sipexplain.so")
        self.name, self.field, self.args = name, field, list(args)
        self.preload, self.from_first_packet = preloads
        self.has_plugin = plugin is not None

    def install(self):
        if self.has_plugin:
            super().install()
        else:
            self.home.chmod(0o755)
            self.hide_installed_copy(Path(self.folders()["Global Plugins"]))
            if drops_root():
                os.chown(self.home, NOBODY, NOBODY)
        ours = self.has_plugin and self.plugin.name == "sipexplain.so"
        if not ours and "sipexplain" in self.run("tshark", ["-G", "protocols"]):
            raise RuntimeError("an installed sipexplain is loaded: uninstall it first")

    def arguments(self, capture, mode):
        """mode: tshark's options; None: a filter on what this contender adds."""
        mode = ["-Y", f"{self.field} == 999"] if mode is None else mode
        return ["-r", str(capture), *self.args, *mode]

    def instructions(self, capture, mode):
        """From the first packet on: valgrind is several times as fast before it counts."""
        return self.counted("tshark", self.arguments(capture, mode), preload=self.from_first_packet,
                            options=["--instr-atstart=no"])

    def opening(self, capture, until_read):
        """Until the window has read the capture. It is drawn, but not shown."""
        runtime = self.home / "run"
        if not runtime.exists():
            runtime.mkdir(mode=0o700)
            self.hand_over(runtime)
        args = ["-o", "gui.update.enabled:FALSE", "-r", capture, *self.args]
        return self.counted("wireshark", args, preload=until_read, QT_QPA_PLATFORM="offscreen",
                            XDG_RUNTIME_DIR=str(runtime))

    def session(self, requests):
        """sharkd's answers to (method, parameters)."""
        return self.counted("sharkd", ["-"], request_lines(requests))

    def counted(self, tool, args, requests="", preload=None, options=(), **environment):
        valgrind = ["--tool=callgrind", f"--callgrind-out-file={os.devnull}", *options]
        command = self.command("valgrind", [*valgrind, shutil.which(tool), *args])
        preloads = ":".join(str(path) for path in (self.preload, preload) if path)
        done = subprocess.run(command, input=requests, stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, text=True, errors="replace", cwd=self.home,
                              env={**self.environment(), **environment, "LD_PRELOAD": preloads})
        return collected(command, done.returncode, done.stderr)

    def messages(self, capture):
        """How many SIP messages the plugin sees there."""
        rows = self.tshark(["-T", "fields", "-E", "occurrence=a", "-e", "sipexplain.transaction"],
                           capture)
        return len(rows.replace(",", " ").split())

    def seconds(self, tool, args):
        """The user time that it takes, and what it prints."""
        with tempfile.TemporaryFile() as out:
            process = subprocess.Popen(self.command(tool, args), stdin=subprocess.DEVNULL, stdout=out,
                                       stderr=subprocess.STDOUT, cwd=self.home, env=self.environment())
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            out.seek(0)
            said = out.read().decode(errors="replace")
        if process.returncode:
            raise RuntimeError(f"{tool} {args}: exit code {process.returncode}\n{said}")
        return used.ru_utime, said

    def memory(self, capture, own_memory):
        """Bytes of its own memory once it has read the capture, without valgrind. A run differs
        from the next by some kilobytes."""
        command = self.command("tshark", self.arguments(capture, []))
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                              errors="replace", cwd=self.home,
                              env={**self.environment(), "LD_PRELOAD": str(own_memory)})
        found = OWN_MEMORY.search(done.stderr)
        if done.returncode or not found:
            raise RuntimeError(f"{command}: exit code {done.returncode}\n{done.stderr}")
        return int(found[1]) * 1024


class Triage(Contender):
    """The plugin with the profile for large captures."""

    def install(self):
        super().install()
        config = Path(self.folders()["Personal configuration"])
        subprocess.run(["sh", BENCH.parents[1] / "cmake" / "install-profile.sh", "--into", config],
                       check=True, stdout=subprocess.DEVNULL)
        self.hand_over(self.home)


def collected(command, code, stderr):
    found = COLLECTED.search(stderr)
    if code or not found:
        raise RuntimeError(f"{' '.join(map(str, command))}: exit code {code}\n{stderr}")
    return int(found[1])


def drive(program, packets):
    """Instructions per packet in the core, without what reads the capture."""
    command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={os.devnull}",
               "--toggle-collect=feed", "--toggle-collect=judge", str(program)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE, text=False)
    try:
        count = traffic.write(process.stdin, packets)
    except BrokenPipeError:
        count = 0
    _, stderr = process.communicate()
    return collected(command, process.returncode, stderr.decode(errors="replace")) / count
