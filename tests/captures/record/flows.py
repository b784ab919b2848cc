# SPDX-License-Identifier: GPL-2.0-or-later
"""Recordings of RFC 5626 flows: Kamailio as edge and as registrar, a phone in Python, sipp calling.

The docstring of each function becomes the comment inside its capture.
"""
import asyncio

from lab import SIGNALLING, UDP_AND_TCP, LabError, certificate, recorder, request, response
from sipua import Flow, Phone
from software import ROOT, Asterisk, endpoint

RECORDINGS = {}

recording = recorder(RECORDINGS)

REGISTERED = response(200, "REGISTER", target="bob") + " and sip.Require and sip.Flow-Timer"
FIN = "tcp.flags.fin == 1 and ip.src == 10.0.0.10"


class Site:
    """Alice - registrar - edge (or two) - Bob's phone."""

    def __init__(self, lab):
        self.lab = lab
        self.alice = lab.host("alice")
        self.registrar = lab.host("registrar")
        self.bob = lab.host("bob")
        self.edges = []
        self.phone = Phone(lab, self.bob)

    async def start(self, edges=1, listen=UDP_AND_TCP, edge=None, registrar=None, root=None):
        await self.lab.kamailio(self.registrar, "registrar.cfg", **(registrar or {}))
        processes = []
        for number in range(1, edges + 1):
            host = self.lab.host(f"edge{number}")
            self.edges.append(host)
            processes.append(await self.start_edge(host, listen, root=root, **(edge or {})))
        await self.lab.record()
        return processes

    async def start_edge(self, host, listen=UDP_AND_TCP, **defines):
        return await self.lab.kamailio(host, "edge.cfg", listen,
                                       **{"REGISTRAR": "sip:10.0.0.4:5060", **defines})

    async def call(self, scenario="uac-answer", limit=20):
        caller = await self.lab.sipp(self.alice, scenario, "10.0.0.4:5060", callee="example.com")
        await caller.succeed(limit)


@recording("flow-call-answered",
    ("REGISTER", request("REGISTER", "bob")),
    ("its 200 with Require: outbound and Flow-Timer", REGISTERED),
    ("INVITE with the flow token in Route", request("INVITE", "registrar") + " and sip.Route"),
    ("INVITE over the flow", request("INVITE", "edge1", "bob")),
    ("200 to Alice", response(200, target="alice")))
async def flow_call_answered(lab):
    """A registered flow in good health: the call reaches the phone through edge proxy and flow
    token."""
    site = Site(lab)
    await site.start()
    await site.phone.flow(1, site.edges[0])
    await site.call()


@recording("flow-closed-480",
    ("REGISTER", request("REGISTER", "bob")),
    ("its 200 with Require: outbound and Flow-Timer", REGISTERED),
    ("the phone's FIN", FIN),
    ("430 from the edge", response(430, "INVITE", "edge1")),
    ("480 to Alice", response(480, target="alice")))
async def flow_closed_480(lab):
    """The phone closes its only flow (FIN); the edge says 430, the registrar hands on 480."""
    site = Site(lab)
    await site.start()
    flow = await site.phone.flow(1, site.edges[0])
    await asyncio.sleep(1)
    await flow.close()
    await asyncio.sleep(1)
    await site.call("uac-fail")


@recording("flow-closed-430-to-caller",
    ("REGISTER", request("REGISTER", "bob")),
    ("its 200 with Require: outbound and Flow-Timer", REGISTERED),
    ("the phone's FIN", FIN),
    ("430 from the edge", response(430, "INVITE", "edge1")),
    ("430 to Alice", response(430, target="alice")))
async def flow_closed_430(lab):
    """The phone closes its only flow (FIN); the edge says 430, and the registrar passes it on."""
    site = Site(lab)
    await site.start(registrar={"HAND_ON": True})
    flow = await site.phone.flow(1, site.edges[0])
    await asyncio.sleep(1)
    await flow.close()
    await asyncio.sleep(1)
    await site.call("uac-fail")


@recording("flow-lost-in-call",
    ("REGISTER", request("REGISTER", "bob")),
    ("its 200 with Require: outbound and Flow-Timer", REGISTERED),
    ("200 to Alice", response(200, target="alice")),
    ("the phone's FIN", FIN),
    ("her BYE", request("BYE", "alice")),
    ("430 from the edge", response(430, "BYE", "edge1")),
    ("430 to Alice", response(430, "BYE", target="alice")))
