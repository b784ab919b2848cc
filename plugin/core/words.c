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
    wmem_strbuf_append_printf(out, " to %s", method_of(txn));
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
