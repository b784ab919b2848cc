# SPDX-License-Identifier: GPL-2.0-or-later
"""Recordings of what software does with requests in a call that it does not support or expect, with a 503 to its
registration, with a 200 that nobody acknowledges, with session timers, and of sofia-sip when its connection is lost.

The docstring of each function becomes the comment inside its capture.
"""
import asyncio
import signal

from dialogs import ANSWERED
from habits import ALICE, LOOSE, RINGING, TRYING, WITH_TIMER, browser_calls, loosely, own_scenario, time_passes
from lab import SIGNALLING, UDP_AND_TCP, LabError, recorder, request, response
from scenario import CALLED, CALLER, ack, answer, expect, invite, label, maybe, sdp, wait
from software import Asterisk, Baresip, Browser, Linphone, Sofia, Twinkle, endpoint

RECORDINGS = {}

recording = recorder(RECORDINGS)

# Requests in a call

REFUSALS = (400, 405, 481, 488, 500, 501)


def answered(name, seconds):
    """Whatever the answer is, or none."""
    options = {"timeout": seconds * 1000, "after": name, "then": name}
    return [*(expect(code, optional=True, **options) for code in REFUSALS), expect(200, **options), label(name)]


def asked(side, cseq):
    """UPDATE without SDP and with it, PRACK with nothing to acknowledge, re-INVITE without SDP, BYE."""
    to = {"tag": ""} if side is ALICE else {}
    steps = []
    for number, (method, fields, body) in enumerate((
            ("UPDATE", (), None), ("UPDATE", (), sdp(side.user, version=2)), ("PRACK", ("RAck: 1 1 INVITE",), None))):
        steps += [side.request(method, cseq + number, *fields, body=body, retrans=0, **to), *answered(10 + number, 3), wait(0.3)]
    return [*steps, side.request("INVITE", cseq + 3, retrans=0, **to), expect(100, optional=True, timeout=5000, after=21),
            expect(200, timeout=5000, after=21), side.request("ACK", cseq + 3, body=sdp(side.user, version=3), **to),
            label(21), wait(1), side.request("BYE", cseq + 4, retrans=0, **to), expect(200, timeout=3000, after=30), label(30)]


async def called_and_asked(lab, alice, target="10.0.0.10"):
    await lab.record(capture_filter=SIGNALLING)
    await loosely(lab, alice, [*ANSWERED, wait(0.5), *asked(CALLER, 2)], target)


@recording("asked-in-call-baresip",
    ("501 to both UPDATEs", response(501, "UPDATE", source="bob"), 2),
    ("501 to PRACK", response(501, "PRACK", source="bob")),
    ("200s to INVITE, the second to the re-INVITE", response(200, source="bob"), 2),
    ("200 to BYE", response(200, "BYE", source="bob")))
async def baresip_asked(lab):
    """Alice's sipp asks Bob (baresip) for UPDATE, PRACK and a re-INVITE without SDP in the call: 501, 501 and 200, and the
    call goes on."""
    alice = lab.host("alice")
    await Baresip(lab, lab.host("bob"), "bob", ";answermode=auto").start()
    await called_and_asked(lab, alice)


@recording("asked-in-call-linphone",
    ("200 to both UPDATEs", response(200, "UPDATE", source="bob"), 2),
    ("501 to PRACK", response(501, "PRACK", source="bob")),
    ("200s to INVITE, the second to the re-INVITE", response(200, source="bob"), 2),
    ("200 to BYE", response(200, "BYE", source="bob")))
async def linphone_asked(lab):
    """As asked-in-call-baresip, with linphonec: 200 to UPDATE, 501 to PRACK, which its Allow names."""
    alice = lab.host("alice")
    await Linphone(lab, lab.host("bob"), "bob").start("-a")
    await called_and_asked(lab, alice)


@recording("asked-in-call-asterisk",
    ("200 to both UPDATEs", response(200, "UPDATE", source="p1"), 2),
    ("400 to PRACK", response(400, "PRACK", source="p1")),
    ("200s to INVITE, the second to the re-INVITE", response(200, source="p1"), 2),
    ("200 to BYE", response(200, "BYE", source="p1")))
