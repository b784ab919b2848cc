# SPDX-License-Identifier: GPL-2.0-or-later
"""Recordings of calls: sipp on both ends, Kamailio between them.

The docstring of each function becomes the comment inside its capture.
"""
import asyncio

from lab import ADDRESSES, certificate, recorder, request, response
from sipua import Flow, Phone

RECORDINGS = {}

# RFC 3261 17.1.1.2 for INVITE: intervals double without a cap, and Timer B is 64*T1.
RFC_TIMERS = {"FR_TIMER": 32000, "RETR_TIMER2": 16000}

recording = recorder(RECORDINGS)


def trio(lab):
    """Alice, a proxy and Bob."""
    return lab.host("alice"), lab.host("p1"), lab.host("bob")


async def call(lab, alice, proxy, scenario, *options, limit=20):
    caller = await lab.sipp(alice, scenario, f"{proxy.address}:5060", *options,
                            callee="example.com")
    await caller.succeed(limit)


@recording("call-answered",
    ("INVITE from Alice", request("INVITE", "alice")),
    ("100 to Alice", response(100, target="alice")),
    ("180 to Alice", response(180, target="alice")),
    ("200 to Alice", response(200, target="alice")),
    ("BYE from Alice", request("BYE", "alice")))
async def call_answered(lab):
    """Answered call through one record-routing proxy: 100, 180, 200, ACK, BYE."""
    alice, p1, bob = trio(lab)
    await lab.kamailio(p1, "proxy.cfg", NEXT="sip:10.0.0.10:5060")
    await lab.record()
    await lab.sipp(bob, "uas-answer", None, "-d", "1500")
    await call(lab, alice, p1, "uac-answer")


@recording("call-slow-ringing",
    ("100 to Alice", response(100, target="alice")),
    ("180, more than 8 s later", response(180, target="alice") + " and frame.time_relative > 8"),
    ("200", response(200, target="alice")))
async def call_slow_ringing(lab):
    """The callee needs 8 s from 100 to 180, then answers."""
    alice, p1, bob = trio(lab)
    await lab.kamailio(p1, "proxy.cfg", NEXT="sip:10.0.0.10:5060")
    await lab.record()
    await lab.sipp(bob, "uas-slow", None, "-d", "8000")
    await call(lab, alice, p1, "uac-answer", limit=30)


@recording("call-cancelled-ringing",
    ("180 to Alice", response(180, target="alice")),
    ("CANCEL from Alice", request("CANCEL", "alice")),
    ("its 200", response(200, "CANCEL", target="alice")),
    ("487 to Alice", response(487, target="alice")))
async def call_cancelled_ringing(lab):
    """The caller hangs up two seconds after 180: CANCEL, 487."""
    alice, p1, bob = trio(lab)
    await lab.kamailio(p1, "proxy.cfg", NEXT="sip:10.0.0.10:5060")
    await lab.record()
    await lab.sipp(bob, "uas-ring-cancel")
    await call(lab, alice, p1, "uac-cancel-ringing", "-d", "2000")


@recording("call-cancelled-trying",
    ("100 to Alice", response(100, target="alice")),
    ("no 180", response(180), 0),
    ("CANCEL from Alice", request("CANCEL", "alice")),
    ("487 to Alice", response(487, target="alice")))
async def call_cancelled_trying(lab):
    """The callee says only 100; the caller gives up after 4 s and the callee obeys the CANCEL."""
    alice, p1, bob = trio(lab)
    await lab.kamailio(p1, "proxy.cfg", NEXT="sip:10.0.0.10:5060")
    await lab.record()
    await lab.sipp(bob, "uas-trying-cancel")
    await call(lab, alice, p1, "uac-cancel-trying", "-d", "4000")


@recording("stuck-caller-gives-up",
    ("100 to Alice", response(100, target="alice")),
    ("INVITE sent on", request("INVITE", "p1")),
    ("Bob's 100, his last word", response(100, source="bob")),
    ("nothing else from Bob", "sip and ip.src == 10.0.0.10", 1),
    ("Alice's CANCEL after 38 s", request("CANCEL", "alice")),
    ("the proxy's CANCELs, unanswered", request("CANCEL", "p1")),
    ("487 to Alice when the proxy's timer of 120 s ends it", response(487, target="alice")))
