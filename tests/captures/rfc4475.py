# SPDX-License-Identifier: GPL-2.0-or-later
"""Torture messages after RFC 4475, one for each of its sections and under its names.

Each has the peculiarity that its section is about; names, addresses and tags are our own.
"""

from built.capture import Capture, Frame
from built.packets import udp

SDP = (b"v=0\r\no=dora 7 7 IN IP4 192.0.2.3\r\ns=-\r\nc=IN IP4 192.0.2.4\r\nt=0 0\r\n"
       b"m=audio 49000 RTP/AVP 0\r\n")

MESSAGES = {}       # name -> (section, bytes)


def add(section, name, *lines, body=b"", length=True):
    """Lines are joined by CR LF; Content-Length is put last unless length is False."""
    lines = [line if isinstance(line, bytes) else line.encode() for line in lines]
    if length:
        lines.append(b"Content-Length: %d" % len(body))
    MESSAGES[name] = (section, b"\r\n".join([*lines, b"", b""]) + body)


def usual(name, method, number=1, via=True):
    """The header fields that a message needs and its section does not care about."""
    lines = ["To: <sip:dora@example.com>", f"From: <sip:ernst@example.net>;tag={name}",
             "Max-Forwards: 70", f"Call-ID: {name}.torture", f"CSeq: {number} {method}"]
    return lines + ([f"Via: SIP/2.0/UDP host1.example.net;branch=z9hG4bK{name}"] if via else [])


def ordinary(section, name, method="INVITE", *more, uri="sip:dora@example.com", **options):
    add(section, name, f"{method} {uri} SIP/2.0", *usual(name, method), *more, **options)


def answer(section, name, status, *more):
    add(section, name, f"SIP/2.0 {status}", *usual(name, "INVITE"), *more)


# 3.1.1 Valid messages

add("3.1.1.1", "wsinv",
    "INVITE sip:dora@example.com;unknownparam SIP/2.0",
    "TO :", " sip:dora@example.com ;   tag    = 1918181833n",
    r'from   : "E Ernst \\\""       <sip:ernst@example.net>', "  ;", "  tag = 98asjd8",
    "MaX-fOrWaRdS: 0068", "Call-ID: wsinv.torture", f"Content-Length   : {len(SDP)}",
    "cseq: 0009", "  INVITE", "Via  : SIP  /   2.0", " /UDP", "    192.0.2.2;branch=390skdjuw",
    "s :", "NewFangledHeader:   newfangled value", " continued newfangled value",
    "UnknownHeaderWithUnusualValue: ;;,,;;,;", "Content-Type: application/sdp",
    "Route:", " <sip:services.example.com;lr;unknownwith=value;unknown-no-value>",
    "v:  SIP  / 2.0  / TCP     host2.example.com   ;", "  branch  =   z9hG4bK9ikj8  ,",
    " SIP  /    2.0   / UDP  192.168.255.111   ; branch=", " z9hG4bK30239",
    r'm:"Quoted string \"\"" <sip:ernst@example.net> ; newparam =', "      newvalue ;",
    "  secondparam ; q = 0.33", length=False, body=SDP)
METHOD = "!interesting-Method0123456789_*+`.%indeed'~"
add("3.1.1.2", "intmeth",
    f"{METHOD} sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&it+has=1,weird!*pas$wo~d_too."
    "(doesn't-it)@example.com SIP/2.0",
    "Via: SIP/2.0/TCP host1.example.com;branch=z9hG4bK-.!%66*_+`'~",
    b'To: "BEL:\\\x07 NUL:\\\x00 DEL:\\\x7f" <sip:1_unusual.URI~(to-be!sure)&isn\'t+it$/crazy?,/;;'
    b"*@example.com>",
    b"From: token1~` token2'+_ token3*%!.- <sip:ernst@example.net>;fromParam''~+*_!.-%=\""
    + "работающий".encode() + b'";tag=_token~1\'+`*%!-.',
    "Call-ID: intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{", f"CSeq: 139122385 {METHOD}",
    "Max-Forwards: 255", b"extensionHeader-!.%*+_`'~:\xef\xbb\xbf" + "大停電".encode())
add("3.1.1.3", "esc01", "INVITE sip:sips%3Adora%40example.com@example.net SIP/2.0",
    "To: sip:%64or%61@example.com", "From: <sip:I%20have%20spaces@example.net>;tag=esc01",
    "Max-Forwards: 87", "i: esc01.torture", "CSeq: 234234 INVITE",
    "Via: SIP/2.0/UDP host5.example.net;branch=z9hG4bKesc01", "C: application/sdp",
    "Contact:", "  <sip:cal%6Cer@host5.example.net;%6C%72;n%61me=v%61lue%25%34%31>", body=SDP)
