# SPDX-License-Identifier: GPL-2.0-or-later
"""Recordings of habits: what software does with what it does not expect or support, with session timers, when its
connection is lost, behind a dispatcher and with its topology hidden.

The docstring of each function becomes the comment inside its capture.
"""
import asyncio
import dataclasses
import signal

from calls import call, trio
from dialogs import ANSWERED, TIMED, calls, timed_asterisk
from lab import SIGNALLING, UDP_AND_TCP, LabError, certificate, recorder, request, response, run
from scenario import CALLED, CALLER, ack, answer, bye, expect, invite, label, maybe, sipp_version, wait
from sipua import Flow, Phone
from software import ROOT, Asterisk, Baresip, Browser, Linphone, endpoint

RECORDINGS = {}

recording = recorder(RECORDINGS)

LOOSE = ("-default_behaviors", "-bye,-abortunexp")
FAILURES = (302, 401, 403, 404, 407, 408, 430, 480, 486, 487, 500, 503, 600, 603)

# "+": no To tag.
TRYING = CALLED.respond("100 Trying", "+")
RINGING = CALLED.respond("180 Ringing")

# Requests of Bob's that go to whom the call came from.
ALICE = dataclasses.replace(CALLED, other="[$from]")

TO_PROXY = {"uri": "sip:bob@example.com", "branch": "i1", "routes": False}


def failed(seconds=30):
    """Alice gets a failure, whichever, and acknowledges it."""
    return [invite(uri="sip:bob@example.com"), maybe(100, 180), *(expect(code, optional=True, then=1) for code in FAILURES),
            expect(200, timeout=seconds * 1000, after=2), label(1), ack(**TO_PROXY), label(2), wait(0.5)]


async def loosely(lab, host, steps, target, limit=60):
    """sipp runs to its end, whatever it thinks of it."""
    caller = await lab.sipp(host, steps, f"{target}:5060", *LOOSE)
    await caller.wait(limit)


async def time_passes(lab):
    """Alice asks nobody for something, so that the capture shows how much time has passed."""
    lab.mute(lab.host("bob3"))
    await loosely(lab, lab.hosts["alice"], [CALLER.request(
        "OPTIONS", 1, uri="sip:carol@[remote_ip]:[remote_port]", branch="o1", tag="", routes=False, retrans=0), wait(0.3)],
        "10.0.0.12")


# SIPp's own scenarios


async def own_scenario(lab, host, name, target=None, *options):
    """Starts sipp with a scenario that it brings along; a caller calls after 8 s, and lives on after that."""
    lab.uses(f"SIPp {sipp_version()}")
    argv = ["sipp", "-sn", name, "-i", host.address, "-p", "5060", "-r", "1", "-rp", "8000", "-l", "1", "-nostdin", *options]
    process = await lab.start(f"sipp-{name}", host, *argv, *([target] if target else []))
    await asyncio.sleep(0.5)
    return process


async def own_caller(lab, steps, seconds, *options):
    """Alice's sipp calls Bob's with its own scenario, for 30 s if nothing comes between."""
    alice, bob = lab.host("alice"), lab.host("bob")
    await lab.record(capture_filter=SIGNALLING)
    if steps:
        await lab.sipp(bob, steps, None, *LOOSE)
    else:
        lab.mute(bob)
    await own_scenario(lab, alice, "uac", "10.0.0.10:5060", "-s", "bob", "-d", "30000", *options)
    await asyncio.sleep(8 + seconds)


@recording("ack-never-sipp",
    ("200s from Bob", response(200, source="bob"), 10),
    ("no BYE from Bob", request("BYE", "bob"), 0),
    ("no answer to Alice's BYE", response(200, "BYE"), 0))
async def ack_never(lab):
    """Alice sends no ACK to Bob, who is sipp with its own scenario uas: he repeats his 200 for 27.5 s, sends no BYE, and has
    no answer for Alice's."""
    alice, bob = lab.host("alice"), lab.host("bob")
    await lab.record(capture_filter=SIGNALLING)
    await own_scenario(lab, bob, "uas")
    await loosely(lab, alice, [invite(), maybe(100, 180, 183), expect(200, rrs=True), wait(45), bye(2), expect(200, timeout=10000),
                               label(1)], "10.0.0.10", 90)


@recording("unanswered-sipp",
    ("INVITEs from Alice", request("INVITE", "alice"), 6))
