/* say_credentials.h
 * What a challenge says of the credentials in its request, in words.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_SAY_CREDENTIALS_H
#define SX_SAY_CREDENTIALS_H

#include <wsutil/wmem/wmem.h>

#include "core/judge/challenge.h"

/* "the credentials are refused, 3 times in a row for this user and realm"; false, and nothing said,
 * if there is nothing to say. */
bool sx_say_credentials(wmem_strbuf_t *out, const struct sx_challenge_verdict *verdict);

#endif
