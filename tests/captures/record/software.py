# SPDX-License-Identifier: GPL-2.0-or-later
"""Phones and a B2BUA that are run as they are: baresip, linphonec, Twinkle, JsSIP, SIP.js, Asterisk; and sofia.c.

JsSIP, SIP.js and ws are taken from a folder that SX_NODE names or that npm has filled at NODE (npm install jssip
sip.js ws). Asterisk is in Debian's unstable only: it runs in a root of its own, a folder that SX_ROOT names or that
debootstrap has made at ROOT (debootstrap --variant=minbase sid; apt-get install asterisk in it).
"""
import asyncio
import json
import os
import pathlib
import socket
import tempfile

from lab import LabError, run

ROOT = pathlib.Path(os.environ.get("SX_ROOT", "/var/tmp/sipexplain-sid"))
NODE = pathlib.Path(os.environ.get("SX_NODE", "/var/tmp/sipexplain-node"))
CONTROL_PORT = 4444

BARESIP = """sip_listen 0.0.0.0:{port}
net_interface eth0
call_max_calls 4
audio_source aubridge,nil
audio_player aubridge,nil
ring_aufile none
module_path /usr/lib/baresip/modules
module g711.so
module aubridge.so
module_app account.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen 127.0.0.1:{control}
{more}
"""


class Baresip:
    """A phone that is told what to do over its control port."""

    def __init__(self, lab, host, user, account="", port=5060, config="", regint=0):
        self.lab = lab
        self.host = host
        self.user = user
        self.account = account
        self.port = port
        self.config = config
        self.regint = regint
        self.process = None

    async def start(self):
        self.lab.uses("baresip " + run("dpkg-query", "-W", "-f", "${Version}", "baresip-core").split("-")[0])
        folder = pathlib.Path(tempfile.mkdtemp(prefix="baresip-", dir=self.lab.work))
        (folder / "config").write_text(BARESIP.format(port=self.port, control=CONTROL_PORT, more=self.config))
        (folder / "accounts").write_text(f"<sip:{self.user}@{self.host.address}:{self.port}>;regint={self.regint}{self.account}\n")
        (folder / "contacts").write_text("")
        self.process = await self.lab.start(f"baresip-{self.user}", self.host, "baresip", "-4", "-f", str(folder))
        await self.lab.until(lambda: f":{self.port}" in run(
            "ip", "netns", "exec", self.host.namespace, "ss", "-Hlnu") and f":{CONTROL_PORT}" in run(
            "ip", "netns", "exec", self.host.namespace, "ss", "-Hlnt"), "baresip to listen")
        await asyncio.sleep(0.3)
        return self

    async def tell(self, command, params=""):
        with self.host.inside():
            sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        sock.setblocking(False)
        with sock:
            loop = asyncio.get_running_loop()
            await loop.sock_connect(sock, ("127.0.0.1", CONTROL_PORT))
            text = json.dumps({"command": command, "params": params, "token": "x"})
            await loop.sock_sendall(sock, f"{len(text)}:{text},".encode())
            await asyncio.sleep(0.1)

    async def dial(self, target):
        await self.tell("dial", target)


class Linphone:
    """linphonec, told over its standard input."""

    CONFIG = """[sip]
sip_port={port}
sip_tcp_port={tcp}
sip_tls_port=0
default_proxy={default}
contact="{user}" <sip:{user}@{address}>
use_ipv6=0
guess_hostname=0
{more}
[net]
nat_policy_ref=none
[sound]
playback_dev_id=ANULL: null device
capture_dev_id=ANULL: null device
ringer_dev_id=ANULL: null device
{account}"""

    def __init__(self, lab, host, user, port=5060, tcp=0, more="", account=""):
        self.lab, self.host, self.user, self.port, self.tcp, self.more = lab, host, user, port, tcp, more
        self.account = account      # a section of its configuration: it registers then
        self.process = None

    async def start(self, *options):
        self.lab.uses("linphonec " + run("dpkg-query", "-W", "-f", "${Version}", "linphone-cli").split("-")[0])
        folder = pathlib.Path(tempfile.mkdtemp(prefix="linphone-", dir=self.lab.work))
        (folder / ".local/share/linphone").mkdir(parents=True)
        # It takes a host without a default route for one without a network.
        self.host.ip("route", "replace", "default", "via", "10.0.0.254")
        (folder / "rc").write_text(self.CONFIG.format(
            port=self.port, tcp=self.tcp, user=self.user, address=self.host.address, more=self.more,
            default=0 if self.account else -1, account=self.account))
        self.process = await self.lab.start(
            f"linphonec-{self.user}", self.host, "env", f"HOME={folder}", "linphonec", "-c", str(folder / "rc"),
            *options, stdin=asyncio.subprocess.PIPE)
        await self.lab.until(lambda: f":{self.port}" in run(
            "ip", "netns", "exec", self.host.namespace, "ss", "-Hlnu"), "linphonec to listen")
        await asyncio.sleep(1)
        return self

    async def tell(self, line):
        self.process.child.stdin.write(line.encode() + b"\n")
        await self.process.child.stdin.drain()


