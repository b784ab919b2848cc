/* say_ack.h
 * What became of the ACK, in words: one line of UTF-8 in a buffer of the caller's.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_SAY_ACK_H
#define SX_SAY_ACK_H

#include <wsutil/wmem/wmem.h>

#include "core/judge/no_ack.h"

/* "never acknowledged: sent 9 times in 19.5 s; the ACK in frame 5 names another dialog or
 * transaction". False, and nothing said, if the ACK came in time or it cannot be told. */
bool sx_say_ack(wmem_strbuf_t *out, const struct sx_tracker *tracker, const struct sx_ack *verdict);

/* What to do about a 2xx that was not acknowledged in time. False, and nothing said, as above. */
bool sx_say_ack_advice(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                       const struct sx_ack *verdict);

/* On an ACK that came late, of this INVITE: "acknowledges the 200 in frame 3 only after it was
 * repeated: ...". */
void sx_say_late_ack(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                     const struct sx_txn *invite, const struct sx_ack *verdict);

/* "the 200 in frame 4 has no ACK after 32 s, sent 11 times: " and the cause, if it is known. */
void sx_say_ack_overdue(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                        const struct sx_overdue *overdue);

#endif