async def stuck_caller_gives_up(lab):
    """The callee says 100 and falls silent; the caller CANCELs after 38 s, which nobody answers."""
    alice, p1, bob = trio(lab)
    await lab.kamailio(p1, "proxy.cfg", NEXT="sip:10.0.0.10:5060")
    await lab.record()
    await lab.sipp(bob, "uas-silent", None, "-default_behaviors", "none")
    await call(lab, alice, p1, "uac-cancel-trying", "-d", "38000", limit=200)


@recording("stuck-proxy-gives-up",
    ("100 to Alice", response(100, target="alice")),
    ("Bob's 100", response(100, source="bob")),
    ("408 to Alice after 185 s", response(408, target="alice")
     + " and frame.time_relative > 180.5"),
    ("the proxy's CANCEL", request("CANCEL", "p1")),
    ("Bob's 487, too late", response(487, source="bob")))
async def stuck_proxy_gives_up(lab):
    """The callee says 100 and falls silent; the proxy's own timer of 185 s ends the branch."""
    alice, p1, bob = trio(lab)
    await lab.kamailio(p1, "proxy.cfg", NEXT="sip:10.0.0.10:5060", FR_INV_TIMER=185000,
                       MAX_INV_LIFETIME=240000)
    await lab.record()
    await lab.sipp(bob, "uas-trying-cancel", None)
    await call(lab, alice, p1, "uac-fail", limit=260)


@recording("next-hop-silent",
    ("100 to Alice", response(100, target="alice")),
    ("the seven INVITEs to Bob", request("INVITE", "p1"), 7),
    ("nothing from Bob", "ip.src == 10.0.0.10", 0),
    ("408 to Alice", response(408, target="alice")))
async def next_hop_silent(lab):
    """The next hop takes everything and answers nothing: seven INVITEs, then 408 after 32 s."""
    alice, p1, bob = trio(lab)
    lab.mute(bob)
    await lab.kamailio(p1, "proxy.cfg", NEXT="sip:10.0.0.10:5060", **RFC_TIMERS)
    await lab.record()
    await call(lab, alice, p1, "uac-fail", limit=60)


@recording("next-hop-silent-kamailio",
    ("100 to Alice", response(100, target="alice")),
    ("INVITEs to Bob", request("INVITE", "p1"), 10),
    ("nothing from Bob", "ip.src == 10.0.0.10", 0),
    ("408 to Alice", response(408, target="alice")))
async def next_hop_silent_kamailio(lab):
    """As next-hop-silent, with Kamailio's own timers: interval capped at 4 s, 408 after 30 s."""
    alice, p1, bob = trio(lab)
    lab.mute(bob)
    await lab.kamailio(p1, "proxy.cfg", NEXT="sip:10.0.0.10:5060")
    await lab.record()
    await call(lab, alice, p1, "uac-fail", limit=60)


@recording("next-hop-port-closed",
    ("100 to Alice", response(100, target="alice")),
    ("port unreachable, the INVITE quoted", "icmp.type == 3 and icmp.code == 3"),
    ("408 to Alice", response(408, target="alice")))
async def next_hop_port_closed(lab):
    """Nothing listens at the next hop: ICMP port unreachable to each INVITE, then 408."""
    alice, p1, _ = trio(lab)
    await lab.kamailio(p1, "proxy.cfg", NEXT="sip:10.0.0.10:5060")
    await lab.record()
    await call(lab, alice, p1, "uac-fail", limit=60)


@recording("auth-proxy-407",
    ("407", response(407)),
    ("INVITE with credentials", 'sip.Method == "INVITE" and sip.Proxy-Authorization'),
    ("200 to Alice", response(200, target="alice")))
