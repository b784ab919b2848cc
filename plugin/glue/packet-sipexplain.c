/* packet-sipexplain.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "glue/compat.h"

#include "core/say/say.h"
#include "glue/draw/draw.h"
#include "glue/packet-sipexplain.h"
#include "glue/frame/postdissect.h"
#include "glue/settings/prefs.h"

void proto_register_sipexplain(void);
void proto_reg_handoff_sipexplain(void);

/* Bytes of a sentence that fit into Wireshark's 240 of an item, with what stands around it. */
#define MAX_TOP_LINE 215

/* -1: 4.0 refuses an id that is not. */
static int proto_sipexplain = -1;
static int tap_expert = -1;
static int hf_verdict = -1;
static int ett_sipexplain = -1;

void sx_add_top(struct sx_pen *p, proto_tree *tree)
{
    p->top = sx_generated(proto_tree_add_item(tree, proto_sipexplain, p->tvb, 0, 0, ENC_NA));
    p->tree = proto_item_add_subtree(p->top, ett_sipexplain);
    p->experts = proto_field_is_referenced(tree, proto_expert) || have_tap_listener(tap_expert);
}

bool sx_is_verdict_wanted(const struct sx_pen *p)
{
    /* That a field of a protocol is referenced makes the protocol so indirectly. */
    return sx_is_wanted(p, hf_verdict) ||
           proto_registrar_get_nth((unsigned)proto_sipexplain)->ref_type > HF_REF_TYPE_INDIRECT;
}

void sx_add_verdict(const struct sx_pen *p, const char *sentence)
{
    if (strlen(sentence) <= MAX_TOP_LINE)
        proto_item_set_text(p->top, "SIP Explain: %s", sentence);
    else
        proto_item_set_text(p->top, "SIP Explain: %.*s ...",
                            (int)sx_line_break(sentence, MAX_TOP_LINE), sentence);
    /* For columns; in the tree the top line says it. A method alone is no verdict. */
    if (strchr(sentence, ' '))
        proto_item_set_hidden(sx_add_string(p, p->tree, hf_verdict, sentence));
}

/* The verdict of a message that nothing flagged. */
static void say_plain(wmem_strbuf_t *out, const struct sx_pen *p)
{
    const struct sx_view *v = p->view;
    const struct sx_txn *txn = p->txn;

    if (p->quoted)
        wmem_strbuf_append(out, " - quoted by an ICMP error: it did not arrive");
    else if (p->remark)
        wmem_strbuf_append_printf(out, " - %s", p->remark);
    else if (txn && v->record->repeats) {
        wmem_strbuf_append_printf(out, " - %s frame %u",
                                  v->record->flags & SX_MESSAGE_DUPLICATE ? "the same packet as"
                                                                          : "repeats",
                                  v->record->repeats);
    } else if (!txn) {
        return;
    } else if (v->msg->is_request) {
        if (txn->final_frame && v->record->method == txn->method)
            wmem_strbuf_append_printf(out, " - %u in frame %u", txn->final_code, txn->final_frame);
    } else if (txn->request_frame && v->time_ns >= txn->request_ns) {
        wmem_strbuf_append(out, " after ");
        sx_say_time(out, v->time_ns - txn->request_ns);
    }
}

static void say_message(wmem_strbuf_t *out, const struct sx_pen *p)
{
    const struct sx_view *v = p->view;
    const char *method = v->msg->method != SX_METHOD_OTHER
                             ? sx_method_name(v->msg->method)
                             : sx_text(p->pinfo->pool, v->msg->method_name);
    const char *phrase = v->site_phrase && *v->site_phrase ? v->site_phrase
                         : v->entry                         ? v->entry->phrase
                                                            : NULL;
    size_t before;

    if (v->msg->is_request) {
        wmem_strbuf_append(out, method);
    } else if (!phrase) {
        wmem_strbuf_append_printf(out, "%u is no SIP status code (100 to 699)", v->msg->code);
    } else {
        sx_say_number(out, v->msg->code);
        wmem_strbuf_append_c(out, ' ');
        wmem_strbuf_append(out, phrase);
        wmem_strbuf_append(out, *method ? " to " : "");
        wmem_strbuf_append(out, method);
    }
    if (p->flagged) {
        wmem_strbuf_append_printf(out, " - %s", p->flagged);
        return;
    }
    before = wmem_strbuf_get_len(out);
    wmem_strbuf_append(out, " - ");
    if (p->txn && v->msg->code == 439 && sx_say_no_outbound(out, v->tracker, p->txn))
        return;
    if (p->txn && v->entry && v->msg->code >= 300 &&
        sx_say_step(out, v->tracker, p->txn, v->entry))
        return;
    wmem_strbuf_truncate(out, before);
    say_plain(out, p);
}

const char *sx_draw_message(proto_tree *tree, packet_info *pinfo, const struct sx_view *view)
{
    struct sx_pen p = {
        .pinfo = pinfo,
        .tvb = view->tvb,
        .view = view,
        .txn = view->record ? sx_tracker_txn(view->tracker, view->record->txn) : NULL,
        .quoted = view->record && view->record->flags & SX_MESSAGE_QUOTED,
    };

    sx_add_top(&p, tree);
    sx_draw_flow_begin(&p);
    if (!view->msg->is_request)
        sx_draw_response(&p);
    sx_draw_reasons(&p);
    if (p.txn)
        sx_draw_transaction(&p);
    if (p.txn && !p.quoted) {
        sx_draw_trying(&p);
        sx_draw_no_response(&p);
        sx_draw_missing(&p);
        sx_draw_registration(&p);
    }
    sx_draw_flow(&p);
    if (sx_is_verdict_wanted(&p)) {
        wmem_strbuf_t *words = wmem_strbuf_new(pinfo->pool, "");
        say_message(words, &p);
        sx_add_verdict(&p, wmem_strbuf_get_str(words));
    }
    return p.brief ? p.brief : p.flagged;
}

bool sx_is_looked_at(proto_tree *tree)
{
    return proto_field_is_referenced(tree, proto_sipexplain) ||
           proto_field_is_referenced(tree, proto_expert);
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
        { &hf_verdict,
          { "Verdict", "sipexplain.verdict", FT_STRING, BASE_NONE, NULL, 0,
            "What the line of the protocol says, for a column", HFILL } },
    };
    static int *ett[] = {&ett_sipexplain};

    proto_sipexplain =
        proto_register_protocol("SIP Response Explanation", "SIP Explain", "sipexplain");
    expert_module_t *module = expert_register_protocol(proto_sipexplain);
    proto_register_field_array(proto_sipexplain, hf, array_length(hf));
    proto_register_subtree_array(ett, array_length(ett));
    sx_draw_register();
    sx_draw_response_register(proto_sipexplain, module);
    sx_draw_transaction_register(proto_sipexplain);
    sx_draw_trying_register(proto_sipexplain, module);
    sx_draw_flow_register(proto_sipexplain, module);
    sx_prefs_register(proto_sipexplain);
    sx_postdissect_register(proto_sipexplain);
}

void proto_reg_handoff_sipexplain(void)
{
    sx_postdissect_handoff();
}