async def flow_lost_in_call(lab):
    """The flow is closed during a call: the caller's BYE gets 430, which goes all the way to
    her."""
    site = Site(lab)
    await site.start()
    flow = await site.phone.flow(1, site.edges[0])
    caller = lab.task(site.call("uac-answer-bye-430"))
    await asyncio.sleep(3)
    await flow.close()
    await caller


@recording("flow-message",
    ("REGISTER", request("REGISTER", "bob")),
    ("its 200 with Require: outbound and Flow-Timer", REGISTERED),
    ("the phone's FIN", FIN),
    ("MESSAGE", request("MESSAGE", "alice")),
    ("430 from the edge", response(430, "MESSAGE", "edge1")),
    ("480 to Alice", response(480, "MESSAGE", target="alice")))
async def flow_message(lab):
    """The phone closes its only flow (FIN), then a MESSAGE for it: 430 from the edge, 480 to the
    sender."""
    site = Site(lab)
    await site.start()
    flow = await site.phone.flow(1, site.edges[0])
    await asyncio.sleep(1)
    await flow.close()
    await asyncio.sleep(1)
    await site.call("uac-message-480")


@recording("flow-reset-480",
    ("REGISTER", request("REGISTER", "bob")),
    ("its 200 with Require: outbound and Flow-Timer", REGISTERED),
    ("the phone's RST", "tcp.flags.reset == 1 and ip.src == 10.0.0.10"),
    ("430 from the edge", response(430, "INVITE", "edge1")),
    ("480 to Alice", response(480, target="alice")))
async def flow_reset(lab):
    """The phone's only flow ends with RST; the edge says 430, the registrar hands on 480."""
    site = Site(lab)
    await site.start()
    flow = await site.phone.flow(1, site.edges[0])
    await asyncio.sleep(1)
    flow.reset()
    await asyncio.sleep(1)
    await site.call("uac-fail")


@recording("flow-second-answers",
    ("REGISTERs with reg-id 1 and 2", request("REGISTER", "bob"), 2),
    ("the phone's FIN", FIN),
    ("430 from the edge", response(430, "INVITE", "edge1")),
    ("INVITE to the other edge", request("INVITE", "registrar", "edge2")),
    ("200 from it", response(200, "INVITE", "edge2")),
    ("200 to Alice", response(200, target="alice")),
    ("no 430 to Alice", response(430, target="alice"), 0))
async def flow_second_answers(lab):
    """Two flows (reg-id 1 and 2) over two edges; the first dies, 430, the second answers."""
    site = Site(lab)
    await site.start(edges=2)
    first = await site.phone.flow(1, site.edges[0])
    await site.phone.flow(2, site.edges[1])
    await asyncio.sleep(1)
    await first.close()
    await asyncio.sleep(1)
    await site.call()


@recording("flow-both-dead",
    ("REGISTERs with reg-id 1 and 2", request("REGISTER", "bob"), 2),
    ("FINs of the phone", FIN, 2),
    ("430 from the edge", response(430, "INVITE", "edge1")),
    ("430 from the other edge", response(430, "INVITE", "edge2")),
    ("480 to Alice", response(480, target="alice")))
async def flow_both_dead(lab):
    """Two flows over two edges, both closed: 430 from each edge in turn, then 480."""
    site = Site(lab)
    await site.start(edges=2)
    flows = [await site.phone.flow(1, site.edges[0]), await site.phone.flow(2, site.edges[1])]
    await asyncio.sleep(1)
    for flow in flows:
        await flow.close()
    await asyncio.sleep(1)
    await site.call("uac-fail")


@recording("flow-second-not-tried",
    ("REGISTERs with reg-id 1 and 2", request("REGISTER", "bob"), 2),
    ("the phone's FIN", FIN),
    ("430 from the edge", response(430, "INVITE", "edge1")),
    ("nothing to the other edge", request("INVITE", "registrar", "edge2"), 0),
    ("430 to Alice", response(430, target="alice")))
async def flow_second_not_tried(lab):
    """Two flows, the first is closed; the registrar does not try the second: 430 to the caller."""
    site = Site(lab)
    await site.start(edges=2, registrar={"GIVE_UP": True, "HAND_ON": True})
    first = await site.phone.flow(1, site.edges[0])
    await site.phone.flow(2, site.edges[1])
    await asyncio.sleep(1)
    await first.close()
    await asyncio.sleep(1)
    await site.call("uac-fail")


@recording("flow-registered-again",
    ("REGISTER", request("REGISTER", "bob")),
    ("its 200 with Require: outbound and Flow-Timer", REGISTERED),
    ("the phone's FIN", FIN),
    ("430 from the edge", response(430, "INVITE", "edge1")),
    ("480 to Alice", response(480, target="alice")),
    ("REGISTERs from the phone", request("REGISTER", "bob"), 2),
    ("200 to Alice, second call", response(200, target="alice")))
