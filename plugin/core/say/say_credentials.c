/* say_credentials.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/say/say_credentials.h"

#include "core/say/words.h"

bool sx_say_credentials(wmem_strbuf_t *out, const struct sx_challenge_verdict *v)
{
    switch (v->state) {
    case SX_CHALLENGE_REFUSED:
        if (v->refusals > 1)
            sx_words_credentials_refused_again(out, v->refusals);
        else
            wmem_strbuf_append(out, sx_words_credentials_refused());
        return true;
    case SX_CHALLENGE_UNKNOWN:
        if (!v->accepted_in)
            return false;
        sx_words_credentials_accepted_before(out, v->accepted_in);
        return true;
    case SX_CHALLENGE_STALE:
        wmem_strbuf_append(out, sx_words_credentials_stale());
        return true;
    case SX_CHALLENGE_ASKED:
    default:
        return false;
    }
}
