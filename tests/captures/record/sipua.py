# SPDX-License-Identifier: GPL-2.0-or-later
"""A user agent that registers RFC 5626 flows over TCP, TLS, WebSocket or UDP, and loses them on
order."""
import asyncio
import base64
import contextlib
import os
import socket
import ssl
import struct

from lab import LabError

ANSWER_LIMIT = 10       # seconds to wait for the response to a REGISTER
PING, PONG = b"\r\n\r\n", b"\r\n"
STUN_REQUEST, STUN_SUCCESS, STUN_COOKIE = 0x0001, 0x0101, 0x2112A442
WS_TEXT, WS_CLOSE, WS_PING, WS_PONG = 1, 8, 9, 10


class Message:
    """A SIP message: start line, header fields in order, body."""

    def __init__(self, head):
        self.start, *lines = head.decode().split("\r\n")
        self.fields = [(name.strip().lower(), value.strip())
                       for name, _, value in (line.partition(":") for line in lines)]

    @property
    def method(self):
        return None if self.start.startswith("SIP/2.0 ") else self.start.split()[0]

    @property
    def code(self):
        return int(self.start.split()[1]) if self.method is None else None

    def all(self, name):
        return [value for key, value in self.fields if key == name.lower()]

    def first(self, name):
        return next(iter(self.all(name)), "")


class Flow:
    """One connection of a phone to an edge proxy."""

    def __init__(self, phone, reg_id, edge, port, transport, local_port):
        self.phone = phone
        self.reg_id = reg_id
        self.edge = edge
        self.port = port
        self.transport = transport
        self.local_port = local_port
        self.call_id = f"reg-{reg_id}-{local_port}@{phone.host.address}"
        self.sequence = 0
        self.responses = asyncio.Queue()
        self.path = "/"         # of a WebSocket
        self.pongs = 0
        self.closed = asyncio.Event()       # by the other side
        self._reader = self._writer = self._raw = None

    async def open(self):
        loop = asyncio.get_running_loop()
        self._raw = self.phone.host.socket(socket.SOCK_STREAM, self.local_port)
        await asyncio.wait_for(loop.sock_connect(self._raw, (self.edge.address, self.port)), 5)
        options = {}
        if self.transport in ("tls", "wss"):
            context = ssl.create_default_context(cafile=self.phone.lab.work / "cert.pem")
            context.keylog_filename = str(self.phone.lab.keylog)
            options = {"ssl": context, "server_hostname": "example.com"}
        self._reader, self._writer = await asyncio.wait_for(
            asyncio.open_connection(sock=self._raw, **options), 5)
        if self.transport in ("ws", "wss"):
            await asyncio.wait_for(self._handshake(), 5)
        self.phone.lab.task(self._receive())
        return self

    async def _handshake(self):
        key = base64.b64encode(os.urandom(16)).decode()
        self._writer.write((
            f"GET {self.path} HTTP/1.1\r\n"
            f"Host: {self.edge.address}:{self.port}\r\n"
            "Upgrade: websocket\r\n"
            "Connection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\n"
            "Origin: http://example.com\r\n"
            "Sec-WebSocket-Protocol: sip\r\n"
            "Sec-WebSocket-Version: 13\r\n\r\n").encode())
        answer = await self._reader.readuntil(b"\r\n\r\n")
        if not answer.startswith(b"HTTP/1.1 101"):
            raise LabError(f"WebSocket handshake: {answer!r}")

    @property
    def via_host(self):
        if self.transport in ("ws", "wss"):
            return "phone1.invalid"         # a browser does not know its address (RFC 7118)
        return f"{self.phone.host.address}:{self.local_port}"

    @property
    def contact_uri(self):
        transport = "ws" if self.transport == "wss" else self.transport
        return f"sip:{self.phone.user}@{self.via_host};transport={transport}"

    def send(self, *lines, body=""):
        text = "\r\n".join([*lines, f"Content-Length: {len(body)}", "", body])
        self._write(text.encode())

    def _write(self, data, opcode=WS_TEXT):
        if self.transport in ("ws", "wss"):
            mask = os.urandom(4)
            masked = bytes(byte ^ mask[index % 4] for index, byte in enumerate(data))
            if len(data) < 126:
                length = struct.pack("!B", 0x80 | len(data))
            else:
                length = struct.pack("!BH", 0x80 | 126, len(data))
            data = struct.pack("!B", 0x80 | opcode) + length + mask + masked
        self._writer.write(data)

    async def _receive(self):
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                message = await (self._read_frame() if self.transport in ("ws", "wss")
                                 else self._read_stream())
                if message is None:
                    self.pongs += 1
                elif message.method:
                    self.phone.lab.task(self.phone.incoming(self, message))
                else:
                    self.responses.put_nowait(message)
        self.closed.set()

    async def _read_stream(self):
        start = await self._reader.readexactly(2)
        if start == PONG:
            return None
        head = start + await self._reader.readuntil(b"\r\n\r\n")
        message = Message(head[:-4])
        await self._reader.readexactly(int(message.first("Content-Length") or 0))
        return message

    async def _read_frame(self):
        while True:
            opcode, length = await self._reader.readexactly(2)
            if length == 126:
                length, = struct.unpack("!H", await self._reader.readexactly(2))
            data = await self._reader.readexactly(length)
            if opcode & 15 == WS_PING:
                self._write(data, WS_PONG)
            elif opcode & 15 == WS_CLOSE:
                raise ConnectionError("closed by the server")
            elif data == PONG:
                return None
            else:
                return Message(data.partition(b"\r\n\r\n")[0])

    async def register(self, expires=600, contact=None):
        """contact: "*" removes all that the phone's user has registered."""
        phone = self.phone
        own = (f"<{self.contact_uri}>;reg-id={self.reg_id};"
               f'+sip.instance="<{phone.instance}>"')
        self.sequence += 1
        self.send(
            "REGISTER sip:example.com SIP/2.0",
            f"Via: SIP/2.0/{self.transport.upper()} {self.via_host};"
            f"branch=z9hG4bK-{self.local_port}-r{self.sequence};rport",
            f"From: <sip:{phone.user}@example.com>;tag=r{self.local_port}",
            f"To: <sip:{phone.user}@example.com>",
            f"Call-ID: {self.call_id}",
            f"CSeq: {self.sequence} REGISTER",
            f"Contact: {contact or own}",
            f"Expires: {expires}",
            "Max-Forwards: 70",
            "Supported: path, outbound")
        return await asyncio.wait_for(self.responses.get(), ANSWER_LIMIT)

    async def ping(self, limit=None):
        """Sends a double CRLF; whether a pong comes within the limit."""
        before = self.pongs
        self._write(PING)
        for _ in range(int((limit or ANSWER_LIMIT) * 20)):
            if self.pongs > before:
                return True
            await asyncio.sleep(0.05)
        return False

    async def close(self):
        """Says goodbye: FIN (before it a Close frame or a TLS alert, where there is one)."""
        if self.transport in ("ws", "wss"):
            self._write(struct.pack("!H", 1000), WS_CLOSE)
            # Closing before the answer is read would reset the connection.
            await asyncio.wait_for(self.closed.wait(), 5)
        self._writer.close()
        with contextlib.suppress(ConnectionError, ssl.SSLError, asyncio.TimeoutError):
            await asyncio.wait_for(self._writer.wait_closed(), 3)

    def reset(self):
        """RST: as a process that died with data unread."""
        sock = self._writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, flow):
        self.flow = flow

    def datagram_received(self, data, _):
        self.flow.received(data)


