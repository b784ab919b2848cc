# SPDX-License-Identifier: GPL-2.0-or-later
"""tshark and sharkd that have registered their dissectors already: started.c says how."""

import array
import os
import socket
import subprocess
import tempfile
from pathlib import Path

SOURCE = Path(__file__).with_name("started.c")


def build(folder):
    """The library to preload."""
    library = folder / "started.so"
    subprocess.run(["cc", "-O1", "-Wall", "-Werror", "-shared", "-fPIC", "-o", library, SOURCE, "-ldl"],
                   check=True)
    library.chmod(0o644)
    return library


class Started:
    """One program that waits for requests, each of which a copy of it carries out."""

    def __init__(self, command, environment, folder, library):
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 18)
        preload = " ".join(filter(None, (environment.get("LD_PRELOAD"), str(library))))
        self.socket = ours
        with theirs:
            self.process = subprocess.Popen(
                command, cwd=folder, pass_fds=[theirs.fileno()], start_new_session=True,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                env={**environment, "LD_PRELOAD": preload, "SX_STARTED": str(theirs.fileno())})

    def run(self, args, requests, timeout):
        """Exit code (a signal's number below 0), what it printed, and its errors, as bytes."""
        with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out, \
                tempfile.TemporaryFile() as errors:
            given.write(requests)
            given.seek(0)
            self.socket.settimeout(timeout)
            streams = array.array("i", [file.fileno() for file in (given, out, errors)])
            request = b"".join(os.fsencode(str(arg)) + b"\0" for arg in args)
            try:
                self.socket.sendmsg([request], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, streams)])
                answer = self.socket.recv(4)
            except TimeoutError as error:
                self.stop()
                raise RuntimeError(f"{args}: stopped at its limit of {timeout} s") from error
            except OSError as error:
                self.stop()
                raise RuntimeError(f"{args}: no answer, {error}") from error
            if not answer:
                raise RuntimeError(f"{args}: the program that was to run it has ended")
            code = os.waitstatus_to_exitcode(int.from_bytes(answer, "little"))
            out.seek(0)
            errors.seek(0)
            return code, out.read(), errors.read()

    def stop(self):
        self.socket.close()
        try:
            os.killpg(self.process.pid, 9)
        except ProcessLookupError:
            pass
        self.process.wait()
