/* draw_response.c
 * What a response means: code, phrase, advice, and the header fields that explain it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "glue/compat.h"

#include "core/base/text.h"
#include "core/judge/failure.h"
#include "core/judge/trying.h"
#include "core/read/retry_after.h"
#include "core/read/sip_msg_field.h"
#include "core/say/say.h"
#include "core/say/say_ack.h"
#include "core/say/say_failure.h"
#include "core/say/words.h"
#include "glue/draw/draw.h"

static int hf_code = -1;
static int hf_phrase = -1;
static int hf_class = -1;
static int hf_meaning = -1;
static int hf_when = -1;
static int hf_fix = -1;
static int hf_meaning_more = -1;
static int hf_when_more = -1;
static int hf_fix_more = -1;
static int hf_reference = -1;
static int hf_registered = -1;
static int hf_phrase_differs = -1;
static int hf_missing_header = -1;
static int hf_warning_code = -1;
static int hf_warning_text = -1;
static int hf_warning_meaning = -1;
static int hf_retry_after = -1;
static int hf_failure = -1;
static int hf_failed = -1;

static int ett_response = -1;
static int ett_warning = -1;

static expert_field ei_explain_other[] = {
    [SX_CHAT] = EI_INIT, [SX_NOTE] = EI_INIT, [SX_WARN] = EI_INIT};
static expert_field ei_phrase_differs = EI_INIT;
static expert_field ei_missing_header = EI_INIT;
static expert_field *ei_explain; /* one for each entry of the catalogue, in its order */

static const value_string class_vals[] = {
    {1, "Provisional"},    {2, "Success"},        {3, "Redirection"}, {4, "Client Failure"},
    {5, "Server Failure"}, {6, "Global Failure"}, {0, NULL},
};

static expert_field *explain_field(const struct sx_code *entry)
{
    return entry->registered ? &ei_explain[entry - sx_codes] : &ei_explain_other[entry->severity];
}

/* Case and white space apart; "(Deprecated)" is the registry's remark, not part of the phrase. */
static bool same_phrase(struct sx_slice wire, const char *registered)
{
    size_t i = 0;

    for (; *registered && *registered != '('; registered++) {
        if (*registered == ' ')
            continue;
        while (i < wire.n && sx_is_lws(wire.p[i]))
            i++;
        if (i >= wire.n || g_ascii_tolower(wire.p[i++]) != g_ascii_tolower(*registered))
            return false;
    }
    return sx_slice_trim(sx_slice_from(wire, i)).n == 0;
}

static void draw_phrase(struct sx_pen *p, proto_tree *tree)
{
    const struct sx_view *v = p->view;

    if (!v->entry->registered || !v->msg->phrase.p || same_phrase(v->msg->phrase, v->entry->phrase))
        return;
    proto_item *item = sx_add_bool(p, tree, hf_phrase_differs, true);
    wmem_strbuf_t *words = wmem_strbuf_new(p->pinfo->pool, "");
    sx_words_draw_phrase_differs(words, sx_text(p->pinfo->pool, v->msg->phrase), v->entry->phrase);
    sx_add_expert(p, item, &ei_phrase_differs, wmem_strbuf_get_str(words), 0);
}

static void missing_header(const struct sx_pen *p, proto_tree *tree, const char *name)
{
    proto_item *item = sx_add_string(p, tree, hf_missing_header, name);
    wmem_strbuf_t *words = wmem_strbuf_new(p->pinfo->pool, "");

    sx_words_draw_lacks(words, p->view->msg->code, name);
    sx_add_expert(p, item, &ei_missing_header, wmem_strbuf_get_str(words), 0);
}

static bool has_any(const struct sx_sip_msg *msg, const char *const *names)
{
    for (; *names; names++) {
        struct sx_field_iter iter = {0};
        struct sx_slice value;
        if (sx_sip_msg_field(msg, *names, &iter, &value))
            return true;
    }
    return false;
}

static const char *joined(wmem_allocator_t *pool, const char *const *names)
{
    wmem_strbuf_t *out = wmem_strbuf_new(pool, *names);

    while (*++names) {
        wmem_strbuf_t *before = out;
        out = wmem_strbuf_new(pool, "");
        sx_words_draw_or(out, before, *names);
    }
    return wmem_strbuf_get_str(out);
}

