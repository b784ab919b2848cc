/* say_prack.h
 * Why a reliable provisional response is repeated, in plain words.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_SAY_PRACK_H
#define SX_SAY_PRACK_H

#include <wsutil/wmem/wmem.h>

#include "core/judge/prack.h"

/* "repeats frame 3, for its PRACK in frame 4 was refused with 481 in frame 5 (RFC 3262 3)" */
void sx_say_prack(wmem_strbuf_t *out, const struct sx_prack *prack, uint32_t repeats);

#endif