async def flow_registered_again(lab):
    """The flow is closed, a call gets 430 and 480; 3 s later the phone registers again and is
    reached."""
    site = Site(lab)
    await site.start()
    flow = await site.phone.flow(1, site.edges[0])
    await asyncio.sleep(1)
    await flow.close()
    await asyncio.sleep(1)
    await site.call("uac-fail")
    await asyncio.sleep(3)
    await site.phone.flow(1, site.edges[0], local_port=40101)
    await site.call()


@recording("flow-keepalive-stops",
    ("REGISTER", request("REGISTER", "bob")),
    ("its 200 with Require: outbound and Flow-Timer", REGISTERED),
    ("pings", "tcp.len == 4 and ip.src == 10.0.0.10", 4),
    ("pongs", "tcp.len == 2 and ip.src == 10.0.0.5", 4),
    ("the edge's FIN", "tcp.flags.fin == 1 and ip.src == 10.0.0.5"),
    ("430 from the edge", response(430, "INVITE", "edge1")),
    ("480 to Alice", response(480, target="alice")))
async def flow_keepalive_stops(lab):
    """Flow-Timer 8 s: pings and pongs, then silence; the edge closes the flow, a call gets 430,
    480."""
    site = Site(lab)
    await site.start(edge={"FLOW_TIMER": "8", "LIFETIME": 12})
    flow = await site.phone.flow(1, site.edges[0])
    for _ in range(4):
        await asyncio.sleep(7)
        if not await flow.ping():
            raise LabError("no pong")
    await asyncio.wait_for(flow.closed.wait(), 40)
    await asyncio.sleep(1)
    await site.call("uac-fail")


@recording("flow-silently-dropped",
    ("REGISTER", request("REGISTER", "bob")),
    ("its 200 with Require: outbound and Flow-Timer", REGISTERED),
    ("INVITE over the flow", request("INVITE", "edge1", "bob")),
    ("TCP repeats it", "tcp.analysis.retransmission"),
    ("no FIN or RST", "tcp.flags.fin == 1 or tcp.flags.reset == 1", 0),
    ("430 after 30 s", response(430, "INVITE", "edge1")),
    ("480 to Alice", response(480, target="alice")))
async def flow_silently_dropped(lab):
    """The phone's network goes away without a word; the edge tries for 30 s, then 430, and 480."""
    site = Site(lab)
    await site.start()
    await site.phone.flow(1, site.edges[0])
    await asyncio.sleep(1)
    lab.unplug(site.bob)
    await site.call("uac-fail", limit=60)


@recording("flow-ping-without-pong",
    ("REGISTER", request("REGISTER", "bob")),
    ("its 200 with Require: outbound and Flow-Timer", REGISTERED),
    ("pings, the first answered", "tcp.len == 4 and !tcp.analysis.retransmission", 2),
    ("the one pong", "tcp.len == 2", 1),
    ("430 from the edge", response(430, "INVITE", "edge1")),
    ("480 to Alice", response(480, target="alice")),
    ("REGISTERs from the phone", request("REGISTER", "bob"), 2),
    ("200 to Alice, second call", response(200, target="alice")))
async def flow_ping_without_pong(lab):
    """A middlebox forgets the flow: 430 to a call, no pong for 10 s, then a new flow, which is
    reached."""
    site = Site(lab)
    await site.start(edge={"FR_TIMER": 6000})
    edge = site.edges[0]
    flow = await site.phone.flow(1, edge)
    if not await flow.ping():
        raise LabError("no pong")
    await asyncio.sleep(2)
    edge.deafen(site.bob.address, port=40001)
    site.bob.deafen(edge.address, to_port=40001)
    caller = lab.task(site.call("uac-fail", limit=30))
    if await flow.ping(limit=10):
        raise LabError("a pong came through the gap")
    await caller
    await site.phone.flow(1, edge, local_port=40101)
    await site.call()


@recording("flow-tls-registered-again",
    ("REGISTER", request("REGISTER", "bob")),
    ("its 200 with Require: outbound and Flow-Timer", REGISTERED),
    ("TLS handshakes", "tls.handshake.type == 1", 2),
    ("the phone's FIN", FIN),
    ("430 from the edge", response(430, "INVITE", "edge1")),
    ("480 to Alice", response(480, target="alice")),
    ("REGISTERs from the phone", request("REGISTER", "bob"), 2),
    ("200 to Alice, second call", response(200, target="alice")))