static void draw_missing_headers(const struct sx_pen *p, proto_tree *tree)
{
    const struct sx_sip_msg *msg = p->view->msg;
    const struct sx_required *r = p->view->entry->required;

    /* What the snapshot length cut off may have held it. */
    if (msg->end != SX_HEAD_COMPLETE ||
        (!sx_is_wanted(p, hf_missing_header) && !sx_is_expert_wanted(p, &ei_missing_header)))
        return;
    for (; r && r->names; r++)
        if ((!r->method || sx_slice_is(msg->method_name, r->method)) && !has_any(msg, r->names))
            missing_header(p, tree, joined(p->pinfo->pool, r->names));
    /* RFC 3261 8.2.6.2: in every response */
    if (!msg->has_via)
        missing_header(p, tree, "Via");
    if (!msg->from.p)
        missing_header(p, tree, "From");
    if (!msg->to.p)
        missing_header(p, tree, "To");
    if (!msg->call_id.p)
        missing_header(p, tree, "Call-ID");
    static const char *const cseq[] = {"CSeq", NULL};
    if (!msg->has_cseq && !has_any(msg, cseq))
        missing_header(p, tree, "CSeq");
}

/* RFC 3261 20.43: 399 host "text" */
static void draw_warnings(const struct sx_pen *p, proto_tree *tree)
{
    struct sx_field_iter iter = {0};
    struct sx_slice value;
    uint32_t code;

    if (!p->view->msg->has_warning)
        return;
    while (sx_sip_msg_value(p->view->msg, "Warning", &iter, &value)) {
        if (value.n < 4 || !sx_is_lws(value.p[3]) ||
            !sx_slice_uint(sx_slice(value.p, 3), 999, &code))
            continue;
        proto_item *item = sx_add_uint(p, tree, hf_warning_code, code);
        proto_tree *sub = proto_item_add_subtree(item, ett_warning);
        const struct sx_number_text *known = sx_catalogue_warning(code);
        const char *quote = memchr(value.p, '"', value.n);
        if (quote) {
            struct sx_slice text = sx_slice_from(value, (size_t)(quote - value.p) + 1);
            if (text.n > 0 && text.p[text.n - 1] == '"')
                text.n--;
            sx_add_string(p, sub, hf_warning_text, sx_quoted_text(p->pinfo->pool, text));
        }
        if (known) {
            sx_add_named(p, sub, hf_warning_meaning, known->name, known->meaning);
            proto_item_append_text(item, " %s", known->name);
        }
    }
}

static void draw_retry_after(const struct sx_pen *p, proto_tree *tree)
{
    uint32_t seconds;

    if (sx_retry_after_read(p->view->msg, &seconds))
        sx_add_uint(p, tree, hf_retry_after, seconds);
}

static const char *site_or(const char *site, const char *catalogue)
{
    return site && *site ? site : catalogue;
}

static const char *ack_advice(const struct sx_pen *p)
{
    wmem_strbuf_t *words;
    struct sx_ack ack;

    if (p->view->msg->code >= 300 || !sx_ack_of(p, &ack))
        return NULL;
    words = wmem_strbuf_new(p->pinfo->pool, "");
    return sx_say_ack_advice(words, p->view->tracker, &ack) ? wmem_strbuf_get_str(words) : NULL;
}

/* The site's advice, else what this capture calls for, else the catalogue's. */
static const char *fix_of(const struct sx_pen *p, const char *catalogue)
{
    const struct sx_view *v = p->view;

    if (p->txn && (p->token != SX_TOKEN_NONE || p->flow_lost || v->msg->code == 439) &&
        !(v->site_fix && *v->site_fix)) {
        wmem_strbuf_t *words = wmem_strbuf_new(p->pinfo->pool, "");
        if (p->token != SX_TOKEN_NONE)
            sx_say_token_advice(words, p->token, p->token_flow);
        if (p->flow_lost && wmem_strbuf_get_len(words) == 0)
            sx_say_flow_advice(words, v->tracker, &p->story);
        if (v->msg->code == 439)
            sx_say_no_outbound_advice(words, v->tracker, p->txn);
        if (wmem_strbuf_get_len(words) > 0)
            return wmem_strbuf_get_str(words);
    }
    if (sx_has_txn(p) && p->txn->final_code == v->msg->code && !(v->site_fix && *v->site_fix)) {
        wmem_strbuf_t *words = wmem_strbuf_new(p->pinfo->pool, "");
        if (sx_say_failure_advice(words, v->tracker, p->txn, v->msg->method_name))
            return wmem_strbuf_get_str(words);
    }
    const char *about_ack = v->site_fix && *v->site_fix ? NULL : ack_advice(p);
    if (about_ack)
        return about_ack;
    return site_or(v->site_fix, catalogue);
}

