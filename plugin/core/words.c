/* words.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/words.h"

#include <inttypes.h>

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
    int64_t ms = ns / SX_NS_PER_MS, s = ms / 1000;

    if (s >= 180)
        wmem_strbuf_append_printf(out, "%" PRId64 " min %" PRId64 " s", s / 60, s % 60);
    else if (ms % 1000 == 0)
        wmem_strbuf_append_printf(out, "%" PRId64 " s", s);
    else
        wmem_strbuf_append_printf(out, "%" PRId64 ".%0*" PRId64 " s", s, s >= 10 ? 1 : 3,
                                  s >= 10 ? ms % 1000 / 100 : ms % 1000);
}

static void say_end(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                    const struct sx_txn *txn, const struct sx_trying *verdict)
{
    if (verdict->ended_in == 0)
        wmem_strbuf_append(out, sx_tracker_ended(tracker) ? ", until the capture ended"
                                                          : ", so far");
    else if (verdict->ended_in == txn->cancel_frame)
        wmem_strbuf_append_printf(out, ", ended by CANCEL in frame %" PRIu32, verdict->ended_in);
    else
        wmem_strbuf_append_printf(out, ", ended by %u in frame %" PRIu32, txn->moved_code,
                                  verdict->ended_in);
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
        return true;
    case SX_TRYING_SLOW:
        wmem_strbuf_append(out, "slow: ");
        sx_say_time(out, verdict->wait_ns);
        wmem_strbuf_append(out, " between 100 Trying and the next response");
        say_end(out, tracker, txn, verdict);
        return true;
    case SX_TRYING_CANCELLED:
        wmem_strbuf_append(out, "cancelled ");
        sx_say_time(out, verdict->wait_ns);
        wmem_strbuf_append_printf(out, " after 100 Trying, before any other response (frame %" PRIu32
                                  ")", verdict->ended_in);
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

void sx_say_expiry(wmem_strbuf_t *out, const struct sx_expiry *expiry, const struct sx_txn *txn)
{
    if (expiry->after_100) {
        wmem_strbuf_append(out, "no response for ");
        sx_say_time(out, expiry->waited_ns);
        wmem_strbuf_append_printf(out, " after 100 Trying in frame %" PRIu32, txn->trying_frame);
    } else {
        wmem_strbuf_append(out, "no response at all for ");
        sx_say_time(out, expiry->waited_ns);
    }
    if (txn->request_frame)
        wmem_strbuf_append_printf(out, " to %s in frame %" PRIu32, method_of(txn),
                                  txn->request_frame);
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