async def auth_proxy_407(lab):
    """The proxy asks for credentials (407); the call is repeated with them and answered."""
    alice, p1, bob = trio(lab)
    await lab.kamailio(p1, "proxy.cfg", NEXT="sip:10.0.0.10:5060",
                       REALM="example.com", PROXY_AUTH=True)
    await lab.record()
    await lab.sipp(bob, "uas-answer", None, "-d", "500")
    await call(lab, alice, p1, "uac-auth")


@recording("auth-server-401",
    ("401", response(401)),
    ("INVITE with credentials", 'sip.Method == "INVITE" and sip.Authorization'),
    ("200 to Alice", response(200, target="alice")))
async def auth_server_401(lab):
    """The server asks for credentials (401); the call is repeated with them and answered."""
    alice, p1, bob = trio(lab)
    await lab.kamailio(p1, "proxy.cfg", NEXT="sip:10.0.0.10:5060", REALM="example.com")
    await lab.record()
    await lab.sipp(bob, "uas-answer", None, "-d", "500")
    await call(lab, alice, p1, "uac-auth")


async def two_proxies(lab, p1_timers=None, **p2_defines):
    """Alice, p1, p2 and Bob in a row."""
    alice, p1, bob = trio(lab)
    p2 = lab.host("p2")
    first = await lab.kamailio(p1, "proxy.cfg", NEXT="sip:10.0.0.3:5060", **(p1_timers or {}))
    await lab.kamailio(p2, "proxy.cfg", **{"NEXT": "sip:10.0.0.10:5060", **p2_defines})
    return alice, p1, p2, bob, first


@recording("stuck-two-hops-down",
    ("100 to Alice", response(100, target="alice")),
    ("100 from p2 to p1", response(100, "INVITE", "p2", "p1")),
    ("Bob's 100, his last word", response(100, source="bob")),
    ("nothing else from Bob", "sip and ip.src == 10.0.0.10", 1),
    ("Alice's CANCEL after 38 s", request("CANCEL", "alice")),
    ("487 to Alice", response(487, target="alice")))
async def stuck_two_hops_down(lab):
    """Two proxies in a row, the callee says 100 and falls silent; the caller CANCELs after 38 s."""
    alice, p1, _, bob, _ = await two_proxies(lab)
    await lab.record()
    await lab.sipp(bob, "uas-silent", None, "-default_behaviors", "none")
    await call(lab, alice, p1, "uac-cancel-trying", "-d", "38000", limit=200)


@recording("black-hole-two-hops-down",
    ("100 to Alice", response(100, target="alice")),
    ("100 from p2 to p1", response(100, "INVITE", "p2", "p1")),
    ("INVITEs into the black hole", request("INVITE", "p2"), 7),
    ("nothing from there", "ip.src == 10.0.0.99", 0),
    ("408 from p2", response(408, "INVITE", "p2", "p1")),
    ("408 relayed to Alice", response(408, target="alice")))
async def black_hole_two_hops_down(lab):
    """The second proxy sends into a black hole: seven INVITEs, 408 after 32 s, relayed by p1."""
    alice, p1, p2, _, _ = await two_proxies(lab, NEXT="sip:10.0.0.99:5060", **RFC_TIMERS)
    p2.false_neighbour("10.0.0.99")
    await lab.record()
    await call(lab, alice, p1, "uac-fail", limit=60)


@recording("fork-busy-answered",
    ("the two branches", request("INVITE", "p1"), 2),
    ("486 from the first phone", response(486, source="bob2")),
    ("no 486 to Alice", response(486, target="alice"), 0),
    ("200 to Alice", response(200, target="alice")))
async def fork_busy_answered(lab):
    """Forked in parallel: one phone is busy (486, kept back by the proxy), the other answers."""
    alice, p1, bob = trio(lab)
    other = lab.host("bob2")
    await lab.kamailio(p1, "proxy.cfg", NEXT="sip:10.0.0.11:5060", SECOND="sip:10.0.0.10:5060")
    await lab.record()
    await lab.sipp(other, "uas-busy")
    await lab.sipp(bob, "uas-answer", None, "-d", "2000")
    await call(lab, alice, p1, "uac-answer")


