# SPDX-License-Identifier: GPL-2.0-or-later
"""A small network of namespaces in which real SIP software is run and recorded.

One namespace holds a bridge; every host is a namespace of its own with one address on it.
A recording taken on the bridge therefore shows each hop once, as a mirror port would.
"""
import asyncio
import contextlib
import ctypes
import dataclasses
import fcntl
import os
import pathlib
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import typing

from scenario import sipp_version, xml

HERE = pathlib.Path(__file__).resolve().parent
CLONE_NEWNET = 0x40000000
SIOCETHTOOL = 0x8946
ETHTOOL_STXCSUM = 0x17
ADDRESSES = {
    "alice": "10.0.0.1", "p1": "10.0.0.2", "p2": "10.0.0.3",
    "registrar": "10.0.0.4", "edge1": "10.0.0.5", "edge2": "10.0.0.6",
    "bob": "10.0.0.10", "bob2": "10.0.0.11", "bob3": "10.0.0.12",
    "black hole": "10.0.0.99", "router": "10.0.0.254", "bob behind the router": "10.0.1.10",
}
UDP_AND_TCP = ("udp:{}:5060", "tcp:{}:5060")
DEFAULT_FILTER = "not arp and not ip6 and not igmp"
COMMAND_LIMIT = 20      # seconds for anything that should take milliseconds
# Without the media of a call, and without what its host says of media that nobody takes.
SIGNALLING = ("not arp and not ip6 and not igmp and (not udp or port 5060)"
              " and (not icmp or icmp[28:2] == 5060 or icmp[30:2] == 5060)")
_libc = ctypes.CDLL(None, use_errno=True)


class LabError(Exception):
    """The recording did not go as planned."""


def run(*argv):
    result = subprocess.run(argv, capture_output=True, text=True, timeout=COMMAND_LIMIT)
    if result.returncode:
        raise LabError(f"{' '.join(argv)}: {result.stderr.strip() or result.returncode}")
    return result.stdout


@dataclasses.dataclass
class Recording:
    """What is done, and what a reader must find in the capture: (text, display filter) pairs."""
    make: typing.Callable
    shows: tuple


def recorder(recordings):
    """A decorator that enters a function under a name, with what its capture shows."""
    def recording(name, *shows):
        def enter(function):
            recordings[name] = Recording(function, shows)
            return function
        return enter
    return recording


def _between(source, target):
    return ((f" and ip.src == {ADDRESSES[source]}" if source else "")
            + (f" and ip.dst == {ADDRESSES[target]}" if target else ""))


def request(method, source=None, target=None):
    return f'sip.Method == "{method}"' + _between(source, target)


def response(code, method="INVITE", source=None, target=None):
    return (f'sip.Status-Code == {code} and sip.CSeq.method == "{method}"'
            + _between(source, target))


def certificate(lab):
    """A new one, and the defines that tell a proxy of it."""
    key, cert = str(lab.work / "key.pem"), str(lab.work / "cert.pem")
    run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
        "-subj", "/CN=example.com", "-addext", "subjectAltName=DNS:example.com",
        "-keyout", key, "-out", cert)
    return {"WITH_TLS": True, "TLS_KEY": key, "TLS_CERT": cert}