async def flow_tls(lab):
    """Over TLS 1.3 (keys in the capture): closed, 430, 480, registered again, answered."""
    site = Site(lab)
    await site.start(listen=("udp:{}:5060", "tls:{}:5061"), edge=certificate(lab))
    edge = site.edges[0]
    flow = await site.phone.flow(1, edge, 5061, "tls")
    await asyncio.sleep(1)
    await flow.close()
    await asyncio.sleep(1)
    await site.call("uac-fail")
    await asyncio.sleep(2)
    await site.phone.flow(1, edge, 5061, "tls", local_port=40101)
    await site.call()


@recording("flow-websocket-registered-again",
    ("WebSocket handshakes", "http.request.method == GET", 2),
    ("REGISTER", request("REGISTER", "bob")),
    ("its 200 with Require: outbound and Flow-Timer", REGISTERED),
    ("the phone's FIN", FIN),
    ("430 from the edge", response(430, "INVITE", "edge1")),
    ("480 to Alice", response(480, target="alice")),
    ("REGISTERs from the phone", request("REGISTER", "bob"), 2),
    ("200 to Alice, second call", response(200, target="alice")))
async def flow_websocket(lab):
    """Over WebSocket: closed, 430, 480, registered again, answered."""
    site = Site(lab)
    # Wireshark takes TCP port 5060 for SIP, whatever the handshake on it says.
    await site.start(listen=("udp:{}:5060", "tcp:{}:80"), edge={"WITH_WS": True})
    edge = site.edges[0]
    flow = await site.phone.flow(1, edge, 80, "ws")
    await asyncio.sleep(1)
    await flow.close()
    await asyncio.sleep(1)
    await site.call("uac-fail")
    await asyncio.sleep(2)
    await site.phone.flow(1, edge, 80, "ws", local_port=40101)
    await site.call()


@recording("flow-closed-477",
    ("REGISTER", request("REGISTER", "bob")),
    ("its 200 with Require: outbound and Flow-Timer", REGISTERED),
    ("the phone's FIN", FIN),
    ("the edge's SYN back to the phone, refused",
     "tcp.flags.syn == 1 and ip.src == 10.0.0.5 and tcp.flags.ack == 0"),
    ("477 from the edge, twice (from sl and from tm)", response(477, "INVITE", "edge1"), 2),
    ("477 to Alice", response(477, target="alice")))
async def flow_closed_477(lab):
    """An edge that leaves the failed relay to Kamailio: 477 where RFC 5626 wants 430."""
    site = Site(lab)
    await site.start(edge={"AS_SHIPPED": True}, registrar={"HAND_ON": True})
    flow = await site.phone.flow(1, site.edges[0])
    await asyncio.sleep(1)
    await flow.close()
    await asyncio.sleep(1)
    await site.call("uac-fail")


async def restarted_edge(lab, phones=1, **defines):
    site = Site(lab)
    process, = await site.start(edge=defines)
    await site.phone.flow(1, site.edges[0])
    if phones > 1:
        carol = Phone(lab, lab.host("bob2"), "carol", 11)
        await carol.flow(1, site.edges[0])
    await asyncio.sleep(1)
    await process.stop()
    await site.start_edge(site.edges[0], **defines)
    await site.call("uac-fail")


@recording("flow-edge-restarted-430",
    ("REGISTER", request("REGISTER", "bob")),
    ("its 200 with Require: outbound and Flow-Timer", REGISTERED),
    ("the edge's RST or FIN",
     "(tcp.flags.reset == 1 or tcp.flags.fin == 1) and ip.src == 10.0.0.5"),
    ("430 from the edge", response(430, "INVITE", "edge1")),
    ("480 to Alice", response(480, target="alice")))
async def edge_restarted_430(lab):
    """The edge restarts and knows its old tokens: 430, and 480 to the caller."""
    await restarted_edge(lab, SECRET="kept over restarts")


@recording("flow-edge-restarted-403",
    ("REGISTER", request("REGISTER", "bob")),
    ("its 200 with Require: outbound and Flow-Timer", REGISTERED),
    ("the edge's RST or FIN",
     "(tcp.flags.reset == 1 or tcp.flags.fin == 1) and ip.src == 10.0.0.5"),
    ("403 from the edge", response(403, "INVITE", "edge1")),
    ("403 to Alice", response(403, target="alice")))
async def edge_restarted_403(lab):
    """The edge restarts with a new secret and takes its old tokens for forged: 403."""
    await restarted_edge(lab)