@recording("fork-answered-elsewhere",
    ("the two branches", request("INVITE", "p1"), 2),
    ("180 from both, to Alice", response(180, target="alice"), 2),
    ("200 to Alice", response(200, target="alice")),
    ("CANCEL to the other phone", request("CANCEL", "p1", "bob2")),
    ("its 487, kept back", response(487), 1))
async def fork_answered_elsewhere(lab):
    """Forked in parallel: both phones ring, one answers, the proxy CANCELs the other (487)."""
    alice, p1, bob = trio(lab)
    other = lab.host("bob2")
    await lab.kamailio(p1, "proxy.cfg", NEXT="sip:10.0.0.11:5060", SECOND="sip:10.0.0.10:5060")
    await lab.record()
    await lab.sipp(other, "uas-ring-cancel")
    await lab.sipp(bob, "uas-answer", None, "-d", "2000")
    await call(lab, alice, p1, "uac-answer")


@recording("fork-all-busy",
    ("503 from the first phone", response(503, source="bob2")),
    ("486 from the second", response(486, source="bob")),
    ("486 to Alice", response(486, target="alice")),
    ("no 503 to Alice", response(503, target="alice"), 0))
async def fork_all_busy(lab):
    """Forked in parallel: one phone says 486, the other 503; the proxy hands on the 486."""
    alice, p1, bob = trio(lab)
    other = lab.host("bob2")
    await lab.kamailio(p1, "proxy.cfg", NEXT="sip:10.0.0.11:5060", SECOND="sip:10.0.0.10:5060")
    await lab.record()
    await lab.sipp(other, "uas-unavailable")
    await lab.sipp(bob, "uas-busy")
    await call(lab, alice, p1, "uac-fail")


@recording("prack",
    ("180 with Require: 100rel, and again", response(180) + " and sip.RSeq", 2),
    ("PRACK", request("PRACK")),
    ("its 200", response(200, "PRACK")),
    ("200 to the INVITE", response(200)))
async def prack(lab):
    """sipp to sipp: a reliable 180 is sent twice before its PRACK comes, then the call is
    answered."""
    alice, bob = lab.host("alice"), lab.host("bob")
    await lab.record()
    await lab.sipp(bob, "uas-prack", None, "-d", "1500")
    await call(lab, alice, bob, "uac-prack")


@recording("tcp-caller",
    ("INVITE over TCP", request("INVITE", "alice") + " and tcp"),
    ("INVITE over UDP", request("INVITE", "p1") + " and udp"),
    ("200 to Alice", response(200, target="alice")))
async def tcp_caller(lab):
    """The caller uses TCP, the proxy goes on over UDP."""
    alice, p1, bob = trio(lab)
    await lab.kamailio(p1, "proxy.cfg", NEXT="sip:10.0.0.10:5060;transport=udp")
    await lab.record()
    await lab.sipp(bob, "uas-answer", None, "-d", "1000")
    await call(lab, alice, p1, "uac-answer", "-t", "t1")


@recording("serial-302-503",
    ("302", response(302, source="bob2")),
    ("503 with Retry-After", response(503, source="bob3") + " and sip.Retry-After"),
    ("the three branches", request("INVITE", "p1"), 3),
    ("200 to Alice", response(200, target="alice")))
async def serial_302_503(lab):
    """Tried in series: the first phone redirects (302), the second is overloaded (503), the third
    answers."""
    alice, p1, bob = trio(lab)
    moved, overloaded = lab.host("bob2"), lab.host("bob3")
    await lab.kamailio(p1, "proxy.cfg", NEXT="sip:10.0.0.11:5060", SERIAL=True,
                       SECOND="sip:10.0.0.12:5060", THIRD="sip:10.0.0.10:5060")
    await lab.record()
    await lab.sipp(moved, "uas-moved")
    await lab.sipp(overloaded, "uas-unavailable")
    await lab.sipp(bob, "uas-answer", None, "-d", "1000")
    await call(lab, alice, p1, "uac-answer")