add("3.1.1.4", "escnull", "REGISTER sip:example.com SIP/2.0",
    "To: sip:null-%00-null@example.com", "From: sip:null-%00-null@example.com;tag=escnull",
    "Max-Forwards: 70", "Call-ID: escnull.torture", "CSeq: 14398234 REGISTER",
    "Via: SIP/2.0/UDP host5.example.com;branch=z9hG4bKescnull",
    "Contact: <sip:%00@host5.example.com>", "Contact: <sip:%00%00@host5.example.com>", "L:0",
    length=False)
add("3.1.1.5", "esc02", "RE%47IST%45R sip:registrar.example.com SIP/2.0",
    'To: "%Z%45" <sip:resource@example.com>', 'From: "%Z%45" <sip:resource@example.com>;tag=esc02',
    "Call-ID: esc02.torture", "CSeq: 29344 RE%47IST%45R", "Max-Forwards: 70",
    "Via: SIP/2.0/TCP host.example.com;branch=z9hG4bK209%fzsnel234",
    "Contact: <sip:alias1@host1.example.com>", "C%6Fntact: <sip:alias2@host2.example.com>")
add("3.1.1.6", "lwsdisp", "OPTIONS sip:dora@example.com SIP/2.0", "To: sip:dora@example.com",
    "From: caller<sip:ernst@example.net>;tag=323", "Max-Forwards: 70", "Call-ID: lwsdisp.torture",
    "CSeq: 60 OPTIONS", "Via: SIP/2.0/UDP host1.example.net;branch=z9hG4bKlwsdisp")
LONG = "very" + "long" * 90
add("3.1.1.7", "longreq", "INVITE sip:dora@example.com SIP/2.0",
    f'To: "I have a {LONG} name" <sip:dora@example.com:6000;unknown{LONG}param={LONG}>',
    f"F: sip:ernst@{LONG}.example.net;tag=12{LONG}424;unknown{LONG}name=unknown{LONG}value",
    f"Call-ID: longreq.one{LONG}callid", "CSeq: 3882340 INVITE",
    f"Unknown-{LONG}-Name: {LONG} value",
    *[f"Via: SIP/2.0/TCP sip{33 - i}.example.com" for i in range(33)],
    f"Via: SIP/2.0/TCP host.example.com;received=192.0.2.5;branch=very{LONG}branch", "Max-Forwards: 70",
    f"Contact: <sip:ernst@host{LONG}.example.net>", "Content-Type: application/sdp", body=SDP)
add("3.1.1.8", "dblreq", "REGISTER sip:example.com SIP/2.0", "To: sip:j.user@example.com",
    "From: sip:j.user@example.com;tag=dblreq", "Max-Forwards: 8", "Call-ID: dblreq.torture",
    "CSeq: 8 REGISTER", "Via: SIP/2.0/UDP 192.0.2.125;branch=z9hG4bKkdjuw23492",
    "Content-Length: 0", "", "", "INVITE sip:joe@example.com SIP/2.0", "t: sip:joe@example.com",
    "From: sip:ernst@example.net;tag=141334", "Max-Forwards: 8", "Call-ID: dblreq.second",
    "CSeq: 8 INVITE", "Via: SIP/2.0/UDP 192.0.2.15;branch=z9hG4bKkdjuw380234",
    "Content-Type: application/sdp", body=SDP)
ordinary("3.1.1.9", "semiuri", "OPTIONS", uri="sip:user;par=u%40example.net@example.com")
add("3.1.1.10", "transports", "OPTIONS sip:dora@example.com SIP/2.0",
    *usual("transports", "OPTIONS", via=False),
    *[f"Via: SIP/2.0/{name} t{i}.example.com;branch=z9hG4bKtr{i}"
      for i, name in enumerate(("UDP", "SCTP", "TLS", "UNKNOWN", "TCP"))], "l: 0", length=False)
MIXED = (b"--7a9cbec02ceef655\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: binary\r\n\r\n"
         b"Hello\r\n--7a9cbec02ceef655\r\nContent-Type: application/octet-stream\r\n"
         b"Content-Transfer-Encoding: binary\r\n\r\n\x30\x82\x01\x52\x00\xff\x80\r\n--7a9cbec02ceef655--\r\n")
ordinary("3.1.1.11", "mpart01", "MESSAGE",
         "Content-Type: multipart/mixed;boundary=7a9cbec02ceef655", body=MIXED)
answer("3.1.1.12", "unreason", "200 = 2**3 * 5**2 но сто девяносто девять - простое",
       "Contact: <sip:dora@host1.example.com>")
answer("3.1.1.13", "noreason", "100 ", "Contact: <sip:dora@host1.example.com>")

# 3.1.2 Invalid messages

