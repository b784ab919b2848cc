/* say.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/say/say.h"

#include <wsutil/inet_addr.h>

#include "core/judge/call_end.h"
#include "core/judge/challenge.h"
#include "core/judge/failure.h"
#include "core/record/call.h"
#include "core/record/evidence.h"
#include "core/record/sizes.h"
#include "core/say/words.h"

/* Writes at least this many digits in front of end and returns where they begin. Formatted output
 * costs ten times as much, and every verdict needs it. */
static char *put_digits(char *end, uint64_t number, unsigned least)
{
    char *p = end;

    do {
        *--p = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0 || (size_t)(end - p) < least);
    return p;
}

void sx_say_number(wmem_strbuf_t *out, uint64_t number)
{
    char digits[20], *end = digits + sizeof digits, *p = put_digits(end, number, 1);

    wmem_strbuf_append_len(out, p, (size_t)(end - p));
}

/* What a time is shown as is cut, not rounded: so no part is longer than its whole, and nothing has
 * lasted for a threshold that it has not reached. */
void sx_say_time(wmem_strbuf_t *out, int64_t ns)
{
    uint64_t ms = (uint64_t)MAX(ns, 0) / SX_NS_PER_MS;
    char digits[24], *p = digits + sizeof digits - 1;

    if (ms == 0 && ns > 0) {
        wmem_strbuf_append(out, sx_words_say_moment());
        return;
    }
    if (ms >= 180000) {
        sx_words_say_minutes(out, ms / 60000, ms / 1000 % 60);
        return;
    }
    *p = '\0';
    if (ms >= 10000 && ms % 1000 != 0) {
        p = put_digits(p, ms / 100 % 10, 1);
        *--p = '.';
    } else if (ms % 1000 != 0) {
        p = put_digits(p, ms % 1000, 3);
        *--p = '.';
    }
    sx_words_say_seconds(out, put_digits(p, ms / 1000, 1));
}

const char *sx_say_method(const struct sx_txn *txn)
{
    const char *name = sx_method_name((enum sx_method)txn->method);

    return *name ? name : sx_words_say_request();
}

void sx_say_reference(wmem_strbuf_t *out, const char *reference)
{
    static const char word[] = " section ";
    struct sx_slice rest = sx_slice_str(reference), one;

    for (bool first = true; sx_slice_next(&rest, ',', &one); first = false) {
        char *rfc = wmem_strndup(NULL, one.p, one.n), *section = strstr(rfc, word);
        wmem_strbuf_append(out, first ? "" : ", ");
        if (section) {
            *section = '\0';
            sx_words_say_section(out, rfc, section + strlen(word));
        } else {
            wmem_strbuf_append(out, rfc);
        }
        wmem_free(NULL, rfc);
    }
}

void sx_say_more(wmem_strbuf_t *out, uint32_t more)
{
    if (more > 0)
        sx_words_say_more(out, more);
}

void sx_say_host_name(wmem_strbuf_t *out, const struct sx_host *host)
{
    char text[WS_INET6_ADDRSTRLEN];

    if (host->len == 4)
        wmem_strbuf_append(out, ws_inet_ntop4(host->bytes, text, sizeof text));
    else if (host->len == 16)
        wmem_strbuf_append(out, ws_inet_ntop6(host->bytes, text, sizeof text));
    else
        wmem_strbuf_append(out, sx_words_say_next_hop());
}

void sx_say_host_port(wmem_strbuf_t *out, const struct sx_host *host, uint16_t port)
{
    wmem_strbuf_append(out, host->len == 16 ? "[" : "");
    sx_say_host_name(out, host);
    wmem_strbuf_append(out, host->len == 16 ? "]:" : ":");
    sx_say_number(out, port);
}

void sx_say_host(wmem_strbuf_t *out, const struct sx_tracker *tracker, uint32_t number)
{
    sx_say_host_name(out, sx_tracker_host(tracker, number));
}

void sx_say_endpoint(wmem_strbuf_t *out, const struct sx_tracker *tracker, struct sx_endpoint end)
{
    sx_say_host_port(out, sx_tracker_host(tracker, end.host), end.port);
}

wmem_strbuf_t *sx_say_closed(const wmem_strbuf_t *out, const struct sx_tracker *tracker,
                             const struct sx_txn *txn, struct sx_horizon until)
{
    wmem_strbuf_t *piece = sx_words_piece(out);
    uint32_t lost = sx_evidence_connection_lost(txn, until);

    if (lost && lost == sx_txn_rare(txn)->closed_frame)
        sx_words_say_closed(piece, sx_tracker_host(tracker, txn->dst.host), lost);
    return piece;
}

