# SPDX-License-Identifier: GPL-2.0-or-later
"""Recordings of what follows the answer: ACK, end of the call, re-INVITE, session timer, PRACK, CANCEL.

The docstring of each function becomes the comment inside its capture.
"""
import asyncio
import signal

from lab import SIGNALLING, recorder, request, response
from scenario import (CALLED, CALLER, ack, answer, bye, expect, invite, label, maybe, remember, sdp, wait)
from software import Asterisk, Baresip, Linphone, endpoint

RECORDINGS = {}

recording = recorder(RECORDINGS)

ANSWERED = [invite(), *[maybe(100, 180, 183)], expect(200, rrs=True), ack()]


async def calls(lab, alice, steps, target="10.0.0.10", *options, limit=60):
    """Alice's sipp runs to its end."""
    caller = await lab.sipp(alice, steps, f"{target}:5060", *options)
    await caller.succeed(limit)


# The 200 and its ACK


async def later(lab, target="10.0.0.2"):
    """Alice's sipp asks for something else, so that the capture shows how much time has passed."""
    await calls(lab, lab.hosts["alice"], [
        CALLER.request("OPTIONS", 1, uri="sip:bob@[remote_ip]:[remote_port]", branch="o1", tag="", routes=False),
        expect(200)], target)


async def never_acknowledged(lab, target="10.0.0.10"):
    await calls(lab, lab.hosts["alice"], [
        invite(), maybe(100, 180, 183), expect(200, rrs=True), expect("BYE", timeout=40000, after=1),
        CALLER.respond("200 OK"), label(1), wait(3)], target, "-default_behaviors", "-bye,-abortunexp")


@recording("ack-never-baresip",
    ("200s from Bob", response(200, source="bob")),
    ("his BYE", request("BYE", "bob")),
    ("no ACK", request("ACK"), 0))
async def ack_never_baresip(lab):
    """Alice has Bob's 200 and sends no ACK; Bob is baresip, which answers by itself."""
    lab.host("alice")
    await Baresip(lab, lab.host("bob"), "bob", ";answermode=auto").start()
    await lab.record(capture_filter=SIGNALLING)
    await never_acknowledged(lab)


@recording("ack-never-linphone",
    ("200s from Bob", response(200, source="bob")),
    ("his BYE", request("BYE", "bob")),
    ("no ACK", request("ACK"), 0))
async def ack_never_linphone(lab):
    """Alice has Bob's 200 and sends no ACK; Bob is linphonec, which answers by itself."""
    lab.host("alice")
    await Linphone(lab, lab.host("bob"), "bob").start("-a")
    await lab.record(capture_filter=SIGNALLING)
    await never_acknowledged(lab)


@recording("ack-never-asterisk",
    ("200s from Asterisk", response(200, source="p1")),
    ("its BYE", request("BYE", "p1")),
    ("no ACK", request("ACK"), 0))
async def ack_never_asterisk(lab):
    """Alice has the 200 of Asterisk and sends no ACK."""
    await asterisk_answers(lab)
    await never_acknowledged(lab, "10.0.0.2")


@recording("ack-late-baresip",
    ("200s from Bob", response(200, source="bob")),
    ("Alice's ACKs", request("ACK", "alice")))
async def ack_late(lab):
    """Bob's 200 comes twice before Alice, who is deaf for a second, hears it and acknowledges (baresip to baresip)."""
    alice, bob = lab.host("alice"), lab.host("bob")
    called = await Baresip(lab, bob, "bob").start()
    phone = await Baresip(lab, alice, "alice").start()
    await lab.record(capture_filter=SIGNALLING)
    await phone.dial("sip:bob@10.0.0.10")
    await asyncio.sleep(1)
    alice.deafen(bob.address, to_port=5060, protocol="udp")
    await called.tell("accept")
    await asyncio.sleep(1.2)
    alice.hear()
    await asyncio.sleep(3)
    await phone.tell("hangup")
    await asyncio.sleep(1)


@recording("ack-to-a-private-address",
    ("200s from Bob, who names a private address", response(200, source="bob")),
    ("ACKs to that address", request("ACK", "alice")))
async def ack_private(lab):
    """Bob's 200 names an address behind his NAT in Contact; Alice (baresip) sends her ACKs there."""
    alice, bob = lab.host("alice"), lab.host("bob")
    alice.ip("route", "add", "192.168.7.0/24", "via", "10.0.0.254")
    alice.false_neighbour("10.0.0.254")
    phone = await Baresip(lab, alice, "alice").start()
    await lab.record(capture_filter=SIGNALLING)
    contact = "Contact: <sip:bob@192.168.7.10:5060>"
    await lab.sipp(bob, [expect("INVITE", keep=True), CALLED.respond("180 Ringing", contact=contact), wait(1),
                         answer(contact=contact), expect("ACK", timeout=36000, after="1"), label(1), wait(1)],
                   None, "-default_behaviors", "-bye,-abortunexp")
    await phone.dial("sip:bob@10.0.0.10")
    await asyncio.sleep(40)


@recording("ack-without-route",
    ("200s to Alice", response(200, target="alice")),
    ("her ACKs, to the proxy", request("ACK", "alice", "p1")),
    ("no ACK to Bob", request("ACK", target="bob"), 0))
