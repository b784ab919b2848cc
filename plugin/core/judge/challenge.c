/* challenge.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/judge/challenge.h"

#include "core/record/credentials.h"

/* Without stale=true a server says that the credentials are wrong. It is believed only where they
 * answer a challenge that it gave just before: many forget to say that a nonce was too old. */
struct sx_challenge_verdict sx_challenge_judge(const struct sx_tracker *tracker,
                                               const struct sx_txn *txn)
{
    const struct sx_challenge *c = sx_tracker_challenge(tracker, txn);
    struct sx_challenge_verdict v = {.state = SX_CHALLENGE_UNKNOWN};

    if (!c || !txn->request_frame)
        return v;
    if (!c->sent || c->empty) {
        v.state = SX_CHALLENGE_ASKED;
    } else if (c->stale) {
        v.state = SX_CHALLENGE_STALE;
    } else if (c->accepted_in) {
        v.accepted_in = c->accepted_in;
    } else if (c->fresh) {
        v.state = SX_CHALLENGE_REFUSED;
        v.refusals = c->in_row;
    }
    return v;
}

const struct sx_txn *sx_challenge_ignored_by(const struct sx_tracker *tracker,
                                             const struct sx_txn *txn)
{
    const struct sx_txn *next = sx_tracker_txn(tracker, txn->followed_by);

    /* The Vias of a request are counted where its head is whole. */
    return next && next->request_frame && next->vias > 0 &&
                   !sx_tracker_has_credentials(tracker, next)
               ? next
               : NULL;
}
