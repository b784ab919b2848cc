/* say.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/say/say.h"

#include <inttypes.h>

#include <wsutil/inet_addr.h>

#include "core/judge/failure.h"
#include "core/record/evidence.h"

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

/* At least this many digits. Formatted output costs ten times as much, and every verdict needs it.
 * */
static void say_digits(wmem_strbuf_t *out, uint64_t number, unsigned least)
{
    char digits[20];
    unsigned n = 0;

    do {
        digits[sizeof digits - ++n] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0 || n < least);
    wmem_strbuf_append_len(out, digits + sizeof digits - n, n);
}

void sx_say_number(wmem_strbuf_t *out, uint64_t number)
{
    say_digits(out, number, 1);
}

/* What a time is shown as is cut, not rounded: so no part is longer than its whole, and nothing has
 * lasted for a threshold that it has not reached. */
void sx_say_time(wmem_strbuf_t *out, int64_t ns)
{
    uint64_t ms = (uint64_t)MAX(ns, 0) / SX_NS_PER_MS;

    if (ms == 0) {
        wmem_strbuf_append(out, ns > 0 ? "less than 0.001" : "0");
    } else if (ms >= 180000) {
        uint64_t s = ms / 1000;
        sx_say_number(out, s / 60);
        wmem_strbuf_append(out, " min ");
        sx_say_number(out, s % 60);
    } else if (ms % 1000 == 0) {
        sx_say_number(out, ms / 1000);
    } else if (ms >= 10000) {
        uint64_t tenths = ms / 100;
        sx_say_number(out, tenths / 10);
        wmem_strbuf_append_c(out, '.');
        sx_say_number(out, tenths % 10);
    } else {
        sx_say_number(out, ms / 1000);
        wmem_strbuf_append_c(out, '.');
        say_digits(out, ms % 1000, 3);
    }
    wmem_strbuf_append(out, " s");
}

void sx_say_more(wmem_strbuf_t *out, uint32_t more)
{
    if (more > 0)
        wmem_strbuf_append_printf(out, ", and %" PRIu32 " more", more);
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

void sx_say_endpoint(wmem_strbuf_t *out, const struct sx_tracker *tracker, struct sx_endpoint end)
{
    bool six = sx_tracker_host(tracker, end.host)->len == 16;

    wmem_strbuf_append(out, six ? "[" : "");
    sx_say_host(out, tracker, end.host);
    wmem_strbuf_append_printf(out, "%s:%u", six ? "]" : "", end.port);
}

void sx_say_no_response(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                        const struct sx_txn *txn)
{
    wmem_strbuf_append(out, "no response for ");
    sx_say_time(out, sx_tracker_now(tracker) - txn->request_ns);
    if (txn->sends > 1)
        wmem_strbuf_append_printf(out, ", sent %" PRIu32 " times", txn->sends);
    if (!sx_evidence_unreachable(txn, sx_evidence_now(tracker)))
        return;
    wmem_strbuf_append(out, ": ");
    sx_say_host(out, tracker, txn->dst.host);
    wmem_strbuf_append_printf(out, " cannot be reached, frame %" PRIu32,
                              txn->last_unreachable_frame);
}

void sx_say_not_repeated(wmem_strbuf_t *out, const struct sx_txn *txn)
{
    wmem_strbuf_append(out, "cannot tell: no response in the capture, but the client ");
    if (txn->sends > 1)
        wmem_strbuf_append_printf(out,
                                  "stopped after sending it %" PRIu32 " times; over UDP it goes "
                                  "on for 32 s while it hears nothing",
                                  txn->sends);
    else
        wmem_strbuf_append(out,
                           "did not send it again, as it does over UDP while it hears nothing");
}

/* Who cancels waits for 64*T1 (RFC 3261 9.1). */
static void say_late_end(wmem_strbuf_t *out, const struct sx_txn *txn)
{
    wmem_strbuf_append(out, "too late: ");
    sx_say_time(out, txn->final_ns - txn->cancel_ns);
    wmem_strbuf_append_printf(out,
                              " after the CANCEL in frame %" PRIu32 "; the client gives up 32 s "
                              "after it",
                              txn->cancel_frame);
}

void sx_say_next(wmem_strbuf_t *out, const struct sx_txn *next, const char *what)
{
    if (next->request_frame)
        wmem_strbuf_append_printf(out, "%s in frame %" PRIu32, what, next->request_frame);
    else
        wmem_strbuf_append_printf(out, "%s, and the response to that is in frame %" PRIu32, what,
                                  next->final_frame ? next->final_frame
                                                    : next->first_response_frame);
}

bool sx_say_step(wmem_strbuf_t *out, const struct sx_tracker *tracker, const struct sx_txn *txn,
                 const struct sx_code *entry)
{
    const struct sx_txn *next = sx_tracker_txn(tracker, txn->followed_by);
    const char *normal = sx_failure_judge(tracker, txn, entry->code) ? "" : "normal: ";

    switch ((enum sx_role)entry->role) {
    case SX_ROLE_CHALLENGE:
        if (!next)
            return false;
        wmem_strbuf_append(out, normal);
        sx_say_next(out, next, "the client answers the challenge");
        return true;
    case SX_ROLE_REDIRECT:
    case SX_ROLE_RETRY:
        if (!next)
            return false;
        wmem_strbuf_append(out, normal);
        sx_say_next(out, next, "a new attempt follows");
        return true;
    case SX_ROLE_CANCELLED:
        if (!txn->cancel_frame)
            return false;
        if (*normal)
            wmem_strbuf_append_printf(out, "%scancelled in frame %" PRIu32, normal,
                                      txn->cancel_frame);
        else
            say_late_end(out, txn);
        return true;
    case SX_ROLE_PROGRESS:
    case SX_ROLE_SUCCESS:
    case SX_ROLE_FAILURE:
    default:
        return false;
    }
}