/* What fills every capture and reports no trouble is told in one sentence each. A repeated response
 * is trouble, and so is a 100 after which the client waited for too long. */
static bool is_told_briefly(const struct sx_view *v, const struct sx_txn *txn)
{
    if ((v->entry->role != SX_ROLE_SUCCESS && v->entry->role != SX_ROLE_PROGRESS) ||
        (v->record && v->record->repeats))
        return false;
    return v->msg->code != 100 || !txn ||
           sx_trying_judge(v->tracker, txn).state <= SX_TRYING_ANSWERED;
}

static const char *first_sentence(const struct sx_pen *p, const char *text)
{
    return sx_text_copy(p->pinfo->pool, text, sx_text_first_sentence(text));
}

static void draw_advice(const struct sx_pen *p, proto_tree *tree, bool brief)
{
    const struct sx_view *v = p->view;
    const char *when = sx_catalogue_texts(v->entry)->when;

    if (sx_is_wanted(p, hf_when) || sx_is_wanted(p, hf_when_more))
        sx_add_long_string(p, tree, hf_when, hf_when_more, brief ? first_sentence(p, when) : when);
    if (!sx_is_wanted(p, hf_fix) && !sx_is_wanted(p, hf_fix_more))
        return;
    const char *catalogue =
        sx_catalogue_fix(v->entry, v->msg->method_name.p, v->msg->method_name.n);
    const char *fix = fix_of(p, catalogue);
    sx_add_long_string(p, tree, hf_fix, hf_fix_more,
                       brief && fix == catalogue ? first_sentence(p, fix) : fix);
}

static void draw_explanation(const struct sx_pen *p, proto_item *item, const char *phrase,
                             const char *meaning, bool brief)
{
    const struct sx_code *entry = p->view->entry;
    const struct sx_code_texts *texts = sx_catalogue_texts(entry);
    expert_field *ei = explain_field(entry);

    if (!sx_is_expert_wanted(p, ei))
        return;
    /* "430 Flow Failed": a line of its own has the meaning. */
    const size_t title = strlen("430 ") + strlen(phrase);
    if (brief && entry->registered && phrase == entry->phrase && meaning == texts->meaning) {
        sx_add_expert(p, item, ei, texts == entry->texts ? NULL : texts->summary, title);
        if (sx_is_shown(p))
            sx_hide_severity(item);
        return;
    }
    wmem_strbuf_t *words = wmem_strbuf_new(p->pinfo->pool, "");
    sx_words_say_explained(words, p->view->msg->code, phrase, meaning);
    sx_add_expert(p, item, ei, wmem_strbuf_get_str(words), title);
}

/* sipexplain.failure alone also matches false, as any field does; sipexplain.failed is there only
 * where it is true. */
static void draw_failure(const struct sx_pen *p, proto_tree *tree)
{
    const struct sx_view *v = p->view;

    if (!sx_is_wanted(p, hf_failure) && !sx_is_wanted(p, hf_failed))
        return;
    bool failure = sx_failure_judge(v->tracker, p->txn, v->msg->code);
    sx_add_bool(p, tree, hf_failure, failure);
    if (failure)
        proto_item_set_hidden(sx_add_bool(p, tree, hf_failed, true));
}