async def asterisk_asked(lab):
    """As asked-in-call-baresip, with Asterisk: 200 to UPDATE, 400 Unexpected PRACK to PRACK."""
    alice = lab.host("alice")
    await Asterisk(lab, lab.host("p1"), "[default]\nexten => bob,1,Answer()\n same => n,Echo()\n",
                   endpoint("alice", contact="sip:alice@10.0.0.1:5060")
                   + "[id1]\ntype=identify\nendpoint=alice\nmatch=10.0.0.1\n").start()
    await called_and_asked(lab, alice, "10.0.0.2")


@recording("asked-in-call-sipp",
    ("UPDATEs, PRACK, re-INVITE and BYE from Alice", "sip.Method and ip.src == 10.0.0.1 and frame.number > 4", 5),
    ("no answer to any of them", "sip.Status-Code and sip.CSeq.seq > 1", 0))
async def sipp_asked(lab):
    """As asked-in-call-baresip, with sipp's own scenario uas: the first UPDATE, which it does not expect, ends the call for it
    without a word, and the BYE has no answer either."""
    alice = lab.host("alice")
    await own_scenario(lab, lab.host("bob"), "uas")
    await called_and_asked(lab, alice)


@recording("asked-in-call-jssip",
    ("200 to both UPDATEs", response(200, "UPDATE", source="alice"), 2),
    ("501 to PRACK", response(501, "PRACK", source="alice")),
    ("200 to the re-INVITE", response(200, source="alice")),
    ("200 to BYE", response(200, "BYE", source="alice")))
async def jssip_asked(lab):
    """Bob's sipp asks Alice (JsSIP) for the same in the call: 200 to UPDATE, 501 to PRACK."""
    await browser_calls(lab, "jssip", [answer(), expect("ACK"), wait(0.5), *asked(ALICE, 2)], 14)


@recording("asked-in-call-sip-js",
    ("405 to both UPDATEs", response(405, "UPDATE", source="alice"), 2),
    ("PRACK to Alice", request("PRACK", "edge1", "alice")),
    ("no answer to it", 'sip.CSeq.method == "PRACK" and sip.Status-Code', 0),
    ("200 to the re-INVITE", response(200, source="alice")),
    ("200 to BYE", response(200, "BYE", source="alice")))
async def sip_js_asked(lab):
    """Bob's sipp asks Alice (SIP.js) for the same in the call: 405 to UPDATE, no answer at all to PRACK."""
    await browser_calls(lab, "sipjs", [answer(), expect("ACK"), wait(0.5), *asked(ALICE, 2)], 14)


# A registration that gets 503 with Retry-After


async def overloaded(lab, phone, seconds, times=3):
    """The registrar says 503 so many times."""
    await lab.record(capture_filter=SIGNALLING)
    refused = [expect("REGISTER", timeout=200000), CALLED.respond("503 Service Unavailable", contact="Retry-After: 5")]
    server = await lab.sipp(lab.host("registrar"), [*refused * times, wait(1)])
    await phone.start()
    await server.succeed(seconds)


@recording("registers-again-linphone",
    ("REGISTERs from Alice", request("REGISTER", "alice"), 3),
    ("503s", response(503, "REGISTER", target="alice"), 3))
async def linphone_503(lab):
    """Alice (linphonec) gets 503 with Retry-After: 5 to each REGISTER: she tries again after 5 s."""
    account = "[proxy_0]\nreg_proxy=<sip:10.0.0.4>\nreg_identity=sip:alice@example.com\nreg_expires=600\n" \
              "reg_sendregister=1\npublish=0\n"
    await overloaded(lab, Linphone(lab, lab.host("alice"), "alice", account=account), 80)


@recording("registers-again-twinkle",
    ("REGISTERs from Alice", request("REGISTER", "alice"), 4),
    ("503s", response(503, "REGISTER", target="alice"), 4))
async def twinkle_503(lab):
    """Alice (Twinkle) gets 503 with Retry-After: 5 to each REGISTER: she tries again at once, and then every 30 s."""
    await overloaded(lab, Twinkle(lab, lab.host("alice"), "alice", registers=True), 50, 4)