/* Who is told the MTU may send it in fragments, and none of them arrives. */
static void say_icmp(wmem_strbuf_t *out, const struct sx_tracker *tracker, const struct sx_txn *txn,
                     struct sx_horizon until)
{
    const struct sx_host *to = sx_tracker_host(tracker, txn->dst.host);
    const struct sx_too_big *too_big = sx_too_big_of(tracker, txn);

    if (too_big)
        sx_words_say_too_large(out, to, too_big->frame);
    else if (sx_evidence_unreachable(txn, until))
        sx_words_say_unreachable(out, to, sx_txn_rare(txn)->last_unreachable_frame);
}

void sx_say_no_response(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                        const struct sx_txn *txn)
{
    struct sx_horizon now = sx_evidence_now(tracker);
    wmem_strbuf_t *sends = sx_words_piece(out), *why = sx_say_closed(out, tracker, txn, now);

    if (sx_txn_sends(txn) > 1)
        sx_words_say_sends(sends, sx_txn_sends(txn));
    if (wmem_strbuf_get_len(why) == 0)
        say_icmp(why, tracker, txn, now);
    sx_words_say_no_response(out, sx_tracker_now(tracker) - txn->request_ns, sends, why);
}

void sx_say_not_repeated(wmem_strbuf_t *out, const struct sx_txn *txn)
{
    if (sx_txn_sends(txn) > 1)
        sx_words_say_stopped_repeating(out, sx_txn_sends(txn));
    else
        wmem_strbuf_append(out, sx_words_say_not_repeated());
}

void sx_say_next(wmem_strbuf_t *out, const struct sx_txn *next, const char *what)
{
    if (next->request_frame)
        sx_words_say_next(out, what, next->request_frame);
    else
        sx_words_say_next_unseen(out, what,
                                 next->final_frame ? next->final_frame
                                                   : next->first_response_frame);
}

static void say_following(wmem_strbuf_t *out, const struct sx_txn *next, const char *what,
                          bool is_normal)
{
    if (!is_normal) {
        sx_say_next(out, next, what);
        return;
    }
    wmem_strbuf_t *step = sx_words_piece(out);
    sx_say_next(step, next, what);
    sx_words_say_normal(out, step);
}

/* Where the BYE that ended an INVITE before its 487 was sent first; 0: none in the capture. */
static uint32_t bye_of(const struct sx_tracker *tracker, const struct sx_txn *txn)
{
    if (txn->in_dialog) {
        const struct sx_txn *end = sx_failure_ended_by(tracker, txn);
        if (!end || end->method != SX_METHOD_BYE)
            return 0;
        uint32_t first = sx_tracker_txn(tracker, sx_call_top(tracker, end->number))->request_frame;
        return first ? first : end->request_frame;
    }
    struct sx_call_end end = sx_call_end_of_invite(tracker, txn);
    return !end.cancelled && end.ended_in < txn->final_frame ? end.ended_in : 0;
}

/* Of a 487 (RFC 3261 21.4.25). Too late: who cancels waits for 64*T1 (9.1). */
static bool say_why_terminated(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                               const struct sx_txn *txn, bool is_normal)
{
    const struct sx_txn_rare *rare = sx_txn_rare(txn);

    if (rare->cancel_frame && is_normal)
        sx_words_say_cancelled(out, rare->cancel_frame);
    else if (rare->cancel_frame)
        sx_words_say_too_late(out, txn->final_ns - rare->cancel_ns, rare->cancel_frame);
    if (rare->cancel_frame || !is_normal || !txn->request_frame)
        return rare->cancel_frame;
    uint32_t bye = bye_of(tracker, txn);
    if (bye)
        sx_words_say_ended(out, bye);
    else if (sx_failure_has_run_out(txn))
        sx_words_say_ran_out(out, sx_txn_more(txn)->expires_s);
    else
        return false;
    return true;
}

bool sx_say_step(wmem_strbuf_t *out, const struct sx_tracker *tracker, const struct sx_txn *txn,
                 const struct sx_code *entry)
{
    const struct sx_txn *next = sx_tracker_txn(tracker, txn->followed_by);
    bool is_normal = !sx_failure_judge(tracker, txn, entry->code);

    switch ((enum sx_role)entry->role) {
    case SX_ROLE_CHALLENGE:
        if (next && sx_challenge_ignored_by(tracker, txn))
            sx_words_say_challenge_ignored(out, next->request_frame);
        else if (next)
            say_following(out, next, sx_words_say_challenge_answered(), is_normal);
        return next;
    case SX_ROLE_REDIRECT:
    case SX_ROLE_RETRY:
        if (next)
            say_following(out, next, sx_words_say_new_attempt(), is_normal);
        return next;
    case SX_ROLE_CANCELLED:
        return say_why_terminated(out, tracker, txn, is_normal);
    case SX_ROLE_PROGRESS:
    case SX_ROLE_SUCCESS:
    case SX_ROLE_FAILURE:
    default:
        return false;
    }
}
