/* draw_reason.c
 * Why a request or a response was sent: its Reason header fields (RFC 3326).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "glue/compat.h"

#include "core/facts/catalogue.h"
#include "core/read/sip_msg_field.h"
#include "core/say/words.h"
#include "glue/draw/draw.h"

static int hf_reason_protocol = -1;
static int hf_reason_cause = -1;
static int hf_reason_text = -1;
static int hf_reason_meaning = -1;

static int ett_reason = -1;

static void draw_sip_reason(const struct sx_pen *p, proto_tree *tree, const struct sx_code *code)
{
    proto_item *item =
        sx_add_named(p, tree, hf_reason_meaning, code->phrase, sx_catalogue_texts(code)->meaning);

    /* The response's own code: its meaning stands above. */
    if (code == p->view->entry)
        proto_item_set_hidden(item);
}

/* RFC 3326, RFC 6432: "Q.850;cause=16;text="..."" */
static void draw_reason(const struct sx_pen *p, proto_tree *tree, struct sx_slice value)
{
    wmem_allocator_t *pool = p->pinfo->pool;
    struct sx_slice rest = value, protocol;
    uint32_t cause;

    if (!sx_slice_next(&rest, ';', &protocol))
        return;
    proto_item *item = sx_add_string(p, tree, hf_reason_protocol, sx_text(pool, protocol));
    proto_tree *sub = proto_item_add_subtree(item, ett_reason);
    struct sx_slice text = sx_slice_param(value, "text");
    if (sx_slice_uint(sx_slice_param(value, "cause"), UINT16_MAX, &cause)) {
        const struct sx_number_text *q850 =
            sx_slice_caseis(protocol, "Q.850") ? sx_catalogue_q850(cause) : NULL;
        const struct sx_code *sip = sx_slice_caseis(protocol, "SIP") ? sx_catalogue_explain(cause)
                                                                     : NULL;
        sx_add_uint(p, sub, hf_reason_cause, cause);
        if (q850)
            sx_add_named(p, sub, hf_reason_meaning, q850->name, q850->meaning);
        else if (sip)
            draw_sip_reason(p, sub, sip);
        wmem_strbuf_t *words = wmem_strbuf_new(pool, "");
        sx_words_draw_cause(words, cause);
        if (q850 || sip)
            wmem_strbuf_append_printf(words, " %s", q850 ? q850->name : sip->phrase);
        proto_item_append_text(item, "%s", wmem_strbuf_get_str(words));
    }
    if (text.p)
        sx_add_string(p, sub, hf_reason_text, sx_quoted_text(pool, text));
}

static void draw_reasons(struct sx_pen *p)
{
    struct sx_field_iter iter = {0};
    struct sx_slice value;

    if (!p->view->msg->has_reason)
        return;
    while (sx_sip_msg_value(p->view->msg, "Reason", &iter, &value))
        draw_reason(p, p->tree, value);
}

static void set_up(int proto, expert_module_t *module G_GNUC_UNUSED)
{
    static hf_register_info hf[] = {
        {&hf_reason_protocol,
         {"Reason", "sipexplain.reason.protocol", FT_STRING, BASE_NONE, NULL, 0,
          "Protocol of a Reason header field value", HFILL}},
        {&hf_reason_cause,
         {"Cause", "sipexplain.reason.cause", FT_UINT16, BASE_DEC, NULL, 0, NULL, HFILL}},
        {&hf_reason_text,
         {"Text", "sipexplain.reason.text", FT_STRING, BASE_NONE, NULL, 0, NULL, HFILL}},
        {&hf_reason_meaning,
         {"Meaning", "sipexplain.reason.meaning", FT_STRING, BASE_NONE, NULL, 0, NULL, HFILL}},
    };
    static int *ett[] = {&ett_reason};

    proto_register_field_array(proto, hf, array_length(hf));
    proto_register_subtree_array(ett, array_length(ett));
}

const struct sx_drawing sx_drawing_reason = {.set_up = set_up, .message = draw_reasons};