class Host:
    """A namespace with an address."""

    def __init__(self, namespace, address):
        self.namespace = namespace
        self.address = address

    def ip(self, *argv):
        return run("ip", "-n", self.namespace, *argv)

    def sysctl(self, setting):
        run("ip", "netns", "exec", self.namespace, "sysctl", "-q", "-w", setting)

    @contextlib.contextmanager
    def inside(self):
        """Sockets made in this block belong to the host. It must not await."""
        home = os.open("/proc/self/ns/net", os.O_RDONLY)
        there = os.open(f"/run/netns/{self.namespace}", os.O_RDONLY)
        try:
            if _libc.setns(there, CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), "setns")
            try:
                yield self
            finally:
                if _libc.setns(home, CLONE_NEWNET):
                    os.abort()      # every later socket would land in the wrong namespace
        finally:
            os.close(there)
            os.close(home)

    def socket(self, kind, port=0):
        with self.inside():
            sock = socket.socket(socket.AF_INET, kind)
        sock.setblocking(False)
        if kind == socket.SOCK_STREAM:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((self.address, port))
        return sock

    def real_checksums(self, interface):
        """veth leaves checksums to hardware that is not there; readers should see correct ones."""
        with self.inside():
            sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        value = ctypes.create_string_buffer(struct.pack("II", ETHTOOL_STXCSUM, 0))
        with sock:
            fcntl.ioctl(sock, SIOCETHTOOL,
                        struct.pack("16sP8x", interface.encode(), ctypes.addressof(value)))


    def deafen(self, source, port=None, to_port=None, protocol="tcp"):
        """The host drops all that comes from an address (and port), after the wire has shown it."""
        if self.ip("rule", "list", "preference", "0").strip():
            # The table of own addresses comes first, and would take the packet before any rule.
            self.ip("rule", "add", "preference", "100", "lookup", "local")
            self.ip("rule", "delete", "preference", "0")
        match = ["from", source, "iif", "eth0"]
        if port:
            match += ["ipproto", protocol, "sport", str(port)]
        if to_port:
            match += ["ipproto", protocol, "dport", str(to_port)]
        self.ip("rule", "add", "preference", "10", *match, "blackhole")

    def hear(self):
        """Ends deafen()."""
        self.ip("rule", "delete", "preference", "10")

    def lose_power(self):
        """Off the wire; its connections are forgotten and nobody is told."""
        self.ip("link", "set", "eth0", "down")
        run("ip", "netns", "exec", self.namespace, "ss", "-K", "-t", "src", self.address)

    def power_up(self):
        self.ip("link", "set", "eth0", "up")

    def false_neighbour(self, address):
        """What the host sends there leaves, and no one on the wire takes it."""
        self.ip("neighbour", "add", address, "lladdr", "02:00:00:00:00:99",
                "nud", "permanent", "dev", "eth0")


class Process:
    """A child in its own process group, with its output in a file."""

    def __init__(self, name, child, log):
        self.name = name
        self.child = child
        self.log = log

    def output(self):
        return self.log.read_text(errors="replace")

    async def wait(self, limit):
        try:
            return await asyncio.wait_for(self.child.wait(), limit)
        except asyncio.TimeoutError:
            raise LabError(f"{self.name} still runs after {limit} s\n{self.output()}") from None

    async def succeed(self, limit):
        code = await self.wait(limit)
        if code:
            raise LabError(f"{self.name} ended with {code}\n{self.output()}")

    def freeze(self):
        """Stops the process and its workers where they are; stop() ends them all the same."""
        os.killpg(self.child.pid, signal.SIGSTOP)

    async def stop(self, how=signal.SIGTERM):
        if self.child.returncode is None:
            self.child.send_signal(how)
            try:
                await asyncio.wait_for(self.child.wait(), 5)
            except asyncio.TimeoutError:
                os.killpg(self.child.pid, signal.SIGKILL)
                await asyncio.wait_for(self.child.wait(), 5)
        # A main process that died hard leaves its workers behind in the group.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.child.pid, signal.SIGKILL)


