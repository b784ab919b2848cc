/* packet-sipexplain.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "glue/compat.h"

#include "core/base/cells.h"
#include "core/say/say.h"
#include "glue/draw/draw.h"
#include "glue/packet-sipexplain.h"
#include "glue/frame/postdissect.h"
#include "glue/settings/prefs.h"

void proto_register_sipexplain(void);
void proto_reg_handoff_sipexplain(void);

/* Bytes of a sentence that fit into Wireshark's 240 of an item, with what stands around it. */
#define MAX_TOP_LINE 215

/* Of these, for what stands at the end of a sentence that is cut. */
#define MAX_END 160

/* -1: 4.0 refuses an id that is not. */
static int proto_sipexplain = -1;
static int tap_expert = -1;
static int hf_verdict = -1;
static int ett_sipexplain = -1;

void sx_add_top(struct sx_pen *p)
{
    p->top = sx_generated(proto_tree_add_item(p->root, proto_sipexplain, p->tvb, 0, 0, ENC_NA));
    p->tree = proto_item_add_subtree(p->top, ett_sipexplain);
    p->experts = sx_all_experts_wanted(p);
}

bool sx_all_experts_wanted(const struct sx_pen *p)
{
    return proto_field_is_referenced(p->root, proto_expert) || have_tap_listener(tap_expert);
}

bool sx_is_verdict_wanted(const struct sx_pen *p)
{
    /* That a field of a protocol is referenced makes the protocol so indirectly. */
    return (p->view && p->view->say_verdict) || sx_is_wanted(p, hf_verdict) ||
           proto_registrar_get_nth((unsigned)proto_sipexplain)->ref_type > HF_REF_TYPE_INDIRECT;
}

const char *sx_add_verdict(const struct sx_pen *p, const char *sentence, const char *end)
{
    size_t end_n = end ? sx_line_break(end, MAX_END) : 0, room = MAX_TOP_LINE - end_n;

    sentence = sx_shown_frames(p, sentence);
    size_t n = sx_line_break(sentence, room);
    const char *tail = sentence[n] ? " ..." : "";
    if (end)
        tail = wmem_strdup_printf(p->pinfo->pool, "%s%.*s", tail, (int)end_n, end);
    sx_set_line(p, p->top, "SIP Explain", sentence, n, tail);
    /* For columns; in the tree the top line says it. A method alone is no verdict. */
    if (end)
        sentence = wmem_strdup_printf(p->pinfo->pool, "%s%s", sentence, end);
    if (strchr(sentence, ' '))
        proto_item_set_hidden(sx_add_string(p, p->tree, hf_verdict, sentence));
    return sentence;
}

bool sx_is_looked_at(proto_tree *tree)
{
    return tree && (proto_field_is_referenced(tree, proto_sipexplain) ||
                    proto_field_is_referenced(tree, proto_expert));
}

bool sx_experts_wanted(void)
{
    /* Registered only when the first capture is opened. */
    if (tap_expert <= 0)
        tap_expert = find_tap_id("expert");
    return have_tap_listener(tap_expert);
}

void proto_register_sipexplain(void)
{
    static hf_register_info hf[] = {
        {&hf_verdict,
         {"Verdict", "sipexplain.verdict", FT_STRING, BASE_NONE, NULL, 0,
          "What the line of the protocol says, for a column", HFILL}},
    };
    static int *ett[] = {&ett_sipexplain};

    proto_sipexplain =
        proto_register_protocol("SIP Response Explanation", "SIP Explain", "sipexplain");
    expert_module_t *module = expert_register_protocol(proto_sipexplain);
    proto_register_field_array(proto_sipexplain, hf, array_length(hf));
    proto_register_subtree_array(ett, array_length(ett));
    sx_draw_set_up(proto_sipexplain, module);
    sx_prefs_register(proto_sipexplain);
    sx_postdissect_register(proto_sipexplain);
}

void proto_reg_handoff_sipexplain(void)
{
    sx_postdissect_handoff();
    sx_prefs_apply_language();
}
