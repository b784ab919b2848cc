/* words.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/words.h"

#include <inttypes.h>

#include <wsutil/inet_addr.h>

static const char *method_of(const struct sx_txn *txn)
{
    const char *name = sx_method_name((enum sx_method)txn->method);

    return *name ? name : "request";
}

size_t sx_line_break(const char *text, size_t max)
{
    size_t length = strlen(text), cut = max;

    if (length <= max)
        return length;
    while (cut > 0 && text[cut] != ' ')
        cut--;
    if (cut > 0)
        return cut;
    for (cut = max; cut > 1 && ((unsigned char)text[cut] & 0xc0) == 0x80;)
        cut--;
    return cut;
}

void sx_say_time(wmem_strbuf_t *out, int64_t ns)
{
    int64_t ms = (ns + SX_NS_PER_MS / 2) / SX_NS_PER_MS;

    if (ms >= 180000) {
        int64_t s = (ms + 500) / 1000;
        wmem_strbuf_append_printf(out, "%" PRId64 " min %" PRId64 " s", s / 60, s % 60);
    } else if (ms % 1000 == 0) {
        wmem_strbuf_append_printf(out, "%" PRId64 " s", ms / 1000);
    } else if (ms >= 10000) {
        int64_t tenths = (ms + 50) / 100;
        wmem_strbuf_append_printf(out, "%" PRId64 ".%" PRId64 " s", tenths / 10, tenths % 10);
    } else {
        wmem_strbuf_append_printf(out, "%" PRId64 ".%03" PRId64 " s", ms / 1000, ms % 1000);
    }
}

void sx_say_host(wmem_strbuf_t *out, const struct sx_tracker *tracker, uint32_t number)
{
    const struct sx_host *host = sx_tracker_host(tracker, number);
    char text[WS_INET6_ADDRSTRLEN];

    if (host->len == 4)
        wmem_strbuf_append(out, ws_inet_ntop4(host->bytes, text, sizeof text));
    else if (host->len == 16)
        wmem_strbuf_append(out, ws_inet_ntop6(host->bytes, text, sizeof text));
    else
        wmem_strbuf_append(out, "the next hop");
}

static void say_cancel(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                       const struct sx_txn *txn, const struct sx_trying *v)
{
    switch (v->end) {
    case SX_END_CANCEL_EXPIRES:
        wmem_strbuf_append_printf(out, "; its Expires of %" PRIu32 " s ran out: CANCEL in frame %"
                                  PRIu32, txn->expires_s, v->ended_in);
        break;
    case SX_END_CANCEL_TIMER_C:
        wmem_strbuf_append(out, "; ");
        sx_say_host(out, tracker, txn->src.host);
        wmem_strbuf_append_printf(out, " gave up: its CANCEL in frame %" PRIu32
                                  " fits Timer C (180 s)", v->ended_in);
        break;
    case SX_END_CANCEL_PASSED_ON:
        wmem_strbuf_append_printf(out, "; ");
        sx_say_host(out, tracker, txn->src.host);
        wmem_strbuf_append_printf(out, " passed the CANCEL on in frame %" PRIu32, v->ended_in);
        break;
    case SX_END_CANCEL:
    case SX_END_RESPONSE:
    case SX_END_NONE:
    default:
        wmem_strbuf_append(out, "; ");
        sx_say_host(out, tracker, txn->src.host);
        wmem_strbuf_append_printf(out, " gave up: CANCEL in frame %" PRIu32, v->ended_in);
        break;
    }
}

static void say_end(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                    const struct sx_txn *txn, const struct sx_trying *v)
{
    if (v->end == SX_END_NONE)
        wmem_strbuf_append(out, sx_tracker_ended(tracker) ? ", until the capture ended"
                                                          : ", so far");
    else if (v->end == SX_END_RESPONSE)
        wmem_strbuf_append_printf(out, "; ended by %u in frame %" PRIu32, txn->moved_code,
                                  v->ended_in);
    else
        say_cancel(out, tracker, txn, v);
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

static void say_kept_answer(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                            const struct sx_txn *branch)
{
    wmem_strbuf_append_printf(out, "did not relay the %u of ", branch->moved_code);
    sx_say_host(out, tracker, branch->dst.host);
    wmem_strbuf_append_printf(out, " in frame %" PRIu32, branch->moved_frame);
    if (branch->answer_dst.host != branch->src.host) {
        wmem_strbuf_append(out, ", which went to ");
        sx_say_host(out, tracker, branch->answer_dst.host);
        wmem_strbuf_append(out, " though the request came from ");
        sx_say_host(out, tracker, branch->src.host);
    } else if (branch->answer_dst.port != branch->src.port) {
        wmem_strbuf_append_printf(out, ", which went to port %u though the request came from %u",
                                  branch->answer_dst.port, branch->src.port);
    }
}

static void say_no_way(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                       const struct sx_txn *txn, const struct sx_txn *branch, uint32_t frame)
{
    const struct sx_host *hop = sx_tracker_host(tracker, txn->dst.host);
    struct sx_endpoint to = branch ? branch->dst : hop->no_connect_to;

    wmem_strbuf_append(out, branch ? "cannot reach " : "cannot connect to ");
    sx_say_host(out, tracker, to.host);
    wmem_strbuf_append_printf(out, " port %u (frame %" PRIu32 ")", to.port, frame);
}

/* What the hop that sent the 100 did, without its name; *next gets the transaction further on
 * that goes on with the story. False if the capture does not show it. */
