/* say_prack.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/say/say_prack.h"

#include "core/say/words.h"

void sx_say_prack(wmem_strbuf_t *out, const struct sx_prack *p, uint32_t repeats)
{
    switch (p->state) {
    case SX_PRACK_NOT_HERE:
        sx_words_prack_not_here(out, repeats, p->txn->request_frame);
        break;
    case SX_PRACK_UNANSWERED:
        sx_words_prack_unanswered(out, repeats, p->txn->request_frame);
        break;
    case SX_PRACK_REFUSED:
        sx_words_prack_refused(out, repeats, p->txn->request_frame, p->txn->final_code,
                               p->txn->final_frame);
        break;
    case SX_PRACK_ANSWERED:
        sx_words_prack_answered(out, repeats, p->txn->request_frame, p->txn->final_code,
                                p->txn->final_frame);
        break;
    case SX_PRACK_NOT_SEEN:
    default:
        sx_words_prack_not_seen(out, repeats);
        break;
    }
}