@recording("registers-again-asterisk",
    ("REGISTERs from Asterisk", request("REGISTER", "p1"), 3),
    ("503s", response(503, "REGISTER", target="p1"), 3))
async def asterisk_503(lab):
    """Asterisk, registered with a trunk, gets 503 with Retry-After: 5 to each REGISTER: it tries again after 5 s."""
    await overloaded(lab, Asterisk(lab, lab.host("p1"), "[default]\n", "[trunk]\ntype=registration\ntransport=udp\n"
                     "server_uri=sip:10.0.0.4\nclient_uri=sip:alice@example.com\nexpiration=600\n"), 120)


async def browser_503(lab, library):
    """More than two minutes are watched."""
    alice, edge = lab.host("alice"), lab.host("edge1")
    await lab.kamailio(edge, "edge.cfg", (*UDP_AND_TCP, "tcp:{}:80"), REGISTRAR="sip:10.0.0.4:5060", WITH_WS=True,
                       OVERLOADED="5")
    await lab.record()
    phone = await Browser(lab, alice, library, "ws://10.0.0.5:80").start()
    await phone.tell("register")
    await asyncio.sleep(133)
    await time_passes(lab)


@recording("registers-never-jssip",
    ("REGISTER from Alice", request("REGISTER", "alice"), 1),
    ("503", response(503, "REGISTER", target="alice")),
    ("another host is asked, more than 130 s later", request("OPTIONS", "alice") + " and frame.time_relative > 131"))
async def jssip_503(lab):
    """Alice (JsSIP) gets 503 with Retry-After: 5 to her REGISTER, and never sends another one."""
    await browser_503(lab, "jssip")


@recording("registers-never-sip-js",
    ("REGISTER from Alice", request("REGISTER", "alice"), 1),
    ("503", response(503, "REGISTER", target="alice")),
    ("another host is asked, more than 130 s later", request("OPTIONS", "alice") + " and frame.time_relative > 131"))
async def sip_js_503(lab):
    """Alice (SIP.js) gets 503 with Retry-After: 5 to her REGISTER, and never sends another one."""
    await browser_503(lab, "sipjs")


# A 200 that nobody acknowledges


async def browser_called(lab, library):
    """Alice calls Bob, who answers; she sends no ACK. Only Bob's wire is recorded."""
    alice, registrar, edge, bob = (lab.host(name) for name in ("alice", "registrar", "edge1", "bob"))
    await lab.kamailio(registrar, "registrar.cfg")
    await lab.kamailio(edge, "edge.cfg", (*UDP_AND_TCP, "tcp:{}:80"), REGISTRAR="sip:10.0.0.4:5060", WITH_WS=True)
    await lab.record(capture_filter="host 10.0.0.10 and not arp")
    phone = await Browser(lab, bob, library, "ws://10.0.0.5:80", user="bob").start()
    await phone.tell("register")
    await asyncio.sleep(1)
    caller = await lab.sipp(alice, [invite(uri="sip:bob@example.com"), maybe(100, 180, 183), expect(200, rrs=True),
                                    expect("BYE", timeout=60000, after=1), CALLER.respond("200 OK"), label(1), wait(0.5)],
                            "10.0.0.4:5060", *LOOSE)
    await asyncio.sleep(3)
    await phone.tell("answer")
    await caller.wait(90)


@recording("ack-never-jssip",
    ("200s from Bob", response(200, source="bob"), 11),
    ("his BYE after 32 s", request("BYE", "bob")),
    ("no ACK", request("ACK"), 0))
async def ack_jssip(lab):
    """Alice has the 200 of Bob (JsSIP, behind an edge) and sends no ACK: he repeats it over WebSocket, too, and hangs up."""
    await browser_called(lab, "jssip")


@recording("ack-never-sip-js",
    ("200s from Bob", response(200, source="bob"), 11),
    ("his BYE after 32 s", request("BYE", "bob")),
    ("no ACK", request("ACK"), 0))