async def ack_without_route(lab):
    """Alice sends her ACK to the proxy without the Route that its Record-Route asks for: Kamailio keeps it, Bob
    (baresip) repeats his 200."""
    alice, p1, bob = lab.host("alice"), lab.host("p1"), lab.host("bob")
    await Baresip(lab, bob, "bob", ";answermode=auto").start()
    await lab.kamailio(p1, "proxy.cfg", NEXT="sip:10.0.0.10:5060")
    await lab.record(capture_filter=SIGNALLING)
    # sipp says its ACK again when the 200 comes again.
    await calls(lab, alice, [invite(), maybe(100, 180), expect(200, rrs=True), ack(routes=False), expect("BYE"),
                             CALLER.respond("200 OK"), wait(1)], "10.0.0.2", limit=60)


@recording("ack-of-a-480-never",
    ("480s from the proxy", response(480, target="alice"), 4),
    ("no ACK", request("ACK"), 0),
    ("OPTIONS, 40 s later", request("OPTIONS", "alice")))
async def ack_of_a_failure(lab):
    """Kamailio's own 480 is never acknowledged by Alice: it comes four times in 4 s, then Kamailio has forgotten the
    call. 40 s later something else is sent."""
    alice, p1, bob = lab.host("alice"), lab.host("p1"), lab.host("bob")
    await Baresip(lab, bob, "bob").start()
    await lab.kamailio(p1, "proxy.cfg", REFUSE="480", REFUSE_PHRASE="Temporarily Unavailable", NEXT="sip:10.0.0.10:5060")
    await lab.record(capture_filter=SIGNALLING)
    await calls(lab, alice, [invite(), maybe(100), expect(480), wait(40)], "10.0.0.2",
                "-default_behaviors", "-bye,-abortunexp")
    await later(lab)


# How a call ends


@recording("end-by-the-called-side",
    ("BYE from Bob", request("BYE", "bob")),
    ("its 200", response(200, "BYE", target="bob")))
async def end_called(lab):
    """baresip to baresip through a proxy: Bob answers and hangs up."""
    alice, p1, bob = lab.host("alice"), lab.host("p1"), lab.host("bob")
    called = await Baresip(lab, bob, "bob", ";answermode=auto").start()
    phone = await Baresip(lab, alice, "alice").start()
    await lab.kamailio(p1, "proxy.cfg", NEXT="sip:10.0.0.10:5060")
    await lab.record(capture_filter=SIGNALLING)
    await phone.dial("sip:bob@10.0.0.2")
    await asyncio.sleep(3)
    await called.tell("hangup")
    await asyncio.sleep(1)


@recording("end-both-at-once",
    ("BYE from Alice", request("BYE", "alice")),
    ("BYE from Bob", request("BYE", "bob")))
async def end_both(lab):
    """Both baresips hang up before either has heard the other's BYE: Alice and Bob hear nothing for half a second."""
    alice, bob = lab.host("alice"), lab.host("bob")
    called = await Baresip(lab, bob, "bob", ";answermode=auto").start()
    phone = await Baresip(lab, alice, "alice").start()
    await lab.record(capture_filter=SIGNALLING)
    await phone.dial("sip:bob@10.0.0.10")
    await asyncio.sleep(2.5)
    alice.deafen(bob.address)
    bob.deafen(alice.address)
    await asyncio.gather(phone.tell("hangup"), called.tell("hangup"))
    alice.hear()
    bob.hear()
    await asyncio.sleep(4)


@recording("end-by-asterisks-limit",
    ("BYE from Asterisk to Bob", request("BYE", "p1", "bob")),
    ("BYE from Asterisk to Alice", request("BYE", "p1", "alice")))
async def end_asterisk(lab):
    """Asterisk ends the answered call after its own limit of 4 s (TIMEOUT(absolute)): BYE to both sides."""
    alice, p1, bob = lab.host("alice"), lab.host("p1"), lab.host("bob")
    await Baresip(lab, bob, "bob", ";answermode=auto").start()
    phone = await Baresip(lab, alice, "alice").start()
    await b2bua(lab, p1, "exten => bob,1,Set(TIMEOUT(absolute)=4)\n same => n,Dial(PJSIP/bob)\n")
    await lab.record(capture_filter=SIGNALLING)
    await phone.dial("sip:bob@10.0.0.2")
    await asyncio.sleep(7)


@recording("end-reason-q850-asterisk",
    ("BYE from Asterisk with Reason", request("BYE", "p1") + " and sip.Reason"),
    ("its 200", response(200, "BYE", source="alice")))
async def end_reason(lab):
    """Asterisk answers, and after 2 s its dialplan ends the call with Hangup(38), network out of order."""
    await asterisk_answers(lab, "exten => bob,1,Answer()\n same => n,Wait(2)\n same => n,Hangup(38)\n")
    await calls(lab, lab.hosts["alice"], [*ANSWERED, expect("BYE"), CALLER.respond("200 OK"), wait(0.5)], "10.0.0.2")


@recording("end-by-a-proxy-kamailio",
    ("BYE from the proxy to Alice", request("BYE", "p1", "alice")),
    ("BYE from the proxy to Bob", request("BYE", "p1", "bob")))
