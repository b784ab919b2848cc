# SPDX-License-Identifier: GPL-2.0-or-later
"""The shipped catalogue against the facts in registry.tsv, and against itself."""
import re
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
CATALOGUE = HERE.parents[1] / "plugin" / "catalogue"
sys.path.insert(0, str(CATALOGUE))
sys.dont_write_bytecode = True
import generate  # noqa: E402  (the catalogue's own reader)

# Values that Wireshark names in q850_cause_code_vals (epan/dissectors/packet-isup.c).
Q850 = {*range(1, 10), 14, *range(16, 32), 33, 34, *range(38, 45), 46, 47, 49, 50, 53, 55, 56, 57,
        58, 62, 63, 65, 66, 69, 70, 79, *range(81, 89), 90, 91, *range(95, 104), 110, 111, 127}
# RFC 3261 section 20.43; 308: RFC 8373; 380 and 381: RFC 5630.
WARN = {*range(300, 309), 330, 331, 370, 380, 381, 399}
# Not registered, but sent by products.
OTHERS = {409, 411, 477, 478, 479, 490, 687}
CHALLENGES = {401: "WWW-Authenticate", 407: "Proxy-Authenticate"}


class Fact:
    def __init__(self, line):
        code, self.phrase, rfc, deprecated, required = line.split("\t")
        self.code, self.rfc = int(code), f"RFC {rfc}"
        self.deprecated = {"yes": True, "no": False}[deprecated]
        self.required = set() if required == "-" else set(required.split(", "))


FACTS = [Fact(line) for line in (HERE / "registry.tsv").read_text("utf-8").splitlines()
         if not line.startswith("#")]
REPORT = generate.Report()
ALL = generate.Catalogue(CATALOGUE, REPORT)
BASE, TABLES = ALL.codes[0], ALL.tables[0]
CODES = {number: entry for (is_class, number), entry in BASE.items() if not is_class}
ENTRIES = sorted(BASE.values(), key=lambda entry: entry.path.name)

each_fact = pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.code)


def required(entry):
    """The header fields an entry demands, as registry.tsv writes them."""
    return {"|".join(names) + (f" ({method})" if method else "")
            for method, names in entry.header.get("requires", [])}


def test_the_catalogue_has_no_errors():
    assert str(REPORT) == ""


def test_the_registry_has_75_codes():
    assert len({fact.code for fact in FACTS}) == len(FACTS) == 75


def test_exactly_the_registered_codes_are_registered():
    registered = {code for code, entry in CODES.items() if entry.header["registered"] == "yes"}
    assert registered == {fact.code for fact in FACTS}
    assert set(CODES) - registered == OTHERS


@each_fact
def test_phrase(fact):
    assert CODES[fact.code].header["phrase"] == fact.phrase


@each_fact
def test_reference_begins_with_the_registering_rfc(fact):
    assert CODES[fact.code].header["reference"].split(", ")[0].split(" section")[0] == fact.rfc


@each_fact
def test_required_header_fields(fact):
    assert required(CODES[fact.code]) == fact.required


@pytest.mark.parametrize("fact", [fact for fact in FACTS if fact.deprecated],
                         ids=lambda fact: fact.code)
def test_deprecated_codes_say_so(fact):
    assert "deprecated" in CODES[fact.code].texts["meaning",]


@pytest.mark.parametrize("code", sorted(OTHERS))
def test_unregistered_codes_demand_nothing(code):
    assert required(CODES[code]) == set()


def test_challenges_are_401_and_407_with_their_header_field():
    found = {code: required(entry) for code, entry in CODES.items()
             if entry.header["role"] == "challenge"}
    assert found == {code: {field} for code, field in CHALLENGES.items()}


def test_only_487_is_the_end_of_a_cancelled_request():
    assert {code for code, entry in CODES.items()
            if entry.header["role"] == "cancelled"} == {487}


def test_usual_work_is_chat_and_nothing_else_is():
    """Chat is for 1xx, 2xx, challenges and 487: what happens in calls without a fault."""
    chat = {code for code, entry in CODES.items() if entry.header["severity"] == "chat"}
    assert chat == {code for code in CODES if code < 300} | {401, 407, 487}


@pytest.mark.parametrize("code", range(100, 700))
def test_every_code_is_explained(code):
    entry = CODES.get(code, BASE[True, code // 100])
    assert entry.status_class == code // 100
    for key in (("meaning",), ("when",), ("fix", None)):
        assert entry.texts[key]


@pytest.mark.parametrize("language", ALL.languages)
def test_no_two_entries_share_a_text(language):
    owner = {}
    for entry in ALL.codes[ALL.languages.index(language)].values():
        for key in (("meaning",), ("when",), ("fix", None)):
            same = owner.setdefault(entry.texts[key], entry)
            assert same is entry, f"{same.path.name} and {entry.path.name}: {entry.texts[key]}"


def test_advice_for_a_method_differs_from_the_general_one():
    for entry in ENTRIES:
        for key, text in entry.texts.items():
            if key[0] == "fix" and key[1]:
                assert text != entry.texts["fix", None], f"{entry.path.name}: {key[1]}"


def test_q850_causes():
    assert {number for number, _, _ in TABLES["q850-causes.tsv"]} == Q850


def test_warn_codes():
    assert {number for number, _, _ in TABLES["warn-codes.tsv"]} == WARN


@pytest.mark.parametrize("table", sorted(TABLES))
def test_no_two_rows_share_a_meaning(table):
    meanings = [meaning for _, _, meaning in TABLES[table]]
    assert len(set(meanings)) == len(meanings)


# Fields of Wireshark's own; those of sipexplain need the plugin and are tested with it.
FILTER = re.compile(r"[(! ]*(sip|sdp|tcp|udp|ip|ipv6|icmp|icmpv6|dns|tls|rtp|rtcp|frame|isup|q931|"
                    r"stun|http|websocket|sctp|eth)(\.[A-Za-z0-9_.-]+)?(?=$|[ )=!<>&|])")
EMPTY_CAPTURE = bytes.fromhex("d4c3b2a1020004000000000000000000ffff000001000000")


def display_filters():
    """What stands in backticks and looks like a display filter, with the file it is in."""
    texts = [(entry.path, text) for codes in ALL.codes for entry in codes.values()
             for text in entry.texts.values()]
    texts += [(name, row[2]) for tables in ALL.tables for name, rows in tables.items() for row in rows]
    return {code: name for name, text in texts for code in re.findall("`([^`]+)`", text)
            if FILTER.match(code) and "sipexplain" not in code}


def refusal(text):
    """What tshark says against a display filter."""
    result = subprocess.run(["tshark", "-r", "-", "-Y", text], input=EMPTY_CAPTURE,
                            capture_output=True, check=False)
    return result.stderr.decode() if result.returncode else ""


def test_wireshark_accepts_the_display_filters():
    filters = display_filters()
    assert filters
    if refusal(" or ".join(f"({text})" for text in sorted(filters))):
        refused = {text: refusal(text) for text in sorted(filters)}
        assert not {f"{filters[text]}: {text}: {why}" for text, why in refused.items() if why}


def test_wireshark_refuses_a_wrong_display_filter():
    assert "sip.no-such-field" in refusal("sip or (sip.no-such-field)")


def test_the_shipped_tables_compile(tmp_path):
    output = tmp_path / "catalogue.c"
    output.write_text(generate.generate(ALL))
    compiler = subprocess.run(["gcc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-fsyntax-only",
                               "-I", CATALOGUE.parent, output],
                              text=True, capture_output=True, check=False)
    assert (compiler.returncode, compiler.stderr) == (0, "")
