/* say_ack.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/say/say_ack.h"

#include "core/say/words.h"

static void say_response_lost(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                              const struct sx_ack *v)
{
    const struct sx_host *host = sx_tracker_host(tracker, v->lost_at);

    if (v->cause_in == v->response_in)
        sx_words_ack_not_passed_on(out, host);
    else
        sx_words_ack_response_lost(out, host, v->cause_in);
}

/* ": " and the cause; nothing if it is not known. */
static wmem_strbuf_t *cause_of(const wmem_strbuf_t *out, const struct sx_tracker *tracker,
                               const struct sx_ack *v)
{
    wmem_strbuf_t *cause = sx_words_piece(out);

    switch (v->cause) {
    case SX_ACK_CAUSE_RESPONSE_LOST:
        say_response_lost(cause, tracker, v);
        break;
    case SX_ACK_CAUSE_NOT_SENT:
        sx_words_ack_not_sent(cause, v->cause_in);
        break;
    case SX_ACK_CAUSE_MISMATCH:
        sx_words_ack_mismatch(cause, v->cause_in);
        break;
    case SX_ACK_CAUSE_ASTRAY:
        sx_words_ack_astray(cause, v->cause_in);
        break;
    case SX_ACK_CAUSE_LOST:
        sx_words_ack_lost(cause, v->cause_in);
        break;
    case SX_ACK_CAUSE_UNKNOWN:
    default:
        break;
    }
    return cause;
}

bool sx_say_ack(wmem_strbuf_t *out, const struct sx_tracker *tracker, const struct sx_ack *v)
{
    if (v->state == SX_ACK_NEVER)
        sx_words_ack_never(out, cause_of(out, tracker, v), v->sends, v->lasted_ns);
    else if (v->state == SX_ACK_LATE)
        sx_words_ack_late(out, v->ack_in, cause_of(out, tracker, v), v->sends, v->lasted_ns);
    else
        return false;
    return true;
}

bool sx_say_ack_advice(wmem_strbuf_t *out, const struct sx_tracker *tracker, const struct sx_ack *v)
{
    if (v->state != SX_ACK_NEVER && v->state != SX_ACK_LATE)
        return false;
    switch (v->cause) {
    case SX_ACK_CAUSE_RESPONSE_LOST:
        sx_words_ack_advice_response_lost(out, sx_tracker_host(tracker, v->lost_at));
        break;
    case SX_ACK_CAUSE_NOT_SENT:
        wmem_strbuf_append(out, sx_words_ack_advice_not_sent());
        break;
    case SX_ACK_CAUSE_MISMATCH:
        wmem_strbuf_append(out, sx_words_ack_advice_mismatch());
        break;
    case SX_ACK_CAUSE_ASTRAY:
        wmem_strbuf_append(out, sx_words_ack_advice_astray());
        break;
    case SX_ACK_CAUSE_LOST:
        wmem_strbuf_append(out, sx_words_ack_advice_lost());
        break;
    case SX_ACK_CAUSE_UNKNOWN:
    default:
        wmem_strbuf_append(out, sx_words_ack_advice_unknown());
        break;
    }
    return true;
}

void sx_say_late_ack(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                     const struct sx_txn *invite, const struct sx_ack *v)
{
    sx_words_ack_acknowledges_late(out, invite->final_code, v->response_in,
                                   cause_of(out, tracker, v), v->sends, v->lasted_ns);
}

void sx_say_ack_overdue(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                        const struct sx_overdue *overdue)
{
    const struct sx_txn *invite = sx_tracker_txn(tracker, overdue->txn);
    struct sx_ack v = sx_no_ack_judge(tracker, invite, sx_tracker_dialog(tracker, overdue->dialog));

    sx_words_ack_overdue(out, invite->final_code, overdue->since_frame, overdue->waited_ns,
                         cause_of(out, tracker, &v), v.sends);
}
