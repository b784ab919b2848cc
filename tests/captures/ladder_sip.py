# SPDX-License-Identifier: GPL-2.0-or-later
"""What the messages of a ladder say: defaults for everything that a line does not write.

The Via stack carries it: a request whose second Via was sent before is forwarded and copies the
request it came from; a response answers the newest request with its top Via.
"""

import textwrap
from dataclasses import dataclass, field

from ladder_error import LadderError

COOKIE = "z9hG4bK-"
MAX_FORWARDS = 70
WITH_CONTACT = ("INVITE", "REGISTER", "SUBSCRIBE", "UPDATE", "NOTIFY", "REFER")
UNANSWERED = ("ACK", "CANCEL")      # unless the response says (CANCEL)
MAKES_DIALOG = ("INVITE", "SUBSCRIBE", "REFER")
HOP_BY_HOP = ("via", "route", "proxy-authorization", "proxy-authenticate", "proxy-require")
PHRASES = {
    100: "Trying", 180: "Ringing", 181: "Call Is Being Forwarded", 182: "Queued",
    183: "Session Progress", 199: "Early Dialog Terminated", 200: "OK", 202: "Accepted",
    204: "No Notification", 300: "Multiple Choices", 301: "Moved Permanently",
    302: "Moved Temporarily", 305: "Use Proxy", 400: "Bad Request", 401: "Unauthorized",
    403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 406: "Not Acceptable",
    407: "Proxy Authentication Required", 408: "Request Timeout", 410: "Gone",
    415: "Unsupported Media Type", 420: "Bad Extension", 421: "Extension Required",
    422: "Session Interval Too Small", 423: "Interval Too Brief", 430: "Flow Failed",
    439: "First Hop Lacks Outbound Support", 480: "Temporarily Unavailable",
    481: "Call/Transaction Does Not Exist", 482: "Loop Detected", 483: "Too Many Hops",
    484: "Address Incomplete", 486: "Busy Here", 487: "Request Terminated",
    488: "Not Acceptable Here", 489: "Bad Event", 491: "Request Pending",
    500: "Server Internal Error", 501: "Not Implemented", 502: "Bad Gateway",
    503: "Service Unavailable", 504: "Server Time-out", 580: "Precondition Failure",
    600: "Busy Everywhere", 603: "Decline", 604: "Does Not Exist Anywhere", 606: "Not Acceptable",
}


@dataclass
class Message:
    """One message as it was sent."""
    src: str
    stack: tuple                    # branch names, top first
    method: str                     # of the CSeq
    call: str
    cseq: int
    from_: str
    to: str
    uri: str | None = None          # requests
    code: int | None = None         # responses
    author: str | None = None       # the host that a relayed response comes from
    extra: list = field(default_factory=list)       # rounds of indented lines, one after another
    headers: list = field(default_factory=list)


@dataclass
class Call:
    caller: str
    from_: str                      # with tag
    to: str                         # without
    to_tag: str | None = None
    confirmed: bool = False


