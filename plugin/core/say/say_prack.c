/* say_prack.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/say/say_prack.h"

void sx_say_prack(wmem_strbuf_t *out, const struct sx_prack *p, uint32_t repeats)
{
    wmem_strbuf_append_printf(out, "repeats frame %u", repeats);
    switch (p->state) {
    case SX_PRACK_NOT_HERE:
        wmem_strbuf_append_printf(out, ", for its PRACK in frame %u is not in sight on this hop",
                                  p->txn->request_frame);
        break;
    case SX_PRACK_UNANSWERED:
        wmem_strbuf_append_printf(out, "; its PRACK in frame %u has no final response yet",
                                  p->txn->request_frame);
        break;
    case SX_PRACK_REFUSED:
        wmem_strbuf_append_printf(out,
                                  ", for its PRACK in frame %u was refused with %u in frame %u",
                                  p->txn->request_frame, p->txn->final_code, p->txn->final_frame);
        break;
    case SX_PRACK_ANSWERED:
        wmem_strbuf_append_printf(out,
                                  " although its PRACK in frame %u was answered %u in frame %u",
                                  p->txn->request_frame, p->txn->final_code, p->txn->final_frame);
        break;
    case SX_PRACK_NOT_SEEN:
    default:
        wmem_strbuf_append(out, "; no PRACK for it is in the capture");
        break;
    }
    wmem_strbuf_append(out, " (RFC 3262 3)");
}