@recording("flow-edge-restarted-two-phones",
    ("REGISTERs of two users", request("REGISTER", target="edge1"), 2),
    ("the edge ends both connections",
     "(tcp.flags.reset == 1 or tcp.flags.fin == 1) and ip.src == 10.0.0.5"),
    ("430 from the edge", response(430, "INVITE", "edge1")),
    ("480 to Alice", response(480, target="alice")))
async def edge_restarted_two(lab):
    """The edge restarts while two phones are registered: both connections end at once, then 430."""
    await restarted_edge(lab, 2, SECRET="kept over restarts")


@recording("flow-edge-lost-its-connections",
    ("REGISTER", request("REGISTER", "bob")),
    ("no FIN of the edge", "tcp.flags.fin == 1 and ip.src == 10.0.0.5", 0),
    ("the phone's ping", "tcp.len == 4 and ip.src == 10.0.0.10"),
    ("RST without ACK: the edge knows nothing of the connection",
     "tcp.flags.reset == 1 and tcp.flags.ack == 0 and ip.src == 10.0.0.5"),
    ("430 from the edge", response(430, "INVITE", "edge1")),
    ("480 to Alice", response(480, target="alice")))
async def edge_lost_connections(lab):
    """The edge loses power: it says nothing, comes back, and answers the phone's ping with RST."""
    site = Site(lab)
    process, = await site.start(edge={"SECRET": "kept over restarts"})
    flow = await site.phone.flow(1, site.edges[0])
    await asyncio.sleep(1)
    edge = site.edges[0]
    edge.lose_power()
    await process.stop()
    edge.power_up()
    await site.start_edge(edge, SECRET="kept over restarts")
    if await flow.ping(limit=2):
        raise LabError("a pong after the power loss")
    await site.call("uac-fail")


@recording("flow-contact-star",
    ("REGISTERs with reg-id 1 and 2, and Contact: *", request("REGISTER", "bob"), 3),
    ("200 to each", response(200, "REGISTER", target="bob"), 3),
    ("FINs of the phone", FIN, 2),
    ("430 from both edges", response(430, "INVITE", target="registrar"), 2),
    ("480 to Alice", response(480, target="alice")))
async def contact_star(lab):
    """Two flows, Contact: * with Expires: 0 over the first gets 200, both are closed; Kamailio uses
    the bindings all the same: two 430, and 480."""
    site = Site(lab)
    await site.start(edges=2)
    flows = [await site.phone.flow(1, site.edges[0]), await site.phone.flow(2, site.edges[1])]
    await asyncio.sleep(1)
    response = await flows[0].register(expires=0, contact="*")
    if response.code != 200:
        raise LabError(f"Contact: *: {response.start}")
    for flow in flows:
        await flow.close()
    await asyncio.sleep(1)
    await site.call("uac-fail")


@recording("flow-token-changed",
    ("REGISTER", request("REGISTER", "bob")),
    ("INVITE to the edge with a token that it did not make", request("INVITE", "alice", "edge1")),
    ("403 to Alice", response(403, "INVITE", "edge1", "alice")),
    ("nothing to the phone", request("INVITE", "edge1", "bob"), 0))
async def token_changed(lab):
    """A request for the phone with a changed flow token in Route: the edge answers 403."""
    site = Site(lab)
    await site.start()
    flow = await site.phone.flow(1, site.edges[0])
    caller = await lab.sipp(site.alice, "uac-changed-token", "10.0.0.5:5060",
                            contact=flow.contact_uri)
    await caller.succeed(20)


@recording("flow-439",
    ("REGISTER from the phone", request("REGISTER", "bob")),
    ("REGISTER to the registrar, its Path without ob",
     request("REGISTER", "edge1", "registrar") + ' and sip.Path and not sip.Path contains "ob"'),
    ("439 to the phone", response(439, "REGISTER", target="bob")))
async def no_outbound(lab):
    """The first hop knows no outbound: the registrar answers 439 to a REGISTER with reg-id."""
    site = Site(lab)
    await site.start(edge={"NO_OUTBOUND": True})
    try:
        await site.phone.flow(1, site.edges[0])
    except LabError as error:
        if "439" not in str(error):
            raise
        return
    raise LabError("registered without outbound")


STUN_REQUESTS = "stun.type == 0x0001 and ip.src == 10.0.0.10"


@recording("flow-udp-closed",
    ("REGISTER over UDP", request("REGISTER", "bob") + " and udp"),
    ("its 200 with Require: outbound and Flow-Timer", REGISTERED),
    ("STUN requests", STUN_REQUESTS, 2),
    ("STUN responses", "stun.type == 0x0101 and ip.src == 10.0.0.5", 2),
    ("ICMP port unreachable from the phone's host", "icmp.code == 3 and ip.src == 10.0.0.10"),
    ("430 from the edge", response(430, "INVITE", "edge1")),
    ("480 to Alice", response(480, target="alice")))
