/* say_mismatch.h
 * What a mismatch is in plain words.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_SAY_MISMATCH_H
#define SX_SAY_MISMATCH_H

#include <wsutil/wmem/wmem.h>

#include "core/judge/mismatch.h"

/* "Via branch": the name of one bit of enum sx_differs; NULL if it is none. Filters
 * compare with it, so it is the same in all languages. */
const char *sx_differs_name(unsigned bit);

/* The same in the language that is set. */
const char *sx_differs_shown(unsigned bit);

/* "does not match the request in frame 1: it has a Via too few; the client must drop it (RFC 3261
 * 17.1.3, 18.1.2)"; "does not fit the dialog of frame 4: it has another To tag" */
void sx_say_mismatch(wmem_strbuf_t *out, const struct sx_txn *txn,
                     const struct sx_mismatch *mismatch);

/* Of a request whose response does not match: "its response in frame 2 does not match it: ...". */
void sx_say_stray(wmem_strbuf_t *out, const struct sx_txn *stray);

#endif
