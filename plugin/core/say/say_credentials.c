/* say_credentials.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/say/say_credentials.h"

#include <inttypes.h>

bool sx_say_credentials(wmem_strbuf_t *out, const struct sx_challenge_verdict *v)
{
    switch (v->state) {
    case SX_CHALLENGE_REFUSED:
        wmem_strbuf_append(out, "the credentials are refused");
        if (v->refusals > 1)
            wmem_strbuf_append_printf(out, ", %" PRIu32 " times in a row for this user and realm",
                                      v->refusals);
        else
            wmem_strbuf_append(out, ": check user name, password and realm");
        return true;
    case SX_CHALLENGE_UNKNOWN:
        if (!v->accepted_in)
            return false;
        wmem_strbuf_append_printf(out,
                                  "the same credentials were accepted in frame %" PRIu32
                                  ": the nonce may be too old, but the server sent no stale=true",
                                  v->accepted_in);
        return true;
    case SX_CHALLENGE_STALE:
        wmem_strbuf_append(out, "only the nonce was too old");
        return true;
    case SX_CHALLENGE_ASKED:
    default:
        return false;
    }
}
