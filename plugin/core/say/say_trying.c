/* say_trying.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <inttypes.h>

#include "core/judge/origin.h"
#include "core/say/brief.h"
#include "core/say/say.h"

/* ---- how it ended ---- */

static void say_client(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                       const struct sx_txn *txn)
{
    wmem_strbuf_append(out, "; ");
    sx_say_host(out, tracker, txn->src.host);
}

/* From whom the response came that ended the wait, where the capture shows it. */
static void say_ending_response(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                                const struct sx_txn *txn, const struct sx_trying *v)
{
    struct sx_origin origin = {.kind = SX_ORIGIN_UNKNOWN};

    if (txn->final_frame == v->ended_in)
        origin = sx_origin_find(tracker, txn);
    wmem_strbuf_append_printf(out, "; ended by %u in frame %" PRIu32, txn->first_response_code,
                              v->ended_in);
    if (origin.kind == SX_ORIGIN_RELAYED) {
        wmem_strbuf_append_printf(out, ", first sent in frame %" PRIu32, origin.frame);
    } else if (origin.kind == SX_ORIGIN_HERE) {
        wmem_strbuf_append(out, ", made by ");
        sx_say_host(out, tracker, txn->dst.host);
    }
}

/* "frame 5 acknowledges it", "frame 5 acknowledges a failure" */
static void say_sign(wmem_strbuf_t *out, const struct sx_tracker *tracker, const struct sx_txn *txn,
                     const struct sx_missing *missing)
{
    if (missing->sign == SX_MISSING_ACKNOWLEDGED || missing->sign == SX_MISSING_REFUSED) {
        wmem_strbuf_append_printf(out, "frame %" PRIu32 " acknowledges %s", missing->frame,
                                  missing->sign == SX_MISSING_REFUSED ? "a failure" : "it");
        return;
    }
    sx_say_host(out, tracker, txn->src.host);
    wmem_strbuf_append_printf(out, " passes a response on in frame %" PRIu32, missing->frame);
}

void sx_say_missing(wmem_strbuf_t *out, const struct sx_tracker *tracker, const struct sx_txn *txn,
                    const struct sx_missing *missing)
{
    if (sx_missing_is_sure(missing->sign)) {
        wmem_strbuf_append(out, missing->sign == SX_MISSING_REFUSED ? "refused" : "answered");
        wmem_strbuf_append(out, ", but the capture lacks the response: ");
        say_sign(out, tracker, txn, missing);
        return;
    }
    if (missing->sign == SX_MISSING_UNCERTAIN) {
        wmem_strbuf_append_printf(out,
                                  "cannot tell: frame %" PRIu32 " may belong to a response of "
                                  "this branch that the capture lacks, or of another branch",
                                  missing->frame);
        return;
    }
    wmem_strbuf_append_printf(out, "cannot tell: frame %" PRIu32 " from ", missing->frame);
    sx_say_host(out, tracker, txn->dst.host);
    wmem_strbuf_append(out, " cannot be read (a fragment, compressed or encrypted) and may be the "
                            "response");
}

static void say_loss(wmem_strbuf_t *out, const struct sx_trying *v)
{
    wmem_strbuf_append_printf(out,
                              "%s the connection in frame %" PRIu32 ", and nothing of it follows",
                              v->end == SX_END_RESET ? "reset" : "closed", v->ended_in);
}

/* A CANCEL goes the way of its request (RFC 3261 9.1), so one that comes from elsewhere may be
 * forged: the client is not said to have sent it. */
static bool say_strange_cancel(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                               const struct sx_txn *txn, uint32_t in)
{
    const struct sx_txn *cancel = sx_tracker_txn(tracker, txn->related);

    if (!cancel || cancel->method != SX_METHOD_CANCEL || cancel->request_frame != in ||
        cancel->src.host == txn->src.host)
        return false;
    wmem_strbuf_append_printf(out,
                              "; ended by the CANCEL in frame %" PRIu32
                              ", which came from another address, ",
                              in);
    sx_say_host(out, tracker, cancel->src.host);
    return true;
}

