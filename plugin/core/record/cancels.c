/* cancels.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/record/cancels.h"

/* A CANCEL belongs to the INVITE whose topmost Via it has (RFC 3261 9.1). */
static void tie_cancel(struct sx_tracker *t, struct sx_txn *cancel, struct sx_txn *invite)
{
    struct sx_txn_rare *rare = sx_txn_give_rare(t, invite);

    rare->related = cancel->number;
    sx_txn_give_rare(t, cancel)->related = invite->number;
    if (rare->cancel_frame || invite->final_frame || !cancel->request_frame)
        return;
    rare->cancel_frame = cancel->request_frame;
    rare->cancel_ns = cancel->request_ns;
}

/* With the topmost Via of the message. */
static struct sx_txn *find_by(const struct sx_tracker *t, const struct sx_observation *obs,
                              enum sx_method method)
{
    return sx_txn_find(t, sx_txn_key(t, obs->msg, &obs->names, method));
}

void sx_cancels_request(struct sx_tracker *t, struct sx_txn *cancel,
                        const struct sx_observation *obs, struct sx_message *record)
{
    struct sx_txn *invite = find_by(t, obs, SX_METHOD_INVITE);

    if (!invite) {
        t->lone_cancels = true;
        return;
    }
    if (!sx_txn_rare(invite)->cancel_frame && !invite->final_frame &&
        sx_txn_waits_after_100(invite))
        record->flags |= SX_MESSAGE_ENDS_WAIT;
    tie_cancel(t, cancel, invite);
    sx_txn_note_message(t, invite, obs->time_ns);
}

void sx_cancels_of_invite(struct sx_tracker *t, struct sx_txn *invite,
                          const struct sx_observation *obs)
{
    if (!t->lone_cancels || invite->method != SX_METHOD_INVITE || sx_txn_rare(invite)->related)
        return;
    struct sx_txn *cancel = find_by(t, obs, SX_METHOD_CANCEL);
    if (cancel && !sx_txn_rare(cancel)->related)
        tie_cancel(t, cancel, invite);
}

void sx_cancels_response(struct sx_tracker *t, struct sx_txn *cancel,
                         const struct sx_observation *obs)
{
    struct sx_txn *invite = find_by(t, obs, SX_METHOD_INVITE);

    if (invite)
        tie_cancel(t, cancel, invite);
    else
        t->lone_cancels = true;
}