async def end_kamailio(lab):
    """Kamailio's dialog module ends the call after 3 s: a BYE to each side, made by the proxy."""
    alice, p1, bob = lab.host("alice"), lab.host("p1"), lab.host("bob")
    await Baresip(lab, bob, "bob", ";answermode=auto").start()
    phone = await Baresip(lab, alice, "alice").start()
    await lab.kamailio(p1, "proxy.cfg", NEXT="sip:10.0.0.10:5060", CALL_LIMIT=3)
    await lab.record(capture_filter=SIGNALLING)
    await phone.dial("sip:bob@10.0.0.2")
    await asyncio.sleep(7)


@recording("end-connection-lost",
    ("INVITE over TCP", request("INVITE", "alice") + " and tcp"),
    ("Bob's end of the connection", "(tcp.flags.fin == 1 or tcp.flags.reset == 1) and ip.src == 10.0.0.10"),
    ("no BYE from Bob", request("BYE", "bob"), 0))
async def end_connection(lab):
    """Over TCP: Bob's program (baresip) is killed in the call; 4 s later Alice (baresip) hangs up, and her BYE has
    nobody to go to."""
    alice, bob = lab.host("alice"), lab.host("bob")
    called = await Baresip(lab, bob, "bob", ";answermode=auto").start()
    phone = await Baresip(lab, alice, "alice").start()
    await lab.record(capture_filter=SIGNALLING)
    await phone.dial("sip:bob@10.0.0.10;transport=tcp")
    await asyncio.sleep(3)
    await called.process.stop(signal.SIGKILL)
    await asyncio.sleep(4)
    await phone.tell("hangup")
    await asyncio.sleep(5)


# BYE


@recording("bye-unanswered",
    ("BYEs from Alice", request("BYE", "alice")),
    ("no answer to them", response(200, "BYE", source="bob"), 0),
    ("Bob's BYE, 40 s later", request("BYE", "bob")),
    ("481 to it", response(481, "BYE", source="alice")))
async def bye_unanswered(lab):
    """Bob's host hears nothing any more in the call; Alice (baresip) hangs up and repeats her BYE until she gives up.
    After 40 s Bob hears again and hangs up, too: 481."""
    alice, bob = lab.host("alice"), lab.host("bob")
    called = await Baresip(lab, bob, "bob", ";answermode=auto").start()
    phone = await Baresip(lab, alice, "alice").start()
    await lab.record(capture_filter=SIGNALLING)
    await phone.dial("sip:bob@10.0.0.10")
    await asyncio.sleep(2.5)
    bob.deafen(alice.address)
    await phone.tell("hangup")
    await asyncio.sleep(40)
    bob.hear()
    await called.tell("hangup")
    await asyncio.sleep(1)


@recording("bye-481-after-a-restart",
    ("BYE from Alice", request("BYE", "alice")),
    ("481 from Bob", response(481, "BYE", "bob")))
async def bye_restarted(lab):
    """Bob's program (baresip) is killed in the call and started again; Alice's BYE gets 481."""
    alice, bob = lab.host("alice"), lab.host("bob")
    called = await Baresip(lab, bob, "bob", ";answermode=auto").start()
    phone = await Baresip(lab, alice, "alice").start()
    await lab.record(capture_filter=SIGNALLING)
    await phone.dial("sip:bob@10.0.0.10")
    await asyncio.sleep(2)
    await called.process.stop(signal.SIGKILL)
    await Baresip(lab, bob, "bob", ";answermode=auto").start()
    await phone.tell("hangup")
    await asyncio.sleep(1)


@recording("bye-challenged-given-up",
    ("407 to the INVITE", response(407, target="alice")),
    ("407 to the BYE", response(407, "BYE", target="alice")),
    ("no BYE to Bob", request("BYE", target="bob"), 0))
async def bye_challenged(lab):
    """Kamailio asks for credentials in the BYE, too; Alice's sipp has given them for the INVITE and gives none for the
    BYE: Bob (baresip) never hears that the call is over."""
    alice, p1, bob = lab.host("alice"), lab.host("p1"), lab.host("bob")
    await Baresip(lab, bob, "bob", ";answermode=auto").start()
    await lab.kamailio(p1, "proxy.cfg", NEXT="sip:10.0.0.10:5060", REALM="example.com", PROXY_AUTH=True,
                       ASK_IN_DIALOG=True)
    await lab.record(capture_filter=SIGNALLING)
    await calls(lab, alice, [
        invite(), '<recv response="407" auth="true" />', ack(uri="sip:bob@[remote_ip]:[remote_port]", branch="i1", routes=False),
        invite("[authentication username=alice password=secret]", cseq=2), maybe(100, 180), expect(200, rrs=True), ack(2),
        wait(2), bye(3), expect(407), wait(34)], "10.0.0.2")
    # The proxy asks for credentials here, too; it shows how much time has passed.
    await calls(lab, alice, [
        CALLER.request("OPTIONS", 1, uri="sip:bob@[remote_ip]:[remote_port]", branch="o1", tag="", routes=False),
        expect(407)], "10.0.0.2")