async def udp_closed(lab):
    """A flow over UDP with STUN keep-alives; the phone's program ends: ICMP, 430, 480."""
    site = Site(lab)
    await site.start(edge={"FR_TIMER": 6000})
    flow = await site.phone.flow(1, site.edges[0], transport="udp")
    for _ in range(2):
        await asyncio.sleep(1)
        if not await flow.ping():
            raise LabError("no STUN response")
    await flow.close()
    await asyncio.sleep(1)
    await site.call("uac-fail", limit=30)


@recording("flow-udp-stun-unanswered",
    ("REGISTERs over UDP", request("REGISTER", "bob") + " and udp", 2),
    ("STUN requests, the first answered", STUN_REQUESTS, 8),
    ("the one STUN response before", "stun.type == 0x0101 and udp.dstport == 40001", 1),
    ("430 from the edge", response(430, "INVITE", "edge1")),
    ("480 to Alice", response(480, target="alice")),
    ("200 to Alice, second call", response(200, target="alice")))
async def udp_stun_unanswered(lab):
    """A flow over UDP: STUN gets no response for 41 s, 430 to a call, a new flow is reached."""
    site = Site(lab)
    await site.start(edge={"FR_TIMER": 6000})
    edge = site.edges[0]
    flow = await site.phone.flow(1, edge, transport="udp")
    if not await flow.ping():
        raise LabError("no STUN response")
    edge.deafen(site.bob.address, port=40001, protocol="udp")
    site.bob.deafen(edge.address, to_port=40001, protocol="udp")
    for wait in (0.5, 1, 2, 4, 8, 16, 9.5):
        if await flow.ping(limit=wait):
            raise LabError("a STUN response came through the gap")
    await site.call("uac-fail", limit=30)
    await site.phone.flow(1, edge, transport="udp", local_port=40101)
    await site.call()


@recording("flow-tls-reset",
    ("REGISTER over TLS", request("REGISTER", "bob") + " and tls"),
    ("the phone's RST", "tcp.flags.reset == 1 and ip.src == 10.0.0.10"),
    ("430 from the edge", response(430, "INVITE", "edge1")),
    ("480 to Alice", response(480, target="alice")))
async def tls_reset(lab):
    """Over TLS 1.3: the only flow ends with RST; 430, 480."""
    site = Site(lab)
    await site.start(listen=("udp:{}:5060", "tls:{}:5061"), edge=certificate(lab))
    flow = await site.phone.flow(1, site.edges[0], 5061, "tls")
    await asyncio.sleep(1)
    flow.reset()
    await asyncio.sleep(1)
    await site.call("uac-fail")


async def drop_silently(site, transport, port):
    """The phone's last pings go into a black hole, so does the call that comes meanwhile."""
    edge = site.edges[0]
    flow = await site.phone.flow(1, edge, port, transport)
    if not await flow.ping():
        raise LabError("no pong")
    await asyncio.sleep(1)
    edge.deafen(site.bob.address, port=40001)
    site.bob.deafen(edge.address, to_port=40001)
    if await flow.ping(limit=11):
        raise LabError("a pong came through the gap")
    await site.call("uac-fail", limit=30)


@recording("flow-tls-silently-dropped",
    ("REGISTER over TLS", request("REGISTER", "bob") + " and tls"),
    ("no FIN or RST", "tcp.flags.fin == 1 or tcp.flags.reset == 1", 0),
    ("430 from the edge", response(430, "INVITE", "edge1")),
    ("480 to Alice", response(480, target="alice")))
async def tls_dropped(lab):
    """Over TLS 1.3: a middlebox forgets the flow, no pong for 10 s, then 430 and 480 to a call."""
    site = Site(lab)
    await site.start(listen=("udp:{}:5060", "tls:{}:5061"),
                     edge={**certificate(lab), "FR_TIMER": 6000})
    await drop_silently(site, "tls", 5061)


@recording("flow-websocket-reset",
    ("WebSocket handshake", "http.request.method == GET"),
    ("REGISTER", request("REGISTER", "bob")),
    ("the phone's RST", "tcp.flags.reset == 1 and ip.src == 10.0.0.10"),
    ("430 from the edge", response(430, "INVITE", "edge1")),
    ("480 to Alice", response(480, target="alice")))
