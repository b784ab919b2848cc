/* brief.h
 * The verdicts in a few words, for where the message stands beside them: Wireshark's Info column.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_BRIEF_H
#define SX_BRIEF_H

#include <wsutil/wmem/wmem.h>

#include "core/judge/trying.h"

/* "stuck for 32.0 s: 10.0.0.3 never answered"; false, and nothing said, if the wait is
 * nothing to flag. One line of UTF-8 with nothing of a packet in it but numbers. */
bool sx_brief_trying(wmem_strbuf_t *out, const struct sx_tracker *tracker, const struct sx_txn *txn,
                     const struct sx_trying *verdict);

/* ": 10.0.0.3 never answered": of whom the end of a chain tells it; nothing where it tells nobody.
 * */
void sx_brief_culprit(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                      const struct sx_txn *txn, const struct sx_trying_chain *chain);

#endif
