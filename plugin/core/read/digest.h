/* digest.h
 * Challenges and credentials (RFC 3261 22, 25.1; RFC 7616).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Pure; slices point into the value, and are absent where the parameter is.
 */
#ifndef SX_DIGEST_H
#define SX_DIGEST_H

#include "core/base/slice.h"

struct sx_digest {
    struct sx_slice realm, nonce;
    struct sx_slice username, response, auts; /* of credentials; auts: RFC 3310 3.4 */
    bool stale;                               /* of a challenge */
};

/* Reads one value of WWW-Authenticate, Proxy-Authenticate, Authorization or Proxy-Authorization,
 * whatever its scheme is. */
struct sx_digest sx_digest_read(struct sx_slice value);

/* True if the credentials prove nothing yet: an empty response, as IMS phones send it to name their
 * user (RFC 3310 3.1, 3GPP TS 24.229 5.1.1.2), or a synchronization failure that asks for another
 * challenge (RFC 3310 3.4). */
bool sx_digest_is_empty(const struct sx_digest *digest);

#endif