async def websocket_reset(lab):
    """Over WebSocket: the only flow ends with RST; 430, 480."""
    site = Site(lab)
    await site.start(listen=("udp:{}:5060", "tcp:{}:80"), edge={"WITH_WS": True})
    flow = await site.phone.flow(1, site.edges[0], 80, "ws")
    await asyncio.sleep(1)
    flow.reset()
    await asyncio.sleep(1)
    await site.call("uac-fail")


@recording("flow-websocket-silently-dropped",
    ("WebSocket handshake", "http.request.method == GET"),
    ("REGISTER", request("REGISTER", "bob")),
    ("no FIN or RST", "tcp.flags.fin == 1 or tcp.flags.reset == 1", 0),
    ("430 from the edge", response(430, "INVITE", "edge1")),
    ("480 to Alice", response(480, target="alice")))
async def websocket_dropped(lab):
    """Over WebSocket: a middlebox forgets the flow, no pong for 10 s, then 430, 480 to a call."""
    site = Site(lab)
    await site.start(listen=("udp:{}:5060", "tcp:{}:80"), edge={"WITH_WS": True, "FR_TIMER": 6000})
    await drop_silently(site, "ws", 80)


@recording("flow-tls-second-answers",
    ("REGISTERs with reg-id 1 and 2 over TLS", request("REGISTER", "bob") + " and tls", 2),
    ("the phone's FIN", FIN),
    ("430 from the edge", response(430, "INVITE", "edge1")),
    ("INVITE to the other edge", request("INVITE", "registrar", "edge2")),
    ("200 to Alice", response(200, target="alice")))
async def tls_second_answers(lab):
    """Two flows over TLS 1.3 and two edges; the first is closed, 430, the second answers."""
    site = Site(lab)
    await site.start(edges=2, listen=("udp:{}:5060", "tls:{}:5061"), edge=certificate(lab))
    first = await site.phone.flow(1, site.edges[0], 5061, "tls")
    await site.phone.flow(2, site.edges[1], 5061, "tls")
    await asyncio.sleep(1)
    await first.close()
    await asyncio.sleep(1)
    await site.call()


@recording("flow-websocket-second-answers",
    ("WebSocket handshakes", "http.request.method == GET", 2),
    ("REGISTERs with reg-id 1 and 2", request("REGISTER", "bob"), 2),
    ("the phone's RST", "tcp.flags.reset == 1 and ip.src == 10.0.0.10"),
    ("430 from the edge", response(430, "INVITE", "edge1")),
    ("INVITE to the other edge", request("INVITE", "registrar", "edge2")),
    ("200 to Alice", response(200, target="alice")))
async def websocket_second_answers(lab):
    """Two flows over WebSocket and two edges; the first is reset, 430, the second answers."""
    site = Site(lab)
    await site.start(edges=2, listen=("udp:{}:5060", "tcp:{}:80"), edge={"WITH_WS": True})
    first = await site.phone.flow(1, site.edges[0], 80, "ws")
    await site.phone.flow(2, site.edges[1], 80, "ws")
    await asyncio.sleep(1)
    first.reset()
    await asyncio.sleep(1)
    await site.call()


# An edge proxy whose script follows Kamailio's own example: it answers what it cannot send on with sl_reply_error().

LISTEN = {"tcp": (UDP_AND_TCP, 5060), "tls": (("udp:{}:5060", "tls:{}:5061"), 5061),
          "ws": (("udp:{}:5060", "tcp:{}:80"), 80)}
RST = "tcp.flags.reset == 1 and ip.src == 10.0.0.10"
NOTHING_CLOSED = ("no FIN or RST", "tcp.flags.fin == 1 or tcp.flags.reset == 1", 0)
OVER = {"tcp": "TCP", "tls": "TLS 1.3 (keys in the capture)", "ws": "WebSocket"}


async def shipped(lab, transport, end, root=None):
    listen, port = LISTEN[transport]
    site = Site(lab)
    more = certificate(lab) if transport == "tls" else {"WITH_WS": True} if transport == "ws" else {}
    await site.start(listen=listen, edge={"AS_SHIPPED": True, **more},
                     registrar={} if end in ("silent", "unplugged") else {"HAND_ON": True}, root=root)
    edge = site.edges[0]
    flow = await site.phone.flow(1, edge, port, transport)
    await asyncio.sleep(1)
    if end == "closed":
        await flow.close()
    elif end == "reset":
        flow.reset()
    elif end == "unplugged":
        lab.unplug(site.bob)
    else:
        edge.deafen(site.bob.address, port=40001)
        site.bob.deafen(edge.address, to_port=40001)
    await asyncio.sleep(1)
    await site.call("uac-fail", limit=60)