@recording("answer-lost-on-the-way-back",
    ("100 to Alice", response(100, target="alice")),
    ("180 from p2 to p1", response(180, "INVITE", "p2", "p1")),
    ("200 from p2 to p1", response(200, "INVITE", "p2", "p1")),
    ("no 180 to Alice", response(180, target="alice"), 0),
    ("no 200 to Alice", response(200, target="alice"), 0),
    ("Alice's CANCEL after 38 s", request("CANCEL", "alice")),
    ("487 to Alice", response(487, target="alice")))
async def answer_lost(lab):
    """After the 100, the first proxy no longer hears the second: 180 and 200 are seen, not
    relayed."""
    alice, p1, p2, bob, _ = await two_proxies(lab)
    await lab.record()
    await lab.sipp(bob, "uas-slow", None, "-d", "3000", "-default_behaviors", "none")
    caller = lab.task(call(lab, alice, p1, "uac-cancel-trying", "-d", "38000", limit=200))
    await asyncio.sleep(1.5)
    p1.deafen(p2.address)
    await caller


@recording("proxy-frozen",
    ("100 to Alice", response(100, target="alice")),
    ("180 from Bob", response(180, source="bob")),
    ("200s from Bob", response(200, source="bob")),
    ("no 200 to Alice", response(200, target="alice"), 0),
    ("Alice's CANCELs, unanswered", request("CANCEL", "alice")))
async def proxy_frozen(lab):
    """The proxy's processes are stopped after it forwarded; the answers reach a host that
    sleeps."""
    alice, p1, bob = trio(lab)
    proxy = await lab.kamailio(p1, "proxy.cfg", NEXT="sip:10.0.0.10:5060")
    await lab.record()
    await lab.sipp(bob, "uas-slow", None, "-d", "3000", "-default_behaviors", "none")
    await lab.sipp(alice, "uac-cancel-trying", f"{p1.address}:5060", "-d", "36000",
                   callee="example.com")
    await asyncio.sleep(1.5)
    proxy.freeze()
    await asyncio.sleep(42)


@recording("trying-lost",
    ("INVITEs from Alice", request("INVITE", "alice"), 5),
    ("100s to her", response(100, target="alice"), 5),
    ("INVITE sent on, once", request("INVITE", "p1"), 1),
    ("180 to Alice", response(180, target="alice")),
    ("200 to Alice", response(200, target="alice")))
async def trying_lost(lab):
    """The caller does not hear the proxy for 6 s: it repeats the INVITE after the 100 is on the
    wire."""
    alice, p1, bob = trio(lab)
    await lab.kamailio(p1, "proxy.cfg", NEXT="sip:10.0.0.10:5060")
    alice.deafen(p1.address)
    await lab.record()
    await lab.sipp(bob, "uas-slow", None, "-d", "9000")
    caller = lab.task(call(lab, alice, p1, "uac-answer", limit=40))
    await asyncio.sleep(6)
    alice.hear()
    await caller


@recording("stuck-not-forwarded",
    ("the INVITE to Carol, sent on", request("INVITE", "p1"), 1),
    ("the INVITE to Bob", request("INVITE", "alice") + ' and sip.r-uri.user == "bob"'),
    ("100s to Alice, one for each call", response(100, target="alice"), 2),
    ("Alice's CANCEL after 38 s", request("CANCEL", "alice")),
    ("487 to Alice (twice: sipp wants the 200 to its CANCEL first)",
     response(487, target="alice")))
async def stuck_not_forwarded(lab):
    """The proxy relays a call to Carol but holds the one to Bob: 100, nothing sent on, CANCEL after
    38 s."""
    alice, p1, bob = trio(lab)
    await lab.kamailio(p1, "proxy.cfg", NEXT="sip:10.0.0.10:5060", SUSPEND=True,
                       FR_TIMER=60000)
    await lab.record()
    await lab.sipp(bob, "uas-answer", None, "-d", "500")
    await call(lab, alice, p1, "uac-answer-carol")
    await call(lab, alice, p1, "uac-cancel-trying", "-d", "38000", limit=200)


@recording("stuck-caller-side-only",
    ("100 to Alice", response(100, target="alice")),
    ("nothing of Bob", "ip.addr == 10.0.0.10", 0),
    ("Alice's CANCEL after 38 s", request("CANCEL", "alice")),
    ("487 to Alice", response(487, target="alice")))