class Speech:
    """Says the lines of one ladder, in order, and remembers what was said."""

    def __init__(self, ladder):
        self.name = ladder.name
        self.hosts = ladder.hosts
        self.vias = {}              # branch name -> Via value
        self.owners = {}            # branch name -> host name
        self.requests = []
        self.responses = []
        self.calls = {}

    def say(self, line):
        if not line.words:
            raise LadderError("a method or a status code is missing")
        if "via" not in line.options:
            raise LadderError("'via' is missing: every message names its Via stack, top first")
        if line.words[0].isdigit():
            start, message = self.response(line)
        else:
            start, message = self.request(line)
        headers, body = self.content(message)
        head = [start] + [f"{name}: {value}" for name, value in headers]
        return "\r\n".join(head + ["", ""]).encode() + body

    # Via

    def stack(self, line):
        """The branch names of a line, top first. The first sender of a request owns its top one."""
        top_owner = None if line.words[0].isdigit() else line.src.host
        return tuple(self.via(token, line, top_owner if nth == 0 else None)
                     for nth, token in enumerate(line.options["via"]))

    def via(self, token, line, sender):
        name, written, owner = token.partition("@")
        if written:
            if owner not in self.hosts:
                raise LadderError(f"host '{owner}' is not in the hosts block")
            sender = self.hosts[owner]
        if written or (sender and name not in self.vias):
            branch = name[1:] if name.startswith("!") else COOKIE + name
            transport = line.transport.upper()
            self.vias[name] = f"SIP/2.0/{transport} {sender.hostport};branch={branch}"
            self.owners[name] = sender.name
        if name not in self.vias:
            raise LadderError(f"branch '{name}' was never sent by anyone: write {name}@HOST once")
        return name

    # Requests

    def request(self, line):
        method, *uri = line.words
        if len(uri) > 1:
            raise LadderError(f"'{uri[1]}' after the Request-URI is not a keyword")
        message = self.new_request(line, method, self.stack(line))
        if uri:
            message.uri = uri[0]
        if "cseq" in line.options:
            message.cseq = line.options["cseq"]
        if "tag" in line.options:
            message.to = tagged(untagged(message.to), line.options["tag"])
        message.extra = message.extra + [line.extra]
        self.requests.append(message)
        message.headers = self.request_headers(message)
        return f"{method} {message.uri} SIP/2.0", message

    def new_request(self, line, method, stack):
        src, call = line.src.host.name, line.options.get("call")
        same = self.sent(stack[0], [method], call)
        if same and (same.src, same.stack) == (src, stack):
            return copy_of(same, extra=same.extra)
        invite = self.sent(stack[0], ["INVITE"], call)
        if method in ("ACK", "CANCEL") and invite:
            to = self.final_to(stack, invite) if method == "ACK" else invite.to
            return copy_of(invite, src=src, stack=stack, method=method, to=to)
        above = self.sent(stack[1], [method], call) if len(stack) > 1 else None
        if above:
            return copy_of(above, src=src, stack=stack, extra=handed_on(above))
        return self.first_request(line, method, stack)

    def sent(self, branch, methods, call):
        """The newest request with this top branch. No methods: any a bare response may answer."""
        for request in reversed(self.requests):
            ours = request.stack[0] == branch and call in (None, request.call)
            right = request.method in methods if methods else request.method not in UNANSWERED
            if ours and right:
                return request
        return None

    def final_to(self, stack, invite):
        """The To that the ACK of a failed INVITE repeats."""
        for answer in reversed(self.responses):
            about = answer.stack[0], answer.method, answer.call
            if about == (stack[0], "INVITE", invite.call) and answer.code >= 200:
                return answer.to
        return invite.to

    def first_request(self, line, method, stack):
        name = line.options.get("call", self.name)
        originator = self.owners[stack[-1]]
        uri = line.words[1] if len(line.words) > 1 else None
        call = self.calls.get(name)
        if not call:
            call = self.new_call(name, originator, method, uri)
        there = tagged(call.to, call.to_tag)
        from_, to = (call.from_, there) if originator == call.caller else (there, call.from_)
        if originator != call.caller and not call.to_tag:
            from_ = tagged(call.to, originator)
        uri = uri or to.strip("<").split(">")[0]
        return Message(line.src.host.name, stack, method, name, 1, from_, to, uri)

    def new_call(self, name, caller, method, uri):
        here = f"<sip:{caller}@example.com>"
        if not uri:
            raise LadderError("the first request of a call needs a Request-URI")
        there = here if method == "REGISTER" else f"<{uri.split(';')[0]}>"
        tag = caller if name == self.name else f"{caller}-{name}"
        self.calls[name] = Call(caller, tagged(here, tag), there)
        return self.calls[name]

    def request_headers(self, message):
        headers = [["Via", self.vias[name]] for name in message.stack]
        headers.append(["Max-Forwards", str(MAX_FORWARDS + 1 - len(message.stack))])
        headers += self.common_headers(message)
        if message.method in WITH_CONTACT:
            headers.append(["Contact", self.contact(self.owners[message.stack[-1]])])
        return headers

    # Responses

    def response(self, line):
        code, words = int(line.words[0]), line.words[1:]
        stack = self.stack(line)
        methods = []
        if words and words[-1].startswith("(") and words[-1].endswith(")"):
            methods = [words.pop()[1:-1]]
        request = (self.sent(stack[0], methods, line.options.get("call"))
                   or self.unseen_request(line, (methods or ["INVITE"])[0], stack))
        below = self.relayed(stack, request, code)
        message = copy_of(request, src=line.src.host.name, stack=stack, code=code,
                          author=below.author if below else line.src.host.name)
        if "tag" in line.options:
            message.to = tagged(untagged(message.to), line.options["tag"])
        elif code > 100 and ";tag=" not in message.to:
            message.to = below.to if below else tagged(message.to, line.src.host.name)
        self.learn(message, request)
        message.extra = self.earlier_lines(message, below) + [line.extra]
        self.responses.append(message)
        message.headers = self.response_headers(message, request)
        if code not in PHRASES and not words:
            raise LadderError(f"{code} needs its phrase on the line (or \"\")")
        phrase = " ".join(word.strip('"') for word in words) if words else PHRASES[code]
        return f"SIP/2.0 {code} {phrase}", message

    def unseen_request(self, line, method, stack):
        """Stands for a request from before the capture began."""
        name = line.options.get("call", self.name)
        if name not in self.calls:
            uri = f"sip:{line.src.host.name}@example.com"
            self.new_call(name, self.owners[stack[-1]], method, uri)
        call, cseq = self.calls[name], line.options.get("cseq", 1)
        return Message(self.owners[stack[0]], stack, method, name, cseq, call.from_, call.to)

    def relayed(self, stack, request, code):
        """The response that a proxy hands on with this one, if it came in."""
        wanted = stack, request.method, code, request.call
        for answer in reversed(self.responses):
            if (answer.stack[1:], answer.method, answer.code, answer.call) == wanted:
                return answer
        return None

    def earlier_lines(self, message, below):
        """Of the response that this one repeats, or else of the one it hands on."""
        def key(m):
            return m.src, m.stack, m.method, m.code, m.to, m.call
        for answer in reversed(self.responses):
            if key(answer) == key(message):
                return answer.extra
        return handed_on(below) if below else []

    def learn(self, message, request):
        """Which To tag later requests of the call carry."""
        call = self.calls[message.call]
        if message.method not in MAKES_DIALOG or ";tag=" in request.to or message.code == 100:
            return
        if 200 <= message.code < 300 or (message.code < 200 and not call.confirmed):
            call.to_tag = message.to.rpartition(";tag=")[2]
            call.confirmed = call.confirmed or message.code >= 200
        elif message.code >= 300 and not call.confirmed:
            call.to_tag = None

    def response_headers(self, message, request):
        headers = [["Via", self.vias[name]] for name in message.stack]
        headers += self.common_headers(message)
        dialog = message.method in MAKES_DIALOG and 100 < message.code < 300
        if message.method == "REGISTER" and 200 <= message.code < 300:
            asked = [value for name, value in self.content(request)[0] if name == "Contact"]
            headers += [["Contact", value if "expires=" in value else value + ";expires=3600"]
                        for value in asked]
        elif dialog or (message.method == "UPDATE" and message.code == 200):
            headers.append(["Contact", self.contact(message.author)])
        return headers

    # Both

    def common_headers(self, message):
        return [["From", message.from_], ["To", message.to], ["Call-ID", f"{message.call}@ladder"],
                ["CSeq", f"{message.cseq} {message.method}"]]

    def contact(self, host):
        return f"<sip:{host}@{self.hosts[host].hostport}>"

    def content(self, message):
        """The header fields and the body, with the indented lines applied."""
        headers, body, touched = [list(pair) for pair in message.headers], b"", set()
        for lines in message.extra:
            touched = set()
            texts = [text.strip() for _, text in lines] + ["body:"]
            start = texts.index("body:")
            for number, text in lines[:start]:
                edit(headers, number, text.strip(), touched)
            if start < len(lines):
                text = textwrap.dedent("\n".join(text for _, text in lines[start + 1:]))
                body = "".join(f"{line}\r\n" for line in text.splitlines()).encode()
        names = {name.lower() for name, _ in headers}
        if body.startswith(b"v=0") and "content-type" not in names:
            headers.append(["Content-Type", "application/sdp"])
        if not {"content-length", "l", "-content-length"} & (names | touched):
            headers.append(["Content-Length", str(len(body))])
        return headers, body


