/* draw_stack.c
 * Whose behaviour it is: what software made a message, and what is known of it that fits here.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "glue/compat.h"

#include "core/say/say_stack.h"
#include "glue/draw/draw.h"
#include "glue/settings/site_stacks.h"

static int hf_stack = -1;
static int hf_fact = -1;
static int hf_more = -1;

static void draw(struct sx_pen *p)
{
    const struct sx_view *v = p->view;

    if (!sx_has_txn(p) || !(sx_is_wanted(p, hf_stack) || sx_is_wanted(p, hf_fact) ||
                            sx_is_wanted(p, hf_more) || sx_is_verdict_wanted(p)))
        return;
    struct sx_stack_message message = {.tracker = v->tracker,
                                       .txn = p->txn,
                                       .record = v->record,
                                       .msg = v->msg};
    message.sites = sx_site_stacks(&message.site_count);
    struct sx_stack_verdict verdict = sx_stack_judge(&message);
    if (!verdict.stack)
        return;
    sx_add_string(p, p->tree, hf_stack, verdict.stack->name);
    for (unsigned i = 0; i < verdict.count; i++) {
        wmem_strbuf_t *words = wmem_strbuf_new(p->pinfo->pool, "");
        sx_say_stack_fact(words, &verdict.told[i]);
        sx_add_long_string(p, p->tree, hf_fact, hf_more, wmem_strbuf_get_str(words));
    }
    if (verdict.count == 0)
        return;
    wmem_strbuf_t *words = wmem_strbuf_new(p->pinfo->pool, "");
    /* Where something is flagged, why the failure was made is not said. */
    sx_say_stack(words, v->tracker, p->txn, &verdict.told[0], p->flagged != NULL);
    p->known = wmem_strbuf_get_str(words);
}

static void set_up(int proto, expert_module_t *module G_GNUC_UNUSED)
{
    static hf_register_info hf[] = {
        {&hf_stack,
         {"Software", "sipexplain.stack", FT_STRING, BASE_NONE, NULL, 0,
          "That made this message, by User-Agent, Server or its tags; or the hop that sent it",
          HFILL}},
        {&hf_fact,
         {"Known of it", "sipexplain.stack.fact", FT_STRING, BASE_NONE, NULL, 0,
          "What was measured of this software and fits here", HFILL}},
        {&hf_more,
         {"Continued", "sipexplain.stack.fact.more", FT_STRING, BASE_NONE, NULL, 0,
          "Where the line above has no room for all of it", HFILL}},
    };

    proto_register_field_array(proto, hf, array_length(hf));
}

const struct sx_drawing sx_drawing_stack = {.set_up = set_up, .message = draw};
