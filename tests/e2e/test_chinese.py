# SPDX-License-Identifier: GPL-2.0-or-later
"""The plugin in Chinese: everything that is shown of it, what stays as it is, and who decides on the language."""

import json
import re
import subprocess
import unicodedata
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from tshark import nodes_of

CAPTURES = Path(__file__).parents[1] / "captures"
LADDERS = CAPTURES / "ladders"
CATALOGUE = Path(__file__).parents[2] / "plugin" / "catalogue"
ALL = sorted(LADDERS.glob("*.md")) + sorted((CAPTURES / "recorded").glob("*.pcapng"))
SOME = [LADDERS / f"{name}.md" for name in ("demo", "trying-slow", "reason-header", "phrase-differs")]
ZH = ["-o", "sipexplain.language:zh"]
SET_ZH = ("setconf", {"name": "sipexplain.language", "value": "zh"})
CHINESE = re.compile("[\u4e00-\u9fff]")

# What may be shown in Latin letters.

# Values that are a packet's own words.
OF_THE_PACKET = {f"sipexplain.{name}" for name in (
    "call_id", "from", "to", "flow.aor", "flow.instance", "reason.text", "warning.text", "flow.lost_here",
    "expired.call_id", "expired.from", "expired.to")}
# SIP's own words, and those of the protocols around it.
WORDS = set("""
    ACK BYE CANCEL INFO INVITE MESSAGE NOTIFY OPTIONS PRACK PUBLISH REFER REGISTER SUBSCRIBE UPDATE re-INVITE
    Accept Accept-Encoding Accept-Language Allow Allow-Events Authentication-Info Authorization CSeq Call-ID Contact
    Content-Encoding Content-Length Content-Type Date Event Expires Flow-Timer From Identity Max-Forwards Min-Expires
    Min-SE P-Asserted-Identity P-Dialog-Recovery-Action Path Proxy-Authenticate Proxy-Authorization RAck RSeq Reason
    Record-Route Refer-To Replaces Request-URI Require Retry-After Route Security-Server Server Service-Route
    Session-Expires Subject Supported To Unsupported User-Agent Via WWW-Authenticate Warning
    ATIS-1000099 AVP Alert-Info Call-ID Diversion History-Info P-Early-Media SAVP STIR attestation IPv4 IPv6 RTP 1xx 2xx 4xx 100rel ALG ASCII
    nc precondition preemption rtp spiral alias branch cause expires instance-id maddr nonce ob outbound realm received reg-id rport sent-by stale tag
    true uac uas refresher gruu lr qop opaque text transport
    SIP SIPS SDP RTP RTCP SRTP STUN ICE DNS NAPTR SRV ENUM TCP TLS UDP SCTP WebSocket ICMP IP NAT MTU DTMF MIME HTTP
    RST FIN SYN RFC IANA URI AOR UA B2BUA SBC PBX IMS PSTN ISUP IVR CPU MWI BLF CRLF P-CSCF S-CSCF I-CSCF HSS DNS
    offer answer glare ping pong path username auth Timer keepalive
""".split())
# Products, and their parts and settings.
PRODUCTS = set("""
    Asterisk FreeSWITCH JsSIP Kamailio Lync Microsoft OpenSIPS PJSIP SER SIP.js Skype Sofia-SIP Teams Wireshark baresip
    linphone linphonec Twinkle sofia-sip fr_timer fr_inv_timer max_inv_lifetime wt_timer call_local_timeout inc_timeout
    rewrite_contact tcp_connection_lifetime dialog Dial Hangup SIPp sipnat yes permanent fatal license TM SL
""".split())
# Filter names, addresses, what stands in quotes (a packet's), Wireshark's own units and whole names.
WHOLE = ["Call Does Not Exist", "branch failure route", "Network Blocked", "Busy here", r"\(2/(?:TM|SL)\)", "No error",
         "Message processing error", r"sipexplain(?:\.\w+)+", r"\b(?:sip|tcp|udp|frame|tls|dns|stun|icmp|sdp)\.[\w.-]+", r"sips?:[^\s，；：。、）)]+",
         r"tel:[^\s，；：。、）)]+", r"\[?[0-9a-f]*:[0-9a-f:]+(?:\.[0-9.]+)?\]?", r"“[^”]*”", r'"[^"]*"', r"Skype for Business",
         r"urn:[\w:.-]+", r"\bTimer [A-L]\b",
         r"\b(?:\d+ (?:day|hour|minute)s?, )*[0-9.]+ (?:milli|micro|nano)?seconds?$|\b\d+ (?:day|hour|minute)s?$"]


def phrases():
    """All reason phrases of the catalogue, the longest first, and what of them a verdict names."""
    texts = [path.read_text(encoding="utf-8") for path in (CATALOGUE / "codes").glob("*.md")]
    names = {re.search(r"^phrase: (.*)$", text, re.MULTILINE)[1] for text in texts}
    names |= {name.removesuffix(" (Deprecated)") for name in names}
    return sorted(names, key=len, reverse=True)