static bool say_step_down(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                          const struct sx_txn *txn, const struct sx_trying *v,
                          const struct sx_txn **next)
{
    const struct sx_txn *branch = sx_tracker_txn(tracker, v->via);
    const struct sx_host *hop = sx_tracker_host(tracker, txn->dst.host);

    *next = NULL;
    switch (v->cause) {
    case SX_CAUSE_NOT_FORWARDED:
        wmem_strbuf_append_printf(
            out, "did not send it on, though this capture shows what it sends on (frame %" PRIu32
            ")", txn->method == SX_METHOD_INVITE ? hop->forwarded_invite : hop->forwarded_other);
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
        *next = branch;
        return true;
    case SX_CAUSE_NOT_RELAYED:
        say_kept_answer(out, tracker, branch);
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
        say_no_way(out, tracker, txn, branch, v->cause_in);
        return true;
    case SX_CAUSE_UNKNOWN:
    default:
        return false;
    }
}

static bool say_cause_until(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                            const struct sx_txn *txn, const struct sx_trying *verdict,
                            uint32_t until_frame, int64_t until_ns)
{
    struct sx_trying v = *verdict;
    const struct sx_txn *next = txn;

    if (v.cause == SX_CAUSE_UNKNOWN)
        return false;
    /* Wireshark shows 240 bytes; what a longer chain adds would be cut anyway. */
    for (unsigned hop = 0; hop < 6 && next; hop++) {
        if (hop == 0)
            sx_say_host(out, tracker, txn->dst.host);
        else
            wmem_strbuf_append(out, ", which");
        wmem_strbuf_append_c(out, ' ');
        if (!say_step_down(out, tracker, txn, &v, &next)) {
            wmem_strbuf_append_printf(out, "sent 100 in frame %" PRIu32
                                      "; the capture does not show what it did then",
                                      txn->trying_frame);
            return true;
        }
        txn = next;
        if (next)
            sx_trying_find_cause(tracker, next, until_frame, until_ns, &v);
    }
    return true;
}

bool sx_say_cause(wmem_strbuf_t *out, const struct sx_tracker *tracker, const struct sx_txn *txn,
                  const struct sx_trying *v)
{
    return say_cause_until(out, tracker, txn, v, v->ended_in ? v->ended_in : UINT32_MAX,
                           txn->trying_ns + v->wait_ns);
}

static void say_why(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                    const struct sx_txn *txn, const struct sx_trying *v)
{
    size_t before = wmem_strbuf_get_len(out);

    wmem_strbuf_append(out, ". ");
    if (!sx_say_cause(out, tracker, txn, v))
        wmem_strbuf_truncate(out, before);
}

static void say_slow_hop(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                         const struct sx_txn *txn, const struct sx_trying *v)
{
    const struct sx_txn *hop = sx_trying_slow_hop(tracker, txn, v);

    if (hop == txn)
        return;
    wmem_strbuf_append(out, "; ");
    sx_say_time(out, hop->moved_ns - hop->trying_ns);
    wmem_strbuf_append(out, " of them passed between the 100 of ");
    sx_say_host(out, tracker, hop->dst.host);
    wmem_strbuf_append_printf(out, " and its %u", hop->moved_code);
}