async def unanswered_sipp(lab):
    """Bob is mute; Alice, who is sipp with its own scenario uac, sends her INVITE six times."""
    await own_caller(lab, None, 42, "-m", "1")
    await time_passes(lab)


@recording("cancel-after-181-sipp",
    ("181 from Bob", response(181, source="bob")),
    ("CANCEL from Alice", request("CANCEL", "alice")),
    ("487s from Bob", response(487, source="bob")),
    ("no ACK from Alice", request("ACK", "alice"), 0))
async def cancel_sipp(lab):
    """Bob says 181, which sipp's own scenario uac does not expect: Alice CANCELs at once, and does not acknowledge the
    487."""
    await own_caller(lab, [
        expect("INVITE", keep=True), TRYING, wait(0.5), CALLED.respond("181 Call Is Being Forwarded"),
        expect("CANCEL", timeout=5000, after=1), CALLED.respond("200 OK"),
        CALLED.respond_later("487 Request Terminated", retrans=500), expect("ACK", timeout=6000, after=1), label(1), wait(10)], 6.5)


@recording("bye-for-an-options-sipp",
    ("OPTIONS from Bob", request("OPTIONS", "bob")),
    ("no answer", "sip.CSeq.method == OPTIONS and sip.Status-Code", 0),
    ("BYE from Alice", request("BYE", "alice")))
async def options_sipp(lab):
    """Bob asks in the call what Alice can do (OPTIONS), which sipp's own scenario uac does not expect: it has no answer, and
    Alice hangs up."""
    await own_caller(lab, [
        expect("INVITE", keep=True), answer(), expect("ACK"), wait(1), ALICE.request("OPTIONS", 2, tag="", retrans=0),
        expect("BYE", timeout=5000, after=1), CALLED.respond("200 OK"), label(1), wait(2)], 4)


# Topology hiding


async def hidden(lab, scenario, steps, limit=60, **defines):
    """Alice calls Bob through Kamailio's topoh."""
    alice, p1, bob = trio(lab)
    await lab.kamailio(p1, "proxy.cfg", NEXT="sip:10.0.0.10:5060", TOPOH=True, **defines)
    await lab.record()
    if steps:
        await lab.sipp(bob, steps, None, *LOOSE)
    else:
        lab.mute(bob)
    await call(lab, alice, p1, scenario, "-d", "38000", limit=limit)


SILENT = [expect("INVITE", keep=True), TRYING, expect("CANCEL", timeout=60000), CALLED.respond("200 OK"),
          CALLED.respond_later("487 Request Terminated", vias=2, retrans=500), expect("ACK")]
MASKED = "sip.Via.sent-by.address == 10.1.1.10"


@recording("stuck-topology-hidden",
    ("INVITE with a masked Via", request("INVITE", "p1") + f" and {MASKED}"),
    ("the same Call-ID at both hops", 'sip.Method == "INVITE" and sip.Call-ID contains "@10.0.0.1"', 2),
    ("Alice's CANCEL after 38 s", request("CANCEL", "alice")))
async def stuck_hidden(lab):
    """Kamailio masks Via, Contact and Record-Route (topoh); Bob says 100 and falls silent, Alice CANCELs after 38 s."""
    await hidden(lab, "uac-cancel-trying", SILENT)


@recording("stuck-call-id-hidden",
    ("INVITE with a masked Via", request("INVITE", "p1") + f" and {MASKED}"),
    ("and a masked Call-ID", request("INVITE", "p1") + ' and sip.Call-ID contains "!!:"'),
    ("Alice's CANCEL after 38 s", request("CANCEL", "alice")))
async def stuck_call_id(lab):
    """As stuck-topology-hidden, and the Call-ID is masked, too: only From tag and CSeq tell that it is one call."""
    await hidden(lab, "uac-cancel-trying", SILENT, HIDE_CALL_ID=True)


@recording("silent-call-id-hidden",
    ("INVITEs with a masked Call-ID", request("INVITE", "p1") + ' and sip.Call-ID contains "!!:"', 10),
    ("408 to Alice", response(408, target="alice")))
async def silent_call_id(lab):
    """Kamailio masks the Call-ID, too (topoh); Bob answers nothing, 408 after 30 s."""
    await hidden(lab, "uac-fail", None, HIDE_CALL_ID=True)


# A dispatcher


