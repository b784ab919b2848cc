/* brief.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/say/brief.h"

#include "core/record/sizes.h"
#include "core/say/words.h"

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
        sx_words_brief_not_sent_on(out, sx_tracker_host(tracker, last->dst.host));
        break;
    case SX_CAUSE_NEVER_ANSWERED:
        sx_words_brief_never_answered(out, sx_tracker_host(tracker, beyond));
        break;
    case SX_CAUSE_NOT_RELAYED:
        sx_words_brief_not_relayed(out, sx_tracker_host(tracker, last->dst.host));
        break;
    case SX_CAUSE_100_LOST:
        sx_words_brief_no_100(out, sx_tracker_host(tracker, last->src.host));
        break;
    case SX_CAUSE_UNREACHABLE:
        if (branch && sx_too_big_in(tracker, branch, hop->cause_in))
            sx_words_brief_too_large(out, sx_tracker_host(tracker, beyond));
        else if (branch || attempt)
            sx_words_brief_unreachable(out, sx_tracker_host(tracker, beyond));
        break;
    case SX_CAUSE_UNKNOWN:
    case SX_CAUSE_NOTHING_BEYOND:
    case SX_CAUSE_NEXT_HOP_STUCK:
    default:
        if (last != txn)
            sx_words_brief_got_last(out, sx_tracker_host(tracker, last->dst.host));
        break;
    }
}

static wmem_strbuf_t *culprit(const wmem_strbuf_t *out, const struct sx_tracker *tracker,
                              const struct sx_txn *txn, const struct sx_trying_chain *chain)
{
    wmem_strbuf_t *piece = sx_words_piece(out);

    sx_brief_culprit(piece, tracker, txn, chain);
    return piece;
}

static wmem_strbuf_t *slow_hop(const wmem_strbuf_t *out, const struct sx_tracker *tracker,
                               const struct sx_txn *txn, const struct sx_trying *v)
{
    const struct sx_txn *hop = sx_trying_slow_hop(tracker, txn, v);
    wmem_strbuf_t *piece = sx_words_piece(out);

    if (hop != txn)
        sx_words_brief_took_most(piece, sx_tracker_host(tracker, hop->dst.host));
    return piece;
}

bool sx_brief_trying(wmem_strbuf_t *out, const struct sx_tracker *tracker, const struct sx_txn *txn,
                     const struct sx_trying *v)
{
    switch (v->state) {
    case SX_TRYING_TIMED_OUT:
        sx_words_brief_stuck(out, v->wait_ns, culprit(out, tracker, txn, &v->chain));
        return true;
    case SX_TRYING_SLOW:
        sx_words_brief_slow(out, v->wait_ns,
                            sx_txn_first_response_code(txn) < 300
                                ? slow_hop(out, tracker, txn, v)
                                : culprit(out, tracker, txn, &v->chain));
        return true;
    case SX_TRYING_CANCELLED:
        if (v->end == SX_END_CLOSED || v->end == SX_END_RESET)
            sx_words_brief_caller_gone(out, v->wait_ns, culprit(out, tracker, txn, &v->chain));
        else
            sx_words_brief_cancelled(out, v->wait_ns, culprit(out, tracker, txn, &v->chain));
        return true;
    case SX_TRYING_NONE:
    case SX_TRYING_ANSWERED:
    case SX_TRYING_OPEN:
    default:
        return false;
    }
}