/* Made once for each code in each language, for each response shows its own. */
static const char *shown_reference(const struct sx_code *entry)
{
    static wmem_map_t *shown;
    const void *key = sx_catalogue_texts(entry);
    wmem_strbuf_t *words;

    if (!shown)
        shown = wmem_map_new(wmem_epan_scope(), g_direct_hash, g_direct_equal);
    const char *reference = wmem_map_lookup(shown, key);
    if (reference)
        return reference;
    words = wmem_strbuf_new(wmem_epan_scope(), "");
    sx_say_reference(words, entry->reference);
    reference = wmem_strbuf_finalize(words);
    wmem_map_insert(shown, key, (void *)reference);
    return reference;
}

static void draw_reference(const struct sx_pen *p, proto_tree *tree)
{
    const struct sx_code *entry = p->view->entry;

    if (sx_is_wanted(p, hf_reference))
        sx_add_shown(p, tree, hf_reference, entry->reference, shown_reference(entry));
}

/* "Status code: 430 Flow Failed" */
static proto_item *draw_code(const struct sx_pen *p, const char *phrase)
{
    const unsigned code = p->view->msg->code;
    wmem_strbuf_t *words;

    if (!sx_is_shown(p))
        return sx_add_uint(p, p->tree, hf_code, code);
    words = wmem_strbuf_new(p->pinfo->pool, "");
    sx_say_number(words, code);
    wmem_strbuf_append_c(words, ' ');
    wmem_strbuf_append(words, phrase);
    return sx_add_shown_uint(p, p->tree, hf_code, code, wmem_strbuf_get_str(words));
}

static void draw_response(struct sx_pen *p)
{
    proto_tree *tree = p->tree;
    const struct sx_view *v = p->view;
    const struct sx_code *entry = v->entry;

    if (!entry) {
        sx_add_uint(p, tree, hf_code, v->msg->code);
        return;
    }
    const char *phrase = site_or(v->site_phrase, entry->phrase);
    const char *meaning = site_or(v->site_meaning, sx_catalogue_texts(entry)->meaning);
    proto_item *item = draw_code(p, phrase);
    proto_tree *sub = proto_item_add_subtree(item, ett_response);
    sx_add_string(p, sub, hf_phrase,
                  entry->registered ? entry->phrase : sx_catalogue_class_name(v->msg->code / 100));
    sx_add_uint(p, sub, hf_class, v->msg->code / 100);
    draw_reference(p, sub);
    sx_add_bool(p, sub, hf_registered, entry->registered);
    draw_phrase(p, sub);
    const bool brief = is_told_briefly(v, p->txn);
    draw_explanation(p, item, phrase, meaning, brief);
    sx_add_long_string(p, tree, hf_meaning, hf_meaning_more, meaning);
    draw_advice(p, tree, brief);
    draw_missing_headers(p, tree);
    draw_warnings(p, tree);
    draw_retry_after(p, tree);
    if (v->msg->code >= 200)
        draw_failure(p, tree);
}

/* One expert info for each registered code, so that its severity can be set by itself; those of all
 * others share a name. */
static void register_codes(expert_module_t *module)
{
    static const int severities[] = {[SX_CHAT] = PI_CHAT, [SX_NOTE] = PI_NOTE, [SX_WARN] = PI_WARN};
    wmem_allocator_t *scope = wmem_epan_scope();
    ei_register_info *codes =
        wmem_alloc0_array(scope, ei_register_info, sx_codes_count + G_N_ELEMENTS(ei_explain_other));
    int n = 0;

    ei_explain = wmem_alloc0_array(scope, expert_field, sx_codes_count);
    for (size_t i = 0; i < sx_codes_count; i++) {
        if (!sx_codes[i].registered)
            continue;
        ei_explain[i] = (expert_field)EI_INIT;
        codes[n++] = (ei_register_info){&ei_explain[i],
                                        {sx_codes[i].filter, PI_RESPONSE_CODE,
                                         severities[sx_codes[i].severity],
                                         sx_codes[i].texts->summary, EXPFILL}};
    }
    for (size_t i = 0; i < G_N_ELEMENTS(ei_explain_other); i++)
        codes[n++] = (ei_register_info){&ei_explain_other[i],
                                        {"sipexplain.explain.other", PI_RESPONSE_CODE,
                                         severities[i], "Unregistered response code", EXPFILL}};
    expert_register_field_array(module, codes, n);
}