@recording("bye-credentials-unasked-baresip",
    ("no 407 to the BYE", response(407, "BYE"), 0),
    ("BYE with credentials", request("BYE", "alice") + " and sip.Proxy-Authorization"),
    ("its 200", response(200, "BYE", target="alice")))
async def bye_challenged_baresip(lab):
    """Kamailio asks for credentials in the BYE, too; Alice (baresip) gives those of the INVITE without being asked."""
    alice, p1, bob = lab.host("alice"), lab.host("p1"), lab.host("bob")
    await Baresip(lab, bob, "bob", ";answermode=auto").start()
    phone = await Baresip(lab, alice, "alice", ";auth_user=alice;auth_pass=secret").start()
    await lab.kamailio(p1, "proxy.cfg", NEXT="sip:10.0.0.10:5060", REALM="example.com", PROXY_AUTH=True,
                       ASK_IN_DIALOG=True)
    await lab.record(capture_filter=SIGNALLING)
    await phone.dial("sip:bob@10.0.0.2")
    await asyncio.sleep(2.5)
    await phone.tell("hangup")
    await asyncio.sleep(1)


# re-INVITE


async def asterisk_answers(lab, extension="exten => bob,1,Answer()\n same => n,Echo()\n", lines=(), start=True):
    """Asterisk at p1 answers calls of Alice's by itself."""
    lab.host("alice")
    await Asterisk(lab, lab.host("p1"), f"[default]\n{extension}",
                   endpoint("alice", *lines, contact="sip:alice@10.0.0.1:5060")
                   + "[id]\ntype=identify\nendpoint=alice\nmatch=10.0.0.1\n").start()
    await lab.record(capture_filter=SIGNALLING)


@recording("reinvite-488-asterisk",
    ("488 to the re-INVITE", response(488, source="p1")),
    ("BYE, 2 s after it", request("BYE", "alice")))
async def reinvite_488(lab):
    """Alice asks in the call for a codec that Asterisk has not: 488, the call goes on, she hangs up."""
    await asterisk_answers(lab)
    await calls(lab, lab.hosts["alice"], [
        *ANSWERED, wait(1), CALLER.request("INVITE", 2, body=sdp("alice", "18", 2), retrans=0), maybe(100),
        expect(488), ack(2, branch="i2"), wait(2), bye(3), expect(200)], "10.0.0.2")


@recording("reinvite-481-forgotten",
    ("481 to Bob's re-INVITE", response(481, source="alice")),
    ("no BYE from Bob", request("BYE", "bob"), 0))
async def reinvite_481(lab):
    """Bob (linphonec) puts the call on hold; Alice's sipp, which has forgotten the call, says 481. Bob sends no BYE."""
    alice = lab.host("alice")
    phone = await Linphone(lab, lab.host("bob"), "bob").start("-a")
    await lab.record(capture_filter=SIGNALLING)
    caller = lab.task(calls(lab, alice, [
        *ANSWERED, expect("INVITE"), CALLER.respond("481 Call/Transaction Does Not Exist"), expect("ACK"), wait(8)]))
    await asyncio.sleep(2)
    await phone.tell("pause")
    await caller
    # It shows how much time has passed; Bob takes it for a new call.
    await calls(lab, alice, [
        CALLER.request("OPTIONS", 1, uri="sip:bob@[remote_ip]:[remote_port]", branch="o1", tag="", routes=False),
        expect(200)])


@recording("bye-481-wrong-tag-baresip",
    ("481 to the BYE", response(481, "BYE", source="bob")),
    ("the BYE with Bob's tag", request("BYE", "alice"), 2),
    ("its 200", response(200, "BYE", source="bob")))
async def bye_wrong_tag(lab):
    """Alice's BYE carries another To tag than Bob's 200: baresip says 481, and the call stands until the right one
    comes 2 s later."""
    lab.host("alice")
    await Baresip(lab, lab.host("bob"), "bob", ";answermode=auto").start()
    await lab.record(capture_filter=SIGNALLING)
    await calls(lab, lab.hosts["alice"], [
        invite(), maybe(100, 180, 183), remember(200, "To", "tag", "tag=.*"), ack(), wait(1),
        bye(2, tag=";tag=wrong"), expect(481), wait(2), bye(3, tag=";[$tag]"), expect(200)])


def b2bua(lab, host, extensions, pjsip="", **peer):
    """Asterisk between Alice and Bob."""
    lines = peer.get("lines", ())
    return Asterisk(lab, host, f"[default]\n{extensions}",
                    endpoint("alice", *lines, contact="sip:alice@10.0.0.1:5060")
                    + endpoint("bob", *lines, contact="sip:bob@10.0.0.10:5060")
                    + endpoint("bob2", *lines, contact="sip:bob@10.0.0.11:5060")
                    + "[id1]\ntype=identify\nendpoint=alice\nmatch=10.0.0.1\n"
                    + "[id2]\ntype=identify\nendpoint=bob\nmatch=10.0.0.10\n"
                    + "[id3]\ntype=identify\nendpoint=bob2\nmatch=10.0.0.11\n" + pjsip).start()


@recording("answered-elsewhere-asterisk",
    ("CANCEL to the other phone", request("CANCEL", "p1", "bob2")),
    ("200 to Alice", response(200, target="alice")))