static void say_end(wmem_strbuf_t *out, const struct sx_tracker *tracker, const struct sx_txn *txn,
                    const struct sx_trying *v)
{
    uint32_t in = v->ended_in;

    if (say_strange_cancel(out, tracker, txn, in))
        return;
    switch (v->end) {
    case SX_END_NONE:
        wmem_strbuf_append(out, sx_tracker_ended(tracker) ? "; then the capture ends" : ", so far");
        break;
    case SX_END_RESPONSE:
        say_ending_response(out, tracker, txn, v);
        break;
    case SX_END_MISSING:
        wmem_strbuf_append(out, v->missing.sign == SX_MISSING_REFUSED ? "; refused unseen: "
                                                                      : "; answered unseen: ");
        say_sign(out, tracker, txn, &v->missing);
        break;
    case SX_END_CANCEL_EXPIRES:
        wmem_strbuf_append_printf(out,
                                  "; its Expires of %" PRIu32
                                  " s ran out: CANCEL in frame %" PRIu32,
                                  txn->expires_s, in);
        break;
    case SX_END_CANCEL_TIMER_C:
        say_client(out, tracker, txn);
        wmem_strbuf_append_printf(out,
                                  " gave up: its CANCEL in frame %" PRIu32 " fits Timer C (180 s)",
                                  in);
        break;
    case SX_END_CANCEL_PASSED_ON:
        say_client(out, tracker, txn);
        wmem_strbuf_append_printf(out, " passed the CANCEL on in frame %" PRIu32, in);
        break;
    case SX_END_CANCEL_ELSEWHERE:
        wmem_strbuf_append_printf(out,
                                  "; another branch answered in frame %" PRIu32
                                  ": CANCEL in frame %" PRIu32,
                                  v->elsewhere_in, in);
        break;
    case SX_END_CANCEL_COMPLETED:
        wmem_strbuf_append_printf(out,
                                  "; CANCEL in frame %" PRIu32 ", whose Reason says that the call "
                                  "was answered elsewhere",
                                  in);
        break;
    case SX_END_CANCEL_AFTER_HANGUP:
        say_client(out, tracker, txn);
        wmem_strbuf_append_printf(out,
                                  " gave up after its caller's connection was closed: CANCEL in "
                                  "frame %" PRIu32,
                                  in);
        break;
    case SX_END_CLOSED:
    case SX_END_RESET:
        say_client(out, tracker, txn);
        wmem_strbuf_append_c(out, ' ');
        say_loss(out, v);
        break;
    case SX_END_CANCEL:
    default:
        say_client(out, tracker, txn);
        wmem_strbuf_append_printf(out, " gave up: CANCEL in frame %" PRIu32, in);
        break;
    }
}

/* ---- the cause ---- */

static const char *transport_of(const struct sx_txn *txn)
{
    static const char *const names[] = {
        [SX_TRANSPORT_OTHER] = "",
        [SX_TRANSPORT_UDP] = " over UDP",
        [SX_TRANSPORT_TCP] = " over TCP",
        [SX_TRANSPORT_TLS] = " over TLS",
        [SX_TRANSPORT_WS] = " over WebSocket",
        [SX_TRANSPORT_SCTP] = " over SCTP",
    };

    return names[txn->transport];
}

static void say_sends(wmem_strbuf_t *out, const struct sx_txn *txn)
{
    if (txn->sends > 1)
        wmem_strbuf_append_printf(out, " %" PRIu32 " times", txn->sends);
    wmem_strbuf_append_printf(out, "%s (%sframe %" PRIu32 ")", transport_of(txn),
                              txn->sends > 1 ? "from " : "", txn->request_frame);
}

