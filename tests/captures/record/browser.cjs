// SPDX-License-Identifier: GPL-2.0-or-later
//
// JsSIP or SIP.js outside of a browser, told over standard input. Their SIP is their own; WebSocket is that of the
// package ws, and a stand-in gives their calls an SDP, for there is no media.
//
//   node browser.cjs jssip|sipjs ws://host:port user domain
//   call URI | answer | hangup
"use strict";
const [library, server, user, domain] = process.argv.slice(2);
globalThis.window = globalThis;
globalThis.WebSocket = class extends require("ws") {
  // As in a browser: what a handler throws is reported, and the page lives on.
  emit(...event) {
    try {
      return super.emit(...event);
    } catch (error) {
      console.error(error);
      return true;
    }
  }
};

const SDP = () => ["v=0", `o=${user} 1 1 IN IP4 192.0.2.1`, "s=-", "c=IN IP4 192.0.2.1", "t=0 0",
  "m=audio 6000 RTP/AVP 0", "a=rtpmap:0 PCMU/8000", "a=sendrecv", ""].join("\r\n");

class PeerConnection {
  constructor() {
    this.iceGatheringState = "complete";
    this.signalingState = "stable";
  }
  addEventListener() {}
  removeEventListener() {}
  addTrack() {}
  getSenders() { return []; }
  async createOffer() { return { type: "offer", sdp: SDP() }; }
  async createAnswer() { return { type: "answer", sdp: SDP() }; }
  async setLocalDescription(description) { this.localDescription = description; }
  async setRemoteDescription(description) { this.remoteDescription = description; }
  close() {}
}

function jssip() {
  const JsSIP = require("jssip");
  globalThis.RTCPeerConnection = PeerConnection;
  globalThis.RTCSessionDescription = class { constructor(init) { Object.assign(this, init); } };
  const stream = { getTracks: () => [], getAudioTracks: () => [], getVideoTracks: () => [] };
  const ua = new JsSIP.UA({ sockets: [new JsSIP.WebSocketInterface(server)], uri: `sip:${user}@${domain}`,
    password: "secret", register: false });
  let session;
  ua.on("newRTCSession", (data) => { session = data.session; });
  ua.on("connected", () => console.log("ready"));
  ua.start();
  return {
    call: (uri) => { session = ua.call(uri, { mediaStream: stream }); },
    answer: () => session.answer({ mediaStream: stream }),
    hangup: () => session.terminate(),
    hold: () => session.hold(),
    renegotiate: () => session.renegotiate(),
    register: () => ua.register(),
  };
}

function sipjs() {
  const { UserAgent, Inviter, Registerer, SessionState } = require("sip.js");
  const factory = () => ({
    close() {},
    async getDescription() { return { body: SDP(), contentType: "application/sdp" }; },
    hasDescription: (type) => type === "application/sdp",
    async rollbackDescription() {},
    async setDescription() {},
    sendDtmf: () => false,
  });
  let session;
  const ua = new UserAgent({ uri: UserAgent.makeURI(`sip:${user}@${domain}`), transportOptions: { server },
    sessionDescriptionHandlerFactory: factory, authorizationUsername: user, authorizationPassword: "secret",
    logBuiltinEnabled: false, delegate: { onInvite: (invitation) => { session = invitation; } } });
  ua.start().then(() => console.log("ready"));
  return {
    call: (uri) => { session = new Inviter(ua, UserAgent.makeURI(uri)); session.invite(); },
    answer: () => session.accept(),
    hangup: () => (session.state === SessionState.Established ? session.bye() : session.cancel()),
    renegotiate: () => session.invite(),
    register: () => new Registerer(ua, { regId: 1 }).register(),
  };
}

const phone = { jssip, sipjs }[library]();
require("readline").createInterface({ input: process.stdin }).on("line", (line) => {
  const [command, ...rest] = line.split(" ");
  phone[command](...rest);
});