def edit(headers, number, text, touched):
    """One indented line: 'Name: value' replaces, '+Name: value' adds, '-Name' removes."""
    name, colon, value = text.lstrip("+-").partition(":")
    if text.startswith("-"):
        touched.add(text.lower())
        headers[:] = [pair for pair in headers if pair[0].lower() != name.lower()]
        return
    if not colon:
        raise LadderError("expected 'Name: value', '+Name: value', '-Name' or 'body:'", number)
    places = [i for i, pair in enumerate(headers) if pair[0].lower() == name.lower()]
    if not places or name.lower() in touched or text.startswith("+"):
        headers.insert(places[-1] + 1 if places else len(headers), [name, value.strip()])
    else:
        headers[places[0]][1] = value.strip()
        for place in reversed(places[1:]):
            del headers[place]
    touched.add(name.lower())


def handed_on(message):
    """The indented lines that a proxy passes on: all but those for one hop."""
    return [[(number, text) for number, text in lines
             if text.strip().lstrip("+-").partition(":")[0].lower() not in HOP_BY_HOP]
            for lines in message.extra]


def copy_of(message, **changes):
    fields = {name: getattr(message, name)
              for name in ("src", "stack", "method", "call", "cseq", "from_", "to", "uri")}
    return Message(**{**fields, **changes})


def untagged(address):
    return address.partition(";tag=")[0]


def tagged(address, tag):
    return f"{address};tag={tag}" if tag and tag != "-" else address