/* Which address, or only which port, if the other is the same. */
static void say_place(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                      struct sx_endpoint place, bool with_host)
{
    if (with_host) {
        sx_say_host(out, tracker, place.host);
        wmem_strbuf_append_c(out, ' ');
    }
    wmem_strbuf_append_printf(out, "port %u", place.port);
}

/* Where the answer went, if the request did not come from there (RFC 3261 18.2.2, RFC 3581 4). */
static void say_astray(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                       const struct sx_txn *branch)
{
    bool other_host = branch->answer_dst.host != branch->src.host;

    if (branch->answer_way == SX_ANSWER_TO_SOURCE || branch->seen_elsewhere)
        return;
    wmem_strbuf_append(out, ": it was sent to ");
    say_place(out, tracker, branch->answer_dst, other_host);
    wmem_strbuf_append(out, branch->answer_way == SX_ANSWER_BY_VIA
                                ? " as its Via says, though the request came from "
                                : " instead of ");
    say_place(out, tracker, branch->src, other_host);
}

/* A response that matches no request in sight, though call and CSeq are the same. */
static void say_stray(wmem_strbuf_t *out, uint32_t frame)
{
    wmem_strbuf_append_printf(out, " in frame %" PRIu32 ", whose Via does not match the request",
                              frame);
}

static void say_kept_answer(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                            const struct sx_txn *txn, const struct sx_trying_hop *hop)
{
    const struct sx_txn *branch = sx_tracker_txn(tracker, hop->branch);

    if (hop->cause_in != branch->first_response_frame) {
        wmem_strbuf_append(out, "did not relay the response of ");
        sx_say_host(out, tracker, branch->dst.host);
        say_stray(out, hop->cause_in);
        return;
    }
    wmem_strbuf_append_printf(out,
                              sx_txn_is_next_hop(txn, branch) ? "did not relay the %u of "
                                                              : "was sent the %u of ",
                              branch->first_response_code);
    sx_say_host(out, tracker, branch->dst.host);
    wmem_strbuf_append_printf(out, " in frame %" PRIu32, branch->first_response_frame);
    if (!sx_txn_is_next_hop(txn, branch)) {
        wmem_strbuf_append(out, ", and nothing shows it any further");
        return;
    }
    say_astray(out, tracker, branch);
}

/* "cannot reach 10.0.0.3 port 5060 (frame 4)" */
static void say_no_way(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                       const struct sx_trying_hop *hop)
{
    const struct sx_txn *branch = sx_tracker_txn(tracker, hop->branch);
    const struct sx_attempt *attempt = branch ? NULL
                                              : sx_tracker_attempt(tracker, hop->cause_in, 0);
    bool reset = branch && branch->transport != SX_TRANSPORT_UDP && branch->trying_frame;

    if (sx_tracker_txn(tracker, hop->txn)->unreachable_frame == hop->cause_in ||
        (!branch && !attempt)) {
        wmem_strbuf_append_printf(out,
                                  "is out of reach since frame %" PRIu32
                                  " (connection reset, or ICMP error)",
                                  hop->cause_in);
        return;
    }
    wmem_strbuf_append(out, reset ? "waits for " : branch ? "cannot reach " : "cannot connect to ");
    say_place(out, tracker, branch ? branch->dst : attempt->to, true);
    wmem_strbuf_append_printf(out,
                              reset ? ", which reset the connection after its 100 (frame %" PRIu32
                                      ")"
                                    : " (frame %" PRIu32 ")",
                              hop->cause_in);
}

static void say_100_lost(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                         const struct sx_txn *txn)
{
    wmem_strbuf_append(out, "sent 100, but ");
    sx_say_host(out, tracker, txn->src.host);
    if (txn->returned_frame)
        wmem_strbuf_append_printf(out, " did not take it: ICMP error in frame %" PRIu32,
                                  txn->returned_frame);
    else
        wmem_strbuf_append_printf(out,
                                  " seems to miss it: it sends the request again %" PRIu32
                                  " times after the 100, last in frame %" PRIu32,
                                  txn->sends_after_100, txn->last_request_frame);
}