add("3.1.2.1", "badinv01", "INVITE sip:dora@example.com SIP/2.0", "To: sip:j.user@example.com",
    "From: sip:ernst@example.net;tag=134161461246", "Max-Forwards: 7", "Call-ID: badinv01.torture",
    "CSeq: 8 INVITE", "Via: SIP/2.0/UDP 192.0.2.15;;,;,,",
    'Contact: "Joe" <sip:joe@example.org>;;;;', "Content-Type: application/sdp", body=SDP)
add("3.1.2.2", "clerr", "INVITE sip:dora@example.com SIP/2.0", *usual("clerr", "INVITE"),
    "Content-Type: application/sdp", "Content-Length: 9999", length=False, body=SDP)
add("3.1.2.3", "ncl", "INVITE sip:dora@example.com SIP/2.0", *usual("ncl", "INVITE"),
    "Content-Type: application/sdp", "Content-Length: -999", length=False, body=SDP)
add("3.1.2.4", "scalar02", "REGISTER sip:example.com SIP/2.0",
    "Via: SIP/2.0/TCP host129.example.com;branch=z9hG4bKscalar02;ttl=257", "To: <sip:d@example.com>",
    "From: <sip:d@example.com>;tag=239232jh3", "CSeq: 36893488147419103232 REGISTER",
    "Call-ID: scalar02.torture", "Max-Forwards: 300", "Expires: 10000000000000000",
    "Contact: <sip:d@host129.example.com>", "  ;expires=280297596632815")
add("3.1.2.5", "scalarlg", "SIP/2.0 503 Service Unavailable",
    "Via: SIP/2.0/TCP host129.example.com;branch=z9hG4bKzzxdiwo34sw;received=192.0.2.129",
    "To: <sip:d@example.com>", "From: <sip:other@example.net>;tag=2easdjfejw",
    "CSeq: 9292394834772304023312 OPTIONS", "Call-ID: scalarlg.torture",
    "Retry-After: 949302838503028349304023988", 'Warning: 1812 overture "In Progress"')
ordinary("3.1.2.6", "quotbal", "INVITE", 'Contact: "Unbalanced <sip:ernst@example.net>')
add("3.1.2.7", "ltgtruri", "INVITE <sip:dora@example.com> SIP/2.0", *usual("ltgtruri", "INVITE"))
add("3.1.2.8", "lwsruri", "INVITE sip:dora@example.com; lr SIP/2.0", *usual("lwsruri", "INVITE"))
add("3.1.2.9", "lwsstart", "INVITE  sip:dora@example.com  SIP/2.0", *usual("lwsstart", "INVITE"))
add("3.1.2.10", "trws", "OPTIONS sip:remote-target@example.com SIP/2.0  ", *usual("trws", "OPTIONS"))
ordinary("3.1.2.11", "escruri", uri="sip:dora@example.com?Route=%3Csip:example.com%3E")
ordinary("3.1.2.12", "baddate", "INVITE", "Date: Fri, 01 Jan 2010 16:00:00 EST")
ordinary("3.1.2.13", "regbadct", "REGISTER",
         "Contact: sip:dora@example.com?Route=%3Csip:sip.example.com%3E")
add("3.1.2.14", "badaspec", "OPTIONS sip:dora@example.org SIP/2.0",
    "Via: SIP/2.0/UDP host4.example.com;branch=z9hG4bKbadaspec", "Max-Forwards: 70",
    'From: "Ernst, E" <sip:e@example.com>;tag=433423', 'To: "Dora, D" < sip:d@example.org >',
    "Call-ID: badaspec.torture", "CSeq: 3923239 OPTIONS")
add("3.1.2.15", "baddn", "OPTIONS sip:t.watson@example.org SIP/2.0",
    "Via: SIP/2.0/UDP c.example.com;branch=z9hG4bKbaddn", "Max-Forwards: 70",
    "From: Ernst, E <sip:e@example.com>;tag=43", "To: Dora, D <sip:d@example.org>",
    "Call-ID: baddn.torture", "CSeq: 31 OPTIONS")
add("3.1.2.16", "badvers", "OPTIONS sip:d@example.com SIP/7.0",
    "Via: SIP/7.0/UDP c.example.com;branch=z9hG4bKbadvers", "Max-Forwards: 70",
    "From: A <sip:e@example.com>;tag=qweoiqpe", "To: <sip:d@example.com>",
    "Call-ID: badvers.torture", "CSeq: 1 OPTIONS")
add("3.1.2.17", "mismatch01", "OPTIONS sip:dora@example.com SIP/2.0", *usual("mismatch01", "INVITE"))
add("3.1.2.18", "mismatch02", "NEWMETHOD sip:dora@example.com SIP/2.0",
    *usual("mismatch02", "INVITE"), "Content-Type: application/sdp", body=SDP)
answer("3.1.2.19", "bigcode", "4294967301 better not break the receiver")

# 3.2 Transaction layer