async def gateways(lab, first, second):
    """Kamailio's dispatcher: the first gateway, then the second."""
    alice, p1 = lab.host("alice"), lab.host("p1")
    listed = lab.work / "gateways"
    listed.write_text("1 sip:10.0.0.11:5060 0 20\n1 sip:10.0.0.12:5060 0 10\n")
    for name, steps in (("bob2", first), ("bob3", second)):
        host = lab.host(name)
        if steps:
            await lab.sipp(host, steps)
        else:
            lab.mute(host)
    await lab.kamailio(p1, "proxy.cfg", GATEWAYS=str(listed))
    await lab.record()
    return alice, p1


@recording("gateway-silent",
    ("INVITEs to the first gateway", request("INVITE", "p1", "bob2"), 10),
    ("INVITE to the second, 30 s later", request("INVITE", "p1", "bob3") + " and frame.time_relative > 29"),
    ("200 to Alice", response(200, target="alice")))
async def gateway_silent(lab):
    """Kamailio's dispatcher: the first gateway answers nothing, after 30 s the second one is tried, which answers."""
    alice, p1 = await gateways(lab, None, "uas-answer")
    await call(lab, alice, p1, "uac-answer", limit=60)


@recording("gateway-503",
    ("503 from the first gateway", response(503, source="bob2")),
    ("no INVITE to the second", request("INVITE", "p1", "bob3"), 0),
    ("500 to Alice", response(500, target="alice")))
async def gateway_503(lab):
    """Kamailio's dispatcher with the failure route of the example in its documentation: the first gateway says 503, the
    second is not tried, Alice gets 500."""
    alice, p1 = await gateways(lab, "uas-unavailable", "uas-answer")
    await call(lab, alice, p1, "uac-fail", limit=60)


# What a fork chooses


async def forked(lab, first, second, root=None, cancel=False):
    """Two phones; the first fails after 0.2 s, the second after 0.6 s."""
    alice, p1, bob = trio(lab)
    other = lab.host("bob2")
    await lab.kamailio(p1, "proxy.cfg", NEXT="sip:10.0.0.11:5060", SECOND="sip:10.0.0.10:5060", root=root)
    await lab.record()
    for host, seconds, (status, *fields) in ((other, 0.2, first), (bob, 0.6, second)):
        await lab.sipp(host, [expect("INVITE", keep=True), TRYING, wait(seconds),
                              CALLED.respond_later(status, *fields, vias=2, retrans=500), expect("ACK", timeout=3000, after=1),
                              label(1)], None, *LOOSE)
    await loosely(lab, alice, failed(5), "10.0.0.2", 20)


WWW = 'WWW-Authenticate: Digest realm="one", nonce="0001"'
PROXY = 'Proxy-Authenticate: Digest realm="two", nonce="0002"'


@recording("fork-401-hides-busy",
    ("401 from the first phone", response(401, source="bob2")),
    ("486 from the second", response(486, source="bob")),
    ("401 to Alice", response(401, target="alice")),
    ("no 486 to Alice", response(486, target="alice"), 0))
async def fork_401(lab):
    """Forked in parallel by Kamailio 6: one phone asks for credentials (401), the other is busy (486); Alice gets the 401."""
    await forked(lab, ("401 Unauthorized", WWW), ("486 Busy Here",), ROOT)


@recording("fork-407-hides-not-found",
    ("407 from the first gateway", response(407, source="bob2")),
    ("404 from the second", response(404, source="bob")),
    ("407 to Alice", response(407, target="alice")))
async def fork_407(lab):
    """Forked in parallel: one gateway asks for credentials (407), the other says 404; Alice gets the 407."""
    await forked(lab, ("407 Proxy Authentication Required", PROXY), ("404 Not Found",))


@recording("fork-two-challenges",
    ("401 from the first phone", response(401, source="bob2")),
    ("407 from the second", response(407, source="bob")),
    ("401 to Alice with both challenges",
     response(401, target="alice") + " and sip.WWW-Authenticate and sip.Proxy-Authenticate"))
async def fork_both(lab):
    """Forked in parallel by Kamailio 6: one phone says 401, the other 407; Alice gets a 401 that has both challenges."""
    await forked(lab, ("401 Unauthorized", WWW), ("407 Proxy Authentication Required", PROXY), ROOT)