async def stuck_caller_side(lab):
    """As stuck-caller-gives-up, but recorded at the caller: what the proxy sends on is not seen."""
    alice, p1, bob = trio(lab)
    await lab.kamailio(p1, "proxy.cfg", NEXT="sip:10.0.0.10:5060")
    await lab.record(alice, "eth0")
    await lab.sipp(bob, "uas-silent", None, "-default_behaviors", "none")
    await call(lab, alice, p1, "uac-cancel-trying", "-d", "38000", limit=200)


@recording("stuck-one-direction",
    ("100 to Alice", response(100, target="alice")),
    ("INVITE sent on", request("INVITE", "p1"), 1),
    ("nothing of what Bob sends", "ip.src == 10.0.0.10", 0),
    ("Alice's CANCEL after 38 s", request("CANCEL", "alice")))
async def stuck_one_direction(lab):
    """As stuck-caller-gives-up, but nothing of what the callee sends was recorded."""
    alice, p1, bob = trio(lab)
    await lab.kamailio(p1, "proxy.cfg", NEXT="sip:10.0.0.10:5060")
    await lab.record(capture_filter="not arp and not ip6 and not igmp and not src host 10.0.0.10")
    await lab.sipp(bob, "uas-silent", None, "-default_behaviors", "none")
    await call(lab, alice, p1, "uac-cancel-trying", "-d", "38000", limit=200)


@recording("stuck-behind-stateless-proxy",
    ("INVITE sent on by p1", request("INVITE", "p1")),
    ("100 from p2 to p1", response(100, "INVITE", "p2", "p1")),
    ("100 to Alice", response(100, target="alice")),
    ("INVITEs to Bob", request("INVITE", "p2"), 7),
    ("408 to Alice", response(408, target="alice")))
async def stuck_behind_stateless(lab):
    """The first proxy is stateless and relays the 100 of the second; the callee is silent, 408."""
    alice, p1, p2, bob, _ = await two_proxies(lab, {"STATELESS": True}, **RFC_TIMERS)
    lab.mute(bob)
    await lab.record()
    await call(lab, alice, p1, "uac-fail", limit=60)


@recording("serial-503-then-silent",
    ("503 from the first gateway", response(503, source="bob2")),
    ("its ACK", request("ACK", "p1", "bob2")),
    ("no 503 to Alice", response(503, target="alice"), 0),
    ("INVITEs to the second", request("INVITE", "p1", "bob"), 7),
    ("408 to Alice", response(408, target="alice")))
async def serial_503_silent(lab):
    """Tried in series: the first gateway says 503, the second nothing at all, and 408 in the
    end."""
    alice, p1, bob = trio(lab)
    overloaded = lab.host("bob2")
    lab.mute(bob)
    await lab.kamailio(p1, "proxy.cfg", NEXT="sip:10.0.0.11:5060", SERIAL=True,
                       SECOND="sip:10.0.0.10:5060", **RFC_TIMERS)
    await lab.record()
    await lab.sipp(overloaded, "uas-unavailable")
    await call(lab, alice, p1, "uac-fail", limit=60)


@recording("tcp-caller-hangs-up",
    ("INVITE over TCP", request("INVITE", "alice") + " and tcp"),
    ("100 to Alice", response(100, target="alice")),
    ("no CANCEL", request("CANCEL"), 0),
    ("Alice's FIN after 12 s", "tcp.flags.fin == 1 and ip.src == 10.0.0.1"))
async def tcp_caller_hangs_up(lab):
    """The caller uses TCP; the callee says 100 and falls silent. After 12 s her client ends, and
    her connection with it."""
    alice, p1, bob = trio(lab)
    await lab.kamailio(p1, "proxy.cfg", NEXT="sip:10.0.0.10:5060;transport=udp")
    await lab.record()
    await lab.sipp(bob, "uas-silent", None, "-default_behaviors", "none")
    await call(lab, alice, p1, "uac-hang-up", "-t", "t1", "-d", "12000", limit=30)
    await asyncio.sleep(30)


