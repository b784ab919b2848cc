/* challenge.h
 * What a 401 or 407 says of the credentials in the request (RFC 3261 22, RFC 7616 3.3).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What it says is known when the response comes, so it is the same on any pass; what the client
 * does then is not.
 */
#ifndef SX_CHALLENGE_H
#define SX_CHALLENGE_H

#include "core/record/records.h"

enum sx_challenge_state {
    SX_CHALLENGE_UNKNOWN,
    SX_CHALLENGE_ASKED,  /* none were sent for the realm, or empty ones */
    SX_CHALLENGE_STALE,  /* the nonce was too old */
    SX_CHALLENGE_REFUSED /* user, password or realm are wrong */
};

struct sx_challenge_verdict {
    enum sx_challenge_state state;
    uint32_t refusals;    /* SX_CHALLENGE_REFUSED: how many in a row, this one included */
    uint32_t accepted_in; /* SX_CHALLENGE_UNKNOWN: the 2xx that took the same before; 0: none */
};

/* Of the transaction's final response; SX_CHALLENGE_UNKNOWN if it is no challenge. */
struct sx_challenge_verdict sx_challenge_judge(const struct sx_tracker *tracker,
                                               const struct sx_txn *txn);

/* The next attempt of the client, if it has no credentials either: it answers no challenge. NULL:
 * there is none, or it has some, or its head is cut or not in the capture. */
const struct sx_txn *sx_challenge_ignored_by(const struct sx_tracker *tracker,
                                             const struct sx_txn *txn);

#endif