@recording("cancel-with-a-silent-branch",
    ("180 to Alice", response(180, target="alice")),
    ("her CANCEL", request("CANCEL", "alice")),
    ("487 from the phone that rang", response(487, source="bob")),
    ("INVITEs to the silent phone, after it", request("INVITE", "p1", "bob2") + " and frame.time_relative > 3"),
    ("487 to Alice, 30 s after the INVITE", response(487, target="alice") + " and frame.time_relative > 29"))
async def cancel_silent(lab):
    """Forked in parallel: one phone rings, the other says nothing at all. Alice hangs up after 2 s; Kamailio goes on with
    its INVITEs to the silent phone, and her 487 comes 30 s after her INVITE."""
    alice, p1, bob = trio(lab)
    lab.mute(lab.host("bob2"))
    await lab.kamailio(p1, "proxy.cfg", NEXT="sip:10.0.0.11:5060", SECOND="sip:10.0.0.10:5060")
    await lab.record()
    await lab.sipp(bob, "uas-ring-cancel")
    await loosely(lab, alice, [
        invite(uri="sip:bob@example.com"), maybe(100), expect(180), wait(2),
        CALLER.request("CANCEL", 1, tag="", **TO_PROXY), expect(200), expect(487, timeout=60000, after=1),
        ack(**TO_PROXY), label(1), wait(0.5)], "10.0.0.2")


# Asterisk: session refreshes that are refused


REFRESHES = ("Supported: timer, UPDATE", "Session-Expires: 90;refresher=uas", "Allow: INVITE, ACK, BYE, CANCEL, UPDATE")


@recording("session-refresh-405-asterisk",
    ("90 s agreed, Asterisk refreshes", response(200, target="alice") + " and sip.Session-Expires"),
    ("405s to its refreshes", response(405, "UPDATE", source="alice"), 2),
    ("BYE from Asterisk, 90 s after the answer", request("BYE", "p1") + " and frame.time_relative > 89"))
async def refresh_405(lab):
    """90 s agreed, Asterisk refreshes half way; Alice refuses UPDATE with 405, and once more when it comes again at once.
    Asterisk hangs up when the 90 s are over."""
    refused = [expect("UPDATE", timeout=60000, after="1"), CALLER.respond("405 Method Not Allowed", "Allow: INVITE, ACK, BYE")]
    await timed_asterisk(lab, expect(200, rrs=True), ack(), *refused * 2, expect("BYE", timeout=60000, after="1"),
                         CALLER.respond("200 OK"), label(1), wait(1), invite_fields=REFRESHES)


@recording("session-refresh-408-asterisk",
    ("408 to its refresh", response(408, "UPDATE", source="alice")),
    ("BYE from Asterisk", request("BYE", "p1")))
async def refresh_408(lab):
    """90 s agreed, Asterisk refreshes half way; Alice's side says 408, and Asterisk's BYE comes."""
    await timed_asterisk(lab, expect(200, rrs=True), ack(), expect("UPDATE", timeout=60000, after="1"),
                         CALLER.respond("408 Request Timeout"), expect("BYE", timeout=60000, after="1"),
                         CALLER.respond("200 OK"), label(1), wait(1), invite_fields=REFRESHES)


async def asterisk_calls(lab, steps, *lines, contact="sip:bob@10.0.0.10:5060", options=LOOSE):
    """Alice calls Bob through Asterisk, which has these lines for him; the processes of Bob and Alice."""
    alice, p1, bob = trio(lab)
    await Asterisk(lab, p1, "[default]\nexten => bob,1,Dial(PJSIP/bob)\n same => n,Hangup()\n",
                   endpoint("alice", "timers=no", contact="sip:alice@10.0.0.1:5060")
                   + endpoint("bob", *lines, contact=contact)
                   + "[id1]\ntype=identify\nendpoint=alice\nmatch=10.0.0.1\n"
                   + "[id2]\ntype=identify\nendpoint=bob\nmatch=10.0.0.10\n").start()
    await lab.record(capture_filter=SIGNALLING)
    called = await lab.sipp(bob, steps, None, *options)
    caller = await lab.sipp(alice, [
        invite(), maybe(100, 180), *(expect(code, optional=True, then=1) for code in FAILURES),
        expect(200, rrs=True, timeout=40000, after=2), ack(), expect("BYE", timeout=140000, after=2),
        CALLER.respond("200 OK"), wait(0.5), label(2), label(1)], "10.0.0.2:5060", *LOOSE)
    return called, caller