class Twinkle:
    """twinkle-console, which needs its standard input but is told nothing."""

    CONFIG = """user_name={user}
user_domain=example.com
registrar=10.0.0.4
registration_time=600
register_at_startup={registers}
publish_presence=no
"""
    # Its Call-IDs have the host's name in them.
    NAMED = ("unshare", "--uts", "sh", "-c", 'hostname "$0" && exec "$@"')

    def __init__(self, lab, host, user, registers=False):
        self.lab, self.host, self.user, self.registers = lab, host, user, registers
        self.process = None

    async def start(self):
        version = run("dpkg-query", "-W", "-f", "${Version}", "twinkle-console")
        self.lab.uses("Twinkle " + version.split(":")[-1].split("+")[0])
        folder = pathlib.Path(tempfile.mkdtemp(prefix="twinkle-", dir=self.lab.work))
        (folder / ".twinkle").mkdir()
        (folder / ".twinkle" / "phone.cfg").write_text(self.CONFIG.format(
            user=self.user, registers="yes" if self.registers else "no"))
        # It looks for a sound card for half a minute, and one that takes all at once keeps it busy.
        (folder / ".twinkle" / "twinkle.sys").write_text("".join(
            f"dev_{device}=oss:/dev/null\n" for device in ("ringtone", "speaker", "mic")))
        # It takes the address of its default route for its own.
        self.host.ip("route", "replace", "default", "via", "10.0.0.254")
        self.process = await self.lab.start(
            f"twinkle-{self.user}", self.host, *self.NAMED, self.user, "env", f"HOME={folder}", "twinkle-console",
            "phone.cfg", stdin=asyncio.subprocess.PIPE)
        await self.lab.until(lambda: ":5060" in run(
            "ip", "netns", "exec", self.host.namespace, "ss", "-Hlnu"), "Twinkle to listen")
        await asyncio.sleep(1)
        return self


class Browser:
    """JsSIP or SIP.js without a browser, told over its standard input (browser.cjs)."""

    PACKAGES = {"jssip": "JsSIP", "sipjs": "SIP.js"}

    def __init__(self, lab, host, library, server, user="alice"):
        self.lab, self.host, self.library, self.server, self.user = lab, host, library, server, user
        self.process = None

    async def start(self):
        name = self.PACKAGES[self.library]
        package = json.loads((NODE / "node_modules" / name.lower() / "package.json").read_text())
        self.lab.uses(f"{name} {package['version']}")
        self.process = await self.lab.start(
            f"{self.library}-{self.user}", self.host, "env", f"NODE_PATH={NODE / 'node_modules'}", "node",
            str(pathlib.Path(__file__).with_name("browser.cjs")), self.library, self.server, self.user, "example.com",
            stdin=asyncio.subprocess.PIPE)
        await self.lab.until(lambda: "ready" in self.process.output(), f"{name} to connect")
        return self

    async def tell(self, line):
        self.process.child.stdin.write(line.encode() + b"\n")
        await self.process.child.stdin.drain()


class Sofia:
    """A small program on sofia-sip (sofia.c), which calls and hangs up after some seconds."""

    def __init__(self, lab, host, uri, seconds, session=0):
        self.lab, self.host, self.uri, self.seconds, self.session = lab, host, uri, seconds, session
        self.process = None

    async def start(self):
        flags = run("pkg-config", "--cflags", "--libs", "sofia-sip-ua").split()
        program = str(self.lab.work / "sofia")
        run("cc", str(pathlib.Path(__file__).with_name("sofia.c")), "-o", program, *flags)
        self.lab.uses("sofia-sip " + run("pkg-config", "--modversion", "sofia-sip-ua").split("devel")[0].strip())
        self.process = await self.lab.start("sofia", self.host, program, self.host.address, self.uri, str(self.seconds),
                                            str(self.session))
        return self


