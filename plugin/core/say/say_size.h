/* say_size.h
 * What is said of requests that are large for UDP.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_SAY_SIZE_H
#define SX_SAY_SIZE_H

#include <wsutil/wmem/wmem.h>

#include "core/judge/size.h"

/* "it has 1800 bytes over UDP, and 10.0.0.2 answers smaller requests (frame 3): it, or fragments of
 * it, may get lost on the way". Not for SX_SIZE_NOTHING. */
void sx_say_size(wmem_strbuf_t *out, const struct sx_tracker *tracker, const struct sx_size *size);

#endif