ALLOWED = re.compile("|".join([*(rf"\b{re.escape(name)}(?!\w)" for name in phrases()), *WHOLE]))
WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.'-]*[A-Za-z0-9]")


def english(text):
    """The words of a text that should be Chinese."""
    rest = ALLOWED.sub(" ", text)
    return [word for word in WORD.findall(rest)
            if re.search("[A-Za-z]{2}", word) and word not in WORDS and word not in PRODUCTS]


@pytest.mark.parametrize("text, left", [
    ("在第 12 帧收到 100 Trying 后，10.0.0.2 没有转发 INVITE", []),
    ("SIP Explain: 480 Temporarily Unavailable，来自 sip:the-user@example.com", ["Explain"]),
    ("stuck for 3 s", ["stuck", "for"]), ("过滤器 sipexplain.flow.death 和 frame 12", ["frame"]),
    ("距请求的时间（秒）: 1 minute, 59.963182000 seconds", []), ("距请求的时间（秒）: 605.000000 milliseconds", []),
    ("2001:db8::1 与 [2001:db8::2]:5060", []), ("原因短语是 “Trying to reach you”", []),
])
def test_what_is_taken_for_english(text, left):
    assert english(text) == left


# Nothing is left over

def table(name):
    lines = (CATALOGUE / "zh" / name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if line[:1] != "#"]


LABELS = {row[0]: row[1] for row in table("labels.tsv")}
LABELS_OF_THE_PACKET = {LABELS[name] for name in OF_THE_PACKET}
OF_WIRESHARK = re.compile(r"Severity level: \w+|Group: \w+")


def trees(text):
    """The lines of our trees, without the brackets around them."""
    ours = False
    for line in text.splitlines():
        if not line.startswith(" "):
            ours = line.startswith("[SIP Explain")
        if ours:
            yield line.strip(" ").removeprefix("[").removesuffix("]")


def own_words(line):
    """A line without what Wireshark itself writes around it, and without a packet's words."""
    line = re.sub(r"^SIP Explain|^(?: ?\[(?:truncated|…)\] ?)?Expert Info \(\w+/\w+\): ", "", line)
    label, colon, _ = line.partition(": ")
    return label if colon and label in LABELS_OF_THE_PACKET else line


def assert_chinese(text):
    lines = list(trees(text))
    left = {word: line for line in lines if not OF_WIRESHARK.fullmatch(line) for word in english(own_words(line))}
    assert lines
    assert not left, "".join(f"\n{word}: {line}" for word, line in left.items())


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_nothing_shown_is_left_in_english(wireshark, capture, path):
    """Every line of every tree."""
    assert_chinese(wireshark.tshark(["-2", *ZH, "-O", "sipexplain"], capture(path)))


@pytest.mark.parametrize("path", ALL[::5], ids=lambda path: path.stem)
def test_nothing_shown_in_one_pass_is_left_in_english(wireshark, capture, path):
    assert_chinese(wireshark.tshark([*ZH, "-O", "sipexplain"], capture(path)))


@pytest.mark.parametrize("path", SOME, ids=lambda path: path.stem)
def test_nothing_shown_by_sharkd_is_left_in_english(wireshark, capture, path):
    numbers = range(1, len(wireshark.everything(capture(path), "two")) + 1)
    answers = wireshark.ask([SET_ZH, ("load", {"file": str(capture(path))}),
                             *(("frame", {"frame": number, "proto": True}) for number in numbers)])
    labels = [node["l"] for answer in answers[2:] for tree in answer["tree"] if tree["l"].startswith("SIP Explain")
              for node in nodes_of([tree])]
    left = {word: label for label in labels if not OF_WIRESHARK.fullmatch(label) for word in english(own_words(label))}
    assert labels and CHINESE.search("".join(labels))
    assert not left


TABLES = ("calls", "requests", "registrations", "trying", "flows", "codes", "ladder")
# What tshark prints around a table itself, and the captures' own names for hosts and users.
AROUND_A_TABLE = re.compile(r"^=+$|^Filter for statistics|SIP Explain|(sips?:)?\b[\w.+-]+@[^\s|，；）]+")


@pytest.mark.parametrize("path", ALL[::7], ids=lambda path: path.stem)
def test_nothing_of_tables_is_left_in_english(wireshark, capture, path):
    """Heads, cells, and the words below a ladder; not what has its place above the bars."""
    stats = [part for name in TABLES for part in ("-z", f"sipexplain,{name}")]
    text = wireshark.tshark(["-2", "-q", *ZH, *stats], capture(path))
    lines = re.sub(r"\n {12}(?=\S)", " ", text).splitlines()       # what a ladder says goes on there
    lines = [AROUND_A_TABLE.sub(" ", line) for line in lines if not re.match(r" *\d+ +\d+\.\d{3} |Call-ID ", line)]
    left = {word: line for line in lines for word in english(line) if word.isalpha()}       # else of a Call-ID
    assert CHINESE.search("".join(lines))
    assert not left