async def ack_sip_js(lab):
    """Alice has the 200 of Bob (SIP.js, behind an edge) and sends no ACK: he repeats it over WebSocket, too, and hangs up."""
    await browser_called(lab, "sipjs")


# Session timers of linphone, which are off unless they are turned on

LINPHONE_TIMER = "session_expires_enabled=1\nsession_expires_value=90\nsession_expires_min_value=90\n" \
                 "session_expires_refresher_value=uas\n[rtp]\nnortp_timeout=300"
TALKING = [expect(200, rrs=True), ack()]


async def timed_linphone(lab, *steps, interval="90;refresher=uas"):
    """Alice calls Bob (linphonec)."""
    alice = lab.host("alice")
    await Linphone(lab, lab.host("bob"), "bob", more=LINPHONE_TIMER).start("-a")
    await lab.record(capture_filter=SIGNALLING)
    await loosely(lab, alice, [invite("Supported: timer", "Allow: INVITE, ACK, BYE, CANCEL, UPDATE", "Min-SE: 60",
                                      f"Session-Expires: {interval}"), maybe(100, 180, 183), *steps], "10.0.0.10", 200)


@recording("session-422-linphone",
    ("422 with Min-SE", response(422, source="bob") + " and sip.Min-SE"))
async def linphone_422(lab):
    """Alice asks for a session of 60 s; Bob (linphonec) wants 90 s at least."""
    await timed_linphone(lab, expect(422), ack(branch="i1", uri="sip:bob@[remote_ip]:[remote_port]", routes=False), wait(1),
                         interval="60;refresher=uas")


@recording("session-refresh-unanswered-linphone",
    ("90 s agreed, Bob refreshes", response(200, source="bob") + " and sip.Session-Expires"),
    ("his refresh half way, unanswered", request("UPDATE", "bob") + " and sip.CSeq.seq == 111", 11),
    ("the next one when the 90 s are over", request("UPDATE", "bob") + " and sip.CSeq.seq == 112", 11),
    ("no BYE", request("BYE"), 0))
async def linphone_unanswered(lab):
    """90 s agreed, Bob (linphonec) refreshes half way; Alice says nothing any more. He goes on refreshing and does not hang
    up."""
    await timed_linphone(lab, *TALKING, expect("BYE", timeout=133000, after=1), label(1))


def refused_once(status, *fields):
    return [*TALKING, expect("UPDATE", timeout=60000, after=1), CALLER.respond(status, *fields),
            expect("UPDATE", timeout=60000, after=1), CALLER.respond("200 OK"), label(1), wait(0.5)]


@recording("session-refresh-408-linphone",
    ("408 to Bob's refresh", response(408, "UPDATE", source="alice")),
    ("no BYE", request("BYE"), 0),
    ("his next refresh, 45 s later", request("UPDATE", "bob") + " and frame.time_relative > 89"))
async def linphone_408(lab):
    """90 s agreed, Bob (linphonec) refreshes half way; Alice's side says 408. He does not hang up, and refreshes when the 90 s
    are over."""
    await timed_linphone(lab, *refused_once("408 Request Timeout"))


@recording("session-refresh-422-linphone",
    ("422 to Bob's refresh", response(422, "UPDATE", source="alice") + " and sip.Min-SE == 120"),
    ("his next refresh, 45 s later, with 90 s again",
     request("UPDATE", "bob") + ' and frame.time_relative > 89 and sip.Session-Expires contains "90;"'))
async def linphone_refresh_422(lab):
    """90 s agreed, Bob (linphonec) refreshes half way; Alice wants 120 s (422). He refreshes when the 90 s are over, and asks
    for 90 s again."""
    await timed_linphone(lab, *refused_once("422 Session Interval Too Small", "Min-SE: 120"))


@recording("session-refresh-481-linphone",
    ("481 to Bob's refresh", response(481, "UPDATE", source="alice")),
    ("no BYE", request("BYE"), 0),
    ("his next refresh, 45 s later", request("UPDATE", "bob") + " and frame.time_relative > 89"))