add("3.2.1", "badbranch", "OPTIONS sip:dora@example.com SIP/2.0",
    *usual("badbranch", "OPTIONS", via=False), "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK")

# 3.3 Application layer

add("3.3.1", "insuf", "INVITE sip:dora@example.com SIP/2.0", "CSeq: 193942 INVITE",
    "Via: SIP/2.0/UDP 192.0.2.95;branch=z9hG4bKinsuf", "Content-Type: application/sdp", body=SDP)
ordinary("3.3.2", "unkscm", "OPTIONS", uri="nobodyKnowsThisScheme:totallyopaquecontent")
ordinary("3.3.3", "novelsc", "OPTIONS", uri="soap.beep://192.0.2.103:3002")
add("3.3.4", "unksm2", "REGISTER sip:example.com SIP/2.0", "To: isbn:2983792873",
    "From: <http://www.example.com>;tag=3234233", "Call-ID: unksm2.torture", "CSeq: 234902 REGISTER",
    "Max-Forwards: 70", "Via: SIP/2.0/UDP 192.0.2.21:5060;branch=z9hG4bKunksm2",
    "Contact: <name:Dora_Ernst>")
ordinary("3.3.5", "bext01", "OPTIONS", "Require: nothingSupportsThis, nothingSupportsThisEither",
         "Proxy-Require: noProxiesSupportThis, norDoAnyProxiesSupportThis")
ordinary("3.3.6", "invut", "INVITE", "Content-Type: application/unknownformat", body=b"<audio/>\r\n")
ordinary("3.3.7", "regaut01", "REGISTER",
         'Authorization: NoOneKnowsThisScheme opaque-data=here', uri="sip:example.com")
add("3.3.8", "multi01", "INVITE sip:dora@company.com SIP/2.0", "Contact: <sip:e@host25.example.net>",
    "Via: SIP/2.0/UDP 192.0.2.25;branch=z9hG4bKmulti01", "Max-Forwards: 70", "CSeq: 5 INVITE",
    "Call-ID: multi01.torture", "CSeq: 59 INVITE", "Call-ID: multi01.other",
    "From: <sip:e@example.com>;tag=3413415", "To: <sip:dora@example.com>",
    "To: <sip:other@example.net>", "From: <sip:f@example.net>;tag=2923420123", "Max-Forwards: 5",
    "Content-Type: application/sdp", body=SDP)
add("3.3.9", "mcl01", "OPTIONS sip:dora@example.com SIP/2.0", *usual("mcl01", "OPTIONS"),
    "Content-Length: 13", "Content-Length: 5", length=False,
    body=b"There's no way to know how many octets are supposed to be here.\r\n")
add("3.3.10", "bcast", "SIP/2.0 200 OK", "Via: SIP/2.0/UDP 192.0.2.198;branch=z9hG4bKbcast",
    "Via: SIP/2.0/UDP 255.255.255.255;branch=z9hG4bK1saber23", "Call-ID: bcast.torture",
    "CSeq: 35 INVITE", "From: <sip:e@example.net>;tag=11141343", "To: <sip:d@example.edu>;tag=2229",
    "Contact: <sip:d@host28.example.com>", "Content-Type: application/sdp", body=SDP)
add("3.3.11", "zeromf", "OPTIONS sip:dora@example.com SIP/2.0",
    *["Max-Forwards: 0" if line.startswith("Max-") else line for line in usual("zeromf", "OPTIONS")])
ordinary("3.3.12", "cparam01", "REGISTER", "Contact: sip:+19725552222@gw1.example.net;unknownparam",
         uri="sip:example.com")
ordinary("3.3.13", "cparam02", "REGISTER",
         "Contact: <sip:+19725552222@gw1.example.net;unknownparam>", uri="sip:example.com")
ordinary("3.3.14", "regescrt", "REGISTER",
         "Contact: <sip:dora@example.com?Route=%3Csip:sip.example.com%3E>", uri="sip:example.com")
ordinary("3.3.15", "sdp01", "INVITE", "Accept: text/nobodyKnowsThis", "Content-Type: application/sdp",
         body=SDP)

# 3.4 Backward compatibility

add("3.4.1", "inv2543", "INVITE sip:dora@example.com SIP/2.0", "Via: SIP/2.0/UDP iftgw.example.com",
    "From: <sip:+13035551111@ift.client.example.net;user=phone>",
    "Record-Route: <sip:+13038675309@example.com;maddr=ss1.example.com>",
    "To: sip:+16505552222@ss1.example.net;user=phone", "Call-ID: inv2543.torture", "CSeq: 56 INVITE",
    "Content-Type: application/sdp", length=False, body=SDP)


def by_datagram():
    """A capture of all messages, each in a datagram of its own."""
    return Capture("", [Frame(i / 100, udp(True, message))
                        for i, (_, message) in enumerate(MESSAGES.values())])
