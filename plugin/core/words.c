/* words.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/words.h"

#include <inttypes.h>

#include <wsutil/inet_addr.h>

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

void sx_say_no_response(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                        const struct sx_txn *txn)
{
    wmem_strbuf_append(out, "no response for ");
    sx_say_time(out, sx_tracker_now(tracker) - txn->request_ns);
    if (txn->sends > 1)
        wmem_strbuf_append_printf(out, ", sent %" PRIu32 " times", txn->sends);
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