static void set_up(int proto, expert_module_t *module)
{
    static hf_register_info hf[] = {
        {&hf_code, {"Status code", "sipexplain.code", FT_UINT16, BASE_DEC, NULL, 0, NULL, HFILL}},
        {&hf_phrase,
         {"Phrase registered with IANA", "sipexplain.phrase", FT_STRING, BASE_NONE, NULL, 0, NULL,
          HFILL}},
        {&hf_class,
         {"Class", "sipexplain.class", FT_UINT8, BASE_DEC, VALS(class_vals), 0, NULL, HFILL}},
        {&hf_meaning,
         {"Meaning", "sipexplain.meaning", FT_STRING, BASE_NONE, NULL, 0, NULL, HFILL}},
        {&hf_when,
         {"When it appears", "sipexplain.when", FT_STRING, BASE_NONE, NULL, 0, NULL, HFILL}},
        {&hf_fix,
         {"How to fix it", "sipexplain.fix", FT_STRING, BASE_NONE, NULL, 0,
          "Advice for the method of the request", HFILL}},
        {&hf_meaning_more,
         {"Continued", "sipexplain.meaning.more", FT_STRING, BASE_NONE, NULL, 0,
          "A further line of the text above", HFILL}},
        {&hf_when_more,
         {"Continued", "sipexplain.when.more", FT_STRING, BASE_NONE, NULL, 0,
          "A further line of the text above", HFILL}},
        {&hf_fix_more,
         {"Continued", "sipexplain.fix.more", FT_STRING, BASE_NONE, NULL, 0,
          "A further line of the text above", HFILL}},
        {&hf_reference,
         {"Reference", "sipexplain.reference", FT_STRING, BASE_NONE, NULL, 0, NULL, HFILL}},
        {&hf_registered,
         {"Code registered with IANA", "sipexplain.registered", FT_BOOLEAN, BASE_NONE, NULL, 0,
          "The code is in the IANA registry", HFILL}},
        {&hf_phrase_differs,
         {"Phrase differs", "sipexplain.phrase.differs", FT_BOOLEAN, BASE_NONE, NULL, 0,
          "The reason phrase on the wire is not the registered one", HFILL}},
        {&hf_missing_header,
         {"Missing header field", "sipexplain.missing_header", FT_STRING, BASE_NONE, NULL, 0,
          "A header field that this response must carry and does not", HFILL}},
        {&hf_warning_code,
         {"Warning", "sipexplain.warning.code", FT_UINT16, BASE_DEC, NULL, 0, NULL, HFILL}},
        {&hf_warning_text,
         {"Text", "sipexplain.warning.text", FT_STRING, BASE_NONE, NULL, 0, NULL, HFILL}},
        {&hf_warning_meaning,
         {"Meaning", "sipexplain.warning.meaning", FT_STRING, BASE_NONE, NULL, 0, NULL, HFILL}},
        {&hf_retry_after,
         {"Retry after (s)", "sipexplain.retry_after", FT_UINT32, BASE_DEC, NULL, 0, NULL, HFILL}},
        {&hf_failure,
         {"Real failure", "sipexplain.failure", FT_BOOLEAN, BASE_NONE, NULL, 0,
          "False where the final response is a step of normal work: sipexplain.failed finds the "
          "true ones alone",
          HFILL}},
        {&hf_failed,
         {"Failed", "sipexplain.failed", FT_BOOLEAN, BASE_NONE, NULL, 0,
          "Present on real failures only, and true; a failed flow is sipexplain.flow_failed",
          HFILL}},
    };
    static int *ett[] = {&ett_response, &ett_warning};
    static ei_register_info ei[] = {
        {&ei_phrase_differs,
         {"sipexplain.phrase_differs", PI_PROTOCOL, PI_CHAT,
          "Reason phrase differs from the registered one", EXPFILL}},
        {&ei_missing_header,
         {"sipexplain.missing_header_expert", PI_PROTOCOL, PI_WARN,
          "A header field that the response must carry is missing", EXPFILL}},
    };

    proto_register_field_array(proto, hf, array_length(hf));
    proto_register_subtree_array(ett, array_length(ett));
    expert_register_field_array(module, ei, array_length(ei));
    register_codes(module);
}

const struct sx_drawing sx_drawing_response = {.set_up = set_up,
                                               .message = draw_response,
                                               .responses_only = true};