async def answered_elsewhere(lab):
    """Asterisk rings two baresips; the first answers, the other gets CANCEL with the reason."""
    alice, p1, bob, other = (lab.host(name) for name in ("alice", "p1", "bob", "bob2"))
    called = await Baresip(lab, bob, "bob").start()
    await Baresip(lab, other, "bob").start()
    phone = await Baresip(lab, alice, "alice").start()
    await b2bua(lab, p1, "exten => bob,1,Dial(PJSIP/bob&PJSIP/bob2)\n")
    await lab.record(capture_filter=SIGNALLING)
    await phone.dial("sip:bob@10.0.0.2")
    await asyncio.sleep(2)
    await called.tell("accept")
    await asyncio.sleep(2)
    await phone.tell("hangup")
    await asyncio.sleep(1)


# Messages that are not meant for what they reach


@recording("mismatch-ack-wrong-tag-baresip",
    ("200s from Bob", response(200, source="bob")),
    ("ACKs with another To tag", request("ACK", "alice")),
    ("Bob's BYE", request("BYE", "bob")))
async def ack_wrong_tag(lab):
    """Alice's ACKs carry another To tag than Bob's 200: baresip repeats it for 32 s and sends BYE."""
    lab.host("alice")
    await Baresip(lab, lab.host("bob"), "bob", ";answermode=auto").start()
    await lab.record(capture_filter=SIGNALLING)
    await calls(lab, lab.hosts["alice"], [invite(), maybe(100, 180, 183), expect(200, rrs=True), ack(tag=";tag=wrong"),
                                          expect("BYE"), CALLER.respond("200 OK"), wait(0.5)])


@recording("mismatch-cancel-branch-baresip",
    ("180", response(180, source="bob")),
    ("CANCEL with another branch", request("CANCEL", "alice")),
    ("481 to it", response(481, "CANCEL", source="bob")),
    ("200, all the same", response(200, source="bob")))
async def cancel_wrong_branch(lab):
    """Alice's CANCEL has another branch than her INVITE: Bob (baresip) says 481, rings on and answers."""
    lab.host("alice")
    phone = await Baresip(lab, lab.host("bob"), "bob").start()
    await lab.record(capture_filter=SIGNALLING)
    caller = lab.task(calls(lab, lab.hosts["alice"], [
        invite(), maybe(100), expect(180, rrs=True), wait(1),
        CALLER.request("CANCEL", 1, uri="sip:bob@[remote_ip]:[remote_port]", branch="other", tag="", routes=False),
        expect(481), expect(200, rrs=True), ack(), wait(1), bye(2), expect(200)]))
    await asyncio.sleep(3.5)
    await phone.tell("accept")
    await caller


@recording("mismatch-bye-old-cseq-baresip",
    ("re-INVITE with CSeq 20", request("INVITE", "alice") + " and sip.CSeq.seq == 20"),
    ("BYE with CSeq 5", request("BYE", "alice") + " and sip.CSeq.seq == 5"),
    ("500 to it", response(500, "BYE", source="bob")),
    ("200 to the next", response(200, "BYE", source="bob")))
async def bye_old_cseq(lab):
    """Alice's re-INVITE has CSeq 20, her BYE 5: Bob (baresip) says 500, and takes the one with 21."""
    lab.host("alice")
    await Baresip(lab, lab.host("bob"), "bob", ";answermode=auto").start()
    await lab.record(capture_filter=SIGNALLING)
    await calls(lab, lab.hosts["alice"], [
        *ANSWERED, wait(1), CALLER.request("INVITE", 20, body=sdp("alice", "0", 2)), maybe(100), expect(200, rrs=True),
        ack(20), wait(1), bye(5), expect(500), wait(1), bye(21), expect(200)])


# Session timers (RFC 4028)

TIMED = ("timers=yes", "timers_min_se=90", "timers_sess_expires=90")


async def timed_asterisk(lab, *steps, invite_fields=()):
    await asterisk_answers(lab, lines=TIMED)
    await calls(lab, lab.hosts["alice"], [invite(*invite_fields), maybe(100, 180, 183), *steps], "10.0.0.2",
                "-default_behaviors", "-bye,-abortunexp", limit=140)


@recording("session-refreshed-by-asterisk",
    ("90 s agreed, Asterisk refreshes", response(200, target="alice") + " and sip.Session-Expires"),
    ("its refreshes", "(sip.Method == INVITE or sip.Method == UPDATE) and ip.src == 10.0.0.2"),
    ("BYE", request("BYE", "alice")))
async def session_refreshed(lab):
    """90 s agreed, the called side refreshes: Asterisk does so half way, twice; then Alice hangs up."""
    refresh = [expect("UPDATE", timeout=60000, after="1"),
               CALLER.respond("200 OK", "Session-Expires: 90;refresher=uac", "Supported: timer", "Require: timer")]
    await timed_asterisk(lab, expect(200, rrs=True), ack(), *refresh * 2, label(1), wait(3), bye(2), expect(200),
                         invite_fields=("Supported: timer, UPDATE", "Session-Expires: 90;refresher=uas",
                                        "Allow: INVITE, ACK, BYE, CANCEL, UPDATE"))


