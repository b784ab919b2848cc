/* credentials.h
 * What requests proved of their user, and what was asked for after it (RFC 3261 22, RFC 7616).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Kept only of requests with credentials and of challenges. Names are kept as keyed hashes.
 */
#ifndef SX_CREDENTIALS_H
#define SX_CREDENTIALS_H

#include "core/record/records.h"

/* What a transaction's final 401 or 407 says of the credentials that its request had for the realm.
 * */
struct sx_challenge {
    /* the 2xx that took the same credentials, nonce included, before; 0: none */
    uint32_t accepted_in;
    uint32_t in_row; /* refusals of this user and realm one after the other, this one included */
    bool sent;       /* the request had credentials for the realm */
    bool empty;      /* they proved nothing yet */
    bool stale;      /* the server says that only the nonce was too old */
    bool fresh;      /* they answer a challenge that had come just before */
};

/* NULL if the transaction's first final response is no 401 or 407. */
const struct sx_challenge *sx_tracker_challenge(const struct sx_tracker *tracker,
                                                const struct sx_txn *txn);

/* True if the request of a transaction had credentials for any realm. */
bool sx_tracker_has_credentials(const struct sx_tracker *tracker, const struct sx_txn *txn);

#endif