async def call_over_tls(lab, alice, proxy):
    """Alice's client with its connection; it has sent an INVITE for Bob and got 100."""
    client = Flow(Phone(lab, alice, "alice"), 1, proxy, 5061, "tls", 40001)
    await client.open()
    client.send("INVITE sip:bob@example.com SIP/2.0",
                f"Via: SIP/2.0/TLS {client.via_host};branch=z9hG4bK-t1;rport",
                "From: <sip:alice@example.com>;tag=a1", "To: <sip:bob@example.com>",
                f"Call-ID: t1@{alice.address}", "CSeq: 1 INVITE",
                f"Contact: <{client.contact_uri}>", "Max-Forwards: 70")
    await asyncio.wait_for(client.responses.get(), 5)
    return client


@recording("tls-caller-hangs-up",
    ("INVITE over TLS", request("INVITE", "alice") + " and tls"),
    ("100 to Alice", response(100, target="alice")),
    ("no CANCEL", request("CANCEL"), 0),
    ("Alice's FIN after 36 s", "tcp.flags.fin == 1 and ip.src == 10.0.0.1"))
async def tls_caller_hangs_up(lab):
    """The caller uses TLS 1.3 (keys in the capture); the callee says 100 and falls silent. After
    36 s she closes her connection."""
    alice, p1, bob = trio(lab)
    await lab.kamailio(p1, "proxy.cfg", ("udp:{}:5060", "tls:{}:5061"),
                       NEXT="sip:10.0.0.10:5060;transport=udp", **certificate(lab))
    await lab.record()
    await lab.sipp(bob, "uas-silent", None, "-default_behaviors", "none")
    client = await call_over_tls(lab, alice, p1)
    await asyncio.sleep(36)
    await client.close()


@recording("tls-next-hop-unreadable",
    ("the INVITE to Carol, sent on over UDP", request("INVITE", "p1"), 1),
    ("the INVITE to Bob", request("INVITE", "alice") + ' and sip.r-uri.user == "bob"'),
    ("TLS between the proxies", "tls.app_data and ip.src == 10.0.0.2"),
    ("Alice's CANCEL after 38 s", request("CANCEL", "alice")))
async def tls_unreadable(lab):
    """The proxy sends a call to Carol on over UDP and one to Bob over TLS, which nobody can read;
    the second proxy says 100 and no more."""
    alice, p1, bob = trio(lab)
    p2 = lab.host("p2")
    secure = certificate(lab)
    listen = ("udp:{}:5060", "tls:{}:5061")
    await lab.kamailio(p1, "proxy.cfg", listen, NEXT="sip:10.0.0.10:5060",
                       SECURE="sip:10.0.0.3:5061;transport=tls", **secure)
    await lab.kamailio(p2, "proxy.cfg", listen, NEXT="sip:10.0.0.10:5060", SUSPEND=True,
                       FR_TIMER=60000, **secure)
    await lab.record()
    await lab.sipp(bob, "uas-answer", None, "-d", "500")
    await call(lab, alice, p1, "uac-answer-carol")
    await call(lab, alice, p1, "uac-cancel-trying", "-d", "38000", limit=200)


@recording("any-interface-router",
    ("INVITE, in and out", request("INVITE", "p1"), 2),
    ("100, in and out", response(100), 2),
    ("180, in and out", response(180), 2),
    ("200, in and out", response(200), 2))
async def any_interface(lab):
    """Answered call recorded with "-i any" on a router between proxy and callee: each frame
    twice."""
    alice, p1 = lab.host("alice"), lab.host("p1")
    router = lab.host("router")
    bob = lab.behind(router, "bob", ADDRESSES["bob behind the router"])
    p1.ip("route", "add", "10.0.1.0/24", "via", "10.0.0.254")
    alice.ip("route", "add", "10.0.1.0/24", "via", "10.0.0.254")
    await lab.kamailio(p1, "proxy.cfg", NEXT="sip:10.0.1.10:5060")
    await lab.record(router, "any")
    await lab.sipp(bob, "uas-slow", None, "-d", "1000")
    await call(lab, alice, p1, "uac-answer")