@recording("session-not-refreshed-asterisk",
    ("90 s agreed, Alice refreshes", response(200, target="alice") + " and sip.Session-Expires"),
    ("BYE from Asterisk", request("BYE", "p1")))
async def session_missed(lab):
    """90 s agreed, the caller is to refresh and does not: Asterisk ends the call."""
    await timed_asterisk(lab, expect(200, rrs=True), ack(), expect("BYE", timeout=110000, after="1"),
                         CALLER.respond("200 OK"), label(1), wait(1),
                         invite_fields=("Supported: timer", "Session-Expires: 90;refresher=uac"))


@recording("session-422-asterisk",
    ("422 with Min-SE", response(422, target="alice") + " and sip.Min-SE"),
    ("the second INVITE", request("INVITE", "alice"), 2),
    ("200", response(200, target="alice")))
async def session_422(lab):
    """Alice asks for 60 s, Asterisk wants 90 at least (422); she asks again with 90 and is answered."""
    await timed_asterisk(lab, expect(422), ack(uri="sip:bob@[remote_ip]:[remote_port]", branch="i1", routes=False),
                         invite("Supported: timer", "Session-Expires: 90;refresher=uac", "Min-SE: 90", cseq=2),
                         maybe(100, 180, 183), expect(200, rrs=True), ack(2), wait(1), bye(3), expect(200),
                         invite_fields=("Supported: timer", "Session-Expires: 60"))


@recording("session-refresh-refused-asterisk",
    ("90 s agreed, Asterisk refreshes", response(200, target="alice") + " and sip.Session-Expires"),
    ("481 to its refresh", "sip.Status-Code == 481 and ip.src == 10.0.0.1"))
async def session_refused(lab):
    """90 s agreed, Asterisk refreshes half way; Alice, who has forgotten the call, says 481, and Asterisk's BYE comes."""
    await timed_asterisk(lab, expect(200, rrs=True), ack(), expect("UPDATE", timeout=60000, after="1"),
                         CALLER.respond("481 Call/Transaction Does Not Exist"), expect("BYE", timeout=60000, after="1"),
                         CALLER.respond("200 OK"), label(1), wait(1),
                         invite_fields=("Supported: timer", "Session-Expires: 90;refresher=uas",
                                        "Allow: INVITE, ACK, BYE, CANCEL, UPDATE"))


@recording("session-refresh-unanswered-asterisk",
    ("90 s agreed, Asterisk refreshes", response(200, target="alice") + " and sip.Session-Expires"),
    ("its refreshes, unanswered", "(sip.Method == INVITE or sip.Method == UPDATE) and ip.src == 10.0.0.2"))
async def session_unanswered(lab):
    """90 s agreed, Asterisk refreshes half way; Alice's host says nothing any more."""
    await timed_asterisk(lab, expect(200, rrs=True), ack(), expect("UPDATE", timeout=60000, after="1"), wait(50), label(1),
                         invite_fields=("Supported: timer", "Session-Expires: 90;refresher=uas",
                                        "Allow: INVITE, ACK, BYE, CANCEL, UPDATE"))


# PRACK (RFC 3262)


async def reliable_asterisk(lab, *steps):
    await asterisk_answers(lab, "exten => bob,1,Ringing()\n same => n,Wait(40)\n")
    await calls(lab, lab.hosts["alice"], [invite("Supported: 100rel", "Require: 100rel"), maybe(100), *steps], "10.0.0.2",
                "-default_behaviors", "-bye,-abortunexp", limit=80)


def prack(cseq, rack="[$rseq] 1 INVITE", **options):
    return CALLER.request("PRACK", cseq, f"RAck: {rack}", **options)


@recording("prack-never-asterisk",
    ("180s with RSeq", response(180, target="alice") + " and sip.RSeq"),
    ("no PRACK", request("PRACK"), 0))
async def prack_never(lab):
    """Asterisk rings reliably (100rel) and Alice sends no PRACK."""
    await reliable_asterisk(lab, remember(180, "RSeq", "rseq", "[0-9]+"), wait(45))


@recording("prack-wrong-rseq-asterisk",
    ("180 with RSeq", response(180, target="alice") + " and sip.RSeq"),
    ("PRACK for another", request("PRACK", "alice")),
    ("200 to it", response(200, "PRACK", source="p1")),
    ("no 481", "sip.Status-Code == 481", 0))
async def prack_wrong(lab):
    """Alice's PRACK names another RSeq than the 180 of Asterisk: it gets 200 all the same, and the 180 comes again until
    the right PRACK comes 4 s later."""
    await reliable_asterisk(
        lab, remember(180, "RSeq", "rseq", "[0-9]+"), prack(2, "999999 1 INVITE", retrans=0), expect(200),
        wait(4), prack(3, retrans=0), expect(200), wait(4))


@recording("prack-without-route",
    ("180 with RSeq, repeated", response(180, target="alice") + " and sip.RSeq"),
    ("PRACK to the proxy", request("PRACK", "alice", "p1")),
    ("404 to it", response(404, "PRACK", target="alice")),
    ("none to Asterisk", request("PRACK", target="bob"), 0),
    ("504 to Alice", response(504, target="alice")))