def enter(transport, end, *shows, root=None, version=""):
    """A recording for each way in which a connection ends."""
    what = {"closed": "is closed by the phone", "reset": "is reset by the phone",
            "silent": "is dropped by a middlebox without a word", "unplugged": "is cut with its host"}[end]

    async def make(lab):
        await shipped(lab, transport, end, root)
    make.__doc__ = (f"Edge as in Kamailio's example; the phone's connection over {OVER[transport]} {what},"
                    " then a call.")
    recording(f"flow-shipped-{transport}-{end}{version}", *shows)(make)


def told(code, *exact):
    return ((f"{code} from the edge", response(code, "INVITE", "edge1"), *exact),
            (f"{code} to Alice", response(code, target="alice")))


SILENT_SHOWS = (NOTHING_CLOSED, ("430 from the edge", response(430, "INVITE", "edge1") + " and frame.time_relative > 30"),
                ("480 to Alice", response(480, target="alice")))
for _transport in ("tcp", "tls"):
    if _transport != "tcp":
        enter(_transport, "closed", ("the phone's FIN", FIN), *told(477, 2))
    enter(_transport, "reset", ("the phone's RST", RST), *told(477, 2))
enter("ws", "closed", ("the phone's FIN", FIN), *told(500, 2))
enter("ws", "reset", ("the phone's RST", RST), *told(500, 2))
for _transport in LISTEN:
    enter(_transport, "silent", *SILENT_SHOWS)
    enter(_transport, "unplugged", *SILENT_SHOWS)
enter("tcp", "closed", ("the phone's FIN", FIN), *told(477, 1), root=ROOT, version="-kamailio-6")
enter("ws", "closed", ("the phone's FIN", FIN), *told(500, 1), root=ROOT, version="-kamailio-6")


# A registrar that is a B2BUA


async def asterisk_registrar(lab, rewrite):
    alice, p1, bob = lab.host("alice"), lab.host("p1"), lab.host("bob")
    await Asterisk(lab, p1, "[default]\nexten => bob,1,Dial(PJSIP/bob)\n same => n,Hangup()\n",
                   endpoint("alice", contact="sip:alice@10.0.0.1:5060") + endpoint("bob", f"rewrite_contact={rewrite}")
                   + "[id1]\ntype=identify\nendpoint=alice\nmatch=10.0.0.1\n"
                   + "[id2]\ntype=identify\nendpoint=bob\nmatch=10.0.0.10\n").start()
    await lab.record(capture_filter=SIGNALLING)
    flow = Flow(Phone(lab, bob), 1, p1, 5060, "tcp", 40001)
    await flow.open()
    if (await flow.register()).code != 200:
        raise LabError("not registered")
    await asyncio.sleep(1)
    return flow


async def call_asterisk(lab, limit=60):
    caller = await lab.sipp(lab.hosts["alice"], "uac-fail", "10.0.0.2:5060", callee="example.com")
    await caller.succeed(limit)


@recording("registration-dead-contact-asterisk",
    ("REGISTER", request("REGISTER", "bob")),
    ("the phone's FIN", FIN),
    ("Asterisk's SYN to its old port", "tcp.flags.syn == 1 and tcp.flags.ack == 0 and ip.src == 10.0.0.2"),
    ("503 to Alice", response(503, target="alice")))
async def dead_contact(lab):
    """Asterisk keeps the contact of a phone whose connection is closed (rewrite_contact=no): a call gets 503."""
    flow = await asterisk_registrar(lab, "no")
    await flow.close()
    await asyncio.sleep(1)
    await call_asterisk(lab)


@recording("registration-removed-by-asterisk",
    ("REGISTER", request("REGISTER", "bob")),
    ("the phone's FIN", FIN),
    ("404 to Alice", response(404, target="alice")))
async def removed_contact(lab):
    """Asterisk removes the contact of a phone whose connection is closed (rewrite_contact=yes): a call gets 404."""
    flow = await asterisk_registrar(lab, "yes")
    await flow.close()
    await asyncio.sleep(1)
    await call_asterisk(lab)


@recording("registration-mute-phone-asterisk",
    ("REGISTER", request("REGISTER", "bob")),
    ("the INVITE over its connection", request("INVITE", "p1", "bob")),
    ("408 to Alice", response(408, target="alice") + " and frame.time_relative > 32"))
async def mute_phone(lab):
    """The phone's connection stands and its program says nothing: Asterisk tells the caller 408 after 32 s."""
    flow = await asterisk_registrar(lab, "yes")
    flow.phone.silent = True
    await call_asterisk(lab)
