/* say_failure.h
 * Why a failure was made, in words.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_SAY_FAILURE_H
#define SX_SAY_FAILURE_H

#include <wsutil/wmem/wmem.h>

#include "core/judge/failure_cause.h"

/* "made from the 503 of 10.0.0.20 in frame 4"; false, and nothing said, if the cause cannot be told
 * or another verdict tells it. */
bool sx_say_failure(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                    const struct sx_failure_cause *cause);

/* What to do about the first failure of all, where the transaction's own was told under another
 * code: "This was made from the 430 in frame 4: ..." False, and nothing said, if it was not.
 * method: see sx_catalogue_fix(). */
bool sx_say_failure_advice(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                           const struct sx_txn *txn, struct sx_slice method);

#endif
