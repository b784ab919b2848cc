# SPDX-License-Identifier: GPL-2.0-or-later
"""What the plugin says of each torture message of RFC 4475, sent as a datagram of its own."""

import pytest

import built
import rfc4475
from built.packets import EDGE, Stream, ether
from scapy.all import IP
from test_messages_found import MARKS, code_of

PASSES = ("one", "two", "sharkd")

# name: (our trees, fields that must be there in this order). A request says its method; it is given a transaction, and nothing is held against it.
REQUEST = ["transaction"]
SAYS = {
    "wsinv": ("INVITE", REQUEST),
    "intmeth": ("!interesting-Method0123456789_*+`.%indeed'~", REQUEST),
    "esc01": ("INVITE", REQUEST),
    "escnull": ("REGISTER", REQUEST),
    "esc02": ("RE%47IST%45R", REQUEST),                 # not REGISTER: methods know no escapes
    "lwsdisp": ("OPTIONS", REQUEST),
    "longreq": ("INVITE", REQUEST),
    "dblreq": ("REGISTER", REQUEST),                    # what follows in a datagram is no message
    "semiuri": ("OPTIONS", REQUEST),
    "transports": ("OPTIONS", REQUEST),
    "mpart01": ("MESSAGE", REQUEST),
    "unreason": ("200 OK to INVITE", ["code 200", "phrase.differs true", "transaction"]),
    "noreason": ("100 Trying to INVITE", ["code 100", "transaction"]),
    "badinv01": ("INVITE", REQUEST),
    "clerr": ("INVITE", REQUEST),
    "ncl": ("INVITE", REQUEST),
    "scalar02": ("REGISTER", []),                       # a CSeq past 32 bits names no transaction
    # Nor does this one; it is there, so it is not missing. 1812 is no warn-code, nor is its half.
    "scalarlg": ("503 Service Unavailable", ["code 503"]),
    "quotbal": ("INVITE", REQUEST),
    "ltgtruri": ("INVITE", REQUEST),
    "lwsruri": (None, []),                              # no start line, for Wireshark as well
    "lwsstart": (None, []),
    "trws": (None, []),
    "escruri": ("INVITE", REQUEST),
    "baddate": ("INVITE", REQUEST),
    "regbadct": ("REGISTER", REQUEST),
    "badaspec": ("OPTIONS", REQUEST),
    "baddn": ("OPTIONS", REQUEST),
    "badvers": (None, []),                              # SIP/7.0
    "mismatch01": ("OPTIONS", REQUEST),                 # the start line's method counts
    "mismatch02": ("NEWMETHOD", REQUEST),
    "bigcode": (None, []),
    "badbranch": ("OPTIONS", REQUEST),                  # a cookie alone is an old branch
    "insuf": ("INVITE", REQUEST),
    "unkscm": ("OPTIONS", REQUEST),
    "novelsc": ("OPTIONS", REQUEST),
    "unksm2": ("REGISTER", REQUEST),
    "bext01": ("OPTIONS", REQUEST),
    "invut": ("INVITE", REQUEST),
    "regaut01": ("REGISTER", REQUEST),
    "multi01": ("INVITE", REQUEST),                     # the first of repeated fields counts
    "mcl01": ("OPTIONS", REQUEST),
    "bcast": ("200 OK to INVITE", ["code 200", "transaction"]),
    "zeromf": ("OPTIONS", REQUEST),
    "cparam01": ("REGISTER", REQUEST),
    "cparam02": ("REGISTER", REQUEST),
    "regescrt": ("REGISTER", REQUEST),
    "sdp01": ("INVITE", REQUEST),
    "inv2543": ("INVITE", REQUEST),                     # no branch at all
}
WATCHED = ["code", "phrase.differs", "missing_header", "warning.code", "retry_after", "transaction",
           "retransmission_of", "duplicate_of", "request_in", "response_in"]


@pytest.fixture(scope="session")
def by_datagram(wireshark):
    return wireshark.keep("rfc4475.pcap", built.file_of(rfc4475.by_datagram()))


@pytest.fixture(scope="session")
def by_stream(wireshark):
    """Each on a TCP connection of its own."""
    sent = []
    for i, (_, message) in enumerate(rfc4475.MESSAGES.values()):
        left = f"10.8.0.{i + 1}"
        stream = Stream(lambda right, tcp, left=left: bytes(
            ether() / IP(src=left if right else EDGE, dst=EDGE if right else left) / tcp))
        sent += stream.open(i).put(i, True, message).put(i, True, b"\r\n\r\n").frames
    return wireshark.keep("rfc4475-tcp.pcap", built.file_of(built.Capture("", sent)))


def test_the_table_has_every_message():
    assert list(SAYS) == list(rfc4475.MESSAGES)
    sections = [section for section, _ in rfc4475.MESSAGES.values()]
    assert len(set(sections)) == len(sections) == 49


@pytest.mark.parametrize("mode", PASSES)
@pytest.mark.parametrize("name", SAYS)
def test_what_is_said(wireshark, by_datagram, name, mode):
    trees = wireshark.everything(by_datagram, mode)[list(SAYS).index(name)]
    says, fields = SAYS[name]
    said = [tree[0][1].removeprefix("SIP Explain: ").partition(" - ")[0] for tree in trees]
    assert said == ([says] if says else [])
    shown = [(field.removeprefix("sipexplain."), value) for tree in trees for field, value in tree]
    shown = [f"{field} {value}" for field, value in shown if field in WATCHED]
    wanted = [field if " " in field else next((s for s in shown if s.startswith(field + " ")), field)
              for field in fields]
    # An empty reason phrase is legal; whether it "differs" is told with the phrase itself.
    assert [s for s in shown if name != "noreason" or not s.startswith("phrase")] == wanted


def test_nothing_is_held_against_a_request(wireshark, by_datagram):
    frames = wireshark.everything(by_datagram, "two")
    experts = [(name, field) for name, trees in zip(SAYS, frames) for tree in trees
               for field, _ in tree if wireshark.types.get(field) == "FT_NONE"]
    assert {name for name, _ in experts} <= {"unreason", "noreason", "scalarlg", "bcast"}


@pytest.mark.parametrize("mode", ["one", "two"])
@pytest.mark.parametrize("road", ["by_datagram", "by_stream"])
def test_same_messages_as_the_sip_dissector(wireshark, request, road, mode):
    path = request.getfixturevalue(road)
    sip = wireshark.sip_codes(path, mode)
    ours = [[code_of(tree) for tree in trees if MARKS & {field for field, _ in tree}
             or tree[0][1].startswith("SIP Explain: REGISTER")]
            for trees in wireshark.everything(path, mode)]
    assert [pair for pair in enumerate(zip(ours, sip), 1) if pair[1][0] != pair[1][1]] == []
