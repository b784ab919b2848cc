/* draw_mismatch.c
 * What of a message differs from the dialog or transaction that it is meant for.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "glue/compat.h"

#include "core/say/say_mismatch.h"
#include "glue/draw/draw.h"

static int hf_mismatch = -1;
static int hf_mismatch_in = -1;

static expert_field ei_dialog_mismatch = EI_INIT;

static proto_item *add_differences(const struct sx_pen *p, unsigned differs)
{
    proto_item *first = NULL;

    for (unsigned bit = 1; bit <= differs; bit <<= 1)
        if (differs & bit) {
            proto_item *item =
                sx_add_shown(p, p->tree, hf_mismatch, sx_differs_name(bit), sx_differs_shown(bit));
            first = first ? first : item;
        }
    return first;
}

static void draw_mismatch(struct sx_pen *p)
{
    if (!sx_has_txn(p))
        return;
    struct sx_mismatch m = sx_mismatch_judge(p->view->tracker, p->txn, p->view->msg);
    if (!m.differs)
        return;
    proto_item *item = add_differences(p, m.differs);
    sx_add_frame(p, p->tree, hf_mismatch_in, m.frame);
    if (p->view->record->repeats)
        return;
    wmem_strbuf_t *words = wmem_strbuf_new(p->pinfo->pool, "");
    sx_say_mismatch(words, p->txn, &m);
    sx_flag(p, item, &ei_dialog_mismatch, wmem_strbuf_get_str(words));
}

/* Of a request: its response is there, and does not match it. */
static void draw_stray(struct sx_pen *p)
{
    if (!sx_has_txn(p) || p->frame != p->txn->request_frame || p->txn->final_frame)
        return;
    const struct sx_txn *stray = sx_tracker_txn(p->view->tracker, sx_txn_rare(p->txn)->stray);
    if (!stray)
        return;
    wmem_strbuf_t *words = wmem_strbuf_new(p->pinfo->pool, "");
    sx_say_stray(words, stray);
    p->remark = wmem_strbuf_get_str(words);
}

static void draw_both(struct sx_pen *p)
{
    draw_mismatch(p);
    draw_stray(p);
}

static void set_up(int proto, expert_module_t *module)
{
    static hf_register_info hf[] = {
        {&hf_mismatch,
         {"Does not match", "sipexplain.mismatch", FT_STRING, BASE_NONE, NULL, 0,
          "What of it differs from the dialog or transaction that it is meant for", HFILL}},
        {&hf_mismatch_in,
         {"The message that it differs from in", "sipexplain.mismatch_in", FT_FRAMENUM, BASE_NONE,
          NULL, 0, NULL, HFILL}},
    };
    static ei_register_info ei[] = {
        {&ei_dialog_mismatch,
         {"sipexplain.dialog_mismatch", PI_PROTOCOL, PI_WARN,
          "Does not match the dialog or transaction that it is meant for", EXPFILL}},
    };

    proto_register_field_array(proto, hf, array_length(hf));
    expert_register_field_array(module, ei, array_length(ei));
}

const struct sx_drawing sx_drawing_mismatch = {.set_up = set_up, .message = draw_both};