class Asterisk:
    """In the root; files: name -> text of what stands in its folder beside the modules' defaults."""

    MAIN = """[directories]
astetcdir => {folder}
astmoddir => /usr/lib/{triplet}/asterisk/modules
astvarlibdir => /var/lib/asterisk
astdbdir => {folder}
astkeydir => {folder}
astdatadir => /usr/share/asterisk
astagidir => {folder}
astspooldir => {folder}
astrundir => {folder}
astlogdir => {folder}
[options]
verbose = 3
"""
    MODULES = """[modules]
autoload=no
""" + "".join(f"load={name}.so\n" for name in (
        "res_timing_timerfd", "res_sorcery_config", "res_sorcery_memory", "res_sorcery_astdb", "res_pjproject",
        "res_statsd", "res_http_websocket", "res_rtp_asterisk", "res_pjsip", "res_pjsip_session", "res_pjsip_pubsub",
        "res_pjsip_sdp_rtp", "res_pjsip_caller_id", "res_pjsip_rfc3326", "res_pjsip_registrar",
        "res_pjsip_outbound_registration", "res_pjsip_outbound_authenticator_digest",
        "res_pjsip_authenticator_digest", "res_pjsip_nat", "res_pjsip_path", "res_pjsip_dtmf_info",
        "res_pjsip_endpoint_identifier_ip", "res_pjsip_endpoint_identifier_user",
        "res_pjsip_endpoint_identifier_anonymous", "res_pjsip_logger", "res_pjsip_transport_websocket",
        "chan_pjsip", "pbx_config", "app_dial", "app_echo", "app_verbose", "app_stack", "app_playback",
        "bridge_simple", "bridge_native_rtp", "bridge_softmix", "codec_ulaw", "codec_alaw", "func_channel",
        "func_hangupcause", "func_callerid", "res_musiconhold", "format_pcm", "func_timeout",
        "func_sorcery", "func_pjsip_contact", "func_pjsip_aor", "func_pjsip_endpoint"))
    TRANSPORTS = """[udp]
type=transport
protocol=udp
bind={address}:5060
[tcp]
type=transport
protocol=tcp
bind={address}:5060
"""

    def __init__(self, lab, host, extensions, pjsip, **files):
        self.lab, self.host = lab, host
        self.files = {"extensions.conf": extensions,
                      # {folder}: where these files are
                      "pjsip.conf": self.TRANSPORTS + pjsip,
                      "modules.conf": self.MODULES,
                      "rtp.conf": "[general]\nrtpstart=10000\nrtpend=10100\nicesupport=no\n", **files}
        self.process = None

    async def start(self):
        version = run("chroot", str(ROOT), "asterisk", "-V").split()[1].split("+")[0]
        self.lab.uses(f"Asterisk {version}")
        folder, inside = self.lab.folder_in(ROOT)
        triplet = os.uname().machine + "-linux-gnu"
        self.files["asterisk.conf"] = self.MAIN.format(folder=inside, triplet=triplet)
        self.files["logger.conf"] = "[general]\n[logfiles]\nconsole => notice,warning,error,verbose\n"
        self.files["pjsip.conf"] = self.files["pjsip.conf"].format(address=self.host.address, folder=inside)
        for name, text in self.files.items():
            (folder / name).write_text(text)
        self.process = await self.lab.start("asterisk", self.host, "chroot", str(ROOT), "asterisk", "-f", "-n", "-vvv",
                                            "-C", f"{inside}/asterisk.conf")
        await self.lab.until(lambda: "Asterisk Ready" in self.process.output() or self.process.child.returncode
                             is not None, "Asterisk to be ready", 30)
        if self.process.child.returncode is not None:
            raise LabError(f"Asterisk ended\n{self.process.output()}")
        await asyncio.sleep(0.5)
        return self


def endpoint(name, *lines, contact=None, aor=()):
    """Lines of pjsip.conf for one peer."""
    return "\n".join([f"[{name}]", "type=endpoint", "context=default", "disallow=all", "allow=ulaw",
                      f"aors={name}", "direct_media=no", *lines, f"[{name}]", "type=aor",
                      *([f"contact={contact}"] if contact else ["max_contacts=5"]), *aor, ""])