/* How often the call has come by a host up to this step of the chain. */
static bool was_there(const struct sx_tracker *tracker, const struct sx_trying_chain *chain,
                      unsigned step, uint32_t host)
{
    for (unsigned i = 0; i <= step; i++)
        if (sx_tracker_txn(tracker, chain->hops[i].txn)->dst.host == host)
            return true;
    return false;
}

/* A host that comes again would read as if two hosts waited for each other; the call passes it
 * twice, which is legal where something of the request has changed (RFC 3261 16.3 item 4). */
static void say_next_hop(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                         const struct sx_trying_chain *chain, unsigned step)
{
    const struct sx_txn *branch = sx_tracker_txn(tracker, chain->hops[step].branch);

    if (branch->src.host == branch->dst.host) {
        wmem_strbuf_append(out, "sent it to itself again (a spiral)");
    } else if (was_there(tracker, chain, step, branch->dst.host)) {
        wmem_strbuf_append(out, "waits for ");
        sx_say_host(out, tracker, branch->dst.host);
        wmem_strbuf_append(out, " again (a spiral)");
    } else {
        wmem_strbuf_append(out, "waits for ");
        sx_say_host(out, tracker, branch->dst.host);
    }
}

static void say_alike(wmem_strbuf_t *out, const struct sx_trying_hop *hop)
{
    if (hop->alike)
        wmem_strbuf_append_printf(out, " (and %" PRIu32 " more branch%s alike)", hop->alike,
                                  hop->alike > 1 ? "es" : "");
}

/* What the hop that sent the 100 did, without its name. */
static void say_step_down(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                          const struct sx_trying_chain *chain, unsigned step)
{
    const struct sx_trying_hop *hop = &chain->hops[step];
    const struct sx_txn *txn = sx_tracker_txn(tracker, hop->txn);
    const struct sx_txn *branch = sx_tracker_txn(tracker, hop->branch);

    switch (hop->cause) {
    case SX_CAUSE_NOT_FORWARDED:
        wmem_strbuf_append_printf(out,
                                  "did not send it on, though it did so with another INVITE for "
                                  "the same address (frame %" PRIu32 ")",
                                  sx_tracker_sent_on(tracker, txn));
        break;
    case SX_CAUSE_NEVER_ANSWERED:
        wmem_strbuf_append(out, "sent it to ");
        sx_say_host(out, tracker, branch->dst.host);
        say_sends(out, branch);
        wmem_strbuf_append(out, " and got no answer");
        say_alike(out, hop);
        break;
    case SX_CAUSE_NEXT_HOP_STUCK:
        say_next_hop(out, tracker, chain, step);
        say_alike(out, hop);
        break;
    case SX_CAUSE_NOT_RELAYED:
        say_kept_answer(out, tracker, txn, hop);
        break;
    case SX_CAUSE_100_LOST:
        say_100_lost(out, tracker, txn);
        break;
    case SX_CAUSE_UNREACHABLE:
        say_no_way(out, tracker, hop);
        break;
    case SX_CAUSE_NOTHING_BEYOND:
    case SX_CAUSE_UNKNOWN:
    default:
        wmem_strbuf_append_printf(out, "had only sent 100 by then (frame %" PRIu32 ")",
                                  txn->trying_frame);
        if (hop->cause == SX_CAUSE_NOTHING_BEYOND && step == 0)
            wmem_strbuf_append(out, "; nothing of the call is seen beyond it");
        if (hop->cause == SX_CAUSE_UNKNOWN && hop->cause_in) {
            wmem_strbuf_append(out, ", and a response");
            say_stray(out, hop->cause_in);
        }
        break;
    }
}