async def prack_without_route(lab):
    """Alice sends PRACK to the proxy without the Route of its Record-Route: Kamailio says 404; Asterisk behind it
    repeats its 180 and ends the call with 504."""
    alice, p1, bob = lab.host("alice"), lab.host("p1"), lab.host("bob")
    await Asterisk(lab, bob, "[default]\nexten => bob,1,Ringing()\n same => n,Wait(40)\n",
                   endpoint("proxy", contact="sip:10.0.0.2:5060")
                   + "[id]\ntype=identify\nendpoint=proxy\nmatch=10.0.0.2\n").start()
    await lab.kamailio(p1, "proxy.cfg", NEXT="sip:10.0.0.10:5060")
    await lab.record(capture_filter=SIGNALLING)
    await calls(lab, alice, [
        invite("Supported: 100rel", "Require: 100rel"), maybe(100), remember(180, "RSeq", "rseq", "[0-9]+"),
        prack(2, routes=False), expect(404), expect(504),
        ack(uri="sip:bob@[remote_ip]:[remote_port]", branch="i1", routes=False), wait(1)], "10.0.0.2",
        "-default_behaviors", "-bye,-abortunexp", limit=80)


# CANCEL


@recording("cancel-crosses-200-baresip",
    ("200 from Bob", response(200, source="bob")),
    ("CANCEL from Alice, after it", request("CANCEL", "alice")),
    ("the answer to it", 'sip.CSeq.method == "CANCEL" and ip.src == 10.0.0.10'),
    ("BYE from Alice", request("BYE", "alice")))
async def cancel_crosses(lab):
    """Bob (baresip) answers; Alice's sipp, deaf just then, CANCELs, hears the 200 that is repeated, acknowledges and
    hangs up."""
    alice, bob = lab.host("alice"), lab.host("bob")
    called = await Baresip(lab, bob, "bob").start()
    await lab.record(capture_filter=SIGNALLING)
    caller = lab.task(calls(lab, alice, [
        invite(), maybe(100), expect(180, rrs=True), wait(2),
        CALLER.request("CANCEL", 1, uri="sip:bob@[remote_ip]:[remote_port]", branch="i1", tag="", routes=False, retrans=0),
        expect(481, optional=True), expect(200, rrs=True), ack(), wait(0.5), bye(2), expect(200)],
        "10.0.0.10", "-default_behaviors", "-bye,-abortunexp", limit=30))
    await asyncio.sleep(1.9)
    alice.deafen(bob.address)
    await called.tell("accept")
    await asyncio.sleep(0.6)
    alice.hear()
    await caller


async def hang_up_early(lab, hang_up):
    """Bob is silent for 4 s, then says 100 and after 2 s more 180."""
    await lab.sipp(lab.hosts["bob"], [
        expect("INVITE", keep=True), wait(4), CALLED.respond("100 Trying"), wait(2),
        CALLED.respond_later("180 Ringing"), expect("CANCEL", timeout=30000, after="1"),
        CALLED.respond("200 OK"), CALLED.respond_later("487 Request Terminated", retrans=500),
        expect("ACK"), label(1)], None, "-default_behaviors", "-bye,-abortunexp")
    await hang_up()


@recording("cancel-before-any-answer-baresip",
    ("CANCEL", request("CANCEL", "alice")),
    ("Bob's 100", response(100, source="bob")))
async def cancel_early_baresip(lab):
    """Alice (baresip) hangs up after 2 s, before Bob's sipp has said anything."""
    alice, bob = lab.host("alice"), lab.host("bob")
    phone = await Baresip(lab, alice, "alice").start()
    await lab.record(capture_filter=SIGNALLING)

    async def hang_up():
        await phone.dial("sip:bob@10.0.0.10")
        await asyncio.sleep(2)
        await phone.tell("hangup")
        await asyncio.sleep(12)
    await hang_up_early(lab, hang_up)


@recording("cancel-before-any-answer-linphone",
    ("CANCEL", request("CANCEL", "alice")),
    ("Bob's 100", response(100, source="bob")))
async def cancel_early_linphone(lab):
    """Alice (linphonec) hangs up after 2 s, before Bob's sipp has said anything."""
    alice, bob = lab.host("alice"), lab.host("bob")
    phone = await Linphone(lab, alice, "alice").start()
    await lab.record(capture_filter=SIGNALLING)

    async def hang_up():
        await phone.tell("call sip:bob@10.0.0.10")
        await asyncio.sleep(2)
        await phone.tell("terminate")
        await asyncio.sleep(12)
    await hang_up_early(lab, hang_up)


@recording("cancel-before-any-answer-asterisk",
    ("Alice's CANCEL", request("CANCEL", "alice")),
    ("Asterisk's CANCEL", request("CANCEL", "p1")))
async def cancel_early_asterisk(lab):
    """Alice (baresip) hangs up after 2 s; Asterisk, which has not heard a word of Bob's sipp, says 487 at once."""
    alice, p1, bob = lab.host("alice"), lab.host("p1"), lab.host("bob")
    phone = await Baresip(lab, alice, "alice").start()
    await b2bua(lab, p1, "exten => bob,1,Dial(PJSIP/bob)\n")
    await lab.record(capture_filter=SIGNALLING)

    async def hang_up():
        await phone.dial("sip:bob@10.0.0.2")
        await asyncio.sleep(2)
        await phone.tell("hangup")
        await asyncio.sleep(12)
    await hang_up_early(lab, hang_up)


