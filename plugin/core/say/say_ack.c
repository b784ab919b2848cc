/* say_ack.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/say/say_ack.h"

#include <inttypes.h>

#include "core/say/say.h"

static void say_response_lost(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                              const struct sx_txn *invite, const struct sx_ack *v)
{
    wmem_strbuf_append(out, "it did not reach the client");
    if (v->cause_in == v->response_in) {
        wmem_strbuf_append(out, ", ");
        sx_say_host(out, tracker, invite->src.host);
        wmem_strbuf_append(out, " did not send it on or never got it");
    } else {
        wmem_strbuf_append_printf(out, ", as frame %" PRIu32 " shows", v->cause_in);
    }
}

static bool say_cause(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                      const struct sx_txn *invite, const struct sx_ack *v, const char *before)
{
    if (v->cause == SX_ACK_CAUSE_UNKNOWN)
        return false;
    wmem_strbuf_append(out, before);
    switch (v->cause) {
    case SX_ACK_CAUSE_RESPONSE_LOST:
        say_response_lost(out, tracker, invite, v);
        break;
    case SX_ACK_CAUSE_NOT_SENT:
        wmem_strbuf_append_printf(out,
                                  "the client has it, as frame %" PRIu32 " shows, and sent no ACK",
                                  v->cause_in);
        break;
    case SX_ACK_CAUSE_MISMATCH:
        wmem_strbuf_append_printf(out,
                                  "the ACK in frame %" PRIu32 " names another dialog or "
                                  "transaction",
                                  v->cause_in);
        break;
    case SX_ACK_CAUSE_ASTRAY:
        wmem_strbuf_append_printf(out,
                                  "the ACK in frame %" PRIu32 " went to another address, port, "
                                  "transport or connection than the server's",
                                  v->cause_in);
        break;
    case SX_ACK_CAUSE_LOST:
        wmem_strbuf_append_printf(out,
                                  "the ACK was seen last in frame %" PRIu32 " and lost after it",
                                  v->cause_in);
        break;
    case SX_ACK_CAUSE_UNKNOWN:
    default:
        break;
    }
    return true;
}

static void say_why(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                    const struct sx_txn *invite, const struct sx_ack *v)
{
    say_cause(out, tracker, invite, v, ": ");
    wmem_strbuf_append_printf(out, "; sent %" PRIu32 " times in ", v->sends);
    sx_say_time(out, v->lasted_ns);
}

bool sx_say_ack(wmem_strbuf_t *out, const struct sx_tracker *tracker, const struct sx_txn *invite,
                const struct sx_ack *v)
{
    if (v->state != SX_ACK_NEVER && v->state != SX_ACK_LATE)
        return false;
    if (v->state == SX_ACK_NEVER)
        wmem_strbuf_append(out, "never acknowledged");
    else
        wmem_strbuf_append_printf(out,
                                  "acknowledged only in frame %" PRIu32 ", after it was repeated",
                                  v->ack_in);
    say_why(out, tracker, invite, v);
    return true;
}

void sx_say_late_ack(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                     const struct sx_txn *invite, const struct sx_ack *v)
{
    wmem_strbuf_append_printf(out,
                              "acknowledges the %u in frame %" PRIu32 " only after it was repeated",
                              invite->final_code, v->response_in);
    say_why(out, tracker, invite, v);
}

void sx_say_ack_overdue(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                        const struct sx_overdue *overdue)
{
    const struct sx_txn *invite = sx_tracker_txn(tracker, overdue->txn);
    struct sx_ack v = sx_no_ack_judge(tracker, invite, sx_tracker_dialog(tracker, overdue->dialog));

    wmem_strbuf_append_printf(out, "the %u in frame %" PRIu32 " has no ACK after ",
                              invite->final_code, overdue->since_frame);
    sx_say_time(out, overdue->waited_ns);
    say_cause(out, tracker, invite, &v, ": ");
    wmem_strbuf_append_printf(out, "; sent %" PRIu32 " times", v.sends);
}
