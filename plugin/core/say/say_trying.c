/* say_trying.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <inttypes.h>

#include "core/judge/origin.h"
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
    wmem_strbuf_append_printf(out, "; ended by %u in frame %" PRIu32, txn->first_response_code, v->ended_in);
    if (origin.kind == SX_ORIGIN_RELAYED) {
        wmem_strbuf_append_printf(out, ", first sent in frame %" PRIu32, origin.frame);
    } else if (origin.kind == SX_ORIGIN_HERE) {
        wmem_strbuf_append(out, ", made by ");
        sx_say_host(out, tracker, txn->dst.host);
    }
}

/* "for frame 5 acknowledges it", "for frame 5 acknowledges a failure" */
static void say_sign(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                     const struct sx_txn *txn, const struct sx_missing *missing)
{
    wmem_strbuf_append(out, "for ");
    if (missing->sign == SX_MISSING_ACKNOWLEDGED || missing->sign == SX_MISSING_REFUSED) {
        wmem_strbuf_append_printf(out, "frame %" PRIu32 " acknowledges %s", missing->frame,
                                  missing->sign == SX_MISSING_REFUSED ? "a failure" : "it");
        return;
    }
    sx_say_host(out, tracker, txn->src.host);
    wmem_strbuf_append_printf(out, " passes an answer on in frame %" PRIu32, missing->frame);
}