class UdpFlow(Flow):
    """Address and port of a phone, kept alive by STUN (RFC 5626 4.4.2)."""

    async def open(self):
        sock = self.phone.host.socket(socket.SOCK_DGRAM, self.local_port)
        sock.connect((self.edge.address, self.port))
        self._writer, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: _Datagrams(self), sock=sock)
        return self

    def received(self, data):
        if data[:1] < b" ":
            self.pongs += struct.unpack("!H", data[:2])[0] == STUN_SUCCESS
            return
        message = Message(data.partition(b"\r\n\r\n")[0])
        if message.method:
            self.phone.lab.task(self.phone.incoming(self, message))
        else:
            self.responses.put_nowait(message)

    def _write(self, data, opcode=None):
        if data == PING:
            data = struct.pack("!HHI", STUN_REQUEST, 0, STUN_COOKIE) + os.urandom(12)
        self._writer.sendto(data)

    async def close(self):
        """Nobody listens any more: the host answers with ICMP."""
        self._writer.abort()


class Phone:
    """A user agent instance with its flows."""

    def __init__(self, lab, host, user="bob", number=10):
        self.lab = lab
        self.host = host
        self.user = user
        self.instance = f"urn:uuid:00000000-0000-4000-8000-0000000000{number}"
        self.silent = False     # takes requests and answers none
        self._cancelled = set()

    async def flow(self, reg_id, edge, port=5060, transport="tcp", local_port=None):
        """Opens a connection and registers over it."""
        kind = UdpFlow if transport == "udp" else Flow
        flow = kind(self, reg_id, edge, port, transport, local_port or 40000 + reg_id)
        await flow.open()
        response = await flow.register()
        if response.code != 200 or "outbound" not in response.first("Require"):
            raise LabError(f"REGISTER: {response.start}, Require: {response.first('Require')}")
        return flow

    def respond(self, flow, request, status, *fields, body="", method=None):
        to = request.first("To")
        if "tag=" not in to:
            to += ";tag=phone"
        number = request.first("CSeq").split()[0]
        copied = [f"Via: {value}" for value in request.all("Via")]
        copied += [f"Record-Route: {value}" for value in request.all("Record-Route")]
        flow.send(f"SIP/2.0 {status}", *copied, f"From: {request.first('From')}", f"To: {to}",
                  f"Call-ID: {request.first('Call-ID')}",
                  f"CSeq: {number} {method or request.method}", *fields, body=body)

    async def incoming(self, flow, request):
        if self.silent or request.method == "ACK":
            return
        if request.method == "INVITE":
            contact = f"Contact: <{flow.contact_uri};ob>"
            self.respond(flow, request, "180 Ringing", contact)
            await asyncio.sleep(1)
            sdp = "\r\n".join(["v=0", f"o=bob 1 1 IN IP4 {self.host.address}", "s=-",
                               f"c=IN IP4 {self.host.address}", "t=0 0",
                               "m=audio 6000 RTP/AVP 0", "a=rtpmap:0 PCMU/8000", ""])
            self.respond(flow, request, "200 OK", contact, "Content-Type: application/sdp",
                         body=sdp)
        else:
            self.respond(flow, request, "200 OK")
