/* brief.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/say/brief.h"

#include "core/say/say.h"

static void say_host(wmem_strbuf_t *out, const struct sx_tracker *tracker, uint32_t host,
                     const char *what)
{
    wmem_strbuf_append(out, ": ");
    sx_say_host(out, tracker, host);
    wmem_strbuf_append(out, what);
}

void sx_brief_culprit(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                      const struct sx_txn *txn, const struct sx_trying_chain *chain)
{
    const struct sx_trying_hop *hop = &chain->last;
    const struct sx_txn *last = chain->count ? sx_tracker_txn(tracker, hop->txn) : txn;
    const struct sx_txn *branch = sx_tracker_txn(tracker, hop->branch);
    const struct sx_attempt *attempt = branch ? NULL
                                              : sx_tracker_attempt(tracker, hop->cause_in, 0);
    uint32_t beyond = branch ? branch->dst.host : attempt ? attempt->to.host : 0;

    switch (hop->cause) {
    case SX_CAUSE_NOT_FORWARDED:
        say_host(out, tracker, last->dst.host, " did not send it on");
        break;
    case SX_CAUSE_NEVER_ANSWERED:
        say_host(out, tracker, beyond, " never answered");
        break;
    case SX_CAUSE_NOT_RELAYED:
        say_host(out, tracker, last->dst.host, " did not relay the answer");
        break;
    case SX_CAUSE_100_LOST:
        say_host(out, tracker, last->src.host, " does not get the 100");
        break;
    case SX_CAUSE_UNREACHABLE:
        if (branch || attempt)
            say_host(out, tracker, beyond, " cannot be reached");
        break;
    case SX_CAUSE_UNKNOWN:
    case SX_CAUSE_NOTHING_BEYOND:
    case SX_CAUSE_NEXT_HOP_STUCK:
    default:
        if (last != txn)
            say_host(out, tracker, last->dst.host, " got it last");
        break;
    }
}

static void say_slow(wmem_strbuf_t *out, const struct sx_tracker *tracker, const struct sx_txn *txn,
                     const struct sx_trying *v)
{
    const struct sx_txn *hop = sx_trying_slow_hop(tracker, txn, v);

    wmem_strbuf_append(out, "slow, ");
    sx_say_time(out, v->wait_ns);
    wmem_strbuf_append(out, " after 100");
    if (txn->first_response_code >= 300)
        sx_brief_culprit(out, tracker, txn, &v->chain);
    else if (hop != txn)
        say_host(out, tracker, hop->dst.host, " took most of it");
}

bool sx_brief_trying(wmem_strbuf_t *out, const struct sx_tracker *tracker, const struct sx_txn *txn,
                     const struct sx_trying *v)
{
    switch (v->state) {
    case SX_TRYING_TIMED_OUT:
        wmem_strbuf_append(out, "stuck for ");
        sx_say_time(out, v->wait_ns);
        sx_brief_culprit(out, tracker, txn, &v->chain);
        return true;
    case SX_TRYING_SLOW:
        say_slow(out, tracker, txn, v);
        return true;
    case SX_TRYING_CANCELLED:
        wmem_strbuf_append(out, v->end == SX_END_CLOSED || v->end == SX_END_RESET ? "caller gone "
                                                                                  : "cancelled ");
        sx_say_time(out, v->wait_ns);
        wmem_strbuf_append(out, " after 100");
        sx_brief_culprit(out, tracker, txn, &v->chain);
        return true;
    case SX_TRYING_NONE:
    case SX_TRYING_ANSWERED:
    case SX_TRYING_OPEN:
    default:
        return false;
    }
}