bool sx_say_trying(wmem_strbuf_t *out, const struct sx_tracker *tracker, const struct sx_txn *txn,
                   const struct sx_trying *verdict)
{
    const struct sx_config *cfg = sx_tracker_config(tracker);

    switch (verdict->state) {
    case SX_TRYING_TIMED_OUT:
        wmem_strbuf_append(out, "no response for ");
        sx_say_time(out, verdict->wait_ns);
        wmem_strbuf_append(out, " after 100 Trying (threshold ");
        sx_say_time(out, cfg->trying_timeout_ns);
        wmem_strbuf_append_c(out, ')');
        say_end(out, tracker, txn, verdict);
        say_why(out, tracker, txn, verdict);
        return true;
    case SX_TRYING_SLOW:
        wmem_strbuf_append(out, "slow: ");
        sx_say_time(out, verdict->wait_ns);
        wmem_strbuf_append_printf(out, " between 100 Trying and %u (frame %" PRIu32 ")",
                                  txn->moved_code, verdict->ended_in);
        if (txn->moved_code < 300)
            say_slow_hop(out, tracker, txn, verdict);
        else
            say_why(out, tracker, txn, verdict);
        return true;
    case SX_TRYING_CANCELLED:
        wmem_strbuf_append(out, "cancelled ");
        sx_say_time(out, verdict->wait_ns);
        wmem_strbuf_append(out, " after 100 Trying, before any other response");
        say_end(out, tracker, txn, verdict);
        say_why(out, tracker, txn, verdict);
        return true;
    case SX_TRYING_OPEN:
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

void sx_say_no_response(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                        const struct sx_txn *txn)
{
    wmem_strbuf_append(out, "no response for ");
    sx_say_time(out, sx_tracker_now(tracker) - txn->request_ns);
    if (txn->sends > 1)
        wmem_strbuf_append_printf(out, ", sent %" PRIu32 " times", txn->sends);
}

void sx_say_expiry(wmem_strbuf_t *out, const struct sx_tracker *tracker, const struct sx_expiry *e)
{
    const struct sx_txn *txn = sx_tracker_txn(tracker, e->txn);

    wmem_strbuf_append(out, e->after_100 ? "no response for " : "no response at all for ");
    sx_say_time(out, e->waited_ns);
    if (e->after_100)
        wmem_strbuf_append_printf(out, " after 100 Trying in frame %" PRIu32, txn->trying_frame);
    if (txn->request_frame)
        wmem_strbuf_append_printf(out, " to %s in frame %" PRIu32, method_of(txn),
                                  txn->request_frame);
    if (!e->after_100)
        return;
    struct sx_trying v = {.state = SX_TRYING_TIMED_OUT, .wait_ns = e->waited_ns};
    int64_t until_ns = txn->trying_ns + e->waited_ns;
    size_t before = wmem_strbuf_get_len(out);
    sx_trying_find_cause(tracker, txn, e->frame, until_ns, &v);
    wmem_strbuf_append(out, ". ");
    if (!say_cause_until(out, tracker, txn, &v, e->frame, until_ns))
        wmem_strbuf_truncate(out, before);
}

bool sx_say_step(wmem_strbuf_t *out, const struct sx_tracker *tracker, const struct sx_txn *txn,
                 const struct sx_code *entry)
{
    const struct sx_txn *next = sx_tracker_txn(tracker, txn->followed_by);

    switch ((enum sx_role)entry->role) {
    case SX_ROLE_CHALLENGE:
        if (!next)
            return false;
        wmem_strbuf_append_printf(out, "normal: the client answers the challenge in frame %" PRIu32,
                                  next->request_frame);
        return true;
    case SX_ROLE_REDIRECT:
    case SX_ROLE_RETRY:
        if (!next)
            return false;
        wmem_strbuf_append_printf(out, "normal: a new attempt follows in frame %" PRIu32,
                                  next->request_frame);
        return true;
    case SX_ROLE_CANCELLED:
        if (!txn->cancel_frame)
            return false;
        wmem_strbuf_append_printf(out, "normal: cancelled in frame %" PRIu32, txn->cancel_frame);
        return true;
    case SX_ROLE_PROGRESS:
    case SX_ROLE_SUCCESS:
    case SX_ROLE_FAILURE:
    default:
        return false;
    }
}

/* ---- flows ---- */

static void say_closed(wmem_strbuf_t *out, const struct sx_flow *flow)
{
    wmem_strbuf_append_printf(out, "%s by the %s", flow->reset ? "reset" : "closed",
                              flow->closed_by_client ? "client" : "edge proxy");
}

/* "closed by the client in frame 39"; false if the capture does not show how it died */
static bool say_death(wmem_strbuf_t *out, const struct sx_flow_story *story)
{
    const struct sx_flow *flow = story->flow;

    switch (story->death) {
    case SX_DEATH_CLOSED:
        say_closed(out, flow);
        wmem_strbuf_append_printf(out, " in frame %" PRIu32, story->death_in);
        return true;
    case SX_DEATH_NO_PONG:
        wmem_strbuf_append_printf(out, "the keep-alive in frame %" PRIu32
                                  " got no pong for more than 10 s", story->death_in);
        return true;
    case SX_DEATH_FLOW_TIMER:
        wmem_strbuf_append(out, "the client was silent for ");
        sx_say_time(out, story->silent_ns);
        wmem_strbuf_append_printf(out, ", its Flow-Timer is %" PRIu32 " s", flow->flow_timer_s);
        return true;
    case SX_DEATH_REMOVED:
        wmem_strbuf_append_printf(out, "the client took the registration back in frame %" PRIu32,
                                  story->death_in);
        return true;
    case SX_DEATH_EXPIRED:
        wmem_strbuf_append(out, "the registration had run out");
        return true;
    case SX_DEATH_UNKNOWN:
    default:
        return false;
    }
}

static void say_without_flow(wmem_strbuf_t *out, const struct sx_flow_story *story)
{
    wmem_strbuf_append(out, "no registration of this flow in the capture");
    if (story->in_dialog)
        wmem_strbuf_append(out, "; inside a dialog it may be a stale route");
}

static void say_upstream(wmem_strbuf_t *out, const struct sx_flow_story *story)
{
    if (story->upstream_code)
        wmem_strbuf_append_printf(out, "; upstream got %u in frame %" PRIu32,
                                  story->upstream_code, story->upstream_in);
}

bool sx_say_flow_outcome(wmem_strbuf_t *out, const struct sx_flow_story *story)
{
    switch (story->outcome) {
    case SX_FLOW_OTHER_ANSWERED:
        wmem_strbuf_append_printf(out, "another flow was tried in frame %" PRIu32
                                  " and answered %u", story->retry_in, story->retry_code);
        return true;
    case SX_FLOW_OTHERS_FAILED:
        wmem_strbuf_append_printf(out, "another flow was tried in frame %" PRIu32
                                  " and failed with %u", story->retry_in, story->retry_code);
        break;
    case SX_FLOW_REREGISTERED:
        wmem_strbuf_append_printf(out, "the client registered again in frame %" PRIu32 ", ",
                                  story->reregistered_in);
        sx_say_time(out, story->reregistered_after_ns);
        wmem_strbuf_append(out, " later");
        break;
    case SX_FLOW_HANDED_ON:
        wmem_strbuf_append(out, "handed on to the caller");
        return true;
    case SX_FLOW_NOTHING_TRIED:
        wmem_strbuf_append(out, "nothing was tried");
        break;
    case SX_FLOW_OPEN:
        wmem_strbuf_append(out, "the capture ends too early to see a repair");
        break;
    case SX_FLOW_UNKNOWN:
    default:
        return false;
    }
    say_upstream(out, story);
    return true;
}

static void say_delivered(wmem_strbuf_t *out, const struct sx_flow_story *story)
{
    if (story->alive_in)
        wmem_strbuf_append_printf(out, "the flow works: the client answered in frame %" PRIu32,
                                  story->alive_in);
    else
        wmem_strbuf_append_printf(out, "sent over the flow in frame %" PRIu32
                                  ", and the client did not answer", story->delivered_in);
}

void sx_say_flow(wmem_strbuf_t *out, const struct sx_flow_story *story)
{
    const struct sx_flow *flow = story->flow;

    if (story->delivered_in) {
        say_delivered(out, story);
    } else if (!flow) {
        say_without_flow(out, story);
    } else {
        wmem_strbuf_append_printf(out, "the flow of %s", flow->aor);
        if (flow->registered_in)
            wmem_strbuf_append_printf(out, " registered in frame %" PRIu32, flow->registered_in);
        wmem_strbuf_append(out, " is gone");
        size_t before = wmem_strbuf_get_len(out);
        wmem_strbuf_append(out, ": ");
        if (!say_death(out, story))
            wmem_strbuf_truncate(out, before);
    }
}

/* Why the flow dropped, as the thing to look at. */
static void advise_death(wmem_strbuf_t *out, const struct sx_flow_story *story)
{
    const struct sx_flow *flow = story->flow;

    wmem_strbuf_append_printf(out, " Find out why the flow with reg-id %" PRIu32 " dropped: ",
                              flow->reg_id);
    if (!say_death(out, story))
        wmem_strbuf_append(out, "the capture does not show it; look at the edge proxy's log for a "
                                "restart or a lost connection");
    if (story->silent_ns >= 0 && story->death != SX_DEATH_FLOW_TIMER) {
        wmem_strbuf_append(out, ". The client had been silent for ");
        sx_say_time(out, story->silent_ns);
        if (flow->flow_timer_s)
            wmem_strbuf_append_printf(out, "; its Flow-Timer is %" PRIu32 " s", flow->flow_timer_s);
    }
    wmem_strbuf_append_c(out, '.');
}

/* RFC 5626 4.5: base-time 30 s if no flow is left, each wait at random 50 to 100 % of it. */
static void advise_back_off(wmem_strbuf_t *out, const struct sx_flow_story *story,
                            const struct sx_txn *txn)
{
    const struct sx_flow *flow = story->flow;

    if (story->death != SX_DEATH_CLOSED)
        return;
    int64_t after = txn->final_ns + story->reregistered_after_ns - flow->closed_ns;
    wmem_strbuf_append(out, " It came ");
    sx_say_time(out, after);
    wmem_strbuf_append(out, after < 15 * SX_NS_PER_S
                                ? " after the loss, sooner than the 15 s that RFC 5626 4.5 asks for."
                                : " after the loss.");
}

bool sx_say_flow_advice(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                        const struct sx_txn *txn, const struct sx_flow_story *story)
{
    if (story->alive_in) {
        wmem_strbuf_append_printf(
            out, "The flow is not the trouble: the client answered the same request in frame %" PRIu32
            ". Look there for the real answer, and at the edge proxy for why it says %u instead.",
            story->alive_in, txn->final_code);
        return true;
    }
    if (!story->flow)
        return false;
    switch (story->outcome) {
    case SX_FLOW_OTHER_ANSWERED:
        wmem_strbuf_append_printf(out, "Nothing to do for this request: it went out again over "
                                  "another flow in frame %" PRIu32 " and got %u.",
                                  story->retry_in, story->retry_code);
        break;
    case SX_FLOW_REREGISTERED:
        wmem_strbuf_append_printf(out, "The client put it right itself: it registered again in "
                                  "frame %" PRIu32 "; requests reach it again.",
                                  story->reregistered_in);
        advise_back_off(out, story, txn);
        break;
    case SX_FLOW_OTHERS_FAILED:
        wmem_strbuf_append_printf(out, "The retry over another flow in frame %" PRIu32 " failed too "
                                  "(%u): the client has lost its network or all its edge proxies. "
                                  "It can be reached when it registers again.",
                                  story->retry_in, story->retry_code);
        break;
    case SX_FLOW_HANDED_ON:
        wmem_strbuf_append_printf(out, "The %u reached the caller. A proxy between the edge proxy "
                                  "and the caller should have tried another flow of the client or "
                                  "answered 480 (RFC 5626 7); look at its handling of %u.",
                                  txn->final_code, txn->final_code);
        break;
    case SX_FLOW_NOTHING_TRIED:
        wmem_strbuf_append(out, "No other flow was tried and the client did not register again "
                                "within ");
        sx_say_time(out, sx_tracker_config(tracker)->flow_recovery_ns);
        wmem_strbuf_append(out, ". Let the client register two flows, and make it notice a dead "
                                "one by keep-alives.");
        break;
    case SX_FLOW_OPEN:
        wmem_strbuf_append(out, "The capture ends too early to see a repair: see whether the "
                                "client registers again.");
        break;
    case SX_FLOW_UNKNOWN:
    default:
        wmem_strbuf_append(out, "See whether the request goes out again over another flow, or the "
                                "client registers again.");
        break;
    }
    advise_death(out, story);
    return true;
}

void sx_say_flow_end(wmem_strbuf_t *out, const struct sx_flow *flow)
{
    wmem_strbuf_append_printf(out, "the connection of %s (reg-id %" PRIu32, flow->aor, flow->reg_id);
    if (flow->registered_in)
        wmem_strbuf_append_printf(out, ", registered in frame %" PRIu32, flow->registered_in);
    wmem_strbuf_append(out, ") is ");
    say_closed(out, flow);
    wmem_strbuf_append(out, " here");
}