void sx_say_missing(wmem_strbuf_t *out, const struct sx_tracker *tracker, const struct sx_txn *txn,
                   const struct sx_missing *missing)
{
    if (sx_missing_is_sure(missing->sign)) {
        wmem_strbuf_append(out, missing->sign == SX_MISSING_REFUSED ? "refused, " : "answered, ");
        say_sign(out, tracker, txn, missing);
        wmem_strbuf_append(out, ": the capture lacks the response");
        return;
    }
    if (missing->sign == SX_MISSING_UNCERTAIN) {
        wmem_strbuf_append_printf(out, "cannot tell: frame %" PRIu32 " may belong to a response of "
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
    wmem_strbuf_append_printf(out, "%s the connection in frame %" PRIu32,
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
    wmem_strbuf_append_printf(out, "; ended by the CANCEL in frame %" PRIu32
                              ", which came from another address, ", in);
    sx_say_host(out, tracker, cancel->src.host);
    return true;
}

static void say_end(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                    const struct sx_txn *txn, const struct sx_trying *v)
{
    uint32_t in = v->ended_in;

    if (say_strange_cancel(out, tracker, txn, in))
        return;
    switch (v->end) {
    case SX_END_NONE:
        wmem_strbuf_append(out, sx_tracker_ended(tracker) ? ", until the capture ended"
                                                          : ", so far");
        break;
    case SX_END_RESPONSE:
        say_ending_response(out, tracker, txn, v);
        break;
    case SX_END_MISSING:
        wmem_strbuf_append(out, v->missing.sign == SX_MISSING_REFUSED ? "; refused unseen, "
                                                                      : "; answered unseen, ");
        say_sign(out, tracker, txn, &v->missing);
        break;
    case SX_END_CANCEL_EXPIRES:
        wmem_strbuf_append_printf(out, "; its Expires of %" PRIu32 " s ran out: CANCEL in frame %"
                                  PRIu32, txn->expires_s, in);
        break;
    case SX_END_CANCEL_TIMER_C:
        say_client(out, tracker, txn);
        wmem_strbuf_append_printf(out, " gave up: its CANCEL in frame %" PRIu32
                                  " fits Timer C (180 s)", in);
        break;
    case SX_END_CANCEL_PASSED_ON:
        say_client(out, tracker, txn);
        wmem_strbuf_append_printf(out, " passed the CANCEL on in frame %" PRIu32, in);
        break;
    case SX_END_CANCEL_ELSEWHERE:
        wmem_strbuf_append_printf(out, "; another branch answered in frame %" PRIu32
                                  ": CANCEL in frame %" PRIu32, v->elsewhere_in, in);
        break;
    case SX_END_CANCEL_AFTER_HANGUP:
        say_client(out, tracker, txn);
        wmem_strbuf_append_printf(out, " passed the hang-up on: CANCEL in frame %" PRIu32, in);
        break;
    case SX_END_CLOSED:
    case SX_END_RESET:
        say_client(out, tracker, txn);
        wmem_strbuf_append(out, " hung up: it ");
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
        [SX_TRANSPORT_OTHER] = "",          [SX_TRANSPORT_UDP] = " over UDP",
        [SX_TRANSPORT_TCP] = " over TCP",   [SX_TRANSPORT_TLS] = " over TLS",
        [SX_TRANSPORT_WS] = " over WebSocket", [SX_TRANSPORT_SCTP] = " over SCTP",
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
    wmem_strbuf_append(out, ", which went to ");
    say_place(out, tracker, branch->answer_dst, other_host);
    wmem_strbuf_append(out, branch->answer_way == SX_ANSWER_BY_VIA
                                ? " as its Via says, though the request came from "
                                : " instead of ");
    say_place(out, tracker, branch->src, other_host);
}

static void say_kept_answer(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                            const struct sx_txn *txn, const struct sx_txn *branch)
{
    wmem_strbuf_append_printf(out, sx_txn_is_next_hop(txn, branch) ? "did not relay the %u of "
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

static void say_no_way(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                       const struct sx_txn *branch, uint32_t frame)
{
    const struct sx_attempt *attempt = branch ? NULL : sx_tracker_attempt(tracker, frame, 0);

    if (!branch && !attempt)
        return;
    wmem_strbuf_append(out, branch ? "cannot reach " : "cannot connect to ");
    say_place(out, tracker, branch ? branch->dst : attempt->to, true);
    wmem_strbuf_append_printf(out, " (frame %" PRIu32 ")", frame);
}

/* What the hop that sent the 100 did, without its name. False if the capture does not show it. */
static bool say_step_down(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                          const struct sx_txn *txn, const struct sx_trying_hop *hop)
{
    const struct sx_txn *branch = sx_tracker_txn(tracker, hop->branch);

    switch (hop->cause) {
    case SX_CAUSE_NOT_FORWARDED:
        wmem_strbuf_append_printf(
            out, "did not send it on, though this capture shows what it sends on (frame %" PRIu32
            ")", sx_tracker_host(tracker, txn->dst.host)->forwarded_invite);
        return true;
    case SX_CAUSE_NEVER_ANSWERED:
        wmem_strbuf_append(out, "sent it to ");
        sx_say_host(out, tracker, branch->dst.host);
        say_sends(out, branch);
        wmem_strbuf_append(out, " and got no answer");
        return true;
    case SX_CAUSE_NEXT_HOP_STUCK:
        wmem_strbuf_append(out, "waits for ");
        sx_say_host(out, tracker, branch->dst.host);
        return true;
    case SX_CAUSE_NOT_RELAYED:
        say_kept_answer(out, tracker, txn, branch);
        return true;
    case SX_CAUSE_100_LOST:
        wmem_strbuf_append(out, "sends its 100 in vain: ");
        sx_say_host(out, tracker, txn->src.host);
        if (txn->returned_frame)
            wmem_strbuf_append_printf(out, " returned it (frame %" PRIu32 ")", txn->returned_frame);
        else
            wmem_strbuf_append_printf(out, " sent the request %" PRIu32
                                      " more times after it, last in frame %" PRIu32,
                                      txn->sends_after_100, txn->last_request_frame);
        return true;
    case SX_CAUSE_UNREACHABLE:
        say_no_way(out, tracker, branch, hop->cause_in);
        return true;
    case SX_CAUSE_UNKNOWN:
    default:
        return false;
    }
}

bool sx_say_cause(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                  const struct sx_trying_chain *chain)
{
    if (sx_trying_cause_of(chain) == SX_CAUSE_UNKNOWN)
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
        if (!say_step_down(out, tracker, txn, hop))
            wmem_strbuf_append_printf(out, "only sent 100 (frame %" PRIu32 ")", txn->trying_frame);
    }
    return true;
}

static void say_why(wmem_strbuf_t *out, const struct sx_tracker *tracker, const struct sx_trying *v)
{
    size_t before = wmem_strbuf_get_len(out);

    wmem_strbuf_append(out, ". ");
    if (!sx_say_cause(out, tracker, &v->chain))
        wmem_strbuf_truncate(out, before);
}

static void say_slow_hop(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                         const struct sx_txn *txn, const struct sx_trying *v)
{
    const struct sx_txn *hop = sx_trying_slow_hop(tracker, txn, v);

    if (hop == txn)
        return;
    wmem_strbuf_append(out, "; ");
    sx_say_time(out, sx_trying_took(hop));
    wmem_strbuf_append(out, hop->trying_frame ? " of them passed between the 100 of "
                                              : " of them passed between the request to ");
    sx_say_host(out, tracker, hop->dst.host);
    wmem_strbuf_append_printf(out, " and its %u", hop->first_response_code);
}

static void say_given_up(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                         const struct sx_txn *txn, const struct sx_trying *v)
{
    if (v->end == SX_END_CLOSED || v->end == SX_END_RESET) {
        sx_say_host(out, tracker, txn->src.host);
        wmem_strbuf_append(out, " hung up ");
        sx_say_time(out, v->wait_ns);
        wmem_strbuf_append(out, " after 100 Trying: it ");
        say_loss(out, v);
        return;
    }
    wmem_strbuf_append(out, "cancelled ");
    sx_say_time(out, v->wait_ns);
    wmem_strbuf_append(out, " after 100 Trying, before any other response");
    say_end(out, tracker, txn, v);
}

bool sx_say_trying(wmem_strbuf_t *out, const struct sx_tracker *tracker, const struct sx_txn *txn,
                   const struct sx_trying *verdict)
{
    const struct sx_config *cfg = sx_tracker_config(tracker);

    switch (verdict->state) {
    case SX_TRYING_TIMED_OUT:
        wmem_strbuf_append(out, "no response for ");
        sx_say_time(out, verdict->wait_ns);
        wmem_strbuf_append(out, " after 100 Trying");
        if (verdict->wait_ns >= cfg->trying_timeout_ns) {
            wmem_strbuf_append(out, " (threshold ");
            sx_say_time(out, cfg->trying_timeout_ns);
            wmem_strbuf_append_c(out, ')');
        }
        say_end(out, tracker, txn, verdict);
        say_why(out, tracker, verdict);
        return true;
    case SX_TRYING_SLOW:
        wmem_strbuf_append(out, "slow: ");
        sx_say_time(out, verdict->wait_ns);
        wmem_strbuf_append_printf(out, " between 100 Trying and %u (frame %" PRIu32 ")",
                                  txn->first_response_code, verdict->ended_in);
        if (txn->first_response_code < 300)
            say_slow_hop(out, tracker, txn, verdict);
        else
            say_why(out, tracker, verdict);
        return true;
    case SX_TRYING_CANCELLED:
        say_given_up(out, tracker, txn, verdict);
        say_why(out, tracker, verdict);
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

    wmem_strbuf_append(out, e->after_100 ? "no response for " : "no response at all for ");
    sx_say_time(out, e->waited_ns);
    if (e->after_100)
        wmem_strbuf_append_printf(out, " after 100 Trying in frame %" PRIu32, txn->trying_frame);
    if (txn->request_frame)
        wmem_strbuf_append_printf(out, " to %s in frame %" PRIu32, sx_txn_method_name(txn),
                                  txn->request_frame);
    if (!e->after_100)
        return;
    struct sx_trying_chain chain =
        sx_trying_cause_find(tracker, txn, e->frame, txn->trying_ns + e->waited_ns);
    size_t before = wmem_strbuf_get_len(out);
    wmem_strbuf_append(out, ". ");
    if (!sx_say_cause(out, tracker, &chain))
        wmem_strbuf_truncate(out, before);
}