@pytest.mark.parametrize("language, head", [("zh", "结论"), ("en", "Verdict")])
def test_heads_of_tables_in_sharkd(wireshark, capture, language, head):
    answers = wireshark.ask([("setconf", {"name": "sipexplain.language", "value": language}),
                             ("load", {"file": str(capture(SOME[0]))}),
                             ("tap", {"tap0": "nstat:sipexplain,calls"})])
    assert head in [field["c"] for field in answers[2]["taps"][0]["fields"]]


def test_a_wide_character_takes_two_cells(wireshark, capture):
    """The columns of a table stand below their heads."""
    text = wireshark.tshark(["-2", "-q", *ZH, "-z", "sipexplain,calls"], capture(SOME[0]))
    rows = [line for line in text.splitlines() if line.count("|") > 8]
    assert len(rows) > 2
    ends = [[sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in row[:at])
             for at, c in enumerate(row) if c == "|"] for row in rows]
    assert all(each == ends[0] for each in ends)


# What stays as it is

OF_A_LONG_TEXT = re.compile(r"_tree$|[._]more$")      # how many lines it takes


def keys(value):
    """The keys of all objects in JSON, in order."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from keys(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from keys(inner)


@pytest.mark.parametrize("path", SOME, ids=lambda path: path.stem)
@pytest.mark.parametrize("passes", [["-2"], []], ids=["two", "one"])
def test_keys_of_json_are_the_same(wireshark, capture, path, passes):
    for form in ("json", "ek"):
        english_text, chinese_text = (wireshark.tshark([*passes, *more, "-T", form], capture(path)) for more in ([], ZH))
        both = [json.loads(f"[{text}]") if form == "json" else [json.loads(line) for line in text.splitlines()]
                for text in (english_text, chinese_text)]
        first, second = ([key for key in keys(one) if not OF_A_LONG_TEXT.search(key)] for one in both)
        # ek puts a key that stands there twice in its first place, whichever that is.
        assert sorted(first) == sorted(second)
        assert CHINESE.search(chinese_text) and not CHINESE.search(english_text)


@pytest.mark.parametrize("path", SOME, ids=lambda path: path.stem)
def test_names_and_numbers_of_pdml_are_the_same(wireshark, capture, path):
    """Names of fields, types, values that are no sentences."""
    same = {name for name, kind in wireshark.types.items() if kind not in ("FT_STRING", "FT_NONE")}

    def items(args):
        root = ElementTree.fromstring(wireshark.tshark(["-2", *args, "-T", "pdml"], capture(path)))
        return [(item.get("name"), item.get("show") if item.get("name") in same else None)
                for proto in root.iter("proto") if proto.get("name") == "sipexplain" for item in proto.iter("field")]

    def without_lines(all_items):
        return [item for item in all_items if not item[0].endswith(".more")]

    assert without_lines(items(ZH)) == without_lines(items([]))


@pytest.mark.parametrize("path", SOME, ids=lambda path: path.stem)
def test_values_of_fields_are_the_same(wireshark, capture, path):
    names = [name for name, kind in wireshark.types.items() if kind not in ("FT_STRING", "FT_NONE")]
    chinese = wireshark.fields(capture(path), names, True, prefs=["sipexplain.language:zh"])
    assert chinese == wireshark.fields(capture(path), names, True)


@pytest.mark.parametrize("wanted", [
    "sipexplain.trying.state == 3", 'sipexplain.trying.state == "Stuck"', 'sipexplain.trying.state == "卡住"',
    "sipexplain.failed", "sipexplain.failed == 1", "sipexplain.failed == True", "sipexplain.explain.430",
    'sipexplain.reference == "RFC 5626 section 11.5"', 'sipexplain.phrase == "Flow Failed"'])
def test_filters_are_the_same(wireshark, capture, wanted):
    path = capture(LADDERS / "demo.md")
    found = wireshark.fields(path, ["frame.number"], True, wanted, ["sipexplain.language:zh"])
    if "卡" in wanted:
        wanted = "sipexplain.trying.state == 3"
    assert found and found == wireshark.fields(path, ["frame.number"], True, wanted)


# Labels

def listed(wireshark, what, **environment):
    done = subprocess.run(wireshark.command("tshark", ["-G", what]), capture_output=True, check=True,
                          env={**wireshark.environment(), **environment}, cwd=wireshark.home)
    rows = [line.split("\t") for line in done.stdout.decode().splitlines()]
    return [row[1:] for row in rows if any(cell.partition(".")[0] == "sipexplain" for cell in row[1:3])]


IN_CHINA = {"LC_ALL": "", "LANG": "zh_CN.UTF-8"}


def test_fields_are_called_in_chinese(wireshark):
    rows = {row[1]: row for row in listed(wireshark, "fields", **IN_CHINA)}
    plain = {row[1]: row for row in listed(wireshark, "fields")}
    assert list(rows) == list(plain)
    for name, label, *description in table("labels.tsv"):
        assert rows[name][0] == label
        assert rows[name][6:7] == (description or plain[name][6:7])
    for name, row in rows.items():
        assert row[1:6] == plain[name][1:6]


def test_values_are_called_in_chinese_and_keep_their_english_names(wireshark):
    rows = [tuple(row) for row in listed(wireshark, "values", **IN_CHINA)]
    assert {(name, number, text) for name, number, text, _ in table("values.tsv")} < set(rows)
    assert {tuple(row) for row in listed(wireshark, "values")} < set(rows)


# Who decides

def language(wireshark, *args, **environment):
    done = subprocess.run(wireshark.command("tshark", [*args, "-q", "-z", "sipexplain,compare,430,480"]),
                          capture_output=True, check=True, env={**wireshark.environment(), **environment},
                          cwd=wireshark.home)
    return "zh" if CHINESE.search(done.stdout.decode()) else "en"


@pytest.fixture
def setting(wireshark):
    """A function that writes the setting of Wireshark's window; it is gone afterwards."""
    folder = Path(wireshark.folders()["Personal configuration"])
    file = folder / "language"

    def write(value):
        folder.mkdir(parents=True, exist_ok=True)
        file.write_text(f"# Language settings file for Wireshark.\n\nlanguage: {value}\n", encoding="utf-8")
        for path in (folder.parent, folder, file):
            path.chmod(0o755)

    yield write
    file.unlink(missing_ok=True)


