/* say_call_end.h
 * How a call ended, in words: one line of UTF-8 in a buffer of the caller's.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_SAY_CALL_END_H
#define SX_SAY_CALL_END_H

#include <wsutil/wmem/wmem.h>

#include "core/judge/call_end.h"

/* On the INVITE: "ended by the caller after 27 s, in frame 11", and the Reason. Only of a call that
 * ended. */
void sx_say_call_end(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                     const struct sx_call_end *end);

/* On the BYE: "ends the call after 27 s, by the caller", and the Reason. */
void sx_say_ends_call(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                      const struct sx_call_end *end);

/* "the BYE is refused with 403 in frame 7: the other side may still be in the call" */
void sx_say_bye_fault(wmem_strbuf_t *out, const struct sx_txn *bye, enum sx_bye_fault fault);

/* On the CANCEL of an INVITE: who gives up and after how long, and whether it came in time (RFC
 * 3261 9.1). False, and nothing said, if there is nothing to say. */
bool sx_say_cancel(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                   const struct sx_txn *cancel, const struct sx_txn *invite);

#endif
