/* session_id.h
 * A Session-ID header field (RFC 7989): "local-uuid;remote=remote-uuid".
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_SESSION_ID_H
#define SX_SESSION_ID_H

#include "core/base/slice.h"

/* Point into the value that was read. The nil UUID, all zeros, names nobody: p is NULL then, as it
 * is of what is missing. */
struct sx_session_id {
    struct sx_slice local;  /* of who sends the message; stands first (RFC 7989 5) */
    struct sx_slice remote; /* of the other end */
};

struct sx_session_id sx_session_id_read(struct sx_slice value);

#endif