@recording("session-422-twice-asterisk",
    ("422s from Bob", response(422, source="bob"), 2),
    ("INVITEs to Bob", request("INVITE", "p1"), 2),
    ("500 to Alice", response(500, target="alice")))
async def asterisk_422(lab):
    """Asterisk offers Bob a session of 90 s; he wants 120 s (422), and 240 s when it comes with 120 s: it gives up, and says
    500 to Alice."""
    _, caller = await asterisk_calls(lab, [
        expect("INVITE"), CALLED.respond("422 Session Interval Too Small", "Min-SE: 120"), expect("ACK"),
        expect("INVITE", timeout=5000, after=1), CALLED.respond("422 Session Interval Too Small", "Min-SE: 240"), expect("ACK"),
        expect("INVITE", timeout=5000, after=1), CALLED.respond("486 Busy Here"), label(1), wait(1)],
        "timers=always", "timers_sess_expires=90")
    await caller.wait(60)


@recording("connection-lost-in-call-asterisk",
    ("INVITE over TCP", request("INVITE", "p1", "bob") + " and tcp"),
    ("Bob's end of the connection", "(tcp.flags.fin == 1 or tcp.flags.reset == 1) and ip.src == 10.0.0.10"))
async def asterisk_connection(lab):
    """Asterisk has called Bob over TCP, 90 s agreed, and refreshes itself; Bob's program is killed in the call."""
    called, caller = await asterisk_calls(lab, [
        expect("INVITE", keep=True), RINGING,
        answer("Session-Expires: 90;refresher=uac", "Supported: timer", "Require: timer",
               "Allow: INVITE, ACK, BYE, CANCEL, UPDATE"), expect("ACK"), wait(140)],
        "timers=always", "timers_sess_expires=90", contact="sip:bob@10.0.0.10:5060\\;transport=tcp",
        options=("-t", "t1", *LOOSE))
    await asyncio.sleep(4)
    await called.stop(signal.SIGKILL)
    await caller.wait(150)


# Asterisk: registered over TLS and WebSocket


async def registered(lab, transport, rewrite):
    """Bob's phone is registered with Asterisk; its flow."""
    lab.host("alice")
    p1, bob = lab.host("p1"), lab.host("bob")
    more, files = "", {}
    if transport == "tls":
        certificate(lab)
        files = {name: (lab.work / name).read_text() for name in ("key.pem", "cert.pem")}
        more = "[tls]\ntype=transport\nprotocol=tls\nbind={address}:5061\ncert_file={folder}/cert.pem\n" \
               "priv_key_file={folder}/key.pem\nmethod=tlsv1_2\n"
    else:
        files = {"http.conf": f"[general]\nenabled=yes\nbindaddr={p1.address}\nbindport=8088\n"}
        more = "[ws]\ntype=transport\nprotocol=ws\nbind={address}\n"
    await Asterisk(lab, p1, "[default]\nexten => bob,1,Dial(PJSIP/bob)\n same => n,Hangup()\n",
                   endpoint("alice", contact="sip:alice@10.0.0.1:5060") + endpoint("bob", f"rewrite_contact={rewrite}")
                   + "[id1]\ntype=identify\nendpoint=alice\nmatch=10.0.0.1\n"
                   + "[id2]\ntype=identify\nendpoint=bob\nmatch=10.0.0.10\n" + more, **files).start()
    await lab.record()
    flow = Flow(Phone(lab, bob), 1, p1, 5061 if transport == "tls" else 8088, transport, 40001)
    flow.path = "/ws"
    await flow.open()
    if (await flow.register()).code != 200:
        raise LabError("not registered")
    await asyncio.sleep(1)
    return flow


@recording("registration-tls-reset-asterisk",
    ("REGISTER over TLS", request("REGISTER", "bob")),
    ("the phone's RST", "tcp.flags.reset == 1 and ip.src == 10.0.0.10"),
    ("404 to Alice", response(404, target="alice")))
async def tls_reset(lab):
    """Asterisk removes the contact of a phone whose TLS connection is reset (rewrite_contact=yes): a call gets 404."""
    flow = await registered(lab, "tls", "yes")
    flow.reset()
    await asyncio.sleep(1)
    await loosely(lab, lab.hosts["alice"], failed(), "10.0.0.2")