@pytest.mark.parametrize("environment, told", [
    ({"LC_ALL": "zh_CN.UTF-8"}, "zh"), (IN_CHINA, "zh"), ({"LC_ALL": "", "LC_MESSAGES": "zh_CN.UTF-8"}, "zh"),
    ({"LC_ALL": "C.UTF-8", "LANG": "zh_CN.UTF-8"}, "en"),
    ({"LC_ALL": "", "LC_MESSAGES": "en_US.UTF-8", "LANG": "zh_CN.UTF-8"}, "en"), ({"LC_ALL": ""}, "en")])
def test_the_environment_decides(wireshark, capture, environment, told):
    assert language(wireshark, "-r", capture(SOME[0]), **environment) == told


def test_the_setting_of_the_window_goes_before_the_environment(wireshark, capture, setting):
    path = capture(SOME[0])
    setting("zh_CN")
    assert language(wireshark, "-r", path) == "zh"
    setting("en")
    assert language(wireshark, "-r", path, **IN_CHINA) == "en"
    setting("system")
    assert language(wireshark, "-r", path, **IN_CHINA) == "zh"


@pytest.mark.parametrize("value, told", [("en", "en"), ("zh", "zh"), ("中文", "zh"), ("auto", "zh")])
def test_the_preference_goes_before_all(wireshark, capture, setting, value, told):
    setting("zh_CN")
    assert language(wireshark, "-o", f"sipexplain.language:{value}", "-r", capture(SOME[0])) == told


def test_a_language_that_is_none_changes_nothing(wireshark, capture):
    assert language(wireshark, "-o", "sipexplain.language:xx", "-r", capture(SOME[0])) == "en"


def test_it_changes_between_two_captures(wireshark, capture):
    """And back, in one program: what was shown before leaves nothing behind."""
    calls = []
    for value in ("en", "zh", "en", "zh"):
        calls += [("setconf", {"name": "sipexplain.language", "value": value}),
                  ("load", {"file": str(capture(SOME[0]))}), ("frame", {"frame": 9, "proto": True})]
    trees_shown = [answer["tree"] for answer in wireshark.ask(calls)[2::3]]
    assert trees_shown[0] == trees_shown[2] and trees_shown[1] == trees_shown[3]
    assert not CHINESE.search(json.dumps(trees_shown[0], ensure_ascii=False))
    assert CHINESE.search(json.dumps(trees_shown[1], ensure_ascii=False))


def test_a_site_s_own_texts_stay(wireshark, capture):
    row = '"430","","Our phrase","Our meaning.","Our advice."'
    text = wireshark.tshark(["-2", *ZH, "-o", f"uat:sipexplain_codes:{row}", "-O", "sipexplain"], capture(SOME[0]))
    lines = list(trees(text))
    assert "含义: Our meaning." in lines and "如何修复: Our advice." in lines
    assert any(line.endswith("): 430 Our phrase") for line in lines)
