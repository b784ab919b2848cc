# SPDX-License-Identifier: GPL-2.0-or-later
"""sipp scenarios as lists of steps. A caller and a called side write their messages alike, so a recording
shows in a few lines what it makes them do.

CALLER speaks as Alice, CALLED as Bob. A step is a piece of sipp's XML.
"""
import dataclasses
import functools
import subprocess

SDP = """v=0
o={user} 1 {version} IN IP4 [local_ip]
s=-
c=IN IP4 [local_ip]
t=0 0
m=audio 6000 RTP/AVP {codec}"""



@functools.cache
def sipp_version():
    # sipp -v ends with status 99.
    result = subprocess.run(("sipp", "-v"), capture_output=True, text=True, timeout=20)
    return result.stdout.split("SIPp v")[1].split("-")[0]


def _send(text, retrans):
    repeat = f' retrans="{retrans}"' if retrans else ""
    return f"<send{repeat}><![CDATA[\n{text}\n]]></send>"


def _message(start, fields, body):
    lines = [start, *fields]
    if body:
        lines += ["Content-Type: application/sdp", "Content-Length: [len]", "", body]
    else:
        lines += ["Content-Length: 0", ""]
    return "\n".join(lines)


def sdp(user, codec="0", version=1):
    return SDP.format(user=user, codec=codec, version=version)


def expect(what, keep=False, optional=False, timeout=None, rrs=False, after=None, then=None):
    """A response (a number) or a request. keep: its Vias and From are needed again later.
    after: a label to go to when nothing came within the timeout (milliseconds); then: one to go to
    when it came."""
    kind = "response" if isinstance(what, int) else "request"
    attributes = f'{kind}="{what}"'
    if optional:
        attributes += ' optional="true"'
    if timeout:
        attributes += f' timeout="{timeout}"'
    if after:
        attributes += f' ontimeout="{after}"'
    if then:
        attributes += f' next="{then}"'
    if rrs or keep:
        attributes += ' rrs="true"'
    if not keep:
        return f"<recv {attributes} />"
    return (f"<recv {attributes}><action>"
            '<ereg regexp=".*" search_in="hdr" header="Via:" occurrence="1" assign_to="via1" />'
            '<ereg regexp=".*" search_in="hdr" header="Via:" occurrence="2" assign_to="via2" />'
            '<ereg regexp=".*" search_in="hdr" header="From:" assign_to="from" />'
            '<ereg regexp=".*" search_in="hdr" header="To:" assign_to="to" />'
            '<ereg regexp=".*" search_in="hdr" header="CSeq:" assign_to="cseq" />'
            "</action></recv>")


def remember(code, header, name, regexp="[^ ].*"):
    """Waits for a response and keeps what a header field of it holds."""
    return (f'<recv response="{code}" rrs="true"><action><ereg regexp="{regexp}" search_in="hdr"'
            f' header="{header}:" assign_to="{name}" /></action></recv>')


def maybe(*codes):
    return "".join(expect(code, optional=True, rrs=True) for code in codes)


def wait(seconds):
    return f'<pause milliseconds="{int(seconds * 1000)}" />'


def label(name):
    return f'<label id="{name}" />'


@dataclasses.dataclass(frozen=True)
class Side:
    """One end of a call."""
    user: str
    own: str        # the header field that names it
    other: str

    def request(self, method, cseq, *fields, uri="[next_url]", branch=None, tag="[peer_tag_param]", via=None,
                body=None, retrans=None, routes=True, own_tag=None):
        """A request; tag: what stands after the other side's address."""
        if retrans is None:
            retrans = 0 if method == "ACK" else 500
        branch = branch or f"{method[0].lower()}{cseq}"
        own_tag = own_tag or ("a" if self.user == "alice" else "b") + "[call_number]"
        return _send(_message(f"{method} {uri} SIP/2.0", [
            via or f"Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=z9hG4bK-[pid]-[call_number]-{branch}",
            *(["[routes]"] if routes else []),
            f"From: {self.own};tag={own_tag}", f"To: {self.other}{tag}",
            "Call-ID: [call_id]", f"CSeq: {cseq} {method}",
            *([f"Contact: <sip:{self.user}@[local_ip]:[local_port];transport=[transport]>"]
              if method in ("INVITE", "UPDATE") else []),
            "Max-Forwards: 70", f"User-Agent: SIPp {sipp_version()}", *fields], body), retrans)

    def respond(self, status, *fields, body=None, retrans=0, contact=None):
        """Answers the request that came last; a To tag is added where it had none."""
        return _send(_message(f"SIP/2.0 {status}", [
            "[last_Via:]", "[last_Record-Route:]", "[last_From:]",
            "[last_To:]" + (";tag=b[call_number]" if self.user == "bob" and "+" not in fields else ""),
            "[last_Call-ID:]", "[last_CSeq:]", f"Server: SIPp {sipp_version()}",
            *([contact or f"Contact: <sip:{self.user}@[local_ip]:[local_port];transport=[transport]>"]),
            *(field for field in fields if field != "+")], body), retrans)

    def respond_later(self, status, *fields, vias=1, body=None, retrans=0, tag=";tag=b[call_number]"):
        """Answers the request that was kept, whatever came since."""
        return _send(_message(f"SIP/2.0 {status}", [
            *(f"Via:[$via{number}]" for number in range(1, vias + 1)),
            "From:[$from]", f"To:[$to]{tag}", "Call-ID: [call_id]", "CSeq:[$cseq]",
            f"Server: SIPp {sipp_version()}",
            f"Contact: <sip:{self.user}@[local_ip]:[local_port];transport=[transport]>", *fields], body), retrans)


CALLER = Side("alice", '"Alice" <sip:alice@example.com>', '"Bob" <sip:bob@example.com>')
CALLED = Side("bob", '"Bob" <sip:bob@example.com>', '"Alice" <sip:alice@example.com>')


def invite(*fields, cseq=1, codec="0", uri="sip:bob@[remote_ip]:[remote_port]", **options):
    """The first INVITE of Alice."""
    return CALLER.request("INVITE", cseq, *fields, uri=uri, branch=f"i{cseq}", tag="",
                          body=sdp("alice", codec), routes=False, **options)


def ack(cseq=1, **options):
    return CALLER.request("ACK", cseq, **options)


def bye(cseq=2, **options):
    return CALLER.request("BYE", cseq, **options)


def answer(*fields, codec="0", **options):
    """Bob's 200 to the INVITE that came last."""
    return CALLED.respond("200 OK", *fields, body=sdp("bob", codec), **{"retrans": 500, **options})


def xml(name, steps):
    text = "\n".join(steps)
    # sipp refuses a variable that is set and never used.
    kept = [name for name in ("via1", "via2", "from", "to", "cseq", "rseq") if f'assign_to="{name}"' in text]
    if kept:
        text += f'\n<Reference variables="{",".join(kept)}" />'
    return f'<?xml version="1.0" encoding="ISO-8859-1" ?>\n<scenario name="{name}">\n{text}\n</scenario>\n'
