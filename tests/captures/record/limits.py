# SPDX-License-Identifier: GPL-2.0-or-later
"""Recordings of what software does by itself when nothing more comes: its own time limits and choices.

The docstring of each function becomes the comment inside its capture.
"""
import asyncio

from calls import call, trio
from lab import SIGNALLING, recorder, request, response
from scenario import CALLED, CALLER, expect, invite, maybe, wait
from software import Baresip

RECORDINGS = {}

recording = recorder(RECORDINGS)

# "+": no To tag.
TRYING = CALLED.respond("100 Trying", "+")


def cancelled(vias):
    """Bob obeys the CANCEL whenever it comes."""
    return [expect("CANCEL", timeout=200000), CALLED.respond("200 OK"),
            CALLED.respond_later("487 Request Terminated", vias=vias, retrans=500), expect("ACK")]


@recording("limit-kamailio-fr-inv-timer",
    ("100 to Alice", response(100, target="alice")),
    ("Bob's 100", response(100, source="bob")),
    ("408 to Alice after 120 s", response(408, target="alice")
     + " and frame.time_relative > 119.5 and frame.time_relative < 120.5"),
    ("the proxy's CANCEL", request("CANCEL", "p1")))
async def fr_inv_timer(lab):
    """The callee says 100 and falls silent; Kamailio's own timer (fr_inv_timer, 120 s) ends the branch."""
    alice, p1, bob = trio(lab)
    await lab.kamailio(p1, "proxy.cfg", NEXT="sip:10.0.0.10:5060")
    await lab.record()
    await lab.sipp(bob, [expect("INVITE", keep=True), TRYING, *cancelled(2)])
    await call(lab, alice, p1, "uac-fail", limit=200)


@recording("limit-kamailio-max-inv-lifetime",
    ("180s from Bob", response(180, source="bob"), 4),
    ("408 to Alice after 180 s", response(408, target="alice")
     + " and frame.time_relative > 179.5 and frame.time_relative < 180.5"),
    ("the proxy's CANCEL", request("CANCEL", "p1")))
async def max_inv_lifetime(lab):
    """The callee rings and says so after 5, 65, 125 and 175 s; Kamailio ends the call 180 s after the INVITE."""
    alice, p1, bob = trio(lab)
    await lab.kamailio(p1, "proxy.cfg", NEXT="sip:10.0.0.10:5060")
    await lab.record()
    ringing = CALLED.respond_later("180 Ringing", vias=2)
    await lab.sipp(bob, [expect("INVITE", keep=True), TRYING, wait(5), ringing, wait(60), ringing, wait(60), ringing,
                         wait(50), ringing, *cancelled(2)])
    await call(lab, alice, p1, "uac-fail", limit=260)


@recording("fork-430-hides-busy",
    ("430 from the first phone", response(430, source="bob2")),
    ("486 from the second", response(486, source="bob")),
    ("430 to Alice", response(430, target="alice")),
    ("no 486 to Alice", response(486, target="alice"), 0))
async def fork_430(lab):
    """Forked in parallel: one phone is busy (486), the other says 430; the proxy hands on the 430."""
    alice, p1, bob = trio(lab)
    other = lab.host("bob2")
    await lab.kamailio(p1, "proxy.cfg", NEXT="sip:10.0.0.11:5060", SECOND="sip:10.0.0.10:5060")
    await lab.record()
    await lab.sipp(other, [expect("INVITE"), CALLED.respond("430 Flow Failed", retrans=500), expect("ACK")])
    await lab.sipp(bob, "uas-busy")
    await call(lab, alice, p1, "uac-fail")


@recording("fork-all-503",
    ("503 from both phones", "sip.Status-Code == 503 and ip.dst == 10.0.0.2", 2),
    ("500 to Alice", response(500, target="alice")),
    ("no 503 to Alice", response(503, target="alice"), 0))
async def fork_503(lab):
    """Forked in parallel: both phones say 503; the proxy makes 500 Service Unavailable of it."""
    alice, p1, bob = trio(lab)
    other = lab.host("bob2")
    await lab.kamailio(p1, "proxy.cfg", NEXT="sip:10.0.0.11:5060", SECOND="sip:10.0.0.10:5060")
    await lab.record()
    await lab.sipp(other, "uas-unavailable")
    await lab.sipp(bob, "uas-unavailable")
    await call(lab, alice, p1, "uac-fail")


@recording("limit-ringing-baresip",
    ("180 from Bob", response(180, source="bob")),
    ("486 after 120 s", response(486, source="bob")
     + " and frame.time_relative > 119.5 and frame.time_relative < 120.5"))
async def ringing(lab):
    """Bob (baresip) rings and nobody picks up: after 120 s it says 486 Busy Here."""
    alice, bob = lab.host("alice"), lab.host("bob")
    await Baresip(lab, bob, "bob").start()
    await lab.record(capture_filter=SIGNALLING)
    caller = await lab.sipp(alice, [
        invite(), maybe(100, 180, 183), expect(486, timeout=200000),
        CALLER.request("ACK", 1, uri="sip:bob@[remote_ip]:[remote_port]", branch="i1", routes=False)],
        "10.0.0.10:5060")
    await caller.succeed(200)


@recording("hung-up-after-100-baresip",
    ("100 to Alice", response(100, target="alice")),
    ("her CANCEL, 45 s later", request("CANCEL", "alice") + " and frame.time_relative > 40"))
async def hung_up(lab):
    """Alice (baresip) gets a 100 and nothing else; baresip waits on, and she hangs up after 45 s."""
    alice, bob = lab.host("alice"), lab.host("bob")
    phone = await Baresip(lab, alice, "alice").start()
    await lab.record(capture_filter=SIGNALLING)
    await lab.sipp(bob, [expect("INVITE", keep=True), TRYING, *cancelled(1)])
    await phone.dial("sip:bob@10.0.0.10")
    await asyncio.sleep(45)
    await phone.tell("hangup")
    await asyncio.sleep(3)


@recording("registers-again-baresip",
    ("REGISTERs from Alice", request("REGISTER", "alice"), 3),
    ("503s", response(503, "REGISTER", target="alice"), 3))
async def registers_again(lab):
    """Alice (baresip) gets 503 to each REGISTER: she tries again after 30 to 60 s, then after 60 to 131 s."""
    alice, registrar = lab.host("alice"), lab.host("registrar")
    await lab.record(capture_filter=SIGNALLING)
    refused = [expect("REGISTER", timeout=200000), CALLED.respond("503 Service Unavailable", contact="Retry-After: 5")]
    server = await lab.sipp(registrar, [*refused * 3, wait(2)])
    await Baresip(lab, alice, "alice", ';auth_pass=x;outbound="sip:10.0.0.4"', regint=600).start()
    await server.succeed(300)
