/* draw_dialog.c
 * The dialog that a message names.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "glue/compat.h"

#include "core/record/dialogs.h"
#include "glue/draw/draw.h"

static int hf_dialog = -1;

/* Not one that only a later message makes, so it is the same in every pass. */
static void draw_dialog(struct sx_pen *p)
{
    if (!sx_has_txn(p) || !sx_is_wanted(p, hf_dialog))
        return;
    const struct sx_dialog *dialog = sx_dialog_of_message(p->view->tracker, p->view->msg);
    if (dialog && dialog->first_frame <= p->frame)
        sx_add_uint(p, p->tree, hf_dialog, dialog->number);
}

static void set_up(int proto, expert_module_t *module G_GNUC_UNUSED)
{
    static hf_register_info hf[] = {
        {&hf_dialog,
         {"Dialog", "sipexplain.dialog", FT_UINT32, BASE_DEC, NULL, 0,
          "Number of the dialog in the capture: Call-ID and both tags, on all hops. Each early "
          "dialog of a fork is one",
          HFILL}},
    };

    proto_register_field_array(proto, hf, array_length(hf));
}

const struct sx_drawing sx_drawing_dialog = {
    .set_up = set_up,
    .message = draw_dialog,
};
