# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs tshark and sharkd with the plugin under test, and reads what they show.

A run is described as a list of frames; a frame is the list of its SIP Explain trees; a tree is a
list of (field, value) in the order shown, the first being ("sipexplain", its top line). The value
of an expert info is "Severity/Group: text".
"""

import json
import os
import re
import shutil
import subprocess
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import started

PREFIX = "sipexplain"
# What a tree has and does not show: the lines of the protocol and of the transaction say it, or
# Wireshark's own layers.
NAMES = ("sipexplain.method", "sipexplain.call_id", "sipexplain.from", "sipexplain.to",
         "sipexplain.src", "sipexplain.dst")
HIDDEN = ("sipexplain.verdict", "sipexplain.call", "sipexplain.failed", *NAMES)
# Hidden where another line of the tree says the same.
SAID_BEFORE = ("sipexplain.flow.closed_in", "sipexplain.flow.death_in", "sipexplain.registration.lost_in",
               "sipexplain.reason.meaning")
PASSES = {"one": [], "two": ["-2"]}
TABLES = ("codes", "trying", "calls", "requests", "flows", "registrations")
ALL_TABLES = [word for name in TABLES for word in ("-z", f"sipexplain,{name}")]
NOBODY = 65534
# Read anew for each capture, and of no use to ours.
LISTS_OF_NAMES = {"manuf", "services", "enterprises.tsv"}
SEPARATOR, AGGREGATOR = "\x1f", "\x1e"
KEPT_VARIABLES = ("PATH", "ASAN_", "LSAN_", "UBSAN_", "WIRESHARK_DEBUG_", "LD_PRELOAD")
TROUBLE = re.compile(r"Couldn't load plugin|Dissector bug|CRITICAL|runtime error:|AddressSanitizer")
# Of a packet in PDML; parsing all that Wireshark says of it takes longer than Wireshark takes to say it.
OUR_TREES = re.compile(rf'^( *)<proto name="{PREFIX}"[^\n]*?(?:/>|>\n.*?^\1</proto>)$', re.MULTILINE | re.DOTALL)
MESSAGE = re.compile(r'<field name="sip\.(?:Request-Line|(Status-Code))"[^\n]*? show="([^"]*)"')
EXPERT = re.compile(r"(?: ?\[truncated\])?Expert Info \((.*?/.*?)\): (.*)", re.DOTALL)


class Wireshark:
    """The installed tshark and sharkd, with the plugin in a HOME of its own."""

    timeout = 300               # seconds for one run
    decoding_errors = "strict"
    trouble = TROUBLE           # on stderr
    starts_once = True          # for all runs over a capture; see started.c

    def __init__(self, plugin):
        self.plugin = Path(plugin)
        self.home = Path(tempfile.mkdtemp(prefix="sipexplain-"))
        self.global_plugins = None
        self.seen = {}
        self.started = {}
        self.library = None

    @classmethod
    def from_environment(cls):
        plugin = os.environ.get("SX_PLUGIN")
        if not plugin or not Path(plugin).is_file():
            raise RuntimeError(f"set SX_PLUGIN to the built sipexplain.so; it is {plugin!r}")
        for tool in ("tshark", "sharkd"):
            if not shutil.which(tool):
                raise RuntimeError(f"{tool} is not installed")
        return cls(plugin)

    def __enter__(self):
        try:
            self.install()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        while self.started:
            self.started.popitem()[1].stop()
        shutil.rmtree(self.home, ignore_errors=True)

    def install(self):
        self.home.chmod(0o755)
        folders = self.folders()
        plugins = Path(folders["Personal Plugins"])
        self.release = tuple(map(int, plugins.name.split(".")))     # Wireshark's, (4, 0)
        folder = plugins / "epan"
        folder.mkdir(parents=True)
        shutil.copy(self.plugin, folder)
        self.hide_installed_copy(Path(folders["Global Plugins"]))
        self.hand_over(self.home)
        self.check_plugin(folder / self.plugin.name)
        self.all_types = self.field_types()
        self.types = {name: kind for name, kind in self.all_types.items() if name not in HIDDEN}

    def nameless(self):
        """Wireshark's data without its lists of names, which take most of the time of a small capture."""
        data = self.home / "data"
        if not data.exists():
            data.mkdir(mode=0o755)
            for path in Path(self.folders()["Global configuration"]).iterdir():
                if path.name in LISTS_OF_NAMES:
                    (data / path.name).touch()
                else:
                    (data / path.name).symlink_to(path)
        return {"WIRESHARK_DATA_DIR": str(data)}

    def folders(self):
        lines = self.run("tshark", ["-G", "folders"]).splitlines()
        return {name: path.strip() for name, path in (line.split(":", 1) for line in lines)}

    def hide_installed_copy(self, plugins):
        """A copy for all users would be loaded instead: use their other plugins without it."""
        if not (plugins / "epan" / self.plugin.name).exists():
            return
        self.global_plugins = self.home / "global"
        for path in plugins.rglob("*.so"):
            if path.name != self.plugin.name:
                link = self.global_plugins / plugins.name / path.relative_to(plugins)
                link.parent.mkdir(parents=True, exist_ok=True)
                link.symlink_to(path)

    def check_plugin(self, path):
        """Wireshark leaves out a plugin it cannot or may not load, and exits with 0."""
        listed = self.run("tshark", ["-G", "plugins"])
        if str(path) not in listed:
            raise RuntimeError(f"tshark does not load {path}. Build the plugin for the tshark in "
                               "PATH (tshark --version), uninstall any other copy of it, and set "
                               "TMPDIR to a place that every user can read.")

    def hand_over(self, *folders):
        """Gives folders to the user that tshark runs as."""
        if drops_root():
            for path in (each for folder in folders for each in [folder, *folder.rglob("*")]):
                os.chown(path, NOBODY, NOBODY, follow_symlinks=False)

    def keep(self, name, data):
        """Puts a capture where the other user can read it."""
        path = self.home / name
        path.write_bytes(data)
        path.chmod(0o644)
        return path

    # Running

    def command(self, tool, args):
        """What to start, so that the plugin is loaded; with environment() and in the home."""
        command = [shutil.which(tool), *map(str, args)]
        if drops_root():
            user = [f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
            command = ["setpriv", *user, *command]
        return command

    def environment(self):
        env = {name: value for name, value in os.environ.items() if name.startswith(KEPT_VARIABLES)}
        env.update(HOME=str(self.home), LC_ALL="C.UTF-8")
        if self.global_plugins:
            env.update(WIRESHARK_PLUGIN_DIR=str(self.global_plugins))
        return env

    def run(self, tool, args, requests=None):
        args = list(map(str, args))
        # A profile is read while dissectors are registered.
        if self.starts_once and args[0] in ("-r", "-") and "-C" not in args:
            code, out, errors = self.start(tool).run(args, (requests or "").encode(), self.timeout)
        else:
            done = subprocess.run(self.command(tool, args), input=requests and requests.encode(),
                                  capture_output=True, env=self.environment(), cwd=self.home,
                                  timeout=self.timeout)
            code, out, errors = done.returncode, done.stdout, done.stderr
        errors = errors.decode(errors=self.decoding_errors)
        if code or self.trouble.search(errors):
            raise RuntimeError(f"{tool} {' '.join(args)}: exit code {code}\n{errors}")
        return out.decode(errors=self.decoding_errors)

    def start(self, tool):
        """The program that has been started once for all."""
        if tool not in self.started:
            self.library = self.library or started.build(self.home)
            args = {"tshark": [], "sharkd": ["-"]}[tool]
            self.started[tool] = started.Started(self.command(tool, args),
                                                 {**self.environment(), **self.nameless()},
                                                 self.home, self.library)
        return self.started[tool]

    def tshark(self, args, capture):
        return self.run("tshark", ["-r", capture, *args])

    def field_types(self):
        """Our fields: name -> type. Expert infos are FT_NONE. types has those that trees show."""
        rows = (line.split("\t") for line in self.run("tshark", ["-G", "fields"]).splitlines())
        return {row[2]: row[3] for row in rows if row[0] == "F" and
                row[2].startswith(PREFIX + ".")}

    # Reading

    def fields(self, capture, names, two_pass=False, display_filter=None, prefs=()):
        """Per frame a dict: field -> the list of its values."""
        args = ["-2"] if two_pass else []
        args += ["-Y", display_filter] if display_filter else []
        for pref in prefs:
            args += ["-o", pref]
        args += ["-T", "fields", "-E", "occurrence=a", "-E", f"separator={SEPARATOR}",
                 "-E", f"aggregator={AGGREGATOR}"]
        for name in names:
            args += ["-e", name]
        rows = [line.split(SEPARATOR) for line in self.tshark(args, capture).split("\n")[:-1]]
        return [{name: [self.value(name, self.unescaped(text)) for text in cell.split(AGGREGATOR)]
                 if cell else [] for name, cell in zip(names, row)} for row in rows]

    def everything(self, capture, mode):
        """What a run shows of our fields. Modes: one, two (passes), filtered, sharkd."""
        if (capture, mode) not in self.seen:
            self.seen[capture, mode] = {
                "one": lambda: self.pdml(capture)[0],
                "two": lambda: self.pdml(capture, "-2")[0],
                "filtered": lambda: self.filtered(capture),
                "sharkd": lambda: [self.sharkd_trees(tree) for tree in self.sharkd(capture)],
            }[mode]()
        return self.seen[capture, mode]

    def filtered(self, capture):
        """As -T fields shows it behind a display filter that hides what has no tree: one tree per
        frame, ordered by field."""
        names = [PREFIX, *self.types]
        rows = self.fields(capture, ["frame.number", *names, *HIDDEN], display_filter="sipexplain")
        by_number = {int(row["frame.number"][0]): row for row in rows}
        every = [by_number.get(number, {})
                 for number in range(1, len(self.everything(capture, "one")) + 1)]
        self.seen[capture, "hidden", "filtered"] = [{name: row.get(name, []) for name in HIDDEN} for row in every]
        return [[[(name, value) for name in names for value in row.get(name, [])]] for row in every]

    def lines(self, capture):
        """How many lines each of our trees takes in a window, opened as far as its own items; per frame."""
        return self.pdml(capture)[2]

    def experts(self, capture, mode):
        """(severity, group, all of the text) of our expert infos, per frame."""
        return self.pdml(capture, *PASSES[mode])[3]

    def hidden(self, capture, mode):
        """What no tree shows, HIDDEN: per frame, field -> the list of its values. Modes: one, two, filtered."""
        if mode == "filtered":
            self.everything(capture, mode)
            return self.seen[capture, "hidden", mode]
        return self.pdml(capture, *PASSES[mode])[4]

    def tables(self, capture):
        """All tables as two passes print them behind the trees."""
        self.pdml(capture, "-2")
        return self.seen[capture, "tables"]

    def quiet(self, capture):
        """The ladders of the calls, and all tables, as two passes print them that show no frames."""
        key = (capture, "quiet")
        if key not in self.seen:
            text = self.tshark(["-2", "-q", *ALL_TABLES, "-z", "sipexplain,ladder"], capture)
            self.seen[key] = text[:text.index("\n===")], text[text.index("\n==="):]
        return self.seen[key]

    def sip_codes(self, capture, mode):
        """The messages the SIP dissector draws, per frame; see sip_messages()."""
        return self.pdml(capture, *PASSES[mode])[1]

    def pdml(self, capture, *args):
        """Per frame: our trees, the SIP dissector's messages, how many lines our open trees take, what our expert
        infos say, and what is hidden."""
        key = (capture, "pdml", args)
        if key not in self.seen:
            tables = ALL_TABLES if "-2" in args else []
            text, end, behind = self.tshark([*args, *tables, "-T", "pdml"], capture).partition("</pdml>\n")
            self.seen[key] = self.read_pdml(text + end)
            if tables:
                self.seen[capture, "tables"] = behind
        return self.seen[key]

    def read_pdml(self, text):
        *packets, _ = text.split("</packet>\n")
        every = [[ElementTree.fromstring(tree[0]) for tree in OUR_TREES.finditer(packet)] for packet in packets]
        return ([[self.pdml_tree(proto) for proto in protos] for protos in every],
                [sip_messages(packet) for packet in packets],
                [[self.pdml_lines(proto) for proto in protos] for protos in every],
                [[expert for proto in protos for expert in pdml_experts(proto)] for protos in every],
                [self.pdml_hidden(protos) for protos in every])

    def pdml_lines(self, proto):
        """With the tree open, and closed what is below its items."""
        return 1 + sum(item.get("hide") != "yes" for item in proto.findall("field"))

    def pdml_hidden(self, protos):
        found = {name: [] for name in HIDDEN}
        for proto in protos:
            for item in proto.iter("field"):
                if item.get("name") in found:
                    found[item.get("name")].append(item.get("show"))
        return found

    def pdml_tree(self, proto):
        shown = [(PREFIX, proto.get("showname"))]
        expert = None
        for item in proto.iter("field"):
            name = item.get("name")
            if name == "_ws.expert":
                expert = expert_text(item.get("showname"))
            elif name.startswith(PREFIX + ".") and (item.get("hide") != "yes" or name in SAID_BEFORE):
                of_expert = self.types.get(name) == "FT_NONE"
                shown.append((name, expert if of_expert else self.value(name, item.get("show"))))
        return shown

    def sharkd(self, capture):
        """Per frame sharkd's own tree."""
        if (capture, "sharkd tree") not in self.seen:
            self.seen[capture, "sharkd tree"] = self.sharkd_session(capture)
        return self.seen[capture, "sharkd tree"]

    def sharkd_session(self, capture):
        """Asks from the last frame to the first: what a frame says may not depend on the order."""
        numbers = range(len(self.everything(capture, "two")), 0, -1)
        calls = [("load", {"file": str(capture)})]
        calls += [("frame", {"frame": number, "proto": True}) for number in numbers]
        calls += [("tap", {f"tap{i}": f"nstat:sipexplain,{name}" for i, name in enumerate(TABLES)})]
        _, *trees, taps = self.ask(calls)
        self.seen[capture, "taps"] = taps["taps"]
        return [answer["tree"] for answer in reversed(trees)]

    def taps(self, capture):
        """sharkd's own answer for each of the tables, asked for after the frames."""
        self.sharkd(capture)
        return self.seen[capture, "taps"]

    def ask(self, calls):
        """sharkd's results to (method, parameters), in one session."""
        output = self.run("sharkd", ["-"], request_lines(calls))
        answers = [json.loads(line) for line in output.split("\n") if line]
        wrong = [answer for answer in answers if "result" not in answer]
        if wrong or len(answers) != len(calls):
            raise RuntimeError(f"{len(answers)} answers to {len(calls)} requests; {wrong[:1]}")
        return [answer["result"] for answer in answers]

    def sharkd_trees(self, tree):
        return [self.sharkd_tree(node) for node in nodes_of(tree) if node.get("f") == PREFIX]

    def sharkd_tree(self, proto):
        shown = [(PREFIX, proto["l"])]
        expert = None
        for node in nodes_of(proto.get("n", [])):
            name, _, value = node.get("f", "").partition(" == ")
            if name == "_ws.expert":
                expert = expert_text(node["l"])
            elif name.startswith(PREFIX + "."):
                of_expert = self.types.get(name) == "FT_NONE"
                shown.append((name, expert if of_expert else self.value(name, unquoted(value))))
        return shown

    def unescaped(self, text):
        """-T fields doubles each backslash since 4.4."""
        return text.replace("\\\\", "\\") if self.release >= (4, 4) else text

    def value(self, name, text):
        """4.0 writes booleans as 1 and 0, later releases as True and False."""
        if self.types.get(name) == "FT_BOOLEAN":
            return {"1": "true", "0": "false"}.get(text, text.lower())
        return text


def drops_root():
    """Wireshark ignores personal plugins for uid 0 and for gid 0."""
    return 0 in (os.getuid(), os.getgid())


def request_lines(calls):
    """What to write to sharkd for (method, parameters)."""
    return "".join(json.dumps({"jsonrpc": "2.0", "id": i, "method": method, "params": params}) + "\n"
                   for i, (method, params) in enumerate(calls, 1))


def sip_messages(packet):
    """Status codes in wire order, None for a request. No list for an ICMP error, which quotes."""
    if '<proto name="icmp' in packet:
        return None
    return [show if code else None for code, show in MESSAGE.findall(packet)]


def nodes_of(tree):
    """All nodes of a sharkd tree, in the order shown."""
    for node in tree:
        yield node
        yield from nodes_of(node.get("n", []))


def expert_text(label):
    return EXPERT.sub(r"\1: \2", label)


def pdml_experts(proto):
    """The line of an expert info may be shorter than what it says, or cut."""
    for info in proto.iterfind(".//field[@name='_ws.expert']"):
        told = {item.get("name"): item for item in info}
        severity, group = (told[f"_ws.expert.{name}"].get("showname").split(": ")[1] for name in ("severity", "group"))
        yield severity, group, told["_ws.expert.message"].get("show")


def unquoted(value):
    """The value in a display filter as the field shows it."""
    if len(value) > 1 and value.startswith('"') and value.endswith('"'):
        return re.sub(r"\\(.)", r"\1", value[1:-1])
    return value
