/* draw_prack.c
 * Reliable provisional responses that are repeated (RFC 3262).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "glue/compat.h"

#include "core/say/say_prack.h"
#include "glue/draw/draw.h"

static void draw_repeated(struct sx_pen *p)
{
    const struct sx_message *record = p->view->record;
    const struct sx_sip_msg *msg = p->view->msg;

    if (!sx_has_txn(p) || msg->is_request || !msg->rseq || msg->code / 100 != 1 ||
        !record->repeats || record->flags & SX_MESSAGE_DUPLICATE || !sx_is_verdict_wanted(p))
        return;
    struct sx_prack prack = sx_prack_find(p->view->tracker, p->txn, msg->rseq, p->frame);
    wmem_strbuf_t *words = wmem_strbuf_new(p->pinfo->pool, "");
    sx_say_prack(words, &prack, record->repeats);
    p->remark = wmem_strbuf_get_str(words);
}

static void set_up(int proto G_GNUC_UNUSED, expert_module_t *module G_GNUC_UNUSED)
{
}

const struct sx_drawing sx_drawing_prack = {.set_up = set_up,
                                            .message = draw_repeated,
                                            .responses_only = true};