class Lab:
    """The network, the processes and the recording of one capture."""

    _count = 0

    def __init__(self, target):
        Lab._count += 1
        self.prefix = f"sx{os.getpid()}-{Lab._count}-"
        self.target = pathlib.Path(target)
        self.work = pathlib.Path(tempfile.mkdtemp(prefix="sipexplain-record-"))
        self.hosts = {}
        self.processes = []
        self.sockets = []
        self.tasks = []
        self.software = []
        self.folders = []       # outside of work, to be removed
        self.keylog = self.work / "keylog"
        self.net = None
        self._capture = None

    async def __aenter__(self):
        try:
            self.net = self._namespace("net")
            self.net.ip("link", "add", "br0", "type", "bridge")
            self.net.ip("link", "set", "br0", "up")
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(self, kind, *_):
        if kind:
            for process in self.processes:
                print(f"--- {process.name}\n{process.output()[-3000:]}", file=sys.stderr)
        await self.close()

    def _namespace(self, name, address=None):
        host = Host(self.prefix + name, address)
        run("ip", "netns", "add", host.namespace)
        self.hosts[name] = host
        host.sysctl("net.ipv6.conf.all.disable_ipv6=1")
        host.sysctl("net.ipv6.conf.default.disable_ipv6=1")
        host.ip("link", "set", "lo", "up")
        return host

    def host(self, name):
        """Adds a host to the bridge; its port there has its name."""
        address = ADDRESSES[name]
        host = self._namespace(name, address)
        self.net.ip("link", "add", name, "type", "veth",
                    "peer", "name", "eth0", "netns", host.namespace)
        self.net.ip("link", "set", name, "master", "br0")
        self.net.ip("link", "set", name, "up")
        host.ip("link", "set", "eth0", "up")
        host.ip("address", "add", f"{address}/24", "dev", "eth0")
        host.real_checksums("eth0")
        return host

    def behind(self, router, name, address):
        """Adds a host on a wire of its own to a host that routes for it."""
        host = self._namespace(name, address)
        gateway = address.rpartition(".")[0] + ".254"
        router.ip("link", "add", name, "type", "veth",
                  "peer", "name", "eth0", "netns", host.namespace)
        router.ip("address", "add", f"{gateway}/24", "dev", name)
        router.ip("link", "set", name, "up")
        router.sysctl("net.ipv4.ip_forward=1")
        host.ip("link", "set", "eth0", "up")
        host.ip("address", "add", f"{address}/24", "dev", "eth0")
        host.ip("route", "add", "default", "via", gateway)
        host.real_checksums("eth0")
        return host

    def unplug(self, host):
        """Everything to and from the host is lost from now on, without a word to either side."""
        self.net.ip("link", "set", host.namespace.removeprefix(self.prefix), "nomaster")

    async def start(self, name, host, *argv, stdin=subprocess.DEVNULL):
        log = self.work / f"{len(self.processes)}-{name}.log"
        with open(log, "wb") as output:
            child = await asyncio.create_subprocess_exec(
                "ip", "netns", "exec", host.namespace, *argv, cwd=self.work,
                stdin=stdin, stdout=output, stderr=output, start_new_session=True)
        process = Process(name, child, log)
        self.processes.append(process)
        return process

    async def until(self, condition, what, limit=10):
        for _ in range(int(limit / 0.05)):
            if condition():
                return
            await asyncio.sleep(0.05)
        raise LabError(f"waited {limit} s for {what}")

    def folder_in(self, root):
        """A new folder in a root, and its name there; it goes when the recording is done."""
        folder = pathlib.Path(tempfile.mkdtemp(prefix="sipexplain-", dir=root / "tmp"))
        self.folders.append(folder)
        return folder, "/" + str(folder.relative_to(root))

    async def kamailio(self, host, config, listen=UDP_AND_TCP, root=None, **defines):
        """Starts a proxy; defines are NAME="text", NAME=number or NAME=True. root: a folder with
        another system, whose Kamailio it is."""
        program = ("chroot", str(root), "kamailio") if root else ("kamailio",)
        self.uses("Kamailio " + run(*program, "-v").split()[2])
        name = host.namespace.removeprefix(self.prefix)
        if root:
            folder, inside = self.folder_in(root)
            shutil.copy(HERE / config, folder)
            runtime, config = pathlib.Path(inside), f"{inside}/{config}"
        else:
            runtime = self.work / f"run-{name}-{len(self.processes)}"
            runtime.mkdir()
            config = HERE / config
        argv = [*program, "-DD", "-E", "-m", "32", "-M", "4", "-f", str(config),
                "-Y", str(runtime), "-P", str(runtime / "pid")]
        for socket_name in listen:
            argv += ["-l", socket_name.format(host.address)]
        for key, value in defines.items():
            if value is True:
                argv += ["-A", key]
            elif isinstance(value, str):
                argv += ["-A", f'{key}="{value}"']
            else:
                argv += ["-A", f"{key}={value}"]
        process = await self.start(f"kamailio-{name}", host, *argv)
        protocols = {socket_name.partition(":")[0] for socket_name in listen}

        def listening():
            if process.child.returncode is not None:
                raise LabError(f"{process.name} did not start\n{process.output()}")
            options = "-Hlnu" if protocols == {"udp"} else "-Hlnt"
            return f"{host.address}:" in run("ip", "netns", "exec", host.namespace, "ss", options)
        await self.until(listening, f"{process.name} to listen")
        await asyncio.sleep(0.5)        # its workers start after its sockets
        return process

    async def sipp(self, host, scenario, target=None, *options, **keys):
        """Starts sipp with a file of sipp/ or with steps (scenario.py); a caller has a target, an
        answering side has none."""
        self.uses(f"SIPp {sipp_version()}")
        name = f"sipp-{host.namespace.removeprefix(self.prefix)}"
        if isinstance(scenario, str):
            path = HERE / "sipp" / f"{scenario}.xml"
        else:
            path = self.work / f"{len(self.processes)}.xml"
            path.write_text(xml(name, scenario))
        argv = ["sipp", "-sf", str(path), "-i", host.address,
                "-p", "5060", "-m", "1", "-r", "1", "-nostdin", "-nd", *options]
        for key, value in keys.items():
            argv += ["-key", key, value]
        if target:
            argv += [target]
        process = await self.start(name, host, *argv)
        if not target:
            tcp = "t1" in options
            await self.until(lambda: f"{host.address}:5060" in run(
                "ip", "netns", "exec", host.namespace, "ss", "-Hlnt" if tcp else "-Hlnu"),
                f"{name} to listen")
        return process

    def mute(self, host, port=5060):
        """A UDP port that takes everything and answers nothing."""
        self.sockets.append(host.socket(socket.SOCK_DGRAM, port))

    def task(self, coroutine):
        task = asyncio.get_running_loop().create_task(coroutine)
        self.tasks.append(task)
        return task

    async def record(self, host=None, interface="br0", capture_filter=DEFAULT_FILTER, options=()):
        host = host or self.net
        raw = self.work / "raw.pcap"
        process = await self.start("dumpcap", host, "dumpcap", "-q", "-P", "-s", "0",
                                   "-i", interface, "-f", capture_filter, "-w", str(raw), *options)
        await self.until(lambda: "File:" in process.output(), "dumpcap to start")
        await asyncio.sleep(0.2)
        self._capture = process

    def uses(self, software):
        if software not in self.software:
            self.software.append(software)

    async def finish(self, comment):
        """Ends the recording and puts it in its place; versions go into its comment."""
        await asyncio.sleep(0.5)
        await self._capture.stop(signal.SIGINT)
        argv = ["editcap", "-F", "pcapng", "--capture-comment",
                f"{comment} ({', '.join(self.software)})"]
        if self.keylog.exists():
            argv += ["--inject-secrets", f"tls,{self.keylog}"]
        made = self.work / "made.pcapng"
        run(*argv, str(self.work / "raw.pcap"), str(made))
        shutil.move(made, self.target)
        self.target.chmod(0o644)

    async def close(self):
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        for process in reversed(self.processes):
            with contextlib.suppress(ProcessLookupError):
                await process.stop()
        for sock in self.sockets:
            sock.close()
        for host in self.hosts.values():
            subprocess.run(("ip", "netns", "delete", host.namespace),
                           capture_output=True, timeout=COMMAND_LIMIT)
        for folder in (self.work, *self.folders):
            shutil.rmtree(folder, ignore_errors=True)