@recording("registration-ws-closed-asterisk",
    ("REGISTER over WebSocket", request("REGISTER", "bob")),
    ("the phone's FIN", "tcp.flags.fin == 1 and ip.src == 10.0.0.10"),
    ("404 to Alice", response(404, target="alice")))
async def ws_closed(lab):
    """Over WebSocket Asterisk removes the contact of a phone whose connection closes even with rewrite_contact=no: a call
    gets 404."""
    flow = await registered(lab, "ws", "no")
    await flow.close()
    await asyncio.sleep(1)
    await loosely(lab, lab.hosts["alice"], failed(), "10.0.0.2")


@recording("registration-ws-unplugged-asterisk",
    ("REGISTER over WebSocket", request("REGISTER", "bob")),
    ("the INVITE over its connection", request("INVITE", "p1", "bob")),
    ("408 to Alice", response(408, target="alice")))
async def ws_unplugged(lab):
    """The phone, registered over WebSocket, is off the wire: Asterisk tells the caller 408 after 32 s."""
    flow = await registered(lab, "ws", "yes")
    lab.unplug(flow.phone.host)
    await asyncio.sleep(1)
    await loosely(lab, lab.hosts["alice"], failed(60), "10.0.0.2", 80)


# JsSIP and SIP.js: session timers


WITH_TIMER = ("Supported: timer", "Require: timer", "Allow: INVITE, ACK, BYE, CANCEL, UPDATE")


async def browser_calls(lab, library, steps, seconds, *commands):
    """JsSIP or SIP.js calls Bob over WebSocket and an edge; after 3 s it is told each of these."""
    alice, edge, bob = lab.host("alice"), lab.host("edge1"), lab.host("bob")
    await lab.kamailio(edge, "edge.cfg", (*UDP_AND_TCP, "tcp:{}:80"), REGISTRAR="sip:10.0.0.10:5060", WITH_WS=True)
    await lab.record()
    await lab.sipp(bob, [expect("INVITE", keep=True), RINGING, wait(0.3), *steps, wait(1)], None, *LOOSE)
    phone = await Browser(lab, alice, library, "ws://10.0.0.5:80").start()
    for command in ("call sip:bob@example.com", *commands):
        await phone.tell(command)
        await asyncio.sleep(3)
    await asyncio.sleep(seconds - 3 * (1 + len(commands)))


ENDED = [expect("BYE", timeout=120000, after=1), CALLED.respond("200 OK"), label(1)]


@recording("session-not-refreshed-jssip",
    ("90 s agreed, Bob refreshes", response(200, target="edge1") + " and sip.Session-Expires"),
    ("BYE from Alice after 99 s", request("BYE", "alice") + " and frame.time_relative > 95"))
async def jssip_expiry(lab):
    """90 s agreed, Bob is to refresh and does not: Alice (JsSIP) hangs up after 99 s, when the session is long over."""
    await browser_calls(lab, "jssip", [answer("Session-Expires: 90;refresher=uas", *WITH_TIMER), expect("ACK"), *ENDED], 106)


def refused_refresh(code):
    return [answer("Session-Expires: 90;refresher=uac", *WITH_TIMER), expect("ACK"), expect("UPDATE", timeout=60000, after=1),
            CALLED.respond(code, "Min-SE: 120"), *ENDED]


@recording("session-refresh-481-jssip",
    ("Alice's refresh", request("UPDATE", "alice")),
    ("481 to it", response(481, "UPDATE", source="bob")),
    ("her BYE with Reason", request("BYE", "alice") + " and sip.Reason"))
async def jssip_481(lab):
    """90 s agreed, Alice (JsSIP) refreshes half way; Bob says 481, and her BYE comes with Reason: SIP;cause=500."""
    await browser_calls(lab, "jssip", refused_refresh("481 Call/Transaction Does Not Exist"), 52)


@recording("session-refresh-422-jssip",
    ("Alice's refresh", request("UPDATE", "alice"), 1),
    ("422 to it", response(422, "UPDATE", source="bob")),
    ("no BYE from Alice", request("BYE", "alice"), 0))
async def jssip_422(lab):
    """90 s agreed, Alice (JsSIP) refreshes half way; Bob wants 120 s (422). She neither asks again nor hangs up."""
    await browser_calls(lab, "jssip", refused_refresh("422 Session Interval Too Small"), 104)
    await time_passes(lab)


@recording("reinvite-481-sip-js",
    ("481 to Alice's re-INVITE", response(481, target="alice")),
    ("no BYE from Alice", request("BYE", "alice"), 0))