async def linphone_481(lab):
    """90 s agreed, Bob (linphonec) refreshes half way; Alice has forgotten the call (481). He does not hang up, and refreshes
    when the 90 s are over."""
    await timed_linphone(lab, *refused_once("481 Call/Transaction Does Not Exist"))


@recording("session-not-refreshed-linphone",
    ("90 s agreed, Alice refreshes", response(200, source="bob") + " and sip.Session-Expires"),
    ("no BYE from Bob", request("BYE", "bob"), 0),
    ("another host is asked, 120 s later", request("OPTIONS", "alice") + " and frame.time_relative > 119"))
async def linphone_not_refreshed(lab):
    """90 s agreed, Alice is to refresh and does not: Bob (linphonec) does not hang up."""
    await timed_linphone(lab, *TALKING, expect("BYE", timeout=120000, after=1), label(1), interval="90;refresher=uac")
    await time_passes(lab)


# sofia-sip over TCP


async def sofia_calls(lab, steps, seconds, told, session=0):
    """Alice (sofia-sip) calls Bob over TCP; his sipp is killed after 4 s. told: what her program has been told since then, before
    it hangs up at these seconds."""
    alice, bob = lab.host("alice"), lab.host("bob")
    await lab.record()
    called = await lab.sipp(bob, steps, None, "-t", "t1", *LOOSE)
    phone = await Sofia(lab, alice, "sip:bob@10.0.0.10;transport=tcp", seconds, session).start()
    await asyncio.sleep(4)
    before = phone.process.output()
    await called.stop(signal.SIGKILL)
    await asyncio.sleep(seconds - 5)
    output = phone.process.output().removeprefix(before)
    if told not in output or (output and not told):
        raise LabError(f"sofia-sip: {output}")
    await asyncio.sleep(6)
    await phone.process.stop(signal.SIGKILL)
    await time_passes(lab)


@recording("connection-lost-calling-sofia-sip",
    ("INVITE over TCP", request("INVITE", "alice")),
    ("Bob's end of the connection", "tcp.flags.fin == 1 and ip.src == 10.0.0.10"),
    ("no other connection", "tcp.flags.syn == 1 and tcp.flags.ack == 0", 1))
async def sofia_calling(lab):
    """Alice (sofia-sip) calls over TCP; Bob's program is killed before it has said anything. Hers is told 408 after 32 s, as if
    the connection still were there."""
    await sofia_calls(lab, [expect("INVITE", keep=True), wait(60)], 45, "nua_r_invite 408 Request Timeout")


@recording("connection-lost-ringing-sofia-sip",
    ("180 over TCP", response(180, source="bob")),
    ("Bob's end of the connection", "tcp.flags.fin == 1 and ip.src == 10.0.0.10"),
    ("Alice's attempt to hang up, refused", "tcp.flags.reset == 1 and ip.src == 10.0.0.10"),
    ("no CANCEL", request("CANCEL"), 0))
async def sofia_ringing(lab):
    """Bob rings over TCP, and his program is killed: Alice (sofia-sip) is told nothing. When she hangs up after 50 s, her
    CANCEL has nobody to go to."""
    await sofia_calls(lab, [expect("INVITE", keep=True), TRYING, wait(0.5), RINGING, wait(60)], 50, "")


@recording("connection-lost-in-call-sofia-sip",
    ("90 s agreed, Alice refreshes", response(200, source="bob") + " and sip.Session-Expires"),
    ("Bob's end of the connection", "tcp.flags.fin == 1 and ip.src == 10.0.0.10"),
    ("her refresh and her BYE have nobody to go to", "tcp.flags.reset == 1 and ip.src == 10.0.0.10", 2),
    ("no BYE", request("BYE"), 0))
async def sofia_call(lab):
    """In a call over TCP, 90 s agreed, Bob's program is killed: Alice (sofia-sip) notices it at her refresh, and ends the call
    for herself."""
    await sofia_calls(lab, [expect("INVITE", keep=True), RINGING, answer("Session-Expires: 90;refresher=uac", *WITH_TIMER),
                            expect("ACK"), wait(60)], 80, "503 to BYE", 90)