bool sx_say_cause(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                  const struct sx_trying_chain *chain)
{
    if (sx_trying_cause_of(chain) == SX_CAUSE_UNKNOWN && !chain->cause_in)
        return false;
    /* Wireshark shows 240 bytes; what a longer chain adds would be cut anyway. */
    for (unsigned i = 0; i < MIN(chain->count, SX_TRYING_HOPS); i++) {
        const struct sx_trying_hop *hop = &chain->hops[i];
        const struct sx_txn *txn = sx_tracker_txn(tracker, hop->txn);
        const struct sx_txn *branch = sx_tracker_txn(tracker, hop->branch);
        bool gap = branch && !sx_txn_is_next_hop(txn, branch);
        if (i > 0)
            wmem_strbuf_append(out, gap ? "; " : ", which");
        if (i == 0 || gap)
            sx_say_host(out, tracker, gap ? branch->src.host : txn->dst.host);
        wmem_strbuf_append_c(out, ' ');
        say_step_down(out, tracker, chain, i);
    }
    return true;
}

/* The first words of a verdict are all that a narrow pane shows: whose fault it is stands there, in
 * full if it is one hop, and say_chain() tells the way to it at the end of the verdict. */
static void say_why(wmem_strbuf_t *out, const struct sx_tracker *tracker, const struct sx_txn *txn,
                    const struct sx_trying_chain *chain)
{
    size_t before = wmem_strbuf_get_len(out);

    if (chain->count > 1) {
        sx_brief_culprit(out, tracker, txn, chain);
        return;
    }
    wmem_strbuf_append(out, ": ");
    if (!sx_say_cause(out, tracker, chain))
        wmem_strbuf_truncate(out, before);
}

static void say_chain(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                      const struct sx_trying_chain *chain)
{
    size_t before = wmem_strbuf_get_len(out);

    if (chain->count <= 1)
        return;
    wmem_strbuf_append(out, ". ");
    if (!sx_say_cause(out, tracker, chain))
        wmem_strbuf_truncate(out, before);
}

static void say_slow_hop(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                         const struct sx_txn *txn, const struct sx_trying *v)
{
    const struct sx_txn *hop = sx_trying_slow_hop(tracker, txn, v);

    if (hop == txn)
        return;
    wmem_strbuf_append(out, "; ");
    sx_say_host(out, tracker, hop->dst.host);
    wmem_strbuf_append(out, " took ");
    sx_say_time(out, sx_trying_took(hop));
    wmem_strbuf_append_printf(out, " of them, from %s to its %u",
                              hop->trying_frame ? "its 100" : "the request",
                              hop->first_response_code);
}

static void say_given_up(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                         const struct sx_txn *txn, const struct sx_trying *v)
{
    if (v->end == SX_END_CLOSED || v->end == SX_END_RESET) {
        sx_say_host(out, tracker, txn->src.host);
        wmem_strbuf_append(out, " is gone ");
        sx_say_time(out, v->wait_ns);
        wmem_strbuf_append(out, " after 100: it ");
        say_loss(out, v);
        if (v->chain.count <= 1) {
            size_t before = wmem_strbuf_get_len(out);
            wmem_strbuf_append(out, ". ");
            if (!sx_say_cause(out, tracker, &v->chain))
                wmem_strbuf_truncate(out, before);
        }
        return;
    }
    wmem_strbuf_append(out, "cancelled ");
    sx_say_time(out, v->wait_ns);
    wmem_strbuf_append(out, " after 100");
    say_why(out, tracker, txn, &v->chain);
    say_end(out, tracker, txn, v);
    if (sx_trying_lacks_end(tracker, txn))
        wmem_strbuf_append(out, ", and no final response came after it");
}

void sx_say_no_end(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                   const struct sx_txn *invite)
{
    const struct sx_txn *cancel = sx_tracker_txn(tracker, invite->related);

    wmem_strbuf_append_printf(out,
                              "cancelled in frame %" PRIu32 ", %u to the CANCEL in frame %" PRIu32
                              ", but no 487 or other final response to the INVITE came for ",
                              invite->cancel_frame, cancel->final_code, cancel->final_frame);
    sx_say_time(out, sx_tracker_now(tracker) - invite->cancel_ns);
}