async def sipjs_481(lab):
    """Alice (SIP.js) sends a re-INVITE; Bob, who has forgotten the call, says 481. She sends no BYE."""
    await browser_calls(lab, "sipjs", [answer(), expect("ACK"), expect("INVITE", timeout=30000, after=1),
                                       CALLED.respond("481 Call/Transaction Does Not Exist"), expect("ACK"), *ENDED], 24,
                        "renegotiate")
    await time_passes(lab)


# A phone that starts again


@recording("registration-again-linphone",
    ("REGISTERs from Bob", request("REGISTER", "bob"), 2),
    ("INVITE to the new port", request("INVITE", "registrar") + " and udp.dstport == 5070"),
    ("INVITE to the old one", request("INVITE", "registrar") + " and udp.dstport == 5060 and ip.dst == 10.0.0.10"),
    ("487 to Alice", response(487, target="alice")))
async def linphone_again(lab):
    """Bob (linphonec) is killed and starts again at another port: both contacts stay registered, a call goes to both, and
    Alice, who hangs up after 3 s, waits for her 487 because of the dead one."""
    alice, registrar, bob = lab.host("alice"), lab.host("registrar"), lab.host("bob")
    await lab.kamailio(registrar, "registrar.cfg", FR_TIMER=30000)
    await lab.record(capture_filter="not arp and (not udp or port 5060 or port 5070)")
    account = "[proxy_0]\nreg_proxy=<sip:10.0.0.4>\nreg_identity=sip:bob@example.com\nreg_expires=600\n" \
              "reg_sendregister=1\npublish=0\n"
    first = await Linphone(lab, bob, "bob", account=account).start()
    await asyncio.sleep(4)
    await first.process.stop(signal.SIGKILL)
    await Linphone(lab, bob, "bob", port=5070, account=account).start()
    await asyncio.sleep(4)
    to_bob = {"uri": "sip:bob@example.com", "branch": "i1", "routes": False}
    await loosely(lab, alice, [
        invite(uri="sip:bob@example.com"), maybe(100), expect(180, timeout=8000, after=1), wait(3),
        CALLER.request("CANCEL", 1, tag="", **to_bob), expect(200), expect(487, timeout=60000, after=1), ack(**to_bob),
        label(1), wait(0.5)], "10.0.0.4", 90)


# A NAT that forgets


@recording("nat-forgets",
    ("REGISTER through the NAT", request("REGISTER", "router")),
    ("the first call arrives", response(180, source="router")),
    ("INVITEs to the NAT's old port, 25 s later", request("INVITE", "registrar", "router") + " and frame.time_relative > 25"),
    ("no answer to them", response(180, source="router") + " and frame.time_relative > 25", 0))
async def nat_forgets(lab):
    """Bob (baresip, no keep-alive) is registered through a NAT that forgets him after 20 s: a call right away rings, one
    25 s later does not reach him."""
    alice, registrar, router = lab.host("alice"), lab.host("registrar"), lab.host("router")
    phone = lab.behind(router, "inside", "10.0.1.10")
    inside = ("ip", "netns", "exec", router.namespace, "nft")
    run(*inside, "add table ip nat")
    run(*inside, "add chain ip nat out { type nat hook postrouting priority 100 ; }")
    run(*inside, "add rule ip nat out oifname eth0 masquerade")
    for name in ("udp_timeout", "udp_timeout_stream"):
        router.sysctl(f"net.netfilter.nf_conntrack_{name}=20")
    await lab.kamailio(registrar, "registrar.cfg", NAT=True, FR_TIMER=30000)
    await lab.record()
    await Baresip(lab, phone, "bob", ';auth_pass=x;outbound="sip:10.0.0.4"', regint=600).start()
    await asyncio.sleep(2)
    to_bob = {"uri": "sip:bob@example.com", "branch": "i1", "routes": False}
    await loosely(lab, alice, [
        invite(uri="sip:bob@example.com"), maybe(100), expect(180, timeout=20000, after=1), wait(1),
        CALLER.request("CANCEL", 1, tag="", **to_bob), expect(200), expect(487, timeout=5000, after=1), ack(**to_bob),
        label(1), wait(0.5)], "10.0.0.4")
    await asyncio.sleep(25)
    await loosely(lab, alice, failed(60), "10.0.0.4", 80)