@recording("cancel-by-the-proxys-limit",
    ("180 to Alice", response(180, target="alice")),
    ("408 to Alice", response(408, target="alice")),
    ("the proxy's CANCEL", request("CANCEL", "p1")))
async def cancel_limit(lab):
    """Bob (baresip) rings; Kamailio's own limit of 8 s (fr_inv_timer) ends it: 408 and CANCEL at once."""
    alice, p1, bob = lab.host("alice"), lab.host("p1"), lab.host("bob")
    await Baresip(lab, bob, "bob").start()
    phone = await Baresip(lab, alice, "alice").start()
    await lab.kamailio(p1, "proxy.cfg", NEXT="sip:10.0.0.10:5060", FR_INV_TIMER=8000)
    await lab.record(capture_filter=SIGNALLING)
    await phone.dial("sip:bob@10.0.0.2")
    await asyncio.sleep(10)


@recording("cancel-by-asterisks-limit",
    ("180 to Alice", response(180, target="alice")),
    ("Asterisk's CANCEL", request("CANCEL", "p1")),
    ("the failure to Alice", "sip.Status-Code > 299 and ip.dst == 10.0.0.1"))
async def cancel_limit_asterisk(lab):
    """Bob (baresip) rings; Dial() of Asterisk gives up after its 5 s."""
    alice, p1, bob = lab.host("alice"), lab.host("p1"), lab.host("bob")
    await Baresip(lab, bob, "bob").start()
    phone = await Baresip(lab, alice, "alice").start()
    await b2bua(lab, p1, "exten => bob,1,Dial(PJSIP/bob,5)\n")
    await lab.record(capture_filter=SIGNALLING)
    await phone.dial("sip:bob@10.0.0.2")
    await asyncio.sleep(8)


# Two requests at once


def both_ask(*fields):
    """Alice has Bob's re-INVITE and sends her own, sees what that gets, and refuses his with 491; his next one she
    answers, with these fields."""
    return [
        expect("INVITE", keep=True, timeout=60000), wait(0.2),
        CALLER.request("INVITE", 2, body=sdp("alice", "0", 2), retrans=0), maybe(100),
        expect(491), ack(2, branch="i2"), CALLER.respond_later("491 Request Pending", tag=""),
        expect("ACK"), expect("INVITE", timeout=8000, after=2),
        CALLER.respond("200 OK", *fields, body=sdp("alice", "0", 3)), expect("ACK"), wait(1),
        label(2), bye(4), expect(200)]


async def glare(lab, hold):
    caller = lab.task(calls(lab, lab.hosts["alice"], [*ANSWERED, *both_ask()], "10.0.0.10",
                            "-default_behaviors", "-bye,-abortunexp", limit=60))
    await asyncio.sleep(2)
    await hold()
    await caller


@recording("glare-baresip",
    ("Bob's re-INVITE", request("INVITE", "bob")),
    ("Alice's, while his is pending", request("INVITE", "alice"), 2),
    ("491 to his", response(491, source="alice")))
async def glare_baresip(lab):
    """Bob (baresip) puts the call on hold, and before his re-INVITE is answered Alice's sipp sends hers."""
    lab.host("alice")
    phone = await Baresip(lab, lab.host("bob"), "bob", ";answermode=auto").start()
    await lab.record(capture_filter=SIGNALLING)
    await glare(lab, lambda: phone.tell("hold"))


@recording("glare-linphone",
    ("Bob's re-INVITE", request("INVITE", "bob")),
    ("Alice's, while his is pending", request("INVITE", "alice"), 2),
    ("491 to his", response(491, source="alice")))
async def glare_linphone(lab):
    """Bob (linphonec) puts the call on hold, and before his re-INVITE is answered Alice's sipp sends hers."""
    lab.host("alice")
    phone = await Linphone(lab, lab.host("bob"), "bob").start("-a")
    await lab.record(capture_filter=SIGNALLING)
    await glare(lab, lambda: phone.tell("pause"))


@recording("glare-asterisk",
    ("Asterisk's re-INVITE", request("INVITE", "p1")),
    ("Alice's, while it is pending", request("INVITE", "alice"), 2),
    ("491 to Asterisk's", response(491, source="alice")))
async def glare_asterisk(lab):
    """Asterisk refreshes its session with a re-INVITE, and before that is answered Alice's sipp sends hers."""
    await asterisk_answers(lab, lines=("timers=always", *TIMED[1:]))
    await calls(lab, lab.hosts["alice"], [
        invite("Supported: timer", "Session-Expires: 90;refresher=uas", "Allow: INVITE, ACK, BYE, CANCEL"),
        maybe(100, 180, 183), expect(200, rrs=True), ack(),
        *both_ask("Session-Expires: 90;refresher=uac", "Require: timer")], "10.0.0.2",
        "-default_behaviors", "-bye,-abortunexp", limit=90)