/* It crossed the answer, or came after it left (RFC 3261 9.1, 15). */
static void say_late_cancel(wmem_strbuf_t *out, const struct sx_txn *txn)
{
    if (txn->cancel_frame && txn->final_code / 100 == 2)
        wmem_strbuf_append_printf(out, "; the CANCEL in frame %" PRIu32 " came too late",
                                  txn->cancel_frame);
}

bool sx_say_trying(wmem_strbuf_t *out, const struct sx_tracker *tracker, const struct sx_txn *txn,
                   const struct sx_trying *verdict)
{
    switch (verdict->state) {
    case SX_TRYING_TIMED_OUT:
        wmem_strbuf_append(out, "stuck for ");
        sx_say_time(out, verdict->wait_ns);
        wmem_strbuf_append(out, " after 100");
        say_why(out, tracker, txn, &verdict->chain);
        say_end(out, tracker, txn, verdict);
        say_chain(out, tracker, &verdict->chain);
        return true;
    case SX_TRYING_SLOW:
        wmem_strbuf_append(out, "slow: ");
        sx_say_time(out, verdict->wait_ns);
        wmem_strbuf_append_printf(out, " from 100 to %u (frame %" PRIu32 ")",
                                  txn->first_response_code, verdict->ended_in);
        if (txn->first_response_code < 300)
            say_slow_hop(out, tracker, txn, verdict);
        else
            say_why(out, tracker, txn, &verdict->chain);
        say_late_cancel(out, txn);
        if (txn->first_response_code >= 300)
            say_chain(out, tracker, &verdict->chain);
        return true;
    case SX_TRYING_CANCELLED:
        say_given_up(out, tracker, txn, verdict);
        say_chain(out, tracker, &verdict->chain);
        return true;
    case SX_TRYING_OPEN:
        if (verdict->missing.sign != SX_MISSING_NONE) {
            sx_say_missing(out, tracker, txn, &verdict->missing);
            return true;
        }
        wmem_strbuf_append(out, "the capture ends ");
        sx_say_time(out, verdict->wait_ns);
        wmem_strbuf_append(out, " after 100 Trying, too early to tell");
        return true;
    case SX_TRYING_NONE:
    case SX_TRYING_ANSWERED:
    default:
        return false;
    }
}

void sx_say_expiry(wmem_strbuf_t *out, const struct sx_tracker *tracker, const struct sx_expiry *e)
{
    const struct sx_txn *txn = sx_tracker_txn(tracker, e->txn);

    wmem_strbuf_append(out, e->after_100 ? "stuck for " : "no response at all for ");
    sx_say_time(out, e->waited_ns);
    if (!e->after_100) {
        if (txn->request_frame)
            wmem_strbuf_append_printf(out, " to %s in frame %" PRIu32, sx_txn_method_name(txn),
                                      txn->request_frame);
        return;
    }
    struct sx_trying_chain chain = sx_trying_cause_by(tracker, e);
    wmem_strbuf_append(out, " after 100");
    say_why(out, tracker, txn, &chain);
    wmem_strbuf_append_printf(out, "; %s", sx_txn_method_name(txn));
    if (txn->request_frame)
        wmem_strbuf_append_printf(out, " in frame %" PRIu32 ",", txn->request_frame);
    wmem_strbuf_append_printf(out, " 100 in frame %" PRIu32, txn->trying_frame);
    say_chain(out, tracker, &chain);
    /* What was known of it when the request was sent, so the same on any pass. */
    struct sx_registration r = sx_registration_find(tracker, txn);
    if (!r.flow || !r.in || !sx_registration_is_over(&r))
        return;
    wmem_strbuf_append(out, "; ");
    sx_say_registered(out, &r);
}
